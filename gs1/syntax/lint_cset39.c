/* cset39: General Specifications section 7.11, figure 7.11-2: capitals, digits, "#", "-", "/". */
#include "gs1/syntax/lint.h"

#include "gs1/syntax/lint_part.h"

enum err lint_cset39(struct span data, struct fault *fault)
{
	return lint_in_set(GS1_SET_39, data, "a character of CSET 39", fault);
}
