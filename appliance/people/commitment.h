/* Commitment to a secured document: BLAKE2b-256 with a random key r of 32 bytes over
 * "assay/commit/1" and the document's canonical form. The ledger holds the commitment only; r lies
 * with the document and goes with it, and what is left is noise. */
#ifndef APPLIANCE_PEOPLE_COMMITMENT_H
#define APPLIANCE_PEOPLE_COMMITMENT_H

#include "ledger/base/crypto.h"

#define COMMITMENT_SIZE     32
#define COMMITMENT_KEY_SIZE 32

/* document: JSON, canonical or not: wallets print it anew. Errors: as jcs_parse and jcs_print. */
MUST_CHECK enum err commitment_make(const uint8_t r[COMMITMENT_KEY_SIZE], struct span document,
	uint8_t out[COMMITMENT_SIZE], struct fault *fault);

/* Errors: ERR_PROOF when r and document do not lead to the commitment. */
MUST_CHECK enum err commitment_verify(const uint8_t r[COMMITMENT_KEY_SIZE], struct span document,
	const uint8_t commitment[COMMITMENT_SIZE], struct fault *fault);

#endif
