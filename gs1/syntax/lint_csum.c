/* csum: the mod 10 check digit. */
#include "gs1/syntax/lint.h"

#include "gs1/syntax/lint_part.h"

#include "gs1/syntax/key.h"

enum err lint_csum(struct span data, struct fault *fault)
{
	size_t digits = gs1_set_size(GS1_SET_DIGIT, data);
	if (digits < data.size)
		return lint_bad_character(data, digits, "a digit", fault);
	if (data.size == 0)
		return fault_set(fault, ERR_FORMAT, 0, 0, "too short to hold a check digit");
	char right = gs1_check_digit(span_cut(data, 0, data.size - 1));
	if ((char)data.at[data.size - 1] == right)
		return OK;
	return fault_set(fault, ERR_FORMAT, data.size - 1, 1,
		"the check digit is %c and should be %c: a digit was misread or mistyped",
		(char)data.at[data.size - 1], right);
}
