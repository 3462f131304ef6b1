/* hyphen: nothing but hyphens (a temperature below zero). */
#include "gs1/syntax/lint.h"

enum err lint_hyphen(struct span data, struct fault *fault)
{
	size_t count = 0;
	while (count < data.size && data.at[count] == '-')
		count++;
	if (count > 0 && count == data.size)
		return OK;
	return fault_set(fault, ERR_FORMAT, 0, data.size, "only \"-\" may stand here");
}
