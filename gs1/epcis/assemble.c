#include "gs1/epcis/assemble.h"
#include "gs1/epcis/fill.h"
#include "gs1/epcis/refuse.h"
#include "gs1/epcis/xml_type.h"

#include <assert.h>

/* Of a frame's `seen`, above the bits of parts. */
#define SEEN_FOREIGN   (1U << 31)
#define SEEN_EXTENSION (1U << 30)
#define SEEN_BASE      (1U << 29)

static bool same(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

enum err epcis_assembly_init(struct epcis_assembly *assembly, const struct epcis_sink *sink,
	const struct epcis_limits *limits, struct fault *fault)
{
	*assembly = (struct epcis_assembly){.sink = sink, .version = EPCIS_VERSION_2};
	if (limits)
		assembly->limits = *limits;
	if (!assembly->limits.event_size)
		assembly->limits.event_size = EPCIS_EVENT_LIMIT;
	if (!assembly->limits.text_size)
		assembly->limits.text_size = EPCIS_TEXT_LIMIT;
	if (arena_init(&assembly->arena, assembly->limits.event_size))
		return fault_set(fault, ERR_MEMORY, 0, 0,
			"no memory for reading events (%zu bytes)", assembly->limits.event_size);
	assembly->head.form = EPCIS_XML_2_0;
	assembly->head.document = EPCIS_WITH_EVENTS;
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
	return frame->rule->content;
}

/* Name of an element as the document has it. */
static const char *name_of(const struct epcis_frame *frame)
{
	if (!frame->node)
		return frame->rule->name;
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

enum err epcis_assembly_full(const struct epcis_assembly *assembly, const char *element,
	size_t line, struct fault *fault)
{
	return epcis_refuse(fault, ERR_LIMIT, line, element,
		"does not fit: one event may take %zu bytes of memory; split it into several",
		assembly->limits.event_size);
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
		       : epcis_assembly_full(assembly, name_of(frame), frame->line, fault);
}

static enum err take_attribute(struct epcis_assembly *assembly, struct epcis_frame *frame,
	const struct epcis_attribute *attribute, struct fault *fault)
{
	const struct epcis_tag *tag = &attribute->tag;
	enum epcis_attributes kind = frame->rule->attributes;
	enum epcis_value value = EPCIS_VALUE_TEXT;
	struct span *place = NULL;
	if (attribute->value.size > assembly->limits.text_size)
		return epcis_refuse(fault, ERR_LIMIT, frame->line, name_of(frame),
			"has an attribute %s longer than %zu bytes",
			epcis_show(span_text(tag->name)).text, assembly->limits.text_size);
	if (epcis_tag_in(tag, EPCIS_XSI) && frame->element != EPCIS_FOREIGN) {
		struct span nil = epcis_trim(attribute->value);
		assembly->is_nil |= frame->element == EPCIS_QUANTITY && same(tag->name, "nil") &&
				    (span_is(nil, "true") || span_is(nil, "1"));
		return OK;
	}
	if (epcis_tag_in(tag, EPCIS_XSI) && same(tag->name, "type") &&
		!assembly->limits.is_lenient) {
		frame->type = attribute->type;
		if (attribute->type == EPCIS_TYPE_WRONG)
			return epcis_refuse(fault, ERR_FORMAT, frame->line, name_of(frame),
				"has an xsi:type that names no type: \"%s\"",
				epcis_show(attribute->value).text);
	}
	if (assembly->is_lone && assembly->depth == 1 && !tag->space &&
		(same(tag->name, "schemaVersion") || same(tag->name, "creationDate")))
		return OK; /* of the document that is not there */
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
		       : epcis_assembly_full(assembly, name_of(frame), frame->line, fault);
}

static enum err take_attributes(struct epcis_assembly *assembly,
	const struct epcis_attribute *attributes, size_t count, struct fault *fault)
{
	struct epcis_frame *frame = top(assembly);
	enum epcis_attributes kind = frame->rule->attributes;
	assembly->is_nil = false;
	assembly->type = (struct span){0};
	for (size_t i = 0; i < count; i++) {
		enum err err = take_attribute(assembly, frame, &attributes[i], fault);
		if (err)
			return err;
	}
	if (kind == EPCIS_ATTRIBUTES_DOCUMENT)
		return epcis_head_attributes(assembly, attributes, count, frame->line, fault);
	if (kind == EPCIS_ATTRIBUTES_TYPE_REQUIRED && !assembly->type.at)
		return epcis_refuse(
			fault, ERR_FORMAT, frame->line, name_of(frame), "lacks its attribute type");
	return OK;
}

/* A wrapper's extensions are those of what it stands in. */
static bool is_wrapper(const struct epcis_frame *frame)
{
	return frame->element == EPCIS_EXTENSION || frame->element >= EPCIS_BASE_EXTENSION;
}

enum err epcis_assembly_enter(struct epcis_assembly *assembly, enum epcis_element element,
	struct epcis_node *node, size_t line, struct fault *fault)
{
	if (assembly->depth == EPCIS_DEPTH_MAX)
		return epcis_refuse(fault, ERR_LIMIT, line,
			node ? (const char *)node->name.at : epcis_rule(element)->name,
			"stands more than %d elements deep", EPCIS_DEPTH_MAX);
	struct epcis_frame *frame = &assembly->frames[assembly->depth++];
	*frame = (struct epcis_frame){.element = element,
		.rule = epcis_rule_of(assembly->version, element),
		.node = node,
		.line = line};
	if (!epcis_fill_begin(assembly, element, line))
		return epcis_assembly_full(assembly, name_of(frame), line, fault);
	if (frame->rule->content == EPCIS_CONTENT_FOREIGN && !node) {
		struct epcis_tag tag = {.name = frame->rule->name};
		const struct epcis_node *root = NULL;
		const struct epcis_node **tail = &root;
		frame->node = epcis_fill_node(assembly, &tag, &tail);
		if (!frame->node)
			return epcis_assembly_full(assembly, frame->rule->name, line, fault);
		frame->node->line = (uint32_t)line;
	}
	if (is_wrapper(frame) && element != EPCIS_QUANTITY_EVENT)
		frame->tail = frame[-1].tail;
	else
		frame->tail = epcis_fill_tail(assembly, frame);
	return OK;
}

/* An element that the standard does not define, where others may stand. */
static enum err begin_foreign(struct epcis_assembly *assembly, const struct epcis_tag *tag,
	size_t line, struct fault *fault)
{
	struct epcis_frame *parent = top(assembly);
	const struct epcis_rule *rule = parent->rule;
	if (rule->content == EPCIS_CONTENT_SEQUENCE)
		parent->part = rule->part_count;
	parent->seen |= SEEN_FOREIGN;
	if (!parent->tail)
		return epcis_assembly_enter(assembly, EPCIS_UNREAD, NULL, line, fault);
	if (rule->content == EPCIS_CONTENT_FOREIGN) {
		struct span text = epcis_trim(text_of(assembly));
		if (text.size)
			return epcis_refuse(fault, ERR_FORMAT, line, name_of(parent),
				"has text beside elements: \"%s\"", epcis_show(text).text);
		arena_reset(&assembly->arena, assembly->text_from);
	}
	struct epcis_node *node = epcis_fill_node(assembly, tag, &parent->tail);
	if (!node)
		return epcis_assembly_full(assembly, tag->name, line, fault);
	node->line = (uint32_t)line;
	return epcis_assembly_enter(assembly, EPCIS_FOREIGN, node, line, fault);
}

/* What is wrong with an element that has no place where it stands. */
static enum err misplaced(const struct epcis_frame *parent, const struct epcis_tag *tag,
	size_t line, struct fault *fault)
{
	const char *in = parent->rule->name;
	if (parent->element == EPCIS_QUERY_BODY && same(tag->name, "QueryResults"))
		return epcis_refuse(fault, ERR_FORMAT, line, tag->name,
			"must be in the namespace %s", EPCIS_QUERY_NAMESPACE);
	if (epcis_tag_in(tag, EPCIS_NAMESPACE) || epcis_tag_in(tag, EPCIS_QUERY_NAMESPACE))
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
	struct epcis_frame *parent, size_t index, bool any_order, size_t line, struct fault *fault)
{
	const struct epcis_rule *rule = parent->rule;
	const struct epcis_part *part = &rule->parts[index];
	const char *name = epcis_rule(part->element)->name;
	if ((parent->seen & 1U << index) && !part->many)
		return epcis_refuse(
			fault, ERR_FORMAT, line, name, "stands twice in <%s>", rule->name);
	if (rule->content == EPCIS_CONTENT_SEQUENCE && !any_order) {
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

/* In 2.0 a wrapper of others' elements has its place: baseExtension once behind what all events
 * have first, extension once behind all parts and before others' elements without one. */
static enum err take_wrapper(
	struct epcis_frame *parent, bool is_base, size_t line, struct fault *fault)
{
	const struct epcis_rule *rule = parent->rule;
	const char *name = is_base ? "baseExtension" : "extension";
	uint32_t mark = is_base ? SEEN_BASE : SEEN_EXTENSION;
	size_t place = is_base ? 0 : rule->part_count;
	for (size_t i = 0; i < rule->part_count && is_base; i++)
		if (rule->parts[i].element == EPCIS_CERTIFICATION_INFO)
			place = i + 1;
	if (parent->element == EPCIS_EXTENSION || (is_base && !place))
		return epcis_refuse(
			fault, ERR_FORMAT, line, name, "is not known in <%s>", rule->name);
	if (parent->seen & mark)
		return epcis_refuse(
			fault, ERR_FORMAT, line, name, "stands twice in <%s>", rule->name);
	if (parent->part > place || (parent->seen & SEEN_FOREIGN))
		return epcis_refuse(fault, ERR_FORMAT, line, name,
			"stands too late in <%s>: the standard gives the order of elements",
			rule->name);
	parent->part = place;
	parent->seen |= mark;
	return OK;
}

/* Whether a tag is a part of the standard's: without a namespace, but for what the query interface
 * defines, and for lone events whose elements all are in the EPCIS namespace. */
static bool is_part(const struct epcis_assembly *assembly, enum epcis_element element,
	const struct epcis_tag *tag)
{
	bool in_query = element == EPCIS_QUERY_RESULTS || element == EPCIS_POLL ||
			element == EPCIS_SUBSCRIBE;
	bool in_envelope = element == EPCIS_ENVELOPE_HEADER || element == EPCIS_ENVELOPE_BODY;
	bool is_first = assembly->version == EPCIS_VERSION_1;
	const struct epcis_rule *rule = epcis_rule_of(assembly->version, element);
	if (!same(tag->name, rule->name))
		return false;
	if (in_query && assembly->limits.is_lenient && !tag->space)
		return true;
	if (in_query)
		return epcis_tag_in(tag, is_first ? EPCIS_1_QUERY : EPCIS_QUERY_NAMESPACE);
	if (in_envelope)
		return tag->space && strstr(tag->space, "soap");
	return !tag->space ||
	       (assembly->is_qualified &&
		       epcis_tag_in(tag, is_first ? EPCIS_1_NAMESPACE : EPCIS_NAMESPACE));
}

static bool is_standard(const struct epcis_tag *tag)
{
	return epcis_tag_in(tag, EPCIS_NAMESPACE) || epcis_tag_in(tag, EPCIS_QUERY_NAMESPACE) ||
	       epcis_tag_in(tag, EPCIS_1_NAMESPACE) || epcis_tag_in(tag, EPCIS_1_QUERY);
}

static enum err begin_inside(struct epcis_assembly *assembly, const struct epcis_tag *tag,
	size_t line, struct fault *fault)
{
	struct epcis_frame *parent = top(assembly);
	const struct epcis_rule *rule = parent->rule;
	if (rule->content == EPCIS_CONTENT_TEXT)
		return epcis_refuse(fault, ERR_FORMAT, line, name_of(parent),
			"holds the element <%s> where only text may stand",
			epcis_show(span_text(tag->name)).text);
	if (rule->content == EPCIS_CONTENT_FOREIGN)
		return begin_foreign(assembly, tag, line, fault);
	for (size_t i = 0; i < rule->part_count; i++) {
		if (!is_part(assembly, rule->parts[i].element, tag))
			continue;
		enum err err = take_part(parent, i, assembly->limits.is_lenient, line, fault);
		return err ? err
			   : epcis_assembly_enter(
				     assembly, rule->parts[i].element, NULL, line, fault);
	}
	if (parent->element == EPCIS_QUERY_BODY && is_standard(tag)) {
		assembly->head.document = EPCIS_WITH_QUESTION;
		return epcis_assembly_enter(assembly, EPCIS_QUESTION, NULL, line, fault);
	}
	if (rule->open && tag->space && !is_standard(tag))
		return begin_foreign(assembly, tag, line, fault);
	bool is_first = assembly->version == EPCIS_VERSION_1;
	bool is_extension =
		!tag->space && (same(tag->name, "extension") || same(tag->name, "baseExtension"));
	if (rule->open && is_extension && (parent->tail || is_first)) {
		bool is_judged = !is_first && !assembly->limits.is_lenient;
		enum err err = is_judged ? take_wrapper(parent, same(tag->name, "baseExtension"),
						   line, fault)
					 : OK;
		return err ? err
			   : epcis_assembly_enter(assembly,
				     parent->tail ? EPCIS_EXTENSION : EPCIS_UNREAD, NULL, line,
				     fault);
	}
	/* 1.2 keeps what others add without a namespace in <extension> (##local in its XSD). */
	if (is_first && is_wrapper(parent) && rule->open && !tag->space)
		return begin_foreign(assembly, tag, line, fault);
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
	bool is_front = !assembly->depth || top(assembly)->element == EPCIS_ENVELOPE_BODY;
	enum err err = is_front ? epcis_head_begin(assembly, tag, line, fault)
				: begin_inside(assembly, tag, line, fault);
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
	return arena_put(&assembly->arena, text)
		       ? OK
		       : epcis_assembly_full(assembly, name_of(frame), line, fault);
}

static enum err end_text(struct epcis_assembly *assembly, size_t line, struct fault *fault)
{
	const struct epcis_frame *frame = top(assembly);
	const struct epcis_rule *rule = frame->rule;
	struct span text = epcis_trim(text_of(assembly));
	if (assembly->is_nil && !text.size)
		return OK;
	const char *wrong = assembly->is_nil ? "is nil and has a value all the same"
					     : epcis_value_wrong(rule->value, text);
	if (wrong)
		return epcis_refuse(fault, ERR_FORMAT, line, rule->name, "%s: \"%s\"", wrong,
			epcis_show(text).text);
	if (rule->value == EPCIS_VALUE_TEXT
			? !epcis_head_value(assembly, frame, text)
			: !epcis_fill_value(assembly, frame->element, frame[-1].element, text))
		return epcis_assembly_full(assembly, rule->name, line, fault);
	return OK;
}

static enum err end_foreign(struct epcis_assembly *assembly, size_t line, struct fault *fault)
{
	struct epcis_frame *frame = top(assembly);
	struct span text = epcis_trim(text_of(assembly));
	bool has_elements = false, has_attributes = false;
	for (const struct epcis_node *node = frame->node->children; node; node = node->next) {
		has_elements |= !node->is_attribute;
		has_attributes |= node->is_attribute && !epcis_is_hint(node);
	}
	if (has_elements && text.size)
		return epcis_refuse(fault, ERR_FORMAT, line, name_of(frame),
			"has text beside elements: \"%s\"", epcis_show(text).text);
	if ((has_elements || has_attributes) && !epcis_type_is_open(frame->type))
		return epcis_refuse(fault, ERR_FORMAT, line, name_of(frame),
			"has elements or attributes, which its xsi:type has no place for");
	const char *misfit = epcis_type_misfit(frame->type, text);
	if (misfit)
		return epcis_refuse(fault, ERR_FORMAT, line, name_of(frame),
			"is no %s, as its xsi:type says: \"%s\"", misfit, epcis_show(text).text);
	if (!has_elements)
		frame->node->value = text;
	return epcis_head_end(assembly, frame, fault);
}

static enum err end_event(struct epcis_assembly *assembly, struct fault *fault)
{
	assembly->count++;
	return assembly->sink->on_event(assembly->sink->self, &assembly->event, fault);
}

static enum err end_parent(struct epcis_assembly *assembly, size_t line, struct fault *fault)
{
	struct epcis_frame *frame = top(assembly);
	const struct epcis_rule *rule = frame->rule;
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
	bool is_empty = frame->element == EPCIS_EXTENSION && !(frame->seen & SEEN_FOREIGN);
	if (is_empty && assembly->version != EPCIS_VERSION_1 && !assembly->limits.is_lenient)
		return epcis_refuse(fault, ERR_FORMAT, line, rule->name,
			"is empty: it holds others' elements, or is not there");
	if (is_wrapper(frame) && frame->element != EPCIS_QUANTITY_EVENT)
		frame[-1].tail = frame->tail;
	epcis_fill_end(assembly, frame->element);
	return epcis_is_event(frame->element) ? end_event(assembly, fault)
					      : epcis_head_end(assembly, frame, fault);
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
