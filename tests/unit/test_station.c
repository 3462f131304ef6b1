/* The station's step machine against a scripted appliance. */
#include "tests/unit/station_world.h"

#include "tests/tap.h"

TEST(a_pack_is_checked_supplied_and_its_receipt_shown)
{
	struct world world;
	struct statement statement;
	NEED(world_make(&world, STATION_MODE_CHECK));
	scan(&world, "P1");
	verdict(&world, "green");
	CHECK(showed(&world, "active"));
	CHECK(waiting(&world) == 0);
	scan(&world, "]C0ASSAY:SUPPLY");
	CHECK(showed(&world, "saved"));
	const struct wire *state = sent(&world, WIRE_STATE);
	NEED(state != NULL);
	CHECK(span_is(state->scan, "P1"));
	NEED(statement_decode(state->statement, SIGNED_STATEMENT, &statement, NULL) == OK);
	CHECK(statement_verify(&statement, world.public, NULL) == OK);
	CHECK(statement.kind == 40 && statement.sequence == 0);
	CHECK(statement.not_after_ms == TIME + STATION_NOT_AFTER_MS);
	CHECK(span_is(statement.envelope.issuer, "pharmacy.example"));
	CHECK(span_is(statement.envelope.origin, "trial.example/00"));
	CHECK(world.year_asked == 2026 && !strcmp(world.reason, "-"));
	CHECK(!station_is_idle(world.station));
	recorded(&world, state, 77);
	CHECK(showed(&world, "recorded 77"));
	CHECK(waiting(&world) == 0 && station_is_idle(world.station));
	scan(&world, "ASSAY:SUPPLY");
	CHECK(showed(&world, "note"));
	world_remove(&world);
}

TEST(mode_supply_supplies_green_at_once_and_nothing_else)
{
	static const struct {
		const char *json, *shown;
		uint64_t waiting;
	} rows[] = {{"green", "active|saved", 1}, {"amber", "caution", 0}, {"red", "recalled", 0},
		{"{}", "fault|own stale", 0}};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct world world;
		NEED(world_make(&world, STATION_MODE_SUPPLY));
		scan(&world, "P1");
		verdict(&world, rows[i].json);
		CHECK_ROW(showed(&world, rows[i].shown), "%s", rows[i].json);
		CHECK_ROW(waiting(&world) == rows[i].waiting, "%s", rows[i].json);
		world_remove(&world);
	}
}

TEST(what_speaks_against_a_pack_asks_for_an_override)
{
	struct world world;
	NEED(world_make(&world, STATION_MODE_CHECK));
	scan(&world, "P1");
	verdict(&world, "red");
	scan(&world, "ASSAY:SUPPLY");
	CHECK(showed(&world, "recalled|note") && waiting(&world) == 0);
	scan(&world, "ASSAY:OVERRIDE:WHIM");
	CHECK(showed(&world, "note") && waiting(&world) == 0);
	scan(&world, "ASSAY:OVERRIDE:CLINICAL");
	CHECK(showed(&world, "saved") && waiting(&world) == 1);
	CHECK(!strcmp(world.reason, "CLINICAL"));
	scan(&world, "ASSAY:OVERRIDE:CLINICAL");
	CHECK(showed(&world, "note") && waiting(&world) == 1);
	scan(&world, "P2");
	verdict(&world, "amber");
	scan(&world, "ASSAY:EXPORT");
	CHECK(showed(&world, "caution|note") && waiting(&world) == 1);
	scan(&world, "ASSAY:LOCK");
	CHECK(showed(&world, "saved") && waiting(&world) == 2);
	world_remove(&world);
}

TEST(destroying_asks_twice_and_another_scan_disarms)
{
	struct world world;
	NEED(world_make(&world, STATION_MODE_CHECK));
	scan(&world, "P1");
	verdict(&world, "red");
	scan(&world, "ASSAY:DESTROY");
	CHECK(showed(&world, "recalled|note") && waiting(&world) == 0);
	scan(&world, "P1");
	verdict(&world, "red");
	scan(&world, "ASSAY:DESTROY");
	scan(&world, "ASSAY:STOLEN");
	CHECK(waiting(&world) == 0);
	scan(&world, "ASSAY:DESTROY");
	CHECK(waiting(&world) == 0);
	scan(&world, "ASSAY:DESTROY");
	CHECK(waiting(&world) == 1);
	CHECK(showed(&world, "recalled|note|note|note|saved"));
	world_remove(&world);
}

TEST(works_on_while_the_appliance_is_away_and_catches_up_in_order)
{
	struct world world;
	char text[8];
	NEED(world_make(&world, STATION_MODE_SUPPLY));
	station_step(world.station);
	scan(&world, "P1");
	pass(&world, STATION_CHECK_MS - 1);
	CHECK(showed(&world, ""));
	pass(&world, 1);
	CHECK(showed(&world, "away|own stale"));
	CHECK(waiting(&world) == 0);
	scan(&world, "ASSAY:SUPPLY");
	CHECK(showed(&world, "saved"));
	/* Known to be away: the answer comes at once. */
	scan(&world, "E2");
	CHECK(showed(&world, "own expired"));
	scan(&world, "ASSAY:SUPPLY");
	CHECK(showed(&world, "note"));
	scan(&world, "P1");
	CHECK(showed(&world, "own already_supplied"));
	for (unsigned i = 3; i < 6; i++) {
		(void)snprintf(text, sizeof text, "P%u", i);
		scan(&world, text);
		scan(&world, "ASSAY:SUPPLY");
	}
	CHECK(waiting(&world) == 4);
	CHECK(sent(&world, WIRE_STATE) == NULL);
	world.shown[0] = 0;

	/* Probes go on; the first answer starts the catching up. */
	pass(&world, STATION_PROBE_MS);
	pass(&world, STATION_CHECK_MS);
	pass(&world, STATION_PROBE_MS);
	CHECK(sent(&world, WIRE_PING) != NULL && sent(&world, WIRE_PING) != NULL);
	CHECK(world.sent_count == 0);
	CHECK(showed(&world, ""));
	pass(&world, STATION_CHECK_MS);
	pass(&world, STATION_PROBE_MS);
	pong(&world, 0);
	CHECK(showed(&world, "back"));
	static const char *const order[] = {"P1", "P3", "P4", "P5"};
	for (size_t i = 0; i < 4; i++) {
		const struct wire *state = sent(&world, WIRE_STATE);
		NEED(state != NULL);
		CHECK_ROW(span_is(state->scan, order[i]), "%zu", i);
		CHECK(world.sent_count == 0);
		recorded(&world, state, i);
	}
	CHECK(showed(&world, "recorded 0|recorded 1|recorded 2|recorded 3"));
	CHECK(waiting(&world) == 0 && station_is_idle(world.station));
	world_remove(&world);
}

TEST(what_was_saved_before_a_restart_is_sent_after_it)
{
	struct world world;
	NEED(world_make(&world, STATION_MODE_SUPPLY));
	scan(&world, "P1");
	verdict(&world, "green");
	NEED(sent(&world, WIRE_STATE) != NULL);
	world_stop(&world);
	world.sent_count = 0;
	NEED(world_start(&world, STATION_MODE_CHECK));
	station_step(world.station);
	pong(&world, 0);
	const struct wire *state = sent(&world, WIRE_STATE);
	NEED(state != NULL);
	CHECK(span_is(state->scan, "P1"));
	/* The ledger has it already: it answers with the position of the first time. */
	recorded(&world, state, 5);
	CHECK(waiting(&world) == 0);
	world_remove(&world);
}

TEST(what_still_waits_here_outweighs_what_the_ledger_does_not_know_yet)
{
	struct world world;
	NEED(world_make(&world, STATION_MODE_SUPPLY));
	scan(&world, "P1");
	verdict(&world, "green");
	CHECK(showed(&world, "active|saved"));
	scan(&world, "P1");
	verdict(&world, "green");
	CHECK(showed(&world, "own already_supplied"));
	CHECK(waiting(&world) == 1);
	world_remove(&world);
}

TEST(what_is_recorded_while_the_appliance_judges_is_asked_about_again)
{
	struct world world;
	NEED(world_make(&world, STATION_MODE_SUPPLY));
	scan(&world, "P1");
	verdict(&world, "green");
	const struct wire *state = sent(&world, WIRE_STATE);
	NEED(state != NULL);
	scan(&world, "P1");
	recorded(&world, state, 3);
	CHECK(showed(&world, "active|saved|recorded 3"));
	verdict(&world, "green");
	CHECK(showed(&world, ""));
	verdict(&world, "red");
	CHECK(showed(&world, "recalled") && waiting(&world) == 0);
	/* Asked after that, the ledger has the last word: the pack came back some other way. */
	scan(&world, "P1");
	verdict(&world, "green");
	CHECK(showed(&world, "active|saved"));
	/* Once more and no further: then the graver answer counts. */
	state = sent(&world, WIRE_STATE);
	NEED(state != NULL);
	scan(&world, "P1");
	recorded(&world, state, 5);
	verdict(&world, "green");
	scan(&world, "P2");
	NEED(sent(&world, WIRE_CHECK) != NULL);
	world.sent_count = 0;
	pass(&world, STATION_CHECK_MS);
	CHECK(showed(&world, "recorded 5|away|own already_supplied|own stale"));
	CHECK(waiting(&world) == 0);
	world_remove(&world);
}

TEST(what_was_sent_to_an_appliance_that_died_is_sent_again_when_it_is_back)
{
	struct world world;
	NEED(world_make(&world, STATION_MODE_SUPPLY));
	scan(&world, "P1");
	verdict(&world, "green");
	const struct wire *first = sent(&world, WIRE_STATE);
	NEED(first != NULL && span_is(first->scan, "P1"));
	scan(&world, "P2");
	pass(&world, STATION_CHECK_MS);
	CHECK(showed(&world, "active|saved|away|own stale"));
	CHECK(sent(&world, WIRE_STATE) == NULL);
	pass(&world, STATION_PROBE_MS);
	pong(&world, 0);
	const struct wire *again = sent(&world, WIRE_STATE);
	NEED(again != NULL && span_is(again->scan, "P1"));
	recorded(&world, again, 6);
	CHECK(showed(&world, "back|recorded 6"));
	CHECK(waiting(&world) == 0);
	world_remove(&world);
}

TEST(a_refusal_is_shown_and_the_next_goes_on)
{
	struct world world;
	struct outbox_counts counts;
	NEED(world_make(&world, STATION_MODE_SUPPLY));
	scan(&world, "P1");
	verdict(&world, "green");
	const struct wire *first = sent(&world, WIRE_STATE);
	NEED(first != NULL);
	scan(&world, "P2");
	verdict(&world, "green");
	struct wire wire = {.type = WIRE_REFUSED,
		.code = 111,
		.word = span_text("not_in_hand"),
		.sentence = span_text("no")};
	CHECK(showed(&world, "active|saved|active|saved"));
	answer(&world, first, wire);
	CHECK(showed(&world, "refused"));
	const struct wire *second = sent(&world, WIRE_STATE);
	NEED(second != NULL && span_is(second->scan, "P2"));
	recorded(&world, second, 8);
	CHECK(outbox_count(world.outbox, &counts, NULL) == OK);
	CHECK(counts.refused == 1 && counts.recorded == 1 && counts.waiting == 0);
	world_remove(&world);
}

TEST(busy_waits_as_told_and_failures_back_off)
{
	struct world world;
	NEED(world_make(&world, STATION_MODE_SUPPLY));
	station_step(world.station);
	pong(&world, 0);
	scan(&world, "P1");
	verdict(&world, "green");
	const struct wire *state = sent(&world, WIRE_STATE);
	NEED(state != NULL);
	struct wire busy = {.type = WIRE_BUSY, .wait_ms = 4000};
	answer(&world, state, busy);
	CHECK(station_wait_ms(world.station) == 4000);
	pass(&world, 3999);
	CHECK(sent(&world, WIRE_STATE) == NULL);
	pass(&world, 1);
	state = sent(&world, WIRE_STATE);
	NEED(state != NULL);
	/* Recorded without a receipt is not done: it is asked for again, later each time. */
	for (int64_t pause = STATION_RETRY_MS; pause <= STATION_RETRY_MAX_MS; pause *= 2) {
		struct wire bare = {.type = WIRE_RECORDED, .position = 4, .time_ms = TIME};
		answer(&world, state, bare);
		CHECK(waiting(&world) == 1);
		world.now_ms += pause - 1;
		station_step(world.station);
		CHECK_ROW(sent(&world, WIRE_STATE) == NULL, "%lld", (long long)pause);
		/* The pings on the way are answered, or it would count as away. */
		struct wire alive = {.type = WIRE_PONG, .request = 1, .time_ms = TIME};
		world.answers[world.answer_count++] = alive;
		world.now_ms += 1;
		station_step(world.station);
		state = sent(&world, WIRE_STATE);
		NEED(state != NULL);
	}
	recorded(&world, state, 4);
	CHECK(waiting(&world) == 0);
	world_remove(&world);
}

TEST(undoing_shows_the_secret_of_the_change)
{
	struct world world;
	NEED(world_make(&world, STATION_MODE_SUPPLY));
	scan(&world, "P1");
	verdict(&world, "green");
	CHECK(showed(&world, "active|saved"));
	scan(&world, "ASSAY:UNDO");
	CHECK(showed(&world, "saved") && world.has_entry);
	scan(&world, "ASSAY:UNDO");
	CHECK(showed(&world, "note"));
	scan(&world, "P2");
	verdict(&world, "red");
	scan(&world, "ASSAY:UNDO");
	CHECK(showed(&world, "recalled|note"));
	CHECK(waiting(&world) == 2);
	world_remove(&world);
}

TEST(the_pepper_of_a_lot_is_remembered_for_when_the_appliance_is_away)
{
	struct world world;
	NEED(world_make(&world, STATION_MODE_CHECK));
	scan(&world, "P1");
	verdict(&world, "green");
	world.is_cut = true;
	pass(&world, STATION_PING_MS);
	scan(&world, "P2");
	scan(&world, "ASSAY:SUPPLY");
	CHECK(showed(&world, "active|away|own stale|saved"));
	CHECK(world.year_asked == 2026);
	world_remove(&world);
}

TEST(scans_wait_for_their_turn_up_to_a_bound)
{
	struct world world;
	NEED(world_make(&world, STATION_MODE_CHECK));
	scan(&world, "P0");
	for (unsigned i = 0; i < STATION_QUEUE; i++)
		scan(&world, i % 2 ? "ASSAY:LOCK" : "P1");
	CHECK(showed(&world, ""));
	scan(&world, "P9");
	CHECK(showed(&world, "fault"));
	CHECK(world.sent_count == 1);
	verdict(&world, "red");
	CHECK(showed(&world, "recalled"));
	verdict(&world, "red");
	CHECK(showed(&world, "recalled|saved"));
	CHECK(!station_is_idle(world.station));
	world_remove(&world);
}

TEST(goods_in_needs_the_appliance)
{
	struct world world;
	NEED(world_make(&world, STATION_MODE_CHECK));
	scan(&world, "ASSAY:MODE:RECEIVE");
	scan(&world, "]C100050123456789012345");
	const struct wire *receive = sent(&world, WIRE_RECEIVE);
	NEED(receive != NULL);
	struct wire wire = {.type = WIRE_RECEIVED, .sentence = span_text("24 packs")};
	answer(&world, receive, wire);
	CHECK(showed(&world, "mode|received"));
	scan(&world, "]C100050123456789012345");
	receive = sent(&world, WIRE_RECEIVE);
	NEED(receive != NULL);
	struct wire failed = {.type = WIRE_FAILED,
		.word = span_text("not_found"),
		.sentence = span_text("not announced")};
	answer(&world, receive, failed);
	CHECK(showed(&world, "note"));
	world.is_cut = true;
	scan(&world, "]C100050123456789012345");
	CHECK(showed(&world, "note"));
	world_remove(&world);
}

TEST(codes_that_mean_nothing_are_told)
{
	static const struct {
		const char *code, *shown;
	} rows[] = {{"ASSAY:SUPPLY", "note"}, {"ASSAY:DANCE", "note"}, {"ASSAY:MODE:REST", "note"},
		{"ASSAY:OVERRIDE:CLINICAL", "note"}, {"ASSAY:MODE:SUPPLY", "mode"},
		{"ASSAY:STATUS", "0 waiting"}};
	struct world world;
	NEED(world_make(&world, STATION_MODE_CHECK));
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		scan(&world, rows[i].code);
		CHECK_ROW(showed(&world, rows[i].shown), "%s", rows[i].code);
	}
	CHECK(waiting(&world) == 0 && world.sent_count == 0);
	world_remove(&world);
}

TEST(old_and_foreign_answers_are_ignored)
{
	struct world world;
	NEED(world_make(&world, STATION_MODE_SUPPLY));
	scan(&world, "P1");
	const struct wire *check = sent(&world, WIRE_CHECK);
	NEED(check != NULL);
	struct wire old = *check;
	pass(&world, STATION_CHECK_MS);
	CHECK(showed(&world, "away|own stale"));
	struct wire late = {.type = WIRE_VERDICT, .json = span_text("green")};
	answer(&world, &old, late);
	CHECK(showed(&world, "back"));
	CHECK(waiting(&world) == 0);
	/* A verdict where a receipt is due leaves the statement waiting. */
	scan(&world, "ASSAY:SUPPLY");
	const struct wire *state = sent(&world, WIRE_STATE);
	NEED(state != NULL);
	answer(&world, state, late);
	CHECK(waiting(&world) == 1);
	world_remove(&world);
}

TEST(a_lost_outbox_does_not_use_numbers_again)
{
	struct world world;
	struct statement statement;
	NEED(world_make(&world, STATION_MODE_SUPPLY));
	station_step(world.station);
	pong(&world, 500);
	scan(&world, "P1");
	verdict(&world, "green");
	const struct wire *state = sent(&world, WIRE_STATE);
	NEED(state != NULL);
	NEED(statement_decode(state->statement, SIGNED_STATEMENT, &statement, NULL) == OK);
	CHECK(statement.sequence == 500);
	world_remove(&world);
}

TEST(a_new_years_pepper_is_kept_before_it_is_used_and_stays)
{
	static const char text[BENCH_PEPPER_SIZE + 1] = "pppppppppppppppppppppppppppppppp";
	struct world world;
	NEED(world_make(&world, STATION_MODE_SUPPLY));
	world.newest = 2026;
	station_step(world.station);
	const struct wire *ping = sent(&world, WIRE_PING);
	NEED(ping != NULL && ping->year == 2026);
	struct wire wire = {.type = WIRE_PONG,
		.time_ms = TIME,
		.pepper_count = 1,
		.pepper = {{2027, span_of(text, BENCH_PEPPER_SIZE)}}};
	answer(&world, ping, wire);
	CHECK(world.newest == 2027);
	pass(&world, STATION_PING_MS);
	ping = sent(&world, WIRE_PING);
	CHECK(ping != NULL && ping->year == 2027);
	/* The enrolment knows nothing of it; the outbox does. */
	world.newest = 2026;
	world_stop(&world);
	NEED(world_start(&world, STATION_MODE_SUPPLY));
	CHECK(world.newest == 2027);
	world_remove(&world);
}

TEST(a_screen_tells_by_sign_and_word_and_lets_no_control_characters_through)
{
	struct bench_verdict verdict = {.colour = BENCH_RED,
		.is_pack = true,
		.word = "recalled",
		.sentence = "Recalled\033[2J \"now\""};
	struct shown shown = {
		.type = SHOWN_VERDICT, .verdict = &verdict, .scan = span_text("]d2\03501\033c")};
	struct display display = {0};
	struct buf buf;
	buf_init(&buf, 4096);
	display_text(&display, &shown, &buf);
	CHECK(strstr(buf_text(&buf), "[XX] red   recalled") != NULL);
	CHECK(strstr(buf_text(&buf), "]d2|01") != NULL);
	CHECK(strchr(buf_text(&buf), '\033') == NULL);
	display.has_colour = true;
	buf_reset(&buf);
	display_text(&display, &shown, &buf);
	CHECK(strstr(buf_text(&buf), "\033[1;37;41m [XX]") != NULL);
	buf_reset(&buf);
	display_json(&shown, &buf);
	CHECK_ROW(!strcmp(buf_text(&buf),
			  "{\"event\":\"verdict\",\"verdict\":\"recalled\",\"colour\":\"red\","
			  "\"action\":\"do_not_supply\",\"sentence\":\"Recalled\\u001b[2J "
			  "\\\"now\\\"\",\"product\":\"\",\"scan\":\"]d2\\u001d01\\u001bc\","
			  "\"local\":false,\"away\":false,\"waiting\":0,\"recorded\":0,"
			  "\"refused\":0}\n"),
		"%s", buf_text(&buf));
	buf_close(&buf);
}

TAP_MAIN(CASE(a_pack_is_checked_supplied_and_its_receipt_shown),
	CASE(mode_supply_supplies_green_at_once_and_nothing_else),
	CASE(what_speaks_against_a_pack_asks_for_an_override),
	CASE(destroying_asks_twice_and_another_scan_disarms),
	CASE(works_on_while_the_appliance_is_away_and_catches_up_in_order),
	CASE(what_was_saved_before_a_restart_is_sent_after_it),
	CASE(what_still_waits_here_outweighs_what_the_ledger_does_not_know_yet),
	CASE(what_is_recorded_while_the_appliance_judges_is_asked_about_again),
	CASE(what_was_sent_to_an_appliance_that_died_is_sent_again_when_it_is_back),
	CASE(a_refusal_is_shown_and_the_next_goes_on),
	CASE(busy_waits_as_told_and_failures_back_off),
	CASE(undoing_shows_the_secret_of_the_change),
	CASE(the_pepper_of_a_lot_is_remembered_for_when_the_appliance_is_away),
	CASE(scans_wait_for_their_turn_up_to_a_bound), CASE(goods_in_needs_the_appliance),
	CASE(codes_that_mean_nothing_are_told), CASE(old_and_foreign_answers_are_ignored),
	CASE(a_lost_outbox_does_not_use_numbers_again),
	CASE(a_new_years_pepper_is_kept_before_it_is_used_and_stays),
	CASE(a_screen_tells_by_sign_and_word_and_lets_no_control_characters_through))
