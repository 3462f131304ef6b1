/* Reads the CBOR form (cbor_form.h) as it arrives. The calls are those of read.h; fault.at is the
 * byte inside the item, the sentence says which item. */
#ifndef GS1_EPCIS_CBOR_READ_H
#define GS1_EPCIS_CBOR_READ_H

#include "gs1/epcis/cbor_form.h"
#include "gs1/epcis/xml_read.h"

struct epcis_cbor_reader;

MUST_CHECK enum err epcis_cbor_open(struct epcis_cbor_reader **reader,
	const struct epcis_sink *sink, const struct epcis_limits *limits, struct fault *fault);
MUST_CHECK enum err epcis_cbor_feed(
	struct epcis_cbor_reader *reader, struct span bytes, struct fault *fault);
MUST_CHECK enum err epcis_cbor_end(struct epcis_cbor_reader *reader, struct fault *fault);
const struct epcis_head *epcis_cbor_head(const struct epcis_cbor_reader *reader);
size_t epcis_cbor_count(const struct epcis_cbor_reader *reader);
void epcis_cbor_free(struct epcis_cbor_reader *reader); /* NULL is nothing */

#endif
