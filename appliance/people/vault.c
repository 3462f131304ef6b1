#include "appliance/people/vault_inside.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#define RECORDS_APPLICATION 0x41535641 /* "ASVA" */
#define KEYS_APPLICATION    0x4153564b /* "ASVK" */

static const char records_schema[] =
	"CREATE TABLE person(id BLOB PRIMARY KEY, party TEXT NOT NULL, added INTEGER NOT NULL)"
	" WITHOUT ROWID;"
	"CREATE TABLE record(number INTEGER PRIMARY KEY AUTOINCREMENT, id BLOB NOT NULL UNIQUE,"
	" person BLOB NOT NULL, kind INTEGER NOT NULL, version INTEGER NOT NULL, commitment BLOB,"
	" position INTEGER, sealed BLOB NOT NULL);"
	/* Two parties served here may hold the same credential; a party's own doubles are refused
	 * when a document is added. */
	"CREATE UNIQUE INDEX record_commitment ON record(commitment, person);"
	"CREATE INDEX record_person ON record(person, kind, number);"
	"CREATE TABLE pseudonym(party TEXT NOT NULL, pseudonym BLOB NOT NULL, person BLOB NOT NULL,"
	" PRIMARY KEY(party, pseudonym)) WITHOUT ROWID;"
	"CREATE INDEX pseudonym_person ON pseudonym(person);"
	"CREATE TABLE list(id BLOB PRIMARY KEY, party TEXT NOT NULL, relying TEXT NOT NULL,"
	" used INTEGER NOT NULL) WITHOUT ROWID;"
	"CREATE INDEX list_relying ON list(party, relying, used);";

static const char keys_schema[] =
	"CREATE TABLE record_key(record BLOB PRIMARY KEY, person BLOB NOT NULL, wrapped BLOB NOT"
	" NULL) WITHOUT ROWID;"
	"CREATE INDEX record_key_person ON record_key(person);"
	"CREATE TABLE person_secret(person BLOB PRIMARY KEY, wrapped BLOB NOT NULL) WITHOUT ROWID;"
	"CREATE TABLE erased(person BLOB PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;";

static enum err open_file(struct db **db, const char *folder, const char *name,
	const struct env *env, uint32_t application, const char *schema, struct fault *fault)
{
	char path[4096];
	if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path)
		return fault_set(fault, ERR_LIMIT, 0, 0, "%s: the path is too long", folder);
	struct db_options options = {.path = path,
		.vfs = env->vfs,
		.mode = DB_FULL,
		.application = application,
		.version = 1,
		.schema = schema,
		.secure_delete = true};
	return db_open(db, &options, fault);
}

/* Runs one statement with one blob for its parameter. */
static enum err run_with(
	struct db *db, const char *sql, const uint8_t id[VAULT_ID_SIZE], struct fault *fault)
{
	struct db_query *query;
	enum err err = db_prepare(db, sql, &query, fault);
	if (err)
		return err;
	db_bind_bytes(query, 1, span_of(id, VAULT_ID_SIZE));
	err = db_run(query, fault);
	db_query_free(query);
	return err;
}

/* Deletes what vault.db has of a person, and cuts its WAL. */
static enum err erase_records(
	struct vault *vault, const uint8_t id[VAULT_ID_SIZE], struct fault *fault)
{
	enum err err = db_begin(vault->records, fault);
	if (err)
		return err;
	err = run_with(vault->records, "DELETE FROM record WHERE person=?", id, fault);
	if (!err)
		err = run_with(vault->records, "DELETE FROM pseudonym WHERE person=?", id, fault);
	if (!err)
		err = run_with(vault->records, "DELETE FROM person WHERE id=?", id, fault);
	if (!err)
		err = db_commit(vault->records, fault);
	if (err)
		db_rollback(vault->records);
	return err;
}

/* Erased people that came back with an old vault.db, or whose erasure a crash cut short. */
static enum err erase_again(struct vault *vault, struct fault *fault)
{
	struct db_query *erased = NULL;
	struct db_query *there = NULL;
	bool row = false;
	bool any = false;
	enum err err = db_prepare(vault->keys, "SELECT person FROM erased", &erased, fault);
	if (!err)
		err = db_prepare(vault->records,
			"SELECT EXISTS(SELECT 1 FROM person WHERE id=?1) OR EXISTS(SELECT 1 FROM "
			"record WHERE person=?1)",
			&there, fault);
	while (!err) {
		uint8_t id[VAULT_ID_SIZE];
		bool found;
		err = db_step(erased, &row, fault);
		if (err || !row)
			break;
		err = vault_take(erased, 0, id, sizeof id, fault);
		if (err)
			break;
		db_bind_bytes(there, 1, span_of(id, sizeof id));
		err = db_step(there, &found, fault);
		bool is_there = !err && db_int(there, 0) != 0;
		db_reset(there);
		if (!err && is_there) {
			any = true;
			err = erase_records(vault, id, fault);
		}
	}
	db_query_free(erased);
	db_query_free(there);
	if (!err && any)
		err = db_checkpoint_truncate(vault->records, fault);
	return err;
}

enum err vault_open(
	struct vault **out, const char *folder, const struct env *env, struct fault *fault)
{
	struct vault *vault = calloc(1, sizeof *vault);
	if (!vault)
		return fault_set(fault, ERR_MEMORY, 0, 0, "no memory for the vault");
	vault->env = env;
	(void)pthread_mutex_init(&vault->lock, NULL);
	enum err err = vault_key_load(folder, env, &vault->key, fault);
	if (!err)
		err = open_file(
			&vault->keys, folder, "keys.db", env, KEYS_APPLICATION, keys_schema, fault);
	if (!err)
		err = open_file(&vault->records, folder, "vault.db", env, RECORDS_APPLICATION,
			records_schema, fault);
	if (!err)
		err = erase_again(vault, fault);
	if (err)
		vault_free(vault);
	else
		*out = vault;
	return err;
}

void vault_free(struct vault *vault)
{
	if (!vault)
		return;
	db_free(vault->records);
	db_free(vault->keys);
	secret_free(vault->key);
	(void)pthread_mutex_destroy(&vault->lock);
	free(vault);
}

enum err vault_person_check(struct vault *vault, const char *party, const uint8_t id[VAULT_ID_SIZE],
	struct fault *fault)
{
	struct db_query *query;
	bool found = false;
	enum err err = db_prepare(
		vault->records, "SELECT 1 FROM person WHERE id=? AND party=?", &query, fault);
	if (err)
		return err;
	db_bind_bytes(query, 1, span_of(id, VAULT_ID_SIZE));
	db_bind_text(query, 2, span_text(party));
	err = db_step(query, &found, fault);
	db_query_free(query);
	if (!err && !found)
		err = fault_set(fault, ERR_NOT_FOUND, 0, 0, "no such person is in the vault");
	return err;
}

/* Content: {1 name, 2 photo hash or absent}. */
static enum err put_person(
	const struct vault_person *person, struct buf *content, struct fault *fault)
{
	struct span name = span_text(person->name);
	if (!person_name_is_valid(name))
		return fault_set(fault, ERR_RANGE, 0, name.size,
			"a person's name has 1 to %d bytes of UTF-8 without control characters and "
			"without spaces at its ends",
			CREDENTIAL_NAME_MAX);
	cbor_put_map(content, person->has_photo ? 2 : 1);
	cbor_put_uint(content, 1);
	cbor_put_text(content, name);
	if (person->has_photo) {
		cbor_put_uint(content, 2);
		cbor_put_bytes(content, span_of(person->photo, HASH_SIZE));
	}
	return content->err ? fault_set(fault, content->err, 0, 0, "no room for a person") : OK;
}

static enum err take_person(struct span content, struct vault_person *person, struct fault *fault)
{
	struct cbor cbor;
	struct cbor_map map;
	int64_t key;
	cbor_init(&cbor, content);
	cbor_map(&cbor, &map, 2);
	while (cbor_map_int(&cbor, &map, &key)) {
		struct span bytes;
		switch (key) {
		case 1:
			bytes = cbor_text(&cbor);
			if (bytes.size > CREDENTIAL_NAME_MAX)
				cbor_fail(&cbor, ERR_LIMIT, "the name is too long");
			else if (bytes.size)
				memcpy(person->name, bytes.at, bytes.size);
			break;
		case 2:
			bytes = cbor_bytes_of(&cbor, HASH_SIZE);
			if (bytes.size)
				memcpy(person->photo, bytes.at, HASH_SIZE);
			person->has_photo = true;
			break;
		default: cbor_fail(&cbor, ERR_FORMAT, "unknown field of a person");
		}
	}
	return cbor_end(&cbor, fault);
}

static enum err add_person(
	struct vault *vault, const char *party, struct vault_person *person, struct fault *fault)
{
	uint8_t secret[VAULT_KEY_SIZE];
	uint8_t wrapped[VAULT_WRAPPED];
	uint8_t memory[256];
	struct buf content;
	struct db_query *query = NULL;
	buf_over(&content, memory, sizeof memory);
	enum err err = put_person(person, &content, fault);
	if (err)
		return err;
	env_random(vault->env, person->id, VAULT_ID_SIZE);
	person->added_ms = env_now_ms(vault->env);
	env_random(vault->env, secret, sizeof secret);
	vault_wrap(vault, party, person->id, secret, wrapped);
	secret_wipe(secret, sizeof secret);
	err = db_prepare(vault->keys, "INSERT INTO person_secret(person, wrapped) VALUES(?,?)",
		&query, fault);
	if (err)
		return err;
	db_bind_bytes(query, 1, span_of(person->id, VAULT_ID_SIZE));
	db_bind_bytes(query, 2, span_of(wrapped, sizeof wrapped));
	err = db_run(query, fault);
	db_query_free(query);
	if (err)
		return err;
	struct vault_row row = {.kind = VAULT_PERSON_KIND, .position = POSITION_NONE};
	memcpy(row.person, person->id, VAULT_ID_SIZE);
	err = vault_row_add(vault, party, &row, buf_span(&content), fault);
	if (!err)
		err = db_prepare(vault->records,
			"INSERT INTO person(id, party, added) VALUES(?,?,?)", &query, fault);
	if (err)
		return err;
	db_bind_bytes(query, 1, span_of(person->id, VAULT_ID_SIZE));
	db_bind_text(query, 2, span_text(party));
	db_bind_int(query, 3, person->added_ms);
	err = db_run(query, fault);
	db_query_free(query);
	return err;
}

enum err vault_person_add(
	struct vault *vault, const char *party, struct vault_person *person, struct fault *fault)
{
	(void)pthread_mutex_lock(&vault->lock);
	enum err err = add_person(vault, party, person, fault);
	(void)pthread_mutex_unlock(&vault->lock);
	return err;
}

/* Steps a query of (person id, added, record id, version, sealed) and opens the record. */
static enum err read_person(struct vault *vault, const char *party, struct db_query *query,
	struct vault_row *row, struct vault_person *person, struct fault *fault)
{
	uint8_t memory[256];
	struct buf content;
	struct vault_person read = {0};
	bool found;
	enum err err = db_step(query, &found, fault);
	if (!err && !found)
		return fault_set(fault, ERR_NOT_FOUND, 0, 0, "no such person is in the vault");
	if (!err)
		err = vault_take(query, 0, read.id, VAULT_ID_SIZE, fault);
	if (!err)
		err = vault_take(query, 2, row->id, VAULT_ID_SIZE, fault);
	if (err)
		return err;
	read.added_ms = db_int(query, 1);
	row->version = (uint32_t)db_int(query, 3);
	memcpy(row->person, read.id, VAULT_ID_SIZE);
	buf_over(&content, memory, sizeof memory);
	err = vault_row_open(vault, party, row, db_bytes(query, 4), &content, fault);
	if (!err)
		err = take_person(buf_span(&content), &read, fault);
	secret_wipe(memory, sizeof memory);
	if (!err)
		*person = read;
	return err;
}

#define SELECT_PERSON                                                                              \
	"SELECT p.id, p.added, r.id, r.version, r.sealed FROM person p JOIN record r "             \
	"ON r.person = p.id AND r.kind = 1 WHERE p.party=? AND "

static enum err find_person(struct vault *vault, const char *party, const uint8_t *id,
	struct vault_row *row, struct vault_person *person, struct fault *fault)
{
	struct db_query *query;
	enum err err = db_prepare(vault->records, SELECT_PERSON "p.id=?", &query, fault);
	if (err)
		return err;
	db_bind_text(query, 1, span_text(party));
	db_bind_bytes(query, 2, span_of(id, VAULT_ID_SIZE));
	err = read_person(vault, party, query, row, person, fault);
	db_query_free(query);
	return err;
}

enum err vault_person_find(struct vault *vault, const char *party, const uint8_t id[VAULT_ID_SIZE],
	struct vault_person *person, struct fault *fault)
{
	struct vault_row row = {0};
	(void)pthread_mutex_lock(&vault->lock);
	enum err err = find_person(vault, party, id, &row, person, fault);
	(void)pthread_mutex_unlock(&vault->lock);
	return err;
}

enum err vault_person_next(struct vault *vault, const char *party, const uint8_t *after,
	struct vault_person *person, struct fault *fault)
{
	struct vault_row row = {0};
	struct db_query *query;
	(void)pthread_mutex_lock(&vault->lock);
	enum err err = db_prepare(
		vault->records, SELECT_PERSON "p.id>? ORDER BY p.id LIMIT 1", &query, fault);
	if (!err) {
		db_bind_text(query, 1, span_text(party));
		db_bind_bytes(query, 2,
			span_of(after ? after : (const uint8_t *)"", after ? VAULT_ID_SIZE : 0));
		err = read_person(vault, party, query, &row, person, fault);
		db_query_free(query);
	}
	(void)pthread_mutex_unlock(&vault->lock);
	return err;
}

enum err vault_person_change(struct vault *vault, const char *party,
	const struct vault_person *person, struct fault *fault)
{
	uint8_t memory[256];
	struct buf content;
	struct vault_row row = {0};
	struct vault_person before;
	buf_over(&content, memory, sizeof memory);
	enum err err = put_person(person, &content, fault);
	if (err)
		return err;
	(void)pthread_mutex_lock(&vault->lock);
	err = find_person(vault, party, person->id, &row, &before, fault);
	if (!err)
		err = vault_row_change(vault, party, &row, buf_span(&content), fault);
	(void)pthread_mutex_unlock(&vault->lock);
	return err;
}

static enum err count_documents(struct vault *vault, const uint8_t id[VAULT_ID_SIZE],
	struct vault_erased *erased, struct fault *fault)
{
	struct db_query *query;
	bool row;
	enum err err = db_prepare(vault->records,
		"SELECT sum(kind=2), sum(kind=3), sum(kind=4), sum(position IS NOT NULL) "
		"FROM record "
		"WHERE person=?",
		&query, fault);
	if (err)
		return err;
	db_bind_bytes(query, 1, span_of(id, VAULT_ID_SIZE));
	err = db_step(query, &row, fault);
	if (!err && row)
		*erased = (struct vault_erased){.checks = (size_t)db_int(query, 0),
			.decisions = (size_t)db_int(query, 1),
			.badges = (size_t)db_int(query, 2),
			.stated = (size_t)db_int(query, 3)};
	db_query_free(query);
	return err;
}

static enum err erase_keys(
	struct vault *vault, const uint8_t id[VAULT_ID_SIZE], struct fault *fault)
{
	struct db_query *query = NULL;
	enum err err = db_begin(vault->keys, fault);
	if (err)
		return err;
	err = run_with(vault->keys, "DELETE FROM record_key WHERE person=?", id, fault);
	if (!err)
		err = run_with(vault->keys, "DELETE FROM person_secret WHERE person=?", id, fault);
	if (!err)
		err = db_prepare(vault->keys,
			"INSERT OR REPLACE INTO erased(person, at) VALUES(?,?)", &query, fault);
	if (!err) {
		db_bind_bytes(query, 1, span_of(id, VAULT_ID_SIZE));
		db_bind_int(query, 2, env_now_ms(vault->env));
		err = db_run(query, fault);
		db_query_free(query);
	}
	if (!err)
		err = db_commit(vault->keys, fault);
	if (err)
		db_rollback(vault->keys);
	return err ? err : db_checkpoint_truncate(vault->keys, fault);
}

enum err vault_erase(struct vault *vault, const char *party, const uint8_t id[VAULT_ID_SIZE],
	struct vault_erased *erased, struct fault *fault)
{
	struct vault_erased count = {0};
	(void)pthread_mutex_lock(&vault->lock);
	enum err err = vault_person_check(vault, party, id, fault);
	if (!err)
		err = count_documents(vault, id, &count, fault);
	if (!err)
		err = erase_keys(vault, id, fault);
	if (!err)
		err = erase_records(vault, id, fault);
	if (!err)
		err = db_checkpoint_truncate(vault->records, fault);
	(void)pthread_mutex_unlock(&vault->lock);
	if (!err)
		*erased = count;
	return err;
}
