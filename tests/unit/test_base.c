#include "ledger/base/buf.h"
#include "ledger/base/civil.h"
#include "ledger/base/crypto.h"
#include "ledger/base/hex.h"
#include "ledger/base/utf8.h"
#include "tests/tap.h"

TEST(a_buffer_stops_at_its_limit_and_keeps_the_error)
{
	struct buf buf;
	buf_init(&buf, 10);
	buf_put_text(&buf, "12345678");
	CHECK(buf.err == OK && buf.size == 8);
	buf_put_text(&buf, "abc");
	CHECK(buf.err == ERR_LIMIT && buf.size == 8);
	buf_put_u8(&buf, 1);
	CHECK(buf.size == 8);
	buf_close(&buf);
	uint8_t lent[4];
	buf_over(&buf, lent, sizeof lent);
	buf_put_be(&buf, 0x010203, 4);
	CHECK(buf.err == OK && lent[0] == 0 && lent[3] == 3);
	buf_put_u8(&buf, 1);
	CHECK(buf.err == ERR_LIMIT);
}

TEST(a_buffer_prints_texts_longer_than_its_small_room)
{
	struct buf buf;
	buf_init(&buf, 4096);
	buf_printf(&buf, "%01000d|", 7);
	CHECK(buf.err == OK && buf.size == 1001 && buf.at[1000] == '|');
	CHECK(strlen(buf_text(&buf)) == 1001 && buf.size == 1001);
	buf_close(&buf);
}

TEST(hexadecimal_reads_back_what_it_prints_and_names_a_bad_digit)
{
	uint8_t in[4] = {0, 0x7f, 0xa5, 0xff};
	uint8_t back[4];
	char text[9];
	struct fault fault;
	hex_print(span_of(in, 4), text);
	CHECK(!strcmp(text, "007fa5ff"));
	CHECK(hex_parse(span_text("007FA5ff"), back, 4, &fault) == OK && !memcmp(in, back, 4));
	CHECK(hex_parse(span_text("007fx5ff"), back, 4, &fault) == ERR_FORMAT && fault.at == 4);
	CHECK(hex_parse(span_text("007f"), back, 4, &fault) == ERR_FORMAT);
}

TEST(utf8_accepts_shortest_forms_only)
{
	static const struct {
		const char *text;
		size_t valid;
	} rows[] = {
		{"abc", 3},
		{"\xc3\xa9", 2},
		{"\xe2\x82\xac", 3},
		{"\xf0\x9f\x98\x80", 4},
		{"a\xc0\x80", 1}, /* overlong NUL */
		{"\xe0\x80\xaf", 0}, /* overlong slash */
		{"\xed\xa0\x80", 0}, /* surrogate */
		{"\xf4\x90\x80\x80", 0}, /* above U+10FFFF */
		{"ok\xe2\x82", 2}, /* cut */
		{"\x80", 0},
		{"\xff", 0},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		CHECK_ROW(utf8_valid_size(span_text(rows[i].text)) == rows[i].valid, "row %zu", i);
	for (uint32_t point = 1; point <= 0x10ffff; point += 37) {
		uint8_t out[4];
		uint32_t back = 0;
		if (point >= 0xd800 && point <= 0xdfff)
			continue;
		size_t size = utf8_print(point, out);
		CHECK(utf8_next(span_of(out, size), &back) == size && back == point);
	}
}

TEST(days_count_both_ways_over_eight_centuries)
{
	int32_t expected = civil_day(1600, 1, 1);
	for (int32_t year = 1600; year < 2400; year++)
		for (int32_t month = 1; month <= 12; month++)
			for (int32_t day = 1; day <= civil_month_days(year, month); day++) {
				int32_t y;
				int32_t m;
				int32_t d;
				NEED(civil_day(year, month, day) == expected);
				civil_from_day(expected, &y, &m, &d);
				NEED(y == year && m == month && d == day);
				expected++;
			}
	CHECK(civil_day(1970, 1, 1) == 0);
	CHECK(civil_day(2026, 11, 20) == 20777);
}

TEST(times_of_rfc_3339_are_read_and_others_refused)
{
	static const struct {
		const char *text;
		enum err err;
		int64_t ms;
	} rows[] = {
		{"1970-01-01T00:00:00Z", OK, 0},
		{"2026-11-20T09:30:00.5+01:00", OK, 1795163400500},
		{"2026-11-20t09:30:00.12399999z", OK, 1795167000123},
		{"2016-12-31T23:59:60Z", OK, 1483228799000},
		{"2026-11-20T09:30:00", ERR_FORMAT, 0},
		{"2026-02-29T09:30:00Z", ERR_FORMAT, 0},
		{"2026-11-20 09:30:00Z", ERR_FORMAT, 0},
		{"2026-11-20T24:00:00Z", ERR_FORMAT, 0},
		{"2026-11-20T09:30:00.Z", ERR_FORMAT, 0},
		{"2026-11-20T09:30:00Zx", ERR_FORMAT, 0},
		{"", ERR_FORMAT, 0},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		int64_t ms = 0;
		struct fault fault;
		enum err err = civil_parse_time(span_text(rows[i].text), &ms, NULL, &fault);
		CHECK_ROW(err == rows[i].err && ms == rows[i].ms, "%s gives %" PRId64, rows[i].text,
			ms);
	}
	char out[CIVIL_TIME_SIZE];
	civil_print_time(1795163400500, out);
	CHECK(!strcmp(out, "2026-11-20T08:30:00.500Z"));
}

TEST(a_london_day_begins_an_hour_earlier_in_summer)
{
	static const struct {
		enum zone zone;
		const char *time;
		const char *day;
	} rows[] = {
		{ZONE_EUROPE_LONDON, "2026-01-15T23:30:00Z", "2026-01-15"},
		{ZONE_EUROPE_LONDON, "2026-07-15T22:59:59Z", "2026-07-15"},
		{ZONE_EUROPE_LONDON, "2026-07-15T23:00:00Z", "2026-07-16"},
		{ZONE_EUROPE_LONDON, "2026-03-28T23:30:00Z", "2026-03-28"},
		{ZONE_EUROPE_LONDON, "2026-03-29T23:30:00Z", "2026-03-30"},
		{ZONE_EUROPE_LONDON, "2026-10-24T23:30:00Z", "2026-10-25"},
		{ZONE_EUROPE_LONDON, "2026-10-25T23:30:00Z", "2026-10-25"},
		{ZONE_UTC, "2026-07-15T23:30:00Z", "2026-07-15"},
		{ZONE_EUROPE_PARIS, "2026-01-15T23:30:00Z", "2026-01-16"},
		{ZONE_EUROPE_ATHENS, "2026-07-15T21:00:00Z", "2026-07-16"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		int64_t ms = 0;
		char day[CIVIL_DAY_SIZE];
		NEED(civil_parse_time(span_text(rows[i].time), &ms, NULL, NULL) == OK);
		civil_print_day(zone_day(rows[i].zone, ms), day);
		CHECK_ROW(!strcmp(day, rows[i].day), "%s is %s", rows[i].time, day);
	}
}

TEST(base64_refuses_what_it_would_not_print)
{
	uint8_t out[16];
	size_t size = 0;
	CHECK(base64_parse(span_text("aGk="), false, out, 16, &size, NULL) == OK && size == 2);
	CHECK(base64_parse(span_text("aGk"), true, out, 16, &size, NULL) == OK && size == 2);
	CHECK(base64_parse(span_text("aGk"), false, out, 16, &size, NULL) == ERR_FORMAT);
	CHECK(base64_parse(span_text("aGl="), false, out, 16, &size, NULL) == ERR_FORMAT);
	CHECK(base64_parse(span_text("a Gk="), false, out, 16, &size, NULL) == ERR_FORMAT);
	CHECK(base64_parse(span_text("aGk="), false, out, 1, &size, NULL) != OK);
	CHECK(base64_parse(span_of(NULL, 0), false, out, 1, &size, NULL) == OK && size == 0);
	for (unsigned c = 128; c < 256; c++) {
		uint8_t text[4] = {'a', (uint8_t)c, (uint8_t)c, 'a'};
		struct fault fault = {.at = 0};
		CHECK_ROW(base64_parse(span_of(text, 4), false, out, 16, &size, &fault) ==
					  ERR_FORMAT &&
				  fault.at == 1,
			"byte %u", c);
	}
}

TEST(sealed_boxes_and_aead_open_only_with_the_right_key)
{
	uint8_t public[BOX_PUBLIC];
	uint8_t secret[BOX_SECRET];
	uint8_t other[BOX_SECRET];
	uint8_t box[5 + BOX_SEAL_EXTRA];
	uint8_t back[5];
	NEED(crypto_start() == OK);
	box_keys(public, secret);
	random_fill(other, sizeof other);
	CHECK(box_put(public, span_text("hello"), box) == OK);
	CHECK(box_get(public, secret, span_of(box, sizeof box), back) == OK);
	CHECK(!memcmp(back, "hello", 5));
	CHECK(box_get(public, other, span_of(box, sizeof box), back) == ERR_SIGNATURE);
	uint8_t nonce[AEAD_NONCE] = {1};
	uint8_t sealed[5 + AEAD_EXTRA];
	aead_seal(secret, nonce, span_text("hello"), span_text("with"), sealed);
	CHECK(aead_open(secret, nonce, span_of(sealed, sizeof sealed), span_text("with"), back) ==
		OK);
	CHECK(aead_open(secret, nonce, span_of(sealed, sizeof sealed), span_text("else"), back) ==
		ERR_SIGNATURE);
}

/* What a sentence quotes may come from a scanner, a stranger's request, a damaged file. */
TEST(a_fault_quotes_outside_bytes_harmlessly)
{
	static const struct {
		const char *text;
		const char *shown;
	} rows[] = {
		{"lot A1", "lot A1"},
		{"caf\xc3\xa9 \xe2\x82\xac", "caf\xc3\xa9 \xe2\x82\xac"},
		{"\x1b[2Jgone", "?[2Jgone"},
		{"a\x1d"
		 "b\nc\x7f",
			"a?b?c?"},
		{"\xc2\x9b"
		 "31m",
			"?31m"},
		{"\xff\xfe", "??"},
		{"\xe2\x82", "??"},
		{"\xed\xa0\x80", "???"},
		{"\xe2\x80\xae"
		 "txt.exe",
			"?txt.exe"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct fault fault;
		CHECK(fault_set(&fault, ERR_FORMAT, 0, 0, "%s", rows[i].text) == ERR_FORMAT);
		CHECK_ROW(!strcmp(fault.text, rows[i].shown), "row %zu: %s", i, fault.text);
	}
	/* cut in the middle of a character */
	char longer[2 * FAULT_TEXT_SIZE];
	struct fault fault;
	memset(longer, 'x', sizeof longer);
	memcpy(longer + FAULT_TEXT_SIZE - 2, "\xc3\xa9", 2);
	longer[sizeof longer - 1] = 0;
	(void)fault_set(&fault, ERR_FORMAT, 0, 0, "%s", longer);
	CHECK(strlen(fault.text) == FAULT_TEXT_SIZE - 1);
	CHECK(utf8_valid_size(span_text(fault.text)) == FAULT_TEXT_SIZE - 1);
}

TAP_MAIN(CASE(a_fault_quotes_outside_bytes_harmlessly),
	CASE(a_buffer_stops_at_its_limit_and_keeps_the_error),
	CASE(a_buffer_prints_texts_longer_than_its_small_room),
	CASE(hexadecimal_reads_back_what_it_prints_and_names_a_bad_digit),
	CASE(utf8_accepts_shortest_forms_only), CASE(days_count_both_ways_over_eight_centuries),
	CASE(times_of_rfc_3339_are_read_and_others_refused),
	CASE(a_london_day_begins_an_hour_earlier_in_summer),
	CASE(base64_refuses_what_it_would_not_print),
	CASE(sealed_boxes_and_aead_open_only_with_the_right_key))
