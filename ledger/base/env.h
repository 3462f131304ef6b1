/* The seam to the outside world: whatever differs between two runs comes through here, so that a
 * test can replay one. Disks are reached through the SQLite VFS named here, the network through
 * ledger/base/channel.h. */
#ifndef LEDGER_BASE_ENV_H
#define LEDGER_BASE_ENV_H

#include <stddef.h>
#include <stdint.h>

struct env {
	void *self;
	int64_t (*now_ms)(void *self); /* wall clock, milliseconds since 1970, UTC */
	int64_t (*steady_us)(void *self); /* never goes back, microseconds, no epoch */
	void (*random)(void *self, void *out, size_t size);
	const char *vfs; /* SQLite VFS name; NULL is the machine's own */
};

static inline int64_t env_now_ms(const struct env *env)
{
	return env->now_ms(env->self);
}

static inline int64_t env_steady_us(const struct env *env)
{
	return env->steady_us(env->self);
}

static inline void env_random(const struct env *env, void *out, size_t size)
{
	env->random(env->self, out, size);
}

/* The machine's own clock, randomness and disk. */
void env_machine(struct env *env);

#endif
