/* The running digest of state: every put and drop of a batch, in order, hashed as docs/contract.md
 * says, so that two appliances that applied the same batches can compare 32 bytes.
 *
 *	change   op u8 (1 put, 2 drop), table u16, key size u16, key, value size u32, value
 *	         (big endian; a drop has value size 0)
 *	digest'  SHA-256(digest || SHA-256(changes of the batch, one behind the other))
 *
 * The digest before genesis is 32 zero bytes. */
#ifndef LEDGER_STORE_CHANGES_H
#define LEDGER_STORE_CHANGES_H

#include "ledger/base/crypto.h"

struct changes {
	struct sha256 hash; /* of the batch so far */
	uint64_t count;
	uint8_t digest[HASH_SIZE]; /* after the batch before */
};

void changes_init(struct changes *changes, const uint8_t digest[HASH_SIZE]);
void changes_put(struct changes *changes, unsigned id, struct span key, struct span value);
void changes_drop(struct changes *changes, unsigned id, struct span key);

/* Ends the batch: changes->digest is the new one and the next batch begins. */
void changes_fold(struct changes *changes);

#endif
