/* Records of the vault: each sealed under its own key, the keys wrapped in the other file. */
#include "appliance/people/vault_inside.h"

#include <assert.h>

/* The party's key: BLAKE2b-256 keyed with vault.key over "assay/vault/party/1" || party. */
static void party_key(const struct vault *vault, const char *party, uint8_t out[VAULT_KEY_SIZE])
{
	uint8_t memory[128];
	struct buf buf;
	buf_over(&buf, memory, sizeof memory);
	buf_put_text(&buf, "assay/vault/party/1");
	buf_put_text(&buf, party);
	assert(buf.err == OK);
	hash_blake2b(span_of(vault->key, VAULT_KEY_SIZE), buf_span(&buf), out, VAULT_KEY_SIZE);
}

void vault_wrap(const struct vault *vault, const char *party, const uint8_t of[VAULT_ID_SIZE],
	const uint8_t secret[VAULT_KEY_SIZE], uint8_t out[VAULT_WRAPPED])
{
	uint8_t key[VAULT_KEY_SIZE];
	party_key(vault, party, key);
	env_random(vault->env, out, AEAD_NONCE);
	aead_seal(key, out, span_of(secret, VAULT_KEY_SIZE), span_of(of, VAULT_ID_SIZE),
		out + AEAD_NONCE);
	secret_wipe(key, sizeof key);
}

enum err vault_unwrap(const struct vault *vault, const char *party, const uint8_t of[VAULT_ID_SIZE],
	struct span wrapped, uint8_t secret[VAULT_KEY_SIZE], struct fault *fault)
{
	uint8_t key[VAULT_KEY_SIZE];
	if (wrapped.size != VAULT_WRAPPED)
		return fault_set(fault, ERR_CORRUPT, 0, 0,
			"keys.db: a wrapped key has the wrong size; restore the file");
	party_key(vault, party, key);
	enum err err = aead_open(key, wrapped.at, span_cut(wrapped, AEAD_NONCE, wrapped.size),
		span_of(of, VAULT_ID_SIZE), secret);
	secret_wipe(key, sizeof key);
	if (err)
		return fault_set(fault, ERR_CORRUPT, 0, 0,
			"keys.db: a key does not open; keys.db and vault.key must belong together");
	return OK;
}

enum err vault_take(
	struct db_query *query, int column, uint8_t *out, size_t size, struct fault *fault)
{
	struct span bytes = db_bytes(query, column);
	if (bytes.size != size)
		return fault_set(fault, ERR_CORRUPT, 0, 0,
			"the vault holds a value of the wrong size; restore vault.db and keys.db");
	memcpy(out, bytes.at, size);
	return OK;
}

/* Bound to the record, its version and its party, so that rows cannot be exchanged. */
static void put_bound(struct buf *buf, const char *party, const struct vault_row *row)
{
	buf_put(buf, span_of(row->id, VAULT_ID_SIZE));
	buf_put_be(buf, row->version, 4);
	buf_put_text(buf, party);
	assert(buf->err == OK);
}

static enum err seal(struct vault *vault, const char *party, const struct vault_row *row,
	const uint8_t key[VAULT_KEY_SIZE], struct span content, struct buf *sealed,
	struct fault *fault)
{
	uint8_t memory[VAULT_ID_SIZE + 4 + MEMBER_NAME_MAX + 1];
	struct buf bound;
	buf_over(&bound, memory, sizeof memory);
	put_bound(&bound, party, row);
	uint8_t *nonce = buf_reserve(sealed, AEAD_NONCE + content.size + AEAD_EXTRA);
	if (!nonce)
		return fault_set(fault, sealed->err, 0, content.size,
			"a record of the vault has at most %zu bytes", VAULT_CONTENT_MAX);
	env_random(vault->env, nonce, AEAD_NONCE);
	aead_seal(key, nonce, content, buf_span(&bound), nonce + AEAD_NONCE);
	sealed->size += AEAD_NONCE + content.size + AEAD_EXTRA;
	return OK;
}

static enum err put_key(struct vault *vault, const char *party, const struct vault_row *row,
	const uint8_t key[VAULT_KEY_SIZE], struct fault *fault)
{
	uint8_t wrapped[VAULT_WRAPPED];
	struct db_query *query;
	vault_wrap(vault, party, row->id, key, wrapped);
	enum err err = db_prepare(vault->keys,
		"INSERT INTO record_key(record, person, wrapped) VALUES(?,?,?)", &query, fault);
	if (err)
		return err;
	db_bind_bytes(query, 1, span_of(row->id, VAULT_ID_SIZE));
	db_bind_bytes(query, 2, span_of(row->person, VAULT_ID_SIZE));
	db_bind_bytes(query, 3, span_of(wrapped, sizeof wrapped));
	err = db_run(query, fault);
	db_query_free(query);
	return err;
}

static enum err get_key(struct vault *vault, const char *party, const struct vault_row *row,
	uint8_t key[VAULT_KEY_SIZE], struct fault *fault)
{
	struct db_query *query;
	bool found = false;
	enum err err = db_prepare(vault->keys,
		"SELECT wrapped FROM record_key WHERE record=? AND person=?", &query, fault);
	if (err)
		return err;
	db_bind_bytes(query, 1, span_of(row->id, VAULT_ID_SIZE));
	db_bind_bytes(query, 2, span_of(row->person, VAULT_ID_SIZE));
	err = db_step(query, &found, fault);
	if (!err && !found)
		err = fault_set(fault, ERR_CORRUPT, 0, 0,
			"the record's key is not in keys.db: it was erased, or keys.db is older "
			"than vault.db");
	if (!err)
		err = vault_unwrap(vault, party, row->id, db_bytes(query, 0), key, fault);
	db_query_free(query);
	return err;
}

static enum err put_row(
	struct vault *vault, struct vault_row *row, struct span sealed, struct fault *fault)
{
	struct db_query *query;
	enum err err = db_prepare(vault->records,
		"INSERT INTO record(id, person, kind, version, commitment, position, sealed) "
		"VALUES(?,?,?,?,?,?,?)",
		&query, fault);
	if (err)
		return err;
	db_bind_bytes(query, 1, span_of(row->id, VAULT_ID_SIZE));
	db_bind_bytes(query, 2, span_of(row->person, VAULT_ID_SIZE));
	db_bind_int(query, 3, row->kind);
	db_bind_int(query, 4, row->version);
	if (row->has_commitment)
		db_bind_bytes(query, 5, span_of(row->commitment, COMMITMENT_SIZE));
	else
		db_bind_null(query, 5);
	if (row->position != POSITION_NONE)
		db_bind_int(query, 6, (int64_t)row->position);
	else
		db_bind_null(query, 6);
	db_bind_bytes(query, 7, sealed);
	err = db_run(query, fault);
	db_query_free(query);
	if (!err)
		row->number = db_last_rowid(vault->records);
	return err;
}

/* The key is durable before the record: a crash between leaves a key to nothing. */
enum err vault_row_add(struct vault *vault, const char *party, struct vault_row *row,
	struct span content, struct fault *fault)
{
	uint8_t key[VAULT_KEY_SIZE];
	struct buf sealed;
	buf_init(&sealed, VAULT_CONTENT_MAX + AEAD_NONCE + AEAD_EXTRA);
	env_random(vault->env, row->id, VAULT_ID_SIZE);
	env_random(vault->env, key, sizeof key);
	row->version = 1;
	enum err err = seal(vault, party, row, key, content, &sealed, fault);
	if (!err)
		err = put_key(vault, party, row, key, fault);
	if (!err)
		err = put_row(vault, row, buf_span(&sealed), fault);
	secret_wipe(key, sizeof key);
	buf_close(&sealed);
	return err;
}

enum err vault_row_change(struct vault *vault, const char *party, struct vault_row *row,
	struct span content, struct fault *fault)
{
	uint8_t key[VAULT_KEY_SIZE];
	struct buf sealed;
	struct db_query *query = NULL;
	buf_init(&sealed, VAULT_CONTENT_MAX + AEAD_NONCE + AEAD_EXTRA);
	enum err err = get_key(vault, party, row, key, fault);
	if (err)
		goto undo;
	row->version++;
	err = seal(vault, party, row, key, content, &sealed, fault);
	if (!err)
		err = db_prepare(vault->records, "UPDATE record SET version=?, sealed=? WHERE id=?",
			&query, fault);
	if (err)
		goto undo;
	db_bind_int(query, 1, row->version);
	db_bind_bytes(query, 2, buf_span(&sealed));
	db_bind_bytes(query, 3, span_of(row->id, VAULT_ID_SIZE));
	err = db_run(query, fault);
undo:
	db_query_free(query);
	secret_wipe(key, sizeof key);
	buf_close(&sealed);
	return err;
}

enum err vault_row_open(struct vault *vault, const char *party, const struct vault_row *row,
	struct span sealed, struct buf *content, struct fault *fault)
{
	uint8_t key[VAULT_KEY_SIZE];
	uint8_t memory[VAULT_ID_SIZE + 4 + MEMBER_NAME_MAX + 1];
	struct buf bound;
	if (sealed.size < AEAD_NONCE + AEAD_EXTRA)
		return fault_set(
			fault, ERR_CORRUPT, 0, 0, "vault.db: a record is cut; restore the file");
	size_t size = sealed.size - AEAD_NONCE - AEAD_EXTRA;
	enum err err = get_key(vault, party, row, key, fault);
	if (err)
		return err;
	buf_over(&bound, memory, sizeof memory);
	put_bound(&bound, party, row);
	buf_reset(content);
	uint8_t *out = buf_reserve(content, size);
	if (!out)
		err = fault_set(fault, content->err, 0, 0, "no room for a record of the vault");
	else if (aead_open(key, sealed.at, span_cut(sealed, AEAD_NONCE, sealed.size),
			 buf_span(&bound), out))
		err = fault_set(fault, ERR_CORRUPT, 0, 0,
			"vault.db: a record does not open under its key; restore the file");
	else
		content->size += size;
	secret_wipe(key, sizeof key);
	return err;
}
