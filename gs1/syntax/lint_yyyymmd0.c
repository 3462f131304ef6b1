/* yyyymmd0: a day, or a month with the day 00, with the century. */
#include "gs1/syntax/lint.h"

#include "gs1/syntax/lint_part.h"

enum err lint_yyyymmd0(struct span data, struct fault *fault)
{
	return lint_date(data, 4, true, fault);
}
