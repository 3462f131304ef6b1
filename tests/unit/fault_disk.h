/* A disk that fails: an SQLite VFS over the machine's own. It counts writes, truncations, syncs and
 * deletions (or reads), and at a chosen one fails that one only, or that and all that follow, or
 * cuts the power: nothing more is written, and of what was written since the last sync of each
 * file, sector by sector, only a part stays. Files that were made and never synced go. */
#ifndef TESTS_FAULT_DISK_H
#define TESTS_FAULT_DISK_H

#include <fcntl.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FAULT_DISK_NAME "faulty"

#define FAULT_SECTOR 512 /* what a disk writes whole */

enum fault_mode {
	FAULT_NONE,
	FAULT_ONCE, /* an error of the device */
	FAULT_FULL, /* once: no room */
	FAULT_SHORT, /* once: half is written, then there is no room */
	FAULT_LASTING, /* errors of the device from here on */
	FAULT_LASTING_FULL,
	FAULT_POWER,
	FAULT_SYNC_LOST, /* one sync fails, and what it was for never reaches the disk */
	FAULT_READ, /* once: an error of the device when reading */
	FAULT_READ_LASTING,
	FAULT_READ_SHORT, /* once: less is there than should be */
};

/* What a write that was not synced has replaced. */
struct fault_undo {
	struct fault_undo *before; /* the one before it */
	char *path;
	int64_t offset;
	int64_t file_size; /* negative: the file was made */
	bool is_lost; /* no later sync brings it back */
	size_t written; /* from offset on; 0: it was cut */
	size_t size; /* what was there before */
	uint8_t bytes[]; /* as many as were written: zeros behind the old end */
};

struct fault_disk {
	sqlite3_vfs vfs; /* first: SQLite hands it back */
	sqlite3_vfs *real;
	enum fault_mode mode;
	int64_t fail_at; /* counts from 1 */
	int64_t count;
	bool is_hit, is_cut;
	bool is_sync; /* the call asked about is one */
	bool is_frozen; /* nothing is written, nothing counted */
	struct fault_undo *undo; /* the newest */
};

struct fault_file {
	sqlite3_file base;
	struct fault_disk *disk;
	char *path;
	sqlite3_file *real;
};

static inline struct fault_file *fault_of(sqlite3_file *file)
{
	return (struct fault_file *)(void *)file;
}

static inline sqlite3_file *fault_real(sqlite3_file *file)
{
	return fault_of(file)->real;
}

static inline bool fault_is_of_reads(enum fault_mode mode)
{
	return mode == FAULT_READ || mode == FAULT_READ_LASTING || mode == FAULT_READ_SHORT;
}

static inline bool fault_lasts(enum fault_mode mode)
{
	return mode == FAULT_POWER || mode == FAULT_LASTING || mode == FAULT_LASTING_FULL ||
	       mode == FAULT_READ_LASTING;
}

/* Whether this operation is the one that fails, or comes after what does not end. */
static inline bool fault_fails(struct fault_disk *disk, bool is_read)
{
	if (disk->is_frozen)
		return !is_read;
	if (disk->mode == FAULT_NONE || fault_is_of_reads(disk->mode) != is_read ||
		(disk->mode == FAULT_SYNC_LOST && !disk->is_sync))
		return false;
	if (disk->is_cut)
		return true;
	if (++disk->count != disk->fail_at)
		return false;
	disk->is_hit = true;
	disk->is_cut = fault_lasts(disk->mode);
	return true;
}

static inline bool fault_is_full(const struct fault_disk *disk)
{
	return disk->mode == FAULT_FULL || disk->mode == FAULT_SHORT ||
	       disk->mode == FAULT_LASTING_FULL;
}

static inline void fault_note(struct fault_file *file, int64_t offset, size_t size)
{
	sqlite3_int64 length = 0;
	size_t written = size == SIZE_MAX ? 0 : size;
	(void)file->real->pMethods->xFileSize(file->real, &length);
	size_t there = offset >= length ? 0 : (size_t)(length - offset);
	size = size < there ? size : there;
	struct fault_undo *undo = calloc(1, sizeof *undo + (size > written ? size : written));
	if (!undo)
		abort();
	undo->path = strdup(file->path);
	undo->offset = offset;
	undo->file_size = length;
	undo->size = size;
	undo->written = written;
	if (size)
		(void)file->real->pMethods->xRead(
			file->real, undo->bytes, (int)size, (sqlite3_int64)offset);
	undo->before = file->disk->undo;
	file->disk->undo = undo;
}

/* What could not be synced, and was written anew, is as good as any. */
static inline void fault_rewrite(
	struct fault_disk *disk, const char *path, int64_t from, int64_t to)
{
	for (struct fault_undo *undo = disk->undo; undo; undo = undo->before)
		if (undo->is_lost && !strcmp(undo->path, path) && undo->offset >= from &&
			undo->offset + (int64_t)undo->written <= to)
			undo->is_lost = false;
}

static inline void fault_lose_sync(struct fault_disk *disk, const char *path)
{
	for (struct fault_undo *undo = disk->undo; undo; undo = undo->before)
		undo->is_lost = undo->is_lost || !strcmp(undo->path, path);
}

static inline void fault_forget(struct fault_disk *disk, const char *path)
{
	for (struct fault_undo **link = &disk->undo; *link;) {
		struct fault_undo *undo = *link;
		if (path && (undo->is_lost || strcmp(undo->path, path) != 0)) {
			link = &undo->before;
			continue;
		}
		*link = undo->before;
		free(undo->path);
		free(undo);
	}
}

static inline int fault_close(sqlite3_file *file)
{
	struct fault_file *own = fault_of(file);
	int code = own->real->pMethods ? own->real->pMethods->xClose(own->real) : SQLITE_OK;
	free(own->path);
	return code;
}

static inline int fault_read(sqlite3_file *file, void *out, int size, sqlite3_int64 offset)
{
	struct fault_disk *disk = fault_of(file)->disk;
	if (fault_fails(disk, true)) {
		memset(out, 0, (size_t)size);
		return disk->mode == FAULT_READ_SHORT ? SQLITE_IOERR_SHORT_READ : SQLITE_IOERR_READ;
	}
	return fault_real(file)->pMethods->xRead(fault_real(file), out, size, offset);
}

static inline int fault_write(sqlite3_file *file, const void *bytes, int size, sqlite3_int64 offset)
{
	struct fault_file *own = fault_of(file);
	if (fault_fails(own->disk, false)) {
		if (own->disk->mode != FAULT_SHORT)
			return fault_is_full(own->disk) ? SQLITE_FULL : SQLITE_IOERR_WRITE;
		fault_note(own, offset, (size_t)size / 2);
		(void)own->real->pMethods->xWrite(own->real, bytes, size / 2, offset);
		return SQLITE_FULL;
	}
	fault_rewrite(own->disk, own->path, offset, offset + size);
	fault_note(own, offset, (size_t)size);
	return own->real->pMethods->xWrite(own->real, bytes, size, offset);
}

static inline int fault_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	struct fault_file *own = fault_of(file);
	if (fault_fails(own->disk, false) && !fault_is_full(own->disk))
		return SQLITE_IOERR_TRUNCATE;
	fault_rewrite(own->disk, own->path, size, INT64_MAX);
	fault_note(own, size, SIZE_MAX);
	return own->real->pMethods->xTruncate(own->real, size);
}

static inline int fault_sync(sqlite3_file *file, int flags)
{
	struct fault_file *own = fault_of(file);
	/* Room is wanted by writes. */
	own->disk->is_sync = true;
	bool fails = fault_fails(own->disk, false);
	own->disk->is_sync = false;
	if (fails && own->disk->mode == FAULT_SYNC_LOST && !own->disk->is_frozen)
		fault_lose_sync(own->disk, own->path);
	if (fails && !fault_is_full(own->disk))
		return SQLITE_IOERR_FSYNC;
	(void)flags; /* the machine's own disk is not waited for */
	fault_forget(own->disk, own->path);
	return SQLITE_OK;
}

static inline int fault_size(sqlite3_file *file, sqlite3_int64 *size)
{
	return fault_real(file)->pMethods->xFileSize(fault_real(file), size);
}

static inline int fault_lock(sqlite3_file *file, int level)
{
	return fault_real(file)->pMethods->xLock(fault_real(file), level);
}

static inline int fault_unlock(sqlite3_file *file, int level)
{
	return fault_real(file)->pMethods->xUnlock(fault_real(file), level);
}

static inline int fault_check(sqlite3_file *file, int *out)
{
	return fault_real(file)->pMethods->xCheckReservedLock(fault_real(file), out);
}

static inline int fault_control(sqlite3_file *file, int op, void *arg)
{
	return fault_real(file)->pMethods->xFileControl(fault_real(file), op, arg);
}

static inline int fault_sector(sqlite3_file *file)
{
	return fault_real(file)->pMethods->xSectorSize(fault_real(file));
}

static inline int fault_device(sqlite3_file *file)
{
	return fault_real(file)->pMethods->xDeviceCharacteristics(fault_real(file));
}

static inline int fault_shm_map(
	sqlite3_file *file, int page, int size, int extend, void volatile **out)
{
	return fault_real(file)->pMethods->xShmMap(fault_real(file), page, size, extend, out);
}

static inline int fault_shm_lock(sqlite3_file *file, int offset, int count, int flags)
{
	return fault_real(file)->pMethods->xShmLock(fault_real(file), offset, count, flags);
}

static inline void fault_shm_barrier(sqlite3_file *file)
{
	fault_real(file)->pMethods->xShmBarrier(fault_real(file));
}

static inline int fault_shm_unmap(sqlite3_file *file, int remove)
{
	return fault_real(file)->pMethods->xShmUnmap(fault_real(file), remove);
}

static inline int fault_open(
	sqlite3_vfs *vfs, sqlite3_filename name, sqlite3_file *file, int flags, int *out)
{
	static const sqlite3_io_methods methods = {.iVersion = 2,
		.xClose = fault_close,
		.xRead = fault_read,
		.xWrite = fault_write,
		.xTruncate = fault_truncate,
		.xSync = fault_sync,
		.xFileSize = fault_size,
		.xLock = fault_lock,
		.xUnlock = fault_unlock,
		.xCheckReservedLock = fault_check,
		.xFileControl = fault_control,
		.xSectorSize = fault_sector,
		.xDeviceCharacteristics = fault_device,
		.xShmMap = fault_shm_map,
		.xShmLock = fault_shm_lock,
		.xShmBarrier = fault_shm_barrier,
		.xShmUnmap = fault_shm_unmap};
	struct fault_disk *disk = (struct fault_disk *)(void *)vfs;
	struct fault_file *own = fault_of(file);
	own->base.pMethods = NULL;
	own->disk = disk;
	own->real = (sqlite3_file *)(void *)(own + 1);
	bool is_new = name && flags & SQLITE_OPEN_CREATE && access(name, F_OK) != 0;
	/* Nothing is made after the power went, or where there is no room. */
	if (is_new && disk->is_cut && !fault_is_of_reads(disk->mode))
		return fault_is_full(disk) ? SQLITE_FULL : SQLITE_CANTOPEN;
	int code = disk->real->xOpen(disk->real, name, own->real, flags, out);
	if (code != SQLITE_OK)
		return code;
	own->path = strdup(name ? name : "");
	own->base.pMethods = &methods;
	if (is_new) {
		fault_note(own, 0, 0);
		disk->undo->file_size = -1;
	}
	return SQLITE_OK;
}

static inline int fault_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
	struct fault_disk *disk = (struct fault_disk *)(void *)vfs;
	if (fault_fails(disk, false) && !fault_is_full(disk))
		return SQLITE_IOERR_DELETE;
	fault_rewrite(disk, name, 0, INT64_MAX);
	fault_forget(disk, name);
	return disk->real->xDelete(disk->real, name, sync);
}

/* Registers it under FAULT_DISK_NAME; everything else is the machine's. */
static inline void fault_disk_start(struct fault_disk *disk)
{
	memset(disk, 0, sizeof *disk);
	disk->real = sqlite3_vfs_find(NULL);
	disk->vfs = *disk->real;
	disk->vfs.zName = FAULT_DISK_NAME;
	disk->vfs.pNext = NULL;
	disk->vfs.szOsFile = (int)sizeof(struct fault_file) + disk->real->szOsFile;
	disk->vfs.xOpen = fault_open;
	disk->vfs.xDelete = fault_delete;
	if (sqlite3_vfs_register(&disk->vfs, 0) != SQLITE_OK)
		abort();
}

static inline void fault_disk_end(struct fault_disk *disk)
{
	fault_forget(disk, NULL);
	(void)sqlite3_vfs_unregister(&disk->vfs);
}

/* From now on. */
static inline void fault_disk_arm(struct fault_disk *disk, enum fault_mode mode, int64_t fail_at)
{
	fault_forget(disk, NULL);
	disk->mode = mode;
	disk->fail_at = fail_at;
	disk->count = 0;
	disk->is_hit = disk->is_cut = false;
}

/* Sound again; what was not synced is still known. */
static inline void fault_disk_arm_end(struct fault_disk *disk)
{
	disk->mode = FAULT_NONE;
	disk->is_cut = false;
}

/* Puts back what one write replaced. */
static inline bool fault_undo_write(const struct fault_undo *undo, int file)
{
	bool right =
		pwrite(file, undo->bytes, undo->size, (off_t)undo->offset) == (ssize_t)undo->size;
	off_t end = lseek(file, 0, SEEK_END);
	return right &&
	       (end <= (off_t)undo->file_size || ftruncate(file, (off_t)undo->file_size) == 0);
}

/* The same of those sectors that loses(self) names; the file keeps its length. */
static inline bool fault_undo_sectors(
	const struct fault_undo *undo, int file, bool (*loses)(void *self), void *self)
{
	bool right = true;
	size_t all = undo->written ? undo->written : undo->size;
	for (size_t at = 0; at < all; at += FAULT_SECTOR) {
		size_t size = all - at < FAULT_SECTOR ? all - at : FAULT_SECTOR;
		if (loses(self))
			right = pwrite(file, undo->bytes + at, size,
					(off_t)undo->offset + (off_t)at) == (ssize_t)size &&
				right;
	}
	return right;
}

/* After everything was closed: what was not synced goes, newest first; loses(self) says whether
 * the next one does, and is_torn whether it may go in part. */
static inline void fault_disk_lose(
	struct fault_disk *disk, bool is_torn, bool (*loses)(void *self), void *self)
{
	for (struct fault_undo *undo = disk->undo; undo; undo = undo->before) {
		if (undo->file_size < 0) {
			if (loses(self))
				(void)unlink(undo->path);
			continue;
		}
		if (!is_torn && !loses(self))
			continue;
		int file = open(undo->path, O_WRONLY | O_CLOEXEC);
		if (file < 0)
			continue;
		if (!(is_torn ? fault_undo_sectors(undo, file, loses, self)
			      : fault_undo_write(undo, file)))
			printf("# cannot undo a write of %s\n", undo->path);
		(void)close(file);
	}
	fault_forget(disk, NULL);
}

#endif
