/* Provenance: what happened to a pack or a lot, from the ledger's own records (for everybody who
 * may ask) and from what the asker's own view holds, told apart. */
#ifndef APPLIANCE_VIEW_TRACE_H
#define APPLIANCE_VIEW_TRACE_H

#include "appliance/view/check.h"

/* One pack by its scan. Answers JSON: {"verdict", "lot": {...}, "steps": [{"source": "ledger" or
 * "view", "what", "time", "by", "position", ...}]}.
 * Errors: scanned_read's; storage. */
MUST_CHECK enum err trace_pack(struct desk *desk, struct view *view, const struct desk_party *party,
	struct span scan, json_t **out, struct fault *fault);

/* A lot: states and positions, packs by state, recalls and how far they reached, alerts.
 * Errors: ERR_NOT_FOUND: the lot is not on the ledger. */
MUST_CHECK enum err trace_lot(
	struct desk *desk, const char *gtin, const char *lot, json_t **out, struct fault *fault);

/* Answers of all recalls with their reach, and what the party holds (party may be NULL). */
MUST_CHECK enum err trace_recalls(struct desk *desk, struct view *view,
	const struct desk_party *party, json_t **out, struct fault *fault);

/* Alerts, newest first: all for an authority, else those the party raised or whose product is its
 * own; at most `most`. */
MUST_CHECK enum err trace_alerts(struct desk *desk, const struct desk_party *party, size_t most,
	json_t **out, struct fault *fault);

#endif
