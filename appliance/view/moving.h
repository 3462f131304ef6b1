/* A party's view, and those of the other parties served here, follow the movements that are stated
 * for it: as settling.h does for changes of packs.
 *
 * A movement is kept with all that the party's own view needs, under the sequence number that its
 * statement will carry, before it is stated. On the ledger, it is first given to the other parties
 * here that it is for (which is the same done twice); then the own view follows and forgets it, in
 * one transaction. What a crash cuts off is done at the next start, or before the party's next
 * movement; what never came onto the ledger is forgotten at the next start. */
#ifndef APPLIANCE_VIEW_MOVING_H
#define APPLIANCE_VIEW_MOVING_H

#include "appliance/view/attachments.h"
#include "appliance/view/desk.h"
#include "appliance/view/view.h"

struct moving_place {
	struct desk *desk;
	struct view *view;
	struct attachments *attachments;
};

/* The EPCs of a movement as view.db keeps them. */
void moving_put_epcs(const struct span *epcs, size_t count, struct buf *buf);

/* Takes a sequence number for it, unless it has one, and keeps it.
 * Errors: ERR_BUSY: a claim, and another movement of one of its EPCs, or of what lies around or
 * inside, is under way; storage. */
MUST_CHECK enum err moving_begin(const struct moving_place *place, const struct desk_party *party,
	struct moving *moving, struct fault *fault);
/* It is on the ledger at this position and the others have it: the own view follows. Settled
 * before: nothing happens. */
MUST_CHECK enum err moving_end(const struct moving_place *place, const struct desk_party *party,
	const struct moving *moving, uint64_t position, struct fault *fault);
/* It was not recorded: nothing happened. */
MUST_CHECK enum err moving_drop(const struct moving_place *place, const struct desk_party *party,
	uint64_t sequence, struct fault *fault);

/* Settles what the ledger has of a party's movements under way. */
MUST_CHECK enum err moving_catch_up(
	const struct moving_place *place, const struct desk_party *party, struct fault *fault);
/* At the start, when nothing is on its way: settles or drops all of every party. */
MUST_CHECK enum err moving_recover(const struct moving_place *place, struct fault *fault);

#endif
