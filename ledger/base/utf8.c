#include "ledger/base/utf8.h"

#include <assert.h>

size_t utf8_next(struct span text, uint32_t *point)
{
	uint8_t first = text.at[0];
	if (first < 0x80) {
		*point = first;
		return 1;
	}
	size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
	if (first < 0xc2 || first > 0xf4 || text.size < size)
		return 0;
	uint32_t value = first & (0x7fU >> size);
	for (size_t i = 1; i < size; i++) {
		if ((text.at[i] & 0xc0) != 0x80)
			return 0;
		value = value << 6 | (text.at[i] & 0x3fU);
	}
	if ((size == 3 && value < 0x800) || (size == 4 && (value < 0x10000 || value > 0x10ffff)))
		return 0;
	if (value >= 0xd800 && value <= 0xdfff)
		return 0;
	*point = value;
	return size;
}

size_t utf8_valid_size(struct span text)
{
	size_t at = 0;
	while (at < text.size) {
		uint32_t point;
		size_t size = utf8_next(span_cut(text, at, text.size), &point);
		if (!size)
			break;
		at += size;
	}
	return at;
}

size_t utf8_print(uint32_t point, uint8_t out[4])
{
	assert(point <= 0x10ffff && (point < 0xd800 || point > 0xdfff));
	if (point < 0x80) {
		out[0] = (uint8_t)point;
		return 1;
	}
	size_t size = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
	for (size_t i = size - 1; i > 0; i--) {
		out[i] = (uint8_t)(0x80 | (point & 0x3f));
		point >>= 6;
	}
	out[0] = (uint8_t)(0xf00U >> size | point);
	return size;
}

/* Marks that turn the direction of what follows: a sentence could be made to read otherwise. */
static bool turns_direction(uint32_t point)
{
	return (point >= 0x202a && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069);
}

/* What a terminal obeys, or what makes a line read otherwise than it stands. */
static bool is_harmful(uint32_t point)
{
	return point < 0x20 || (point >= 0x7f && point <= 0x9f) || turns_direction(point);
}

void utf8_make_harmless(char *text)
{
	size_t end = strlen(text);
	size_t to = 0;
	for (size_t at = 0; at < end;) {
		uint32_t point = 0;
		size_t size = utf8_next(span_of(text + at, end - at), &point);
		bool is_fine = size && !is_harmful(point);
		if (is_fine)
			memmove(text + to, text + at, size);
		else
			text[to] = '?';
		to += is_fine ? size : 1;
		at += size ? size : 1;
	}
	text[to] = 0;
}

void utf8_escape_json(struct span text, struct buf *out)
{
	for (size_t at = 0; at < text.size;) {
		uint32_t point = 0;
		size_t size = utf8_next(span_cut(text, at, text.size), &point);
		if (size && is_harmful(point))
			buf_printf(out, "\\u%04x", (unsigned)point);
		else
			buf_put(out, span_cut(text, at, at + (size ? size : 1)));
		at += size ? size : 1;
	}
}
