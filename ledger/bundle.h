/* Secret files in one file under a passphrase: what a copy of an appliance's keys is kept in.
 *
 *	offset  size
 *	0       15  "assay-bundle/1\n"
 *	15      16  salt
 *	31      24  nonce
 *	55       *  XChaCha20-Poly1305 of the list below under Argon2id(passphrase, salt); the 15
 *	            bytes above are associated data
 *
 * The list is deterministic CBOR: [[name, bytes], ...], names ascending. A name is a path of up to
 * three steps of [A-Za-z0-9._-], none beginning with a dot: it never leads out of its folder. */
#ifndef LEDGER_BUNDLE_H
#define LEDGER_BUNDLE_H

#include "ledger/base/buf.h"
#include "ledger/base/crypto.h"

#define BUNDLE_FILES_MAX 2048
#define BUNDLE_NAME_MAX  160
#define BUNDLE_SIZE_MAX  ((size_t)512 << 20)

struct bundle_file {
	struct span name;
	struct span bytes;
};

bool bundle_name_is_valid(struct span name);

/* The list alone. *files is freed by the caller; its spans point into the list.
 * Errors: ERR_FORMAT, ERR_LIMIT with the place; ERR_MEMORY. */
void bundle_list_encode(const struct bundle_file *files, size_t count, struct buf *list);
MUST_CHECK enum err bundle_list_decode(
	struct span list, struct bundle_file **files, size_t *count, struct fault *fault);

/* Appends the whole file. Errors: ERR_MEMORY (Argon2id takes 256 MiB for a moment). */
MUST_CHECK enum err bundle_seal(
	struct span list, struct span passphrase, struct buf *out, struct fault *fault);
/* Appends the list. Errors: ERR_VERSION: no bundle; ERR_REFUSED: another passphrase, or changed. */
MUST_CHECK enum err bundle_open(
	struct span bundle, struct span passphrase, struct buf *list, struct fault *fault);

#endif
