/* Element strings (General Specifications section 7.8): an AI and its value, one after the other;
 * a value whose length is not predefined ends with FNC1 (sent as GS, 0x1D) unless it is the last.
 *
 * Three written forms are read into the same elements: the transmitted form with GS, the bracketed
 * form that people read and type, "(01)09506000134352(10)ABC", and (link.h) the Digital Link. */
#ifndef GS1_SYNTAX_ELEMENT_H
#define GS1_SYNTAX_ELEMENT_H

#include "gs1/syntax/ai.h"
#include "ledger/base/buf.h"
#include "ledger/base/err.h"
#include "ledger/base/span.h"

#define GS1_GS           0x1D
#define GS1_SCAN_MAX     8191 /* bytes of one scan; a QR symbol holds at most 7,089 digits */
#define GS1_ELEMENTS_MAX 64
#define GS1_DECODED_MAX  1024 /* bytes of values that had to be decoded, all together */

struct gs1_element {
	const struct gs1_ai *row;
	struct span value; /* decoded: no percent signs, no backslashes */
	uint16_t ai;
	uint16_t at; /* where the value stands in the scan, first byte */
	uint16_t size; /* and how many bytes it takes there (more than value.size if encoded) */
	bool judged; /* false: a rule of this AI is not in this program (lint.h names them) */
};

/* Values point into the scan's bytes, or into `decoded`: neither may move while they are used, so a
 * struct gs1_elements is not to be copied. */
struct gs1_elements {
	size_t count;
	size_t decoded_size;
	struct gs1_element element[GS1_ELEMENTS_MAX];
	uint8_t decoded[GS1_DECODED_MAX];
};

/* Reads the transmitted form. `at` is where text stands in the whole scan, for offsets. Elements
 * are added behind those already in out (count 0 first).
 * A leading GS (FNC1 in first position, as some readers send it), one behind a value of predefined
 * length and one at the very end are accepted. Every value is judged by its AI's rules; what holds
 * between elements is for gs1_elements_check.
 * Errors: ERR_FORMAT with AI, offset and bytes; ERR_LIMIT above GS1_ELEMENTS_MAX.
 * Source: General Specifications sections 7.8.4 to 7.8.7. */
MUST_CHECK enum err gs1_elements_read(
	struct span text, size_t at, struct gs1_elements *out, struct fault *fault);

/* Reads the bracketed form: (AI)value(AI)value, with blanks round a value as they are printed under
 * symbols. A "(" that belongs to a value is written "\(". The rest as gs1_elements_read. */
MUST_CHECK enum err gs1_elements_read_bracketed(
	struct span text, size_t at, struct gs1_elements *out, struct fault *fault);

/* What holds between elements (section 4.13): the same AI twice only with the same value, pairs
 * that may not be, pairs that must be, and a digital signature (8030) only for a key
 * with a serial. The fault is at the element that is refused. */
MUST_CHECK enum err gs1_elements_check(const struct gs1_elements *elements, struct fault *fault);

/* Adds an element whose value stands decoded at `value` and takes size bytes at offset at of the
 * scan, after judging it. Used by the readers; raw is the value as it stands in the scan, and
 * place(raw, offset) where a decoded offset lies in it (NULL: the same). */
MUST_CHECK enum err gs1_elements_add(struct gs1_elements *out, const struct gs1_ai *row,
	uint16_t ai, struct span value, struct span raw, size_t at,
	size_t (*place)(struct span raw, size_t offset), struct fault *fault);

/* Judges one value by its AI's components and rules; the fault's place is an offset in value.
 * judged becomes false when a rule is not in this program (else it is left alone). */
MUST_CHECK enum err gs1_value_check(
	const struct gs1_ai *row, struct span value, bool *judged, struct fault *fault);

/* The first element with that AI, or NULL. */
const struct gs1_element *gs1_elements_find(const struct gs1_elements *elements, uint16_t ai);

/* Writes the elements in order: transmitted form (GS only where needed), or bracketed. */
void gs1_elements_print(const struct gs1_elements *elements, struct buf *out);
void gs1_elements_print_bracketed(const struct gs1_elements *elements, struct buf *out);

#endif
