/* nonzero, zero, nozeroprefix, hasnondigit: what digits may be there. */
#include "gs1/syntax/lint.h"

static enum err check_digits(struct span data, struct fault *fault)
{
	size_t digits = gs1_set_size(GS1_SET_DIGIT, data);
	return digits == data.size ? OK : lint_bad_character(data, digits, "a digit", fault);
}

static size_t zeros(struct span data)
{
	size_t count = 0;
	while (count < data.size && data.at[count] == '0')
		count++;
	return count;
}

enum err lint_nonzero(struct span data, struct fault *fault)
{
	enum err err = check_digits(data, fault);
	if (!err && zeros(data) == data.size)
		err = fault_set(fault, ERR_FORMAT, 0, data.size, "the number may not be zero");
	return err;
}

enum err lint_zero(struct span data, struct fault *fault)
{
	if (data.size > 0 && zeros(data) == data.size)
		return OK;
	return fault_set(fault, ERR_FORMAT, 0, data.size, "a zero must stand here");
}

enum err lint_nozeroprefix(struct span data, struct fault *fault)
{
	enum err err = check_digits(data, fault);
	if (!err && zeros(data) > 0)
		err = fault_set(fault, ERR_FORMAT, 0, 1, "the number may not begin with zero");
	return err;
}

enum err lint_hasnondigit(struct span data, struct fault *fault)
{
	if (gs1_set_size(GS1_SET_DIGIT, data) < data.size)
		return OK;
	return fault_set(
		fault, ERR_FORMAT, 0, data.size, "one character at least must not be a digit");
}
