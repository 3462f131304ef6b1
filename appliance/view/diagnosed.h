/* What the scanner did to a scan, judged by what the ledger knows: damage is ruled out before amber
 * or red is shown (RULES section 4). */
#ifndef APPLIANCE_VIEW_DIAGNOSED_H
#define APPLIANCE_VIEW_DIAGNOSED_H

#include "appliance/view/scanned.h"
#include "gs1/syntax/diagnose.h"

/* A scan that reads, but whose lot or number is not known. The damage stays NONE unless undoing it
 * leads to a pack that is: one whose lot has its number, or without number, its printed expiry.
 * Characters added behind are not looked for here: a copy with a longer number would pass for a
 * damaged scan of its model. */
MUST_CHECK enum err diagnosed_known(struct desk *desk, const struct table *table, struct span scan,
	struct gs1_diagnosis *out, struct fault *fault);

/* A scan that does not read, and whose damage can be undone in more than one way (a separator lost
 * before one of several "21"): the way that leads to a known pack, if that is one alone. Otherwise
 * *out, the diagnosis without the ledger, stays as it is. */
MUST_CHECK enum err diagnosed_unread(struct desk *desk, const struct table *table, struct span scan,
	struct gs1_diagnosis *out, struct fault *fault);

#endif
