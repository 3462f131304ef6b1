/* entries.db: at which position an entry stands. Nothing but ledger.db can be lost with it: it is
 * written behind, in the background, and made again when it is missing, damaged or another
 * ledger's.
 *
 * Entries are hashes, so an index of single entries would be written all over the file. Here they
 * lie in runs, each sorted once and then only read:
 *
 *	run(id, level, first, count)    leaves first..first+count-1. Level 0: ENTRIES_RUN leaves;
 *	    ENTRIES_MERGE runs of a level become one of the next, up to ENTRIES_LEVEL_MAX, and
 *	    the runs of all levels cover 0..size without a gap
 *	page(run, low, bytes)           records in ascending order; low: tag of the first, as a
 *	    signed number that orders like the tag. Equal tags stand on one page
 *	fact(name, value)               last: the entry of the last leaf covered
 *
 *	record   tag 8, the first bytes of the entry; position 5, big endian
 *
 * What is found is a candidate: the reader compares the entry itself. Newer leaves are searched in
 * the log. WAL, synchronous NORMAL. application_id "ASEN". */
#ifndef LEDGER_STORE_ENTRIES_H
#define LEDGER_STORE_ENTRIES_H

#include "ledger/base/buf.h"
#include "ledger/base/crypto.h"

#define ENTRIES_RUN        4096
#define ENTRIES_MERGE      16
#define ENTRIES_LEVEL_MAX  2 /* 2^20 leaves */
#define ENTRIES_CANDIDATES 16 /* of one tag: more are not by chance */
#define ENTRIES_RECORD     13

struct entries;

enum entries_mode {
	ENTRIES_WRITE, /* the file is made when it is missing, and anew when it is damaged */
	ENTRIES_READ,
};

MUST_CHECK enum err entries_open(struct entries **entries, const char *path, const char *vfs,
	enum entries_mode mode, struct fault *fault);
void entries_free(struct entries *entries);

/* Leaves covered, and the entry of the last one (when there is any). */
MUST_CHECK enum err entries_size(
	struct entries *entries, uint64_t *size, uint8_t last[HASH_SIZE], struct fault *fault);

/* Adds the next ENTRIES_RUN leaves, their entries one after the other, and merges what is due: one
 * transaction. Errors: storage; ERR_RANGE when first is not the size. Cost: sorts 4,096; every
 * 256th time 2^20. */
MUST_CHECK enum err entries_add(
	struct entries *entries, uint64_t first, struct span added, struct fault *fault);

/* Forgets all: it was another ledger's. */
MUST_CHECK enum err entries_clear(struct entries *entries, struct fault *fault);

struct candidates {
	uint64_t position[ENTRIES_CANDIDATES];
	size_t count;
};
/* Where the entry may stand, and the size of what was searched, as of one moment.
 * Cost: one page a run. Errors: storage, ERR_CORRUPT. */
MUST_CHECK enum err entries_find(struct entries *entries, const uint8_t entry[HASH_SIZE],
	struct candidates *found, uint64_t *size, struct fault *fault);

/* The positions of a tag on a page, added to found. Errors: ERR_FORMAT when it is no page: not
 * whole records, or not in order. */
MUST_CHECK enum err entries_page_find(
	struct span page, uint64_t tag, struct candidates *found, struct fault *fault);

#endif
