/* The secrets with which own changes can be undone. */
#include "appliance/view/view_db.h"

#define SECRET_COLUMNS "gtin, serial, position, element, lot, kind, site, secret"

enum err view_secret_put(
	struct view *view, const char *party, const struct undo_secret *secret, struct fault *fault)
{
	struct db_query *query;
	enum err err = view_query(view, VIEW_SECRET_PUT,
		"INSERT OR REPLACE INTO secret(party, " SECRET_COLUMNS ")"
		" VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
		&query, fault);
	if (err)
		return err;
	db_bind_text(query, 1, span_text(party));
	db_bind_text(query, 2, span_text(secret->gtin));
	db_bind_text(query, 3, span_text(secret->serial));
	db_bind_int(query, 4, (int64_t)secret->position);
	db_bind_int(query, 5, secret->element);
	db_bind_text(query, 6, span_text(secret->lot));
	db_bind_int(query, 7, secret->kind);
	db_bind_bytes(query, 8, span_of(secret->site, sizeof secret->site));
	db_bind_bytes(query, 9, span_of(secret->secret, sizeof secret->secret));
	return view_done(view, query, db_run(query, fault));
}

enum err view_secret_drop(
	struct view *view, const char *party, const struct undo_secret *secret, struct fault *fault)
{
	struct db_query *query;
	enum err err = view_query(view, VIEW_SECRET_DROP,
		"DELETE FROM secret WHERE party = ?1 AND gtin = ?2 AND serial = ?3"
		" AND position = ?4 AND element = ?5",
		&query, fault);
	if (err)
		return err;
	db_bind_text(query, 1, span_text(party));
	db_bind_text(query, 2, span_text(secret->gtin));
	db_bind_text(query, 3, span_text(secret->serial));
	db_bind_int(query, 4, (int64_t)secret->position);
	db_bind_int(query, 5, secret->element);
	return view_done(view, query, db_run(query, fault));
}

static enum err take_secret(struct db_query *query, struct undo_secret *secret, struct fault *fault)
{
	struct span site = db_bytes(query, 6);
	struct span bytes = db_bytes(query, 7);
	if (site.size != sizeof secret->site || bytes.size != sizeof secret->secret)
		return fault_set(fault, ERR_CORRUPT, 0, 0, "view.db holds a damaged secret");
	*secret = (struct undo_secret){
		.position = (uint64_t)db_int(query, 2),
		.element = (uint32_t)db_int(query, 3),
		.kind = (uint16_t)db_int(query, 5),
	};
	view_text_out(secret->gtin, sizeof secret->gtin, db_text(query, 0));
	view_text_out(secret->serial, sizeof secret->serial, db_text(query, 1));
	view_text_out(secret->lot, sizeof secret->lot, db_text(query, 4));
	memcpy(secret->site, site.at, site.size);
	memcpy(secret->secret, bytes.at, bytes.size);
	return OK;
}

enum err view_secret_get(struct view *view, const char *party, const char *gtin, const char *serial,
	struct undo_secret *secret, struct fault *fault)
{
	struct db_query *query;
	bool row = false;
	enum err err = view_query(view, VIEW_SECRET_GET,
		"SELECT " SECRET_COLUMNS
		" FROM secret WHERE party = ?1 AND gtin = ?2 AND serial = ?3"
		" ORDER BY position DESC, element DESC LIMIT 1",
		&query, fault);
	if (err)
		return err;
	db_bind_text(query, 1, span_text(party));
	db_bind_text(query, 2, span_text(gtin));
	db_bind_text(query, 3, span_text(serial));
	err = db_step(query, &row, fault);
	if (!err)
		err = row ? take_secret(query, secret, fault) : ERR_NOT_FOUND;
	return view_done(view, query, err);
}

enum err view_secret_at(struct view *view, const char *party, const char *gtin, const char *serial,
	uint64_t position, struct undo_secret *secret, struct fault *fault)
{
	struct db_query *query;
	bool row = false;
	enum err err = view_query(view, VIEW_SECRET_AT,
		"SELECT " SECRET_COLUMNS
		" FROM secret WHERE party = ?1 AND gtin = ?2 AND serial = ?3 AND position = ?4"
		" ORDER BY element LIMIT 1",
		&query, fault);
	if (err)
		return err;
	db_bind_text(query, 1, span_text(party));
	db_bind_text(query, 2, span_text(gtin));
	db_bind_text(query, 3, span_text(serial));
	db_bind_int(query, 4, (int64_t)position);
	err = db_step(query, &row, fault);
	if (!err)
		err = row ? take_secret(query, secret, fault) : ERR_NOT_FOUND;
	return view_done(view, query, err);
}
