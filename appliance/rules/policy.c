#include "appliance/rules/policy.h"

#include "ledger/proof/envelope.h"

#include <assert.h>

#define POLICY_FORMAT 1

static bool mask_is_known(enum code_set set, uint64_t mask)
{
	for (unsigned code = 0; code < CHECK_CODE_END; code++)
		if ((mask & code_bit(code)) && !code_is_known(set, code))
			return false;
	return true;
}

static const char *option_wrong(const struct policy_option *option)
{
	if (!code_is_known(CODES_TYPE, option->type))
		return "the check type is not known";
	if (option->methods == 0 || !mask_is_known(CODES_METHOD, option->methods))
		return "an option needs at least one known method";
	if (!mask_is_known(CODES_SOURCE, option->sources))
		return "a source is not known";
	if (!mask_is_known(CODES_WORKFORCE, option->workforces))
		return "a workforce is not known";
	if (option->level > CHECK_LEVEL_MAX)
		return "the level is above the highest there is";
	if (option->level && check_level_label(option->type, option->level)[0] == '\0')
		return "this check type has no such level";
	if (option->workforces && option->type != CHECK_CRIMINAL_RECORD)
		return "only criminal record checks have a workforce";
	if (option->age_max_days > POLICY_AGE_DAYS_MAX)
		return "the age is more than a hundred years";
	if (option->status_age_max_min > POLICY_STATUS_AGE_MAX)
		return "the age of a status is more than 366 days";
	if (option->others && check_reuse(option->type) == REUSE_OWN_CHECK)
		return "another organisation's check of this type never counts";
	return NULL;
}

static const char *rule_wrong(const struct policy_rule *rule)
{
	if (rule->roles == 0 || !mask_is_known(CODES_ROLE, rule->roles))
		return "a rule needs at least one known role";
	if (!mask_is_known(CODES_SITE, rule->sites))
		return "a site class is not known";
	if (!mask_is_known(CODES_PRODUCT, rule->products))
		return "a product class is not known";
	if (rule->option_count == 0 || rule->option_count > POLICY_OPTIONS_MAX)
		return "a rule has 1 to 8 options";
	return NULL;
}

enum err clearance_policy_check(const struct clearance_policy *policy, struct fault *fault)
{
	if (!name_is_valid(span_text(policy->employer)))
		return fault_set(fault, ERR_RANGE, 0, 0,
			"the policy names no responsible employer: a member name such as "
			"hospital.example");
	if (policy->version == 0)
		return fault_set(fault, ERR_RANGE, 0, 0, "the policy's version must be 1 or more");
	if (policy->rule_count == 0 || policy->rule_count > POLICY_RULES_MAX)
		return fault_set(fault, ERR_RANGE, 0, 0, "a policy has 1 to 32 rules");
	for (size_t r = 0; r < policy->rule_count; r++) {
		const struct policy_rule *rule = &policy->rules[r];
		const char *wrong = rule_wrong(rule);
		if (wrong)
			return fault_set(fault, ERR_RANGE, r, 0, "rule %zu: %s", r + 1, wrong);
		for (size_t o = 0; o < rule->option_count; o++) {
			wrong = option_wrong(&rule->options[o]);
			if (wrong)
				return fault_set(fault, ERR_RANGE, r, o, "rule %zu, option %zu: %s",
					r + 1, o + 1, wrong);
		}
	}
	return OK;
}

static size_t mask_count(uint64_t mask)
{
	return (size_t)__builtin_popcountll(mask);
}

static void put_mask(struct buf *buf, uint64_t key, uint64_t mask)
{
	if (mask == 0)
		return;
	cbor_put_uint(buf, key);
	cbor_put_array(buf, mask_count(mask));
	for (unsigned code = 0; code < CHECK_CODE_END; code++)
		if (mask & code_bit(code))
			cbor_put_uint(buf, code);
}

static void put_number(struct buf *buf, uint64_t key, uint64_t number)
{
	if (number == 0)
		return;
	cbor_put_uint(buf, key);
	cbor_put_uint(buf, number);
}

static void put_option(struct buf *buf, const struct policy_option *option)
{
	size_t pairs = 2;
	pairs += option->sources != 0;
	pairs += option->level != 0;
	pairs += option->workforces != 0;
	pairs += option->age_max_days != 0;
	pairs += option->status_age_max_min != 0;
	pairs += option->others;
	cbor_put_map(buf, pairs);
	put_number(buf, 1, option->type);
	put_mask(buf, 2, option->methods);
	put_mask(buf, 3, option->sources);
	put_number(buf, 4, option->level);
	put_mask(buf, 5, option->workforces);
	put_number(buf, 6, option->age_max_days);
	put_number(buf, 7, option->status_age_max_min);
	if (option->others) {
		cbor_put_uint(buf, 8);
		cbor_put_bool(buf, true);
	}
}

void clearance_policy_encode(const struct clearance_policy *policy, struct buf *buf)
{
	assert(clearance_policy_check(policy, NULL) == OK);
	cbor_put_map(buf, 4);
	put_number(buf, 1, POLICY_FORMAT);
	cbor_put_uint(buf, 2);
	cbor_put_text(buf, span_text(policy->employer));
	put_number(buf, 3, policy->version);
	cbor_put_uint(buf, 4);
	cbor_put_array(buf, policy->rule_count);
	for (size_t r = 0; r < policy->rule_count; r++) {
		const struct policy_rule *rule = &policy->rules[r];
		size_t pairs = 2;
		pairs += rule->sites != 0;
		pairs += rule->products != 0;
		cbor_put_map(buf, pairs);
		put_mask(buf, 1, rule->roles);
		put_mask(buf, 2, rule->sites);
		put_mask(buf, 3, rule->products);
		cbor_put_uint(buf, 4);
		cbor_put_array(buf, rule->option_count);
		for (size_t o = 0; o < rule->option_count; o++)
			put_option(buf, &rule->options[o]);
	}
}

static uint64_t read_mask(struct cbor *cbor, enum code_set set)
{
	uint64_t mask = 0;
	size_t count = cbor_array(cbor, CHECK_CODE_END);
	if (cbor->fault.err == OK && count == 0)
		cbor_fail(cbor, ERR_FORMAT, "an empty set is left out, not written");
	for (size_t i = 0; i < count && cbor->fault.err == OK; i++) {
		uint64_t code = cbor_uint_max(cbor, CHECK_CODE_END - 1);
		if (!code_is_known(set, code))
			cbor_fail(cbor, ERR_RANGE, "the code is not one of the closed set");
		else if (mask >> code)
			cbor_fail(cbor, ERR_FORMAT, "codes must ascend");
		mask |= code_bit(code);
	}
	return mask;
}

static uint64_t read_number(struct cbor *cbor, uint64_t max)
{
	uint64_t number = cbor_uint_max(cbor, max);
	if (number == 0)
		cbor_fail(cbor, ERR_FORMAT, "a limit of 0 is left out, not written");
	return number;
}

static void read_option(struct cbor *cbor, struct policy_option *option)
{
	struct cbor_map map;
	int64_t key;
	cbor_map(cbor, &map, 8);
	while (cbor_map_int(cbor, &map, &key)) {
		switch (key) {
		case 1: option->type = (enum check_type)read_number(cbor, CHECK_CODE_END); break;
		case 2: option->methods = read_mask(cbor, CODES_METHOD); break;
		case 3: option->sources = read_mask(cbor, CODES_SOURCE); break;
		case 4: option->level = (uint8_t)read_number(cbor, CHECK_LEVEL_MAX); break;
		case 5: option->workforces = read_mask(cbor, CODES_WORKFORCE); break;
		case 6:
			option->age_max_days = (uint32_t)read_number(cbor, POLICY_AGE_DAYS_MAX);
			break;
		case 7:
			option->status_age_max_min =
				(uint32_t)read_number(cbor, POLICY_STATUS_AGE_MAX);
			break;
		case 8:
			option->others = cbor_bool(cbor);
			if (!option->others)
				cbor_fail(cbor, ERR_FORMAT, "false is left out, not written");
			break;
		default: cbor_fail(cbor, ERR_FORMAT, "a field that a policy option does not have");
		}
	}
}

static void read_rule(struct cbor *cbor, struct policy_rule *rule)
{
	struct cbor_map map;
	int64_t key;
	cbor_map(cbor, &map, 4);
	while (cbor_map_int(cbor, &map, &key)) {
		switch (key) {
		case 1: rule->roles = read_mask(cbor, CODES_ROLE); break;
		case 2: rule->sites = read_mask(cbor, CODES_SITE); break;
		case 3: rule->products = read_mask(cbor, CODES_PRODUCT); break;
		case 4:
			rule->option_count = cbor_array(cbor, POLICY_OPTIONS_MAX);
			for (size_t o = 0; o < rule->option_count && cbor->fault.err == OK; o++)
				read_option(cbor, &rule->options[o]);
			break;
		default: cbor_fail(cbor, ERR_FORMAT, "a field that a policy rule does not have");
		}
	}
}

static void read_employer(struct cbor *cbor, struct clearance_policy *policy)
{
	struct span name = cbor_text(cbor);
	if (cbor->fault.err != OK)
		return;
	if (!name_is_valid(name)) {
		cbor_fail(cbor, ERR_RANGE, "the employer is not a member name");
		return;
	}
	memcpy(policy->employer, name.at, name.size);
	policy->employer[name.size] = '\0';
}

static void read_policy(struct cbor *cbor, struct clearance_policy *policy)
{
	struct cbor_map map;
	int64_t key;
	uint64_t format = 0;
	cbor_map(cbor, &map, 4);
	while (cbor_map_int(cbor, &map, &key)) {
		switch (key) {
		case 1: format = cbor_uint(cbor); break;
		case 2: read_employer(cbor, policy); break;
		case 3: policy->version = (uint32_t)read_number(cbor, UINT32_MAX); break;
		case 4:
			policy->rule_count = cbor_array(cbor, POLICY_RULES_MAX);
			for (size_t r = 0; r < policy->rule_count && cbor->fault.err == OK; r++)
				read_rule(cbor, &policy->rules[r]);
			break;
		default: cbor_fail(cbor, ERR_FORMAT, "a field that a policy does not have");
		}
	}
	if (format != POLICY_FORMAT)
		cbor_fail(cbor, ERR_VERSION, "a policy format this program does not know");
}

enum err clearance_policy_decode(
	struct span document, struct clearance_policy *policy, struct fault *fault)
{
	if (document.size > CLEARANCE_POLICY_SIZE_MAX)
		return fault_set(fault, ERR_LIMIT, 0, document.size,
			"a policy document has at most %d bytes", CLEARANCE_POLICY_SIZE_MAX);
	/* On the stack: the rules decide by it, and must not come to another answer for want of
	 * memory. */
	struct clearance_policy read = {0};
	struct cbor cbor;
	cbor_init(&cbor, document);
	read_policy(&cbor, &read);
	enum err err = cbor_end(&cbor, fault);
	if (err == OK)
		err = clearance_policy_check(&read, fault);
	if (err == OK)
		*policy = read;
	return err;
}

void clearance_policy_hash(struct span document, uint8_t out[HASH_SIZE])
{
	hash_sha256(document, out);
}
