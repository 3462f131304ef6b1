/* What a person is called towards each organisation. */
#include "appliance/people/vault_inside.h"

static enum err make_pseudonym(struct vault *vault, const char *party, const uint8_t *id,
	const char *organisation, uint8_t out[PERSON_SIZE], struct fault *fault)
{
	uint8_t secret[VAULT_KEY_SIZE];
	uint8_t hash[HASH_SIZE];
	uint8_t memory[128];
	struct buf message;
	struct db_query *query;
	bool found = false;
	enum err err = db_prepare(
		vault->keys, "SELECT wrapped FROM person_secret WHERE person=?", &query, fault);
	if (err)
		return err;
	db_bind_bytes(query, 1, span_of(id, VAULT_ID_SIZE));
	err = db_step(query, &found, fault);
	if (!err && !found)
		err = fault_set(fault, ERR_CORRUPT, 0, 0,
			"the person's secret is not in keys.db: it was erased, or keys.db is older "
			"than vault.db");
	if (!err)
		err = vault_unwrap(vault, party, id, db_bytes(query, 0), secret, fault);
	db_query_free(query);
	if (err)
		return err;
	buf_over(&message, memory, sizeof memory);
	buf_put_text(&message, "assay/rel/1");
	buf_put_u8(&message, 0);
	buf_put_text(&message, organisation);
	if (message.err)
		err = fault_set(fault, ERR_LIMIT, 0, 0, "the organisation's name is too long");
	hash_blake2b(span_of(secret, sizeof secret), buf_span(&message), hash, sizeof hash);
	secret_wipe(secret, sizeof secret);
	if (!err)
		memcpy(out, hash, PERSON_SIZE);
	return err;
}

static enum err keep_pseudonym(struct vault *vault, const char *party, const uint8_t *id,
	const uint8_t pseudonym[PERSON_SIZE], struct fault *fault)
{
	struct db_query *query;
	enum err err = db_prepare(vault->records,
		"INSERT OR IGNORE INTO pseudonym(party, pseudonym, person) VALUES(?,?,?)", &query,
		fault);
	if (err)
		return err;
	db_bind_text(query, 1, span_text(party));
	db_bind_bytes(query, 2, span_of(pseudonym, PERSON_SIZE));
	db_bind_bytes(query, 3, span_of(id, VAULT_ID_SIZE));
	err = db_run(query, fault);
	db_query_free(query);
	return err;
}

enum err vault_pseudonym(struct vault *vault, const char *party, const uint8_t id[VAULT_ID_SIZE],
	const char *organisation, uint8_t out[PERSON_SIZE], struct fault *fault)
{
	uint8_t pseudonym[PERSON_SIZE];
	(void)pthread_mutex_lock(&vault->lock);
	enum err err = vault_person_check(vault, party, id, fault);
	if (!err)
		err = make_pseudonym(vault, party, id, organisation, pseudonym, fault);
	if (!err)
		err = keep_pseudonym(vault, party, id, pseudonym, fault);
	(void)pthread_mutex_unlock(&vault->lock);
	if (!err)
		memcpy(out, pseudonym, PERSON_SIZE);
	return err;
}

enum err vault_person_of(struct vault *vault, const char *party,
	const uint8_t pseudonym[PERSON_SIZE], uint8_t id[VAULT_ID_SIZE], struct fault *fault)
{
	struct db_query *query;
	bool found = false;
	(void)pthread_mutex_lock(&vault->lock);
	enum err err = db_prepare(vault->records,
		"SELECT person FROM pseudonym WHERE party=? AND pseudonym=?", &query, fault);
	if (!err) {
		db_bind_text(query, 1, span_text(party));
		db_bind_bytes(query, 2, span_of(pseudonym, PERSON_SIZE));
		err = db_step(query, &found, fault);
		if (!err && !found)
			err = fault_set(fault, ERR_NOT_FOUND, 0, 0,
				"no person of that pseudonym is in the vault");
		if (!err)
			err = vault_take(query, 0, id, VAULT_ID_SIZE, fault);
		db_query_free(query);
	}
	(void)pthread_mutex_unlock(&vault->lock);
	return err;
}
