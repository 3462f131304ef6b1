#include "appliance/rules/facts.h"

#include "appliance/rules/alert.h"
#include "appliance/rules/coverage.h"

/* One reading. */
struct reading {
	const struct table *table;
	const struct facts_scan *scan;
	const struct facts_asker *asker;
	struct pack_facts *facts;
	struct fault *fault;
};

static const uint8_t *key_of_year(const struct facts_scan *scan, uint16_t year)
{
	for (size_t i = 0; i < scan->key_count; i++)
		if (scan->keys[i].year == year)
			return scan->keys[i].key;
	return NULL;
}

static enum err read_product(struct reading *reading)
{
	struct pack_facts *facts = reading->facts;
	struct product product;
	enum err err = product_get(reading->table, facts->gtin, &product, reading->fault);
	if (err)
		return err == ERR_NOT_FOUND ? OK : err;
	facts->product_known = true;
	facts->unit = product.unit;
	facts->unit_count = product.unit_count;
	facts->wrong_market = product.market_count && reading->asker->market;
	for (size_t i = 0; i < product.market_count; i++)
		if (product.markets[i] == reading->asker->market)
			facts->wrong_market = false;
	if (facts->lot_known || !facts->has_lot)
		return OK;
	return coverage_judge(reading->table, &product, reading->scan->lot, reading->scan->produced,
		facts->scan_expiry, &facts->lot_expected, reading->fault);
}

static enum err read_lot(struct reading *reading)
{
	struct pack_facts *facts = reading->facts;
	if (!facts->has_lot)
		return OK;
	enum err err = lot_get(
		reading->table, facts->gtin, reading->scan->lot, &facts->lot, reading->fault);
	facts->lot_known = !err;
	return err == ERR_NOT_FOUND ? OK : err;
}

/* A pack that came to a lot which was open again is good news: it is there when that is final. */
static bool is_awaited(const struct pack_facts *facts, const struct pack *pack)
{
	return pack->state == PACK_ACTIVE && pack->commissioned_at &&
	       pack->commissioned_at >= facts->final_size;
}

/* The pack in the lot that is printed. */
static enum err read_pack(struct reading *reading)
{
	struct pack_facts *facts = reading->facts;
	if (!facts->has_serial || !facts->lot_known || facts->lot.packs == LOT_PACKS_NONE)
		return OK;
	const uint8_t *key = key_of_year(reading->scan, facts->lot.pepper_year);
	if (!key)
		return fault_set(reading->fault, ERR_UNSURE, 0, 0,
			"the pepper of %u, which this lot's packs are registered by, has not "
			"reached this appliance",
			facts->lot.pepper_year);
	struct pack pack;
	enum err err = pack_get(reading->table, facts->lot.id, key, &pack, reading->fault);
	facts->pack_awaited = !err && is_awaited(facts, &pack);
	facts->pack_known = !err && !facts->pack_awaited;
	if (facts->pack_known)
		facts->pack = pack;
	return err == ERR_NOT_FOUND ? OK : err;
}

/* A number that is in a second lot as well is a mistake of the maker, or worse. Of the two the one
 * that something happened to is kept. */
static void found_in(struct reading *reading, const struct lot *lot, const struct pack *pack)
{
	struct pack_facts *facts = reading->facts;
	if (!facts->has_lot && is_awaited(facts, pack))
		return;
	facts->in_two_lots = facts->pack_known || facts->pack_elsewhere;
	if (facts->in_two_lots && (facts->pack.state != PACK_ACTIVE || pack->state == PACK_ACTIVE))
		return;
	facts->pack = *pack;
	if (facts->has_lot) {
		facts->pack_elsewhere = true;
		facts->other_lot = *lot;
		return;
	}
	facts->pack_known = facts->lot_known = true;
	facts->lot = *lot;
}

/* The pack in the product's other lots, newest first, until it was found in two. */
static enum err search_pack(struct reading *reading)
{
	struct pack_facts *facts = reading->facts;
	struct lot lot = {0};
	struct pack pack;
	if (!facts->has_serial || facts->pack_known)
		return OK;
	uint32_t printed = facts->lot_known ? facts->lot.id : 0;
	for (size_t i = 0; i < LOT_SEARCH_MAX && !facts->in_two_lots; i++) {
		enum err err = lot_next(reading->table, facts->gtin, lot.id, &lot, reading->fault);
		if (err)
			return err == ERR_NOT_FOUND ? OK : err;
		const uint8_t *key = key_of_year(reading->scan, lot.pepper_year);
		if (!key || !lot.pack_count || lot.id == printed)
			continue;
		err = pack_get(reading->table, lot.id, key, &pack, reading->fault);
		if (!err)
			found_in(reading, &lot, &pack);
		else if (err != ERR_NOT_FOUND)
			return err;
	}
	facts->search_cut = !facts->pack_known && !facts->pack_elsewhere;
	return OK;
}

static enum err read_recall(struct reading *reading)
{
	struct pack_facts *facts = reading->facts;
	uint8_t keys[FACTS_PEPPERS_MAX][KEY_SIZE];
	size_t count = 0;
	struct span text =
		facts->has_lot || !facts->lot_known ? reading->scan->lot : lot_text(&facts->lot);
	for (size_t i = 0; i < reading->scan->key_count && count < FACTS_PEPPERS_MAX; i++)
		memcpy(keys[count++], reading->scan->keys[i].key, KEY_SIZE);
	return recall_look(reading->table, &reading->asker->recall, facts->gtin, text,
		(const uint8_t(*)[KEY_SIZE])keys, count, facts->final_size, &facts->recall,
		reading->fault);
}

static uint16_t state_alert(const struct pack *pack)
{
	enum pack_state state = pack->undone ? pack->prior : pack->state;
	switch (state) {
	case PACK_SUPPLIED: return ALERT_ALREADY_SUPPLIED;
	case PACK_OPENED: return ALERT_OPENED_ELSEWHERE;
	case PACK_DESTROYED: return ALERT_DESTROYED;
	case PACK_EXPORTED: return ALERT_EXPORTED;
	case PACK_SAMPLED: return ALERT_SAMPLED;
	case PACK_FREE_SAMPLED: return ALERT_FREE_SAMPLED;
	case PACK_LOCKED: return ALERT_LOCKED;
	case PACK_STOLEN: return ALERT_STOLEN;
	case PACK_REPACKAGED: return ALERT_REPACKAGED;
	case PACK_ACTIVE:
	case PACK_STATE_END: break;
	}
	return 0;
}

static enum err read_alerts(struct reading *reading)
{
	struct pack_facts *facts = reading->facts;
	const struct lot *lot = facts->pack_elsewhere ? &facts->other_lot : &facts->lot;
	struct alert alert;
	enum err err = ERR_NOT_FOUND;
	if (facts->pack_known || facts->pack_elsewhere)
		err = alert_find(reading->table, facts->gtin, lot_text(lot),
			state_alert(&facts->pack), 0, &alert, reading->fault);
	if (!err)
		facts->alert = alert.number;
	if (err && err != ERR_NOT_FOUND)
		return err;
	if (!facts->lot_known || !facts->scan_expiry)
		return OK;
	err = alert_find(reading->table, facts->gtin, lot_text(&facts->lot), ALERT_EXPIRY_MISMATCH,
		facts->scan_expiry, &alert, reading->fault);
	facts->maker_data =
		!err && alert.place_count == ALERT_PLACES_MAX && alert.place_at < facts->final_size;
	return err == ERR_NOT_FOUND ? OK : err;
}

enum err facts_read(const struct table *table, const struct facts_scan *scan,
	const struct facts_asker *asker, const struct facts_time *time, struct pack_facts *facts,
	struct fault *fault)
{
	struct pack_facts read = {
		.gtin = scan->gtin,
		.has_lot = scan->lot.size != 0,
		.has_serial = scan->key_count != 0,
		.scan_expiry = scan->expiry,
		.today = zone_day(time->zone, time->now_ms),
		.now_ms = time->now_ms,
		.applied_size = time->applied_size,
		.final_size = time->final_size,
		.final_age_ms = time->final_age_ms,
		.quarantined = asker->quarantined,
		.scanner_fault = asker->scanner_fault,
		.stale_after_ms = asker->stale_after_ms,
		.short_dated_days = asker->short_dated_days,
	};
	struct reading reading = {table, scan, asker, &read, fault};
	memcpy(read.place, asker->place, PLACE_SIZE);
	enum err err = read_lot(&reading);
	if (!err)
		err = read_product(&reading);
	if (!err)
		err = read_pack(&reading);
	if (!err)
		err = search_pack(&reading);
	if (!err)
		err = read_recall(&reading);
	if (!err)
		err = read_alerts(&reading);
	if (!err)
		*facts = read;
	return err;
}
