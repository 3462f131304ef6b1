#include "appliance/view/document.h"
#include "tests/tap.h"

#define HEAD                                                                                       \
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"                                             \
	"<epcis:EPCISDocument xmlns:epcis=\"urn:epcglobal:epcis:xsd:2\" "                          \
	"xmlns:cbvmda=\"urn:epcglobal:cbv:mda:\" schemaVersion=\"2.0\" "                           \
	"creationDate=\"2026-11-20T09:00:00Z\"><EPCISBody><EventList>\n"
#define TAIL "</EventList></EPCISBody></epcis:EPCISDocument>\n"

#define PACK(serial) "<epc>https://id.gs1.org/01/05012345678900/21/" serial "</epc>"
#define TIMES(time)                                                                                \
	"<eventTime>" time "</eventTime><eventTimeZoneOffset>+00:00</eventTimeZoneOffset>"
#define OBJECT(time, epcs, rest)                                                                   \
	"<ObjectEvent>" TIMES(                                                                     \
		time) "<epcList>" epcs "</epcList><action>ADD</action>"                            \
		      "<bizStep>urn:epcglobal:cbv:bizstep:commissioning</bizStep>" rest            \
		      "</ObjectEvent>\n"
#define ILMD(lot, expiry)                                                                          \
	"<ilmd><cbvmda:lotNumber>" lot "</cbvmda:lotNumber>"                                       \
	"<cbvmda:itemExpirationDate>" expiry "</cbvmda:itemExpirationDate></ilmd>"

static struct span epc_text(const struct document *document, size_t event, size_t k)
{
	const struct document_event *found = document_event(document, event);
	return document_epc_text(document, document_epc(document, found->epc_first + k));
}

TEST(events_come_in_order_of_time_then_of_the_document)
{
	static const char text[] =
		HEAD OBJECT("2026-11-20T08:00:02Z", PACK("C"), ILMD("L1", "2028-03-31"))
			OBJECT("2026-11-20T08:00:01Z", PACK("A"), ILMD("L1", "2028-03-31")) OBJECT(
				"2026-11-20T08:00:02Z", PACK("D"), ILMD("L1", "2028-03-31"))
				OBJECT("2026-11-20T08:00:01Z", PACK("B"), ILMD("L1", "2028-03-31"))
					TAIL;
	static const char *const serials[] = {"A", "B", "C", "D"};
	struct document document;
	struct fault fault = {0};
	CHECK_ROW(document_read(&document, span_text(text), &fault) == OK, "%s", fault.text);
	CHECK(document.count == 4);
	for (size_t i = 0; i < document.count && i < 4; i++) {
		const struct document_event *event = document_event(&document, i);
		const struct document_epc *epc = document_epc(&document, event->epc_first);
		CHECK_ROW(!strcmp(epc->extension, serials[i]), "%zu: %s", i, epc->extension);
	}
	document_close(&document);
}

#define EXTENSION "<extension>" ILMD("L1", "2028-03-31") "</extension>"
#define TAIL_1    "</EventList></EPCISBody></e:EPCISDocument>"

TEST(every_form_of_a_document_is_taken_and_tells_the_same)
{
	static const char *const texts[] = {
		HEAD OBJECT("2026-11-20T08:00:00Z", PACK("A"), ILMD("L1", "2028-03-31")) TAIL,
		"<e:EPCISDocument xmlns:e='urn:epcglobal:epcis:xsd:1' schemaVersion='1.2' "
		"xmlns:cbvmda='urn:epcglobal:cbv:mda' creationDate='2026-11-20T09:00:00Z'>"
		"<EPCISBody><EventList>" OBJECT("2026-11-20T08:00:00Z", PACK("A"), EXTENSION)
			TAIL_1,
		"{\"@context\":\"https://ref.gs1.org/standards/epcis/epcis-context.jsonld\","
		"\"type\":\"ObjectEvent\",\"eventTime\":\"2026-11-20T08:00:00Z\","
		"\"eventTimeZoneOffset\":\"+00:00\",\"action\":\"ADD\",\"bizStep\":"
		"\"commissioning\",\"epcList\":[\"https://id.gs1.org/01/05012345678900/21/A\"],"
		"\"ilmd\":{\"cbvmda:lotNumber\":\"L1\",\"cbvmda:itemExpirationDate\":"
		"\"2028-03-31\"}}"};
	uint8_t first[HASH_SIZE];
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct document document;
		struct fault fault = {0};
		CHECK_ROW(document_read(&document, span_text(texts[i]), &fault) == OK, "%zu: %s", i,
			fault.text);
		if (document.count == 1) {
			const struct document_event *event = document_event(&document, 0);
			if (i == 0)
				memcpy(first, event->identity.hash, HASH_SIZE);
			CHECK_ROW(!memcmp(first, event->identity.hash, HASH_SIZE), "%zu", i);
			CHECK(!strcmp(event->lot, "L1") && !strcmp(event->expiry, "280331"));
		} else {
			CHECK_ROW(false, "%zu: %zu events", i, document.count);
		}
		document_close(&document);
	}
}

TEST(a_question_is_no_document_to_capture)
{
	struct document document;
	struct fault fault = {0};
	CHECK(document_read(&document, span_text("{\"eventType\":[\"ObjectEvent\"]}"), &fault) ==
		ERR_FORMAT);
	CHECK(strstr(fault.text, "capture takes events"));
	document_close(&document);
}

TEST(a_pack_has_its_lot_and_expiry_from_the_ilmd)
{
	static const char text[] = HEAD OBJECT("2026-11-20T08:00:00Z",
		"<epc>urn:epc:id:sgtin:5012345.067890.S%2F1</epc>" PACK("S2"),
		ILMD("LOT/7", "2028-02-29+01:00")) TAIL;
	struct document document;
	struct fault fault = {0};
	NEED(document_read(&document, span_text(text), &fault) == OK);
	const struct document_event *event = document_event(&document, 0);
	CHECK(event->step == CBV_STEP_COMMISSIONING && event->action == EPCIS_ADD);
	CHECK(!strcmp(event->lot, "LOT/7") && !strcmp(event->expiry, "280229"));
	CHECK(event->epc_count == 2 && event->class_count == 0 && !event->has_parent);
	const struct document_epc *epc = document_epc(&document, event->epc_first);
	CHECK(epc->kind == GS1_EPC_PACK && !strcmp(epc->key, "05012345678900") &&
		!strcmp(epc->extension, "S/1"));
	CHECK(span_is(epc_text(&document, 0, 0), "https://id.gs1.org/01/05012345678900/21/S%2F1"));
	CHECK(event->json_size > 100 && document_json(&document, event).at[0] == '{');
	document_close(&document);
}

#define PACKING                                                                                    \
	"<action>ADD</action><bizStep>urn:epcglobal:cbv:bizstep:packing</bizStep>"                 \
	"<childQuantityList><quantityElement><epcClass>"                                           \
	"urn:epc:class:lgtin:5012345.067890.L9</epcClass><quantity>3</quantity>"                   \
	"</quantityElement></childQuantityList>"
#define AGGREGATION(parent, children)                                                              \
	HEAD "<AggregationEvent>" TIMES("2026-11-20T08:00:00Z") "<parentID>" parent "</parentID>"  \
								"<childEPCs>" children             \
								"</childEPCs>" PACKING             \
								"</AggregationEvent>" TAIL

TEST(an_aggregation_names_the_parent_first_and_classes_last)
{
	static const char text[] =
		AGGREGATION("urn:epc:id:sscc:5012345.0000000001", PACK("S1") PACK("S2"));
	struct document document;
	struct fault fault = {0};
	CHECK_ROW(document_read(&document, span_text(text), &fault) == OK, "%s", fault.text);
	NEED(document.count == 1);
	const struct document_event *event = document_event(&document, 0);
	CHECK(event->has_parent && event->epc_count == 4 && event->class_count == 1);
	CHECK(document_epc(&document, event->epc_first)->kind == GS1_EPC_LOGISTIC);
	CHECK(document_epc(&document, event->epc_first + 3)->kind == GS1_EPC_LOT);
	document_close(&document);
}

#define SHIPPING(parties)                                                                          \
	HEAD "<ObjectEvent>" TIMES("2026-11-20T08:00:00Z") "<epcList>" PACK(                       \
		"S1") "</epcList><action>OBSERVE</action>"                                         \
		      "<bizStep>urn:epcglobal:cbv:bizstep:shipping</bizStep>" parties              \
		      "</ObjectEvent>" TAIL
#define TO(type, gln)                                                                              \
	"<destination type=\"urn:epcglobal:cbv:sdt:" type "\">https://id.gs1.org/414/" gln         \
	"</destination>"
#define LIST(to) "<destinationList>" to "</destinationList>"

TEST(a_shipment_goes_to_the_place_then_to_the_holder_then_to_the_owner)
{
	static const struct {
		const char *text;
		const char *gln;
	} rows[] = {
		{SHIPPING(""), ""},
		{SHIPPING(LIST(TO("owning_party", "5012345000008"))), "5012345000008"},
		{SHIPPING(LIST(TO("owning_party", "5012345000008")
				 TO("possessing_party", "5098765000002"))),
			"5098765000002"},
		{SHIPPING(LIST(
			 TO("possessing_party", "5098765000002") TO("location", "5011111000006"))),
			"5011111000006"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct document document;
		struct fault fault = {0};
		enum err err = document_read(&document, span_text(rows[i].text), &fault);
		CHECK_ROW(err == OK, "%zu: %s", i, fault.text);
		if (!err)
			CHECK_ROW(!strcmp(document_event(&document, 0)->destination, rows[i].gln),
				"%zu: %s", i, document_event(&document, 0)->destination);
		document_close(&document);
	}
}

TEST(refuses_what_medicines_cannot_use_and_names_the_line)
{
	static const struct {
		const char *name;
		const char *text;
		enum err err;
		size_t line;
		const char *word;
	} rows[] = {
		{"a lot that is too long",
			HEAD OBJECT("2026-11-20T08:00:00Z", PACK("A"),
				ILMD("123456789012345678901", "2028-03-31")) TAIL,
			ERR_RANGE, 3, "lot number"},
		{"a day that is none",
			HEAD OBJECT("2026-11-20T08:00:00Z", PACK("A"), ILMD("L", "2028-02-30"))
				TAIL,
			ERR_RANGE, 3, "itemExpirationDate"},
		{"another century",
			HEAD OBJECT("2026-11-20T08:00:00Z", PACK("A"), ILMD("L", "2128-02-28"))
				TAIL,
			ERR_RANGE, 3, "century"},
		{"a crate",
			HEAD OBJECT("2026-11-20T08:00:00Z",
				"<epc>urn:epc:id:grai:5012345.00001.7</epc>",
				ILMD("L", "2028-03-31")) TAIL,
			ERR_RANGE, 3, "EPC"},
		{"a wrong check digit",
			HEAD OBJECT("2026-11-20T08:00:00Z",
				"<epc>https://id.gs1.org/01/05012345678901/21/A</epc>",
				ILMD("L", "2028-03-31")) TAIL,
			ERR_RANGE, 3, "check digit"},
		{"the second event",
			HEAD OBJECT("2026-11-20T08:00:00Z", PACK("A"), ILMD("L", "2028-03-31"))
				OBJECT("2026-11-20T08:00:00Z", PACK("B"), ILMD("L", "never")) TAIL,
			ERR_RANGE, 4, "itemExpirationDate"},
		{"cut off", HEAD, ERR_FORMAT, 2, "cut off"},
		{"nothing", "", ERR_FORMAT, 0, "empty"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct document document;
		struct fault fault = {0};
		enum err err = document_read(&document, span_text(rows[i].text), &fault);
		CHECK_ROW(err == rows[i].err, "%s: %d: %s", rows[i].name, err, fault.text);
		CHECK_ROW(!rows[i].line || fault.at == rows[i].line, "%s: line %zu", rows[i].name,
			fault.at);
		CHECK_ROW(strstr(fault.text, rows[i].word) != NULL, "%s: %s", rows[i].name,
			fault.text);
		document_close(&document);
	}
}

TAP_MAIN(CASE(events_come_in_order_of_time_then_of_the_document),
	CASE(every_form_of_a_document_is_taken_and_tells_the_same),
	CASE(a_question_is_no_document_to_capture),
	CASE(a_pack_has_its_lot_and_expiry_from_the_ilmd),
	CASE(an_aggregation_names_the_parent_first_and_classes_last),
	CASE(a_shipment_goes_to_the_place_then_to_the_holder_then_to_the_owner),
	CASE(refuses_what_medicines_cannot_use_and_names_the_line))
