#include "gs1/syntax/link.h"

#include "gs1/syntax/key.h"
#include "gs1/syntax/link_part.h"

/* Short names of keys and qualifiers, withdrawn from the standard in 2022 but found in old event
 * files. */
static const struct {
	const char *name;
	uint16_t ai;
} names[] = {{"gtin", 1}, {"itip", 8006}, {"gmn", 8013}, {"cpid", 8010}, {"gln", 414},
	{"payTo", 415}, {"glnProd", 416}, {"gsrnp", 8017}, {"gsrn", 8018}, {"gcn", 255},
	{"sscc", 0}, {"gdti", 253}, {"ginc", 401}, {"gsin", 402}, {"grai", 8003}, {"giai", 8004},
	{"party", 417}, {"cpv", 22}, {"lot", 10}, {"ser", 21}, {"tpx", 235}, {"glnx", 254},
	{"cpsn", 8011}, {"srin", 8019}, {"refno", 8020}, {"uic-ext", 7040}};

static size_t scheme_size(struct span text)
{
	static const char *const schemes[] = {"https://", "http://", "HTTPS://", "HTTP://"};
	for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++)
		if (span_is(span_cut(text, 0, strlen(schemes[i])), schemes[i]))
			return strlen(schemes[i]);
	return 0;
}

bool gs1_link_is(struct span text)
{
	return scheme_size(text) > 0;
}

static int hex(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool is_encoded(struct span text, size_t i)
{
	return text.at[i] == '%' && i + 2 < text.size && hex(text.at[i + 1]) >= 0 &&
	       hex(text.at[i + 2]) >= 0;
}

size_t gs1_link_unescape(struct span text, bool query, uint8_t *out)
{
	size_t size = 0;
	for (size_t i = 0; i < text.size; i++) {
		if (is_encoded(text, i)) {
			out[size++] = (uint8_t)(hex(text.at[i + 1]) * 16 + hex(text.at[i + 2]));
			i += 2;
		} else {
			out[size++] = query && text.at[i] == '+' ? ' ' : text.at[i];
		}
	}
	return size;
}

static size_t unescaped_place(struct span raw, size_t offset)
{
	size_t i = 0;
	for (; offset > 0 && i < raw.size; offset--)
		i += is_encoded(raw, i) ? 3 : 1;
	return i;
}

/* Zeros before a GTIN of 8, 12 or 13 digits. */
static bool pad_gtin(uint8_t *to, size_t *size)
{
	if (*size != 8 && *size != 12 && *size != 13)
		return false;
	memmove(to + GS1_GTIN_SIZE - *size, to, *size);
	memset(to, '0', GS1_GTIN_SIZE - *size);
	*size = GS1_GTIN_SIZE;
	return true;
}

/* Where an offset in a padded GTIN lies in the link. */
static size_t padded_place(struct span raw, size_t offset)
{
	size_t missing = GS1_GTIN_SIZE - (raw.size < GS1_GTIN_SIZE ? raw.size : GS1_GTIN_SIZE);
	return offset > missing ? unescaped_place(raw, offset - missing) : 0;
}

static enum err add(const struct gs1_link_pair *pair, bool query, size_t at,
	struct gs1_elements *out, struct fault *fault)
{
	struct span raw = pair->value, value = raw;
	size_t (*place)(struct span, size_t) = NULL;
	bool is_short = pair->ai == GS1_AI_GTIN && (out->permit & GS1_PERMIT_SHORT_GTINS);
	if (raw.size > 0 && (is_short || memchr(raw.at, '%', raw.size) ||
				    (query && memchr(raw.at, '+', raw.size)))) {
		if (raw.size + GS1_GTIN_SIZE > GS1_DECODED_MAX - out->decoded_size)
			return fault_set(fault, ERR_LIMIT, at + pair->at, raw.size,
				"too much percent-encoded text");
		uint8_t *to = out->decoded + out->decoded_size;
		value = span_of(to, gs1_link_unescape(raw, query, to));
		place = unescaped_place;
		if (is_short && pad_gtin(to, &value.size))
			place = padded_place;
		out->decoded_size += value.size;
	}
	return gs1_elements_add(out, pair->row, pair->ai, value, raw, at + pair->at, place, fault);
}

/* An AI that is all of the text, or its name where such are permitted. */
static const struct gs1_ai *whole_ai(struct span text, unsigned permit, uint16_t *ai)
{
	const struct gs1_ai *row = gs1_ai_prefix(text, ai);
	if (row)
		return row->digits == text.size ? row : NULL;
	if (permit & GS1_PERMIT_UNKNOWN_AIS)
		row = gs1_ai_unknown(text, text.size, ai);
	if (row)
		return row;
	for (size_t i = 0; (permit & GS1_PERMIT_NAMES) && i < sizeof names / sizeof names[0]; i++)
		if (span_is(text, names[i].name)) {
			*ai = names[i].ai;
			return gs1_ai_find(*ai);
		}
	return NULL;
}

static size_t last_slash(struct span text)
{
	size_t i = text.size;
	while (i > 0 && text.at[i - 1] != '/')
		i--;
	return i;
}

/* Takes pairs AI/value from the right until one is a key; whatever stands left of it is the
 * domain's own affair. `from` is where the path begins in the link. */
static enum err read_path(struct span link, size_t from, size_t to, unsigned permit,
	struct gs1_link_path *path, struct fault *fault)
{
	while (path->count < GS1_LINK_PAIRS_MAX) {
		struct span rest = span_cut(link, from, to);
		size_t value_at = last_slash(rest);
		if (value_at < 2)
			break;
		/* The path begins with a slash, so there is one. */
		size_t ai_at = last_slash(span_cut(rest, 0, value_at - 1));
		struct gs1_link_pair *pair = &path->pairs[path->count];
		pair->row = whole_ai(span_cut(rest, ai_at, value_at - 1), permit, &pair->ai);
		if (!pair->row)
			break;
		pair->value = span_cut(rest, value_at, rest.size);
		pair->at = from + value_at;
		path->count++;
		if (pair->row->flags & GS1_AI_KEY)
			return OK;
		to = from + ai_at - 1;
	}
	(void)fault_set(fault, ERR_FORMAT, from, to - from,
		"the link's path holds no GS1 key with its value, as /01/ and a GTIN");
	return ERR_FORMAT;
}

static const struct gs1_link_pair *key_of(const struct gs1_link_path *path)
{
	return &path->pairs[path->count - 1];
}

#define NO_AI UINT16_MAX /* 0 is the AI of an SSCC */

/* Whether the path's qualifiers, and `extra` (if not NO_AI) put in at its place, follow one
 * alternative of the key's order. */
static bool order_holds(const struct gs1_link_path *path, uint16_t extra)
{
	const struct gs1_ai *key = key_of(path)->row;
	size_t next = path->count - 1; /* pairs still to be met, leftmost first */
	bool extra_met = extra == NO_AI;
	for (unsigned i = 0; i < key->qualifiers_count; i++) {
		const struct gs1_term *term = &key->qualifiers[i];
		if (next > 0 && path->pairs[next - 1].ai == term->low)
			next--;
		extra_met = extra_met || extra == term->low;
		if (term->join == GS1_JOIN_AND)
			continue;
		if (next == 0 && extra_met)
			return true;
		next = path->count - 1;
		extra_met = extra == NO_AI;
	}
	return next == 0 && extra_met;
}

static enum err check_attribute(const struct gs1_link_pair *pair, size_t name_at,
	const struct gs1_link_path *path, const struct gs1_elements *out, struct fault *fault)
{
	char digits[GS1_AI_DIGITS_MAX + 1];
	gs1_ai_print(pair->ai, digits);
	if (gs1_elements_find(out, pair->ai))
		return fault_set(fault, ERR_FORMAT, name_at, pair->row->digits,
			"AI (%s) is in the link twice", digits);
	bool may_stand = pair->row->flags & GS1_AI_ATTRIBUTE;
	if (pair->row->flags & GS1_AI_UNKNOWN)
		may_stand = out->permit & GS1_PERMIT_UNKNOWN_ATTRIBUTES;
	if (!may_stand)
		return fault_set(fault, ERR_FORMAT, name_at, pair->row->digits,
			"AI (%s) may not stand behind the \"?\" of a link", digits);
	if (order_holds(path, pair->ai))
		return fault_set(fault, ERR_FORMAT, name_at, pair->row->digits,
			"AI (%s) belongs into the path of the link, not behind the \"?\"", digits);
	return OK;
}

/* One "name=value". Names of digits only are kept for AIs; others are not ours. */
static enum err read_attribute(struct span link, size_t from, size_t to,
	const struct gs1_link_path *path, size_t at, struct gs1_elements *out, struct fault *fault)
{
	struct span text = span_cut(link, from, to);
	size_t name_size = 0;
	while (name_size < text.size && text.at[name_size] >= '0' && text.at[name_size] <= '9')
		name_size++;
	if (name_size == text.size || text.at[name_size] != '=')
		return OK;
	if (name_size == 0)
		return fault_set(fault, ERR_FORMAT, at + from, 0,
			"a value without a name stands behind the \"?\" of the link");
	struct gs1_link_pair pair;
	pair.row = whole_ai(
		span_cut(text, 0, name_size), out->permit & ~(unsigned)GS1_PERMIT_NAMES, &pair.ai);
	pair.value = span_cut(text, name_size + 1, text.size);
	pair.at = from + name_size + 1;
	if (!pair.row)
		return fault_set(fault, ERR_FORMAT, at + from, name_size,
			"a number behind the \"?\" of the link is no application identifier");
	enum err err = check_attribute(&pair, at + from, path, out, fault);
	return err ? err : add(&pair, true, at, out, fault);
}

static enum err check_characters(struct span link, struct fault *fault)
{
	for (size_t i = 0; i < link.size; i++)
		if (!is_alphanumeric(link.at[i]) &&
			!is_among(link.at[i], "-._~:/?#[]@!$&'()*+,;=%"))
			return fault_set(fault, ERR_FORMAT, i, 1,
				"a character that no link may hold (percent-encode it)");
	return OK;
}

/* The domain, with port. */
static enum err check_domain(struct span link, size_t from, size_t to, struct fault *fault)
{
	for (size_t i = from; i < to; i++)
		if (!is_alphanumeric(link.at[i]) && !is_among(link.at[i], "-._:[]"))
			return fault_set(fault, ERR_FORMAT, i, 1,
				"a character that no domain name may hold");
	if (from == to)
		return fault_set(fault, ERR_FORMAT, from, 0, "the link has no domain");
	return OK;
}

static size_t find(struct span text, size_t from, size_t to, int character)
{
	const uint8_t *found = from < to ? memchr(text.at + from, character, to - from) : NULL;
	return found ? (size_t)(found - text.at) : to;
}

enum err gs1_link_split(
	struct span text, unsigned permit, struct gs1_link_path *path, struct fault *fault)
{
	size_t domain = scheme_size(text);
	*path = (struct gs1_link_path){0};
	if (domain == 0)
		return fault_set(fault, ERR_FORMAT, 0, text.size < 8 ? text.size : 8,
			"a link begins with https:// or http://");
	if (text.size > GS1_SCAN_MAX)
		return fault_set(
			fault, ERR_LIMIT, 0, text.size, "more than %d bytes", GS1_SCAN_MAX);
	enum err err = check_characters(text, fault);
	if (err)
		return err;
	path->end = find(text, domain, text.size, '#');
	path->query = find(text, domain, path->end, '?');
	size_t slash = find(text, domain, path->query, '/');
	err = check_domain(text, domain, slash, fault);
	if (!err)
		err = read_path(text, slash, path->query, permit, path, fault);
	if (!err && !order_holds(path, NO_AI))
		err = fault_set(fault, ERR_FORMAT, key_of(path)->at, path->query - key_of(path)->at,
			"the identifiers in the path of the link are not in the order of its key");
	return err;
}

enum err gs1_link_read(struct span text, size_t at, struct gs1_elements *out, struct fault *fault)
{
	struct gs1_link_path path;
	if (at > GS1_SCAN_MAX)
		return fault_set(fault, ERR_LIMIT, at, 0, "more than %d bytes", GS1_SCAN_MAX);
	enum err err = gs1_link_split(text, out->permit, &path, fault);
	if (err && fault)
		fault->at += at;
	if (err)
		return err;
	for (size_t i = path.count; i-- > 0;)
		if ((err = add(&path.pairs[i], false, at, out, fault)))
			return err;
	for (size_t from = path.query + 1; from < path.end;) {
		size_t to = find(text, from, path.end, '&');
		if ((err = read_attribute(text, from, to, &path, at, out, fault)))
			return err;
		from = to + 1;
	}
	return OK;
}
