#include "ledger/store/edge.h"

void edge_init(struct edge *edge)
{
	tree_init(&edge->tree);
	for (unsigned level = 0; level < TILE_LEVELS; level++) {
		edge->level[level].index = 0;
		edge->level[level].width = 0;
		edge->level[level].is_changed = false;
	}
}

enum err edge_load(
	struct edge *edge, uint64_t size, struct tile_reader *reader, struct fault *fault)
{
	struct tree_source source = tile_source(reader);
	edge_init(edge);
	enum err err = tree_load(&edge->tree, size, &source, fault);
	for (unsigned level = 0; !err && level < TILE_LEVELS; level++) {
		uint64_t count = size >> (8 * level);
		struct span hashes;
		edge->level[level].index = count / TILE_HASHES;
		edge->level[level].width = (unsigned)(count % TILE_HASHES);
		if (!edge->level[level].width)
			continue;
		err = reader->read(reader->self, level, edge->level[level].index,
			edge->level[level].width, &hashes);
		if (err)
			return fault_set(fault, err, 0, 0,
				"the tile at the right end of level %u cannot be read: %s", level,
				err_text(err));
		memcpy(edge->level[level].hash, hashes.at, hashes.size);
	}
	return err;
}

enum err edge_append(struct edge *edge, const uint8_t entry[HASH_SIZE],
	const struct edge_sink *sink, struct fault *fault)
{
	uint8_t hash[HASH_SIZE];
	tree_leaf(entry, hash);
	enum err err = tree_append_leaf(&edge->tree, hash, fault);
	for (unsigned level = 0; !err && level < TILE_LEVELS; level++) {
		uint8_t *hashes = edge->level[level].hash;
		memcpy(hashes + (size_t)edge->level[level].width * HASH_SIZE, hash, HASH_SIZE);
		edge->level[level].is_changed = true;
		if (++edge->level[level].width < TILE_HASHES)
			break;
		err = sink->full(sink->self, level, edge->level[level].index,
			span_of(hashes, TILE_SIZE), fault);
		tile_root(hashes, TILE_HASHES, hash);
		edge->level[level].index++;
		edge->level[level].width = 0;
		edge->level[level].is_changed = false;
	}
	return err;
}

bool edge_take_partial(struct edge *edge, unsigned *level, uint64_t *index, struct span *hashes)
{
	for (unsigned l = 0; l < TILE_LEVELS; l++) {
		if (!edge->level[l].is_changed)
			continue;
		edge->level[l].is_changed = false;
		*level = l;
		*index = edge->level[l].index;
		*hashes = span_of(edge->level[l].hash, (size_t)edge->level[l].width * HASH_SIZE);
		return true;
	}
	return false;
}
