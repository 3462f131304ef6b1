/* Kinds 32-39: lots, commissioning, coverage; who may say what about a product. */
#include "tests/tap.h"
#include "tests/unit/rules_world.h"

#include "appliance/rules/coverage.h"
#include "appliance/rules/verdict.h"

static uint16_t say_lot(struct world *world, enum who who, uint64_t gtin, uint32_t printed,
	uint32_t effective, uint16_t year)
{
	union kind_body body = {.lot = {.gtin = gtin,
					.lot = span_text("L1"),
					.expiries = {printed},
					.expiry_count = 1,
					.effective = effective,
					.packs = LOT_PACKS_ALL,
					.pepper_year = year}};
	return world_say(world, who, KIND_LOT, &body);
}

TEST(opens_a_lot_once_and_takes_the_same_again_as_no_change)
{
	struct world world;
	uint8_t before[32], after[32];
	struct lot lot;
	NEED(world_open(&world));
	CHECK(say_lot(&world, MAKER, GTIN_A, 280600, 280600, PEPPER_Y) == OUTCOME_ACCEPTED);
	world_hash(&world, before);
	CHECK(say_lot(&world, MAKER, GTIN_A, 280600, 280600, PEPPER_Y) == OUTCOME_ACCEPTED);
	world_hash(&world, after);
	CHECK(memcmp(before, after, 32) == 0);
	NEED(lot_get(world.table, GTIN_A, span_text("L1"), &lot, NULL) == OK);
	CHECK(lot.id == 1 && lot.state == LOT_OPEN && lot.opened_at == 10);
	CHECK(lot.effective == 280600 && lot.expiry_count == 1 && lot.member == 0);
	world_close(&world);
}

TEST(refuses_lots_by_whom_and_how)
{
	static const struct {
		const char *why;
		enum who who;
		uint64_t gtin;
		uint32_t printed;
		uint16_t year;
		uint16_t code;
		int64_t a;
	} rows[] = {
		{"another's product", RIVAL, GTIN_A, 280600, PEPPER_Y, REFUSED_NOT_YOUR_GTIN,
			(int64_t)GTIN_A},
		{"outside the mandate", AGENT, GTIN_B, 280600, PEPPER_Y, REFUSED_OUTSIDE_MANDATE,
			(int64_t)GTIN_B},
		{"no role", PHARMACY, GTIN_A, 280600, PEPPER_Y, REFUSED_NO_ROLE, 0},
		{"station", PHARMACY_BENCH, GTIN_A, 280600, PEPPER_Y, OUTCOME_KEY_PURPOSE, 0},
		{"other expiry", MAKER, GTIN_A, 280700, PEPPER_Y, REFUSED_LOT_DIFFERS, 3},
		{"other pepper", MAKER, GTIN_A, 280600, PEPPER_Y - 1, REFUSED_LOT_DIFFERS, 6},
		{"unknown pepper", MAKER, GTIN_B, 280600, 2031, REFUSED_PEPPER_UNKNOWN, 2031},
		{"by mandate, the same", AGENT, GTIN_A, 280600, PEPPER_Y, OUTCOME_ACCEPTED, 0},
	};
	struct world world;
	NEED(world_open(&world));
	NEED(say_lot(&world, MAKER, GTIN_A, 280600, 280600, PEPPER_Y) == OUTCOME_ACCEPTED);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint16_t code = say_lot(
			&world, rows[i].who, rows[i].gtin, rows[i].printed, 280600, rows[i].year);
		CHECK_ROW(code == rows[i].code, "%s: %s", rows[i].why, outcome_word(code));
		CHECK_ROW(world.outcome.a == rows[i].a, "%s: %lld", rows[i].why,
			(long long)world.outcome.a);
	}
	world_close(&world);
}

TEST(a_product_claimed_twice_stays_with_the_first_until_governance_moves_it)
{
	struct world world;
	struct product product;
	NEED(world_open(&world));
	CHECK(say_lot(&world, MAKER, GTIN_B, 280600, 280600, PEPPER_Y) == OUTCOME_ACCEPTED);
	CHECK(world_lot(&world, RIVAL, GTIN_B, "L2", LOT_PACKS_ALL) == REFUSED_GTIN_CLAIMED);
	NEED(table_put(world.table, WORLD_TABLE, span_text("lost"), span_text("y"), NULL) == OK);
	CHECK(world_lot(&world, RIVAL, GTIN_B, "L2", LOT_PACKS_ALL) == OUTCOME_ACCEPTED);
	CHECK(world_lot(&world, MAKER, GTIN_B, "L3", LOT_PACKS_ALL) == REFUSED_NOT_YOUR_GTIN);
	NEED(product_get(world.table, GTIN_B, &product, NULL) == OK);
	CHECK(product.member == 1 && strcmp(product.holder, "rival.example") == 0);
	world_close(&world);
}

TEST(commissions_packs_in_any_number_of_uploads)
{
	struct world world;
	struct lot lot;
	NEED(world_open(&world));
	CHECK(world_commission(&world, MAKER, GTIN_A, "L1", 1, 3) == REFUSED_NO_SUCH_LOT);
	NEED(!world_lot(&world, MAKER, GTIN_A, "L1", LOT_PACKS_ALL));
	CHECK(world_commission(&world, MAKER, GTIN_A, "L1", 1, 30) == OUTCOME_ACCEPTED);
	CHECK(world_commission(&world, AGENT, GTIN_A, "L1", 21, 40) == OUTCOME_ACCEPTED);
	CHECK(world_commission(&world, MAKER, GTIN_A, "L1", 1, 60) == OUTCOME_ACCEPTED);
	CHECK(world_commission(&world, RIVAL, GTIN_A, "L1", 90, 1) == REFUSED_NOT_YOUR_GTIN);
	NEED(lot_get(world.table, GTIN_A, span_text("L1"), &lot, NULL) == OK);
	CHECK(lot.pack_count == 60 && memory_count(world.memory, TABLE_PACK) == 60);
	for (unsigned n = 1; n <= 60; n++)
		CHECK_ROW(world_state(&world, "L1", n) == PACK_ACTIVE, "pack %u", n);
	CHECK(world_state(&world, "L1", 61) == 0);
	world_close(&world);
}

TEST(an_upload_again_does_not_bring_a_supplied_pack_back)
{
	struct world world;
	NEED(world_open(&world));
	NEED(!world_lot(&world, MAKER, GTIN_A, "L1", LOT_PACKS_ALL));
	NEED(!world_commission(&world, MAKER, GTIN_A, "L1", 1, 3));
	NEED(!world_change(&world, PHARMACY, KIND_SUPPLY, "L1", 2, 1, BY_OPENER, 0));
	CHECK(world_commission(&world, MAKER, GTIN_A, "L1", 1, 3) == OUTCOME_ACCEPTED);
	CHECK(world_state(&world, "L1", 2) == PACK_SUPPLIED);
	world_close(&world);
}

TEST(notes_packs_that_never_left_the_line)
{
	struct world world;
	struct world_pack packs[4];
	uint8_t keys[4 * KEY_SIZE], raw[64];
	struct buf gone;
	struct lot lot;
	NEED(world_open(&world));
	NEED(!world_lot(&world, MAKER, GTIN_A, "L1", LOT_PACKS_ALL));
	world_packs(GTIN_A, 1, 4, packs);
	for (size_t i = 0; i < 4; i++)
		memcpy(keys + i * KEY_SIZE, packs[i].key, KEY_SIZE);
	buf_over(&gone, raw, sizeof raw);
	for (uint64_t i = 1; i <= 3; i += 2) {
		cbor_put_array(&gone, 2);
		cbor_put_uint(&gone, i);
		cbor_put_uint(&gone, i == 1 ? PACK_DESTROYED : PACK_SAMPLED);
	}
	union kind_body body = {.commission = {.gtin = GTIN_A,
					.lot = span_text("L1"),
					.keys = span_of(keys, sizeof keys),
					.gone = buf_span(&gone),
					.gone_count = 2}};
	CHECK(world_say(&world, MAKER, KIND_COMMISSION, &body) == OUTCOME_ACCEPTED);
	CHECK(world_state(&world, "L1", packs[0].number) == PACK_ACTIVE);
	CHECK(world_state(&world, "L1", packs[1].number) == PACK_DESTROYED);
	CHECK(world_state(&world, "L1", packs[2].number) == PACK_ACTIVE);
	CHECK(world_state(&world, "L1", packs[3].number) == PACK_SAMPLED);
	NEED(lot_get(world.table, GTIN_A, span_text("L1"), &lot, NULL) == OK);
	CHECK(lot.pack_count == 4 && lot.gone_count == 2);
	world_close(&world);
}

TEST(a_lot_goes_from_open_to_closed_to_released_and_withdrawn)
{
	static const struct {
		unsigned kind;
		uint16_t code;
		enum lot_state state;
	} rows[] = {
		{KIND_LOT_RELEASE, REFUSED_LOT_NOT_CLOSED, LOT_OPEN},
		{KIND_LOT_CLOSE, OUTCOME_ACCEPTED, LOT_CLOSED},
		{KIND_LOT_CLOSE, OUTCOME_ACCEPTED, LOT_CLOSED},
		{KIND_COMMISSION, REFUSED_LOT_NOT_OPEN, LOT_CLOSED},
		{KIND_LOT_RELEASE, OUTCOME_ACCEPTED, LOT_RELEASED},
		{KIND_LOT_RELEASE, OUTCOME_ACCEPTED, LOT_RELEASED},
		{KIND_LOT_WITHDRAW, OUTCOME_ACCEPTED, LOT_WITHDRAWN},
		{KIND_LOT_WITHDRAW, OUTCOME_ACCEPTED, LOT_WITHDRAWN},
		{KIND_LOT_RELEASE, REFUSED_LOT_WITHDRAWN, LOT_WITHDRAWN},
		{KIND_LOT_CLOSE, REFUSED_LOT_WITHDRAWN, LOT_WITHDRAWN},
		{KIND_COMMISSION, REFUSED_LOT_NOT_OPEN, LOT_WITHDRAWN},
	};
	struct world world;
	struct lot lot;
	NEED(world_open(&world));
	NEED(!world_lot(&world, MAKER, GTIN_A, "L1", LOT_PACKS_ALL));
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint16_t code = rows[i].kind == KIND_COMMISSION
					? world_commission(&world, MAKER, GTIN_A, "L1", 1, 1)
					: world_step(&world, MAKER, rows[i].kind, GTIN_A, "L1");
		CHECK_ROW(code == rows[i].code, "row %zu: %s", i, outcome_word(code));
		NEED(lot_get(world.table, GTIN_A, span_text("L1"), &lot, NULL) == OK);
		CHECK_ROW(lot.state == rows[i].state, "row %zu: %u", i, lot.state);
	}
	CHECK(world_step(&world, RIVAL, KIND_LOT_WITHDRAW, GTIN_A, "L1") == REFUSED_NOT_YOUR_GTIN);
	CHECK(world_step(&world, MAKER, KIND_LOT_CLOSE, GTIN_A, "L9") == REFUSED_NO_SUCH_LOT);
	world_close(&world);
}

TEST(closing_compares_the_count_when_one_is_given)
{
	struct world world;
	union kind_body body = {
		.lot_step = {
			.gtin = GTIN_A, .lot = span_text("L1"), .has_count = true, .count = 4}};
	NEED(world_open(&world));
	NEED(!world_lot(&world, MAKER, GTIN_A, "L1", LOT_PACKS_ALL));
	NEED(!world_commission(&world, MAKER, GTIN_A, "L1", 1, 3));
	CHECK(world_say(&world, MAKER, KIND_LOT_CLOSE, &body) == REFUSED_LOT_COUNT);
	CHECK(world.outcome.a == 3 && world.outcome.b == 4);
	body.lot_step.count = 3;
	CHECK(world_say(&world, MAKER, KIND_LOT_RELEASE, &body) == OUTCOME_BAD_VALUE);
	CHECK(world_say(&world, MAKER, KIND_LOT_CLOSE, &body) == OUTCOME_ACCEPTED);
	world_close(&world);
}

TEST(a_lot_without_numbered_packs_takes_none)
{
	struct world world;
	NEED(world_open(&world));
	NEED(!world_lot(&world, MAKER, GTIN_A, "L1", LOT_PACKS_NONE));
	CHECK(world_commission(&world, MAKER, GTIN_A, "L1", 1, 1) == REFUSED_NO_PACKS_IN_LOT);
	world_close(&world);
}

TEST(extends_the_expiry_and_adds_printed_ones)
{
	struct world world;
	struct lot lot;
	union kind_body body = {.lot_extend = {.gtin = GTIN_A,
					.lot = span_text("L1"),
					.effective = 281200,
					.printed = 280531}};
	NEED(world_open(&world));
	NEED(!world_lot(&world, MAKER, GTIN_A, "L1", LOT_PACKS_ALL));
	CHECK(world_say(&world, MAKER, KIND_LOT_EXTEND, &body) == OUTCOME_ACCEPTED);
	CHECK(world_say(&world, MAKER, KIND_LOT_EXTEND, &body) == OUTCOME_ACCEPTED);
	NEED(lot_get(world.table, GTIN_A, span_text("L1"), &lot, NULL) == OK);
	CHECK(lot.effective == 281200 && lot.effective_before == 280600 && lot.effective_at == 11);
	CHECK(lot.expiry_count == 2 && lot.expiries[0].date == 280531 && lot.expiries[0].at == 11);
	CHECK(lot.expiries[1].date == 280600 && lot.expiries[1].at == 10);
	for (uint32_t i = 0; i < 6; i++) {
		body.lot_extend.printed = 290100 + i;
		CHECK(world_say(&world, MAKER, KIND_LOT_EXTEND, &body) == OUTCOME_ACCEPTED);
	}
	body.lot_extend.printed = 290131;
	CHECK(world_say(&world, MAKER, KIND_LOT_EXTEND, &body) == OUTCOME_BAD_VALUE);
	CHECK(world.outcome.a == 4);
	world_close(&world);
}

static void raise_check(
	struct world *world, enum who who, uint8_t verdict, const char *lot, uint32_t expiry)
{
	union kind_body body = {.check_alert = {.gtin = GTIN_A,
					.lot = span_text(lot),
					.verdict = verdict,
					.expiry = expiry}};
	assert(world_say(world, who, KIND_CHECK_ALERT, &body) == OUTCOME_ACCEPTED);
}

TEST(corrects_with_a_reason_and_closes_the_alerts_it_caused)
{
	struct world world;
	struct alert alert;
	struct lot lot;
	union kind_body body = {.lot_correct = {.gtin = GTIN_A,
					.lot = span_text("L1"),
					.reason = LOT_REASON_EXPIRY,
					.expiries = {280600, 290600},
					.expiry_count = 2}};
	NEED(world_open(&world));
	NEED(world_released(&world, "L1", 3));
	raise_check(&world, PHARMACY, VERDICT_EXPIRY_MISMATCH, "L1", 290600);
	raise_check(&world, PHARMACY, VERDICT_EXPIRY_MISMATCH, "L1", 290700);
	raise_check(&world, HOSPITAL, VERDICT_UNKNOWN_SERIAL, "L1", 0);
	raise_check(&world, HOSPITAL, VERDICT_EXPIRY_MISMATCH, "L10", 290600);
	CHECK(world_say(&world, MAKER, KIND_LOT_CORRECT, &body) == OUTCOME_ACCEPTED);
	static const uint8_t causes[] = {CAUSE_CORRECTED, CAUSE_CORRECTED, 0, 0};
	for (uint32_t n = 1; n <= 4; n++) {
		NEED(alert_get(world.table, n, &alert, NULL) == OK);
		CHECK_ROW(alert.cause == causes[n - 1], "alert %u: %u", n, alert.cause);
	}
	body.lot_correct = (struct lot_correct_body){
		.gtin = GTIN_A, .lot = span_text("L1"), .reason = LOT_REASON_MISSING};
	CHECK(world_say(&world, MAKER, KIND_LOT_CORRECT, &body) == OUTCOME_ACCEPTED);
	NEED(alert_get(world.table, 3, &alert, NULL) == OK);
	CHECK(alert.cause == CAUSE_CORRECTED);
	NEED(lot_get(world.table, GTIN_A, span_text("L1"), &lot, NULL) == OK);
	CHECK(lot.state == LOT_RELEASED && lot.reopened && lot.expiries[1].at == 18);
	CHECK(lot.expiries[0].at == 10);
	CHECK(world_commission(&world, MAKER, GTIN_A, "L1", 4, 2) == OUTCOME_ACCEPTED);
	CHECK(world_step(&world, MAKER, KIND_LOT_CLOSE, GTIN_A, "L1") == OUTCOME_ACCEPTED);
	CHECK(world_commission(&world, MAKER, GTIN_A, "L1", 6, 2) == REFUSED_LOT_NOT_OPEN);
	world_close(&world);
}

TEST(coverage_tells_which_lots_ought_to_be_there)
{
	struct world world;
	uint8_t raw[64];
	struct buf lots;
	bool expected;
	struct product product;
	buf_over(&lots, raw, sizeof raw);
	cbor_put_text(&lots, span_text("L1"));
	cbor_put_text(&lots, span_text("L2"));
	union kind_body body = {
		.coverage = {.gtin = GTIN_A, .lots = buf_span(&lots), .lot_count = 2}};
	NEED(world_open(&world));
	CHECK(world_say(&world, RIVAL, KIND_COVERAGE, &body) == REFUSED_NOT_YOUR_GTIN);
	CHECK(world_say(&world, MAKER, KIND_COVERAGE, &body) == OUTCOME_ACCEPTED);
	CHECK(coverage_expects(world.table, GTIN_A, span_text("L2"), &expected, NULL) == OK);
	CHECK(expected);
	CHECK(coverage_expects(world.table, GTIN_A, span_text("L3"), &expected, NULL) == OK);
	CHECK(!expected);
	CHECK(coverage_expects(world.table, GTIN_C, span_text("L1"), &expected, NULL) == OK);
	CHECK(!expected);
	body.coverage = (struct coverage_body){.gtin = GTIN_A, .from = 260831, .shelf_months = 18};
	CHECK(world_say(&world, MAKER, KIND_COVERAGE, &body) == OUTCOME_ACCEPTED);
	static const struct {
		uint32_t produced, expiry;
		bool expected;
	} rows[] = {{0, 0, false}, {260830, 0, false}, {260831, 0, true}, {0, 280228, false},
		{0, 280229, true}, {0, 280200, true}, {0, 280100, false}, {260101, 300101, false}};
	NEED(product_get(world.table, GTIN_A, &product, NULL) == OK);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		CHECK(coverage_judge(world.table, &product, span_text("L9"), rows[i].produced,
			      rows[i].expiry, &expected, NULL) == OK);
		CHECK_ROW(expected == rows[i].expected, "row %zu", i);
	}
	world_close(&world);
}

/* Ten thousand keys that start with a two-byte prefix. */
static struct span many_keys(uint8_t *keys, uint16_t prefix)
{
	for (size_t i = 0; i < COMMISSION_MAX; i++) {
		struct buf buf;
		memset(keys + i * KEY_SIZE, 0, KEY_SIZE);
		buf_over(&buf, keys + i * KEY_SIZE, KEY_SIZE);
		buf_put_be(&buf, prefix, 2);
		buf_put_be(&buf, i, 4);
	}
	return span_of(keys, COMMISSION_MAX * KEY_SIZE);
}

TEST(a_full_bundle_costs_one_write_a_pack_and_a_handful_of_reads)
{
	static const struct {
		uint16_t prefix;
		size_t writes, reads_max;
	} rows[] = {{4, COMMISSION_MAX + 1, 12}, {6, COMMISSION_MAX + 1, 12},
		{2, COMMISSION_MAX + 1, 12}, {5, COMMISSION_MAX + 1, 12},
		{4, 1, 2 * COMMISSION_MAX + 12}};
	struct world world;
	struct lot lot;
	uint8_t *keys = malloc(COMMISSION_MAX * KEY_SIZE);
	NEED(keys && world_open(&world));
	NEED(!world_lot(&world, MAKER, GTIN_A, "L1", LOT_PACKS_ALL));
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		union kind_body body = {.commission = {.gtin = GTIN_A,
						.lot = span_text("L1"),
						.keys = many_keys(keys, rows[i].prefix)}};
		NEED(!world_say(&world, MAKER, KIND_COMMISSION, &body));
		CHECK_ROW(world.writes == rows[i].writes, "row %zu: %zu writes", i, world.writes);
		CHECK_ROW(world.reads <= rows[i].reads_max, "row %zu: %zu reads", i, world.reads);
	}
	NEED(lot_get(world.table, GTIN_A, span_text("L1"), &lot, NULL) == OK);
	CHECK(lot.pack_count == 4 * COMMISSION_MAX);
	free(keys);
	world_close(&world);
}

TEST(a_case_says_what_is_inside_and_takes_no_lots)
{
	struct world world;
	struct world_elements elements;
	struct product product;
	NEED(world_open(&world));
	union kind_body body = {.product = {.gtin = GTIN_B, .unit = GTIN_A, .unit_count = 24}};
	CHECK(world_say(&world, RIVAL, KIND_PRODUCT, &body) == REFUSED_NOT_YOUR_GTIN);
	CHECK(world_say(&world, MAKER, KIND_PRODUCT, &body) == OUTCOME_ACCEPTED);
	CHECK(world_lot(&world, MAKER, GTIN_B, "L1", LOT_PACKS_ALL) == REFUSED_NOT_A_UNIT);
	CHECK(world.outcome.b == 24);
	union kind_body change = {.change = {.gtin = GTIN_B, .lot = span_text("L1")}};
	change.change.elements = *world_elements(&elements, GTIN_B, 1, 1, BY_OPENER, 0);
	CHECK(world_say(&world, PHARMACY, KIND_SUPPLY, &change) == REFUSED_NOT_A_UNIT);
	NEED(!world_lot(&world, MAKER, GTIN_A, "L1", LOT_PACKS_ALL));
	body.product = (struct product_body){.gtin = GTIN_A, .unit = GTIN_B, .unit_count = 2};
	CHECK(world_say(&world, MAKER, KIND_PRODUCT, &body) == OUTCOME_BAD_VALUE);
	body.product = (struct product_body){
		.gtin = GTIN_A, .markets = {372, 826}, .market_count = 2, .flags = 5};
	CHECK(world_say(&world, MAKER, KIND_PRODUCT, &body) == OUTCOME_ACCEPTED);
	NEED(product_get(world.table, GTIN_A, &product, NULL) == OK);
	CHECK(product.market_count == 2 && product.markets[1] == 826 && product.flags == 5);
	world_close(&world);
}

TAP_MAIN(CASE(opens_a_lot_once_and_takes_the_same_again_as_no_change),
	CASE(refuses_lots_by_whom_and_how),
	CASE(a_product_claimed_twice_stays_with_the_first_until_governance_moves_it),
	CASE(commissions_packs_in_any_number_of_uploads),
	CASE(an_upload_again_does_not_bring_a_supplied_pack_back),
	CASE(notes_packs_that_never_left_the_line),
	CASE(a_lot_goes_from_open_to_closed_to_released_and_withdrawn),
	CASE(closing_compares_the_count_when_one_is_given),
	CASE(a_lot_without_numbered_packs_takes_none),
	CASE(extends_the_expiry_and_adds_printed_ones),
	CASE(corrects_with_a_reason_and_closes_the_alerts_it_caused),
	CASE(coverage_tells_which_lots_ought_to_be_there),
	CASE(a_full_bundle_costs_one_write_a_pack_and_a_handful_of_reads),
	CASE(a_case_says_what_is_inside_and_takes_no_lots))
