/* Every write and every sync of a few batches is made to fail once, and the power is cut at every
 * one of them: what was answered as recorded is there afterwards, and an audit finds nothing
 * wrong. ASSAY_DISK_STRIDE=1 tries each place; by default every fifth, from a changing start. */
#include "tests/unit/fault_disk.h"
#include "tests/unit/small_ledger.h"
#include "tests/tap.h"

#include "ledger/audit.h"
#include "ledger/reader.h"

#define STEPS  6
#define STRIDE 5

struct run {
	struct small_ledger small;
	struct fault_disk disk;
	size_t acked;
	uint64_t position[STEPS];
	uint8_t entry[STEPS][ENTRY_SIZE];
	uint64_t dice;
	enum { LOSE_ALL, LOSE_ANY, LOSE_NEWEST } loss;
	bool keeps_rest; /* LOSE_NEWEST has come to its point */
};

static uint32_t draw(uint64_t *dice, uint32_t below)
{
	*dice = *dice * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*dice >> 33) % below;
}

/* Of what was not synced goes everything, or the newest up to some point, or any of it. */
static bool loses(void *self)
{
	struct run *run = self;
	switch (run->loss) {
	case LOSE_ALL: return true;
	case LOSE_ANY: return draw(&run->dice, 2) == 0;
	case LOSE_NEWEST: break;
	}
	run->keeps_rest = run->keeps_rest || draw(&run->dice, 16) == 0;
	return !run->keeps_rest;
}

static const char *const files[] = {"ledger.db", "state.db"};

static void path_of(struct run *run, const char *name, const char *end, char path[160])
{
	(void)snprintf(path, 160, "%s/%s%s", run->small.folder, name, end);
}

/* Puts the folder back to how it was before the first step. */
static bool restore(struct run *run)
{
	char path[160], kept[160];
	bool right = true;
	for (size_t i = 0; i < 2; i++) {
		path_of(run, files[i], "-wal", path);
		(void)unlink(path);
		path_of(run, files[i], "-shm", path);
		(void)unlink(path);
		path_of(run, files[i], "", path);
		path_of(run, files[i], ".kept", kept);
		right = small_file_copy(kept, path) && right;
	}
	run->small.floor = 0;
	run->small.key[SMALL_APPLIANCE].sequence = 10;
	return right;
}

/* Opens on the failing disk and steps; whatever fails is only looked at afterwards. */
static void step_on_failing_disk(struct run *run, enum fault_mode mode, int64_t at)
{
	static struct answer answer;
	struct node *node = NULL;
	run->acked = 0;
	fault_disk_arm(&run->disk, mode, at);
	run->small.env.vfs = FAULT_DISK_NAME;
	for (int i = 0; i < STEPS; i++) {
		char name[16];
		(void)snprintf(name, sizeof name, "n%d", i);
		if (!node && node_open(&node, &run->small.options, NULL)) {
			node = NULL;
			continue;
		}
		if (small_put_one(&run->small, node, name, "1", &answer) == OK &&
			answer_is_recorded(&answer)) {
			run->position[run->acked] = answer.position;
			memcpy(run->entry[run->acked++], answer.entry, ENTRY_SIZE);
		}
		if (node_is_broken(node)) {
			node_free(node);
			node = NULL;
		}
	}
	node_free(node);
	run->small.env.vfs = NULL;
}

static void judge(struct tap *tap, struct run *run, const char *mode, int64_t at)
{
	struct fault fault = {0};
	struct node *node = NULL;
	struct reader *reader = NULL;
	struct audit_report report;
	struct audit_options options = {
		.folder = run->small.folder, .env = &run->small.env, .app = &run->small.app};
	run->small.floor = 0;
	enum err err = node_open(&node, &run->small.options, &fault);
	CHECK_ROW(err == OK, "%s at %lld: %s", mode, (long long)at, fault.text);
	if (err)
		return;
	err = reader_open(&reader, run->small.folder, &run->small.env, &fault);
	CHECK_ROW(err == OK, "%s at %lld: %s", mode, (long long)at, fault.text);
	for (size_t i = 0; !err && i < run->acked; i++) {
		struct recorded recorded;
		err = reader_recorded(reader, run->position[i], &recorded, &fault);
		CHECK_ROW(!err && memcmp(recorded.entry, run->entry[i], ENTRY_SIZE) == 0,
			"%s at %lld: statement %zu was acknowledged: %s", mode, (long long)at, i,
			fault.text);
	}
	reader_free(reader);
	CHECK_ROW(audit(&options, &report, &fault) == OK && report.what == AUDIT_NOTHING,
		"%s at %lld: %s", mode, (long long)at, report.fault.text);
	node_free(node);
}

static bool prepare(struct run *run)
{
	char path[160], kept[160];
	struct node *node = small_open(&run->small);
	if (!node)
		return false;
	node_free(node);
	bool right = true;
	for (size_t i = 0; i < 2; i++) {
		path_of(run, files[i], "", path);
		path_of(run, files[i], ".kept", kept);
		right = small_file_copy(path, kept) && right;
	}
	fault_disk_start(&run->disk);
	return right;
}

static void everywhere(struct tap *tap, enum fault_mode mode, const char *name)
{
	static struct run run;
	const char *wanted = getenv("ASSAY_DISK_STRIDE");
	int64_t stride = wanted ? atoi(wanted) : STRIDE;
	memset(&run, 0, sizeof run);
	run.dice = 5;
	NEED(prepare(&run) && stride > 0);
	int64_t at = 1, tried = 0;
	do {
		NEED(restore(&run));
		step_on_failing_disk(&run, mode, at);
		if (mode == FAULT_POWER) {
			run.loss = (unsigned)(tried % 3);
			run.keeps_rest = false;
			fault_disk_lose(&run.disk, loses, &run);
			for (size_t i = 0; i < 2; i++) {
				char path[160];
				path_of(&run, files[i], "-shm", path);
				(void)unlink(path);
			}
		}
		judge(tap, &run, name, at);
		tried++;
		at += stride;
	} while (run.disk.is_hit && !tap->failed_checks);
	/* The last try came to its end: all of it was acknowledged. */
	CHECK(run.acked == STEPS);
	CHECK_ROW(tried * stride > 50, "%lld places", (long long)tried);
	fault_disk_end(&run.disk);
	small_close(&run.small, NULL);
}

TEST(any_write_may_fail)
{
	everywhere(tap, FAULT_ONCE, "failure");
}

TEST(the_power_may_go_at_any_write)
{
	everywhere(tap, FAULT_POWER, "power cut");
}

TAP_MAIN(CASE(any_write_may_fail), CASE(the_power_may_go_at_any_write))
