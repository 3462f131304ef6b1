#include "ledger/keyfile_renew.h"

#include "ledger/base/hex.h"
#include "ledger/private_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_SIZE (KEYFILE_PATH_MAX + 8)

static enum err waiting_path(const char *folder, enum key_purpose purpose, const char *party,
	char out[PATH_SIZE], struct fault *fault)
{
	char path[KEYFILE_PATH_MAX];
	enum err err = keyfile_path(folder, purpose, party, NULL, path, fault);
	if (!err)
		(void)snprintf(out, PATH_SIZE, "%s.new", path);
	return err;
}

static enum err former_path(const char *folder, enum key_purpose purpose, const char *party,
	const uint8_t kid[KID_SIZE], char out[KEYFILE_PATH_MAX], struct fault *fault)
{
	char label[9];
	hex_print(span_of(kid, 4), label);
	return keyfile_path(folder, purpose, party, label, out, fault);
}

static enum err folder_sync(const char *path, struct fault *fault)
{
	char folder[PATH_SIZE];
	(void)snprintf(folder, sizeof folder, "%s", path);
	char *slash = strrchr(folder, '/');
	if (slash)
		*slash = 0;
	int fd = open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || !private_file_sync(fd)) {
		int number = errno;
		if (fd >= 0)
			(void)close(fd);
		return private_file_fault(number, "write", folder, fault);
	}
	(void)close(fd);
	return OK;
}

static enum err file_rename(const char *from, const char *to, struct fault *fault)
{
	if (rename(from, to))
		return private_file_fault(errno, "rename", from, fault);
	return folder_sync(to, fault);
}

/* The kid in a key file; ERR_NOT_FOUND: no file. */
static enum err kid_of(const char *path, uint8_t kid[KID_SIZE], struct fault *fault)
{
	struct keyfile key = {0};
	enum err err = keyfile_load(&key, path, span_of(NULL, 0), fault);
	if (!err)
		memcpy(kid, key.kid, KID_SIZE);
	keyfile_close(&key);
	return err;
}

enum err keyfile_wait(const struct keyfile *key, const char *folder, struct fault *fault)
{
	char path[PATH_SIZE];
	enum err err = waiting_path(folder, key->purpose, key->party, path, fault);
	if (err)
		return err;
	if (unlink(path) && errno != ENOENT)
		return private_file_fault(errno, "remove", path, fault);
	return keyfile_save(key, path, span_of(NULL, 0), fault);
}

enum err keyfile_take(const char *folder, enum key_purpose purpose, const char *party,
	const uint8_t kid[KID_SIZE], bool *taken, struct fault *fault)
{
	char path[KEYFILE_PATH_MAX];
	char waiting[PATH_SIZE];
	char former[KEYFILE_PATH_MAX];
	uint8_t there[KID_SIZE];
	uint8_t present[KID_SIZE];
	*taken = false;
	enum err err = keyfile_path(folder, purpose, party, NULL, path, fault);
	if (!err)
		err = waiting_path(folder, purpose, party, waiting, fault);
	if (err)
		return err;
	err = kid_of(path, present, fault);
	bool is_missing = err == ERR_NOT_FOUND; /* a crash between the two names */
	if (!err)
		*taken = !memcmp(present, kid, KID_SIZE);
	if ((err && !is_missing) || *taken)
		return is_missing ? OK : err;
	err = kid_of(waiting, there, fault);
	if (err || memcmp(there, kid, KID_SIZE) != 0)
		return err == ERR_NOT_FOUND ? OK : err;
	if (!is_missing) {
		err = former_path(folder, purpose, party, present, former, fault);
		if (!err)
			err = file_rename(path, former, fault);
	}
	if (!err)
		err = file_rename(waiting, path, fault);
	*taken = !err;
	return err;
}

/* On file systems that write in place nothing is left; on others the disk's own life ends it. */
static enum err overwrite(const char *path, struct fault *fault)
{
	static const uint8_t zeros[KEYFILE_SIZE_MAX];
	struct stat about;
	int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return errno == ENOENT ? ERR_NOT_FOUND
				       : private_file_fault(errno, "open", path, fault);
	bool fine = !fstat(fd, &about) && about.st_size <= KEYFILE_SIZE_MAX &&
		    private_file_write_at(fd, span_of(zeros, (size_t)about.st_size), 0) &&
		    private_file_sync(fd);
	int number = errno;
	(void)close(fd);
	return fine ? OK : private_file_fault(number, "overwrite", path, fault);
}

enum err keyfile_destroy(const char *folder, enum key_purpose purpose, const char *party,
	const uint8_t kid[KID_SIZE], bool *destroyed, struct fault *fault)
{
	char path[KEYFILE_PATH_MAX];
	uint8_t there[KID_SIZE];
	*destroyed = false;
	enum err err = former_path(folder, purpose, party, kid, path, fault);
	if (!err)
		err = kid_of(path, there, fault);
	if (err == ERR_NOT_FOUND || (!err && memcmp(there, kid, KID_SIZE) != 0))
		return OK;
	/* What a crash left half overwritten is no key any more. */
	if (!err || err == ERR_CORRUPT || err == ERR_VERSION)
		err = overwrite(path, fault);
	if (!err && unlink(path))
		err = private_file_fault(errno, "remove", path, fault);
	if (!err)
		err = folder_sync(path, fault);
	*destroyed = !err;
	return err;
}
