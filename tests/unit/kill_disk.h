/* A disk before whose n-th sync the process is killed: whatever was written until then is there,
 * as after a crash, and what should have come next is not. Laid over the machine's own disk for
 * every database of the process. */
#ifndef TESTS_KILL_DISK_H
#define TESTS_KILL_DISK_H

#include <signal.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#define KILL_DISK_SORTS 4 /* SQLite's methods differ for databases and for their WALs */

/* SQLite hands a file's methods no place to keep anything of ours. */
static struct kill_disk {
	sqlite3_vfs vfs;
	sqlite3_vfs *real;
	const sqlite3_io_methods *real_methods[KILL_DISK_SORTS];
	sqlite3_io_methods methods[KILL_DISK_SORTS];
	atomic_long left; /* syncs until the kill; 0: never */
	atomic_long count; /* syncs since it was armed */
} kill_disk;

static inline int kill_disk_sync(sqlite3_file *file, int flags)
{
	atomic_fetch_add(&kill_disk.count, 1);
	if (atomic_load(&kill_disk.left) && atomic_fetch_sub(&kill_disk.left, 1) == 1)
		(void)kill(getpid(), SIGKILL);
	return kill_disk.real_methods[file->pMethods - kill_disk.methods]->xSync(file, flags);
}

/* The first files are opened before any thread is there, so the table is full by then. */
static inline int kill_disk_open(
	sqlite3_vfs *vfs, sqlite3_filename name, sqlite3_file *file, int flags, int *out)
{
	(void)vfs;
	int code = kill_disk.real->xOpen(kill_disk.real, name, file, flags, out);
	size_t i = 0;
	if (code != SQLITE_OK || !file->pMethods)
		return code;
	while (i < KILL_DISK_SORTS && kill_disk.real_methods[i] &&
		kill_disk.real_methods[i] != file->pMethods)
		i++;
	if (i == KILL_DISK_SORTS)
		abort();
	if (!kill_disk.real_methods[i]) {
		kill_disk.real_methods[i] = file->pMethods;
		kill_disk.methods[i] = *file->pMethods;
		kill_disk.methods[i].xSync = kill_disk_sync;
	}
	file->pMethods = &kill_disk.methods[i];
	return code;
}

/* From now on the default disk of this process; call it before any thread is there. */
static inline void kill_disk_start(void)
{
	kill_disk.real = sqlite3_vfs_find(NULL);
	kill_disk.vfs = *kill_disk.real;
	kill_disk.vfs.zName = "killing";
	kill_disk.vfs.pNext = NULL;
	kill_disk.vfs.xOpen = kill_disk_open;
	if (sqlite3_vfs_register(&kill_disk.vfs, 1) != SQLITE_OK)
		abort();
}

/* The n-th sync from now on is not lived to see; 0: all are. */
static inline void kill_disk_arm(long n)
{
	atomic_store(&kill_disk.count, 0);
	atomic_store(&kill_disk.left, n);
}

#endif
