#include "ledger/audit.h"

#include "ledger/audit_parts.h"
#include "ledger/folder.h"
#include "ledger/recover.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

const char *audit_what_text(enum audit_what what)
{
	switch (what) {
#define X(name, text)                                                                              \
	case name: return text;
		AUDIT_LIST(X)
#undef X
	}
	return "";
}

static enum err tell(struct audit_report *report, const struct audit_wrong *wrong)
{
	report->what = wrong->what;
	report->position = wrong->position;
	report->height = wrong->height;
	return fault_set(&report->fault, ERR_CORRUPT, (size_t)wrong->position, 0,
		"position %llu, batch %llu, %s: %s", (unsigned long long)wrong->position,
		(unsigned long long)wrong->height, audit_what_text(wrong->what), wrong->why);
}

enum err audit_found(
	struct auditor *auditor, enum audit_what what, uint64_t position, const char *format, ...)
{
	struct audit_wrong wrong = {
		.what = what, .position = position, .height = auditor->batch.applied.height};
	va_list args;
	va_start(args, format);
	(void)vsnprintf(wrong.why, sizeof wrong.why, format, args);
	va_end(args);
	return tell(auditor->report, &wrong);
}

/* What the verifier found comes before what the walk found behind it. */
static enum err settle(struct auditor *auditor, enum err err)
{
	struct audit_wrong wrong;
	uint64_t lines = 0;
	if (audit_verifier_settle(auditor->verifier, &wrong, &lines)) {
		err = tell(auditor->report, &wrong);
		if (auditor->report->size > wrong.position)
			auditor->report->size = wrong.position;
	}
	auditor->report->signatures += lines;
	return err;
}

/* Rows that belong to nothing. */
static enum err count_rows(struct auditor *auditor, struct fault *fault)
{
	uint64_t archived = 0;
	enum err err = ledger_db_archived(auditor->ledger, &archived, fault);
	if (err)
		return err;
	const struct {
		const char *table;
		uint64_t count;
		enum audit_what what;
	} rows[] = {
		{"log", auditor->head.height + 1, AUDIT_LOG},
		{"applied", auditor->head.height + 1, AUDIT_LOG},
		{"statement", auditor->statement_rows, AUDIT_STATEMENT},
		{"tile", auditor->tile_rows, AUDIT_TILE},
		{"checkpoint", auditor->checkpoint_rows, AUDIT_CHECKPOINT},
		{"fact", 1 + (archived != 0), AUDIT_GENESIS},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint64_t count = 0;
		err = ledger_db_count(auditor->ledger, rows[i].table, &count, fault);
		if (err)
			return err;
		if (count != rows[i].count)
			return audit_found(auditor, rows[i].what, auditor->edge.tree.size,
				"table %s has %llu rows, %llu belong to the ledger", rows[i].table,
				(unsigned long long)count, (unsigned long long)rows[i].count);
	}
	return OK;
}

/* The folder's own state.db, row by row, against the one made here, when both are at one height. */
static enum err compare_state(struct auditor *auditor, struct state *theirs, struct fault *fault)
{
	uint8_t ours_hash[HASH_SIZE], theirs_hash[HASH_SIZE];
	struct fault why = {0};
	enum err err = state_hash_all(auditor->state, ours_hash, fault);
	if (err)
		return err;
	err = state_hash_all(theirs, theirs_hash, &why);
	if (err == ERR_CORRUPT || (!err && memcmp(ours_hash, theirs_hash, HASH_SIZE) != 0))
		return audit_found(auditor, AUDIT_STATE, auditor->edge.tree.size,
			"its tables are not what the ledger leads to: run rebuild");
	if (err && fault)
		*fault = why;
	return err;
}

static enum err walk(
	struct auditor *auditor, struct state *theirs, uint64_t their_height, struct fault *fault)
{
	const struct audit_options *options = auditor->options;
	enum err err = ledger_db_head(auditor->ledger, &auditor->head, fault);
	if (err == ERR_NOT_FOUND)
		return audit_found(auditor, AUDIT_GENESIS, 0, "there is no batch at all");
	for (uint64_t height = 0; !err && height <= auditor->head.height; height++) {
		if (audit_verifier_has_failed(auditor->verifier))
			return ERR_CORRUPT; /* settle says what it is */
		err = ledger_db_batch(auditor->ledger, height, &auditor->batch, fault);
		if (err == ERR_NOT_FOUND) {
			auditor->batch.applied.height = height;
			err = audit_found(auditor, AUDIT_LOG, auditor->edge.tree.size,
				"a row of the batch is missing");
		}
		if (!err)
			err = audit_batch(auditor, fault);
		if (err)
			break;
		auditor->report->size = auditor->edge.tree.size;
		err = audit_mark_pass(auditor, fault);
		if (!err && theirs && height == their_height && auditor->report->has_rules)
			err = compare_state(auditor, theirs, fault);
		if (options->progress)
			options->progress(
				options->progress_self, auditor->report->size, auditor->head.size);
	}
	if (!err)
		err = audit_early(auditor, fault);
	if (!err)
		err = audit_edge(auditor, fault);
	if (!err)
		err = count_rows(auditor, fault);
	if (!err && theirs && their_height > auditor->head.height)
		err = audit_found(auditor, AUDIT_STATE, auditor->edge.tree.size,
			"it is ahead of ledger.db: run rebuild, and find out why ledger.db went "
			"back");
	return err;
}

/* A folder without state.db is a copy of the ledger alone, which is enough. */
static enum err open_state(
	struct auditor *auditor, struct state **theirs, uint64_t *height, struct fault *fault)
{
	char path[FOLDER_PATH_SIZE];
	struct state_place place = {0};
	struct fault why = {0};
	enum err err = folder_path(auditor->options->folder, FOLDER_STATE, path, fault);
	if (err)
		return err;
	err = state_open(theirs, path, auditor->options->env->vfs, STATE_READ, &why);
	if (err == ERR_NOT_FOUND)
		return OK;
	if (!err)
		err = state_begin_read(*theirs, &why);
	if (!err)
		err = state_place(*theirs, &place, &why);
	if (!err)
		err = state_check_structure(*theirs, &why);
	if (err == ERR_CORRUPT)
		return audit_found(auditor, AUDIT_STATE, 0, "%.200s", why.text);
	if (err) {
		if (fault)
			*fault = why;
		return err;
	}
	*height = place.height;
	if (place.is_empty) {
		state_free(*theirs);
		*theirs = NULL;
	}
	return OK;
}

/* The file as such is damaged: where the walk came upon it is the position. */
static enum err tell_torn(struct auditor *auditor, const struct fault *structure, enum err err)
{
	const struct audit_report *report = auditor->report;
	if (err && err != ERR_CORRUPT)
		return err;
	if (!err)
		return audit_found(auditor, AUDIT_FILE, auditor->edge.tree.size,
			"%.150s (all that the ledger consists of could be read)", structure->text);
	uint64_t position =
		report->what == AUDIT_NOTHING ? auditor->edge.tree.size : report->position;
	return audit_found(auditor, AUDIT_FILE, position, "%.200s", structure->text);
}

static enum err run(struct auditor *auditor, struct fault *fault)
{
	char path[FOLDER_PATH_SIZE];
	struct fault structure = {0};
	const struct audit_options *options = auditor->options;
	struct state *theirs = NULL;
	uint64_t height = 0;
	enum err err = folder_path(options->folder, FOLDER_LEDGER, path, fault);
	if (!err)
		err = ledger_db_open(
			&auditor->ledger, path, options->env->vfs, LEDGER_DB_READ, fault);
	/* state.db's moment first: ledger.db's then holds all that it reflects. */
	if (!err)
		err = open_state(auditor, &theirs, &height, fault);
	if (!err)
		err = ledger_db_begin_read(auditor->ledger, fault);
	if (!err)
		err = ledger_db_check_structure(auditor->ledger, &structure);
	bool is_torn = err == ERR_CORRUPT && structure.err;
	if (is_torn)
		err = OK;
	else if (structure.err && fault)
		*fault = structure;
	if (!err)
		err = ledger_db_fact(auditor->ledger, "origin", &auditor->origin, fault);
	if (!err)
		err = state_open(&auditor->state, "", NULL, STATE_TEMPORARY, fault);
	if (!err)
		err = settle(auditor, walk(auditor, theirs, height, fault));
	if (is_torn)
		err = tell_torn(auditor, &structure, err);
	if (!err)
		audit_mark_end(auditor);
	if (auditor->ledger)
		ledger_db_end_read(auditor->ledger);
	state_free(theirs);
	return err;
}

/* The ledger's own rules without the application's. */
static struct app app_of(const struct audit_options *options)
{
	return options->no_rules ? (struct app){0} : *options->app;
}

static void auditor_free(struct auditor *auditor)
{
	audit_verifier_free(auditor->verifier);
	while (auditor->keys) {
		struct audit_keys *before = auditor->keys->before;
		free(auditor->keys);
		auditor->keys = before;
	}
	state_free(auditor->state);
	ledger_db_free(auditor->ledger);
	ledger_batch_close(&auditor->batch);
	buf_close(&auditor->bytes);
	buf_close(&auditor->origin);
	free(auditor);
}

static enum err audit_once(
	const struct audit_options *options, struct audit_report *report, struct fault *fault)
{
	struct fault why = {0};
	struct auditor *auditor = calloc(1, sizeof *auditor);
	if (!auditor)
		return fault_set(fault, ERR_MEMORY, 0, 0, "audit: out of memory");
	*report = (struct audit_report){.has_rules = !options->no_rules};
	auditor->options = options;
	auditor->report = report;
	auditor->app = app_of(options);
	auditor->has_new_keys = true;
	edge_init(&auditor->edge);
	ledger_batch_init(&auditor->batch);
	buf_init(&auditor->bytes, STATEMENT_SIZE_MAX);
	buf_init(&auditor->origin, ORIGIN_SIZE_MAX);
	auditor->kept_us = env_steady_us(options->env);
	enum err err = audit_verifier_open(&auditor->verifier, options->threads, &why);
	if (!err)
		err = run(auditor, &why);
	if (err == ERR_CORRUPT && report->what == AUDIT_NOTHING)
		err = audit_found(auditor, AUDIT_FILE, auditor->edge.tree.size, "%.180s", why.text);
	if (!err && options->mark && !report->marked)
		err = ERR_UNSURE; /* the ledger ends before it */
	auditor_free(auditor);
	if (err == ERR_CORRUPT)
		return OK;
	if (err && fault)
		*fault = why;
	return err;
}

enum err audit(
	const struct audit_options *options, struct audit_report *report, struct fault *fault)
{
	struct audit_options again = *options;
	bool is_refused = false;
	enum err err = audit_once(options, report, fault);
	/* An archive file is not here: without its statements there is no state to judge. */
	if (err == ERR_UNSURE && report->absent && report->has_rules) {
		again.no_rules = true;
		err = audit_once(&again, report, fault);
	}
	if (err == ERR_UNSURE && options->mark) {
		again.mark = NULL;
		is_refused = true;
		err = audit_once(&again, report, fault);
		if (err == ERR_UNSURE && report->absent && report->has_rules) {
			again.no_rules = true;
			err = audit_once(&again, report, fault);
		}
	}
	report->is_mark_refused = is_refused;
	return err;
}

/* ---- rebuild ---- */

static const char *const state_files[] = {FOLDER_STATE, FOLDER_STATE "-wal", FOLDER_STATE "-shm"};
static const char *const old_files[] = {
	FOLDER_STATE ".old", FOLDER_STATE ".old-wal", FOLDER_STATE ".old-shm"};

#define STATE_FILES (sizeof state_files / sizeof state_files[0])

/* A file that is not there is no error: state.db may be what was lost. */
static enum err move_files(
	const char *folder, const char *const *from, const char *const *to, struct fault *fault)
{
	char source[FOLDER_PATH_SIZE], target[FOLDER_PATH_SIZE];
	enum err err = OK;
	for (size_t i = 0; !err && i < STATE_FILES; i++) {
		err = folder_path(folder, from[i], source, fault);
		if (!err && to)
			err = folder_path(folder, to[i], target, fault);
		if (!err && (to ? rename(source, target) : unlink(source)) != 0 && errno != ENOENT)
			err = fault_set(fault,
				errno == EROFS || errno == EACCES ? ERR_READONLY : ERR_IO, 0, 0,
				"%s: %s", source, strerror(errno));
	}
	return err;
}

static enum err make_state(
	const struct audit_options *options, uint8_t digest[HASH_SIZE], struct fault *fault)
{
	char path[FOLDER_PATH_SIZE];
	struct state_place place = {0};
	struct buf origin;
	struct recovery recovery = {.app = options->app,
		.verifies = true,
		.progress = options->progress,
		.progress_self = options->progress_self};
	buf_init(&origin, ORIGIN_SIZE_MAX);
	enum err err = folder_path(options->folder, FOLDER_LEDGER, path, fault);
	if (!err)
		err = ledger_db_open(
			&recovery.ledger, path, options->env->vfs, LEDGER_DB_READ, fault);
	if (!err)
		err = ledger_db_fact(recovery.ledger, "origin", &origin, fault);
	if (!err)
		err = folder_path(options->folder, FOLDER_STATE, path, fault);
	if (!err)
		err = state_open(&recovery.state, path, options->env->vfs, STATE_WRITE, fault);
	recovery.origin = buf_span(&origin);
	if (!err)
		err = recover(&recovery, fault);
	if (!err)
		err = state_place(recovery.state, &place, fault);
	if (!err)
		memcpy(digest, place.digest, HASH_SIZE);
	state_free(recovery.state);
	ledger_db_free(recovery.ledger);
	buf_close(&origin);
	return err;
}

enum err rebuild(
	const struct audit_options *options, uint8_t digest[HASH_SIZE], struct fault *fault)
{
	int lock = -1;
	enum err err = folder_lock(options->folder, &lock, fault);
	if (!err)
		err = move_files(options->folder, state_files, old_files, fault);
	if (err) {
		folder_unlock(lock);
		return err;
	}
	err = make_state(options, digest, fault);
	if (!err) {
		err = move_files(options->folder, old_files, NULL, fault);
	} else if (move_files(options->folder, state_files, NULL, NULL) == OK) {
		enum err back = move_files(options->folder, old_files, state_files, NULL);
		(void)back;
	}
	folder_unlock(lock);
	return err;
}
