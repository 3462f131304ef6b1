/* Writes one event as EPCIS 2.0 JSON-LD: vocabulary words bare, extensions under prefixes that the
 * event's own @context declares, so that the text stands alone. For keeping in the view and for
 * showing; deterministic: same event, same bytes. */
#ifndef GS1_EPCIS_JSON_WRITE_H
#define GS1_EPCIS_JSON_WRITE_H

#include "gs1/epcis/event.h"
#include "ledger/base/buf.h"
#include "ledger/base/err.h"

#define EPCIS_CONTEXT "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"

/* Errors: ERR_RANGE names the field: not UTF-8, or no field of this type; ERR_LIMIT: more than 64
 * namespaces or levels of extensions; the buffer's error. What was put is then taken back. */
MUST_CHECK enum err epcis_json_put_event(
	struct buf *out, const struct epcis_event *event, struct fault *fault);

#endif
