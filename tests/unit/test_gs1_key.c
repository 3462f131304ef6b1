#include "gs1/syntax/key.h"
#include "gs1/syntax/key_kind.h"
#include "gs1/syntax/ntin.h"
#include "tests/tap.h"

TEST(gtins_of_every_length_become_fourteen_digits)
{
	static const struct {
		const char *text, *gtin, *shortest;
	} rows[] = {
		{"09506000134352", "09506000134352", "9506000134352"},
		{"9506000134352", "09506000134352", "9506000134352"},
		{"614141123452", "00614141123452", "614141123452"},
		{"02345673", "00000002345673", "02345673"},
		{"19506000134359", "19506000134359", "19506000134359"},
		{"00000000000000", "00000000000000", "00000000"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char gtin[GS1_GTIN_SIZE + 1] = "";
		struct fault fault = {0};
		enum err err = gs1_gtin_parse(span_text(rows[i].text), gtin, &fault);
		CHECK_ROW(err == OK && strcmp(gtin, rows[i].gtin) == 0, "%s: %s", rows[i].text,
			fault.text);
		CHECK_ROW(span_is(gs1_gtin_short(gtin), rows[i].shortest), "%s", rows[i].text);
	}
}

TEST(wrong_gtins_are_refused_at_the_place)
{
	static const struct {
		const char *text;
		size_t at, size;
	} rows[] = {
		{"09506000134353", 13, 1},
		{"9506000134325", 12, 1},
		{"0950600O134352", 7, 1},
		{"950600013435", 11, 1},
		{"95060001343", 0, 11},
		{"095060001343520", 0, 15},
		{"", 0, 0},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char gtin[GS1_GTIN_SIZE + 1] = "untouched";
		struct fault fault = {0};
		CHECK_ROW(gs1_gtin_parse(span_text(rows[i].text), gtin, &fault) == ERR_FORMAT, "%s",
			rows[i].text);
		CHECK_ROW(fault.at == rows[i].at && fault.size == rows[i].size,
			"%s: at %zu size %zu", rows[i].text, fault.at, fault.size);
		CHECK(strcmp(gtin, "untouched") == 0);
	}
}

TEST(other_keys_hold_their_check_digit)
{
	char key[GS1_SSCC_SIZE + 1];
	struct fault fault;
	CHECK(gs1_sscc_parse(span_text("106141412345678908"), key, &fault) == OK);
	CHECK(strcmp(key, "106141412345678908") == 0);
	CHECK(gs1_sscc_parse(span_text("106141412345678909"), key, &fault) == ERR_FORMAT);
	CHECK(fault.at == 17 && strstr(fault.text, "SSCC"));
	CHECK(gs1_sscc_parse(span_text("10614141234567890"), key, &fault) == ERR_FORMAT);
	CHECK(gs1_gln_parse(span_text("0614141000012"), key, &fault) == OK);
	CHECK(gs1_gln_parse(span_text("0614141000013"), key, &fault) == ERR_FORMAT);
	CHECK(gs1_gsrn_parse(span_text("401234500000000074"), key, &fault) == OK);
	CHECK(gs1_gsrn_parse(span_text("401234500000000075"), key, &fault) == ERR_FORMAT);
}

/* One wrong digit is always found, whichever it is. */
TEST(any_single_wrong_digit_is_found)
{
	char text[] = "09506000134352";
	CHECK(gs1_check_digit(span_of(text, 13)) == '2');
	CHECK(gs1_check_digit(span_text("12A")) == 0);
	CHECK(!gs1_check_holds(span_text("0")));
	for (size_t i = 0; i < 14; i++)
		for (char digit = '0'; digit <= '9'; digit++) {
			char right = text[i];
			text[i] = digit;
			CHECK_ROW(
				gs1_check_holds(span_of(text, 14)) == (digit == right), "%s", text);
			text[i] = right;
		}
}

TEST(each_kind_of_key_is_judged_by_its_rules)
{
	static const struct {
		const char *kind, *value, *serial; /* serial NULL: refused */
	} rows[] = {
		{"gtin", "09506000134352", ""},
		{"gtin", "9506000134352", ""},
		{"gtin", "9506000134351", NULL},
		{"sscc", "106141412345678908", ""},
		{"sscc", "10614141234567890", NULL},
		{"gln", "0614141000012", ""},
		{"party", "0614141000013", NULL},
		{"pay_to", "0614141000012", ""},
		{"grai", "00614141000012", ""},
		{"grai", "00614141000012ABC-1", "ABC-1"},
		{"grai", "10614141000012ABC", NULL},
		{"giai", "0614141A-77", ""},
		{"giai", "A614141", NULL},
		{"gsrn", "401234500000000074", ""},
		{"gsrnp", "401234500000000075", NULL},
		{"gdti", "0614141000012X1", "X1"},
		{"gcn", "061414100001212", "12"},
		{"gcn", "0614141000012A", NULL},
		{"cpid", "0614141A#/-1", ""},
		{"cpid", "0614141a", NULL},
		{"gmn", "1987654Ad4X4bL5ttr2310c2K", ""},
		{"gmn", "1987654Ad4X4bL5ttr2310c2J", NULL},
		{"ginc", "0614141xyz47/11", ""},
		{"gsin", "06141411234567891", NULL},
		{"itip", "095060001343520102", ""},
		{"itip", "095060001343520201", NULL},
		{"upui", "51qIgY)<&Jp3*j7SDB", ""},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct fault fault = {0};
		const struct gs1_key_kind *kind = gs1_key_kind_named(span_text(rows[i].kind));
		NEED(kind && gs1_key_kind_of(kind->ai) == kind);
		enum err err = gs1_key_check(kind, span_text(rows[i].value), &fault);
		CHECK_ROW((err == OK) == (rows[i].serial != NULL), "%s %s: %s", rows[i].kind,
			rows[i].value, fault.text);
		if (!err && rows[i].serial)
			CHECK_ROW(span_is(gs1_key_serial(kind, span_text(rows[i].value)),
					  rows[i].serial),
				"%s %s", rows[i].kind, rows[i].value);
	}
	CHECK(!gs1_key_kind_named(span_text("lot")) && !gs1_key_kind_of(10));
	size_t count;
	const struct gs1_key_kind *kinds = gs1_key_kinds(&count);
	for (size_t i = 0; i < count; i++)
		CHECK_ROW(gs1_ai_find(kinds[i].ai) && kinds[i].title[0], "%s", kinds[i].name);
}

TEST(national_numbers_are_found_in_gtins)
{
	static const struct {
		const char *gtin, *number; /* NULL: none */
		uint16_t country;
		bool holds;
	} rows[] = {
		{"04150037528643", "03752864", 276, true},
		{"04150123456782", "12345678", 276, true},
		{"04150067111615", "06711161", 276, false},
		{"03400930000120", "3400930000120", 250, true},
		{"07680123456781", "12345678", 756, true},
		{"09506000134352", NULL, 0, false},
		{"14150037528640", NULL, 0, false},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct gs1_ntin ntin = {0};
		struct fault fault = {0};
		enum err err = gs1_ntin_read(rows[i].gtin, &ntin, &fault);
		CHECK_ROW(err == (rows[i].number ? OK : ERR_NOT_FOUND), "%s: %s", rows[i].gtin,
			fault.text);
		if (!err)
			CHECK_ROW(ntin.country == rows[i].country &&
					  ntin.check_holds == rows[i].holds &&
					  strcmp(ntin.number, rows[i].number) == 0 &&
					  ntin.scheme[0],
				"%s: %s", rows[i].gtin, ntin.number);
	}
	CHECK(!gs1_pzn_holds(span_text("1234567")) && !gs1_pzn_holds(span_text("1234567A")));
}

TAP_MAIN(CASE(gtins_of_every_length_become_fourteen_digits),
	CASE(wrong_gtins_are_refused_at_the_place), CASE(other_keys_hold_their_check_digit),
	CASE(any_single_wrong_digit_is_found), CASE(each_kind_of_key_is_judged_by_its_rules),
	CASE(national_numbers_are_found_in_gtins))
