/* Capture of EPCIS documents. */
#include "appliance/http/api.h"

#include "appliance/view/capture.h"

#include <stdlib.h>

static void set(json_t *object, const char *name, json_t *value)
{
	(void)json_object_set_new(object, name, value);
}

static json_t *lots_json(const struct capture_result *result)
{
	json_t *lots = json_array();
	for (size_t i = 0; i < result->lot_count; i++) {
		const struct capture_lot *lot = &result->lots[i];
		(void)json_array_append_new(
			lots, json_pack("{s:s, s:s, s:s, s:i, s:I}", "gtin", lot->gtin, "lot",
				      lot->lot, "expiry", lot->expiry, "packs", (int)lot->packs,
				      "position", (json_int_t)lot->position));
	}
	return lots;
}

/* Packs by the word of what was stated about them. */
static json_t *changes_json(const struct capture_result *result)
{
	json_t *changes = json_object();
	for (size_t i = 0; i < CAPTURE_KINDS; i++) {
		const struct kind *kind = kind_find((uint16_t)(KIND_SUPPLY + i));
		if (kind && result->changes[i])
			set(changes, kind->word, json_integer((json_int_t)result->changes[i]));
	}
	return changes;
}

static json_t *problems_json(const struct capture_result *result)
{
	json_t *problems = json_array();
	for (size_t i = 0; i < result->problem_count && i < CAPTURE_PROBLEMS_MAX; i++) {
		const struct capture_problem *problem = &result->problems[i];
		json_t *one = json_pack("{s:I, s:s, s:b, s:s}", "line", (json_int_t)problem->line,
			"epc", problem->epc, "recorded", problem->is_recorded, "sentence",
			problem->text);
		if (problem->code)
			set(one, "code", json_string(outcome_word(problem->code)));
		(void)json_array_append_new(problems, one);
	}
	return problems;
}

static enum err capture(struct call *call)
{
	struct capturing capturing = {
		call->api->desk, call->api->view, call->api->attachments, call->party};
	struct capture_result *result = calloc(1, sizeof *result);
	json_t *evidence = NULL;
	if (!result)
		return fault_set(&call->fault, ERR_MEMORY, 0, 0, "out of memory");
	enum err err = capture_xml(&capturing, call->request->body, result, &call->fault);
	if (!err)
		err = api_evidence(call, &result->last, &evidence);
	else
		err = api_refused(call, &result->last, err);
	if (!err) {
		json_t *answer = json_pack("{s:I, s:I, s:I, s:I, s:I, s:i, s:o}", "events",
			(json_int_t)result->events, "duplicates", (json_int_t)result->duplicates,
			"annulled", (json_int_t)result->annulled, "noted",
			(json_int_t)result->noted, "statements", (json_int_t)result->statements,
			"packs", (int)result->packs, "lots", lots_json(result));
		set(answer, "changes", changes_json(result));
		set(answer, "recalls", json_integer((json_int_t)result->recalls));
		set(answer, "problem_count", json_integer((json_int_t)result->problem_count));
		set(answer, "problems", problems_json(result));
		set(answer, "evidence", evidence);
		api_answer(call, answer);
	}
	free(result);
	return err;
}

const struct route api_capture_routes[] = {
	{"POST", "/api/v1/capture", DUTY_WAREHOUSE | DUTY_PHARMACIST | DUTY_MAKER, BODY_RAW,
		capture},
	{0},
};
