/* Badges, clearance, its policy, and the status of records. */
#include "appliance/http/api_people.h"

#include "appliance/people/policy_file.h"
#include "appliance/rules/rules_app.h"
#include "ledger/base/civil.h"
#include "ledger/base/hex.h"
#include "scanners/symbol/picture.h"
#include "scanners/symbol/qr.h"

#include <stdio.h>
#include <stdlib.h>

#define MODULE_PX  6
#define PNG_MAX    ((size_t)1 << 20)
#define BADGE_DAYS 1

static enum err read_code(
	struct call *call, enum code_set set, const char *name, const char *word, uint8_t *code)
{
	if (!word)
		return fault_set(&call->fault, ERR_FORMAT, 0, 0, "the request needs \"%s\"", name);
	return code_parse(set, span_text(word), code, &call->fault) ? ERR_FORMAT : OK;
}

/* ---- badges ---- */

static enum err badge_picture(struct call *call, const char *text, json_t **png)
{
	struct buf bytes;
	buf_init(&bytes, PNG_MAX);
	enum err err = qr_png(span_text(text), MODULE_PX, &bytes, &call->fault);
	char *base64 = err ? NULL : malloc(base64_room(bytes.size));
	if (base64) {
		base64_print(buf_span(&bytes), false, base64);
		*png = json_string(base64);
	} else if (!err) {
		err = fault_set(&call->fault, ERR_MEMORY, 0, 0, "out of memory");
	}
	free(base64);
	buf_close(&bytes);
	return err;
}

enum err people_badge(struct call *call, const uint8_t id[VAULT_ID_SIZE])
{
	struct people_call people;
	struct staff_statement statement;
	struct stated stated = {0};
	char text[BADGE_TEXT_SIZE];
	uint8_t role = 0;
	int64_t days;
	json_t *evidence = NULL;
	json_t *png = NULL;
	enum err err = read_code(call, CODES_ROLE, "role", api_text_or(call, "role", NULL), &role);
	if (!err)
		err = api_int_or(call, "days", BADGE_DAYS, &days);
	if (!err && (days < 1 || days > STAFF_BADGE_DAYS_MAX))
		err = fault_set(
			&call->fault, ERR_RANGE, 0, 0, "\"days\" is 1 to %d", STAFF_BADGE_DAYS_MAX);
	if (err)
		return err;
	err = people_open(&people, call);
	if (!err)
		err = staff_badge(call->api->staff, &people.party, &people.moment, id,
			(enum work_role)role, (unsigned)days, text, &statement, &call->fault);
	people_end_reading(&people);
	if (!err)
		err = people_state(&people, &statement, &stated);
	if (!err)
		err = staff_stated(call->api->staff, &people.party, statement.commitment,
			stated.position, &call->fault);
	if (!err)
		err = badge_picture(call, text, &png);
	if (!err)
		err = api_evidence(call, &stated, &evidence);
	if (err)
		json_decref(png);
	else
		api_answer(call, json_pack("{s:s, s:o, s:o}", "badge", text, "png", png, "evidence",
					 evidence));
	return err;
}

/* ---- clearance ---- */

struct asking {
	const char *person; /* id in hex, or NULL */
	const char *badge;
	const char *role;
	const char *site;
	const char *product; /* may be NULL */
	const char *at; /* a past moment, or NULL */
	bool photo_seen;
};

/* Whose clearance: the person named, or the one whose badge it is. */
static enum err find_person(struct people_call *people, const struct asking *asking,
	uint8_t person[VAULT_ID_SIZE], json_t **badge)
{
	struct call *call = people->call;
	struct staff_badge_seen seen;
	if (asking->person)
		return people_read_id(call, span_text(asking->person), person);
	if (!asking->badge)
		return fault_set(&call->fault, ERR_FORMAT, 0, 0,
			"say who: \"badge\" (its text) or \"person\"");
	enum err err = staff_badge_read(call->api->staff, &people->party, &people->moment,
		span_text(asking->badge), &seen, &call->fault);
	if (err)
		return err;
	if (!seen.is_in_date)
		return fault_set(&call->fault, ERR_RANGE, 0, 0,
			"this badge is out of date: HR prints a new one");
	if (!seen.is_own)
		return fault_set(&call->fault, ERR_UNSURE, 0, 0,
			"this badge is another organisation's: import the person's records first");
	if (seen.standing.status != RECORD_VALID)
		return fault_set(&call->fault, ERR_REFUSED, 0, 0,
			"this badge was withdrawn or its status is not known");
	memcpy(person, seen.person, VAULT_ID_SIZE);
	*badge = json_true();
	return OK;
}

/* Who that is, so that face and photo ID can be compared with it. */
static enum err put_name(
	struct people_call *people, const uint8_t person[VAULT_ID_SIZE], json_t *json)
{
	struct call *call = people->call;
	struct vault_person found;
	enum err err = vault_person_find(
		staff_vault(call->api->staff), call->party->name, person, &found, &call->fault);
	if (!err)
		(void)json_object_set_new(json, "name", json_string(found.name));
	return err;
}

static enum err decide(struct people_call *people, const struct asking *asking,
	const uint8_t person[VAULT_ID_SIZE], struct staff_answer *answer, json_t **json)
{
	struct call *call = people->call;
	uint8_t role = 0;
	uint8_t site = 0;
	uint8_t product = 0;
	enum err err = read_code(call, CODES_ROLE, "role", asking->role, &role);
	if (!err)
		err = read_code(call, CODES_SITE, "site_class", asking->site, &site);
	if (!err && asking->product)
		err = read_code(call, CODES_PRODUCT, "product_class", asking->product, &product);
	if (!err && asking->at)
		err = civil_parse_time(
			span_text(asking->at), &people->moment.at_ms, NULL, &call->fault);
	if (!err)
		err = staff_clearance(call->api->staff, &people->party, &people->moment, person,
			(enum work_role)role, (enum site_class)site, (enum product_class)product,
			answer, &call->fault);
	if (!err)
		err = staff_answer_json(answer, asking->photo_seen, json, &call->fault);
	return err ? err : put_name(people, person, *json);
}

/* A past moment is looked at; a present decision is recorded. */
static enum err record(struct people_call *people, const struct asking *asking,
	const uint8_t person[VAULT_ID_SIZE], const struct staff_answer *answer, json_t *json)
{
	struct call *call = people->call;
	struct staff_override override = {.decision = OVERRIDE_NONE, .by = call->account.user};
	struct staff_statement statement;
	struct stated stated = {0};
	json_t *evidence = NULL;
	if (asking->at)
		return OK;
	enum err err = staff_decide(call->api->staff, &people->party, person, answer, &override,
		&statement, &call->fault);
	if (!err)
		err = people_state(people, &statement, &stated);
	if (!err)
		err = staff_stated(call->api->staff, &people->party, statement.commitment,
			stated.position, &call->fault);
	if (!err)
		err = api_evidence(call, &stated, &evidence);
	if (!err)
		(void)json_object_set_new(json, "evidence", evidence);
	return err;
}

static enum err answer_asking(struct call *call, const struct asking *asking)
{
	struct people_call people;
	uint8_t person[VAULT_ID_SIZE];
	json_t *json = NULL;
	json_t *badge = NULL;
	struct staff_answer *answer = calloc(1, sizeof *answer);
	if (!answer)
		return fault_set(&call->fault, ERR_MEMORY, 0, 0, "out of memory");
	enum err err = people_open(&people, call);
	if (!err)
		err = find_person(&people, asking, person, &badge);
	if (!err)
		err = decide(&people, asking, person, answer, &json);
	people_end_reading(&people);
	if (!err)
		err = record(&people, asking, person, answer, json);
	if (err)
		json_decref(json);
	else
		api_answer(call, json);
	free(answer);
	return err;
}

static enum err clearance(struct call *call)
{
	struct asking asking = {
		.person = api_text_or(call, "person", NULL),
		.badge = api_text_or(call, "badge", NULL),
		.role = api_text_or(call, "role", NULL),
		.site = api_text_or(call, "site_class", NULL),
		.product = api_text_or(call, "product_class", NULL),
		.at = api_text_or(call, "at", NULL),
		.photo_seen = api_bool(call, "photo_seen"),
	};
	return answer_asking(call, &asking);
}

static enum err clearance_picture(struct call *call)
{
	const char *seen = http_query(call->request, "photo_seen");
	struct asking asking = {
		.role = http_query(call->request, "role"),
		.site = http_query(call->request, "site_class"),
		.product = http_query(call->request, "product_class"),
		.photo_seen = seen && !strcmp(seen, "true"),
	};
	struct buf text;
	buf_init(&text, 4096);
	enum err err = picture_read_one(call->request->body, &text, &call->fault);
	if (!err) {
		asking.badge = buf_text(&text);
		err = answer_asking(call, &asking);
	}
	buf_close(&text);
	return err;
}

static json_t *codes_json(enum code_set set)
{
	json_t *list = json_array();
	int code;
	for (size_t i = 0; (code = code_at(set, i)) >= 0; i++)
		(void)json_array_append_new(
			list, json_pack("{s:s, s:s}", "word", code_word(set, (uint64_t)code),
				      "text", code_label(set, (uint64_t)code)));
	return list;
}

static enum err options(struct call *call)
{
	api_answer(call,
		json_pack("{s:o, s:o, s:o}", "roles", codes_json(CODES_ROLE), "site_classes",
			codes_json(CODES_SITE), "product_classes", codes_json(CODES_PRODUCT)));
	return OK;
}

static enum err publish_policy(struct call *call)
{
	struct clearance_policy *policy = calloc(1, sizeof *policy);
	struct buf body;
	struct stated stated = {0};
	json_t *evidence = NULL;
	if (!policy)
		return fault_set(&call->fault, ERR_MEMORY, 0, 0, "out of memory");
	buf_init(&body, STATEMENT_SIZE_MAX);
	enum err err = policy_file_parse(call->request->body, policy, &call->fault);
	if (!err)
		err = staff_policy_body(
			policy, env_now_ms(desk_env(call->api->desk)), &body, &call->fault);
	if (!err) {
		const struct kind *kind = kind_find(KIND_CLEARANCE_POLICY);
		struct desk_statement statement = {.party = call->party,
			.kind = kind->number,
			.word = kind->word,
			.body = buf_span(&body),
			.sequence = api_sequence(call)};
		if (!api_stated_before(call, &stated))
			err = api_refused(call, &stated,
				desk_state(call->api->desk, &statement, &stated, &call->fault));
	}
	if (!err)
		err = api_evidence(call, &stated, &evidence);
	if (!err)
		api_answer(call, json_pack("{s:o}", "evidence", evidence));
	buf_close(&body);
	free(policy);
	return err;
}

static enum err status(struct call *call)
{
	struct people_call people;
	struct staff_statement statement;
	struct stated stated = {0};
	uint8_t commitment[COMMITMENT_SIZE];
	uint8_t code = 0;
	enum status_reason reason = (enum status_reason)0;
	json_t *evidence = NULL;
	const char *text;
	const char *why;
	enum err err = api_text(call, "commitment", &text);
	if (!err)
		err = hex_parse(span_text(text), commitment, sizeof commitment, &call->fault);
	if (!err)
		err = read_code(
			call, CODES_STATUS, "status", api_text_or(call, "status", NULL), &code);
	if (!err)
		err = api_text(call, "reason", &why);
	if (!err && status_reason_parse(span_text(why), &reason, &call->fault))
		err = ERR_FORMAT;
	if (err)
		return err;
	err = people_open(&people, call);
	if (!err)
		err = staff_status_body(&people.moment, commitment, (enum record_status)code,
			reason, &statement, &call->fault);
	people_end_reading(&people);
	if (!err)
		err = people_state(&people, &statement, &stated);
	if (!err)
		err = api_evidence(call, &stated, &evidence);
	if (!err)
		api_answer(call, json_pack("{s:o}", "evidence", evidence));
	return err;
}

const struct route api_clearance_routes[] = {
	{"POST", "/api/v1/clearance", DUTY_HR | DUTY_PHARMACIST | DUTY_VIEWER, BODY_JSON,
		clearance},
	{"POST", "/api/v1/clearance/picture", DUTY_HR | DUTY_PHARMACIST | DUTY_VIEWER, BODY_RAW,
		clearance_picture},
	{"GET", "/api/v1/clearance/options", DUTY_ANY_STAFF, BODY_NONE, options},
	{"POST", "/api/v1/clearance/policy", DUTY_HR | DUTY_ADMIN, BODY_RAW, publish_policy},
	{"POST", "/api/v1/status", DUTY_HR, BODY_JSON, status},
	{0},
};
