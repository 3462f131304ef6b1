#include "gs1/syntax/ai.h"

#include "gs1/syntax/ai_table.h"

const struct gs1_ai *gs1_ai_rows(size_t *count)
{
	*count = GS1_AI_ROWS;
	return gs1_ai_table;
}

static const struct gs1_ai *find_under(const struct gs1_ai_prefix *prefix, uint16_t number)
{
	const struct gs1_ai *row = gs1_ai_table + prefix->first;
	for (unsigned i = 0; i < prefix->count; i++, row++)
		if (number >= row->low && number <= row->high)
			return row;
	return NULL;
}

const struct gs1_ai *gs1_ai_find(uint16_t number)
{
	unsigned top = number < 100 ? number : number < 1000 ? number / 10 : number / 100;
	return top < 100 ? find_under(&gs1_ai_prefixes[top], number) : NULL;
}

const struct gs1_ai *gs1_ai_prefix(struct span text, uint16_t *number)
{
	unsigned value = 0;
	const struct gs1_ai_prefix *prefix = NULL;
	for (size_t i = 0; i < text.size && i < GS1_AI_DIGITS_MAX; i++) {
		unsigned digit = (unsigned)text.at[i] - '0';
		if (digit > 9)
			return NULL;
		value = value * 10 + digit;
		if (i == 1)
			prefix = &gs1_ai_prefixes[value];
		if (prefix && prefix->digits == i + 1) {
			*number = (uint16_t)value;
			return find_under(prefix, *number);
		}
	}
	return NULL;
}

static const struct gs1_component any[] = {{'X', 1, GS1_AI_VALUE_MAX, false, {0}}};
static const struct gs1_component six[] = {{'X', 6, 6, false, {0}}};
static const struct gs1_component thirteen[] = {{'X', 13, 13, false, {0}}};

#define UNKNOWN(digits_, flags_, min, max, components_)                                            \
	{                                                                                          \
		.high = UINT16_MAX, .digits = (digits_), .flags = GS1_AI_UNKNOWN | (flags_),       \
		.size_min = (min), .size_max = (max), .components_count = 1,                       \
		.components = (components_), .title = ""                                           \
	}

static const struct gs1_ai unknown[] = {
	UNKNOWN(2, 0, 1, GS1_AI_VALUE_MAX, any),
	UNKNOWN(3, 0, 1, GS1_AI_VALUE_MAX, any),
	UNKNOWN(4, 0, 1, GS1_AI_VALUE_MAX, any),
	UNKNOWN(3, GS1_AI_PREDEFINED, 13, 13, thirteen),
	UNKNOWN(4, GS1_AI_PREDEFINED, 6, 6, six),
};

const struct gs1_ai *gs1_ai_unknown(struct span text, size_t digits, uint16_t *number)
{
	unsigned value = 0;
	unsigned top = 0;
	if (text.size < 2 || digits == 1 || digits > GS1_AI_DIGITS_MAX)
		return NULL;
	for (size_t i = 0; i < (digits ? digits : 2); i++) {
		unsigned digit = i < text.size ? (unsigned)text.at[i] - '0' : 10;
		if (digit > 9)
			return NULL;
		value = value * 10 + digit;
		top = i < 2 ? value : top;
		/* Only now is it known how many digits follow. */
		if (i == 1 && gs1_ai_prefixes[top].count) {
			if (digits && digits != gs1_ai_prefixes[top].digits)
				return NULL;
			digits = gs1_ai_prefixes[top].digits;
		}
	}
	bool is_assigned = gs1_ai_prefixes[top].count && gs1_ai_find((uint16_t)value);
	if (digits == 0 || is_assigned || gs1_ai_prefixes[top].digits == 2)
		return NULL;
	*number = (uint16_t)(value + (value < 100 || (digits == 4 && value < 1000)
						     ? 10000 * (digits - 2)
						     : 0));
	if (top == 41)
		return &unknown[3];
	return top >= 31 && top <= 36 ? &unknown[4] : &unknown[digits - 2];
}

void gs1_ai_print(uint16_t number, char out[GS1_AI_DIGITS_MAX + 1])
{
	unsigned rest = number % 10000U;
	unsigned digits = number >= 10000 ? 2U + number / 10000U
			  : rest < 100    ? 2
			  : rest < 1000   ? 3
					  : 4;
	for (unsigned i = digits; i-- > 0; rest /= 10)
		out[i] = (char)('0' + rest % 10);
	out[digits] = 0;
}
