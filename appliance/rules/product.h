/* Who holds a product, and what its maker says is registered. */
#ifndef APPLIANCE_RULES_PRODUCT_H
#define APPLIANCE_RULES_PRODUCT_H

#include "appliance/rules/judging.h"
#include "appliance/rules/lot.h"

#define PRODUCT_UNITS_MAX 100000

/* Kind 50, stated whole each time: 1 gtin, 2 contains [gtin of the unit, how many] (of a case),
 * 3 replaces gtin, 4 markets [ISO 3166-1 numeric, ascending, 1..8] (left out: any), 5 flags: 1 asks
 * for a shift, 2 rare, 4 asks for a witness when destroyed */
struct product_body {
	uint64_t gtin;
	uint64_t unit; /* 0: it is a unit itself */
	uint32_t unit_count;
	uint64_t replaces; /* 0: none */
	uint16_t markets[PRODUCT_MARKETS_MAX];
	size_t market_count;
	unsigned flags;
};

/* The product's row for a statement of its holder: the one that is there, or a new one that names
 * the member. *is_new says which. Refuses, and sets *refused, when the member does not hold the
 * GTIN, or another member used it first and still has it in its scope. A new row, or one whose
 * member changed, is put by the caller. */
MUST_CHECK enum err product_claim(struct judging *judging, uint64_t gtin, struct product *product,
	bool *is_new, bool *refused);

#endif
