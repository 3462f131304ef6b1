/* Reads EPCIS 2.0 XML, EPCISDocument and EPCISQueryDocument, as it arrives: bytes in, events out.
 *
 * libxml2 takes the XML apart and nothing else: it gets no document type (any DOCTYPE is refused,
 * so there are no entities beyond XML's five), opens no file and no connection, builds no tree.
 * What may stand where, and every value, is judged by our own tables (shape.h). Text is UTF-8.
 *
 * Memory is bounded whatever the document's size: one event at a time, in an arena with a limit.
 * What is refused is named with line and element; fault.at is the line. Not read: EPCIS 1.x
 * (ERR_VERSION), query documents without results (a Poll is no event). Headers and vocabularies
 * (SBDH, master data) are passed over. docs/gs1-epcis.md lists where we differ from the XSD. */
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

/* Events put into the sink so far. */
size_t epcis_xml_count(const struct epcis_xml *xml);

void epcis_xml_free(struct epcis_xml *xml); /* NULL is nothing */

#endif
