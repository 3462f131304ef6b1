#include "ledger/base/civil.h"

#define DAY_MS  86400000LL
#define HOUR_MS 3600000LL

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/* Both ways by 400-year eras starting on 1 March, so that the leap day ends a year. */
int32_t civil_day(int32_t year, int32_t month, int32_t day)
{
	int32_t y = year - (month <= 2);
	int32_t era = (int32_t)floor_div(y, 400);
	int32_t year_of_era = y - era * 400;
	int32_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	int32_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
	return era * 146097 + day_of_era - 719468;
}

void civil_from_day(int32_t day, int32_t *year, int32_t *month, int32_t *month_day)
{
	int32_t shifted = day + 719468;
	int32_t era = (int32_t)floor_div(shifted, 146097);
	int32_t day_of_era = shifted - era * 146097;
	int32_t year_of_era =
		(day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int32_t day_of_year =
		day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int32_t shifted_month = (5 * day_of_year + 2) / 153;
	*month_day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
	*month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
	*year = year_of_era + era * 400 + (*month <= 2);
}

int32_t civil_month_days(int32_t year, int32_t month)
{
	static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	if (month < 1 || month > 12)
		return 0;
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return month == 2 && leap ? 29 : days[month - 1];
}

/* A fixed number of digits; moves *at on. */
static bool take_digits(struct span text, size_t *at, size_t count, int32_t *value)
{
	if (text.size - *at < count)
		return false;
	int32_t sum = 0;
	for (size_t i = 0; i < count; i++) {
		uint8_t c = text.at[*at + i];
		if (c < '0' || c > '9')
			return false;
		sum = sum * 10 + (c - '0');
	}
	*at += count;
	*value = sum;
	return true;
}

static bool take(struct span text, size_t *at, char wanted)
{
	if (*at >= text.size || text.at[*at] != (uint8_t)wanted)
		return false;
	++*at;
	return true;
}

static bool take_day(struct span text, size_t *at, int32_t *day)
{
	int32_t year;
	int32_t month;
	int32_t month_day;
	if (!take_digits(text, at, 4, &year) || !take(text, at, '-') ||
		!take_digits(text, at, 2, &month) || !take(text, at, '-') ||
		!take_digits(text, at, 2, &month_day))
		return false;
	if (month_day < 1 || month_day > civil_month_days(year, month))
		return false;
	*day = civil_day(year, month, month_day);
	return true;
}

static bool take_clock(struct span text, size_t *at, int64_t *ms)
{
	int32_t hour;
	int32_t minute;
	int32_t second;
	if (!take_digits(text, at, 2, &hour) || !take(text, at, ':') ||
		!take_digits(text, at, 2, &minute) || !take(text, at, ':') ||
		!take_digits(text, at, 2, &second))
		return false;
	if (hour > 23 || minute > 59 || second > 60)
		return false;
	if (second == 60) /* a leap second is the last of its minute here */
		second = 59;
	*ms = ((hour * 60LL + minute) * 60 + second) * 1000;
	if (!take(text, at, '.'))
		return true;
	int32_t scale = 100;
	size_t first = *at;
	while (*at < text.size && text.at[*at] >= '0' && text.at[*at] <= '9') {
		*ms += (int64_t)(text.at[*at] - '0') * scale;
		scale /= 10;
		++*at;
	}
	return *at > first;
}

static bool take_offset(struct span text, size_t *at, int32_t *minutes)
{
	*minutes = 0;
	if (take(text, at, 'Z') || take(text, at, 'z'))
		return true;
	bool back = *at < text.size && text.at[*at] == '-';
	int32_t hour;
	int32_t minute;
	if (!take(text, at, '-') && !take(text, at, '+'))
		return false;
	if (!take_digits(text, at, 2, &hour) || !take(text, at, ':') ||
		!take_digits(text, at, 2, &minute) || hour > 14 || minute > 59)
		return false;
	*minutes = (hour * 60 + minute) * (back ? -1 : 1);
	return true;
}

enum err civil_parse_time(
	struct span text, int64_t *ms, int32_t *offset_minutes, struct fault *fault)
{
	size_t at = 0;
	int32_t day;
	int64_t clock_ms;
	int32_t minutes;
	if (!take_day(text, &at, &day) || !(take(text, &at, 'T') || take(text, &at, 't')) ||
		!take_clock(text, &at, &clock_ms) || !take_offset(text, &at, &minutes) ||
		at != text.size)
		return fault_set(fault, ERR_FORMAT, at, 1,
			"not a time like 2026-11-20T09:30:00Z (RFC 3339): wrong from character %zu",
			at + 1);
	*ms = day * DAY_MS + clock_ms - minutes * 60000LL;
	if (offset_minutes)
		*offset_minutes = minutes;
	return OK;
}

static char *put_digits(char *out, int64_t value, int count)
{
	for (int i = count - 1; i >= 0; i--) {
		out[i] = (char)('0' + value % 10);
		value /= 10;
	}
	return out + count;
}

static char *put_day(char *out, int32_t day)
{
	int32_t year;
	int32_t month;
	int32_t month_day;
	civil_from_day(day, &year, &month, &month_day);
	if (year < 0 || year > 9999)
		year = 9999; /* outside what the form can carry; callers refuse such times */
	out = put_digits(out, year, 4);
	*out++ = '-';
	out = put_digits(out, month, 2);
	*out++ = '-';
	return put_digits(out, month_day, 2);
}

void civil_print_time(int64_t ms, char out[CIVIL_TIME_SIZE])
{
	int64_t day = floor_div(ms, DAY_MS);
	int64_t rest = ms - day * DAY_MS;
	out = put_day(out, (int32_t)day);
	*out++ = 'T';
	out = put_digits(out, rest / HOUR_MS, 2);
	*out++ = ':';
	out = put_digits(out, rest / 60000 % 60, 2);
	*out++ = ':';
	out = put_digits(out, rest / 1000 % 60, 2);
	*out++ = '.';
	out = put_digits(out, rest % 1000, 3);
	*out++ = 'Z';
	*out = 0;
}

enum err civil_parse_day(struct span text, int32_t *day, struct fault *fault)
{
	size_t at = 0;
	int32_t value;
	if (!take_day(text, &at, &value) || at != text.size)
		return fault_set(
			fault, ERR_FORMAT, at, 1, "not a day of the calendar like 2026-11-20");
	*day = value;
	return OK;
}

void civil_print_day(int32_t day, char out[CIVIL_DAY_SIZE])
{
	*put_day(out, day) = 0;
}

static const struct {
	const char *name;
	int32_t winter_hours;
	bool has_summer;
} zones[ZONE_COUNT] = {
	[ZONE_UTC] = {"UTC", 0, false},
	[ZONE_EUROPE_LONDON] = {"Europe/London", 0, true},
	[ZONE_EUROPE_PARIS] = {"Europe/Paris", 1, true},
	[ZONE_EUROPE_ATHENS] = {"Europe/Athens", 2, true},
};

enum err zone_parse(struct span name, enum zone *zone, struct fault *fault)
{
	for (int i = 0; i < ZONE_COUNT; i++) {
		if (span_is(name, zones[i].name)) {
			*zone = (enum zone)i;
			return OK;
		}
	}
	return fault_set(fault, ERR_NOT_FOUND, 0, name.size,
		"unknown time zone: use UTC, Europe/London, Europe/Paris or Europe/Athens");
}

const char *zone_name(enum zone zone)
{
	return zones[zone].name;
}

/* 01:00 UTC on the last Sunday of a month. 1970-01-01 was a Thursday. */
static int64_t last_sunday_ms(int32_t year, int32_t month)
{
	int32_t day = civil_day(year, month, civil_month_days(year, month));
	int32_t weekday = (int32_t)(day + 4 - 7 * floor_div(day + 4, 7)); /* 0 is Sunday */
	return (day - weekday) * DAY_MS + HOUR_MS;
}

int32_t zone_day(enum zone zone, int64_t ms)
{
	int32_t year;
	int32_t month;
	int32_t month_day;
	civil_from_day((int32_t)floor_div(ms, DAY_MS), &year, &month, &month_day);
	int64_t hours = zones[zone].winter_hours;
	if (zones[zone].has_summer && ms >= last_sunday_ms(year, 3) &&
		ms < last_sunday_ms(year, 10))
		hours++;
	return (int32_t)floor_div(ms + hours * HOUR_MS, DAY_MS);
}
