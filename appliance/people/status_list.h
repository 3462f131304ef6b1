/* Status lists: one array of statuses, a byte for each entry, and the two published forms of it.
 *
 *	                     Token Status List               Bitstring Status List
 *	                     (draft-ietf-oauth-status-list)  (W3C, v1.0)
 *	order in a byte      entry 0 in the LOWEST bits      entry 0 in the HIGHEST bits
 *	compressed           zlib, RFC 1950                  gzip, RFC 1952
 *	text                 base64url                       "u" and base64url
 *	bits of an entry     1, 2, 4 or 8                    1, 2, 4 or 8 (statusSize)
 *	fewest entries       none                            131,072, so that one hides among many
 *
 * A list that cannot be read is a fault, never a list of valid entries; an index outside it too. */
#ifndef APPLIANCE_PEOPLE_STATUS_LIST_H
#define APPLIANCE_PEOPLE_STATUS_LIST_H

#include "ledger/proof/cbor.h"

#define STATUS_COUNT_MAX (1U << 20)
#define STATUS_COUNT_MIN 131072U /* of a bitstring */
#define STATUS_PACKED_MAX                                                                          \
	(STATUS_COUNT_MAX + 4096U) /* compressed bytes: 8 bits an entry that do not compress */
#define STATUS_TEXT_MAX (STATUS_PACKED_MAX / 3U * 4U + 8U)

/* Values of an entry, as the Token Status List registers them. */
enum status {
	STATUS_VALID = 0,
	STATUS_INVALID = 1, /* revoked, for good */
	STATUS_SUSPENDED = 2, /* may come back */
	STATUS_CHECK_NOW = 3, /* application's: somebody saw a change; unknown until checked */
};

/* The entry of an index. Errors: ERR_RANGE outside the list. */
MUST_CHECK enum err status_at(
	struct span statuses, uint64_t index, uint8_t *status, struct fault *fault);

/* Token Status List: the compressed bytes ("lst" of the CBOR form).
 * Errors of making: ERR_USAGE for bits, ERR_LIMIT for too many entries, ERR_RANGE at the first
 * status that does not fit in bits, ERR_MEMORY.
 * Errors of reading: also ERR_FORMAT for damaged or cut data and for bytes behind its end.
 * Reading appends one byte an entry; the count is a multiple of 8 / bits. */
MUST_CHECK enum err status_token_make(
	struct span statuses, unsigned bits, struct buf *packed, struct fault *fault);
MUST_CHECK enum err status_token_read(
	struct span packed, unsigned bits, struct buf *statuses, struct fault *fault);

/* The map {"lst": bytes, "bits": n} that is claim 65533 of a status list CWT. Taken with its keys
 * in either order: others write "bits" first. */
MUST_CHECK enum err status_token_put(
	struct buf *cbor, struct span statuses, unsigned bits, struct fault *fault);
MUST_CHECK enum err status_token_take(
	struct cbor *cbor, struct buf *statuses, unsigned *bits, struct fault *fault);

/* Bitstring Status List: the text of credentialSubject.encodedList. Making fills up with zeros to
 * STATUS_COUNT_MIN. Errors: as above; reading refuses shorter lists with ERR_RANGE. */
MUST_CHECK enum err status_bitstring_make(
	struct span statuses, unsigned bits, struct buf *text, struct fault *fault);
MUST_CHECK enum err status_bitstring_read(
	struct span text, unsigned bits, struct buf *statuses, struct fault *fault);

/* statusPurpose of a bitstring of one bit. */
enum status_purpose {
	STATUS_REVOCATION, /* set: invalid */
	STATUS_SUSPENSION, /* set: suspended, or to be checked now: that is not valid either */
};
const char *status_purpose_word(enum status_purpose purpose);

/* The 0s and 1s of one purpose, a byte for each status. */
MUST_CHECK enum err status_purpose_select(
	struct span statuses, enum status_purpose purpose, struct buf *selected);

#endif
