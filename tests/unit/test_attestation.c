#include "tests/tap.h"
#include "tests/unit/people_state.h"

enum said {
	ATTEST,
	ATTEST_OLD, /* expired last quarter */
	ATTEST_LAST, /* expires this quarter */
	STATUS,
	CONFIRM_LIST,
	CONFIRM_OLD,
	CONFIRM_FUTURE,
	OBSERVE,
	SUPERSEDE,
	DISPUTE,
};

/* One thing said: letters stand for commitments and lists. For a dispute reason is its state. */
struct row {
	enum who who;
	enum said said;
	char commitment;
	char other; /* superseding commitment, or list */
	uint32_t index;
	int class_or_status;
	int reason;
	uint16_t code;
};

static uint16_t say_row(struct people_state *state, const struct row *row)
{
	union kind_body body = {0};
	switch (row->said) {
	case ATTEST:
	case ATTEST_OLD:
	case ATTEST_LAST:
		body.attestation = (struct attestation_body){
			.issuer_class = (enum issuer_class)row->class_or_status,
			.commitment = state_id(row->commitment, COMMITMENT_SIZE),
			.list = state_id(row->other, STATUS_LIST_ID),
			.index = row->index};
		if (row->said == ATTEST_OLD)
			body.attestation.quarter = 2026 * 4 + 2;
		if (row->said == ATTEST_LAST)
			body.attestation.quarter = 2026 * 4 + 3;
		return state_say(state, row->who, KIND_ATTESTATION, &body);
	case STATUS:
		return state_status(state, row->who, row->other, row->index,
			(enum record_status)row->class_or_status, (enum status_reason)row->reason);
	case CONFIRM_LIST:
	case CONFIRM_OLD:
	case CONFIRM_FUTURE:
		body.record_status =
			(struct record_status_body){.list = state_id(row->other, STATUS_LIST_ID),
				.effective_ms = state->time_ms,
				.reason = STATUS_REASON_CONFIRMED};
		if (row->said == CONFIRM_OLD)
			body.record_status.effective_ms -= 30 * DAY_MS + 1;
		if (row->said == CONFIRM_FUTURE)
			body.record_status.effective_ms += 5 * 60000 + 1;
		return state_say(state, row->who, KIND_STATUS, &body);
	case OBSERVE:
		body.observed_change = (struct observed_change_body){
			.list = state_id(row->other, STATUS_LIST_ID), .index = row->index};
		return state_say(state, row->who, KIND_OBSERVED_CHANGE, &body);
	case SUPERSEDE:
		body.supersede = (struct supersede_body){
			.old_commitment = state_id(row->commitment, COMMITMENT_SIZE),
			.new_commitment = state_id(row->other, COMMITMENT_SIZE),
			.reason = SUPERSEDE_CHANGE_OF_NAME};
		return state_say(state, row->who, KIND_SUPERSEDE, &body);
	case DISPUTE:
		body.dispute = (struct dispute_body){.list = state_id(row->other, STATUS_LIST_ID),
			.index = row->index,
			.state = (enum dispute_state)row->reason,
			.due_days = 28};
		return state_say(state, row->who, KIND_DISPUTE, &body);
	}
	return UINT16_MAX;
}

/* In order: each row is said to the state that the rows above left. */
static const struct row said_of_records[] = {
	/* who may attest, by the class of issuer */
	{HOSPITAL, ATTEST, 'a', 'L', 0, ISSUER_EMPLOYER, 0, OUTCOME_ACCEPTED},
	{HOSPITAL, ATTEST, 'b', 'L', 1, ISSUER_AGENCY, 0, REFUSED_NOT_ACCREDITED},
	{HOSPITAL, ATTEST, 'b', 'L', 1, ISSUER_REGISTER, 0, REFUSED_NOT_ACCREDITED},
	{AGENCY, ATTEST, 'b', 'M', 0, ISSUER_AGENCY, 0, OUTCOME_ACCEPTED},
	{AGENCY, ATTEST, 'c', 'M', 1, ISSUER_EMPLOYER, 0, REFUSED_NOT_ACCREDITED},
	{REGISTER, ATTEST, 'c', 'N', 7, ISSUER_REGISTER, 0, OUTCOME_ACCEPTED},
	{REGULATOR, ATTEST, 'd', 'O', STATUS_INDEX_MAX, ISSUER_AUTHORITY, 0, OUTCOME_ACCEPTED},
	{INSPECTOR, ATTEST, 'e', 'P', 0, ISSUER_AUTHORITY, 0, REFUSED_NOT_ACCREDITED},
	{MAKER, ATTEST, 'e', 'P', 0, ISSUER_EMPLOYER, 0, REFUSED_NO_ROLE},
	{HOSPITAL, ATTEST, 'e', 'P', 0, 5, 0, OUTCOME_BAD_VALUE},
	/* once only: commitment, index; lists are one party's */
	{HOSPITAL, ATTEST, 'a', 'L', 1, ISSUER_EMPLOYER, 0, OUTCOME_EXISTS},
	{AGENCY, ATTEST, 'a', 'M', 1, ISSUER_AGENCY, 0, OUTCOME_EXISTS},
	{HOSPITAL, ATTEST, 'e', 'L', 0, ISSUER_EMPLOYER, 0, REFUSED_INDEX_USED},
	{HOSPITAL, ATTEST, 'e', 'M', 1, ISSUER_EMPLOYER, 0, REFUSED_NOT_YOUR_LIST},
	{HOSPITAL, ATTEST, 'e', 'L', STATUS_INDEX_MAX + 1, ISSUER_EMPLOYER, 0, OUTCOME_BAD_VALUE},
	/* a quarter that is over */
	{HOSPITAL, ATTEST_OLD, 'e', 'L', 1, ISSUER_EMPLOYER, 0, REFUSED_RECORD_EXPIRED},
	{HOSPITAL, ATTEST_LAST, 'e', 'L', 1, ISSUER_EMPLOYER, 0, OUTCOME_ACCEPTED},
	/* status: by the list's party only, and only where a record is */
	{AGENCY, STATUS, 0, 'L', 0, RECORD_REVOKED, STATUS_REASON_ERROR, REFUSED_NOT_YOUR_LIST},
	{HOSPITAL, STATUS, 0, 'L', 5, RECORD_REVOKED, STATUS_REASON_ERROR, REFUSED_NO_SUCH_RECORD},
	{HOSPITAL, STATUS, 0, 'Z', 0, RECORD_REVOKED, STATUS_REASON_ERROR, REFUSED_NO_SUCH_RECORD},
	{MAKER, STATUS, 0, 'L', 0, RECORD_REVOKED, STATUS_REASON_ERROR, REFUSED_NO_ROLE},
	{HOSPITAL, STATUS, 0, 'L', 0, RECORD_UNKNOWN, STATUS_REASON_SOURCE, OUTCOME_BAD_VALUE},
	{HOSPITAL, STATUS, 0, 'L', 0, RECORD_VALID, STATUS_REASON_LAPSED, OUTCOME_BAD_VALUE},
	{HOSPITAL, STATUS, 0, 'L', 0, RECORD_SUSPENDED, STATUS_REASON_CONFIRMED, OUTCOME_BAD_VALUE},
	{HOSPITAL, STATUS, 0, 'L', 0, RECORD_VALID, 7, OUTCOME_BAD_VALUE},
	{HOSPITAL, STATUS, 0, 'L', 0, RECORD_VALID, STATUS_REASON_REINSTATED,
		REFUSED_NOT_SUSPENDED},
	{HOSPITAL, STATUS, 0, 'L', 0, RECORD_VALID, STATUS_REASON_CONFIRMED, OUTCOME_ACCEPTED},
	{HOSPITAL, STATUS, 0, 'L', 0, RECORD_SUSPENDED, STATUS_REASON_SOURCE, OUTCOME_ACCEPTED},
	{HOSPITAL, STATUS, 0, 'L', 0, RECORD_SUSPENDED, STATUS_REASON_SOURCE, REFUSED_SUSPENDED},
	{HOSPITAL, STATUS, 0, 'L', 0, RECORD_VALID, STATUS_REASON_CONFIRMED, REFUSED_SUSPENDED},
	{AGENCY, OBSERVE, 0, 'L', 0, 0, 0, REFUSED_NOT_VALID},
	{HOSPITAL, STATUS, 0, 'L', 0, RECORD_VALID, STATUS_REASON_REINSTATED, OUTCOME_ACCEPTED},
	/* seen by others */
	{HOSPITAL, OBSERVE, 0, 'L', 0, 0, 0, REFUSED_OWN_LIST},
	{MAKER, OBSERVE, 0, 'L', 0, 0, 0, REFUSED_NO_ROLE},
	{AGENCY, OBSERVE, 0, 'L', 9, 0, 0, REFUSED_NO_SUCH_RECORD},
	{AGENCY, OBSERVE, 0, 'L', 0, 0, 0, OUTCOME_ACCEPTED},
	{REGISTER, OBSERVE, 0, 'L', 0, 0, 0, REFUSED_NOT_VALID},
	{HOSPITAL, STATUS, 0, 'L', 0, RECORD_REVOKED, STATUS_REASON_SOURCE, OUTCOME_ACCEPTED},
	/* revoked is for good */
	{HOSPITAL, STATUS, 0, 'L', 0, RECORD_VALID, STATUS_REASON_REINSTATED, REFUSED_REVOKED},
	{HOSPITAL, STATUS, 0, 'L', 0, RECORD_SUSPENDED, STATUS_REASON_SOURCE, REFUSED_REVOKED},
	{AGENCY, OBSERVE, 0, 'L', 0, 0, 0, REFUSED_NOT_VALID},
	/* the list as a whole */
	{HOSPITAL, CONFIRM_LIST, 0, 'L', 0, 0, 0, OUTCOME_ACCEPTED},
	{AGENCY, CONFIRM_LIST, 0, 'L', 0, 0, 0, REFUSED_NOT_YOUR_LIST},
	{HOSPITAL, CONFIRM_LIST, 0, 'Z', 0, 0, 0, REFUSED_NO_SUCH_RECORD},
	{HOSPITAL, CONFIRM_OLD, 0, 'L', 0, 0, 0, REFUSED_EFFECTIVE},
	{HOSPITAL, CONFIRM_FUTURE, 0, 'L', 0, 0, 0, REFUSED_EFFECTIVE},
	/* superseding: both the author's own, once */
	{HOSPITAL, SUPERSEDE, 'a', 'e', 0, 0, 0, OUTCOME_ACCEPTED},
	{HOSPITAL, SUPERSEDE, 'a', 'e', 0, 0, 0, REFUSED_SUPERSEDED},
	{HOSPITAL, SUPERSEDE, 'e', 'a', 0, 0, 0, REFUSED_SUPERSEDED},
	{HOSPITAL, SUPERSEDE, 'e', 'e', 0, 0, 0, OUTCOME_BAD_VALUE},
	{HOSPITAL, SUPERSEDE, 'e', 'z', 0, 0, 0, REFUSED_NO_SUCH_RECORD},
	{HOSPITAL, SUPERSEDE, 'z', 'e', 0, 0, 0, REFUSED_NO_SUCH_RECORD},
	{HOSPITAL, SUPERSEDE, 'e', 'b', 0, 0, 0, REFUSED_NOT_YOUR_RECORD},
	{AGENCY, SUPERSEDE, 'e', 'b', 0, 0, 0, REFUSED_NOT_YOUR_RECORD},
	/* disputes: opened by anybody, answered by the source, withdrawn by who opened */
	{HOSPITAL, DISPUTE, 0, 'M', 0, 0, DISPUTE_UPHELD, REFUSED_NO_DISPUTE},
	{HOSPITAL, DISPUTE, 0, 'M', 3, 0, DISPUTE_OPENED, REFUSED_NO_SUCH_RECORD},
	{HOSPITAL, DISPUTE, 0, 'M', 0, 0, 5, OUTCOME_BAD_VALUE},
	{HOSPITAL, DISPUTE, 0, 'M', 0, 0, DISPUTE_OPENED, OUTCOME_ACCEPTED},
	{REGISTER, DISPUTE, 0, 'M', 0, 0, DISPUTE_OPENED, REFUSED_DISPUTE_OPEN},
	{HOSPITAL, DISPUTE, 0, 'M', 0, 0, DISPUTE_REJECTED, REFUSED_NOT_YOUR_LIST},
	{AGENCY, DISPUTE, 0, 'M', 0, 0, DISPUTE_WITHDRAWN, REFUSED_NOT_YOUR_DISPUTE},
	{AGENCY, DISPUTE, 0, 'M', 0, 0, DISPUTE_REJECTED, OUTCOME_ACCEPTED},
	{HOSPITAL, DISPUTE, 0, 'M', 0, 0, DISPUTE_WITHDRAWN, REFUSED_NO_DISPUTE},
	{MAKER, DISPUTE, 0, 'M', 0, 0, DISPUTE_OPENED, OUTCOME_ACCEPTED},
	{MAKER, DISPUTE, 0, 'M', 0, 0, DISPUTE_WITHDRAWN, OUTCOME_ACCEPTED},
};

TEST(accepts_and_refuses_what_members_say_of_records)
{
	struct people_state state;
	NEED(state_open(&state));
	for (size_t i = 0; i < sizeof said_of_records / sizeof said_of_records[0]; i++) {
		uint16_t code = say_row(&state, &said_of_records[i]);
		CHECK_ROW(code == said_of_records[i].code, "row %zu: %s", i, outcome_word(code));
		state.time_ms += 1000;
	}
	state_close(&state);
}

TEST(stations_and_holders_say_only_their_part)
{
	static const struct {
		enum key_purpose purpose;
		unsigned kind;
		bool may;
	} rows[] = {
		{KEY_APPLIANCE, KIND_ATTESTATION, true},
		{KEY_STATION, KIND_ATTESTATION, false},
		{KEY_HOLDER, KIND_ATTESTATION, false},
		{KEY_STATION, KIND_STATUS, false},
		{KEY_HOLDER, KIND_DISPUTE, true},
		{KEY_STATION, KIND_DISPUTE, false},
		{KEY_STATION, KIND_CLEARANCE_POLICY, false},
		{KEY_STATION, KIND_CLEARANCE, true},
		{KEY_HOLDER, KIND_CLEARANCE, false},
	};
	struct people_state state;
	NEED(state_open(&state));
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		state.purpose = rows[i].purpose;
		uint16_t code = state_say_bytes(&state, HOSPITAL, rows[i].kind, span_of("\xa0", 1));
		CHECK_ROW(code == (rows[i].may ? OUTCOME_NOT_WELL_FORMED : OUTCOME_KEY_PURPOSE),
			"row %zu: %s", i, outcome_word(code));
	}
	state_close(&state);
}

/* Reads the standing of index 0 of list L. */
static struct standing standing_of(struct people_state *state, int64_t at_ms, uint64_t final_size)
{
	struct standing standing = {.said_ms = -1};
	if (standing_read(state->table, state_id('L', STATUS_LIST_ID).at, 0, at_ms, final_size,
		    &standing, NULL))
		standing.said_ms = -2;
	return standing;
}

TEST(bad_news_counts_at_once_and_good_news_when_final)
{
	struct people_state state;
	NEED(state_open(&state));
	struct standing now = standing_of(&state, STATE_TIME, 100);
	CHECK(now.status == RECORD_UNKNOWN && now.said_ms == 0);
	NEED(!state_attest(&state, HOSPITAL, ISSUER_EMPLOYER, 'a', 'L', 0)); /* position 2 */
	CHECK(standing_of(&state, STATE_TIME, 2).status == RECORD_UNKNOWN);
	CHECK(standing_of(&state, STATE_TIME, 3).status == RECORD_VALID);
	state.time_ms += HOUR_MS;
	NEED(!state_status(&state, HOSPITAL, 'L', 0, RECORD_SUSPENDED, STATUS_REASON_SOURCE));
	now = standing_of(&state, state.time_ms, 3); /* position 3 is not final */
	CHECK(now.status == RECORD_SUSPENDED && now.position == 3);
	CHECK(now.said_ms == STATE_TIME + HOUR_MS);
	state.time_ms += HOUR_MS;
	NEED(!state_status(&state, HOSPITAL, 'L', 0, RECORD_VALID, STATUS_REASON_REINSTATED));
	CHECK(standing_of(&state, state.time_ms, 4).status == RECORD_SUSPENDED);
	CHECK(standing_of(&state, state.time_ms, 5).status == RECORD_VALID);
	/* A change that others saw does not soften the suspension below the reinstatement. */
	state.time_ms += HOUR_MS;
	union kind_body body = {.observed_change = {.list = state_id('L', STATUS_LIST_ID)}};
	NEED(!state_say(&state, AGENCY, KIND_OBSERVED_CHANGE, &body));
	CHECK(standing_of(&state, state.time_ms, 4).status == RECORD_SUSPENDED);
	now = standing_of(&state, state.time_ms, 5);
	CHECK(now.status == RECORD_UNKNOWN && now.position == 5);
	CHECK(now.said_ms == STATE_TIME + 2 * HOUR_MS); /* last known to be valid */
	/* The list as a whole does not mend it; the record alone does. */
	state.time_ms += HOUR_MS;
	body.record_status = (struct record_status_body){.list = state_id('L', STATUS_LIST_ID),
		.effective_ms = state.time_ms,
		.reason = STATUS_REASON_CONFIRMED};
	NEED(!state_say(&state, HOSPITAL, KIND_STATUS, &body));
	now = standing_of(&state, state.time_ms, 100);
	CHECK(now.status == RECORD_UNKNOWN && now.said_ms == STATE_TIME + 2 * HOUR_MS);
	NEED(!state_status(&state, HOSPITAL, 'L', 0, RECORD_VALID, STATUS_REASON_CONFIRMED));
	CHECK(standing_of(&state, state.time_ms, 100).status == RECORD_VALID);
	/* The same for every past moment. */
	CHECK(standing_of(&state, STATE_TIME - 1, 100).status == RECORD_UNKNOWN);
	CHECK(standing_of(&state, STATE_TIME, 100).status == RECORD_VALID);
	CHECK(standing_of(&state, STATE_TIME + HOUR_MS, 100).status == RECORD_SUSPENDED);
	CHECK(standing_of(&state, STATE_TIME + 2 * HOUR_MS, 100).status == RECORD_VALID);
	CHECK(standing_of(&state, STATE_TIME + 3 * HOUR_MS, 100).status == RECORD_UNKNOWN);
	state_close(&state);
}

TEST(a_confirmed_list_makes_its_valid_records_younger)
{
	struct people_state state;
	NEED(state_open(&state));
	NEED(!state_attest(&state, HOSPITAL, ISSUER_EMPLOYER, 'a', 'L', 0));
	NEED(!state_attest(&state, HOSPITAL, ISSUER_EMPLOYER, 'b', 'L', 1));
	state.time_ms += DAY_MS;
	union kind_body body = {.record_status = {.list = state_id('L', STATUS_LIST_ID),
					.effective_ms = state.time_ms - HOUR_MS,
					.reason = STATUS_REASON_CONFIRMED}};
	NEED(!state_say(&state, HOSPITAL, KIND_STATUS, &body)); /* position 4 */
	CHECK(standing_of(&state, state.time_ms, 4).said_ms == STATE_TIME);
	CHECK(standing_of(&state, state.time_ms, 5).said_ms == state.time_ms - HOUR_MS);
	CHECK(standing_of(&state, state.time_ms - 1, 5).said_ms == STATE_TIME);
	/* A clock that runs ahead does not make it younger than ledger time. */
	state.time_ms += DAY_MS;
	body.record_status.effective_ms = state.time_ms + 60000;
	NEED(!state_say(&state, HOSPITAL, KIND_STATUS, &body));
	CHECK(standing_of(&state, state.time_ms, 100).said_ms == state.time_ms);
	/* What changed after the confirmation is not covered by it. */
	state.time_ms += DAY_MS;
	NEED(!state_status(&state, HOSPITAL, 'L', 0, RECORD_SUSPENDED, STATUS_REASON_SOURCE));
	state.time_ms += DAY_MS;
	NEED(!state_status(&state, HOSPITAL, 'L', 0, RECORD_VALID, STATUS_REASON_REINSTATED));
	CHECK(standing_of(&state, state.time_ms, 100).said_ms == state.time_ms);
	state_close(&state);
}

TEST(a_dispute_is_shown_and_changes_nothing)
{
	struct people_state state;
	NEED(state_open(&state));
	NEED(!state_attest(&state, HOSPITAL, ISSUER_EMPLOYER, 'a', 'L', 0));
	state.time_ms += HOUR_MS;
	union kind_body body = {.dispute = {.list = state_id('L', STATUS_LIST_ID),
					.state = DISPUTE_OPENED,
					.due_days = 28}};
	NEED(!state_say(&state, AGENCY, KIND_DISPUTE, &body));
	struct standing now = standing_of(&state, state.time_ms, 100);
	CHECK(now.status == RECORD_VALID && now.is_disputed);
	CHECK(now.dispute_due_ms == state.time_ms + 28 * DAY_MS);
	CHECK(!standing_of(&state, state.time_ms - 1, 100).is_disputed);
	state.time_ms += HOUR_MS;
	body.dispute.state = DISPUTE_REJECTED;
	NEED(!state_say(&state, HOSPITAL, KIND_DISPUTE, &body));
	CHECK(!standing_of(&state, state.time_ms, 100).is_disputed);
	CHECK(standing_of(&state, state.time_ms - 1, 100).is_disputed);
	state_close(&state);
}

TEST(superseding_counts_when_final)
{
	struct people_state state;
	struct attestation row;
	NEED(state_open(&state));
	NEED(!state_attest(&state, HOSPITAL, ISSUER_EMPLOYER, 'a', 'L', 0));
	NEED(!state_attest(&state, HOSPITAL, ISSUER_EMPLOYER, 'b', 'L', 1));
	NEED(!attestation_find(state.table, state_id('a', 32).at, &row, NULL));
	CHECK(!row.is_superseded && row.position == 2 && row.quarter == 2027 * 4);
	CHECK(row.issuer_class == ISSUER_EMPLOYER && row.index == 0);
	state.time_ms += HOUR_MS;
	union kind_body body = {.supersede = {.old_commitment = state_id('a', 32),
					.new_commitment = state_id('b', 32),
					.reason = SUPERSEDE_CORRECTION}};
	NEED(!state_say(&state, HOSPITAL, KIND_SUPERSEDE, &body)); /* position 4 */
	NEED(!attestation_find(state.table, state_id('a', 32).at, &row, NULL));
	CHECK(row.is_superseded && memcmp(row.successor, state_id('b', 32).at, 32) == 0);
	CHECK(attestation_is_superseded(&row, state.time_ms, 5));
	CHECK(!attestation_is_superseded(&row, state.time_ms, 4));
	CHECK(!attestation_is_superseded(&row, state.time_ms - 1, 5));
	CHECK(attestation_find(state.table, state_id('z', 32).at, &row, NULL) == ERR_NOT_FOUND);
	state_close(&state);
}

TEST(quarters_round_the_expiry_up)
{
	static const struct {
		const char *day;
		uint16_t quarter;
		const char *last;
	} rows[] = {
		{"2026-01-01", 2026 * 4, "2026-03-31"},
		{"2026-03-31", 2026 * 4, "2026-03-31"},
		{"2026-04-01", 2026 * 4 + 1, "2026-06-30"},
		{"2026-11-03", 2026 * 4 + 3, "2026-12-31"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		int32_t day;
		char last[CIVIL_DAY_SIZE];
		NEED(!civil_parse_day(span_text(rows[i].day), &day, NULL));
		CHECK_ROW(quarter_of_day(day) == rows[i].quarter, "row %zu", i);
		civil_print_day(quarter_last_day(rows[i].quarter), last);
		CHECK_ROW(strcmp(last, rows[i].last) == 0, "row %zu: %s", i, last);
	}
}

/* Everything an attestation leaves in the tables is of fixed form: numbers, random bytes. A name
 * or number planted in a document cannot get there, because the body has no field for it. */
TEST(bodies_have_no_room_for_text)
{
	static const unsigned kinds[] = {KIND_ATTESTATION, KIND_STATUS, KIND_OBSERVED_CHANGE,
		KIND_SUPERSEDE, KIND_DISPUTE, KIND_CLEARANCE};
	struct people_state state;
	NEED(state_open(&state));
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		for (uint64_t field = 1; field <= 12; field++) {
			struct buf buf;
			uint8_t memory[64];
			buf_over(&buf, memory, sizeof memory);
			cbor_put_map(&buf, 1);
			cbor_put_uint(&buf, field);
			cbor_put_text(&buf, span_text("Ada Sample"));
			uint16_t code = state_say_bytes(&state, HOSPITAL, kinds[i], buf_span(&buf));
			CHECK_ROW(code == OUTCOME_NOT_WELL_FORMED, "kind %u field %u: %s", kinds[i],
				(unsigned)field, outcome_word(code));
		}
	for (unsigned id = TABLE_APP_FIRST; id <= TABLE_ID_MAX; id++)
		CHECK(memory_count(state.memory, id) == 0);
	state_close(&state);
}

TAP_MAIN(CASE(accepts_and_refuses_what_members_say_of_records),
	CASE(stations_and_holders_say_only_their_part),
	CASE(bad_news_counts_at_once_and_good_news_when_final),
	CASE(a_confirmed_list_makes_its_valid_records_younger),
	CASE(a_dispute_is_shown_and_changes_nothing), CASE(superseding_counts_when_final),
	CASE(quarters_round_the_expiry_up), CASE(bodies_have_no_room_for_text))
