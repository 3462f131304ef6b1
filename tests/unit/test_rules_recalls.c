/* Kinds 60-63: who may recall what, whom it reaches, what comes back. */
#include "tests/tap.h"
#include "tests/unit/rules_world.h"

#include "appliance/rules/verdict.h"

struct recall_text {
	uint8_t raw[512];
	struct recall_items items;
};

/* One product and its lots (NULL: all). */
static const struct recall_items *items_of(
	struct recall_text *text, uint64_t gtin, const char *const *lots, size_t count)
{
	struct buf buf;
	buf_over(&buf, text->raw, sizeof text->raw);
	cbor_put_array(&buf, 2);
	cbor_put_uint(&buf, gtin);
	cbor_put_array(&buf, count);
	for (size_t i = 0; i < count; i++)
		cbor_put_text(&buf, span_text(lots[i]));
	text->items = (struct recall_items){.items = buf_span(&buf), .count = 1};
	return &text->items;
}

static const uint8_t recall_ids[4][RECALL_ID_SIZE] = {{1}, {2}, {3}, {4}};

static uint16_t say_recall(struct world *world, enum who who, unsigned id, uint64_t gtin,
	const char *lot, enum recall_class class, enum recall_depth depth, bool transcribed)
{
	struct recall_text text;
	union kind_body body = {.recall = {.id = span_of(recall_ids[id], RECALL_ID_SIZE),
					.items = *items_of(&text, gtin, &lot, lot ? 1 : 0),
					.class = class,
					.depth = depth,
					.transcribed = transcribed}};
	if (transcribed)
		body.recall.notice = span_text("EL(26)A/11");
	return world_say(world, who, KIND_RECALL, &body);
}

/* 2 stopped, 1 caution, 0 nothing; 9 on error. */
static int look(struct world *world, unsigned roles, uint16_t followed, const char *lot,
	uint64_t final_size)
{
	struct recall_asker asker = {.roles = roles, .followed = {followed}, .followed_count = 1};
	struct recall_found found;
	if (recall_look(world->table, &asker, GTIN_A, span_text(lot), NULL, 0, final_size, &found,
		    NULL))
		return 9;
	return found.is_recalled ? 2 : found.is_caution;
}

TEST(recalls_are_issued_by_authorities_holders_and_transcribers)
{
	static const struct {
		const char *why;
		enum who who;
		uint64_t gtin;
		enum recall_class class;
		bool transcribed;
		uint16_t code;
	} rows[] = {
		{"authority", AUTHORITY, GTIN_A, RECALL_CLASS_1, false, OUTCOME_ACCEPTED},
		{"holder", MAKER, GTIN_A, RECALL_COMPANY, false, OUTCOME_ACCEPTED},
		{"holder, not company-led", MAKER, GTIN_A, RECALL_CLASS_2, false, REFUSED_NO_ROLE},
		{"another's product", RIVAL, GTIN_A, RECALL_COMPANY, false, REFUSED_NOT_YOUR_GTIN},
		{"agent inside its mandate", AGENT, GTIN_A, RECALL_COMPANY, false,
			OUTCOME_ACCEPTED},
		{"agent outside", AGENT, GTIN_B, RECALL_COMPANY, false, REFUSED_OUTSIDE_MANDATE},
		{"pharmacy", PHARMACY, GTIN_A, RECALL_CLASS_1, false, REFUSED_NO_ROLE},
		{"pharmacy transcribes", PHARMACY, GTIN_A, RECALL_CLASS_1, true, OUTCOME_ACCEPTED},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct world world;
		NEED(world_open(&world));
		uint16_t code = say_recall(&world, rows[i].who, 0, rows[i].gtin, "L1",
			rows[i].class, DEPTH_PATIENT, rows[i].transcribed);
		CHECK_ROW(code == rows[i].code, "%s: %s", rows[i].why, outcome_word(code));
		if (!code)
			CHECK_ROW(say_recall(&world, rows[i].who, 0, rows[i].gtin, "L1",
					  rows[i].class, DEPTH_PATIENT,
					  rows[i].transcribed) == OUTCOME_EXISTS,
				"%s", rows[i].why);
		world_close(&world);
	}
}

TEST(a_recall_reaches_by_depth_class_and_source)
{
	static const struct {
		enum who who;
		const char *lot;
		enum recall_class class;
		enum recall_depth depth;
		bool transcribed;
		unsigned roles;
		uint16_t followed;
		int found;
	} rows[] = {
		{AUTHORITY, "L1", RECALL_CLASS_1, DEPTH_PATIENT, false, ROLE_PHARMACY, 3, 2},
		{AUTHORITY, NULL, RECALL_CLASS_1, DEPTH_PATIENT, false, ROLE_PHARMACY, 3, 2},
		{AUTHORITY, "L2", RECALL_CLASS_1, DEPTH_PATIENT, false, ROLE_PHARMACY, 3, 0},
		{AUTHORITY, "L1", RECALL_CLASS_3, DEPTH_PHARMACY, false, ROLE_HOSPITAL, 4, 2},
		{AUTHORITY, "L1", RECALL_CLASS_3, DEPTH_WHOLESALER, false, ROLE_HOSPITAL, 4, 1},
		{AUTHORITY, "L1", RECALL_CLASS_3, DEPTH_WHOLESALER, false, ROLE_WHOLESALER, 2, 2},
		{AUTHORITY, "L1", RECALL_CLASS_4, DEPTH_PATIENT, false, ROLE_PHARMACY, 3, 1},
		{AUTHORITY, "L1", RECALL_CLASS_4, DEPTH_PATIENT, false, ROLE_WHOLESALER, 2, 1},
		{MAKER, "L1", RECALL_COMPANY, DEPTH_PHARMACY, false, ROLE_PHARMACY, 3, 2},
		{PHARMACY, "L1", RECALL_CLASS_1, DEPTH_PATIENT, true, ROLE_PHARMACY, 3, 2},
		{PHARMACY, "L1", RECALL_CLASS_1, DEPTH_PATIENT, true, ROLE_HOSPITAL, 4, 0},
		{PHARMACY, "L1", RECALL_CLASS_1, DEPTH_PATIENT, true, ROLE_HOSPITAL, 3, 2},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct world world;
		NEED(world_open(&world));
		NEED(!say_recall(&world, rows[i].who, 0, GTIN_A, rows[i].lot, rows[i].class,
			rows[i].depth, rows[i].transcribed));
		int found = look(&world, rows[i].roles, rows[i].followed, "L1", 0);
		CHECK_ROW(found == rows[i].found, "row %zu: %d", i, found);
		world_close(&world);
	}
}

TEST(a_lot_whose_number_begins_like_anothers_is_not_meant)
{
	struct world world;
	NEED(world_open(&world));
	NEED(!say_recall(&world, AUTHORITY, 0, GTIN_A, "L1", RECALL_CLASS_1, DEPTH_PATIENT, false));
	CHECK(look(&world, ROLE_PHARMACY, 3, "L1", 0) == 2);
	CHECK(look(&world, ROLE_PHARMACY, 3, "L11", 0) == 0);
	CHECK(look(&world, ROLE_PHARMACY, 3, "L", 0) == 0);
	CHECK(look(&world, ROLE_PHARMACY, 3, "", 0) == 1);
	world_close(&world);
}

TEST(ending_and_easing_count_when_final_and_worsening_at_once)
{
	struct world world;
	struct recall_text text;
	const char *lots[] = {"L2"}, *gone[] = {"L1"};
	struct recall recall;
	NEED(world_open(&world));
	NEED(!say_recall(&world, AUTHORITY, 0, GTIN_A, "L1", RECALL_CLASS_2, DEPTH_PATIENT, false));
	union kind_body amend = {.recall_amend = {.id = span_of(recall_ids[0], RECALL_ID_SIZE)}};
	uint64_t at = world.position;
	amend.recall_amend.class = RECALL_CLASS_4;
	NEED(!world_say(&world, AUTHORITY, KIND_RECALL_AMEND, &amend));
	CHECK(look(&world, ROLE_PHARMACY, 3, "L1", at) == 2);
	CHECK(look(&world, ROLE_PHARMACY, 3, "L1", at + 1) == 1);
	at = world.position;
	amend.recall_amend.class = RECALL_CLASS_1;
	amend.recall_amend.added = *items_of(&text, GTIN_A, lots, 1);
	NEED(!world_say(&world, AUTHORITY, KIND_RECALL_AMEND, &amend));
	CHECK(look(&world, ROLE_PHARMACY, 3, "L1", at) == 2);
	CHECK(look(&world, ROLE_PHARMACY, 3, "L2", at) == 2);
	at = world.position;
	amend.recall_amend = (struct recall_amend_body){.id = amend.recall_amend.id};
	amend.recall_amend.removed = *items_of(&text, GTIN_A, gone, 1);
	NEED(!world_say(&world, AUTHORITY, KIND_RECALL_AMEND, &amend));
	CHECK(look(&world, ROLE_PHARMACY, 3, "L1", at) == 2);
	CHECK(look(&world, ROLE_PHARMACY, 3, "L1", at + 1) == 0);
	union kind_body end = {.recall_end = {.id = span_of(recall_ids[0], RECALL_ID_SIZE)}};
	at = world.position;
	NEED(!world_say(&world, AUTHORITY, KIND_RECALL_END, &end));
	CHECK(look(&world, ROLE_PHARMACY, 3, "L2", at) == 2);
	CHECK(look(&world, ROLE_PHARMACY, 3, "L2", at + 1) == 0);
	CHECK(world_say(&world, AUTHORITY, KIND_RECALL_END, &end) == REFUSED_RECALL_ENDED);
	CHECK(world_say(&world, AUTHORITY, KIND_RECALL_AMEND, &amend) == REFUSED_RECALL_ENDED);
	NEED(recall_get(world.table, recall_ids[0], &recall, NULL) == OK);
	CHECK(recall.version == 4 && recall.lot_count == 1);
	world_close(&world);
}

TEST(only_the_issuer_or_an_authority_changes_a_recall)
{
	struct world world;
	struct recall_text text;
	const char *lots[] = {"L2"};
	NEED(world_open(&world));
	NEED(!say_recall(&world, MAKER, 0, GTIN_A, "L1", RECALL_COMPANY, DEPTH_PATIENT, false));
	NEED(!say_recall(&world, PHARMACY, 1, GTIN_A, "L1", RECALL_CLASS_2, DEPTH_PATIENT, true));
	union kind_body body = {.recall_amend = {.id = span_of(recall_ids[0], RECALL_ID_SIZE),
					.depth = DEPTH_PHARMACY}};
	CHECK(world_say(&world, RIVAL, KIND_RECALL_AMEND, &body) == REFUSED_NOT_YOUR_RECALL);
	CHECK(world_say(&world, AUTHORITY, KIND_RECALL_AMEND, &body) == OUTCOME_ACCEPTED);
	CHECK(world_say(&world, MAKER, KIND_RECALL_AMEND, &body) == OUTCOME_ACCEPTED);
	body.recall_amend.class = RECALL_CLASS_1;
	CHECK(world_say(&world, MAKER, KIND_RECALL_AMEND, &body) == OUTCOME_BAD_VALUE);
	body.recall_amend.class = 0;
	body.recall_amend.added = *items_of(&text, GTIN_C, lots, 1);
	CHECK(world_say(&world, MAKER, KIND_RECALL_AMEND, &body) == REFUSED_NOT_YOUR_GTIN);
	body.recall_amend.added.count = 0;
	body.recall_amend.keys = span_of(recall_ids[0], KEY_SIZE);
	CHECK(world_say(&world, MAKER, KIND_RECALL_AMEND, &body) == OUTCOME_BAD_VALUE);
	body.recall_amend.keys.size = 0;
	body.recall_amend.id = span_of(recall_ids[1], RECALL_ID_SIZE);
	CHECK(world_say(&world, AUTHORITY, KIND_RECALL_AMEND, &body) == REFUSED_NOT_YOUR_RECALL);
	CHECK(world_say(&world, PHARMACY, KIND_RECALL_AMEND, &body) == OUTCOME_ACCEPTED);
	body.recall_amend.id = span_of(recall_ids[2], RECALL_ID_SIZE);
	CHECK(world_say(&world, MAKER, KIND_RECALL_AMEND, &body) == REFUSED_NO_SUCH_RECALL);
	world_close(&world);
}

TEST(a_recall_of_single_packs_stops_those_and_no_others)
{
	struct world world;
	struct recall_text text;
	struct recall_found found;
	struct world_pack packs[2];
	const char *lots[] = {"L1"};
	uint8_t keys[2][KEY_SIZE], other[1][KEY_SIZE], opener[KEY_SIZE];
	struct recall_asker asker = {.roles = ROLE_PHARMACY};
	NEED(world_open(&world) && world_released(&world, "L1", 5));
	world_packs(GTIN_A, 1, 2, packs);
	memcpy(keys[0], packs[0].key, KEY_SIZE);
	memcpy(keys[1], packs[1].key, KEY_SIZE);
	world_opener(GTIN_A, 3, opener, other[0]);
	union kind_body body = {.recall = {.id = span_of(recall_ids[0], RECALL_ID_SIZE),
					.items = *items_of(&text, GTIN_A, lots, 1),
					.keys = span_of(keys, sizeof keys),
					.class = RECALL_CLASS_1,
					.depth = DEPTH_PATIENT}};
	NEED(!world_say(&world, AUTHORITY, KIND_RECALL, &body));
	NEED(!recall_look(world.table, &asker, GTIN_A, span_text("L1"), (const uint8_t(*)[16])keys,
		1, 0, &found, NULL));
	CHECK(found.is_recalled && !found.is_caution);
	NEED(!recall_look(world.table, &asker, GTIN_A, span_text("L1"), (const uint8_t(*)[16])other,
		1, 0, &found, NULL));
	CHECK(!found.is_recalled && !found.is_caution);
	NEED(!recall_look(world.table, &asker, GTIN_A, span_text("L1"), NULL, 0, 0, &found, NULL));
	CHECK(!found.is_recalled && found.is_caution && found.is_by_pack);
	NEED(!world_change(&world, PHARMACY, KIND_SUPPLY, "L1", 1, 1, BY_OPENER, 0));
	CHECK(world.outcome.alert == ALERT_RECALLED &&
		world_state(&world, "L1", 1) == PACK_SUPPLIED);
	NEED(!world_change(&world, PHARMACY, KIND_SUPPLY, "L1", 3, 1, BY_OPENER, 0));
	CHECK(!world.outcome.alert);
	world_close(&world);
}

TEST(a_supply_of_a_recalled_lot_is_recorded_with_an_alert)
{
	struct world world;
	NEED(world_open(&world) && world_released(&world, "L1", 5));
	NEED(!say_recall(
		&world, AUTHORITY, 0, GTIN_A, NULL, RECALL_CLASS_2, DEPTH_WHOLESALER, false));
	NEED(!world_change(&world, PHARMACY, KIND_SUPPLY, "L1", 1, 1, BY_OPENER, 0));
	CHECK(!world.outcome.alert);
	NEED(!say_recall(
		&world, AUTHORITY, 1, GTIN_A, NULL, RECALL_CLASS_2, DEPTH_PHARMACY, false));
	NEED(!world_change(&world, PHARMACY, KIND_SUPPLY, "L1", 2, 1, BY_OPENER, 0));
	CHECK(world.outcome.alert == ALERT_RECALLED &&
		world_state(&world, "L1", 2) == PACK_SUPPLIED);
	NEED(!world_change(&world, PHARMACY, KIND_DESTROY, "L1", 3, 1, BY_OPENER, 0));
	CHECK(!world.outcome.alert);
	world_close(&world);
}

static uint16_t say_answer(
	struct world *world, enum who who, const char *lot, uint32_t held, uint32_t supplied)
{
	union kind_body body = {.recall_answer = {.id = span_of(recall_ids[0], RECALL_ID_SIZE),
					.gtin = GTIN_A,
					.lot = span_text(lot),
					.held = held,
					.supplied = supplied}};
	return world_say(world, who, KIND_RECALL_ANSWER, &body);
}

TEST(answers_add_up_to_known_answered_and_unknown)
{
	struct world world;
	struct recall_reach reach;
	NEED(world_open(&world) && world_released(&world, "L1", 20));
	CHECK(say_answer(&world, PHARMACY, "L1", 1, 1) == REFUSED_NO_SUCH_RECALL);
	NEED(!say_recall(&world, AUTHORITY, 0, GTIN_A, "L1", RECALL_CLASS_2, DEPTH_PATIENT, false));
	CHECK(say_answer(&world, PHARMACY, "L2", 1, 1) == OUTCOME_NOT_THERE);
	CHECK(say_answer(&world, PHARMACY, "L1", 3, 2) == OUTCOME_ACCEPTED);
	CHECK(say_answer(&world, PHARMACY, "L1", 1, 4) == OUTCOME_ACCEPTED);
	CHECK(say_answer(&world, PHARMACY_DOOR, "L1", 0, 0) == OUTCOME_ACCEPTED);
	CHECK(say_answer(&world, HOSPITAL, "", 7, 0) == OUTCOME_ACCEPTED);
	NEED(recall_reach(world.table, recall_ids[0], &reach, NULL) == OK);
	CHECK(reach.known == 20 && reach.answered == 12 && reach.unknown == 8);
	CHECK(reach.places == 3 && reach.sum.held == 8 && reach.sum.supplied == 4);
	world_close(&world);
}

TEST(of_two_amendments_before_either_is_final_the_gravest_counts)
{
	static const struct {
		enum recall_class first, second;
		enum recall_depth depth; /* of the second; 0: as it was */
		int before, after; /* found while nothing is final, and when all is */
	} rows[] = {
		{RECALL_CLASS_4, RECALL_CLASS_4, 0, 2, 1},
		{RECALL_CLASS_4, 0, DEPTH_WHOLESALER, 2, 1},
		{RECALL_CLASS_4, RECALL_CLASS_3, 0, 2, 2},
		{RECALL_CLASS_3, RECALL_CLASS_4, 0, 2, 1},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct world world;
		NEED(world_open(&world));
		NEED(!say_recall(
			&world, AUTHORITY, 0, GTIN_A, "L1", RECALL_CLASS_1, DEPTH_PATIENT, false));
		union kind_body body = {.recall_amend = {.id = span_of(recall_ids[0], 16)}};
		uint64_t at = world.position;
		body.recall_amend.class = rows[i].first;
		NEED(!world_say(&world, AUTHORITY, KIND_RECALL_AMEND, &body));
		body.recall_amend.class = rows[i].second;
		body.recall_amend.depth = rows[i].depth;
		NEED(!world_say(&world, AUTHORITY, KIND_RECALL_AMEND, &body));
		int found = look(&world, ROLE_PHARMACY, 3, "L1", at);
		CHECK_ROW(found == rows[i].before, "row %zu: %d", i, found);
		found = look(&world, ROLE_PHARMACY, 3, "L1", at + 1);
		CHECK_ROW(found == rows[i].before, "row %zu, the first is final: %d", i, found);
		found = look(&world, ROLE_PHARMACY, 3, "L1", at + 2);
		CHECK_ROW(found == rows[i].after, "row %zu, both are final: %d", i, found);
		/* Long after, what was eased then does not come back. */
		world.position += TAIL_MAX + 1;
		at = world.position;
		body.recall_amend.class = RECALL_CLASS_4;
		body.recall_amend.depth = DEPTH_PATIENT;
		NEED(!world_say(&world, AUTHORITY, KIND_RECALL_AMEND, &body));
		found = look(&world, ROLE_PHARMACY, 3, "L1", at);
		CHECK_ROW(found == rows[i].after, "row %zu, later: %d", i, found);
		world_close(&world);
	}
}

TEST(a_mandate_for_products_binds_what_is_called_by_number)
{
	static const struct {
		const char *why;
		uint64_t gtin;
		unsigned kind;
		uint16_t code;
	} rows[] = {
		{"ends", GTIN_A, KIND_RECALL_END, OUTCOME_ACCEPTED},
		{"ends another's", GTIN_B, KIND_RECALL_END, REFUSED_OUTSIDE_MANDATE},
		{"amends", GTIN_A, KIND_RECALL_AMEND, OUTCOME_ACCEPTED},
		{"amends another's", GTIN_B, KIND_RECALL_AMEND, REFUSED_OUTSIDE_MANDATE},
		{"closes", GTIN_A, KIND_ALERT_RESOLVE, OUTCOME_ACCEPTED},
		{"closes another's", GTIN_B, KIND_ALERT_RESOLVE, REFUSED_OUTSIDE_MANDATE},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct world world;
		union kind_body bodies[] = {
			{.recall_end = {.id = span_of(recall_ids[0], 16)}},
			{.recall_amend = {.id = span_of(recall_ids[0], 16),
				 .depth = DEPTH_PHARMACY}},
			{.alert_resolve = {.number = 1, .cause = CAUSE_SOFTWARE}},
		};
		union kind_body check = {
			.check_alert = {.gtin = rows[i].gtin, .verdict = VERDICT_UNKNOWN_LOT}};
		NEED(world_open(&world));
		NEED(!say_recall(&world, MAKER, 0, rows[i].gtin, "L1", RECALL_COMPANY,
			DEPTH_PATIENT, false));
		NEED(!world_say(&world, MAKER, KIND_CHECK_ALERT, &check));
		const union kind_body *body = rows[i].kind == KIND_RECALL_END     ? &bodies[0]
					      : rows[i].kind == KIND_RECALL_AMEND ? &bodies[1]
										  : &bodies[2];
		uint16_t code = world_say(&world, AGENT, rows[i].kind, body);
		CHECK_ROW(code == rows[i].code, "%s: %s", rows[i].why, outcome_word(code));
		CHECK_ROW(!code || world.outcome.a == (int64_t)rows[i].gtin, "%s", rows[i].why);
		world_close(&world);
	}
}

TEST(reach_counts_each_pack_once_and_only_those_that_are_named)
{
	struct world world;
	struct recall_text text;
	struct recall_reach reach;
	struct world_pack packs[3];
	uint8_t keys[3][KEY_SIZE];
	const char *lots[] = {"L1"};
	NEED(world_open(&world) && world_released(&world, "L1", 20) &&
		world_released(&world, "L2", 7));
	NEED(!say_recall(&world, AUTHORITY, 0, GTIN_A, NULL, RECALL_CLASS_2, DEPTH_PATIENT, false));
	union kind_body body = {.recall_amend = {.id = span_of(recall_ids[0], 16),
					.added = *items_of(&text, GTIN_A, lots, 1)}};
	NEED(!world_say(&world, AUTHORITY, KIND_RECALL_AMEND, &body));
	NEED(recall_reach(world.table, recall_ids[0], &reach, NULL) == OK);
	CHECK(reach.known == 27 && reach.unknown == 27);
	/* All lots are taken out: the one that was named stays. */
	body.recall_amend.added.count = 0;
	body.recall_amend.removed = *items_of(&text, GTIN_A, NULL, 0);
	NEED(!world_say(&world, AUTHORITY, KIND_RECALL_AMEND, &body));
	NEED(recall_reach(world.table, recall_ids[0], &reach, NULL) == OK);
	CHECK(reach.known == 20);
	world_packs(GTIN_A, 1, 3, packs);
	for (size_t i = 0; i < 3; i++)
		memcpy(keys[i], packs[i].key, KEY_SIZE);
	body.recall = (struct recall_body){.id = span_of(recall_ids[1], 16),
		.items = *items_of(&text, GTIN_A, lots, 1),
		.keys = span_of(keys, sizeof keys),
		.class = RECALL_CLASS_2,
		.depth = DEPTH_PATIENT};
	NEED(!world_say(&world, AUTHORITY, KIND_RECALL, &body));
	NEED(recall_reach(world.table, recall_ids[1], &reach, NULL) == OK);
	CHECK(reach.known == 3 && reach.unknown == 3);
	CHECK(recall_reach(world.table, recall_ids[2], &reach, NULL) == ERR_NOT_FOUND);
	world_close(&world);
}

TEST(answers_are_due_by_class)
{
	static const struct {
		enum recall_class class;
		int64_t hours; /* 0: no answer is asked for */
	} rows[] = {{RECALL_CLASS_1, 24}, {RECALL_CLASS_2, 48}, {RECALL_CLASS_3, 120},
		{RECALL_CLASS_4, 0}, {RECALL_COMPANY, 120}};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct recall recall = {.class = rows[i].class, .issued_s = 1000000};
		int64_t want = rows[i].hours ? 1000000 + rows[i].hours * 3600 : 0;
		CHECK_ROW(recall_due_s(&recall) == want, "class %u", rows[i].class);
	}
}

TEST(sums_of_answers_stop_at_the_end_of_their_type)
{
	enum { ANSWERS = 450 };
	struct world world;
	struct recall_reach reach;
	char lot[LOT_TEXT_MAX];
	NEED(world_open(&world) && world_released(&world, "L1", 2));
	NEED(!say_recall(&world, AUTHORITY, 0, GTIN_A, NULL, RECALL_CLASS_2, DEPTH_PATIENT, false));
	for (unsigned i = 0; i < ANSWERS; i++) {
		(void)snprintf(lot, sizeof lot, "X%u", i);
		NEED(!say_answer(&world, PHARMACY, lot, 10000000, 1));
	}
	CHECK(say_answer(&world, PHARMACY, "X", 10000001, 0) == OUTCOME_BAD_VALUE);
	NEED(recall_reach(world.table, recall_ids[0], &reach, NULL) == OK);
	CHECK(reach.sum.held == UINT32_MAX && reach.sum.supplied == ANSWERS);
	CHECK(reach.answered == (uint64_t)ANSWERS * 10000001 && reach.unknown == 0);
	world_close(&world);
}

TEST(a_flood_of_transcriptions_hides_nothing_and_delays_nobody)
{
	struct world world;
	struct recall_found found;
	struct recall_asker asker = {.roles = ROLE_PHARMACY, .followed = {4}, .followed_count = 1};
	struct recall_text text;
	const char *lots[] = {"L1"};
	uint8_t id[RECALL_ID_SIZE] = {0};
	NEED(world_open(&world));
	for (uint32_t i = 0; i < RECALL_ROWS_MAX + 5; i++) {
		struct recall recall = {.source = RECALL_TRANSCRIBED,
			.member = 3,
			.class = RECALL_CLASS_1,
			.depth = DEPTH_PATIENT};
		memcpy(recall.id, &i, sizeof i);
		NEED(recall_put(world.table, &recall, NULL) == OK);
		NEED(recall_item_put(world.table, &recall, GTIN_A, span_text("L1"), 5, 0, NULL) ==
			OK);
	}
	id[15] = 1;
	union kind_body body = {.recall = {.id = span_of(id, RECALL_ID_SIZE),
					.items = *items_of(&text, GTIN_A, lots, 1),
					.class = RECALL_CLASS_3,
					.depth = DEPTH_PATIENT}};
	NEED(!world_say(&world, AUTHORITY, KIND_RECALL, &body));
	NEED(!recall_look(world.table, &asker, GTIN_A, span_text("L1"), NULL, 0, 0, &found, NULL));
	CHECK(found.is_recalled && found.recalled.recall.class == RECALL_CLASS_3 && !found.is_cut);
	asker.followed[0] = 3;
	NEED(!recall_look(world.table, &asker, GTIN_A, span_text("L1"), NULL, 0, 0, &found, NULL));
	CHECK(found.is_recalled && found.is_cut);
	world_close(&world);
}

static uint16_t say_derive(struct world *world, enum who who, uint64_t gtin, const char *lot,
	uint64_t from, const char *from_lot)
{
	union kind_body body = {.derive = {.gtin = gtin,
					.lot = span_text(lot),
					.from_gtin = from,
					.from_lot = span_text(from_lot)}};
	return world_say(world, who, KIND_DERIVE, &body);
}

static uint16_t say_affected(
	struct world *world, enum who who, unsigned id, const char *lot, bool affected)
{
	union kind_body body = {.recall_derived = {.id = span_of(recall_ids[id], RECALL_ID_SIZE),
					.gtin = GTIN_A,
					.lot = span_text(lot),
					.affected = affected}};
	return world_say(world, who, KIND_RECALL_DERIVED, &body);
}

TEST(a_lot_made_from_a_recalled_one_is_a_caution_until_answered)
{
	struct world world;
	NEED(world_open(&world) && world_released(&world, "R1", 2) &&
		world_released(&world, "R2", 2));
	CHECK(say_derive(&world, MAKER, GTIN_A, "R9", GTIN_C, "C1") == REFUSED_NO_SUCH_LOT);
	CHECK(say_derive(&world, RIVAL, GTIN_A, "R1", GTIN_C, "C1") == REFUSED_NOT_YOUR_GTIN);
	CHECK(say_derive(&world, MAKER, GTIN_A, "R1", GTIN_A, "R1") == OUTCOME_BAD_VALUE);
	CHECK(say_derive(&world, MAKER, GTIN_A, "R1", GTIN_C, "C1") == OUTCOME_ACCEPTED);
	CHECK(say_derive(&world, MAKER, GTIN_A, "R1", GTIN_C, "C1") == OUTCOME_ACCEPTED);
	CHECK(say_derive(&world, MAKER, GTIN_A, "R2", GTIN_A, "R1") == OUTCOME_ACCEPTED);
	CHECK(look(&world, ROLE_PHARMACY, 3, "R1", 99) == 0);
	NEED(!say_recall(&world, AUTHORITY, 0, GTIN_C, "C1", RECALL_CLASS_1, DEPTH_PATIENT, false));
	CHECK(look(&world, ROLE_PHARMACY, 3, "R1", 99) == 1);
	CHECK(look(&world, ROLE_PHARMACY, 3, "R2", 99) == 1);
	CHECK(look(&world, ROLE_PHARMACY, 3, "R3", 99) == 0);
	CHECK(say_affected(&world, RIVAL, 0, "R1", false) == REFUSED_NOT_YOUR_GTIN);
	CHECK(say_affected(&world, MAKER, 1, "R1", false) == REFUSED_NO_SUCH_RECALL);
	CHECK(say_affected(&world, MAKER, 0, "R3", false) == OUTCOME_NOT_THERE);
	uint64_t at = world.position;
	CHECK(say_affected(&world, MAKER, 0, "R1", false) == OUTCOME_ACCEPTED);
	CHECK(look(&world, ROLE_PHARMACY, 3, "R1", at) == 1);
	CHECK(look(&world, ROLE_PHARMACY, 3, "R1", at + 1) == 0);
	CHECK(look(&world, ROLE_PHARMACY, 3, "R2", at + 1) == 1);
	CHECK(say_affected(&world, AUTHORITY, 0, "R2", true) == OUTCOME_ACCEPTED);
	CHECK(look(&world, ROLE_PHARMACY, 3, "R2", at) == 2);
	world_close(&world);
}

TEST(a_long_chain_of_repackaging_is_cut_and_said_so)
{
	struct world world;
	struct recall_found found;
	struct recall_asker asker = {.roles = ROLE_PHARMACY};
	char from[8], lot[8];
	NEED(world_open(&world));
	for (unsigned level = 0; level < 4; level++) {
		(void)snprintf(lot, sizeof lot, "D%u", level);
		NEED(!world_lot(&world, MAKER, GTIN_A, lot, LOT_PACKS_NONE));
		for (unsigned i = 0; i < DERIVED_SOURCES_MAX; i++) {
			(void)snprintf(
				from, sizeof from, "D%u", i ? 10 * level + 10 + i : level + 1);
			NEED(!say_derive(&world, MAKER, GTIN_A, lot, GTIN_A, from));
		}
		CHECK(say_derive(&world, MAKER, GTIN_A, lot, GTIN_A, "X") == OUTCOME_BAD_VALUE);
	}
	/* A circle ends too. */
	NEED(!world_lot(&world, MAKER, GTIN_A, "E", LOT_PACKS_NONE));
	NEED(!say_derive(&world, MAKER, GTIN_A, "E", GTIN_A, "F"));
	NEED(!world_lot(&world, MAKER, GTIN_A, "F", LOT_PACKS_NONE));
	NEED(!say_derive(&world, MAKER, GTIN_A, "F", GTIN_A, "E"));
	NEED(!recall_look(world.table, &asker, GTIN_A, span_text("D0"), NULL, 0, 99, &found, NULL));
	CHECK(!found.is_cut);
	NEED(!say_derive(&world, MAKER, GTIN_A, "E", GTIN_A, "D0"));
	NEED(!recall_look(world.table, &asker, GTIN_A, span_text("E"), NULL, 0, 99, &found, NULL));
	CHECK(!found.is_caution);
	world_close(&world);
}

TAP_MAIN(CASE(recalls_are_issued_by_authorities_holders_and_transcribers),
	CASE(a_recall_reaches_by_depth_class_and_source),
	CASE(a_lot_whose_number_begins_like_anothers_is_not_meant),
	CASE(ending_and_easing_count_when_final_and_worsening_at_once),
	CASE(only_the_issuer_or_an_authority_changes_a_recall),
	CASE(a_recall_of_single_packs_stops_those_and_no_others),
	CASE(a_supply_of_a_recalled_lot_is_recorded_with_an_alert),
	CASE(answers_add_up_to_known_answered_and_unknown),
	CASE(of_two_amendments_before_either_is_final_the_gravest_counts),
	CASE(a_mandate_for_products_binds_what_is_called_by_number),
	CASE(reach_counts_each_pack_once_and_only_those_that_are_named),
	CASE(answers_are_due_by_class), CASE(sums_of_answers_stop_at_the_end_of_their_type),
	CASE(a_flood_of_transcriptions_hides_nothing_and_delays_nobody),
	CASE(a_lot_made_from_a_recalled_one_is_a_caution_until_answered),
	CASE(a_long_chain_of_repackaging_is_cut_and_said_so))
