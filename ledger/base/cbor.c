#include "ledger/base/cbor.h"

#include "ledger/base/utf8.h"

#include <assert.h>

#define SIMPLE_FALSE 20
#define SIMPLE_TRUE  21
#define SIMPLE_NULL  22

static void put_head(struct buf *buf, enum cbor_type type, uint64_t value)
{
	uint8_t major = (uint8_t)((unsigned)type << 5);
	if (value < 24) {
		buf_put_u8(buf, (uint8_t)(major | value));
	} else if (value <= UINT8_MAX) {
		buf_put_u8(buf, major | 24);
		buf_put_be(buf, value, 1);
	} else if (value <= UINT16_MAX) {
		buf_put_u8(buf, major | 25);
		buf_put_be(buf, value, 2);
	} else if (value <= UINT32_MAX) {
		buf_put_u8(buf, major | 26);
		buf_put_be(buf, value, 4);
	} else {
		buf_put_u8(buf, major | 27);
		buf_put_be(buf, value, 8);
	}
}

void cbor_put_uint(struct buf *buf, uint64_t value)
{
	put_head(buf, CBOR_UINT, value);
}

void cbor_put_int(struct buf *buf, int64_t value)
{
	if (value < 0)
		put_head(buf, CBOR_NINT, (uint64_t)(-1 - value));
	else
		put_head(buf, CBOR_UINT, (uint64_t)value);
}

void cbor_put_bytes(struct buf *buf, struct span bytes)
{
	put_head(buf, CBOR_BYTES, bytes.size);
	buf_put(buf, bytes);
}

void cbor_put_text(struct buf *buf, struct span text)
{
	put_head(buf, CBOR_TEXT, text.size);
	buf_put(buf, text);
}

void cbor_put_array(struct buf *buf, size_t count)
{
	put_head(buf, CBOR_ARRAY, count);
}

void cbor_put_map(struct buf *buf, size_t pairs)
{
	put_head(buf, CBOR_MAP, pairs);
}

void cbor_put_tag(struct buf *buf, uint64_t tag)
{
	put_head(buf, CBOR_TAG, tag);
}

void cbor_put_bool(struct buf *buf, bool value)
{
	put_head(buf, CBOR_SIMPLE, value ? SIMPLE_TRUE : SIMPLE_FALSE);
}

void cbor_put_null(struct buf *buf)
{
	put_head(buf, CBOR_SIMPLE, SIMPLE_NULL);
}

void cbor_init(struct cbor *cbor, struct span in)
{
	*cbor = (struct cbor){.in = in};
}

void cbor_init_within(struct cbor *cbor, struct span whole, struct span part)
{
	if (!part.size) {
		cbor_init(cbor, part);
		return;
	}
	assert(part.at >= whole.at && part.at + part.size <= whole.at + whole.size);
	size_t at = (size_t)(part.at - whole.at);
	cbor_init(cbor, span_cut(whole, 0, at + part.size));
	cbor->at = at;
}

void cbor_fail(struct cbor *cbor, enum err err, const char *why)
{
	assert(err != OK);
	if (cbor->fault.err == OK)
		(void)fault_set(
			&cbor->fault, err, cbor->at, 1, "%s (CBOR, byte %zu)", why, cbor->at);
}

enum cbor_type cbor_peek(const struct cbor *cbor)
{
	if (cbor->fault.err || cbor->at >= cbor->in.size)
		return CBOR_NONE;
	return (enum cbor_type)(cbor->in.at[cbor->at] >> 5);
}

struct head {
	enum cbor_type type;
	uint8_t info; /* low five bits of the first byte */
	uint64_t value;
};

/* Reads an item's head and moves past it. For simple values and floats the shortest form is
 * judged by the caller, who knows what the bits mean. */
static bool take_head(struct cbor *cbor, struct head *head)
{
	if (cbor->fault.err)
		return false;
	if (cbor->at >= cbor->in.size) {
		cbor_fail(cbor, ERR_FORMAT, "ends where a value should be");
		return false;
	}
	uint8_t first = cbor->in.at[cbor->at];
	head->type = (enum cbor_type)(first >> 5);
	head->info = first & 31;
	if (head->info < 24) {
		head->value = head->info;
		cbor->at++;
		return true;
	}
	if (head->info > 27) {
		cbor_fail(cbor, ERR_FORMAT,
			head->info == 31 ? "indefinite length" : "reserved length");
		return false;
	}
	size_t size = (size_t)1 << (head->info - 24);
	if (cbor->in.size - cbor->at - 1 < size) {
		cbor_fail(cbor, ERR_FORMAT, "ends inside a length");
		return false;
	}
	uint64_t value = 0;
	for (size_t i = 0; i < size; i++)
		value = value << 8 | cbor->in.at[cbor->at + 1 + i];
	static const uint64_t least[] = {
		24, UINT8_MAX + 1ULL, UINT16_MAX + 1ULL, UINT32_MAX + 1ULL};
	if (head->type != CBOR_SIMPLE && value < least[head->info - 24]) {
		cbor_fail(cbor, ERR_FORMAT, "number not in its shortest form");
		return false;
	}
	head->value = value;
	cbor->at += 1 + size;
	return true;
}

/* Head of a wanted type. On another type the place of the fault is the item's first byte. */
static bool take_type(struct cbor *cbor, enum cbor_type type, const char *why, uint64_t *value)
{
	struct head head;
	if (cbor_peek(cbor) != type) {
		cbor_fail(cbor, ERR_FORMAT, why);
		return false;
	}
	if (!take_head(cbor, &head))
		return false;
	*value = head.value;
	return true;
}

uint64_t cbor_uint(struct cbor *cbor)
{
	uint64_t value = 0;
	return take_type(cbor, CBOR_UINT, "expected an unsigned number", &value) ? value : 0;
}

uint64_t cbor_uint_max(struct cbor *cbor, uint64_t max)
{
	uint64_t value = cbor_uint(cbor);
	if (value > max) {
		cbor_fail(cbor, ERR_RANGE, "number is larger than allowed here");
		return 0;
	}
	return value;
}

int64_t cbor_int(struct cbor *cbor)
{
	uint64_t value = 0;
	bool negative = cbor_peek(cbor) == CBOR_NINT;
	if (!take_type(cbor, negative ? CBOR_NINT : CBOR_UINT, "expected a number", &value))
		return 0;
	if (value > INT64_MAX) {
		cbor_fail(cbor, ERR_RANGE, "number does not fit 64 bits with sign");
		return 0;
	}
	return negative ? -1 - (int64_t)value : (int64_t)value;
}

static struct span take_string(struct cbor *cbor, enum cbor_type type, const char *why)
{
	uint64_t size = 0;
	if (!take_type(cbor, type, why, &size))
		return span_of(NULL, 0);
	if (size > cbor->in.size - cbor->at) {
		cbor_fail(cbor, ERR_FORMAT, "string is longer than what is there");
		return span_of(NULL, 0);
	}
	struct span string = span_of(cbor->in.at + cbor->at, (size_t)size);
	if (type == CBOR_TEXT) {
		size_t valid = utf8_valid_size(string);
		if (valid < string.size) {
			cbor->at += valid;
			cbor_fail(cbor, ERR_ENCODING, "text is not UTF-8");
			return span_of(NULL, 0);
		}
	}
	cbor->at += string.size;
	return string;
}

struct span cbor_bytes(struct cbor *cbor)
{
	return take_string(cbor, CBOR_BYTES, "expected a byte string");
}

struct span cbor_bytes_of(struct cbor *cbor, size_t size)
{
	struct span bytes = cbor_bytes(cbor);
	if (!cbor->fault.err && bytes.size != size) {
		cbor_fail(cbor, ERR_FORMAT, "byte string has the wrong length");
		return span_of(NULL, 0);
	}
	return bytes;
}

struct span cbor_text(struct cbor *cbor)
{
	return take_string(cbor, CBOR_TEXT, "expected a text string");
}

size_t cbor_array(struct cbor *cbor, size_t max)
{
	uint64_t count = 0;
	if (!take_type(cbor, CBOR_ARRAY, "expected an array", &count))
		return 0;
	if (count > max) {
		cbor_fail(cbor, ERR_LIMIT, "array has too many items");
		return 0;
	}
	return (size_t)count;
}

uint64_t cbor_tag(struct cbor *cbor)
{
	uint64_t tag = 0;
	return take_type(cbor, CBOR_TAG, "expected a tag", &tag) ? tag : 0;
}

bool cbor_bool(struct cbor *cbor)
{
	if (cbor_peek(cbor) == CBOR_SIMPLE) {
		uint8_t first = cbor->in.at[cbor->at];
		if (first == (0xe0 | SIMPLE_FALSE) || first == (0xe0 | SIMPLE_TRUE)) {
			cbor->at++;
			return first == (0xe0 | SIMPLE_TRUE);
		}
	}
	cbor_fail(cbor, ERR_FORMAT, "expected true or false");
	return false;
}

bool cbor_null(struct cbor *cbor)
{
	if (cbor_peek(cbor) != CBOR_SIMPLE || cbor->in.at[cbor->at] != (0xe0 | SIMPLE_NULL))
		return false;
	cbor->at++;
	return true;
}

void cbor_map(struct cbor *cbor, struct cbor_map *map, size_t max)
{
	uint64_t pairs = 0;
	*map = (struct cbor_map){0};
	if (!take_type(cbor, CBOR_MAP, "expected a map", &pairs))
		return;
	if (pairs > max)
		cbor_fail(cbor, ERR_LIMIT, "map has too many entries");
	else
		map->left = (size_t)pairs;
}

/* Called with the key taken: it must come after the key before. */
static bool key_follows(struct cbor *cbor, struct cbor_map *map, size_t start)
{
	struct span key = span_of(cbor->in.at + start, cbor->at - start);
	if (cbor->fault.err)
		return false;
	if (map->key.at && !cbor->any_order && span_order(map->key, key) >= 0) {
		cbor->at = start;
		cbor_fail(cbor, ERR_FORMAT,
			span_equal(map->key, key) ? "map key is there twice"
						  : "map keys are not in order");
		return false;
	}
	map->key = key;
	map->left--;
	return true;
}

bool cbor_map_int(struct cbor *cbor, struct cbor_map *map, int64_t *key)
{
	if (cbor->fault.err || !map->left)
		return false;
	size_t start = cbor->at;
	int64_t value = cbor_int(cbor);
	if (!key_follows(cbor, map, start))
		return false;
	*key = value;
	return true;
}

bool cbor_map_text(struct cbor *cbor, struct cbor_map *map, struct span *key)
{
	if (cbor->fault.err || !map->left)
		return false;
	size_t start = cbor->at;
	struct span text = cbor_text(cbor);
	if (!key_follows(cbor, map, start))
		return false;
	*key = text;
	return true;
}

/* A half, single or double whose value a shorter form holds exactly is not deterministic;
 * of the NaNs only the half 0x7e00 is. RFC 8949 section 4.2.2. */
static bool float_is_shortest(uint8_t info, uint64_t bits)
{
	unsigned exponent_bits = info == 25 ? 5 : info == 26 ? 8 : 11;
	unsigned mantissa_bits = info == 25 ? 10 : info == 26 ? 23 : 52;
	uint64_t exponent_max = (1ULL << exponent_bits) - 1;
	uint64_t exponent = bits >> mantissa_bits & exponent_max;
	uint64_t mantissa = bits & ((1ULL << mantissa_bits) - 1);
	if (info == 25)
		return exponent != exponent_max || !mantissa || bits == 0x7e00;
	if (exponent == exponent_max || (!exponent && !mantissa))
		return false; /* infinities, NaNs and zeros fit a half */
	unsigned lesser_bits = info == 26 ? 10 : 23;
	int lesser_max = info == 26 ? 15 : 127;
	int bias = info == 26 ? 127 : 1023;
	if (!exponent)
		return true; /* subnormals lie far below the lesser form's range */
	int power = (int)exponent - bias;
	unsigned dropped = mantissa_bits - lesser_bits;
	/* In the lesser form's subnormal range it keeps fewer bits. */
	if (power < 1 - lesser_max)
		dropped += (unsigned)(1 - lesser_max - power);
	if (power > lesser_max)
		return true;
	if (dropped > mantissa_bits) /* not even the leading one would be kept */
		return true;
	return (mantissa & ((1ULL << dropped) - 1)) != 0;
}

static void check_simple(struct cbor *cbor, struct head head, size_t start)
{
	bool fine = true;
	if (head.info == 24)
		fine = head.value >= 32;
	else if (head.info > 24)
		fine = float_is_shortest(head.info, head.value);
	if (!fine) {
		cbor->at = start;
		cbor_fail(cbor, ERR_FORMAT, "simple value or float not in its shortest form");
	}
}

/* Tags 2 and 3: bignums are for what 64 bits do not hold, without leading zeros. */
static void check_bignum(struct cbor *cbor)
{
	size_t start = cbor->at;
	struct span number = cbor_bytes(cbor);
	if (cbor->fault.err)
		return;
	if (number.size < 9 || number.at[0] == 0) {
		cbor->at = start;
		cbor_fail(cbor, ERR_FORMAT, "bignum not in its shortest form");
	}
}

static void check_item(struct cbor *cbor, unsigned depth)
{
	size_t start = cbor->at;
	struct head head;
	if (depth > CBOR_DEPTH_MAX) {
		cbor_fail(cbor, ERR_LIMIT, "nested too deeply");
		return;
	}
	switch (cbor_peek(cbor)) {
	case CBOR_BYTES: (void)cbor_bytes(cbor); return;
	case CBOR_TEXT: (void)cbor_text(cbor); return;
	case CBOR_UINT:
	case CBOR_NINT:
	case CBOR_ARRAY:
	case CBOR_MAP:
	case CBOR_TAG:
	case CBOR_SIMPLE:
	case CBOR_NONE: break;
	}
	if (!take_head(cbor, &head))
		return;
	if (head.type == CBOR_SIMPLE) {
		check_simple(cbor, head, start);
	} else if (head.type == CBOR_TAG) {
		if (head.value == 2 || head.value == 3)
			check_bignum(cbor);
		else
			check_item(cbor, depth + 1);
	} else if (head.type == CBOR_ARRAY) {
		for (uint64_t i = 0; i < head.value && !cbor->fault.err; i++)
			check_item(cbor, depth + 1);
	} else if (head.type == CBOR_MAP) {
		struct cbor_map map = {.left = 1};
		for (uint64_t i = 0; i < head.value && !cbor->fault.err; i++) {
			size_t key = cbor->at;
			map.left = 1;
			check_item(cbor, depth + 1);
			if (key_follows(cbor, &map, key))
				check_item(cbor, depth + 1);
		}
	}
}

struct span cbor_item(struct cbor *cbor)
{
	size_t start = cbor->at;
	check_item(cbor, 1);
	return cbor->fault.err ? span_of(NULL, 0) : span_of(cbor->in.at + start, cbor->at - start);
}

enum err cbor_end(struct cbor *cbor, struct fault *fault)
{
	if (!cbor->fault.err && cbor->at != cbor->in.size)
		cbor_fail(cbor, ERR_FORMAT, "bytes behind the end");
	if (cbor->fault.err && fault)
		*fault = cbor->fault;
	return cbor->fault.err;
}

enum err cbor_check(struct span in, struct fault *fault)
{
	struct cbor cbor;
	cbor_init(&cbor, in);
	(void)cbor_item(&cbor);
	return cbor_end(&cbor, fault);
}
