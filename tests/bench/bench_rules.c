/* How fast the rules are by themselves, on tables in memory, one core, nothing signed:
 * commissioning and supplying in full bundles, checking a pack. Median of five rounds. */
#include "tests/unit/rules_world.h"

#include "appliance/rules/facts.h"

#include <stdlib.h>
#include <time.h>

#define ROUNDS  5
#define BUNDLES 10
#define CHECKS  20000

static int64_t now_ns(void)
{
	struct timespec time;
	(void)clock_gettime(CLOCK_MONOTONIC, &time);
	return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static int order(const void *a, const void *b)
{
	int64_t left = *(const int64_t *)a;
	int64_t right = *(const int64_t *)b;
	return (left > right) - (left < right);
}

static int64_t median(int64_t *values)
{
	qsort(values, ROUNDS, sizeof values[0], order);
	return values[ROUNDS / 2];
}

static enum err say(struct world *world, enum who who, unsigned kind, const union kind_body *body)
{
	struct buf buf;
	struct author author;
	uint8_t entry[32] = {0};
	buf_init(&buf, STATEMENT_SIZE_MAX);
	kind_find((uint16_t)kind)->encode(body, &buf);
	struct statement statement = {.kind = (uint16_t)kind, .body = buf_span(&buf)};
	statement.envelope.subject = span_text(kind_find((uint16_t)kind)->word);
	world_author(who, &author);
	struct applying applying = {.position = world->position++,
		.time_ms = world->time_ms,
		.rules_version = RULES_VERSION,
		.statement = &statement,
		.entry = entry,
		.author = &author};
	enum err err = rules_apply(
		&world_directory, world->table, &applying, false, &world->outcome, &world->fault);
	buf_close(&buf);
	return err ? err : world->outcome.code ? ERR_REFUSED : OK;
}

/* All packs of the run, sorted as a maker sorts a lot before it is cut into bundles. */
static enum err commission(struct world *world, const struct world_pack *packs, int64_t *ns)
{
	uint8_t *keys = malloc((size_t)COMMISSION_MAX * KEY_SIZE);
	enum err err = keys ? OK : ERR_MEMORY;
	int64_t begin = now_ns();
	for (size_t b = 0; b < BUNDLES && !err; b++) {
		for (size_t i = 0; i < COMMISSION_MAX; i++)
			memcpy(keys + i * KEY_SIZE, packs[b * COMMISSION_MAX + i].key, KEY_SIZE);
		union kind_body body = {
			.commission = {.gtin = GTIN_A,
				.lot = span_text("L1"),
				.keys = span_of(keys, (size_t)COMMISSION_MAX * KEY_SIZE)}};
		err = say(world, MAKER, KIND_COMMISSION, &body);
	}
	*ns = now_ns() - begin;
	free(keys);
	return err;
}

static enum err supply(struct world *world, const struct world_pack *packs, int64_t *ns)
{
	static uint8_t raw[ELEMENTS_MAX * 64];
	uint8_t secret[32] = {0};
	struct buf buf;
	enum err err = OK;
	int64_t begin = now_ns();
	for (size_t b = 0; b < BUNDLES && !err; b++) {
		buf_over(&buf, raw, sizeof raw);
		for (size_t i = 0; i < ELEMENTS_MAX; i++)
			element_put(&buf, packs[b * ELEMENTS_MAX + i].opener, secret, 0);
		union kind_body body = {.change = {.gtin = GTIN_A, .lot = span_text("L1")}};
		body.change.elements =
			(struct elements){.items = buf_span(&buf), .count = ELEMENTS_MAX};
		err = say(world, PHARMACY, KIND_SUPPLY, &body);
	}
	*ns = now_ns() - begin;
	return err;
}

static enum err check(struct world *world, const struct world_pack *packs, int64_t *ns)
{
	struct facts_asker asker = {.recall = {.roles = ROLE_PHARMACY}};
	struct facts_time time = {.zone = ZONE_EUROPE_LONDON,
		.now_ms = world->time_ms,
		.applied_size = world->position,
		.final_size = world->position};
	enum err err = OK;
	int64_t begin = now_ns();
	for (size_t i = 0; i < CHECKS && !err; i++) {
		struct pepper_key key = {.year = PEPPER_Y};
		struct pack_facts facts;
		struct verdict verdict;
		struct facts_scan scan = {.gtin = GTIN_A,
			.lot = span_text("L1"),
			.expiry = 280600,
			.keys = &key,
			.key_count = 1};
		memcpy(key.key, packs[i * 4].key, KEY_SIZE);
		err = facts_read(world->table, &scan, &asker, &time, &facts, &world->fault);
		if (!err)
			verdict_judge(&facts, time.zone, &verdict);
	}
	*ns = now_ns() - begin;
	return err;
}

int main(void)
{
	static struct world_pack packs[BUNDLES * COMMISSION_MAX];
	int64_t commissioned[ROUNDS], supplied[ROUNDS], checked[ROUNDS];
	enum err err = OK;
	world_packs(GTIN_A, 1, BUNDLES * COMMISSION_MAX, packs);
	for (int round = 0; round < ROUNDS && !err; round++) {
		struct world world;
		if (!world_open(&world) || world_lot(&world, MAKER, GTIN_A, "L1", LOT_PACKS_ALL))
			return 1;
		err = commission(&world, packs, &commissioned[round]);
		if (!err && (world_step(&world, MAKER, KIND_LOT_CLOSE, GTIN_A, "L1") ||
				    world_step(&world, MAKER, KIND_LOT_RELEASE, GTIN_A, "L1")))
			err = ERR_REFUSED;
		if (!err)
			err = supply(&world, packs, &supplied[round]);
		if (!err)
			err = check(&world, packs, &checked[round]);
		world_close(&world);
	}
	if (err) {
		fprintf(stderr, "bench_rules: %s\n", err_text(err));
		return 1;
	}
	int64_t each = (int64_t)BUNDLES * COMMISSION_MAX;
	printf("rules commission_packs_per_s=%lld bundle=%d fill=empty tables=memory\n",
		(long long)(each * 1000000000 / median(commissioned)), COMMISSION_MAX);
	printf("rules supply_packs_per_s=%lld bundle=%d fill=%lld tables=memory\n",
		(long long)((int64_t)BUNDLES * ELEMENTS_MAX * 1000000000 / median(supplied)),
		ELEMENTS_MAX, (long long)each);
	printf("rules check_ns=%lld fill=%lld cache=warm tables=memory\n",
		(long long)(median(checked) / CHECKS), (long long)each);
	return 0;
}
