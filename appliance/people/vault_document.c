/* Documents of a person: secured credentials and clearance decisions. */
#include "appliance/people/vault_inside.h"

/* Content: {1 document, 2 r, 3 true when imported, 4 list, 5 index, 6 ms when it was added}; 4
 * and 5 not in decisions. */
static enum err put_document(const struct vault_document *document, int64_t now_ms,
	struct buf *content, struct fault *fault)
{
	bool has_entry = document->kind != VAULT_DECISION;
	if (document->document.size > VAULT_DOCUMENT_MAX)
		return fault_set(fault, ERR_LIMIT, 0, document->document.size,
			"a document in the vault has at most %zu bytes", VAULT_DOCUMENT_MAX);
	cbor_put_map(content, (size_t)3 + document->is_imported + (has_entry ? 2 : 0));
	cbor_put_uint(content, 1);
	cbor_put_bytes(content, document->document);
	cbor_put_uint(content, 2);
	cbor_put_bytes(content, span_of(document->r, COMMITMENT_KEY_SIZE));
	if (document->is_imported) {
		cbor_put_uint(content, 3);
		cbor_put_bool(content, true);
	}
	if (has_entry) {
		cbor_put_uint(content, 4);
		cbor_put_bytes(content, span_of(document->list, STATUS_LIST_ID));
		cbor_put_uint(content, 5);
		cbor_put_uint(content, document->index);
	}
	cbor_put_uint(content, 6);
	cbor_put_int(content, now_ms);
	return content->err ? fault_set(fault, content->err, 0, 0, "no room for a document") : OK;
}

static void take_bytes(struct cbor *cbor, uint8_t *out, size_t size)
{
	struct span bytes = cbor_bytes_of(cbor, size);
	if (bytes.size == size)
		memcpy(out, bytes.at, size);
}

static enum err take_document(
	struct span content, struct vault_document *document, struct fault *fault)
{
	struct cbor cbor;
	struct cbor_map map;
	int64_t key;
	cbor_init(&cbor, content);
	cbor_map(&cbor, &map, 6);
	while (cbor_map_int(&cbor, &map, &key)) {
		switch (key) {
		case 1: document->document = cbor_bytes(&cbor); break;
		case 2: take_bytes(&cbor, document->r, COMMITMENT_KEY_SIZE); break;
		case 3: document->is_imported = cbor_bool(&cbor); break;
		case 4: take_bytes(&cbor, document->list, STATUS_LIST_ID); break;
		case 5: document->index = (uint32_t)cbor_uint_max(&cbor, STATUS_INDEX_MAX); break;
		case 6: document->added_ms = cbor_int(&cbor); break;
		default: cbor_fail(&cbor, ERR_FORMAT, "unknown field of a document");
		}
	}
	return cbor_end(&cbor, fault);
}

static enum err check_new(struct vault *vault, const char *party,
	const struct vault_document *document, struct fault *fault)
{
	struct db_query *query;
	bool row;
	enum err err = vault_person_check(vault, party, document->person, fault);
	if (err)
		return err;
	err = db_prepare(vault->records,
		"SELECT (SELECT count(*) FROM record r JOIN person p ON p.id=r.person "
		"WHERE r.commitment=?1 AND p.party=?4), "
		"(SELECT count(*) FROM record WHERE person=?2 AND kind=?3)",
		&query, fault);
	if (err)
		return err;
	db_bind_bytes(query, 1, span_of(document->commitment, COMMITMENT_SIZE));
	db_bind_bytes(query, 2, span_of(document->person, VAULT_ID_SIZE));
	db_bind_int(query, 3, document->kind);
	db_bind_text(query, 4, span_text(party));
	err = db_step(query, &row, fault);
	if (!err && row && db_int(query, 0) > 0)
		err = fault_set(fault, ERR_EXISTS, 0, 0, "this document is already in the vault");
	else if (!err && row && db_int(query, 1) >= VAULT_DOCUMENTS_MAX)
		err = fault_set(fault, ERR_LIMIT, 0, 0,
			"a person has at most %d documents of a kind", VAULT_DOCUMENTS_MAX);
	db_query_free(query);
	return err;
}

enum err vault_document_add(struct vault *vault, const char *party,
	const struct vault_document *document, struct fault *fault)
{
	struct vault_row row = {
		.kind = document->kind, .has_commitment = true, .position = document->position};
	struct buf content;
	memcpy(row.person, document->person, VAULT_ID_SIZE);
	memcpy(row.commitment, document->commitment, COMMITMENT_SIZE);
	buf_init(&content, VAULT_CONTENT_MAX);
	enum err err = put_document(document, env_now_ms(vault->env), &content, fault);
	(void)pthread_mutex_lock(&vault->lock);
	if (!err)
		err = check_new(vault, party, document, fault);
	if (!err)
		err = vault_row_add(vault, party, &row, buf_span(&content), fault);
	(void)pthread_mutex_unlock(&vault->lock);
	if (content.at)
		secret_wipe(content.at, content.size);
	buf_close(&content);
	return err;
}

#define SELECT_DOCUMENT                                                                            \
	"SELECT r.id, r.version, r.person, r.kind, r.number, r.commitment, r.position, r.sealed "  \
	"FROM record r JOIN person p ON p.id = r.person WHERE p.party=? AND "

static enum err read_document(struct vault *vault, const char *party, struct db_query *query,
	struct vault_document *document, struct buf *bytes, struct fault *fault)
{
	struct vault_row row = {0};
	struct vault_document read = {0};
	bool found;
	enum err err = db_step(query, &found, fault);
	if (!err && !found)
		return fault_set(fault, ERR_NOT_FOUND, 0, 0, "no such document is in the vault");
	if (!err)
		err = vault_take(query, 0, row.id, VAULT_ID_SIZE, fault);
	if (!err)
		err = vault_take(query, 2, row.person, VAULT_ID_SIZE, fault);
	if (!err)
		err = vault_take(query, 5, read.commitment, COMMITMENT_SIZE, fault);
	if (err)
		return err;
	row.version = (uint32_t)db_int(query, 1);
	read.kind = (enum vault_kind)db_int(query, 3);
	read.number = db_int(query, 4);
	read.position = db_is_null(query, 6) ? POSITION_NONE : (uint64_t)db_int(query, 6);
	memcpy(read.person, row.person, VAULT_ID_SIZE);
	err = vault_row_open(vault, party, &row, db_bytes(query, 7), bytes, fault);
	if (!err)
		err = take_document(buf_span(bytes), &read, fault);
	if (!err)
		*document = read;
	return err;
}

enum err vault_document_next(struct vault *vault, const char *party,
	const uint8_t person[VAULT_ID_SIZE], enum vault_kind kind, int64_t after,
	struct vault_document *document, struct buf *bytes, struct fault *fault)
{
	struct db_query *query;
	(void)pthread_mutex_lock(&vault->lock);
	enum err err = db_prepare(vault->records,
		SELECT_DOCUMENT "r.person=? AND r.kind=? AND r.number>? ORDER BY r.number LIMIT 1",
		&query, fault);
	if (!err) {
		db_bind_text(query, 1, span_text(party));
		db_bind_bytes(query, 2, span_of(person, VAULT_ID_SIZE));
		db_bind_int(query, 3, kind);
		db_bind_int(query, 4, after);
		err = read_document(vault, party, query, document, bytes, fault);
		db_query_free(query);
	}
	(void)pthread_mutex_unlock(&vault->lock);
	return err;
}

enum err vault_document_find(struct vault *vault, const char *party,
	const uint8_t commitment[COMMITMENT_SIZE], struct vault_document *document,
	struct buf *bytes, struct fault *fault)
{
	struct db_query *query;
	(void)pthread_mutex_lock(&vault->lock);
	enum err err = db_prepare(vault->records, SELECT_DOCUMENT "r.commitment=?", &query, fault);
	if (!err) {
		db_bind_text(query, 1, span_text(party));
		db_bind_bytes(query, 2, span_of(commitment, COMMITMENT_SIZE));
		err = read_document(vault, party, query, document, bytes, fault);
		db_query_free(query);
	}
	(void)pthread_mutex_unlock(&vault->lock);
	return err;
}

/* Runs an update or delete of (party, commitment, ...) that must touch one row. */
static enum err touch_document(struct vault *vault, const char *sql, const char *party,
	const uint8_t commitment[COMMITMENT_SIZE], const uint64_t *position, struct fault *fault)
{
	struct db_query *query;
	enum err err = db_prepare(vault->records, sql, &query, fault);
	if (err)
		return err;
	db_bind_bytes(query, 1, span_of(commitment, COMMITMENT_SIZE));
	db_bind_text(query, 2, span_text(party));
	if (position)
		db_bind_int(query, 3, (int64_t)*position);
	err = db_run(query, fault);
	db_query_free(query);
	if (!err && db_changes(vault->records) != 1)
		err = fault_set(fault, ERR_NOT_FOUND, 0, 0, "no such document is in the vault");
	return err;
}

enum err vault_document_stated(struct vault *vault, const char *party,
	const uint8_t commitment[COMMITMENT_SIZE], uint64_t position, struct fault *fault)
{
	(void)pthread_mutex_lock(&vault->lock);
	enum err err = touch_document(vault,
		"UPDATE record SET position=?3 WHERE commitment=?1 AND person IN "
		"(SELECT id FROM person WHERE party=?2)",
		party, commitment, &position, fault);
	(void)pthread_mutex_unlock(&vault->lock);
	return err;
}

/* The record's key goes first, as in an erasure. */
enum err vault_document_drop(struct vault *vault, const char *party,
	const uint8_t commitment[COMMITMENT_SIZE], struct fault *fault)
{
	struct db_query *query = NULL;
	struct db_query *key = NULL;
	uint8_t id[VAULT_ID_SIZE];
	bool found = false;
	(void)pthread_mutex_lock(&vault->lock);
	enum err err = db_prepare(vault->records,
		"SELECT r.id FROM record r JOIN person p ON p.id=r.person WHERE r.commitment=? "
		"AND p.party=?",
		&query, fault);
	if (err)
		goto undo;
	db_bind_bytes(query, 1, span_of(commitment, COMMITMENT_SIZE));
	db_bind_text(query, 2, span_text(party));
	err = db_step(query, &found, fault);
	if (!err && !found)
		err = fault_set(fault, ERR_NOT_FOUND, 0, 0, "no such document is in the vault");
	if (!err)
		err = vault_take(query, 0, id, VAULT_ID_SIZE, fault);
	db_query_free(query);
	if (!err)
		err = db_prepare(vault->keys, "DELETE FROM record_key WHERE record=?", &key, fault);
	if (err)
		goto undo;
	db_bind_bytes(key, 1, span_of(id, VAULT_ID_SIZE));
	err = db_run(key, fault);
	db_query_free(key);
	if (!err)
		err = touch_document(vault,
			"DELETE FROM record WHERE commitment=?1 AND person IN "
			"(SELECT id FROM person WHERE party=?2)",
			party, commitment, NULL, fault);
	if (!err)
		err = db_checkpoint_truncate(vault->keys, fault);
	if (!err)
		err = db_checkpoint_truncate(vault->records, fault);
undo:
	(void)pthread_mutex_unlock(&vault->lock);
	return err;
}
