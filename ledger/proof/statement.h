/* A statement: the only thing that enters the ledger. An envelope (see there) whose payload is a
 * deterministic CBOR map:
 *
 *	1  kind         0..65535; 1 is the seal, which has a typ of its own
 *	2  sequence     of the signing key; 0..2^63-1
 *	3  not_after    ledger time in milliseconds since 1970 UTC, after which it is refused
 *	4  principal    name of the member it is said for; left out when that is the author
 *	5  body         a map; what is in it is the kind's affair
 *	6  attachments  1..64 records [SHA-256 of the sealed file, size class 0..31,
 *	                commitment to its content key]; left out when there are none
 *
 * No other key may be there. The whole message has at most 256 KiB. The entry, which is what the
 * tree holds, is SHA-256 of the whole message. */
#ifndef LEDGER_PROOF_STATEMENT_H
#define LEDGER_PROOF_STATEMENT_H

#include "ledger/proof/envelope.h"

#define STATEMENT_SIZE_MAX        ((size_t)256 << 10)
#define STATEMENT_ATTACHMENTS_MAX 64
#define STATEMENT_KIND_SEAL       1
#define ENTRY_SIZE                HASH_SIZE

struct attachment_record {
	uint8_t hash[HASH_SIZE]; /* SHA-256 of the sealed file */
	uint8_t size_class; /* 0..31; the padded body has 2^size_class bytes */
	uint8_t commitment[HASH_SIZE];
};

/* A view into the bytes: nothing is copied. */
struct statement {
	struct envelope envelope; /* kid, issuer, subject, origin; type statement or seal */
	uint16_t kind;
	uint64_t sequence;
	int64_t not_after_ms;
	struct span principal; /* size 0 when there is none */
	struct span body; /* an encoded map */
	struct span attachments; /* the encoded array; size 0 when there are none */
	size_t attachment_count;
};

/* type is SIGNED_STATEMENT or SIGNED_SEAL. The signature is not verified. */
MUST_CHECK enum err statement_decode(
	struct span bytes, enum signed_type type, struct statement *statement, struct fault *fault);

/* Appends the signed statement: envelope.type, kid, issuer, subject and origin and all below it
 * are read, envelope.payload and envelope.message are not.
 * Errors: ERR_FORMAT, ERR_RANGE, ERR_LIMIT for what decoding would refuse (nothing is signed
 * then); what the signer answers. */
MUST_CHECK enum err statement_encode(const struct statement *statement, const struct signer *signer,
	struct buf *buf, struct fault *fault);

/* Errors: ERR_KEY if kid is not this key's thumbprint; ERR_SIGNATURE. Thread: any. */
MUST_CHECK enum err statement_verify(
	const struct statement *statement, const uint8_t public[SIGN_PUBLIC], struct fault *fault);

/* What the tree holds for these bytes. */
void statement_entry(struct span bytes, uint8_t out[ENTRY_SIZE]);

/* Attachment record number index < attachment_count of a decoded statement. */
void statement_attachment(
	const struct statement *statement, size_t index, struct attachment_record *record);

/* Appends the encoded array that goes into statement.attachments; count 1..64. */
void statement_attachments_put(
	struct buf *buf, const struct attachment_record *records, size_t count);

#endif
