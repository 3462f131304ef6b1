#include "gs1/epcis/cbor_read.h"
#include "gs1/epcis/arena.h"
#include "gs1/epcis/master.h"
#include "gs1/epcis/prefix.h"
#include "gs1/epcis/refuse.h"
#include "ledger/base/buf.h"
#include "ledger/base/cbor.h"

#include <stdio.h>
#include <stdlib.h>

#define HEAD_MAX  9 /* bytes of a CBOR head */
#define TREE_ROOM 5 /* memory for an item, in its own size */

struct epcis_cbor_reader {
	struct epcis_sink sink;
	struct epcis_limits limits;
	struct arena kept; /* of the head */
	struct arena arena; /* of one event */
	struct epcis_head head;
	struct epcis_event event;
	struct buf head_item; /* the bytes that the head's texts point to */
	struct buf item;
	uint8_t front[HEAD_MAX + 3]; /* tag and length of the next item */
	size_t front_size;
	uint64_t wanted; /* bytes of the item, once in_item */
	bool in_item;
	bool has_head;
	size_t count;
	enum err err;
	struct fault fault;
};

/* Decoding: the cursor keeps the first fault. */
struct decoder {
	struct cbor in;
	struct arena *arena;
};

static void *take(struct decoder *decoder, size_t size)
{
	void *at = decoder->in.fault.err ? NULL : arena_take(decoder->arena, size ? size : 1);
	if (at)
		memset(at, 0, size);
	else
		cbor_fail(&decoder->in, ERR_LIMIT, "the event does not fit");
	return at;
}

/* No form of EPCIS has U+0000. */
static struct span take_text(struct decoder *decoder)
{
	struct span text = cbor_text(&decoder->in);
	if (text.size && memchr(text.at, 0, text.size))
		cbor_fail(&decoder->in, ERR_FORMAT, "a text has a NUL in it");
	return text;
}

static struct span take_maybe(struct decoder *decoder)
{
	return cbor_null(&decoder->in) ? (struct span){0} : take_text(decoder);
}

static struct span take_uri(struct decoder *decoder)
{
	struct span text = take_text(decoder);
	const char *wrong = epcis_value_wrong(EPCIS_VALUE_URI, text);
	if (wrong)
		cbor_fail(&decoder->in, ERR_FORMAT, wrong);
	return text;
}

static struct span maybe_uri(struct decoder *decoder)
{
	return cbor_null(&decoder->in) ? (struct span){0} : take_uri(decoder);
}

static void want(struct decoder *decoder, size_t count)
{
	if (cbor_array(&decoder->in, count) != count)
		cbor_fail(&decoder->in, ERR_FORMAT, "an array has the wrong length");
}

static size_t list_max(const struct decoder *decoder)
{
	return decoder->in.in.size; /* each item takes a byte at least */
}

static struct epcis_texts take_texts(struct decoder *decoder)
{
	size_t count = cbor_array(&decoder->in, list_max(decoder));
	struct span *at = take(decoder, count * sizeof *at);
	for (size_t i = 0; i < count && at; i++)
		at[i] = take_uri(decoder);
	return (struct epcis_texts){at, at ? count : 0};
}

/* A tree, from its list in document order; parameters of a query may have any name. */
static const struct epcis_node *take_named(struct decoder *decoder, bool is_free)
{
	const struct epcis_node *first = NULL;
	const struct epcis_node **tails[EPCIS_LEVELS_MAX + 1] = {&first};
	size_t levels = 1; /* tails that are there */
	size_t count = cbor_array(&decoder->in, list_max(decoder));
	for (size_t i = 0; i < count && !decoder->in.fault.err; i++) {
		struct epcis_node *node = take(decoder, sizeof *node);
		want(decoder, EPCIS_CBOR_NODE_PARTS);
		size_t level = (size_t)cbor_uint_max(&decoder->in, EPCIS_LEVELS_MAX - 1);
		unsigned flags = (unsigned)cbor_uint_max(
			&decoder->in, EPCIS_EMPTY << EPCIS_CBOR_SCALAR_SHIFT |
					      EPCIS_CBOR_ATTRIBUTE | EPCIS_CBOR_IMPLIED);
		if (level >= levels)
			cbor_fail(&decoder->in, ERR_FORMAT, "an extension has no parent");
		if (!node || decoder->in.fault.err)
			break;
		node->is_attribute = flags & EPCIS_CBOR_ATTRIBUTE;
		node->is_implied = flags & EPCIS_CBOR_IMPLIED;
		node->scalar = (enum epcis_scalar)(flags >> EPCIS_CBOR_SCALAR_SHIFT);
		node->space = take_maybe(decoder);
		node->prefix = take_maybe(decoder);
		node->name = take_text(decoder);
		node->value = take_maybe(decoder);
		/* without a namespace a colon would make one in JSON-LD */
		bool has_colon =
			node->name.size && memchr(node->name.at, ':', node->name.size) != NULL;
		if (!node->name.size || (has_colon && !node->space.size && !(is_free && !level)))
			cbor_fail(&decoder->in, ERR_FORMAT, "an extension has no name");
		*tails[level] = node;
		tails[level] = &node->next;
		tails[level + 1] = &node->children;
		levels = level + 2;
	}
	return first;
}

static const struct epcis_node *take_nodes(struct decoder *decoder)
{
	return take_named(decoder, false);
}

static void take_values(struct decoder *decoder, struct span *values, int count, bool is_report)
{
	struct cbor_map map;
	int64_t key;
	cbor_map(&decoder->in, &map, (size_t)count);
	while (cbor_map_int(&decoder->in, &map, &key)) {
		if (key < 0 || key >= count) {
			cbor_fail(&decoder->in, ERR_FORMAT, "an attribute is not known");
			return;
		}
		struct span text = take_text(decoder);
		const struct epcis_attribute_rule *rule =
			is_report ? epcis_report_rule((enum epcis_report)key)
				  : epcis_metadata_rule((enum epcis_metadata)key);
		const char *wrong = epcis_value_wrong(rule->value, text);
		if (wrong)
			cbor_fail(&decoder->in, ERR_FORMAT, wrong);
		values[key] = text;
	}
}

static void take_sensor(struct decoder *decoder, struct epcis_sensor_element *sensor)
{
	want(decoder, 4);
	sensor->has_metadata = !cbor_null(&decoder->in);
	if (sensor->has_metadata)
		take_values(decoder, sensor->metadata, EPCIS_METADATA_COUNT, false);
	sensor->metadata_extensions = take_nodes(decoder);
	if (sensor->metadata_extensions && !sensor->has_metadata)
		cbor_fail(&decoder->in, ERR_FORMAT,
			"extensions of a sensorMetadata that is not there");
	size_t count = cbor_array(&decoder->in, list_max(decoder));
	struct epcis_sensor_report *at = take(decoder, count * sizeof *at);
	for (size_t i = 0; i < count && at && !decoder->in.fault.err; i++) {
		want(decoder, 2);
		take_values(decoder, at[i].value, EPCIS_REPORT_COUNT, true);
		at[i].extensions = take_nodes(decoder);
	}
	sensor->reports = at;
	sensor->report_count = at ? count : 0;
	sensor->extensions = take_nodes(decoder);
	if (!sensor->report_count)
		cbor_fail(&decoder->in, ERR_FORMAT, "a sensorElement has no sensorReport");
}

static int64_t take_time(struct decoder *decoder)
{
	const int64_t first = -62135596800000; /* 0001-01-01 */
	const int64_t last = 253370764799999; /* 9998-12-31 */
	int64_t ms = cbor_int(&decoder->in);
	if (ms < first || ms > last)
		cbor_fail(&decoder->in, ERR_RANGE, "a time is not in the years 1 to 9998");
	return ms;
}

static void take_own(struct decoder *decoder, struct epcis_event *event, enum epcis_element field)
{
	struct cbor *in = &decoder->in;
	if (field == EPCIS_EVENT_TIME)
		event->event_time_ms = take_time(decoder);
	if (field == EPCIS_RECORD_TIME) {
		event->record_time_ms = take_time(decoder);
		event->has_record_time = true;
	}
	if (field == EPCIS_TIME_ZONE_OFFSET) {
		int64_t minutes = cbor_int(in);
		if (minutes < -840 || minutes > 840)
			cbor_fail(in, ERR_RANGE, "an offset is not from -14:00 to +14:00");
		event->time_zone_offset = (int32_t)minutes;
	}
	if (field == EPCIS_ACTION)
		event->action = (enum epcis_action)cbor_uint_max(in, EPCIS_DELETE);
	if (field == EPCIS_ERROR_DECLARATION) {
		want(decoder, 4);
		event->has_error_declaration = true;
		event->error_declaration.declaration_time_ms = take_time(decoder);
		event->error_declaration.reason = maybe_uri(decoder);
		event->error_declaration.corrective_event_ids = take_texts(decoder);
		event->error_declaration.extensions = take_nodes(decoder);
	}
	if (field == EPCIS_PERSISTENT_DISPOSITION) {
		want(decoder, 2);
		event->persistent_set = take_texts(decoder);
		event->persistent_unset = take_texts(decoder);
	}
	if (field == EPCIS_SENSOR_ELEMENT_LIST) {
		size_t count = cbor_array(in, list_max(decoder));
		struct epcis_sensor_element *at = take(decoder, count * sizeof *at);
		for (size_t i = 0; i < count && at && !in->fault.err; i++)
			take_sensor(decoder, &at[i]);
		event->sensor_element_list = (struct epcis_sensor_elements){at, at ? count : 0};
	}
	if (field == EPCIS_ILMD)
		event->ilmd = take_nodes(decoder);
}

static void take_quantities(struct decoder *decoder, struct epcis_quantities *list)
{
	size_t count = cbor_array(&decoder->in, list_max(decoder));
	struct epcis_quantity *at = take(decoder, count * sizeof *at);
	for (size_t i = 0; i < count && at && !decoder->in.fault.err; i++) {
		want(decoder, 3);
		at[i].epc_class = take_uri(decoder);
		at[i].quantity = take_maybe(decoder);
		at[i].uom = take_maybe(decoder);
		if (at[i].uom.at && epcis_value_wrong(EPCIS_VALUE_UOM, at[i].uom))
			cbor_fail(&decoder->in, ERR_FORMAT, "a unit is no unit code");
		if (at[i].quantity.at && epcis_value_wrong(EPCIS_VALUE_DECIMAL, at[i].quantity))
			cbor_fail(&decoder->in, ERR_FORMAT, "a quantity is not a decimal number");
	}
	*list = (struct epcis_quantities){at, at ? count : 0};
}

static void take_parties(struct decoder *decoder, struct epcis_parties *list)
{
	size_t count = cbor_array(&decoder->in, list_max(decoder));
	struct epcis_party *at = take(decoder, count * sizeof *at);
	for (size_t i = 0; i < count && at && !decoder->in.fault.err; i++) {
		want(decoder, 2);
		at[i].type = maybe_uri(decoder);
		at[i].id = take_uri(decoder);
	}
	*list = (struct epcis_parties){at, at ? count : 0};
}

static void take_field(struct decoder *decoder, struct epcis_event *event, enum epcis_element field)
{
	void *at = (uint8_t *)event + epcis_field_at(field);
	switch (epcis_field_kind(field)) {
	case EPCIS_KIND_OWN: take_own(decoder, event, field); break;
	case EPCIS_KIND_TEXT: *(struct span *)at = take_uri(decoder); break;
	case EPCIS_KIND_TEXTS: *(struct epcis_texts *)at = take_texts(decoder); break;
	case EPCIS_KIND_QUANTITIES: take_quantities(decoder, at); break;
	case EPCIS_KIND_PARTIES: take_parties(decoder, at); break;
	case EPCIS_KIND_PLACE:
		want(decoder, 2);
		((struct epcis_place *)at)->id = take_uri(decoder);
		((struct epcis_place *)at)->extensions = take_nodes(decoder);
		break;
	}
}

static enum epcis_element field_of(int64_t key)
{
	switch (key) {
#define X(number, field)                                                                           \
	case number: return EPCIS_##field;
		EPCIS_CBOR_FIELDS(X)
#undef X
	default: return EPCIS_FIELD_COUNT;
	}
}

static void take_event(struct decoder *decoder, struct epcis_event *event)
{
	struct cbor_map map;
	int64_t key;
	bool has_time = false;
	*event = (struct epcis_event){0};
	cbor_map(&decoder->in, &map, EPCIS_CBOR_EXTENSIONS + 1);
	if (!cbor_map_int(&decoder->in, &map, &key) || key != 0)
		cbor_fail(&decoder->in, ERR_FORMAT, "an event lacks its type");
	event->type = (enum epcis_type)cbor_uint_max(&decoder->in, EPCIS_TYPE_COUNT - 1);
	while (cbor_map_int(&decoder->in, &map, &key)) {
		enum epcis_element field = field_of(key);
		if (key == EPCIS_CBOR_EXTENSIONS)
			event->extensions = take_nodes(decoder);
		else if (field == EPCIS_FIELD_COUNT)
			cbor_fail(&decoder->in, ERR_FORMAT, "a field of an event is not known");
		else
			take_field(decoder, event, field);
		has_time |= key == 1;
	}
	if (!has_time)
		cbor_fail(&decoder->in, ERR_FORMAT, "an event lacks its eventTime");
	const struct epcis_rule *rule = epcis_type_rule(event->type);
	for (size_t i = 0; i < rule->part_count; i++)
		if (rule->parts[i].required && !epcis_has(event, rule->parts[i].element))
			cbor_fail(&decoder->in, ERR_FORMAT, "an event lacks a field");
	enum epcis_element misplaced = epcis_misplaced(event);
	if (misplaced != EPCIS_FIELD_COUNT)
		cbor_fail(&decoder->in, ERR_FORMAT, "a field has no place in this type of event");
}

static void take_head(struct decoder *decoder, struct epcis_head *head)
{
	struct span *const texts[] = {&head->schema_version, &head->creation_date, &head->id,
		&head->instance_identifier, &head->sender, &head->receiver, &head->query_name,
		&head->subscription_id};
	struct cbor_map map;
	int64_t key;
	want(decoder, 2);
	if (cbor_uint(&decoder->in) != EPCIS_CBOR_VERSION)
		cbor_fail(&decoder->in, ERR_VERSION, "this version of the CBOR form is not known");
	cbor_map(&decoder->in, &map, EPCIS_CBOR_HEAD_COUNT);
	while (cbor_map_int(&decoder->in, &map, &key)) {
		if (key == EPCIS_CBOR_HEAD_FORM)
			head->form = (enum epcis_form)cbor_uint_max(&decoder->in, EPCIS_CBOR);
		else if (key == EPCIS_CBOR_HEAD_DOCUMENT)
			head->document = (enum epcis_document)cbor_uint_max(
				&decoder->in, EPCIS_WITH_QUESTION);
		else if (key >= EPCIS_CBOR_HEAD_SCHEMA_VERSION &&
			 key <= EPCIS_CBOR_HEAD_SUBSCRIPTION_ID)
			*texts[key - EPCIS_CBOR_HEAD_SCHEMA_VERSION] = take_text(decoder);
		else if (key == EPCIS_CBOR_HEAD_ATTRIBUTES)
			head->attributes = take_nodes(decoder);
		else if (key == EPCIS_CBOR_HEAD_HEADER)
			head->header = take_nodes(decoder);
		else if (key == EPCIS_CBOR_HEAD_VOCABULARIES)
			head->vocabularies = take_nodes(decoder);
		else if (key == EPCIS_CBOR_HEAD_HAS_EVENT_LIST)
			head->has_event_list = cbor_bool(&decoder->in);
		else if (key == EPCIS_CBOR_HEAD_PARAMS)
			head->params = take_named(decoder, true);
		else
			cbor_fail(&decoder->in, ERR_FORMAT, "a part of the head is not known");
	}
	if (head->creation_date.at && !epcis_date_time_is(head->creation_date))
		cbor_fail(&decoder->in, ERR_FORMAT, "the creationDate is not a time");
}

enum err epcis_cbor_open(struct epcis_cbor_reader **out, const struct epcis_sink *sink,
	const struct epcis_limits *limits, struct fault *fault)
{
	struct epcis_cbor_reader *reader = calloc(1, sizeof *reader);
	if (!reader)
		return fault_set(fault, ERR_MEMORY, 0, 0, "no memory for reading CBOR");
	reader->sink = *sink;
	if (limits)
		reader->limits = *limits;
	if (!reader->limits.event_size)
		reader->limits.event_size = EPCIS_EVENT_LIMIT;
	buf_init(&reader->head_item, reader->limits.event_size);
	buf_init(&reader->item, reader->limits.event_size);
	enum err err = arena_init(&reader->kept, reader->limits.event_size * TREE_ROOM);
	if (!err)
		err = arena_init(&reader->arena, reader->limits.event_size * TREE_ROOM);
	if (err) {
		epcis_cbor_free(reader);
		return fault_set(fault, err, 0, 0, "no memory for reading CBOR");
	}
	*out = reader;
	return OK;
}

void epcis_cbor_free(struct epcis_cbor_reader *reader)
{
	if (!reader)
		return;
	arena_close(&reader->kept);
	arena_close(&reader->arena);
	buf_close(&reader->head_item);
	buf_close(&reader->item);
	free(reader);
}

const struct epcis_head *epcis_cbor_head(const struct epcis_cbor_reader *reader)
{
	return &reader->head;
}

size_t epcis_cbor_count(const struct epcis_cbor_reader *reader)
{
	return reader->count;
}

static void stop(struct epcis_cbor_reader *reader, enum err err, const char *why)
{
	if (!reader->err)
		reader->err = fault_set(&reader->fault, err, 0, 0, "item %zu: %s",
			reader->has_head ? reader->count + 1 : 0, why);
}

static enum err check_head(const struct epcis_head *head, struct fault *fault)
{
	enum err err = epcis_vocabularies_check(head->vocabularies, fault);
	bool is_first = head->form == EPCIS_XML_1_2 && head->header;
	return err ? err
		   : epcis_header_check(
			     head->header, 0, is_first ? EPCIS_XML_1_2 : EPCIS_CBOR, fault);
}

/* A whole item has been collected. */
static void take_item(struct epcis_cbor_reader *reader)
{
	bool is_head = !reader->has_head;
	struct decoder decoder = {.arena = is_head ? &reader->kept : &reader->arena};
	struct fault why;
	reader->in_item = false;
	cbor_init(&decoder.in, buf_span(is_head ? &reader->head_item : &reader->item));
	if (is_head) {
		take_head(&decoder, &reader->head);
	} else {
		arena_reset(&reader->arena, 0);
		if (reader->count && reader->head.document == EPCIS_WITHOUT_DOCUMENT)
			cbor_fail(&decoder.in, ERR_FORMAT,
				"an event without a document stands alone: another follows");
		take_event(&decoder, &reader->event);
	}
	enum err err = cbor_end(&decoder.in, &why);
	if (!err && is_head)
		err = check_head(&reader->head, &why);
	if (err) {
		stop(reader, err, why.text);
		reader->fault.at = why.at;
		return;
	}
	reader->has_head = true;
	if (is_head)
		return;
	reader->count++;
	reader->err = reader->sink.on_event(reader->sink.self, &reader->event, &reader->fault);
}

/* Tag and length of an item, byte by byte; true when they are whole. */
static bool take_front(struct epcis_cbor_reader *reader, uint8_t c)
{
	reader->front[reader->front_size++] = c;
	size_t tag = reader->has_head ? 0 : 3;
	static const uint8_t mark[3] = {0xd9, 0xd9, 0xf7};
	if (reader->front_size <= tag) {
		if (c != mark[reader->front_size - 1])
			stop(reader, ERR_FORMAT, "the tag of self-described CBOR must stand here");
		return false;
	}
	uint8_t first = reader->front[tag];
	unsigned info = first & 0x1f;
	size_t more = info < 24 ? 0 : (size_t)1 << (info - 24);
	if (first >> 5 != CBOR_BYTES || info > 27) {
		stop(reader, ERR_FORMAT, "a byte string must stand here");
		return false;
	}
	if (reader->front_size < tag + 1 + more)
		return false;
	uint64_t size = info < 24 ? info : 0;
	for (size_t i = 0; i < more; i++)
		size = size << 8 | reader->front[tag + 1 + i];
	bool is_short =
		info < 24 || (more == 1 && size >= 24) || (more > 1 && size >> (more * 4) != 0);
	reader->front_size = 0;
	reader->wanted = size;
	if (!is_short)
		stop(reader, ERR_FORMAT, "a length is not written in the shortest way");
	else if (size > reader->limits.event_size)
		stop(reader, ERR_LIMIT, "an item is larger than an event may be: split it");
	return !reader->err;
}

enum err epcis_cbor_feed(struct epcis_cbor_reader *reader, struct span bytes, struct fault *fault)
{
	for (size_t at = 0; at < bytes.size && !reader->err;) {
		if (!reader->in_item) {
			reader->in_item = take_front(reader, bytes.at[at++]);
			if (reader->in_item)
				buf_reset(&reader->item);
			if (reader->in_item && !reader->wanted)
				take_item(reader);
			continue;
		}
		struct buf *item = reader->has_head ? &reader->item : &reader->head_item;
		size_t missing = (size_t)reader->wanted - item->size;
		struct span piece = span_cut(bytes, at, at + missing);
		buf_put(item, piece);
		at += piece.size;
		if (item->err)
			stop(reader, item->err, "no memory for an item");
		else if (item->size == reader->wanted)
			take_item(reader);
	}
	if (reader->err && fault)
		*fault = reader->fault;
	return reader->err;
}

enum err epcis_cbor_end(struct epcis_cbor_reader *reader, struct fault *fault)
{
	if (!reader->err && (reader->in_item || reader->front_size || !reader->has_head))
		stop(reader, ERR_FORMAT, "the document is cut off");
	if (!reader->err && !reader->count && reader->head.document == EPCIS_WITHOUT_DOCUMENT)
		stop(reader, ERR_FORMAT, "neither a document nor an event");
	if (reader->err && fault)
		*fault = reader->fault;
	return reader->err;
}
