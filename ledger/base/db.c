#include "ledger/base/db.h"

#include "ledger/base/db_fault.h"
#include "ledger/base/db_sums.h"

#include <assert.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUSY_MS_DEFAULT   5000
#define CACHE_KIB_DEFAULT 2048
#define PAGE_SIZE_DEFAULT 4096
#define WAL_KEPT          (64 << 20) /* bytes of its file when it starts anew */

struct db {
	sqlite3 *handle;
	enum db_mode mode;
	uint32_t version;
	struct db_query *queries; /* all that were prepared, newest first */
	char *path;
	/* Prepared once: they run for every batch, and for every read. */
	struct db_query *begin, *begin_read, *first_read, *commit, *rollback;
};

struct db_query {
	struct db *db;
	sqlite3_stmt *statement;
	struct db_query *next;
	int bind_result; /* first bind that failed, reported by the next step */
};

static enum err db_fault(const struct db *db, int code, struct fault *fault)
{
	struct db_failure failure = {.path = db->path, .code = code};
	if (db->handle) {
		failure.reason = sqlite3_system_errno(db->handle);
		failure.message = sqlite3_errmsg(db->handle);
		(void)sqlite3_file_control(db->handle, "main", DB_SUMS_WHERE, &failure.where);
	}
	return db_fault_set(&failure, fault);
}

static enum err db_result(const struct db *db, int code, struct fault *fault)
{
	if (code == SQLITE_OK || code == SQLITE_DONE || code == SQLITE_ROW)
		return OK;
	return db_fault(db, db->handle ? sqlite3_extended_errcode(db->handle) : code, fault);
}

enum err db_exec(struct db *db, const char *sql, struct fault *fault)
{
	return db_result(db, sqlite3_exec(db->handle, sql, NULL, NULL, NULL), fault);
}

static enum err pragma_get(struct db *db, const char *sql, int64_t *value, struct fault *fault)
{
	struct db_query *query = NULL;
	bool row = false;
	enum err err = db_prepare(db, sql, &query, fault);
	if (err)
		return err;
	assert(query);
	err = db_step(query, &row, fault);
	if (!err)
		*value = row ? db_int(query, 0) : 0;
	db_query_free(query);
	return err;
}

static enum err pragma_set(struct db *db, struct fault *fault, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static enum err pragma_set(struct db *db, struct fault *fault, const char *format, ...)
{
	char sql[128];
	va_list args;
	va_start(args, format);
	int size = vsnprintf(sql, sizeof sql, format, args);
	va_end(args);
	assert(size > 0 && (size_t)size < sizeof sql);
	return db_exec(db, sql, fault);
}

/* A database in WAL mode on a medium that cannot be written can only be read as immutable; that
 * is safe when there is no WAL, for then nobody is writing. */
static bool is_frozen(const char *path)
{
	char wal[4096];
	struct stat info;
	int size = snprintf(wal, sizeof wal, "%s-wal", path);
	if (size < 0 || (size_t)size >= sizeof wal)
		return false;
	return stat(path, &info) == 0 && (stat(wal, &info) != 0 || info.st_size == 0);
}

/* SQLite takes "immutable" only inside a URI, where three characters must be escaped. */
static bool uri_print(const char *path, char *out, size_t room)
{
	size_t at = (size_t)snprintf(out, room, "file:");
	for (const char *c = path; *c; c++) {
		bool escape = *c == '%' || *c == '?' || *c == '#';
		int size = snprintf(out + at, room - at, escape ? "%%%02X" : "%c", *c);
		at += (size_t)size;
		if (at + sizeof "?immutable=1" > room)
			return false;
	}
	(void)snprintf(out + at, room - at, "?immutable=1");
	return true;
}

static int handle_open(struct db *db, const struct db_options *options, bool immutable)
{
	char uri[4096 + 32];
	int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
	const char *path = options->path;
	switch (options->mode) {
	case DB_READ: flags |= SQLITE_OPEN_READONLY; break;
	case DB_NORMAL:
	case DB_FULL:
		flags |= SQLITE_OPEN_READWRITE | (options->schema ? SQLITE_OPEN_CREATE : 0);
		break;
	case DB_TEMPORARY:
		flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
		path = "";
		break;
	}
	if (immutable) {
		if (!uri_print(path, uri, sizeof uri))
			return SQLITE_CANTOPEN;
		path = uri;
		flags |= SQLITE_OPEN_URI;
	}
	const char *vfs = options->mode == DB_TEMPORARY ? options->vfs : db_sums_vfs(options->vfs);
	return sqlite3_open_v2(path, &db->handle, flags, vfs);
}

/* The rights of the folder are told apart from a file that is not there. */
static enum err open_fault(
	const struct db *db, const struct db_options *options, int code, struct fault *fault)
{
	struct stat info;
	if ((code & 0xff) != SQLITE_CANTOPEN || options->vfs)
		return db_fault(db, code, fault);
	if (stat(options->path, &info) == 0) {
		if (options->mode != DB_READ && access(options->path, W_OK) != 0)
			return db_fault(db, SQLITE_READONLY, fault);
		return db_fault(db, code, fault);
	}
	if (options->mode == DB_READ || !options->schema)
		return fault_set(fault, ERR_NOT_FOUND, 0, 0,
			"%s: there is no such file; check the path", options->path);
	char folder[4096];
	(void)snprintf(folder, sizeof folder, "%s", options->path);
	char *slash = strrchr(folder, '/');
	if (slash)
		*slash = 0;
	if (stat(slash ? folder : ".", &info) == 0 && access(slash ? folder : ".", W_OK) != 0)
		return db_fault(db, SQLITE_READONLY, fault);
	return db_fault(db, code, fault);
}

static enum err settings(struct db *db, const struct db_options *options, struct fault *fault)
{
	unsigned cache = options->cache_kib ? options->cache_kib : CACHE_KIB_DEFAULT;
	enum err err = pragma_set(db, fault,
		"PRAGMA foreign_keys=OFF; PRAGMA trusted_schema=OFF; PRAGMA cache_size=-%u;",
		cache);
	if (!err && options->mode != DB_READ)
		err = pragma_set(db, fault, "PRAGMA secure_delete=%s; PRAGMA temp_store=MEMORY;",
			options->secure_delete ? "ON" : "OFF");
	if (!err && options->mode == DB_TEMPORARY)
		err = pragma_set(db, fault, "PRAGMA synchronous=OFF; PRAGMA journal_mode=MEMORY;");
	if (!err && (options->mode == DB_NORMAL || options->mode == DB_FULL))
		err = pragma_set(db, fault, "PRAGMA synchronous=%s; PRAGMA journal_size_limit=%d;",
			options->mode == DB_FULL ? "FULL" : "NORMAL", WAL_KEPT);
	if (!err && options->keep_wal)
		err = pragma_set(db, fault, "PRAGMA wal_autocheckpoint=0;");
	return err;
}

/* The bytes of each page that are kept for its sum; size < 0 only asks. */
static enum err reserve_sums(struct db *db, int size, struct fault *fault)
{
	int reserved = size;
	int code = sqlite3_file_control(db->handle, "main", SQLITE_FCNTL_RESERVE_BYTES, &reserved);
	if (code != SQLITE_OK)
		return db_fault(db, code, fault);
	if (size < 0 && reserved != DB_SUMS_SIZE)
		return fault_set(fault, ERR_CORRUPT, 0, 0,
			"%s: its pages have no sums, so the file is damaged; keep a copy, then "
			"restore or rebuild it",
			db->path);
	return OK;
}

/* A new file gets its page size, number and schema in one transaction; a crash inside leaves a
 * file of size 0, which is new again. */
static enum err make(struct db *db, const struct db_options *options, struct fault *fault)
{
	unsigned page = options->page_size ? options->page_size : PAGE_SIZE_DEFAULT;
	enum err err = pragma_set(db, fault, "PRAGMA page_size=%u;", page);
	if (!err && options->mode != DB_TEMPORARY)
		err = reserve_sums(db, DB_SUMS_SIZE, fault);
	if (!err && options->mode != DB_TEMPORARY)
		err = db_exec(db, "PRAGMA journal_mode=WAL;", fault);
	if (!err)
		err = db_exec(db, "BEGIN IMMEDIATE;", fault);
	if (!err)
		err = pragma_set(db, fault, "PRAGMA application_id=%d; PRAGMA user_version=%u;",
			(int)options->application, options->version);
	if (!err)
		err = db_exec(db, options->schema, fault);
	if (!err)
		err = db_exec(db, "COMMIT;", fault);
	if (err)
		db_rollback(db);
	db->version = options->version;
	return err;
}

static enum err identify(struct db *db, const struct db_options *options, struct fault *fault)
{
	int64_t application = 0, version = 0, objects = 0;
	enum err err = pragma_get(db, "PRAGMA application_id;", &application, fault);
	if (!err)
		err = pragma_get(db, "PRAGMA user_version;", &version, fault);
	if (!err)
		err = pragma_get(db, "SELECT count(*) FROM sqlite_schema;", &objects, fault);
	if (err)
		return err;
	if (application == 0 && version == 0 && objects == 0) {
		if (options->schema && options->mode != DB_READ)
			return make(db, options, fault);
		return fault_set(fault, ERR_NOT_FOUND, 0, 0, "%s: the file is empty", db->path);
	}
	if ((uint32_t)application != options->application)
		return fault_set(fault, ERR_VERSION, 0, 0,
			"%s: belongs to another program (number %08x, not %08x); check the path",
			db->path, (unsigned)application, (unsigned)options->application);
	if (version < 0 || (uint64_t)version > options->version)
		return fault_set(fault, ERR_VERSION, 0, 0,
			"%s: version %lld, this program knows up to %u; use a newer program",
			db->path, (long long)version, (unsigned)options->version);
	db->version = (uint32_t)version;
	return options->mode == DB_TEMPORARY ? OK : reserve_sums(db, -1, fault);
}

static enum err db_start(struct db *db, const struct db_options *options, struct fault *fault)
{
	unsigned busy = options->busy_ms ? options->busy_ms : BUSY_MS_DEFAULT;
	int code = handle_open(db, options, false);
	if (code != SQLITE_OK)
		return open_fault(db, options, code, fault);
	(void)sqlite3_busy_timeout(db->handle, (int)busy);
	(void)sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)NULL);
	enum err err = settings(db, options, fault);
	if (!err)
		err = identify(db, options, fault);
	if (err && options->mode == DB_READ && !options->vfs && is_frozen(options->path) &&
		(err == ERR_READONLY || err == ERR_IO)) {
		(void)sqlite3_close_v2(db->handle);
		db->handle = NULL;
		code = handle_open(db, options, true);
		if (code != SQLITE_OK)
			return open_fault(db, options, code, fault);
		err = settings(db, options, fault);
		if (!err)
			err = identify(db, options, fault);
	}
	return err;
}

enum err db_open(struct db **out, const struct db_options *options, struct fault *fault)
{
	const char *path = options->mode == DB_TEMPORARY ? "(temporary file)" : options->path;
	struct db *db = calloc(1, sizeof *db);
	if (db)
		db->path = strdup(path);
	if (!db || !db->path) {
		free(db);
		return fault_set(fault, ERR_MEMORY, 0, 0, "%s: out of memory", path);
	}
	db->mode = options->mode;
	enum err err = db_start(db, options, fault);
	if (!err)
		err = db_prepare(db, "BEGIN IMMEDIATE", &db->begin, fault);
	if (!err)
		err = db_prepare(db, "COMMIT", &db->commit, fault);
	if (!err)
		err = db_prepare(db, "ROLLBACK", &db->rollback, fault);
	if (!err)
		err = db_prepare(db, "BEGIN", &db->begin_read, fault);
	if (!err)
		err = db_prepare(db, "SELECT 1 FROM sqlite_schema LIMIT 1", &db->first_read, fault);
	if (err)
		db_free(db);
	else
		*out = db;
	return err;
}

void db_free(struct db *db)
{
	if (!db)
		return;
	for (struct db_query *query = db->queries, *next; query; query = next) {
		next = query->next;
		(void)sqlite3_finalize(query->statement);
		free(query);
	}
	int code = sqlite3_close_v2(db->handle);
	assert(code == SQLITE_OK);
	free(db->path);
	free(db);
}

const char *db_path(const struct db *db)
{
	return db->path;
}

uint32_t db_version(const struct db *db)
{
	return db->version;
}

enum err db_begin(struct db *db, struct fault *fault)
{
	return db_run(db->begin, fault);
}

enum err db_begin_read(struct db *db, struct fault *fault)
{
	enum err err = db_run(db->begin_read, fault);
	/* The snapshot is only taken by the first read. */
	if (!err)
		err = db_run(db->first_read, fault);
	if (err)
		db_rollback(db);
	return err;
}

enum err db_commit(struct db *db, struct fault *fault)
{
	return db_run(db->commit, fault);
}

void db_rollback(struct db *db)
{
	if (!db->handle || sqlite3_get_autocommit(db->handle))
		return;
	if (!db->rollback || db_run(db->rollback, NULL))
		(void)sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
}

bool db_is_open_transaction(const struct db *db)
{
	return !sqlite3_get_autocommit(db->handle);
}

enum err db_savepoint(struct db *db, const char *name, struct fault *fault)
{
	return pragma_set(db, fault, "SAVEPOINT %s", name);
}

enum err db_release(struct db *db, const char *name, struct fault *fault)
{
	return pragma_set(db, fault, "RELEASE %s", name);
}

enum err db_undo(struct db *db, const char *name, struct fault *fault)
{
	return pragma_set(db, fault, "ROLLBACK TO %s; RELEASE %s", name, name);
}

enum err db_set_durable(struct db *db, bool durable, struct fault *fault)
{
	return db_exec(
		db, durable ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL", fault);
}

enum err db_checkpoint(struct db *db, uint32_t *frames, struct fault *fault)
{
	int in_wal = 0, moved = 0;
	int code = sqlite3_wal_checkpoint_v2(
		db->handle, NULL, SQLITE_CHECKPOINT_PASSIVE, &in_wal, &moved);
	if ((code & 0xff) != SQLITE_BUSY && code != SQLITE_OK)
		return db_fault(db, code, fault);
	if (frames)
		*frames = in_wal > moved ? (uint32_t)(in_wal - moved) : 0;
	return OK;
}

enum err db_checkpoint_truncate(struct db *db, struct fault *fault)
{
	int code =
		sqlite3_wal_checkpoint_v2(db->handle, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	return code == SQLITE_OK ? OK : db_fault(db, code, fault);
}

int64_t db_changes(const struct db *db)
{
	return sqlite3_changes(db->handle);
}

int64_t db_last_rowid(const struct db *db)
{
	return sqlite3_last_insert_rowid(db->handle);
}

enum err db_prepare(struct db *db, const char *sql, struct db_query **out, struct fault *fault)
{
	struct db_query *query = calloc(1, sizeof *query);
	if (!query)
		return fault_set(fault, ERR_MEMORY, 0, 0, "%s: out of memory", db->path);
	int code = sqlite3_prepare_v3(
		db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &query->statement, NULL);
	if (code != SQLITE_OK) {
		free(query);
		return db_fault(db, code, fault);
	}
	query->db = db;
	query->next = db->queries;
	db->queries = query;
	*out = query;
	return OK;
}

void db_query_free(struct db_query *query)
{
	if (!query)
		return;
	struct db_query **link = &query->db->queries;
	while (*link != query)
		link = &(*link)->next;
	*link = query->next;
	(void)sqlite3_finalize(query->statement);
	free(query);
}

static void bound(struct db_query *query, int code)
{
	if (code != SQLITE_OK && query->bind_result == SQLITE_OK)
		query->bind_result = code;
}

void db_bind_int(struct db_query *query, int index, int64_t value)
{
	bound(query, sqlite3_bind_int64(query->statement, index, value));
}

void db_bind_bytes(struct db_query *query, int index, struct span bytes)
{
	/* A NULL pointer would bind NULL, not the empty blob. */
	bound(query, sqlite3_bind_blob64(query->statement, index,
			     bytes.at ? (const void *)bytes.at : "", bytes.size, SQLITE_STATIC));
}

void db_bind_text(struct db_query *query, int index, struct span text)
{
	bound(query,
		sqlite3_bind_text64(query->statement, index, text.at ? (const char *)text.at : "",
			text.size, SQLITE_STATIC, SQLITE_UTF8));
}

void db_bind_real(struct db_query *query, int index, double value)
{
	bound(query, sqlite3_bind_double(query->statement, index, value));
}

void db_bind_null(struct db_query *query, int index)
{
	bound(query, sqlite3_bind_null(query->statement, index));
}

enum err db_step(struct db_query *query, bool *row, struct fault *fault)
{
	if (query->bind_result != SQLITE_OK) {
		int code = query->bind_result;
		query->bind_result = SQLITE_OK;
		return db_fault(query->db, code, fault);
	}
	int code = sqlite3_step(query->statement);
	if (code == SQLITE_ROW || code == SQLITE_DONE) {
		*row = code == SQLITE_ROW;
		return OK;
	}
	enum err err = db_fault(query->db, sqlite3_extended_errcode(query->db->handle), fault);
	(void)sqlite3_reset(query->statement);
	return err;
}

enum err db_run(struct db_query *query, struct fault *fault)
{
	bool row = true;
	enum err err = OK;
	while (!err && row)
		err = db_step(query, &row, fault);
	db_reset(query);
	return err;
}

void db_reset(struct db_query *query)
{
	(void)sqlite3_reset(query->statement);
	query->bind_result = SQLITE_OK;
}

int64_t db_int(struct db_query *query, int column)
{
	return sqlite3_column_int64(query->statement, column);
}

double db_real(struct db_query *query, int column)
{
	return sqlite3_column_double(query->statement, column);
}

struct span db_bytes(struct db_query *query, int column)
{
	const void *at = sqlite3_column_blob(query->statement, column);
	return span_of(at, (size_t)sqlite3_column_bytes(query->statement, column));
}

struct span db_text(struct db_query *query, int column)
{
	const void *at = sqlite3_column_text(query->statement, column);
	return span_of(at, (size_t)sqlite3_column_bytes(query->statement, column));
}

bool db_is_null(struct db_query *query, int column)
{
	return sqlite3_column_type(query->statement, column) == SQLITE_NULL;
}

enum err db_copy(struct db *db, const char *path, struct fault *fault)
{
	struct db copy = {.path = strdup(path)};
	sqlite3_backup *backup = NULL;
	if (!copy.path)
		return fault_set(fault, ERR_MEMORY, 0, 0, "%s: out of memory", path);
	int code = sqlite3_open_v2(path, &copy.handle,
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
		db_sums_vfs(NULL));
	if (code == SQLITE_OK)
		backup = sqlite3_backup_init(copy.handle, "main", db->handle, "main");
	if (code == SQLITE_OK)
		code = backup ? sqlite3_backup_step(backup, -1) : sqlite3_errcode(copy.handle);
	if (backup) {
		int finish = sqlite3_backup_finish(backup);
		code = finish != SQLITE_OK ? finish : SQLITE_OK;
	}
	enum err err = code == SQLITE_OK || code == SQLITE_DONE ? OK : db_fault(&copy, code, fault);
	(void)sqlite3_close_v2(copy.handle);
	free(copy.path);
	return err;
}

enum err db_check_structure(struct db *db, struct fault *fault)
{
	struct db_query *query = NULL;
	bool row = false;
	int code = sqlite3_file_control(db->handle, "main", DB_SUMS_SCAN, NULL);
	enum err err = code == SQLITE_OK ? OK : db_fault(db, code, fault);
	if (!err)
		err = db_prepare(db, "PRAGMA quick_check(1)", &query, fault);
	if (err)
		return err;
	assert(query);
	err = db_step(query, &row, fault);
	if (!err && row && !span_is(db_text(query, 0), "ok"))
		err = fault_set(fault, ERR_CORRUPT, 0, 0, "%s: %.*s", db->path,
			(int)db_bytes(query, 0).size, (const char *)db_text(query, 0).at);
	db_query_free(query);
	return err;
}
