/* Bringing state.db up to ledger.db: after a crash the newest batches, for a rebuild all of them.
 * Hashes, seals, outcomes and digest must come out as they are stored; signatures too where it is
 * wanted: a start believes those that it verified before, a rebuild does not. */
#ifndef LEDGER_RECOVER_H
#define LEDGER_RECOVER_H

#include "ledger/app.h"
#include "ledger/store/ledger_db.h"
#include "ledger/store/state.h"

struct recovery {
	struct ledger_db *ledger;
	struct state *state;
	const struct app *app;
	struct span origin;
	bool verifies; /* signatures as well */
	void (*progress)(void *self, uint64_t done, uint64_t all); /* leaves; may be NULL */
	void *progress_self;
};

/* Errors: ERR_CORRUPT naming the position that comes out differently, or when state.db is ahead
 * or of another ledger (it says to rebuild); storage. */
MUST_CHECK enum err recover(const struct recovery *recovery, struct fault *fault);

#endif
