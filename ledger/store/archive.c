#include "ledger/store/archive.h"

#include "ledger/base/civil.h"
#include "ledger/base/db.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ARCHIVE_APPLICATION 0x41534152 /* "ASAR" */
#define ARCHIVE_VERSION     1
#define DAY_MS              86400000

static const char schema[] =
	"CREATE TABLE statement(slot INTEGER PRIMARY KEY, bytes BLOB NOT NULL);";

void archive_init(struct archive *archive, const char *ledger_path, const char *vfs)
{
	const char *slash = strrchr(ledger_path, '/');
	*archive = (struct archive){.vfs = vfs};
	(void)snprintf(archive->folder, sizeof archive->folder, "%.*s" ARCHIVE_FOLDER,
		slash ? (int)(slash - ledger_path + 1) : 0, ledger_path);
}

void archive_close(struct archive *archive)
{
	db_free(archive->db);
	archive->db = NULL;
	archive->is_open = false;
}

int64_t archive_month(int64_t time_ms)
{
	int32_t year, month, day;
	civil_from_day((int32_t)(time_ms / DAY_MS), &year, &month, &day);
	return (int64_t)year * 12 + month - 1;
}

void archive_path(const struct archive *archive, int64_t month, char path[ARCHIVE_PATH_SIZE])
{
	(void)snprintf(path, ARCHIVE_PATH_SIZE, "%.4000s/%04lld-%02lld.db", archive->folder,
		(long long)(month / 12), (long long)(month % 12 + 1));
}

static enum err open_month(struct archive *archive, int64_t month, bool writes, struct fault *fault)
{
	char path[ARCHIVE_PATH_SIZE];
	if (archive->is_open && archive->month == month && archive->writes == writes)
		return OK;
	archive_close(archive);
	archive_path(archive, month, path);
	struct db_options options = {.path = path,
		.vfs = archive->vfs,
		.mode = writes ? DB_FULL : DB_READ,
		.application = ARCHIVE_APPLICATION,
		.version = ARCHIVE_VERSION,
		.schema = writes ? schema : NULL};
	enum err err = db_open(&archive->db, &options, fault);
	if (!err)
		err = db_prepare(archive->db, "SELECT bytes FROM statement WHERE slot = ?1",
			&archive->get, fault);
	if (!err && writes)
		err = db_prepare(archive->db, "INSERT OR REPLACE INTO statement VALUES(?1, ?2)",
			&archive->put, fault);
	if (err) {
		archive_close(archive);
		return err;
	}
	archive->is_open = true;
	archive->writes = writes;
	archive->month = month;
	return OK;
}

enum err archive_get(struct archive *archive, int64_t time_ms, int64_t slot, struct buf *bytes,
	struct fault *fault)
{
	char path[ARCHIVE_PATH_SIZE];
	struct fault why = {0};
	bool row = false;
	int64_t month = archive_month(time_ms);
	archive_path(archive, month, path);
	enum err err = open_month(archive, month, archive->is_open && archive->writes, &why);
	if (err == ERR_NOT_FOUND)
		return fault_set(fault, ERR_UNSURE, 0, 0,
			"the statement is in an archive file that is not here: bring %.180s back",
			path);
	if (!err) {
		db_bind_int(archive->get, 1, slot);
		err = db_step(archive->get, &row, &why);
	}
	if (!err && row) {
		buf_put(bytes, db_bytes(archive->get, 0));
		if (bytes->err)
			err = fault_set(
				&why, bytes->err, 0, 0, "%.180s: a statement is too large", path);
	}
	if (archive->is_open)
		db_reset(archive->get);
	if (!err && !row)
		err = fault_set(
			&why, ERR_NOT_FOUND, 0, 0, "%.180s does not hold the statement", path);
	if (err && fault)
		*fault = why;
	return err;
}

static enum err folder_fault(const char *path, struct fault *fault)
{
	enum err err = errno == ENOSPC || errno == EDQUOT  ? ERR_FULL
		       : errno == EACCES || errno == EROFS ? ERR_READONLY
							   : ERR_IO;
	return fault_set(fault, err, 0, 0, "%.200s: %s", path, strerror(errno));
}

enum err archive_begin(struct archive *archive, int64_t month, struct fault *fault)
{
	if (mkdir(archive->folder, 0700) != 0 && errno != EEXIST)
		return folder_fault(archive->folder, fault);
	enum err err = open_month(archive, month, true, fault);
	return err ? err : db_begin(archive->db, fault);
}

enum err archive_put(struct archive *archive, int64_t slot, struct span bytes, struct fault *fault)
{
	db_bind_int(archive->put, 1, slot);
	db_bind_bytes(archive->put, 2, bytes);
	return db_run(archive->put, fault);
}

/* The name of a file that was just made must not be lost either. */
static enum err sync_folder(const struct archive *archive, struct fault *fault)
{
	int folder = open(archive->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		return folder_fault(archive->folder, fault);
	enum err err = fsync(folder) == 0 ? OK : folder_fault(archive->folder, fault);
	(void)close(folder);
	return err;
}

enum err archive_commit(struct archive *archive, struct fault *fault)
{
	enum err err = db_commit(archive->db, fault);
	if (err) {
		db_rollback(archive->db);
		return err;
	}
	/* Into the file itself, which may be carried away without its -wal. */
	err = db_checkpoint_truncate(archive->db, fault);
	return err ? err : sync_folder(archive, fault);
}
