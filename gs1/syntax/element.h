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

/* What a reader lets pass that the standards refuse. 0: nothing. */
enum gs1_permit {
	GS1_PERMIT_UNKNOWN_AIS = 0x01, /* AIs that are not assigned, ai.h */
	GS1_PERMIT_UNKNOWN_ATTRIBUTES = 0x02, /* and such behind the "?" of a link */
	GS1_PERMIT_SHORT_GTINS = 0x04, /* in links, GTINs of 8, 12 or 13 digits */
	GS1_PERMIT_NAMES = 0x08, /* in links, /gtin/ for /01/ and so on */
	GS1_PERMIT_ALONE = 0x10 /* AIs without those that they need */
};

struct gs1_element {
	const struct gs1_ai *row;
	struct span value; /* decoded: no percent signs, no backslashes */
	uint16_t ai;
	uint16_t at; /* where the value stands in the scan, first byte */
	uint16_t size; /* and how many bytes it takes there (more than value.size if encoded) */
};

/* By which rule an element was refused, beside the fault. The rule is a content rule by its name
 * (lint.h), or one of
 *   unknown_ai  length_min  length_max  empty   about one element,
 *   excludes  needs  repeats  serial            about several (section 4.13). */
struct gs1_refusal {
	const char *rule; /* NULL: not refused, or not for a rule of an element */
	struct span value; /* decoded, up to the end of the component refused */
	size_t at; /* the bad characters in value */
	size_t size;
	uint16_t ai;
	bool has_ai; /* false for unknown_ai */
};

/* Values point into the scan's bytes, or into `decoded`: neither may move while they are used, so a
 * struct gs1_elements is not to be copied. */
struct gs1_elements {
	size_t count;
	size_t decoded_size;
	unsigned permit; /* of enum gs1_permit */
	struct gs1_refusal refusal;
	struct gs1_element element[GS1_ELEMENTS_MAX];
	uint8_t decoded[GS1_DECODED_MAX];
};

/* Empties the elements; to be called before anything is read into them. */
static inline void gs1_elements_begin(struct gs1_elements *elements, unsigned permit)
{
	elements->count = 0;
	elements->decoded_size = 0;
	elements->permit = permit;
	elements->refusal.rule = NULL;
}

/* Reads the transmitted form. `at` is where text stands in the whole scan, for offsets. Elements
 * are added behind those already in out (gs1_elements_begin first).
 * A leading GS (FNC1 in first position, as some readers send it), one behind a value of predefined
 * length and one at the very end are accepted. Every value is judged by its AI's rules; what holds
 * between elements is for gs1_elements_check.
 * Errors: ERR_FORMAT with AI, offset and bytes; ERR_LIMIT above GS1_ELEMENTS_MAX.
 * Source: General Specifications sections 7.8.4 to 7.8.7. */
MUST_CHECK enum err gs1_elements_read(
	struct span text, size_t at, struct gs1_elements *out, struct fault *fault);

/* Reads the bracketed form: (AI)value(AI)value, with blanks round a value as they are printed under
 * symbols, in one line or several; before the first of a line its title may stand, "GTIN (01) ...".
 * A "(" that belongs to a value is written "\(". The rest as gs1_elements_read. */
MUST_CHECK enum err gs1_elements_read_bracketed(
	struct span text, size_t at, struct gs1_elements *out, struct fault *fault);

/* Bytes of blanks and title before the "(01)" of a line in the bracketed form; 0 if there are none.
 * */
size_t gs1_title_size(struct span text);

/* What holds between elements (section 4.13): the same AI twice only with the same value, pairs
 * that may not be, pairs that must be, and a digital signature (8030) only for a key
 * with a serial. The fault is at the element that is refused. */
MUST_CHECK enum err gs1_elements_check(struct gs1_elements *elements, struct fault *fault);

/* Adds an element whose value stands decoded at `value` and takes size bytes at offset at of the
 * scan, after judging it. Used by the readers; raw is the value as it stands in the scan, and
 * place(raw, offset) where a decoded offset lies in it (NULL: the same). */
MUST_CHECK enum err gs1_elements_add(struct gs1_elements *out, const struct gs1_ai *row,
	uint16_t ai, struct span value, struct span raw, size_t at,
	size_t (*place)(struct span raw, size_t offset), struct fault *fault);

/* Judges one value by its AI's components and rules; the fault's place is an offset in value.
 * refusal: NULL, or filled when the value is refused. */
MUST_CHECK enum err gs1_value_check(const struct gs1_ai *row, struct span value,
	struct gs1_refusal *refusal, struct fault *fault);

/* The first element with that AI, or NULL. */
const struct gs1_element *gs1_elements_find(const struct gs1_elements *elements, uint16_t ai);

/* The first element whose AI fits the pattern and not the other: digits, then perhaps "n" for any
 * digit, as many as the AI has ("310n", "01"). except may be NULL. */
const struct gs1_element *gs1_elements_match(
	const struct gs1_elements *elements, const char *pattern, const char *except);

/* Writes the elements in order: transmitted form (GS only where needed), or bracketed. */
void gs1_elements_print(const struct gs1_elements *elements, struct buf *out);
void gs1_elements_print_bracketed(const struct gs1_elements *elements, struct buf *out);

/* Writes the lines that stand under a symbol, "(01) 09506000134352", each with a line end; with
 * titles "GTIN (01) 09506000134352". Source: General Specifications section 4.14. */
void gs1_elements_print_lines(const struct gs1_elements *elements, bool titles, struct buf *out);

/* Writes what was refused with bars round the bad characters, "(01)0950600013435|1|"; nothing when
 * there was no such refusal. */
void gs1_refusal_print(const struct gs1_refusal *refusal, struct buf *out);

#endif
