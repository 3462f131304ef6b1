#include "appliance/cli/doctor.h"

#include "appliance/rules/kinds.h"
#include "appliance/rules/lot.h"
#include "appliance/rules/pack.h"
#include "appliance/rules/tables.h"
#include "ledger/folder.h"
#include "ledger/store/archive.h"
#include "ledger/store/ledger_db.h"
#include "ledger/store/state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STALE_MS     (60 * 1000)
#define LOT_KEY      12 /* gtin u64, id u32 */
#define PACKS_LOOKED 64 /* of one lot */
#define REBUILD      "stop the appliance; assay rebuild"

static void compare_places(struct doctor *doctor, struct ledger_db *ledger, struct state *state)
{
	struct state_place place;
	struct ledger_applied head, at;
	struct fault *fault = &doctor->cli->fault;
	enum err err = state_place(state, &place, fault);
	if (!err)
		err = ledger_db_head(ledger, &head, fault);
	if (!err)
		err = ledger_db_applied(ledger, place.height, &at, fault);
	if (err)
		doctor_say(doctor, "state", FINDING_FAIL, REBUILD, "%s", fault->text);
	else if (at.size != place.size || memcmp(at.digest, place.digest, HASH_SIZE) != 0)
		doctor_say(doctor, "state", FINDING_FAIL, REBUILD,
			"state.db differs from the ledger at height %llu",
			(unsigned long long)place.height);
	else
		doctor_say(doctor, "state", FINDING_OK, "",
			"size and digest agree with the ledger at height %llu (newest %llu)",
			(unsigned long long)place.height, (unsigned long long)head.height);
}

static void compare_files(struct doctor *doctor)
{
	char path[FOLDER_PATH_SIZE];
	struct ledger_db *ledger = NULL;
	struct state *state = NULL;
	struct fault *fault = &doctor->cli->fault;
	const char *vfs = doctor->env.vfs;
	enum err err = folder_path(doctor->cli->folder, FOLDER_STATE, path, fault);
	if (!err)
		err = state_open(&state, path, vfs, STATE_READ, fault);
	if (!err)
		err = state_begin_read(state, fault);
	if (!err)
		err = folder_path(doctor->cli->folder, FOLDER_LEDGER, path, fault);
	if (!err)
		err = ledger_db_open(&ledger, path, vfs, LEDGER_DB_READ, fault);
	if (err)
		doctor_say(doctor, "state", FINDING_FAIL, REBUILD, "%s", fault->text);
	else
		compare_places(doctor, ledger, state);
	ledger_db_free(ledger);
	if (state)
		state_end_read(state);
	state_free(state);
}

/* The lock is a process's as long as it lives. */
static bool is_running(struct doctor *doctor)
{
	struct fault fault;
	int lock = -1;
	enum err err = folder_lock(doctor->cli->folder, &lock, &fault);
	folder_unlock(lock);
	return err == ERR_BUSY;
}

void doctor_ledger(struct doctor *doctor)
{
	const struct snapshot *snapshot = &doctor->here.snapshot;
	if (!doctor->has_here)
		return;
	bool runs = is_running(doctor);
	unsigned long long size = (unsigned long long)snapshot->applied_size;
	if (runs && (snapshot->age_ms < 0 || snapshot->age_ms > STALE_MS))
		doctor_say(doctor, "ledger", FINDING_FAIL,
			"look at its last words; stop it and start it again",
			"the appliance runs, and has signed nothing for %lld s",
			(long long)snapshot->age_ms / 1000);
	else if (runs && snapshot->final_size + 1 < snapshot->applied_size)
		doctor_say(doctor, "ledger", FINDING_WARN,
			"ask again; if it stays, stop it and start it again",
			"%llu leaves, %llu of them final", size,
			(unsigned long long)snapshot->final_size);
	else
		doctor_say(doctor, "ledger", FINDING_OK, "", "%llu leaves, %s", size,
			runs ? "running" : "not running");
	compare_files(doctor);
	doctor_say(doctor, "voters", FINDING_OK, "",
		"one voter: whoever holds its disk could rewrite it; receipts and outside copies "
		"show it, nothing prevents it");
}

void doctor_floor(struct doctor *doctor)
{
	uint64_t size = 0;
	uint8_t root[HASH_SIZE];
	struct fault *fault = &doctor->cli->fault;
	const char *second = doctor->config.second_floor;
	if (!doctor->has_here)
		return;
	enum err err = keyholder_floor(
		doctor->here.holder, reader_origin(doctor->here.reader), &size, root, fault);
	if (err) {
		doctor_say(doctor, "floor", FINDING_FAIL, "see Restore in docs/operation.md", "%s",
			fault->text);
	} else if (size > doctor->here.snapshot.applied_size &&
		   doctor->here.snapshot.final_size < size) {
		doctor_say(doctor, "floor", FINDING_FAIL,
			"find the newer ledger.db; do not remove the floor",
			"size %llu was signed, the ledger has %llu", (unsigned long long)size,
			(unsigned long long)doctor->here.snapshot.applied_size);
	} else if (!second[0]) {
		doctor_say(doctor, "floor", FINDING_WARN,
			"second_floor = FILE on another disk, in assay.conf",
			"there is one copy of the last signed size, on the same disk");
	} else if (access(second, R_OK | W_OK)) {
		doctor_say(doctor, "floor", FINDING_FAIL, "mount that disk",
			"the second copy, %s, cannot be reached", second);
	} else {
		doctor_say(doctor, "floor", FINDING_OK, "", "size %llu, in two places",
			(unsigned long long)size);
	}
}

/* ---- random lots against the ledger ---- */

struct sampling {
	struct doctor *doctor;
	const struct table *table;
	struct buf bytes; /* of a statement */
	size_t lots;
	size_t packs;
	size_t absent; /* statements in an archive that is not here */
	char wrong[256]; /* the first difference */
};

static void differs(
	struct sampling *sampling, const struct lot *lot, const char *what, uint64_t position)
{
	if (!sampling->wrong[0])
		(void)snprintf(sampling->wrong, sizeof sampling->wrong,
			"lot %.*s of %014llu: %s at position %llu", (int)lot->text_size,
			(const char *)lot->text, (unsigned long long)lot->gtin, what,
			(unsigned long long)position);
}

enum body_read {
	BODY_WRONG,
	BODY_READ,
	BODY_ABSENT, /* in an archive that is not here: nothing to compare with */
};

/* The body of the statement at a position, if it is of that kind; a delivery's inner one. */
static enum body_read read_body(
	struct sampling *sampling, uint64_t position, unsigned *kind, struct span *body)
{
	struct statement statement;
	struct delivery_body delivery;
	struct fault fault;
	buf_reset(&sampling->bytes);
	enum err err =
		reader_statement(sampling->doctor->here.reader, position, &sampling->bytes, &fault);
	sampling->absent += err == ERR_UNSURE;
	if (err == ERR_UNSURE)
		return BODY_ABSENT;
	if (err ||
		statement_decode(buf_span(&sampling->bytes), SIGNED_STATEMENT, &statement, &fault))
		return BODY_WRONG;
	if (statement.kind == KIND_DELIVERY &&
		(delivery_body_decode(statement.body, &delivery, &fault) ||
			statement_decode(delivery.statement, SIGNED_STATEMENT, &statement, &fault)))
		return BODY_WRONG;
	*kind = statement.kind;
	*body = statement.body;
	return BODY_READ;
}

static void compare_step(struct sampling *sampling, const struct lot *lot, uint64_t position,
	unsigned wanted, const char *what)
{
	unsigned kind = 0;
	struct span body;
	enum body_read read = position ? read_body(sampling, position, &kind, &body) : BODY_ABSENT;
	if (read == BODY_WRONG || (read == BODY_READ && kind != wanted))
		differs(sampling, lot, what, position);
}

/* Its packs from a random one on: what was changed names a statement that the ledger has. */
static void compare_packs(struct sampling *sampling, const struct lot *lot)
{
	uint8_t prefix[4], after[4 + KEY_SIZE];
	struct span key, value;
	struct buf buf;
	buf_over(&buf, prefix, sizeof prefix);
	buf_put_be(&buf, lot->id, 4);
	memcpy(after, prefix, sizeof prefix);
	env_random(&sampling->doctor->env, after + 4, KEY_SIZE);
	for (size_t i = 0; i < PACKS_LOOKED; i++) {
		struct pack pack;
		struct recorded recorded;
		struct fault fault;
		if (table_next(sampling->table, TABLE_PACK, span_of(prefix, sizeof prefix),
			    span_of(after, sizeof after), TABLE_UP, &key, &value, &fault) ||
			key.size != sizeof after)
			return;
		memcpy(after, key.at, sizeof after);
		sampling->packs++;
		if (pack_get(sampling->table, lot->id, after + 4, &pack, &fault))
			differs(sampling, lot, "a pack's row is damaged", 0);
		else if (pack.touched && (reader_recorded(sampling->doctor->here.reader, pack.at,
						  &recorded, &fault) ||
						 recorded.time_ms / 1000 != pack.s))
			differs(sampling, lot, "a pack's last change is another", pack.at);
	}
}

static void compare_lot(struct sampling *sampling, const struct lot *lot)
{
	unsigned kind = 0;
	struct span body;
	uint8_t hash[HASH_SIZE];
	sampling->lots++;
	enum body_read read = read_body(sampling, lot->opened_at, &kind, &body);
	if (read == BODY_WRONG || (read == BODY_READ && kind != KIND_LOT)) {
		differs(sampling, lot, "no opening", lot->opened_at);
		return;
	}
	if (read == BODY_READ)
		hash_sha256(body, hash);
	if (read == BODY_READ && memcmp(hash, lot->opening, sizeof lot->opening) != 0)
		differs(sampling, lot, "another opening", lot->opened_at);
	compare_step(sampling, lot, lot->closed_at, KIND_LOT_CLOSE, "no closing");
	compare_step(sampling, lot, lot->released_at, KIND_LOT_RELEASE, "no release");
	compare_step(sampling, lot, lot->withdrawn_at, KIND_LOT_WITHDRAW, "no withdrawal");
	compare_packs(sampling, lot);
}

static uint64_t number_of(const uint8_t *at, size_t size)
{
	uint64_t number = 0;
	for (size_t i = 0; i < size; i++)
		number = number << 8 | at[i];
	return number;
}

/* A lot at random: GTINs lie close together, so the number is drawn between the first and last. */
static bool draw_lot(struct sampling *sampling, struct lot *lot)
{
	struct span none = span_of(NULL, 0), key, value;
	struct fault fault;
	uint8_t at[LOT_KEY];
	uint64_t first, last, drawn;
	struct buf buf;
	if (table_next(sampling->table, TABLE_LOT, none, none, TABLE_UP, &key, &value, &fault) ||
		key.size != LOT_KEY)
		return false;
	first = number_of(key.at, 8);
	if (table_next(sampling->table, TABLE_LOT, none, none, TABLE_DOWN, &key, &value, &fault))
		return false;
	last = number_of(key.at, 8);
	env_random(&sampling->doctor->env, &drawn, sizeof drawn);
	buf_over(&buf, at, sizeof at);
	buf_put_be(&buf, first + drawn % (last - first + 1), 8);
	buf_put_be(&buf, (drawn >> 40) % 4096, 4);
	if (table_next(sampling->table, TABLE_LOT, none, span_of(at, sizeof at), TABLE_UP, &key,
		    &value, &fault) &&
		table_next(sampling->table, TABLE_LOT, none, none, TABLE_UP, &key, &value, &fault))
		return false;
	uint64_t gtin = number_of(key.at, 8);
	uint32_t id = (uint32_t)number_of(key.at + 8, 4);
	return !lot_next(sampling->table, gtin, id + 1, lot, &fault);
}

void doctor_lots(struct doctor *doctor, int64_t sample)
{
	struct sampling sampling = {.doctor = doctor};
	struct lot lot;
	if (!doctor->has_here || !sample)
		return;
	sampling.table = doctor->here.snapshot.table;
	buf_init(&sampling.bytes, STATEMENT_SIZE_MAX);
	for (int64_t i = 0; i < sample && draw_lot(&sampling, &lot); i++)
		compare_lot(&sampling, &lot);
	buf_close(&sampling.bytes);
	if (sampling.wrong[0])
		doctor_say(doctor, "lots", FINDING_FAIL, REBUILD ", and keep a copy of state.db",
			"state.db differs from the ledger: %s", sampling.wrong);
	else
		doctor_say(doctor, "lots", FINDING_OK, "",
			"%zu lots drawn at random and %zu of their packs agree with the ledger%s",
			sampling.lots, sampling.packs,
			sampling.absent ? "; some of their statements are in an archive that is "
					  "not here"
					: "");
}

/* ---- the archive ---- */

/* Months of the batches below height whose archive file is not here. Months in which nothing was
 * moved have none, so the first and last batches of a month say little: each batch is looked at. */
static enum err absent_months(struct ledger_db *ledger, uint64_t height, size_t *absent,
	char first[ARCHIVE_PATH_SIZE], struct fault *fault)
{
	struct archive archive;
	int64_t before = -1;
	enum err err = OK;
	archive_init(&archive, ledger_db_path(ledger), NULL);
	for (uint64_t at = 1; !err && at < height; at++) {
		struct ledger_applied applied;
		char path[ARCHIVE_PATH_SIZE];
		err = ledger_db_applied(ledger, at, &applied, fault);
		if (err || archive_month(applied.time_ms) == before)
			continue;
		before = archive_month(applied.time_ms);
		archive_path(&archive, before, path);
		if (access(path, R_OK) == 0)
			continue;
		if (!(*absent)++)
			memcpy(first, path, sizeof path);
	}
	return err;
}

void doctor_archive(struct doctor *doctor)
{
	char path[FOLDER_PATH_SIZE], first[ARCHIVE_PATH_SIZE] = "";
	struct ledger_db *ledger = NULL;
	struct fault *fault = &doctor->cli->fault;
	uint64_t height = 0;
	size_t absent = 0;
	if (!doctor->has_here)
		return;
	enum err err = folder_path(doctor->cli->folder, FOLDER_LEDGER, path, fault);
	if (!err)
		err = ledger_db_open(&ledger, path, doctor->env.vfs, LEDGER_DB_READ, fault);
	if (!err)
		err = ledger_db_archived(ledger, &height, fault);
	if (!err)
		err = absent_months(ledger, height, &absent, first, fault);
	if (err)
		doctor_say(doctor, "archive", FINDING_FAIL, "assay audit", "%s", fault->text);
	else if (absent)
		doctor_say(doctor, "archive", FINDING_WARN,
			"audit and rebuild need the files: bring them back, or know where they are",
			"statements before batch %llu were moved; %zu files are not here, the "
			"first %.120s",
			(unsigned long long)height, absent, first);
	else if (height)
		doctor_say(doctor, "archive", FINDING_OK, "",
			"statements before batch %llu were moved, all files are here",
			(unsigned long long)height);
	ledger_db_free(ledger);
}
