#include "ledger/store/ledger_db.h"

#include "ledger/base/db.h"
#include "ledger/store/archive.h"
#include "ledger/store/outcomes.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#define LEDGER_APPLICATION 0x41534c47 /* "ASLG" */
#define LEDGER_VERSION     1
#define LEDGER_CACHE_KIB   8192
#define TILE_SIZE          ((size_t)256 * HASH_SIZE)
#define INDEX_BITS         13
#define FACT_ARCHIVED      "archived"
#define TILE_LEVEL_SHIFT   48
#define OUTCOMES_SIZE_MAX  ((size_t)LEDGER_BATCH_MAX * 48)

_Static_assert(LEDGER_BATCH_MAX <= 1 << INDEX_BITS, "a slot names every statement of a batch");

static const char schema[] =
	"CREATE TABLE log(height INTEGER PRIMARY KEY, term INTEGER NOT NULL, time INTEGER NOT NULL,"
	" entries BLOB NOT NULL);"
	"CREATE TABLE statement(slot INTEGER PRIMARY KEY, bytes BLOB NOT NULL);"
	"CREATE TABLE applied(height INTEGER PRIMARY KEY, first INTEGER NOT NULL,"
	" size INTEGER NOT NULL, root BLOB NOT NULL, digest BLOB NOT NULL, outcomes BLOB NOT NULL);"
	"CREATE UNIQUE INDEX applied_first ON applied(first);"
	"CREATE TABLE tile(id INTEGER PRIMARY KEY, hashes BLOB NOT NULL);"
	"CREATE TABLE checkpoint(size INTEGER PRIMARY KEY, height INTEGER NOT NULL,"
	" time INTEGER NOT NULL, note BLOB NOT NULL);"
	"CREATE TABLE fact(name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;";

enum query {
	PUT_LOG,
	PUT_STATEMENT,
	PUT_APPLIED,
	PUT_TILE,
	PUT_CHECKPOINT,
	PUT_FACT,
	GET_HEAD,
	GET_APPLIED,
	GET_BATCH,
	GET_HEIGHT_OF,
	GET_STATEMENT,
	GET_TILE,
	GET_CHECKPOINT,
	GET_FACT,
	GET_LOG,
	QUERY_COUNT
};

static const char *const queries[QUERY_COUNT] = {
	[PUT_LOG] = "INSERT INTO log VALUES(?1, ?2, ?3, ?4)",
	[PUT_STATEMENT] = "INSERT INTO statement VALUES(?1, ?2)",
	[PUT_APPLIED] = "INSERT INTO applied VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
	[PUT_TILE] = "INSERT OR REPLACE INTO tile VALUES(?1, ?2)",
	[PUT_CHECKPOINT] = "INSERT OR REPLACE INTO checkpoint VALUES(?1, ?2, ?3, ?4)",
	[PUT_FACT] = "INSERT INTO fact VALUES(?1, ?2)",
	[GET_HEAD] = "SELECT a.height, a.first, a.size, a.root, a.digest, l.time FROM applied a"
		     " JOIN log l ON l.height = a.height ORDER BY a.height DESC LIMIT 1",
	[GET_APPLIED] = "SELECT a.height, a.first, a.size, a.root, a.digest, l.time FROM applied a"
			" JOIN log l ON l.height = a.height WHERE a.height = ?1",
	[GET_BATCH] = "SELECT a.height, a.first, a.size, a.root, a.digest, l.time, l.term,"
		      " l.entries, a.outcomes FROM applied a JOIN log l ON l.height = a.height"
		      " WHERE a.height = ?1",
	[GET_HEIGHT_OF] = "SELECT height, size FROM applied WHERE first <= ?1"
			  " ORDER BY first DESC LIMIT 1",
	[GET_STATEMENT] = "SELECT bytes FROM statement WHERE slot = ?1",
	[GET_TILE] = "SELECT hashes FROM tile WHERE id = ?1",
	[GET_CHECKPOINT] = "SELECT size, height, time, note FROM checkpoint WHERE size <= ?1"
			   " ORDER BY size DESC LIMIT 1",
	[GET_FACT] = "SELECT value FROM fact WHERE name = ?1",
	[GET_LOG] = "SELECT time, entries FROM log WHERE height = ?1",
};

struct ledger_db {
	struct db *db;
	struct db_query *query[QUERY_COUNT];
	uint8_t tile[TILE_SIZE];
	struct archive archive;
	bool is_from_archive; /* the statement read last */
};

static int64_t slot_of(uint64_t height, size_t index)
{
	return (int64_t)(height << INDEX_BITS | index);
}

static int64_t tile_id(unsigned level, uint64_t index)
{
	return (int64_t)((uint64_t)level << TILE_LEVEL_SHIFT | index);
}

enum err ledger_db_open(struct ledger_db **out, const char *path, const char *vfs,
	enum ledger_db_mode mode, struct fault *fault)
{
	struct db_options options = {.path = path,
		.vfs = vfs,
		.mode = mode == LEDGER_DB_READ ? DB_READ : DB_FULL,
		.application = LEDGER_APPLICATION,
		.version = LEDGER_VERSION,
		.schema = mode == LEDGER_DB_CREATE ? schema : NULL,
		.cache_kib = LEDGER_CACHE_KIB,
		.keep_wal = true};
	struct ledger_db *ledger = calloc(1, sizeof *ledger);
	if (!ledger)
		return fault_set(fault, ERR_MEMORY, 0, 0, "%s: out of memory", path);
	enum err err = db_open(&ledger->db, &options, fault);
	for (unsigned i = mode == LEDGER_DB_READ ? GET_HEAD : 0; !err && i < QUERY_COUNT; i++)
		err = db_prepare(ledger->db, queries[i], &ledger->query[i], fault);
	if (err)
		ledger_db_free(ledger);
	else
		*out = ledger;
	if (!err)
		archive_init(&ledger->archive, path, vfs);
	return err;
}

void ledger_db_free(struct ledger_db *ledger)
{
	if (!ledger)
		return;
	archive_close(&ledger->archive);
	db_free(ledger->db);
	free(ledger);
}

const char *ledger_db_path(const struct ledger_db *ledger)
{
	return db_path(ledger->db);
}

void ledger_batch_init(struct ledger_batch *batch)
{
	*batch = (struct ledger_batch){0};
	buf_init(&batch->entries, (size_t)LEDGER_BATCH_MAX * HASH_SIZE);
	buf_init(&batch->outcomes, OUTCOMES_SIZE_MAX);
}

void ledger_batch_close(struct ledger_batch *batch)
{
	buf_close(&batch->entries);
	buf_close(&batch->outcomes);
}

const uint8_t *ledger_batch_entry(const struct ledger_batch *batch, size_t index)
{
	assert(index < batch->count);
	return batch->entries.at + index * HASH_SIZE;
}

enum err ledger_db_begin(struct ledger_db *ledger, struct fault *fault)
{
	return db_begin(ledger->db, fault);
}

enum err ledger_db_commit(struct ledger_db *ledger, struct fault *fault)
{
	return db_commit(ledger->db, fault);
}

void ledger_db_rollback(struct ledger_db *ledger)
{
	db_rollback(ledger->db);
}

enum err ledger_db_put_log(struct ledger_db *ledger, uint64_t height, uint64_t term,
	int64_t time_ms, struct span entries, struct fault *fault)
{
	struct db_query *query = ledger->query[PUT_LOG];
	assert(entries.size % HASH_SIZE == 0 && entries.size / HASH_SIZE <= LEDGER_BATCH_MAX);
	db_bind_int(query, 1, (int64_t)height);
	db_bind_int(query, 2, (int64_t)term);
	db_bind_int(query, 3, time_ms);
	db_bind_bytes(query, 4, entries);
	return db_run(query, fault);
}

enum err ledger_db_put_statement(struct ledger_db *ledger, uint64_t height, size_t index,
	struct span bytes, struct fault *fault)
{
	struct db_query *query = ledger->query[PUT_STATEMENT];
	assert(index < LEDGER_BATCH_MAX);
	db_bind_int(query, 1, slot_of(height, index));
	db_bind_bytes(query, 2, bytes);
	return db_run(query, fault);
}

enum err ledger_db_put_applied(struct ledger_db *ledger, const struct ledger_applied *applied,
	struct span outcomes, struct fault *fault)
{
	struct db_query *query = ledger->query[PUT_APPLIED];
	db_bind_int(query, 1, (int64_t)applied->height);
	db_bind_int(query, 2, (int64_t)applied->first);
	db_bind_int(query, 3, (int64_t)applied->size);
	db_bind_bytes(query, 4, span_of(applied->root, HASH_SIZE));
	db_bind_bytes(query, 5, span_of(applied->digest, HASH_SIZE));
	db_bind_bytes(query, 6, outcomes);
	return db_run(query, fault);
}

enum err ledger_db_put_tile(struct ledger_db *ledger, unsigned level, uint64_t index,
	struct span hashes, struct fault *fault)
{
	struct db_query *query = ledger->query[PUT_TILE];
	db_bind_int(query, 1, tile_id(level, index));
	db_bind_bytes(query, 2, hashes);
	return db_run(query, fault);
}

enum err ledger_db_put_fact(
	struct ledger_db *ledger, const char *name, struct span value, struct fault *fault)
{
	struct db_query *query = ledger->query[PUT_FACT];
	db_bind_text(query, 1, span_text(name));
	db_bind_bytes(query, 2, value);
	return db_run(query, fault);
}

enum err ledger_db_add_checkpoint(struct ledger_db *ledger,
	const struct ledger_checkpoint *checkpoint, struct span note, struct fault *fault)
{
	struct db_query *query = ledger->query[PUT_CHECKPOINT];
	db_bind_int(query, 1, (int64_t)checkpoint->size);
	db_bind_int(query, 2, (int64_t)checkpoint->height);
	db_bind_int(query, 3, checkpoint->time_ms);
	db_bind_bytes(query, 4, note);
	return db_run(query, fault);
}

enum err ledger_db_put_checkpoint(struct ledger_db *ledger,
	const struct ledger_checkpoint *checkpoint, struct span note, struct fault *fault)
{
	enum err err = db_set_durable(ledger->db, false, fault);
	if (!err)
		err = ledger_db_add_checkpoint(ledger, checkpoint, note, fault);
	enum err back = db_set_durable(ledger->db, true, err ? NULL : fault);
	return err ? err : back;
}

static enum err not_there(
	const struct ledger_db *ledger, const char *what, uint64_t number, struct fault *fault)
{
	return fault_set(fault, ERR_NOT_FOUND, 0, 0, "%s: no %s %llu", db_path(ledger->db), what,
		(unsigned long long)number);
}

static enum err damaged(
	const struct ledger_db *ledger, const char *what, uint64_t number, struct fault *fault)
{
	return fault_set(fault, ERR_CORRUPT, 0, 0,
		"%s: %s %llu is damaged; run audit, then restore from a copy", db_path(ledger->db),
		what, (unsigned long long)number);
}

/* The columns that three queries share. */
static enum err applied_take(struct ledger_db *ledger, struct db_query *query,
	struct ledger_applied *applied, struct fault *fault)
{
	struct span root = db_bytes(query, 3), digest = db_bytes(query, 4);
	struct ledger_applied taken = {.height = (uint64_t)db_int(query, 0),
		.first = (uint64_t)db_int(query, 1),
		.size = (uint64_t)db_int(query, 2),
		.time_ms = db_int(query, 5)};
	if (root.size != HASH_SIZE || digest.size != HASH_SIZE)
		return damaged(ledger, "batch", taken.height, fault);
	memcpy(taken.root, root.at, HASH_SIZE);
	memcpy(taken.digest, digest.at, HASH_SIZE);
	*applied = taken;
	return OK;
}

enum err ledger_db_head(
	struct ledger_db *ledger, struct ledger_applied *applied, struct fault *fault)
{
	struct db_query *query = ledger->query[GET_HEAD];
	bool row = false;
	enum err err = db_step(query, &row, fault);
	if (!err)
		err = row ? applied_take(ledger, query, applied, fault)
			  : not_there(ledger, "batch", 0, fault);
	db_reset(query);
	return err;
}

enum err ledger_db_applied(struct ledger_db *ledger, uint64_t height,
	struct ledger_applied *applied, struct fault *fault)
{
	struct db_query *query = ledger->query[GET_APPLIED];
	bool row = false;
	db_bind_int(query, 1, (int64_t)height);
	enum err err = db_step(query, &row, fault);
	if (!err)
		err = row ? applied_take(ledger, query, applied, fault)
			  : not_there(ledger, "batch", height, fault);
	db_reset(query);
	return err;
}

enum err ledger_db_batch(
	struct ledger_db *ledger, uint64_t height, struct ledger_batch *batch, struct fault *fault)
{
	struct db_query *query = ledger->query[GET_BATCH];
	bool row = false;
	db_bind_int(query, 1, (int64_t)height);
	enum err err = db_step(query, &row, fault);
	if (!err && !row)
		err = not_there(ledger, "batch", height, fault);
	if (!err)
		err = applied_take(ledger, query, &batch->applied, fault);
	if (!err) {
		struct span entries = db_bytes(query, 7);
		batch->term = (uint64_t)db_int(query, 6);
		batch->count = entries.size / HASH_SIZE;
		buf_reset(&batch->entries);
		buf_reset(&batch->outcomes);
		buf_put(&batch->entries, entries);
		buf_put(&batch->outcomes, db_bytes(query, 8));
		if (entries.size == 0 || entries.size % HASH_SIZE || batch->entries.err ||
			batch->outcomes.err)
			err = damaged(ledger, "batch", height, fault);
	}
	db_reset(query);
	return err;
}

enum err ledger_db_batch_of(struct ledger_db *ledger, uint64_t position, struct ledger_batch *batch,
	struct fault *fault)
{
	struct db_query *query = ledger->query[GET_HEIGHT_OF];
	bool row = false;
	uint64_t height = 0;
	if (position > INT64_MAX)
		return not_there(ledger, "leaf", position, fault);
	db_bind_int(query, 1, (int64_t)position);
	enum err err = db_step(query, &row, fault);
	if (!err && (!row || (uint64_t)db_int(query, 1) <= position))
		err = not_there(ledger, "leaf", position, fault);
	if (!err)
		height = (uint64_t)db_int(query, 0);
	db_reset(query);
	return err ? err : ledger_db_batch(ledger, height, batch, fault);
}

enum err ledger_db_tile(struct ledger_db *ledger, unsigned level, uint64_t index,
	struct span *hashes, struct fault *fault)
{
	struct db_query *query = ledger->query[GET_TILE];
	bool row = false;
	db_bind_int(query, 1, tile_id(level, index));
	enum err err = db_step(query, &row, fault);
	if (!err && !row)
		err = not_there(ledger, "tile", index, fault);
	if (!err) {
		struct span stored = db_bytes(query, 0);
		if (stored.size == 0 || stored.size > sizeof ledger->tile ||
			stored.size % HASH_SIZE) {
			err = damaged(ledger, "tile", index, fault);
		} else {
			memcpy(ledger->tile, stored.at, stored.size);
			*hashes = span_of(ledger->tile, stored.size);
		}
	}
	db_reset(query);
	return err;
}

enum err ledger_db_checkpoint(struct ledger_db *ledger, uint64_t size_max,
	struct ledger_checkpoint *checkpoint, struct buf *note, struct fault *fault)
{
	struct db_query *query = ledger->query[GET_CHECKPOINT];
	bool row = false;
	db_bind_int(query, 1, size_max > INT64_MAX ? INT64_MAX : (int64_t)size_max);
	enum err err = db_step(query, &row, fault);
	if (!err && !row)
		err = fault_set(fault, ERR_NOT_FOUND, 0, 0, "%s: no checkpoint was signed yet",
			db_path(ledger->db));
	if (!err) {
		checkpoint->size = (uint64_t)db_int(query, 0);
		checkpoint->height = (uint64_t)db_int(query, 1);
		checkpoint->time_ms = db_int(query, 2);
		if (note) {
			buf_put(note, db_bytes(query, 3));
			if (note->err)
				err = damaged(ledger, "checkpoint", checkpoint->size, fault);
		}
	}
	db_reset(query);
	return err;
}

enum err ledger_db_fact(
	struct ledger_db *ledger, const char *name, struct buf *value, struct fault *fault)
{
	struct db_query *query = ledger->query[GET_FACT];
	bool row = false;
	db_bind_text(query, 1, span_text(name));
	enum err err = db_step(query, &row, fault);
	if (!err && !row)
		err = fault_set(fault, ERR_NOT_FOUND, 0, 0, "%s: no %s", db_path(ledger->db), name);
	if (!err)
		buf_put(value, db_bytes(query, 0));
	db_reset(query);
	return err;
}

enum err ledger_db_archived(struct ledger_db *ledger, uint64_t *height, struct fault *fault)
{
	uint8_t memory[8];
	struct buf value;
	struct fault why = {0};
	*height = 0;
	buf_over(&value, memory, sizeof memory);
	enum err err = ledger_db_fact(ledger, FACT_ARCHIVED, &value, &why);
	if (err == ERR_NOT_FOUND)
		return OK;
	if (!err && (value.err || value.size != sizeof memory))
		err = damaged(ledger, "fact of archives", 0, &why);
	for (size_t i = 0; !err && i < sizeof memory; i++)
		*height = *height << 8 | memory[i];
	if (err && fault)
		*fault = why;
	return err;
}

bool ledger_db_is_from_archive(const struct ledger_db *ledger)
{
	return ledger->is_from_archive;
}

/* A statement of a batch that retention has gone over: month and entry stand in the log. */
static enum err read_archived(struct ledger_db *ledger, uint64_t height, size_t index,
	struct buf *bytes, struct fault *fault)
{
	struct db_query *query = ledger->query[GET_LOG];
	uint8_t entry[HASH_SIZE], hash[HASH_SIZE];
	size_t from = bytes->size;
	int64_t time_ms = 0;
	bool row = false;
	db_bind_int(query, 1, (int64_t)height);
	enum err err = db_step(query, &row, fault);
	struct span entries = !err && row ? db_bytes(query, 1) : span_of(NULL, 0);
	if (!err && entries.size < (index + 1) * HASH_SIZE)
		err = not_there(ledger, "batch", height, fault);
	if (!err) {
		time_ms = db_int(query, 0);
		memcpy(entry, entries.at + index * HASH_SIZE, HASH_SIZE);
	}
	db_reset(query);
	if (!err)
		err = archive_get(&ledger->archive, time_ms, slot_of(height, index), bytes, fault);
	if (err)
		return err;
	ledger->is_from_archive = true;
	hash_sha256(span_cut(buf_span(bytes), from, bytes->size), hash);
	if (memcmp(hash, entry, HASH_SIZE) != 0)
		return fault_set(fault, ERR_CORRUPT, 0, 0,
			"%.150s: statement %zu of batch %llu is not the one that was ordered",
			ledger->archive.folder, index, (unsigned long long)height);
	return OK;
}

enum err ledger_db_statement(struct ledger_db *ledger, uint64_t height, size_t index,
	struct buf *bytes, struct fault *fault)
{
	struct db_query *query = ledger->query[GET_STATEMENT];
	uint64_t archived = 0;
	bool row = false;
	ledger->is_from_archive = false;
	db_bind_int(query, 1, slot_of(height, index));
	enum err err = db_step(query, &row, fault);
	if (!err && row) {
		buf_put(bytes, db_bytes(query, 0));
		if (bytes->err)
			err = fault_set(fault, bytes->err, 0, 0,
				"statement %zu of batch %llu is too large", index,
				(unsigned long long)height);
	}
	db_reset(query);
	if (err || row)
		return err;
	err = ledger_db_archived(ledger, &archived, fault);
	if (!err && index && height < archived)
		return read_archived(ledger, height, index, bytes, fault);
	return err ? err
		   : fault_set(fault, ERR_NOT_FOUND, 0, 0, "%s: no statement %zu of batch %llu",
			     db_path(ledger->db), index, (unsigned long long)height);
}

enum err ledger_db_drop_statements(struct ledger_db *ledger, const int64_t *slots, size_t count,
	uint64_t archived, struct fault *fault)
{
	struct db_query *drop = NULL, *mark = NULL;
	uint8_t value[8];
	struct buf encoded;
	buf_over(&encoded, value, sizeof value);
	buf_put_be(&encoded, archived, sizeof value);
	enum err err =
		db_prepare(ledger->db, "DELETE FROM statement WHERE slot = ?1", &drop, fault);
	if (!err)
		err = db_prepare(
			ledger->db, "INSERT OR REPLACE INTO fact VALUES(?1, ?2)", &mark, fault);
	for (size_t i = 0; !err && i < count; i++) {
		db_bind_int(drop, 1, slots[i]);
		err = db_run(drop, fault);
	}
	if (!err) {
		db_bind_text(mark, 1, span_text(FACT_ARCHIVED));
		db_bind_bytes(mark, 2, buf_span(&encoded));
		err = db_run(mark, fault);
	}
	db_query_free(drop);
	db_query_free(mark);
	return err;
}

int64_t ledger_db_slot(uint64_t height, size_t index)
{
	return slot_of(height, index);
}

enum err ledger_batch_place(const struct ledger_batch *batch, uint64_t position,
	struct outcome *outcomes, size_t *index, struct fault *fault)
{
	enum err err = batch->count > LEDGER_BATCH_MAX ? ERR_LIMIT
						       : outcomes_take(buf_span(&batch->outcomes),
								 outcomes, batch->count, NULL);
	uint64_t leaf = batch->applied.first;
	for (size_t i = 0; !err && i < batch->count; i++)
		if (outcomes[i].code == OUTCOME_ACCEPTED && leaf++ == position) {
			*index = i;
			return OK;
		}
	return fault_set(fault, ERR_CORRUPT, (size_t)position, 0,
		"position %llu: batch %llu does not hold it; run audit",
		(unsigned long long)position, (unsigned long long)batch->applied.height);
}

enum err ledger_db_begin_read(struct ledger_db *ledger, struct fault *fault)
{
	return db_begin_read(ledger->db, fault);
}

void ledger_db_end_read(struct ledger_db *ledger)
{
	db_rollback(ledger->db);
}

enum err ledger_db_wal(struct ledger_db *ledger, uint32_t *frames, struct fault *fault)
{
	return db_checkpoint(ledger->db, frames, fault);
}

enum err ledger_db_check_structure(struct ledger_db *ledger, struct fault *fault)
{
	return db_check_structure(ledger->db, fault);
}

enum err ledger_db_count(
	struct ledger_db *ledger, const char *table, uint64_t *count, struct fault *fault)
{
	char sql[64];
	struct db_query *query;
	bool row = false;
	(void)snprintf(sql, sizeof sql, "SELECT count(*) FROM %s", table);
	enum err err = db_prepare(ledger->db, sql, &query, fault);
	if (err)
		return err;
	err = db_step(query, &row, fault);
	if (!err)
		*count = (uint64_t)db_int(query, 0);
	db_query_free(query);
	return err;
}
