#include "ledger/proof/tree.h"
#include "tests/unit/merkle_set.h"

#define LEAVES_MAX 300

struct forest {
	uint8_t leaf[LEAVES_MAX][HASH_SIZE];
	size_t count;
	unsigned reads;
	unsigned fail_at; /* this read fails; 0: none */
};

static enum err forest_node(void *self, unsigned level, uint64_t index, uint8_t out[HASH_SIZE])
{
	struct forest *forest = self;
	if (++forest->reads == forest->fail_at)
		return ERR_IO;
	if ((index + 1) << level > forest->count)
		return ERR_NOT_FOUND;
	root_by_definition(forest->leaf + (index << level), (size_t)1 << level, out);
	return OK;
}

/* Leaves "entry-0", "entry-1", ... hashed as foreign entries. */
static void plant(struct forest *forest, size_t count)
{
	*forest = (struct forest){.count = count};
	for (size_t i = 0; i < count; i++) {
		char text[32];
		(void)snprintf(text, sizeof text, "entry-%zu", i);
		tree_leaf_of(span_text(text), forest->leaf[i]);
	}
}

TEST(hashes_leaves_and_nodes_as_rfc_6962_says)
{
	/* Roots of the trees of RFC 6962's reference data: empty, one empty leaf. */
	struct tree tree;
	uint8_t root[HASH_SIZE];
	char hex[2 * HASH_SIZE + 1];
	tree_init(&tree);
	tree_root(&tree, root);
	hex_print(span_of(root, HASH_SIZE), hex);
	CHECK(!strcmp(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
	tree_leaf_of(span_of("", 0), root);
	hex_print(span_of(root, HASH_SIZE), hex);
	CHECK(!strcmp(hex, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"));
	uint8_t entry[HASH_SIZE] = {1}, again[HASH_SIZE];
	tree_leaf(entry, root);
	tree_leaf_of(span_of(entry, HASH_SIZE), again);
	CHECK(!memcmp(root, again, HASH_SIZE));
}

TEST(grows_and_loads_to_the_roots_of_the_definition)
{
	static struct forest forest;
	struct tree tree, loaded;
	struct tree_source source = {&forest, forest_node};
	uint8_t root[HASH_SIZE], want[HASH_SIZE];
	plant(&forest, LEAVES_MAX);
	tree_init(&tree);
	for (size_t size = 0; size <= LEAVES_MAX; size++) {
		root_by_definition(forest.leaf, size, want);
		tree_root(&tree, root);
		CHECK_ROW(!memcmp(root, want, HASH_SIZE), "size %zu", size);
		NEED(tree_load(&loaded, size, &source, NULL) == OK);
		tree_root(&loaded, root);
		CHECK_ROW(!memcmp(root, want, HASH_SIZE), "size %zu loaded", size);
		if (size < LEAVES_MAX)
			NEED(tree_append_leaf(&tree, forest.leaf[size], NULL) == OK);
	}
}

TEST(a_full_tree_takes_no_more_and_stays_as_it_was)
{
	struct tree tree = {.size = TREE_SIZE_MAX};
	struct tree before = tree;
	uint8_t entry[HASH_SIZE] = {0};
	struct fault fault;
	CHECK(tree_append(&tree, entry, &fault) == ERR_LIMIT);
	CHECK(!memcmp(&tree, &before, sizeof tree));
	tree.size--;
	CHECK(tree_append(&tree, entry, &fault) == OK && tree.size == TREE_SIZE_MAX);
}

TEST(every_inclusion_proof_verifies_and_no_changed_one_does)
{
	static struct forest forest;
	struct tree_source source = {&forest, forest_node};
	struct tree_proof proof, bad;
	uint8_t root[HASH_SIZE];
	plant(&forest, 70);
	for (uint64_t size = 1; size <= 70; size++) {
		root_by_definition(forest.leaf, (size_t)size, root);
		for (uint64_t i = 0; i < size; i++) {
			const uint8_t *leaf = forest.leaf[i];
			NEED(tree_prove_inclusion(&source, i, size, &proof, NULL) == OK);
			CHECK_ROW(tree_verify_inclusion(leaf, i, size, &proof, root, NULL) == OK,
				"%d of %d", (int)i, (int)size);
			CHECK(tree_verify_inclusion(leaf, i + 1, size, &proof, root, NULL) != OK);
			CHECK(size == 1 || tree_verify_inclusion(forest.leaf[(i + 1) % size], i,
						   size, &proof, root, NULL) == ERR_PROOF);
			for (size_t k = 0; k < proof.count; k++) {
				bad = proof;
				bad.hash[k][31] ^= 1;
				CHECK(tree_verify_inclusion(leaf, i, size, &bad, root, NULL) ==
					ERR_PROOF);
			}
			bad = proof;
			bad.count++;
			CHECK(tree_verify_inclusion(leaf, i, size, &bad, root, NULL) == ERR_PROOF);
			if (proof.count) {
				bad.count = proof.count - 1;
				CHECK(tree_verify_inclusion(leaf, i, size, &bad, root, NULL) ==
					ERR_PROOF);
			}
		}
	}
}

TEST(every_consistency_proof_verifies_and_no_changed_one_does)
{
	static struct forest forest;
	struct tree_source source = {&forest, forest_node};
	struct tree_proof proof, bad;
	uint8_t old_root[HASH_SIZE], new_root[HASH_SIZE], other[HASH_SIZE] = {7};
	plant(&forest, 70);
	for (uint64_t size = 0; size <= 70; size++) {
		root_by_definition(forest.leaf, (size_t)size, new_root);
		for (uint64_t old = 0; old <= size; old++) {
			root_by_definition(forest.leaf, (size_t)old, old_root);
			NEED(tree_prove_consistency(&source, old, size, &proof, NULL) == OK);
			CHECK_ROW(tree_verify_consistency(
					  old, old_root, size, new_root, &proof, NULL) == OK,
				"%d to %d", (int)old, (int)size);
			CHECK(tree_verify_consistency(old, other, size, new_root, &proof, NULL) ==
				ERR_PROOF);
			if (old)
				CHECK(tree_verify_consistency(old, old_root, size, other, &proof,
					      NULL) == ERR_PROOF);
			for (size_t k = 0; k < proof.count; k++) {
				bad = proof;
				bad.hash[k][0] ^= 0x80;
				CHECK(tree_verify_consistency(old, old_root, size, new_root, &bad,
					      NULL) == ERR_PROOF);
			}
			bad = proof;
			bad.count++;
			CHECK(tree_verify_consistency(old, old_root, size, new_root, &bad, NULL) ==
				ERR_PROOF);
		}
	}
	CHECK(tree_verify_consistency(3, old_root, 2, new_root, &proof, NULL) == ERR_RANGE);
}

TEST(passes_on_what_the_source_answers_and_keeps_the_callers_memory)
{
	static struct forest forest;
	struct tree_source source = {&forest, forest_node};
	struct tree_proof proof = {.count = 99};
	struct tree tree = {.size = 12345};
	struct fault fault;
	unsigned fails = 0;
	plant(&forest, 37);
	for (unsigned read = 1;; read++) {
		forest.reads = 0;
		forest.fail_at = read;
		if (tree_prove_inclusion(&source, 17, 37, &proof, &fault) == OK)
			break;
		CHECK(fault.err == ERR_IO && proof.count == 99);
		fails++;
	}
	CHECK(fails >= 5);
	proof.count = 99;
	forest.reads = 0;
	forest.fail_at = 2;
	CHECK(tree_prove_consistency(&source, 17, 37, &proof, &fault) == ERR_IO &&
		proof.count == 99);
	forest.reads = 0;
	CHECK(tree_load(&tree, 37, &source, &fault) == ERR_IO && tree.size == 12345);
	forest.fail_at = 0;
	CHECK(tree_prove_inclusion(&source, 37, 37, &proof, &fault) == ERR_RANGE);
	CHECK(tree_prove_inclusion(&source, 0, 38, &proof, &fault) == ERR_NOT_FOUND);
	CHECK(tree_prove_consistency(&source, 5, 4, &proof, &fault) == ERR_RANGE);
	CHECK(tree_load(&tree, TREE_SIZE_MAX + 1, &source, &fault) == ERR_RANGE);
}

/* A source of a tree far larger than memory: each hash is the SHA-256 of its name. Proofs of it
 * lead to no true root, but have the right length and order. */
static enum err named_node(void *self, unsigned level, uint64_t index, uint8_t out[HASH_SIZE])
{
	(void)self;
	uint64_t name[2] = {level, index};
	if (level > 40 || (index + 1) << level > TREE_SIZE_MAX)
		return ERR_NOT_FOUND;
	hash_sha256(span_of(name, sizeof name), out);
	return OK;
}

TEST(proofs_in_the_largest_trees_have_their_length)
{
	struct tree_source source = {NULL, named_node};
	struct tree_proof proof;
	uint8_t leaf[HASH_SIZE] = {0}, root[HASH_SIZE];
	static const uint64_t sizes[] = {
		TREE_SIZE_MAX, TREE_SIZE_MAX - 1, (TREE_SIZE_MAX >> 1) + 1, 0xa5a5a5a5a5};
	for (size_t s = 0; s < 4; s++) {
		for (int i = 0; i < 40; i++) {
			uint64_t index = sizes[s] - ((uint64_t)1 << i);
			if (index >= sizes[s])
				continue;
			NEED(tree_prove_inclusion(&source, index, sizes[s], &proof, NULL) == OK);
			CHECK(proof.count <= 40);
			CHECK(tree_inclusion_root(leaf, index, sizes[s], &proof, root, NULL) == OK);
			NEED(tree_prove_consistency(&source, index, sizes[s], &proof, NULL) == OK);
			CHECK(proof.count <= 41);
		}
	}
}

static bool judge_inclusion(const json_t *row)
{
	struct tree_proof proof;
	uint8_t root[HASH_SIZE], leaf[HASH_SIZE];
	return take_proof(json_object_get(row, "proof"), &proof) && take_hash(row, "root", root) &&
	       take_hash(row, "leafHash", leaf) &&
	       tree_verify_inclusion(leaf, json_number(row, "leafIdx"),
		       json_number(row, "treeSize"), &proof, root, NULL) == OK;
}

static bool judge_consistency(const json_t *row)
{
	struct tree_proof proof;
	uint8_t old_root[HASH_SIZE], new_root[HASH_SIZE];
	return take_proof(json_object_get(row, "proof"), &proof) &&
	       take_hash(row, "root1", old_root) && take_hash(row, "root2", new_root) &&
	       tree_verify_consistency(json_number(row, "size1"), old_root,
		       json_number(row, "size2"), new_root, &proof, NULL) == OK;
}

TEST(judges_the_inclusion_proofs_of_transparency_dev)
{
	size_t fine = 0;
	size_t count = judge_set(tap, "inclusion", judge_inclusion, &fine);
	if (!count)
		SKIP("ledger/transparency-dev-merkle is absent");
	CHECK(count > 50 && fine >= 5);
}

TEST(judges_the_consistency_proofs_of_transparency_dev)
{
	size_t fine = 0;
	size_t count = judge_set(tap, "consistency", judge_consistency, &fine);
	if (!count)
		SKIP("ledger/transparency-dev-merkle is absent");
	CHECK(count > 50 && fine >= 5);
}

TEST(makes_the_proofs_that_go_makes)
{
	static struct forest forest;
	struct tree_source source = {&forest, forest_node};
	struct tree_proof want, proof;
	size_t i;
	json_t *row;
	json_t *file = json_read("../shared/data/ledger/notes-go/tlog_proofs.json");
	if (!file)
		SKIP("ledger/notes-go is absent");
	plant(&forest, 70);
	json_array_foreach(json_object_get(file, "inclusion"), i, row)
	{
		NEED(take_proof(json_object_get(row, "Proof"), &want));
		NEED(tree_prove_inclusion(&source, json_number(row, "Index"),
			     json_number(row, "Size"), &proof, NULL) == OK);
		CHECK_ROW(proof.count == want.count &&
				  !memcmp(proof.hash, want.hash, want.count * HASH_SIZE),
			"inclusion %zu", i);
	}
	CHECK(i > 30);
	json_array_foreach(json_object_get(file, "consistency"), i, row)
	{
		NEED(take_proof(json_object_get(row, "Proof"), &want));
		NEED(tree_prove_consistency(&source, json_number(row, "Old"),
			     json_number(row, "New"), &proof, NULL) == OK);
		CHECK_ROW(proof.count == want.count &&
				  !memcmp(proof.hash, want.hash, want.count * HASH_SIZE),
			"consistency %zu", i);
	}
	CHECK(i > 30);
	json_decref(file);
}

TAP_MAIN(CASE(hashes_leaves_and_nodes_as_rfc_6962_says),
	CASE(grows_and_loads_to_the_roots_of_the_definition),
	CASE(a_full_tree_takes_no_more_and_stays_as_it_was),
	CASE(every_inclusion_proof_verifies_and_no_changed_one_does),
	CASE(every_consistency_proof_verifies_and_no_changed_one_does),
	CASE(passes_on_what_the_source_answers_and_keeps_the_callers_memory),
	CASE(proofs_in_the_largest_trees_have_their_length),
	CASE(judges_the_inclusion_proofs_of_transparency_dev),
	CASE(judges_the_consistency_proofs_of_transparency_dev),
	CASE(makes_the_proofs_that_go_makes))
