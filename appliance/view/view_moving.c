/* Movements under way: from before they are stated until the view has followed. */
#include "appliance/view/view_db.h"

enum err view_moving_put(
	struct view *view, const char *party, const struct moving *moving, struct fault *fault)
{
	struct db_query *query;
	const struct view_event *event = &moving->event;
	const struct stock_pack *pack = &moving->pack;
	enum err err = view_query(view, VIEW_MOVING_PUT,
		"INSERT INTO moving(party, sequence, state, claim, hash, declared, declaration_ms,"
		" time_ms, biz_step, json, epcs, gtin, serial, lot, expiry, count)"
		" VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
		&query, fault);
	if (err)
		return err;
	db_bind_text(query, 1, span_text(party));
	db_bind_int(query, 2, (int64_t)moving->sequence);
	db_bind_int(query, 3, (int64_t)moving->state);
	db_bind_int(query, 4, moving->is_claim);
	db_bind_bytes(query, 5, span_of(event->hash, sizeof event->hash));
	db_bind_int(query, 6, event->is_declared);
	db_bind_int(query, 7, event->declaration_ms);
	db_bind_int(query, 8, event->time_ms);
	db_bind_text(query, 9, event->biz_step.at ? event->biz_step : span_text(""));
	db_bind_text(query, 10, event->json.at ? event->json : span_text(""));
	db_bind_bytes(query, 11, moving->epcs.at ? moving->epcs : span_text(""));
	db_bind_text(query, 12, span_text(pack->gtin));
	db_bind_text(query, 13, span_text(pack->serial));
	db_bind_text(query, 14, span_text(pack->lot));
	db_bind_text(query, 15, span_text(pack->expiry));
	db_bind_int(query, 16, pack->count);
	return view_done(view, query, db_run(query, fault));
}

enum err view_moving_drop(struct view *view, const char *party, uint64_t sequence, bool *was_there,
	struct fault *fault)
{
	struct db_query *query;
	enum err err = view_query(view, VIEW_MOVING_DROP,
		"DELETE FROM moving WHERE party = ?1 AND sequence = ?2", &query, fault);
	if (err)
		return err;
	db_bind_text(query, 1, span_text(party));
	db_bind_int(query, 2, (int64_t)sequence);
	err = db_run(query, fault);
	*was_there = !err && db_changes(view->db) > 0;
	return view_done(view, query, err);
}

/* The spans are set when all is in memory, which may have moved until then. */
static enum err take_moving(
	struct db_query *query, struct moving *moving, struct buf *memory, struct fault *fault)
{
	struct span hash = db_bytes(query, 3);
	struct span step = db_text(query, 7);
	struct span json = db_text(query, 8);
	struct span epcs = db_bytes(query, 9);
	*moving = (struct moving){
		.sequence = (uint64_t)db_int(query, 0),
		.state = (enum stock_state)db_int(query, 1),
		.is_claim = db_int(query, 2) != 0,
		.event = {.is_declared = db_int(query, 4) != 0,
			.declaration_ms = db_int(query, 5),
			.time_ms = db_int(query, 6)},
		.pack = {.count = db_int(query, 14)},
	};
	if (hash.size != sizeof moving->event.hash)
		return fault_set(fault, ERR_CORRUPT, 0, 0, "view.db holds a damaged movement");
	memcpy(moving->event.hash, hash.at, hash.size);
	buf_reset(memory);
	buf_put(memory, step);
	buf_put(memory, json);
	buf_put(memory, epcs);
	if (memory->err)
		return fault_set(fault, memory->err, 0, 0, "no memory for a movement");
	moving->event.biz_step = span_cut(buf_span(memory), 0, step.size);
	moving->event.json = span_cut(buf_span(memory), step.size, step.size + json.size);
	moving->epcs = span_cut(buf_span(memory), step.size + json.size, memory->size);
	struct stock_pack *pack = &moving->pack;
	view_text_out(pack->gtin, sizeof pack->gtin, db_text(query, 10));
	view_text_out(pack->serial, sizeof pack->serial, db_text(query, 11));
	view_text_out(pack->lot, sizeof pack->lot, db_text(query, 12));
	view_text_out(pack->expiry, sizeof pack->expiry, db_text(query, 13));
	return OK;
}

enum err view_moving_next(struct view *view, const char *party, uint64_t after,
	struct moving *moving, struct buf *memory, struct fault *fault)
{
	struct db_query *query;
	bool row = false;
	enum err err = view_query(view, VIEW_MOVING_NEXT,
		"SELECT sequence, state, claim, hash, declared, declaration_ms, time_ms, biz_step,"
		" json, epcs, gtin, serial, lot, expiry, count FROM moving"
		" WHERE party = ?1 AND sequence > ?2 ORDER BY sequence LIMIT 1",
		&query, fault);
	if (err)
		return err;
	db_bind_text(query, 1, span_text(party));
	db_bind_int(query, 2, (int64_t)after);
	err = db_step(query, &row, fault);
	if (!err)
		err = row ? take_moving(query, moving, memory, fault) : ERR_NOT_FOUND;
	return view_done(view, query, err);
}
