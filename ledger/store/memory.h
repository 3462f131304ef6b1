/* State tables in memory: for tests, fuzzing and a station's offline set. Ordered as state.db is,
 * with the same digest. */
#ifndef LEDGER_STORE_MEMORY_H
#define LEDGER_STORE_MEMORY_H

#include "ledger/base/crypto.h"
#include "ledger/store/table.h"

struct memory;

MUST_CHECK enum err memory_open(struct memory **memory, struct fault *fault);
void memory_free(struct memory *memory);

/* The tables; valid as long as the memory. */
const struct table *memory_table(struct memory *memory);

/* Ends a batch: folds the changes since the last call into the digest and returns it. */
void memory_digest(struct memory *memory, uint8_t digest[HASH_SIZE]);

/* Rows in a table. */
size_t memory_count(const struct memory *memory, unsigned id);

#endif
