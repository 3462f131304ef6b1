/* Mandates: what another member may state for the own one. */
#include "appliance/http/api_operator.h"
#include "appliance/rules/kinds.h"
#include "appliance/view/view.h"
#include "gs1/syntax/key.h"
#include "ledger/base/civil.h"
#include "ledger/base/hex.h"

#include <stdlib.h>

#define DAY_MS     ((int64_t)24 * 3600 * 1000)
#define GTINS_MAX  32
#define SITES_MAX  16
#define SCOPE_ROOM ((size_t)1024)

static int by_number(const void *a, const void *b)
{
	uint64_t one = *(const uint64_t *)a;
	uint64_t other = *(const uint64_t *)b;
	return (one > other) - (one < other);
}

static int by_kind(const void *a, const void *b)
{
	return *(const uint16_t *)a - *(const uint16_t *)b;
}

static int by_id(const void *a, const void *b)
{
	return memcmp(a, b, UNIT_ID_SIZE);
}

static enum err read_kinds(struct call *call, struct mandate_body *body)
{
	const json_t *list = json_object_get(call->body, "kinds");
	size_t count = json_array_size(list);
	if (!count || count > BODY_MANDATE_KINDS)
		return fault_set(&call->fault, ERR_FORMAT, 0, 0,
			"\"kinds\" is a list of 1 to %d words, as commission or ship",
			BODY_MANDATE_KINDS);
	for (size_t i = 0; i < count; i++) {
		const char *word = json_string_value(json_array_get(list, i));
		const struct kind *kind = word ? kind_of_word(span_text(word)) : NULL;
		if (!kind)
			return fault_set(&call->fault, ERR_FORMAT, i, 0,
				"there is no kind \"%.40s\": docs/kinds.md lists them",
				word ? word : "");
		body->kind[i] = kind->number;
	}
	qsort(body->kind, count, sizeof body->kind[0], by_kind);
	for (size_t i = 0; i < count; i++)
		if (!body->kind_count || body->kind[body->kind_count - 1] != body->kind[i])
			body->kind[body->kind_count++] = body->kind[i];
	return OK;
}

static enum err read_gtins(struct call *call, struct buf *numbers, struct mandate_scope *scope)
{
	uint64_t gtins[GTINS_MAX];
	const json_t *list = json_object_get(call->body, "gtins");
	size_t count = json_array_size(list), kept = 0;
	if (count > GTINS_MAX)
		return fault_set(&call->fault, ERR_LIMIT, 0, 0, "more than %d GTINs", GTINS_MAX);
	for (size_t i = 0; i < count; i++) {
		char gtin[GS1_GTIN_SIZE + 1];
		const char *text = json_string_value(json_array_get(list, i));
		enum err err = gs1_gtin_parse(span_text(text ? text : ""), gtin, &call->fault);
		if (err)
			return err;
		gtins[i] = strtoull(gtin, NULL, 10);
	}
	qsort(gtins, count, sizeof gtins[0], by_number);
	for (size_t i = 0; i < count; i++)
		if (!kept || gtins[kept - 1] != gtins[i])
			gtins[kept++] = gtins[i];
	scope_set_put(numbers, gtins, kept);
	scope->has_gtins = kept > 0;
	scope->gtins = (struct scope_set){buf_span(numbers), kept};
	return OK;
}

/* Sites of the agent or of the own party, by their codes. */
static enum err read_sites(struct call *call, struct buf *ids, struct mandate_scope *scope)
{
	uint8_t sites[SITES_MAX][UNIT_ID_SIZE];
	const json_t *list = json_object_get(call->body, "sites");
	size_t count = json_array_size(list);
	if (count > SITES_MAX)
		return fault_set(&call->fault, ERR_LIMIT, 0, 0, "more than %d sites", SITES_MAX);
	for (size_t i = 0; i < count; i++) {
		struct place place = {0};
		const char *code = json_string_value(json_array_get(list, i));
		enum err err =
			view_place_get(call->api->view, code ? code : "", &place, &call->fault);
		if (!err && !place.has_site)
			err = fault_set(&call->fault, ERR_NOT_FOUND, i, 0,
				"%s has no site on the ledger", place.code);
		if (err)
			return err;
		memcpy(sites[i], place.site, UNIT_ID_SIZE);
	}
	qsort(sites, count, sizeof sites[0], by_id);
	scope_sites_put(ids, (const uint8_t(*)[UNIT_ID_SIZE])sites, count);
	scope->has_sites = count > 0;
	scope->sites = (struct scope_set){buf_span(ids), count};
	return OK;
}

static enum err read_days(struct call *call, struct mandate_body *body)
{
	const char *from = api_text_or(call, "from", NULL);
	const char *until = NULL;
	int32_t day = 0;
	body->from_ms = env_now_ms(desk_env(call->api->desk));
	enum err err = api_text(call, "until", &until);
	if (!err)
		err = civil_parse_day(span_text(until), &day, &call->fault);
	body->until_ms = ((int64_t)day + 1) * DAY_MS - 1; /* that day included */
	if (!err && from) {
		err = civil_parse_day(span_text(from), &day, &call->fault);
		body->from_ms = (int64_t)day * DAY_MS;
	}
	return err;
}

static enum err state(struct call *call, const struct desk_party *party, unsigned kind,
	struct span body, const uint8_t id[UNIT_ID_SIZE])
{
	struct stated stated;
	json_t *evidence = NULL;
	char digits[2 * UNIT_ID_SIZE + 1];
	hex_print(span_of(id, UNIT_ID_SIZE), digits);
	enum err err = api_state_own(call, party, kind, body, &stated);
	if (!err)
		err = api_evidence(call, &stated, &evidence);
	if (!err)
		api_answer(call, json_pack("{s:s, s:o}", "mandate", digits, "evidence", evidence));
	return err;
}

static enum err give(struct call *call)
{
	const struct desk_party *party = NULL;
	const char *agent = NULL;
	struct mandate_body body = {0};
	struct mandate_scope scope = {0};
	struct buf gtins, sites, encoded, bytes;
	buf_init(&gtins, SCOPE_ROOM);
	buf_init(&sites, SCOPE_ROOM);
	buf_init(&encoded, SCOPE_ROOM);
	buf_init(&bytes, BODY_SIZE_MAX);
	enum err err = api_party(call, api_text_or(call, "party", NULL), &party);
	if (!err)
		err = api_text(call, "agent", &agent);
	if (!err)
		err = read_kinds(call, &body);
	if (!err)
		err = read_gtins(call, &gtins, &scope);
	if (!err)
		err = read_sites(call, &sites, &scope);
	if (!err)
		err = read_days(call, &body);
	if (!err) {
		mandate_scope_encode(&scope, &encoded);
		env_random(desk_env(call->api->desk), body.mandate, UNIT_ID_SIZE);
		body.agent = span_text(agent);
		body.scope = buf_span(&encoded);
		if (encoded.err || encoded.size > BODY_MANDATE_SCOPE)
			err = fault_set(&call->fault, ERR_LIMIT, 0, 0,
				"the products and sites of a mandate have up to %d bytes: give two",
				BODY_MANDATE_SCOPE);
	}
	if (!err) {
		mandate_body_encode(&body, &bytes);
		err = state(call, party, KIND_MANDATE, buf_span(&bytes), body.mandate);
	}
	buf_close(&bytes);
	buf_close(&encoded);
	buf_close(&sites);
	buf_close(&gtins);
	return err;
}

static enum err revoke(struct call *call)
{
	const struct desk_party *party = NULL;
	struct mandate_revoke_body body;
	uint8_t memory[64];
	struct buf bytes;
	enum err err = api_party(call, http_query(call->request, "party"), &party);
	if (!err)
		err = hex_parse(call->rest, body.mandate, UNIT_ID_SIZE, &call->fault);
	if (err)
		return err;
	buf_over(&bytes, memory, sizeof memory);
	mandate_revoke_body_encode(&body, &bytes);
	return state(call, party, KIND_MANDATE_REVOKE, buf_span(&bytes), body.mandate);
}

static json_t *kinds_json(const struct mandate *mandate)
{
	json_t *list = json_array();
	for (size_t i = 0; i < mandate->kind_count; i++) {
		const struct kind *kind = kind_find(mandate->kind[i]);
		(void)json_array_append_new(list, json_string(kind ? kind->word : "unknown"));
	}
	return list;
}

static enum err put_mandate(struct call *call, const struct table *table,
	const struct mandate *mandate, int64_t now_ms, json_t *list)
{
	struct member principal, agent;
	char id[2 * UNIT_ID_SIZE + 1], from[CIVIL_TIME_SIZE], until[CIVIL_TIME_SIZE];
	enum err err = member_at(table, mandate->principal_index, &principal, &call->fault);
	if (!err)
		err = member_at(table, mandate->agent_index, &agent, &call->fault);
	if (err)
		return err;
	hex_print(span_of(mandate->id, UNIT_ID_SIZE), id);
	civil_print_time(mandate->from_ms, from);
	civil_print_time(mandate->until_ms, until);
	(void)json_array_append_new(
		list, json_pack("{s:s, s:s, s:s, s:o, s:s, s:s, s:s, s:b}", "mandate", id,
			      "principal", principal.name, "agent", agent.name, "kinds",
			      kinds_json(mandate), "from", from, "until", until, "state",
			      mandate->is_revoked          ? "revoked"
			      : now_ms > mandate->until_ms ? "ended"
			      : now_ms < mandate->from_ms  ? "planned"
							   : "in_force",
			      "narrowed", mandate->scope_size > 1));
	return OK;
}

/* Given and received by the member. */
static enum err list_of(
	struct call *call, const struct snapshot *snapshot, const char *member_name, json_t *list)
{
	struct member member;
	struct mandate mandate;
	enum err err = member_named(snapshot->table, span_text(member_name), &member, &call->fault);
	for (bool is_first = true; !err; is_first = false) {
		err = mandate_next(
			snapshot->table, is_first ? NULL : mandate.id, &mandate, &call->fault);
		if (!err && (mandate.principal_index == member.index ||
				    mandate.agent_index == member.index))
			err = put_mandate(call, snapshot->table, &mandate, snapshot->time_ms, list);
	}
	return err == ERR_NOT_FOUND ? OK : err;
}

static enum err list(struct call *call)
{
	const struct desk_party *party = NULL;
	struct reader *reader = NULL;
	struct snapshot snapshot;
	json_t *out = json_array();
	enum err err = api_party(call, http_query(call->request, "party"), &party);
	if (!err)
		err = desk_reader(call->api->desk, &reader, &call->fault);
	if (!err)
		err = reader_begin(reader, &snapshot, &call->fault);
	if (!err) {
		err = list_of(call, &snapshot, party->member, out);
		reader_end(reader);
	}
	desk_reader_back(call->api->desk, reader);
	if (err)
		json_decref(out);
	else
		api_answer(call, out);
	return err;
}

const struct route api_mandate_routes[] = {
	{"GET", "/api/v1/mandates", DUTY_ADMIN, BODY_NONE, list},
	{"POST", "/api/v1/mandates", DUTY_ADMIN, BODY_JSON, give},
	{"DELETE", "/api/v1/mandates/*", DUTY_ADMIN, BODY_NONE, revoke},
	{0},
};
