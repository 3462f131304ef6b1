/* A ledger's state in memory with a few members, for tests of the rules: statements are said by
 * one of them and applied at the next position. Keys are numbers: nothing is signed here. */
#ifndef TESTS_UNIT_RULES_WORLD_H
#define TESTS_UNIT_RULES_WORLD_H

#include "appliance/rules/kinds.h"
#include "appliance/rules/opener.h"
#include "appliance/rules/rules_app.h"
#include "appliance/rules/tables.h"
#include "ledger/store/memory.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#define GTIN_A 9506000134352ull /* of maker; prefix 950 is GS1's for examples */
#define GTIN_B 9506000134369ull /* of maker */
#define GTIN_C 9506000134376ull /* of rival */

#define DAY_MS   ((int64_t)24 * 3600 * 1000)
#define NOON_MS  ((int64_t)1796212800000) /* 2026-12-02 12:00 UTC */
#define PEPPER_Y 2026

enum who {
	MAKER,
	RIVAL,
	WHOLESALER,
	PHARMACY,
	PHARMACY_BENCH, /* a station of pharmacy */
	PHARMACY_DOOR, /* another one, at another site */
	HOSPITAL,
	AUTHORITY,
	HR,
	AGENT, /* of maker, by mandate for GTIN_A */
	SITE_AGENT, /* of maker, by mandate for site 1; its appliance */
	SITE_AGENT_ELSEWHERE, /* a station at site 2 */
	SITE_AGENT_THERE, /* a station at site 1 */
	WHO_COUNT
};

struct world_member {
	const char *name;
	unsigned roles;
	unsigned areas;
	uint64_t gtins[2];
	size_t gtin_count;
};

static const struct world_member world_members[] = {
	{"maker.example", ROLE_MANUFACTURER, 0, {GTIN_A, GTIN_B}, 2},
	{"rival.example", ROLE_MANUFACTURER, 0, {GTIN_B, GTIN_C}, 2},
	{"wholesaler.example", ROLE_WHOLESALER, 0, {0}, 0},
	{"pharmacy.example", ROLE_PHARMACY, 0, {0}, 0},
	{"hospital.example", ROLE_HOSPITAL, 0, {0}, 0},
	{"authority.example", ROLE_AUTHORITY, AREA_MEDICINES, {0}, 0},
	{"hr.example", ROLE_HR, 0, {0}, 0},
	{"agent.example", ROLE_MANUFACTURER, 0, {0}, 0},
};

static const uint8_t world_seed[SIGN_SEED] = {7}; /* of the witness's key */

struct world {
	struct memory *memory;
	const struct table *table;
	uint64_t position;
	int64_t time_ms;
	bool late;
	size_t attachments;
	int32_t short_dated_days; /* what who asks wants to be warned of */
	struct outcome outcome;
	struct fault fault;
	size_t reads, writes; /* of the last statement */
	size_t fail_at; /* this call on the tables fails; 0: none */
};

/* The world's tables, counting, and failing when asked to. */
static inline enum err counted_call(struct world *world, struct fault *fault)
{
	if (world->fail_at && world->reads + world->writes == world->fail_at)
		return fault_set(fault, ERR_IO, 0, 0, "the disk failed, as the test wanted");
	return OK;
}

static inline enum err counted_get(
	void *self, unsigned id, struct span key, struct span *value, struct fault *fault)
{
	struct world *world = self;
	world->reads++;
	enum err err = counted_call(world, fault);
	return err ? err : table_get(world->table, id, key, value, fault);
}

static inline enum err counted_next(void *self, unsigned id, struct span prefix, struct span after,
	enum table_order order, struct span *key, struct span *value, struct fault *fault)
{
	struct world *world = self;
	world->reads++;
	enum err err = counted_call(world, fault);
	return err ? err : table_next(world->table, id, prefix, after, order, key, value, fault);
}

static inline enum err counted_put(
	void *self, unsigned id, struct span key, struct span value, struct fault *fault)
{
	struct world *world = self;
	world->writes++;
	enum err err = counted_call(world, fault);
	return err ? err : table_put(world->table, id, key, value, fault);
}

static inline enum err counted_drop(void *self, unsigned id, struct span key, struct fault *fault)
{
	struct world *world = self;
	world->writes++;
	enum err err = counted_call(world, fault);
	return err ? err : table_drop(world->table, id, key, fault);
}

/* Governance moves GTIN_B from maker to rival: noted in a table that the rules never touch, since a
 * directory sees nothing but tables. */
#define WORLD_TABLE 127

static inline enum err world_scope(
	const struct table *table, const char *name, struct span *scope, struct fault *fault)
{
	static uint8_t raw[256];
	uint8_t raw_set[64];
	struct buf set, out;
	struct span value;
	enum err err = table_get(table, WORLD_TABLE, span_text("lost"), &value, fault);
	bool lost = !err;
	if (err && err != ERR_NOT_FOUND)
		return err;
	for (size_t i = 0; i < sizeof world_members / sizeof world_members[0]; i++) {
		const struct world_member *member = &world_members[i];
		if (strcmp(member->name, name) != 0)
			continue;
		size_t count = member->gtin_count;
		if (lost && strcmp(name, "maker.example") == 0)
			count = 1; /* GTIN_B went to rival */
		buf_over(&set, raw_set, sizeof raw_set);
		scope_set_put(&set, member->gtins, count);
		struct scope decoded = {.roles = member->roles,
			.areas = member->areas,
			.gtins = {.items = buf_span(&set), .count = count}};
		buf_over(&out, raw, sizeof raw);
		scope_encode(&decoded, &out);
		*scope = buf_span(&out);
		return OK;
	}
	return fault_set(fault, ERR_CORRUPT, 0, 0, "no member %s", name);
}

static inline enum err world_zone(const struct table *table, enum zone *zone, struct fault *fault)
{
	(void)table;
	(void)fault;
	*zone = ZONE_EUROPE_LONDON;
	return OK;
}

static inline void world_author(enum who who, struct author *author)
{
	static const uint8_t member[WHO_COUNT] = {0, 1, 2, 3, 3, 3, 4, 5, 6, 7, 7, 7, 7};
	*author = (struct author){
		.purpose = KEY_APPLIANCE, .key_index = who, .member_index = member[who]};
	author->kid[0] = (uint8_t)(who + 1);
	strcpy(author->member, world_members[member[who]].name);
	if (who == PHARMACY_BENCH || who == PHARMACY_DOOR) {
		author->purpose = KEY_STATION;
		author->has_site = true;
		author->site[0] = (uint8_t)who;
	}
	if (who == SITE_AGENT_THERE || who == SITE_AGENT_ELSEWHERE) {
		author->purpose = KEY_STATION;
		author->has_site = true;
		author->site[0] = who == SITE_AGENT_THERE ? 1 : 2;
	}
	if (who >= AGENT) {
		uint64_t gtin = GTIN_A;
		uint8_t site[1][SITE_ID_SIZE] = {{1}}, raw[32];
		struct buf set, out;
		struct mandate_scope mandate = {0};
		author->has_principal = true;
		author->principal_index = 0;
		strcpy(author->principal, "maker.example");
		buf_over(&set, raw, sizeof raw);
		if (who == AGENT) {
			scope_set_put(&set, &gtin, 1);
			mandate.has_gtins = true;
			mandate.gtins = (struct scope_set){.items = buf_span(&set), .count = 1};
		} else {
			scope_sites_put(&set, (const uint8_t(*)[SITE_ID_SIZE])site, 1);
			mandate.has_sites = true;
			mandate.sites = (struct scope_set){.items = buf_span(&set), .count = 1};
		}
		buf_over(&out, author->mandate_scope, sizeof author->mandate_scope);
		mandate_scope_encode(&mandate, &out);
		author->mandate_scope_size = out.size;
	}
}

/* Key 0x77...: a second station key of pharmacy, the witness. */
static inline enum err world_key(const struct table *table, const uint8_t kid[32], int64_t time_ms,
	struct author *owner, uint8_t public[32], bool *in_force, struct fault *fault)
{
	uint8_t secret[SIGN_SECRET];
	(void)table;
	(void)time_ms;
	(void)fault;
	if (kid[0] != 0x77 && kid[0] != 0x78 && kid[0] != PHARMACY_BENCH + 1)
		return ERR_NOT_FOUND;
	world_author(kid[0] == 0x78 ? HOSPITAL : PHARMACY_BENCH, owner);
	memcpy(owner->kid, kid, 32);
	sign_keys(world_seed, public, secret);
	*in_force = kid[1] == 0;
	return OK;
}

/* The bench's key was in other hands from then on, once the table says so. */
static inline enum err world_compromised(
	const struct table *table, const uint8_t kid[32], int64_t *since_ms, struct fault *fault)
{
	struct span value;
	enum err err = table_get(table, WORLD_TABLE, span_text("taken"), &value, fault);
	if (!err && kid[0] != PHARMACY_BENCH + 1)
		return ERR_NOT_FOUND;
	*since_ms = NOON_MS;
	return err;
}

/* The number of a key is its place in enum who. */
static inline enum err world_owns(const struct table *table, const struct author *author,
	uint32_t key_index, bool *owns, struct fault *fault)
{
	struct author owner;
	(void)table;
	(void)fault;
	world_author((enum who)key_index, &owner);
	*owns = owner.member_index == author->member_index;
	return OK;
}

/* AGENT holds one mandate; an older one for GTIN_B once the table says so. */
static inline enum err world_mandate(const struct table *table, unsigned kind, int64_t time_ms,
	uint64_t *position, struct author *author, struct fault *fault)
{
	static const uint64_t gtin = GTIN_B;
	uint8_t raw[16];
	struct buf set, out;
	struct span value;
	(void)kind;
	(void)time_ms;
	if (*position != UINT64_MAX)
		return ERR_NOT_FOUND;
	enum err err = table_get(table, WORLD_TABLE, span_text("older"), &value, fault);
	if (err)
		return err;
	*position = 5;
	buf_over(&set, raw, sizeof raw);
	scope_set_put(&set, &gtin, 1);
	struct mandate_scope mandate = {
		.has_gtins = true, .gtins = {.items = buf_span(&set), .count = 1}};
	buf_over(&out, author->mandate_scope, sizeof author->mandate_scope);
	mandate_scope_encode(&mandate, &out);
	author->mandate_scope_size = out.size;
	return OK;
}

static inline enum err world_pepper(
	const struct table *table, uint16_t year, bool *is_there, struct fault *fault)
{
	(void)table;
	(void)fault;
	*is_there = year == PEPPER_Y || year == PEPPER_Y - 1;
	return OK;
}

static const struct directory world_directory = {.scope = world_scope,
	.zone = world_zone,
	.key = world_key,
	.compromised = world_compromised,
	.owns = world_owns,
	.mandate = world_mandate,
	.pepper = world_pepper};

static inline bool world_open(struct world *world)
{
	*world = (struct world){.position = 10, .time_ms = NOON_MS};
	if (crypto_start() || memory_open(&world->memory, &world->fault))
		return false;
	world->table = memory_table(world->memory);
	return true;
}

static inline void world_close(struct world *world)
{
	memory_free(world->memory);
}

/* One hash over all tables of the rules. */
static inline void world_hash(const struct world *world, uint8_t out[HASH_SIZE])
{
	struct sha256 hash;
	sha256_init(&hash);
	for (unsigned id = TABLE_APP_FIRST; id < WORLD_TABLE; id++) {
		uint8_t last[TABLE_KEY_MAX];
		struct span key, value, after = {0};
		while (table_next(world->table, id, span_of(NULL, 0), after, TABLE_UP, &key, &value,
			       NULL) == OK) {
			uint8_t head[2] = {(uint8_t)id, (uint8_t)key.size};
			sha256_put(&hash, span_of(head, 2));
			sha256_put(&hash, key);
			sha256_put(&hash, value);
			memcpy(last, key.at, key.size);
			after = span_of(last, key.size);
		}
	}
	sha256_end(&hash, out);
}

/* Applies an encoded body; the position moves on when it is accepted. Judged dry first, on a
 * snapshot that cannot be written, which must give the same answer; what is refused must not
 * write to a table at all. Returns the outcome's code, or 65535 when apply returned an error. */
static inline uint16_t world_say_bytes(
	struct world *world, enum who who, unsigned number, struct span body)
{
	const struct kind *kind = kind_find((uint16_t)number);
	struct author author;
	uint8_t entry[ENTRY_SIZE];
	struct statement statement = {
		.kind = (uint16_t)number, .body = body, .attachment_count = world->attachments};
	statement.envelope.subject = span_text(kind ? kind->word : "none");
	statement.envelope.origin = span_text("test/00000000000000000000000000000000");
	world_author(who, &author);
	hash_sha256(body, entry);
	struct applying applying = {.position = world->position,
		.time_ms = world->time_ms,
		.rules_version = RULES_VERSION,
		.late = world->late,
		.statement = &statement,
		.entry = entry,
		.author = &author};
	struct table snapshot = *world->table;
	struct table counted = {world, counted_get, counted_put, counted_drop, counted_next};
	struct outcome dry;
	snapshot.put = NULL; /* a write would crash */
	snapshot.drop = NULL;
	world->reads = world->writes = 0;
	enum err err =
		rules_apply(&world_directory, &snapshot, &applying, true, &dry, &world->fault);
	if (!err)
		err = rules_apply(&world_directory, &counted, &applying, false, &world->outcome,
			&world->fault);
	if (err)
		return UINT16_MAX;
	assert(dry.code == world->outcome.code && dry.alert == world->outcome.alert);
	assert(!world->outcome.code || world->writes == 0);
	if (!world->outcome.code)
		world->position++;
	return world->outcome.code;
}

/* The same for a body that is not encoded yet. */
static inline uint16_t world_say(
	struct world *world, enum who who, unsigned number, const union kind_body *body)
{
	struct buf buf;
	buf_init(&buf, STATEMENT_SIZE_MAX);
	kind_find((uint16_t)number)->encode(body, &buf);
	assert(!buf.err && cbor_check(buf_span(&buf), NULL) == OK);
	uint16_t code = world_say_bytes(world, who, number, buf_span(&buf));
	buf_close(&buf);
	return code;
}

static const uint8_t world_pepper_bytes[PEPPER_SIZE] = {1, 2, 3};

/* Opener and key of pack number n of a product. */
static inline void world_opener(
	uint64_t gtin, unsigned n, uint8_t opener[KEY_SIZE], uint8_t key[KEY_SIZE])
{
	char serial[SERIAL_MAX];
	int size = snprintf(serial, sizeof serial, "SN%06u", n);
	opener_make(world_pepper_bytes, gtin, span_of(serial, (size_t)size), opener);
	opener_key(opener, key);
}

struct world_pack {
	uint8_t opener[KEY_SIZE];
	uint8_t key[KEY_SIZE];
	unsigned number;
};

static inline int world_pack_order(const void *a, const void *b)
{
	const struct world_pack *left = a, *right = b;
	return memcmp(left->key, right->key, KEY_SIZE);
}

/* Packs first .. first + count - 1 of a product, in order of key. */
static inline void world_packs(
	uint64_t gtin, unsigned first, size_t count, struct world_pack *packs)
{
	for (size_t i = 0; i < count; i++) {
		packs[i].number = first + (unsigned)i;
		world_opener(gtin, packs[i].number, packs[i].opener, packs[i].key);
	}
	qsort(packs, count, sizeof packs[0], world_pack_order);
}

/* The secret of pack n in a change, and its hash. */
static inline void world_secret(unsigned n, uint8_t secret[32], uint8_t hash[32])
{
	memset(secret, 0, 32);
	secret[0] = (uint8_t)n;
	secret[1] = 0x5e;
	hash_sha256(span_of(secret, 32), hash);
}

#define WORLD_PACKS_MAX 64

struct world_elements {
	uint8_t raw[WORLD_PACKS_MAX * 64];
	struct elements elements;
};

enum world_names { BY_OPENER, BY_KEY, BY_OPENER_UNDO, BY_KEY_UNDO };

/* Elements for some packs; parameter for all of them. */
static inline const struct elements *world_elements(struct world_elements *out, uint64_t gtin,
	unsigned first, size_t count, enum world_names names, uint64_t parameter)
{
	struct world_pack packs[WORLD_PACKS_MAX];
	struct buf buf;
	buf_over(&buf, out->raw, sizeof out->raw);
	world_packs(gtin, first, count, packs);
	for (size_t i = 0; i < count; i++) {
		uint8_t secret[32], hash[32];
		bool by_key = names == BY_KEY || names == BY_KEY_UNDO;
		world_secret(packs[i].number, secret, hash);
		element_put(&buf, by_key ? packs[i].key : packs[i].opener,
			names >= BY_OPENER_UNDO ? secret : hash, parameter);
	}
	out->elements = (struct elements){.items = buf_span(&buf),
		.count = count,
		.by_key = names == BY_KEY || names == BY_KEY_UNDO,
		.has_parameters = parameter != 0};
	return &out->elements;
}

static inline uint16_t world_lot(
	struct world *world, enum who who, uint64_t gtin, const char *lot, enum lot_packs packs)
{
	union kind_body body = {.lot = {.gtin = gtin,
					.lot = span_text(lot),
					.expiries = {280600},
					.expiry_count = 1,
					.effective = 280600,
					.packs = packs,
					.pepper_year = PEPPER_Y}};
	return world_say(world, who, KIND_LOT, &body);
}

static inline uint16_t world_commission(struct world *world, enum who who, uint64_t gtin,
	const char *lot, unsigned first, size_t count)
{
	struct world_pack packs[WORLD_PACKS_MAX];
	uint8_t keys[WORLD_PACKS_MAX * KEY_SIZE];
	world_packs(gtin, first, count, packs);
	for (size_t i = 0; i < count; i++)
		memcpy(keys + i * KEY_SIZE, packs[i].key, KEY_SIZE);
	union kind_body body = {.commission = {.gtin = gtin,
					.lot = span_text(lot),
					.keys = span_of(keys, count * KEY_SIZE)}};
	return world_say(world, who, KIND_COMMISSION, &body);
}

static inline uint16_t world_step(
	struct world *world, enum who who, unsigned kind, uint64_t gtin, const char *lot)
{
	union kind_body body = {.lot_step = {.gtin = gtin, .lot = span_text(lot)}};
	return world_say(world, who, kind, &body);
}

/* A released lot of GTIN_A with packs 1 .. count. */
static inline bool world_released(struct world *world, const char *lot, size_t count)
{
	return !world_lot(world, MAKER, GTIN_A, lot, LOT_PACKS_ALL) &&
	       !world_commission(world, MAKER, GTIN_A, lot, 1, count) &&
	       !world_step(world, MAKER, KIND_LOT_CLOSE, GTIN_A, lot) &&
	       !world_step(world, MAKER, KIND_LOT_RELEASE, GTIN_A, lot);
}

static inline uint16_t world_change(struct world *world, enum who who, unsigned kind,
	const char *lot, unsigned first, size_t count, enum world_names names, uint64_t parameter)
{
	struct world_elements elements;
	union kind_body body = {.change = {.gtin = GTIN_A, .lot = span_text(lot)}};
	body.change.elements = *world_elements(&elements, GTIN_A, first, count, names, parameter);
	return world_say(world, who, kind, &body);
}

/* The state of pack n of GTIN_A in a lot; 0 when it is not there. */
static inline enum pack_state world_state(struct world *world, const char *text, unsigned n)
{
	uint8_t opener[KEY_SIZE], key[KEY_SIZE];
	struct lot lot;
	struct pack pack;
	world_opener(GTIN_A, n, opener, key);
	if (lot_get(world->table, GTIN_A, span_text(text), &lot, NULL) ||
		pack_get(world->table, lot.id, key, &pack, NULL))
		return 0;
	return pack.state;
}

#endif
