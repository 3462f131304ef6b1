#include "ledger/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum err folder_path(
	const char *folder, const char *name, char path[FOLDER_PATH_SIZE], struct fault *fault)
{
	int size = snprintf(path, FOLDER_PATH_SIZE, "%s/%s", folder, name);
	if (size < 0 || size >= FOLDER_PATH_SIZE)
		return fault_set(fault, ERR_LIMIT, 0, 0, "the path of the folder is too long");
	return OK;
}

static enum err open_fault(const char *folder, struct fault *fault)
{
	struct stat info;
	int code = errno;
	if (stat(folder, &info) != 0)
		return fault_set(fault, ERR_NOT_FOUND, 0, 0,
			"%s: there is no such folder; check the path", folder);
	if (code == EACCES || code == EROFS || code == EPERM)
		return fault_set(fault, ERR_READONLY, 0, 0,
			"%s: not writable; check the folder's owner, its rights and the mount",
			folder);
	if (code == ENOSPC || code == EDQUOT)
		return fault_set(fault, ERR_FULL, 0, 0,
			"%s: the disk is full; make room and try again", folder);
	return fault_set(fault, ERR_IO, 0, 0, "%s: %s", folder, strerror(code));
}

enum err folder_lock(const char *folder, int *lock, struct fault *fault)
{
	char path[FOLDER_PATH_SIZE], holder[24] = "";
	enum err err = folder_path(folder, FOLDER_LOCK, path, fault);
	if (err)
		return err;
	int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (file < 0)
		return open_fault(folder, fault);
	if (flock(file, LOCK_EX | LOCK_NB) != 0) {
		ssize_t size = read(file, holder, sizeof holder - 1);
		holder[size > 0 ? size : 0] = 0;
		holder[strcspn(holder, "\n")] = 0;
		(void)close(file);
		return fault_set(fault, ERR_BUSY, 0, 0,
			"%s: another process (%s) has this ledger open; stop it first", folder,
			holder[0] ? holder : "unknown");
	}
	int size = snprintf(holder, sizeof holder, "%ld\n", (long)getpid());
	/* The number is for people only: a disk too full for it is found out by the databases. */
	bool is_told = ftruncate(file, 0) == 0 && pwrite(file, holder, (size_t)size, 0) == size;
	(void)is_told;
	*lock = file;
	return OK;
}

void folder_unlock(int lock)
{
	if (lock >= 0)
		(void)close(lock);
}
