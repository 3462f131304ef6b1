/* After a box key was renewed: what is held under the former one is sealed to the new one, so that
 * the former secret can be destroyed (DESIGN section 3). */
#ifndef APPLIANCE_VIEW_REWRAP_H
#define APPLIANCE_VIEW_REWRAP_H

#include "appliance/view/attachments.h"

struct rewrapped {
	size_t files; /* held here */
	size_t done; /* sealed to the present key now */
	size_t before; /* readable by the present key already */
	size_t others; /* not for this party */
	size_t peppers_missing; /* years whose pepper is not sealed to the present key */
};

/* All held files of a party. Said again it goes on where it was left.
 * Errors: ERR_NOT_FOUND: the party has no box key here; storage. */
MUST_CHECK enum err rewrap_all(struct attachments *attachments, struct desk *desk,
	const struct desk_party *party, struct rewrapped *rewrapped, struct fault *fault);

#endif
