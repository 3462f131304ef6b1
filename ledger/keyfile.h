/* Key files: one private key a file, mode 0600, made once and never overwritten.
 *
 *	keys/<party>/<purpose>[-<label>].key    of an appliance's folder
 *	root/<party>.key                        offline keys: moved away after founding
 *
 * A file is text, one item a line, in this order; items marked ? may be left out:
 *
 *	assay-key 1
 *	purpose appliance        root appliance log cosign box curve station holder
 *	party maker.example      local name of the party, as in the path
 *	tenant? <32 hex>         the party is this tenant
 *	created 2026-11-20T09:30:00.000Z
 *	kid <64 hex>             RFC 9679 thumbprint of public
 *	public <64 hex>
 *	secret <64 hex>          Ed25519 seed or X25519 secret; or, under a password:
 *	sealed <32 hex salt> <48 hex nonce> <96 hex>
 *	check <16 hex>           first 8 bytes of SHA-256 of all lines above, with their newlines
 *
 * sealed is XChaCha20-Poly1305 of the secret with the lines from the first to public as
 * associated data and a key that Argon2id makes of password and salt. */
#ifndef LEDGER_KEYFILE_H
#define LEDGER_KEYFILE_H

#include "ledger/members/bodies.h"
#include "ledger/proof/signer.h"

#define KEYFILE_SIZE_MAX  1024
#define KEYFILE_LABEL_MAX 32

struct keyfile {
	enum key_purpose purpose;
	char party[NAME_SIZE_MAX + 1];
	bool has_tenant;
	uint8_t tenant[UNIT_ID_SIZE];
	int64_t created_ms;
	uint8_t kid[KID_SIZE];
	uint8_t public[32];
	bool is_sealed; /* a password is needed: secret is NULL */
	uint8_t *secret; /* secret_new memory: 64 bytes for Ed25519, 32 for X25519; or NULL */
};

/* Makes a key in memory. tenant may be NULL. Errors: ERR_MEMORY. Free with keyfile_close. */
MUST_CHECK enum err keyfile_make(struct keyfile *key, enum key_purpose purpose, const char *party,
	const uint8_t *tenant, int64_t now_ms, struct fault *fault);
void keyfile_close(struct keyfile *key); /* wipes the secret */

/* Writes the path of a key under the folder to out; folders are made by keyfile_save.
 * Errors: ERR_FORMAT for a party or label that is no file name, ERR_LIMIT. */
#define KEYFILE_PATH_MAX 4096
MUST_CHECK enum err keyfile_path(const char *folder, enum key_purpose purpose, const char *party,
	const char *label, char out[KEYFILE_PATH_MAX], struct fault *fault);

/* Writes and syncs file and folder, making keys/<party> or root/ if need be. password of size 0
 * stores the secret as it is.
 * Errors: ERR_EXISTS: the file is left alone; ERR_IO, ERR_FULL, ERR_DENIED with the path. */
MUST_CHECK enum err keyfile_save(
	const struct keyfile *key, const char *path, struct span password, struct fault *fault);

/* Errors: ERR_NOT_FOUND; ERR_DENIED when others may read it, it is another user's or no ordinary
 * file; ERR_VERSION; ERR_CORRUPT when it was changed or cut; ERR_KEY when the public key does not
 * belong to the secret; ERR_REFUSED for a wrong password. A sealed file loads without password
 * too: is_sealed is then set and secret is NULL. */
MUST_CHECK enum err keyfile_load(
	struct keyfile *key, const char *path, struct span password, struct fault *fault);

/* The text form alone, for tests and tools. password as above. */
MUST_CHECK enum err keyfile_print(
	const struct keyfile *key, struct span password, struct buf *buf, struct fault *fault);
MUST_CHECK enum err keyfile_parse(
	struct keyfile *key, struct span text, struct span password, struct fault *fault);

#endif
