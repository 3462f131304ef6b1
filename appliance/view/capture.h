/* Capture: an EPCIS document becomes statements (what the rules need, in the open) and attachments
 * (the full events, sealed for those concerned), and then part of the party's view. What each shape
 * of event does: capture_shape.h and docs/medicines.md.
 *
 * The whole document is read, judged and rehearsed before the first statement is made: what can be
 * known to be wrong refuses it whole, with the line. What the ledger refuses afterwards, because
 * somebody else was quicker, or records with an alert, stands in the result; the rest goes on. What
 * a crash cuts off is completed by capturing the same document again: lots and packs that are there
 * are no change, events that are there are counted as duplicates, and packs that an event has
 * changed are not changed by it again. */
#ifndef APPLIANCE_VIEW_CAPTURE_H
#define APPLIANCE_VIEW_CAPTURE_H

#include "appliance/rules/kinds.h"
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

#define CAPTURE_LOTS_MAX    256
#define CAPTURE_CHANGES_MAX 5000 /* packs changed by one document: each is a statement */

struct capture_lot {
	char gtin[15];
	char lot[21];
	char expiry[7]; /* YYMMDD */
	uint32_t packs; /* in this document */
	uint64_t position; /* of the statement that opened it */
};

#define CAPTURE_PROBLEMS_MAX 64

/* What the ledger refused, or recorded with an alert, while the rest went on. */
struct capture_problem {
	size_t line; /* of the event */
	char epc[96]; /* what it is about */
	uint16_t code; /* of the refusal or the alert; 0: none of the rules' */
	bool is_recorded; /* with the alert */
	char text[OUTCOME_SENTENCE_MAX];
};

#define CAPTURE_KINDS (KIND_REPACKAGE - KIND_SUPPLY + 1)

struct capture_result {
	size_t events;
	size_t duplicates;
	size_t annulled; /* of the others: declared wrong before they came, so without effect */
	size_t noted; /* of the others: say nothing that changes a pack */
	uint32_t changes[CAPTURE_KINDS]; /* packs changed, by kind from KIND_SUPPLY */
	size_t recalls; /* issued or ended */
	size_t statements;
	uint32_t packs;
	struct capture_lot lots[CAPTURE_LOTS_MAX];
	size_t lot_count;
	struct stated last; /* the last statement, for its receipt */
	bool has_last;
	struct capture_problem problems[CAPTURE_PROBLEMS_MAX];
	size_t problem_count; /* also of those that had no room */
};

/* xml: a whole EPCIS 2.0 document.
 * Errors: as document_read and capture_shape, with the line; ERR_REFUSED with the rules' sentence;
 * ERR_LIMIT over CAPTURE_LOTS_MAX lots or CAPTURE_CHANGES_MAX packs to change;
 * ERR_NOT_FOUND: the place shipped to, the lot of a pack, or
 * what lies in a case, is not known; ERR_EXISTS: every event was captured before; ERR_BUSY: one of
 * them is being captured at this moment; storage. */
MUST_CHECK enum err capture_xml(const struct capturing *capturing, struct span xml,
	struct capture_result *result, struct fault *fault);

/* At the start, when nothing is on its way: what captures began and a crash cut off is on the
 * ledger, or forgotten. */
MUST_CHECK enum err capture_recover(struct desk *desk, struct view *view, struct fault *fault);

#endif
