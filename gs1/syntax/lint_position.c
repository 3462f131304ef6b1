/* latitude, longitude: ten digits, ten-millionths of a degree, shifted to be never negative. */
#include "gs1/syntax/lint.h"

#define DIGITS 10

static enum err check(struct span data, const char *name, const char *limit, struct fault *fault)
{
	if (data.size != DIGITS)
		return fault_set(fault, ERR_FORMAT, 0, data.size, "the %s must have %d digits",
			name, DIGITS);
	size_t digits = gs1_set_size(GS1_SET_DIGIT, data);
	if (digits < data.size)
		return lint_bad_character(data, digits, "a digit", fault);
	if (memcmp(data.at, limit, DIGITS) > 0)
		return fault_set(
			fault, ERR_FORMAT, 0, data.size, "the %s may be %s at most", name, limit);
	return OK;
}

enum err lint_latitude(struct span data, struct fault *fault)
{
	return check(data, "latitude", "1800000000", fault);
}

enum err lint_longitude(struct span data, struct fault *fault)
{
	return check(data, "longitude", "3600000000", fault);
}
