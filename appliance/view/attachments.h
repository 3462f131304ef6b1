/* Sealed files held here (attachments.db), and how one is made for its readers. A file is durable
 * before its statement is handed in. Thread: any. */
#ifndef APPLIANCE_VIEW_ATTACHMENTS_H
#define APPLIANCE_VIEW_ATTACHMENTS_H

#include "appliance/view/desk.h"
#include "ledger/proof/attachment.h"

#define ATTACHMENT_READERS_MAX 32

struct attachments;

MUST_CHECK enum err attachments_open(struct attachments **attachments, const char *folder,
	const struct env *env, struct fault *fault);
void attachments_free(struct attachments *attachments);

/* Keeps a sealed file under its hash; twice is no error. */
MUST_CHECK enum err attachments_put(struct attachments *attachments, const uint8_t hash[HASH_SIZE],
	struct span file, struct fault *fault);
/* Appends the file. Errors: ERR_NOT_FOUND: not held here (or erased). */
MUST_CHECK enum err attachments_get(struct attachments *attachments, const uint8_t hash[HASH_SIZE],
	struct buf *file, struct fault *fault);
/* Erases it: the ledger keeps its fingerprint only. */
MUST_CHECK enum err attachments_erase(
	struct attachments *attachments, const uint8_t hash[HASH_SIZE], struct fault *fault);

/* The content key of a held file: by what was wrapped for the party's box key, or a box of the file
 * for it or for one that was renewed. Errors: ERR_NOT_FOUND: not for this party. */
MUST_CHECK enum err attachments_content_key(struct attachments *attachments, struct desk *desk,
	const struct desk_party *reader, const uint8_t hash[HASH_SIZE], struct span file,
	uint8_t content_key[AEAD_KEY], struct fault *fault);

/* Content keys sealed again to a newer box key. Errors: ERR_NOT_FOUND: not for that key. */
#define ATTACHMENT_WRAP_SIZE (AEAD_KEY + BOX_SEAL_EXTRA)
MUST_CHECK enum err attachments_wrapped(struct attachments *attachments,
	const uint8_t hash[HASH_SIZE], const uint8_t kid[KID_SIZE],
	uint8_t box[ATTACHMENT_WRAP_SIZE], struct fault *fault);
MUST_CHECK enum err attachments_wrap(struct attachments *attachments, const uint8_t hash[HASH_SIZE],
	const uint8_t kid[KID_SIZE], const uint8_t box[ATTACHMENT_WRAP_SIZE], struct fault *fault);

/* The file after hash in order of hashes, or the first. Errors: ERR_NOT_FOUND at the end. */
MUST_CHECK enum err attachments_next(struct attachments *attachments, bool is_first,
	uint8_t hash[HASH_SIZE], struct fault *fault);

/* Who shall be able to read: box keys, authorities first. */
struct readers {
	uint8_t public[ATTACHMENT_READERS_MAX][BOX_PUBLIC];
	size_t count;
};

/* Adds the newest box key in force of a party; one that is there already is not added again. A
 * party without box key is ERR_KEY, naming it. */
MUST_CHECK enum err readers_add(struct readers *readers, const struct table *table,
	const struct party *party, const char *name, int64_t time_ms, struct fault *fault);

/* Seals, keeps, and gives the record for the statement with that sequence number. */
MUST_CHECK enum err attachments_seal(struct attachments *attachments, const struct readers *readers,
	const struct desk_party *author, uint64_t sequence, const char *media, struct span bytes,
	struct attachment_record *record, struct fault *fault);

/* Opens attachment number index of a statement with the box keys of one local party.
 * Errors: ERR_NOT_FOUND: not held, or not for this party; those of attachment_open. */
MUST_CHECK enum err attachments_read(struct attachments *attachments, struct desk *desk,
	const struct desk_party *reader, const struct statement *statement, size_t index,
	struct buf *buf, struct attachment_content *content, struct fault *fault);

#endif
