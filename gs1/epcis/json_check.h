/* What XML allows and the EPCIS JSON Schema does not. */
#ifndef GS1_EPCIS_JSON_CHECK_H
#define GS1_EPCIS_JSON_CHECK_H

#include "gs1/epcis/event.h"

/* Whether the event has a JSON-LD form that the schema takes.
 * Errors: ERR_RANGE says why not; ERR_MEMORY. */
MUST_CHECK enum err epcis_json_check(const struct epcis_event *event, struct fault *fault);

#endif
