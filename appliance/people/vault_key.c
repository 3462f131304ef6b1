/* vault.key: 64 hex digits and a newline, mode 0600, made once and never overwritten. */
#include "appliance/people/vault_inside.h"

#include "ledger/base/hex.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEXT_SIZE (2 * VAULT_KEY_SIZE + 1)
#define PATH_SIZE 4096

static enum err io_fault(const char *path, const char *what, struct fault *fault)
{
	enum err err = errno == ENOSPC ? ERR_FULL : errno == EACCES ? ERR_DENIED : ERR_IO;
	return fault_set(fault, err, 0, 0, "%s: cannot %s: %s", path, what, strerror(errno));
}

static enum err sync_folder(const char *folder, struct fault *fault)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return io_fault(folder, "open the folder", fault);
	enum err err = fsync(fd) ? io_fault(folder, "sync the folder", fault) : OK;
	(void)close(fd);
	return err;
}

/* Written under another name and linked into place, so that a crash leaves no half key. */
static enum err make_file(
	const char *folder, const char *path, const struct env *env, struct fault *fault)
{
	uint8_t key[VAULT_KEY_SIZE];
	char text[TEXT_SIZE + 1];
	char draft[PATH_SIZE];
	if (snprintf(draft, sizeof draft, "%s.new", path) >= (int)sizeof draft)
		return fault_set(fault, ERR_LIMIT, 0, 0, "%s: the path is too long", folder);
	(void)unlink(draft);
	int fd = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return io_fault(draft, "make the file", fault);
	env_random(env, key, sizeof key);
	hex_print(span_of(key, sizeof key), text);
	text[TEXT_SIZE - 1] = '\n';
	enum err err = OK;
	if (write(fd, text, TEXT_SIZE) != TEXT_SIZE || fsync(fd))
		err = io_fault(draft, "write the file", fault);
	(void)close(fd);
	secret_wipe(key, sizeof key);
	secret_wipe(text, sizeof text);
	if (!err && link(draft, path) && errno != EEXIST)
		err = io_fault(path, "put the file in its place", fault);
	(void)unlink(draft);
	return err ? err : sync_folder(folder, fault);
}

static enum err read_file(int fd, const char *path, uint8_t *key, struct fault *fault)
{
	struct stat stat;
	char text[TEXT_SIZE + 1];
	if (fstat(fd, &stat))
		return io_fault(path, "look at the file", fault);
	if (!S_ISREG(stat.st_mode) || (stat.st_mode & 077) || stat.st_uid != geteuid())
		return fault_set(fault, ERR_DENIED, 0, 0,
			"%s: must be an ordinary file of this user that nobody else may read: "
			"chmod 600",
			path);
	ssize_t size = read(fd, text, sizeof text);
	if (size < 0)
		return io_fault(path, "read the file", fault);
	enum err err = OK;
	if (size != TEXT_SIZE || text[TEXT_SIZE - 1] != '\n' ||
		hex_parse(span_of(text, TEXT_SIZE - 1), key, VAULT_KEY_SIZE, NULL))
		err = fault_set(fault, ERR_CORRUPT, 0, 0,
			"%s: the key file was changed or cut; restore it, or the vault cannot be "
			"read",
			path);
	secret_wipe(text, sizeof text);
	return err;
}

enum err vault_key_load(
	const char *folder, const struct env *env, uint8_t **key, struct fault *fault)
{
	char path[PATH_SIZE - 4];
	if (snprintf(path, sizeof path, "%s/vault.key", folder) >= (int)sizeof path)
		return fault_set(fault, ERR_LIMIT, 0, 0, "%s: the path is too long", folder);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 && errno == ENOENT) {
		enum err made = make_file(folder, path, env, fault);
		if (made)
			return made;
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	}
	if (fd < 0)
		return io_fault(path, "open the file", fault);
	uint8_t *secret = secret_new(VAULT_KEY_SIZE);
	enum err err = secret ? read_file(fd, path, secret, fault)
			      : fault_set(fault, ERR_MEMORY, 0, 0, "no memory for the vault's key");
	(void)close(fd);
	if (err)
		secret_free(secret);
	else
		*key = secret;
	return err;
}
