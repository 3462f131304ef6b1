/* state.db: the tables as the rules left them after a batch. Derived from ledger.db and never
 * ahead of it: each batch is one transaction, committed after ledger.db's.
 *
 *	tN(k BLOB PRIMARY KEY, v BLOB) WITHOUT ROWID    N = 0..127, made when first written to
 *	applied(height, size, digest, walk)             one row: the batch that it reflects, and
 *	                                                how far the walk of walk.h has come
 *
 * WAL, synchronous NORMAL: a power cut may lose the newest batches, never tear one; what is lost
 * is applied again from ledger.db. application_id "ASST". */
#ifndef LEDGER_STORE_STATE_H
#define LEDGER_STORE_STATE_H

#include "ledger/base/crypto.h"
#include "ledger/store/table.h"

struct state;

enum state_mode {
	STATE_WRITE, /* the node's */
	STATE_READ, /* a reader's: tables without put and drop */
	STATE_TEMPORARY, /* an audit's: vanishes on closing; path is not looked at */
};

/* What the tables reflect; height and size mean nothing while is_empty. */
struct state_place {
	bool is_empty; /* nothing applied yet, not even genesis */
	uint64_t height;
	uint64_t size;
	uint8_t digest[HASH_SIZE];
};

MUST_CHECK enum err state_open(struct state **state, const char *path, const char *vfs,
	enum state_mode mode, struct fault *fault);
void state_free(struct state *state);

/* The tables; for STATE_WRITE changes are allowed between begin and commit only. */
const struct table *state_table(const struct state *state);
MUST_CHECK enum err state_place(
	struct state *state, struct state_place *place, struct fault *fault);

/* One batch: begin, changes, fold (the new digest), commit or rollback. */
MUST_CHECK enum err state_begin(struct state *state, struct fault *fault);
void state_fold(struct state *state, uint8_t digest[HASH_SIZE]);
/* Errors: the transaction is then rolled back. */
MUST_CHECK enum err state_commit(
	struct state *state, uint64_t height, uint64_t size, struct fault *fault);
void state_rollback(struct state *state);

/* Before the changes of a batch: goes one step of walk.h and says its hash. Asked again it says the
 * same, until the batch is folded. */
MUST_CHECK enum err state_walk(struct state *state, uint8_t hash[HASH_SIZE], struct fault *fault);

/* Readers: one moment. */
MUST_CHECK enum err state_begin_read(struct state *state, struct fault *fault);
void state_end_read(struct state *state);

/* PASSIVE checkpoint of the WAL, see db_checkpoint. */
MUST_CHECK enum err state_checkpoint(struct state *state, uint32_t *frames, struct fault *fault);

MUST_CHECK enum err state_check_structure(struct state *state, struct fault *fault);

/* SHA-256 over all tables in order of id and key, (op put as in changes.h for every row): what two
 * state files are compared by in full. Cost: reads everything. */
MUST_CHECK enum err state_hash_all(
	struct state *state, uint8_t hash[HASH_SIZE], struct fault *fault);

#endif
