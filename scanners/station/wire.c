#include "scanners/station/wire.h"

#include "ledger/base/utf8.h"
#include "ledger/proof/cbor.h"

#include <assert.h>

#define TIME_MAX     ((uint64_t)1 << 53)
#define SEQUENCE_MAX (UINT64_MAX >> 1)
#define CODE_MAX     UINT16_MAX

static const struct {
	enum wire_type type;
	const char *name;
	size_t frames;
} types[] = {
	{WIRE_CHECK, "CHECK", 2},
	{WIRE_STATE, "STATE", 3},
	{WIRE_PING, "PING", 3},
	{WIRE_RECEIVE, "RECEIVE", 2},
	{WIRE_RECORD, "RECORD", 2},
	{WIRE_VERDICT, "VERDICT", 3},
	{WIRE_RECORDED, "RECORDED", 2},
	{WIRE_REFUSED, "REFUSED", 2},
	{WIRE_BUSY, "BUSY", 2},
	{WIRE_PONG, "PONG", 2},
	{WIRE_RECEIVED, "RECEIVED", 2},
	{WIRE_FAILED, "FAILED", 2},
};

#define TYPE_COUNT (sizeof types / sizeof types[0])

const char *wire_type_name(enum wire_type type)
{
	for (size_t i = 0; i < TYPE_COUNT; i++)
		if (types[i].type == type)
			return types[i].name;
	return "unknown";
}

static void put_text(struct buf *buf, uint64_t key, struct span text)
{
	cbor_put_uint(buf, key);
	cbor_put_text(buf, text);
}

static void put_number(struct buf *buf, uint64_t key, uint64_t value)
{
	cbor_put_uint(buf, key);
	cbor_put_uint(buf, value);
}

static void encode_recorded(const struct wire *wire, struct buf *buf)
{
	cbor_put_map(buf, 2 + (wire->alert ? 2u : 0u) + (wire->receipt.size ? 1u : 0u));
	put_number(buf, 1, wire->position);
	put_number(buf, 2, (uint64_t)wire->time_ms);
	if (wire->alert) {
		put_number(buf, 3, wire->alert);
		put_text(buf, 4, wire->sentence);
	}
	if (wire->receipt.size)
		put_text(buf, 5, wire->receipt);
}

static void encode_refused(const struct wire *wire, struct buf *buf)
{
	cbor_put_map(buf, 3 + (wire->refusal.size ? 1u : 0u));
	put_number(buf, 1, wire->code);
	put_text(buf, 2, wire->word);
	put_text(buf, 3, wire->sentence);
	if (wire->refusal.size) {
		cbor_put_uint(buf, 4);
		cbor_put_bytes(buf, wire->refusal);
	}
}

static void encode_pong(const struct wire *wire, struct buf *buf)
{
	cbor_put_map(buf, 3 + (wire->pepper_count ? 1u : 0u));
	put_number(buf, 1, wire->size);
	put_number(buf, 2, (uint64_t)wire->time_ms);
	put_number(buf, 3, wire->sequence);
	if (!wire->pepper_count)
		return;
	cbor_put_uint(buf, 4);
	cbor_put_array(buf, wire->pepper_count);
	for (size_t i = 0; i < wire->pepper_count; i++) {
		cbor_put_array(buf, 2);
		cbor_put_uint(buf, wire->pepper[i].year);
		cbor_put_bytes(buf, wire->pepper[i].pepper);
	}
}

/* The map of a type that has one; nothing for the others. */
static void encode_map(const struct wire *wire, struct buf *buf)
{
	switch (wire->type) {
	case WIRE_RECORDED: encode_recorded(wire, buf); break;
	case WIRE_REFUSED: encode_refused(wire, buf); break;
	case WIRE_BUSY:
		cbor_put_map(buf, 1);
		put_number(buf, 1, wire->wait_ms);
		break;
	case WIRE_PONG: encode_pong(wire, buf); break;
	case WIRE_RECEIVED:
		cbor_put_map(buf, 1);
		put_text(buf, 1, wire->sentence);
		break;
	case WIRE_FAILED:
		cbor_put_map(buf, 2);
		put_text(buf, 1, wire->word);
		put_text(buf, 2, wire->sentence);
		break;
	case WIRE_CHECK:
	case WIRE_STATE:
	case WIRE_PING:
	case WIRE_RECEIVE:
	case WIRE_RECORD:
	case WIRE_VERDICT: break;
	}
}

static void lay_frames(const struct wire *wire, struct wire_frames *frames)
{
	frames->count = 2;
	frames->frame[0] = span_of(frames->head, WIRE_HEAD_SIZE);
	frames->frame[1] = buf_span(&frames->payload);
	if (wire->type == WIRE_CHECK || wire->type == WIRE_RECEIVE)
		frames->frame[1] = wire->scan;
	if (wire->type == WIRE_PING) {
		frames->count = 3;
		frames->frame[1] = wire->kid;
		frames->frame[2] = span_of(frames->year, sizeof frames->year);
	}
	if (wire->type == WIRE_RECORD)
		frames->frame[1] = wire->statement;
	if (wire->type == WIRE_STATE) {
		frames->count = 3;
		frames->frame[1] = wire->statement;
		frames->frame[2] = wire->scan;
	}
	if (wire->type == WIRE_VERDICT) {
		frames->count = 3;
		frames->frame[1] = wire->json;
		frames->frame[2] = span_of(frames->year, sizeof frames->year);
	}
}

enum err wire_encode(const struct wire *wire, struct wire_frames *frames, struct fault *fault)
{
	struct wire again;
	struct buf head;
	buf_init(&frames->payload, WIRE_FRAME_MAX);
	buf_over(&head, frames->head, sizeof frames->head);
	buf_put_u8(&head, WIRE_VERSION);
	buf_put_u8(&head, (uint8_t)wire->type);
	buf_put_be(&head, wire->request, 8);
	frames->year[0] = (uint8_t)(wire->year >> 8);
	frames->year[1] = (uint8_t)wire->year;
	encode_map(wire, &frames->payload);
	lay_frames(wire, frames);
	if (frames->payload.err)
		return fault_set(fault, frames->payload.err, 0, 0, "a message does not fit");
	return wire_decode(frames->frame, frames->count, &again, fault);
}

void wire_frames_close(struct wire_frames *frames)
{
	if (frames->payload.at) /* a PONG may hold peppers */
		secret_wipe(frames->payload.at, frames->payload.size);
	buf_close(&frames->payload);
	frames->count = 0;
}

/* ---- decoding ---- */

static enum err decode_bytes(
	struct span frame, size_t least, size_t most, const char *what, struct fault *fault)
{
	if (frame.size < least)
		return fault_set(fault, ERR_FORMAT, 0, 0, "%s: %zu bytes, at least %zu are needed",
			what, frame.size, least);
	if (frame.size > most)
		return fault_set(
			fault, ERR_LIMIT, most, 0, "%s: over its limit of %zu bytes", what, most);
	return OK;
}

static struct span text_of(struct cbor *cbor, size_t least, size_t most)
{
	struct span text = cbor_text(cbor);
	if (text.size > most)
		cbor_fail(cbor, ERR_LIMIT, "a text over its limit");
	else if (text.size < least)
		cbor_fail(cbor, ERR_FORMAT, "an empty text");
	return text;
}

static struct span word_of(struct cbor *cbor)
{
	struct span word = text_of(cbor, 1, WIRE_WORD_MAX);
	for (size_t i = 0; i < word.size; i++)
		if (!(word.at[i] >= 'a' && word.at[i] <= 'z') &&
			!(word.at[i] >= '0' && word.at[i] <= '9') && word.at[i] != '_')
			cbor_fail(cbor, ERR_FORMAT, "a word of other characters than a-z 0-9 _");
	return word;
}

static struct span sentence_of(struct cbor *cbor)
{
	struct span text = text_of(cbor, 1, WIRE_SENTENCE_MAX);
	for (size_t i = 0; i < text.size; i++)
		if (text.at[i] < ' ' || text.at[i] == 0x7f)
			cbor_fail(cbor, ERR_FORMAT, "a control character in a sentence");
	return text;
}

static struct span refusal_of(struct cbor *cbor)
{
	struct span bytes = cbor_bytes(cbor);
	if (!bytes.size || bytes.size > WIRE_SIGNED_MAX)
		cbor_fail(cbor, ERR_LIMIT, "a refusal that is empty or over its limit");
	return bytes;
}

static void decode_peppers(struct cbor *cbor, struct wire *wire)
{
	size_t count = cbor_array(cbor, WIRE_PEPPERS_MAX);
	if (!count)
		cbor_fail(cbor, ERR_FORMAT, "an empty list of peppers");
	for (size_t i = 0; i < count && !cbor->fault.err; i++) {
		uint16_t before = i ? wire->pepper[i - 1].year : 0;
		if (cbor_array(cbor, 2) != 2)
			cbor_fail(cbor, ERR_FORMAT, "a pepper has a year and its bytes");
		wire->pepper[i].year = (uint16_t)cbor_uint_max(cbor, UINT16_MAX);
		wire->pepper[i].pepper = cbor_bytes(cbor);
		if (wire->pepper[i].year <= before)
			cbor_fail(cbor, ERR_FORMAT, "peppers whose years do not ascend");
		if (wire->pepper[i].pepper.size != WIRE_PEPPER_SIZE)
			cbor_fail(cbor, ERR_FORMAT, "a pepper that has not 32 bytes");
		wire->pepper_count = i + 1;
	}
}

static uint16_t code_of(struct cbor *cbor)
{
	uint64_t code = cbor_uint_max(cbor, CODE_MAX);
	if (code == 0)
		cbor_fail(cbor, ERR_RANGE, "a code that is 0");
	return (uint16_t)code;
}

/* Takes one field; false when the type has no such key. */
static bool decode_field(struct cbor *cbor, struct wire *wire, int64_t key)
{
	switch (wire->type) {
	case WIRE_RECORDED:
		switch (key) {
		case 1: wire->position = cbor_uint_max(cbor, TIME_MAX); return true;
		case 2: wire->time_ms = (int64_t)cbor_uint_max(cbor, TIME_MAX); return true;
		case 3: wire->alert = code_of(cbor); return true;
		case 4: wire->sentence = sentence_of(cbor); return true;
		case 5: wire->receipt = text_of(cbor, 1, WIRE_RECEIPT_MAX); return true;
		default: return false;
		}
	case WIRE_REFUSED:
		switch (key) {
		case 1: wire->code = code_of(cbor); return true;
		case 2: wire->word = word_of(cbor); return true;
		case 3: wire->sentence = sentence_of(cbor); return true;
		case 4: wire->refusal = refusal_of(cbor); return true;
		default: return false;
		}
	case WIRE_BUSY:
		wire->wait_ms = (uint32_t)cbor_uint_max(cbor, WIRE_WAIT_MAX_MS);
		return key == 1;
	case WIRE_PONG:
		switch (key) {
		case 1: wire->size = cbor_uint_max(cbor, TIME_MAX); return true;
		case 2: wire->time_ms = (int64_t)cbor_uint_max(cbor, TIME_MAX); return true;
		case 3: wire->sequence = cbor_uint_max(cbor, SEQUENCE_MAX); return true;
		case 4: decode_peppers(cbor, wire); return true;
		default: return false;
		}
	case WIRE_RECEIVED: wire->sentence = sentence_of(cbor); return key == 1;
	case WIRE_FAILED:
		switch (key) {
		case 1: wire->word = word_of(cbor); return true;
		case 2: wire->sentence = sentence_of(cbor); return true;
		default: return false;
		}
	case WIRE_CHECK:
	case WIRE_STATE:
	case WIRE_PING:
	case WIRE_RECEIVE:
	case WIRE_RECORD:
	case WIRE_VERDICT: break;
	}
	return false;
}

/* Bit k is the map's key k. */
static unsigned fields_needed(enum wire_type type)
{
	switch (type) {
	case WIRE_RECORDED: return 1u << 1 | 1u << 2;
	case WIRE_REFUSED:
	case WIRE_PONG: return 1u << 1 | 1u << 2 | 1u << 3;
	case WIRE_BUSY:
	case WIRE_RECEIVED: return 1u << 1;
	case WIRE_FAILED: return 1u << 1 | 1u << 2;
	case WIRE_CHECK:
	case WIRE_STATE:
	case WIRE_PING:
	case WIRE_RECEIVE:
	case WIRE_RECORD:
	case WIRE_VERDICT: break;
	}
	return 0;
}

static enum err decode_map(struct span frame, struct wire *wire, struct fault *fault)
{
	struct cbor cbor;
	struct cbor_map map;
	int64_t key;
	unsigned seen = 0, needed = fields_needed(wire->type);
	cbor_init(&cbor, frame);
	cbor_map(&cbor, &map, 5);
	while (cbor_map_int(&cbor, &map, &key)) {
		if (!decode_field(&cbor, wire, key))
			cbor_fail(&cbor, ERR_FORMAT, "a key that this message does not have");
		else if (!cbor.fault.err)
			seen |= 1u << key;
	}
	if ((seen & needed) != needed)
		cbor_fail(&cbor, ERR_FORMAT, "a key of this message is missing");
	if (wire->type == WIRE_RECORDED && !(seen & 1u << 3) != !(seen & 1u << 4))
		cbor_fail(&cbor, ERR_FORMAT, "an alert has a code and a sentence");
	return cbor_end(&cbor, fault);
}

static enum err decode_year(
	struct span frame, const char *what, uint16_t *year, struct fault *fault)
{
	if (frame.size != 2)
		return fault_set(fault, ERR_FORMAT, 0, 0, "%s: the year has two bytes", what);
	*year = (uint16_t)(frame.at[0] << 8 | frame.at[1]);
	return OK;
}

static enum err decode_verdict(const struct span *frames, struct wire *wire, struct fault *fault)
{
	enum err err = decode_bytes(frames[1], 2, WIRE_JSON_MAX, "verdict", fault);
	if (!err)
		err = decode_year(frames[2], "verdict", &wire->year, fault);
	size_t valid = utf8_valid_size(frames[1]);
	if (!err && valid != frames[1].size)
		err = fault_set(fault, ERR_ENCODING, valid, 1, "verdict: not UTF-8");
	if (err)
		return err;
	wire->json = frames[1];
	return OK;
}

static enum err decode_payload(const struct span *frames, struct wire *wire, struct fault *fault)
{
	enum err err;
	switch (wire->type) {
	case WIRE_CHECK:
	case WIRE_RECEIVE:
		wire->scan = frames[1];
		return decode_bytes(frames[1], 1, WIRE_SCAN_MAX, "scan", fault);
	case WIRE_RECORD:
		wire->statement = frames[1];
		return decode_bytes(frames[1], 1, STATEMENT_SIZE_MAX, "statement", fault);
	case WIRE_STATE:
		wire->statement = frames[1];
		wire->scan = frames[2];
		err = decode_bytes(frames[1], 1, STATEMENT_SIZE_MAX, "statement", fault);
		return err ? err : decode_bytes(frames[2], 0, WIRE_SCAN_MAX, "scan", fault);
	case WIRE_PING:
		wire->kid = frames[1];
		err = decode_bytes(frames[1], KID_SIZE, KID_SIZE, "kid", fault);
		return err ? err : decode_year(frames[2], "ping", &wire->year, fault);
	case WIRE_VERDICT: return decode_verdict(frames, wire, fault);
	case WIRE_RECORDED:
	case WIRE_REFUSED:
	case WIRE_BUSY:
	case WIRE_PONG:
	case WIRE_RECEIVED:
	case WIRE_FAILED: return decode_map(frames[1], wire, fault);
	}
	return fault_set(fault, ERR_VERSION, 1, 1, "a message of no known type");
}

enum err wire_decode(const struct span *frames, size_t count, struct wire *out, struct fault *fault)
{
	struct wire wire = {0};
	size_t needed = 0;
	if (count < 1 || frames[0].size != WIRE_HEAD_SIZE)
		return fault_set(fault, ERR_FORMAT, 0, 0, "a message without its head");
	const uint8_t *head = frames[0].at;
	if (head[0] != WIRE_VERSION)
		return fault_set(fault, ERR_VERSION, 0, 1,
			"a message of version %u, this program knows %d", head[0], WIRE_VERSION);
	for (size_t i = 0; i < TYPE_COUNT; i++)
		if ((uint8_t)types[i].type == head[1]) {
			wire.type = types[i].type;
			needed = types[i].frames;
		}
	if (!needed)
		return fault_set(fault, ERR_VERSION, 1, 1, "a message of unknown type %u", head[1]);
	if (count != needed)
		return fault_set(fault, ERR_FORMAT, count, 0, "%s has %zu frames, not %zu",
			wire_type_name(wire.type), needed, count);
	for (size_t i = 2; i < WIRE_HEAD_SIZE; i++)
		wire.request = wire.request << 8 | head[i];
	enum err err = decode_payload(frames, &wire, fault);
	if (!err)
		*out = wire;
	return err;
}
