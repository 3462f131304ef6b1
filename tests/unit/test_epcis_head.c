/* What a document says beside its events, from form to form: attributes, header, master data. */
#include "gs1/epcis/master.h"
#include "gs1/epcis/read.h"
#include "gs1/epcis/write.h"
#include "ledger/base/civil.h"
#include "tests/tap.h"
#include "tests/unit/epcis_set.h"

#define WRITTEN_MAX ((size_t)1 << 20)

#define CONTEXT                                                                                    \
	"{\"@context\":[\"https://ref.gs1.org/standards/epcis/epcis-context.jsonld\",{\"a1\":"     \
	"\"https://x.example/\"}],"
#define FRONT     CONTEXT "\"type\":\"EPCISDocument\",\"schemaVersion\":\"2.0\","
#define MADE      "\"creationDate\":\"2026-11-20T09:00:00Z\""
#define NO_EVENTS ",\"epcisBody\":{\"eventList\":[]}}"
#define VOCABULARY                                                                                 \
	"\"vocabularyList\":[{\"type\":\"urn:t\",\"vocabularyElementList\":[{\"id\":\"urn:e\","    \
	"\"attributes\":[{\"id\":\"urn:n\",\"attribute\":7.50},{\"id\":\"urn:o\",\"attribute\":"   \
	"\"text\"},{\"id\":\"urn:p\",\"attribute\":{\"a1:a\":{\"a1:b\":\"c\"}}}],\"children\":["   \
	"\"urn:c\",\"urn:d\"]},{\"id\":\"urn:f\"}]},{\"type\":\"urn:u\"}]"

static enum err on_event(void *self, const struct epcis_event *event, struct fault *fault)
{
	(void)self, (void)event, (void)fault;
	return OK;
}

/* A document without events in another form. */
static enum err convert(
	struct span text, enum epcis_form form, bool may_lose, struct buf *out, struct fault *fault)
{
	struct epcis_sink sink = {NULL, on_event};
	struct epcis_reader *reader = NULL;
	struct epcis_writer writer;
	buf_reset(out);
	enum err err = epcis_reader_open(&reader, &sink, NULL, fault);
	if (!err)
		err = epcis_reader_feed(reader, text, fault);
	if (!err)
		err = epcis_reader_end(reader, fault);
	if (!err) {
		struct epcis_head head = *epcis_reader_head(reader);
		head.may_lose = may_lose;
		err = epcis_writer_begin(&writer, form, &head, out, fault);
	}
	if (!err)
		err = epcis_writer_end(&writer, out, fault);
	epcis_reader_free(reader);
	return err;
}

/* Through that form and back to JSON-LD: the same as straight to JSON-LD. The prefix is what XML
 * writes for attributes of the document. */
static void check_way(struct tap *tap, const char *document, enum epcis_form form)
{
	struct buf straight, there, back;
	struct fault fault = {0};
	buf_init(&straight, WRITTEN_MAX);
	buf_init(&there, WRITTEN_MAX);
	buf_init(&back, WRITTEN_MAX);
	CHECK_ROW(!convert(span_text(document), EPCIS_JSON_LD, false, &straight, &fault), "%s",
		fault.text);
	CHECK_ROW(!convert(span_text(document), form, false, &there, &fault), "form %d: %s",
		(int)form, fault.text);
	CHECK_ROW(!convert(buf_span(&there), EPCIS_JSON_LD, false, &back, &fault), "form %d: %s",
		(int)form, fault.text);
	CHECK_ROW(span_equal(buf_span(&straight), buf_span(&back)), "form %d:\n%s\n%s", (int)form,
		buf_text(&straight), buf_text(&back));
	buf_close(&straight);
	buf_close(&there);
	buf_close(&back);
}

TEST(the_head_is_the_same_by_way_of_every_form)
{
	static const struct {
		const char *document;
		bool is_in_xml;
	} rows[] = {
		{FRONT MADE NO_EVENTS, true},
		{FRONT MADE ",\"a1:ward\":\"B2\",\"a1:shift\":\"night\"" NO_EVENTS, true},
		{FRONT MADE ",\"sender\":\"urn:s\",\"receiver\":\"urn:r\",\"instanceIdentifier\":"
			    "\"1\"" NO_EVENTS,
			false},
		{FRONT MADE ",\"id\":\"urn:d\"" NO_EVENTS, false},
		{FRONT MADE ",\"a1:many\":{\"a1:a\":[1,2,{}]}" NO_EVENTS, false},
		{FRONT MADE ",\"epcisHeader\":{\"a1:a\":{\"a1:b\":\"c\"},\"a1:d\":1}" NO_EVENTS,
			false},
		{FRONT MADE ",\"epcisHeader\":{\"epcisMasterData\":{" VOCABULARY "}}" NO_EVENTS,
			false},
		{CONTEXT "\"type\":\"EPCISQueryDocument\",\"schemaVersion\":\"2.0\"," MADE
			 ",\"epcisBody\":{\"queryResults\":{\"queryName\":\"q\",\"subscriptionID\":"
			 "\"s\",\"resultsBody\":{" VOCABULARY ",\"eventList\":[]}}}}",
			false},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		check_way(tap, rows[i].document, EPCIS_JSON_LD);
		check_way(tap, rows[i].document, EPCIS_CBOR);
		if (rows[i].is_in_xml)
			check_way(tap, rows[i].document, EPCIS_XML_2_0);
	}
}

TEST(xml_attributes_and_master_data_come_back_from_json)
{
	static const char xml[] =
		"<e:EPCISDocument xmlns:e=\"urn:epcglobal:epcis:xsd:2\" xmlns:q=\"urn:q\" "
		"xml:lang=\"en\" q:ward=\"B&amp;2\" schemaVersion=\"2.0\" "
		"creationDate=\"2026-11-20T09:00:00\"><EPCISHeader><extension><EPCISMasterData>"
		"<VocabularyList><Vocabulary type=\"urn:t\"><VocabularyElementList>"
		"<VocabularyElement id=\"urn:e\"><attribute id=\"urn:n\">7</attribute>"
		"<children><id>urn:c</id></children></VocabularyElement></VocabularyElementList>"
		"</Vocabulary></VocabularyList></EPCISMasterData></extension></EPCISHeader>"
		"<EPCISBody><EventList/></EPCISBody></e:EPCISDocument>";
	struct buf first, second, third;
	struct fault fault = {0};
	buf_init(&first, WRITTEN_MAX);
	buf_init(&second, WRITTEN_MAX);
	buf_init(&third, WRITTEN_MAX);
	CHECK_ROW(!convert(span_text(xml), EPCIS_XML_2_0, false, &first, &fault), "%s", fault.text);
	CHECK(strstr(buf_text(&first), "a1:ward=\"B&amp;2\"") &&
		strstr(buf_text(&first), "xml:lang=\"en\""));
	CHECK(strstr(buf_text(&first), "<children><id>urn:c</id>"));
	CHECK_ROW(!convert(buf_span(&first), EPCIS_JSON_LD, false, &second, &fault), "%s",
		fault.text);
	CHECK(strstr(buf_text(&second), "\"creationDate\":\"2026-11-20T09:00:00Z\""));
	CHECK_ROW(!convert(buf_span(&second), EPCIS_CBOR, false, &third, &fault), "%s", fault.text);
	CHECK_ROW(
		!convert(buf_span(&third), EPCIS_JSON_LD, false, &first, &fault), "%s", fault.text);
	CHECK_ROW(span_equal(buf_span(&first), buf_span(&second)), "%s\n%s", buf_text(&first),
		buf_text(&second));
	buf_close(&first);
	buf_close(&second);
	buf_close(&third);
}

TEST(what_xml_has_no_place_for_is_named_or_left_out)
{
	static const char *const documents[] = {
		FRONT MADE ",\"id\":\"urn:d\"" NO_EVENTS,
		FRONT MADE ",\"sender\":\"urn:s\"" NO_EVENTS,
		FRONT MADE ",\"epcisHeader\":{\"a1:a\":\"b\"}" NO_EVENTS,
	};
	struct buf out;
	struct fault fault = {0};
	buf_init(&out, WRITTEN_MAX);
	for (size_t i = 0; i < sizeof documents / sizeof documents[0]; i++) {
		struct span text = span_text(documents[i]);
		CHECK_ROW(convert(text, EPCIS_XML_2_0, false, &out, &fault) == ERR_RANGE,
			"row %zu: %s", i, buf_text(&out));
		CHECK_ROW(!convert(text, EPCIS_XML_2_0, true, &out, &fault), "row %zu: %s", i,
			fault.text);
	}
	struct span tree = span_text(FRONT MADE ",\"a1:a\":{\"a1:b\":\"c\"}" NO_EVENTS);
	CHECK(convert(tree, EPCIS_XML_2_0, false, &out, &fault) == ERR_RANGE);
	CHECK_ROW(strstr(fault.text, "attributes only"), "%s", fault.text);
	buf_close(&out);
}

TEST(a_reader_tells_head_and_count_in_each_form)
{
	static const char json[] = FRONT MADE
		",\"epcisBody\":{\"eventList\":[{\"type\":\"ObjectEvent\",\"eventTime\":"
		"\"2026-11-20T09:00:00Z\",\"eventTimeZoneOffset\":\"+00:00\",\"epcList\":"
		"[\"urn:a\"],\"action\":\"OBSERVE\"}]}}";
	struct buf cbor;
	struct fault fault = {0};
	struct epcis_sink sink = {NULL, on_event};
	struct epcis_reader *reader;
	buf_init(&cbor, WRITTEN_MAX);
	NEED(epcis_reader_open(&reader, &sink, NULL, &fault) == OK);
	CHECK(!epcis_reader_head(reader) && epcis_reader_count(reader) == 0);
	CHECK(epcis_reader_end(reader, &fault) != OK);
	epcis_reader_free(reader);
	NEED(epcis_reader_open(&reader, &sink, NULL, &fault) == OK);
	CHECK_ROW(!epcis_reader_feed(reader, span_text(json), &fault), "%s", fault.text);
	CHECK(!epcis_reader_end(reader, &fault) && epcis_reader_count(reader) == 1);
	CHECK(epcis_reader_head(reader)->form == EPCIS_JSON_LD);
	epcis_reader_free(reader);
	NEED(convert(span_text(FRONT MADE NO_EVENTS), EPCIS_CBOR, false, &cbor, &fault) == OK);
	NEED(epcis_reader_open(&reader, &sink, NULL, &fault) == OK);
	CHECK(!epcis_reader_feed(reader, buf_span(&cbor), &fault));
	CHECK(!epcis_reader_end(reader, &fault) && epcis_reader_count(reader) == 0);
	CHECK(span_is(epcis_reader_head(reader)->schema_version, "2.0"));
	epcis_reader_free(reader);
	epcis_reader_free(NULL);
	buf_close(&cbor);
}

TAP_MAIN(CASE(the_head_is_the_same_by_way_of_every_form),
	CASE(xml_attributes_and_master_data_come_back_from_json),
	CASE(what_xml_has_no_place_for_is_named_or_left_out),
	CASE(a_reader_tells_head_and_count_in_each_form))
