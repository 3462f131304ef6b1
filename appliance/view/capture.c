#include "appliance/view/capture.h"

#include "appliance/view/capture_known.h"
#include "appliance/view/capture_lots.h"
#include "appliance/view/capture_run.h"
#include "appliance/view/movement.h"

#include <stdlib.h>

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

/* ---- what each event is ---- */

static enum err read_shapes(struct capture_run *run, struct fault *fault)
{
	struct document *document = run->document;
	enum err err = OK;
	run->shapes = calloc(document->count, sizeof *run->shapes);
	if (!run->shapes)
		return fault_set(fault, ERR_MEMORY, 0, 0, "out of memory for the events");
	for (size_t i = 0; !err && i < document->count; i++) {
		const struct document_event *event = document_event(document, i);
		if (event->is_known)
			continue;
		err = capture_shape(
			event, &run->shapes[i], run_only_annotates(event) ? NULL : fault);
		if (err && run_only_annotates(event))
			err = OK;
		run->result->noted += !run_only_annotates(event) && !event->voids &&
				      run->shapes[i].act == CAPTURE_NOTE;
	}
	return err;
}

/* ---- one event ---- */

/* What is stated, or judged. */
static enum err state_event(
	struct capture_run *run, const struct document_event *event, struct fault *fault)
{
	enum err err = OK;
	if (event->is_annulled || event->voids)
		err = change_void(run, event, fault);
	if (err || run_only_annotates(event))
		return err;
	switch (run_shape(run, event)->act) {
	case CAPTURE_CHANGE: return event->voids ? OK : change_state(run, event, fault);
	case CAPTURE_STOCK: return event->voids ? OK : stock_state(run, event, fault);
	case CAPTURE_EXPORT:
		if (!event->voids)
			err = change_state(run, event, fault);
		return err ? err : goods_state(run, event, fault);
	case CAPTURE_SHIP:
	case CAPTURE_UNSHIP:
	case CAPTURE_RECEIVE: return goods_state(run, event, fault);
	case CAPTURE_RECALL:
	case CAPTURE_RECALL_END: return recall_state(run, event, fault);
	case CAPTURE_NOTE:
	case CAPTURE_COMMISSION:
	case CAPTURE_PACK:
	case CAPTURE_UNPACK: break;
	}
	return OK;
}

static enum err note_event(
	const struct capture_run *run, const struct document_event *event, struct fault *fault)
{
	const struct document *document = run->document;
	int64_t id;
	struct view_event record = {
		.party = run_party(run),
		.position = run->position,
		.is_declared = event->identity.has_error_declaration,
		.declaration_ms = event->identity.declaration_time_ms,
		.time_ms = event->time_ms,
		.biz_step = span_text(cbv_step_word(event->step)),
		.json = document_json(document, event),
	};
	memcpy(record.hash, event->identity.hash, sizeof record.hash);
	enum err err = view_event_add(run->capturing->view, &record, &id, fault);
	for (size_t k = 0; !err && k < event->epc_count; k++)
		err = view_event_epc(run->capturing->view, record.party, id,
			document_epc_text(document, document_epc(document, event->epc_first + k)),
			fault);
	return err;
}

/* What the view makes of it. */
static enum err follow_event(
	struct capture_run *run, const struct document_event *event, struct fault *fault)
{
	enum err err = OK;
	if (event->voids)
		err = goods_void(run, event, fault);
	else if (!run_only_annotates(event))
		err = goods_follow(run, event, fault);
	return err || run->is_rehearsal || run->is_followed ? err : note_event(run, event, fault);
}

/* ---- all events, in order ---- */

static bool makes_statements(const struct capture_run *run, const struct document_event *event)
{
	enum capture_act act = run_shape(run, event)->act;
	return act != CAPTURE_NOTE && act != CAPTURE_COMMISSION && act != CAPTURE_PACK &&
	       act != CAPTURE_UNPACK;
}

/* All but packs and lots that are made, and what is only noted, depends on what the view knows. */
static bool needs_rehearsal(const struct capture_run *run)
{
	for (size_t i = 0; i < run->document->count; i++) {
		const struct document_event *event = document_event(run->document, i);
		if (event->is_known || run_only_annotates(event))
			continue;
		if (event->voids || (run->shapes[i].act != CAPTURE_NOTE &&
					    run->shapes[i].act != CAPTURE_COMMISSION))
			return true;
	}
	return false;
}

/* What is found by parts that know nothing of documents is told with its line. */
static enum err at_line(const struct document_event *event, enum err err, struct fault *fault)
{
	char text[FAULT_TEXT_SIZE];
	bool is_input = err == ERR_NOT_FOUND || err == ERR_RANGE || err == ERR_LIMIT ||
			err == ERR_REFUSED || err == ERR_FORMAT;
	if (!is_input || !fault || !strncmp(fault->text, "line ", 5))
		return err;
	memcpy(text, fault->text, sizeof text);
	return fault_set(fault, err, event->line, 0, "line %zu: %.220s", event->line, text);
}

static enum err rehearse(struct capture_run *run, struct fault *fault)
{
	if (!needs_rehearsal(run))
		return OK;
	enum err err = view_begin(run->capturing->view, fault);
	if (err)
		return err;
	run->is_rehearsal = true;
	for (size_t i = 0; !err && i < run->document->count; i++) {
		const struct document_event *event = document_event(run->document, i);
		if (event->is_known)
			continue;
		err = state_event(run, event, fault);
		if (!err)
			err = follow_event(run, event, fault);
		err = at_line(event, err, fault);
	}
	view_rollback(run->capturing->view);
	run->is_rehearsal = false;
	return err;
}

static enum err end_transaction(struct capture_run *run, enum err err, struct fault *fault)
{
	if (!run->in_transaction)
		return err;
	run->in_transaction = false;
	if (!err)
		return view_commit(run->capturing->view, fault);
	view_rollback(run->capturing->view);
	return err;
}

/* Events that the view alone follows share a transaction; one that makes statements has its own. */
static enum err perform_event(
	struct capture_run *run, const struct document_event *event, struct fault *fault)
{
	uint64_t position = run->position;
	enum err err = OK;
	if (makes_statements(run, event)) {
		err = end_transaction(run, OK, fault);
		if (!err)
			err = state_event(run, event, fault);
	}
	if (!err && !run->in_transaction) {
		err = view_begin(run->capturing->view, fault);
		run->in_transaction = !err;
	}
	if (!err)
		err = follow_event(run, event, fault);
	run->position = position;
	run->is_followed = false;
	return err;
}

static enum err perform(struct capture_run *run, struct fault *fault)
{
	enum err err = OK;
	for (size_t i = 0; !err && i < run->document->count; i++)
		if (!document_event(run->document, i)->is_known)
			err = perform_event(run, document_event(run->document, i), fault);
	return end_transaction(run, err, fault);
}

/* All events that are not told in a movement of their own travel together, for the party itself and
 * the authorities. */
static enum err state_rest(struct capture_run *run, struct fault *fault)
{
	const struct document *document = run->document;
	struct capture_result *result = run->result;
	struct span *json = calloc(document->count + 1, sizeof *json);
	size_t count = 0;
	enum err err = OK;
	if (!json)
		return fault_set(fault, ERR_MEMORY, 0, 0, "out of memory for the events");
	for (size_t i = 0; i < document->count; i++) {
		const struct document_event *event = document_event(document, i);
		if (!event->is_known && (run_only_annotates(event) || !goods_travels(run, event)))
			json[count++] = document_json(document, event);
	}
	if (count) {
		err = movement_state(run->capturing, MOVEMENT_OTHER, NULL, json, count, NULL, 0,
			&result->last, fault);
		result->statements += !err;
		result->has_last |= !err;
		run->position = result->last.position;
	}
	free(json);
	return err;
}

static enum err capture_document(struct capture_run *run, struct fault *fault)
{
	struct lot_plan plan = {0};
	enum err err = capture_mark(run->capturing, run->document, run->result, fault);
	if (!err)
		err = read_shapes(run, fault);
	if (!err)
		err = load_pepper(run->capturing, &plan, fault);
	if (!err)
		err = lot_plan_make(&plan, run, fault);
	if (!err)
		err = lot_plan_check(&plan, run->capturing, run->result, fault);
	if (!err)
		err = rehearse(run, fault);
	/* From here on statements are made. */
	if (!err)
		err = lot_plan_state(&plan, run->capturing, run->result, fault);
	if (!err)
		err = state_rest(run, fault);
	if (!err)
		err = perform(run, fault);
	lot_plan_close(&plan);
	free(run->shapes);
	return err;
}

enum err capture_xml(const struct capturing *capturing, struct span xml,
	struct capture_result *result, struct fault *fault)
{
	struct document document;
	struct view_claim claim;
	struct capture_run run = {.capturing = capturing, .document = &document, .result = result};
	*result = (struct capture_result){0};
	enum err err = document_read(&document, xml, fault);
	if (!err)
		err = capture_claim(capturing, &document, &claim, fault);
	if (!err) {
		err = capture_document(&run, fault);
		view_unclaim(capturing->view, &claim);
		free(claim.hashes);
	}
	document_close(&document);
	return err;
}
