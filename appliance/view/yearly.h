/* Peppers as operators see to them: which years there are, who lacks one, posting the next year's
 * and sealing them to box keys that came later. A voter does so for all members. */
#ifndef APPLIANCE_VIEW_YEARLY_H
#define APPLIANCE_VIEW_YEARLY_H

#include "appliance/view/desk.h"

#define YEARLY_MAX 64 /* years looked at, from the newest back */

struct yearly {
	uint16_t year;
	size_t sealed; /* box keys in force that have it */
	size_t missing; /* box keys in force that have not */
	bool opens; /* a key here opens it */
};

/* Newest first. Errors: ERR_NOT_FOUND: there is none yet; storage. */
MUST_CHECK enum err yearly_list(
	struct desk *desk, struct yearly years[YEARLY_MAX], size_t *count, struct fault *fault);

/* What of it concerns somebody now: the year whose pepper must be posted (0: none). From November
 * on that is the next one's, at any time the present one's. */
MUST_CHECK enum err yearly_due(
	const struct table *table, int64_t now_ms, uint16_t *year, struct fault *fault);
MUST_CHECK enum err yearly_due_here(struct desk *desk, uint16_t *year, struct fault *fault);

/* Draws the pepper of a year and posts it, sealed to every box key in force. *count: keys.
 * Errors: ERR_EXISTS: it is there; ERR_REFUSED: not a voter, or another year than this or the next;
 * those of desk_state. */
MUST_CHECK enum err yearly_post(struct desk *desk, const struct desk_party *voter, uint16_t year,
	size_t *count, struct fault *fault);

/* Seals the peppers that open here to the box keys that lack them. Errors: as above. */
MUST_CHECK enum err yearly_seal(
	struct desk *desk, const struct desk_party *voter, size_t *count, struct fault *fault);

#endif
