/* Units of measure against one another, by the factors of UN/ECE Recommendation 20. */
#include "gs1/epcis/unit.h"
#include "tests/tap.h"

#define NONE 9

TEST(amounts_are_compared_across_units_of_one_kind)
{
	static const struct {
		double a;
		const char *unit;
		double b;
		const char *other;
		bool is_difference;
		int order; /* NONE: they cannot be compared */
	} rows[] = {
		{1, "CEL", 1, "CEL", false, 0},
		{1, "CEL", 2, "CEL", false, -1},
		{0, "CEL", 32, "FAH", false, 0},
		{-40, "CEL", -40, "FAH", false, 0},
		{25, "CEL", 298.15, "KEL", false, 0},
		{25, "CEL", 298.14, "KEL", false, 1},
		{491.67, "A48", 0, "CEL", false, 0},
		{5, "CEL", 5, "KEL", true, 0},
		{5, "CEL", 9, "FAH", true, 0},
		{1013.25, "A97", 1, "ATM", false, 0},
		{1, "BAR", 1e5, "PAL", false, 0},
		{760, "UA", 101.325, "KPA", false, 0},
		{14, "PS", 1, "BAR", false, -1},
		{30.85, "P1", 0.3085, "C62", false, 0},
		{12.1, "A93", 12100, "GP", false, 0},
		{1, "LBR", 453.59237, "GRM", false, 0},
		{16, "ONZ", 1, "LBR", false, 0},
		{1, "INH", 25.4, "MMT", false, 0},
		{5280, "FOT", 1, "SMI", false, 0},
		{1, "MIK", 2.589988110336, "KMK", false, 0},
		{8, "PTI", 1, "GLI", false, 0},
		{231, "INQ", 1, "GLL", false, 0},
		{1, "LTR", 1000, "MLT", false, 0},
		{90, "MIN", 1.5, "HUR", false, 0},
		{1, "WEE", 7, "DAY", false, 0},
		{36, "KMH", 10, "MTS", false, 0},
		{1, "K40", 9.8, "MSK", false, 1},
		{1, "KWH", 3600, "KJO", false, 0},
		{180, "DD", 3.141592653589793, "C81", false, 0},
		{5, "M33", 0.005, "C38", false, 0},
		{1, "CUR", 3.7e10, "BQL", false, 0},
		{0, "CMT", 0, "MMT", false, 0},
		{1, "A95", 1, "D13", false, NONE},
		{1, "CEL", 1, "PAL", false, NONE},
		{1, "CEL", 1, "ZZZ", false, NONE},
		{1, "ZZZ", 1, "CEL", false, NONE},
		{1, "ZZZ", 2, "ZZZ", false, -1},
		{1, "CEL", 1, "", false, NONE},
		{2, "", 1, "", false, 1},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		int order = NONE;
		struct epcis_amount a = {rows[i].a, span_text(rows[i].unit), rows[i].is_difference};
		struct epcis_amount b = {
			rows[i].b, span_text(rows[i].other), rows[i].is_difference};
		bool is_compared = epcis_unit_order(a, b, &order);
		CHECK_ROW(is_compared == (rows[i].order != NONE) && order == rows[i].order,
			"%g %s, %g %s: %d", rows[i].a, rows[i].unit, rows[i].b, rows[i].other,
			order);
		is_compared = epcis_unit_order(b, a, &order);
		CHECK_ROW(order == (rows[i].order == NONE ? NONE : -rows[i].order),
			"%g %s, %g %s the other way: %d", rows[i].a, rows[i].unit, rows[i].b,
			rows[i].other, order);
		CHECK_ROW(is_compared == (rows[i].order != NONE), "%s, %s", rows[i].unit,
			rows[i].other);
	}
}

TEST(nan_is_in_no_order)
{
	int order = NONE;
	struct epcis_amount one = {1, span_text("CEL"), false};
	struct epcis_amount nan = {strtod("NaN", NULL), span_text("CEL"), false};
	CHECK(!epcis_unit_order(one, nan, &order) && !epcis_unit_order(nan, one, &order));
	CHECK(order == NONE);
}

TAP_MAIN(CASE(amounts_are_compared_across_units_of_one_kind), CASE(nan_is_in_no_order))
