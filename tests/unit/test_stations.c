/* What stations ask of their appliance, and what it answers. */
#include "tests/unit/stations_world.h"

TEST(a_station_in_force_is_served)
{
	struct world world;
	struct caller caller;
	struct wire answer;
	struct buf statement;
	buf_init(&statement, STATEMENT_SIZE_MAX);
	NEED(world_open(&world));
	NEED(caller_open(&world, &caller, 30));
	struct wire ping = {.type = WIRE_PING, .kid = span_of(caller.kid, KID_SIZE)};
	NEED(ask(&caller, ping, &answer));
	CHECK(answer.type == WIRE_PONG && answer.sequence == 0 && answer.time_ms == START);
	CHECK(answer.pepper_count == 1 && answer.pepper[0].year == 2026);
	ping.year = 2026; /* the station has it */
	NEED(ask(&caller, ping, &answer));
	CHECK(answer.type == WIRE_PONG && answer.pepper_count == 0);
	struct wire check = {.type = WIRE_CHECK, .scan = span_text(LOOSE)};
	NEED(ask(&caller, check, &answer));
	CHECK(answer.type == WIRE_VERDICT && holds(answer.json, "\"not_registered\""));
	CHECK(answer.year == 0);

	NEED(make_supply(&world, &caller, "LOT7", 0, &statement));
	struct wire state = {
		.type = WIRE_STATE, .statement = buf_span(&statement), .scan = span_text(LOOSE)};
	NEED(ask(&caller, state, &answer));
	NEED(answer.type == WIRE_RECORDED);
	uint64_t position = answer.position;
	CHECK(holds(answer.receipt, "c2sp.org/tlog-proof@v1") && answer.alert == 0);
	CHECK(supplied(&world) == 1);
	/* The same bytes again: the same place, and the stock is not moved twice. */
	NEED(ask(&caller, state, &answer));
	CHECK(answer.type == WIRE_RECORDED && answer.position == position);
	CHECK(supplied(&world) == 1);
	NEED(ask(&caller, ping, &answer));
	CHECK(answer.type == WIRE_PONG && answer.sequence == 1);
	CHECK(stations_count(world.stations).taken == 6);
	caller_close(&caller);
	world_close(&world);
	buf_close(&statement);
}

/* The appliance is killed between the ledger's commit and the answer: the station asks again. */
TEST(what_the_ledger_took_before_a_crash_is_answered_whole_afterwards)
{
	struct world world;
	struct caller caller;
	struct wire answer;
	struct buf statement;
	buf_init(&statement, STATEMENT_SIZE_MAX);
	NEED(world_open(&world));
	NEED(caller_open(&world, &caller, 30));
	NEED(make_supply(&world, &caller, "LOT7", 0, &statement));
	NEED(submit(&world, buf_span(&statement)));
	CHECK(supplied(&world) == 0);
	struct wire state = {
		.type = WIRE_STATE, .statement = buf_span(&statement), .scan = span_text(LOOSE)};
	for (int again = 0; again < 2; again++) {
		atomic_fetch_add(&world.now_ms, 60000);
		NEED(ask(&caller, state, &answer));
		NEED(answer.type == WIRE_RECORDED);
		CHECK(answer.time_ms == START && answer.alert == 0);
		CHECK(supplied(&world) == 1);
	}
	caller_close(&caller);
	world_close(&world);
	buf_close(&statement);
}

TEST(refusals_come_signed_and_a_scan_of_another_pack_moves_no_stock)
{
	struct world world;
	struct caller caller;
	struct wire answer;
	struct buf statement;
	buf_init(&statement, STATEMENT_SIZE_MAX);
	NEED(world_open(&world));
	NEED(caller_open(&world, &caller, 30));
	NEED(make_supply(&world, &caller, "LOT8", 0, &statement));
	struct wire state = {
		.type = WIRE_STATE, .statement = buf_span(&statement), .scan = span_text(LOOSE)};
	NEED(ask(&caller, state, &answer));
	CHECK(answer.type == WIRE_RECORDED);
	CHECK(supplied(&world) == 0);
	NEED(make_supply(&world, &caller, "LOT9", 0, &statement));
	state.statement = buf_span(&statement);
	NEED(ask(&caller, state, &answer));
	CHECK(answer.type == WIRE_REFUSED && answer.code == OUTCOME_SEQUENCE_REUSED);
	CHECK(span_is(answer.word, "sequence_reused") && answer.sentence.size > 0);
	struct wire nonsense = {.type = WIRE_STATE, .statement = span_text("no statement")};
	NEED(ask(&caller, nonsense, &answer));
	CHECK(answer.type == WIRE_REFUSED && answer.code == OUTCOME_NOT_WELL_FORMED);
	struct wire check = {.type = WIRE_CHECK, .scan = span_text("]d2nonsense")};
	NEED(ask(&caller, check, &answer));
	CHECK(answer.type == WIRE_FAILED && span_is(answer.word, "not_a_pack"));
	struct wire receive = {.type = WIRE_RECEIVE, .scan = span_text("]C100095060001343521")};
	NEED(ask(&caller, receive, &answer));
	CHECK(answer.type == WIRE_FAILED && answer.sentence.size > 0);
	caller_close(&caller);
	world_close(&world);
	buf_close(&statement);
}

TEST(what_is_handed_in_without_a_receipt_is_answered_once_it_is_final)
{
	struct world world;
	struct caller caller;
	struct wire answer;
	struct buf statement;
	buf_init(&statement, STATEMENT_SIZE_MAX);
	NEED(world_open(&world));
	NEED(caller_open(&world, &caller, 30));
	NEED(make_supply(&world, &caller, "LOT7", 0, &statement));
	struct wire record = {.type = WIRE_RECORD, .statement = buf_span(&statement)};
	NEED(ask(&caller, record, &answer));
	NEED(answer.type == WIRE_RECORDED);
	CHECK(answer.receipt.size == 0 && answer.alert == 0);
	uint64_t position = answer.position;
	struct reader *reader = NULL;
	struct snapshot before, after;
	NEED(desk_reader(world.appliance.desk, &reader, NULL) == OK);
	NEED(reader_begin(reader, &before, NULL) == OK);
	reader_end(reader);
	CHECK(position < before.final_size);
	/* Again: the same place, and the ledger has not grown by it. */
	NEED(ask(&caller, record, &answer));
	CHECK(answer.type == WIRE_RECORDED && answer.position == position);
	NEED(reader_begin(reader, &after, NULL) == OK);
	reader_end(reader);
	CHECK(after.height == before.height && after.applied_size == before.applied_size);
	desk_reader_back(world.appliance.desk, reader);
	/* Another statement by the same number: refused, and signed for. */
	NEED(make_supply(&world, &caller, "LOT8", 0, &statement));
	record.statement = buf_span(&statement);
	NEED(ask(&caller, record, &answer));
	CHECK(answer.type == WIRE_REFUSED && answer.refusal.size > 0);
	CHECK(span_is(answer.word, "sequence_reused") && answer.sentence.size > 0);
	record.statement = span_text("no statement");
	NEED(ask(&caller, record, &answer));
	CHECK(answer.type == WIRE_REFUSED && span_is(answer.word, "not_well_formed"));
	caller_close(&caller);
	world_close(&world);
	buf_close(&statement);
}

TEST(a_station_whose_keys_expired_hands_over_and_nothing_else)
{
	struct world world;
	struct caller caller;
	struct wire answer;
	struct buf early, late;
	buf_init(&early, STATEMENT_SIZE_MAX);
	buf_init(&late, STATEMENT_SIZE_MAX);
	NEED(world_open(&world));
	NEED(caller_open(&world, &caller, 2));
	NEED(make_supply(&world, &caller, "LOT7", 0, &early));
	NEED(make_supply(&world, &caller, "LOT7", 1, &late));
	struct wire state = {
		.type = WIRE_STATE, .statement = buf_span(&early), .scan = span_text(LOOSE)};
	caller_close(&(struct caller){.link = caller.link, .channels = caller.channels});
	atomic_store(&world.now_ms, START + 20 * DAY);
	/* It connects anew: the door is still open to what it holds. */
	NEED(caller_connect(&world, &caller));
	NEED(ask(&caller, state, &answer));
	NEED(answer.type == WIRE_RECORDED);
	CHECK(answer.alert == ALERT_LATE_DELIVERY && answer.receipt.size > 0);
	CHECK(supplied(&world) == 1);
	/* The answer got lost: asked again it is the same, with its alert. */
	uint64_t position = answer.position;
	NEED(ask(&caller, state, &answer));
	NEED(answer.type == WIRE_RECORDED && answer.position == position);
	CHECK(answer.alert == ALERT_LATE_DELIVERY && answer.sentence.size > 0);
	CHECK(supplied(&world) == 1);
	struct wire check = {.type = WIRE_CHECK, .scan = span_text(LOOSE)};
	NEED(ask(&caller, check, &answer));
	CHECK(answer.type == WIRE_FAILED && span_is(answer.word, "key_expired"));
	struct wire ping = {.type = WIRE_PING, .kid = span_of(caller.kid, KID_SIZE)};
	NEED(ask(&caller, ping, &answer));
	CHECK(answer.type == WIRE_PONG && answer.pepper_count == 0);
	/* Past the last day it has no say. */
	uint64_t dropped = stations_count(world.stations).dropped;
	atomic_store(&world.now_ms, START + 33 * DAY);
	state.statement = buf_span(&late);
	state.request = 99;
	CHECK(caller.way.send(caller.way.self, &state, NULL) == OK);
	for (int i = 0; i < 1000 && stations_count(world.stations).dropped == dropped; i++)
		CHECK(!hear(&caller, 99, 10, &answer));
	CHECK(stations_count(world.stations).dropped == dropped + 1);
	caller_close(&caller);
	world_close(&world);
	buf_close(&early);
	buf_close(&late);
}

TEST(strangers_and_the_revoked_get_no_answer)
{
	struct world world;
	struct caller caller, stranger = {0};
	struct wire answer;
	struct buf revoke, body;
	uint8_t memory[128];
	buf_init(&revoke, FOUNDING_SIZE_MAX);
	NEED(world_open(&world));
	NEED(caller_open(&world, &caller, 30));
	box_keys(stranger.enrolment.curve_public, stranger.enrolment.curve_secret);
	NEED(caller_connect(&world, &stranger));
	struct wire ping = {.type = WIRE_PING, .kid = span_of(caller.kid, KID_SIZE)};
	ping.request = 7;
	CHECK(stranger.way.send(stranger.way.self, &ping, NULL) == OK);
	for (int i = 0; i < 1000 && !stations_count(world.stations).turned_away; i++)
		CHECK(!hear(&stranger, 7, 10, &answer));
	CHECK(stations_count(world.stations).turned_away > 0);
	NEED(ask(&caller, ping, &answer));
	CHECK(answer.type == WIRE_PONG);

	struct key_revoke_body gone = {.reason = REVOKE_LOST};
	key_purpose_kid(KEY_CURVE, caller.enrolment.curve_public, gone.kid);
	buf_over(&body, memory, sizeof memory);
	key_revoke_body_encode(&gone, &body);
	NEED(founding_state(span_text(world.origin), KIND_KEY_REVOKE, buf_span(&body), START,
		     &world.root, &revoke, &world.fault) == OK);
	NEED(submit_all(&world, buf_span(&revoke)));
	ping.request = 8;
	CHECK(caller.way.send(caller.way.self, &ping, NULL) == OK);
	for (int i = 0; i < 1000 && !stations_count(world.stations).dropped; i++)
		CHECK(!hear(&caller, 8, 10, &answer));
	CHECK(stations_count(world.stations).dropped == 1);
	caller_close(&stranger);
	caller_close(&caller);
	world_close(&world);
	buf_close(&revoke);
}

TEST(hostile_messages_are_counted_and_dropped)
{
	static const struct {
		size_t count;
		struct span frame[5];
	} rows[] = {
#define S(text) {(const uint8_t *)(text), sizeof(text) - 1}
		{1, {S("")}},
		{1, {S("hello")}},
		{2, {S("\1\3\0\0\0\0\0\0\0\1"), S("short")}},
		{2, {S("\2\1\0\0\0\0\0\0\0\1"), S("scan")}},
		{3, {S("\1\101\0\0\0\0\0\0\0\1"), S("{}"), S("\0\0")}}, /* an answer */
		{5, {S("\1\1\0\0\0\0\0\0\0\1"), S("a"), S("b"), S("c"), S("d")}},
#undef S
	};
	struct world world;
	struct caller caller;
	struct wire answer;
	struct channel *raw = NULL;
	size_t count = sizeof rows / sizeof rows[0];
	NEED(world_open(&world));
	NEED(caller_open(&world, &caller, 30));
	char path[KEYFILE_PATH_MAX];
	struct keyfile key = {0};
	NEED(!keyfile_path(world.folder, KEY_CURVE, MEMBER, NULL, path, &world.fault) &&
		!keyfile_load(&key, path, span_of(NULL, 0), &world.fault));
	struct channel_options options = {.type = CHANNEL_DEALER,
		.endpoint = stations_endpoint(world.stations),
		.public = caller.enrolment.curve_public,
		.secret = caller.enrolment.curve_secret,
		.server_public = key.public};
	NEED(channel_open(caller.channels, &options, &raw, &world.fault) == OK);
	for (size_t i = 0; i < count; i++)
		CHECK(channel_send(raw, rows[i].frame, rows[i].count, -1, NULL) == OK);
	/* Behind them on the same connection, a right one: its answer says all were read. */
	struct wire ping = {.type = WIRE_PING, .request = 5, .kid = span_of(caller.kid, KID_SIZE)};
	struct wire_frames frames;
	struct channel_message message;
	NEED(wire_encode(&ping, &frames, NULL) == OK);
	CHECK(channel_send(raw, frames.frame, frames.count, -1, NULL) == OK);
	NEED(channel_receive(raw, &message, PATIENCE_MS, NULL) == OK);
	CHECK(wire_decode(message.frame, message.count, &answer, NULL) == OK);
	CHECK(answer.type == WIRE_PONG && answer.request == 5);
	CHECK(stations_count(world.stations).dropped == count);
	wire_frames_close(&frames);
	channel_free(raw);
	keyfile_close(&key);
	caller_close(&caller);
	world_close(&world);
}

TEST(ends_with_requests_under_way)
{
	struct world world;
	struct caller caller;
	struct buf statement;
	buf_init(&statement, STATEMENT_SIZE_MAX);
	NEED(world_open(&world));
	NEED(caller_open(&world, &caller, 30));
	for (int64_t i = 0; i < 30; i++) {
		NEED(make_supply(&world, &caller, "LOT7", i, &statement));
		struct wire state = {.type = WIRE_STATE,
			.request = (uint64_t)i,
			.statement = buf_span(&statement)};
		struct wire check = {.type = WIRE_CHECK, .scan = span_text(LOOSE)};
		CHECK(caller.way.send(caller.way.self, &state, NULL) == OK);
		CHECK(caller.way.send(caller.way.self, &check, NULL) == OK);
	}
	struct wire answer;
	CHECK(hear(&caller, 0, PATIENCE_MS, &answer));
	world_close(&world);
	caller_close(&caller);
	buf_close(&statement);
}

TAP_MAIN(CASE(a_station_in_force_is_served),
	CASE(what_the_ledger_took_before_a_crash_is_answered_whole_afterwards),
	CASE(refusals_come_signed_and_a_scan_of_another_pack_moves_no_stock),
	CASE(what_is_handed_in_without_a_receipt_is_answered_once_it_is_final),
	CASE(a_station_whose_keys_expired_hands_over_and_nothing_else),
	CASE(strangers_and_the_revoked_get_no_answer),
	CASE(hostile_messages_are_counted_and_dropped), CASE(ends_with_requests_under_way))
