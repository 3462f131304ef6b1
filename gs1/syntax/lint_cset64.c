/* cset64: file-safe base64, RFC 4648 section 5. Padding may be left out; where it is there it must
 * fill the last group. */
#include "gs1/syntax/lint.h"

#include "gs1/syntax/lint_part.h"

enum err lint_cset64(struct span data, struct fault *fault)
{
	size_t body = gs1_set_size(GS1_SET_64, data);
	size_t pads = 0;
	while (body + pads < data.size && data.at[body + pads] == '=')
		pads++;
	if (body + pads < data.size)
		return lint_bad_character(data, body, "a character of file-safe base64", fault);
	if (pads > 2 || (pads > 0 && (body + pads) % 3 != 0))
		return fault_set(fault, ERR_FORMAT, body, pads,
			"%zu padding characters \"=\" do not fit the length", pads);
	return OK;
}
