/* The appliance's own certificate authority and server certificate, made at init, so that TLS is
 * on from the first start and browsers can be given one file (tls/ca.pem) to trust. */
#ifndef APPLIANCE_HTTP_TLS_H
#define APPLIANCE_HTTP_TLS_H

#include "ledger/base/buf.h"

/* Makes what is missing in folder: ca.pem, ca.key, server.pem, server.key (keys 0600), P-256.
 * The CA lasts ten years and may sign for names below; the server certificate 397 days, and is
 * renewed here when fewer than 30 are left or a name is missing in it.
 * names: up to 8 DNS names or numeric addresses it is reached by.
 * Errors: ERR_IO, ERR_READONLY, ERR_CORRUPT if a file there does not parse. */
MUST_CHECK enum err tls_prepare(const char *folder, const char *const *names, size_t name_count,
	int64_t now_ms, struct fault *fault);

/* Reads the chain (server and CA) and the key as PEM texts. */
MUST_CHECK enum err tls_load(
	const char *folder, struct buf *chain_pem, struct buf *key_pem, struct fault *fault);

/* SHA-256 of the CA certificate as upper-case hex with colons (96 bytes with NUL), to compare. */
MUST_CHECK enum err tls_fingerprint(const char *folder, char out[96], struct fault *fault);

#endif
