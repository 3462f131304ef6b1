#include "ledger/base/base45.h"
#include "ledger/base/hex.h"
#include "tests/tap.h"

#include <jansson.h>

TEST(prints_and_reads_the_examples_of_rfc_9285)
{
	/* RFC 9285 sections 4.3 and 4.4. */
	static const char *const rows[][2] = {{"AB", "BB8"}, {"Hello!!", "%69 VD92EX0"},
		{"base-45", "UJCLQE7W581"}, {"ietf!", "QED8WEX0"}, {"", ""}, {"\xff\xff", "FGW"},
		{"\xff", "U5"}};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char text[64];
		uint8_t back[64];
		size_t size;
		base45_print(span_text(rows[i][0]), text);
		CHECK_ROW(!strcmp(text, rows[i][1]), "%s", text);
		CHECK_ROW(strlen(text) + 1 == base45_room(strlen(rows[i][0])), "%s", text);
		CHECK_ROW(
			base45_parse(span_text(rows[i][1]), back, sizeof back, &size, NULL) == OK &&
				span_equal(span_of(back, size), span_text(rows[i][0])),
			"%s", rows[i][1]);
	}
}

TEST(refuses_what_no_bytes_encode_to)
{
	static const struct {
		const char *text;
		size_t at, size;
	} rows[] = {
		{"GGW", 0, 3}, /* 65536, RFC 9285 section 6 */
		{":::", 0, 3}, /* 91124 */
		{"BB8GGW", 3, 3},
		{"V5", 0, 2}, /* 256 */
		{"BB8::", 3, 2},
		{"A", 0, 1},
		{"GGW5", 3, 1}, /* a last group of one */
		{"BB8a8", 3, 1},
		{"BB8B8!", 5, 1},
		{"bb8", 0, 1},
		{"BB\n", 2, 1},
		{"\xc3\x84"
		 "8",
			0, 1},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint8_t out[64];
		size_t size;
		struct fault fault = {0};
		CHECK_ROW(base45_parse(span_text(rows[i].text), out, sizeof out, &size, &fault) ==
				  ERR_FORMAT,
			"%s", rows[i].text);
		CHECK_ROW(fault.at == rows[i].at && fault.size == rows[i].size, "%s: %zu+%zu %s",
			rows[i].text, fault.at, fault.size, fault.text);
	}
}

TEST(a_nul_is_a_foreign_character_and_a_small_room_is_a_limit)
{
	uint8_t out[4];
	size_t size;
	struct fault fault;
	CHECK(base45_parse(span_of("B\0", 2), out, 4, &size, &fault) == ERR_FORMAT &&
		fault.at == 1);
	CHECK(base45_parse(span_text("BB8BB8"), out, 3, &size, &fault) == ERR_LIMIT);
	CHECK(base45_parse(span_text("BB8BB8"), out, 4, &size, &fault) == OK && size == 4);
}

static void check_pairs(struct tap *tap, const json_t *rows)
{
	size_t i;
	json_t *row;
	json_array_foreach(rows, i, row)
	{
		struct span hex = span_text(json_string_value(json_object_get(row, "hex")));
		const char *b45 = json_string_value(json_object_get(row, "b45"));
		uint8_t bytes[2048], back[2048];
		char text[base45_room(2048)];
		size_t size;
		NEED(hex.size <= 4096 && hex_parse(hex, bytes, hex.size / 2, NULL) == OK);
		base45_print(span_of(bytes, hex.size / 2), text);
		CHECK_ROW(!strcmp(text, b45), "row %zu", i);
		CHECK_ROW(base45_parse(span_text(b45), back, sizeof back, &size, NULL) == OK &&
				  span_equal(span_of(back, size), span_of(bytes, hex.size / 2)),
			"row %zu", i);
	}
}

TEST(agrees_with_another_encoder)
{
	json_t *first =
		json_load_file("../shared/data/credentials/base45/generated-pairs.json", 0, NULL);
	json_t *second =
		json_load_file("../shared/data/credentials/base45/generated-pairs.2.json", 0, NULL);
	if (!first || !second)
		SKIP("credentials/base45 is not there");
	CHECK(json_array_size(first) + json_array_size(second) > 50);
	check_pairs(tap, first);
	check_pairs(tap, second);
	json_decref(first);
	json_decref(second);
}

TEST(refuses_what_the_published_set_says_must_fail)
{
	json_t *set =
		json_load_file("../shared/data/credentials/base45/rfc9285-examples.json", 0, NULL);
	if (!set)
		SKIP("credentials/base45 is not there");
	size_t i;
	json_t *row;
	json_array_foreach(json_object_get(set, "decode_must_fail"), i, row)
	{
		uint8_t out[16];
		size_t size;
		CHECK_ROW(base45_parse(span_text(json_string_value(row)), out, sizeof out, &size,
				  NULL) == ERR_FORMAT,
			"%s", json_string_value(row));
	}
	CHECK(i == 5);
	json_decref(set);
}

TAP_MAIN(CASE(prints_and_reads_the_examples_of_rfc_9285), CASE(refuses_what_no_bytes_encode_to),
	CASE(a_nul_is_a_foreign_character_and_a_small_room_is_a_limit),
	CASE(agrees_with_another_encoder), CASE(refuses_what_the_published_set_says_must_fail))
