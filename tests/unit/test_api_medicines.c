/* What parties see and may do through the interface, on a real ledger with a clock that moves: who
 * sees which side of a double supply, whose transcriptions count, ten days for taking back, stock
 * that expires soon, corrections, amendments and alerts closed. */
#include "tests/unit/api_world.h"
#include "tests/unit/moving_clock.h"

#include "ledger/base/civil.h"
#include "ledger/base/hex.h"

#define DAYS_LEFT 400

static struct api_world world;
static struct told told;

/* The demo's plan with a second tenant, its place and its account. */
static bool write_plan(char path[64])
{
	json_t *plan = json_load_file("deploy/demo/plan.json", 0, NULL);
	(void)snprintf(path, 64, P_tmpdir "/assay-plan-XXXXXX");
	int fd = mkstemp(path);
	(void)json_array_append_new(
		json_object_get(plan, "tenants"), json_pack("{s:s}", "name", "corner"));
	(void)json_array_append_new(json_object_get(plan, "places"),
		json_pack("{s:s, s:s, s:s}", "party", "corner", "name", "Demo Corner Pharmacy",
			"gln", "5011111000013"));
	(void)json_array_append_new(json_object_get(plan, "users"),
		json_pack("{s:s, s:s, s:[s, s]}", "user", "corner", "party", "corner", "roles",
			"pharmacist", "viewer"));
	bool right = plan && fd >= 0 && json_dump_file(plan, path, 0) == 0;
	json_decref(plan);
	if (fd >= 0)
		(void)close(fd);
	return right;
}

static bool open_world(void)
{
	char plan[64];
	struct trade *trade = &world.trade;
	struct fault fault = {0};
	bool right = write_plan(plan) &&
		     trade_open_plan(trade, plan, GOODS_CASE_PACKS, DAYS_LEFT) &&
		     api_world_start(&world) && trade_commission(trade) &&
		     trade_step(trade, KIND_LOT_CLOSE, &fault) &&
		     trade_step(trade, KIND_LOT_RELEASE, &fault);
	(void)unlink(plan);
	return right;
}

static void close_world(void)
{
	told_close(&told);
	api_world_stop(&world);
	buf_close(&world.trade.xml);
	trade_remove(world.trade.folder);
}

static const char *pack_scan(size_t pack)
{
	static char scan[GOODS_SCAN_SIZE];
	const struct goods *goods = &world.trade.goods;
	goods_scan(goods->gtin, goods->expiry, goods->lot, goods->serials[pack], scan);
	return scan;
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

static json_t *scan_body(const char *scan)
{
	char hex[2 * GOODS_SCAN_SIZE + 1];
	hex_print(span_text(scan), hex);
	return json_pack("{s:s}", "scan_hex", hex);
}

static int change(const char *user, const char *verb, size_t pack)
{
	char path[64];
	(void)snprintf(path, sizeof path, "/api/v1/packs/%s", verb);
	json_t *body = scan_body(pack_scan(pack));
	if (!strcmp(verb, "return"))
		(void)json_object_set_new(body, "never_left_our_control", json_true());
	return ask(user, "POST", path, body);
}

static int check(const char *user, size_t pack)
{
	char path[32 + 2 * GOODS_SCAN_SIZE];
	char hex[2 * GOODS_SCAN_SIZE + 1];
	hex_print(span_text(pack_scan(pack)), hex);
	(void)snprintf(path, sizeof path, "/api/v1/check?scan_hex=%s", hex);
	return ask(user, "GET", path, NULL);
}

/* evidence.change of the last verdict. */
static const json_t *shown_change(void)
{
	return json_object_get(json_object_get(told.json, "evidence"), "change");
}

static bool alert_is(const char *word)
{
	if (!strcmp(told_text(&told, "alert"), word))
		return true;
	printf("# alert \"%s\"\n", told_text(&told, "alert"));
	return false;
}

TEST(who_sees_which_side_of_a_double_supply)
{
	NEED(open_world());
	CHECK(change("pharmacist", "supply", 0) == 200 && alert_is(""));
	json_int_t first = json_integer_value(json_object_get(told.json, "undo"));
	/* Another tenant's account supplies the same pack. */
	CHECK(change("corner", "supply", 0) == 200 && alert_is("already_supplied"));
	json_int_t second = json_integer_value(json_object_get(told.json, "undo"));
	/* The own site sees all. */
	CHECK(check("pharmacist", 0) == 200);
	CHECK(json_is_true(json_object_get(shown_change(), "own")));
	CHECK(json_integer_value(json_object_get(shown_change(), "position")) == first);
	CHECK(json_is_string(json_object_get(shown_change(), "time")));
	/* Another organisation sees date and alert number; also a tenant of the same operator. */
	static const char *const others[] = {"corner", "hospital", "warehouse"};
	for (size_t i = 0; i < 3; i++) {
		CHECK_ROW(check(others[i], 0) == 200, "%s", others[i]);
		CHECK_ROW(
			!strcmp(told_text(&told, "verdict"), "already_supplied"), "%s", others[i]);
		CHECK_ROW(json_object_size(shown_change()) == 2 &&
				  json_is_false(json_object_get(shown_change(), "own")) &&
				  json_is_string(json_object_get(shown_change(), "day")),
			"%s sees more than the day", others[i]);
		CHECK_ROW(json_integer_value(json_object_get(
				  json_object_get(told.json, "evidence"), "alert")) > 0,
			"%s", others[i]);
	}
	/* Who is not signed in as well. */
	CHECK(check(NULL, 0) == 200 && json_object_size(shown_change()) == 2);
	/* The authority sees both. */
	CHECK(check("authority", 0) == 200);
	CHECK(json_integer_value(json_object_get(shown_change(), "position")) == first);
	CHECK(!strcmp(
		json_string_value(json_object_get(shown_change(), "by")), "wholesale.example"));
	CHECK(ask("authority", "GET", "/api/v1/alerts", NULL) == 200);
	const json_t *cases = json_object_get(json_array_get(told.json, 0), "cases");
	NEED(json_array_size(cases) == 1);
	const json_t *one = json_array_get(cases, 0);
	CHECK(json_integer_value(json_object_get(one, "position")) == second);
	CHECK(json_integer_value(json_object_get(one, "before")) == first);
	/* Others are not told the cases of an alert. */
	CHECK(ask("corner", "GET", "/api/v1/alerts", NULL) == 200);
	CHECK(json_array_size(told.json) == 1 &&
		!json_object_get(json_array_get(told.json, 0), "cases"));
	close_world();
}

/* The steps of a trace that are about the pack itself, as told to an account. */
static const json_t *supply_step(const char *user, size_t pack)
{
	char path[32 + 2 * GOODS_SCAN_SIZE];
	char hex[2 * GOODS_SCAN_SIZE + 1];
	hex_print(span_text(pack_scan(pack)), hex);
	(void)snprintf(path, sizeof path, "/api/v1/trace?scan_hex=%s", hex);
	if (ask(user, "GET", path, NULL) != 200)
		return NULL;
	const json_t *steps = json_object_get(told.json, "steps");
	for (size_t i = 0; i < json_array_size(steps); i++) {
		const json_t *step = json_array_get(steps, i);
		const char *what = json_string_value(json_object_get(step, "what"));
		if (what && !strncmp(what, "pack supplied", 13))
			return step;
	}
	return NULL;
}

TEST(a_trace_tells_others_the_day_of_a_change)
{
	NEED(open_world());
	CHECK(change("pharmacist", "supply", 0) == 200);
	const json_t *own = supply_step("pharmacist", 0);
	CHECK(own && json_object_get(own, "position") && json_object_get(own, "by"));
	const json_t *others = supply_step("corner", 0);
	NEED(others);
	CHECK(!json_object_get(others, "position") && !json_object_get(others, "by"));
	CHECK(strlen(json_string_value(json_object_get(others, "time"))) == 10);
	const json_t *authority = supply_step("authority", 0);
	CHECK(authority && json_object_get(authority, "position"));
	close_world();
}

TEST(after_ten_days_nothing_is_taken_back)
{
	static const struct {
		const char *verb;
		int hours;
		const char *alert;
		const char *verdict;
	} rows[] = {
		{"void", 239, "", "active"},
		{"return", 239, "", "active"},
		{"void", 241, "undo_late", "already_supplied"},
		{"return", 241, "undo_late", "already_supplied"},
	};
	NEED(open_world());
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		CHECK_ROW(change("pharmacist", "supply", i) == 200 && alert_is(""), "row %zu", i);
		atomic_fetch_add(&clock_ahead_ms, rows[i].hours * 3600000LL);
		CHECK_ROW(change("pharmacist", rows[i].verb, i) == 200 && alert_is(rows[i].alert),
			"row %zu", i);
		CHECK_ROW(check("pharmacist", i) == 200 &&
				  !strcmp(told_text(&told, "verdict"), rows[i].verdict),
			"row %zu: %s", i, told_text(&told, "verdict"));
		/* Supplied once more: only what was taken back can be. */
		CHECK_ROW(change("pharmacist", "supply", i) == 200 &&
				  alert_is(rows[i].alert[0] ? "already_supplied" : ""),
			"row %zu", i);
	}
	close_world();
}

/* Goods-in by scan with an expiry in so many days, or with day 00 of the month it falls in. */
static uint32_t receive_expiring(int32_t in_days, bool day_00, const char *serial)
{
	char scan[GOODS_SCAN_SIZE];
	char expiry[24];
	int32_t year;
	int32_t month;
	int32_t day;
	int32_t today = zone_day(ZONE_EUROPE_LONDON, env_now_ms(&world.trade.appliance.env));
	civil_from_day(today + in_days, &year, &month, &day);
	(void)snprintf(expiry, sizeof expiry, "%02d%02d%02d", (int)(year % 100), (int)month,
		day_00 ? 0 : (int)day);
	goods_scan(TRADE_GTIN, expiry, "SOON", serial, scan);
	return ask("pharmacist", "POST", "/api/v1/receive", json_pack("{s:s}", "scan", scan)) == 200
		       ? (uint32_t)strtoul(expiry, NULL, 10)
		       : 0;
}

static bool is_listed(int days, const char *expiry)
{
	char path[64];
	(void)snprintf(path, sizeof path, "/api/v1/stock?near_expiry_days=%d", days);
	if (ask("pharmacist", "GET", path, NULL) != 200)
		return false;
	for (size_t i = 0; i < json_array_size(told.json); i++)
		if (!strcmp(json_string_value(
				    json_object_get(json_array_get(told.json, i), "expiry")),
			    expiry))
			return true;
	return false;
}

TEST(day_00_expires_with_its_month)
{
	char text[11];
	NEED(open_world());
	/* In some month ahead: listed from its last day back, not from its first. */
	uint32_t month = receive_expiring(65, true, "MONTH");
	uint32_t day = receive_expiring(65, false, "DAY");
	NEED(month && day);
	int32_t today = zone_day(ZONE_EUROPE_LONDON, env_now_ms(&world.trade.appliance.env));
	int32_t last = expiry_day(month);
	expiry_print(month, text);
	CHECK(strlen(text) == 7);
	CHECK(last >= today + 65 && last <= today + 65 + 30);
	CHECK(is_listed(last - today, text));
	CHECK(!is_listed(last - today - 1, text));
	expiry_print(day, text);
	CHECK(strlen(text) == 10);
	CHECK(is_listed(65, text) && !is_listed(64, text));
	close_world();
}

static json_t *recall_body(bool transcribed)
{
	json_t *body = json_pack("{s:[{s:s, s:[s]}], s:i}", "items", "gtin", TRADE_GTIN, "lots",
		world.trade.goods.lot, "class", 2);
	if (transcribed) {
		(void)json_object_set_new(body, "transcribed", json_true());
		(void)json_object_set_new(body, "notice", json_string("EL(26)A/12"));
	}
	return body;
}

static size_t recalls_seen(const char *user, bool *transcribed)
{
	if (ask(user, "GET", "/api/v1/recalls", NULL) != 200)
		return 99;
	*transcribed = json_is_true(json_object_get(json_array_get(told.json, 0), "transcribed"));
	return json_array_size(told.json);
}

static bool is_recalled(const char *user)
{
	if (check(user, 0) != 200)
		return false;
	const json_t *recall = json_object_get(json_object_get(told.json, "evidence"), "recall");
	return !strcmp(told_text(&told, "verdict"), "recalled") &&
	       json_is_true(json_object_get(recall, "transcribed"));
}

TEST(a_transcription_is_for_oneself_and_those_who_follow)
{
	bool transcribed = false;
	NEED(open_world());
	CHECK(ask("hospital", "POST", "/api/v1/recalls", recall_body(true)) == 200);
	CHECK(recalls_seen("hospital", &transcribed) == 1 && transcribed);
	CHECK(is_recalled("hospital"));
	/* Nobody else, but authorities. */
	CHECK(recalls_seen("pharmacist", &transcribed) == 0 && !is_recalled("pharmacist"));
	CHECK(recalls_seen(NULL, &transcribed) == 0 && !is_recalled(NULL));
	CHECK(recalls_seen("authority", &transcribed) == 1 && transcribed);
	/* Those who follow the hospital, and each party for itself. */
	CHECK(ask("pharmacist", "POST", "/api/v1/followed",
		      json_pack("{s:s}", "member", "nobody.example")) == 404);
	CHECK(ask("pharmacist", "POST", "/api/v1/followed",
		      json_pack("{s:s}", "member", "hospital.example")) == 200);
	CHECK(json_array_size(told.json) == 1);
	CHECK(recalls_seen("pharmacist", &transcribed) == 1 && transcribed);
	CHECK(is_recalled("pharmacist"));
	CHECK(recalls_seen("corner", &transcribed) == 0 && !is_recalled("corner"));
	CHECK(ask("pharmacist", "DELETE", "/api/v1/followed/hospital.example", NULL) == 200);
	CHECK(recalls_seen("pharmacist", &transcribed) == 0 && !is_recalled("pharmacist"));
	close_world();
}

TEST(a_recall_is_amended_and_ended)
{
	char path[128];
	char id[64];
	NEED(open_world());
	CHECK(ask("authority", "POST", "/api/v1/recalls", recall_body(false)) == 200);
	(void)snprintf(id, sizeof id, "%s", told_text(&told, "recall"));
	(void)snprintf(path, sizeof path, "/api/v1/recalls/%s/amend", id);
	/* What says nothing, or something else, changes nothing. */
	CHECK(ask("authority", "POST", path, json_object()) == 400);
	CHECK(ask("authority", "POST", path, json_pack("{s:i}", "class", 9)) == 400);
	CHECK(ask("authority", "POST", path, json_pack("{s:s}", "depth", "ward")) == 400);
	CHECK(ask("authority", "POST", path, json_pack("{s:[]}", "add")) == 400);
	CHECK(ask("pharmacist", "POST", path, json_pack("{s:i}", "class", 4)) == 403);
	CHECK(ask("maker", "POST", path, json_pack("{s:i}", "class", 4)) == 422);
	CHECK(ask("authority", "POST", path,
		      json_pack("{s:i, s:s, s:[{s:s, s:[s]}]}", "class", 4, "depth", "pharmacy",
			      "add", "gtin", TRADE_GTIN, "lots", "OTHER")) == 200);
	CHECK(ask(NULL, "GET", "/api/v1/recalls", NULL) == 200);
	const json_t *recall = json_array_get(told.json, 0);
	CHECK(json_integer_value(json_object_get(recall, "class")) == 4);
	CHECK(json_integer_value(json_object_get(recall, "version")) == 2);
	CHECK(json_array_size(json_object_get(recall, "items")) == 2);
	CHECK(check("pharmacist", 0) == 200 && !strcmp(told_text(&told, "colour"), "amber"));
	CHECK(ask("authority", "POST", path,
		      json_pack("{s:[{s:s, s:[s]}]}", "remove", "gtin", TRADE_GTIN, "lots",
			      world.trade.goods.lot)) == 200);
	CHECK(check("pharmacist", 0) == 200 && !strcmp(told_text(&told, "colour"), "green"));
	(void)snprintf(path, sizeof path, "/api/v1/recalls/%s", id);
	CHECK(ask("authority", "DELETE", path, NULL) == 200);
	CHECK(ask("authority", "DELETE", path, NULL) == 422);
	close_world();
}

/* Number of the newest alert, and whether it is open. */
static json_int_t newest_alert(const char *user, bool *is_open)
{
	if (ask(user, "GET", "/api/v1/alerts", NULL) != 200)
		return 0;
	const json_t *one = json_array_get(told.json, 0);
	*is_open = json_is_true(json_object_get(one, "open"));
	return json_integer_value(json_object_get(one, "alert"));
}

TEST(an_alert_is_closed_by_whom_it_concerns)
{
	char path[64];
	bool is_open = false;
	NEED(open_world());
	CHECK(change("pharmacist", "supply", 0) == 200);
	CHECK(change("corner", "supply", 0) == 200 && alert_is("already_supplied"));
	json_int_t number = newest_alert("corner", &is_open);
	NEED(number > 0 && is_open);
	(void)snprintf(path, sizeof path, "/api/v1/alerts/%lld/resolve", (long long)number);
	CHECK(ask("corner", "POST", path, json_pack("{s:s}", "cause", "nothing")) == 400);
	CHECK(ask("corner", "POST", path, json_pack("{s:s}", "cause", "corrected")) == 400);
	CHECK(ask("hospital", "POST", path, json_pack("{s:s}", "cause", "user")) == 422);
	CHECK(ask("corner", "POST", "/api/v1/alerts/x/resolve",
		      json_pack("{s:s}", "cause", "user")) == 404);
	CHECK(ask("corner", "POST", "/api/v1/alerts/4711/resolve",
		      json_pack("{s:s}", "cause", "user")) == 422);
	CHECK(ask("maker", "POST", path, json_pack("{s:s}", "cause", "user")) == 200);
	CHECK(newest_alert("corner", &is_open) == number && !is_open);
	CHECK(ask("maker", "POST", path, json_pack("{s:s}", "cause", "user")) == 422);
	close_world();
}

static json_t *lot_body(const char *name, json_t *value)
{
	json_t *body = json_pack("{s:s, s:s}", "gtin", TRADE_GTIN, "lot", world.trade.goods.lot);
	if (name)
		(void)json_object_set_new(body, name, value);
	return body;
}

TEST(a_correction_closes_the_alerts_that_the_mistake_caused)
{
	char scan[GOODS_SCAN_SIZE];
	bool is_open = false;
	const struct goods *goods = &world.trade.goods;
	NEED(open_world());
	/* Packs are printed with the end of 2031; the lot was registered otherwise. */
	goods_scan(goods->gtin, "311231", goods->lot, goods->serials[0], scan);
	CHECK(ask("pharmacist", "POST", "/api/v1/check", scan_body(scan)) == 200);
	CHECK(!strcmp(told_text(&told, "verdict"), "expiry_mismatch"));
	NEED(newest_alert("maker", &is_open) > 0 && is_open);
	static const char path[] = "/api/v1/lots/correct";
	CHECK(ask("maker", "POST", path, lot_body(NULL, NULL)) == 400);
	CHECK(ask("maker", "POST", path, lot_body("reason", json_string("mood"))) == 400);
	CHECK(ask("maker", "POST", path, lot_body("reason", json_string("expiry"))) == 400);
	json_t *body = lot_body("reason", json_string("expiry"));
	(void)json_object_set_new(body, "expiries", json_pack("[s, s]", "2031-12-31", "311231"));
	CHECK(ask("maker", "POST", path, body) == 400);
	body = lot_body("reason", json_string("expiry"));
	(void)json_object_set_new(
		body, "expiries", json_pack("[s, s]", "2031-12-31", goods->expiry));
	CHECK(ask("maker", "POST", path, body) == 200);
	CHECK(newest_alert("maker", &is_open) > 0 && !is_open);
	CHECK(ask("pharmacist", "POST", "/api/v1/check", scan_body(scan)) == 200);
	CHECK_ROW(
		!strcmp(told_text(&told, "verdict"), "active"), "%s", told_text(&told, "verdict"));
	/* Not all packs are registered: one that is not there is no alert any more. */
	goods_scan(goods->gtin, goods->expiry, goods->lot, "NOTTHERE", scan);
	CHECK(ask("pharmacist", "POST", "/api/v1/check", scan_body(scan)) == 200);
	CHECK(!strcmp(told_text(&told, "verdict"), "unknown_serial"));
	CHECK(ask("maker", "POST", path, lot_body("reason", json_string("packs"))) == 200);
	CHECK(ask("pharmacist", "POST", "/api/v1/check", scan_body(scan)) == 200);
	CHECK_ROW(
		strcmp(told_text(&told, "colour"), "red") != 0, "%s", told_text(&told, "verdict"));
	close_world();
}

TEST(coverage_is_a_day_or_a_list)
{
	static const struct {
		const char *body;
		int status;
	} rows[] = {
		{"{\"gtin\":\"05012345678900\"}", 400},
		{"{\"gtin\":\"05012345678900\",\"from\":\"2026-01-01\",\"lots\":[\"A\"]}", 400},
		{"{\"gtin\":\"05012345678900\",\"lots\":[]}", 400},
		{"{\"gtin\":\"05012345678900\",\"lots\":\"A\"}", 400},
		{"{\"gtin\":\"05012345678900\",\"lots\":[\"\"]}", 400},
		{"{\"gtin\":\"05012345678900\",\"lots\":[\"A\",\"A\"]}", 422},
		{"{\"gtin\":\"05012345678900\",\"from\":\"2026-01-01\",\"months\":1201}", 400},
		{"{\"gtin\":\"05012345678900\",\"lots\":[\"B2\",\"A1\"]}", 200},
		{"{\"gtin\":\"05012345678900\",\"from\":\"2026-01-01\",\"months\":36}", 200},
	};
	NEED(open_world());
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct asking asking = {"maker", NULL, "POST", "/api/v1/coverage", rows[i].body};
		CHECK_ROW(api_ask(&world, &asking, &told) == rows[i].status, "row %zu: %d %s", i,
			told.status, told_text(&told, "error"));
	}
	close_world();
}

TAP_MAIN(CASE(who_sees_which_side_of_a_double_supply),
	CASE(a_trace_tells_others_the_day_of_a_change), CASE(after_ten_days_nothing_is_taken_back),
	CASE(day_00_expires_with_its_month),
	CASE(a_transcription_is_for_oneself_and_those_who_follow),
	CASE(a_recall_is_amended_and_ended), CASE(an_alert_is_closed_by_whom_it_concerns),
	CASE(a_correction_closes_the_alerts_that_the_mistake_caused),
	CASE(coverage_is_a_day_or_a_list))
