/* What makes an Ed25519 signature. Private keys live in the key holder's process, so whoever
 * builds a signed message is given this and never sees a key. */
#ifndef LEDGER_PROOF_SIGNER_H
#define LEDGER_PROOF_SIGNER_H

#include "ledger/base/crypto.h"

struct signer {
	void *self;
	/* Signs the bytes as they are. Whatever it answers but OK ends the making of the message:
	 * the key holder answers ERR_DENIED for what may not be signed, ERR_IO when it is gone. */
	enum err (*sign)(void *self, struct span bytes, uint8_t signature[SIGN_SIZE]);
};

/* For a process that holds its key itself: a station, a tool, a test. The secret is the caller's
 * and must outlive the signer. */
struct signer signer_local(uint8_t secret[SIGN_SECRET]);

#endif
