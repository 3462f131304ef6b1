#include "ledger/store/entries.h"

#include "ledger/base/db.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ENTRIES_APPLICATION 0x4153454e /* "ASEN" */
#define PAGE_RECORDS        64 /* a row that fits in a quarter of SQLite's page */
#define PAGE_ROOM           ((size_t)1 << 20) /* of one with many equal tags */
#define TAG_SIZE            8
#define POSITION_SIZE       5
#define MERGED_MAX          ((size_t)ENTRIES_RUN * ENTRIES_MERGE * ENTRIES_MERGE)

_Static_assert(TAG_SIZE + POSITION_SIZE == ENTRIES_RECORD, "a record is tag and position");

static const char schema[] =
	"CREATE TABLE run(id INTEGER PRIMARY KEY, level INTEGER NOT NULL, first INTEGER NOT NULL,"
	" count INTEGER NOT NULL);"
	"CREATE TABLE page(run INTEGER NOT NULL, low INTEGER NOT NULL, bytes BLOB NOT NULL,"
	" PRIMARY KEY(run, low)) WITHOUT ROWID;"
	"CREATE TABLE fact(name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;";

enum query {
	GET_SIZE,
	GET_LAST,
	FIND,
	GET_LEVEL,
	GET_PAGES,
	PUT_RUN,
	PUT_PAGE,
	PUT_LAST,
	DROP_PAGES,
	DROP_RUN,
	QUERY_COUNT
};

static const char *const queries[QUERY_COUNT] = {
	[GET_SIZE] = "SELECT coalesce(max(first + count), 0) FROM run",
	[GET_LAST] = "SELECT value FROM fact WHERE name = 'last'",
	[FIND] = ("SELECT (SELECT bytes FROM page p WHERE p.run = r.id AND p.low <= ?1"
		  " ORDER BY p.low DESC LIMIT 1) FROM run r ORDER BY r.first DESC"),
	[GET_LEVEL] = "SELECT count(*), min(id), min(first), sum(count) FROM run WHERE level = ?1",
	[GET_PAGES] = "SELECT p.bytes FROM run r JOIN page p ON p.run = r.id WHERE r.level = ?1",
	[PUT_RUN] = "INSERT INTO run(level, first, count) VALUES(?1, ?2, ?3)",
	[PUT_PAGE] = "INSERT INTO page(run, low, bytes) VALUES(?1, ?2, ?3)",
	[PUT_LAST] = "INSERT OR REPLACE INTO fact VALUES('last', ?1)",
	[DROP_PAGES] = "DELETE FROM page WHERE run IN (SELECT id FROM run WHERE level = ?1)",
	[DROP_RUN] = "DELETE FROM run WHERE level = ?1",
};

struct record {
	uint64_t tag;
	uint64_t position;
};

struct entries {
	struct db *db;
	struct db_query *query[QUERY_COUNT];
	struct record *records; /* of a run that is being made */
	size_t record_count;
};

/* ---- pages ---- */

static uint64_t take_be(const uint8_t *at, size_t size)
{
	uint64_t value = 0;
	for (size_t i = 0; i < size; i++)
		value = value << 8 | at[i];
	return value;
}

static uint64_t tag_of(const uint8_t entry[HASH_SIZE])
{
	return take_be(entry, TAG_SIZE);
}

/* SQLite's integers are signed: the order of tags is kept by turning the highest bit. */
static int64_t low_of(uint64_t tag)
{
	uint64_t turned = tag ^ UINT64_C(1) << 63;
	int64_t low;
	memcpy(&low, &turned, sizeof low);
	return low;
}

static size_t page_records(struct span page)
{
	return page.size / ENTRIES_RECORD;
}

static struct record page_at(struct span page, size_t index)
{
	const uint8_t *at = page.at + index * ENTRIES_RECORD;
	return (struct record){take_be(at, TAG_SIZE), take_be(at + TAG_SIZE, POSITION_SIZE)};
}

static enum err page_check(struct span page, struct fault *fault)
{
	if (!page.size || page.size % ENTRIES_RECORD)
		return fault_set(fault, ERR_FORMAT, page.size, 0,
			"a page of entries has whole records of %d bytes", ENTRIES_RECORD);
	for (size_t i = 1; i < page_records(page); i++)
		if (page_at(page, i - 1).tag > page_at(page, i).tag)
			return fault_set(fault, ERR_FORMAT, i * ENTRIES_RECORD, ENTRIES_RECORD,
				"a page of entries is not in order");
	return OK;
}

enum err entries_page_find(
	struct span page, uint64_t tag, struct candidates *found, struct fault *fault)
{
	enum err err = page_check(page, fault);
	for (size_t i = 0; !err && i < page_records(page); i++) {
		struct record record = page_at(page, i);
		if (record.tag == tag && found->count < ENTRIES_CANDIDATES)
			found->position[found->count++] = record.position;
	}
	return err;
}

/* ---- the file ---- */

static enum err open_file(struct entries *entries, const char *path, const char *vfs, bool writes,
	struct fault *fault)
{
	struct db_options options = {.path = path,
		.vfs = vfs,
		.mode = writes ? DB_NORMAL : DB_READ,
		.application = ENTRIES_APPLICATION,
		.version = 1,
		.schema = writes ? schema : NULL};
	enum err err = db_open(&entries->db, &options, fault);
	for (unsigned i = 0; !err && i < (writes ? (unsigned)QUERY_COUNT : (unsigned)GET_LEVEL);
		i++)
		err = db_prepare(entries->db, queries[i], &entries->query[i], fault);
	if (err) {
		db_free(entries->db);
		entries->db = NULL;
	}
	return err;
}

/* It can be made again; what stands there instead would only be in the way. */
static void drop_file(const char *path)
{
	static const char *const ends[] = {"", "-wal", "-shm"};
	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
		struct buf name;
		buf_init(&name, 8192);
		buf_printf(&name, "%s%s", path, ends[i]);
		if (!name.err)
			(void)unlink(buf_text(&name));
		buf_close(&name);
	}
}

enum err entries_open(struct entries **out, const char *path, const char *vfs,
	enum entries_mode mode, struct fault *fault)
{
	struct entries *entries = calloc(1, sizeof *entries);
	if (!entries)
		return fault_set(fault, ERR_MEMORY, 0, 0, "out of memory for the entries");
	bool writes = mode == ENTRIES_WRITE;
	enum err err = open_file(entries, path, vfs, writes, fault);
	if (err == ERR_CORRUPT && writes) {
		drop_file(path);
		err = open_file(entries, path, vfs, writes, fault);
	}
	if (err)
		entries_free(entries);
	else
		*out = entries;
	return err;
}

void entries_free(struct entries *entries)
{
	if (!entries)
		return;
	db_free(entries->db);
	free(entries->records);
	free(entries);
}

static enum err read_size(struct entries *entries, uint64_t *size, struct fault *fault)
{
	struct db_query *query = entries->query[GET_SIZE];
	bool row = false;
	enum err err = db_step(query, &row, fault);
	if (!err)
		*size = row ? (uint64_t)db_int(query, 0) : 0;
	db_reset(query);
	return err;
}

enum err entries_size(
	struct entries *entries, uint64_t *size, uint8_t last[HASH_SIZE], struct fault *fault)
{
	struct db_query *query = entries->query[GET_LAST];
	bool row = false;
	enum err err = db_begin_read(entries->db, fault);
	if (err)
		return err;
	err = read_size(entries, size, fault);
	if (!err)
		err = db_step(query, &row, fault);
	struct span value = !err && row ? db_bytes(query, 0) : span_of(NULL, 0);
	if (value.size == HASH_SIZE)
		memcpy(last, value.at, HASH_SIZE);
	else if (!err && *size)
		err = fault_set(fault, ERR_CORRUPT, 0, 0, "%s: the last entry is missing",
			db_path(entries->db));
	db_reset(query);
	db_rollback(entries->db);
	return err;
}

/* ---- writing ---- */

static int by_tag(const void *a, const void *b)
{
	const struct record *one = a;
	const struct record *other = b;
	if (one->tag != other->tag)
		return one->tag < other->tag ? -1 : 1;
	return (one->position > other->position) - (one->position < other->position);
}

static enum err need_records(struct entries *entries, size_t count, struct fault *fault)
{
	free(entries->records);
	entries->record_count = 0;
	entries->records = malloc(count * sizeof *entries->records);
	return entries->records ? OK
				: fault_set(fault, ERR_MEMORY, 0, 0, "out of memory for a run");
}

static enum err put_page(
	struct entries *entries, int64_t run, uint64_t low, struct buf *page, struct fault *fault)
{
	struct db_query *query = entries->query[PUT_PAGE];
	if (page->err)
		return fault_set(fault, page->err, 0, 0, "no room for a page of entries");
	db_bind_int(query, 1, run);
	db_bind_int(query, 2, low_of(low));
	db_bind_bytes(query, 3, buf_span(page));
	enum err err = db_run(query, fault);
	buf_reset(page);
	return err;
}

/* The records, sorted, as pages of a new run. */
static enum err put_pages(struct entries *entries, int64_t run, struct fault *fault)
{
	struct buf page;
	uint64_t low = 0;
	enum err err = OK;
	buf_init(&page, PAGE_ROOM);
	for (size_t i = 0; !err && i < entries->record_count; i++) {
		const struct record *record = &entries->records[i];
		bool follows = i > 0 && record[-1].tag == record->tag;
		if (page.size >= (size_t)PAGE_RECORDS * ENTRIES_RECORD && !follows)
			err = put_page(entries, run, low, &page, fault);
		if (!page.size)
			low = record->tag;
		buf_put_be(&page, record->tag, TAG_SIZE);
		buf_put_be(&page, record->position, POSITION_SIZE);
	}
	if (!err && page.size)
		err = put_page(entries, run, low, &page, fault);
	buf_close(&page);
	return err;
}

static enum err put_run(
	struct entries *entries, unsigned level, uint64_t first, struct fault *fault)
{
	struct db_query *query = entries->query[PUT_RUN];
	qsort(entries->records, entries->record_count, sizeof *entries->records, by_tag);
	db_bind_int(query, 1, level);
	db_bind_int(query, 2, (int64_t)first);
	db_bind_int(query, 3, (int64_t)entries->record_count);
	enum err err = db_run(query, fault);
	return err ? err : put_pages(entries, db_last_rowid(entries->db), fault);
}

static enum err run_by_level(
	struct entries *entries, enum query which, unsigned level, struct fault *fault)
{
	struct db_query *query = entries->query[which];
	db_bind_int(query, 1, level);
	return db_run(query, fault);
}

/* All records of a level. */
static enum err load_level(
	struct entries *entries, unsigned level, uint64_t count, struct fault *fault)
{
	struct db_query *query = entries->query[GET_PAGES];
	bool row = true;
	enum err err =
		count > MERGED_MAX ? ERR_CORRUPT : need_records(entries, (size_t)count, fault);
	db_bind_int(query, 1, level);
	while (!err && row) {
		err = db_step(query, &row, fault);
		struct span page = !err && row ? db_bytes(query, 0) : span_of(NULL, 0);
		if (page_records(page) > count - entries->record_count)
			err = ERR_CORRUPT;
		for (size_t i = 0; !err && i < page_records(page); i++)
			entries->records[entries->record_count++] = page_at(page, i);
	}
	db_reset(query);
	if (!err && entries->record_count != count)
		err = ERR_CORRUPT;
	return err == ERR_CORRUPT
		       ? fault_set(fault, err, 0, 0, "%s: a run has not the records it says",
				 db_path(entries->db))
		       : err;
}

/* Runs of a level that are many enough become one of the next. */
static enum err merge(struct entries *entries, unsigned level, struct fault *fault)
{
	struct db_query *query = entries->query[GET_LEVEL];
	bool row = false;
	db_bind_int(query, 1, level);
	enum err err = db_step(query, &row, fault);
	bool is_due = !err && row && db_int(query, 0) >= ENTRIES_MERGE;
	uint64_t first = is_due ? (uint64_t)db_int(query, 2) : 0;
	uint64_t count = is_due ? (uint64_t)db_int(query, 3) : 0;
	db_reset(query);
	if (err || !is_due)
		return err;
	err = load_level(entries, level, count, fault);
	if (!err)
		err = run_by_level(entries, DROP_PAGES, level, fault);
	if (!err)
		err = run_by_level(entries, DROP_RUN, level, fault);
	return err ? err : put_run(entries, level + 1, first, fault);
}

static enum err add_run(
	struct entries *entries, uint64_t first, struct span added, struct fault *fault)
{
	enum err err = need_records(entries, ENTRIES_RUN, fault);
	for (size_t i = 0; !err && i < ENTRIES_RUN; i++)
		entries->records[entries->record_count++] =
			(struct record){tag_of(added.at + i * HASH_SIZE), first + i};
	if (!err)
		err = put_run(entries, 0, first, fault);
	for (unsigned level = 0; !err && level < ENTRIES_LEVEL_MAX; level++)
		err = merge(entries, level, fault);
	struct db_query *query = entries->query[PUT_LAST];
	db_bind_bytes(query, 1, span_cut(added, added.size - HASH_SIZE, added.size));
	return err ? err : db_run(query, fault);
}

enum err entries_add(
	struct entries *entries, uint64_t first, struct span added, struct fault *fault)
{
	uint64_t size = 0;
	enum err err = db_begin(entries->db, fault);
	if (err)
		return err;
	err = read_size(entries, &size, fault);
	if (!err && (size != first || added.size != (size_t)ENTRIES_RUN * HASH_SIZE))
		err = fault_set(fault, ERR_RANGE, 0, 0, "the next run begins at leaf %llu",
			(unsigned long long)size);
	if (!err)
		err = add_run(entries, first, added, fault);
	free(entries->records);
	entries->records = NULL;
	if (!err)
		return db_commit(entries->db, fault);
	db_rollback(entries->db);
	return err;
}

enum err entries_clear(struct entries *entries, struct fault *fault)
{
	return db_exec(entries->db,
		"BEGIN; DELETE FROM page; DELETE FROM run; DELETE FROM fact; "
		"COMMIT",
		fault);
}

/* ---- finding ---- */

enum err entries_find(struct entries *entries, const uint8_t entry[HASH_SIZE],
	struct candidates *found, uint64_t *size, struct fault *fault)
{
	struct db_query *query = entries->query[FIND];
	struct fault wrong;
	bool row = true;
	*found = (struct candidates){0};
	enum err err = db_begin_read(entries->db, fault);
	if (err)
		return err;
	err = read_size(entries, size, fault);
	db_bind_int(query, 1, low_of(tag_of(entry)));
	while (!err && row) {
		err = db_step(query, &row, fault);
		if (err || !row || db_is_null(query, 0))
			continue;
		if (entries_page_find(db_bytes(query, 0), tag_of(entry), found, &wrong))
			err = fault_set(fault, ERR_CORRUPT, 0, 0, "%s: %s", db_path(entries->db),
				wrong.text);
	}
	db_reset(query);
	db_rollback(entries->db);
	return err;
}
