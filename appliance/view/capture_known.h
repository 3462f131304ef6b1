/* Inside of capture: which events were captured before, and which are declared wrong (RULES section
 * 4, "Identity of a captured event"). */
#ifndef APPLIANCE_VIEW_CAPTURE_KNOWN_H
#define APPLIANCE_VIEW_CAPTURE_KNOWN_H

#include "appliance/view/capture.h"
#include "appliance/view/document.h"

/* Keeps other threads from capturing these events meanwhile. Give it back with view_unclaim, then
 * free its hashes. Errors: ERR_BUSY. */
MUST_CHECK enum err capture_claim(const struct capturing *capturing,
	const struct document *document, struct view_claim *claim, struct fault *fault);

/* Sets is_known, is_annulled and voids of each event, and counts.
 * Errors: ERR_FORMAT: there is no event; ERR_EXISTS: all are known. */
MUST_CHECK enum err capture_mark(const struct capturing *capturing, struct document *document,
	struct capture_result *result, struct fault *fault);

#endif
