/* Hexadecimal, lower case out, both cases in. */
#ifndef LEDGER_BASE_HEX_H
#define LEDGER_BASE_HEX_H

#include "ledger/base/err.h"
#include "ledger/base/span.h"

/* Writes 2 * bytes.size digits and a NUL to out (the caller gives 2 * size + 1 bytes). */
void hex_print(struct span bytes, char *out);

/* Reads exactly 2 * size digits into out. Errors: ERR_FORMAT with the offset of the first bad
 * character, or when the length differs. */
MUST_CHECK enum err hex_parse(struct span text, uint8_t *out, size_t size, struct fault *fault);

#endif
