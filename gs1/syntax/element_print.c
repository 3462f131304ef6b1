/* Elements written out: gs1_elements_print and its like of element.h. */
#include "gs1/syntax/element.h"

void gs1_elements_print(const struct gs1_elements *elements, struct buf *out)
{
	for (size_t i = 0; i < elements->count; i++) {
		const struct gs1_element *element = &elements->element[i];
		char digits[GS1_AI_DIGITS_MAX + 1];
		gs1_ai_print(element->ai, digits);
		buf_put_text(out, digits);
		buf_put(out, element->value);
		if (!(element->row->flags & GS1_AI_PREDEFINED) && i + 1 < elements->count)
			buf_put_u8(out, GS1_GS);
	}
}

static void put_ai(uint16_t ai, struct buf *out)
{
	char digits[GS1_AI_DIGITS_MAX + 1];
	gs1_ai_print(ai, digits);
	buf_put_u8(out, '(');
	buf_put_text(out, digits);
	buf_put_u8(out, ')');
}

void gs1_elements_print_bracketed(const struct gs1_elements *elements, struct buf *out)
{
	for (size_t i = 0; i < elements->count; i++) {
		const struct gs1_element *element = &elements->element[i];
		put_ai(element->ai, out);
		for (size_t j = 0; j < element->value.size; j++) {
			if (element->value.at[j] == '(')
				buf_put_u8(out, '\\');
			buf_put_u8(out, element->value.at[j]);
		}
	}
}

void gs1_elements_print_lines(const struct gs1_elements *elements, bool titles, struct buf *out)
{
	for (size_t i = 0; i < elements->count; i++) {
		const struct gs1_element *element = &elements->element[i];
		if (titles && element->row->title[0]) {
			buf_put_text(out, element->row->title);
			buf_put_u8(out, ' ');
		}
		put_ai(element->ai, out);
		buf_put_u8(out, ' ');
		buf_put(out, element->value);
		buf_put_u8(out, '\n');
	}
}

void gs1_refusal_print(const struct gs1_refusal *refusal, struct buf *out)
{
	if (!refusal->rule || !refusal->has_ai)
		return;
	size_t end = refusal->at + refusal->size;
	put_ai(refusal->ai, out);
	buf_put(out, span_cut(refusal->value, 0, refusal->at));
	buf_put_u8(out, '|');
	buf_put(out, span_cut(refusal->value, refusal->at, end));
	buf_put_u8(out, '|');
	buf_put(out, span_cut(refusal->value, end, refusal->value.size));
}
