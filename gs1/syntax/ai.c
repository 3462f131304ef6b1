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

void gs1_ai_print(uint16_t number, char out[GS1_AI_DIGITS_MAX + 1])
{
	unsigned digits = number < 100 ? 2 : number < 1000 ? 3 : 4;
	unsigned rest = number % 10000U;
	for (unsigned i = digits; i-- > 0; rest /= 10)
		out[i] = (char)('0' + rest % 10);
	out[digits] = 0;
}
