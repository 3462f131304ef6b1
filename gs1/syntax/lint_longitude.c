/* longitude: ten-millionths of a degree from the antimeridian, ten digits. */
#include "gs1/syntax/lint.h"

#include "gs1/syntax/lint_part.h"

enum err lint_longitude(struct span data, struct fault *fault)
{
	return lint_degrees(data, "longitude", "3600000000", fault);
}
