/* A check of a pack as the ledger's tables answer it: the scan, the facts, the verdict. */
#ifndef TESTS_UNIT_VERDICT_ASKED_H
#define TESTS_UNIT_VERDICT_ASKED_H

#include "tests/unit/rules_world.h"

#include "appliance/rules/facts.h"

/* The first word of a check of pack n (0: no serial) as the ledger's tables tell. */
struct asked {
	enum verdict_word word;
	struct verdict verdict;
	struct pack_facts facts;
	enum err err;
};

/* Who asks, and of which state: the world's own, or another's with the same rows. */
static inline struct asked ask_of(const struct world *world, const struct table *table,
	enum who who, struct facts_scan scan, unsigned n, uint64_t final_size)
{
	struct asked asked = {0};
	struct pepper_key keys[2] = {{.year = PEPPER_Y - 1}, {.year = PEPPER_Y}};
	uint8_t opener[KEY_SIZE];
	struct author author;
	struct facts_asker asker = {.short_dated_days = world->short_dated_days};
	struct facts_time time = {.zone = ZONE_EUROPE_LONDON,
		.now_ms = world->time_ms,
		.applied_size = world->position,
		.final_size = final_size};
	if (n) {
		world_opener(scan.gtin, n, opener, keys[1].key);
		scan.keys = keys;
		scan.key_count = 2;
	}
	world_author(who, &author);
	judging_place(&author, asker.place);
	asker.recall = (struct recall_asker){.roles = world_members[author.member_index].roles,
		.followed = {author.member_index},
		.followed_count = 1};
	asked.err = facts_read(table, &scan, &asker, &time, &asked.facts, NULL);
	if (asked.err)
		return asked;
	verdict_judge(&asked.facts, ZONE_EUROPE_LONDON, &asked.verdict);
	asked.word = verdict_word(&asked.verdict);
	return asked;
}

static inline struct asked ask_as(struct world *world, enum who who, const char *lot, unsigned n,
	uint32_t expiry, uint64_t final_size)
{
	struct facts_scan scan = {.gtin = GTIN_A, .lot = span_text(lot), .expiry = expiry};
	return ask_of(world, world->table, who, scan, n, final_size);
}

static inline struct asked ask(
	struct world *world, const char *lot, unsigned n, uint32_t expiry, uint64_t final_size)
{
	return ask_as(world, PHARMACY_BENCH, lot, n, expiry, final_size);
}

#endif
