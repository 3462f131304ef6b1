/* The @context of JSON-LD, as far as EPCIS uses it: prefixes. Contexts by address are not fetched;
 * what the standard's own context declares is known here. */
#ifndef GS1_EPCIS_JSON_CONTEXT_H
#define GS1_EPCIS_JSON_CONTEXT_H

#include "gs1/epcis/event.h"
#include "gs1/epcis/json_tree.h"

/* A declared prefix or term. */
struct epcis_term {
	struct span name;
	struct span space; /* IRI */
	bool is_prefix; /* said to be one: it is no name by itself */
	const struct epcis_term *next; /* declared before */
};

/* An inner context points to terms of its own, then to those of the outer one. */
struct epcis_context {
	const struct epcis_term *terms; /* the last declared first */
	struct span vocabulary; /* @vocab */
};

/* What a value of "@context" adds. The arena holds what is added.
 * Errors: ERR_FORMAT with the line; ERR_LIMIT. */
MUST_CHECK enum err epcis_context_add(struct epcis_context *context, const struct epcis_json *value,
	struct arena *arena, struct fault *fault);

/* A name of an extension, taken apart. */
struct epcis_name {
	struct span space;
	struct span prefix;
	struct span name;
	bool is_implied; /* no context here declares the prefix */
};

/* False if it has no prefix, no declared term and no @vocab: then it is a name of the standard, or
 * none at all. Full URIs are cut behind the last of "/#:". */
bool epcis_context_name(
	const struct epcis_context *context, struct span text, struct epcis_name *name);

/* The URI that a text means: with a declared prefix put out in full, else as it is.
 * False when the arena is full. */
MUST_CHECK bool epcis_context_uri(const struct epcis_context *context, struct span text,
	struct arena *arena, struct span *uri);

#endif
