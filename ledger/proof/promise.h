/* What a submitter gets at once, and what it may get instead of a receipt. Both are envelopes
 * (see there), sub "promise" and "refusal", signed by an appliance's key, at most 1 KiB.
 *
 *	promise   {1: entry, 2: by, ledger time in ms at which it must be discharged,
 *	           3: tree size when it was made}
 *	refusal   {1: entry, 2: height of the batch that refused it, 3: code of the rule,
 *	           4: element of the bundle, left out when it is none's, 5: tree size}
 *
 * A promise is discharged by the entry's receipt or by a refusal of the same entry. An overdue
 * promise is evidence against its signer, and so is a refusal that the rules do not lead to. */
#ifndef LEDGER_PROOF_PROMISE_H
#define LEDGER_PROOF_PROMISE_H

#include "ledger/proof/envelope.h"
#include "ledger/proof/statement.h"

#define PROMISE_SIZE_MAX ((size_t)1024)

struct promise {
	struct envelope envelope;
	uint8_t entry[ENTRY_SIZE];
	int64_t by_ms;
	uint64_t tree_size;
};

MUST_CHECK enum err promise_decode(struct span bytes, struct promise *promise, struct fault *fault);

/* Reads envelope.kid, issuer, origin and the fields below it; type and subject are given. */
MUST_CHECK enum err promise_encode(const struct promise *promise, const struct signer *signer,
	struct buf *buf, struct fault *fault);

struct refusal {
	struct envelope envelope;
	uint8_t entry[ENTRY_SIZE];
	uint64_t height;
	uint32_t code;
	bool has_element;
	uint32_t element; /* index in the bundle */
	uint64_t tree_size;
};

MUST_CHECK enum err refusal_decode(struct span bytes, struct refusal *refusal, struct fault *fault);
MUST_CHECK enum err refusal_encode(const struct refusal *refusal, const struct signer *signer,
	struct buf *buf, struct fault *fault);

/* Both are verified with envelope_verify(&x.envelope, ...). */

#endif
