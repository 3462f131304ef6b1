/* hh: 00 to 23. */
#include "gs1/syntax/lint.h"

#include "gs1/syntax/lint_part.h"

enum err lint_hh(struct span data, struct fault *fault)
{
	enum err err = lint_time_digits(data, 2, "the hour", fault);
	return err ? err : lint_time_part(data, 0, 24, "an hour", fault);
}
