/* Reading a recall back: its lots, its answers, how far it has come. */
#include "appliance/rules/lot.h"
#include "appliance/rules/recall.h"
#include "appliance/rules/record.h"
#include "appliance/rules/tables.h"

#define LOT_KEY_MAX (RECALL_ID_SIZE + 8 + LOT_TEXT_MAX)

enum err recall_lot_next(const struct table *table, const uint8_t id[RECALL_ID_SIZE],
	struct recall_lot *lot, struct fault *fault)
{
	uint8_t raw[LOT_KEY_MAX];
	struct span key, value, after = {0};
	struct buf last;
	struct record record;
	struct recall_lot read = {0};
	buf_over(&last, raw, sizeof raw);
	buf_put(&last, span_of(id, RECALL_ID_SIZE));
	buf_put_be(&last, lot->gtin, 8);
	buf_put(&last, span_of(lot->text, lot->text_size));
	if (lot->gtin)
		after = buf_span(&last);
	enum err err = table_next(table, TABLE_RECALL_LOT, span_of(id, RECALL_ID_SIZE), after,
		TABLE_UP, &key, &value, fault);
	if (err)
		return err;
	record_open(&record, key);
	(void)record_bytes(&record, RECALL_ID_SIZE);
	read.gtin = record_be(&record, 8);
	struct span text = record_bytes(&record, key.size - record.at);
	if (record.bad || text.size > LOT_TEXT_MAX)
		return fault_set(fault, ERR_CORRUPT, 0, 0,
			"a recall's lot has a wrong key; rebuild the state from the ledger");
	if (text.size)
		memcpy(read.text, text.at, text.size);
	read.text_size = (uint8_t)text.size;
	record_open(&record, value);
	read.at = record_be(&record, POSITION_BYTES);
	read.removed_at = record_be(&record, POSITION_BYTES);
	err = record_close(&record, TABLE_RECALL_LOT, fault);
	if (!err)
		*lot = read;
	return err;
}

int64_t recall_due_s(const struct recall *recall)
{
	int64_t days = 0;
	switch (recall->class) {
	case RECALL_CLASS_1: days = 1; break;
	case RECALL_CLASS_2: days = 2; break;
	case RECALL_CLASS_3:
	case RECALL_COMPANY: days = 5; break;
	case RECALL_CLASS_4: return 0;
	}
	return recall->issued_s + days * 24 * 3600;
}

static enum err answer_read(struct span value, struct recall_answer *answer, struct fault *fault)
{
	struct record record;
	record_open(&record, value);
	answer->held = (uint32_t)record_be(&record, 4);
	answer->quarantined = (uint32_t)record_be(&record, 4);
	answer->returned = (uint32_t)record_be(&record, 4);
	answer->supplied = (uint32_t)record_be(&record, 4);
	answer->contacted = (uint32_t)record_be(&record, 4);
	answer->member = (uint16_t)record_be(&record, 2);
	answer->at = record_be(&record, POSITION_BYTES);
	answer->s = (int64_t)record_be(&record, 5);
	answer->version = (uint16_t)record_be(&record, 2);
	return record_close(&record, TABLE_RECALL_ANSWER, fault);
}

enum err recall_answer_next(const struct table *table, const uint8_t id[RECALL_ID_SIZE],
	struct recall_answer_walk *walk, struct fault *fault)
{
	struct span key, value;
	struct record record;
	enum err err = table_next(table, TABLE_RECALL_ANSWER, span_of(id, RECALL_ID_SIZE),
		span_of(walk->key, walk->key_size), TABLE_UP, &key, &value, fault);
	if (walk->key_size == 0 && err == OK && key.size > sizeof walk->key)
		err = ERR_CORRUPT;
	if (err)
		return err;
	memcpy(walk->key, key.at, key.size);
	walk->key_size = key.size;
	err = answer_read(value, &walk->answer, fault);
	if (err)
		return err;
	record_open(&record, span_of(walk->key, walk->key_size));
	(void)record_bytes(&record, RECALL_ID_SIZE);
	walk->gtin = record_be(&record, 8);
	walk->lot = record_string(&record);
	struct span place = record_bytes(&record, PLACE_SIZE);
	err = record_close(&record, TABLE_RECALL_ANSWER, fault);
	if (!err)
		memcpy(walk->place, place.at, PLACE_SIZE);
	return err;
}

/* Whether all lots of the product are in the recall: a lot of it does not count again. */
static enum err is_whole(
	const struct table *table, const uint8_t *id, uint64_t gtin, bool *is, struct fault *fault)
{
	uint8_t raw[LOT_KEY_MAX];
	struct buf key;
	struct span value;
	struct record record;
	buf_over(&key, raw, sizeof raw);
	buf_put(&key, span_of(id, RECALL_ID_SIZE));
	buf_put_be(&key, gtin, 8);
	*is = false;
	enum err err = table_get(table, TABLE_RECALL_LOT, buf_span(&key), &value, fault);
	if (err)
		return err == ERR_NOT_FOUND ? OK : err;
	record_open(&record, value);
	(void)record_be(&record, POSITION_BYTES);
	*is = record_be(&record, POSITION_BYTES) == 0;
	return record_close(&record, TABLE_RECALL_LOT, fault);
}

/* The packs that a recall of single packs names. */
static enum err count_named(
	const struct table *table, const uint8_t *id, uint64_t *known, struct fault *fault)
{
	uint8_t last[RECALL_ID_SIZE + KEY_SIZE];
	struct span key, value, after = {0};
	enum err err;
	while (!(err = table_next(table, TABLE_RECALL_PACK, span_of(id, RECALL_ID_SIZE), after,
			 TABLE_UP, &key, &value, fault))) {
		if (key.size != sizeof last)
			return fault_set(fault, ERR_CORRUPT, 0, 0,
				"a recalled pack's key has the wrong size; rebuild the state from "
				"the ledger");
		++*known;
		memcpy(last, key.at, sizeof last);
		after = span_of(last, sizeof last);
	}
	return err == ERR_NOT_FOUND ? OK : err;
}

/* Registered packs of one item: of one lot, or of all lots of the product. */
static enum err count_known(const struct table *table, const struct recall_lot *item,
	uint64_t *known, struct fault *fault)
{
	struct lot lot = {0};
	enum err err;
	if (item->text_size) {
		err = lot_get(table, item->gtin, span_of(item->text, item->text_size), &lot, fault);
		if (!err)
			*known += lot.pack_count;
		return err == ERR_NOT_FOUND ? OK : err;
	}
	while (!(err = lot_next(table, item->gtin, lot.id, &lot, fault)))
		*known += lot.pack_count;
	return err == ERR_NOT_FOUND ? OK : err;
}

/* Stops at the end of the type: members' own numbers must not turn a sum around. */
static void add_count(uint32_t *sum, uint32_t count)
{
	*sum = count > UINT32_MAX - *sum ? UINT32_MAX : *sum + count;
}

static void add_answer(struct recall_reach *reach, const struct recall_answer *answer)
{
	reach->places++;
	add_count(&reach->sum.held, answer->held);
	add_count(&reach->sum.quarantined, answer->quarantined);
	add_count(&reach->sum.returned, answer->returned);
	add_count(&reach->sum.supplied, answer->supplied);
	add_count(&reach->sum.contacted, answer->contacted);
	reach->answered +=
		(uint64_t)answer->held + answer->quarantined + answer->returned + answer->supplied;
}

/* Registered packs of all items in force. */
static enum err count_items(
	const struct table *table, const uint8_t *id, uint64_t *known, struct fault *fault)
{
	struct recall_lot item = {0};
	enum err err;
	while (!(err = recall_lot_next(table, id, &item, fault))) {
		bool is_counted = false;
		if (item.text_size)
			err = is_whole(table, id, item.gtin, &is_counted, fault);
		if (!err && !item.removed_at && !is_counted)
			err = count_known(table, &item, known, fault);
		if (err)
			return err;
	}
	return err == ERR_NOT_FOUND ? OK : err;
}

enum err recall_reach(const struct table *table, const uint8_t id[RECALL_ID_SIZE],
	struct recall_reach *reach, struct fault *fault)
{
	struct recall_reach read = {0};
	struct recall recall;
	struct recall_answer_walk walk = {0};
	enum err err = recall_get(table, id, &recall, fault);
	if (!err)
		err = recall.by_pack ? count_named(table, id, &read.known, fault)
				     : count_items(table, id, &read.known, fault);
	if (err)
		return err;
	while (!(err = recall_answer_next(table, id, &walk, fault)))
		add_answer(&read, &walk.answer);
	if (err != ERR_NOT_FOUND)
		return err;
	read.unknown = read.known > read.answered ? read.known - read.answered : 0;
	*reach = read;
	return OK;
}
