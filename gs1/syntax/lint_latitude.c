/* latitude: ten-millionths of a degree from the south pole, ten digits. */
#include "gs1/syntax/lint.h"

#include "gs1/syntax/lint_part.h"

enum err lint_latitude(struct span data, struct fault *fault)
{
	return lint_degrees(data, "latitude", "1800000000", fault);
}
