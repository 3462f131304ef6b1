#include "gs1/epcis/cbor_write.h"
#include "gs1/epcis/cbor_form.h"
#include "gs1/epcis/prefix.h"
#include "ledger/base/cbor.h"
#include "ledger/base/utf8.h"

#define ITEM_MAX ((size_t)64 << 20)

static const struct {
	int key;
	enum epcis_element field;
} fields[] = {
#define X(key, field) {key, EPCIS_##field},
	EPCIS_CBOR_FIELDS(X)
#undef X
};
#define FIELD_COUNT (sizeof fields / sizeof fields[0])

struct writer {
	struct buf item;
	enum err err; /* ERR_RANGE: what is not UTF-8; ERR_LIMIT: too deep */
};

static void put_text(struct writer *writer, struct span text)
{
	if (utf8_valid_size(text) != text.size && !writer->err)
		writer->err = ERR_RANGE;
	cbor_put_text(&writer->item, text);
}

static void put_maybe(struct writer *writer, struct span text)
{
	if (text.at)
		put_text(writer, text);
	else
		cbor_put_null(&writer->item);
}

static size_t count_nodes(struct writer *writer, const struct epcis_node *node, int level)
{
	size_t count = 0;
	if (node && level == EPCIS_LEVELS_MAX) {
		writer->err = ERR_LIMIT;
		return 0;
	}
	for (; node; node = node->next)
		count += 1 + count_nodes(writer, node->children, level + 1);
	return count;
}

static void put_level(struct writer *writer, const struct epcis_node *node, unsigned level)
{
	for (; node && !writer->err; node = node->next) {
		unsigned flags = (node->is_attribute ? EPCIS_CBOR_ATTRIBUTE : 0U) |
				 (node->is_implied ? EPCIS_CBOR_IMPLIED : 0U) |
				 (unsigned)node->scalar << EPCIS_CBOR_SCALAR_SHIFT;
		cbor_put_array(&writer->item, EPCIS_CBOR_NODE_PARTS);
		cbor_put_uint(&writer->item, level);
		cbor_put_uint(&writer->item, flags);
		put_maybe(writer, node->space);
		put_maybe(writer, node->prefix);
		put_text(writer, node->name);
		put_maybe(writer, node->value);
		put_level(writer, node->children, level + 1);
	}
}

static void put_nodes(struct writer *writer, const struct epcis_node *nodes)
{
	cbor_put_array(&writer->item, count_nodes(writer, nodes, 0));
	put_level(writer, nodes, 0);
}

static void put_texts(struct writer *writer, struct epcis_texts texts)
{
	cbor_put_array(&writer->item, texts.count);
	for (size_t i = 0; i < texts.count; i++)
		put_text(writer, texts.at[i]);
}

static void put_values(struct writer *writer, const struct span *values, size_t count)
{
	size_t there = 0;
	for (size_t i = 0; i < count; i++)
		there += values[i].at != NULL;
	cbor_put_map(&writer->item, there);
	for (size_t i = 0; i < count; i++) {
		if (!values[i].at)
			continue;
		cbor_put_uint(&writer->item, i);
		put_text(writer, values[i]);
	}
}

/* [metadata or null, its extensions, [[values, extensions] ...], extensions] */
static void put_sensor(struct writer *writer, const struct epcis_sensor_element *sensor)
{
	struct buf *item = &writer->item;
	cbor_put_array(item, 4);
	if (sensor->has_metadata)
		put_values(writer, sensor->metadata, EPCIS_METADATA_COUNT);
	else
		cbor_put_null(item);
	put_nodes(writer, sensor->metadata_extensions);
	cbor_put_array(item, sensor->report_count);
	for (size_t i = 0; i < sensor->report_count; i++) {
		cbor_put_array(item, 2);
		put_values(writer, sensor->reports[i].value, EPCIS_REPORT_COUNT);
		put_nodes(writer, sensor->reports[i].extensions);
	}
	put_nodes(writer, sensor->extensions);
}

static void put_own(
	struct writer *writer, const struct epcis_event *event, enum epcis_element field)
{
	struct buf *item = &writer->item;
	if (field == EPCIS_EVENT_TIME)
		cbor_put_int(item, event->event_time_ms);
	if (field == EPCIS_RECORD_TIME)
		cbor_put_int(item, event->record_time_ms);
	if (field == EPCIS_TIME_ZONE_OFFSET)
		cbor_put_int(item, event->time_zone_offset);
	if (field == EPCIS_ACTION)
		cbor_put_uint(item, (uint64_t)event->action);
	if (field == EPCIS_ERROR_DECLARATION) {
		cbor_put_array(item, 4);
		cbor_put_int(item, event->error_declaration.declaration_time_ms);
		put_maybe(writer, event->error_declaration.reason);
		put_texts(writer, event->error_declaration.corrective_event_ids);
		put_nodes(writer, event->error_declaration.extensions);
	}
	if (field == EPCIS_PERSISTENT_DISPOSITION) {
		cbor_put_array(item, 2);
		put_texts(writer, event->persistent_set);
		put_texts(writer, event->persistent_unset);
	}
	if (field == EPCIS_SENSOR_ELEMENT_LIST) {
		cbor_put_array(item, event->sensor_element_list.count);
		for (size_t i = 0; i < event->sensor_element_list.count; i++)
			put_sensor(writer, &event->sensor_element_list.at[i]);
	}
	if (field == EPCIS_ILMD)
		put_nodes(writer, event->ilmd);
}

static void put_field(
	struct writer *writer, const struct epcis_event *event, enum epcis_element field)
{
	const void *at = (const uint8_t *)event + epcis_field_at(field);
	struct buf *item = &writer->item;
	switch (epcis_field_kind(field)) {
	case EPCIS_KIND_OWN: put_own(writer, event, field); break;
	case EPCIS_KIND_TEXT: put_text(writer, *(const struct span *)at); break;
	case EPCIS_KIND_TEXTS: put_texts(writer, *(const struct epcis_texts *)at); break;
	case EPCIS_KIND_QUANTITIES: {
		const struct epcis_quantities *list = at;
		cbor_put_array(item, list->count);
		for (size_t i = 0; i < list->count; i++) {
			cbor_put_array(item, 3);
			put_text(writer, list->at[i].epc_class);
			put_maybe(writer, list->at[i].quantity);
			put_maybe(writer, list->at[i].uom);
		}
		break;
	}
	case EPCIS_KIND_PARTIES: {
		const struct epcis_parties *list = at;
		cbor_put_array(item, list->count);
		for (size_t i = 0; i < list->count; i++) {
			cbor_put_array(item, 2);
			put_maybe(writer, list->at[i].type);
			put_text(writer, list->at[i].id);
		}
		break;
	}
	case EPCIS_KIND_PLACE: {
		const struct epcis_place *place = at;
		cbor_put_array(item, 2);
		put_text(writer, place->id);
		put_nodes(writer, place->extensions);
		break;
	}
	}
}

/* Puts the item made behind what is there. */
static enum err finish(struct writer *writer, struct buf *out, size_t before, struct fault *fault)
{
	enum err err = writer->err ? writer->err : writer->item.err;
	if (!err) {
		cbor_put_bytes(out, buf_span(&writer->item));
		err = out->err;
	}
	buf_close(&writer->item);
	if (err) {
		out->size = before;
		return fault_set(fault, err, 0, 0, "the event has no CBOR form: %s",
			err == ERR_RANGE   ? "a text is not UTF-8"
			: err == ERR_LIMIT ? "extensions are too deep, or it is too large"
					   : err_text(err));
	}
	return OK;
}

enum err epcis_cbor_put_event(struct buf *out, const struct epcis_event *event, struct fault *fault)
{
	struct writer writer = {0};
	size_t before = out->size;
	size_t count = 1 + (event->extensions != NULL);
	buf_init(&writer.item, ITEM_MAX);
	for (size_t i = 0; i < FIELD_COUNT; i++)
		count += epcis_has(event, fields[i].field);
	cbor_put_map(&writer.item, count);
	cbor_put_uint(&writer.item, 0);
	cbor_put_uint(&writer.item, (uint64_t)event->type);
	for (size_t i = 0; i < FIELD_COUNT; i++) {
		if (!epcis_has(event, fields[i].field))
			continue;
		cbor_put_uint(&writer.item, (uint64_t)fields[i].key);
		put_field(&writer, event, fields[i].field);
	}
	if (event->extensions) {
		cbor_put_uint(&writer.item, EPCIS_CBOR_EXTENSIONS);
		put_nodes(&writer, event->extensions);
	}
	return finish(&writer, out, before, fault);
}

enum err epcis_cbor_put_head(struct buf *out, const struct epcis_head *head, struct fault *fault)
{
	const struct span texts[] = {head->schema_version, head->creation_date, head->id,
		head->instance_identifier, head->sender, head->receiver, head->query_name,
		head->subscription_id};
	const struct epcis_node *const trees[] = {
		head->attributes, head->header, head->vocabularies, NULL, head->params};
	const size_t text_count = sizeof texts / sizeof texts[0];
	struct writer writer = {0};
	size_t before = out->size;
	size_t count = 2 + head->has_event_list;
	buf_init(&writer.item, ITEM_MAX);
	for (size_t i = 0; i < text_count; i++)
		count += texts[i].at != NULL;
	for (size_t i = 0; i < sizeof trees / sizeof trees[0]; i++)
		count += trees[i] != NULL;
	cbor_put_tag(out, EPCIS_CBOR_TAG);
	cbor_put_array(&writer.item, 2);
	cbor_put_uint(&writer.item, EPCIS_CBOR_VERSION);
	cbor_put_map(&writer.item, count);
	cbor_put_uint(&writer.item, EPCIS_CBOR_HEAD_FORM);
	cbor_put_uint(&writer.item, (uint64_t)head->form);
	cbor_put_uint(&writer.item, EPCIS_CBOR_HEAD_DOCUMENT);
	cbor_put_uint(&writer.item, (uint64_t)head->document);
	for (size_t i = 0; i < text_count; i++) {
		if (!texts[i].at)
			continue;
		cbor_put_uint(&writer.item, EPCIS_CBOR_HEAD_SCHEMA_VERSION + i);
		put_text(&writer, texts[i]);
	}
	for (size_t i = 0; i < sizeof trees / sizeof trees[0]; i++) {
		bool is_flag = EPCIS_CBOR_HEAD_ATTRIBUTES + i == EPCIS_CBOR_HEAD_HAS_EVENT_LIST;
		if (!trees[i] && !(is_flag && head->has_event_list))
			continue;
		cbor_put_uint(&writer.item, EPCIS_CBOR_HEAD_ATTRIBUTES + i);
		if (is_flag)
			cbor_put_bool(&writer.item, true);
		else
			put_nodes(&writer, trees[i]);
	}
	return finish(&writer, out, before, fault);
}
