/* Seals that vouch for the tables: here every 4 heights instead of every 65,536, because this
 * file's seal_has_tables is linked in the place of the ledger's. */
#include "tests/unit/small_ledger.h"
#include "tests/tap.h"

#include "ledger/audit.h"
#include "ledger/base/db.h"
#include "ledger/seal.h"
#include "ledger/store/ledger_db.h"
#include "ledger/store/state.h"

#define EVERY 4

bool seal_has_tables(uint64_t height)
{
	return height > 1 && (height - 1) % EVERY == 0;
}

/* The seal of a height, from ledger.db. */
static bool seal_at(struct small_ledger *small, uint64_t height, struct seal_body *body)
{
	char path[128];
	struct ledger_db *ledger = NULL;
	struct statement statement;
	struct buf bytes;
	(void)snprintf(path, sizeof path, "%s/ledger.db", small->folder);
	buf_init(&bytes, STATEMENT_SIZE_MAX);
	bool right = ledger_db_open(&ledger, path, NULL, LEDGER_DB_READ, NULL) == OK &&
		     ledger_db_statement(ledger, height, 0, &bytes, NULL) == OK &&
		     seal_take(buf_span(&bytes), &statement, body, NULL) == OK;
	ledger_db_free(ledger);
	buf_close(&bytes);
	return right;
}

static bool put_some(struct small_ledger *small, struct node *node, int from, int to)
{
	static struct answer answer;
	bool right = true;
	for (int i = from; i < to && right; i++) {
		char name[16];
		(void)snprintf(name, sizeof name, "n%d", i);
		right = small_put_one(small, node, name, "1", &answer) == OK &&
			answer.outcome.code == OUTCOME_ACCEPTED;
	}
	return right;
}

static enum audit_what audit_it(struct small_ledger *small, struct audit_report *report)
{
	struct audit_options options = {
		.folder = small->folder, .env = &small->env, .app = &small->app};
	struct fault fault = {0};
	enum err err = audit(&options, report, &fault);
	if (err)
		printf("# audit: %s\n", fault.text);
	return report->what;
}

TEST(seals_say_what_the_tables_held_and_an_audit_finds_the_same)
{
	struct small_ledger small;
	struct seal_body body;
	struct audit_report report;
	uint8_t hash[HASH_SIZE];
	struct node *node = small_open(&small);
	NEED(node && put_some(&small, node, 1, 4));
	struct node_place place;
	node_place(node, &place);
	NEED(place.height == 4);
	node_free(node);
	struct state *state = NULL;
	char path[128];
	(void)snprintf(path, sizeof path, "%s/state.db", small.folder);
	NEED(state_open(&state, path, NULL, STATE_READ, NULL) == OK);
	CHECK(state_walk(state, hash, NULL) == OK);
	state_free(state);
	NEED(node_open(&node, &small.options, NULL) == OK && put_some(&small, node, 4, 10));
	for (uint64_t height = 1; height <= 10; height++) {
		NEED(seal_at(&small, height, &body));
		CHECK_ROW(
			body.has_tables == (height == 5 || height == 9), "height %d", (int)height);
		if (height == 5)
			CHECK(!memcmp(body.tables, hash, HASH_SIZE));
		if (height == 9)
			CHECK(memcmp(body.tables, hash, HASH_SIZE) != 0);
	}
	CHECK_ROW(audit_it(&small, &report) == AUDIT_NOTHING, "%s", report.fault.text);
	/* And what is applied again on starting is compared with it. */
	node_free(node);
	NEED(unlink(path) == 0);
	struct fault fault = {0};
	CHECK_ROW(node_open(&node, &small.options, &fault) == OK, "%s", fault.text);
	small_close(&small, fault.err ? NULL : node);
}

/* A row of state.db changed by hand: the digest, which chains changes, cannot tell; the next hash
 * of all tables does, and an audit says at which position. */
TEST(tells_of_tables_that_were_changed_beside_the_rules)
{
	struct small_ledger small;
	struct audit_report report;
	struct node *node = small_open(&small);
	struct db *db = NULL;
	char path[128], sql[96];
	NEED(node && put_some(&small, node, 1, 4));
	node_free(node);
	(void)snprintf(path, sizeof path, "%s/state.db", small.folder);
	(void)snprintf(sql, sizeof sql, "UPDATE t%d SET v = x'32' WHERE k = x'6e31'", SMALL_PUT);
	struct db_options options = {
		.path = path, .mode = DB_NORMAL, .application = 0x41535354, .version = 1};
	NEED(db_open(&db, &options, NULL) == OK && db_exec(db, sql, NULL) == OK);
	CHECK(db_changes(db) == 1);
	db_free(db);
	NEED(node_open(&node, &small.options, NULL) == OK && put_some(&small, node, 4, 8));
	node_free(node);
	CHECK(audit_it(&small, &report) == AUDIT_SEAL);
	CHECK_ROW(strstr(report.fault.text, "hash of all tables"), "%s", report.fault.text);
	/* Applied again from genesis they are as the rules left them, not as the seal says. */
	NEED(unlink(path) == 0);
	struct fault fault = {0};
	CHECK(node_open(&node, &small.options, &fault) == ERR_CORRUPT);
	CHECK_ROW(strstr(fault.text, "hash of all tables"), "%s", fault.text);
	small_close(&small, NULL);
}

TEST(a_seal_has_the_hash_where_it_belongs_and_nowhere_else)
{
	static const struct {
		uint64_t height;
		bool has_tables;
		enum err err;
	} row[] = {
		{1, false, OK},
		{1, true, ERR_FORMAT},
		{4, false, OK},
		{4, true, ERR_FORMAT},
		{5, true, OK},
		{5, false, ERR_FORMAT},
		{9, true, OK},
	};
	uint8_t seed[SIGN_SEED] = {1}, public[SIGN_PUBLIC], secret[SIGN_SECRET], kid[KID_SIZE];
	NEED(crypto_start() == OK);
	sign_keys(seed, public, secret);
	cose_kid(public, kid);
	struct signer signer = signer_local(secret);
	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
		struct seal_body body = {.height = row[i].height,
			.term = 1,
			.time_ms = SMALL_TIME,
			.rules_version = 1,
			.has_tables = row[i].has_tables};
		struct seal_body read = {0};
		struct statement statement;
		struct fault fault = {0};
		struct buf bytes;
		memset(body.tables, row[i].has_tables ? 7 : 0, HASH_SIZE);
		buf_init(&bytes, STATEMENT_SIZE_MAX);
		NEED(seal_make(&body, span_text("trial.example"), span_text(SMALL_MEMBER), kid,
			     &signer, &bytes, NULL) == OK);
		enum err err = seal_take(buf_span(&bytes), &statement, &read, &fault);
		CHECK_ROW(err == row[i].err, "height %d: %s", (int)row[i].height, fault.text);
		if (!err)
			CHECK(seal_difference(&read, &body) == NULL);
		body.tables[0] ^= 1;
		if (!err && row[i].has_tables)
			CHECK(!strcmp(seal_difference(&read, &body), "hash of all tables"));
		buf_close(&bytes);
	}
}

TAP_MAIN(CASE(seals_say_what_the_tables_held_and_an_audit_finds_the_same),
	CASE(tells_of_tables_that_were_changed_beside_the_rules),
	CASE(a_seal_has_the_hash_where_it_belongs_and_nowhere_else))
