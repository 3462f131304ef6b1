/* What the tables hold, looked at a little with every batch. The digest of changes.h only chains
 * changes; this goes round through all rows, in order of table and key, so that seals can vouch for
 * the tables themselves without anybody ever standing still to read them all.
 *
 *	step     the rows that follow the place where the step before ended, up to its cost or to
 *	         the last table's end; the next round begins with the step after that
 *	cost     1 a row and 1 more for each 64 bytes of its key and value, 1 at a table's end;
 *	         a step: 256, and of the round before a 32,768th more, so that 65,536 steps go
 *	         round at least once unless the tables double meanwhile
 *	hash'    SHA-256(hash || SHA-256(the step's rows, as put in changes.h)), at first 32
 *	         zero bytes
 *
 * Each step sees the tables as they are after the batch before. A place is kept with the tables. */
#ifndef LEDGER_STORE_WALK_H
#define LEDGER_STORE_WALK_H

#include "ledger/base/buf.h"
#include "ledger/base/crypto.h"
#include "ledger/store/table.h"

#define WALK_COST     256
#define WALK_STEPS    32768
#define WALK_SIZE_MAX (2 + 8 + 8 + HASH_SIZE + 1 + TABLE_KEY_MAX)

struct walk {
	unsigned table;
	uint64_t cost; /* of this round so far */
	uint64_t round; /* of the round before */
	uint8_t hash[HASH_SIZE];
	size_t key_size; /* 0: at the table's beginning */
	uint8_t key[TABLE_KEY_MAX];
};

void walk_init(struct walk *walk);

/* One step. On failure the walk is as before. Errors: the table's. */
MUST_CHECK enum err walk_step(struct walk *walk, const struct table *table, struct fault *fault);

/* As stored beside the tables: table 2, cost 8, round 8, hash 32, size of key 1, key. */
void walk_put(const struct walk *walk, struct buf *buf);
MUST_CHECK enum err walk_take(struct span bytes, struct walk *walk, struct fault *fault);

#endif
