/* Kinds 70-72: checks that came out red or amber, counts of those that did not, closed alerts. */
#include "appliance/rules/alert.h"

#include "appliance/rules/kinds.h"
#include "appliance/rules/record.h"
#include "appliance/rules/tables.h"
#include "appliance/rules/verdict.h"

#define CHECK_DAYS_MAX 30

enum {
	CHECK_GTIN = 1,
	CHECK_LOT = 2,
	CHECK_KEY = 3,
	CHECK_VERDICT = 4,
	CHECK_EXPIRY = 5,
};

static uint8_t read_verdict(struct body *body)
{
	uint64_t code = body_code(body, 1, UINT8_MAX);
	const struct verdict_row *row = verdict_row((unsigned)code);
	if (!row || !row->alert)
		body_refuse(body, "not the code of a red or amber verdict");
	return (uint8_t)code;
}

enum err check_alert_decode(struct span in, struct check_alert_body *out, struct fault *fault)
{
	struct check_alert_body read = {0};
	struct body body;
	body_open(&body, in);
	while (body_next(&body)) {
		switch (body.field) {
		case CHECK_GTIN: read.gtin = body_gtin(&body); break;
		case CHECK_LOT: read.lot = body_lot(&body); break;
		case CHECK_KEY: read.key = body_bytes(&body, KEY_SIZE); break;
		case CHECK_VERDICT: read.verdict = read_verdict(&body); break;
		case CHECK_EXPIRY: read.expiry = body_date(&body); break;
		default: body_unknown(&body);
		}
	}
	unsigned required = FIELD(CHECK_GTIN) | FIELD(CHECK_VERDICT);
	if (read.verdict == VERDICT_EXPIRY_MISMATCH || read.verdict == VERDICT_MAKER_DATA)
		required |= FIELD(CHECK_LOT) | FIELD(CHECK_EXPIRY);
	enum err err = body_close(&body, required, fault);
	if (!err)
		*out = read;
	return err;
}

void check_alert_encode(const struct check_alert_body *body, struct buf *buf)
{
	cbor_put_map(buf,
		2 + (size_t)(body->lot.size != 0) + (body->key.size != 0) + (body->expiry != 0));
	cbor_put_uint(buf, CHECK_GTIN);
	cbor_put_uint(buf, body->gtin);
	if (body->lot.size) {
		cbor_put_uint(buf, CHECK_LOT);
		cbor_put_text(buf, body->lot);
	}
	if (body->key.size) {
		cbor_put_uint(buf, CHECK_KEY);
		cbor_put_bytes(buf, body->key);
	}
	cbor_put_uint(buf, CHECK_VERDICT);
	cbor_put_uint(buf, body->verdict);
	if (body->expiry) {
		cbor_put_uint(buf, CHECK_EXPIRY);
		cbor_put_uint(buf, body->expiry);
	}
}

/* A mismatch that was seen as the maker's counts as the same mismatch. */
static uint16_t alert_of(const struct check_alert_body *body)
{
	if (body->verdict == VERDICT_MAKER_DATA)
		return ALERT_EXPIRY_MISMATCH;
	return verdict_row(body->verdict)->alert;
}

/* What tells alerts of one cause apart. */
static uint32_t parameter_of(const struct check_alert_body *body, uint16_t code)
{
	if (code == ALERT_EXPIRY_MISMATCH)
		return body->expiry;
	return code == ALERT_CHECK ? body->verdict : 0;
}

enum err check_alert_apply(struct judging *judging, const struct check_alert_body *body)
{
	struct alert_event event = {
		.code = alert_of(body),
		.gtin = body->gtin,
		.lot = body->lot,
		.key = body->key.size ? body->key.at : NULL,
	};
	if (!judging_in_mandate(judging, body->gtin, 0))
		return OK;
	event.parameter = parameter_of(body, event.code);
	return alert_raise(judging, &event, event.parameter);
}

enum {
	COUNT_DAY = 1,
	COUNT_COUNT = 2,
	COUNT_ROOT = 3,
};

enum err check_count_decode(struct span in, struct check_count_body *out, struct fault *fault)
{
	struct check_count_body read = {0};
	struct body body;
	body_open(&body, in);
	while (body_next(&body)) {
		switch (body.field) {
		case COUNT_DAY: read.day = (uint32_t)body_code(&body, 1, 1000000); break;
		case COUNT_COUNT: read.count = (uint32_t)body_code(&body, 1, UINT32_MAX); break;
		case COUNT_ROOT: read.root = body_bytes(&body, 32); break;
		default: body_unknown(&body);
		}
	}
	enum err err =
		body_close(&body, FIELD(COUNT_DAY) | FIELD(COUNT_COUNT) | FIELD(COUNT_ROOT), fault);
	if (!err)
		*out = read;
	return err;
}

void check_count_encode(const struct check_count_body *body, struct buf *buf)
{
	cbor_put_map(buf, 3);
	cbor_put_uint(buf, COUNT_DAY);
	cbor_put_uint(buf, body->day);
	cbor_put_uint(buf, COUNT_COUNT);
	cbor_put_uint(buf, body->count);
	cbor_put_uint(buf, COUNT_ROOT);
	cbor_put_bytes(buf, body->root);
}

enum err check_count_apply(struct judging *judging, const struct check_count_body *body)
{
	uint8_t raw[4];
	struct buf buf;
	struct span value;
	struct record record;
	struct span key = span_of(judging->place, PLACE_SIZE);
	int64_t age = (int64_t)judging->today - body->day;
	if (age < 1 || age > CHECK_DAYS_MAX)
		return judging_refuse(judging, REFUSED_DAY_WRONG, 0, body->day, 0);
	enum err err = table_get(judging->table, TABLE_CHECK_DAY, key, &value, judging->fault);
	if (!err) {
		record_open(&record, value);
		uint32_t last = (uint32_t)record_be(&record, 4);
		err = record_close(&record, TABLE_CHECK_DAY, judging->fault);
		if (!err && body->day <= last)
			return judging_refuse(judging, REFUSED_DAY_COUNTED, 0, body->day, 0);
	}
	if (err && err != ERR_NOT_FOUND)
		return err;
	if (judging_is_dry(judging))
		return OK;
	buf_over(&buf, raw, sizeof raw);
	buf_put_be(&buf, body->day, 4);
	return table_put(judging->table, TABLE_CHECK_DAY, key, buf_span(&buf), judging->fault);
}

enum {
	RESOLVE_NUMBER = 1,
	RESOLVE_CAUSE = 2,
};

enum err alert_resolve_decode(struct span in, struct alert_resolve_body *out, struct fault *fault)
{
	struct alert_resolve_body read = {0};
	struct body body;
	body_open(&body, in);
	while (body_next(&body)) {
		switch (body.field) {
		case RESOLVE_NUMBER: read.number = (uint32_t)body_code(&body, 1, UINT32_MAX); break;
		case RESOLVE_CAUSE:
			read.cause = (uint8_t)body_code(&body, 1, CAUSE_UNFOUNDED);
			break;
		default: body_unknown(&body);
		}
	}
	enum err err = body_close(&body, FIELD(RESOLVE_NUMBER) | FIELD(RESOLVE_CAUSE), fault);
	if (!err)
		*out = read;
	return err;
}

void alert_resolve_encode(const struct alert_resolve_body *body, struct buf *buf)
{
	cbor_put_map(buf, 2);
	cbor_put_uint(buf, RESOLVE_NUMBER);
	cbor_put_uint(buf, body->number);
	cbor_put_uint(buf, RESOLVE_CAUSE);
	cbor_put_uint(buf, body->cause);
}

enum err alert_resolve_apply(struct judging *judging, const struct alert_resolve_body *body)
{
	struct alert alert;
	enum err err = alert_get(judging->table, body->number, &alert, judging->fault);
	if (err == ERR_NOT_FOUND)
		return judging_refuse(judging, REFUSED_NO_SUCH_ALERT, 0, body->number, 0);
	if (err)
		return err;
	if (alert.cause)
		return judging_refuse(judging, REFUSED_ALERT_CLOSED, 0, body->number, 0);
	bool is_its_own = alert.member == judging->member_index && !alert.is_shared;
	if (!is_its_own && !judging_is_holder(judging, alert.gtin) &&
		!scope_is_authority(&judging->scope, AREA_MEDICINES))
		return judging_refuse(judging, REFUSED_NOT_YOUR_ALERT, 0, body->number, 0);
	if (!judging_in_mandate(judging, alert.gtin, 0) || judging_is_dry(judging))
		return OK;
	return alert_close(judging, &alert, body->cause);
}
