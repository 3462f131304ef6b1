#include "ledger/base/crypto.h"

#include <assert.h>
#include <sodium.h>

_Static_assert(HASH_SIZE == crypto_hash_sha256_BYTES, "SHA-256");
_Static_assert(SIGN_PUBLIC == crypto_sign_PUBLICKEYBYTES, "Ed25519");
_Static_assert(SIGN_SECRET == crypto_sign_SECRETKEYBYTES, "Ed25519");
_Static_assert(SIGN_SEED == crypto_sign_SEEDBYTES, "Ed25519");
_Static_assert(SIGN_SIZE == crypto_sign_BYTES, "Ed25519");
_Static_assert(BOX_PUBLIC == crypto_box_PUBLICKEYBYTES, "X25519");
_Static_assert(BOX_SECRET == crypto_box_SECRETKEYBYTES, "X25519");
_Static_assert(BOX_SEAL_EXTRA == crypto_box_SEALBYTES, "sealed box");
_Static_assert(AEAD_EXTRA == crypto_aead_xchacha20poly1305_ietf_ABYTES, "AEAD");
_Static_assert(AEAD_NONCE == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, "AEAD");
_Static_assert(PASSWORD_STORED == crypto_pwhash_STRBYTES, "Argon2id");
_Static_assert(sizeof(struct sha256) >= sizeof(crypto_hash_sha256_state), "room");

enum err crypto_start(void)
{
	return sodium_init() < 0 ? ERR_IO : OK;
}

void hash_sha256(struct span bytes, uint8_t out[HASH_SIZE])
{
	(void)crypto_hash_sha256(out, bytes.at, bytes.size);
}

static crypto_hash_sha256_state *state_of(struct sha256 *hash)
{
	return (crypto_hash_sha256_state *)(void *)hash->opaque;
}

void sha256_init(struct sha256 *hash)
{
	(void)crypto_hash_sha256_init(state_of(hash));
}

void sha256_put(struct sha256 *hash, struct span bytes)
{
	(void)crypto_hash_sha256_update(state_of(hash), bytes.at, bytes.size);
}

void sha256_end(struct sha256 *hash, uint8_t out[HASH_SIZE])
{
	(void)crypto_hash_sha256_final(state_of(hash), out);
}

void hash_blake2b(struct span key, struct span bytes, uint8_t *out, size_t out_size)
{
	int failed = crypto_generichash(out, out_size, bytes.at, bytes.size, key.at, key.size);
	assert(!failed);
}

void hash_hmac_sha256(const uint8_t key[32], struct span bytes, uint8_t out[HASH_SIZE])
{
	(void)crypto_auth_hmacsha256(out, bytes.at, bytes.size, key);
}

void sign_keys(
	const uint8_t seed[SIGN_SEED], uint8_t public[SIGN_PUBLIC], uint8_t secret[SIGN_SECRET])
{
	(void)crypto_sign_seed_keypair(public, secret, seed);
}

void sign_make(const uint8_t secret[SIGN_SECRET], struct span bytes, uint8_t out[SIGN_SIZE])
{
	(void)crypto_sign_detached(out, NULL, bytes.at, bytes.size, secret);
}

bool sign_verify(
	const uint8_t public[SIGN_PUBLIC], struct span bytes, const uint8_t signature[SIGN_SIZE])
{
	return crypto_sign_verify_detached(signature, bytes.at, bytes.size, public) == 0;
}

bool sign_public_is_valid(const uint8_t public[SIGN_PUBLIC])
{
	return crypto_core_ed25519_is_valid_point(public) == 1;
}

void box_keys(uint8_t public[BOX_PUBLIC], uint8_t secret[BOX_SECRET])
{
	(void)crypto_box_keypair(public, secret);
}

bool box_public_is_valid(const uint8_t public[BOX_PUBLIC])
{
	static const uint8_t scalar[crypto_scalarmult_SCALARBYTES] = {8};
	uint8_t shared[crypto_scalarmult_BYTES];
	/* 2^255 - 19, little endian: ed ff .. ff 7f. Its encoding and all above are not
	 * canonical. */
	bool is_large = public[31] == 0x7f && public[0] >= 0xed;
	for (size_t i = 1; i < 31; i++)
		is_large = is_large && public[i] == 0xff;
	if (public[31] > 0x7f || is_large)
		return false;
	return crypto_scalarmult(shared, scalar, public) == 0;
}

enum err box_put(const uint8_t public[BOX_PUBLIC], struct span bytes, uint8_t *out)
{
	return crypto_box_seal(out, bytes.at, bytes.size, public) ? ERR_KEY : OK;
}

enum err box_get(const uint8_t public[BOX_PUBLIC], const uint8_t secret[BOX_SECRET],
	struct span box, uint8_t *out)
{
	return crypto_box_seal_open(out, box.at, box.size, public, secret) ? ERR_SIGNATURE : OK;
}

void aead_seal(const uint8_t key[AEAD_KEY], const uint8_t nonce[AEAD_NONCE], struct span bytes,
	struct span with, uint8_t *out)
{
	(void)crypto_aead_xchacha20poly1305_ietf_encrypt(
		out, NULL, bytes.at, bytes.size, with.at, with.size, NULL, nonce, key);
}

enum err aead_open(const uint8_t key[AEAD_KEY], const uint8_t nonce[AEAD_NONCE], struct span sealed,
	struct span with, uint8_t *out)
{
	return crypto_aead_xchacha20poly1305_ietf_decrypt(
		       out, NULL, NULL, sealed.at, sealed.size, with.at, with.size, nonce, key)
		       ? ERR_SIGNATURE
		       : OK;
}

enum err password_store(struct span password, char out[PASSWORD_STORED])
{
	return crypto_pwhash_str(out, (const char *)password.at, password.size,
		       crypto_pwhash_OPSLIMIT_MODERATE, crypto_pwhash_MEMLIMIT_INTERACTIVE)
		       ? ERR_MEMORY
		       : OK;
}

bool password_matches(const char *stored, struct span password)
{
	return crypto_pwhash_str_verify(stored, (const char *)password.at, password.size) == 0;
}

_Static_assert(PASSWORD_SALT == crypto_pwhash_SALTBYTES, "Argon2id");

enum err password_key(
	struct span password, const uint8_t salt[PASSWORD_SALT], uint8_t out[AEAD_KEY])
{
	return crypto_pwhash(out, AEAD_KEY, (const char *)password.at, password.size, salt,
		       crypto_pwhash_OPSLIMIT_MODERATE, crypto_pwhash_MEMLIMIT_MODERATE,
		       crypto_pwhash_ALG_ARGON2ID13)
		       ? ERR_MEMORY
		       : OK;
}

void random_fill(void *out, size_t size)
{
	randombytes_buf(out, size);
}

bool secret_equal(const void *a, const void *b, size_t size)
{
	return sodium_memcmp(a, b, size) == 0;
}

void secret_wipe(void *at, size_t size)
{
	sodium_memzero(at, size);
}

void *secret_new(size_t size)
{
	return sodium_malloc(size);
}

void secret_free(void *at)
{
	sodium_free(at);
}

static int base64_variant(bool url)
{
	return url ? sodium_base64_VARIANT_URLSAFE_NO_PADDING : sodium_base64_VARIANT_ORIGINAL;
}

void base64_print(struct span bytes, bool url, char *out)
{
	(void)sodium_bin2base64(
		out, base64_room(bytes.size), bytes.at, bytes.size, base64_variant(url));
}

enum err base64_parse(
	struct span text, bool url, uint8_t *out, size_t room, size_t *size, struct fault *fault)
{
	const char *end = NULL;
	size_t used = 0;
	if (!text.size) {
		*size = 0;
		return OK;
	}
	if (text.size / 4 * 3 > room + 2)
		return fault_set(fault, ERR_LIMIT, 0, text.size, "base64 text is too long");
	/* libsodium takes some bytes above 127 for digits: one value would have several texts. */
	for (size_t i = 0; i < text.size; i++)
		if (text.at[i] > 127)
			return fault_set(fault, ERR_FORMAT, i, 1, "not a digit of base64");
	if (sodium_base642bin(out, room, (const char *)text.at, text.size, NULL, &used, &end,
		    base64_variant(url)) ||
		end != (const char *)text.at + text.size)
		return fault_set(fault, ERR_FORMAT, 0, text.size, "not valid base64");
	*size = used;
	return OK;
}
