/* Checks of a day: how many of each colour, and the records of the green ones. */
#include "appliance/view/view_db.h"

enum err view_check_count(
	struct view *view, const char *party, int32_t day, const char *colour, struct fault *fault)
{
	struct db_query *query;
	enum err err = view_query(view, VIEW_CHECK_COUNT,
		"INSERT INTO checked(party, day, colour, count) VALUES(?1, ?2, ?3, 1)"
		" ON CONFLICT DO UPDATE SET count = count + 1",
		&query, fault);
	if (err)
		return err;
	db_bind_text(query, 1, span_text(party));
	db_bind_int(query, 2, day);
	db_bind_text(query, 3, span_text(colour));
	return view_done(view, query, db_run(query, fault));
}

enum err view_green_add(
	struct view *view, const char *party, int32_t day, struct span record, struct fault *fault)
{
	struct db_query *query;
	enum err err = view_query(view, VIEW_GREEN_ADD,
		"INSERT INTO green(party, day, number, record) SELECT ?1, ?2,"
		" COALESCE(MAX(number), 0) + 1, ?3 FROM green WHERE party = ?1 AND day = ?2",
		&query, fault);
	if (err)
		return err;
	db_bind_text(query, 1, span_text(party));
	db_bind_int(query, 2, day);
	db_bind_bytes(query, 3, record);
	return view_done(view, query, db_run(query, fault));
}

enum err view_green_each(struct view *view, const char *party, int32_t day,
	const struct view_epc_sink *sink, struct fault *fault)
{
	struct db_query *query;
	bool row = true;
	enum err err = view_query(view, VIEW_GREEN_EACH,
		"SELECT record FROM green WHERE party = ?1 AND day = ?2 ORDER BY number", &query,
		fault);
	if (err)
		return err;
	db_bind_text(query, 1, span_text(party));
	db_bind_int(query, 2, day);
	while (!err && row) {
		err = db_step(query, &row, fault);
		if (!err && row)
			err = sink->each(sink->self, db_bytes(query, 0), fault);
	}
	return view_done(view, query, err);
}

enum err view_green_day(
	struct view *view, const char *party, int32_t before, int32_t *day, struct fault *fault)
{
	struct db_query *query;
	bool row = false;
	enum err err = view_query(view, VIEW_GREEN_DAY,
		"SELECT day FROM green WHERE party = ?1 AND day < ?2 AND day > (SELECT"
		" COALESCE(MAX(day), 0) FROM green_stated WHERE party = ?1) ORDER BY day LIMIT 1",
		&query, fault);
	if (err)
		return err;
	db_bind_text(query, 1, span_text(party));
	db_bind_int(query, 2, before);
	err = db_step(query, &row, fault);
	if (!err && row)
		*day = (int32_t)db_int(query, 0);
	if (!err && !row)
		err = ERR_NOT_FOUND;
	return view_done(view, query, err);
}

static enum err run_days(struct view *view, enum view_sql which, const char *sql, const char *party,
	int32_t day, struct fault *fault)
{
	struct db_query *query;
	enum err err = view_query(view, which, sql, &query, fault);
	if (err)
		return err;
	db_bind_text(query, 1, span_text(party));
	db_bind_int(query, 2, day);
	return view_done(view, query, db_run(query, fault));
}

enum err view_green_stated(
	struct view *view, const char *party, int32_t day, int32_t forget, struct fault *fault)
{
	enum err err = view_begin(view, fault);
	if (err)
		return err;
	err = run_days(view, VIEW_GREEN_STATED,
		"INSERT OR REPLACE INTO green_stated(party, day) VALUES(?1, ?2)", party, day,
		fault);
	if (!err)
		err = run_days(view, VIEW_GREEN_FORGET,
			"DELETE FROM green WHERE party = ?1 AND day < ?2", party, forget, fault);
	if (!err)
		return view_commit(view, fault);
	view_rollback(view);
	return err;
}
