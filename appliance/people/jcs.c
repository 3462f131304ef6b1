#include "appliance/people/jcs.h"

#include "ledger/base/utf8.h"

#include <assert.h>
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define INTEGER_MAX 9007199254740991 /* 2^53 - 1, RFC 7493 section 2.2 */
#define DIGITS_MAX  17 /* any double is told apart by so many */

/* digits * 10^exponent as a double, without a decimal point that a locale could change. */
static double decimal_value(uint64_t digits, int exponent)
{
	char text[48];
	(void)snprintf(text, sizeof text, "%llue%d", (unsigned long long)digits, exponent);
	return strtod(text, NULL);
}

/* The nearest decimal of so many digits to a positive number: value = *digits * 10^*exponent. */
static void decimal_nearest(double number, int count, uint64_t *digits, int *exponent)
{
	char text[48];
	(void)snprintf(text, sizeof text, "%.*e", count - 1, number);
	*digits = 0;
	const char *c = text;
	for (; *c != 'e'; c++)
		if (isdigit((unsigned char)*c))
			*digits = *digits * 10 + (uint64_t)(*c - '0');
	*exponent = (int)strtol(c + 1, NULL, 10) - (count - 1);
}

/* The shortest decimal that reads back to a positive number. printf and strtod are exact here
 * (glibc rounds both correctly), so for each count it is enough to try the nearest decimal and,
 * because the gap to the double above a power of two is twice the gap below, the next one up: at
 * 2^-1017 the nearest 16 digits fall outside the narrow side and the next ones inside the wide.
 * The next one down cannot be right when the nearest is not: it is farther away, and the side
 * below is never the wider one. */
static void decimal_shortest(double number, uint64_t *digits, int *exponent)
{
	for (int count = 1;; count++) {
		assert(count <= DIGITS_MAX);
		decimal_nearest(number, count, digits, exponent);
		if (decimal_value(*digits, *exponent) == number)
			return;
		++*digits;
		if (decimal_value(*digits, *exponent) == number)
			return;
	}
}

void jcs_print_number(double number, char out[JCS_NUMBER_SIZE])
{
	assert(isfinite(number));
	if (number == 0) {
		memcpy(out, "0", 2); /* also for -0 */
		return;
	}
	if (number < 0)
		*out++ = '-';
	uint64_t value;
	int exponent;
	decimal_shortest(fabs(number), &value, &exponent);
	for (; value % 10 == 0; value /= 10)
		exponent++;
	char digits[24];
	int count = snprintf(digits, sizeof digits, "%llu", (unsigned long long)value);
	int point = count + exponent; /* place of the decimal point, from the digits' start */
	size_t room = JCS_NUMBER_SIZE - 1;
	if (exponent >= 0 && point <= 21)
		(void)snprintf(out, room, "%s%.*s", digits, exponent, "00000000000000000000");
	else if (point > 0 && point <= 21)
		(void)snprintf(out, room, "%.*s.%s", point, digits, digits + point);
	else if (point > -6 && point <= 0)
		(void)snprintf(out, room, "0.%.*s%s", -point, "00000", digits);
	else
		(void)snprintf(out, room, "%c%s%se%c%d", digits[0], count > 1 ? "." : "",
			digits + 1, point > 0 ? '+' : '-', abs(point - 1));
}

/* Order of two valid UTF-8 texts by UTF-16 code units (RFC 8785 section 3.2.3). It differs from
 * the order of bytes only where one has a code point from U+10000 (lead bytes F0..F4; surrogates
 * D800..DFFF) and the other one of U+E000..U+FFFF (lead bytes EE, EF). */
static int utf16_order(struct span a, struct span b)
{
	size_t least = a.size < b.size ? a.size : b.size;
	for (size_t i = 0; i < least; i++) {
		int x = a.at[i], y = b.at[i];
		if (x == y)
			continue;
		x += x == 0xee || x == 0xef ? 0x10 : 0;
		y += y == 0xee || y == 0xef ? 0x10 : 0;
		return x - y;
	}
	return (a.size > b.size) - (a.size < b.size);
}

struct member {
	struct span name;
	const json_t *value;
};

static int member_order(const void *a, const void *b)
{
	return utf16_order(((const struct member *)a)->name, ((const struct member *)b)->name);
}

static enum err print_text(struct span text, struct buf *out, struct fault *fault)
{
	static const char escapes[] = "btn?fr"; /* U+0008 .. U+000D */
	size_t valid = utf8_valid_size(text);
	if (valid != text.size)
		return fault_set(fault, ERR_ENCODING, valid, 1,
			"a text is not UTF-8 at byte %zu of it", valid + 1);
	buf_put_u8(out, '"');
	size_t from = 0;
	for (size_t i = 0; i < text.size; i++) {
		uint8_t c = text.at[i];
		if (c >= 0x20 && c != '"' && c != '\\')
			continue;
		buf_put(out, span_cut(text, from, i));
		from = i + 1;
		if (c >= 0x20)
			buf_printf(out, "\\%c", c);
		else if (c >= 8 && c <= 13 && c != 11)
			buf_printf(out, "\\%c", escapes[c - 8]);
		else
			buf_printf(out, "\\u%04x", c);
	}
	buf_put(out, span_cut(text, from, text.size));
	buf_put_u8(out, '"');
	return OK;
}

static enum err print_value(
	const json_t *value, unsigned depth, struct buf *out, struct fault *fault);

static enum err print_object(
	const json_t *object, unsigned depth, struct buf *out, struct fault *fault)
{
	size_t count = json_object_size(object), filled = 0;
	struct member *members = calloc(count + 1, sizeof *members);
	if (!members)
		return fault_set(fault, ERR_MEMORY, 0, 0, "no memory to sort %zu members", count);
	json_t *walk = json_walkable(object);
	for (void *at = json_object_iter(walk); at; at = json_object_iter_next(walk, at)) {
		assert(filled < count);
		members[filled++] = (struct member){
			span_text(json_object_iter_key(at)), json_object_iter_value(at)};
	}
	qsort(members, filled, sizeof *members, member_order);
	enum err err = OK;
	buf_put_u8(out, '{');
	for (size_t i = 0; i < filled && !err; i++) {
		if (i)
			buf_put_u8(out, ',');
		err = print_text(members[i].name, out, fault);
		buf_put_u8(out, ':');
		if (!err)
			err = print_value(members[i].value, depth, out, fault);
	}
	buf_put_u8(out, '}');
	free(members);
	return err;
}

static enum err print_array(
	const json_t *array, unsigned depth, struct buf *out, struct fault *fault)
{
	buf_put_u8(out, '[');
	for (size_t i = 0; i < json_array_size(array); i++) {
		if (i)
			buf_put_u8(out, ',');
		enum err err = print_value(json_array_get(array, i), depth, out, fault);
		if (err)
			return err;
	}
	buf_put_u8(out, ']');
	return OK;
}

static enum err check_number(const json_t *value, struct fault *fault)
{
	if (json_is_real(value) && !isfinite(json_real_value(value)))
		return fault_set(fault, ERR_RANGE, 0, 0, "JSON has no infinite numbers and no NaN");
	/* Below 1e21 such a double is printed as an integer, which would not be read again. */
	if (fabs(json_real_value(value)) > (double)INTEGER_MAX &&
		fabs(json_real_value(value)) < 1e21)
		return fault_set(fault, ERR_RANGE, 0, 0,
			"number %.17g is an integer beyond 2^53-1: give it as a text",
			json_real_value(value));
	json_int_t integer = json_integer_value(value); /* 0 for a real */
	if (integer > INTEGER_MAX || integer < -INTEGER_MAX)
		return fault_set(fault, ERR_RANGE, 0, 0,
			"integer %lld is beyond 2^53-1 and would lose digits: give it as a text",
			(long long)integer);
	return OK;
}

static enum err print_number(const json_t *value, struct buf *out, struct fault *fault)
{
	char text[JCS_NUMBER_SIZE];
	enum err err = check_number(value, fault);
	if (err)
		return err;
	jcs_print_number(json_number_value(value), text);
	buf_put_text(out, text);
	return OK;
}

static enum err print_value(
	const json_t *value, unsigned depth, struct buf *out, struct fault *fault)
{
	if (depth == 0)
		return fault_set(
			fault, ERR_LIMIT, 0, 0, "JSON nested deeper than %d", JCS_DEPTH_MAX);
	switch (json_typeof(value)) {
	case JSON_OBJECT: return print_object(value, depth - 1, out, fault);
	case JSON_ARRAY: return print_array(value, depth - 1, out, fault);
	case JSON_STRING:
		return print_text(
			span_of(json_string_value(value), json_string_length(value)), out, fault);
	case JSON_INTEGER:
	case JSON_REAL: return print_number(value, out, fault);
	case JSON_TRUE: buf_put_text(out, "true"); break;
	case JSON_FALSE: buf_put_text(out, "false"); break;
	case JSON_NULL: buf_put_text(out, "null"); break;
	}
	return OK;
}

enum err jcs_print(const json_t *value, struct buf *out, struct fault *fault)
{
	enum err err = print_value(value, JCS_DEPTH_MAX, out, fault);
	if (!err && out->err)
		return fault_set(fault, out->err, out->size, 0,
			"canonical JSON does not fit in %zu bytes", out->limit);
	return err;
}

/* What canonical printing would refuse is refused on reading already. */
static enum err check_value(const json_t *value, unsigned depth, struct fault *fault)
{
	enum err err = OK;
	if (depth == 0)
		return fault_set(
			fault, ERR_LIMIT, 0, 0, "JSON nested deeper than %d", JCS_DEPTH_MAX);
	if (json_is_number(value))
		return check_number(value, fault);
	for (size_t i = 0; i < json_array_size(value) && !err; i++)
		err = check_value(json_array_get(value, i), depth - 1, fault);
	json_t *walk = json_walkable(value);
	for (void *at = json_object_iter(walk); at && !err; at = json_object_iter_next(walk, at))
		err = check_value(json_object_iter_value(at), depth - 1, fault);
	return err;
}

static enum err parse_fault(const json_error_t *error, struct fault *fault)
{
	enum err err = ERR_FORMAT;
	size_t at = error->position > 0 ? (size_t)error->position : 0;
	enum json_error_code code = json_error_code(error);
	if (code == json_error_invalid_utf8 || code == json_error_null_character ||
		code == json_error_null_byte_in_key)
		err = ERR_ENCODING;
	else if (code == json_error_numeric_overflow)
		err = ERR_RANGE;
	else if (code == json_error_stack_overflow)
		err = ERR_LIMIT;
	else if (code == json_error_out_of_memory)
		err = ERR_MEMORY;
	return fault_set(fault, err, at, 0, "JSON line %d, column %d: %s", error->line,
		error->column, error->text);
}

enum err jcs_parse(struct span text, json_t **value, struct fault *fault)
{
	json_error_t error;
	if (text.size > JCS_TEXT_MAX)
		return fault_set(fault, ERR_LIMIT, JCS_TEXT_MAX, text.size - JCS_TEXT_MAX,
			"JSON text of %zu bytes, at most %zu are taken", text.size, JCS_TEXT_MAX);
	json_t *root = json_loadb(text.size ? (const char *)text.at : "", text.size,
		JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
	if (!root)
		return parse_fault(&error, fault);
	enum err err = check_value(root, JCS_DEPTH_MAX, fault);
	if (err) {
		json_decref(root);
		return err;
	}
	*value = root;
	return OK;
}
