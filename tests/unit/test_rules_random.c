/* Long random sequences: apply never returns an error, a dry judgement is the real one, what is
 * refused writes to no table (world_say_bytes checks both), counts agree with rows, and the same
 * sequence gives the same bytes. */
#include "tests/tap.h"
#include "tests/unit/rules_random.h"

#include "appliance/rules/facts.h"

#define STEPS 3000

struct tally {
	size_t accepted, refused, alerted;
	unsigned kinds_accepted; /* bits by order in the table */
};

static bool run(uint64_t seed, struct world *world, struct tally *tally)
{
	struct choices choices = {.state = seed};
	struct random_room room = {0};
	*tally = (struct tally){0};
	for (size_t i = 0; i < STEPS; i++) {
		if (!say_random(world, &choices, &room))
			return false;
		tally->accepted += !world->outcome.code;
		tally->refused += world->outcome.code != 0;
		tally->alerted += world->outcome.alert != 0;
	}
	return true;
}

TEST(random_statements_never_break_the_state)
{
	for (uint64_t seed = 1; seed <= 6; seed++) {
		struct world world;
		struct tally tally;
		NEED(world_open(&world));
		CHECK_ROW(
			run(seed, &world, &tally), "seed %" PRIu64 ": %s", seed, world.fault.text);
		CHECK_ROW(
			tally.accepted > STEPS / 6, "seed %" PRIu64 ": %zu", seed, tally.accepted);
		CHECK_ROW(tally.refused > STEPS / 10, "seed %" PRIu64 ": %zu", seed, tally.refused);
		CHECK_ROW(tally.alerted > STEPS / 20, "seed %" PRIu64 ": %zu", seed, tally.alerted);
		world_close(&world);
	}
}

TEST(the_same_statements_give_the_same_state_and_digest)
{
	struct world first, second;
	struct tally tally;
	uint8_t a[HASH_SIZE], b[HASH_SIZE];
	NEED(world_open(&first) && world_open(&second));
	NEED(run(42, &first, &tally) && run(42, &second, &tally));
	world_hash(&first, a);
	world_hash(&second, b);
	CHECK(memcmp(a, b, HASH_SIZE) == 0);
	memory_digest(first.memory, a);
	memory_digest(second.memory, b);
	CHECK(memcmp(a, b, HASH_SIZE) == 0);
	world_close(&first);
	world_close(&second);
}

/* Counts the packs of a lot by asking for each of the numbers in use. */
static void check_lot(struct tap *tap, struct world *world, uint64_t gtin, const char *text)
{
	struct lot lot;
	uint32_t count = 0, gone = 0;
	if (lot_get(world->table, gtin, span_text(text), &lot, NULL))
		return;
	for (unsigned n = 1; n < 40; n++) {
		uint8_t opener[KEY_SIZE], key[KEY_SIZE];
		struct pack pack;
		world_opener(gtin, n, opener, key);
		if (pack_get(world->table, lot.id, key, &pack, NULL))
			continue;
		count++;
		gone += pack_is_gone(pack.state);
		CHECK(!pack.touched || pack.at < world->position);
	}
	CHECK_ROW(count <= lot.pack_count, "%s: %u packs, %u counted", text, count, lot.pack_count);
	CHECK_ROW(gone <= lot.gone_count, "%s: %u gone, %u counted", text, gone, lot.gone_count);
	CHECK_ROW(lot.gone_count <= lot.pack_count, "%s", text);
	CHECK(lot.state != LOT_RELEASED || lot.released_at > lot.opened_at);
}

TEST(counts_agree_with_rows_after_a_random_run)
{
	for (uint64_t seed = 100; seed < 104; seed++) {
		struct world world;
		struct tally tally;
		struct alert alert = {0};
		uint32_t open = 0, all = 0;
		NEED(world_open(&world));
		NEED(run(seed, &world, &tally));
		check_lot(tap, &world, GTIN_A, "L1");
		check_lot(tap, &world, GTIN_A, "L2");
		check_lot(tap, &world, GTIN_A, "L22");
		check_lot(tap, &world, GTIN_B, "L1");
		check_lot(tap, &world, GTIN_C, "L1");
		while (alert_next(world.table, alert.number, &alert, NULL) == OK) {
			all++;
			open += !alert.cause;
			CHECK(alert.count > 0 && alert.first_at <= alert.last_at);
		}
		CHECK(all == memory_count(world.memory, TABLE_ALERT));
		CHECK(open == memory_count(world.memory, TABLE_ALERT_OPEN));
		world_close(&world);
	}
}

TEST(every_state_has_a_verdict)
{
	struct world world;
	struct tally tally;
	NEED(world_open(&world));
	NEED(run(7, &world, &tally));
	static const char *const lots[] = {"L1", "L2", "L22", "L9", ""};
	for (unsigned n = 0; n < 30; n++)
		for (size_t k = 0; k < 5; k++) {
			struct pepper_key key = {.year = PEPPER_Y}, keys[3];
			uint8_t opener[KEY_SIZE];
			struct pack_facts facts;
			struct verdict verdict;
			struct facts_asker asker = {.recall = {.roles = ROLE_PHARMACY}};
			struct facts_time time = {.zone = ZONE_EUROPE_LONDON,
				.now_ms = world.time_ms,
				.applied_size = world.position,
				.final_size = world.position - n % 3};
			world_opener(GTIN_A, n, opener, key.key);
			for (uint16_t y = 0; y < 3; y++) {
				keys[y] = key;
				keys[y].year = (uint16_t)(PEPPER_Y - y);
			}
			struct facts_scan scan = {.gtin = GTIN_A,
				.lot = span_text(lots[k]),
				.expiry = 280600,
				.keys = keys,
				.key_count = n % 2 ? 3 : 0};
			NEED(!facts_read(world.table, &scan, &asker, &time, &facts, NULL));
			verdict_judge(&facts, time.zone, &verdict);
			CHECK(verdict_row(verdict_word(&verdict)) != NULL);
		}
	world_close(&world);
}

/* One statement on a small ledger; the ways through the rules that read and write the most. */
static uint16_t say_scenario(struct world *world, size_t scenario)
{
	static const uint8_t id[RECALL_ID_SIZE] = {1};
	struct random_room room = {0};
	struct choices choices = {.state = 5};
	union kind_body body;
	switch (scenario) {
	case 0: return world_lot(world, MAKER, GTIN_B, "L1", LOT_PACKS_ALL);
	case 1: return world_commission(world, MAKER, GTIN_A, "L2", 1, 3);
	case 2: return world_change(world, PHARMACY, KIND_SUPPLY, "L1", 1, 3, BY_OPENER, 0);
	case 3:
		body.recall = (struct recall_body){.id = span_of(id, RECALL_ID_SIZE),
			.keys = span_of(id, RECALL_ID_SIZE),
			.class = RECALL_CLASS_1,
			.depth = DEPTH_PATIENT};
		choose_items(&choices, &room, &body.recall.items);
		return world_say(world, AUTHORITY, KIND_RECALL, &body);
	case 4:
		body.lot_correct = (struct lot_correct_body){
			.gtin = GTIN_A, .lot = span_text("L1"), .reason = LOT_REASON_PACKS};
		return world_say(world, MAKER, KIND_LOT_CORRECT, &body);
	case 5:
		body.check_alert = (struct check_alert_body){
			.gtin = GTIN_A, .lot = span_text("L1"), .verdict = VERDICT_EXPIRED};
		return world_say(world, HOSPITAL, KIND_CHECK_ALERT, &body);
	default:
		body.undo = (struct undo_body){.gtin = GTIN_A,
			.lot = span_text("L1"),
			.elements =
				*world_elements(&room.elements, GTIN_A, 1, 2, BY_OPENER_UNDO, 0),
			.never_left = true};
		return world_say(world, HOSPITAL, KIND_RETURN, &body);
	}
}

TEST(a_failing_disk_is_an_error_at_every_call)
{
	for (size_t scenario = 0; scenario <= 6; scenario++) {
		size_t at = 0;
		uint16_t code;
		do {
			struct world world;
			NEED(world_open(&world) && world_released(&world, "L1", 5));
			NEED(!world_lot(&world, MAKER, GTIN_A, "L2", LOT_PACKS_ALL));
			NEED(!world_commission(&world, MAKER, GTIN_A, "L2", 2, 1));
			NEED(!world_change(
				&world, HOSPITAL, KIND_SUPPLY, "L1", 1, 2, BY_OPENER, 0));
			NEED(!world_change(
				&world, HOSPITAL, KIND_SUPPLY, "L1", 9, 1, BY_OPENER, 0));
			world.fail_at = ++at;
			code = say_scenario(&world, scenario);
			CHECK_ROW(code != UINT16_MAX || world.fault.err == ERR_IO,
				"scenario %zu, call %zu: %s", scenario, at, world.fault.text);
			world_close(&world);
		} while (code == UINT16_MAX && at < 500);
		CHECK_ROW(code == OUTCOME_ACCEPTED && at > 4, "scenario %zu: %s after %zu calls",
			scenario, outcome_word(code), at);
	}
}

TAP_MAIN(CASE(random_statements_never_break_the_state),
	CASE(the_same_statements_give_the_same_state_and_digest),
	CASE(counts_agree_with_rows_after_a_random_run), CASE(every_state_has_a_verdict),
	CASE(a_failing_disk_is_an_error_at_every_call))
