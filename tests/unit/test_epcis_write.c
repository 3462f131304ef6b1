#include "gs1/epcis/hash.h"
#include "gs1/epcis/json_write.h"
#include "gs1/epcis/xml_write.h"
#include "tests/tap.h"
#include "tests/unit/epcis_set.h"

#include <dirent.h>

#define EVENTS_MAX  64
#define WRITTEN_MAX ((size_t)8 << 20)
#define EPC         "https://id.gs1.org/01/05012345123455/21/SN1"
#define TIME        1795166130123 /* 2026-11-20T09:15:30.123Z */

/* Writes what is read, and keeps the hashes. */
struct copy {
	struct buf xml;
	struct buf json;
	enum err err;
	struct fault fault;
	size_t count;
	uint8_t hashes[EVENTS_MAX][HASH_SIZE];
};

static enum err copy_event(void *self, const struct epcis_event *event, struct fault *fault)
{
	struct copy *copy = self;
	if (copy->count == EVENTS_MAX)
		return ERR_LIMIT;
	enum err err = epcis_hash(event, EPCIS_HASH_ONE_NAME, copy->hashes[copy->count++], fault);
	if (!copy->err)
		copy->err = epcis_xml_put_event(&copy->xml, event, &copy->fault);
	buf_reset(&copy->json);
	if (!copy->err)
		copy->err = epcis_json_put_event(&copy->json, event, &copy->fault);
	json_t *json = json_loadb(
		(const char *)copy->json.at, copy->json.size, JSON_REJECT_DUPLICATES, NULL);
	if (!json && !copy->err)
		copy->err = fault_set(&copy->fault, ERR_FORMAT, 0, 0, "not JSON");
	json_decref(json);
	return err;
}

static void copy_close(struct copy *copy)
{
	buf_close(&copy->xml);
	buf_close(&copy->json);
}

static enum err copy_document(struct copy *copy, struct span text, struct fault *fault)
{
	*copy = (struct copy){0};
	buf_init(&copy->xml, WRITTEN_MAX);
	buf_init(&copy->json, WRITTEN_MAX);
	epcis_xml_put_head(&copy->xml, TIME);
	enum err err = document_read(text, 0, &(struct epcis_sink){copy, copy_event}, NULL, fault);
	epcis_xml_put_tail(&copy->xml);
	return err;
}

/* Reads, writes, reads that, writes again: same hashes, and the second writing is the first. */
static void check_round(struct tap *tap, const char *name, struct span text)
{
	struct copy first;
	struct copy second;
	struct fault fault = {0};
	if (copy_document(&first, text, &fault)) {
		copy_close(&first);
		return;
	}
	CHECK_ROW(!first.err, "%s: %s", name, first.fault.text);
	CHECK_ROW(copy_document(&second, buf_span(&first.xml), &fault) == OK, "%s: %s", name,
		fault.text);
	CHECK_ROW(first.count == second.count &&
			  !memcmp(first.hashes, second.hashes, first.count * HASH_SIZE),
		"%s: %zu and %zu events", name, first.count, second.count);
	CHECK_ROW(span_equal(buf_span(&first.xml), buf_span(&second.xml)), "%s", name);
	CHECK_ROW(span_equal(buf_span(&first.json), buf_span(&second.json)), "%s:\n# %s\n# %s",
		name, buf_text(&first.json), buf_text(&second.json));
	copy_close(&first);
	copy_close(&second);
}

TEST(what_is_written_reads_back_to_the_same_event)
{
	static const char *const names[] = {"commission.xml", "move.xml", "rest.xml"};
	for (size_t i = 0; i < 3; i++) {
		struct span text = document_file(OWN, names[i]);
		struct buf own;
		NEED(text.size);
		buf_init(&own, DOCUMENT_MAX);
		buf_put(&own, text);
		check_round(tap, names[i], buf_span(&own));
		buf_close(&own);
	}
}

static size_t check_folder(struct tap *tap, const char *folder)
{
	size_t count = 0;
	DIR *files = opendir(folder);
	if (!files)
		return 0;
	for (const struct dirent *file = readdir(files); file; file = readdir(files)) {
		if (!strstr(file->d_name, ".xml"))
			continue;
		check_round(tap, file->d_name, document_file(folder, file->d_name));
		count++;
	}
	(void)closedir(files);
	return count;
}

TEST(published_documents_survive_writing)
{
	size_t count = check_folder(tap,
			       SHARED "openepcis_test_resources/2.0/EPCIS/XML/Capture/Documents/") +
		       check_folder(tap,
			       SHARED "openepcis_test_resources/2.0/EPCIS/XML/Query/Documents/") +
		       check_folder(tap, SHARED "event_hash_reference/") +
		       check_folder(tap, SHARED "event_hash_pharma_generated/");
	if (!count)
		SKIP("openepcis_test_resources, event_hash_* are not beside the repository");
	CHECK(count > 80);
}

static struct span text_of(const char *text)
{
	return text ? span_text(text) : (struct span){0};
}

/* A commissioning event as the demo makes it. */
static struct epcis_event commissioning(void)
{
	static const struct span epcs[1] = {{(const uint8_t *)EPC, sizeof EPC - 1}};
	static struct epcis_node expiry;
	static struct epcis_node lot;
	expiry = (struct epcis_node){.space = span_text(EPCIS_MASTER_DATA),
		.prefix = span_text("cbvmda"),
		.name = span_text("itemExpirationDate"),
		.value = span_text("2028-03-31")};
	lot = (struct epcis_node){.space = span_text(EPCIS_MASTER_DATA),
		.prefix = span_text("cbvmda"),
		.name = span_text("lotNumber"),
		.value = span_text("A<1>&\"2\""),
		.next = &expiry};
	return (struct epcis_event){.type = EPCIS_OBJECT_EVENT,
		.event_time_ms = TIME,
		.time_zone_offset = 60,
		.action = EPCIS_ADD,
		.biz_step = text_of("commissioning"),
		.disposition = text_of("urn:epcglobal:cbv:disp:active"),
		.epc_list = {epcs, 1},
		.read_point = {.id = text_of("https://id.gs1.org/414/5012345000015")},
		.ilmd = &lot};
}

TEST(an_event_made_by_hand_is_written_in_both_forms)
{
	struct epcis_event event = commissioning();
	struct fault fault = {0};
	struct buf out;
	buf_init(&out, WRITTEN_MAX);
	CHECK(epcis_xml_put_event(&out, &event, &fault) == OK);
	CHECK(span_is(buf_span(&out),
		"<ObjectEvent xmlns:cbvmda=\"urn:epcglobal:cbv:mda:\">\n"
		"<eventTime>2026-11-20T09:15:30.123Z</eventTime>\n"
		"<eventTimeZoneOffset>+01:00</eventTimeZoneOffset>\n"
		"<epcList>\n<epc>" EPC "</epc>\n</epcList>\n"
		"<action>ADD</action>\n"
		"<bizStep>https://ref.gs1.org/cbv/BizStep-commissioning</bizStep>\n"
		"<disposition>urn:epcglobal:cbv:disp:active</disposition>\n"
		"<readPoint>\n<id>https://id.gs1.org/414/5012345000015</id>\n</readPoint>\n"
		"<ilmd>\n<cbvmda:lotNumber>A&lt;1&gt;&amp;\"2\"</cbvmda:lotNumber>\n"
		"<cbvmda:itemExpirationDate>2028-03-31</cbvmda:itemExpirationDate>\n</ilmd>\n"
		"</ObjectEvent>\n"));
	buf_reset(&out);
	CHECK(epcis_json_put_event(&out, &event, &fault) == OK);
	CHECK(span_is(buf_span(&out),
		"{\"@context\":[\"" EPCIS_CONTEXT
		"\",{\"cbvmda\":\"urn:epcglobal:cbv:mda:\"}],\"type\":\"ObjectEvent\","
		"\"eventTime\":\"2026-11-20T09:15:30.123Z\",\"eventTimeZoneOffset\":\"+01:00\","
		"\"epcList\":[\"" EPC "\"],\"action\":\"ADD\",\"bizStep\":\"commissioning\","
		"\"disposition\":\"active\","
		"\"readPoint\":{\"id\":\"https://id.gs1.org/414/5012345000015\"},"
		"\"ilmd\":{\"cbvmda:itemExpirationDate\":\"2028-03-31\","
		"\"cbvmda:lotNumber\":\"A<1>&\\\"2\\\"\"}}"));
	buf_close(&out);
}

/* One mistake each; the fault names the field. */
static void spoil(struct epcis_event *event, int row)
{
	static struct epcis_node node;
	static const struct span bad[] = {{(const uint8_t *)"a b", 3}};
	static const struct epcis_quantity quantity = {
		.epc_class = {(const uint8_t *)"urn:a", 5}, .quantity = {(const uint8_t *)"x", 1}};
	node = (struct epcis_node){.space = text_of("urn:x"), .name = text_of("n")};
	switch (row) {
	case 0: event->action = EPCIS_NO_ACTION; break;
	case 1: event->parent_id = text_of("urn:p"); break;
	case 2: event->biz_step = text_of(""); break;
	case 3: event->epc_list = (struct epcis_texts){bad, 1}; break;
	case 4: event->quantity_list = (struct epcis_quantities){&quantity, 1}; break;
	case 5: event->event_time_ms = INT64_C(1) << 60; break;
	case 6: event->event_id = text_of("urn:\x01"); break;
	case 7: event->event_id = text_of("urn:\xff"); break;
	case 8: event->type = EPCIS_TRANSFORMATION_EVENT; break;
	case 9:
		node.space = (struct span){0};
		event->extensions = &node;
		break;
	case 10:
		node.space = text_of("urn:epcglobal:epcis:xsd:2");
		event->extensions = &node;
		break;
	case 11:
		node.name = text_of("a b");
		event->extensions = &node;
		break;
	case 12:
		node.value = text_of("\x0c");
		event->extensions = &node;
		break;
	default: break;
	}
}

TEST(an_event_that_no_reader_would_take_is_not_written)
{
	static const char *const names[] = {"<action> is missing", "<parentID> has no place",
		"<bizStep>", "<epc>", "<quantity>", "<eventTime>", "<eventID>", "<eventID>",
		"<epcList> has no place", "<extension>", "<extension>", "<extension>",
		"<extension>"};
	for (int row = 0; row < (int)(sizeof names / sizeof names[0]); row++) {
		struct epcis_event event = commissioning();
		struct fault fault = {0};
		struct buf out;
		spoil(&event, row);
		buf_init(&out, WRITTEN_MAX);
		buf_put_text(&out, "before");
		CHECK_ROW(epcis_xml_put_event(&out, &event, &fault) == ERR_RANGE, "row %d", row);
		CHECK_ROW(strstr(fault.text, names[row]), "row %d: %s", row, fault.text);
		CHECK_ROW(span_is(buf_span(&out), "before"), "row %d", row);
		buf_close(&out);
	}
}

TEST(json_leaves_out_nothing_silently)
{
	struct fault fault = {0};
	struct epcis_event event = commissioning();
	struct buf out;
	buf_init(&out, WRITTEN_MAX);
	spoil(&event, 1);
	CHECK(epcis_json_put_event(&out, &event, &fault) == ERR_RANGE);
	CHECK(strstr(fault.text, "parentID has no place") && out.size == 0);
	event = commissioning();
	spoil(&event, 7);
	CHECK(epcis_json_put_event(&out, &event, &fault) == ERR_RANGE);
	CHECK(strstr(fault.text, "eventID is not UTF-8") && out.size == 0);
	buf_close(&out);
}

TEST(a_full_buffer_is_an_error_and_takes_nothing_of_the_event)
{
	struct epcis_event event = commissioning();
	struct fault fault = {0};
	uint8_t memory[2048];
	struct buf whole;
	buf_over(&whole, memory, sizeof memory);
	CHECK(epcis_xml_put_event(&whole, &event, &fault) == OK);
	for (size_t room = 0; room < whole.size; room += 13) {
		uint8_t little[2048];
		struct buf out;
		buf_over(&out, little, room);
		CHECK_ROW(epcis_xml_put_event(&out, &event, &fault) == ERR_LIMIT, "%zu", room);
		CHECK_ROW(out.size == 0, "%zu", room);
		buf_over(&out, little, room / 2);
		CHECK_ROW(epcis_json_put_event(&out, &event, &fault) == ERR_LIMIT, "%zu", room);
		CHECK_ROW(out.size == 0, "%zu", room);
	}
}

TEST(prefixes_are_kept_where_they_can_be_and_made_where_not)
{
	/* Taken twice, a term of the JSON-LD context, not usable, and one without. */
	struct epcis_node nodes[] = {
		{.space = text_of("urn:a:"), .prefix = text_of("x"), .name = text_of("n")},
		{.space = text_of("urn:b:"), .prefix = text_of("x"), .name = text_of("n")},
		{.space = text_of("urn:c:"), .prefix = text_of("action"), .name = text_of("n")},
		{.space = text_of("urn:d:"), .prefix = text_of("xmlish"), .name = text_of("n")},
		{.space = text_of("urn:e"), .name = text_of("n")},
		{.space = text_of("urn:a:"),
			.prefix = text_of("y"),
			.name = text_of("n"),
			.value = text_of("2")},
	};
	struct epcis_event event = commissioning();
	struct fault fault = {0};
	struct buf out;
	buf_init(&out, WRITTEN_MAX);
	for (size_t i = 0; i + 1 < sizeof nodes / sizeof nodes[0]; i++)
		nodes[i].next = &nodes[i + 1];
	event.ilmd = NULL;
	event.extensions = nodes;
	CHECK(epcis_xml_put_event(&out, &event, &fault) == OK);
	CHECK(strstr(buf_text(&out),
		"<ObjectEvent xmlns:x=\"urn:a:\" xmlns:ns2=\"urn:b:\" xmlns:action=\"urn:c:\" "
		"xmlns:ns4=\"urn:d:\" xmlns:ns5=\"urn:e\">"));
	buf_reset(&out);
	CHECK(epcis_json_put_event(&out, &event, &fault) == OK);
	CHECK(strstr(buf_text(&out),
		"{\"x\":\"urn:a:\",\"ns2\":\"urn:b:\",\"ns3\":\"urn:c:\",\"ns4\":\"urn:d:\","
		"\"ns5\":{\"@id\":\"urn:e\",\"@prefix\":true}}"));
	CHECK(strstr(buf_text(&out), "\"x:n\":[\"\",\"2\"],\"ns2:n\":\"\""));
	buf_close(&out);
}

/* A document with as many namespaces as there are levels, and more. */
TEST(namespaces_and_levels_have_a_limit)
{
	static char spaces[70][16];
	struct epcis_node nodes[70] = {0};
	struct epcis_event event = commissioning();
	struct fault fault = {0};
	struct buf out;
	buf_init(&out, WRITTEN_MAX);
	for (size_t i = 0; i < 70; i++) {
		(void)snprintf(spaces[i], sizeof spaces[i], "urn:%zu:", i);
		nodes[i].space = text_of(spaces[i]);
		nodes[i].name = text_of("n");
		nodes[i].next = i ? &nodes[i - 1] : NULL;
	}
	event.ilmd = NULL;
	event.extensions = &nodes[63];
	CHECK(epcis_xml_put_event(&out, &event, &fault) == OK);
	event.extensions = &nodes[64];
	CHECK(epcis_xml_put_event(&out, &event, &fault) == ERR_LIMIT);
	CHECK(epcis_json_put_event(&out, &event, &fault) == ERR_LIMIT);
	for (size_t i = 0; i < 70; i++) {
		nodes[i].space = text_of(spaces[0]);
		nodes[i].next = NULL;
		nodes[i].children = i ? &nodes[i - 1] : NULL;
	}
	event.extensions = &nodes[69];
	CHECK(epcis_xml_put_event(&out, &event, &fault) == ERR_LIMIT);
	CHECK(epcis_json_put_event(&out, &event, &fault) == ERR_LIMIT);
	CHECK(strstr(fault.text, "deep"));
	buf_close(&out);
}

TAP_MAIN(CASE(what_is_written_reads_back_to_the_same_event),
	CASE(published_documents_survive_writing),
	CASE(an_event_made_by_hand_is_written_in_both_forms),
	CASE(an_event_that_no_reader_would_take_is_not_written),
	CASE(json_leaves_out_nothing_silently),
	CASE(a_full_buffer_is_an_error_and_takes_nothing_of_the_event),
	CASE(prefixes_are_kept_where_they_can_be_and_made_where_not),
	CASE(namespaces_and_levels_have_a_limit))
