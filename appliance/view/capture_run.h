/* Inside of capture: one document on its way. Each event is gone through twice: in the rehearsal,
 * which judges and lets the view follow inside a transaction that is rolled back, and then for
 * good, when statements are made.
 *
 * What an event asks for has two parts: statements (or, rehearsing, their judgement), and what the
 * view makes of it. */
#ifndef APPLIANCE_VIEW_CAPTURE_RUN_H
#define APPLIANCE_VIEW_CAPTURE_RUN_H

#include "appliance/rules/kinds.h"
#include "appliance/view/capture.h"
#include "appliance/view/capture_shape.h"
#include "appliance/view/contents.h"
#include "appliance/view/document.h"

/* What was judged last, and found right: the next pack of the lot is no different. */
struct judged {
	uint16_t kind;
	char gtin[15];
	char lot[21];
};

struct capture_run {
	const struct capturing *capturing;
	struct document *document;
	struct capture_shape *shapes; /* one an event */
	struct capture_result *result;
	bool is_rehearsal;
	bool in_transaction;
	bool is_followed; /* the view has the event in hand, and its packs, already */
	uint64_t next_rehearsed; /* positions of statements that are not made */
	size_t change_count; /* packs that the document changes, rehearsing */
	struct judged judged;
	struct recalling *recalling; /* while a recall is put together */
	uint64_t position; /* of the statement that the events in hand travelled with */
};

/* Positions of the rehearsal: no ledger grows that far. */
#define REHEARSED_FROM ((uint64_t)1 << 48)

static inline const char *run_party(const struct capture_run *run)
{
	return run->capturing->party->name;
}

/* Without effect: it never happened, or it only tells of what is known to be wrong. */
static inline bool run_only_annotates(const struct document_event *event)
{
	return event->is_annulled || (event->identity.has_error_declaration && !event->voids);
}

/* What an event names, to be freed; *count of them have numbers of their own and come first, then
 * the classes. NULL: out of memory. */
struct span *run_epcs(
	const struct capture_run *run, const struct document_event *event, size_t *count);

/* Tells of something that the ledger refused, or recorded with an alert, while the rest went on. */
void run_problem(struct capture_run *run, const struct document_event *event, struct span epc,
	uint16_t code, bool is_recorded, const char *text);

/* Judges a statement of the party by the rules as they stand, without making it. */
MUST_CHECK enum err capture_judge(const struct capturing *capturing, uint16_t kind,
	const union kind_body *body, struct outcome *outcome, struct fault *fault);
/* Makes it. */
MUST_CHECK enum err capture_state(const struct capturing *capturing, uint16_t kind,
	const union kind_body *body, struct capture_result *result, struct fault *fault);
/* ERR_REFUSED with line, thing, and the sentence of a code. */
MUST_CHECK enum err run_refuse(const struct document_event *event, struct span epc,
	const struct outcome *outcome, uint16_t code, struct fault *fault);

/* ---- packs: capture_pack.c ---- */

/* What is known of a pack, here or on the ledger. */
struct known_pack {
	struct stock_pack pack; /* with its lot; state as in the own view */
	bool is_in_view;
	bool is_on_ledger;
	enum pack_state state; /* on the ledger */
	uint16_t pepper_year;
};
/* By the own view, else by the event's ILMD, else by the ledger's lots of that product.
 * Errors: ERR_NOT_FOUND with the line: nobody knows its lot. */
MUST_CHECK enum err run_pack(const struct capture_run *run, const struct document_event *event,
	struct span epc, struct known_pack *known, struct fault *fault);
/* Also asks the ledger what state it is in. */
MUST_CHECK enum err run_pack_state(const struct capture_run *run,
	const struct document_event *event, struct span epc, struct known_pack *known,
	struct fault *fault);
/* Expiry of a lot as the ledger has it, "" if it does not. */
MUST_CHECK enum err run_lot_expiry(const struct capture_run *run, const char *gtin, const char *lot,
	char expiry[7], struct fault *fault);
/* The code of a pack (or, without serial, of a lot) as a scanner would send it. */
void run_scan(const struct stock_pack *pack, struct buf *scan);
/* The opener of a pack. */
MUST_CHECK enum err run_opener(const struct capture_run *run, const struct stock_pack *pack,
	uint8_t opener[KEY_SIZE], struct fault *fault);

/* Calls each with every pack that an event names, itself or by what it lies in.
 * Errors: ERR_NOT_FOUND: nothing is known to lie in a container; ERR_RANGE: not a pack. */
MUST_CHECK enum err run_each_pack(struct capture_run *run, const struct document_event *event,
	enum err (*each)(struct capture_run *run, const struct document_event *event,
		struct span epc, struct fault *fault),
	struct fault *fault);

/* ---- what events ask for ---- */

/* Changes of packs, their undoing, returns to stock: capture_change.c. */
MUST_CHECK enum err change_state(
	struct capture_run *run, const struct document_event *event, struct fault *fault);
MUST_CHECK enum err change_void(
	struct capture_run *run, const struct document_event *event, struct fault *fault);
MUST_CHECK enum err stock_state(
	struct capture_run *run, const struct document_event *event, struct fault *fault);

/* Goods that are made, packed, shipped and received: capture_goods.c. */
MUST_CHECK enum err goods_state(
	struct capture_run *run, const struct document_event *event, struct fault *fault);
MUST_CHECK enum err goods_follow(
	struct capture_run *run, const struct document_event *event, struct fault *fault);
MUST_CHECK enum err goods_void(
	struct capture_run *run, const struct document_event *event, struct fault *fault);
/* Whether the event is told in a movement of its own, and not with the rest. */
bool goods_travels(const struct capture_run *run, const struct document_event *event);

/* Recalls: capture_recall.c. */
MUST_CHECK enum err recall_state(
	struct capture_run *run, const struct document_event *event, struct fault *fault);

static inline const struct capture_shape *run_shape(
	const struct capture_run *run, const struct document_event *event)
{
	return &run->shapes[event - document_event(run->document, 0)];
}

#endif
