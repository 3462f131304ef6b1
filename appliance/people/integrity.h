/* W3C Data Integrity proofs of cryptosuite eddsa-jcs-2022 (vc-di-eddsa section 3.3): what makes a
 * JSON document a secured one. Signed are 64 bytes: SHA-256 of the canonical proof options, then
 * SHA-256 of the canonical document without its proof.
 *
 * Stricter than the suite: exactly one proof, closed members in it, purpose assertionMethod, no
 * proof chains. Who may sign is the caller's question: read the proof, find the key of its
 * verification method, verify. */
#ifndef APPLIANCE_PEOPLE_INTEGRITY_H
#define APPLIANCE_PEOPLE_INTEGRITY_H

#include "ledger/base/buf.h"
#include "ledger/proof/signer.h"

#include <jansson.h>

#define INTEGRITY_METHOD_MAX 255 /* bytes of a verification method's URL */
#define INTEGRITY_HASH_SIZE  64

struct integrity_proof {
	char method[INTEGRITY_METHOD_MAX + 1]; /* verificationMethod */
	bool has_created, has_expires;
	int64_t created_ms, expires_ms;
};

/* The form of a document's proof, without verifying it.
 * Errors: ERR_FORMAT names the member; ERR_VERSION for another type, suite or a chain of proofs;
 * ERR_SCOPE for another purpose than assertionMethod. */
MUST_CHECK enum err integrity_read(
	const json_t *document, struct integrity_proof *proof, struct fault *fault);

/* integrity_read and the signature. Errors: also ERR_SIGNATURE. Does not look at the clock. */
MUST_CHECK enum err integrity_verify(const json_t *document, const uint8_t key[SIGN_PUBLIC],
	struct integrity_proof *proof, struct fault *fault);

/* Adds a proof to a document that has none. The signature that comes back is verified with key.
 * created_ms is cut to the second. Errors: ERR_EXISTS for a second proof; what canonical printing
 * and the signer answer; ERR_SIGNATURE if the signer holds another key. The document is then
 * unchanged. */
MUST_CHECK enum err integrity_sign(json_t *document, const char *method, int64_t created_ms,
	const uint8_t key[SIGN_PUBLIC], const struct signer *signer, struct fault *fault);

/* The 64 bytes: of the document without proof and of the options without proofValue. */
MUST_CHECK enum err integrity_hash(const json_t *document, const json_t *options,
	uint8_t out[INTEGRITY_HASH_SIZE], struct fault *fault);

#endif
