/* Writes the CBOR form (cbor_form.h): the head, then events one by one. Same event, same bytes. */
#ifndef GS1_EPCIS_CBOR_WRITE_H
#define GS1_EPCIS_CBOR_WRITE_H

#include "gs1/epcis/event.h"
#include "ledger/base/buf.h"

/* Errors: ERR_RANGE names what is not UTF-8; ERR_LIMIT: extensions more than 64 deep; the buffer's.
 * What was put is then taken back. */
MUST_CHECK enum err epcis_cbor_put_head(
	struct buf *out, const struct epcis_head *head, struct fault *fault);
MUST_CHECK enum err epcis_cbor_put_event(
	struct buf *out, const struct epcis_event *event, struct fault *fault);

#endif
