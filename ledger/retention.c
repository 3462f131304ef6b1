#include "ledger/retention.h"

#include "ledger/folder.h"
#include "ledger/members/bodies.h"
#include "ledger/proof/statement.h"
#include "ledger/store/archive.h"
#include "ledger/store/ledger_db.h"

#include <stdlib.h>

#define PORTION_COUNT 2048 /* statements */
#define PORTION_SIZE  ((size_t)4 << 20) /* their bytes */

struct moving {
	const struct retention_options *options;
	struct retention_report *report;
	struct ledger_db *ledger;
	struct archive archive;
	struct ledger_batch batch;
	struct buf bytes;
	uint64_t final_size;
	uint64_t end; /* newest height and one */
	uint64_t from, next; /* heights of the portion */
	int64_t month;
	size_t size;
	size_t count;
	int64_t slot[PORTION_COUNT + LEDGER_BATCH_MAX];
};

/* The ledger's own kinds stay; what a late delivery carries is an application's. */
static bool is_moved(struct span bytes)
{
	struct statement statement;
	return !statement_decode(bytes, SIGNED_STATEMENT, &statement, NULL) &&
	       (statement.kind >= KIND_APP_FIRST || statement.kind == KIND_DELIVERY);
}

static enum err put_one(struct moving *moving, size_t index, struct fault *fault)
{
	uint8_t entry[ENTRY_SIZE];
	uint64_t height = moving->batch.applied.height;
	struct fault why;
	buf_reset(&moving->bytes);
	enum err err = ledger_db_statement(moving->ledger, height, index, &moving->bytes, &why);
	if (err == ERR_NOT_FOUND) /* refused: only its hash is there */
		return OK;
	if (err) {
		if (fault)
			*fault = why;
		return err;
	}
	statement_entry(buf_span(&moving->bytes), entry);
	if (memcmp(entry, ledger_batch_entry(&moving->batch, index), ENTRY_SIZE) != 0)
		return fault_set(fault, ERR_CORRUPT, 0, 0,
			"%s: statement %zu of batch %llu has not the hash that was ordered; run "
			"audit",
			ledger_db_path(moving->ledger), index, (unsigned long long)height);
	if (!is_moved(buf_span(&moving->bytes)))
		return OK;
	moving->slot[moving->count++] = ledger_db_slot(height, index);
	moving->size += moving->bytes.size;
	return archive_put(
		&moving->archive, ledger_db_slot(height, index), buf_span(&moving->bytes), fault);
}

/* Whether the loaded batch is old enough and final. */
static bool is_due(const struct moving *moving)
{
	const struct ledger_applied *applied = &moving->batch.applied;
	return applied->time_ms < moving->options->before_ms && applied->size <= moving->final_size;
}

/* Batches of one month into its archive file. */
static enum err fill(struct moving *moving, struct fault *fault)
{
	enum err err = OK;
	for (;;) {
		for (size_t i = 1; !err && i < moving->batch.count; i++)
			err = put_one(moving, i, fault);
		moving->next++;
		if (err || moving->count >= PORTION_COUNT || moving->size >= PORTION_SIZE ||
			moving->next == moving->end)
			return err;
		err = ledger_db_batch(moving->ledger, moving->next, &moving->batch, fault);
		if (err || !is_due(moving) ||
			archive_month(moving->batch.applied.time_ms) != moving->month)
			return err;
	}
}

/* Out of ledger.db, unless somebody else has moved it meanwhile. */
static enum err drop(struct moving *moving, struct fault *fault)
{
	uint64_t archived = 0;
	enum err err = ledger_db_begin(moving->ledger, fault);
	if (err)
		return err;
	err = ledger_db_archived(moving->ledger, &archived, fault);
	if (!err && archived < moving->next)
		err = ledger_db_drop_statements(
			moving->ledger, moving->slot, moving->count, moving->next, fault);
	if (!err)
		err = ledger_db_commit(moving->ledger, fault);
	if (err)
		ledger_db_rollback(moving->ledger);
	return err;
}

static enum err portion(struct moving *moving, bool *is_done, struct fault *fault)
{
	moving->next = moving->from;
	moving->count = 0;
	moving->size = 0;
	*is_done = true;
	if (moving->from == moving->end)
		return OK;
	enum err err = ledger_db_batch(moving->ledger, moving->from, &moving->batch, fault);
	if (err || !is_due(moving))
		return err;
	*is_done = false;
	moving->month = archive_month(moving->batch.applied.time_ms);
	err = archive_begin(&moving->archive, moving->month, fault);
	if (!err)
		err = fill(moving, fault);
	if (err) {
		archive_close(&moving->archive); /* rolls back */
		return err;
	}
	err = archive_commit(&moving->archive, fault);
	if (!err)
		err = drop(moving, fault);
	if (!err)
		err = ledger_db_wal(moving->ledger, NULL, fault);
	if (err)
		return err;
	moving->report->statements += moving->count;
	moving->report->height = moving->from = moving->next;
	return OK;
}

static enum err run(struct moving *moving, struct fault *fault)
{
	const struct retention_options *options = moving->options;
	struct ledger_checkpoint checkpoint;
	struct ledger_applied head;
	bool is_done = false;
	enum err err = ledger_db_head(moving->ledger, &head, fault);
	if (!err)
		err = ledger_db_checkpoint(moving->ledger, UINT64_MAX, &checkpoint, NULL, fault);
	if (!err)
		err = ledger_db_archived(moving->ledger, &moving->from, fault);
	if (err)
		return err;
	moving->final_size = checkpoint.size;
	moving->end = head.height + 1;
	if (!moving->from)
		moving->from = 1;
	moving->report->height = moving->from;
	while (!err && !is_done) {
		err = portion(moving, &is_done, fault);
		if (!err && options->progress)
			options->progress(options->progress_self, moving->from, moving->end);
	}
	return err;
}

enum err retention_move(const struct retention_options *options, struct retention_report *report,
	struct fault *fault)
{
	char path[FOLDER_PATH_SIZE];
	struct moving *moving = calloc(1, sizeof *moving);
	if (!moving)
		return fault_set(fault, ERR_MEMORY, 0, 0, "retention: out of memory");
	*report = (struct retention_report){0};
	moving->options = options;
	moving->report = report;
	ledger_batch_init(&moving->batch);
	buf_init(&moving->bytes, STATEMENT_SIZE_MAX);
	enum err err = folder_path(options->folder, FOLDER_LEDGER, path, fault);
	if (!err)
		err = ledger_db_open(
			&moving->ledger, path, options->env->vfs, LEDGER_DB_WRITE, fault);
	if (!err) {
		archive_init(&moving->archive, path, options->env->vfs);
		err = run(moving, fault);
	}
	archive_close(&moving->archive);
	ledger_db_free(moving->ledger);
	ledger_batch_close(&moving->batch);
	buf_close(&moving->bytes);
	free(moving);
	return err;
}
