/* yymmdd: a day. */
#include "gs1/syntax/lint.h"

#include "gs1/syntax/lint_part.h"

enum err lint_yymmdd(struct span data, struct fault *fault)
{
	return lint_date(data, 2, false, fault);
}
