/* What a maker says is registered. What lies outside is neutral, never an alert. */
#ifndef APPLIANCE_RULES_COVERAGE_H
#define APPLIANCE_RULES_COVERAGE_H

#include "appliance/rules/lot.h"

/* Whether a lot that is not there ought to be: its product's list names it. By manufacture date it
 * cannot be told from the lot's number alone: coverage_judge. */
MUST_CHECK enum err coverage_expects(const struct table *table, uint64_t gtin, struct span text,
	bool *is_expected, struct fault *fault);

/* The same with what a scan tells of it, each 0 when not known: production date and printed expiry,
 * YYMMDD. */
MUST_CHECK enum err coverage_judge(const struct table *table, const struct product *product,
	struct span text, uint32_t produced, uint32_t expiry, bool *is_expected,
	struct fault *fault);

#endif
