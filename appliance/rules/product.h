/* Who holds a product, and what its maker says is registered. */
#ifndef APPLIANCE_RULES_PRODUCT_H
#define APPLIANCE_RULES_PRODUCT_H

#include "appliance/rules/judging.h"
#include "appliance/rules/lot.h"

/* The product's row for a statement of its holder: the one that is there, or a new one that names
 * the member. *is_new says which. Refuses, and sets *refused, when the member does not hold the
 * GTIN, or another member used it first and still has it in its scope. A new row, or one whose
 * member changed, is put by the caller. */
MUST_CHECK enum err product_claim(struct judging *judging, uint64_t gtin, struct product *product,
	bool *is_new, bool *refused);

#endif
