#include "appliance/people/status_list.h"
#include "ledger/base/crypto.h"
#include "ledger/base/hex.h"
#include "tests/tap.h"
#include "tests/unit/shared_set.h"

#include <jansson.h>

#define IETF      SHARED "ietf-token-status-list/"
#define GENERATED SHARED "generated-bitstring-status-list/"
/* W3C Bitstring Status List v1.0, the example of an empty list. */
#define EMPTY_LIST "uH4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAA"

static void big_init(struct buf *buf)
{
	buf_init(buf, STATUS_TEXT_MAX);
}

TEST(token_lists_begin_at_the_lowest_bit)
{
	/* draft-ietf-oauth-status-list, section 4 and its examples. */
	static const struct {
		unsigned bits;
		const char *lst;
		uint8_t statuses[16];
		size_t count;
	} rows[] = {
		{1, "eNrbuRgAAhcBXQ", {1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1}, 16},
		{2, "eNo76fITAAPfAgc", {1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3}, 12},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint8_t packed[64];
		size_t size;
		struct buf out, made;
		struct fault fault = {0};
		struct span want = span_of(rows[i].statuses, rows[i].count);
		big_init(&out);
		big_init(&made);
		NEED(base64_parse(span_text(rows[i].lst), true, packed, sizeof packed, &size,
			     NULL) == OK);
		CHECK_ROW(status_token_read(span_of(packed, size), rows[i].bits, &out, &fault) ==
					  OK &&
				  span_equal(buf_span(&out), want),
			"%u bits: %s", rows[i].bits, fault.text);
		CHECK(status_token_make(want, rows[i].bits, &made, &fault) == OK);
		CHECK(span_equal(buf_span(&made), span_of(packed, size)));
		buf_close(&out);
		buf_close(&made);
	}
}

TEST(bitstrings_begin_at_the_highest_bit)
{
	/* The same statuses in both forms, looked at below the compression. */
	static const uint8_t statuses[] = {1, 0, 0, 0, 0, 0, 0, 0, 0, 1};
	struct buf text, out, raw;
	struct fault fault = {0};
	big_init(&text);
	big_init(&out);
	big_init(&raw);
	CHECK(status_bitstring_make(span_of(statuses, 10), 1, &text, &fault) == OK);
	CHECK(status_bitstring_read(buf_span(&text), 1, &out, &fault) == OK);
	CHECK(out.size == STATUS_COUNT_MIN && !memcmp(out.at, statuses, 10));
	/* 8-bit entries of the same bitstring are its bytes. */
	buf_reset(&text);
	static uint8_t wide[STATUS_COUNT_MIN] = {0x80, 0x40};
	CHECK(status_bitstring_make(span_of(wide, sizeof wide), 8, &text, &fault) == OK);
	CHECK(status_bitstring_read(buf_span(&text), 1, &raw, &fault) == OK);
	CHECK(raw.size == 8 * STATUS_COUNT_MIN && !memcmp(raw.at, statuses, 10));
	buf_reset(&out);
	CHECK(status_bitstring_read(buf_span(&text), 2, &out, &fault) == OK);
	CHECK(out.at[0] == 2 && out.at[4] == 1 && out.at[1] == 0);
	buf_close(&text);
	buf_close(&out);
	buf_close(&raw);
}

TEST(reads_and_makes_the_empty_list_of_the_standard)
{
	struct buf text, out;
	struct fault fault = {0};
	big_init(&text);
	big_init(&out);
	CHECK(status_bitstring_read(span_text(EMPTY_LIST), 1, &out, &fault) == OK);
	CHECK(out.size == STATUS_COUNT_MIN);
	uint8_t any = 0;
	for (size_t i = 0; i < out.size; i++)
		any |= out.at[i];
	CHECK(any == 0);
	CHECK(status_bitstring_make((struct span){0}, 1, &text, &fault) == OK);
	buf_reset(&out);
	CHECK(status_bitstring_read(buf_span(&text), 1, &out, &fault) == OK &&
		out.size == STATUS_COUNT_MIN);
	buf_close(&text);
	buf_close(&out);
}

TEST(every_width_reads_back_in_both_forms)
{
	static uint8_t statuses[STATUS_COUNT_MIN + 8];
	uint32_t seed = 1;
	for (unsigned bits = 1; bits <= 8; bits *= 2) {
		for (size_t i = 0; i < sizeof statuses; i++) {
			seed = seed * 1664525 + 1013904223;
			statuses[i] = (uint8_t)(seed >> 24 & ((1U << bits) - 1));
		}
		struct span all = span_of(statuses, sizeof statuses);
		struct buf text, out;
		unsigned got = 0;
		big_init(&text);
		big_init(&out);
		CHECK(status_bitstring_make(all, bits, &text, NULL) == OK);
		CHECK(status_bitstring_read(buf_span(&text), bits, &out, NULL) == OK);
		CHECK_ROW(span_equal(buf_span(&out), all), "bitstring of %u bits", bits);
		buf_reset(&text);
		buf_reset(&out);
		CHECK(status_token_put(&text, all, bits, NULL) == OK);
		struct cbor cbor;
		cbor_init(&cbor, buf_span(&text));
		CHECK(status_token_take(&cbor, &out, &got, NULL) == OK && got == bits);
		CHECK(cbor_end(&cbor, NULL) == OK);
		CHECK_ROW(span_equal(buf_span(&out), all), "token of %u bits", bits);
		buf_close(&text);
		buf_close(&out);
	}
}

TEST(refuses_to_make_what_would_not_read_back)
{
	static uint8_t many[STATUS_COUNT_MAX + 1];
	static const uint8_t suspended[] = {0, 1, 2};
	struct buf out;
	struct fault fault;
	big_init(&out);
	CHECK(status_token_make(span_of(suspended, 3), 1, &out, &fault) == ERR_RANGE &&
		fault.at == 2);
	CHECK(status_token_make(span_of(suspended, 3), 3, &out, &fault) == ERR_USAGE);
	CHECK(status_bitstring_make(span_of(suspended, 3), 0, &out, &fault) == ERR_USAGE);
	CHECK(status_token_make(span_of(many, sizeof many), 1, &out, &fault) == ERR_LIMIT);
	CHECK(out.size == 0);
	buf_close(&out);
	uint8_t small[8];
	buf_over(&out, small, sizeof small);
	CHECK(status_token_make(span_of(many, 1000), 1, &out, &fault) == ERR_LIMIT);
}

TEST(a_damaged_list_is_a_fault_and_never_a_list_of_valid_entries)
{
	static const struct {
		const char *text;
		enum err err;
	} rows[] = {
		{EMPTY_LIST, OK}, {"", ERR_FORMAT}, {"z6Mk", ERR_FORMAT}, {"u", ERR_FORMAT},
		{"uH4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKs", ERR_FORMAT},
		{"uH4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKsAQAAB",
			ERR_FORMAT}, /* length in the trailer */
		{"uH4sIAAAAAAAAA-3BMQEAAADCoPVPbQwfoAAAAAAAAAAAAAAAAAAAAIC3AYbSVKoAQAAA",
			ERR_FORMAT}, /* check value in the trailer */
		{EMPTY_LIST "AAAA", ERR_FORMAT}, /* bytes behind the end */
		{EMPTY_LIST "=", ERR_FORMAT}, {"ueNrbuRgAAhcBXQ", ERR_FORMAT}, /* zlib, not gzip */
		{"uH4sIAAAAAAAAAwMAAAAAAAAAAAA", ERR_RANGE}, /* gzip of nothing */
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct buf out;
		struct fault fault = {0};
		big_init(&out);
		enum err err = status_bitstring_read(span_text(rows[i].text), 1, &out, &fault);
		CHECK_ROW(err == rows[i].err, "%s: %s %s", rows[i].text, err_name(err), fault.text);
		CHECK_ROW(err == OK || out.size == 0, "%s", rows[i].text);
		buf_close(&out);
	}
}

TEST(a_small_text_that_stands_for_a_huge_list_is_refused)
{
	/* 2^20 + 16 entries of one bit, made as 2-bit entries of a legal list. */
	static uint8_t statuses[STATUS_COUNT_MAX / 2 + 8];
	struct buf packed, out;
	struct fault fault = {0};
	big_init(&packed);
	big_init(&out);
	CHECK(status_token_make(span_of(statuses, sizeof statuses), 2, &packed, &fault) == OK);
	CHECK(status_token_read(buf_span(&packed), 1, &out, &fault) == ERR_LIMIT && out.size == 0);
	CHECK(status_token_read(buf_span(&packed), 2, &out, &fault) == OK);
	buf_close(&packed);
	buf_close(&out);
}

TEST(an_index_outside_the_list_is_a_fault)
{
	static const uint8_t statuses[] = {0, 2};
	uint8_t status = 9;
	struct fault fault;
	CHECK(status_at(span_of(statuses, 2), 1, &status, &fault) == OK && status == 2);
	CHECK(status_at(span_of(statuses, 2), 2, &status, &fault) == ERR_RANGE && status == 2);
	CHECK(status_at(span_of(statuses, 2), UINT64_MAX, &status, &fault) == ERR_RANGE);
}

TEST(purposes_split_one_source_and_what_must_be_checked_counts_as_suspended)
{
	static const uint8_t statuses[] = {
		STATUS_VALID, STATUS_INVALID, STATUS_SUSPENDED, STATUS_CHECK_NOW};
	static const uint8_t revoked[] = {0, 1, 0, 0}, suspended[] = {0, 0, 1, 1};
	struct buf out;
	big_init(&out);
	CHECK(status_purpose_select(span_of(statuses, 4), STATUS_REVOCATION, &out) == OK);
	CHECK(span_equal(buf_span(&out), span_of(revoked, 4)));
	buf_reset(&out);
	CHECK(status_purpose_select(span_of(statuses, 4), STATUS_SUSPENSION, &out) == OK);
	CHECK(span_equal(buf_span(&out), span_of(suspended, 4)));
	CHECK(!strcmp(status_purpose_word(STATUS_REVOCATION), "revocation"));
	buf_close(&out);
}

TEST(a_token_map_has_both_members_once)
{
	static const struct {
		const char *hex;
		enum err err;
	} rows[] = {
		{"a2646269747301636c73744a78dadbb918000217015d", OK}, /* bits first */
		{"a2636c73744a78dadbb918000217015d646269747301", OK},
		{"a1646269747301", ERR_FORMAT},
		{"a1636c73744a78dadbb918000217015d", ERR_FORMAT},
		{"a2646269747301646269747301", ERR_FORMAT},
		{"a2646269747303636c73744a78dadbb918000217015d", ERR_USAGE},
		{"a2646269747309636c73744a78dadbb918000217015d", ERR_RANGE},
		{"a3616100646269747301636c73744a78dadbb918000217015d", ERR_LIMIT},
		{"a2616100646269747301", ERR_FORMAT},
		{"80", ERR_FORMAT},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint8_t bytes[64];
		size_t size = strlen(rows[i].hex) / 2;
		unsigned bits;
		struct buf out;
		struct cbor cbor;
		struct fault fault = {0};
		NEED(hex_parse(span_text(rows[i].hex), bytes, size, NULL) == OK);
		big_init(&out);
		cbor_init(&cbor, span_of(bytes, size));
		enum err err = status_token_take(&cbor, &out, &bits, &fault);
		CHECK_ROW(err == rows[i].err, "%s: %s %s", rows[i].hex, err_name(err), fault.text);
		buf_close(&out);
	}
}

/* The hexadecimal digits of a file without its line ends, as bytes. */
static bool read_hex(const char *path, struct buf *out)
{
	struct buf text;
	if (!set_read(path, &text))
		return false;
	size_t count = 0;
	for (size_t i = 0; i < text.size; i++)
		if (text.at[i] != '\n')
			text.at[count++] = text.at[i];
	big_init(out);
	uint8_t *to = buf_reserve(out, count / 2);
	bool good = to && hex_parse(span_of(text.at, count), to, count / 2, NULL) == OK;
	out->size = count / 2;
	buf_close(&text);
	return good;
}

/* Compares a list with "status[n] = 0b..." lines between two headings of the appendix. */
static size_t check_lines(struct tap *tap, const char *from, const char *to, struct span statuses)
{
	size_t rows = 0, set = 0, seen = 0;
	for (const char *at = from; (at = strstr(at, "status[")) && at < to; rows++) {
		unsigned long index = strtoul(at + 7, NULL, 10);
		at = strstr(at, "0b") + 2;
		unsigned long want = strtoul(at, NULL, 2);
		uint8_t status = 0;
		CHECK(status_at(statuses, index, &status, NULL) == OK);
		CHECK_ROW(status == want, "entry %lu: %u, not %lu", index, status, want);
		set += want != 0;
	}
	for (size_t i = 0; i < statuses.size; i++)
		seen += statuses.at[i] != 0;
	CHECK_ROW(seen == set, "%zu entries set, not %zu", seen, set);
	return rows;
}

TEST(agrees_with_the_long_lists_of_the_draft)
{
	static const struct {
		unsigned bits;
		const char *file, *heading;
		size_t rows;
	} sets[] = {{1, "1_long", "## 1-bit", 11}, {2, "2_long", "## 2-bit", 11},
		{4, "4", "## 4-bit", 15}, {8, "8", "## 8-bit", 256}};
	struct buf appendix;
	if (!set_read(IETF "appendix-test-vectors.md", &appendix))
		SKIP("credentials/ietf-token-status-list is not there");
	const char *text = buf_text(&appendix);
	for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
		char path[200];
		struct buf bytes, out;
		struct cbor cbor;
		unsigned bits = 0;
		struct fault fault = {0};
		(void)snprintf(path, sizeof path, IETF "examples/status_list_encoding%s_cbor.md",
			sets[i].file);
		NEED(read_hex(path, &bytes));
		big_init(&out);
		cbor_init(&cbor, buf_span(&bytes));
		CHECK_ROW(status_token_take(&cbor, &out, &bits, &fault) == OK, "%s: %s", path,
			fault.text);
		CHECK(bits == sets[i].bits && out.size == STATUS_COUNT_MAX);
		const char *from = strstr(text, sets[i].heading);
		NEED(from);
		const char *to =
			i + 1 < 4 ? strstr(text, sets[i + 1].heading) : text + appendix.size;
		CHECK(check_lines(tap, from, to, buf_span(&out)) == sets[i].rows);
		buf_close(&bytes);
		buf_close(&out);
	}
	buf_close(&appendix);
}

TEST(agrees_with_the_generated_bitstrings)
{
	size_t found = 0;
	for (int i = 0; i < 12; i++) {
		char path[200], hex[2 * HASH_SIZE + 1];
		uint8_t hash[HASH_SIZE];
		(void)snprintf(path, sizeof path, GENERATED "bsl-%d.json", i);
		json_t *row = json_load_file(path, 0, NULL);
		if (!row)
			continue;
		found++;
		struct buf out, raw;
		struct fault fault = {0};
		big_init(&out);
		big_init(&raw);
		struct span text =
			span_text(json_string_value(json_object_get(row, "encodedList")));
		CHECK_ROW(status_bitstring_read(text, 1, &out, &fault) == OK, "%s", fault.text);
		CHECK((json_int_t)out.size == json_integer_value(json_object_get(row, "length")));
		size_t at, set = 0;
		json_t *index;
		json_array_foreach(json_object_get(row, "setIndices"), at, index)
			CHECK(out.at[json_integer_value(index)] == 1);
		for (size_t j = 0; j < out.size; j++)
			set += out.at[j];
		CHECK(set == at);
		uint8_t *bytes = buf_reserve(&raw, out.size / 8);
		NEED(bytes);
		memset(bytes, 0, out.size / 8);
		for (size_t j = 0; j < out.size; j++)
			bytes[j / 8] |= (uint8_t)(out.at[j] << (7 - j % 8));
		hash_sha256(span_of(bytes, out.size / 8), hash);
		hex_print(span_of(hash, sizeof hash), hex);
		CHECK(!strcmp(hex, json_string_value(json_object_get(row, "rawSha256"))));
		buf_close(&out);
		buf_close(&raw);
		json_decref(row);
	}
	if (!found)
		SKIP("credentials/generated-bitstring-status-list is not there");
	CHECK(found == 8);
}

TAP_MAIN(CASE(token_lists_begin_at_the_lowest_bit), CASE(bitstrings_begin_at_the_highest_bit),
	CASE(reads_and_makes_the_empty_list_of_the_standard),
	CASE(every_width_reads_back_in_both_forms), CASE(refuses_to_make_what_would_not_read_back),
	CASE(a_damaged_list_is_a_fault_and_never_a_list_of_valid_entries),
	CASE(a_small_text_that_stands_for_a_huge_list_is_refused),
	CASE(an_index_outside_the_list_is_a_fault),
	CASE(purposes_split_one_source_and_what_must_be_checked_counts_as_suspended),
	CASE(a_token_map_has_both_members_once), CASE(agrees_with_the_long_lists_of_the_draft),
	CASE(agrees_with_the_generated_bitstrings))
