/* What is too long, too much, or asked for in a way that is not read. */
#include "gs1/syntax/diagnose.h"
#include "gs1/syntax/link.h"
#include "gs1/syntax/urn.h"
#include "tests/tap.h"

TEST(strict_reading_wants_what_the_engine_wants)
{
	static const struct {
		const char *scan;
		bool kind, strict;
	} rows[] = {
		{"]d20109506000134352", true, true},
		{"0109506000134352", true, false},
		{"]I119506000134359", true, false},
		{"]d2\x1D"
		 "0109506000134352",
			true, false},
		{"]d20109506000134352\r", true, false},
		{"]E3950600013435212", true, false},
		{"]E3950600013435212345", true, false},
		{"]E39506000134352123", false, false},
		{"]E395060001343521A", false, false},
		{"]E112", false, false},
		{"]d1[)>\x1E"
		 "06\x1D"
		 "9N000\x1E\x04",
			false, true},
		{"]d1http", true, true},
		{"]d2", false, false},
		{"]Z9", false, false},
		{"GTIN (01) 09506000134352", true, false},
		{"TITLE (01) 09506000134352", false, false},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct gs1_scan scan;
		struct fault fault = {0};
		struct span bytes = span_text(rows[i].scan);
		enum err err = gs1_scan_read(bytes, &scan, &fault);
		CHECK_ROW((err == OK) == rows[i].kind, "%s: %s", rows[i].scan, fault.text);
		err = gs1_scan_read_as(bytes, (struct gs1_reading){.strict = true}, &scan, &fault);
		CHECK_ROW(
			(err == OK) == rows[i].strict, "%s strictly: %s", rows[i].scan, fault.text);
	}
	CHECK(strcmp(gs1_aim_id(GS1_AIM_COUNT), "") == 0 && gs1_aim_name(GS1_AIM_COUNT)[0] == 0);
}

TEST(what_is_too_long_is_refused)
{
	static uint8_t big[GS1_SCAN_MAX + 1];
	static struct gs1_elements elements;
	struct fault fault = {0};
	memset(big, 'A', sizeof big);
	gs1_elements_begin(&elements, 0);
	CHECK(gs1_elements_read(span_of(big, sizeof big), 0, &elements, &fault) == ERR_LIMIT);
	CHECK(gs1_elements_read_bracketed(span_of(big, sizeof big), 0, &elements, &fault) ==
		ERR_LIMIT);
	CHECK(gs1_elements_read(span_of(big, 1), GS1_SCAN_MAX + 1, &elements, &fault) == ERR_LIMIT);
	memcpy(big, "https://", 8);
	CHECK(gs1_link_read(span_of(big, sizeof big), 0, &elements, &fault) == ERR_LIMIT);
	CHECK(gs1_link_read(span_of(big, 9), GS1_SCAN_MAX + 1, &elements, &fault) == ERR_LIMIT);
	/* Escapes need room of their own: 16 values of 90 characters each. */
	struct buf text;
	buf_over(&text, big, sizeof big);
	for (int i = 0; i < 16; i++) {
		buf_printf(&text, "(9%d)\\(", 1 + i % 9);
		for (int j = 0; j < 80; j++)
			buf_put_u8(&text, 'A');
	}
	gs1_elements_begin(&elements, 0);
	CHECK(gs1_elements_read_bracketed(buf_span(&text), 0, &elements, &fault) == ERR_LIMIT);
	CHECK(elements.count == 12);
}

TEST(links_let_pass_what_is_permitted)
{
	static const struct {
		const char *link;
		unsigned permit;
		size_t at; /* of the fault; SIZE_MAX: read */
	} rows[] = {
		{"https://a/01/9506000134352", GS1_PERMIT_SHORT_GTINS, SIZE_MAX},
		{"https://a/01/9506000134351", GS1_PERMIT_SHORT_GTINS, 25},
		{"https://a/01/950600013435", GS1_PERMIT_SHORT_GTINS, 24},
		{"https://a/01/95060001343", GS1_PERMIT_SHORT_GTINS, 13},
		{"https://a/01/950600013435%32", GS1_PERMIT_SHORT_GTINS, SIZE_MAX},
		{"https://a/gtin/09506000134352/ser/1", GS1_PERMIT_NAMES, SIZE_MAX},
		{"https://a/gtin/09506000134352/ser/1", 0, 9},
		{"https://a/01/09506000134352?89=1", GS1_PERMIT_UNKNOWN_AIS, 28},
		{"https://a/01/09506000134352?89=1",
			GS1_PERMIT_UNKNOWN_AIS | GS1_PERMIT_UNKNOWN_ATTRIBUTES, SIZE_MAX},
		{"https://a/01/09506000134352/89/1", GS1_PERMIT_UNKNOWN_AIS, 13},
		{"https://a/01/09506000134352/22/A/10/B/21/C/10/D", 0, 13},
		{"https://a/01/09506000134352/21/C/21/D", 0, 13},
		{"https://a/b/c", 0, 9},
		{"https://a//b", 0, 9},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct gs1_elements elements;
		struct fault fault = {0};
		gs1_elements_begin(&elements, rows[i].permit);
		enum err err = gs1_link_read(span_text(rows[i].link), 0, &elements, &fault);
		CHECK_ROW((err == OK) == (rows[i].at == SIZE_MAX), "%s: %s", rows[i].link,
			fault.text);
		if (err)
			CHECK_ROW(fault.at == rows[i].at, "%s: at %zu: %s", rows[i].link, fault.at,
				fault.text);
	}
	struct fault fault;
	CHECK(gs1_link_read(span_text("https://a/b"), 0, &(struct gs1_elements){.count = 0}, NULL));
	CHECK(gs1_link_split(span_text("x"), 0, &(struct gs1_link_path){.count = 0}, &fault));
}

TEST(urns_are_refused_where_they_are_wrong)
{
	static const char *const wrong[] = {
		"urn:epc:id:sgtin:4012345.012345.12345678901234567890123456789012345678901",
		"urn:epc:id:giai:4012345.12345678901234567890123456789012345678901",
		"urn:epc:id:giai:4012345."
		"12345678901234567890123456789012345678901234567890123456789012"
		"2345678901234567890123456789012345678901234567890123456789012345678901234567890",
		"urn:epc:id:sgtin:401234567890..1",
		"urn:epc:id:sgtin:12345.01234567.1",
		"urn:epc:id:itip:4012345.012345.1.02.A",
		"urn:epc:id:itip:4012345.012345.01",
		"urn:epc:id:itip:4012345.012345.0A.02.A",
		"urn:epc:id:sgtin:4012345",
		"urn:epc:id:sgtin:4012345.012345",
		"urn:epc:idpat:sgtin:4012345.012345.1",
		"urn:epc:id:sscc:4012345",
		"hello",
	};
	struct gs1_elements elements;
	struct fault fault = {0};
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		gs1_elements_begin(&elements, 0);
		CHECK_ROW(gs1_epc_elements(span_text(wrong[i]), &elements, &fault) == ERR_FORMAT,
			"%s", wrong[i]);
		CHECK_ROW(fault.at <= strlen(wrong[i]) && fault.text[0], "%s: at %zu", wrong[i],
			fault.at);
	}
	gs1_elements_begin(&elements, 0);
	elements.decoded_size = GS1_DECODED_MAX;
	CHECK(gs1_epc_elements(span_text("urn:epc:id:sscc:4012345.1234567890"), &elements,
		      &fault) == ERR_LIMIT);
}

TEST(links_become_elements_like_urns)
{
	struct gs1_elements elements;
	struct fault fault;
	gs1_elements_begin(&elements, 0);
	NEED(gs1_epc_elements(span_text("https://a/01/04012345123456/21/A?17=280400"), &elements,
		     &fault) == OK);
	CHECK(elements.count == 3);
}

TEST(urns_are_written_of_what_has_one)
{
	static const struct {
		const char *text;
		unsigned prefix;
		const char *urn; /* NULL: none */
	} rows[] = {
		{"(01)04012345123456(21)A/B", 7, "urn:epc:id:sgtin:4012345.012345.A%2FB"},
		{"(01)04012345123456(10)L", 7, "urn:epc:class:lgtin:4012345.012345.L"},
		{"(10)L(01)04012345123456(21)A", 7, "urn:epc:id:sgtin:4012345.012345.A"},
		{"(01)04012345123456", 12, "urn:epc:idpat:sgtin:401234512345.0.*"},
		{"(01)04012345123456(235)T", 7, "urn:epc:id:upui:4012345.012345.T"},
		{"(414)4012345000009", 7, "urn:epc:id:sgln:4012345.00000.0"},
		{"(414)4012345000009(254)E", 7, "urn:epc:id:sgln:4012345.00000.E"},
		{"(8003)04012345000009", 7, "urn:epc:idpat:grai:4012345.00000.*"},
		{"(8003)04012345000009", 12, NULL},
		{"(8003)04012345000009X", 7, "urn:epc:id:grai:4012345.00000.X"},
		{"(8006)040123451234560102(21)S", 7, "urn:epc:id:itip:4012345.012345.01.02.S"},
		{"(8006)040123451234560102", 7, "urn:epc:idpat:itip:4012345.012345.01.02.*"},
		{"(8004)4012345A", 7, "urn:epc:id:giai:4012345.A"},
		{"(8004)4012345", 7, NULL},
		{"(8004)4012A45", 7, NULL},
		{"(8010)4012345A#(8011)12", 7, "urn:epc:id:cpi:4012345.A%23.12"},
		{"(8013)1987654Ad4X4bL5ttr2310c2K", 7, NULL},
		{"(99)X", 7, NULL},
		{"(01)04012345123456", 5, NULL},
		{"(01)04012345123456", 13, NULL},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct gs1_elements elements;
		struct fault fault = {0};
		char memory[128];
		struct buf urn;
		buf_over(&urn, memory, sizeof memory);
		gs1_elements_begin(&elements, 0);
		NEED(gs1_elements_read_bracketed(span_text(rows[i].text), 0, &elements, &fault) ==
			OK);
		enum err err = gs1_urn_put(&elements, rows[i].prefix, &urn, &fault);
		CHECK_ROW((err == OK) == (rows[i].urn != NULL), "%s: %s", rows[i].text, fault.text);
		CHECK_ROW(span_is(buf_span(&urn), rows[i].urn ? rows[i].urn : ""), "%s: %s",
			rows[i].text, buf_text(&urn));
	}
}

/* Text that splits in more ways than are tried: nothing is certain then, and nothing offered. */
TEST(too_many_ways_are_no_way)
{
	struct gs1_diagnosis found;
	char scan[GS1_DIAGNOSE_MAX + 2] = "]d20109506000134352";
	size_t size = strlen(scan);
	while (size + 6 < 400) {
		memcpy(scan + size, "91929394", 8);
		size += 8;
	}
	scan[size] = 0;
	gs1_diagnose(span_text(scan), NULL, &found);
	CHECK(!found.has_repair && !found.fits);
	/* Each of nine elements is one of its own, or a part of the one before. */
	gs1_diagnose(span_text("]d2010950600013435210X91X92X93X94X95X96X97X98X99X"), NULL, &found);
	CHECK(found.damage == GS1_DAMAGE_GS_LOST && !found.has_repair);
	memset(scan, '9', sizeof scan);
	gs1_diagnose(span_of(scan, sizeof scan), NULL, &found);
	CHECK(!found.has_repair && !found.fits && found.damage == GS1_DAMAGE_NONE);
}

TAP_MAIN(CASE(strict_reading_wants_what_the_engine_wants), CASE(what_is_too_long_is_refused),
	CASE(links_let_pass_what_is_permitted), CASE(urns_are_refused_where_they_are_wrong),
	CASE(links_become_elements_like_urns), CASE(urns_are_written_of_what_has_one),
	CASE(too_many_ways_are_no_way))
