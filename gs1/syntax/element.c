#include "gs1/syntax/element.h"

#include "gs1/syntax/lint.h"

static const struct {
	enum gs1_set set;
	enum gs1_lint lint;
} sets[] = {
	['N'] = {GS1_SET_DIGIT, GS1_LINT_CSETNUMERIC},
	['X'] = {GS1_SET_82, GS1_LINT_CSET82},
	['Y'] = {GS1_SET_39, GS1_LINT_CSET39},
	['Z'] = {GS1_SET_64, GS1_LINT_CSET64},
};

/* Notes the rule; the fault's place is moved from the component into the value. */
static enum err refuse(struct gs1_refusal *refusal, const char *rule, struct span value, size_t at,
	size_t end, struct fault *fault)
{
	if (fault)
		fault->at += at;
	if (refusal && fault)
		*refusal = (struct gs1_refusal){.rule = rule,
			.value = span_cut(value, 0, end),
			.at = fault->at,
			.size = fault->size};
	return ERR_FORMAT;
}

/* Characters, then the rules of one component. */
static enum err check_component(const struct gs1_component *component, struct span part,
	enum gs1_lint *broken, struct fault *fault)
{
	uint8_t set = (uint8_t)component->set;
	*broken = sets[set].lint;
	if (gs1_set_size(sets[set].set, part) < part.size && gs1_lint(*broken, part, fault))
		return ERR_FORMAT;
	for (unsigned i = 0; i < GS1_LINTS_MAX && component->lints[i]; i++) {
		*broken = (enum gs1_lint)component->lints[i];
		if (gs1_lint(*broken, part, fault))
			return ERR_FORMAT;
	}
	return OK;
}

/* Part by part: characters and rules of one come before the length of the next. */
enum err gs1_value_check(const struct gs1_ai *row, struct span value, struct gs1_refusal *refusal,
	struct fault *fault)
{
	size_t at = 0;
	if (value.size == 0) {
		(void)fault_set(fault, ERR_FORMAT, 0, 0, "the value is empty");
		return refuse(refusal, "empty", value, 0, 0, fault);
	}
	for (unsigned i = 0; i < row->components_count; i++) {
		const struct gs1_component *component = &row->components[i];
		if (at == value.size && component->optional)
			break;
		struct span part = span_cut(value, at, at + component->size_max);
		if (part.size < component->size_min) {
			(void)fault_set(fault, ERR_FORMAT, 0, value.size,
				"the value has %zu characters and needs %d: "
				"it was cut off or misread",
				value.size, (int)at + component->size_min);
			return refuse(refusal, "length_min", value, 0, value.size, fault);
		}
		enum gs1_lint broken;
		if (check_component(component, part, &broken, fault))
			return refuse(
				refusal, gs1_lint_name(broken), value, at, at + part.size, fault);
		at += part.size;
	}
	if (at == value.size)
		return OK;
	(void)fault_set(fault, ERR_FORMAT, at, value.size - at,
		"the value has %zu characters, %d at most: "
		"perhaps the separator (GS) before the next AI was lost",
		value.size, row->size_max);
	return refuse(refusal, "length_max", value, 0, value.size, fault);
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
	struct fault why;
	if (gs1_value_check(row, value, &out->refusal, &why)) {
		size_t from = why.at;
		if (place) {
			from = place(raw, why.at);
			why.size = place(raw, why.at + why.size) - from;
		}
		out->refusal.ai = ai;
		out->refusal.has_ai = true;
		return name_ai(ai, at + from, &why, fault);
	}
	out->element[out->count++] = (struct gs1_element){.row = row,
		.value = value,
		.ai = ai,
		.at = (uint16_t)at,
		.size = (uint16_t)raw.size};
	return OK;
}

static enum err no_ai(struct span text, size_t at, struct gs1_elements *out, struct fault *fault)
{
	char shown[GS1_AI_DIGITS_MAX + 1] = {0};
	size_t size = text.size < GS1_AI_DIGITS_MAX ? text.size : GS1_AI_DIGITS_MAX;
	for (size_t i = 0; i < size; i++)
		shown[i] = (char)(text.at[i] > ' ' && text.at[i] < 0x7F ? text.at[i] : '?');
	out->refusal = (struct gs1_refusal){
		.rule = "unknown_ai", .value = span_cut(text, 0, size), .size = size};
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
		if (!row && (out->permit & GS1_PERMIT_UNKNOWN_AIS))
			row = gs1_ai_unknown(rest, 0, &ai);
		if (!row)
			return no_ai(rest, at + i, out, fault);
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
static size_t bracketed_ai(
	struct span text, unsigned permit, const struct gs1_ai **row, uint16_t *ai)
{
	struct span digits = span_cut(text, 1, text.size);
	if (text.size < 2 || text.at[0] != '(')
		return 0;
	digits.size = gs1_set_size(GS1_SET_DIGIT, span_cut(digits, 0, GS1_AI_DIGITS_MAX));
	*row = gs1_ai_prefix(digits, ai);
	if (!*row && digits.size > 0 && (permit & GS1_PERMIT_UNKNOWN_AIS))
		*row = gs1_ai_unknown(digits, digits.size, ai);
	if (!*row || (*row)->digits != digits.size || text.size < digits.size + 2 ||
		text.at[1 + digits.size] != ')')
		return 0;
	return digits.size + 2;
}

/* Where the value at the front ends: at the line's end, or at a "(" with no backslash before. */
static size_t bracketed_value(struct span text, bool *escaped)
{
	size_t i = 0;
	*escaped = false;
	for (; i < text.size && text.at[i] != '(' && text.at[i] != '\n'; i++)
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

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct span trim(struct span text, size_t *front)
{
	size_t from = 0, to = text.size;
	while (from < to && is_blank(text.at[from]))
		from++;
	while (to > from && is_blank(text.at[to - 1]))
		to--;
	*front = from;
	return span_cut(text, from, to);
}

size_t gs1_title_size(struct span text)
{
	for (size_t i = 0; i < text.size && text.at[i] != '\n'; i++) {
		const struct gs1_ai *row;
		uint16_t ai;
		size_t unused;
		if (text.at[i] != '(' || !bracketed_ai(span_cut(text, i, text.size), 0, &row, &ai))
			continue;
		struct span before = trim(span_cut(text, 0, i), &unused);
		if (before.size == 0 || span_is(before, row->title))
			return i;
	}
	return 0;
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
		if (i == 0 || text.at[i - 1] == '\n')
			i += gs1_title_size(span_cut(text, i, text.size));
		struct span rest = span_cut(text, i, text.size);
		size_t size = bracketed_ai(rest, out->permit, &row, &ai);
		if (size == 0)
			out->refusal = (struct gs1_refusal){.rule = "unknown_ai"};
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
		i += i < text.size && text.at[i] == '\n';
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

/* "310n" fits "3105": as long, equal up to the first n, and nothing but n from there. */
static bool fits(const char *digits, const char *pattern)
{
	size_t fixed = strcspn(pattern, "n");
	return fixed > 0 && strlen(digits) == strlen(pattern) &&
	       strncmp(digits, pattern, fixed) == 0 &&
	       pattern[fixed + strspn(pattern + fixed, "n")] == 0;
}

const struct gs1_element *gs1_elements_match(
	const struct gs1_elements *elements, const char *pattern, const char *except)
{
	for (size_t i = 0; i < elements->count; i++) {
		char digits[GS1_AI_DIGITS_MAX + 1];
		gs1_ai_print(elements->element[i].ai, digits);
		if (fits(digits, pattern) && (!except || !fits(digits, except)))
			return &elements->element[i];
	}
	return NULL;
}
