/* What a signature costs over the socket to the key holder, beside the signature alone; and a
 * checkpoint (two floors synced, two signatures). Client in the same machine, one thread, closed
 * loop; a statement of 400 bytes; median of five rounds. */
#include "ledger/keyholder.h"
#include "ledger/proof/statement.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define ROUNDS      5
#define SIGNATURES  2000
#define CHECKPOINTS 200
#define BODY        300
#define TIME_MS     INT64_C(1795166130123)

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

static void say(const char *what, int64_t *ns, int64_t count)
{
	qsort(ns, ROUNDS, sizeof *ns, order);
	printf("keyholder %s each_us=%.1f per_s=%.0f\n", what,
		(double)ns[ROUNDS / 2] / (double)count / 1000.0,
		(double)count * 1e9 / (double)ns[ROUNDS / 2]);
}

static void bench_sign(const struct signer *signer, const uint8_t kid[KID_SIZE], const char *what)
{
	int64_t ns[ROUNDS];
	uint8_t body[BODY + 8] = {0xa1, 0x01, 0x59, BODY >> 8, BODY & 0xff};
	struct statement statement = {.envelope.type = SIGNED_STATEMENT,
		.envelope.kid = span_of(kid, KID_SIZE),
		.envelope.issuer = span_text("maker.example"),
		.envelope.subject = span_text("event"),
		.envelope.origin = span_text("bench"),
		.kind = 40,
		.body = span_of(body, 5 + BODY)};
	struct buf out;
	buf_init(&out, STATEMENT_SIZE_MAX);
	for (int round = 0; round < ROUNDS; round++) {
		int64_t start = now_ns();
		for (int i = 0; i < SIGNATURES; i++) {
			statement.sequence = (uint64_t)i;
			buf_reset(&out);
			if (statement_encode(&statement, signer, &out, NULL))
				abort();
		}
		ns[round] = now_ns() - start;
	}
	say(what, ns, SIGNATURES);
	buf_close(&out);
}

static void bench_checkpoint(struct keyholder *holder)
{
	int64_t ns[ROUNDS];
	uint64_t size = 0;
	uint8_t root[HASH_SIZE] = {0};
	struct buf note;
	buf_init(&note, 4096);
	for (int round = 0; round < ROUNDS; round++) {
		int64_t start = now_ns();
		for (int i = 0; i < CHECKPOINTS; i++) {
			buf_reset(&note);
			if (keyholder_checkpoint(
				    holder, span_text("bench"), ++size, root, TIME_MS, &note, NULL))
				abort();
		}
		ns[round] = now_ns() - start;
	}
	say("checkpoint floors=2", ns, CHECKPOINTS);
	buf_close(&note);
}

static void make(const char *folder, enum key_purpose purpose, struct keyfile *key)
{
	char path[KEYFILE_PATH_MAX];
	if (keyfile_make(key, purpose, "maker.example", NULL, TIME_MS, NULL) ||
		keyfile_path(folder, purpose, "maker.example", NULL, path, NULL) ||
		keyfile_save(key, path, span_of(NULL, 0), NULL))
		abort();
}

int main(void)
{
	char folder[] = "/tmp/assay-bench-XXXXXX";
	char second[64];
	char command[64];
	struct keyholder *holder;
	struct keyfile appliance;
	struct keyfile other;
	if (crypto_start() || !mkdtemp(folder))
		abort();
	(void)snprintf(second, sizeof second, "%s/second", folder);
	make(folder, KEY_LOG, &other);
	keyfile_close(&other);
	make(folder, KEY_COSIGN, &other);
	keyfile_close(&other);
	make(folder, KEY_APPLIANCE, &appliance);
	if (keyholder_start(&holder, folder, second, NULL))
		abort();
	struct keyholder_signer remote = {.holder = holder};
	memcpy(remote.kid, appliance.kid, KID_SIZE);
	struct signer signer = signer_local(appliance.secret);
	bench_sign(&signer, appliance.kid, "sign where=here");
	signer = keyholder_signer(&remote);
	bench_sign(&signer, appliance.kid, "sign where=holder");
	bench_checkpoint(holder);
	keyholder_stop(holder);
	keyfile_close(&appliance);
	(void)snprintf(command, sizeof command, "rm -rf '%s'", folder);
	return system(command) != 0;
}
