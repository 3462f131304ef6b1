/* The envelope of everything that is signed for the ledger: a COSE_Sign1 message whose protected
 * header has these four labels and no others, and whose unprotected header is the empty map:
 *
 *	1  alg     -8, EdDSA with Ed25519
 *	4  kid     32 bytes: COSE key thumbprint (RFC 9679, SHA-256) of the signing key
 *	15 claims  {1 iss: member's name, 2 sub: the kind's word, 3 aud: the ledger's origin}
 *	16 typ     which of the signed types this is; it is checked first
 *
 * Key order in the bytes is 1, 4, 15, 16. The version of the format is the typ: another layout
 * would have another typ. Receipts and badges have types in the same table but headers of their
 * own, see ledger/proof/receipt.h and the badge. */
#ifndef LEDGER_PROOF_ENVELOPE_H
#define LEDGER_PROOF_ENVELOPE_H

#include "ledger/proof/cose.h"

#define NAME_SIZE_MAX   63 /* member's name */
#define WORD_SIZE_MAX   32 /* kind's word */
#define ORIGIN_SIZE_MAX 128 /* ledger's origin */

#define SIGNED_TYPE_LIST(X)                                                                        \
	X(SIGNED_STATEMENT, "assay-statement+cose")                                                \
	X(SIGNED_SEAL, "assay-seal+cose")                                                          \
	X(SIGNED_PROMISE, "assay-promise+cose")                                                    \
	X(SIGNED_REFUSAL, "assay-refusal+cose")                                                    \
	X(SIGNED_VERDICT, "assay-verdict+cose")                                                    \
	X(SIGNED_RECEIPT, "assay-receipt+cose")                                                    \
	X(SIGNED_BADGE, "assay-badge+cwt")                                                         \
	X(SIGNED_STATUS_LIST, "application/statuslist+cwt")

enum signed_type {
#define X(name, text) name,
	SIGNED_TYPE_LIST(X)
#undef X
		SIGNED_TYPE_COUNT
};

const char *signed_type_name(enum signed_type type);

/* Which type a message says it is, before anything else is believed of it.
 * Errors: as cose_sign1_parse; ERR_VERSION when typ is missing or not in the table. */
MUST_CHECK enum err signed_type_of(struct span bytes, enum signed_type *type, struct fault *fault);

/* 1..63 of [a-z0-9.-], first and last a letter or digit. */
bool name_is_valid(struct span name);
/* 1..32 of [a-z0-9-]. */
bool word_is_valid(struct span word);
/* 1..128 printable ASCII without space and '+'. */
bool origin_is_valid(struct span origin);

struct envelope {
	enum signed_type type;
	struct span kid; /* KID_SIZE bytes */
	struct span issuer; /* iss */
	struct span subject; /* sub */
	struct span origin; /* aud */
	struct span payload;
	struct cose_sign1 message; /* set by decoding */
};

/* A view into the bytes. Errors: ERR_VERSION for another typ than wanted (checked first),
 * ERR_LIMIT over size_max, ERR_FORMAT and so on with the place. The signature is not verified. */
MUST_CHECK enum err envelope_decode(struct span bytes, enum signed_type type, size_t size_max,
	struct envelope *envelope, struct fault *fault);

/* Appends the signed message. Errors: ERR_FORMAT for a field that decoding would refuse (nothing
 * is signed then), ERR_LIMIT over size_max, what the signer answers. */
MUST_CHECK enum err envelope_encode(const struct envelope *envelope, size_t size_max,
	const struct signer *signer, struct buf *buf, struct fault *fault);

/* Errors: ERR_KEY if kid is not this key's thumbprint; ERR_SIGNATURE. */
MUST_CHECK enum err envelope_verify(
	const struct envelope *envelope, const uint8_t public[SIGN_PUBLIC], struct fault *fault);

#endif
