/* The CBOR form refuses what no writer of ours makes: each wrong item, made by hand, is named with
 * its number and why. */
#include "gs1/epcis/cbor_form.h"
#include "gs1/epcis/read.h"
#include "ledger/base/cbor.h"
#include "tests/tap.h"

#define ITEM_MAX 4096

/* The event that is right: an ObjectEvent, OBSERVE, one EPC; each row changes one thing. */
enum change {
	RIGHT,
	NO_TYPE,
	TYPE_UNKNOWN,
	NO_TIME,
	TIME_TOO_LATE,
	OFFSET_TOO_FAR,
	NO_ACTION,
	FIELD_MISPLACED,
	FIELD_UNKNOWN,
	EPC_NO_URI,
	EPC_WITH_NUL,
	QUANTITY_SHORT,
	QUANTITY_NO_NUMBER,
	UNIT_WRONG,
	NODE_NO_PARENT,
	NODE_NO_NAME,
	NODE_WITH_COLON,
	SENSOR_NO_REPORT,
	SENSOR_ATTRIBUTE,
	SENSOR_VALUE,
	BYTES_BEHIND
};

static void put_text(struct buf *out, const char *text)
{
	cbor_put_text(out, span_text(text));
}

static void put_node(struct buf *out, unsigned level, unsigned flags, const char *space,
	const char *name, const char *value)
{
	cbor_put_array(out, EPCIS_CBOR_NODE_PARTS);
	cbor_put_uint(out, level);
	cbor_put_uint(out, flags);
	space ? put_text(out, space) : cbor_put_null(out);
	space ? put_text(out, "x") : cbor_put_null(out);
	put_text(out, name);
	put_text(out, value);
}

static void put_quantities(struct buf *out, enum change change)
{
	cbor_put_array(out, 1);
	cbor_put_array(out, change == QUANTITY_SHORT ? 2 : 3);
	put_text(out, "urn:c");
	put_text(out, change == QUANTITY_NO_NUMBER ? "many" : "12.5");
	if (change != QUANTITY_SHORT)
		put_text(out, change == UNIT_WRONG ? "kg" : "KGM");
}

static void put_sensors(struct buf *out, enum change change)
{
	cbor_put_array(out, 1);
	cbor_put_array(out, 4);
	cbor_put_map(out, 1); /* of sensorMetadata */
	cbor_put_uint(out, change == SENSOR_ATTRIBUTE ? EPCIS_METADATA_COUNT : 0);
	put_text(out, change == SENSOR_VALUE ? "noon" : "2026-11-20T09:00:00Z");
	cbor_put_array(out, 0);
	cbor_put_array(out, change == SENSOR_NO_REPORT ? 0 : 1);
	if (change != SENSOR_NO_REPORT) {
		cbor_put_array(out, 2);
		cbor_put_map(out, 1);
		cbor_put_uint(out, 0);
		put_text(out, "gs1:Temperature");
		cbor_put_array(out, 0);
	}
	cbor_put_array(out, 0);
}

static void put_nodes(struct buf *out, enum change change)
{
	cbor_put_array(out, 2);
	put_node(out, 0, 0, "https://x.example/", change == NODE_NO_NAME ? "" : "a", "1");
	put_node(out, change == NODE_NO_PARENT ? 2 : 1, 0, NULL,
		change == NODE_WITH_COLON ? "x:b" : "b", "2");
}

static void put_event(struct buf *out, enum change change)
{
	cbor_put_map(out, 9u - (change == NO_TYPE) - (change == NO_TIME) - (change == NO_ACTION) +
				  (change == FIELD_UNKNOWN) + (change == FIELD_MISPLACED));
	if (change != NO_TYPE) {
		cbor_put_uint(out, 0);
		cbor_put_uint(out, change == TYPE_UNKNOWN ? EPCIS_TYPE_COUNT : EPCIS_OBJECT_EVENT);
	}
	if (change != NO_TIME) {
		cbor_put_uint(out, 1);
		cbor_put_int(out, change == TIME_TOO_LATE ? INT64_MAX : 1795165200000);
	}
	cbor_put_uint(out, 2);
	cbor_put_int(out, change == OFFSET_TOO_FAR ? 841 : 60);
	if (change != NO_ACTION) {
		cbor_put_uint(out, 7);
		cbor_put_uint(out, EPCIS_OBSERVE);
	}
	if (change == FIELD_MISPLACED) {
		cbor_put_uint(out, 14); /* transformationID */
		put_text(out, "urn:t");
	}
	cbor_put_uint(out, 15);
	cbor_put_array(out, 1);
	cbor_put_text(out, change == EPC_WITH_NUL ? span_of("urn:\0", 5)
						  : span_text(change == EPC_NO_URI ? "" : "urn:e"));
	cbor_put_uint(out, 19);
	put_quantities(out, change);
	cbor_put_uint(out, 26);
	put_sensors(out, change);
	cbor_put_uint(out, 27);
	cbor_put_array(out, 0);
	cbor_put_uint(out, EPCIS_CBOR_EXTENSIONS);
	put_nodes(out, change);
	if (change == FIELD_UNKNOWN) {
		cbor_put_uint(out, EPCIS_CBOR_EXTENSIONS + 1);
		cbor_put_uint(out, 0);
	}
	if (change == BYTES_BEHIND)
		cbor_put_null(out);
}

static void put_front(struct buf *out, uint64_t version, uint64_t last_key, const char *date)
{
	uint8_t memory[ITEM_MAX];
	struct buf head;
	buf_over(&head, memory, sizeof memory);
	cbor_put_array(&head, 2);
	cbor_put_uint(&head, version);
	cbor_put_map(&head, 3);
	cbor_put_uint(&head, EPCIS_CBOR_HEAD_SCHEMA_VERSION);
	put_text(&head, "2.0");
	cbor_put_uint(&head, EPCIS_CBOR_HEAD_CREATION_DATE);
	put_text(&head, date);
	cbor_put_uint(&head, last_key);
	last_key == EPCIS_CBOR_HEAD_HAS_EVENT_LIST ? cbor_put_bool(&head, true)
						   : cbor_put_uint(&head, 0);
	cbor_put_tag(out, EPCIS_CBOR_TAG);
	cbor_put_bytes(out, buf_span(&head));
}

static enum err on_event(void *self, const struct epcis_event *event, struct fault *fault)
{
	(void)event, (void)fault;
	++*(size_t *)self;
	return OK;
}

static enum err read_all(struct span bytes, size_t *count, struct fault *fault)
{
	struct epcis_sink sink = {count, on_event};
	struct fault other = {0};
	size_t again = 0;
	*count = 0;
	enum err err = epcis_read(bytes, &sink, NULL, NULL, fault);
	/* byte by byte it comes to the same */
	struct epcis_sink slow = {&again, on_event};
	struct epcis_reader *reader;
	enum err slowly = epcis_reader_open(&reader, &slow, NULL, &other);
	for (size_t i = 0; i < bytes.size && !slowly; i++)
		slowly = epcis_reader_feed(reader, span_cut(bytes, i, i + 1), &other);
	if (!slowly)
		slowly = epcis_reader_end(reader, &other);
	epcis_reader_free(reader);
	return slowly == err && again == *count ? err : ERR_CORRUPT;
}

TEST(a_wrong_event_is_named_with_its_number_and_why)
{
	static const struct {
		enum change change;
		enum err err;
		const char *says;
	} rows[] = {
		{RIGHT, OK, ""},
		{NO_TYPE, ERR_FORMAT, "lacks its type"},
		{TYPE_UNKNOWN, ERR_RANGE, ""},
		{NO_TIME, ERR_FORMAT, "lacks its eventTime"},
		{TIME_TOO_LATE, ERR_RANGE, "years 1 to 9998"},
		{OFFSET_TOO_FAR, ERR_RANGE, "-14:00 to +14:00"},
		{NO_ACTION, ERR_FORMAT, "lacks a field"},
		{FIELD_MISPLACED, ERR_FORMAT, "no place in this type"},
		{FIELD_UNKNOWN, ERR_FORMAT, ""},
		{EPC_NO_URI, ERR_FORMAT, "not a URI"},
		{EPC_WITH_NUL, ERR_FORMAT, "NUL"},
		{QUANTITY_SHORT, ERR_FORMAT, "wrong length"},
		{QUANTITY_NO_NUMBER, ERR_FORMAT, "not a decimal number"},
		{UNIT_WRONG, ERR_FORMAT, "no unit code"},
		{NODE_NO_PARENT, ERR_FORMAT, "has no parent"},
		{NODE_NO_NAME, ERR_FORMAT, "has no name"},
		{NODE_WITH_COLON, ERR_FORMAT, "has no name"},
		{SENSOR_NO_REPORT, ERR_FORMAT, "no sensorReport"},
		{SENSOR_ATTRIBUTE, ERR_FORMAT, "attribute is not known"},
		{SENSOR_VALUE, ERR_FORMAT, "not a time"},
		{BYTES_BEHIND, ERR_FORMAT, ""},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint8_t item[ITEM_MAX], whole[ITEM_MAX];
		struct buf event, out;
		struct fault fault = {0};
		size_t count;
		buf_over(&event, item, sizeof item);
		buf_over(&out, whole, sizeof whole);
		put_front(&out, EPCIS_CBOR_VERSION, EPCIS_CBOR_HEAD_HAS_EVENT_LIST,
			"2026-11-20T09:00:00Z");
		put_event(&event, RIGHT);
		cbor_put_bytes(&out, buf_span(&event));
		buf_reset(&event);
		put_event(&event, rows[i].change);
		cbor_put_bytes(&out, buf_span(&event));
		NEED(!event.err && !out.err);
		enum err err = read_all(buf_span(&out), &count, &fault);
		CHECK_ROW(err == rows[i].err, "row %zu: %s: %s", i, err_name(err), fault.text);
		CHECK_ROW(!err || (strstr(fault.text, "item 2: ") &&
					  strstr(fault.text, rows[i].says)),
			"row %zu: %s", i, fault.text);
		CHECK_ROW(count == (err ? 1 : 2), "row %zu: %zu events", i, count);
	}
}

TEST(a_wrong_front_is_named)
{
	static const struct {
		uint64_t version, last_key;
		const char *date;
		enum err err;
	} rows[] = {
		{EPCIS_CBOR_VERSION, EPCIS_CBOR_HEAD_HAS_EVENT_LIST, "2026-11-20T09:00:00Z", OK},
		{2, EPCIS_CBOR_HEAD_HAS_EVENT_LIST, "2026-11-20T09:00:00Z", ERR_VERSION},
		{EPCIS_CBOR_VERSION, EPCIS_CBOR_HEAD_COUNT, "2026-11-20T09:00:00Z", ERR_FORMAT},
		{EPCIS_CBOR_VERSION, EPCIS_CBOR_HEAD_HAS_EVENT_LIST, "today", ERR_FORMAT},
	};
	uint8_t whole[ITEM_MAX];
	struct buf out;
	struct fault fault = {0};
	size_t count;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		buf_over(&out, whole, sizeof whole);
		put_front(&out, rows[i].version, rows[i].last_key, rows[i].date);
		enum err err = read_all(buf_span(&out), &count, &fault);
		CHECK_ROW(err == rows[i].err, "row %zu: %s: %s", i, err_name(err), fault.text);
	}
	static const struct {
		const char *bytes;
		size_t size;
		enum err err;
		const char *says;
	} ends[] = {{"\x60", 1, ERR_FORMAT, "byte string"}, {"\x5f", 1, ERR_FORMAT, "byte string"},
		{"\x58\x05", 2, ERR_FORMAT, "shortest way"},
		{"\x59\x00\xff", 3, ERR_FORMAT, "shortest"},
		{"\x5a\x7f\x00\x00\x00", 5, ERR_LIMIT, "split it"},
		{"\x58", 1, ERR_FORMAT, "cut off"},
		{"\x45"
		 "abc",
			4, ERR_FORMAT, "cut off"},
		{"\x40", 1, ERR_FORMAT, "item 1"}};
	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
		buf_over(&out, whole, sizeof whole);
		put_front(&out, EPCIS_CBOR_VERSION, EPCIS_CBOR_HEAD_HAS_EVENT_LIST,
			"2026-11-20T09:00:00Z");
		buf_put(&out, span_of(ends[i].bytes, ends[i].size));
		enum err err = read_all(buf_span(&out), &count, &fault);
		CHECK_ROW(err == ends[i].err && strstr(fault.text, ends[i].says), "end %zu: %s: %s",
			i, err_name(err), fault.text);
	}
	CHECK(read_all(span_of("\xd9\xd9\xf6", 3), &count, &fault) == ERR_FORMAT);
	CHECK_ROW(strstr(fault.text, "tag of self-described"), "%s", fault.text);
	CHECK(read_all(span_of("\xd9\xd9\xf7", 3), &count, &fault) == ERR_FORMAT);
}

TAP_MAIN(CASE(a_wrong_event_is_named_with_its_number_and_why), CASE(a_wrong_front_is_named))
