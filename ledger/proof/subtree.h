/* Subtrees of the Merkle tree: the tree over the leaves start .. end - 1 alone, where start is a
 * multiple of the smallest power of two that is not below end - start; only such stand in larger
 * trees with few hashes around them. Merkle Tree Certificates (IETF plants), section 4; the
 * packages of C2SP tlog-mirror and cosignatures of parts name them. An empty one, start = end, is
 * in every tree that reaches so far. */
#ifndef LEDGER_PROOF_SUBTREE_H
#define LEDGER_PROOF_SUBTREE_H

#include "ledger/proof/tree.h"

struct subtree {
	uint64_t start, end; /* leaves start .. end - 1 */
};

/* Whether the two numbers name a subtree. Cost: none. Any thread. */
bool subtree_is_valid(const struct subtree *subtree);

/* Path of the leaf `index` (of the whole tree) within the subtree.
 * Errors: ERR_RANGE unless start <= index < end and the subtree is valid; the source's.
 * Cost:   at most 40 hashes, twice as many reads. */
MUST_CHECK enum err subtree_prove_inclusion(const struct tree_source *source,
	const struct subtree *subtree, uint64_t index, struct tree_proof *proof,
	struct fault *fault);

/* Errors: ERR_RANGE as above; ERR_PROOF when the path has another length or leads elsewhere. */
MUST_CHECK enum err subtree_verify_inclusion(const uint8_t leaf[HASH_SIZE], uint64_t index,
	const struct subtree *subtree, const struct tree_proof *proof,
	const uint8_t root[HASH_SIZE], struct fault *fault);

/* That the subtree is part of the tree of `size` leaves.
 * Errors: ERR_RANGE unless the subtree is valid and end <= size <= 2^40; the source's.
 * Cost:   at most 64 hashes. */
MUST_CHECK enum err subtree_prove_consistency(const struct tree_source *source,
	const struct subtree *subtree, uint64_t size, struct tree_proof *proof,
	struct fault *fault);

/* Errors: ERR_RANGE unless the subtree is valid and end <= size; ERR_PROOF. The empty subtree has
 * the empty tree's root and the empty proof; it says nothing of the tree's root. */
MUST_CHECK enum err subtree_verify_consistency(const struct subtree *subtree,
	const uint8_t subtree_root[HASH_SIZE], uint64_t size, const uint8_t root[HASH_SIZE],
	const struct tree_proof *proof, struct fault *fault);

#endif
