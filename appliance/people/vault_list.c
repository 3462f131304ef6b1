/* The status lists that a party keeps, one for each organisation that relies on it. */
#include "appliance/people/vault_inside.h"

/* The party's newest list for an organisation that is not full, or a new one. */
static enum err find_list(struct vault *vault, const char *party, const char *relying,
	uint8_t list[STATUS_LIST_ID], uint32_t *used, struct fault *fault)
{
	struct db_query *query;
	bool found = false;
	enum err err = db_prepare(vault->records,
		"SELECT id, used FROM list WHERE party=? AND relying=? AND used<=? "
		"ORDER BY used LIMIT 1",
		&query, fault);
	if (err)
		return err;
	db_bind_text(query, 1, span_text(party));
	db_bind_text(query, 2, span_text(relying));
	db_bind_int(query, 3, STATUS_INDEX_MAX);
	err = db_step(query, &found, fault);
	if (!err && found) {
		*used = (uint32_t)db_int(query, 1);
		err = vault_take(query, 0, list, STATUS_LIST_ID, fault);
	}
	db_query_free(query);
	if (err || found)
		return err;
	env_random(vault->env, list, STATUS_LIST_ID);
	*used = 0;
	err = db_prepare(vault->records,
		"INSERT INTO list(id, party, relying, used) VALUES(?,?,?,0)", &query, fault);
	if (err)
		return err;
	db_bind_bytes(query, 1, span_of(list, STATUS_LIST_ID));
	db_bind_text(query, 2, span_text(party));
	db_bind_text(query, 3, span_text(relying));
	err = db_run(query, fault);
	db_query_free(query);
	return err;
}

enum err vault_list_take(struct vault *vault, const char *party, const char *relying,
	uint8_t list[STATUS_LIST_ID], uint32_t *index, struct fault *fault)
{
	uint8_t found[STATUS_LIST_ID];
	uint32_t used = 0;
	struct db_query *query;
	(void)pthread_mutex_lock(&vault->lock);
	enum err err = find_list(vault, party, relying, found, &used, fault);
	if (!err)
		err = db_prepare(
			vault->records, "UPDATE list SET used=used+1 WHERE id=?", &query, fault);
	if (!err) {
		db_bind_bytes(query, 1, span_of(found, STATUS_LIST_ID));
		err = db_run(query, fault);
		db_query_free(query);
	}
	(void)pthread_mutex_unlock(&vault->lock);
	if (err)
		return err;
	memcpy(list, found, STATUS_LIST_ID);
	*index = used;
	return OK;
}

enum err vault_list_next(struct vault *vault, const char *party, const uint8_t *after,
	uint8_t list[STATUS_LIST_ID], uint32_t *used, struct fault *fault)
{
	struct db_query *query;
	bool found = false;
	(void)pthread_mutex_lock(&vault->lock);
	enum err err = db_prepare(vault->records,
		"SELECT id, used FROM list WHERE party=? AND id>? ORDER BY id LIMIT 1", &query,
		fault);
	if (!err) {
		db_bind_text(query, 1, span_text(party));
		db_bind_bytes(query, 2,
			span_of(after ? after : (const uint8_t *)"", after ? STATUS_LIST_ID : 0));
		err = db_step(query, &found, fault);
		if (!err && !found)
			err = fault_set(fault, ERR_NOT_FOUND, 0, 0, "no more status lists");
		if (!err)
			err = vault_take(query, 0, list, STATUS_LIST_ID, fault);
		if (!err)
			*used = (uint32_t)db_int(query, 1);
		db_query_free(query);
	}
	(void)pthread_mutex_unlock(&vault->lock);
	return err;
}
