#include "appliance/people/staff.h"

#include "appliance/people/integrity.h"
#include "appliance/people/jcs.h"
#include "appliance/people/multikey.h"
#include "appliance/people/policy_file.h"
#include "appliance/people/status_list.h"
#include "tests/tap.h"
#include "tests/unit/people_state.h"

#include <dirent.h>
#include <unistd.h>

/* Two organisations with a vault each, on one ledger. */
enum { OFFICES = 2 };

struct office {
	char folder[64];
	struct staff *staff;
	struct staff_party party;
	uint8_t secret[SIGN_SECRET];
};

struct world {
	struct people_state state;
	struct env env;
	struct office office[OFFICES]; /* HOSPITAL, AGENCY */
	struct staff_answer answer;
};

static int64_t world_now(void *self)
{
	return ((struct world *)self)->state.time_ms;
}

static void world_random(void *self, void *out, size_t size)
{
	(void)self;
	random_fill(out, size);
}

static bool office_open(struct world *world, enum who who)
{
	struct office *office = &world->office[who];
	struct staff_party *party = &office->party;
	(void)snprintf(office->folder, sizeof office->folder, P_tmpdir "/assay-staff-XXXXXX");
	if (!mkdtemp(office->folder) ||
		staff_open(&office->staff, office->folder, &world->env, NULL))
		return false;
	state_keys(who, party->key, office->secret);
	party->name = state_members[who].name;
	party->member = state_members[who].name;
	party_put_member((uint16_t)who, party->party);
	party->document = signer_local(office->secret);
	party->message = signer_local(office->secret);
	party->status_base =
		who == HOSPITAL ? "https://hospital.example" : "https://agency.example";
	return true;
}

static struct world *world_open(void)
{
	struct world *world = calloc(1, sizeof *world);
	if (!world || !state_open(&world->state))
		return NULL;
	world->env = (struct env){.self = world, .now_ms = world_now, .random = world_random};
	if (!office_open(world, HOSPITAL) || !office_open(world, AGENCY))
		return NULL;
	return world;
}

static void world_close(struct world *world)
{
	for (size_t i = 0; i < OFFICES; i++) {
		struct office *office = &world->office[i];
		staff_free(office->staff);
		DIR *folder = opendir(office->folder);
		for (struct dirent *entry; folder && (entry = readdir(folder));) {
			char path[400];
			(void)snprintf(path, sizeof path, "%s/%s", office->folder, entry->d_name);
			(void)unlink(path);
		}
		if (folder)
			(void)closedir(folder);
		(void)rmdir(office->folder);
	}
	state_close(&world->state);
	free(world);
}

/* Everything said so far is final. */
static struct staff_moment moment_now(const struct world *world)
{
	return (struct staff_moment){.table = world->state.table,
		.directory = &state_directory,
		.applied_size = world->state.position,
		.final_size = world->state.position,
		.at_ms = world->state.time_ms};
}

static uint16_t state_it(struct world *world, enum who who, const struct staff_statement *statement)
{
	return state_say_bytes(&world->state, who, statement->kind,
		span_of(statement->body, statement->body_size));
}

static bool add_person(struct world *world, enum who who, const char *name, uint8_t id[16])
{
	struct vault_person person = {.has_photo = true};
	struct office *office = &world->office[who];
	memcpy(person.name, name, strlen(name) + 1);
	memset(person.photo, 0x5a, HASH_SIZE);
	if (vault_person_add(staff_vault(office->staff), office->party.name, &person, NULL))
		return false;
	memcpy(id, person.id, VAULT_ID_SIZE);
	return true;
}

static bool publish_policy(struct world *world)
{
	FILE *in = fopen("deploy/demo/clearance-policy.json", "rb");
	char text[8192];
	struct clearance_policy policy;
	struct buf body;
	if (!in)
		return false;
	size_t size = fread(text, 1, sizeof text, in);
	(void)fclose(in);
	if (policy_file_parse(span_of(text, size), &policy, NULL))
		return false;
	buf_init(&body, 65536);
	bool done =
		!staff_policy_body(&policy, world->state.time_ms, &body, NULL) &&
		!state_say_bytes(&world->state, HOSPITAL, KIND_CLEARANCE_POLICY, buf_span(&body));
	buf_close(&body);
	return done;
}

/* Records a check from JSON, states it; the credential and r stay in issued. */
static enum err record(struct world *world, enum who who, const uint8_t *person, const char *check,
	const char *relying, struct staff_issued *issued, struct fault *fault)
{
	struct office *office = &world->office[who];
	struct staff_moment moment = moment_now(world);
	struct credential credential;
	json_t *json = NULL;
	enum err err = jcs_parse(span_text(check), &json, fault);
	if (!err)
		err = staff_check_read(&office->party, json, &credential, fault);
	if (!err)
		err = staff_record_check(office->staff, &office->party, &moment, person,
			&credential, relying, issued, fault);
	json_decref(json);
	if (err)
		return err;
	uint64_t position = world->state.position;
	if (state_it(world, who, &issued->statement))
		return ERR_REFUSED;
	return staff_stated(
		office->staff, &office->party, issued->statement.commitment, position, fault);
}

static const char *const pharmacist_checks[] = {
	"{\"checkType\":\"identity\",\"source\":\"identity_document\",\"method\":\"original_seen\","
	"\"checkedOn\":\"2026-10-20\"}",
	"{\"checkType\":\"right_to_work\",\"source\":\"home_office\",\"method\":\"share_code\","
	"\"checkedOn\":\"2026-10-20\",\"validThrough\":\"2027-06-30\"}",
	"{\"checkType\":\"registration\",\"source\":\"gphc\",\"method\":\"register_lookup\","
	"\"checkedOn\":\"2026-10-30\",\"level\":2,\"reference\":\"2999991\"}",
	"{\"checkType\":\"criminal_record\",\"source\":\"dbs\",\"method\":\"original_seen\","
	"\"checkedOn\":\"2026-10-21\",\"issuedOn\":\"2026-09-01\",\"level\":3,\"workforce\":"
	"\"adult\",\"acceptedBy\":\"hospital.example\",\"acceptedFor\":\"pharmacist\"}",
	"{\"checkType\":\"health\",\"source\":\"occupational_health\",\"method\":\"primary\","
	"\"checkedOn\":\"2026-10-22\",\"level\":1,\"acceptedFor\":\"pharmacist\"}",
	"{\"checkType\":\"training_information_governance\",\"source\":\"training_provider\","
	"\"method\":\"primary\",\"checkedOn\":\"2026-05-01\"}",
};

enum { CHECKS = sizeof pharmacist_checks / sizeof pharmacist_checks[0], REGISTRATION = 2 };

/* Records all but one of a pharmacist's checks (or all: leave CHECKS). */
static bool record_all(struct world *world, const uint8_t *person, size_t leave,
	uint8_t commitments[CHECKS][COMMITMENT_SIZE])
{
	for (size_t i = 0; i < CHECKS; i++) {
		struct staff_issued issued;
		struct fault fault = {0};
		if (i == leave)
			continue;
		if (record(world, HOSPITAL, person, pharmacist_checks[i], NULL, &issued, &fault)) {
			printf("# check %zu: %s\n", i, fault.text);
			return false;
		}
		memcpy(commitments[i], issued.statement.commitment, COMMITMENT_SIZE);
		buf_close(&issued.document);
	}
	return true;
}

static enum clearance_result ask(
	struct world *world, const struct staff_moment *moment, const uint8_t *person)
{
	struct office *office = &world->office[HOSPITAL];
	struct fault fault = {0};
	if (staff_clearance(office->staff, &office->party, moment, person, WORK_PHARMACIST,
		    SITE_HOSPITAL_PHARMACY, 0, &world->answer, &fault)) {
		printf("# %s\n", fault.text);
		return (enum clearance_result)99;
	}
	return world->answer.clearance.result;
}

/* Whether one of the answer's sentences is this. */
static bool says(const struct world *world, const char *result, const char *sentence)
{
	json_t *json;
	bool found = false;
	if (staff_answer_json(&world->answer, false, &json, NULL))
		return false;
	const json_t *list = json_object_get(json, "reasons");
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *reason = json_array_get(list, i);
		const char *text = json_string_value(json_object_get(reason, "sentence"));
		found = found ||
			(strcmp(text, sentence) == 0 &&
				strcmp(json_string_value(json_object_get(reason, "result")),
					result) == 0);
	}
	for (size_t i = 0; !found && i < json_array_size(list); i++)
		printf("# %s\n",
			json_string_value(json_object_get(json_array_get(list, i), "sentence")));
	json_decref(json);
	return found;
}

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
	/* the same for the past moment */
	CHECK(ask(world, &before, person) == CLEARANCE_CLEARED);
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
			"\"share_code\",\"checkedOn\":\"2026-10-01\",\"validThrough\":\"2026-10-31\"}",
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
	moment = moment_now(world);
	NEED(!staff_erase(office->staff, &office->party, &moment, person, &erased, NULL));
	CHECK(erased.vault.checks == CHECKS && erased.vault.badges == 1);
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

TAP_MAIN(CASE(a_locum_is_cleared_suspended_and_judged_again_for_the_past),
	CASE(refuses_checks_that_are_not_in_order),
	CASE(anothers_check_is_imported_if_the_ledger_bears_it_out),
	CASE(an_import_drops_what_its_type_may_not_say),
	CASE(decisions_are_recorded_with_what_was_decided_beside),
	CASE(a_badge_leads_to_its_person_and_can_be_revoked_alone),
	CASE(a_list_is_published_as_the_ledger_has_it),
	CASE(no_name_or_number_of_a_person_is_in_any_table),
	CASE(erasing_revokes_what_was_attested_and_leaves_noise),
	CASE(addresses_of_lists_read_back))
