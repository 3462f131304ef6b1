#include "appliance/people/policy_file.h"

#include "appliance/people/jcs.h"

#include <stdlib.h>

/* Where the reader is, for the faults; the first fault sticks. */
struct reading {
	size_t rule;
	size_t option;
	bool in_rule;
	bool in_option;
	struct fault fault;
};

static void say(struct reading *at, enum err err, const char *member, const char *why)
{
	char rule[40] = "";
	char option[40] = "";
	if (at->fault.err != OK)
		return;
	if (at->in_rule)
		(void)snprintf(rule, sizeof rule, "rules[%zu].", at->rule);
	if (at->in_option)
		(void)snprintf(option, sizeof option, "options[%zu].", at->option);
	(void)fault_set(&at->fault, err, at->in_rule ? at->rule : 0, at->in_option ? at->option : 0,
		"%s%s%s: %s", rule, option, member, why);
}

/* Refuses members the format does not have: a misspelt limit must not become no limit. */
static bool only_known(
	struct reading *at, json_t *object, const char *const *known, const char *what)
{
	if (!json_is_object(object)) {
		say(at, ERR_FORMAT, what, "must be an object");
		return false;
	}
	for (void *i = json_object_iter(object); i; i = json_object_iter_next(object, i)) {
		const char *name = json_object_iter_key(i);
		bool found = false;
		for (size_t k = 0; known[k] && !found; k++)
			found = strcmp(known[k], name) == 0;
		if (!found) {
			char shown[41];
			(void)snprintf(shown, sizeof shown, "%s", name);
			say(at, ERR_FORMAT, shown, "no such member in a clearance policy");
			return false;
		}
	}
	return true;
}

static uint64_t read_set(
	struct reading *at, const json_t *object, const char *member, enum code_set set)
{
	const json_t *array = json_object_get(object, member);
	uint64_t mask = 0;
	if (!array)
		return 0;
	if (!json_is_array(array) || json_array_size(array) == 0) {
		say(at, ERR_FORMAT, member, "must be a list of at least one word, or be left out");
		return 0;
	}
	for (size_t i = 0; i < json_array_size(array); i++) {
		const json_t *word = json_array_get(array, i);
		uint8_t code = 0;
		struct fault why = {0};
		if (!json_is_string(word)) {
			say(at, ERR_FORMAT, member, "must be a list of words");
			return 0;
		}
		if (code_parse(set, span_text(json_string_value(word)), &code, &why) != OK)
			say(at, ERR_RANGE, member, why.text);
		mask |= code_bit(code);
	}
	return mask;
}

/* A whole number from 1 to max; 0 when left out. */
static uint32_t read_whole(
	struct reading *at, const json_t *object, const char *member, int64_t max)
{
	const json_t *number = json_object_get(object, member);
	if (!number)
		return 0;
	int64_t value = json_is_integer(number) ? json_integer_value(number) : 0;
	if (value < 1 || value > max) {
		char why[80];
		(void)snprintf(
			why, sizeof why, "must be a whole number from 1 to %lld", (long long)max);
		say(at, ERR_RANGE, member, why);
		return 0;
	}
	return (uint32_t)value;
}

static void read_option(struct reading *at, json_t *object, struct policy_option *option)
{
	static const char *const known[] = {"type", "methods", "sources", "level", "workforces",
		"age_max_days", "status_age_max_minutes", "others", NULL};
	if (!only_known(at, object, known, "it"))
		return;
	const json_t *type = json_object_get(object, "type");
	uint8_t code = 0;
	struct fault why = {0};
	if (!json_is_string(type))
		say(at, ERR_FORMAT, "type", "must be the word of a check type");
	else if (code_parse(CODES_TYPE, span_text(json_string_value(type)), &code, &why) != OK)
		say(at, ERR_RANGE, "type", why.text);
	option->type = (enum check_type)code;
	option->methods = read_set(at, object, "methods", CODES_METHOD);
	option->sources = read_set(at, object, "sources", CODES_SOURCE);
	option->level = (uint8_t)read_whole(at, object, "level", CHECK_LEVEL_MAX);
	option->workforces = read_set(at, object, "workforces", CODES_WORKFORCE);
	option->age_max_days = read_whole(at, object, "age_max_days", POLICY_AGE_DAYS_MAX);
	option->status_age_max_min =
		read_whole(at, object, "status_age_max_minutes", POLICY_STATUS_AGE_MAX);
	const json_t *others = json_object_get(object, "others");
	if (others && !json_is_boolean(others))
		say(at, ERR_FORMAT, "others", "must be true or false");
	option->others = json_is_true(others);
}

static void read_rule(struct reading *at, json_t *object, struct policy_rule *rule)
{
	static const char *const known[] = {"roles", "sites", "products", "options", NULL};
	if (!only_known(at, object, known, "it"))
		return;
	rule->roles = read_set(at, object, "roles", CODES_ROLE);
	rule->sites = read_set(at, object, "sites", CODES_SITE);
	rule->products = read_set(at, object, "products", CODES_PRODUCT);
	const json_t *options = json_object_get(object, "options");
	size_t count = json_array_size(options);
	if (count == 0 || count > POLICY_OPTIONS_MAX) {
		say(at, ERR_LIMIT, "options", "must be a list of 1 to 8 options");
		return;
	}
	at->in_option = true;
	for (at->option = 0; at->option < count; at->option++)
		read_option(at, json_array_get(options, at->option), &rule->options[at->option]);
	at->in_option = false;
	rule->option_count = count;
}

static void read_policy(struct reading *at, json_t *root, struct clearance_policy *policy)
{
	static const char *const known[] = {"employer", "version", "rules", NULL};
	if (!only_known(at, root, known, "a clearance policy"))
		return;
	const json_t *employer = json_object_get(root, "employer");
	if (!json_is_string(employer) || json_string_length(employer) > MEMBER_NAME_MAX)
		say(at, ERR_FORMAT, "employer", "must be a member name such as hospital.example");
	else
		memcpy(policy->employer, json_string_value(employer),
			json_string_length(employer) + 1);
	policy->version = read_whole(at, root, "version", UINT32_MAX);
	const json_t *rules = json_object_get(root, "rules");
	size_t count = json_array_size(rules);
	if (count == 0 || count > POLICY_RULES_MAX) {
		say(at, ERR_LIMIT, "rules", "must be a list of 1 to 32 rules");
		return;
	}
	at->in_rule = true;
	for (at->rule = 0; at->rule < count; at->rule++)
		read_rule(at, json_array_get(rules, at->rule), &policy->rules[at->rule]);
	at->in_rule = false;
	policy->rule_count = count;
}

enum err policy_file_parse(struct span json, struct clearance_policy *policy, struct fault *fault)
{
	json_t *root = NULL;
	enum err err = jcs_parse(json, &root, fault);
	if (err != OK)
		return err;
	struct reading at = {0};
	struct clearance_policy *read = calloc(1, sizeof *read);
	if (!read) {
		err = fault_set(fault, ERR_MEMORY, 0, 0, "no memory for a policy");
		goto undo;
	}
	read_policy(&at, root, read);
	err = at.fault.err;
	if (err != OK && fault)
		*fault = at.fault;
	if (err == OK)
		err = clearance_policy_check(read, fault);
	if (err == OK)
		*policy = *read;
undo:
	free(read);
	json_decref(root);
	return err;
}

static void print_set(struct buf *json, const char *member, enum code_set set, uint64_t mask)
{
	bool first = true;
	if (mask == 0)
		return;
	buf_printf(json, ", \"%s\": [", member);
	for (unsigned code = 0; code < CHECK_CODE_END; code++) {
		if (!(mask & code_bit(code)))
			continue;
		buf_printf(json, "%s\"%s\"", first ? "" : ", ", code_word(set, code));
		first = false;
	}
	buf_put_text(json, "]");
}

static void print_whole(struct buf *json, const char *member, uint32_t value)
{
	if (value)
		buf_printf(json, ", \"%s\": %u", member, value);
}

static void print_option(struct buf *json, const struct policy_option *option)
{
	buf_printf(json, "\t\t\t{\"type\": \"%s\"", code_word(CODES_TYPE, option->type));
	print_set(json, "methods", CODES_METHOD, option->methods);
	print_set(json, "sources", CODES_SOURCE, option->sources);
	print_whole(json, "level", option->level);
	print_set(json, "workforces", CODES_WORKFORCE, option->workforces);
	print_whole(json, "age_max_days", option->age_max_days);
	print_whole(json, "status_age_max_minutes", option->status_age_max_min);
	if (option->others)
		buf_put_text(json, ", \"others\": true");
	buf_put_text(json, "}");
}

/* Every text in it is a word of a closed set or a member name: nothing needs escaping. */
enum err policy_file_print(
	const struct clearance_policy *policy, struct buf *json, struct fault *fault)
{
	buf_printf(json, "{\n\t\"employer\": \"%s\",\n\t\"version\": %u,\n\t\"rules\": [\n",
		policy->employer, policy->version);
	for (size_t r = 0; r < policy->rule_count; r++) {
		const struct policy_rule *rule = &policy->rules[r];
		buf_put_text(json, "\t\t{\"options\": [\n");
		for (size_t o = 0; o < rule->option_count; o++) {
			print_option(json, &rule->options[o]);
			buf_put_text(json, o + 1 < rule->option_count ? ",\n" : "\n");
		}
		buf_put_text(json, "\t\t]");
		print_set(json, "roles", CODES_ROLE, rule->roles);
		print_set(json, "sites", CODES_SITE, rule->sites);
		print_set(json, "products", CODES_PRODUCT, rule->products);
		buf_put_text(json, r + 1 < policy->rule_count ? "},\n" : "}\n");
	}
	buf_put_text(json, "\t]\n}\n");
	if (json->err != OK)
		return fault_set(fault, json->err, 0, 0, "no room for the policy's text");
	return OK;
}
