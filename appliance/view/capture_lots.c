#include "appliance/view/capture_lots.h"

#include "appliance/view/capture_run.h"

#include <stdlib.h>

#define PACKS_MAX DOCUMENT_EPCS_MAX

static enum err find_lot(struct capture_result *result, const char *gtin, const char *lot,
	const char *expiry, size_t line, uint32_t *index, struct fault *fault)
{
	for (size_t i = 0; i < result->lot_count; i++) {
		struct capture_lot *known = &result->lots[i];
		if (strcmp(known->gtin, gtin) != 0 || strcmp(known->lot, lot) != 0)
			continue;
		if (strcmp(known->expiry, expiry) != 0)
			return fault_set(fault, ERR_RANGE, line, 0,
				"line %zu: lot %s has another expiry here (%s) than before (%s)",
				line, lot, expiry, known->expiry);
		*index = (uint32_t)i;
		return OK;
	}
	if (result->lot_count == CAPTURE_LOTS_MAX)
		return fault_set(fault, ERR_LIMIT, line, 0,
			"line %zu: more than %d lots in one document: cut it", line,
			CAPTURE_LOTS_MAX);
	struct capture_lot *added = &result->lots[result->lot_count];
	*added = (struct capture_lot){0};
	memcpy(added->gtin, gtin, 14);
	memcpy(added->lot, lot, strlen(lot));
	memcpy(added->expiry, expiry, strlen(expiry));
	*index = (uint32_t)result->lot_count++;
	return OK;
}

/* Without lot and expiry: a container, as cases with a number of their own are. */
static enum err is_case(struct lot_plan *plan, const struct capturing *capturing, const char *gtin,
	bool *is, struct fault *fault)
{
	struct reader *reader = NULL;
	struct snapshot snapshot;
	struct product product;
	*is = gtin[0] != '0' || !strcmp(plan->case_gtin, gtin);
	if (*is)
		return OK;
	enum err err = desk_reader(capturing->desk, &reader, fault);
	if (!err)
		err = reader_begin(reader, &snapshot, fault);
	if (!err) {
		err = product_get(snapshot.table, strtoull(gtin, NULL, 10), &product, fault);
		reader_end(reader);
	}
	desk_reader_back(capturing->desk, reader);
	*is = !err && product.unit;
	if (*is)
		memcpy(plan->case_gtin, gtin, sizeof plan->case_gtin);
	return err == ERR_NOT_FOUND ? OK : err;
}

static enum err missing(
	const struct document_event *event, const char *element, struct fault *fault)
{
	return fault_set(fault, ERR_RANGE, event->line, 0,
		"line %zu: commissioning of packs needs %s in its ILMD", event->line, element);
}

/* The lot's own name stands in the class; an ILMD that names another would be lost. */
static enum err check_class(
	const struct document_event *event, const struct document_epc *epc, struct fault *fault)
{
	if (event->lot[0] && strcmp(event->lot, epc->extension) != 0)
		return fault_set(fault, ERR_RANGE, event->line, 0,
			"line %zu: <quantityList> names lot %s and <ilmd> lot %s", event->line,
			epc->extension, event->lot);
	if (epc->is_measured)
		return fault_set(fault, ERR_RANGE, event->line, 0,
			"line %zu: <quantityList>: lot %s is counted in whole packs: leave <uom> "
			"out",
			event->line, epc->extension);
	return event->expiry[0] ? OK : missing(event, "itemExpirationDate", fault);
}

/* One thing commissioned: a pack, a lot by its class, or a container (which is no pack). */
static enum err plan_epc(struct lot_plan *plan, const struct capturing *capturing,
	const struct document_event *event, const struct document_epc *epc,
	struct capture_result *result, struct fault *fault)
{
	uint32_t index = 0;
	uint8_t opener[KEY_SIZE];
	bool is_container = epc->kind == GS1_EPC_LOGISTIC;
	bool is_lot = epc->kind == GS1_EPC_LOT;
	enum err err = OK;
	if (epc->kind == GS1_EPC_PACK && !event->lot[0] && !event->expiry[0])
		err = is_case(plan, capturing, epc->key, &is_container, fault);
	if (err || is_container)
		return err;
	if (is_lot)
		err = check_class(event, epc, fault);
	else if (epc->kind != GS1_EPC_PACK)
		err = fault_set(fault, ERR_RANGE, event->line, 0,
			"line %zu: only packs (GTIN and serial), lots and logistic units (SSCC) "
			"are commissioned here",
			event->line);
	else if (!event->lot[0] || !event->expiry[0])
		err = missing(event, event->lot[0] ? "itemExpirationDate" : "lotNumber", fault);
	if (!err)
		err = find_lot(result, epc->key, is_lot ? epc->extension : event->lot,
			event->expiry, event->line, &index, fault);
	if (err)
		return err;
	if (!plan->lines[index])
		plan->lines[index] = event->line;
	if (is_lot) {
		plan->lot_only[index] = true;
		return OK;
	}
	struct planned_pack pack = {.lot = index};
	opener_make(plan->pepper, strtoull(epc->key, NULL, 10), span_text(epc->extension), opener);
	opener_key(opener, pack.key);
	buf_put(&plan->packs, span_of(&pack, sizeof pack));
	return plan->packs.err ? fault_set(fault, ERR_LIMIT, event->line, 0,
					 "the document has too many packs")
			       : OK;
}

static int pack_order(const void *a, const void *b)
{
	const struct planned_pack *one = a;
	const struct planned_pack *other = b;
	if (one->lot != other->lot)
		return one->lot < other->lot ? -1 : 1;
	return memcmp(one->key, other->key, KEY_SIZE);
}

/* The same pack twice in one document counts once. */
static void drop_doubles(struct lot_plan *plan, struct capture_result *result)
{
	struct planned_pack *packs = (void *)plan->packs.at;
	size_t count = plan->packs.size / sizeof *packs;
	size_t kept = 0;
	for (size_t i = 0; i < count; i++) {
		if (kept && !pack_order(&packs[kept - 1], &packs[i]))
			continue;
		packs[kept++] = packs[i];
		result->lots[packs[i].lot].packs++;
	}
	plan->packs.size = kept * sizeof *packs;
	result->packs = (uint32_t)kept;
}

enum err lot_plan_make(struct lot_plan *plan, const struct capture_run *run, struct fault *fault)
{
	const struct document *document = run->document;
	struct capture_result *result = run->result;
	enum err err = OK;
	buf_init(&plan->packs, PACKS_MAX * sizeof(struct planned_pack));
	for (size_t i = 0; !err && i < document->count; i++) {
		const struct document_event *event = document_event(document, i);
		if (event->is_known || event->voids || run_only_annotates(event) ||
			run_shape(run, event)->act != CAPTURE_COMMISSION)
			continue;
		for (size_t k = 0; !err && k < event->epc_count; k++)
			err = plan_epc(plan, run->capturing, event,
				document_epc(document, event->epc_first + k), result, fault);
	}
	if (err)
		return err;
	if (plan->packs.size)
		qsort(plan->packs.at, plan->packs.size / sizeof(struct planned_pack),
			sizeof(struct planned_pack), pack_order);
	drop_doubles(plan, result);
	for (size_t i = 0; i < result->lot_count; i++)
		if (plan->lot_only[i] && result->lots[i].packs)
			return fault_set(fault, ERR_RANGE, 0, 0,
				"lot %s is commissioned with and without pack numbers in one "
				"document",
				result->lots[i].lot);
	return OK;
}

void lot_plan_close(struct lot_plan *plan)
{
	buf_close(&plan->packs);
	secret_free(plan->pepper);
	plan->pepper = NULL;
}

static void lot_body_of(const struct lot_plan *plan, const struct capture_lot *lot, size_t index,
	struct lot_body *body)
{
	*body = (struct lot_body){
		.gtin = strtoull(lot->gtin, NULL, 10),
		.lot = span_text(lot->lot),
		.expiries = {(uint32_t)strtoul(lot->expiry, NULL, 10)},
		.expiry_count = 1,
		.effective = (uint32_t)strtoul(lot->expiry, NULL, 10),
		.packs = plan->lot_only[index] ? LOT_PACKS_NONE : LOT_PACKS_ALL,
		.pepper_year = plan->pepper_year,
	};
}

/* The packs from *next on that belong to the lot, at most COMMISSION_MAX, as one bundle. */
static enum err state_bundle(const struct lot_plan *plan, const struct capturing *capturing,
	uint32_t lot, size_t *next, struct capture_result *result, struct fault *fault)
{
	const struct planned_pack *packs = (const void *)plan->packs.at;
	size_t count = plan->packs.size / sizeof *packs;
	struct buf keys;
	buf_init(&keys, (size_t)COMMISSION_MAX * KEY_SIZE);
	while (*next < count && packs[*next].lot == lot && keys.size < keys.limit) {
		buf_put(&keys, span_of(packs[*next].key, KEY_SIZE));
		++*next;
	}
	union kind_body body = {.commission = {
					.gtin = strtoull(result->lots[lot].gtin, NULL, 10),
					.lot = span_text(result->lots[lot].lot),
					.keys = buf_span(&keys),
				}};
	enum err err =
		keys.err ? fault_set(fault, keys.err, 0, 0, "out of memory for a bundle of packs")
			 : capture_state(capturing, KIND_COMMISSION, &body, result, fault);
	buf_close(&keys);
	return err;
}

enum err lot_plan_state(const struct lot_plan *plan, const struct capturing *capturing,
	struct capture_result *result, struct fault *fault)
{
	const struct planned_pack *packs = (const void *)plan->packs.at;
	size_t count = plan->packs.size / sizeof *packs;
	size_t next = 0;
	enum err err = OK;
	for (size_t i = 0; !err && i < result->lot_count; i++) {
		union kind_body body;
		lot_body_of(plan, &result->lots[i], i, &body.lot);
		err = capture_state(capturing, KIND_LOT, &body, result, fault);
		if (!err)
			result->lots[i].position = result->last.position;
		while (!err && next < count && packs[next].lot == i)
			err = state_bundle(plan, capturing, (uint32_t)i, &next, result, fault);
	}
	return err;
}

enum err lot_plan_check(const struct lot_plan *plan, const struct capturing *capturing,
	const struct capture_result *result, struct fault *fault)
{
	for (size_t i = 0; i < result->lot_count; i++) {
		const struct capture_lot *lot = &result->lots[i];
		char text[OUTCOME_SENTENCE_MAX];
		struct outcome outcome;
		union kind_body body;
		lot_body_of(plan, lot, i, &body.lot);
		enum err err = capture_judge(capturing, KIND_LOT, &body, &outcome, fault);
		if (err)
			return err;
		if (!outcome.code)
			continue;
		outcome_sentence(outcome.code, outcome.a, outcome.b, text);
		return fault_set(fault, ERR_REFUSED, plan->lines[i], 0,
			"line %zu: lot %s of %s: %.160s", plan->lines[i], lot->lot, lot->gtin,
			text);
	}
	return OK;
}
