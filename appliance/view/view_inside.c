/* Which thing lies in which, by the time of what was said last: an older event that comes later
 * changes nothing. What lies in nothing keeps its row with an empty parent, for that time. */
#include "appliance/view/view_db.h"

enum err view_pack_into_at(struct view *view, const char *party, struct span parent,
	struct span child, int64_t time_ms, struct fault *fault)
{
	struct db_query *query;
	enum err err = view_query(view, VIEW_PACK_INTO,
		"INSERT INTO inside(party, epc, parent, time_ms) VALUES(?1, ?2, ?3, ?4)"
		" ON CONFLICT DO UPDATE SET parent = ?3, time_ms = ?4 WHERE time_ms <= ?4",
		&query, fault);
	if (err)
		return err;
	db_bind_text(query, 1, span_text(party));
	db_bind_text(query, 2, child);
	db_bind_text(query, 3, parent);
	db_bind_int(query, 4, time_ms);
	return view_done(view, query, db_run(query, fault));
}

enum err view_pack_into(struct view *view, const char *party, struct span parent, struct span child,
	struct fault *fault)
{
	return view_pack_into_at(view, party, parent, child, env_now_ms(view->env), fault);
}

static enum err unpack_all(struct view *view, const char *party, struct span parent,
	int64_t time_ms, struct fault *fault)
{
	struct db_query *query;
	enum err err = view_query(view, VIEW_UNPACK_ALL,
		"UPDATE inside SET parent = '', time_ms = ?3"
		" WHERE party = ?1 AND parent = ?2 AND time_ms <= ?3",
		&query, fault);
	if (err)
		return err;
	db_bind_text(query, 1, span_text(party));
	db_bind_text(query, 2, parent);
	db_bind_int(query, 3, time_ms);
	return view_done(view, query, db_run(query, fault));
}

enum err view_unpack_at(struct view *view, const char *party, struct span parent, struct span child,
	int64_t time_ms, struct fault *fault)
{
	struct db_query *query;
	if (!child.size)
		return unpack_all(view, party, parent, time_ms, fault);
	enum err err = view_query(view, VIEW_UNPACK,
		"INSERT INTO inside(party, epc, parent, time_ms) VALUES(?1, ?3, '', ?4)"
		" ON CONFLICT DO UPDATE SET parent = '', time_ms = ?4"
		" WHERE time_ms <= ?4 AND parent IN ('', ?2)",
		&query, fault);
	if (err)
		return err;
	db_bind_text(query, 1, span_text(party));
	db_bind_text(query, 2, parent);
	db_bind_text(query, 3, child);
	db_bind_int(query, 4, time_ms);
	return view_done(view, query, db_run(query, fault));
}

enum err view_unpack(struct view *view, const char *party, struct span parent, struct span child,
	struct fault *fault)
{
	return view_unpack_at(view, party, parent, child, env_now_ms(view->env), fault);
}

enum err view_parent_at(struct view *view, const char *party, struct span child, struct buf *parent,
	int64_t *time_ms, struct fault *fault)
{
	struct db_query *query;
	bool row = false;
	enum err err = view_query(view, VIEW_PARENT,
		"SELECT parent, time_ms FROM inside WHERE party = ?1 AND epc = ?2 AND parent <> ''",
		&query, fault);
	if (err)
		return err;
	db_bind_text(query, 1, span_text(party));
	db_bind_text(query, 2, child);
	err = db_step(query, &row, fault);
	if (!err && row) {
		buf_put(parent, db_text(query, 0));
		*time_ms = db_int(query, 1);
	}
	if (!err && !row)
		err = ERR_NOT_FOUND;
	return view_done(view, query, err);
}

enum err view_parent(struct view *view, const char *party, struct span child, struct buf *parent,
	struct fault *fault)
{
	int64_t time_ms;
	return view_parent_at(view, party, child, parent, &time_ms, fault);
}

enum err view_lies_in(struct view *view, const char *party, struct span epc, struct span container,
	bool *lies, struct fault *fault)
{
	struct buf at;
	enum err err = OK;
	size_t level = 0;
	*lies = false;
	buf_init(&at, VIEW_EPC_MAX);
	buf_put(&at, epc);
	while (!err && !*lies) {
		struct buf parent;
		buf_init(&parent, VIEW_EPC_MAX);
		err = view_parent(view, party, buf_span(&at), &parent, fault);
		buf_close(&at);
		at = parent;
		if (!err && at.err)
			err = fault_set(fault, at.err, 0, 0, "the name of a container is too long");
		if (!err && ++level > VIEW_LEVELS_MAX)
			err = fault_set(fault, ERR_LIMIT, 0, 0,
				"%.*s lies more than %d levels deep, or in itself", (int)epc.size,
				(const char *)epc.at, VIEW_LEVELS_MAX);
		*lies = !err && span_equal(buf_span(&at), container);
	}
	buf_close(&at);
	return err == ERR_NOT_FOUND ? OK : err;
}

enum err view_children(struct view *view, const char *party, struct span parent,
	const struct view_epc_sink *sink, struct fault *fault)
{
	struct db_query *query;
	bool row = true;
	enum err err = view_query(view, VIEW_CHILDREN,
		"SELECT epc FROM inside WHERE party = ?1 AND parent = ?2 ORDER BY epc", &query,
		fault);
	if (err)
		return err;
	db_bind_text(query, 1, span_text(party));
	db_bind_text(query, 2, parent);
	while (!err && row) {
		err = db_step(query, &row, fault);
		if (!err && row)
			err = sink->each(sink->self, db_text(query, 0), fault);
	}
	return view_done(view, query, err);
}
