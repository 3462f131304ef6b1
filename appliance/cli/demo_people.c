/* The story's fourth part: is this person cleared for this work, here, now? The people are made up.
 * Who they are stays in the hospital's vault; the ledger gets commitments. */
#include "appliance/cli/demo.h"

#include "appliance/cli/answers.h"
#include "ledger/base/civil.h"
#include "ledger/base/crypto.h"
#include "ledger/base/hex.h"
#include "scanners/symbol/picture.h"
#include "scanners/symbol/qr.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_LOCUM   "Test Person-One"
#define NAME_OTHER   "Test Person-Two"
#define SITE         "hospital_pharmacy"
#define PICTURE_ROOM ((size_t)1 << 20)

static void day_ago(const struct demo *demo, int32_t days, char out[CIVIL_DAY_SIZE])
{
	civil_print_day(zone_day(ZONE_EUROPE_LONDON, env_now_ms(&demo->env)) - days, out);
}

static void publish_policy(struct demo *demo)
{
	json_t *answer = NULL;
	if (!demo_post_unless_there(demo, "hospital", "/api/v1/clearance/policy",
		    "application/json", span_text(demo_policy_json), &answer))
		return;
	demo_evidence(demo, answer);
	json_decref(answer);
}

static bool add_person(struct demo *demo, const char *user, const char *name, char id[33])
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

/* Records a check and gives its answer. check: taken over. relying may be NULL. */
static bool record(struct demo *demo, const char *user, const char *person, json_t *check,
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

static json_t *check_of(const struct demo *demo, const char *type, const char *source,
	const char *method, int32_t days)
{
	char day[CIVIL_DAY_SIZE];
	day_ago(demo, days, day);
	return json_pack("{s:s, s:s, s:s, s:s}", "checkType", type, "source", source, "method",
		method, "checkedOn", day);
}

/* All that the policy asks of a pharmacist, but for the registration. */
static void own_checks(struct demo *demo, const char *person)
{
	char day[CIVIL_DAY_SIZE];
	json_t *answer = NULL;
	json_t *dbs = check_of(demo, "criminal_record", "dbs", "original_seen", 20);
	json_t *health = check_of(demo, "health", "occupational_health", "primary", 20);
	day_ago(demo, 30, day);
	(void)json_object_update_new(
		dbs, json_pack("{s:i, s:s, s:[s], s:s, s:s, s:s}", "level", 3, "workforce", "adult",
			     "barredLists", "adult", "issuedOn", day, "acceptedBy",
			     "hospital.example", "acceptedFor", "pharmacist"));
	(void)json_object_update_new(
		health, json_pack("{s:i, s:s}", "level", 1, "acceptedFor", "pharmacist"));
	json_t *checks[] = {
		check_of(demo, "identity", "identity_document", "original_seen", 20),
		check_of(demo, "right_to_work", "home_office", "share_code", 20),
		dbs,
		health,
		check_of(demo, "training_information_governance", "training_provider", "primary",
			40),
	};
	for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++) {
		if (record(demo, "hospital", person, checks[i], NULL, &answer))
			json_decref(answer);
		answer = NULL;
	}
}

static void record_checks(struct demo *demo)
{
	if (add_person(demo, "hospital", NAME_LOCUM, demo->locum))
		own_checks(demo, demo->locum);
}

/* The register attests the registration itself; the hospital takes its credential over. */
static void register_feed(struct demo *demo)
{
	char there[33];
	char path[96];
	json_t *answer = NULL;
	json_t *imported = NULL;
	json_t *check = check_of(demo, "registration", "gphc", "register_feed", 0);
	(void)json_object_update_new(
		check, json_pack("{s:i, s:s}", "level", 2, "reference", "2999999"));
	if (!demo->locum[0] || !add_person(demo, "register", NAME_LOCUM, there)) {
		json_decref(check);
		return;
	}
	if (!record(demo, "register", there, check, "hospital.example", &answer))
		return;
	(void)snprintf(demo->registration, sizeof demo->registration, "%s",
		json_text(answer, "commitment"));
	(void)snprintf(path, sizeof path, "/api/v1/people/%s/import", demo->locum);
	json_t *body = json_pack("{s:O, s:O}", "credential", json_object_get(answer, "credential"),
		"r", json_object_get(answer, "r"));
	if (demo_post(demo, "hospital", path, body, &imported)) {
		demo_expect(
			demo, "commitment", demo->registration, json_text(imported, "commitment"));
		demo_note(demo, "issuer", "%s", json_text(imported, "issuer"));
		json_decref(imported);
	}
	demo_evidence(demo, answer);
	json_decref(answer);
}

static bool unpack_png(struct demo *demo, const char *text, struct buf *png)
{
	struct fault fault = {0};
	size_t size = 0;
	uint8_t *room = buf_reserve(png, strlen(text) + 1);
	enum err err =
		room ? base64_parse(span_text(text), false, room, strlen(text) + 1, &size, &fault)
		     : ERR_MEMORY;
	png->size = err ? 0 : size;
	return demo_ok(demo, err, &fault);
}

/* The badge as a PNG file, and the file read as a camera would. */
static void make_badge(struct demo *demo)
{
	char path[96];
	json_t *answer = NULL;
	struct buf png;
	struct buf text;
	struct fault fault = {0};
	(void)snprintf(path, sizeof path, "/api/v1/people/%s/badge", demo->locum);
	if (!demo_post(demo, "hospital", path,
		    json_pack("{s:s, s:i}", "role", "pharmacist", "days", 1), &answer))
		return;
	buf_init(&png, PICTURE_ROOM);
	buf_init(&text, 4096);
	if (unpack_png(demo, json_text(answer, "png"), &png)) {
		demo_keep(demo, DEMO_BADGE_FILE, buf_span(&png));
		if (demo_ok(demo, picture_read_one(buf_span(&png), &text, &fault), &fault))
			demo_expect(demo, "read back", "the same badge",
				strcmp(json_text(answer, "badge"), buf_text(&text)) != 0
					? "another text"
					: "the same badge");
	}
	demo_evidence(demo, answer);
	buf_close(&text);
	buf_close(&png);
	json_decref(answer);
}

static void show_clearance_of(
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

/* A picture of the badge is sent from the ward; the face was compared. */
static void ask_with_picture(struct demo *demo, const char *said, const char *colour)
{
	char path[DEMO_PATH_SIZE];
	json_t *answer = NULL;
	struct fault fault = {0};
	struct buf png;
	buf_init(&png, PICTURE_ROOM);
	(void)snprintf(path, sizeof path, "%.3900s/%s", demo->files, DEMO_BADGE_FILE);
	if (demo_ok(demo, cli_read_file(path, PICTURE_ROOM, &png, &fault), &fault) &&
		demo_post_bytes(demo, "hospital",
			"/api/v1/clearance/picture?role=pharmacist&site_class=" SITE
			"&photo_seen=true",
			"image/png", buf_span(&png), &answer)) {
		show_clearance_of(demo, answer, said, colour);
		json_decref(answer);
	}
	buf_close(&png);
}

static void cleared(struct demo *demo)
{
	ask_with_picture(demo, "cleared", "green");
}

static void suspend(struct demo *demo)
{
	json_t *answer = NULL;
	if (!demo_post(demo, "register", "/api/v1/status",
		    json_pack("{s:s, s:s, s:s}", "commitment", demo->registration, "status",
			    "suspended", "reason", "source_changed"),
		    &answer))
		return;
	demo_evidence(demo, answer);
	json_decref(answer);
}

static void not_cleared(struct demo *demo)
{
	ask_with_picture(demo, "not_cleared", "red");
}

/* The register was looked up too long ago: nobody can say what it shows today. */
static void too_old(struct demo *demo)
{
	char person[33];
	json_t *answer = NULL;
	if (!add_person(demo, "hospital", NAME_OTHER, person))
		return;
	own_checks(demo, person);
	json_t *check = check_of(demo, "registration", "gphc", "register_lookup", 60);
	(void)json_object_update_new(
		check, json_pack("{s:i, s:s}", "level", 2, "reference", "2999998"));
	if (!record(demo, "hospital", person, check, NULL, &answer))
		return;
	json_decref(answer);
	answer = NULL;
	if (!demo_post(demo, "hospital", "/api/v1/clearance",
		    json_pack("{s:s, s:s, s:s, s:b}", "person", person, "role", "pharmacist",
			    "site_class", SITE, "photo_seen", 1),
		    &answer))
		return;
	show_clearance_of(demo, answer, "cannot_tell", "amber");
	json_decref(answer);
}

const struct demo_step demo_people_steps[] = {
	{"The hospital", "publishes what it asks of its staff", publish_policy},
	{"The hospital's HR", "records the checks of a locum pharmacist", record_checks},
	{"The register", "attests the registration; the hospital takes that over", register_feed},
	{"The hospital's HR", "makes a badge, and a picture of it is read back", make_badge},
	{"The ward", "photographs the badge: cleared, with the reasons", cleared},
	{"The register", "suspends the registration", suspend},
	{"The ward", "photographs the badge again: not cleared, at once", not_cleared},
	{"The ward", "asks about somebody whose register look-up is 60 days old", too_old},
	{0},
};
