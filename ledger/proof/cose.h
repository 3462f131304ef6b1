/* COSE_Sign1 messages and COSE keys: RFC 9052 and RFC 9679, as far as Ed25519 needs them.
 *
 * Layout of a message: tag 18, an array of four: protected header (a byte string that wraps a
 * map, or is empty), unprotected header (a map), payload (a byte string, or null when detached),
 * signature (a byte string). The tag must be there. What is signed is the array
 * ["Signature1", protected, external data, payload].
 *
 * Our own messages are deterministic throughout. Others' need not have their header keys in
 * order, so a message can be parsed with COSE_FOREIGN: then the order of map keys is free and all
 * else is as strict (shortest lengths, no doubles in the two headers, nothing behind the end). */
#ifndef LEDGER_PROOF_COSE_H
#define LEDGER_PROOF_COSE_H

#include "ledger/proof/cbor.h"
#include "ledger/proof/signer.h"

#define COSE_TAG_SIGN1   18
#define COSE_HEADERS_MAX 32 /* in one header map */

/* Header labels. RFC 9052 section 3.1, RFC 9596 (typ), RFC 9597 (claims), RFC 9942 (395, 396). */
#define COSE_ALG      1
#define COSE_CRIT     2
#define COSE_CONTENT  3
#define COSE_KID      4
#define COSE_CLAIMS   15
#define COSE_TYP      16
#define COSE_RECEIPTS 394
#define COSE_VDS      395
#define COSE_VDP      396

/* Algorithms. RFC 9053. Only EdDSA is verified here. */
#define COSE_EDDSA (-8)
#define COSE_ES256 (-7)

/* Claims inside COSE_CLAIMS. RFC 8392 section 4. */
#define CLAIM_ISS 1
#define CLAIM_SUB 2
#define CLAIM_AUD 3
#define CLAIM_EXP 4
#define CLAIM_NBF 5
#define CLAIM_IAT 6

enum cose_dialect {
	COSE_OURS, /* deterministic throughout */
	COSE_FOREIGN, /* map keys in any order */
};

/* A view into the message: nothing is copied. */
struct cose_sign1 {
	struct span bytes; /* the whole message */
	struct span protected; /* the encoded map inside the byte string; size 0 if that is empty */
	struct span unprotected; /* the encoded map */
	struct span payload; /* size 0 when detached */
	struct span signature;
	bool is_detached;
	enum cose_dialect dialect;
};

/* Errors: ERR_FORMAT, ERR_ENCODING, ERR_LIMIT, with the place in bytes. */
MUST_CHECK enum err cose_sign1_parse(struct span bytes, enum cose_dialect dialect,
	struct cose_sign1 *message, struct fault *fault);

/* The encoded value of a label in a header map of a parsed message (or of the claims map in
 * one): an empty span when it is not there. */
struct span cose_header(struct span map, int64_t label, enum cose_dialect dialect);

/* The algorithm in the protected header: 0 if there is none or it is not a number. */
int64_t cose_alg(const struct cose_sign1 *message);

/* Appends what is signed. */
void cose_signed_bytes(
	struct span protected, struct span external, struct span payload, struct buf *buf);

/* Verifies with the key. external is data that both sides know, mostly empty; detached is the
 * payload of a detached message and ignored otherwise.
 * Errors: ERR_VERSION for another algorithm than EdDSA or critical headers: cannot tell;
 * ERR_SIGNATURE; ERR_MEMORY. */
MUST_CHECK enum err cose_sign1_verify(const struct cose_sign1 *message,
	const uint8_t public[SIGN_PUBLIC], struct span external, struct span detached,
	struct fault *fault);

/* Appends a message. protected and unprotected are encoded maps, protected with alg EdDSA in it.
 * is_detached leaves the payload out of the message, it is signed all the same.
 * Errors: what the signer answers; the buf's error. */
MUST_CHECK enum err cose_sign1_make(struct span protected, struct span unprotected,
	struct span payload, bool is_detached, struct span external, const struct signer *signer,
	struct buf *buf, struct fault *fault);

/* COSE_Key, RFC 9052 section 7, of key type OKP: {1: 1, 2: kid, -1: curve, -2: x}. */
enum cose_curve {
	COSE_X25519 = 4,
	COSE_ED25519 = 6,
};

#define KID_SIZE HASH_SIZE

struct cose_key {
	enum cose_curve curve;
	uint8_t x[32];
};

/* The thumbprint: SHA-256 of the deterministic {1: 1, -1: curve, -2: x}. RFC 9679. It is the kid
 * of everything signed here. */
void cose_key_thumbprint(const struct cose_key *key, uint8_t out[KID_SIZE]);
void cose_kid(const uint8_t public[SIGN_PUBLIC], uint8_t out[KID_SIZE]); /* for Ed25519 */

/* Appends the key with its thumbprint as kid. */
void cose_key_put(struct buf *buf, const struct cose_key *key);

/* Takes one key from the cursor: 1, -1 and -2 must be there; a kid (2), if there, must be the
 * thumbprint, an alg (3) must be EdDSA. Another type or curve is ERR_VERSION. */
void cose_key_take(struct cbor *cbor, struct cose_key *key);

#endif
