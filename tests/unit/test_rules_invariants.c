/* What holds after every statement of long random sequences, told apart from how the rules come
 * to it: a pack goes its way once and comes back only as it was, no news makes an answer
 * greener before it is final, and the same statements give the same state however they are
 * batched and wherever it is kept. Who is heard: test_rules_scopes.c. */
#include "tests/tap.h"
#include "tests/unit/rules_said.h"

#include "appliance/rules/facts.h"
#include "ledger/store/state.h"

#define STEPS    400 /* of each sequence: later little is left that can happen */
#define ROWS_MAX 512
#define ASKS     24

/* ---- packs ---- */

struct row {
	uint8_t key[PACK_KEY_SIZE];
	struct pack pack;
};

/* All packs there are, in order of key. */
static size_t read_rows(const struct world *world, struct row rows[ROWS_MAX])
{
	struct span key, value, after = {0};
	size_t count = 0;
	while (table_next(world->table, TABLE_PACK, span_of(NULL, 0), after, TABLE_UP, &key, &value,
		       NULL) == OK) {
		struct row *row = &rows[count++];
		assert(count < ROWS_MAX && key.size == PACK_KEY_SIZE);
		memcpy(row->key, key.at, key.size);
		after = span_of(row->key, PACK_KEY_SIZE);
		uint32_t lot = (uint32_t)row->key[0] << 24 | (uint32_t)row->key[1] << 16 |
			       (uint32_t)row->key[2] << 8 | row->key[3];
		assert(pack_get(world->table, lot, row->key + 4, &row->pack, NULL) == OK);
	}
	return count;
}

static bool was_named(const struct said *said, const uint8_t *key)
{
	struct element_reader reader;
	struct element element;
	if (said->kind == KIND_COMMISSION) {
		for (size_t at = 0; at < said->body.commission.keys.size; at += KEY_SIZE)
			if (!memcmp(said->body.commission.keys.at + at, key, KEY_SIZE))
				return true;
		return false;
	}
	elements_open(&reader, said->kind == KIND_VOID || said->kind == KIND_RETURN
				       ? &said->body.undo.elements
				       : &said->body.change.elements);
	while (elements_next(&reader, &element))
		if (!memcmp(element.key, key, KEY_SIZE))
			return true;
	return false;
}

/* Whether a statement of change may take a pack from one state to another. */
static bool may_change(const struct world *world, const struct said *said, const struct pack *from,
	const struct pack *to)
{
	bool by_holder =
		said_for_holder(said->who, said->body.change.gtin) || said_by_authority(said->who);
	bool late_kind = to->state == PACK_SUPPLIED || to->state == PACK_DESTROYED ||
			 to->state == PACK_LOCKED;
	if (to->state != change_target((uint16_t)said->kind) || to->prior != from->state ||
		to->undone || (world->late && !late_kind) || to->late != world->late)
		return false;
	if (from->state == PACK_ACTIVE || from->state == PACK_OPENED)
		return true;
	if (from->state == PACK_LOCKED && to->state == PACK_STOLEN)
		return true;
	if (to->state != PACK_DESTROYED)
		return false;
	return from->state != PACK_DESTROYED && from->state != PACK_REPACKAGED &&
	       (from->state != PACK_STOLEN || by_holder);
}

/* Whether an undoing may: nothing random signs as a witness. */
static bool may_undo(const struct world *world, const struct said *said, const struct pack *from,
	const struct pack *to)
{
	struct author author;
	world_author(said->who, &author);
	struct author owner;
	world_author((enum who)from->key_index, &owner);
	if (world->late || from->undone || !to->undone || to->state != from->prior ||
		owner.member_index != author.member_index ||
		world->time_ms / 1000 - from->s > UNDO_DAYS * 24 * 3600)
		return false;
	if (to->remaining != from->prior_remaining)
		return false;
	switch (from->state) {
	case PACK_SUPPLIED:
	case PACK_EXPORTED:
	case PACK_SAMPLED:
	case PACK_FREE_SAMPLED: return said->kind == KIND_VOID || said->body.undo.never_left;
	case PACK_OPENED:
	case PACK_LOCKED: return said->kind == KIND_VOID;
	case PACK_ACTIVE:
	case PACK_DESTROYED:
	case PACK_STOLEN:
	case PACK_REPACKAGED:
	case PACK_STATE_END: break;
	}
	return false;
}

static bool may_move(const struct world *world, const struct said *said, const struct pack *from,
	const struct pack *to)
{
	if (said->kind == KIND_VOID || said->kind == KIND_RETURN)
		return may_undo(world, said, from, to);
	if ((said->kind >= KIND_SUPPLY && said->kind <= KIND_STOLEN) ||
		said->kind == KIND_REPACKAGE)
		return may_change(world, said, from, to);
	return false;
}

static bool same_pack(const struct pack *a, const struct pack *b)
{
	return a->state == b->state && a->touched == b->touched && a->at == b->at &&
	       a->undone == b->undone && a->prior == b->prior &&
	       a->commissioned_at == b->commissioned_at;
}

struct moves {
	size_t came, changed, undone, supplied;
};

/* Compares all packs before and after; says what is wrong, or NULL. */
static const char *compare_rows(const struct world *world, const struct said *said,
	const struct row *before, size_t before_count, const struct row *after, size_t after_count,
	struct moves *moves)
{
	size_t i = 0;
	for (size_t k = 0; k < after_count; k++) {
		int order =
			i < before_count ? memcmp(before[i].key, after[k].key, PACK_KEY_SIZE) : 1;
		if (order < 0)
			return "a pack vanished";
		bool is_new = order > 0;
		const struct pack *from = is_new ? NULL : &before[i++].pack;
		const struct pack *to = &after[k].pack;
		if (from && same_pack(from, to))
			continue;
		if (world->outcome.code)
			return "a refused statement changed a pack";
		if (!was_named(said, after[k].key + 4))
			return "a pack changed that was not named";
		if (is_new) {
			moves->came++;
			if (said->kind != KIND_COMMISSION || to->touched)
				return "a pack came other than by commissioning";
			continue;
		}
		if (!may_move(world, said, from, to))
			return "a pack went a way that there is not";
		moves->changed++;
		moves->undone += to->undone;
		moves->supplied += to->state == PACK_SUPPLIED && !to->undone;
	}
	return i == before_count ? NULL : "a pack vanished at the end";
}

TEST(a_pack_goes_its_way_once_and_comes_back_only_as_it_was)
{
	struct row *before = calloc(ROWS_MAX, sizeof *before);
	struct row *after = calloc(ROWS_MAX, sizeof *after);
	struct moves moves = {0};
	NEED(before && after);
	for (uint64_t seed = 1; seed <= 20; seed++) {
		struct choices choices = {.state = seed, .day_every = 120};
		struct random_room room = {0};
		struct world world;
		struct said said;
		NEED(said_begin(&world));
		for (size_t i = 0; i < STEPS; i++) {
			size_t before_count = read_rows(&world, before);
			NEED(say_random(&world, &choices, &room));
			size_t after_count = read_rows(&world, after);
			bool readable = said_read(&room, &said);
			CHECK_ROW(readable || world.outcome.code, "seed %" PRIu64 " step %zu", seed,
				i);
			if (!readable)
				continue;
			const char *why = compare_rows(
				&world, &said, before, before_count, after, after_count, &moves);
			CHECK_ROW(!why, "seed %" PRIu64 " step %zu, kind %u by %d: %s", seed, i,
				said.kind, said.who, why);
		}
		world_close(&world);
	}
	/* The sequences are of use: all of this happens in them. */
	CHECK_ROW(
		moves.came > 100 && moves.changed > 250 && moves.supplied > 50 && moves.undone > 8,
		"%zu came, %zu changed, %zu supplied, %zu undone", moves.came, moves.changed,
		moves.supplied, moves.undone);
	free(before);
	free(after);
}

/* ---- answers ---- */

struct question {
	enum who who;
	uint64_t gtin;
	const char *lot;
	unsigned n; /* 0: no number */
	uint32_t expiry;
};

static struct question draw_question(struct choices *choices)
{
	static const char *const lots[] = {"L1", "L2", "L22", "", "L9"};
	static const enum who askers[] = {PHARMACY_BENCH, WHOLESALER};
	return (struct question){.who = askers[choose(choices, 2)],
		.gtin = choose_gtin(choices),
		.lot = lots[choose(choices, 5)],
		.n = choose(choices, 26),
		.expiry = choose_date(choices)};
}

/* The answer with so much final; the lot's pepper does not matter here. */
static bool answer(const struct table *table, const struct world *world,
	const struct question *question, uint64_t final_size, struct verdict *verdict)
{
	struct pepper_key keys[3];
	uint8_t opener[KEY_SIZE];
	struct author author;
	struct pack_facts facts;
	world_author(question->who, &author);
	struct facts_asker asker = {.recall = {.roles = world_members[author.member_index].roles,
					    .followed = {author.member_index},
					    .followed_count = 1}};
	struct facts_time time = {.zone = ZONE_EUROPE_LONDON,
		.now_ms = world->time_ms,
		.applied_size = world->position,
		.final_size = final_size};
	struct facts_scan scan = {.gtin = question->gtin,
		.lot = span_text(question->lot),
		.expiry = question->expiry,
		.keys = keys,
		.key_count = question->n ? 3 : 0};
	judging_place(&author, asker.place);
	for (uint16_t y = 0; y < 3; y++) {
		keys[y].year = (uint16_t)(PEPPER_Y - y);
		world_opener(question->gtin, question->n, opener, keys[y].key);
	}
	if (facts_read(table, &scan, &asker, &time, &facts, NULL))
		return false;
	verdict_judge(&facts, time.zone, verdict);
	return true;
}

static enum verdict_colour colour_of(const struct verdict *verdict)
{
	return verdict_row(verdict_word(verdict))->colour;
}

/* Good news that no position gates: what the maker says of its coverage, and opening a pack at
 * one's own site, which is then the site where it is opened. */
static bool may_ease_at_once(unsigned kind)
{
	return kind == KIND_COVERAGE || kind == KIND_OPEN;
}

/* What may make an answer better once it is final. */
static bool may_ease(unsigned kind)
{
	switch (kind) {
	case KIND_LOT:
	case KIND_COMMISSION:
	case KIND_LOT_RELEASE:
	case KIND_LOT_EXTEND:
	case KIND_LOT_CORRECT:
	case KIND_VOID:
	case KIND_RETURN:
	case KIND_RECALL_AMEND:
	case KIND_RECALL_END:
	case KIND_RECALL_DERIVED:
	case KIND_CHECK_ALERT: return true; /* the third site of maker_data */
	default: return may_ease_at_once(kind);
	}
}

/* One question and its answer with a part of the ledger final, and with all of it. */
struct asked {
	struct question question;
	struct verdict part, all;
};

static bool ask_all(const struct world *world, uint64_t final_size, struct asked asked[ASKS])
{
	for (size_t k = 0; k < ASKS; k++)
		if (!answer(world->table, world, &asked[k].question, final_size, &asked[k].part) ||
			!answer(world->table, world, &asked[k].question, world->position,
				&asked[k].all))
			return false;
	return true;
}

struct eases {
	size_t eased, graver;
};

/* What became greener that may not; NULL: nothing. */
static const char *compare_answers(unsigned kind, const struct asked before[ASKS],
	const struct asked after[ASKS], char why[160], struct eases *eases)
{
	for (size_t k = 0; k < ASKS; k++) {
		const struct verdict *from = &before[k].part, *to = &after[k].part;
		bool is_greener = colour_of(to) < colour_of(from) && !may_ease_at_once(kind);
		eases->graver += colour_of(to) > colour_of(from);
		if (!is_greener) {
			from = &before[k].all;
			to = &after[k].all;
			is_greener = colour_of(to) < colour_of(from) && !may_ease(kind);
			eases->eased += colour_of(to) < colour_of(from);
		}
		if (!is_greener)
			continue;
		(void)snprintf(why, 160, "pack %u of %s: %s became %s", before[k].question.n,
			before[k].question.lot, verdict_row(verdict_word(from))->text,
			verdict_row(verdict_word(to))->text);
		return why;
	}
	return NULL;
}

TEST(no_news_makes_an_answer_greener_before_it_is_final)
{
	struct eases eases = {0};
	for (uint64_t seed = 200; seed < 214; seed++) {
		struct choices choices = {.state = seed, .day_every = 300};
		struct choices draw = {.state = seed + 1000};
		struct random_room room = {0};
		struct world world;
		NEED(said_begin(&world));
		uint64_t final_size = world.position;
		for (size_t i = 0; i < STEPS; i++) {
			struct asked before[ASKS], after[ASKS];
			char why[160];
			/* Now and then all is final: what comes between counts together. */
			if (!choose(&draw, 8))
				final_size = world.position;
			for (size_t k = 0; k < ASKS; k++)
				before[k].question = after[k].question = draw_question(&draw);
			NEED(ask_all(&world, final_size, before));
			int64_t time_ms = world.time_ms;
			NEED(say_random(&world, &choices, &room));
			if (world.outcome.code || world.time_ms - time_ms > 1000)
				continue;
			NEED(ask_all(&world, final_size, after));
			const char *wrong = compare_answers(room.kind, before, after, why, &eases);
			CHECK_ROW(!wrong, "seed %" PRIu64 " step %zu, kind %u: %s", seed, i,
				room.kind, wrong);
		}
		world_close(&world);
	}
	CHECK_ROW(eases.graver > 20 && eases.eased > 5, "%zu graver, %zu eased", eases.graver,
		eases.eased);
}

/* ---- the same everywhere ---- */

static bool same_answer(const struct verdict *a, const struct verdict *b)
{
	if (a->part_count != b->part_count || a->action != b->action ||
		a->has_change != b->has_change || a->is_own != b->is_own ||
		a->change_day != b->change_day || a->change_at != b->change_at ||
		a->alert != b->alert || a->has_recall != b->has_recall || a->expiry != b->expiry)
		return false;
	for (size_t i = 0; i < a->part_count; i++)
		if (a->parts[i].word != b->parts[i].word || a->parts[i].at != b->parts[i].at ||
			a->parts[i].pending != b->parts[i].pending)
			return false;
	return true;
}

TEST(the_state_is_the_same_in_memory_and_on_disk_however_it_is_batched)
{
	for (uint64_t seed = 300; seed < 303; seed++) {
		struct choices choices[3] = {{.state = seed}, {.state = seed}, {.state = seed}};
		struct choices draw = {.state = seed + 1000};
		struct random_room rooms[3];
		struct world memory, disk, single;
		struct state *state;
		uint8_t a[HASH_SIZE], b[HASH_SIZE];
		memset(rooms, 0, sizeof rooms);
		NEED(world_open(&memory) && world_open(&disk) && world_open(&single));
		NEED(state_open(&state, "", NULL, STATE_TEMPORARY, NULL) == OK);
		disk.table = state_table(state);
		NEED(state_begin(state, NULL) == OK);
		for (size_t i = 0; i < STEPS; i++) {
			NEED(say_random(&memory, &choices[0], &rooms[0]));
			NEED(say_random(&disk, &choices[1], &rooms[1]));
			NEED(say_random(&single, &choices[2], &rooms[2]));
			memory_digest(single.memory, a); /* each a batch of its own */
			CHECK_ROW(memory.outcome.code == disk.outcome.code &&
					  memory.outcome.alert == disk.outcome.alert &&
					  memory.outcome.element == disk.outcome.element &&
					  memory.outcome.a == disk.outcome.a,
				"step %zu", i);
			if (choose(&draw, 20))
				continue;
			memory_digest(memory.memory, a);
			state_fold(state, b);
			CHECK_ROW(!memcmp(a, b, HASH_SIZE), "digest of step %zu", i);
			NEED(state_commit(state, i + 1, memory.position, NULL) == OK);
			for (size_t k = 0; k < ASKS; k++) {
				struct question question = draw_question(&draw);
				struct verdict of_memory, of_disk;
				uint64_t final_size = memory.position - choose(&draw, 5);
				NEED(answer(
					memory.table, &memory, &question, final_size, &of_memory));
				NEED(answer(disk.table, &memory, &question, final_size, &of_disk));
				CHECK_ROW(same_answer(&of_memory, &of_disk), "step %zu, %s", i,
					verdict_row(verdict_word(&of_memory))->text);
			}
			NEED(state_begin(state, NULL) == OK);
		}
		world_hash(&memory, a);
		world_hash(&disk, b);
		CHECK(!memcmp(a, b, HASH_SIZE));
		world_hash(&single, b);
		CHECK(!memcmp(a, b, HASH_SIZE));
		state_rollback(state);
		state_free(state);
		world_close(&memory);
		world_close(&disk);
		world_close(&single);
	}
}

TAP_MAIN(CASE(a_pack_goes_its_way_once_and_comes_back_only_as_it_was),
	CASE(no_news_makes_an_answer_greener_before_it_is_final),
	CASE(the_state_is_the_same_in_memory_and_on_disk_however_it_is_batched))
