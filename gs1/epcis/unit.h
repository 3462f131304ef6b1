/* Units of measure by the codes of UN/ECE Recommendation 20, those that sensors and quantities of
 * medicines meet: what is said in one is compared with what is asked in another of the kind. */
#ifndef GS1_EPCIS_UNIT_H
#define GS1_EPCIS_UNIT_H

#include "ledger/base/err.h"
#include "ledger/base/span.h"

struct epcis_amount {
	double number;
	struct span unit; /* "CEL"; empty: none */
	bool is_difference; /* of two values, as a standard deviation: 1 K is 1 degree Celsius */
};

/* Whether the two can be compared: units are the same, or both known and of one kind. order is then
 * below, equal to or above 0 as a is below, equal to or above b; between units, numbers that differ
 * by less than one part in 10^12 are equal. False also for NaN; order is then unchanged. */
bool epcis_unit_order(struct epcis_amount a, struct epcis_amount b, int *order);

#endif
