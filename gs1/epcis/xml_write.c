#include "gs1/epcis/xml_write.h"
#include "gs1/epcis/xml_tree.h"
#include "gs1/epcis/prefix.h"
#include "gs1/epcis/refuse.h"
#include "gs1/epcis/shape.h"
#include "gs1/epcis/xml_read.h"
#include "gs1/epcis/xml_text.h"
#include "ledger/base/civil.h"

/* The first error sticks; what is put after it is taken back at the end. */
struct writer {
	struct buf *out;
	const struct epcis_event *event;
	struct fault *fault;
	enum err err;
	enum epcis_version version;
	bool is_alone; /* an event without a document */
	bool is_top; /* the next element declares the prefixes */
	struct epcis_prefixes prefixes;
};

static void fail(struct writer *writer, enum err err, const char *name, const char *why)
{
	if (!writer->err)
		writer->err = fault_set(writer->fault, err, writer->event->line, 0, "%s: <%s> %s",
			epcis_type_name(writer->event->type), epcis_show(span_text(name)).text,
			why);
}

static void put_escaped(struct writer *writer, const char *name, struct span text, bool quoted)
{
	struct buf *out = writer->out;
	if (text.size > EPCIS_TEXT_LIMIT)
		fail(writer, ERR_LIMIT, name, "has a value longer than a reader takes");
	if (!epcis_xml_is_writable(text))
		fail(writer, ERR_RANGE, name, "has a value with a character that XML cannot carry");
	if (writer->err || !text.size)
		return;
	size_t from = 0;
	for (size_t i = 0; i < text.size; i++) {
		uint8_t c = text.at[i];
		bool is_white = c == '\r' || (quoted && (c == '\t' || c == '\n'));
		if (c != '<' && c != '>' && c != '&' && !(quoted && c == '"') && !is_white)
			continue;
		buf_put(out, span_cut(text, from, i));
		from = i + 1;
		if (is_white)
			buf_printf(out, "&#%d;", c);
		else
			buf_put_text(out, c == '<'   ? "&lt;"
					  : c == '>' ? "&gt;"
					  : c == '&' ? "&amp;"
						     : "&quot;");
	}
	buf_put(out, span_cut(text, from, text.size));
}

static void put_begin(struct writer *writer, const char *name)
{
	buf_put_u8(writer->out, '<');
	buf_put_text(writer->out, name);
}

static void put_end(struct writer *writer, const char *name)
{
	buf_put_text(writer->out, "</");
	buf_put_text(writer->out, name);
	buf_put_text(writer->out, ">\n");
}

static void put_attribute(struct writer *writer, const char *name, struct span text)
{
	buf_put_u8(writer->out, ' ');
	buf_put_text(writer->out, name);
	buf_put_text(writer->out, "=\"");
	put_escaped(writer, name, text, true);
	buf_put_u8(writer->out, '"');
}

static void check_value(
	struct writer *writer, const char *name, enum epcis_value value, struct span text)
{
	const char *wrong = epcis_value_wrong(value, epcis_trim(text));
	if (wrong)
		fail(writer, ERR_RANGE, name, wrong);
}

/* A word written bare becomes a web URI: XML has no bare words. CBV 1.2 has URNs only. */
static void put_word(struct writer *writer, const char *name, enum cbv_vocabulary words,
	struct span text, bool quoted)
{
	const char *word = words == CBV_NONE ? NULL : cbv_word(words, text);
	if (word && writer->version == EPCIS_VERSION_1)
		cbv_put_urn(words, text, writer->out);
	else if (word && span_is(text, word))
		cbv_put_web(words, text, writer->out);
	else
		put_escaped(writer, name, text, quoted);
}

static void put_text(struct writer *writer, enum epcis_element element, enum cbv_vocabulary words,
	struct span text)
{
	const struct epcis_rule *rule = epcis_rule(element);
	check_value(writer, rule->name, rule->value, text);
	put_begin(writer, rule->name);
	buf_put_u8(writer->out, '>');
	put_word(writer, rule->name, words, text, false);
	put_end(writer, rule->name);
}

static void put_time(struct writer *writer, enum epcis_element element, int64_t ms)
{
	char text[CIVIL_TIME_SIZE];
	civil_print_time(ms, text);
	put_text(writer, element, CBV_NONE, span_text(text));
}

static void put_node_name(struct writer *writer, const struct epcis_node *node)
{
	const char *prefix = epcis_prefix_of(&writer->prefixes, node->space);
	if (!epcis_xml_is_name(node->name))
		fail(writer, ERR_RANGE, "extension", "has a name that XML does not allow");
	if (*prefix) {
		buf_put_text(writer->out, prefix);
		buf_put_u8(writer->out, ':');
	}
	buf_put(writer->out, node->name);
}

/* Attributes among extensions go into the tag that is open. */
static void put_node_attributes(struct writer *writer, const struct epcis_node *node)
{
	for (; node; node = node->next) {
		if (!node->is_attribute || epcis_is_hint(node))
			continue;
		buf_put_u8(writer->out, ' ');
		put_node_name(writer, node);
		buf_put_text(writer->out, "=\"");
		put_escaped(writer, "extension", node->value, true);
		buf_put_u8(writer->out, '"');
	}
}

static void put_prefixes(struct writer *writer)
{
	for (size_t i = 0; i < writer->prefixes.count; i++) {
		if (!epcis_xml_is_namespace(writer->prefixes.at[i].space))
			fail(writer, ERR_RANGE, writer->prefixes.at[i].text,
				"is a prefix of a namespace that XML cannot have");
		buf_printf(writer->out, " xmlns:%s=\"", writer->prefixes.at[i].text);
		put_escaped(writer, "namespace", writer->prefixes.at[i].space, true);
		buf_put_u8(writer->out, '"');
	}
}

static void put_node_elements(struct writer *writer, const struct epcis_node *node);

/* The depth has been looked at when the prefixes were collected. */
static void put_node_element(struct writer *writer, const struct epcis_node *node)
{
	buf_put_u8(writer->out, '<');
	put_node_name(writer, node);
	if (writer->is_top)
		put_prefixes(writer);
	writer->is_top = false;
	put_node_attributes(writer, node->children);
	buf_put_u8(writer->out, '>');
	put_escaped(writer, "extension", node->value, false);
	put_node_elements(writer, node->children);
	buf_put_text(writer->out, "</");
	put_node_name(writer, node);
	buf_put_text(writer->out, ">\n");
}

static void put_node_elements(struct writer *writer, const struct epcis_node *node)
{
	for (; node; node = node->next)
		if (!node->is_attribute)
			put_node_element(writer, node);
}

/* What stands directly in an element of the standard must be told apart from the standard's own. */
static void check_extensions(struct writer *writer, const struct epcis_node *node)
{
	for (; node; node = node->next) {
		if (span_is(node->space, EPCIS_NAMESPACE) ||
			span_is(node->space, EPCIS_QUERY_NAMESPACE) ||
			span_is(node->space, EPCIS_1_NAMESPACE) ||
			span_is(node->space, EPCIS_1_QUERY) ||
			(!node->is_attribute && !node->space.size))
			fail(writer, ERR_RANGE, "extension",
				"must be in a namespace of its own, not in the standard's");
	}
}

static void put_open(struct writer *writer, const char *name, const struct epcis_node *extensions)
{
	check_extensions(writer, extensions);
	put_begin(writer, name);
	put_node_attributes(writer, extensions);
	buf_put_text(writer->out, ">\n");
}

static void put_texts(struct writer *writer, enum epcis_element element, enum cbv_vocabulary words,
	struct epcis_texts texts)
{
	for (size_t i = 0; i < texts.count && !writer->err; i++)
		put_text(writer, element, words, texts.at[i]);
}

static void put_quantities(struct writer *writer, struct epcis_quantities quantities)
{
	for (size_t i = 0; i < quantities.count && !writer->err; i++) {
		const struct epcis_quantity *quantity = &quantities.at[i];
		put_open(writer, "quantityElement", NULL);
		put_text(writer, EPCIS_EPC_CLASS, CBV_NONE, quantity->epc_class);
		if (quantity->quantity.at)
			put_text(writer, EPCIS_QUANTITY, CBV_NONE, quantity->quantity);
		else if (quantity->uom.at)
			buf_printf(writer->out,
				"<quantity xmlns:xsi=\"" EPCIS_XSI "\" xsi:nil=\"true\"/>\n");
		if (quantity->uom.at)
			put_text(writer, EPCIS_UOM, CBV_NONE, quantity->uom);
		put_end(writer, "quantityElement");
	}
}

static void put_parties(
	struct writer *writer, enum epcis_element list, struct epcis_parties parties)
{
	enum cbv_vocabulary words = epcis_field_words(list);
	enum epcis_element element = epcis_rule(list)->parts[0].element;
	const struct epcis_rule *rule = epcis_rule(element);
	for (size_t i = 0; i < parties.count && !writer->err; i++) {
		const struct epcis_party *party = &parties.at[i];
		put_begin(writer, rule->name);
		if (party->type.at || rule->attributes == EPCIS_ATTRIBUTES_TYPE_REQUIRED) {
			check_value(writer, rule->name, EPCIS_VALUE_URI, party->type);
			buf_put_text(writer->out, " type=\"");
			put_word(writer, rule->name, words, party->type, true);
			buf_put_u8(writer->out, '"');
		}
		buf_put_u8(writer->out, '>');
		check_value(writer, rule->name, EPCIS_VALUE_URI, party->id);
		put_escaped(writer, rule->name, party->id, false);
		put_end(writer, rule->name);
	}
}

static void put_sensor_attribute(
	struct writer *writer, const struct epcis_attribute_rule *rule, struct span text)
{
	if (!text.at)
		return;
	check_value(writer, rule->name, rule->value, text);
	put_attribute(writer, rule->name, text);
}

/* sensorMetadata and sensorReport are empty elements: what others add is attributes. */
static void check_attributes(struct writer *writer, const char *name, const struct epcis_node *node)
{
	for (; node; node = node->next)
		if (!node->is_attribute)
			fail(writer, ERR_RANGE, name,
				"has an extension that is no attribute: XML has no place for it");
}

static void put_sensor(struct writer *writer, const struct epcis_sensor_element *sensor)
{
	put_open(writer, "sensorElement", NULL);
	if (sensor->has_metadata) {
		put_begin(writer, "sensorMetadata");
		for (int i = 0; i < EPCIS_METADATA_COUNT; i++)
			put_sensor_attribute(writer, epcis_metadata_rule((enum epcis_metadata)i),
				sensor->metadata[i]);
		check_attributes(writer, "sensorMetadata", sensor->metadata_extensions);
		put_node_attributes(writer, sensor->metadata_extensions);
		buf_put_text(writer->out, "/>\n");
	}
	for (size_t i = 0; i < sensor->report_count && !writer->err; i++) {
		put_begin(writer, "sensorReport");
		for (int j = 0; j < EPCIS_REPORT_COUNT; j++)
			put_sensor_attribute(writer, epcis_report_rule((enum epcis_report)j),
				sensor->reports[i].value[j]);
		check_attributes(writer, "sensorReport", sensor->reports[i].extensions);
		put_node_attributes(writer, sensor->reports[i].extensions);
		buf_put_text(writer->out, "/>\n");
	}
	if (!sensor->report_count)
		fail(writer, ERR_RANGE, "sensorElement", "has no sensorReport");
	check_extensions(writer, sensor->extensions);
	for (const struct epcis_node *node = sensor->extensions; node; node = node->next)
		if (node->is_attribute)
			fail(writer, ERR_RANGE, "sensorElement",
				"has an attribute: XML has no place for it");
	put_node_elements(writer, sensor->extensions);
	put_end(writer, "sensorElement");
}

static void put_error_declaration(
	struct writer *writer, const struct epcis_error_declaration *declaration)
{
	put_open(writer, "errorDeclaration", declaration->extensions);
	put_time(writer, EPCIS_DECLARATION_TIME, declaration->declaration_time_ms);
	if (declaration->reason.at)
		put_text(writer, EPCIS_REASON, CBV_ERROR_REASON, declaration->reason);
	if (declaration->corrective_event_ids.count) {
		put_open(writer, "correctiveEventIDs", NULL);
		put_texts(writer, EPCIS_CORRECTIVE_EVENT_ID, CBV_NONE,
			declaration->corrective_event_ids);
		put_end(writer, "correctiveEventIDs");
	}
	put_node_elements(writer, declaration->extensions);
	put_end(writer, "errorDeclaration");
}

static void put_own(struct writer *writer, enum epcis_element field)
{
	const struct epcis_event *event = writer->event;
	char offset[EPCIS_OFFSET_SIZE];
	const char *name = epcis_rule(field)->name;
	if (field == EPCIS_EVENT_TIME)
		put_time(writer, field, event->event_time_ms);
	if (field == EPCIS_RECORD_TIME)
		put_time(writer, field, event->record_time_ms);
	if (field == EPCIS_TIME_ZONE_OFFSET) {
		epcis_offset_print(event->time_zone_offset, offset);
		put_text(writer, field, CBV_NONE, span_text(offset));
	}
	if (field == EPCIS_ACTION)
		put_text(writer, field, CBV_NONE, span_text(epcis_action_name(event->action)));
	if (field == EPCIS_ERROR_DECLARATION)
		put_error_declaration(writer, &event->error_declaration);
	if (field == EPCIS_PERSISTENT_DISPOSITION) {
		put_open(writer, name, NULL);
		put_texts(writer, EPCIS_UNSET, CBV_DISPOSITION, event->persistent_unset);
		put_texts(writer, EPCIS_SET, CBV_DISPOSITION, event->persistent_set);
		put_end(writer, name);
	}
	if (field == EPCIS_SENSOR_ELEMENT_LIST) {
		put_open(writer, name, NULL);
		for (size_t i = 0; i < event->sensor_element_list.count && !writer->err; i++)
			put_sensor(writer, &event->sensor_element_list.at[i]);
		put_end(writer, name);
	}
	if (field == EPCIS_ILMD) {
		put_open(writer, name, event->ilmd);
		put_node_elements(writer, event->ilmd);
		put_end(writer, name);
	}
}

static void put_field(struct writer *writer, enum epcis_element field)
{
	const struct epcis_rule *rule = epcis_rule(field);
	const void *at = (const uint8_t *)writer->event + epcis_field_at(field);
	enum epcis_kind kind = epcis_field_kind(field);
	if (kind == EPCIS_KIND_OWN) {
		put_own(writer, field);
		return;
	}
	if (kind == EPCIS_KIND_TEXT) {
		put_text(writer, field, epcis_field_words(field), *(const struct span *)at);
		return;
	}
	if (field == EPCIS_CERTIFICATION_INFO) {
		put_texts(writer, field, CBV_NONE, writer->event->certification_info);
		if (writer->event->certification_info.count > 1)
			fail(writer, ERR_RANGE, rule->name,
				"has several values: XML has room for one");
		return;
	}
	put_open(writer, rule->name, NULL);
	if (kind == EPCIS_KIND_TEXTS)
		put_texts(writer, EPCIS_EPC, CBV_NONE, *(const struct epcis_texts *)at);
	if (kind == EPCIS_KIND_QUANTITIES)
		put_quantities(writer, *(const struct epcis_quantities *)at);
	if (kind == EPCIS_KIND_PARTIES)
		put_parties(writer, field, *(const struct epcis_parties *)at);
	if (kind == EPCIS_KIND_PLACE) {
		const struct epcis_place *place = at;
		put_text(writer, EPCIS_PLACE_ID, CBV_NONE, place->id);
		check_extensions(writer, place->extensions);
		put_node_elements(writer, place->extensions);
	}
	put_end(writer, rule->name);
}

/* Wrappers of 1.2 have rules of their own, with parts inside. */
static bool is_wrapper(enum epcis_element element)
{
	return element >= EPCIS_BASE_EXTENSION;
}

static bool has_local(const struct epcis_node *node)
{
	for (; node; node = node->next)
		if (!node->is_attribute && !node->space.size)
			return true;
	return false;
}

/* Whether the event says anything that stands in the part. */
static bool has_part(const struct writer *writer, enum epcis_element element)
{
	const struct epcis_rule *rule = epcis_rule_of(writer->version, element);
	if (!is_wrapper(element))
		return epcis_has(writer->event, element);
	if (element == EPCIS_NEWER_EXTENSION && has_local(writer->event->extensions))
		return true;
	for (size_t i = 0; i < rule->part_count; i++)
		if (has_part(writer, rule->parts[i].element))
			return true;
	return false;
}

static void put_parts(struct writer *writer, const struct epcis_rule *rule)
{
	for (size_t i = 0; i < rule->part_count && !writer->err; i++) {
		enum epcis_element part = rule->parts[i].element;
		const struct epcis_rule *inner = epcis_rule_of(writer->version, part);
		if (!has_part(writer, part)) {
			/* a list of EPCs that must be there may be empty */
			if (rule->parts[i].required && epcis_field_kind(part) == EPCIS_KIND_TEXTS)
				buf_printf(writer->out, "<%s/>\n", inner->name);
			else if (rule->parts[i].required)
				fail(writer, ERR_RANGE, inner->name, "is missing");
		} else if (is_wrapper(part)) {
			put_open(writer, inner->name, NULL);
			put_parts(writer, inner);
			put_end(writer, inner->name);
		} else {
			put_field(writer, part);
		}
	}
	/* 1.2 has its place for what others add without a namespace */
	bool is_last = rule == epcis_rule_of(EPCIS_VERSION_1, EPCIS_NEWER_EXTENSION);
	for (const struct epcis_node *node = writer->event->extensions; node && is_last;
		node = node->next)
		if (!node->is_attribute && !node->space.size)
			put_node_element(writer, node);
}

/* Around the events that came after 1.0. */
static void put_wrappers(struct writer *writer, const char *front)
{
	bool is_transformation = writer->event->type == EPCIS_TRANSFORMATION_EVENT;
	bool is_association = writer->event->type == EPCIS_ASSOCIATION_EVENT;
	if (writer->version == EPCIS_VERSION_1 && (is_transformation || is_association))
		buf_printf(writer->out, "<%sextension>", front);
	if (writer->version == EPCIS_VERSION_1 && is_association)
		buf_printf(writer->out, "<%sextension>", front);
}

static void put_event(struct writer *writer)
{
	enum epcis_element event = (enum epcis_element)(EPCIS_EVENTS + (int)writer->event->type);
	const struct epcis_rule *rule = epcis_rule_of(writer->version, event);
	enum epcis_element misplaced = epcis_misplaced(writer->event);
	if (misplaced != EPCIS_FIELD_COUNT)
		fail(writer, ERR_RANGE, epcis_rule(misplaced)->name,
			"has no place in this type of event");
	if (writer->version == EPCIS_VERSION_2 || writer->event->type == EPCIS_ASSOCIATION_EVENT)
		check_extensions(writer, writer->event->extensions);
	if (writer->is_alone)
		buf_printf(writer->out, "<epcis:%s xmlns:epcis=\"%s\"", rule->name,
			writer->version == EPCIS_VERSION_1 ? EPCIS_1_NAMESPACE : EPCIS_NAMESPACE);
	else
		put_wrappers(writer, "");
	if (!writer->is_alone)
		put_begin(writer, rule->name);
	put_prefixes(writer);
	put_node_attributes(writer, writer->event->extensions);
	buf_put_text(writer->out, ">\n");
	put_parts(writer, rule);
	for (const struct epcis_node *node = writer->event->extensions; node; node = node->next)
		if (!node->is_attribute && node->space.size)
			put_node_element(writer, node);
	if (writer->is_alone) {
		buf_printf(writer->out, "</epcis:%s>\n", rule->name);
		return;
	}
	put_end(writer, rule->name);
	put_wrappers(writer, "/");
}

static enum err finish(struct writer *writer, size_t before)
{
	if (!writer->err && writer->out->err)
		fail(writer, writer->out->err, "document", "does not fit the buffer");
	if (writer->err)
		writer->out->size = before;
	return writer->err;
}

static enum err put_one(struct writer *writer)
{
	size_t before = writer->out->size;
	if (writer->out->err)
		return fault_set(
			writer->fault, writer->out->err, 0, 0, "the buffer has failed before");
	writer->err = epcis_prefixes_collect(&writer->prefixes, writer->event, writer->fault);
	if (!writer->err)
		put_event(writer);
	return finish(writer, before);
}

enum err epcis_xml_put_event_as(struct buf *out, enum epcis_version version,
	const struct epcis_event *event, struct fault *fault)
{
	struct writer writer = {.out = out, .event = event, .fault = fault, .version = version};
	return put_one(&writer);
}

enum err epcis_xml_put_alone(struct buf *out, enum epcis_version version,
	const struct epcis_event *event, struct fault *fault)
{
	struct writer writer = {
		.out = out, .event = event, .fault = fault, .version = version, .is_alone = true};
	return put_one(&writer);
}

enum err epcis_xml_put_event(struct buf *out, const struct epcis_event *event, struct fault *fault)
{
	return epcis_xml_put_event_as(out, EPCIS_VERSION_2, event, fault);
}

/* Each element at the top declares the namespaces in it. */
enum err epcis_xml_put_tree(struct buf *out, const struct epcis_node *nodes, struct fault *fault)
{
	size_t before = out->size;
	enum err err = OK;
	for (; nodes && !err; nodes = nodes->next) {
		struct epcis_node alone = *nodes;
		struct epcis_event event = {.extensions = &alone};
		struct writer writer = {.out = out, .event = &event, .fault = fault};
		alone.next = NULL;
		if (alone.is_attribute)
			continue;
		writer.err = epcis_prefixes_collect(&writer.prefixes, &event, fault);
		if (!writer.err) {
			writer.is_top = true;
			put_node_element(&writer, &alone);
		}
		err = finish(&writer, before);
	}
	return err;
}

void epcis_xml_put_text(struct buf *out, struct span text)
{
	struct epcis_event event = {0};
	struct writer writer = {.out = out, .event = &event};
	put_escaped(&writer, "text", text, true);
}

void epcis_xml_put_head(struct buf *out, int64_t creation_date_ms)
{
	char text[CIVIL_TIME_SIZE];
	civil_print_time(creation_date_ms, text);
	buf_printf(out,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<epcis:EPCISDocument xmlns:epcis=\"" EPCIS_NAMESPACE "\" schemaVersion=\"2.0\" "
		"creationDate=\"%s\">\n<EPCISBody>\n<EventList>\n",
		text);
}

void epcis_xml_put_tail(struct buf *out)
{
	buf_put_text(out, "</EventList>\n</EPCISBody>\n</epcis:EPCISDocument>\n");
}
