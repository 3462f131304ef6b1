/* Captured recalls: a GTIN holder's own, led by the company, to the patient's level. What is
 * recalled already is only noted; an end ends the recall that names these lots and no others. */
#include "appliance/rules/opener.h"
#include "appliance/view/capture_run.h"

#include <stdio.h>
#include <stdlib.h>

#define LOTS_MAX RECALL_ITEMS_MAX

struct recalled_lot {
	uint64_t gtin;
	char lot[GS1_LOT_MAX + 1]; /* "": all lots */
};

struct recalling {
	struct recalled_lot lots[LOTS_MAX];
	size_t lot_count;
	uint8_t keys[RECALL_PACKS_MAX][KEY_SIZE]; /* of packs; none: whole lots */
	size_t key_lots[RECALL_PACKS_MAX]; /* index in lots, until they are put in order */
	size_t key_count;
	uint8_t id[RECALL_ID_SIZE];
	struct buf items;
};

static enum err too_large(const struct document_event *event, struct fault *fault)
{
	return fault_set(fault, ERR_LIMIT, event->line, 0,
		"line %zu: one event recalls at most %d lots, or %d packs: cut it", event->line,
		LOTS_MAX, RECALL_PACKS_MAX);
}

static enum err add_lot(struct recalling *recalling, const struct document_event *event,
	const char *gtin, const char *lot, size_t *index, struct fault *fault)
{
	struct recalled_lot added = {.gtin = strtoull(gtin, NULL, 10)};
	(void)snprintf(added.lot, sizeof added.lot, "%s", lot);
	for (size_t i = 0; i < recalling->lot_count; i++)
		if (recalling->lots[i].gtin == added.gtin &&
			!strcmp(recalling->lots[i].lot, added.lot)) {
			*index = i;
			return OK;
		}
	if (recalling->lot_count == LOTS_MAX)
		return too_large(event, fault);
	*index = recalling->lot_count;
	recalling->lots[recalling->lot_count++] = added;
	return OK;
}

static enum err add_pack(struct capture_run *run, const struct document_event *event,
	struct span epc, struct fault *fault)
{
	struct recalling *recalling = run->recalling;
	struct known_pack known;
	uint8_t opener[KEY_SIZE];
	size_t index = 0;
	enum err err = run_pack(run, event, epc, &known, fault);
	if (!err)
		err = add_lot(recalling, event, known.pack.gtin, known.pack.lot, &index, fault);
	if (!err && recalling->key_count == RECALL_PACKS_MAX)
		err = too_large(event, fault);
	if (!err)
		err = run_opener(run, &known.pack, opener, fault);
	if (err)
		return err;
	recalling->key_lots[recalling->key_count] = index;
	opener_key(opener, recalling->keys[recalling->key_count++]);
	return OK;
}

static int lot_order(const void *a, const void *b)
{
	const struct recalled_lot *one = a;
	const struct recalled_lot *other = b;
	if (one->gtin != other->gtin)
		return one->gtin < other->gtin ? -1 : 1;
	return strcmp(one->lot, other->lot);
}

static int key_order(const void *a, const void *b)
{
	return memcmp(a, b, KEY_SIZE);
}

/* [[gtin, [lot ...]] ...]; all lots of a product when one item says so. Returns the products. */
static size_t put_items(struct recalling *recalling)
{
	size_t products = 0;
	qsort(recalling->lots, recalling->lot_count, sizeof recalling->lots[0], lot_order);
	for (size_t i = 0, end; i < recalling->lot_count; i = end, products++) {
		const struct recalled_lot *first = &recalling->lots[i];
		for (end = i;
			end < recalling->lot_count && recalling->lots[end].gtin == first->gtin;)
			end++;
		cbor_put_array(&recalling->items, 2);
		cbor_put_uint(&recalling->items, first->gtin);
		cbor_put_array(&recalling->items, first->lot[0] ? end - i : 0);
		for (size_t k = i; first->lot[0] && k < end; k++)
			cbor_put_text(&recalling->items, span_text(recalling->lots[k].lot));
	}
	return products;
}

static enum err collect(struct capture_run *run, const struct document_event *event,
	struct recalling *recalling, struct fault *fault)
{
	enum err err = OK;
	if (event->class_count && event->class_count < event->epc_count)
		return fault_set(fault, ERR_RANGE, event->line, 0,
			"line %zu: a recall names lots (<quantityList>) or packs (<epcList>): make "
			"two events",
			event->line);
	for (size_t k = 0; !err && event->class_count && k < event->epc_count; k++) {
		const struct document_epc *epc = document_epc(run->document, event->epc_first + k);
		size_t index;
		err = epc->kind == GS1_EPC_LOT || epc->kind == GS1_EPC_PRODUCT
			      ? add_lot(recalling, event, epc->key,
					epc->kind == GS1_EPC_LOT ? epc->extension : "", &index,
					fault)
			      : fault_set(fault, ERR_RANGE, event->line, 0,
					"line %zu: a recall names lots by GTIN and lot (LGTIN)",
					event->line);
	}
	run->recalling = recalling;
	if (!err && !event->class_count)
		err = run_each_pack(run, event, add_pack, fault);
	run->recalling = NULL;
	if (!err && !recalling->lot_count)
		err = fault_set(fault, ERR_RANGE, event->line, 0,
			"line %zu: the recall names nothing", event->line);
	return err;
}

/* ---- what stands already ---- */

struct standing_recall {
	bool is_whole; /* each lot, or pack, is in some recall */
	bool is_some;
	bool is_one; /* the same for all of them */
	struct recall recall;
};

/* Recalls of a lot, or of one pack of it. */
static enum err look_at(const struct snapshot *snapshot, const struct recalled_lot *lot,
	const uint8_t (*key)[KEY_SIZE], uint16_t member, struct standing_recall *standing,
	struct fault *fault)
{
	struct recall_asker asker = {.roles = ~0u, .followed = {member}, .followed_count = 1};
	struct recall_found found;
	enum err err = recall_look(snapshot->table, &asker, lot->gtin, span_text(lot->lot), key,
		key != NULL, UINT64_MAX, &found, fault);
	bool is_there = !err && (found.is_recalled || found.is_caution);
	standing->is_whole &= is_there;
	if (!is_there)
		return err;
	const struct recall *recall =
		found.is_recalled ? &found.recalled.recall : &found.caution.recall;
	if (standing->is_some && memcmp(recall->id, standing->recall.id, RECALL_ID_SIZE) != 0)
		standing->is_one = false;
	standing->recall = *recall;
	standing->is_some = true;
	return OK;
}

static enum err look(const struct capture_run *run, const struct recalling *recalling,
	struct standing_recall *standing, struct fault *fault)
{
	struct desk *desk = run->capturing->desk;
	struct reader *reader = NULL;
	struct snapshot snapshot;
	struct author author;
	uint8_t public[32];
	*standing = (struct standing_recall){.is_whole = true, .is_one = true};
	enum err err = desk_reader(desk, &reader, fault);
	if (!err)
		err = reader_begin(reader, &snapshot, fault);
	if (!err) {
		err = members_key(
			snapshot.table, run->capturing->party->kid, &author, public, fault);
		for (size_t i = 0; !err && !recalling->key_count && i < recalling->lot_count; i++)
			err = look_at(&snapshot, &recalling->lots[i], NULL, author.member_index,
				standing, fault);
		for (size_t i = 0; !err && i < recalling->key_count; i++)
			err = look_at(&snapshot, &recalling->lots[recalling->key_lots[i]],
				(const uint8_t(*)[KEY_SIZE]) & recalling->keys[i],
				author.member_index, standing, fault);
		reader_end(reader);
	}
	desk_reader_back(desk, reader);
	return err;
}

static enum err find_own(const struct capture_run *run, const uint8_t id[RECALL_ID_SIZE],
	bool *is_running, struct fault *fault)
{
	struct desk *desk = run->capturing->desk;
	struct reader *reader = NULL;
	struct snapshot snapshot;
	struct recall recall;
	enum err err = desk_reader(desk, &reader, fault);
	if (!err)
		err = reader_begin(reader, &snapshot, fault);
	if (!err) {
		err = recall_get(snapshot.table, id, &recall, fault);
		reader_end(reader);
	}
	desk_reader_back(desk, reader);
	*is_running = !err && !recall.ended_at;
	return err == ERR_NOT_FOUND ? OK : err;
}

/* ---- judged or stated ---- */

static enum err state(struct capture_run *run, const struct document_event *event, uint16_t kind,
	const union kind_body *body, const char *advice, struct fault *fault)
{
	struct outcome outcome;
	if (run->is_rehearsal) {
		char text[OUTCOME_SENTENCE_MAX];
		enum err err = capture_judge(run->capturing, kind, body, &outcome, fault);
		if (err || !outcome.code)
			return err;
		outcome_sentence(outcome.code, outcome.a, outcome.b, text);
		return fault_set(fault, ERR_REFUSED, event->line, 0,
			"line %zu: <persistentDisposition> recalled: %s; %s", event->line, text,
			advice);
	}
	enum err err = capture_state(run->capturing, kind, body, run->result, fault);
	if (err == ERR_REFUSED) {
		run_problem(run, event, span_text("recall"), run->result->last.outcome.code, false,
			fault->text);
		return OK;
	}
	run->result->recalls += !err;
	return err;
}

/* One event, one recall, whoever asks again. */
static void make_id(const struct capture_run *run, const struct document_event *event,
	uint8_t id[RECALL_ID_SIZE])
{
	uint8_t memory[256];
	uint8_t hash[HASH_SIZE];
	struct buf buf;
	buf_over(&buf, memory, sizeof memory);
	buf_put_text(&buf, "assay/recall/1");
	buf_put_text(&buf, run_party(run));
	buf_put_u8(&buf, 0);
	buf_put(&buf, span_of(event->identity.hash, HASH_SIZE));
	hash_sha256(buf_span(&buf), hash);
	memcpy(id, hash, RECALL_ID_SIZE);
}

static enum err issue(struct capture_run *run, const struct document_event *event,
	struct recalling *recalling, struct fault *fault)
{
	struct standing_recall standing;
	enum err err = look(run, recalling, &standing, fault);
	if (err || standing.is_whole)
		return err;
	size_t products = put_items(recalling);
	if (recalling->key_count)
		qsort(recalling->keys, recalling->key_count, KEY_SIZE, key_order);
	make_id(run, event, recalling->id);
	union kind_body body = {
		.recall = {
			.id = span_of(recalling->id, RECALL_ID_SIZE),
			.items = {.items = buf_span(&recalling->items), .count = products},
			.keys = span_of(recalling->keys, recalling->key_count * KEY_SIZE),
			.class = RECALL_COMPANY,
			.depth = DEPTH_PATIENT,
		}};
	if (recalling->items.err)
		return too_large(event, fault);
	return state(run, event, KIND_RECALL, &body,
		"what a site holds of a recall is answered on the page, or at "
		"/api/v1/recalls",
		fault);
}

static enum err end(struct capture_run *run, const struct document_event *event,
	struct recalling *recalling, struct fault *fault)
{
	struct standing_recall standing;
	enum err err = look(run, recalling, &standing, fault);
	if (err || !standing.is_some)
		return err;
	if (!standing.is_one || !standing.is_whole ||
		standing.recall.lot_count != recalling->lot_count)
		return fault_set(fault, ERR_RANGE, event->line, 0,
			"line %zu: <persistentDisposition> unset recalled: a recall ends whole: "
			"name all its %u lots and no others",
			event->line, (unsigned)standing.recall.lot_count);
	union kind_body body = {.recall_end = {.id = span_of(standing.recall.id, RECALL_ID_SIZE)}};
	return state(run, event, KIND_RECALL_END, &body, "leave it to them", fault);
}

/* Declared wrong. */
static enum err take_back(
	struct capture_run *run, const struct document_event *event, struct fault *fault)
{
	uint8_t id[RECALL_ID_SIZE];
	bool is_running;
	if (run_shape(run, event)->act == CAPTURE_RECALL_END)
		return fault_set(fault, ERR_REFUSED, event->line, 0,
			"line %zu: <errorDeclaration>: a recall that has ended is issued again by "
			"an event of its own",
			event->line);
	make_id(run, event, id);
	enum err err = find_own(run, id, &is_running, fault);
	union kind_body body = {.recall_end = {.id = span_of(id, RECALL_ID_SIZE)}};
	return err || !is_running
		       ? err
		       : state(run, event, KIND_RECALL_END, &body, "ask its issuer", fault);
}

enum err recall_state(
	struct capture_run *run, const struct document_event *event, struct fault *fault)
{
	if (event->voids)
		return take_back(run, event, fault);
	struct recalling *recalling = calloc(1, sizeof *recalling);
	if (!recalling)
		return fault_set(fault, ERR_MEMORY, 0, 0, "out of memory for a recall");
	buf_init(&recalling->items, STATEMENT_SIZE_MAX);
	enum err err = collect(run, event, recalling, fault);
	if (!err)
		err = run_shape(run, event)->act == CAPTURE_RECALL
			      ? issue(run, event, recalling, fault)
			      : end(run, event, recalling, fault);
	buf_close(&recalling->items);
	free(recalling);
	return err;
}
