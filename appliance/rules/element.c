#include "appliance/rules/element.h"

#include "appliance/rules/opener.h"

static void take(struct cbor *cbor, bool by_key, struct element *element)
{
	size_t count = cbor_array(cbor, 3);
	if (count < 2)
		cbor_fail(cbor, ERR_FORMAT, "an element has a name, a secret, perhaps a parameter");
	element->name = cbor_bytes_of(cbor, KEY_SIZE);
	element->secret = cbor_bytes_of(cbor, SECRET_SIZE);
	element->parameter = count == 3 ? cbor_uint_max(cbor, UINT16_MAX) : 0;
	if (count == 3 && !element->parameter)
		cbor_fail(cbor, ERR_RANGE, "a parameter that is 0 is left out");
	if (cbor->fault.err)
		return;
	if (by_key)
		memcpy(element->key, element->name.at, KEY_SIZE);
	else
		opener_key(element->name.at, element->key);
}

void elements_read(struct body *body, bool by_key, struct elements *elements)
{
	struct cbor *cbor = &body->cbor;
	uint8_t before[KEY_SIZE];
	*elements = (struct elements){.by_key = by_key, .count = cbor_array(cbor, ELEMENTS_MAX)};
	if (!elements->count)
		body_refuse(body, "1 to 1,000 elements");
	size_t start = cbor->at;
	for (size_t i = 0; i < elements->count && !cbor->fault.err; i++) {
		struct element element = {0};
		take(cbor, by_key, &element);
		if (cbor->fault.err)
			break;
		if (i > 0 && memcmp(before, element.key, KEY_SIZE) >= 0)
			body_refuse(body, "elements are not ascending by pack key");
		memcpy(before, element.key, KEY_SIZE);
		elements->has_parameters |= element.parameter != 0;
	}
	elements->items = span_of(cbor->in.at + start, cbor->at - start);
}

void elements_put(struct buf *buf, uint64_t field, const struct elements *elements)
{
	if (!elements->count)
		return;
	cbor_put_uint(buf, field);
	cbor_put_array(buf, elements->count);
	buf_put(buf, elements->items);
}

void element_put(struct buf *buf, const uint8_t name[KEY_SIZE], const uint8_t secret[SECRET_SIZE],
	uint64_t parameter)
{
	cbor_put_array(buf, parameter ? 3 : 2);
	cbor_put_bytes(buf, span_of(name, KEY_SIZE));
	cbor_put_bytes(buf, span_of(secret, SECRET_SIZE));
	if (parameter)
		cbor_put_uint(buf, parameter);
}

void elements_open(struct element_reader *reader, const struct elements *elements)
{
	*reader = (struct element_reader){.left = elements->count, .by_key = elements->by_key};
	cbor_init(&reader->cbor, elements->items);
}

bool elements_next(struct element_reader *reader, struct element *element)
{
	if (!reader->left)
		return false;
	reader->left--;
	take(&reader->cbor, reader->by_key, element);
	return !reader->cbor.fault.err;
}
