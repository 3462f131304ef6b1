/* Character sets: csetnumeric, cset82, cset39, cset64. */
#include "gs1/syntax/lint.h"

static enum err check(enum gs1_set set, struct span data, const char *wanted, struct fault *fault)
{
	size_t at = gs1_set_size(set, data);
	return at == data.size ? OK : lint_bad_character(data, at, wanted, fault);
}

enum err lint_csetnumeric(struct span data, struct fault *fault)
{
	return check(GS1_SET_DIGIT, data, "a digit", fault);
}

enum err lint_cset82(struct span data, struct fault *fault)
{
	return check(GS1_SET_82, data, "a character of CSET 82", fault);
}

enum err lint_cset39(struct span data, struct fault *fault)
{
	return check(GS1_SET_39, data, "a character of CSET 39", fault);
}

/* RFC 4648 section 5. Padding may be left out; where it is there it must fill the last group. */
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
