/* cset64: file-safe base64, RFC 4648 section 5. Padding may be left out; where it is there it must
 * fill the last group. */
#include "gs1/syntax/lint.h"

#include "gs1/syntax/lint_part.h"

enum err lint_cset64(struct span data, struct fault *fault)
{
	size_t body = data.size;
	while (body > 0 && data.at[body - 1] == '=')
		body--;
	size_t pads = data.size - body;
	if (pads > 2 || (pads > 0 && data.size % 3 != 0))
		return fault_set(fault, ERR_FORMAT, body, pads,
			"%zu padding characters \"=\" do not fit the length", pads);
	return lint_in_set(
		GS1_SET_64, span_cut(data, 0, body), "a character of file-safe base64", fault);
}
