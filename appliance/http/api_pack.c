/* Checking packs, and what is done with a pack in hand. */
#include "appliance/http/api.h"

#include "appliance/rules/kinds.h"
#include "appliance/view/handling.h"

static enum err check(struct call *call, struct span scan, bool record)
{
	struct check check;
	struct stated before;
	struct checking checking = {.scan = scan, .is_counted = true};
	bool was_stated = record && api_stated_before(call, &before);
	checking.record = record && !was_stated;
	checking.sequence = record ? api_sequence(call) : 0;
	enum err err = check_scan(
		call->api->desk, call->api->view, call->party, &checking, &check, &call->fault);
	if (err)
		return api_refused(call, &check.stated, err);
	if (was_stated) {
		check.is_recorded = true;
		check.stated = before;
		check.alert = before.outcome.alert;
	}
	json_t *answer = check_json(&check);
	if (check.is_recorded) {
		json_t *evidence = NULL;
		err = api_evidence(call, &check.stated, &evidence);
		if (err) {
			json_decref(answer);
			return err;
		}
		(void)json_object_update_missing(json_object_get(answer, "evidence"), evidence);
		json_decref(evidence);
	}
	api_answer(call, answer);
	return OK;
}

static enum err check_get(struct call *call)
{
	uint8_t room[API_SCAN_MAX];
	struct span scan;
	enum err err = api_scan(call, http_query(call->request, "scan"),
		http_query(call->request, "scan_hex"), room, &scan);
	return err ? err : check(call, scan, false);
}

static enum err check_post(struct call *call)
{
	uint8_t room[API_SCAN_MAX];
	struct span scan;
	enum err err = api_body_scan(call, room, &scan);
	return err ? err : check(call, scan, true);
}

static const struct {
	const char *word;
	unsigned kind;
} verbs[] = {
	{"supply", KIND_SUPPLY},
	{"open", KIND_OPEN},
	{"destroy", KIND_DESTROY},
	{"export", KIND_EXPORT},
	{"sample", KIND_SAMPLE},
	{"free-sample", KIND_FREE_SAMPLE},
	{"lock", KIND_LOCK},
	{"stolen", KIND_STOLEN},
};

static enum err read_reason(struct call *call, unsigned *reason)
{
	static const char *const words[] = {
#define X(name, code, word, text) [code] = word,
		OVERRIDE_LIST(X)
#undef X
	};
	const char *text = api_text_or(call, "reason", NULL);
	*reason = 0;
	if (!text)
		return OK;
	for (unsigned i = 1; i <= OVERRIDE_MAX; i++)
		if (!strcmp(text, words[i]))
			*reason = i;
	return *reason ? OK
		       : fault_set(&call->fault, ERR_FORMAT, 0, 0,
				 "\"reason\" is one of clinical, inspected, maker, authority, "
				 "own_record");
}

/* The answer of every change: outcome, alert if one was raised, what a check says now. */
static enum err answer_handled(struct call *call, struct span scan, const struct handled *handled)
{
	struct check check;
	json_t *evidence = NULL;
	enum err err = api_evidence(call, &handled->stated, &evidence);
	if (!err)
		err = check_scan(call->api->desk, call->api->view, call->party,
			&(struct checking){.scan = scan}, &check, &call->fault);
	if (err) {
		json_decref(evidence);
		return err;
	}
	json_t *answer = json_pack("{s:s, s:o, s:o, s:I}", "outcome", "accepted", "verdict",
		check_json(&check), "evidence", evidence, "undo",
		(json_int_t)handled->stated.position);
	if (handled->alert)
		(void)json_object_set_new(
			answer, "alert", json_string(outcome_word(handled->alert)));
	api_answer(call, answer);
	return OK;
}

static enum err undo(struct call *call, struct span scan, bool is_return)
{
	struct handled handled = {0};
	int64_t position = 0;
	enum err err = api_int_or(call, "undo", -1, &position);
	struct undoing undoing = {
		.is_return = is_return,
		.never_left = api_bool(call, "never_left_our_control"),
		.has_position = position >= 0,
		.position = (uint64_t)position,
		.sequence = api_sequence(call),
	};
	if (!err && api_stated_before(call, &handled.stated)) {
		handled.alert = handled.stated.outcome.alert;
		return answer_handled(call, scan, &handled);
	}
	if (!err)
		err = handle_undo(call->api->desk, call->api->view, call->party, scan, &undoing,
			&handled, &call->fault);
	return err ? api_refused(call, &handled.stated, err) : answer_handled(call, scan, &handled);
}

static enum err change(struct call *call)
{
	uint8_t room[API_SCAN_MAX];
	struct span scan;
	struct handling handling = {0};
	struct handled handled;
	int64_t remaining = 0;
	int64_t count = 0;
	enum err err = api_body_scan(call, room, &scan);
	if (err)
		return err;
	if (span_is(call->rest, "void") || span_is(call->rest, "return"))
		return undo(call, scan, span_is(call->rest, "return"));
	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
		if (span_is(call->rest, verbs[i].word))
			handling.kind = verbs[i].kind;
	if (!handling.kind)
		return fault_set(&call->fault, ERR_NOT_FOUND, 0, 0,
			"nothing is done with packs by that word");
	err = api_int_or(call, "remaining", 0, &remaining);
	if (!err)
		err = api_int_or(call, "count", 1, &count);
	if (!err)
		err = read_reason(call, &handling.reason);
	if (err)
		return err;
	if (remaining < 0 || remaining > UINT16_MAX || count < 1 || count > LOOSE_MAX)
		return fault_set(&call->fault, ERR_RANGE, 0, 0,
			"\"remaining\" is 1 to 65535, \"count\" 1 to %d", LOOSE_MAX);
	handling.remaining = (uint64_t)remaining;
	handling.loose = (uint32_t)count;
	handling.sequence = api_sequence(call);
	handled = (struct handled){0};
	if (api_stated_before(call, &handled.stated)) {
		handled.alert = handled.stated.outcome.alert;
		return answer_handled(call, scan, &handled);
	}
	err = handle_pack(call->api->desk, call->api->view, call->party, scan, &handling, &handled,
		&call->fault);
	return err ? api_refused(call, &handled.stated, err) : answer_handled(call, scan, &handled);
}

const struct route api_pack_routes[] = {
	{"GET", "/api/v1/check", 0, BODY_NONE, check_get},
	{"POST", "/api/v1/check", DUTY_ANY_STAFF, BODY_JSON, check_post},
	{"POST", "/api/v1/packs/*", DUTY_PHARMACIST | DUTY_WAREHOUSE | DUTY_MAKER, BODY_JSON,
		change},
	{0},
};
