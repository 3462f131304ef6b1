#include "ledger/base/db.h"
#include "ledger/proof/tile.h"
#include "ledger/store/edge.h"
#include "ledger/store/memory.h"
#include "ledger/store/outcomes.h"
#include "ledger/store/state.h"
#include "tests/tap.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static bool folder_make(char folder[64])
{
	(void)snprintf(folder, 64, P_tmpdir "/assay-test-XXXXXX");
	return mkdtemp(folder) != NULL;
}

static void folder_remove(const char *folder, const char *const *names)
{
	char path[128];
	static const char *const ends[] = {"", "-wal", "-shm"};
	for (; *names; names++)
		for (size_t i = 0; i < 3; i++) {
			(void)snprintf(path, sizeof path, "%s/%s%s", folder, *names, ends[i]);
			(void)unlink(path);
		}
	(void)rmdir(folder);
}

/* A small generator: the same numbers in every run. */
static uint32_t draw(uint64_t *dice, uint32_t below)
{
	*dice = *dice * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*dice >> 33) % below;
}

static struct span draw_key(uint64_t *dice, uint8_t key[TABLE_KEY_MAX])
{
	/* Short keys over few letters: many share prefixes, and 0x00 and 0xff are among them. */
	static const uint8_t letters[] = {0x00, 0x01, 'a', 0xfe, 0xff};
	size_t size = draw(dice, 50) == 0 ? TABLE_KEY_MAX : draw(dice, 5);
	for (size_t i = 0; i < size; i++)
		key[i] = letters[draw(dice, sizeof letters)];
	return span_of(key, size);
}

/* Both answer the same, in content and in order. */
static bool same_next(const struct table *a, const struct table *b, unsigned id, struct span prefix,
	struct span after, enum table_order order)
{
	struct span key_a = {0}, value_a = {0}, key_b = {0}, value_b = {0};
	enum err err_a = table_next(a, id, prefix, after, order, &key_a, &value_a, NULL);
	enum err err_b = table_next(b, id, prefix, after, order, &key_b, &value_b, NULL);
	return err_a == err_b &&
	       (err_a || (span_equal(key_a, key_b) && span_equal(value_a, value_b)));
}

static bool same_walk(
	const struct table *a, const struct table *b, unsigned id, enum table_order order)
{
	struct span key, value, none = {0};
	uint8_t last[TABLE_KEY_MAX];
	size_t last_size = 0;
	bool started = false;
	for (;;) {
		struct span after = started ? span_of(last, last_size) : none;
		if (!same_next(a, b, id, none, after, order))
			return false;
		if (table_next(a, id, none, after, order, &key, &value, NULL))
			return true;
		last_size = key.size;
		if (key.size)
			memcpy(last, key.at, key.size);
		started = true;
	}
}

TEST(tables_in_memory_and_on_disk_are_the_same)
{
	char folder[64], path[128];
	static const char *const names[] = {"state.db", NULL};
	struct memory *memory;
	struct state *state;
	uint64_t dice = 42;
	NEED(crypto_start() == OK && folder_make(folder));
	(void)snprintf(path, sizeof path, "%s/state.db", folder);
	NEED(memory_open(&memory, NULL) == OK);
	NEED(state_open(&state, path, NULL, STATE_WRITE, NULL) == OK);
	const struct table *a = memory_table(memory), *b = state_table(state);
	for (uint64_t batch = 0; batch < 20; batch++) {
		NEED(state_begin(state, NULL) == OK);
		for (int i = 0; i < 200; i++) {
			uint8_t key_bytes[TABLE_KEY_MAX], prefix_bytes[TABLE_KEY_MAX];
			struct span key = draw_key(&dice, key_bytes), value_a, value_b;
			struct span prefix = draw_key(&dice, prefix_bytes);
			unsigned id = draw(&dice, 3) * 60;
			char value[32];
			(void)snprintf(value, sizeof value, "%d", i);
			switch (draw(&dice, 6)) {
			case 0:
			case 1:
				NEED(table_put(a, id, key, span_text(value), NULL) == OK);
				NEED(table_put(b, id, key, span_text(value), NULL) == OK);
				break;
			case 2:
				NEED(table_drop(a, id, key, NULL) == OK);
				NEED(table_drop(b, id, key, NULL) == OK);
				break;
			case 3: {
				enum err err_a = table_get(a, id, key, &value_a, NULL);
				enum err err_b = table_get(b, id, key, &value_b, NULL);
				CHECK(err_a == err_b && (err_a || span_equal(value_a, value_b)));
				break;
			}
			default:
				CHECK(same_next(a, b, id, prefix, key, TABLE_UP));
				CHECK(same_next(a, b, id, prefix, key, TABLE_DOWN));
				CHECK(same_next(a, b, id, prefix, span_of(NULL, 0), TABLE_UP));
				CHECK(same_next(a, b, id, prefix, span_of(NULL, 0), TABLE_DOWN));
			}
		}
		uint8_t digest_a[HASH_SIZE], digest_b[HASH_SIZE];
		memory_digest(memory, digest_a);
		state_fold(state, digest_b);
		CHECK(memcmp(digest_a, digest_b, HASH_SIZE) == 0);
		NEED(state_commit(state, batch, batch * 10, NULL) == OK);
	}
	for (unsigned id = 0; id <= 120; id += 60) {
		CHECK(same_walk(a, b, id, TABLE_UP));
		CHECK(same_walk(a, b, id, TABLE_DOWN));
	}
	/* A reader of the closed file sees the same. */
	struct state *reader;
	struct state_place place;
	NEED(state_open(&reader, path, NULL, STATE_READ, NULL) == OK);
	CHECK(state_place(reader, &place, NULL) == OK && place.height == 19 && place.size == 190);
	CHECK(same_walk(a, state_table(reader), 60, TABLE_UP));
	CHECK(!state_table(reader)->put && !state_table(reader)->drop);
	state_free(reader);
	state_free(state);
	memory_free(memory);
	folder_remove(folder, names);
}

TEST(a_rolled_back_batch_leaves_nothing_behind)
{
	char folder[64], path[128];
	static const char *const names[] = {"state.db", NULL};
	struct state *state;
	struct span value;
	uint8_t before[HASH_SIZE], after[HASH_SIZE], hash[2][HASH_SIZE];
	NEED(folder_make(folder));
	(void)snprintf(path, sizeof path, "%s/state.db", folder);
	NEED(state_open(&state, path, NULL, STATE_WRITE, NULL) == OK);
	const struct table *table = state_table(state);
	NEED(state_begin(state, NULL) == OK);
	NEED(table_put(table, 1, span_text("a"), span_text("1"), NULL) == OK);
	state_fold(state, before);
	NEED(state_commit(state, 0, 1, NULL) == OK);
	NEED(state_hash_all(state, hash[0], NULL) == OK);
	NEED(state_begin(state, NULL) == OK);
	NEED(table_put(table, 1, span_text("a"), span_text("2"), NULL) == OK);
	NEED(table_put(table, 77, span_text("b"), span_text("2"), NULL) == OK); /* a new table */
	state_fold(state, after);
	CHECK(memcmp(before, after, HASH_SIZE) != 0);
	state_rollback(state);
	CHECK(table_get(table, 1, span_text("a"), &value, NULL) == OK && span_is(value, "1"));
	CHECK(table_get(table, 77, span_text("b"), &value, NULL) == ERR_NOT_FOUND);
	CHECK(state_hash_all(state, hash[1], NULL) == OK);
	CHECK(memcmp(hash[0], hash[1], HASH_SIZE) == 0);
	/* The same changes again give the same digest: nothing of the first try is in it. */
	uint8_t again[HASH_SIZE];
	NEED(state_begin(state, NULL) == OK);
	NEED(table_put(table, 1, span_text("a"), span_text("2"), NULL) == OK);
	NEED(table_put(table, 77, span_text("b"), span_text("2"), NULL) == OK);
	state_fold(state, again);
	CHECK(memcmp(after, again, HASH_SIZE) == 0);
	NEED(state_commit(state, 1, 2, NULL) == OK);
	CHECK(table_get(table, 77, span_text("b"), &value, NULL) == OK && span_is(value, "2"));
	state_free(state);
	folder_remove(folder, names);
}

TEST(the_digest_is_what_the_contract_says)
{
	/* One put of key "k" and value "v" in table 3, then a drop of it, as two batches. */
	static const uint8_t put[] = {1, 0, 3, 0, 1, 'k', 0, 0, 0, 1, 'v'};
	static const uint8_t drop[] = {2, 0, 3, 0, 1, 'k', 0, 0, 0, 0};
	struct memory *memory;
	uint8_t both[2 * HASH_SIZE] = {0}, digest[HASH_SIZE], got[HASH_SIZE];
	NEED(memory_open(&memory, NULL) == OK);
	NEED(table_put(memory_table(memory), 3, span_text("k"), span_text("v"), NULL) == OK);
	memory_digest(memory, got);
	hash_sha256(span_of(put, sizeof put), both + HASH_SIZE);
	hash_sha256(span_of(both, sizeof both), digest);
	CHECK(memcmp(digest, got, HASH_SIZE) == 0);
	NEED(table_drop(memory_table(memory), 3, span_text("k"), NULL) == OK);
	NEED(table_drop(memory_table(memory), 3, span_text("k"), NULL) == OK); /* no change */
	memory_digest(memory, got);
	memcpy(both, digest, HASH_SIZE);
	hash_sha256(span_of(drop, sizeof drop), both + HASH_SIZE);
	hash_sha256(span_of(both, sizeof both), digest);
	CHECK(memcmp(digest, got, HASH_SIZE) == 0);
	memory_free(memory);
}

TEST(outcomes_are_read_back_as_they_were_written)
{
	struct outcome in[300] = {{0}}, out[300];
	uint8_t memory[4096];
	struct buf buf;
	struct fault fault;
	in[3] = (struct outcome){.code = 9, .a = -5, .b = INT64_MAX};
	in[4] = (struct outcome){.alert = 700, .element = UINT32_MAX};
	in[299] = (struct outcome){.code = UINT16_MAX, .a = INT64_MIN};
	buf_over(&buf, memory, sizeof memory);
	outcomes_put(in, 300, &buf);
	CHECK(!buf.err && buf.size < 80);
	CHECK(outcomes_take(buf_span(&buf), out, 300, &fault) == OK);
	CHECK(memcmp(in, out, sizeof in) == 0 || outcome_equal(&in[299], &out[299]));
	for (size_t i = 0; i < 300; i++)
		CHECK_ROW(outcome_equal(&in[i], &out[i]), "outcome %zu", i);
	CHECK(outcomes_take(buf_span(&buf), out, 299, &fault) == ERR_RANGE);
	/* Out of order, the seal's, plain acceptance, cut: none of these is ever written. */
	static const struct {
		const char *bytes;
		size_t size;
	} wrong[] = {
		{"\x82\x86\x02\x01\x00\x00\x00\x00\x86\x01\x01\x00\x00\x00\x00", 15},
		{"\x81\x86\x00\x01\x00\x00\x00\x00", 8},
		{"\x81\x86\x01\x00\x00\x00\x00\x00", 8},
		{"\x81\x86\x01\x01\x00\x00\x00", 7},
		{"\x81\x85\x01\x01\x00\x00\x00", 7},
		{"\x80\x80", 2},
		{"", 0},
	};
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		CHECK_ROW(
			outcomes_take(span_of(wrong[i].bytes, wrong[i].size), out, 300, NULL) != OK,
			"row %zu", i);
}

/* Tiles as the edge gives them out. */
struct tiles {
	struct {
		unsigned level;
		uint64_t index;
		size_t size;
		uint8_t hashes[TILE_SIZE];
	} tile[32];
	size_t count;
};

static void tiles_put(struct tiles *tiles, unsigned level, uint64_t index, struct span hashes)
{
	size_t i = 0;
	while (i < tiles->count && (tiles->tile[i].level != level || tiles->tile[i].index != index))
		i++;
	tiles->count = i < tiles->count ? tiles->count : i + 1;
	tiles->tile[i].level = level;
	tiles->tile[i].index = index;
	tiles->tile[i].size = hashes.size;
	memcpy(tiles->tile[i].hashes, hashes.at, hashes.size);
}

static enum err tiles_full(
	void *self, unsigned level, uint64_t index, struct span hashes, struct fault *fault)
{
	(void)fault;
	tiles_put(self, level, index, hashes);
	return OK;
}

static enum err tiles_read(
	void *self, unsigned level, uint64_t index, unsigned width, struct span *hashes)
{
	struct tiles *tiles = self;
	for (size_t i = 0; i < tiles->count; i++)
		if (tiles->tile[i].level == level && tiles->tile[i].index == index &&
			tiles->tile[i].size >= (size_t)width * HASH_SIZE) {
			*hashes = span_of(tiles->tile[i].hashes, (size_t)width * HASH_SIZE);
			return OK;
		}
	return ERR_CORRUPT;
}

TEST(the_edge_comes_back_from_its_tiles)
{
	static struct edge edge, loaded;
	static struct tiles tiles;
	struct tree tree;
	struct edge_sink sink = {.self = &tiles, .full = tiles_full};
	struct tile_reader reader = {.self = &tiles, .read = tiles_read};
	tiles.count = 0;
	edge_init(&edge);
	tree_init(&tree);
	for (uint64_t size = 1; size <= 1100; size++) {
		uint8_t entry[HASH_SIZE], a[HASH_SIZE], b[HASH_SIZE], c[HASH_SIZE];
		unsigned level;
		uint64_t index;
		struct span hashes;
		hash_sha256(span_of(&size, sizeof size), entry);
		NEED(edge_append(&edge, entry, &sink, NULL) == OK);
		NEED(tree_append(&tree, entry, NULL) == OK);
		while (edge_take_partial(&edge, &level, &index, &hashes)) {
			CHECK(hashes.size / HASH_SIZE == tile_width(level, index, size));
			tiles_put(&tiles, level, index, hashes);
		}
		if (size % 37 && size % 256 > 1)
			continue;
		struct fault fault = {0};
		CHECK_ROW(edge_load(&loaded, size, &reader, &fault) == OK, "size %llu: %s",
			(unsigned long long)size, fault.text);
		tree_root(&tree, a);
		tree_root(&edge.tree, b);
		tree_root(&loaded.tree, c);
		CHECK_ROW(!memcmp(a, b, HASH_SIZE) && !memcmp(a, c, HASH_SIZE), "size %llu",
			(unsigned long long)size);
		for (unsigned l = 0; l < TILE_LEVELS; l++)
			CHECK(loaded.level[l].width == edge.level[l].width &&
				loaded.level[l].index == edge.level[l].index &&
				!memcmp(loaded.level[l].hash, edge.level[l].hash,
					(size_t)edge.level[l].width * HASH_SIZE));
	}
	tiles.count = 0;
	CHECK(edge_load(&loaded, 300, &reader, NULL) == ERR_CORRUPT);
}

TEST(refuses_files_of_others_and_newer_ones_by_name)
{
	char folder[64], path[128];
	static const char *const names[] = {"x.db", NULL};
	struct db *db = NULL;
	struct fault fault = {0};
	NEED(folder_make(folder));
	(void)snprintf(path, sizeof path, "%s/x.db", folder);
	struct db_options options = {.path = path,
		.mode = DB_NORMAL,
		.application = 7,
		.version = 2,
		.schema = "CREATE TABLE t(a)"};
	struct db_options absent = options;
	absent.schema = NULL;
	CHECK(db_open(&db, &absent, &fault) == ERR_NOT_FOUND);
	CHECK_ROW(strstr(fault.text, "x.db") != NULL, "%s", fault.text);
	CHECK(db_open(&db, &options, &fault) == OK && db_version(db) == 2);
	db_free(db);
	options.application = 8;
	CHECK(db_open(&db, &options, &fault) == ERR_VERSION);
	CHECK_ROW(strstr(fault.text, "another program") != NULL, "%s", fault.text);
	options.application = 7;
	options.version = 1;
	CHECK(db_open(&db, &options, &fault) == ERR_VERSION);
	CHECK_ROW(strstr(fault.text, "newer") != NULL, "%s", fault.text);
	options.version = 3;
	CHECK(db_open(&db, &options, &fault) == OK && db_version(db) == 2);
	/* A second writer is told who is in the way, not kept for ever. */
	struct db *second;
	options.busy_ms = 1;
	CHECK(db_open(&second, &options, &fault) == OK);
	CHECK(db_begin(db, NULL) == OK);
	CHECK(db_begin(second, &fault) == ERR_BUSY);
	CHECK_ROW(strstr(fault.text, "x.db") != NULL, "%s", fault.text);
	db_rollback(db);
	CHECK(db_begin(second, &fault) == OK);
	db_rollback(second);
	db_free(second);
	db_free(db);
	FILE *file = fopen(path, "wb");
	NEED(file);
	for (int i = 0; i < 1000; i++)
		(void)fputs("this is a text file\n", file);
	NEED(fclose(file) == 0);
	CHECK(db_open(&db, &options, &fault) == ERR_CORRUPT);
	CHECK_ROW(strstr(fault.text, "no database") != NULL, "%s", fault.text);
	folder_remove(folder, names);
}

TEST(queries_bind_and_read_every_type)
{
	struct db *db;
	struct db_query *put, *get;
	bool row;
	struct db_options options = {.mode = DB_TEMPORARY,
		.application = 1,
		.version = 1,
		.schema = "CREATE TABLE t(i, r, b, x, n)"};
	NEED(db_open(&db, &options, NULL) == OK);
	NEED(db_prepare(db, "INSERT INTO t VALUES(?1, ?2, ?3, ?4, ?5)", &put, NULL) == OK);
	NEED(db_prepare(db, "SELECT i, r, b, x, n FROM t", &get, NULL) == OK);
	db_bind_int(put, 1, INT64_MIN);
	db_bind_real(put, 2, 0.5);
	db_bind_bytes(put, 3, span_of(NULL, 0));
	db_bind_text(put, 4, span_text("h\xc3\xa9"));
	db_bind_null(put, 5);
	CHECK(db_run(put, NULL) == OK && db_changes(db) == 1 && db_last_rowid(db) == 1);
	CHECK(db_step(get, &row, NULL) == OK && row);
	CHECK(db_int(get, 0) == INT64_MIN);
	CHECK(db_real(get, 1) > 0.4 && db_real(get, 1) < 0.6);
	CHECK(!db_is_null(get, 2) && db_bytes(get, 2).size == 0);
	CHECK(span_is(db_text(get, 3), "h\xc3\xa9"));
	CHECK(db_is_null(get, 4) && !db_is_null(get, 0));
	CHECK(db_step(get, &row, NULL) == OK && !row);
	db_reset(get);
	/* A bind that cannot be is reported, not swallowed. */
	struct fault fault = {0};
	db_bind_int(put, 9, 1);
	CHECK(db_run(put, &fault) == ERR_IO && fault.text[0]);
	/* Savepoints. */
	CHECK(db_begin(db, NULL) == OK && db_is_open_transaction(db));
	CHECK(db_savepoint(db, "one", NULL) == OK && db_run(put, NULL) == OK);
	CHECK(db_undo(db, "one", NULL) == OK);
	CHECK(db_savepoint(db, "two", NULL) == OK && db_run(put, NULL) == OK);
	CHECK(db_release(db, "two", NULL) == OK && db_commit(db, NULL) == OK);
	struct db_query *count;
	NEED(db_prepare(db, "SELECT count(*) FROM t", &count, NULL) == OK);
	CHECK(db_step(count, &row, NULL) == OK && db_int(count, 0) == 2);
	db_free(db);
}

/* Runs as somebody without rights: root may write everywhere. */
TEST(a_folder_that_cannot_be_written_is_said_to_be_so)
{
	char folder[64], path[128];
	static const char *const names[] = {"x.db", NULL};
	NEED(folder_make(folder));
	(void)snprintf(path, sizeof path, "%s/x.db", folder);
	struct db_options options = {.path = path,
		.mode = DB_FULL,
		.application = 7,
		.version = 1,
		.schema = "CREATE TABLE t(a)"};
	struct db *db;
	NEED(db_open(&db, &options, NULL) == OK);
	NEED(db_exec(db, "INSERT INTO t VALUES(5)", NULL) == OK);
	db_free(db);
	NEED(chmod(folder, 0555) == 0 && chmod(path, 0444) == 0);
	pid_t child = fork();
	if (child == 0) {
		struct fault fault = {0};
		struct db_query *query;
		bool row = false;
		if (getuid() == 0 && setuid(65534) != 0)
			_exit(9);
		if (db_open(&db, &options, &fault) != ERR_READONLY)
			_exit(1);
		if (!strstr(fault.text, "not writable"))
			_exit(2);
		char other[160];
		(void)snprintf(other, sizeof other, "%s-other", path);
		options.path = other;
		if (db_open(&db, &options, &fault) != ERR_READONLY)
			_exit(3);
		/* Reading works all the same. */
		options.path = path;
		options.mode = DB_READ;
		if (db_open(&db, &options, &fault) != OK)
			_exit(4);
		if (db_prepare(db, "SELECT a FROM t", &query, NULL) || db_step(query, &row, NULL) ||
			!row || db_int(query, 0) != 5)
			_exit(5);
		db_free(db);
		_exit(0);
	}
	int status = 0;
	NEED(child > 0 && waitpid(child, &status, 0) == child);
	CHECK_ROW(WIFEXITED(status) && WEXITSTATUS(status) == 0, "child: %x", (unsigned)status);
	(void)chmod(folder, 0755);
	folder_remove(folder, names);
}

TAP_MAIN(CASE(tables_in_memory_and_on_disk_are_the_same),
	CASE(a_rolled_back_batch_leaves_nothing_behind), CASE(the_digest_is_what_the_contract_says),
	CASE(outcomes_are_read_back_as_they_were_written), CASE(the_edge_comes_back_from_its_tiles),
	CASE(refuses_files_of_others_and_newer_ones_by_name),
	CASE(queries_bind_and_read_every_type),
	CASE(a_folder_that_cannot_be_written_is_said_to_be_so))
