#include "ledger/keyholder_floor.h"
#include "tests/tap.h"

#include <fcntl.h>
#include <unistd.h>

#define ORIGIN "medicines.example/00112233445566778899aabbccddeeff"

static bool spoil(const char *path, off_t at)
{
	int file = open(path, O_WRONLY);
	bool fine = file >= 0 && pwrite(file, "spoilt", 6, at) == 6;
	return close(file) == 0 && fine;
}

TEST(a_write_of_the_floor_cut_short_leaves_the_one_before)
{
	char path[] = "/tmp/assay-floor-XXXXXX";
	struct floor floor;
	struct fault fault;
	uint64_t size;
	uint8_t root[HASH_SIZE] = {1};
	int file = mkstemp(path);
	NEED(file >= 0 && !close(file) && !unlink(path));
	NEED(floor_open(&floor, path, NULL, &fault) == OK);
	for (uint64_t i = 1; i <= 5; i++)
		CHECK(floor_raise(&floor, span_text(ORIGIN), i, root, &fault) == OK);
	floor_close(&floor);
	/* Generation 5 stands in the odd slot, 4 in the even one. */
	NEED(spoil(path, FLOOR_SLOT_SIZE + 30));
	NEED(floor_open(&floor, path, NULL, &fault) == OK);
	floor_get(&floor, span_text(ORIGIN), &size, root);
	CHECK(size == 4 && root[0] == 1);
	CHECK(floor_raise(&floor, span_text(ORIGIN), 5, root, &fault) == OK);
	floor_close(&floor);
	NEED(!truncate(path, 100));
	CHECK(floor_open(&floor, path, NULL, &fault) == ERR_CORRUPT);
	(void)unlink(path);
}

TEST(the_floor_has_room_for_eight_origins_and_two_roots_of_one_size_stop_it)
{
	char a[] = "/tmp/assay-floor-XXXXXX";
	char b[] = "/tmp/assay-floor-XXXXXX";
	struct floor floor;
	struct fault fault;
	uint8_t root[HASH_SIZE] = {1};
	uint8_t other[HASH_SIZE] = {2};
	int file_a = mkstemp(a);
	int file_b = mkstemp(b);
	NEED(file_a >= 0 && file_b >= 0 && !close(file_a) && !close(file_b));
	NEED(!unlink(a) && !unlink(b));
	NEED(floor_open(&floor, a, NULL, &fault) == OK);
	for (int i = 0; i < FLOOR_ORIGINS_MAX + 1; i++) {
		char origin[32];
		(void)snprintf(origin, sizeof origin, "origin/%d", i);
		CHECK(floor_raise(&floor, span_text(origin), 1, root, &fault) ==
			(i < FLOOR_ORIGINS_MAX ? OK : ERR_LIMIT));
	}
	floor_close(&floor);
	NEED(floor_open(&floor, b, NULL, &fault) == OK);
	CHECK(floor_raise(&floor, span_text("origin/3"), 1, other, &fault) == OK);
	floor_close(&floor);
	CHECK(floor_open(&floor, a, b, &fault) == ERR_CORRUPT);
	CHECK(strstr(fault.text, "different roots") != NULL);
	(void)unlink(a);
	(void)unlink(b);
}

TEST(a_floor_that_cannot_be_written_stops_all_signing)
{
	char path[] = "/tmp/assay-floor-XXXXXX";
	struct floor floor;
	struct fault fault;
	uint8_t root[HASH_SIZE] = {1};
	int file = mkstemp(path);
	NEED(file >= 0 && !close(file) && !unlink(path));
	NEED(floor_open(&floor, path, NULL, &fault) == OK);
	CHECK(floor_raise(&floor, span_text(ORIGIN), 1, root, &fault) == OK);
	int writable = floor.copy[0].file;
	floor.copy[0].file = open(path, O_RDONLY);
	CHECK(floor_raise(&floor, span_text(ORIGIN), 2, root, &fault) == ERR_IO);
	(void)close(floor.copy[0].file);
	floor.copy[0].file = writable;
	CHECK(floor_raise(&floor, span_text(ORIGIN), 2, root, &fault) == ERR_IO);
	floor_close(&floor);
	(void)unlink(path);
}

TAP_MAIN(CASE(a_write_of_the_floor_cut_short_leaves_the_one_before),
	CASE(the_floor_has_room_for_eight_origins_and_two_roots_of_one_size_stop_it),
	CASE(a_floor_that_cannot_be_written_stops_all_signing))
