#include "scanners/station/wire.h"

#include "tests/tap.h"

#define KID    "0123456789abcdef0123456789abcdef"
#define PEPPER KID
#define ID     UINT64_C(0x0102030405060708)
#define S(txt)                                                                                     \
	{                                                                                          \
		(const uint8_t *)(txt), sizeof(txt) - 1                                            \
	}

static const struct wire messages[] = {
	{.type = WIRE_CHECK, .request = ID, .scan = S("]d2010501234567890021x")},
	{.type = WIRE_STATE, .request = 1, .statement = S("\322"), .scan = S("]d201")},
	{.type = WIRE_STATE, .request = 1, .statement = S("\322")},
	{.type = WIRE_PING, .request = UINT64_MAX, .kid = S(KID), .year = 2026},
	{.type = WIRE_RECORD, .request = 7, .statement = S("statement")},
	{.type = WIRE_RECEIVE, .request = 0, .scan = S("]C100050123456789012345")},
	{.type = WIRE_VERDICT, .request = 9, .json = S("{\"verdict\":\"active\"}"), .year = 2026},
	{.type = WIRE_RECORDED, .request = 9, .position = 77, .time_ms = 1790000000000},
	{.type = WIRE_RECORDED,
		.request = 9,
		.position = 77,
		.time_ms = 1790000000000,
		.alert = 200,
		.sentence = S("already supplied"),
		.receipt = S("c2sp.org/tlog-proof@v1\n")},
	{.type = WIRE_REFUSED,
		.request = 9,
		.code = 5,
		.word = S("key_expired"),
		.sentence = S("the signing key has expired")},
	{.type = WIRE_REFUSED,
		.request = 9,
		.code = 111,
		.word = S("not_in_hand"),
		.sentence = S("no"),
		.refusal = S("\322\204")},
	{.type = WIRE_BUSY, .request = 9, .wait_ms = 0},
	{.type = WIRE_BUSY, .request = 9, .wait_ms = WIRE_WAIT_MAX_MS},
	{.type = WIRE_PONG, .request = 9, .size = 5, .time_ms = 6, .sequence = INT64_MAX},
	{.type = WIRE_PONG,
		.request = 9,
		.pepper_count = 2,
		.pepper = {{2026, S(PEPPER)}, {2028, S(PEPPER)}}},
	{.type = WIRE_RECEIVED, .request = 9, .sentence = S("24 packs")},
	{.type = WIRE_FAILED, .request = 9, .word = S("not_served"), .sentence = S("no keys here")},
};

static bool same_peppers(const struct wire *a, const struct wire *b)
{
	bool same = a->pepper_count == b->pepper_count;
	for (size_t i = 0; same && i < a->pepper_count; i++)
		same = a->pepper[i].year == b->pepper[i].year &&
		       span_equal(a->pepper[i].pepper, b->pepper[i].pepper);
	return same;
}

static bool same(const struct wire *a, const struct wire *b)
{
	return a->type == b->type && a->request == b->request && span_equal(a->scan, b->scan) &&
	       span_equal(a->statement, b->statement) && span_equal(a->kid, b->kid) &&
	       span_equal(a->json, b->json) && a->year == b->year && a->position == b->position &&
	       a->time_ms == b->time_ms && a->alert == b->alert &&
	       span_equal(a->receipt, b->receipt) && a->code == b->code &&
	       span_equal(a->word, b->word) && span_equal(a->sentence, b->sentence) &&
	       span_equal(a->refusal, b->refusal) && a->wait_ms == b->wait_ms &&
	       a->size == b->size && a->sequence == b->sequence && same_peppers(a, b);
}

TEST(every_message_comes_back_as_it_was)
{
	for (size_t i = 0; i < sizeof messages / sizeof messages[0]; i++) {
		struct wire_frames frames;
		struct wire wire;
		struct fault fault = {0};
		enum err err = wire_encode(&messages[i], &frames, &fault);
		CHECK_ROW(err == OK, "row %zu: %s", i, fault.text);
		if (!err) {
			err = wire_decode(frames.frame, frames.count, &wire, &fault);
			CHECK_ROW(!err && same(&wire, &messages[i]), "row %zu: %s", i, fault.text);
		}
		wire_frames_close(&frames);
	}
}

TEST(the_head_is_laid_out_as_told)
{
	static const uint8_t head[] = {1, 1, 1, 2, 3, 4, 5, 6, 7, 8};
	struct wire_frames frames;
	NEED(wire_encode(&messages[0], &frames, NULL) == OK);
	CHECK(frames.count == 2);
	CHECK(span_equal(frames.frame[0], span_of(head, sizeof head)));
	CHECK(span_equal(frames.frame[1], messages[0].scan));
	wire_frames_close(&frames);
}

TEST(what_is_no_message_is_not_sent)
{
	static uint8_t large[WIRE_SCAN_MAX + 1];
	char sentence[WIRE_SENTENCE_MAX + 2];
	memset(sentence, 'x', sizeof sentence);
	const struct wire wrong[] = {
		{.type = WIRE_CHECK},
		{.type = WIRE_CHECK, .scan = {large, sizeof large}},
		{.type = WIRE_STATE, .scan = S("x")},
		{.type = WIRE_PING, .kid = S("short")},
		{.type = (enum wire_type)6, .scan = S("x")},
		{.type = WIRE_RECORD},
		{.type = WIRE_BUSY, .wait_ms = WIRE_WAIT_MAX_MS + 1},
		{.type = WIRE_PONG, .pepper_count = 1, .pepper = {{2026, S("short")}}},
		{.type = WIRE_PONG, .pepper_count = 1, .pepper = {{0, S(PEPPER)}}},
		{.type = WIRE_PONG,
			.pepper_count = 2,
			.pepper = {{2027, S(PEPPER)}, {2027, S(PEPPER)}}},
		{.type = WIRE_RECORDED, .time_ms = -1},
		{.type = WIRE_RECORDED, .alert = 1},
		{.type = WIRE_REFUSED, .word = S("x"), .sentence = S("x")},
		{.type = WIRE_REFUSED, .code = 1, .word = S("Not"), .sentence = S("x")},
		{.type = WIRE_REFUSED, .code = 1, .word = S("x"), .sentence = S("a\nb")},
		{.type = WIRE_FAILED, .word = S("x"), .sentence = S("")},
		{.type = WIRE_FAILED,
			.word = S("x"),
			.sentence = {(const uint8_t *)sentence, sizeof sentence}},
		{.type = WIRE_VERDICT, .json = S("\"\377\"")},
	};
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		struct wire_frames frames;
		struct fault fault = {0};
		CHECK_ROW(wire_encode(&wrong[i], &frames, &fault) != OK && fault.text[0], "row %zu",
			i);
		wire_frames_close(&frames);
	}
}

TEST(hostile_messages_are_refused_with_their_place)
{
	static const struct {
		size_t count;
		struct span frame[4];
		enum err err;
		size_t at;
	} wrong[] = {
		{0, {S("")}, ERR_FORMAT, 0},
		{1, {S("\1\3\0\0\0\0\0\0\0")}, ERR_FORMAT, 0},
		{2, {S("\2\3\0\0\0\0\0\0\0\0"), S(KID)}, ERR_VERSION, 0},
		{2, {S("\1\0\0\0\0\0\0\0\0\0"), S(KID)}, ERR_VERSION, 1},
		{2, {S("\1\110\0\0\0\0\0\0\0\0"), S(KID)}, ERR_VERSION, 1},
		{1, {S("\1\3\0\0\0\0\0\0\0\0")}, ERR_FORMAT, 1},
		{2, {S("\1\3\0\0\0\0\0\0\0\0"), S(KID)}, ERR_FORMAT, 2},
		{3, {S("\1\3\0\0\0\0\0\0\0\0"), S(KID), S("\7")}, ERR_FORMAT, 0},
		{4, {S("\1\3\0\0\0\0\0\0\0\0"), S(KID), S("\7\352"), S("")}, ERR_FORMAT, 4},
		{2, {S("\1\2\0\0\0\0\0\0\0\0"), S("x")}, ERR_FORMAT, 2},
		{3, {S("\1\3\0\0\0\0\0\0\0\0"), S(KID "0"), S("\7\352")}, ERR_LIMIT, 32},
		{2, {S("\1\105\0\0\0\0\0\0\0\0"), S("")}, ERR_FORMAT, 0}, /* no map */
		{2, {S("\1\105\0\0\0\0\0\0\0\0"), S("\242\1\0\2\0")}, ERR_FORMAT,
			5}, /* 3 missing */
		{2, {S("\1\105\0\0\0\0\0\0\0\0"), S("\243\1\0\2\0\4\0")}, ERR_FORMAT, 6},
		{2, {S("\1\105\0\0\0\0\0\0\0\0"), S("\243\1\0\2\0\3\0\0")}, ERR_FORMAT, 7},
		{2, {S("\1\104\0\0\0\0\0\0\0\0"), S("\241\1\40")}, ERR_FORMAT, 2},
		{3, {S("\1\101\0\0\0\0\0\0\0\0"), S("{}"), S("\0")}, ERR_FORMAT, 0},
		{3, {S("\1\101\0\0\0\0\0\0\0\0"), S("{\377"), S("\0\0")}, ERR_ENCODING, 1},
	};
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		struct wire wire = {.request = 5};
		struct fault fault = {0};
		enum err err = wire_decode(wrong[i].frame, wrong[i].count, &wire, &fault);
		CHECK_ROW(err == wrong[i].err && fault.at == wrong[i].at, "row %zu: %s at %zu: %s",
			i, err_name(err), fault.at, fault.text);
		CHECK_ROW(wire.request == 5, "row %zu: untouched", i);
	}
}

TAP_MAIN(CASE(every_message_comes_back_as_it_was), CASE(the_head_is_laid_out_as_told),
	CASE(what_is_no_message_is_not_sent), CASE(hostile_messages_are_refused_with_their_place))
