/* Bits that turn on the disk: anywhere in the databases of a ledger and in their WALs, in files
 * that were closed by a crash and under readers that are open. Whatever is answered afterwards is
 * what was answered before, or a refusal; and an audit of the files finds it. ASSAY_FLIPS sets how
 * many places are tried of each sort (30), ASSAY_FLIPS_SEED where they begin. */
#include "tests/unit/small_ledger.h"
#include "tests/tap.h"

#include "ledger/audit.h"
#include "ledger/base/db.h"
#include "ledger/entries_follow.h"
#include "ledger/reader.h"

#include <fcntl.h>

#define FLIPS    30
#define ASKED    24 /* positions asked for each time */
#define MANY_ALL 4000 /* statements of the first batch: a run of entries is sorted */
#define MANY_FEW 300 /* where all are audited again and again */

/* What is right, as it was answered before anything was turned. */
struct truth {
	uint64_t position[ASKED];
	uint8_t entry[ASKED][ENTRY_SIZE];
	uint8_t statement[ASKED][HASH_SIZE], receipt[ASKED][HASH_SIZE];
	uint8_t name[ASKED][16];
	uint64_t rows;
	uint8_t rows_hash[HASH_SIZE], digest[HASH_SIZE];
};

struct world {
	struct small_ledger small;
	struct truth truth;
	uint64_t dice;
	uint64_t floor; /* what was signed */
	int many; /* statements of the first batch */
	size_t refused, right, found, missed;
};

static const char *const images[] = {
	"ledger.db", "ledger.db-wal", "state.db", "state.db-wal", "entries.db", "entries.db-wal"};
#define IMAGES (sizeof images / sizeof images[0])

static uint32_t draw(uint64_t *dice, uint32_t below)
{
	*dice = *dice * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*dice >> 33) % below;
}

static void path_of(const struct world *world, const char *name, const char *end, char path[160])
{
	(void)snprintf(path, 160, "%s/%s%s", world->small.folder, name, end);
}

/* ---- the ledger ---- */

static bool put_many(struct world *world, struct node *node, int from, int count)
{
	struct buf *out = calloc((size_t)count, sizeof *out);
	struct span *bytes = calloc((size_t)count, sizeof *bytes);
	struct answer *answers = calloc((size_t)count, sizeof *answers);
	bool right = out && bytes && answers;
	for (int i = 0; right && i < count; i++) {
		char name[16];
		(void)snprintf(name, sizeof name, "n%05d", from + i);
		buf_init(&out[i], STATEMENT_SIZE_MAX);
		right = small_put_statement(
			&world->small, SMALL_APPLIANCE, name, "value", -1, &out[i]);
		bytes[i] = buf_span(&out[i]);
	}
	right = right &&
		small_step(&world->small, node, bytes, (size_t)count, false, answers, NULL) == OK;
	for (int i = 0; right && i < count; i++)
		right = answer_is_recorded(&answers[i]);
	for (int i = 0; i < count; i++)
		buf_close(&out[i]);
	free(out);
	free(bytes);
	free(answers);
	return right;
}

static bool move_wal(const struct world *world, const char *name, uint32_t application)
{
	char path[160];
	struct db *db;
	struct db_options options = {
		.path = path, .mode = DB_NORMAL, .application = application, .version = 1};
	path_of(world, name, "", path);
	if (db_open(&db, &options, NULL))
		return false;
	bool moved = db_checkpoint(db, NULL, NULL) == OK;
	db_free(db);
	return moved;
}

static bool sort_entries(const struct world *world, unsigned runs)
{
	char path[160];
	struct entries *entries = NULL;
	struct reader *reader = NULL;
	struct fault fault = {0};
	bool behind;
	path_of(world, "entries.db", "", path);
	enum err err = reader_open(&reader, world->small.folder, &world->small.env, &fault);
	if (!err)
		err = entries_open(&entries, path, NULL, ENTRIES_WRITE, &fault);
	if (!err)
		err = entries_follow(entries, reader, runs, &behind, &fault);
	entries_free(entries);
	reader_free(reader);
	if (err)
		printf("# entries: %s\n", fault.text);
	return !err;
}

/* Two runs of entries, pages in the files and newer ones in the WALs; copied while it is open, as a
 * crash would leave it. */
static bool world_open(struct world *world, int many)
{
	memset(world, 0, sizeof *world);
	world->many = many;
	struct node *node = small_open(&world->small);
	if (!node)
		return false;
	world->small.now_ms += 1000;
	bool right = put_many(world, node, 0, many) && put_many(world, node, many, 200) &&
		     sort_entries(world, 1) && move_wal(world, "ledger.db", 0x41534c47) &&
		     move_wal(world, "state.db", 0x41535354);
	for (int i = 0; right && i < 5; i++) {
		world->small.now_ms += 1000;
		right = put_many(world, node, 5000 + 20 * i, 20);
	}
	for (size_t i = 0; right && i < IMAGES; i++) {
		char path[160], kept[160];
		path_of(world, images[i], "", path);
		path_of(world, images[i], ".kept", kept);
		right = access(path, F_OK) != 0 || small_file_copy(path, kept);
	}
	world->floor = world->small.floor;
	node_free(node);
	return right;
}

static void restore(const struct world *world)
{
	for (size_t i = 0; i < IMAGES; i++) {
		char path[160], kept[160];
		path_of(world, images[i], ".kept", kept);
		path_of(world, images[i], "", path);
		(void)unlink(path);
		if (access(kept, F_OK) == 0 && !small_file_copy(kept, path))
			printf("# cannot put %s back\n", path);
		path_of(world, images[i], "-shm", path);
		(void)unlink(path);
	}
}

/* ---- asking ---- */

static enum err ask_one(struct reader *reader, struct truth *truth, size_t i, struct fault *fault)
{
	struct recorded recorded;
	struct buf bytes;
	uint64_t found;
	buf_init(&bytes, STATEMENT_SIZE_MAX);
	enum err err = reader_recorded(reader, truth->position[i], &recorded, fault);
	if (!err)
		err = reader_statement(reader, truth->position[i], &bytes, fault);
	if (!err) {
		memcpy(truth->entry[i], recorded.entry, ENTRY_SIZE);
		hash_sha256(buf_span(&bytes), truth->statement[i]);
		buf_reset(&bytes);
		err = reader_receipt(reader, truth->position[i], &bytes, fault);
	}
	if (!err) {
		hash_sha256(buf_span(&bytes), truth->receipt[i]);
		err = reader_find_entry(reader, recorded.entry, &found, fault);
	}
	if (!err && found != truth->position[i])
		err = ERR_RANGE; /* of another: a wrong answer */
	buf_close(&bytes);
	return err;
}

/* All rows of the application's table, as a check reads them. */
static enum err ask_rows(const struct table *table, struct truth *truth, struct fault *fault)
{
	struct sha256 sha;
	struct span key = {0}, value;
	uint8_t memory[TABLE_KEY_MAX];
	struct span after = {0};
	enum err err;
	sha256_init(&sha);
	truth->rows = 0;
	while (!(err = table_next(table, SMALL_PUT, span_of(NULL, 0), after, TABLE_UP, &key, &value,
			 fault))) {
		sha256_put(&sha, key);
		sha256_put(&sha, value);
		truth->rows++;
		memcpy(memory, key.at, key.size);
		after = span_of(memory, key.size);
	}
	sha256_end(&sha, truth->rows_hash);
	return err == ERR_NOT_FOUND ? OK : err;
}

static enum err ask_names(const struct table *table, const struct truth *truth, struct fault *fault)
{
	enum err err = OK;
	for (size_t i = 0; !err && i < ASKED; i++) {
		struct span value;
		struct span name = span_text((const char *)truth->name[i]);
		err = table_get(table, SMALL_PUT, name, &value, fault);
		if (err == ERR_NOT_FOUND || (!err && !span_is(value, "value")))
			err = ERR_RANGE;
	}
	return err;
}

/* Fills what is answered; the first refusal ends it, and is no wrong answer. */
static enum err ask(struct reader *reader, struct truth *truth, struct fault *fault)
{
	struct snapshot snapshot;
	enum err err = reader_begin(reader, &snapshot, fault);
	if (err)
		return err;
	memcpy(truth->digest, snapshot.digest, HASH_SIZE);
	err = ask_names(snapshot.table, truth, fault);
	for (size_t i = 0; !err && i < ASKED; i++)
		err = ask_one(reader, truth, i, fault);
	if (!err)
		err = ask_rows(snapshot.table, truth, fault);
	reader_end(reader);
	return err;
}

static bool learn(struct world *world)
{
	struct reader *reader;
	struct fault fault = {0};
	struct truth *truth = &world->truth;
	for (size_t i = 0; i < ASKED; i++) {
		truth->position[i] = draw(&world->dice, (uint32_t)world->many + 300);
		(void)snprintf((char *)truth->name[i], sizeof truth->name[i], "n%05u",
			draw(&world->dice, (uint32_t)world->many + 200));
	}
	if (reader_open(&reader, world->small.folder, &world->small.env, &fault))
		return false;
	enum err err = ask(reader, truth, &fault);
	reader_free(reader);
	if (err)
		printf("# asking: %s\n", fault.text);
	return !err;
}

/* ---- turning ---- */

struct turn {
	const char *file;
	off_t at;
	unsigned size; /* bytes */
	bool is_zeroed; /* a sector lost its bytes */
};

/* One bit in most turns, else some, or a whole sector. */
static bool turn_make(struct world *world, const char *file, struct turn *turn)
{
	char path[160];
	struct stat about;
	path_of(world, file, "", path);
	if (stat(path, &about) != 0 || about.st_size == 0)
		return false;
	turn->file = file;
	unsigned kind = draw(&world->dice, 8);
	turn->is_zeroed = kind == 0;
	turn->size = kind == 0 ? 512 : kind == 1 ? 16 : 1;
	turn->at = (off_t)draw(&world->dice, (uint32_t)about.st_size);
	turn->at -= kind == 0 ? turn->at % 512 : 0;
	int fd = open(path, O_RDWR | O_CLOEXEC);
	uint8_t bytes[512], before[512];
	ssize_t size = fd < 0 ? -1 : pread(fd, bytes, turn->size, turn->at);
	memcpy(before, bytes, sizeof before);
	for (ssize_t i = 0; i < size; i++) {
		unsigned bit = 1u << draw(&world->dice, 8);
		bytes[i] = turn->is_zeroed ? (uint8_t)0 : (uint8_t)(bytes[i] ^ bit);
	}
	bool turned = size > 0 && memcmp(before, bytes, (size_t)size) != 0 &&
		      pwrite(fd, bytes, (size_t)size, turn->at) == size;
	if (fd >= 0)
		(void)close(fd);
	return turned;
}

static void judge_answers(struct tap *tap, struct world *world, struct reader *reader,
	const struct turn *turn, const char *when)
{
	struct truth said = world->truth;
	struct fault fault = {0};
	enum err err = ask(reader, &said, &fault);
	world->refused += err != OK;
	world->right += err == OK;
	/* Up to the refusal all is as before; ERR_RANGE is what ask makes of a wrong answer. */
	CHECK_ROW(err != ERR_RANGE && !memcmp(said.entry, world->truth.entry, sizeof said.entry) &&
			  !memcmp(said.statement, world->truth.statement, sizeof said.statement) &&
			  !memcmp(said.receipt, world->truth.receipt, sizeof said.receipt),
		"%s: %s at %lld, %u bytes: a wrong answer", when, turn->file, (long long)turn->at,
		turn->size);
	CHECK_ROW(err || (said.rows == world->truth.rows &&
				 !memcmp(said.rows_hash, world->truth.rows_hash, HASH_SIZE)),
		"%s: %s at %lld, %u bytes: other rows", when, turn->file, (long long)turn->at,
		turn->size);
	CHECK_ROW(!err || (fault.err == err && fault.text[0]),
		"%s: %s at %lld: %d without a sentence", when, turn->file, (long long)turn->at,
		err);
}

static size_t flips_wanted(void)
{
	const char *wanted = getenv("ASSAY_FLIPS");
	return wanted ? (size_t)atoi(wanted) : FLIPS;
}

static bool begin(struct world *world, int many)
{
	const char *seed = getenv("ASSAY_FLIPS_SEED");
	if (!world_open(world, many))
		return false;
	world->dice = seed ? (uint64_t)atoi(seed) : 11;
	restore(world);
	return learn(world);
}

static void end(struct world *world, const char *what)
{
	printf("# %s: %zu answered right, %zu refused; audits: %zu found, %zu nothing\n", what,
		world->right, world->refused, world->found, world->missed);
	small_close(&world->small, NULL);
}

/* A WAL that ends at a turned bit is an older file to SQLite: of state.db that is made good when it
 * starts; of ledger.db it is noticed by state.db, which is then ahead, or by the floor. */
static void judge_closed(struct tap *tap, struct world *world, const struct turn *turn)
{
	struct audit_report report;
	struct fault fault = {0};
	struct reader *reader = NULL;
	struct node *node = NULL;
	struct audit_options options = {
		.folder = world->small.folder, .env = &world->small.env, .app = &world->small.app};
	enum err err = audit(&options, &report, &fault);
	CHECK_ROW(err == OK, "%s at %lld: %s", turn->file, (long long)turn->at, fault.text);
	world->found += report.what != AUDIT_NOTHING;
	world->missed += report.what == AUDIT_NOTHING;
	world->small.floor = world->floor;
	err = node_open(&node, &world->small.options, &fault);
	if (!err)
		err = reader_open(&reader, world->small.folder, &world->small.env, &fault);
	if (!err)
		judge_answers(tap, world, reader, turn, "closed");
	world->refused += err != OK;
	CHECK_ROW(!err || strstr(fault.text, ".db") || strstr(fault.text, "floor"),
		"%s at %lld: %s", turn->file, (long long)turn->at, fault.text);
	reader_free(reader);
	node_free(node);
	/* Not found, since a newer form of the page stood in the WAL: closing put that there. */
	if (report.what == AUDIT_NOTHING)
		CHECK_ROW(!audit(&options, &report, &fault) && report.what == AUDIT_NOTHING,
			"%s at %lld, %u bytes was not found, and stays: %s", turn->file,
			(long long)turn->at, turn->size, report.fault.text);
}

TEST(what_turned_in_closed_files_is_found_and_never_answered)
{
	static struct world world;
	NEED(begin(&world, MANY_FEW));
	size_t wanted = flips_wanted();
	for (size_t i = 0; i < wanted && !tap->failed_checks; i++) {
		struct turn turn;
		restore(&world);
		if (turn_make(&world, images[i % 4], &turn))
			judge_closed(tap, &world, &turn);
	}
	end(&world, "closed files");
}

TEST(what_turns_under_an_open_reader_is_never_answered)
{
	static struct world world;
	NEED(begin(&world, MANY_ALL));
	size_t wanted = flips_wanted();
	for (size_t i = 0; i < wanted && !tap->failed_checks; i++) {
		struct turn turn;
		struct fault fault = {0};
		struct reader *reader = NULL;
		struct snapshot snapshot;
		restore(&world);
		NEED(reader_open(&reader, world.small.folder, &world.small.env, &fault) == OK);
		NEED(reader_begin(reader, &snapshot, &fault) == OK);
		reader_end(reader);
		if (turn_make(&world, images[i % IMAGES], &turn))
			judge_answers(tap, &world, reader, &turn, "open");
		reader_free(reader);
	}
	end(&world, "open files");
}

/* What lies behind the sorted entries is looked for in the log, but not all of it. */
TEST(sorted_entries_that_are_damaged_are_said_to_be)
{
	static struct world world;
	struct reader *reader = NULL;
	struct recorded recorded;
	struct fault fault = {0};
	uint64_t position;
	char path[160];
	memset(&world, 0, sizeof world);
	struct node *node = small_open(&world.small);
	NEED(node);
	for (int i = 0; i < 6; i++)
		NEED(put_many(&world, node, i * MANY_ALL, MANY_ALL));
	NEED(sort_entries(&world, 5));
	node_free(node);
	NEED(reader_open(&reader, world.small.folder, &world.small.env, &fault) == OK);
	NEED(reader_recorded(reader, 100, &recorded, &fault) == OK);
	CHECK(reader_find_entry(reader, recorded.entry, &position, &fault) == OK &&
		position == 100);
	reader_free(reader);
	/* Its pages, but for the first, which says what the file is. */
	path_of(&world, "entries.db", "", path);
	FILE *file = fopen(path, "r+");
	NEED(file && fseek(file, 4096, SEEK_SET) == 0);
	for (int i = 0; i < 20000; i++)
		(void)fputc(0x55, file);
	NEED(fclose(file) == 0);
	NEED(reader_open(&reader, world.small.folder, &world.small.env, &fault) == OK);
	CHECK_ROW(reader_find_entry(reader, recorded.entry, &position, &fault) == ERR_CORRUPT &&
			  strstr(fault.text, "entries.db") && strstr(fault.text, "remove it"),
		"%s", fault.text);
	reader_free(reader);
	small_close(&world.small, NULL);
}

TAP_MAIN(CASE(what_turned_in_closed_files_is_found_and_never_answered),
	CASE(what_turns_under_an_open_reader_is_never_answered),
	CASE(sorted_entries_that_are_damaged_are_said_to_be))
