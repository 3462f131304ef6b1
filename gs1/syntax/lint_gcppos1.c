/* gcppos1: a company prefix begins at the first character. */
#include "gs1/syntax/lint.h"

#include "gs1/syntax/lint_part.h"

enum err lint_gcppos1(struct span data, struct fault *fault)
{
	return lint_company_prefix(data, 0, fault);
}
