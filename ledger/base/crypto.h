/* All cryptography, composed from libsodium; no other file includes sodium.h.
 * One verification rule everywhere: crypto_sign_verify_detached of libsodium. */
#ifndef LEDGER_BASE_CRYPTO_H
#define LEDGER_BASE_CRYPTO_H

#include "ledger/base/err.h"
#include "ledger/base/span.h"

#include <stdalign.h>

#define HASH_SIZE       32
#define SIGN_PUBLIC     32
#define SIGN_SEED       32
#define SIGN_SECRET     64 /* seed and public key, as libsodium lays them out */
#define SIGN_SIZE       64
#define BOX_PUBLIC      32
#define BOX_SECRET      32
#define BOX_SEAL_EXTRA  48 /* bytes that sealing adds */
#define AEAD_KEY        32
#define AEAD_NONCE      24
#define AEAD_EXTRA      16
#define PASSWORD_STORED 128 /* bytes of a stored password, with NUL */

/* Must be called once before anything else here. Errors: ERR_IO if libsodium cannot start. */
MUST_CHECK enum err crypto_start(void);

/* SHA-256, FIPS 180-4. */
void hash_sha256(struct span bytes, uint8_t out[HASH_SIZE]);

struct sha256 {
	alignas(16) uint8_t opaque[128];
};
void sha256_init(struct sha256 *hash);
void sha256_put(struct sha256 *hash, struct span bytes);
void sha256_end(struct sha256 *hash, uint8_t out[HASH_SIZE]);

/* BLAKE2b with a key of 16..64 bytes (or an empty one), out 16..64 bytes. RFC 7693. */
void hash_blake2b(struct span key, struct span bytes, uint8_t *out, size_t out_size);

/* HMAC-SHA-256, RFC 2104; key of 32 bytes. */
void hash_hmac_sha256(const uint8_t key[32], struct span bytes, uint8_t out[HASH_SIZE]);

/* Ed25519, RFC 8032. */
void sign_keys(const uint8_t seed[SIGN_SEED], uint8_t public_key[SIGN_PUBLIC],
	uint8_t secret[SIGN_SECRET]);
void sign_make(const uint8_t secret[SIGN_SECRET], struct span bytes, uint8_t out[SIGN_SIZE]);
bool sign_verify(const uint8_t public_key[SIGN_PUBLIC], struct span bytes,
	const uint8_t signature[SIGN_SIZE]);
/* Canonical encoding, on the curve, of prime order: what a key must be to be registered. */
bool sign_public_is_valid(const uint8_t public_key[SIGN_PUBLIC]);

/* X25519 sealed boxes (crypto_box_seal): out has size + BOX_SEAL_EXTRA bytes. */
void box_keys(uint8_t public_key[BOX_PUBLIC], uint8_t secret[BOX_SECRET]);
/* Canonical and not of low order: what a key must be to be registered. */
bool box_public_is_valid(const uint8_t public_key[BOX_PUBLIC]);
MUST_CHECK enum err box_put(const uint8_t public_key[BOX_PUBLIC], struct span bytes, uint8_t *out);
/* out has box.size - BOX_SEAL_EXTRA bytes. Errors: ERR_SIGNATURE: not for this key, or damaged. */
MUST_CHECK enum err box_get(const uint8_t public_key[BOX_PUBLIC], const uint8_t secret[BOX_SECRET],
	struct span box, uint8_t *out);

/* XChaCha20-Poly1305-IETF: out has bytes.size + AEAD_EXTRA bytes. */
void aead_seal(const uint8_t key[AEAD_KEY], const uint8_t nonce[AEAD_NONCE], struct span bytes,
	struct span with, uint8_t *out);
/* out has sealed.size - AEAD_EXTRA bytes. Errors: ERR_SIGNATURE. */
MUST_CHECK enum err aead_open(const uint8_t key[AEAD_KEY], const uint8_t nonce[AEAD_NONCE],
	struct span sealed, struct span with, uint8_t *out);

/* Argon2id with libsodium's moderate limits (64 MiB here: an appliance serves several at once).
 * Errors: ERR_MEMORY. Cost: about 0.1 s, by design. */
MUST_CHECK enum err password_store(struct span password, char out[PASSWORD_STORED]);
bool password_matches(const char *stored, struct span password);
/* A key of a password, Argon2id version 1.3 with 3 passes over 256 MiB: for keys kept offline.
 * Errors: ERR_MEMORY. Cost: about 1 s, by design. */
#define PASSWORD_SALT 16
MUST_CHECK enum err password_key(
	struct span password, const uint8_t salt[PASSWORD_SALT], uint8_t out[AEAD_KEY]);

void random_fill(void *out, size_t size);
bool secret_equal(const void *a, const void *b, size_t size); /* constant time */
void secret_wipe(void *at, size_t size);

/* Guarded, locked memory for secrets; secret_free wipes it. NULL when there is none. */
void *secret_new(size_t size);
void secret_free(void *at);

/* Base64. Room for out: base64_room(size). Standard alphabet with padding, or URL-safe without. */
#define base64_room(size) (((size) + 2) / 3 * 4 + 1)
void base64_print(struct span bytes, bool url, char *out);
/* Strict: no white space, exact padding, zero spare bits. At most room bytes.
 * Errors: ERR_FORMAT, ERR_LIMIT. */
MUST_CHECK enum err base64_parse(
	struct span text, bool url, uint8_t *out, size_t room, size_t *size, struct fault *fault);

#endif
