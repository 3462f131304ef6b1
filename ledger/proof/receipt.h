/* The receipt: proof that an entry is in the tree of a checkpoint that satisfies a policy, in the
 * text form c2sp.org/tlog-proof@v1.
 *
 *	c2sp.org/tlog-proof@v1
 *	extra <base64>           may be left out; not authenticated
 *	index <decimal>
 *	<base64 of 32 bytes>     the inclusion path from the leaf up, one a line
 *	                         an empty line
 *	<checkpoint>             a signed note with log signature and cosignatures
 *
 * Receipts are for trees of two entries and more: leaf 0 is the genesis entry, and RFC 9942 has
 * no form for an empty path. */
#ifndef LEDGER_PROOF_RECEIPT_H
#define LEDGER_PROOF_RECEIPT_H

#include "ledger/proof/policy.h"
#include "ledger/proof/tree.h"

#define RECEIPT_SIZE_MAX  (NOTE_SIZE_MAX + ((size_t)16 << 10))
#define RECEIPT_EXTRA_MAX ((size_t)4096) /* characters of base64 */
#define RECEIPT_TREE_MIN  2

struct receipt {
	struct span extra; /* base64 text as it stands; size 0 if none */
	uint64_t index;
	struct tree_proof path;
	struct span checkpoint; /* a whole note */
};

MUST_CHECK enum err receipt_parse(struct span text, struct receipt *receipt, struct fault *fault);
void receipt_print(const struct receipt *receipt, struct buf *buf);

/* Errors: those of policy_judge and tree_verify_inclusion; ERR_RANGE for a tree of one entry. */
MUST_CHECK enum err receipt_verify(const struct receipt *receipt, const uint8_t entry[HASH_SIZE],
	const struct policy *policy, struct policy_judgement *judgement, struct fault *fault);

#endif
