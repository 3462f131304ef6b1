#include "appliance/view/diagnosed.h"

#include "appliance/rules/pack.h"

#include <stdlib.h>

struct asking {
	struct desk *desk;
	const struct table *table;
	struct fault fault;
	enum err err; /* of the first look-up that failed; nothing is known from then on */
};

static bool has_expiry(const struct lot *lot, const struct gs1_pack *pack)
{
	uint32_t expiry = (uint32_t)strtoul(pack->expiry, NULL, 10);
	for (size_t i = 0; pack->has_expiry && i < lot->expiry_count; i++)
		if (lot->expiries[i].date == expiry)
			return true;
	return false;
}

static enum err look_up(struct asking *asking, const struct gs1_pack *pack, bool *known)
{
	struct scanned scanned = {.pack = *pack, .gtin = strtoull(pack->gtin, NULL, 10)};
	struct pepper_key keys[DESK_PEPPERS_MAX];
	struct lot lot;
	struct pack found;
	size_t count = 0;
	*known = false;
	enum err err =
		lot_get(asking->table, scanned.gtin, span_text(pack->lot), &lot, &asking->fault);
	if (err == ERR_NOT_FOUND)
		return OK;
	if (!err && !pack->has_serial) {
		*known = has_expiry(&lot, pack);
		return OK;
	}
	if (!err)
		err = scanned_keys(
			asking->desk, asking->table, &scanned, keys, &count, &asking->fault);
	for (size_t i = 0; !err && i < count; i++) {
		if (keys[i].year != lot.pepper_year)
			continue;
		err = pack_get(asking->table, lot.id, keys[i].key, &found, &asking->fault);
		*known = !err;
		err = err == ERR_NOT_FOUND ? OK : err;
	}
	return err;
}

static bool is_known(void *self, const struct gs1_pack *pack)
{
	struct asking *asking = self;
	bool known = false;
	if (!asking->err && pack->gtin[0] && pack->has_lot)
		asking->err = look_up(asking, pack, &known);
	return known && !asking->err;
}

static enum err ask_ledger(struct desk *desk, const struct table *table, struct span scan,
	struct gs1_diagnosis *out, struct fault *fault)
{
	struct asking asking = {.desk = desk, .table = table};
	struct gs1_known known = {&asking, is_known};
	gs1_diagnose(scan, &known, out);
	if (asking.err)
		return fault_set(fault, asking.err, 0, 0, "%s", asking.fault.text);
	if (out->fits || out->damage == GS1_DAMAGE_ADDED_AFTER)
		memset(out, 0, sizeof *out);
	return OK;
}

enum err diagnosed_known(struct desk *desk, const struct table *table, struct span scan,
	struct gs1_diagnosis *out, struct fault *fault)
{
	return ask_ledger(desk, table, scan, out, fault);
}

enum err diagnosed_unread(struct desk *desk, const struct table *table, struct span scan,
	struct gs1_diagnosis *out, struct fault *fault)
{
	struct gs1_diagnosis known;
	enum err err = ask_ledger(desk, table, scan, &known, fault);
	if (!err && known.has_repair)
		*out = known;
	return err;
}
