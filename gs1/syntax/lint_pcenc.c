/* pcenc: a percent sign begins two hexadecimal digits. */
#include "gs1/syntax/lint.h"

#include <ctype.h>

enum err lint_pcenc(struct span data, struct fault *fault)
{
	for (size_t i = 0; i < data.size; i++) {
		if (data.at[i] != '%')
			continue;
		struct span code = span_cut(data, i, i + 3);
		if (code.size < 3 || !isxdigit(code.at[1]) || !isxdigit(code.at[2]))
			return fault_set(fault, ERR_FORMAT, i, code.size,
				"\"%%\" must be followed by two hexadecimal digits");
	}
	return OK;
}
