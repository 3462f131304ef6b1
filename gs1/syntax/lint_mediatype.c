/* mediatype: ICCBBA's types of AIDC media, 01 to 10; 80 to 99 are for local use. */
#include "gs1/syntax/lint.h"

enum err lint_mediatype(struct span data, struct fault *fault)
{
	if (data.size == 2 && gs1_set_size(GS1_SET_DIGIT, data) == 2) {
		int value = (data.at[0] - '0') * 10 + (data.at[1] - '0');
		if ((value >= 1 && value <= 10) || value >= 80)
			return OK;
	}
	return fault_set(fault, ERR_FORMAT, 0, data.size,
		"a type of AIDC media, 01 to 10 or 80 to 99, must stand here");
}
