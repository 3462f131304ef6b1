#include "gs1/epcis/arena.h"

#include <assert.h>
#include <stdlib.h>

#define ALIGN      (sizeof(void *))
#define LIST_FIRST 8

enum err arena_init(struct arena *arena, size_t limit)
{
	uint8_t *at = malloc(limit);
	if (!at)
		return ERR_MEMORY;
	*arena = (struct arena){.at = at, .room = limit};
	return OK;
}

void arena_close(struct arena *arena)
{
	free(arena->at);
	*arena = (struct arena){0};
}

void *arena_take(struct arena *arena, size_t size)
{
	size_t from = (arena->size + ALIGN - 1) / ALIGN * ALIGN;
	if (from > arena->room || size > arena->room - from)
		return NULL;
	arena->size = from + size;
	return arena->at + from;
}

bool arena_put(struct arena *arena, struct span bytes)
{
	if (bytes.size > arena->room - arena->size)
		return false;
	if (bytes.size)
		memcpy(arena->at + arena->size, bytes.at, bytes.size);
	arena->size += bytes.size;
	return true;
}

void arena_reset(struct arena *arena, size_t size)
{
	assert(size <= arena->size);
	arena->size = size;
}

void *arena_list_add(struct arena *arena, struct arena_list *list, size_t item_size)
{
	if (list->count == list->room) {
		size_t room = list->room ? list->room * 2 : LIST_FIRST;
		void *at = arena_take(arena, room * item_size);
		if (!at)
			return NULL;
		if (list->count)
			memcpy(at, list->at, list->count * item_size);
		list->at = at;
		list->room = room;
	}
	void *item = (uint8_t *)list->at + list->count++ * item_size;
	memset(item, 0, item_size);
	return item;
}
