/* The schemes of EPC URNs as a table, for urn.c and urn_put.c. */
#ifndef GS1_SYNTAX_URN_SCHEME_H
#define GS1_SYNTAX_URN_SCHEME_H

#include "gs1/syntax/ai.h"

#define URN_HEAD       "urn:epc:"
#define URN_PREFIX_MIN 6 /* digits of a GS1 Company Prefix in a URN */
#define URN_PREFIX_MAX 12

/* How the parts of a URN make the key: company prefix, reference, then what follows. */
enum urn_shape {
	SHAPE_ITEM, /* reference's first digit in front, check digit behind: GTIN, SSCC */
	SHAPE_PLAIN, /* prefix, reference, check digit */
	SHAPE_FREE /* prefix, reference of any characters, no check digit */
};

enum urn_last {
	LAST_NONE, /* URN ends with the reference */
	LAST_KEY, /* one more part, which goes into the key */
	LAST_QUALIFIER, /* one more part, which is the qualifier */
	LAST_PIECE /* piece and total go into the key, one more part is the qualifier */
};

struct urn_scheme {
	const char *name; /* behind "urn:epc:" */
	uint16_t ai;
	uint16_t qualifier;
	uint8_t shape;
	uint8_t last;
	uint8_t digits; /* of prefix and reference together; 0: not fixed */
	bool pattern; /* "idpat:" with "*" as last part names the whole class */
	char front; /* put before the key: the zero of a GRAI */
};

const struct urn_scheme *urn_schemes(size_t *count);

#endif
