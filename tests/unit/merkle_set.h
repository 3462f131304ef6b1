/* What the tests of trees and of subtrees share: a tree's root by the letter of the standard, and
 * the vectors of transparency-dev's merkle library. */
#ifndef TESTS_MERKLE_SET_H
#define TESTS_MERKLE_SET_H

#include "ledger/proof/tree.h"
#include "tests/json.h"
#include "tests/tap.h"

#include <dirent.h>

/* The definition of RFC 9162 section 2.1.1, as slow as it stands there. */
static inline void root_by_definition(
	uint8_t (*leaves)[HASH_SIZE], size_t count, uint8_t out[HASH_SIZE])
{
	uint8_t left[HASH_SIZE], right[HASH_SIZE];
	size_t split = 1;
	if (count == 0) {
		hash_sha256(span_of(NULL, 0), out);
		return;
	}
	if (count == 1) {
		memcpy(out, leaves[0], HASH_SIZE);
		return;
	}
	while (split * 2 < count)
		split *= 2;
	root_by_definition(leaves, split, left);
	root_by_definition(leaves + split, count - split, right);
	tree_node(left, right, out);
}

#define MERKLE "../shared/data/ledger/transparency-dev-merkle/"

/* A JSON array of base64 into a proof; false if one has not the size of a hash. */
static inline bool take_proof(const json_t *array, struct tree_proof *proof)
{
	size_t i, size;
	json_t *item;
	proof->count = 0;
	json_array_foreach(array, i, item)
	{
		if (i >= TREE_PROOF_MAX ||
			!json_base64(json_string_value(item), proof->hash[i], HASH_SIZE, &size) ||
			size != HASH_SIZE)
			return false;
		proof->count++;
	}
	return true;
}

static inline bool take_hash(const json_t *row, const char *name, uint8_t out[HASH_SIZE])
{
	size_t size;
	return json_base64(json_text(row, name), out, HASH_SIZE, &size) && size == HASH_SIZE;
}

/* All files in the folders of one set; returns how many, and in *fine how many verified. */
static inline size_t judge_set(
	struct tap *tap, const char *set, bool (*judge)(const json_t *), size_t *fine)
{
	static const char *const folders[] = {
		"0", "1", "2", "3", "4", "additional", "errors", "single-entry"};
	size_t count = 0;
	for (size_t f = 0; f < sizeof folders / sizeof folders[0]; f++) {
		char path[600];
		(void)snprintf(path, sizeof path, MERKLE "%s/%s", set, folders[f]);
		DIR *folder = opendir(path);
		struct dirent *entry;
		while (folder && (entry = readdir(folder))) {
			if (!strstr(entry->d_name, ".json"))
				continue;
			(void)snprintf(path, sizeof path, MERKLE "%s/%s/%s", set, folders[f],
				entry->d_name);
			json_t *row = json_read(path);
			bool good = row && judge(row);
			/* Two words of 12 bytes stand for equal roots there. */
			if (!strcmp(entry->d_name, "sizes-are-equal-one-and-proof-is-empty.json"))
				CHECK(!strcmp(json_text(row, "root1"), json_text(row, "root2")));
			else
				CHECK_ROW(row && good == !json_true_at(row, "wantErr"), "%s", path);
			json_decref(row);
			*fine += good;
			count++;
		}
		if (folder)
			(void)closedir(folder);
	}
	return count;
}

#endif
