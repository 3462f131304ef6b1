#include "tests/unit/small_ledger.h"
#include "tests/tap.h"

#include "ledger/entries_follow.h"
#include "ledger/folder.h"

#define BATCH 200

/* One batch of puts. */
static bool put_batch(struct small_ledger *small, struct node *node, int number)
{
	static struct answer answers[BATCH];
	static struct buf out[BATCH];
	struct span bytes[BATCH];
	bool right = true;
	for (int i = 0; i < BATCH; i++) {
		char name[24];
		(void)snprintf(name, sizeof name, "n%d-%d", number, i);
		buf_init(&out[i], STATEMENT_SIZE_MAX);
		right = right &&
			small_put_statement(small, SMALL_APPLIANCE, name, "1", -1, &out[i]);
		bytes[i] = buf_span(&out[i]);
	}
	right = right && small_step(small, node, bytes, BATCH, false, answers, NULL) == OK;
	for (int i = 0; i < BATCH; i++) {
		right = right && answers[i].outcome.code == 0;
		buf_close(&out[i]);
	}
	return right;
}

static struct entries *entries_of_folder(const char *folder)
{
	struct entries *entries = NULL;
	char path[FOLDER_PATH_SIZE];
	if (folder_path(folder, FOLDER_ENTRIES, path, NULL) ||
		entries_open(&entries, path, NULL, ENTRIES_WRITE, NULL))
		return NULL;
	return entries;
}

/* Positions first, first + step ... are found by what stands there. */
static size_t not_found(struct reader *reader, uint64_t first, uint64_t end, uint64_t step)
{
	size_t bad = 0;
	for (uint64_t position = first; position < end; position += step) {
		struct recorded recorded;
		uint64_t at = UINT64_MAX;
		if (reader_recorded(reader, position, &recorded, NULL) ||
			reader_find_entry(reader, recorded.entry, &at, NULL) || at != position)
			bad++;
	}
	return bad;
}

TEST(entries_are_found_before_while_and_after_they_are_sorted)
{
	struct small_ledger small;
	struct reader *reader = NULL;
	uint8_t none[ENTRY_SIZE] = {1};
	uint8_t last[HASH_SIZE];
	uint64_t size = 0;
	uint64_t at;
	bool is_behind = true;
	struct node_place place;
	struct node *node = small_open(&small);
	NEED(node && reader_open(&reader, small.folder, &small.env, NULL) == OK);
	for (int i = 0; i < 45; i++)
		NEED(put_batch(&small, node, i));
	node_place(node, &place);
	NEED(place.size > 2 * ENTRIES_RUN && place.size < 3 * ENTRIES_RUN);
	CHECK(not_found(reader, 0, place.size, 1009) == 0); /* there is no entries.db */
	CHECK(reader_find_entry(reader, none, &at, NULL) == ERR_NOT_FOUND);
	struct entries *entries = entries_of_folder(small.folder);
	NEED(entries);
	CHECK(entries_follow(entries, reader, 1, &is_behind, NULL) == OK && is_behind);
	CHECK(entries_size(entries, &size, last, NULL) == OK && size == ENTRIES_RUN);
	CHECK(not_found(reader, 0, place.size, 1009) == 0);
	CHECK(entries_follow(entries, reader, 8, &is_behind, NULL) == OK && !is_behind);
	CHECK(entries_size(entries, &size, last, NULL) == OK && size == (uint64_t)2 * ENTRIES_RUN);
	CHECK(not_found(reader, 0, place.size, 501) == 0);
	CHECK(not_found(reader, size - 1, size + 2, 1) == 0);
	CHECK(reader_find_entry(reader, none, &at, NULL) == ERR_NOT_FOUND);
	CHECK(put_batch(&small, node, 100));
	CHECK(not_found(reader, place.size, place.size + BATCH, 1) == 0);
	entries_free(entries);
	reader_free(reader);
	small_close(&small, node);
}

TEST(what_is_of_another_ledger_is_forgotten)
{
	static uint8_t run[ENTRIES_RUN * HASH_SIZE] = {1};
	struct small_ledger small;
	struct reader *reader = NULL;
	uint8_t last[HASH_SIZE];
	uint64_t size = 0;
	bool is_behind = true;
	struct node *node = small_open(&small);
	NEED(node && reader_open(&reader, small.folder, &small.env, NULL) == OK);
	struct entries *entries = entries_of_folder(small.folder);
	NEED(entries && entries_add(entries, 0, span_of(run, sizeof run), NULL) == OK);
	/* It covers more than this ledger has. */
	CHECK(entries_follow(entries, reader, 8, &is_behind, NULL) == OK && !is_behind);
	CHECK(entries_size(entries, &size, last, NULL) == OK && size == 0);
	NEED(entries_add(entries, 0, span_of(run, sizeof run), NULL) == OK);
	for (int i = 0; i < 22; i++)
		NEED(put_batch(&small, node, i));
	/* The ledger has grown past it, and has another entry there. */
	CHECK(not_found(reader, 5, 4300, 1009) == 5);
	CHECK(entries_follow(entries, reader, 8, &is_behind, NULL) == OK && !is_behind);
	CHECK(entries_size(entries, &size, last, NULL) == OK && size == ENTRIES_RUN);
	CHECK(not_found(reader, 5, 4300, 1009) == 0);
	entries_free(entries);
	reader_free(reader);
	small_close(&small, node);
}

TAP_MAIN(CASE(entries_are_found_before_while_and_after_they_are_sorted),
	CASE(what_is_of_another_ledger_is_forgotten))
