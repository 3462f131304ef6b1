/* Kinds 40-47: changes of a pack's state; kinds 70-72 and 90-91 beside them. */
#include "tests/tap.h"
#include "tests/unit/rules_world.h"

#include "appliance/rules/verdict.h"

/* The case of the newest alert. */
static bool newest_case(struct world *world, struct alert *alert, struct alert_case *found)
{
	struct alert_case none = {0};
	return !alert_next(world->table, 0, alert, NULL) &&
	       !alert_case_next(world->table, alert->number, &none, found, NULL);
}

TEST(each_change_takes_an_active_pack_to_its_state)
{
	static const struct {
		enum who who;
		unsigned kind;
		uint64_t parameter;
		enum pack_state state;
	} rows[] = {
		{PHARMACY_BENCH, KIND_SUPPLY, 0, PACK_SUPPLIED},
		{PHARMACY_BENCH, KIND_OPEN, 14, PACK_OPENED},
		{PHARMACY_BENCH, KIND_DESTROY, 0, PACK_DESTROYED},
		{WHOLESALER, KIND_EXPORT, 0, PACK_EXPORTED},
		{AUTHORITY, KIND_SAMPLE, 0, PACK_SAMPLED},
		{WHOLESALER, KIND_FREE_SAMPLE, 0, PACK_FREE_SAMPLED},
		{MAKER, KIND_LOCK, 0, PACK_LOCKED},
		{HOSPITAL, KIND_STOLEN, 0, PACK_STOLEN},
		{WHOLESALER, KIND_REPACKAGE, 0, PACK_REPACKAGED},
	};
	struct world world;
	struct lot lot;
	NEED(world_open(&world) && world_released(&world, "L1", 20));
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint16_t code = world_change(&world, rows[i].who, rows[i].kind, "L1", 2 * i + 1, 2,
			BY_OPENER, rows[i].parameter);
		CHECK_ROW(!code && !world.outcome.alert, "kind %u: %s %s", rows[i].kind,
			outcome_word(code), outcome_word(world.outcome.alert));
		CHECK_ROW(world_state(&world, "L1", 2 * i + 1) == rows[i].state, "kind %u",
			rows[i].kind);
		CHECK_ROW(world_state(&world, "L1", 2 * i + 2) == rows[i].state, "kind %u",
			rows[i].kind);
	}
	CHECK(world_state(&world, "L1", 19) == PACK_ACTIVE);
	NEED(lot_get(world.table, GTIN_A, span_text("L1"), &lot, NULL) == OK);
	CHECK(lot.gone_count == 14);
	CHECK(memory_count(world.memory, TABLE_ALERT) == 0);
	world_close(&world);
}

TEST(refuses_changes_by_whom_and_how)
{
	static const struct {
		const char *why;
		enum who who;
		unsigned kind;
		enum world_names names;
		uint64_t parameter;
		uint16_t code;
	} rows[] = {
		{"no role", HR, KIND_SUPPLY, BY_OPENER, 0, REFUSED_NO_ROLE},
		{"makers do not supply", MAKER, KIND_SUPPLY, BY_OPENER, 0, REFUSED_NO_ROLE},
		{"pharmacies do not export", PHARMACY, KIND_EXPORT, BY_OPENER, 0, REFUSED_NO_ROLE},
		{"not in hand", PHARMACY, KIND_SUPPLY, BY_KEY, 0, REFUSED_NOT_IN_HAND},
		{"lock not in hand", PHARMACY, KIND_LOCK, BY_KEY, 0, REFUSED_NOT_IN_HAND},
		{"stolen not in hand", RIVAL, KIND_STOLEN, BY_KEY, 0, REFUSED_NOT_IN_HAND},
		{"holder destroys only in hand", MAKER, KIND_DESTROY, BY_KEY, 0,
			REFUSED_NOT_IN_HAND},
		{"remaining of a supply", PHARMACY, KIND_SUPPLY, BY_OPENER, 3, OUTCOME_BAD_VALUE},
		{"lock in hand", PHARMACY, KIND_LOCK, BY_OPENER, 0, OUTCOME_ACCEPTED},
	};
	struct world world;
	NEED(world_open(&world) && world_released(&world, "L1", 3));
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint16_t code = world_change(&world, rows[i].who, rows[i].kind, "L1", 1, 1,
			rows[i].names, rows[i].parameter);
		CHECK_ROW(code == rows[i].code, "%s: %s", rows[i].why, outcome_word(code));
	}
	CHECK(world_change(&world, MAKER, KIND_LOCK, "L1", 2, 1, BY_KEY, 0) == OUTCOME_ACCEPTED);
	CHECK(world_change(&world, AUTHORITY, KIND_STOLEN, "L1", 3, 1, BY_KEY, 0) ==
		OUTCOME_ACCEPTED);
	CHECK(world_state(&world, "L1", 2) == PACK_LOCKED);
	CHECK(world_state(&world, "L1", 3) == PACK_STOLEN);
	world_close(&world);
}

TEST(a_mandate_narrows_products_and_sites)
{
	static const struct {
		const char *why;
		uint64_t gtin;
		enum who who;
		uint16_t code;
	} rows[] = {
		{"product of the mandate", GTIN_A, AGENT, OUTCOME_ACCEPTED},
		{"another product", GTIN_B, AGENT, REFUSED_OUTSIDE_MANDATE},
		{"no site", GTIN_A, SITE_AGENT, REFUSED_OTHER_SITE},
		{"another site", GTIN_A, SITE_AGENT_ELSEWHERE, REFUSED_OTHER_SITE},
		{"the site", GTIN_A, SITE_AGENT_THERE, OUTCOME_ACCEPTED},
	};
	struct world world;
	struct world_elements elements;
	NEED(world_open(&world));
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		union kind_body body = {.change = {.gtin = rows[i].gtin, .lot = span_text("L1")}};
		body.change.elements = *world_elements(&elements, rows[i].gtin, 1, 1, BY_OPENER, 0);
		uint16_t code = world_say(&world, rows[i].who, KIND_DESTROY, &body);
		CHECK_ROW(code == rows[i].code, "%s: %s", rows[i].why, outcome_word(code));
	}
	world_close(&world);
}

TEST(what_lies_outside_the_newest_mandate_is_judged_by_the_older_ones)
{
	static const struct {
		uint64_t gtin;
		bool older; /* there is one for GTIN_B */
		uint16_t code;
	} rows[] = {
		{GTIN_A, false, OUTCOME_ACCEPTED},
		{GTIN_B, false, REFUSED_OUTSIDE_MANDATE},
		{GTIN_A, true, OUTCOME_ACCEPTED},
		{GTIN_B, true, OUTCOME_ACCEPTED},
		{GTIN_C, true, REFUSED_OUTSIDE_MANDATE},
	};
	struct world_elements elements;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct world world;
		union kind_body body = {.change = {.gtin = rows[i].gtin, .lot = span_text("L1")}};
		NEED(world_open(&world));
		if (rows[i].older)
			NEED(!table_put(world.table, WORLD_TABLE, span_text("older"),
				span_text("x"), NULL));
		body.change.elements = *world_elements(&elements, rows[i].gtin, 1, 1, BY_OPENER, 0);
		uint16_t code = world_say(&world, AGENT, KIND_DESTROY, &body);
		CHECK_ROW(code == rows[i].code, "row %zu: %s", i, outcome_word(code));
		CHECK_ROW(!code || world.outcome.a == (int64_t)rows[i].gtin, "row %zu", i);
		/* What the principal itself may not say, no mandate gives. */
		CHECK_ROW(world_lot(&world, AGENT, GTIN_C, "L1", LOT_PACKS_ALL) ==
				  REFUSED_NOT_YOUR_GTIN,
			"row %zu", i);
		world_close(&world);
	}
}

/* What a second change finds, and what it does. */
TEST(a_second_change_meets_the_first)
{
	static const struct {
		unsigned first;
		enum who second_who;
		unsigned second;
		uint16_t alert;
		enum pack_state state;
	} rows[] = {
		{KIND_SUPPLY, HOSPITAL, KIND_SUPPLY, ALERT_ALREADY_SUPPLIED, PACK_SUPPLIED},
		{KIND_SUPPLY, PHARMACY, KIND_SUPPLY, ALERT_ALREADY_SUPPLIED, PACK_SUPPLIED},
		{KIND_SUPPLY, HOSPITAL, KIND_OPEN, ALERT_ALREADY_SUPPLIED, PACK_SUPPLIED},
		{KIND_SUPPLY, WHOLESALER, KIND_EXPORT, ALERT_ALREADY_SUPPLIED, PACK_SUPPLIED},
		{KIND_SUPPLY, HOSPITAL, KIND_DESTROY, 0, PACK_DESTROYED},
		{KIND_SUPPLY, MAKER, KIND_LOCK, ALERT_ALREADY_SUPPLIED, PACK_SUPPLIED},
		{KIND_SUPPLY, MAKER, KIND_STOLEN, ALERT_ALREADY_SUPPLIED, PACK_SUPPLIED},
		{KIND_DESTROY, HOSPITAL, KIND_SUPPLY, ALERT_DESTROYED, PACK_DESTROYED},
		{KIND_DESTROY, HOSPITAL, KIND_DESTROY, ALERT_DESTROYED, PACK_DESTROYED},
		{KIND_STOLEN, HOSPITAL, KIND_SUPPLY, ALERT_STOLEN, PACK_STOLEN},
		{KIND_STOLEN, HOSPITAL, KIND_DESTROY, ALERT_STOLEN, PACK_STOLEN},
		{KIND_STOLEN, MAKER, KIND_DESTROY, 0, PACK_DESTROYED},
		{KIND_STOLEN, AUTHORITY, KIND_DESTROY, 0, PACK_DESTROYED},
		{KIND_LOCK, HOSPITAL, KIND_SUPPLY, ALERT_LOCKED, PACK_LOCKED},
		{KIND_LOCK, HOSPITAL, KIND_LOCK, 0, PACK_LOCKED},
		{KIND_LOCK, HOSPITAL, KIND_STOLEN, 0, PACK_STOLEN},
		{KIND_LOCK, HOSPITAL, KIND_DESTROY, 0, PACK_DESTROYED},
		{KIND_OPEN, PHARMACY, KIND_OPEN, 0, PACK_OPENED},
		{KIND_OPEN, PHARMACY, KIND_SUPPLY, 0, PACK_SUPPLIED},
		{KIND_OPEN, HOSPITAL, KIND_OPEN, ALERT_OPENED_ELSEWHERE, PACK_OPENED},
		{KIND_OPEN, HOSPITAL, KIND_SUPPLY, ALERT_OPENED_ELSEWHERE, PACK_SUPPLIED},
		{KIND_OPEN, HOSPITAL, KIND_DESTROY, 0, PACK_DESTROYED},
	};
	struct world world;
	struct alert alert;
	struct alert_case found;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		NEED(world_open(&world) && world_released(&world, "L1", 2));
		NEED(!world_change(&world, PHARMACY, rows[i].first, "L1", 1, 1, BY_OPENER,
			rows[i].first == KIND_OPEN ? 20 : 0));
		uint64_t first = world.position - 1;
		NEED(!world_change(&world, rows[i].second_who, rows[i].second, "L1", 1, 1,
			BY_OPENER, rows[i].second == KIND_OPEN ? 10 : 0));
		CHECK_ROW(world.outcome.alert == rows[i].alert, "row %zu: %s", i,
			outcome_word(world.outcome.alert));
		CHECK_ROW(world_state(&world, "L1", 1) == rows[i].state, "row %zu: %s", i,
			pack_state_word(world_state(&world, "L1", 1)));
		bool is_there = newest_case(&world, &alert, &found);
		CHECK_ROW(is_there == (rows[i].alert != 0), "row %zu", i);
		if (is_there) {
			CHECK_ROW(alert.code == rows[i].alert && alert.count == 1, "row %zu", i);
			CHECK_ROW(found.position == world.position - 1 && found.before_at == first,
				"row %zu", i);
		}
		world_close(&world);
	}
}

TEST(an_alert_names_the_element_and_the_others_still_change)
{
	struct world world;
	struct world_pack packs[3];
	NEED(world_open(&world) && world_released(&world, "L1", 3));
	world_packs(GTIN_A, 1, 3, packs);
	NEED(!world_change(&world, HOSPITAL, KIND_SUPPLY, "L1", packs[1].number, 1, BY_OPENER, 0));
	NEED(!world_change(&world, PHARMACY, KIND_SUPPLY, "L1", 1, 3, BY_OPENER, 0));
	CHECK(world.outcome.alert == ALERT_ALREADY_SUPPLIED && world.outcome.element == 1);
	for (unsigned n = 1; n <= 3; n++)
		CHECK(world_state(&world, "L1", n) == PACK_SUPPLIED);
	world_close(&world);
}

TEST(one_alert_a_lot_and_cause_counts_and_keeps_the_first_cases)
{
	struct world world;
	struct alert alert;
	struct alert_case found = {0};
	size_t cases = 0;
	NEED(world_open(&world) && world_released(&world, "L1", 2));
	for (unsigned i = 0; i < ALERT_CASES_MAX + 11; i++)
		NEED(!world_change(&world, i % 2 ? PHARMACY : HOSPITAL, KIND_SUPPLY, "L1", 1, 1,
			BY_OPENER, 0));
	NEED(alert_find(world.table, GTIN_A, span_text("L1"), ALERT_ALREADY_SUPPLIED, 0, &alert,
		     NULL) == OK);
	CHECK(alert.number == 1 && alert.count == ALERT_CASES_MAX + 10 && alert.place_count == 2);
	while (alert_case_next(world.table, 1, &found, &found, NULL) == OK)
		cases++;
	CHECK(cases == ALERT_CASES_MAX);
	CHECK(memory_count(world.memory, TABLE_ALERT) == 1);
	world_close(&world);
}

TEST(above_the_quota_alerts_of_one_key_and_product_merge)
{
	struct world world;
	struct alert alert;
	char lot[LOT_TEXT_MAX];
	union kind_body body = {.check_alert = {.gtin = GTIN_A, .verdict = VERDICT_UNKNOWN_LOT}};
	NEED(world_open(&world));
	for (unsigned i = 0; i < ALERT_DAY_QUOTA + 5; i++) {
		(void)snprintf(lot, sizeof lot, "X%u", i);
		body.check_alert.lot = span_text(lot);
		NEED(!world_say(&world, PHARMACY, KIND_CHECK_ALERT, &body));
	}
	CHECK(memory_count(world.memory, TABLE_ALERT) == ALERT_DAY_QUOTA + 1);
	NEED(alert_next(world.table, 0, &alert, NULL) == OK);
	CHECK(alert.lot_size == 0 && alert.count == 5);
	body.check_alert.lot = span_text("Y");
	NEED(!world_say(&world, HOSPITAL, KIND_CHECK_ALERT, &body));
	CHECK(memory_count(world.memory, TABLE_ALERT) == ALERT_DAY_QUOTA + 2);
	world.time_ms += DAY_MS;
	body.check_alert.lot = span_text("Z");
	NEED(!world_say(&world, PHARMACY, KIND_CHECK_ALERT, &body));
	CHECK(memory_count(world.memory, TABLE_ALERT) == ALERT_DAY_QUOTA + 3);
	world_close(&world);
}

TEST(a_supply_against_the_lot_is_recorded_with_its_alert_and_happens)
{
	enum { OPEN, WITHDRAWN, EXPIRED, UNKNOWN_COVERED, UNKNOWN_FREE };
	static const struct {
		int how;
		uint16_t alert;
	} rows[] = {{OPEN, ALERT_NOT_RELEASED}, {WITHDRAWN, ALERT_WITHDRAWN},
		{EXPIRED, ALERT_EXPIRED}, {UNKNOWN_COVERED, ALERT_UNKNOWN_LOT}, {UNKNOWN_FREE, 0}};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct world world;
		uint8_t raw[16];
		struct buf lots;
		NEED(world_open(&world));
		buf_over(&lots, raw, sizeof raw);
		cbor_put_text(&lots, span_text("L1"));
		union kind_body cover = {
			.coverage = {.gtin = GTIN_A, .lots = buf_span(&lots), .lot_count = 1}};
		switch (rows[i].how) {
		case OPEN:
			NEED(!world_lot(&world, MAKER, GTIN_A, "L1", LOT_PACKS_ALL));
			NEED(!world_commission(&world, MAKER, GTIN_A, "L1", 1, 1));
			break;
		case UNKNOWN_COVERED: NEED(!world_say(&world, MAKER, KIND_COVERAGE, &cover)); break;
		case UNKNOWN_FREE: break;
		default:
			NEED(world_released(&world, "L1", 1));
			if (rows[i].how == WITHDRAWN)
				NEED(!world_step(&world, MAKER, KIND_LOT_WITHDRAW, GTIN_A, "L1"));
			else
				world.time_ms += 700 * DAY_MS;
		}
		NEED(!world_change(&world, PHARMACY, KIND_SUPPLY, "L1", 1, 1, BY_OPENER, 0));
		CHECK_ROW(world.outcome.alert == rows[i].alert, "row %zu: %s", i,
			outcome_word(world.outcome.alert));
		CHECK_ROW(world_state(&world, "L1", 1) ==
				  (rows[i].how < UNKNOWN_COVERED ? PACK_SUPPLIED : 0),
			"row %zu", i);
		world_close(&world);
	}
}

TEST(every_way_out_of_a_withdrawn_lot_raises_its_alert)
{
	static const struct {
		enum who who;
		unsigned kind;
		uint16_t alert;
	} rows[] = {
		{PHARMACY, KIND_SUPPLY, ALERT_WITHDRAWN},
		{PHARMACY, KIND_OPEN, ALERT_WITHDRAWN},
		{WHOLESALER, KIND_EXPORT, ALERT_WITHDRAWN},
		{WHOLESALER, KIND_FREE_SAMPLE, ALERT_WITHDRAWN},
		{WHOLESALER, KIND_REPACKAGE, ALERT_WITHDRAWN},
		{WHOLESALER, KIND_SAMPLE, 0},
		{PHARMACY, KIND_DESTROY, 0},
		{PHARMACY, KIND_LOCK, 0},
		{PHARMACY, KIND_STOLEN, 0},
	};
	struct world world;
	NEED(world_open(&world) && world_released(&world, "L1", 9));
	NEED(!world_step(&world, MAKER, KIND_LOT_WITHDRAW, GTIN_A, "L1"));
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		NEED(!world_change(
			&world, rows[i].who, rows[i].kind, "L1", i + 1, 1, BY_OPENER, 0));
		CHECK_ROW(world.outcome.alert == rows[i].alert, "kind %u: %s", rows[i].kind,
			outcome_word(world.outcome.alert));
		CHECK_ROW(world_state(&world, "L1", i + 1) == change_target((uint16_t)rows[i].kind),
			"kind %u", rows[i].kind);
	}
	world_close(&world);
}

TEST(an_unknown_number_is_an_alert_only_where_all_packs_are_registered)
{
	struct world world;
	NEED(world_open(&world) && world_released(&world, "L1", 3));
	NEED(!world_change(&world, PHARMACY, KIND_SUPPLY, "L1", 9, 1, BY_OPENER, 0));
	CHECK(world.outcome.alert == ALERT_UNKNOWN_SERIAL && world_state(&world, "L1", 9) == 0);
	NEED(!world_lot(&world, MAKER, GTIN_A, "L2", LOT_PACKS_SOME));
	NEED(!world_step(&world, MAKER, KIND_LOT_CLOSE, GTIN_A, "L2"));
	NEED(!world_step(&world, MAKER, KIND_LOT_RELEASE, GTIN_A, "L2"));
	NEED(!world_change(&world, PHARMACY, KIND_SUPPLY, "L2", 9, 1, BY_OPENER, 0));
	CHECK(world.outcome.alert == 0);
	world_close(&world);
}

TEST(supplies_packs_without_a_number_by_count)
{
	struct world world;
	struct lot lot;
	union kind_body body = {.change = {.gtin = GTIN_A, .lot = span_text("L1"), .loose = 12}};
	NEED(world_open(&world));
	NEED(!world_lot(&world, MAKER, GTIN_A, "L1", LOT_PACKS_NONE));
	NEED(!world_step(&world, MAKER, KIND_LOT_CLOSE, GTIN_A, "L1"));
	NEED(!world_step(&world, MAKER, KIND_LOT_RELEASE, GTIN_A, "L1"));
	CHECK(world_say(&world, PHARMACY, KIND_SUPPLY, &body) == OUTCOME_ACCEPTED);
	CHECK(world_say(&world, PHARMACY, KIND_SUPPLY, &body) == OUTCOME_ACCEPTED);
	CHECK(world_say(&world, PHARMACY, KIND_DESTROY, &body) == OUTCOME_BAD_VALUE);
	NEED(lot_get(world.table, GTIN_A, span_text("L1"), &lot, NULL) == OK);
	CHECK(lot.loose_count == 24 && !world.outcome.alert);
	world_close(&world);
}

TEST(late_statements_change_state_for_supply_destroy_and_lock_only)
{
	static const struct {
		unsigned kind;
		enum pack_state state;
	} rows[] = {{KIND_SUPPLY, PACK_SUPPLIED}, {KIND_DESTROY, PACK_DESTROYED},
		{KIND_LOCK, PACK_LOCKED}, {KIND_OPEN, PACK_ACTIVE}, {KIND_STOLEN, PACK_ACTIVE}};
	struct world world;
	NEED(world_open(&world) && world_released(&world, "L1", 9));
	world.late = true;
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		NEED(!world_change(
			&world, PHARMACY_BENCH, rows[i].kind, "L1", i + 1, 1, BY_OPENER, 0));
		CHECK_ROW(world.outcome.alert == ALERT_LATE_DELIVERY, "kind %u: %s", rows[i].kind,
			outcome_word(world.outcome.alert));
		CHECK_ROW(
			world_state(&world, "L1", i + 1) == rows[i].state, "kind %u", rows[i].kind);
	}
	NEED(!world_change(&world, HOSPITAL, KIND_SUPPLY, "L1", 1, 1, BY_OPENER, 0));
	CHECK(world.outcome.alert == ALERT_LATE_CONFLICT);
	world.late = false;
	NEED(!world_change(&world, HOSPITAL, KIND_SUPPLY, "L1", 1, 1, BY_OPENER, 0));
	CHECK(world.outcome.alert == ALERT_ALREADY_SUPPLIED);
	world_close(&world);
}

TEST(what_comes_late_of_a_compromised_key_is_flagged)
{
	struct world world;
	struct alert alert = {0};
	NEED(world_open(&world) && world_released(&world, "L1", 9));
	world.late = true;
	NEED(!world_change(&world, PHARMACY_BENCH, KIND_SUPPLY, "L1", 1, 1, BY_OPENER, 0));
	CHECK(world.outcome.alert == ALERT_LATE_DELIVERY);
	NEED(!table_put(world.table, WORLD_TABLE, span_text("taken"), span_text("y"), NULL));
	NEED(!world_change(&world, PHARMACY_BENCH, KIND_SUPPLY, "L1", 2, 1, BY_OPENER, 0));
	CHECK(world.outcome.alert == ALERT_KEY_COMPROMISED);
	CHECK(world_state(&world, "L1", 2) == PACK_SUPPLIED); /* flagged, not reversed */
	NEED(!world_change(&world, PHARMACY_DOOR, KIND_SUPPLY, "L1", 3, 1, BY_OPENER, 0));
	CHECK(world.outcome.alert == ALERT_LATE_DELIVERY);
	CHECK(alert_find(world.table, 0, span_of(NULL, 0), ALERT_KEY_COMPROMISED, PHARMACY_BENCH,
		      &alert, NULL) == OK &&
		alert.count == 1);
	world_close(&world);
}

TEST(alerts_are_closed_by_those_with_a_say_in_them)
{
	struct world world;
	struct alert alert;
	NEED(world_open(&world) && world_released(&world, "L1", 2));
	NEED(!world_change(&world, HOSPITAL, KIND_SUPPLY, "L1", 1, 1, BY_OPENER, 0));
	NEED(!world_change(&world, PHARMACY, KIND_SUPPLY, "L1", 1, 1, BY_OPENER, 0));
	union kind_body body = {.alert_resolve = {.number = 1, .cause = CAUSE_USER}};
	CHECK(world_say(&world, HOSPITAL, KIND_ALERT_RESOLVE, &body) == REFUSED_NOT_YOUR_ALERT);
	body.alert_resolve.number = 2;
	CHECK(world_say(&world, AUTHORITY, KIND_ALERT_RESOLVE, &body) == REFUSED_NO_SUCH_ALERT);
	body.alert_resolve.number = 1;
	CHECK(world_say(&world, PHARMACY_DOOR, KIND_ALERT_RESOLVE, &body) == OUTCOME_ACCEPTED);
	CHECK(world_say(&world, AUTHORITY, KIND_ALERT_RESOLVE, &body) == REFUSED_ALERT_CLOSED);
	NEED(alert_get(world.table, 1, &alert, NULL) == OK);
	CHECK(alert.cause == CAUSE_USER && alert.closed_by == 3);
	NEED(!world_change(&world, PHARMACY, KIND_SUPPLY, "L1", 1, 1, BY_OPENER, 0));
	NEED(alert_next(world.table, 0, &alert, NULL) == OK);
	CHECK(alert.number == 2 && alert.cause == 0);
	world_close(&world);
}

TEST(an_alert_that_others_raised_too_is_not_closed_by_the_first)
{
	static const struct {
		enum who also, closes;
		uint16_t code;
	} rows[] = {
		{PHARMACY, PHARMACY, OUTCOME_ACCEPTED}, /* nobody else */
		{PHARMACY_DOOR, PHARMACY_BENCH, OUTCOME_ACCEPTED},
		{HOSPITAL, PHARMACY, REFUSED_NOT_YOUR_ALERT},
		{HOSPITAL, HOSPITAL, REFUSED_NOT_YOUR_ALERT},
		{HOSPITAL, MAKER, OUTCOME_ACCEPTED},
		{HOSPITAL, AUTHORITY, OUTCOME_ACCEPTED},
	};
	union kind_body check = {
		.check_alert = {
			.gtin = GTIN_A, .lot = span_text("L1"), .verdict = VERDICT_LOT_MISMATCH}};
	union kind_body body = {.alert_resolve = {.number = 1, .cause = CAUSE_USER}};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct world world;
		NEED(world_open(&world));
		NEED(!world_say(&world, PHARMACY, KIND_CHECK_ALERT, &check));
		NEED(!world_say(&world, rows[i].also, KIND_CHECK_ALERT, &check));
		uint16_t code = world_say(&world, rows[i].closes, KIND_ALERT_RESOLVE, &body);
		CHECK_ROW(code == rows[i].code, "row %zu: %s", i, outcome_word(code));
		world_close(&world);
	}
}

TEST(counts_green_checks_once_a_day_and_place)
{
	static const struct {
		enum who who;
		int32_t age;
		uint16_t code;
	} rows[] = {{PHARMACY, 0, REFUSED_DAY_WRONG}, {PHARMACY, 31, REFUSED_DAY_WRONG},
		{PHARMACY, 30, OUTCOME_ACCEPTED}, {PHARMACY, 30, REFUSED_DAY_COUNTED},
		{PHARMACY, 1, OUTCOME_ACCEPTED}, {PHARMACY, 2, REFUSED_DAY_COUNTED},
		{PHARMACY_BENCH, 2, OUTCOME_ACCEPTED}, {PHARMACY_DOOR, 2, OUTCOME_ACCEPTED}};
	struct world world;
	static const uint8_t root[32] = {9};
	NEED(world_open(&world));
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		union kind_body body = {.check_count = {.count = 5, .root = span_of(root, 32)}};
		body.check_count.day =
			(uint32_t)(zone_day(ZONE_EUROPE_LONDON, world.time_ms) - rows[i].age);
		uint16_t code = world_say(&world, rows[i].who, KIND_CHECK_COUNT, &body);
		CHECK_ROW(code == rows[i].code, "row %zu: %s", i, outcome_word(code));
	}
	world_close(&world);
}

TEST(a_movement_is_its_attachment)
{
	struct world world;
	static const uint8_t entries[64] = {1};
	union kind_body body = {.movement = {.class = MOVEMENT_SHIP}};
	NEED(world_open(&world));
	CHECK(world_say(&world, WHOLESALER, KIND_MOVEMENT, &body) == REFUSED_NO_ATTACHMENT);
	world.attachments = 1;
	CHECK(world_say(&world, WHOLESALER, KIND_MOVEMENT, &body) == OUTCOME_ACCEPTED);
	body.attachment_ack.entries = span_of(entries, 64);
	CHECK(world_say(&world, AUTHORITY, KIND_ATTACHMENT_ACK, &body) == OUTCOME_NOT_WELL_FORMED ||
		world.outcome.code == OUTCOME_BAD_VALUE);
	body.attachment_ack.entries = span_of(entries, 32);
	CHECK(world_say(&world, AUTHORITY, KIND_ATTACHMENT_ACK, &body) == OUTCOME_ACCEPTED);
	world_close(&world);
}

/* Whether the text occurs in any key or value of the rules' tables. */
static bool is_in_tables(const struct world *world, const char *text)
{
	size_t size = strlen(text);
	for (unsigned id = TABLE_APP_FIRST; id < WORLD_TABLE; id++) {
		uint8_t last[TABLE_KEY_MAX];
		struct span key, value, after = {0};
		while (table_next(world->table, id, span_of(NULL, 0), after, TABLE_UP, &key, &value,
			       NULL) == OK) {
			if (memmem(key.at, key.size, text, size) ||
				memmem(value.at, value.size, text, size))
				return true;
			memcpy(last, key.at, key.size);
			after = span_of(last, key.size);
		}
	}
	return false;
}

TEST(no_serial_stands_in_any_table)
{
	struct world world;
	char serial[SERIAL_MAX];
	uint8_t opener[KEY_SIZE], key[KEY_SIZE];
	NEED(world_open(&world) && world_released(&world, "L1", 20));
	NEED(!world_change(&world, PHARMACY, KIND_SUPPLY, "L1", 1, 9, BY_OPENER, 0));
	NEED(!world_change(&world, HOSPITAL, KIND_SUPPLY, "L1", 5, 9, BY_OPENER, 0));
	CHECK(is_in_tables(&world, "L1"));
	for (unsigned n = 1; n <= 20; n++) {
		(void)snprintf(serial, sizeof serial, "SN%06u", n);
		CHECK_ROW(!is_in_tables(&world, serial), "%s", serial);
		(void)snprintf(serial, sizeof serial, "%06u", n);
		CHECK_ROW(!is_in_tables(&world, serial), "%s", serial);
		world_opener(GTIN_A, n, opener, key);
		char text[KEY_SIZE + 1] = {0};
		memcpy(text, opener, KEY_SIZE);
		if (strlen(text) == KEY_SIZE)
			CHECK_ROW(!is_in_tables(&world, text), "opener of %u", n);
	}
	world_close(&world);
}

TAP_MAIN(CASE(each_change_takes_an_active_pack_to_its_state), CASE(refuses_changes_by_whom_and_how),
	CASE(a_mandate_narrows_products_and_sites),
	CASE(what_lies_outside_the_newest_mandate_is_judged_by_the_older_ones),
	CASE(a_second_change_meets_the_first),
	CASE(an_alert_names_the_element_and_the_others_still_change),
	CASE(one_alert_a_lot_and_cause_counts_and_keeps_the_first_cases),
	CASE(above_the_quota_alerts_of_one_key_and_product_merge),
	CASE(a_supply_against_the_lot_is_recorded_with_its_alert_and_happens),
	CASE(every_way_out_of_a_withdrawn_lot_raises_its_alert),
	CASE(an_unknown_number_is_an_alert_only_where_all_packs_are_registered),
	CASE(supplies_packs_without_a_number_by_count),
	CASE(late_statements_change_state_for_supply_destroy_and_lock_only),
	CASE(what_comes_late_of_a_compromised_key_is_flagged),
	CASE(alerts_are_closed_by_those_with_a_say_in_them),
	CASE(an_alert_that_others_raised_too_is_not_closed_by_the_first),
	CASE(counts_green_checks_once_a_day_and_place), CASE(a_movement_is_its_attachment),
	CASE(no_serial_stands_in_any_table))
