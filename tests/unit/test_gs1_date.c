#include "gs1/syntax/date.h"
#include "ledger/base/civil.h"
#include "tests/tap.h"

TEST(two_digits_of_year_fall_into_the_window)
{
	static const struct {
		int32_t yy, now, year;
	} rows[] = {
		{26, 2026, 2026},
		{0, 2026, 2000},
		{76, 2026, 2076},
		{77, 2026, 1977},
		{99, 2026, 1999},
		{50, 2026, 2050},
		{10, 2060, 2110},
		{11, 2060, 2011},
		{9, 2060, 2109},
		{99, 2099, 2099},
		{49, 2099, 2149},
		{50, 2099, 2050},
		{0, 2050, 2100},
		{1, 2050, 2001},
		{99, 2048, 1999},
		{98, 2048, 2098},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		CHECK_ROW(gs1_year(rows[i].yy, rows[i].now) == rows[i].year, "%d seen from %d: %d",
			rows[i].yy, rows[i].now, gs1_year(rows[i].yy, rows[i].now));
}

TEST(dates_are_read_and_their_last_day_known)
{
	static const struct {
		const char *text, *day;
	} rows[] = {
		{"280229", "2028-02-29"},
		{"280200", "2028-02-29"},
		{"270200", "2027-02-28"},
		{"271231", "2027-12-31"},
		{"260430", "2026-04-30"},
		{"261200", "2026-12-31"},
		{"990101", "1999-01-01"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct gs1_date date;
		struct fault fault = {0};
		char day[CIVIL_DAY_SIZE], again[7];
		enum err err = gs1_date_parse(span_text(rows[i].text), 2026, &date, &fault);
		CHECK_ROW(err == OK, "%s: %s", rows[i].text, fault.text);
		if (err)
			continue;
		civil_print_day(gs1_expiry_day(date), day);
		CHECK_ROW(strcmp(day, rows[i].day) == 0, "%s: %s", rows[i].text, day);
		gs1_date_print(date, again);
		CHECK_ROW(strcmp(again, rows[i].text) == 0, "%s: %s", rows[i].text, again);
	}
}

TEST(days_that_are_none_are_refused_at_the_place)
{
	static const struct {
		const char *text;
		int32_t now;
		size_t at, size;
	} rows[] = {
		{"270229", 2026, 4, 2},
		{"281300", 2026, 2, 2},
		{"280000", 2026, 2, 2},
		{"280132", 2026, 4, 2},
		{"28013", 2026, 0, 5},
		{"2801 1", 2026, 4, 1},
		/* 2100 is no leap year, though 00 may be one. */
		{"000229", 2060, 4, 2},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct gs1_date date;
		struct fault fault = {0};
		CHECK_ROW(gs1_date_parse(span_text(rows[i].text), rows[i].now, &date, &fault) ==
				  ERR_FORMAT,
			"%s", rows[i].text);
		CHECK_ROW(fault.at == rows[i].at && fault.size == rows[i].size,
			"%s: at %zu size %zu", rows[i].text, fault.at, fault.size);
	}
}

TEST(a_date_without_day_is_compared_by_month)
{
	static const struct {
		struct gs1_date a, b;
		bool same;
	} rows[] = {
		{{2028, 2, 29}, {2028, 2, 29}, true},
		{{2028, 2, 29}, {2028, 2, 28}, false},
		{{2028, 2, 0}, {2028, 2, 1}, true},
		{{2028, 2, 29}, {2028, 2, 0}, true},
		{{2028, 2, 0}, {2028, 2, 0}, true},
		{{2028, 2, 0}, {2028, 3, 0}, false},
		{{2028, 2, 0}, {2029, 2, 0}, false},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		CHECK_ROW(gs1_date_same(rows[i].a, rows[i].b) == rows[i].same &&
				  gs1_date_same(rows[i].b, rows[i].a) == rows[i].same,
			"row %zu", i);
}

TAP_MAIN(CASE(two_digits_of_year_fall_into_the_window),
	CASE(dates_are_read_and_their_last_day_known),
	CASE(days_that_are_none_are_refused_at_the_place),
	CASE(a_date_without_day_is_compared_by_month))
