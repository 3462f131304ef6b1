/* gcppos1, gcppos2: a company prefix begins at the first or second character. Which prefixes are
 * given out is known to GS1 only; judged here is that four digits, the shortest prefix there is,
 * can be one. */
#include "gs1/syntax/lint.h"

#define PREFIX_MIN 4

static enum err check(struct span data, size_t from, struct fault *fault)
{
	struct span prefix = span_cut(data, from, from + PREFIX_MIN);
	if (prefix.size < PREFIX_MIN)
		return fault_set(fault, ERR_FORMAT, prefix.size ? from : 0,
			prefix.size ? prefix.size : data.size,
			"too short for a GS1 Company Prefix, %d digits at least", PREFIX_MIN);
	size_t digits = gs1_set_size(GS1_SET_DIGIT, prefix);
	if (digits < prefix.size)
		return lint_bad_character(
			data, from + digits, "a digit of a GS1 Company Prefix", fault);
	return OK;
}

enum err lint_gcppos1(struct span data, struct fault *fault)
{
	return check(data, 0, fault);
}

enum err lint_gcppos2(struct span data, struct fault *fault)
{
	return check(data, 1, fault);
}
