/* A badge that is read can be made again, and what is made reads back to the same claims. Its text
 * does not verify with a key that nobody signed with. Input that does not begin as a badge is taken
 * as the claims of a message that is signed properly. */
#include "appliance/people/badge.h"
#include "ledger/base/base45.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint8_t seed[SIGN_SEED] = {0x77};

static bool sign_claims(struct span claims, char text[BADGE_TEXT_SIZE])
{
	static const uint8_t empty_map = 0xa0;
	uint8_t public[SIGN_PUBLIC], secret[SIGN_SECRET], kid[KID_SIZE];
	uint8_t header_room[100], room[BADGE_SIZE_MAX];
	struct buf header, message;
	sign_keys(seed, public, secret);
	cose_kid(public, kid);
	struct signer signer = signer_local(secret);
	buf_over(&header, header_room, sizeof header_room);
	buf_over(&message, room, sizeof room);
	cbor_put_map(&header, 3);
	cbor_put_int(&header, COSE_ALG);
	cbor_put_int(&header, COSE_EDDSA);
	cbor_put_int(&header, COSE_KID);
	cbor_put_bytes(&header, span_of(kid, sizeof kid));
	cbor_put_int(&header, COSE_TYP);
	cbor_put_text(&header, span_text("assay-badge+cwt"));
	if (cose_sign1_make(buf_span(&header), span_of(&empty_map, 1), claims, false,
		    (struct span){0}, &signer, &message, NULL))
		return false;
	strcpy(text, BADGE_PREFIX);
	base45_print(buf_span(&message), text + strlen(BADGE_PREFIX));
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t public[SIGN_PUBLIC], secret[SIGN_SECRET];
	char text[BADGE_TEXT_SIZE], again[BADGE_TEXT_SIZE], given[BADGE_TEXT_SIZE];
	struct span in = span_of(data, size);
	struct badge badge, back;
	struct fault fault = {0};
	if (crypto_start())
		return 0;
	if (size && *data != 'A') {
		if (!sign_claims(in, given))
			return 0;
		in = span_text(given);
	}
	if (badge_read(in, &badge, &fault)) {
		assert(fault.text[0]);
		return 0;
	}
	sign_keys(seed, public, secret);
	struct signer signer = signer_local(secret);
	assert(badge_verify(in, public, &back, &fault) != OK ||
		memcmp(badge.kid, back.kid, KID_SIZE) == 0);
	enum err err = badge_make(&badge, public, &signer, text, &fault);
	assert(err == OK || err == ERR_LIMIT); /* a longer signature field has no room for more */
	if (err)
		return 0;
	/* There is one form: the same claims, signed with the same key, are the same text. */
	assert(*data == 'A' || strcmp(text, given) == 0);
	assert(badge_verify(span_text(text), public, &back, &fault) == OK);
	assert(badge_make(&back, public, &signer, again, &fault) == OK);
	assert(strcmp(text, again) == 0);
	return 0;
}
