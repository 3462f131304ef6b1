#include "tests/tap.h"
#include "tests/unit/staff_world.h"

TEST(anothers_check_is_imported_if_the_ledger_bears_it_out)
{
	struct world *world = world_open();
	uint8_t theirs[VAULT_ID_SIZE];
	uint8_t ours[VAULT_ID_SIZE];
	uint8_t commitments[CHECKS][COMMITMENT_SIZE];
	struct staff_issued issued;
	struct staff_imported imported;
	struct fault fault = {0};
	NEED(world && publish_policy(world));
	NEED(add_person(world, AGENCY, "Ada Sample", theirs));
	NEED(add_person(world, HOSPITAL, "Ada Specimen", ours));
	NEED(record_all(world, ours, REGISTRATION, commitments));
	struct staff_moment moment = moment_now(world);
	CHECK(ask(world, &moment, ours) == CLEARANCE_NOT_CLEARED);
	NEED(!record(world, AGENCY, theirs, pharmacist_checks[REGISTRATION], "hospital.example",
		&issued, &fault));
	struct office *office = &world->office[HOSPITAL];
	struct span document = buf_span(&issued.document);
	uint8_t other_r[COMMITMENT_KEY_SIZE] = {1};
	CHECK(staff_import(office->staff, &office->party, &moment, ours, document, issued.r,
		      &imported, &fault) == ERR_UNSURE); /* the moment is older */
	moment = moment_now(world);
	CHECK(staff_import(office->staff, &office->party, &moment, ours, document, other_r,
		      &imported, &fault) == ERR_PROOF);
	char *changed = strndup((const char *)document.at, document.size);
	NEED(changed);
	memcpy(strstr(changed, "2999991"), "2999992", 7);
	CHECK(staff_import(office->staff, &office->party, &moment, ours, span_text(changed),
		      issued.r, &imported, &fault) == ERR_SIGNATURE);
	free(changed);
	CHECK_ROW(!staff_import(office->staff, &office->party, &moment, ours, document, issued.r,
			  &imported, &fault),
		"%s", fault.text);
	CHECK(imported.name_differs && imported.dropped[0] == '\0');
	CHECK(imported.position == world->state.position - 1);
	CHECK(staff_import(office->staff, &office->party, &moment, ours, document, issued.r,
		      &imported, &fault) == ERR_EXISTS);
	CHECK(ask(world, &moment, ours) == CLEARANCE_CLEARED);
	CHECK(says(world, "met",
		"professional registration: GPhC register looked up by agency.example on "
		"30 Oct 2026"));
	buf_close(&issued.document);
	/* Their right to work check comes over and does not count. */
	NEED(!record(
		world, AGENCY, theirs, pharmacist_checks[1], "hospital.example", &issued, &fault));
	moment = moment_now(world);
	CHECK(!staff_import(office->staff, &office->party, &moment, ours,
		buf_span(&issued.document), issued.r, &imported, &fault));
	buf_close(&issued.document);
	struct staff_statement statement;
	NEED(!staff_status_body(
		&moment, commitments[1], RECORD_REVOKED, STATUS_REASON_LAPSED, &statement, NULL));
	NEED(!state_it(world, HOSPITAL, &statement));
	moment = moment_now(world);
	CHECK(ask(world, &moment, ours) == CLEARANCE_NOT_CLEARED);
	/* Revoked ones do not come over any more. */
	NEED(!record(world, AGENCY, theirs, pharmacist_checks[5], NULL, &issued, &fault));
	NEED(!staff_status_body(&moment, issued.statement.commitment, RECORD_REVOKED,
		STATUS_REASON_ERROR, &statement, NULL));
	NEED(!state_it(world, AGENCY, &statement));
	moment = moment_now(world);
	CHECK(staff_import(office->staff, &office->party, &moment, ours, buf_span(&issued.document),
		      issued.r, &imported, &fault) == ERR_REFUSED);
	buf_close(&issued.document);
	world_close(world);
}

TEST(what_came_later_does_not_change_the_answer_for_the_past)
{
	struct world *world = world_open();
	uint8_t theirs[VAULT_ID_SIZE];
	uint8_t ours[VAULT_ID_SIZE];
	uint8_t commitments[CHECKS][COMMITMENT_SIZE];
	struct staff_issued issued, own;
	struct staff_imported imported;
	struct fault fault = {0};
	NEED(world && publish_policy(world));
	NEED(add_person(world, AGENCY, "Ada Sample", theirs));
	NEED(add_person(world, HOSPITAL, "Ada Sample", ours));
	NEED(record_all(world, ours, REGISTRATION, commitments));
	/* The agency attests on Monday, the hospital hears of it on Tuesday. */
	NEED(!record(world, AGENCY, theirs, pharmacist_checks[REGISTRATION], "hospital.example",
		&issued, &fault));
	struct staff_moment monday = moment_now(world);
	CHECK(ask(world, &monday, ours) == CLEARANCE_NOT_CLEARED);
	CHECK(says(world, "not_met", "professional registration: no check recorded"));
	world->state.time_ms += DAY_MS;
	struct staff_moment tuesday = moment_now(world);
	struct office *office = &world->office[HOSPITAL];
	NEED(!staff_import(office->staff, &office->party, &tuesday, ours,
		buf_span(&issued.document), issued.r, &imported, &fault));
	CHECK(ask(world, &tuesday, ours) == CLEARANCE_CLEARED);
	/* Asked again, with all that is known and final by now. */
	monday.applied_size = monday.final_size = tuesday.final_size;
	CHECK(ask(world, &monday, ours) == CLEARANCE_NOT_CLEARED);
	CHECK(says(world, "not_met", "professional registration: no check recorded"));
	/* Nor does a check of one's own that was attested later, though it was made before. */
	NEED(!staff_status_body(&tuesday, imported.commitment, RECORD_REVOKED, STATUS_REASON_LAPSED,
		&own.statement, NULL));
	NEED(!state_it(world, AGENCY, &own.statement));
	world->state.time_ms += DAY_MS;
	NEED(!record(world, HOSPITAL, ours, pharmacist_checks[REGISTRATION], NULL, &own, &fault));
	struct staff_moment wednesday = moment_now(world);
	monday.applied_size = monday.final_size = wednesday.final_size;
	CHECK(ask(world, &monday, ours) == CLEARANCE_NOT_CLEARED);
	CHECK(says(world, "not_met", "professional registration: no check recorded"));
	buf_close(&issued.document);
	buf_close(&own.document);
	world_close(world);
}

TEST(a_change_that_another_saw_makes_it_unsure_until_the_source_has_looked)
{
	struct world *world = world_open();
	uint8_t ours[VAULT_ID_SIZE];
	uint8_t commitments[CHECKS][COMMITMENT_SIZE];
	struct staff_statement statement;
	struct attestation row;
	NEED(world && publish_policy(world));
	NEED(add_person(world, HOSPITAL, "Ada Sample", ours));
	NEED(record_all(world, ours, CHECKS, commitments));
	struct staff_moment moment = moment_now(world);
	CHECK(ask(world, &moment, ours) == CLEARANCE_CLEARED);
	/* Another organisation cannot suspend it. */
	NEED(!staff_status_body(&moment, commitments[REGISTRATION], RECORD_SUSPENDED,
		STATUS_REASON_SOURCE, &statement, NULL));
	CHECK(state_it(world, AGENCY, &statement) == REFUSED_NOT_YOUR_LIST);
	CHECK(state_it(world, REGISTER, &statement) == REFUSED_NOT_YOUR_LIST);
	moment = moment_now(world);
	CHECK(ask(world, &moment, ours) == CLEARANCE_CLEARED);
	/* It says what it saw: unknown, from when it is applied. */
	NEED(!attestation_find(moment.table, commitments[REGISTRATION], &row, NULL));
	union kind_body seen = {
		.observed_change = {.list = span_of(row.list, STATUS_LIST_ID), .index = row.index}};
	NEED(!state_say(&world->state, AGENCY, KIND_OBSERVED_CHANGE, &seen));
	moment = moment_now(world);
	moment.final_size--;
	CHECK(ask(world, &moment, ours) == CLEARANCE_CANNOT_TELL);
	CHECK(strcmp(staff_colour(&world->answer, true), "amber") == 0);
	/* The source looks: valid again when that is final. */
	NEED(!staff_status_body(&moment, commitments[REGISTRATION], RECORD_VALID,
		STATUS_REASON_CONFIRMED, &statement, NULL));
	NEED(!state_it(world, HOSPITAL, &statement));
	moment = moment_now(world);
	moment.final_size--;
	CHECK(ask(world, &moment, ours) == CLEARANCE_CANNOT_TELL);
	moment.final_size++;
	CHECK(ask(world, &moment, ours) == CLEARANCE_CLEARED);
	world_close(world);
}

/* A document as another program might make it: with members that its type may not have. */
static bool foreign_document(
	struct world *world, const uint8_t list[STATUS_LIST_ID], struct buf *text)
{
	struct office *agency = &world->office[AGENCY];
	struct credential credential;
	char method[DID_KEY_METHOD_SIZE];
	json_t *check = NULL;
	json_t *document = NULL;
	bool done = !jcs_parse(span_text(pharmacist_checks[4]), &check, NULL) &&
		    !staff_check_read(&agency->party, check, &credential, NULL);
	json_decref(check);
	if (!done)
		return false;
	credential.valid_from_ms = world->state.time_ms;
	credential.valid_until_ms = world->state.time_ms + 365 * DAY_MS;
	if (staff_status_uri(&agency->party, list, credential.status.uri, NULL) ||
		credential_to_json(&credential, &document, NULL))
		return false;
	json_t *inside = json_object_get(json_object_get(document, "credentialSubject"), "check");
	did_key_method_print(agency->party.key, method);
	done = !json_object_set_new(inside, "results", json_string("titre 12 mIU/mL")) &&
	       !json_object_set_new(inside, "notes", json_string("chatty")) &&
	       !integrity_sign(document, method, world->state.time_ms, agency->party.key,
		       &agency->party.document, NULL) &&
	       !jcs_print(document, text, NULL);
	json_decref(document);
	return done;
}

TEST(an_import_drops_what_its_type_may_not_say)
{
	struct world *world = world_open();
	uint8_t ours[VAULT_ID_SIZE];
	uint8_t r[COMMITMENT_KEY_SIZE] = {9};
	uint8_t commitment[COMMITMENT_SIZE];
	struct staff_imported imported;
	struct vault_document kept;
	struct fault fault = {0};
	struct buf text;
	struct buf bytes;
	buf_init(&text, 1 << 16);
	buf_init(&bytes, 1 << 16);
	NEED(world && add_person(world, HOSPITAL, "Ada Sample", ours));
	NEED(publish_policy(world));
	NEED(foreign_document(world, state_id('L', STATUS_LIST_ID).at, &text));
	NEED(!commitment_make(r, buf_span(&text), commitment, NULL));
	struct office *office = &world->office[HOSPITAL];
	struct staff_moment moment = moment_now(world);
	CHECK(staff_import(office->staff, &office->party, &moment, ours, buf_span(&text), r,
		      &imported, &fault) == ERR_PROOF); /* not attested */
	union kind_body body = {.attestation = {.issuer_class = ISSUER_AGENCY,
					.commitment = span_of(commitment, COMMITMENT_SIZE),
					.list = state_id('L', STATUS_LIST_ID)}};
	NEED(!state_say(&world->state, AGENCY, KIND_ATTESTATION, &body));
	moment = moment_now(world);
	CHECK_ROW(!staff_import(office->staff, &office->party, &moment, ours, buf_span(&text), r,
			  &imported, &fault),
		"%s", fault.text);
	CHECK_ROW(strstr(imported.dropped, "results") && strstr(imported.dropped, "notes"), "%s",
		imported.dropped);
	CHECK(!strstr(imported.dropped, "titre"));
	NEED(!vault_document_find(
		staff_vault(office->staff), office->party.name, commitment, &kept, &bytes, NULL));
	CHECK(!memmem(kept.document.at, kept.document.size, "titre", 5));
	CHECK(!memmem(kept.document.at, kept.document.size, "chatty", 6));
	/* It still counts for what it may say. */
	(void)ask(world, &moment, ours);
	CHECK(says(world, "met",
		"occupational health clearance: occupational health service confirmed directly to "
		"agency.example on 22 Oct 2026"));
	buf_close(&text);
	buf_close(&bytes);
	world_close(world);
}

TAP_MAIN(CASE(anothers_check_is_imported_if_the_ledger_bears_it_out),
	CASE(what_came_later_does_not_change_the_answer_for_the_past),
	CASE(a_change_that_another_saw_makes_it_unsure_until_the_source_has_looked),
	CASE(an_import_drops_what_its_type_may_not_say))
