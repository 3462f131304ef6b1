#include "scanners/station/outbox.h"

#include "tests/tap.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define TIME INT64_C(1790000000000)

struct place {
	char folder[64];
	char path[96];
	int64_t now_ms;
	struct env env;
	uint8_t kid[KID_SIZE];
	struct outbox_options options;
};

static int64_t place_now(void *self)
{
	return ((struct place *)self)->now_ms;
}

static bool place_make(struct place *place)
{
	memset(place, 0, sizeof *place);
	(void)snprintf(place->folder, sizeof place->folder, P_tmpdir "/assay-outbox-XXXXXX");
	if (crypto_start() || !mkdtemp(place->folder))
		return false;
	(void)snprintf(place->path, sizeof place->path, "%s/outbox.db", place->folder);
	place->now_ms = TIME;
	place->env = (struct env){.self = place, .now_ms = place_now};
	memset(place->kid, 7, sizeof place->kid);
	place->options = (struct outbox_options){.path = place->path,
		.env = &place->env,
		.kid = place->kid,
		.origin = span_text("trial.example/00")};
	return true;
}

static void place_remove(struct place *place)
{
	static const char *const ends[] = {"", "-wal", "-shm", ".lock"};
	char path[128];
	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
		(void)snprintf(path, sizeof path, "%s%s", place->path, ends[i]);
		(void)unlink(path);
	}
	(void)rmdir(place->folder);
}

static struct outbox *open_here(struct place *place)
{
	struct outbox *outbox = NULL;
	struct fault fault = {0};
	if (outbox_open(&outbox, &place->options, &fault))
		printf("# %s\n", fault.text);
	return outbox;
}

/* Item number n, of pack n % 5. */
static enum err put(struct outbox *outbox, struct place *place, unsigned n, struct fault *fault)
{
	char text[32];
	struct outbox_item item = {.act = BENCH_SUPPLY, .saved_ms = place->now_ms};
	enum err err = outbox_sequence(outbox, &item.sequence, fault);
	(void)snprintf(text, sizeof text, "statement %u", n);
	item.statement = span_text(text);
	item.scan = span_text("]d201");
	statement_entry(item.statement, item.entry);
	memset(item.pack, (int)(n % 5), sizeof item.pack);
	memset(item.secret, (int)n, sizeof item.secret);
	return err ? err : outbox_put(outbox, &item, fault);
}

static bool next_is(struct outbox *outbox, unsigned n, int64_t *id)
{
	char text[32];
	struct outbox_item item;
	(void)snprintf(text, sizeof text, "statement %u", n);
	if (outbox_next(outbox, &item, NULL) || !span_is(item.statement, text) ||
		!span_is(item.scan, "]d201") || item.secret[0] != (uint8_t)n)
		return false;
	*id = item.id;
	return true;
}

TEST(sends_in_order_and_keeps_what_was_refused)
{
	struct place place;
	struct outbox_counts counts;
	struct outbox_item item;
	struct bench_history history;
	int64_t id = 0;
	NEED(place_make(&place));
	struct outbox *outbox = open_here(&place);
	NEED(outbox != NULL);
	CHECK(outbox_next(outbox, &item, NULL) == ERR_NOT_FOUND);
	for (unsigned n = 0; n < 7; n++)
		CHECK(put(outbox, &place, n, NULL) == OK);
	place.now_ms += 5;
	NEED(next_is(outbox, 0, &id));
	struct outbox_recorded recorded = {.position = 9,
		.time_ms = TIME,
		.alert = 3,
		.sentence = span_text("odd"),
		.receipt = span_text("receipt")};
	CHECK(outbox_mark_recorded(outbox, id, &recorded, NULL) == OK);
	CHECK(outbox_mark_recorded(outbox, id, &recorded, NULL) == ERR_NOT_FOUND);
	NEED(next_is(outbox, 1, &id));
	struct outbox_refused refused = {
		.code = 111, .word = span_text("not_in_hand"), .sentence = span_text("no")};
	CHECK(outbox_mark_refused(outbox, id, &refused, NULL) == OK);
	CHECK(outbox_mark_recorded(outbox, id, &recorded, NULL) == ERR_NOT_FOUND);
	NEED(next_is(outbox, 2, &id));
	CHECK(outbox_count(outbox, &counts, NULL) == OK);
	CHECK(counts.waiting == 5 && counts.recorded == 1 && counts.refused == 1);
	CHECK(counts.oldest_ms == TIME);

	/* Pack 0: items 0 (recorded) and 5 (waiting); pack 1: 1 (refused) and 6; pack 3: 3. */
	memset(item.pack, 0, sizeof item.pack);
	CHECK(outbox_history(outbox, item.pack, &history, NULL) == OK);
	CHECK(history.is_there && !history.is_recorded && history.secret[0] == 5);
	memset(item.pack, 4, sizeof item.pack);
	CHECK(outbox_history(outbox, item.pack, &history, NULL) == OK);
	CHECK(history.is_there && history.secret[31] == 4 && history.saved_ms == TIME);
	memset(item.pack, 9, sizeof item.pack);
	CHECK(outbox_history(outbox, item.pack, &history, NULL) == OK && !history.is_there);
	outbox_free(outbox);

	outbox = open_here(&place);
	NEED(outbox != NULL);
	CHECK(next_is(outbox, 2, &id));
	outbox_free(outbox);
	place.now_ms = TIME + OUTBOX_KEEP_MS + 1;
	outbox = open_here(&place);
	NEED(outbox != NULL);
	CHECK(outbox_count(outbox, &counts, NULL) == OK);
	CHECK(counts.waiting == 5 && counts.recorded == 0 && counts.refused == 1);
	outbox_free(outbox);
	place_remove(&place);
}

struct told {
	unsigned count;
	bool right;
};

static enum err tell(void *self, const struct outbox_item *item,
	const struct outbox_refused *refused, struct fault *fault)
{
	struct told *told = self;
	(void)fault;
	told->count++;
	told->right = span_is(item->statement, "statement 0") && refused->code == 6 &&
		      span_is(refused->word, "key_revoked") &&
		      span_is(refused->sentence, "it was revoked") &&
		      span_is(refused->refusal, "signed");
	return OK;
}

TEST(lists_refusals_with_their_reasons)
{
	struct place place;
	struct told told = {0};
	struct outbox_refused_sink sink = {&told, tell};
	int64_t id = 0;
	NEED(place_make(&place));
	struct outbox *outbox = open_here(&place);
	NEED(outbox != NULL);
	CHECK(put(outbox, &place, 0, NULL) == OK && put(outbox, &place, 1, NULL) == OK);
	NEED(next_is(outbox, 0, &id));
	struct outbox_refused refused = {.code = 6,
		.word = span_text("key_revoked"),
		.sentence = span_text("it was revoked"),
		.refusal = span_text("signed")};
	CHECK(outbox_mark_refused(outbox, id, &refused, NULL) == OK);
	CHECK(outbox_refusals(outbox, &sink, NULL) == OK);
	CHECK(told.count == 1 && told.right);
	outbox_free(outbox);
	place_remove(&place);
}

TEST(numbers_are_never_given_out_twice)
{
	struct place place;
	uint64_t sequence = 0, before = 0;
	NEED(place_make(&place));
	struct outbox *outbox = open_here(&place);
	NEED(outbox != NULL);
	for (unsigned i = 0; i <= OUTBOX_BLOCK; i++) {
		CHECK(outbox_sequence(outbox, &sequence, NULL) == OK);
		CHECK_ROW(sequence == i, "%u", i);
	}
	outbox_free(outbox);
	outbox = open_here(&place);
	NEED(outbox != NULL);
	CHECK(outbox_sequence(outbox, &before, NULL) == OK && before > sequence);
	CHECK(outbox_sequence_from(outbox, 5, NULL) == OK);
	CHECK(outbox_sequence(outbox, &sequence, NULL) == OK && sequence == before + 1);
	CHECK(outbox_sequence_from(outbox, 5000, NULL) == OK);
	CHECK(outbox_sequence(outbox, &sequence, NULL) == OK && sequence == 5000);
	outbox_free(outbox);
	outbox = open_here(&place);
	NEED(outbox != NULL);
	CHECK(outbox_sequence(outbox, &sequence, NULL) == OK && sequence > 5000);
	outbox_free(outbox);
	place_remove(&place);
}

TEST(belongs_to_one_process_one_key_and_one_ledger)
{
	struct place place;
	struct outbox *other = NULL;
	struct fault fault = {0};
	struct stat info;
	NEED(place_make(&place));
	struct outbox *outbox = open_here(&place);
	NEED(outbox != NULL);
	CHECK(stat(place.path, &info) == 0 && (info.st_mode & 0777) == 0600);
	CHECK(outbox_open(&other, &place.options, &fault) == ERR_BUSY);
	CHECK(strstr(fault.text, place.path) != NULL);
	outbox_free(outbox);
	place.kid[3] ^= 1;
	CHECK(outbox_open(&other, &place.options, &fault) == ERR_DENIED);
	CHECK(strstr(fault.text, "another key") != NULL);
	place.kid[3] ^= 1;
	place.options.origin = span_text("trial.example/01");
	CHECK(outbox_open(&other, &place.options, &fault) == ERR_DENIED);
	CHECK(strstr(fault.text, "another ledger") != NULL);
	place.options.origin = span_text("trial.example/00");
	outbox = open_here(&place);
	CHECK(outbox != NULL);
	outbox_free(outbox);
	place_remove(&place);
}

TEST(remembers_the_pepper_of_a_lot)
{
	struct place place;
	uint8_t lot[BENCH_PACK_SIZE] = {1};
	uint16_t year = 1;
	NEED(place_make(&place));
	struct outbox *outbox = open_here(&place);
	NEED(outbox != NULL);
	CHECK(outbox_lot_get(outbox, lot, &year, NULL) == OK && year == 0);
	CHECK(outbox_lot_put(outbox, lot, 2025, NULL) == OK);
	CHECK(outbox_lot_put(outbox, lot, 2026, NULL) == OK);
	CHECK(outbox_lot_get(outbox, lot, &year, NULL) == OK && year == 2026);
	outbox_free(outbox);
	place_remove(&place);
}

/* Says each number on the pipe once its item is saved, until it is killed. */
static void write_until_killed(struct place *place, int told)
{
	struct outbox *outbox = open_here(place);
	for (unsigned n = 0; outbox; n++)
		if (put(outbox, place, n, NULL) || write(told, &n, sizeof n) != sizeof n)
			break;
	_exit(1);
}

TEST(what_was_said_to_be_saved_is_there_after_a_kill)
{
	struct place place;
	int64_t id = 0;
	NEED(place_make(&place));
	for (unsigned round = 0; round < 3; round++) {
		int told[2];
		unsigned last = 0, count = 0;
		NEED(pipe(told) == 0);
		pid_t child = fork();
		NEED(child >= 0);
		if (child == 0) {
			close(told[0]);
			write_until_killed(&place, told[1]);
		}
		close(told[1]);
		while (count < 20 + round * 13 && read(told[0], &last, sizeof last) == sizeof last)
			count++;
		NEED(kill(child, SIGKILL) == 0 && waitpid(child, NULL, 0) == child);
		while (read(told[0], &last, sizeof last) == sizeof last)
			count++;
		close(told[0]);
		struct outbox *outbox = open_here(&place);
		NEED(outbox != NULL);
		struct outbox_counts counts;
		CHECK(outbox_count(outbox, &counts, NULL) == OK);
		CHECK_ROW(counts.waiting >= count && counts.waiting <= count + 1u,
			"round %u: %u said, %llu there", round, count,
			(unsigned long long)counts.waiting);
		struct outbox_recorded recorded = {.position = 1};
		for (unsigned n = 0; n < count; n++) {
			CHECK_ROW(next_is(outbox, n, &id), "round %u item %u", round, n);
			CHECK(outbox_mark_recorded(outbox, id, &recorded, NULL) == OK);
		}
		if (counts.waiting > count && next_is(outbox, count, &id))
			CHECK(outbox_mark_recorded(outbox, id, &recorded, NULL) == OK);
		outbox_free(outbox);
	}
	place_remove(&place);
}

TAP_MAIN(CASE(sends_in_order_and_keeps_what_was_refused), CASE(lists_refusals_with_their_reasons),
	CASE(numbers_are_never_given_out_twice),
	CASE(belongs_to_one_process_one_key_and_one_ledger), CASE(remembers_the_pepper_of_a_lot),
	CASE(what_was_said_to_be_saved_is_there_after_a_kill))
