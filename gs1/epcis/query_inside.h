/* A query in memory: for query.c, which reads it, and query_match.c, which applies it. */
#ifndef GS1_EPCIS_QUERY_INSIDE_H
#define GS1_EPCIS_QUERY_INSIDE_H

#include "gs1/epcis/arena.h"
#include "gs1/epcis/query.h"
#include "gs1/epcis/shape.h"

enum epcis_compare {
	EPCIS_EQ,
	EPCIS_GT,
	EPCIS_GE,
	EPCIS_LT,
	EPCIS_LE,
	EPCIS_EXISTS,
	EPCIS_MATCH, /* EPC patterns */
	EPCIS_WITHIN,
	EPCIS_HASATTR,
	EPCIS_EQATTR
};

/* What a parameter looks at. */
enum epcis_subject {
	EPCIS_SUBJECT_FIELD, /* a field of the event: param.field */
	EPCIS_SUBJECT_TYPE,
	EPCIS_SUBJECT_SET, /* persistentDisposition */
	EPCIS_SUBJECT_UNSET,
	EPCIS_SUBJECT_EPC, /* epcList or childEPCs */
	EPCIS_SUBJECT_ANY_EPC,
	EPCIS_SUBJECT_CLASS,
	EPCIS_SUBJECT_INPUT_CLASS,
	EPCIS_SUBJECT_OUTPUT_CLASS,
	EPCIS_SUBJECT_ANY_CLASS,
	EPCIS_SUBJECT_QUANTITY,
	EPCIS_SUBJECT_PARTY, /* param.field is the list, param.name the type */
	EPCIS_SUBJECT_DECLARATION_TIME,
	EPCIS_SUBJECT_REASON,
	EPCIS_SUBJECT_CORRECTIVE_ID,
	EPCIS_SUBJECT_SENSOR, /* param.name is the attribute, param.unit its unit */
	EPCIS_SUBJECT_EXTENSION, /* param.scope, param.space, param.name */
	EPCIS_SUBJECT_ATTRIBUTE /* HASATTR_, EQATTR_: param.field, param.name */
};

enum epcis_scope {
	EPCIS_SCOPE_EVENT,
	EPCIS_SCOPE_ILMD,
	EPCIS_SCOPE_ERROR_DECLARATION,
	EPCIS_SCOPE_READ_POINT,
	EPCIS_SCOPE_BIZ_LOCATION,
	EPCIS_SCOPE_SENSOR_ELEMENT,
	EPCIS_SCOPE_SENSOR_METADATA,
	EPCIS_SCOPE_SENSOR_REPORT
};

/* One value, read in every way that it can be. */
struct epcis_wanted {
	struct span text;
	struct span canonical; /* of EPCs and words */
	bool is_time;
	bool is_number;
	int64_t ms;
	double number;
};

struct epcis_param {
	enum epcis_compare compare;
	enum epcis_subject subject;
	enum epcis_scope scope;
	bool is_inner; /* below the extensions at the top */
	enum epcis_element field;
	enum cbv_vocabulary words;
	struct span name;
	struct span space;
	struct span unit;
	const struct epcis_wanted *values;
	size_t count;
	struct span whole; /* as it was given */
	const struct epcis_param *next;
};

struct epcis_query_prefix {
	struct span prefix;
	struct span space;
	const struct epcis_query_prefix *next;
};

struct epcis_query {
	struct arena arena;
	const struct epcis_param *params;
	const struct epcis_query_prefix *prefixes;
	struct epcis_query_order order;
};

/* The canonical form of an EPC, place or word in memory of that size, else the text itself. */
struct span epcis_canonical(
	struct span text, enum cbv_vocabulary words, uint8_t *memory, size_t size);
#define EPCIS_CANONICAL_SIZE 512

#endif
