/* Signed notes, c2sp.org/signed-note.
 *
 *	body         text whose last character is a newline
 *	             an empty line: the last one in the note
 *	signatures   1..16 lines: em dash U+2014, space, key's name, space,
 *	             base64(key ID, 4 bytes big endian, and signature)
 *
 * UTF-8 without control characters but newline. A key's name is not empty and has neither
 * Unicode space nor '+'. Key ID = first 4 bytes of SHA-256(name || 0x0A || type || public key).
 * The key in text (vkey): name '+' 8 hex digits of the key ID '+' base64(type, public key).
 *
 * Signatures of unknown keys are ignored, whatever is in them; one of a known key that does not
 * verify refuses the whole note. */
#ifndef LEDGER_PROOF_NOTE_H
#define LEDGER_PROOF_NOTE_H

#include "ledger/proof/cosignature.h"

#define NOTE_SIZE_MAX       ((size_t)128 << 10)
#define NOTE_SIGNATURES_MAX 16
#define NOTE_NAME_MAX       255

enum note_type {
	NOTE_ED25519 = 0x01,
	NOTE_ECDSA = 0x02,
	NOTE_COSIGNATURE = 0x04, /* cosignature/v1, see ledger/proof/cosignature.h */
	NOTE_TREE_HEAD = 0x05,
	NOTE_ML_DSA = 0x06,
};

struct note_key {
	struct span name; /* into the text it was parsed from, or the caller's */
	uint8_t type; /* NOTE_ED25519 or NOTE_COSIGNATURE */
	uint8_t public[SIGN_PUBLIC];
	uint32_t id;
};

/* Fills a key and its ID. Errors: ERR_FORMAT for a name that no note may carry. */
MUST_CHECK enum err note_key_make(struct span name, enum note_type type,
	const uint8_t public[SIGN_PUBLIC], struct note_key *key, struct fault *fault);

/* Errors: ERR_FORMAT; ERR_KEY when the ID is not that of the key; ERR_VERSION for a type that
 * this program cannot verify. */
MUST_CHECK enum err note_key_parse(struct span text, struct note_key *key, struct fault *fault);
void note_key_print(const struct note_key *key, struct buf *buf);

struct note_signature {
	struct span name;
	uint32_t id;
	struct span base64; /* of ID and signature */
};

/* A view into the text. */
struct note {
	struct span body; /* with its final newline */
	size_t count;
	struct note_signature signature[NOTE_SIGNATURES_MAX];
};

/* Errors: ERR_FORMAT, ERR_ENCODING with the place; ERR_LIMIT for more than 16 signatures. */
MUST_CHECK enum err note_parse(struct span text, struct note *note, struct fault *fault);

/* Whether the key has signed: looks at every signature with its name and ID. time_s, if not NULL,
 * gets the newest time of a cosignature, and 0 for NOTE_ED25519.
 * Errors: ERR_KEY when there is no signature with its name and ID; ERR_SIGNATURE when one does
 * not verify: the whole note is then to be refused. */
MUST_CHECK enum err note_verify_key(
	const struct note *note, const struct note_key *key, uint64_t *time_s, struct fault *fault);

/* The rule for several known keys: at least one has signed and none fails. signed_by, if not
 * NULL, gets for each key whether it has. Errors: as note_verify_key. */
MUST_CHECK enum err note_verify(const struct note *note, const struct note_key *keys, size_t count,
	bool *signed_by, struct fault *fault);

/* Appends one signature line for a body. time_s is used by NOTE_COSIGNATURE only. A note is made
 * by putting body, "\n", then lines. Errors: what the signer answers. */
MUST_CHECK enum err note_sign(const struct note_key *key, struct span body, uint64_t time_s,
	const struct signer *signer, struct buf *buf, struct fault *fault);

/* Appends a line for a signature that is there already: 64 or 72 bytes. */
void note_signature_put(const struct note_key *key, struct span signature, struct buf *buf);

#endif
