#include "tests/members_world.h"
#include "tests/tap.h"

TEST(genesis_is_refused_unless_its_parts_fit)
{
	for (int row = 0; row <= 15; row++) {
		struct world world;
		struct genesis genesis;
		int64_t field = 0;
		unsigned code = OUTCOME_BAD_VALUE;
		NEED(world_empty(&world));
		world_genesis(&world, &genesis);
		switch (row) {
		case 0: code = OUTCOME_ACCEPTED; break;
		case 1: genesis.zone = span_text("Mars/Olympus"), field = 2; break;
		case 2: genesis.member[1].name = genesis.member[0].name, field = 3; break;
		case 3:
			memcpy(genesis.member[1].root, genesis.member[0].root, 32), field = 3;
			break;
		case 4:
			memset(genesis.member[1].root, 0, 32);
			code = OUTCOME_BAD_KEY, field = 3;
			break;
		case 5:
			genesis.member[2].operator_name = span_text("nobody.example"), field = 3;
			break;
		case 6: genesis.member[2].operator_name = genesis.member[2].name, field = 3; break;
		case 7: /* an operator that has one itself */
			genesis.member[1].operator_name = genesis.member[0].name, field = 3;
			break;
		case 8: genesis.voter_count = 2, field = 4; break;
		case 9: genesis.voter[0] = genesis.voter[1], field = 4; break;
		case 10: genesis.voter[0] = genesis.member[PHARMACY].name, field = 4; break;
		case 11: genesis.voter[0] = span_text("nobody.example"), field = 4; break;
		case 12: genesis.recovery_k = 1, field = 5; break;
		case 13: genesis.recovery_k = 4, field = 5; break;
		case 14: memcpy(genesis.recovery[1], genesis.recovery[0], 32), field = 5; break;
		case 15: genesis.rules_version = 0, field = 6; break;
		default: break;
		}
		unsigned got = world_found(&world, &genesis);
		CHECK_ROW(got == code && world.outcome.a == field, "row %d gives %u, field %lld",
			row, got, (long long)world.outcome.a);
		CHECK_ROW(
			!got || (!memory_count(world.memory, 1) && !memory_count(world.memory, 2)),
			"row %d left rows behind", row);
		world_close(&world);
	}
}

TEST(a_key_is_registered_once_by_its_partys_root_and_in_its_place)
{
	struct world world;
	struct site_body hall = {.site = {1}, .level = 1, .from_ms = WORLD_TIME};
	struct site_body other = {.site = {2}, .level = 1, .from_ms = WORLD_TIME};
	NEED(world_open(&world));
	NEED(world_site(&world, &world.appliance[HOSPITAL], &hall) == OUTCOME_ACCEPTED);
	NEED(world_site(&world, &world.appliance[MAKER], &other) == OUTCOME_ACCEPTED);
	static const struct {
		enum key_purpose purpose;
		bool appliance;
		uint8_t site; /* 0: none */
		int64_t until; /* after now; 0: none */
		bool tenant;
		unsigned code;
		int64_t field;
	} rows[] = {
		{KEY_APPLIANCE, true, 0, 0, false, OUTCOME_ACCEPTED, 0},
		{KEY_APPLIANCE, true, 0, 1, false, OUTCOME_ACCEPTED, 0},
		{KEY_APPLIANCE, false, 0, 0, false, OUTCOME_BAD_VALUE, 6},
		{KEY_APPLIANCE, true, 1, 0, false, OUTCOME_BAD_VALUE, 3},
		{KEY_APPLIANCE, true, 0, -1, false, OUTCOME_BAD_VALUE, 4},
		{KEY_APPLIANCE, true, 0, 0, true, OUTCOME_BAD_VALUE, 5},
		{KEY_LOG, true, 0, 0, false, OUTCOME_ACCEPTED, 0},
		{KEY_LOG, false, 0, 0, false, OUTCOME_BAD_VALUE, 6},
		{KEY_COSIGN, true, 0, 0, false, OUTCOME_ACCEPTED, 0},
		{KEY_BOX, true, 0, 0, false, OUTCOME_ACCEPTED, 0},
		{KEY_BOX, false, 0, 0, false, OUTCOME_ACCEPTED, 0},
		{KEY_CURVE, true, 0, 0, false, OUTCOME_ACCEPTED, 0},
		{KEY_CURVE, false, 1, 1, false, OUTCOME_ACCEPTED, 0},
		{KEY_CURVE, true, 1, 1, false, OUTCOME_BAD_VALUE, 6},
		{KEY_CURVE, false, 1, 0, false, OUTCOME_BAD_VALUE, 4},
		{KEY_CURVE, false, 0, 0, false, OUTCOME_BAD_VALUE, 6},
		{KEY_STATION, false, 1, 1, false, OUTCOME_ACCEPTED, 0},
		{KEY_STATION, false, 1, 0, false, OUTCOME_BAD_VALUE, 4},
		{KEY_STATION, false, 0, 1, false, OUTCOME_BAD_VALUE, 3},
		{KEY_STATION, true, 1, 1, false, OUTCOME_BAD_VALUE, 6},
		{KEY_STATION, false, 2, 1, false, OUTCOME_NOT_ALLOWED, 0}, /* the maker's */
		{KEY_STATION, false, 9, 1, false, OUTCOME_NOT_THERE, 0},
		{KEY_HOLDER, false, 0, 0, false, OUTCOME_ACCEPTED, 0},
		{KEY_ROOT, false, 0, 0, false, OUTCOME_ACCEPTED, 0},
		{KEY_ROOT, true, 0, 0, false, OUTCOME_BAD_VALUE, 6},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct world_key key;
		struct key_body with = {
			.has_appliance = rows[i].appliance,
			.has_site = rows[i].site != 0,
			.site = {rows[i].site},
			.has_until = rows[i].until != 0,
			.until_ms = world.time_ms + rows[i].until,
			.has_tenant = rows[i].tenant,
		};
		if (key_purpose_is_x25519(rows[i].purpose))
			world_box_make(&key, rows[i].purpose);
		else
			world_key_make(&key, rows[i].purpose, "", (uint8_t)(100 + i));
		unsigned code = world_register(&world, &world.root[HOSPITAL], &key, &with);
		CHECK_ROW(code == rows[i].code && world.outcome.a == rows[i].field,
			"row %zu gives %u, field %lld", i, code, (long long)world.outcome.a);
		struct key_record record;
		enum err err = key_find(world.table, key.kid, &record, NULL);
		CHECK_ROW(err == (code ? ERR_NOT_FOUND : OK), "row %zu", i);
		CHECK_ROW(code || (record.purpose == rows[i].purpose &&
					  record.party.member_index == HOSPITAL),
			"row %zu", i);
		if (!code) /* once ever, by whomever */
			CHECK_ROW(world_register(&world, &world.root[HOSPITAL], &key, &with) ==
					  OUTCOME_EXISTS,
				"row %zu", i);
	}
	world_close(&world);
}

TEST(a_key_that_is_not_canonical_or_of_low_order_is_refused)
{
	static const struct {
		enum key_purpose purpose;
		uint8_t first;
		uint8_t between;
		uint8_t last;
	} rows[] = {
		{KEY_APPLIANCE, 1, 0, 0}, /* the neutral element */
		{KEY_APPLIANCE, 0, 0, 0}, /* order 4 */
		{KEY_APPLIANCE, 0xec, 0xff, 0x7f}, /* order 2 */
		{KEY_APPLIANCE, 0xee, 0xff, 0x7f}, /* the neutral element, not canonical */
		{KEY_APPLIANCE, 2, 0, 0}, /* not on the curve */
		{KEY_BOX, 0, 0, 0}, /* order 4 */
		{KEY_BOX, 1, 0, 0}, /* order 4 */
		{KEY_BOX, 0xec, 0xff, 0x7f}, /* order 4 */
		{KEY_BOX, 0xed, 0xff, 0x7f}, /* zero, not canonical */
		{KEY_BOX, 0xf6, 0xff, 0x7f}, /* nine, not canonical */
		{KEY_BOX, 9, 0, 0x80}, /* nine with the spare bit set */
	};
	struct world world;
	struct key_body with = {.has_appliance = true};
	NEED(world_open(&world));
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct world_key key = {.purpose = rows[i].purpose};
		memset(key.public, rows[i].between, 32);
		key.public[0] = rows[i].first;
		key.public[31] = rows[i].last;
		unsigned code = world_register(&world, &world.root[MAKER], &key, &with);
		CHECK_ROW(code == OUTCOME_BAD_KEY, "row %zu gives %u", i, code);
	}
	struct world_key nine = {.purpose = KEY_BOX, .public = {9}};
	CHECK(world_register(&world, &world.root[MAKER], &nine, &with) == OUTCOME_ACCEPTED);
	world_close(&world);
}

static unsigned revoke(struct world *world, struct world_key *by, const struct world_key *key,
	uint64_t last_good, int64_t compromised_ms)
{
	struct key_revoke_body body = {
		.last_good = last_good,
		.has_compromised = compromised_ms != 0,
		.compromised_ms = compromised_ms,
		.reason = REVOKE_COMPROMISED,
	};
	memcpy(body.kid, key->kid, 32);
	buf_reset(&world->body);
	key_revoke_body_encode(&body, &world->body);
	return world_say(world, by, KIND_KEY_REVOKE, buf_span(&world->body));
}

TEST(a_key_is_revoked_by_its_own_party_and_again_only_to_take_more_back)
{
	struct world world;
	struct world_key station;
	struct world_key spare;
	struct key_record key;
	NEED(world_open(&world));
	NEED(world_station(&world, &world.root[HOSPITAL], &world.appliance[HOSPITAL], &station, 5));
	world_key_make(&spare, KEY_APPLIANCE, "hospital.example", 99);
	CHECK(revoke(&world, &world.root[HOSPITAL], &spare, 0, 0) == OUTCOME_NOT_THERE);
	CHECK(revoke(&world, &world.root[MAKER], &station, 0, 0) == OUTCOME_NOT_ALLOWED);
	CHECK(revoke(&world, &world.appliance[MAKER], &station, 0, 0) == OUTCOME_NOT_ALLOWED);
	CHECK(revoke(&world, &world.appliance[HOSPITAL], &world.root[HOSPITAL], 0, 0) ==
		OUTCOME_NOT_ALLOWED);
	CHECK(revoke(&world, &world.appliance[HOSPITAL], &world.appliance[HOSPITAL], 0, 0) ==
		OUTCOME_NOT_ALLOWED);
	CHECK(revoke(&world, &world.appliance[HOSPITAL], &station, 9, WORLD_TIME + 1) ==
			OUTCOME_BAD_VALUE &&
		world.outcome.a == 3);
	CHECK(revoke(&world, &world.appliance[HOSPITAL], &station, 9, 0) == OUTCOME_ACCEPTED);
	CHECK(revoke(&world, &world.root[HOSPITAL], &station, 9, 0) == OUTCOME_EXISTS);
	CHECK(revoke(&world, &world.root[HOSPITAL], &station, 10, 0) == OUTCOME_EXISTS);
	world.time_ms += 1000;
	CHECK(revoke(&world, &world.root[HOSPITAL], &station, 10, WORLD_TIME) == OUTCOME_ACCEPTED);
	NEED(key_find(world.table, station.kid, &key, NULL) == OK);
	CHECK(key.is_revoked && key.last_good == 9 && key.revoked_ms == WORLD_TIME);
	CHECK(key.has_compromised && key.compromised_ms == WORLD_TIME);
	CHECK(revoke(&world, &world.root[HOSPITAL], &station, 3, WORLD_TIME + 5) ==
		OUTCOME_ACCEPTED);
	NEED(key_find(world.table, station.kid, &key, NULL) == OK);
	CHECK(key.last_good == 3 && key.compromised_ms == WORLD_TIME);
	/* A root may give up the appliance and itself: then nothing is heard from it any more. */
	CHECK(revoke(&world, &world.root[HOSPITAL], &world.appliance[HOSPITAL], 0, 0) ==
		OUTCOME_ACCEPTED);
	CHECK(world_event(&world, &world.appliance[HOSPITAL], NULL) == OUTCOME_KEY_REVOKED);
	CHECK(revoke(&world, &world.root[HOSPITAL], &world.root[HOSPITAL], 0, 0) ==
		OUTCOME_ACCEPTED);
	CHECK(revoke(&world, &world.root[HOSPITAL], &world.root[HOSPITAL], 0, 0) ==
		OUTCOME_KEY_REVOKED);
	world_close(&world);
}

TEST(sites_make_a_tree_of_one_party)
{
	struct world world;
	NEED(world_open(&world));
	static const struct {
		enum world_member by;
		uint8_t site;
		uint8_t parent;
		uint8_t level;
		uint8_t successor;
		int64_t until; /* after from; 0: none */
		bool tenant;
		unsigned code;
		int64_t field;
	} rows[] = {
		{HOSPITAL, 1, 0, 1, 0, 0, false, OUTCOME_ACCEPTED, 0},
		{HOSPITAL, 2, 1, 2, 0, 0, false, OUTCOME_ACCEPTED, 0},
		{HOSPITAL, 3, 2, 3, 0, 0, false, OUTCOME_ACCEPTED, 0},
		{HOSPITAL, 4, 3, 4, 0, 0, false, OUTCOME_ACCEPTED, 0},
		{HOSPITAL, 5, 2, 4, 0, 0, false, OUTCOME_ACCEPTED, 0}, /* a level left out */
		{HOSPITAL, 6, 1, 1, 0, 0, false, OUTCOME_BAD_VALUE, 2},
		{HOSPITAL, 6, 4, 3, 0, 0, false, OUTCOME_BAD_VALUE, 2},
		{HOSPITAL, 6, 9, 3, 0, 0, false, OUTCOME_NOT_THERE, 0},
		{MAKER, 6, 1, 3, 0, 0, false, OUTCOME_NOT_ALLOWED, 0},
		{MAKER, 1, 0, 1, 0, 0, false, OUTCOME_NOT_ALLOWED, 0},
		{MAKER, 7, 0, 2, 0, 0, false, OUTCOME_ACCEPTED, 0},
		{HOSPITAL, 2, 0, 1, 0, 0, false, OUTCOME_BAD_VALUE, 3}, /* keeps its level */
		{HOSPITAL, 2, 0, 2, 7, 5, false, OUTCOME_ACCEPTED, 0}, /* goes to the maker */
		{HOSPITAL, 2, 1, 2, 9, 5, false, OUTCOME_NOT_THERE, 0},
		{HOSPITAL, 2, 1, 2, 2, 5, false, OUTCOME_BAD_VALUE, 6},
		{HOSPITAL, 2, 1, 2, 0, -5, false, OUTCOME_BAD_VALUE, 5},
		{HOSPITAL, 8, 0, 2, 0, 0, true, OUTCOME_BAD_VALUE, 7},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct site_body body = {
			.site = {rows[i].site},
			.has_parent = rows[i].parent != 0,
			.parent = {rows[i].parent},
			.level = rows[i].level,
			.from_ms = WORLD_TIME,
			.has_until = rows[i].until != 0,
			.until_ms = WORLD_TIME + rows[i].until,
			.has_successor = rows[i].successor != 0,
			.successor = {rows[i].successor},
			.has_tenant = rows[i].tenant,
		};
		unsigned code = world_site(&world, &world.appliance[rows[i].by], &body);
		CHECK_ROW(code == rows[i].code && world.outcome.a == rows[i].field,
			"row %zu gives %u, field %lld", i, code, (long long)world.outcome.a);
	}
	/* 2 lost its parent above. */
	static const struct {
		uint8_t site;
		uint8_t within;
		bool is;
	} pairs[] = {{4, 4, true}, {4, 3, true}, {4, 2, true}, {4, 1, false}, {3, 4, false},
		{5, 2, true}, {9, 9, false}, {9, 1, false}, {1, 9, false}, {7, 1, false}};
	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
		uint8_t site[UNIT_ID_SIZE] = {pairs[i].site};
		uint8_t within[UNIT_ID_SIZE] = {pairs[i].within};
		bool is = !pairs[i].is;
		CHECK(site_within(world.table, site, within, &is, NULL) == OK);
		CHECK_ROW(is == pairs[i].is, "pair %zu", i);
	}
	struct site site;
	uint8_t two[UNIT_ID_SIZE] = {2};
	CHECK(site_find(world.table, two, &site, NULL) == OK && site.has_successor);
	CHECK(site.successor[0] == 7 && site.has_until && !site.has_parent);
	world_close(&world);
}

/* A pepper statement for these keys, sealed with nonsense: boxes are opaque to the rules. */
static unsigned pepper(struct world *world, struct world_key *by, uint16_t year, uint8_t commitment,
	const struct world_key *keys, size_t count, uint8_t content)
{
	struct pepper_box boxes[4];
	struct buf pairs;
	buf_init(&pairs, 4096);
	for (size_t i = 0; i < count; i++) {
		memcpy(boxes[i].kid, keys[i].kid, KID_SIZE);
		memset(boxes[i].box, content, sizeof boxes[i].box);
	}
	for (size_t i = 0; i < count; i++)
		for (size_t j = i + 1; j < count; j++)
			if (memcmp(boxes[i].kid, boxes[j].kid, KID_SIZE) > 0) {
				struct pepper_box swap = boxes[i];
				boxes[i] = boxes[j];
				boxes[j] = swap;
			}
	for (size_t i = 0; i < count; i++)
		pepper_box_put(&boxes[i], &pairs);
	struct pepper_body body = {.year = year, .box_count = count, .boxes = buf_span(&pairs)};
	memset(body.commitment, commitment, sizeof body.commitment);
	buf_reset(&world->body);
	pepper_body_encode(&body, &world->body);
	unsigned code = world_say(world, by, KIND_PEPPER, buf_span(&world->body));
	buf_close(&pairs);
	return code;
}

TEST(a_years_pepper_is_set_once_by_a_voter_and_boxes_are_added)
{
	struct world world;
	struct world_key box[4];
	struct key_body with = {.has_appliance = true};
	uint8_t found[BODY_PEPPER_BOX_SIZE];
	uint8_t commitment[HASH_SIZE];
	uint16_t year = 0;
	NEED(world_open(&world));
	for (size_t i = 0; i < 4; i++) {
		world_box_make(&box[i], KEY_BOX);
		if (i < 3)
			NEED(world_register(&world, &world.root[i], &box[i], &with) ==
				OUTCOME_ACCEPTED);
	}
	struct world_key *maker = &world.appliance[MAKER];
	CHECK(pepper_newest(world.table, &year, NULL) == ERR_NOT_FOUND);
	CHECK(pepper(&world, &world.appliance[PHARMACY], 2026, 1, box, 1, 1) ==
		OUTCOME_NOT_ALLOWED);
	CHECK(pepper(&world, maker, 2025, 1, box, 1, 1) == OUTCOME_BAD_VALUE);
	CHECK(pepper(&world, maker, 2028, 1, box, 1, 1) == OUTCOME_BAD_VALUE);
	CHECK(pepper(&world, maker, 2026, 1, box, 4, 1) == OUTCOME_NOT_THERE);
	CHECK(pepper(&world, maker, 2026, 1, maker, 1, 1) == OUTCOME_BAD_VALUE &&
		world.outcome.a == 3); /* no box key */
	CHECK(memory_count(world.memory, 9) == 0);
	CHECK(pepper(&world, maker, 2026, 1, box, 2, 1) == OUTCOME_ACCEPTED);
	CHECK(pepper_find(world.table, 2026, commitment, NULL) == OK && commitment[31] == 1);
	CHECK(pepper(&world, &world.appliance[AGENCY], 2026, 2, box + 2, 1, 1) == OUTCOME_EXISTS);
	CHECK(pepper(&world, &world.appliance[AGENCY], 2026, 1, box + 2, 1, 1) == OUTCOME_ACCEPTED);
	/* A box that is there is replaced by its own member only. */
	CHECK(pepper(&world, &world.appliance[AGENCY], 2026, 1, box, 1, 2) == OUTCOME_EXISTS);
	CHECK(pepper_box_find(world.table, 2026, box[0].kid, found, NULL) == OK && found[0] == 1);
	CHECK(pepper(&world, maker, 2026, 1, box, 1, 2) == OUTCOME_ACCEPTED);
	CHECK(pepper_box_find(world.table, 2026, box[0].kid, found, NULL) == OK && found[0] == 2);
	CHECK(pepper(&world, maker, 2027, 3, box, 1, 1) == OUTCOME_ACCEPTED);
	CHECK(pepper_newest(world.table, &year, NULL) == OK && year == 2027);
	CHECK(pepper_box_find(world.table, 2027, box[1].kid, found, NULL) == ERR_NOT_FOUND);
	/* A year that is over still takes boxes for keys that came later. */
	world.time_ms += 3 * 366 * WORLD_DAY;
	NEED(world_register(&world, &world.root[AGENCY], &box[3], &with) == OUTCOME_ACCEPTED);
	CHECK(pepper(&world, maker, 2026, 1, box + 3, 1, 1) == OUTCOME_ACCEPTED);
	CHECK(pepper(&world, maker, 2028, 1, box + 3, 1, 1) == OUTCOME_BAD_VALUE);
	world_close(&world);
}

TEST(keys_of_a_party_are_walked_by_purpose_and_age)
{
	struct world world;
	struct key_body with = {.has_appliance = true};
	struct world_key box[3];
	NEED(world_open(&world));
	for (size_t i = 0; i < 3; i++) {
		world_box_make(&box[i], KEY_BOX);
		NEED(world_register(&world, &world.root[i < 2 ? MAKER : HOSPITAL], &box[i],
			     &with) == OUTCOME_ACCEPTED);
	}
	NEED(revoke(&world, &world.root[MAKER], &box[0], 0, 0) == OUTCOME_ACCEPTED);
	struct party party = {.member_index = MAKER};
	struct key_walk walk;
	struct key_record key;
	size_t count = 0;
	enum err err;
	key_walk_init(&walk, &party, KEY_BOX);
	while (!(err = key_walk_next(world.table, &walk, &key, NULL))) {
		bool in_force = false;
		NEED(count < 2);
		CHECK(!memcmp(key.kid, box[count].kid, KID_SIZE));
		CHECK(key_in_force(world.table, &key, world.time_ms, &in_force, NULL) == OK);
		CHECK(in_force == (count == 1));
		count++;
	}
	CHECK(err == ERR_NOT_FOUND && count == 2);
	static const enum key_purpose all[] = {KEY_ROOT, KEY_APPLIANCE, KEY_BOX, KEY_BOX};
	count = 0;
	key_walk_init(&walk, &party, 0);
	while (!(err = key_walk_next(world.table, &walk, &key, NULL)) && count < 4)
		CHECK(key.purpose == all[count++]);
	CHECK(err == ERR_NOT_FOUND && count == 4);
	world_close(&world);
}

TEST(the_same_statements_give_the_same_digest)
{
	uint8_t digest[2][HASH_SIZE];
	for (int round = 0; round < 2; round++) {
		struct world world;
		struct world_key station;
		NEED(world_open(&world));
		NEED(world_station(
			&world, &world.root[HOSPITAL], &world.appliance[HOSPITAL], &station, 5));
		for (int i = 0; i < 1100; i++)
			NEED(world_event(&world, &station, NULL) == OUTCOME_ACCEPTED);
		memory_digest(world.memory, digest[round]);
		world_close(&world);
	}
	CHECK(!memcmp(digest[0], digest[1], HASH_SIZE));
}

TEST(damaged_rows_are_told_from_absent_ones)
{
	struct world world;
	struct fault fault = {0};
	struct key_record key;
	struct member member;
	NEED(world_open(&world));
	NEED(table_put(world.table, 4, span_of(world.root[0].kid, 32), span_text("x"), NULL) == OK);
	CHECK(key_find(world.table, world.root[0].kid, &key, &fault) == ERR_CORRUPT);
	CHECK(strstr(fault.text, "rebuild") != NULL);
	NEED(table_put(world.table, 3, span_text("maker.example"), span_of("\0\x63", 2), NULL) ==
		OK);
	CHECK(member_named(world.table, span_text("maker.example"), &member, &fault) ==
		ERR_CORRUPT);
	NEED(table_put(world.table, 3, span_text("maker.example"), span_of("\0", 1), NULL) == OK);
	CHECK(member_named(world.table, span_text("maker.example"), &member, &fault) ==
		ERR_CORRUPT);
	CHECK(member_named(world.table, span_text("Maker"), &member, &fault) == ERR_NOT_FOUND);
	world_close(&world);
}

TAP_MAIN(CASE(genesis_is_refused_unless_its_parts_fit),
	CASE(a_key_is_registered_once_by_its_partys_root_and_in_its_place),
	CASE(a_key_that_is_not_canonical_or_of_low_order_is_refused),
	CASE(a_key_is_revoked_by_its_own_party_and_again_only_to_take_more_back),
	CASE(sites_make_a_tree_of_one_party),
	CASE(a_years_pepper_is_set_once_by_a_voter_and_boxes_are_added),
	CASE(keys_of_a_party_are_walked_by_purpose_and_age),
	CASE(the_same_statements_give_the_same_digest),
	CASE(damaged_rows_are_told_from_absent_ones))
