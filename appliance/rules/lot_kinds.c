/* Kinds 32 and 34-38: a lot from opening to withdrawal. */
#include "appliance/rules/lot.h"

#include "appliance/rules/alert.h"
#include "appliance/rules/kinds.h"
#include "appliance/rules/product.h"
#include "appliance/rules/record.h"
#include "appliance/rules/tables.h"
#include "ledger/base/crypto.h"

enum {
	LOT_GTIN = 1,
	LOT_TEXT = 2,
	LOT_EXPIRIES = 3,
	LOT_EFFECTIVE = 4,
	LOT_PACKS = 5,
	LOT_PEPPER = 6,
	LOT_ENTROPY = 7,
};

/* Printed expiries, ascending. */
static size_t read_expiries(struct body *body, uint32_t expiries[LOT_EXPIRIES_MAX])
{
	size_t count = cbor_array(&body->cbor, LOT_EXPIRIES_MAX);
	if (!count)
		body_refuse(body, "no printed expiry");
	for (size_t i = 0; i < count; i++) {
		expiries[i] = body_date(body);
		if (i > 0 && expiries[i] <= expiries[i - 1])
			body_refuse(body, "expiries are not ascending");
	}
	return count;
}

static void put_expiries(struct buf *buf, const uint32_t *expiries, size_t count)
{
	cbor_put_array(buf, count);
	for (size_t i = 0; i < count; i++)
		cbor_put_uint(buf, expiries[i]);
}

enum err lot_decode(struct span in, struct lot_body *out, struct fault *fault)
{
	struct lot_body read = {0};
	struct body body;
	body_open(&body, in);
	while (body_next(&body)) {
		switch (body.field) {
		case LOT_GTIN: read.gtin = body_gtin(&body); break;
		case LOT_TEXT: read.lot = body_lot(&body); break;
		case LOT_EXPIRIES: read.expiry_count = read_expiries(&body, read.expiries); break;
		case LOT_EFFECTIVE: read.effective = body_date(&body); break;
		case LOT_PACKS: read.packs = (enum lot_packs)body_code(&body, 1, 3); break;
		case LOT_PEPPER: read.pepper_year = (uint16_t)body_code(&body, 2000, 9999); break;
		case LOT_ENTROPY: read.entropy_bits = (uint8_t)body_code(&body, 1, 255); break;
		default: body_unknown(&body);
		}
	}
	enum err err = body_close(&body,
		FIELD(LOT_GTIN) | FIELD(LOT_TEXT) | FIELD(LOT_EXPIRIES) | FIELD(LOT_EFFECTIVE) |
			FIELD(LOT_PACKS) | FIELD(LOT_PEPPER),
		fault);
	if (!err)
		*out = read;
	return err;
}

static void put_name(struct buf *buf, uint64_t gtin, struct span lot)
{
	cbor_put_uint(buf, LOT_GTIN);
	cbor_put_uint(buf, gtin);
	cbor_put_uint(buf, LOT_TEXT);
	cbor_put_text(buf, lot);
}

static void put_field(struct buf *buf, uint64_t field, uint64_t value)
{
	cbor_put_uint(buf, field);
	cbor_put_uint(buf, value);
}

void lot_encode(const struct lot_body *body, struct buf *buf)
{
	cbor_put_map(buf, 6 + (size_t)(body->entropy_bits != 0));
	put_name(buf, body->gtin, body->lot);
	cbor_put_uint(buf, LOT_EXPIRIES);
	put_expiries(buf, body->expiries, body->expiry_count);
	put_field(buf, LOT_EFFECTIVE, body->effective);
	put_field(buf, LOT_PACKS, body->packs);
	put_field(buf, LOT_PEPPER, body->pepper_year);
	if (body->entropy_bits)
		put_field(buf, LOT_ENTROPY, body->entropy_bits);
}

/* Number of the first field in which the lot that is there differs; 0 if it says the same. */
static unsigned lot_difference(const struct lot *lot, const struct lot_body *body)
{
	for (size_t i = 0; i < lot->expiry_count && lot->expiry_count == body->expiry_count; i++)
		if (lot->expiries[i].date != body->expiries[i])
			return LOT_EXPIRIES;
	if (lot->expiry_count != body->expiry_count)
		return LOT_EXPIRIES;
	if (lot->effective != body->effective)
		return LOT_EFFECTIVE;
	if (lot->packs != body->packs)
		return LOT_PACKS;
	if (lot->pepper_year != body->pepper_year)
		return LOT_PEPPER;
	return lot->entropy_bits != body->entropy_bits ? LOT_ENTROPY : 0;
}

static enum err lot_again(
	struct judging *judging, const struct lot *lot, const struct lot_body *body)
{
	uint8_t hash[HASH_SIZE];
	hash_sha256(judging->applying->statement->body, hash);
	if (memcmp(hash, lot->opening, sizeof lot->opening) == 0)
		return OK;
	unsigned field = lot_difference(lot, body);
	return field ? judging_refuse(judging, REFUSED_LOT_DIFFERS, 0, field, 0) : OK;
}

static enum err lot_name_put(struct judging *judging, const struct lot *lot)
{
	uint8_t raw_key[8 + LOT_TEXT_MAX], raw[4];
	struct buf key, value;
	buf_over(&key, raw_key, sizeof raw_key);
	buf_put_be(&key, lot->gtin, 8);
	buf_put(&key, lot_text(lot));
	buf_over(&value, raw, sizeof raw);
	buf_put_be(&value, lot->id, 4);
	return table_put(
		judging->table, TABLE_LOT_TEXT, buf_span(&key), buf_span(&value), judging->fault);
}

static enum err lot_open_new(struct judging *judging, const struct lot_body *body, uint32_t id)
{
	uint64_t position = judging->applying->position;
	uint8_t hash[HASH_SIZE];
	struct lot lot = {
		.gtin = body->gtin,
		.id = id,
		.text_size = (uint8_t)body->lot.size,
		.state = LOT_OPEN,
		.packs = body->packs,
		.pepper_year = body->pepper_year,
		.entropy_bits = body->entropy_bits,
		.member = judging->member_index,
		.expiry_count = body->expiry_count,
		.effective = body->effective,
		.effective_before = body->effective,
		.effective_at = position,
		.opened_at = position,
	};
	memcpy(lot.text, body->lot.at, body->lot.size);
	for (size_t i = 0; i < body->expiry_count; i++)
		lot.expiries[i] = (struct lot_expiry){body->expiries[i], position};
	hash_sha256(judging->applying->statement->body, hash);
	memcpy(lot.opening, hash, sizeof lot.opening);
	enum err err = counter_set(judging->table, COUNTER_LOT, id, judging->fault);
	if (!err)
		err = lot_name_put(judging, &lot);
	return err ? err : lot_put(judging->table, &lot, judging->fault);
}

enum err lot_apply(struct judging *judging, const struct lot_body *body)
{
	struct product product;
	struct lot lot;
	bool is_new, refused, pepper = false;
	uint32_t id;
	enum err err = product_claim(judging, body->gtin, &product, &is_new, &refused);
	if (err || refused)
		return err;
	err = lot_get(judging->table, body->gtin, body->lot, &lot, judging->fault);
	if (!err)
		return lot_again(judging, &lot, body);
	if (err != ERR_NOT_FOUND)
		return err;
	if (product.unit)
		return judging_refuse(
			judging, REFUSED_NOT_A_UNIT, 0, (int64_t)body->gtin, product.unit_count);
	err = judging->directory->pepper(
		judging->table, body->pepper_year, &pepper, judging->fault);
	if (err)
		return err;
	if (!pepper)
		return judging_refuse(judging, REFUSED_PEPPER_UNKNOWN, 0, body->pepper_year, 0);
	err = counter_peek(judging->table, COUNTER_LOT, &id, judging->fault);
	if (err || judging_is_dry(judging))
		return err;
	if (is_new)
		err = product_put(judging->table, &product, judging->fault);
	return err ? err : lot_open_new(judging, body, id);
}

/* The lot of a step that only the GTIN's holder may take. */
static enum err lot_of_holder(
	struct judging *judging, uint64_t gtin, struct span text, struct lot *lot, bool *refused)
{
	struct product product;
	bool is_new;
	enum err err = product_claim(judging, gtin, &product, &is_new, refused);
	if (err || *refused)
		return err;
	err = lot_get(judging->table, gtin, text, lot, judging->fault);
	if (err != ERR_NOT_FOUND)
		return err;
	*refused = true;
	return judging_refuse(judging, REFUSED_NO_SUCH_LOT, 0, (int64_t)gtin, 0);
}

#define LOT_STEP_COUNT 3

enum err lot_step_decode(struct span in, struct lot_step_body *out, struct fault *fault)
{
	struct lot_step_body read = {0};
	struct body body;
	body_open(&body, in);
	while (body_next(&body)) {
		switch (body.field) {
		case LOT_GTIN: read.gtin = body_gtin(&body); break;
		case LOT_TEXT: read.lot = body_lot(&body); break;
		case LOT_STEP_COUNT:
			read.count = (uint32_t)body_code(&body, 0, UINT32_MAX);
			read.has_count = true;
			break;
		default: body_unknown(&body);
		}
	}
	enum err err = body_close(&body, FIELD(LOT_GTIN) | FIELD(LOT_TEXT), fault);
	if (!err)
		*out = read;
	return err;
}

void lot_step_encode(const struct lot_step_body *body, struct buf *buf)
{
	cbor_put_map(buf, 2 + (size_t)body->has_count);
	put_name(buf, body->gtin, body->lot);
	if (body->has_count)
		put_field(buf, LOT_STEP_COUNT, body->count);
}

static enum err lot_close(
	struct judging *judging, const struct lot_step_body *body, struct lot *lot)
{
	if (lot->state == LOT_WITHDRAWN)
		return judging_refuse(judging, REFUSED_LOT_WITHDRAWN, 0, 0, 0);
	if (!lot_takes_packs(lot))
		return OK;
	if (body->has_count && body->count != lot->pack_count)
		return judging_refuse(judging, REFUSED_LOT_COUNT, 0, lot->pack_count, body->count);
	if (judging_is_dry(judging))
		return OK;
	if (lot->state == LOT_OPEN)
		lot->state = LOT_CLOSED;
	lot->reopened = false;
	lot->closed_at = judging->applying->position;
	return lot_put(judging->table, lot, judging->fault);
}

static enum err lot_release(struct judging *judging, struct lot *lot)
{
	if (lot->state == LOT_WITHDRAWN)
		return judging_refuse(judging, REFUSED_LOT_WITHDRAWN, 0, 0, 0);
	if (lot->state == LOT_OPEN)
		return judging_refuse(judging, REFUSED_LOT_NOT_CLOSED, 0, 0, 0);
	if (lot->state == LOT_RELEASED || judging_is_dry(judging))
		return OK;
	lot->state = LOT_RELEASED;
	lot->released_at = judging->applying->position;
	return lot_put(judging->table, lot, judging->fault);
}

static enum err lot_withdraw(struct judging *judging, struct lot *lot)
{
	if (lot->state == LOT_WITHDRAWN || judging_is_dry(judging))
		return OK;
	lot->state = LOT_WITHDRAWN;
	lot->reopened = false;
	lot->withdrawn_at = judging->applying->position;
	lot->withdrawn_s = judging->applying->time_ms / 1000;
	return lot_put(judging->table, lot, judging->fault);
}

enum err lot_step_apply(struct judging *judging, const struct lot_step_body *body)
{
	struct lot lot;
	bool refused;
	if (body->has_count && judging->kind->number != KIND_LOT_CLOSE)
		return judging_refuse(judging, OUTCOME_BAD_VALUE, 0, LOT_STEP_COUNT, 0);
	enum err err = lot_of_holder(judging, body->gtin, body->lot, &lot, &refused);
	if (err || refused)
		return err;
	if (judging->kind->number == KIND_LOT_CLOSE)
		return lot_close(judging, body, &lot);
	if (judging->kind->number == KIND_LOT_RELEASE)
		return lot_release(judging, &lot);
	return lot_withdraw(judging, &lot);
}

enum {
	LOT_EXTEND_EFFECTIVE = 3,
	LOT_EXTEND_PRINTED = 4,
};

enum err lot_extend_decode(struct span in, struct lot_extend_body *out, struct fault *fault)
{
	struct lot_extend_body read = {0};
	struct body body;
	body_open(&body, in);
	while (body_next(&body)) {
		switch (body.field) {
		case LOT_GTIN: read.gtin = body_gtin(&body); break;
		case LOT_TEXT: read.lot = body_lot(&body); break;
		case LOT_EXTEND_EFFECTIVE: read.effective = body_date(&body); break;
		case LOT_EXTEND_PRINTED: read.printed = body_date(&body); break;
		default: body_unknown(&body);
		}
	}
	unsigned required = FIELD(LOT_GTIN) | FIELD(LOT_TEXT);
	if (!read.printed)
		required |= FIELD(LOT_EXTEND_EFFECTIVE);
	enum err err = body_close(&body, required, fault);
	if (!err)
		*out = read;
	return err;
}

void lot_extend_encode(const struct lot_extend_body *body, struct buf *buf)
{
	cbor_put_map(buf, 2 + (size_t)(body->effective != 0) + (body->printed != 0));
	put_name(buf, body->gtin, body->lot);
	if (body->effective)
		put_field(buf, LOT_EXTEND_EFFECTIVE, body->effective);
	if (body->printed)
		put_field(buf, LOT_EXTEND_PRINTED, body->printed);
}

static bool has_expiry(const struct lot *lot, uint32_t date)
{
	for (size_t i = 0; i < lot->expiry_count; i++)
		if (lot->expiries[i].date == date)
			return true;
	return false;
}

/* Keeps them ascending. */
static void add_expiry(struct lot *lot, uint32_t date, uint64_t at)
{
	size_t i = lot->expiry_count++;
	for (; i > 0 && lot->expiries[i - 1].date > date; i--)
		lot->expiries[i] = lot->expiries[i - 1];
	lot->expiries[i] = (struct lot_expiry){date, at};
}

enum err lot_extend_apply(struct judging *judging, const struct lot_extend_body *body)
{
	struct lot lot;
	bool refused;
	uint64_t position = judging->applying->position;
	enum err err = lot_of_holder(judging, body->gtin, body->lot, &lot, &refused);
	if (err || refused)
		return err;
	if (lot.state == LOT_WITHDRAWN)
		return judging_refuse(judging, REFUSED_LOT_WITHDRAWN, 0, 0, 0);
	bool adds = body->printed && !has_expiry(&lot, body->printed);
	if (adds && lot.expiry_count == LOT_EXPIRIES_MAX)
		return judging_refuse(judging, OUTCOME_BAD_VALUE, 0, LOT_EXTEND_PRINTED, 0);
	bool moves = body->effective && body->effective != lot.effective;
	if ((!adds && !moves) || judging_is_dry(judging))
		return OK;
	if (adds)
		add_expiry(&lot, body->printed, position);
	if (moves) {
		bool is_settled = position - lot.effective_at > TAIL_MAX;
		if (is_settled || expiry_day(lot.effective) < expiry_day(lot.effective_before))
			lot.effective_before = lot.effective;
		lot.effective = body->effective;
		lot.effective_at = position;
	}
	return lot_put(judging->table, &lot, judging->fault);
}

enum {
	LOT_CORRECT_REASON = 3,
	LOT_CORRECT_EXPIRIES = 4,
};

enum err lot_correct_decode(struct span in, struct lot_correct_body *out, struct fault *fault)
{
	struct lot_correct_body read = {0};
	struct body body;
	body_open(&body, in);
	while (body_next(&body)) {
		switch (body.field) {
		case LOT_GTIN: read.gtin = body_gtin(&body); break;
		case LOT_TEXT: read.lot = body_lot(&body); break;
		case LOT_CORRECT_REASON:
			read.reason = (enum lot_reason)body_code(&body, 1, LOT_REASON_MAX);
			break;
		case LOT_CORRECT_EXPIRIES:
			if (read.reason != LOT_REASON_EXPIRY)
				body_refuse(&body, "expiries go with reason 1 only");
			read.expiry_count = read_expiries(&body, read.expiries);
			break;
		default: body_unknown(&body);
		}
	}
	unsigned required = FIELD(LOT_GTIN) | FIELD(LOT_TEXT) | FIELD(LOT_CORRECT_REASON);
	if (read.reason == LOT_REASON_EXPIRY)
		required |= FIELD(LOT_CORRECT_EXPIRIES);
	enum err err = body_close(&body, required, fault);
	if (!err)
		*out = read;
	return err;
}

void lot_correct_encode(const struct lot_correct_body *body, struct buf *buf)
{
	cbor_put_map(buf, 3 + (size_t)(body->expiry_count != 0));
	put_name(buf, body->gtin, body->lot);
	put_field(buf, LOT_CORRECT_REASON, body->reason);
	if (!body->expiry_count)
		return;
	cbor_put_uint(buf, LOT_CORRECT_EXPIRIES);
	put_expiries(buf, body->expiries, body->expiry_count);
}

/* Printed expiries are replaced; those that stay keep their position. */
static void correct_expiries(
	struct lot *lot, const struct lot_correct_body *body, uint64_t position)
{
	struct lot before = *lot;
	lot->expiry_count = body->expiry_count;
	for (size_t i = 0; i < body->expiry_count; i++) {
		lot->expiries[i] = (struct lot_expiry){body->expiries[i], position};
		for (size_t k = 0; k < before.expiry_count; k++)
			if (before.expiries[k].date == body->expiries[i])
				lot->expiries[i].at = before.expiries[k].at;
	}
}

enum err lot_correct_apply(struct judging *judging, const struct lot_correct_body *body)
{
	struct lot lot;
	bool refused;
	enum err err = lot_of_holder(judging, body->gtin, body->lot, &lot, &refused);
	if (err || refused)
		return err;
	if (lot.state == LOT_WITHDRAWN)
		return judging_refuse(judging, REFUSED_LOT_WITHDRAWN, 0, 0, 0);
	if (judging_is_dry(judging))
		return OK;
	bool was_complete = lot_is_complete(&lot);
	if (body->reason == LOT_REASON_EXPIRY)
		correct_expiries(&lot, body, judging->applying->position);
	else if (body->reason == LOT_REASON_PACKS && lot.packs == LOT_PACKS_ALL)
		lot.packs = LOT_PACKS_SOME;
	else if (body->reason == LOT_REASON_MISSING)
		lot.reopened = lot.state != LOT_OPEN;
	if (was_complete && !lot_is_complete(&lot))
		lot.eased_at = judging->applying->position;
	err = lot_put(judging->table, &lot, judging->fault);
	if (err)
		return err;
	return alert_close_lot(judging, body->gtin, body->lot,
		body->reason == LOT_REASON_EXPIRY ? ALERT_EXPIRY_MISMATCH : ALERT_UNKNOWN_SERIAL);
}
