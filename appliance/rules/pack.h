/* Packs: rows and commissioning (kind 33).
 *
 * A row of TABLE_PACK has key lot id u32 ‖ K, value: one byte, the state, while nothing happened
 * since commissioning; afterwards 55 bytes (see pack.c). The commissioning's own position is kept
 * only for packs that came after their lot was opened again, in 6 bytes: that of the others lies
 * before the lot's release, and they count when that is final. */
#ifndef APPLIANCE_RULES_PACK_H
#define APPLIANCE_RULES_PACK_H

#include "appliance/rules/judging.h"
#include "appliance/rules/lot.h"

#define COMMISSION_MAX 10000 /* packs in one statement */
#define PACK_KEY_SIZE  (4 + KEY_SIZE)
#define PACK_VALUE_MAX 55
#define MARK_SIZE      16 /* start of the hash of the secret that undoes */
#define ENTRY_TAG_SIZE 8 /* start of the entry of the change */

#define PACK_STATE_LIST(X)                                                                         \
	X(PACK_ACTIVE, 1, "active")                                                                \
	X(PACK_OPENED, 2, "opened")                                                                \
	X(PACK_SUPPLIED, 3, "supplied")                                                            \
	X(PACK_DESTROYED, 4, "destroyed")                                                          \
	X(PACK_EXPORTED, 5, "exported")                                                            \
	X(PACK_SAMPLED, 6, "sampled")                                                              \
	X(PACK_FREE_SAMPLED, 7, "free_sampled")                                                    \
	X(PACK_LOCKED, 8, "locked")                                                                \
	X(PACK_STOLEN, 9, "stolen")                                                                \
	X(PACK_REPACKAGED, 10, "repackaged")

enum pack_state {
#define X(name, code, word) name = code,
	PACK_STATE_LIST(X)
#undef X
		PACK_STATE_END
};

const char *pack_state_word(unsigned state);

struct pack {
	enum pack_state state;
	uint64_t commissioned_at; /* came to a lot that was open again; 0: with its lot */
	bool touched; /* something happened: what follows is set */
	bool undone; /* the last change undid one: prior is what was undone */
	bool late; /* the last change was delivered late */
	enum pack_state prior; /* before the last change */
	uint64_t at; /* position of the last change */
	int64_t s; /* its ledger time in seconds */
	uint8_t place[PLACE_SIZE];
	uint16_t member;
	uint32_t key_index;
	uint8_t mark[MARK_SIZE];
	uint8_t entry[ENTRY_TAG_SIZE];
	uint16_t remaining; /* opened: units left */
	uint16_t prior_remaining;
};

/* Out of circulation. */
static inline bool pack_is_gone(enum pack_state state)
{
	return state != PACK_ACTIVE && state != PACK_OPENED && state != PACK_LOCKED;
}

/* Errors: ERR_NOT_FOUND; ERR_CORRUPT; the table's. */
MUST_CHECK enum err pack_get(const struct table *table, uint32_t lot_id,
	const uint8_t key[KEY_SIZE], struct pack *pack, struct fault *fault);
MUST_CHECK enum err pack_put(const struct table *table, uint32_t lot_id,
	const uint8_t key[KEY_SIZE], const struct pack *pack, struct fault *fault);

/* Kind 33: 1 gtin, 2 lot, 3 keys (n * 16 bytes, strictly ascending, 1..10,000), 4 those that never
 * left the line [[index in 3, state: 4 destroyed or 6 sampled]...], ascending by index, left out
 * when there are none. */
struct commission_body {
	uint64_t gtin;
	struct span lot;
	struct span keys;
	struct span gone; /* encoded pairs */
	size_t gone_count;
};

static inline size_t commission_count(const struct commission_body *body)
{
	return body->keys.size / KEY_SIZE;
}

#endif
