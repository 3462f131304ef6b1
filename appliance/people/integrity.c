#include "appliance/people/integrity.h"

#include "appliance/people/jcs.h"
#include "ledger/base/base58.h"
#include "ledger/base/civil.h"

#include <stdio.h>

#define CANONICAL_MAX (4 * JCS_TEXT_MAX)
#define PROOF_TYPE    "DataIntegrityProof"
#define PROOF_SUITE   "eddsa-jcs-2022"
#define PROOF_PURPOSE "assertionMethod"

static enum err hash_canonical(const json_t *value, uint8_t out[HASH_SIZE], struct fault *fault)
{
	struct buf text;
	buf_init(&text, CANONICAL_MAX);
	enum err err = jcs_print(value, &text, fault);
	if (!err)
		hash_sha256(buf_span(&text), out);
	buf_close(&text);
	return err;
}

enum err integrity_hash(const json_t *document, const json_t *options,
	uint8_t out[INTEGRITY_HASH_SIZE], struct fault *fault)
{
	uint8_t both[INTEGRITY_HASH_SIZE];
	enum err err = hash_canonical(options, both, fault);
	if (!err)
		err = hash_canonical(document, both + HASH_SIZE, fault);
	if (!err)
		memcpy(out, both, sizeof both);
	return err;
}

/* The one proof: an object, or an array with one. */
static enum err proof_find(const json_t *document, const json_t **proof, struct fault *fault)
{
	if (!json_is_object(document))
		return fault_set(fault, ERR_FORMAT, 0, 0, "the document is not a JSON object");
	const json_t *found = json_object_get(document, "proof");
	if (json_is_array(found) && json_array_size(found) == 1)
		found = json_array_get(found, 0);
	if (!found)
		return fault_set(
			fault, ERR_FORMAT, 0, 0, "the document has no proof: it is not signed");
	if (!json_is_object(found))
		return fault_set(
			fault, ERR_FORMAT, 0, 0, "proof: exactly one proof is read, as an object");
	*proof = found;
	return OK;
}

static const char *proof_text(const json_t *proof, const char *name)
{
	const char *text = json_string_value(json_object_get(proof, name));
	return text ? text : "";
}

static enum err proof_time(
	const json_t *proof, const char *name, bool *has, int64_t *ms, struct fault *fault)
{
	struct fault inner;
	const json_t *value = json_object_get(proof, name);
	*has = value != NULL;
	if (!value)
		return OK;
	if (!json_is_string(value) ||
		civil_parse_time(span_text(json_string_value(value)), ms, NULL, &inner))
		return fault_set(fault, ERR_FORMAT, 0, 0,
			"proof.%s is not a time like 2026-11-20T09:30:00Z", name);
	return OK;
}

static enum err proof_members_check(const json_t *proof, struct fault *fault)
{
	static const char *const texts[] = {"type", "cryptosuite", "created", "expires",
		"verificationMethod", "proofPurpose", "proofValue", "id", "domain", "challenge",
		"nonce", "@context"};
	const size_t count = sizeof texts / sizeof texts[0];
	const char *name;
	json_t *value;
	if (json_object_get(proof, "previousProof"))
		return fault_set(fault, ERR_VERSION, 0, 0,
			"proof.previousProof: chains of proofs are not read");
	json_object_foreach(json_walkable(proof), name, value)
	{
		size_t i = 0;
		while (i < count && strcmp(texts[i], name) != 0)
			i++;
		if (i == count)
			return fault_set(fault, ERR_FORMAT, 0, 0, "proof.%.80s is not known", name);
		if (!json_is_string(value) && strcmp(name, "@context") != 0)
			return fault_set(fault, ERR_FORMAT, 0, 0, "proof.%s is not a text", name);
	}
	return OK;
}

static enum err proof_read(const json_t *from, struct integrity_proof *proof, struct fault *fault)
{
	enum err err = proof_members_check(from, fault);
	if (err)
		return err;
	if (strcmp(proof_text(from, "type"), PROOF_TYPE) != 0)
		return fault_set(fault, ERR_VERSION, 0, 0,
			"proof.type is \"%.60s\", only " PROOF_TYPE " is read",
			proof_text(from, "type"));
	if (strcmp(proof_text(from, "cryptosuite"), PROOF_SUITE) != 0)
		return fault_set(fault, ERR_VERSION, 0, 0,
			"proof.cryptosuite is \"%.60s\", only " PROOF_SUITE " is read",
			proof_text(from, "cryptosuite"));
	if (strcmp(proof_text(from, "proofPurpose"), PROOF_PURPOSE) != 0)
		return fault_set(fault, ERR_SCOPE, 0, 0,
			"proof.proofPurpose is \"%.60s\", a credential needs " PROOF_PURPOSE,
			proof_text(from, "proofPurpose"));
	const char *method = proof_text(from, "verificationMethod");
	if (!*method || strlen(method) > INTEGRITY_METHOD_MAX)
		return fault_set(fault, ERR_FORMAT, 0, 0,
			"proof.verificationMethod is missing or longer than %d characters",
			INTEGRITY_METHOD_MAX);
	err = proof_time(from, "created", &proof->has_created, &proof->created_ms, fault);
	if (!err)
		err = proof_time(from, "expires", &proof->has_expires, &proof->expires_ms, fault);
	if (!err)
		(void)snprintf(proof->method, sizeof proof->method, "%s", method);
	return err;
}

enum err integrity_read(const json_t *document, struct integrity_proof *proof, struct fault *fault)
{
	const json_t *found = NULL;
	struct integrity_proof read = {0};
	enum err err = proof_find(document, &found, fault);
	if (!err)
		err = proof_read(found, &read, fault);
	if (!err)
		*proof = read;
	return err;
}

/* Whether the document's contexts begin with all of the proof's, in order (section 3.3.2 step 4:
 * contexts added behind them after signing do no harm). A lone value stands for a list of one. */
static bool context_begins(const json_t *document, const json_t *proof)
{
	bool is_list = json_is_array(proof);
	size_t count = is_list ? json_array_size(proof) : 1;
	for (size_t i = 0; i < count; i++) {
		const json_t *want = is_list ? json_array_get(proof, i) : proof;
		const json_t *have = json_is_array(document) ? json_array_get(document, i)
							     : (i == 0 ? document : NULL);
		if (!have || !json_equal(want, have))
			return false;
	}
	return true;
}

/* What was signed: the document without proof under the proof's contexts, and the options. New
 * references, or NULL twice. */
static enum err signed_parts(const json_t *document, const json_t *proof, json_t **bare,
	json_t **options, struct fault *fault)
{
	json_t *context = json_object_get(proof, "@context");
	if (context && !context_begins(json_object_get(document, "@context"), context))
		return fault_set(fault, ERR_SIGNATURE, 0, 0,
			"@context does not begin with the contexts that were signed");
	*bare = json_copy(json_walkable(document));
	*options = json_copy(json_walkable(proof));
	if (!*bare || !*options || json_object_del(*bare, "proof") ||
		json_object_del(*options, "proofValue") ||
		(context && json_object_set(*bare, "@context", context))) {
		json_decref(*bare);
		json_decref(*options);
		*bare = *options = NULL;
		return fault_set(fault, ERR_MEMORY, 0, 0, "no memory for the parts of a proof");
	}
	return OK;
}

enum err integrity_verify(const json_t *document, const uint8_t key[SIGN_PUBLIC],
	struct integrity_proof *proof, struct fault *fault)
{
	struct integrity_proof read = {0};
	const json_t *found = NULL;
	json_t *bare = NULL, *options = NULL;
	uint8_t hash[INTEGRITY_HASH_SIZE], signature[SIGN_SIZE];
	enum err err = proof_find(document, &found, fault);
	if (!err)
		err = proof_read(found, &read, fault);
	if (err)
		return err;
	const char *value = proof_text(found, "proofValue");
	struct fault inner;
	if (*value != 'z' || base58_parse(span_text(value + 1), signature, SIGN_SIZE, &inner))
		return fault_set(fault, ERR_FORMAT, 0, 0,
			"proof.proofValue is not z and a signature of 64 bytes in base58");
	err = signed_parts(document, found, &bare, &options, fault);
	if (!err)
		err = integrity_hash(bare, options, hash, fault);
	json_decref(bare);
	json_decref(options);
	if (err)
		return err;
	if (!sign_verify(key, span_of(hash, sizeof hash), signature))
		return fault_set(fault, ERR_SIGNATURE, 0, 0,
			"the signature does not verify: the document was changed, or signed with "
			"another key than %.120s",
			read.method);
	*proof = read;
	return OK;
}

static json_t *proof_options(const json_t *document, const char *method, int64_t created_ms)
{
	char created[CIVIL_TIME_SIZE];
	civil_print_time(created_ms, created);
	memcpy(created + 19, "Z", 2); /* whole seconds */
	json_t *options = json_pack("{s:s, s:s, s:s, s:s, s:s}", "type", PROOF_TYPE, "cryptosuite",
		PROOF_SUITE, "created", created, "verificationMethod", method, "proofPurpose",
		PROOF_PURPOSE);
	json_t *context = json_object_get(document, "@context");
	if (options && context &&
		json_object_set_new(options, "@context", json_deep_copy(context))) {
		json_decref(options);
		return NULL;
	}
	return options;
}

enum err integrity_sign(json_t *document, const char *method, int64_t created_ms,
	const uint8_t key[SIGN_PUBLIC], const struct signer *signer, struct fault *fault)
{
	uint8_t hash[INTEGRITY_HASH_SIZE], signature[SIGN_SIZE];
	char value[1 + base58_room(SIGN_SIZE)] = "z";
	if (json_object_get(document, "proof"))
		return fault_set(fault, ERR_EXISTS, 0, 0, "the document has a proof already");
	json_t *options = proof_options(document, method, created_ms);
	if (!options)
		return fault_set(fault, ERR_MEMORY, 0, 0, "no memory for a proof");
	enum err err = integrity_hash(document, options, hash, fault);
	if (!err) {
		err = signer->sign(signer->self, span_of(hash, sizeof hash), signature);
		if (err)
			(void)fault_set(
				fault, err, 0, 0, "the document was not signed: %s", err_text(err));
	}
	if (!err && !sign_verify(key, span_of(hash, sizeof hash), signature))
		err = fault_set(fault, ERR_SIGNATURE, 0, 0,
			"the signer does not hold the key of %.120s", method);
	if (!err) {
		base58_print(span_of(signature, sizeof signature), value + 1);
		if (json_object_set_new(options, "proofValue", json_string(value)) ||
			json_object_set(document, "proof", options))
			err = fault_set(fault, ERR_MEMORY, 0, 0, "no memory for a proof");
	}
	json_decref(options);
	return err;
}
