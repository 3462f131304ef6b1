#include "ledger/proof/cbor.h"
#include "tests/json.h"
#include "tests/tap.h"

/* The same bytes that a decoder must take or refuse, with the place of the fault. */
TEST(takes_deterministic_items_and_names_the_place_of_others)
{
	static const struct {
		const char *hex;
		enum err err;
		size_t at;
	} rows[] = {
		{"00", OK, 0},
		{"17", OK, 0},
		{"1818", OK, 0},
		{"1817", ERR_FORMAT, 0},
		{"19ffff", OK, 0},
		{"190017", ERR_FORMAT, 0},
		{"1a00010000", OK, 0},
		{"1a0000ffff", ERR_FORMAT, 0},
		{"1bffffffffffffffff", OK, 0},
		{"1b00000000ffffffff", ERR_FORMAT, 0},
		{"3bffffffffffffffff", OK, 0},
		{"40", OK, 0},
		{"4101", OK, 0},
		{"580101", ERR_FORMAT, 0},
		{"4201", ERR_FORMAT, 1},
		{"63e282ac", OK, 0},
		{"6261ff", ERR_ENCODING, 2},
		{"62c080", ERR_ENCODING, 1},
		{"820001", OK, 0},
		{"8200", ERR_FORMAT, 2},
		{"820001ff", ERR_FORMAT, 3},
		{"9fff", ERR_FORMAT, 0},
		{"a201000200", OK, 0},
		{"a202000100", ERR_FORMAT, 3},
		{"a201000100", ERR_FORMAT, 3},
		{"a3186401200361610a", OK, 0}, /* 100, -1, "a": bytewise order of encodings */
		{"a3200118640261610a", ERR_FORMAT, 3}, /* -1 before 100 */
		{"a1", ERR_FORMAT, 1},
		{"c249010000000000000000", OK, 0},
		{"c2480100000000000000", ERR_FORMAT, 1},
		{"c249000000000000000001", ERR_FORMAT, 1},
		{"d81801", OK, 0},
		{"d81701", ERR_FORMAT, 0},
		{"f4", OK, 0},
		{"f7", OK, 0},
		{"f814", ERR_FORMAT, 0},
		{"f820", OK, 0},
		{"f93e00", OK, 0},
		{"fa3fc00000", ERR_FORMAT, 0}, /* 1.5 */
		{"fa47c35000", OK, 0}, /* 100000.0 */
		{"fb3ff199999999999a", OK, 0}, /* 1.1 */
		{"fb47efffffe0000000", ERR_FORMAT, 0}, /* the largest single */
		{"fb36a0000000000000", ERR_FORMAT, 0}, /* 2^-149 is the smallest single */
		{"fb3690000000000000", OK, 0}, /* 2^-150 is not a single */
		{"f97e00", OK, 0},
		{"f97e01", ERR_FORMAT, 0},
		{"fa7fc00000", ERR_FORMAT, 0},
		{"f90001", OK, 0},
		{"fa33800000", ERR_FORMAT, 0}, /* 2^-24 is the smallest half */
		{"fa33000000", OK, 0}, /* 2^-25 is not a half */
		{"1c", ERR_FORMAT, 0},
		{"", ERR_FORMAT, 0},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint8_t bytes[32];
		size_t size;
		struct fault fault = {.err = OK};
		NEED(json_hex(rows[i].hex, bytes, sizeof bytes, &size));
		enum err err = cbor_check(span_of(bytes, size), &fault);
		CHECK_ROW(err == rows[i].err, "%s: %s", rows[i].hex, err_text(err));
		CHECK_ROW(!err || fault.at == rows[i].at, "%s: at %zu", rows[i].hex, fault.at);
	}
}

TEST(refuses_what_nests_deeper_than_the_limit)
{
	uint8_t bytes[CBOR_DEPTH_MAX + 1];
	memset(bytes, 0x81, sizeof bytes);
	bytes[CBOR_DEPTH_MAX - 1] = 0x80;
	CHECK(cbor_check(span_of(bytes, CBOR_DEPTH_MAX), NULL) == OK);
	bytes[CBOR_DEPTH_MAX - 1] = 0x81;
	bytes[CBOR_DEPTH_MAX] = 0x80;
	CHECK(cbor_check(span_of(bytes, CBOR_DEPTH_MAX + 1), NULL) == ERR_LIMIT);
}

TEST(writes_what_it_reads)
{
	struct buf buf;
	struct cbor cbor;
	struct cbor_map map;
	struct span text;
	char hex[200];
	buf_init(&buf, 1000);
	cbor_put_array(&buf, 7);
	cbor_put_uint(&buf, UINT64_MAX);
	cbor_put_int(&buf, INT64_MIN);
	cbor_put_bytes(&buf, span_of("\1\2", 2));
	cbor_put_tag(&buf, 18);
	cbor_put_bool(&buf, true);
	cbor_put_null(&buf);
	cbor_put_map(&buf, 2);
	cbor_put_int(&buf, 24);
	cbor_put_text(&buf, span_text("x"));
	cbor_put_int(&buf, -1);
	cbor_put_bool(&buf, false);
	cbor_put_map(&buf, 1);
	cbor_put_text(&buf, span_text("key"));
	cbor_put_uint(&buf, 65536);
	NEED(buf.err == OK && buf.size < 100);
	hex_print(buf_span(&buf), hex);
	CHECK(!strcmp(hex, "871bffffffffffffffff3b7fffffffffffffff420102d2f5f6a21818617820f4"
			   "a1636b65791a00010000"));
	CHECK(cbor_check(buf_span(&buf), NULL) == OK);
	cbor_init(&cbor, buf_span(&buf));
	CHECK(cbor_array(&cbor, 7) == 7);
	CHECK(cbor_uint(&cbor) == UINT64_MAX);
	CHECK(cbor_int(&cbor) == INT64_MIN);
	CHECK(cbor_bytes_of(&cbor, 2).size == 2);
	CHECK(cbor_tag(&cbor) == 18 && cbor_bool(&cbor));
	CHECK(cbor_null(&cbor) && !cbor_null(&cbor));
	int64_t key;
	cbor_map(&cbor, &map, 2);
	CHECK(cbor_map_int(&cbor, &map, &key) && key == 24 && span_is(cbor_text(&cbor), "x"));
	CHECK(cbor_map_int(&cbor, &map, &key) && key == -1 && !cbor_bool(&cbor));
	CHECK(!cbor_map_int(&cbor, &map, &key));
	cbor_map(&cbor, &map, 1);
	CHECK(cbor_map_text(&cbor, &map, &text) && span_is(text, "key"));
	CHECK(cbor_uint_max(&cbor, 65536) == 65536);
	CHECK(cbor_end(&cbor, NULL) == OK);
	buf_close(&buf);
}

TEST(a_readers_fault_sticks_and_its_place_is_told_in_the_whole)
{
	static const uint8_t bytes[] = {0x43, 0x82, 0x01, 0x61, 0x00};
	struct cbor cbor;
	struct fault fault;
	cbor_init(&cbor, span_of(bytes, 4));
	struct span inner = cbor_bytes(&cbor);
	CHECK(inner.size == 3 && cbor_end(&cbor, &fault) == OK);
	cbor_init_within(&cbor, span_of(bytes, sizeof bytes), inner);
	CHECK(cbor_array(&cbor, 1) == 0);
	CHECK(cbor_uint(&cbor) == 0 && cbor_text(&cbor).size == 0 && cbor_peek(&cbor) == CBOR_NONE);
	CHECK(cbor_end(&cbor, &fault) == ERR_LIMIT && fault.at == 2);
	cbor_init_within(&cbor, span_of(bytes, sizeof bytes), inner);
	CHECK(cbor_array(&cbor, 2) == 2 && cbor_uint(&cbor) == 1 && cbor_text(&cbor).size == 0);
	CHECK(cbor_end(&cbor, &fault) == ERR_FORMAT && fault.at == 4);
}

TEST(maps_of_others_may_have_their_keys_in_any_order)
{
	static const uint8_t bytes[] = {0xa2, 0x02, 0x00, 0x01, 0x00};
	struct cbor cbor;
	cbor_init(&cbor, span_of(bytes, sizeof bytes));
	cbor.any_order = true;
	CHECK(cbor_item(&cbor).size == sizeof bytes && cbor_end(&cbor, NULL) == OK);
}

#define MALFORMED "../shared/data/ledger/cbor-malformed/malformed.json"

TEST(refuses_the_malformed_items_of_rfc_8949_appendix_f)
{
	json_t *file = json_read(MALFORMED);
	json_t *row;
	size_t i, size;
	uint8_t bytes[64];
	if (!file)
		SKIP("ledger/cbor-malformed is absent");
	json_array_foreach(json_object_get(file, "not_well_formed"), i, row)
	{
		NEED(json_hex(json_string_value(row), bytes, sizeof bytes, &size));
		CHECK_ROW(
			cbor_check(span_of(bytes, size), NULL) != OK, "%s", json_string_value(row));
	}
	CHECK(i > 50);
	json_array_foreach(
		json_object_get(file, "well_formed_but_not_deterministic_or_invalid"), i, row)
	{
		NEED(json_hex(json_text(row, "hex"), bytes, sizeof bytes, &size));
		CHECK_ROW(cbor_check(span_of(bytes, size), NULL) != OK, "%s: %s",
			json_text(row, "hex"), json_text(row, "why"));
	}
	CHECK(i > 10);
	json_decref(file);
}

/* "roundtrip" says that the item is in its preferred form. The set is RFC 7049's: simple(24) in two
 * bytes was allowed then and is not well formed now (RFC 8949 section 3.3). */
TEST(judges_the_examples_of_rfc_8949_appendix_a)
{
	static const char *const paths[] = {
		"../shared/data/credentials/cbor-rfc8949-appendix-a/appendix_a.json",
		"../shared/data/credentials/cbor-rfc8949-appendix-a/appendix_a.2.json",
	};
	size_t taken = 0, refused = 0;
	for (size_t f = 0; f < 2; f++) {
		json_t *file = json_read(paths[f]);
		json_t *row;
		size_t i, size;
		uint8_t bytes[128];
		if (!file)
			SKIP("credentials/cbor-rfc8949-appendix-a is absent");
		json_array_foreach(file, i, row)
		{
			const char *hex = json_text(row, "hex");
			bool fine = json_true_at(row, "roundtrip") && strcmp(hex, "f818") != 0;
			NEED(json_hex(hex, bytes, sizeof bytes, &size));
			CHECK_ROW(
				(cbor_check(span_of(bytes, size), NULL) == OK) == fine, "%s", hex);
			taken += fine;
			refused += !fine;
		}
		json_decref(file);
	}
	CHECK(taken > 50 && refused > 10);
}

TAP_MAIN(CASE(takes_deterministic_items_and_names_the_place_of_others),
	CASE(refuses_what_nests_deeper_than_the_limit), CASE(writes_what_it_reads),
	CASE(a_readers_fault_sticks_and_its_place_is_told_in_the_whole),
	CASE(maps_of_others_may_have_their_keys_in_any_order),
	CASE(refuses_the_malformed_items_of_rfc_8949_appendix_f),
	CASE(judges_the_examples_of_rfc_8949_appendix_a))
