#include "gs1/epcis/write.h"
#include "gs1/epcis/cbor_write.h"
#include "gs1/epcis/head_write.h"
#include "gs1/epcis/json_put.h"
#include "gs1/epcis/json_write.h"
#include "gs1/epcis/shape.h"
#include "gs1/epcis/xml_write.h"
#include "gs1/epcis/json_fill.h"
#include "ledger/base/civil.h"

#include <stdlib.h>

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

static int text_order(const void *a, const void *b)
{
	return span_order(*(const struct span *)a, *(const struct span *)b);
}

/* The JSON Schema's uniqueItems, for lists that XML allows. */
static bool has_twice(struct epcis_texts texts, bool *is_twice)
{
	*is_twice = false;
	if (texts.count < 2)
		return true;
	struct span *sorted = malloc(texts.count * sizeof *sorted);
	if (!sorted)
		return false;
	memcpy(sorted, texts.at, texts.count * sizeof *sorted);
	qsort(sorted, texts.count, sizeof *sorted, text_order);
	for (size_t i = 1; i < texts.count; i++)
		*is_twice |= span_equal(sorted[i - 1], sorted[i]);
	free(sorted);
	return true;
}

/* JSON has no INF and NaN, and demands a type. */
static const char *report_lack(const struct epcis_sensor_report *report)
{
	if (!report->value[EPCIS_REPORT_TYPE].at)
		return "has a sensorReport without a type";
	for (int i = 0; i < EPCIS_REPORT_COUNT; i++) {
		struct span text = report->value[i];
		bool is_number =
			epcis_report_rule((enum epcis_report)i)->value == EPCIS_VALUE_DOUBLE;
		if (is_number && text.size && (text.at[text.size - 1] | 0x20) >= 'a')
			return "has INF or NaN";
	}
	return NULL;
}

static enum err check_json(const struct epcis_event *event, struct fault *fault)
{
	const struct epcis_texts lists[] = {event->epc_list, event->child_epcs,
		event->input_epc_list, event->output_epc_list, event->persistent_set,
		event->persistent_unset};
	const char *lack = epcis_json_lack(event, event->epc_list.count);
	for (size_t i = 0; i < sizeof lists / sizeof lists[0] && !lack; i++) {
		bool is_twice;
		if (!has_twice(lists[i], &is_twice))
			return fault_set(fault, ERR_MEMORY, 0, 0, "no memory for writing");
		lack = is_twice ? "has a list with the same twice: JSON-LD has lists without"
				: NULL;
	}
	for (size_t i = 0; i < event->sensor_element_list.count && !lack; i++) {
		const struct epcis_sensor_element *sensor = &event->sensor_element_list.at[i];
		for (size_t j = 0; j < sensor->report_count && !lack; j++)
			lack = report_lack(&sensor->reports[j]);
	}
	return lack ? fault_set(fault, ERR_RANGE, event->line, 0,
			      "%s: %s, so it has no JSON-LD form", epcis_type_name(event->type),
			      lack)
		    : OK;
}

enum err epcis_writer_event(struct epcis_writer *writer, const struct epcis_event *event,
	struct buf *out, struct fault *fault)
{
	bool is_alone = writer->head.document == EPCIS_WITHOUT_DOCUMENT;
	size_t before = out->size;
	enum err err;
	if (writer->form == EPCIS_CBOR) {
		err = epcis_cbor_put_event(out, event, fault);
	} else if (is_xml(writer->form)) {
		enum epcis_version version =
			writer->form == EPCIS_XML_1_2 ? EPCIS_VERSION_1 : EPCIS_VERSION_2;
		err = is_alone ? epcis_xml_put_alone(out, version, event, fault)
			       : epcis_xml_put_event_as(out, version, event, fault);
	} else {
		err = check_json(event, fault);
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
