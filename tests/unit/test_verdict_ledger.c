/* Verdicts from what a ledger says: what counts when, for whom, and from which day on. */
#include "tests/tap.h"
#include "tests/unit/verdict_asked.h"

TEST(a_pack_on_the_ledger_from_commissioning_to_supply_and_back)
{
	struct world world;
	NEED(world_open(&world));
	CHECK(ask(&world, "L1", 1, 280600, 99).word == VERDICT_NOT_REGISTERED);
	NEED(!world_lot(&world, MAKER, GTIN_A, "L1", LOT_PACKS_ALL));
	NEED(!world_commission(&world, MAKER, GTIN_A, "L1", 1, 5));
	CHECK(ask(&world, "L1", 1, 280600, 99).word == VERDICT_NOT_RELEASED);
	CHECK(ask(&world, "L2", 9, 280600, 99).word == VERDICT_NOT_COVERED);
	NEED(!world_step(&world, MAKER, KIND_LOT_CLOSE, GTIN_A, "L1"));
	NEED(!world_step(&world, MAKER, KIND_LOT_RELEASE, GTIN_A, "L1"));
	struct asked asked = ask(&world, "L1", 1, 280600, world.position - 1);
	CHECK(asked.word == VERDICT_NOT_RELEASED && asked.verdict.parts[0].pending);
	CHECK(ask(&world, "L1", 1, 280600, world.position).word == VERDICT_ACTIVE);
	CHECK(ask(&world, "L1", 1, 280630, 99).word == VERDICT_ACTIVE);
	CHECK(ask(&world, "L1", 1, 280700, 99).word == VERDICT_EXPIRY_MISMATCH);
	CHECK(ask(&world, "L1", 6, 280600, 99).word == VERDICT_UNKNOWN_SERIAL);
	CHECK(ask(&world, "L1", 0, 280600, 99).word == VERDICT_LOT_ACTIVE);
	CHECK(ask(&world, "", 1, 280600, 99).word == VERDICT_ACTIVE);
	CHECK(ask(&world, "L2", 1, 280600, 99).word == VERDICT_LOT_MISMATCH);
	NEED(!world_change(&world, HOSPITAL, KIND_SUPPLY, "L1", 1, 1, BY_OPENER, 0));
	asked = ask(&world, "L1", 1, 280600, 0);
	CHECK(asked.word == VERDICT_ALREADY_SUPPLIED && asked.verdict.part_count == 2);
	CHECK(verdict_has(&asked.verdict, VERDICT_NOT_RELEASED));
	asked = ask(&world, "L1", 1, 280600, world.position - 1);
	CHECK(asked.word == VERDICT_ALREADY_SUPPLIED && !asked.verdict.is_own);
	CHECK(asked.verdict.alert == 0);
	NEED(!world_change(&world, PHARMACY, KIND_SUPPLY, "L1", 1, 1, BY_OPENER, 0));
	asked = ask(&world, "L1", 1, 280600, 99);
	CHECK(asked.verdict.alert == 1);
	world_close(&world);
}

TEST(a_pack_in_the_wrong_lot_shows_both_the_mismatch_and_its_state)
{
	struct world world;
	NEED(world_open(&world) && world_released(&world, "L1", 5));
	NEED(!world_lot(&world, MAKER, GTIN_A, "L2", LOT_PACKS_ALL));
	NEED(!world_step(&world, MAKER, KIND_LOT_CLOSE, GTIN_A, "L2"));
	NEED(!world_step(&world, MAKER, KIND_LOT_RELEASE, GTIN_A, "L2"));
	NEED(!world_change(&world, MAKER, KIND_STOLEN, "L1", 2, 1, BY_KEY, 0));
	struct asked asked = ask(&world, "L2", 1, 280600, 99);
	CHECK(asked.word == VERDICT_LOT_MISMATCH && asked.verdict.part_count == 1);
	CHECK(span_is(lot_text(&asked.facts.other_lot), "L1"));
	asked = ask(&world, "L2", 2, 280600, 99);
	CHECK(asked.word == VERDICT_STOLEN && verdict_has(&asked.verdict, VERDICT_LOT_MISMATCH));
	CHECK(ask(&world, "L2", 9, 280600, 99).word == VERDICT_UNKNOWN_SERIAL);
	world_close(&world);
}

TEST(three_sites_with_the_same_mismatch_point_to_the_maker)
{
	static const enum who sites[] = {PHARMACY_BENCH, PHARMACY_DOOR, HOSPITAL};
	struct world world;
	NEED(world_open(&world) && world_released(&world, "L1", 5));
	union kind_body body = {.check_alert = {.gtin = GTIN_A,
					.lot = span_text("L1"),
					.verdict = VERDICT_EXPIRY_MISMATCH,
					.expiry = 280700}};
	for (size_t i = 0; i < 3; i++) {
		CHECK(ask(&world, "L1", 1, 280700, 99).word == VERDICT_EXPIRY_MISMATCH);
		NEED(!world_say(&world, sites[i], KIND_CHECK_ALERT, &body));
		NEED(!world_say(&world, sites[i], KIND_CHECK_ALERT, &body));
	}
	CHECK(ask(&world, "L1", 1, 280700, world.position - 2).word == VERDICT_EXPIRY_MISMATCH);
	CHECK(ask(&world, "L1", 1, 280700, 99).word == VERDICT_MAKER_DATA);
	CHECK(ask(&world, "L1", 1, 280800, 99).word == VERDICT_EXPIRY_MISMATCH);
	world_close(&world);
}

/* The moment of a day's beginning in UTC; London's is an hour earlier in summer. */
static int64_t utc_day(uint32_t yymmdd)
{
	return (int64_t)expiry_day(yymmdd) * DAY_MS;
}

TEST(expiry_turns_at_midnight_of_the_ledgers_zone)
{
	enum { HOUR = 3600 * 1000 };
	static const struct {
		const char *why;
		uint32_t effective; /* as the lot has it */
		uint32_t next; /* the day after */
		int64_t before; /* UTC's midnight by so much */
	} rows[] = {
		{"summer, whole month", 280600, 280701, HOUR},
		{"winter, whole month", 271200, 280101, 0},
		{"a day in summer", 280615, 280616, HOUR},
		{"a leap day", 280229, 280301, 0},
		{"February of a leap year, whole month", 280200, 280301, 0},
		{"February of another year, whole month", 270200, 270301, 0},
		/* Summer time of 2027: from 28 March to 31 October, both at 01:00 UTC. */
		{"the day before summer time begins", 270327, 270328, 0},
		{"the day on which it begins", 270328, 270329, HOUR},
		{"the day before it ends", 271030, 271031, HOUR},
		{"the day on which it ends", 271031, 271101, 0},
		{"the month in which it begins", 270300, 270401, HOUR},
		{"the month in which it ends", 271000, 271101, 0},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct world world;
		NEED(world_open(&world) && world_released(&world, "L1", 2));
		union kind_body body = {.lot_extend = {.gtin = GTIN_A,
						.lot = span_text("L1"),
						.effective = rows[i].effective}};
		if (rows[i].effective != 280600)
			NEED(!world_say(&world, MAKER, KIND_LOT_EXTEND, &body));
		world.time_ms = utc_day(rows[i].next) - rows[i].before - 1;
		CHECK_ROW(ask(&world, "L1", 1, 280600, 99).word == VERDICT_ACTIVE, "%s, before",
			rows[i].why);
		NEED(!world_change(&world, PHARMACY, KIND_SUPPLY, "L1", 1, 1, BY_OPENER, 0));
		CHECK_ROW(!world.outcome.alert, "%s: %s", rows[i].why,
			outcome_word(world.outcome.alert));
		world.time_ms++;
		CHECK_ROW(ask(&world, "L1", 2, 280600, 99).word == VERDICT_EXPIRED, "%s, after",
			rows[i].why);
		NEED(!world_change(&world, PHARMACY, KIND_SUPPLY, "L1", 2, 1, BY_OPENER, 0));
		CHECK_ROW(world.outcome.alert == ALERT_EXPIRED, "%s: %s", rows[i].why,
			outcome_word(world.outcome.alert));
		world_close(&world);
	}
}

TEST(an_expiry_that_is_near_is_told_from_the_last_day_of_its_month)
{
	static const struct {
		uint32_t effective, today;
		int32_t days;
		enum verdict_word word;
	} rows[] = {
		{280600, 280531, 30, VERDICT_ACTIVE},
		{280600, 280601, 30, VERDICT_SHORT_DATED},
		{280600, 280630, 1, VERDICT_SHORT_DATED},
		{280600, 280630, 0, VERDICT_ACTIVE},
		{280600, 280701, 30, VERDICT_EXPIRED},
		{280200, 280130, 30, VERDICT_ACTIVE},
		{280200, 280131, 30, VERDICT_SHORT_DATED},
		{270200, 270129, 30, VERDICT_ACTIVE},
		{270200, 270130, 30, VERDICT_SHORT_DATED},
		{280615, 280516, 30, VERDICT_ACTIVE},
		{280615, 280517, 30, VERDICT_SHORT_DATED},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct world world;
		NEED(world_open(&world) && world_released(&world, "L1", 2));
		union kind_body body = {.lot_extend = {.gtin = GTIN_A,
						.lot = span_text("L1"),
						.effective = rows[i].effective}};
		if (rows[i].effective != 280600)
			NEED(!world_say(&world, MAKER, KIND_LOT_EXTEND, &body));
		world.time_ms = utc_day(rows[i].today) + DAY_MS / 2;
		world.short_dated_days = rows[i].days;
		enum verdict_word word = ask(&world, "L1", 1, 280600, 99).word;
		CHECK_ROW(word == rows[i].word, "row %zu: %s", i, verdict_row(word)->text);
		world_close(&world);
	}
}

TEST(packs_and_corrections_that_come_after_the_lot_was_closed_count_when_final)
{
	static const enum lot_reason reasons[] = {LOT_REASON_PACKS, LOT_REASON_MISSING};
	for (size_t i = 0; i < 2; i++) {
		struct world world;
		NEED(world_open(&world) && world_released(&world, "L1", 3));
		CHECK(ask(&world, "L1", 9, 280600, 99).word == VERDICT_UNKNOWN_SERIAL);
		union kind_body body = {
			.lot_correct = {
				.gtin = GTIN_A, .lot = span_text("L1"), .reason = reasons[i]}};
		uint64_t at = world.position;
		NEED(!world_say(&world, MAKER, KIND_LOT_CORRECT, &body));
		struct asked asked = ask(&world, "L1", 9, 280600, at);
		CHECK(asked.word == VERDICT_UNKNOWN_SERIAL && asked.verdict.parts[0].pending);
		CHECK(ask(&world, "L1", 9, 280600, at + 1).word == VERDICT_NOT_COVERED);
		CHECK(ask(&world, "L1", 1, 280600, at).word == VERDICT_ACTIVE);
		if (reasons[i] == LOT_REASON_MISSING) {
			at = world.position;
			NEED(!world_commission(&world, MAKER, GTIN_A, "L1", 9, 1));
			CHECK(ask(&world, "L1", 9, 280600, at).word == VERDICT_NOT_COVERED);
			CHECK(ask(&world, "L1", 9, 280600, at + 1).word == VERDICT_ACTIVE);
			CHECK(ask(&world, "L1", 1, 280600, at).word == VERDICT_ACTIVE);
			NEED(!world_step(&world, MAKER, KIND_LOT_CLOSE, GTIN_A, "L1"));
			asked = ask(&world, "L1", 9, 280600, at);
			CHECK(asked.word == VERDICT_UNKNOWN_SERIAL &&
				asked.verdict.parts[0].pending);
			NEED(!world_change(
				&world, HOSPITAL, KIND_SUPPLY, "L1", 9, 1, BY_OPENER, 0));
			CHECK(world_state(&world, "L1", 9) == PACK_SUPPLIED);
		}
		world_close(&world);
	}
}

TEST(of_two_easings_before_either_is_final_what_stood_first_counts)
{
	struct world world;
	NEED(world_open(&world) && world_released(&world, "L1", 3));
	union kind_body body = {
		.lot_extend = {.gtin = GTIN_A, .lot = span_text("L1"), .effective = 281200}};
	uint64_t at = world.position;
	NEED(!world_say(&world, MAKER, KIND_LOT_EXTEND, &body));
	body.lot_extend.effective = 291200;
	NEED(!world_say(&world, MAKER, KIND_LOT_EXTEND, &body));
	world.time_ms = utc_day(280701);
	CHECK(ask(&world, "L1", 1, 280600, at).word == VERDICT_EXPIRED);
	CHECK(ask(&world, "L1", 1, 280600, at + 2).word == VERDICT_ACTIVE);
	/* Long after, the one before is final for certain. */
	world.position += TAIL_MAX + 1;
	at = world.position;
	body.lot_extend.effective = 301200;
	NEED(!world_say(&world, MAKER, KIND_LOT_EXTEND, &body));
	CHECK(ask(&world, "L1", 1, 280600, at).word == VERDICT_ACTIVE);
	/* Bad news counts at once. */
	body.lot_extend.effective = 280600;
	NEED(!world_say(&world, MAKER, KIND_LOT_EXTEND, &body));
	CHECK(ask(&world, "L1", 1, 280600, at).word == VERDICT_EXPIRED);
	world_close(&world);
}

/* Commissions packs of a lot that is already there and releases it. */
static bool released_too(struct world *world, const char *lot, unsigned first, size_t count)
{
	return !world_lot(world, MAKER, GTIN_A, lot, LOT_PACKS_ALL) &&
	       !world_commission(world, MAKER, GTIN_A, lot, first, count) &&
	       !world_step(world, MAKER, KIND_LOT_CLOSE, GTIN_A, lot) &&
	       !world_step(world, MAKER, KIND_LOT_RELEASE, GTIN_A, lot);
}

TEST(a_number_in_two_lots_is_noticed_by_who_searches_for_it)
{
	struct world world;
	struct alert alert;
	NEED(world_open(&world) && world_released(&world, "L1", 5));
	NEED(released_too(&world, "L2", 5, 2) && released_too(&world, "L3", 7, 1));
	CHECK(ask(&world, "", 4, 0, 99).word == VERDICT_ACTIVE);
	CHECK(ask(&world, "", 6, 0, 99).word == VERDICT_ACTIVE);
	struct asked asked = ask(&world, "", 5, 0, 99);
	CHECK(asked.word == VERDICT_TWO_LOTS && asked.verdict.part_count == 1);
	CHECK(span_is(lot_text(&asked.facts.lot), "L2"));
	asked = ask(&world, "L3", 5, 280600, 99);
	CHECK(asked.word == VERDICT_LOT_MISMATCH && verdict_has(&asked.verdict, VERDICT_TWO_LOTS));
	/* With its lot printed nothing is searched. */
	CHECK(ask(&world, "L1", 5, 280600, 99).word == VERDICT_ACTIVE);
	/* Supplied from the older lot: that one is told of. */
	NEED(!world_change(&world, HOSPITAL, KIND_SUPPLY, "L1", 5, 1, BY_OPENER, 0));
	asked = ask(&world, "", 5, 0, 99);
	CHECK(asked.word == VERDICT_ALREADY_SUPPLIED &&
		verdict_has(&asked.verdict, VERDICT_TWO_LOTS));
	CHECK(span_is(lot_text(&asked.facts.lot), "L1"));
	union kind_body body = {.check_alert = {.gtin = GTIN_A, .verdict = VERDICT_TWO_LOTS}};
	NEED(!world_say(&world, PHARMACY, KIND_CHECK_ALERT, &body));
	CHECK(world.outcome.alert == ALERT_TWO_LOTS);
	CHECK(alert_find(world.table, GTIN_A, span_of(NULL, 0), ALERT_TWO_LOTS, 0, &alert, NULL) ==
		OK);
	world_close(&world);
}

static const uint8_t notice_id[RECALL_ID_SIZE] = {7};

static uint16_t transcribe(struct world *world, enum who who)
{
	uint8_t raw[32];
	struct buf items;
	buf_over(&items, raw, sizeof raw);
	cbor_put_array(&items, 2);
	cbor_put_uint(&items, GTIN_A);
	cbor_put_array(&items, 1);
	cbor_put_text(&items, span_text("L1"));
	union kind_body body = {.recall = {.id = span_of(notice_id, RECALL_ID_SIZE),
					.items = {.items = buf_span(&items), .count = 1},
					.class = RECALL_CLASS_2,
					.depth = DEPTH_PATIENT,
					.transcribed = true,
					.notice = span_text("EL(26)A/11")}};
	return world_say(world, who, KIND_RECALL, &body);
}

TEST(a_transcribed_notice_counts_for_its_own_member_and_those_who_follow_it)
{
	static const struct {
		enum who who;
		uint16_t follows; /* 0: nobody besides itself */
		enum verdict_word word;
	} rows[] = {
		{PHARMACY, 0, VERDICT_RECALLED},
		{PHARMACY_BENCH, 0, VERDICT_RECALLED},
		{HOSPITAL, 0, VERDICT_ACTIVE},
		{WHOLESALER, 0, VERDICT_ACTIVE},
		{AUTHORITY, 0, VERDICT_ACTIVE},
		{HOSPITAL, 3, VERDICT_RECALLED},
		{HOSPITAL, 2, VERDICT_ACTIVE},
	};
	struct world world;
	NEED(world_open(&world) && world_released(&world, "L1", 3));
	NEED(!transcribe(&world, PHARMACY));
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct asked asked = ask_as(&world, rows[i].who, "L1", 1, 280600, 99);
		if (rows[i].follows) {
			struct recall_asker asker = {.roles = ROLE_HOSPITAL,
				.followed = {4, rows[i].follows},
				.followed_count = 2};
			NEED(!recall_look(world.table, &asker, GTIN_A, span_text("L1"), NULL, 0, 99,
				&asked.facts.recall, NULL));
			verdict_judge(&asked.facts, ZONE_EUROPE_LONDON, &asked.verdict);
			asked.word = verdict_word(&asked.verdict);
		}
		CHECK_ROW(asked.word == rows[i].word, "row %zu: %s", i,
			verdict_row(asked.word)->text);
		CHECK_ROW(asked.word != VERDICT_RECALLED ||
				  asked.verdict.recall_source == RECALL_TRANSCRIBED,
			"row %zu is not shown as transcribed", i);
	}
	/* A supply against it: an alert for who follows it, none for others. */
	NEED(!world_change(&world, HOSPITAL, KIND_SUPPLY, "L1", 1, 1, BY_OPENER, 0));
	CHECK(!world.outcome.alert);
	NEED(!world_change(&world, PHARMACY_DOOR, KIND_SUPPLY, "L1", 2, 1, BY_OPENER, 0));
	CHECK(world.outcome.alert == ALERT_RECALLED);
	world_close(&world);
}

TEST(a_lot_of_a_pepper_that_is_not_at_hand_cannot_be_told)
{
	struct world world;
	struct lot lot;
	NEED(world_open(&world) && world_released(&world, "L1", 5));
	NEED(!lot_get(world.table, GTIN_A, span_text("L1"), &lot, NULL));
	lot.pepper_year = 2031;
	NEED(!lot_put(world.table, &lot, NULL));
	CHECK(ask(&world, "L1", 1, 280600, 99).err == ERR_UNSURE);
	CHECK(ask(&world, "L1", 0, 280600, 99).word == VERDICT_LOT_ACTIVE);
	world_close(&world);
}

TEST(searches_for_a_pack_in_so_many_lots_and_says_when_it_stopped)
{
	struct world world;
	struct lot lot;
	NEED(world_open(&world) && world_released(&world, "L1", 5));
	NEED(!lot_get(world.table, GTIN_A, span_text("L1"), &lot, NULL));
	for (uint32_t i = 0; i < LOT_SEARCH_MAX; i++) {
		lot.id++;
		lot.text_size = (uint8_t)snprintf((char *)lot.text, sizeof lot.text, "X%u", i);
		NEED(!lot_put(world.table, &lot, NULL));
		if (i == LOT_SEARCH_MAX - 2)
			CHECK(ask(&world, "L9", 1, 0, 9999).word == VERDICT_LOT_MISMATCH);
	}
	struct asked asked = ask(&world, "L9", 1, 0, 9999);
	CHECK(asked.word == VERDICT_NOT_COVERED && asked.facts.search_cut);
	world_close(&world);
}

TAP_MAIN(CASE(a_pack_on_the_ledger_from_commissioning_to_supply_and_back),
	CASE(a_pack_in_the_wrong_lot_shows_both_the_mismatch_and_its_state),
	CASE(three_sites_with_the_same_mismatch_point_to_the_maker),
	CASE(expiry_turns_at_midnight_of_the_ledgers_zone),
	CASE(an_expiry_that_is_near_is_told_from_the_last_day_of_its_month),
	CASE(packs_and_corrections_that_come_after_the_lot_was_closed_count_when_final),
	CASE(of_two_easings_before_either_is_final_what_stood_first_counts),
	CASE(a_number_in_two_lots_is_noticed_by_who_searches_for_it),
	CASE(a_transcribed_notice_counts_for_its_own_member_and_those_who_follow_it),
	CASE(a_lot_of_a_pepper_that_is_not_at_hand_cannot_be_told),
	CASE(searches_for_a_pack_in_so_many_lots_and_says_when_it_stopped))
