/* The Merkle tree over entries, RFC 6962 and RFC 9162 section 2.1 with SHA-256: a leaf's hash is
 * SHA-256(0x00 || entry), a node's SHA-256(0x01 || left || right), the empty tree's SHA-256("").
 * A tree of n leaves splits at the largest power of two below n.
 *
 * Hashes are named by (level, index): level 0 are the leaves' hashes, (l, i) is the root over the
 * leaves i * 2^l up to (i + 1) * 2^l, all of them there. */
#ifndef LEDGER_PROOF_TREE_H
#define LEDGER_PROOF_TREE_H

#include "ledger/base/crypto.h"

#define TREE_SIZE_MAX  ((uint64_t)1 << 40)
#define TREE_LEVELS    41 /* 0..40 */
#define TREE_PROOF_MAX 64 /* hashes in a proof: more than any tree here needs */

void tree_leaf(const uint8_t entry[HASH_SIZE], uint8_t out[HASH_SIZE]);
/* Leaf of foreign trees, whose entries have any size. */
void tree_leaf_of(struct span entry, uint8_t out[HASH_SIZE]);
void tree_node(
	const uint8_t left[HASH_SIZE], const uint8_t right[HASH_SIZE], uint8_t out[HASH_SIZE]);

/* A tree that only grows, held by its right edge: edge[l] is the root over the 2^l leaves that
 * bit l of size stands for, and means nothing when that bit is 0. */
struct tree {
	uint64_t size;
	uint8_t edge[TREE_LEVELS][HASH_SIZE];
};

void tree_init(struct tree *tree);

/* Adds one entry at the right edge of the tree.
 * Errors: ERR_LIMIT at 2^40 entries; the tree is then unchanged.
 * Cost:   amortised 2 hashes, at most 41. */
MUST_CHECK enum err tree_append(
	struct tree *tree, const uint8_t entry[HASH_SIZE], struct fault *fault);
/* The same for a leaf hash that is known already. */
MUST_CHECK enum err tree_append_leaf(
	struct tree *tree, const uint8_t leaf[HASH_SIZE], struct fault *fault);

void tree_root(const struct tree *tree, uint8_t out[HASH_SIZE]);

/* Where hashes come from: (level, index) as above, of full subtrees only. Anything but OK ends
 * the call that asked with the same error. ledger/proof/tile.h makes one from stored tiles. */
struct tree_source {
	void *self;
	enum err (*node)(void *self, unsigned level, uint64_t index, uint8_t out[HASH_SIZE]);
};

/* The tree of that size again, from its hashes. Cost: at most 40 reads. */
MUST_CHECK enum err tree_load(
	struct tree *tree, uint64_t size, const struct tree_source *source, struct fault *fault);

struct tree_proof {
	size_t count;
	uint8_t hash[TREE_PROOF_MAX][HASH_SIZE];
};

/* Proofs for trees of any size up to what the source has, RFC 9162 sections 2.1.3.1 and 2.1.4.1.
 * Errors: ERR_RANGE unless index < size, old_size <= new_size and size <= 2^40; the source's. */
MUST_CHECK enum err tree_prove_inclusion(const struct tree_source *source, uint64_t index,
	uint64_t size, struct tree_proof *proof, struct fault *fault);
MUST_CHECK enum err tree_prove_consistency(const struct tree_source *source, uint64_t old_size,
	uint64_t new_size, struct tree_proof *proof, struct fault *fault);

/* The root that the leaf's path leads to. Errors: ERR_RANGE unless index < size; ERR_PROOF when
 * the path has not the length that (index, size) asks for. RFC 9162 section 2.1.3.2. */
MUST_CHECK enum err tree_inclusion_root(const uint8_t leaf[HASH_SIZE], uint64_t index,
	uint64_t size, const struct tree_proof *proof, uint8_t root[HASH_SIZE],
	struct fault *fault);

/* Errors: as above; ERR_PROOF when it leads to another root. */
MUST_CHECK enum err tree_verify_inclusion(const uint8_t leaf[HASH_SIZE], uint64_t index,
	uint64_t size, const struct tree_proof *proof, const uint8_t root[HASH_SIZE],
	struct fault *fault);

/* Errors: ERR_RANGE if old_size > new_size; ERR_PROOF. From the empty tree everything follows, with
 * the empty proof; the empty tree's root is checked. RFC 9162 section 2.1.4.2. */
MUST_CHECK enum err tree_verify_consistency(uint64_t old_size, const uint8_t old_root[HASH_SIZE],
	uint64_t new_size, const uint8_t new_root[HASH_SIZE], const struct tree_proof *proof,
	struct fault *fault);

#endif
