/* nonzero: digits that are not all 0. */
#include "gs1/syntax/lint.h"

#include "gs1/syntax/lint_part.h"

enum err lint_nonzero(struct span data, struct fault *fault)
{
	enum err err = lint_digits(data, fault);
	if (!err && lint_zeros(data) == data.size)
		err = fault_set(fault, ERR_FORMAT, 0, data.size, "the number may not be zero");
	return err;
}
