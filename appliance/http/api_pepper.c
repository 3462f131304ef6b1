/* Peppers: which there are, posting the next year's, sealing them to keys that came later. */
#include "appliance/http/api_operator.h"
#include "appliance/view/yearly.h"

#include <stdlib.h>

static enum err list(struct call *call)
{
	struct yearly years[YEARLY_MAX];
	size_t count = 0;
	uint16_t due = 0;
	enum err err = yearly_list(call->api->desk, years, &count, &call->fault);
	if (!err || err == ERR_NOT_FOUND)
		err = yearly_due_here(call->api->desk, &due, &call->fault);
	if (err)
		return err;
	json_t *out = json_array();
	for (size_t i = 0; i < count; i++)
		(void)json_array_append_new(
			out, json_pack("{s:i, s:I, s:I, s:b}", "year", (int)years[i].year, "sealed",
				     (json_int_t)years[i].sealed, "missing",
				     (json_int_t)years[i].missing, "opens_here", years[i].opens));
	json_t *answer = json_pack("{s:o}", "peppers", out);
	if (answer && due)
		(void)json_object_set_new(answer, "due", json_integer(due));
	api_answer(call, answer);
	return OK;
}

/* With a year: its pepper is drawn and posted. Without: keys get those there are that they lack. */
static enum err post(struct call *call)
{
	int64_t year = 0;
	size_t count = 0;
	enum err err = api_operator_only(call);
	if (!err)
		err = api_int_or(call, "year", 0, &year);
	if (!err && year && (year < 1970 || year > 9999))
		err = fault_set(&call->fault, ERR_RANGE, 0, 0, "\"year\" is no year");
	if (!err && year)
		err = yearly_post(
			call->api->desk, call->party, (uint16_t)year, &count, &call->fault);
	else if (!err)
		err = yearly_seal(call->api->desk, call->party, &count, &call->fault);
	if (err)
		return err;
	json_t *answer = json_pack("{s:I}", "sealed", (json_int_t)count);
	if (answer && year)
		(void)json_object_set_new(answer, "year", json_integer(year));
	api_answer(call, answer);
	return OK;
}

const struct route api_pepper_routes[] = {
	{"GET", "/api/v1/peppers", DUTY_ADMIN, BODY_NONE, list},
	{"POST", "/api/v1/peppers", DUTY_ADMIN, BODY_JSON, post},
	{0},
};
