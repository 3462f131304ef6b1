/* Captured goods: made, packed, shipped, received; and the same declared wrong. What the view knows
 * follows by the time of the event: an older one that comes later changes nothing. */
#include "appliance/view/capture_run.h"
#include "appliance/view/consignment.h"
#include "appliance/view/movement.h"

#include <stdlib.h>

static enum err no_memory(struct fault *fault)
{
	return fault_set(fault, ERR_MEMORY, 0, 0, "out of memory for a delivery");
}

static struct span thing(
	const struct capture_run *run, const struct document_event *event, size_t k)
{
	return document_epc_text(run->document, document_epc(run->document, event->epc_first + k));
}

static int shown(struct span epc)
{
	return epc.size < 70 ? (int)epc.size : 70;
}

/* Told to nobody but the authorities and the party itself: the rest. */
bool goods_travels(const struct capture_run *run, const struct document_event *event)
{
	enum capture_act act = run_shape(run, event)->act;
	if (act == CAPTURE_UNSHIP)
		return event->destination[0] != 0;
	if (act == CAPTURE_SHIP || act == CAPTURE_EXPORT)
		return !event->voids || event->destination[0];
	return act == CAPTURE_RECEIVE && !event->voids;
}

/* ---- made ---- */

/* Packs made here, with lot and expiry from the ILMD; what has none is a container. */
static enum err follow_commissioning(
	struct capture_run *run, const struct document_event *event, struct fault *fault)
{
	enum err err = OK;
	for (size_t k = 0; !err && k < event->epc_count; k++) {
		const struct document_epc *epc = document_epc(run->document, event->epc_first + k);
		struct stock_pack pack = {.state = STOCK_HELD, .count = 1};
		if (epc->kind != GS1_EPC_PACK || !event->lot[0])
			continue;
		memcpy(pack.gtin, epc->key, sizeof pack.gtin - 1);
		memcpy(pack.serial, epc->extension, sizeof pack.serial);
		memcpy(pack.lot, event->lot, sizeof pack.lot);
		memcpy(pack.expiry, event->expiry, sizeof pack.expiry);
		err = view_stock_add(
			run->capturing->view, run_party(run), &pack, event->time_ms, fault);
	}
	return err;
}

/* ---- packed ---- */

static enum err refuse_packing(const struct document_event *event, struct span child,
	const char *why, struct span other, const char *advice, struct fault *fault)
{
	return fault_set(fault, ERR_RANGE, event->line, 0, "line %zu: %.*s %s %.*s%s", event->line,
		shown(child), (const char *)child.at, why, shown(other), (const char *)other.at,
		advice);
}

/* A thing lies in one other, not round in a circle, and is taken out before it is put elsewhere. */
static enum err check_packing(const struct capture_run *run, const struct document_event *event,
	struct span parent, struct span child, struct fault *fault)
{
	struct view *view = run->capturing->view;
	struct buf other;
	int64_t time_ms = 0;
	bool lies = false;
	if (span_equal(parent, child))
		return refuse_packing(event, child, "is packed into itself:", parent, "", fault);
	enum err err = view_lies_in(view, run_party(run), parent, child, &lies, fault);
	if (err)
		return err;
	if (lies)
		return refuse_packing(event, child, "is packed into", parent,
			", which lies in it: unpack that first (AggregationEvent DELETE)", fault);
	buf_init(&other, VIEW_EPC_MAX);
	err = view_parent_at(view, run_party(run), child, &other, &time_ms, fault);
	if (!err && !span_equal(buf_span(&other), parent) && time_ms <= event->time_ms)
		err = refuse_packing(event, child, "lies in", buf_span(&other),
			" already: unpack it there first (AggregationEvent DELETE)", fault);
	buf_close(&other);
	return err == ERR_NOT_FOUND ? OK : err;
}

static enum err check_unpacking(const struct capture_run *run, const struct document_event *event,
	struct span parent, struct span child, struct fault *fault)
{
	struct buf other;
	int64_t time_ms = 0;
	buf_init(&other, VIEW_EPC_MAX);
	enum err err = view_parent_at(
		run->capturing->view, run_party(run), child, &other, &time_ms, fault);
	if (!err && !span_equal(buf_span(&other), parent) && time_ms <= event->time_ms)
		err = refuse_packing(event, child, "is unpacked elsewhere and lies in",
			buf_span(&other), "", fault);
	buf_close(&other);
	return err == ERR_NOT_FOUND ? OK : err;
}

static enum err follow_packing(struct capture_run *run, const struct document_event *event,
	bool packs, int64_t time_ms, struct fault *fault)
{
	struct view *view = run->capturing->view;
	struct span parent = thing(run, event, 0);
	size_t count = event->epc_count - event->class_count;
	enum err err = OK;
	if (!packs && event->epc_count == 1) /* no children: all */
		return view_unpack_at(
			view, run_party(run), parent, span_of(NULL, 0), time_ms, fault);
	for (size_t k = 1; !err && k < count; k++) {
		struct span child = thing(run, event, k);
		err = packs ? check_packing(run, event, parent, child, fault)
			    : check_unpacking(run, event, parent, child, fault);
		if (!err)
			err = packs ? view_pack_into_at(
					      view, run_party(run), parent, child, time_ms, fault)
				    : view_unpack_at(
					      view, run_party(run), parent, child, time_ms, fault);
	}
	return err;
}

/* ---- moved ---- */

/* The place a shipment goes to, if one is named; abroad may be a place that nobody here knows. */
static enum err find_destination(const struct capture_run *run, const struct document_event *event,
	struct place *place, bool *known, struct fault *fault)
{
	*known = false;
	if (!event->destination[0])
		return OK;
	enum err err = view_place_get(run->capturing->view, event->destination, place, fault);
	*known = !err;
	return err == ERR_NOT_FOUND && run_shape(run, event)->act == CAPTURE_EXPORT ? OK : err;
}

/* Packs that arrive by their own number may be on the ledger only. */
static enum err know_received(struct capture_run *run, const struct document_event *event,
	struct span epc, struct fault *fault)
{
	struct known_pack known;
	enum err err = run_pack(run, event, epc, &known, fault);
	if (err || known.is_in_view)
		return err;
	known.pack.state = STOCK_KNOWN;
	return view_stock_put_at(run->capturing->view, run_party(run), &known.pack, 0, fault);
}

static void fill_record(const struct capture_run *run, const struct document_event *event,
	struct view_event *record)
{
	*record = (struct view_event){
		.is_declared = event->identity.has_error_declaration,
		.declaration_ms = event->identity.declaration_time_ms,
		.time_ms = event->time_ms,
		.biz_step = span_text(cbv_step_word(event->step)),
		.json = document_json(run->document, event),
	};
	memcpy(record->hash, event->identity.hash, sizeof record->hash);
}

static enum err rehearse_travel(struct capture_run *run, const struct document_event *event,
	const struct span *outermost, size_t count, struct fault *fault)
{
	struct span json = document_json(run->document, event);
	struct buf consignment;
	buf_init(&consignment, CONSIGNMENT_SIZE_MAX);
	enum err err = consignment_make(run->capturing->view, run_party(run), outermost, count,
		&json, 1, &consignment, fault);
	buf_close(&consignment);
	return err;
}

/* A shipment or receipt is kept with its event before it is stated, and followed after; of one that
 * was not, the others are only told. */
static enum err travel(struct capture_run *run, const struct document_event *event,
	const struct span *epcs, size_t count, struct fault *fault)
{
	struct stated *last = &run->result->last;
	struct view_event record;
	struct place place;
	bool known;
	bool told_only = run_shape(run, event)->act == CAPTURE_UNSHIP || event->voids;
	enum err err = find_destination(run, event, &place, &known, fault);
	if (err)
		return err;
	fill_record(run, event, &record);
	struct shipment shipment = {&record, epcs, event->epc_count, count, known ? &place : NULL,
		run_shape(run, event)->act == CAPTURE_RECEIVE};
	if (run->is_rehearsal)
		return rehearse_travel(run, event, epcs, told_only ? 0 : count, fault);
	err = told_only ? movement_state(run->capturing, MOVEMENT_OTHER, shipment.destination,
				  &record.json, 1, NULL, 0, last, fault)
			: movement_ship_event(run->capturing, &shipment, last, fault);
	run->is_followed = !err && !told_only;
	run->result->has_last |= !err;
	run->result->statements += !err;
	run->position = last->position;
	return err;
}

enum err goods_state(
	struct capture_run *run, const struct document_event *event, struct fault *fault)
{
	size_t count;
	enum err err = OK;
	if (!goods_travels(run, event))
		return OK;
	struct span *epcs = run_epcs(run, event, &count);
	if (!epcs)
		return no_memory(fault);
	if (run_shape(run, event)->act == CAPTURE_RECEIVE)
		err = run_each_pack(run, event, know_received, fault);
	if (!err)
		err = travel(run, event, epcs, count, fault);
	free(epcs);
	return err;
}

struct moving_to {
	enum stock_state from; /* STOCK_KNOWN: from any */
	enum stock_state to;
	int64_t time_ms;
};

/* All packs under what the event names. */
static enum err put_packs(struct capture_run *run, const struct document_event *event,
	const struct moving_to *moving, struct fault *fault)
{
	struct view *view = run->capturing->view;
	struct contents contents;
	size_t count;
	struct span *epcs = run_epcs(run, event, &count);
	if (!epcs)
		return no_memory(fault);
	enum err err = contents_find(&contents, view, run_party(run), epcs, count, fault);
	for (size_t i = 0; !err && i < contents_count(&contents); i++) {
		struct gs1_epc one;
		struct stock_pack pack;
		err = gs1_epc_read(content_epc(&contents, i), &one, fault);
		if (err || one.kind != GS1_EPC_PACK)
			continue;
		err = view_stock_get(view, run_party(run), one.key, one.extension, &pack, fault);
		if (err == ERR_NOT_FOUND) {
			err = OK; /* a container */
			continue;
		}
		if (err || (moving->from && pack.state != moving->from))
			continue;
		pack.state = moving->to;
		err = view_stock_put_at(view, run_party(run), &pack, moving->time_ms, fault);
	}
	contents_close(&contents);
	free(epcs);
	return err;
}

/* Packs without a number of their own, as far as the event counts them. */
static enum err count_classes(struct capture_run *run, const struct document_event *event,
	bool ships, struct fault *fault)
{
	struct view *view = run->capturing->view;
	enum err err = OK;
	for (size_t k = event->epc_count - event->class_count; !err && k < event->epc_count; k++) {
		const struct document_epc *epc = document_epc(run->document, event->epc_first + k);
		struct stock_pack pack = {
			.state = ships ? STOCK_SHIPPED : STOCK_HELD, .count = epc->count};
		if (epc->kind != GS1_EPC_LOT || !epc->count)
			return fault_set(fault, ERR_RANGE, event->line, 0,
				"line %zu: <quantityList>: say GTIN and lot (LGTIN) and how many "
				"whole packs",
				event->line);
		memcpy(pack.gtin, epc->key, sizeof pack.gtin - 1);
		memcpy(pack.lot, epc->extension, sizeof pack.lot);
		err = run_lot_expiry(run, pack.gtin, pack.lot, pack.expiry, fault);
		if (!err)
			err = ships ? view_stock_take(view, run_party(run), &pack, fault)
				    : view_stock_count(view, run_party(run), &pack, fault);
	}
	return err;
}

static enum err follow_movement(struct capture_run *run, const struct document_event *event,
	bool ships, struct fault *fault)
{
	struct moving_to moving = {
		.to = ships ? STOCK_SHIPPED : STOCK_HELD, .time_ms = event->time_ms};
	enum err err = run->is_followed ? OK : put_packs(run, event, &moving, fault);
	return err ? err : count_classes(run, event, ships, fault);
}

enum err goods_follow(
	struct capture_run *run, const struct document_event *event, struct fault *fault)
{
	struct moving_to back = {STOCK_SHIPPED, STOCK_HELD, event->time_ms};
	switch (run_shape(run, event)->act) {
	case CAPTURE_COMMISSION: return follow_commissioning(run, event, fault);
	case CAPTURE_PACK:
	case CAPTURE_UNPACK:
		return follow_packing(run, event, run_shape(run, event)->act == CAPTURE_PACK,
			event->time_ms, fault);
	case CAPTURE_SHIP:
	case CAPTURE_EXPORT: return follow_movement(run, event, true, fault);
	case CAPTURE_RECEIVE: return follow_movement(run, event, false, fault);
	case CAPTURE_UNSHIP: return put_packs(run, event, &back, fault);
	case CAPTURE_NOTE:
	case CAPTURE_CHANGE:
	case CAPTURE_STOCK:
	case CAPTURE_RECALL:
	case CAPTURE_RECALL_END: break;
	}
	return OK;
}

/* ---- declared wrong ---- */

static enum err refuse_void(
	const struct document_event *event, const char *advice, struct fault *fault)
{
	return fault_set(fault, ERR_REFUSED, event->line, 0, "line %zu: <errorDeclaration>: %s",
		event->line, advice);
}

static enum err void_commissioning(
	const struct capture_run *run, const struct document_event *event, struct fault *fault)
{
	for (size_t k = 0; k < event->epc_count; k++) {
		const struct document_epc *epc = document_epc(run->document, event->epc_first + k);
		if (epc->kind == GS1_EPC_LOT)
			return refuse_void(event,
				"this lot is on the ledger, which forgets nothing: withdraw it "
				"(assay lot withdraw), or extend it when only the expiry is wrong",
				fault);
		if (epc->kind == GS1_EPC_PACK && event->lot[0])
			return refuse_void(event,
				"these packs are on the ledger, which forgets nothing: destroy "
				"those that are not there (<bizStep> destroying), withdraw or "
				"extend the lot when its data are wrong",
				fault);
	}
	return OK;
}

enum err goods_void(
	struct capture_run *run, const struct document_event *event, struct fault *fault)
{
	int64_t declared_ms = event->identity.declaration_time_ms;
	struct moving_to unshipped = {STOCK_SHIPPED, STOCK_HELD, declared_ms};
	struct moving_to unreceived = {STOCK_HELD, STOCK_KNOWN, declared_ms};
	enum capture_act act = run_shape(run, event)->act;
	switch (act) {
	case CAPTURE_COMMISSION: return void_commissioning(run, event, fault);
	case CAPTURE_PACK: return follow_packing(run, event, false, declared_ms, fault);
	case CAPTURE_UNPACK:
		if (event->epc_count == 1)
			return refuse_void(event,
				"what was unpacked is not named: pack it again by an "
				"AggregationEvent ADD",
				fault);
		return follow_packing(run, event, true, declared_ms, fault);
	case CAPTURE_SHIP:
	case CAPTURE_EXPORT:
	case CAPTURE_RECEIVE:
		if (event->class_count)
			return refuse_void(event,
				"packs without a number of their own are only counted: ship or "
				"receive the difference",
				fault);
		return put_packs(
			run, event, act == CAPTURE_RECEIVE ? &unreceived : &unshipped, fault);
	case CAPTURE_UNSHIP:
		return refuse_void(event, "ship it again by an event of its own", fault);
	case CAPTURE_NOTE:
	case CAPTURE_CHANGE:
	case CAPTURE_STOCK:
	case CAPTURE_RECALL:
	case CAPTURE_RECALL_END: break;
	}
	return OK;
}
