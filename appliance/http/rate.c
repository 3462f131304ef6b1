#include "appliance/http/rate.h"

#include "ledger/base/crypto.h"

#include <arpa/inet.h>
#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define WAYS      4 /* buckets that one address may be in */
#define ROWS      (RATE_ADDRESSES / WAYS)
#define PEER_SIZE 64

/* empty_us is when the bucket would have been empty if nothing had been taken since: what is in it
 * is (now - empty_us) / refill, at most the burst. 0: no address is in it. */
struct bucket {
	uint64_t address;
	int64_t empty_us;
};

struct rate {
	const struct env *env;
	pthread_mutex_t lock;
	int64_t refill_us;
	int64_t full_us; /* burst * refill_us */
	uint64_t seed; /* so that nobody can choose addresses of one row */
	struct bucket rows[ROWS][WAYS];
};

enum err rate_open(struct rate **out, const struct rate_options *options, const struct env *env,
	struct fault *fault)
{
	assert(options->burst && options->refill_ms);
	struct rate *rate = calloc(1, sizeof *rate);
	if (!rate)
		return fault_set(fault, ERR_MEMORY, 0, 0, "out of memory for request limits");
	rate->env = env;
	rate->refill_us = (int64_t)options->refill_ms * 1000;
	rate->full_us = rate->refill_us * options->burst;
	env_random(env, &rate->seed, sizeof rate->seed);
	pthread_mutex_init(&rate->lock, NULL);
	*out = rate;
	return OK;
}

void rate_free(struct rate *rate)
{
	if (!rate)
		return;
	pthread_mutex_destroy(&rate->lock);
	free(rate);
}

/* An IPv4 address, also one mapped into IPv6, has its own range beside the IPv6 networks. */
static uint64_t address_of(const char *peer)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	uint8_t bytes[16] = {0};
	uint64_t address = 0;
	char text[PEER_SIZE] = "";
	size_t size = strcspn(peer, "%"); /* a link-local address ends with its interface */
	if (size < sizeof text)
		memcpy(text, peer, size);
	if (inet_pton(AF_INET, text, bytes + 12) == 1) {
		memcpy(bytes, mapped, sizeof mapped);
	} else if (inet_pton(AF_INET6, text, bytes) != 1) {
		return 0;
	}
	bool is_mapped = !memcmp(bytes, mapped, sizeof mapped);
	for (size_t i = is_mapped ? 8 : 0; i < (is_mapped ? 16 : 8); i++)
		address = address << 8 | bytes[i];
	return address;
}

static size_t row_of(const struct rate *rate, uint64_t address)
{
	uint64_t mixed = (address ^ rate->seed) * 0x9e3779b97f4a7c15U;
	mixed = (mixed ^ mixed >> 32) * 0xd6e8feb86659fd93U;
	return (size_t)(mixed >> 40) % ROWS;
}

/* The address's bucket; else the one of its row that restrains least, made full. */
static struct bucket *bucket_of(struct rate *rate, uint64_t address, int64_t now_us)
{
	struct bucket *row = rate->rows[row_of(rate, address)];
	struct bucket *least = &row[0];
	for (size_t i = 0; i < WAYS; i++) {
		if (row[i].empty_us && row[i].address == address)
			return &row[i];
		if (row[i].empty_us < least->empty_us)
			least = &row[i];
	}
	*least = (struct bucket){address, now_us - rate->full_us};
	return least;
}

static unsigned take(struct rate *rate, uint64_t address)
{
	unsigned wait_s = 0;
	pthread_mutex_lock(&rate->lock);
	/* Away from 0, which marks what is free, whatever the clock's beginning. */
	int64_t now_us = env_steady_us(rate->env) + rate->full_us + 1;
	struct bucket *bucket = bucket_of(rate, address, now_us);
	if (bucket->empty_us < now_us - rate->full_us)
		bucket->empty_us = now_us - rate->full_us;
	int64_t held_us = now_us - bucket->empty_us;
	if (held_us >= rate->refill_us)
		bucket->empty_us += rate->refill_us;
	else
		wait_s = (unsigned)((rate->refill_us - held_us + 999999) / 1000000);
	pthread_mutex_unlock(&rate->lock);
	return wait_s;
}

unsigned rate_take(struct rate *rate, const char *peer)
{
	return take(rate, address_of(peer));
}

/* Names are hashed: neither their length nor their number costs room. */
static uint64_t name_at(const char *peer, struct span name)
{
	struct sha256 hash;
	uint8_t full[HASH_SIZE];
	uint64_t mixed = 0;
	uint64_t address = address_of(peer);
	sha256_init(&hash);
	sha256_put(&hash, span_of(&address, sizeof address));
	sha256_put(&hash, name);
	sha256_end(&hash, full);
	memcpy(&mixed, full, sizeof mixed);
	return mixed;
}

unsigned rate_take_name(struct rate *rate, const char *peer, struct span name)
{
	return take(rate, name_at(peer, name));
}

void rate_forget_name(struct rate *rate, const char *peer, struct span name)
{
	uint64_t address = name_at(peer, name);
	pthread_mutex_lock(&rate->lock);
	struct bucket *row = rate->rows[row_of(rate, address)];
	for (size_t i = 0; i < WAYS; i++)
		if (row[i].address == address)
			row[i] = (struct bucket){0};
	pthread_mutex_unlock(&rate->lock);
}
