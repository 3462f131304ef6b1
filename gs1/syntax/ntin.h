/* National medicine numbers inside GTINs (NTIN): a prefix that GS1 gave to a national body, its
 * number, the check digit of a GTIN.
 *   4150  Germany      PZN, eight digits, the last checks the others (IFA)
 *   3400  France       CIP, the thirteen digits together are the CIP13
 *   7680  Switzerland  number of authorisation and pack, eight digits (Swissmedic)
 * A number with such a prefix is a GTIN as any other; this tells only what people know it by. */
#ifndef GS1_SYNTAX_NTIN_H
#define GS1_SYNTAX_NTIN_H

#include "gs1/syntax/key.h"

#define GS1_NTIN_NUMBER_SIZE 13
#define GS1_PZN_SIZE         8

struct gs1_ntin {
	uint16_t country; /* ISO 3166-1: 276, 250, 756 */
	const char *scheme; /* "PZN", "CIP13", "Swissmedic" */
	bool check_holds; /* false: a PZN whose own check digit does not hold */
	char number[GS1_NTIN_NUMBER_SIZE + 1];
};

/* Reads the national number of a GTIN-14. ERR_NOT_FOUND: it has none known here. */
MUST_CHECK enum err gs1_ntin_read(
	const char gtin[GS1_GTIN_SIZE + 1], struct gs1_ntin *out, struct fault *fault);

/* The last digit of a PZN is the sum of the others, weighted 1 to 7, modulo 11; no number is given
 * out for which that is 10. */
bool gs1_pzn_holds(struct span pzn);

#endif
