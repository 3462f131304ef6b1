#include "gs1/syntax/urn.h"

#include "gs1/syntax/link.h"
#include "gs1/syntax/lint.h"
#include "gs1/syntax/urn_scheme.h"

#define NAME_MAX_SIZE ((size_t)40) /* the longest key there is has 30 characters, a qualifier 28 */

/* A key and its finest qualifier, decoded. */
struct name {
	uint16_t key_ai;
	uint16_t qualifier_ai; /* 0: none */
	uint8_t key[NAME_MAX_SIZE];
	uint8_t qualifier[NAME_MAX_SIZE];
	size_t key_size;
	size_t qualifier_size;
	size_t key_at; /* where they stand in the text, for faults */
	size_t qualifier_at;
};

/* EPC Tag Data Standard 2.0 section 6.3 and 8. */
static const struct urn_scheme schemes[] = {
	{"id:sgtin:", 1, 21, SHAPE_ITEM, LAST_QUALIFIER, 13, true, 0},
	{"class:lgtin:", 1, 10, SHAPE_ITEM, LAST_QUALIFIER, 13, false, 0},
	{"id:sscc:", 0, 0, SHAPE_ITEM, LAST_NONE, 17, false, 0},
	{"id:sgln:", 414, 254, SHAPE_PLAIN, LAST_QUALIFIER, 12, false, 0},
	{"id:pgln:", 417, 0, SHAPE_PLAIN, LAST_NONE, 12, false, 0},
	{"id:grai:", 8003, 0, SHAPE_PLAIN, LAST_KEY, 12, true, '0'},
	{"id:gdti:", 253, 0, SHAPE_PLAIN, LAST_KEY, 12, true, 0},
	{"id:sgcn:", 255, 0, SHAPE_PLAIN, LAST_KEY, 12, true, 0},
	{"id:giai:", 8004, 0, SHAPE_FREE, LAST_NONE, 0, false, 0},
	{"id:gsrn:", 8018, 0, SHAPE_PLAIN, LAST_NONE, 17, false, 0},
	{"id:gsrnp:", 8017, 0, SHAPE_PLAIN, LAST_NONE, 17, false, 0},
	{"id:cpi:", 8010, 8011, SHAPE_FREE, LAST_QUALIFIER, 0, true, 0},
	{"id:ginc:", 401, 0, SHAPE_FREE, LAST_NONE, 0, false, 0},
	{"id:gsin:", 402, 0, SHAPE_PLAIN, LAST_NONE, 16, false, 0},
	{"id:itip:", 8006, 21, SHAPE_ITEM, LAST_PIECE, 13, true, 0},
	{"id:upui:", 1, 235, SHAPE_ITEM, LAST_QUALIFIER, 13, true, 0},
};

const struct urn_scheme *urn_schemes(size_t *count)
{
	*count = sizeof schemes / sizeof schemes[0];
	return schemes;
}

static const char urn_head[] = URN_HEAD;

/* The scheme of a URN and where its parts begin; NULL with a fault. */
static const struct urn_scheme *find_scheme(
	struct span text, size_t *at, bool *pattern, struct fault *fault)
{
	size_t head = sizeof urn_head - 1;
	for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
		const char *name = schemes[i].name;
		size_t size = strlen(name);
		if (span_is(span_cut(text, head, head + size), name)) {
			*at = head + size;
			*pattern = false;
			return &schemes[i];
		}
		/* "id:" and "idpat:" differ by three characters. */
		if (schemes[i].pattern && span_is(span_cut(text, head, head + 6), "idpat:") &&
			span_is(span_cut(text, head + 6, head + 3 + size), name + 3)) {
			*at = head + 3 + size;
			*pattern = true;
			return &schemes[i];
		}
	}
	(void)fault_set(fault, ERR_FORMAT, 0, text.size < 40 ? text.size : 40,
		"a URN of a kind that names nothing known here: urn:epc:id:sgtin: and the like");
	return NULL;
}

struct part {
	struct span text;
	size_t at;
};

/* Cuts the next part off: up to the next full stop, or all the rest when it is the last. */
static bool next_part(struct span text, size_t *at, bool last, struct part *part)
{
	if (*at > text.size)
		return false;
	const uint8_t *stop =
		last || *at == text.size ? NULL : memchr(text.at + *at, '.', text.size - *at);
	size_t to = stop ? (size_t)(stop - text.at) : text.size;
	part->text = span_cut(text, *at, to);
	part->at = *at;
	*at = to + 1;
	return true;
}

static enum err bad_part(const struct part *part, const char *why, struct fault *fault)
{
	return fault_set(fault, ERR_FORMAT, part->at, part->text.size, "EPC URN: %s", why);
}

static enum err put(uint8_t *to, size_t *size, struct part part, struct fault *fault)
{
	if (part.text.size > 3 * NAME_MAX_SIZE)
		return bad_part(&part, "too long", fault);
	uint8_t decoded[3 * NAME_MAX_SIZE];
	size_t more = gs1_link_unescape(part.text, false, decoded);
	if (more > NAME_MAX_SIZE - *size)
		return bad_part(&part, "too long", fault);
	memcpy(to + *size, decoded, more);
	*size += more;
	return OK;
}

static bool is_hex(struct span text, size_t at)
{
	uint8_t c = at < text.size ? text.at[at] : 0;
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
}

/* A part of a URN: a "%" stands for nothing but an escape (Tag Data Standard section 6.3). */
static enum err put_escaped(uint8_t *to, size_t *size, struct part part, struct fault *fault)
{
	for (size_t i = 0; i < part.text.size; i++)
		if (part.text.at[i] == '%' &&
			!(is_hex(part.text, i + 1) && is_hex(part.text, i + 2)))
			return fault_set(fault, ERR_FORMAT, part.at + i, 1,
				"EPC URN: two hexadecimal digits must follow \"%%\"");
	return put(to, size, part, fault);
}

static bool is_digits(struct span text)
{
	return gs1_set_size(GS1_SET_DIGIT, text) == text.size;
}

/* Prefix and reference into the key, with its check digit. */
static enum err make_key(const struct urn_scheme *scheme, const struct part *prefix,
	const struct part *reference, struct name *out, struct fault *fault)
{
	if (!is_digits(prefix->text) || prefix->text.size < URN_PREFIX_MIN ||
		prefix->text.size > URN_PREFIX_MAX)
		return bad_part(
			prefix, "a company prefix of 6 to 12 digits must stand here", fault);
	if (scheme->shape == SHAPE_FREE) {
		enum err err = put(out->key, &out->key_size, *prefix, fault);
		return err ? err : put_escaped(out->key, &out->key_size, *reference, fault);
	}
	if (!is_digits(reference->text) ||
		prefix->text.size + reference->text.size != scheme->digits)
		return fault_set(fault, ERR_FORMAT, reference->at, reference->text.size,
			"EPC URN: company prefix and reference must have %d digits together",
			scheme->digits);
	uint8_t *to = out->key;
	size_t front = scheme->shape == SHAPE_ITEM;
	if (scheme->front)
		*to++ = (uint8_t)scheme->front;
	memcpy(to, reference->text.at, front);
	memcpy(to + front, prefix->text.at, prefix->text.size);
	memcpy(to + front + prefix->text.size, reference->text.at + front,
		reference->text.size - front);
	to[scheme->digits] = (uint8_t)gs1_check_digit(span_of(to, scheme->digits));
	out->key_size = (size_t)(to - out->key) + scheme->digits + 1;
	return OK;
}

/* What stands behind the reference. */
static enum err read_last(const struct urn_scheme *scheme, struct span text, size_t at,
	bool pattern, struct name *out, struct fault *fault)
{
	struct part part;
	for (int i = 0; scheme->last == LAST_PIECE && i < 2; i++) {
		if (!next_part(text, &at, false, &part) || part.text.size != 2 ||
			!is_digits(part.text))
			return fault_set(fault, ERR_FORMAT, at > text.size ? text.size : at, 0,
				"EPC URN: piece and total must have two digits each");
		memcpy(out->key + out->key_size, part.text.at, part.text.size);
		out->key_size += part.text.size;
	}
	if (!next_part(text, &at, true, &part) || part.text.size == 0)
		return fault_set(fault, ERR_FORMAT, text.size, 0,
			"EPC URN: the last part, behind a full stop, is missing");
	if (pattern)
		return span_is(part.text, "*")
			       ? OK
			       : bad_part(&part, "a pattern must end with \"*\"", fault);
	if (scheme->last == LAST_KEY)
		return put_escaped(out->key, &out->key_size, part, fault);
	if (scheme->qualifier == GS1_AI_GLN_EXTENSION && span_is(part.text, "0"))
		return OK;
	out->qualifier_ai = scheme->qualifier;
	out->qualifier_at = part.at;
	return put_escaped(out->qualifier, &out->qualifier_size, part, fault);
}

static enum err read_urn(struct span text, struct name *out, struct fault *fault)
{
	size_t at;
	bool pattern;
	const struct urn_scheme *scheme = find_scheme(text, &at, &pattern, fault);
	if (!scheme)
		return ERR_FORMAT;
	struct part prefix, reference;
	out->key_ai = scheme->ai;
	out->key_at = at;
	if (!next_part(text, &at, false, &prefix) ||
		!next_part(text, &at, scheme->last == LAST_NONE, &reference))
		return fault_set(fault, ERR_FORMAT, text.size, 0,
			"EPC URN: company prefix, full stop and reference are needed");
	/* The reference implementation of the event hash leaves such GRAIs as they are. */
	if (scheme->ai == GS1_AI_GRAI && reference.text.size == 0)
		return bad_part(&reference, "the asset type is missing", fault);
	enum err err = make_key(scheme, &prefix, &reference, out, fault);
	if (!err && scheme->last != LAST_NONE)
		err = read_last(scheme, text, at, pattern, out, fault);
	return err;
}

/* A GTIN in a link may lack its leading zeros: 8, 12 or 13 digits. */
static size_t missing_zeros(uint16_t ai, struct span value)
{
	if (ai != GS1_AI_GTIN || (value.size != 8 && value.size != 12 && value.size != 13))
		return 0;
	return GS1_GTIN_SIZE - value.size;
}

/* The qualifiers that name something finer than the key: serial before lot; the others of the
 * table (variant, service reference, importer index) do not. */
static bool is_finer(uint16_t ai)
{
	return ai == GS1_AI_SERIAL || ai == GS1_AI_LOT || ai == GS1_AI_TPX ||
	       ai == GS1_AI_GLN_EXTENSION || ai == GS1_AI_CPID_SERIAL;
}

static enum err read_link(struct span text, struct name *out, struct fault *fault)
{
	struct gs1_link_path path;
	enum err err = gs1_link_split(text, GS1_PERMIT_NAMES, &path, fault);
	if (err)
		return err;
	const struct gs1_link_pair *key = &path.pairs[path.count - 1];
	out->key_ai = key->ai;
	out->key_at = key->at;
	out->key_size = missing_zeros(key->ai, key->value);
	memset(out->key, '0', out->key_size);
	err = put(out->key, &out->key_size, (struct part){key->value, key->at}, fault);
	for (size_t i = 0; !err && i + 1 < path.count; i++) {
		const struct gs1_link_pair *pair = &path.pairs[i];
		if (!is_finer(pair->ai))
			continue;
		out->qualifier_ai = pair->ai;
		out->qualifier_at = pair->at;
		return put(out->qualifier, &out->qualifier_size,
			(struct part){pair->value, pair->at}, fault);
	}
	return err;
}

static enum err read_name(struct span text, struct name *out, struct fault *fault)
{
	*out = (struct name){0};
	if (span_is(span_cut(text, 0, sizeof urn_head - 1), urn_head))
		return read_urn(text, out, fault);
	if (gs1_link_is(text))
		return read_link(text, out, fault);
	return fault_set(fault, ERR_FORMAT, 0, text.size < 40 ? text.size : 40,
		"neither an EPC URN (urn:epc:...) nor a GS1 Digital Link");
}

/* Characters and lengths as the AI's components want them, without the rules for their content. */
static bool fits(uint16_t ai, struct span value)
{
	const struct gs1_ai *row = gs1_ai_find(ai);
	size_t at = 0;
	if (!row || value.size < row->size_min || value.size > row->size_max)
		return false;
	for (unsigned i = 0; i < row->components_count && at < value.size; i++) {
		struct span part = span_cut(value, at, at + row->components[i].size_max);
		enum gs1_set set = row->components[i].set == 'N'   ? GS1_SET_DIGIT
				   : row->components[i].set == 'Y' ? GS1_SET_39
								   : GS1_SET_82;
		if (gs1_set_size(set, part) < part.size)
			return false;
		at += part.size;
	}
	return at == value.size;
}

static void put_name(const struct name *name, struct buf *out)
{
	char digits[GS1_AI_DIGITS_MAX + 1];
	gs1_ai_print(name->key_ai, digits);
	buf_put_text(out, GS1_LINK_STEM "/");
	buf_put_text(out, digits);
	buf_put_u8(out, '/');
	gs1_link_escape(span_of(name->key, name->key_size), false, out);
	if (name->qualifier_ai == 0)
		return;
	gs1_ai_print(name->qualifier_ai, digits);
	buf_put_u8(out, '/');
	buf_put_text(out, digits);
	buf_put_u8(out, '/');
	gs1_link_escape(span_of(name->qualifier, name->qualifier_size), false, out);
}

enum err gs1_epc_canonical(struct span text, struct buf *out, struct fault *fault)
{
	struct name name;
	enum err err = read_name(text, &name, fault);
	if (err)
		return err;
	if (name.key_ai == GS1_AI_GMN || name.key_ai == GS1_AI_GLN_PAY_TO)
		return fault_set(fault, ERR_FORMAT, name.key_at, name.key_size,
			"models and invoices have no canonical name (CBV 2.0 section 8.9)");
	if (!fits(name.key_ai, span_of(name.key, name.key_size)))
		return fault_set(fault, ERR_FORMAT, name.key_at, name.key_size,
			"the key has not the length or characters of its kind");
	if (name.qualifier_ai &&
		!fits(name.qualifier_ai, span_of(name.qualifier, name.qualifier_size)))
		return fault_set(fault, ERR_FORMAT, name.qualifier_at, name.qualifier_size,
			"serial, lot or extension has not the length or characters allowed");
	put_name(&name, out);
	return OK;
}

static enum err check(uint16_t ai, struct span value, size_t at, struct fault *fault)
{
	struct fault why;
	char digits[GS1_AI_DIGITS_MAX + 1];
	if (!gs1_value_check(gs1_ai_find(ai), value, NULL, &why))
		return OK;
	gs1_ai_print(ai, digits);
	return fault_set(fault, why.err, at, value.size, "%s (AI %s): %s",
		ai == GS1_AI_GTIN   ? "GTIN"
		: ai == GS1_AI_SSCC ? "SSCC"
				    : "identifier",
		digits, why.text);
}

static bool kind_of(const struct name *name, enum gs1_epc_kind *kind)
{
	switch (name->key_ai) {
	case GS1_AI_GTIN:
		*kind = name->qualifier_ai == GS1_AI_SERIAL ? GS1_EPC_PACK
			: name->qualifier_ai == GS1_AI_LOT  ? GS1_EPC_LOT
							    : GS1_EPC_PRODUCT;
		return name->qualifier_ai != GS1_AI_TPX;
	case GS1_AI_SSCC: *kind = GS1_EPC_LOGISTIC; return true;
	case GS1_AI_GLN: *kind = GS1_EPC_LOCATION; return true;
	case GS1_AI_PARTY: *kind = GS1_EPC_PARTY; return true;
	default: return false;
	}
}

enum err gs1_epc_read(struct span text, struct gs1_epc *out, struct fault *fault)
{
	struct name name;
	enum gs1_epc_kind kind = GS1_EPC_PRODUCT;
	enum err err = read_name(text, &name, fault);
	if (err)
		return err;
	if (!kind_of(&name, &kind))
		return fault_set(fault, ERR_VERSION, 0, text.size,
			"the name of a thing that is neither pack, product, lot, logistic unit, "
			"place nor party");
	struct span key = span_of(name.key, name.key_size);
	struct span qualifier = span_of(name.qualifier, name.qualifier_size);
	err = check(name.key_ai, key, name.key_at, fault);
	if (!err && name.qualifier_ai)
		err = check(name.qualifier_ai, qualifier, name.qualifier_at, fault);
	if (err)
		return err;
	*out = (struct gs1_epc){.kind = kind};
	memcpy(out->key, key.at, key.size);
	memcpy(out->extension, qualifier.at, qualifier.size);
	return OK;
}

void gs1_epc_put_link(const struct gs1_epc *epc, struct buf *out)
{
	struct span extension = span_text(epc->extension), none = span_of("", 0);
	switch (epc->kind) {
	case GS1_EPC_PACK: gs1_link_put_pack(out, epc->key, none, extension); break;
	case GS1_EPC_PRODUCT: gs1_link_put_pack(out, epc->key, none, none); break;
	case GS1_EPC_LOT: gs1_link_put_pack(out, epc->key, extension, none); break;
	case GS1_EPC_LOGISTIC: gs1_link_put_sscc(out, epc->key); break;
	case GS1_EPC_LOCATION: gs1_link_put_gln(out, epc->key, extension); break;
	case GS1_EPC_PARTY: gs1_link_put_party(out, epc->key); break;
	}
}

/* A decoded part becomes an element. */
static enum err add(
	uint16_t ai, struct span value, size_t at, struct gs1_elements *out, struct fault *fault)
{
	const struct gs1_ai *row = gs1_ai_find(ai);
	if (value.size > GS1_DECODED_MAX - out->decoded_size)
		return fault_set(fault, ERR_LIMIT, at, value.size, "too much decoded text");
	uint8_t *to = out->decoded + out->decoded_size;
	memcpy(to, value.at, value.size);
	out->decoded_size += value.size;
	value = span_of(to, value.size);
	return gs1_elements_add(out, row, ai, value, value, at, NULL, fault);
}

enum err gs1_epc_elements(struct span text, struct gs1_elements *out, struct fault *fault)
{
	struct name name = {0};
	if (gs1_link_is(text))
		return gs1_link_read(text, 0, out, fault);
	enum err err = read_name(text, &name, fault);
	if (!err)
		err = add(name.key_ai, span_of(name.key, name.key_size), name.key_at, out, fault);
	if (!err && name.qualifier_ai)
		err = add(name.qualifier_ai, span_of(name.qualifier, name.qualifier_size),
			name.qualifier_at, out, fault);
	return err;
}
