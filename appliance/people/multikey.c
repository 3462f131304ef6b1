#include "appliance/people/multikey.h"

#include "ledger/base/base58.h"

#include <assert.h>

#define HEAD_SIZE 2
#define DID_HEAD  "did:key:"

static const uint8_t ed25519_head[HEAD_SIZE] = {0xed, 0x01}; /* multicodec ed25519-pub */

void multikey_print(const uint8_t key[SIGN_PUBLIC], char out[MULTIKEY_SIZE])
{
	uint8_t bytes[HEAD_SIZE + SIGN_PUBLIC];
	memcpy(bytes, ed25519_head, HEAD_SIZE);
	memcpy(bytes + HEAD_SIZE, key, SIGN_PUBLIC);
	out[0] = 'z';
	base58_print(span_of(bytes, sizeof bytes), out + 1);
	assert(strlen(out) == MULTIKEY_SIZE - 1);
}

void did_key_print(const uint8_t key[SIGN_PUBLIC], char out[DID_KEY_SIZE])
{
	memcpy(out, DID_HEAD, sizeof DID_HEAD - 1);
	multikey_print(key, out + sizeof DID_HEAD - 1);
}

void did_key_method_print(const uint8_t key[SIGN_PUBLIC], char out[DID_KEY_METHOD_SIZE])
{
	did_key_print(key, out);
	out[DID_KEY_SIZE - 1] = '#';
	multikey_print(key, out + DID_KEY_SIZE);
}

enum err multikey_parse(struct span text, uint8_t key[SIGN_PUBLIC], struct fault *fault)
{
	uint8_t bytes[HEAD_SIZE + SIGN_PUBLIC];
	if (!text.size || text.at[0] != 'z')
		return fault_set(
			fault, ERR_FORMAT, 0, text.size, "a Multikey begins with z (base58btc)");
	enum err err = base58_parse(span_cut(text, 1, text.size), bytes, sizeof bytes, fault);
	if (err) {
		if (fault)
			fault->at++;
		return err;
	}
	if (memcmp(bytes, ed25519_head, HEAD_SIZE) != 0)
		return fault_set(fault, ERR_VERSION, 0, text.size,
			"the Multikey is of kind %02x%02x, not an Ed25519 public key (ed01)",
			bytes[0], bytes[1]);
	if (!sign_public_is_valid(bytes + HEAD_SIZE))
		return fault_set(fault, ERR_KEY, 0, text.size,
			"the Multikey is not a usable Ed25519 public key");
	memcpy(key, bytes + HEAD_SIZE, SIGN_PUBLIC);
	return OK;
}

enum err did_key_parse(struct span did, uint8_t key[SIGN_PUBLIC], struct fault *fault)
{
	size_t head = sizeof DID_HEAD - 1;
	if (!span_is(span_cut(did, 0, head), DID_HEAD))
		return fault_set(fault, ERR_FORMAT, 0, did.size, "a did:key was expected");
	enum err err = multikey_parse(span_cut(did, head, did.size), key, fault);
	if (err && fault)
		fault->at += head;
	return err;
}

enum err did_key_method_parse(struct span method, uint8_t key[SIGN_PUBLIC], struct fault *fault)
{
	uint8_t first[SIGN_PUBLIC];
	const uint8_t *hash = method.size ? memchr(method.at, '#', method.size) : NULL;
	if (!hash)
		return fault_set(fault, ERR_FORMAT, method.size, 0,
			"a verification method has a # before the name of its key");
	size_t at = (size_t)(hash - method.at);
	enum err err = did_key_parse(span_cut(method, 0, at), first, fault);
	if (err)
		return err;
	struct span did_part = span_cut(method, sizeof DID_HEAD - 1, at);
	struct span key_part = span_cut(method, at + 1, method.size);
	if (!span_equal(did_part, key_part))
		return fault_set(fault, ERR_KEY, at + 1, key_part.size,
			"the key behind # is not the key of the did:key");
	memcpy(key, first, SIGN_PUBLIC);
	return OK;
}
