/* Cosignatures of checkpoints, c2sp.org/tlog-cosignature, version 1 with Ed25519 (type 0x04).
 *
 * The signature is 72 bytes: POSIX time in seconds, 8 bytes big endian, at most 2^63-1; then an
 * Ed25519 signature over "cosignature/v1\n" "time <decimal>\n" and the whole body of the note,
 * final newline and extension lines with it, signature lines not. */
#ifndef LEDGER_PROOF_COSIGNATURE_H
#define LEDGER_PROOF_COSIGNATURE_H

#include "ledger/proof/signer.h"
#include "ledger/base/buf.h"

#define COSIGNATURE_SIZE (8 + SIGN_SIZE)

/* Appends what is signed; the key holder makes it itself from time and checkpoint. */
void cosignature_signed_bytes(uint64_t time_s, struct span body, struct buf *buf);

MUST_CHECK enum err cosignature_make(uint64_t time_s, struct span body, const struct signer *signer,
	uint8_t out[COSIGNATURE_SIZE], struct fault *fault);

/* time_s is set when it verifies. Errors: ERR_FORMAT (size, time), ERR_SIGNATURE, ERR_MEMORY. */
MUST_CHECK enum err cosignature_verify(const uint8_t public[SIGN_PUBLIC], struct span body,
	struct span signature, uint64_t *time_s, struct fault *fault);

#endif
