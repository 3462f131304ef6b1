/* The protected header that our CBOR Web Tokens share: {1 alg: -8 EdDSA, 4 kid: thumbprint of the
 * signing key, 16 typ}, in this order and nothing else; the unprotected header is the empty map.
 * The payload is a map of claims (RFC 8392), whose meaning goes by typ. */
#ifndef APPLIANCE_PEOPLE_CWT_H
#define APPLIANCE_PEOPLE_CWT_H

#include "ledger/proof/cose.h"

/* Appends the signed token; claims is the encoded map. The signature that comes back is verified
 * with key. Errors: what the signer answers; ERR_SIGNATURE when it holds another key; the buf's. */
MUST_CHECK enum err cwt_make(const char *typ, struct span claims, const uint8_t key[SIGN_PUBLIC],
	const struct signer *signer, struct buf *token, struct fault *fault);

/* A view into the bytes, not to be believed before cwt_verify. what names the thing in faults.
 * Errors: ERR_VERSION for another typ, which is looked at first; ERR_FORMAT and so on. */
MUST_CHECK enum err cwt_read(struct span bytes, const char *typ, const char *what,
	struct cose_sign1 *token, uint8_t kid[KID_SIZE], struct fault *fault);

/* Errors: ERR_KEY when kid is another key's; ERR_SIGNATURE. */
MUST_CHECK enum err cwt_verify(const struct cose_sign1 *token, const uint8_t kid[KID_SIZE],
	const uint8_t key[SIGN_PUBLIC], const char *what, struct fault *fault);

/* Takes a text claim into a C string of room bytes. Faults: empty, too long, a NUL inside. */
void cwt_text_take(struct cbor *cbor, char *out, size_t room);

#endif
