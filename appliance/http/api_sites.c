/* Sites: on the ledger a random ID in a tree, from and until; here its codes and its name, which
 * nobody else sees. One row of the view a code: a site may have several. */
#include "appliance/http/api_operator.h"
#include "appliance/view/view.h"
#include "gs1/syntax/key.h"
#include "ledger/base/civil.h"
#include "ledger/base/hex.h"

#include <stdio.h>

#define CODES_MAX 4
#define DAY_MS    ((int64_t)24 * 3600 * 1000)

static const struct {
	const char *name; /* in requests */
	const char *prefix; /* of the code */
} codes[CODES_MAX] = {
	{"gln", ""}, {"ods", "ods:"}, {"premises", "premises:"}, {"licence", "licence:"}};

/* Letters, digits and what stands in registration numbers. */
static bool is_code(const char *text)
{
	size_t size = strlen(text);
	bool fine = size >= 1 && size <= 20;
	for (const char *c = text; *c; c++)
		fine &= (*c >= '0' && *c <= '9') || (*c >= 'A' && *c <= 'Z') || *c == '-' ||
			*c == '/';
	return fine;
}

static enum err read_code(struct call *call, size_t which, const char *text, struct place *place)
{
	char gln[GS1_GLN_SIZE + 1];
	if (!which) {
		enum err err = gs1_gln_parse(span_text(text), gln, &call->fault);
		if (err)
			return err;
		text = gln;
	} else if (!is_code(text)) {
		return fault_set(&call->fault, ERR_FORMAT, 0, 0,
			"\"%s\" has 1 to 20 of A-Z 0-9 - /", codes[which].name);
	}
	(void)snprintf(place->code, sizeof place->code, "%s%.20s", codes[which].prefix, text);
	return OK;
}

static enum err read_codes(struct call *call, struct place places[CODES_MAX], size_t *count)
{
	*count = 0;
	for (size_t i = 0; i < CODES_MAX; i++) {
		const char *text = api_text_or(call, codes[i].name, NULL);
		struct place there;
		if (!text)
			continue;
		enum err err = read_code(call, i, text, &places[*count]);
		if (err)
			return err;
		if (!view_place_get(call->api->view, places[*count].code, &there, &call->fault))
			return fault_set(&call->fault, ERR_EXISTS, 0, 0,
				"there is a site with the code %s already", places[*count].code);
		call->fault = (struct fault){0};
		++*count;
	}
	return *count ? OK
		      : fault_set(&call->fault, ERR_FORMAT, 0, 0,
				"a site has at least one of \"gln\", \"ods\", \"premises\" and "
				"\"licence\"");
}

static enum err read_day(struct call *call, const char *name, int64_t *ms, bool *is_there)
{
	const char *text = api_text_or(call, name, NULL);
	int32_t day = 0;
	*is_there = text != NULL;
	if (!text)
		return OK;
	enum err err = civil_parse_day(span_text(text), &day, &call->fault);
	if (!err)
		*ms = (int64_t)day * DAY_MS;
	return err;
}

/* A site of the party by one of its codes. */
static enum err site_of(struct call *call, const struct desk_party *party, const char *code,
	uint8_t id[UNIT_ID_SIZE])
{
	struct place place;
	enum err err = view_place_get(call->api->view, code, &place, &call->fault);
	if (!err && (strcmp(place.party, party->name) != 0 || !place.has_site))
		err = fault_set(&call->fault, ERR_NOT_FOUND, 0, 0,
			"%s has no site with the code %s", party->name, code);
	if (!err)
		memcpy(id, place.site, UNIT_ID_SIZE);
	return err;
}

/* What a request says of validity, parent and successor goes into the body. */
static enum err read_changes(
	struct call *call, const struct desk_party *party, struct site_body *body)
{
	const char *parent = api_text_or(call, "parent", NULL);
	const char *successor = api_text_or(call, "successor", NULL);
	struct place place;
	bool has_from = false, has_until = false;
	enum err err = read_day(call, "from", &body->from_ms, &has_from);
	if (!err)
		err = read_day(call, "until", &body->until_ms, &has_until);
	body->has_until |= has_until;
	if (!err && parent) {
		err = site_of(call, party, parent, body->parent);
		body->has_parent = true;
	}
	if (!err && successor) { /* perhaps another party's */
		err = view_place_get(call->api->view, successor, &place, &call->fault);
		body->has_successor = true;
		memcpy(body->successor, place.site, UNIT_ID_SIZE);
	}
	return err;
}

static enum err state_site(struct call *call, const struct desk_party *party,
	const struct site_body *body, json_t **evidence)
{
	uint8_t memory[256];
	struct buf bytes;
	struct stated stated;
	buf_over(&bytes, memory, sizeof memory);
	site_body_encode(body, &bytes);
	enum err err = api_state_own(call, party, KIND_SITE, buf_span(&bytes), &stated);
	return err ? err : api_evidence(call, &stated, evidence);
}

static enum err keep_places(struct call *call, const struct desk_party *party,
	const struct site_body *body, struct place *places, size_t count)
{
	enum err err = OK;
	for (size_t i = 0; !err && i < count; i++) {
		(void)snprintf(places[i].party, sizeof places[i].party, "%s", party->name);
		(void)snprintf(places[i].member, sizeof places[i].member, "%s", party->member);
		(void)snprintf(
			places[i].name, sizeof places[i].name, "%s", api_text_or(call, "name", ""));
		places[i].has_tenant = party->has_tenant;
		memcpy(places[i].tenant, party->tenant, UNIT_ID_SIZE);
		places[i].has_site = true;
		memcpy(places[i].site, body->site, UNIT_ID_SIZE);
		err = view_place_put(call->api->view, &places[i], &call->fault);
	}
	return err;
}

static enum err add(struct call *call)
{
	const struct desk_party *party = NULL;
	struct place places[CODES_MAX] = {0};
	size_t count = 0;
	int64_t level = 1;
	const char *name = NULL;
	json_t *evidence = NULL;
	struct site_body body = {.from_ms = env_now_ms(desk_env(call->api->desk))};
	enum err err = api_party(call, api_text_or(call, "party", NULL), &party);
	if (!err)
		err = api_text(call, "name", &name);
	if (!err)
		err = read_codes(call, places, &count);
	if (!err)
		err = api_int_or(call, "level", 1, &level);
	if (!err && (level < 1 || level > SITE_LEVEL_MAX))
		err = fault_set(&call->fault, ERR_RANGE, 0, 0,
			"\"level\" is 1 organisation, 2 building, 3 ward or department, 4 cupboard "
			"or bench");
	body.level = (uint8_t)level;
	if (!err)
		err = read_changes(call, party, &body);
	if (err)
		return err;
	env_random(desk_env(call->api->desk), body.site, UNIT_ID_SIZE);
	body.has_tenant = party->has_tenant;
	memcpy(body.tenant, party->tenant, UNIT_ID_SIZE);
	/* Kept first: a site on the ledger that nobody here knows would be of no use. */
	err = keep_places(call, party, &body, places, count);
	if (!err)
		err = state_site(call, party, &body, &evidence);
	if (!err)
		api_answer(call, json_pack("{s:s, s:s, s:o}", "code", places[0].code, "party",
					 party->name, "evidence", evidence));
	return err;
}

static enum err present(
	struct call *call, const uint8_t id[UNIT_ID_SIZE], struct site *site, int64_t *now_ms)
{
	struct reader *reader = NULL;
	struct snapshot snapshot;
	enum err err = desk_reader(call->api->desk, &reader, &call->fault);
	if (!err)
		err = reader_begin(reader, &snapshot, &call->fault);
	if (!err) {
		err = site_find(snapshot.table, id, site, &call->fault);
		*now_ms = snapshot.time_ms;
		reader_end(reader);
	}
	desk_reader_back(call->api->desk, reader);
	return err;
}

/* POST /api/v1/sites/CODE: closed, moved under another, succeeded by another. */
static enum err change(struct call *call)
{
	char code[sizeof(struct place){0}.code] = "";
	struct place place;
	struct site site;
	const struct desk_party *party = NULL;
	json_t *evidence = NULL;
	int64_t now = 0;
	if (call->rest.size && call->rest.size < sizeof code)
		memcpy(code, call->rest.at, call->rest.size);
	enum err err = view_place_get(call->api->view, code, &place, &call->fault);
	if (!err)
		err = api_party(call, place.party, &party);
	if (!err)
		err = present(call, place.site, &site, &now);
	if (err == ERR_NOT_FOUND)
		return fault_set(&call->fault, err, 0, 0, "no site has the code %s", code);
	if (err)
		return err;
	struct site_body body = {.level = site.level,
		.has_parent = site.has_parent,
		.from_ms = site.from_ms,
		.has_until = site.has_until,
		.until_ms = site.until_ms,
		.has_successor = site.has_successor,
		.has_tenant = party->has_tenant};
	memcpy(body.site, site.id, UNIT_ID_SIZE);
	memcpy(body.parent, site.parent, UNIT_ID_SIZE);
	memcpy(body.successor, site.successor, UNIT_ID_SIZE);
	memcpy(body.tenant, party->tenant, UNIT_ID_SIZE);
	err = read_changes(call, party, &body);
	if (!err)
		err = state_site(call, party, &body, &evidence);
	if (!err)
		api_answer(call, json_pack("{s:s, s:o}", "code", code, "evidence", evidence));
	return err;
}

static void set_day(json_t *object, const char *name, int64_t ms)
{
	char day[CIVIL_DAY_SIZE];
	civil_print_day((int32_t)(ms / DAY_MS), day);
	(void)json_object_set_new(object, name, json_string(day));
}

static void set_id(json_t *object, const char *name, const uint8_t id[UNIT_ID_SIZE])
{
	char digits[2 * UNIT_ID_SIZE + 1];
	hex_print(span_of(id, UNIT_ID_SIZE), digits);
	(void)json_object_set_new(object, name, json_string(digits));
}

static json_t *site_json(const struct place *place, const struct site *site, int64_t now_ms)
{
	bool is_closed = site->has_until && now_ms >= site->until_ms;
	json_t *out = json_pack("{s:s, s:s, s:s, s:i, s:s}", "code", place->code, "party",
		place->party, "name", place->name, "level", (int)site->level, "state",
		is_closed                ? "closed"
		: now_ms < site->from_ms ? "planned"
					 : "open");
	set_id(out, "site", site->id);
	set_day(out, "from", site->from_ms);
	if (site->has_parent)
		set_id(out, "parent", site->parent);
	if (site->has_until)
		set_day(out, "until", site->until_ms);
	if (site->has_successor)
		set_id(out, "successor", site->successor);
	return out;
}

static enum err list(struct call *call)
{
	const char *name = http_query(call->request, "party");
	const struct desk_party *party = NULL;
	struct place place = {0};
	json_t *out = json_array();
	enum err err = api_party(call, name, &party);
	bool sees_all = !err && !name && api_is_operator(call);
	while (!err &&
		!(err = view_place_next(call->api->view, place.code, &place, &call->fault))) {
		struct site site;
		int64_t now = 0;
		if (!place.has_site || (!sees_all && strcmp(place.party, party->name) != 0))
			continue;
		err = present(call, place.site, &site, &now);
		if (!err)
			(void)json_array_append_new(out, site_json(&place, &site, now));
		err = err == ERR_NOT_FOUND ? OK : err;
	}
	if (err != ERR_NOT_FOUND) {
		json_decref(out);
		return err;
	}
	api_answer(call, out);
	return OK;
}

const struct route api_site_routes[] = {
	{"GET", "/api/v1/sites", DUTY_ADMIN, BODY_NONE, list},
	{"POST", "/api/v1/sites", DUTY_ADMIN, BODY_JSON, add},
	{"POST", "/api/v1/sites/*", DUTY_ADMIN, BODY_JSON, change},
	{0},
};
