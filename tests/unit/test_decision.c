#include "tests/tap.h"
#include "tests/unit/people_state.h"

static struct clearance_policy policy_of(const char *employer, uint32_t version)
{
	struct clearance_policy policy = {.version = version, .rule_count = 1};
	memcpy(policy.employer, employer, strlen(employer) + 1);
	policy.rules[0].roles = code_bit(WORK_NURSE);
	policy.rules[0].option_count = 1;
	policy.rules[0].options[0] = (struct policy_option){
		.type = CHECK_IDENTITY, .methods = code_bit(METHOD_ORIGINAL_SEEN)};
	return policy;
}

enum flaw {
	SOUND,
	OTHER_HASH,
	OTHER_VERSION,
	NOT_A_POLICY,
	FAR_AHEAD,
};

static uint16_t publish(struct people_state *state, enum who who, const char *employer,
	uint32_t version, int64_t from_ms, enum flaw flaw, uint8_t hash[HASH_SIZE])
{
	struct clearance_policy policy = policy_of(employer, version);
	struct buf document;
	buf_init(&document, CLEARANCE_POLICY_SIZE_MAX);
	if (flaw == NOT_A_POLICY)
		cbor_put_map(&document, 0);
	else
		clearance_policy_encode(&policy, &document);
	clearance_policy_hash(buf_span(&document), hash);
	if (flaw == OTHER_HASH)
		hash[31] ^= 1;
	union kind_body body = {.policy_publish = {.hash = span_of(hash, HASH_SIZE),
					.version = version + (flaw == OTHER_VERSION),
					.from_ms = from_ms + (flaw == FAR_AHEAD ? 367 * DAY_MS : 0),
					.document = buf_span(&document)}};
	uint16_t code = state_say(state, who, KIND_CLEARANCE_POLICY, &body);
	buf_close(&document);
	return code;
}

TEST(a_policy_is_its_employers_and_rises)
{
	static const struct {
		enum who who;
		const char *employer;
		uint32_t version;
		enum flaw flaw;
		uint16_t code;
	} rows[] = {
		{HOSPITAL, "hospital.example", 1, OTHER_HASH, REFUSED_POLICY_HASH},
		{HOSPITAL, "hospital.example", 1, OTHER_VERSION, REFUSED_POLICY_DOCUMENT},
		{HOSPITAL, "hospital.example", 1, NOT_A_POLICY, REFUSED_POLICY_DOCUMENT},
		{HOSPITAL, "hospital.example", 1, FAR_AHEAD, REFUSED_EFFECTIVE},
		{HOSPITAL, "agency.example", 1, SOUND, REFUSED_NOT_EMPLOYER},
		{HOSPITAL, "hospital.example", 2, SOUND, OUTCOME_ACCEPTED},
		{HOSPITAL, "hospital.example", 2, SOUND, OUTCOME_EXISTS},
		{HOSPITAL, "hospital.example", 1, SOUND, REFUSED_POLICY_VERSION},
		{HOSPITAL, "hospital.example", 3, SOUND, OUTCOME_ACCEPTED},
		{MAKER, "maker.example", 1, SOUND, OUTCOME_ACCEPTED},
	};
	struct people_state state;
	uint8_t hash[HASH_SIZE];
	NEED(state_open(&state));
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint16_t code = publish(&state, rows[i].who, rows[i].employer, rows[i].version,
			state.time_ms, rows[i].flaw, hash);
		CHECK_ROW(code == rows[i].code, "row %zu: %s", i, outcome_word(code));
	}
	state_close(&state);
}

TEST(the_policy_in_force_is_found_for_every_moment)
{
	struct people_state state;
	struct published_policy found;
	struct clearance_policy policy;
	uint8_t party[PARTY_SIZE];
	uint8_t hash[3][HASH_SIZE];
	NEED(state_open(&state));
	party_put_member(HOSPITAL, party);
	/* A time in the past counts from when it was recorded. */
	NEED(!publish(
		&state, HOSPITAL, "hospital.example", 1, STATE_TIME - DAY_MS, SOUND, hash[0]));
	NEED(!publish(
		&state, HOSPITAL, "hospital.example", 2, STATE_TIME + 7 * DAY_MS, SOUND, hash[1]));
	static const struct {
		int64_t at_ms;
		uint64_t final_size;
		int found; /* -1: none */
	} rows[] = {
		{STATE_TIME - 1, 100, -1},
		{STATE_TIME, 100, 0},
		{STATE_TIME, 3, 0},
		{STATE_TIME, 2, -1},
		{STATE_TIME + 7 * DAY_MS - 1, 100, 0},
		{STATE_TIME + 7 * DAY_MS, 100, 1},
		{STATE_TIME + 7 * DAY_MS, 3, 0},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		enum err err = published_policy_at(
			state.table, party, rows[i].at_ms, rows[i].final_size, &found, NULL);
		CHECK_ROW((err == OK) == (rows[i].found >= 0), "row %zu: %s", i, err_name(err));
		if (err)
			continue;
		CHECK_ROW(memcmp(found.hash, hash[rows[i].found], HASH_SIZE) == 0, "row %zu", i);
		CHECK_ROW(
			clearance_policy_decode(found.document, &policy, NULL) == OK, "row %zu", i);
		CHECK_ROW(policy.version == found.version, "row %zu", i);
	}
	party_put_member(AGENCY, party);
	CHECK(published_policy_at(state.table, party, STATE_TIME, 100, &found, NULL) ==
		ERR_NOT_FOUND);
	state_close(&state);
}

TEST(a_decision_stands_on_a_policy_in_force)
{
	struct people_state state;
	uint8_t now[HASH_SIZE];
	uint8_t later[HASH_SIZE];
	uint8_t others[HASH_SIZE];
	uint8_t nothing[HASH_SIZE] = {7};
	NEED(state_open(&state));
	NEED(!publish(&state, HOSPITAL, "hospital.example", 1, STATE_TIME, SOUND, now));
	NEED(!publish(&state, HOSPITAL, "hospital.example", 2, STATE_TIME + DAY_MS, SOUND, later));
	NEED(!publish(&state, AGENCY, "agency.example", 1, STATE_TIME, SOUND, others));
	const struct {
		const uint8_t *policy;
		enum clearance_result result;
		int64_t until_ms;
		char commitment;
		enum clearance_override override;
		uint16_t code;
	} rows[] = {
		{now, CLEARANCE_CLEARED, STATE_TIME + DAY_MS, 'a', 0, OUTCOME_ACCEPTED},
		{now, CLEARANCE_CLEARED, STATE_TIME + DAY_MS, 'a', 0, OUTCOME_EXISTS},
		{now, CLEARANCE_CLEARED, STATE_TIME, 'b', 0, REFUSED_CLEAR_UNTIL},
		{now, CLEARANCE_CLEARED, STATE_TIME + 367 * DAY_MS, 'b', 0, REFUSED_CLEAR_UNTIL},
		{now, CLEARANCE_CLEARED, 0, 'b', 0, OUTCOME_NOT_WELL_FORMED},
		{now, CLEARANCE_NOT_CLEARED, STATE_TIME + DAY_MS, 'b', 0, OUTCOME_BAD_VALUE},
		{now, CLEARANCE_NOT_CLEARED, 0, 'b', 0, OUTCOME_ACCEPTED},
		{now, CLEARANCE_CANNOT_TELL, 0, 'c', 0, OUTCOME_ACCEPTED},
		{now, 3, 0, 'd', 0, OUTCOME_BAD_VALUE},
		/* an override stands beside the result and differs from it */
		{now, CLEARANCE_CANNOT_TELL, STATE_TIME + DAY_MS, 'd', OVERRIDE_LET_WORK,
			OUTCOME_ACCEPTED},
		{now, CLEARANCE_CLEARED, STATE_TIME + DAY_MS, 'e', OVERRIDE_LET_WORK,
			OUTCOME_BAD_VALUE},
		{now, CLEARANCE_NOT_CLEARED, 0, 'e', OVERRIDE_KEPT_FROM_WORK, OUTCOME_BAD_VALUE},
		{now, CLEARANCE_NOT_CLEARED, 0, 'e', OVERRIDE_LET_WORK, OUTCOME_NOT_WELL_FORMED},
		{now, CLEARANCE_CLEARED, STATE_TIME + DAY_MS, 'e', OVERRIDE_KEPT_FROM_WORK,
			OUTCOME_ACCEPTED},
		{later, CLEARANCE_CANNOT_TELL, 0, 'f', 0, REFUSED_POLICY_NOT_YET},
		{others, CLEARANCE_CANNOT_TELL, 0, 'f', 0, REFUSED_NOT_EMPLOYER},
		{nothing, CLEARANCE_CANNOT_TELL, 0, 'f', 0, REFUSED_NO_SUCH_POLICY},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		union kind_body body = {.decision = {.policy_hash = span_of(rows[i].policy, 32),
						.result = rows[i].result,
						.until_ms = rows[i].until_ms,
						.commitment = state_id(rows[i].commitment, 32),
						.override = rows[i].override}};
		uint16_t code = state_say(&state, HOSPITAL, KIND_CLEARANCE, &body);
		CHECK_ROW(code == rows[i].code, "row %zu: %s", i, outcome_word(code));
	}
	struct recorded_decision decision;
	NEED(!recorded_decision_find(state.table, state_id('d', 32).at, &decision, NULL));
	CHECK(decision.result == CLEARANCE_CANNOT_TELL);
	CHECK(decision.override == OVERRIDE_LET_WORK);
	CHECK(decision.until_ms == STATE_TIME + DAY_MS && decision.time_ms == STATE_TIME);
	CHECK(memcmp(decision.policy_hash, now, HASH_SIZE) == 0);
	state_close(&state);
}

TEST(nobody_takes_the_name_of_anothers_shift)
{
	static const struct {
		enum who who;
		uint8_t first,
			last; /* bytes of the commitment: shifts are called by its first half */
		uint16_t code;
	} rows[] = {
		{HOSPITAL, 1, 9, OUTCOME_ACCEPTED},
		{HOSPITAL, 1, 9, OUTCOME_EXISTS},
		{AGENCY, 1, 8, OUTCOME_EXISTS},
		{AGENCY, 1, 10, OUTCOME_EXISTS},
		{HOSPITAL, 1, 10, OUTCOME_EXISTS},
		{AGENCY, 2, 9, OUTCOME_ACCEPTED},
	};
	struct people_state state;
	uint8_t hash[2][HASH_SIZE];
	NEED(state_open(&state));
	NEED(!publish(&state, HOSPITAL, "hospital.example", 1, STATE_TIME, SOUND, hash[HOSPITAL]));
	NEED(!publish(&state, AGENCY, "agency.example", 1, STATE_TIME, SOUND, hash[AGENCY]));
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint8_t commitment[32] = {rows[i].first, [31] = rows[i].last};
		union kind_body body = {
			.decision = {.policy_hash = span_of(hash[rows[i].who], HASH_SIZE),
				.until_ms = STATE_TIME + HOUR_MS,
				.commitment = span_of(commitment, 32)}};
		uint16_t code = state_say(&state, rows[i].who, KIND_CLEARANCE, &body);
		CHECK_ROW(code == rows[i].code, "row %zu: %s", i, outcome_word(code));
	}
	state_close(&state);
}

TAP_MAIN(CASE(a_policy_is_its_employers_and_rises), CASE(nobody_takes_the_name_of_anothers_shift),
	CASE(the_policy_in_force_is_found_for_every_moment),
	CASE(a_decision_stands_on_a_policy_in_force))
