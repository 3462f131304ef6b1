/* One JSON value (RFC 8259) as a tree in an arena: what it was is kept as it was written, numbers
 * by their digits, members in their order, each with its line. Stricter than the grammar where
 * JSON-LD is: no name twice in an object. Text is UTF-8 without NUL. */
#ifndef GS1_EPCIS_JSON_TREE_H
#define GS1_EPCIS_JSON_TREE_H

#include "gs1/epcis/arena.h"

#define EPCIS_JSON_DEPTH_MAX  64
#define EPCIS_JSON_MEMBER_MAX 256 /* of one object */

enum epcis_json_kind {
	EPCIS_JSON_NULL,
	EPCIS_JSON_FALSE,
	EPCIS_JSON_TRUE,
	EPCIS_JSON_NUMBER,
	EPCIS_JSON_STRING,
	EPCIS_JSON_ARRAY,
	EPCIS_JSON_OBJECT
};

struct epcis_json {
	enum epcis_json_kind kind;
	uint32_t line;
	uint32_t count; /* members or items */
	struct span name; /* of a member */
	struct span text; /* of a string, decoded; of a number, as written */
	const struct epcis_json *first;
	const struct epcis_json *next;
};

/* text:  the value and nothing else but white space; spans of the tree point into it.
 * line:  where it begins.
 * Errors: ERR_FORMAT, ERR_ENCODING, ERR_LIMIT (arena, depth, members), fault.at is the line. */
MUST_CHECK enum err epcis_json_parse(struct arena *arena, struct span text, size_t line,
	const struct epcis_json **value, struct fault *fault);

/* The member of an object, or NULL. */
const struct epcis_json *epcis_json_member(const struct epcis_json *object, const char *name);

/* "an array", for faults. */
const char *epcis_json_kind_name(enum epcis_json_kind kind);

#endif
