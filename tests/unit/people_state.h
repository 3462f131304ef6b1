/* A ledger's state in memory with six members, and a way to say things to it: for tests of the
 * rules about people. Every statement is judged dry first, on a snapshot that cannot be written,
 * which must give the same answer. */
#ifndef TESTS_UNIT_PEOPLE_STATE_H
#define TESTS_UNIT_PEOPLE_STATE_H

#include "appliance/rules/kinds.h"
#include "appliance/rules/rules_app.h"
#include "ledger/store/memory.h"

#include <assert.h>

#define STATE_TIME INT64_C(1793534400000) /* 2026-11-01T12:00:00Z */
#define HOUR_MS    INT64_C(3600000)
#define DAY_MS     (24 * HOUR_MS)

enum who {
	HOSPITAL,
	AGENCY,
	REGISTER,
	REGULATOR,
	INSPECTOR, /* an authority for medicines only */
	MAKER,
	WHO_COUNT
};

static const struct {
	const char *name;
	unsigned roles;
	unsigned areas;
} state_members[WHO_COUNT] = {
	{"hospital.example", ROLE_HR | ROLE_HOSPITAL, 0},
	{"agency.example", ROLE_AGENCY, 0},
	{"register.example", ROLE_REGISTER, 0},
	{"regulator.example", ROLE_AUTHORITY, AREA_PEOPLE},
	{"inspector.example", ROLE_AUTHORITY, AREA_MEDICINES},
	{"maker.example", ROLE_MANUFACTURER, 0},
};

struct people_state {
	struct memory *memory;
	const struct table *table;
	uint64_t position; /* of the next statement */
	int64_t time_ms;
	enum key_purpose purpose;
	struct outcome outcome; /* of the last statement */
};

static inline enum err state_scope(
	const struct table *table, const char *name, struct span *scope, struct fault *fault)
{
	static uint8_t memory[64];
	struct buf buf;
	(void)table;
	for (size_t i = 0; i < WHO_COUNT; i++) {
		if (strcmp(state_members[i].name, name) != 0)
			continue;
		struct scope of = {
			.roles = state_members[i].roles, .areas = state_members[i].areas};
		buf_over(&buf, memory, sizeof memory);
		scope_encode(&of, &buf);
		*scope = buf_span(&buf);
		return OK;
	}
	return fault_set(fault, ERR_CORRUPT, 0, 0, "no member %s", name);
}

static inline enum err state_zone(const struct table *table, enum zone *zone, struct fault *fault)
{
	(void)table;
	(void)fault;
	*zone = ZONE_EUROPE_LONDON;
	return OK;
}

/* Appliance keys: everybody's seed is their number. */
static inline void state_keys(
	enum who who, uint8_t public[SIGN_PUBLIC], uint8_t secret[SIGN_SECRET])
{
	uint8_t seed[SIGN_SEED];
	memset(seed, (int)who + 1, sizeof seed);
	sign_keys(seed, public, secret);
}

static inline enum err state_key(const struct table *table, const uint8_t kid[32], int64_t time_ms,
	struct author *owner, uint8_t public[32], bool *in_force, struct fault *fault)
{
	(void)table;
	(void)fault;
	for (int who = 0; who < WHO_COUNT; who++) {
		uint8_t key[SIGN_PUBLIC];
		uint8_t secret[SIGN_SECRET];
		uint8_t own_kid[KID_SIZE];
		state_keys((enum who)who, key, secret);
		cose_kid(key, own_kid);
		if (memcmp(kid, own_kid, KID_SIZE) != 0)
			continue;
		*owner = (struct author){.purpose = KEY_APPLIANCE, .member_index = (uint16_t)who};
		memcpy(owner->member, state_members[who].name, strlen(state_members[who].name) + 1);
		memcpy(public, key, SIGN_PUBLIC);
		*in_force = time_ms >= STATE_TIME - HOUR_MS; /* registered then */
		return OK;
	}
	return ERR_NOT_FOUND;
}

static const struct directory state_directory = {
	.scope = state_scope, .zone = state_zone, .key = state_key};

static inline bool state_open(struct people_state *state)
{
	*state = (struct people_state){
		.position = 2, .time_ms = STATE_TIME, .purpose = KEY_APPLIANCE};
	if (crypto_start() || memory_open(&state->memory, NULL))
		return false;
	state->table = memory_table(state->memory);
	return true;
}

static inline void state_close(struct people_state *state)
{
	memory_free(state->memory);
}

/* Says one encoded body; returns the outcome's code. */
static inline uint16_t state_say_bytes(
	struct people_state *state, enum who who, unsigned kind_number, struct span body)
{
	const struct kind *kind = kind_find((uint16_t)kind_number);
	struct statement statement = {.kind = (uint16_t)kind_number, .body = body};
	struct author author = {.purpose = state->purpose, .member_index = (uint16_t)who};
	struct fault fault = {0};
	uint8_t entry[32] = {0};
	struct table snapshot = *state->table;
	struct outcome dry;
	assert(kind);
	statement.envelope.subject = span_text(kind->word);
	memcpy(author.member, state_members[who].name, strlen(state_members[who].name) + 1);
	struct applying applying = {.height = state->position,
		.position = state->position,
		.time_ms = state->time_ms,
		.rules_version = RULES_VERSION,
		.statement = &statement,
		.entry = entry,
		.author = &author};
	snapshot.put = NULL; /* a write would crash */
	snapshot.drop = NULL;
	enum err err = rules_apply(&state_directory, &snapshot, &applying, true, &dry, &fault);
	assert(err == OK);
	err = rules_apply(
		&state_directory, state->table, &applying, false, &state->outcome, &fault);
	assert(err == OK && memcmp(&dry, &state->outcome, sizeof dry) == 0);
	if (state->outcome.code == OUTCOME_ACCEPTED)
		state->position++;
	return state->outcome.code;
}

/* Says one body; what was written must read back to the same bytes. */
static inline uint16_t state_say(
	struct people_state *state, enum who who, unsigned kind_number, const union kind_body *body)
{
	const struct kind *kind = kind_find((uint16_t)kind_number);
	union kind_body read;
	struct buf first;
	struct buf second;
	assert(kind);
	buf_init(&first, 65536);
	buf_init(&second, 65536);
	kind->encode(body, &first);
	assert(first.err == OK);
	if (kind->decode(buf_span(&first), &read, NULL) == OK) {
		kind->encode(&read, &second);
		assert(span_equal(buf_span(&first), buf_span(&second)));
	}
	uint16_t code = state_say_bytes(state, who, kind_number, buf_span(&first));
	buf_close(&first);
	buf_close(&second);
	return code;
}

/* 32 (or 16) bytes that tell each other apart by one letter. */
static inline struct span state_id(char letter, size_t size)
{
	static uint8_t ids[128][32];
	uint8_t *id = ids[letter & 127];
	memset(id, letter, 32);
	return span_of(id, size);
}

static inline uint16_t state_attest(struct people_state *state, enum who who,
	enum issuer_class issuer_class, char commitment, char list, uint32_t index)
{
	union kind_body body = {.attestation = {.issuer_class = issuer_class,
					.commitment = state_id(commitment, COMMITMENT_SIZE),
					.quarter = 2027 * 4,
					.list = state_id(list, STATUS_LIST_ID),
					.index = index}};
	return state_say(state, who, KIND_ATTESTATION, &body);
}

static inline uint16_t state_status(struct people_state *state, enum who who, char list,
	uint32_t index, enum record_status status, enum status_reason reason)
{
	union kind_body body = {.record_status = {.list = state_id(list, STATUS_LIST_ID),
					.has_index = true,
					.index = index,
					.status = status,
					.effective_ms = state->time_ms,
					.reason = reason}};
	return state_say(state, who, KIND_STATUS, &body);
}

#endif
