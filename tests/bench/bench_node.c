/* How fast the node is, beside what the machine can do at all. `make bench BENCH=node`.
 *
 * Every line is `node key=value` with where it was measured: fill (what was on the ledger), cache,
 * client. The limits are measured before and after, five times each, and the median is printed. */
#include "tests/unit/small_ledger.h"

#include "ledger/base/db.h"
#include "ledger/proof/statement.h"
#include "ledger/service.h"
#include "ledger/submit.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#define ROUNDS     5
#define LIMIT_US   300000
#define STATEMENTS 20000 /* a round */
#define SENDERS    4
#define WINDOW     2000 /* open at once, a sender */
#define BODY_BYTES 180 /* makes statements of about 400 bytes */

static int64_t now_us(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int order_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static double median(double *values, size_t count)
{
	qsort(values, count, sizeof *values, order_doubles);
	return values[count / 2];
}

static void fail(const char *what, const struct fault *fault)
{
	fprintf(stderr, "bench: %s: %s\n", what, fault ? fault->text : "");
	exit(1);
}

/* ---- limits ---- */

struct verifier {
	struct span statement;
	const uint8_t *public;
	uint64_t count;
	int64_t until_us;
};

static void *verify_run(void *self)
{
	struct verifier *verifier = self;
	struct statement statement;
	if (statement_decode(verifier->statement, SIGNED_STATEMENT, &statement, NULL))
		return NULL;
	do {
		for (int i = 0; i < 64; i++)
			verifier->count +=
				statement_verify(&statement, verifier->public, NULL) == OK;
	} while (now_us() < verifier->until_us);
	return NULL;
}

static double verify_limit(struct small_ledger *small, struct span statement)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	pthread_t thread[64];
	struct verifier verifier[64];
	uint64_t count = 0;
	cores = cores < 1 ? 1 : cores > 64 ? 64 : cores;
	int64_t start = now_us();
	for (long i = 0; i < cores; i++) {
		verifier[i] = (struct verifier){.statement = statement,
			.public = small->key[SMALL_EXTRA].public,
			.until_us = start + LIMIT_US};
		if (pthread_create(&thread[i], NULL, verify_run, &verifier[i]))
			fail("thread", NULL);
	}
	for (long i = 0; i < cores; i++) {
		(void)pthread_join(thread[i], NULL);
		count += verifier[i].count;
	}
	return (double)count * 1e6 / (double)(now_us() - start);
}

/* Rows of the statement's size behind one another, committed FULL in batches of 256. */
static double sqlite_limit(const char *folder, struct span statement)
{
	char path[128];
	struct db *db;
	struct db_query *put;
	struct fault fault = {0};
	(void)snprintf(path, sizeof path, "%s/limit.db", folder);
	struct db_options options = {.path = path,
		.mode = DB_FULL,
		.application = 0x4c494d49,
		.version = 1,
		.schema = "CREATE TABLE row(id INTEGER PRIMARY KEY, bytes BLOB)",
		.cache_kib = 8192};
	if (db_open(&db, &options, &fault) ||
		db_prepare(db, "INSERT INTO row VALUES(?1, ?2)", &put, &fault))
		fail("limit.db", &fault);
	int64_t start = now_us(), count = 0;
	do {
		if (db_begin(db, &fault))
			fail("limit.db", &fault);
		for (int i = 0; i < 256; i++) {
			db_bind_int(put, 1, ++count);
			db_bind_bytes(put, 2, statement);
			if (db_run(put, &fault))
				fail("limit.db", &fault);
		}
		if (db_commit(db, &fault))
			fail("limit.db", &fault);
	} while (now_us() - start < LIMIT_US);
	double rate = (double)count * 1e6 / (double)(now_us() - start);
	db_free(db);
	(void)unlink(path);
	return rate;
}

static double fdatasync_limit(const char *folder)
{
	char path[128];
	static const char page[4096];
	(void)snprintf(path, sizeof path, "%s/limit", folder);
	int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (file < 0)
		fail("limit", NULL);
	int64_t start = now_us(), count = 0;
	do {
		if (write(file, page, sizeof page) != sizeof page || fdatasync(file))
			fail("limit", NULL);
		count++;
	} while (now_us() - start < LIMIT_US);
	double rate = (double)count * 1e6 / (double)(now_us() - start);
	(void)close(file);
	(void)unlink(path);
	return rate;
}

static void limits(struct small_ledger *small, struct span statement, const char *when)
{
	double verify[ROUNDS], sqlite[ROUNDS], sync[ROUNDS];
	for (int i = 0; i < ROUNDS; i++) {
		verify[i] = verify_limit(small, statement);
		sqlite[i] = sqlite_limit(small->folder, statement);
		sync[i] = fdatasync_limit(small->folder);
	}
	printf("node verify_limit_s=%.0f when=%s bytes=%zu cores=%ld\n", median(verify, ROUNDS),
		when, statement.size, sysconf(_SC_NPROCESSORS_ONLN));
	printf("node sqlite_limit_s=%.0f when=%s bytes=%zu batch=256\n", median(sqlite, ROUNDS),
		when, statement.size);
	printf("node fdatasync_limit_s=%.0f when=%s bytes=4096\n", median(sync, ROUNDS), when);
}

/* ---- statements ---- */

static int64_t machine_now(void *self)
{
	(void)self;
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct sender {
	struct service *service;
	const struct span *bytes;
	size_t count;
	size_t recorded;
};

static void *send_run(void *self)
{
	struct sender *sender = self;
	struct submitter *submitter;
	struct answer *answer = malloc(sizeof *answer);
	uint64_t tag;
	if (!answer || submitter_open(&submitter, sender->service, NULL))
		return NULL;
	size_t sent = 0, done = 0;
	while (done < sender->count) {
		while (sent < sender->count && sent - done < WINDOW)
			if (submitter_send(submitter, sender->bytes[sent], false, sent, NULL) == OK)
				sent++;
		if (submitter_wait(submitter, -1, &tag, answer, NULL))
			break;
		sender->recorded += answer_is_recorded(answer) && answer->is_final;
		done++;
	}
	submitter_free(submitter);
	free(answer);
	return NULL;
}

static double send_round(struct service *service, const struct span *bytes)
{
	pthread_t thread[SENDERS];
	struct sender sender[SENDERS];
	size_t each = STATEMENTS / SENDERS, recorded = 0;
	int64_t start = now_us();
	for (size_t i = 0; i < SENDERS; i++) {
		sender[i] = (struct sender){
			.service = service, .bytes = bytes + i * each, .count = each};
		if (pthread_create(&thread[i], NULL, send_run, &sender[i]))
			fail("thread", NULL);
	}
	for (size_t i = 0; i < SENDERS; i++) {
		(void)pthread_join(thread[i], NULL);
		recorded += sender[i].recorded;
	}
	int64_t took = now_us() - start;
	if (recorded != STATEMENTS)
		fail("statements were not recorded", NULL);
	return (double)STATEMENTS * 1e6 / (double)took;
}

/* Each sender has a key of its own whose numbers rise, as real senders do. */
static void register_senders(struct small_ledger *small, struct node *node)
{
	for (unsigned i = 0; i < SENDERS; i++) {
		struct buf out;
		static struct answer answer;
		buf_init(&out, 4096);
		if (!small_key_statement(small, SMALL_EXTRA + i, KEY_APPLIANCE, &out))
			fail("key", NULL);
		struct span bytes = buf_span(&out);
		struct fault fault = {0};
		if (small_step(small, node, &bytes, 1, false, &answer, &fault) ||
			!answer_is_recorded(&answer))
			fail("key", &fault);
		buf_close(&out);
	}
}

/* Statements of all rounds, signed beforehand. */
static struct span *sign_all(struct small_ledger *small)
{
	struct span *all = calloc((size_t)ROUNDS * STATEMENTS, sizeof *all);
	char name[24], value[BODY_BYTES + 1];
	if (!all)
		fail("memory", NULL);
	memset(value, 'v', BODY_BYTES);
	value[BODY_BYTES] = 0;
	for (size_t i = 0; i < (size_t)ROUNDS * STATEMENTS; i++) {
		struct buf out;
		unsigned by = SMALL_EXTRA + (unsigned)(i % STATEMENTS / (STATEMENTS / SENDERS));
		(void)snprintf(name, sizeof name, "%010zu", i);
		buf_init(&out, 4096);
		if (!small_put_statement(small, by, name, value, -1, &out))
			fail("statement", NULL);
		all[i] = buf_span(&out);
	}
	return all;
}

int main(void)
{
	static struct small_ledger small;
	struct fault fault = {0};
	struct node *node = small_open(&small);
	if (!node)
		fail("ledger", NULL);
	small.now_ms = machine_now(NULL);
	small.env.now_ms = machine_now;
	register_senders(&small, node);
	node_free(node);
	struct span *bytes = sign_all(&small);
	limits(&small, bytes[0], "before");
	struct channels *channels;
	struct service *service;
	struct service_options options = {.node = small.options};
	if (channels_open(&channels, &fault))
		fail("channels", &fault);
	options.channels = channels;
	if (service_open(&service, &options, &fault))
		fail("service", &fault);
	double rates[ROUNDS];
	for (size_t i = 0; i < ROUNDS; i++)
		rates[i] = send_round(service, bytes + i * STATEMENTS);
	printf("node statements_durable_s=%.0f bytes=%zu fill=empty cache=warm client=in-process "
	       "senders=%d window=%d\n",
		median(rates, ROUNDS), bytes[0].size, SENDERS, WINDOW);
	service_free(service);
	channels_free(channels);
	limits(&small, bytes[0], "after");
	for (size_t i = 0; i < (size_t)ROUNDS * STATEMENTS; i++)
		free((void *)(uintptr_t)bytes[i].at);
	free(bytes);
	small_folder_remove(small.folder);
	return 0;
}
