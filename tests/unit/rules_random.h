/* Statements about packs drawn from a stream of choices: of a seeded generator in tests, of the
 * fuzzer's bytes there. Few products, lots and packs, so that they meet often. */
#ifndef TESTS_UNIT_RULES_RANDOM_H
#define TESTS_UNIT_RULES_RANDOM_H

#include "tests/unit/rules_world.h"

#include "appliance/rules/verdict.h"

struct choices {
	unsigned day_every; /* statements between two jumps of days; 0: 8 */
	uint64_t state; /* of the generator */
	struct span data; /* or the bytes to take */
	bool is_fuzz;
};

static inline bool choices_left(const struct choices *choices)
{
	return !choices->is_fuzz || choices->data.size > 0;
}

/* 0 .. below - 1 */
static inline unsigned choose(struct choices *choices, unsigned below)
{
	if (choices->is_fuzz) {
		uint8_t byte = choices->data.size ? choices->data.at[0] : 0;
		choices->data = span_cut(choices->data, 1, choices->data.size);
		return byte % below;
	}
	choices->state = choices->state * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(choices->state >> 33) % below;
}

static inline uint64_t choose_gtin(struct choices *choices)
{
	static const uint64_t gtins[] = {GTIN_A, GTIN_A, GTIN_A, GTIN_A, GTIN_A, GTIN_B, GTIN_C};
	return gtins[choose(choices, 7)];
}

static inline struct span choose_lot(struct choices *choices)
{
	static const char *const lots[] = {"L1", "L1", "L2", "L22", "!\"%&'()*+,-./_:;<=>?"};
	return span_text(lots[choose(choices, 5)]);
}

static inline uint32_t choose_date(struct choices *choices)
{
	static const uint32_t dates[] = {280600, 280630, 261130, 261200, 290131};
	return dates[choose(choices, 5)];
}

struct random_room {
	struct world_elements elements;
	uint8_t keys[WORLD_PACKS_MAX * KEY_SIZE];
	uint8_t raw[512];
	uint8_t ids[4][RECALL_ID_SIZE];
	/* The last change that was accepted. */
	struct {
		enum who who;
		uint64_t gtin, position;
		struct span lot;
		unsigned first, count;
	} change;
	unsigned first; /* pack of the change being drawn */
	/* What was said last. */
	unsigned kind;
	enum who who;
	uint8_t said[4096];
	size_t said_size;
};

static inline void choose_change(
	struct choices *choices, struct random_room *room, unsigned kind, struct change_body *body)
{
	unsigned first = 1 + choose(choices, 24), count = choose(choices, 6);
	room->first = first;
	*body = (struct change_body){.gtin = choose_gtin(choices), .lot = choose_lot(choices)};
	if (!count) {
		body->loose = 1 + choose(choices, 200);
		return;
	}
	body->elements = *world_elements(&room->elements, body->gtin, first, count,
		choose(choices, 6) ? BY_OPENER : BY_KEY,
		choose(choices, 8) ? (kind == KIND_OPEN ? 9 : 0) : 7);
	body->reason = (uint8_t)choose(choices, OVERRIDE_MAX + 1);
	if (!choose(choices, 4))
		body->shift = span_of(room->raw, SHIFT_ID_SIZE);
}

/* Mostly of the last change, as its author would say it. */
static inline void choose_undo(struct choices *choices, const struct world *world,
	struct random_room *room, struct undo_body *body)
{
	unsigned first = 1 + choose(choices, 10), count = 1 + choose(choices, 4);
	*body = (struct undo_body){.gtin = choose_gtin(choices), .lot = choose_lot(choices)};
	body->position = world->position - 1 - choose(choices, 8);
	if (room->change.count && choose(choices, 4)) {
		body->gtin = room->change.gtin;
		body->lot = room->change.lot;
		body->position = room->change.position;
		first = room->change.first;
		count = room->change.count;
		room->who = choose(choices, 4) ? room->change.who : room->who;
	}
	body->elements = *world_elements(&room->elements, body->gtin, first, count,
		choose(choices, 6) ? BY_OPENER_UNDO : BY_KEY_UNDO, 0);
	body->has_position = room->kind == KIND_VOID || !choose(choices, 4);
	body->never_left = room->kind == KIND_RETURN && choose(choices, 4);
}

static inline void choose_items(
	struct choices *choices, struct random_room *room, struct recall_items *items)
{
	struct buf buf;
	buf_over(&buf, room->raw, sizeof room->raw);
	cbor_put_array(&buf, 2);
	cbor_put_uint(&buf, choose_gtin(choices));
	if (choose(choices, 2)) {
		cbor_put_array(&buf, 1);
		cbor_put_text(&buf, choose_lot(choices));
	} else {
		cbor_put_array(&buf, 0);
	}
	*items = (struct recall_items){.items = buf_span(&buf), .count = 1};
}

static inline void choose_commission(
	struct choices *choices, struct random_room *room, struct commission_body *body)
{
	struct world_pack packs[WORLD_PACKS_MAX];
	unsigned first = 1 + choose(choices, 20), count = 1 + choose(choices, 16);
	*body = (struct commission_body){.gtin = choose_gtin(choices), .lot = choose_lot(choices)};
	world_packs(body->gtin, first, count, packs);
	for (size_t i = 0; i < count; i++)
		memcpy(room->keys + i * KEY_SIZE, packs[i].key, KEY_SIZE);
	body->keys = span_of(room->keys, count * KEY_SIZE);
}

static inline void choose_recall(
	struct choices *choices, struct random_room *room, unsigned kind, union kind_body *body)
{
	struct span id = span_of(room->ids[choose(choices, 4)], RECALL_ID_SIZE);
	enum recall_class class = (enum recall_class)(1 + choose(choices, 5));
	enum recall_depth depth = (enum recall_depth)(1 + choose(choices, 3));
	if (kind == KIND_RECALL) {
		body->recall = (struct recall_body){.id = id, .class = class, .depth = depth};
		choose_items(choices, room, &body->recall.items);
		body->recall.transcribed = choose(choices, 2);
		body->recall.notice = span_text("EL(26)A/11");
		if (!choose(choices, 3))
			body->recall.keys = span_of(room->ids, RECALL_ID_SIZE);
	} else if (kind == KIND_RECALL_AMEND) {
		body->recall_amend = (struct recall_amend_body){.id = id, .class = class};
		if (choose(choices, 2))
			choose_items(choices, room, &body->recall_amend.added);
		else
			choose_items(choices, room, &body->recall_amend.removed);
	} else if (kind == KIND_RECALL_END) {
		body->recall_end = (struct recall_end_body){.id = id};
	} else {
		body->recall_answer = (struct recall_answer_body){
			.id = id, .gtin = choose_gtin(choices), .held = choose(choices, 9)};
		if (choose(choices, 2))
			body->recall_answer.lot = choose_lot(choices);
	}
}

static inline void choose_lot_body(struct choices *choices, struct lot_body *body)
{
	*body = (struct lot_body){.gtin = choose_gtin(choices),
		.lot = choose_lot(choices),
		.expiries = {choose_date(choices)},
		.expiry_count = 1,
		.effective = choose_date(choices),
		.packs = (enum lot_packs)(1 + choose(choices, 3)),
		.pepper_year = (uint16_t)(PEPPER_Y - choose(choices, 3)),
		.entropy_bits = (uint8_t)choose(choices, 90)};
}

static inline void choose_correction(struct choices *choices, struct lot_correct_body *body)
{
	*body = (struct lot_correct_body){.gtin = choose_gtin(choices),
		.lot = choose_lot(choices),
		.reason = (enum lot_reason)(1 + choose(choices, LOT_REASON_MAX))};
	if (body->reason == LOT_REASON_EXPIRY)
		body->expiries[body->expiry_count++] = choose_date(choices);
}

/* The body of a kind, drawn. */
static inline void choose_body(struct choices *choices, const struct world *world,
	struct random_room *room, unsigned kind, union kind_body *body)
{
	switch (kind) {
	case KIND_LOT: choose_lot_body(choices, &body->lot); return;
	case KIND_COMMISSION: choose_commission(choices, room, &body->commission); return;
	case KIND_LOT_CLOSE:
	case KIND_LOT_RELEASE:
	case KIND_LOT_WITHDRAW:
		body->lot_step = (struct lot_step_body){
			.gtin = choose_gtin(choices), .lot = choose_lot(choices)};
		return;
	case KIND_LOT_EXTEND:
		body->lot_extend = (struct lot_extend_body){.gtin = choose_gtin(choices),
			.lot = choose_lot(choices),
			.effective = choose_date(choices),
			.printed = choose_date(choices)};
		return;
	case KIND_LOT_CORRECT: choose_correction(choices, &body->lot_correct); return;
	case KIND_COVERAGE:
		body->coverage = (struct coverage_body){
			.gtin = choose_gtin(choices), .from = 261101, .shelf_months = 24};
		return;
	case KIND_VOID:
	case KIND_RETURN: choose_undo(choices, world, room, &body->undo); return;
	case KIND_RECALL:
	case KIND_RECALL_AMEND:
	case KIND_RECALL_END:
	case KIND_RECALL_ANSWER: choose_recall(choices, room, kind, body); return;
	case KIND_CHECK_ALERT:
		body->check_alert = (struct check_alert_body){.gtin = choose_gtin(choices),
			.lot = choose_lot(choices),
			.verdict = (uint8_t)(1 + choose(choices, 27)),
			.expiry = choose_date(choices)};
		return;
	case KIND_CHECK_COUNT:
		body->check_count = (struct check_count_body){
			.day = (uint32_t)(world->time_ms / DAY_MS) - choose(choices, 40),
			.count = 1 + choose(choices, 99),
			.root = span_of(room->raw, 32)};
		return;
	case KIND_ALERT_RESOLVE:
		body->alert_resolve = (struct alert_resolve_body){.number = 1 + choose(choices, 20),
			.cause = (uint8_t)(1 + choose(choices, 7))};
		return;
	case KIND_PRODUCT:
		body->product = (struct product_body){
			.gtin = choose_gtin(choices), .flags = choose(choices, 8)};
		return;
	case KIND_DERIVE:
		body->derive = (struct derive_body){.gtin = choose_gtin(choices),
			.lot = choose_lot(choices),
			.from_gtin = choose_gtin(choices),
			.from_lot = choose_lot(choices)};
		return;
	case KIND_RECALL_DERIVED:
		body->recall_derived = (struct recall_derived_body){
			.id = span_of(room->ids[choose(choices, 4)], RECALL_ID_SIZE),
			.gtin = choose_gtin(choices),
			.lot = choose_lot(choices),
			.affected = choose(choices, 2)};
		return;
	case KIND_MOVEMENT: body->movement = (struct movement_body){.class = MOVEMENT_SHIP}; return;
	case KIND_ATTACHMENT_ACK:
		body->attachment_ack =
			(struct attachment_ack_body){.entries = span_of(room->raw, 32)};
		return;
	default: choose_change(choices, room, kind, &body->change);
	}
}

static inline unsigned choose_kind(struct choices *choices)
{
	static const uint8_t kinds[] = {32, 32, 33, 33, 34, 35, 35, 36, 37, 38, 39, 40, 40, 40, 41,
		41, 42, 43, 44, 45, 46, 47, 48, 48, 49, 49, 50, 51, 52, 52, 60, 60, 61, 62, 63, 64,
		64, 64, 70, 71, 72, 90, 91};
	return kinds[choose(choices, sizeof kinds)];
}

/* Says one statement drawn; sometimes a byte of it is changed. false: apply returned an error. */
static inline bool say_random(
	struct world *world, struct choices *choices, struct random_room *room)
{
	union kind_body body;
	struct buf buf;
	room->kind = choose_kind(choices);
	room->who = (enum who)choose(choices, WHO_COUNT);
	const struct kind *kind = kind_find((uint16_t)room->kind);
	if ((kind->roles == ROLES_MAKE) && choose(choices, 4))
		room->who = MAKER;
	bool is_change = (room->kind >= KIND_SUPPLY && room->kind <= KIND_STOLEN) ||
			 room->kind == KIND_REPACKAGE;
	if (is_change && choose(choices, 3))
		room->who = (enum who)(WHOLESALER + choose(choices, 5));
	for (uint8_t i = 0; i < 4; i++)
		room->ids[i][0] = i;
	choose_body(choices, world, room, room->kind, &body);
	world->late = !choose(choices, 12);
	world->attachments = choose(choices, 2);
	world->time_ms += choose(choices, choices->day_every ? choices->day_every : 8)
				  ? 1000
				  : (int64_t)choose(choices, 20) * DAY_MS;
	buf_over(&buf, room->said, sizeof room->said);
	kind->encode(&body, &buf);
	assert(!buf.err);
	if (!choose(choices, 10) && buf.size)
		buf.at[choose(choices, 255) % buf.size] ^= (uint8_t)(1u << choose(choices, 8));
	room->said_size = buf.size;
	uint16_t code = world_say_bytes(world, room->who, room->kind, buf_span(&buf));
	if (is_change && !code && body.change.elements.count) {
		room->change.who = room->who;
		room->change.gtin = body.change.gtin;
		room->change.lot = body.change.lot; /* of a static list */
		room->change.position = world->position - 1;
		room->change.first = room->first;
		room->change.count = (unsigned)body.change.elements.count;
	}
	return code != UINT16_MAX;
}

#endif
