/* hhmi: hours and minutes, 0000 to 2359. */
#include "gs1/syntax/lint.h"

#include "gs1/syntax/lint_part.h"

enum err lint_hhmi(struct span data, struct fault *fault)
{
	enum err err = lint_time_digits(data, 4, "the time HHMI", fault);
	if (!err)
		err = lint_time_part(data, 0, 24, "an hour", fault);
	return err ? err : lint_time_part(data, 2, 60, "a minute", fault);
}
