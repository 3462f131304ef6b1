/* What a party has put aside: seen by itself, counted, kept off the ledger, and barred from supply
 * without a reason. And packs that expire soon, as the party's own setting says. */
#include "tests/unit/api_world.h"

#include "appliance/view/quarantine.h"
#include "ledger/base/hex.h"

#define PATH      "/api/v1/quarantine"
#define DAYS_LEFT 40
#define PACKS     4

static struct api_world world;
static struct told told;

static bool open_world(void)
{
	struct trade *trade = &world.trade;
	struct fault fault = {0};
	return api_world_open(&world, PACKS, DAYS_LEFT) && trade_commission(trade) &&
	       trade_step(trade, KIND_LOT_CLOSE, &fault) &&
	       trade_step(trade, KIND_LOT_RELEASE, &fault);
}

static void close_world(void)
{
	told_close(&told);
	api_world_stop(&world);
	buf_close(&world.trade.xml);
	trade_remove(world.trade.folder);
}

static int ask(const char *user, const char *method, const char *path, json_t *body)
{
	char *text = body ? json_dumps(body, JSON_COMPACT) : NULL;
	struct asking asking = {user, NULL, method, path, text};
	int status = api_ask(&world, &asking, &told);
	if (status >= 400)
		printf("# %s %s: %d %s\n", user ? user : "nobody", path, status,
			told_text(&told, "error"));
	free(text);
	json_decref(body);
	return status;
}

/* Serial NULL: a code without a number of its own. */
static json_t *scan_of(const char *lot, const char *serial)
{
	const struct goods *goods = &world.trade.goods;
	char scan[GOODS_SCAN_SIZE];
	char hex[2 * GOODS_SCAN_SIZE + 1];
	if (serial)
		goods_scan(goods->gtin, goods->expiry, lot, serial, scan);
	else
		(void)snprintf(
			scan, sizeof scan, "(01)%s(17)%s(10)%s", goods->gtin, goods->expiry, lot);
	hex_print(span_text(scan), hex);
	return json_pack("{s:s}", "scan_hex", hex);
}

static json_t *pack_of(size_t pack)
{
	return scan_of(world.trade.goods.lot, world.trade.goods.serials[pack]);
}

static json_t *with(json_t *body, const char *name, json_t *value)
{
	(void)json_object_set_new(body, name, value);
	return body;
}

static int put(const char *user, json_t *scan, bool whole, const char *reason)
{
	return ask(user, "POST", PATH,
		with(with(scan, "whole_lot", json_boolean(whole)), "reason", json_string(reason)));
}

static int release(const char *user, json_t *scan, bool whole)
{
	return ask(user, "POST", PATH "/release", with(scan, "whole_lot", json_boolean(whole)));
}

/* Asked and recorded, as the account's scan is. */
static bool verdict_is(const char *user, json_t *scan, const char *word, const char *also)
{
	if (ask(user, "POST", "/api/v1/check", scan) != 200)
		return false;
	char *rest = json_dumps(json_object_get(told.json, "also"), JSON_COMPACT);
	bool right = !strcmp(told_text(&told, "verdict"), word) && !strcmp(rest, also);
	if (!right)
		printf("# %s, also %s\n", told_text(&told, "verdict"), rest);
	free(rest);
	return right;
}

static const char *aside_text(const char *name)
{
	const char *text =
		json_string_value(json_object_get(json_object_get(told.json, "quarantine"), name));
	return text ? text : "";
}

TEST(a_pack_is_put_aside_and_taken_out)
{
	NEED(open_world());
	uint64_t size = trade_size(&world.trade);
	CHECK(put("pharmacist", pack_of(0), false, "damaged") == 200);
	CHECK(verdict_is("pharmacist", pack_of(0), "quarantined", "[]"));
	CHECK(!strcmp(told_text(&told, "colour"), "amber"));
	CHECK(!strcmp(aside_text("reason"), "damaged") && !strcmp(aside_text("by"), "pharmacist"));
	CHECK(json_is_false(json_object_get(told.json, "recorded")));
	/* It is this pack, and this party's business alone. */
	CHECK(verdict_is("pharmacist", pack_of(1), "active", "[]"));
	CHECK(verdict_is("hospital", pack_of(0), "active", "[]"));
	CHECK(!json_object_get(told.json, "quarantine"));
	CHECK(verdict_is("authority", pack_of(0), "active", "[]"));
	CHECK(ask("hospital", "GET", PATH, NULL) == 200 && json_array_size(told.json) == 0);
	CHECK(release("warehouse", pack_of(0), false) == 404);
	/* Put there again, the reason is another one; nothing is there twice. */
	CHECK(put("pharmacist", pack_of(0), false, "temperature") == 200);
	CHECK(ask("pharmacist", "GET", PATH, NULL) == 200 && json_array_size(told.json) == 1);
	CHECK(!strcmp(json_string_value(json_object_get(json_array_get(told.json, 0), "reason")),
		"temperature"));
	CHECK(!strcmp(json_string_value(json_object_get(json_array_get(told.json, 0), "serial")),
		world.trade.goods.serials[0]));
	CHECK(release("pharmacist", pack_of(0), false) == 200);
	CHECK(verdict_is("pharmacist", pack_of(0), "active", "[]"));
	CHECK(release("pharmacist", pack_of(0), false) == 404);
	CHECK(trade_size(&world.trade) == size);
	close_world();
}

TEST(a_whole_lot_is_put_aside)
{
	const char *lot;
	NEED(open_world());
	lot = world.trade.goods.lot;
	CHECK(put("pharmacist", scan_of(lot, NULL), false, "recall") == 400);
	CHECK(put("pharmacist", pack_of(0), false, "damaged") == 200);
	CHECK(put("pharmacist", scan_of(lot, NULL), true, "recall") == 200);
	CHECK(verdict_is("pharmacist", pack_of(1), "quarantined", "[]"));
	CHECK(json_is_true(json_object_get(json_object_get(told.json, "quarantine"), "whole_lot")));
	CHECK(verdict_is("pharmacist", scan_of(lot, NULL), "quarantined", "[]"));
	/* A pack's own reason is told before its lot's. */
	CHECK(verdict_is("pharmacist", pack_of(0), "quarantined", "[]"));
	CHECK(!strcmp(aside_text("reason"), "damaged"));
	CHECK(verdict_is("pharmacist", scan_of("OTHER", NULL), "not_covered", "[]"));
	/* One pack of it cannot be taken out by itself. */
	CHECK(release("pharmacist", pack_of(1), false) == 404);
	CHECK_ROW(strstr(told_text(&told, "error"), "whole lot"), "%s", told_text(&told, "error"));
	CHECK(ask("pharmacist", "GET", PATH, NULL) == 200 && json_array_size(told.json) == 2);
	CHECK(release("pharmacist", pack_of(1), true) == 200);
	CHECK(verdict_is("pharmacist", pack_of(1), "active", "[]"));
	/* What was put aside by itself stays. */
	CHECK(verdict_is("pharmacist", pack_of(0), "quarantined", "[]"));
	close_world();
}

TEST(what_is_no_pack_no_reason_or_no_duty_is_refused)
{
	NEED(open_world());
	CHECK(put("pharmacist", pack_of(0), false, "mood") == 400);
	CHECK(ask("pharmacist", "POST", PATH, pack_of(0)) == 400);
	CHECK(put("pharmacist", json_pack("{s:s}", "scan", "no code"), false, "damaged") == 400);
	CHECK(put("authority", pack_of(0), false, "damaged") == 403);
	CHECK(put(NULL, pack_of(0), false, "damaged") == 401);
	CHECK(ask(NULL, "GET", PATH, NULL) == 401);
	CHECK(ask("pharmacist", "GET", PATH, NULL) == 200 && json_array_size(told.json) == 0);
	CHECK(!quarantine_word((enum quarantine_reason)0) && !quarantine_word(QUARANTINE_END));
	close_world();
}

TEST(what_hands_a_pack_on_needs_a_reason)
{
	static const struct {
		const char *verb;
		const char *reason;
		int status;
	} rows[] = {
		{"supply", NULL, 422},
		{"open", NULL, 422},
		{"sample", NULL, 422},
		{"free-sample", NULL, 422},
		{"export", NULL, 422},
		{"supply", "inspected", 200},
		{"void", NULL, 200},
		{"destroy", NULL, 200},
	};
	NEED(open_world());
	CHECK(put("pharmacist", pack_of(0), false, "suspect") == 200);
	uint64_t size = trade_size(&world.trade);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char path[64];
		json_t *body = pack_of(0);
		(void)snprintf(path, sizeof path, "/api/v1/packs/%s", rows[i].verb);
		if (rows[i].reason)
			body = with(body, "reason", json_string(rows[i].reason));
		if (!strcmp(rows[i].verb, "open"))
			body = with(body, "remaining", json_integer(3));
		CHECK_ROW(ask("pharmacist", "POST", path, body) == rows[i].status, "%s: %d",
			rows[i].verb, told.status);
		if (i < 5) {
			CHECK_ROW(strstr(told_text(&told, "error"), "in your quarantine"), "%s",
				told_text(&told, "error"));
			CHECK(trade_size(&world.trade) == size);
		}
	}
	/* Another party that holds it is not kept from anything. */
	CHECK(put("pharmacist", pack_of(1), false, "suspect") == 200);
	CHECK(ask("hospital", "POST", "/api/v1/packs/supply", pack_of(1)) == 200);
	close_world();
}

static json_int_t own_of_recall(const char *name)
{
	if (ask("pharmacist", "GET", "/api/v1/recalls", NULL) != 200)
		return -1;
	return json_integer_value(json_object_get(json_array_get(told.json, 0), name));
}

static json_int_t stock_of_lot(const char *name)
{
	if (ask("pharmacist", "GET", "/api/v1/stock", NULL) != 200)
		return -1;
	return json_integer_value(json_object_get(json_array_get(told.json, 0), name));
}

TEST(a_recall_and_the_stock_count_what_is_aside)
{
	const struct goods *goods = &world.trade.goods;
	NEED(open_world());
	for (size_t i = 0; i < 3; i++)
		CHECK(ask("pharmacist", "POST", "/api/v1/receive",
			      json_pack("{s:o}", "scan",
				      json_sprintf("(01)%s(17)%s(10)%s(21)%s", goods->gtin,
					      goods->expiry, goods->lot, goods->serials[i]))) ==
			200);
	CHECK(ask("authority", "POST", "/api/v1/recalls",
		      json_pack("{s:[{s:s, s:[s]}], s:i}", "items", "gtin", TRADE_GTIN, "lots",
			      goods->lot, "class", 4)) == 200);
	CHECK(own_of_recall("held") == 3 && own_of_recall("quarantined") == 0);
	CHECK(put("pharmacist", pack_of(0), false, "recall") == 200);
	CHECK(put("pharmacist", pack_of(1), false, "recall") == 200);
	CHECK(put("pharmacist", pack_of(3), false, "recall") == 200); /* not in stock */
	CHECK(own_of_recall("held") == 3 && own_of_recall("quarantined") == 2);
	CHECK(put("pharmacist", pack_of(0), true, "recall") == 200);
	CHECK(own_of_recall("quarantined") == 3 && stock_of_lot("quarantined") == 3);
	CHECK(ask("pharmacist", "GET", PATH, NULL) == 200 && json_array_size(told.json) == 4);
	CHECK(json_integer_value(json_object_get(json_array_get(told.json, 0), "held")) == 3);
	/* Destroyed, it is neither held nor aside. */
	CHECK(ask("pharmacist", "POST", "/api/v1/packs/destroy", pack_of(0)) == 200);
	CHECK(stock_of_lot("held") == 2 && stock_of_lot("quarantined") == 2);
	/* The notice is recorded although the quarantine is shown before it. */
	CHECK(verdict_is("pharmacist", pack_of(1), "quarantined", "[\"caution\"]"));
	CHECK(json_is_true(json_object_get(told.json, "recorded")));
	close_world();
}

static bool start_with_days(uint16_t days)
{
	struct trade *trade = &world.trade;
	struct fault fault = {0};
	struct config config = trade->appliance.config;
	config.short_dated_days = days;
	told_close(&told);
	api_world_stop(&world);
	return trade_done(config_save(trade->folder, &config, &fault), &fault) &&
	       trade_resume(trade) && api_world_start(&world);
}

TEST(days_left_are_told_as_the_setting_says)
{
	static const struct {
		uint16_t days;
		const char *verdict;
		json_int_t left;
	} rows[] = {
		{0, "active", 0},
		{DAYS_LEFT, "active", 0}, /* as many are left as are wanted */
		{DAYS_LEFT + 1, "short_dated", DAYS_LEFT},
		{CONFIG_SHORT_DATED_MAX, "short_dated", DAYS_LEFT},
	};
	NEED(open_world());
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		NEED(start_with_days(rows[i].days));
		uint64_t size = trade_size(&world.trade);
		CHECK_ROW(
			verdict_is("pharmacist", pack_of(0), rows[i].verdict, "[]"), "row %zu", i);
		const json_t *dated = json_object_get(told.json, "short_dated");
		CHECK_ROW(json_integer_value(json_object_get(dated, "days_left")) == rows[i].left,
			"row %zu", i);
		CHECK_ROW(json_integer_value(json_object_get(dated, "warn_days")) ==
				  (rows[i].left ? rows[i].days : 0),
			"row %zu", i);
		CHECK_ROW(trade_size(&world.trade) == size, "row %zu: it is on the ledger", i);
	}
	/* Who is not signed in is told of the code, not of this house's wishes. */
	CHECK(ask(NULL, "GET", "/api/v1/check?scan=(01)05012345678900", NULL) == 200);
	CHECK(!json_object_get(told.json, "short_dated"));
	CHECK(put("pharmacist", pack_of(0), false, "expiry") == 200);
	CHECK(verdict_is("pharmacist", pack_of(0), "quarantined", "[\"short_dated\"]"));
	close_world();
}

TAP_MAIN(CASE(a_pack_is_put_aside_and_taken_out), CASE(a_whole_lot_is_put_aside),
	CASE(what_is_no_pack_no_reason_or_no_duty_is_refused),
	CASE(what_hands_a_pack_on_needs_a_reason), CASE(a_recall_and_the_stock_count_what_is_aside),
	CASE(days_left_are_told_as_the_setting_says))
