#include "appliance/making.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_SIZE  4096
#define UNFINISHED "unfinished"
#define CONFIG     "assay.conf"
#define ROOT       "root"
#define OPEN_MAX   16

/* What a making makes, but for the root keys. */
static const char *const databases[] = {
	"ledger.db", "state.db", "view.db", "attachments.db", "users.db", "vault.db", "keys.db"};
static const char *const files[] = {"floor", "lock", "policy", "vault.key", CONFIG ".new"};
static const char *const folders[] = {"keys", "tls", "tokens"};

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

static const char *path_of(const char *folder, const char *name, char path[PATH_SIZE])
{
	(void)snprintf(path, PATH_SIZE, "%s/%s", folder, name);
	return path;
}

static bool is_there(const char *folder, const char *name)
{
	char path[PATH_SIZE];
	return !access(path_of(folder, name, path), F_OK);
}

static enum err fail(const char *what, const char *folder, struct fault *fault)
{
	int why = errno;
	enum err err = ERR_IO;
	if (why == EACCES || why == EROFS || why == EPERM)
		err = ERR_READONLY;
	else if (why == ENOSPC || why == EDQUOT)
		err = ERR_FULL;
	return fault_set(fault, err, 0, 0, "cannot %s %.150s: %s", what, folder, strerror(why));
}

bool making_was_cut_off(const char *folder)
{
	return is_there(folder, UNFINISHED) && !is_there(folder, CONFIG);
}

static int drop(const char *path, const struct stat *about, int type, struct FTW *walk)
{
	(void)about, (void)type, (void)walk;
	return remove(path);
}

static enum err clear_folder(const char *folder, const char *name, struct fault *fault)
{
	char path[PATH_SIZE];
	bool failed = is_there(folder, name) &&
		      nftw(path_of(folder, name, path), drop, OPEN_MAX, FTW_DEPTH | FTW_PHYS);
	return failed ? fail("clear what is left in", folder, fault) : OK;
}

static enum err clear(const char *folder, int lock, struct fault *fault)
{
	static const char *const endings[] = {"", "-wal", "-shm", "-journal"};
	char path[PATH_SIZE], name[64];
	for (size_t i = 0; i < COUNT(databases) * COUNT(endings); i++) {
		(void)snprintf(name, sizeof name, "%s%s", databases[i / COUNT(endings)],
			endings[i % COUNT(endings)]);
		if (unlink(path_of(folder, name, path)) && errno != ENOENT)
			return fail("clear what is left in", folder, fault);
	}
	for (size_t i = 0; i < COUNT(files); i++)
		if (unlink(path_of(folder, files[i], path)) && errno != ENOENT)
			return fail("clear what is left in", folder, fault);
	enum err err = OK;
	for (size_t i = 0; !err && i < COUNT(folders); i++)
		err = clear_folder(folder, folders[i], fault);
	char word[sizeof ROOT] = "";
	if (!err && pread(lock, word, sizeof word, 0) == sizeof ROOT - 1 && !strcmp(word, ROOT))
		err = clear_folder(folder, ROOT, fault);
	return err;
}

/* Nothing of a ledger may be there that no making left. */
static enum err refuse_others(const char *folder, struct fault *fault)
{
	if (is_there(folder, "ledger.db") || is_there(folder, CONFIG))
		return fault_set(fault, ERR_EXISTS, 0, 0,
			"there is a ledger in %.150s already; it is left alone", folder);
	if (is_there(folder, "keys"))
		return fault_set(fault, ERR_EXISTS, 0, 0,
			"there are keys in %.150s/keys already; they are left alone: make the "
			"ledger in another folder",
			folder);
	return OK;
}

enum err making_sync(const char *folder, struct fault *fault)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return fail("open", folder, fault);
	enum err err = syncfs(fd) ? fail("keep what is in", folder, fault) : OK;
	close(fd);
	return err;
}

static enum err take(const char *folder, int flags, int *lock, struct fault *fault)
{
	char path[PATH_SIZE];
	*lock = open(path_of(folder, UNFINISHED, path), O_RDWR | O_CLOEXEC | flags, 0600);
	if (*lock < 0 && errno == ENOENT && !flags)
		return ERR_NOT_FOUND;
	if (*lock < 0)
		return fail("make a ledger in", folder, fault);
	if (!flock(*lock, LOCK_EX | LOCK_NB))
		return OK;
	close(*lock);
	*lock = -1;
	return fault_set(
		fault, ERR_BUSY, 0, 0, "another process makes a ledger in %.150s: wait", folder);
}

enum err making_begin(const char *folder, int *lock, struct fault *fault)
{
	*lock = -1;
	if (mkdir(folder, 0700) && errno != EEXIST)
		return fail("make the folder", folder, fault);
	enum err err = take(folder, 0, lock, fault);
	if (!err && is_there(folder, CONFIG)) {
		/* Whole, and cut off before that was tidied up. */
		making_end(folder, *lock, true);
		*lock = -1;
		err = ERR_NOT_FOUND;
	}
	if (err == ERR_NOT_FOUND) {
		err = refuse_others(folder, fault);
		if (!err)
			err = take(folder, O_CREAT | O_EXCL, lock, fault);
		if (!err && !is_there(folder, ROOT) &&
			write(*lock, ROOT, sizeof ROOT - 1) != sizeof ROOT - 1)
			err = fail("make a ledger in", folder, fault);
		if (!err)
			err = making_sync(folder, fault);
	} else if (!err) {
		err = clear(folder, *lock, fault);
	}
	if (err && *lock >= 0) {
		close(*lock);
		*lock = -1;
	}
	return err;
}

void making_end(const char *folder, int lock, bool is_whole)
{
	if (lock < 0)
		return;
	if (is_whole)
		making_tidy(folder);
	close(lock);
}

void making_tidy(const char *folder)
{
	char path[PATH_SIZE];
	if (is_there(folder, UNFINISHED) && is_there(folder, CONFIG))
		(void)unlink(path_of(folder, UNFINISHED, path));
}
