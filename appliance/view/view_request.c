/* Requests of accounts that may come again, with their answers. */
#include "appliance/view/view_db.h"

#define REQUEST_COLUMNS "user, key, hash, party, sequence, position, made_ms, status, answer"

static enum err take_request(
	struct db_query *query, struct view_request *request, struct fault *fault)
{
	struct span hash = db_bytes(query, 2);
	if (hash.size != sizeof request->hash)
		return fault_set(fault, ERR_CORRUPT, 0, 0, "view.db holds a damaged request");
	*request = (struct view_request){
		.sequence = (uint64_t)db_int(query, 4),
		.is_stated = !db_is_null(query, 5),
		.position = (uint64_t)db_int(query, 5),
		.made_ms = db_int(query, 6),
		.status = (int)db_int(query, 7),
		.has_answer = !db_is_null(query, 8),
	};
	memcpy(request->hash, hash.at, hash.size);
	view_text_out(request->user, sizeof request->user, db_text(query, 0));
	view_text_out(request->key, sizeof request->key, db_text(query, 1));
	view_text_out(request->party, sizeof request->party, db_text(query, 3));
	return OK;
}

enum err view_request_get(struct view *view, const char *user, const char *key,
	struct view_request *request, struct buf *answer, struct fault *fault)
{
	struct db_query *query;
	bool row = false;
	enum err err = view_query(view, VIEW_REQUEST_GET,
		"SELECT " REQUEST_COLUMNS " FROM request WHERE user = ?1 AND key = ?2", &query,
		fault);
	if (err)
		return err;
	db_bind_text(query, 1, span_text(user));
	db_bind_text(query, 2, span_text(key));
	err = db_step(query, &row, fault);
	if (!err)
		err = row ? take_request(query, request, fault) : ERR_NOT_FOUND;
	if (!err) {
		buf_put(answer, db_bytes(query, 8));
		if (answer->err)
			err = fault_set(fault, answer->err, 0, 0, "no memory for an answer");
	}
	return view_done(view, query, err);
}

static enum err forget(struct view *view, enum view_sql which, const char *sql, const char *user,
	int64_t bound, struct fault *fault)
{
	struct db_query *query;
	enum err err = view_query(view, which, sql, &query, fault);
	if (err)
		return err;
	db_bind_text(query, 1, span_text(user));
	db_bind_int(query, 2, bound);
	return view_done(view, query, db_run(query, fault));
}

static enum err put_row(struct view *view, const struct view_request *request, struct fault *fault)
{
	struct db_query *query;
	enum err err = view_query(view, VIEW_REQUEST_PUT,
		"INSERT OR REPLACE INTO request(user, key, hash, party, sequence, made_ms, status)"
		" VALUES(?1, ?2, ?3, ?4, ?5, ?6, 0)",
		&query, fault);
	if (err)
		return err;
	db_bind_text(query, 1, span_text(request->user));
	db_bind_text(query, 2, span_text(request->key));
	db_bind_bytes(query, 3, span_of(request->hash, sizeof request->hash));
	db_bind_text(query, 4, span_text(request->party));
	db_bind_int(query, 5, (int64_t)request->sequence);
	db_bind_int(query, 6, request->made_ms);
	return view_done(view, query, db_run(query, fault));
}

enum err view_request_put(struct view *view, const struct view_request *request, int64_t since_ms,
	unsigned most, struct fault *fault)
{
	enum err err = view_begin(view, fault);
	if (err)
		return err;
	err = forget(view, VIEW_REQUEST_OLD, "DELETE FROM request WHERE user = ?1 AND made_ms < ?2",
		request->user, since_ms, fault);
	if (!err)
		err = forget(view, VIEW_REQUEST_MANY,
			"DELETE FROM request WHERE user = ?1 AND number <= (SELECT number FROM"
			" request WHERE user = ?1 ORDER BY number DESC LIMIT 1 OFFSET ?2)",
			request->user, (int64_t)most - 1, fault);
	if (!err)
		err = put_row(view, request, fault);
	if (!err)
		return view_commit(view, fault);
	view_rollback(view);
	return err;
}

enum err view_request_answer(struct view *view, const char *user, const char *key, int status,
	const struct span *answer, struct fault *fault)
{
	struct db_query *query;
	enum err err = view_query(view, VIEW_REQUEST_ANSWER,
		"UPDATE request SET status = ?3, answer = ?4 WHERE user = ?1 AND key = ?2", &query,
		fault);
	if (err)
		return err;
	db_bind_text(query, 1, span_text(user));
	db_bind_text(query, 2, span_text(key));
	db_bind_int(query, 3, status);
	if (answer)
		db_bind_bytes(query, 4, answer->at ? *answer : span_text(""));
	else
		db_bind_null(query, 4);
	return view_done(view, query, db_run(query, fault));
}

enum err view_request_stated(struct view *view, const char *user, const char *key,
	uint64_t position, struct fault *fault)
{
	struct db_query *query;
	enum err err = view_query(view, VIEW_REQUEST_STATED,
		"UPDATE request SET position = ?3 WHERE user = ?1 AND key = ?2", &query, fault);
	if (err)
		return err;
	db_bind_text(query, 1, span_text(user));
	db_bind_text(query, 2, span_text(key));
	db_bind_int(query, 3, (int64_t)position);
	return view_done(view, query, db_run(query, fault));
}

enum err view_request_drop(
	struct view *view, const char *user, const char *key, struct fault *fault)
{
	struct db_query *query;
	enum err err = view_query(view, VIEW_REQUEST_DROP,
		"DELETE FROM request WHERE user = ?1 AND key = ?2", &query, fault);
	if (err)
		return err;
	db_bind_text(query, 1, span_text(user));
	db_bind_text(query, 2, span_text(key));
	return view_done(view, query, db_run(query, fault));
}

enum err view_request_open(struct view *view, struct view_request *request, struct fault *fault)
{
	struct db_query *query;
	bool row = false;
	enum err err = view_query(view, VIEW_REQUEST_OPEN,
		"SELECT " REQUEST_COLUMNS " FROM request WHERE status = 0 AND position IS NULL"
		" LIMIT 1",
		&query, fault);
	if (err)
		return err;
	err = db_step(query, &row, fault);
	if (!err)
		err = row ? take_request(query, request, fault) : ERR_NOT_FOUND;
	return view_done(view, query, err);
}
