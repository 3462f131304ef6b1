/* importeridx: one character of CSET 64, which numbers an importer (General Specifications 3.8.13).
 * */
#include "gs1/syntax/lint.h"

enum err lint_importeridx(struct span data, struct fault *fault)
{
	if (data.size == 1 && gs1_set_has(GS1_SET_64, data.at[0]))
		return OK;
	return fault_set(fault, ERR_FORMAT, 0, data.size,
		"an importer index, one letter, digit, \"-\" or \"_\", must stand here");
}
