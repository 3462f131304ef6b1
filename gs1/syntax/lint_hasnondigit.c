/* hasnondigit: not digits alone. */
#include "gs1/syntax/lint.h"

enum err lint_hasnondigit(struct span data, struct fault *fault)
{
	if (gs1_set_size(GS1_SET_DIGIT, data) < data.size)
		return OK;
	return fault_set(
		fault, ERR_FORMAT, 0, data.size, "one character at least must not be a digit");
}
