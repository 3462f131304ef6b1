/* SQLite, wrapped thin: no other file includes sqlite3.h. Every file of ours carries an
 * application_id and a user_version, so that a file of another program, or of a newer version of
 * this one, is refused by name and never written.
 *
 * A connection belongs to one thread. Faults name the file and say what to do. */
#ifndef LEDGER_BASE_DB_H
#define LEDGER_BASE_DB_H

#include "ledger/base/err.h"
#include "ledger/base/span.h"

struct db; /* a connection */
struct db_query; /* a prepared statement of it */

enum db_mode {
	DB_READ, /* reads only; the file must be there */
	DB_NORMAL, /* WAL, synchronous NORMAL: a crash of the machine may lose the newest commits */
	DB_FULL, /* WAL, synchronous FULL: what is committed is on the disk */
	DB_TEMPORARY, /* a private file that vanishes on closing; path is not looked at */
};

struct db_options {
	const char *path;
	const char *vfs; /* env->vfs */
	enum db_mode mode;
	uint32_t application; /* four letters, as in 0x41534c47 "ASLG" */
	uint32_t version; /* the newest user_version this program knows */
	const char *schema; /* SQL that makes a new file; NULL: it must be there already */
	unsigned page_size; /* of a new file: 4096 or 8192; 0 is 4096 */
	unsigned busy_ms; /* how long to wait for a lock; 0 is 5000 */
	unsigned cache_kib; /* page cache; 0 is 2048 */
	bool secure_delete; /* overwrite what is deleted with zeros */
	bool keep_wal; /* no checkpoints on commit: the owner calls db_checkpoint itself */
};

/* Opens, and makes the file when there is a schema and no file.
 * Errors: ERR_NOT_FOUND, ERR_READONLY, ERR_VERSION (another program's, or newer), ERR_CORRUPT,
 * ERR_BUSY, ERR_FULL, ERR_IO, ERR_MEMORY. */
MUST_CHECK enum err db_open(struct db **db, const struct db_options *options, struct fault *fault);

/* Closes with all its queries; an open transaction is rolled back. NULL is allowed. */
void db_free(struct db *db);

const char *db_path(const struct db *db);
uint32_t db_version(const struct db *db); /* user_version found, for owners that migrate */

/* Runs SQL without results; several statements are allowed. */
MUST_CHECK enum err db_exec(struct db *db, const char *sql, struct fault *fault);

/* Transactions. begin takes the write lock at once; begin_read only fixes the snapshot. rollback
 * also ends a read. Rolling back what SQLite has rolled back itself is no error. */
MUST_CHECK enum err db_begin(struct db *db, struct fault *fault);
MUST_CHECK enum err db_begin_read(struct db *db, struct fault *fault);
MUST_CHECK enum err db_commit(struct db *db, struct fault *fault);
void db_rollback(struct db *db);
bool db_is_open_transaction(const struct db *db);

/* Nested changes that can be undone alone; name is a word. */
MUST_CHECK enum err db_savepoint(struct db *db, const char *name, struct fault *fault);
MUST_CHECK enum err db_release(struct db *db, const char *name, struct fault *fault);
MUST_CHECK enum err db_undo(struct db *db, const char *name, struct fault *fault);

/* Outside a transaction: whether the next commits wait for the disk (FULL) or not (NORMAL). */
MUST_CHECK enum err db_set_durable(struct db *db, bool durable, struct fault *fault);

/* Moves what is possible from the WAL into the file without making anybody wait (PASSIVE).
 * frames: pages left in the WAL, may be NULL. */
MUST_CHECK enum err db_checkpoint(struct db *db, uint32_t *frames, struct fault *fault);
/* The same, waiting for readers, and cuts the WAL to nothing: for closing and erasing. */
MUST_CHECK enum err db_checkpoint_truncate(struct db *db, struct fault *fault);

/* Rows changed by the last insert, update or delete. */
int64_t db_changes(const struct db *db);
int64_t db_last_rowid(const struct db *db);

/* A query is prepared once and run many times: bind, step until false, reset. Freed with db. */
MUST_CHECK enum err db_prepare(
	struct db *db, const char *sql, struct db_query **query, struct fault *fault);
void db_query_free(struct db_query *query); /* earlier than its db; NULL is allowed */

/* Parameters count from 1. Bytes and text are not copied: they must stay until the reset. */
void db_bind_int(struct db_query *query, int index, int64_t value);
void db_bind_bytes(struct db_query *query, int index, struct span bytes);
void db_bind_text(struct db_query *query, int index, struct span text);
void db_bind_real(struct db_query *query, int index, double value);
void db_bind_null(struct db_query *query, int index);

/* *row is true when a row is there to be read. A bind that failed is reported here. */
MUST_CHECK enum err db_step(struct db_query *query, bool *row, struct fault *fault);
/* For writing: step to the end and reset. */
MUST_CHECK enum err db_run(struct db_query *query, struct fault *fault);
/* Makes it ready to be bound and run again; unbinds nothing. */
void db_reset(struct db_query *query);

/* Columns count from 0. Bytes stay valid until the next step or reset. NULL is 0 or empty. */
int64_t db_int(struct db_query *query, int column);
double db_real(struct db_query *query, int column);
struct span db_bytes(struct db_query *query, int column);
struct span db_text(struct db_query *query, int column);
bool db_is_null(struct db_query *query, int column);

/* Copies the whole file, as of one moment, to a new file at path (SQLite's backup). */
MUST_CHECK enum err db_copy(struct db *db, const char *path, struct fault *fault);

/* Every page of the file against its sum (db_sums.h), and SQLite's own check of the structure:
 * ERR_CORRUPT with the first finding. Not for DB_TEMPORARY. */
MUST_CHECK enum err db_check_structure(struct db *db, struct fault *fault);

#endif
