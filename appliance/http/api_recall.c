/* Recalls, their answers, and the signed record of an action for an inspector. */
#include "appliance/http/api.h"

#include "appliance/rules/kinds.h"
#include "appliance/view/trace.h"
#include "appliance/view/view.h"
#include "gs1/syntax/key.h"
#include "ledger/base/civil.h"
#include "ledger/base/hex.h"

#include <stdio.h>
#include <stdlib.h>

struct item {
	uint64_t gtin;
	const json_t *lots;
};

static int item_order(const void *a, const void *b)
{
	uint64_t one = ((const struct item *)a)->gtin;
	uint64_t other = ((const struct item *)b)->gtin;
	return (one > other) - (one < other);
}

/* [{"gtin", "lots": [...]}] in ascending order; no lots: all of the product. */
static enum err read_items(
	struct call *call, const char *name, struct buf *buf, struct recall_items *items)
{
	struct item list[RECALL_ITEMS_MAX];
	const json_t *from = json_object_get(call->body, name);
	size_t count = json_array_size(from);
	if (!count || count > RECALL_ITEMS_MAX)
		return fault_set(&call->fault, ERR_FORMAT, 0, 0,
			"\"%s\" is a list of 1 to %d {\"gtin\", \"lots\"}", name, RECALL_ITEMS_MAX);
	for (size_t i = 0; i < count; i++) {
		const json_t *one = json_array_get(from, i);
		const char *text = json_string_value(json_object_get(one, "gtin"));
		if (json_object_size(one) !=
			(size_t)(text != NULL) + (json_object_get(one, "lots") != NULL))
			return fault_set(&call->fault, ERR_FORMAT, i, 0,
				"an item is {\"gtin\", \"lots\"} and nothing else");
		list[i].lots = json_object_get(one, "lots");
		enum err err = api_gtin_of(call, text ? text : "", &list[i].gtin);
		if (err)
			return err;
	}
	qsort(list, count, sizeof list[0], item_order);
	for (size_t i = 0; i < count; i++) {
		cbor_put_array(buf, 2);
		cbor_put_uint(buf, list[i].gtin);
		cbor_put_array(buf, json_array_size(list[i].lots));
		enum err err = api_put_lots(call, list[i].lots, buf);
		if (err)
			return err;
	}
	*items = (struct recall_items){buf_span(buf), count};
	return buf->err ? fault_set(&call->fault, buf->err, 0, 0, "the recall is too large") : OK;
}

static enum err read_depth(struct call *call, enum recall_depth *depth)
{
	const char *text = api_text_or(call, "depth", "patient");
	*depth = !strcmp(text, "patient")      ? DEPTH_PATIENT
		 : !strcmp(text, "pharmacy")   ? DEPTH_PHARMACY
		 : !strcmp(text, "wholesaler") ? DEPTH_WHOLESALER
					       : (enum recall_depth)0;
	return *depth ? OK
		      : fault_set(&call->fault, ERR_FORMAT, 0, 0,
				"\"depth\" is patient, pharmacy or wholesaler");
}

/* The id of a recall that was issued before its answer was lost. */
static enum err id_before(struct call *call, uint8_t id[RECALL_ID_SIZE])
{
	union kind_body body;
	struct buf memory;
	buf_init(&memory, STATEMENT_SIZE_MAX);
	enum err err = api_body_before(call, KIND_RECALL, &memory, &body);
	if (!err)
		memcpy(id, body.recall.id.at, RECALL_ID_SIZE);
	buf_close(&memory);
	return err;
}

static enum err issue(struct call *call)
{
	uint8_t id[RECALL_ID_SIZE];
	char text[2 * RECALL_ID_SIZE + 1];
	struct buf buf;
	struct stated stated = {0};
	int64_t class = 2;
	json_t *evidence = NULL;
	union kind_body body = {0};
	const char *notice = api_text_or(call, "notice", NULL);
	buf_init(&buf, STATEMENT_SIZE_MAX);
	env_random(desk_env(call->api->desk), id, sizeof id);
	if (call->is_again) {
		enum err known = id_before(call, id);
		if (known)
			return known;
	}
	body.recall.id = span_of(id, sizeof id);
	body.recall.transcribed = api_bool(call, "transcribed");
	if (notice)
		body.recall.notice = span_text(notice);
	enum err err = read_items(call, "items", &buf, &body.recall.items);
	if (!err)
		err = api_int_or(call, "class", 2, &class);
	if (!err && (class < RECALL_CLASS_1 || class > RECALL_COMPANY))
		err = fault_set(&call->fault, ERR_RANGE, 0, 0,
			"\"class\" is 1 to 4, or 5 for one led by the company");
	body.recall.class = (enum recall_class) class;
	if (!err)
		err = read_depth(call, &body.recall.depth);
	if (!err)
		err = api_state(call, KIND_RECALL, &body, &stated);
	if (!err)
		err = api_evidence(call, &stated, &evidence);
	buf_close(&buf);
	if (err)
		return err;
	hex_print(span_of(id, sizeof id), text);
	api_answer(call, json_pack("{s:s, s:o}", "recall", text, "evidence", evidence));
	return OK;
}

static enum err list(struct call *call)
{
	json_t *recalls = NULL;
	enum err err = trace_recalls(
		call->api->desk, call->api->view, call->party, &recalls, &call->fault);
	if (!err)
		api_answer(call, recalls);
	return err;
}

/* What an inspector is shown: who did what about which recall, with the receipt that proves
 * when. */
static json_t *action_record(const struct call *call, const char *recall,
	const struct recall_answer_body *said, const char *gtin, const char *lot, json_t *evidence)
{
	char time[CIVIL_TIME_SIZE];
	civil_print_time(env_now_ms(desk_env(call->api->desk)), time);
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:{s:i, s:i, s:i, s:i, s:i}, s:O}",
		"record", "recall action", "recall", recall, "party", call->party->name, "member",
		call->party->member, "gtin", gtin, "lot", lot, "written", time, "packs", "held",
		(int)said->held, "quarantined", (int)said->quarantined, "returned",
		(int)said->returned, "supplied", (int)said->supplied, "patients_contacted",
		(int)said->contacted, "evidence", evidence);
}

static enum err read_counts(struct call *call, struct recall_answer_body *said)
{
	const struct {
		const char *name;
		uint32_t *to;
	} counts[] = {
		{"held", &said->held},
		{"quarantined", &said->quarantined},
		{"returned", &said->returned},
		{"supplied", &said->supplied},
		{"contacted", &said->contacted},
	};
	for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
		int64_t value;
		enum err err = api_int_or(call, counts[i].name, 0, &value);
		if (err)
			return err;
		if (value < 0 || value > 10000000)
			return fault_set(&call->fault, ERR_RANGE, 0, 0,
				"\"%s\" is a number of packs", counts[i].name);
		*counts[i].to = (uint32_t)value;
	}
	return OK;
}

/* The id before the verb in the path: "ID/answer". */
static enum err path_id(
	struct call *call, char text[2 * RECALL_ID_SIZE + 1], uint8_t id[RECALL_ID_SIZE])
{
	struct span head = span_cut(call->rest, 0, 2 * RECALL_ID_SIZE);
	if (head.size)
		memcpy(text, head.at, head.size);
	text[head.size] = 0;
	return hex_parse(head, id, RECALL_ID_SIZE, &call->fault);
}

/* Items, class and depth; what is left out stays as it was. */
static enum err amend(struct call *call)
{
	char recall[2 * RECALL_ID_SIZE + 1];
	uint8_t id[RECALL_ID_SIZE];
	struct buf added;
	struct buf removed;
	struct stated stated = {0};
	union kind_body body = {0};
	struct recall_amend_body *said = &body.recall_amend;
	int64_t class = 0;
	buf_init(&added, STATEMENT_SIZE_MAX);
	buf_init(&removed, STATEMENT_SIZE_MAX);
	enum err err = path_id(call, recall, id);
	said->id = span_of(id, sizeof id);
	if (!err && json_object_get(call->body, "add"))
		err = read_items(call, "add", &added, &said->added);
	if (!err && json_object_get(call->body, "remove"))
		err = read_items(call, "remove", &removed, &said->removed);
	if (!err)
		err = api_int_or(call, "class", 0, &class);
	if (!err && class && (class < RECALL_CLASS_1 || class > RECALL_COMPANY))
		err = fault_set(&call->fault, ERR_RANGE, 0, 0,
			"\"class\" is 1 to 4, or 5 for one led by the company");
	said->class = (enum recall_class) class;
	if (!err && api_text_or(call, "depth", NULL))
		err = read_depth(call, &said->depth);
	if (!err && !said->added.count && !said->removed.count && !said->class && !said->depth)
		err = fault_set(&call->fault, ERR_FORMAT, 0, 0,
			"say what changes: \"add\" or \"remove\" with items, \"class\", "
			"\"depth\"");
	if (!err)
		err = api_state(call, KIND_RECALL_AMEND, &body, &stated);
	buf_close(&added);
	buf_close(&removed);
	return api_answer_stated(call, &stated, json_pack("{s:s}", "recall", recall), err);
}

/* Whether a lot that was made from a recalled one is affected too. */
static enum err derived(struct call *call)
{
	char recall[2 * RECALL_ID_SIZE + 1];
	uint8_t id[RECALL_ID_SIZE];
	const char *lot = NULL;
	struct stated stated = {0};
	union kind_body body = {0};
	struct recall_derived_body *said = &body.recall_derived;
	enum err err = path_id(call, recall, id);
	said->id = span_of(id, sizeof id);
	if (!err)
		err = api_gtin(call, &said->gtin);
	if (!err)
		err = api_lot(call, &lot);
	if (!err && !json_is_boolean(json_object_get(call->body, "affected")))
		err = fault_set(&call->fault, ERR_FORMAT, 0, 0,
			"the request needs \"affected\", true or false");
	if (!err) {
		said->lot = span_text(lot);
		said->affected = api_bool(call, "affected");
		err = api_state(call, KIND_RECALL_DERIVED, &body, &stated);
	}
	return api_answer_stated(call, &stated, json_pack("{s:s}", "recall", recall), err);
}

static enum err answer(struct call *call)
{
	char recall[2 * RECALL_ID_SIZE + 1];
	uint8_t id[RECALL_ID_SIZE];
	char gtin[24];
	const char *lot;
	struct stated stated = {0};
	json_t *evidence = NULL;
	union kind_body body = {0};
	enum err err = path_id(call, recall, id);
	if (!err)
		err = api_gtin(call, &body.recall_answer.gtin);
	if (!err)
		err = api_lot(call, &lot);
	if (!err)
		err = read_counts(call, &body.recall_answer);
	if (err)
		return err;
	body.recall_answer.id = span_of(id, sizeof id);
	(void)snprintf(gtin, sizeof gtin, "%014llu", (unsigned long long)body.recall_answer.gtin);
	body.recall_answer.lot = span_text(lot);
	err = api_state(call, KIND_RECALL_ANSWER, &body, &stated);
	if (!err)
		err = api_evidence(call, &stated, &evidence);
	if (err)
		return err;
	json_t *record = action_record(call, recall, &body.recall_answer, gtin, lot, evidence);
	api_answer(call, json_pack("{s:o, s:o}", "evidence", evidence, "record", record));
	return OK;
}

/* Who answers and who changes a recall are not the same: the verb says which duty it takes. */
static enum err recall_verb(struct call *call)
{
	static const struct {
		const char *tail;
		unsigned duties;
		api_handler handle;
	} verbs[] = {
		{"/answer", DUTY_ADMIN | DUTY_PHARMACIST | DUTY_WAREHOUSE, answer},
		{"/amend", DUTY_ADMIN | DUTY_REGULATOR | DUTY_MAKER, amend},
		{"/derived", DUTY_ADMIN | DUTY_REGULATOR | DUTY_MAKER, derived},
	};
	struct span tail = span_cut(call->rest, 2 * RECALL_ID_SIZE, call->rest.size);
	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
		if (!span_is(tail, verbs[i].tail))
			continue;
		return call->account.duties & verbs[i].duties
			       ? verbs[i].handle(call)
			       : fault_set(&call->fault, ERR_DENIED, 0, 0,
					 "the account %s has none of the duties that this needs",
					 call->account.user);
	}
	return fault_set(&call->fault, ERR_NOT_FOUND, 0, 0,
		"a recall is answered, amended or asked about a derived lot: "
		"/api/v1/recalls/ID/answer, /amend or /derived");
}

static enum err end(struct call *call)
{
	uint8_t id[RECALL_ID_SIZE];
	struct stated stated = {0};
	json_t *evidence = NULL;
	enum err err = hex_parse(call->rest, id, sizeof id, &call->fault);
	union kind_body body = {.recall_end = {.id = span_of(id, sizeof id)}};
	if (!err)
		err = api_state(call, KIND_RECALL_END, &body, &stated);
	if (!err)
		err = api_evidence(call, &stated, &evidence);
	if (!err)
		api_answer(call, json_pack("{s:o}", "evidence", evidence));
	return err;
}

/* ---- whose transcriptions count ---- */

static enum err add_name(void *self, struct span name, struct fault *fault)
{
	(void)fault;
	(void)json_array_append_new(self, json_stringn((const char *)name.at, name.size));
	return OK;
}

static enum err answer_followed(struct call *call, enum err err)
{
	json_t *list = json_array();
	struct view_epc_sink sink = {list, add_name};
	if (!err)
		err = view_follow_each(call->api->view, call->party->name, &sink, &call->fault);
	if (err)
		json_decref(list);
	else
		api_answer(call, list);
	return err;
}

static enum err followed(struct call *call)
{
	return answer_followed(call, OK);
}

static enum err find_member(struct call *call, struct span name)
{
	struct desk_moment moment;
	struct member member;
	enum err err = desk_begin(call->api->desk, &moment, &call->fault);
	if (!err)
		err = member_named(moment.snapshot.table, name, &member, &call->fault);
	desk_end(call->api->desk, &moment);
	return err == ERR_NOT_FOUND ? fault_set(&call->fault, err, 0, 0,
					      "no member of that name is on the ledger")
				    : err;
}

static enum err follow(struct call *call)
{
	const char *name;
	enum err err = api_text(call, "member", &name);
	if (!err)
		err = find_member(call, span_text(name));
	if (!err)
		err = view_follow_put(call->api->view, call->party->name, name, &call->fault);
	return answer_followed(call, err);
}

static enum err unfollow(struct call *call)
{
	char name[NAME_SIZE_MAX + 1] = "";
	if (call->rest.size < sizeof name)
		memcpy(name, call->rest.at, call->rest.size);
	return answer_followed(
		call, view_follow_drop(call->api->view, call->party->name, name, &call->fault));
}

#define DUTY_FOLLOW (DUTY_ADMIN | DUTY_PHARMACIST | DUTY_WAREHOUSE | DUTY_MAKER)

const struct route api_recall_routes[] = {
	{"GET", "/api/v1/recalls", 0, BODY_NONE, list},
	{"POST", "/api/v1/recalls", DUTY_ADMIN | DUTY_REGULATOR | DUTY_MAKER | DUTY_PHARMACIST,
		BODY_JSON, issue},
	{"POST", "/api/v1/recalls/*",
		DUTY_ADMIN | DUTY_PHARMACIST | DUTY_WAREHOUSE | DUTY_REGULATOR | DUTY_MAKER,
		BODY_JSON, recall_verb},
	{"GET", "/api/v1/followed", DUTY_ANY_STAFF, BODY_NONE, followed},
	{"POST", "/api/v1/followed", DUTY_FOLLOW, BODY_JSON, follow},
	{"DELETE", "/api/v1/followed/*", DUTY_FOLLOW, BODY_NONE, unfollow},
	{"DELETE", "/api/v1/recalls/*", DUTY_ADMIN | DUTY_REGULATOR | DUTY_MAKER, BODY_NONE, end},
	{0},
};
