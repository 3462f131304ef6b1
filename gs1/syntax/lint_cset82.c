/* cset82: General Specifications section 7.11, figure 7.11-1: the characters of most values. */
#include "gs1/syntax/lint.h"

#include "gs1/syntax/lint_part.h"

enum err lint_cset82(struct span data, struct fault *fault)
{
	return lint_in_set(GS1_SET_82, data, "a character of CSET 82", fault);
}
