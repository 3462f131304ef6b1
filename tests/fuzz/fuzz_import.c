/* An export in which one file is not what was written: the import names what is wrong, or what came
 * out is the very ledger; nothing of a refused one stays. The input says which file, from where on,
 * whether what stood behind goes away, and the bytes. */
#include "tests/unit/small_ledger.h"

#include "ledger/export.h"
#include "ledger/export_folder.h"

#include <assert.h>
#include <ftw.h>

#define FILES_MAX 32
#define HEAD      4 /* file, flags, two bytes of the place */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct world {
	struct small_ledger small;
	char export[128], folder[128];
	size_t count;
	char path[FILES_MAX][EXPORT_PATH_SIZE];
	uint8_t root[HASH_SIZE];
	uint64_t size;
};

/* For nftw and atexit, which pass nothing on; set once. */
static struct world *standing;

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *walk)
{
	(void)info, (void)kind, (void)walk;
	return remove(path);
}

static void remove_tree(const char *path)
{
	(void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static int list_one(const char *path, const struct stat *info, int kind, struct FTW *walk)
{
	(void)info, (void)walk;
	if (kind == FTW_F && standing->count < FILES_MAX && !strstr(path, "README"))
		(void)snprintf(standing->path[standing->count++], EXPORT_PATH_SIZE, "%s", path);
	return 0;
}

static void world_end(void)
{
	remove_tree(standing->export);
	remove_tree(standing->folder);
	small_folder_remove(standing->small.folder);
	free(standing);
}

static void world_begin(void)
{
	struct export_report report;
	static struct answer answer;
	standing = calloc(1, sizeof *standing);
	assert(standing);
	struct small_ledger *small = &standing->small;
	struct node *node = small_open(small);
	assert(node);
	(void)atexit(world_end);
	(void)small_put_one(small, node, "a", "1", &answer);
	small->now_ms += 20000;
	(void)small_put_one(small, node, "a", "2", &answer); /* refused */
	small->now_ms += 20000;
	(void)small_put_one(small, node, "b", "1", &answer);
	node_free(node);
	(void)snprintf(standing->export, sizeof standing->export, "%s-export", small->folder);
	(void)snprintf(standing->folder, sizeof standing->folder, "%s-import", small->folder);
	struct export_options options = {
		.folder = small->folder, .to = standing->export, .env = &small->env};
	assert(export_ledger(&options, &report, NULL) == OK);
	memcpy(standing->root, report.root, HASH_SIZE);
	standing->size = report.size;
	(void)nftw(standing->export, list_one, 16, FTW_PHYS);
	assert(standing->count > 5);
}

static void put_file(const char *path, struct span bytes)
{
	FILE *file = fopen(path, "wb");
	assert(file && fwrite(bytes.at, 1, bytes.size, file) == bytes.size && !fclose(file));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fault fault = {0};
	struct buf before, changed;
	if (!standing)
		world_begin();
	if (size < HEAD)
		return 0;
	buf_init(&before, (size_t)1 << 20);
	buf_init(&changed, (size_t)2 << 20);
	const char *path = standing->path[data[0] % standing->count];
	assert(export_read(standing->export, path + strlen(standing->export), &before, NULL) == OK);
	size_t place = (size_t)(data[2] << 8 | data[3]);
	struct span whole = buf_span(&before), put = span_of(data + HEAD, size - HEAD);
	place = place < whole.size ? place : whole.size;
	buf_put(&changed, span_cut(whole, 0, place));
	buf_put(&changed, put);
	if (!(data[1] & 1))
		buf_put(&changed, span_cut(whole, place + put.size, whole.size));
	put_file(path, buf_span(&changed));
	struct import_options options = {.from = standing->export,
		.folder = standing->folder,
		.env = &standing->small.env,
		.app = &standing->small.app};
	struct audit_report report;
	enum err err = import_ledger(&options, &report, &fault);
	if (err)
		assert(fault.text[0] && access(standing->folder, F_OK) != 0);
	else
		assert(report.size <= standing->size &&
			(report.size != standing->size ||
				!memcmp(report.root, standing->root, HASH_SIZE)));
	remove_tree(standing->folder);
	put_file(path, whole);
	buf_close(&before);
	buf_close(&changed);
	return 0;
}
