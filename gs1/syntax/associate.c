/* What holds between the elements of one scan: gs1_elements_check of element.h. */
#include "gs1/syntax/element.h"

#include <stdio.h>

/* Which first two digits occur among the elements, to answer most questions without a search. */
struct seen {
	uint64_t top[2];
};

static unsigned top_of(uint16_t ai)
{
	/* Numbers from 10,000 stand for AIs that are not assigned: no rule names them. */
	if (ai >= 10000)
		return 0;
	return ai < 100 ? ai : ai < 1000 ? ai / 10U : ai / 100U;
}

static bool has(const struct gs1_elements *elements, const struct seen *seen,
	const struct gs1_term *term, uint16_t except)
{
	unsigned top = top_of(term->low);
	if (!(seen->top[top / 64] >> top % 64 & 1))
		return false;
	for (size_t i = 0; i < elements->count; i++) {
		uint16_t ai = elements->element[i].ai;
		if (ai >= term->low && ai <= term->high && ai != except)
			return true;
	}
	return false;
}

static enum err at_element(struct gs1_elements *elements, const struct gs1_element *element,
	const char *rule, const char *text, struct fault *fault)
{
	char digits[GS1_AI_DIGITS_MAX + 1];
	elements->refusal = (struct gs1_refusal){.rule = rule,
		.value = element->value,
		.size = element->value.size,
		.ai = element->ai,
		.has_ai = true};
	gs1_ai_print(element->ai, digits);
	return fault_set(fault, ERR_FORMAT, element->at, element->size, "AI (%s) %s", digits, text);
}

static enum err check_excludes(struct gs1_elements *elements, const struct seen *seen,
	const struct gs1_element *element, struct fault *fault)
{
	for (unsigned i = 0; i < element->row->excludes_count; i++) {
		const struct gs1_term *term = &element->row->excludes[i];
		if (!has(elements, seen, term, element->ai))
			continue;
		char text[64], digits[GS1_AI_DIGITS_MAX + 1] = "";
		for (size_t j = 0; j < elements->count; j++) {
			uint16_t ai = elements->element[j].ai;
			if (ai >= term->low && ai <= term->high && ai != element->ai)
				gs1_ai_print(ai, digits);
		}
		(void)snprintf(text, sizeof text, "may not stand together with AI (%s)", digits);
		return at_element(elements, element, "excludes", text, fault);
	}
	return OK;
}

/* "(01) with (21), (03) or (31nn)": one list of terms. */
static void print_needs(const struct gs1_term *terms, char *text, size_t room)
{
	size_t size = 0;
	for (const struct gs1_term *term = terms;; term++) {
		char digits[GS1_AI_DIGITS_MAX + 1];
		gs1_ai_print(term->low, digits);
		size_t width = strlen(digits);
		for (unsigned span = term->high - term->low; span > 0 && width > 0; span /= 10)
			digits[--width] = 'n';
		int wrote = snprintf(text + size, room - size, "(%s)%s", digits,
			term->join == GS1_JOIN_AND  ? " with "
			: term->join == GS1_JOIN_OR ? " or "
						    : "");
		size += wrote > 0 ? (size_t)wrote : 0;
		if (term->join == GS1_JOIN_END || size >= room)
			return;
	}
}

static enum err check_needs(struct gs1_elements *elements, const struct seen *seen,
	const struct gs1_element *element, struct fault *fault)
{
	const struct gs1_term *list = element->row->needs;
	bool met = false, together = true;
	for (unsigned i = 0; i < element->row->needs_count; i++) {
		const struct gs1_term *term = &element->row->needs[i];
		together = together && has(elements, seen, term, element->ai);
		if (term->join == GS1_JOIN_AND)
			continue;
		met = met || together;
		together = true;
		if (term->join == GS1_JOIN_OR)
			continue;
		if (!met) {
			char needs[128], text[192];
			print_needs(list, needs, sizeof needs);
			(void)snprintf(text, sizeof text,
				"cannot stand alone: it belongs to AI %s, which is not there",
				needs);
			return at_element(elements, element, "needs", text, fault);
		}
		met = false;
		list = term + 1;
	}
	return OK;
}

static enum err check_repeats(struct gs1_elements *elements, size_t index, struct fault *fault)
{
	const struct gs1_element *element = &elements->element[index];
	for (size_t i = 0; i < index; i++)
		if (elements->element[i].ai == element->ai &&
			!span_equal(elements->element[i].value, element->value))
			return at_element(elements, element, "repeats",
				"is there twice with different values", fault);
	return OK;
}

/* A signature is bound to one thing, so a key that may come without serial has
 * one. */
static enum err check_signature(struct gs1_elements *elements, struct fault *fault)
{
	static const uint16_t keys[] = {GS1_AI_GDTI, GS1_AI_GCN, GS1_AI_GRAI};
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		const struct gs1_element *key = gs1_elements_find(elements, keys[i]);
		if (key && key->value.size == key->row->size_min)
			return at_element(elements, key, "serial",
				"needs its serial when a signature (8030) is there", fault);
	}
	return OK;
}

enum err gs1_elements_check(struct gs1_elements *elements, struct fault *fault)
{
	struct seen seen = {{0, 0}};
	for (size_t i = 0; i < elements->count; i++) {
		unsigned top = top_of(elements->element[i].ai);
		seen.top[top / 64] |= (uint64_t)1 << top % 64;
	}
	for (size_t i = 0; i < elements->count; i++) {
		enum err err = check_excludes(elements, &seen, &elements->element[i], fault);
		if (err)
			return err;
	}
	for (size_t i = 0; i < elements->count; i++) {
		enum err err = OK;
		if (!(elements->permit & GS1_PERMIT_ALONE))
			err = check_needs(elements, &seen, &elements->element[i], fault);
		if (!err)
			err = check_repeats(elements, i, fault);
		if (err)
			return err;
	}
	return gs1_elements_find(elements, GS1_AI_DIGSIG) ? check_signature(elements, fault) : OK;
}
