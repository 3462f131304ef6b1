/* Calendar days and the few time zones a ledger may be set to. Pure: no clock, no tzdata, because
 * every appliance must come to the same day from the same ledger time, also in years. */
#ifndef LEDGER_BASE_CIVIL_H
#define LEDGER_BASE_CIVIL_H

#include "ledger/base/err.h"
#include "ledger/base/span.h"

/* Days since 1970-01-01 in the proleptic Gregorian calendar; month 1..12, day 1..31. */
int32_t civil_day(int32_t year, int32_t month, int32_t day);
void civil_from_day(int32_t day, int32_t *year, int32_t *month, int32_t *month_day);
int32_t civil_month_days(int32_t year, int32_t month); /* 28..31; 0 if month is not 1..12 */

#define CIVIL_TIME_SIZE 25 /* "2026-11-20T09:30:00.000Z" and a NUL */
#define CIVIL_DAY_SIZE  11 /* "2026-11-20" and a NUL */

/* RFC 3339 date-time with mandatory offset, T and Z in either case, any number of fraction digits
 * (cut to milliseconds, never rounded up). The offset in minutes is stored if not NULL.
 * Errors: ERR_FORMAT, with the offset of the character. */
MUST_CHECK enum err civil_parse_time(
	struct span text, int64_t *ms, int32_t *offset_minutes, struct fault *fault);
void civil_print_time(int64_t ms, char out[CIVIL_TIME_SIZE]); /* UTC, milliseconds, Z */

/* "YYYY-MM-DD". */
MUST_CHECK enum err civil_parse_day(struct span text, int32_t *day, struct fault *fault);
void civil_print_day(int32_t day, char out[CIVIL_DAY_SIZE]);

enum zone {
	ZONE_UTC,
	ZONE_EUROPE_LONDON, /* also Dublin, Lisbon: UTC+0, summer +1 */
	ZONE_EUROPE_PARIS, /* central European: +1, summer +2 */
	ZONE_EUROPE_ATHENS, /* eastern European: +2, summer +3 */
	ZONE_COUNT
};

/* "Europe/London" and so on; ERR_NOT_FOUND names the known ones. */
MUST_CHECK enum err zone_parse(struct span name, enum zone *zone, struct fault *fault);
const char *zone_name(enum zone zone);

/* The calendar day in the zone at that moment. Summer time: last Sunday of March 01:00 UTC to
 * last Sunday of October 01:00 UTC (Directive 2000/84/EC; the UK's Summer Time Order 2002). */
int32_t zone_day(enum zone zone, int64_t ms);

#endif
