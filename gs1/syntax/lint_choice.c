/* yesno, winding, iso5218, importeridx, hyphen, mediatype: a few values to choose from. */
#include "gs1/syntax/lint.h"

static enum err check_one(
	struct span data, const char *allowed, const char *wanted, struct fault *fault)
{
	if (data.size == 1 && data.at[0] != 0 && strchr(allowed, data.at[0]))
		return OK;
	return fault_set(fault, ERR_FORMAT, 0, data.size, "%s must stand here", wanted);
}

enum err lint_yesno(struct span data, struct fault *fault)
{
	return check_one(data, "01", "0 (no) or 1 (yes)", fault);
}

enum err lint_winding(struct span data, struct fault *fault)
{
	return check_one(data, "019", "a winding direction, 0, 1 or 9,", fault);
}

enum err lint_iso5218(struct span data, struct fault *fault)
{
	return check_one(data, "0129", "a code of ISO/IEC 5218, 0, 1, 2 or 9,", fault);
}

enum err lint_importeridx(struct span data, struct fault *fault)
{
	if (data.size == 1 && gs1_set_has(GS1_SET_64, data.at[0]))
		return OK;
	return fault_set(fault, ERR_FORMAT, 0, data.size,
		"an importer index, one letter, digit, \"-\" or \"_\", must stand here");
}

enum err lint_hyphen(struct span data, struct fault *fault)
{
	size_t count = 0;
	while (count < data.size && data.at[count] == '-')
		count++;
	if (count > 0 && count == data.size)
		return OK;
	return fault_set(fault, ERR_FORMAT, 0, data.size, "only \"-\" may stand here");
}

/* ICCBBA's AIDC media types; 80 to 99 are for local use. */
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
