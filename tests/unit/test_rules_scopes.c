/* Nobody is heard outside the scope: who may say what stands here once more, by the page and not by
 * the code, and random statements of everybody are held against it. */
#include "tests/tap.h"
#include "tests/unit/rules_said.h"

#define STEPS 400

#define M "maker.example rival.example"
#define W "wholesaler.example"
#define P "pharmacy.example"
#define H "hospital.example"
#define A "authority.example"

/* Who may say what, written down once more, by the page and not by the code. */
static const struct {
	uint16_t kind;
	const char *members; /* "": all */
	bool appliance; /* not by a station */
	bool holder; /* of the product */
} mays[] = {
	{KIND_LOT, M, true, true},
	{KIND_COMMISSION, M, true, true},
	{KIND_LOT_CLOSE, M, true, true},
	{KIND_LOT_RELEASE, M, true, true},
	{KIND_LOT_WITHDRAW, M, true, true},
	{KIND_LOT_EXTEND, M, true, true},
	{KIND_LOT_CORRECT, M, true, true},
	{KIND_COVERAGE, M, true, true},
	{KIND_SUPPLY, P " " H " " W, false, false},
	{KIND_OPEN, P " " H, false, false},
	{KIND_DESTROY, M " " W " " P " " H " " A, false, false},
	{KIND_EXPORT, M " " W, false, false},
	{KIND_SAMPLE, M " " W " " H " " A, false, false},
	{KIND_FREE_SAMPLE, M " " W, false, false},
	{KIND_LOCK, M " " W " " P " " H " " A, false, false},
	{KIND_STOLEN, M " " W " " P " " H " " A, false, false},
	{KIND_VOID, M " " W " " P " " H " " A, false, false},
	{KIND_RETURN, M " " W " " P " " H " " A, false, false},
	{KIND_PRODUCT, M, true, true},
	{KIND_REPACKAGE, M " " W, false, false},
	{KIND_DERIVE, M, true, true},
	{KIND_RECALL, "", true, false},
	{KIND_RECALL_AMEND, "", true, false},
	{KIND_RECALL_END, "", true, false},
	{KIND_RECALL_ANSWER, "", false, false},
	{KIND_RECALL_DERIVED, M " " A, true, false},
	{KIND_CHECK_ALERT, "", false, false},
	{KIND_CHECK_COUNT, "", false, false},
	{KIND_ALERT_RESOLVE, "", false, false},
	{KIND_MOVEMENT, "", false, false},
	{KIND_ATTACHMENT_ACK, "", true, false},
};

/* The product that the statement names; 0: none, or several. */
static uint64_t named_gtin(const struct said *said)
{
	switch (said->kind) {
	case KIND_LOT: return said->body.lot.gtin;
	case KIND_COMMISSION: return said->body.commission.gtin;
	case KIND_LOT_CLOSE:
	case KIND_LOT_RELEASE:
	case KIND_LOT_WITHDRAW: return said->body.lot_step.gtin;
	case KIND_LOT_EXTEND: return said->body.lot_extend.gtin;
	case KIND_LOT_CORRECT: return said->body.lot_correct.gtin;
	case KIND_COVERAGE: return said->body.coverage.gtin;
	case KIND_VOID:
	case KIND_RETURN: return said->body.undo.gtin;
	case KIND_PRODUCT: return said->body.product.gtin;
	case KIND_DERIVE: return said->body.derive.gtin;
	case KIND_RECALL_ANSWER: return said->body.recall_answer.gtin;
	case KIND_RECALL_DERIVED: return said->body.recall_derived.gtin;
	case KIND_CHECK_ALERT: return said->body.check_alert.gtin;
	case KIND_RECALL:
	case KIND_RECALL_AMEND:
	case KIND_RECALL_END:
	case KIND_CHECK_COUNT:
	case KIND_ALERT_RESOLVE:
	case KIND_MOVEMENT:
	case KIND_ATTACHMENT_ACK: return 0;
	default: return said->body.change.gtin;
	}
}

static bool names_by_key(const struct said *said)
{
	if (said->kind == KIND_VOID || said->kind == KIND_RETURN)
		return said->body.undo.elements.by_key;
	if ((said->kind >= KIND_SUPPLY && said->kind <= KIND_STOLEN) ||
		said->kind == KIND_REPACKAGE)
		return said->body.change.elements.by_key;
	return false;
}

/* Why an accepted statement should not have been; NULL: it is in order. */
static const char *out_of_scope(const struct said *said)
{
	struct author author;
	size_t i = 0;
	uint64_t gtin = named_gtin(said);
	bool by_key_kind =
		said->kind == KIND_LOCK || said->kind == KIND_STOLEN || said->kind == KIND_VOID;
	while (mays[i].kind != said->kind)
		i++;
	world_author(said->who, &author);
	if (mays[i].appliance && author.purpose != KEY_APPLIANCE)
		return "a station may not";
	if (mays[i].members[0] && !strstr(mays[i].members, said_for(said->who)->name))
		return "not a member that may";
	if (mays[i].holder && !said_for_holder(said->who, gtin))
		return "not the product's holder";
	if (said->who == AGENT && gtin && gtin != GTIN_A)
		return "outside the mandate's products";
	if (said->who == SITE_AGENT || said->who == SITE_AGENT_ELSEWHERE)
		return "outside the mandate's sites";
	if (said->kind == KIND_RECALL_DERIVED && !said_by_authority(said->who) &&
		!said_for_holder(said->who, gtin))
		return "neither holder nor authority";
	if (said->kind == KIND_RECALL && !said->body.recall.transcribed &&
		!said_by_authority(said->who) && said->body.recall.class != RECALL_COMPANY)
		return "only an authority recalls by class";
	if (names_by_key(said) && (!by_key_kind || (!said_by_authority(said->who) &&
							   !said_for_holder(said->who, gtin))))
		return "names a pack that it has not in hand";
	return NULL;
}

/* Every text in a body: a lot's number or a notice's reference, of a closed set of characters
 * and too short to say anything with. false: something else. */
static bool texts_are_closed(struct cbor *cbor, unsigned depth)
{
	struct cbor_map map;
	struct span text;
	int64_t key;
	size_t count;
	switch (cbor_peek(cbor)) {
	case CBOR_TEXT:
		text = cbor_text(cbor);
		return lot_text_is_valid(span_cut(text, 0, LOT_TEXT_MAX)) &&
		       text.size <= RECALL_NOTICE_MAX;
	case CBOR_ARRAY:
		count = cbor_array(cbor, 10000);
		for (size_t i = 0; i < count; i++)
			if (!texts_are_closed(cbor, depth + 1))
				return false;
		return true;
	case CBOR_MAP:
		cbor_map(cbor, &map, 32);
		while (cbor_map_int(cbor, &map, &key))
			if (!texts_are_closed(cbor, depth + 1))
				return false;
		return depth == 0;
	case CBOR_UINT:
	case CBOR_BYTES:
	case CBOR_SIMPLE: (void)cbor_item(cbor); return !cbor->fault.err;
	case CBOR_NINT:
	case CBOR_TAG:
	case CBOR_NONE: break;
	}
	return false;
}

TEST(an_accepted_body_has_no_room_for_text)
{
	size_t accepted = 0;
	for (uint64_t seed = 500; seed < 520; seed++) {
		struct choices choices = {.state = seed};
		struct random_room room = {0};
		struct world world;
		NEED(said_begin(&world));
		for (size_t i = 0; i < STEPS; i++) {
			struct cbor cbor;
			NEED(say_random(&world, &choices, &room));
			if (world.outcome.code)
				continue;
			accepted++;
			cbor_init(&cbor, span_of(room.said, room.said_size));
			CHECK_ROW(texts_are_closed(&cbor, 0) && !cbor_end(&cbor, NULL),
				"seed %" PRIu64 " step %zu, kind %u", seed, i, room.kind);
		}
		world_close(&world);
	}
	CHECK(accepted > 1000);
}

TEST(nobody_is_heard_outside_the_scope)
{
	size_t accepted[128] = {0};
	for (uint64_t seed = 100; seed < 124; seed++) {
		struct choices choices = {.state = seed, .day_every = 60};
		struct random_room room = {0};
		struct world world;
		struct said said;
		NEED(said_begin(&world));
		for (size_t i = 0; i < STEPS; i++) {
			NEED(say_random(&world, &choices, &room));
			if (world.outcome.code)
				continue;
			NEED(said_read(&room, &said));
			const char *why = out_of_scope(&said);
			CHECK_ROW(!why, "seed %" PRIu64 " step %zu, kind %u by %d: %s", seed, i,
				said.kind, said.who, why);
			accepted[said.kind]++;
		}
		world_close(&world);
	}
	for (size_t i = 0; i < sizeof mays / sizeof mays[0]; i++)
		CHECK_ROW(accepted[mays[i].kind] > 3, "kind %u was accepted %zu times",
			mays[i].kind, accepted[mays[i].kind]);
}

TAP_MAIN(CASE(nobody_is_heard_outside_the_scope), CASE(an_accepted_body_has_no_room_for_text))
