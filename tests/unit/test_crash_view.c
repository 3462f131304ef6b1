/* The process is killed between every two durable writes of what is done with goods and packs, of
 * all its databases. After a new start ledger and views agree: it was done, and everybody knows, or
 * it was not, and nobody does. Asked for again, it is done once. */
#include "tests/unit/kill_disk.h"
#include "tests/unit/trade_world.h"

#include <sys/wait.h>

#define PACKS     GOODS_CASE_PACKS
#define KILLS_MAX 64

/* The scene: a maker's case on its way to the wholesaler, two packs in the pharmacy's hand, one of
 * them supplied. */
struct scene {
	struct trade trade;
	char held[GOODS_SCAN_SIZE];
	char supplied[GOODS_SCAN_SIZE];
	char fresh[GOODS_SCAN_SIZE]; /* nobody received it yet */
};

static enum err receive_scan(struct trade *trade, const char *scan, struct fault *fault)
{
	struct capturing pharmacy = trade_as(trade, "pharmacy");
	struct movement_result moved;
	struct scanned scanned;
	struct stock_pack pack = {.count = 1};
	enum err err = scanned_read(span_text(scan), &scanned, fault);
	if (err)
		return err;
	memcpy(pack.gtin, scanned.pack.gtin, sizeof pack.gtin);
	memcpy(pack.serial, scanned.pack.serial, sizeof pack.serial);
	memcpy(pack.lot, scanned.pack.lot, sizeof pack.lot);
	memcpy(pack.expiry, scanned.pack.expiry, sizeof pack.expiry);
	return movement_receive_pack(&pharmacy, &pack, 0, &moved, fault);
}

static bool scene_open(struct scene *scene)
{
	struct trade *trade = &scene->trade;
	struct goods *goods = &trade->goods;
	struct fault fault = {0};
	struct handled handled;
	if (!trade_open(trade, PACKS, 400) || !trade_commission(trade) ||
		!trade_step(trade, KIND_LOT_CLOSE, &fault) ||
		!trade_step(trade, KIND_LOT_RELEASE, &fault) ||
		!trade_pack(trade, TRADE_WHOLESALE) || !trade_capture(trade, &fault))
		return false;
	goods_scan(goods->gtin, goods->expiry, goods->lot, goods->serials[0], scene->held);
	goods_scan(goods->gtin, goods->expiry, goods->lot, goods->serials[1], scene->supplied);
	goods_scan(goods->gtin, goods->expiry, goods->lot, goods->serials[2], scene->fresh);
	bool right = trade_done(receive_scan(trade, scene->held, &fault), &fault) &&
		     trade_done(receive_scan(trade, scene->supplied, &fault), &fault) &&
		     trade_done(trade_change(trade, "pharmacy", scene->supplied, KIND_SUPPLY,
					&handled, &fault),
			     &fault);
	appliance_close(&trade->appliance);
	return right;
}

/* ---- what is done, and what follows from it ---- */

static enum err do_receive(struct scene *scene, struct fault *fault)
{
	struct capturing wholesale = trade_as(&scene->trade, "wholesale.example");
	struct movement_result moved;
	uint8_t memory[128];
	return movement_receive(
		&wholesale, trade_sscc(scene->trade.goods.pallet, memory), 0, &moved, fault);
}

static enum err do_ship(struct scene *scene, struct fault *fault)
{
	struct capturing pharmacy = trade_as(&scene->trade, "pharmacy");
	struct movement_result moved;
	uint8_t memory[128];
	struct buf link;
	buf_over(&link, memory, sizeof memory);
	gs1_link_put_pack(
		&link, TRADE_GTIN, span_of(NULL, 0), span_text(scene->trade.goods.serials[0]));
	return movement_ship(&pharmacy, buf_span(&link), TRADE_WHOLESALE, 0, &moved, fault);
}

static enum err do_receive_pack(struct scene *scene, struct fault *fault)
{
	return receive_scan(&scene->trade, scene->fresh, fault);
}

static enum err do_supply(struct scene *scene, struct fault *fault)
{
	struct handled handled;
	enum err err =
		trade_change(&scene->trade, "pharmacy", scene->held, KIND_SUPPLY, &handled, fault);
	return err ? err : handled.alert ? ERR_EXISTS : OK;
}

static enum err do_destroy(struct scene *scene, struct fault *fault)
{
	struct handled handled;
	enum err err =
		trade_change(&scene->trade, "pharmacy", scene->held, KIND_DESTROY, &handled, fault);
	return err ? err : handled.alert ? ERR_EXISTS : OK;
}

static enum err do_undo(struct scene *scene, struct fault *fault)
{
	struct handled handled;
	enum err err =
		trade_undo(&scene->trade, "pharmacy", scene->supplied, false, &handled, fault);
	return err == ERR_NOT_FOUND ? ERR_EXISTS : err;
}

/* Packs, cases, and a second pallet's shipment, in one document. */
static enum err do_capture(struct scene *scene, struct fault *fault)
{
	static struct capture_result result;
	struct trade *trade = &scene->trade;
	struct capturing maker = trade_as(trade, "maker.example");
	return capture_xml(&maker, buf_span(&trade->xml), &result, fault);
}

struct known {
	int64_t held, supplied, gone, shipped; /* changes by what is done */
};

static const struct deed {
	const char *name;
	enum err (*act)(struct scene *scene, struct fault *fault);
	unsigned kind; /* of the statement, one of which comes */
	const char *party;
	struct known change;
} deeds[] = {
	{"receive", do_receive, KIND_MOVEMENT, "wholesale.example", {.held = PACKS}},
	{"receive a pack", do_receive_pack, KIND_MOVEMENT, "pharmacy", {.held = 1}},
	{"ship", do_ship, KIND_MOVEMENT, "pharmacy", {.held = -1, .shipped = 1}},
	{"supply", do_supply, KIND_SUPPLY, "pharmacy", {.held = -1, .supplied = 1}},
	{"destroy", do_destroy, KIND_DESTROY, "pharmacy", {.held = -1, .gone = 1}},
	{"undo", do_undo, KIND_VOID, "pharmacy", {.held = 1, .supplied = -1}},
};

static struct known stock_as_known(struct trade *trade, const char *party)
{
	struct stock_line line = trade_stock(trade, party);
	return (struct known){line.held, line.supplied, line.gone, line.shipped};
}

static bool changed_by(struct known before, struct known after, struct known change, int times)
{
	return after.held == before.held + times * change.held &&
	       after.supplied == before.supplied + times * change.supplied &&
	       after.gone == before.gone + times * change.gone &&
	       after.shipped == before.shipped + times * change.shipped;
}

/* ---- killing ---- */

static bool copy_folder(const char *from, char *to)
{
	char command[256];
	(void)snprintf(to, 64, P_tmpdir "/assay-killed-XXXXXX");
	if (!mkdtemp(to))
		return false;
	(void)snprintf(command, sizeof command, "cp -a %s/. %s", from, to);
	return system(command) == 0;
}

/* 0: it ended by itself; 1: killed; 2: something else. */
static int run_killed(struct scene *scene, enum err (*act)(struct scene *, struct fault *), long at)
{
	(void)fflush(stdout);
	pid_t child = fork();
	if (!child) {
		struct fault fault = {0};
		kill_disk_start();
		if (!trade_resume(&scene->trade))
			_exit(2);
		kill_disk_arm(at);
		enum err err = act(scene, &fault);
		kill_disk_arm(0);
		if (err)
			printf("# %s: %s\n", err_name(err), fault.text);
		(void)fflush(stdout);
		_exit(err ? 2 : 0);
	}
	int status = 0;
	if (child < 0 || waitpid(child, &status, 0) != child)
		return 2;
	return WIFSIGNALED(status) ? 1 : WEXITSTATUS(status);
}

struct round {
	uint64_t size;
	struct known before;
};

/* After the kill: done wholly or not at all; then once more, and done once. */
static void check_round(struct tap *tap, struct scene *scene, const struct deed *deed,
	const struct round *round, long at)
{
	struct trade *trade = &scene->trade;
	struct fault fault = {0};
	int done = trade_count(trade, round->size, deed->kind);
	CHECK_ROW(done == 0 || done == 1, "%s %ld: %d statements", deed->name, at, done);
	CHECK_ROW(changed_by(round->before, stock_as_known(trade, deed->party), deed->change, done),
		"%s %ld: the view does not follow", deed->name, at);
	enum err err = deed->act(scene, &fault);
	CHECK_ROW(err == (done ? ERR_EXISTS : OK), "%s %ld: %s %s", deed->name, at, err_name(err),
		fault.text);
	CHECK_ROW(changed_by(round->before, stock_as_known(trade, deed->party), deed->change, 1),
		"%s %ld: not done once", deed->name, at);
	if (deed->kind == KIND_MOVEMENT)
		CHECK_ROW(trade_count(trade, round->size, deed->kind) == 1, "%s %ld: doubled",
			deed->name, at);
}

TEST(a_kill_at_any_moment_leaves_it_done_or_not_done)
{
	static struct scene scene;
	static struct scene killed;
	NEED(scene_open(&scene));
	for (size_t i = 0; i < sizeof deeds / sizeof deeds[0]; i++) {
		struct round round;
		NEED(trade_resume(&scene.trade));
		round.size = trade_size(&scene.trade);
		round.before = stock_as_known(&scene.trade, deeds[i].party);
		appliance_close(&scene.trade.appliance);
		int how = 1;
		long at = 1;
		for (; how == 1 && at < KILLS_MAX; at++) {
			killed = scene;
			NEED(copy_folder(scene.trade.folder, killed.trade.folder));
			how = run_killed(&killed, deeds[i].act, at);
			CHECK_ROW(how != 2, "%s %ld", deeds[i].name, at);
			NEED(trade_resume(&killed.trade));
			check_round(tap, &killed, &deeds[i], &round, at);
			appliance_close(&killed.trade.appliance);
			trade_remove(killed.trade.folder);
		}
		CHECK_ROW(how == 0 && at > 3, "%s: %ld places", deeds[i].name, at);
		printf("# %s: killed at %ld places\n", deeds[i].name, at - 2);
	}
	buf_close(&scene.trade.xml);
	trade_remove(scene.trade.folder);
}

/* The maker packs and ships in one document; it is captured again after the kill. */
TEST(a_captured_shipment_is_stated_once)
{
	static struct trade trade;
	static struct scene killed;
	uint8_t memory[128];
	int how = 1;
	NEED(trade_open(&trade, PACKS, 400) && trade_commission(&trade));
	NEED(trade_pack(&trade, TRADE_WHOLESALE));
	uint64_t size = trade_size(&trade);
	appliance_close(&trade.appliance);
	struct span pallet = trade_sscc(trade.goods.pallet, memory);
	for (long at = 1; how == 1 && at < KILLS_MAX; at++) {
		struct fault fault = {0};
		killed.trade = trade;
		NEED(copy_folder(trade.folder, killed.trade.folder));
		how = run_killed(&killed, do_capture, at);
		CHECK_ROW(how != 2, "capture %ld", at);
		NEED(trade_resume(&killed.trade));
		enum err err = do_capture(&killed, &fault);
		CHECK_ROW(err == OK || err == ERR_EXISTS, "capture %ld: %s", at, fault.text);
		CHECK_ROW(trade_stock(&killed.trade, "maker.example").shipped == PACKS,
			"capture %ld: shipped", at);
		CHECK_ROW(trade_count(&killed.trade, size, KIND_MOVEMENT) >= 2, "capture %ld", at);
		CHECK_ROW(trade_events(&killed.trade, "wholesale.example", pallet) == 1,
			"capture %ld: announced %d times", at,
			trade_events(&killed.trade, "wholesale.example", pallet));
		appliance_close(&killed.trade.appliance);
		trade_remove(killed.trade.folder);
	}
	buf_close(&trade.xml);
	trade_remove(trade.folder);
}

TAP_MAIN(CASE(a_kill_at_any_moment_leaves_it_done_or_not_done),
	CASE(a_captured_shipment_is_stated_once))
