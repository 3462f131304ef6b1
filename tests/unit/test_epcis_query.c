#include "gs1/epcis/query.h"
#include "gs1/epcis/read.h"
#include "tests/tap.h"
#include "tests/unit/epcis_set.h"

#define VALUES_MAX 4

/* One event with a value in nearly every field. */
static const char document[] =
	"{\"@context\":[\"https://ref.gs1.org/standards/epcis/epcis-context.jsonld\","
	"{\"ex\":\"https://ex.example/\"}],\"type\":\"EPCISDocument\",\"schemaVersion\":\"2.0\","
	"\"creationDate\":\"2026-11-20T09:00:00Z\",\"epcisBody\":{\"eventList\":[{"
	"\"type\":\"ObjectEvent\",\"eventTime\":\"2026-11-20T09:00:00Z\",\"eventTimeZoneOffset\":"
	"\"+00:00\",\"recordTime\":\"2026-11-20T09:00:05Z\",\"eventID\":\"urn:uuid:1\","
	"\"errorDeclaration\":{\"declarationTime\":\"2026-11-21T09:00:00Z\",\"reason\":"
	"\"incorrect_data\",\"correctiveEventIDs\":[\"urn:uuid:2\"],\"ex:why\":\"typed wrong\"},"
	"\"epcList\":[\"urn:epc:id:sgtin:5012345.012345.SN1\","
	"\"https://id.gs1.org/01/05012345123455/21/SN2\"],\"action\":\"ADD\","
	"\"bizStep\":\"commissioning\",\"disposition\":\"active\",\"persistentDisposition\":"
	"{\"set\":[\"completeness_verified\"],\"unset\":[\"recalled\"]},"
	"\"readPoint\":{\"id\":\"urn:epc:id:sgln:5012345.00001.0\",\"ex:door\":7},"
	"\"bizLocation\":{\"id\":\"https://id.gs1.org/414/5012345000015\"},"
	"\"bizTransactionList\":[{\"type\":\"po\",\"bizTransaction\":\"urn:po:1\"}],"
	"\"quantityList\":[{\"epcClass\":\"urn:epc:class:lgtin:5012345.012345.L1\",\"quantity\":"
	"12.50,\"uom\":\"KGM\"}],\"sourceList\":[{\"type\":\"location\",\"source\":"
	"\"urn:epc:id:sgln:5012345.00001.0\"}],\"sensorElementList\":[{\"sensorMetadata\":"
	"{\"time\":\"2026-11-20T08:00:00Z\",\"deviceID\":\"urn:dev:1\",\"ex:gain\":\"3\"},"
	"\"sensorReport\":[{\"type\":\"Temperature\",\"value\":4.5,\"uom\":\"CEL\",\"sDev\":0.5,"
	"\"booleanValue\":true,\"stringValue\":\"cold\"}]}],\"ilmd\":{\"cbvmda:lotNumber\":\"L1\","
	"\"ex:outer\":{\"ex:dose\":\"5\"}},\"ex:ward\":\"B2\",\"ex:age\":30,\"ex:seen\":"
	"\"2026-11-19T00:00:00Z\"}]}}";

struct asked {
	const struct epcis_query *query;
	const struct epcis_knowledge *knowledge;
	bool is_match;
};

static enum err on_event(void *self, const struct epcis_event *event, struct fault *fault)
{
	struct asked *asked = self;
	(void)fault;
	asked->is_match = epcis_query_match(asked->query, event, asked->knowledge);
	return OK;
}

static bool is_within(void *self, struct span place, struct span outer)
{
	(void)self;
	return span_is(place, "urn:epc:id:sgln:5012345.00001.0") && span_is(outer, "urn:site:1");
}

static struct span attribute(void *self, struct span id, struct span name)
{
	(void)self;
	(void)id;
	return span_is(name, "urn:attr:kind") ? span_text("ward") : (struct span){0};
}

struct row {
	const char *name;
	const char *values[VALUES_MAX];
	bool is_match;
};

static const struct row rows[] = {
	{"eventType", {"ObjectEvent"}, true},
	{"eventType", {"AggregationEvent", "TransactionEvent"}, false},
	{"GE_eventTime", {"2026-11-20T10:00:00+01:00"}, true},
	{"LT_eventTime", {"2026-11-20T09:00:00Z"}, false},
	{"GE_recordTime", {"2026-11-20T09:00:06Z"}, false},
	{"LT_recordTime", {"2026-11-20T09:00:06Z"}, true},
	{"EQ_action", {"OBSERVE", "ADD"}, true},
	{"EQ_action", {"DELETE"}, false},
	{"EQ_bizStep", {"urn:epcglobal:cbv:bizstep:commissioning"}, true},
	{"EQ_bizStep", {"https://ref.gs1.org/cbv/BizStep-commissioning"}, true},
	{"EQ_bizStep", {"shipping"}, false},
	{"EQ_disposition", {"active"}, true},
	{"EQ_persistentDisposition_set", {"completeness_verified"}, true},
	{"EQ_persistentDisposition_set", {"recalled"}, false},
	{"EQ_persistentDisposition_unset", {"recalled"}, true},
	{"EQ_readPoint", {"https://example.org/414/5012345000015"}, true},
	{"EQ_readPoint", {"urn:site:1"}, false},
	{"WD_readPoint", {"urn:site:1"}, true},
	{"WD_bizLocation", {"urn:site:1"}, false},
	{"EQ_bizLocation", {"urn:epc:id:sgln:5012345.00001.0"}, true},
	{"EQ_transformationID", {"urn:t"}, false},
	{"MATCH_epc", {"https://id.gs1.org/01/05012345123455/21/SN1"}, true},
	{"MATCH_epc", {"urn:epc:id:sgtin:5012345.012345.SN2"}, true},
	{"MATCH_epc", {"urn:epc:id:sgtin:5012345.012345.SN3"}, false},
	{"MATCH_epc", {"urn:epc:idpat:sgtin:5012345.012345.*"}, true},
	{"MATCH_epc", {"urn:epc:idpat:sgtin:5012345.099999.*"}, false},
	{"MATCH_epc", {"urn:epc:idpat:sgtin:5012345.*.*"}, true},
	{"MATCH_epc", {"urn:epc:idpat:sgtin:5012346.*.*"}, false},
	{"MATCH_epc", {"urn:epc:idpat:sgtin:*.*.*"}, true},
	{"MATCH_epc", {"urn:epc:idpat:sscc:*.*"}, false},
	{"MATCH_anyEPC", {"urn:epc:id:sgtin:5012345.012345.SN1"}, true},
	{"MATCH_parentID", {"urn:epc:id:sgtin:5012345.012345.SN1"}, false},
	{"MATCH_inputEPC", {"urn:epc:id:sgtin:5012345.012345.SN1"}, false},
	{"MATCH_outputEPC", {"urn:epc:id:sgtin:5012345.012345.SN1"}, false},
	{"MATCH_epcClass", {"https://id.gs1.org/01/05012345123455/10/L1"}, true},
	{"MATCH_epcClass", {"urn:epc:idpat:sgtin:5012345.012345.*"}, true},
	{"MATCH_anyEPCClass", {"urn:epc:class:lgtin:5012345.012345.L2"}, false},
	{"MATCH_inputEPCClass", {"urn:epc:class:lgtin:5012345.012345.L1"}, false},
	{"MATCH_outputEPCClass", {"urn:epc:class:lgtin:5012345.012345.L1"}, false},
	{"EQ_quantity_KGM", {"12.5"}, true},
	{"MATCH_epc", {"urn:epc:idpat:sgtin:5012345.*.*"}, true},
	{"MATCH_epc", {"urn:epc:idpat:sgtin:5012346.*.*"}, false},
	{"MATCH_epc", {"urn:epc:idpat:sgtin:*.*.*"}, true},
	{"MATCH_epc", {"urn:epc:idpat:sscc:*.*"}, false},
	{"MATCH_anyEPC", {"urn:epc:id:sgtin:5012345.012345.SN9"}, false},
	{"MATCH_anyEPCClass", {"urn:epc:class:lgtin:5012345.012345.L2"}, false},
	{"MATCH_epcClass", {"urn:epc:class:lgtin:5012345.012345.L2"}, false},
	{"HASATTR_bizStep", {"urn:attr:kind"}, true},
	{"HASATTR_disposition", {"urn:attr:other"}, false},
	{"EQATTR_bizStep_urn:attr:kind", {"ward"}, true},
	{"EQATTR_epcClass_urn:attr:kind", {"ward"}, true},
	{"HASATTR_epcClass", {"urn:attr:other"}, false},
	{"EXISTS_SENSORMETADATA_ex:gain", {NULL}, true},
	{"EXISTS_bizLocation_ex:door", {NULL}, false},
	{"EXISTS_SENSORELEMENT_ex:gain", {NULL}, false},
	{"EXISTS_SENSORREPORT_ex:gain", {NULL}, false},
	{"EQ_quantity", {"12.5"}, false},
	{"GT_quantity_KGM", {"12.5"}, false},
	{"GE_quantity_KGM", {"12.50"}, true},
	{"LT_quantity_KGM", {"13"}, true},
	{"EQ_quantity_GRM", {"12500"}, true},
	{"GT_quantity_LBR", {"27.5"}, true},
	{"GT_quantity_LBR", {"27.6"}, false},
	{"EQ_quantity_LTR", {"12.5"}, false},
	{"EQ_quantity_XXX", {"12.5"}, false},
	{"LE_quantity_GRM", {"13"}, false},
	{"EQ_eventID", {"urn:uuid:1"}, true},
	{"EXISTS_errorDeclaration", {NULL}, true},
	{"GE_errorDeclaration_Time", {"2026-11-21T09:00:00Z"}, true},
	{"LT_errorDeclarationTime", {"2026-11-21T09:00:00Z"}, false},
	{"EQ_errorReason", {"urn:epcglobal:cbv:er:incorrect_data"}, true},
	{"EQ_correctiveEventID", {"urn:uuid:2"}, true},
	{"EQ_bizTransaction_po", {"urn:po:1"}, true},
	{"EQ_bizTransaction_urn:epcglobal:cbv:btt:po", {"urn:po:1"}, true},
	{"EQ_bizTransaction_inv", {"urn:po:1"}, false},
	{"EQ_source_location", {"https://id.gs1.org/414/5012345000015"}, true},
	{"EQ_destination_location", {"https://id.gs1.org/414/5012345000015"}, false},
	{"EXISTS_sensorElementList", {NULL}, true},
	{"EQ_type", {"gs1:Temperature"}, true},
	{"EQ_type", {"Speed"}, false},
	{"EQ_deviceID", {"urn:dev:1"}, true},
	{"EQ_stringValue", {"cold"}, true},
	{"EQ_booleanValue", {"true"}, true},
	{"EQ_booleanValue", {"false"}, false},
	{"EQ_value_CEL", {"4.50"}, true},
	{"GT_value_CEL", {"4.5"}, false},
	{"EQ_value_FAH", {"40.1"}, true},
	{"EQ_value_KEL", {"277.65"}, true},
	{"GT_value_FAH", {"40.1"}, false},
	{"GE_value_FAH", {"40.1"}, true},
	{"LT_value_KEL", {"277.66"}, true},
	{"EQ_value_PAL", {"4.5"}, false},
	{"EQ_sDev_KEL", {"0.5"}, true},
	{"EQ_sDev_FAH", {"0.9"}, true},
	{"EQ_sDev_KEL", {"273.65"}, false},
	{"LE_value_FAH", {"4.5"}, false},
	{"GE_time", {"2026-11-20T08:00:00Z"}, true},
	{"LT_startTime", {"2026-11-20T08:00:00Z"}, false},
	{"EQ_ex:ward", {"B1", "B2"}, true},
	{"EQ_https://ex.example/#ward", {"B2"}, true},
	{"EQ_ex:ward", {"B3"}, false},
	{"EXISTS_ex:ward", {NULL}, true},
	{"EXISTS_ex:dose", {NULL}, false},
	{"GT_ex:age", {"29.5"}, true},
	{"LE_ex:age", {"29.5"}, false},
	{"LT_ex:seen", {"2026-11-20T00:00:00Z"}, true},
	{"EQ_ILMD_cbvmda:lotNumber", {"L1"}, true},
	{"EQ_ILMD_urn:epcglobal:cbv:mda:lotNumber", {"L2"}, false},
	{"EQ_ILMD_ex:dose", {"5"}, false},
	{"EQ_INNER_ILMD_ex:dose", {"5.0"}, true},
	{"EXISTS_INNER_ILMD_ex:outer", {NULL}, false},
	{"EQ_ERROR_DECLARATION_ex:why", {"typed wrong"}, true},
	{"EQ_readPoint_ex:door", {"7"}, true},
	{"EQ_SENSORMETADATA_ex:gain", {"3"}, true},
	{"EQ_SENSORREPORT_ex:gain", {"3"}, false},
	{"HASATTR_readPoint", {"urn:attr:kind"}, true},
	{"HASATTR_readPoint", {"urn:attr:other"}, false},
	{"EQATTR_bizLocation_urn:attr:kind", {"ward"}, true},
	{"EQATTR_bizLocation_urn:attr:kind", {"cupboard"}, false},
};

static enum err add(struct epcis_query *query, const struct row *row, struct fault *fault)
{
	struct span values[VALUES_MAX];
	size_t count = 0;
	while (count < VALUES_MAX && row->values[count]) {
		values[count] = span_text(row->values[count]);
		count++;
	}
	return epcis_query_add(query, row->name, values, count, fault);
}

TEST(each_parameter_matches_what_it_says_and_nothing_else)
{
	struct epcis_knowledge knowledge = {NULL, is_within, attribute};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct epcis_query *query;
		struct fault fault = {0};
		NEED(epcis_query_open(&query, &fault) == OK);
		CHECK(epcis_query_prefix(query, span_text("ex"), span_text("https://ex.example/"),
			      &fault) == OK);
		CHECK_ROW(add(query, &rows[i], &fault) == OK, "%s: %s", rows[i].name, fault.text);
		struct asked asked = {query, &knowledge, false};
		struct epcis_sink sink = {&asked, on_event};
		CHECK_ROW(epcis_read(span_text(document), &sink, NULL, NULL, &fault) == OK, "%s",
			fault.text);
		CHECK_ROW(asked.is_match == rows[i].is_match, "row %zu: %s %s", i, rows[i].name,
			rows[i].values[0] ? rows[i].values[0] : "");
		epcis_query_free(query);
	}
}

TEST(an_event_must_meet_every_parameter)
{
	struct epcis_query *query;
	struct fault fault = {0};
	const struct span steps[] = {span_text("commissioning"), span_text("shipping")};
	const struct span action = span_text("OBSERVE");
	NEED(epcis_query_open(&query, &fault) == OK);
	struct asked asked = {query, NULL, false};
	struct epcis_sink sink = {&asked, on_event};
	CHECK(epcis_read(span_text(document), &sink, NULL, NULL, &fault) == OK && asked.is_match);
	CHECK(epcis_query_add(query, "EQ_bizStep", steps, 2, &fault) == OK);
	CHECK(epcis_read(span_text(document), &sink, NULL, NULL, &fault) == OK && asked.is_match);
	CHECK(epcis_query_add(query, "EQ_action", &action, 1, &fault) == OK);
	CHECK(epcis_read(span_text(document), &sink, NULL, NULL, &fault) == OK && !asked.is_match);
	epcis_query_free(query);
	epcis_query_free(NULL);
}

TEST(parameters_that_do_not_exist_and_values_they_do_not_take_are_refused)
{
	static const struct {
		struct row row;
		enum err err;
		const char *says;
	} wrong[] = {
		{{"GE_eventDate", {"2026-11-20T09:00:00Z"}, false}, ERR_RANGE, "is no parameter"},
		{{"EQ_colour", {"red"}, false}, ERR_RANGE, "is no parameter"},
		{{"GT_bizStep", {"packing"}, false}, ERR_RANGE, "is no parameter"},
		{{"EQ_value", {"1"}, false}, ERR_RANGE, "is no parameter"},
		{{"EQ_value_cel", {"1"}, false}, ERR_RANGE, "is no parameter"},
		{{"GE_type", {"Speed"}, false}, ERR_RANGE, "is no parameter"},
		{{"", {"1"}, false}, ERR_RANGE, "is no parameter"},
		{{"GE_eventTime", {"not-a-date"}, false}, ERR_RANGE,
			"\"not-a-date\" is not a time"},
		{{"GE_eventTime", {NULL}, false}, ERR_RANGE, "has no value"},
		{{"GE_eventTime", {"2026-11-20T09:00:00Z", "2026-11-20T09:00:00Z"}, false},
			ERR_RANGE, "takes one value"},
		{{"EQ_action", {"SHIPPED"}, false}, ERR_RANGE, "none of ADD"},
		{{"eventType", {"Event"}, false}, ERR_RANGE, "no type of event"},
		{{"EQ_quantity", {"many"}, false}, ERR_RANGE, "not a number"},
		{{"orderDirection", {"SIDEWAYS"}, false}, ERR_RANGE, "neither ASC nor DESC"},
		{{"eventCountLimit", {"0"}, false}, ERR_RANGE, "not a number of events"},
		{{"maxEventCount", {"1.5"}, false}, ERR_RANGE, "not a number of events"},
	};
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		struct epcis_query *query;
		struct fault fault = {0};
		NEED(epcis_query_open(&query, &fault) == OK);
		CHECK_ROW(add(query, &wrong[i].row, &fault) == wrong[i].err, "row %zu", i);
		CHECK_ROW(strstr(fault.text, wrong[i].says), "row %zu: %s", i, fault.text);
		epcis_query_free(query);
	}
	struct epcis_query *query;
	struct fault fault = {0};
	const struct span ten = span_text("10");
	NEED(epcis_query_open(&query, &fault) == OK);
	CHECK(epcis_query_add(query, "eventCountLimit", &ten, 1, &fault) == OK);
	CHECK(epcis_query_order(query).count_limit == 10);
	CHECK(epcis_query_add(query, "maxEventCount", &ten, 1, &fault) == ERR_RANGE);
	CHECK(strstr(fault.text, "beside the other"));
	epcis_query_free(query);
}

static enum err no_event(void *self, const struct epcis_event *event, struct fault *fault)
{
	(void)self, (void)event, (void)fault;
	return OK;
}

static enum err take(struct span text, struct epcis_query *query, struct fault *fault)
{
	struct epcis_sink sink = {NULL, no_event};
	struct epcis_reader *reader = NULL;
	enum err err = epcis_reader_open(&reader, &sink, NULL, fault);
	if (!err)
		err = epcis_reader_feed(reader, text, fault);
	if (!err)
		err = epcis_reader_end(reader, fault);
	if (!err)
		err = epcis_query_take(query, epcis_reader_head(reader), fault);
	epcis_reader_free(reader);
	return err;
}

TEST(queries_in_xml_and_json_are_read)
{
	static const struct {
		const char *file;
		enum err err;
	} files[] = {{"XML/Query/Queries/SimpleEventQuery.xml", OK},
		{"JSON/Query/Queries/SimpleEventQuery.json", OK},
		{"JSON/Query/Queries/Invalid/Query_with_invalid_values.json", ERR_RANGE},
		{"JSON/Query/Queries/Invalid/Query_with_unknown_parameter.json", ERR_RANGE},
		{"XML/Query/Queries/Invalid/Query_without_queryName.xml", ERR_FORMAT},
		{"XML/Query/queryDocument.xml", ERR_NOT_FOUND}};
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		struct epcis_query *query;
		struct fault fault = {0};
		struct span text =
			document_file(SHARED "openepcis_test_resources/2.0/EPCIS/", files[i].file);
		if (!text.at)
			SKIP("openepcis_test_resources is not beside the repository");
		NEED(epcis_query_open(&query, &fault) == OK);
		CHECK_ROW(take(text, query, &fault) == files[i].err, "%s: %s", files[i].file,
			fault.text);
		CHECK_ROW(files[i].err || i == 0 || epcis_query_order(query).count_limit == 100,
			"%s", files[i].file);
		epcis_query_free(query);
	}
}

TAP_MAIN(CASE(each_parameter_matches_what_it_says_and_nothing_else),
	CASE(an_event_must_meet_every_parameter),
	CASE(parameters_that_do_not_exist_and_values_they_do_not_take_are_refused),
	CASE(queries_in_xml_and_json_are_read))
