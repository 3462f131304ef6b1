#include "ledger/members/bodies.h"
#include "tests/tap.h"

/* Bodies written by hand, so that the encoders are not their own judges. I is an ID of 16 bytes,
 * H is 32, in hexadecimal text below. */
#define I16 "500102030405060708090a0b0c0d0e0f10"
#define H32 "58200102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20"
#define S64                                                                                        \
	"58400102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20"                     \
	"0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20"
#define T  "1b000001a1f6f4f47b" /* a time */
#define T2 "1b000001a1f6f4f47c"

static union {
	struct genesis genesis;
	struct seal_body seal;
	struct key_body key;
	struct key_revoke_body key_revoke;
	struct tenant_body tenant;
	struct tenant_move_body tenant_move;
	struct site_body site;
	struct mandate_body mandate;
	struct mandate_revoke_body mandate_revoke;
	struct pepper_body pepper;
	struct delivery_body delivery;
} any;

static enum err round_trip(unsigned kind, struct span in, struct buf *out, struct fault *fault)
{
	enum err err = ERR_USAGE;
#define TRY(number, member, name)                                                                  \
	case number:                                                                               \
		err = name##_decode(in, &any.member, fault);                                       \
		if (!err)                                                                          \
			name##_encode(&any.member, out);                                           \
		break;
	switch (kind) {
		TRY(KIND_GENESIS, genesis, genesis)
		TRY(KIND_SEAL, seal, seal_body)
		TRY(KIND_KEY, key, key_body)
		TRY(KIND_KEY_REVOKE, key_revoke, key_revoke_body)
		TRY(KIND_TENANT, tenant, tenant_body)
		TRY(KIND_TENANT_MOVE, tenant_move, tenant_move_body)
		TRY(KIND_SITE, site, site_body)
		TRY(KIND_MANDATE, mandate, mandate_body)
		TRY(KIND_MANDATE_REVOKE, mandate_revoke, mandate_revoke_body)
		TRY(KIND_PEPPER, pepper, pepper_body)
		TRY(KIND_DELIVERY, delivery, delivery_body)
	default: break;
	}
#undef TRY
	return err;
}

static size_t unhex(const char *hex, uint8_t *out, size_t room)
{
	size_t size = strlen(hex) / 2;
	for (size_t i = 0; i < size && i < room; i++) {
		unsigned byte = 0;
		(void)sscanf(hex + 2 * i, "%2x", &byte);
		out[i] = (uint8_t)byte;
	}
	return size;
}

static const struct {
	unsigned kind;
	const char *hex;
	enum err err;
	size_t at;
} rows[] = {
	/* {1: "a.b", 2: "UTC", 3: [{1: "x", 2: H, 3: h''}], 4: ["x"], 5: {1: 1, 2: [H]}, ...} */
	{0,
		"a70163612e620263555443"
		"0381a3016178"
		"02" H32 "0340"
		"04816178"
		"05a2010102"
		"81" H32 "0601"
		"07" T,
		OK, 0},
	{0,
		"a70163612e620263555443"
		"0381a4016178"
		"02" H32 "0340"
		"046179"
		"04816178"
		"05a2010102"
		"81" H32 "0601"
		"07" T,
		OK, 0},
	{0,
		"a70163612e620263555443"
		"0380"
		"04816178"
		"05a2010102"
		"81" H32 "0601"
		"07" T,
		ERR_FORMAT, 13}, /* no members */
	{0, "a70163612e420263555443", ERR_FORMAT, 6}, /* capital letter */
	{0,
		"a60163612e620263555443"
		"0381a3016178"
		"02" H32 "0340"
		"04816178"
		"05a2010102"
		"81" H32 "0601",
		ERR_FORMAT, 100}, /* no time */
	{1,
		"a701010200030004010500"
		"06" H32 "07" H32,
		OK, 0},
	{1,
		"a601010200030004010500"
		"06" H32,
		ERR_FORMAT, 46},
	{2, "a2010202" H32, OK, 0}, {2, "a6010702" H32 "03" I16 "04" T "05" I16 "06" I16, OK, 0},
	{2, "a2010002" H32, ERR_RANGE, 3}, /* no purpose 0 */
	{2, "a2010902" H32, ERR_RANGE, 3}, {2, "a2010203" I16, ERR_FORMAT, 21}, /* no public key */
	{2, "a3010202" H32 "0700", ERR_FORMAT, 39}, /* no key 7 */
	{2, "a202" H32 "0102", ERR_FORMAT, 36}, /* order */
	{2, "a2010202" H32 "00", ERR_FORMAT, 38}, /* behind the end */
	{2, "a20102025820", ERR_FORMAT, 6}, /* cut */
	{2, "a3010202" H32 "041b0020000000000001", ERR_RANGE, 48}, /* after 2^53 */
	{3, "a301" H32 "02050403", OK, 0}, {3, "a401" H32 "020503" T "0401", OK, 0},
	{3, "a301" H32 "02050400", ERR_RANGE, 40}, {3, "a301" H32 "02050405", ERR_RANGE, 40},
	{4, "a301" I16 "02" H32 "03" S64, OK, 0}, {4, "a201" I16 "02" H32, ERR_FORMAT, 54},
	{5, "a201" I16 "0263612e62", OK, 0}, {5, "a201" I16 "02632d2e62", ERR_FORMAT, 24},
	{6, "a301" I16 "030104" T, OK, 0},
	{6, "a701" I16 "02" I16 "030404" T "05" T2 "06" I16 "07" I16, OK, 0},
	{6, "a301" I16 "030004" T, ERR_RANGE, 21}, {6, "a301" I16 "030504" T, ERR_RANGE, 21},
	{7,
		"a601" I16 "0263612e62"
		"03821820182104"
		"4161"
		"05" T "06" T2,
		OK, 0},
	{7,
		"a601" I16 "0263612e62"
		"03821821182004"
		"4161"
		"05" T "06" T2,
		ERR_FORMAT, 30},
	{7,
		"a601" I16 "0263612e62"
		"03821820182004"
		"4161"
		"05" T "06" T2,
		ERR_FORMAT, 30},
	{7,
		"a601" I16 "0263612e62"
		"038004"
		"4161"
		"05" T "06" T2,
		ERR_FORMAT, 26},
	{8, "a101" I16, OK, 0}, {8, "a102" I16, ERR_FORMAT, 2}, {8, "a0", ERR_FORMAT, 1},
	{9, "a3011907ea02" H32 "0380", ERR_FORMAT, 42},
	{9, "a3011901f402" H32 "0380", ERR_RANGE, 5}, /* year 500 */
	{10,
		"a101"
		"426162",
		OK, 0},
	{10,
		"a101"
		"626162",
		ERR_FORMAT, 2}, /* text, not bytes */
};

TEST(bodies_are_taken_as_the_format_says_and_given_back_the_same)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint8_t bytes[512];
		struct fault fault = {0};
		struct buf out;
		buf_init(&out, 1024);
		struct span in = span_of(bytes, unhex(rows[i].hex, bytes, sizeof bytes));
		enum err err = round_trip(rows[i].kind, in, &out, &fault);
		CHECK_ROW(err == rows[i].err, "row %zu gives %s: %s", i, err_name(err), fault.text);
		CHECK_ROW(err == OK || fault.at == rows[i].at, "row %zu at %zu", i, fault.at);
		CHECK_ROW(err || span_equal(in, buf_span(&out)), "row %zu comes back otherwise", i);
		buf_close(&out);
	}
}

TEST(boxes_of_a_pepper_come_one_by_one_and_in_order)
{
	struct pepper_box box = {{0}, {0}};
	struct pepper_body body;
	struct buf pairs;
	struct buf buf;
	struct fault fault;
	for (int wrong = 0; wrong < 3; wrong++) {
		buf_init(&pairs, 4096);
		buf_init(&buf, 4096);
		for (uint8_t i = 0; i < 3; i++) {
			box.kid[0] = wrong == 1 ? (uint8_t)(9 - i) : wrong == 2 ? 4 : i;
			box.box[79] = i;
			pepper_box_put(&box, &pairs);
		}
		struct pepper_body made = {.year = 2026, .box_count = 3, .boxes = buf_span(&pairs)};
		pepper_body_encode(&made, &buf);
		enum err err = pepper_body_decode(buf_span(&buf), &body, &fault);
		CHECK(err == (wrong ? ERR_FORMAT : OK));
		if (!err) {
			struct span boxes = body.boxes;
			uint8_t count = 0;
			while (pepper_box_next(&boxes, &box)) {
				CHECK(box.kid[0] == count && box.box[79] == count);
				count++;
			}
			CHECK(count == 3 && body.box_count == 3 && boxes.size == 0);
		}
		buf_close(&pairs);
		buf_close(&buf);
	}
}

TEST(a_body_lists_no_more_than_its_limits)
{
	struct buf buf;
	struct fault fault;
	buf_init(&buf, BODY_SIZE_MAX);
	cbor_put_map(&buf, 6);
	cbor_put_uint(&buf, 1);
	cbor_put_bytes(&buf, span_of("0123456789abcdef", 16));
	cbor_put_uint(&buf, 2);
	cbor_put_text(&buf, span_text("a"));
	cbor_put_uint(&buf, 3);
	cbor_put_array(&buf, BODY_MANDATE_KINDS + 1);
	for (uint64_t i = 0; i <= BODY_MANDATE_KINDS; i++)
		cbor_put_uint(&buf, 32 + i);
	CHECK(mandate_body_decode(buf_span(&buf), &any.mandate, &fault) == ERR_LIMIT);
	buf_reset(&buf);
	cbor_put_map(&buf, 1);
	cbor_put_uint(&buf, 1);
	uint8_t *large = calloc(1, BODY_SIZE_MAX);
	NEED(large);
	struct buf huge;
	buf_init(&huge, BODY_SIZE_MAX + 100);
	cbor_put_map(&huge, 1);
	cbor_put_uint(&huge, 1);
	cbor_put_bytes(&huge, span_of(large, BODY_SIZE_MAX));
	CHECK(delivery_body_decode(buf_span(&huge), &any.delivery, &fault) == OK);
	buf_close(&huge);
	free(large);
	buf_close(&buf);
}

TEST(kinds_and_purposes_have_their_words)
{
	CHECK(!strcmp(ledger_kind_word(KIND_KEY_REVOKE), "key-revoke"));
	CHECK(!ledger_kind_word(11) && !ledger_kind_word(32) && !ledger_kind_word(65535));
	for (unsigned kind = 0; kind <= KIND_DELIVERY; kind++)
		CHECK(word_is_valid(span_text(ledger_kind_word(kind))));
	for (unsigned i = KEY_ROOT; i <= KEY_HOLDER; i++) {
		enum key_purpose purpose;
		struct fault fault;
		CHECK(key_purpose_parse(span_text(key_purpose_word((enum key_purpose)i)), &purpose,
			      &fault) == OK &&
			purpose == (enum key_purpose)i);
	}
	enum key_purpose purpose;
	struct fault fault;
	CHECK(key_purpose_parse(span_text("Root"), &purpose, &fault) == ERR_FORMAT);
}

TAP_MAIN(CASE(bodies_are_taken_as_the_format_says_and_given_back_the_same),
	CASE(boxes_of_a_pepper_come_one_by_one_and_in_order),
	CASE(a_body_lists_no_more_than_its_limits), CASE(kinds_and_purposes_have_their_words))
