/* pieceoftotal, posinseqslash: one of several. */
#include "gs1/syntax/lint.h"

static bool is_zero(struct span digits)
{
	for (size_t i = 0; i < digits.size; i++)
		if (digits.at[i] != '0')
			return false;
	return true;
}

enum err lint_pieceoftotal(struct span data, struct fault *fault)
{
	size_t half = data.size / 2;
	if (data.size == 0 || data.size % 2 != 0)
		return fault_set(fault, ERR_FORMAT, 0, data.size,
			"piece and total must have the same number of digits");
	size_t digits = gs1_set_size(GS1_SET_DIGIT, data);
	if (digits < data.size)
		return lint_bad_character(data, digits, "a digit", fault);
	struct span piece = span_cut(data, 0, half), total = span_cut(data, half, data.size);
	if (is_zero(piece))
		return fault_set(fault, ERR_FORMAT, 0, half, "the piece may not be number zero");
	if (is_zero(total))
		return fault_set(fault, ERR_FORMAT, half, half, "the total may not be zero");
	if (memcmp(piece.at, total.at, half) > 0)
		return fault_set(fault, ERR_FORMAT, 0, data.size,
			"the piece is a higher number than the total");
	return OK;
}

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
