/* Terms that the EPCIS context of JSON-LD defines and protects. */
#ifndef GS1_EPCIS_JSON_TERM_H
#define GS1_EPCIS_JSON_TERM_H

#include "ledger/base/span.h"

/* Whether a text is such a term, and so no prefix for that namespace. */
bool epcis_is_term(struct span prefix, struct span space);

#endif
