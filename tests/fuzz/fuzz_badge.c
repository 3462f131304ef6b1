/* A badge that is read can be made again, and what is made reads back to the same claims. Its text
 * does not verify with a key that nobody signed with. */
#include "appliance/people/badge.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t seed[SIGN_SEED] = {0x77};
	uint8_t public[SIGN_PUBLIC], secret[SIGN_SECRET];
	char text[BADGE_TEXT_SIZE], again[BADGE_TEXT_SIZE];
	struct badge badge, back;
	struct fault fault = {0};
	if (crypto_start())
		return 0;
	if (badge_read(span_of(data, size), &badge, &fault)) {
		assert(fault.text[0]);
		return 0;
	}
	sign_keys(seed, public, secret);
	struct signer signer = signer_local(secret);
	assert(badge_verify(span_of(data, size), public, &back, &fault) != OK ||
		memcmp(badge.kid, back.kid, KID_SIZE) == 0);
	enum err err = badge_make(&badge, public, &signer, text, &fault);
	assert(err == OK || err == ERR_LIMIT); /* a longer signature field has no room for more */
	if (err)
		return 0;
	assert(badge_verify(span_text(text), public, &back, &fault) == OK);
	assert(badge_make(&back, public, &signer, again, &fault) == OK);
	assert(strcmp(text, again) == 0);
	return 0;
}
