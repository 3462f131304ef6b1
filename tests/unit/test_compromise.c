/* What is flagged of a key that was in other hands. */
#include "appliance/rules/alert.h"
#include "appliance/rules/rules_app.h"
#include "ledger/apply.h"
#include "tests/members_world.h"
#include "tests/tap.h"

#define SAID 5 /* statements of the station, an hour apart, the first one hour after the start */

/* A revocation by the appliance, judged as the node does it, with the rules' conclusions. */
static unsigned revoke(
	struct world *world, struct world_key *by, const struct world_key *key, int64_t since_ms)
{
	struct app app;
	struct statement statement;
	struct key_revoke_body body = {.last_good = 100,
		.reason = REVOKE_COMPROMISED,
		.has_compromised = since_ms != 0,
		.compromised_ms = since_ms};
	uint8_t entry[ENTRY_SIZE];
	memcpy(body.kid, key->kid, KID_SIZE);
	buf_reset(&world->body);
	key_revoke_body_encode(&body, &world->body);
	unsigned code = world_say(world, by, KIND_KEY_REVOKE, buf_span(&world->body));
	if (code)
		return code;
	rules_app(&app, &directory_members);
	if (statement_decode(buf_span(&world->bytes), SIGNED_STATEMENT, &statement, NULL))
		return 9999;
	statement_entry(buf_span(&world->bytes), entry);
	struct applying applying = {.position = world->position - 1,
		.time_ms = world->time_ms,
		.rules_version = 1,
		.statement = &statement,
		.entry = entry,
		.author = &world->author};
	return app.noted(app.self, world->table, &applying, &world->outcome, NULL) ? 9998 : 0;
}

static bool open_world(struct world *world, struct world_key *station, uint64_t position[SAID])
{
	if (!world_open(world) ||
		!world_station(world, &world->root[MAKER], &world->appliance[MAKER], station, 3))
		return false;
	for (size_t i = 0; i < SAID; i++) {
		world->time_ms += WORLD_HOUR;
		position[i] = world->position;
		if (world_event(world, station, NULL))
			return false;
	}
	return true;
}

TEST(statements_since_the_compromise_are_flagged_once)
{
	static const struct {
		int64_t since_hours; /* after the start; 0: not said */
		unsigned count; /* of the alert, afterwards */
		unsigned first; /* flagged now, index of the statement */
		bool alerts;
	} rows[] = {
		{6, 0, 0, false}, /* after all of them: refused as in the future, see below */
		{4, 2, 3, true},
		{3, 3, 2, true}, /* earlier: one more */
		{0, 3, 0, false},
		{1, 5, 0, true},
	};
	struct world world;
	struct world_key station;
	uint64_t position[SAID] = {0};
	NEED(open_world(&world, &station, position));
	int64_t start = world.time_ms - SAID * WORLD_HOUR;
	struct key_record key;
	struct alert alert = {0};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		int64_t since = rows[i].since_hours ? start + rows[i].since_hours * WORLD_HOUR : 0;
		unsigned code = revoke(&world, &world.root[MAKER], &station, since);
		enum err err = OK;
		NEED(key_find(world.table, station.kid, &key, NULL) == OK);
		err = alert_find(world.table, 0, span_of(NULL, 0), ALERT_KEY_COMPROMISED, key.index,
			&alert, NULL);
		CHECK_ROW(rows[i].count ? err == OK && alert.count == rows[i].count
					: err == ERR_NOT_FOUND,
			"row %zu: %u", i, alert.count);
		CHECK_ROW(
			!rows[i].alerts || (!code && world.outcome.alert == ALERT_KEY_COMPROMISED),
			"row %zu", i);
		CHECK_ROW(rows[i].alerts || code || !world.outcome.alert, "row %zu", i);
		if (!rows[i].alerts)
			continue;
		struct alert_case found, one = {0};
		bool is_there = false;
		while (!alert_case_next(world.table, alert.number, &one, &found, NULL)) {
			one = found;
			is_there |= one.before_at == position[rows[i].first];
		}
		CHECK_ROW(is_there, "row %zu", i);
	}
	world_close(&world);
}

TEST(more_than_the_window_is_counted_as_far_as_it_reaches)
{
	struct world world;
	struct world_key station;
	uint64_t position[SAID];
	struct key_record key;
	struct alert alert = {0};
	NEED(open_world(&world, &station, position));
	int64_t since = world.time_ms - WORLD_HOUR + 1;
	bool fine = true;
	for (size_t i = 0; fine && i < SEQUENCE_WINDOW + 10; i++)
		fine = !world_event(&world, &station, NULL);
	NEED(fine);
	CHECK(revoke(&world, &world.root[MAKER], &station, since) == 0);
	NEED(key_find(world.table, station.kid, &key, NULL) == OK);
	NEED(alert_find(world.table, 0, span_of(NULL, 0), ALERT_KEY_COMPROMISED, key.index, &alert,
		     NULL) == OK);
	CHECK(alert.count == SEQUENCE_WINDOW);
	world_close(&world);
}

TEST(walks_what_a_key_said_with_its_times)
{
	struct world world;
	struct world_key station;
	uint64_t position[SAID] = {0};
	struct key_said said;
	NEED(open_world(&world, &station, position));
	int64_t start = world.time_ms - SAID * WORLD_HOUR;
	for (size_t i = 0; i < SAID; i++) {
		enum err err =
			members_said_next(world.table, station.kid, i ? &said : NULL, &said, NULL);
		CHECK_ROW(!err && said.sequence == i && said.position == position[i] &&
				  said.time_ms == start + (int64_t)(i + 1) * WORLD_HOUR,
			"row %zu", i);
	}
	CHECK(members_said_next(world.table, station.kid, &said, &said, NULL) == ERR_NOT_FOUND);
	CHECK(members_said_next(world.table, world.root[AGENCY].kid, NULL, &said, NULL) == OK);
	CHECK(members_said_next(world.table, (const uint8_t[KID_SIZE]){1}, NULL, &said, NULL) ==
		ERR_NOT_FOUND);
	world_close(&world);
}

/* Credentials that a renewed key signed stay good; those of a stolen one do not. */
TEST(a_key_that_was_replaced_was_in_force_until_then)
{
	static const struct {
		enum revoke_reason reason;
		bool compromised;
		bool before; /* in force an hour before the revocation */
	} rows[] = {{REVOKE_REPLACED, false, true}, {REVOKE_RETIRED, false, true},
		{REVOKE_REPLACED, true, false}, {REVOKE_LOST, false, false},
		{REVOKE_COMPROMISED, false, false}};
	struct world world;
	NEED(world_open(&world));
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct key_revoke_body body = {.reason = rows[i].reason,
			.has_compromised = rows[i].compromised,
			.compromised_ms = WORLD_TIME};
		struct key_body with = {.has_appliance = true, .appliance = {9}};
		struct world_key extra;
		struct key_record key;
		bool at[3] = {false};
		world.time_ms = WORLD_TIME + (int64_t)i * WORLD_DAY;
		world_key_make(&extra, KEY_APPLIANCE, "maker.example", (uint8_t)(200 + i));
		NEED(!world_register(&world, &world.root[MAKER], &extra, &with));
		world.time_ms += WORLD_HOUR;
		memcpy(body.kid, extra.kid, KID_SIZE);
		buf_reset(&world.body);
		key_revoke_body_encode(&body, &world.body);
		NEED(!world_say(
			&world, &world.root[MAKER], KIND_KEY_REVOKE, buf_span(&world.body)));
		NEED(!key_find(world.table, extra.kid, &key, NULL));
		for (int k = 0; k < 3; k++)
			NEED(!key_in_force(world.table, &key, world.time_ms + (k - 1) * WORLD_HOUR,
				&at[k], NULL));
		CHECK_ROW(at[0] == rows[i].before && !at[1] && !at[2], "row %zu", i);
	}
	world_close(&world);
}

TAP_MAIN(CASE(a_key_that_was_replaced_was_in_force_until_then),
	CASE(statements_since_the_compromise_are_flagged_once),
	CASE(more_than_the_window_is_counted_as_far_as_it_reaches),
	CASE(walks_what_a_key_said_with_its_times))
