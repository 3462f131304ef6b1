/* Master data: of EPCIS documents, of dm+d, of places, of company prefixes. */
#include "gs1/epcis/company.h"
#include "gs1/epcis/places.h"
#include "gs1/epcis/product.h"
#include "gs1/epcis/read.h"
#include "tests/tap.h"
#include "tests/unit/epcis_set.h"

/* Made for this test: the shape of dm+d, no entry of it. */
static const char *const files[] = {
	"<?xml version='1.0' encoding='utf-8'?>\n<GTIN_DETAILS xmlns:xsi='urn:x'><AMPPS>\n"
	"<AMPP><AMPPID>1001</AMPPID><GTINDATA><GTIN>5012345123455</GTIN>"
	"<STARTDT>2020-01-01</STARTDT><ENDDT>2023-12-31</ENDDT></GTINDATA>"
	"<GTINDATA><GTIN>05012345123462</GTIN><STARTDT>2024-01-01</STARTDT></GTINDATA></AMPP>\n"
	"<AMPP><AMPPID>1002</AMPPID><GTINDATA><GTIN>5012345123455</GTIN>"
	"<STARTDT>2024-01-01</STARTDT></GTINDATA></AMPP>\n"
	"<AMPP><AMPPID>1003</AMPPID><GTINDATA><GTIN>5012345123456</GTIN>"
	"<STARTDT>2024-01-01</STARTDT></GTINDATA></AMPP></AMPPS></GTIN_DETAILS>",
	"<ACTUAL_MEDICINAL_PROD_PACKS><AMPPS><AMPP><APPID>1001</APPID><NM>Examplin 5mg tablets "
	"(Maker Ltd) 28 tablet &amp; leaflet</NM><VPPID>2001</VPPID><APID>3001</APID>"
	"<LEGAL_CATCD>0003</LEGAL_CATCD></AMPP><AMPP><APPID>1002</APPID><NM>Examplin 5mg tablets "
	"(Maker Ltd) 56 tablet</NM><VPPID>2002</VPPID><APID>3001</APID></AMPP></AMPPS>"
	"<PACK_INFO><PACK_INFO><APPID>1001</APPID></PACK_INFO></PACK_INFO>"
	"</ACTUAL_MEDICINAL_PROD_PACKS>",
	"<ACTUAL_MEDICINAL_PRODUCTS><AMPS><AMP><APID>3001</APID><VPID>4001</VPID><NM>Examplin 5mg "
	"tablets</NM><SUPPCD>5001</SUPPCD></AMP></AMPS></ACTUAL_MEDICINAL_PRODUCTS>",
	"<VIRTUAL_MED_PRODUCT_PACK><VMPPS><VMPP><VPPID>2001</VPPID><NM>Examplin 28</NM>"
	"<VPID>4001</VPID><QTYVAL>28</QTYVAL><QTY_UOMCD>6001</QTY_UOMCD></VMPP></VMPPS>"
	"</VIRTUAL_MED_PRODUCT_PACK>",
	"<VIRTUAL_MED_PRODUCTS><VMPS><VMP><VPID>4001</VPID><NM>Examplin</NM></VMP></VMPS>"
	"<CONTROL_DRUG_INFO><CONTROL_INFO><VPID>4001</VPID><CATCD>0002</CATCD></CONTROL_INFO>"
	"</CONTROL_DRUG_INFO></VIRTUAL_MED_PRODUCTS>",
	"<LOOKUP><SUPPLIER><INFO><CD>5001</CD><DESC>Maker Ltd</DESC></INFO></SUPPLIER>"
	"<UNIT_OF_MEASURE><INFO><CD>6001</CD><DESC>tablet</DESC></INFO></UNIT_OF_MEASURE>"
	"<LEGAL_CATEGORY><INFO><CD>0003</CD><DESC>POM</DESC></INFO></LEGAL_CATEGORY>"
	"<CONTROL_DRUG_CATEGORY><INFO><CD>0002</CD><DESC>Schedule 2 (CD)</DESC></INFO>"
	"</CONTROL_DRUG_CATEGORY></LOOKUP>",
};

static enum err load(
	struct product_table *table, struct span text, size_t piece, struct fault *fault)
{
	struct dmd_sink sink = product_table_sink(table);
	struct dmd_reader *reader = NULL;
	enum err err = dmd_open(&reader, &sink, fault);
	for (size_t at = 0; at < text.size && !err; at += piece)
		err = dmd_feed(reader, span_cut(text, at, at + piece), fault);
	if (!err)
		err = dmd_end(reader, fault);
	dmd_free(reader);
	return err;
}

TEST(a_gtin_gives_name_pack_supplier_and_schedule)
{
	for (size_t piece = 1; piece < 5000; piece = piece * 7 + 1) {
		struct product_table *table;
		struct product product;
		struct fault fault = {0};
		NEED(product_table_open(&table, &fault) == OK);
		for (size_t i = sizeof files / sizeof files[0]; i > 0; i--)
			CHECK_ROW(load(table, span_text(files[i - 1]), piece, &fault) == OK, "%s",
				fault.text);
		product_table_seal(table);
		CHECK(product_table_count(table) == 3 && product_table_bad(table) == 1);
		NEED(product_table_find(table, "05012345123455", "2022-05-01", &product));
		CHECK(product.ampp == 1001 && product.amp == 3001 && product.vmp == 4001);
		CHECK(span_is(
			product.name, "Examplin 5mg tablets (Maker Ltd) 28 tablet & leaflet"));
		CHECK(span_is(product.product_name, "Examplin 5mg tablets"));
		CHECK(span_is(product.quantity, "28") && span_is(product.unit, "tablet"));
		CHECK(span_is(product.supplier, "Maker Ltd"));
		CHECK(span_is(product.legal_category, "POM"));
		CHECK(product.schedule == 2);
		CHECK(span_is(product.until, "2023-12-31"));
		/* the code was given to another pack later */
		CHECK(product_table_find(table, "05012345123455", "2024-05-01", &product));
		CHECK(product.ampp == 1002 && !product.until.at && !product.quantity.at);
		CHECK(product_table_find(table, "05012345123455", NULL, &product));
		CHECK(product.ampp == 1002);
		CHECK(!product_table_find(table, "05012345123455", "2019-05-01", &product));
		CHECK(product_table_find(table, "05012345123462", NULL, &product));
		CHECK(!product_table_find(table, "05012345123479", NULL, &product));
		product_table_free(table);
	}
}

TEST(files_that_are_no_dictionary_are_refused)
{
	static const struct {
		const char *text;
		enum err err;
		const char *says;
	} wrong[] = {
		{"<!DOCTYPE a><a/>", ERR_FORMAT, "has a DOCTYPE"},
		{"<a><b><c><d>", ERR_FORMAT, "well-formed"},
		{"<a><b><c><d><e><f/></e></d></c></b></a>", ERR_LIMIT, "stands deeper"},
		{"<L><AMPPS><AMPP><APPID>x</APPID></AMPP></AMPPS></L>", ERR_FORMAT, "no number"},
		{"", ERR_FORMAT, ""},
		{"<?xml version='1.0' encoding='utf-7'?><a/>", ERR_ENCODING, "in UTF-8"},
		{"L\x6f\xa7\x94<a/>", ERR_ENCODING, "not in UTF-8"},
	};
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		struct product_table *table;
		struct fault fault = {0};
		NEED(product_table_open(&table, &fault) == OK);
		CHECK_ROW(load(table, span_text(wrong[i].text), 7, &fault) == wrong[i].err,
			"row %zu: %s", i, fault.text);
		CHECK_ROW(strstr(fault.text, wrong[i].says), "row %zu: %s", i, fault.text);
		product_table_free(table);
	}
}

TEST(places_are_found_by_gln_and_by_ods_code)
{
	struct place_table *table;
	struct fault fault = {0};
	NEED(place_table_open(&table, &fault) == OK);
	CHECK(!place_by_gln(table, span_text("5012345000015")));
	CHECK_ROW(
		place_table_load(table,
			span_text("gln,ods,name\r\n# wards\r\n5012345000015,RX101,\"Ward, east\"\n"
				  ",RX102,Ward west\n5012345000022,,Cupboard\n\n"),
			&fault) == OK,
		"%s", fault.text);
	CHECK(place_table_count(table) == 3);
	const struct place *place = place_by_gln(table, span_text("5012345000015"));
	CHECK(place && !strcmp(place->ods, "RX101") && !strcmp(place->name, "Ward, east"));
	place = place_by_ods(table, span_text("RX102"));
	CHECK(place && !place->gln[0] && !strcmp(place->name, "Ward west"));
	CHECK(!place_by_ods(table, span_text("RX103")) && !place_by_ods(table, span_of("", 0)));
	for (int i = 0; i < 500; i++) {
		char ods[16];
		(void)snprintf(ods, sizeof ods, "T%04d", i);
		CHECK(place_table_add(table, (struct span){0}, span_text(ods), span_text("x"),
			      &fault) == OK);
	}
	CHECK(place_by_ods(table, span_text("T0499")) && place_by_ods(table, span_text("RX101")));
	static const char *const wrong[] = {
		",,none", "5012345000016,,digit", ",rx1,small", "1,,short"};
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		CHECK_ROW(place_table_load(table, span_text(wrong[i]), &fault) == ERR_RANGE, "%zu",
			i);
		CHECK(fault.at == 1 && !strncmp(fault.text, "line 1: ", 8));
	}
	place_table_free(table);
	place_table_free(NULL);
}

struct taken {
	struct place_table *places;
	size_t products;
};

static enum err on_master(void *self, const struct epcis_master *master, struct fault *fault)
{
	struct taken *taken = self;
	(void)fault;
	taken->products += epcis_master_value(master, "regulatedProductName").size > 0;
	return OK;
}

static enum err no_event(void *self, const struct epcis_event *event, struct fault *fault)
{
	(void)self, (void)event, (void)fault;
	return OK;
}

TEST(master_data_of_a_document_are_read)
{
	struct epcis_sink sink = {NULL, no_event};
	struct epcis_reader *reader;
	struct taken taken = {0};
	struct fault fault = {0};
	struct span text = document_file(SHARED "openepcis_test_resources/1.2/EPCIS/XML/Capture/",
		"Documents/GS1_US_Pharma_Example_2_2_1_1.xml");
	if (!text.at)
		SKIP("openepcis_test_resources is not beside the repository");
	NEED(place_table_open(&taken.places, &fault) == OK);
	NEED(epcis_reader_open(&reader, &sink, NULL, &fault) == OK);
	CHECK(epcis_reader_feed(reader, text, &fault) == OK);
	const struct epcis_head *head = epcis_reader_head(reader);
	CHECK(head->form == EPCIS_XML_1_2 && head->document == EPCIS_WITH_EVENTS);
	CHECK(place_table_take(taken.places, head->vocabularies, &fault) == OK);
	CHECK(epcis_master_each(head->vocabularies, &taken, on_master, &fault) == OK);
	CHECK(place_table_count(taken.places) == 4 && taken.products == 2);
	const struct place *place = place_by_gln(taken.places, span_text("0300011111116"));
	CHECK(place && !strcmp(place->name, "GS1 Pharma"));
	epcis_reader_free(reader);
	place_table_free(taken.places);
}

TEST(company_prefixes_end_where_the_table_says)
{
	static const char json[] = "{\"GCPPrefixFormatList\":{\"date\":\"2026-11-01\",\"entry\":[\n"
				   "{\"prefix\":\"5012345\",\"gcpLength\":7},\n"
				   "{\"prefix\":\"50\",\"gcpLength\":9},\n"
				   "{\"prefix\":\"02\",\"gcpLength\":0}]}}";
	static const char *const urns[] = {"urn:epc:id:sgtin:5012345.012345.A%2FB",
		"urn:epc:class:lgtin:5012345.912345.L1", "urn:epc:idpat:sgtin:5012345.012345.*",
		"urn:epc:id:sscc:5012345.0000000001", "urn:epc:id:sgln:5012345.00001.0",
		"urn:epc:id:sgln:5012345.00001.W7", "urn:epc:id:pgln:5012345.00001",
		"urn:epc:id:sgtin:509999999.0001.1"};
	struct company_table *table;
	struct fault fault = {0};
	NEED(company_table_open(&table, span_text(json), &fault) == OK);
	CHECK(company_table_count(table) == 3);
	CHECK(company_prefix_size(table, span_text("501234500001")) == 7);
	CHECK(company_prefix_size(table, span_text("509999900001")) == 9);
	CHECK(company_prefix_size(table, span_text("020000000000")) == 0);
	CHECK(company_prefix_size(table, span_text("400000000000")) == 0);
	CHECK(company_prefix_size(table, span_text("50")) == 0);
	for (size_t i = 0; i < sizeof urns / sizeof urns[0]; i++) {
		struct gs1_epc epc;
		struct buf out;
		buf_init(&out, 200);
		CHECK_ROW(gs1_epc_read(span_text(urns[i]), &epc, &fault) == OK, "%s", fault.text);
		CHECK(company_put_urn(table, &epc, &out, &fault) == OK);
		CHECK_ROW(span_is(buf_span(&out), urns[i]), "%s: %s", urns[i], buf_text(&out));
		buf_close(&out);
	}
	company_table_free(table);
	static const char *const wrong[] = {"{}", "[]",
		"{\"GCPPrefixFormatList\":{\"entry\":[{}]}}",
		"{\"GCPPrefixFormatList\":{\"entry\":[{\"prefix\":\"5x\",\"gcpLength\":7}]}}",
		"{\"GCPPrefixFormatList\":{\"entry\":[{\"prefix\":\"50\",\"gcpLength\":13}]}}"};
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		CHECK_ROW(company_table_open(&table, span_text(wrong[i]), &fault) == ERR_FORMAT,
			"row %zu", i);
}

TAP_MAIN(CASE(a_gtin_gives_name_pack_supplier_and_schedule),
	CASE(files_that_are_no_dictionary_are_refused),
	CASE(places_are_found_by_gln_and_by_ods_code), CASE(master_data_of_a_document_are_read),
	CASE(company_prefixes_end_where_the_table_says))
