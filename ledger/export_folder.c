#include "ledger/export_folder.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

void export_path(enum export_kind kind, unsigned level, uint64_t index, unsigned width,
	char path[TILE_PATH_SIZE])
{
	static const char *const names[] = {[EXPORT_STATEMENTS] = "/statements",
		[EXPORT_CHECKPOINTS] = "/checkpoints",
		[EXPORT_REFUSED] = "/refused"};
	const size_t before = strlen("/tile/entries");
	struct tile tile = {.is_entries = kind != EXPORT_TILE,
		.level = kind == EXPORT_TILE ? level : 0,
		.index = index,
		.width = width};
	char printed[TILE_PATH_SIZE];
	tile_path_print(&tile, printed);
	if (kind == EXPORT_TILE || kind == EXPORT_ENTRIES) {
		memcpy(path, printed, TILE_PATH_SIZE);
		return;
	}
	(void)snprintf(path, TILE_PATH_SIZE, "%s%.40s", names[kind], printed + before);
}

static enum err path_fault(const char *path, int code, struct fault *fault)
{
	enum err err = ERR_IO;
	if (code == ENOENT || code == ENOTDIR)
		err = ERR_NOT_FOUND;
	else if (code == ENOSPC || code == EDQUOT)
		err = ERR_FULL;
	else if (code == EACCES || code == EPERM || code == EROFS)
		err = ERR_READONLY;
	return fault_set(fault, err, 0, 0, "%s: %s", path, strerror(code));
}

static enum err whole_path(const char *folder, const char *path, const char *end,
	char out[EXPORT_PATH_SIZE], struct fault *fault)
{
	int size = snprintf(out, EXPORT_PATH_SIZE, "%s%s%s", folder, path, end);
	if (size < 0 || size >= EXPORT_PATH_SIZE)
		return fault_set(fault, ERR_LIMIT, 0, 0, "the path of the folder is too long");
	return OK;
}

/* The folders between the export's own and the file. */
static enum err make_folders(char *path, size_t from, struct fault *fault)
{
	for (char *at = strchr(path + from, '/'); at; at = strchr(at + 1, '/')) {
		if (at == path)
			continue;
		*at = 0;
		bool made = mkdir(path, 0777) == 0 || errno == EEXIST;
		int code = errno;
		if (!made)
			(void)path_fault(path, code, fault);
		*at = '/';
		if (!made)
			return path_fault(path, code, fault);
	}
	return OK;
}

static enum err write_all(int file, const char *path, struct span bytes, struct fault *fault)
{
	while (bytes.size) {
		ssize_t size = write(file, bytes.at, bytes.size);
		if (size < 0 && errno == EINTR)
			continue;
		if (size < 0)
			return path_fault(path, errno, fault);
		bytes = span_cut(bytes, (size_t)size, bytes.size);
	}
	return OK;
}

enum err export_write(const char *folder, const char *path, struct span bytes, struct fault *fault)
{
	char whole[EXPORT_PATH_SIZE];
	enum err err = whole_path(folder, path, "", whole, fault);
	if (err)
		return err;
	int file = open(whole, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (file < 0 && errno == ENOENT) {
		err = make_folders(whole, strlen(folder), fault);
		if (err)
			return err;
		file = open(whole, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	}
	if (file < 0)
		return path_fault(whole, errno, fault);
	err = write_all(file, whole, bytes, fault);
	if (close(file) != 0 && !err)
		err = path_fault(whole, errno, fault);
	return err;
}

enum err export_seal(const char *folder, const char *path, struct span bytes, struct fault *fault)
{
	char whole[EXPORT_PATH_SIZE], beside[EXPORT_PATH_SIZE], name[EXPORT_PATH_SIZE];
	enum err err = whole_path(folder, path, "", whole, fault);
	if (!err)
		err = whole_path(folder, path, ".new", beside, fault);
	if (err)
		return err;
	(void)snprintf(name, sizeof name, "%s.new", path);
	err = export_write(folder, name, bytes, fault);
	if (err)
		return err;
	int dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return path_fault(folder, errno, fault);
	/* All of the file system at once: there may be a hundred thousand small files. */
	if (syncfs(dir) != 0 || rename(beside, whole) != 0 || fsync(dir) != 0)
		err = path_fault(whole, errno, fault);
	(void)close(dir);
	return err;
}

void export_remove(const char *folder, const char *path)
{
	char whole[EXPORT_PATH_SIZE];
	if (whole_path(folder, path, "", whole, NULL))
		return;
	(void)unlink(whole);
	char *slash = strrchr(whole, '/');
	size_t before = slash ? (size_t)(slash - whole) : 0;
	if (before > 2 && !memcmp(slash - 2, ".p", 2)) {
		*slash = 0;
		(void)rmdir(whole); /* fails when something else is in it, which is right */
	}
}

enum err export_read(const char *folder, const char *path, struct buf *bytes, struct fault *fault)
{
	char whole[EXPORT_PATH_SIZE];
	enum err err = whole_path(folder, path, "", whole, fault);
	if (err)
		return err;
	int file = open(whole, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return path_fault(whole, errno, fault);
	for (;;) {
		uint8_t *to = buf_reserve(bytes, 4096);
		if (!to) {
			err = fault_set(
				fault, bytes->err, 0, 0, "%s: larger than it can be", whole);
			break;
		}
		ssize_t size = read(file, to, 4096);
		if (size < 0 && errno == EINTR)
			continue;
		if (size < 0)
			err = path_fault(whole, errno, fault);
		if (size <= 0)
			break;
		bytes->size += (size_t)size;
	}
	(void)close(file);
	return err;
}

enum err export_read_part(const char *folder, enum export_kind kind, unsigned level, uint64_t index,
	unsigned width, char path[TILE_PATH_SIZE], struct buf *bytes, struct fault *fault)
{
	assert(width >= 1 && width <= TILE_HASHES);
	export_path(kind, level, index, width, path);
	enum err err = export_read(folder, path, bytes, fault);
	if (err != ERR_NOT_FOUND || width == TILE_HASHES)
		return err;
	char full[TILE_PATH_SIZE];
	export_path(kind, level, index, TILE_HASHES, full);
	struct fault why;
	err = export_read(folder, full, bytes, &why);
	if (!err)
		memcpy(path, full, sizeof full);
	else if (err != ERR_NOT_FOUND && fault)
		*fault = why;
	return err;
}
