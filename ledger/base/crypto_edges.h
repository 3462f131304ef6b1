/* What may be on the ledger hangs on how signatures at the edges of Ed25519 are judged, and
 * libraries differ there (165 of 914 public vectors between libsodium and OpenSSL). A program that
 * judges them otherwise than those before it would leave their ledger: so it looks at its start. */
#ifndef LEDGER_BASE_CRYPTO_EDGES_H
#define LEDGER_BASE_CRYPTO_EDGES_H

#include "ledger/base/crypto.h"

/* The edge that is judged otherwise, in words; NULL: none is. Cost: 11 signatures. */
const char *crypto_edges_difference(
	bool (*verify)(const uint8_t key[SIGN_PUBLIC], struct span message,
		const uint8_t signature[SIGN_SIZE]),
	bool (*is_key)(const uint8_t key[SIGN_PUBLIC]));

#endif
