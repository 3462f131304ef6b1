/* Statements that were signed elsewhere: key registrations by a root key, and whatever else a
 * party's own tools sign. The signature says who speaks; the account only opens the door. */
#include "appliance/http/api.h"

#include "appliance/rules/outcomes.h"

static enum err hand_in(struct call *call)
{
	struct stated stated = {0};
	json_t *evidence = NULL;
	enum err err = desk_hand_in(call->api->desk, call->request->body, &stated, &call->fault);
	if (!err)
		err = api_evidence(call, &stated, &evidence);
	if (err)
		return api_refused(call, &stated, err);
	json_t *answer = json_pack("{s:s, s:o}", "outcome", "accepted", "evidence", evidence);
	if (answer && stated.outcome.alert)
		(void)json_object_set_new(
			answer, "alert", json_string(outcome_word(stated.outcome.alert)));
	api_answer(call, answer);
	return OK;
}

const struct route api_statement_routes[] = {
	{"POST", "/api/v1/statements", DUTY_ADMIN, BODY_RAW, hand_in},
	{0},
};
