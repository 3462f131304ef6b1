#include "gs1/syntax/key_kind.h"

#include "gs1/syntax/key.h"

static const struct gs1_key_kind kinds[] = {
	{"gtin", "Global Trade Item Number", GS1_AI_GTIN, 14, false, GS1_AI_SERIAL},
	{"sscc", "Serial Shipping Container Code", GS1_AI_SSCC, 18, false, 0},
	{"gln", "Global Location Number", GS1_AI_GLN, 13, false, GS1_AI_GLN_EXTENSION},
	{"party", "Global Location Number of a party", GS1_AI_PARTY, 13, false, 0},
	{"pay_to", "Global Location Number of the invoicing party", GS1_AI_GLN_PAY_TO, 13, false,
		0},
	{"grai", "Global Returnable Asset Identifier", GS1_AI_GRAI, 14, true, 0},
	{"giai", "Global Individual Asset Identifier", GS1_AI_GIAI, 0, false, 0},
	{"gsrn", "Global Service Relation Number, recipient", GS1_AI_GSRN_RECIPIENT, 18, false, 0},
	{"gsrnp", "Global Service Relation Number, provider", GS1_AI_GSRN_PROVIDER, 18, false, 0},
	{"gdti", "Global Document Type Identifier", GS1_AI_GDTI, 13, true, 0},
	{"gcn", "Global Coupon Number", GS1_AI_GCN, 13, true, 0},
	{"cpid", "Component/Part Identifier", GS1_AI_CPID, 0, false, GS1_AI_CPID_SERIAL},
	{"gmn", "Global Model Number", GS1_AI_GMN, 0, false, 0},
	{"ginc", "Global Identification Number for Consignment", GS1_AI_GINC, 0, false, 0},
	{"gsin", "Global Shipment Identification Number", GS1_AI_GSIN, 17, false, 0},
	{"itip", "Individual Trade Item Piece", GS1_AI_ITIP, 14, false, GS1_AI_SERIAL},
	{"upui", "Unit Pack Identifier: third-party serial of a GTIN", GS1_AI_TPX, 0, false, 0},
};

const struct gs1_key_kind *gs1_key_kinds(size_t *count)
{
	*count = sizeof kinds / sizeof kinds[0];
	return kinds;
}

const struct gs1_key_kind *gs1_key_kind_of(uint16_t ai)
{
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (kinds[i].ai == ai)
			return &kinds[i];
	return NULL;
}

const struct gs1_key_kind *gs1_key_kind_named(struct span name)
{
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (span_is(name, kinds[i].name))
			return &kinds[i];
	return NULL;
}

enum err gs1_key_check(const struct gs1_key_kind *kind, struct span value, struct fault *fault)
{
	char gtin[GS1_GTIN_SIZE + 1];
	if (kind->ai == GS1_AI_GTIN)
		return gs1_gtin_parse(value, gtin, fault);
	return gs1_value_check(gs1_ai_find(kind->ai), value, NULL, fault);
}

struct span gs1_key_serial(const struct gs1_key_kind *kind, struct span value)
{
	return kind->has_serial ? span_cut(value, kind->digits, value.size) : span_of("", 0);
}
