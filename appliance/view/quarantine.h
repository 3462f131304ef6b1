/* What a party has put aside, by scan. A note of its own in view.db: nothing of it is stated,
 * nobody else is told, and a check by this party says `quarantined`. */
#ifndef APPLIANCE_VIEW_QUARANTINE_H
#define APPLIANCE_VIEW_QUARANTINE_H

#include "appliance/view/scanned.h"
#include "appliance/view/view.h"

#include <jansson.h>

/* NULL for a code that is none; QUARANTINE_END for a word that is none. */
const char *quarantine_word(enum quarantine_reason reason);
enum quarantine_reason quarantine_reason(const char *word);

/* Why the pack is in the party's quarantine. Errors: ERR_NOT_FOUND: it is not; storage. */
MUST_CHECK enum err quarantine_find(struct view *view, const struct desk_party *party,
	const struct scanned *scanned, struct quarantined *quarantined, struct fault *fault);

struct aside {
	struct span scan;
	bool is_whole_lot; /* all packs of the lot, also those that come in later */
};

/* Errors: scanned_read's; ERR_FORMAT: a pack without a number of its own can only be put aside with
 * its whole lot, and a lot must be known. */
MUST_CHECK enum err quarantine_put(struct view *view, const struct desk_party *party,
	const struct aside *aside, struct quarantined *quarantined, struct fault *fault);
/* What was put aside pack by pack stays when the whole lot is taken out. quarantined: as it was.
 * Errors: as quarantine_put; ERR_NOT_FOUND: it is not there, or by its whole lot only. */
MUST_CHECK enum err quarantine_release(struct view *view, const struct desk_party *party,
	const struct aside *aside, struct quarantined *quarantined, struct fault *fault);

/* Changes by which a pack reaches somebody want one that nothing speaks against, or a reason.
 * Errors: ERR_REFUSED: it is in quarantine. */
MUST_CHECK enum err quarantine_permits(struct view *view, const struct desk_party *party,
	const struct scanned *scanned, unsigned kind, unsigned override, struct fault *fault);

/* {"whole_lot", "reason", "since", "by"}. */
json_t *quarantine_json(const struct quarantined *quarantined);

#endif
