/* The machine's env with a clock that the test moves: defined here, it takes the place of the
 * library's env_machine in this program. Include it once. */
#ifndef TESTS_MOVING_CLOCK_H
#define TESTS_MOVING_CLOCK_H

#include "ledger/base/crypto.h"
#include "ledger/base/env.h"

#include <stdatomic.h>
#include <time.h>

static atomic_llong clock_ahead_ms;

static inline int64_t moving_now_ms(void *self)
{
	(void)self;
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 + atomic_load(&clock_ahead_ms);
}

static inline int64_t moving_steady_us(void *self)
{
	(void)self;
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static inline void moving_random(void *self, void *out, size_t size)
{
	(void)self;
	random_fill(out, size);
}

void env_machine(struct env *env)
{
	*env = (struct env){
		.now_ms = moving_now_ms, .steady_us = moving_steady_us, .random = moving_random};
}

static inline void clock_move_days(int64_t days)
{
	atomic_fetch_add(&clock_ahead_ms, days * 86400000);
}

#endif
