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

/* Appends the body of a pepper statement that seals a pepper to the box keys in force that have no
 * box of that year yet, members' and tenants'; at most BODY_PEPPER_BOXES of them: say it again
 * until there is none left. Errors: ERR_NOT_FOUND: there is no such key. */
MUST_CHECK enum err pepper_seal(const struct table *table, uint16_t year,
	const uint8_t pepper[PEPPER_SIZE], int64_t time_ms, struct buf *body, struct fault *fault);

/* Appends the body for these boxes, which are put in order. The buf's error sticks. */
void pepper_body_seal(uint16_t year, const uint8_t pepper[PEPPER_SIZE], struct pepper_box *boxes,
	size_t count, struct buf *body);

#endif
