#include "appliance/cli/plan.h"

#include "appliance/rules/checks.h"
#include "appliance/rules/scope.h"
#include "gs1/syntax/key.h"

#include <stdio.h>
#include <stdlib.h>

#define SCOPE_ROOM 16384

static enum err wrong(struct fault *fault, const char *list, size_t index, const char *why)
{
	return fault_set(
		fault, ERR_FORMAT, index, 0, "plan: %s number %zu: %s", list, index + 1, why);
}

static const char *text_of(const json_t *value, const char *name)
{
	return json_string_value(json_object_get(value, name));
}

/* A text that is there and not cut off in room bytes. */
static bool fits(const char *text, size_t room)
{
	return text[0] && strlen(text) < room;
}

static int by_number(const void *a, const void *b)
{
	uint64_t one = *(const uint64_t *)a;
	uint64_t other = *(const uint64_t *)b;
	return (one > other) - (one < other);
}

static enum err read_gtins(const json_t *list, struct buf *numbers, struct scope_set *set,
	size_t index, struct fault *fault)
{
	uint64_t gtins[256];
	size_t count = json_array_size(list);
	if (count > sizeof gtins / sizeof gtins[0])
		return wrong(fault, "members", index, "more than 256 GTINs");
	for (size_t i = 0; i < count; i++) {
		const char *text = json_string_value(json_array_get(list, i));
		char gtin[GS1_GTIN_SIZE + 1];
		if (!text || gs1_gtin_parse(span_text(text), gtin, NULL))
			return wrong(fault, "members", index,
				"gtins holds something that is no GTIN (check digit?)");
		gtins[i] = strtoull(gtin, NULL, 10);
	}
	qsort(gtins, count, sizeof gtins[0], by_number);
	scope_set_put(numbers, gtins, count);
	*set = (struct scope_set){buf_span(numbers), count};
	return OK;
}

static enum err read_registers(const json_t *list, struct buf *numbers, struct scope_set *set,
	size_t index, struct fault *fault)
{
	uint64_t codes[SCOPE_REGISTERS_MAX];
	size_t count = json_array_size(list);
	if (count > SCOPE_REGISTERS_MAX)
		return wrong(fault, "members", index, "too many registers");
	for (size_t i = 0; i < count; i++) {
		const char *text = json_string_value(json_array_get(list, i));
		uint8_t code;
		if (!text || code_parse(CODES_SOURCE, span_text(text), &code, NULL))
			return wrong(
				fault, "members", index, "registers holds an unknown register");
	}
	qsort(codes, count, sizeof codes[0], by_number);
	scope_set_put(numbers, codes, count);
	*set = (struct scope_set){buf_span(numbers), count};
	return OK;
}

static enum err read_scope(const json_t *member, struct buf *out, size_t index, struct fault *fault)
{
	struct scope scope = {0};
	struct buf gtins;
	struct buf registers;
	const json_t *roles = json_object_get(member, "roles");
	enum err err = OK;
	buf_init(&gtins, SCOPE_ROOM);
	buf_init(&registers, SCOPE_ROOM);
	for (size_t i = 0; !err && i < json_array_size(roles); i++) {
		const char *word = json_string_value(json_array_get(roles, i));
		unsigned role = word ? role_parse(span_text(word)) : 0;
		if (!role)
			err = wrong(fault, "members", index, "roles holds an unknown role");
		scope.roles |= role;
	}
	if (scope.roles & ROLE_AUTHORITY)
		scope.areas = AREAS_ALL;
	if (!err)
		err = read_gtins(
			json_object_get(member, "gtins"), &gtins, &scope.gtins, index, fault);
	if (!err)
		err = read_registers(json_object_get(member, "registers"), &registers,
			&scope.registers, index, fault);
	if (!err) {
		scope_encode(&scope, out);
		err = out->err ? wrong(fault, "members", index, "its scope is too large") : OK;
	}
	buf_close(&registers);
	buf_close(&gtins);
	return err;
}

static enum err read_members(struct plan *plan, struct fault *fault)
{
	const json_t *list = json_object_get(plan->json, "members");
	size_t count = json_array_size(list);
	if (!count || count > PLAN_MEMBERS_MAX)
		return fault_set(fault, ERR_FORMAT, 0, 0,
			"plan: \"members\" must be a list of 1 to %d", PLAN_MEMBERS_MAX);
	for (size_t i = 0; i < count; i++) {
		const json_t *from = json_array_get(list, i);
		struct founding_member *member = &plan->members[i];
		*member = (struct founding_member){
			.name = text_of(from, "name"),
			.operator_name = text_of(from, "operator"),
		};
		if (!member->name)
			return wrong(fault, "members", i, "it has no \"name\"");
		member->is_voter = !member->operator_name;
		enum err err = read_scope(from, &plan->scopes[i], i, fault);
		if (err)
			return err;
		member->scope = buf_span(&plan->scopes[i]);
	}
	plan->founding.members = plan->members;
	plan->founding.member_count = count;
	return OK;
}

static enum err read_tenants(struct plan *plan, const struct env *env, struct fault *fault)
{
	const json_t *list = json_object_get(plan->json, "tenants");
	size_t count = json_array_size(list);
	if (count > PLAN_TENANTS_MAX)
		return fault_set(
			fault, ERR_LIMIT, 0, 0, "plan: more than %d tenants", PLAN_TENANTS_MAX);
	for (size_t i = 0; i < count; i++) {
		plan->tenants[i].name = text_of(json_array_get(list, i), "name");
		if (!plan->tenants[i].name)
			return wrong(fault, "tenants", i, "it has no \"name\"");
		env_random(env, plan->tenants[i].id, UNIT_ID_SIZE);
	}
	plan->founding.tenants = plan->tenants;
	plan->founding.tenant_count = count;
	return OK;
}

/* Who on the ledger a party is: a member by its name, a tenant by the operator's and its id. */
static bool find_party(const struct plan *plan, const char *party, struct place *place)
{
	for (size_t i = 0; i < plan->founding.tenant_count; i++) {
		if (strcmp(plan->tenants[i].name, party) != 0)
			continue;
		(void)snprintf(place->member, sizeof place->member, "%s", plan->founding.self);
		place->has_tenant = true;
		memcpy(place->tenant, plan->tenants[i].id, sizeof place->tenant);
		return true;
	}
	for (size_t i = 0; i < plan->founding.member_count; i++) {
		if (strcmp(plan->members[i].name, party) != 0)
			continue;
		(void)snprintf(place->member, sizeof place->member, "%s", party);
		return true;
	}
	return false;
}

static enum err read_place(
	struct plan *plan, size_t i, const json_t *from, const struct env *env, struct fault *fault)
{
	const char *party = text_of(from, "party");
	const char *gln = text_of(from, "gln");
	const char *ods = text_of(from, "ods");
	const char *name = text_of(from, "name");
	struct founding_site *site = &plan->sites[i];
	struct place place = {.has_site = true};
	char key[GS1_GLN_SIZE + 1];
	if (!party || !name || !(gln || ods))
		return wrong(
			fault, "places", i, "it needs \"party\", \"name\" and \"gln\" or \"ods\"");
	if (!fits(party, sizeof place.party) || !find_party(plan, party, &place))
		return wrong(fault, "places", i, "its party is no member and no tenant");
	if (!fits(name, sizeof place.name) ||
		(!gln && !fits(ods, sizeof place.code - strlen("ods:"))))
		return wrong(fault, "places", i, "its \"name\" or \"ods\" is empty or too long");
	if (gln && gs1_gln_parse(span_text(gln), key, NULL))
		return wrong(fault, "places", i, "its GLN is wrong (13 digits, check digit)");
	json_int_t level = json_integer_value(json_object_get(from, "level"));
	*site = (struct founding_site){.party = party, .level = (uint8_t)(level ? level : 1)};
	if (level < 0 || level > 4)
		return wrong(fault, "places", i, "\"level\" is 1 to 4");
	env_random(env, site->id, UNIT_ID_SIZE);
	memcpy(place.site, site->id, sizeof place.site);
	(void)snprintf(place.party, sizeof place.party, "%s", party);
	(void)snprintf(place.name, sizeof place.name, "%s", name);
	if (gln)
		(void)snprintf(place.code, sizeof place.code, "%s", gln);
	else
		(void)snprintf(place.code, sizeof place.code, "ods:%s", ods);
	plan->places[i] = place;
	return OK;
}

static enum err read_places(struct plan *plan, const struct env *env, struct fault *fault)
{
	const json_t *list = json_object_get(plan->json, "places");
	size_t count = json_array_size(list);
	if (count > PLAN_PLACES_MAX)
		return fault_set(
			fault, ERR_LIMIT, 0, 0, "plan: more than %d places", PLAN_PLACES_MAX);
	for (size_t i = 0; i < count; i++) {
		enum err err = read_place(plan, i, json_array_get(list, i), env, fault);
		if (err)
			return err;
	}
	plan->place_count = count;
	plan->founding.sites = plan->sites;
	plan->founding.site_count = count;
	return OK;
}

static enum err read_users(struct plan *plan, struct fault *fault)
{
	const json_t *list = json_object_get(plan->json, "users");
	size_t count = json_array_size(list);
	if (count > PLAN_USERS_MAX)
		return fault_set(
			fault, ERR_LIMIT, 0, 0, "plan: more than %d users", PLAN_USERS_MAX);
	for (size_t i = 0; i < count; i++) {
		const json_t *from = json_array_get(list, i);
		const json_t *duties = json_object_get(from, "roles");
		struct plan_user *user = &plan->users[i];
		struct place place = {0};
		const char *name = text_of(from, "user");
		const char *party = text_of(from, "party");
		if (!name || !party || !find_party(plan, party, &place))
			return wrong(fault, "users", i, "it needs \"user\" and a known \"party\"");
		if (!fits(name, sizeof user->account.user) ||
			!fits(party, sizeof user->account.party))
			return wrong(
				fault, "users", i, "\"user\" or \"party\" is empty or too long");
		(void)snprintf(user->account.user, sizeof user->account.user, "%s", name);
		(void)snprintf(user->account.party, sizeof user->account.party, "%s", party);
		user->password = text_of(from, "password");
		for (size_t k = 0; k < json_array_size(duties); k++) {
			const char *word = json_string_value(json_array_get(duties, k));
			unsigned duty = word ? duty_parse(span_text(word)) : 0;
			if (!duty)
				return wrong(fault, "users", i, "roles holds an unknown role");
			user->account.duties |= duty;
		}
		if (!user->account.duties)
			return wrong(fault, "users", i, "it needs \"roles\", a list of words");
	}
	plan->user_count = count;
	return OK;
}

enum err plan_read(struct plan *plan, json_t *json, const struct env *env, struct fault *fault)
{
	*plan = (struct plan){.json = json};
	for (size_t i = 0; i < PLAN_MEMBERS_MAX; i++)
		buf_init(&plan->scopes[i], SCOPE_ROOM);
	const char *zone = text_of(json, "zone");
	plan->founding.chosen = text_of(json, "ledger");
	plan->founding.self = text_of(json, "self");
	plan->founding.zone = zone ? zone : "Europe/London";
	plan->founding.now_ms = env_now_ms(env);
	env_random(env, plan->founding.appliance, UNIT_ID_SIZE);
	if (!plan->founding.chosen || !plan->founding.self)
		return fault_set(fault, ERR_FORMAT, 0, 0,
			"plan: it needs \"ledger\" (a name for it) and \"self\" (the member whose "
			"appliance this is)");
	enum err err = read_members(plan, fault);
	if (!err)
		err = read_tenants(plan, env, fault);
	if (!err)
		err = read_places(plan, env, fault);
	if (!err)
		err = read_users(plan, fault);
	return err;
}

void plan_close(struct plan *plan)
{
	for (size_t i = 0; i < PLAN_MEMBERS_MAX; i++)
		buf_close(&plan->scopes[i]);
	json_decref(plan->json);
	*plan = (struct plan){0};
}

json_t *plan_alone(const char *chosen, const char *member, const char *const *roles, size_t count,
	const char *gtin)
{
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++)
		(void)json_array_append_new(list, json_string(roles[i]));
	json_t *gtins = json_array();
	if (gtin)
		(void)json_array_append_new(gtins, json_string(gtin));
	return json_pack("{s:s, s:s, s:[{s:s, s:o, s:o}], s:[{s:s, s:s, s:s}],"
			 " s:[{s:s, s:s, s:[s, s, s, s, s, s]}]}",
		"ledger", chosen, "self", member, "members", "name", member, "roles", list, "gtins",
		gtins, "places", "party", member, "name", member, "ods", "LOCAL", "users", "user",
		"admin", "party", member, "roles", "admin", "pharmacist", "warehouse", "maker",
		"hr", "viewer");
}
