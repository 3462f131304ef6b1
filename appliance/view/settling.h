/* A party's view follows the changes of packs that are stated for it: its stock, and the secrets
 * that undo them.
 *
 * What is to be stated is kept first, under the sequence number that its statement will carry.
 * When the answer is there the view follows and forgets it, in one transaction. A crash, or an
 * answer that did not come in time, leaves it under way: what became of it is then asked of the
 * ledger by key and number, at the next start or before the next undoing. So a change on the ledger
 * can always be undone by who made it, and stock and ledger agree. */
#ifndef APPLIANCE_VIEW_SETTLING_H
#define APPLIANCE_VIEW_SETTLING_H

#include "appliance/view/desk.h"
#include "appliance/view/view.h"

/* Takes a sequence number for it, unless it has one, and keeps it. */
MUST_CHECK enum err settling_begin(struct desk *desk, struct view *view,
	const struct desk_party *party, struct underway *underway, struct fault *fault);
/* It is on the ledger at this position, with this alert or 0. Settled before: nothing happens. */
MUST_CHECK enum err settling_end(struct view *view, const struct desk_party *party,
	const struct underway *underway, uint64_t position, uint16_t alert, struct fault *fault);
/* It was refused: nothing happened. */
MUST_CHECK enum err settling_drop(struct view *view, const struct desk_party *party,
	const struct underway *underway, struct fault *fault);

/* Settles what the ledger has of a party's changes under way. */
MUST_CHECK enum err settling_catch_up(
	struct desk *desk, struct view *view, const struct desk_party *party, struct fault *fault);
/* At the start, when nothing is on its way: settles or drops all of every party. */
MUST_CHECK enum err settling_recover(struct desk *desk, struct view *view, struct fault *fault);

/* The stock follows a change by one of the party's stations, which keeps the secret itself. */
MUST_CHECK enum err settling_note(struct view *view, const struct desk_party *party,
	const struct underway *underway, uint64_t position, uint16_t alert, struct fault *fault);

#endif
