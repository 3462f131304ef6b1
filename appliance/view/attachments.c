#include "appliance/view/attachments.h"

#include "ledger/base/db.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

/* wrap: content keys sealed again to a box key that came later (kid), since the file itself, whose
 * hash is on the ledger, cannot change. */
static const char schema[] = "CREATE TABLE file(hash BLOB PRIMARY KEY, bytes BLOB NOT NULL);"
			     "CREATE TABLE wrap(hash BLOB NOT NULL, kid BLOB NOT NULL, box BLOB "
			     "NOT NULL, PRIMARY KEY(hash, kid)) WITHOUT ROWID;";

#define ATTACHMENTS_APPLICATION 0x41534154 /* "ASAT" */

struct attachments {
	struct db *db;
	pthread_mutex_t lock;
};

enum err attachments_open(
	struct attachments **out, const char *folder, const struct env *env, struct fault *fault)
{
	struct attachments *attachments = calloc(1, sizeof *attachments);
	if (!attachments)
		return fault_set(fault, ERR_MEMORY, 0, 0, "out of memory for attachments");
	pthread_mutex_init(&attachments->lock, NULL);
	char path[4096];
	(void)snprintf(path, sizeof path, "%s/attachments.db", folder);
	enum err err = db_open(&attachments->db,
		&(struct db_options){.path = path,
			.vfs = env->vfs,
			.mode = DB_FULL,
			.application = ATTACHMENTS_APPLICATION,
			.version = 1,
			.schema = schema,
			.secure_delete = true},
		fault);
	if (err)
		attachments_free(attachments);
	else
		*out = attachments;
	return err;
}

void attachments_free(struct attachments *attachments)
{
	if (!attachments)
		return;
	db_free(attachments->db);
	pthread_mutex_destroy(&attachments->lock);
	free(attachments);
}

enum err attachments_put(struct attachments *attachments, const uint8_t hash[HASH_SIZE],
	struct span file, struct fault *fault)
{
	struct db_query *query = NULL;
	pthread_mutex_lock(&attachments->lock);
	enum err err = db_prepare(attachments->db,
		"INSERT OR IGNORE INTO file(hash, bytes) VALUES(?1, ?2)", &query, fault);
	if (!err) {
		db_bind_bytes(query, 1, span_of(hash, HASH_SIZE));
		db_bind_bytes(query, 2, file);
		err = db_run(query, fault);
	}
	db_query_free(query);
	pthread_mutex_unlock(&attachments->lock);
	return err;
}

enum err attachments_get(struct attachments *attachments, const uint8_t hash[HASH_SIZE],
	struct buf *file, struct fault *fault)
{
	struct db_query *query = NULL;
	bool row = false;
	pthread_mutex_lock(&attachments->lock);
	enum err err = db_prepare(
		attachments->db, "SELECT bytes FROM file WHERE hash = ?1", &query, fault);
	if (!err) {
		db_bind_bytes(query, 1, span_of(hash, HASH_SIZE));
		err = db_step(query, &row, fault);
	}
	if (!err && row)
		buf_put(file, db_bytes(query, 0));
	if (!err && !row)
		err = fault_set(fault, ERR_NOT_FOUND, 0, 0, "this attachment is not held here");
	if (!err && file->err)
		err = fault_set(fault, file->err, 0, 0, "out of memory for an attachment");
	db_query_free(query);
	pthread_mutex_unlock(&attachments->lock);
	return err;
}

enum err attachments_erase(
	struct attachments *attachments, const uint8_t hash[HASH_SIZE], struct fault *fault)
{
	struct db_query *query = NULL;
	pthread_mutex_lock(&attachments->lock);
	enum err err =
		db_prepare(attachments->db, "DELETE FROM file WHERE hash = ?1", &query, fault);
	if (!err) {
		db_bind_bytes(query, 1, span_of(hash, HASH_SIZE));
		err = db_run(query, fault);
	}
	db_query_free(query);
	query = NULL;
	if (!err)
		err = db_prepare(
			attachments->db, "DELETE FROM wrap WHERE hash = ?1", &query, fault);
	if (!err) {
		db_bind_bytes(query, 1, span_of(hash, HASH_SIZE));
		err = db_run(query, fault);
	}
	db_query_free(query);
	if (!err) /* or the WAL would keep it */
		err = db_checkpoint_truncate(attachments->db, fault);
	pthread_mutex_unlock(&attachments->lock);
	return err;
}

enum err readers_add(struct readers *readers, const struct table *table, const struct party *party,
	const char *name, int64_t time_ms, struct fault *fault)
{
	struct key_walk walk;
	struct key_record key;
	uint8_t newest[BOX_PUBLIC];
	bool found = false;
	enum err err;
	key_walk_init(&walk, party, KEY_BOX);
	while (!(err = key_walk_next(table, &walk, &key, fault))) {
		bool in_force = false;
		err = key_in_force(table, &key, time_ms, &in_force, fault);
		if (err)
			return err;
		if (in_force) {
			memcpy(newest, key.public, sizeof newest);
			found = true;
		}
	}
	if (err != ERR_NOT_FOUND)
		return err;
	if (!found)
		return fault_set(fault, ERR_KEY, 0, 0,
			"%s has no box key in force: nothing can be sealed for it", name);
	for (size_t i = 0; i < readers->count; i++)
		if (!memcmp(readers->public[i], newest, sizeof newest))
			return OK;
	if (readers->count == ATTACHMENT_READERS_MAX)
		return fault_set(fault, ERR_LIMIT, 0, 0, "more than %d readers of one attachment",
			ATTACHMENT_READERS_MAX);
	memcpy(readers->public[readers->count++], newest, sizeof newest);
	return OK;
}

enum err attachments_seal(struct attachments *attachments, const struct readers *readers,
	const struct desk_party *author, uint64_t sequence, const char *media, struct span bytes,
	struct attachment_record *record, struct fault *fault)
{
	struct attachment_author bound = {.sequence = sequence};
	uint8_t content_key[AEAD_KEY];
	struct buf file;
	memcpy(bound.kid, author->kid, sizeof bound.kid);
	buf_init(&file, ATTACHMENT_SIZE_MAX);
	enum err err = attachment_seal(readers->public, readers->count, &bound, span_text(media),
		bytes, &file, content_key, record, fault);
	if (!err)
		err = attachments_put(attachments, record->hash, buf_span(&file), fault);
	secret_wipe(content_key, sizeof content_key);
	buf_close(&file);
	return err;
}

struct unwrapping {
	struct keyholder *holder;
	const uint8_t *kid;
};

static enum err unwrap(void *self, struct span box, uint8_t content_key[AEAD_KEY])
{
	const struct unwrapping *unwrapping = self;
	struct fault fault;
	return keyholder_box_open(unwrapping->holder, unwrapping->kid, box, content_key, &fault);
}

static enum err open_with(struct desk *desk, const uint8_t kid[KID_SIZE], struct span file,
	uint8_t content_key[AEAD_KEY], struct fault *fault)
{
	struct unwrapping self = {desk_keyholder(desk), kid};
	struct unwrapper unwrapper = {&self, unwrap};
	return attachment_open_boxes(file, &unwrapper, content_key, NULL, fault);
}

enum err attachments_wrapped(struct attachments *attachments, const uint8_t hash[HASH_SIZE],
	const uint8_t kid[KID_SIZE], uint8_t box[ATTACHMENT_WRAP_SIZE], struct fault *fault)
{
	struct db_query *query = NULL;
	bool row = false;
	pthread_mutex_lock(&attachments->lock);
	enum err err = db_prepare(attachments->db,
		"SELECT box FROM wrap WHERE hash = ?1 AND kid = ?2", &query, fault);
	if (!err) {
		db_bind_bytes(query, 1, span_of(hash, HASH_SIZE));
		db_bind_bytes(query, 2, span_of(kid, KID_SIZE));
		err = db_step(query, &row, fault);
	}
	if (!err && (!row || db_bytes(query, 0).size != ATTACHMENT_WRAP_SIZE))
		err = ERR_NOT_FOUND;
	if (!err)
		memcpy(box, db_bytes(query, 0).at, ATTACHMENT_WRAP_SIZE);
	db_query_free(query);
	pthread_mutex_unlock(&attachments->lock);
	return err;
}

enum err attachments_wrap(struct attachments *attachments, const uint8_t hash[HASH_SIZE],
	const uint8_t kid[KID_SIZE], const uint8_t box[ATTACHMENT_WRAP_SIZE], struct fault *fault)
{
	struct db_query *query = NULL;
	pthread_mutex_lock(&attachments->lock);
	enum err err = db_prepare(attachments->db,
		"INSERT OR REPLACE INTO wrap(hash, kid, box) VALUES(?1, ?2, ?3)", &query, fault);
	if (!err) {
		db_bind_bytes(query, 1, span_of(hash, HASH_SIZE));
		db_bind_bytes(query, 2, span_of(kid, KID_SIZE));
		db_bind_bytes(query, 3, span_of(box, ATTACHMENT_WRAP_SIZE));
		err = db_run(query, fault);
	}
	db_query_free(query);
	pthread_mutex_unlock(&attachments->lock);
	return err;
}

enum err attachments_next(struct attachments *attachments, bool is_first, uint8_t hash[HASH_SIZE],
	struct fault *fault)
{
	struct db_query *query = NULL;
	bool row = false;
	uint8_t after[HASH_SIZE];
	memcpy(after, hash, sizeof after);
	pthread_mutex_lock(&attachments->lock);
	enum err err = db_prepare(attachments->db,
		is_first ? "SELECT hash FROM file ORDER BY hash LIMIT 1"
			 : "SELECT hash FROM file WHERE hash > ?1 ORDER BY hash LIMIT 1",
		&query, fault);
	if (!err && !is_first)
		db_bind_bytes(query, 1, span_of(after, sizeof after));
	if (!err)
		err = db_step(query, &row, fault);
	if (!err && (!row || db_bytes(query, 0).size != HASH_SIZE))
		err = ERR_NOT_FOUND;
	if (!err)
		memcpy(hash, db_bytes(query, 0).at, HASH_SIZE);
	db_query_free(query);
	pthread_mutex_unlock(&attachments->lock);
	return err;
}

enum err attachments_content_key(struct attachments *attachments, struct desk *desk,
	const struct desk_party *reader, const uint8_t hash[HASH_SIZE], struct span file,
	uint8_t content_key[AEAD_KEY], struct fault *fault)
{
	uint8_t box[ATTACHMENT_WRAP_SIZE];
	enum err err = attachments_wrapped(attachments, hash, reader->box_kid, box, fault);
	if (!err)
		err = keyholder_box_open(desk_keyholder(desk), reader->box_kid,
			span_of(box, sizeof box), content_key, fault);
	else if (err == ERR_NOT_FOUND)
		err = open_with(desk, reader->box_kid, file, content_key, fault);
	for (size_t i = 0; err == ERR_NOT_FOUND && i < reader->former_count; i++)
		err = open_with(desk, reader->former_box[i], file, content_key, fault);
	return err;
}

enum err attachments_read(struct attachments *attachments, struct desk *desk,
	const struct desk_party *reader, const struct statement *statement, size_t index,
	struct buf *buf, struct attachment_content *content, struct fault *fault)
{
	struct attachment_record record;
	struct attachment_author author = {.sequence = statement->sequence};
	uint8_t content_key[AEAD_KEY];
	struct buf file;
	if (!reader->has_box)
		return fault_set(
			fault, ERR_NOT_FOUND, 0, 0, "%s has no box key here", reader->name);
	memcpy(author.kid, statement->envelope.kid.at, sizeof author.kid);
	statement_attachment(statement, index, &record);
	buf_init(&file, ATTACHMENT_SIZE_MAX);
	enum err err = attachments_get(attachments, record.hash, &file, fault);
	if (!err)
		err = attachments_content_key(attachments, desk, reader, record.hash,
			buf_span(&file), content_key, fault);
	if (!err)
		err = attachment_open(
			buf_span(&file), &record, &author, content_key, buf, content, fault);
	secret_wipe(content_key, sizeof content_key);
	buf_close(&file);
	return err;
}
