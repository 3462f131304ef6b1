#include "ledger/store/stored_tiles.h"

static enum err damaged(
	struct stored_tiles *tiles, unsigned level, uint64_t index, const char *what)
{
	return fault_set(&tiles->why, ERR_CORRUPT, 0, 0,
		"%s: tile %llu of level %u %s; run audit and restore from a copy",
		ledger_db_path(tiles->ledger), (unsigned long long)index, level, what);
}

enum err stored_tiles_read(
	void *self, unsigned level, uint64_t index, unsigned width, struct span *hashes)
{
	struct stored_tiles *tiles = self;
	struct span stored;
	enum err err = ledger_db_tile(tiles->ledger, level, index, &stored, &tiles->why);
	if (err == ERR_NOT_FOUND)
		return damaged(tiles, level, index, "is missing");
	if (!err && stored.size < (size_t)width * HASH_SIZE)
		return damaged(tiles, level, index, "is too short");
	if (!err)
		*hashes = span_cut(stored, 0, (size_t)width * HASH_SIZE);
	return err;
}

enum err stored_tiles_fault(const struct stored_tiles *tiles, enum err err, struct fault *fault)
{
	if (err && tiles->why.err && fault)
		*fault = tiles->why;
	return err;
}
