#include "ledger/members/bodies.h"

#include <assert.h>

static const char *const words[] = {
	[KEY_ROOT] = "root",
	[KEY_APPLIANCE] = "appliance",
	[KEY_LOG] = "log",
	[KEY_COSIGN] = "cosign",
	[KEY_BOX] = "box",
	[KEY_CURVE] = "curve",
	[KEY_STATION] = "station",
	[KEY_HOLDER] = "holder",
};

const char *key_purpose_word(enum key_purpose purpose)
{
	assert(purpose >= KEY_ROOT && purpose <= KEY_HOLDER);
	return words[purpose];
}

enum err key_purpose_parse(struct span word, enum key_purpose *purpose, struct fault *fault)
{
	for (unsigned i = KEY_ROOT; i <= KEY_HOLDER; i++)
		if (span_is(word, words[i])) {
			*purpose = (enum key_purpose)i;
			return OK;
		}
	return fault_set(fault, ERR_FORMAT, 0, word.size,
		"no such purpose of a key; known are root, appliance, log, cosign, box, curve, "
		"station and holder");
}

bool key_purpose_is_x25519(enum key_purpose purpose)
{
	return purpose == KEY_BOX || purpose == KEY_CURVE;
}

void key_purpose_kid(enum key_purpose purpose, const uint8_t public[32], uint8_t kid[KID_SIZE])
{
	struct cose_key key = {
		.curve = key_purpose_is_x25519(purpose) ? COSE_X25519 : COSE_ED25519};
	memcpy(key.x, public, sizeof key.x);
	cose_key_thumbprint(&key, kid);
}

bool key_purpose_takes(enum key_purpose purpose, const uint8_t public[32])
{
	return key_purpose_is_x25519(purpose) ? box_public_is_valid(public)
					      : sign_public_is_valid(public);
}
