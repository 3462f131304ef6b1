/* What stands around the events of a JSON-LD document. Part of json_read.c. */
#ifndef GS1_EPCIS_JSON_HEAD_H
#define GS1_EPCIS_JSON_HEAD_H

#include "gs1/epcis/json_fill.h"

/* Objects and arrays that are walked through. */
enum epcis_json_place {
	EPCIS_JSON_OUTSIDE,
	EPCIS_JSON_DOCUMENT,
	EPCIS_JSON_HEADER,
	EPCIS_JSON_MASTER_DATA,
	EPCIS_JSON_VOCABULARY_LIST,
	EPCIS_JSON_BODY,
	EPCIS_JSON_QUERY_RESULTS,
	EPCIS_JSON_RESULTS_BODY,
	EPCIS_JSON_EVENT_LIST
};
#define EPCIS_JSON_PLACES_MAX 8 /* inside one another */

/* What a first name tells of a document. */
enum epcis_json_guess {
	EPCIS_JSON_GUESS_NOTHING,
	EPCIS_JSON_GUESS_DOCUMENT,
	EPCIS_JSON_GUESS_EVENT,
	EPCIS_JSON_GUESS_QUERY
};

struct epcis_json_document {
	struct epcis_head head;
	struct epcis_json_fill fill; /* of events, with the document's context */
	struct arena *kept; /* of the head */
	const struct epcis_node **vocabulary; /* where the next one goes */
	bool has_context;
	bool has_type;
	bool is_document; /* told by a name */
	bool is_event; /* told by its type */
	bool is_query; /* of the REST binding */
	bool has_results;
	size_t lists; /* of events */
};

enum epcis_json_guess epcis_json_guess(struct span name);

/* The place that a member with that name, or an item, is; EPCIS_JSON_OUTSIDE: a value as others. */
enum epcis_json_place epcis_json_inside(
	enum epcis_json_place parent, struct span name, bool is_array);

/* A member or item of a place, parsed in memory that stays.
 * Errors: ERR_FORMAT, ERR_VERSION, ERR_LIMIT with line and name. */
MUST_CHECK enum err epcis_json_member_of(struct epcis_json_document *document,
	enum epcis_json_place place, struct span name, const struct epcis_json *value,
	struct fault *fault);

/* A place ends: is all there? */
MUST_CHECK enum err epcis_json_leave(struct epcis_json_document *document,
	enum epcis_json_place place, size_t line, struct fault *fault);

/* The parameters of a query. */
MUST_CHECK enum err epcis_json_params(
	struct epcis_json_document *document, const struct epcis_json *value, struct fault *fault);

#endif
