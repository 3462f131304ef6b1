/* What the machine can do at all, for comparison; and small things that benches share. */
#ifndef TESTS_BENCH_LIMITS_H
#define TESTS_BENCH_LIMITS_H

#include "ledger/base/db.h"
#include "ledger/proof/statement.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS   5
#define LIMIT_US 300000

static inline int64_t now_us(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static inline int order_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* The value below which that part of the sorted values lies: 0.5 is the median. */
static inline double quantile(double *values, size_t count, double part)
{
	qsort(values, count, sizeof *values, order_doubles);
	size_t index = (size_t)(part * (double)count);
	return values[index < count ? index : count - 1];
}

static inline void fail(const char *what, const struct fault *fault)
{
	fprintf(stderr, "bench: %s: %s\n", what, fault ? fault->text : "");
	exit(1);
}

struct verifier {
	struct span statement;
	const uint8_t *public;
	uint64_t count;
	int64_t until_us;
};

static inline void *verify_run(void *self)
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

/* Ed25519 on all cores, nothing else. */
static inline double verify_limit(const uint8_t public[SIGN_PUBLIC], struct span statement)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	pthread_t thread[64];
	struct verifier verifier[64];
	uint64_t count = 0;
	cores = cores < 1 ? 1 : cores > 64 ? 64 : cores;
	int64_t start = now_us();
	for (long i = 0; i < cores; i++) {
		verifier[i] = (struct verifier){
			.statement = statement, .public = public, .until_us = start + LIMIT_US};
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
static inline double sqlite_limit(const char *folder, struct span statement)
{
	char path[128];
	struct db *db = NULL;
	struct db_query *put = NULL;
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

static inline double fdatasync_limit(const char *folder)
{
	char path[128];
	static const char page[4096];
	(void)snprintf(path, sizeof path, "%s/limit", folder);
	int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
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

static inline void limits_print(const char *folder, const uint8_t public[SIGN_PUBLIC],
	struct span statement, const char *when)
{
	double verify[ROUNDS], sqlite[ROUNDS], sync[ROUNDS];
	for (int i = 0; i < ROUNDS; i++) {
		verify[i] = verify_limit(public, statement);
		sqlite[i] = sqlite_limit(folder, statement);
		sync[i] = fdatasync_limit(folder);
	}
	printf("node verify_limit_s=%.0f when=%s bytes=%zu cores=%ld\n",
		quantile(verify, ROUNDS, 0.5), when, statement.size, sysconf(_SC_NPROCESSORS_ONLN));
	printf("node sqlite_limit_s=%.0f when=%s bytes=%zu batch=256\n",
		quantile(sqlite, ROUNDS, 0.5), when, statement.size);
	printf("node fdatasync_limit_s=%.0f when=%s bytes=4096\n", quantile(sync, ROUNDS, 0.5),
		when);
}

#endif
