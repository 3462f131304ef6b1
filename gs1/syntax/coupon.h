/* The digits of a North American coupon, field by field; only the two coupon rules read it.
 * Many fields are led by a digit that tells their length, the variable length indicator. A fault
 * covers the field as far as it is there, or all of the coupon when nothing of it is.
 * Source: North American Coupon Application Guideline Using GS1 DataBar Expanded Symbols. */
#ifndef GS1_SYNTAX_COUPON_H
#define GS1_SYNTAX_COUPON_H

#include "gs1/syntax/lint_part.h"

#define COUPON_OFFER_SIZE 6

struct coupon {
	struct span data; /* digits only */
	size_t at; /* where the next field begins */
	struct fault *fault;
};

/* Judges that all are digits and stands before the first field. */
MUST_CHECK enum err coupon_begin(struct coupon *coupon, struct span data, struct fault *fault);

/* One digit that must be among those allowed; its value goes to *value unless NULL. */
MUST_CHECK enum err coupon_digit(
	struct coupon *coupon, const char *name, const char *allowed, size_t *value);

/* So many digits. */
MUST_CHECK enum err coupon_field(struct coupon *coupon, const char *name, size_t size);

/* A length indicator among those allowed, and then plus + its value digits. "9" says that there is
 * no field when it may stand beside digits below "7". */
MUST_CHECK enum err coupon_variable(
	struct coupon *coupon, const char *name, const char *allowed, size_t plus);

/* Nothing is left. */
MUST_CHECK enum err coupon_end(const struct coupon *coupon);

#endif
