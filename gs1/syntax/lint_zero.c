/* zero: nothing but 0. */
#include "gs1/syntax/lint.h"

#include "gs1/syntax/lint_part.h"

enum err lint_zero(struct span data, struct fault *fault)
{
	if (data.size > 0 && lint_zeros(data) == data.size)
		return OK;
	return fault_set(fault, ERR_FORMAT, 0, data.size, "a zero must stand here");
}
