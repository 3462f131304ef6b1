/* The story's fourth part: is this person cleared for this work, here, now? The people are made up.
 * Who they are stays in the hospital's vault; the ledger gets commitments. */
#include "appliance/cli/demo.h"

#include "appliance/cli/answers.h"
#include "ledger/base/crypto.h"
#include "scanners/symbol/picture.h"

#include <stdio.h>
#include <string.h>

#define NAME_LOCUM   "Test Person-One"
#define NAME_OTHER   "Test Person-Two"
#define SITE         "hospital_pharmacy"
#define PICTURE_ROOM ((size_t)1 << 20)

static void record_checks(struct demo *demo)
{
	if (demo_add_person(demo, "hospital", NAME_LOCUM, demo->locum))
		demo_own_checks(demo, demo->locum, "pharmacist");
}

/* The register attests the registration itself; the hospital takes its credential over. */
static void register_feed(struct demo *demo)
{
	char there[33];
	char path[96];
	json_t *answer = NULL;
	json_t *imported = NULL;
	json_t *check = demo_check_of(demo, "registration", "gphc", "register_feed", 0);
	(void)json_object_update_new(
		check, json_pack("{s:i, s:s}", "level", 2, "reference", "2999999"));
	if (!demo->locum[0] || !demo_add_person(demo, "register", NAME_LOCUM, there)) {
		json_decref(check);
		return;
	}
	if (!demo_record(demo, "register", there, check, "hospital.example", &answer))
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
		demo_show_clearance(demo, answer, said, colour);
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
	if (!demo_add_person(demo, "hospital", NAME_OTHER, person))
		return;
	demo_own_checks(demo, person, "pharmacist");
	json_t *check = demo_check_of(demo, "registration", "gphc", "register_lookup", 60);
	(void)json_object_update_new(
		check, json_pack("{s:i, s:s}", "level", 2, "reference", "2999998"));
	if (!demo_record(demo, "hospital", person, check, NULL, &answer))
		return;
	json_decref(answer);
	demo_ask_clearance(demo, person, "pharmacist", SITE, "cannot_tell", "amber");
}

const struct demo_step demo_people_steps[] = {
	{"The hospital", "publishes what it asks of its staff", demo_publish_policy},
	{"The hospital's HR", "records the checks of a locum pharmacist", record_checks},
	{"The register", "attests the registration; the hospital takes that over", register_feed},
	{"The hospital's HR", "makes a badge, and a picture of it is read back", make_badge},
	{"The ward", "photographs the badge: cleared, with the reasons", cleared},
	{"The register", "suspends the registration", suspend},
	{"The ward", "photographs the badge again: not cleared, at once", not_cleared},
	{"The ward", "asks about somebody whose register look-up is 60 days old", too_old},
	{0},
};
