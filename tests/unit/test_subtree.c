#include "ledger/proof/subtree.h"
#include "tests/unit/merkle_set.h"

#define LEAVES 40

struct orchard {
	uint8_t leaf[LEAVES][HASH_SIZE];
	unsigned reads, fail_at; /* this read fails; 0: none */
};

static enum err orchard_node(void *self, unsigned level, uint64_t index, uint8_t out[HASH_SIZE])
{
	struct orchard *orchard = self;
	if (++orchard->reads == orchard->fail_at)
		return ERR_IO;
	if ((index + 1) << level > LEAVES)
		return ERR_NOT_FOUND;
	root_by_definition(orchard->leaf + (index << level), (size_t)1 << level, out);
	return OK;
}

static void plant(struct orchard *orchard)
{
	*orchard = (struct orchard){.reads = 0};
	for (size_t i = 0; i < LEAVES; i++)
		tree_leaf_of(span_of(&i, 1), orchard->leaf[i]);
}

TEST(knows_which_ranges_are_subtrees)
{
	static const struct {
		uint64_t start, end;
		bool is_valid;
	} row[] = {
		{0, 0, true},
		{7, 7, true},
		{0, 1, true},
		{0, 13, true},
		{3, 4, true},
		{4, 7, true},
		{8, 13, true},
		{TREE_SIZE_MAX - 1, TREE_SIZE_MAX, true},
		{0, TREE_SIZE_MAX, true},
		{3, 5, false},
		{2, 5, false},
		{4, 9, false},
		{5, 4, false},
		{0, TREE_SIZE_MAX + 1, false},
		{UINT64_MAX, UINT64_MAX, false},
	};
	for (size_t i = 0; i < sizeof row / sizeof row[0]; i++)
		CHECK_ROW(subtree_is_valid(&(struct subtree){row[i].start, row[i].end}) ==
				  row[i].is_valid,
			"%llu..%llu", (unsigned long long)row[i].start,
			(unsigned long long)row[i].end);
}

/* Its proof holds; with any hash changed, one more or one less, or another root it does not. */
static void try_consistency(struct tap *tap, struct orchard *orchard, struct subtree subtree,
	uint64_t size, const uint8_t root[HASH_SIZE])
{
	struct tree_source source = {orchard, orchard_node};
	struct tree_proof proof, bad;
	uint8_t own[HASH_SIZE], other[HASH_SIZE] = {1};
	root_by_definition(
		orchard->leaf + subtree.start, (size_t)(subtree.end - subtree.start), own);
	NEED(subtree_prove_consistency(&source, &subtree, size, &proof, NULL) == OK);
	CHECK_ROW(subtree_verify_consistency(&subtree, own, size, root, &proof, NULL) == OK,
		"%d..%d of %d", (int)subtree.start, (int)subtree.end, (int)size);
	CHECK(subtree_verify_consistency(&subtree, other, size, root, &proof, NULL) == ERR_PROOF);
	if (subtree.start < subtree.end)
		CHECK(subtree_verify_consistency(&subtree, own, size, other, &proof, NULL) ==
			ERR_PROOF);
	for (size_t k = 0; k < proof.count; k++) {
		bad = proof;
		bad.hash[k][31] ^= 1;
		CHECK(subtree_verify_consistency(&subtree, own, size, root, &bad, NULL) ==
			ERR_PROOF);
	}
	bad = proof;
	memset(bad.hash[bad.count++], 0, HASH_SIZE);
	CHECK(subtree_verify_consistency(&subtree, own, size, root, &bad, NULL) == ERR_PROOF);
	if (proof.count) {
		bad.count = proof.count - 1;
		CHECK(subtree_verify_consistency(&subtree, own, size, root, &bad, NULL) ==
			ERR_PROOF);
	}
	/* From leaf 0 this is RFC 9162's consistency, hash for hash. */
	if (subtree.start == 0 && subtree.end > 0) {
		NEED(tree_prove_consistency(&source, subtree.end, size, &bad, NULL) == OK);
		CHECK(bad.count == proof.count &&
			!memcmp(bad.hash, proof.hash, HASH_SIZE * bad.count));
	}
}

TEST(every_subtree_of_every_tree_is_proven_and_no_changed_proof_holds)
{
	static struct orchard orchard;
	uint8_t root[HASH_SIZE];
	size_t count = 0;
	plant(&orchard);
	for (uint64_t size = 0; size <= LEAVES; size++) {
		root_by_definition(orchard.leaf, (size_t)size, root);
		for (uint64_t start = 0; start <= size; start++)
			for (uint64_t end = start; end <= size; end++) {
				struct subtree subtree = {start, end};
				if (!subtree_is_valid(&subtree))
					continue;
				try_consistency(tap, &orchard, subtree, size, root);
				count++;
			}
	}
	CHECK(count > 2000);
}

TEST(leaves_of_a_subtree_are_proven)
{
	static struct orchard orchard;
	struct tree_source source = {&orchard, orchard_node};
	static const struct subtree subtree[] = {{0, 13}, {8, 13}, {4, 7}, {16, 32}, {39, 40}};
	struct tree_proof proof;
	uint8_t root[HASH_SIZE];
	plant(&orchard);
	for (size_t s = 0; s < sizeof subtree / sizeof subtree[0]; s++) {
		const struct subtree *in = &subtree[s];
		root_by_definition(orchard.leaf + in->start, (size_t)(in->end - in->start), root);
		for (uint64_t i = in->start; i < in->end; i++) {
			NEED(subtree_prove_inclusion(&source, in, i, &proof, NULL) == OK);
			CHECK(subtree_verify_inclusion(
				      orchard.leaf[i], i, in, &proof, root, NULL) == OK);
			CHECK(subtree_verify_inclusion(orchard.leaf[(i + 1) % LEAVES], i, in,
				      &proof, root, NULL) == ERR_PROOF);
		}
		CHECK(subtree_prove_inclusion(&source, in, in->end, &proof, NULL) == ERR_RANGE);
		CHECK(subtree_verify_inclusion(orchard.leaf[0], in->end, in, &proof, root, NULL) ==
			ERR_RANGE);
	}
	CHECK(subtree_prove_inclusion(&source, &(struct subtree){3, 5}, 3, &proof, NULL) ==
		ERR_RANGE);
}

TEST(a_failed_read_is_passed_on_and_the_proof_is_as_before)
{
	static struct orchard orchard;
	struct tree_source source = {&orchard, orchard_node};
	struct subtree subtree = {8, 13};
	struct tree_proof proof = {.count = 99};
	struct fault fault;
	unsigned fails = 0;
	plant(&orchard);
	for (unsigned read = 1;; read++) {
		orchard.reads = 0;
		orchard.fail_at = read;
		if (subtree_prove_consistency(&source, &subtree, 37, &proof, &fault) == OK)
			break;
		CHECK(fault.err == ERR_IO && proof.count == 99);
		fails++;
	}
	CHECK(fails >= 4);
	CHECK(subtree_prove_consistency(&source, &subtree, 12, &proof, &fault) == ERR_RANGE);
	CHECK(subtree_prove_consistency(&source, &subtree, TREE_SIZE_MAX + 1, &proof, &fault) ==
		ERR_RANGE);
}

/* Some rows, where a root matters not or only as equal to another, have shorter words for it. */
static bool take_root(const json_t *row, const char *name, uint8_t out[HASH_SIZE])
{
	size_t size;
	memset(out, 0, HASH_SIZE);
	return json_base64(json_text(row, name), out, HASH_SIZE, &size);
}

static bool judge_inclusion(const json_t *row)
{
	struct tree_proof proof;
	struct subtree subtree = {json_number(row, "start"), json_number(row, "end")};
	uint8_t root[HASH_SIZE], leaf[HASH_SIZE];
	return take_proof(json_object_get(row, "proof"), &proof) && take_hash(row, "root", root) &&
	       take_hash(row, "leafHash", leaf) &&
	       subtree_verify_inclusion(
		       leaf, json_number(row, "leafIdx"), &subtree, &proof, root, NULL) == OK;
}

static bool judge_consistency(const json_t *row)
{
	struct tree_proof proof;
	struct subtree subtree = {json_number(row, "start"), json_number(row, "end")};
	uint8_t own[HASH_SIZE], root[HASH_SIZE];
	return take_proof(json_object_get(row, "proof"), &proof) && take_root(row, "root1", own) &&
	       take_root(row, "root2", root) &&
	       subtree_verify_consistency(
		       &subtree, own, json_number(row, "size"), root, &proof, NULL) == OK;
}

TEST(judges_the_subtree_inclusion_proofs_of_transparency_dev)
{
	size_t fine = 0;
	size_t count = judge_set(tap, "subtreeinclusion", judge_inclusion, &fine);
	if (!count)
		SKIP("ledger/transparency-dev-merkle is absent");
	CHECK(count > 50 && fine >= 5);
}

TEST(judges_the_subtree_consistency_proofs_of_transparency_dev)
{
	size_t fine = 0;
	size_t count = judge_set(tap, "subtreeconsistency", judge_consistency, &fine);
	if (!count)
		SKIP("ledger/transparency-dev-merkle is absent");
	CHECK(count > 50 && fine >= 5);
}

TAP_MAIN(CASE(knows_which_ranges_are_subtrees),
	CASE(every_subtree_of_every_tree_is_proven_and_no_changed_proof_holds),
	CASE(leaves_of_a_subtree_are_proven),
	CASE(a_failed_read_is_passed_on_and_the_proof_is_as_before),
	CASE(judges_the_subtree_inclusion_proofs_of_transparency_dev),
	CASE(judges_the_subtree_consistency_proofs_of_transparency_dev))
