/* What a party's view takes in when another party's consignment arrives for it: which thing lies in
 * which, lot and expiry of each pack, and the events, each findable by everything it names. */
#ifndef APPLIANCE_VIEW_INTAKE_H
#define APPLIANCE_VIEW_INTAKE_H

#include "appliance/view/desk.h"
#include "appliance/view/view.h"

/* party: whose view. from: the member it came from. stated: the statement it came with.
 * All or nothing. A pack that this party holds or has supplied stays what it is; an event that is
 * there already is no error. What would lie in a circle with what this party knew is taken out
 * first.
 * Errors: those of consignment_read; ERR_FORMAT: an event is no EPCIS JSON-LD; storage. */
MUST_CHECK enum err intake(struct view *view, const char *party, const char *from,
	const struct stated *stated, struct span consignment, struct fault *fault);

#endif
