#include "ledger/proof/tree.h"

#include <assert.h>

#define LEAF_PREFIX 0x00
#define NODE_PREFIX 0x01

void tree_leaf(const uint8_t entry[HASH_SIZE], uint8_t out[HASH_SIZE])
{
	uint8_t bytes[1 + HASH_SIZE] = {LEAF_PREFIX};
	memcpy(bytes + 1, entry, HASH_SIZE);
	hash_sha256(span_of(bytes, sizeof bytes), out);
}

void tree_leaf_of(struct span entry, uint8_t out[HASH_SIZE])
{
	static const uint8_t prefix = LEAF_PREFIX;
	struct sha256 hash;
	sha256_init(&hash);
	sha256_put(&hash, span_of(&prefix, 1));
	sha256_put(&hash, entry);
	sha256_end(&hash, out);
}

void tree_node(
	const uint8_t left[HASH_SIZE], const uint8_t right[HASH_SIZE], uint8_t out[HASH_SIZE])
{
	uint8_t bytes[1 + 2 * HASH_SIZE] = {NODE_PREFIX};
	memcpy(bytes + 1, left, HASH_SIZE);
	memcpy(bytes + 1 + HASH_SIZE, right, HASH_SIZE);
	hash_sha256(span_of(bytes, sizeof bytes), out);
}

void tree_init(struct tree *tree)
{
	*tree = (struct tree){.size = 0};
}

enum err tree_append(struct tree *tree, const uint8_t entry[HASH_SIZE], struct fault *fault)
{
	uint8_t leaf[HASH_SIZE];
	tree_leaf(entry, leaf);
	return tree_append_leaf(tree, leaf, fault);
}

/* Like adding one to a binary number: each full subtree met on the way up is joined. */
enum err tree_append_leaf(struct tree *tree, const uint8_t leaf[HASH_SIZE], struct fault *fault)
{
	if (tree->size >= TREE_SIZE_MAX)
		return fault_set(fault, ERR_LIMIT, 0, 0, "the tree is full: it has 2^40 entries");
	uint8_t hash[HASH_SIZE];
	unsigned level = 0;
	memcpy(hash, leaf, HASH_SIZE);
	for (; tree->size >> level & 1; level++)
		tree_node(tree->edge[level], hash, hash);
	assert(level < TREE_LEVELS);
	memcpy(tree->edge[level], hash, HASH_SIZE);
	tree->size++;
	return OK;
}

void tree_root(const struct tree *tree, uint8_t out[HASH_SIZE])
{
	uint8_t hash[HASH_SIZE];
	bool has_hash = false;
	for (unsigned level = 0; level < TREE_LEVELS; level++) {
		if (!(tree->size >> level & 1))
			continue;
		if (has_hash)
			tree_node(tree->edge[level], hash, hash);
		else
			memcpy(hash, tree->edge[level], HASH_SIZE);
		has_hash = true;
	}
	if (!has_hash)
		hash_sha256(span_of(NULL, 0), hash);
	memcpy(out, hash, HASH_SIZE);
}

static enum err read_node(const struct tree_source *source, unsigned level, uint64_t index,
	uint8_t out[HASH_SIZE], struct fault *fault)
{
	enum err err = source->node(source->self, level, index, out);
	if (err)
		return fault_set(fault, err, 0, 0, "hash %llu of tree level %u: %s",
			(unsigned long long)index, level, err_text(err));
	return OK;
}

enum err tree_load(
	struct tree *tree, uint64_t size, const struct tree_source *source, struct fault *fault)
{
	struct tree out = {.size = size};
	if (size > TREE_SIZE_MAX)
		return fault_set(fault, ERR_RANGE, 0, 0, "a tree has at most 2^40 entries");
	for (unsigned level = 0; level < TREE_LEVELS; level++) {
		if (!(size >> level & 1))
			continue;
		/* The full subtree of this bit begins where those of the higher bits end. */
		uint64_t index = size >> level ^ 1;
		enum err err = read_node(source, level, index, out.edge[level], fault);
		if (err)
			return err;
	}
	*tree = out;
	return OK;
}

/* Root over the leaves from .. to of a tree, from a multiple of the power of two that is not
 * below (to - from). Joins its full subtrees from the right. */
static enum err range_root(const struct tree_source *source, uint64_t from, uint64_t to,
	uint8_t out[HASH_SIZE], struct fault *fault)
{
	bool has_hash = false;
	uint64_t size = to - from;
	for (unsigned level = 0; level < TREE_LEVELS; level++) {
		if (!(size >> level & 1))
			continue;
		uint8_t left[HASH_SIZE];
		uint64_t index = (from >> level) + (size >> level ^ 1);
		enum err err = read_node(source, level, index, left, fault);
		if (err)
			return err;
		if (has_hash)
			tree_node(left, out, out);
		else
			memcpy(out, left, HASH_SIZE);
		has_hash = true;
	}
	assert(has_hash);
	return OK;
}

/* Largest power of two below n > 1. RFC 9162 section 2.1.1 calls it k. */
static uint64_t split_of(uint64_t n)
{
	assert(n > 1);
	return (uint64_t)1 << (63 - __builtin_clzll(n - 1));
}

static void put_first(struct tree_proof *proof, const uint8_t hash[HASH_SIZE])
{
	assert(proof->count < TREE_PROOF_MAX);
	memcpy(proof->hash[proof->count++], hash, HASH_SIZE);
}

/* The path is found from the root down and read from the leaf up. */
static void turn_round(struct tree_proof *proof)
{
	for (size_t i = 0, j = proof->count; i + 1 < j; i++) {
		uint8_t hash[HASH_SIZE];
		j--;
		memcpy(hash, proof->hash[i], HASH_SIZE);
		memcpy(proof->hash[i], proof->hash[j], HASH_SIZE);
		memcpy(proof->hash[j], hash, HASH_SIZE);
	}
}

enum err tree_prove_inclusion(const struct tree_source *source, uint64_t index, uint64_t size,
	struct tree_proof *proof, struct fault *fault)
{
	struct tree_proof out = {.count = 0};
	if (size > TREE_SIZE_MAX || index >= size)
		return fault_set(fault, ERR_RANGE, 0, 0, "entry %llu is not in a tree of %llu",
			(unsigned long long)index, (unsigned long long)size);
	/* The subtree over from .. to holds the leaf; its sibling's root goes into the path. */
	for (uint64_t from = 0, to = size; to - from > 1;) {
		uint64_t middle = from + split_of(to - from);
		uint8_t hash[HASH_SIZE];
		bool is_left = index < middle;
		enum err err = range_root(
			source, is_left ? middle : from, is_left ? to : middle, hash, fault);
		if (err)
			return err;
		put_first(&out, hash);
		if (is_left)
			to = middle;
		else
			from = middle;
	}
	turn_round(&out);
	*proof = out;
	return OK;
}

enum err tree_prove_consistency(const struct tree_source *source, uint64_t old_size,
	uint64_t new_size, struct tree_proof *proof, struct fault *fault)
{
	struct tree_proof out = {.count = 0};
	uint8_t hash[HASH_SIZE];
	if (new_size > TREE_SIZE_MAX || old_size > new_size)
		return fault_set(fault, ERR_RANGE, 0, 0, "no tree of %llu grows to one of %llu",
			(unsigned long long)old_size, (unsigned long long)new_size);
	uint64_t from = 0, to = new_size;
	bool is_known = true; /* the verifier knows this subtree: it is the old tree itself */
	while (old_size > 0 && to > old_size) {
		uint64_t middle = from + split_of(to - from);
		bool goes_left = old_size <= middle;
		enum err err = range_root(
			source, goes_left ? middle : from, goes_left ? to : middle, hash, fault);
		if (err)
			return err;
		put_first(&out, hash);
		if (goes_left) {
			to = middle;
		} else {
			from = middle;
			is_known = false;
		}
	}
	if (old_size > 0 && !is_known) {
		enum err err = range_root(source, from, to, hash, fault);
		if (err)
			return err;
		put_first(&out, hash);
	}
	turn_round(&out);
	*proof = out;
	return OK;
}

static enum err wrong_length(struct fault *fault)
{
	return fault_set(fault, ERR_PROOF, 0, 0,
		"the proof has more or fewer hashes than trees of these sizes ask for");
}

/* RFC 9162 section 2.1.3.2, steps 1 to 4. */
enum err tree_inclusion_root(const uint8_t leaf[HASH_SIZE], uint64_t index, uint64_t size,
	const struct tree_proof *proof, uint8_t root[HASH_SIZE], struct fault *fault)
{
	if (index >= size)
		return fault_set(fault, ERR_RANGE, 0, 0, "entry %llu is not in a tree of %llu",
			(unsigned long long)index, (unsigned long long)size);
	assert(proof->count <= TREE_PROOF_MAX);
	uint64_t fn = index, sn = size - 1;
	uint8_t hash[HASH_SIZE];
	memcpy(hash, leaf, HASH_SIZE);
	for (size_t i = 0; i < proof->count; i++) {
		if (sn == 0)
			return wrong_length(fault);
		if (fn & 1 || fn == sn) {
			tree_node(proof->hash[i], hash, hash);
			while (!(fn & 1) && fn != 0) {
				fn >>= 1;
				sn >>= 1;
			}
		} else {
			tree_node(hash, proof->hash[i], hash);
		}
		fn >>= 1;
		sn >>= 1;
	}
	if (sn != 0)
		return wrong_length(fault);
	memcpy(root, hash, HASH_SIZE);
	return OK;
}

enum err tree_verify_inclusion(const uint8_t leaf[HASH_SIZE], uint64_t index, uint64_t size,
	const struct tree_proof *proof, const uint8_t root[HASH_SIZE], struct fault *fault)
{
	uint8_t found[HASH_SIZE];
	enum err err = tree_inclusion_root(leaf, index, size, proof, found, fault);
	if (err)
		return err;
	if (memcmp(found, root, HASH_SIZE) != 0)
		return fault_set(fault, ERR_PROOF, 0, 0,
			"the entry's path does not lead to the tree's root");
	return OK;
}

/* The old size is a full subtree's: its root is not in the proof but known. */
static bool is_power_of_two(uint64_t n)
{
	return n && !(n & (n - 1));
}

/* RFC 9162 section 2.1.4.2, steps 2 to 6; 0 < old_size < new_size. */
static enum err grow(uint64_t old_size, const uint8_t old_root[HASH_SIZE], uint64_t new_size,
	const struct tree_proof *proof, uint8_t old_found[HASH_SIZE], uint8_t new_found[HASH_SIZE],
	struct fault *fault)
{
	uint64_t fn = old_size - 1, sn = new_size - 1;
	size_t next = 0;
	const uint8_t *first = old_root;
	if (!is_power_of_two(old_size)) {
		if (!proof->count)
			return wrong_length(fault);
		first = proof->hash[next++];
	}
	while (fn & 1) {
		fn >>= 1;
		sn >>= 1;
	}
	memcpy(old_found, first, HASH_SIZE);
	memcpy(new_found, first, HASH_SIZE);
	for (; next < proof->count; next++) {
		const uint8_t *hash = proof->hash[next];
		if (sn == 0)
			return wrong_length(fault);
		if (fn & 1 || fn == sn) {
			tree_node(hash, old_found, old_found);
			tree_node(hash, new_found, new_found);
			while (!(fn & 1) && fn != 0) {
				fn >>= 1;
				sn >>= 1;
			}
		} else {
			tree_node(new_found, hash, new_found);
		}
		fn >>= 1;
		sn >>= 1;
	}
	return sn == 0 ? OK : wrong_length(fault);
}

enum err tree_verify_consistency(uint64_t old_size, const uint8_t old_root[HASH_SIZE],
	uint64_t new_size, const uint8_t new_root[HASH_SIZE], const struct tree_proof *proof,
	struct fault *fault)
{
	uint8_t old_found[HASH_SIZE], new_found[HASH_SIZE];
	assert(proof->count <= TREE_PROOF_MAX);
	if (old_size > new_size)
		return fault_set(fault, ERR_RANGE, 0, 0, "no tree of %llu grows to one of %llu",
			(unsigned long long)old_size, (unsigned long long)new_size);
	if (old_size == 0 || old_size == new_size) {
		if (proof->count)
			return wrong_length(fault);
		if (old_size == 0)
			hash_sha256(span_of(NULL, 0), old_found);
		else
			memcpy(old_found, new_root, HASH_SIZE);
		memcpy(new_found, new_size ? new_root : old_found, HASH_SIZE);
	} else {
		enum err err =
			grow(old_size, old_root, new_size, proof, old_found, new_found, fault);
		if (err)
			return err;
	}
	if (memcmp(old_found, old_root, HASH_SIZE) != 0 ||
		memcmp(new_found, new_root, HASH_SIZE) != 0)
		return fault_set(fault, ERR_PROOF, 0, 0,
			"the larger tree does not begin with the smaller one");
	return OK;
}
