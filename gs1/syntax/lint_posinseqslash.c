/* posinseqslash: position and end of a sequence with "/" between, neither with a leading zero. */
#include "gs1/syntax/lint.h"

enum err lint_posinseqslash(struct span data, struct fault *fault)
{
	size_t slash = gs1_set_size(GS1_SET_DIGIT, data);
	struct span place = span_cut(data, 0, slash), end = span_cut(data, slash + 1, data.size);
	if (slash == 0 || slash >= data.size || data.at[slash] != '/' || end.size == 0 ||
		gs1_set_size(GS1_SET_DIGIT, end) < end.size)
		return fault_set(fault, ERR_FORMAT, 0, data.size,
			"must be two numbers with \"/\" between, as 1/2");
	if (place.at[0] == '0')
		return fault_set(
			fault, ERR_FORMAT, 0, slash, "the first number may not begin with zero");
	if (end.at[0] == '0')
		return fault_set(fault, ERR_FORMAT, slash + 1, end.size,
			"the second number may not begin with zero");
	if (place.size > end.size || (place.size == end.size && span_order(place, end) > 0))
		return fault_set(
			fault, ERR_FORMAT, 0, data.size, "the first number is above the second");
	return OK;
}
