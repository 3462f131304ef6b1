/* iso5218: biological sex by ISO/IEC 5218. */
#include "gs1/syntax/lint.h"

#include "gs1/syntax/lint_part.h"

enum err lint_iso5218(struct span data, struct fault *fault)
{
	return lint_one_of(data, "0129", "a code of ISO/IEC 5218, 0, 1, 2 or 9,", fault);
}
