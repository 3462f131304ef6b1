#include "ledger/import_parts.h"

#include "ledger/folder.h"
#include "ledger/proof/policy.h"

#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define UNFINISHED   ".importing"
#define STATEMENTS   (TILE_HASHES * (STATEMENT_SIZE_MAX + 16) + 4096)
#define NOTES        (TILE_HASHES * (NOTE_SIZE_MAX + 16) + 4096)
#define REFUSED_ROOM ((size_t)256 << 20)
#define BATCH_ROOM   ((size_t)16 << 20) /* BATCH_SIZE_MAX of the node, and its seal */

enum err import_wrong(const struct importing *importing, const char *path, uint64_t position,
	struct fault *fault, const char *format, ...)
{
	char why[FAULT_TEXT_SIZE];
	va_list args;
	va_start(args, format);
	(void)vsnprintf(why, sizeof why, format, args);
	va_end(args);
	(void)importing;
	return fault_set(fault, ERR_CORRUPT, (size_t)position, 0, "%s: position %llu: %s",
		path + (path[0] == '/'), (unsigned long long)position, why);
}

static void file_init(struct import_file *file, size_t limit)
{
	*file = (struct import_file){0};
	buf_init(&file->bytes, limit);
}

static struct importing *importing_new(const struct import_options *options)
{
	struct importing *importing = calloc(1, sizeof *importing);
	if (!importing)
		return NULL;
	importing->options = options;
	edge_init(&importing->edge);
	buf_init(&importing->note, NOTE_SIZE_MAX + 4096);
	file_init(&importing->entries, TILE_HASHES * TILE_ENTRY_SIZE + 8192);
	file_init(&importing->statements, STATEMENTS);
	file_init(&importing->checkpoints, NOTES);
	file_init(&importing->refused, REFUSED_ROOM);
	buf_init(&importing->tile, TILE_SIZE + 4096);
	buf_init(&importing->bytes, BATCH_ROOM);
	buf_init(&importing->refused_items, REFUSED_ROOM);
	buf_init(&importing->log, (size_t)(LEDGER_BATCH_MAX + 1) * ENTRY_SIZE);
	buf_init(&importing->encoded, (size_t)LEDGER_BATCH_MAX * 64);
	return importing;
}

static void importing_free(struct importing *importing)
{
	if (importing->is_open)
		ledger_db_rollback(importing->ledger);
	state_free(importing->state);
	ledger_db_free(importing->ledger);
	buf_close(&importing->note);
	buf_close(&importing->entries.bytes);
	buf_close(&importing->statements.bytes);
	buf_close(&importing->checkpoints.bytes);
	buf_close(&importing->refused.bytes);
	buf_close(&importing->tile);
	buf_close(&importing->bytes);
	buf_close(&importing->refused_items);
	buf_close(&importing->log);
	buf_close(&importing->encoded);
	free(importing);
}

/* ---- the folder ---- */

static enum err folder_fault(const char *path, struct fault *fault)
{
	enum err err = errno == ENOSPC                     ? ERR_FULL
		       : errno == EROFS || errno == EACCES ? ERR_READONLY
							   : ERR_IO;
	return fault_set(fault, err, 0, 0, "%.200s: %s", path, strerror(errno));
}

/* What an import makes, and an import that was cut off may have left. */
static void clear(const char *unfinished)
{
	static const char *const names[] = {FOLDER_LEDGER, FOLDER_LEDGER "-wal",
		FOLDER_LEDGER "-shm", FOLDER_STATE, FOLDER_STATE "-wal", FOLDER_STATE "-shm"};
	char path[FOLDER_PATH_SIZE];
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (!folder_path(unfinished, names[i], path, NULL))
			(void)unlink(path);
	(void)rmdir(unfinished);
}

static enum err prepare(const char *folder, char unfinished[FOLDER_PATH_SIZE], struct fault *fault)
{
	int size = snprintf(unfinished, FOLDER_PATH_SIZE, "%s" UNFINISHED, folder);
	if (size < 0 || size >= FOLDER_PATH_SIZE)
		return fault_set(fault, ERR_LIMIT, 0, 0, "the path of the folder is too long");
	if (rmdir(folder) != 0 && errno != ENOENT)
		return errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR
			       ? fault_set(fault, ERR_EXISTS, 0, 0,
					 "%.200s: something is there; name a folder that is "
					 "not there yet",
					 folder)
			       : folder_fault(folder, fault);
	clear(unfinished);
	return mkdir(unfinished, 0700) == 0 ? OK : folder_fault(unfinished, fault);
}

/* ---- the whole ---- */

static enum err read_final(struct importing *importing, struct fault *fault)
{
	struct note note;
	struct fault why;
	struct policy *policy;
	struct policy_judgement judgement;
	const struct import_options *options = importing->options;
	enum err err = export_read(options->from, EXPORT_CHECKPOINT, &importing->note, fault);
	if (err)
		return err;
	if (note_parse(buf_span(&importing->note), &note, &why) ||
		checkpoint_parse(note.body, &importing->final, &why))
		return fault_set(fault, ERR_CORRUPT, 0, 0, "checkpoint: %.200s", why.text);
	if (!importing->final.size || importing->final.size > TREE_SIZE_MAX ||
		!origin_is_valid(importing->final.origin))
		return fault_set(
			fault, ERR_CORRUPT, 0, 0, "checkpoint: it is not that of a ledger of ours");
	if (!options->policy.size)
		return OK;
	policy = malloc(sizeof *policy);
	if (!policy)
		return fault_set(fault, ERR_MEMORY, 0, 0, "import: out of memory");
	err = policy_parse(options->policy, policy, fault);
	if (!err)
		err = policy_judge(policy, buf_span(&importing->note), &judgement, fault);
	free(policy);
	return err;
}

static enum err open_files(struct importing *importing, const char *unfinished, struct fault *fault)
{
	char path[FOLDER_PATH_SIZE];
	const char *vfs = importing->options->env->vfs;
	enum err err = folder_path(unfinished, FOLDER_LEDGER, path, fault);
	if (!err)
		err = ledger_db_open(&importing->ledger, path, vfs, LEDGER_DB_CREATE, fault);
	if (!err)
		err = folder_path(unfinished, FOLDER_STATE, path, fault);
	if (!err)
		err = state_open(&importing->state, path, vfs, STATE_WRITE, fault);
	if (!err)
		err = ledger_db_begin(importing->ledger, fault);
	importing->is_open = !err;
	if (!err)
		err = ledger_db_put_fact(
			importing->ledger, "origin", importing->final.origin, fault);
	return err;
}

static enum err make(struct importing *importing, const char *unfinished, struct fault *fault)
{
	enum err err = open_files(importing, unfinished, fault);
	if (!err)
		err = import_bundles(importing, fault);
	if (!err)
		err = import_end(importing, fault);
	if (!err) {
		err = ledger_db_commit(importing->ledger, fault);
		importing->is_open = false;
	}
	if (!err)
		err = ledger_db_wal(importing->ledger, NULL, fault);
	return err;
}

/* Signatures, checkpoints, and all the rest once more, from what was stored. */
static enum err judge(const struct import_options *options, const char *unfinished,
	struct audit_report *report, struct fault *fault)
{
	struct audit_options audit_options = {.folder = unfinished,
		.env = options->env,
		.app = options->app,
		.progress = options->progress,
		.progress_self = options->progress_self};
	char path[TILE_PATH_SIZE];
	enum err err = audit(&audit_options, report, fault);
	if (err || report->what == AUDIT_NOTHING)
		return err;
	export_path(report->what == AUDIT_CHECKPOINT ? EXPORT_CHECKPOINTS : EXPORT_STATEMENTS, 0,
		report->position / TILE_HASHES, TILE_HASHES, path);
	return fault_set(fault, ERR_CORRUPT, (size_t)report->position, 0, "%s: %.200s", path + 1,
		report->fault.text);
}

enum err import_ledger(
	const struct import_options *options, struct audit_report *report, struct fault *fault)
{
	char unfinished[FOLDER_PATH_SIZE];
	struct importing *importing = importing_new(options);
	if (!importing)
		return fault_set(fault, ERR_MEMORY, 0, 0, "import: out of memory");
	enum err err = read_final(importing, fault);
	if (!err)
		err = prepare(options->folder, unfinished, fault);
	if (err) {
		importing_free(importing);
		return err;
	}
	err = make(importing, unfinished, fault);
	importing_free(importing);
	if (!err)
		err = judge(options, unfinished, report, fault);
	if (!err && rename(unfinished, options->folder) != 0)
		err = folder_fault(options->folder, fault);
	if (err)
		clear(unfinished);
	return err;
}
