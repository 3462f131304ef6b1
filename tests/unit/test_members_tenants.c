#include "tests/members_world.h"
#include "tests/tap.h"

static unsigned move(
	struct world *world, struct world_key *root, uint8_t id, const char *operator_name)
{
	struct tenant_move_body body = {.tenant = {id}, .operator_name = span_text(operator_name)};
	buf_reset(&world->body);
	tenant_move_body_encode(&body, &world->body);
	return world_say(world, root, KIND_TENANT_MOVE, buf_span(&world->body));
}

static uint16_t operator_of(const struct world *world, uint8_t id)
{
	uint8_t unit[UNIT_ID_SIZE] = {id};
	struct tenant found = {.operator_index = 999};
	return tenant_find(world->table, unit, &found, NULL) ? 999 : found.operator_index;
}

TEST(a_tenant_comes_in_with_its_roots_signature_for_that_operator)
{
	struct world world;
	struct world_key root;
	struct world_key appliance;
	NEED(world_open(&world));
	world_key_make(&root, KEY_ROOT, "hospital.example", 50);
	struct world_key *hospital = &world.appliance[HOSPITAL];
	CHECK(world_tenant(&world, hospital, &root, 1, "maker.example") == OUTCOME_BAD_SIGNATURE);
	CHECK(world_tenant(&world, &world.appliance[PHARMACY], &root, 1, "pharmacy.example") ==
		OUTCOME_NOT_ALLOWED); /* is served itself */
	CHECK(world_tenant(&world, hospital, &world.root[MAKER], 1, "hospital.example") ==
		OUTCOME_EXISTS); /* a key that is there */
	CHECK(world_tenant(&world, hospital, &root, 1, "hospital.example") == OUTCOME_ACCEPTED);
	CHECK(world_tenant(&world, hospital, &root, 1, "hospital.example") == OUTCOME_EXISTS);
	CHECK(world_tenant(&world, hospital, &root, 2, "hospital.example") == OUTCOME_EXISTS);
	CHECK(operator_of(&world, 1) == HOSPITAL);
	/* Its keys speak in the operator's name; as a tenant they may not act for the operator. */
	struct key_body with = {.has_appliance = true, .has_tenant = true, .tenant = {1}};
	world_key_make(&appliance, KEY_APPLIANCE, "hospital.example", 51);
	CHECK(world_register(&world, &world.root[HOSPITAL], &appliance, &with) ==
			OUTCOME_BAD_VALUE &&
		world.outcome.a == 5);
	CHECK(world_register(&world, &root, &appliance, &with) == OUTCOME_ACCEPTED);
	CHECK(world_event(&world, &appliance, NULL) == OUTCOME_ACCEPTED);
	CHECK(world.author.has_tenant && world.author.tenant[0] == 1);
	CHECK(world.author.member_index == HOSPITAL);
	CHECK(world_event(&world, &appliance, &(struct world_say){.issuer = "maker.example"}) ==
		OUTCOME_WRONG_ISSUER);
	struct mandate_body given = {.mandate = {1},
		.agent = span_text("maker.example"),
		.kind_count = 1,
		.kind = {40},
		.from_ms = WORLD_TIME,
		.until_ms = WORLD_TIME + 1};
	buf_reset(&world.body);
	mandate_body_encode(&given, &world.body);
	CHECK(world_say(&world, &appliance, KIND_MANDATE, buf_span(&world.body)) ==
		OUTCOME_NOT_ALLOWED);
	CHECK(world_tenant(&world, &appliance, &root, 3, "hospital.example") ==
		OUTCOME_NOT_ALLOWED);
	struct world_key log;
	world_key_make(&log, KEY_LOG, "hospital.example", 52);
	CHECK(world_register(&world, &root, &log, &with) == OUTCOME_BAD_VALUE);
	world_close(&world);
}

TEST(a_tenant_moves_when_both_have_said_so_and_leaves_appliance_keys_behind)
{
	for (int order = 0; order < 2; order++) {
		struct world world;
		struct world_key root;
		struct world_key appliance;
		struct world_key later;
		struct world_key station;
		struct key_body with = {.has_appliance = true, .has_tenant = true, .tenant = {1}};
		struct key_body seat = {.has_tenant = true,
			.tenant = {1},
			.has_site = true,
			.site = {7},
			.has_until = true,
			.until_ms = WORLD_TIME + WORLD_DAY};
		struct site_body site = {.site = {7},
			.level = 2,
			.from_ms = WORLD_TIME,
			.has_tenant = true,
			.tenant = {1}};
		NEED(world_open(&world));
		world_key_make(&root, KEY_ROOT, "hospital.example", 50);
		world_key_make(&appliance, KEY_APPLIANCE, "hospital.example", 51);
		world_key_make(&later, KEY_APPLIANCE, "agency.example", 52);
		world_key_make(&station, KEY_STATION, "hospital.example", 53);
		CHECK(world_tenant(&world, &world.appliance[HOSPITAL], &root, 1,
			      "hospital.example") == OUTCOME_ACCEPTED);
		CHECK(world_register(&world, &root, &appliance, &with) == OUTCOME_ACCEPTED);
		CHECK(world_site(&world, &appliance, &site) == OUTCOME_ACCEPTED);
		CHECK(world_register(&world, &root, &station, &seat) == OUTCOME_ACCEPTED);
		CHECK(move(&world, &root, 1, "hospital.example") == OUTCOME_EXISTS);
		CHECK(move(&world, &root, 1, "pharmacy.example") == OUTCOME_BAD_VALUE);
		CHECK(move(&world, &root, 1, "nobody.example") == OUTCOME_NOT_THERE);
		CHECK(move(&world, &root, 2, "agency.example") == OUTCOME_NOT_ALLOWED);
		CHECK(move(&world, &world.root[HOSPITAL], 1, "agency.example") ==
			OUTCOME_NOT_ALLOWED);
		/* An offer alone, a wish alone, do nothing; nor do those that name two. */
		if (order) {
			CHECK(world_tenant(&world, &world.appliance[AGENCY], &root, 1,
				      "agency.example") == OUTCOME_ACCEPTED);
			CHECK(move(&world, &root, 1, "maker.example") == OUTCOME_ACCEPTED);
			CHECK(operator_of(&world, 1) == HOSPITAL);
			CHECK(move(&world, &root, 1, "agency.example") == OUTCOME_ACCEPTED);
		} else {
			CHECK(move(&world, &root, 1, "agency.example") == OUTCOME_ACCEPTED);
			CHECK(world_tenant(&world, &world.appliance[MAKER], &root, 1,
				      "maker.example") == OUTCOME_ACCEPTED);
			CHECK(operator_of(&world, 1) == HOSPITAL);
			CHECK(world_tenant(&world, &world.appliance[AGENCY], &root, 1,
				      "agency.example") == OUTCOME_ACCEPTED);
		}
		CHECK_ROW(operator_of(&world, 1) == AGENCY, "order %d", order);
		/* The appliance key stays with the hospital: it speaks no more, nor its box. */
		CHECK(world_event(&world, &appliance, NULL) == OUTCOME_KEY_REVOKED);
		appliance.issuer = "agency.example";
		CHECK(world_event(&world, &appliance, NULL) == OUTCOME_KEY_REVOKED);
		/* Station and root go along, under the new name. */
		CHECK(world_event(&world, &station, NULL) == OUTCOME_WRONG_ISSUER);
		station.issuer = "agency.example";
		CHECK(world_event(&world, &station, NULL) == OUTCOME_ACCEPTED);
		root.issuer = "agency.example";
		CHECK(world_register(&world, &root, &later, &with) == OUTCOME_ACCEPTED);
		CHECK(world_event(&world, &later, NULL) == OUTCOME_ACCEPTED);
		world_close(&world);
	}
}

TEST(another_root_cannot_take_a_tenant_over)
{
	struct world world;
	struct world_key root;
	struct world_key thief;
	NEED(world_open(&world));
	world_key_make(&root, KEY_ROOT, "hospital.example", 50);
	world_key_make(&thief, KEY_ROOT, "maker.example", 60);
	CHECK(world_tenant(&world, &world.appliance[HOSPITAL], &root, 1, "hospital.example") ==
		OUTCOME_ACCEPTED);
	CHECK(world_tenant(&world, &world.appliance[MAKER], &thief, 1, "maker.example") ==
			OUTCOME_BAD_VALUE &&
		world.outcome.a == 2);
	CHECK(world_tenant(&world, &world.appliance[MAKER], &thief, 2, "maker.example") ==
		OUTCOME_ACCEPTED);
	CHECK(move(&world, &thief, 1, "maker.example") == OUTCOME_NOT_ALLOWED);
	CHECK(operator_of(&world, 1) == HOSPITAL);
	world_close(&world);
}

TAP_MAIN(CASE(a_tenant_comes_in_with_its_roots_signature_for_that_operator),
	CASE(a_tenant_moves_when_both_have_said_so_and_leaves_appliance_keys_behind),
	CASE(another_root_cannot_take_a_tenant_over))
