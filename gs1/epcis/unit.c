#include "gs1/epcis/unit.h"

/* Kinds of quantity; gray and sievert are both joule a kilogram, and not the same. */
enum kind {
	TEMPERATURE,
	PRESSURE,
	PORTION,
	DENSITY,
	MASS,
	LENGTH,
	AREA,
	VOLUME,
	TIME,
	SPEED,
	ACCELERATION,
	ILLUMINANCE,
	VOLTAGE,
	CURRENT,
	POWER,
	ENERGY,
	FREQUENCY,
	FORCE,
	ANGLE,
	CONCENTRATION,
	ACTIVITY,
	DOSE,
	EQUIVALENT_DOSE
};

/* In the unit that the kind is compared in: factor times the number, plus zero. Factors are exact
 * where Recommendation 20 prints a rounded one of an exact unit (an inch is 25.4 mm). */
struct unit {
	char code[4];
	uint8_t kind;
	double factor;
	double zero;
};

static const struct unit units[] = {
	{"KEL", TEMPERATURE, 1, 0},
	{"CEL", TEMPERATURE, 1, 273.15},
	{"FAH", TEMPERATURE, 5.0 / 9, 459.67 * 5 / 9},
	{"A48", TEMPERATURE, 5.0 / 9, 0},
	{"PAL", PRESSURE, 1, 0},
	{"A97", PRESSURE, 100, 0},
	{"KPA", PRESSURE, 1e3, 0},
	{"MPA", PRESSURE, 1e6, 0},
	{"74", PRESSURE, 1e-3, 0},
	{"B85", PRESSURE, 0.1, 0},
	{"MBR", PRESSURE, 100, 0},
	{"BAR", PRESSURE, 1e5, 0},
	{"ATM", PRESSURE, 101325, 0},
	{"ATT", PRESSURE, 98066.5, 0},
	{"UA", PRESSURE, 101325.0 / 760, 0},
	{"HN", PRESSURE, 133.322387415, 0},
	{"PS", PRESSURE, 6894.757293168361, 0},
	{"C62", PORTION, 1, 0},
	{"P1", PORTION, 1e-2, 0},
	{"NX", PORTION, 1e-3, 0},
	{"59", PORTION, 1e-6, 0},
	{"61", PORTION, 1e-9, 0},
	{"KMQ", DENSITY, 1, 0},
	{"GL", DENSITY, 1, 0},
	{"M1", DENSITY, 1e-3, 0},
	{"A93", DENSITY, 1e-3, 0},
	{"GP", DENSITY, 1e-6, 0},
	{"GQ", DENSITY, 1e-9, 0},
	{"KGM", MASS, 1, 0},
	{"GRM", MASS, 1e-3, 0},
	{"MGM", MASS, 1e-6, 0},
	{"MC", MASS, 1e-9, 0},
	{"CGM", MASS, 1e-5, 0},
	{"DG", MASS, 1e-4, 0},
	{"DJ", MASS, 1e-2, 0},
	{"HGM", MASS, 0.1, 0},
	{"DTN", MASS, 100, 0},
	{"TNE", MASS, 1e3, 0},
	{"KTN", MASS, 1e6, 0},
	{"CTM", MASS, 2e-4, 0},
	{"LBR", MASS, 0.45359237, 0},
	{"ONZ", MASS, 0.028349523125, 0},
	{"GRN", MASS, 6.479891e-5, 0},
	{"STN", MASS, 907.18474, 0},
	{"LTN", MASS, 1016.0469088, 0},
	{"MTR", LENGTH, 1, 0},
	{"KMT", LENGTH, 1e3, 0},
	{"HMT", LENGTH, 100, 0},
	{"A45", LENGTH, 10, 0},
	{"DMT", LENGTH, 0.1, 0},
	{"CMT", LENGTH, 1e-2, 0},
	{"MMT", LENGTH, 1e-3, 0},
	{"4H", LENGTH, 1e-6, 0},
	{"C45", LENGTH, 1e-9, 0},
	{"INH", LENGTH, 0.0254, 0},
	{"FOT", LENGTH, 0.3048, 0},
	{"YRD", LENGTH, 0.9144, 0},
	{"SMI", LENGTH, 1609.344, 0},
	{"NMI", LENGTH, 1852, 0},
	{"MTK", AREA, 1, 0},
	{"KMK", AREA, 1e6, 0},
	{"H18", AREA, 1e4, 0},
	{"HAR", AREA, 1e4, 0},
	{"ARE", AREA, 100, 0},
	{"DMK", AREA, 1e-2, 0},
	{"CMK", AREA, 1e-4, 0},
	{"MMK", AREA, 1e-6, 0},
	{"INK", AREA, 6.4516e-4, 0},
	{"FTK", AREA, 0.09290304, 0},
	{"YDK", AREA, 0.83612736, 0},
	{"MIK", AREA, 2589988.110336, 0},
	{"MTQ", VOLUME, 1, 0},
	{"HLT", VOLUME, 0.1, 0},
	{"LTR", VOLUME, 1e-3, 0},
	{"DMQ", VOLUME, 1e-3, 0},
	{"DLT", VOLUME, 1e-4, 0},
	{"CLT", VOLUME, 1e-5, 0},
	{"MLT", VOLUME, 1e-6, 0},
	{"CMQ", VOLUME, 1e-6, 0},
	{"MMQ", VOLUME, 1e-9, 0},
	{"4G", VOLUME, 1e-9, 0},
	{"INQ", VOLUME, 1.6387064e-5, 0},
	{"FTQ", VOLUME, 0.028316846592, 0},
	{"YDQ", VOLUME, 0.764554857984, 0},
	{"GLL", VOLUME, 0.003785411784, 0},
	{"GLI", VOLUME, 0.00454609, 0},
	{"OZA", VOLUME, 2.95735295625e-5, 0},
	{"OZI", VOLUME, 2.84130625e-5, 0},
	{"PTL", VOLUME, 4.73176473e-4, 0},
	{"PTI", VOLUME, 5.6826125e-4, 0},
	{"QTL", VOLUME, 9.46352946e-4, 0},
	{"QTI", VOLUME, 1.1365225e-3, 0},
	{"SEC", TIME, 1, 0},
	{"MIN", TIME, 60, 0},
	{"HUR", TIME, 3600, 0},
	{"DAY", TIME, 86400, 0},
	{"WEE", TIME, 604800, 0},
	{"C26", TIME, 1e-3, 0},
	{"B98", TIME, 1e-6, 0},
	{"C47", TIME, 1e-9, 0},
	{"MTS", SPEED, 1, 0},
	{"2M", SPEED, 1e-2, 0},
	{"KMH", SPEED, 1 / 3.6, 0},
	{"HM", SPEED, 0.44704, 0},
	{"KNT", SPEED, 1852.0 / 3600, 0},
	{"FS", SPEED, 0.3048, 0},
	{"MSK", ACCELERATION, 1, 0},
	{"K40", ACCELERATION, 9.80665, 0},
	{"LUX", ILLUMINANCE, 1, 0},
	{"KLX", ILLUMINANCE, 1e3, 0},
	{"P25", ILLUMINANCE, 10.763910416709722, 0},
	{"VLT", VOLTAGE, 1, 0},
	{"KVT", VOLTAGE, 1e3, 0},
	{"2Z", VOLTAGE, 1e-3, 0},
	{"D82", VOLTAGE, 1e-6, 0},
	{"AMP", CURRENT, 1, 0},
	{"4K", CURRENT, 1e-3, 0},
	{"B84", CURRENT, 1e-6, 0},
	{"WTT", POWER, 1, 0},
	{"KWT", POWER, 1e3, 0},
	{"MAW", POWER, 1e6, 0},
	{"C31", POWER, 1e-3, 0},
	{"D80", POWER, 1e-6, 0},
	{"JOU", ENERGY, 1, 0},
	{"KJO", ENERGY, 1e3, 0},
	{"WHR", ENERGY, 3600, 0},
	{"KWH", ENERGY, 3.6e6, 0},
	{"HTZ", FREQUENCY, 1, 0},
	{"KHZ", FREQUENCY, 1e3, 0},
	{"MHZ", FREQUENCY, 1e6, 0},
	{"A86", FREQUENCY, 1e9, 0},
	{"NEW", FORCE, 1, 0},
	{"B47", FORCE, 1e3, 0},
	{"C81", ANGLE, 1, 0},
	{"DD", ANGLE, 3.14159265358979323846 / 180, 0},
	{"C36", CONCENTRATION, 1, 0},
	{"M33", CONCENTRATION, 1, 0},
	{"C35", CONCENTRATION, 1e3, 0},
	{"C38", CONCENTRATION, 1e3, 0},
	{"BQL", ACTIVITY, 1, 0},
	{"CUR", ACTIVITY, 3.7e10, 0},
	{"A95", DOSE, 1, 0},
	{"C13", DOSE, 1e-3, 0},
	{"D13", EQUIVALENT_DOSE, 1, 0},
	{"C28", EQUIVALENT_DOSE, 1e-3, 0},
};

static const struct unit *find(struct span code)
{
	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
		if (span_is(code, units[i].code))
			return &units[i];
	return NULL;
}

static double in_base(const struct unit *unit, struct epcis_amount amount)
{
	return amount.number * unit->factor + (amount.is_difference ? 0 : unit->zero);
}

static double magnitude(double number)
{
	return number < 0 ? -number : number;
}

static bool is_near(double a, double b)
{
	const double nearly = 1e-12;
	double larger = magnitude(a) > magnitude(b) ? magnitude(a) : magnitude(b);
	return magnitude(a - b) <= nearly * larger;
}

bool epcis_unit_order(struct epcis_amount a, struct epcis_amount b, int *order)
{
	bool is_same = span_equal(a.unit, b.unit);
	if (!is_same) {
		const struct unit *of_a = find(a.unit), *of_b = find(b.unit);
		if (!of_a || !of_b || of_a->kind != of_b->kind)
			return false;
		a.number = in_base(of_a, a);
		b.number = in_base(of_b, b);
	}
	if (a.number != a.number || b.number != b.number)
		return false;
	bool is_equal = !is_same && is_near(a.number, b.number);
	*order = is_equal ? 0 : (a.number > b.number) - (a.number < b.number);
	return true;
}
