/* The folder of an export: a ledger as files that other programs read. c2sp.org/tlog-tiles, and
 * beside the tiles what a tile log does not have: the statements themselves.
 *
 *	checkpoint                  the newest signed note; written last: what it covers is there
 *	tile/<L>/<N>[.p/<W>]        hashes (ledger/proof/tile.h)
 *	tile/entries/<N>[.p/<W>]    entries: SHA-256 of the statements
 *	statements/<N>[.p/<W>]      the statements of the leaves 256 * N on: a CBOR sequence (RFC
 *	                            8742) of COSE_Sign1 messages as they were signed
 *	checkpoints/<N>[.p/<W>]     notes signed for sizes 256 * N + 1 to 256 * N + 256, in
 *	                            order: a CBOR sequence of text strings
 *	refused/<N>[.p/<W>]         what the rules refused in batches whose seal is one of the
 *	                            leaves 256 * N on: a CBOR sequence of
 *	                            [height, index in the batch, entry,
 *	                             [code, alert, element, a, b], statement or null];
 *	                            no signature covers it but that of a statement in it
 *	README                      this, for whoever finds the folder in ten years
 *
 * N is written as in tiles; W is the width in a tree of the checkpoint's size. The last two may
 * be missing: then there was nothing. A crash leaves the former checkpoint and all it covers. */
#ifndef LEDGER_EXPORT_FOLDER_H
#define LEDGER_EXPORT_FOLDER_H

#include "ledger/base/buf.h"
#include "ledger/proof/tile.h"

#define EXPORT_PATH_SIZE  4096
#define EXPORT_CHECKPOINT "/checkpoint"

enum export_kind {
	EXPORT_TILE,
	EXPORT_ENTRIES,
	EXPORT_STATEMENTS,
	EXPORT_CHECKPOINTS,
	EXPORT_REFUSED,
};

/* A file's path within the folder: "/statements/x001/067.p/3". level is of EXPORT_TILE only. */
void export_path(enum export_kind kind, unsigned level, uint64_t index, unsigned width,
	char path[TILE_PATH_SIZE]);

/* Writes a file, making the folders to it; an existing one is replaced. Not synced.
 * Errors: ERR_IO, ERR_FULL, ERR_READONLY, ERR_LIMIT with the path. */
MUST_CHECK enum err export_write(
	const char *folder, const char *path, struct span bytes, struct fault *fault);
/* The same, synced with all that was written before, and put in its place in one step. */
MUST_CHECK enum err export_seal(
	const char *folder, const char *path, struct span bytes, struct fault *fault);
/* A partial file that a wider one stands for now; that it is gone already is no error. */
void export_remove(const char *folder, const char *path);

/* Appends a whole file. Errors: ERR_NOT_FOUND, ERR_LIMIT beyond the buf's, ERR_IO. */
MUST_CHECK enum err export_read(
	const char *folder, const char *path, struct buf *bytes, struct fault *fault);
/* A file as a tree of some size has it: of that width, else a full one, whose beginning will do.
 * path gets the one that was read. Errors: as above. */
MUST_CHECK enum err export_read_part(const char *folder, enum export_kind kind, unsigned level,
	uint64_t index, unsigned width, char path[TILE_PATH_SIZE], struct buf *bytes,
	struct fault *fault);

#endif
