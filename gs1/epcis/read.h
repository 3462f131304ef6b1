/* Reads events in whatever form they come: XML 1.2 or 2.0, JSON-LD 2.0, CBOR; told by the first
 * bytes. Documents, query documents, master data documents, lone events; SOAP envelopes around XML.
 *
 *	struct epcis_reader *reader;
 *	err = epcis_reader_open(&reader, &sink, NULL, &fault);
 *	while (!err && more)
 *		err = epcis_reader_feed(reader, bytes, &fault);   cut anywhere
 *	if (!err)
 *		err = epcis_reader_end(reader, &fault);
 *	epcis_reader_free(reader);
 *
 * Memory is bounded whatever the document's size. Thread: one reader belongs to one at a time. */
#ifndef GS1_EPCIS_READ_H
#define GS1_EPCIS_READ_H

#include "gs1/epcis/xml_read.h"

struct epcis_reader;

/* sink: kept until epcis_reader_free. limits: NULL for the defaults. Errors: ERR_MEMORY. */
MUST_CHECK enum err epcis_reader_open(struct epcis_reader **reader, const struct epcis_sink *sink,
	const struct epcis_limits *limits, struct fault *fault);

/* Errors: ERR_FORMAT (also: none of these forms), ERR_ENCODING, ERR_LIMIT, ERR_VERSION, ERR_MEMORY,
 * and whatever the sink returned; fault.at is the line (CBOR: the byte). An error stays. */
MUST_CHECK enum err epcis_reader_feed(
	struct epcis_reader *reader, struct span bytes, struct fault *fault);
MUST_CHECK enum err epcis_reader_end(struct epcis_reader *reader, struct fault *fault);

/* What the document says beside its events, as far as it was read; NULL before its form is known.
 * Valid until the next call. In XML and CBOR it stands before the events. */
const struct epcis_head *epcis_reader_head(const struct epcis_reader *reader);
size_t epcis_reader_count(const struct epcis_reader *reader); /* events put so far */
void epcis_reader_free(struct epcis_reader *reader); /* NULL is nothing */

/* A whole document in memory. count: events put; may be NULL. */
MUST_CHECK enum err epcis_read(struct span document, const struct epcis_sink *sink,
	const struct epcis_limits *limits, size_t *count, struct fault *fault);

#endif
