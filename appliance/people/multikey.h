/* Ed25519 keys as text: Multikey (publicKeyMultibase) and did:key, whose two forms are the DID and
 * the verification method "<did>#<multikey>". W3C Controlled Identifiers 1.0 section 2.2.2. */
#ifndef APPLIANCE_PEOPLE_MULTIKEY_H
#define APPLIANCE_PEOPLE_MULTIKEY_H

#include "ledger/base/crypto.h"

#define MULTIKEY_SIZE       49 /* "z6Mk..." and a NUL: every Ed25519 key has 48 characters */
#define DID_KEY_SIZE        57 /* with "did:key:" */
#define DID_KEY_METHOD_SIZE 106 /* with "#" and the key again */

void multikey_print(const uint8_t key[SIGN_PUBLIC], char out[MULTIKEY_SIZE]);
void did_key_print(const uint8_t key[SIGN_PUBLIC], char out[DID_KEY_SIZE]);
void did_key_method_print(const uint8_t key[SIGN_PUBLIC], char out[DID_KEY_METHOD_SIZE]);

/* Errors: ERR_FORMAT with the offset; ERR_VERSION for another kind of key; ERR_KEY for 32 bytes
 * that are no usable Ed25519 key. */
MUST_CHECK enum err multikey_parse(struct span text, uint8_t key[SIGN_PUBLIC], struct fault *fault);
MUST_CHECK enum err did_key_parse(struct span did, uint8_t key[SIGN_PUBLIC], struct fault *fault);
/* Both halves must name the same key. */
MUST_CHECK enum err did_key_method_parse(
	struct span method, uint8_t key[SIGN_PUBLIC], struct fault *fault);

#endif
