#include "gs1/syntax/element.h"

#include "gs1/syntax/lint.h"

static const enum gs1_set sets[] = {
	['N'] = GS1_SET_DIGIT, ['X'] = GS1_SET_82, ['Y'] = GS1_SET_39, ['Z'] = GS1_SET_64};

static enum err check_set(char set, struct span part, struct fault *fault)
{
	size_t good = gs1_set_size(sets[(uint8_t)set], part);
	if (good == part.size)
		return OK;
	switch (set) {
	case 'N': return lint_csetnumeric(part, fault);
	case 'X': return lint_cset82(part, fault);
	case 'Y': return lint_cset39(part, fault);
	default: return lint_cset64(part, fault);
	}
}

/* Moves a component's fault into the value. */
static enum err in_component(size_t at, struct fault *fault)
{
	if (fault)
		fault->at += at;
	return ERR_FORMAT;
}

/* Part by part: characters and rules of one come before the length of the next. */
enum err gs1_value_check(
	const struct gs1_ai *row, struct span value, bool *judged, struct fault *fault)
{
	if (value.size == 0)
		return fault_set(fault, ERR_FORMAT, 0, 0, "the value is empty");
	size_t at = 0;
	for (unsigned i = 0; i < row->components_count; i++) {
		const struct gs1_component *component = &row->components[i];
		if (at == value.size && component->optional)
			break;
		struct span part = span_cut(value, at, at + component->size_max);
		if (part.size < component->size_min)
			return fault_set(fault, ERR_FORMAT, 0, value.size,
				"the value has %zu characters and needs %d: "
				"it was cut off or misread",
				value.size, (int)at + component->size_min);
		if (check_set(component->set, part, fault))
			return in_component(at, fault);
		for (unsigned j = 0; j < GS1_LINTS_MAX && component->lints[j]; j++)
			if (gs1_lint((enum gs1_lint)component->lints[j], part, judged, fault))
				return in_component(at, fault);
		at += part.size;
	}
	if (at == value.size)
		return OK;
	return fault_set(fault, ERR_FORMAT, at, value.size - at,
		"the value has %zu characters, %d at most: "
		"perhaps the separator (GS) before the next AI was lost",
		value.size, row->size_max);
}

/* Puts "AI (nn): " before the fault's sentence. */
static enum err name_ai(uint16_t ai, size_t at, const struct fault *why, struct fault *fault)
{
	char digits[GS1_AI_DIGITS_MAX + 1];
	gs1_ai_print(ai, digits);
	return fault_set(fault, why->err, at, why->size, "AI (%s): %s", digits, why->text);
}

enum err gs1_elements_add(struct gs1_elements *out, const struct gs1_ai *row, uint16_t ai,
	struct span value, struct span raw, size_t at,
	size_t (*place)(struct span raw, size_t offset), struct fault *fault)
{
	if (out->count == GS1_ELEMENTS_MAX)
		return fault_set(fault, ERR_LIMIT, at, raw.size,
			"more than %d elements in one scan", GS1_ELEMENTS_MAX);
	struct gs1_element *element = &out->element[out->count];
	*element = (struct gs1_element){.row = row,
		.value = value,
		.ai = ai,
		.at = (uint16_t)at,
		.size = (uint16_t)raw.size,
		.judged = true};
	struct fault why;
	if (gs1_value_check(row, value, &element->judged, &why)) {
		size_t from = why.at;
		if (place) {
			from = place(raw, why.at);
			why.size = place(raw, why.at + why.size) - from;
		}
		return name_ai(ai, at + from, &why, fault);
	}
	out->count++;
	return OK;
}

static enum err no_ai(struct span text, size_t at, struct fault *fault)
{
	char shown[GS1_AI_DIGITS_MAX + 1] = {0};
	size_t size = text.size < GS1_AI_DIGITS_MAX ? text.size : GS1_AI_DIGITS_MAX;
	for (size_t i = 0; i < size; i++)
		shown[i] = (char)(text.at[i] > ' ' && text.at[i] < 0x7F ? text.at[i] : '?');
	return fault_set(fault, ERR_FORMAT, at, size,
		"no application identifier (AI) begins with \"%s\": perhaps the scan was cut off, "
		"or a separator (GS) is missing or too many",
		shown);
}

enum err gs1_elements_read(
	struct span text, size_t at, struct gs1_elements *out, struct fault *fault)
{
	size_t i = text.size > 0 && text.at[0] == GS1_GS;
	if (text.size > GS1_SCAN_MAX || at > GS1_SCAN_MAX)
		return fault_set(
			fault, ERR_LIMIT, at, text.size, "more than %d bytes", GS1_SCAN_MAX);
	if (i == text.size)
		return fault_set(fault, ERR_FORMAT, at, text.size, "the element string is empty");
	while (i < text.size) {
		uint16_t ai;
		struct span rest = span_cut(text, i, text.size);
		const struct gs1_ai *row = gs1_ai_prefix(rest, &ai);
		if (!row)
			return no_ai(rest, at + i, fault);
		i += row->digits;
		rest = span_cut(text, i, text.size);
		if (row->flags & GS1_AI_PREDEFINED)
			rest = span_cut(rest, 0, row->size_max);
		const uint8_t *end = rest.size ? memchr(rest.at, GS1_GS, rest.size) : NULL;
		struct span value = end ? span_cut(rest, 0, (size_t)(end - rest.at)) : rest;
		enum err err = gs1_elements_add(out, row, ai, value, value, at + i, NULL, fault);
		if (err)
			return err;
		i += value.size;
		if (i < text.size && text.at[i] == GS1_GS)
			i++;
	}
	return OK;
}

/* The AI between brackets at the front: its bytes with the brackets, 0 if there is none. */
static size_t bracketed_ai(struct span text, const struct gs1_ai **row, uint16_t *ai)
{
	if (text.size < 2 || text.at[0] != '(')
		return 0;
	*row = gs1_ai_prefix(span_cut(text, 1, text.size), ai);
	if (!*row || text.size < (*row)->digits + 2U || text.at[1 + (*row)->digits] != ')')
		return 0;
	return (*row)->digits + 2U;
}

/* Where the value at the front ends: at a "(" with no backslash before. */
static size_t bracketed_value(struct span text, bool *escaped)
{
	size_t i = 0;
	*escaped = false;
	for (; i < text.size && text.at[i] != '('; i++)
		if (text.at[i] == '\\' && i + 1 < text.size && text.at[i + 1] == '(') {
			*escaped = true;
			i++;
		}
	return i;
}

static size_t unescaped_place(struct span raw, size_t offset)
{
	size_t i = 0;
	for (; offset > 0 && i < raw.size; offset--)
		i += raw.at[i] == '\\' && i + 1 < raw.size && raw.at[i + 1] == '(' ? 2 : 1;
	return i;
}

static enum err unescape(struct span raw, size_t at, struct gs1_elements *out, struct span *value,
	struct fault *fault)
{
	uint8_t *to = out->decoded + out->decoded_size;
	size_t size = 0;
	if (raw.size > GS1_DECODED_MAX - out->decoded_size)
		return fault_set(fault, ERR_LIMIT, at, raw.size, "too much text with escapes");
	for (size_t i = 0; i < raw.size; i++) {
		if (raw.at[i] == '\\' && i + 1 < raw.size && raw.at[i + 1] == '(')
			i++;
		to[size++] = raw.at[i];
	}
	out->decoded_size += size;
	*value = span_of(to, size);
	return OK;
}

static struct span trim(struct span text, size_t *front)
{
	size_t from = 0, to = text.size;
	while (from < to && text.at[from] == ' ')
		from++;
	while (to > from && text.at[to - 1] == ' ')
		to--;
	*front = from;
	return span_cut(text, from, to);
}

enum err gs1_elements_read_bracketed(
	struct span text, size_t at, struct gs1_elements *out, struct fault *fault)
{
	size_t i = 0;
	if (text.size > GS1_SCAN_MAX || at > GS1_SCAN_MAX)
		return fault_set(
			fault, ERR_LIMIT, at, text.size, "more than %d bytes", GS1_SCAN_MAX);
	do {
		uint16_t ai;
		const struct gs1_ai *row = NULL;
		struct span rest = span_cut(text, i, text.size);
		size_t size = bracketed_ai(rest, &row, &ai);
		if (size == 0)
			return fault_set(fault, ERR_FORMAT, at + i, rest.size < 6 ? rest.size : 6,
				"an application identifier in brackets is expected, as (01); "
				"a \"(\" that belongs to a value is written \"\\(\"");
		bool escaped;
		rest = span_cut(text, i + size, text.size);
		size_t value_size = bracketed_value(rest, &escaped), front;
		struct span raw = trim(span_cut(rest, 0, value_size), &front);
		size_t raw_at = at + i + size + front;
		struct span value = raw;
		enum err err = escaped ? unescape(raw, raw_at, out, &value, fault) : OK;
		if (!err)
			err = gs1_elements_add(out, row, ai, value, raw, raw_at,
				escaped ? unescaped_place : NULL, fault);
		if (err)
			return err;
		i += size + value_size;
	} while (i < text.size);
	return OK;
}

const struct gs1_element *gs1_elements_find(const struct gs1_elements *elements, uint16_t ai)
{
	for (size_t i = 0; i < elements->count; i++)
		if (elements->element[i].ai == ai)
			return &elements->element[i];
	return NULL;
}

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

void gs1_elements_print_bracketed(const struct gs1_elements *elements, struct buf *out)
{
	for (size_t i = 0; i < elements->count; i++) {
		const struct gs1_element *element = &elements->element[i];
		char digits[GS1_AI_DIGITS_MAX + 1];
		gs1_ai_print(element->ai, digits);
		buf_printf(out, "(%s)", digits);
		for (size_t j = 0; j < element->value.size; j++) {
			if (element->value.at[j] == '(')
				buf_put_u8(out, '\\');
			buf_put_u8(out, element->value.at[j]);
		}
	}
}
