/* Kinds 48 and 49: what undoes a change, and what does not. */
#include "tests/tap.h"
#include "tests/unit/rules_world.h"

/* Says an undo of pack n. wrong: shows another secret. */
static uint16_t say_undo(struct world *world, enum who who, unsigned kind, unsigned n,
	uint64_t position, bool never_left, bool wrong)
{
	struct world_elements elements;
	union kind_body body = {.undo = {.gtin = GTIN_A, .lot = span_text("L1")}};
	body.undo.elements = *world_elements(&elements, GTIN_A, n, 1, BY_OPENER_UNDO, 0);
	if (wrong)
		elements.raw[elements.elements.items.size - 1] ^= 1;
	body.undo.has_position = kind == KIND_VOID;
	body.undo.position = position;
	body.undo.never_left = never_left;
	return world_say(world, who, kind, &body);
}

TEST(undoing_follows_the_rules)
{
	enum { PLAIN, WRONG, LEFT, OTHER_POSITION, WITHDRAW };
	static const struct {
		unsigned change;
		unsigned kind;
		int how;
		int64_t days;
		uint16_t alert;
	} rows[] = {
		{KIND_SUPPLY, KIND_VOID, PLAIN, 0, 0},
		{KIND_SUPPLY, KIND_VOID, PLAIN, 10, 0},
		{KIND_SUPPLY, KIND_VOID, PLAIN, 11, ALERT_UNDO_LATE},
		{KIND_SUPPLY, KIND_VOID, WRONG, 0, ALERT_UNDO_OTHER},
		{KIND_SUPPLY, KIND_VOID, OTHER_POSITION, 0, ALERT_UNDO_MISMATCH},
		{KIND_SUPPLY, KIND_VOID, WITHDRAW, 0, ALERT_UNDO_BARRED},
		{KIND_SUPPLY, KIND_RETURN, PLAIN, 3, 0},
		{KIND_SUPPLY, KIND_RETURN, LEFT, 3, ALERT_LEFT_CONTROL},
		{KIND_SUPPLY, KIND_RETURN, WRONG, 3, ALERT_UNDO_OTHER},
		{KIND_SUPPLY, KIND_RETURN, PLAIN, 11, ALERT_UNDO_LATE},
		{KIND_SUPPLY, KIND_RETURN, PLAIN, 700, ALERT_UNDO_LATE},
		{KIND_SUPPLY, KIND_RETURN, WITHDRAW, 0, ALERT_UNDO_BARRED},
		{KIND_OPEN, KIND_VOID, PLAIN, 0, 0},
		{KIND_OPEN, KIND_RETURN, PLAIN, 0, ALERT_UNDO_MISMATCH},
		{KIND_LOCK, KIND_VOID, PLAIN, 0, 0},
		{KIND_LOCK, KIND_RETURN, PLAIN, 0, ALERT_UNDO_MISMATCH},
		{KIND_DESTROY, KIND_VOID, PLAIN, 0, ALERT_NO_WITNESS},
		{KIND_STOLEN, KIND_VOID, PLAIN, 0, ALERT_NO_WITNESS},
		{KIND_STOLEN, KIND_RETURN, PLAIN, 0, ALERT_UNDO_MISMATCH},
		{0, KIND_RETURN, PLAIN, 0, ALERT_UNDO_MISMATCH},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct world world;
		NEED(world_open(&world) && world_released(&world, "L1", 2));
		uint64_t position = world.position;
		if (rows[i].change)
			NEED(!world_change(&world, PHARMACY, rows[i].change, "L1", 1, 1, BY_OPENER,
				rows[i].change == KIND_OPEN ? 5 : 0));
		enum pack_state before = world_state(&world, "L1", 1);
		if (rows[i].how == WITHDRAW)
			NEED(!world_step(&world, MAKER, KIND_LOT_WITHDRAW, GTIN_A, "L1"));
		world.time_ms += rows[i].days * DAY_MS;
		NEED(!say_undo(&world, PHARMACY, rows[i].kind, 1,
			position + (rows[i].how == OTHER_POSITION),
			rows[i].kind == KIND_RETURN && rows[i].how != LEFT, rows[i].how == WRONG));
		CHECK_ROW(world.outcome.alert == rows[i].alert, "row %zu: %s", i,
			outcome_word(world.outcome.alert));
		CHECK_ROW(world_state(&world, "L1", 1) == (rows[i].alert ? before : PACK_ACTIVE),
			"row %zu: %s", i, pack_state_word(world_state(&world, "L1", 1)));
		world_close(&world);
	}
}

TEST(undoing_counts_once_and_the_pack_can_be_supplied_again)
{
	struct world world;
	struct lot lot;
	NEED(world_open(&world) && world_released(&world, "L1", 2));
	uint64_t position = world.position;
	NEED(!world_change(&world, PHARMACY, KIND_SUPPLY, "L1", 1, 1, BY_OPENER, 0));
	NEED(!say_undo(&world, PHARMACY, KIND_VOID, 1, position, false, false));
	CHECK(!world.outcome.alert);
	NEED(!say_undo(&world, PHARMACY, KIND_VOID, 1, position, false, false));
	CHECK(world.outcome.alert == ALERT_UNDO_MISMATCH);
	NEED(lot_get(world.table, GTIN_A, span_text("L1"), &lot, NULL) == OK);
	CHECK(lot.gone_count == 0);
	NEED(!world_change(&world, HOSPITAL, KIND_SUPPLY, "L1", 1, 1, BY_OPENER, 0));
	CHECK(!world.outcome.alert && world_state(&world, "L1", 1) == PACK_SUPPLIED);
	world_close(&world);
}

TEST(undoing_an_opening_or_a_lock_brings_back_what_was_before)
{
	struct world world;
	NEED(world_open(&world) && world_released(&world, "L1", 2));
	NEED(!world_change(&world, PHARMACY, KIND_OPEN, "L1", 1, 1, BY_OPENER, 20));
	uint64_t position = world.position;
	NEED(!world_change(&world, PHARMACY, KIND_SUPPLY, "L1", 1, 1, BY_OPENER, 0));
	NEED(!say_undo(&world, PHARMACY, KIND_RETURN, 1, 0, true, false));
	CHECK(!world.outcome.alert && world_state(&world, "L1", 1) == PACK_OPENED);
	position = world.position;
	NEED(!world_change(&world, MAKER, KIND_LOCK, "L1", 1, 1, BY_KEY, 0));
	struct world_elements elements;
	union kind_body body = {.undo = {.gtin = GTIN_A,
					.lot = span_text("L1"),
					.has_position = true,
					.position = position}};
	body.undo.elements = *world_elements(&elements, GTIN_A, 1, 1, BY_KEY_UNDO, 0);
	CHECK(world_say(&world, PHARMACY, KIND_VOID, &body) == REFUSED_NOT_IN_HAND);
	CHECK(world_say(&world, MAKER, KIND_VOID, &body) == OUTCOME_ACCEPTED);
	CHECK(!world.outcome.alert && world_state(&world, "L1", 1) == PACK_OPENED);
	world_close(&world);
}

TEST(the_secret_of_a_change_is_good_for_its_own_party_only)
{
	static const struct {
		enum who by, undoes;
		unsigned kind;
		uint16_t alert;
	} rows[] = {
		{PHARMACY_BENCH, PHARMACY_BENCH, KIND_VOID, 0},
		{PHARMACY_BENCH, PHARMACY, KIND_VOID, 0},
		{PHARMACY_BENCH, PHARMACY_DOOR, KIND_RETURN, 0},
		{PHARMACY, PHARMACY_BENCH, KIND_RETURN, 0},
		{PHARMACY_BENCH, HOSPITAL, KIND_VOID, ALERT_UNDO_OTHER},
		{PHARMACY_BENCH, WHOLESALER, KIND_RETURN, ALERT_UNDO_OTHER},
		{PHARMACY_BENCH, MAKER, KIND_VOID, ALERT_UNDO_OTHER},
		{PHARMACY_BENCH, AUTHORITY, KIND_VOID, ALERT_UNDO_OTHER},
		{WHOLESALER, PHARMACY, KIND_RETURN, ALERT_UNDO_OTHER},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct world world;
		NEED(world_open(&world) && world_released(&world, "L1", 2));
		uint64_t position = world.position;
		NEED(!world_change(&world, rows[i].by, KIND_SUPPLY, "L1", 1, 1, BY_OPENER, 0));
		NEED(!say_undo(&world, rows[i].undoes, rows[i].kind, 1, position,
			rows[i].kind == KIND_RETURN, false));
		CHECK_ROW(world.outcome.alert == rows[i].alert, "row %zu: %s", i,
			outcome_word(world.outcome.alert));
		CHECK_ROW(world_state(&world, "L1", 1) ==
				  (rows[i].alert ? PACK_SUPPLIED : PACK_ACTIVE),
			"row %zu", i);
		world_close(&world);
	}
}

TEST(ten_days_end_with_the_second)
{
	static const struct {
		int64_t ms;
		uint16_t alert;
	} rows[] = {{10 * DAY_MS - 1, 0}, {10 * DAY_MS, 0}, {10 * DAY_MS + 1000, ALERT_UNDO_LATE},
		{300 * DAY_MS, ALERT_UNDO_LATE}};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct world world;
		NEED(world_open(&world) && world_released(&world, "L1", 2));
		NEED(!world_change(&world, PHARMACY, KIND_SUPPLY, "L1", 1, 1, BY_OPENER, 0));
		world.time_ms += rows[i].ms;
		NEED(!say_undo(&world, PHARMACY, KIND_RETURN, 1, 0, true, false));
		CHECK_ROW(world.outcome.alert == rows[i].alert, "row %zu: %s", i,
			outcome_word(world.outcome.alert));
		world_close(&world);
	}
}

/* An authority recalls the lot, or only pack 1 of it. */
static uint16_t say_recall(struct world *world, bool by_pack, enum recall_depth depth)
{
	static const uint8_t id[RECALL_ID_SIZE] = {1};
	uint8_t raw[32], opener[KEY_SIZE], key[KEY_SIZE];
	struct buf items;
	buf_over(&items, raw, sizeof raw);
	cbor_put_array(&items, 2);
	cbor_put_uint(&items, GTIN_A);
	cbor_put_array(&items, 1);
	cbor_put_text(&items, span_text("L1"));
	world_opener(GTIN_A, 1, opener, key);
	union kind_body body = {.recall = {.id = span_of(id, RECALL_ID_SIZE),
					.items = {.items = buf_span(&items), .count = 1},
					.class = RECALL_CLASS_2,
					.depth = depth}};
	if (by_pack)
		body.recall.keys = span_of(key, KEY_SIZE);
	return world_say(world, AUTHORITY, KIND_RECALL, &body);
}

TEST(what_stands_against_the_lot_or_the_pack_bars_its_way_back)
{
	enum { NOTHING, RECALL, DEEP_RECALL, RECALL_OF_ONE, EXPIRY };
	static const struct {
		int how;
		unsigned pack;
		uint16_t alert;
	} rows[] = {
		{NOTHING, 1, 0},
		{RECALL, 1, ALERT_UNDO_BARRED},
		{RECALL, 2, ALERT_UNDO_BARRED},
		{DEEP_RECALL, 1, 0}, /* of wholesalers only */
		{RECALL_OF_ONE, 1, ALERT_UNDO_BARRED},
		{RECALL_OF_ONE, 2, 0},
		{EXPIRY, 1, ALERT_UNDO_BARRED},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		for (unsigned kind = KIND_VOID; kind <= KIND_RETURN; kind++) {
			struct world world;
			NEED(world_open(&world) && world_released(&world, "L1", 2));
			if (rows[i].how == EXPIRY)
				world.time_ms = (int64_t)expiry_day(280625) * DAY_MS;
			uint64_t position = world.position;
			NEED(!world_change(&world, PHARMACY, KIND_SUPPLY, "L1", rows[i].pack, 1,
				BY_OPENER, 0));
			if (rows[i].how == EXPIRY)
				world.time_ms += 7 * DAY_MS;
			else if (rows[i].how)
				NEED(!say_recall(&world, rows[i].how == RECALL_OF_ONE,
					rows[i].how == DEEP_RECALL ? DEPTH_WHOLESALER
								   : DEPTH_PATIENT));
			NEED(!say_undo(&world, PHARMACY, kind, rows[i].pack, position,
				kind == KIND_RETURN, false));
			CHECK_ROW(world.outcome.alert == rows[i].alert, "row %zu: %s", i,
				outcome_word(world.outcome.alert));
			world_close(&world);
		}
}

TEST(an_opened_pack_that_comes_back_lies_where_it_was)
{
	struct world world;
	struct lot lot;
	struct pack pack;
	uint8_t opener[KEY_SIZE], key[KEY_SIZE], bench[PLACE_SIZE];
	struct author author;
	NEED(world_open(&world) && world_released(&world, "L1", 2));
	NEED(!world_change(&world, PHARMACY_BENCH, KIND_OPEN, "L1", 1, 1, BY_OPENER, 20));
	NEED(!world_change(&world, PHARMACY_BENCH, KIND_SUPPLY, "L1", 1, 1, BY_OPENER, 0));
	NEED(!say_undo(&world, PHARMACY, KIND_RETURN, 1, 0, true, false));
	world_author(PHARMACY_BENCH, &author);
	judging_place(&author, bench);
	world_opener(GTIN_A, 1, opener, key);
	NEED(!lot_get(world.table, GTIN_A, span_text("L1"), &lot, NULL));
	NEED(!pack_get(world.table, lot.id, key, &pack, NULL));
	CHECK(pack.state == PACK_OPENED && pack.remaining == 20);
	CHECK(memcmp(pack.place, bench, PLACE_SIZE) == 0);
	NEED(!world_change(&world, PHARMACY_BENCH, KIND_OPEN, "L1", 1, 1, BY_OPENER, 10));
	CHECK(!world.outcome.alert);
	NEED(!world_change(&world, PHARMACY_DOOR, KIND_OPEN, "L1", 1, 1, BY_OPENER, 5));
	CHECK(world.outcome.alert == ALERT_OPENED_ELSEWHERE);
	world_close(&world);
}

TEST(voids_by_entry_too)
{
	struct world world;
	struct world_elements elements;
	struct buf encoded;
	uint8_t entry[HASH_SIZE];
	NEED(world_open(&world) && world_released(&world, "L1", 2));
	union kind_body change = {.change = {.gtin = GTIN_A, .lot = span_text("L1")}};
	change.change.elements = *world_elements(&elements, GTIN_A, 1, 1, BY_OPENER, 0);
	buf_init(&encoded, STATEMENT_SIZE_MAX);
	change_encode(&change.change, &encoded);
	hash_sha256(buf_span(&encoded), entry);
	buf_close(&encoded);
	NEED(!world_say(&world, PHARMACY, KIND_SUPPLY, &change));
	union kind_body body = {.undo = {.gtin = GTIN_A,
					.lot = span_text("L1"),
					.entry = span_of(entry, HASH_SIZE)}};
	body.undo.elements = *world_elements(&elements, GTIN_A, 1, 1, BY_OPENER_UNDO, 0);
	CHECK(world_say(&world, PHARMACY, KIND_VOID, &body) == OUTCOME_ACCEPTED);
	CHECK(!world.outcome.alert && world_state(&world, "L1", 1) == PACK_ACTIVE);
	body.undo.never_left = true;
	CHECK(world_say(&world, PHARMACY, KIND_VOID, &body) == OUTCOME_BAD_VALUE);
	CHECK(world_say(&world, PHARMACY, KIND_RETURN, &body) == OUTCOME_BAD_VALUE);
	CHECK(world.outcome.a == 5);
	world_close(&world);
}

/* Signs a body as the witness does and puts the witness into it. */
static void witness(union kind_body *body, unsigned kind, uint8_t kid[32], uint8_t signature[64])
{
	uint8_t raw[WITNESS_SIGNED_MAX], public[SIGN_PUBLIC], secret[SIGN_SECRET];
	struct buf before, out;
	buf_init(&before, STATEMENT_SIZE_MAX);
	kind_find((uint16_t)kind)->encode(body, &before);
	buf_over(&out, raw, sizeof raw);
	witness_signed(span_text("test/00000000000000000000000000000000"), (uint16_t)kind,
		buf_span(&before), &out);
	sign_keys(world_seed, public, secret);
	sign_make(secret, buf_span(&out), signature);
	buf_close(&before);
	body->undo.witness.kid = span_of(kid, 32);
	body->undo.witness.signature = span_of(signature, 64);
}

TEST(a_second_person_lets_a_destroyed_pack_be_voided)
{
	static const struct {
		const char *why;
		uint8_t kid[2];
		bool spoil;
		uint16_t code;
	} rows[] = {
		{"unknown key", {0x55, 0}, false, REFUSED_NOT_A_WITNESS},
		{"another party's key", {0x78, 0}, false, REFUSED_NOT_A_WITNESS},
		{"a key that ended", {0x77, 1}, false, REFUSED_NOT_A_WITNESS},
		{"the author's own key", {PHARMACY_BENCH + 1, 0}, false, REFUSED_NOT_A_WITNESS},
		{"wrong signature", {0x77, 0}, true, OUTCOME_BAD_SIGNATURE},
		{"a second person", {0x77, 0}, false, OUTCOME_ACCEPTED},
	};
	struct world world;
	struct world_elements elements;
	uint8_t signature[64];
	NEED(world_open(&world) && world_released(&world, "L1", 2));
	uint64_t position = world.position;
	NEED(!world_change(&world, PHARMACY_BENCH, KIND_DESTROY, "L1", 1, 1, BY_OPENER, 0));
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint8_t kid[32] = {rows[i].kid[0], rows[i].kid[1]};
		union kind_body body = {.undo = {.gtin = GTIN_A,
						.lot = span_text("L1"),
						.has_position = true,
						.position = position}};
		body.undo.elements = *world_elements(&elements, GTIN_A, 1, 1, BY_OPENER_UNDO, 0);
		witness(&body, KIND_VOID, kid, signature);
		signature[3] ^= rows[i].spoil;
		uint16_t code = world_say(&world, PHARMACY_BENCH, KIND_VOID, &body);
		CHECK_ROW(code == rows[i].code, "%s: %s", rows[i].why, outcome_word(code));
	}
	CHECK(!world.outcome.alert && world_state(&world, "L1", 1) == PACK_ACTIVE);
	world_close(&world);
}

TAP_MAIN(CASE(undoing_follows_the_rules),
	CASE(undoing_counts_once_and_the_pack_can_be_supplied_again),
	CASE(undoing_an_opening_or_a_lock_brings_back_what_was_before),
	CASE(the_secret_of_a_change_is_good_for_its_own_party_only),
	CASE(ten_days_end_with_the_second),
	CASE(what_stands_against_the_lot_or_the_pack_bars_its_way_back),
	CASE(an_opened_pack_that_comes_back_lies_where_it_was), CASE(voids_by_entry_too),
	CASE(a_second_person_lets_a_destroyed_pack_be_voided))
