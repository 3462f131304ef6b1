/* The right edge of the tree, as the node holds it in memory: the tree, and the tile at the right
 * end of every level. Appending gives the tiles that have to be stored. Pure. */
#ifndef LEDGER_STORE_EDGE_H
#define LEDGER_STORE_EDGE_H

#include "ledger/proof/tile.h"

struct edge {
	struct tree tree;
	struct {
		uint64_t index; /* of the tile at the right end */
		unsigned width; /* hashes in it, 0..255 */
		bool is_changed; /* since the last edge_take_partial */
		uint8_t hash[TILE_SIZE];
	} level[TILE_LEVELS];
};

/* A tile that became full; hashes are valid during the call. */
struct edge_sink {
	void *self;
	enum err (*full)(void *self, unsigned level, uint64_t index, struct span hashes,
		struct fault *fault);
};

void edge_init(struct edge *edge);

/* The edge of a tree of that size, from its tiles. */
MUST_CHECK enum err edge_load(
	struct edge *edge, uint64_t size, struct tile_reader *reader, struct fault *fault);

/* Errors: ERR_LIMIT, the sink's; the edge is then half changed: the caller keeps a copy. */
MUST_CHECK enum err edge_append(struct edge *edge, const uint8_t entry[HASH_SIZE],
	const struct edge_sink *sink, struct fault *fault);

/* The next tile that is not full and was changed since it was taken last; false at the end. */
bool edge_take_partial(struct edge *edge, unsigned *level, uint64_t *index, struct span *hashes);

#endif
