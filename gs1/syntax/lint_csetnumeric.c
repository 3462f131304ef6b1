/* csetnumeric: digits only. */
#include "gs1/syntax/lint.h"

#include "gs1/syntax/lint_part.h"

enum err lint_csetnumeric(struct span data, struct fault *fault)
{
	return lint_in_set(GS1_SET_DIGIT, data, "a digit", fault);
}
