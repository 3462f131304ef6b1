#include "gs1/epcis/head_write.h"
#include "gs1/epcis/json_put.h"
#include "gs1/epcis/json_write.h"
#include "gs1/epcis/master.h"
#include "gs1/epcis/prefix.h"
#include "gs1/epcis/refuse.h"
#include "gs1/epcis/shape.h"
#include "gs1/epcis/write.h"
#include "gs1/epcis/xml_tree.h"

/* Names and namespaces of the documents. */
struct front {
	const char *name;
	const char *spaces[2]; /* of 1.2 and 2.0 */
};

static const struct front *front_of(const struct epcis_head *head)
{
	static const struct front fronts[] = {
		{"EPCISDocument", {EPCIS_1_NAMESPACE, EPCIS_NAMESPACE}},
		{"EPCISQueryDocument", {EPCIS_1_QUERY, EPCIS_QUERY_NAMESPACE}},
		{"EPCISMasterDataDocument", {EPCIS_1_MASTER, EPCIS_MASTER}},
	};
	return &fronts[head->document == EPCIS_WITH_RESULTS       ? 1
		       : head->document == EPCIS_WITH_MASTER_DATA ? 2
								  : 0];
}

static void put_element(struct buf *out, const char *name, struct span text)
{
	if (!text.at)
		return;
	buf_printf(out, "<%s>", name);
	epcis_xml_put_text(out, text);
	buf_printf(out, "</%s>\n", name);
}

/* Attributes of the document in namespaces of others; their prefixes are made here. */
static enum err put_attributes(struct buf *out, const struct epcis_node *node, struct fault *fault)
{
	for (int number = 1; node; node = node->next) {
		if (node->children || (node->scalar != EPCIS_STRING && !node->value.size))
			return fault_set(fault, ERR_RANGE, 0, 0,
				"a member of the document is no text: XML has attributes only");
		buf_put_u8(out, ' ');
		if (node->space.size && !span_is(node->space, EPCIS_XML_SPACE)) {
			buf_printf(out, "xmlns:a%d=\"", number);
			epcis_xml_put_text(out, node->space);
			buf_printf(out, "\" a%d:", number++);
		} else if (node->space.size) {
			buf_put_text(out, "xml:");
		}
		buf_put(out, node->name);
		buf_put_text(out, "=\"");
		epcis_xml_put_text(out, node->value);
		buf_put_u8(out, '"');
	}
	return OK;
}

static enum err put_vocabularies(
	struct buf *out, const struct epcis_node *vocabularies, struct fault *fault)
{
	buf_put_text(out, "<VocabularyList>\n");
	enum err err = epcis_xml_put_tree(out, vocabularies, fault);
	buf_put_text(out, "</VocabularyList>\n");
	return err;
}

/* The facts that JSON-LD has, as the SBDH has them (EPCIS 2.0 section 9.2); the rest of it is what
 * the standard fixes for events. */
static void put_sbdh(struct buf *out, const struct epcis_head *head)
{
	buf_put_text(out,
		"<s:StandardBusinessDocumentHeader xmlns:s=\"" EPCIS_SBDH_NAMESPACE "\">\n"
		"<s:HeaderVersion>1.0</s:HeaderVersion>\n<s:Sender>");
	put_element(out, "s:Identifier", head->sender);
	buf_put_text(out, "</s:Sender>\n<s:Receiver>");
	put_element(out, "s:Identifier", head->receiver);
	buf_put_text(out, "</s:Receiver>\n<s:DocumentIdentification>\n"
			  "<s:Standard>EPCglobal</s:Standard>\n"
			  "<s:TypeVersion>1.0</s:TypeVersion>\n");
	put_element(out, "s:InstanceIdentifier", head->instance_identifier);
	buf_put_text(out, "<s:Type>Events</s:Type>\n");
	put_element(out, "s:CreationDateAndTime", head->creation_date);
	buf_put_text(out, "</s:DocumentIdentification>\n</s:StandardBusinessDocumentHeader>\n");
}

static bool has_sbdh(const struct epcis_head *head)
{
	for (const struct epcis_node *node = head->header; node; node = node->next)
		if (span_is(node->space, EPCIS_SBDH_NAMESPACE))
			return true;
	return false;
}

static enum err put_header(
	struct buf *out, enum epcis_form form, const struct epcis_head *head, struct fault *fault)
{
	bool is_lost = form == EPCIS_XML_2_0; /* others' elements, when they may be */
	bool has_master = head->vocabularies && head->document == EPCIS_WITH_EVENTS;
	bool has_facts = !has_sbdh(head) && head->sender.size && head->receiver.size &&
			 head->instance_identifier.size;
	if ((!head->header && !has_master && !has_facts) ||
		(form == EPCIS_XML_1_2 && epcis_head_loss(form, head)))
		return OK; /* 1.2 has no header without an SBDH */
	buf_put_text(out, "<EPCISHeader>\n");
	if (has_facts)
		put_sbdh(out, head);
	const struct epcis_node *first = head->header;
	struct epcis_node sbdh;
	enum err err = OK;
	/* the SBDH, then master data, then what others add */
	for (const struct epcis_node *node = first; node && !err; node = node->next) {
		sbdh = *node;
		sbdh.next = NULL;
		if (span_is(node->space, EPCIS_SBDH_NAMESPACE))
			err = epcis_xml_put_tree(out, &sbdh, fault);
	}
	if (has_master && !err) {
		buf_put_text(out, "<extension>\n<EPCISMasterData>\n");
		err = put_vocabularies(out, head->vocabularies, fault);
		buf_put_text(out, "</EPCISMasterData>\n</extension>\n");
	}
	for (const struct epcis_node *node = first; node && !err; node = node->next) {
		sbdh = *node;
		sbdh.next = NULL;
		if (!span_is(node->space, EPCIS_SBDH_NAMESPACE) && !is_lost)
			err = epcis_xml_put_tree(out, &sbdh, fault);
	}
	buf_put_text(out, "</EPCISHeader>\n");
	return err;
}

enum err epcis_xml_put_front(
	struct buf *out, enum epcis_form form, const struct epcis_head *head, struct fault *fault)
{
	const struct front *front = front_of(head);
	bool is_first = form == EPCIS_XML_1_2;
	const char *space = front->spaces[is_first ? 0 : 1];
	size_t before = out->size;
	buf_printf(out,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<epcis:%s xmlns:epcis=\"%s\" "
		"schemaVersion=\"%s\" creationDate=\"",
		front->name, space, is_first ? "1.2" : "2.0");
	epcis_xml_put_text(out, head->creation_date);
	buf_put_u8(out, '"');
	enum err err = put_attributes(out, head->attributes, fault);
	buf_put_text(out, ">\n");
	if (!err)
		err = put_header(out, form, head, fault);
	buf_put_text(out, "<EPCISBody>\n");
	if (head->document == EPCIS_WITH_RESULTS) {
		buf_put_text(out, "<epcis:QueryResults>\n");
		put_element(out, "queryName",
			head->query_name.at ? head->query_name : span_text("SimpleEventQuery"));
		put_element(out, "subscriptionID", head->subscription_id);
		buf_put_text(out, "<resultsBody>\n");
	}
	bool is_list = head->document != EPCIS_WITH_EVENTS && head->vocabularies;
	if (!err && is_list)
		err = put_vocabularies(out, head->vocabularies, fault);
	else if (head->document != EPCIS_WITH_MASTER_DATA)
		buf_put_text(out, "<EventList>\n");
	if (!err && out->err)
		err = fault_set(fault, out->err, 0, 0, "the document does not fit the buffer");
	if (err)
		out->size = before;
	return err;
}

void epcis_xml_put_back(struct buf *out, enum epcis_form form, const struct epcis_head *head)
{
	bool is_list = head->document != EPCIS_WITH_EVENTS && head->vocabularies;
	(void)form;
	if (!is_list && head->document != EPCIS_WITH_MASTER_DATA)
		buf_put_text(out, "</EventList>\n");
	if (head->document == EPCIS_WITH_RESULTS)
		buf_put_text(out, "</resultsBody>\n</epcis:QueryResults>\n");
	buf_printf(out, "</EPCISBody>\n</epcis:%s>\n", front_of(head)->name);
}

/* A member with a text, a comma in front. */
static enum err put_member(struct buf *out, const char *name, struct span text, struct fault *fault)
{
	if (!text.at)
		return OK;
	buf_printf(out, ",\n\"%s\":", name);
	return epcis_json_put_text(out, text, fault);
}

static const struct epcis_node *inside(const struct epcis_node *parent, const char *name)
{
	for (const struct epcis_node *node = parent ? parent->children : NULL; node;
		node = node->next) {
		if (span_is(node->name, name))
			return node;
	}
	return NULL;
}

/* XML allows a date without an offset, JSON does not: it is taken as UTC. */
static enum err put_date(struct buf *out, struct span date, struct fault *fault)
{
	char with_offset[64];
	int64_t ms;
	size_t size = date.size;
	if (size + 1 > sizeof with_offset)
		return fault_set(fault, ERR_RANGE, 0, 0, "the creationDate is not a time");
	memcpy(with_offset, date.at, size);
	if (!epcis_time_read(date, &ms))
		with_offset[size++] = 'Z';
	return put_member(out, "creationDate", span_of(with_offset, size), fault);
}

/* JSON-LD has three facts of the SBDH as members of the document. */
static enum err put_sbdh_facts(struct buf *out, const struct epcis_head *head, struct fault *fault)
{
	struct epcis_head facts = *head;
	for (const struct epcis_node *node = head->header; node; node = node->next) {
		const struct epcis_node *sender = inside(inside(node, "Sender"), "Identifier");
		const struct epcis_node *receiver = inside(inside(node, "Receiver"), "Identifier");
		const struct epcis_node *number =
			inside(inside(node, "DocumentIdentification"), "InstanceIdentifier");
		if (sender && !facts.sender.at)
			facts.sender = sender->value;
		if (receiver && !facts.receiver.at)
			facts.receiver = receiver->value;
		if (number && !facts.instance_identifier.at)
			facts.instance_identifier = number->value;
	}
	enum err err = put_member(out, "instanceIdentifier", facts.instance_identifier, fault);
	if (!err)
		err = put_member(out, "sender", facts.sender, fault);
	if (!err)
		err = put_member(out, "receiver", facts.receiver, fault);
	return err;
}

static enum err put_json_attribute(struct buf *out, const struct epcis_event *trees,
	const struct epcis_node *attribute, struct fault *fault)
{
	bool is_tree = false;
	buf_put_text(out, "{\"id\":");
	enum err err = epcis_json_put_text(out, epcis_attribute(attribute, "id"), fault);
	for (const struct epcis_node *node = attribute->children; node; node = node->next)
		is_tree |= !node->is_attribute;
	buf_put_text(out, ",\"attribute\":");
	if (!err && !is_tree && attribute->scalar == EPCIS_NUMBER &&
		epcis_number_put(out, attribute->value)) {
		buf_put_u8(out, '}');
		return OK;
	}
	if (!err && !is_tree)
		err = epcis_json_put_text(out, attribute->value, fault);
	if (!err && is_tree) {
		struct epcis_node first = {0};
		const struct epcis_node *node = attribute->children;
		while (node && node->is_attribute)
			node = node->next;
		first = *node;
		buf_put_u8(out, '{');
		size_t at = out->size;
		err = epcis_json_put_tree(out, trees, &first, fault);
		if (!err && out->size > at && out->at[at] == ',')
			out->at[at] = ' ';
		buf_put_u8(out, '}');
	}
	buf_put_u8(out, '}');
	return err;
}

static enum err put_json_element(struct buf *out, const struct epcis_event *trees,
	const struct epcis_node *element, struct fault *fault)
{
	const struct epcis_node *children = epcis_child(element, "children");
	bool has_attributes = false;
	buf_put_text(out, "{\"id\":");
	enum err err = epcis_json_put_text(out, epcis_attribute(element, "id"), fault);
	for (const struct epcis_node *node = element->children; node && !err; node = node->next) {
		if (node->is_attribute || !span_is(node->name, "attribute"))
			continue;
		buf_put_text(out, has_attributes ? "," : ",\"attributes\":[");
		has_attributes = true;
		err = put_json_attribute(out, trees, node, fault);
	}
	if (has_attributes)
		buf_put_u8(out, ']');
	const struct epcis_node *id = children ? children->children : NULL;
	if (children)
		buf_put_text(out, ",\"children\":[");
	for (bool is_later = false; id && !err; id = id->next, is_later = true) {
		if (is_later)
			buf_put_u8(out, ',');
		err = epcis_json_put_text(out, id->value, fault);
	}
	if (children)
		buf_put_u8(out, ']');
	buf_put_u8(out, '}');
	return err;
}

static enum err put_json_vocabularies(
	struct buf *out, const struct epcis_event *trees, struct fault *fault)
{
	enum err err = OK;
	bool is_later = false;
	buf_put_text(out, "\"vocabularyList\":[");
	for (const struct epcis_node *node = trees->ilmd; node && !err; node = node->next) {
		const struct epcis_node *list = epcis_child(node, "VocabularyElementList");
		bool is_next = false;
		if (node->is_attribute)
			continue;
		buf_put_text(out, is_later ? ",\n{\"type\":" : "\n{\"type\":");
		is_later = true;
		err = epcis_json_put_text(out, epcis_attribute(node, "type"), fault);
		if (list)
			buf_put_text(out, ",\"vocabularyElementList\":[");
		for (const struct epcis_node *element = list ? list->children : NULL;
			element && !err; element = element->next) {
			if (element->is_attribute)
				continue;
			buf_put_text(out, is_next ? ",\n" : "\n");
			is_next = true;
			err = put_json_element(out, trees, element, fault);
		}
		buf_put_text(out, list ? "]}" : "}");
	}
	buf_put_u8(out, ']');
	return err;
}

static enum err put_json_header(struct buf *out, const struct epcis_head *head,
	const struct epcis_event *trees, struct fault *fault)
{
	bool has_master = head->vocabularies && head->document != EPCIS_WITH_RESULTS;
	enum err err = OK;
	if (!head->header && !has_master)
		return OK;
	buf_put_text(out, ",\n\"epcisHeader\":{");
	if (has_master) {
		buf_put_text(out, "\"epcisMasterData\":{");
		err = put_json_vocabularies(out, trees, fault);
		buf_put_u8(out, '}');
	}
	size_t at = out->size;
	if (!err)
		err = epcis_json_put_tree(out, trees, head->header, fault);
	if (!err && !has_master && !out->err && out->size > at && out->at[at] == ',')
		out->at[at] = ' ';
	buf_put_u8(out, '}');
	return err;
}

/* XML allows attributes without a namespace at the document; in JSON-LD only the standard's own
 * members have such names. */
static enum err check_named(const struct epcis_node *node, struct fault *fault)
{
	for (; node; node = node->next)
		if (!node->space.size && !epcis_is_hint(node))
			return fault_set(fault, ERR_RANGE, 0, 0,
				"the document has <%s>, a name without a namespace: JSON-LD has "
				"no place for it",
				epcis_show(node->name).text);
	return OK;
}

enum err epcis_json_put_front(struct buf *out, const struct epcis_head *head, struct fault *fault)
{
	struct epcis_event trees = {.extensions = head->header, .ilmd = head->vocabularies};
	bool has_results = head->document == EPCIS_WITH_RESULTS;
	size_t before = out->size;
	trees.error_declaration.extensions = head->attributes;
	buf_put_u8(out, '{');
	enum err err = check_named(head->attributes, fault);
	if (!err)
		err = epcis_json_put_context(out, &trees, fault);
	buf_printf(out, ",\n\"type\":\"%s\"", has_results ? "EPCISQueryDocument" : "EPCISDocument");
	if (!err)
		err = put_member(out, "id", head->id, fault);
	buf_put_text(out, ",\n\"schemaVersion\":\"2.0\"");
	if (!err)
		err = put_date(out, head->creation_date, fault);
	if (!err && !has_results)
		err = put_sbdh_facts(out, head, fault);
	if (!err)
		err = epcis_json_put_tree(out, &trees, head->attributes, fault);
	if (!err)
		err = put_json_header(out, head, &trees, fault);
	buf_put_text(out, ",\n\"epcisBody\":{");
	if (has_results) {
		buf_put_text(out, "\"queryResults\":{\"queryName\":");
		if (!err)
			err = epcis_json_put_text(out,
				head->query_name.at ? head->query_name
						    : span_text("SimpleEventQuery"),
				fault);
		if (!err)
			err = put_member(out, "subscriptionID", head->subscription_id, fault);
		buf_put_text(out, ",\"resultsBody\":{");
		if (head->vocabularies && !err) {
			err = put_json_vocabularies(out, &trees, fault);
			buf_put_u8(out, ',');
		}
	}
	buf_put_text(out, "\"eventList\":[\n");
	if (!err && out->err)
		err = fault_set(fault, out->err, 0, 0, "the document does not fit the buffer");
	if (err)
		out->size = before;
	return err;
}

void epcis_json_put_back(struct buf *out, const struct epcis_head *head)
{
	buf_put_text(out, head->document == EPCIS_WITH_RESULTS ? "]}}}}\n" : "]}}\n");
}
