/* yyyymmdd: a day, with the century. */
#include "gs1/syntax/lint.h"

#include "gs1/syntax/lint_part.h"

enum err lint_yyyymmdd(struct span data, struct fault *fault)
{
	return lint_date(data, 4, false, fault);
}
