#include "ledger/base/env.h"

#include "ledger/base/crypto.h"

#include <time.h>

static int64_t machine_now_ms(void *self)
{
	(void)self;
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t machine_steady_us(void *self)
{
	(void)self;
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void machine_random(void *self, void *out, size_t size)
{
	(void)self;
	random_fill(out, size);
}

void env_machine(struct env *env)
{
	*env = (struct env){
		.now_ms = machine_now_ms,
		.steady_us = machine_steady_us,
		.random = machine_random,
	};
}
