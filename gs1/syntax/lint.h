/* The content rules ("linters") of the Syntax Dictionary: each judges one component of a value.
 * They are named as there, one file each, lint_<name>.c. On refusal the fault holds offset and
 * bytes inside the component and says why.
 */
#ifndef GS1_SYNTAX_LINT_H
#define GS1_SYNTAX_LINT_H

#include "ledger/base/err.h"
#include "ledger/base/span.h"

/* Character sets (General Specifications section 7.11), in one look-up. */
enum gs1_set {
	GS1_SET_DIGIT = 1,
	GS1_SET_82 = 2,
	GS1_SET_39 = 4,
	GS1_SET_64 = 8,
	GS1_SET_32 = 16 /* of the check character pair */
};
bool gs1_set_has(enum gs1_set set, uint8_t character);

/* Offset of the first character outside the set; data.size if there is none. */
size_t gs1_set_size(enum gs1_set set, struct span data);

#define GS1_LINT_LIST(X)                                                                           \
	X(CSUM, csum) /* mod 10 check digit, section 7.9.1 */                                      \
	X(CSUMALPHA, csumalpha) /* check character pair, section 7.9.5 */                          \
	X(GCPPOS1, gcppos1) /* begins with a company prefix: four digits at least */               \
	X(GCPPOS2, gcppos2) /* the same after one character */                                     \
	X(CSETNUMERIC, csetnumeric) /* digits */                                                   \
	X(CSET82, cset82) /* section 7.11, table 1 */                                              \
	X(CSET39, cset39) /* section 7.11, table 2 */                                              \
	X(CSET64, cset64) /* file-safe base64, padding */                                          \
	X(YYMMDD, yymmdd) /* a day */                                                              \
	X(YYMMD0, yymmd0) /* a day, or 00 for none */                                              \
	X(YYYYMMDD, yyyymmdd) /* */                                                                \
	X(YYYYMMD0, yyyymmd0) /* */                                                                \
	X(HH, hh) /* 00 to 23 */                                                                   \
	X(MI, mi) /* 00 to 59 */                                                                   \
	X(SS, ss) /* 00 to 59 */                                                                   \
	X(HHMI, hhmi) /* */                                                                        \
	X(NONZERO, nonzero) /* digits, not all 0 */                                                \
	X(ZERO, zero) /* only 0 */                                                                 \
	X(NOZEROPREFIX, nozeroprefix) /* digits, first not 0 */                                    \
	X(HASNONDIGIT, hasnondigit) /* not digits only */                                          \
	X(YESNO, yesno) /* 0 or 1 */                                                               \
	X(WINDING, winding) /* 0, 1 or 9 */                                                        \
	X(ISO5218, iso5218) /* 0, 1, 2 or 9 */                                                     \
	X(HYPHEN, hyphen) /* only - */                                                             \
	X(IMPORTERIDX, importeridx) /* one character of CSET 64 */                                 \
	X(PCENC, pcenc) /* every % begins %hh */                                                   \
	X(PIECEOFTOTAL, pieceoftotal) /* piece not above total, neither 0 */                       \
	X(POSINSEQSLASH, posinseqslash) /* pos/end */                                              \
	X(LATITUDE, latitude) /* 0 to 1800000000 */                                                \
	X(LONGITUDE, longitude) /* 0 to 3600000000 */                                              \
	X(ISO3166, iso3166) /* three-digit country */                                              \
	X(ISO3166999, iso3166999) /* or 999 */                                                     \
	X(ISO3166ALPHA2, iso3166alpha2) /* two-letter country */                                   \
	X(ISO4217, iso4217) /* three-digit currency */                                             \
	X(MEDIATYPE, mediatype) /* 01 to 10, 80 to 99 */                                           \
	X(PACKAGETYPE, packagetype) /* UN/ECE Recommendation 21 */                                 \
	X(IBAN, iban) /* ISO 13616 */                                                              \
	X(COUPONCODE, couponcode) /* North American coupon, AI 8110 */                             \
	X(COUPONPOSOFFER, couponposoffer) /* North American paperless coupon, AI 8112 */

enum gs1_lint {
	GS1_LINT_NONE,
#define X(upper, lower) GS1_LINT_##upper,
	GS1_LINT_LIST(X)
#undef X
		GS1_LINT_COUNT
};

#define X(upper, lower) MUST_CHECK enum err lint_##lower(struct span data, struct fault *fault);
GS1_LINT_LIST(X)
#undef X

/* Runs one rule. */
MUST_CHECK enum err gs1_lint(enum gs1_lint lint, struct span data, struct fault *fault);

/* By the dictionary's name; GS1_LINT_NONE if unknown. */
enum gs1_lint gs1_lint_by_name(struct span name);
const char *gs1_lint_name(enum gs1_lint lint);

#endif
