/* iban: ISO 13616: country, two check digits, account; moved round and letters read as 10 to 35,
 * the number is 1 modulo 97. */
#include "gs1/syntax/lint.h"

#include "gs1/syntax/lint_part.h"

#define SIZE_MIN      5
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
	if (data.size > SIZE_MAX_IBAN)
		return fault_set(fault, ERR_FORMAT, 0, data.size, "longer than any IBAN");
	for (size_t i = 0; i < data.size; i++)
		if (digit(data.at[i]) < 0)
			return lint_bad_character(data, i, "a digit or capital letter", fault);
	if (data.size < SIZE_MIN)
		return fault_set(fault, ERR_FORMAT, 0, data.size, "shorter than any IBAN");
	if (lint_iso3166alpha2(span_cut(data, 0, 2), &unused))
		return fault_set(
			fault, ERR_FORMAT, 0, 2, "an IBAN begins with a country's letters");
	unsigned rest = 0;
	for (size_t i = 0; i < data.size; i++) {
		unsigned value = (unsigned)digit(data.at[(i + 4) % data.size]);
		rest = (rest * (value < 10 ? 10 : 100) + value) % 97;
	}
	if (rest == 1)
		return OK;
	return fault_set(fault, ERR_FORMAT, 2, 2,
		"the check digits of the IBAN do not hold: a character was misread or mistyped");
}
