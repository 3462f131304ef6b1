/* iso3166999: countries by ISO 3166-1, three digits, or 999 for several. */
#include "gs1/syntax/lint.h"

enum err lint_iso3166999(struct span data, struct fault *fault)
{
	if (span_is(data, "999") || !lint_iso3166(data, NULL))
		return OK;
	return fault_set(fault, ERR_FORMAT, 0, data.size,
		"a country's three-digit number (ISO 3166) or 999 must stand here");
}
