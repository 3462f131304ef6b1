/* GS1 identification keys: digits with a check digit (General Specifications section 7.9.1: weights
 * 3 and 1 from the right, modulo 10). All kept as text, because leading zeros count. */
#ifndef GS1_SYNTAX_KEY_H
#define GS1_SYNTAX_KEY_H

#include "ledger/base/err.h"
#include "ledger/base/span.h"

#define GS1_GTIN_SIZE 14
#define GS1_SSCC_SIZE 18
#define GS1_GLN_SIZE  13
#define GS1_GSRN_SIZE 18

/* The check digit ('0' to '9') that belongs behind these digits; 0 if one is not a digit. */
char gs1_check_digit(struct span digits);

/* All digits, at least two, and the last is the check digit of the others. */
bool gs1_check_holds(struct span digits);

/* GTIN-8, -12, -13 or -14 to 14 digits (zeros in front) and a NUL.
 * Errors: ERR_FORMAT: length, a character that is no digit, or the check digit, each with place. */
MUST_CHECK enum err gs1_gtin_parse(
	struct span text, char gtin[GS1_GTIN_SIZE + 1], struct fault *fault);
MUST_CHECK enum err gs1_sscc_parse(
	struct span text, char sscc[GS1_SSCC_SIZE + 1], struct fault *fault);
MUST_CHECK enum err gs1_gln_parse(
	struct span text, char gln[GS1_GLN_SIZE + 1], struct fault *fault);
MUST_CHECK enum err gs1_gsrn_parse(
	struct span text, char gsrn[GS1_GSRN_SIZE + 1], struct fault *fault);

/* The same for any length from 2 to 18; key has size + 1 bytes. `name` is for the fault. */
MUST_CHECK enum err gs1_key_parse(
	const char *name, struct span text, size_t size, char *key, struct fault *fault);

/* The shortest usual writing of a GTIN-14: points into gtin, 14, 13, 12 or 8 digits. One that
 * begins with six zeros is taken for a GTIN-8, with two for a GTIN-12. */
struct span gs1_gtin_short(const char gtin[GS1_GTIN_SIZE + 1]);

#endif
