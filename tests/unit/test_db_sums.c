/* Page sums: what SQLite does to its files passes through them unharmed, what a disk does to them
 * is refused. */
#include "ledger/base/crypto.h"
#include "ledger/base/db.h"
#include "ledger/base/db_sums.h"
#include "tests/tap.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define APPLICATION 0x41535431
#define ROWS        400

struct place {
	char folder[64], path[96], wal[100];
};

static bool place_make(struct place *place)
{
	(void)snprintf(place->folder, sizeof place->folder, P_tmpdir "/assay-sums-XXXXXX");
	bool made = crypto_start() == OK && mkdtemp(place->folder);
	(void)snprintf(place->path, sizeof place->path, "%s/a.db", place->folder);
	(void)snprintf(place->wal, sizeof place->wal, "%s-wal", place->path);
	return made;
}

static void place_remove(const struct place *place)
{
	static const char *const names[] = {"a.db", "a.db-wal", "a.db-shm", "b.db"};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		char path[128];
		(void)snprintf(path, sizeof path, "%s/%s", place->folder, names[i]);
		(void)unlink(path);
	}
	(void)rmdir(place->folder);
}

static struct db *open_db(const char *path, unsigned page_size, unsigned cache_kib)
{
	struct db *db = NULL;
	struct fault fault = {0};
	struct db_options options = {.path = path,
		.mode = DB_NORMAL,
		.application = APPLICATION,
		.version = 1,
		.schema = "CREATE TABLE row(id INTEGER PRIMARY KEY, text BLOB NOT NULL);"
			  "CREATE INDEX row_text ON row(text);",
		.page_size = page_size,
		.cache_kib = cache_kib,
		.keep_wal = true};
	if (db_open(&db, &options, &fault))
		printf("# %s\n", fault.text);
	return db;
}

static int64_t ask(struct db *db, const char *sql, enum err *err, struct fault *fault)
{
	struct db_query *query = NULL;
	bool row = false;
	int64_t value = -1;
	*err = db_prepare(db, sql, &query, fault);
	if (!*err)
		*err = db_step(query, &row, fault);
	if (!*err && row)
		value = db_int(query, 0);
	db_query_free(query);
	return value;
}

static bool put_rows(struct db *db, int from, int to)
{
	struct fault fault = {0};
	enum err err = db_begin(db, &fault);
	for (int i = from; !err && i < to; i++) {
		char sql[96];
		(void)snprintf(sql, sizeof sql,
			"INSERT OR REPLACE INTO row VALUES(%d, randomblob(%d))", i,
			i % 50 == 7 ? 9000 : 150);
		err = db_exec(db, sql, &fault);
	}
	if (!err)
		err = db_commit(db, &fault);
	if (err)
		printf("# %s\n", fault.text);
	return !err;
}

static bool turn(const char *path, off_t at, uint8_t with)
{
	uint8_t byte;
	int fd = open(path, O_RDWR | O_CLOEXEC);
	bool turned = fd >= 0 && pread(fd, &byte, 1, at) == 1;
	byte ^= with;
	turned = turned && pwrite(fd, &byte, 1, at) == 1;
	if (fd >= 0)
		(void)close(fd);
	return turned;
}

static off_t size_of(const char *path)
{
	struct stat about;
	return stat(path, &about) ? 0 : about.st_size;
}

TEST(a_sum_knows_every_bit_of_a_page_and_its_number)
{
	static uint8_t page[4096];
	for (size_t i = 0; i < sizeof page; i++)
		page[i] = (uint8_t)(i * i >> 3);
	uint64_t sum = db_sums_page(page, sizeof page, 5);
	CHECK(sum != db_sums_page(page, sizeof page, 6));
	CHECK(sum != db_sums_page(page, sizeof page / 2, 5));
	for (size_t bit = 0; bit < 8 * (sizeof page - DB_SUMS_SIZE); bit++) {
		page[bit / 8] ^= (uint8_t)(1u << bit % 8);
		CHECK_ROW(sum != db_sums_page(page, sizeof page, 5), "bit %zu", bit);
		/* the same bit of the next word, and of the next of its lane */
		page[(bit / 8 + 32) % 4088] ^= (uint8_t)(1u << bit % 8);
		CHECK_ROW(sum != db_sums_page(page, sizeof page, 5), "bits %zu", bit);
		page[(bit / 8 + 32) % 4088] ^= (uint8_t)(1u << bit % 8);
		page[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	CHECK(sum == db_sums_page(page, sizeof page, 5));
	/* Sectors that change places. */
	uint8_t sector[512];
	memcpy(sector, page, 512);
	memmove(page, page + 512, 512);
	memcpy(page + 512, sector, 512);
	CHECK(sum != db_sums_page(page, sizeof page, 5));
}

/* A cache of a few pages makes the writer put pages into the WAL early, replace them there, and
 * read them again before the commit. */
TEST(a_writer_reads_what_it_replaced_in_its_wal)
{
	static const unsigned sizes[] = {0, 8192};
	for (size_t i = 0; i < 2; i++) {
		struct place place;
		struct fault fault = {0};
		enum err err;
		NEED(place_make(&place));
		struct db *db = open_db(place.path, sizes[i], 16);
		NEED(db && put_rows(db, 0, ROWS) && put_rows(db, ROWS / 2, 2 * ROWS));
		CHECK(db_begin(db, &fault) == OK);
		CHECK(db_exec(db, "UPDATE row SET text = randomblob(100)", &fault) == OK);
		CHECK(db_exec(db, "UPDATE row SET text = randomblob(150) WHERE id % 3", &fault) ==
			OK);
		CHECK(ask(db, "SELECT count(*) FROM row WHERE length(text) = 100", &err, &fault) ==
			(2 * ROWS + 2) / 3);
		db_rollback(db);
		CHECK(db_begin(db, &fault) == OK);
		CHECK_ROW(db_exec(db, "UPDATE row SET text = randomblob(101)", &fault) == OK, "%s",
			fault.text);
		CHECK_ROW(db_exec(db, "UPDATE row SET text = randomblob(99)", &fault) == OK, "%s",
			fault.text);
		CHECK(db_commit(db, &fault) == OK);
		/* Another connection reads it all, before and after it is moved. */
		struct db *other = open_db(place.path, 0, 0);
		NEED(other);
		CHECK(ask(other, "SELECT count(*) FROM row WHERE length(text) = 99", &err,
			      &fault) == 2 * ROWS);
		CHECK_ROW(!err, "%s", fault.text);
		CHECK(db_checkpoint(other, NULL, &fault) == OK);
		CHECK_ROW(db_check_structure(other, &fault) == OK, "%s", fault.text);
		CHECK(db_exec(other, "DELETE FROM row WHERE id > 10; VACUUM", &fault) == OK);
		CHECK(db_checkpoint_truncate(other, &fault) == OK);
		CHECK_ROW(db_check_structure(db, &fault) == OK, "%s", fault.text);
		db_free(other);
		db_free(db);
		place_remove(&place);
	}
}

TEST(a_byte_changed_in_any_page_is_refused_with_its_number)
{
	struct place place;
	NEED(place_make(&place));
	struct db *db = open_db(place.path, 0, 0);
	NEED(db && put_rows(db, 0, ROWS));
	struct fault fault = {0};
	NEED(db_exec(db, "DELETE FROM row WHERE id BETWEEN 100 AND 200", &fault) == OK);
	db_free(db);
	off_t size = size_of(place.path);
	CHECK(size_of(place.wal) == 0 && size > 20 * 4096);
	for (off_t at = 4096 + 13; at < size; at += 4096 + 37) {
		char words[32];
		(void)snprintf(words, sizeof words, "page %lld ", (long long)(at / 4096 + 1));
		NEED(turn(place.path, at, 0x10));
		db = open_db(place.path, 0, 0);
		NEED(db);
		CHECK_ROW(db_check_structure(db, &fault) == ERR_CORRUPT &&
				  strstr(fault.text, words) && strstr(fault.text, "a.db"),
			"%lld: %s", (long long)at, fault.text);
		db_free(db);
		NEED(turn(place.path, at, 0x10));
	}
	/* Page 1, and in it what says that there are sums. */
	for (off_t at = 0; at < 4096; at += at < 100 ? 1 : 61) {
		struct db_options options = {.path = place.path,
			.mode = DB_READ,
			.application = APPLICATION,
			.version = 1};
		NEED(turn(place.path, at, 0x08));
		enum err err = db_open(&db, &options, &fault);
		CHECK_ROW(err == ERR_CORRUPT, "byte %lld: %s", (long long)at,
			err ? fault.text : "taken");
		if (!err)
			db_free(db);
		NEED(turn(place.path, at, 0x08));
	}
	place_remove(&place);
}

TEST(a_byte_changed_in_the_wal_is_refused_while_it_is_read)
{
	struct place place;
	enum err err;
	struct fault fault = {0};
	NEED(place_make(&place));
	struct db *db = open_db(place.path, 0, 0);
	NEED(db && put_rows(db, 0, 40) && put_rows(db, 40, 80));
	off_t size = size_of(place.wal);
	size_t refused = 0;
	for (off_t at = 32; at < size; at += 501) {
		struct db *reader = open_db(place.path, 0, 0);
		NEED(reader && turn(place.wal, at, 0x01));
		int64_t sum = ask(reader, "SELECT sum(id) FROM row", &err, &fault);
		CHECK_ROW(err == ERR_CORRUPT || sum == 79 * 40, "%lld: %lld: %s", (long long)at,
			(long long)sum, fault.text);
		CHECK_ROW(!err || strstr(fault.text, "WAL"), "%s", fault.text);
		refused += err != OK;
		db_free(reader);
		NEED(turn(place.wal, at, 0x01));
	}
	CHECK_ROW(refused > 5, "%zu", refused);
	db_free(db);
	place_remove(&place);
}

TEST(a_copy_has_sums_of_its_own)
{
	struct place place;
	char copy[128];
	struct fault fault = {0};
	NEED(place_make(&place));
	(void)snprintf(copy, sizeof copy, "%s/b.db", place.folder);
	struct db *db = open_db(place.path, 0, 0);
	NEED(db && put_rows(db, 0, ROWS)); /* all in the WAL still */
	CHECK_ROW(db_copy(db, copy, &fault) == OK, "%s", fault.text);
	db_free(db);
	db = open_db(copy, 0, 0);
	NEED(db);
	CHECK_ROW(db_check_structure(db, &fault) == OK, "%s", fault.text);
	db_free(db);
	place_remove(&place);
}

TAP_MAIN(CASE(a_sum_knows_every_bit_of_a_page_and_its_number),
	CASE(a_writer_reads_what_it_replaced_in_its_wal),
	CASE(a_byte_changed_in_any_page_is_refused_with_its_number),
	CASE(a_byte_changed_in_the_wal_is_refused_while_it_is_read),
	CASE(a_copy_has_sums_of_its_own))
