/* UTF-8 as Unicode and RFC 3629 define it: shortest form, no surrogates, up to U+10FFFF. */
#ifndef LEDGER_BASE_UTF8_H
#define LEDGER_BASE_UTF8_H

#include "ledger/base/buf.h"

/* Bytes from the start that are valid UTF-8: text.size if all of it is. */
size_t utf8_valid_size(struct span text);

/* One code point at the front of a non-empty text: its bytes (1..4), or 0 if it is not valid. */
size_t utf8_next(struct span text, uint32_t *point);

/* Writes a code point (not a surrogate, up to U+10FFFF) to out[4] and returns its bytes. */
size_t utf8_print(uint32_t point, uint8_t out[4]);

/* What may come from outside is made fit for a terminal and for JSON, in place: control characters,
 * marks that turn the direction of text, and bytes that are not UTF-8 become '?'. */
void utf8_make_harmless(char *text);

/* Appends a JSON text with such characters as \uXXXX inside its strings: the value stays the same,
 * and it can be shown on a terminal. Line ends between the members are written so too. */
void utf8_escape_json(struct span text, struct buf *out);

#endif
