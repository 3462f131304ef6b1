#include "appliance/people/status_credential.h"

#include "appliance/people/integrity.h"
#include "appliance/people/jcs.h"
#include "appliance/people/multikey.h"
#include "ledger/base/civil.h"

#include <stdio.h>

#define CONTEXT_VC  "https://www.w3.org/ns/credentials/v2"
#define ADDRESS_MAX (STATUS_URI_MAX + 32)

static void address_print(const struct status_credential *list, char out[ADDRESS_MAX])
{
	(void)snprintf(out, ADDRESS_MAX, "%s/%s", list->uri, status_purpose_word(list->purpose));
}

static void seconds_print(int64_t ms, char out[CIVIL_TIME_SIZE])
{
	civil_print_time(ms, out);
	memcpy(out + 19, "Z", 2);
}

static enum err list_check(const struct status_credential *list, struct fault *fault)
{
	if (!status_uri_is_valid(span_text(list->uri)))
		return fault_set(fault, ERR_FORMAT, 0, 0,
			"id: not a web address of at most %d characters with the purpose behind it",
			STATUS_URI_MAX);
	if (list->valid_from_ms <= 0 || list->valid_from_ms % 1000)
		return fault_set(fault, ERR_RANGE, 0, 0, "validFrom: not a whole second");
	if (list->valid_until_ms <= list->valid_from_ms || list->valid_until_ms % 1000)
		return fault_set(fault, ERR_RANGE, 0, 0,
			"validUntil: not a whole second later than validFrom");
	return OK;
}

/* The document without proof. */
static enum err list_to_json(const struct status_credential *list, const char *encoded,
	json_t **document, struct fault *fault)
{
	char address[ADDRESS_MAX], subject[ADDRESS_MAX + 8], did[DID_KEY_SIZE];
	char from[CIVIL_TIME_SIZE], until[CIVIL_TIME_SIZE];
	address_print(list, address);
	(void)snprintf(subject, sizeof subject, "%s#list", address);
	did_key_print(list->issuer_key, did);
	seconds_print(list->valid_from_ms, from);
	seconds_print(list->valid_until_ms, until);
	json_t *made = json_pack("{s:[s], s:s, s:[s,s], s:s, s:s, s:s, s:{s:s, s:s, s:s, s:s}}",
		"@context", CONTEXT_VC, "id", address, "type", "VerifiableCredential",
		"BitstringStatusListCredential", "issuer", did, "validFrom", from, "validUntil",
		until, "credentialSubject", "id", subject, "type", "BitstringStatusList",
		"statusPurpose", status_purpose_word(list->purpose), "encodedList", encoded);
	if (!made)
		return fault_set(fault, ERR_MEMORY, 0, 0, "no memory for a status list");
	*document = made;
	return OK;
}

enum err status_credential_make(const struct status_credential *list, struct span statuses,
	const struct signer *signer, struct buf *document, struct fault *fault)
{
	struct buf bits, encoded;
	json_t *made = NULL;
	char method[DID_KEY_METHOD_SIZE];
	enum err err = list_check(list, fault);
	if (err)
		return err;
	buf_init(&bits, STATUS_COUNT_MAX);
	buf_init(&encoded, STATUS_TEXT_MAX);
	if (status_purpose_select(statuses, list->purpose, &bits))
		err = fault_set(fault, bits.err, STATUS_COUNT_MAX, 0,
			"no room for a status list of %zu entries", statuses.size);
	if (!err)
		err = status_bitstring_make(buf_span(&bits), 1, &encoded, fault);
	if (!err)
		err = list_to_json(list, buf_text(&encoded), &made, fault);
	if (!err) {
		did_key_method_print(list->issuer_key, method);
		err = integrity_sign(
			made, method, list->valid_from_ms, list->issuer_key, signer, fault);
	}
	if (!err)
		err = jcs_print(made, document, fault);
	json_decref(made);
	buf_close(&bits);
	buf_close(&encoded);
	return err;
}

static const char *member(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));
	return text ? text : "";
}

/* id is the list's address and the purpose. */
static enum err address_read(const char *id, struct status_credential *list, struct fault *fault)
{
	for (int purpose = STATUS_REVOCATION; purpose <= STATUS_SUSPENSION; purpose++) {
		const char *word = status_purpose_word((enum status_purpose)purpose);
		size_t tail = strlen(word) + 1, size = strlen(id);
		if (size > tail && size - tail <= STATUS_URI_MAX && id[size - tail] == '/' &&
			!strcmp(id + size - tail + 1, word)) {
			memcpy(list->uri, id, size - tail);
			list->purpose = (enum status_purpose)purpose;
			return OK;
		}
	}
	return fault_set(fault, ERR_FORMAT, 0, 0,
		"id: must end in /revocation or /suspension behind an address of at most %d "
		"characters",
		STATUS_URI_MAX);
}

static enum err fields_read(
	const json_t *document, struct status_credential *list, struct fault *fault)
{
	struct fault inner;
	const json_t *type = json_array_get(json_object_get(document, "type"), 1);
	if (!json_is_string(type) ||
		strcmp(json_string_value(type), "BitstringStatusListCredential") != 0)
		return fault_set(
			fault, ERR_VERSION, 0, 0, "type: not a BitstringStatusListCredential");
	enum err err = address_read(member(document, "id"), list, fault);
	if (err)
		return err;
	if (did_key_parse(span_text(member(document, "issuer")), list->issuer_key, &inner))
		return fault_set(fault, inner.err, 0, 0, "issuer: %.200s", inner.text);
	if (civil_parse_time(
		    span_text(member(document, "validFrom")), &list->valid_from_ms, NULL, &inner) ||
		civil_parse_time(span_text(member(document, "validUntil")), &list->valid_until_ms,
			NULL, &inner))
		return fault_set(fault, ERR_FORMAT, 0, 0,
			"validFrom and validUntil: must be times like 2026-11-20T09:30:00Z");
	return list_check(list, fault);
}

/* The document must be the one that would be made of its fields. */
static enum err form_check(const json_t *document, const struct status_credential *list,
	const char *encoded, struct fault *fault)
{
	json_t *want = NULL;
	enum err err = list_to_json(list, encoded, &want, fault);
	json_t *bare = json_copy(json_walkable(document));
	if (!err && (!bare || json_object_del(bare, "proof")))
		err = fault_set(fault, ERR_FORMAT, 0, 0, "the status list has no proof");
	if (!err && !json_equal(bare, want))
		err = fault_set(fault, ERR_FORMAT, 0, 0,
			"the status list has other members than a list of ours");
	json_decref(bare);
	json_decref(want);
	return err;
}

static enum err proof_verify(
	const json_t *document, const struct status_credential *list, struct fault *fault)
{
	struct integrity_proof proof = {0};
	uint8_t key[SIGN_PUBLIC];
	enum err err = integrity_read(document, &proof, fault);
	if (!err)
		err = did_key_method_parse(span_text(proof.method), key, fault);
	if (!err && memcmp(key, list->issuer_key, SIGN_PUBLIC) != 0)
		err = fault_set(fault, ERR_KEY, 0, 0,
			"proof.verificationMethod is not of the issuer's did:key");
	return err ? err : integrity_verify(document, key, &proof, fault);
}

enum err status_credential_read(
	struct span document, struct status_credential *list, struct buf *bits, struct fault *fault)
{
	struct status_credential read = {0};
	json_t *value = NULL;
	enum err err = jcs_parse(document, &value, fault);
	if (err)
		return err;
	const char *encoded = member(json_object_get(value, "credentialSubject"), "encodedList");
	err = fields_read(value, &read, fault);
	if (!err)
		err = form_check(value, &read, encoded, fault);
	if (!err)
		err = proof_verify(value, &read, fault);
	if (!err)
		err = status_bitstring_read(span_text(encoded), 1, bits, fault);
	if (!err)
		*list = read;
	json_decref(value);
	return err;
}
