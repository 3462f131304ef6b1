#include "gs1/epcis/assemble.h"
#include "gs1/epcis/fill.h"
#include "gs1/epcis/refuse.h"

#include <assert.h>

#define MASTER_DATA "urn:epcglobal:epcis-masterdata:xsd:2"

static bool same(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static bool is_in(const struct epcis_tag *tag, const char *space)
{
	return tag->space && same(tag->space, space);
}

enum err epcis_assembly_init(struct epcis_assembly *assembly, const struct epcis_sink *sink,
	const struct epcis_limits *limits, struct fault *fault)
{
	*assembly = (struct epcis_assembly){.sink = sink};
	if (limits)
		assembly->limits = *limits;
	if (!assembly->limits.event_size)
		assembly->limits.event_size = EPCIS_EVENT_LIMIT;
	if (!assembly->limits.text_size)
		assembly->limits.text_size = EPCIS_TEXT_LIMIT;
	if (arena_init(&assembly->arena, assembly->limits.event_size))
		return fault_set(fault, ERR_MEMORY, 0, 0,
			"no memory for reading events (%zu bytes)", assembly->limits.event_size);
	return OK;
}

void epcis_assembly_close(struct epcis_assembly *assembly)
{
	arena_close(&assembly->arena);
}

static struct epcis_frame *top(struct epcis_assembly *assembly)
{
	return &assembly->frames[assembly->depth - 1];
}

static enum epcis_content content_of(const struct epcis_frame *frame)
{
	return epcis_rule(frame->element)->content;
}

/* Name of an element as the document has it. */
static const char *name_of(const struct epcis_frame *frame)
{
	if (!frame->node)
		return epcis_rule(frame->element)->name;
	return (const char *)frame->node->name.at; /* kept with its NUL */
}

const char *epcis_assembly_name(const struct epcis_assembly *assembly)
{
	assert(assembly->depth);
	return name_of(&assembly->frames[assembly->depth - 1]);
}

/* Text of the innermost element so far. */
static struct span text_of(const struct epcis_assembly *assembly)
{
	return span_of(assembly->arena.at + assembly->text_from,
		assembly->arena.size - assembly->text_from);
}

static enum err too_large(const struct epcis_assembly *assembly, const char *element, size_t line,
	struct fault *fault)
{
	return epcis_refuse(fault, ERR_LIMIT, line, element,
		"does not fit: one event may take %zu bytes of memory; split it into several",
		assembly->limits.event_size);
}

/* xsd:dateTime: the offset may be missing. */
static bool is_date_time(struct span text)
{
	char with_offset[40];
	int64_t ms;
	if (epcis_time_read(text, &ms))
		return true;
	if (text.size + 1 > sizeof with_offset)
		return false;
	memcpy(with_offset, text.at, text.size);
	with_offset[text.size] = 'Z';
	return epcis_time_read(span_of(with_offset, text.size + 1), &ms);
}

static enum err check_version(struct span value, const char *name, size_t line, struct fault *fault)
{
	if (epcis_value_wrong(EPCIS_VALUE_DECIMAL, value))
		return epcis_refuse(fault, ERR_FORMAT, line, name,
			"has a schemaVersion that is not a number: \"%s\"", epcis_show(value).text);
	if (value.at[0] != '2' || (value.size > 1 && value.at[1] != '.'))
		return epcis_refuse(fault, ERR_VERSION, line, name,
			"has schemaVersion \"%s\": this version reads 2.0", epcis_show(value).text);
	return OK;
}

static enum err check_document(const struct epcis_attribute *attributes, size_t count,
	const char *name, size_t line, struct fault *fault)
{
	const char *missing = "schemaVersion";
	for (size_t i = 0; i < count; i++) {
		struct span value = epcis_trim(attributes[i].value);
		if (attributes[i].tag.space || !same(attributes[i].tag.name, "schemaVersion"))
			continue;
		missing = "creationDate";
		enum err err = check_version(value, name, line, fault);
		if (err)
			return err;
	}
	for (size_t i = 0; i < count; i++) {
		struct span value = epcis_trim(attributes[i].value);
		if (attributes[i].tag.space || !same(attributes[i].tag.name, "creationDate"))
			continue;
		if (!is_date_time(value))
			return epcis_refuse(fault, ERR_FORMAT, line, name,
				"has a creationDate that is not a time: \"%s\"",
				epcis_show(value).text);
		if (same(missing, "creationDate"))
			return OK;
	}
	return epcis_refuse(fault, ERR_FORMAT, line, name, "lacks the attribute %s", missing);
}

/* Checks a value and keeps it in its place. */
static enum err take_value(struct epcis_assembly *assembly, const struct epcis_frame *frame,
	const struct epcis_attribute *attribute, enum epcis_value value, struct span *place,
	struct fault *fault)
{
	struct span text = epcis_trim(attribute->value);
	const char *wrong = epcis_value_wrong(value, text);
	if (wrong)
		return epcis_refuse(fault, ERR_FORMAT, frame->line, name_of(frame),
			"has an attribute %s that %s: \"%s\"", attribute->tag.name, wrong,
			epcis_show(text).text);
	return epcis_fill_keep(assembly, text, place)
		       ? OK
		       : too_large(assembly, name_of(frame), frame->line, fault);
}

static enum err take_attribute(struct epcis_assembly *assembly, struct epcis_frame *frame,
	const struct epcis_attribute *attribute, struct fault *fault)
{
	const struct epcis_tag *tag = &attribute->tag;
	enum epcis_attributes kind = epcis_rule(frame->element)->attributes;
	enum epcis_value value = EPCIS_VALUE_TEXT;
	struct span *place = NULL;
	if (attribute->value.size > assembly->limits.text_size)
		return epcis_refuse(fault, ERR_LIMIT, frame->line, name_of(frame),
			"has an attribute %s longer than %zu bytes",
			epcis_show(span_text(tag->name)).text, assembly->limits.text_size);
	if (is_in(tag, EPCIS_XSI) && frame->element != EPCIS_FOREIGN) {
		struct span nil = epcis_trim(attribute->value);
		assembly->is_nil |= frame->element == EPCIS_QUANTITY && same(tag->name, "nil") &&
				    (span_is(nil, "true") || span_is(nil, "1"));
		return OK;
	}
	switch (kind) {
	case EPCIS_ATTRIBUTES_IGNORED:
	case EPCIS_ATTRIBUTES_DOCUMENT: return OK;
	case EPCIS_ATTRIBUTES_METADATA:
	case EPCIS_ATTRIBUTES_REPORT:
		place = epcis_fill_sensor(assembly, kind, tag, &value);
		if (place)
			return take_value(assembly, frame, attribute, value, place, fault);
		break;
	case EPCIS_ATTRIBUTES_KEPT: break;
	case EPCIS_ATTRIBUTES_TYPE:
	case EPCIS_ATTRIBUTES_TYPE_REQUIRED:
		if (!tag->space && same(tag->name, "type"))
			return take_value(assembly, frame, attribute, EPCIS_VALUE_URI,
				&assembly->type, fault);
		__attribute__((fallthrough));
	case EPCIS_ATTRIBUTES_NONE:
		return epcis_refuse(fault, ERR_FORMAT, frame->line, name_of(frame),
			"may not have the attribute %s", epcis_show(span_text(tag->name)).text);
	}
	return epcis_fill_attribute(assembly, attribute, &frame->tail)
		       ? OK
		       : too_large(assembly, name_of(frame), frame->line, fault);
}

static enum err take_attributes(struct epcis_assembly *assembly,
	const struct epcis_attribute *attributes, size_t count, struct fault *fault)
{
	struct epcis_frame *frame = top(assembly);
	enum epcis_attributes kind = epcis_rule(frame->element)->attributes;
	assembly->is_nil = false;
	assembly->type = (struct span){0};
	for (size_t i = 0; i < count; i++) {
		enum err err = take_attribute(assembly, frame, &attributes[i], fault);
		if (err)
			return err;
	}
	if (kind == EPCIS_ATTRIBUTES_DOCUMENT)
		return check_document(attributes, count, name_of(frame), frame->line, fault);
	if (kind == EPCIS_ATTRIBUTES_TYPE_REQUIRED && !assembly->type.at)
		return epcis_refuse(
			fault, ERR_FORMAT, frame->line, name_of(frame), "lacks its attribute type");
	return OK;
}

/* Enters an element whose place has been found right. */
static enum err enter(struct epcis_assembly *assembly, enum epcis_element element,
	struct epcis_node *node, size_t line, struct fault *fault)
{
	if (assembly->depth == EPCIS_DEPTH_MAX)
		return epcis_refuse(fault, ERR_LIMIT, line,
			node ? (const char *)node->name.at : epcis_rule(element)->name,
			"stands more than %d elements deep", EPCIS_DEPTH_MAX);
	struct epcis_frame *frame = &assembly->frames[assembly->depth++];
	*frame = (struct epcis_frame){.element = element, .node = node, .line = line};
	if (!epcis_fill_begin(assembly, element, line))
		return too_large(assembly, name_of(frame), line, fault);
	if (element == EPCIS_EXTENSION)
		frame->tail = frame[-1].tail;
	else
		frame->tail = epcis_fill_tail(assembly, frame);
	return OK;
}

static enum err begin_document(struct epcis_assembly *assembly, const struct epcis_tag *tag,
	size_t line, struct fault *fault)
{
	bool is_document = same(tag->name, epcis_rule(EPCIS_DOCUMENT)->name);
	bool is_query = same(tag->name, epcis_rule(EPCIS_QUERY_DOCUMENT)->name);
	const char *space = is_document ? EPCIS_NAMESPACE : EPCIS_QUERY_NAMESPACE;
	if (is_in(tag, EPCIS_1_NAMESPACE) || is_in(tag, EPCIS_1_QUERY))
		return epcis_refuse(fault, ERR_VERSION, line, tag->name,
			"is in %s: EPCIS 1.2 is not read yet, send 2.0", tag->space);
	if (is_in(tag, MASTER_DATA))
		return epcis_refuse(fault, ERR_VERSION, line, tag->name,
			"is master data: not read by this version");
	if (!is_document && !is_query)
		return epcis_refuse(fault, ERR_FORMAT, line, tag->name,
			"is not EPCISDocument or EPCISQueryDocument");
	if (!is_in(tag, space))
		return epcis_refuse(fault, ERR_FORMAT, line, tag->name,
			"must be in the namespace %s, not in \"%s\"", space,
			tag->space ? epcis_show(span_text(tag->space)).text : "");
	return enter(
		assembly, is_document ? EPCIS_DOCUMENT : EPCIS_QUERY_DOCUMENT, NULL, line, fault);
}

/* An element that the standard does not define, where others may stand. */
static enum err begin_foreign(struct epcis_assembly *assembly, const struct epcis_tag *tag,
	size_t line, struct fault *fault)
{
	struct epcis_frame *parent = top(assembly);
	const struct epcis_rule *rule = epcis_rule(parent->element);
	if (rule->content == EPCIS_CONTENT_SEQUENCE)
		parent->part = rule->part_count;
	if (!parent->tail)
		return enter(assembly, EPCIS_HEADER, NULL, line, fault);
	if (parent->element == EPCIS_FOREIGN) {
		struct span text = epcis_trim(text_of(assembly));
		if (text.size)
			return epcis_refuse(fault, ERR_FORMAT, line, name_of(parent),
				"has text beside elements: \"%s\"", epcis_show(text).text);
		arena_reset(&assembly->arena, assembly->text_from);
	}
	struct epcis_node *node = epcis_fill_node(assembly, tag, &parent->tail);
	if (!node)
		return too_large(assembly, tag->name, line, fault);
	return enter(assembly, EPCIS_FOREIGN, node, line, fault);
}

/* What is wrong with an element that has no place where it stands. */
static enum err misplaced(const struct epcis_frame *parent, const struct epcis_tag *tag,
	size_t line, struct fault *fault)
{
	const char *in = epcis_rule(parent->element)->name;
	if (parent->element == EPCIS_QUERY_BODY && same(tag->name, "QueryResults"))
		return epcis_refuse(fault, ERR_FORMAT, line, tag->name,
			"must be in the namespace %s", EPCIS_QUERY_NAMESPACE);
	if (parent->element == EPCIS_QUERY_BODY)
		return epcis_refuse(fault, ERR_FORMAT, line, tag->name,
			"is a question or an answer without events: send QueryResults");
	if (is_in(tag, EPCIS_NAMESPACE) || is_in(tag, EPCIS_QUERY_NAMESPACE))
		return epcis_refuse(fault, ERR_FORMAT, line, tag->name,
			"is written in an EPCIS namespace: in <%s> it must stand without, or "
			"not at all",
			in);
	if (parent->element == EPCIS_EXTENSION)
		return epcis_refuse(fault, ERR_FORMAT, line, tag->name,
			"stands in an <extension>, as in EPCIS 1.2: in 2.0 it stands without");
	if (parent->element == EPCIS_EVENT_LIST)
		return epcis_refuse(fault, ERR_FORMAT, line, tag->name,
			"is no event of EPCIS 2.0: not read by this version");
	return epcis_refuse(fault, ERR_FORMAT, line, tag->name, "is not known in <%s>", in);
}

/* Checks order and number of a part and marks it as seen. */
static enum err take_part(
	struct epcis_frame *parent, size_t index, size_t line, struct fault *fault)
{
	const struct epcis_rule *rule = epcis_rule(parent->element);
	const struct epcis_part *part = &rule->parts[index];
	const char *name = epcis_rule(part->element)->name;
	if ((parent->seen & 1U << index) && !part->many)
		return epcis_refuse(
			fault, ERR_FORMAT, line, name, "stands twice in <%s>", rule->name);
	if (rule->content == EPCIS_CONTENT_SEQUENCE) {
		if (index < parent->part)
			return epcis_refuse(fault, ERR_FORMAT, line, name,
				"stands too late in <%s>: the standard gives the order of elements",
				rule->name);
		for (size_t i = parent->part; i < index; i++) {
			if (rule->parts[i].required && !(parent->seen & 1U << i))
				return epcis_refuse(fault, ERR_FORMAT, line, name,
					"stands where <%s> must come first",
					epcis_rule(rule->parts[i].element)->name);
		}
		parent->part = index + !part->many;
	}
	parent->seen |= 1U << index;
	return OK;
}

static enum err begin_inside(struct epcis_assembly *assembly, const struct epcis_tag *tag,
	size_t line, struct fault *fault)
{
	struct epcis_frame *parent = top(assembly);
	const struct epcis_rule *rule = epcis_rule(parent->element);
	if (rule->content == EPCIS_CONTENT_TEXT)
		return epcis_refuse(fault, ERR_FORMAT, line, name_of(parent),
			"holds the element <%s> where only text may stand",
			epcis_show(span_text(tag->name)).text);
	if (rule->content == EPCIS_CONTENT_FOREIGN)
		return begin_foreign(assembly, tag, line, fault);
	for (size_t i = 0; i < rule->part_count; i++) {
		enum epcis_element element = rule->parts[i].element;
		bool in_query = element == EPCIS_QUERY_RESULTS;
		if (!same(tag->name, epcis_rule(element)->name) ||
			!(in_query ? is_in(tag, EPCIS_QUERY_NAMESPACE) : !tag->space))
			continue;
		enum err err = take_part(parent, i, line, fault);
		return err ? err : enter(assembly, element, NULL, line, fault);
	}
	if (rule->open && tag->space && !is_in(tag, EPCIS_NAMESPACE) &&
		!is_in(tag, EPCIS_QUERY_NAMESPACE))
		return begin_foreign(assembly, tag, line, fault);
	if (rule->open && parent->tail && !tag->space &&
		(same(tag->name, "extension") || same(tag->name, "baseExtension")))
		return enter(assembly, EPCIS_EXTENSION, NULL, line, fault);
	return misplaced(parent, tag, line, fault);
}

enum err epcis_assembly_begin(struct epcis_assembly *assembly, const struct epcis_tag *tag,
	const struct epcis_attribute *attributes, size_t count, size_t line, struct fault *fault)
{
	if (assembly->depth && content_of(top(assembly)) == EPCIS_CONTENT_IGNORED) {
		assembly->ignored++;
		return OK;
	}
	if (count > EPCIS_ATTRIBUTES_MAX)
		return epcis_refuse(fault, ERR_LIMIT, line, tag->name,
			"has more than %d attributes", EPCIS_ATTRIBUTES_MAX);
	enum err err = assembly->depth ? begin_inside(assembly, tag, line, fault)
				       : begin_document(assembly, tag, line, fault);
	if (!err)
		err = take_attributes(assembly, attributes, count, fault);
	assembly->text_from = assembly->arena.size;
	return err;
}

enum err epcis_assembly_text(
	struct epcis_assembly *assembly, struct span text, size_t line, struct fault *fault)
{
	if (!assembly->depth)
		return OK;
	struct epcis_frame *frame = top(assembly);
	switch (content_of(frame)) {
	case EPCIS_CONTENT_IGNORED: return OK;
	case EPCIS_CONTENT_SEQUENCE:
	case EPCIS_CONTENT_CHOICE:
		text = epcis_trim(text);
		if (!text.size)
			return OK;
		return epcis_refuse(fault, ERR_FORMAT, line, name_of(frame),
			"has text where only elements may stand: \"%s\"", epcis_show(text).text);
	case EPCIS_CONTENT_TEXT:
	case EPCIS_CONTENT_FOREIGN: break;
	}
	if (text.size > assembly->limits.text_size - text_of(assembly).size)
		return epcis_refuse(fault, ERR_LIMIT, line, name_of(frame),
			"is longer than %zu bytes", assembly->limits.text_size);
	return arena_put(&assembly->arena, text) ? OK
						 : too_large(assembly, name_of(frame), line, fault);
}

static enum err end_text(struct epcis_assembly *assembly, size_t line, struct fault *fault)
{
	const struct epcis_frame *frame = top(assembly);
	const struct epcis_rule *rule = epcis_rule(frame->element);
	struct span text = epcis_trim(text_of(assembly));
	if (assembly->is_nil && !text.size)
		return OK;
	const char *wrong = assembly->is_nil ? "is nil and has a value all the same"
					     : epcis_value_wrong(rule->value, text);
	if (wrong)
		return epcis_refuse(fault, ERR_FORMAT, line, rule->name, "%s: \"%s\"", wrong,
			epcis_show(text).text);
	if (rule->value == EPCIS_VALUE_TEXT) /* of a query: whose it was is of no use here */
		return OK;
	if (!epcis_fill_value(assembly, frame->element, frame[-1].element, text))
		return too_large(assembly, rule->name, line, fault);
	return OK;
}

static enum err end_foreign(struct epcis_assembly *assembly, size_t line, struct fault *fault)
{
	struct epcis_frame *frame = top(assembly);
	struct span text = epcis_trim(text_of(assembly));
	bool has_elements = false;
	for (const struct epcis_node *node = frame->node->children; node; node = node->next)
		has_elements |= !node->is_attribute;
	if (has_elements && text.size)
		return epcis_refuse(fault, ERR_FORMAT, line, name_of(frame),
			"has text beside elements: \"%s\"", epcis_show(text).text);
	if (!has_elements)
		frame->node->value = text;
	return OK;
}

static enum err end_parent(struct epcis_assembly *assembly, size_t line, struct fault *fault)
{
	struct epcis_frame *frame = top(assembly);
	const struct epcis_rule *rule = epcis_rule(frame->element);
	for (size_t i = 0; i < rule->part_count; i++) {
		if (rule->parts[i].required && !(frame->seen & 1U << i))
			return epcis_refuse(fault, ERR_FORMAT, line, rule->name,
				"that began in line %zu lacks <%s>", frame->line,
				epcis_rule(rule->parts[i].element)->name);
	}
	/* Parts 1 and 2 are quantity and uom. */
	if (frame->element == EPCIS_QUANTITY_ELEMENT && (frame->seen & 4) && !(frame->seen & 2))
		return epcis_refuse(
			fault, ERR_FORMAT, line, rule->name, "has <uom> without <quantity>");
	if (frame->element == EPCIS_RESULTS_BODY && !frame->seen)
		return epcis_refuse(fault, ERR_FORMAT, line, rule->name,
			"has neither <EventList> nor <VocabularyList>");
	if (frame->element == EPCIS_EXTENSION)
		frame[-1].tail = frame->tail;
	epcis_fill_end(assembly, frame->element);
	if (!epcis_is_event(frame->element))
		return OK;
	assembly->count++;
	return assembly->sink->on_event(assembly->sink->self, &assembly->event, fault);
}

enum err epcis_assembly_end(struct epcis_assembly *assembly, size_t line, struct fault *fault)
{
	enum err err = OK;
	if (assembly->ignored) {
		assembly->ignored--;
		return OK;
	}
	assert(assembly->depth);
	switch (content_of(top(assembly))) {
	case EPCIS_CONTENT_TEXT: err = end_text(assembly, line, fault); break;
	case EPCIS_CONTENT_FOREIGN: err = end_foreign(assembly, line, fault); break;
	case EPCIS_CONTENT_SEQUENCE:
	case EPCIS_CONTENT_CHOICE: err = end_parent(assembly, line, fault); break;
	case EPCIS_CONTENT_IGNORED: break;
	}
	assembly->depth--;
	assembly->is_done = !assembly->depth;
	assembly->text_from = assembly->arena.size;
	return err;
}
