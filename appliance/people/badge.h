/* Badge: a person's record as a QR code that is checked without a network. A CWT (RFC 8392) in a
 * tagged COSE_Sign1, in base45 behind "ASY1:", at most 500 bytes before base45 (larger symbols
 * were not read reliably off a card).
 *
 * Protected header: {1 alg: -8, 4 kid: thumbprint of the issuer's key, 16 typ: "assay-badge+cwt"};
 * unprotected: the empty map. Claims, in the order of deterministic CBOR:
 *
 *	1      iss   member's name
 *	2      sub   bytes 16: the person's pseudonym at the issuer
 *	4      exp   seconds; at most 90 days after iat
 *	5      nbf   seconds; absent: iat
 *	6      iat   seconds
 *	7      cti   bytes 16: this badge's own number
 *	65535  status  {"status_list": {"idx": n, "uri": "..."}}, absent: none
 *	-65537 photo bytes 32: SHA-256 of the picture to compare the face with, absent: none
 *	-65538 role  code of appliance/rules/checks.h, absent: none
 *	-65539 name  text, only here and never on the ledger, absent: none
 *
 * The badge proves a record, not a face. */
#ifndef APPLIANCE_PEOPLE_BADGE_H
#define APPLIANCE_PEOPLE_BADGE_H

#include "appliance/people/credential.h"
#include "ledger/proof/cose.h"

#define BADGE_PREFIX    "ASY1:"
#define BADGE_SIZE_MAX  500
#define BADGE_TEXT_SIZE (5 + 750 + 1) /* prefix, base45 of 500 bytes, NUL */
#define BADGE_LIFE_S    (90 * 86400LL)
#define BADGE_SKEW_S    60 /* by which the reader's clock may be behind the issuer's */
#define BADGE_ID_SIZE   16

struct badge {
	uint8_t kid[KID_SIZE]; /* set by reading; making takes it from the key */
	char issuer[MEMBER_NAME_MAX + 1];
	uint8_t person[PERSON_SIZE];
	int64_t issued_s, not_before_s, expires_s; /* seconds since 1970; not_before 0: issued */
	uint8_t id[BADGE_ID_SIZE];
	struct status_reference status; /* uri "": none */
	bool has_photo;
	uint8_t photo[HASH_SIZE];
	enum work_role role; /* 0: none */
	char name[CREDENTIAL_NAME_MAX + 1]; /* "": none */
};

/* Writes "ASY1:..." and a NUL; key is the signer's public key.
 * Errors: ERR_FORMAT, ERR_RANGE, ERR_LIMIT over 500 bytes, naming the claim; what the signer
 * answers; ERR_SIGNATURE when it holds another key. */
MUST_CHECK enum err badge_make(const struct badge *badge, const uint8_t key[SIGN_PUBLIC],
	const struct signer *signer, char text[BADGE_TEXT_SIZE], struct fault *fault);

/* Reads a scanned text, which is not to be believed before badge_verify: it tells which key (kid)
 * and whose. White space at both ends is left out.
 * Errors: ERR_FORMAT when it is no badge or damaged (fault.at in the text for the prefix and
 * base45, in the bytes behind); ERR_VERSION for another typ, ERR_LIMIT, ERR_RANGE. */
MUST_CHECK enum err badge_read(struct span text, struct badge *badge, struct fault *fault);

/* badge_read and the signature. Errors: also ERR_KEY when the badge names another key;
 * ERR_SIGNATURE. */
MUST_CHECK enum err badge_verify(
	struct span text, const uint8_t key[SIGN_PUBLIC], struct badge *badge, struct fault *fault);

/* Errors: ERR_RANGE before it begins or from its expiry on, saying when. */
MUST_CHECK enum err badge_is_valid_at(
	const struct badge *badge, int64_t at_ms, struct fault *fault);

/* Whether a picture is the one the badge names. Errors: ERR_NOT_FOUND when the badge names none;
 * ERR_PROOF when it names another. */
MUST_CHECK enum err badge_photo_check(
	const struct badge *badge, struct span picture, struct fault *fault);

#endif
