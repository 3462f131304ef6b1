/* Archive files: statements that a retention policy has moved out of ledger.db, one file a month
 * of ledger time (UTC), in the folder "archive" beside it, which may be a link to another disk:
 *
 *	archive/<YYYY-MM>.db    statement(slot, bytes), as in ledger.db
 *
 * A file that is not there is no damage: it may lie in a cupboard. What is read from one is
 * compared with the entry that was ordered. application_id "ASAR". */
#ifndef LEDGER_STORE_ARCHIVE_H
#define LEDGER_STORE_ARCHIVE_H

#include "ledger/base/buf.h"

#define ARCHIVE_PATH_SIZE 4096
#define ARCHIVE_FOLDER    "archive"

struct db;
struct db_query;

/* One month at a time is open. All zero and archive_init is closed. */
struct archive {
	char folder[ARCHIVE_PATH_SIZE];
	const char *vfs;
	bool is_open, writes;
	int64_t month; /* 12 * year + month - 1 */
	struct db *db;
	struct db_query *get, *put;
};

/* ledger_path: of the ledger.db beside it. */
void archive_init(struct archive *archive, const char *ledger_path, const char *vfs);
void archive_close(struct archive *archive);

int64_t archive_month(int64_t time_ms);
/* "<folder>/2026-11.db". */
void archive_path(const struct archive *archive, int64_t month, char path[ARCHIVE_PATH_SIZE]);

/* Appends the bytes. Errors: ERR_UNSURE: the file is not here; ERR_NOT_FOUND: it is, without the
 * statement; storage. */
MUST_CHECK enum err archive_get(struct archive *archive, int64_t time_ms, int64_t slot,
	struct buf *bytes, struct fault *fault);

/* Writing: begin makes folder and file; what was put is on the disk when commit returns. A slot
 * that is there is put again. */
MUST_CHECK enum err archive_begin(struct archive *archive, int64_t month, struct fault *fault);
MUST_CHECK enum err archive_put(
	struct archive *archive, int64_t slot, struct span bytes, struct fault *fault);
MUST_CHECK enum err archive_commit(struct archive *archive, struct fault *fault);

#endif
