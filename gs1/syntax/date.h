/* Dates on packs: YYMMDD (General Specifications section 3.4). The day may be 00: the last day of
 * the month is meant. Two digits of year are placed in the century by section 7.12: 51 to 99 years
 * ahead of the present means the century before, 50 to 99 years back the one after. */
#ifndef GS1_SYNTAX_DATE_H
#define GS1_SYNTAX_DATE_H

#include "ledger/base/err.h"
#include "ledger/base/span.h"

struct gs1_date {
	int32_t year; /* four digits */
	uint8_t month;
	uint8_t day; /* 0: none was given, the last of the month is meant */
};

/* The year that two digits yy mean, seen from the year now. */
int32_t gs1_year(int32_t yy, int32_t year_now);

/* "YYMMDD". year_now: the present year, of the ledger's time, so that all read the same.
 * Errors: ERR_FORMAT with the place of month or day. */
MUST_CHECK enum err gs1_date_parse(
	struct span yymmdd, int32_t year_now, struct gs1_date *date, struct fault *fault);

/* Writes "YYMMDD" and a NUL. */
void gs1_date_print(struct gs1_date date, char out[7]);

/* Day of the date as civil.h counts: 00 gives the last of the month. For an expiry: the last day
 * on which the pack may be used; it is expired from 00:00 of the next. */
int32_t gs1_date_day(struct gs1_date date);
int32_t gs1_expiry_day(struct gs1_date date);

/* Whether two dates say the same: if either has no day, months are compared. */
bool gs1_date_same(struct gs1_date a, struct gs1_date b);

#endif
