/* gcppos2: a company prefix begins at the second character, behind indicator or extension digit. */
#include "gs1/syntax/lint.h"

#include "gs1/syntax/lint_part.h"

enum err lint_gcppos2(struct span data, struct fault *fault)
{
	return lint_company_prefix(data, 1, fault);
}
