/* Believing nothing but the bytes: a ledger's folder, or a copy of it, checked from genesis to its
 * end. And state.db made again from ledger.db. */
#ifndef LEDGER_AUDIT_H
#define LEDGER_AUDIT_H

#include "ledger/app.h"
#include "ledger/base/crypto.h"
#include "ledger/base/env.h"

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

struct audit_options {
	const char *folder;
	const struct env *env;
	const struct app *app;
	void (*progress)(void *self, uint64_t done, uint64_t all); /* positions; may be NULL */
	void *progress_self;
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
