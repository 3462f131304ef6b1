#include "tests/sim/raft_cluster.h"

#include <stdarg.h>
#include <stdlib.h>

/* splitmix64, public domain (Vigna): one 64-bit state, no bad seeds */
uint64_t sim_random(struct cluster *cluster)
{
	uint64_t z = cluster->random += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

uint64_t sim_below(struct cluster *cluster, uint64_t limit)
{
	return limit ? sim_random(cluster) % limit : 0;
}

bool sim_chance(struct cluster *cluster, unsigned permille)
{
	return sim_below(cluster, 1000) < permille;
}

void sim_fail(struct cluster *cluster, const char *format, ...)
{
	va_list args;
	if (cluster->is_failed)
		return;
	cluster->is_failed = true;
	va_start(args, format);
	(void)vsnprintf(cluster->failure, sizeof cluster->failure, format, args);
	va_end(args);
}

/* Room for one more behind count. */
void *sim_grow(void *array, size_t *room, size_t count, size_t size)
{
	if (count < *room)
		return array;
	*room = *room ? 2 * *room : 16;
	array = realloc(array, *room * size);
	if (!array)
		abort();
	return array;
}
