/* nozeroprefix: digits, the first of which is not 0. */
#include "gs1/syntax/lint.h"

#include "gs1/syntax/lint_part.h"

enum err lint_nozeroprefix(struct span data, struct fault *fault)
{
	if (lint_zeros(data) > 0)
		return fault_set(fault, ERR_FORMAT, 0, 1, "the number may not begin with zero");
	return lint_digits(data, fault);
}
