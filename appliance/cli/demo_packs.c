/* The story's second part: packs are scanned, supplied, questioned. */
#include "appliance/cli/demo.h"

#include "appliance/cli/answers.h"

#include <stdio.h>
#include <string.h>

/* Packs of the pharmacy's case by what happens to them. */
enum {
	PACK_SUPPLIED = 0,
	PACK_VOIDED = 1,
	PACK_UNTOUCHED = 3,
};

/* The code as printed under the symbol. */
void demo_note_scan(struct demo *demo, const char *scan)
{
	char text[GOODS_SCAN_SIZE];
	(void)snprintf(text, sizeof text, "%s", scan);
	for (char *c = text; *c; c++)
		if (*c == '\x1d')
			*c = '|';
	demo_note(demo, "scan", "%s", text);
}

static void show_verdict_of(
	struct demo *demo, const json_t *verdict, const char *word, const char *colour)
{
	demo_expect(demo, "verdict", word, json_text(verdict, "verdict"));
	demo_expect(demo, "colour", colour, json_text(verdict, "colour"));
	demo_note(demo, "says", "%s", json_text(verdict, "sentence"));
}

void demo_check(struct demo *demo, const char *user, const char *scan, const char *word,
	const char *colour, bool recorded)
{
	json_t *answer = NULL;
	demo_note_scan(demo, scan);
	if (!demo_post(demo, user, "/api/v1/check", json_pack("{s:s}", "scan", scan), &answer))
		return;
	show_verdict_of(demo, answer, word, colour);
	if (recorded)
		demo_evidence(demo, answer);
	json_decref(answer);
}

void demo_scan_of(const struct demo *demo, size_t pack, char scan[GOODS_SCAN_SIZE])
{
	const struct goods *goods = &demo->goods;
	goods_scan(goods->gtin, goods->expiry, goods->lot, goods->serials[pack], scan);
}

/* Green, and the receipt of the statement that this rests on: whoever holds it can show later why
 * the pack was taken for good. */
static void scan_active(struct demo *demo)
{
	char scan[GOODS_SCAN_SIZE];
	json_t *answer = NULL;
	struct buf path;
	struct buf receipt;
	demo_scan_of(demo, PACK_SUPPLIED, scan);
	demo_bench_scan(demo, scan, "active", "green");
	buf_init(&path, 1024);
	buf_init(&receipt, (size_t)1 << 20);
	buf_put_text(&path, "/api/v1/check?scan=");
	client_escape(span_text(scan), &path);
	if (demo_get(demo, "pharmacist", buf_text(&path), &answer)) {
		const json_t *evidence = json_object_get(answer, "evidence");
		long long rests_on =
			(long long)json_integer_value(json_object_get(evidence, "rests_on"));
		demo_note(demo, "rests on", "position %lld of %lld final", rests_on,
			(long long)json_integer_value(json_object_get(evidence, "final")));
		buf_reset(&path);
		buf_printf(&path, "/api/v1/receipt?position=%lld", rests_on);
		if (demo_fetch(demo, NULL, buf_text(&path), &receipt))
			demo_keep(demo, "pack.receipt", buf_span(&receipt));
	}
	buf_close(&receipt);
	buf_close(&path);
	json_decref(answer);
}

/* The pack was scanned in the step before. */
static void supply(struct demo *demo)
{
	(void)demo_bench_act(demo, "ASSAY:SUPPLY", &demo->supplied_at);
	(void)snprintf(demo->supply_receipt, sizeof demo->supply_receipt, "step-%02u.receipt",
		demo->number);
}

static void scan_supplied(struct demo *demo)
{
	char scan[GOODS_SCAN_SIZE];
	demo_scan_of(demo, PACK_SUPPLIED, scan);
	demo_check(demo, "hospital", scan, "already_supplied", "red", true);
}

static void scan_unknown(struct demo *demo)
{
	char serial[GOODS_SERIAL_SIZE + 1];
	char scan[GOODS_SCAN_SIZE];
	goods_serial(&demo->env, serial);
	goods_scan(demo->goods.gtin, demo->goods.expiry, demo->goods.lot, serial, scan);
	demo_bench_scan(demo, scan, "unknown_serial", "red");
}

/* The last digit of the year is another. */
static void scan_other_expiry(struct demo *demo)
{
	const struct goods *goods = &demo->goods;
	char expiry[7];
	char scan[GOODS_SCAN_SIZE];
	memcpy(expiry, goods->expiry, sizeof expiry);
	expiry[1] = expiry[1] == '9' ? '8' : (char)(expiry[1] + 1);
	goods_scan(goods->gtin, expiry, goods->lot, goods->serials[PACK_UNTOUCHED], scan);
	demo_bench_scan(demo, scan, "expiry_mismatch", "red");
}

static void look_at_alerts(struct demo *demo)
{
	static const char *const words[] = {
		"already_supplied", "unknown_serial", "expiry_mismatch"};
	json_t *list = NULL;
	if (!demo_get(demo, "authority", "/api/v1/alerts", &list))
		return;
	for (size_t w = 0; w < sizeof words / sizeof words[0]; w++) {
		const json_t *found = NULL;
		char text[64] = "no alert";
		for (size_t i = 0; i < json_array_size(list); i++) {
			const json_t *alert = json_array_get(list, i);
			if (!strcmp(json_text(alert, "lot"), demo->goods.lot) &&
				!strcmp(json_text(alert, "what"), words[w]))
				found = alert;
		}
		if (found)
			(void)snprintf(
				text, sizeof text, "raised by %.40s", json_text(found, "by"));
		demo_expect(demo, words[w],
			w ? "raised by wholesale.example" : "raised by hospital.example", text);
	}
	json_decref(list);
}

static void scan_without_serial(struct demo *demo)
{
	const struct goods *goods = &demo->goods;
	char scan[GOODS_SCAN_SIZE];
	goods_scan(goods->gtin, goods->expiry, goods->lot, NULL, scan);
	demo_bench_scan(demo, scan, "lot_active", "green");
}

static void scan_unregistered(struct demo *demo)
{
	const struct goods *goods = &demo->goods;
	char serial[GOODS_SERIAL_SIZE + 1];
	char scan[GOODS_SCAN_SIZE];
	goods_serial(&demo->env, serial);
	goods_scan("05098765432100", goods->expiry, "B7", serial, scan);
	demo_bench_scan(demo, scan, "not_registered", "grey");
}

static void supply_by_mistake(struct demo *demo)
{
	char scan[GOODS_SCAN_SIZE];
	uint64_t position;
	demo_scan_of(demo, PACK_VOIDED, scan);
	demo_bench_scan(demo, scan, "active", "green");
	(void)demo_bench_act(demo, "ASSAY:SUPPLY", &position);
	demo_bench_scan(demo, scan, "already_supplied", "red");
}

static void void_supply(struct demo *demo)
{
	char scan[GOODS_SCAN_SIZE];
	uint64_t position;
	demo_scan_of(demo, PACK_VOIDED, scan);
	(void)demo_bench_act(demo, "ASSAY:UNDO", &position);
	demo_bench_scan(demo, scan, "active", "green");
}

const struct demo_step demo_pack_steps[] = {
	{"The pharmacy's station", "scans a pack: its code is known and unused", scan_active},
	{"The pharmacy's station", "supplies it", supply},
	{"The hospital", "scans the same code: a copy, or the pack came back", scan_supplied},
	{"The pharmacy's station", "scans a serial number that was never commissioned",
		scan_unknown},
	{"The pharmacy's station", "scans a pack with another expiry date than its lot has",
		scan_other_expiry},
	{"The authority", "sees the alerts of all three", look_at_alerts},
	{"The pharmacy's station", "scans a code without serial number", scan_without_serial},
	{"The pharmacy's station", "scans a product that nobody registers", scan_unregistered},
	{"The pharmacy's station", "supplies another pack by mistake", supply_by_mistake},
	{"The pharmacy's station", "voids that: the pack is unused again", void_supply},
	{"A forger", "states the supply of a pack without having read its code", demo_forge},
	{0},
};
