/* A process that writes under load is killed at any moment, again and again; afterwards everything
 * it had acknowledged is there, an audit finds nothing wrong, and state.db comes out the same when
 * it is made again. ASSAY_CRASH_ROUNDS sets how often (10). In every other round state.db's WAL is
 * cut as well, at any place: what a power cut may do to a file that is not waited for. */
#include "tests/unit/small_ledger.h"
#include "tests/tap.h"

#include "ledger/audit.h"
#include "ledger/reader.h"
#include "ledger/service.h"
#include "ledger/submit.h"

#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#define ROUNDS  10
#define OPEN    64 /* statements under way */
#define ACK_MAX 400

struct ack {
	uint64_t position;
	uint8_t entry[ENTRY_SIZE];
};

static uint32_t draw(uint64_t *dice, uint32_t below)
{
	*dice = *dice * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*dice >> 33) % below;
}

static int64_t steady_us(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static bool next_sequence(struct small_ledger *small, uint64_t *sequence)
{
	struct reader *reader;
	struct snapshot snapshot;
	if (reader_open(&reader, small->folder, &small->env, NULL))
		return false;
	bool right = reader_begin(reader, &snapshot, NULL) == OK &&
		     members_sequence_next(
			     snapshot.table, small->key[SMALL_APPLIANCE].kid, sequence, NULL) == OK;
	reader_free(reader);
	return right;
}

static bool send_next(
	struct small_ledger *small, struct submitter *submitter, int round, uint64_t number)
{
	struct buf out;
	char name[32];
	(void)snprintf(name, sizeof name, "r%d-%llu", round, (unsigned long long)number);
	buf_init(&out, STATEMENT_SIZE_MAX);
	bool right = small_put_statement(small, SMALL_APPLIANCE, name, "1", -1, &out) &&
		     submitter_send(submitter, buf_span(&out), false, number, NULL) == OK;
	buf_close(&out);
	return right;
}

/* The child: never ends by itself, except when something is wrong. */
static void write_for_ever(struct small_ledger *small, int round, int pipe_fd)
{
	static struct answer answer;
	struct channels *channels;
	struct service *service;
	struct submitter *submitter;
	struct fault fault = {0};
	uint64_t tag, number = 0;
	struct service_options options = {.node = small->options, .checkers = 2};
	if (channels_open(&channels, &fault))
		_exit(1);
	options.channels = channels;
	if (service_open(&service, &options, &fault)) {
		fprintf(stderr, "# child: %s\n", fault.text);
		_exit(2);
	}
	if (!next_sequence(small, &small->key[SMALL_APPLIANCE].sequence))
		_exit(3);
	if (submitter_open(&submitter, service, &fault))
		_exit(4);
	for (;;) {
		while (submitter_open_count(submitter) < OPEN)
			if (!send_next(small, submitter, round, number++))
				_exit(5);
		if (submitter_wait(submitter, -1, &tag, &answer, NULL))
			_exit(6);
		if (!answer_is_recorded(&answer) || !answer.is_final)
			_exit(7);
		struct ack ack = {.position = answer.position};
		memcpy(ack.entry, answer.entry, ENTRY_SIZE);
		if (write(pipe_fd, &ack, sizeof ack) != sizeof ack)
			_exit(8);
	}
}

/* Kills the child somewhere behind its `wanted`-th acknowledgement. Returns how many came. */
static size_t run_and_kill(
	struct small_ledger *small, int round, size_t wanted, int64_t more_us, struct ack *acks)
{
	int ends[2];
	if (pipe(ends))
		return 0;
	pid_t child = fork();
	if (child == 0) {
		(void)close(ends[0]);
		write_for_ever(small, round, ends[1]);
	}
	(void)close(ends[1]);
	size_t count = 0;
	while (count < wanted && read(ends[0], &acks[count], sizeof acks[0]) == sizeof acks[0])
		count++;
	for (int64_t start = steady_us(); steady_us() - start < more_us;)
		;
	(void)kill(child, SIGKILL);
	int status = 0;
	(void)waitpid(child, &status, 0);
	if (!WIFSIGNALED(status))
		printf("# the child ended by itself: %d\n", WEXITSTATUS(status));
	/* What it had said before it died counts as well. */
	while (count < ACK_MAX && read(ends[0], &acks[count], sizeof acks[0]) == sizeof acks[0])
		count++;
	(void)close(ends[0]);
	return count;
}

static void cut_state_wal(struct small_ledger *small, uint64_t *dice)
{
	char path[128];
	struct stat info;
	(void)snprintf(path, sizeof path, "%s/state.db-wal", small->folder);
	if (stat(path, &info) != 0 || info.st_size == 0)
		return;
	if (truncate(path, draw(dice, (uint32_t)info.st_size)) != 0)
		printf("# cannot cut %s\n", path);
	(void)snprintf(path, sizeof path, "%s/state.db-shm", small->folder);
	(void)unlink(path);
}

static void check_acks(
	struct tap *tap, struct small_ledger *small, const struct ack *acks, size_t count)
{
	struct reader *reader;
	struct fault fault = {0};
	CHECK_ROW(reader_open(&reader, small->folder, &small->env, &fault) == OK, "%s", fault.text);
	NEED(!fault.err);
	for (size_t i = 0; i < count; i++) {
		struct recorded recorded;
		enum err err = reader_recorded(reader, acks[i].position, &recorded, &fault);
		CHECK_ROW(err == OK && memcmp(recorded.entry, acks[i].entry, ENTRY_SIZE) == 0,
			"acknowledged position %llu: %s", (unsigned long long)acks[i].position,
			err ? fault.text : "another entry");
	}
	reader_free(reader);
}

static void check_ledger(struct tap *tap, struct small_ledger *small)
{
	struct audit_report report;
	struct fault fault = {0};
	uint8_t digest[HASH_SIZE];
	struct audit_options options = {
		.folder = small->folder, .env = &small->env, .app = &small->app};
	CHECK_ROW(audit(&options, &report, &fault) == OK, "%s", fault.text);
	CHECK_ROW(report.what == AUDIT_NOTHING, "%s", report.fault.text);
	CHECK_ROW(rebuild(&options, digest, &fault) == OK, "%s", fault.text);
	CHECK(memcmp(digest, report.digest, HASH_SIZE) == 0);
}

TEST(what_was_acknowledged_survives_being_killed_at_any_moment)
{
	static struct small_ledger small;
	static struct ack acks[ACK_MAX];
	const char *wanted = getenv("ASSAY_CRASH_ROUNDS");
	int rounds = wanted ? atoi(wanted) : ROUNDS;
	uint64_t dice = 7;
	struct node *node = small_open(&small);
	NEED(node && rounds > 0);
	node_free(node);
	for (int round = 0; round < rounds && !tap->failed_checks; round++) {
		small.now_ms += 1000;
		size_t count =
			run_and_kill(&small, round, 1 + draw(&dice, 200), draw(&dice, 3000), acks);
		CHECK_ROW(count > 0, "round %d", round);
		if (round % 2)
			cut_state_wal(&small, &dice);
		check_acks(tap, &small, acks, count);
		if (round % 5 == 4 || round + 1 == rounds)
			check_ledger(tap, &small);
	}
	struct fault fault = {0};
	CHECK_ROW(node_open(&node, &small.options, &fault) == OK, "%s", fault.text);
	small_close(&small, fault.err ? NULL : node);
}

/* Writes until the ledger cannot, makes room, and looks whether all is there and it goes on. */
static void fill_up(struct tap *tap, struct small_ledger *small, struct node *node,
	bool (*make_room)(const struct small_ledger *small))
{
	static struct answer answer;
	char name[32];
	uint64_t acknowledged = 0;
	enum err err = OK;
	int count = 0;
	for (; count < 5000 && !err; count++) {
		(void)snprintf(name, sizeof name, "n%d", count);
		err = small_put_one(small, node, name, "1", &answer);
		if (!err)
			acknowledged = answer.position;
	}
	CHECK_ROW(err == ERR_FULL || err == ERR_IO, "%d after %d", err, count);
	CHECK(answer.err == err && acknowledged > 0);
	CHECK_ROW(strstr(answer.fault.text, ".db") != NULL, "%s", answer.fault.text);
	NEED(make_room(small));
	if (node_is_broken(node)) {
		node_free(node);
		struct fault fault = {0};
		CHECK_ROW(node_open(&node, &small->options, &fault) == OK, "%s", fault.text);
		NEED(!fault.err);
	}
	struct node_place place;
	node_place(node, &place);
	CHECK(place.size >= acknowledged + 1);
	err = small_put_one(small, node, "after", "1", &answer);
	CHECK_ROW(!err && answer_is_recorded(&answer) && answer.is_final, "%s", answer.fault.text);
	node_free(node);
	check_ledger(tap, small);
}

static bool raise_limit(const struct small_ledger *small)
{
	struct rlimit limit;
	(void)small;
	if (getrlimit(RLIMIT_FSIZE, &limit))
		return false;
	limit.rlim_cur = limit.rlim_max;
	return setrlimit(RLIMIT_FSIZE, &limit) == 0;
}

TEST(a_file_that_may_not_grow_is_said_and_nothing_acknowledged_is_lost)
{
	static struct small_ledger small;
	struct node *node = small_open(&small);
	struct rlimit limit;
	struct stat info;
	char wal[128];
	NEED(node && getrlimit(RLIMIT_FSIZE, &limit) == 0);
	(void)snprintf(wal, sizeof wal, "%s/ledger.db-wal", small.folder);
	NEED(stat(wal, &info) == 0);
	limit.rlim_cur = (rlim_t)info.st_size + 300000;
	(void)signal(SIGXFSZ, SIG_IGN);
	NEED(setrlimit(RLIMIT_FSIZE, &limit) == 0);
	fill_up(tap, &small, node, raise_limit);
	small_close(&small, NULL);
}

static bool enlarge_disk(const struct small_ledger *small)
{
	return mount("tmpfs", small->folder, "tmpfs", MS_REMOUNT, "size=64m") == 0;
}

TEST(a_full_disk_is_said_and_nothing_acknowledged_is_lost)
{
	static struct small_ledger small;
	NEED(small_prepare(&small));
	if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
		mount("tmpfs", small.folder, "tmpfs", 0, "size=2m") != 0) {
		small_folder_remove(small.folder);
		SKIP("a disk of its own can only be had by root");
	}
	struct node *node = small_start(&small);
	NEED(node);
	fill_up(tap, &small, node, enlarge_disk);
	CHECK(umount(small.folder) == 0);
	small_folder_remove(small.folder);
}

TAP_MAIN(CASE(what_was_acknowledged_survives_being_killed_at_any_moment),
	CASE(a_file_that_may_not_grow_is_said_and_nothing_acknowledged_is_lost),
	CASE(a_full_disk_is_said_and_nothing_acknowledged_is_lost))
