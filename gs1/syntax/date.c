#include "gs1/syntax/date.h"

#include "gs1/syntax/lint.h"
#include "ledger/base/civil.h"

#include <stdio.h>

int32_t gs1_year(int32_t yy, int32_t year_now)
{
	int32_t century = year_now - year_now % 100;
	int32_t ahead = yy - year_now % 100;
	if (ahead >= 51)
		return century - 100 + yy;
	if (ahead <= -50)
		return century + 100 + yy;
	return century + yy;
}

static int32_t two(const uint8_t *digits)
{
	return (digits[0] - '0') * 10 + (digits[1] - '0');
}

enum err gs1_date_parse(
	struct span yymmdd, int32_t year_now, struct gs1_date *date, struct fault *fault)
{
	enum err err = lint_yymmd0(yymmdd, fault);
	if (err)
		return err;
	int32_t year = gs1_year(two(yymmdd.at), year_now);
	int32_t month = two(yymmdd.at + 2), day = two(yymmdd.at + 4);
	if (day > civil_month_days(year, month))
		return fault_set(fault, ERR_FORMAT, 4, 2, "%02d is not a day of that month in %d",
			day, year);
	*date = (struct gs1_date){.year = year, .month = (uint8_t)month, .day = (uint8_t)day};
	return OK;
}

void gs1_date_print(struct gs1_date date, char out[7])
{
	(void)snprintf(out, 7, "%02u%02u%02u", (unsigned)date.year % 100U,
		(unsigned)date.month % 100U, (unsigned)date.day % 100U);
}

int32_t gs1_date_day(struct gs1_date date)
{
	int32_t day = date.day ? date.day : civil_month_days(date.year, date.month);
	return civil_day(date.year, date.month, day);
}

int32_t gs1_expiry_day(struct gs1_date date)
{
	return gs1_date_day(date);
}

bool gs1_date_same(struct gs1_date a, struct gs1_date b)
{
	return a.year == b.year && a.month == b.month &&
	       (a.day == b.day || a.day == 0 || b.day == 0);
}
