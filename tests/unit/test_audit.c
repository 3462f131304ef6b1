#include "tests/unit/small_ledger.h"
#include "tests/tap.h"

#include "ledger/audit.h"
#include "ledger/base/db.h"

#define LEDGER_APPLICATION 0x41534c47
#define STATE_APPLICATION  0x41535354

static bool step_one(struct small_ledger *small, struct node *node, struct buf *out, unsigned code)
{
	static struct answer answer;
	struct span bytes = buf_span(out);
	enum err err = small_step(small, node, &bytes, 1, false, &answer, NULL);
	buf_reset(out);
	if (err || answer.outcome.code != code)
		printf("# step: err %d code %u, wanted %u\n", err, answer.outcome.code, code);
	return !err && answer.outcome.code == code;
}

/* Something of everything: accepted, refused, alerts, evidence, a delivery, full tiles. */
static bool fill(struct small_ledger *small, struct node *node)
{
	static struct answer answers[280];
	struct buf out, inner, body;
	uint8_t memory[4096];
	buf_init(&out, STATEMENT_SIZE_MAX);
	buf_init(&inner, STATEMENT_SIZE_MAX);
	buf_over(&body, memory, sizeof memory);
	bool right = small_put_statement(small, SMALL_APPLIANCE, "a", "1", 10, &out) &&
		     step_one(small, node, &out, 0);
	right = right && small_put_statement(small, SMALL_APPLIANCE, "a", "2", 11, &out) &&
		step_one(small, node, &out, SMALL_TAKEN);
	right = right && small_put_statement(small, SMALL_APPLIANCE, "b", "2", 10, &out) &&
		step_one(small, node, &out, OUTCOME_SEQUENCE_REUSED);
	right = right && small_put_statement(small, SMALL_STATION, "late", "1", 5, &inner);
	struct delivery_body delivery = {.statement = buf_span(&inner)};
	delivery_body_encode(&delivery, &body);
	right = right &&
		small_statement_at(small, SMALL_APPLIANCE, KIND_DELIVERY, "delivery",
			buf_span(&body), 12, &out) &&
		step_one(small, node, &out, 0);
	buf_reset(&body);
	cbor_put_map(&body, 0);
	for (int i = 0; i < 5; i++) {
		small->now_ms += 20000;
		right = right &&
			small_statement_at(small, SMALL_APPLIANCE, SMALL_COUNT, "count",
				buf_span(&body), 20 + i, &out) &&
			step_one(small, node, &out, 0);
	}
	struct buf many[280];
	struct span bytes[280];
	for (int i = 0; i < 280; i++) {
		char name[16];
		(void)snprintf(name, sizeof name, "n%d", i);
		buf_init(&many[i], STATEMENT_SIZE_MAX);
		right = right &&
			small_put_statement(small, SMALL_APPLIANCE, name, "1", 100 + i, &many[i]);
		bytes[i] = buf_span(&many[i]);
	}
	right = right && small_step(small, node, bytes, 280, false, answers, NULL) == OK;
	for (int i = 0; i < 280; i++)
		buf_close(&many[i]);
	small->now_ms += 20000;
	right = right && node_idle(node, NULL) == OK;
	buf_close(&out);
	buf_close(&inner);
	return right;
}

static struct audit_options options_of(struct small_ledger *small)
{
	return (struct audit_options){
		.folder = small->folder, .env = &small->env, .app = &small->app};
}

/* A file of the folder, as it was when the ledger was closed. */
struct kept {
	char path[128], copy[128];
};

static bool keep(struct small_ledger *small, const char *name, struct kept *kept)
{
	(void)snprintf(kept->path, sizeof kept->path, "%s/%s", small->folder, name);
	(void)snprintf(kept->copy, sizeof kept->copy, "%s/%s.kept", small->folder, name);
	return small_file_copy(kept->path, kept->copy);
}

static bool put_back(const struct kept *kept)
{
	char beside[160];
	(void)snprintf(beside, sizeof beside, "%s-wal", kept->path);
	(void)unlink(beside);
	(void)snprintf(beside, sizeof beside, "%s-shm", kept->path);
	(void)unlink(beside);
	return small_file_copy(kept->copy, kept->path);
}

static struct db *open_raw(const struct kept *kept, uint32_t application)
{
	struct db *db = NULL;
	struct fault fault = {0};
	struct db_options options = {
		.path = kept->path, .mode = DB_NORMAL, .application = application, .version = 1};
	if (db_open(&db, &options, &fault))
		printf("# %s\n", fault.text);
	return db;
}

static bool change(const struct kept *kept, uint32_t application, const char *sql)
{
	struct fault fault = {0};
	struct db *db = open_raw(kept, application);
	if (!db)
		return false;
	enum err err = db_exec(db, sql, &fault);
	if (err)
		printf("# %s: %s\n", sql, fault.text);
	db_free(db);
	return err == OK;
}

TEST(finds_nothing_wrong_with_a_ledger_that_is_right)
{
	struct small_ledger small;
	struct audit_report report;
	struct node *node = small_open(&small);
	NEED(node && fill(&small, node));
	struct node_place place;
	node_place(node, &place);
	struct audit_options options = options_of(&small);
	struct fault fault = {0};
	/* Beside the running node, and after it has ended. */
	for (int i = 0; i < 2; i++) {
		CHECK_ROW(audit(&options, &report, &fault) == OK, "%s", fault.text);
		CHECK_ROW(report.what == AUDIT_NOTHING, "%s", report.fault.text);
		CHECK(report.size == place.size && report.height == place.height);
		CHECK(memcmp(report.root, place.root, HASH_SIZE) == 0);
		CHECK(memcmp(report.digest, place.digest, HASH_SIZE) == 0);
		CHECK(report.checkpoints == place.height);
		CHECK(report.tiles == 3); /* two of leaves, one above */
		CHECK(report.time_ms == place.time_ms);
		if (i == 0)
			node_free(node);
	}
	/* A copy of ledger.db alone is enough. */
	struct kept state;
	NEED(keep(&small, "state.db", &state));
	NEED(unlink(state.path) == 0);
	CHECK(audit(&options, &report, &fault) == OK && report.what == AUDIT_NOTHING);
	options.folder = "/nonexistent";
	CHECK(audit(&options, &report, &fault) == ERR_NOT_FOUND);
	small_close(&small, NULL);
}

/* One byte of every row, at several places. */
static void flip_rows(struct tap *tap, struct small_ledger *small, const struct kept *ledger,
	const char *table, const char *column, const char *id, unsigned step, const unsigned *whats)
{
	struct audit_options options = options_of(small);
	struct audit_report report;
	char sql[256];
	struct db *db = open_raw(ledger, LEDGER_APPLICATION);
	NEED(db);
	struct db_query *query;
	struct {
		int64_t id;
		int64_t size;
	} rows[400];
	size_t count = 0;
	bool row;
	(void)snprintf(sql, sizeof sql, "SELECT %s, length(%s) FROM %s", id, column, table);
	NEED(db_prepare(db, sql, &query, NULL) == OK);
	while (db_step(query, &row, NULL) == OK && row && count < 400) {
		rows[count].id = db_int(query, 0);
		rows[count++].size = db_int(query, 1);
	}
	db_free(db);
	for (size_t i = 0; i<count; i += count> 40 ? 29 : 1)
		for (int64_t at = (int64_t)i % 3; at < rows[i].size; at += step) {
			NEED(put_back(ledger));
			(void)snprintf(sql, sizeof sql,
				"UPDATE %s SET %s = CAST(substr(%s, 1, %lld) || CASE substr(%s, "
				"%lld, 1) WHEN x'41' THEN x'42' ELSE x'41' END || substr(%s, %lld) "
				"AS BLOB) WHERE %s = %lld",
				table, column, column, (long long)at, column, (long long)at + 1,
				column, (long long)at + 2, id, (long long)rows[i].id);
			NEED(change(ledger, LEDGER_APPLICATION, sql));
			CHECK(audit(&options, &report, NULL) == OK);
			bool known = false;
			for (const unsigned *what = whats; *what; what++)
				known = known || report.what == *what;
			CHECK_ROW(known, "%s %lld byte %lld: %s: %s", table, (long long)rows[i].id,
				(long long)at, audit_what_text(report.what), report.fault.text);
		}
	NEED(put_back(ledger));
}

TEST(finds_a_changed_byte_in_statements_tiles_and_checkpoints)
{
	struct small_ledger small;
	struct kept ledger;
	struct audit_report report;
	struct node *node = small_open(&small);
	NEED(node && fill(&small, node));
	node_free(node);
	NEED(keep(&small, "ledger.db", &ledger));
	static const unsigned statement[] = {AUDIT_STATEMENT, 0}, tile[] = {AUDIT_TILE, 0},
			      checkpoint[] = {AUDIT_CHECKPOINT, 0},
			      root[] = {AUDIT_ROOT, AUDIT_SEAL, 0},
			      digest[] = {AUDIT_DIGEST, AUDIT_SEAL, 0};
	flip_rows(tap, &small, &ledger, "statement", "bytes", "slot", 131, statement);
	flip_rows(tap, &small, &ledger, "tile", "hashes", "id", 1511, tile);
	flip_rows(tap, &small, &ledger, "checkpoint", "note", "size", 67, checkpoint);
	flip_rows(tap, &small, &ledger, "applied", "root", "height", 17, root);
	flip_rows(tap, &small, &ledger, "applied", "digest", "height", 17, digest);
	struct audit_options options = options_of(&small);
	CHECK(audit(&options, &report, NULL) == OK && report.what == AUDIT_NOTHING);
	small_close(&small, NULL);
}

TEST(names_what_is_wrong_and_where)
{
	static const struct {
		const char *sql;
		enum audit_what what;
		uint64_t position;
	} rows[] = {
		{"UPDATE statement SET bytes = x'00' WHERE slot = 2 << 13 | 1", AUDIT_STATEMENT, 8},
		{"DELETE FROM statement WHERE slot = 2 << 13", AUDIT_STATEMENT, 7},
		{"INSERT INTO statement VALUES(3 << 13 | 1, x'00')", AUDIT_STATEMENT, 0},
		{"UPDATE statement SET slot = slot + 2 WHERE slot = 2 << 13 | 1", AUDIT_STATEMENT,
			8},
		{"UPDATE log SET time = time + 1 WHERE height = 2", AUDIT_SEAL, 7},
		{"UPDATE log SET term = 2 WHERE height = 2", AUDIT_SEAL, 7},
		{"UPDATE log SET term = 2 WHERE height = 0", AUDIT_LOG, 0},
		{"UPDATE applied SET first = 2 WHERE height = 1", AUDIT_LOG, 1},
		{"UPDATE applied SET size = size + 1 WHERE height = 2", AUDIT_ROOT, 9},
		{"UPDATE applied SET outcomes = x'80' WHERE height = 3", AUDIT_STATEMENT, 10},
		{"UPDATE applied SET outcomes = x'818601190064000000' || x'00' WHERE height = 2",
			AUDIT_OUTCOME, 7},
		{"UPDATE applied SET outcomes = x'81860100186600' || x'0000' WHERE height = 2",
			AUDIT_OUTCOME, 8},
		{"DELETE FROM log WHERE height = 4", AUDIT_LOG, 10},
		{"DELETE FROM tile WHERE id = 0", AUDIT_TILE, 0},
		{"INSERT INTO tile VALUES(77, zeroblob(32))", AUDIT_TILE, 0},
		{"INSERT INTO checkpoint VALUES(3, 1, 1, 'note')", AUDIT_CHECKPOINT, 0},
		{"UPDATE checkpoint SET time = time - 1000 WHERE size = 9", AUDIT_CHECKPOINT, 8},
		{"UPDATE checkpoint SET height = 1 WHERE size = 9", AUDIT_CHECKPOINT, 8},
		{"UPDATE fact SET value = CAST('trial.example/00' AS BLOB)", AUDIT_GENESIS, 0},
		{"DROP INDEX applied_first", AUDIT_NOTHING, 0},
	};
	struct small_ledger small;
	struct kept ledger;
	struct audit_report report;
	struct node *node = small_open(&small);
	NEED(node && fill(&small, node));
	node_free(node);
	NEED(keep(&small, "ledger.db", &ledger));
	struct audit_options options = options_of(&small);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		NEED(put_back(&ledger));
		NEED(change(&ledger, LEDGER_APPLICATION, rows[i].sql));
		CHECK(audit(&options, &report, NULL) == OK);
		CHECK_ROW(report.what == rows[i].what &&
				  (!rows[i].position || report.position == rows[i].position),
			"%s: %s", rows[i].sql, report.what ? report.fault.text : "nothing");
	}
	small_close(&small, NULL);
}

TEST(finds_a_file_that_is_damaged_or_cut)
{
	struct small_ledger small;
	struct kept ledger;
	struct audit_report report;
	struct node *node = small_open(&small);
	NEED(node && fill(&small, node));
	node_free(node);
	NEED(keep(&small, "ledger.db", &ledger));
	struct audit_options options = options_of(&small);
	struct stat info;
	NEED(stat(ledger.path, &info) == 0);
	static const int parts[] = {2, 4, 16};
	for (size_t i = 0; i < 3; i++) {
		NEED(put_back(&ledger));
		NEED(truncate(ledger.path, info.st_size / parts[i]) == 0);
		CHECK(audit(&options, &report, NULL) == OK);
		CHECK_ROW(report.what == AUDIT_FILE, "1/%d: %s", parts[i], report.fault.text);
		struct fault fault = {0};
		node = NULL;
		CHECK_ROW(node_open(&node, &small.options, &fault) != OK, "1/%d", parts[i]);
		CHECK_ROW(strstr(fault.text, "ledger.db") != NULL, "%s", fault.text);
		node_free(node);
	}
	NEED(put_back(&ledger));
	FILE *file = fopen(ledger.path, "r+b");
	NEED(file && fwrite("not a database", 1, 14, file) == 14 && fclose(file) == 0);
	CHECK(audit(&options, &report, NULL) == OK);
	CHECK_ROW(report.what == AUDIT_FILE, "%s", report.fault.text);
	small_close(&small, NULL);
}

/* A disk that changed a byte: the page's sum tells, the walk says which statements are on it. */
TEST(a_page_that_the_disk_changed_is_found_with_its_position)
{
	struct small_ledger small;
	struct kept ledger;
	struct audit_report report;
	struct node_place place;
	struct node *node = small_open(&small);
	NEED(node && fill(&small, node));
	node_place(node, &place);
	node_free(node);
	NEED(keep(&small, "ledger.db", &ledger) && put_back(&ledger));
	uint64_t wanted = place.size - 280 + 200; /* the leaf of n200 */
	FILE *file = fopen(ledger.path, "r+b");
	NEED(file);
	static char bytes[1 << 21];
	size_t size = fread(bytes, 1, sizeof bytes, file);
	const char *found = memmem(bytes, size, "n200", 4);
	NEED(found && !fseek(file, found - bytes, SEEK_SET) && fputc('N', file) == 'N');
	NEED(fclose(file) == 0);
	struct audit_options options = options_of(&small);
	CHECK(audit(&options, &report, NULL) == OK);
	CHECK_ROW(report.what == AUDIT_FILE && report.position <= wanted &&
			  report.position + 40 > wanted,
		"%llu: %s", (unsigned long long)report.position, report.fault.text);
	small_close(&small, NULL);
}

TEST(finds_a_changed_state_and_rebuilds_it)
{
	struct small_ledger small;
	struct kept ledger, state;
	struct audit_report report;
	struct node *node = small_open(&small);
	NEED(node && fill(&small, node));
	struct node_place place;
	uint8_t digest[HASH_SIZE];
	node_place(node, &place);
	struct audit_options options = options_of(&small);
	struct fault fault = {0};
	CHECK(rebuild(&options, digest, &fault) == ERR_BUSY); /* the node has it */
	node_free(node);
	NEED(keep(&small, "state.db", &state) && keep(&small, "ledger.db", &ledger));
	NEED(change(&state, STATE_APPLICATION, "UPDATE t32 SET v = x'39' WHERE k = x'61'"));
	CHECK(audit(&options, &report, NULL) == OK && report.what == AUDIT_STATE);
	CHECK_ROW(rebuild(&options, digest, &fault) == OK, "%s", fault.text);
	CHECK(memcmp(digest, place.digest, HASH_SIZE) == 0);
	CHECK(audit(&options, &report, NULL) == OK);
	CHECK_ROW(report.what == AUDIT_NOTHING, "%s", report.fault.text);
	/* From nothing at all. */
	NEED(unlink(state.path) == 0);
	CHECK(rebuild(&options, digest, NULL) == OK);
	CHECK(memcmp(digest, place.digest, HASH_SIZE) == 0);
	/* A ledger that does not lead to the same leaves the old state in its place. */
	NEED(change(&ledger, LEDGER_APPLICATION,
		"UPDATE applied SET digest = zeroblob(32) WHERE height = 3"));
	CHECK(rebuild(&options, digest, &fault) == ERR_CORRUPT);
	CHECK_ROW(strstr(fault.text, "batch 3") != NULL, "%s", fault.text);
	NEED(put_back(&ledger));
	CHECK(node_open(&node, &small.options, &fault) == OK);
	node_free(node);
	small_close(&small, NULL);
}

/* A statement whose signature does not verify, let in by a node that does not look. */
static bool step_forged(struct small_ledger *small, struct node *node, enum small_key by)
{
	static struct answer answer;
	struct checked checked;
	struct outcome outcome;
	struct buf out;
	buf_init(&out, STATEMENT_SIZE_MAX);
	bool right = small_put_statement(small, by, "forged", "1", 5000, &out);
	if (right)
		out.at[out.size - 1] ^= 1;
	struct node_item item = {.checked = &checked};
	right = right && !check_form(span_of(small->origin, small->origin_size), buf_span(&out),
				 &checked, &outcome, NULL);
	checked.is_verified = true;
	right = right && !node_step(node, &item, 1, &answer, NULL) && !answer.outcome.code;
	buf_close(&out);
	return right;
}

TEST(a_forged_signature_is_found_in_every_way_of_auditing)
{
	struct small_ledger small;
	struct audit_report report;
	struct node_place place;
	struct node *node = small_open(&small);
	NEED(node && fill(&small, node));
	node_place(node, &place);
	NEED(step_forged(&small, node, SMALL_APPLIANCE));
	for (int i = 0; i < 3; i++) {
		static struct answer answer;
		small.key[SMALL_APPLIANCE].sequence = 6000 + (uint64_t)i;
		NEED(small_put_one(&small, node, i ? "more" : "much", "1", &answer) == OK);
	}
	node_free(node);
	uint64_t forged = place.size + 1; /* behind its seal */
	const struct {
		bool no_rules;
		unsigned threads;
		uint64_t since;
		enum audit_what what;
	} rows[] = {{false, 0, 0, AUDIT_SIGNATURE}, {true, 0, 0, AUDIT_SIGNATURE},
		{false, 1, place.height, AUDIT_SIGNATURE}, {true, 7, place.height, AUDIT_SIGNATURE},
		{false, 2, place.height + 2, AUDIT_NOTHING},
		{true, 2, place.height + 2, AUDIT_NOTHING}};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct audit_options options = options_of(&small);
		options.no_rules = rows[i].no_rules;
		options.threads = rows[i].threads;
		options.since = rows[i].since;
		CHECK(audit(&options, &report, NULL) == OK);
		CHECK_ROW(report.what == rows[i].what, "row %zu: %s", i, report.fault.text);
		CHECK(report.has_rules == !rows[i].no_rules);
		if (rows[i].what)
			CHECK_ROW(report.position == forged && report.size <= forged &&
					  report.height == place.height + 1,
				"row %zu: %llu: %s", i, (unsigned long long)report.position,
				report.fault.text);
	}
	small_close(&small, NULL);
}

/* The rules of another program: counts are worth more. */
static enum err other_rules(void *self, const struct table *table, const struct applying *applying,
	struct outcome *outcome, struct fault *fault)
{
	enum err err = small_apply(self, table, applying, outcome, fault);
	if (!err && applying->statement->kind == SMALL_COUNT)
		outcome->alert = 7;
	return err;
}

static enum err other_tables(void *self, const struct table *table, const struct applying *applying,
	struct outcome *outcome, struct fault *fault)
{
	enum err err = small_apply(self, table, applying, outcome, fault);
	if (!err && applying->statement->kind == SMALL_COUNT)
		err = table_put(table, SMALL_COUNT, span_text("more"), span_text("1"), fault);
	return err;
}

TEST(other_rules_and_other_tables_are_found_unless_rules_are_left_out)
{
	struct small_ledger small;
	struct audit_report report;
	struct node *node = small_open(&small);
	NEED(node && fill(&small, node));
	node_free(node);
	struct app outcomes = small.app, tables = small.app;
	outcomes.apply = other_rules;
	tables.apply = other_tables;
	struct audit_options options = options_of(&small);
	options.app = &outcomes;
	CHECK(audit(&options, &report, NULL) == OK);
	CHECK_ROW(report.what == AUDIT_OUTCOME, "%s", report.fault.text);
	options.app = &tables;
	CHECK(audit(&options, &report, NULL) == OK);
	CHECK_ROW(report.what == AUDIT_DIGEST, "%s", report.fault.text);
	options.no_rules = true;
	CHECK(audit(&options, &report, NULL) == OK);
	CHECK_ROW(report.what == AUDIT_NOTHING, "%s", report.fault.text);
	small_close(&small, NULL);
}

TEST(a_checkpoint_that_another_key_signed_is_found)
{
	struct small_ledger small;
	struct audit_report report;
	static struct answer answer;
	struct node *node = small_open(&small);
	NEED(node && fill(&small, node));
	struct small_signing_key kept = small.key[SMALL_COSIGN];
	struct node_place place;
	small.key[SMALL_COSIGN] = small.key[SMALL_EXTRA];
	small.key[SMALL_APPLIANCE].sequence = 7000;
	NEED(small_put_one(&small, node, "x", "1", &answer) == OK);
	node_place(node, &place);
	small.key[SMALL_COSIGN] = kept;
	small.key[SMALL_APPLIANCE].sequence = 7001;
	NEED(small_put_one(&small, node, "y", "1", &answer) == OK);
	node_free(node);
	struct audit_options options = options_of(&small);
	for (int i = 0; i < 2; i++) {
		options.no_rules = i;
		CHECK(audit(&options, &report, NULL) == OK);
		CHECK_ROW(report.what == AUDIT_CHECKPOINT && report.position == place.size - 1,
			"%s", report.fault.text);
	}
	small_close(&small, NULL);
}

#define MARKS 64

struct marks {
	size_t count;
	struct audit_mark mark[MARKS];
};

static void keep_mark(void *self, const struct audit_mark *mark)
{
	struct marks *marks = self;
	if (marks->count < MARKS)
		marks->mark[marks->count++] = *mark;
}

TEST(an_audit_goes_on_where_another_stopped)
{
	struct small_ledger small;
	struct kept ledger;
	struct audit_report whole, report;
	static struct marks marks;
	struct node *node = small_open(&small);
	NEED(node && fill(&small, node));
	struct audit_options options = options_of(&small);
	options.keep_mark = keep_mark;
	options.keep_self = &marks;
	marks.count = 0;
	NEED(audit(&options, &whole, NULL) == OK && whole.what == AUDIT_NOTHING);
	NEED(marks.count > 5 && marks.mark[marks.count - 1].size == whole.size);
	options.keep_mark = NULL;
	/* The newest checkpoint is cosigned again meanwhile. */
	small.now_ms += 100000;
	NEED(node_idle(node, NULL) == OK);
	node_free(node);
	NEED(keep(&small, "ledger.db", &ledger));
	for (size_t i = 0; i < marks.count; i++) {
		options.mark = &marks.mark[i];
		options.no_rules = i % 2;
		CHECK(audit(&options, &report, NULL) == OK);
		CHECK_ROW(report.what == AUDIT_NOTHING && !report.is_mark_refused &&
				  report.marked == marks.mark[i].size &&
				  (!i || report.signatures < whole.signatures) &&
				  report.size == whole.size,
			"mark %zu at %llu: marked %llu, %llu signatures of %llu: %s", i,
			(unsigned long long)marks.mark[i].size, (unsigned long long)report.marked,
			(unsigned long long)report.signatures, (unsigned long long)whole.signatures,
			report.fault.text);
	}
	/* What the mark spoke for is hashed again. */
	options.mark = &marks.mark[marks.count - 1];
	options.no_rules = false;
	NEED(change(&ledger, LEDGER_APPLICATION,
		"UPDATE statement SET bytes = x'00' WHERE slot = 2 << 13 | 1"));
	CHECK(audit(&options, &report, NULL) == OK && report.what == AUDIT_STATEMENT &&
		report.position == 8);
	NEED(put_back(&ledger));
	/* A note below it that was changed: the mark is refused, and all is verified. */
	NEED(change(&ledger, LEDGER_APPLICATION,
		"UPDATE checkpoint SET note = CAST(substr(note, 1, length(note) - 6) || "
		"CASE substr(note, -6, 1) WHEN x'41' THEN x'42' ELSE x'41' END || "
		"substr(note, -5) AS BLOB) WHERE size = 9"));
	CHECK(audit(&options, &report, NULL) == OK && report.is_mark_refused);
	CHECK_ROW(report.what == AUDIT_CHECKPOINT && report.position == 8, "%s", report.fault.text);
	NEED(put_back(&ledger));
	/* Marks that are of other bytes, or of more than there is. */
	for (int i = 0; i < 4; i++) {
		struct audit_mark mark = marks.mark[3];
		mark.root[0] ^= i == 0;
		mark.chain[0] ^= i == 1;
		mark.size += i == 2 ? 1 : i == 3 ? 100000 : 0;
		options.mark = &mark;
		CHECK(audit(&options, &report, NULL) == OK);
		CHECK_ROW(report.what == AUDIT_NOTHING && report.is_mark_refused && !report.marked,
			"%d: %s", i, report.fault.text);
	}
	small_close(&small, NULL);
}

TAP_MAIN(CASE(finds_nothing_wrong_with_a_ledger_that_is_right),
	CASE(finds_a_changed_byte_in_statements_tiles_and_checkpoints),
	CASE(names_what_is_wrong_and_where), CASE(finds_a_file_that_is_damaged_or_cut),
	CASE(a_page_that_the_disk_changed_is_found_with_its_position),
	CASE(finds_a_changed_state_and_rebuilds_it),
	CASE(a_forged_signature_is_found_in_every_way_of_auditing),
	CASE(other_rules_and_other_tables_are_found_unless_rules_are_left_out),
	CASE(a_checkpoint_that_another_key_signed_is_found),
	CASE(an_audit_goes_on_where_another_stopped))
