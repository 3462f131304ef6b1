/* The process is killed between every two durable writes of a capture that changes packs. Captured
 * again after a new start, each change stands on the ledger once, and the view agrees. */
#include "tests/unit/capture_world.h"
#include "tests/unit/kill_disk.h"

#include <sys/wait.h>

#define KILLS_MAX 96

static struct trade trade;
static struct trade killed;
static struct capture_result result;

static enum err capture_again(struct trade *in, struct fault *fault)
{
	struct capturing pharmacy = trade_as(in, "pharmacy");
	*fault = (struct fault){0};
	return capture_xml(&pharmacy, buf_span(&in->xml), &result, fault);
}

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
static int run_killed(long at)
{
	(void)fflush(stdout);
	pid_t child = fork();
	if (!child) {
		struct fault fault;
		kill_disk_start();
		if (!trade_resume(&killed))
			_exit(2);
		kill_disk_arm(at);
		enum err err = capture_again(&killed, &fault);
		kill_disk_arm(0);
		_exit(err ? 2 : 0);
	}
	int status = 0;
	if (child < 0 || waitpid(child, &status, 0) != child)
		return 2;
	return WIFSIGNALED(status) ? 1 : WEXITSTATUS(status);
}

static const struct deed {
	const char *name;
	unsigned kind;
	int statements;
	const char *state; /* of the pack afterwards */
	int64_t supplied; /* by the pharmacy's stock */
} supply = {"supply", KIND_SUPPLY, 2, "supplied", 4},
  undo = {"declared wrong", KIND_VOID, 1, "active", 0};

/* The document that is in trade.xml, from a folder whose appliance is closed. */
static void kill_everywhere(struct tap *tap, const struct deed *deed, uint64_t size)
{
	int how = 1;
	long at = 1;
	for (; how == 1 && at < KILLS_MAX; at++) {
		struct fault fault = {0};
		killed = trade;
		NEED(copy_folder(trade.folder, killed.folder));
		how = run_killed(at);
		CHECK_ROW(how != 2, "%s %ld", deed->name, at);
		NEED(trade_resume(&killed));
		enum err err = capture_again(&killed, &fault);
		CHECK_ROW(err == OK || err == ERR_EXISTS, "%s %ld: %s", deed->name, at, fault.text);
		CHECK_ROW(result.problem_count == 0, "%s %ld: %s", deed->name, at,
			result.problems[0].text);
		CHECK_ROW(trade_count(&killed, size, deed->kind) == deed->statements, "%s %ld: %d",
			deed->name, at, trade_count(&killed, size, deed->kind));
		CHECK_ROW(!strcmp(world_state(&killed, trade.goods.serials[0]), deed->state),
			"%s %ld: %s", deed->name, at, world_state(&killed, trade.goods.serials[0]));
		CHECK_ROW(trade_stock(&killed, "pharmacy").supplied == deed->supplied, "%s %ld: %d",
			deed->name, at, (int)trade_stock(&killed, "pharmacy").supplied);
		appliance_close(&killed.appliance);
		trade_remove(killed.folder);
	}
	CHECK_ROW(how == 0 && at > 6, "%s: %ld places", deed->name, at);
	printf("# %s: killed at %ld places\n", deed->name, at - 2);
}

static void put_supply(const char *time, const char *declared, const char *lot_class)
{
	buf_reset(&trade.xml);
	world_begin(&trade);
	world_put(&trade, &(struct world_event){.time = time,
				  .declared = declared,
				  .serials = {trade.goods.serials[0]},
				  .action = "OBSERVE",
				  .step = "dispensing",
				  .disposition = "dispensed",
				  .lot_class = lot_class,
				  .quantity = "<quantity>3</quantity>"});
	buf_put_text(&trade.xml, "</EventList></EPCISBody></epcis:EPCISDocument>\n");
}

static bool open_with_loose_lot(char time[CIVIL_TIME_SIZE])
{
	struct fault fault;
	if (!world_open(&trade, 50))
		return false;
	world_time(&trade, 30, time);
	struct world_event made = {.action = "ADD",
		.step = "commissioning",
		.lot_class = "LOOSE1",
		.rest = "<ilmd><cbvmda:itemExpirationDate>2028-03-31</cbvmda:itemExpirationDate>"
			"</ilmd>"};
	struct goods goods = trade.goods;
	bool right = trade_done(world_one(&trade, "maker.example", &made, &result, &fault), &fault);
	(void)snprintf(trade.goods.lot, sizeof trade.goods.lot, "LOOSE1");
	trade.goods.pack_count = 0;
	right = right && trade_step(&trade, KIND_LOT_CLOSE, &fault) &&
		trade_step(&trade, KIND_LOT_RELEASE, &fault);
	trade.goods = goods;
	return right;
}

TEST(a_captured_supply_is_stated_once_whenever_it_is_killed)
{
	char time[CIVIL_TIME_SIZE];
	NEED(open_with_loose_lot(time));
	uint64_t size = trade_size(&trade);
	put_supply(time, NULL, "LOOSE1");
	appliance_close(&trade.appliance);
	kill_everywhere(tap, &supply, size);
	buf_close(&trade.xml);
	trade_remove(trade.folder);
}

TEST(a_captured_supply_is_undone_once_whenever_it_is_killed)
{
	char time[CIVIL_TIME_SIZE];
	char declared[CIVIL_TIME_SIZE];
	struct fault fault;
	NEED(world_open(&trade, 50));
	world_time(&trade, 30, time);
	world_time(&trade, 5, declared);
	put_supply(time, NULL, NULL);
	NEED(trade_done(capture_again(&trade, &fault), &fault));
	uint64_t size = trade_size(&trade);
	put_supply(time, declared, NULL);
	appliance_close(&trade.appliance);
	kill_everywhere(tap, &undo, size);
	buf_close(&trade.xml);
	trade_remove(trade.folder);
}

TAP_MAIN(CASE(a_captured_supply_is_stated_once_whenever_it_is_killed),
	CASE(a_captured_supply_is_undone_once_whenever_it_is_killed))
