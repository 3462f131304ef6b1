#include "gs1/epcis/json_write.h"
#include "gs1/epcis/json_put.h"
#include "gs1/epcis/json_term.h"
#include "gs1/epcis/prefix.h"
#include "gs1/epcis/refuse.h"
#include "gs1/epcis/shape.h"
#include "ledger/base/civil.h"
#include "ledger/base/utf8.h"

#include <stdlib.h>

#define NODES_LIMIT ((size_t)64 << 20) /* bytes of pointers while sorting extensions */

/* The first error sticks; what is put after it is taken back at the end. */
struct writer {
	struct buf *out;
	const struct epcis_event *event;
	struct fault *fault;
	enum err err;
	bool need_comma;
	const struct epcis_node *tree; /* of a head */
	bool is_inside; /* a document, which has the standard's context */
	struct buf nodes; /* struct entry; levels stand behind one another */
	struct epcis_prefixes prefixes;
};

static void fail(struct writer *writer, enum err err, const char *name, const char *why)
{
	if (!writer->err)
		writer->err = fault_set(writer->fault, err, writer->event->line, 0, "%s: %s %s",
			epcis_type_name(writer->event->type), epcis_show(span_text(name)).text,
			why);
}

static void put_escaped(struct writer *writer, const char *name, struct span text)
{
	struct buf *out = writer->out;
	if (utf8_valid_size(text) != text.size)
		fail(writer, ERR_RANGE, name, "is not UTF-8");
	if (!text.size)
		return;
	size_t from = 0;
	for (size_t i = 0; i < text.size; i++) {
		uint8_t c = text.at[i];
		if (c >= ' ' && c != '"' && c != '\\')
			continue;
		if (!c)
			fail(writer, ERR_RANGE, name, "has a NUL in it");
		buf_put(out, span_cut(text, from, i));
		from = i + 1;
		if (c >= ' ')
			buf_printf(out, "\\%c", c);
		else if (c == '\n' || c == '\t')
			buf_put_text(out, c == '\n' ? "\\n" : "\\t");
		else
			buf_printf(out, "\\u%04x", c);
	}
	buf_put(out, span_cut(text, from, text.size));
}

static void put_string(struct writer *writer, const char *name, struct span text)
{
	buf_put_u8(writer->out, '"');
	put_escaped(writer, name, text);
	buf_put_u8(writer->out, '"');
	writer->need_comma = true;
}

static void put_comma(struct writer *writer)
{
	if (writer->need_comma)
		buf_put_u8(writer->out, ',');
	writer->need_comma = false;
}

static void put_key(struct writer *writer, const char *name)
{
	put_comma(writer);
	put_string(writer, "name", span_text(name));
	buf_put_u8(writer->out, ':');
	writer->need_comma = false;
}

static void put_open(struct writer *writer, char bracket)
{
	put_comma(writer);
	buf_put_u8(writer->out, (uint8_t)bracket);
}

static void put_close(struct writer *writer, char bracket)
{
	buf_put_u8(writer->out, (uint8_t)bracket);
	writer->need_comma = true;
}

/* A value of that kind; nothing when it is absent. */
static void put_value(struct writer *writer, const char *name, enum epcis_value value,
	enum cbv_vocabulary words, struct span text)
{
	const char *word = words == CBV_NONE ? NULL : cbv_word(words, text);
	if (!text.at)
		return;
	put_key(writer, name);
	writer->need_comma = true;
	if (value == EPCIS_VALUE_BOOLEAN)
		buf_put_text(writer->out,
			span_is(text, "true") || span_is(text, "1") ? "true" : "false");
	else if ((value == EPCIS_VALUE_DECIMAL || value == EPCIS_VALUE_DOUBLE) &&
		 epcis_number_put(writer->out, text))
		return;
	else
		put_string(writer, name, word ? span_text(word) : text);
}

static void put_time(struct writer *writer, const char *name, int64_t ms)
{
	char text[CIVIL_TIME_SIZE];
	civil_print_time(ms, text);
	put_value(writer, name, EPCIS_VALUE_TIME, CBV_NONE, span_text(text));
}

static void put_texts(struct writer *writer, const char *name, enum cbv_vocabulary words,
	struct epcis_texts texts)
{
	if (!texts.count)
		return;
	put_key(writer, name);
	put_open(writer, '[');
	for (size_t i = 0; i < texts.count; i++) {
		const char *word = words == CBV_NONE ? NULL : cbv_word(words, texts.at[i]);
		put_comma(writer);
		put_string(writer, name, word ? span_text(word) : texts.at[i]);
	}
	put_close(writer, ']');
}

struct entry {
	const struct epcis_node *node;
	size_t index;
	size_t group; /* index of the first of that name */
};

/* Both spellings of CBV master data are one here. */
static struct span space_of(const struct epcis_node *node)
{
	return epcis_is_master_data(node->space) ? span_text(EPCIS_MASTER_DATA) : node->space;
}

/* By namespace and name, then as they stand: JSON has each key once. */
static int order(const void *a, const void *b)
{
	const struct entry *left = a;
	const struct entry *right = b;
	int by = span_order(space_of(left->node), space_of(right->node));
	if (!by)
		by = span_order(left->node->name, right->node->name);
	return by ? by : (left->index > right->index) - (left->index < right->index);
}

static int group_order(const void *a, const void *b)
{
	const struct entry *left = a;
	const struct entry *right = b;
	if (left->group != right->group)
		return left->group < right->group ? -1 : 1;
	return (left->index > right->index) - (left->index < right->index);
}

static bool same_name(const struct entry *a, const struct entry *b)
{
	return span_equal(space_of(a->node), space_of(b->node)) &&
	       span_equal(a->node->name, b->node->name);
}

static void put_nodes(struct writer *writer, const struct epcis_node *node);

/* "prefix:name", or the name alone. */
static void put_node_key(struct writer *writer, const struct epcis_node *node)
{
	const char *prefix = epcis_prefix_of(&writer->prefixes, node->space);
	put_comma(writer);
	buf_put_u8(writer->out, '"');
	buf_put_text(writer->out, prefix);
	if (*prefix)
		buf_put_u8(writer->out, ':');
	put_escaped(writer, "extension", node->name);
	buf_put_text(writer->out, "\":");
}

/* A value as what it was in JSON, if it came from there. */
static void put_scalar(struct writer *writer, const struct epcis_node *node)
{
	bool is_true = span_is(node->value, "true");
	writer->need_comma = true;
	if (node->scalar == EPCIS_NULL && !node->value.size)
		buf_put_text(writer->out, "null");
	else if (node->scalar == EPCIS_EMPTY && !node->value.size)
		buf_put_text(writer->out, "{}");
	else if (node->scalar == EPCIS_BOOLEAN && (is_true || span_is(node->value, "false")))
		buf_put_text(writer->out, is_true ? "true" : "false");
	else if (node->scalar != EPCIS_NUMBER || !epcis_number_put(writer->out, node->value))
		put_string(writer, "extension", node->value);
}

/* A value alone is a string; with attributes or elements it is an object, the value as "#text". */
static void put_node(struct writer *writer, const struct epcis_node *node)
{
	bool has_members = false;
	for (const struct epcis_node *child = node->children; child; child = child->next)
		has_members |= !epcis_is_hint(child);
	put_comma(writer);
	if (!has_members) {
		put_scalar(writer, node);
		return;
	}
	put_open(writer, '{');
	if (node->value.size) {
		put_key(writer, "#text");
		put_string(writer, "extension", node->value);
	}
	put_nodes(writer, node->children);
	put_close(writer, '}');
}

static const struct entry *entry_at(const struct writer *writer, size_t from, size_t index)
{
	return (const struct entry *)(const void *)(writer->nodes.at + from) + index;
}

/* Members of an object that is open. The depth was looked at when the prefixes were collected. */
static void put_nodes(struct writer *writer, const struct epcis_node *node)
{
	size_t from = writer->nodes.size;
	size_t count = 0;
	for (; node; node = node->next) {
		if (epcis_is_hint(node))
			continue;
		struct entry entry = {node, count, count};
		count++;
		buf_put(&writer->nodes, span_of(&entry, sizeof entry));
	}
	if (!count || writer->nodes.err)
		return;
	struct entry *entries = (void *)(writer->nodes.at + from);
	qsort(entries, count, sizeof *entries, order);
	for (size_t i = 1; i < count; i++)
		if (same_name(&entries[i - 1], &entries[i]))
			entries[i].group = entries[i - 1].group;
	/* in a head the order counts: the SBDH has one */
	if (writer->tree)
		qsort(entries, count, sizeof *entries, group_order);
	for (size_t i = 0, same; i < count; i += same) {
		const struct epcis_node *first = entry_at(writer, from, i)->node;
		for (same = 1; i + same < count; same++)
			if (entry_at(writer, from, i + same)->group !=
				entry_at(writer, from, i)->group)
				break;
		put_node_key(writer, first);
		if (same > 1)
			put_open(writer, '[');
		for (size_t j = i; j < i + same; j++)
			put_node(writer, entry_at(writer, from, j)->node);
		if (same > 1)
			put_close(writer, ']');
	}
	writer->nodes.size = from;
}

/* JSON-LD drops a name without a prefix: others' names have one, or there is no place for them.
 * but: the one name that the JSON Schema knows there and the XSD does not; may be NULL. */
static void check_named(struct writer *writer, const struct epcis_node *node, const char *but)
{
	for (; node; node = node->next)
		if (!node->space.size && !epcis_is_hint(node) && !(but && span_is(node->name, but)))
			fail(writer, ERR_RANGE, "extension",
				"has a name without a namespace: JSON-LD has no place for it");
}

static void put_named(struct writer *writer, const struct epcis_node *node)
{
	check_named(writer, node, NULL);
	put_nodes(writer, node);
}

static void put_place(struct writer *writer, const char *name, const struct epcis_place *place)
{
	put_key(writer, name);
	put_open(writer, '{');
	put_value(writer, "id", EPCIS_VALUE_URI, CBV_NONE, place->id);
	put_nodes(writer, place->extensions);
	put_close(writer, '}');
}

static void put_quantities(
	struct writer *writer, const char *name, struct epcis_quantities quantities)
{
	put_key(writer, name);
	put_open(writer, '[');
	for (size_t i = 0; i < quantities.count; i++) {
		const struct epcis_quantity *quantity = &quantities.at[i];
		put_open(writer, '{');
		put_value(writer, "epcClass", EPCIS_VALUE_URI, CBV_NONE, quantity->epc_class);
		put_value(writer, "quantity", EPCIS_VALUE_DECIMAL, CBV_NONE, quantity->quantity);
		put_value(writer, "uom", EPCIS_VALUE_UOM, CBV_NONE, quantity->uom);
		put_close(writer, '}');
	}
	put_close(writer, ']');
}

static void put_parties(
	struct writer *writer, enum epcis_element list, struct epcis_parties parties)
{
	const struct epcis_rule *rule = epcis_rule(list);
	put_key(writer, rule->name);
	put_open(writer, '[');
	for (size_t i = 0; i < parties.count; i++) {
		put_open(writer, '{');
		put_value(writer, "type", EPCIS_VALUE_URI, epcis_field_words(list),
			parties.at[i].type);
		put_value(writer, epcis_rule(rule->parts[0].element)->name, EPCIS_VALUE_URI,
			CBV_NONE, parties.at[i].id);
		put_close(writer, '}');
	}
	put_close(writer, ']');
}

static void put_sensor(struct writer *writer, const struct epcis_sensor_element *sensor)
{
	put_open(writer, '{');
	if (sensor->has_metadata) {
		put_key(writer, "sensorMetadata");
		put_open(writer, '{');
		for (int i = 0; i < EPCIS_METADATA_COUNT; i++) {
			const struct epcis_attribute_rule *rule =
				epcis_metadata_rule((enum epcis_metadata)i);
			put_value(
				writer, rule->name, rule->value, rule->words, sensor->metadata[i]);
		}
		put_named(writer, sensor->metadata_extensions);
		put_close(writer, '}');
	}
	put_key(writer, "sensorReport");
	put_open(writer, '[');
	for (size_t i = 0; i < sensor->report_count; i++) {
		put_open(writer, '{');
		for (int j = 0; j < EPCIS_REPORT_COUNT; j++) {
			const struct epcis_attribute_rule *rule =
				epcis_report_rule((enum epcis_report)j);
			put_value(writer, rule->name, rule->value, rule->words,
				sensor->reports[i].value[j]);
		}
		check_named(writer, sensor->reports[i].extensions, "bizRules");
		put_nodes(writer, sensor->reports[i].extensions);
		put_close(writer, '}');
	}
	put_close(writer, ']');
	put_named(writer, sensor->extensions);
	put_close(writer, '}');
}

static void put_error_declaration(
	struct writer *writer, const struct epcis_error_declaration *declaration)
{
	put_key(writer, "errorDeclaration");
	put_open(writer, '{');
	put_time(writer, "declarationTime", declaration->declaration_time_ms);
	put_value(writer, "reason", EPCIS_VALUE_URI, CBV_ERROR_REASON, declaration->reason);
	put_texts(writer, "correctiveEventIDs", CBV_NONE, declaration->corrective_event_ids);
	put_named(writer, declaration->extensions);
	put_close(writer, '}');
}

static void put_own(struct writer *writer, const char *name, enum epcis_element field)
{
	const struct epcis_event *event = writer->event;
	char offset[EPCIS_OFFSET_SIZE];
	if (field == EPCIS_EVENT_TIME)
		put_time(writer, name, event->event_time_ms);
	if (field == EPCIS_RECORD_TIME)
		put_time(writer, name, event->record_time_ms);
	if (field == EPCIS_TIME_ZONE_OFFSET) {
		epcis_offset_print(event->time_zone_offset, offset);
		put_value(writer, name, EPCIS_VALUE_TEXT, CBV_NONE, span_text(offset));
	}
	if (field == EPCIS_ACTION)
		put_value(writer, name, EPCIS_VALUE_TEXT, CBV_NONE,
			span_text(epcis_action_name(event->action)));
	if (field == EPCIS_ERROR_DECLARATION)
		put_error_declaration(writer, &event->error_declaration);
	if (field == EPCIS_PERSISTENT_DISPOSITION) {
		put_key(writer, name);
		put_open(writer, '{');
		put_texts(writer, "set", CBV_DISPOSITION, event->persistent_set);
		put_texts(writer, "unset", CBV_DISPOSITION, event->persistent_unset);
		put_close(writer, '}');
	}
	if (field == EPCIS_SENSOR_ELEMENT_LIST) {
		put_key(writer, name);
		put_open(writer, '[');
		for (size_t i = 0; i < event->sensor_element_list.count; i++)
			put_sensor(writer, &event->sensor_element_list.at[i]);
		put_close(writer, ']');
	}
	if (field == EPCIS_ILMD) {
		put_key(writer, name);
		put_open(writer, '{');
		put_named(writer, event->ilmd);
		put_close(writer, '}');
	}
}

static void put_field(struct writer *writer, enum epcis_element field)
{
	const char *name = epcis_rule(field)->name;
	const void *at = (const uint8_t *)writer->event + epcis_field_at(field);
	switch (epcis_field_kind(field)) {
	case EPCIS_KIND_OWN: put_own(writer, name, field); break;
	case EPCIS_KIND_TEXT:
		put_value(writer, name, EPCIS_VALUE_URI, epcis_field_words(field),
			*(const struct span *)at);
		break;
	case EPCIS_KIND_TEXTS:
		if (field == EPCIS_CERTIFICATION_INFO &&
			((const struct epcis_texts *)at)->count == 1)
			put_value(writer, name, EPCIS_VALUE_URI, CBV_NONE,
				((const struct epcis_texts *)at)->at[0]);
		else
			put_texts(writer, name, CBV_NONE, *(const struct epcis_texts *)at);
		break;
	case EPCIS_KIND_QUANTITIES:
		put_quantities(writer, name, *(const struct epcis_quantities *)at);
		break;
	case EPCIS_KIND_PARTIES:
		put_parties(writer, field, *(const struct epcis_parties *)at);
		break;
	case EPCIS_KIND_PLACE: put_place(writer, name, at); break;
	}
}

/* A prefix may stand for a name that does not end like a path only if the context says so (JSON-LD
 * 1.1 section 9.15.1). */
static void put_context(struct writer *writer)
{
	if (writer->is_inside && !writer->prefixes.count)
		return;
	put_key(writer, "@context");
	put_open(writer, '[');
	if (!writer->is_inside)
		put_string(writer, "@context", span_text(EPCIS_CONTEXT));
	if (writer->prefixes.count)
		put_open(writer, '{');
	for (size_t i = 0; i < writer->prefixes.count; i++) {
		const struct epcis_prefix *prefix = &writer->prefixes.at[i];
		uint8_t last = prefix->space.at[prefix->space.size - 1];
		bool is_plain = strchr(":/?#[]@", last);
		put_key(writer, prefix->text);
		if (!is_plain) {
			put_open(writer, '{');
			put_key(writer, "@id");
		}
		put_string(writer, "namespace", prefix->space);
		if (!is_plain) {
			put_key(writer, "@prefix");
			buf_put_text(writer->out, "true");
			put_close(writer, '}');
		}
	}
	if (writer->prefixes.count)
		put_close(writer, '}');
	put_close(writer, ']');
}

static void put_event(struct writer *writer)
{
	enum epcis_element misplaced = epcis_misplaced(writer->event);
	if (misplaced != EPCIS_FIELD_COUNT)
		fail(writer, ERR_RANGE, epcis_rule(misplaced)->name,
			"has no place in this type of event");
	put_open(writer, '{');
	put_context(writer);
	put_key(writer, "type");
	put_string(writer, "type", span_text(epcis_type_name(writer->event->type)));
	const struct epcis_rule *rule = epcis_type_rule(writer->event->type);
	for (size_t i = 0; i < rule->part_count; i++)
		if (epcis_has(writer->event, rule->parts[i].element))
			put_field(writer, rule->parts[i].element);
	put_named(writer, writer->event->extensions);
	put_close(writer, '}');
}

static int prefix_order(const void *a, const void *b)
{
	const struct epcis_prefix *left = a;
	const struct epcis_prefix *right = b;
	return span_order(left->space, right->space);
}

static enum err put_whole(struct writer *writer, void (*put)(struct writer *writer))
{
	size_t before = writer->out->size;
	if (writer->out->err)
		return fault_set(
			writer->fault, writer->out->err, 0, 0, "the buffer has failed before");
	writer->prefixes.is_reserved = epcis_is_term;
	writer->prefixes.one_master_data = true;
	writer->prefixes.declares_xml = true;
	buf_init(&writer->nodes, NODES_LIMIT);
	writer->err = epcis_prefixes_collect(&writer->prefixes, writer->event, writer->fault);
	if (!writer->err) {
		qsort(writer->prefixes.at, writer->prefixes.count, sizeof writer->prefixes.at[0],
			prefix_order);
		put(writer);
	}
	enum err err = writer->out->err ? writer->out->err : writer->nodes.err;
	if (err)
		fail(writer, err, "event", "does not fit the buffer");
	if (writer->err)
		writer->out->size = before;
	buf_close(&writer->nodes);
	return writer->err;
}

enum err epcis_json_put_event(struct buf *out, const struct epcis_event *event, struct fault *fault)
{
	struct writer writer = {.out = out, .event = event, .fault = fault};
	return put_whole(&writer, put_event);
}

enum err epcis_json_put_inside(
	struct buf *out, const struct epcis_event *event, struct fault *fault)
{
	struct writer writer = {.out = out, .event = event, .fault = fault, .is_inside = true};
	return put_whole(&writer, put_event);
}

static void put_members(struct writer *writer)
{
	writer->need_comma = true;
	put_nodes(writer, writer->tree);
}

static void put_only_context(struct writer *writer)
{
	put_context(writer);
}

enum err epcis_json_put_context(
	struct buf *out, const struct epcis_event *trees, struct fault *fault)
{
	struct writer writer = {.out = out, .event = trees, .fault = fault};
	return put_whole(&writer, put_only_context);
}

enum err epcis_json_put_tree(struct buf *out, const struct epcis_event *trees,
	const struct epcis_node *nodes, struct fault *fault)
{
	struct epcis_event all = *trees;
	struct writer writer = {.out = out, .event = &all, .fault = fault};
	writer.tree = nodes;
	return put_whole(&writer, put_members);
}

enum err epcis_json_put_text(struct buf *out, struct span text, struct fault *fault)
{
	struct epcis_event event = {0};
	struct writer writer = {.out = out, .event = &event, .fault = fault};
	put_string(&writer, "text", text);
	return writer.err;
}
