/* What the parties have put aside. */
#include "appliance/view/view_db.h"

enum err view_quarantine_put(struct view *view, const char *party,
	const struct quarantined *quarantined, struct fault *fault)
{
	struct db_query *query;
	bool whole = !quarantined->serial[0];
	enum err err = view_query(view, VIEW_QUARANTINE_PUT,
		"INSERT OR REPLACE INTO quarantine(party, gtin, whole, item, lot, reason, time_ms,"
		" user) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
		&query, fault);
	if (err)
		return err;
	db_bind_text(query, 1, span_text(party));
	db_bind_text(query, 2, span_text(quarantined->gtin));
	db_bind_int(query, 3, whole);
	db_bind_text(query, 4, span_text(whole ? quarantined->lot : quarantined->serial));
	db_bind_text(query, 5, span_text(quarantined->lot));
	db_bind_int(query, 6, (int64_t)quarantined->reason);
	db_bind_int(query, 7, quarantined->time_ms);
	db_bind_text(query, 8, span_text(quarantined->user));
	return view_done(view, query, db_run(query, fault));
}

enum err view_quarantine_drop(struct view *view, const char *party, const char *gtin,
	const char *lot, const char *serial, struct fault *fault)
{
	struct db_query *query;
	bool row = false;
	enum err err = view_query(view, VIEW_QUARANTINE_DROP,
		"DELETE FROM quarantine WHERE party = ?1 AND gtin = ?2 AND whole = ?3 AND item = ?4"
		" RETURNING item",
		&query, fault);
	if (err)
		return err;
	db_bind_text(query, 1, span_text(party));
	db_bind_text(query, 2, span_text(gtin));
	db_bind_int(query, 3, !serial[0]);
	db_bind_text(query, 4, span_text(serial[0] ? serial : lot));
	err = db_step(query, &row, fault);
	return view_done(view, query, !err && !row ? ERR_NOT_FOUND : err);
}

static void take(struct db_query *query, struct quarantined *quarantined)
{
	*quarantined = (struct quarantined){
		.reason = (enum quarantine_reason)db_int(query, 4),
		.time_ms = db_int(query, 5),
	};
	view_text_out(quarantined->gtin, sizeof quarantined->gtin, db_text(query, 0));
	view_text_out(quarantined->lot, sizeof quarantined->lot, db_text(query, 3));
	if (!db_int(query, 1))
		view_text_out(quarantined->serial, sizeof quarantined->serial, db_text(query, 2));
	view_text_out(quarantined->user, sizeof quarantined->user, db_text(query, 6));
}

enum err view_quarantine_get(struct view *view, const char *party, const char *gtin,
	const char *lot, const char *serial, struct quarantined *quarantined, struct fault *fault)
{
	struct db_query *query;
	bool row = false;
	enum err err = view_query(view, VIEW_QUARANTINE_GET,
		"SELECT gtin, whole, item, lot, reason, time_ms, user FROM quarantine"
		" WHERE party = ?1 AND gtin = ?2 AND ((whole = 0 AND item = ?3 AND ?3 <> '')"
		" OR (whole = 1 AND item = ?4 AND ?4 <> '')) ORDER BY whole LIMIT 1",
		&query, fault);
	if (err)
		return err;
	db_bind_text(query, 1, span_text(party));
	db_bind_text(query, 2, span_text(gtin));
	db_bind_text(query, 3, span_text(serial));
	db_bind_text(query, 4, span_text(lot));
	err = db_step(query, &row, fault);
	if (!err && row)
		take(query, quarantined);
	return view_done(view, query, !err && !row ? ERR_NOT_FOUND : err);
}

enum err view_quarantine_next(
	struct view *view, const char *party, struct quarantined *quarantined, struct fault *fault)
{
	struct db_query *query;
	bool row = false;
	bool begins = !quarantined->gtin[0];
	bool whole = !quarantined->serial[0];
	/* Sorted by GTIN, whole lots first: -whole rises. */
	enum err err = view_query(view, VIEW_QUARANTINE_NEXT,
		"SELECT gtin, whole, item, lot, reason, time_ms, user, CASE whole WHEN 0 THEN"
		" (SELECT count(*) FROM pack p WHERE p.party = ?1 AND p.gtin = q.gtin"
		"  AND p.serial = q.item AND p.state = 1) ELSE"
		" (SELECT count(*) FROM pack p WHERE p.party = ?1 AND p.gtin = q.gtin"
		"  AND p.lot = q.item AND p.state = 1) +"
		" (SELECT coalesce(sum(count), 0) FROM counted c WHERE c.party = ?1"
		"  AND c.gtin = q.gtin AND c.lot = q.item AND c.state = 1) END"
		" FROM quarantine q WHERE party = ?1 AND (gtin, -whole, item) > (?2, ?3, ?4)"
		" ORDER BY gtin, -whole, item LIMIT 1",
		&query, fault);
	if (err)
		return err;
	db_bind_text(query, 1, span_text(party));
	db_bind_text(query, 2, span_text(quarantined->gtin));
	db_bind_int(query, 3, whole ? -1 : 0);
	db_bind_text(query, 4,
		span_text(begins  ? ""
			  : whole ? quarantined->lot
				  : quarantined->serial));
	err = db_step(query, &row, fault);
	if (!err && row) {
		take(query, quarantined);
		quarantined->held = db_int(query, 7);
	}
	return view_done(view, query, !err && !row ? ERR_NOT_FOUND : err);
}
