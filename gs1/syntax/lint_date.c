/* yymmdd, yymmd0, yyyymmdd, yyyymmd0: dates, with the day 00 allowed or not. Two digits of year do
 * not say which century, so every fourth year has a 29 February there: true from 1901 to 2099. */
#include "gs1/syntax/lint.h"

#include "ledger/base/civil.h"

static int32_t number(struct span digits)
{
	int32_t value = 0;
	for (size_t i = 0; i < digits.size; i++)
		value = value * 10 + (digits.at[i] - '0');
	return value;
}

static enum err check(struct span data, size_t year_size, bool day_zero, struct fault *fault)
{
	size_t size = year_size + 4;
	const char *name = year_size == 2 ? "YYMMDD" : "YYYYMMDD";
	if (data.size != size)
		return fault_set(fault, ERR_FORMAT, 0, data.size,
			"the date has %zu characters; %s has %zu", data.size, name, size);
	size_t digits = gs1_set_size(GS1_SET_DIGIT, data);
	if (digits < size)
		return lint_bad_character(data, digits, "a digit of the date", fault);
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

enum err lint_yymmdd(struct span data, struct fault *fault)
{
	return check(data, 2, false, fault);
}

enum err lint_yymmd0(struct span data, struct fault *fault)
{
	return check(data, 2, true, fault);
}

enum err lint_yyyymmdd(struct span data, struct fault *fault)
{
	return check(data, 4, false, fault);
}

enum err lint_yyyymmd0(struct span data, struct fault *fault)
{
	return check(data, 4, true, fault);
}
