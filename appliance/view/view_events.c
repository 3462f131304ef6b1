/* Events of the view. */
#include "appliance/view/view_db.h"

static void bind_identity(struct db_query *query, const struct view_event *event)
{
	db_bind_text(query, 1, span_text(event->party));
	db_bind_bytes(query, 2, span_of(event->hash, sizeof event->hash));
	db_bind_int(query, 3, event->is_declared);
	db_bind_int(query, 4, event->is_declared ? event->declaration_ms : 0);
}

static enum err find_event(struct view *view, const struct view_event *event, int64_t *id,
	bool *found, struct fault *fault)
{
	struct db_query *query;
	enum err err = view_query(view, VIEW_EVENT_FIND,
		"SELECT id FROM event WHERE party = ?1 AND hash = ?2 AND declared = ?3"
		" AND declaration_ms = ?4",
		&query, fault);
	if (err)
		return err;
	bind_identity(query, event);
	err = db_step(query, found, fault);
	if (!err && *found)
		*id = db_int(query, 0);
	return view_done(view, query, err);
}

enum err view_event_has(
	struct view *view, const struct view_event *event, bool *has, struct fault *fault)
{
	int64_t id;
	return find_event(view, event, &id, has, fault);
}

enum err view_event_declared(struct view *view, const char *party, const uint8_t hash[HASH_SIZE],
	bool *is_declared, struct fault *fault)
{
	struct db_query *query;
	enum err err = view_query(view, VIEW_EVENT_DECLARED,
		"SELECT 1 FROM event WHERE party = ?1 AND hash = ?2 AND declared = 1 LIMIT 1",
		&query, fault);
	if (err)
		return err;
	db_bind_text(query, 1, span_text(party));
	db_bind_bytes(query, 2, span_of(hash, HASH_SIZE));
	return view_done(view, query, db_step(query, is_declared, fault));
}

enum err view_event_add(
	struct view *view, const struct view_event *event, int64_t *id, struct fault *fault)
{
	bool found = false;
	enum err err = find_event(view, event, id, &found, fault);
	if (err)
		return err;
	if (found)
		return fault_set(fault, ERR_EXISTS, 0, 0, "this event was captured before");
	struct db_query *query;
	err = view_query(view, VIEW_EVENT_ADD,
		"INSERT INTO event(party, hash, declared, declaration_ms, position, time_ms,"
		" received, sender, biz_step, json) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, "
		"?10)",
		&query, fault);
	if (err)
		return err;
	bind_identity(query, event);
	db_bind_int(query, 5, (int64_t)event->position);
	db_bind_int(query, 6, event->time_ms);
	db_bind_int(query, 7, event->is_received);
	db_bind_text(query, 8, span_text(event->from ? event->from : ""));
	db_bind_text(query, 9, event->biz_step.at ? event->biz_step : span_text(""));
	db_bind_text(query, 10, event->json);
	err = db_run(query, fault);
	if (!err)
		*id = db_last_rowid(view->db);
	return view_done(view, query, err);
}

enum err view_event_epc(
	struct view *view, const char *party, int64_t event, struct span epc, struct fault *fault)
{
	struct db_query *query;
	enum err err = view_query(view, VIEW_EVENT_EPC,
		"INSERT OR IGNORE INTO epc(party, epc, event) VALUES(?1, ?2, ?3)", &query, fault);
	if (err)
		return err;
	db_bind_text(query, 1, span_text(party));
	db_bind_text(query, 2, epc);
	db_bind_int(query, 3, event);
	return view_done(view, query, db_run(query, fault));
}

static enum err give_event(struct db_query *query, const char *party,
	const struct view_event_sink *sink, struct fault *fault)
{
	char sender[64];
	view_text_out(sender, sizeof sender, db_text(query, 5));
	struct view_event event = {
		.party = party,
		.position = (uint64_t)db_int(query, 0),
		.is_declared = db_int(query, 2) != 0,
		.declaration_ms = db_int(query, 3),
		.time_ms = db_int(query, 4),
		.is_received = sender[0] != 0,
		.from = sender,
		.biz_step = db_text(query, 6),
		.json = db_text(query, 7),
	};
	struct span hash = db_bytes(query, 1);
	if (hash.size == sizeof event.hash)
		memcpy(event.hash, hash.at, hash.size);
	return sink->each(sink->self, &event, fault);
}

enum err view_events_of_epc(struct view *view, const char *party, struct span epc,
	const struct view_event_sink *sink, struct fault *fault)
{
	struct db_query *query;
	bool row = true;
	enum err err = view_query(view, VIEW_EVENTS_OF,
		"SELECT e.position, e.hash, e.declared, e.declaration_ms, e.time_ms, e.sender,"
		" e.biz_step, e.json FROM epc p JOIN event e ON e.id = p.event"
		" WHERE p.party = ?1 AND p.epc = ?2 ORDER BY e.time_ms, e.id",
		&query, fault);
	if (err)
		return err;
	db_bind_text(query, 1, span_text(party));
	db_bind_text(query, 2, epc);
	while (!err && row) {
		err = db_step(query, &row, fault);
		if (!err && row)
			err = give_event(query, party, sink, fault);
	}
	return view_done(view, query, err);
}
