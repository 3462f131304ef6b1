#include "gs1/epcis/xml_type.h"

#include "gs1/epcis/value.h"

#define SCHEMA "http://www.w3.org/2001/XMLSchema"

enum kind {
	OPEN,
	TEXT, /* of many kinds, none judged further */
	INTEGER,
	NUMBER,
	DECIMAL,
	BOOLEAN,
	DATE_TIME,
	DATE,
	HEX
};

/* The types of XML Schema part 2; integers with their range, the ends meaning none. */
static const struct {
	const char *name;
	enum kind kind;
	int64_t least, most;
} types[] = {
	{"", OPEN, 0, 0}, /* EPCIS_TYPE_OTHER */
	{"anyType", OPEN, 0, 0},
	{"anySimpleType", TEXT, 0, 0},
	{"string", TEXT, 0, 0},
	{"normalizedString", TEXT, 0, 0},
	{"token", TEXT, 0, 0},
	{"language", TEXT, 0, 0},
	{"Name", TEXT, 0, 0},
	{"NCName", TEXT, 0, 0},
	{"NMTOKEN", TEXT, 0, 0},
	{"NMTOKENS", TEXT, 0, 0},
	{"ID", TEXT, 0, 0},
	{"IDREF", TEXT, 0, 0},
	{"IDREFS", TEXT, 0, 0},
	{"ENTITY", TEXT, 0, 0},
	{"ENTITIES", TEXT, 0, 0},
	{"QName", TEXT, 0, 0},
	{"NOTATION", TEXT, 0, 0},
	{"anyURI", TEXT, 0, 0},
	{"base64Binary", TEXT, 0, 0},
	{"duration", TEXT, 0, 0},
	{"time", TEXT, 0, 0},
	{"gYear", TEXT, 0, 0},
	{"gYearMonth", TEXT, 0, 0},
	{"gMonth", TEXT, 0, 0},
	{"gMonthDay", TEXT, 0, 0},
	{"gDay", TEXT, 0, 0},
	{"boolean", BOOLEAN, 0, 0},
	{"decimal", DECIMAL, 0, 0},
	{"float", NUMBER, 0, 0},
	{"double", NUMBER, 0, 0},
	{"dateTime", DATE_TIME, 0, 0},
	{"date", DATE, 0, 0},
	{"hexBinary", HEX, 0, 0},
	{"integer", INTEGER, INT64_MIN, INT64_MAX},
	{"nonNegativeInteger", INTEGER, 0, INT64_MAX},
	{"unsignedLong", INTEGER, 0, INT64_MAX},
	{"positiveInteger", INTEGER, 1, INT64_MAX},
	{"nonPositiveInteger", INTEGER, INT64_MIN, 0},
	{"negativeInteger", INTEGER, INT64_MIN, -1},
	{"long", INTEGER, INT64_MIN, INT64_MAX},
	{"int", INTEGER, INT32_MIN, INT32_MAX},
	{"short", INTEGER, INT16_MIN, INT16_MAX},
	{"byte", INTEGER, INT8_MIN, INT8_MAX},
	{"unsignedInt", INTEGER, 0, UINT32_MAX},
	{"unsignedShort", INTEGER, 0, UINT16_MAX},
	{"unsignedByte", INTEGER, 0, UINT8_MAX},
};

void epcis_scope_begin(struct epcis_scope *scope, const unsigned char **spaces, size_t count)
{
	scope->depth++;
	for (size_t i = 0; i < count; i++) {
		const char *prefix = spaces[2 * i] ? (const char *)spaces[2 * i] : "";
		const char *space = spaces[2 * i + 1] ? (const char *)spaces[2 * i + 1] : "";
		size_t size = strlen(prefix);
		if (scope->count == EPCIS_SCOPE_MAX || size >= EPCIS_SCOPE_WIDTH) {
			scope->is_blind = true;
			continue;
		}
		memcpy(scope->at[scope->count].prefix, prefix, size + 1);
		scope->at[scope->count].depth = scope->depth;
		scope->at[scope->count++].is_schema = strcmp(space, SCHEMA) == 0;
	}
}

void epcis_scope_end(struct epcis_scope *scope)
{
	while (scope->count && scope->at[scope->count - 1].depth == scope->depth)
		scope->count--;
	if (scope->depth)
		scope->depth--;
}

uint8_t epcis_scope_type(const struct epcis_scope *scope, struct span qualified_name)
{
	struct span text = epcis_trim(qualified_name), prefix = {0};
	const uint8_t *colon = text.size ? memchr(text.at, ':', text.size) : NULL;
	size_t i = scope->count;
	if (colon) {
		prefix = span_cut(text, 0, (size_t)(colon - text.at));
		text = span_cut(text, prefix.size + 1, text.size);
	}
	if (!text.size || memchr(text.at, ':', text.size) || (colon && !prefix.size))
		return EPCIS_TYPE_WRONG;
	while (i > 0 && !span_is(prefix, scope->at[i - 1].prefix))
		i--;
	if (i == 0)
		return colon && !scope->is_blind ? EPCIS_TYPE_WRONG : EPCIS_TYPE_OTHER;
	if (!scope->at[i - 1].is_schema)
		return EPCIS_TYPE_OTHER;
	for (uint8_t type = 1; type < sizeof types / sizeof types[0]; type++)
		if (span_is(text, types[type].name))
			return type;
	return EPCIS_TYPE_WRONG;
}

bool epcis_type_is_open(uint8_t type)
{
	return types[type].kind == OPEN;
}

/* So long an integer is outside every range that has an end on its side. */
static bool is_integer(struct span text, int64_t least, int64_t most)
{
	const size_t digits_max = 18;
	bool is_negative = text.size > 0 && text.at[0] == '-';
	size_t at = text.size > 0 && (is_negative || text.at[0] == '+');
	int64_t value = 0;
	if (at == text.size)
		return false;
	while (at + 1 < text.size && text.at[at] == '0')
		at++;
	bool is_long = text.size - at > digits_max;
	for (; at < text.size; at++) {
		if (text.at[at] < '0' || text.at[at] > '9')
			return false;
		value = is_long ? INT64_MAX - 1 : value * 10 + (text.at[at] - '0');
	}
	value = is_negative ? -value : value;
	return value >= least && value <= most;
}

static bool is_date(struct span text)
{
	static const char midnight[] = "T00:00:00";
	const size_t day_size = sizeof "2026-11-20" - 1, offset_size = sizeof "+00:00" - 1;
	uint8_t time[sizeof "2026-11-20T00:00:00+00:00"];
	if (text.size < day_size || text.size > day_size + offset_size)
		return false;
	memcpy(time, text.at, day_size);
	memcpy(time + day_size, midnight, sizeof midnight - 1);
	memcpy(time + day_size + sizeof midnight - 1, text.at + day_size, text.size - day_size);
	return epcis_date_time_is(span_of(time, text.size + sizeof midnight - 1));
}

static bool fits(uint8_t type, struct span text)
{
	switch (types[type].kind) {
	case OPEN:
	case TEXT: break;
	case INTEGER: return is_integer(text, types[type].least, types[type].most);
	case NUMBER: return !epcis_value_wrong(EPCIS_VALUE_DOUBLE, text);
	case DECIMAL: return !epcis_value_wrong(EPCIS_VALUE_DECIMAL, text);
	case BOOLEAN: return !epcis_value_wrong(EPCIS_VALUE_BOOLEAN, text);
	case DATE_TIME: return epcis_date_time_is(text);
	case DATE: return is_date(text);
	case HEX: return !epcis_value_wrong(EPCIS_VALUE_HEX, text);
	}
	return true;
}

const char *epcis_type_misfit(uint8_t type, struct span text)
{
	return fits(type, text) ? NULL : types[type].name;
}
