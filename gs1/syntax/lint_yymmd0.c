/* yymmd0: a day, or a month with the day 00. */
#include "gs1/syntax/lint.h"

#include "gs1/syntax/lint_part.h"

enum err lint_yymmd0(struct span data, struct fault *fault)
{
	return lint_date(data, 2, true, fault);
}
