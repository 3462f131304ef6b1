#include "appliance/cli/proof_judge.h"

#include "ledger/base/cbor.h"
#include "ledger/base/hex.h"
#include "ledger/proof/note.h"
#include "ledger/proof/tree.h"

#include <stdlib.h>
#include <string.h>

#define REAL_EXACT_MAX 9007199254740992.0 /* 2^53 */

static json_t *say(bool valid, const struct fault *fault)
{
	return json_pack("{s:b, s:o}", "valid", valid, "fault",
		valid ? json_null() : json_string(fault->text));
}

/* A member's text; faults when it is not there or no text. */
static enum err take_text(
	const json_t *question, const char *name, struct span *text, struct fault *fault)
{
	const json_t *member = json_object_get(question, name);
	if (!json_is_string(member))
		return fault_set(fault, ERR_FORMAT, 0, 0, "%s: a text belongs here", name);
	*text = span_of(json_string_value(member), json_string_length(member));
	return OK;
}

/* Bytes in hexadecimal, into new memory of the caller's. */
static enum err take_bytes(const json_t *question, const char *name, uint8_t **bytes, size_t *size,
	struct fault *fault)
{
	struct span text;
	enum err err = take_text(question, name, &text, fault);
	if (err)
		return err;
	*size = text.size / 2;
	*bytes = malloc(*size + 1);
	if (!*bytes)
		return fault_set(fault, ERR_MEMORY, 0, 0, "%s: out of memory", name);
	return hex_parse(text, *bytes, *size, fault);
}

static enum err take_hash_of(
	const json_t *member, const char *name, uint8_t hash[HASH_SIZE], struct fault *fault)
{
	size_t size = 0;
	if (!json_is_string(member))
		return fault_set(
			fault, ERR_FORMAT, 0, 0, "%s: base64 of 32 bytes belongs here", name);
	struct span text = span_of(json_string_value(member), json_string_length(member));
	if (base64_parse(text, false, hash, HASH_SIZE, &size, NULL) || size != HASH_SIZE)
		return fault_set(
			fault, ERR_FORMAT, 0, 0, "%s: this is not base64 of 32 bytes", name);
	return OK;
}

static enum err take_hash(
	const json_t *question, const char *name, uint8_t hash[HASH_SIZE], struct fault *fault)
{
	return take_hash_of(json_object_get(question, name), name, hash, fault);
}

/* Where one number of a line does not fit 64 bits, jansson reads all of them as reals. */
static enum err take_number(
	const json_t *question, const char *name, uint64_t *number, struct fault *fault)
{
	const json_t *member = json_object_get(question, name);
	double real = json_is_real(member) ? json_real_value(member) : -1;
	if (json_is_integer(member) && json_integer_value(member) >= 0)
		*number = (uint64_t)json_integer_value(member);
	else if (real >= 0 && real < REAL_EXACT_MAX && real == (double)(uint64_t)real)
		*number = (uint64_t)real;
	else
		return fault_set(fault, ERR_FORMAT, 0, 0,
			"%s: a whole number from 0 to 2^63 - 1 belongs here", name);
	return OK;
}

static enum err take_path(const json_t *question, struct tree_proof *proof, struct fault *fault)
{
	const json_t *path = json_object_get(question, "path");
	proof->count = 0;
	if (json_is_null(path))
		return OK;
	if (!json_is_array(path))
		return fault_set(fault, ERR_FORMAT, 0, 0, "path: a list of hashes belongs here");
	if (json_array_size(path) > TREE_PROOF_MAX)
		return fault_set(fault, ERR_PROOF, 0, 0,
			"path: no tree asks for more than %d hashes", TREE_PROOF_MAX);
	for (size_t i = 0; i < json_array_size(path); i++) {
		enum err err = take_hash_of(json_array_get(path, i), "path", proof->hash[i], fault);
		if (err)
			return err;
		proof->count++;
	}
	return OK;
}

static json_t *judge_cbor(const json_t *question)
{
	struct fault fault = {0};
	uint8_t *bytes = NULL;
	size_t size = 0;
	enum err err = take_bytes(question, "hex", &bytes, &size, &fault);
	if (!err)
		err = cbor_check(span_of(bytes, size), &fault);
	free(bytes);
	return say(!err, &fault);
}

static enum err verify_note(const json_t *question, struct note_key *keys, size_t *count,
	bool *signed_by, struct fault *fault)
{
	struct span text;
	struct note note;
	const json_t *vkeys = json_object_get(question, "vkeys");
	enum err err = take_text(question, "note", &text, fault);
	if (!err && (!json_is_array(vkeys) || json_array_size(vkeys) > PROOF_VKEYS_MAX))
		err = fault_set(fault, ERR_FORMAT, 0, 0, "vkeys: a list of at most %d belongs here",
			PROOF_VKEYS_MAX);
	for (size_t i = 0; !err && i < json_array_size(vkeys); i++) {
		const json_t *vkey = json_array_get(vkeys, i);
		err = json_is_string(vkey)
			      ? note_key_parse(
					span_of(json_string_value(vkey), json_string_length(vkey)),
					&keys[i], fault)
			      : fault_set(fault, ERR_FORMAT, 0, 0, "vkeys: a text belongs here");
	}
	if (err)
		return err;
	*count = json_array_size(vkeys);
	err = note_parse(text, &note, fault);
	return err ? err : note_verify(&note, keys, *count, signed_by, fault);
}

static json_t *judge_note(const json_t *question)
{
	struct note_key keys[PROOF_VKEYS_MAX];
	bool signed_by[PROOF_VKEYS_MAX] = {false};
	struct fault fault = {0};
	size_t count = 0;
	enum err err = verify_note(question, keys, &count, signed_by, &fault);
	json_t *answer = say(!err, &fault), *names = json_array();
	for (size_t i = 0; !err && i < count; i++)
		if (signed_by[i])
			(void)json_array_append_new(names,
				json_stringn((const char *)keys[i].name.at, keys[i].name.size));
	(void)json_object_set_new(answer, "signed_by", names);
	return answer;
}

static json_t *judge_inclusion(const json_t *question)
{
	struct tree_proof proof;
	struct fault fault = {0};
	uint64_t index = 0, size = 0;
	uint8_t leaf[HASH_SIZE], root[HASH_SIZE];
	enum err err = take_number(question, "leaf_index", &index, &fault);
	if (!err)
		err = take_number(question, "tree_size", &size, &fault);
	if (!err)
		err = take_hash(question, "leaf_hash", leaf, &fault);
	if (!err)
		err = take_hash(question, "root", root, &fault);
	if (!err)
		err = take_path(question, &proof, &fault);
	if (!err)
		err = tree_verify_inclusion(leaf, index, size, &proof, root, &fault);
	return say(!err, &fault);
}

/* From a tree to itself nothing is hashed, so any two texts that say the same do. */
static enum err same_tree(
	const json_t *question, const struct tree_proof *proof, struct fault *fault)
{
	struct span root1, root2;
	enum err err = take_text(question, "root1", &root1, fault);
	if (!err)
		err = take_text(question, "root2", &root2, fault);
	if (err)
		return err;
	if (proof->count)
		return fault_set(
			fault, ERR_PROOF, 0, 0, "between trees of one size the path is empty");
	if (!span_equal(root1, root2))
		return fault_set(fault, ERR_PROOF, 0, 0, "trees of one size have one root");
	return OK;
}

static json_t *judge_consistency(const json_t *question)
{
	struct tree_proof proof;
	struct fault fault = {0};
	uint64_t size1 = 0, size2 = 0;
	uint8_t root1[HASH_SIZE], root2[HASH_SIZE];
	enum err err = take_number(question, "size1", &size1, &fault);
	if (!err)
		err = take_number(question, "size2", &size2, &fault);
	if (!err)
		err = take_path(question, &proof, &fault);
	if (!err && size1 == size2 && size1 > 0) {
		err = same_tree(question, &proof, &fault);
		return say(!err, &fault);
	}
	/* RFC 9162 section 2.1.4 begins at one leaf: every tree grows from the empty one. */
	if (!err && size1 == 0 && size2 > 0)
		err = fault_set(&fault, ERR_PROOF, 0, 0,
			"size1: a proof from the empty tree proves nothing");
	if (!err)
		err = take_hash(question, "root1", root1, &fault);
	if (!err)
		err = take_hash(question, "root2", root2, &fault);
	if (!err)
		err = tree_verify_consistency(size1, root1, size2, root2, &proof, &fault);
	return say(!err, &fault);
}

static json_t *judge_ed25519(const json_t *question)
{
	struct fault fault = {0};
	uint8_t *key = NULL, *message = NULL, *signature = NULL;
	size_t key_size = 0, message_size = 0, signature_size = 0;
	enum err err = take_bytes(question, "key", &key, &key_size, &fault);
	bool key_ok = !err && key_size == SIGN_PUBLIC && sign_public_is_valid(key);
	if (!err)
		err = take_bytes(question, "message", &message, &message_size, &fault);
	if (!err)
		err = take_bytes(question, "signature", &signature, &signature_size, &fault);
	if (!err && (key_size != SIGN_PUBLIC || signature_size != SIGN_SIZE))
		err = fault_set(&fault, ERR_FORMAT, 0, 0, "a key has %d bytes and a signature %d",
			SIGN_PUBLIC, SIGN_SIZE);
	if (!err && !sign_verify(key, span_of(message, message_size), signature))
		err = fault_set(&fault, ERR_SIGNATURE, 0, 0, "the signature does not verify");
	json_t *answer = say(!err, &fault);
	(void)json_object_set_new(answer, "key_ok", json_boolean(key_ok));
	free(key);
	free(message);
	free(signature);
	return answer;
}

const struct proof_form proof_forms[] = {
	{"cbor", judge_cbor},
	{"note", judge_note},
	{"inclusion", judge_inclusion},
	{"consistency", judge_consistency},
	{"ed25519", judge_ed25519},
	{0},
};

const struct proof_form *proof_form_find(const char *word)
{
	for (const struct proof_form *form = proof_forms; form->word; form++)
		if (!strcmp(form->word, word))
			return form;
	return NULL;
}

json_t *proof_answer(const struct proof_form *form, const char *line, size_t size, bool *was_read)
{
	json_error_t error;
	struct fault fault = {0};
	json_t *question = json_loadb(line, size,
		JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, &error);
	json_t *whole = json_loadb(line, size, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
	/* Only where an integer does not fit are numbers taken as reals. */
	if (whole) {
		json_decref(question);
		question = whole;
	}
	*was_read = json_is_object(question);
	json_t *answer;
	if (*was_read) {
		answer = form->judge(question);
	} else {
		(void)fault_set(&fault, ERR_FORMAT, 0, 0, "no JSON object: %.150s",
			question ? "another value" : error.text);
		answer = say(false, &fault);
	}
	json_decref(question);
	return answer;
}
