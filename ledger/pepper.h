/* Peppers: 32 random bytes per ledger and year, sealed on the ledger to each member's box keys. */
#ifndef LEDGER_PEPPER_H
#define LEDGER_PEPPER_H

#include "ledger/keyholder.h"
#include "ledger/members/members.h"

/* The pepper of that year, opened with whichever box key of ours has a box of it, and compared
 * with its commitment. Keep it in secret_new memory.
 * Errors: ERR_NOT_FOUND: no pepper of that year; ERR_KEY: no box for a key of ours; ERR_CORRUPT:
 * every box for us opens to something else than the commitment; the key holder's. */
MUST_CHECK enum err pepper_load(const struct table *table, struct keyholder *holder, uint16_t year,
	uint8_t out[PEPPER_SIZE], struct fault *fault);

/* Appends the body of a pepper statement that seals a pepper to every box key in force that has
 * no box of that year yet (members' and tenants').
 * Errors: ERR_NOT_FOUND: there is no such key; ERR_LIMIT: more than BODY_PEPPER_BOXES (the first
 * ones are in the body, say it again for the rest: this is told by the caller's next call). */
MUST_CHECK enum err pepper_seal(const struct table *table, uint16_t year,
	const uint8_t pepper[PEPPER_SIZE], int64_t time_ms, struct buf *body, struct fault *fault);

#endif
