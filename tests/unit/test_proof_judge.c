/* What `assay proof` answers, by rows and by the sets of others. */
#include "appliance/cli/proof_judge.h"

#include "tests/unit/merkle_set.h"

static json_t *ask(const char *word, const char *line, bool *was_read)
{
	return proof_answer(proof_form_find(word), line, strlen(line), was_read);
}

#define HASH0 "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
#define HASH1 "bjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0="
static const struct {
	const char *word, *line;
	bool was_read;
	const char *fault; /* NULL: valid; else found in the sentence */
} questions[] = {
	{"cbor", "{\"hex\":\"a10102\"}", true, NULL},
	{"cbor", "{\"hex\":\"A10102\"}", true, NULL},
	{"cbor", "{\"hex\":\"a2020101\"}", true, "CBOR"},
	{"cbor", "{\"hex\":\"1800\"}", true, "CBOR"},
	{"cbor", "{\"hex\":\"\"}", true, "CBOR"},
	{"cbor", "{\"hex\":\"a\"}", true, "hexadecimal"},
	{"cbor", "{\"hex\":\"zz\"}", true, "hexadecimal"},
	{"cbor", "{\"hex\":5}", true, "hex: a text"},
	{"cbor", "{}", true, "hex: a text"},
	{"cbor", "[]", false, "no JSON object"},
	{"cbor", "{\"hex\":\"00\",\"hex\":\"00\"}", false, "no JSON object"},
	{"cbor", "{\"hex\":\"00\"", false, "no JSON object"},
	{"inclusion",
		"{\"leaf_index\":0,\"tree_size\":1,\"leaf_hash\":\"" HASH1
		"\",\"path\":[],\"root\":\"" HASH1 "\"}",
		true, NULL},
	{"inclusion",
		"{\"leaf_index\":0,\"tree_size\":1,\"leaf_hash\":\"" HASH1
		"\",\"path\":null,\"root\":\"" HASH1 "\"}",
		true, NULL},
	{"inclusion",
		"{\"leaf_index\":0,\"tree_size\":1,\"leaf_hash\":\"" HASH1 "\",\"path\":[\"" HASH1
		"\"],\"root\":\"" HASH1 "\"}",
		true, "proof"},
	{"inclusion",
		"{\"leaf_index\":1,\"tree_size\":1,\"leaf_hash\":\"" HASH1
		"\",\"path\":[],\"root\":\"" HASH1 "\"}",
		true, "not in a tree"},
	{"inclusion",
		"{\"leaf_index\":-1,\"tree_size\":1,\"leaf_hash\":\"" HASH1
		"\",\"path\":[],\"root\":\"" HASH1 "\"}",
		true, "leaf_index"},
	{"inclusion",
		"{\"leaf_index\":0,\"tree_size\":9223372036854775808,\"leaf_hash\":\"" HASH1
		"\",\"path\":[],\"root\":\"" HASH1 "\"}",
		true, "tree_size"},
	{"inclusion",
		"{\"leaf_index\":0,\"tree_size\":1,\"leaf_hash\":\"AAAA\",\"path\":[],"
		"\"root\":\"" HASH1 "\"}",
		true, "leaf_hash"},
	{"consistency",
		"{\"size1\":1,\"size2\":1,\"root1\":\"" HASH1 "\",\"root2\":\"" HASH1
		"\",\"path\":[]}",
		true, NULL},
	{"consistency",
		"{\"size1\":0,\"size2\":0,\"root1\":\"" HASH0 "\",\"root2\":\"" HASH0
		"\",\"path\":[]}",
		true, NULL},
	{"consistency",
		"{\"size1\":0,\"size2\":0,\"root1\":\"" HASH1 "\",\"root2\":\"" HASH1
		"\",\"path\":[]}",
		true, "smaller"},
	{"consistency",
		"{\"size1\":0,\"size2\":1,\"root1\":\"" HASH0 "\",\"root2\":\"" HASH1
		"\",\"path\":[]}",
		true, "empty tree"},
	{"consistency",
		"{\"size1\":1,\"size2\":1,\"root1\":\"" HASH0 "\",\"root2\":\"" HASH1
		"\",\"path\":[]}",
		true, "one root"},
	{"consistency",
		"{\"size1\":1,\"size2\":1,\"root1\":\"" HASH1 "\",\"root2\":\"" HASH1
		"\",\"path\":[\"" HASH1 "\"]}",
		true, "path is empty"},
	{"note", "{\"note\":\"x\\n\\n\",\"vkeys\":[]}", true, ""},
	{"note", "{\"note\":\"x\",\"vkeys\":[\"a+b+c\"]}", true, ""},
	{"note", "{\"note\":\"x\"}", true, "vkeys"},
	{"ed25519", "{\"key\":\"00\",\"message\":\"\",\"signature\":\"\"}", true, "32"},
};

TEST(answers_each_line_with_what_it_found)
{
	CHECK(!proof_form_find("others") && proof_form_find("cbor"));
	for (size_t i = 0; i < sizeof questions / sizeof questions[0]; i++) {
		bool was_read;
		json_t *answer = ask(questions[i].word, questions[i].line, &was_read);
		NEED(answer);
		const char *fault = json_string_value(json_object_get(answer, "fault"));
		CHECK_ROW(json_is_boolean(json_object_get(answer, "valid")) &&
				  json_true_at(answer, "valid") == !questions[i].fault &&
				  was_read == questions[i].was_read,
			"%s %s", questions[i].word, questions[i].line);
		CHECK_ROW(!fault == !questions[i].fault &&
				  (!fault || strstr(fault, questions[i].fault)),
			"%s: %s", questions[i].line, fault ? fault : "none");
		json_decref(answer);
	}
}

/* One question made by name and value; the reference to it is given up. */
static json_t *judge(const char *word, json_t *question)
{
	bool was_read;
	char *line = json_dumps(question, 0);
	json_t *answer = line ? ask(word, line, &was_read) : NULL;
	free(line);
	json_decref(question);
	return answer;
}

static bool holds(const char *word, json_t *question)
{
	json_t *answer = judge(word, question);
	bool valid = json_true_at(answer, "valid");
	json_decref(answer);
	return valid;
}

static bool holds_inclusion(const json_t *row)
{
	return holds("inclusion",
		json_pack("{s:O, s:O, s:O, s:O, s:O}", "leaf_index",
			json_object_get(row, "leafIdx"), "tree_size",
			json_object_get(row, "treeSize"), "leaf_hash",
			json_object_get(row, "leafHash"), "path", json_object_get(row, "proof"),
			"root", json_object_get(row, "root")));
}

static bool holds_consistency(const json_t *row)
{
	return holds("consistency",
		json_pack("{s:O, s:O, s:O, s:O, s:O}", "size1", json_object_get(row, "size1"),
			"size2", json_object_get(row, "size2"), "root1",
			json_object_get(row, "root1"), "root2", json_object_get(row, "root2"),
			"path", json_object_get(row, "proof")));
}

static void try_set(struct tap *tap, const char *set, bool (*judge_row)(const json_t *))
{
	static const char *const folders[] = {
		"0", "1", "2", "3", "4", "additional", "single-entry"};
	size_t count = 0, fine = 0;
	for (size_t f = 0; f < sizeof folders / sizeof folders[0]; f++) {
		char path[600];
		(void)snprintf(path, sizeof path, MERKLE "%s/%s", set, folders[f]);
		DIR *folder = opendir(path);
		for (struct dirent *entry; folder && (entry = readdir(folder));) {
			if (!strstr(entry->d_name, ".json"))
				continue;
			(void)snprintf(path, sizeof path, MERKLE "%s/%s/%s", set, folders[f],
				entry->d_name);
			json_t *row = json_read(path);
			bool good = row && judge_row(row);
			CHECK_ROW(row && good == !json_true_at(row, "wantErr"), "%s", path);
			json_decref(row);
			fine += good;
			count++;
		}
		if (folder)
			(void)closedir(folder);
	}
	if (!count)
		SKIP("ledger/transparency-dev-merkle is absent");
	CHECK(count > 50 && fine >= 5);
}

TEST(judges_inclusion_as_transparency_dev)
{
	try_set(tap, "inclusion", holds_inclusion);
}

TEST(judges_consistency_as_transparency_dev)
{
	try_set(tap, "consistency", holds_consistency);
}

TEST(judges_notes_as_go_and_names_who_signed)
{
	json_t *file = json_read("../shared/data/ledger/notes-go/notes.json");
	json_t *row;
	size_t i, fine = 0;
	if (!file)
		SKIP("ledger/notes-go is absent");
	json_array_foreach(file, i, row)
	{
		json_t *answer =
			judge("note", json_pack("{s:O, s:O}", "note", json_object_get(row, "note"),
					      "vkeys", json_object_get(row, "vkeys")));
		bool valid = json_true_at(answer, "valid");
		const json_t *names = json_object_get(answer, "signed_by");
		CHECK_ROW(valid == json_true_at(row, "valid"), "%s", json_text(row, "name"));
		CHECK_ROW(json_is_array(names) && (json_array_size(names) > 0) == valid, "%s",
			json_text(row, "name"));
		fine += valid;
		json_decref(answer);
	}
	CHECK(i > 10 && fine > 3);
	json_decref(file);
}

TEST(judges_signatures_and_keys_as_the_ledger_does)
{
	json_t *file = json_read("../shared/data/ledger/ed25519-speccheck/cases.json");
	json_t *row;
	size_t i, fine = 0, keys = 0;
	if (!file)
		SKIP("ledger/ed25519-speccheck is absent");
	json_array_foreach(file, i, row)
	{
		uint8_t key[SIGN_PUBLIC], signature[SIGN_SIZE], message[64];
		size_t size;
		json_t *answer = judge("ed25519",
			json_pack("{s:O, s:O, s:O}", "key", json_object_get(row, "pub_key"),
				"message", json_object_get(row, "message"), "signature",
				json_object_get(row, "signature")));
		NEED(json_hex(json_text(row, "pub_key"), key, sizeof key, &size));
		NEED(json_hex(json_text(row, "signature"), signature, sizeof signature, &size));
		NEED(json_hex(json_text(row, "message"), message, sizeof message, &size));
		CHECK_ROW(json_true_at(answer, "valid") ==
				  sign_verify(key, span_of(message, size), signature),
			"case %d", (int)i);
		CHECK_ROW(json_true_at(answer, "key_ok") == sign_public_is_valid(key), "case %d",
			(int)i);
		fine += json_true_at(answer, "valid");
		keys += json_true_at(answer, "key_ok");
		json_decref(answer);
	}
	CHECK(i == 12 && fine == 1 && keys >= 1);
	json_decref(file);
}

TEST(refuses_the_cbor_that_rfc_8949_calls_not_well_formed)
{
	json_t *file = json_read("../shared/data/ledger/cbor-malformed/malformed.json");
	const char *set;
	json_t *list, *item;
	size_t i, count = 0;
	if (!file)
		SKIP("ledger/cbor-malformed is absent");
	json_object_foreach(file, set, list) json_array_foreach(list, i, item)
	{
		if (!json_is_string(item))
			continue;
		CHECK_ROW(!holds("cbor", json_pack("{s:O}", "hex", item)), "%s %s", set,
			json_string_value(item));
		count++;
	}
	CHECK(count > 50);
	json_decref(file);
}

TAP_MAIN(CASE(answers_each_line_with_what_it_found), CASE(judges_inclusion_as_transparency_dev),
	CASE(judges_consistency_as_transparency_dev), CASE(judges_notes_as_go_and_names_who_signed),
	CASE(judges_signatures_and_keys_as_the_ledger_does),
	CASE(refuses_the_cbor_that_rfc_8949_calls_not_well_formed))
