#include "ledger/store/state.h"

#include "ledger/base/db.h"
#include "ledger/store/changes.h"
#include "ledger/store/walk.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#define STATE_APPLICATION 0x41535354 /* "ASST" */
#define STATE_VERSION     1
#define STATE_CACHE_KIB   65536
#define READER_CACHE_KIB  8192
#define BOUND_SIZE        (TABLE_KEY_MAX + 1)

static const char schema[] =
	"CREATE TABLE applied(id INTEGER PRIMARY KEY CHECK(id = 1), height INTEGER NOT NULL,"
	" size INTEGER NOT NULL, digest BLOB NOT NULL, walk BLOB NOT NULL);";

/* The queries of one table, prepared when first used. */
struct table_queries {
	struct db_query *get, *put, *drop, *up, *down;
	bool is_there; /* the table exists */
	bool is_absent; /* it does not, and nobody else makes it */
	bool is_new; /* made in the open transaction: gone after a rollback */
};

/* The scan that the last next() left open: going on from where it stands is one step. */
struct scan {
	struct db_query *query; /* NULL: none open */
	unsigned id;
	enum table_order order;
	uint8_t prefix[TABLE_KEY_MAX], last[TABLE_KEY_MAX];
	size_t prefix_size, last_size;
	uint8_t low[BOUND_SIZE], high[BOUND_SIZE]; /* bound to the query: low <= k < high */
};

struct state {
	struct db *db;
	struct table table;
	struct changes changes;
	struct walk walk, walk_next; /* after the batch before; after the one in work */
	bool is_reader, has_walked;
	struct db_query *place, *set_place, *exists;
	struct scan scan;
	struct table_queries queries[TABLE_ID_MAX + 1];
	uint8_t key[TABLE_KEY_MAX]; /* a key that a caller passed out of our own memory */
	uint8_t value[TABLE_VALUE_MAX];
};

static void scan_end(struct state *state)
{
	if (state->scan.query)
		db_reset(state->scan.query);
	state->scan.query = NULL;
}

/* The table's name stands between the two halves of the query. */
static enum err prepare(struct state *state, struct db_query **query, const char *before,
	unsigned id, const char *behind, struct fault *fault)
{
	char sql[160];
	if (*query)
		return OK;
	(void)snprintf(sql, sizeof sql, "%s t%u%s", before, id, behind);
	return db_prepare(state->db, sql, query, fault);
}

/* Looks, until it is there: a reader may see the table from a later snapshot on. */
static enum err table_look(struct state *state, unsigned id, bool *there, struct fault *fault)
{
	struct table_queries *queries = &state->queries[id];
	*there = queries->is_there;
	if (*there || queries->is_absent)
		return OK;
	char name[16];
	(void)snprintf(name, sizeof name, "t%u", id);
	db_bind_text(state->exists, 1, span_text(name));
	enum err err = db_step(state->exists, there, fault);
	db_reset(state->exists);
	queries->is_there = !err && *there && !queries->is_new;
	queries->is_absent = !err && !*there && !state->is_reader;
	return err;
}

static enum err table_make(struct state *state, unsigned id, struct fault *fault)
{
	struct table_queries *queries = &state->queries[id];
	bool there;
	char sql[96];
	enum err err = table_look(state, id, &there, fault);
	if (err || there)
		return err;
	(void)snprintf(sql, sizeof sql,
		"CREATE TABLE t%u(k BLOB PRIMARY KEY, v BLOB NOT NULL) WITHOUT ROWID", id);
	err = db_exec(state->db, sql, fault);
	if (!err) {
		queries->is_there = queries->is_new = true;
		queries->is_absent = false;
	}
	return err;
}

static enum err state_get(
	void *self, unsigned id, struct span key, struct span *value, struct fault *fault)
{
	struct state *state = self;
	bool there, row = false;
	assert(id <= TABLE_ID_MAX && key.size <= TABLE_KEY_MAX);
	struct db_query **query = &state->queries[id].get;
	enum err err = table_look(state, id, &there, fault);
	if (!err && !there)
		return ERR_NOT_FOUND;
	if (!err)
		err = prepare(state, query, "SELECT v FROM", id, " WHERE k = ?1", fault);
	if (err)
		return err;
	db_bind_bytes(*query, 1, key);
	err = db_step(*query, &row, fault);
	if (!err && row) {
		struct span stored = db_bytes(*query, 0);
		if (stored.size > TABLE_VALUE_MAX)
			err = fault_set(fault, ERR_CORRUPT, 0, 0,
				"%s: a value in table %u is too large; run rebuild",
				db_path(state->db), id);
		else if (stored.size)
			memcpy(state->value, stored.at, stored.size);
		*value = span_of(state->value, stored.size);
	}
	db_reset(*query);
	return err ? err : row ? OK : ERR_NOT_FOUND;
}

static enum err state_put(
	void *self, unsigned id, struct span key, struct span value, struct fault *fault)
{
	struct state *state = self;
	assert(id <= TABLE_ID_MAX && key.size <= TABLE_KEY_MAX && value.size <= TABLE_VALUE_MAX);
	assert(db_is_open_transaction(state->db));
	struct db_query **query = &state->queries[id].put;
	enum err err = table_make(state, id, fault);
	if (!err)
		err = prepare(state, query, "INSERT INTO", id,
			"(k, v) VALUES(?1, ?2) ON CONFLICT(k) DO UPDATE SET v = ?2", fault);
	if (err)
		return err;
	changes_put(&state->changes, id, key, value);
	db_bind_bytes(*query, 1, key);
	db_bind_bytes(*query, 2, value);
	err = db_run(*query, fault);
	if (state->scan.query && state->scan.id == id)
		scan_end(state);
	return err;
}

static enum err state_drop(void *self, unsigned id, struct span key, struct fault *fault)
{
	struct state *state = self;
	bool there;
	assert(id <= TABLE_ID_MAX && key.size <= TABLE_KEY_MAX);
	assert(db_is_open_transaction(state->db));
	struct db_query **query = &state->queries[id].drop;
	enum err err = table_look(state, id, &there, fault);
	if (err || !there)
		return err;
	err = prepare(state, query, "DELETE FROM", id, " WHERE k = ?1", fault);
	if (err)
		return err;
	if (key.size)
		memcpy(state->key, key.at, key.size);
	struct span kept = span_of(state->key, key.size);
	db_bind_bytes(*query, 1, kept);
	err = db_run(*query, fault);
	if (!err && db_changes(state->db) > 0)
		changes_drop(&state->changes, id, kept);
	if (state->scan.query && state->scan.id == id)
		scan_end(state);
	return err;
}

/* The scan's range: all keys with the prefix that lie beyond after. A key followed by a zero byte
 * is the smallest key larger than it; the prefix filled up with 0xff lies beyond all with it. */
static void scan_bounds(struct scan *scan, struct span prefix, struct span after, size_t *low_size,
	size_t *high_size)
{
	memset(scan->high, 0xff, sizeof scan->high);
	if (prefix.size) {
		memcpy(scan->low, prefix.at, prefix.size);
		memcpy(scan->high, prefix.at, prefix.size);
	}
	*low_size = prefix.size;
	*high_size = sizeof scan->high;
	if (!after.at)
		return;
	if (scan->order == TABLE_UP && span_order(after, prefix) >= 0) {
		if (after.size)
			memcpy(scan->low, after.at, after.size);
		scan->low[after.size] = 0;
		*low_size = after.size + 1;
	} else if (scan->order == TABLE_DOWN &&
		   span_order(after, span_of(scan->high, *high_size)) < 0) {
		if (after.size)
			memcpy(scan->high, after.at, after.size);
		*high_size = after.size;
	}
}

static bool scan_goes_on(const struct scan *scan, unsigned id, struct span prefix,
	struct span after, enum table_order order)
{
	return scan->query && scan->id == id && scan->order == order && after.at &&
	       span_equal(after, span_of(scan->last, scan->last_size)) &&
	       span_equal(prefix, span_of(scan->prefix, scan->prefix_size));
}

static enum err scan_start(struct state *state, unsigned id, struct span prefix, struct span after,
	enum table_order order, struct fault *fault)
{
	struct scan *scan = &state->scan;
	struct db_query **query =
		order == TABLE_UP ? &state->queries[id].up : &state->queries[id].down;
	enum err err = prepare(state, query, "SELECT k, v FROM", id,
		order == TABLE_UP ? " WHERE k >= ?1 AND k < ?2 ORDER BY k"
				  : " WHERE k >= ?1 AND k < ?2 ORDER BY k DESC",
		fault);
	if (err)
		return err;
	size_t low_size, high_size;
	scan->id = id;
	scan->order = order;
	scan->prefix_size = prefix.size;
	scan_bounds(scan, prefix, after, &low_size, &high_size);
	if (prefix.size)
		memmove(scan->prefix, prefix.at, prefix.size);
	db_bind_bytes(*query, 1, span_of(scan->low, low_size));
	db_bind_bytes(*query, 2, span_of(scan->high, high_size));
	scan->query = *query;
	return OK;
}

static enum err state_next(void *self, unsigned id, struct span prefix, struct span after,
	enum table_order order, struct span *key, struct span *value, struct fault *fault)
{
	struct state *state = self;
	struct scan *scan = &state->scan;
	bool there, row = false;
	assert(id <= TABLE_ID_MAX && prefix.size <= TABLE_KEY_MAX && after.size <= TABLE_KEY_MAX);
	enum err err = table_look(state, id, &there, fault);
	if (!err && !there)
		return ERR_NOT_FOUND;
	if (!err && !scan_goes_on(scan, id, prefix, after, order)) {
		/* after may lie in the row that ending the scan lets go. */
		uint8_t copy[TABLE_KEY_MAX];
		if (after.size)
			memcpy(copy, after.at, after.size);
		scan_end(state);
		err = scan_start(state, id, prefix, after.at ? span_of(copy, after.size) : after,
			order, fault);
	}
	if (!err)
		err = db_step(scan->query, &row, fault);
	if (err || !row) {
		scan_end(state);
		return err ? err : ERR_NOT_FOUND;
	}
	*key = db_bytes(scan->query, 0);
	*value = db_bytes(scan->query, 1);
	if (key->size > TABLE_KEY_MAX || value->size > TABLE_VALUE_MAX) {
		scan_end(state);
		return fault_set(fault, ERR_CORRUPT, 0, 0,
			"%s: a row in table %u is too large; run rebuild", db_path(state->db), id);
	}
	scan->last_size = key->size;
	if (key->size)
		memcpy(scan->last, key->at, key->size);
	return OK;
}

/* What the batches up to now left: digest and walk. */
static enum err state_resume(struct state *state, struct fault *fault)
{
	static const uint8_t zero[HASH_SIZE];
	struct state_place place;
	bool row = false;
	state->has_walked = false;
	enum err err = state_place(state, &place, fault);
	if (err)
		return err;
	changes_init(&state->changes, place.is_empty ? zero : place.digest);
	walk_init(&state->walk);
	if (place.is_empty)
		return OK;
	err = db_step(state->place, &row, fault);
	if (!err && row)
		err = walk_take(db_bytes(state->place, 3), &state->walk, fault);
	db_reset(state->place);
	return err;
}

static enum err state_start(struct state *state, struct fault *fault)
{
	enum err err = db_prepare(
		state->db, "SELECT 1 FROM sqlite_schema WHERE name = ?1", &state->exists, fault);
	if (!err)
		err = db_prepare(state->db, "SELECT height, size, digest, walk FROM applied",
			&state->place, fault);
	if (!err)
		err = db_prepare(state->db,
			"INSERT OR REPLACE INTO applied VALUES(1, ?1, ?2, ?3, ?4)",
			&state->set_place, fault);
	return err ? err : state_resume(state, fault);
}

enum err state_open(struct state **out, const char *path, const char *vfs, enum state_mode mode,
	struct fault *fault)
{
	struct db_options options = {.path = path,
		.vfs = vfs,
		.mode = DB_NORMAL,
		.application = STATE_APPLICATION,
		.version = STATE_VERSION,
		.schema = schema,
		.cache_kib = STATE_CACHE_KIB,
		.keep_wal = true};
	if (mode == STATE_READ) {
		options.mode = DB_READ;
		options.cache_kib = READER_CACHE_KIB;
	} else if (mode == STATE_TEMPORARY) {
		options.mode = DB_TEMPORARY;
	}
	struct state *state = calloc(1, sizeof *state);
	if (!state)
		return fault_set(fault, ERR_MEMORY, 0, 0, "%s: out of memory", path);
	state->is_reader = mode == STATE_READ;
	state->table = (struct table){.self = state, .get = state_get, .next = state_next};
	if (mode != STATE_READ) {
		state->table.put = state_put;
		state->table.drop = state_drop;
	}
	enum err err = db_open(&state->db, &options, fault);
	if (!err)
		err = state_start(state, fault);
	if (err)
		state_free(state);
	else
		*out = state;
	return err;
}

void state_free(struct state *state)
{
	if (!state)
		return;
	db_free(state->db);
	free(state);
}

const struct table *state_table(const struct state *state)
{
	return &state->table;
}

enum err state_place(struct state *state, struct state_place *place, struct fault *fault)
{
	bool row = false;
	enum err err = db_step(state->place, &row, fault);
	if (!err && row) {
		place->is_empty = false;
		place->height = (uint64_t)db_int(state->place, 0);
		place->size = (uint64_t)db_int(state->place, 1);
		struct span digest = db_bytes(state->place, 2);
		if (digest.size != HASH_SIZE)
			err = fault_set(fault, ERR_CORRUPT, 0, 0,
				"%s: the digest is damaged; run rebuild", db_path(state->db));
		else
			memcpy(place->digest, digest.at, HASH_SIZE);
	} else if (!err) {
		*place = (struct state_place){.is_empty = true};
	}
	db_reset(state->place);
	return err;
}

enum err state_begin(struct state *state, struct fault *fault)
{
	scan_end(state);
	return db_begin(state->db, fault);
}

void state_fold(struct state *state, uint8_t digest[HASH_SIZE])
{
	changes_fold(&state->changes);
	memcpy(digest, state->changes.digest, HASH_SIZE);
	if (state->has_walked)
		state->walk = state->walk_next;
	state->has_walked = false;
}

enum err state_walk(struct state *state, uint8_t hash[HASH_SIZE], struct fault *fault)
{
	if (!state->has_walked) {
		struct walk next = state->walk;
		enum err err = walk_step(&next, &state->table, fault);
		if (err)
			return err;
		state->walk_next = next;
		state->has_walked = true;
	}
	memcpy(hash, state->walk_next.hash, HASH_SIZE);
	return OK;
}

enum err state_commit(struct state *state, uint64_t height, uint64_t size, struct fault *fault)
{
	scan_end(state);
	db_bind_int(state->set_place, 1, (int64_t)height);
	db_bind_int(state->set_place, 2, (int64_t)size);
	uint8_t memory[WALK_SIZE_MAX];
	struct buf walk;
	buf_over(&walk, memory, sizeof memory);
	walk_put(&state->walk, &walk);
	db_bind_bytes(state->set_place, 3, span_of(state->changes.digest, HASH_SIZE));
	db_bind_bytes(state->set_place, 4, buf_span(&walk));
	enum err err = db_run(state->set_place, fault);
	if (!err)
		err = db_commit(state->db, fault);
	if (err) {
		state_rollback(state);
		return err;
	}
	for (unsigned id = 0; id <= TABLE_ID_MAX; id++)
		state->queries[id].is_new = false;
	return OK;
}

static void queries_forget(struct table_queries *queries)
{
	db_query_free(queries->get);
	db_query_free(queries->put);
	db_query_free(queries->drop);
	db_query_free(queries->up);
	db_query_free(queries->down);
	*queries = (struct table_queries){0};
}

void state_rollback(struct state *state)
{
	scan_end(state);
	db_rollback(state->db);
	for (unsigned id = 0; id <= TABLE_ID_MAX; id++)
		if (state->queries[id].is_new)
			queries_forget(&state->queries[id]);
	/* A file that cannot even be read now fails at the next begin. */
	bool is_resumed = state_resume(state, NULL) == OK;
	(void)is_resumed;
}

enum err state_begin_read(struct state *state, struct fault *fault)
{
	scan_end(state);
	return db_begin_read(state->db, fault);
}

void state_end_read(struct state *state)
{
	scan_end(state);
	db_rollback(state->db);
}

enum err state_check_structure(struct state *state, struct fault *fault)
{
	return db_check_structure(state->db, fault);
}

enum err state_checkpoint(struct state *state, uint32_t *frames, struct fault *fault)
{
	return db_checkpoint(state->db, frames, fault);
}

enum err state_hash_all(struct state *state, uint8_t hash[HASH_SIZE], struct fault *fault)
{
	static const uint8_t zero[HASH_SIZE];
	struct changes all;
	changes_init(&all, zero);
	for (unsigned id = 0; id <= TABLE_ID_MAX; id++) {
		struct span none = {0}, key, value;
		uint8_t last[TABLE_KEY_MAX];
		enum err err = state_next(state, id, none, none, TABLE_UP, &key, &value, fault);
		while (!err) {
			changes_put(&all, id, key, value);
			memcpy(last, key.at, key.size);
			err = state_next(state, id, none, span_of(last, key.size), TABLE_UP, &key,
				&value, fault);
		}
		if (err != ERR_NOT_FOUND)
			return err;
	}
	changes_fold(&all);
	memcpy(hash, all.digest, HASH_SIZE);
	return OK;
}
