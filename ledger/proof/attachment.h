/* Sealed files: what a statement commits to and the ledger does not hold. Layout, version 1:
 *
 *	0    4   "ASYA"
 *	4    1   version, 1
 *	5    1   number of boxes: 4, 16 or 64
 *	6    1   size class c, 10..26: the padded body has 2^c bytes (1 KiB to 64 MiB)
 *	7    1   0
 *	8    24  nonce
 *	32   80  box, as many as byte 5 says: crypto_box_seal of the 32-byte content key
 *	then 2^c + 16 bytes: XChaCha20-Poly1305-IETF of the padded body under the content key
 *
 * Its associated data are bytes 0..7, the author's kid (32), the sequence number (8, big endian).
 *
 * The file's size follows from its first 8 bytes. The boxes stand in the caller's order,
 * authorities first; those not used are sealed to a key that nobody has, so that they look and
 * weigh the same. The body is a deterministic CBOR array [media type, bytes], then zeros; the
 * smallest class that holds it. In the open there stand only the record in the statement: SHA-256
 * of the whole file, the size class, and the commitment SHA-256("assay/att/1" || content key). */
#ifndef LEDGER_PROOF_ATTACHMENT_H
#define LEDGER_PROOF_ATTACHMENT_H

#include "ledger/proof/statement.h"

#define ATTACHMENT_HEADER    32
#define ATTACHMENT_BOX       (AEAD_KEY + BOX_SEAL_EXTRA)
#define ATTACHMENT_BOXES_MAX 64
#define ATTACHMENT_CLASS_MIN 10
#define ATTACHMENT_CLASS_MAX 26
#define ATTACHMENT_MEDIA_MAX 127 /* bytes of a media type */
#define ATTACHMENT_SIZE_MAX                                                                        \
	(ATTACHMENT_HEADER + (size_t)ATTACHMENT_BOXES_MAX * ATTACHMENT_BOX +                       \
		((size_t)1 << ATTACHMENT_CLASS_MAX) + AEAD_EXTRA)

/* Whose file it is: bound by the seal, so that a file cannot be passed off under another
 * statement. */
struct attachment_author {
	uint8_t kid[KID_SIZE];
	uint64_t sequence;
};

/* A view into a sealed file. */
struct attachment {
	size_t box_count;
	unsigned size_class;
	struct span header; /* the first 8 bytes */
	struct span nonce;
	struct span boxes; /* box_count times ATTACHMENT_BOX bytes */
	struct span sealed;
};

/* Errors: ERR_FORMAT; ERR_VERSION. */
MUST_CHECK enum err attachment_parse(
	struct span file, struct attachment *attachment, struct fault *fault);

/* Seals media type and bytes for 1..64 box keys and appends the file to an empty buf; content_key
 * and record are the caller's to keep (the key) and to put into the statement (the record).
 * Errors: ERR_LIMIT over 64 recipients or 64 MiB; ERR_KEY for a box key that is none; ERR_FORMAT
 * for a media type that is empty, too long or not printable ASCII. */
MUST_CHECK enum err attachment_seal(const uint8_t (*recipients)[BOX_PUBLIC], size_t count,
	const struct attachment_author *author, struct span media, struct span bytes,
	struct buf *buf, uint8_t content_key[AEAD_KEY], struct attachment_record *record,
	struct fault *fault);

/* The record of a sealed file under a content key. Errors: those of attachment_parse. */
MUST_CHECK enum err attachment_record(struct span file, const uint8_t content_key[AEAD_KEY],
	struct attachment_record *record, struct fault *fault);

/* Tries a box with the secret keys that the key holder has. Errors: ERR_SIGNATURE: not for them;
 * anything else ends the search. */
struct unwrapper {
	void *self;
	enum err (*unwrap)(void *self, struct span box, uint8_t content_key[AEAD_KEY]);
};

/* The content key out of the first box that opens, and which that was (if box is not NULL).
 * Errors: ERR_NOT_FOUND when none does: it is not for us. */
MUST_CHECK enum err attachment_open_boxes(struct span file, const struct unwrapper *unwrapper,
	uint8_t content_key[AEAD_KEY], size_t *box, struct fault *fault);

struct attachment_content {
	struct span media;
	struct span bytes; /* both point into the buf given to attachment_open */
};

/* Opens a file against the record in its statement; the plain body goes to an empty buf.
 * Errors: ERR_CORRUPT when file and record differ in hash or class; ERR_KEY when the content key is
 * not the one committed to: to be reported by statement; ERR_SIGNATURE when file, author or
 * sequence were changed; ERR_FORMAT when what was sealed is not of this form. */
MUST_CHECK enum err attachment_open(struct span file, const struct attachment_record *record,
	const struct attachment_author *author, const uint8_t content_key[AEAD_KEY],
	struct buf *buf, struct attachment_content *content, struct fault *fault);

#endif
