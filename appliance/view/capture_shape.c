#include "appliance/view/capture_shape.h"

#include "appliance/rules/kinds.h"

#define ANY_STEP CBV_STEP_COUNT
#define ANY_DISP CBV_DISP_COUNT

#define ADD     (1u << EPCIS_ADD)
#define OBSERVE (1u << EPCIS_OBSERVE)
#define DELETE  (1u << EPCIS_DELETE)

/* The first row that fits step and disposition decides. actions 0: refused, with the advice. */
struct row {
	enum cbv_step step;
	enum cbv_disp disposition;
	unsigned actions;
	enum capture_act act;
	uint16_t kind;
	const char *advice;
};

#define STEP(word)   CBV_STEP_##word
#define DISP(word)   CBV_DISP_##word
#define REFUSED(why) 0, CAPTURE_NOTE, 0, why
#define LOCKED       OBSERVE, CAPTURE_CHANGE, KIND_LOCK, NULL

static const struct row object_rows[] = {
	{STEP(COMMISSIONING), DISP(ACTIVE), ADD, CAPTURE_COMMISSION, 0, NULL},
	{STEP(COMMISSIONING), CBV_NO_DISP, ADD, CAPTURE_COMMISSION, 0, NULL},
	{STEP(COMMISSIONING), ANY_DISP,
		REFUSED("packs are commissioned with <disposition> active")},
	{STEP(CREATING_CLASS_INSTANCE), DISP(ACTIVE), ADD, CAPTURE_COMMISSION, 0, NULL},
	{STEP(CREATING_CLASS_INSTANCE), CBV_NO_DISP, ADD, CAPTURE_COMMISSION, 0, NULL},
	{STEP(DISPENSING), DISP(DISPENSED), OBSERVE | DELETE, CAPTURE_CHANGE, KIND_SUPPLY, NULL},
	{STEP(DISPENSING), DISP(PARTIALLY_DISPENSED), OBSERVE, CAPTURE_CHANGE, KIND_OPEN, NULL},
	{STEP(DISPENSING), ANY_DISP,
		REFUSED("say <disposition> dispensed, or partially_dispensed for part of a pack")},
	{STEP(DESTROYING), DISP(DESTROYED), OBSERVE | DELETE, CAPTURE_CHANGE, KIND_DESTROY, NULL},
	{STEP(DESTROYING), ANY_DISP, REFUSED("say <disposition> destroyed")},
	{ANY_STEP, DISP(STOLEN), OBSERVE | DELETE, CAPTURE_CHANGE, KIND_STOLEN, NULL},
	{STEP(SAMPLING), DISP(INACTIVE), OBSERVE | DELETE, CAPTURE_CHANGE, KIND_SAMPLE, NULL},
	{STEP(SAMPLING), DISP(UNAVAILABLE), OBSERVE | DELETE, CAPTURE_CHANGE, KIND_SAMPLE, NULL},
	{STEP(SAMPLING), ANY_DISP,
		REFUSED("say <disposition> inactive when the packs are used up as samples")},
	{STEP(HOLDING), DISP(RECALLED), OBSERVE, CAPTURE_RECALL, 0, NULL},
	{ANY_STEP, DISP(RECALLED),
		REFUSED("a recall is <bizStep> holding with <persistentDisposition> set recalled")},
	{STEP(HOLDING), DISP(UNAVAILABLE), LOCKED},
	{STEP(HOLDING), DISP(NON_SELLABLE_OTHER), LOCKED},
	{STEP(HOLDING), DISP(NON_CONFORMANT), LOCKED},
	{STEP(HOLDING), DISP(NO_PEDIGREE_MATCH), LOCKED},
	{STEP(HOLDING), DISP(MISMATCH_INSTANCE), LOCKED},
	{STEP(HOLDING), DISP(MISMATCH_CLASS), LOCKED},
	{STEP(HOLDING), DISP(MISMATCH_QUANTITY), LOCKED},
	{STEP(HOLDING), DISP(EXPIRED), OBSERVE, CAPTURE_NOTE, 0, NULL},
	{STEP(HOLDING), DISP(RESERVED), OBSERVE, CAPTURE_NOTE, 0, NULL},
	{STEP(HOLDING), ANY_DISP,
		REFUSED("say <disposition> non_sellable_other when nobody may supply the packs "
			"(they are locked), or destroy them")},
	{ANY_STEP, DISP(DISPENSED), REFUSED("a supply is <bizStep> dispensing")},
	{ANY_STEP, DISP(PARTIALLY_DISPENSED), REFUSED("a supply is <bizStep> dispensing")},
	{ANY_STEP, DISP(RETAIL_SOLD),
		REFUSED("a supply is <bizStep> dispensing with <disposition> dispensed")},
	{STEP(RETAIL_SELLING), ANY_DISP,
		REFUSED("a supply is <bizStep> dispensing with <disposition> dispensed")},
	{ANY_STEP, DISP(DESTROYED), REFUSED("packs are destroyed by <bizStep> destroying")},
	{ANY_STEP, DISP(DISPOSED),
		REFUSED("say <bizStep> destroying with <disposition> destroyed")},
	{STEP(DECOMMISSIONING), ANY_DISP,
		REFUSED("say what became of the packs: dispensing, destroying, sampling, or "
			"shipping with <exportMarket>")},
	{STEP(KILLING), ANY_DISP,
		REFUSED("say what became of the packs: dispensing, destroying, sampling, or "
			"shipping with <exportMarket>")},
	{ANY_STEP, DISP(INACTIVE),
		REFUSED("say what became of the packs: dispensing, destroying, sampling, or "
			"shipping with <exportMarket>")},
	{STEP(REPACKAGING), ANY_DISP, REFUSED("repackaging is not captured from EPCIS")},
	{STEP(SHIPPING), ANY_DISP, OBSERVE, CAPTURE_SHIP, 0, NULL},
	{STEP(VOID_SHIPPING), ANY_DISP, OBSERVE, CAPTURE_UNSHIP, 0, NULL},
	{STEP(RECEIVING), ANY_DISP, OBSERVE, CAPTURE_RECEIVE, 0, NULL},
	{STEP(STOCKING), DISP(SELLABLE_ACCESSIBLE), OBSERVE, CAPTURE_STOCK, 0, NULL},
	{STEP(ENCODING), ANY_DISP, ADD | OBSERVE, CAPTURE_NOTE, 0, NULL},
	{ANY_STEP, ANY_DISP, OBSERVE, CAPTURE_NOTE, 0, NULL},
};

static const struct row *find_row(const struct document_event *event)
{
	const struct row *row = object_rows;
	while ((row->step != ANY_STEP && row->step != event->step) ||
		(row->disposition != ANY_DISP && row->disposition != event->disposition))
		row++;
	return row;
}

static enum err refuse(const struct document_event *event, const char *advice, struct fault *fault)
{
	const char *step = cbv_step_word(event->step);
	const char *disposition = cbv_disp_word(event->disposition);
	return fault_set(fault, ERR_RANGE, event->line, 0,
		"line %zu: %s %s <bizStep> %s <disposition> %s changes no pack here: %s",
		event->line, epcis_type_name(event->type), epcis_action_name(event->action),
		step[0] ? step : "-", disposition[0] ? disposition : "-", advice);
}

static const char *action_advice(unsigned actions)
{
	if (actions & ADD)
		return "say <action> ADD";
	if (actions & DELETE)
		return "say <action> OBSERVE or DELETE";
	return "say <action> OBSERVE; what comes to be or goes has a <bizStep> of its own "
	       "(commissioning, dispensing, destroying)";
}

/* A persistentDisposition about a recall goes with holding, or with no more than an observation. */
static enum err shape_recall(
	const struct document_event *event, struct capture_shape *shape, struct fault *fault)
{
	bool is_set = event->recall == DOCUMENT_RECALL_SET;
	bool holds = event->step == CBV_STEP_HOLDING;
	if (is_set && shape->act == CAPTURE_RECALL)
		return OK;
	if (is_set)
		return refuse(event,
			"<persistentDisposition> set recalled goes with <bizStep> holding and "
			"<disposition> recalled",
			fault);
	if (shape->act != CAPTURE_NOTE && !holds)
		return refuse(event,
			"say the end of the recall (<persistentDisposition> unset) in an event of "
			"its own, with <bizStep> holding",
			fault);
	*shape = (struct capture_shape){.act = CAPTURE_RECALL_END};
	return OK;
}

static enum err shape_object(
	const struct document_event *event, struct capture_shape *shape, struct fault *fault)
{
	const struct row *row = find_row(event);
	struct capture_shape found = {row->act, row->kind};
	bool ends_recall = event->recall == DOCUMENT_RECALL_UNSET &&
			   event->disposition != CBV_DISP_RECALLED &&
			   event->step == CBV_STEP_HOLDING && event->action == EPCIS_OBSERVE;
	if (!row->actions && !ends_recall)
		return refuse(event, row->advice, fault);
	if (row->actions && !(row->actions & 1u << event->action))
		return refuse(event, action_advice(row->actions), fault);
	if (found.act == CAPTURE_RECALL && event->recall != DOCUMENT_RECALL_SET)
		return refuse(event, "a recall says <persistentDisposition> set recalled", fault);
	if (found.act == CAPTURE_SHIP && event->export_market[0])
		found = (struct capture_shape){CAPTURE_EXPORT, KIND_EXPORT};
	if (event->export_market[0] && found.act != CAPTURE_EXPORT)
		return refuse(event, "<exportMarket> goes with <bizStep> shipping", fault);
	if (event->step == CBV_STEP_CREATING_CLASS_INSTANCE &&
		event->epc_count != event->class_count)
		return refuse(event, "packs with numbers of their own are commissioned", fault);
	enum err err = event->recall ? shape_recall(event, &found, fault) : OK;
	if (!err)
		*shape = found;
	return err;
}

/* Steps and dispositions with an effect, which only an ObjectEvent has. */
static bool has_effect(const struct document_event *event)
{
	struct document_event seen = *event;
	struct capture_shape shape;
	seen.type = EPCIS_OBJECT_EVENT;
	seen.action = EPCIS_OBSERVE;
	return capture_shape(&seen, &shape, NULL) || shape.act != CAPTURE_NOTE;
}

enum err capture_shape(
	const struct document_event *event, struct capture_shape *shape, struct fault *fault)
{
	*shape = (struct capture_shape){.act = CAPTURE_NOTE};
	if (event->type == EPCIS_OBJECT_EVENT)
		return shape_object(event, shape, fault);
	if (event->type == EPCIS_TRANSFORMATION_EVENT)
		return fault_set(fault, ERR_RANGE, event->line, 0,
			"line %zu: a TransformationEvent is not captured: commission what came of "
			"it, and destroy what was used up",
			event->line);
	if (has_effect(event))
		return refuse(event,
			"only an ObjectEvent does: tell it by one, and leave <bizStep> and "
			"<disposition> of this event to what it adds",
			fault);
	if (event->type != EPCIS_AGGREGATION_EVENT || event->action == EPCIS_OBSERVE)
		return OK;
	if (!event->has_parent)
		return refuse(event, "name what the things lie in: <parentID>", fault);
	shape->act = event->action == EPCIS_ADD ? CAPTURE_PACK : CAPTURE_UNPACK;
	return OK;
}
