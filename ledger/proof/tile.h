/* Tiles: the tree cut into files that never change once full, as c2sp.org/tlog-tiles lays out.
 *
 * Tile (L, N) holds the hashes (level 8 * L, index 256 * N ..) of the tree, 32 bytes each: 256
 * when full (8,192 bytes), fewer at the right edge (a partial tile of width W, 1..255). An entry
 * bundle holds the same leaves' entries, each behind its length in two bytes, big endian.
 *
 *	/tile/<L>/<N>[.p/<W>]      L 0..63, no leading zeros
 *	/tile/entries/<N>[.p/<W>]
 *
 * N in groups of three digits, all but the last with an x: 1234067 is x001/x234/067. Empty tiles
 * do not exist. At tree size s the full tiles of level L are floor(s / 256^(L+1)), and the
 * partial one's width is floor(s / 256^L) mod 256. */
#ifndef LEDGER_PROOF_TILE_H
#define LEDGER_PROOF_TILE_H

#include "ledger/proof/tree.h"
#include "ledger/base/buf.h"

#define TILE_HASHES     256
#define TILE_SIZE       ((size_t)TILE_HASHES * HASH_SIZE)
#define TILE_LEVEL_MAX  63
#define TILE_LEVELS     6 /* 0..5 exist in trees of up to 2^40 entries */
#define TILE_PATH_SIZE  64 /* with NUL */
#define TILE_ENTRY_SIZE (2 + HASH_SIZE) /* in our bundles: length, entry */

struct tile {
	bool is_entries; /* an entry bundle; level is then 0 */
	unsigned level;
	uint64_t index;
	unsigned width; /* 1..256; 256 is full */
};

/* "/tile/0/x001/067.p/3". */
void tile_path_print(const struct tile *tile, char out[TILE_PATH_SIZE]);
/* Exactly what printing makes. Errors: ERR_FORMAT; ERR_RANGE for an index over 2^40 or a width
 * not in 1..255. */
MUST_CHECK enum err tile_path_parse(struct span path, struct tile *tile, struct fault *fault);

/* Width of the tile in a tree of that size: 0 if it does not exist, 256 if it is full. */
unsigned tile_width(unsigned level, uint64_t index, uint64_t size);

/* The root over count (a power of two, 1..256) hashes that stand one behind the other. Over a
 * full tile it is the hash that stands for it in the tile above. Cost: count - 1 hashes. */
void tile_root(const uint8_t *hashes, size_t count, uint8_t out[HASH_SIZE]);

/* Where tiles come from: the first `width` hashes of tile (level, index), in one piece, valid
 * until the next read. The tile stored may be wider. */
struct tile_reader {
	void *self;
	enum err (*read)(
		void *self, unsigned level, uint64_t index, unsigned width, struct span *hashes);
};

/* A tree_source over tiles: hashes between the tiles' levels are computed. The reader must
 * outlive the source. Cost: one tile read and at most 127 hashes a call. */
struct tree_source tile_source(struct tile_reader *reader);

/* Entry bundles. */
void bundle_put(struct buf *buf, struct span entry); /* entry.size <= 65535 */
/* Takes the entry at *at and moves on. Returns false at the end, *fault.err set if it is not one;
 * `for (size_t at = 0; bundle_next(bundle, &at, &entry, &fault);)`. */
bool bundle_next(struct span bundle, size_t *at, struct span *entry, struct fault *fault);

#endif
