/* The databases beside the ledger on a disk that fails at any call: a station's outbox, which must
 * not lose what the bench said was saved nor give a number twice, and the sorted entries, which may
 * be behind but never wrong. ASSAY_DISK_STRIDE=1 tries each place of
 * the outbox, and every 49th of the entries. */
#include "ledger/store/entries.h"
#include "scanners/station/outbox.h"
#include "tests/unit/fault_disk.h"
#include "tests/tap.h"

#define STRIDE     31
#define TIME       INT64_C(1790000000000)
#define ITEMS      40
#define RUNS       18 /* so that a level is merged */
#define MERGE_STEP 7 /* runs are many writes: the stride is so much longer */

struct world {
	char folder[64], path[96];
	struct env env;
	struct fault_disk disk;
	uint64_t dice;
	enum { LOSE_ALL, LOSE_ANY, LOSE_SECTORS, LOSSES } loss;
	enum err last;
	struct fault fault;
	uint8_t kid[KID_SIZE];
	/* the outbox */
	bool is_saved[ITEMS], is_answered[ITEMS];
	uint64_t sequence; /* the highest given */
	/* the entries */
	uint64_t covered;
};

static int64_t now(void *self)
{
	(void)self;
	return TIME;
}

static bool loses(void *self)
{
	struct world *world = self;
	world->dice = world->dice * 6364136223846793005u + 1442695040888963407u;
	return world->loss == LOSE_ALL || world->dice >> 63;
}

static void clear(struct world *world)
{
	static const char *const ends[] = {"", "-wal", "-shm", "-journal", ".lock"};
	char path[128];
	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
		(void)snprintf(path, sizeof path, "%s%s", world->path, ends[i]);
		(void)unlink(path);
	}
	memset(world->is_saved, 0, sizeof world->is_saved);
	memset(world->is_answered, 0, sizeof world->is_answered);
	world->sequence = world->covered = 0;
	world->last = OK;
}

/* ---- the outbox ---- */

static enum err open_outbox(struct world *world, struct outbox **outbox)
{
	struct outbox_options options = {.path = world->path,
		.env = &world->env,
		.kid = world->kid,
		.origin = span_text("trial.example/00")};
	return outbox_open(outbox, &options, &world->fault);
}

static enum err save(struct world *world, struct outbox *outbox, unsigned number)
{
	char text[32];
	struct outbox_item item = {.act = BENCH_SUPPLY, .saved_ms = TIME};
	enum err err = outbox_sequence(outbox, &item.sequence, &world->fault);
	if (err)
		return err;
	world->sequence = item.sequence > world->sequence ? item.sequence : world->sequence;
	(void)snprintf(text, sizeof text, "%u", number);
	item.statement = item.scan = span_text(text);
	statement_entry(item.statement, item.entry);
	err = outbox_put(outbox, &item, &world->fault);
	world->is_saved[number] = !err;
	return err;
}

static unsigned number_of(const struct outbox_item *item)
{
	char text[8] = "";
	memcpy(text, item->statement.at,
		item->statement.size < sizeof text ? item->statement.size : sizeof text - 1);
	return (unsigned)atoi(text);
}

static enum err answer(struct world *world, struct outbox *outbox, bool refuses)
{
	struct outbox_item item;
	struct outbox_recorded recorded = {.position = 9, .time_ms = TIME};
	struct outbox_refused refused = {
		.code = 3, .word = span_text("no"), .sentence = span_text("No.")};
	enum err err = outbox_next(outbox, &item, &world->fault);
	if (err)
		return err == ERR_NOT_FOUND ? OK : err;
	unsigned number = number_of(&item);
	world->is_answered[number] = true; /* or not: then it is sent again */
	return refuses ? outbox_mark_refused(outbox, item.id, &refused, &world->fault)
		       : outbox_mark_recorded(outbox, item.id, &recorded, &world->fault);
}

static void play_outbox(struct world *world)
{
	struct outbox *outbox = NULL;
	for (unsigned i = 0; i < ITEMS; i++) {
		enum err err = outbox ? OK : open_outbox(world, &outbox);
		if (!err)
			err = save(world, outbox, i);
		if (!err && i % 5 == 4)
			err = answer(world, outbox, i % 2);
		if (i == ITEMS / 2) {
			outbox_free(outbox);
			outbox = NULL;
		}
		world->last = err ? err : world->last;
	}
	outbox_free(outbox);
}

static void judge_outbox(struct tap *tap, struct world *world, const char *where)
{
	struct outbox *outbox = NULL;
	struct outbox_counts counts = {0};
	bool waits[ITEMS] = {false};
	uint64_t sequence = 0;
	int last = -1;
	enum err err = open_outbox(world, &outbox);
	CHECK_ROW(err == OK, "%s: %s", where, world->fault.text);
	if (err)
		return;
	CHECK_ROW(outbox_sequence(outbox, &sequence, &world->fault) == OK &&
			  (sequence > world->sequence || !world->sequence),
		"%s: number %llu was given before: %llu", where, (unsigned long long)sequence,
		(unsigned long long)world->sequence);
	for (struct outbox_item item; !outbox_next(outbox, &item, NULL);) {
		struct outbox_recorded recorded = {.position = 9, .time_ms = TIME};
		int number = (int)number_of(&item);
		CHECK_ROW(number > last, "%s: %d after %d", where, number, last);
		last = number;
		waits[number] = true;
		err = outbox_mark_recorded(outbox, item.id, &recorded, &world->fault);
		CHECK_ROW(!err, "%s: %s", where, world->fault.text);
		if (err)
			break;
	}
	uint64_t saved = 0;
	for (size_t i = 0; i < ITEMS; i++) {
		saved += world->is_saved[i];
		CHECK_ROW(waits[i] || world->is_answered[i] || !world->is_saved[i],
			"%s: statement %zu was saved and is not there", where, i);
	}
	CHECK_ROW(!outbox_count(outbox, &counts, &world->fault) &&
			  counts.recorded + counts.refused >= saved,
		"%s: %llu of %llu", where, (unsigned long long)(counts.recorded + counts.refused),
		(unsigned long long)saved);
	outbox_free(outbox);
}

/* ---- the entries ---- */

static const uint8_t *run_of(uint64_t run)
{
	static uint8_t *all;
	if (!all) {
		all = malloc((size_t)RUNS * ENTRIES_RUN * HASH_SIZE);
		for (uint64_t leaf = 0; all && leaf < (uint64_t)RUNS * ENTRIES_RUN; leaf++)
			hash_sha256(span_of(&leaf, sizeof leaf), all + leaf * HASH_SIZE);
	}
	return all ? all + run * ENTRIES_RUN * HASH_SIZE : NULL;
}

static enum err add_runs(struct world *world, struct entries *entries)
{
	uint8_t last[HASH_SIZE];
	enum err err = entries_size(entries, &world->covered, last, &world->fault);
	while (!err && world->covered < (uint64_t)RUNS * ENTRIES_RUN) {
		const uint8_t *run = run_of(world->covered / ENTRIES_RUN);
		err = entries_add(entries, world->covered,
			span_of(run, (size_t)ENTRIES_RUN * HASH_SIZE), &world->fault);
		if (!err)
			world->covered += ENTRIES_RUN;
	}
	return err;
}

static void play_entries(struct world *world)
{
	for (int i = 0; i < 2; i++) {
		struct entries *entries = NULL;
		enum err err = entries_open(
			&entries, world->path, world->env.vfs, ENTRIES_WRITE, &world->fault);
		if (!err)
			err = add_runs(world, entries);
		entries_free(entries);
		world->last = err ? err : world->last;
	}
}

static void look_for(struct tap *tap, struct world *world, struct entries *entries,
	uint64_t covered, const char *where)
{
	for (uint64_t leaf = 0; leaf < covered; leaf += 997) {
		struct candidates found;
		uint64_t size;
		bool is_there = false;
		const uint8_t *entry = run_of(leaf / ENTRIES_RUN) + leaf % ENTRIES_RUN * HASH_SIZE;
		enum err err = entries_find(entries, entry, &found, &size, &world->fault);
		for (size_t i = 0; !err && i < found.count; i++)
			is_there = is_there || found.position[i] == leaf;
		CHECK_ROW(is_there, "%s: leaf %llu of %llu: %s", where, (unsigned long long)leaf,
			(unsigned long long)covered, world->fault.text);
		if (!is_there)
			return;
	}
}

static void judge_entries(struct tap *tap, struct world *world, const char *where)
{
	struct entries *entries = NULL;
	uint8_t last[HASH_SIZE];
	uint64_t covered = 0;
	enum err err = entries_open(&entries, world->path, NULL, ENTRIES_WRITE, &world->fault);
	if (!err)
		err = entries_size(entries, &covered, last, &world->fault);
	CHECK_ROW(err == OK && covered % ENTRIES_RUN == 0, "%s: %s", where, world->fault.text);
	if (!err)
		look_for(tap, world, entries, covered, where);
	if (!err)
		err = add_runs(world, entries);
	CHECK_ROW(!err && world->covered == (uint64_t)RUNS * ENTRIES_RUN, "%s: %s", where,
		world->fault.text);
	if (!err)
		look_for(tap, world, entries, world->covered, where);
	entries_free(entries);
}

/* ---- both ---- */

static const struct sort {
	enum fault_mode mode;
	const char *name;
} sorts[] = {{FAULT_ONCE, "failure"}, {FAULT_SHORT, "half a write"}, {FAULT_LASTING, "dead disk"},
	{FAULT_LASTING_FULL, "full disk"}, {FAULT_READ, "read"}, {FAULT_POWER, "power cut"}};

static void everywhere(struct tap *tap, const struct sort *sort, int64_t stride,
	void (*play)(struct world *world),
	void (*judge)(struct tap *tap, struct world *world, const char *where))
{
	static struct world world;
	memset(&world, 0, sizeof world);
	world.env = (struct env){.self = &world, .now_ms = now};
	world.dice = 3;
	(void)snprintf(world.folder, sizeof world.folder, P_tmpdir "/assay-beside-XXXXXX");
	NEED(!crypto_start() && mkdtemp(world.folder) && stride > 0);
	(void)snprintf(world.path, sizeof world.path, "%s/a.db", world.folder);
	fault_disk_start(&world.disk);
	int64_t at = 1 + (int64_t)sort->mode % stride, tried = 0;
	/* Every place with every loss, when every place is wanted. */
	int64_t repeats = sort->mode == FAULT_POWER && stride == 1 ? LOSSES : 1;
	do {
		char where[64];
		clear(&world);
		world.loss = (unsigned)(tried % LOSSES);
		(void)snprintf(where, sizeof where, "%s at %lld", sort->name, (long long)at);
		fault_disk_arm(&world.disk, sort->mode, at);
		world.env.vfs = FAULT_DISK_NAME;
		play(&world);
		world.env.vfs = NULL;
		fault_disk_arm_end(&world.disk);
		CHECK_ROW(!world.last || world.fault.text[0], "%s: no sentence", where);
		if (sort->mode == FAULT_POWER) {
			char path[128];
			fault_disk_lose(&world.disk, world.loss == LOSE_SECTORS, loses, &world);
			(void)snprintf(path, sizeof path, "%s-shm", world.path);
			(void)unlink(path);
		}
		judge(tap, &world, where);
		tried++;
		at += tried % repeats ? 0 : stride;
	} while (world.disk.is_hit && tap->failed_checks < 5);
	CHECK_ROW(world.last == OK && tried > 2, "%lld tries", (long long)tried);
	printf("# %s: %lld tries\n", sort->name, (long long)tried);
	fault_disk_end(&world.disk);
	clear(&world);
	(void)rmdir(world.folder);
}

static int64_t stride_wanted(int64_t stride)
{
	const char *wanted = getenv("ASSAY_DISK_STRIDE");
	return wanted ? atoi(wanted) : stride;
}

TEST(an_outbox_loses_nothing_and_gives_no_number_twice)
{
	for (size_t i = 0; i < sizeof sorts / sizeof sorts[0]; i++)
		everywhere(tap, &sorts[i], stride_wanted(STRIDE), play_outbox, judge_outbox);
}

TEST(sorted_entries_are_whole_as_far_as_they_go)
{
	for (size_t i = 0; i < sizeof sorts / sizeof sorts[0]; i++) {
		int64_t more = sorts[i].mode == FAULT_READ ? MERGE_STEP : MERGE_STEP * MERGE_STEP;
		everywhere(
			tap, &sorts[i], stride_wanted(STRIDE) * more, play_entries, judge_entries);
	}
}

TAP_MAIN(CASE(an_outbox_loses_nothing_and_gives_no_number_twice),
	CASE(sorted_entries_are_whole_as_far_as_they_go))
