/* Digital Links written: gs1_link_escape and the gs1_link_put family of link.h. */
#include "gs1/syntax/link_part.h"

void gs1_link_escape(struct span value, bool query, struct buf *out)
{
	static const char hex_digits[] = "0123456789ABCDEF";
	for (size_t i = 0; i < value.size; i++) {
		uint8_t c = value.at[i];
		if (is_alphanumeric(c) || is_among(c, "-._~")) {
			buf_put_u8(out, c);
			continue;
		}
		if (query && c == ' ') {
			buf_put_u8(out, '+');
			continue;
		}
		buf_put_u8(out, '%');
		buf_put_u8(out, (uint8_t)hex_digits[c >> 4]);
		buf_put_u8(out, (uint8_t)hex_digits[c & 15]);
	}
}

/* The elements of the path: key, then qualifiers in order. */
struct path {
	const struct gs1_element *element[GS1_LINK_PAIRS_MAX];
	size_t count;
};

static bool is_in_path(const struct path *path, uint16_t ai)
{
	for (size_t i = 0; i < path->count; i++)
		if (path->element[i]->ai == ai)
			return true;
	return false;
}

/* The key's list of qualifiers that takes most of what is there; of two that take as many, the
 * first. */
static void choose_path(
	const struct gs1_elements *elements, const struct gs1_element *key, struct path *path)
{
	struct path trial = {.element = {key}, .count = 1};
	*path = trial;
	for (unsigned i = 0; i < key->row->qualifiers_count; i++) {
		const struct gs1_term *term = &key->row->qualifiers[i];
		const struct gs1_element *element = gs1_elements_find(elements, term->low);
		if (element)
			trial.element[trial.count++] = element;
		if (term->join == GS1_JOIN_AND)
			continue;
		if (trial.count > path->count)
			*path = trial;
		trial.count = 1;
	}
}

/* An element that is to stand behind the "?": not in the path, not there before. */
static bool is_attribute(const struct gs1_elements *elements, size_t index, const struct path *path)
{
	const struct gs1_element *element = &elements->element[index];
	return !is_in_path(path, element->ai) &&
	       gs1_elements_find(elements, element->ai) == element;
}

static enum err check_attributes(
	const struct gs1_elements *elements, const struct path *path, struct fault *fault)
{
	for (size_t i = 0; i < elements->count; i++) {
		const struct gs1_element *element = &elements->element[i];
		bool may_stand = element->row->flags & GS1_AI_UNKNOWN
					 ? elements->permit & GS1_PERMIT_UNKNOWN_ATTRIBUTES
					 : element->row->flags & GS1_AI_ATTRIBUTE;
		if (may_stand || !is_attribute(elements, i, path))
			continue;
		char digits[GS1_AI_DIGITS_MAX + 1];
		gs1_ai_print(element->ai, digits);
		return fault_set(fault, ERR_FORMAT, element->at, element->size,
			"AI (%s) may not stand behind the \"?\" of a link, and does not qualify "
			"its key",
			digits);
	}
	return OK;
}

static void put_ai(uint16_t ai, struct buf *out)
{
	char digits[GS1_AI_DIGITS_MAX + 1];
	gs1_ai_print(ai, digits);
	buf_put_text(out, digits);
}

static void put_attributes(const struct gs1_elements *elements, const struct path *path,
	bool predefined, char *before, struct buf *out)
{
	for (size_t i = 0; i < elements->count; i++) {
		const struct gs1_element *element = &elements->element[i];
		bool is_predefined = element->row->flags & GS1_AI_PREDEFINED;
		if (is_predefined != predefined || !is_attribute(elements, i, path))
			continue;
		buf_put_u8(out, (uint8_t)*before);
		put_ai(element->ai, out);
		buf_put_u8(out, '=');
		gs1_link_escape(element->value, true, out);
		*before = '&';
	}
}

enum err gs1_link_put(
	const struct gs1_elements *elements, const char *stem, struct buf *out, struct fault *fault)
{
	const struct gs1_element *key = NULL;
	struct path path;
	char before = '?';
	for (size_t i = 0; !key && i < elements->count; i++)
		if (elements->element[i].row->flags & GS1_AI_KEY)
			key = &elements->element[i];
	if (!key)
		return fault_set(fault, ERR_FORMAT, 0, 0,
			"none of the elements is a key that a link can begin with, as (01)");
	choose_path(elements, key, &path);
	enum err err = check_attributes(elements, &path, fault);
	if (err)
		return err;
	struct span front = span_text(stem ? stem : GS1_LINK_STEM);
	if (front.size > 0 && front.at[front.size - 1] == '/')
		front.size--;
	buf_put(out, front);
	for (size_t i = 0; i < path.count; i++) {
		buf_put_u8(out, '/');
		put_ai(path.element[i]->ai, out);
		buf_put_u8(out, '/');
		gs1_link_escape(path.element[i]->value, false, out);
	}
	put_attributes(elements, &path, true, &before, out);
	put_attributes(elements, &path, false, &before, out);
	return OK;
}

static void put_part(struct buf *out, const char *ai, struct span value)
{
	if (value.size == 0)
		return;
	buf_printf(out, "/%s/", ai);
	gs1_link_escape(value, false, out);
}

void gs1_link_put_pack(struct buf *out, const char *gtin, struct span lot, struct span serial)
{
	buf_put_text(out, GS1_LINK_STEM);
	put_part(out, "01", span_text(gtin));
	put_part(out, "10", lot);
	put_part(out, "21", serial);
}

void gs1_link_put_sscc(struct buf *out, const char *sscc)
{
	buf_put_text(out, GS1_LINK_STEM);
	put_part(out, "00", span_text(sscc));
}

void gs1_link_put_gln(struct buf *out, const char *gln, struct span extension)
{
	buf_put_text(out, GS1_LINK_STEM);
	put_part(out, "414", span_text(gln));
	put_part(out, "254", extension);
}

void gs1_link_put_party(struct buf *out, const char *gln)
{
	buf_put_text(out, GS1_LINK_STEM);
	put_part(out, "417", span_text(gln));
}
