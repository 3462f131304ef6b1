/* Base45, RFC 9285: bytes as characters of the QR alphanumeric set, three for two bytes. */
#ifndef LEDGER_BASE_BASE45_H
#define LEDGER_BASE_BASE45_H

#include "ledger/base/err.h"
#include "ledger/base/span.h"

/* Characters of the text of size bytes, with its NUL. */
#define base45_room(size) ((size) / 2 * 3 + (size) % 2 * 2 + 1)

/* Writes the text and a NUL. */
void base45_print(struct span bytes, char *out);

/* Reads at most room bytes. Strict (RFC 9285 section 6): each byte string has one text only.
 * Errors: ERR_FORMAT with the offset of a foreign character, of a group whose value is too large,
 * or of a last group of one character; ERR_LIMIT when room is too small. */
MUST_CHECK enum err base45_parse(
	struct span text, uint8_t *out, size_t room, size_t *size, struct fault *fault);

#endif
