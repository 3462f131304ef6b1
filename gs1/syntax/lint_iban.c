/* iban: ISO 13616: country, two check digits, account; moved round and letters read as 10 to 35,
 * the number is 1 modulo 97. */
#include "gs1/syntax/lint.h"

#include "gs1/syntax/lint_part.h"

#define SIZE_HEAD     4 /* country and check digits */
#define SIZE_MIN_IBAN 11 /* the standard has no least; the registry's shortest has 15 */
#define SIZE_MAX_IBAN 34

static int digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'A' && c <= 'Z' ? c - 'A' + 10 : -1;
}

enum err lint_iban(struct span data, struct fault *fault)
{
	struct fault unused;
	if (data.size >= SIZE_HEAD && lint_iso3166alpha2(span_cut(data, 0, 2), &unused))
		return fault_set(
			fault, ERR_FORMAT, 0, 2, "an IBAN begins with a country's letters");
	if (data.size < SIZE_MIN_IBAN || data.size > SIZE_MAX_IBAN)
		return fault_set(fault, ERR_FORMAT, 0, data.size, "%s than any IBAN",
			data.size < SIZE_MIN_IBAN ? "shorter" : "longer");
	unsigned rest = 0;
	for (size_t i = 0; i < data.size; i++) {
		size_t at = (i + SIZE_HEAD) % data.size;
		int value = digit(data.at[at]);
		if (value < 0)
			return lint_bad_character(data, at, "a digit or capital letter", fault);
		rest = (rest * (value < 10 ? 10 : 100) + (unsigned)value) % 97;
	}
	if (rest == 1)
		return OK;
	return fault_set(fault, ERR_FORMAT, 2, 2,
		"the check digits of the IBAN do not hold: a character was misread or mistyped");
}
