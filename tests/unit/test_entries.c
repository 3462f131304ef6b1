#include "ledger/store/entries.h"
#include "tests/tap.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct place {
	char folder[64];
	char path[96];
};

static bool place_make(struct place *place)
{
	(void)snprintf(place->folder, sizeof place->folder, "/tmp/assay-entries-XXXXXX");
	bool made = crypto_start() == OK && mkdtemp(place->folder);
	(void)snprintf(place->path, sizeof place->path, "%s/entries.db", place->folder);
	return made;
}

static void place_remove(const struct place *place)
{
	static const char *const ends[] = {"", "-wal", "-shm"};
	for (size_t i = 0; i < 3; i++) {
		char path[128];
		(void)snprintf(path, sizeof path, "%s%s", place->path, ends[i]);
		(void)unlink(path);
	}
	(void)rmdir(place->folder);
}

static void entry_of(uint64_t leaf, uint8_t out[HASH_SIZE])
{
	hash_sha256(span_of(&leaf, sizeof leaf), out);
}

static enum err add(struct entries *entries, uint64_t first)
{
	static uint8_t run[ENTRIES_RUN * HASH_SIZE];
	struct fault fault;
	for (size_t i = 0; i < ENTRIES_RUN; i++)
		entry_of(first + i, run + i * HASH_SIZE);
	return entries_add(entries, first, span_of(run, sizeof run), &fault);
}

static bool is_found(struct entries *entries, uint64_t leaf)
{
	struct candidates found;
	uint8_t entry[HASH_SIZE];
	uint64_t size;
	entry_of(leaf, entry);
	if (entries_find(entries, entry, &found, &size, NULL))
		return false;
	for (size_t i = 0; i < found.count; i++)
		if (found.position[i] == leaf)
			return true;
	return false;
}

TEST(every_entry_is_found_while_runs_are_added_and_merged)
{
	struct place place;
	struct entries *entries = NULL;
	struct entries *reader = NULL;
	uint8_t last[HASH_SIZE], wanted[HASH_SIZE];
	uint64_t size = 7;
	NEED(place_make(&place));
	CHECK(entries_open(&reader, place.path, NULL, ENTRIES_READ, NULL) == ERR_NOT_FOUND);
	NEED(entries_open(&entries, place.path, NULL, ENTRIES_WRITE, NULL) == OK);
	NEED(entries_open(&reader, place.path, NULL, ENTRIES_READ, NULL) == OK);
	CHECK(entries_size(reader, &size, last, NULL) == OK && size == 0);
	CHECK(!is_found(reader, 0));
	/* Past two merges of level 0, so that runs of two levels lie beside each other. */
	for (uint64_t run = 0; run < 2 * ENTRIES_MERGE + 3; run++) {
		NEED(add(entries, run * ENTRIES_RUN) == OK);
		uint64_t end = (run + 1) * ENTRIES_RUN;
		CHECK(entries_size(reader, &size, last, NULL) == OK && size == end);
		entry_of(end - 1, wanted);
		CHECK(!memcmp(last, wanted, HASH_SIZE));
		for (uint64_t leaf = run % 7; leaf < end; leaf += 997)
			CHECK_ROW(is_found(reader, leaf), "leaf %llu of %llu",
				(unsigned long long)leaf, (unsigned long long)end);
		CHECK(is_found(reader, end - 1) && is_found(reader, end - ENTRIES_RUN));
		CHECK(!is_found(reader, end) && !is_found(reader, UINT64_MAX));
	}
	CHECK(add(entries, 0) == ERR_RANGE);
	CHECK(add(entries, size + 1) == ERR_RANGE);
	CHECK(entries_clear(entries, NULL) == OK);
	CHECK(entries_size(reader, &size, last, NULL) == OK && size == 0 && !is_found(reader, 5));
	entries_free(reader);
	entries_free(entries);
	place_remove(&place);
}

TEST(entries_with_one_tag_are_all_candidates)
{
	static uint8_t run[ENTRIES_RUN * HASH_SIZE];
	struct place place;
	struct entries *entries = NULL;
	struct candidates found;
	uint8_t wanted[HASH_SIZE] = {0x80};
	uint64_t size;
	NEED(place_make(&place));
	NEED(entries_open(&entries, place.path, NULL, ENTRIES_WRITE, NULL) == OK);
	/* 16 tags, the highest bit set in half of them: signed order would tear them apart. */
	for (size_t i = 0; i < ENTRIES_RUN; i++) {
		run[i * HASH_SIZE] = (uint8_t)(i % 16 << 4);
		run[i * HASH_SIZE + 30] = (uint8_t)(i >> 8);
		run[i * HASH_SIZE + 31] = (uint8_t)i;
	}
	run[3 * HASH_SIZE + 1] = 1; /* one alone */
	NEED(entries_add(entries, 0, span_of(run, sizeof run), NULL) == OK);
	CHECK(entries_find(entries, wanted, &found, &size, NULL) == OK);
	CHECK(found.count == ENTRIES_CANDIDATES && found.position[0] == 8);
	for (size_t i = 0; i < found.count; i++)
		CHECK(found.position[i] == 8 + 16 * i);
	CHECK(entries_find(entries, run + 3 * HASH_SIZE, &found, &size, NULL) == OK);
	CHECK(found.count == 1 && found.position[0] == 3);
	entries_free(entries);
	place_remove(&place);
}

TEST(a_damaged_file_is_made_anew)
{
	struct place place;
	struct entries *entries = NULL;
	uint8_t last[HASH_SIZE];
	uint64_t size = 7;
	NEED(place_make(&place));
	FILE *file = fopen(place.path, "w");
	NEED(file);
	for (int i = 0; i < 1000; i++)
		(void)fputs("no database at all. ", file);
	NEED(fclose(file) == 0);
	CHECK(entries_open(&entries, place.path, NULL, ENTRIES_READ, NULL) == ERR_CORRUPT);
	NEED(entries_open(&entries, place.path, NULL, ENTRIES_WRITE, NULL) == OK);
	CHECK(entries_size(entries, &size, last, NULL) == OK && size == 0);
	NEED(add(entries, 0) == OK);
	CHECK(is_found(entries, 17));
	entries_free(entries);
	place_remove(&place);
}

TEST(a_page_is_whole_records_in_order)
{
	static const uint8_t page[] = {
		0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 9, /* tag 1 at 9 */
		0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 1, 0, /* tag 2 at 256 */
		0, 0, 0, 0, 0, 0, 0, 2, 1, 0, 0, 0, 0, /* tag 2 at 2^32 */
		0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 3, /* out of order */
	};
	const struct {
		size_t size;
		uint64_t tag;
		enum err err;
		size_t at;
		size_t count;
		uint64_t last;
	} rows[] = {
		{13, 1, OK, 0, 1, 9},
		{39, 2, OK, 0, 2, UINT64_C(1) << 32},
		{39, 1, OK, 0, 1, 9},
		{39, 3, OK, 0, 0, 0},
		{52, 2, ERR_FORMAT, 39, 0, 0},
		{0, 1, ERR_FORMAT, 0, 0, 0},
		{12, 1, ERR_FORMAT, 12, 0, 0},
		{14, 1, ERR_FORMAT, 14, 0, 0},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct candidates found = {0};
		struct fault fault = {0};
		CHECK_ROW(entries_page_find(span_of(page, rows[i].size), rows[i].tag, &found,
				  &fault) == rows[i].err &&
				  fault.at == rows[i].at,
			"row %zu: at %zu", i, fault.at);
		CHECK_ROW(found.count == rows[i].count, "row %zu", i);
		if (found.count)
			CHECK_ROW(found.position[found.count - 1] == rows[i].last, "row %zu", i);
	}
}

TAP_MAIN(CASE(every_entry_is_found_while_runs_are_added_and_merged),
	CASE(entries_with_one_tag_are_all_candidates), CASE(a_damaged_file_is_made_anew),
	CASE(a_page_is_whole_records_in_order))
