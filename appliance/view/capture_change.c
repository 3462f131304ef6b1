/* Captured changes of packs: supplied, opened, destroyed, exported, sampled, locked, stolen; the
 * same declared wrong; and back into stock. Each pack is one statement, composed as for a scan
 * (handling.h), so that it is undone by the same secret. */
#include "appliance/view/capture_run.h"
#include "appliance/view/handling.h"
#include "appliance/view/settling.h"

#include <stdlib.h>

#define SCAN_ROOM 512

/* ---- judging before ---- */

/* Role, mandate and product decide whether the statement is refused; the opener only has to be
 * there. */
static enum err judge_change(struct capture_run *run, const struct document_event *event,
	struct span epc, const struct stock_pack *pack, uint32_t loose, struct fault *fault)
{
	static const uint8_t some[SECRET_SIZE] = {1};
	uint8_t memory[128];
	struct buf items;
	struct outcome outcome;
	union kind_body body = {.change = {.gtin = strtoull(pack->gtin, NULL, 10),
					.lot = span_text(pack->lot),
					.loose = loose}};
	struct judged *judged = &run->judged;
	uint16_t kind = run_shape(run, event)->kind;
	if (judged->kind == kind && !strcmp(judged->gtin, pack->gtin) &&
		!strcmp(judged->lot, pack->lot))
		return OK;
	buf_over(&items, memory, sizeof memory);
	element_put(&items, some, some, 0);
	if (!loose)
		body.change.elements = (struct elements){.items = buf_span(&items), .count = 1};
	enum err err = capture_judge(run->capturing, kind, &body, &outcome, fault);
	if (err || outcome.code)
		return err ? err : run_refuse(event, epc, &outcome, outcome.code, fault);
	judged->kind = kind;
	memcpy(judged->gtin, pack->gtin, sizeof judged->gtin);
	memcpy(judged->lot, pack->lot, sizeof judged->lot);
	return OK;
}

/* One document does not keep the others waiting without end. */
static enum err count_change(
	struct capture_run *run, const struct document_event *event, struct fault *fault)
{
	if (!run->is_rehearsal || ++run->change_count <= CAPTURE_CHANGES_MAX)
		return OK;
	return fault_set(fault, ERR_LIMIT, event->line, 0,
		"line %zu: more than %d packs are changed by one document: cut it", event->line,
		CAPTURE_CHANGES_MAX);
}

/* What the view will hold once the change is stated. */
static enum err rehearse_change(struct capture_run *run, const struct document_event *event,
	struct span epc, struct stock_pack *pack, struct fault *fault)
{
	struct view *view = run->capturing->view;
	unsigned kind = run_shape(run, event)->kind;
	struct undo_secret secret = {
		.kind = (uint16_t)kind, .position = REHEARSED_FROM + run->next_rehearsed++};
	memcpy(secret.gtin, pack->gtin, sizeof secret.gtin);
	memcpy(secret.serial, pack->serial, sizeof secret.serial);
	memcpy(secret.lot, pack->lot, sizeof secret.lot);
	struct effect effect = {.position = secret.position};
	enum err err = view_secret_put(view, run_party(run), &secret, fault);
	if (!err)
		err = view_effect_put(
			view, run_party(run), event->identity.hash, epc, &effect, fault);
	if (err || kind == KIND_OPEN || kind == KIND_LOCK)
		return err;
	pack->state = kind == KIND_SUPPLY ? STOCK_SUPPLIED : STOCK_GONE;
	return view_stock_put(view, run_party(run), pack, fault);
}

/* ---- stating ---- */

/* Whether the event did it already, in an earlier capture that was cut off: it was begun under a
 * number, by which the ledger knows it. If not, it is begun now. */
static enum err is_done(struct capture_run *run, const struct document_event *event,
	struct span epc, struct effect *effect, bool *done, struct fault *fault)
{
	const struct capturing *capturing = run->capturing;
	const uint8_t *hash = event->identity.hash;
	struct stated stated;
	enum err err = view_effect_get(capturing->view, run_party(run), hash, epc, effect, fault);
	*done = !err && effect->position;
	if (*done || (err && err != ERR_NOT_FOUND))
		return err;
	if (!err)
		err = desk_recorded(
			capturing->desk, capturing->party, effect->sequence, &stated, fault);
	*done = !err;
	if (*done)
		effect->position = stated.position;
	else if (err == ERR_NOT_FOUND)
		err = desk_sequence(capturing->desk, capturing->party, &effect->sequence, fault);
	if (!err)
		err = view_effect_put(capturing->view, run_party(run), hash, epc, effect, fault);
	return err || !*done ? err
			     : settling_catch_up(
				       capturing->desk, capturing->view, capturing->party, fault);
}

/* Takes what was answered into account; an answer of the rules is no reason to stop. */
static enum err take_answer(struct capture_run *run, const struct document_event *event,
	struct span epc, const struct handled *handled, enum err err, struct fault *fault)
{
	const struct outcome *outcome = &handled->stated.outcome;
	char text[OUTCOME_SENTENCE_MAX];
	if (err == ERR_REFUSED) {
		run_problem(run, event, epc, outcome->code, false, fault->text);
		return OK;
	}
	if (err)
		return err;
	run->result->last = handled->stated;
	run->result->has_last = true;
	run->result->statements++;
	if (handled->alert) {
		outcome_sentence(handled->alert, outcome->a, outcome->b, text);
		run_problem(run, event, epc, handled->alert, true, text);
	}
	return OK;
}

static enum err state_change(struct capture_run *run, const struct document_event *event,
	struct span epc, const struct stock_pack *pack, uint32_t loose, struct fault *fault)
{
	const struct capturing *capturing = run->capturing;
	uint8_t memory[SCAN_ROOM];
	struct buf scan;
	struct handled handled = {0};
	struct effect effect = {0};
	bool done;
	struct handling handling = {.kind = run_shape(run, event)->kind, .loose = loose};
	buf_over(&scan, memory, sizeof memory);
	run_scan(pack, &scan);
	enum err err = is_done(run, event, epc, &effect, &done, fault);
	if (err || done)
		return err;
	handling.sequence = effect.sequence;
	err = handle_pack(capturing->desk, capturing->view, capturing->party, buf_span(&scan),
		&handling, &handled, fault);
	bool is_stated = !err;
	err = take_answer(run, event, epc, &handled, err, fault);
	if (err)
		return err;
	if (!is_stated)
		return view_effect_drop(
			capturing->view, run_party(run), event->identity.hash, epc, fault);
	run->result->changes[handling.kind - KIND_SUPPLY] += loose ? loose : 1;
	effect.position = handled.stated.position;
	return view_effect_put(
		capturing->view, run_party(run), event->identity.hash, epc, &effect, fault);
}

static enum err change_one(struct capture_run *run, const struct document_event *event,
	struct span epc, struct fault *fault)
{
	struct known_pack known;
	enum err err = count_change(run, event, fault);
	if (!err)
		err = run_pack(run, event, epc, &known, fault);
	if (err)
		return err;
	if (!run->is_rehearsal)
		return state_change(run, event, epc, &known.pack, 0, fault);
	err = judge_change(run, event, epc, &known.pack, 0, fault);
	return err ? err : rehearse_change(run, event, epc, &known.pack, fault);
}

/* Packs without a number of their own are counted, and only supplied. */
static enum err change_class(struct capture_run *run, const struct document_event *event,
	const struct document_epc *epc, struct fault *fault)
{
	struct span text = document_epc_text(run->document, epc);
	struct stock_pack pack = {.count = epc->count};
	if (epc->kind != GS1_EPC_LOT || run_shape(run, event)->kind != KIND_SUPPLY || !epc->count ||
		epc->count > LOOSE_MAX)
		return fault_set(fault, ERR_RANGE, event->line, 0,
			"line %zu: <quantityList>: packs without a number of their own are "
			"supplied, by GTIN and lot, 1 to %d whole packs at a time; nothing else is "
			"recorded of them",
			event->line, LOOSE_MAX);
	memcpy(pack.gtin, epc->key, sizeof pack.gtin);
	memcpy(pack.lot, epc->extension, sizeof pack.lot);
	enum err err = run_lot_expiry(run, pack.gtin, pack.lot, pack.expiry, fault);
	if (err)
		return err;
	return run->is_rehearsal ? judge_change(run, event, text, &pack, epc->count, fault)
				 : state_change(run, event, text, &pack, epc->count, fault);
}

enum err change_state(
	struct capture_run *run, const struct document_event *event, struct fault *fault)
{
	enum err err = run_each_pack(run, event, change_one, fault);
	for (size_t k = event->epc_count - event->class_count; !err && k < event->epc_count; k++)
		err = change_class(
			run, event, document_epc(run->document, event->epc_first + k), fault);
	return err;
}

/* ---- undoing ---- */

static void fill_undo(const struct stock_pack *pack, const struct undo_secret *secret,
	bool is_return, struct buf *items, union kind_body *body)
{
	*body = (union kind_body){.undo = {.gtin = strtoull(pack->gtin, NULL, 10),
					  .lot = span_text(secret->lot),
					  .elements = {.items = buf_span(items), .count = 1},
					  .has_position = !is_return,
					  .position = is_return ? 0 : secret->position,
					  .never_left = is_return}};
}

/* Undoing with an alert leaves the pack as it is: then the file is refused instead. */
static enum err judge_undo(const struct capture_run *run, const struct document_event *event,
	struct span epc, const struct stock_pack *pack, const struct undo_secret *secret,
	bool is_return, struct fault *fault)
{
	uint8_t memory[128];
	uint8_t opener[KEY_SIZE];
	struct buf items;
	struct outcome outcome;
	union kind_body body;
	struct stock_pack with_lot = *pack;
	memcpy(with_lot.lot, secret->lot, sizeof with_lot.lot);
	buf_over(&items, memory, sizeof memory);
	if (secret->position >= REHEARSED_FROM) /* made by this document */
		return OK;
	enum err err = run_opener(run, &with_lot, opener, fault);
	if (err)
		return err;
	element_put(&items, opener, secret->secret, 0);
	fill_undo(pack, secret, is_return, &items, &body);
	err = capture_judge(
		run->capturing, is_return ? KIND_RETURN : KIND_VOID, &body, &outcome, fault);
	uint16_t code = outcome.code ? outcome.code : outcome.alert;
	secret_wipe(memory, sizeof memory);
	return err || !code ? err : run_refuse(event, epc, &outcome, code, fault);
}

static enum err rehearse_undo(const struct capture_run *run, const struct undo_secret *secret,
	const struct stock_pack *pack, struct fault *fault)
{
	struct stock_pack held = *pack;
	enum err err = view_secret_drop(run->capturing->view, run_party(run), secret, fault);
	held.state = STOCK_HELD;
	if (err || secret->kind == KIND_OPEN || secret->kind == KIND_LOCK)
		return err;
	return view_stock_put(run->capturing->view, run_party(run), &held, fault);
}

static enum err state_undo(struct capture_run *run, const struct document_event *event,
	struct span epc, const struct stock_pack *pack, const struct undoing *undoing,
	struct fault *fault)
{
	const struct capturing *capturing = run->capturing;
	uint8_t memory[SCAN_ROOM];
	struct buf scan;
	struct handled handled = {0};
	buf_over(&scan, memory, sizeof memory);
	run_scan(pack, &scan);
	enum err err = handle_undo(capturing->desk, capturing->view, capturing->party,
		buf_span(&scan), undoing, &handled, fault);
	if (err == ERR_EXISTS || err == ERR_NOT_FOUND) {
		run_problem(run, event, epc, 0, false, fault->text);
		return OK;
	}
	bool is_stated = !err;
	err = take_answer(run, event, epc, &handled, err, fault);
	if (err || !is_stated)
		return err;
	struct effect effect = {.position = handled.stated.position};
	run->result->changes[(undoing->is_return ? KIND_RETURN : KIND_VOID) - KIND_SUPPLY]++;
	return undoing->is_return ? view_effect_put(capturing->view, run_party(run),
					    event->identity.hash, epc, &effect, fault)
				  : OK;
}

/* The change at that position, unless it was undone already, or never took effect. */
static enum err void_change(struct capture_run *run, const struct document_event *event,
	struct span epc, const struct stock_pack *pack, uint64_t position, struct fault *fault)
{
	struct view *view = run->capturing->view;
	struct undo_secret secret;
	struct undo_secret newest;
	enum err err = view_secret_at(
		view, run_party(run), pack->gtin, pack->serial, position, &secret, fault);
	if (err)
		return err == ERR_NOT_FOUND ? OK : err;
	err = view_secret_get(view, run_party(run), pack->gtin, pack->serial, &newest, fault);
	if (!err && newest.position != position)
		err = fault_set(fault, ERR_REFUSED, event->line, 0,
			"line %zu: <errorDeclaration>: something else happened to %.*s since: "
			"declare that wrong first",
			event->line, epc.size < 80 ? (int)epc.size : 80, (const char *)epc.at);
	secret_wipe(&newest, sizeof newest);
	if (!err && run->is_rehearsal) {
		err = judge_undo(run, event, epc, pack, &secret, false, fault);
		if (!err)
			err = rehearse_undo(run, &secret, pack, fault);
	} else if (!err) {
		struct undoing undoing = {.has_position = true, .position = position};
		err = state_undo(run, event, epc, pack, &undoing, fault);
	}
	secret_wipe(&secret, sizeof secret);
	return err;
}

struct voiding {
	struct capture_run *run;
	const struct document_event *event;
};

/* One thing that the event did when it was captured. */
static enum err void_one(void *self, struct span epc, uint64_t position, struct fault *fault)
{
	const struct voiding *voiding = self;
	const struct document_event *event = voiding->event;
	struct gs1_epc read;
	struct known_pack known;
	enum err err = gs1_epc_read(epc, &read, fault);
	if (!err && read.kind != GS1_EPC_PACK)
		return fault_set(fault, ERR_REFUSED, event->line, 0,
			"line %zu: <errorDeclaration>: packs without a number of their own are "
			"counted for good: supply fewer next time",
			event->line);
	if (!err)
		err = run_pack(voiding->run, event, epc, &known, fault);
	return err ? err : void_change(voiding->run, event, epc, &known.pack, position, fault);
}

static enum err refuse_one(void *self, struct span epc, uint64_t position, struct fault *fault)
{
	const struct voiding *voiding = self;
	(void)position;
	return fault_set(fault, ERR_REFUSED, voiding->event->line, 0,
		"line %zu: <errorDeclaration>: %.*s was put back into stock by this event; say "
		"what happened to it since by an event of its own",
		voiding->event->line, epc.size < 80 ? (int)epc.size : 80, (const char *)epc.at);
}

enum err change_void(
	struct capture_run *run, const struct document_event *event, struct fault *fault)
{
	struct voiding voiding = {run, event};
	bool is_stock = run_shape(run, event)->act == CAPTURE_STOCK;
	struct view_effect_sink sink = {&voiding, is_stock ? refuse_one : void_one};
	return view_effects(
		run->capturing->view, run_party(run), event->identity.hash, &sink, fault);
}

/* ---- back into stock ---- */

static bool comes_back(unsigned kind)
{
	return kind == KIND_SUPPLY || kind == KIND_EXPORT || kind == KIND_SAMPLE ||
	       kind == KIND_FREE_SAMPLE;
}

/* What never left is only put on its shelf. */
static enum err shelve(struct capture_run *run, const struct document_event *event, struct span epc,
	struct fault *fault)
{
	struct known_pack known;
	if (!run->is_rehearsal)
		return OK;
	enum err err = run_pack_state(run, event, epc, &known, fault);
	if (err)
		return err == ERR_NOT_FOUND ? OK : err;
	bool is_gone =
		known.is_on_ledger && known.state != PACK_ACTIVE && known.state != PACK_OPENED;
	is_gone |= known.is_in_view &&
		   (known.pack.state == STOCK_SUPPLIED || known.pack.state == STOCK_GONE);
	if (!is_gone)
		return OK;
	return fault_set(fault, ERR_REFUSED, event->line, 0,
		"line %zu: %.*s is %s and this party did not supply, export or sample it: what "
		"others changed, or was destroyed, locked or stolen, does not go back into stock",
		event->line, epc.size < 80 ? (int)epc.size : 80, (const char *)epc.at,
		known.is_on_ledger ? pack_state_word(known.state) : "no longer in stock");
}

static enum err stock_one(struct capture_run *run, const struct document_event *event,
	struct span epc, struct fault *fault)
{
	struct gs1_epc read;
	struct undo_secret secret = {0};
	struct known_pack known;
	struct undoing undoing = {.is_return = true, .never_left = true};
	enum err err = count_change(run, event, fault);
	if (!err)
		err = gs1_epc_read(epc, &read, fault);
	if (!err)
		err = view_secret_get(run->capturing->view, run_party(run), read.key,
			read.extension, &secret, fault);
	if (err == ERR_NOT_FOUND || (!err && !comes_back(secret.kind))) {
		secret_wipe(&secret, sizeof secret);
		return shelve(run, event, epc, fault);
	}
	if (!err)
		err = run_pack(run, event, epc, &known, fault);
	if (!err && !run->is_rehearsal)
		err = state_undo(run, event, epc, &known.pack, &undoing, fault);
	if (!err && run->is_rehearsal)
		err = judge_undo(run, event, epc, &known.pack, &secret, true, fault);
	if (!err && run->is_rehearsal)
		err = rehearse_undo(run, &secret, &known.pack, fault);
	secret_wipe(&secret, sizeof secret);
	return err;
}

enum err stock_state(
	struct capture_run *run, const struct document_event *event, struct fault *fault)
{
	struct span *epcs;
	size_t count;
	enum err err = OK;
	/* Cases go on shelves too: what is in them is not looked at. */
	epcs = run_epcs(run, event, &count);
	if (!epcs)
		return fault_set(fault, ERR_MEMORY, 0, 0, "out of memory for an event");
	for (size_t k = 0; !err && k < count; k++)
		if (document_epc(run->document, event->epc_first + k)->kind == GS1_EPC_PACK)
			err = stock_one(run, event, epcs[k], fault);
	free(epcs);
	return err;
}
