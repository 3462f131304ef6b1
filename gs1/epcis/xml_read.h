/* Reads EPCIS XML, 1.2 (1.0, 1.1) and 2.0, as it arrives: bytes in, events out. Documents, query
 * documents, master data documents, lone events, each also in a SOAP envelope.
 *
 * libxml2 takes the XML apart and nothing else: it gets no document type (any DOCTYPE is refused,
 * so there are no entities beyond XML's five), opens no file and no connection, builds no tree.
 * What may stand where, and every value, is judged by our own tables (shape.h). Text is UTF-8.
 *
 * Memory is bounded whatever the document's size: one event at a time, in an arena with a limit.
 * Headers and
 * master data stay in it while events are read. What is refused is named with line and element;
 * fault.at is the line. docs/gs1-epcis.md lists where we differ from the XSD. */
#ifndef GS1_EPCIS_XML_READ_H
#define GS1_EPCIS_XML_READ_H

#include "gs1/epcis/event.h"
#include "ledger/base/err.h"
#include "ledger/base/span.h"

#define EPCIS_EVENT_LIMIT ((size_t)8 << 20) /* bytes of one event in memory: 100,000 EPCs */
#define EPCIS_TEXT_LIMIT  ((size_t)64 << 10) /* bytes of one value */

/* 0 means the default. */
struct epcis_limits {
	size_t event_size; /* EPCIS_EVENT_LIMIT */
	size_t text_size; /* EPCIS_TEXT_LIMIT */
	/* XML: elements of the standard in any order, and 2.0 under the namespaces of 1.2: not
	 * valid, but what is meant is plain. For checking hashes; never for capture. */
	bool is_lenient;
};

struct epcis_xml;

/* sink:   kept until epcis_xml_free. limits: NULL for the defaults.
 * Errors: ERR_MEMORY. Thread: one reader belongs to one thread at a time. */
MUST_CHECK enum err epcis_xml_open(struct epcis_xml **xml, const struct epcis_sink *sink,
	const struct epcis_limits *limits, struct fault *fault);

/* Takes the next bytes, cut anywhere. Events are put into the sink from inside this call. After an
 * error every further call returns it again.
 * Errors: ERR_FORMAT (not XML, or not EPCIS), ERR_ENCODING (not UTF-8), ERR_LIMIT, ERR_VERSION,
 * ERR_MEMORY, and whatever the sink returned. */
MUST_CHECK enum err epcis_xml_feed(struct epcis_xml *xml, struct span bytes, struct fault *fault);

/* Says that the document ends here. Errors: as epcis_xml_feed; ERR_FORMAT when it is cut off. */
MUST_CHECK enum err epcis_xml_end(struct epcis_xml *xml, struct fault *fault);

/* What the document says beside its events, as far as it has been read; valid until the next event
 * begins or the reader is freed. */
const struct epcis_head *epcis_xml_head(const struct epcis_xml *xml);

/* Events put into the sink so far. */
size_t epcis_xml_count(const struct epcis_xml *xml);

void epcis_xml_free(struct epcis_xml *xml); /* NULL is nothing */

#endif
