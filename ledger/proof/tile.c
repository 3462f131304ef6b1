#include "ledger/proof/tile.h"

#include <assert.h>

#define INDEX_MAX   TREE_SIZE_MAX
#define GROUP_SIZE  3 /* digits */
#define GROUP_COUNT 5 /* 2^40 has 13 digits */

void tile_path_print(const struct tile *tile, char out[TILE_PATH_SIZE])
{
	struct buf buf;
	assert(tile->level <= TILE_LEVEL_MAX && tile->index <= INDEX_MAX);
	assert(tile->width >= 1 && tile->width <= TILE_HASHES);
	buf_over(&buf, out, TILE_PATH_SIZE - 1);
	if (tile->is_entries)
		buf_put_text(&buf, "/tile/entries");
	else
		buf_printf(&buf, "/tile/%u", tile->level);
	uint64_t power = 1;
	while (tile->index / power >= 1000)
		power *= 1000;
	for (; power > 1; power /= 1000)
		buf_printf(&buf, "/x%03u", (unsigned)(tile->index / power % 1000));
	buf_printf(&buf, "/%03u", (unsigned)(tile->index % 1000));
	if (tile->width < TILE_HASHES)
		buf_printf(&buf, ".p/%u", tile->width);
	assert(!buf.err);
	out[buf.size] = 0;
}

/* A cursor over the path; each taker moves it only when it finds what it wants. */
struct path {
	struct span text;
	size_t at;
};

static bool take(struct path *path, const char *word)
{
	size_t size = strlen(word);
	if (!span_is(span_cut(path->text, path->at, path->at + size), word))
		return false;
	path->at += size;
	return true;
}

/* 1 to max decimal digits. */
static bool take_digits(struct path *path, size_t max, uint64_t *value)
{
	size_t start = path->at;
	*value = 0;
	while (path->at < path->text.size && path->at - start < max) {
		uint8_t c = path->text.at[path->at];
		if (c < '0' || c > '9')
			break;
		*value = *value * 10 + (uint64_t)(c - '0');
		path->at++;
	}
	return path->at > start;
}

static bool take_index(struct path *path, uint64_t *index)
{
	*index = 0;
	for (int group = 0; group < GROUP_COUNT; group++) {
		uint64_t value = 0;
		if (!take(path, "/"))
			return false;
		bool is_last = !take(path, "x");
		size_t start = path->at;
		if (!take_digits(path, GROUP_SIZE, &value) || path->at - start != GROUP_SIZE)
			return false;
		*index = *index * 1000 + value;
		if (is_last)
			return true;
	}
	return false;
}

static bool take_tile(struct path *path, struct tile *tile)
{
	uint64_t level = 0, width = TILE_HASHES;
	if (!take(path, "/tile/"))
		return false;
	tile->is_entries = take(path, "entries");
	if (!tile->is_entries && !take_digits(path, 2, &level))
		return false;
	if (!take_index(path, &tile->index))
		return false;
	if (take(path, ".p/") && !take_digits(path, 3, &width))
		return false;
	tile->level = (unsigned)level;
	tile->width = (unsigned)width;
	return path->at == path->text.size;
}

enum err tile_path_parse(struct span text, struct tile *tile, struct fault *fault)
{
	struct path path = {.text = text};
	struct tile out = {.level = 0};
	char again[TILE_PATH_SIZE];
	if (!take_tile(&path, &out))
		return fault_set(fault, ERR_FORMAT, path.at, 1,
			"not a tile's path such as /tile/0/x001/067 or /tile/entries/000.p/5");
	if (out.level > TILE_LEVEL_MAX || out.index > INDEX_MAX || out.width < 1 ||
		out.width > TILE_HASHES)
		return fault_set(fault, ERR_RANGE, 0, text.size,
			"tile level, index or width is outside its range");
	tile_path_print(&out, again); /* leading zeros, x000 and .p/256 come out differently */
	if (!span_is(text, again))
		return fault_set(fault, ERR_FORMAT, 0, text.size, "this tile's path is %s", again);
	*tile = out;
	return OK;
}

unsigned tile_width(unsigned level, uint64_t index, uint64_t size)
{
	uint64_t hashes = level < 8 ? size >> (8 * level) : 0;
	uint64_t full = hashes / TILE_HASHES;
	if (index < full)
		return TILE_HASHES;
	return index == full ? (unsigned)(hashes % TILE_HASHES) : 0;
}

void tile_root(const uint8_t *hashes, size_t count, uint8_t out[HASH_SIZE])
{
	uint8_t level[TILE_HASHES / 2][HASH_SIZE];
	assert(count >= 1 && count <= TILE_HASHES && !(count & (count - 1)));
	if (count == 1) {
		memcpy(out, hashes, HASH_SIZE);
		return;
	}
	for (size_t i = 0; i < count / 2; i++)
		tree_node(hashes + 2 * i * HASH_SIZE, hashes + (2 * i + 1) * HASH_SIZE, level[i]);
	for (count /= 2; count > 1; count /= 2)
		for (size_t i = 0; i < count / 2; i++)
			tree_node(level[2 * i], level[2 * i + 1], level[i]);
	memcpy(out, level[0], HASH_SIZE);
}

static enum err node_of_tiles(void *self, unsigned level, uint64_t index, uint8_t out[HASH_SIZE])
{
	struct tile_reader *reader = self;
	unsigned within = level % 8; /* levels above the tile's own */
	size_t count = (size_t)1 << within;
	uint64_t first = index << within; /* among the hashes of the tile's level */
	unsigned at = (unsigned)(first % TILE_HASHES);
	unsigned width = at + (unsigned)count;
	struct span hashes = {0};
	enum err err = reader->read(reader->self, level / 8, first / TILE_HASHES, width, &hashes);
	if (err)
		return err;
	if (hashes.size < (size_t)width * HASH_SIZE)
		return ERR_CORRUPT;
	tile_root(hashes.at + (size_t)at * HASH_SIZE, count, out);
	return OK;
}

struct tree_source tile_source(struct tile_reader *reader)
{
	return (struct tree_source){.self = reader, .node = node_of_tiles};
}

void bundle_put(struct buf *buf, struct span entry)
{
	assert(entry.size <= UINT16_MAX);
	buf_put_be(buf, entry.size, 2);
	buf_put(buf, entry);
}

bool bundle_next(struct span bundle, size_t *at, struct span *entry, struct fault *fault)
{
	fault->err = OK;
	if (*at >= bundle.size)
		return false;
	size_t left = bundle.size - *at;
	size_t size = 0;
	if (left >= 2)
		size = (size_t)bundle.at[*at] << 8 | bundle.at[*at + 1];
	if (left < 2 || size > left - 2) {
		(void)fault_set(fault, ERR_FORMAT, *at, left, "the bundle ends inside an entry");
		return false;
	}
	*entry = span_of(bundle.at + *at + 2, size);
	*at += 2 + size;
	return true;
}
