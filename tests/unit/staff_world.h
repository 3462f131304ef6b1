/* Two organisations with a vault each, on one ledger in memory, and what tests of the staff service
 * do there. */
#ifndef TESTS_UNIT_STAFF_WORLD_H
#define TESTS_UNIT_STAFF_WORLD_H

#include "appliance/people/staff.h"

#include "appliance/people/integrity.h"
#include "appliance/people/jcs.h"
#include "appliance/people/multikey.h"
#include "appliance/people/policy_file.h"
#include "appliance/people/status_list.h"
#include "tests/unit/people_state.h"

#include <dirent.h>
#include <unistd.h>

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

static inline int64_t world_now(void *self)
{
	return ((struct world *)self)->state.time_ms;
}

static inline void world_random(void *self, void *out, size_t size)
{
	(void)self;
	random_fill(out, size);
}

static inline bool office_open(struct world *world, enum who who)
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

static inline struct world *world_open(void)
{
	struct world *world = calloc(1, sizeof *world);
	if (!world || !state_open(&world->state))
		return NULL;
	world->env = (struct env){.self = world, .now_ms = world_now, .random = world_random};
	if (!office_open(world, HOSPITAL) || !office_open(world, AGENCY))
		return NULL;
	return world;
}

static inline void world_close(struct world *world)
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
static inline struct staff_moment moment_now(const struct world *world)
{
	return (struct staff_moment){.table = world->state.table,
		.directory = &state_directory,
		.applied_size = world->state.position,
		.final_size = world->state.position,
		.at_ms = world->state.time_ms};
}

static inline uint16_t state_it(
	struct world *world, enum who who, const struct staff_statement *statement)
{
	return state_say_bytes(&world->state, who, statement->kind,
		span_of(statement->body, statement->body_size));
}

static inline bool add_person(struct world *world, enum who who, const char *name, uint8_t id[16])
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

static inline bool publish_policy(struct world *world)
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
static inline enum err record(struct world *world, enum who who, const uint8_t *person,
	const char *check, const char *relying, struct staff_issued *issued, struct fault *fault)
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
static inline bool record_all(struct world *world, const uint8_t *person, size_t leave,
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

static inline enum clearance_result ask(
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
static inline bool says(const struct world *world, const char *result, const char *sentence)
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

#endif
