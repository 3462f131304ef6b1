#include "appliance/people/integrity.h"
#include "appliance/people/jcs.h"
#include "appliance/people/multikey.h"
#include "ledger/base/base58.h"
#include "ledger/base/hex.h"
#include "tests/tap.h"
#include "tests/unit/shared_set.h"

#define OWN       "tests/vectors/eddsa_jcs.json"
#define GENERATED SHARED "generated-eddsa-jcs-2022/"
#define W3C       SHARED "w3c-vc-di-eddsa/"

static json_t *load(const char *path)
{
	return json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
}

static const char *text_of(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

struct keys {
	uint8_t public[SIGN_PUBLIC], secret[SIGN_SECRET];
	char method[DID_KEY_METHOD_SIZE];
};

static void keys_from(struct tap *tap, const char *seed_hex, struct keys *keys)
{
	uint8_t seed[SIGN_SEED];
	NEED(crypto_start() == OK);
	NEED(hex_parse(span_text(seed_hex), seed, sizeof seed, NULL) == OK);
	sign_keys(seed, keys->public, keys->secret);
	did_key_method_print(keys->public, keys->method);
}

/* Signs the unsigned document at the time that the signed one names: must come out the same. */
static void check_signing(
	struct tap *tap, const json_t *unsigned_, const json_t *signed_, struct keys *keys)
{
	struct fault fault = {0};
	struct integrity_proof proof;
	struct signer signer = signer_local(keys->secret);
	NEED(integrity_verify(signed_, keys->public, &proof, &fault) == OK);
	CHECK(!strcmp(proof.method, keys->method) && proof.has_created && !proof.has_expires);
	json_t *copy = json_deep_copy(unsigned_);
	CHECK_ROW(integrity_sign(copy, keys->method, proof.created_ms, keys->public, &signer,
			  &fault) == OK,
		"%s", fault.text);
	CHECK(json_equal(copy, signed_));
	CHECK(integrity_sign(copy, keys->method, 0, keys->public, &signer, &fault) == ERR_EXISTS);
	json_decref(copy);
}

TEST(signs_and_verifies_as_another_implementation_does)
{
	json_t *file = load(OWN);
	NEED(file);
	size_t i;
	json_t *row;
	json_array_foreach(json_object_get(file, "vectors"), i, row)
	{
		struct keys keys;
		struct buf out;
		char text[MULTIKEY_SIZE];
		keys_from(tap, text_of(row, "seed"), &keys);
		multikey_print(keys.public, text);
		CHECK(!strcmp(text, text_of(row, "publicKeyMultibase")));
		buf_init(&out, JCS_TEXT_MAX);
		CHECK(jcs_print(json_object_get(row, "unsigned"), &out, NULL) == OK);
		CHECK(span_is(buf_span(&out), text_of(row, "canonical")));
		buf_close(&out);
		check_signing(tap, json_object_get(row, "unsigned"), json_object_get(row, "signed"),
			&keys);
	}
	CHECK(i == 3);
	json_decref(file);
}

/* What is done to a good document: the value at a dotted path is replaced, or dropped (NULL). */
struct change {
	const char *path, *json;
	enum err err;
	const char *word; /* in the fault */
};

static void change_apply(struct tap *tap, json_t *document, const struct change *change)
{
	char path[80];
	json_t *at = document;
	(void)snprintf(path, sizeof path, "%s", change->path);
	char *name = path;
	for (char *dot; (dot = strchr(name, '.')); name = dot + 1) {
		*dot = 0;
		at = json_object_get(at, name);
	}
	NEED(at);
	if (change->json) {
		json_t *value = json_loads(change->json, JSON_DECODE_ANY, NULL);
		NEED(value);
		CHECK(json_object_set_new(at, name, value) == 0);
	} else {
		CHECK(json_object_del(at, name) == 0);
	}
}

TEST(refuses_every_change_and_says_what_is_wrong)
{
#define V2 "\"https://www.w3.org/ns/credentials/v2\""
#define UT "\"https://www.w3.org/ns/credentials/undefined-terms/v2\""
	static const struct change rows[] = {
		{"issuer", "\"did:key:other\"", ERR_SIGNATURE, "changed"},
		{"credentialSubject.name", "\"Test Person-Two\"", ERR_SIGNATURE, "changed"},
		{"credentialSubject.extra", "true", ERR_SIGNATURE, "changed"},
		{"credentialSubject.name", NULL, ERR_SIGNATURE, "changed"},
		{"@context", "[" V2 "," UT ",\"https://example.org/x\"]", OK, ""},
		{"@context", "[" UT "," V2 "]", ERR_SIGNATURE, "@context"},
		{"@context", "[" V2 "]", ERR_SIGNATURE, "@context"},
		{"@context", V2, ERR_SIGNATURE, "@context"},
		{"@context", NULL, ERR_SIGNATURE, "@context"},
		{"proof.@context", "[" V2 "]", ERR_SIGNATURE, "changed"},
		{"proof.@context", NULL, ERR_SIGNATURE, "changed"},
		{"proof.created", "\"2026-11-03T09:00:59Z\"", ERR_SIGNATURE, "changed"},
		{"proof.created", NULL, ERR_SIGNATURE, "changed"},
		{"proof.created", "\"yesterday\"", ERR_FORMAT, "proof.created"},
		{"proof.created", "12", ERR_FORMAT, "proof.created"},
		{"proof.expires", "\"2027-01-01T00:00:00Z\"", ERR_SIGNATURE, "changed"},
		{"proof.domain", "\"x\"", ERR_SIGNATURE, "changed"},
		{"proof.comment", "\"x\"", ERR_FORMAT, "proof.comment"},
		{"proof.previousProof", "\"urn:x\"", ERR_VERSION, "chains"},
		{"proof.proofPurpose", "\"authentication\"", ERR_SCOPE, "assertionMethod"},
		{"proof.proofPurpose", NULL, ERR_SCOPE, "assertionMethod"},
		{"proof.type", "\"Ed25519Signature2020\"", ERR_VERSION, "Ed25519Signature2020"},
		{"proof.cryptosuite", "\"eddsa-rdfc-2022\"", ERR_VERSION, "eddsa-rdfc-2022"},
		{"proof.cryptosuite", "7", ERR_FORMAT, "proof.cryptosuite"},
		{"proof.verificationMethod", "\"\"", ERR_FORMAT, "verificationMethod"},
		{"proof.verificationMethod", NULL, ERR_FORMAT, "verificationMethod"},
		{"proof.proofValue", NULL, ERR_FORMAT, "proofValue"},
		{"proof.proofValue", "\"z111\"", ERR_FORMAT, "proofValue"},
		{"proof.proofValue", "\"u111\"", ERR_FORMAT, "proofValue"},
		{"proof", NULL, ERR_FORMAT, "no proof"},
		{"proof", "[]", ERR_FORMAT, "one proof"},
		{"proof", "[{},{}]", ERR_FORMAT, "one proof"},
		{"proof", "\"x\"", ERR_FORMAT, "one proof"},
	};
	json_t *file = load(OWN);
	NEED(file);
	const json_t *vector = json_array_get(json_object_get(file, "vectors"), 0);
	struct keys keys;
	keys_from(tap, text_of(vector, "seed"), &keys);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		json_t *copy = json_deep_copy(json_object_get(vector, "signed"));
		struct integrity_proof proof;
		struct fault fault = {0};
		change_apply(tap, copy, &rows[i]);
		enum err err = integrity_verify(copy, keys.public, &proof, &fault);
		CHECK_ROW(err == rows[i].err && strstr(fault.text, rows[i].word), "%s = %s: %s: %s",
			rows[i].path, rows[i].json ? rows[i].json : "(dropped)", err_name(err),
			fault.text);
		json_decref(copy);
	}
	json_decref(file);
}

TEST(one_proof_in_an_array_and_another_key)
{
	json_t *file = load(OWN);
	NEED(file);
	const json_t *vector = json_array_get(json_object_get(file, "vectors"), 0);
	struct keys keys, other;
	struct integrity_proof proof;
	struct fault fault;
	keys_from(tap, text_of(vector, "seed"), &keys);
	keys_from(
		tap, text_of(json_array_get(json_object_get(file, "vectors"), 1), "seed"), &other);
	json_t *copy = json_deep_copy(json_object_get(vector, "signed"));
	CHECK(integrity_verify(copy, other.public, &proof, &fault) == ERR_SIGNATURE);
	json_t *list = json_pack("[O]", json_object_get(copy, "proof"));
	CHECK(json_object_set_new(copy, "proof", list) == 0);
	CHECK(integrity_verify(copy, keys.public, &proof, &fault) == OK);
	json_decref(copy);
	json_decref(file);
}

static enum err refuse_to_sign(void *self, struct span bytes, uint8_t signature[SIGN_SIZE])
{
	(void)self, (void)bytes, (void)signature;
	return ERR_DENIED;
}

TEST(a_signer_that_refuses_or_holds_another_key_leaves_the_document_as_it_was)
{
	struct keys keys, other;
	struct fault fault;
	keys_from(tap, "0000000000000000000000000000000000000000000000000000000000000001", &keys);
	keys_from(tap, "0000000000000000000000000000000000000000000000000000000000000002", &other);
	json_t *document = json_pack("{s:s}", "a", "b");
	json_t *before = json_deep_copy(document);
	struct signer no = {.sign = refuse_to_sign};
	struct signer wrong = signer_local(other.secret);
	CHECK(integrity_sign(document, keys.method, 0, keys.public, &no, &fault) == ERR_DENIED);
	CHECK(integrity_sign(document, keys.method, 0, keys.public, &wrong, &fault) ==
		ERR_SIGNATURE);
	CHECK(json_equal(document, before));
	json_decref(document);
	json_decref(before);
}

TEST(agrees_with_the_generated_documents)
{
	struct buf canonical;
	size_t found = 0;
	buf_init(&canonical, JCS_TEXT_MAX);
	for (int i = 0; i < 50; i++) {
		char path[200], hex[2 * INTEGRITY_HASH_SIZE + 1];
		uint8_t hash[INTEGRITY_HASH_SIZE];
		(void)snprintf(path, sizeof path, GENERATED "jcs-%02d.json", i);
		json_t *row = load(path);
		if (!row)
			continue;
		found++;
		struct keys keys;
		json_t *unsigned_ = json_object_get(row, "unsigned");
		json_t *signed_ = json_object_get(row, "signed");
		json_t *options = json_deep_copy(json_object_get(signed_, "proof"));
		(void)json_object_del(options, "proofValue");
		keys_from(tap, text_of(row, "seedHex"), &keys);
		check_signing(tap, unsigned_, signed_, &keys);
		buf_reset(&canonical);
		CHECK(jcs_print(unsigned_, &canonical, NULL) == OK &&
			span_is(buf_span(&canonical), text_of(row, "canonicalDocument")));
		CHECK(integrity_hash(unsigned_, options, hash, NULL) == OK);
		hex_print(span_of(hash, sizeof hash), hex);
		CHECK_ROW(!strcmp(hex, text_of(row, "hashDataHex")), "%s", path);
		json_decref(options);
		json_decref(row);
	}
	buf_close(&canonical);
	if (!found)
		SKIP("credentials/generated-eddsa-jcs-2022 is not there");
	CHECK_ROW(found >= 29, "%zu found", found);
}

TEST(agrees_with_the_verdicts_on_damaged_documents)
{
	size_t found = 0, good = 0;
	for (int i = 0; i < 50; i++) {
		char path[200];
		(void)snprintf(path, sizeof path, GENERATED "mut-%02d.json", i);
		json_t *row = load(path);
		if (!row)
			continue;
		found++;
		uint8_t key[SIGN_PUBLIC];
		struct integrity_proof proof;
		struct fault fault = {0};
		bool want =
			json_is_true(json_object_get(json_object_get(row, "expect"), "verified"));
		NEED(crypto_start() == OK);
		NEED(multikey_parse(span_text(text_of(row, "publicKeyMultibase")), key, NULL) ==
			OK);
		enum err err =
			integrity_verify(json_object_get(row, "signed"), key, &proof, &fault);
		CHECK_ROW((err == OK) == want, "%s: %s: %s", path, text_of(row, "mutation"),
			fault.text);
		good += want;
		json_decref(row);
	}
	if (!found)
		SKIP("credentials/generated-eddsa-jcs-2022 is not there");
	CHECK_ROW(found >= 30 && good >= 4, "%zu found, %zu good", found, good);
}

TEST(agrees_with_the_vector_of_w3c)
{
	json_t *signed_ = load(W3C "eddsa-jcs-2022/signedJCS.json");
	json_t *unsigned_ = load(W3C "unsigned.json");
	json_t *pair = load(W3C "keyPair.json");
	if (!signed_ || !unsigned_ || !pair)
		SKIP("credentials/w3c-vc-di-eddsa is not there");
	uint8_t secret[2 + SIGN_SEED];
	struct keys keys;
	NEED(crypto_start() == OK);
	NEED(base58_parse(span_text(text_of(pair, "privateKeyMultibase") + 1), secret,
		     sizeof secret, NULL) == OK);
	NEED(secret[0] == 0x80 && secret[1] == 0x26); /* multicodec ed25519-priv */
	sign_keys(secret + 2, keys.public, keys.secret);
	did_key_method_print(keys.public, keys.method);
	check_signing(tap, unsigned_, signed_, &keys);
	json_decref(signed_);
	json_decref(unsigned_);
	json_decref(pair);
}

TAP_MAIN(CASE(signs_and_verifies_as_another_implementation_does),
	CASE(refuses_every_change_and_says_what_is_wrong),
	CASE(one_proof_in_an_array_and_another_key),
	CASE(a_signer_that_refuses_or_holds_another_key_leaves_the_document_as_it_was),
	CASE(agrees_with_the_generated_documents),
	CASE(agrees_with_the_verdicts_on_damaged_documents), CASE(agrees_with_the_vector_of_w3c))
