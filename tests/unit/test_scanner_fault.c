/* Damage by the scanner is ruled out before a pack is called wrong: RULES section 4, Verdicts. */
#include "appliance/view/check.h"
#include "gs1/syntax/layout.h"
#include "tests/unit/trade_world.h"

#define PACKS GOODS_CASE_PACKS

static struct check checked; /* large */

static const char *check_text(struct trade *trade, struct span scan)
{
	struct fault fault = {0};
	struct checking checking = {.scan = scan};
	enum err err = check_scan(trade->appliance.desk, NULL, NULL, &checking, &checked, &fault);
	if (err) {
		printf("# %s\n", fault.text);
		return err_name(err);
	}
	return verdict_row(verdict_word(&checked.verdict))->text;
}

static bool open_world(struct trade *trade)
{
	struct fault fault = {0};
	return trade_open(trade, PACKS, 400) && trade_commission(trade) &&
	       trade_step(trade, KIND_LOT_CLOSE, &fault) &&
	       trade_step(trade, KIND_LOT_RELEASE, &fault);
}

static size_t lower(const char *from, char *to)
{
	for (size_t i = 0; i <= strlen(from); i++)
		to[i] = from[i] >= 'A' && from[i] <= 'Z' ? (char)(from[i] | 0x20) : from[i];
	return strlen(from);
}

static const char *without_gs(const char *from, char *to)
{
	size_t size = 0;
	for (; *from; from++)
		if (*from != 0x1D)
			to[size++] = *from;
	to[size] = 0;
	return to;
}

TEST(a_damaged_scan_is_the_scanners_fault)
{
	static struct trade trade;
	char scan[GOODS_SCAN_SIZE], changed[GOODS_SCAN_SIZE];
	uint8_t memory[4 * GOODS_SCAN_SIZE];
	struct buf typed;
	NEED(open_world(&trade));
	const struct goods *goods = &trade.goods;
	goods_scan(goods->gtin, goods->expiry, goods->lot, goods->serials[0], scan);
	CHECK(strcmp(check_text(&trade, span_text(scan)), "active") == 0);

	/* Caps Lock, seen only because the pack is known: without identifier all reads well. */
	(void)lower(scan + 3, changed);
	CHECK(strcmp(check_text(&trade, span_text(changed)), "scanner_fault") == 0);
	CHECK(checked.diagnosis.damage == GS1_DAMAGE_CAPS_LOCK && checked.diagnosis.has_repair);
	CHECK(strcmp(checked.scanned.pack.serial, goods->serials[0]) == 0);

	CHECK(strcmp(check_text(&trade, span_text(without_gs(scan, changed))), "scanner_fault") ==
		0);
	CHECK(checked.diagnosis.damage == GS1_DAMAGE_GS_LOST);
	CHECK(strcmp(checked.scanned.pack.lot, goods->lot) == 0);

	buf_over(&typed, memory, sizeof memory);
	gs1_layout_type(GS1_LAYOUT_FR, span_text(scan), &typed);
	CHECK(strcmp(check_text(&trade, buf_span(&typed)), "scanner_fault") == 0);
	CHECK(checked.diagnosis.damage == GS1_DAMAGE_LAYOUT_FR);
	CHECK(strcmp(checked.scanned.pack.gtin, goods->gtin) == 0);

	/* Named, but not to be undone: two packs in one scan. */
	char two[2 * GOODS_SCAN_SIZE];
	size_t size = (size_t)snprintf(two, sizeof two, "%s", scan);
	goods_scan(goods->gtin, goods->expiry, goods->lot, goods->serials[1], two + size);
	CHECK(strcmp(check_text(&trade, span_text(two)), "scanner_fault") == 0);
	CHECK(checked.diagnosis.damage == GS1_DAMAGE_TWO_SCANS && !checked.diagnosis.has_repair);
	json_t *json = check_json(&checked);
	CHECK(json_object_get(json, "diagnosis") && !checked.is_recorded);
	json_decref(json);
	trade_close(&trade);
}

/* Without its separator "10L21X21A21..." may be cut at each "21", and "10D261121-X95K21..." at the
 * 95 as well, which begins an element too: the ledger knows where. Lots are drawn at random here
 * and in the demo, and some have such digits. */
TEST(of_several_ways_the_ledger_knows_the_one)
{
	static const struct {
		const char *lot;
		const char *serial;
		const char *scanned; /* its number; NULL: one that nobody registered */
	} rows[] = {
		{"L21X21A", "21B21C21D21E2F", "21B21C21D21E2F"},
		{"L21X21A", "21B21C21D21E2F", NULL},
		{"D261121-X95K", "ABCDEFGH2JKLMN", "ABCDEFGH2JKLMN"},
		{"21212121", "21212121212121", "21212121212121"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		static struct trade trade;
		struct fault fault = {0};
		char scan[GOODS_SCAN_SIZE], changed[GOODS_SCAN_SIZE];
		struct goods *goods = &trade.goods;
		NEED(trade_open(&trade, PACKS, 400));
		(void)snprintf(goods->lot, sizeof goods->lot, "%s", rows[i].lot);
		(void)snprintf(goods->serials[0], sizeof goods->serials[0], "%s", rows[i].serial);
		NEED(trade_commission(&trade) && trade_step(&trade, KIND_LOT_CLOSE, &fault) &&
			trade_step(&trade, KIND_LOT_RELEASE, &fault));
		goods_scan(goods->gtin, goods->expiry, goods->lot,
			rows[i].scanned ? rows[i].scanned : "21B21C21D21E2X", scan);
		(void)without_gs(scan, changed);
		struct gs1_diagnosis alone;
		gs1_diagnose(span_text(changed), NULL, &alone);
		CHECK_ROW(!alone.has_repair, "row %zu: the scan alone says it", i);
		CHECK_ROW(!strcmp(check_text(&trade, span_text(changed)), "scanner_fault"),
			"row %zu", i);
		CHECK_ROW(checked.diagnosis.damage == GS1_DAMAGE_GS_LOST, "row %zu", i);
		CHECK_ROW(checked.diagnosis.has_repair == (rows[i].scanned != NULL), "row %zu", i);
		CHECK_ROW(!rows[i].scanned ||
				  (!strcmp(checked.scanned.pack.lot, rows[i].lot) &&
					  !strcmp(checked.scanned.pack.serial, rows[i].serial)),
			"row %zu: %s %s", i, checked.scanned.pack.lot, checked.scanned.pack.serial);
		trade_close(&trade);
	}
}

TEST(a_wrong_pack_is_not_the_scanners_fault)
{
	static struct trade trade;
	char scan[GOODS_SCAN_SIZE], serial[GOODS_SERIAL_SIZE + 2];
	NEED(open_world(&trade));
	const struct goods *goods = &trade.goods;
	goods_scan(goods->gtin, goods->expiry, goods->lot, "FALSE123456789", scan);
	CHECK(strcmp(check_text(&trade, span_text(scan)), "unknown_serial") == 0);
	CHECK(checked.diagnosis.damage == GS1_DAMAGE_NONE);
	/* The number of a pack that is there with one more character: a copy, not a suffix. */
	(void)snprintf(serial, sizeof serial, "%.*sX", GOODS_SERIAL_SIZE, goods->serials[0]);
	goods_scan(goods->gtin, goods->expiry, goods->lot, serial, scan);
	CHECK(strcmp(check_text(&trade, span_text(scan)), "unknown_serial") == 0);
	CHECK(strcmp(check_text(&trade, span_text("hello")), "ERR_FORMAT") == 0);
	trade_close(&trade);
}

TAP_MAIN(CASE(a_damaged_scan_is_the_scanners_fault), CASE(of_several_ways_the_ledger_knows_the_one),
	CASE(a_wrong_pack_is_not_the_scanners_fault))
