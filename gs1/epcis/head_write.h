/* What stands in front of and behind the events of a document. Part of write.c. */
#ifndef GS1_EPCIS_HEAD_WRITE_H
#define GS1_EPCIS_HEAD_WRITE_H

#include "gs1/epcis/event.h"
#include "ledger/base/buf.h"

MUST_CHECK enum err epcis_xml_put_front(
	struct buf *out, enum epcis_form form, const struct epcis_head *head, struct fault *fault);
void epcis_xml_put_back(struct buf *out, enum epcis_form form, const struct epcis_head *head);
MUST_CHECK enum err epcis_json_put_front(
	struct buf *out, const struct epcis_head *head, struct fault *fault);
void epcis_json_put_back(struct buf *out, const struct epcis_head *head);

#endif
