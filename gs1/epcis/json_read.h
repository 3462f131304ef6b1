/* Reads EPCIS 2.0 JSON-LD as it arrives: bytes in, events out. EPCISDocument, EPCISQueryDocument,
 * an event alone, and the parameters of a query (REST binding).
 *
 * Members may stand in any order. Memory is bounded whatever the document's size: one event at a
 * time. Only when the events stand before the document's @context must they be kept until it comes,
 * up to the same limit as an event. No context is fetched. Faults name line and member.
 * The calls are those of xml_read.h. */
#ifndef GS1_EPCIS_JSON_READ_H
#define GS1_EPCIS_JSON_READ_H

#include "gs1/epcis/xml_read.h"

struct epcis_json_reader;

MUST_CHECK enum err epcis_json_open(struct epcis_json_reader **reader,
	const struct epcis_sink *sink, const struct epcis_limits *limits, struct fault *fault);
MUST_CHECK enum err epcis_json_feed(
	struct epcis_json_reader *reader, struct span bytes, struct fault *fault);
MUST_CHECK enum err epcis_json_end(struct epcis_json_reader *reader, struct fault *fault);
const struct epcis_head *epcis_json_head(const struct epcis_json_reader *reader);
size_t epcis_json_count(const struct epcis_json_reader *reader);
void epcis_json_free(struct epcis_json_reader *reader); /* NULL is nothing */

#endif
