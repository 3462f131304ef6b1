/* What is kept in plain files (the floor of signed sizes, keys, files that commands write) when any
 * of the system's calls fails once: an error of the device, no room, an interruption, half of it
 * done. What was said to be written is there; what was there before stays whole; an interruption or
 * a short write is no failure at all. The linker leads the calls of the program here (Makefile). */
#include "appliance/cli/cli.h"
#include "ledger/keyfile_renew.h"
#include "ledger/keyholder_floor.h"
#include "ledger/private_file.h"
#include "tests/tap.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <unistd.h>

#define SIZES 12
#define PARTY "maker.example"

/* ---- calls that fail ---- */

enum kind { KIND_EIO, KIND_ENOSPC, KIND_EINTR, KIND_SHORT, KINDS };
static const char *const kind_words[KINDS] = {"EIO", "ENOSPC", "EINTR", "half of it"};

static struct {
	bool is_armed, is_hit;
	enum kind kind;
	int left; /* calls until the one that fails */
	const char *name; /* of the call that failed */
} calls;

/* Whether this call fails, and with which errno; short ones only where bytes are moved. */
static bool fails(const char *name, bool moves_bytes)
{
	bool is_of_kind = calls.kind == KIND_SHORT ? moves_bytes : true;
	bool is_interrupted = moves_bytes || !strcmp(name, "fsync") || !strcmp(name, "fdatasync");
	if (calls.kind == KIND_EINTR)
		is_of_kind = is_interrupted;
	if (!calls.is_armed || !is_of_kind || calls.left-- != 0)
		return false;
	calls.is_hit = true;
	calls.name = name;
	errno = calls.kind == KIND_EIO ? EIO : calls.kind == KIND_ENOSPC ? ENOSPC : EINTR;
	return true;
}

int __real_open(const char *path, int flags, ...);
int __real_fsync(int fd);
int __real_fdatasync(int fd);
int __real_ftruncate(int fd, off_t size);
int __real_link(const char *from, const char *to);
int __real_rename(const char *from, const char *to);
ssize_t __real_read(int fd, void *out, size_t size);
ssize_t __real_pread(int fd, void *out, size_t size, off_t at);
ssize_t __real_write(int fd, const void *bytes, size_t size);
ssize_t __real_pwrite(int fd, const void *bytes, size_t size, off_t at);
int __wrap_open(const char *path, int flags, ...);
int __wrap_fsync(int fd);
int __wrap_fdatasync(int fd);
int __wrap_ftruncate(int fd, off_t size);
int __wrap_link(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to);
ssize_t __wrap_read(int fd, void *out, size_t size);
ssize_t __wrap_pread(int fd, void *out, size_t size, off_t at);
ssize_t __wrap_write(int fd, const void *bytes, size_t size);
ssize_t __wrap_pwrite(int fd, const void *bytes, size_t size, off_t at);

int __wrap_open(const char *path, int flags, ...)
{
	va_list args;
	va_start(args, flags);
	mode_t mode = flags & O_CREAT ? (mode_t)va_arg(args, unsigned) : 0;
	va_end(args);
	return fails("open", false) ? -1 : __real_open(path, flags, mode);
}

int __wrap_fsync(int fd)
{
	return fails("fsync", false) ? -1 : __real_fsync(fd);
}

int __wrap_fdatasync(int fd)
{
	return fails("fdatasync", false) ? -1 : __real_fdatasync(fd);
}

int __wrap_ftruncate(int fd, off_t size)
{
	return fails("ftruncate", false) ? -1 : __real_ftruncate(fd, size);
}

int __wrap_link(const char *from, const char *to)
{
	return fails("link", false) ? -1 : __real_link(from, to);
}

int __wrap_rename(const char *from, const char *to)
{
	return fails("rename", false) ? -1 : __real_rename(from, to);
}

ssize_t __wrap_read(int fd, void *out, size_t size)
{
	if (!fails("read", true))
		return __real_read(fd, out, size);
	return calls.kind == KIND_SHORT ? __real_read(fd, out, size / 2) : -1;
}

ssize_t __wrap_pread(int fd, void *out, size_t size, off_t at)
{
	if (!fails("pread", true))
		return __real_pread(fd, out, size, at);
	return calls.kind == KIND_SHORT ? __real_pread(fd, out, size / 2, at) : -1;
}

ssize_t __wrap_write(int fd, const void *bytes, size_t size)
{
	if (!fails("write", true))
		return __real_write(fd, bytes, size);
	return calls.kind == KIND_SHORT ? __real_write(fd, bytes, size / 2) : -1;
}

ssize_t __wrap_pwrite(int fd, const void *bytes, size_t size, off_t at)
{
	if (!fails("pwrite", true))
		return __real_pwrite(fd, bytes, size, at);
	return calls.kind == KIND_SHORT ? __real_pwrite(fd, bytes, size / 2, at) : -1;
}

/* ---- what is done, and what must hold ---- */

struct world {
	char folder[64], path[96], second[96];
	struct fault fault;
	enum err last; /* the last failure */
	uint64_t done; /* as far as it was said to be written */
	uint8_t kid[2][KID_SIZE];
	bool has_kid[2]; /* of files: the second is there */
};

static void note(struct world *world, enum err err, uint64_t done)
{
	if (err)
		world->last = err;
	else
		world->done = done;
}

static void root_of(uint64_t size, uint8_t root[HASH_SIZE])
{
	memset(root, (int)size, HASH_SIZE);
}

static void play_floor(struct world *world)
{
	struct floor floor = {.copy = {{.file = -1}, {.file = -1}}};
	bool is_open = false;
	for (uint64_t size = 1; size <= SIZES; size++) {
		uint8_t root[HASH_SIZE];
		enum err err = OK;
		root_of(size, root);
		if (!is_open)
			err = floor_open(&floor, world->path, world->second, &world->fault);
		is_open = !err;
		if (!err)
			err = floor_raise(
				&floor, span_text("trial.example"), size, root, &world->fault);
		note(world, err, size);
		if (is_open && (err || size % 5 == 0)) {
			floor_close(&floor);
			is_open = false;
		}
	}
	if (is_open)
		floor_close(&floor);
}

static void judge_floor(struct tap *tap, struct world *world, const char *where)
{
	struct floor floor;
	uint8_t root[HASH_SIZE], want[HASH_SIZE];
	uint64_t size = 0;
	enum err err = floor_open(&floor, world->path, world->second, &world->fault);
	CHECK_ROW(err == OK, "%s: %s", where, world->fault.text);
	if (err)
		return;
	floor_get(&floor, span_text("trial.example"), &size, root);
	root_of(size, want);
	CHECK_ROW(size >= world->done && !memcmp(root, want, HASH_SIZE), "%s: %llu below %llu",
		where, (unsigned long long)size, (unsigned long long)world->done);
	floor_close(&floor);
}

/* A key is made, another waits and takes its name. */
static void play_keys(struct world *world)
{
	struct keyfile key[2] = {0};
	char path[KEYFILE_PATH_MAX];
	bool taken = false;
	enum err err = keyfile_path(world->folder, KEY_LOG, PARTY, NULL, path, &world->fault);
	for (int i = 0; !err && i < 2; i++) {
		err = keyfile_make(
			&key[i], KEY_LOG, PARTY, NULL, INT64_C(1790000000000), &world->fault);
		memcpy(world->kid[i], key[i].kid, KID_SIZE);
		world->has_kid[i] = !err;
	}
	if (!err)
		err = keyfile_save(&key[0], path, span_of(NULL, 0), &world->fault);
	note(world, err, 1);
	if (!err) {
		err = keyfile_wait(&key[1], world->folder, &world->fault);
		note(world, err, 2);
	}
	if (!err) {
		err = keyfile_take(
			world->folder, KEY_LOG, PARTY, key[1].kid, &taken, &world->fault);
		note(world, err, 3);
	}
	keyfile_close(&key[0]);
	keyfile_close(&key[1]);
}

static void judge_keys(struct tap *tap, struct world *world, const char *where)
{
	struct keyfile key = {0};
	char path[KEYFILE_PATH_MAX];
	bool taken = false;
	enum err err = keyfile_path(world->folder, KEY_LOG, PARTY, NULL, path, &world->fault);
	if (!err && world->done >= 2 && world->has_kid[1])
		err = keyfile_take(
			world->folder, KEY_LOG, PARTY, world->kid[1], &taken, &world->fault);
	CHECK_ROW(!err && taken == (world->done >= 2), "%s: step %llu: %s", where,
		(unsigned long long)world->done, world->fault.text);
	err = keyfile_load(&key, path, span_of(NULL, 0), &world->fault);
	CHECK_ROW(err == OK || (err == ERR_NOT_FOUND && !world->done), "%s: step %llu: %s", where,
		(unsigned long long)world->done, world->fault.text);
	if (!err)
		CHECK_ROW(!memcmp(key.kid, world->kid[world->done >= 2], KID_SIZE),
			"%s: another key", where);
	keyfile_close(&key);
}

/* A file that is replaced: a large one by larger ones. */
static struct span content(uint64_t number)
{
	static uint8_t bytes[10000];
	memset(bytes, (int)number, sizeof bytes);
	return span_of(bytes, 3000 + 1000 * (size_t)number);
}

static void play_files(struct world *world)
{
	for (uint64_t i = 1; i <= 5; i++)
		note(world, cli_write_file(world->path, content(i), 0600, true, &world->fault), i);
	enum err err = cli_write_file(world->second, content(5), 0600, false, &world->fault);
	note(world, err, world->done == 5 ? 6 : world->done);
	world->has_kid[0] = !err;
}

static void judge_files(struct tap *tap, struct world *world, const char *where)
{
	struct buf bytes;
	buf_init(&bytes, 1 << 16);
	enum err err = private_file_read(world->path, 1 << 16, &bytes, &world->fault);
	uint64_t first = bytes.size ? bytes.at[0] : 0;
	CHECK_ROW(
		!err || (err == ERR_NOT_FOUND && !world->done), "%s: %s", where, world->fault.text);
	CHECK_ROW(err || (first && span_equal(buf_span(&bytes), content(first))),
		"%s: %zu bytes are no whole file", where, bytes.size);
	CHECK_ROW(first >= (world->done < 5 ? world->done : 5) || err, "%s: %llu after %llu", where,
		(unsigned long long)first, (unsigned long long)world->done);
	/* What was cut off does not stand in the way of doing it again. */
	if (!world->has_kid[0])
		CHECK_ROW(!cli_write_file(world->second, content(5), 0600, false, &world->fault),
			"%s: %s", where, world->fault.text);
	buf_close(&bytes);
}

static const struct subject {
	const char *name;
	void (*play)(struct world *world);
	void (*judge)(struct tap *tap, struct world *world, const char *where);
	uint64_t all; /* done, when nothing fails */
} subjects[] = {{"floor", play_floor, judge_floor, SIZES}, {"keys", play_keys, judge_keys, 3},
	{"files", play_files, judge_files, 6}};

static void remove_all(const char *folder)
{
	DIR *list = opendir(folder);
	for (const struct dirent *entry; list && (entry = readdir(list));) {
		char path[512];
		(void)snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
		if (entry->d_name[0] == '.')
			continue;
		if (entry->d_type == DT_DIR)
			remove_all(path);
		else
			(void)unlink(path);
	}
	if (list)
		(void)closedir(list);
	(void)rmdir(folder);
}

static bool has_rests(const char *folder)
{
	bool found = false;
	DIR *list = opendir(folder);
	for (const struct dirent *entry; list && (entry = readdir(list));)
		found = found || strstr(entry->d_name, ".new");
	if (list)
		(void)closedir(list);
	return found;
}

static void try_one(struct tap *tap, const struct subject *subject, enum kind kind, int at)
{
	static struct world world;
	char where[128];
	memset(&world, 0, sizeof world);
	(void)snprintf(world.folder, sizeof world.folder, P_tmpdir "/assay-plain-XXXXXX");
	NEED(mkdtemp(world.folder));
	(void)snprintf(world.path, sizeof world.path, "%s/one", world.folder);
	(void)snprintf(world.second, sizeof world.second, "%s/two", world.folder);
	calls.is_armed = true;
	calls.is_hit = false;
	calls.kind = kind;
	calls.left = at;
	calls.name = "none";
	subject->play(&world);
	calls.is_armed = false;
	(void)snprintf(where, sizeof where, "%s: %s at call %d, %s", subject->name,
		kind_words[kind], at, calls.name);
	bool is_harmless = kind == KIND_EINTR || kind == KIND_SHORT;
	CHECK_ROW(!world.last || (calls.is_hit && !is_harmless && world.fault.text[0]), "%s: %s",
		where, world.fault.text);
	CHECK_ROW(world.last != OK || world.done == subject->all, "%s: %llu of %llu", where,
		(unsigned long long)world.done, (unsigned long long)subject->all);
	subject->judge(tap, &world, where);
	CHECK_ROW(!has_rests(world.folder), "%s: a file is left beside", where);
	remove_all(world.folder);
}

TEST(any_call_may_fail_once)
{
	NEED(crypto_start() == OK);
	for (size_t i = 0; i < sizeof subjects / sizeof subjects[0]; i++)
		for (enum kind kind = 0; kind < KINDS; kind++) {
			int at = 0;
			do
				try_one(tap, &subjects[i], kind, at++);
			while (calls.is_hit && at < 1000);
			CHECK_ROW(
				at > 5, "%s, %s: %d calls", subjects[i].name, kind_words[kind], at);
		}
}

TAP_MAIN(CASE(any_call_may_fail_once))
