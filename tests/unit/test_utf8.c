#include "ledger/base/utf8.h"
#include "tests/tap.h"

TEST(json_is_escaped_where_a_terminal_would_obey)
{
	static const struct {
		const char *text;
		const char *escaped;
	} rows[] = {
		{"{\"a\":\"b\"}", "{\"a\":\"b\"}"},
		{"\"caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80\"",
			"\"caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80\""},
		{"\"\xc2\x9b"
		 "31m\"",
			"\"\\u009b31m\""},
		{"\"\xc2\x80\xc2\x9f\xc2\xa0\"", "\"\\u0080\\u009f\xc2\xa0\""},
		{"\"\x1b[2J\x7f\"", "\"\\u001b[2J\\u007f\""},
		{"\"\xe2\x80\xaegnp\xe2\x81\xa6\"", "\"\\u202egnp\\u2066\""},
		{"\"\xe2\x80\xa9\"", "\"\xe2\x80\xa9\""}, /* U+2029 beside U+202A */
		{"", ""},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct buf out;
		buf_init(&out, 256);
		utf8_escape_json(span_text(rows[i].text), &out);
		CHECK_ROW(
			!strcmp(buf_text(&out), rows[i].escaped), "row %zu: %s", i, buf_text(&out));
		buf_close(&out);
	}
}

TEST(text_is_made_harmless_in_place)
{
	static const char *const rows[][2] = {
		{"plain", "plain"},
		{"\xc2\x9b"
		 "31m",
			"?31m"},
		{"a\x1b]0;x\x07z\x7f", "a?]0;x?z?"},
		{"\xe2\x80\xaegnp", "?gnp"},
		{"cut \xe2\x82", "cut ??"},
		{"\xc2\xa0\xc3\xa9", "\xc2\xa0\xc3\xa9"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char text[32];
		memcpy(text, rows[i][0], strlen(rows[i][0]) + 1);
		utf8_make_harmless(text);
		CHECK_ROW(!strcmp(text, rows[i][1]), "row %zu: %s", i, text);
	}
}

TAP_MAIN(CASE(json_is_escaped_where_a_terminal_would_obey), CASE(text_is_made_harmless_in_place))
