#include "gs1/epcis/json_tree.h"
#include "gs1/epcis/refuse.h"
#include "ledger/base/utf8.h"

struct parser {
	struct arena *arena;
	struct span in;
	size_t at;
	size_t line;
	enum err err;
	struct fault *fault;
};

static void fail(struct parser *parser, enum err err, const char *why)
{
	if (!parser->err)
		parser->err = fault_set(
			parser->fault, err, parser->line, 0, "line %zu: %s", parser->line, why);
}

static uint8_t peek(const struct parser *parser)
{
	return parser->at < parser->in.size ? parser->in.at[parser->at] : 0;
}

static void skip_white(struct parser *parser)
{
	for (; parser->at < parser->in.size; parser->at++) {
		uint8_t c = parser->in.at[parser->at];
		if (c == '\n')
			parser->line++;
		else if (c != ' ' && c != '\t' && c != '\r')
			return;
	}
}

static int hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The four digits of \uXXXX, or -1. */
static int32_t take_unit(struct parser *parser)
{
	int32_t unit = 0;
	for (int i = 0; i < 4; i++) {
		int digit = hex_digit(peek(parser));
		if (digit < 0)
			return -1;
		unit = unit * 16 + digit;
		parser->at++;
	}
	return unit;
}

static void put_point(struct parser *parser, int32_t point)
{
	uint8_t bytes[4];
	size_t size = 1;
	if (point < 0x80) {
		bytes[0] = (uint8_t)point;
	} else if (point < 0x800) {
		bytes[0] = (uint8_t)(0xc0 | point >> 6);
		bytes[1] = (uint8_t)(0x80 | (point & 0x3f));
		size = 2;
	} else if (point < 0x10000) {
		bytes[0] = (uint8_t)(0xe0 | point >> 12);
		bytes[1] = (uint8_t)(0x80 | (point >> 6 & 0x3f));
		bytes[2] = (uint8_t)(0x80 | (point & 0x3f));
		size = 3;
	} else {
		bytes[0] = (uint8_t)(0xf0 | point >> 18);
		bytes[1] = (uint8_t)(0x80 | (point >> 12 & 0x3f));
		bytes[2] = (uint8_t)(0x80 | (point >> 6 & 0x3f));
		bytes[3] = (uint8_t)(0x80 | (point & 0x3f));
		size = 4;
	}
	if (!arena_put(parser->arena, span_of(bytes, size)))
		fail(parser, ERR_LIMIT, "the value does not fit: split the document");
}

/* Behind a backslash. */
static void take_escape(struct parser *parser)
{
	static const char plain[] = "\"\\/bfnrt";
	static const char meant[] = "\"\\/\b\f\n\r\t";
	uint8_t c = peek(parser);
	const char *at = c ? strchr(plain, c) : NULL;
	parser->at++;
	if (at) {
		put_point(parser, meant[at - plain]);
		return;
	}
	int32_t unit = c == 'u' ? take_unit(parser) : -1;
	if (unit >= 0xd800 && unit <= 0xdbff && peek(parser) == '\\') {
		parser->at++;
		int32_t low = peek(parser) == 'u' ? (parser->at++, take_unit(parser)) : -1;
		unit = low >= 0xdc00 && low <= 0xdfff
			       ? 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00)
			       : -1;
	}
	if (unit <= 0 || (unit >= 0xd800 && unit <= 0xdfff))
		fail(parser, ERR_FORMAT, "a string has a wrong escape (\\uD800 alone, \\u0000)");
	else
		put_point(parser, unit);
}

/* At the opening quote. Without escapes the text stays where it is. */
static struct span take_string(struct parser *parser)
{
	size_t from = ++parser->at;
	size_t copied = SIZE_MAX; /* in the arena, once there was an escape */
	bool is_ascii = true;
	const uint8_t *in = parser->in.at;
	for (;;) {
		while (parser->at < parser->in.size && in[parser->at] >= ' ' &&
			in[parser->at] != '"' && in[parser->at] != '\\')
			is_ascii &= in[parser->at++] < 0x80;
		if (parser->err)
			return (struct span){0};
		uint8_t c = peek(parser);
		struct span piece = span_cut(parser->in, from, parser->at);
		if (c == '"' || c == '\\') {
			if (!is_ascii && utf8_valid_size(piece) != piece.size) {
				fail(parser, ERR_ENCODING, "a string is not UTF-8");
				return (struct span){0};
			}
			if (c == '"' && copied == SIZE_MAX) {
				parser->at++;
				return piece;
			}
			if (copied == SIZE_MAX)
				copied = parser->arena->size;
			if (!arena_put(parser->arena, piece))
				fail(parser, ERR_LIMIT,
					"the value does not fit: split the document");
			parser->at++;
			if (c == '"')
				return span_of(
					parser->arena->at + copied, parser->arena->size - copied);
			take_escape(parser);
			from = parser->at;
			continue;
		}
		fail(parser, ERR_FORMAT,
			parser->at < parser->in.size
				? "a string holds a control character: write it as \\n or \\u000a"
				: "a string has no end");
		return (struct span){0};
	}
}

static void skip_digits(struct parser *parser)
{
	size_t from = parser->at;
	while (peek(parser) >= '0' && peek(parser) <= '9')
		parser->at++;
	if (parser->at == from)
		fail(parser, ERR_FORMAT, "a number lacks a digit");
}

static struct span take_number(struct parser *parser)
{
	size_t from = parser->at;
	if (peek(parser) == '-')
		parser->at++;
	size_t whole = parser->at;
	skip_digits(parser);
	if (parser->at > whole + 1 && parser->in.at[whole] == '0')
		fail(parser, ERR_FORMAT, "a number begins with a zero that is not needed");
	if (peek(parser) == '.') {
		parser->at++;
		skip_digits(parser);
	}
	if ((peek(parser) | 0x20) == 'e') {
		parser->at++;
		if (peek(parser) == '+' || peek(parser) == '-')
			parser->at++;
		skip_digits(parser);
	}
	return span_cut(parser->in, from, parser->at);
}

static bool take_word(struct parser *parser, const char *word)
{
	struct span wanted = span_text(word);
	struct span there = span_cut(parser->in, parser->at, parser->at + wanted.size);
	if (!span_equal(there, wanted))
		return false;
	parser->at += wanted.size;
	return true;
}

static struct epcis_json *take_value(struct parser *parser, int depth);

static void refuse_twice(
	struct parser *parser, const struct epcis_json *object, const struct epcis_json *member)
{
	for (const struct epcis_json *other = object->first; other && other != member;
		other = other->next) {
		if (span_equal(other->name, member->name)) {
			if (!parser->err)
				parser->err = fault_set(parser->fault, ERR_FORMAT, member->line, 0,
					"line %u: \"%s\" stands twice in one object",
					(unsigned)member->line, epcis_show(member->name).text);
			return;
		}
	}
}

/* Behind the opening bracket, up to the closing one. */
static void take_items(struct parser *parser, struct epcis_json *parent, int depth)
{
	bool is_object = parent->kind == EPCIS_JSON_OBJECT;
	uint8_t close = is_object ? '}' : ']';
	const struct epcis_json **tail = &parent->first;
	skip_white(parser);
	if (peek(parser) == close) {
		parser->at++;
		return;
	}
	while (!parser->err) {
		struct span name = {0};
		skip_white(parser);
		if (is_object) {
			if (peek(parser) != '"') {
				fail(parser, ERR_FORMAT, "a name in quotes must stand here");
				return;
			}
			name = take_string(parser);
			skip_white(parser);
			if (peek(parser) != ':')
				fail(parser, ERR_FORMAT, "a colon must stand behind a name");
			parser->at++;
		}
		struct epcis_json *item = parser->err ? NULL : take_value(parser, depth + 1);
		if (!item)
			return;
		item->name = name;
		*tail = item;
		tail = &item->next;
		parent->count++;
		if (is_object) {
			refuse_twice(parser, parent, item);
			if (parent->count > EPCIS_JSON_MEMBER_MAX)
				fail(parser, ERR_LIMIT, "an object has more than 256 members");
		}
		skip_white(parser);
		uint8_t c = peek(parser);
		parser->at++;
		if (c == close)
			return;
		if (c != ',')
			fail(parser, ERR_FORMAT, "a comma or closing bracket must stand here");
	}
}

static struct epcis_json *take_value(struct parser *parser, int depth)
{
	skip_white(parser);
	struct epcis_json *value = arena_take(parser->arena, sizeof *value);
	if (depth == EPCIS_JSON_DEPTH_MAX)
		fail(parser, ERR_LIMIT, "values stand more than 64 deep");
	else if (!value)
		fail(parser, ERR_LIMIT, "the value does not fit: split the document");
	if (parser->err)
		return NULL;
	*value = (struct epcis_json){.line = (uint32_t)parser->line};
	uint8_t c = peek(parser);
	if (c == '"') {
		value->kind = EPCIS_JSON_STRING;
		value->text = take_string(parser);
	} else if (c == '{' || c == '[') {
		value->kind = c == '{' ? EPCIS_JSON_OBJECT : EPCIS_JSON_ARRAY;
		parser->at++;
		take_items(parser, value, depth);
	} else if (c == '-' || (c >= '0' && c <= '9')) {
		value->kind = EPCIS_JSON_NUMBER;
		value->text = take_number(parser);
	} else if (take_word(parser, "true")) {
		value->kind = EPCIS_JSON_TRUE;
	} else if (take_word(parser, "false")) {
		value->kind = EPCIS_JSON_FALSE;
	} else if (take_word(parser, "null")) {
		value->kind = EPCIS_JSON_NULL;
	} else {
		fail(parser, ERR_FORMAT, "this is no JSON value");
	}
	return parser->err ? NULL : value;
}

enum err epcis_json_parse(struct arena *arena, struct span text, size_t line,
	const struct epcis_json **value, struct fault *fault)
{
	struct parser parser = {.arena = arena, .in = text, .line = line, .fault = fault};
	const struct epcis_json *found = take_value(&parser, 0);
	skip_white(&parser);
	if (!parser.err && parser.at < text.size)
		fail(&parser, ERR_FORMAT, "something stands behind the end of the value");
	if (!parser.err)
		*value = found;
	return parser.err;
}

const struct epcis_json *epcis_json_member(const struct epcis_json *object, const char *name)
{
	if (object->kind != EPCIS_JSON_OBJECT)
		return NULL;
	for (const struct epcis_json *member = object->first; member; member = member->next) {
		if (span_is(member->name, name))
			return member;
	}
	return NULL;
}

const char *epcis_json_kind_name(enum epcis_json_kind kind)
{
	static const char *const names[] = {
		"null", "a boolean", "a boolean", "a number", "a text", "an array", "an object"};
	return names[kind];
}
