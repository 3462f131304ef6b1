/* Memory of one event: taken piece by piece, given back all at once. The pieces never move, so that
 * spans and lists may point into them; the whole has a limit. Pages are touched only when used. */
#ifndef GS1_EPCIS_ARENA_H
#define GS1_EPCIS_ARENA_H

#include "ledger/base/err.h"
#include "ledger/base/span.h"

struct arena {
	uint8_t *at;
	size_t size; /* taken */
	size_t room; /* the limit */
};

/* Errors: ERR_MEMORY. */
MUST_CHECK enum err arena_init(struct arena *arena, size_t limit);
void arena_close(struct arena *arena);

/* Memory for anything, or NULL when the limit does not allow it. Not cleared. */
void *arena_take(struct arena *arena, size_t size);

/* Puts bytes right behind the last ones put, without alignment; false at the limit. A text that
 * arrives in parts is put part by part as long as nothing else is taken between. */
bool arena_put(struct arena *arena, struct span bytes);

/* Gives back everything taken since size was the arena's size. */
void arena_reset(struct arena *arena, size_t size);

/* A list that grows inside an arena: doubled by copying, so it takes up to four times its items. */
struct arena_list {
	void *at;
	size_t count;
	size_t room;
};

/* Room for one more item of item_size bytes, cleared, or NULL at the limit. */
void *arena_list_add(struct arena *arena, struct arena_list *list, size_t item_size);

#endif
