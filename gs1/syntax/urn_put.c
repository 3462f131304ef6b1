/* EPC URNs written: gs1_urn_put of urn.h. */
#include "gs1/syntax/urn.h"

#include "gs1/syntax/lint.h"
#include "gs1/syntax/urn_scheme.h"

/* What may stand in a URN as it is: the rest of CSET 82 is percent-encoded (EPC Tag Data Standard
 * 2.0 section 6.3). */
static void put_escaped(struct span text, struct buf *out)
{
	for (size_t i = 0; i < text.size; i++)
		if (strchr("\"#%&/<>?", text.at[i]))
			buf_printf(out, "%%%02X", text.at[i]);
		else
			buf_put_u8(out, text.at[i]);
}

/* The scheme that names the finest thing: the first whose qualifier is there, else one that can
 * name the whole class. */
static const struct urn_scheme *choose(const struct gs1_elements *elements,
	const struct gs1_element *key, const struct gs1_element **qualifier)
{
	size_t count;
	const struct urn_scheme *schemes = urn_schemes(&count), *found = NULL;
	*qualifier = NULL;
	for (size_t i = 0; i < count; i++) {
		if (schemes[i].ai != key->ai)
			continue;
		*qualifier = schemes[i].qualifier
				     ? gs1_elements_find(elements, schemes[i].qualifier)
				     : NULL;
		if (*qualifier)
			return &schemes[i];
		if (!found)
			found = &schemes[i];
	}
	return found;
}

static const struct gs1_element *find_key(
	const struct gs1_elements *elements, const struct gs1_element **qualifier)
{
	for (size_t i = 0; i < elements->count; i++)
		if (choose(elements, &elements->element[i], qualifier))
			return &elements->element[i];
	return NULL;
}

/* Company prefix and reference; rest gets what follows them in the key. */
static enum err put_key(const struct urn_scheme *scheme, const struct gs1_element *key,
	unsigned prefix_size, struct buf *out, struct span *rest, struct fault *fault)
{
	struct span value = span_cut(key->value, scheme->front ? 1 : 0, key->value.size);
	size_t item = scheme->shape == SHAPE_ITEM;
	struct span prefix = span_cut(value, item, item + prefix_size);
	size_t end = scheme->shape == SHAPE_FREE ? value.size : scheme->digits;
	struct span reference = span_cut(value, item + prefix_size, end);
	if (gs1_set_size(GS1_SET_DIGIT, prefix) != prefix_size ||
		(reference.size == 0 && (scheme->shape == SHAPE_FREE || scheme->front)))
		return fault_set(fault, ERR_FORMAT, key->at, key->size,
			"no reference is left behind a company prefix of %u digits", prefix_size);
	buf_put(out, prefix);
	buf_put_u8(out, '.');
	buf_put(out, span_cut(value, 0, item));
	put_escaped(reference, out);
	*rest = span_cut(value, end + (scheme->shape != SHAPE_FREE), value.size);
	return OK;
}

static void put_last(const struct urn_scheme *scheme, const struct gs1_element *qualifier,
	struct span rest, struct buf *out)
{
	if (scheme->last == LAST_NONE)
		return;
	buf_put_u8(out, '.');
	if (scheme->last == LAST_PIECE) {
		buf_put(out, span_cut(rest, 0, 2));
		buf_put_u8(out, '.');
		buf_put(out, span_cut(rest, 2, 4));
		buf_put_u8(out, '.');
	}
	if (scheme->last == LAST_KEY && rest.size > 0)
		put_escaped(rest, out);
	else if (qualifier)
		put_escaped(qualifier->value, out);
	else
		buf_put_u8(out, scheme->pattern ? '*' : '0');
}

enum err gs1_urn_put(const struct gs1_elements *elements, unsigned prefix_size, struct buf *out,
	struct fault *fault)
{
	const struct gs1_element *qualifier = NULL, *unused;
	const struct gs1_element *key = find_key(elements, &unused);
	uint8_t memory[3 * GS1_AI_VALUE_MAX];
	struct buf text;
	struct span rest = span_of("", 0);
	if (prefix_size < URN_PREFIX_MIN || prefix_size > URN_PREFIX_MAX)
		return fault_set(fault, ERR_RANGE, 0, 0,
			"a company prefix has 6 to 12 digits in a URN, not %u", prefix_size);
	if (!key)
		return fault_set(fault, ERR_FORMAT, 0, 0,
			"none of the elements is a key that an EPC URN can name");
	const struct urn_scheme *scheme = choose(elements, key, &qualifier);
	buf_over(&text, memory, sizeof memory);
	enum err err = put_key(scheme, key, prefix_size, &text, &rest, fault);
	if (err)
		return err;
	put_last(scheme, qualifier, rest, &text);
	bool whole = scheme->pattern && !qualifier && (scheme->last != LAST_KEY || rest.size == 0);
	buf_put_text(out, URN_HEAD);
	buf_put_text(out, whole ? "idpat:" : "");
	buf_put_text(out, whole ? scheme->name + 3 : scheme->name);
	buf_put(out, buf_span(&text));
	return OK;
}
