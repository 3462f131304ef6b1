/* Believing nothing but the bytes: a ledger's folder, or a copy of it, checked from genesis to its
 * end. And state.db made again from ledger.db. */
#ifndef LEDGER_AUDIT_H
#define LEDGER_AUDIT_H

#include "ledger/app.h"
#include "ledger/base/crypto.h"
#include "ledger/base/env.h"
#include "ledger/proof/envelope.h"

/* What an audit looks at, in this order for every batch. */
#define AUDIT_LIST(X)                                                                              \
	X(AUDIT_NOTHING, "nothing wrong")                                                          \
	X(AUDIT_FILE, "the file's structure")                                                      \
	X(AUDIT_GENESIS, "genesis")                                                                \
	X(AUDIT_LOG, "log row")                                                                    \
	X(AUDIT_STATEMENT, "statement bytes")                                                      \
	X(AUDIT_SIGNATURE, "signature")                                                            \
	X(AUDIT_SEAL, "seal")                                                                      \
	X(AUDIT_OUTCOME, "outcome")                                                                \
	X(AUDIT_DIGEST, "state digest")                                                            \
	X(AUDIT_ROOT, "tree root")                                                                 \
	X(AUDIT_TILE, "tile")                                                                      \
	X(AUDIT_CHECKPOINT, "checkpoint")                                                          \
	X(AUDIT_STATE, "state.db")

enum audit_what {
#define X(name, text) name,
	AUDIT_LIST(X)
#undef X
};

const char *audit_what_text(enum audit_what what);

/* How far an audit had come: signatures of the leaves below size and of the notes for smaller
 * sizes verify. It says so of bytes, not of a place: root and chain bind them, and an audit that
 * goes on from here hashes all of them again. */
struct audit_mark {
	char origin[ORIGIN_SIZE_MAX + 1];
	uint64_t height, size; /* of a whole batch */
	uint8_t root[HASH_SIZE];
	uint8_t chain[HASH_SIZE]; /* over notes and evidence, which the tree does not hold */
};

struct audit_options {
	const char *folder;
	const struct env *env;
	const struct app *app;
	void (*progress)(void *self, uint64_t done, uint64_t all); /* positions; may be NULL */
	void *progress_self;
	unsigned threads; /* that verify; 0: one a core */
	uint64_t since; /* signatures of batches before this height are not verified */
	/* Without the application's rules: their outcomes, digests and state.db are not judged. */
	bool no_rules;
	const struct audit_mark *mark; /* where an earlier audit was; NULL: none */
	/* Called in the walk, every so often, with what is verified by then; may be NULL. */
	void (*keep_mark)(void *self, const struct audit_mark *mark);
	void *keep_self;
	int64_t keep_every_us;
};

struct audit_report {
	enum audit_what what; /* AUDIT_NOTHING: all is right */
	uint64_t position; /* the first wrong one, or the one it was found at */
	uint64_t height;
	uint64_t size; /* leaves checked and found right */
	uint64_t statements;
	uint64_t signatures;
	uint64_t checkpoints;
	uint64_t tiles;
	uint64_t marked; /* leaves whose signatures the mark spoke for */
	bool is_mark_refused; /* it was of other bytes: all was verified */
	bool has_rules; /* they were applied */
	/* Statements in archive files that are not here: their signatures and the rules of
	 * the whole ledger could not be judged. */
	uint64_t absent;
	int64_t time_ms; /* ledger time of the last batch */
	uint8_t root[HASH_SIZE];
	uint8_t digest[HASH_SIZE];
	struct fault fault; /* what != AUDIT_NOTHING: one sentence */
};

/* OK: the report says what was found. Errors: what keeps it from being judged (no such file,
 * storage); ERR_CORRUPT is never answered: damage is a finding. */
MUST_CHECK enum err audit(
	const struct audit_options *options, struct audit_report *report, struct fault *fault);

/* Makes state.db again from ledger.db, which is not changed; takes the folder's lock. The old
 * state.db is kept as state.db.old until the new one is complete.
 * Errors: ERR_BUSY, ERR_CORRUPT naming the position where it comes out differently. */
MUST_CHECK enum err rebuild(
	const struct audit_options *options, uint8_t digest[HASH_SIZE], struct fault *fault);

#endif
