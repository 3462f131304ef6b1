#include "gs1/syntax/key.h"

#include "gs1/syntax/lint.h"

char gs1_check_digit(struct span digits)
{
	unsigned sum = 0;
	for (size_t i = 0; i < digits.size; i++) {
		unsigned digit = (unsigned)digits.at[i] - '0';
		if (digit > 9)
			return 0;
		sum += (digits.size - i) % 2 ? 3 * digit : digit;
	}
	return (char)('0' + (10 - sum % 10) % 10);
}

bool gs1_check_holds(struct span digits)
{
	return digits.size >= 2 && gs1_check_digit(span_cut(digits, 0, digits.size - 1)) ==
					   (char)digits.at[digits.size - 1];
}

enum err gs1_key_parse(
	const char *name, struct span text, size_t size, char *key, struct fault *fault)
{
	if (text.size != size)
		return fault_set(fault, ERR_FORMAT, 0, text.size,
			"the %s has %zu characters; %zu are needed", name, text.size, size);
	struct fault why;
	if (lint_csum(text, &why))
		return fault_set(fault, ERR_FORMAT, why.at, why.size, "%s: %s", name, why.text);
	memcpy(key, text.at, size);
	key[size] = 0;
	return OK;
}

enum err gs1_gtin_parse(struct span text, char gtin[GS1_GTIN_SIZE + 1], struct fault *fault)
{
	if (text.size != 8 && (text.size < 12 || text.size > GS1_GTIN_SIZE))
		return fault_set(fault, ERR_FORMAT, 0, text.size,
			"the GTIN has %zu characters; 8, 12, 13 or 14 digits are needed",
			text.size);
	struct fault why;
	if (lint_csum(text, &why))
		return fault_set(fault, ERR_FORMAT, why.at, why.size, "GTIN: %s", why.text);
	memset(gtin, '0', GS1_GTIN_SIZE);
	memcpy(gtin + GS1_GTIN_SIZE - text.size, text.at, text.size);
	gtin[GS1_GTIN_SIZE] = 0;
	return OK;
}

enum err gs1_sscc_parse(struct span text, char sscc[GS1_SSCC_SIZE + 1], struct fault *fault)
{
	return gs1_key_parse("SSCC", text, GS1_SSCC_SIZE, sscc, fault);
}

enum err gs1_gln_parse(struct span text, char gln[GS1_GLN_SIZE + 1], struct fault *fault)
{
	return gs1_key_parse("GLN", text, GS1_GLN_SIZE, gln, fault);
}

enum err gs1_gsrn_parse(struct span text, char gsrn[GS1_GSRN_SIZE + 1], struct fault *fault)
{
	return gs1_key_parse("GSRN", text, GS1_GSRN_SIZE, gsrn, fault);
}

struct span gs1_gtin_short(const char gtin[GS1_GTIN_SIZE + 1])
{
	size_t zeros = strspn(gtin, "0");
	size_t size = zeros >= 6 ? 8 : zeros >= 2 ? 12 : zeros == 1 ? 13 : 14;
	return span_of(gtin + GS1_GTIN_SIZE - size, size);
}
