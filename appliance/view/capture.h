/* Capture: an EPCIS document becomes statements (what the rules need, in the open) and attachments
 * (the full events, sealed for those concerned), and then part of the party's view.
 *
 * All or nothing: the whole document is read and judged before the first statement is made. What
 * a crash cuts off is completed by capturing the same document again: lots and packs that are
 * there are no change, events that are there are counted as duplicates. */
#ifndef APPLIANCE_VIEW_CAPTURE_H
#define APPLIANCE_VIEW_CAPTURE_H

#include "appliance/view/attachments.h"
#include "appliance/view/desk.h"
#include "appliance/view/view.h"

/* What capturing, shipping and receiving need. */
struct capturing {
	struct desk *desk;
	struct view *view;
	struct attachments *attachments;
	const struct desk_party *party;
};

#define CAPTURE_LOTS_MAX 256

struct capture_lot {
	char gtin[15];
	char lot[21];
	char expiry[7]; /* YYMMDD */
	uint32_t packs; /* in this document */
	uint64_t position; /* of the statement that opened it */
};

struct capture_result {
	size_t events;
	size_t duplicates;
	size_t statements;
	uint32_t packs;
	struct capture_lot lots[CAPTURE_LOTS_MAX];
	size_t lot_count;
	struct stated last; /* the last statement, for its receipt */
	bool has_last;
};

/* xml: a whole EPCIS 2.0 document.
 * Errors: as document_read, with the line; ERR_REFUSED with the rules' sentence; ERR_LIMIT over
 * CAPTURE_LOTS_MAX lots; ERR_NOT_FOUND: the place shipped to, or the lot of a pack, is not known;
 * ERR_EXISTS: every event was captured before; storage. */
MUST_CHECK enum err capture_xml(const struct capturing *capturing, struct span xml,
	struct capture_result *result, struct fault *fault);

#endif
