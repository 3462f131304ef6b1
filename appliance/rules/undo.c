/* Kinds 48 and 49: a change that was a mistake, and one that was reversed. RULES section 4: both
 * show the secret of the change, within ten days; what does not fit is recorded with an alert and
 * the pack stays as it is. */
#include "appliance/rules/change.h"

#include "appliance/rules/alert.h"
#include "appliance/rules/kinds.h"
#include "ledger/base/crypto.h"

enum {
	UNDO_GTIN = 1,
	UNDO_LOT = 2,
	UNDO_BY_KEY = 3,
	UNDO_ELEMENTS = 4,
	UNDO_CHANGE = 5,
	UNDO_NEVER_LEFT = 6,
	UNDO_WITNESS = 8,
};

static void read_change(struct body *body, struct undo_body *out)
{
	if (cbor_peek(&body->cbor) == CBOR_BYTES) {
		out->entry = body_bytes(body, HASH_SIZE);
		return;
	}
	out->position = body_code(body, 2, ((uint64_t)1 << 40) - 1);
	out->has_position = true;
}

enum err undo_decode(struct span in, struct undo_body *out, struct fault *fault)
{
	struct undo_body read = {0};
	struct body body;
	bool by_key = false;
	body_open(&body, in);
	while (body_next(&body)) {
		switch (body.field) {
		case UNDO_GTIN: read.gtin = body_gtin(&body); break;
		case UNDO_LOT: read.lot = body_lot(&body); break;
		case UNDO_BY_KEY: by_key = body_flag(&body); break;
		case UNDO_ELEMENTS:
			elements_read(&body, by_key, &read.elements);
			if (read.elements.has_parameters)
				body_refuse(&body, "undoing has no parameters");
			break;
		case UNDO_CHANGE: read_change(&body, &read); break;
		case UNDO_NEVER_LEFT: read.never_left = body_flag(&body); break;
		case UNDO_WITNESS: witness_read(&body, &read.witness); break;
		default: body_unknown(&body);
		}
	}
	enum err err =
		body_close(&body, FIELD(UNDO_GTIN) | FIELD(UNDO_LOT) | FIELD(UNDO_ELEMENTS), fault);
	if (!err)
		*out = read;
	return err;
}

void undo_encode(const struct undo_body *body, struct buf *buf)
{
	bool has_change = body->has_position || body->entry.size;
	cbor_put_map(buf, 3 + (size_t)body->elements.by_key + has_change + body->never_left +
				  (body->witness.kid.size != 0));
	cbor_put_uint(buf, UNDO_GTIN);
	cbor_put_uint(buf, body->gtin);
	cbor_put_uint(buf, UNDO_LOT);
	cbor_put_text(buf, body->lot);
	if (body->elements.by_key) {
		cbor_put_uint(buf, UNDO_BY_KEY);
		cbor_put_bool(buf, true);
	}
	elements_put(buf, UNDO_ELEMENTS, &body->elements);
	if (has_change) {
		cbor_put_uint(buf, UNDO_CHANGE);
		if (body->has_position)
			cbor_put_uint(buf, body->position);
		else
			cbor_put_bytes(buf, body->entry);
	}
	if (body->never_left) {
		cbor_put_uint(buf, UNDO_NEVER_LEFT);
		cbor_put_bool(buf, true);
	}
	witness_put(buf, UNDO_WITNESS, &body->witness);
}

struct undoing {
	struct judging *judging;
	const struct undo_body *body;
	struct lot_standing standing;
	bool is_void;
	bool is_witnessed;
	bool is_barred; /* by what stands on the lot */
	bool is_own; /* the change of the pack looked at was made by the author's party */
	bool is_recalled; /* that pack, by a recall of single packs */
};

static enum err raise(struct undoing *undoing, uint16_t code, uint32_t index, const uint8_t *key,
	uint64_t before_at)
{
	struct alert_event event = {
		.code = code,
		.gtin = undoing->body->gtin,
		.lot = undoing->body->lot,
		.element = index,
		.key = key,
		.before_at = before_at,
	};
	return alert_raise(undoing->judging, &event, (int64_t)index + 1);
}

/* Whether this is the change that the body names. */
static bool is_named(const struct undoing *undoing, const struct pack *pack)
{
	const struct undo_body *body = undoing->body;
	if (!undoing->is_void)
		return true;
	if (body->has_position)
		return pack->at == body->position;
	return memcmp(pack->entry, body->entry.at, ENTRY_TAG_SIZE) == 0;
}

static bool can_be_undone(const struct undoing *undoing, enum pack_state state)
{
	switch (state) {
	case PACK_SUPPLIED:
	case PACK_EXPORTED:
	case PACK_SAMPLED:
	case PACK_FREE_SAMPLED: return true;
	case PACK_OPENED:
	case PACK_DESTROYED:
	case PACK_LOCKED:
	case PACK_STOLEN: return undoing->is_void;
	case PACK_ACTIVE:
	case PACK_REPACKAGED:
	case PACK_STATE_END: break;
	}
	return false;
}

/* What stands against it; 0: nothing. */
static uint16_t judge_undo(
	const struct undoing *undoing, const struct element *element, const struct pack *pack)
{
	uint8_t hash[HASH_SIZE];
	int64_t now_s = undoing->judging->applying->time_ms / 1000;
	if (!pack->touched || pack->undone || !can_be_undone(undoing, pack->state) ||
		!is_named(undoing, pack))
		return ALERT_UNDO_MISMATCH;
	hash_sha256(element->secret, hash);
	if (!undoing->is_own || memcmp(hash, pack->mark, MARK_SIZE) != 0)
		return ALERT_UNDO_OTHER;
	if (undoing->judging->applying->late)
		return ALERT_LATE_DELIVERY;
	if (now_s - pack->s > (int64_t)UNDO_DAYS * 24 * 3600)
		return ALERT_UNDO_LATE;
	if (undoing->is_barred || undoing->is_recalled)
		return ALERT_UNDO_BARRED;
	if (!undoing->is_void && !undoing->body->never_left)
		return ALERT_LEFT_CONTROL;
	if ((pack->state == PACK_DESTROYED || pack->state == PACK_STOLEN) && !undoing->is_witnessed)
		return ALERT_NO_WITNESS;
	return 0;
}

static enum err put_undone(
	struct undoing *undoing, const struct element *element, const struct pack *before)
{
	const struct applying *applying = undoing->judging->applying;
	struct pack pack = {
		.state = before->prior,
		.touched = true,
		.undone = true,
		.prior = before->state,
		.at = applying->position,
		.s = applying->time_ms / 1000,
		.member = undoing->judging->member_index,
		.key_index = applying->author->key_index,
		.remaining = before->prior_remaining,
		.prior_remaining = before->remaining,
	};
	/* A pack that is open again lies where it was last, whoever says so. */
	memcpy(pack.place, pack.state == PACK_OPENED ? before->place : undoing->judging->place,
		PLACE_SIZE);
	memcpy(pack.entry, applying->entry, ENTRY_TAG_SIZE);
	if (judging_is_dry(undoing->judging))
		return OK;
	if (pack_is_gone(before->state) && !pack_is_gone(pack.state))
		undoing->standing.lot.gone_count--;
	return pack_put(undoing->judging->table, undoing->standing.lot.id, element->key, &pack,
		undoing->judging->fault);
}

/* What the judgement of one pack needs beside its row. A secret is for its author's site only, but
 * an undoing that fails has shown it to all: so whose change it was is looked at as well. */
static enum err look_at(
	struct undoing *undoing, const struct element *element, const struct pack *pack)
{
	struct judging *judging = undoing->judging;
	struct recall_asker asker;
	struct recall_found found;
	uint8_t keys[1][KEY_SIZE];
	undoing->is_own = undoing->is_recalled = false;
	if (!pack->touched)
		return OK;
	enum err err = judging->directory->owns(judging->table, judging->applying->author,
		pack->key_index, &undoing->is_own, judging->fault);
	if (err || !undoing->standing.recall.is_by_pack)
		return err;
	recall_asker_of(judging, &asker);
	memcpy(keys[0], element->key, KEY_SIZE);
	err = recall_look(judging->table, &asker, undoing->body->gtin, undoing->body->lot, keys, 1,
		UINT64_MAX, &found, judging->fault);
	undoing->is_recalled = !err && found.is_recalled;
	return err;
}

static enum err undo_one(struct undoing *undoing, const struct element *element, uint32_t index)
{
	struct pack pack = {0};
	enum err err = ERR_NOT_FOUND;
	if (undoing->standing.is_there)
		err = pack_get(undoing->judging->table, undoing->standing.lot.id, element->key,
			&pack, undoing->judging->fault);
	if (err && err != ERR_NOT_FOUND)
		return err;
	err = look_at(undoing, element, &pack);
	if (err)
		return err;
	uint16_t alert = judge_undo(undoing, element, &pack);
	if (alert)
		return raise(undoing, alert, index, element->key, pack.at);
	return put_undone(undoing, element, &pack);
}

/* Refuses what does not fit the kind or the author. */
static bool undo_fits(struct undoing *undoing)
{
	struct judging *judging = undoing->judging;
	const struct undo_body *body = undoing->body;
	bool may_name_key = judging_is_holder(judging, body->gtin) ||
			    scope_is_authority(&judging->scope, AREA_MEDICINES);
	int64_t field = 0;
	if (!judging_in_mandate(judging, body->gtin, 0))
		return false;
	if (body->elements.by_key && (!undoing->is_void || !may_name_key)) {
		judging_refuse(judging, REFUSED_NOT_IN_HAND, 0, 1, 0);
		return false;
	}
	if (undoing->is_void != (body->has_position || body->entry.size != 0))
		field = UNDO_CHANGE;
	else if (undoing->is_void && body->never_left)
		field = UNDO_NEVER_LEFT;
	else if (!undoing->is_void && body->witness.kid.size)
		field = UNDO_WITNESS;
	if (field)
		judging_refuse(judging, OUTCOME_BAD_VALUE, 0, field, 0);
	return !field;
}

enum err undo_apply(struct judging *judging, const struct undo_body *body)
{
	struct undoing undoing = {
		.judging = judging, .body = body, .is_void = judging->kind->number == KIND_VOID};
	struct element_reader reader;
	struct element element;
	bool refused;
	if (!undo_fits(&undoing))
		return OK;
	enum err err = witness_check(judging, &body->witness, &undoing.is_witnessed, &refused);
	if (err || refused)
		return err;
	err = lot_standing(judging, body->gtin, body->lot, &undoing.standing);
	undoing.is_barred =
		undoing.standing.is_expired || undoing.standing.recall.is_recalled ||
		(undoing.standing.is_there && undoing.standing.lot.state == LOT_WITHDRAWN);
	elements_open(&reader, &body->elements);
	for (uint32_t i = 0; !err && elements_next(&reader, &element); i++)
		err = undo_one(&undoing, &element, i);
	if (err || !undoing.standing.is_there || judging_is_dry(judging))
		return err;
	return lot_put(judging->table, &undoing.standing.lot, judging->fault);
}
