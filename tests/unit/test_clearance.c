#include "appliance/rules/clearance.h"
#include "tests/tap.h"

/* All moments in London; day 20000 is 4 October 2024, day 20758 is 1 November 2026. */
#define DAY_MS   ((int64_t)86400000)
#define AT_DAY   20760
#define AT_MS    ((int64_t)AT_DAY * DAY_MS + 12 * 3600000)
#define FINAL    1000
#define EMPLOYER "hospital.example"

static struct policy_option option_of(enum check_type type, uint64_t methods)
{
	return (struct policy_option){.type = type, .methods = methods};
}

/* One rule for pharmacists: registration at GPhC, looked up or fed, at most 30 days old, confirmed
 * within a day, without conditions; others' checks count. */
static struct clearance_policy registration_policy(void)
{
	struct clearance_policy policy = {.employer = EMPLOYER, .version = 1, .rule_count = 1};
	struct policy_option *option = &policy.rules[0].options[0];
	policy.rules[0].roles = code_bit(WORK_PHARMACIST);
	policy.rules[0].option_count = 1;
	*option = option_of(CHECK_REGISTRATION,
		code_bit(METHOD_REGISTER_LOOKUP) | code_bit(METHOD_REGISTER_FEED));
	option->sources = code_bit(SOURCE_GPHC);
	option->level = 2;
	option->age_max_days = 30;
	option->status_age_max_min = 24 * 60;
	option->others = true;
	return policy;
}

static struct check_facts registration_fact(void)
{
	struct check_facts fact = {.type = CHECK_REGISTRATION,
		.source = SOURCE_GPHC,
		.method = METHOD_REGISTER_LOOKUP,
		.level = 2,
		.checker = EMPLOYER,
		.own = true,
		.checked_day = AT_DAY - 2,
		.expiry_day = AT_DAY + 200,
		.attested = true,
		.position = 500,
		.status = RECORD_VALID,
		.status_ms = AT_MS - 3600000};
	return fact;
}

static struct clearance_question question_of(enum work_role role)
{
	return (struct clearance_question){.role = role,
		.site = SITE_HOSPITAL_PHARMACY,
		.at_ms = AT_MS,
		.final_size = FINAL,
		.zone = ZONE_EUROPE_LONDON};
}

enum change {
	SAME,
	CHECKED,
	STATUS,
	STATUS_AGE,
	STATUS_NEVER,
	EXPIRY,
	DUE,
	METHOD,
	SOURCE,
	LEVEL,
	OTHERS,
	POSITION,
	NOT_ATTESTED,
	SUPERSEDED,
	DISPUTED,
};

static void change_fact(struct check_facts *fact, enum change change, int64_t value)
{
	switch (change) {
	case SAME: break;
	case CHECKED: fact->checked_day = AT_DAY - (int32_t)value; break;
	case STATUS: fact->status = (enum record_status)value; break;
	case STATUS_AGE: fact->status_ms = AT_MS - value * 60000; break;
	case STATUS_NEVER: fact->status_ms = 0; break;
	case EXPIRY: fact->expiry_day = AT_DAY + (int32_t)value; break;
	case DUE: fact->due_day = AT_DAY + (int32_t)value; break;
	case METHOD: fact->method = (enum check_method)value; break;
	case SOURCE: fact->source = (enum check_source)value; break;
	case LEVEL: fact->level = (uint8_t)value; break;
	case OTHERS:
		fact->own = false;
		memcpy(fact->checker, "agency.example", 15);
		break;
	case POSITION: fact->position = (uint64_t)value; break;
	case NOT_ATTESTED: fact->attested = false; break;
	case SUPERSEDED: fact->superseded = true; break;
	case DISPUTED: fact->disputed = true; break;
	}
}

static const struct {
	enum change change;
	int64_t value;
	enum clearance_result result;
	enum reason reason;
	const char *sentence;
} changes[] = {
	{SAME, 0, CLEARANCE_CLEARED, REASON_MET,
		"professional registration: GPhC register looked up by hospital.example on "
		"1 Nov 2026"},
	{OTHERS, 0, CLEARANCE_CLEARED, REASON_MET,
		"professional registration: GPhC register looked up by agency.example on "
		"1 Nov 2026"},
	{CHECKED, 30, CLEARANCE_CLEARED, REASON_MET, NULL},
	{CHECKED, 31, CLEARANCE_CANNOT_TELL, REASON_TOO_OLD, NULL},
	{CHECKED, 40, CLEARANCE_CANNOT_TELL, REASON_TOO_OLD,
		"professional registration: 40 days old, at most 30 allowed (GPhC register "
		"looked up by hospital.example on 24 Sep 2026)"},
	{CHECKED, -1, CLEARANCE_NOT_CLEARED, REASON_NONE,
		"professional registration: no check recorded"},
	{STATUS, RECORD_SUSPENDED, CLEARANCE_NOT_CLEARED, REASON_SUSPENDED,
		"professional registration: suspended (GPhC register looked up by "
		"hospital.example on 1 Nov 2026)"},
	{STATUS, RECORD_REVOKED, CLEARANCE_NOT_CLEARED, REASON_REVOKED, NULL},
	{STATUS, RECORD_UNKNOWN, CLEARANCE_CANNOT_TELL, REASON_STATUS_UNKNOWN,
		"professional registration: status unknown, and its source last spoke "
		"1 hour ago (GPhC register looked up by hospital.example on 1 Nov 2026)"},
	{STATUS_AGE, 24 * 60 - 1, CLEARANCE_CLEARED, REASON_MET, NULL},
	{STATUS_AGE, 24 * 60, CLEARANCE_CANNOT_TELL, REASON_STATUS_OLD, NULL},
	{STATUS_NEVER, 0, CLEARANCE_CANNOT_TELL, REASON_STATUS_OLD,
		"professional registration: status not confirmed recently enough, and its "
		"source has never confirmed it (GPhC register looked up by "
		"hospital.example on 1 Nov 2026)"},
	{EXPIRY, 0, CLEARANCE_CLEARED, REASON_MET, NULL},
	{EXPIRY, -1, CLEARANCE_NOT_CLEARED, REASON_EXPIRED,
		"professional registration: it expired after 2 Nov 2026 (GPhC register "
		"looked up by hospital.example on 1 Nov 2026)"},
	{DUE, 0, CLEARANCE_CLEARED, REASON_MET, NULL},
	{DUE, -1, CLEARANCE_CANNOT_TELL, REASON_DUE, NULL},
	{METHOD, METHOD_HOLDER_STATED, CLEARANCE_NOT_CLEARED, REASON_METHOD, NULL},
	{SOURCE, SOURCE_NMC, CLEARANCE_NOT_CLEARED, REASON_SOURCE, NULL},
	{LEVEL, 1, CLEARANCE_NOT_CLEARED, REASON_LEVEL,
		"professional registration: 'without conditions' is needed (GPhC register "
		"looked up by hospital.example on 1 Nov 2026)"},
	{POSITION, FINAL - 1, CLEARANCE_CLEARED, REASON_MET, NULL},
	{POSITION, FINAL, CLEARANCE_CANNOT_TELL, REASON_NOT_FINAL, NULL},
	{NOT_ATTESTED, 0, CLEARANCE_CANNOT_TELL, REASON_NOT_ON_LEDGER, NULL},
	{SUPERSEDED, 0, CLEARANCE_NOT_CLEARED, REASON_SUPERSEDED, NULL},
	{DISPUTED, 0, CLEARANCE_CLEARED, REASON_MET,
		"professional registration: GPhC register looked up by hospital.example on "
		"1 Nov 2026; the holder disputes it"},
};

TEST(judges_a_registration_by_each_of_its_facts)
{
	struct clearance_policy policy = registration_policy();
	struct clearance_question question = question_of(WORK_PHARMACIST);
	NEED(clearance_policy_check(&policy, NULL) == OK);
	for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
		struct check_facts fact = registration_fact();
		change_fact(&fact, changes[i].change, changes[i].value);
		struct clearance got;
		clearance_judge(&policy, &fact, 1, &question, &got);
		CHECK_ROW(got.result == changes[i].result, "row %zu: %s", i,
			clearance_word(got.result));
		CHECK_ROW(got.reason_count == 1 && got.reasons[0].reason == changes[i].reason,
			"row %zu: %s", i, reason_word(got.reasons[0].reason));
		CHECK_ROW((got.until_ms != 0) == (got.result == CLEARANCE_CLEARED), "row %zu", i);
		if (!changes[i].sentence)
			continue;
		struct buf text;
		buf_init(&text, 1000);
		clearance_reason_print(&policy, &fact, &question, &got.reasons[0], &text);
		CHECK_ROW(strcmp(buf_text(&text), changes[i].sentence) == 0, "row %zu: %s", i,
			buf_text(&text));
		buf_close(&text);
	}
}

TEST(bad_news_counts_before_the_attestation_is_final)
{
	struct clearance_policy policy = registration_policy();
	struct clearance_question question = question_of(WORK_PHARMACIST);
	struct check_facts fact = registration_fact();
	fact.position = FINAL + 5;
	fact.status = RECORD_REVOKED;
	struct clearance got;
	clearance_judge(&policy, &fact, 1, &question, &got);
	CHECK(got.result == CLEARANCE_NOT_CLEARED);
	CHECK(got.reasons[0].reason == REASON_REVOKED);
}

TEST(anothers_right_to_work_check_never_counts)
{
	struct clearance_policy policy = registration_policy();
	policy.rules[0].options[0] = option_of(CHECK_RIGHT_TO_WORK, code_bit(METHOD_ORIGINAL_SEEN));
	struct clearance_question question = question_of(WORK_PHARMACIST);
	struct check_facts fact = registration_fact();
	fact.type = CHECK_RIGHT_TO_WORK;
	fact.method = METHOD_ORIGINAL_SEEN;
	fact.source = SOURCE_IDENTITY_DOCUMENT;
	struct clearance got;
	clearance_judge(&policy, &fact, 1, &question, &got);
	CHECK(got.result == CLEARANCE_CLEARED);
	change_fact(&fact, OTHERS, 0);
	clearance_judge(&policy, &fact, 1, &question, &got);
	CHECK(got.result == CLEARANCE_NOT_CLEARED);
	CHECK(got.reasons[0].reason == REASON_OTHERS_CHECK);
	struct buf text;
	buf_init(&text, 1000);
	clearance_reason_print(&policy, &fact, &question, &got.reasons[0], &text);
	CHECK(strcmp(buf_text(&text),
		      "right to work: another organisation's check does not count "
		      "(identity document "
		      "seen in the original by agency.example on 1 Nov 2026)") == 0);
	buf_close(&text);
	/* A policy cannot even ask for it. */
	policy.rules[0].options[0].others = true;
	CHECK(clearance_policy_check(&policy, NULL) == ERR_RANGE);
	clearance_judge(&policy, &fact, 1, &question, &got);
	CHECK(got.reasons[0].reason == REASON_OTHERS_CHECK);
}

TEST(a_decision_counts_for_the_role_it_was_made_for)
{
	struct clearance_policy policy = registration_policy();
	policy.rules[0].roles = code_bit(WORK_PHARMACIST) | code_bit(WORK_NURSE);
	struct policy_option *option = &policy.rules[0].options[0];
	*option = option_of(CHECK_CRIMINAL_RECORD, code_bit(METHOD_ORIGINAL_SEEN));
	option->level = 3;
	option->workforces = code_bit(WORKFORCE_ADULT) | code_bit(WORKFORCE_ADULT_CHILD);
	option->others = true;
	struct check_facts fact = registration_fact();
	fact.type = CHECK_CRIMINAL_RECORD;
	fact.source = SOURCE_DBS;
	fact.method = METHOD_ORIGINAL_SEEN;
	fact.level = 4;
	fact.own = false;
	fact.accepted_for = WORK_NURSE;
	static const struct {
		enum work_role role;
		enum workforce workforce;
		bool others;
		enum reason reason;
	} rows[] = {
		{WORK_NURSE, WORKFORCE_ADULT, true, REASON_MET},
		{WORK_NURSE, WORKFORCE_ADULT_CHILD, true, REASON_MET},
		{WORK_NURSE, WORKFORCE_CHILD, true, REASON_WORKFORCE},
		{WORK_NURSE, WORKFORCE_ADULT, false, REASON_OTHERS_DECISION},
		{WORK_PHARMACIST, WORKFORCE_ADULT, true, REASON_OTHER_ROLE},
		{WORK_DOCTOR, WORKFORCE_ADULT, true, REASON_NO_RULE},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct clearance_question question = question_of(rows[i].role);
		fact.workforce = rows[i].workforce;
		option->others = rows[i].others;
		struct clearance got;
		clearance_judge(&policy, &fact, 1, &question, &got);
		CHECK_ROW(got.reasons[0].reason == rows[i].reason, "row %zu: %s", i,
			reason_word(got.reasons[0].reason));
	}
}

TEST(a_policy_without_a_rule_for_the_work_cannot_tell)
{
	struct clearance_policy policy = registration_policy();
	struct check_facts fact = registration_fact();
	struct clearance_question question = question_of(WORK_NURSE);
	struct clearance got;
	clearance_judge(&policy, &fact, 1, &question, &got);
	CHECK(got.result == CLEARANCE_CANNOT_TELL);
	CHECK(got.reason_count == 1 && got.reasons[0].reason == REASON_NO_RULE);
	struct buf text;
	buf_init(&text, 1000);
	clearance_reason_print(&policy, &fact, &question, &got.reasons[0], &text);
	CHECK(strcmp(buf_text(&text),
		      "the policy of hospital.example says nothing about a nurse at "
		      "a hospital pharmacy") == 0);
	buf_close(&text);
	/* Rules for one site or one class of products do not apply elsewhere. */
	question = question_of(WORK_PHARMACIST);
	policy.rules[0].sites = code_bit(SITE_COMMUNITY_PHARMACY);
	clearance_judge(&policy, &fact, 1, &question, &got);
	CHECK(got.reasons[0].reason == REASON_NO_RULE);
	question.site = SITE_COMMUNITY_PHARMACY;
	clearance_judge(&policy, &fact, 1, &question, &got);
	CHECK(got.result == CLEARANCE_CLEARED);
	policy.rules[0].products = code_bit(PRODUCTS_CONTROLLED);
	clearance_judge(&policy, &fact, 1, &question, &got);
	CHECK(got.reasons[0].reason == REASON_NO_RULE);
	question.products = PRODUCTS_CONTROLLED;
	clearance_judge(&policy, &fact, 1, &question, &got);
	CHECK(got.result == CLEARANCE_CLEARED);
}

TEST(the_answer_lasts_until_its_first_part_ends)
{
	struct clearance_policy policy = registration_policy();
	struct policy_option *option = &policy.rules[0].options[0];
	struct check_facts fact = registration_fact();
	struct clearance_question question = question_of(WORK_PHARMACIST);
	struct clearance got;
	clearance_judge(&policy, &fact, 1, &question, &got);
	CHECK(got.until_ms == fact.status_ms + 24 * 60 * (int64_t)60000);
	option->status_age_max_min = 0;
	clearance_judge(&policy, &fact, 1, &question, &got);
	CHECK(got.until_ms == ((int64_t)fact.checked_day + 31) * DAY_MS);
	fact.due_day = AT_DAY + 7;
	clearance_judge(&policy, &fact, 1, &question, &got);
	CHECK(got.until_ms == ((int64_t)AT_DAY + 8) * DAY_MS);
	fact.expiry_day = AT_DAY;
	clearance_judge(&policy, &fact, 1, &question, &got);
	CHECK(got.until_ms == ((int64_t)AT_DAY + 1) * DAY_MS);
	/* At that very moment it does not hold any more, a millisecond before it does. */
	question.at_ms = got.until_ms - 1;
	clearance_judge(&policy, &fact, 1, &question, &got);
	CHECK(got.result == CLEARANCE_CLEARED);
	question.at_ms++;
	clearance_judge(&policy, &fact, 1, &question, &got);
	CHECK(got.reasons[0].reason == REASON_EXPIRED);
	/* Without any limit it lasts a year. */
	question.at_ms = AT_MS;
	fact.expiry_day = 0;
	fact.due_day = 0;
	option->age_max_days = 0;
	clearance_judge(&policy, &fact, 1, &question, &got);
	CHECK(got.until_ms == AT_MS + CLEARANCE_DAYS_MAX * DAY_MS);
}

TEST(the_end_of_a_day_follows_summer_time)
{
	static const struct {
		const char *day;
		enum zone zone;
		const char *end;
	} rows[] = {
		{"2026-01-15", ZONE_EUROPE_LONDON, "2026-01-16T00:00:00.000Z"},
		{"2026-07-15", ZONE_EUROPE_LONDON, "2026-07-15T23:00:00.000Z"},
		{"2026-03-28", ZONE_EUROPE_LONDON, "2026-03-29T00:00:00.000Z"},
		{"2026-03-29", ZONE_EUROPE_LONDON, "2026-03-29T23:00:00.000Z"},
		{"2026-10-24", ZONE_EUROPE_LONDON, "2026-10-24T23:00:00.000Z"},
		{"2026-10-25", ZONE_EUROPE_LONDON, "2026-10-26T00:00:00.000Z"},
		{"2026-07-15", ZONE_EUROPE_ATHENS, "2026-07-15T21:00:00.000Z"},
		{"2026-07-15", ZONE_EUROPE_PARIS, "2026-07-15T22:00:00.000Z"},
		{"2026-07-15", ZONE_UTC, "2026-07-16T00:00:00.000Z"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		int32_t day;
		NEED(civil_parse_day(span_text(rows[i].day), &day, NULL) == OK);
		char end[CIVIL_TIME_SIZE];
		civil_print_time(zone_day_end_ms(rows[i].zone, day), end);
		CHECK_ROW(strcmp(end, rows[i].end) == 0, "row %zu: %s", i, end);
	}
}

TEST(several_checks_and_options_are_weighed)
{
	struct clearance_policy policy = registration_policy();
	struct clearance_question question = question_of(WORK_PHARMACIST);
	struct check_facts facts[3] = {
		registration_fact(), registration_fact(), registration_fact()};
	struct clearance got;
	/* The fresher of two good ones is taken. */
	facts[0].checked_day = AT_DAY - 20;
	policy.rules[0].options[0].status_age_max_min = 0;
	clearance_judge(&policy, facts, 2, &question, &got);
	CHECK(got.reasons[0].fact == 1);
	/* A good one does not hide a suspended one... */
	facts[2].status = RECORD_SUSPENDED;
	clearance_judge(&policy, facts, 3, &question, &got);
	CHECK(got.result == CLEARANCE_NOT_CLEARED);
	CHECK(got.reasons[0].fact == 2);
	/* ... until that is superseded. */
	facts[2].superseded = true;
	clearance_judge(&policy, facts, 3, &question, &got);
	CHECK(got.result == CLEARANCE_CLEARED);
	/* The one that came nearest is named. */
	facts[0].method = METHOD_HOLDER_STATED;
	facts[1].checked_day = AT_DAY - 50;
	clearance_judge(&policy, facts, 3, &question, &got);
	CHECK(got.reasons[0].reason == REASON_TOO_OLD && got.reasons[0].fact == 1);
	/* One option of several is enough. */
	policy.rules[0].option_count = 2;
	policy.rules[0].options[1] = option_of(CHECK_QUALIFICATION, code_bit(METHOD_ORIGINAL_SEEN));
	facts[0].type = CHECK_QUALIFICATION;
	facts[0].method = METHOD_ORIGINAL_SEEN;
	clearance_judge(&policy, facts, 3, &question, &got);
	CHECK(got.result == CLEARANCE_CLEARED);
	CHECK(got.reasons[0].option == 1 && got.reasons[0].fact == 0);
	/* A second rule that is not met outweighs the first. */
	policy.rule_count = 2;
	policy.rules[1] = policy.rules[0];
	policy.rules[1].option_count = 1;
	clearance_judge(&policy, facts, 3, &question, &got);
	CHECK(got.result == CLEARANCE_CANNOT_TELL && got.reason_count == 2);
	CHECK(got.reasons[0].answer == CLEARANCE_CLEARED);
	CHECK(got.reasons[1].rule == 1);
}

TEST(a_policy_document_reads_back_as_it_was_written)
{
	struct clearance_policy policy = registration_policy();
	policy.rule_count = 2;
	policy.rules[1] = policy.rules[0];
	policy.rules[1].sites = code_bit(SITE_THEATRE) | code_bit(SITE_MANUFACTURE);
	policy.rules[1].products = code_bit(PRODUCTS_CYTOTOXIC);
	policy.rules[1].option_count = 2;
	policy.rules[1].options[1] = option_of(CHECK_CRIMINAL_RECORD, code_bit(METHOD_PRIMARY));
	policy.rules[1].options[1].workforces = code_bit(WORKFORCE_CHILD);
	struct buf document;
	struct buf again;
	buf_init(&document, CLEARANCE_POLICY_SIZE_MAX);
	buf_init(&again, CLEARANCE_POLICY_SIZE_MAX);
	clearance_policy_encode(&policy, &document);
	NEED(document.err == OK);
	CHECK(cbor_check(buf_span(&document), NULL) == OK);
	struct clearance_policy read;
	struct fault fault = {0};
	CHECK_ROW(clearance_policy_decode(buf_span(&document), &read, &fault) == OK, "%s",
		fault.text);
	clearance_policy_encode(&read, &again);
	CHECK(span_equal(buf_span(&document), buf_span(&again)));
	CHECK(read.rules[1].options[1].workforces == code_bit(WORKFORCE_CHILD));
	/* Every shortened document is refused. */
	for (size_t size = 0; size < document.size; size++)
		CHECK_ROW(clearance_policy_decode(span_of(document.at, size), &read, NULL) != OK,
			"%zu", size);
	buf_close(&document);
	buf_close(&again);
}

TEST(a_policy_that_makes_no_sense_is_refused)
{
	static const struct {
		size_t rule;
		size_t option;
		const char *text;
	} rows[] = {
		{0, 0,
			"the policy names no responsible employer: a member name such as "
			"hospital.example"},
		{0, 0, "the policy's version must be 1 or more"},
		{0, 0, "a policy has 1 to 32 rules"},
		{1, 0, "rule 2: a rule needs at least one known role"},
		{1, 0, "rule 2: a rule has 1 to 8 options"},
		{1, 1, "rule 2, option 2: an option needs at least one known method"},
		{1, 1, "rule 2, option 2: this check type has no such level"},
		{1, 1, "rule 2, option 2: only criminal record checks have a workforce"},
		{1, 1, "rule 2, option 2: another organisation's check of this type never counts"},
		{1, 1, "rule 2, option 2: the check type is not known"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct clearance_policy policy = registration_policy();
		policy.rule_count = 2;
		policy.rules[1] = policy.rules[0];
		policy.rules[1].option_count = 2;
		struct policy_option *option = &policy.rules[1].options[1];
		*option = option_of(CHECK_IDENTITY, code_bit(METHOD_IDSP));
		NEED(clearance_policy_check(&policy, NULL) == OK);
		switch (i) {
		case 0: memcpy(policy.employer, "Hospital", 9); break;
		case 1: policy.version = 0; break;
		case 2: policy.rule_count = 0; break;
		case 3: policy.rules[1].roles = 0; break;
		case 4: policy.rules[1].option_count = 0; break;
		case 5: option->methods = 0; break;
		case 6: option->level = 1; break;
		case 7: option->workforces = code_bit(WORKFORCE_ADULT); break;
		case 8: option->others = true; break;
		case 9: option->type = (enum check_type)60; break;
		default: break;
		}
		struct fault fault = {0};
		CHECK_ROW(clearance_policy_check(&policy, &fault) == ERR_RANGE, "row %zu", i);
		CHECK_ROW(strcmp(fault.text, rows[i].text) == 0, "row %zu: %s", i, fault.text);
		CHECK_ROW(fault.at == rows[i].rule && fault.size == rows[i].option, "row %zu", i);
	}
}

TEST(every_word_of_the_closed_sets_reads_back)
{
	for (int set = 0; set < CODES_SETS; set++) {
		int code;
		for (size_t i = 0; (code = code_at((enum code_set)set, i)) >= 0; i++) {
			const char *word = code_word((enum code_set)set, (uint64_t)code);
			uint8_t read = 255;
			CHECK_ROW(code_parse((enum code_set)set, span_text(word), &read, NULL) ==
						  OK &&
					  read == code,
				"%s", word);
		}
		uint8_t untouched = 77;
		struct fault fault = {0};
		CHECK(code_parse((enum code_set)set, span_text("gallery"), &untouched, &fault) ==
			ERR_NOT_FOUND);
		CHECK(untouched == 77 && strstr(fault.text, code_set_name((enum code_set)set)));
	}
	CHECK(check_reuse(CHECK_RIGHT_TO_WORK) == REUSE_OWN_CHECK);
	CHECK(check_reuse(CHECK_TRAINING_FIRE) == REUSE_PORTABLE);
	CHECK(check_reuse(CHECK_CRIMINAL_RECORD) == REUSE_DECISION_ONLY);
	CHECK(check_reuse(CHECK_HEALTH) == REUSE_FITNESS_ONLY);
}

TAP_MAIN(CASE(judges_a_registration_by_each_of_its_facts),
	CASE(bad_news_counts_before_the_attestation_is_final),
	CASE(anothers_right_to_work_check_never_counts),
	CASE(a_decision_counts_for_the_role_it_was_made_for),
	CASE(a_policy_without_a_rule_for_the_work_cannot_tell),
	CASE(the_answer_lasts_until_its_first_part_ends),
	CASE(the_end_of_a_day_follows_summer_time), CASE(several_checks_and_options_are_weighed),
	CASE(a_policy_document_reads_back_as_it_was_written),
	CASE(a_policy_that_makes_no_sense_is_refused),
	CASE(every_word_of_the_closed_sets_reads_back))
