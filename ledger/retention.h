/* Retention: statements of old batches leave ledger.db for archive files (ledger/store/archive.h).
 * Log, entries, tiles, checkpoints and outcomes stay, so that everything can still be proven; so do
 * genesis, seals and the ledger's own kinds (keys, sites, mandates ...), by which the chain of
 * keys and seals can be audited without the archive. */
#ifndef LEDGER_RETENTION_H
#define LEDGER_RETENTION_H

#include "ledger/base/env.h"
#include "ledger/base/err.h"

struct retention_options {
	const char *folder;
	const struct env *env;
	int64_t before_ms; /* batches of an earlier ledger time */
	void (*progress)(void *self, uint64_t done, uint64_t all); /* batches; may be NULL */
	void *progress_self;
};

struct retention_report {
	uint64_t statements; /* moved now */
	uint64_t height; /* batches below it have been gone over */
};

/* Moves in portions: each is on the archive's disk before it leaves ledger.db, so that a crash
 * leaves it in one place or in both. Beside a running node, which waits for a portion at most.
 * Only what a checkpoint covers is moved. Errors: storage; ERR_CORRUPT: a statement is not the
 * one that was ordered: nothing of its portion is moved. */
MUST_CHECK enum err retention_move(const struct retention_options *options,
	struct retention_report *report, struct fault *fault);

#endif
