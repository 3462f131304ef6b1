/* Value of a row while nothing happened: state 1, or state 1 and position of commissioning 5.
 * Value of a row once something happened, 55 bytes: state 1, prior state 1, flags 1 (1 undone,
 * 2 late), position 5, ledger time in seconds 5, place 8, member 2, key index 4, mark 16,
 * entry 8, remaining 2, prior remaining 2. Numbers big endian. */
#include "appliance/rules/pack.h"

#include "appliance/rules/kinds.h"
#include "appliance/rules/product.h"
#include "appliance/rules/record.h"
#include "appliance/rules/tables.h"

#include <assert.h>

#define FLAG_UNDONE 1u
#define FLAG_LATE   2u

#define LATER_VALUE_SIZE (1 + POSITION_BYTES)

const char *pack_state_word(unsigned state)
{
	static const char *const words[] = {
#define X(name, code, word) [code] = word,
		PACK_STATE_LIST(X)
#undef X
	};
	return state && state < PACK_STATE_END ? words[state] : "unknown";
}

static struct span pack_key(uint8_t raw[PACK_KEY_SIZE], uint32_t lot_id, const uint8_t *key)
{
	struct buf buf;
	buf_over(&buf, raw, PACK_KEY_SIZE);
	buf_put_be(&buf, lot_id, 4);
	if (key)
		buf_put(&buf, span_of(key, KEY_SIZE));
	return buf_span(&buf);
}

static void copy_bytes(struct record *record, uint8_t *out, size_t size)
{
	struct span bytes = record_bytes(record, size);
	if (bytes.size)
		memcpy(out, bytes.at, size);
}

static enum err pack_read(struct span value, struct pack *pack, struct fault *fault)
{
	struct record record;
	record_open(&record, value);
	pack->state = (enum pack_state)record_be(&record, 1);
	if (pack->state < PACK_ACTIVE || pack->state >= PACK_STATE_END)
		record.bad = true;
	pack->touched = value.size > LATER_VALUE_SIZE;
	if (value.size == LATER_VALUE_SIZE)
		pack->commissioned_at = record_be(&record, POSITION_BYTES);
	if (pack->touched) {
		pack->prior = (enum pack_state)record_be(&record, 1);
		unsigned flags = (unsigned)record_be(&record, 1);
		pack->undone = (flags & FLAG_UNDONE) != 0;
		pack->late = (flags & FLAG_LATE) != 0;
		pack->at = record_be(&record, POSITION_BYTES);
		pack->s = (int64_t)record_be(&record, 5);
		copy_bytes(&record, pack->place, PLACE_SIZE);
		pack->member = (uint16_t)record_be(&record, 2);
		pack->key_index = (uint32_t)record_be(&record, 4);
		copy_bytes(&record, pack->mark, MARK_SIZE);
		copy_bytes(&record, pack->entry, ENTRY_TAG_SIZE);
		pack->remaining = (uint16_t)record_be(&record, 2);
		pack->prior_remaining = (uint16_t)record_be(&record, 2);
	}
	return record_close(&record, TABLE_PACK, fault);
}

enum err pack_get(const struct table *table, uint32_t lot_id, const uint8_t key[KEY_SIZE],
	struct pack *pack, struct fault *fault)
{
	uint8_t raw[PACK_KEY_SIZE];
	struct span value;
	struct pack read = {0};
	enum err err = table_get(table, TABLE_PACK, pack_key(raw, lot_id, key), &value, fault);
	if (!err)
		err = pack_read(value, &read, fault);
	if (!err)
		*pack = read;
	return err;
}

enum err pack_put(const struct table *table, uint32_t lot_id, const uint8_t key[KEY_SIZE],
	const struct pack *pack, struct fault *fault)
{
	uint8_t raw_key[PACK_KEY_SIZE], raw[PACK_VALUE_MAX];
	struct buf buf;
	buf_over(&buf, raw, sizeof raw);
	buf_put_be(&buf, pack->state, 1);
	if (!pack->touched && pack->commissioned_at)
		buf_put_be(&buf, pack->commissioned_at, POSITION_BYTES);
	if (pack->touched) {
		buf_put_be(&buf, pack->prior, 1);
		buf_put_be(
			&buf, (pack->undone ? FLAG_UNDONE : 0) | (pack->late ? FLAG_LATE : 0), 1);
		buf_put_be(&buf, pack->at, POSITION_BYTES);
		buf_put_be(&buf, (uint64_t)pack->s, 5);
		buf_put(&buf, span_of(pack->place, PLACE_SIZE));
		buf_put_be(&buf, pack->member, 2);
		buf_put_be(&buf, pack->key_index, 4);
		buf_put(&buf, span_of(pack->mark, MARK_SIZE));
		buf_put(&buf, span_of(pack->entry, ENTRY_TAG_SIZE));
		buf_put_be(&buf, pack->remaining, 2);
		buf_put_be(&buf, pack->prior_remaining, 2);
	}
	assert(!buf.err);
	return table_put(table, TABLE_PACK, pack_key(raw_key, lot_id, key), buf_span(&buf), fault);
}

enum {
	COMMISSION_GTIN = 1,
	COMMISSION_LOT = 2,
	COMMISSION_KEYS = 3,
	COMMISSION_GONE = 4,
};

static void take_gone(struct cbor *cbor, uint64_t *index, uint64_t *state)
{
	if (cbor_array(cbor, 2) != 2)
		cbor_fail(cbor, ERR_FORMAT, "expected an index and a state");
	*index = cbor_uint(cbor);
	*state = cbor_uint(cbor);
}

static void read_gone(struct body *body, struct commission_body *out)
{
	struct cbor *cbor = &body->cbor;
	uint64_t index = 0, state, before = 0;
	out->gone_count = cbor_array(cbor, COMMISSION_MAX);
	if (!out->gone_count)
		body_refuse(body, "an empty list is left out");
	size_t start = cbor->at;
	for (size_t i = 0; i < out->gone_count && !cbor->fault.err; i++) {
		take_gone(cbor, &index, &state);
		if (index >= commission_count(out) || (i > 0 && index <= before))
			body_refuse(body, "indexes are not ascending within the keys");
		if (state != PACK_DESTROYED && state != PACK_SAMPLED)
			body_refuse(body, "at the line a pack is destroyed or sampled");
		before = index;
	}
	out->gone = span_of(cbor->in.at + start, cbor->at - start);
}

enum err commission_decode(struct span in, struct commission_body *out, struct fault *fault)
{
	struct commission_body read = {0};
	struct body body;
	body_open(&body, in);
	while (body_next(&body)) {
		switch (body.field) {
		case COMMISSION_GTIN: read.gtin = body_gtin(&body); break;
		case COMMISSION_LOT: read.lot = body_lot(&body); break;
		case COMMISSION_KEYS:
			read.keys = body_items(&body, KEY_SIZE, COMMISSION_MAX);
			break;
		case COMMISSION_GONE: read_gone(&body, &read); break;
		default: body_unknown(&body);
		}
	}
	enum err err = body_close(&body,
		FIELD(COMMISSION_GTIN) | FIELD(COMMISSION_LOT) | FIELD(COMMISSION_KEYS), fault);
	if (!err)
		*out = read;
	return err;
}

void commission_encode(const struct commission_body *body, struct buf *buf)
{
	cbor_put_map(buf, 3 + (size_t)(body->gone_count != 0));
	cbor_put_uint(buf, COMMISSION_GTIN);
	cbor_put_uint(buf, body->gtin);
	cbor_put_uint(buf, COMMISSION_LOT);
	cbor_put_text(buf, body->lot);
	cbor_put_uint(buf, COMMISSION_KEYS);
	cbor_put_bytes(buf, body->keys);
	if (!body->gone_count)
		return;
	cbor_put_uint(buf, COMMISSION_GONE);
	cbor_put_array(buf, body->gone_count);
	buf_put(buf, body->gone);
}

/* Those that never left the line, read along with the keys. */
struct gone {
	struct cbor cbor;
	size_t left;
	uint64_t index;
	uint64_t state;
};

static void gone_next(struct gone *gone)
{
	gone->index = UINT64_MAX;
	if (!gone->left)
		return;
	gone->left--;
	take_gone(&gone->cbor, &gone->index, &gone->state);
}

static void gone_init(struct gone *gone, const struct commission_body *body)
{
	gone->left = body->gone_count;
	cbor_init(&gone->cbor, body->gone);
	gone_next(gone);
}

/* The packs of a lot that are there, in order, from a place on. */
struct present {
	const struct table *table;
	uint32_t lot_id;
	bool ended;
	uint8_t key[PACK_KEY_SIZE];
};

/* Moves to the first pack after the key. */
static enum err present_after(struct present *present, const uint8_t *after, struct fault *fault)
{
	uint8_t prefix[PACK_KEY_SIZE], raw[PACK_KEY_SIZE];
	struct span key, value;
	struct span last = after ? pack_key(raw, present->lot_id, after) : span_of(NULL, 0);
	enum err err = table_next(present->table, TABLE_PACK,
		pack_key(prefix, present->lot_id, NULL), last, TABLE_UP, &key, &value, fault);
	present->ended = err == ERR_NOT_FOUND;
	if (present->ended)
		return OK;
	if (!err && key.size != PACK_KEY_SIZE)
		return fault_set(fault, ERR_CORRUPT, 0, 0,
			"a pack's key has the wrong size; rebuild the state from the ledger");
	if (!err)
		memcpy(present->key, key.at, PACK_KEY_SIZE);
	return err;
}

/* Moves to the pack with the key or the first after it; tells whether it is the key. Bundles of a
 * sorted lot do not overlap, so this mostly stands still: one read a bundle, not one a pack. */
static enum err present_is(
	struct present *present, const uint8_t *key, bool *is_there, struct fault *fault)
{
	const uint8_t *there = present->key + 4;
	struct pack pack;
	*is_there = false;
	if (!present->ended && memcmp(there, key, KEY_SIZE) < 0) {
		enum err err = pack_get(present->table, present->lot_id, key, &pack, fault);
		if (err && err != ERR_NOT_FOUND)
			return err;
		*is_there = !err;
		return present_after(present, key, fault);
	}
	*is_there = !present->ended && memcmp(there, key, KEY_SIZE) == 0;
	return OK;
}

static enum err put_packs(
	struct judging *judging, const struct commission_body *body, struct lot *lot)
{
	struct present present = {.table = judging->table, .lot_id = lot->id};
	struct gone gone;
	enum err err = OK;
	bool is_there;
	gone_init(&gone, body);
	if (lot->pack_count)
		err = present_after(&present, NULL, judging->fault);
	else
		present.ended = true;
	for (size_t i = 0; i < commission_count(body) && !err; i++) {
		const uint8_t *key = body->keys.at + i * KEY_SIZE;
		struct pack pack = {.state = PACK_ACTIVE};
		if (lot->reopened)
			pack.commissioned_at = judging->applying->position;
		if (gone.index == i) {
			pack.state = (enum pack_state)gone.state;
			gone_next(&gone);
		}
		err = present_is(&present, key, &is_there, judging->fault);
		if (err || is_there)
			continue;
		lot->pack_count++;
		lot->gone_count += pack.state != PACK_ACTIVE;
		err = pack_put(judging->table, lot->id, key, &pack, judging->fault);
	}
	return err;
}

enum err commission_apply(struct judging *judging, const struct commission_body *body)
{
	struct product product;
	struct lot lot;
	bool is_new, refused;
	enum err err = product_claim(judging, body->gtin, &product, &is_new, &refused);
	if (err || refused)
		return err;
	err = lot_get(judging->table, body->gtin, body->lot, &lot, judging->fault);
	if (err == ERR_NOT_FOUND)
		return judging_refuse(judging, REFUSED_NO_SUCH_LOT, 0, (int64_t)body->gtin, 0);
	if (err)
		return err;
	if (lot.packs == LOT_PACKS_NONE)
		return judging_refuse(judging, REFUSED_NO_PACKS_IN_LOT, 0, 0, 0);
	if (!lot_takes_packs(&lot))
		return judging_refuse(judging, REFUSED_LOT_NOT_OPEN, 0, 0, 0);
	if (lot.pack_count > UINT32_MAX - COMMISSION_MAX)
		return judging_refuse(judging, OUTCOME_BAD_VALUE, 0, COMMISSION_KEYS, 0);
	if (judging_is_dry(judging))
		return OK;
	err = put_packs(judging, body, &lot);
	return err ? err : lot_put(judging->table, &lot, judging->fault);
}
