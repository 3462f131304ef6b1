/* Kinds 60-63: issue, amend, end, answer. */
#include "appliance/rules/recall.h"

#include "appliance/rules/kinds.h"
#include "appliance/rules/record.h"
#include "appliance/rules/tables.h"

enum {
	RECALL_ID = 1,
	RECALL_ITEMS = 2,
	RECALL_KEYS = 3,
	RECALL_CLASS = 4,
	RECALL_DEPTH = 5,
	RECALL_FLAG = 6,
	RECALL_NOTICE = 7,
};

static size_t read_item_lots(struct body *body)
{
	size_t count = cbor_array(&body->cbor, RECALL_LOTS_MAX);
	struct span before = {0};
	for (size_t i = 0; i < count && !body->cbor.fault.err; i++) {
		struct span lot = body_lot(body);
		if (i > 0 && span_order(before, lot) >= 0)
			body_refuse(body, "lots are not ascending");
		before = lot;
	}
	return count ? count : 1;
}

static struct recall_items read_items(struct body *body)
{
	struct cbor *cbor = &body->cbor;
	struct recall_items read = {.count = cbor_array(cbor, RECALL_ITEMS_MAX)};
	size_t start = cbor->at, lots = 0;
	uint64_t before = 0;
	if (!read.count)
		body_refuse(body, "no products");
	for (size_t i = 0; i < read.count && !cbor->fault.err; i++) {
		if (cbor_array(cbor, 2) != 2)
			cbor_fail(cbor, ERR_FORMAT, "expected a GTIN and its lots");
		uint64_t gtin = body_gtin(body);
		if (gtin <= before)
			body_refuse(body, "GTINs are not ascending");
		before = gtin;
		lots += read_item_lots(body);
		if (lots > RECALL_LOTS_MAX)
			body_refuse(body, "more than 4,096 lots");
	}
	read.items = span_of(cbor->in.at + start, cbor->at - start);
	return read;
}

static struct span read_notice(struct body *body)
{
	struct span notice = cbor_text(&body->cbor);
	if (!notice.size || notice.size > RECALL_NOTICE_MAX)
		body_refuse(body, "a notice reference has 1 to 24 characters");
	for (size_t i = 0; i < notice.size; i++) {
		uint8_t c = notice.at[i];
		if (!((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || memchr("()/.-", c, 5)))
			body_refuse(body, "a notice reference is of A-Z 0-9 ( ) / . -");
	}
	return notice;
}

static void put_items(struct buf *buf, uint64_t field, const struct recall_items *items)
{
	if (!items->count)
		return;
	cbor_put_uint(buf, field);
	cbor_put_array(buf, items->count);
	buf_put(buf, items->items);
}

static void put_number(struct buf *buf, uint64_t field, uint64_t value)
{
	cbor_put_uint(buf, field);
	cbor_put_uint(buf, value);
}

static void put_bytes(struct buf *buf, uint64_t field, struct span bytes)
{
	cbor_put_uint(buf, field);
	cbor_put_bytes(buf, bytes);
}

enum err recall_decode(struct span in, struct recall_body *out, struct fault *fault)
{
	struct recall_body read = {0};
	struct body body;
	body_open(&body, in);
	while (body_next(&body)) {
		switch (body.field) {
		case RECALL_ID: read.id = body_bytes(&body, RECALL_ID_SIZE); break;
		case RECALL_ITEMS: read.items = read_items(&body); break;
		case RECALL_KEYS: read.keys = body_items(&body, KEY_SIZE, RECALL_PACKS_MAX); break;
		case RECALL_CLASS:
			read.class = (enum recall_class)body_code(&body, 1, RECALL_COMPANY);
			break;
		case RECALL_DEPTH:
			read.depth = (enum recall_depth)body_code(&body, 1, DEPTH_WHOLESALER);
			break;
		case RECALL_FLAG: read.transcribed = body_flag(&body); break;
		case RECALL_NOTICE: read.notice = read_notice(&body); break;
		default: body_unknown(&body);
		}
	}
	enum err err = body_close(&body,
		FIELD(RECALL_ID) | FIELD(RECALL_ITEMS) | FIELD(RECALL_CLASS) | FIELD(RECALL_DEPTH) |
			(read.transcribed ? FIELD(RECALL_NOTICE) : 0),
		fault);
	if (!err)
		*out = read;
	return err;
}

void recall_encode(const struct recall_body *body, struct buf *buf)
{
	cbor_put_map(buf,
		4 + (size_t)(body->keys.size != 0) + body->transcribed + (body->notice.size != 0));
	put_bytes(buf, RECALL_ID, body->id);
	put_items(buf, RECALL_ITEMS, &body->items);
	if (body->keys.size)
		put_bytes(buf, RECALL_KEYS, body->keys);
	put_number(buf, RECALL_CLASS, body->class);
	put_number(buf, RECALL_DEPTH, body->depth);
	if (body->transcribed) {
		cbor_put_uint(buf, RECALL_FLAG);
		cbor_put_bool(buf, true);
	}
	if (body->notice.size) {
		cbor_put_uint(buf, RECALL_NOTICE);
		cbor_put_text(buf, body->notice);
	}
}

/* The member holds every product of the items; else refuses. */
static bool holds_items(struct judging *judging, const struct recall_items *items)
{
	struct recall_item_reader reader;
	uint64_t gtin;
	struct span lot;
	recall_items_open(&reader, items);
	while (recall_items_next(&reader, &gtin, &lot))
		if (!judging_holds_gtin(judging, gtin, 0))
			return false;
	return true;
}

/* The mandate, if any, covers every product of the items; else refuses. */
static bool covers_items(struct judging *judging, const struct recall_items *items)
{
	struct recall_item_reader reader;
	uint64_t gtin;
	struct span lot;
	recall_items_open(&reader, items);
	while (recall_items_next(&reader, &gtin, &lot))
		if (!judging_in_mandate(judging, gtin, 0))
			return false;
	return true;
}

/* The same for what the recall covers already: a change to it is about all of that. Cost: a read a
 * product. */
static enum err covers_recall(struct judging *judging, const struct recall *recall, bool *refused)
{
	struct recall_lot lot = {0};
	enum err err = judging->mandate.has_gtins ? OK : ERR_NOT_FOUND;
	*refused = false;
	while (!err && !(err = recall_lot_next(judging->table, recall->id, &lot, judging->fault))) {
		*refused = !judging_in_mandate(judging, lot.gtin, 0);
		if (*refused)
			return OK;
		/* No lot's text comes after this one. */
		memset(lot.text, UINT8_MAX, sizeof lot.text);
		lot.text_size = sizeof lot.text;
	}
	return err == ERR_NOT_FOUND ? OK : err;
}

/* By whose word it is; refuses when the member has none. */
static bool find_source(
	struct judging *judging, const struct recall_body *body, enum recall_source *source)
{
	*source = RECALL_BY_HOLDER;
	if (body->transcribed)
		*source = RECALL_TRANSCRIBED;
	else if (scope_is_authority(&judging->scope, AREA_MEDICINES))
		*source = RECALL_BY_AUTHORITY;
	else if (body->class == RECALL_COMPANY)
		return holds_items(judging, &body->items);
	else
		judging_refuse(judging, REFUSED_NO_ROLE, 0, 0, 0);
	return *source != RECALL_BY_HOLDER;
}

static enum err put_packs(struct judging *judging, const uint8_t *id, struct span keys)
{
	uint8_t raw_key[RECALL_ID_SIZE + KEY_SIZE], raw[POSITION_BYTES];
	struct buf value;
	enum err err = OK;
	buf_over(&value, raw, sizeof raw);
	buf_put_be(&value, judging->applying->position, POSITION_BYTES);
	memcpy(raw_key, id, RECALL_ID_SIZE);
	for (size_t at = 0; at < keys.size && !err; at += KEY_SIZE) {
		memcpy(raw_key + RECALL_ID_SIZE, keys.at + at, KEY_SIZE);
		err = table_put(judging->table, TABLE_RECALL_PACK, span_of(raw_key, sizeof raw_key),
			buf_span(&value), judging->fault);
	}
	return err;
}

/* Puts the rows of items that are not in force yet, counting them. */
static enum err add_items(
	struct judging *judging, struct recall *recall, const struct recall_items *items)
{
	struct recall_item_reader reader;
	uint64_t gtin, at, removed_at;
	struct span lot;
	recall_items_open(&reader, items);
	while (recall_items_next(&reader, &gtin, &lot)) {
		enum err err = recall_item_get(
			judging->table, recall, gtin, lot, &at, &removed_at, judging->fault);
		if (!err && !removed_at)
			continue;
		if (err && err != ERR_NOT_FOUND)
			return err;
		recall->lot_count++;
		err = recall_item_put(judging->table, recall, gtin, lot,
			judging->applying->position, 0, judging->fault);
		if (err)
			return err;
	}
	return OK;
}

static enum err remove_items(
	struct judging *judging, struct recall *recall, const struct recall_items *items)
{
	struct recall_item_reader reader;
	uint64_t gtin, at, removed_at;
	struct span lot;
	recall_items_open(&reader, items);
	while (recall_items_next(&reader, &gtin, &lot)) {
		enum err err = recall_item_get(
			judging->table, recall, gtin, lot, &at, &removed_at, judging->fault);
		if (err == ERR_NOT_FOUND || (!err && removed_at))
			continue;
		if (!err) {
			recall->lot_count--;
			err = recall_item_put(judging->table, recall, gtin, lot, at,
				judging->applying->position, judging->fault);
		}
		if (err)
			return err;
	}
	return OK;
}

enum err recall_apply(struct judging *judging, const struct recall_body *body)
{
	struct recall recall = {0};
	uint64_t position = judging->applying->position;
	enum recall_source source;
	if (!find_source(judging, body, &source) || !covers_items(judging, &body->items))
		return OK;
	enum err err = recall_get(judging->table, body->id.at, &recall, judging->fault);
	if (!err)
		return judging_refuse(judging, OUTCOME_EXISTS, 0, 0, 0);
	if (err != ERR_NOT_FOUND)
		return err;
	if (judging_is_dry(judging))
		return OK;
	recall = (struct recall){
		.member = judging->member_index,
		.source = source,
		.class = body->class,
		.depth = body->depth,
		.class_before = body->class,
		.depth_before = body->depth,
		.version = 1,
		.notice_size = (uint8_t)body->notice.size,
		.issued_at = position,
		.issued_s = judging->applying->time_ms / 1000,
		.by_pack = body->keys.size != 0,
	};
	memcpy(recall.id, body->id.at, RECALL_ID_SIZE);
	if (body->notice.size)
		memcpy(recall.notice, body->notice.at, body->notice.size);
	err = add_items(judging, &recall, &body->items);
	if (!err)
		err = put_packs(judging, recall.id, body->keys);
	return err ? err : recall_put(judging->table, &recall, judging->fault);
}

enum {
	AMEND_ADDED = 2,
	AMEND_REMOVED = 3,
	AMEND_CLASS = 4,
	AMEND_DEPTH = 5,
	AMEND_KEYS = 6,
};

enum err recall_amend_decode(struct span in, struct recall_amend_body *out, struct fault *fault)
{
	struct recall_amend_body read = {0};
	struct body body;
	body_open(&body, in);
	while (body_next(&body)) {
		switch (body.field) {
		case RECALL_ID: read.id = body_bytes(&body, RECALL_ID_SIZE); break;
		case AMEND_ADDED: read.added = read_items(&body); break;
		case AMEND_REMOVED: read.removed = read_items(&body); break;
		case AMEND_CLASS:
			read.class = (enum recall_class)body_code(&body, 1, RECALL_COMPANY);
			break;
		case AMEND_DEPTH:
			read.depth = (enum recall_depth)body_code(&body, 1, DEPTH_WHOLESALER);
			break;
		case AMEND_KEYS: read.keys = body_items(&body, KEY_SIZE, RECALL_PACKS_MAX); break;
		default: body_unknown(&body);
		}
	}
	if (!body.cbor.fault.err && body.seen == FIELD(RECALL_ID))
		cbor_fail(&body.cbor, ERR_FORMAT, "nothing is amended");
	enum err err = body_close(&body, FIELD(RECALL_ID), fault);
	if (!err)
		*out = read;
	return err;
}

void recall_amend_encode(const struct recall_amend_body *body, struct buf *buf)
{
	cbor_put_map(buf, 1 + (size_t)(body->added.count != 0) + (body->removed.count != 0) +
				  (body->class != 0) + (body->depth != 0) + (body->keys.size != 0));
	put_bytes(buf, RECALL_ID, body->id);
	put_items(buf, AMEND_ADDED, &body->added);
	put_items(buf, AMEND_REMOVED, &body->removed);
	if (body->class)
		put_number(buf, AMEND_CLASS, body->class);
	if (body->depth)
		put_number(buf, AMEND_DEPTH, body->depth);
	if (body->keys.size)
		put_bytes(buf, AMEND_KEYS, body->keys);
}

/* The recall of a change to it: there, running, and the member's to change. */
static enum err recall_to_change(
	struct judging *judging, struct span id, struct recall *recall, bool *refused)
{
	uint16_t code = 0;
	*refused = true;
	enum err err = recall_get(judging->table, id.at, recall, judging->fault);
	if (err == ERR_NOT_FOUND)
		return judging_refuse(judging, REFUSED_NO_SUCH_RECALL, 0, 0, 0);
	if (err)
		return err;
	if (recall->member != judging->member_index &&
		(recall->source == RECALL_TRANSCRIBED ||
			!scope_is_authority(&judging->scope, AREA_MEDICINES)))
		code = REFUSED_NOT_YOUR_RECALL;
	else if (recall->ended_at)
		code = REFUSED_RECALL_ENDED;
	if (code)
		return judging_refuse(judging, code, 0, 0, 0);
	return covers_recall(judging, recall, refused);
}

/* What an amendment may not do: a company-led recall stays with the holder's products and class. */
static bool amend_is_allowed(
	struct judging *judging, const struct recall *recall, const struct recall_amend_body *body)
{
	bool is_led = recall->source == RECALL_BY_HOLDER &&
		      !scope_is_authority(&judging->scope, AREA_MEDICINES);
	if (recall->lot_count > UINT32_MAX - RECALL_LOTS_MAX || recall->version == UINT16_MAX) {
		judging_refuse(judging, REFUSED_RECALL_LIMIT, 0, recall->lot_count, 0);
		return false;
	}
	unsigned field = 0;
	if (body->keys.size && !recall->by_pack)
		field = AMEND_KEYS;
	else if (is_led && body->class && body->class != RECALL_COMPANY)
		field = AMEND_CLASS;
	if (field) {
		judging_refuse(judging, OUTCOME_BAD_VALUE, 0, field, 0);
		return false;
	}
	return covers_items(judging, &body->added) && covers_items(judging, &body->removed) &&
	       (!is_led || holds_items(judging, &body->added));
}

/* What counts until the amendment is final: the graver of class and depth, each. */
static void keep_before(struct recall *recall, uint64_t position)
{
	bool is_settled = !recall->amended_at || position - recall->amended_at > TAIL_MAX;
	if (is_settled || recall->class_before == RECALL_CLASS_4 ||
		(recall->class < recall->class_before && recall->class != RECALL_CLASS_4))
		recall->class_before = recall->class;
	if (is_settled || recall->depth < recall->depth_before)
		recall->depth_before = recall->depth;
	recall->amended_at = position;
}

enum err recall_amend_apply(struct judging *judging, const struct recall_amend_body *body)
{
	struct recall recall;
	bool refused;
	enum err err = recall_to_change(judging, body->id, &recall, &refused);
	if (err || refused || !amend_is_allowed(judging, &recall, body) || judging_is_dry(judging))
		return err;
	recall.version++;
	if (body->class || body->depth)
		keep_before(&recall, judging->applying->position);
	if (body->class)
		recall.class = body->class;
	if (body->depth)
		recall.depth = body->depth;
	err = remove_items(judging, &recall, &body->removed);
	if (!err)
		err = add_items(judging, &recall, &body->added);
	if (!err)
		err = put_packs(judging, recall.id, body->keys);
	return err ? err : recall_put(judging->table, &recall, judging->fault);
}

enum err recall_end_decode(struct span in, struct recall_end_body *out, struct fault *fault)
{
	struct recall_end_body read = {0};
	struct body body;
	body_open(&body, in);
	while (body_next(&body)) {
		if (body.field == RECALL_ID)
			read.id = body_bytes(&body, RECALL_ID_SIZE);
		else
			body_unknown(&body);
	}
	enum err err = body_close(&body, FIELD(RECALL_ID), fault);
	if (!err)
		*out = read;
	return err;
}

void recall_end_encode(const struct recall_end_body *body, struct buf *buf)
{
	cbor_put_map(buf, 1);
	put_bytes(buf, RECALL_ID, body->id);
}

enum err recall_end_apply(struct judging *judging, const struct recall_end_body *body)
{
	struct recall recall;
	bool refused;
	enum err err = recall_to_change(judging, body->id, &recall, &refused);
	if (err || refused || judging_is_dry(judging))
		return err;
	recall.ended_at = judging->applying->position;
	recall.ended_s = judging->applying->time_ms / 1000;
	return recall_put(judging->table, &recall, judging->fault);
}

enum {
	ANSWER_GTIN = 2,
	ANSWER_LOT = 3,
	ANSWER_HELD = 4,
	ANSWER_QUARANTINED = 5,
	ANSWER_RETURNED = 6,
	ANSWER_SUPPLIED = 7,
	ANSWER_CONTACTED = 8,
};

/* Far above what one site can hold, so that sums stay in their types. */
#define ANSWER_COUNT_MAX 10000000

enum err recall_answer_decode(struct span in, struct recall_answer_body *out, struct fault *fault)
{
	struct recall_answer_body read = {0};
	struct body body;
	uint32_t count;
	body_open(&body, in);
	while (body_next(&body)) {
		switch (body.field) {
		case RECALL_ID: read.id = body_bytes(&body, RECALL_ID_SIZE); continue;
		case ANSWER_GTIN: read.gtin = body_gtin(&body); continue;
		case ANSWER_LOT: read.lot = body_lot(&body); continue;
		default: break;
		}
		if (body.field > ANSWER_CONTACTED) {
			body_unknown(&body);
			continue;
		}
		count = (uint32_t)body_code(&body, 0, ANSWER_COUNT_MAX);
		switch (body.field) {
		case ANSWER_HELD: read.held = count; break;
		case ANSWER_QUARANTINED: read.quarantined = count; break;
		case ANSWER_RETURNED: read.returned = count; break;
		case ANSWER_SUPPLIED: read.supplied = count; break;
		default: read.contacted = count;
		}
	}
	enum err err = body_close(&body,
		FIELD(RECALL_ID) | FIELD(ANSWER_GTIN) | FIELD(ANSWER_HELD) |
			FIELD(ANSWER_QUARANTINED) | FIELD(ANSWER_RETURNED) |
			FIELD(ANSWER_SUPPLIED) | FIELD(ANSWER_CONTACTED),
		fault);
	if (!err)
		*out = read;
	return err;
}

void recall_answer_encode(const struct recall_answer_body *body, struct buf *buf)
{
	cbor_put_map(buf, 7 + (size_t)(body->lot.size != 0));
	put_bytes(buf, RECALL_ID, body->id);
	put_number(buf, ANSWER_GTIN, body->gtin);
	if (body->lot.size) {
		cbor_put_uint(buf, ANSWER_LOT);
		cbor_put_text(buf, body->lot);
	}
	put_number(buf, ANSWER_HELD, body->held);
	put_number(buf, ANSWER_QUARANTINED, body->quarantined);
	put_number(buf, ANSWER_RETURNED, body->returned);
	put_number(buf, ANSWER_SUPPLIED, body->supplied);
	put_number(buf, ANSWER_CONTACTED, body->contacted);
}

/* Whether the recall names the lot, or all of the product; with no lot: the product at all. */
static enum err is_in_recall(
	struct judging *judging, const struct recall_answer_body *body, bool *is_there)
{
	uint8_t raw[RECALL_ID_SIZE + 8 + LOT_TEXT_MAX];
	struct buf product, key;
	struct span found, value;
	buf_over(&product, raw, sizeof raw);
	buf_put(&product, body->id);
	buf_put_be(&product, body->gtin, 8);
	key = product;
	*is_there = false;
	enum err err = table_get(
		judging->table, TABLE_RECALL_LOT, buf_span(&product), &value, judging->fault);
	if (err == ERR_NOT_FOUND && body->lot.size) {
		buf_put(&key, body->lot);
		err = table_get(
			judging->table, TABLE_RECALL_LOT, buf_span(&key), &value, judging->fault);
	} else if (err == ERR_NOT_FOUND) {
		err = table_next(judging->table, TABLE_RECALL_LOT, buf_span(&product),
			span_of(NULL, 0), TABLE_UP, &found, &value, judging->fault);
	}
	if (err && err != ERR_NOT_FOUND)
		return err;
	*is_there = !err;
	return OK;
}

enum err recall_answer_apply(struct judging *judging, const struct recall_answer_body *body)
{
	uint8_t raw_key[RECALL_ID_SIZE + 8 + 1 + LOT_TEXT_MAX + PLACE_SIZE], raw[64];
	struct recall recall;
	struct buf key, value;
	bool is_there = false;
	enum err err = recall_get(judging->table, body->id.at, &recall, judging->fault);
	if (!err)
		err = is_in_recall(judging, body, &is_there);
	if (err == ERR_NOT_FOUND)
		return judging_refuse(judging, REFUSED_NO_SUCH_RECALL, 0, 0, 0);
	if (err)
		return err;
	if (!is_there)
		return judging_refuse(judging, OUTCOME_NOT_THERE, 0, 0, 0);
	if (!judging_in_mandate(judging, body->gtin, 0))
		return OK;
	if (judging_is_dry(judging))
		return OK;
	buf_over(&key, raw_key, sizeof raw_key);
	buf_put(&key, body->id);
	buf_put_be(&key, body->gtin, 8);
	record_put_string(&key, body->lot);
	buf_put(&key, span_of(judging->place, PLACE_SIZE));
	buf_over(&value, raw, sizeof raw);
	buf_put_be(&value, body->held, 4);
	buf_put_be(&value, body->quarantined, 4);
	buf_put_be(&value, body->returned, 4);
	buf_put_be(&value, body->supplied, 4);
	buf_put_be(&value, body->contacted, 4);
	buf_put_be(&value, judging->member_index, 2);
	buf_put_be(&value, judging->applying->position, POSITION_BYTES);
	buf_put_be(&value, (uint64_t)(judging->applying->time_ms / 1000), 5);
	buf_put_be(&value, recall.version, 2);
	return table_put(judging->table, TABLE_RECALL_ANSWER, buf_span(&key), buf_span(&value),
		judging->fault);
}
