#include "appliance/rules/change.h"

#include "appliance/rules/alert.h"
#include "appliance/rules/coverage.h"
#include "appliance/rules/kinds.h"
#include "ledger/base/crypto.h"

enum {
	CHANGE_GTIN = 1,
	CHANGE_LOT = 2,
	CHANGE_BY_KEY = 3,
	CHANGE_ELEMENTS = 4,
	CHANGE_LOOSE = 5,
	CHANGE_REASON = 6,
	CHANGE_SHIFT = 7,
	CHANGE_WITNESS = 8,
};

enum err change_decode(struct span in, struct change_body *out, struct fault *fault)
{
	struct change_body read = {0};
	struct body body;
	bool by_key = false;
	body_open(&body, in);
	while (body_next(&body)) {
		switch (body.field) {
		case CHANGE_GTIN: read.gtin = body_gtin(&body); break;
		case CHANGE_LOT: read.lot = body_lot(&body); break;
		case CHANGE_BY_KEY: by_key = body_flag(&body); break;
		case CHANGE_ELEMENTS: elements_read(&body, by_key, &read.elements); break;
		case CHANGE_LOOSE: read.loose = (uint32_t)body_code(&body, 1, LOOSE_MAX); break;
		case CHANGE_REASON: read.reason = (uint8_t)body_code(&body, 1, OVERRIDE_MAX); break;
		case CHANGE_SHIFT: read.shift = body_bytes(&body, SHIFT_ID_SIZE); break;
		case CHANGE_WITNESS: witness_read(&body, &read.witness); break;
		default: body_unknown(&body);
		}
	}
	if (body.seen & FIELD(CHANGE_LOOSE) &&
		body.seen & (FIELD(CHANGE_ELEMENTS) | FIELD(CHANGE_BY_KEY)))
		cbor_fail(&body.cbor, ERR_FORMAT, "elements or a count, not both");
	unsigned required = FIELD(CHANGE_GTIN) | FIELD(CHANGE_LOT);
	if (!(body.seen & FIELD(CHANGE_LOOSE)))
		required |= FIELD(CHANGE_ELEMENTS);
	enum err err = body_close(&body, required, fault);
	if (!err)
		*out = read;
	return err;
}

void change_encode(const struct change_body *body, struct buf *buf)
{
	cbor_put_map(buf, 2 + (size_t)body->elements.by_key + (body->elements.count != 0) +
				  (body->loose != 0) + (body->reason != 0) +
				  (body->shift.size != 0) + (body->witness.kid.size != 0));
	cbor_put_uint(buf, CHANGE_GTIN);
	cbor_put_uint(buf, body->gtin);
	cbor_put_uint(buf, CHANGE_LOT);
	cbor_put_text(buf, body->lot);
	if (body->elements.by_key) {
		cbor_put_uint(buf, CHANGE_BY_KEY);
		cbor_put_bool(buf, true);
	}
	elements_put(buf, CHANGE_ELEMENTS, &body->elements);
	if (body->loose) {
		cbor_put_uint(buf, CHANGE_LOOSE);
		cbor_put_uint(buf, body->loose);
	}
	if (body->reason) {
		cbor_put_uint(buf, CHANGE_REASON);
		cbor_put_uint(buf, body->reason);
	}
	if (body->shift.size) {
		cbor_put_uint(buf, CHANGE_SHIFT);
		cbor_put_bytes(buf, body->shift);
	}
	witness_put(buf, CHANGE_WITNESS, &body->witness);
}

enum pack_state change_target(uint16_t kind)
{
	switch (kind) {
	case KIND_SUPPLY: return PACK_SUPPLIED;
	case KIND_OPEN: return PACK_OPENED;
	case KIND_DESTROY: return PACK_DESTROYED;
	case KIND_EXPORT: return PACK_EXPORTED;
	case KIND_SAMPLE: return PACK_SAMPLED;
	case KIND_FREE_SAMPLE: return PACK_FREE_SAMPLED;
	case KIND_LOCK: return PACK_LOCKED;
	case KIND_REPACKAGE: return PACK_REPACKAGED;
	default: return PACK_STOLEN;
	}
}

static uint16_t state_alert(enum pack_state state)
{
	switch (state) {
	case PACK_SUPPLIED: return ALERT_ALREADY_SUPPLIED;
	case PACK_DESTROYED: return ALERT_DESTROYED;
	case PACK_EXPORTED: return ALERT_EXPORTED;
	case PACK_SAMPLED: return ALERT_SAMPLED;
	case PACK_FREE_SAMPLED: return ALERT_FREE_SAMPLED;
	case PACK_LOCKED: return ALERT_LOCKED;
	case PACK_STOLEN: return ALERT_STOLEN;
	case PACK_REPACKAGED: return ALERT_REPACKAGED;
	case PACK_ACTIVE:
	case PACK_OPENED:
	case PACK_STATE_END: break;
	}
	return 0;
}

void recall_asker_of(const struct judging *judging, struct recall_asker *asker)
{
	*asker = (struct recall_asker){
		.roles = judging->scope.roles,
		.followed = {judging->member_index},
		.followed_count = 1,
	};
}

enum err lot_standing(
	struct judging *judging, uint64_t gtin, struct span text, struct lot_standing *standing)
{
	struct recall_asker asker;
	recall_asker_of(judging, &asker);
	*standing = (struct lot_standing){0};
	enum err err = lot_get(judging->table, gtin, text, &standing->lot, judging->fault);
	if (err && err != ERR_NOT_FOUND)
		return err;
	standing->is_there = !err;
	if (err)
		err = coverage_expects(
			judging->table, gtin, text, &standing->is_expected, judging->fault);
	else
		standing->is_expired = judging->today > expiry_day(standing->lot.effective);
	if (err)
		return err;
	return recall_look(judging->table, &asker, gtin, text, NULL, 0, UINT64_MAX,
		&standing->recall, judging->fault);
}

/* One statement of change being carried out. */
struct changing {
	struct judging *judging;
	const struct change_body *body;
	struct lot_standing standing;
	enum pack_state target;
	bool may_name_key; /* GTIN holder or authority */
	bool frozen; /* delivered late, of a kind that then changes nothing */
	bool is_witnessed;
};

static enum err raise(struct changing *changing, uint16_t code, uint32_t index, const uint8_t *key,
	uint64_t before_at, int64_t a)
{
	struct alert_event event = {
		.code = code,
		.gtin = changing->body->gtin,
		.lot = changing->body->lot,
		.element = index,
		.key = key,
		.before_at = before_at,
	};
	return alert_raise(changing->judging, &event, a);
}

/* The alert that the pack's state asks for; *changes tells whether the state moves all the same. */
static uint16_t judge_state(const struct changing *changing, const struct pack *pack, bool *changes)
{
	bool elsewhere = pack->state == PACK_OPENED && pack->touched &&
			 memcmp(pack->place, changing->judging->place, PLACE_SIZE) != 0;
	*changes = true;
	if (pack->state == PACK_ACTIVE)
		return 0;
	if (pack->state == PACK_OPENED)
		return elsewhere && (changing->target == PACK_SUPPLIED ||
					    changing->target == PACK_OPENED)
			       ? ALERT_OPENED_ELSEWHERE
			       : 0;
	if (changing->target == PACK_DESTROYED && pack->state != PACK_DESTROYED &&
		pack->state != PACK_REPACKAGED &&
		(pack->state != PACK_STOLEN || changing->may_name_key))
		return 0;
	if (pack->state == PACK_LOCKED && changing->target == PACK_STOLEN)
		return 0;
	*changes = false;
	if (pack->state == PACK_LOCKED && changing->target == PACK_LOCKED)
		return 0;
	if (pack->touched && pack->late && changing->judging->applying->late)
		return ALERT_LATE_CONFLICT;
	return state_alert(pack->state);
}

static enum err put_change(
	struct changing *changing, const struct element *element, const struct pack *before)
{
	const struct applying *applying = changing->judging->applying;
	struct pack pack = {
		.state = changing->target,
		.touched = true,
		.late = applying->late,
		.prior = before->state,
		.at = applying->position,
		.s = applying->time_ms / 1000,
		.member = changing->judging->member_index,
		.key_index = applying->author->key_index,
		.remaining = (uint16_t)element->parameter,
		.prior_remaining = before->remaining,
	};
	memcpy(pack.place, changing->judging->place, PLACE_SIZE);
	memcpy(pack.mark, element->secret.at, MARK_SIZE);
	memcpy(pack.entry, applying->entry, ENTRY_TAG_SIZE);
	if (judging_is_dry(changing->judging))
		return OK;
	if (pack_is_gone(pack.state) && !pack_is_gone(before->state))
		changing->standing.lot.gone_count++;
	return pack_put(changing->judging->table, changing->standing.lot.id, element->key, &pack,
		changing->judging->fault);
}

/* A pack that its lot does not have: suspicious only where all of them are registered. */
static enum err change_unknown(
	struct changing *changing, const struct element *element, uint32_t index)
{
	const struct lot *lot = &changing->standing.lot;
	if (changing->standing.is_there && lot_is_complete(lot))
		return raise(changing, ALERT_UNKNOWN_SERIAL, index, element->key, 0, index + 1);
	return OK;
}

static bool leaves_for_use(enum pack_state target)
{
	return target == PACK_SUPPLIED || target == PACK_OPENED || target == PACK_EXPORTED ||
	       target == PACK_FREE_SAMPLED || target == PACK_REPACKAGED;
}

/* Recalls that name single packs. */
static enum err change_recalled(
	struct changing *changing, const struct element *element, uint32_t index)
{
	struct recall_asker asker;
	struct recall_found found;
	uint8_t keys[1][KEY_SIZE];
	memcpy(keys[0], element->key, KEY_SIZE);
	recall_asker_of(changing->judging, &asker);
	enum err err = recall_look(changing->judging->table, &asker, changing->body->gtin,
		changing->body->lot, keys, 1, UINT64_MAX, &found, changing->judging->fault);
	if (err || !found.is_recalled || changing->standing.recall.is_recalled)
		return err;
	return raise(changing, ALERT_RECALLED, index, element->key, found.recalled.at, 0);
}

static enum err change_one(struct changing *changing, const struct element *element, uint32_t index)
{
	struct judging *judging = changing->judging;
	struct pack pack;
	bool changes;
	if (!changing->standing.is_there)
		return OK;
	enum err err = pack_get(
		judging->table, changing->standing.lot.id, element->key, &pack, judging->fault);
	if (err == ERR_NOT_FOUND)
		return change_unknown(changing, element, index);
	if (err || changing->frozen)
		return err;
	uint16_t alert = judge_state(changing, &pack, &changes);
	if (changes)
		err = put_change(changing, element, &pack);
	if (!err && changes && leaves_for_use(changing->target) &&
		changing->standing.recall.is_by_pack)
		err = change_recalled(changing, element, index);
	if (!err && alert)
		err = raise(changing, alert, index, element->key, pack.at, index + 1);
	return err;
}

/* Alerts about the whole lot, for changes by which a pack leaves for use. */
static enum err change_lot(struct changing *changing)
{
	const struct lot_standing *standing = &changing->standing;
	enum err err = OK;
	if (standing->is_expected)
		err = raise(changing, ALERT_UNKNOWN_LOT, 0, NULL, 0, 0);
	if (err || !leaves_for_use(changing->target))
		return err;
	if (!err && standing->recall.is_recalled)
		err = raise(changing, ALERT_RECALLED, 0, NULL, standing->recall.recalled.at, 0);
	if (err || !standing->is_there)
		return err;
	if (standing->lot.state == LOT_WITHDRAWN)
		err = raise(changing, ALERT_WITHDRAWN, 0, NULL, standing->lot.withdrawn_at, 0);
	else if (standing->lot.state != LOT_RELEASED)
		err = raise(changing, ALERT_NOT_RELEASED, 0, NULL, 0, 0);
	if (!err && standing->is_expired)
		err = raise(changing, ALERT_EXPIRED, 0, NULL, 0, standing->lot.effective);
	return err;
}

/* What the product's own rules ask for: a shift, a witness. A shift that is named must be open,
 * also where none is asked for. Neither ever blocks. */
static enum err change_policy(struct changing *changing, const struct product *product)
{
	const struct change_body *body = changing->body;
	bool is_fine = !(product->flags & PRODUCT_ASKS_SHIFT);
	enum err err = OK;
	if (body->shift.size)
		err = shift_is_open(changing->judging, body->shift.at, &is_fine);
	if (!err && !is_fine)
		err = raise(changing, ALERT_NO_SHIFT, 0, NULL, 0, 0);
	if (!err && product->flags & PRODUCT_ASKS_WITNESS && !changing->is_witnessed &&
		changing->target == PACK_DESTROYED)
		err = raise(changing, ALERT_NO_WITNESS, 0, NULL, 0, 0);
	return err;
}

/* Refuses what does not fit the kind or the author. */
static bool change_fits(struct changing *changing, const struct product *product)
{
	struct judging *judging = changing->judging;
	const struct change_body *body = changing->body;
	bool by_key_kind = changing->target == PACK_LOCKED || changing->target == PACK_STOLEN;
	int64_t field = 0;
	if (!judging_in_mandate(judging, body->gtin, 0))
		return false;
	if (product->unit) {
		judging_refuse(
			judging, REFUSED_NOT_A_UNIT, 0, (int64_t)body->gtin, product->unit_count);
		return false;
	}
	if (body->elements.by_key && (!by_key_kind || !changing->may_name_key)) {
		judging_refuse(judging, REFUSED_NOT_IN_HAND, 0, 1, 0);
		return false;
	}
	if (body->loose && changing->target != PACK_SUPPLIED)
		field = CHANGE_LOOSE;
	else if (body->elements.has_parameters && changing->target != PACK_OPENED)
		field = CHANGE_ELEMENTS;
	if (field)
		judging_refuse(judging, OUTCOME_BAD_VALUE, 0, field, 0);
	return !field;
}

static enum err change_all(struct changing *changing, const struct product *product)
{
	struct judging *judging = changing->judging;
	struct element_reader reader;
	struct element element;
	enum err err = change_policy(changing, product);
	if (!err)
		err = change_lot(changing);
	elements_open(&reader, &changing->body->elements);
	for (uint32_t i = 0; !err && elements_next(&reader, &element); i++)
		err = change_one(changing, &element, i);
	if (err || !changing->standing.is_there || judging_is_dry(judging))
		return err;
	if (!changing->frozen)
		changing->standing.lot.loose_count += changing->body->loose;
	return lot_put(judging->table, &changing->standing.lot, judging->fault);
}

enum err change_apply(struct judging *judging, const struct change_body *body)
{
	struct product product = {0};
	bool refused;
	struct changing changing = {
		.judging = judging,
		.body = body,
		.target = change_target(judging->kind->number),
		.may_name_key = judging_is_holder(judging, body->gtin) ||
				scope_is_authority(&judging->scope, AREA_MEDICINES),
	};
	changing.frozen = judging->applying->late && changing.target != PACK_SUPPLIED &&
			  changing.target != PACK_DESTROYED && changing.target != PACK_LOCKED;
	enum err err = product_get(judging->table, body->gtin, &product, judging->fault);
	if (err && err != ERR_NOT_FOUND)
		return err;
	if (!change_fits(&changing, &product))
		return OK;
	err = witness_check(judging, &body->witness, &changing.is_witnessed, &refused);
	if (err || refused)
		return err;
	err = lot_standing(judging, body->gtin, body->lot, &changing.standing);
	if (err)
		return err;
	return change_all(&changing, &product);
}
