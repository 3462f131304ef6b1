#include "ledger/proof/subtree.h"

#include <assert.h>

bool subtree_is_valid(const struct subtree *subtree)
{
	if (subtree->start > subtree->end || subtree->end > TREE_SIZE_MAX)
		return false;
	uint64_t size = subtree->end - subtree->start, power = 1;
	while (power < size)
		power *= 2;
	return size == 0 || subtree->start % power == 0;
}

static enum err no_subtree(const struct subtree *subtree, struct fault *fault)
{
	return fault_set(fault, ERR_RANGE, 0, 0, "%llu..%llu is no subtree of this tree",
		(unsigned long long)subtree->start, (unsigned long long)subtree->end);
}

static enum err find_leaf(const struct subtree *subtree, uint64_t index, struct fault *fault)
{
	if (!subtree_is_valid(subtree))
		return no_subtree(subtree, fault);
	if (index < subtree->start || index >= subtree->end)
		return fault_set(fault, ERR_RANGE, 0, 0, "entry %llu is not in the subtree",
			(unsigned long long)index);
	return OK;
}

/* The subtree as a tree of its own. */
struct shifted {
	const struct tree_source *source;
	uint64_t start;
};

static enum err shifted_node(void *self, unsigned level, uint64_t index, uint8_t out[HASH_SIZE])
{
	const struct shifted *shifted = self;
	return shifted->source->node(
		shifted->source->self, level, (shifted->start >> level) + index, out);
}

enum err subtree_prove_inclusion(const struct tree_source *source, const struct subtree *subtree,
	uint64_t index, struct tree_proof *proof, struct fault *fault)
{
	enum err err = find_leaf(subtree, index, fault);
	if (err)
		return err;
	struct shifted shifted = {source, subtree->start};
	struct tree_source own = {&shifted, shifted_node};
	return tree_prove_inclusion(
		&own, index - subtree->start, subtree->end - subtree->start, proof, fault);
}

enum err subtree_verify_inclusion(const uint8_t leaf[HASH_SIZE], uint64_t index,
	const struct subtree *subtree, const struct tree_proof *proof,
	const uint8_t root[HASH_SIZE], struct fault *fault)
{
	enum err err = find_leaf(subtree, index, fault);
	if (err)
		return err;
	return tree_verify_inclusion(
		leaf, index - subtree->start, subtree->end - subtree->start, proof, root, fault);
}

/* Root over leaves from .. to, which a tree of `size` leaves splits off: its edge, joined. */
static enum err root_over(const struct tree_source *source, uint64_t from, uint64_t to,
	uint8_t root[HASH_SIZE], struct fault *fault)
{
	struct shifted shifted = {source, from};
	struct tree_source own = {&shifted, shifted_node};
	struct tree tree;
	enum err err = tree_load(&tree, to - from, &own, fault);
	if (!err)
		tree_root(&tree, root);
	return err;
}

/* One step from the tree's root towards the subtree: which side holds it. The subtree is cut where
 * the tree splits inside it (then it begins where the tree does): only its right part goes on. */
enum side { SIDE_LEFT, SIDE_RIGHT, SIDE_CUT };

struct descent {
	uint64_t from, to; /* the tree that is left */
	struct subtree subtree; /* what of the subtree is in it */
	bool is_cut; /* it is a part only, so its root is in the proof */
};

static bool has_arrived(const struct descent *at)
{
	return at->subtree.start == at->from && at->subtree.end == at->to;
}

/* Goes one step down; middle is where the two sides meet. */
static enum side step_down(struct descent *at, uint64_t *middle)
{
	uint64_t size = at->to - at->from;
	assert(size > 1);
	*middle = at->from + ((uint64_t)1 << (63 - __builtin_clzll(size - 1)));
	if (at->subtree.end <= *middle) {
		at->to = *middle;
		return SIDE_LEFT;
	}
	enum side side = SIDE_RIGHT;
	if (at->subtree.start < *middle) {
		at->subtree.start = *middle;
		at->is_cut = true;
		side = SIDE_CUT;
	}
	at->from = *middle;
	return side;
}

enum err subtree_prove_consistency(const struct tree_source *source, const struct subtree *subtree,
	uint64_t size, struct tree_proof *proof, struct fault *fault)
{
	struct descent at = {.to = size, .subtree = *subtree};
	uint8_t path[TREE_PROOF_MAX][HASH_SIZE];
	size_t count = 0;
	if (!subtree_is_valid(subtree) || subtree->end > size || size > TREE_SIZE_MAX)
		return no_subtree(subtree, fault);
	if (subtree->start == subtree->end) {
		proof->count = 0;
		return OK;
	}
	while (!has_arrived(&at)) {
		uint64_t from = at.from, to = at.to, middle;
		bool is_left = step_down(&at, &middle) == SIDE_LEFT;
		enum err err = root_over(source, is_left ? middle : from, is_left ? to : middle,
			path[count++], fault);
		if (err)
			return err;
	}
	if (at.is_cut) {
		enum err err = root_over(source, at.from, at.to, path[count++], fault);
		if (err)
			return err;
	}
	for (size_t i = 0; i < count; i++)
		memcpy(proof->hash[i], path[count - 1 - i], HASH_SIZE);
	proof->count = count;
	return OK;
}

static enum err wrong_proof(struct fault *fault)
{
	return fault_set(fault, ERR_PROOF, 0, 0, "the tree does not hold this subtree");
}

/* The way down is known from the three numbers alone; the proof is read on the way back up. */
static enum err climb(const struct subtree *subtree, const uint8_t subtree_root[HASH_SIZE],
	uint64_t size, const struct tree_proof *proof, uint8_t subtree_found[HASH_SIZE],
	uint8_t found[HASH_SIZE], struct fault *fault)
{
	struct descent at = {.to = size, .subtree = *subtree};
	enum side way[TREE_LEVELS + 1];
	size_t steps = 0;
	while (!has_arrived(&at)) {
		uint64_t middle;
		way[steps++] = step_down(&at, &middle);
	}
	if (proof->count != steps + at.is_cut)
		return wrong_proof(fault);
	const uint8_t(*hash)[HASH_SIZE] = proof->hash;
	const uint8_t *first = at.is_cut ? *hash++ : subtree_root;
	memcpy(subtree_found, first, HASH_SIZE);
	memcpy(found, first, HASH_SIZE);
	/* Left of a cut, and below it nowhere else, lies what belongs to the subtree too. */
	while (steps > 0) {
		enum side side = way[--steps];
		if (side == SIDE_LEFT)
			tree_node(found, *hash, found);
		else
			tree_node(*hash, found, found);
		if (side == SIDE_CUT)
			tree_node(*hash, subtree_found, subtree_found);
		hash++;
	}
	return OK;
}

enum err subtree_verify_consistency(const struct subtree *subtree,
	const uint8_t subtree_root[HASH_SIZE], uint64_t size, const uint8_t root[HASH_SIZE],
	const struct tree_proof *proof, struct fault *fault)
{
	uint8_t subtree_found[HASH_SIZE], found[HASH_SIZE];
	assert(proof->count <= TREE_PROOF_MAX);
	if (!subtree_is_valid(subtree) || subtree->end > size || size > TREE_SIZE_MAX)
		return no_subtree(subtree, fault);
	if (subtree->start == subtree->end) {
		hash_sha256(span_of(NULL, 0), found);
		return proof->count || memcmp(found, subtree_root, HASH_SIZE) != 0
			       ? wrong_proof(fault)
			       : OK;
	}
	enum err err = climb(subtree, subtree_root, size, proof, subtree_found, found, fault);
	if (err)
		return err;
	if (memcmp(subtree_found, subtree_root, HASH_SIZE) != 0 ||
		memcmp(found, root, HASH_SIZE) != 0)
		return wrong_proof(fault);
	return OK;
}
