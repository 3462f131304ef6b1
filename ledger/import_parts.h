/* Inside of the import, shared by import.c, which makes the folder and judges what came out,
 * import_read.c, which reads the export's files, and import_batch.c, which applies the batches.
 * Nobody else includes this. */
#ifndef LEDGER_IMPORT_PARTS_H
#define LEDGER_IMPORT_PARTS_H

#include "ledger/apply.h"
#include "ledger/export.h"
#include "ledger/export_folder.h"
#include "ledger/proof/checkpoint.h"
#include "ledger/proof/note.h"
#include "ledger/store/edge.h"
#include "ledger/store/ledger_db.h"
#include "ledger/store/state.h"

/* One file of the present bundle. */
struct import_file {
	char path[TILE_PATH_SIZE];
	struct buf bytes;
	size_t at; /* next item */
	size_t count; /* items taken */
};

struct importing {
	const struct import_options *options;
	struct ledger_db *ledger;
	struct state *state;
	struct edge edge;
	struct buf note; /* the export's checkpoint */
	struct checkpoint final; /* views into note */
	bool is_open; /* a transaction of ledger.db */
	uint64_t kept; /* leaves that are committed */

	struct import_file entries, statements, checkpoints, refused;
	struct buf tile; /* one of the export's, to be compared */

	/* The batch that is being read. */
	uint64_t height, first, term;
	int64_t time_ms;
	uint32_t rules_version;
	uint8_t digest[HASH_SIZE]; /* after the batch before */
	uint64_t noted_size; /* of the newest checkpoint read */
	size_t count; /* accepted, the seal too */
	size_t offset[LEDGER_BATCH_MAX + 1]; /* into bytes */
	uint8_t entry[LEDGER_BATCH_MAX][ENTRY_SIZE];
	struct buf bytes; /* of all of them */
	struct buf refused_items; /* CBOR items of refused ones */
	size_t refused_count;
	struct outcome accepted[LEDGER_BATCH_MAX]; /* in order of leaves */
	struct outcome outcomes[LEDGER_BATCH_MAX]; /* in order of the batch */
	struct buf log; /* entries as they were ordered */
	struct buf encoded; /* outcomes */
};

/* A fault of the export: "<from><path>: position N: why". */
enum err import_wrong(const struct importing *importing, const char *path, uint64_t position,
	struct fault *fault, const char *format, ...) __attribute__((format(printf, 5, 6)));

/* import_read.c: all bundles in order, each leaf given to import_leaf. */
MUST_CHECK enum err import_bundles(struct importing *importing, struct fault *fault);
/* Refused ones of a height, from the present bundle, into refused_items. */
MUST_CHECK enum err import_refused(struct importing *importing, struct fault *fault);

/* import_batch.c: the statement at position edge.tree.size. */
MUST_CHECK enum err import_leaf(struct importing *importing, const uint8_t entry[ENTRY_SIZE],
	struct span bytes, struct fault *fault);
/* The last batch, and the tiles at the right edge. */
MUST_CHECK enum err import_end(struct importing *importing, struct fault *fault);

#endif
