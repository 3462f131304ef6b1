/* Rows of the rules' tables as bytes: fields one behind the other, big endian, no padding, first
 * byte the version of the layout. */
#ifndef APPLIANCE_RULES_RECORD_H
#define APPLIANCE_RULES_RECORD_H

#include "ledger/base/buf.h"
#include "ledger/store/table.h"

#define POSITION_BYTES 5 /* the tree ends at 2^40 entries */

/* Reads fields in order; a row that is too short or too long shows at the end. */
struct record {
	struct span in;
	size_t at;
	bool bad;
};

void record_open(struct record *record, struct span in);
uint64_t record_be(struct record *record, unsigned bytes); /* 1..8 */
struct span record_bytes(struct record *record, size_t size);
/* A string with its size in one byte before it. */
struct span record_string(struct record *record);
/* Errors: ERR_CORRUPT, naming the table. */
MUST_CHECK enum err record_close(struct record *record, unsigned table, struct fault *fault);

void record_put_string(struct buf *buf, struct span text);

/* The next number of a counter, from 1, without and with using it up.
 * Errors: ERR_LIMIT when all 32 bits are used. */
MUST_CHECK enum err counter_peek(
	const struct table *table, uint8_t counter, uint32_t *next, struct fault *fault);
MUST_CHECK enum err counter_set(
	const struct table *table, uint8_t counter, uint32_t used, struct fault *fault);

#endif
