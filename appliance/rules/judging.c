#include "appliance/rules/judging.h"

#include "appliance/rules/alert.h"
#include "ledger/base/crypto.h"

enum err judging_refuse(
	struct judging *judging, uint16_t code, uint32_t element, int64_t a, int64_t b)
{
	*judging->outcome = (struct outcome){.code = code, .element = element, .a = a, .b = b};
	return OK;
}

void judging_alert(struct judging *judging, uint16_t code, uint32_t element, int64_t a, int64_t b)
{
	struct outcome *outcome = judging->outcome;
	if (outcome->alert && alert_gravity(outcome->alert) >= alert_gravity(code))
		return;
	*outcome = (struct outcome){.alert = code, .element = element, .a = a, .b = b};
}

bool judging_is_holder(const struct judging *judging, uint64_t gtin)
{
	return scope_set_has(judging->scope.gtins, gtin) &&
	       (!judging->mandate.has_gtins || scope_set_has(judging->mandate.gtins, gtin));
}

bool judging_in_mandate(struct judging *judging, uint64_t gtin, uint32_t element)
{
	if (!judging->mandate.has_gtins || scope_set_has(judging->mandate.gtins, gtin))
		return true;
	judging_refuse(judging, REFUSED_OUTSIDE_MANDATE, element, (int64_t)gtin, 0);
	return false;
}

bool judging_holds_gtin(struct judging *judging, uint64_t gtin, uint32_t element)
{
	if (scope_set_has(judging->scope.gtins, gtin))
		return judging_in_mandate(judging, gtin, element);
	judging_refuse(judging, REFUSED_NOT_YOUR_GTIN, element, (int64_t)gtin, 0);
	return false;
}

void judging_place(const struct author *author, uint8_t out[PLACE_SIZE])
{
	struct sha256 hash;
	uint8_t full[HASH_SIZE];
	sha256_init(&hash);
	sha256_put(&hash, span_text("assay/place/1"));
	sha256_put(&hash, span_text(author->member));
	sha256_put(&hash, span_of("\0", 1));
	if (author->has_tenant)
		sha256_put(&hash, span_of(author->tenant, UNIT_ID_SIZE));
	sha256_put(&hash, span_of("\0", 1));
	if (author->has_site)
		sha256_put(&hash, span_of(author->site, UNIT_ID_SIZE));
	sha256_end(&hash, full);
	memcpy(out, full, PLACE_SIZE);
}
