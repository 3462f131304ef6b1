/* A life of a ledger is scripted: genesis, keys, single statements, refusals, evidence, alerts,
 * bundles, seals with a hash of the tables, checkpoints, WALs moved, an end and a new start. Every
 * write, sync, cut and deletion in it is made to fail, once or from there on, for want of room or
 * with half of it done; every read too; and the power is cut at every one of them. Whatever was
 * answered is there afterwards, state.db is not ahead, an audit finds nothing wrong and a rebuild
 * comes to the same digest. ASSAY_DISK_STRIDE=1 tries each place (by default every 61st, from a
 * changing start), ASSAY_DISK_SORT="power cut" one sort alone. */
#include "tests/unit/fault_disk.h"
#include "tests/unit/small_ledger.h"
#include "tests/tap.h"

#include "ledger/audit.h"
#include "ledger/base/db.h"
#include "ledger/reader.h"
#include "ledger/seal.h"
#include "ledger/store/ledger_db.h"
#include "ledger/store/outcomes.h"
#include "ledger/store/state.h"

#include <errno.h>

#define STRIDE   61
#define ACKS_MAX 256
#define BUNDLE   24

struct ack {
	struct answer answer;
	bool is_refused;
};

struct run {
	struct small_ledger small;
	struct fault_disk disk;
	struct node *node;
	struct ack acks[ACKS_MAX];
	size_t acked;
	bool is_created;
	unsigned names; /* statements made */
	uint64_t dice;
	enum { LOSE_ALL, LOSE_ANY, LOSE_NEWEST, LOSE_SECTORS, LOSSES } loss;
	bool keeps_rest; /* LOSE_NEWEST has come to its point */
	enum err last; /* what the last step answered */
	struct fault fault;
};

/* In the place of the library's: every third seal has a hash of the tables. */
bool seal_has_tables(uint64_t height)
{
	return height > 1 && height % 3 == 0;
}

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
	case LOSSES:
	case LOSE_SECTORS:
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

/* ---- the script ---- */

static bool is_registered(struct run *run)
{
	struct author author;
	uint8_t public[SIGN_PUBLIC];
	return members_key(node_table(run->node), run->small.key[SMALL_STATION].kid, &author,
		       public, NULL) == OK;
}

static enum err create(struct run *run)
{
	struct buf genesis;
	buf_init(&genesis, STATEMENT_SIZE_MAX);
	enum err err = ERR_FORMAT;
	run->small.key[SMALL_ROOT].sequence = 0;
	if (small_genesis(&run->small, &genesis))
		err = node_create(&run->small.options, buf_span(&genesis), &run->fault);
	buf_close(&genesis);
	/* ERR_EXISTS: it was made all the same, and only its end was not heard of; without power
	 * that is nothing to go by. */
	run->is_created =
		run->is_created || !err ||
		(err == ERR_EXISTS && !(run->disk.is_cut && run->disk.mode == FAULT_POWER));
	return run->is_created ? OK : err;
}

/* Steps statements, and keeps what is answered. */
static enum err step(struct run *run, const struct span *bytes, size_t count)
{
	static struct answer answers[BUNDLE];
	enum err err =
		small_step(&run->small, run->node, bytes, count, false, answers, &run->fault);
	for (size_t i = 0; !err && i < count && run->acked < ACKS_MAX; i++)
		if (answers[i].is_ruled)
			run->acks[run->acked++] = (struct ack){.answer = answers[i],
				.is_refused = !answer_is_recorded(&answers[i])};
	return err;
}

static enum err put_keys(struct run *run)
{
	static const struct {
		enum small_key key;
		enum key_purpose purpose;
	} keys[] = {
		{SMALL_APPLIANCE, KEY_APPLIANCE}, {SMALL_LOG, KEY_LOG}, {SMALL_COSIGN, KEY_COSIGN}};
	struct buf out[5];
	struct span bytes[5];
	bool right = true;
	for (size_t i = 0; i < 5; i++)
		buf_init(&out[i], STATEMENT_SIZE_MAX);
	for (size_t i = 0; i < 3; i++)
		right = small_key_statement(&run->small, keys[i].key, keys[i].purpose, &out[i]) &&
			right;
	right = small_site_statement(&run->small, &out[3]) &&
		small_key_statement(&run->small, SMALL_STATION, KEY_STATION, &out[4]) && right;
	for (size_t i = 0; i < 5; i++)
		bytes[i] = buf_span(&out[i]);
	enum err err = right ? step(run, bytes, 5) : ERR_FORMAT;
	for (size_t i = 0; i < 5; i++)
		buf_close(&out[i]);
	return err;
}

/* A ledger that is open and has its keys: what failed before is tried again. */
static enum err ready(struct run *run)
{
	enum err err = OK;
	if (run->node && node_is_broken(run->node)) {
		node_free(run->node);
		run->node = NULL;
	}
	if (!run->is_created)
		err = create(run);
	if (!err && !run->node) {
		err = node_open(&run->node, &run->small.options, &run->fault);
		if (err)
			run->node = NULL;
	}
	if (!err && !is_registered(run))
		err = put_keys(run);
	if (!err && !is_registered(run))
		err = ERR_UNSURE;
	return err;
}

/* Puts, every tenth of a name that is taken: refused. */
static enum err put(struct run *run, size_t count)
{
	struct buf out[BUNDLE];
	struct span bytes[BUNDLE];
	bool right = true;
	for (size_t i = 0; i < count; i++) {
		char name[16];
		bool is_taken = run->names % 10 == 9;
		(void)snprintf(name, sizeof name, "n%u", is_taken ? 0 : run->names);
		buf_init(&out[i], STATEMENT_SIZE_MAX);
		right = small_put_statement(&run->small, SMALL_APPLIANCE, name,
				is_taken ? "2" : "1", -1, &out[i]) &&
			right;
		run->names++;
		bytes[i] = buf_span(&out[i]);
	}
	enum err err = right ? step(run, bytes, count) : ERR_FORMAT;
	for (size_t i = 0; i < count; i++)
		buf_close(&out[i]);
	return err;
}

/* A number used twice, which is kept as evidence. */
static enum err put_evidence(struct run *run)
{
	struct buf out[2];
	struct span bytes[2];
	bool right = true;
	int64_t sequence = (int64_t)run->small.key[SMALL_APPLIANCE].sequence++;
	for (size_t i = 0; i < 2; i++) {
		buf_init(&out[i], STATEMENT_SIZE_MAX);
		right = small_put_statement(&run->small, SMALL_APPLIANCE, "e", i ? "2" : "1",
				sequence, &out[i]) &&
			right;
		bytes[i] = buf_span(&out[i]);
	}
	enum err err = right ? step(run, bytes, 2) : ERR_FORMAT;
	buf_close(&out[0]);
	buf_close(&out[1]);
	return err;
}

static enum err put_counts(struct run *run)
{
	struct buf out, body;
	uint8_t memory[8];
	enum err err = OK;
	buf_init(&out, STATEMENT_SIZE_MAX);
	buf_over(&body, memory, sizeof memory);
	cbor_put_map(&body, 0);
	for (int i = 0; !err && i < 5; i++) {
		buf_reset(&out);
		bool right = small_statement_at(&run->small, SMALL_APPLIANCE, SMALL_COUNT, "count",
			buf_span(&body), -1, &out);
		struct span bytes = buf_span(&out);
		err = right ? step(run, &bytes, 1) : ERR_FORMAT;
	}
	buf_close(&out);
	return err;
}

/* By connections of their own, as the service's housekeeping does it. */
static enum err move_wals(struct run *run)
{
	static const uint32_t applications[] = {0x41534c47, 0x41535354};
	enum err err = OK;
	for (size_t i = 0; !err && i < 2; i++) {
		char path[160];
		struct db *db = NULL;
		struct db_options options = {.path = path,
			.vfs = run->small.env.vfs,
			.mode = DB_NORMAL,
			.application = applications[i],
			.version = UINT32_MAX};
		path_of(run, files[i], "", path);
		err = db_open(&db, &options, &run->fault);
		if (!err)
			err = db_checkpoint(db, NULL, &run->fault);
		db_free(db);
	}
	return err;
}

static enum err close_all(struct run *run)
{
	node_free(run->node);
	run->node = NULL;
	return OK;
}

/* As a process ends that is killed: nothing more reaches the disk. */
static void crash(struct run *run)
{
	run->disk.is_frozen = true;
	(void)close_all(run);
	run->disk.is_frozen = false;
}

static enum err end(struct run *run)
{
	if (run->disk.mode != FAULT_SYNC_LOST)
		return close_all(run);
	crash(run);
	return OK;
}

static enum err cosign(struct run *run)
{
	run->small.now_ms += 20000;
	return node_idle(run->node, &run->fault);
}

static enum err put_one(struct run *run)
{
	return put(run, 1);
}

static enum err put_bundle(struct run *run)
{
	return put(run, BUNDLE);
}

static enum err (*const script[])(struct run *run) = {put_one, put_bundle, put_evidence, put_counts,
	move_wals, put_one, cosign, end, put_one, put_bundle, put_one, move_wals, put_one, end};

/* ---- running it ---- */

static void clear(struct run *run)
{
	char path[160];
	static const char *const ends[] = {"", "-wal", "-shm", "-journal", ".old"};
	for (size_t i = 0; i < 2; i++)
		for (size_t end = 0; end < sizeof ends / sizeof ends[0]; end++) {
			path_of(run, files[i], ends[end], path);
			(void)unlink(path);
		}
	for (size_t i = 0; i < SMALL_KEYS; i++)
		run->small.key[i].sequence = 0;
	run->small.floor = 0;
	run->small.now_ms = SMALL_TIME + 1000;
	run->acked = 0;
	run->names = 0;
	run->is_created = false;
	run->keeps_rest = false;
	run->last = OK;
}

/* Whatever fails is only looked at afterwards: each step is tried once. */
static void play(struct run *run, enum fault_mode mode, int64_t at)
{
	fault_disk_arm(&run->disk, mode, at);
	run->small.env.vfs = FAULT_DISK_NAME;
	for (size_t i = 0; i < sizeof script / sizeof script[0]; i++) {
		enum err err = ready(run);
		if (!err)
			err = script[i](run);
		run->last = err ? err : run->last;
		if (err && mode == FAULT_SYNC_LOST)
			crash(run);
	}
	if (mode == FAULT_SYNC_LOST)
		crash(run);
	(void)close_all(run);
	run->small.env.vfs = NULL;
	fault_disk_arm_end(&run->disk);
}

/* ---- judging it ---- */

static void judge_acks(struct tap *tap, struct run *run, const char *where)
{
	struct reader *reader = NULL;
	struct fault fault = {0};
	enum err err = reader_open(&reader, run->small.folder, &run->small.env, &fault);
	CHECK_ROW(err == OK, "%s: %s", where, fault.text);
	for (size_t i = 0; !err && i < run->acked; i++) {
		const struct answer *answer = &run->acks[i].answer;
		struct recorded recorded;
		struct outcome outcome;
		err = reader_outcome(reader, answer->height, answer->entry, &outcome, &fault);
		bool right = !err && outcome_equal(&outcome, &answer->outcome);
		if (right && !run->acks[i].is_refused)
			right = reader_recorded(reader, answer->position, &recorded, &fault) ==
					OK &&
				!memcmp(recorded.entry, answer->entry, ENTRY_SIZE);
		CHECK_ROW(right, "%s: statement %zu was answered: %s", where, i, fault.text);
	}
	reader_free(reader);
}

/* As the disk was left, before anything is made good. */
static void judge_places(struct tap *tap, struct run *run, const char *where)
{
	char path[160];
	struct ledger_db *ledger = NULL;
	struct state *state = NULL;
	struct ledger_applied head = {0};
	struct state_place place = {.is_empty = true};
	path_of(run, "ledger.db", "", path);
	enum err err = ledger_db_open(&ledger, path, NULL, LEDGER_DB_READ, NULL);
	if (!err)
		err = ledger_db_head(ledger, &head, NULL);
	bool is_there = !err;
	path_of(run, "state.db", "", path);
	if (!state_open(&state, path, NULL, STATE_READ, NULL) &&
		state_place(state, &place, NULL) == OK && !place.is_empty)
		CHECK_ROW(is_there && place.height <= head.height,
			"%s: state.db is at %llu, ledger.db at %llu", where,
			(unsigned long long)place.height, (unsigned long long)head.height);
	state_free(state);
	ledger_db_free(ledger);
}

static void judge(struct tap *tap, struct run *run, const char *where)
{
	struct fault fault = {0};
	struct audit_report report;
	uint8_t digest[HASH_SIZE];
	struct audit_options options = {
		.folder = run->small.folder, .env = &run->small.env, .app = &run->small.app};
	bool was_created = run->is_created;
	judge_places(tap, run, where);
	/* Nothing was answered while it was not made: then making it must go on. */
	enum err err = node_open(&run->node, &run->small.options, &fault);
	if (err && !was_created) {
		run->node = NULL;
		err = create(run);
		if (!err)
			err = node_open(&run->node, &run->small.options, &fault);
	}
	CHECK_ROW(err == OK, "%s: %s", where, fault.text[0] ? fault.text : run->fault.text);
	if (err) {
		run->node = NULL;
		return;
	}
	judge_acks(tap, run, where);
	CHECK_ROW(ready(run) == OK && put(run, 1) == OK, "%s: it does not go on: %s", where,
		run->fault.text);
	(void)close_all(run);
	CHECK_ROW(audit(&options, &report, &fault) == OK && report.what == AUDIT_NOTHING,
		"%s: %s%s", where, fault.text, report.fault.text);
	CHECK_ROW(rebuild(&options, digest, &fault) == OK &&
			  !memcmp(digest, report.digest, HASH_SIZE),
		"%s: rebuilt: %s", where, fault.text);
}

/* While it does not end, it is said what and where, and what to do. */
static void judge_lasting(struct tap *tap, struct run *run, enum fault_mode mode, const char *where)
{
	const char *text = run->fault.text;
	if (!run->disk.is_hit || !fault_lasts(mode) || mode == FAULT_POWER)
		return;
	bool is_full = mode == FAULT_LASTING_FULL;
	/* A fault behind the last answer is nobody's. */
	CHECK_ROW(run->last || run->acked > 0, "%s: nothing failed", where);
	CHECK_ROW(!run->last ||
			  (strstr(text, ".db") &&
				  strstr(text, is_full ? "make room" : "check the disk")) ||
			  strstr(text, "start it again") || strstr(text, "folder"),
		"%s: %d: %s", where, run->last, text);
}

static void everywhere(struct tap *tap, enum fault_mode mode, const char *name)
{
	static struct run run;
	const char *wanted = getenv("ASSAY_DISK_STRIDE");
	int64_t stride = wanted ? atoi(wanted) : mode == FAULT_SYNC_LOST ? STRIDE / 8 : STRIDE;
	const char *only = getenv("ASSAY_DISK_SORT");
	if (only && strcmp(only, name) != 0)
		SKIP("another sort of fault is wanted");
	memset(&run, 0, sizeof run);
	run.dice = 5;
	NEED(small_prepare(&run.small) && stride > 0);
	fault_disk_start(&run.disk);
	int64_t at = 1 + (int64_t)mode % stride, tried = 0, places = 0;
	/* Every place with every loss, when every place is wanted. */
	int64_t repeats = mode == FAULT_POWER && stride == 1 ? LOSSES : 1;
	do {
		char where[64];
		clear(&run);
		run.loss = (unsigned)(tried % LOSSES);
		(void)snprintf(where, sizeof where, "%s at %lld", name, (long long)at);
		play(&run, mode, at);
		judge_lasting(tap, &run, mode, where);
		if (mode == FAULT_POWER || mode == FAULT_SYNC_LOST) {
			if (mode == FAULT_SYNC_LOST)
				run.loss = LOSE_ALL;
			fault_disk_lose(&run.disk, run.loss == LOSE_SECTORS, loses, &run);
			for (size_t i = 0; i < 2; i++) {
				char path[160];
				path_of(&run, files[i], "-shm", path);
				(void)unlink(path);
			}
		}
		judge(tap, &run, where);
		tried++;
		places = at;
		at += tried % repeats ? 0 : stride;
	} while (run.disk.is_hit && tap->failed_checks < 5);
	/* The last try came to its end: all of it was answered. */
	CHECK_ROW(run.last == OK && run.acked == run.names + 5 + 2 + 5, "%zu of %u answered",
		run.acked, run.names);
	CHECK_ROW(tried * stride > 30, "%lld places", (long long)tried);
	printf("# %s: %lld tries, %lld places\n", name, (long long)tried, (long long)places);
	fault_disk_end(&run.disk);
	small_close(&run.small, NULL);
}

TEST(any_write_may_fail)
{
	everywhere(tap, FAULT_ONCE, "failure");
}

TEST(there_may_be_no_room_at_any_write)
{
	everywhere(tap, FAULT_FULL, "no room");
}

TEST(any_write_may_be_cut_short)
{
	everywhere(tap, FAULT_SHORT, "half a write");
}

TEST(the_disk_may_die_at_any_write)
{
	everywhere(tap, FAULT_LASTING, "dead disk");
}

TEST(the_disk_may_be_full_from_any_write_on)
{
	everywhere(tap, FAULT_LASTING_FULL, "full disk");
}

TEST(any_read_may_fail)
{
	everywhere(tap, FAULT_READ, "read");
}

TEST(all_reads_may_fail_from_any_on)
{
	everywhere(tap, FAULT_READ_LASTING, "no reads");
}

TEST(any_read_may_be_cut_short)
{
	everywhere(tap, FAULT_READ_SHORT, "half a read");
}

static unsigned odd_calls;

static bool is_odd(size_t *size)
{
	odd_calls++;
	if (odd_calls % 7 == 3) {
		errno = EINTR;
		return true;
	}
	*size = odd_calls % 5 == 2 && *size > 1 ? *size / 2 : *size;
	return false;
}

static ssize_t odd_pread(int file, void *out, size_t size, off_t at)
{
	return is_odd(&size) ? -1 : pread(file, out, size, at);
}

static ssize_t odd_pwrite(int file, const void *bytes, size_t size, off_t at)
{
	return is_odd(&size) ? -1 : pwrite(file, bytes, size, at);
}

static ssize_t odd_read(int file, void *out, size_t size)
{
	return is_odd(&size) ? -1 : read(file, out, size);
}

static ssize_t odd_write(int file, const void *bytes, size_t size)
{
	return is_odd(&size) ? -1 : write(file, bytes, size);
}

static void lead_calls(bool is_led)
{
	const struct {
		const char *name;
		sqlite3_syscall_ptr call;
	} rows[] = {{"pread", (sqlite3_syscall_ptr)odd_pread},
		{"pread64", (sqlite3_syscall_ptr)odd_pread},
		{"pwrite", (sqlite3_syscall_ptr)odd_pwrite},
		{"pwrite64", (sqlite3_syscall_ptr)odd_pwrite},
		{"read", (sqlite3_syscall_ptr)odd_read}, {"write", (sqlite3_syscall_ptr)odd_write}};
	sqlite3_vfs *unix_vfs = sqlite3_vfs_find("unix");
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		(void)unix_vfs->xSetSystemCall(
			unix_vfs, rows[i].name, is_led ? rows[i].call : NULL);
}

TEST(a_call_that_is_interrupted_or_does_half_is_no_failure)
{
	static struct run run;
	memset(&run, 0, sizeof run);
	NEED(small_prepare(&run.small));
	fault_disk_start(&run.disk);
	clear(&run);
	lead_calls(true);
	play(&run, FAULT_NONE, 0);
	CHECK_ROW(run.last == OK && run.acked == run.names + 5 + 2 + 5, "%s", run.fault.text);
	judge(tap, &run, "odd calls");
	lead_calls(false);
	CHECK_ROW(odd_calls > 1000, "%u calls", odd_calls);
	fault_disk_end(&run.disk);
	small_close(&run.small, NULL);
}

/* A system drops what it could not sync, and says so once. The process starts again, as it should,
 * and finds all there, in the system's memory; then the power goes. */
TEST(what_one_sync_could_not_write_is_not_relied_upon)
{
	everywhere(tap, FAULT_SYNC_LOST, "lost sync");
}

TEST(the_power_may_go_at_any_write)
{
	everywhere(tap, FAULT_POWER, "power cut");
}

TAP_MAIN(CASE(any_write_may_fail), CASE(there_may_be_no_room_at_any_write),
	CASE(any_write_may_be_cut_short), CASE(the_disk_may_die_at_any_write),
	CASE(the_disk_may_be_full_from_any_write_on), CASE(any_read_may_fail),
	CASE(all_reads_may_fail_from_any_on), CASE(any_read_may_be_cut_short),
	CASE(a_call_that_is_interrupted_or_does_half_is_no_failure),
	CASE(what_one_sync_could_not_write_is_not_relied_upon), CASE(the_power_may_go_at_any_write))
