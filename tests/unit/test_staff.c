#include "tests/tap.h"
#include "tests/unit/staff_world.h"

TEST(a_locum_is_cleared_suspended_and_judged_again_for_the_past)
{
	struct world *world = world_open();
	uint8_t person[VAULT_ID_SIZE];
	uint8_t commitments[CHECKS][COMMITMENT_SIZE];
	json_t *json;
	NEED(world && add_person(world, HOSPITAL, "Ada Sample", person));
	struct staff_moment moment = moment_now(world);
	struct office *office = &world->office[HOSPITAL];
	struct fault fault = {0};
	/* no policy yet */
	CHECK(staff_clearance(office->staff, &office->party, &moment, person, WORK_PHARMACIST,
		      SITE_HOSPITAL_PHARMACY, 0, &world->answer, &fault) == ERR_NOT_FOUND);
	CHECK(strstr(fault.text, "publish one first"));
	NEED(publish_policy(world));
	moment = moment_now(world);
	CHECK(ask(world, &moment, person) == CLEARANCE_NOT_CLEARED);
	CHECK(says(world, "not_met", "right to work: no check recorded"));
	NEED(record_all(world, person, CHECKS, commitments));
	/* attested, but not final yet */
	struct staff_moment early = moment_now(world);
	early.final_size -= CHECKS;
	CHECK(ask(world, &early, person) == CLEARANCE_CANNOT_TELL);
	moment = moment_now(world);
	CHECK(ask(world, &moment, person) == CLEARANCE_CLEARED);
	CHECK(says(world, "met",
		"professional registration: GPhC register looked up by hospital.example on "
		"30 Oct 2026"));
	NEED(!staff_answer_json(&world->answer, false, &json, NULL));
	CHECK(strcmp(json_string_value(json_object_get(json, "colour")), "amber") == 0);
	CHECK(strstr(json_string_value(json_object_get(json, "sentence")), "check photo ID"));
	/* 30 days from 30 October: to the end of 29 November */
	CHECK(strcmp(json_string_value(json_object_get(json, "until")),
		      "2026-11-30T00:00:00.000Z") == 0);
	json_decref(json);
	CHECK(strcmp(staff_colour(&world->answer, true), "green") == 0);
	/* the register suspends: at once, though not final */
	struct staff_statement statement;
	world->state.time_ms += HOUR_MS;
	struct staff_moment before = moment;
	moment = moment_now(world);
	CHECK(staff_status_body(&moment, commitments[REGISTRATION], RECORD_SUSPENDED,
		      STATUS_REASON_LAPSED, &statement, NULL) == ERR_RANGE);
	NEED(!staff_status_body(&moment, commitments[REGISTRATION], RECORD_SUSPENDED,
		STATUS_REASON_SOURCE, &statement, NULL));
	NEED(!state_it(world, HOSPITAL, &statement));
	moment = moment_now(world);
	moment.final_size--;
	CHECK(ask(world, &moment, person) == CLEARANCE_NOT_CLEARED);
	CHECK(says(world, "not_met",
		"professional registration: suspended (GPhC register looked up by hospital.example "
		"on 30 Oct 2026)"));
	CHECK(strcmp(staff_colour(&world->answer, true), "red") == 0);
	/* the same for the past moment; none for one ahead */
	CHECK(ask(world, &before, person) == CLEARANCE_CLEARED);
	before.at_ms = world->state.time_ms + HOUR_MS;
	CHECK(staff_clearance(office->staff, &office->party, &before, person, WORK_PHARMACIST,
		      SITE_HOSPITAL_PHARMACY, 0, &world->answer, &fault) == ERR_RANGE);
	/* a month later the look-up is too old, whatever its status */
	world->state.time_ms += 40 * DAY_MS;
	moment = moment_now(world);
	NEED(!staff_status_body(&moment, commitments[REGISTRATION], RECORD_VALID,
		STATUS_REASON_REINSTATED, &statement, NULL));
	NEED(!state_it(world, HOSPITAL, &statement));
	moment = moment_now(world);
	CHECK(ask(world, &moment, person) == CLEARANCE_CANNOT_TELL);
	CHECK(says(world, "unsure",
		"professional registration: 42 days old, at most 30 allowed (GPhC register looked "
		"up by hospital.example on 30 Oct 2026)"));
	world_close(world);
}

TEST(refuses_checks_that_are_not_in_order)
{
	static const struct {
		enum who who;
		const char *check;
		enum err err;
	} rows[] = {
		{HOSPITAL, "[]", ERR_FORMAT},
		{HOSPITAL, "{}", ERR_FORMAT},
		{HOSPITAL,
			"{\"checkType\":\"identity\",\"source\":\"identity_document\",\"method\":"
			"\"original_seen\",\"checkedOn\":\"2026-11-02\"}",
			ERR_RANGE},
		{HOSPITAL,
			"{\"checkType\":\"identity\",\"source\":\"identity_document\",\"method\":"
			"\"original_seen\",\"checkedOn\":\"2026-11-01\",\"level\":1}",
			ERR_SCOPE},
		{HOSPITAL,
			"{\"checkType\":\"right_to_work\",\"source\":\"home_office\",\"method\":"
			"\"share_code\",\"checkedOn\":\"2026-10-01\","
			"\"validThrough\":\"2026-10-31\"}",
			ERR_RANGE},
		{HOSPITAL,
			"{\"checkType\":\"identity\",\"source\":\"identity_document\",\"method\":"
			"\"original_seen\",\"checkedOn\":\"2026-11-01\"}",
			OK},
	};
	struct world *world = world_open();
	uint8_t person[VAULT_ID_SIZE];
	struct vault_document kept;
	struct buf bytes;
	NEED(world && add_person(world, HOSPITAL, "Ada Sample", person));
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct staff_issued issued = {0};
		struct fault fault = {0};
		enum err err =
			record(world, rows[i].who, person, rows[i].check, NULL, &issued, &fault);
		CHECK_ROW(err == rows[i].err, "row %zu: %s %s", i, err_name(err), fault.text);
		buf_close(&issued.document);
	}
	/* A member without the role signs nothing and keeps nothing. */
	struct office *office = &world->office[HOSPITAL];
	struct staff_moment moment = moment_now(world);
	struct staff_party maker = office->party;
	struct staff_issued issued;
	struct credential credential = {0};
	maker.member = "maker.example";
	CHECK(staff_record_check(office->staff, &maker, &moment, person, &credential, NULL, &issued,
		      NULL) == ERR_SCOPE);
	/* What the ledger refused is taken back. */
	buf_init(&bytes, 1 << 16);
	json_t *json = NULL;
	NEED(!jcs_parse(span_text(pharmacist_checks[0]), &json, NULL));
	NEED(!staff_check_read(&office->party, json, &credential, NULL));
	json_decref(json);
	NEED(!staff_record_check(
		office->staff, &office->party, &moment, person, &credential, NULL, &issued, NULL));
	buf_close(&issued.document);
	CHECK(!vault_document_find(staff_vault(office->staff), office->party.name,
		issued.statement.commitment, &kept, &bytes, NULL));
	CHECK(!staff_taken_back(office->staff, &office->party, issued.statement.commitment, NULL));
	CHECK(vault_document_find(staff_vault(office->staff), office->party.name,
		      issued.statement.commitment, &kept, &bytes, NULL) == ERR_NOT_FOUND);
	buf_close(&bytes);
	world_close(world);
}

TEST(decisions_are_recorded_with_what_was_decided_beside)
{
	struct world *world = world_open();
	uint8_t person[VAULT_ID_SIZE];
	uint8_t commitments[CHECKS][COMMITMENT_SIZE];
	struct staff_statement statement;
	struct fault fault = {0};
	NEED(world && publish_policy(world));
	NEED(add_person(world, HOSPITAL, "Ada Sample", person));
	struct office *office = &world->office[HOSPITAL];
	struct staff_moment moment = moment_now(world);
	CHECK(ask(world, &moment, person) == CLEARANCE_NOT_CLEARED);
	struct staff_override override = {.by = "hr.desk"};
	CHECK(!staff_decide(office->staff, &office->party, person, &world->answer, &override,
		&statement, &fault));
	CHECK(state_it(world, HOSPITAL, &statement) == OUTCOME_ACCEPTED);
	override.decision = OVERRIDE_LET_WORK;
	CHECK(staff_decide(office->staff, &office->party, person, &world->answer, &override,
		      &statement, &fault) == ERR_RANGE);
	override.reason = "Emergency cover, supervised throughout";
	CHECK(staff_decide(office->staff, &office->party, person, &world->answer, &override,
		      &statement, &fault) == ERR_RANGE);
	override.until_ms = world->state.time_ms + DAY_MS;
	CHECK(!staff_decide(office->staff, &office->party, person, &world->answer, &override,
		&statement, &fault));
	CHECK(state_it(world, HOSPITAL, &statement) == OUTCOME_ACCEPTED);
	struct recorded_decision decision;
	NEED(!recorded_decision_find(world->state.table, statement.commitment, &decision, NULL));
	CHECK(decision.result == CLEARANCE_NOT_CLEARED);
	CHECK(decision.override == OVERRIDE_LET_WORK);
	/* The reason is in the vault's document only, and the document is what was committed to. */
	struct vault_document kept;
	struct buf bytes;
	buf_init(&bytes, 1 << 16);
	NEED(!vault_document_find(staff_vault(office->staff), office->party.name,
		statement.commitment, &kept, &bytes, NULL));
	CHECK(memmem(kept.document.at, kept.document.size, "Emergency cover", 15));
	CHECK(commitment_verify(kept.r, kept.document, statement.commitment, NULL) == OK);
	buf_close(&bytes);
	/* When cleared there is nothing to let somebody do. */
	NEED(record_all(world, person, CHECKS, commitments));
	moment = moment_now(world);
	NEED(ask(world, &moment, person) == CLEARANCE_CLEARED);
	CHECK(staff_decide(office->staff, &office->party, person, &world->answer, &override,
		      &statement, &fault) == ERR_RANGE);
	override.decision = OVERRIDE_KEPT_FROM_WORK;
	CHECK(!staff_decide(office->staff, &office->party, person, &world->answer, &override,
		&statement, &fault));
	CHECK(state_it(world, HOSPITAL, &statement) == OUTCOME_ACCEPTED);
	world_close(world);
}

/* Whether bytes occur in any key or value of the application's tables. */
static bool tables_have(const struct table *table, struct span bytes)
{
	for (unsigned id = TABLE_APP_FIRST; id <= TABLE_ID_MAX; id++) {
		uint8_t after_memory[TABLE_KEY_MAX];
		struct span after = {0};
		struct span key;
		struct span value;
		while (!table_next(
			table, id, span_of("", 0), after, TABLE_UP, &key, &value, NULL)) {
			if (memmem(key.at, key.size, bytes.at, bytes.size) ||
				memmem(value.at, value.size, bytes.at, bytes.size))
				return true;
			memcpy(after_memory, key.at, key.size);
			after = span_of(after_memory, key.size);
		}
	}
	return false;
}

TEST(no_name_or_number_of_a_person_is_in_any_table)
{
	struct world *world = world_open();
	uint8_t person[VAULT_ID_SIZE];
	uint8_t pseudonym[PERSON_SIZE];
	uint8_t commitments[CHECKS][COMMITMENT_SIZE];
	char text[BADGE_TEXT_SIZE];
	struct staff_statement statement;
	NEED(world && publish_policy(world));
	NEED(add_person(world, HOSPITAL, "Ada Sample", person));
	NEED(record_all(world, person, CHECKS, commitments));
	struct office *office = &world->office[HOSPITAL];
	struct staff_moment moment = moment_now(world);
	NEED(!staff_badge(office->staff, &office->party, &moment, person, WORK_PHARMACIST, 30, text,
		&statement, NULL));
	NEED(!state_it(world, HOSPITAL, &statement));
	NEED(ask(world, &moment, person) == CLEARANCE_CLEARED);
	struct staff_override override = {.by = "hr.desk"};
	NEED(!staff_decide(office->staff, &office->party, person, &world->answer, &override,
		&statement, NULL));
	NEED(!state_it(world, HOSPITAL, &statement));
	NEED(!vault_pseudonym(staff_vault(office->staff), office->party.name, person,
		office->party.member, pseudonym, NULL));
	/* what is there, so that the search can find something */
	CHECK(tables_have(world->state.table, span_of(commitments[0], COMMITMENT_SIZE)));
	CHECK(tables_have(world->state.table, span_of(statement.commitment, COMMITMENT_SIZE)));
	CHECK(!tables_have(world->state.table, span_text("Ada")));
	CHECK(!tables_have(world->state.table, span_text("Sample")));
	CHECK(!tables_have(world->state.table, span_text("2999991")));
	CHECK(!tables_have(world->state.table, span_text("hr.desk")));
	CHECK(!tables_have(world->state.table, span_of(person, VAULT_ID_SIZE)));
	CHECK(!tables_have(world->state.table, span_of(pseudonym, PERSON_SIZE)));
	world_close(world);
}

TEST(erasing_revokes_what_was_attested_and_leaves_noise)
{
	struct world *world = world_open();
	uint8_t person[VAULT_ID_SIZE];
	uint8_t commitments[CHECKS][COMMITMENT_SIZE];
	char text[BADGE_TEXT_SIZE];
	char old[BADGE_TEXT_SIZE];
	struct staff_statement statement;
	struct staff_erased erased;
	struct staff_badge_seen seen;
	NEED(world && publish_policy(world));
	NEED(add_person(world, HOSPITAL, "Ada Sample", person));
	NEED(record_all(world, person, CHECKS, commitments));
	struct office *office = &world->office[HOSPITAL];
	struct staff_moment moment = moment_now(world);
	NEED(!staff_badge(office->staff, &office->party, &moment, person, WORK_PHARMACIST, 30, text,
		&statement, NULL));
	NEED(!state_it(world, HOSPITAL, &statement));
	NEED(!staff_status_body(
		&moment, commitments[0], RECORD_REVOKED, STATUS_REASON_ERROR, &statement, NULL));
	NEED(!state_it(world, HOSPITAL, &statement));
	/* a badge of yesterday ended by itself */
	NEED(!staff_badge(office->staff, &office->party, &moment, person, WORK_PHARMACIST, 1, old,
		&statement, NULL));
	NEED(!state_it(world, HOSPITAL, &statement));
	world->state.time_ms += DAY_MS;
	moment = moment_now(world);
	NEED(!staff_erase(office->staff, &office->party, &moment, person, &erased, NULL));
	CHECK(erased.vault.checks == CHECKS && erased.vault.badges == 2);
	CHECK(erased.revoke_count == CHECKS); /* five checks and the badge; one was revoked */
	for (size_t i = 0; i < erased.revoke_count; i++)
		CHECK_ROW(
			state_it(world, HOSPITAL, &erased.revoke[i]) == OUTCOME_ACCEPTED, "%zu", i);
	free(erased.revoke);
	moment = moment_now(world);
	CHECK(staff_clearance(office->staff, &office->party, &moment, person, WORK_PHARMACIST,
		      SITE_HOSPITAL_PHARMACY, 0, &world->answer, NULL) == ERR_NOT_FOUND);
	NEED(!staff_badge_read(
		office->staff, &office->party, &moment, span_text(text), &seen, NULL));
	CHECK(!seen.is_own && seen.standing.status == RECORD_REVOKED);
	world_close(world);
}

TAP_MAIN(CASE(a_locum_is_cleared_suspended_and_judged_again_for_the_past),
	CASE(refuses_checks_that_are_not_in_order),
	CASE(decisions_are_recorded_with_what_was_decided_beside),
	CASE(no_name_or_number_of_a_person_is_in_any_table),
	CASE(erasing_revokes_what_was_attested_and_leaves_noise))
