/* Staff records, as HR keeps them: made-up people, their checks, and what a clearance says. */
#include "appliance/cli/demo.h"

#include "appliance/cli/answers.h"
#include "ledger/base/civil.h"
#include "ledger/base/crypto.h"
#include "ledger/base/hex.h"

#include <stdio.h>
#include <string.h>

static void day_ago(const struct demo *demo, int32_t days, char out[CIVIL_DAY_SIZE])
{
	civil_print_day(zone_day(ZONE_EUROPE_LONDON, env_now_ms(&demo->env)) - days, out);
}

void demo_publish_policy(struct demo *demo)
{
	json_t *answer = NULL;
	if (!demo_post_unless_there(demo, demo->hr, "/api/v1/clearance/policy", "application/json",
		    span_text(demo_policy_json), &answer))
		return;
	demo_evidence(demo, answer);
	json_decref(answer);
}

bool demo_add_person(struct demo *demo, const char *user, const char *name, char id[33])
{
	static const char face[] = "a picture that stands for a face";
	uint8_t hash[HASH_SIZE];
	char photo[2 * HASH_SIZE + 1];
	json_t *answer = NULL;
	hash_sha256(span_text(face), hash);
	hex_print(span_of(hash, sizeof hash), photo);
	if (!demo_post(demo, user, "/api/v1/people",
		    json_pack("{s:s, s:s}", "name", name, "photo_sha256", photo), &answer))
		return false;
	(void)snprintf(id, 33, "%s", json_text(answer, "person"));
	demo_note(demo, "person", "%s, in the vault only", name);
	json_decref(answer);
	return true;
}

bool demo_record(struct demo *demo, const char *user, const char *person, json_t *check,
	const char *relying, json_t **answer)
{
	char path[96];
	char type[40];
	(void)snprintf(type, sizeof type, "%s", json_text(check, "checkType"));
	json_t *body = json_pack("{s:o}", "check", check);
	if (relying)
		(void)json_object_set_new(body, "relying", json_string(relying));
	(void)snprintf(path, sizeof path, "/api/v1/people/%s/checks", person);
	if (!demo_post(demo, user, path, body, answer))
		return false;
	demo_note(demo, type, "commitment %s at position %lld", json_text(*answer, "commitment"),
		(long long)json_integer_value(
			json_object_get(json_object_get(*answer, "evidence"), "position")));
	return true;
}

json_t *demo_check_of(const struct demo *demo, const char *type, const char *source,
	const char *method, int32_t days)
{
	char day[CIVIL_DAY_SIZE];
	day_ago(demo, days, day);
	return json_pack("{s:s, s:s, s:s, s:s}", "checkType", type, "source", source, "method",
		method, "checkedOn", day);
}

/* A DBS certificate is never kept, only what was decided from it. */
static void say_decision(const struct demo *demo, json_t *check)
{
	char day[CIVIL_DAY_SIZE];
	day_ago(demo, 30, day);
	(void)json_object_update_new(
		check, json_pack("{s:s, s:[s], s:s, s:s}", "workforce", "adult", "barredLists",
			       "adult", "issuedOn", day, "acceptedBy", "hospital.example"));
}

/* What the policy in deploy/demo asks, but for the registration. */
void demo_own_checks(struct demo *demo, const char *person, const char *role)
{
	static const struct {
		const char *type;
		const char *source;
		const char *method;
		int32_t days;
		int level; /* 0: none */
		bool nurses_only;
	} rows[] = {
		{"identity", "identity_document", "original_seen", 20, 0, false},
		{"right_to_work", "home_office", "share_code", 20, 0, false},
		{"criminal_record", "dbs", "original_seen", 20, 3, false},
		{"health", "occupational_health", "primary", 20, 1, false},
		{"training_information_governance", "training_provider", "primary", 40, 0, false},
		{"training_resuscitation", "training_provider", "primary", 40, 2, true},
		{"training_moving_and_handling", "training_provider", "primary", 40, 2, true},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		json_t *answer = NULL;
		if (rows[i].nurses_only && strcmp(role, "nurse") != 0)
			continue;
		json_t *check = demo_check_of(
			demo, rows[i].type, rows[i].source, rows[i].method, rows[i].days);
		if (rows[i].level)
			(void)json_object_set_new(check, "level", json_integer(rows[i].level));
		if (!strcmp(rows[i].type, "criminal_record"))
			say_decision(demo, check);
		if (!strcmp(rows[i].type, "criminal_record") || !strcmp(rows[i].type, "health"))
			(void)json_object_set_new(check, "acceptedFor", json_string(role));
		if (demo_record(demo, demo->hr, person, check, NULL, &answer))
			json_decref(answer);
	}
}

void demo_show_clearance(
	struct demo *demo, const json_t *answer, const char *said, const char *colour)
{
	const json_t *reasons = json_object_get(answer, "reasons");
	demo_expect(demo, "clearance", said, json_text(answer, "clearance"));
	demo_expect(demo, "colour", colour, json_text(answer, "colour"));
	demo_note(demo, "says", "%s", json_text(answer, "sentence"));
	for (size_t i = 0; i < json_array_size(reasons); i++) {
		const json_t *reason = json_array_get(reasons, i);
		char name[48];
		(void)snprintf(name, sizeof name, "%zu %s", i + 1, json_text(reason, "result"));
		demo_note(demo, name, "%s", json_text(reason, "sentence"));
	}
	if (json_text(answer, "until")[0])
		demo_note(demo, "until", "%s", json_text(answer, "until"));
	demo_evidence(demo, answer);
}

void demo_ask_clearance(struct demo *demo, const char *person, const char *role, const char *site,
	const char *said, const char *colour)
{
	json_t *answer = NULL;
	if (!demo_post(demo, demo->hr, "/api/v1/clearance",
		    json_pack("{s:s, s:s, s:s, s:b}", "person", person, "role", role, "site_class",
			    site, "photo_seen", 1),
		    &answer))
		return;
	demo_show_clearance(demo, answer, said, colour);
	json_decref(answer);
}
