/* From a JSON tree to an event: what may stand where is judged by the tables of shape.h, and by
 * what the EPCIS JSON Schema demands beyond them. */
#ifndef GS1_EPCIS_JSON_FILL_H
#define GS1_EPCIS_JSON_FILL_H

#include "gs1/epcis/json_context.h"

struct epcis_json_fill {
	struct arena *arena; /* holds what the event points to, beside the tree */
	struct epcis_context context; /* of the document */
	struct epcis_event *event;
	size_t line;
	enum err err; /* the first fault stays */
	struct fault *fault;
};

/* Fills fill->event. is_lone: the event stands without a document and needs a context of its own.
 * Errors: ERR_FORMAT, ERR_LIMIT with line and name. */
MUST_CHECK enum err epcis_json_event(
	struct epcis_json_fill *fill, const struct epcis_json *value, bool is_lone);

/* What the JSON Schema demands beyond the XSD and the event does not have: a sentence's end, or
 * NULL. has_epc_list: an empty list of EPCs counts. */
const char *epcis_json_lack(const struct epcis_event *event, bool has_epc_list);

/* An extension: a chain of one node, or of several for an array; behind *tail, which moves on.
 * member->name is read as `name` says; NULL: as it is, without a namespace. */
void epcis_json_nodes(struct epcis_json_fill *fill, const struct epcis_json *member,
	const struct epcis_name *name, bool as_attribute, const struct epcis_node ***tail);

#endif
