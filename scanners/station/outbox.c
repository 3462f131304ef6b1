#include "scanners/station/outbox.h"

#include "ledger/base/db.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#define APPLICATION 0x41534f42 /* "ASOB" */
#define VERSION     2
#define PATH_SIZE   4096

enum state {
	STATE_WAITING = 0,
	STATE_RECORDED = 1,
	STATE_REFUSED = 2,
};

/* Rows of statements are found by id (order of saying); waiting ones by a partial index, which is
 * as small as the queue is short. */
static const char schema[] =
	"CREATE TABLE meta(word TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;"
	"CREATE TABLE item(id INTEGER PRIMARY KEY AUTOINCREMENT, sequence INTEGER NOT NULL UNIQUE,"
	" act INTEGER NOT NULL, saved_ms INTEGER NOT NULL, entry BLOB NOT NULL,"
	" pack BLOB NOT NULL, secret BLOB NOT NULL, statement BLOB NOT NULL, scan BLOB NOT NULL,"
	" state INTEGER NOT NULL, position INTEGER, time_ms INTEGER, code INTEGER, word TEXT,"
	" sentence TEXT, receipt TEXT, refusal BLOB);"
	"CREATE INDEX item_waiting ON item(id) WHERE state = 0;"
	"CREATE INDEX item_refused ON item(id) WHERE state = 2;"
	"CREATE INDEX item_pack ON item(pack, id);"
	"CREATE TABLE lot(lot BLOB PRIMARY KEY, year INTEGER NOT NULL) WITHOUT ROWID;"
	"CREATE TABLE pepper(year INTEGER PRIMARY KEY, pepper BLOB NOT NULL);";

#define ITEM_LIST "id, sequence, act, saved_ms, entry, pack, secret, statement, scan"

enum query {
	QUERY_RESERVE,
	QUERY_PUT,
	QUERY_NEXT,
	QUERY_RECORDED,
	QUERY_REFUSED,
	QUERY_HISTORY,
	QUERY_COUNT,
	QUERY_WAITING,
	QUERY_LOT_PUT,
	QUERY_LOT_GET,
	QUERY_PEPPER_PUT,
	QUERY_PEPPERS,
	QUERY_REFUSALS,
	QUERY_FORGET,
	QUERY_META_GET,
	QUERY_META_PUT,
	QUERY_TOTAL
};

static const char *const sql[QUERY_TOTAL] = {
	[QUERY_RESERVE] = "INSERT INTO meta VALUES('sequence', ?1)"
			  " ON CONFLICT(word) DO UPDATE SET value = ?1",
	[QUERY_PUT] = "INSERT INTO item(sequence, act, saved_ms, entry, pack, secret, statement,"
		      " scan, state) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0)",
	[QUERY_NEXT] = "SELECT " ITEM_LIST " FROM item WHERE state = 0 ORDER BY id LIMIT 1",
	[QUERY_RECORDED] = "UPDATE item SET state = 1, position = ?2, time_ms = ?3, code = ?4,"
			   " sentence = ?5, receipt = ?6 WHERE id = ?1 AND state = 0",
	[QUERY_REFUSED] = "UPDATE item SET state = 2, code = ?2, word = ?3, sentence = ?4,"
			  " refusal = ?5 WHERE id = ?1 AND state = 0",
	[QUERY_HISTORY] = "SELECT act, saved_ms, state, entry, secret FROM item"
			  " WHERE pack = ?1 AND state != 2 ORDER BY id DESC LIMIT 1",
	[QUERY_COUNT] = "SELECT state, count(*), min(saved_ms) FROM item GROUP BY state",
	[QUERY_WAITING] = "SELECT count(*) FROM item WHERE state = 0",
	[QUERY_LOT_PUT] = "INSERT INTO lot VALUES(?1, ?2)"
			  " ON CONFLICT(lot) DO UPDATE SET year = ?2 WHERE year != ?2",
	[QUERY_LOT_GET] = "SELECT year FROM lot WHERE lot = ?1",
	[QUERY_PEPPER_PUT] = "INSERT OR IGNORE INTO pepper VALUES(?1, ?2)",
	[QUERY_PEPPERS] = "SELECT year, pepper FROM pepper ORDER BY year",
	[QUERY_REFUSALS] = "SELECT " ITEM_LIST ", code, word, sentence, refusal FROM item"
			   " WHERE state = 2 ORDER BY id",
	[QUERY_FORGET] = "DELETE FROM item WHERE state = 1 AND saved_ms < ?1",
	[QUERY_META_GET] = "SELECT value FROM meta WHERE word = ?1",
	[QUERY_META_PUT] = "INSERT INTO meta VALUES(?1, ?2)",
};

struct outbox {
	struct db *db;
	int lock;
	struct db_query *query[QUERY_TOTAL];
	uint64_t next; /* sequence number */
	uint64_t reserved; /* numbers below it may be given out */
	struct buf statement; /* of the item given out last: no read stays open while it is sent */
	struct buf scan;
};

/* The lock is a file beside the database: SQLite's own locks come and go. */
static enum err take_lock(struct outbox *outbox, const char *path, struct fault *fault)
{
	char lock[PATH_SIZE];
	if ((size_t)snprintf(lock, sizeof lock, "%s.lock", path) >= sizeof lock)
		return fault_set(fault, ERR_LIMIT, 0, 0, "the outbox's path is too long");
	outbox->lock = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (outbox->lock < 0)
		return fault_set(fault, errno == EACCES ? ERR_DENIED : ERR_IO, 0, 0,
			"cannot use %.200s: %s", lock, strerror(errno));
	if (flock(outbox->lock, LOCK_EX | LOCK_NB))
		return fault_set(fault, ERR_BUSY, 0, 0,
			"another station uses the outbox %.150s: one station, one process", path);
	return OK;
}

static enum err make_private(const char *path, struct fault *fault)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return fault_set(fault, errno == EACCES ? ERR_DENIED : ERR_IO, 0, 0,
			"cannot use the outbox %.200s: %s", path, strerror(errno));
	close(fd);
	return OK;
}

/* A value that is set once and must be the same ever after. */
static enum err settle(struct outbox *outbox, const char *word, struct span value, const char *what,
	struct fault *fault)
{
	bool row = false;
	struct db_query *get = outbox->query[QUERY_META_GET];
	db_bind_text(get, 1, span_text(word));
	enum err err = db_step(get, &row, fault);
	if (!err && row && !span_equal(db_bytes(get, 0), value))
		err = fault_set(fault, ERR_DENIED, 0, 0,
			"the outbox %.120s belongs to another %s: give this enrolment an outbox of "
			"its own",
			db_path(outbox->db), what);
	db_reset(get);
	if (err || row)
		return err;
	struct db_query *put = outbox->query[QUERY_META_PUT];
	db_bind_text(put, 1, span_text(word));
	db_bind_bytes(put, 2, value);
	return db_run(put, fault);
}

static enum err read_sequence(struct outbox *outbox, struct fault *fault)
{
	bool row = false;
	struct db_query *get = outbox->query[QUERY_META_GET];
	db_bind_text(get, 1, span_text("sequence"));
	enum err err = db_step(get, &row, fault);
	if (!err && row)
		outbox->next = outbox->reserved = (uint64_t)db_int(get, 0);
	db_reset(get);
	return err;
}

static enum err prepare(
	struct outbox *outbox, const struct outbox_options *options, struct fault *fault)
{
	enum err err = OK;
	for (size_t i = 0; i < QUERY_TOTAL && !err; i++)
		err = db_prepare(outbox->db, sql[i], &outbox->query[i], fault);
	if (!err)
		err = settle(outbox, "kid", span_of(options->kid, KID_SIZE), "key", fault);
	if (!err)
		err = settle(outbox, "origin", options->origin, "ledger", fault);
	if (!err)
		err = read_sequence(outbox, fault);
	if (err)
		return err;
	db_bind_int(outbox->query[QUERY_FORGET], 1, env_now_ms(options->env) - OUTBOX_KEEP_MS);
	return db_run(outbox->query[QUERY_FORGET], fault);
}

enum err outbox_open(struct outbox **out, const struct outbox_options *options, struct fault *fault)
{
	struct outbox *outbox = calloc(1, sizeof *outbox);
	struct db_options db = {
		.path = options->path,
		.vfs = options->env->vfs,
		.mode = DB_FULL,
		.application = APPLICATION,
		.version = VERSION,
		.schema = schema,
		.secure_delete = true,
	};
	if (!outbox)
		return fault_set(fault, ERR_MEMORY, 0, 0, "out of memory for the outbox");
	outbox->lock = -1;
	buf_init(&outbox->statement, STATEMENT_SIZE_MAX);
	buf_init(&outbox->scan, STATEMENT_SIZE_MAX);
	enum err err = take_lock(outbox, options->path, fault);
	if (!err)
		err = make_private(options->path, fault);
	if (!err)
		err = db_open(&outbox->db, &db, fault);
	if (!err)
		err = prepare(outbox, options, fault);
	if (err)
		outbox_free(outbox);
	else
		*out = outbox;
	return err;
}

void outbox_free(struct outbox *outbox)
{
	if (!outbox)
		return;
	db_free(outbox->db);
	buf_close(&outbox->statement);
	buf_close(&outbox->scan);
	if (outbox->lock >= 0)
		close(outbox->lock);
	free(outbox);
}

static enum err reserve(struct outbox *outbox, uint64_t upto, struct fault *fault)
{
	db_bind_int(outbox->query[QUERY_RESERVE], 1, (int64_t)upto);
	enum err err = db_run(outbox->query[QUERY_RESERVE], fault);
	if (!err)
		outbox->reserved = upto;
	return err;
}

enum err outbox_sequence(struct outbox *outbox, uint64_t *sequence, struct fault *fault)
{
	enum err err = OK;
	if (outbox->next == outbox->reserved)
		err = reserve(outbox, outbox->next + OUTBOX_BLOCK, fault);
	if (!err)
		*sequence = outbox->next++;
	return err;
}

enum err outbox_sequence_from(struct outbox *outbox, uint64_t sequence, struct fault *fault)
{
	if (sequence <= outbox->next)
		return OK;
	enum err err = sequence > outbox->reserved ? reserve(outbox, sequence, fault) : OK;
	if (!err)
		outbox->next = sequence;
	return err;
}

static enum err count_waiting(struct outbox *outbox, uint64_t *count, struct fault *fault)
{
	bool row = false;
	struct db_query *query = outbox->query[QUERY_WAITING];
	enum err err = db_step(query, &row, fault);
	if (!err)
		*count = (uint64_t)db_int(query, 0);
	db_reset(query);
	return err;
}

enum err outbox_put(struct outbox *outbox, struct outbox_item *item, struct fault *fault)
{
	struct db_query *put = outbox->query[QUERY_PUT];
	uint64_t waiting = 0;
	enum err err = count_waiting(outbox, &waiting, fault);
	if (!err && waiting >= OUTBOX_WAITING_MAX)
		err = fault_set(fault, ERR_LIMIT, 0, 0,
			"%d statements wait to be sent: reach the appliance before stating more",
			OUTBOX_WAITING_MAX);
	if (err)
		return err;
	db_bind_int(put, 1, (int64_t)item->sequence);
	db_bind_int(put, 2, (int64_t)item->act);
	db_bind_int(put, 3, item->saved_ms);
	db_bind_bytes(put, 4, span_of(item->entry, ENTRY_SIZE));
	db_bind_bytes(put, 5, span_of(item->pack, BENCH_PACK_SIZE));
	db_bind_bytes(put, 6, span_of(item->secret, BENCH_SECRET_SIZE));
	db_bind_bytes(put, 7, item->statement);
	db_bind_bytes(put, 8, item->scan);
	err = db_run(put, fault);
	if (!err)
		item->id = db_last_rowid(outbox->db);
	return err;
}

static void copy_column(struct db_query *query, int column, uint8_t *out, size_t size)
{
	struct span bytes = db_bytes(query, column);
	memset(out, 0, size);
	if (bytes.size == size)
		memcpy(out, bytes.at, size);
}

static void read_item(struct db_query *query, struct outbox_item *item)
{
	item->id = db_int(query, 0);
	item->sequence = (uint64_t)db_int(query, 1);
	item->act = (enum bench_act)db_int(query, 2);
	item->saved_ms = db_int(query, 3);
	copy_column(query, 4, item->entry, ENTRY_SIZE);
	copy_column(query, 5, item->pack, BENCH_PACK_SIZE);
	copy_column(query, 6, item->secret, BENCH_SECRET_SIZE);
	item->statement = db_bytes(query, 7);
	item->scan = db_bytes(query, 8);
}

static enum err keep(struct buf *buf, struct span *bytes, struct fault *fault)
{
	buf_reset(buf);
	buf_put(buf, *bytes);
	*bytes = buf_span(buf);
	return buf->err ? fault_set(fault, buf->err, 0, 0, "out of memory for a statement") : OK;
}

enum err outbox_next(struct outbox *outbox, struct outbox_item *item, struct fault *fault)
{
	bool row = false;
	struct db_query *query = outbox->query[QUERY_NEXT];
	enum err err = db_step(query, &row, fault);
	if (!err && row) {
		read_item(query, item);
		err = keep(&outbox->statement, &item->statement, fault);
	}
	if (!err && row)
		err = keep(&outbox->scan, &item->scan, fault);
	db_reset(query);
	if (!err && !row)
		err = fault_set(fault, ERR_NOT_FOUND, 0, 0, "nothing waits to be sent");
	return err;
}

/* Runs an update of one waiting row. */
static enum err mark(struct outbox *outbox, struct db_query *query, struct fault *fault)
{
	enum err err = db_run(query, fault);
	if (!err && db_changes(outbox->db) != 1)
		err = fault_set(fault, ERR_NOT_FOUND, 0, 0,
			"the answer is about a statement that does not wait");
	return err;
}

enum err outbox_mark_recorded(struct outbox *outbox, int64_t id,
	const struct outbox_recorded *recorded, struct fault *fault)
{
	struct db_query *query = outbox->query[QUERY_RECORDED];
	db_bind_int(query, 1, id);
	db_bind_int(query, 2, (int64_t)recorded->position);
	db_bind_int(query, 3, recorded->time_ms);
	db_bind_int(query, 4, recorded->alert);
	db_bind_text(query, 5, recorded->sentence);
	db_bind_text(query, 6, recorded->receipt);
	return mark(outbox, query, fault);
}

enum err outbox_mark_refused(struct outbox *outbox, int64_t id,
	const struct outbox_refused *refused, struct fault *fault)
{
	struct db_query *query = outbox->query[QUERY_REFUSED];
	db_bind_int(query, 1, id);
	db_bind_int(query, 2, refused->code);
	db_bind_text(query, 3, refused->word);
	db_bind_text(query, 4, refused->sentence);
	db_bind_bytes(query, 5, refused->refusal);
	return mark(outbox, query, fault);
}

enum err outbox_history(struct outbox *outbox, const uint8_t pack[BENCH_PACK_SIZE],
	struct bench_history *history, struct fault *fault)
{
	bool row = false;
	struct db_query *query = outbox->query[QUERY_HISTORY];
	*history = (struct bench_history){0};
	db_bind_bytes(query, 1, span_of(pack, BENCH_PACK_SIZE));
	enum err err = db_step(query, &row, fault);
	if (!err && row) {
		history->is_there = true;
		history->act = (enum bench_act)db_int(query, 0);
		history->saved_ms = db_int(query, 1);
		history->is_recorded = db_int(query, 2) == STATE_RECORDED;
		copy_column(query, 3, history->entry, ENTRY_SIZE);
		copy_column(query, 4, history->secret, BENCH_SECRET_SIZE);
	}
	db_reset(query);
	return err;
}

enum err outbox_count(struct outbox *outbox, struct outbox_counts *counts, struct fault *fault)
{
	bool row = false;
	struct db_query *query = outbox->query[QUERY_COUNT];
	*counts = (struct outbox_counts){0};
	enum err err;
	while (!(err = db_step(query, &row, fault)) && row) {
		uint64_t count = (uint64_t)db_int(query, 1);
		switch (db_int(query, 0)) {
		case STATE_WAITING:
			counts->waiting = count;
			counts->oldest_ms = db_int(query, 2);
			break;
		case STATE_RECORDED: counts->recorded = count; break;
		default: counts->refused = count; break;
		}
	}
	db_reset(query);
	return err;
}

enum err outbox_lot_put(struct outbox *outbox, const uint8_t lot[BENCH_PACK_SIZE], uint16_t year,
	struct fault *fault)
{
	db_bind_bytes(outbox->query[QUERY_LOT_PUT], 1, span_of(lot, BENCH_PACK_SIZE));
	db_bind_int(outbox->query[QUERY_LOT_PUT], 2, year);
	return db_run(outbox->query[QUERY_LOT_PUT], fault);
}

enum err outbox_lot_get(struct outbox *outbox, const uint8_t lot[BENCH_PACK_SIZE], uint16_t *year,
	struct fault *fault)
{
	bool row = false;
	struct db_query *query = outbox->query[QUERY_LOT_GET];
	db_bind_bytes(query, 1, span_of(lot, BENCH_PACK_SIZE));
	enum err err = db_step(query, &row, fault);
	if (!err)
		*year = row ? (uint16_t)db_int(query, 0) : 0;
	db_reset(query);
	return err;
}

enum err outbox_pepper_put(struct outbox *outbox, uint16_t year,
	const uint8_t pepper[BENCH_PEPPER_SIZE], struct fault *fault)
{
	struct db_query *query = outbox->query[QUERY_PEPPER_PUT];
	db_bind_int(query, 1, year);
	db_bind_bytes(query, 2, span_of(pepper, BENCH_PEPPER_SIZE));
	return db_run(query, fault);
}

enum err outbox_peppers(
	struct outbox *outbox, const struct outbox_pepper_sink *sink, struct fault *fault)
{
	bool row = false;
	struct db_query *query = outbox->query[QUERY_PEPPERS];
	enum err err;
	while (!(err = db_step(query, &row, fault)) && row) {
		struct span pepper = db_bytes(query, 1);
		int64_t year = db_int(query, 0);
		if (pepper.size != BENCH_PEPPER_SIZE || year < 1 || year > UINT16_MAX)
			err = fault_set(fault, ERR_CORRUPT, 0, 0,
				"the outbox %.120s holds a pepper that is none",
				db_path(outbox->db));
		else
			err = sink->each(sink->self, (uint16_t)year, pepper.at, fault);
		if (err)
			break;
	}
	db_reset(query);
	return err;
}

enum err outbox_refusals(
	struct outbox *outbox, const struct outbox_refused_sink *sink, struct fault *fault)
{
	bool row = false;
	struct db_query *query = outbox->query[QUERY_REFUSALS];
	enum err err;
	while (!(err = db_step(query, &row, fault)) && row) {
		struct outbox_item item = {0};
		read_item(query, &item);
		struct outbox_refused refused = {
			.code = (uint16_t)db_int(query, 9),
			.word = db_text(query, 10),
			.sentence = db_text(query, 11),
			.refusal = db_bytes(query, 12),
		};
		err = sink->each(sink->self, &item, &refused, fault);
		if (err)
			break;
	}
	db_reset(query);
	return err;
}
