/* What is under way: changes of packs from before they are stated until the view has followed. */
#include "appliance/view/view_db.h"

enum err view_underway_put(
	struct view *view, const char *party, const struct underway *underway, struct fault *fault)
{
	struct db_query *query;
	const struct stock_pack *pack = &underway->pack;
	enum err err = view_query(view, VIEW_UNDERWAY_PUT,
		"INSERT OR REPLACE INTO underway(party, sequence, kind, gtin, serial, lot, expiry,"
		" count, secret) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
		&query, fault);
	if (err)
		return err;
	db_bind_text(query, 1, span_text(party));
	db_bind_int(query, 2, (int64_t)underway->sequence);
	db_bind_int(query, 3, underway->kind);
	db_bind_text(query, 4, span_text(pack->gtin));
	db_bind_text(query, 5, span_text(pack->serial));
	db_bind_text(query, 6, span_text(pack->lot));
	db_bind_text(query, 7, span_text(pack->expiry));
	db_bind_int(query, 8, pack->count);
	db_bind_bytes(query, 9, span_of(underway->secret, sizeof underway->secret));
	return view_done(view, query, db_run(query, fault));
}

enum err view_underway_drop(struct view *view, const char *party, uint64_t sequence,
	bool *was_there, struct fault *fault)
{
	struct db_query *query;
	enum err err = view_query(view, VIEW_UNDERWAY_DROP,
		"DELETE FROM underway WHERE party = ?1 AND sequence = ?2", &query, fault);
	if (err)
		return err;
	db_bind_text(query, 1, span_text(party));
	db_bind_int(query, 2, (int64_t)sequence);
	err = db_run(query, fault);
	*was_there = !err && db_changes(view->db) > 0;
	return view_done(view, query, err);
}

static enum err take_underway(
	struct db_query *query, struct underway *underway, struct fault *fault)
{
	struct span secret = db_bytes(query, 7);
	if (secret.size != sizeof underway->secret)
		return fault_set(fault, ERR_CORRUPT, 0, 0, "view.db holds a damaged secret");
	*underway = (struct underway){
		.sequence = (uint64_t)db_int(query, 0),
		.kind = (uint16_t)db_int(query, 1),
		.pack = {.count = db_int(query, 6)},
	};
	struct stock_pack *pack = &underway->pack;
	view_text_out(pack->gtin, sizeof pack->gtin, db_text(query, 2));
	view_text_out(pack->serial, sizeof pack->serial, db_text(query, 3));
	view_text_out(pack->lot, sizeof pack->lot, db_text(query, 4));
	view_text_out(pack->expiry, sizeof pack->expiry, db_text(query, 5));
	memcpy(underway->secret, secret.at, secret.size);
	return OK;
}

enum err view_underway_next(struct view *view, const char *party, uint64_t after,
	struct underway *underway, struct fault *fault)
{
	struct db_query *query;
	bool row = false;
	enum err err = view_query(view, VIEW_UNDERWAY_NEXT,
		"SELECT sequence, kind, gtin, serial, lot, expiry, count, secret FROM underway"
		" WHERE party = ?1 AND sequence > ?2 ORDER BY sequence LIMIT 1",
		&query, fault);
	if (err)
		return err;
	db_bind_text(query, 1, span_text(party));
	db_bind_int(query, 2, (int64_t)after);
	err = db_step(query, &row, fault);
	if (!err)
		err = row ? take_underway(query, underway, fault) : ERR_NOT_FOUND;
	return view_done(view, query, err);
}

enum err view_once(struct view *view, uint64_t position, bool *is_first, struct fault *fault)
{
	struct db_query *query;
	enum err err = view_query(
		view, VIEW_ONCE, "INSERT OR IGNORE INTO noted(position) VALUES(?1)", &query, fault);
	if (err)
		return err;
	db_bind_int(query, 1, (int64_t)position);
	err = db_run(query, fault);
	*is_first = !err && db_changes(view->db) > 0;
	return view_done(view, query, err);
}
