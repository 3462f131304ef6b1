#include "appliance/rules/recall.h"

#include "appliance/rules/derived.h"
#include "appliance/rules/record.h"
#include "appliance/rules/tables.h"

#include <assert.h>

#define RECALL_LAYOUT 1
#define ROW_MAX       128
#define ITEM_KEY_MAX  (8 + 1 + LOT_TEXT_MAX + 1 + 2 + RECALL_ID_SIZE)
#define ITEM_TAIL     (1 + 2 + RECALL_ID_SIZE)

static enum err recall_read(struct span value, struct recall *recall, struct fault *fault)
{
	struct record record;
	record_open(&record, value);
	if (record_be(&record, 1) != RECALL_LAYOUT)
		record.bad = true;
	recall->member = (uint16_t)record_be(&record, 2);
	recall->source = (enum recall_source)record_be(&record, 1);
	recall->class = (enum recall_class)record_be(&record, 1);
	recall->depth = (enum recall_depth)record_be(&record, 1);
	recall->class_before = (enum recall_class)record_be(&record, 1);
	recall->depth_before = (enum recall_depth)record_be(&record, 1);
	recall->amended_at = record_be(&record, POSITION_BYTES);
	recall->version = (uint16_t)record_be(&record, 2);
	struct span notice = record_string(&record);
	if (notice.size > RECALL_NOTICE_MAX)
		record.bad = true;
	else if (notice.size)
		memcpy(recall->notice, notice.at, notice.size);
	recall->notice_size = (uint8_t)(notice.size & 0x1f);
	recall->issued_at = record_be(&record, POSITION_BYTES);
	recall->issued_s = (int64_t)record_be(&record, 5);
	recall->ended_at = record_be(&record, POSITION_BYTES);
	recall->ended_s = (int64_t)record_be(&record, 5);
	recall->lot_count = (uint32_t)record_be(&record, 4);
	recall->by_pack = record_be(&record, 1) != 0;
	return record_close(&record, TABLE_RECALL, fault);
}

enum err recall_put(const struct table *table, const struct recall *recall, struct fault *fault)
{
	uint8_t raw[ROW_MAX];
	struct buf buf;
	buf_over(&buf, raw, sizeof raw);
	buf_put_be(&buf, RECALL_LAYOUT, 1);
	buf_put_be(&buf, recall->member, 2);
	buf_put_be(&buf, recall->source, 1);
	buf_put_be(&buf, recall->class, 1);
	buf_put_be(&buf, recall->depth, 1);
	buf_put_be(&buf, recall->class_before, 1);
	buf_put_be(&buf, recall->depth_before, 1);
	buf_put_be(&buf, recall->amended_at, POSITION_BYTES);
	buf_put_be(&buf, recall->version, 2);
	record_put_string(&buf, span_of(recall->notice, recall->notice_size));
	buf_put_be(&buf, recall->issued_at, POSITION_BYTES);
	buf_put_be(&buf, (uint64_t)recall->issued_s, 5);
	buf_put_be(&buf, recall->ended_at, POSITION_BYTES);
	buf_put_be(&buf, (uint64_t)recall->ended_s, 5);
	buf_put_be(&buf, recall->lot_count, 4);
	buf_put_be(&buf, recall->by_pack, 1);
	assert(!buf.err);
	return table_put(
		table, TABLE_RECALL, span_of(recall->id, RECALL_ID_SIZE), buf_span(&buf), fault);
}

enum err recall_get(const struct table *table, const uint8_t id[RECALL_ID_SIZE],
	struct recall *recall, struct fault *fault)
{
	struct span value;
	struct recall read = {0};
	enum err err = table_get(table, TABLE_RECALL, span_of(id, RECALL_ID_SIZE), &value, fault);
	if (err)
		return err;
	memcpy(read.id, id, RECALL_ID_SIZE);
	err = recall_read(value, &read, fault);
	if (!err)
		*recall = read;
	return err;
}

enum err recall_next(
	const struct table *table, const uint8_t *after, struct recall *recall, struct fault *fault)
{
	struct span key, value;
	struct recall read = {0};
	enum err err = table_next(table, TABLE_RECALL, span_of(NULL, 0),
		span_of(after, after ? RECALL_ID_SIZE : 0), TABLE_UP, &key, &value, fault);
	if (err)
		return err;
	if (key.size != RECALL_ID_SIZE)
		return fault_set(fault, ERR_CORRUPT, 0, 0,
			"a recall's key has the wrong size; rebuild the state from the ledger");
	memcpy(read.id, key.at, RECALL_ID_SIZE);
	err = recall_read(value, &read, fault);
	if (!err)
		*recall = read;
	return err;
}

/* Front of an item's key: the lot, then the source, then (transcriptions) the member. */
static void item_key(struct buf *buf, uint8_t raw[ITEM_KEY_MAX], uint64_t gtin, struct span lot)
{
	buf_over(buf, raw, ITEM_KEY_MAX);
	buf_put_be(buf, gtin, 8);
	record_put_string(buf, lot);
}

static struct span whole_item_key(
	uint8_t raw[ITEM_KEY_MAX], const struct recall *recall, uint64_t gtin, struct span lot)
{
	struct buf buf;
	item_key(&buf, raw, gtin, lot);
	buf_put_be(&buf, recall->source, 1);
	buf_put_be(&buf, recall->member, 2);
	buf_put(&buf, span_of(recall->id, RECALL_ID_SIZE));
	assert(!buf.err);
	return buf_span(&buf);
}

enum err recall_item_put(const struct table *table, const struct recall *recall, uint64_t gtin,
	struct span lot, uint64_t at, uint64_t removed_at, struct fault *fault)
{
	uint8_t raw_key[ITEM_KEY_MAX], raw_lot[ITEM_KEY_MAX], raw[2 * POSITION_BYTES];
	struct buf buf, by_recall;
	buf_over(&buf, raw, sizeof raw);
	buf_put_be(&buf, at, POSITION_BYTES);
	buf_put_be(&buf, removed_at, POSITION_BYTES);
	buf_over(&by_recall, raw_lot, sizeof raw_lot);
	buf_put(&by_recall, span_of(recall->id, RECALL_ID_SIZE));
	buf_put_be(&by_recall, gtin, 8);
	buf_put(&by_recall, lot);
	enum err err =
		table_put(table, TABLE_RECALL_LOT, buf_span(&by_recall), buf_span(&buf), fault);
	if (err)
		return err;
	return table_put(table, TABLE_RECALL_ITEM, whole_item_key(raw_key, recall, gtin, lot),
		buf_span(&buf), fault);
}

static enum err item_read(
	struct span value, uint64_t *at, uint64_t *removed_at, struct fault *fault)
{
	struct record record;
	record_open(&record, value);
	*at = record_be(&record, POSITION_BYTES);
	*removed_at = record_be(&record, POSITION_BYTES);
	return record_close(&record, TABLE_RECALL_ITEM, fault);
}

enum err recall_item_get(const struct table *table, const struct recall *recall, uint64_t gtin,
	struct span lot, uint64_t *at, uint64_t *removed_at, struct fault *fault)
{
	uint8_t raw[ITEM_KEY_MAX];
	struct span value;
	enum err err = table_get(
		table, TABLE_RECALL_ITEM, whole_item_key(raw, recall, gtin, lot), &value, fault);
	return err ? err : item_read(value, at, removed_at, fault);
}

void recall_items_open(struct recall_item_reader *reader, const struct recall_items *items)
{
	*reader = (struct recall_item_reader){.items_left = items->count};
	cbor_init(&reader->cbor, items->items);
}

bool recall_items_next(struct recall_item_reader *reader, uint64_t *gtin, struct span *lot)
{
	*lot = span_of(NULL, 0);
	if (reader->lots_left) {
		reader->lots_left--;
		*lot = cbor_text(&reader->cbor);
	} else {
		if (!reader->items_left)
			return false;
		reader->items_left--;
		(void)cbor_array(&reader->cbor, 2);
		reader->gtin = cbor_uint(&reader->cbor);
		reader->lots_left = cbor_array(&reader->cbor, RECALL_LOTS_MAX);
		if (reader->lots_left) {
			reader->lots_left--;
			*lot = cbor_text(&reader->cbor);
		}
	}
	*gtin = reader->gtin;
	return !reader->cbor.fault.err;
}

/* What one look-up carries along. */
struct look {
	const struct table *table;
	const struct recall_asker *asker;
	const uint8_t (*keys)[KEY_SIZE];
	size_t key_count;
	uint64_t final_size;
	uint64_t derived_gtin; /* 0, or the lot looked at is only a source of this one */
	struct span derived_lot;
	bool lot_unknown; /* the row is of some lot, and the pack's is not known */
	size_t rows;
	size_t sources;
	struct recall_found *found;
	struct fault *fault;
};

static bool counts_now(const struct look *look, uint64_t good_news_at)
{
	return good_news_at && good_news_at < look->final_size;
}

static bool is_reached(const struct look *look, enum recall_depth depth)
{
	unsigned roles = look->asker->roles;
	if (roles & (unsigned)(ROLE_WHOLESALER | ROLE_MANUFACTURER))
		return true;
	return depth <= DEPTH_PHARMACY;
}

/* Whether it stops the pack for this asker; else it is a caution. */
static bool does_stop(const struct look *look, enum recall_class class, enum recall_depth depth)
{
	return class != RECALL_CLASS_4 && is_reached(look, depth);
}

static enum err names_pack(const struct look *look, const struct recall *recall, bool *is_named)
{
	uint8_t raw[RECALL_ID_SIZE + KEY_SIZE];
	struct span value;
	*is_named = false;
	memcpy(raw, recall->id, RECALL_ID_SIZE);
	for (size_t i = 0; i < look->key_count && !*is_named; i++) {
		memcpy(raw + RECALL_ID_SIZE, look->keys[i], KEY_SIZE);
		enum err err = table_get(look->table, TABLE_RECALL_PACK, span_of(raw, sizeof raw),
			&value, look->fault);
		if (err && err != ERR_NOT_FOUND)
			return err;
		*is_named = !err;
	}
	return OK;
}

/* The graver class first, then the earlier. */
static void keep(bool *is_there, struct recall_hit *kept, const struct recall_hit *hit)
{
	if (*is_there && (kept->recall.class < hit->recall.class ||
				 (kept->recall.class == hit->recall.class && kept->at <= hit->at)))
		return;
	*is_there = true;
	*kept = *hit;
}

/* A recall of a lot that this one was made from: a caution until somebody answered for it. */
static enum err weigh_derived(struct look *look, const struct recall_hit *hit)
{
	uint64_t at;
	enum err err = derived_cleared(look->table, hit->recall.id, look->derived_gtin,
		look->derived_lot, &at, look->fault);
	if (err && err != ERR_NOT_FOUND)
		return err;
	if (err || !counts_now(look, at))
		keep(&look->found->is_caution, &look->found->caution, hit);
	return OK;
}

static enum err weigh(struct look *look, const uint8_t *id, uint64_t at)
{
	struct recall_hit hit = {.at = at};
	bool is_named = true;
	enum err err = recall_get(look->table, id, &hit.recall, look->fault);
	if (err == ERR_NOT_FOUND)
		return fault_set(look->fault, ERR_CORRUPT, 0, 0,
			"a recalled lot has no recall; rebuild the state from the ledger");
	if (err || counts_now(look, hit.recall.ended_at))
		return err;
	if (look->derived_gtin)
		return weigh_derived(look, &hit);
	bool stops = does_stop(look, hit.recall.class, hit.recall.depth);
	if (!stops && hit.recall.amended_at && !counts_now(look, hit.recall.amended_at))
		stops = does_stop(look, hit.recall.class_before, hit.recall.depth_before);
	if (hit.recall.by_pack && look->key_count) {
		err = names_pack(look, &hit.recall, &is_named);
		if (err || !is_named)
			return err;
	} else if (hit.recall.by_pack || look->lot_unknown) {
		look->found->is_by_pack |= hit.recall.by_pack;
		stops = false; /* some packs or lots, and whether this one cannot be told */
	}
	if (stops)
		keep(&look->found->is_recalled, &look->found->recalled, &hit);
	else
		keep(&look->found->is_caution, &look->found->caution, &hit);
	return OK;
}

static bool follows(const struct look *look, uint64_t member)
{
	for (size_t i = 0; i < look->asker->followed_count; i++)
		if (look->asker->followed[i] == member)
			return true;
	return false;
}

/* All rows with a prefix; transcriptions of members that the asker does not follow do not count. */
static enum err look_rows(struct look *look, struct span prefix)
{
	uint8_t last[ITEM_KEY_MAX];
	struct span after = {0}, key, value;
	uint8_t id[RECALL_ID_SIZE];
	for (;;) {
		uint64_t at, removed_at;
		enum err err = table_next(look->table, TABLE_RECALL_ITEM, prefix, after, TABLE_UP,
			&key, &value, look->fault);
		if (err)
			return err == ERR_NOT_FOUND ? OK : err;
		if (++look->rows > RECALL_ROWS_MAX) {
			look->found->is_cut = true;
			return OK;
		}
		if (key.size < 9 + ITEM_TAIL || key.size > ITEM_KEY_MAX)
			return fault_set(look->fault, ERR_CORRUPT, 0, 0,
				"a recalled lot's key has the wrong size; rebuild the state");
		memcpy(last, key.at, key.size);
		after = span_of(last, key.size);
		err = item_read(value, &at, &removed_at, look->fault);
		if (err)
			return err;
		const uint8_t *tail = last + after.size - ITEM_TAIL;
		uint64_t member = (uint64_t)tail[1] << 8 | tail[2];
		memcpy(id, tail + 3, sizeof id);
		if (counts_now(look, removed_at) || (look->lot_unknown && !last[8]) ||
			(tail[0] == RECALL_TRANSCRIBED && !follows(look, member)))
			continue;
		err = weigh(look, id, at);
		if (err)
			return err;
	}
}

/* Rows of a lot: official ones, then transcriptions of each member followed. So rows of members
 * that nobody follows are never even read. */
static enum err look_lot(struct look *look, uint64_t gtin, struct span lot)
{
	enum err err = OK;
	uint8_t raw[ITEM_KEY_MAX];
	struct buf key;
	for (unsigned source = RECALL_BY_AUTHORITY; source <= RECALL_BY_HOLDER && !err; source++) {
		item_key(&key, raw, gtin, lot);
		buf_put_be(&key, source, 1);
		err = look_rows(look, buf_span(&key));
	}
	for (size_t i = 0; i < look->asker->followed_count && !err; i++) {
		item_key(&key, raw, gtin, lot);
		buf_put_be(&key, RECALL_TRANSCRIBED, 1);
		buf_put_be(&key, look->asker->followed[i], 2);
		err = look_rows(look, buf_span(&key));
	}
	return err;
}

/* The lots that a lot was made from, and theirs. */
static enum err look_sources(struct look *look, uint64_t gtin, struct span lot, unsigned depth)
{
	struct derived_source source = {0};
	enum err err = OK;
	while (depth < DERIVED_DEPTH_MAX && !err) {
		err = derived_source_next(look->table, gtin, lot, &source, look->fault);
		if (err)
			return err == ERR_NOT_FOUND ? OK : err;
		if (++look->sources > RECALL_SOURCES_MAX) {
			look->found->is_cut = true;
			return OK;
		}
		struct span text = span_of(source.text, source.text_size);
		err = look_lot(look, source.gtin, span_of(NULL, 0));
		if (!err)
			err = look_lot(look, source.gtin, text);
		if (!err)
			err = look_sources(look, source.gtin, text, depth + 1);
	}
	return err;
}

enum err recall_look(const struct table *table, const struct recall_asker *asker, uint64_t gtin,
	struct span lot, const uint8_t (*keys)[KEY_SIZE], size_t key_count, uint64_t final_size,
	struct recall_found *found, struct fault *fault)
{
	struct recall_found all = {0};
	struct look look = {.table = table,
		.asker = asker,
		.keys = keys,
		.key_count = key_count,
		.final_size = final_size,
		.found = &all,
		.fault = fault};
	enum err err = look_lot(&look, gtin, span_of(NULL, 0));
	if (!err && lot.size) {
		err = look_lot(&look, gtin, lot);
		look.derived_gtin = gtin;
		look.derived_lot = lot;
		if (!err)
			err = look_sources(&look, gtin, lot, 0);
	} else if (!err) {
		uint8_t raw[8];
		struct buf key;
		buf_over(&key, raw, sizeof raw);
		buf_put_be(&key, gtin, 8);
		look.lot_unknown = true;
		err = look_rows(&look, buf_span(&key));
	}
	if (!err)
		*found = all;
	return err;
}
