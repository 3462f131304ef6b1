#include "ledger/base/db_sums.h"

#include <assert.h>
#include <endian.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGE_SIZE_MIN   512
#define PAGE_SIZE_MAX   65536
#define HEADER_SIZE     100 /* of a database */
#define AT_PAGE_SIZE    16
#define AT_RESERVED     20
#define WAL_HEADER_SIZE 32
#define MAGIC           "SQLite format 3" /* with its NUL the first 16 bytes */
#define WAL_AT_SUM      24 /* in its header */
#define WAL_MAGIC       UINT32_C(0x377f0682) /* lowest bit: sums over big endian words */
#define FRAME_HEADER    24
#define FRAME_AT_SUM    16
#define FRAME_SUMMED    8 /* bytes of a frame's header under its sum */
#define WAL_WRITE_LOCK  0 /* the lock that a writer holds */
#define WAL_AT_SALT     16
#define FRAME_AT_SALT   8
#define SALT_SIZE       8
/* SQLite leaves the page that holds this byte alone. */
#define LOCKS_AT    INT64_C(0x40000000)
#define READ_TIMES  4 /* of a page that may be being written just now */
#define NAME_PREFIX "sums-"
#define NAME_SIZE   64

struct sums_vfs {
	sqlite3_vfs vfs; /* first: SQLite hands it back */
	char name[NAME_SIZE];
};

struct sums_file {
	sqlite3_file base; /* first: SQLite hands it back */
	sqlite3_file *real;
	bool is_wal;
	bool has_sums; /* a file of another program may have none: it is read, and not written */
	struct sums_file *other; /* the WAL of a file, the file of a WAL; NULL: not open */
	struct db_sums_where where;
	uint8_t *page; /* what is written, with its sum */
	/* A frame that its writer replaces has a wrong sum until the commit: frames from here on
	 * are not looked at by this connection while it holds the lock for writing. */
	sqlite3_int64 unsure_from, header_at;
};

/* ---- sums ---- */

static uint64_t word_at(const uint8_t *at)
{
	uint64_t word;
	memcpy(&word, at, sizeof word);
	return le64toh(word);
}

/* No step loses anything of what a lane holds, so words changed in one lane cannot leave it as it
 * was but by meeting each other in 64 bits. */
static uint64_t stir(uint64_t lane, uint64_t word)
{
	lane ^= word;
	lane = lane << 23 | lane >> 41;
	return lane * UINT64_C(0x9e3779b97f4a7c15);
}

uint64_t db_sums_page(const uint8_t *page, size_t size, uint64_t number)
{
	uint64_t lane[4] = {number, 1, 2, 3};
	size_t at = 0, end = size - DB_SUMS_SIZE;
	assert(size % 8 == 0 && size >= PAGE_SIZE_MIN);
	for (; at + 32 <= end; at += 32) {
		lane[0] = stir(lane[0], word_at(page + at));
		lane[1] = stir(lane[1], word_at(page + at + 8));
		lane[2] = stir(lane[2], word_at(page + at + 16));
		lane[3] = stir(lane[3], word_at(page + at + 24));
	}
	for (; at < end; at += 8)
		lane[0] = stir(lane[0], word_at(page + at));
	uint64_t sum = stir(stir(stir(stir(0, lane[0]), lane[1]), lane[2]), lane[3]);
	return sum ^ sum >> 32;
}

static void page_seal(uint8_t *page, size_t size, uint64_t number)
{
	uint64_t sum = htole64(db_sums_page(page, size, number));
	memcpy(page + size - DB_SUMS_SIZE, &sum, sizeof sum);
}

static bool page_is_right(const uint8_t *page, size_t size, uint64_t number)
{
	return word_at(page + size - DB_SUMS_SIZE) == db_sums_page(page, size, number);
}

static uint32_t wal_word(const uint8_t *at, bool big)
{
	uint32_t word;
	memcpy(&word, at, sizeof word);
	return big ? be32toh(word) : le32toh(word);
}

/* SQLite's file format, section 4.2. */
static void wal_sum(const uint8_t *at, size_t size, bool big, uint32_t sum[2])
{
	for (size_t i = 0; i < size; i += 8) {
		sum[0] += wal_word(at + i, big) + sum[1];
		sum[1] += wal_word(at + i + 4, big) + sum[0];
	}
}

/* ---- reading and writing ---- */

static struct sums_file *sums_of(sqlite3_file *file)
{
	return (struct sums_file *)(void *)file;
}

static sqlite3_file *real_of(sqlite3_file *file)
{
	return sums_of(file)->real;
}

static int real_read(struct sums_file *own, void *out, int size, sqlite3_int64 offset)
{
	return own->real->pMethods->xRead(own->real, out, size, offset);
}

static bool is_page_size(int size)
{
	return size >= PAGE_SIZE_MIN && size <= PAGE_SIZE_MAX && !(size & (size - 1));
}

static int header_page_size(const uint8_t header[HEADER_SIZE])
{
	int size = header[AT_PAGE_SIZE] << 8 | header[AT_PAGE_SIZE + 1];
	return size == 1 ? PAGE_SIZE_MAX : size;
}

static int refuse(struct sums_file *own, sqlite3_int64 number)
{
	struct sums_file *main = own->is_wal ? own->other : own;
	if (main)
		main->where = (struct db_sums_where){.page = number, .is_wal = own->is_wal};
	return SQLITE_IOERR_DATA;
}

/* A page that was read for its beginning, or with another size than the file's: whole, it must be
 * right. */
static int verify_around(struct sums_file *own, int size, sqlite3_int64 offset)
{
	uint8_t header[HEADER_SIZE], *page = own->page;
	int code = real_read(own, header, sizeof header, 0);
	if (code != SQLITE_OK)
		return code;
	if (!offset && memcmp(header, MAGIC, sizeof MAGIC) != 0)
		return SQLITE_OK; /* SQLite says itself that this is no database */
	int whole = header_page_size(header);
	if (!is_page_size(whole) || offset % whole + size > whole)
		return refuse(own, offset / PAGE_SIZE_MIN + 1);
	sqlite3_int64 number = offset / whole + 1;
	code = real_read(own, page, whole, (number - 1) * whole);
	if (code == SQLITE_OK && !page_is_right(page, (size_t)whole, (uint64_t)number))
		code = refuse(own, number);
	return code;
}

static int verify_page(struct sums_file *own, const uint8_t *page, int size, sqlite3_int64 offset)
{
	if (offset < HEADER_SIZE && size <= HEADER_SIZE)
		return SQLITE_OK; /* SQLite looks before it reads page 1 */
	bool is_page = is_page_size(size) && offset % size == 0;
	sqlite3_int64 number = is_page ? offset / size + 1 : 0;
	if (is_page && page_is_right(page, (size_t)size, (uint64_t)number))
		return SQLITE_OK;
	if (is_page && number > 1)
		return refuse(own, number);
	return verify_around(own, size, offset);
}

/* The frame's sum goes on from that of the frame before it, or from the WAL's header. */
static int verify_frame(struct sums_file *own, const uint8_t *page, int size, sqlite3_int64 offset)
{
	uint8_t header[FRAME_HEADER], magic[4], before[8];
	sqlite3_int64 frame_size = size + FRAME_HEADER;
	sqlite3_int64 start = offset - FRAME_HEADER;
	bool is_first = start == WAL_HEADER_SIZE;
	if (!is_page_size(size) || start < WAL_HEADER_SIZE ||
		(start - WAL_HEADER_SIZE) % frame_size || offset >= own->unsure_from)
		return SQLITE_OK; /* what SQLite reads to bring a WAL back, it sums itself */
	int code = real_read(own, magic, sizeof magic, 0);
	if (code == SQLITE_OK)
		code = real_read(own, header, sizeof header, start);
	if (code == SQLITE_OK)
		code = real_read(own, before, sizeof before,
			is_first ? WAL_AT_SUM : start - frame_size + FRAME_AT_SUM);
	if (code != SQLITE_OK)
		return code;
	uint32_t kind = wal_word(magic, true);
	bool big = kind & 1;
	uint32_t sum[2] = {wal_word(before, true), wal_word(before + 4, true)};
	wal_sum(header, FRAME_SUMMED, big, sum);
	wal_sum(page, (size_t)size, big, sum);
	if ((kind & ~UINT32_C(1)) != WAL_MAGIC || sum[0] != wal_word(header + FRAME_AT_SUM, true) ||
		sum[1] != wal_word(header + FRAME_AT_SUM + 4, true))
		return refuse(own, (start - WAL_HEADER_SIZE) / frame_size + 1);
	return SQLITE_OK;
}

static int sums_read(sqlite3_file *file, void *out, int size, sqlite3_int64 offset)
{
	struct sums_file *own = sums_of(file);
	int code = real_read(own, out, size, offset);
	if (code != SQLITE_OK || !own->has_sums)
		return code;
	return own->is_wal ? verify_frame(own, out, size, offset)
			   : verify_page(own, out, size, offset);
}

/* A page that does not follow its frame's header replaces what stood there. */
static void note_wal_write(struct sums_file *own, int size, sqlite3_int64 offset)
{
	bool replaces = is_page_size(size) && own->header_at != offset - FRAME_HEADER;
	if (replaces && offset < own->unsure_from)
		own->unsure_from = offset;
	own->header_at = size == FRAME_HEADER ? offset : 0;
}

static int sums_write(sqlite3_file *file, const void *bytes, int size, sqlite3_int64 offset)
{
	struct sums_file *own = sums_of(file);
	if (own->is_wal)
		note_wal_write(own, size, offset);
	else if (!own->has_sums)
		return SQLITE_READONLY;
	if (own->is_wal || !is_page_size(size) || offset % size)
		return own->real->pMethods->xWrite(own->real, bytes, size, offset);
	memcpy(own->page, bytes, (size_t)size);
	page_seal(own->page, (size_t)size, (uint64_t)(offset / size + 1));
	return own->real->pMethods->xWrite(own->real, own->page, size, offset);
}

/* ---- every page ---- */

/* Whether a newer form of the page stands in the WAL: the one in the file is then of no account,
 * and may be half written after a power cut. */
static bool is_in_wal(struct sums_file *wal, int page_size, uint32_t number)
{
	uint8_t head[WAL_HEADER_SIZE], frame[FRAME_HEADER];
	sqlite3_int64 size = 0;
	if (!wal || wal->real->pMethods->xFileSize(wal->real, &size) != SQLITE_OK ||
		size < WAL_HEADER_SIZE || real_read(wal, head, sizeof head, 0) != SQLITE_OK)
		return false;
	for (sqlite3_int64 at = WAL_HEADER_SIZE; at + FRAME_HEADER + page_size <= size;
		at += FRAME_HEADER + page_size) {
		if (real_read(wal, frame, sizeof frame, at) != SQLITE_OK ||
			memcmp(frame + FRAME_AT_SALT, head + WAL_AT_SALT, SALT_SIZE) != 0)
			return false;
		if (wal_word(frame, true) == number)
			return true;
	}
	return false;
}

static int scan_page(struct sums_file *own, int page_size, sqlite3_int64 number)
{
	for (int i = 0; i < READ_TIMES; i++) {
		int code = real_read(own, own->page, page_size, (number - 1) * page_size);
		if (code != SQLITE_OK)
			return code;
		if (page_is_right(own->page, (size_t)page_size, (uint64_t)number))
			return SQLITE_OK;
	}
	return is_in_wal(own->other, page_size, (uint32_t)number) ? SQLITE_OK : refuse(own, number);
}

static int scan(struct sums_file *own)
{
	uint8_t header[HEADER_SIZE];
	sqlite3_int64 size = 0;
	int code = own->real->pMethods->xFileSize(own->real, &size);
	if (code == SQLITE_OK)
		code = real_read(own, header, sizeof header, 0);
	if (code != SQLITE_OK)
		return code;
	int page_size = header_page_size(header);
	if (!is_page_size(page_size) || size % page_size)
		return refuse(own, size / PAGE_SIZE_MIN + 1);
	for (sqlite3_int64 i = 1; code == SQLITE_OK && i <= size / page_size; i++)
		if (i != LOCKS_AT / page_size + 1)
			code = scan_page(own, page_size, i);
	return code;
}

/* ---- what is only handed on ---- */

static int sums_close(sqlite3_file *file)
{
	struct sums_file *own = sums_of(file);
	int code = own->real->pMethods->xClose(own->real);
	if (own->other)
		own->other->other = NULL;
	sqlite3_free(own->page);
	return code;
}

static int sums_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	return real_of(file)->pMethods->xTruncate(real_of(file), size);
}

static int sums_sync(sqlite3_file *file, int flags)
{
	return real_of(file)->pMethods->xSync(real_of(file), flags);
}

static int sums_size(sqlite3_file *file, sqlite3_int64 *size)
{
	return real_of(file)->pMethods->xFileSize(real_of(file), size);
}

static int sums_lock(sqlite3_file *file, int level)
{
	return real_of(file)->pMethods->xLock(real_of(file), level);
}

static int sums_unlock(sqlite3_file *file, int level)
{
	return real_of(file)->pMethods->xUnlock(real_of(file), level);
}

static int sums_check(sqlite3_file *file, int *out)
{
	return real_of(file)->pMethods->xCheckReservedLock(real_of(file), out);
}

static int sums_control(sqlite3_file *file, int op, void *arg)
{
	if (op == DB_SUMS_WHERE) {
		*(struct db_sums_where *)arg = sums_of(file)->where;
		return SQLITE_OK;
	}
	if (op == DB_SUMS_SCAN)
		return scan(sums_of(file));
	return real_of(file)->pMethods->xFileControl(real_of(file), op, arg);
}

static int sums_sector(sqlite3_file *file)
{
	return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int sums_device(sqlite3_file *file)
{
	return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static int sums_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **out)
{
	return real_of(file)->pMethods->xShmMap(real_of(file), page, size, extend, out);
}

static int sums_shm_lock(sqlite3_file *file, int offset, int count, int flags)
{
	struct sums_file *own = sums_of(file);
	if (offset == WAL_WRITE_LOCK && flags & SQLITE_SHM_UNLOCK && own->other) {
		own->other->unsure_from = INT64_MAX;
		own->other->header_at = 0;
	}
	return own->real->pMethods->xShmLock(own->real, offset, count, flags);
}

static void sums_shm_barrier(sqlite3_file *file)
{
	real_of(file)->pMethods->xShmBarrier(real_of(file));
}

static int sums_shm_unmap(sqlite3_file *file, int remove)
{
	return real_of(file)->pMethods->xShmUnmap(real_of(file), remove);
}

/* ---- the VFS ---- */

static sqlite3_vfs *under(sqlite3_vfs *vfs)
{
	return sqlite3_vfs_find(((struct sums_vfs *)(void *)vfs)->name + strlen(NAME_PREFIX));
}

/* Whether an open file has sums: one that says so, or is new, or was being made when the power went
 * and has no header yet. */
static int look(struct sums_file *own)
{
	uint8_t header[HEADER_SIZE] = {0};
	sqlite3_int64 size = 0;
	int code = own->real->pMethods->xFileSize(own->real, &size);
	if (code == SQLITE_OK && size >= HEADER_SIZE)
		code = real_read(own, header, sizeof header, 0);
	own->has_sums =
		memcmp(header, "SQLite format 3", 16) != 0 || header[AT_RESERVED] == DB_SUMS_SIZE;
	return code;
}

static int open_wrapped(struct sums_file *own, sqlite3_filename name)
{
	own->unsure_from = INT64_MAX;
	if (own->is_wal) {
		own->other = sums_of(sqlite3_database_file_object(name));
		own->other->other = own;
		own->has_sums = own->other->has_sums;
		return SQLITE_OK;
	}
	own->page = sqlite3_malloc(PAGE_SIZE_MAX);
	return own->page ? look(own) : SQLITE_NOMEM;
}

static int sums_open(
	sqlite3_vfs *vfs, sqlite3_filename name, sqlite3_file *file, int flags, int *out)
{
	static const sqlite3_io_methods methods = {.iVersion = 2,
		.xClose = sums_close,
		.xRead = sums_read,
		.xWrite = sums_write,
		.xTruncate = sums_truncate,
		.xSync = sums_sync,
		.xFileSize = sums_size,
		.xLock = sums_lock,
		.xUnlock = sums_unlock,
		.xCheckReservedLock = sums_check,
		.xFileControl = sums_control,
		.xSectorSize = sums_sector,
		.xDeviceCharacteristics = sums_device,
		.xShmMap = sums_shm_map,
		.xShmLock = sums_shm_lock,
		.xShmBarrier = sums_shm_barrier,
		.xShmUnmap = sums_shm_unmap};
	sqlite3_vfs *real = under(vfs);
	struct sums_file *own = sums_of(file);
	if (!real || real->szOsFile > vfs->szOsFile - (int)sizeof *own)
		return SQLITE_CANTOPEN;
	if (!(flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL)))
		return real->xOpen(real, name, file, flags, out);
	memset(own, 0, sizeof *own);
	own->real = (sqlite3_file *)(void *)(own + 1);
	own->is_wal = flags & SQLITE_OPEN_WAL;
	int code = real->xOpen(real, name, own->real, flags, out);
	if (code == SQLITE_OK)
		code = open_wrapped(own, name);
	if (code != SQLITE_OK) {
		if (own->real->pMethods)
			(void)own->real->pMethods->xClose(own->real);
		sqlite3_free(own->page);
		return code;
	}
	own->base.pMethods = &methods;
	return SQLITE_OK;
}

static int sums_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
	sqlite3_vfs *real = under(vfs);
	return real ? real->xDelete(real, name, sync) : SQLITE_IOERR_DELETE;
}

static int sums_access(sqlite3_vfs *vfs, const char *name, int flags, int *out)
{
	sqlite3_vfs *real = under(vfs);
	return real ? real->xAccess(real, name, flags, out) : SQLITE_IOERR_ACCESS;
}

static int sums_path(sqlite3_vfs *vfs, const char *name, int size, char *out)
{
	sqlite3_vfs *real = under(vfs);
	return real ? real->xFullPathname(real, name, size, out) : SQLITE_CANTOPEN;
}

static int sums_error(sqlite3_vfs *vfs, int size, char *out)
{
	sqlite3_vfs *real = under(vfs);
	return real && real->xGetLastError ? real->xGetLastError(real, size, out) : 0;
}

/* Its name holds that of the VFS under it, which is asked for anew at every call: tests replace
 * theirs. What is no matter of files stays the machine's. */
static const char *make(const sqlite3_vfs *real, const char *name)
{
	struct sums_vfs *made = calloc(1, sizeof *made);
	if (!made)
		return NULL;
	(void)snprintf(made->name, sizeof made->name, "%s", name);
	made->vfs = *sqlite3_vfs_find("unix");
	made->vfs.pNext = NULL;
	made->vfs.zName = made->name;
	made->vfs.szOsFile = (int)sizeof(struct sums_file) + real->szOsFile;
	made->vfs.xOpen = sums_open;
	made->vfs.xDelete = sums_delete;
	made->vfs.xAccess = sums_access;
	made->vfs.xFullPathname = sums_path;
	made->vfs.xGetLastError = sums_error;
	if (sqlite3_vfs_register(&made->vfs, 0) != SQLITE_OK) {
		free(made);
		return NULL;
	}
	return made->name;
}

const char *db_sums_vfs(const char *vfs)
{
	char name[NAME_SIZE];
	if (sqlite3_initialize() != SQLITE_OK)
		return NULL;
	const sqlite3_vfs *real = sqlite3_vfs_find(vfs);
	if (!real || strlen(real->zName) + sizeof NAME_PREFIX > sizeof name)
		return vfs; /* opening it says that there is none */
	(void)snprintf(name, sizeof name, NAME_PREFIX "%s", real->zName);
	sqlite3_mutex *mutex = sqlite3_mutex_alloc(SQLITE_MUTEX_STATIC_APP1);
	sqlite3_mutex_enter(mutex);
	const sqlite3_vfs *there = sqlite3_vfs_find(name);
	const char *made = there ? there->zName : make(real, name);
	sqlite3_mutex_leave(mutex);
	return made;
}
