#include "appliance/rules/derived.h"

#include "appliance/rules/kinds.h"
#include "appliance/rules/product.h"
#include "appliance/rules/record.h"
#include "appliance/rules/tables.h"

#define DERIVED_KEY_MAX (8 + 1 + LOT_TEXT_MAX + 8 + LOT_TEXT_MAX)
#define CLEARED_KEY_MAX (RECALL_ID_SIZE + 8 + LOT_TEXT_MAX)

static struct span lot_key(
	struct buf *buf, uint8_t *raw, size_t room, uint64_t gtin, struct span lot)
{
	buf_over(buf, raw, room);
	buf_put_be(buf, gtin, 8);
	record_put_string(buf, lot);
	return buf_span(buf);
}

enum err derived_source_next(const struct table *table, uint64_t gtin, struct span lot,
	struct derived_source *source, struct fault *fault)
{
	uint8_t raw_prefix[DERIVED_KEY_MAX], raw_after[DERIVED_KEY_MAX];
	struct buf prefix, after;
	struct span key, value, last = {0};
	struct record record;
	struct derived_source read = {0};
	(void)lot_key(&prefix, raw_prefix, sizeof raw_prefix, gtin, lot);
	(void)lot_key(&after, raw_after, sizeof raw_after, gtin, lot);
	if (source->gtin) {
		buf_put_be(&after, source->gtin, 8);
		buf_put(&after, span_of(source->text, source->text_size));
		last = buf_span(&after);
	}
	enum err err = table_next(
		table, TABLE_DERIVED, buf_span(&prefix), last, TABLE_UP, &key, &value, fault);
	if (err)
		return err;
	record_open(&record, key);
	(void)record_bytes(&record, prefix.size);
	read.gtin = record_be(&record, 8);
	struct span text = record_bytes(&record, key.size - record.at);
	if (record.bad || text.size > LOT_TEXT_MAX)
		return fault_set(fault, ERR_CORRUPT, 0, 0,
			"a derived lot has a wrong key; rebuild the state from the ledger");
	if (text.size)
		memcpy(read.text, text.at, text.size);
	read.text_size = (uint8_t)text.size;
	record_open(&record, value);
	read.at = record_be(&record, POSITION_BYTES);
	err = record_close(&record, TABLE_DERIVED, fault);
	if (!err)
		*source = read;
	return err;
}

static struct span cleared_key(
	uint8_t raw[CLEARED_KEY_MAX], const uint8_t *id, uint64_t gtin, struct span lot)
{
	struct buf buf;
	buf_over(&buf, raw, CLEARED_KEY_MAX);
	buf_put(&buf, span_of(id, RECALL_ID_SIZE));
	buf_put_be(&buf, gtin, 8);
	buf_put(&buf, lot);
	return buf_span(&buf);
}

enum err derived_cleared(const struct table *table, const uint8_t id[RECALL_ID_SIZE], uint64_t gtin,
	struct span lot, uint64_t *at, struct fault *fault)
{
	uint8_t raw[CLEARED_KEY_MAX];
	struct span value;
	struct record record;
	enum err err = table_get(
		table, TABLE_RECALL_CLEARED, cleared_key(raw, id, gtin, lot), &value, fault);
	if (err)
		return err;
	record_open(&record, value);
	*at = record_be(&record, POSITION_BYTES);
	return record_close(&record, TABLE_RECALL_CLEARED, fault);
}

enum {
	DERIVE_GTIN = 1,
	DERIVE_LOT = 2,
	DERIVE_FROM_GTIN = 3,
	DERIVE_FROM_LOT = 4,
};

enum err derive_decode(struct span in, struct derive_body *out, struct fault *fault)
{
	struct derive_body read = {0};
	struct body body;
	body_open(&body, in);
	while (body_next(&body)) {
		switch (body.field) {
		case DERIVE_GTIN: read.gtin = body_gtin(&body); break;
		case DERIVE_LOT: read.lot = body_lot(&body); break;
		case DERIVE_FROM_GTIN: read.from_gtin = body_gtin(&body); break;
		case DERIVE_FROM_LOT: read.from_lot = body_lot(&body); break;
		default: body_unknown(&body);
		}
	}
	enum err err = body_close(&body,
		FIELD(DERIVE_GTIN) | FIELD(DERIVE_LOT) | FIELD(DERIVE_FROM_GTIN) |
			FIELD(DERIVE_FROM_LOT),
		fault);
	if (!err)
		*out = read;
	return err;
}

void derive_encode(const struct derive_body *body, struct buf *buf)
{
	cbor_put_map(buf, 4);
	cbor_put_uint(buf, DERIVE_GTIN);
	cbor_put_uint(buf, body->gtin);
	cbor_put_uint(buf, DERIVE_LOT);
	cbor_put_text(buf, body->lot);
	cbor_put_uint(buf, DERIVE_FROM_GTIN);
	cbor_put_uint(buf, body->from_gtin);
	cbor_put_uint(buf, DERIVE_FROM_LOT);
	cbor_put_text(buf, body->from_lot);
}

/* Whether the lot has this source already, and how many it has. */
static enum err count_sources(
	struct judging *judging, const struct derive_body *body, bool *is_there, size_t *count)
{
	struct derived_source source = {0};
	enum err err;
	*is_there = false;
	*count = 0;
	while (!(err = derived_source_next(
			 judging->table, body->gtin, body->lot, &source, judging->fault))) {
		++*count;
		*is_there |= source.gtin == body->from_gtin &&
			     span_equal(span_of(source.text, source.text_size), body->from_lot);
	}
	return err == ERR_NOT_FOUND ? OK : err;
}

enum err derive_apply(struct judging *judging, const struct derive_body *body)
{
	uint8_t raw_key[DERIVED_KEY_MAX], raw[POSITION_BYTES];
	struct product product;
	struct lot lot;
	struct buf key, value;
	bool is_new, refused, is_there;
	size_t count;
	enum err err = product_claim(judging, body->gtin, &product, &is_new, &refused);
	if (err || refused)
		return err;
	err = lot_get(judging->table, body->gtin, body->lot, &lot, judging->fault);
	if (err == ERR_NOT_FOUND)
		return judging_refuse(judging, REFUSED_NO_SUCH_LOT, 0, (int64_t)body->gtin, 0);
	if (!err && body->gtin == body->from_gtin && span_equal(body->lot, body->from_lot))
		return judging_refuse(judging, OUTCOME_BAD_VALUE, 0, DERIVE_FROM_LOT, 0);
	if (!err)
		err = count_sources(judging, body, &is_there, &count);
	if (err || is_there)
		return err;
	if (count >= DERIVED_SOURCES_MAX)
		return judging_refuse(judging, OUTCOME_BAD_VALUE, 0, DERIVE_FROM_LOT, 0);
	if (judging_is_dry(judging))
		return OK;
	(void)lot_key(&key, raw_key, sizeof raw_key, body->gtin, body->lot);
	buf_put_be(&key, body->from_gtin, 8);
	buf_put(&key, body->from_lot);
	buf_over(&value, raw, sizeof raw);
	buf_put_be(&value, judging->applying->position, POSITION_BYTES);
	return table_put(
		judging->table, TABLE_DERIVED, buf_span(&key), buf_span(&value), judging->fault);
}

enum {
	ASKED_ID = 1,
	ASKED_GTIN = 2,
	ASKED_LOT = 3,
	ASKED_AFFECTED = 4,
};

enum err recall_derived_decode(struct span in, struct recall_derived_body *out, struct fault *fault)
{
	struct recall_derived_body read = {0};
	struct body body;
	body_open(&body, in);
	while (body_next(&body)) {
		switch (body.field) {
		case ASKED_ID: read.id = body_bytes(&body, RECALL_ID_SIZE); break;
		case ASKED_GTIN: read.gtin = body_gtin(&body); break;
		case ASKED_LOT: read.lot = body_lot(&body); break;
		case ASKED_AFFECTED: read.affected = cbor_bool(&body.cbor); break;
		default: body_unknown(&body);
		}
	}
	enum err err = body_close(&body,
		FIELD(ASKED_ID) | FIELD(ASKED_GTIN) | FIELD(ASKED_LOT) | FIELD(ASKED_AFFECTED),
		fault);
	if (!err)
		*out = read;
	return err;
}

void recall_derived_encode(const struct recall_derived_body *body, struct buf *buf)
{
	cbor_put_map(buf, 4);
	cbor_put_uint(buf, ASKED_ID);
	cbor_put_bytes(buf, body->id);
	cbor_put_uint(buf, ASKED_GTIN);
	cbor_put_uint(buf, body->gtin);
	cbor_put_uint(buf, ASKED_LOT);
	cbor_put_text(buf, body->lot);
	cbor_put_uint(buf, ASKED_AFFECTED);
	cbor_put_bool(buf, body->affected);
}

/* Affected: the lot joins the recall. Not affected: noted, and its caution ends when final. */
static enum err put_answer(
	struct judging *judging, struct recall *recall, const struct recall_derived_body *body)
{
	uint8_t raw_key[CLEARED_KEY_MAX], raw[POSITION_BYTES];
	uint64_t position = judging->applying->position, at, removed_at;
	struct buf value;
	struct span key = cleared_key(raw_key, recall->id, body->gtin, body->lot);
	if (!body->affected) {
		buf_over(&value, raw, sizeof raw);
		buf_put_be(&value, position, POSITION_BYTES);
		return table_put(judging->table, TABLE_RECALL_CLEARED, key, buf_span(&value),
			judging->fault);
	}
	enum err err = recall_item_get(
		judging->table, recall, body->gtin, body->lot, &at, &removed_at, judging->fault);
	if (!err && !removed_at)
		return OK;
	if (err && err != ERR_NOT_FOUND)
		return err;
	recall->lot_count++;
	err = table_drop(judging->table, TABLE_RECALL_CLEARED, key, judging->fault);
	if (!err)
		err = recall_item_put(
			judging->table, recall, body->gtin, body->lot, position, 0, judging->fault);
	return err ? err : recall_put(judging->table, recall, judging->fault);
}

enum err recall_derived_apply(struct judging *judging, const struct recall_derived_body *body)
{
	struct recall recall;
	struct derived_source source = {0};
	enum err err = recall_get(judging->table, body->id.at, &recall, judging->fault);
	if (err == ERR_NOT_FOUND)
		return judging_refuse(judging, REFUSED_NO_SUCH_RECALL, 0, 0, 0);
	if (err)
		return err;
	bool is_there_for_it = scope_is_authority(&judging->scope, AREA_MEDICINES)
				       ? judging_in_mandate(judging, body->gtin, 0)
				       : judging_holds_gtin(judging, body->gtin, 0);
	if (!is_there_for_it)
		return OK;
	if (recall.source == RECALL_TRANSCRIBED)
		return judging_refuse(judging, REFUSED_NOT_YOUR_RECALL, 0, 0, 0);
	if (recall.ended_at)
		return judging_refuse(judging, REFUSED_RECALL_ENDED, 0, 0, 0);
	err = derived_source_next(judging->table, body->gtin, body->lot, &source, judging->fault);
	if (err == ERR_NOT_FOUND)
		return judging_refuse(judging, OUTCOME_NOT_THERE, 0, 0, 0);
	if (err || judging_is_dry(judging))
		return err;
	return put_answer(judging, &recall, body);
}
