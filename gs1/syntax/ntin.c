#include "gs1/syntax/ntin.h"

#include "gs1/syntax/lint.h"

bool gs1_pzn_holds(struct span pzn)
{
	unsigned sum = 0;
	if (pzn.size != GS1_PZN_SIZE || gs1_set_size(GS1_SET_DIGIT, pzn) != GS1_PZN_SIZE)
		return false;
	for (unsigned i = 0; i + 1 < GS1_PZN_SIZE; i++)
		sum += (i + 1) * (unsigned)(pzn.at[i] - '0');
	return sum % 11 == (unsigned)(pzn.at[GS1_PZN_SIZE - 1] - '0');
}

enum err gs1_ntin_read(
	const char gtin[GS1_GTIN_SIZE + 1], struct gs1_ntin *out, struct fault *fault)
{
	static const struct {
		const char *prefix;
		const char *scheme;
		uint16_t country;
		uint8_t from; /* of the number in the GTIN-14 */
		uint8_t size;
	} schemes[] = {{"04150", "PZN", 276, 5, GS1_PZN_SIZE}, {"03400", "CIP13", 250, 1, 13},
		{"07680", "Swissmedic", 756, 5, 8}};
	for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
		struct span number = span_of(gtin + schemes[i].from, schemes[i].size);
		if (strncmp(gtin, schemes[i].prefix, strlen(schemes[i].prefix)) != 0)
			continue;
		*out = (struct gs1_ntin){.country = schemes[i].country,
			.scheme = schemes[i].scheme,
			.check_holds = schemes[i].country != 276 || gs1_pzn_holds(number)};
		memcpy(out->number, number.at, number.size);
		return OK;
	}
	return fault_set(fault, ERR_NOT_FOUND, 0, GS1_GTIN_SIZE,
		"this GTIN has no national number that is known here");
}
