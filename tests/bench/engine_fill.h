/* Filling the ledger: packs through the appliance's own port, in bundles of lots sorted whole;
 * statements by the node's own step in this process, signed here. What the fill leaves out is the
 * transport and the second look at signatures that were made a moment before: what lies on the
 * disk is byte for byte what the port would have led to, and an audit passes over it.
 *
 * A member may say 1,000,000 statements an hour: the ledger's clock runs ahead in the fill. */
#ifndef TESTS_BENCH_ENGINE_FILL_H
#define TESTS_BENCH_ENGINE_FILL_H

#include "tests/bench/engine_wire.h"

#define FILL_HOUR  900000 /* statements in an hour of ledger time */
#define FILL_BATCH BATCH_COUNT_MAX
#define FILL_AHEAD 8 /* batches signed ahead */

static inline int fill_order(const void *a, const void *b)
{
	return memcmp(a, b, KEY_SIZE);
}

/* ---- packs ---- */

/* The keys of a lot, sorted. */
static inline uint8_t *fill_keys(
	const struct engine *engine, uint64_t gtin, unsigned lot, size_t count)
{
	uint8_t *keys = malloc(count * KEY_SIZE);
	uint8_t opener[KEY_SIZE];
	if (!keys)
		fail("memory", NULL);
	for (unsigned i = 0; i < count; i++) {
		engine_opener(engine, gtin, lot, i, opener);
		opener_key(opener, keys + (size_t)i * KEY_SIZE);
	}
	qsort(keys, count, KEY_SIZE, fill_order);
	return keys;
}

static inline struct span fill_bundle(
	struct engine *engine, uint64_t gtin, const char *name, const uint8_t *keys, size_t count)
{
	union kind_body body = {.commission = {.gtin = gtin,
					.lot = span_text(name),
					.keys = span_of(keys, count * KEY_SIZE)}};
	return engine_statement(engine, &engine->key, KIND_COMMISSION, &body);
}

/* Statements in their order by one client, which frees them. Returns the time in us. */
static inline double fill_say(
	const struct engine *engine, struct span *statements, size_t count, enum wire_type type)
{
	struct wire_client client = {.engine = engine,
		.enrolment = &engine->enrolment[0],
		.statements = statements,
		.count = count,
		.window = 128,
		.type = type};
	int64_t start = now_us();
	(void)wire_run(&client);
	double took = (double)(now_us() - start);
	for (size_t i = 0; i < count; i++)
		span_free(statements[i]);
	return took;
}

static inline void fill_step(
	struct engine *engine, unsigned kind, uint64_t gtin, const char *name, enum lot_packs packs)
{
	struct span statement = engine_lot_step(engine, kind, gtin, name, packs);
	(void)fill_say(engine, &statement, 1, WIRE_STATE);
}

/* A lot of ENGINE_LOT packs, sorted whole. Returns packs a second, from the first bundle on its
 * way to the last answer. */
static inline double fill_lot(struct engine *engine, unsigned lot)
{
	char name[16];
	struct span bundles[ENGINE_LOT / ENGINE_BUNDLE];
	(void)snprintf(name, sizeof name, "LOT%u", lot);
	uint8_t *keys = fill_keys(engine, ENGINE_GTIN, lot, ENGINE_LOT);
	fill_step(engine, KIND_LOT, ENGINE_GTIN, name, LOT_PACKS_ALL);
	for (size_t i = 0; i < ENGINE_LOT / ENGINE_BUNDLE; i++)
		bundles[i] = fill_bundle(engine, ENGINE_GTIN, name,
			keys + i * ENGINE_BUNDLE * KEY_SIZE, ENGINE_BUNDLE);
	free(keys);
	double took = fill_say(engine, bundles, ENGINE_LOT / ENGINE_BUNDLE, WIRE_RECORD);
	fill_step(engine, KIND_LOT_CLOSE, ENGINE_GTIN, name, LOT_PACKS_ALL);
	fill_step(engine, KIND_LOT_RELEASE, ENGINE_GTIN, name, LOT_PACKS_ALL);
	return (double)ENGINE_LOT * 1e6 / took;
}

/* The product with many lots, of 100 packs each. */
#define FILL_SMALL_LOT 100

static inline void fill_small_lots(struct engine *engine, unsigned lots)
{
	struct span *statements = calloc((size_t)lots * 4, sizeof *statements);
	size_t count = 0;
	if (!statements)
		fail("memory", NULL);
	for (unsigned lot = 0; lot < lots; lot++) {
		char name[16];
		(void)snprintf(name, sizeof name, "B%u", lot);
		uint8_t *keys = fill_keys(engine, ENGINE_GTIN_B, lot, FILL_SMALL_LOT);
		statements[count++] =
			engine_lot_step(engine, KIND_LOT, ENGINE_GTIN_B, name, LOT_PACKS_ALL);
		statements[count++] =
			fill_bundle(engine, ENGINE_GTIN_B, name, keys, FILL_SMALL_LOT);
		statements[count++] =
			engine_lot_step(engine, KIND_LOT_CLOSE, ENGINE_GTIN_B, name, LOT_PACKS_ALL);
		statements[count++] = engine_lot_step(
			engine, KIND_LOT_RELEASE, ENGINE_GTIN_B, name, LOT_PACKS_ALL);
		free(keys);
	}
	(void)fill_say(engine, statements, count, WIRE_RECORD);
	free(statements);
}

static inline void fill_loose_lot(struct engine *engine)
{
	fill_step(engine, KIND_LOT, ENGINE_GTIN, ENGINE_LOOSE, LOT_PACKS_SOME);
	fill_step(engine, KIND_LOT_CLOSE, ENGINE_GTIN, ENGINE_LOOSE, LOT_PACKS_SOME);
	fill_step(engine, KIND_LOT_RELEASE, ENGINE_GTIN, ENGINE_LOOSE, LOT_PACKS_SOME);
}

/* What SQLite alone does with the same rows in the same order, 10,000 a transaction, as state.db
 * is set: packs a second. unsorted: the bundles are sorted in themselves, not the lot. */
static inline double fill_sqlite_limit(struct engine *engine, unsigned lot, bool unsorted)
{
	char path[128];
	struct db *db = NULL;
	struct db_query *put = NULL;
	struct fault fault = {0};
	uint8_t key[4 + KEY_SIZE] = {0}, value[1] = {1};
	(void)snprintf(path, sizeof path, "%s/limit.db", engine->folder);
	struct db_options options = {.path = path,
		.mode = DB_NORMAL,
		.application = 0x4c494d49,
		.version = 1,
		.schema = "CREATE TABLE t(k BLOB PRIMARY KEY, v BLOB NOT NULL) WITHOUT ROWID",
		.cache_kib = 65536};
	uint8_t *keys = fill_keys(engine, ENGINE_GTIN, lot, ENGINE_LOT);
	for (size_t i = 0; unsorted && i < ENGINE_LOT; i++) {
		uint8_t one[KEY_SIZE], *at = keys + i * KEY_SIZE;
		uint8_t *other = keys + (i * 7919 + 13) % ENGINE_LOT * KEY_SIZE;
		memcpy(one, at, KEY_SIZE);
		memcpy(at, other, KEY_SIZE);
		memcpy(other, one, KEY_SIZE);
	}
	for (size_t i = 0; unsorted && i < ENGINE_LOT; i += ENGINE_BUNDLE)
		qsort(keys + i * KEY_SIZE, ENGINE_BUNDLE, KEY_SIZE, fill_order);
	if (db_open(&db, &options, &fault) ||
		db_prepare(db, "INSERT INTO t(k, v) VALUES(?1, ?2)", &put, &fault))
		fail("limit.db", &fault);
	db_bind_bytes(put, 1, span_of(key, sizeof key));
	db_bind_bytes(put, 2, span_of(value, sizeof value));
	int64_t start = now_us();
	for (size_t i = 0; i < ENGINE_LOT; i++) {
		memcpy(key + 4, keys + i * KEY_SIZE, KEY_SIZE);
		if ((i % ENGINE_BUNDLE == 0 && db_begin(db, &fault)) || db_run(put, &fault) ||
			(i % ENGINE_BUNDLE == ENGINE_BUNDLE - 1 && db_commit(db, &fault)))
			fail("limit.db", &fault);
	}
	double rate = (double)ENGINE_LOT * 1e6 / (double)(now_us() - start);
	db_free(db);
	free(keys);
	(void)unlink(path);
	return rate;
}

/* ---- statements ---- */

struct fill {
	struct engine *engine;
	uint64_t count;
	_Atomic int64_t ahead_ms; /* of the clock */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	size_t signed_count, taken_count; /* batches */
	struct span batch[FILL_AHEAD][FILL_BATCH];
};

static inline int64_t fill_now(void *self)
{
	struct fill *fill = self;
	struct timespec now;
	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 + fill->ahead_ms;
}

static inline void *fill_sign(void *self)
{
	struct fill *fill = self;
	for (uint64_t done = 0; done < fill->count; done += FILL_BATCH) {
		(void)pthread_mutex_lock(&fill->lock);
		while (fill->signed_count - fill->taken_count == FILL_AHEAD)
			(void)pthread_cond_wait(&fill->changed, &fill->lock);
		struct span *batch = fill->batch[fill->signed_count % FILL_AHEAD];
		(void)pthread_mutex_unlock(&fill->lock);
		for (size_t i = 0; i < FILL_BATCH; i++)
			batch[i] = engine_loose(fill->engine, &fill->engine->key);
		(void)pthread_mutex_lock(&fill->lock);
		fill->signed_count++;
		(void)pthread_cond_broadcast(&fill->changed);
		(void)pthread_mutex_unlock(&fill->lock);
	}
	return NULL;
}

static inline void fill_batch(struct fill *fill, struct node *node, struct span *batch)
{
	static struct checked checked[FILL_BATCH];
	static struct node_item items[FILL_BATCH];
	static struct answer answers[FILL_BATCH];
	struct outcome outcome;
	struct fault fault = {0};
	for (size_t i = 0; i < FILL_BATCH; i++) {
		if (check_form(node_origin(node), batch[i], &checked[i], &outcome, &fault) ||
			outcome.code)
			fail("fill", &fault);
		checked[i].is_verified = true;
		items[i] = (struct node_item){.checked = &checked[i]};
	}
	if (node_step(node, items, FILL_BATCH, answers, &fault))
		fail("fill", &fault);
	for (size_t i = 0; i < FILL_BATCH; i++) {
		if (!answer_is_recorded(&answers[i]) || answers[i].outcome.alert) {
			(void)snprintf(fault.text, sizeof fault.text, "code %u alert %u",
				answers[i].outcome.code, answers[i].outcome.alert);
			fail("fill", &fault);
		}
		span_free(batch[i]);
	}
	(void)fill;
}

/* count statements, rounded up to whole batches. Returns how many a second. */
static inline double fill_statements(struct engine *engine, uint64_t count)
{
	static struct fill fill = {
		.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
	static struct appliance appliance;
	struct node_options options;
	struct node *node = NULL;
	struct fault fault = {0};
	pthread_t signer;
	fill.engine = engine;
	fill.count = count;
	appliance = (struct appliance){.folder = engine->folder};
	env_machine(&appliance.env);
	appliance.env.self = &fill;
	appliance.env.now_ms = fill_now;
	if (config_load(engine->folder, &appliance.config, &fault) ||
		keyholder_start(&appliance.keyholder, engine->folder, NULL, &fault) ||
		appliance_node_options(&appliance, &options, &fault) ||
		node_open(&node, &options, &fault) ||
		pthread_create(&signer, NULL, fill_sign, &fill))
		fail("fill", &fault);
	int64_t start = now_us();
	for (uint64_t done = 0; done < count; done += FILL_BATCH) {
		(void)pthread_mutex_lock(&fill.lock);
		while (fill.signed_count == fill.taken_count)
			(void)pthread_cond_wait(&fill.changed, &fill.lock);
		(void)pthread_mutex_unlock(&fill.lock);
		fill.ahead_ms = (int64_t)(done / FILL_HOUR + 1) * 3600 * 1000;
		fill_batch(&fill, node, fill.batch[fill.taken_count % FILL_AHEAD]);
		(void)pthread_mutex_lock(&fill.lock);
		fill.taken_count++;
		(void)pthread_cond_broadcast(&fill.changed);
		(void)pthread_mutex_unlock(&fill.lock);
	}
	(void)pthread_join(signer, NULL);
	double rate = (double)count * 1e6 / (double)(now_us() - start);
	node_free(node);
	keyholder_stop(appliance.keyholder);
	return rate;
}

#endif
