/* The floor on the disk: sizes are raised, files closed, bytes of ONE of the two copies changed or
 * cut, and opened again: the floor is what it was. It may only refuse when both are touched.
 *
 * An input is a list of steps, one byte and what it needs:
 *	0..127    raise origin (step & 3) by 1 + next byte, root of the next byte
 *	128..191  close, change a byte (2 bytes place, 1 byte by what) of copy 2, open
 *	192..223  the same of copy 1
 *	224..255  close, cut copy 2 at the place (2 bytes), open */
#include "ledger/keyholder_floor.h"

#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ORIGINS   4
#define STEPS_MAX 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct place {
	char folder[64];
	char path[2][96];
	struct floor floor;
	uint64_t size[ORIGINS];
	uint8_t root[ORIGINS];
};

static struct span origin_of(unsigned i)
{
	static const char *const names[ORIGINS] = {"a", "b.example/0", "c", "d"};
	return span_text(names[i]);
}

static void raise_one(struct place *place, unsigned i, uint8_t by, uint8_t root)
{
	uint8_t full[HASH_SIZE];
	uint8_t wrong[HASH_SIZE];
	memset(full, root, sizeof full);
	memset(wrong, root + 1, sizeof wrong);
	place->size[i] += 1U + by;
	place->root[i] = root;
	assert(floor_raise(&place->floor, origin_of(i), place->size[i], full, NULL) == OK);
	assert(floor_raise(&place->floor, origin_of(i), place->size[i], wrong, NULL) ==
		ERR_REFUSED);
	assert(floor_raise(&place->floor, origin_of(i), place->size[i] - 1, full, NULL) ==
		ERR_REFUSED);
}

static void judge(const struct place *place)
{
	for (unsigned i = 0; i < ORIGINS; i++) {
		uint64_t size = 7;
		uint8_t root[HASH_SIZE] = {0};
		floor_get(&place->floor, origin_of(i), &size, root);
		assert(size == place->size[i]);
		assert(!size || (root[0] == place->root[i] && root[31] == place->root[i]));
	}
}

static void open_again(struct place *place)
{
	struct fault fault = {0};
	assert(floor_open(&place->floor, place->path[0], place->path[1], &fault) == OK);
	judge(place);
}

/* Changes one byte; at the end of the file it is one more. */
static void change(const char *path, size_t at, uint8_t by)
{
	uint8_t byte = 0;
	int file = open(path, O_RDWR | O_CLOEXEC);
	assert(file >= 0);
	at %= FLOOR_FILE_SIZE + 1;
	if (pread(file, &byte, 1, (off_t)at) < 0)
		abort();
	byte ^= by;
	assert(pwrite(file, &byte, 1, (off_t)at) == 1);
	(void)close(file);
}

static void step(struct place *place, uint8_t what, size_t at, uint8_t by)
{
	floor_close(&place->floor);
	if (what < 192)
		change(place->path[1], at, by);
	else if (what < 224)
		change(place->path[0], at, by);
	else
		assert(truncate(place->path[1], (off_t)(at % FLOOR_FILE_SIZE)) == 0);
	open_again(place);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct place place;
	place = (struct place){0};
	(void)snprintf(place.folder, sizeof place.folder, "%s/assay-floor-XXXXXX",
		access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm");
	if (!mkdtemp(place.folder))
		return 0;
	for (int i = 0; i < 2; i++)
		(void)snprintf(place.path[i], sizeof place.path[i], "%s/floor%d", place.folder, i);
	open_again(&place);
	for (size_t at = 0, steps = 0; at + 3 < size && steps < STEPS_MAX; steps++) {
		uint8_t what = data[at];
		if (what < 128) {
			raise_one(&place, what & 3U, data[at + 1], data[at + 2]);
			at += 3;
		} else {
			step(&place, what, (size_t)data[at + 1] << 8 | data[at + 2], data[at + 3]);
			at += 4;
		}
	}
	floor_close(&place.floor);
	open_again(&place);
	floor_close(&place.floor);
	for (int i = 0; i < 2; i++)
		(void)unlink(place.path[i]);
	(void)rmdir(place.folder);
	return 0;
}
