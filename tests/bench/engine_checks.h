/* Checks of packs in this process, beside the appliance: a snapshot, the facts, the verdict. */
#ifndef TESTS_BENCH_ENGINE_CHECKS_H
#define TESTS_BENCH_ENGINE_CHECKS_H

#include "tests/bench/engine_place.h"

#include "appliance/rules/facts.h"
#include "ledger/reader.h"

static inline enum verdict_word check_pack(const struct engine *engine, struct reader *reader,
	uint64_t gtin, const char *lot, const uint8_t pack_key[KEY_SIZE])
{
	struct fault fault = {0};
	struct snapshot snapshot;
	struct pack_facts facts;
	struct verdict verdict;
	struct pepper_key key = {.year = engine->year};
	memcpy(key.key, pack_key, KEY_SIZE);
	struct facts_scan scan = {.gtin = gtin,
		.lot = span_text(lot),
		.expiry = 491231,
		.keys = &key,
		.key_count = 1};
	struct facts_asker asker = {.recall = {.roles = ROLE_PHARMACY}};
	if (reader_begin(reader, &snapshot, &fault))
		fail("check", &fault);
	struct facts_time time = {.zone = ZONE_EUROPE_LONDON,
		.now_ms = snapshot.time_ms,
		.applied_size = snapshot.applied_size,
		.final_size = snapshot.final_size,
		.final_age_ms = snapshot.age_ms};
	if (facts_read(snapshot.table, &scan, &asker, &time, &facts, &fault))
		fail("check", &fault);
	reader_end(reader);
	verdict_judge(&facts, ZONE_EUROPE_LONDON, &verdict);
	return verdict_word(&verdict);
}

struct checks {
	uint64_t gtin;
	unsigned lots;
	unsigned first, packs; /* in a lot: those from first on are asked for */
	const char *format; /* of a lot's name */
	bool wrong_lot; /* ask for another lot than the pack's */
	enum verdict_word word; /* that comes out */
	size_t count;
};

/* Random packs, each due every_us after the one before (open loop); 0: one behind the other. Code,
 * opener and key are read before the clock starts. */
static inline void checks_run(
	const struct engine *engine, const struct checks *checks, int64_t every_us, double *took)
{
	struct fault fault = {0};
	struct reader *reader = NULL;
	struct env env;
	uint64_t dice = 11;
	env_machine(&env);
	if (reader_open(&reader, engine->folder, &env, &fault))
		fail("reader", &fault);
	int64_t due = now_us();
	for (size_t i = 0; i < checks->count; i++) {
		char name[16];
		uint8_t opener[KEY_SIZE], key[KEY_SIZE];
		dice = dice * 6364136223846793005u + 1442695040888963407u;
		unsigned draw = (unsigned)(dice >> 33), lot = draw % checks->lots;
		engine_opener(engine, checks->gtin, lot,
			checks->first + draw / checks->lots % (checks->packs - checks->first),
			opener);
		opener_key(opener, key);
		unsigned asked = checks->wrong_lot ? (lot + 1) % checks->lots : lot;
		(void)snprintf(name, sizeof name, "%s%u", checks->format, asked);
		due = every_us ? due + every_us : now_us();
		while (now_us() < due)
			;
		int64_t start = every_us ? due : now_us();
		enum verdict_word word = check_pack(engine, reader, checks->gtin, name, key);
		took[i] = (double)(now_us() - start);
		if (word != checks->word) {
			(void)fprintf(stderr, "verdict %u\n", (unsigned)word);
			fail("a check came out otherwise", NULL);
		}
	}
	reader_free(reader);
}

#endif
