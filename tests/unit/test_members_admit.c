#include "tests/members_world.h"
#include "tests/tap.h"

TEST(a_ledger_begins_with_genesis_and_nothing_else)
{
	struct world world;
	struct genesis genesis;
	NEED(world_empty(&world));
	CHECK(world_event(&world, &world.root[0], NULL) == OUTCOME_OTHER_LEDGER);
	world_genesis(&world, &genesis);
	buf_reset(&world.body);
	genesis_encode(&genesis, &world.body);
	struct span body = buf_span(&world.body);
	CHECK(world_say(&world, &world.root[1], KIND_GENESIS, body) == OUTCOME_UNKNOWN_KEY);
	CHECK(world_say_as(&world, &world.root[0], KIND_GENESIS, body,
		      &(struct world_say){.origin = "other.example"}) == OUTCOME_OTHER_LEDGER);
	CHECK(world_say_as(&world, &world.root[0], KIND_GENESIS, body,
		      &(struct world_say){.issuer = "agency.example"}) == OUTCOME_WRONG_ISSUER);
	CHECK(world_say_as(&world, &world.root[0], KIND_GENESIS, body,
		      &(struct world_say){.subject = "key"}) == OUTCOME_NOT_WELL_FORMED);
	CHECK(memory_count(world.memory, 1) == 0);
	world.root[0].sequence = 0;
	NEED(world_found(&world, &genesis) == OUTCOME_ACCEPTED);
	uint8_t entry[32];
	uint8_t said[32];
	int64_t time_ms = 0;
	uint32_t version = 0;
	struct span text;
	statement_entry(buf_span(&world.bytes), entry);
	char origin[ORIGIN_SIZE_MAX + 1];
	members_origin_make(span_text("medicines.example"), entry, origin);
	CHECK(!strcmp(origin, world.origin) && strlen(origin) == 17 + 1 + 32);
	CHECK(members_genesis(world.table, said, &time_ms, &version, NULL) == OK);
	CHECK(!memcmp(said, entry, 32) && time_ms == WORLD_TIME && version == 1);
	CHECK(members_zone(world.table, &text, NULL) == OK && span_is(text, "Europe/London"));
	CHECK(members_chosen(world.table, &text, NULL) == OK && span_is(text, "medicines.example"));
	uint16_t voters[BODY_VOTERS_MAX];
	size_t count = 0;
	CHECK(members_voters(world.table, voters, &count, NULL) == OK && count == 3);
	CHECK(voters[0] == MAKER && voters[1] == HOSPITAL && voters[2] == AGENCY);
	CHECK(world_say(&world, &world.root[0], KIND_GENESIS, body) == OUTCOME_EXISTS);
	world_close(&world);
}

TEST(a_statement_is_admitted_only_as_its_own_key_may_say_it)
{
	struct world world;
	struct world_key stranger;
	NEED(world_open(&world));
	struct world_key *maker = &world.appliance[MAKER];
	world_key_make(&stranger, KEY_APPLIANCE, "maker.example", 77);
	const struct {
		struct world_key *key;
		unsigned kind;
		struct world_say how;
		unsigned code;
	} rows[] = {
		{maker, 40, {0}, OUTCOME_ACCEPTED},
		{&world.appliance[PHARMACY], 40, {0}, OUTCOME_ACCEPTED},
		{maker, 40, {.origin = "medicines.example/00"}, OUTCOME_OTHER_LEDGER},
		{maker, 40, {.origin = "medicines.example"}, OUTCOME_OTHER_LEDGER},
		{maker, 40, {.issuer = "hospital.example"}, OUTCOME_WRONG_ISSUER},
		{&stranger, 40, {0}, OUTCOME_UNKNOWN_KEY},
		{&world.root[MAKER], 40, {0}, OUTCOME_KEY_PURPOSE},
		{&world.root[MAKER], KIND_SITE, {0}, OUTCOME_KEY_PURPOSE},
		{maker, KIND_KEY, {0}, OUTCOME_KEY_PURPOSE},
		{maker, 11, {0}, OUTCOME_UNKNOWN_KIND},
		{maker, 31, {0}, OUTCOME_UNKNOWN_KIND},
		{maker, KIND_SITE, {.subject = "mandate"}, OUTCOME_NOT_WELL_FORMED},
		{maker, 40, {.not_after_ms = WORLD_TIME}, OUTCOME_ACCEPTED},
		{maker, 40, {.not_after_ms = WORLD_TIME - 1}, OUTCOME_TOO_LATE},
		{maker, 40, {.not_after_ms = WORLD_TIME + 31 * WORLD_DAY}, OUTCOME_ACCEPTED},
		{maker, 40, {.not_after_ms = WORLD_TIME + 31 * WORLD_DAY + 1}, OUTCOME_NOT_AFTER},
		{maker, 40, {.late = true}, OUTCOME_LATE_KIND},
		{maker, 40, {.principal = "hospital.example"}, OUTCOME_NO_MANDATE},
		{maker, 40, {.principal = "nobody.example"}, OUTCOME_NO_MANDATE},
		{maker, KIND_SEAL, {0}, OUTCOME_ACCEPTED},
		{maker, KIND_SEAL, {.again = true, .not_after_ms = 1}, OUTCOME_ACCEPTED},
		{&world.root[MAKER], KIND_SEAL, {0}, OUTCOME_KEY_PURPOSE},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		unsigned code = world_say_as(
			&world, rows[i].key, rows[i].kind, span_of("\xa0", 1), &rows[i].how);
		CHECK_ROW(code == rows[i].code, "row %zu gives %u", i, code);
	}
	world_close(&world);
}

TEST(a_sequence_number_answers_again_or_betrays_its_reuse)
{
	struct world world;
	NEED(world_open(&world));
	struct world_key *key = &world.appliance[MAKER];
	struct buf first;
	buf_init(&first, 4096);
	key->sequence = 7;
	CHECK(world_event(&world, key, NULL) == OUTCOME_ACCEPTED);
	int64_t position = (int64_t)world.position - 1;
	buf_put(&first, buf_span(&world.bytes));
	CHECK(world_judge(&world, buf_span(&first), false) == OUTCOME_DUPLICATE);
	CHECK(world.outcome.a == position);
	/* Also when it would be too late by now. */
	world.time_ms += 2 * WORLD_HOUR;
	CHECK(world_judge(&world, buf_span(&first), false) == OUTCOME_DUPLICATE);
	CHECK(world_event(&world, key, &(struct world_say){.again = true}) ==
		OUTCOME_SEQUENCE_REUSED);
	CHECK(world.outcome.a == 7);
	/* Numbers may come out of order inside the window and be left out. */
	key->sequence = 1030;
	CHECK(world_event(&world, key, NULL) == OUTCOME_ACCEPTED);
	CHECK(memory_count(world.memory, 5) == 4 + 1 + 2);
	CHECK(world_judge(&world, buf_span(&first), false) == OUTCOME_DUPLICATE);
	key->sequence = 1031;
	CHECK(world_event(&world, key, NULL) == OUTCOME_ACCEPTED);
	/* 7 has left: the window is 8..1031. */
	CHECK(memory_count(world.memory, 5) == 4 + 1 + 2);
	CHECK(world_judge(&world, buf_span(&first), false) == OUTCOME_SEQUENCE_OLD);
	CHECK(world.outcome.a == 7 && world.outcome.b == 8);
	key->sequence = 8;
	CHECK(world_event(&world, key, NULL) == OUTCOME_ACCEPTED);
	uint64_t next = 0;
	CHECK(members_sequence_next(world.table, key->kid, &next, NULL) == OK && next == 1032);
	/* The largest number there is ends the key's life, no more. */
	key->sequence = INT64_MAX;
	CHECK(world_event(&world, key, NULL) == OUTCOME_ACCEPTED);
	CHECK(memory_count(world.memory, 5) == 4 + 1 + 1);
	key->sequence = 2000;
	CHECK(world_event(&world, key, NULL) == OUTCOME_SEQUENCE_OLD);
	buf_close(&first);
	world_close(&world);
}

TEST(a_station_key_ends_with_its_time_and_late_ones_thirty_days_later)
{
	struct world world;
	struct world_key station;
	NEED(world_open(&world));
	NEED(world_station(&world, &world.root[HOSPITAL], &world.appliance[HOSPITAL], &station, 5));
	static const struct {
		int64_t after; /* milliseconds after genesis */
		bool late;
		unsigned code;
	} rows[] = {
		{0, false, OUTCOME_ACCEPTED},
		{WORLD_DAY, false, OUTCOME_ACCEPTED},
		{WORLD_DAY + 1, false, OUTCOME_KEY_EXPIRED},
		{WORLD_DAY + 1, true, OUTCOME_ACCEPTED},
		{31 * WORLD_DAY, true, OUTCOME_ACCEPTED},
		{31 * WORLD_DAY + 1, true, OUTCOME_KEY_EXPIRED},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		world.time_ms = WORLD_TIME + rows[i].after;
		unsigned code =
			world_event(&world, &station, &(struct world_say){.late = rows[i].late});
		CHECK_ROW(code == rows[i].code, "row %zu gives %u", i, code);
	}
	CHECK(world.author.has_site && world.author.site[0] == 5);
	CHECK(world.author.purpose == KEY_STATION && world.author.member_index == HOSPITAL);
	CHECK(world_say(&world, &station, KIND_SITE, span_of("\xa0", 1)) == OUTCOME_KEY_PURPOSE);
	world_close(&world);
}

TEST(a_revoked_key_is_heard_late_only_and_up_to_its_last_good_number)
{
	struct world world;
	struct world_key station;
	NEED(world_open(&world));
	NEED(world_station(&world, &world.root[HOSPITAL], &world.appliance[HOSPITAL], &station, 5));
	for (int i = 0; i < 3; i++)
		CHECK(world_event(&world, &station, NULL) == OUTCOME_ACCEPTED);
	struct key_revoke_body body = {.last_good = 5, .reason = REVOKE_LOST};
	memcpy(body.kid, station.kid, 32);
	buf_reset(&world.body);
	key_revoke_body_encode(&body, &world.body);
	NEED(world_say(&world, &world.appliance[HOSPITAL], KIND_KEY_REVOKE,
		     buf_span(&world.body)) == OUTCOME_ACCEPTED);
	static const struct {
		uint64_t sequence;
		bool late;
		unsigned code;
	} rows[] = {
		{4, false, OUTCOME_KEY_REVOKED},
		{4, true, OUTCOME_ACCEPTED},
		{5, true, OUTCOME_ACCEPTED},
		{6, true, OUTCOME_KEY_REVOKED},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		station.sequence = rows[i].sequence;
		unsigned code =
			world_event(&world, &station, &(struct world_say){.late = rows[i].late});
		CHECK_ROW(code == rows[i].code, "row %zu gives %u", i, code);
	}
	world_close(&world);
}

static unsigned mandate(struct world *world, struct world_key *key, uint8_t id, const char *agent,
	uint16_t kind, const char *scope, int64_t until_ms)
{
	struct mandate_body body = {
		.mandate = {id},
		.agent = span_text(agent),
		.kind_count = 1,
		.kind = {kind},
		.scope = span_text(scope),
		.from_ms = WORLD_TIME,
		.until_ms = until_ms,
	};
	buf_reset(&world->body);
	mandate_body_encode(&body, &world->body);
	return world_say(world, key, KIND_MANDATE, buf_span(&world->body));
}

static bool scope_is(const struct author *author, const char *scope)
{
	return span_is(span_of(author->mandate_scope, author->mandate_scope_size), scope);
}

TEST(the_newest_mandate_in_force_for_the_kind_lets_an_agent_speak)
{
	struct world world;
	const struct world_say for_maker = {.principal = "maker.example"};
	NEED(world_open(&world));
	struct world_key *agent = &world.appliance[HOSPITAL];
	struct world_key *maker = &world.appliance[MAKER];
	CHECK(world_event(&world, agent, &for_maker) == OUTCOME_NO_MANDATE);
	CHECK(mandate(&world, maker, 1, "hospital.example", 40, "one", WORLD_TIME + WORLD_DAY) ==
		OUTCOME_ACCEPTED);
	CHECK(world_event(&world, agent, &for_maker) == OUTCOME_ACCEPTED);
	CHECK(world.author.has_principal && world.author.principal_index == MAKER);
	CHECK(!strcmp(world.author.principal, "maker.example") && scope_is(&world.author, "one"));
	CHECK(!strcmp(world.author.member, "hospital.example"));
	/* Not for another kind, agent or principal. */
	CHECK(world_say_as(&world, agent, 41, span_of("\xa0", 1), &for_maker) ==
		OUTCOME_NO_MANDATE);
	CHECK(world_event(&world, &world.appliance[AGENCY], &for_maker) == OUTCOME_NO_MANDATE);
	CHECK(world_event(&world, maker, &(struct world_say){.principal = "hospital.example"}) ==
		OUTCOME_NO_MANDATE);
	/* Nor by ledger kinds. */
	CHECK(world_say_as(&world, agent, KIND_SITE, span_of("\xa0", 1), &for_maker) ==
		OUTCOME_NO_MANDATE);
	/* The root may give one too; the newest of the kind counts, until its end. */
	CHECK(mandate(&world, &world.root[MAKER], 2, "hospital.example", 40, "two",
		      WORLD_TIME + WORLD_HOUR) == OUTCOME_ACCEPTED);
	CHECK(mandate(&world, maker, 3, "hospital.example", 41, "three", WORLD_TIME + WORLD_DAY) ==
		OUTCOME_ACCEPTED);
	CHECK(world_event(&world, agent, &for_maker) == OUTCOME_ACCEPTED);
	CHECK(scope_is(&world.author, "two"));
	/* The older ones can be asked for, one by one. */
	struct mandate older;
	NEED(!mandate_for(world.table, MAKER, HOSPITAL, 40, world.time_ms, &older, NULL));
	CHECK(older.id[0] == 2);
	NEED(!mandate_before(
		world.table, MAKER, HOSPITAL, 40, world.time_ms, older.position, &older, NULL));
	CHECK(older.id[0] == 1);
	CHECK(mandate_before(world.table, MAKER, HOSPITAL, 40, world.time_ms, older.position,
		      &older, NULL) == ERR_NOT_FOUND);
	world.time_ms = WORLD_TIME + WORLD_HOUR + 1;
	CHECK(world_event(&world, agent, &for_maker) == OUTCOME_ACCEPTED);
	CHECK(scope_is(&world.author, "one"));
	/* Revoked by the principal, once. */
	struct mandate_revoke_body revoke = {.mandate = {1}};
	buf_reset(&world.body);
	mandate_revoke_body_encode(&revoke, &world.body);
	struct span body = buf_span(&world.body);
	CHECK(world_say(&world, agent, KIND_MANDATE_REVOKE, body) == OUTCOME_NOT_ALLOWED);
	CHECK(world_say(&world, maker, KIND_MANDATE_REVOKE, body) == OUTCOME_ACCEPTED);
	CHECK(world_say(&world, maker, KIND_MANDATE_REVOKE, body) == OUTCOME_EXISTS);
	CHECK(world_event(&world, agent, &for_maker) == OUTCOME_NO_MANDATE);
	world_close(&world);
}

TEST(a_mandate_counts_from_its_beginning_and_not_for_a_tenant_of_its_agent)
{
	struct world world;
	struct world_key root;
	struct world_key tenant;
	const struct world_say for_maker = {.principal = "maker.example"};
	NEED(world_open(&world));
	struct world_key *agent = &world.appliance[HOSPITAL];
	struct mandate_body body = {.mandate = {1},
		.agent = span_text("hospital.example"),
		.kind_count = 1,
		.kind = {40},
		.from_ms = WORLD_TIME + WORLD_HOUR,
		.until_ms = WORLD_TIME + WORLD_DAY};
	buf_reset(&world.body);
	mandate_body_encode(&body, &world.body);
	NEED(world_say(&world, &world.appliance[MAKER], KIND_MANDATE, buf_span(&world.body)) ==
		OUTCOME_ACCEPTED);
	CHECK(world_event(&world, agent, &for_maker) == OUTCOME_NO_MANDATE);
	world.time_ms = body.from_ms - 1;
	CHECK(world_event(&world, agent, &for_maker) == OUTCOME_NO_MANDATE);
	world.time_ms = body.from_ms;
	CHECK(world_event(&world, agent, &for_maker) == OUTCOME_ACCEPTED);
	/* The hospital's tenant speaks under the hospital's name, but was given nothing. */
	struct key_body with = {.has_appliance = true, .has_tenant = true, .tenant = {1}};
	world_key_make(&root, KEY_ROOT, "hospital.example", 50);
	world_key_make(&tenant, KEY_APPLIANCE, "hospital.example", 51);
	NEED(world_tenant(&world, agent, &root, 1, "hospital.example") == OUTCOME_ACCEPTED);
	NEED(world_register(&world, &root, &tenant, &with) == OUTCOME_ACCEPTED);
	CHECK(world_event(&world, &tenant, NULL) == OUTCOME_ACCEPTED);
	CHECK(world_event(&world, &tenant, &for_maker) == OUTCOME_NO_MANDATE);
	world_close(&world);
}

TEST(a_mandate_that_cannot_count_is_refused)
{
	struct world world;
	NEED(world_open(&world));
	struct world_key *maker = &world.appliance[MAKER];
	const struct {
		const char *agent;
		uint16_t kind;
		int64_t until_ms;
		unsigned code;
		int64_t field;
	} rows[] = {
		{"hospital.example", 40, WORLD_TIME + 1, OUTCOME_ACCEPTED, 0},
		{"nobody.example", 40, WORLD_TIME + 1, OUTCOME_NOT_THERE, 0},
		{"maker.example", 40, WORLD_TIME + 1, OUTCOME_BAD_VALUE, 2},
		{"hospital.example", 31, WORLD_TIME + 1, OUTCOME_BAD_VALUE, 3},
		{"hospital.example", 40, WORLD_TIME, OUTCOME_BAD_VALUE, 6},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		unsigned code = mandate(&world, maker, (uint8_t)(10 + i), rows[i].agent,
			rows[i].kind, "", rows[i].until_ms);
		CHECK_ROW(code == rows[i].code, "row %zu gives %u", i, code);
		CHECK_ROW(world.outcome.a == rows[i].field, "row %zu", i);
	}
	CHECK(mandate(&world, maker, 10, "agency.example", 40, "", WORLD_TIME + 1) ==
		OUTCOME_EXISTS);
	for (uint8_t id = 100; id < 163; id++)
		CHECK(mandate(&world, maker, id, "hospital.example", 40, "", WORLD_TIME + 1) ==
			OUTCOME_ACCEPTED);
	CHECK(mandate(&world, maker, 200, "hospital.example", 40, "", WORLD_TIME + 1) ==
		OUTCOME_NOT_ALLOWED);
	world_close(&world);
}

TEST(a_device_has_its_quota_in_each_hour)
{
	struct world world;
	struct world_key station;
	NEED(world_open(&world));
	NEED(world_station(&world, &world.root[HOSPITAL], &world.appliance[HOSPITAL], &station, 5));
	/* As if all but one had been said: the count stands in table 12 under 'k' and the index. */
	struct key_record key;
	NEED(key_find(world.table, station.kid, &key, NULL) == OK);
	uint32_t hour = (uint32_t)(WORLD_TIME / WORLD_HOUR);
	uint8_t place[5] = {'k', 0, 0, 0, (uint8_t)key.index};
	uint32_t count = QUOTA_DEVICE_HOUR - 1;
	uint8_t row[8] = {(uint8_t)(hour >> 24), (uint8_t)(hour >> 16), (uint8_t)(hour >> 8),
		(uint8_t)hour, (uint8_t)(count >> 24), (uint8_t)(count >> 16),
		(uint8_t)(count >> 8), (uint8_t)count};
	NEED(table_put(world.table, 12, span_of(place, 5), span_of(row, 8), NULL) == OK);
	CHECK(world_event(&world, &station, NULL) == OUTCOME_ACCEPTED);
	CHECK(world_event(&world, &station, NULL) == OUTCOME_OVER_QUOTA);
	CHECK(world.outcome.a == QUOTA_DEVICE_HOUR);
	CHECK(world_event(&world, &world.appliance[HOSPITAL], NULL) == OUTCOME_ACCEPTED);
	world.time_ms += WORLD_HOUR;
	CHECK(world_event(&world, &station, NULL) == OUTCOME_ACCEPTED);
	world_close(&world);
}

TEST(a_member_has_its_quota_with_all_its_keys_and_tenants)
{
	struct world world;
	struct world_key station;
	NEED(world_open(&world));
	NEED(world_station(&world, &world.root[HOSPITAL], &world.appliance[HOSPITAL], &station, 5));
	uint32_t hour = (uint32_t)(WORLD_TIME / WORLD_HOUR);
	uint32_t count = QUOTA_MEMBER_HOUR - 2;
	uint8_t place[3] = {'m', 0, HOSPITAL};
	uint8_t row[8] = {(uint8_t)(hour >> 24), (uint8_t)(hour >> 16), (uint8_t)(hour >> 8),
		(uint8_t)hour, (uint8_t)(count >> 24), (uint8_t)(count >> 16),
		(uint8_t)(count >> 8), (uint8_t)count};
	NEED(table_put(world.table, 12, span_of(place, 3), span_of(row, 8), NULL) == OK);
	CHECK(world_event(&world, &station, NULL) == OUTCOME_ACCEPTED);
	CHECK(world_event(&world, &world.appliance[HOSPITAL], NULL) == OUTCOME_ACCEPTED);
	CHECK(world_event(&world, &world.appliance[HOSPITAL], NULL) == OUTCOME_OVER_QUOTA);
	CHECK(world.outcome.a == QUOTA_MEMBER_HOUR);
	CHECK(world_event(&world, &station, NULL) == OUTCOME_OVER_QUOTA);
	CHECK(world_event(&world, &world.appliance[MAKER], NULL) == OUTCOME_ACCEPTED);
	/* The hour is ledger time's, not any sixty minutes. */
	world.time_ms = ((int64_t)hour + 1) * WORLD_HOUR - 1;
	CHECK(world_event(&world, &station, NULL) == OUTCOME_OVER_QUOTA);
	world.time_ms++;
	CHECK(world_event(&world, &station, NULL) == OUTCOME_ACCEPTED);
	world_close(&world);
}

TEST(a_delivery_is_by_an_appliance_of_the_stations_own_party)
{
	const struct author appliance = {.purpose = KEY_APPLIANCE, .member_index = 1};
	const struct author station = {.purpose = KEY_STATION, .member_index = 1, .has_site = true};
	const struct author other = {.purpose = KEY_APPLIANCE, .member_index = 2};
	const struct author of_tenant = {
		.purpose = KEY_STATION, .member_index = 1, .has_tenant = true};
	const struct author tenant = {
		.purpose = KEY_APPLIANCE, .member_index = 1, .has_tenant = true};
	const struct {
		const struct author *by;
		const struct author *inside;
		unsigned kind;
		unsigned code;
	} rows[] = {
		{&appliance, &station, 40, OUTCOME_ACCEPTED},
		{&other, &station, 40, OUTCOME_NOT_ALLOWED},
		{&appliance, &of_tenant, 40, OUTCOME_NOT_ALLOWED},
		{&tenant, &of_tenant, 40, OUTCOME_ACCEPTED},
		{&appliance, &appliance, 40, OUTCOME_LATE_KIND},
		{&appliance, &station, KIND_SITE, OUTCOME_LATE_KIND},
		{&station, &station, 40, OUTCOME_KEY_PURPOSE},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct outcome outcome;
		members_delivery(rows[i].by, rows[i].inside, rows[i].kind, &outcome);
		CHECK_ROW(outcome.code == rows[i].code, "row %zu gives %u", i, outcome.code);
	}
}

TAP_MAIN(CASE(a_ledger_begins_with_genesis_and_nothing_else),
	CASE(a_statement_is_admitted_only_as_its_own_key_may_say_it),
	CASE(a_sequence_number_answers_again_or_betrays_its_reuse),
	CASE(a_station_key_ends_with_its_time_and_late_ones_thirty_days_later),
	CASE(a_revoked_key_is_heard_late_only_and_up_to_its_last_good_number),
	CASE(the_newest_mandate_in_force_for_the_kind_lets_an_agent_speak),
	CASE(a_mandate_counts_from_its_beginning_and_not_for_a_tenant_of_its_agent),
	CASE(a_mandate_that_cannot_count_is_refused), CASE(a_device_has_its_quota_in_each_hour),
	CASE(a_member_has_its_quota_with_all_its_keys_and_tenants),
	CASE(a_delivery_is_by_an_appliance_of_the_stations_own_party))
