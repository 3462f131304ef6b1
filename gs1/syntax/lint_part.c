#include "gs1/syntax/lint_part.h"

#include "ledger/base/civil.h"

#define PREFIX_MIN     4
#define DEGREES_DIGITS 10
#define CODE_WIDTH_MAX 3

enum err lint_bad_character(struct span data, size_t at, const char *wanted, struct fault *fault)
{
	unsigned c = data.at[at];
	if (c > ' ' && c < 0x7F)
		return fault_set(fault, ERR_FORMAT, at, 1, "\"%c\" stands where %s is expected",
			(char)c, wanted);
	return fault_set(fault, ERR_FORMAT, at, 1, "character 0x%02X stands where %s is expected",
		c, wanted);
}

enum err lint_in_set(enum gs1_set set, struct span data, const char *wanted, struct fault *fault)
{
	size_t at = gs1_set_size(set, data);
	return at == data.size ? OK : lint_bad_character(data, at, wanted, fault);
}

enum err lint_digits(struct span data, struct fault *fault)
{
	return lint_in_set(GS1_SET_DIGIT, data, "a digit", fault);
}

size_t lint_zeros(struct span data)
{
	size_t count = 0;
	while (count < data.size && data.at[count] == '0')
		count++;
	return count;
}

enum err lint_one_of(struct span data, const char *allowed, const char *wanted, struct fault *fault)
{
	if (data.size == 1 && data.at[0] != 0 && strchr(allowed, data.at[0]))
		return OK;
	return fault_set(fault, ERR_FORMAT, 0, data.size, "%s must stand here", wanted);
}

static bool is_listed(struct span code, const char *list, size_t width)
{
	char padded[CODE_WIDTH_MAX + 1] = "   ";
	if (code.size == 0 || code.size > width)
		return false;
	memcpy(padded, code.at, code.size);
	size_t low = 0, high = strlen(list) / width;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = memcmp(padded, list + middle * width, width);
		if (order == 0)
			return true;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return false;
}

enum err lint_code(
	struct span data, const char *list, size_t width, const char *refusal, struct fault *fault)
{
	if (gs1_set_size(GS1_SET_39, data) == data.size && is_listed(data, list, width))
		return OK;
	return fault_set(fault, ERR_FORMAT, 0, data.size, "%s", refusal);
}

static int32_t number(struct span digits)
{
	int32_t value = 0;
	for (size_t i = 0; i < digits.size; i++)
		value = value * 10 + (digits.at[i] - '0');
	return value;
}

enum err lint_date(struct span data, size_t year_size, bool day_zero, struct fault *fault)
{
	size_t size = year_size + 4;
	const char *name = year_size == 2 ? "YYMMDD" : "YYYYMMDD";
	if (data.size != size)
		return fault_set(fault, ERR_FORMAT, 0, data.size,
			"the date has %zu characters; %s has %zu", data.size, name, size);
	enum err err = lint_in_set(GS1_SET_DIGIT, data, "a digit of the date", fault);
	if (err)
		return err;
	int32_t year = number(span_cut(data, 0, year_size)) + (year_size == 2 ? 2000 : 0);
	int32_t month = number(span_cut(data, year_size, year_size + 2));
	int32_t day = number(span_cut(data, year_size + 2, size));
	if (month < 1 || month > 12)
		return fault_set(fault, ERR_FORMAT, year_size, 2, "%02d is not a month", month);
	if ((day == 0 && !day_zero) || day > civil_month_days(year, month))
		return fault_set(fault, ERR_FORMAT, year_size + 2, 2,
			"%02d is not a day of that month", day);
	return OK;
}

enum err lint_time_digits(struct span data, size_t size, const char *name, struct fault *fault)
{
	if (data.size != size)
		return fault_set(fault, ERR_FORMAT, 0, data.size,
			"%s has %zu characters instead of %zu", name, data.size, size);
	return lint_digits(data, fault);
}

enum err lint_time_part(
	struct span data, size_t at, int limit, const char *name, struct fault *fault)
{
	int value = (data.at[at] - '0') * 10 + (data.at[at + 1] - '0');
	if (value < limit)
		return OK;
	return fault_set(
		fault, ERR_FORMAT, at, 2, "%02d is not %s: 00 to %d", value, name, limit - 1);
}

enum err lint_company_prefix(struct span data, size_t from, struct fault *fault)
{
	struct span prefix = span_cut(data, from, from + PREFIX_MIN);
	if (prefix.size < PREFIX_MIN)
		return fault_set(fault, ERR_FORMAT, prefix.size ? from : 0,
			prefix.size ? prefix.size : data.size,
			"too short for a GS1 Company Prefix, %d digits at least", PREFIX_MIN);
	size_t digits = gs1_set_size(GS1_SET_DIGIT, prefix);
	if (digits < prefix.size)
		return lint_bad_character(
			data, from + digits, "a digit of a GS1 Company Prefix", fault);
	return OK;
}

enum err lint_degrees(struct span data, const char *name, const char *limit, struct fault *fault)
{
	if (data.size != DEGREES_DIGITS)
		return fault_set(fault, ERR_FORMAT, 0, data.size, "the %s must have %d digits",
			name, DEGREES_DIGITS);
	enum err err = lint_digits(data, fault);
	if (!err && memcmp(data.at, limit, DEGREES_DIGITS) > 0)
		err = fault_set(
			fault, ERR_FORMAT, 0, data.size, "the %s may be %s at most", name, limit);
	return err;
}
