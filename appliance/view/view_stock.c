/* Stock of the view. */
#include "appliance/view/view_db.h"

static void bind_pack(
	struct db_query *query, const char *party, const struct stock_pack *pack, int64_t time_ms)
{
	db_bind_text(query, 1, span_text(party));
	db_bind_text(query, 2, span_text(pack->gtin));
	db_bind_text(query, 3, span_text(pack->serial));
	db_bind_text(query, 4, span_text(pack->lot));
	db_bind_text(query, 5, span_text(pack->expiry));
	db_bind_int(query, 6, (int64_t)pack->state);
	db_bind_int(query, 7, time_ms);
}

enum err view_stock_put(
	struct view *view, const char *party, const struct stock_pack *pack, struct fault *fault)
{
	struct db_query *query;
	enum err err = view_query(view, VIEW_STOCK_PUT,
		"INSERT OR REPLACE INTO pack(party, gtin, serial, lot, expiry, state, time_ms)"
		" VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
		&query, fault);
	if (err)
		return err;
	bind_pack(query, party, pack, env_now_ms(view->env));
	return view_done(view, query, db_run(query, fault));
}

enum err view_stock_put_at(struct view *view, const char *party, const struct stock_pack *pack,
	int64_t time_ms, struct fault *fault)
{
	struct db_query *query;
	enum err err = view_query(view, VIEW_STOCK_PUT_AT,
		"INSERT INTO pack(party, gtin, serial, lot, expiry, state, time_ms)"
		" VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO UPDATE SET"
		" state = ?6, time_ms = ?7 WHERE time_ms <= ?7 AND state NOT IN (2, 3)",
		&query, fault);
	if (err)
		return err;
	bind_pack(query, party, pack, time_ms);
	return view_done(view, query, db_run(query, fault));
}

enum err view_stock_add(struct view *view, const char *party, const struct stock_pack *pack,
	int64_t time_ms, struct fault *fault)
{
	struct db_query *query;
	enum err err = view_query(view, VIEW_STOCK_ADD,
		"INSERT INTO pack(party, gtin, serial, lot, expiry, state, time_ms)"
		" VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)"
		" ON CONFLICT DO UPDATE SET lot = ?4, expiry = ?5 WHERE lot = '' OR expiry = ''",
		&query, fault);
	if (err)
		return err;
	bind_pack(query, party, pack, time_ms);
	return view_done(view, query, db_run(query, fault));
}

enum err view_stock_get(struct view *view, const char *party, const char *gtin, const char *serial,
	struct stock_pack *pack, struct fault *fault)
{
	struct db_query *query;
	bool row = false;
	enum err err = view_query(view, VIEW_STOCK_GET,
		"SELECT lot, expiry, state FROM pack WHERE party = ?1 AND gtin = ?2 AND serial = "
		"?3",
		&query, fault);
	if (err)
		return err;
	db_bind_text(query, 1, span_text(party));
	db_bind_text(query, 2, span_text(gtin));
	db_bind_text(query, 3, span_text(serial));
	err = db_step(query, &row, fault);
	if (!err && !row)
		err = ERR_NOT_FOUND;
	if (!err) {
		*pack = (struct stock_pack){
			.state = (enum stock_state)db_int(query, 2), .count = 1};
		view_text_out(pack->gtin, sizeof pack->gtin, span_text(gtin));
		view_text_out(pack->serial, sizeof pack->serial, span_text(serial));
		view_text_out(pack->lot, sizeof pack->lot, db_text(query, 0));
		view_text_out(pack->expiry, sizeof pack->expiry, db_text(query, 1));
	}
	return view_done(view, query, err);
}

static void bind_counted(struct db_query *query, const char *party, const struct stock_pack *pack)
{
	db_bind_text(query, 1, span_text(party));
	db_bind_text(query, 2, span_text(pack->gtin));
	db_bind_text(query, 3, span_text(pack->lot));
	db_bind_text(query, 4, span_text(pack->expiry));
	db_bind_int(query, 5, (int64_t)pack->state);
}

static enum err counted_left(struct view *view, const char *party, const struct stock_pack *pack,
	int64_t *left, struct fault *fault)
{
	struct db_query *query;
	bool row = false;
	enum err err = view_query(view, VIEW_STOCK_LEFT,
		"SELECT count FROM counted WHERE party = ?1 AND gtin = ?2 AND lot = ?3"
		" AND expiry = ?4 AND state = ?5",
		&query, fault);
	if (err)
		return err;
	bind_counted(query, party, pack);
	err = db_step(query, &row, fault);
	*left = !err && row ? db_int(query, 0) : 0;
	return view_done(view, query, err);
}

static enum err add_counted(
	struct view *view, const char *party, const struct stock_pack *pack, struct fault *fault)
{
	struct db_query *query;
	enum err err = view_query(view, VIEW_STOCK_COUNT,
		"INSERT INTO counted(party, gtin, lot, expiry, state, count)"
		" VALUES(?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO UPDATE SET count = count + ?6",
		&query, fault);
	if (err)
		return err;
	bind_counted(query, party, pack);
	db_bind_int(query, 6, pack->count);
	return view_done(view, query, db_run(query, fault));
}

enum err view_stock_count(
	struct view *view, const char *party, const struct stock_pack *pack, struct fault *fault)
{
	int64_t left = 0;
	pthread_mutex_lock(&view->lock); /* looking and counting are one step */
	enum err err = counted_left(view, party, pack, &left, fault);
	if (!err && (left + pack->count < 0 || left + pack->count > STOCK_COUNT_MAX))
		err = fault_set(fault, ERR_RANGE, 0, 0, "%lld packs of lot %s are there",
			(long long)left, pack->lot);
	if (!err)
		err = add_counted(view, party, pack, fault);
	pthread_mutex_unlock(&view->lock);
	return err;
}

enum err view_stock_take(
	struct view *view, const char *party, const struct stock_pack *pack, struct fault *fault)
{
	struct stock_pack held = *pack;
	int64_t left = 0;
	held.state = STOCK_HELD;
	pthread_mutex_lock(&view->lock);
	enum err err = counted_left(view, party, &held, &left, fault);
	held.count = left < pack->count ? -left : -pack->count;
	if (!err && held.count)
		err = add_counted(view, party, &held, fault);
	if (!err)
		err = add_counted(view, party, pack, fault);
	pthread_mutex_unlock(&view->lock);
	return err;
}

static void take_line(struct db_query *query, struct stock_line *line)
{
	*line = (struct stock_line){
		.held = db_int(query, 3),
		.supplied = db_int(query, 4),
		.gone = db_int(query, 5),
		.shipped = db_int(query, 6),
		.returned = db_int(query, 7),
		.quarantined = db_int(query, 8),
	};
	view_text_out(line->gtin, sizeof line->gtin, db_text(query, 0));
	view_text_out(line->lot, sizeof line->lot, db_text(query, 1));
	view_text_out(line->expiry, sizeof line->expiry, db_text(query, 2));
}

enum err view_stock(struct view *view, const char *party, const char *gtin, const char *lot,
	const struct stock_sink *sink, struct fault *fault)
{
	struct db_query *query;
	bool row = true;
	enum err err = view_query(view, VIEW_STOCK_LINES,
		/* 6: of those held, in quarantine by themselves or by their lot */
		"SELECT gtin, lot, expiry, sum(n * (state = 1)), sum(n * (state = 2)),"
		" sum(n * (state = 3)), sum(n * (state = 4)), sum(n * (state = 5)),"
		" sum(n * (state = 6)) FROM ("
		" SELECT gtin, lot, expiry, state, count(*) AS n FROM pack"
		"  WHERE party = ?1 AND state > 0 AND (?2 IS NULL OR gtin = ?2)"
		"  AND (?3 IS NULL OR lot = ?3) GROUP BY 1, 2, 3, 4"
		" UNION ALL SELECT gtin, lot, expiry, state, count FROM counted"
		"  WHERE party = ?1 AND state > 0 AND (?2 IS NULL OR gtin = ?2)"
		"  AND (?3 IS NULL OR lot = ?3)"
		" UNION ALL SELECT p.gtin, p.lot, p.expiry, 6, count(*) FROM quarantine q"
		"  CROSS JOIN pack p WHERE q.party = ?1 AND q.whole = 1 AND p.party = ?1"
		"  AND p.gtin = q.gtin AND p.lot = q.item AND p.state = 1"
		"  AND (?2 IS NULL OR p.gtin = ?2) AND (?3 IS NULL OR p.lot = ?3) GROUP BY 1, 2, 3"
		" UNION ALL SELECT p.gtin, p.lot, p.expiry, 6, count(*) FROM quarantine q"
		"  CROSS JOIN pack p WHERE q.party = ?1 AND q.whole = 0 AND p.party = ?1"
		"  AND p.gtin = q.gtin AND p.serial = q.item AND p.state = 1"
		"  AND (?2 IS NULL OR p.gtin = ?2) AND (?3 IS NULL OR p.lot = ?3)"
		"  AND NOT EXISTS(SELECT 1 FROM quarantine w WHERE w.party = ?1"
		"   AND w.gtin = p.gtin AND w.whole = 1 AND w.item = p.lot) GROUP BY 1, 2, 3"
		" UNION ALL SELECT c.gtin, c.lot, c.expiry, 6, c.count FROM quarantine q"
		"  CROSS JOIN counted c WHERE q.party = ?1 AND q.whole = 1 AND c.party = ?1"
		"  AND c.gtin = q.gtin AND c.lot = q.item AND c.state = 1"
		"  AND (?2 IS NULL OR c.gtin = ?2) AND (?3 IS NULL OR c.lot = ?3))"
		" GROUP BY gtin, lot, expiry ORDER BY expiry, gtin, lot",
		&query, fault);
	if (err)
		return err;
	db_bind_text(query, 1, span_text(party));
	if (gtin)
		db_bind_text(query, 2, span_text(gtin));
	else
		db_bind_null(query, 2);
	if (lot)
		db_bind_text(query, 3, span_text(lot));
	else
		db_bind_null(query, 3);
	while (!err && row) {
		err = db_step(query, &row, fault);
		if (!err && row) {
			struct stock_line line;
			take_line(query, &line);
			err = sink->each(sink->self, &line, fault);
		}
	}
	return view_done(view, query, err);
}
