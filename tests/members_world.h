/* A small ledger in memory for tests of the members' rules: four members (hospital serves the
 * pharmacy), keys from fixed seeds, statements made, judged and applied as the node does. */
#ifndef TESTS_MEMBERS_WORLD_H
#define TESTS_MEMBERS_WORLD_H

#include "ledger/members/members.h"
#include "ledger/store/memory.h"

#include <stdio.h>
#include <stdlib.h>

#define WORLD_TIME ((int64_t)1795167000123) /* 2026-11-20 */
#define WORLD_HOUR ((int64_t)3600 * 1000)
#define WORLD_DAY  (24 * WORLD_HOUR)

enum world_member { MAKER, HOSPITAL, PHARMACY, AGENCY, WORLD_MEMBERS };

static const char *const world_names[] = {
	"maker.example", "hospital.example", "pharmacy.example", "agency.example"};

struct world_key {
	enum key_purpose purpose;
	uint8_t public[32];
	uint8_t secret[64];
	uint8_t kid[32];
	const char *issuer;
	uint64_t sequence; /* of the next statement */
};

struct world {
	struct memory *memory;
	const struct table *table;
	char origin[ORIGIN_SIZE_MAX + 1];
	uint64_t position;
	int64_t time_ms;
	struct world_key root[WORLD_MEMBERS];
	struct world_key appliance[WORLD_MEMBERS];
	struct buf body;
	struct buf bytes; /* the last statement said */
	struct outcome outcome; /* of it */
	struct author author; /* of it, when it was admitted */
};

static inline void world_key_make(
	struct world_key *key, enum key_purpose purpose, const char *issuer, uint8_t seed)
{
	uint8_t bytes[32];
	memset(bytes, seed, sizeof bytes);
	bytes[31] = (uint8_t)purpose;
	*key = (struct world_key){.purpose = purpose, .issuer = issuer};
	sign_keys(bytes, key->public, key->secret);
	key_purpose_kid(purpose, key->public, key->kid);
}

/* An X25519 key: its secret is not needed here. */
static inline void world_box_make(struct world_key *key, enum key_purpose purpose)
{
	uint8_t secret[BOX_SECRET];
	*key = (struct world_key){.purpose = purpose};
	box_keys(key->public, secret);
	key_purpose_kid(purpose, key->public, key->kid);
}

/* What a statement is besides key, kind and body. */
struct world_say {
	const char *principal;
	const char *origin;
	const char *issuer;
	const char *subject;
	int64_t not_after_ms;
	bool late;
	bool again; /* the sequence number before once more */
};

/* Judges bytes as the node does: decode, key, signature, admit, apply, record. */
static inline unsigned world_judge(struct world *world, struct span bytes, bool late)
{
	struct statement statement;
	struct fault fault;
	uint8_t entry[32];
	uint8_t public[32];
	enum signed_type type = SIGNED_STATEMENT;
	world->outcome = (struct outcome){0};
	if (signed_type_of(bytes, &type, &fault) ||
		statement_decode(bytes, type, &statement, &fault)) {
		printf("# world: not decoded: %s\n", fault.text);
		return 9999;
	}
	statement_entry(bytes, entry);
	enum err err = statement.kind == KIND_GENESIS
			       ? members_genesis_key(&statement, public, &fault)
			       : members_key(world->table, statement.envelope.kid.at,
					 &world->author, public, &fault);
	if (!err && statement_verify(&statement, public, &fault))
		return OUTCOME_BAD_SIGNATURE;
	err = members_admit(world->table, &statement, entry, world->time_ms, late, &world->author,
		&world->outcome, &fault);
	if (err) {
		printf("# world: admit: %s\n", fault.text);
		return 9998;
	}
	if (world->outcome.code)
		return world->outcome.code;
	struct applying applying = {
		.height = 1 + world->position,
		.position = world->position,
		.time_ms = world->time_ms,
		.rules_version = 1,
		.late = late,
		.statement = &statement,
		.entry = entry,
		.author = &world->author,
	};
	if (statement.kind < KIND_APP_FIRST && statement.kind != KIND_SEAL)
		err = members_apply(world->table, &applying, &world->outcome, &fault);
	if (!err && !world->outcome.code)
		err = members_record(world->table, &applying, &fault);
	if (err) {
		printf("# world: apply: %s\n", fault.text);
		return 9997;
	}
	if (!world->outcome.code)
		world->position++;
	return world->outcome.code;
}

static inline unsigned world_say_as(struct world *world, struct world_key *key, unsigned kind,
	struct span body, const struct world_say *how)
{
	static const struct world_say usual = {0};
	struct fault fault;
	const char *word = ledger_kind_word(kind);
	if (!how)
		how = &usual;
	if (how->again)
		key->sequence--;
	struct statement statement = {
		.envelope.type = kind == KIND_SEAL ? SIGNED_SEAL : SIGNED_STATEMENT,
		.envelope.kid = span_of(key->kid, 32),
		.envelope.issuer = span_text(how->issuer ? how->issuer : key->issuer),
		.envelope.subject = span_text(how->subject ? how->subject
					      : word       ? word
							   : "event"),
		.envelope.origin = span_text(how->origin ? how->origin : world->origin),
		.kind = (uint16_t)kind,
		.sequence = key->sequence++,
		.not_after_ms = how->not_after_ms ? how->not_after_ms : world->time_ms + WORLD_HOUR,
		.principal = how->principal ? span_text(how->principal) : span_of(NULL, 0),
		.body = body,
	};
	struct signer signer = signer_local(key->secret);
	buf_reset(&world->bytes);
	if (statement_encode(&statement, &signer, &world->bytes, &fault)) {
		printf("# world: not encoded: %s\n", fault.text);
		return 9996;
	}
	return world_judge(world, buf_span(&world->bytes), how->late);
}

static inline unsigned world_say(
	struct world *world, struct world_key *key, unsigned kind, struct span body)
{
	return world_say_as(world, key, kind, body, NULL);
}

/* An application's statement with an empty body. */
static inline unsigned world_event(
	struct world *world, struct world_key *key, const struct world_say *how)
{
	return world_say_as(world, key, 40, span_of("\xa0", 1), how);
}

static inline void world_genesis(const struct world *world, struct genesis *genesis)
{
	*genesis = (struct genesis){
		.chosen = span_text("medicines.example"),
		.zone = span_text("Europe/London"),
		.member_count = WORLD_MEMBERS,
		.voter_count = 3,
		.voter = {span_text(world_names[MAKER]), span_text(world_names[HOSPITAL]),
			span_text(world_names[AGENCY])},
		.recovery_k = 2,
		.recovery_count = 3,
		.rules_version = 1,
		.time_ms = WORLD_TIME,
	};
	for (size_t i = 0; i < WORLD_MEMBERS; i++) {
		genesis->member[i].name = span_text(world_names[i]);
		memcpy(genesis->member[i].root, world->root[i].public, 32);
		genesis->member[i].scope = span_text(world_names[i]);
	}
	genesis->member[PHARMACY].operator_name = span_text(world_names[HOSPITAL]);
	for (size_t i = 0; i < 3; i++)
		memcpy(genesis->recovery[i], world->root[i].public, 32);
}

static inline unsigned world_register(struct world *world, struct world_key *root,
	const struct world_key *key, const struct key_body *with)
{
	struct key_body body = *with;
	body.purpose = key->purpose;
	memcpy(body.public, key->public, 32);
	buf_reset(&world->body);
	key_body_encode(&body, &world->body);
	return world_say(world, root, KIND_KEY, buf_span(&world->body));
}

/* Tables without genesis; keys are made. */
static inline bool world_empty(struct world *world)
{
	*world = (struct world){.time_ms = WORLD_TIME};
	buf_init(&world->body, 1 << 20);
	buf_init(&world->bytes, 1 << 20);
	if (crypto_start() || memory_open(&world->memory, NULL))
		return false;
	world->table = memory_table(world->memory);
	(void)snprintf(world->origin, sizeof world->origin, "medicines.example");
	for (size_t i = 0; i < WORLD_MEMBERS; i++) {
		world_key_make(&world->root[i], KEY_ROOT, world_names[i], (uint8_t)(i + 1));
		world_key_make(
			&world->appliance[i], KEY_APPLIANCE, world_names[i], (uint8_t)(i + 1));
	}
	return true;
}

static inline unsigned world_found(struct world *world, const struct genesis *genesis)
{
	buf_reset(&world->body);
	genesis_encode(genesis, &world->body);
	unsigned code = world_say(world, &world->root[0], KIND_GENESIS, buf_span(&world->body));
	struct span origin;
	if (!code && !members_origin(world->table, &origin, NULL)) {
		memcpy(world->origin, origin.at, origin.size);
		world->origin[origin.size] = 0;
	}
	return code;
}

/* Genesis and an appliance key of each member. */
static inline bool world_open(struct world *world)
{
	struct genesis genesis;
	struct key_body with = {.has_appliance = true, .appliance = {9}};
	if (!world_empty(world))
		return false;
	world_genesis(world, &genesis);
	bool fine = world_found(world, &genesis) == OUTCOME_ACCEPTED;
	for (size_t i = 0; fine && i < WORLD_MEMBERS; i++)
		fine = world_register(world, &world->root[i], &world->appliance[i], &with) ==
		       OUTCOME_ACCEPTED;
	return fine;
}

static inline void world_close(struct world *world)
{
	memory_free(world->memory);
	buf_close(&world->body);
	buf_close(&world->bytes);
}

static inline unsigned world_site(
	struct world *world, struct world_key *appliance, const struct site_body *site)
{
	buf_reset(&world->body);
	site_body_encode(site, &world->body);
	return world_say(world, appliance, KIND_SITE, buf_span(&world->body));
}

/* The statement that brings in a tenant, or offers to serve it. */
static inline unsigned world_tenant(struct world *world, struct world_key *by,
	const struct world_key *root, uint8_t id, const char *operator_name)
{
	uint8_t memory[512];
	struct buf bytes;
	struct tenant_body body = {.tenant = {id}};
	memcpy(body.root, root->public, 32);
	buf_over(&bytes, memory, sizeof memory);
	tenant_signed_bytes(
		span_text(world->origin), span_text(operator_name), body.tenant, &bytes);
	sign_make(root->secret, buf_span(&bytes), body.signature);
	buf_reset(&world->body);
	tenant_body_encode(&body, &world->body);
	return world_say(world, by, KIND_TENANT, buf_span(&world->body));
}

/* A station of the party at the site, until tomorrow. */
static inline bool world_station(struct world *world, struct world_key *root,
	struct world_key *appliance, struct world_key *station, uint8_t site)
{
	struct site_body place = {.site = {site}, .level = 2, .from_ms = WORLD_TIME};
	struct key_body with = {
		.has_site = true, .has_until = true, .until_ms = world->time_ms + WORLD_DAY};
	with.site[0] = site;
	world_key_make(station, KEY_STATION, root->issuer, (uint8_t)(100 + site));
	return world_site(world, appliance, &place) == OUTCOME_ACCEPTED &&
	       world_register(world, root, station, &with) == OUTCOME_ACCEPTED;
}

#endif
