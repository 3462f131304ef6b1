/* mi: 00 to 59. */
#include "gs1/syntax/lint.h"

#include "gs1/syntax/lint_part.h"

enum err lint_mi(struct span data, struct fault *fault)
{
	enum err err = lint_time_digits(data, 2, "the minute", fault);
	return err ? err : lint_time_part(data, 0, 60, "a minute", fault);
}
