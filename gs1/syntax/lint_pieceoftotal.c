/* pieceoftotal: piece and total, of as many digits each; neither is zero, the piece is not above
 * the total. */
#include "gs1/syntax/lint.h"

#include "gs1/syntax/lint_part.h"

enum err lint_pieceoftotal(struct span data, struct fault *fault)
{
	size_t half = data.size / 2;
	enum err err = lint_digits(data, fault);
	if (err)
		return err;
	if (data.size == 0 || data.size % 2 != 0)
		return fault_set(fault, ERR_FORMAT, 0, data.size,
			"piece and total must have the same number of digits");
	struct span piece = span_cut(data, 0, half), total = span_cut(data, half, data.size);
	if (lint_zeros(piece) == half)
		return fault_set(fault, ERR_FORMAT, 0, half, "the piece may not be number zero");
	if (lint_zeros(total) == half)
		return fault_set(fault, ERR_FORMAT, half, half, "the total may not be zero");
	if (memcmp(piece.at, total.at, half) > 0)
		return fault_set(fault, ERR_FORMAT, 0, data.size,
			"the piece is a higher number than the total");
	return OK;
}
