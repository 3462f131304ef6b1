/* What a random statement said, read again, and whom it was said for: for tests that judge it by
 * means of their own. */
#ifndef TESTS_UNIT_RULES_SAID_H
#define TESTS_UNIT_RULES_SAID_H

#include "tests/unit/rules_random.h"

/* A ledger on which much can happen: a released lot of packs, one made from it that is open. */
static inline bool said_begin(struct world *world)
{
	union kind_body derive = {.derive = {.gtin = GTIN_A,
					  .lot = span_text("L2"),
					  .from_gtin = GTIN_A,
					  .from_lot = span_text("L1")}};
	return world_open(world) && world_released(world, "L1", 24) &&
	       !world_lot(world, MAKER, GTIN_A, "L2", LOT_PACKS_ALL) &&
	       !world_say(world, MAKER, KIND_DERIVE, &derive);
}

/* What was said last, read again. */
struct said {
	unsigned kind;
	enum who who;
	union kind_body body;
};

static inline bool said_read(const struct random_room *room, struct said *said)
{
	said->kind = room->kind;
	said->who = room->who;
	return kind_find((uint16_t)room->kind)
		       ->decode(span_of(room->said, room->said_size), &said->body, NULL) == OK;
}

static inline const struct world_member *said_for(enum who who)
{
	struct author author;
	world_author(who, &author);
	return &world_members[author.has_principal ? author.principal_index : author.member_index];
}

static inline bool said_for_holder(enum who who, uint64_t gtin)
{
	const struct world_member *member = said_for(who);
	for (size_t i = 0; i < member->gtin_count; i++)
		if (member->gtins[i] == gtin)
			return who != AGENT || gtin == GTIN_A;
	return false;
}

static inline bool said_by_authority(enum who who)
{
	return who == AUTHORITY;
}

#endif
