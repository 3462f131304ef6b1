/* A request that comes again under its Idempotency-Key: answered as the first time and done once,
 * also when the appliance was killed between any two durable writes of the first time. */
#include "tests/unit/api_world.h"
#include "tests/unit/kill_disk.h"

#include <pthread.h>
#include <sys/wait.h>

#define PACKS     GOODS_CASE_PACKS
#define KILLS_MAX 64

static struct api_world world;

/* The pharmacy holds the first pack; the lot is released. */
static bool open_world(void)
{
	struct trade *trade = &world.trade;
	struct fault fault = {0};
	return api_world_open(&world, PACKS, 400) && trade_commission(trade) &&
	       trade_step(trade, KIND_LOT_CLOSE, &fault) &&
	       trade_step(trade, KIND_LOT_RELEASE, &fault) && trade_pack(trade, TRADE_WHOLESALE) &&
	       trade_capture(trade, &fault);
}

static void close_world(void)
{
	api_world_stop(&world);
	buf_close(&world.trade.xml);
	trade_remove(world.trade.folder);
}

/* {"scan_hex": ...} of a pack, and more members. */
static void put_scan(char out[512], const struct goods *goods, size_t pack, const char *more)
{
	char scan[GOODS_SCAN_SIZE];
	char *at = out;
	goods_scan(goods->gtin, goods->expiry, goods->lot, goods->serials[pack], scan);
	at += snprintf(at, 16, "{\"scan_hex\":\"");
	for (const char *c = scan; *c; c++)
		at += snprintf(at, 3, "%02x", (unsigned)(unsigned char)*c);
	(void)snprintf(at, 64, "\"%s}", more);
}

TEST(a_supply_that_comes_again_is_answered_again)
{
	char body[512];
	char other[512];
	struct told first = {0};
	struct told again = {0};
	NEED(open_world());
	put_scan(body, &world.trade.goods, 0, "");
	put_scan(other, &world.trade.goods, 1, "");
	struct asking supply = {"pharmacist", "\"one\"", "POST", "/api/v1/packs/supply", body};
	uint64_t size = trade_size(&world.trade);
	CHECK(api_ask(&world, &supply, &first) == 200 && !first.replayed);
	CHECK(!strcmp(told_text(&first, "alert"), ""));
	CHECK(api_ask(&world, &supply, &again) == 200 && again.replayed);
	CHECK(first.text.size == again.text.size &&
		!memcmp(first.text.at, again.text.at, first.text.size));
	CHECK(trade_count(&world.trade, size, KIND_SUPPLY) == 1);
	/* Quoted or not, it is the same key. */
	supply.key = "one";
	CHECK(api_ask(&world, &supply, &again) == 200 && again.replayed);
	/* Without a key it is another request, and the pack was supplied. */
	supply.key = NULL;
	CHECK(api_ask(&world, &supply, &again) == 200);
	CHECK(!strcmp(told_text(&again, "alert"), "already_supplied"));
	/* The same key for something else. */
	supply.key = "one";
	supply.body = other;
	CHECK(api_ask(&world, &supply, &again) == 422);
	supply.body = body;
	supply.path = "/api/v1/packs/destroy";
	CHECK(api_ask(&world, &supply, &again) == 422);
	CHECK(trade_count(&world.trade, size, KIND_DESTROY) == 0);
	/* Another account's key is another key. */
	supply.path = "/api/v1/packs/supply";
	supply.user = "warehouse";
	CHECK(api_ask(&world, &supply, &again) == 200 && !again.replayed);
	told_close(&first);
	told_close(&again);
	close_world();
}

TEST(a_key_has_a_form)
{
	static const struct {
		const char *key;
		int status;
	} rows[] = {
		{"a", 400},
		{"8e03978e-40d5-43dd-bc93-6894a57f9324", 400},
		{"\"quoted\"", 400},
		{"", -400},
		{"\"\"", -400},
		{"two words", -400},
		{"a\"b", -400},
		{"a\\b", -400},
		{"\xc3\xa9", -400},
		{"0123456789012345678901234567890123456789012345678901234567890123"
		 "0123456789012345678901234567890123456789012345678901234567890123",
			400},
		{"0123456789012345678901234567890123456789012345678901234567890123"
		 "01234567890123456789012345678901234567890123456789012345678901234",
			-400},
	};
	struct told told = {0};
	NEED(open_world());
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct asking asking = {
			"pharmacist", rows[i].key, "POST", "/api/v1/packs/supply", "{}"};
		bool is_key = rows[i].status > 0;
		CHECK_ROW(api_ask(&world, &asking, &told) == 400, "row %zu: %d", i, told.status);
		/* Of the key, or of the request without a scan. */
		CHECK_ROW((strstr(told_text(&told, "error"), "Idempotency-Key") == NULL) == is_key,
			"row %zu: %s", i, told_text(&told, "error"));
	}
	/* Who is not signed in has none; who only reads needs none. */
	struct asking nobody = {NULL, "", "GET", "/healthz", NULL};
	CHECK(api_ask(&world, &nobody, &told) == 200);
	told_close(&told);
	close_world();
}

static void *ask_in_thread(void *self)
{
	struct told *told = self;
	char body[512];
	put_scan(body, &world.trade.goods, 0, "");
	struct asking supply = {"pharmacist", "both", "POST", "/api/v1/packs/supply", body};
	(void)api_ask(&world, &supply, told);
	return NULL;
}

TEST(two_at_once_are_one)
{
	enum { THREADS = 8 };
	pthread_t threads[THREADS];
	struct told told[THREADS] = {0};
	int done = 0;
	NEED(open_world());
	uint64_t size = trade_size(&world.trade);
	for (size_t i = 0; i < THREADS; i++)
		NEED(pthread_create(&threads[i], NULL, ask_in_thread, &told[i]) == 0);
	for (size_t i = 0; i < THREADS; i++)
		(void)pthread_join(threads[i], NULL);
	for (size_t i = 0; i < THREADS; i++) {
		CHECK_ROW(told[i].status == 200 || told[i].status == 409, "%d", told[i].status);
		done += told[i].status == 200 && !told[i].replayed;
		told_close(&told[i]);
	}
	CHECK_ROW(done == 1, "%d", done);
	CHECK(trade_count(&world.trade, size, KIND_SUPPLY) == 1);
	close_world();
}

/* ---- killed ---- */

enum { SCAN, LOT, RECALL, CASE_IN, SHIP };

static const struct deed {
	const char *name;
	const char *user;
	const char *path;
	int body;
	unsigned kind;
	const char *member; /* of the answer, that says what was done */
} deeds[] = {
	{"supply", "pharmacist", "/api/v1/packs/supply", SCAN, KIND_SUPPLY, "undo"},
	{"extend", "maker", "/api/v1/lots/extend", LOT, KIND_LOT_EXTEND, "outcome"},
	{"recall", "authority", "/api/v1/recalls", RECALL, KIND_RECALL, "recall"},
	{"receive", "warehouse", "/api/v1/receive", CASE_IN, KIND_MOVEMENT, "packs"},
};

static void put_body(char out[512], int which, const struct goods *goods)
{
	char scan[GOODS_SCAN_SIZE];
	switch (which) {
	case LOT:
		(void)snprintf(out, 512,
			"{\"gtin\":\"%s\",\"lot\":\"%s\",\"expiry\":\"2032-01-31\"}", goods->gtin,
			goods->lot);
		break;
	case RECALL:
		(void)snprintf(out, 512,
			"{\"items\":[{\"gtin\":\"%s\",\"lots\":[\"%s\"]}],\"class\":2}",
			goods->gtin, goods->lot);
		break;
	case CASE_IN:
		goods_scan_sscc(goods->pallet, scan);
		(void)snprintf(out, 512, "{\"scan\":\"%s\"}", scan);
		break;
	default: put_scan(out, goods, 0, "");
	}
}

/* 0: answered; 1: killed; 2: something else. */
static int ask_killed(const struct asking *asking, long at)
{
	(void)fflush(stdout);
	pid_t child = fork();
	if (!child) {
		struct told told = {0};
		kill_disk_start();
		if (!trade_resume(&world.trade) || !api_world_start(&world))
			_exit(2);
		kill_disk_arm(at);
		int status = api_ask(&world, asking, &told);
		kill_disk_arm(0);
		if (status != 200)
			printf("# %d %s\n", status, told_text(&told, "error"));
		(void)fflush(stdout);
		_exit(status == 200 ? 0 : 2);
	}
	int status = 0;
	if (child < 0 || waitpid(child, &status, 0) != child)
		return 2;
	return WIFSIGNALED(status) ? 1 : WEXITSTATUS(status);
}

static void ask_twice(struct tap *tap, const struct deed *deed, const struct asking *asking,
	uint64_t size, long at)
{
	struct told told = {0};
	struct told again = {0};
	CHECK_ROW(api_ask(&world, asking, &told) == 200, "%s %ld: %d %s", deed->name, at,
		told.status, told_text(&told, "error"));
	CHECK_ROW(json_object_get(told.json, deed->member), "%s %ld: %.*s", deed->name, at,
		(int)told.text.size, (const char *)told.text.at);
	CHECK_ROW(!json_object_get(told.json, "alert"), "%s %ld: %s", deed->name, at,
		told_text(&told, "alert"));
	CHECK_ROW(trade_count(&world.trade, size, deed->kind) == 1, "%s %ld: %d statements",
		deed->name, at, trade_count(&world.trade, size, deed->kind));
	CHECK_ROW(api_ask(&world, asking, &again) == 200 && again.replayed &&
			  json_equal(told.json, again.json),
		"%s %ld: another answer", deed->name, at);
	told_close(&told);
	told_close(&again);
}

TEST(a_request_cut_off_by_a_kill_is_done_once)
{
	char folder[64];
	char command[256];
	char body[512];
	NEED(open_world());
	uint64_t size = trade_size(&world.trade);
	api_world_stop(&world);
	memcpy(folder, world.trade.folder, sizeof folder);
	for (size_t i = 0; i < sizeof deeds / sizeof deeds[0]; i++) {
		const struct deed *deed = &deeds[i];
		struct asking asking = {deed->user, "key", "POST", deed->path, body};
		int how = 1;
		long at = 1;
		put_body(body, deed->body, &world.trade.goods);
		for (; how == 1 && at < KILLS_MAX; at++) {
			(void)snprintf(world.trade.folder, sizeof world.trade.folder,
				P_tmpdir "/assay-again-XXXXXX");
			NEED(mkdtemp(world.trade.folder));
			(void)snprintf(command, sizeof command, "cp -a %s/. %s", folder,
				world.trade.folder);
			NEED(system(command) == 0);
			how = ask_killed(&asking, at);
			CHECK_ROW(how != 2, "%s %ld", deed->name, at);
			NEED(trade_resume(&world.trade) && api_world_start(&world));
			ask_twice(tap, deed, &asking, size, at);
			api_world_stop(&world);
			trade_remove(world.trade.folder);
		}
		CHECK_ROW(how == 0 && at > 4, "%s: %ld places", deed->name, at);
		printf("# %s: killed at %ld places\n", deed->name, at - 2);
	}
	buf_close(&world.trade.xml);
	trade_remove(folder);
}

/* ---- how long ---- */

TEST(keys_are_forgotten_after_a_day_and_are_so_many)
{
	struct env env;
	char folder[64];
	struct view *view = NULL;
	struct view_request row = {.user = "a", .party = "p", .sequence = 1};
	struct view_request found;
	struct buf none;
	int there = 0;
	buf_init(&none, 1024);
	env_machine(&env);
	(void)snprintf(folder, sizeof folder, P_tmpdir "/assay-keys-XXXXXX");
	NEED(mkdtemp(folder) && view_open(&view, folder, &env, NULL) == OK);
	for (int i = 0; i < 20; i++) {
		(void)snprintf(row.key, sizeof row.key, "k%d", i);
		row.made_ms = i < 10 ? 1000 : 5000;
		CHECK(view_request_put(view, &row, i < 19 ? 0 : 2000, 8, NULL) == OK);
	}
	(void)snprintf(row.user, sizeof row.user, "b");
	CHECK(view_request_put(view, &row, 9000, 8, NULL) == OK);
	for (int i = 0; i < 20; i++) {
		(void)snprintf(row.key, sizeof row.key, "k%d", i);
		there += view_request_get(view, "a", row.key, &found, &none, NULL) == OK;
	}
	CHECK_ROW(there == 8, "%d", there);
	CHECK(view_request_get(view, "a", "k12", &found, &none, NULL) == OK);
	CHECK(view_request_get(view, "a", "k11", &found, &none, NULL) == ERR_NOT_FOUND);
	CHECK(view_request_get(view, "b", "k19", &found, &none, NULL) == OK);
	(void)snprintf(row.user, sizeof row.user, "a");
	(void)snprintf(row.key, sizeof row.key, "late");
	CHECK(view_request_put(view, &row, 5001, 8, NULL) == OK);
	CHECK(view_request_get(view, "a", "k19", &found, &none, NULL) == ERR_NOT_FOUND);
	CHECK(view_request_get(view, "a", "late", &found, &none, NULL) == OK);
	buf_close(&none);
	view_free(view);
	trade_remove(folder);
}

TAP_MAIN(CASE(a_supply_that_comes_again_is_answered_again), CASE(a_key_has_a_form),
	CASE(two_at_once_are_one), CASE(a_request_cut_off_by_a_kill_is_done_once),
	CASE(keys_are_forgotten_after_a_day_and_are_so_many))
