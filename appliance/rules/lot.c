#include "appliance/rules/lot.h"

#include "appliance/rules/record.h"
#include "appliance/rules/tables.h"
#include "ledger/base/civil.h"

#include <assert.h>

#define LOT_LAYOUT     1
#define PRODUCT_LAYOUT 1
#define ROW_MAX        512

struct lot_key {
	uint8_t at[8 + LOT_TEXT_MAX];
	size_t size;
};

static struct span put_key(struct lot_key *key, uint64_t gtin, struct span rest)
{
	struct buf buf;
	buf_over(&buf, key->at, sizeof key->at);
	buf_put_be(&buf, gtin, 8);
	buf_put(&buf, rest);
	assert(!buf.err);
	key->size = buf.size;
	return buf_span(&buf);
}

static struct span put_id_key(struct lot_key *key, uint64_t gtin, uint32_t id)
{
	uint8_t raw[4];
	struct buf buf;
	buf_over(&buf, raw, sizeof raw);
	buf_put_be(&buf, id, 4);
	return put_key(key, gtin, buf_span(&buf));
}

static void read_expiries(struct record *record, struct lot *lot)
{
	lot->expiry_count = (size_t)record_be(record, 1);
	if (lot->expiry_count > LOT_EXPIRIES_MAX) {
		record->bad = true;
		lot->expiry_count = 0;
	}
	for (size_t i = 0; i < lot->expiry_count; i++) {
		lot->expiries[i].date = (uint32_t)record_be(record, 4);
		lot->expiries[i].at = record_be(record, POSITION_BYTES);
	}
}

static enum err lot_read(struct span value, struct lot *lot, struct fault *fault)
{
	struct record record;
	record_open(&record, value);
	if (record_be(&record, 1) != LOT_LAYOUT)
		record.bad = true;
	struct span text = record_string(&record);
	if (text.size > LOT_TEXT_MAX)
		record.bad = true;
	else if (text.size)
		memcpy(lot->text, text.at, text.size);
	lot->text_size = (uint8_t)(text.size & 0x1f);
	lot->state = (enum lot_state)record_be(&record, 1);
	lot->reopened = record_be(&record, 1) != 0;
	lot->packs = (enum lot_packs)record_be(&record, 1);
	lot->pepper_year = (uint16_t)record_be(&record, 2);
	lot->entropy_bits = (uint8_t)record_be(&record, 1);
	lot->member = (uint16_t)record_be(&record, 2);
	read_expiries(&record, lot);
	lot->effective = (uint32_t)record_be(&record, 4);
	lot->effective_before = (uint32_t)record_be(&record, 4);
	lot->effective_at = record_be(&record, POSITION_BYTES);
	lot->opened_at = record_be(&record, POSITION_BYTES);
	lot->closed_at = record_be(&record, POSITION_BYTES);
	lot->released_at = record_be(&record, POSITION_BYTES);
	lot->withdrawn_at = record_be(&record, POSITION_BYTES);
	lot->withdrawn_s = (int64_t)record_be(&record, 5);
	lot->eased_at = record_be(&record, POSITION_BYTES);
	lot->pack_count = (uint32_t)record_be(&record, 4);
	lot->gone_count = (uint32_t)record_be(&record, 4);
	lot->loose_count = record_be(&record, 8);
	struct span opening = record_bytes(&record, sizeof lot->opening);
	if (opening.size)
		memcpy(lot->opening, opening.at, opening.size);
	return record_close(&record, TABLE_LOT, fault);
}

enum err lot_put(const struct table *table, const struct lot *lot, struct fault *fault)
{
	uint8_t raw[ROW_MAX];
	struct lot_key key;
	struct buf buf;
	buf_over(&buf, raw, sizeof raw);
	buf_put_be(&buf, LOT_LAYOUT, 1);
	record_put_string(&buf, lot_text(lot));
	buf_put_be(&buf, lot->state, 1);
	buf_put_be(&buf, lot->reopened, 1);
	buf_put_be(&buf, lot->packs, 1);
	buf_put_be(&buf, lot->pepper_year, 2);
	buf_put_be(&buf, lot->entropy_bits, 1);
	buf_put_be(&buf, lot->member, 2);
	buf_put_be(&buf, lot->expiry_count, 1);
	for (size_t i = 0; i < lot->expiry_count; i++) {
		buf_put_be(&buf, lot->expiries[i].date, 4);
		buf_put_be(&buf, lot->expiries[i].at, POSITION_BYTES);
	}
	buf_put_be(&buf, lot->effective, 4);
	buf_put_be(&buf, lot->effective_before, 4);
	buf_put_be(&buf, lot->effective_at, POSITION_BYTES);
	buf_put_be(&buf, lot->opened_at, POSITION_BYTES);
	buf_put_be(&buf, lot->closed_at, POSITION_BYTES);
	buf_put_be(&buf, lot->released_at, POSITION_BYTES);
	buf_put_be(&buf, lot->withdrawn_at, POSITION_BYTES);
	buf_put_be(&buf, (uint64_t)lot->withdrawn_s, 5);
	buf_put_be(&buf, lot->eased_at, POSITION_BYTES);
	buf_put_be(&buf, lot->pack_count, 4);
	buf_put_be(&buf, lot->gone_count, 4);
	buf_put_be(&buf, lot->loose_count, 8);
	buf_put(&buf, span_of(lot->opening, sizeof lot->opening));
	assert(!buf.err);
	return table_put(
		table, TABLE_LOT, put_id_key(&key, lot->gtin, lot->id), buf_span(&buf), fault);
}

enum err lot_get(const struct table *table, uint64_t gtin, struct span text, struct lot *lot,
	struct fault *fault)
{
	struct lot_key key;
	struct span value;
	struct record record;
	struct lot read = {.gtin = gtin};
	if (text.size > LOT_TEXT_MAX) /* asked for by somebody outside: no lot is called so */
		return ERR_NOT_FOUND;
	enum err err = table_get(table, TABLE_LOT_TEXT, put_key(&key, gtin, text), &value, fault);
	if (err)
		return err;
	record_open(&record, value);
	read.id = (uint32_t)record_be(&record, 4);
	err = record_close(&record, TABLE_LOT_TEXT, fault);
	if (err)
		return err;
	err = table_get(table, TABLE_LOT, put_id_key(&key, gtin, read.id), &value, fault);
	if (err == ERR_NOT_FOUND)
		return fault_set(fault, ERR_CORRUPT, 0, 0,
			"a lot has a name and no row; rebuild the state from the ledger");
	if (!err)
		err = lot_read(value, &read, fault);
	if (!err)
		*lot = read;
	return err;
}

enum err lot_next(const struct table *table, uint64_t gtin, uint32_t before, struct lot *lot,
	struct fault *fault)
{
	struct lot_key prefix, last;
	struct span key, value, after = {0};
	struct lot read = {.gtin = gtin};
	if (before)
		after = put_id_key(&last, gtin, before);
	enum err err = table_next(table, TABLE_LOT, put_key(&prefix, gtin, span_of(NULL, 0)), after,
		TABLE_DOWN, &key, &value, fault);
	if (err)
		return err;
	struct record record;
	record_open(&record, key);
	(void)record_be(&record, 8);
	read.id = (uint32_t)record_be(&record, 4);
	err = record_close(&record, TABLE_LOT, fault);
	if (!err)
		err = lot_read(value, &read, fault);
	if (!err)
		*lot = read;
	return err;
}

static enum err product_read(struct span value, struct product *product, struct fault *fault)
{
	struct record record;
	record_open(&record, value);
	if (record_be(&record, 1) != PRODUCT_LAYOUT)
		record.bad = true;
	product->member = (uint16_t)record_be(&record, 2);
	struct span holder = record_string(&record);
	if (holder.size > MEMBER_NAME_MAX)
		record.bad = true;
	else if (holder.size)
		memcpy(product->holder, holder.at, holder.size);
	product->coverage = (enum coverage)record_be(&record, 1);
	product->from = (uint32_t)record_be(&record, 4);
	product->shelf_months = (uint16_t)record_be(&record, 2);
	product->flags = (unsigned)record_be(&record, 1);
	product->unit = record_be(&record, 8);
	product->unit_count = (uint32_t)record_be(&record, 4);
	product->replaces = record_be(&record, 8);
	product->market_count = (size_t)record_be(&record, 1);
	if (product->market_count > PRODUCT_MARKETS_MAX) {
		record.bad = true;
		product->market_count = 0;
	}
	for (size_t i = 0; i < product->market_count; i++)
		product->markets[i] = (uint16_t)record_be(&record, 2);
	return record_close(&record, TABLE_PRODUCT, fault);
}

enum err product_get(
	const struct table *table, uint64_t gtin, struct product *product, struct fault *fault)
{
	struct lot_key key;
	struct span value;
	struct product read = {.gtin = gtin};
	enum err err = table_get(
		table, TABLE_PRODUCT, put_key(&key, gtin, span_of(NULL, 0)), &value, fault);
	if (!err)
		err = product_read(value, &read, fault);
	if (!err)
		*product = read;
	return err;
}

enum err product_put(const struct table *table, const struct product *product, struct fault *fault)
{
	uint8_t raw[ROW_MAX];
	struct lot_key key;
	struct buf buf;
	buf_over(&buf, raw, sizeof raw);
	buf_put_be(&buf, PRODUCT_LAYOUT, 1);
	buf_put_be(&buf, product->member, 2);
	record_put_string(&buf, span_text(product->holder));
	buf_put_be(&buf, product->coverage, 1);
	buf_put_be(&buf, product->from, 4);
	buf_put_be(&buf, product->shelf_months, 2);
	buf_put_be(&buf, product->flags, 1);
	buf_put_be(&buf, product->unit, 8);
	buf_put_be(&buf, product->unit_count, 4);
	buf_put_be(&buf, product->replaces, 8);
	buf_put_be(&buf, product->market_count, 1);
	for (size_t i = 0; i < product->market_count; i++)
		buf_put_be(&buf, product->markets[i], 2);
	assert(!buf.err);
	return table_put(table, TABLE_PRODUCT, put_key(&key, product->gtin, span_of(NULL, 0)),
		buf_span(&buf), fault);
}

enum err coverage_has(const struct table *table, uint64_t gtin, struct span text, bool *is_there,
	struct fault *fault)
{
	struct lot_key key;
	struct span value;
	enum err err = table_get(table, TABLE_COVERED, put_key(&key, gtin, text), &value, fault);
	if (err && err != ERR_NOT_FOUND)
		return err;
	*is_there = !err;
	return OK;
}

int32_t expiry_day(uint32_t yymmdd)
{
	int32_t year = (int32_t)(2000 + yymmdd / 10000), month = (int32_t)(yymmdd / 100 % 100);
	int32_t day = (int32_t)(yymmdd % 100);
	return civil_day(year, month, day ? day : civil_month_days(year, month));
}

bool expiry_same(uint32_t a, uint32_t b)
{
	return a == b || (a / 100 == b / 100 && (a % 100 == 0 || b % 100 == 0));
}
