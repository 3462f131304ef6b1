#include "appliance/rules/body.h"

#include "ledger/base/civil.h"

void body_open(struct body *body, struct span in)
{
	*body = (struct body){0};
	cbor_init(&body->cbor, in);
	cbor_map(&body->cbor, &body->map, BODY_FIELD_MAX);
}

bool body_next(struct body *body)
{
	int64_t field;
	if (!cbor_map_int(&body->cbor, &body->map, &field)) {
		if (!body->cbor.fault.err)
			body->field = 0;
		return false;
	}
	body->field = field;
	if (field < 1 || field > BODY_FIELD_MAX) {
		body_unknown(body);
		return false;
	}
	body->seen |= FIELD(field);
	return true;
}

void body_unknown(struct body *body)
{
	cbor_fail(&body->cbor, ERR_FORMAT, "no such field in this kind");
}

void body_refuse(struct body *body, const char *why)
{
	cbor_fail(&body->cbor, ERR_RANGE, why);
}

enum err body_close(struct body *body, unsigned required, struct fault *fault)
{
	struct fault inner;
	enum err err = cbor_end(&body->cbor, &inner);
	unsigned missing = required & ~body->seen;
	if (err)
		return fault_set(fault, err, (size_t)(body->field > 0 ? body->field : 0), 0,
			"field %lld of the body: %s", (long long)body->field, inner.text);
	if (!missing)
		return OK;
	size_t field = (size_t)__builtin_ctz(missing);
	return fault_set(fault, ERR_FORMAT, field, 0, "field %zu of the body is missing", field);
}

bool gtin_is_number(uint64_t number)
{
	unsigned sum = 0;
	if (!number || number > GTIN_MAX)
		return false;
	uint64_t rest = number / 10;
	for (unsigned weight = 3; rest; rest /= 10, weight = 4 - weight)
		sum += weight * (unsigned)(rest % 10);
	return (10 - sum % 10) % 10 == number % 10;
}

uint64_t body_gtin(struct body *body)
{
	uint64_t gtin = cbor_uint(&body->cbor);
	if (!gtin_is_number(gtin))
		body_refuse(body, "not a GTIN with a right check digit");
	return gtin;
}

/* GS1 General Specifications figure 7.11-1: invariant ISO/IEC 646 without # $ @ [ \ ] ^ ` { | } ~
 * and space. */
static bool is_cset82(uint8_t c)
{
	static const char others[] = "!\"%&'()*+,-./_:;<=>?";
	if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'))
		return true;
	return c && memchr(others, c, sizeof others - 1) != NULL;
}

bool lot_text_is_valid(struct span text)
{
	if (!text.size || text.size > LOT_TEXT_MAX)
		return false;
	for (size_t i = 0; i < text.size; i++)
		if (!is_cset82(text.at[i]))
			return false;
	return true;
}

struct span body_lot(struct body *body)
{
	struct span lot = cbor_text(&body->cbor);
	if (!lot_text_is_valid(lot))
		body_refuse(body, "not a lot number of 1 to 20 characters of GS1's set 82");
	return lot;
}

bool yymmdd_is_valid(uint64_t date)
{
	if (date > 991231)
		return false;
	int32_t year = (int32_t)(2000 + date / 10000), month = (int32_t)(date / 100 % 100);
	return month >= 1 && month <= 12 && (int32_t)(date % 100) <= civil_month_days(year, month);
}

uint32_t body_date(struct body *body)
{
	uint64_t date = cbor_uint(&body->cbor);
	if (!yymmdd_is_valid(date))
		body_refuse(body, "not a date YYMMDD");
	return (uint32_t)date;
}

uint64_t body_code(struct body *body, uint64_t least, uint64_t most)
{
	uint64_t code = cbor_uint(&body->cbor);
	if (code < least || code > most)
		body_refuse(body, "value outside its closed set");
	return code;
}

struct span body_bytes(struct body *body, size_t size)
{
	return cbor_bytes_of(&body->cbor, size);
}

struct span body_items(struct body *body, size_t size, size_t max)
{
	struct span items = cbor_bytes(&body->cbor);
	if (items.size % size) {
		body_refuse(body, "a part of an item is left over");
		return span_of(NULL, 0);
	}
	if (!items.size || items.size / size > max)
		body_refuse(body, "too few or too many items");
	for (size_t at = size; at < items.size; at += size)
		if (memcmp(items.at + at - size, items.at + at, size) >= 0) {
			body_refuse(body, "items are not ascending");
			break;
		}
	return items;
}

bool body_flag(struct body *body)
{
	if (!cbor_bool(&body->cbor))
		body_refuse(body, "a flag that is false is left out");
	return true;
}
