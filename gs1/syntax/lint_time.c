/* hh, mi, ss, hhmi: times of day. */
#include "gs1/syntax/lint.h"

static enum err check_part(
	struct span data, size_t at, int limit, const char *name, struct fault *fault)
{
	int value = (data.at[at] - '0') * 10 + (data.at[at + 1] - '0');
	if (value < limit)
		return OK;
	return fault_set(
		fault, ERR_FORMAT, at, 2, "%02d is not %s: 00 to %d", value, name, limit - 1);
}

static enum err check_digits(struct span data, size_t size, const char *name, struct fault *fault)
{
	if (data.size != size)
		return fault_set(fault, ERR_FORMAT, 0, data.size,
			"%s has %zu characters instead of %zu", name, data.size, size);
	size_t digits = gs1_set_size(GS1_SET_DIGIT, data);
	return digits == size ? OK : lint_bad_character(data, digits, "a digit", fault);
}

static enum err check(
	struct span data, int limit, const char *the, const char *an, struct fault *fault)
{
	enum err err = check_digits(data, 2, the, fault);
	return err ? err : check_part(data, 0, limit, an, fault);
}

enum err lint_hh(struct span data, struct fault *fault)
{
	return check(data, 24, "the hour", "an hour", fault);
}

enum err lint_mi(struct span data, struct fault *fault)
{
	return check(data, 60, "the minute", "a minute", fault);
}

enum err lint_ss(struct span data, struct fault *fault)
{
	return check(data, 60, "the second", "a second", fault);
}

enum err lint_hhmi(struct span data, struct fault *fault)
{
	enum err err = check_digits(data, 4, "the time HHMI", fault);
	if (!err)
		err = check_part(data, 0, 24, "an hour", fault);
	return err ? err : check_part(data, 2, 60, "a minute", fault);
}
