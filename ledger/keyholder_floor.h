/* The floor: the newest tree size and root signed for each origin, in one or two files that are
 * synced before the signature is made.
 *
 * A file has 8,192 bytes: 16 slots of 512, two for each of 8 origins, written in turn, so that a
 * write cut short by a crash leaves the slot before it. A slot is all zero when unused, else
 *
 *	0    16  "assay-floor/1" and zeros
 *	16    8  generation: slot number is odd exactly when this is
 *	24    8  tree size
 *	32   32  root
 *	64    1  size of the origin
 *	65  128  origin and zeros
 *	193 287  zeros
 *	480  32  SHA-256 of the 480 bytes above
 *
 * Numbers are big endian. Of the two slots the one with the higher generation counts; of the two
 * files the higher tree size. A file is damaged when it has another length or a pair of slots with
 * content of which neither is whole. After a failed write nothing is raised any more: what is on
 * the disk is then unknown until the next start. */
#ifndef LEDGER_KEYHOLDER_FLOOR_H
#define LEDGER_KEYHOLDER_FLOOR_H

#include "ledger/proof/envelope.h"

#define FLOOR_ORIGINS_MAX 8
#define FLOOR_SLOT_SIZE   ((size_t)512)
#define FLOOR_FILE_SIZE   (FLOOR_SLOT_SIZE * 2 * FLOOR_ORIGINS_MAX)

struct floor_line {
	size_t origin_size; /* 0: unused */
	char origin[ORIGIN_SIZE_MAX];
	uint64_t generation;
	uint64_t size;
	uint8_t root[HASH_SIZE];
};

struct floor_file {
	int file; /* -1: there is none */
	bool is_damaged;
	struct floor_line line[FLOOR_ORIGINS_MAX];
};

struct floor {
	struct floor_file copy[2];
	bool is_broken; /* a write failed */
};

/* Opens or makes the files (second may be NULL), brings both to the higher of what they say and
 * makes a damaged one new from the other.
 * Errors: ERR_CORRUPT: no undamaged copy, or two roots for one size; ERR_IO and so on with the
 * path. */
MUST_CHECK enum err floor_open(
	struct floor *floor, const char *first, const char *second, struct fault *fault);
void floor_close(struct floor *floor);

/* Size 0 when nothing was signed for the origin. */
void floor_get(
	const struct floor *floor, struct span origin, uint64_t *size, uint8_t root[HASH_SIZE]);

/* Makes it durable in every copy that size and root are about to be signed; nothing is written
 * when they are the floor already.
 * Errors: ERR_REFUSED: below the floor, or another root at its size; ERR_LIMIT: an origin too
 * many; ERR_IO, ERR_FULL. */
MUST_CHECK enum err floor_raise(struct floor *floor, struct span origin, uint64_t size,
	const uint8_t root[HASH_SIZE], struct fault *fault);

#endif
