/* The tiles of a ledger.db as the tree walks them. The walk hands on what kind of failure it was;
 * the sentence, which names the file and says what to do, is kept here. */
#ifndef LEDGER_STORE_STORED_TILES_H
#define LEDGER_STORE_STORED_TILES_H

#include "ledger/proof/tile.h"
#include "ledger/store/ledger_db.h"

struct stored_tiles {
	struct ledger_db *ledger;
	struct fault why; /* of the last tile that could not be read */
};

/* For struct tile_reader: self is a struct stored_tiles. */
enum err stored_tiles_read(
	void *self, unsigned level, uint64_t index, unsigned width, struct span *hashes);

/* Gives back err; the fault says what is known of the tile, if it was one. */
MUST_CHECK enum err stored_tiles_fault(
	const struct stored_tiles *tiles, enum err err, struct fault *fault);

#endif
