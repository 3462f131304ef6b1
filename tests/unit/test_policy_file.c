#include "appliance/people/policy_file.h"
#include "tests/tap.h"

static const char example[] = "deploy/demo/clearance-policy.json";

static enum err read_file(const char *path, struct buf *out)
{
	FILE *in = fopen(path, "rb");
	if (!in)
		return ERR_NOT_FOUND;
	char chunk[4096];
	size_t size;
	while ((size = fread(chunk, 1, sizeof chunk, in)) > 0)
		buf_put(out, span_of(chunk, size));
	(void)fclose(in);
	return out->err;
}

TEST(reads_the_example_and_prints_it_back)
{
	struct buf json;
	struct buf printed;
	struct buf first;
	struct buf second;
	buf_init(&json, 65536);
	buf_init(&printed, 65536);
	buf_init(&first, CLEARANCE_POLICY_SIZE_MAX);
	buf_init(&second, CLEARANCE_POLICY_SIZE_MAX);
	NEED(read_file(example, &json) == OK);
	struct clearance_policy policy;
	struct fault fault = {0};
	CHECK_ROW(policy_file_parse(buf_span(&json), &policy, &fault) == OK, "%s", fault.text);
	CHECK(strcmp(policy.employer, "hospital.example") == 0 && policy.version == 1);
	CHECK(policy.rule_count == 12);
	CHECK(policy.rules[2].option_count == 2);
	CHECK(policy.rules[2].options[1].age_max_days == 30);
	CHECK(policy.rules[11].products == code_bit(PRODUCTS_CONTROLLED));
	CHECK(policy.rules[4].options[0].others && !policy.rules[5].options[0].others);
	clearance_policy_encode(&policy, &first);
	CHECK(policy_file_print(&policy, &printed, &fault) == OK);
	struct clearance_policy again;
	CHECK_ROW(policy_file_parse(buf_span(&printed), &again, &fault) == OK, "%s", fault.text);
	clearance_policy_encode(&again, &second);
	CHECK(first.size > 0 && span_equal(buf_span(&first), buf_span(&second)));
	buf_close(&json);
	buf_close(&printed);
	buf_close(&first);
	buf_close(&second);
}

TEST(names_the_member_that_is_wrong)
{
	static const struct {
		const char *json;
		enum err err;
		size_t rule;
		size_t option;
		const char *text;
	} rows[] = {
		{"{\"employer\":\"a.example\",\"version\":1,\"rules\":[{\"roles\":[\"nurse\"],"
		 "\"options\":[{\"type\":\"identity\",\"methods\":[\"IDSP\"]}]}]}",
			OK, 0, 0, ""},
		{"[]", ERR_FORMAT, 0, 0, "a clearance policy: must be an object"},
		{"{\"employer\":\"a.example\",\"version\":1,\"rules\":[]}", ERR_LIMIT, 0, 0,
			"rules: must be a list of 1 to 32 rules"},
		{"{\"employer\":\"a.example\",\"version\":0,\"rules\":[]}", ERR_RANGE, 0, 0,
			"version: must be a whole number from 1 to 4294967295"},
		{"{\"employer\":\"Upper\",\"version\":1,\"rules\":[{\"roles\":[\"nurse\"],"
		 "\"options\":[{\"type\":\"identity\",\"methods\":[\"IDSP\"]}]}]}",
			ERR_RANGE, 0, 0,
			"the policy names no responsible employer: a member name such as "
			"hospital.example"},
		{"{\"employer\":\"a.example\",\"version\":1,\"rules\":[{\"roles\":[\"nurse\"],"
		 "\"options\":[{\"type\":\"identity\",\"methods\":[\"glance\"]}]}]}",
			ERR_RANGE, 0, 0,
			"rules[0].options[0].methods: 'glance' is not a known method"},
		{"{\"employer\":\"a.example\",\"version\":1,\"rules\":[{\"roles\":[\"nurse\"],"
		 "\"options\":[{\"type\":\"identity\",\"methods\":[\"IDSP\"]},"
		 "{\"type\":\"identity\",\"methods\":[\"IDSP\"],\"age_max_day\":3}]}]}",
			ERR_FORMAT, 0, 1,
			"rules[0].options[1].age_max_day: no such member in a clearance policy"},
		{"{\"employer\":\"a.example\",\"version\":1,\"rules\":[{\"roles\":[],"
		 "\"options\":[{\"type\":\"identity\",\"methods\":[\"IDSP\"]}]}]}",
			ERR_FORMAT, 0, 0,
			"rules[0].roles: must be a list of at least one word, or be left out"},
		{"{\"employer\":\"a.example\",\"version\":1,\"rules\":[{\"roles\":[\"nurse\"],"
		 "\"options\":[{\"type\":\"right_to_work\",\"methods\":[\"share_code\"],"
		 "\"others\":true}]}]}",
			ERR_RANGE, 0, 0,
			"rule 1, option 1: another organisation's check of this type never "
			"counts"},
		{"{\"employer\":\"a.example\",\"version\":1,\"rules\":[{\"roles\":[\"nurse\"],"
		 "\"options\":[{\"type\":\"identity\",\"methods\":[\"IDSP\"],"
		 "\"age_max_days\":1.5}]}]}",
			ERR_RANGE, 0, 0,
			"rules[0].options[0].age_max_days: must be a whole number from 1 to "
			"36525"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct clearance_policy policy = {.version = 77};
		struct fault fault = {0};
		enum err err = policy_file_parse(span_text(rows[i].json), &policy, &fault);
		CHECK_ROW(err == rows[i].err, "row %zu: %s %s", i, err_name(err), fault.text);
		CHECK_ROW(strcmp(fault.text, rows[i].text) == 0, "row %zu: %s", i, fault.text);
		CHECK_ROW(fault.at == rows[i].rule && fault.size == rows[i].option, "row %zu", i);
		CHECK_ROW((policy.version == 77) == (err != OK), "row %zu: touched", i);
	}
}

TAP_MAIN(CASE(reads_the_example_and_prints_it_back), CASE(names_the_member_that_is_wrong))
