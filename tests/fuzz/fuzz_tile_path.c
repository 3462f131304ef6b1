/* A path that is read prints as it was; the same bytes as a bundle give entries that make the same
 * bundle. */
#include "ledger/proof/tile.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = span_of(data, size), entry;
	char path[TILE_PATH_SIZE];
	struct tile tile;
	struct fault fault;
	struct buf out;
	size_t at = 0;
	if (tile_path_parse(in, &tile, &fault) == OK) {
		tile_path_print(&tile, path);
		assert(span_is(in, path));
		assert(tile.level <= TILE_LEVEL_MAX && tile.width >= 1 &&
			tile.width <= TILE_HASHES);
	} else {
		assert(fault.at <= size && fault.text[0]);
	}
	buf_init(&out, size);
	while (bundle_next(in, &at, &entry, &fault))
		bundle_put(&out, entry);
	assert(!out.err && span_equal(buf_span(&out), span_cut(in, 0, at)));
	assert((fault.err == OK) == (at == size));
	buf_close(&out);
	return 0;
}
