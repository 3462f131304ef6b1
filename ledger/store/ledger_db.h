/* ledger.db: the truth. Everything else can be made again from it.
 *
 *	log(height, term, time, entries): what was ordered, one row a batch. entries: 32 bytes
 *	    each, the seal's first; height 0 is genesis alone
 *	statement(slot, bytes): statements, stored once; slot = height << 13 | index in the batch.
 *	    Refused ones have no row (their hash and outcome stay), except evidence: a sequence
 *	    number used twice
 *	applied(height, first, size, root, digest, outcomes): what became of it: first leaf of the
 *	    batch, leaves, root and state digest after it, outcomes (outcomes.h)
 *	tile(id, hashes): id = level << 48 | index; 32 bytes a hash; those at the right edge grow
 *	checkpoint(size, height, time, note): signed notes; a newer cosignature replaces the note
 *	    of the same size
 *	fact(name, value): origin; archived: height below which retention has moved statements
 *	    into archive files (archive.h), 8 bytes
 *
 * WAL, synchronous FULL: what is committed survives a power cut. Rows are only ever added at the
 * end of each table: no index in random key order lies on the commit path. Notes are the
 * exception to FULL: one that is lost is signed again. application_id "ASLG". */
#ifndef LEDGER_STORE_LEDGER_DB_H
#define LEDGER_STORE_LEDGER_DB_H

#include "ledger/base/buf.h"
#include "ledger/base/crypto.h"
#include "ledger/outcome.h"

#define LEDGER_BATCH_MAX 4097 /* statements and the seal */

struct ledger_db;

enum ledger_db_mode {
	LEDGER_DB_WRITE, /* the node's; the file must be there */
	LEDGER_DB_CREATE, /* the same; it is made */
	LEDGER_DB_READ,
};

MUST_CHECK enum err ledger_db_open(struct ledger_db **ledger, const char *path, const char *vfs,
	enum ledger_db_mode mode, struct fault *fault);
void ledger_db_free(struct ledger_db *ledger);
const char *ledger_db_path(const struct ledger_db *ledger);

/* The result of applying a batch. */
struct ledger_applied {
	uint64_t height;
	uint64_t first; /* leaf of its seal (genesis: 0) */
	uint64_t size; /* leaves after it */
	int64_t time_ms; /* ledger time: of its log row */
	uint8_t root[HASH_SIZE];
	uint8_t digest[HASH_SIZE];
};

/* One batch as stored. Buffers are reused from call to call. */
struct ledger_batch {
	struct ledger_applied applied;
	uint64_t term;
	size_t count;
	struct buf entries; /* count * 32 bytes */
	struct buf outcomes; /* encoded */
};
void ledger_batch_init(struct ledger_batch *batch);
void ledger_batch_close(struct ledger_batch *batch);
const uint8_t *ledger_batch_entry(const struct ledger_batch *batch, size_t index);

/* Writing: begin, puts, commit or rollback. */
MUST_CHECK enum err ledger_db_begin(struct ledger_db *ledger, struct fault *fault);
MUST_CHECK enum err ledger_db_commit(struct ledger_db *ledger, struct fault *fault);
void ledger_db_rollback(struct ledger_db *ledger);
MUST_CHECK enum err ledger_db_put_log(struct ledger_db *ledger, uint64_t height, uint64_t term,
	int64_t time_ms, struct span entries, struct fault *fault);
MUST_CHECK enum err ledger_db_put_statement(struct ledger_db *ledger, uint64_t height, size_t index,
	struct span bytes, struct fault *fault);
MUST_CHECK enum err ledger_db_put_applied(struct ledger_db *ledger,
	const struct ledger_applied *applied, struct span outcomes, struct fault *fault);
MUST_CHECK enum err ledger_db_put_tile(struct ledger_db *ledger, unsigned level, uint64_t index,
	struct span hashes, struct fault *fault);
MUST_CHECK enum err ledger_db_put_fact(
	struct ledger_db *ledger, const char *name, struct span value, struct fault *fault);

/* A transaction of its own that does not wait for the disk. */
struct ledger_checkpoint {
	uint64_t size;
	uint64_t height;
	int64_t time_ms; /* of the cosignature */
};
MUST_CHECK enum err ledger_db_put_checkpoint(struct ledger_db *ledger,
	const struct ledger_checkpoint *checkpoint, struct span note, struct fault *fault);
/* The same inside a transaction that is open: an import's. */
MUST_CHECK enum err ledger_db_add_checkpoint(struct ledger_db *ledger,
	const struct ledger_checkpoint *checkpoint, struct span note, struct fault *fault);

/* Reading. All answer ERR_NOT_FOUND, with a fault text, when it is not there. */
MUST_CHECK enum err ledger_db_head(struct ledger_db *ledger, struct ledger_applied *applied,
	struct fault *fault); /* the newest applied batch */
MUST_CHECK enum err ledger_db_applied(struct ledger_db *ledger, uint64_t height,
	struct ledger_applied *applied, struct fault *fault);
MUST_CHECK enum err ledger_db_batch(
	struct ledger_db *ledger, uint64_t height, struct ledger_batch *batch, struct fault *fault);
/* The batch that the leaf at position is of. */
MUST_CHECK enum err ledger_db_batch_of(struct ledger_db *ledger, uint64_t position,
	struct ledger_batch *batch, struct fault *fault);
/* Also from an archive file. Errors: ERR_UNSURE: that is not here. */
MUST_CHECK enum err ledger_db_statement(struct ledger_db *ledger, uint64_t height, size_t index,
	struct buf *bytes, struct fault *fault);
bool ledger_db_is_from_archive(const struct ledger_db *ledger); /* the one read last */
/* Statements of lower heights may have been moved; 0: of none. */
MUST_CHECK enum err ledger_db_archived(
	struct ledger_db *ledger, uint64_t *height, struct fault *fault);
/* Inside a transaction: what is on the disk of an archive leaves. */
int64_t ledger_db_slot(uint64_t height, size_t index);
MUST_CHECK enum err ledger_db_drop_statements(struct ledger_db *ledger, const int64_t *slots,
	size_t count, uint64_t archived, struct fault *fault);
/* Valid until the next call. */
MUST_CHECK enum err ledger_db_tile(struct ledger_db *ledger, unsigned level, uint64_t index,
	struct span *hashes, struct fault *fault);
/* The newest checkpoint of at most that size; note may be NULL. */
MUST_CHECK enum err ledger_db_checkpoint(struct ledger_db *ledger, uint64_t size_max,
	struct ledger_checkpoint *checkpoint, struct buf *note, struct fault *fault);
MUST_CHECK enum err ledger_db_fact(
	struct ledger_db *ledger, const char *name, struct buf *value, struct fault *fault);

/* Where the leaf at position stands in its batch. Errors: ERR_CORRUPT when outcomes and leaves
 * do not agree. outcomes has LEDGER_BATCH_MAX of room and gets all of the batch. */
MUST_CHECK enum err ledger_batch_place(const struct ledger_batch *batch, uint64_t position,
	struct outcome *outcomes, size_t *index, struct fault *fault);

/* Readers: one moment. */
MUST_CHECK enum err ledger_db_begin_read(struct ledger_db *ledger, struct fault *fault);
void ledger_db_end_read(struct ledger_db *ledger);

MUST_CHECK enum err ledger_db_wal(struct ledger_db *ledger, uint32_t *frames, struct fault *fault);
MUST_CHECK enum err ledger_db_check_structure(struct ledger_db *ledger, struct fault *fault);

/* For audits: how many rows a table has ("statement", "tile", "log", "applied", "checkpoint"):
 * rows that belong to nothing are found by counting. */
MUST_CHECK enum err ledger_db_count(
	struct ledger_db *ledger, const char *table, uint64_t *count, struct fault *fault);

#endif
