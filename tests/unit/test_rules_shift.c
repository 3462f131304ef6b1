/* What a product asks of those who handle it: an open shift, a witness. Neither blocks. */
#include "tests/tap.h"
#include "tests/unit/rules_world.h"

/* Publishes a clearance policy of pharmacy and gives its hash. */
static bool publish(struct world *world, uint8_t hash[HASH_SIZE])
{
	struct clearance_policy policy = {.employer = "pharmacy.example",
		.version = 1,
		.rule_count = 1,
		.rules = {{.roles = code_bit(WORK_PHARMACIST),
			.options = {{.type = CHECK_IDENTITY,
				.methods = code_bit(METHOD_ORIGINAL_SEEN)}},
			.option_count = 1}}};
	struct buf document;
	buf_init(&document, CLEARANCE_POLICY_SIZE_MAX);
	clearance_policy_encode(&policy, &document);
	clearance_policy_hash(buf_span(&document), hash);
	union kind_body body = {.policy_publish = {.hash = span_of(hash, HASH_SIZE),
					.version = 1,
					.from_ms = world->time_ms,
					.document = buf_span(&document)}};
	uint16_t code = world_say(world, PHARMACY, KIND_CLEARANCE_POLICY, &body);
	buf_close(&document);
	return code == OUTCOME_ACCEPTED;
}

static uint16_t supply(struct world *world, enum who who, unsigned n, const uint8_t *shift)
{
	struct world_elements elements;
	union kind_body body = {.change = {.gtin = GTIN_A, .lot = span_text("L1")}};
	body.change.elements = *world_elements(&elements, GTIN_A, n, 1, BY_OPENER, 0);
	if (shift)
		body.change.shift = span_of(shift, SHIFT_ID_SIZE);
	return world_say(world, who, KIND_SUPPLY, &body);
}

TEST(a_shift_is_open_while_its_clearance_holds_and_at_most_twelve_hours)
{
	static const struct {
		const char *why;
		enum clearance_result result;
		enum clearance_override override;
		int64_t until_hours, after_hours;
		enum who who;
		uint8_t shift; /* first byte; 0: none named */
		uint16_t alert;
	} rows[] = {
		{"cleared", CLEARANCE_CLEARED, OVERRIDE_NONE, 24, 1, PHARMACY_BENCH, 9, 0},
		{"none named", CLEARANCE_CLEARED, OVERRIDE_NONE, 24, 1, PHARMACY_BENCH, 0,
			ALERT_NO_SHIFT},
		{"one never opened", CLEARANCE_CLEARED, OVERRIDE_NONE, 24, 1, PHARMACY_BENCH, 8,
			ALERT_NO_SHIFT},
		{"another party", CLEARANCE_CLEARED, OVERRIDE_NONE, 24, 1, HOSPITAL, 9,
			ALERT_NO_SHIFT},
		{"clearance over", CLEARANCE_CLEARED, OVERRIDE_NONE, 2, 3, PHARMACY_BENCH, 9,
			ALERT_NO_SHIFT},
		{"at twelve hours", CLEARANCE_CLEARED, OVERRIDE_NONE, 24, 12, PHARMACY_BENCH, 9, 0},
		{"over twelve hours", CLEARANCE_CLEARED, OVERRIDE_NONE, 24, 13, PHARMACY_BENCH, 9,
			ALERT_NO_SHIFT},
		{"not cleared", CLEARANCE_NOT_CLEARED, OVERRIDE_NONE, 0, 1, PHARMACY_BENCH, 9,
			ALERT_NO_SHIFT},
		{"let work all the same", CLEARANCE_NOT_CLEARED, OVERRIDE_LET_WORK, 24, 1,
			PHARMACY_BENCH, 9, 0},
		{"kept from work", CLEARANCE_CLEARED, OVERRIDE_KEPT_FROM_WORK, 24, 1,
			PHARMACY_BENCH, 9, ALERT_NO_SHIFT},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct world world;
		uint8_t hash[HASH_SIZE], shift[SHIFT_ID_SIZE] = {rows[i].shift};
		uint8_t commitment[32] = {9, [31] = 1};
		NEED(world_open(&world) && world_released(&world, "L1", 3));
		union kind_body product = {
			.product = {.gtin = GTIN_A, .flags = PRODUCT_ASKS_SHIFT}};
		NEED(!world_say(&world, MAKER, KIND_PRODUCT, &product));
		NEED(publish(&world, hash));
		union kind_body body = {.decision = {.policy_hash = span_of(hash, HASH_SIZE),
						.result = rows[i].result,
						.override = rows[i].override,
						.commitment = span_of(commitment, 32)}};
		if (rows[i].until_hours)
			body.decision.until_ms = world.time_ms + rows[i].until_hours * 3600000;
		NEED(!world_say(&world, PHARMACY_BENCH, KIND_CLEARANCE, &body));
		world.time_ms += rows[i].after_hours * 3600000;
		CHECK_ROW(!supply(&world, rows[i].who, 1, rows[i].shift ? shift : NULL), "%s",
			rows[i].why);
		CHECK_ROW(world.outcome.alert == rows[i].alert, "%s: %s", rows[i].why,
			outcome_word(world.outcome.alert));
		CHECK_ROW(world_state(&world, "L1", 1) == PACK_SUPPLIED, "%s", rows[i].why);
		world_close(&world);
	}
}

TEST(a_product_that_asks_for_nothing_needs_no_shift_but_one_that_is_named_must_be_open)
{
	static const uint8_t shift[SHIFT_ID_SIZE] = {1};
	struct world world;
	NEED(world_open(&world) && world_released(&world, "L1", 3));
	NEED(!supply(&world, PHARMACY, 1, NULL));
	CHECK(!world.outcome.alert);
	NEED(!supply(&world, PHARMACY, 2, shift));
	CHECK(world.outcome.alert == ALERT_NO_SHIFT);
	world_close(&world);
}

TEST(destroying_what_asks_for_a_witness_without_one_is_recorded_with_an_alert)
{
	struct world world;
	NEED(world_open(&world) && world_released(&world, "L1", 3));
	union kind_body body = {.product = {.gtin = GTIN_A, .flags = PRODUCT_ASKS_WITNESS}};
	NEED(!world_say(&world, MAKER, KIND_PRODUCT, &body));
	NEED(!world_change(&world, PHARMACY, KIND_DESTROY, "L1", 1, 1, BY_OPENER, 0));
	CHECK(world.outcome.alert == ALERT_NO_WITNESS);
	CHECK(world_state(&world, "L1", 1) == PACK_DESTROYED);
	NEED(!world_change(&world, PHARMACY, KIND_SUPPLY, "L1", 2, 1, BY_OPENER, 0));
	CHECK(!world.outcome.alert);
	world_close(&world);
}

/* Destroys pack n, with a witness's signature made over an earlier pack's body when spoiled. */
static uint16_t destroy(struct world *world, unsigned n, uint8_t kid_byte, bool spoil)
{
	uint8_t raw[WITNESS_SIGNED_MAX], public[SIGN_PUBLIC], secret[SIGN_SECRET];
	uint8_t kid[32] = {kid_byte}, signature[SIGN_SIZE];
	struct world_elements elements;
	struct buf before, out;
	union kind_body body = {.change = {.gtin = GTIN_A, .lot = span_text("L1")}};
	body.change.elements = *world_elements(&elements, GTIN_A, spoil ? 9 : n, 1, BY_OPENER, 0);
	buf_init(&before, STATEMENT_SIZE_MAX);
	change_encode(&body.change, &before);
	buf_over(&out, raw, sizeof raw);
	witness_signed(span_text("test/00000000000000000000000000000000"), KIND_DESTROY,
		buf_span(&before), &out);
	sign_keys(world_seed, public, secret);
	sign_make(secret, buf_span(&out), signature);
	buf_close(&before);
	body.change.elements = *world_elements(&elements, GTIN_A, n, 1, BY_OPENER, 0);
	body.change.witness.kid = span_of(kid, 32);
	body.change.witness.signature = span_of(signature, SIGN_SIZE);
	return world_say(world, PHARMACY_BENCH, KIND_DESTROY, &body);
}

TEST(a_second_person_signs_for_the_destruction_of_what_asks_for_one)
{
	static const struct {
		const char *why;
		uint8_t kid;
		bool spoil;
		uint16_t code;
	} rows[] = {
		{"a second person", 0x77, false, OUTCOME_ACCEPTED},
		{"signed for another pack", 0x77, true, OUTCOME_BAD_SIGNATURE},
		{"of another organisation", 0x78, false, REFUSED_NOT_A_WITNESS},
		{"oneself", PHARMACY_BENCH + 1, false, REFUSED_NOT_A_WITNESS},
		{"nobody", 0x55, false, REFUSED_NOT_A_WITNESS},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct world world;
		NEED(world_open(&world) && world_released(&world, "L1", 9));
		union kind_body body = {.product = {.gtin = GTIN_A, .flags = PRODUCT_ASKS_WITNESS}};
		NEED(!world_say(&world, MAKER, KIND_PRODUCT, &body));
		uint16_t code = destroy(&world, 1, rows[i].kid, rows[i].spoil);
		CHECK_ROW(code == rows[i].code, "%s: %s", rows[i].why, outcome_word(code));
		CHECK_ROW(!world.outcome.alert, "%s", rows[i].why);
		CHECK_ROW(world_state(&world, "L1", 1) == (code ? PACK_ACTIVE : PACK_DESTROYED),
			"%s", rows[i].why);
		world_close(&world);
	}
}

TAP_MAIN(CASE(a_shift_is_open_while_its_clearance_holds_and_at_most_twelve_hours),
	CASE(a_product_that_asks_for_nothing_needs_no_shift_but_one_that_is_named_must_be_open),
	CASE(a_second_person_signs_for_the_destruction_of_what_asks_for_one),
	CASE(destroying_what_asks_for_a_witness_without_one_is_recorded_with_an_alert))
