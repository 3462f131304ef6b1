#include "gs1/epcis/value.h"
#include "ledger/base/civil.h"

#include <stdlib.h>

static bool is_white(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

struct span epcis_trim(struct span text)
{
	size_t from = 0;
	size_t to = text.size;
	if (!text.size)
		return text;
	while (from < to && is_white(text.at[from]))
		from++;
	while (to > from && is_white(text.at[to - 1]))
		to--;
	return span_of(text.at + from, to - from);
}

/* civil.h reads RFC 3339, which is wider than dateTimeStamp: t and z, second 60, more offsets. */
bool epcis_time_read(struct span text, int64_t *ms)
{
	const size_t offset_size = 6;
	struct fault fault;
	int64_t value = 0;
	int32_t year;
	int32_t month;
	int32_t day;
	if (civil_parse_time(text, &value, NULL, &fault))
		return false;
	uint8_t last = text.at[text.size - 1];
	if (text.at[10] != 'T' || last == 'z' || text.at[17] == '6')
		return false;
	if (last != 'Z' && text.at[text.size - 5] == '1' && text.at[text.size - 4] == '4' &&
		!span_is(span_cut(text, text.size - offset_size + 3, text.size), ":00"))
		return false;
	const size_t fourth = sizeof "2026-11-20T09:30:00.000" - 1;
	if (text.size > fourth && text.at[19] == '.' && is_digit(text.at[fourth - 1]) &&
		is_digit(text.at[fourth - 2]) && text.at[fourth] >= '5' && text.at[fourth] <= '9')
		value++;
	civil_from_day((int32_t)(value / 86400000), &year, &month, &day);
	if (year < 1 || year > 9998)
		return false;
	*ms = value;
	return true;
}

bool epcis_offset_read(struct span text, int32_t *minutes)
{
	if (text.size != 6 || (text.at[0] != '+' && text.at[0] != '-') || text.at[3] != ':' ||
		!is_digit(text.at[1]) || !is_digit(text.at[2]) || !is_digit(text.at[4]) ||
		!is_digit(text.at[5]))
		return false;
	int32_t hour = (text.at[1] - '0') * 10 + text.at[2] - '0';
	int32_t minute = (text.at[4] - '0') * 10 + text.at[5] - '0';
	if (minute > 59 || hour > 14 || (hour == 14 && minute))
		return false;
	*minutes = (hour * 60 + minute) * (text.at[0] == '-' ? -1 : 1);
	return true;
}

void epcis_offset_print(int32_t minutes, char out[EPCIS_OFFSET_SIZE])
{
	int32_t size = minutes < 0 ? -minutes : minutes;
	out[0] = minutes < 0 ? '-' : '+';
	out[1] = (char)('0' + size / 600 % 10);
	out[2] = (char)('0' + size / 60 % 10);
	out[3] = ':';
	out[4] = (char)('0' + size % 60 / 10);
	out[5] = (char)('0' + size % 10);
	out[6] = 0;
}

bool epcis_action_read(struct span text, enum epcis_action *action)
{
	for (enum epcis_action each = EPCIS_ADD; each <= EPCIS_DELETE; each++) {
		if (span_is(text, epcis_action_name(each))) {
			*action = each;
			return true;
		}
	}
	return false;
}

/* The parts of a number, none checked for meaning. */
struct number {
	bool negative;
	struct span whole;
	struct span fraction;
	struct span exponent; /* with its sign */
};

static struct span take_digits(struct span text, size_t *at)
{
	size_t from = *at;
	while (*at < text.size && is_digit(text.at[*at]))
		++*at;
	return span_cut(text, from, *at);
}

static bool take_number(struct span text, bool exponent, struct number *number)
{
	size_t at = 0;
	*number = (struct number){0};
	if (at < text.size && (text.at[at] == '+' || text.at[at] == '-'))
		number->negative = text.at[at++] == '-';
	number->whole = take_digits(text, &at);
	if (at < text.size && text.at[at] == '.') {
		at++;
		number->fraction = take_digits(text, &at);
	}
	if (!number->whole.size && !number->fraction.size)
		return false;
	if (exponent && at < text.size && (text.at[at] == 'e' || text.at[at] == 'E')) {
		size_t from = ++at;
		if (at < text.size && (text.at[at] == '+' || text.at[at] == '-'))
			at++;
		if (!take_digits(text, &at).size)
			return false;
		number->exponent = span_cut(text, from, at);
	}
	return at == text.size;
}

static bool is_named_double(struct span text)
{
	return span_is(text, "INF") || span_is(text, "-INF") || span_is(text, "NaN");
}

bool epcis_number_put(struct buf *out, struct span text)
{
	struct number number;
	if (!take_number(text, true, &number))
		return false;
	while (number.whole.size && number.whole.at[0] == '0')
		number.whole = span_cut(number.whole, 1, number.whole.size);
	if (number.negative)
		buf_put_u8(out, '-');
	if (number.whole.size)
		buf_put(out, number.whole);
	else
		buf_put_u8(out, '0');
	if (number.fraction.size) {
		buf_put_u8(out, '.');
		buf_put(out, number.fraction);
	}
	if (number.exponent.size) {
		buf_put_u8(out, 'e');
		buf_put(out, number.exponent);
	}
	return true;
}

/* What stands before the first ":" is a scheme, or the ":" stands in a path, query or fragment
 * (RFC 3986 sections 3.1, 4.2). */
static bool has_scheme_or_none(struct span text)
{
	bool is_scheme = true;
	for (size_t i = 0; i < text.size; i++) {
		uint8_t c = text.at[i], letter = c | 0x20;
		bool is_letter = letter >= 'a' && letter <= 'z';
		if (c == '/' || c == '?' || c == '#')
			return true;
		if (c == ':')
			return i > 0 && is_scheme;
		is_scheme &=
			is_letter || (i > 0 && (is_digit(c) || c == '+' || c == '-' || c == '.'));
	}
	return true;
}

static bool is_uri(struct span text)
{
	for (size_t i = 0; i < text.size; i++) {
		uint8_t c = text.at[i];
		if (c <= ' ' || c == 0x7f || c == '<' || c == '>' || c == '"')
			return false;
	}
	return text.size > 0 && has_scheme_or_none(text);
}

static bool is_hex(struct span text)
{
	for (size_t i = 0; i < text.size; i++) {
		uint8_t c = text.at[i] | 0x20;
		if (!is_digit(text.at[i]) && (c < 'a' || c > 'f'))
			return false;
	}
	return text.size % 2 == 0;
}

static bool is_uom(struct span text)
{
	for (size_t i = 0; i < text.size; i++) {
		if (!is_digit(text.at[i]) && (text.at[i] < 'A' || text.at[i] > 'Z'))
			return false;
	}
	return text.size == 2 || text.size == 3;
}

const char *epcis_value_wrong(enum epcis_value value, struct span text)
{
	int64_t ms;
	int32_t minutes;
	enum epcis_action action;
	struct number number;
	switch (value) {
	case EPCIS_VALUE_TEXT: return NULL;
	case EPCIS_VALUE_URI:
		return is_uri(text) ? NULL
				    : "is not a URI: it is empty, holds white space or "
				      "<>\", or has no scheme before its colon";
	case EPCIS_VALUE_TIME:
		return epcis_time_read(text, &ms)
			       ? NULL
			       : "is not a time like 2026-11-20T09:30:00.000+01:00";
	case EPCIS_VALUE_OFFSET:
		return epcis_offset_read(text, &minutes) ? NULL
							 : "is not an offset from -14:00 to +14:00";
	case EPCIS_VALUE_ACTION:
		return epcis_action_read(text, &action) ? NULL : "is none of ADD, OBSERVE, DELETE";
	case EPCIS_VALUE_DECIMAL:
		return take_number(text, false, &number) ? NULL : "is not a decimal number";
	case EPCIS_VALUE_DOUBLE:
		return take_number(text, true, &number) || is_named_double(text)
			       ? NULL
			       : "is not a number";
	case EPCIS_VALUE_BOOLEAN:
		return span_is(text, "true") || span_is(text, "false") || span_is(text, "1") ||
				       span_is(text, "0")
			       ? NULL
			       : "is neither true nor false";
	case EPCIS_VALUE_HEX: return is_hex(text) ? NULL : "is not hexadecimal";
	case EPCIS_VALUE_UOM:
		return is_uom(text) ? NULL
				    : "is not a unit code of two or three capitals or digits";
	}
	return "is of an unknown kind";
}

bool epcis_date_time_is(struct span text)
{
	char with_offset[40];
	int64_t ms;
	if (epcis_time_read(text, &ms))
		return true;
	if (!text.size || text.size + 1 > sizeof with_offset)
		return false;
	memcpy(with_offset, text.at, text.size);
	with_offset[text.size] = 'Z';
	return epcis_time_read(span_of(with_offset, text.size + 1), &ms);
}
