/* winding: direction of a roll: 0 face out, 1 face in, 9 not known. */
#include "gs1/syntax/lint.h"

#include "gs1/syntax/lint_part.h"

enum err lint_winding(struct span data, struct fault *fault)
{
	return lint_one_of(data, "019", "a winding direction, 0, 1 or 9,", fault);
}
