#include "tests/tap.h"
#include "tests/unit/staff_world.h"

#include "appliance/people/status_credential.h"
#include "appliance/people/status_cwt.h"

TEST(a_badge_leads_to_its_person_and_can_be_revoked_alone)
{
	struct world *world = world_open();
	uint8_t person[VAULT_ID_SIZE];
	char text[BADGE_TEXT_SIZE];
	struct staff_statement statement;
	struct staff_badge_seen seen;
	struct fault fault = {0};
	NEED(world && add_person(world, HOSPITAL, "Ada Sample", person));
	struct office *office = &world->office[HOSPITAL];
	struct office *agency = &world->office[AGENCY];
	struct staff_moment moment = moment_now(world);
	CHECK(staff_badge(office->staff, &office->party, &moment, person, WORK_PHARMACIST, 91, text,
		      &statement, &fault) == ERR_RANGE);
	CHECK_ROW(!staff_badge(office->staff, &office->party, &moment, person, WORK_PHARMACIST, 90,
			  text, &statement, &fault),
		"%s", fault.text);
	NEED(!state_it(world, HOSPITAL, &statement));
	moment = moment_now(world);
	NEED(!staff_badge_read(
		office->staff, &office->party, &moment, span_text(text), &seen, &fault));
	CHECK(seen.is_own && memcmp(seen.person, person, VAULT_ID_SIZE) == 0 && seen.is_in_date);
	CHECK(seen.standing.status == RECORD_VALID && seen.badge.has_photo);
	CHECK(strcmp(seen.badge.name, "Ada Sample") == 0);
	/* Elsewhere: the record is told, not the person. */
	NEED(!staff_badge_read(
		agency->staff, &agency->party, &moment, span_text(text), &seen, &fault));
	CHECK(!seen.is_own && seen.standing.status == RECORD_VALID);
	NEED(!staff_status_body(&moment, statement.commitment, RECORD_REVOKED, STATUS_REASON_HOLDER,
		&statement, NULL));
	NEED(!state_it(world, HOSPITAL, &statement));
	NEED(!staff_badge_read(
		agency->staff, &agency->party, &moment, span_text(text), &seen, &fault));
	CHECK(seen.standing.status == RECORD_REVOKED);
	moment.at_ms += 91 * DAY_MS;
	NEED(!staff_badge_read(
		office->staff, &office->party, &moment, span_text(text), &seen, &fault));
	CHECK(!seen.is_in_date);
	/* Signed with somebody else's key under this name. */
	struct staff_party forger = office->party;
	memcpy(forger.key, agency->party.key, SIGN_PUBLIC);
	forger.message = agency->party.message;
	NEED(!staff_badge(office->staff, &forger, &moment, person, WORK_PHARMACIST, 1, text,
		&statement, &fault));
	CHECK(staff_badge_read(office->staff, &office->party, &moment, span_text(text), &seen,
		      &fault) == ERR_KEY);
	world_close(world);
}

/* Makes a badge as the agency that hangs on an entry of any list. */
static bool hanging_badge(struct world *world, const uint8_t list[STATUS_LIST_ID], uint32_t index,
	char text[BADGE_TEXT_SIZE])
{
	struct staff_party *agency = &world->office[AGENCY].party;
	struct badge badge = {.issued_s = world->state.time_ms / 1000, .role = WORK_NURSE};
	badge.expires_s = badge.issued_s + 3600;
	badge.status.index = index;
	memcpy(badge.issuer, agency->member, strlen(agency->member) + 1);
	return !staff_status_uri(agency, list, badge.status.uri, NULL) &&
	       !badge_make(&badge, agency->key, &agency->message, text, NULL);
}

TEST(a_badge_that_hangs_on_anothers_list_is_unknown)
{
	static const struct {
		char list;
		uint32_t index;
		enum record_status status;
	} rows[] = {
		{'M', 0, RECORD_VALID}, /* the agency's own */
		{'M', 1, RECORD_UNKNOWN}, /* no such entry */
		{'L', 0, RECORD_UNKNOWN}, /* the hospital's, and valid */
		{'Z', 0, RECORD_UNKNOWN}, /* nobody's */
	};
	struct world *world = world_open();
	NEED(world && !state_attest(&world->state, HOSPITAL, ISSUER_EMPLOYER, 'a', 'L', 0));
	NEED(!state_attest(&world->state, AGENCY, ISSUER_AGENCY, 'b', 'M', 0));
	struct office *office = &world->office[HOSPITAL];
	struct staff_moment moment = moment_now(world);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char text[BADGE_TEXT_SIZE];
		struct staff_badge_seen seen;
		NEED(hanging_badge(
			world, state_id(rows[i].list, STATUS_LIST_ID).at, rows[i].index, text));
		NEED(!staff_badge_read(
			office->staff, &office->party, &moment, span_text(text), &seen, NULL));
		CHECK_ROW(seen.standing.status == rows[i].status, "row %zu: %s", i,
			code_word(CODES_STATUS, seen.standing.status));
	}
	world_close(world);
}

/* The bit of an entry in the published list of one purpose. */
static uint8_t bit_of(
	const struct world *world, struct span statuses, enum status_purpose purpose, size_t index)
{
	const struct staff_party *party = &world->office[HOSPITAL].party;
	struct status_credential list = {.uri = "https://hospital.example/status/7",
		.purpose = purpose,
		.valid_from_ms = world->state.time_ms,
		.valid_until_ms = world->state.time_ms + DAY_MS};
	struct status_credential back;
	struct buf document, bits;
	uint8_t bit = 9;
	memcpy(list.issuer_key, party->key, SIGN_PUBLIC);
	buf_init(&document, STATUS_TEXT_MAX);
	buf_init(&bits, STATUS_COUNT_MAX);
	if (!status_credential_make(&list, statuses, &party->document, &document, NULL) &&
		!status_credential_read(buf_span(&document), &back, &bits, NULL))
		bit = bits.at[index];
	buf_close(&document);
	buf_close(&bits);
	return bit;
}

TEST(both_published_forms_of_one_list_say_what_the_ledger_says)
{
	static const struct {
		enum record_status now, read; /* on the ledger, from the token */
		uint8_t revoked, suspended; /* bits */
	} rows[] = {
		{RECORD_VALID, RECORD_VALID, 0, 0}, {RECORD_SUSPENDED, RECORD_SUSPENDED, 0, 1},
		{RECORD_REVOKED, RECORD_REVOKED, 1, 0},
		{RECORD_UNKNOWN, RECORD_UNKNOWN, 0, 1}, /* somebody saw a change: never valid */
	};
	struct world *world = world_open();
	struct buf statuses, packed, back;
	union kind_body seen = {.observed_change = {.list = state_id('L', 16), .index = 3}};
	buf_init(&statuses, 100);
	buf_init(&packed, 1000);
	buf_init(&back, 1000);
	NEED(world);
	for (uint32_t i = 0; i < 4; i++)
		NEED(!state_attest(
			&world->state, HOSPITAL, ISSUER_EMPLOYER, (char)('a' + i), 'L', i));
	NEED(!state_status(
		&world->state, HOSPITAL, 'L', 1, RECORD_SUSPENDED, STATUS_REASON_SOURCE));
	NEED(!state_status(&world->state, HOSPITAL, 'L', 2, RECORD_REVOKED, STATUS_REASON_ERROR));
	NEED(!state_say(&world->state, AGENCY, KIND_OBSERVED_CHANGE, &seen));
	struct staff_moment moment = moment_now(world);
	NEED(!staff_list_statuses(&moment, state_id('L', 16).at, &statuses, NULL));
	NEED(!status_token_make(buf_span(&statuses), STATUS_CWT_BITS, &packed, NULL));
	NEED(!status_token_read(buf_span(&packed), STATUS_CWT_BITS, &back, NULL));
	for (uint32_t i = 0; i < 4; i++) {
		struct standing now;
		NEED(!standing_read(moment.table, state_id('L', 16).at, i, moment.at_ms,
			moment.final_size, &now, NULL));
		CHECK_ROW(now.status == rows[i].now, "entry %u", i);
		CHECK_ROW(record_of_status(back.at[i]) == rows[i].read, "entry %u", i);
		CHECK_ROW(
			bit_of(world, buf_span(&statuses), STATUS_REVOCATION, i) == rows[i].revoked,
			"entry %u", i);
		CHECK_ROW(bit_of(world, buf_span(&statuses), STATUS_SUSPENSION, i) ==
				  rows[i].suspended,
			"entry %u", i);
	}
	buf_close(&statuses);
	buf_close(&packed);
	buf_close(&back);
	world_close(world);
}

TEST(a_list_is_published_as_the_ledger_has_it)
{
	struct world *world = world_open();
	uint8_t person[VAULT_ID_SIZE];
	uint8_t commitments[CHECKS][COMMITMENT_SIZE];
	uint8_t list[STATUS_LIST_ID];
	uint32_t used;
	struct staff_statement statement;
	struct buf statuses;
	buf_init(&statuses, 1000);
	NEED(world && add_person(world, HOSPITAL, "Ada Sample", person));
	NEED(record_all(world, person, CHECKS, commitments));
	struct office *office = &world->office[HOSPITAL];
	struct staff_moment moment = moment_now(world);
	NEED(!staff_status_body(
		&moment, commitments[1], RECORD_SUSPENDED, STATUS_REASON_SOURCE, &statement, NULL));
	NEED(!state_it(world, HOSPITAL, &statement));
	NEED(!staff_status_body(
		&moment, commitments[3], RECORD_REVOKED, STATUS_REASON_ERROR, &statement, NULL));
	NEED(!state_it(world, HOSPITAL, &statement));
	NEED(!vault_list_next(
		staff_vault(office->staff), office->party.name, NULL, list, &used, NULL));
	CHECK(used == CHECKS);
	union kind_body body = {
		.observed_change = {.list = span_of(list, STATUS_LIST_ID), .index = 4}};
	NEED(!state_say(&world->state, AGENCY, KIND_OBSERVED_CHANGE, &body));
	moment = moment_now(world);
	moment.final_size = world->state.position - 4; /* the newest attestation is not final */
	NEED(!staff_list_statuses(&moment, list, &statuses, NULL));
	static const uint8_t expected[CHECKS] = {STATUS_VALID, STATUS_SUSPENDED, STATUS_VALID,
		STATUS_INVALID, STATUS_CHECK_NOW, STATUS_CHECK_NOW};
	CHECK(span_equal(buf_span(&statuses), span_of(expected, CHECKS)));
	staff_confirm_body(&moment, list, &statement);
	CHECK(state_it(world, HOSPITAL, &statement) == OUTCOME_ACCEPTED);
	list[0] ^= 1;
	CHECK(staff_list_statuses(&moment, list, &statuses, NULL) == ERR_NOT_FOUND);
	buf_close(&statuses);
	world_close(world);
}

TEST(addresses_of_lists_read_back)
{
	static const struct {
		const char *uri;
		enum err err;
	} rows[] = {
		{"https://hospital.example/status/000102030405060708090a0b0c0d0e0f", OK},
		{"https://hospital.example/status/000102030405060708090a0b0c0d0e0", ERR_FORMAT},
		{"https://hospital.example/status/000102030405060708090a0b0c0d0e0g", ERR_FORMAT},
		{"https://hospital.example/state/000102030405060708090a0b0c0d0e0f", ERR_FORMAT},
		{"/status/000102030405060708090a0b0c0d0e0f", ERR_FORMAT},
		{"", ERR_FORMAT},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint8_t list[STATUS_LIST_ID];
		enum err err = staff_status_list(rows[i].uri, list, NULL);
		CHECK_ROW(err == rows[i].err, "row %zu: %s", i, err_name(err));
		if (err)
			continue;
		struct staff_party party = {.status_base = "https://hospital.example"};
		char uri[STATUS_URI_MAX + 1];
		CHECK(!staff_status_uri(&party, list, uri, NULL) && strcmp(uri, rows[i].uri) == 0);
	}
}

TAP_MAIN(CASE(a_badge_leads_to_its_person_and_can_be_revoked_alone),
	CASE(a_badge_that_hangs_on_anothers_list_is_unknown),
	CASE(both_published_forms_of_one_list_say_what_the_ledger_says),
	CASE(a_list_is_published_as_the_ledger_has_it), CASE(addresses_of_lists_read_back))
