/* The body of a checkpoint, c2sp.org/tlog-checkpoint: what a log says of its tree, inside a signed
 * note.
 *
 *	origin       not empty
 *	tree size    decimal, no leading zeros
 *	root hash    base64 of 32 bytes
 *	extension    any number of further lines, none empty; ours has none
 */
#ifndef LEDGER_PROOF_CHECKPOINT_H
#define LEDGER_PROOF_CHECKPOINT_H

#include "ledger/base/buf.h"
#include "ledger/base/crypto.h"

struct checkpoint {
	struct span origin;
	uint64_t size;
	uint8_t root[HASH_SIZE];
	struct span extension; /* the further lines with their newlines; size 0 if none */
};

/* Reads the body of a note (note.body). Size up to 2^63-1. */
MUST_CHECK enum err checkpoint_parse(
	struct span body, struct checkpoint *checkpoint, struct fault *fault);
void checkpoint_print(const struct checkpoint *checkpoint, struct buf *buf);

#endif
