#include "appliance/view/capture.h"

#include "appliance/view/capture_lots.h"
#include "appliance/view/consignment.h"
#include "appliance/view/movement.h"
#include "ledger/pepper.h"

#include <stdlib.h>

/* Marks what this party captured before. */
static enum err mark_known(const struct capturing *capturing, struct document *document,
	struct capture_result *result, struct fault *fault)
{
	for (size_t i = 0; i < document->count; i++) {
		struct document_event *event = document_event(document, i);
		struct view_event record = {
			.party = capturing->party->name,
			.is_declared = event->identity.has_error_declaration,
			.declaration_ms = event->identity.declaration_time_ms,
		};
		memcpy(record.hash, event->identity.hash, sizeof record.hash);
		enum err err = view_event_has(capturing->view, &record, &event->is_known, fault);
		if (err)
			return err;
		result->duplicates += event->is_known;
	}
	result->events = document->count;
	if (!document->count)
		return fault_set(fault, ERR_FORMAT, 0, 0, "there is no event in this document");
	if (result->duplicates == document->count)
		return fault_set(fault, ERR_EXISTS, 0, 0,
			"all %zu events of this document were captured before", document->count);
	return OK;
}

static enum err load_pepper(
	const struct capturing *capturing, struct lot_plan *plan, struct fault *fault)
{
	struct reader *reader = NULL;
	struct snapshot snapshot;
	plan->pepper = secret_new(PEPPER_SIZE);
	if (!plan->pepper)
		return fault_set(fault, ERR_MEMORY, 0, 0, "no locked memory for the pepper");
	enum err err = desk_reader(capturing->desk, &reader, fault);
	if (!err)
		err = reader_begin(reader, &snapshot, fault);
	if (!err) {
		err = pepper_present(snapshot.table, env_now_ms(desk_env(capturing->desk)),
			&plan->pepper_year, fault);
		if (!err)
			err = pepper_load(snapshot.table, desk_keyholder(capturing->desk),
				plan->pepper_year, plan->pepper, fault);
		reader_end(reader);
	}
	desk_reader_back(capturing->desk, reader);
	return err;
}

/* Lots of packs made here: what the own view must know before anything is shipped. */
static enum err note_packs(const struct capturing *capturing, const struct document *document,
	const struct document_event *event, struct fault *fault)
{
	enum err err = OK;
	for (size_t k = 0; !err && k < event->epc_count; k++) {
		const struct document_epc *epc = document_epc(document, event->epc_first + k);
		struct stock_pack pack = {.state = STOCK_HELD, .count = 1};
		if (epc->kind != GS1_EPC_PACK)
			continue;
		memcpy(pack.gtin, epc->key, 14);
		memcpy(pack.serial, epc->extension, sizeof pack.serial);
		memcpy(pack.lot, event->lot, sizeof pack.lot);
		memcpy(pack.expiry, event->expiry, sizeof pack.expiry);
		err = view_stock_put(capturing->view, capturing->party->name, &pack, fault);
	}
	return err;
}

static enum err note_aggregation(const struct capturing *capturing, const struct document *document,
	const struct document_event *event, struct fault *fault)
{
	const char *party = capturing->party->name;
	if (!event->has_parent)
		return OK;
	struct span parent = document_epc_text(document, document_epc(document, event->epc_first));
	enum err err = OK;
	if (event->action == EPCIS_DELETE && event->epc_count == 1) /* no children: all */
		return view_unpack(capturing->view, party, parent, span_of(NULL, 0), fault);
	for (size_t k = 1; !err && k < event->epc_count - event->class_count; k++) {
		struct span child =
			document_epc_text(document, document_epc(document, event->epc_first + k));
		if (event->action == EPCIS_ADD)
			err = view_pack_into(capturing->view, party, parent, child, fault);
		else if (event->action == EPCIS_DELETE)
			err = view_unpack(capturing->view, party, parent, child, fault);
	}
	return err;
}

static bool event_ships(const struct document_event *event)
{
	return event->type == EPCIS_OBJECT_EVENT && event->action == EPCIS_OBSERVE &&
	       event->step == CBV_STEP_SHIPPING;
}

static void fill_record(const struct document *document, const struct document_event *event,
	struct view_event *record)
{
	static const char *const steps[] = {
#define X(name, word) [CBV_STEP_##name] = word,
		CBV_STEP_LIST(X)
#undef X
	};
	*record = (struct view_event){
		.is_declared = event->identity.has_error_declaration,
		.declaration_ms = event->identity.declaration_time_ms,
		.time_ms = event->time_ms,
		.biz_step = span_text(steps[event->step] ? steps[event->step] : ""),
		.json = document_json(document, event),
	};
	memcpy(record->hash, event->identity.hash, sizeof record->hash);
}

static enum err note_event(const struct capturing *capturing, const struct document *document,
	const struct document_event *event, uint64_t position, struct fault *fault)
{
	int64_t id;
	struct view_event record;
	fill_record(document, event, &record);
	record.party = capturing->party->name;
	record.position = position;
	enum err err = view_event_add(capturing->view, &record, &id, fault);
	if (err == ERR_EXISTS) /* twice in this document */
		return OK;
	for (size_t k = 0; !err && k < event->epc_count; k++)
		err = view_event_epc(capturing->view, record.party, id,
			document_epc_text(document, document_epc(document, event->epc_first + k)),
			fault);
	if (!err && event_commissions(event))
		err = note_packs(capturing, document, event, fault);
	if (!err && event->type == EPCIS_AGGREGATION_EVENT)
		err = note_aggregation(capturing, document, event, fault);
	return err;
}

static enum err note_events(const struct capturing *capturing, const struct document *document,
	uint64_t position, struct fault *fault)
{
	enum err err = OK;
	for (size_t i = 0; !err && i < document->count; i++) {
		const struct document_event *event = document_event(document, i);
		if (!event->is_known && !event_ships(event))
			err = note_event(capturing, document, event, position, fault);
	}
	return err;
}

/* The view of the party takes all events in but the shipments, in one step: a shipment is there
 * when it is on the ledger, and not before. */
static enum err note_all(const struct capturing *capturing, const struct document *document,
	uint64_t position, struct fault *fault)
{
	enum err err = view_begin(capturing->view, fault);
	if (err)
		return err;
	err = note_events(capturing, document, position, fault);
	if (!err)
		return view_commit(capturing->view, fault);
	view_rollback(capturing->view);
	return err;
}

/* What an event names, to be freed; *count of them are no classes and come first. */
static struct span *event_epcs(
	const struct document *document, const struct document_event *event, size_t *count)
{
	*count = event->epc_count - event->class_count;
	struct span *epcs = calloc(event->epc_count + 1, sizeof *epcs);
	for (size_t k = 0; epcs && k < event->epc_count; k++)
		epcs[k] = document_epc_text(document, document_epc(document, event->epc_first + k));
	return epcs;
}

/* The place a shipment goes to; *place is untouched, and *known false, when none is named. */
static enum err find_destination(const struct capturing *capturing,
	const struct document_event *event, struct place *place, bool *known, struct fault *fault)
{
	*known = event->destination[0] != 0;
	return *known ? view_place_get(capturing->view, event->destination, place, fault) : OK;
}

static enum err check_shipment(const struct capturing *capturing, const struct document *document,
	const struct document_event *event, struct fault *fault)
{
	struct place place;
	struct buf consignment;
	size_t count;
	bool known;
	struct span json = document_json(document, event);
	struct span *epcs = event_epcs(document, event, &count);
	if (!epcs)
		return fault_set(fault, ERR_MEMORY, 0, 0, "out of memory for a delivery");
	buf_init(&consignment, CONSIGNMENT_SIZE_MAX);
	enum err err = find_destination(capturing, event, &place, &known, fault);
	if (!err)
		err = consignment_make(capturing->view, capturing->party->name, epcs, count, &json,
			1, &consignment, fault);
	buf_close(&consignment);
	free(epcs);
	return err;
}

/* Where the shipments go, and what lies in them after all that the document says, must be known
 * before anything is stated: the view takes the document in, each shipment is made up, and the
 * view forgets it again. */
static enum err check_shipments(
	const struct capturing *capturing, const struct document *document, struct fault *fault)
{
	bool ships = false;
	for (size_t i = 0; i < document->count; i++)
		ships |= event_ships(document_event(document, i)) &&
			 !document_event(document, i)->is_known;
	if (!ships)
		return OK;
	enum err err = view_begin(capturing->view, fault);
	if (err)
		return err;
	err = note_events(capturing, document, 0, fault);
	for (size_t i = 0; !err && i < document->count; i++) {
		const struct document_event *event = document_event(document, i);
		if (!event->is_known && event_ships(event))
			err = check_shipment(capturing, document, event, fault);
	}
	view_rollback(capturing->view);
	return err;
}

static enum err ship_event(const struct capturing *capturing, const struct document *document,
	const struct document_event *event, struct capture_result *result, struct fault *fault)
{
	struct place place;
	struct view_event record;
	bool known;
	struct shipment shipment = {.event = &record, .count = event->epc_count};
	struct span *epcs = event_epcs(document, event, &shipment.outermost_count);
	if (!epcs)
		return fault_set(fault, ERR_MEMORY, 0, 0, "out of memory for a delivery");
	fill_record(document, event, &record);
	shipment.epcs = epcs;
	enum err err = find_destination(capturing, event, &place, &known, fault);
	shipment.destination = known ? &place : NULL;
	if (!err)
		err = movement_ship_event(capturing, &shipment, &result->last, fault);
	if (!err) {
		result->statements++;
		result->has_last = true;
	}
	free(epcs);
	return err;
}

/* All events that are no shipment travel together, for the party itself and the authorities. */
static enum err state_rest(const struct capturing *capturing, const struct document *document,
	struct capture_result *result, struct fault *fault)
{
	struct span *json = calloc(document->count + 1, sizeof *json);
	size_t count = 0;
	enum err err = OK;
	if (!json)
		return fault_set(fault, ERR_MEMORY, 0, 0, "out of memory for the events");
	for (size_t i = 0; i < document->count; i++) {
		const struct document_event *event = document_event(document, i);
		if (!event->is_known && !event_ships(event))
			json[count++] = document_json(document, event);
	}
	if (count) {
		err = movement_state(capturing, MOVEMENT_OTHER, NULL, json, count, NULL, 0,
			&result->last, fault);
		result->statements += !err;
		result->has_last |= !err;
	}
	free(json);
	return err;
}

enum err capture_xml(const struct capturing *capturing, struct span xml,
	struct capture_result *result, struct fault *fault)
{
	struct document document;
	struct lot_plan plan = {0};
	*result = (struct capture_result){0};
	enum err err = document_read(&document, xml, fault);
	if (!err)
		err = mark_known(capturing, &document, result, fault);
	if (!err)
		err = load_pepper(capturing, &plan, fault);
	if (!err)
		err = lot_plan_make(&plan, &document, result, fault);
	if (!err)
		err = check_shipments(capturing, &document, fault);
	if (!err)
		err = lot_plan_check(&plan, capturing, result, fault);
	/* From here on statements are made. */
	if (!err)
		err = lot_plan_state(&plan, capturing, result, fault);
	if (!err)
		err = state_rest(capturing, &document, result, fault);
	if (!err)
		err = note_all(capturing, &document, result->last.position, fault);
	for (size_t i = 0; !err && i < document.count; i++) {
		const struct document_event *event = document_event(&document, i);
		if (!event->is_known && event_ships(event))
			err = ship_event(capturing, &document, event, result, fault);
	}
	lot_plan_close(&plan);
	document_close(&document);
	return err;
}
