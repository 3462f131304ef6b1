/* JSON Canonicalization Scheme, RFC 8785: one byte string for one JSON value, so that it can be
 * signed and committed to.
 *
 * Members sorted by the UTF-16 code units of their names, no white space, strings escaped only
 * where JSON demands it, numbers as ECMAScript prints them. What a value could lose on the way is
 * refused when reading: duplicate names, lone surrogates, U+0000 (C strings end there), integers
 * beyond 2^53-1, also written as 1e20 (they would be signed with other digits than we read). */
#ifndef APPLIANCE_PEOPLE_JCS_H
#define APPLIANCE_PEOPLE_JCS_H

#include "ledger/base/buf.h"

#include <jansson.h>

#define JCS_TEXT_MAX    ((size_t)1 << 20) /* bytes of a text read */
#define JCS_DEPTH_MAX   32
#define JCS_NUMBER_SIZE 48 /* a number's text with its NUL */

/* jansson copies and walks through pointers that it could write through, but does not. */
static inline json_t *json_walkable(const json_t *value)
{
	union {
		const json_t *given;
		json_t *walkable;
	} pointer = {.given = value};
	return pointer.walkable;
}

/* Reads one JSON value with nothing behind it; json_decref is the caller's.
 * Errors: ERR_FORMAT or ERR_ENCODING with the offset, ERR_LIMIT for size and depth, ERR_RANGE for
 * numbers, ERR_MEMORY. */
MUST_CHECK enum err jcs_parse(struct span text, json_t **value, struct fault *fault);

/* Appends the canonical form. Values made in the program may have what jcs_parse refuses:
 * Errors: ERR_ENCODING, ERR_RANGE, ERR_LIMIT, ERR_MEMORY; out then has a partial text. */
MUST_CHECK enum err jcs_print(const json_t *value, struct buf *out, struct fault *fault);

/* A finite double as ECMAScript's Number::toString (ECMA-262 section 6.1.6.1.20) prints it: the
 * fewest digits that read back to it, the nearest of these. */
void jcs_print_number(double number, char out[JCS_NUMBER_SIZE]);

#endif
