/* A pharmacy alone: what it scans at goods-in is its stock; a public recall notice finds what it
 * holds and what it supplied; its answer is a signed record. */
#include "appliance/cli/demo_alone.h"

#include "appliance/cli/answers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WITH_SERIAL    3
#define WITHOUT_SERIAL 2
#define NEAR_DAYS      90
#define RECORD_FILE    "action-record.json"

static int64_t number_of(const json_t *object, const char *name)
{
	return (int64_t)json_integer_value(json_object_get(object, name));
}

static void scan_of(const struct demo *demo, const char *serial, char scan[GOODS_SCAN_SIZE])
{
	goods_scan(demo->goods.gtin, demo->goods.expiry, demo->goods.lot, serial, scan);
}

static void receive(struct demo *demo, const char *serial, int count)
{
	char scan[GOODS_SCAN_SIZE];
	json_t *answer = NULL;
	scan_of(demo, serial, scan);
	demo_note_scan(demo, scan);
	if (!demo_post(demo, ALONE_USER, "/api/v1/receive",
		    json_pack("{s:s, s:i}", "scan", scan, "count", count), &answer))
		return;
	demo_expect_number(demo, "packs", count, number_of(answer, "packs"));
	demo_evidence(demo, answer);
	json_decref(answer);
}

static void goods_in(struct demo *demo)
{
	for (size_t i = 0; i < WITH_SERIAL; i++)
		receive(demo, demo->goods.serials[i], 1);
	receive(demo, NULL, WITHOUT_SERIAL);
}

static void near_expiry(struct demo *demo)
{
	json_t *list = NULL;
	const json_t *line = NULL;
	char path[64];
	(void)snprintf(path, sizeof path, "/api/v1/stock?near_expiry_days=%d", NEAR_DAYS);
	if (!demo_get(demo, ALONE_USER, path, &list))
		return;
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *one = json_array_get(list, i);
		demo_note(demo, "expires", "%s: %lld of lot %s", json_text(one, "expiry"),
			(long long)number_of(one, "held"), json_text(one, "lot"));
		if (!strcmp(json_text(one, "lot"), demo->goods.lot))
			line = one;
	}
	demo_expect_number(demo, "held", WITH_SERIAL + WITHOUT_SERIAL, number_of(line, "held"));
	json_decref(list);
}

static void supply_one(struct demo *demo, const char *serial)
{
	char scan[GOODS_SCAN_SIZE];
	json_t *answer = NULL;
	scan_of(demo, serial, scan);
	demo_note_scan(demo, scan);
	if (!demo_post(demo, ALONE_USER, "/api/v1/packs/supply", json_pack("{s:s}", "scan", scan),
		    &answer))
		return;
	demo_expect(demo, "verdict", "not_registered",
		json_text(json_object_get(answer, "verdict"), "verdict"));
	demo_evidence(demo, answer);
	json_decref(answer);
}

static void supply(struct demo *demo)
{
	supply_one(demo, demo->goods.serials[0]);
	supply_one(demo, NULL);
}

static void transcribe(struct demo *demo)
{
	json_t *answer = NULL;
	json_t *body = json_pack("{s:[{s:s, s:[s]}], s:i, s:s, s:b, s:s}", "items", "gtin",
		demo->goods.gtin, "lots", demo->goods.lot, "class", 2, "depth", "patient",
		"transcribed", 1, "notice", "EL26A12");
	if (!demo_post(demo, ALONE_USER, "/api/v1/recalls", body, &answer))
		return;
	(void)snprintf(demo->recall, sizeof demo->recall, "%s", json_text(answer, "recall"));
	demo_note(demo, "recall", "%s, notice EL26A12, transcribed", demo->recall);
	demo_evidence(demo, answer);
	json_decref(answer);
}

static void look_at_recall(struct demo *demo)
{
	json_t *list = NULL;
	const json_t *found = NULL;
	char text[64];
	if (!demo_get(demo, ALONE_USER, "/api/v1/recalls", &list))
		return;
	for (size_t i = 0; i < json_array_size(list); i++)
		if (!strcmp(json_text(json_array_get(list, i), "recall"), demo->recall))
			found = json_array_get(list, i);
	(void)snprintf(text, sizeof text, "you hold %lld, supplied %lld",
		(long long)number_of(found, "held"), (long long)number_of(found, "supplied"));
	demo_expect(demo, "stock", "you hold 3, supplied 2", text);
	json_decref(list);
}

static void answer_recall(struct demo *demo)
{
	char path[128];
	json_t *answer = NULL;
	(void)snprintf(path, sizeof path, "/api/v1/recalls/%s/answer", demo->recall);
	json_t *body = json_pack("{s:s, s:s, s:i, s:i, s:i}", "gtin", demo->goods.gtin, "lot",
		demo->goods.lot, "held", 3, "quarantined", 3, "supplied", 2);
	if (!demo_post(demo, ALONE_USER, path, body, &answer))
		return;
	char *record =
		json_dumps(json_object_get(answer, "record"), JSON_INDENT(2) | JSON_PRESERVE_ORDER);
	demo_keep(demo, RECORD_FILE, span_text(record ? record : ""));
	free(record);
	(void)snprintf(demo->entry, sizeof demo->entry, "%s",
		json_text(json_object_get(answer, "evidence"), "entry"));
	demo_evidence(demo, answer);
	(void)snprintf(demo->supply_receipt, sizeof demo->supply_receipt, "step-%02u.receipt",
		demo->number);
	json_decref(answer);
}

static void inspect(struct demo *demo)
{
	demo_note(demo, "record", "entry %s", demo->entry);
	demo_verify(demo, demo->supply_receipt, true, demo->entry);
}

const struct demo_step alone_pharmacy_steps[] = {
	{"The pharmacy", "takes in five packs of a lot by scan, two of them without serial number",
		goods_in},
	{"The pharmacy", "asks what expires within 90 days", near_expiry},
	{"The pharmacy", "supplies two of them", supply},
	{"The pharmacy", "transcribes a public recall notice", transcribe},
	{"The pharmacy", "looks at the recall", look_at_recall},
	{"The pharmacy", "answers it: three quarantined", answer_recall},
	{"An inspector", "checks the record's receipt, with nothing but the policy", inspect},
	{0},
};
