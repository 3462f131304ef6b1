/* Reading a ledger beside its node, in the same process or another: own connections, snapshots,
 * no locks that the node would feel. One reader a thread; hold a snapshot 100 ms at most. */
#ifndef LEDGER_READER_H
#define LEDGER_READER_H

#include "ledger/base/buf.h"
#include "ledger/base/env.h"
#include "ledger/outcome.h"
#include "ledger/proof/statement.h"
#include "ledger/store/table.h"

struct reader;

/* Errors: ERR_NOT_FOUND, ERR_VERSION, storage. */
MUST_CHECK enum err reader_open(
	struct reader **reader, const char *folder, const struct env *env, struct fault *fault);
void reader_free(struct reader *reader);

struct span reader_origin(const struct reader *reader);

/* One moment of the ledger. */
struct snapshot {
	const struct table *table; /* state after `height`; put and drop are NULL */
	uint64_t height; /* batches applied */
	uint64_t applied_size; /* leaves that the tables reflect */
	uint64_t final_size; /* leaves under the newest signed checkpoint */
	int64_t time_ms; /* ledger time at `height` */
	int64_t cosigned_ms; /* time in the newest cosignature; 0: none yet */
	int64_t age_ms; /* how long ago that was by this machine's clock; -1: none yet */
	uint8_t root[HASH_SIZE]; /* at applied_size */
	uint8_t digest[HASH_SIZE]; /* of the state after `height` */
};

/* Everything below may be called inside a snapshot (all answers are then of one moment) or
 * outside (each call is its own moment). Snapshots do not nest. */
MUST_CHECK enum err reader_begin(
	struct reader *reader, struct snapshot *snapshot, struct fault *fault);
void reader_end(struct reader *reader);

/* Where a statement stands and what was found about it. */
struct recorded {
	uint64_t position;
	uint64_t height;
	uint32_t index; /* in its batch; the seal is 0 */
	int64_t time_ms; /* ledger time of the batch */
	struct outcome outcome; /* accepted, perhaps with an alert */
	uint8_t entry[ENTRY_SIZE];
};

/* ERR_NOT_FOUND beyond the end. */
MUST_CHECK enum err reader_recorded(
	struct reader *reader, uint64_t position, struct recorded *recorded, struct fault *fault);
/* Puts the statement's (or seal's) bytes into buf. */
MUST_CHECK enum err reader_statement(
	struct reader *reader, uint64_t position, struct buf *bytes, struct fault *fault);
/* The position of a key's statement by its sequence number, while it is in the window. */
MUST_CHECK enum err reader_find(struct reader *reader, const uint8_t kid[KID_SIZE],
	uint64_t sequence, uint64_t *position, struct fault *fault);
/* The position of an entry, by entries.db and, for leaves that are not there yet, by the log.
 * Errors: ERR_NOT_FOUND; ERR_UNSURE: entries.db is being made, and it is not among the newest.
 * Cost: a page a run, and at most READER_TAIL leaves of the log. */
#define READER_TAIL 16384
MUST_CHECK enum err reader_find_entry(struct reader *reader, const uint8_t entry[ENTRY_SIZE],
	uint64_t *position, struct fault *fault);
/* Outcome of entry in the batch at height, also of refused ones. */
MUST_CHECK enum err reader_outcome(struct reader *reader, uint64_t height,
	const uint8_t entry[ENTRY_SIZE], struct outcome *outcome, struct fault *fault);
/* The entries at first..first+count-1, 32 bytes each; count at most 65536. */
MUST_CHECK enum err reader_entries(struct reader *reader, uint64_t first, size_t count,
	struct buf *entries, struct fault *fault);

/* A resource of tlog-tiles by its path: "/checkpoint", "/tile/0/000.p/5", "/tile/entries/000".
 * Only what final_size covers is there. Errors: ERR_NOT_FOUND, ERR_FORMAT for a path that is
 * none. */
MUST_CHECK enum err reader_resource(
	struct reader *reader, struct span path, struct buf *bytes, struct fault *fault);

/* The newest signed checkpoint. Errors: ERR_NOT_FOUND when none was signed yet. */
MUST_CHECK enum err reader_checkpoint(struct reader *reader, struct buf *note, struct fault *fault);

/* The receipt of a position as c2sp.org/tlog-proof@v1 text, under the newest checkpoint.
 * Errors: ERR_NOT_FOUND: no such position; ERR_UNSURE: not final yet, ask again. */
MUST_CHECK enum err reader_receipt(
	struct reader *reader, uint64_t position, struct buf *text, struct fault *fault);
/* The same under the newest checkpoint of at most size_max leaves; is_public as below.
 * Errors: also ERR_NOT_FOUND: none of those covers the position. */
MUST_CHECK enum err reader_receipt_under(struct reader *reader, uint64_t position,
	uint64_t size_max, bool is_public, struct buf *text, struct fault *fault);
/* The same for anybody: `extra` holds the entry, since statements are for members only. */
MUST_CHECK enum err reader_receipt_public(
	struct reader *reader, uint64_t position, struct buf *text, struct fault *fault);
/* The same proof as an RFC 9942 COSE receipt, signed here with the log key. */
MUST_CHECK enum err reader_receipt_cose(struct reader *reader, uint64_t position,
	const uint8_t kid[KID_SIZE], struct span issuer, const struct signer *signer,
	struct buf *receipt, struct fault *fault);

#endif
