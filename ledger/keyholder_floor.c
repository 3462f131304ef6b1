#include "ledger/keyholder_floor.h"

#include "ledger/private_file.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define AT_GENERATION 16
#define AT_SIZE       24
#define AT_ROOT       32
#define AT_ORIGIN     64
#define AT_HASH       480

static const char magic[16] = "assay-floor/1";

static uint64_t get_be(const uint8_t *at)
{
	uint64_t value = 0;
	for (unsigned i = 0; i < 8; i++)
		value = value << 8 | at[i];
	return value;
}

static void put_be(uint64_t value, uint8_t *out)
{
	for (unsigned i = 0; i < 8; i++)
		out[i] = (uint8_t)(value >> (8 * (7 - i)));
}

static void slot_print(const struct floor_line *line, uint8_t out[FLOOR_SLOT_SIZE])
{
	memset(out, 0, FLOOR_SLOT_SIZE);
	memcpy(out, magic, sizeof magic);
	put_be(line->generation, out + AT_GENERATION);
	put_be(line->size, out + AT_SIZE);
	memcpy(out + AT_ROOT, line->root, HASH_SIZE);
	out[AT_ORIGIN] = (uint8_t)line->origin_size;
	memcpy(out + AT_ORIGIN + 1, line->origin, line->origin_size);
	hash_sha256(span_of(out, AT_HASH), out + AT_HASH);
}

enum slot {
	SLOT_EMPTY,
	SLOT_WHOLE,
	SLOT_BROKEN,
};

/* A slot is whole when it is what would be printed for the line in it. */
static enum slot slot_parse(
	const uint8_t slot[FLOOR_SLOT_SIZE], unsigned parity, struct floor_line *line)
{
	static const uint8_t zeros[FLOOR_SLOT_SIZE];
	uint8_t again[FLOOR_SLOT_SIZE];
	struct floor_line read = {0};
	if (!memcmp(slot, zeros, FLOOR_SLOT_SIZE))
		return SLOT_EMPTY;
	read.origin_size = slot[AT_ORIGIN];
	if (!read.origin_size || read.origin_size > ORIGIN_SIZE_MAX)
		return SLOT_BROKEN;
	memcpy(read.origin, slot + AT_ORIGIN + 1, read.origin_size);
	read.generation = get_be(slot + AT_GENERATION);
	read.size = get_be(slot + AT_SIZE);
	memcpy(read.root, slot + AT_ROOT, HASH_SIZE);
	slot_print(&read, again);
	if (memcmp(slot, again, FLOOR_SLOT_SIZE) != 0 || read.generation % 2 != parity)
		return SLOT_BROKEN;
	*line = read;
	return SLOT_WHOLE;
}

/* Takes the newer whole slot of each pair. */
static void image_parse(const uint8_t image[FLOOR_FILE_SIZE], struct floor_file *file)
{
	for (size_t i = 0; i < FLOOR_ORIGINS_MAX; i++) {
		struct floor_line pair[2] = {0};
		const uint8_t *at = image + 2 * i * FLOOR_SLOT_SIZE;
		enum slot even = slot_parse(at, 0, &pair[0]);
		enum slot odd = slot_parse(at + FLOOR_SLOT_SIZE, 1, &pair[1]);
		if (even != SLOT_WHOLE && odd != SLOT_WHOLE)
			file->is_damaged |= even == SLOT_BROKEN || odd == SLOT_BROKEN;
		else
			file->line[i] = pair[even != SLOT_WHOLE ||
					     (odd == SLOT_WHOLE &&
						     pair[1].generation > pair[0].generation)];
	}
}

static enum err image_read(struct floor_file *file, const char *path, struct fault *fault)
{
	uint8_t image[FLOOR_FILE_SIZE];
	struct stat about;
	if (fstat(file->file, &about))
		return private_file_fault(errno, "look at", path, fault);
	if (about.st_size != FLOOR_FILE_SIZE) {
		file->is_damaged = true;
		return OK;
	}
	if (!private_file_read_at(file->file, image, sizeof image, 0))
		return private_file_fault(errno ? errno : EIO, "read", path, fault);
	image_parse(image, file);
	return OK;
}

static enum err file_open(
	struct floor_file *file, const char *path, bool *is_new, struct fault *fault)
{
	static const uint8_t zeros[FLOOR_FILE_SIZE];
	int flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW;
	*file = (struct floor_file){.file = open(path, flags)};
	*is_new = file->file < 0 && errno == ENOENT;
	if (*is_new) {
		enum err err = private_file_make(path, span_of(zeros, sizeof zeros), fault);
		if (err)
			return err;
		file->file = open(path, flags);
	}
	if (file->file < 0)
		return private_file_fault(errno, "open", path, fault);
	return image_read(file, path, fault);
}

static struct floor_line *line_of(struct floor_file *file, struct span origin)
{
	for (size_t i = 0; i < FLOOR_ORIGINS_MAX; i++)
		if (file->line[i].origin_size &&
			span_equal(
				origin, span_of(file->line[i].origin, file->line[i].origin_size)))
			return &file->line[i];
	return NULL;
}

static struct floor_line *line_free(struct floor_file *file)
{
	for (size_t i = 0; i < FLOOR_ORIGINS_MAX; i++)
		if (!file->line[i].origin_size)
			return &file->line[i];
	return NULL;
}

/* The file keeps its size, and the key holder may not call fsync. */
static bool sync_data(int file)
{
	int failed;
	do
		failed = fdatasync(file);
	while (failed && errno == EINTR);
	return !failed;
}

static enum err write_at(int file, struct span bytes, size_t at, struct fault *fault)
{
	if (!private_file_write_at(file, bytes, at) || !sync_data(file))
		return private_file_fault(
			errno ? errno : EIO, "write", "the floor of signed tree sizes", fault);
	return OK;
}

/* Writes the next generation of one line into one file. */
static enum err file_raise(struct floor_file *file, struct span origin, uint64_t size,
	const uint8_t root[HASH_SIZE], struct fault *fault)
{
	uint8_t slot[FLOOR_SLOT_SIZE];
	struct floor_line *line = line_of(file, origin);
	struct floor_line next = {.origin_size = origin.size};
	if (!line)
		line = line_free(file);
	assert(line); /* floor_raise has looked */
	next.generation = line->generation + 1;
	next.size = size;
	memcpy(next.root, root, HASH_SIZE);
	memcpy(next.origin, origin.at, origin.size);
	slot_print(&next, slot);
	size_t place = 2 * (size_t)(line - file->line) + next.generation % 2;
	enum err err =
		write_at(file->file, span_of(slot, sizeof slot), place * FLOOR_SLOT_SIZE, fault);
	if (!err)
		*line = next;
	return err;
}

/* Empties a damaged file; what was whole in it has been carried to the other one before. */
static enum err file_renew(struct floor_file *file, struct fault *fault)
{
	static const uint8_t zeros[FLOOR_FILE_SIZE];
	if (ftruncate(file->file, FLOOR_FILE_SIZE))
		return private_file_fault(errno, "write", "the floor of signed tree sizes", fault);
	memset(file->line, 0, sizeof file->line);
	file->is_damaged = false;
	return write_at(file->file, span_of(zeros, sizeof zeros), 0, fault);
}

/* Brings `to` up to what `from` says. */
static enum err carry(const struct floor_file *from, struct floor_file *to, struct fault *fault)
{
	for (size_t i = 0; i < FLOOR_ORIGINS_MAX; i++) {
		const struct floor_line *line = &from->line[i];
		struct span origin = span_of(line->origin, line->origin_size);
		if (!line->origin_size)
			continue;
		const struct floor_line *there = line_of(to, origin);
		if (there && there->size == line->size &&
			memcmp(there->root, line->root, HASH_SIZE) != 0)
			return fault_set(fault, ERR_CORRUPT, 0, 0,
				"the two floors name different roots for tree size %llu of %.*s: "
				"this appliance must not sign; join again as a new one",
				(unsigned long long)line->size, (int)origin.size, line->origin);
		if (there && there->size >= line->size)
			continue;
		if (!there && !line_free(to))
			return fault_set(
				fault, ERR_CORRUPT, 0, 0, "the floor holds too many origins");
		enum err err = file_raise(to, origin, line->size, line->root, fault);
		if (err)
			return err;
	}
	return OK;
}

static enum err reconcile(struct floor *floor, struct fault *fault)
{
	struct floor_file *good = &floor->copy[floor->copy[0].is_damaged];
	struct floor_file *other = &floor->copy[!floor->copy[0].is_damaged];
	if (good->file < 0 || good->is_damaged)
		return fault_set(fault, ERR_CORRUPT, 0, 0,
			"no undamaged copy of the floor of signed tree sizes is left: put a copy "
			"of it back, or join again as a new appliance");
	if (other->file < 0)
		return OK;
	enum err err = carry(other, good, fault);
	if (!err && other->is_damaged)
		err = file_renew(other, fault);
	if (!err)
		err = carry(good, other, fault);
	return err;
}

enum err floor_open(struct floor *floor, const char *first, const char *second, struct fault *fault)
{
	bool is_new[2] = {false, false};
	*floor = (struct floor){.copy = {{.file = -1}, {.file = -1}}};
	enum err err = file_open(&floor->copy[0], first, &is_new[0], fault);
	if (!err && second)
		err = file_open(&floor->copy[1], second, &is_new[1], fault);
	/* A new file beside a damaged one has nothing to say. */
	if (!err && ((is_new[0] && floor->copy[1].is_damaged) ||
			    (is_new[1] && floor->copy[0].is_damaged)))
		err = fault_set(fault, ERR_CORRUPT, 0, 0,
			"the floor of signed tree sizes %s is damaged and its second copy is not "
			"there: put a copy of it back, or join again as a new appliance",
			is_new[0] ? second : first);
	if (!err)
		err = reconcile(floor, fault);
	if (err)
		floor_close(floor);
	return err;
}

void floor_close(struct floor *floor)
{
	for (size_t i = 0; i < 2; i++) {
		if (floor->copy[i].file >= 0)
			(void)close(floor->copy[i].file);
		floor->copy[i].file = -1;
	}
}

void floor_get(
	const struct floor *floor, struct span origin, uint64_t *size, uint8_t root[HASH_SIZE])
{
	*size = 0;
	memset(root, 0, HASH_SIZE);
	/* After floor_open and each floor_raise the copies say the same. */
	for (size_t i = 0; i < FLOOR_ORIGINS_MAX; i++) {
		const struct floor_line *line = &floor->copy[0].line[i];
		if (!line->origin_size ||
			!span_equal(origin, span_of(line->origin, line->origin_size)))
			continue;
		*size = line->size;
		memcpy(root, line->root, HASH_SIZE);
	}
}

static enum err judge(const struct floor_line *line, uint64_t size, const uint8_t root[HASH_SIZE],
	struct fault *fault)
{
	if (line && size < line->size)
		return fault_set(fault, ERR_REFUSED, 0, 0,
			"tree size %llu is below %llu, which was signed before: never back",
			(unsigned long long)size, (unsigned long long)line->size);
	if (line && size == line->size && memcmp(line->root, root, HASH_SIZE) != 0)
		return fault_set(fault, ERR_REFUSED, 0, 0,
			"another root was signed for tree size %llu", (unsigned long long)size);
	return OK;
}

enum err floor_raise(struct floor *floor, struct span origin, uint64_t size,
	const uint8_t root[HASH_SIZE], struct fault *fault)
{
	if (!origin.size || origin.size > ORIGIN_SIZE_MAX)
		return fault_set(fault, ERR_FORMAT, 0, origin.size, "not an origin");
	if (floor->is_broken)
		return fault_set(fault, ERR_IO, 0, 0,
			"the floor could not be written before: start again when the disk is "
			"sound");
	const struct floor_line *line = line_of(&floor->copy[0], origin);
	enum err err = judge(line, size, root, fault);
	if (err || (line && line->size == size))
		return err;
	for (size_t i = 0; i < 2; i++)
		if (floor->copy[i].file >= 0 && !line_of(&floor->copy[i], origin) &&
			!line_free(&floor->copy[i]))
			return fault_set(fault, ERR_LIMIT, 0, 0,
				"the floor has room for %d origins", FLOOR_ORIGINS_MAX);
	for (size_t i = 0; !err && i < 2; i++)
		if (floor->copy[i].file >= 0)
			err = file_raise(&floor->copy[i], origin, size, root, fault);
	floor->is_broken = err != OK;
	return err;
}
