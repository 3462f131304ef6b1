/* Members whose transcribed recall notices a party follows. */
#include "appliance/view/view_db.h"

static enum err run_follow(struct view *view, enum view_sql which, const char *sql,
	const char *party, const char *member, struct fault *fault)
{
	struct db_query *query;
	enum err err = view_query(view, which, sql, &query, fault);
	if (err)
		return err;
	db_bind_text(query, 1, span_text(party));
	db_bind_text(query, 2, span_text(member));
	return view_done(view, query, db_run(query, fault));
}

enum err view_follow_put(
	struct view *view, const char *party, const char *member, struct fault *fault)
{
	return run_follow(view, VIEW_FOLLOW_PUT,
		"INSERT OR IGNORE INTO follow(party, member) VALUES(?1, ?2)", party, member, fault);
}

enum err view_follow_drop(
	struct view *view, const char *party, const char *member, struct fault *fault)
{
	return run_follow(view, VIEW_FOLLOW_DROP,
		"DELETE FROM follow WHERE party = ?1 AND member = ?2", party, member, fault);
}

enum err view_follow_each(
	struct view *view, const char *party, const struct view_epc_sink *sink, struct fault *fault)
{
	struct db_query *query;
	bool row = true;
	enum err err = view_query(view, VIEW_FOLLOW_EACH,
		"SELECT member FROM follow WHERE party = ?1 ORDER BY member", &query, fault);
	if (err)
		return err;
	db_bind_text(query, 1, span_text(party));
	while (!err && row) {
		err = db_step(query, &row, fault);
		if (!err && row)
			err = sink->each(sink->self, db_text(query, 0), fault);
	}
	return view_done(view, query, err);
}
