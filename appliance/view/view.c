#include "appliance/view/view.h"
#include "appliance/view/view_db.h"

#include <stdio.h>
#include <stdlib.h>

/* view.db, version 1. It can be made again from ledger and attachments, except secrets, places,
 * quarantine and stock that was entered by scan, which is why it is in the backup. */
static const char schema[] =
	"CREATE TABLE event(id INTEGER PRIMARY KEY, party TEXT NOT NULL, position INTEGER NOT NULL,"
	" hash BLOB NOT NULL, declared INTEGER NOT NULL, declaration_ms INTEGER NOT NULL,"
	" time_ms INTEGER NOT NULL, received INTEGER NOT NULL, sender TEXT NOT NULL,"
	" biz_step TEXT NOT NULL, json TEXT NOT NULL,"
	" UNIQUE(party, hash, declared, declaration_ms));"
	"CREATE TABLE epc(party TEXT, epc TEXT, event INTEGER, PRIMARY KEY(party, epc, event))"
	" WITHOUT ROWID;"
	"CREATE TABLE inside(party TEXT, epc TEXT, parent TEXT NOT NULL,"
	" time_ms INTEGER NOT NULL, PRIMARY KEY(party, epc))"
	" WITHOUT ROWID;"
	"CREATE INDEX inside_parent ON inside(party, parent, epc);"
	"CREATE TABLE pack(party TEXT, gtin TEXT, serial TEXT, lot TEXT NOT NULL,"
	" expiry TEXT NOT NULL, state INTEGER NOT NULL, time_ms INTEGER NOT NULL,"
	" PRIMARY KEY(party, gtin, serial))"
	" WITHOUT ROWID;"
	"CREATE INDEX pack_lot ON pack(party, gtin, lot, state);"
	"CREATE TABLE counted(party TEXT, gtin TEXT, lot TEXT, expiry TEXT, state INTEGER,"
	" count INTEGER NOT NULL, PRIMARY KEY(party, gtin, lot, expiry, state)) WITHOUT ROWID;"
	/* item: the serial, or for whole = 1 the lot */
	"CREATE TABLE quarantine(party TEXT, gtin TEXT, whole INTEGER, item TEXT,"
	" lot TEXT NOT NULL, reason INTEGER NOT NULL, time_ms INTEGER NOT NULL, user TEXT NOT NULL,"
	" PRIMARY KEY(party, gtin, whole, item)) WITHOUT ROWID;"
	"CREATE TABLE secret(party TEXT, gtin TEXT, serial TEXT, position INTEGER, element INTEGER,"
	" lot TEXT NOT NULL, kind INTEGER NOT NULL, site BLOB NOT NULL, secret BLOB NOT NULL,"
	" PRIMARY KEY(party, gtin, serial, position, element)) WITHOUT ROWID;"
	"CREATE TABLE underway(party TEXT, sequence INTEGER, kind INTEGER NOT NULL,"
	" gtin TEXT NOT NULL, serial TEXT NOT NULL, lot TEXT NOT NULL, expiry TEXT NOT NULL,"
	" count INTEGER NOT NULL, secret BLOB NOT NULL, PRIMARY KEY(party, sequence)) WITHOUT "
	"ROWID;"
	"CREATE TABLE moving(party TEXT, sequence INTEGER, state INTEGER NOT NULL,"
	" claim INTEGER NOT NULL, hash BLOB NOT NULL, declared INTEGER NOT NULL,"
	" declaration_ms INTEGER NOT NULL, time_ms INTEGER NOT NULL, biz_step TEXT NOT NULL,"
	" json TEXT NOT NULL, epcs BLOB NOT NULL, gtin TEXT NOT NULL, serial TEXT NOT NULL,"
	" lot TEXT NOT NULL, expiry TEXT NOT NULL, count INTEGER NOT NULL,"
	" PRIMARY KEY(party, sequence)) WITHOUT ROWID;"
	"CREATE TABLE request(number INTEGER PRIMARY KEY, user TEXT NOT NULL, key TEXT NOT NULL,"
	" hash BLOB NOT NULL, party TEXT NOT NULL, sequence INTEGER NOT NULL, position INTEGER,"
	" made_ms INTEGER NOT NULL, status INTEGER NOT NULL, answer BLOB, UNIQUE(user, key));"
	"CREATE INDEX request_user ON request(user, number);"
	"CREATE TABLE effect(party TEXT, hash BLOB, epc TEXT, position INTEGER NOT NULL,"
	" sequence INTEGER NOT NULL, PRIMARY KEY(party, hash, epc)) WITHOUT ROWID;"
	"CREATE INDEX effect_begun ON effect(position) WHERE position = 0;"
	"CREATE TABLE noted(position INTEGER PRIMARY KEY);"
	"CREATE TABLE place(code TEXT PRIMARY KEY, party TEXT NOT NULL, member TEXT NOT NULL,"
	" tenant BLOB, site BLOB, name TEXT NOT NULL) WITHOUT ROWID;"
	"CREATE TABLE follow(party TEXT, member TEXT, PRIMARY KEY(party, member)) WITHOUT ROWID;"
	"CREATE TABLE checked(party TEXT, day INTEGER, colour TEXT, count INTEGER NOT NULL,"
	" PRIMARY KEY(party, day, colour)) WITHOUT ROWID;"
	"CREATE TABLE green(party TEXT, day INTEGER, number INTEGER, record BLOB NOT NULL,"
	" PRIMARY KEY(party, day, number)) WITHOUT ROWID;"
	"CREATE TABLE green_stated(party TEXT PRIMARY KEY, day INTEGER NOT NULL) WITHOUT ROWID;";

#define VIEW_APPLICATION 0x41535657 /* "ASVW" */

enum err view_open(
	struct view **out, const char *folder, const struct env *env, struct fault *fault)
{
	struct view *view = calloc(1, sizeof *view);
	pthread_mutexattr_t recursive;
	if (!view)
		return fault_set(fault, ERR_MEMORY, 0, 0, "out of memory for the view");
	view->env = env;
	/* view_begin holds the lock over the calls inside its transaction. */
	pthread_mutexattr_init(&recursive);
	pthread_mutexattr_settype(&recursive, PTHREAD_MUTEX_RECURSIVE);
	pthread_mutex_init(&view->lock, &recursive);
	pthread_mutexattr_destroy(&recursive);
	char path[4096];
	(void)snprintf(path, sizeof path, "%s/view.db", folder);
	enum err err = db_open(&view->db,
		&(struct db_options){.path = path,
			.vfs = env->vfs,
			.mode = DB_FULL,
			.application = VIEW_APPLICATION,
			.version = 1,
			.schema = schema,
			.cache_kib = 16384},
		fault);
	if (err)
		view_free(view);
	else
		*out = view;
	return err;
}

void view_free(struct view *view)
{
	if (!view)
		return;
	db_free(view->db);
	pthread_mutex_destroy(&view->lock);
	free(view);
}

enum err view_begin(struct view *view, struct fault *fault)
{
	pthread_mutex_lock(&view->lock);
	enum err err = db_begin(view->db, fault);
	if (err)
		pthread_mutex_unlock(&view->lock);
	return err;
}

static enum err commit(struct view *view, struct fault *fault)
{
	enum err err = db_commit(view->db, fault);
	if (err)
		db_rollback(view->db);
	return err;
}

enum err view_commit(struct view *view, struct fault *fault)
{
	enum err err = commit(view, fault);
	pthread_mutex_unlock(&view->lock);
	return err;
}

enum err view_begin_light(struct view *view, struct fault *fault)
{
	pthread_mutex_lock(&view->lock);
	enum err err = db_set_durable(view->db, false, fault);
	if (!err)
		err = db_begin(view->db, fault);
	if (err)
		view_rollback_light(view);
	return err;
}

void view_rollback_light(struct view *view)
{
	db_rollback(view->db);
	/* What fails here fails again, and is told, at the next change. */
	bool is_back = db_set_durable(view->db, true, NULL) == OK;
	(void)is_back;
	pthread_mutex_unlock(&view->lock);
}

enum err view_commit_light(struct view *view, struct fault *fault)
{
	enum err err = commit(view, fault);
	enum err back = db_set_durable(view->db, true, err ? NULL : fault);
	pthread_mutex_unlock(&view->lock);
	return err ? err : back;
}

void view_rollback(struct view *view)
{
	db_rollback(view->db);
	pthread_mutex_unlock(&view->lock);
}

enum err view_query(struct view *view, enum view_sql which, const char *sql,
	struct db_query **query, struct fault *fault)
{
	pthread_mutex_lock(&view->lock);
	enum err err = OK;
	if (!view->queries[which])
		err = db_prepare(view->db, sql, &view->queries[which], fault);
	if (err)
		pthread_mutex_unlock(&view->lock);
	else
		*query = view->queries[which];
	return err;
}

enum err view_done(struct view *view, struct db_query *query, enum err err)
{
	db_reset(query);
	pthread_mutex_unlock(&view->lock);
	return err;
}

void view_text_out(char *out, size_t size, struct span text)
{
	struct span cut = span_cut(text, 0, size - 1);
	if (cut.size)
		memcpy(out, cut.at, cut.size);
	out[cut.size] = 0;
}

enum err view_place_put(struct view *view, const struct place *place, struct fault *fault)
{
	struct db_query *query;
	enum err err = view_query(view, VIEW_PLACE_PUT,
		"INSERT OR REPLACE INTO place(code, party, member, tenant, site, name)"
		" VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
		&query, fault);
	if (err)
		return err;
	db_bind_text(query, 1, span_text(place->code));
	db_bind_text(query, 2, span_text(place->party));
	db_bind_text(query, 3, span_text(place->member));
	if (place->has_tenant)
		db_bind_bytes(query, 4, span_of(place->tenant, sizeof place->tenant));
	else
		db_bind_null(query, 4);
	if (place->has_site)
		db_bind_bytes(query, 5, span_of(place->site, sizeof place->site));
	else
		db_bind_null(query, 5);
	db_bind_text(query, 6, span_text(place->name));
	return view_done(view, query, db_run(query, fault));
}

static void take_place(struct db_query *query, struct place *place)
{
	*place = (struct place){0};
	view_text_out(place->code, sizeof place->code, db_text(query, 0));
	view_text_out(place->party, sizeof place->party, db_text(query, 1));
	view_text_out(place->member, sizeof place->member, db_text(query, 2));
	struct span tenant = db_bytes(query, 3);
	struct span site = db_bytes(query, 4);
	place->has_tenant = tenant.size == sizeof place->tenant;
	if (place->has_tenant)
		memcpy(place->tenant, tenant.at, tenant.size);
	place->has_site = site.size == sizeof place->site;
	if (place->has_site)
		memcpy(place->site, site.at, site.size);
	view_text_out(place->name, sizeof place->name, db_text(query, 5));
}

static enum err find_place(struct view *view, enum view_sql which, const char *sql, const char *key,
	struct place *place, struct fault *fault)
{
	struct db_query *query;
	bool row = false;
	enum err err = view_query(view, which, sql, &query, fault);
	if (err)
		return err;
	db_bind_text(query, 1, span_text(key));
	err = db_step(query, &row, fault);
	if (!err && row)
		take_place(query, place);
	if (!err && !row)
		err = fault_set(
			fault, ERR_NOT_FOUND, 0, 0, "no place is known for %s: add it first", key);
	return view_done(view, query, err);
}

enum err view_place_get(
	struct view *view, const char *code, struct place *place, struct fault *fault)
{
	return find_place(view, VIEW_PLACE_GET,
		"SELECT code, party, member, tenant, site, name FROM place WHERE code = ?1", code,
		place, fault);
}

enum err view_place_of(
	struct view *view, const char *party, struct place *place, struct fault *fault)
{
	return find_place(view, VIEW_PLACE_OF,
		"SELECT code, party, member, tenant, site, name FROM place WHERE party = ?1"
		" ORDER BY code LIMIT 1",
		party, place, fault);
}

enum err view_place_next(
	struct view *view, const char *code, struct place *place, struct fault *fault)
{
	return find_place(view, VIEW_PLACE_NEXT,
		"SELECT code, party, member, tenant, site, name FROM place WHERE code > ?1"
		" ORDER BY code LIMIT 1",
		code, place, fault);
}
