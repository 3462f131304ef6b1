/* ss: 00 to 59. */
#include "gs1/syntax/lint.h"

#include "gs1/syntax/lint_part.h"

enum err lint_ss(struct span data, struct fault *fault)
{
	enum err err = lint_time_digits(data, 2, "the second", fault);
	return err ? err : lint_time_part(data, 0, 60, "a second", fault);
}
