/* Writes EPCIS 2.0 XML documents, event by event, into a buffer that the caller may empty between
 * two events. What is written is what xml_read.h reads: same event, same hash. Vocabulary words are
 * written as URNs when they came so and as web URIs when they came bare; the rest as it is. */
#ifndef GS1_EPCIS_XML_WRITE_H
#define GS1_EPCIS_XML_WRITE_H

#include "gs1/epcis/event.h"
#include "gs1/epcis/shape.h"
#include "ledger/base/buf.h"
#include "ledger/base/err.h"

/* Head of an EPCISDocument up to the list of events. */
void epcis_xml_put_head(struct buf *out, int64_t creation_date_ms);

/* One event. On failure what was put of it is taken back.
 * Errors: ERR_RANGE names the field: missing though the standard requires it, not its kind of
 * value, or with a character that XML cannot carry; ERR_LIMIT: more than 64 namespaces or levels of
 * extensions; the buffer's error. */
MUST_CHECK enum err epcis_xml_put_event(
	struct buf *out, const struct epcis_event *event, struct fault *fault);

/* The same as XML 1.2 or 2.0. In 1.2, words of the CBV are URNs, TransformationEvent and what came
 * with 2.0 stand in <extension> (shape_1.c). */
MUST_CHECK enum err epcis_xml_put_event_as(struct buf *out, enum epcis_version version,
	const struct epcis_event *event, struct fault *fault);

/* An event without a document around it: its own element is in the EPCIS namespace. */
MUST_CHECK enum err epcis_xml_put_alone(struct buf *out, enum epcis_version version,
	const struct epcis_event *event, struct fault *fault);

void epcis_xml_put_tail(struct buf *out);

#endif
