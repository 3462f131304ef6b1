/* The receipt in the form of RFC 9942, for SCITT clients: a COSE_Sign1 message whose detached
 * payload is the tree's root, which the reader works out from entry and path.
 *
 *	protected    {1: -8, 4: kid, 15: claims, 16: "assay-receipt+cose", 395: 1}
 *	claims       {1 iss: member, 2 sub: "receipt", 3 aud: origin, -65537: tree size}
 *	unprotected  {396: {-1: [bstr .cbor [tree size, leaf index, [path]]]}}
 *	payload      null
 *
 * The signature covers the root, not the size (a path can fit several sizes); so the size stands
 * once more in the claims, under the private key -65537, and must be the same. This receipt is one
 * log's word; the one that binds a quorum is in ledger/proof/receipt.h.
 * Others' receipts are read too: their header keys in any order, claims free, typ none or other.
 * Verifiable data structures other than 1 (RFC9162_SHA256), algorithms other than EdDSA and proofs
 * other than one inclusion proof are ERR_VERSION: cannot tell. */
#ifndef LEDGER_PROOF_COSE_RECEIPT_H
#define LEDGER_PROOF_COSE_RECEIPT_H

#include "ledger/proof/envelope.h"
#include "ledger/proof/tree.h"

#define COSE_RECEIPT_SIZE_MAX ((size_t)8192)
#define CLAIM_TREE_SIZE       (-65537)
#define VDS_RFC9162_SHA256    1
#define VDP_INCLUSION         (-1)
#define VDP_CONSISTENCY       (-2)

struct cose_receipt {
	struct cose_sign1 message; /* set by parsing */
	bool is_ours; /* typ is assay-receipt+cose */
	int64_t alg;
	struct span kid; /* as in the protected header, size 0 if none; ours: KID_SIZE bytes */
	struct span issuer; /* size 0 if none */
	struct span origin; /* aud; ours only */
	uint64_t tree_size;
	uint64_t index;
	struct tree_proof path;
};

MUST_CHECK enum err cose_receipt_parse(
	struct span bytes, struct cose_receipt *receipt, struct fault *fault);

/* Errors: ERR_VERSION: cannot tell; ERR_RANGE, ERR_PROOF for a path that does not fit; ERR_KEY for
 * a kid of ours that is not the key's; ERR_SIGNATURE when the root it leads to is not signed by
 * this key. */
MUST_CHECK enum err cose_receipt_verify(const struct cose_receipt *receipt,
	const uint8_t entry[HASH_SIZE], const uint8_t public[SIGN_PUBLIC], struct fault *fault);

/* Appends a receipt: kid, issuer, origin, tree_size, index and path are read. root is what is
 * signed; the caller has it from the checkpoint. Errors: ERR_RANGE for a tree below 2 entries,
 * ERR_PROOF if entry and path do not lead to the root; what the signer answers. */
MUST_CHECK enum err cose_receipt_make(const struct cose_receipt *receipt,
	const uint8_t entry[HASH_SIZE], const uint8_t root[HASH_SIZE], const struct signer *signer,
	struct buf *buf, struct fault *fault);

#endif
