/* Base58 in the bitcoin alphabet, for keys and signatures of known size (did:key, proofValue).
 * Cost grows with the square of the size, so sizes are small and fixed by the caller. */
#ifndef LEDGER_BASE_BASE58_H
#define LEDGER_BASE_BASE58_H

#include "ledger/base/err.h"
#include "ledger/base/span.h"

#define BASE58_SIZE_MAX 128 /* bytes */

/* Room for the text of size bytes with its NUL: log(256)/log(58) < 1.366. */
#define base58_room(size) ((size)*137 / 100 + 2)

/* Writes the text and a NUL; at most BASE58_SIZE_MAX bytes. */
void base58_print(struct span bytes, char *out);

/* Reads exactly size bytes; each value of that size has one text only.
 * Errors: ERR_FORMAT, with the offset of a foreign character, or when the text stands for another
 * number of bytes. */
MUST_CHECK enum err base58_parse(struct span text, uint8_t *out, size_t size, struct fault *fault);

#endif
