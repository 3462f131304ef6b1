/* Inside of the view: its connection and prepared queries, for the view's own files. */
#ifndef APPLIANCE_VIEW_VIEW_DB_H
#define APPLIANCE_VIEW_VIEW_DB_H

#include "appliance/view/view.h"
#include "ledger/base/db.h"

#include <pthread.h>

enum view_sql {
	VIEW_EVENT_ADD,
	VIEW_EVENT_FIND,
	VIEW_EVENT_DECLARED,
	VIEW_EVENT_EPC,
	VIEW_EVENTS_OF,
	VIEW_PACK_INTO,
	VIEW_UNPACK,
	VIEW_UNPACK_ALL,
	VIEW_PARENT,
	VIEW_CHILDREN,
	VIEW_STOCK_PUT,
	VIEW_STOCK_PUT_AT,
	VIEW_STOCK_ADD,
	VIEW_STOCK_GET,
	VIEW_STOCK_COUNT,
	VIEW_STOCK_LEFT,
	VIEW_STOCK_LINES,
	VIEW_QUARANTINE_PUT,
	VIEW_QUARANTINE_DROP,
	VIEW_QUARANTINE_GET,
	VIEW_QUARANTINE_NEXT,
	VIEW_SECRET_PUT,
	VIEW_SECRET_DROP,
	VIEW_SECRET_GET,
	VIEW_SECRET_AT,
	VIEW_EFFECT_PUT,
	VIEW_EFFECT_GET,
	VIEW_EFFECT_DROP,
	VIEW_EFFECT_BEGUN,
	VIEW_EFFECT_OF,
	VIEW_UNDERWAY_PUT,
	VIEW_UNDERWAY_DROP,
	VIEW_UNDERWAY_NEXT,
	VIEW_MOVING_PUT,
	VIEW_MOVING_DROP,
	VIEW_MOVING_NEXT,
	VIEW_REQUEST_GET,
	VIEW_REQUEST_PUT,
	VIEW_REQUEST_OLD,
	VIEW_REQUEST_MANY,
	VIEW_REQUEST_ANSWER,
	VIEW_REQUEST_STATED,
	VIEW_REQUEST_DROP,
	VIEW_REQUEST_OPEN,
	VIEW_ONCE,
	VIEW_PLACE_PUT,
	VIEW_PLACE_GET,
	VIEW_PLACE_OF,
	VIEW_PLACE_NEXT,
	VIEW_FOLLOW_PUT,
	VIEW_FOLLOW_DROP,
	VIEW_FOLLOW_EACH,
	VIEW_CHECK_COUNT,
	VIEW_GREEN_ADD,
	VIEW_GREEN_EACH,
	VIEW_GREEN_DAY,
	VIEW_GREEN_STATED,
	VIEW_GREEN_FORGET,
	VIEW_SQL_COUNT
};

struct view {
	struct db *db;
	const struct env *env;
	pthread_mutex_t lock; /* recursive */
	struct view_claim *claims; /* under the lock */
	struct db_query *queries[VIEW_SQL_COUNT];
};

/* Takes the lock and gives the prepared query; view_done gives both back and passes err on. */
MUST_CHECK enum err view_query(struct view *view, enum view_sql which, const char *sql,
	struct db_query **query, struct fault *fault);
enum err view_done(struct view *view, struct db_query *query, enum err err);

/* Copies a column's text into a field of size bytes, cut to fit, with NUL. */
void view_text_out(char *out, size_t size, struct span text);

#endif
