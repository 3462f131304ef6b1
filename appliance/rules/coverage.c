#include "appliance/rules/coverage.h"

#include "ledger/base/civil.h"

/* Day on which a lot made on the first covered day expires. */
static int32_t first_covered_expiry(const struct product *product)
{
	int32_t year, month, day;
	civil_from_day(expiry_day(product->from), &year, &month, &day);
	int32_t months = year * 12 + month - 1 + product->shelf_months;
	year = months / 12;
	month = months % 12 + 1;
	int32_t last = civil_month_days(year, month);
	return civil_day(year, month, day < last ? day : last);
}

enum err coverage_judge(const struct table *table, const struct product *product, struct span text,
	uint32_t produced, uint32_t expiry, bool *is_expected, struct fault *fault)
{
	*is_expected = false;
	if (product->coverage == COVERAGE_LIST)
		return coverage_has(table, product->gtin, text, is_expected, fault);
	if (product->coverage == COVERAGE_FROM && produced)
		*is_expected = expiry_day(produced) >= expiry_day(product->from);
	else if (product->coverage == COVERAGE_FROM && product->shelf_months && expiry)
		*is_expected = expiry_day(expiry) >= first_covered_expiry(product);
	return OK;
}

enum err coverage_expects(const struct table *table, uint64_t gtin, struct span text,
	bool *is_expected, struct fault *fault)
{
	struct product product;
	*is_expected = false;
	enum err err = product_get(table, gtin, &product, fault);
	if (err)
		return err == ERR_NOT_FOUND ? OK : err;
	return coverage_judge(table, &product, text, 0, 0, is_expected, fault);
}
