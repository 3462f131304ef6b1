#include "ledger/private_file.h"

#include "ledger/base/crypto.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum err private_file_fault(int number, const char *what, const char *path, struct fault *fault)
{
	enum err err = ERR_IO;
	switch (number) {
	case ENOENT: err = ERR_NOT_FOUND; break;
	case EEXIST: err = ERR_EXISTS; break;
	case EACCES:
	case EPERM:
	case ELOOP: err = ERR_DENIED; break;
	case ENOSPC:
	case EDQUOT: err = ERR_FULL; break;
	case EROFS: err = ERR_READONLY; break;
	default: break;
	}
	return fault_set(fault, err, 0, 0, "cannot %s %s: %s", what, path, strerror(number));
}

enum err private_folder_make(const char *path, struct fault *fault)
{
	if (!mkdir(path, 0700) || errno == EEXIST)
		return OK;
	return private_file_fault(errno, "make the folder", path, fault);
}

bool private_file_write_at(int file, struct span bytes, size_t at)
{
	for (size_t done = 0; done < bytes.size;) {
		errno = 0;
		ssize_t size = pwrite(file, bytes.at + done, bytes.size - done, (off_t)(at + done));
		if (size < 0 && errno == EINTR)
			continue;
		if (size <= 0)
			return false;
		done += (size_t)size;
	}
	return true;
}

bool private_file_read_at(int file, uint8_t *out, size_t size, size_t at)
{
	for (size_t done = 0; done < size;) {
		errno = 0;
		ssize_t got = pread(file, out + done, size - done, (off_t)(at + done));
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		done += (size_t)got;
	}
	return true;
}

bool private_file_sync(int file)
{
	int failed;
	do
		failed = fsync(file);
	while (failed && errno == EINTR);
	return !failed;
}

static bool write_all(int file, struct span bytes)
{
	size_t at = 0;
	while (at < bytes.size) {
		ssize_t size = write(file, bytes.at + at, bytes.size - at);
		if (size < 0 && errno == EINTR)
			continue;
		if (size <= 0)
			return false;
		at += (size_t)size;
	}
	return true;
}

/* Writes and syncs a new file. Returns 0 or the errno. */
static int write_new(const char *path, struct span bytes)
{
	int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (file < 0)
		return errno;
	int number = 0;
	if (!write_all(file, bytes) || !private_file_sync(file))
		number = errno ? errno : EIO;
	if (close(file) && !number)
		number = errno;
	return number;
}

static int sync_folder_of(const char *path)
{
	char folder[PATH_MAX];
	const char *slash = strrchr(path, '/');
	int size = slash ? (int)(slash - path) : 1;
	if (slash == path)
		size = 1;
	(void)snprintf(folder, sizeof folder, "%.*s", size, slash ? path : ".");
	int file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (file < 0)
		return errno;
	int number = private_file_sync(file) ? 0 : errno;
	(void)close(file);
	return number;
}

enum err private_file_make(const char *path, struct span bytes, struct fault *fault)
{
	char new[PATH_MAX];
	uint8_t random[4];
	random_fill(random, sizeof random);
	int size = snprintf(new, sizeof new, "%s.new-%02x%02x%02x%02x", path, random[0], random[1],
		random[2], random[3]);
	if (size < 0 || (size_t)size >= sizeof new)
		return fault_set(fault, ERR_LIMIT, 0, 0, "the path is too long: %.100s", path);
	int number = write_new(new, bytes);
	/* link() refuses to replace, and what it shows is whole. */
	if (!number && link(new, path))
		number = errno;
	(void)unlink(new);
	if (!number)
		number = sync_folder_of(path);
	return number ? private_file_fault(number, "make", path, fault) : OK;
}

static enum err judge_mode(int file, const char *path, struct fault *fault)
{
	struct stat about;
	if (fstat(file, &about))
		return private_file_fault(errno, "look at", path, fault);
	if (!S_ISREG(about.st_mode))
		return fault_set(fault, ERR_DENIED, 0, 0, "%s is no ordinary file", path);
	if (about.st_uid != geteuid())
		return fault_set(fault, ERR_DENIED, 0, 0,
			"%s belongs to another user: chown it to the user that runs this", path);
	if (about.st_mode & 077)
		return fault_set(fault, ERR_DENIED, 0, 0,
			"others may read %s: chmod 600, and think of it as seen by them", path);
	return OK;
}

static enum err read_all(
	int file, size_t size_max, const char *path, struct buf *buf, struct fault *fault)
{
	size_t start = buf->size;
	for (;;) {
		uint8_t part[4096];
		ssize_t size = read(file, part, sizeof part);
		if (size < 0 && errno == EINTR)
			continue;
		if (size < 0)
			return private_file_fault(errno, "read", path, fault);
		buf_put(buf, span_of(part, (size_t)size));
		secret_wipe(part, sizeof part);
		if (buf->err || buf->size - start > size_max)
			return fault_set(fault, ERR_LIMIT, 0, 0,
				"%s is larger than %zu bytes: not a file of this kind", path,
				size_max);
		if (!size)
			return OK;
	}
}

enum err private_file_read(const char *path, size_t size_max, struct buf *buf, struct fault *fault)
{
	int file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (file < 0)
		return private_file_fault(errno, "open", path, fault);
	enum err err = judge_mode(file, path, fault);
	if (!err)
		err = read_all(file, size_max, path, buf, fault);
	(void)close(file);
	return err;
}
