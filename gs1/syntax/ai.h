/* The application identifiers (AIs) of the GS1 General Specifications section 3, as the GS1 Barcode
 * Syntax Dictionary, release 2026-01-27, lists them: for each AI its components, whether its
 * length is predefined, which other AIs it needs or excludes, and its place in a Digital Link.
 *
 * An AI is two to four digits. Its number alone names it ("01" is 1, "8003" is 8003): no AI of more
 * than two digits begins with 0. The first two digits give its length (section 7.8.5).
 *
 * ai_table.c is made by ai_table.awk from the dictionary; the tests compare the two. */
#ifndef GS1_SYNTAX_AI_H
#define GS1_SYNTAX_AI_H

#include "ledger/base/err.h"
#include "ledger/base/span.h"

/* The AIs this project knows by name. */
enum {
	GS1_AI_SSCC = 0,
	GS1_AI_GTIN = 1,
	GS1_AI_CONTENT = 2,
	GS1_AI_MTO_GTIN = 3,
	GS1_AI_LOT = 10,
	GS1_AI_PRODUCTION = 11,
	GS1_AI_EXPIRY = 17,
	GS1_AI_SERIAL = 21,
	GS1_AI_VARIANT = 22,
	GS1_AI_PARTS = 30,
	GS1_AI_COUNT = 37,
	GS1_AI_TPX = 235,
	GS1_AI_GDTI = 253,
	GS1_AI_GLN_EXTENSION = 254,
	GS1_AI_GCN = 255,
	GS1_AI_GINC = 401,
	GS1_AI_GSIN = 402,
	GS1_AI_GLN_SHIP_TO = 410,
	GS1_AI_GLN = 414,
	GS1_AI_GLN_PAY_TO = 415,
	GS1_AI_GLN_SITE = 416,
	GS1_AI_PARTY = 417,
	GS1_AI_NHRN_FIRST = 710,
	GS1_AI_NHRN_LAST = 717,
	GS1_AI_EXPIRY_TIME = 7003,
	GS1_AI_GRAI = 8003,
	GS1_AI_GIAI = 8004,
	GS1_AI_ITIP = 8006,
	GS1_AI_CPID = 8010,
	GS1_AI_CPID_SERIAL = 8011,
	GS1_AI_GMN = 8013,
	GS1_AI_GSRN_PROVIDER = 8017,
	GS1_AI_GSRN_RECIPIENT = 8018,
	GS1_AI_DIGSIG = 8030
};

#define GS1_AI_PREDEFINED 0x01 /* length predefined: no FNC1 needed behind it */
#define GS1_AI_ATTRIBUTE  0x02 /* may stand in the query of a Digital Link */
#define GS1_AI_KEY        0x04 /* primary key of a Digital Link */
#define GS1_AI_UNKNOWN    0x08 /* not assigned by GS1: a row that stands for any such AI */

#define GS1_AI_DIGITS_MAX  4
#define GS1_AI_VALUE_MAX   90 /* the longest value any AI may have */
#define GS1_COMPONENTS_MAX 8
#define GS1_LINTS_MAX      3 /* rules on one component, beside its character set */

/* One component of a value. */
struct gs1_component {
	char set; /* N digits, X CSET 82, Y CSET 39, Z file-safe base64 */
	uint8_t size_min;
	uint8_t size_max;
	bool optional;
	uint8_t lints[GS1_LINTS_MAX]; /* enum gs1_lint, 0 ends */
};

/* A pattern of AIs: "31nn" is 3100 to 3199. A list of them is read left to right; `joins` says what
 * stands behind this one. An empty list has no terms. */
enum gs1_join {
	GS1_JOIN_AND, /* this one and the next */
	GS1_JOIN_OR, /* alternative ends, another follows */
	GS1_JOIN_END /* list ends: another list, to be met as well, may follow */
};
struct gs1_term {
	uint16_t low;
	uint16_t high;
	uint8_t join;
};

struct gs1_ai {
	uint16_t low; /* first and last AI of a row: 3100 to 3105 share one */
	uint16_t high;
	uint8_t digits; /* 2 to 4 */
	uint8_t flags;
	uint8_t size_min; /* of the whole value */
	uint8_t size_max;
	uint8_t components_count;
	uint8_t needs_count;
	uint8_t excludes_count;
	uint8_t qualifiers_count;
	const struct gs1_component *components;
	const struct gs1_term *needs; /* "req": every list must be met */
	const struct gs1_term *excludes; /* "ex": none may be there */
	const struct gs1_term *qualifiers; /* "dlpkey": in order, each optional; OR starts anew */
	const char *title;
};

/* The rows in ascending order, for tests and listings. */
const struct gs1_ai *gs1_ai_rows(size_t *count);

/* The row of an AI by number and digits, or NULL. */
const struct gs1_ai *gs1_ai_find(uint16_t number);

/* The AI that the text begins with: its row and number, or NULL when no AI is a prefix of it.
 * Cost: one table look-up by the first two digits. */
const struct gs1_ai *gs1_ai_prefix(struct span text, uint16_t *number);

/* AIs that are not assigned, for readers told to let them pass. Where GS1 has fixed the length of
 * the AIs of a prefix (section 7.8.5), they have that, and prefixes 31 to 36 and 41 also the length
 * of the value; else up to 90 characters of CSET 82. digits: how many the AI has, 0 when only the
 * prefix can tell. NULL: assigned, or the length cannot be told, or not digits.
 * One of three or four digits that begins with 0 would be named by the number of a shorter one: it
 * has 10,000 or 20,000 added. */
const struct gs1_ai *gs1_ai_unknown(struct span text, size_t digits, uint16_t *number);

/* Writes the AI's digits and a NUL. */
void gs1_ai_print(uint16_t number, char out[GS1_AI_DIGITS_MAX + 1]);

#endif
