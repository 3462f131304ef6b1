#include "tests/tap.h"
#include "tests/unit/staff_world.h"

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
	CASE(a_list_is_published_as_the_ledger_has_it), CASE(addresses_of_lists_read_back))
