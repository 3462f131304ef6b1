/* The part of assemble.c that is about what stands around events. */
#include "gs1/epcis/assemble.h"
#include "gs1/epcis/fill.h"
#include "gs1/epcis/master.h"
#include "gs1/epcis/refuse.h"

#define SOAP_1_1 "http://schemas.xmlsoap.org/soap/envelope/"
#define SOAP_1_2 "http://www.w3.org/2003/05/soap-envelope"

static bool same(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

/* One of several namespaces for the same name, one for each version. */
struct front {
	const char *name;
	const char *space;
	enum epcis_version version;
	enum epcis_element element;
	enum epcis_document document;
};

static const struct front fronts[] = {
	{"EPCISDocument", EPCIS_NAMESPACE, EPCIS_VERSION_2, EPCIS_DOCUMENT, EPCIS_WITH_EVENTS},
	{"EPCISDocument", EPCIS_1_NAMESPACE, EPCIS_VERSION_1, EPCIS_DOCUMENT, EPCIS_WITH_EVENTS},
	{"EPCISQueryDocument", EPCIS_QUERY_NAMESPACE, EPCIS_VERSION_2, EPCIS_QUERY_DOCUMENT,
		EPCIS_WITH_RESULTS},
	{"EPCISQueryDocument", EPCIS_1_QUERY, EPCIS_VERSION_1, EPCIS_QUERY_DOCUMENT,
		EPCIS_WITH_RESULTS},
	{"EPCISMasterDataDocument", EPCIS_MASTER, EPCIS_VERSION_2, EPCIS_MASTER_DOCUMENT,
		EPCIS_WITH_MASTER_DATA},
	{"EPCISMasterDataDocument", EPCIS_1_MASTER, EPCIS_VERSION_1, EPCIS_MASTER_DOCUMENT,
		EPCIS_WITH_MASTER_DATA},
	{"QueryResults", EPCIS_QUERY_NAMESPACE, EPCIS_VERSION_2, EPCIS_QUERY_RESULTS,
		EPCIS_WITH_RESULTS},
	{"QueryResults", EPCIS_1_QUERY, EPCIS_VERSION_1, EPCIS_QUERY_RESULTS, EPCIS_WITH_RESULTS},
	{"Poll", EPCIS_QUERY_NAMESPACE, EPCIS_VERSION_2, EPCIS_POLL, EPCIS_WITH_PARAMS},
	{"Poll", EPCIS_1_QUERY, EPCIS_VERSION_1, EPCIS_POLL, EPCIS_WITH_PARAMS},
	{"Subscribe", EPCIS_QUERY_NAMESPACE, EPCIS_VERSION_2, EPCIS_SUBSCRIBE, EPCIS_WITH_PARAMS},
	{"Subscribe", EPCIS_1_QUERY, EPCIS_VERSION_1, EPCIS_SUBSCRIBE, EPCIS_WITH_PARAMS},
};

static enum err begin_lone_event(struct epcis_assembly *assembly, const struct epcis_tag *tag,
	enum epcis_type type, size_t line, struct fault *fault)
{
	assembly->is_lone = true;
	assembly->is_qualified = tag->space;
	assembly->head.document = EPCIS_WITHOUT_DOCUMENT;
	if (epcis_tag_in(tag, EPCIS_1_NAMESPACE)) {
		assembly->version = EPCIS_VERSION_1;
		assembly->head.form = EPCIS_XML_1_2;
	}
	return epcis_assembly_enter(
		assembly, (enum epcis_element)(EPCIS_EVENTS + (int)type), NULL, line, fault);
}

/* The first element, or the first in a SOAP body. */
enum err epcis_head_begin(struct epcis_assembly *assembly, const struct epcis_tag *tag, size_t line,
	struct fault *fault)
{
	const char *wanted = NULL;
	if (assembly->is_done || (assembly->depth && assembly->frames[assembly->depth - 1].seen++))
		return epcis_refuse(
			fault, ERR_FORMAT, line, tag->name, "stands behind the document's end");
	for (size_t i = 0; i < sizeof fronts / sizeof fronts[0]; i++) {
		if (!same(tag->name, fronts[i].name))
			continue;
		wanted = wanted ? wanted : fronts[i].space;
		if (!epcis_tag_in(tag, fronts[i].space))
			continue;
		assembly->version = fronts[i].version;
		assembly->head.document = fronts[i].document;
		assembly->head.form =
			fronts[i].version == EPCIS_VERSION_1 ? EPCIS_XML_1_2 : EPCIS_XML_2_0;
		return epcis_assembly_enter(assembly, fronts[i].element, NULL, line, fault);
	}
	if (wanted)
		return epcis_refuse(fault, ERR_FORMAT, line, tag->name,
			"must be in the namespace %s, not in \"%s\"", wanted,
			tag->space ? epcis_show(span_text(tag->space)).text : "");
	if (!assembly->depth && same(tag->name, "Envelope") &&
		(epcis_tag_in(tag, SOAP_1_1) || epcis_tag_in(tag, SOAP_1_2)))
		return epcis_assembly_enter(assembly, EPCIS_ENVELOPE, NULL, line, fault);
	bool is_ours = !tag->space || epcis_tag_in(tag, EPCIS_NAMESPACE) ||
		       epcis_tag_in(tag, EPCIS_1_NAMESPACE);
	for (int type = 0; type < EPCIS_TYPE_COUNT && is_ours; type++) {
		if (same(tag->name, epcis_type_name((enum epcis_type)type)))
			return begin_lone_event(assembly, tag, (enum epcis_type)type, line, fault);
	}
	return epcis_refuse(fault, ERR_FORMAT, line, tag->name,
		"is not EPCISDocument, EPCISQueryDocument, EPCISMasterDataDocument or an event");
}

static enum err take_version(struct epcis_assembly *assembly, struct span value, const char *name,
	size_t line, struct fault *fault)
{
	bool is_first = assembly->version == EPCIS_VERSION_1;
	if (is_first && assembly->limits.is_lenient && value.size && value.at[0] == '2') {
		assembly->version = EPCIS_VERSION_2;
		assembly->head.form = EPCIS_XML_2_0;
		is_first = false;
	}
	if (epcis_value_wrong(EPCIS_VALUE_DECIMAL, value))
		return epcis_refuse(fault, ERR_FORMAT, line, name,
			"has a schemaVersion that is not a number: \"%s\"", epcis_show(value).text);
	if (value.at[0] != (is_first ? '1' : '2') || (value.size > 1 && value.at[1] != '.'))
		return epcis_refuse(fault, ERR_VERSION, line, name,
			"has schemaVersion \"%s\": in this namespace it is %s",
			epcis_show(value).text, is_first ? "1.0, 1.1 or 1.2" : "2.0");
	return epcis_fill_keep(assembly, value, &assembly->head.schema_version)
		       ? OK
		       : epcis_assembly_full(assembly, name, line, fault);
}

static enum err take_date(struct epcis_assembly *assembly, struct span value, const char *name,
	size_t line, struct fault *fault)
{
	if (!epcis_date_time_is(value))
		return epcis_refuse(fault, ERR_FORMAT, line, name,
			"has a creationDate that is not a time: \"%s\"", epcis_show(value).text);
	return epcis_fill_keep(assembly, value, &assembly->head.creation_date)
		       ? OK
		       : epcis_assembly_full(assembly, name, line, fault);
}

enum err epcis_head_attributes(struct epcis_assembly *assembly,
	const struct epcis_attribute *attributes, size_t count, size_t line, struct fault *fault)
{
	struct epcis_head *head = &assembly->head;
	const struct epcis_node **tail = &head->attributes;
	const char *name = assembly->frames[assembly->depth - 1].rule->name;
	enum err err = OK;
	for (size_t i = 0; i < count && !err; i++) {
		const struct epcis_tag *tag = &attributes[i].tag;
		struct span value = epcis_trim(attributes[i].value);
		if (!tag->space && same(tag->name, "schemaVersion"))
			err = take_version(assembly, value, name, line, fault);
		else if (!tag->space && same(tag->name, "creationDate"))
			err = take_date(assembly, value, name, line, fault);
		else if (!epcis_tag_in(tag, EPCIS_XSI) &&
			 !epcis_fill_attribute(assembly, &attributes[i], &tail))
			err = epcis_assembly_full(assembly, name, line, fault);
	}
	if (!err && (!head->schema_version.at || !head->creation_date.at))
		err = epcis_refuse(fault, ERR_FORMAT, line, name, "lacks the attribute %s",
			head->schema_version.at ? "creationDate" : "schemaVersion");
	return err;
}

bool epcis_head_value(
	struct epcis_assembly *assembly, const struct epcis_frame *frame, struct span text)
{
	struct epcis_head *head = &assembly->head;
	if (frame->element == EPCIS_QUERY_NAME)
		return epcis_fill_keep(assembly, text, &head->query_name);
	if (frame->element == EPCIS_SUBSCRIPTION_ID)
		return epcis_fill_keep(assembly, text, &head->subscription_id);
	if (frame->element == EPCIS_PARAM_NAME) {
		struct epcis_tag tag = {.name = ""};
		if (!assembly->params)
			assembly->params = &head->params;
		assembly->param = epcis_fill_node(assembly, &tag, &assembly->params);
		return assembly->param && epcis_fill_keep(assembly, text, &assembly->param->name);
	}
	return true;
}

/* What the header holds, sorted out: master data here, the rest there. */
static void split_header(struct epcis_head *head, const struct epcis_node *children)
{
	const struct epcis_node **tail = &head->header;
	for (const struct epcis_node *node = children, *next; node; node = next) {
		const struct epcis_node *list = epcis_master_list(node);
		next = node->next;
		if (list) {
			head->vocabularies = list->children;
			continue;
		}
		*tail = node;
		tail = &((struct epcis_node *)(uintptr_t)node)->next;
	}
	*tail = NULL;
}

enum err epcis_head_end(
	struct epcis_assembly *assembly, const struct epcis_frame *frame, struct fault *fault)
{
	struct epcis_head *head = &assembly->head;
	enum err err = OK;
	if (frame->element == EPCIS_HEADER) {
		err = epcis_header_check(frame->node->children, frame->line, head->form, fault);
		if (!err)
			split_header(head, frame->node->children);
	}
	if (frame->element == EPCIS_VOCABULARY_LIST) {
		err = epcis_vocabularies_check(frame->node->children, fault);
		head->vocabularies = frame->node->children;
	}
	if (frame->element == EPCIS_PARAM_VALUE) {
		assembly->param->value = frame->node->value;
		assembly->param->children = frame->node->children;
	}
	if (frame->element == EPCIS_POLL || frame->element == EPCIS_SUBSCRIBE)
		head->document = EPCIS_WITH_PARAMS;
	if (frame->element == EPCIS_QUERY_BODY && !frame->seen &&
		head->document != EPCIS_WITH_QUESTION)
		err = epcis_refuse(fault, ERR_FORMAT, frame->line, "EPCISBody",
			"is empty: QueryResults or a question belongs there");
	if (frame->element == EPCIS_EVENT_LIST) {
		head->has_event_list = true;
		arena_reset(&assembly->arena, assembly->head_size);
	}
	return err;
}
