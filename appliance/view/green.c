#include "appliance/view/green.h"

#include "appliance/rules/kinds.h"
#include "ledger/proof/tree.h"

#define SETTLED_MS (5 * 60000LL) /* after midnight: a check that has its day is in the view */

enum {
	GREEN_TIME = 1,
	GREEN_GTIN = 2,
	GREEN_LOT = 3,
	GREEN_KEY = 4,
	GREEN_VERDICT = 5,
	GREEN_SIZE = 6,
};

void green_record_put(
	const struct check *check, const uint8_t *key, int64_t now_ms, struct buf *buf)
{
	const struct gs1_pack *pack = &check->scanned.pack;
	cbor_put_map(buf, 4 + (size_t)pack->has_lot + (key != NULL));
	cbor_put_uint(buf, GREEN_TIME);
	cbor_put_int(buf, now_ms);
	cbor_put_uint(buf, GREEN_GTIN);
	cbor_put_uint(buf, check->scanned.gtin);
	if (pack->has_lot) {
		cbor_put_uint(buf, GREEN_LOT);
		cbor_put_text(buf, span_text(pack->lot));
	}
	if (key) {
		cbor_put_uint(buf, GREEN_KEY);
		cbor_put_bytes(buf, span_of(key, KEY_SIZE));
	}
	cbor_put_uint(buf, GREEN_VERDICT);
	cbor_put_uint(buf, verdict_word(&check->verdict));
	cbor_put_uint(buf, GREEN_SIZE);
	cbor_put_uint(buf, check->verdict.applied_size);
}

static enum err add_record(void *self, struct span record, struct fault *fault)
{
	uint8_t leaf[HASH_SIZE];
	tree_leaf_of(record, leaf);
	return tree_append_leaf(self, leaf, fault);
}

enum err green_root(struct view *view, const char *party, int32_t day, uint32_t *count,
	uint8_t root[HASH_SIZE], struct fault *fault)
{
	struct tree tree;
	struct view_epc_sink sink = {&tree, add_record};
	tree_init(&tree);
	enum err err = view_green_each(view, party, day, &sink, fault);
	if (err)
		return err;
	*count = (uint32_t)tree.size;
	tree_root(&tree, root);
	return OK;
}

static enum err state_day(struct desk *desk, struct view *view, const struct desk_party *party,
	int32_t day, struct fault *fault)
{
	const struct kind *kind = kind_find(KIND_CHECK_COUNT);
	uint8_t root[HASH_SIZE];
	uint8_t memory[64];
	struct buf body;
	struct stated stated = {0};
	union kind_body said = {
		.check_count = {.day = (uint32_t)day, .root = span_of(root, sizeof root)}};
	enum err err = green_root(view, party->name, day, &said.check_count.count, root, fault);
	if (err)
		return err;
	buf_over(&body, memory, sizeof memory);
	kind->encode(&said, &body);
	struct desk_statement statement = {
		.party = party, .kind = kind->number, .word = kind->word, .body = buf_span(&body)};
	err = desk_state(desk, &statement, &stated, fault);
	/* A crash came between stating it and noting that; or the day is too long ago by now. */
	if (err == ERR_REFUSED && (stated.outcome.code == REFUSED_DAY_COUNTED ||
					  stated.outcome.code == REFUSED_DAY_WRONG))
		err = OK;
	return err ? err : view_green_stated(view, party->name, day, day - GREEN_KEPT_DAYS, fault);
}

static enum err today(struct desk *desk, int32_t *day, struct fault *fault)
{
	struct desk_moment moment;
	struct span text;
	enum zone zone = ZONE_EUROPE_LONDON;
	enum err err = desk_begin(desk, &moment, fault);
	if (!err)
		err = members_zone(moment.snapshot.table, &text, fault);
	if (!err)
		err = zone_parse(text, &zone, fault);
	desk_end(desk, &moment);
	if (!err)
		*day = zone_day(zone, env_now_ms(desk_env(desk)) - SETTLED_MS);
	return err;
}

static enum err state_party(struct desk *desk, struct view *view, const struct desk_party *party,
	int32_t before, struct fault *fault)
{
	int32_t day = 0;
	enum err err = OK;
	while (!err && !(err = view_green_day(view, party->name, before, &day, fault)))
		err = state_day(desk, view, party, day, fault);
	return err == ERR_NOT_FOUND ? OK : err;
}

enum err green_state_days(struct desk *desk, struct view *view, struct fault *fault)
{
	const struct desk_party *party;
	int32_t day = 0;
	struct fault second;
	enum err first = today(desk, &day, fault);
	if (first)
		return first;
	for (size_t i = 0; (party = desk_party(desk, i)); i++) {
		enum err err = state_party(desk, view, party, day, first ? &second : fault);
		first = first ? first : err;
	}
	return first;
}
