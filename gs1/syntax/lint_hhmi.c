/* hhmi: hours and minutes, 0000 to 2359. */
#include "gs1/syntax/lint.h"

enum err lint_hhmi(struct span data, struct fault *fault)
{
	if (data.size != 4)
		return fault_set(fault, ERR_FORMAT, 0, data.size,
			"the time HHMI has %zu characters instead of 4", data.size);
	enum err err = lint_hh(span_cut(data, 0, 2), fault);
	if (err)
		return err;
	err = lint_mi(span_cut(data, 2, 4), fault);
	if (err && fault)
		fault->at += 2;
	return err;
}
