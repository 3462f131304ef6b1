#include "gs1/epcis/write.h"
#include "gs1/epcis/cbor_write.h"
#include "gs1/epcis/head_write.h"
#include "gs1/epcis/json_put.h"
#include "gs1/epcis/json_write.h"
#include "gs1/epcis/xml_write.h"
#include "gs1/epcis/json_check.h"
#include "ledger/base/civil.h"

struct epcis_head epcis_head_made(int64_t creation_date_ms, char *room)
{
	civil_print_time(creation_date_ms, room);
	return (struct epcis_head){.form = EPCIS_XML_2_0,
		.document = EPCIS_WITH_EVENTS,
		.schema_version = span_text("2.0"),
		.creation_date = span_text(room),
		.has_event_list = true};
}

static bool is_xml(enum epcis_form form)
{
	return form == EPCIS_XML_1_2 || form == EPCIS_XML_2_0;
}

const char *epcis_head_loss(enum epcis_form form, const struct epcis_head *head)
{
	bool has_sbdh = false;
	bool has_others = false;
	for (const struct epcis_node *node = head->header; node; node = node->next) {
		bool is_sbdh = !node->is_attribute &&
			       span_is(node->name, "StandardBusinessDocumentHeader");
		has_sbdh |= is_sbdh;
		has_others |= !is_sbdh && !node->is_attribute;
	}
	if (form == EPCIS_CBOR)
		return NULL;
	if (head->document == EPCIS_WITH_PARAMS || head->document == EPCIS_WITH_QUESTION)
		return "a question is no document of events: only the CBOR form keeps it";
	if (head->document == EPCIS_WITH_MASTER_DATA && form == EPCIS_JSON_LD)
		return "JSON-LD has no document for master data alone";
	if (!is_xml(form))
		return NULL;
	if (head->id.at)
		return "XML has no place for the document's id";
	int facts = (head->sender.size > 0) + (head->receiver.size > 0) +
		    (head->instance_identifier.size > 0);
	if (!has_sbdh && facts && facts < 3)
		return "XML has sender, receiver and instanceIdentifier together or not at all";
	has_sbdh |= facts == 3;
	if (form == EPCIS_XML_1_2 && !has_sbdh && (head->vocabularies || has_others))
		return "a header of EPCIS 1.2 needs a StandardBusinessDocumentHeader, and there is "
		       "none";
	if (form == EPCIS_XML_2_0 && has_others)
		return "a header of EPCIS 2.0 XML holds the StandardBusinessDocumentHeader and "
		       "master data only";
	return NULL;
}

enum err epcis_writer_begin(struct epcis_writer *writer, enum epcis_form form,
	const struct epcis_head *head, struct buf *out, struct fault *fault)
{
	*writer = (struct epcis_writer){.form = form, .head = *head};
	bool is_alone = head->document == EPCIS_WITHOUT_DOCUMENT;
	if (form == EPCIS_CBOR)
		return epcis_cbor_put_head(out, head, fault);
	if (is_alone)
		return OK;
	if (head->document == EPCIS_WITH_PARAMS || head->document == EPCIS_WITH_QUESTION)
		return fault_set(fault, ERR_RANGE, 0, 0,
			"a question is no document of events: only the CBOR form keeps it");
	const char *loss = head->may_lose ? NULL : epcis_head_loss(form, head);
	if (loss)
		return fault_set(fault, ERR_RANGE, 0, 0, "%s", loss);
	if (!head->creation_date.size)
		return fault_set(fault, ERR_RANGE, 0, 0,
			"the document has no creationDate, which this form demands");
	return form == EPCIS_JSON_LD ? epcis_json_put_front(out, head, fault)
				     : epcis_xml_put_front(out, form, head, fault);
}

enum err epcis_writer_event(struct epcis_writer *writer, const struct epcis_event *event,
	struct buf *out, struct fault *fault)
{
	bool is_alone = writer->head.document == EPCIS_WITHOUT_DOCUMENT;
	size_t before = out->size;
	enum err err;
	if (is_alone && writer->count)
		return fault_set(fault, ERR_RANGE, 0, 0,
			"an event without a document stands alone: write several in a document");
	if (writer->form == EPCIS_CBOR) {
		err = epcis_cbor_put_event(out, event, fault);
	} else if (is_xml(writer->form)) {
		enum epcis_version version =
			writer->form == EPCIS_XML_1_2 ? EPCIS_VERSION_1 : EPCIS_VERSION_2;
		err = is_alone ? epcis_xml_put_alone(out, version, event, fault)
			       : epcis_xml_put_event_as(out, version, event, fault);
	} else {
		err = epcis_json_check(event, fault);
		if (err)
			return err;
		if (writer->count && !is_alone)
			buf_put_text(out, ",\n");
		err = is_alone ? epcis_json_put_event(out, event, fault)
			       : epcis_json_put_inside(out, event, fault);
	}
	if (err)
		out->size = before;
	else
		writer->count++;
	return err;
}

enum err epcis_writer_end(struct epcis_writer *writer, struct buf *out, struct fault *fault)
{
	if (writer->form != EPCIS_CBOR && writer->head.document != EPCIS_WITHOUT_DOCUMENT) {
		if (writer->form == EPCIS_JSON_LD)
			epcis_json_put_back(out, &writer->head);
		else
			epcis_xml_put_back(out, writer->form, &writer->head);
	}
	if (out->err)
		return fault_set(fault, out->err, 0, 0, "the document does not fit the buffer");
	return OK;
}
