#include "gs1/syntax/link.h"

#include <ctype.h>

/* Pairs of a path: key and at most three qualifiers; one more is surely too many. */
#define PATH_MAX_PAIRS 5

struct pair {
	const struct gs1_ai *row;
	struct span value; /* as it stands in the link */
	size_t at; /* offset of the value in the link */
	uint16_t ai;
};

struct path {
	struct pair pairs[PATH_MAX_PAIRS]; /* right to left: the key is the last */
	size_t count;
};

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

static enum err add(const struct pair *pair, bool query, size_t at, struct gs1_elements *out,
	struct fault *fault)
{
	struct span raw = pair->value, value = raw;
	size_t (*place)(struct span, size_t) = NULL;
	if (raw.size > 0 &&
		(memchr(raw.at, '%', raw.size) || (query && memchr(raw.at, '+', raw.size)))) {
		if (raw.size > GS1_DECODED_MAX - out->decoded_size)
			return fault_set(fault, ERR_LIMIT, at + pair->at, raw.size,
				"too much percent-encoded text");
		uint8_t *to = out->decoded + out->decoded_size;
		value = span_of(to, gs1_link_unescape(raw, query, to));
		out->decoded_size += value.size;
		place = unescaped_place;
	}
	return gs1_elements_add(out, pair->row, pair->ai, value, raw, at + pair->at, place, fault);
}

/* An AI that is all of the text. */
static const struct gs1_ai *whole_ai(struct span text, uint16_t *ai)
{
	const struct gs1_ai *row = gs1_ai_prefix(text, ai);
	return row && row->digits == text.size ? row : NULL;
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
static enum err read_path(
	struct span link, size_t from, size_t to, struct path *path, struct fault *fault)
{
	path->count = 0;
	while (path->count < PATH_MAX_PAIRS) {
		struct span rest = span_cut(link, from, to);
		size_t value_at = last_slash(rest);
		if (value_at < 2)
			break;
		size_t ai_at = last_slash(span_cut(rest, 0, value_at - 1));
		if (ai_at == 0)
			break;
		struct pair *pair = &path->pairs[path->count];
		pair->row = whole_ai(span_cut(rest, ai_at, value_at - 1), &pair->ai);
		if (!pair->row)
			break;
		pair->value = span_cut(rest, value_at, rest.size);
		pair->at = from + value_at;
		path->count++;
		if (pair->row->flags & GS1_AI_KEY)
			return OK;
		to = from + ai_at - 1;
	}
	return fault_set(fault, ERR_FORMAT, from, to - from,
		"the link's path holds no GS1 key with its value, as /01/ and a GTIN");
}

static const struct pair *key_of(const struct path *path)
{
	return &path->pairs[path->count - 1];
}

/* Whether the path's qualifiers, and `extra` (0 for none) put in at its place, follow one
 * alternative of the key's order. */
static bool order_holds(const struct path *path, uint16_t extra)
{
	const struct gs1_ai *key = key_of(path)->row;
	size_t next = path->count - 1; /* pairs still to be met, leftmost first */
	bool extra_met = extra == 0;
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
		extra_met = extra == 0;
	}
	return next == 0 && extra_met;
}

static enum err check_attribute(const struct pair *pair, size_t name_at, const struct path *path,
	const struct gs1_elements *out, struct fault *fault)
{
	char digits[GS1_AI_DIGITS_MAX + 1];
	gs1_ai_print(pair->ai, digits);
	if (gs1_elements_find(out, pair->ai))
		return fault_set(fault, ERR_FORMAT, name_at, pair->row->digits,
			"AI (%s) is in the link twice", digits);
	if (!(pair->row->flags & GS1_AI_ATTRIBUTE))
		return fault_set(fault, ERR_FORMAT, name_at, pair->row->digits,
			"AI (%s) may not stand behind the \"?\" of a link", digits);
	if (order_holds(path, pair->ai))
		return fault_set(fault, ERR_FORMAT, name_at, pair->row->digits,
			"AI (%s) belongs into the path of the link, not behind the \"?\"", digits);
	return OK;
}

/* One "name=value". Names of digits only are kept for AIs; others are not ours. */
static enum err read_attribute(struct span link, size_t from, size_t to, const struct path *path,
	size_t at, struct gs1_elements *out, struct fault *fault)
{
	struct span text = span_cut(link, from, to);
	size_t name_size = 0;
	while (name_size < text.size && isdigit(text.at[name_size]))
		name_size++;
	if (name_size == 0 || name_size == text.size || text.at[name_size] != '=')
		return OK;
	struct pair pair;
	pair.row = whole_ai(span_cut(text, 0, name_size), &pair.ai);
	pair.value = span_cut(text, name_size + 1, text.size);
	pair.at = from + name_size + 1;
	if (!pair.row)
		return fault_set(fault, ERR_FORMAT, at + from, name_size,
			"a number behind the \"?\" of the link is no application identifier");
	enum err err = check_attribute(&pair, at + from, path, out, fault);
	return err ? err : add(&pair, true, at, out, fault);
}

static enum err check_characters(struct span link, size_t at, struct fault *fault)
{
	for (size_t i = 0; i < link.size; i++)
		if (link.at[i] == 0 ||
			(!isalnum(link.at[i]) && !strchr("-._~:/?#[]@!$&'()*+,;=%", link.at[i])))
			return fault_set(fault, ERR_FORMAT, at + i, 1,
				"a character that no link may hold (percent-encode it)");
	return OK;
}

/* The domain, with port: where the path begins, or 0 with a fault. */
static enum err check_domain(
	struct span link, size_t from, size_t to, size_t at, struct fault *fault)
{
	for (size_t i = from; i < to; i++)
		if (!isalnum(link.at[i]) && !strchr("-._:[]", link.at[i]))
			return fault_set(fault, ERR_FORMAT, at + i, 1,
				"a character that no domain name may hold");
	if (from == to)
		return fault_set(fault, ERR_FORMAT, at + from, 0, "the link has no domain");
	return OK;
}

static size_t find(struct span text, size_t from, size_t to, int character)
{
	const uint8_t *found = from < to ? memchr(text.at + from, character, to - from) : NULL;
	return found ? (size_t)(found - text.at) : to;
}

enum err gs1_link_read(struct span text, size_t at, struct gs1_elements *out, struct fault *fault)
{
	size_t domain = scheme_size(text);
	if (domain == 0)
		return fault_set(fault, ERR_FORMAT, at, text.size < 8 ? text.size : 8,
			"a link begins with https:// or http://");
	if (text.size > GS1_SCAN_MAX || at > GS1_SCAN_MAX)
		return fault_set(
			fault, ERR_LIMIT, at, text.size, "more than %d bytes", GS1_SCAN_MAX);
	enum err err = check_characters(text, at, fault);
	if (err)
		return err;
	size_t end = find(text, domain, text.size, '#');
	size_t query = find(text, domain, end, '?');
	size_t slash = find(text, domain, query, '/');
	struct path path;
	err = check_domain(text, domain, slash, at, fault);
	if (!err && read_path(text, slash, query, &path, fault)) {
		if (fault)
			fault->at += at;
		return ERR_FORMAT;
	}
	if (err)
		return err;
	if (!order_holds(&path, 0))
		return fault_set(fault, ERR_FORMAT, at + key_of(&path)->at,
			query - key_of(&path)->at,
			"the identifiers in the path of the link are not in the order of its key");
	for (size_t i = path.count; i-- > 0;)
		if ((err = add(&path.pairs[i], false, at, out, fault)))
			return err;
	for (size_t from = query + 1; from < end;) {
		size_t to = find(text, from, end, '&');
		if ((err = read_attribute(text, from, to, &path, at, out, fault)))
			return err;
		from = to + 1;
	}
	return OK;
}

/* RFC 3986 section 2.3: everything but unreserved characters is encoded. */
static void put_value(struct buf *out, struct span value)
{
	for (size_t i = 0; i < value.size; i++) {
		if (isalnum(value.at[i]) || (value.at[i] && strchr("-._~", value.at[i])))
			buf_put_u8(out, value.at[i]);
		else
			buf_printf(out, "%%%02X", value.at[i]);
	}
}

static void put_part(struct buf *out, const char *ai, struct span value)
{
	if (value.size == 0)
		return;
	buf_printf(out, "/%s/", ai);
	put_value(out, value);
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
