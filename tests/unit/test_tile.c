#include "ledger/proof/tile.h"
#include "ledger/base/buf.h"
#include "tests/json.h"
#include "tests/tap.h"

TEST(prints_and_reads_the_paths_of_tiles)
{
	static const struct {
		const char *path;
		struct tile tile;
	} rows[] = {
		{"/tile/0/000", {false, 0, 0, 256}},
		{"/tile/0/001.p/44", {false, 0, 1, 44}},
		{"/tile/63/999", {false, 63, 999, 256}},
		{"/tile/1/x001/000", {false, 1, 1000, 256}},
		{"/tile/2/x001/x234/067", {false, 2, 1234067, 256}},
		{"/tile/0/x001/x234/067.p/255", {false, 0, 1234067, 255}},
		{"/tile/entries/000.p/1", {true, 0, 0, 1}},
		{"/tile/entries/x999/999", {true, 0, 999999, 256}},
		{"/tile/5/x001/x099/x511/x627/776", {false, 5, TREE_SIZE_MAX, 256}},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct tile tile;
		char path[TILE_PATH_SIZE];
		tile_path_print(&rows[i].tile, path);
		CHECK_ROW(!strcmp(path, rows[i].path), "%s", path);
		NEED(tile_path_parse(span_text(path), &tile, NULL) == OK);
		CHECK(tile.is_entries == rows[i].tile.is_entries &&
			tile.level == rows[i].tile.level && tile.index == rows[i].tile.index &&
			tile.width == rows[i].tile.width);
	}
}

TEST(refuses_paths_that_printing_would_not_make)
{
	static const struct {
		const char *path;
		enum err err;
		size_t at;
	} rows[] = {
		{"", ERR_FORMAT, 0},
		{"tile/0/000", ERR_FORMAT, 0},
		{"/tile/", ERR_FORMAT, 6},
		{"/tile/0", ERR_FORMAT, 7},
		{"/tile/0/", ERR_FORMAT, 8},
		{"/tile/0/00", ERR_FORMAT, 10},
		{"/tile/0/0000", ERR_FORMAT, 11},
		{"/tile/00/000", ERR_FORMAT, 0},
		{"/tile/64/000", ERR_RANGE, 0},
		{"/tile/100/000", ERR_FORMAT, 8},
		{"/tile/0/x000/001", ERR_FORMAT, 0},
		{"/tile/0/x001", ERR_FORMAT, 12},
		{"/tile/0/001/002", ERR_FORMAT, 11},
		{"/tile/0/X001/002", ERR_FORMAT, 8},
		{"/tile/0/001.p/0", ERR_RANGE, 0},
		{"/tile/0/001.p/256", ERR_FORMAT, 0},
		{"/tile/0/001.p/257", ERR_RANGE, 0},
		{"/tile/0/001.p/05", ERR_FORMAT, 0},
		{"/tile/0/001.p/", ERR_FORMAT, 14},
		{"/tile/0/001.p/5/", ERR_FORMAT, 15},
		{"/tile/-1/000", ERR_FORMAT, 6},
		{"/tile/data/000", ERR_FORMAT, 6},
		{"/tile/0/x009/x999/x999/x999/999", ERR_RANGE, 0},
		{"/tile/0/x001/x000/x000/x000/x000/000", ERR_FORMAT, 32},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct tile tile = {.index = 77};
		struct fault fault = {.err = OK};
		enum err err = tile_path_parse(span_text(rows[i].path), &tile, &fault);
		CHECK_ROW(err == rows[i].err && fault.at == rows[i].at, "%s: %s at %zu",
			rows[i].path, err_name(err), fault.at);
		CHECK(tile.index == 77);
	}
	struct tile tile;
	CHECK(tile_path_parse(span_of("/tile/0/000\0", 12), &tile, NULL) == ERR_FORMAT);
}

TEST(knows_which_tiles_a_tree_has)
{
	static const struct {
		unsigned level;
		uint64_t index, size;
		unsigned width;
	} rows[] = {
		{0, 0, 0, 0},
		{0, 0, 1, 1},
		{0, 0, 255, 255},
		{0, 0, 256, 256},
		{0, 1, 256, 0},
		{1, 0, 255, 0},
		{1, 0, 256, 1},
		{1, 0, 70000, 256},
		{1, 1, 70000, 17},
		{1, 2, 70000, 0},
		{2, 0, 70000, 1},
		{3, 0, 70000, 0},
		{5, 0, TREE_SIZE_MAX, 1},
		{4, 0, TREE_SIZE_MAX, 256},
		{6, 0, TREE_SIZE_MAX, 0},
		{63, 0, TREE_SIZE_MAX, 0},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		CHECK_ROW(tile_width(rows[i].level, rows[i].index, rows[i].size) == rows[i].width,
			"row %zu", i);
}

/* Tiles of three levels in memory. */
struct shelf {
	uint8_t low[300][TILE_SIZE];
	uint8_t high[2][TILE_SIZE];
	uint8_t top[TILE_SIZE];
	uint64_t size;
	bool is_short;
};

static enum err shelf_read(
	void *self, unsigned level, uint64_t index, unsigned width, struct span *hashes)
{
	struct shelf *shelf = self;
	if (level > 2 || width > tile_width(level, index, shelf->size))
		return ERR_NOT_FOUND;
	const uint8_t *tile = shelf->low[index];
	if (level)
		tile = level == 1 ? shelf->high[index] : shelf->top;
	*hashes = span_of(tile, ((size_t)width - shelf->is_short) * HASH_SIZE);
	return OK;
}

TEST(tiles_give_the_hashes_that_proofs_need)
{
	static struct shelf shelf;
	struct tree tree;
	struct tree_proof proof;
	uint8_t leaf[HASH_SIZE], root[HASH_SIZE];
	struct tile_reader reader = {&shelf, shelf_read};
	struct tree_source source = tile_source(&reader);
	tree_init(&tree);
	for (uint32_t i = 0; i < 70000; i++) {
		uint8_t entry[HASH_SIZE] = {(uint8_t)i, (uint8_t)(i >> 8), (uint8_t)(i >> 16)};
		tree_leaf(entry, leaf);
		memcpy(shelf.low[i / 256] + i % 256 * HASH_SIZE, leaf, HASH_SIZE);
		NEED(tree_append_leaf(&tree, leaf, NULL) == OK);
		if (i % 256 == 255)
			tile_root(shelf.low[i / 256], 256,
				shelf.high[i / 65536] + i / 256 % 256 * HASH_SIZE);
	}
	tile_root(shelf.high[0], 256, shelf.top);
	shelf.size = tree.size;
	tree_root(&tree, root);
	struct tree loaded;
	NEED(tree_load(&loaded, 65535, &source, NULL) == OK);
	NEED(tree_prove_consistency(&source, 65535, 70000, &proof, NULL) == OK);
	uint8_t old_root[HASH_SIZE];
	tree_root(&loaded, old_root);
	CHECK(tree_verify_consistency(65535, old_root, 70000, root, &proof, NULL) == OK);
	static const uint64_t indexes[] = {0, 1, 255, 256, 40000, 65535, 65536, 69887, 69999};
	for (size_t i = 0; i < sizeof indexes / sizeof indexes[0]; i++) {
		NEED(tree_prove_inclusion(&source, indexes[i], 70000, &proof, NULL) == OK);
		memcpy(leaf, shelf.low[indexes[i] / 256] + indexes[i] % 256 * HASH_SIZE, HASH_SIZE);
		CHECK_ROW(tree_verify_inclusion(leaf, indexes[i], 70000, &proof, root, NULL) == OK,
			"index %d", (int)indexes[i]);
	}
	shelf.is_short = true;
	CHECK(tree_prove_inclusion(&source, 5, 70000, &proof, NULL) == ERR_CORRUPT);
	shelf.is_short = false;
}

TEST(bundles_give_back_their_entries)
{
	struct buf buf;
	struct span entry;
	struct fault fault;
	size_t at = 0;
	buf_init(&buf, 1000);
	bundle_put(&buf, span_text("first"));
	bundle_put(&buf, span_of(NULL, 0));
	bundle_put(&buf, span_text("third"));
	NEED(buf.err == OK && buf.size == 16);
	CHECK(bundle_next(buf_span(&buf), &at, &entry, &fault) && span_is(entry, "first"));
	CHECK(bundle_next(buf_span(&buf), &at, &entry, &fault) && entry.size == 0);
	CHECK(bundle_next(buf_span(&buf), &at, &entry, &fault) && span_is(entry, "third"));
	CHECK(!bundle_next(buf_span(&buf), &at, &entry, &fault) && fault.err == OK);
	at = 9;
	CHECK(!bundle_next(span_cut(buf_span(&buf), 0, 15), &at, &entry, &fault));
	CHECK(fault.err == ERR_FORMAT && fault.at == 9);
	CHECK(!bundle_next(span_cut(buf_span(&buf), 0, 10), &at, &entry, &fault));
	CHECK(fault.err == ERR_FORMAT && fault.size == 1);
	buf_close(&buf);
}

/* A log on disk: tiles are read from its folder. */
struct folder {
	const char *path;
	uint64_t size;
	uint8_t bytes[TILE_SIZE];
};

static enum err folder_read(
	void *self, unsigned level, uint64_t index, unsigned width, struct span *hashes)
{
	struct folder *folder = self;
	char tile_path[TILE_PATH_SIZE], path[400];
	struct tile tile = {false, level, index, tile_width(level, index, folder->size)};
	if (!tile.width || width > tile.width)
		return ERR_NOT_FOUND;
	tile_path_print(&tile, tile_path);
	(void)snprintf(path, sizeof path, "%s%s", folder->path, tile_path);
	if (file_read(path, folder->bytes, TILE_SIZE) != (size_t)tile.width * HASH_SIZE)
		return ERR_IO;
	*hashes = span_of(folder->bytes, (size_t)width * HASH_SIZE);
	return OK;
}

/* Second and third line of a checkpoint. */
static bool checkpoint_lines(const char *path, uint64_t *size, uint8_t root[HASH_SIZE])
{
	char text[4000], base64[100];
	size_t bytes = file_read(path, (uint8_t *)text, sizeof text - 1), root_size;
	if (bytes == SIZE_MAX)
		return false;
	text[bytes] = 0;
	return sscanf(text, "%*[^\n]\n%" SCNu64 "\n%99s", size, base64) == 2 &&
	       json_base64(base64, root, HASH_SIZE, &root_size) && root_size == HASH_SIZE;
}

static void judge_log(struct tap *tap, const char *path, const char *checkpoint)
{
	static struct folder folder;
	struct tile_reader reader = {&folder, folder_read};
	struct tree_source source = tile_source(&reader);
	struct tree tree;
	uint8_t root[HASH_SIZE], want[HASH_SIZE];
	folder = (struct folder){.path = path};
	NEED(checkpoint_lines(checkpoint, &folder.size, want));
	NEED(tree_load(&tree, folder.size, &source, NULL) == OK);
	tree_root(&tree, root);
	CHECK_ROW(!memcmp(root, want, HASH_SIZE), "%s", checkpoint);
}

#define TESSERA  "../shared/data/ledger/tessera-log/log"
#define SUNLIGHT "../shared/data/ledger/sunlight-tree"

TEST(tesseras_tiles_lead_to_its_checkpoints)
{
	uint8_t bytes[TILE_SIZE], leaf[HASH_SIZE];
	struct tree tree;
	struct span entry;
	struct fault fault;
	uint8_t root[HASH_SIZE], want[HASH_SIZE];
	uint64_t size;
	if (file_read(TESSERA "/checkpoint", bytes, sizeof bytes) == SIZE_MAX)
		SKIP("ledger/tessera-log is absent");
	judge_log(tap, TESSERA, TESSERA "/checkpoint");
	for (int i = 0; i <= 15; i++) {
		char path[200];
		(void)snprintf(path, sizeof path, TESSERA "/checkpoint.%d", i);
		judge_log(tap, TESSERA, path);
	}
	/* The entries themselves lead there as well. */
	size_t bytes_size = file_read(TESSERA "/tile/entries/000.p/15", bytes, sizeof bytes);
	NEED(bytes_size != SIZE_MAX && checkpoint_lines(TESSERA "/checkpoint.15", &size, want));
	tree_init(&tree);
	for (size_t at = 0; bundle_next(span_of(bytes, bytes_size), &at, &entry, &fault);) {
		tree_leaf_of(entry, leaf);
		NEED(tree_append_leaf(&tree, leaf, NULL) == OK);
	}
	tree_root(&tree, root);
	CHECK(fault.err == OK && tree.size == size && !memcmp(root, want, HASH_SIZE));
}

/* The log's own tiles are words there; its mirror's are a tree. */
TEST(sunlights_mirror_leads_to_its_checkpoint)
{
	uint8_t bytes[TILE_SIZE];
	static const char mirror[] = SUNLIGHT
		"/witness/mirror/000de184301123b9278c086a7d9f68c9577e83872224c197058fd90784ea9706";
	char path[400];
	if (file_read(SUNLIGHT "/tree/checkpoint", bytes, sizeof bytes) == SIZE_MAX)
		SKIP("ledger/sunlight-tree is absent");
	(void)snprintf(path, sizeof path, "%s/checkpoint", mirror);
	judge_log(tap, mirror, path);
}

TAP_MAIN(CASE(prints_and_reads_the_paths_of_tiles),
	CASE(refuses_paths_that_printing_would_not_make), CASE(knows_which_tiles_a_tree_has),
	CASE(tiles_give_the_hashes_that_proofs_need), CASE(bundles_give_back_their_entries),
	CASE(tesseras_tiles_lead_to_its_checkpoints),
	CASE(sunlights_mirror_leads_to_its_checkpoint))
