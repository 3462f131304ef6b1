/* Pieces of JSON-LD for the heads of documents. Part of json_write.c. Errors: as
 * epcis_json_put_event; what was put is then taken back. */
#ifndef GS1_EPCIS_JSON_PUT_H
#define GS1_EPCIS_JSON_PUT_H

#include "gs1/epcis/event.h"
#include "ledger/base/buf.h"

/* An event in a document: only its own prefixes in its @context. */
MUST_CHECK enum err epcis_json_put_inside(
	struct buf *out, const struct epcis_event *event, struct fault *fault);

/* "@context": [...] for all trees of a head, given as extensions and ilmd of an event. */
MUST_CHECK enum err epcis_json_put_context(
	struct buf *out, const struct epcis_event *trees, struct fault *fault);

/* Members for nodes that are part of these trees, each with a comma in front. */
MUST_CHECK enum err epcis_json_put_tree(struct buf *out, const struct epcis_event *trees,
	const struct epcis_node *nodes, struct fault *fault);

/* A text in quotes. */
MUST_CHECK enum err epcis_json_put_text(struct buf *out, struct span text, struct fault *fault);

#endif
