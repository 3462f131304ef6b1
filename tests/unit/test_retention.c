#include "tests/unit/small_ledger.h"
#include "tests/tap.h"

#include "ledger/audit.h"
#include "ledger/base/db.h"
#include "ledger/export.h"
#include "ledger/proof/receipt.h"
#include "ledger/reader.h"
#include "ledger/retention.h"

#include <ftw.h>

#define BATCHES 40
#define DAY     (24 * SMALL_HOUR)

/* A batch of three a day, from the middle of a month on; one is refused, one reuses a number. */
static bool fill(struct small_ledger *small, struct node *node)
{
	static struct answer answers[3];
	bool right = true;
	for (int day = 0; right && day < BATCHES; day++) {
		struct buf out[3];
		struct span bytes[3];
		for (int i = 0; i < 3; i++) {
			char name[24];
			(void)snprintf(name, sizeof name, i == 2 ? "same" : "n%d-%d", day, i);
			buf_init(&out[i], STATEMENT_SIZE_MAX);
			right = right &&
				small_put_statement(small, SMALL_APPLIANCE, name,
					i == 2 && day ? "2" : "1",
					i == 2 && day == 5 ? 1000 : 1000 + day * 3 + i, &out[i]);
			bytes[i] = buf_span(&out[i]);
		}
		right = right && small_step(small, node, bytes, 3, false, answers, NULL) == OK;
		for (int i = 0; i < 3; i++)
			buf_close(&out[i]);
		small->now_ms += DAY;
	}
	return right;
}

static enum err move(struct small_ledger *small, int64_t before_ms, struct retention_report *report,
	struct fault *fault)
{
	struct retention_options options = {
		.folder = small->folder, .env = &small->env, .before_ms = before_ms};
	return retention_move(&options, report, fault);
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *ftw)
{
	(void)info;
	(void)kind;
	(void)ftw;
	return remove(path);
}

static void take_down(struct small_ledger *small, struct node *node)
{
	char path[128];
	node_free(node);
	(void)snprintf(path, sizeof path, "%s-away", small->folder);
	(void)nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	(void)nftw(small->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static struct audit_options options_of(struct small_ledger *small)
{
	return (struct audit_options){
		.folder = small->folder, .env = &small->env, .app = &small->app};
}

static bool carry(struct small_ledger *small, bool is_away)
{
	char here[128], away[128];
	(void)snprintf(here, sizeof here, "%s/archive", small->folder);
	(void)snprintf(away, sizeof away, "%s-away", small->folder);
	return rename(is_away ? here : away, is_away ? away : here) == 0;
}

TEST(old_statements_move_and_everything_is_still_proven)
{
	struct small_ledger small;
	struct retention_report moved;
	struct audit_report before, report;
	struct fault fault = {0};
	struct node_place place;
	uint8_t digest[HASH_SIZE];
	struct node *node = small_open(&small);
	NEED(node && fill(&small, node));
	node_place(node, &place);
	struct audit_options options = options_of(&small);
	NEED(audit(&options, &before, &fault) == OK && before.what == AUDIT_NOTHING);
	/* Nothing is old enough; then 30 of 40 days, over two months, beside the node. */
	CHECK(move(&small, SMALL_TIME, &moved, &fault) == OK && moved.statements == 0);
	CHECK_ROW(move(&small, small.now_ms - 10 * DAY, &moved, &fault) == OK, "%s", fault.text);
	CHECK_ROW(moved.statements == 62, "%llu", (unsigned long long)moved.statements);
	uint64_t height = moved.height;
	CHECK(move(&small, small.now_ms - 10 * DAY, &moved, &fault) == OK &&
		moved.statements == 0 && moved.height == height);
	NEED(audit(&options, &report, &fault) == OK);
	CHECK_ROW(report.what == AUDIT_NOTHING && report.has_rules && !report.absent, "%s",
		report.fault.text);
	/* Statements are read, and receipts carry them, as before. */
	struct reader *reader = NULL;
	struct buf text, bytes;
	NEED(reader_open(&reader, small.folder, &small.env, &fault) == OK);
	buf_init(&text, RECEIPT_SIZE_MAX);
	buf_init(&bytes, STATEMENT_SIZE_MAX);
	for (uint64_t at = 0; at < place.size; at++) {
		struct recorded recorded;
		uint8_t entry[ENTRY_SIZE];
		buf_reset(&text);
		buf_reset(&bytes);
		CHECK_ROW(reader_statement(reader, at, &bytes, &fault) == OK, "%s", fault.text);
		CHECK(reader_recorded(reader, at, &recorded, &fault) == OK);
		statement_entry(buf_span(&bytes), entry);
		CHECK(memcmp(entry, recorded.entry, ENTRY_SIZE) == 0);
		CHECK(reader_receipt(reader, at, &text, &fault) == OK);
	}
	/* The archive is carried away: proofs go on, statements say where they are. */
	reader_free(reader);
	NEED(carry(&small, true));
	NEED(reader_open(&reader, small.folder, &small.env, &fault) == OK);
	size_t absent = 0;
	for (uint64_t at = 0; at < place.size; at++) {
		buf_reset(&text);
		buf_reset(&bytes);
		enum err err = reader_statement(reader, at, &bytes, &fault);
		absent += err == ERR_UNSURE;
		CHECK(!err || (err == ERR_UNSURE && strstr(fault.text, "archive/2026-")));
		CHECK_ROW(reader_receipt(reader, at, &text, &fault) == OK, "%s", fault.text);
	}
	CHECK_ROW(absent == 61, "%zu", absent); /* one of the 62 is evidence */
	reader_free(reader);
	NEED(audit(&options, &report, &fault) == OK);
	CHECK_ROW(report.what == AUDIT_NOTHING && !report.has_rules && report.absent == 62,
		"%llu: %s", (unsigned long long)report.absent, report.fault.text);
	node_free(node);
	CHECK_ROW(rebuild(&options, digest, &fault) != OK && strstr(fault.text, "bring "), "%s",
		fault.text);
	NEED(carry(&small, false));
	CHECK_ROW(rebuild(&options, digest, &fault) == OK, "%s", fault.text);
	CHECK(node_open(&node, &small.options, &fault) == OK);
	buf_close(&text);
	buf_close(&bytes);
	take_down(&small, node);
}

TEST(damage_in_an_archive_is_found_and_not_served)
{
	struct small_ledger small;
	struct retention_report moved;
	struct audit_report report;
	struct fault fault = {0};
	char path[160];
	struct node *node = small_open(&small);
	NEED(node && fill(&small, node));
	NEED(move(&small, small.now_ms - 10 * DAY, &moved, &fault) == OK && moved.statements);
	node_free(node);
	struct audit_options options = options_of(&small);
	static const struct {
		const char *sql;
		bool is_served;
	} rows[] = {
		{"UPDATE statement SET bytes = CAST(bytes || x'00' AS BLOB) WHERE slot = (SELECT "
		 "min(slot) FROM statement)",
			false},
		{"DELETE FROM statement WHERE slot = (SELECT min(slot) FROM statement)", false}};
	(void)snprintf(path, sizeof path, "%s/archive/2026-09.db", small.folder);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct db *db = NULL;
		struct db_options open = {
			.path = path, .mode = DB_FULL, .application = 0x41534152, .version = 1};
		NEED(db_open(&db, &open, &fault) == OK && db_exec(db, rows[i].sql, &fault) == OK);
		db_free(db);
		NEED(audit(&options, &report, &fault) == OK);
		CHECK_ROW(report.what == AUDIT_STATEMENT, "%zu: %s", i, report.fault.text);
		struct reader *reader = NULL;
		struct buf bytes;
		buf_init(&bytes, STATEMENT_SIZE_MAX);
		NEED(reader_open(&reader, small.folder, &small.env, &fault) == OK);
		CHECK(reader_statement(reader, report.position, &bytes, &fault) != OK);
		reader_free(reader);
		buf_close(&bytes);
	}
	take_down(&small, NULL);
}

TEST(a_move_cut_short_leaves_each_statement_somewhere)
{
	struct small_ledger small;
	struct retention_report moved;
	struct audit_report report;
	struct fault fault = {0};
	char path[160], kept[160];
	struct node *node = small_open(&small);
	NEED(node && fill(&small, node));
	node_free(node);
	/* The archive is on the disk, ledger.db is still as it was. */
	(void)snprintf(path, sizeof path, "%s/ledger.db", small.folder);
	(void)snprintf(kept, sizeof kept, "%s/ledger.kept", small.folder);
	NEED(small_file_copy(path, kept));
	NEED(move(&small, small.now_ms - 10 * DAY, &moved, &fault) == OK && moved.statements);
	uint64_t count = moved.statements;
	NEED(small_file_copy(kept, path));
	(void)snprintf(path, sizeof path, "%s/ledger.db-wal", small.folder);
	(void)unlink(path);
	struct audit_options options = options_of(&small);
	NEED(audit(&options, &report, &fault) == OK);
	CHECK_ROW(report.what == AUDIT_NOTHING, "%s", report.fault.text);
	CHECK(move(&small, small.now_ms - 10 * DAY, &moved, &fault) == OK);
	CHECK(moved.statements == count);
	NEED(audit(&options, &report, &fault) == OK);
	CHECK_ROW(report.what == AUDIT_NOTHING && !report.absent, "%s", report.fault.text);
	take_down(&small, NULL);
}

TAP_MAIN(CASE(old_statements_move_and_everything_is_still_proven),
	CASE(damage_in_an_archive_is_found_and_not_served),
	CASE(a_move_cut_short_leaves_each_statement_somewhere))
