/* The predefined query SimpleEventQuery of EPCIS (2.0 section 8.2.7.1) as a predicate over one
 * event: all its parameters, a pure function. An event matches if it meets every parameter; a
 * parameter with a list is met by any of its values.
 *
 *	epcis_query_open(&query, fault);
 *	epcis_query_add(query, "EQ_bizStep", values, 1, fault);   or epcis_query_take(query,
 * head, fault)
 *	if (epcis_query_match(query, event, NULL)) ...
 *	epcis_query_free(query);
 *
 * EPCs and words of the CBV match in whatever form they are written: URN, Digital Link, bare. Units
 * are not converted: EQ_value_CEL matches values in CEL. */
#ifndef GS1_EPCIS_QUERY_H
#define GS1_EPCIS_QUERY_H

#include "gs1/epcis/event.h"

#define EPCIS_QUERY_SIZE ((size_t)1 << 20) /* memory of one query */

struct epcis_query;

MUST_CHECK enum err epcis_query_open(struct epcis_query **query, struct fault *fault);
void epcis_query_free(struct epcis_query *query); /* NULL is nothing */

/* A prefix for names of extensions ("EQ_ILMD_ex:dose"). Names may also be full:
 * "EQ_http://x/#dose". */
MUST_CHECK enum err epcis_query_prefix(
	struct epcis_query *query, struct span prefix, struct span space, struct fault *fault);

/* One parameter; values as texts. Errors: ERR_RANGE: no such parameter, or a value that it does not
 * take; ERR_EXISTS: given twice; ERR_LIMIT. */
MUST_CHECK enum err epcis_query_add(struct epcis_query *query, const char *name,
	const struct span *values, size_t count, struct fault *fault);

/* All parameters of a Poll, Subscribe or JSON query that a reader read (EPCIS_WITH_PARAMS).
 * Errors: as above, with the line; ERR_NOT_FOUND: the head is of no such document, or of another
 * query than SimpleEventQuery. */
MUST_CHECK enum err epcis_query_take(
	struct epcis_query *query, const struct epcis_head *head, struct fault *fault);

/* What parameters with WD_, HASATTR_ and EQATTR_ ask of master data. NULL members know nothing. */
struct epcis_knowledge {
	void *self;
	/* whether a place lies within another, or is it */
	bool (*is_within)(void *self, struct span place, struct span outer);
	/* the value of an attribute of a place or class; absent if there is none */
	struct span (*attribute)(void *self, struct span id, struct span name);
};

bool epcis_query_match(const struct epcis_query *query, const struct epcis_event *event,
	const struct epcis_knowledge *knowledge);

/* How many, and in what order: for who collects the events. */
struct epcis_query_order {
	struct span by; /* "eventTime", "recordTime" or an extension; absent: none */
	bool is_ascending;
	uint64_t count_limit; /* eventCountLimit: the first so many; 0: all */
	uint64_t count_max; /* maxEventCount: more is QueryTooLargeException; 0: any */
};
struct epcis_query_order epcis_query_order(const struct epcis_query *query);

#endif
