/* Statements that a station delivered late: what they change, what they only leave on the
 * record, and two of them in conflict. */
#include "tests/tap.h"
#include "tests/unit/rules_world.h"

#include "appliance/rules/verdict.h"

static const uint8_t recall_id[RECALL_ID_SIZE] = {3};
static const uint8_t commitment[32] = {9};
static const uint8_t root[32] = {1};

/* A ledger with a recall, an alert and a clearance policy, for late statements to be about. */
static bool furnish(struct world *world, uint8_t hash[HASH_SIZE])
{
	uint8_t raw[32];
	struct buf items, document;
	struct clearance_policy policy = {.employer = "pharmacy.example",
		.version = 1,
		.rule_count = 1,
		.rules = {{.roles = code_bit(WORK_PHARMACIST),
			.options = {{.type = CHECK_IDENTITY,
				.methods = code_bit(METHOD_ORIGINAL_SEEN)}},
			.option_count = 1}}};
	if (!world_open(world) || !world_released(world, "L1", 9))
		return false;
	buf_over(&items, raw, sizeof raw);
	cbor_put_array(&items, 2);
	cbor_put_uint(&items, GTIN_A);
	cbor_put_array(&items, 0);
	union kind_body recall = {.recall = {.id = span_of(recall_id, RECALL_ID_SIZE),
					  .items = {.items = buf_span(&items), .count = 1},
					  .class = RECALL_CLASS_4,
					  .depth = DEPTH_PATIENT}};
	union kind_body check = {
		.check_alert = {
			.gtin = GTIN_A, .lot = span_text("L1"), .verdict = VERDICT_UNKNOWN_SERIAL}};
	buf_init(&document, CLEARANCE_POLICY_SIZE_MAX);
	clearance_policy_encode(&policy, &document);
	clearance_policy_hash(buf_span(&document), hash);
	union kind_body publish = {.policy_publish = {.hash = span_of(hash, HASH_SIZE),
					   .version = 1,
					   .from_ms = world->time_ms,
					   .document = buf_span(&document)}};
	bool done = !world_say(world, AUTHORITY, KIND_RECALL, &recall) &&
		    !world_say(world, PHARMACY, KIND_CHECK_ALERT, &check) &&
		    !world_say(world, PHARMACY, KIND_CLEARANCE_POLICY, &publish);
	buf_close(&document);
	return done;
}

TEST(what_is_no_supply_destruction_lock_or_check_leaves_the_state_as_it_is)
{
	uint8_t hash[HASH_SIZE], before[HASH_SIZE], after[HASH_SIZE];
	const struct {
		unsigned kind;
		union kind_body body;
	} rows[] = {
		{KIND_RECALL_ANSWER, {.recall_answer = {.id = span_of(recall_id, RECALL_ID_SIZE),
					      .gtin = GTIN_A,
					      .held = 4}}},
		{KIND_CHECK_COUNT, {.check_count = {.day = (uint32_t)(NOON_MS / DAY_MS) - 1,
					    .count = 3,
					    .root = span_of(root, 32)}}},
		{KIND_ALERT_RESOLVE, {.alert_resolve = {.number = 1, .cause = CAUSE_USER}}},
		{KIND_CLEARANCE, {.decision = {.policy_hash = span_of(hash, HASH_SIZE),
					  .until_ms = NOON_MS + DAY_MS,
					  .commitment = span_of(commitment, 32)}}},
		{KIND_MOVEMENT, {.movement = {.class = MOVEMENT_SHIP}}},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct world world;
		NEED(furnish(&world, hash));
		world.attachments = 1;
		world.late = true;
		world_hash(&world, before);
		CHECK_ROW(!world_say(&world, PHARMACY_BENCH, rows[i].kind, &rows[i].body),
			"kind %u: %s", rows[i].kind, outcome_word(world.outcome.code));
		CHECK_ROW(world.outcome.alert == ALERT_LATE_DELIVERY, "kind %u: %s", rows[i].kind,
			outcome_word(world.outcome.alert));
		world_hash(&world, after);
		CHECK_ROW(!memcmp(before, after, HASH_SIZE), "kind %u", rows[i].kind);
		/* In time it counts. */
		world.late = false;
		CHECK_ROW(!world_say(&world, PHARMACY_BENCH, rows[i].kind, &rows[i].body),
			"kind %u: %s", rows[i].kind, outcome_word(world.outcome.code));
		CHECK_ROW(!world.outcome.alert, "kind %u", rows[i].kind);
		world_hash(&world, after);
		CHECK_ROW(!memcmp(before, after, HASH_SIZE) == (rows[i].kind == KIND_MOVEMENT),
			"kind %u", rows[i].kind);
		world_close(&world);
	}
}

TEST(a_late_answer_does_not_overwrite_a_newer_one)
{
	struct world world;
	uint8_t hash[HASH_SIZE];
	struct recall_reach reach;
	NEED(furnish(&world, hash));
	union kind_body body = {
		.recall_answer = {
			.id = span_of(recall_id, RECALL_ID_SIZE), .gtin = GTIN_A, .returned = 2}};
	NEED(!world_say(&world, PHARMACY_BENCH, KIND_RECALL_ANSWER, &body));
	world.late = true;
	body.recall_answer.held = 2;
	body.recall_answer.returned = 0;
	NEED(!world_say(&world, PHARMACY_BENCH, KIND_RECALL_ANSWER, &body));
	NEED(recall_reach(world.table, recall_id, &reach, NULL) == OK);
	CHECK(reach.sum.returned == 2 && reach.sum.held == 0);
	world_close(&world);
}

TEST(a_shift_of_another_day_is_not_open_now)
{
	struct world world;
	uint8_t hash[HASH_SIZE];
	struct world_elements elements;
	NEED(furnish(&world, hash));
	union kind_body body = {.decision = {.policy_hash = span_of(hash, HASH_SIZE),
					.until_ms = NOON_MS + DAY_MS,
					.commitment = span_of(commitment, 32)}};
	union kind_body supply = {.change = {.gtin = GTIN_A,
					  .lot = span_text("L1"),
					  .shift = span_of(commitment, SHIFT_ID_SIZE)}};
	world.late = true;
	NEED(!world_say(&world, PHARMACY_BENCH, KIND_CLEARANCE, &body));
	world.late = false;
	supply.change.elements = *world_elements(&elements, GTIN_A, 1, 1, BY_OPENER, 0);
	NEED(!world_say(&world, PHARMACY_BENCH, KIND_SUPPLY, &supply));
	CHECK(world.outcome.alert == ALERT_NO_SHIFT);
	NEED(!world_say(&world, PHARMACY_BENCH, KIND_CLEARANCE, &body));
	supply.change.elements = *world_elements(&elements, GTIN_A, 2, 1, BY_OPENER, 0);
	NEED(!world_say(&world, PHARMACY_BENCH, KIND_SUPPLY, &supply));
	CHECK(!world.outcome.alert);
	world_close(&world);
}

TEST(a_late_red_check_still_raises_its_alert)
{
	struct world world;
	uint8_t hash[HASH_SIZE];
	struct alert alert;
	NEED(furnish(&world, hash));
	union kind_body body = {
		.check_alert = {
			.gtin = GTIN_A, .lot = span_text("L1"), .verdict = VERDICT_LOT_MISMATCH}};
	world.late = true;
	NEED(!world_say(&world, PHARMACY_BENCH, KIND_CHECK_ALERT, &body));
	CHECK(world.outcome.alert == ALERT_LOT_MISMATCH);
	CHECK(alert_find(world.table, GTIN_A, span_text("L1"), ALERT_LOT_MISMATCH, 0, &alert,
		      NULL) == OK);
	world_close(&world);
}

TEST(a_late_undoing_leaves_the_pack_as_it_is)
{
	struct world world;
	uint8_t hash[HASH_SIZE];
	struct world_elements elements;
	NEED(furnish(&world, hash));
	NEED(!world_change(&world, PHARMACY_BENCH, KIND_SUPPLY, "L1", 1, 1, BY_OPENER, 0));
	union kind_body body = {
		.undo = {.gtin = GTIN_A, .lot = span_text("L1"), .never_left = true}};
	body.undo.elements = *world_elements(&elements, GTIN_A, 1, 1, BY_OPENER_UNDO, 0);
	world.late = true;
	NEED(!world_say(&world, PHARMACY_BENCH, KIND_RETURN, &body));
	CHECK(world.outcome.alert == ALERT_LATE_DELIVERY);
	CHECK(world_state(&world, "L1", 1) == PACK_SUPPLIED);
	world_close(&world);
}

/* What the second of two finds, and what the case of its alert names. */
TEST(two_late_statements_in_conflict_are_both_named_and_neither_is_blamed)
{
	static const struct {
		unsigned first, second;
		bool first_late, second_late;
		uint16_t alert;
		enum pack_state state;
	} rows[] = {
		{KIND_SUPPLY, KIND_SUPPLY, true, true, ALERT_LATE_CONFLICT, PACK_SUPPLIED},
		{KIND_SUPPLY, KIND_LOCK, true, true, ALERT_LATE_CONFLICT, PACK_SUPPLIED},
		{KIND_DESTROY, KIND_SUPPLY, true, true, ALERT_LATE_CONFLICT, PACK_DESTROYED},
		{KIND_LOCK, KIND_SUPPLY, true, true, ALERT_LATE_CONFLICT, PACK_LOCKED},
		{KIND_SUPPLY, KIND_SUPPLY, true, false, ALERT_ALREADY_SUPPLIED, PACK_SUPPLIED},
		{KIND_SUPPLY, KIND_SUPPLY, false, true, ALERT_ALREADY_SUPPLIED, PACK_SUPPLIED},
		{KIND_SUPPLY, KIND_DESTROY, true, true, ALERT_LATE_DELIVERY, PACK_DESTROYED},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct world world;
		struct alert alert;
		struct alert_case none = {0}, found;
		NEED(world_open(&world) && world_released(&world, "L1", 2));
		world.late = rows[i].first_late;
		NEED(!world_change(
			&world, PHARMACY_BENCH, rows[i].first, "L1", 1, 1, BY_OPENER, 0));
		uint64_t first = world.position - 1;
		world.time_ms += DAY_MS;
		world.late = rows[i].second_late;
		NEED(!world_change(
			&world, PHARMACY_DOOR, rows[i].second, "L1", 1, 1, BY_OPENER, 0));
		CHECK_ROW(world.outcome.alert == rows[i].alert, "row %zu: %s", i,
			outcome_word(world.outcome.alert));
		CHECK_ROW(world_state(&world, "L1", 1) == rows[i].state, "row %zu", i);
		if (rows[i].alert != ALERT_LATE_CONFLICT) {
			world_close(&world);
			continue;
		}
		NEED(alert_next(world.table, 0, &alert, NULL) == OK);
		NEED(alert_case_next(world.table, alert.number, &none, &found, NULL) == OK);
		CHECK_ROW(found.before_at == first && found.position == first + 1, "row %zu", i);
		CHECK_ROW(found.s * 1000 == world.time_ms && found.has_key, "row %zu", i);
		world_close(&world);
	}
}

TAP_MAIN(CASE(what_is_no_supply_destruction_lock_or_check_leaves_the_state_as_it_is),
	CASE(a_late_answer_does_not_overwrite_a_newer_one),
	CASE(a_shift_of_another_day_is_not_open_now), CASE(a_late_red_check_still_raises_its_alert),
	CASE(a_late_undoing_leaves_the_pack_as_it_is),
	CASE(two_late_statements_in_conflict_are_both_named_and_neither_is_blamed))
