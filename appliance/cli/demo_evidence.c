/* The story's last part: what can be checked without believing anybody. */
#include "appliance/cli/demo.h"

#include "appliance/cli/answers.h"
#include "ledger/base/db.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LEDGER_APPLICATION 0x41534c47 /* "ASLG": ledger/store/ledger_db.h */
#define TAIL_SIZE          64 /* the end of a statement: its signature, like no other bytes */
#define TAIL_AT            20 /* which byte of it is changed */

/* A folder beside the run's files with nothing else in it. */
static bool make_bare(struct demo *demo, const char *name, char folder[DEMO_PATH_SIZE])
{
	struct fault fault = {0};
	enum err err = OK;
	(void)snprintf(folder, DEMO_PATH_SIZE, "%.3900s/%s", demo->files, name);
	if (mkdir(folder, 0700) && errno != EEXIST)
		err = fault_set(&fault, ERR_IO, 0, 0, "cannot make the folder %.150s: %s", folder,
			strerror(errno));
	return demo_ok(demo, err, &fault);
}

static bool copy_file(struct demo *demo, const char *from, const char *to)
{
	struct fault fault = {0};
	struct buf bytes;
	buf_init(&bytes, (size_t)1 << 20);
	enum err err = cli_read_file(from, (size_t)1 << 20, &bytes, &fault);
	if (!err)
		err = cli_write_file(to, buf_span(&bytes), 0644, true, &fault);
	buf_close(&bytes);
	return demo_ok(demo, err, &fault);
}

/* Runs a command that answers in JSON; *answer to be released. */
static void run_json(
	struct demo *demo, const char *const *args, const char *folder, int wanted, json_t **answer)
{
	struct fault fault = {0};
	struct buf output;
	int status = -1;
	buf_init(&output, DEMO_OUTPUT_MAX);
	if (demo_ok(demo, demo_run(args, folder, &output, &status, &fault), &fault)) {
		*answer = json_loads(buf_text(&output), JSON_REJECT_DUPLICATES, NULL);
		demo_expect_number(demo, "status", wanted, status);
	}
	buf_close(&output);
}

void demo_verify(struct demo *demo, const char *receipt, bool with_policy, const char *entry)
{
	char folder[DEMO_PATH_SIZE];
	char path[DEMO_PATH_SIZE + 32];
	char from[DEMO_PATH_SIZE];
	json_t *answer = NULL;
	if (!make_bare(demo, with_policy ? "receipt-and-policy" : "receipt-only", folder))
		return;
	(void)snprintf(path, sizeof path, "%s/receipt", folder);
	(void)snprintf(from, sizeof from, "%.3900s/%s", demo->files, receipt);
	bool there = copy_file(demo, from, path);
	if (there && with_policy) {
		(void)snprintf(path, sizeof path, "%s/policy", folder);
		(void)snprintf(from, sizeof from, "%.3900s/policy", demo->folder);
		there = copy_file(demo, from, path);
	}
	if (!there)
		return;
	const char *const with[] = {"verify", "--json", "--policy", "policy", "receipt", NULL};
	const char *const without[] = {"verify", "--json", "receipt", NULL};
	demo_note(demo, "command", "cd %s && assay verify %sreceipt", folder,
		with_policy ? "--policy policy " : "");
	run_json(demo, with_policy ? with : without, folder, with_policy ? 0 : 2, &answer);
	const json_t *relied = json_object_get(answer, "relied_on");
	demo_expect(demo, "answer", with_policy ? "genuine" : "cannot tell",
		json_text(answer, "answer"));
	if (json_text(answer, "why")[0])
		demo_note(demo, "why", "%s", json_text(answer, "why"));
	if (entry)
		demo_expect(demo, "entry", entry, json_text(relied, "entry"));
	if (with_policy)
		demo_note(demo, "relied on",
			"position %lld in a tree of %lld, origin %s, cosigned %s",
			(long long)json_integer_value(json_object_get(relied, "position")),
			(long long)json_integer_value(json_object_get(relied, "tree_size")),
			json_text(relied, "origin"), json_text(relied, "cosigned"));
	json_decref(answer);
}

static void verify_with_policy(struct demo *demo)
{
	demo_verify(demo, demo->supply_receipt, true, NULL);
}

static void verify_without_policy(struct demo *demo)
{
	demo_verify(demo, demo->supply_receipt, false, NULL);
}

static enum err copy_ledger(struct demo *demo, const char *to, struct fault *fault)
{
	char from[DEMO_PATH_SIZE];
	struct db *db = NULL;
	(void)snprintf(from, sizeof from, "%.3900s/ledger.db", demo->folder);
	if (unlink(to) && errno != ENOENT)
		return fault_set(
			fault, ERR_IO, 0, 0, "cannot remove %.150s: %s", to, strerror(errno));
	enum err err = db_open(&db,
		&(struct db_options){.path = from,
			.mode = DB_READ,
			.application = LEDGER_APPLICATION,
			.version = 1},
		fault);
	if (!err)
		err = db_copy(db, to, fault);
	db_free(db);
	return err;
}

/* Changes one byte of the statement in the file, as somebody does who knows its format: the sums of
 * its pages fit again, and only the tree tells. Errors: ERR_NOT_FOUND: its bytes are not there. */
static enum err change_byte(const char *path, struct span statement, struct fault *fault)
{
	struct db *db = NULL;
	struct db_query *query;
	uint8_t *changed = statement.size < TAIL_SIZE ? NULL : malloc(statement.size);
	if (!changed)
		return fault_set(fault, ERR_FORMAT, 0, 0, "no statement came");
	memcpy(changed, statement.at, statement.size);
	changed[statement.size - TAIL_SIZE + TAIL_AT] ^= 1;
	enum err err = db_open(&db,
		&(struct db_options){.path = path,
			.mode = DB_FULL,
			.application = LEDGER_APPLICATION,
			.version = 1},
		fault);
	if (!err)
		err = db_prepare(
			db, "UPDATE statement SET bytes = ?2 WHERE bytes = ?1", &query, fault);
	if (!err) {
		db_bind_bytes(query, 1, statement);
		db_bind_bytes(query, 2, span_of(changed, statement.size));
		err = db_run(query, fault);
	}
	if (!err && db_changes(db) != 1)
		err = fault_set(fault, ERR_NOT_FOUND, 0, 0,
			"the statement's bytes are not in %.150s", path);
	if (!err)
		err = db_checkpoint_truncate(db, fault);
	db_free(db);
	free(changed);
	return err;
}

static void audit_copy(struct demo *demo)
{
	char folder[DEMO_PATH_SIZE];
	char path[DEMO_PATH_SIZE + 32];
	json_t *answer = NULL;
	struct fault fault = {0};
	if (!make_bare(demo, "copy", folder))
		return;
	(void)snprintf(path, sizeof path, "%s/ledger.db", folder);
	if (!demo_ok(demo, copy_ledger(demo, path, &fault), &fault))
		return;
	const char *const args[] = {"audit", "--json", folder, NULL};
	demo_note(demo, "command", "assay audit %s", folder);
	run_json(demo, args, NULL, 0, &answer);
	demo_note(demo, "clean", "%lld leaves, %lld signatures, root %s",
		(long long)json_integer_value(json_object_get(answer, "size")),
		(long long)json_integer_value(json_object_get(answer, "signatures")),
		json_text(answer, "root"));
	json_decref(answer);
}

static void audit_changed(struct demo *demo)
{
	char folder[DEMO_PATH_SIZE];
	char path[DEMO_PATH_SIZE + 32];
	char url[64];
	json_t *answer = NULL;
	struct fault fault = {0};
	struct buf statement;
	(void)snprintf(folder, sizeof folder, "%.3900s/copy", demo->files);
	(void)snprintf(path, sizeof path, "%s/ledger.db", folder);
	(void)snprintf(url, sizeof url, "/statement/%llu", (unsigned long long)demo->supplied_at);
	buf_init(&statement, DEMO_OUTPUT_MAX);
	bool done = demo_fetch(demo, "authority", url, &statement) &&
		    demo_ok(demo, change_byte(path, buf_span(&statement), &fault), &fault);
	buf_close(&statement);
	if (!done)
		return;
	const char *const args[] = {"audit", "--json", folder, NULL};
	demo_note(demo, "command", "assay audit %s", folder);
	run_json(demo, args, NULL, 1, &answer);
	demo_expect_number(demo, "position", (int64_t)demo->supplied_at,
		(int64_t)json_integer_value(json_object_get(answer, "position")));
	demo_note(demo, "finding", "%s: %s", json_text(answer, "what"), json_text(answer, "why"));
	json_decref(answer);
}

const struct demo_step demo_evidence_steps[] = {
	{"Anybody", "checks the receipt of the supply, with nothing but the policy",
		verify_with_policy},
	{"Anybody", "checks it without a policy: cannot tell", verify_without_policy},
	{"An auditor", "goes through a copy of the ledger", audit_copy},
	{"A forger", "changes one byte of the supply in that copy; the auditor sees where",
		audit_changed},
	{0},
};
