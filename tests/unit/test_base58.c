#include "ledger/base/base58.h"
#include "ledger/base/hex.h"
#include "tests/tap.h"

TEST(prints_and_reads_known_values)
{
	/* draft-msporny-base58-03 section 5, and values that begin with zero bytes. */
	static const struct {
		const char *hex, *text;
	} rows[] = {
		{"", ""},
		{"48656c6c6f20576f726c6421", "2NEpo7TZRRrLZSi2U"},
		{"54686520717569636b2062726f776e20666f78206a756d7073206f76657220746865206c617a7920"
		 "646f672e",
			"USm3fpXnKG5EUBx2ndxBDMPVciP5hGey2Jh4NDv6gmeo1LkMeiKrLJUUBk6Z"},
		{"0000287fb4cd", "11233QC4"},
		{"00", "1"},
		{"000000", "111"},
		{"61", "2g"},
		{"ff", "5Q"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint8_t bytes[BASE58_SIZE_MAX], back[BASE58_SIZE_MAX];
		size_t size = strlen(rows[i].hex) / 2;
		char text[base58_room(BASE58_SIZE_MAX)];
		struct fault fault;
		NEED(hex_parse(span_text(rows[i].hex), bytes, size, &fault) == OK);
		base58_print(span_of(bytes, size), text);
		CHECK_ROW(!strcmp(text, rows[i].text), "%s", text);
		CHECK_ROW(base58_parse(span_text(rows[i].text), back, size, &fault) == OK, "%s",
			rows[i].text);
		CHECK_ROW(!memcmp(back, bytes, size), "%s", rows[i].text);
	}
}

TEST(refuses_foreign_characters_and_other_sizes)
{
	static const struct {
		const char *text;
		size_t size, at;
	} rows[] = {
		{"2NEpo7TZRRrLZSi20", 12, 16}, /* 0 is not of the alphabet */
		{"2NEpo7TZOR", 12, 8}, /* nor O */
		{"INEpo7TZ", 12, 0}, /* nor I */
		{"2NEpl7TZ", 12, 4}, /* nor l */
		{"2NE po7TZ", 12, 3},
		{"2NEpo7TZRRrLZSi2U", 13, 0}, /* one byte less than asked */
		{"12NEpo7TZRRrLZSi2U", 12, 17}, /* one more */
		{"1112g", 1, 4},
		{"111", 2, 0},
		{"zzzzzzzzzzzzzzzzzzzzzzzz", 4, 5},
		{"", 1, 0},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint8_t out[BASE58_SIZE_MAX];
		struct fault fault;
		CHECK_ROW(base58_parse(span_text(rows[i].text), out, rows[i].size, &fault) ==
				  ERR_FORMAT,
			"%s", rows[i].text);
		CHECK_ROW(fault.at == rows[i].at || rows[i].text[0] == '1', "%s: at %zu: %s",
			rows[i].text, fault.at, fault.text);
	}
}

TEST(every_size_reads_back_also_at_its_extremes)
{
	for (size_t size = 0; size <= BASE58_SIZE_MAX; size++) {
		for (unsigned fill = 0; fill < 3; fill++) {
			uint8_t bytes[BASE58_SIZE_MAX], back[BASE58_SIZE_MAX];
			char text[base58_room(BASE58_SIZE_MAX)];
			memset(bytes, fill == 0 ? 0 : fill == 1 ? 0xff : 0x5a, sizeof bytes);
			base58_print(span_of(bytes, size), text);
			CHECK(strlen(text) < base58_room(size));
			CHECK_ROW(base58_parse(span_text(text), back, size, NULL) == OK &&
					  !memcmp(back, bytes, size),
				"size %zu fill %u", size, fill);
		}
	}
}

TAP_MAIN(CASE(prints_and_reads_known_values), CASE(refuses_foreign_characters_and_other_sizes),
	CASE(every_size_reads_back_also_at_its_extremes))
