/* The kinds of GS1 key there are, by AI: what a thing is called (General Specifications sections 2
 * and 3). A key's value is that of its AI: check digit and, for some, a serial number are in it. */
#ifndef GS1_SYNTAX_KEY_KIND_H
#define GS1_SYNTAX_KEY_KIND_H

#include "gs1/syntax/element.h"

struct gs1_key_kind {
	const char *name; /* "gtin", "grai": as in Digital Links once, and in JSON */
	const char *title; /* "Global Returnable Asset Identifier" */
	uint16_t ai;
	uint8_t digits; /* up to the check digit; 0: no such part */
	bool has_serial; /* what follows the digits, if anything, is a serial number */
	uint16_t serial_ai; /* element that tells one from another; 0: none, or in the key */
};

const struct gs1_key_kind *gs1_key_kinds(size_t *count);

/* NULL when the AI is no key, or there is no kind of that name. */
const struct gs1_key_kind *gs1_key_kind_of(uint16_t ai);
const struct gs1_key_kind *gs1_key_kind_named(struct span name);

/* Judges a key as its AI's value, with a GTIN of 8, 12 or 13 digits taken as it is. */
MUST_CHECK enum err gs1_key_check(
	const struct gs1_key_kind *kind, struct span value, struct fault *fault);

/* The serial number inside a key (GRAI, GDTI, GCN); empty if there is none. */
struct span gs1_key_serial(const struct gs1_key_kind *kind, struct span value);

#endif
