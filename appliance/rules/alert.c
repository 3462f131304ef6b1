#include "appliance/rules/alert.h"

#include "appliance/rules/record.h"
#include "appliance/rules/tables.h"

#include <assert.h>

#define ALERT_LAYOUT 1
#define ROW_MAX      256
#define OPEN_KEY_MAX (8 + 2 + 1 + LOT_TEXT_MAX + 4)

unsigned alert_gravity(uint16_t code)
{
	static const uint16_t order[] = {ALERT_LATE_DELIVERY, ALERT_NO_SHIFT, ALERT_CHECK,
		ALERT_SHORT_DATED, ALERT_UNDO_LATE, ALERT_LEFT_CONTROL, ALERT_NO_WITNESS,
		ALERT_UNDO_BARRED, ALERT_UNDO_MISMATCH, ALERT_UNDO_OTHER, ALERT_OPENED_ELSEWHERE,
		ALERT_LATE_CONFLICT, ALERT_KEY_COMPROMISED, ALERT_TWO_LOTS, ALERT_UNKNOWN_LOT,
		ALERT_EXPIRED, ALERT_WRONG_MARKET, ALERT_NOT_RELEASED, ALERT_RECALLED,
		ALERT_WITHDRAWN, ALERT_EXPIRY_MISMATCH, ALERT_LOT_MISMATCH, ALERT_UNKNOWN_SERIAL,
		ALERT_REPACKAGED, ALERT_FREE_SAMPLED, ALERT_SAMPLED, ALERT_EXPORTED,
		ALERT_DESTROYED, ALERT_ALREADY_SUPPLIED, ALERT_LOCKED, ALERT_STOLEN};
	for (unsigned i = 0; i < sizeof order / sizeof order[0]; i++)
		if (order[i] == code)
			return i + 1;
	return 0;
}

const char *alert_cause_word(unsigned cause)
{
	static const char *const words[] = {
#define X(name, code, word, text) [code] = word,
		ALERT_CAUSE_LIST(X)
#undef X
	};
	return cause && cause <= CAUSE_MAX ? words[cause] : "open";
}

static struct span number_key(uint8_t raw[4], uint32_t number)
{
	struct buf buf;
	buf_over(&buf, raw, 4);
	buf_put_be(&buf, number, 4);
	return buf_span(&buf);
}

/* Key of the open alerts: with parameter, or the prefix of all parameters. */
static struct span open_key(uint8_t raw[OPEN_KEY_MAX], uint64_t gtin, struct span lot,
	uint16_t code, const uint32_t *parameter)
{
	struct buf buf;
	buf_over(&buf, raw, OPEN_KEY_MAX);
	buf_put_be(&buf, gtin, 8);
	buf_put_be(&buf, code, 2);
	record_put_string(&buf, lot);
	if (parameter)
		buf_put_be(&buf, *parameter, 4);
	assert(!buf.err);
	return buf_span(&buf);
}

static enum err alert_read(struct span value, struct alert *alert, struct fault *fault)
{
	struct record record;
	record_open(&record, value);
	if (record_be(&record, 1) != ALERT_LAYOUT)
		record.bad = true;
	alert->code = (uint16_t)record_be(&record, 2);
	alert->gtin = record_be(&record, 8);
	struct span lot = record_string(&record);
	if (lot.size > LOT_TEXT_MAX)
		record.bad = true;
	else if (lot.size)
		memcpy(alert->lot, lot.at, lot.size);
	alert->lot_size = (uint8_t)(lot.size & 0x1f);
	alert->parameter = (uint32_t)record_be(&record, 4);
	alert->count = (uint32_t)record_be(&record, 4);
	alert->member = (uint16_t)record_be(&record, 2);
	alert->is_shared = record_be(&record, 1) != 0;
	alert->first_at = record_be(&record, POSITION_BYTES);
	alert->first_s = (int64_t)record_be(&record, 5);
	alert->last_at = record_be(&record, POSITION_BYTES);
	alert->last_s = (int64_t)record_be(&record, 5);
	alert->place_count = (uint8_t)record_be(&record, 1);
	for (size_t i = 0; i < ALERT_PLACES_MAX; i++) {
		struct span place = record_bytes(&record, PLACE_SIZE);
		if (place.size)
			memcpy(alert->places[i], place.at, PLACE_SIZE);
	}
	if (alert->place_count > ALERT_PLACES_MAX)
		record.bad = true;
	alert->place_at = record_be(&record, POSITION_BYTES);
	alert->cause = (uint8_t)record_be(&record, 1);
	alert->closed_at = record_be(&record, POSITION_BYTES);
	alert->closed_by = (uint16_t)record_be(&record, 2);
	return record_close(&record, TABLE_ALERT, fault);
}

static enum err alert_put(const struct table *table, const struct alert *alert, struct fault *fault)
{
	uint8_t raw[ROW_MAX], key[4];
	struct buf buf;
	buf_over(&buf, raw, sizeof raw);
	buf_put_be(&buf, ALERT_LAYOUT, 1);
	buf_put_be(&buf, alert->code, 2);
	buf_put_be(&buf, alert->gtin, 8);
	record_put_string(&buf, span_of(alert->lot, alert->lot_size));
	buf_put_be(&buf, alert->parameter, 4);
	buf_put_be(&buf, alert->count, 4);
	buf_put_be(&buf, alert->member, 2);
	buf_put_be(&buf, alert->is_shared, 1);
	buf_put_be(&buf, alert->first_at, POSITION_BYTES);
	buf_put_be(&buf, (uint64_t)alert->first_s, 5);
	buf_put_be(&buf, alert->last_at, POSITION_BYTES);
	buf_put_be(&buf, (uint64_t)alert->last_s, 5);
	buf_put_be(&buf, alert->place_count, 1);
	buf_put(&buf, span_of(alert->places, sizeof alert->places));
	buf_put_be(&buf, alert->place_at, POSITION_BYTES);
	buf_put_be(&buf, alert->cause, 1);
	buf_put_be(&buf, alert->closed_at, POSITION_BYTES);
	buf_put_be(&buf, alert->closed_by, 2);
	assert(!buf.err);
	return table_put(table, TABLE_ALERT, number_key(key, alert->number), buf_span(&buf), fault);
}

enum err alert_get(
	const struct table *table, uint32_t number, struct alert *alert, struct fault *fault)
{
	uint8_t key[4];
	struct span value;
	struct alert read = {.number = number};
	enum err err = table_get(table, TABLE_ALERT, number_key(key, number), &value, fault);
	if (!err)
		err = alert_read(value, &read, fault);
	if (!err)
		*alert = read;
	return err;
}

enum err alert_next(
	const struct table *table, uint32_t before, struct alert *alert, struct fault *fault)
{
	uint8_t raw[4];
	struct span key, value;
	struct span after = before ? number_key(raw, before) : span_of(NULL, 0);
	struct alert read = {0};
	struct record record;
	enum err err = table_next(
		table, TABLE_ALERT, span_of(NULL, 0), after, TABLE_DOWN, &key, &value, fault);
	if (err)
		return err;
	record_open(&record, key);
	read.number = (uint32_t)record_be(&record, 4);
	err = record_close(&record, TABLE_ALERT, fault);
	if (!err)
		err = alert_read(value, &read, fault);
	if (!err)
		*alert = read;
	return err;
}

static enum err open_number(struct span value, uint32_t *number, struct fault *fault)
{
	struct record record;
	record_open(&record, value);
	*number = (uint32_t)record_be(&record, 4);
	return record_close(&record, TABLE_ALERT_OPEN, fault);
}

enum err alert_find(const struct table *table, uint64_t gtin, struct span lot, uint16_t code,
	uint32_t parameter, struct alert *alert, struct fault *fault)
{
	uint8_t raw[OPEN_KEY_MAX];
	struct span value;
	uint32_t number = 0;
	enum err err = table_get(
		table, TABLE_ALERT_OPEN, open_key(raw, gtin, lot, code, &parameter), &value, fault);
	if (!err)
		err = open_number(value, &number, fault);
	if (err)
		return err;
	err = alert_get(table, number, alert, fault);
	if (err == ERR_NOT_FOUND)
		return fault_set(fault, ERR_CORRUPT, 0, 0,
			"an open alert has no row; rebuild the state from the ledger");
	return err;
}

static struct span case_key(
	uint8_t raw[16], uint32_t number, const uint64_t *position, uint32_t element)
{
	struct buf buf;
	buf_over(&buf, raw, 16);
	buf_put_be(&buf, number, 4);
	if (position) {
		buf_put_be(&buf, *position, POSITION_BYTES);
		buf_put_be(&buf, element, 4);
	}
	return buf_span(&buf);
}

static enum err case_put(struct judging *judging, uint32_t number, const struct alert_event *event)
{
	static const uint8_t none[KEY_SIZE];
	uint8_t raw[64], key[16];
	struct buf buf;
	buf_over(&buf, raw, sizeof raw);
	buf_put_be(&buf, (uint64_t)(judging->applying->time_ms / 1000), 5);
	buf_put_be(&buf, judging->member_index, 2);
	buf_put(&buf, span_of(judging->place, PLACE_SIZE));
	buf_put_be(&buf, event->key != NULL, 1);
	buf_put(&buf, span_of(event->key ? event->key : none, KEY_SIZE));
	buf_put_be(&buf, event->before_at, POSITION_BYTES);
	return table_put(judging->table, TABLE_ALERT_CASE,
		case_key(key, number, &judging->applying->position, event->element), buf_span(&buf),
		judging->fault);
}

enum err alert_case_next(const struct table *table, uint32_t number, const struct alert_case *after,
	struct alert_case *found, struct fault *fault)
{
	uint8_t raw_prefix[16], raw_after[16];
	struct span key, value, last = {0};
	struct alert_case read = {0};
	struct record record;
	if (after && after->position)
		last = case_key(raw_after, number, &after->position, after->element);
	enum err err = table_next(table, TABLE_ALERT_CASE, case_key(raw_prefix, number, NULL, 0),
		last, TABLE_UP, &key, &value, fault);
	if (err)
		return err;
	record_open(&record, key);
	(void)record_be(&record, 4);
	read.position = record_be(&record, POSITION_BYTES);
	read.element = (uint32_t)record_be(&record, 4);
	err = record_close(&record, TABLE_ALERT_CASE, fault);
	if (err)
		return err;
	record_open(&record, value);
	read.s = (int64_t)record_be(&record, 5);
	read.member = (uint16_t)record_be(&record, 2);
	struct span place = record_bytes(&record, PLACE_SIZE);
	read.has_key = record_be(&record, 1) != 0;
	struct span pack = record_bytes(&record, KEY_SIZE);
	read.before_at = record_be(&record, POSITION_BYTES);
	err = record_close(&record, TABLE_ALERT_CASE, fault);
	if (err)
		return err;
	memcpy(read.place, place.at, PLACE_SIZE);
	memcpy(read.key, pack.at, KEY_SIZE);
	*found = read;
	return OK;
}

/* Whether the key has opened its day's share of alerts for the product and cause; counts one more
 * if not. */
static enum err quota_take(struct judging *judging, const struct alert_event *event, bool *is_over)
{
	uint8_t raw_key[16], raw[8];
	struct buf key, buf;
	struct span value;
	struct record record;
	uint32_t day = 0, count = 0;
	buf_over(&key, raw_key, sizeof raw_key);
	buf_put_be(&key, judging->applying->author->key_index, 4);
	buf_put_be(&key, event->gtin, 8);
	buf_put_be(&key, event->code, 2);
	enum err err = table_get(
		judging->table, TABLE_ALERT_QUOTA, buf_span(&key), &value, judging->fault);
	if (!err) {
		record_open(&record, value);
		day = (uint32_t)record_be(&record, 4);
		count = (uint32_t)record_be(&record, 4);
		err = record_close(&record, TABLE_ALERT_QUOTA, judging->fault);
	}
	if (err && err != ERR_NOT_FOUND)
		return err;
	if (day != (uint32_t)judging->today)
		count = 0;
	*is_over = count >= ALERT_DAY_QUOTA;
	if (*is_over)
		return OK;
	buf_over(&buf, raw, sizeof raw);
	buf_put_be(&buf, (uint32_t)judging->today, 4);
	buf_put_be(&buf, count + 1, 4);
	return table_put(
		judging->table, TABLE_ALERT_QUOTA, buf_span(&key), buf_span(&buf), judging->fault);
}

static enum err alert_open(
	struct judging *judging, const struct alert_event *event, struct alert *alert)
{
	uint8_t raw_key[OPEN_KEY_MAX], raw[4];
	uint32_t number = 0;
	enum err err = counter_peek(judging->table, COUNTER_ALERT, &number, judging->fault);
	if (err)
		return err;
	*alert = (struct alert){
		.number = number,
		.code = event->code,
		.gtin = event->gtin,
		.lot_size = (uint8_t)event->lot.size,
		.parameter = event->parameter,
		.member = judging->member_index,
		.first_at = judging->applying->position,
		.first_s = judging->applying->time_ms / 1000,
	};
	if (event->lot.size)
		memcpy(alert->lot, event->lot.at, event->lot.size);
	err = counter_set(judging->table, COUNTER_ALERT, number, judging->fault);
	if (err)
		return err;
	return table_put(judging->table, TABLE_ALERT_OPEN,
		open_key(raw_key, event->gtin, event->lot, event->code, &event->parameter),
		number_key(raw, number), judging->fault);
}

static void count_place(struct judging *judging, struct alert *alert)
{
	for (size_t i = 0; i < alert->place_count; i++)
		if (memcmp(alert->places[i], judging->place, PLACE_SIZE) == 0)
			return;
	if (alert->place_count == ALERT_PLACES_MAX)
		return;
	memcpy(alert->places[alert->place_count++], judging->place, PLACE_SIZE);
	alert->place_at = judging->applying->position;
}

enum err alert_raise(struct judging *judging, const struct alert_event *event, int64_t a)
{
	struct alert alert;
	struct alert_event merged = *event;
	bool is_over = false;
	judging_alert(judging, event->code, event->element, a, 0);
	if (judging_is_dry(judging))
		return OK;
	enum err err = alert_find(judging->table, event->gtin, event->lot, event->code,
		event->parameter, &alert, judging->fault);
	if (err == ERR_NOT_FOUND) {
		err = quota_take(judging, event, &is_over);
		if (!err && is_over) {
			merged.lot = span_of(NULL, 0);
			merged.parameter = 0;
			err = alert_find(judging->table, merged.gtin, merged.lot, merged.code, 0,
				&alert, judging->fault);
		} else if (!err) {
			err = ERR_NOT_FOUND;
		}
		if (err == ERR_NOT_FOUND)
			err = alert_open(judging, &merged, &alert);
	}
	if (!err && alert.count < ALERT_CASES_MAX)
		err = case_put(judging, alert.number, event);
	if (err)
		return err;
	if (alert.count < UINT32_MAX)
		alert.count++;
	alert.last_at = judging->applying->position;
	alert.last_s = judging->applying->time_ms / 1000;
	alert.is_shared |= alert.member != judging->member_index;
	count_place(judging, &alert);
	return alert_put(judging->table, &alert, judging->fault);
}

enum err alert_close(struct judging *judging, struct alert *alert, uint8_t cause)
{
	uint8_t raw[OPEN_KEY_MAX];
	alert->cause = cause;
	alert->closed_at = judging->applying->position;
	alert->closed_by = judging->member_index;
	enum err err = alert_put(judging->table, alert, judging->fault);
	if (err)
		return err;
	return table_drop(judging->table, TABLE_ALERT_OPEN,
		open_key(raw, alert->gtin, span_of(alert->lot, alert->lot_size), alert->code,
			&alert->parameter),
		judging->fault);
}

enum err alert_close_lot(struct judging *judging, uint64_t gtin, struct span lot, uint16_t code)
{
	uint8_t raw[OPEN_KEY_MAX];
	struct span prefix = open_key(raw, gtin, lot, code, NULL);
	for (size_t i = 0; i < ALERT_CLOSE_MAX; i++) {
		struct span key, value;
		struct alert alert;
		uint32_t number = 0;
		enum err err = table_next(judging->table, TABLE_ALERT_OPEN, prefix,
			span_of(NULL, 0), TABLE_UP, &key, &value, judging->fault);
		if (err)
			return err == ERR_NOT_FOUND ? OK : err;
		err = open_number(value, &number, judging->fault);
		if (!err)
			err = alert_get(judging->table, number, &alert, judging->fault);
		if (!err)
			err = alert_close(judging, &alert, CAUSE_CORRECTED);
		if (err)
			return err;
	}
	return OK;
}
