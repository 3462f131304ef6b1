/* yesno: 0 for no, 1 for yes. */
#include "gs1/syntax/lint.h"

#include "gs1/syntax/lint_part.h"

enum err lint_yesno(struct span data, struct fault *fault)
{
	return lint_one_of(data, "01", "0 (no) or 1 (yes)", fault);
}
