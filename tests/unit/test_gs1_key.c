#include "gs1/syntax/key.h"
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

TAP_MAIN(CASE(gtins_of_every_length_become_fourteen_digits),
	CASE(wrong_gtins_are_refused_at_the_place), CASE(other_keys_hold_their_check_digit),
	CASE(any_single_wrong_digit_is_found))
