/* A plan of a new ledger: what is taken is in bounds, names what it should, and its JSON, printed,
 * is taken again as the same. */
#include "appliance/cli/plan.h"
#include "gs1/syntax/key.h"

#include <assert.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int64_t still(void *self)
{
	(void)self;
	return INT64_C(1795163400500);
}

static void same(void *self, void *out, size_t size)
{
	(void)self;
	memset(out, 7, size);
}

static void judge(const struct plan *plan)
{
	char gln[GS1_GLN_SIZE + 1];
	assert(plan->founding.member_count <= PLAN_MEMBERS_MAX);
	assert(plan->founding.tenant_count <= PLAN_TENANTS_MAX);
	assert(plan->place_count <= PLAN_PLACES_MAX && plan->user_count <= PLAN_USERS_MAX);
	assert(plan->founding.self && plan->founding.chosen); /* founding judges the names */
	for (size_t i = 0; i < plan->place_count; i++) {
		const struct place *place = &plan->places[i];
		assert(memchr(place->code, 0, sizeof place->code));
		assert(memchr(place->name, 0, sizeof place->name));
		assert(memchr(place->member, 0, sizeof place->member) && place->member[0]);
		if (strlen(place->code) == GS1_GLN_SIZE)
			assert(gs1_gln_parse(span_text(place->code), gln, NULL) == OK);
	}
	for (size_t i = 0; i < plan->user_count; i++) {
		const struct account *account = &plan->users[i].account;
		assert(account->duties && account->user[0] && account->party[0]);
		assert(memchr(account->user, 0, sizeof account->user));
		assert(memchr(account->party, 0, sizeof account->party));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct plan plan, again;
	const struct env env = {.now_ms = still, .steady_us = still, .random = same};
	struct fault fault = {0};
	json_t *json = json_loadb(
		(const char *)data, size, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL);
	if (!json)
		return 0;
	char *text = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY);
	enum err err = plan_read(&plan, json, &env, &fault);
	if (err) {
		assert(fault.text[0]);
	} else if (text) {
		judge(&plan);
		assert(!plan_read(&again, json_loads(text, JSON_DECODE_ANY, NULL), &env, &fault));
		assert(again.place_count == plan.place_count &&
			again.user_count == plan.user_count &&
			again.founding.member_count == plan.founding.member_count &&
			again.founding.tenant_count == plan.founding.tenant_count);
		plan_close(&again);
	}
	plan_close(&plan);
	free(text);
	return 0;
}
