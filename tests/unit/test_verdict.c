/* Verdicts: every word from facts made by hand, then from what a ledger says. */
#include "tests/tap.h"
#include "tests/unit/rules_world.h"

#include "appliance/rules/facts.h"

#define FINAL 1000

/* A released lot in date and a pack of it that nothing happened to. */
static struct pack_facts good(void)
{
	return (struct pack_facts){
		.gtin = GTIN_A,
		.has_lot = true,
		.has_serial = true,
		.scan_expiry = 280600,
		.today = expiry_day(261202),
		.applied_size = FINAL,
		.final_size = FINAL,
		.product_known = true,
		.lot_known = true,
		.lot = {.gtin = GTIN_A,
			.id = 1,
			.text = "L1",
			.text_size = 2,
			.state = LOT_RELEASED,
			.packs = LOT_PACKS_ALL,
			.expiries = {{280600, 10}},
			.expiry_count = 1,
			.effective = 280600,
			.effective_before = 280600,
			.effective_at = 10,
			.opened_at = 10,
			.closed_at = 12,
			.released_at = 13},
		.pack_known = true,
		.pack = {.state = PACK_ACTIVE},
		.place = {1},
	};
}

static void set_state(struct pack_facts *facts, enum pack_state state)
{
	facts->pack = (struct pack){.state = state,
		.touched = true,
		.prior = PACK_ACTIVE,
		.at = 500,
		.s = 1796212800,
		.place = {2},
		.remaining = 7};
}

struct word_row {
	enum verdict_word word;
	void (*change)(struct pack_facts *facts);
};

static void no_change(struct pack_facts *f)
{
	(void)f;
}
static void no_serial(struct pack_facts *f)
{
	f->has_serial = f->pack_known = false;
}
static void supplied(struct pack_facts *f)
{
	set_state(f, PACK_SUPPLIED);
}
static void destroyed(struct pack_facts *f)
{
	set_state(f, PACK_DESTROYED);
}
static void exported(struct pack_facts *f)
{
	set_state(f, PACK_EXPORTED);
}
static void sampled(struct pack_facts *f)
{
	set_state(f, PACK_SAMPLED);
}
static void free_sampled(struct pack_facts *f)
{
	set_state(f, PACK_FREE_SAMPLED);
}
static void locked(struct pack_facts *f)
{
	set_state(f, PACK_LOCKED);
}
static void stolen(struct pack_facts *f)
{
	set_state(f, PACK_STOLEN);
}
static void repackaged(struct pack_facts *f)
{
	set_state(f, PACK_REPACKAGED);
}
static void opened(struct pack_facts *f)
{
	set_state(f, PACK_OPENED);
}
static void opened_here(struct pack_facts *f)
{
	set_state(f, PACK_OPENED);
	f->pack.place[0] = 1;
}
static void recalled(struct pack_facts *f)
{
	f->recall = (struct recall_found){
		.is_recalled = true, .recalled = {.recall = {.class = RECALL_CLASS_2}, .at = 400}};
}
static void caution(struct pack_facts *f)
{
	f->recall = (struct recall_found){
		.is_caution = true, .caution = {.recall = {.class = RECALL_CLASS_4}, .at = 400}};
}
static void cut(struct pack_facts *f)
{
	f->recall.is_cut = true;
}
static void withdrawn(struct pack_facts *f)
{
	f->lot.state = LOT_WITHDRAWN;
}
static void closed(struct pack_facts *f)
{
	f->lot.state = LOT_CLOSED;
}
static void release_not_final(struct pack_facts *f)
{
	f->lot.released_at = FINAL;
}
static void unknown(struct pack_facts *f)
{
	f->pack_known = false;
}
static void unknown_reopened(struct pack_facts *f)
{
	f->pack_known = false;
	f->lot.reopened = true;
}
static void unknown_some(struct pack_facts *f)
{
	f->pack_known = false;
	f->lot.packs = LOT_PACKS_SOME;
}
static void numbers_unregistered(struct pack_facts *f)
{
	f->pack_known = false;
	f->lot.packs = LOT_PACKS_NONE;
}
static void elsewhere(struct pack_facts *f)
{
	f->pack_known = false;
	f->pack_elsewhere = true;
	f->other_lot = f->lot;
}
static void other_expiry(struct pack_facts *f)
{
	f->scan_expiry = 280700;
}
static void day_of_month(struct pack_facts *f)
{
	f->scan_expiry = 280615;
}
static void three_sites(struct pack_facts *f)
{
	f->scan_expiry = 280700;
	f->maker_data = true;
}
static void no_lot(struct pack_facts *f)
{
	f->lot_known = f->pack_known = false;
	f->lot = (struct lot){0};
}
static void lot_missing(struct pack_facts *f)
{
	no_lot(f);
	f->lot_expected = true;
}
static void no_product(struct pack_facts *f)
{
	no_lot(f);
	f->product_known = false;
}
static void unregistered_expired(struct pack_facts *f)
{
	no_product(f);
	f->scan_expiry = 261100;
}
static void expired(struct pack_facts *f)
{
	f->today = expiry_day(280630) + 1;
}
static void last_day(struct pack_facts *f)
{
	f->today = expiry_day(280630);
}
static void extended(struct pack_facts *f)
{
	expired(f);
	f->lot.effective = 290100;
	f->lot.effective_at = 900;
}
static void extended_not_final(struct pack_facts *f)
{
	extended(f);
	f->lot.effective_at = FINAL;
}
static void shortened_not_final(struct pack_facts *f)
{
	f->lot.effective = 261100;
	f->lot.effective_at = FINAL;
}
static void short_dated(struct pack_facts *f)
{
	last_day(f);
	f->short_dated_days = 30;
}
static void market(struct pack_facts *f)
{
	f->wrong_market = true;
}
static void quarantined(struct pack_facts *f)
{
	f->quarantined = true;
}
static void stale(struct pack_facts *f)
{
	f->stale_after_ms = 1000;
	f->final_age_ms = 1001;
}
static void not_stale(struct pack_facts *f)
{
	f->stale_after_ms = 1000;
	f->final_age_ms = 1000;
}
static void scanner(struct pack_facts *f)
{
	no_product(f);
	f->scanner_fault = true;
}
static void scanner_expiry(struct pack_facts *f)
{
	other_expiry(f);
	f->scanner_fault = true;
}
static void scanner_supplied(struct pack_facts *f)
{
	supplied(f);
	f->scanner_fault = true;
}
static void undone(struct pack_facts *f)
{
	set_state(f, PACK_ACTIVE);
	f->pack.undone = true;
	f->pack.prior = PACK_SUPPLIED;
}
static void undone_not_final(struct pack_facts *f)
{
	undone(f);
	f->pack.at = FINAL;
}
static void supplied_not_final(struct pack_facts *f)
{
	supplied(f);
	f->pack.at = FINAL;
}
static void expiry_added(struct pack_facts *f)
{
	other_expiry(f);
	f->lot.expiries[f->lot.expiry_count++] = (struct lot_expiry){280700, 900};
}
static void expiry_added_not_final(struct pack_facts *f)
{
	expiry_added(f);
	f->lot.expiries[1].at = FINAL;
}

TEST(every_word_follows_from_its_facts)
{
	static const struct word_row rows[] = {
		{VERDICT_ACTIVE, no_change},
		{VERDICT_LOT_ACTIVE, no_serial},
		{VERDICT_LOT_ACTIVE, numbers_unregistered},
		{VERDICT_ALREADY_SUPPLIED, supplied},
		{VERDICT_ALREADY_SUPPLIED, supplied_not_final},
		{VERDICT_ALREADY_SUPPLIED, undone_not_final},
		{VERDICT_ACTIVE, undone},
		{VERDICT_DESTROYED, destroyed},
		{VERDICT_EXPORTED, exported},
		{VERDICT_SAMPLED, sampled},
		{VERDICT_SAMPLED, free_sampled},
		{VERDICT_LOCKED, locked},
		{VERDICT_STOLEN, stolen},
		{VERDICT_REPACKAGED, repackaged},
		{VERDICT_OPENED_ELSEWHERE, opened},
		{VERDICT_ACTIVE, opened_here},
		{VERDICT_RECALLED, recalled},
		{VERDICT_CAUTION, caution},
		{VERDICT_CAUTION, cut},
		{VERDICT_WITHDRAWN, withdrawn},
		{VERDICT_NOT_RELEASED, closed},
		{VERDICT_NOT_RELEASED, release_not_final},
		{VERDICT_UNKNOWN_SERIAL, unknown},
		{VERDICT_NOT_COVERED, unknown_reopened},
		{VERDICT_NOT_COVERED, unknown_some},
		{VERDICT_LOT_MISMATCH, elsewhere},
		{VERDICT_EXPIRY_MISMATCH, other_expiry},
		{VERDICT_EXPIRY_MISMATCH, expiry_added_not_final},
		{VERDICT_ACTIVE, expiry_added},
		{VERDICT_ACTIVE, day_of_month},
		{VERDICT_MAKER_DATA, three_sites},
		{VERDICT_NOT_COVERED, no_lot},
		{VERDICT_UNKNOWN_LOT, lot_missing},
		{VERDICT_NOT_REGISTERED, no_product},
		{VERDICT_EXPIRED, unregistered_expired},
		{VERDICT_EXPIRED, expired},
		{VERDICT_ACTIVE, last_day},
		{VERDICT_ACTIVE, extended},
		{VERDICT_EXPIRED, extended_not_final},
		{VERDICT_EXPIRED, shortened_not_final},
		{VERDICT_SHORT_DATED, short_dated},
		{VERDICT_WRONG_MARKET, market},
		{VERDICT_QUARANTINED, quarantined},
		{VERDICT_STALE, stale},
		{VERDICT_ACTIVE, not_stale},
		{VERDICT_SCANNER_FAULT, scanner},
		{VERDICT_SCANNER_FAULT, scanner_expiry},
		{VERDICT_ALREADY_SUPPLIED, scanner_supplied},
	};
	bool seen[256] = {false};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct pack_facts facts = good();
		struct verdict verdict;
		rows[i].change(&facts);
		verdict_judge(&facts, ZONE_EUROPE_LONDON, &verdict);
		enum verdict_word word = verdict_word(&verdict);
		CHECK_ROW(word == rows[i].word, "row %zu: %s and not %s", i,
			verdict_row(word)->text, verdict_row(rows[i].word)->text);
		CHECK_ROW(verdict.action == verdict_row(word)->action, "row %zu", i);
		seen[rows[i].word] = true;
	}
	const struct verdict_row *row;
	for (size_t rank = 0; (row = verdict_row_at(rank)); rank++)
		CHECK_ROW(seen[row->word], "no row for %s", row->text);
}

TEST(the_gravest_is_shown_the_others_are_listed_and_green_stands_alone)
{
	struct pack_facts facts = good();
	struct verdict verdict;
	supplied(&facts);
	expired(&facts);
	caution(&facts);
	recalled(&facts);
	facts.recall.is_caution = true;
	quarantined(&facts);
	verdict_judge(&facts, ZONE_EUROPE_LONDON, &verdict);
	static const enum verdict_word words[] = {VERDICT_RECALLED, VERDICT_ALREADY_SUPPLIED,
		VERDICT_EXPIRED, VERDICT_QUARANTINED, VERDICT_CAUTION};
	NEED(verdict.part_count == 5);
	for (size_t i = 0; i < 5; i++)
		CHECK_ROW(verdict.parts[i].word == words[i], "part %zu: %s", i,
			verdict_row(verdict.parts[i].word)->text);
	CHECK(verdict.action == ACTION_DO_NOT_SUPPLY);
	CHECK(verdict.has_recall && verdict.recall_class == RECALL_CLASS_2);
	CHECK(verdict.parts[1].at == 500 && !verdict.parts[1].pending);
}

TEST(red_says_do_not_supply_amber_check_and_green_supply)
{
	const struct verdict_row *row;
	enum verdict_colour before = VERDICT_RED;
	for (size_t rank = 0; (row = verdict_row_at(rank)); rank++) {
		CHECK_ROW(row->colour <= before, "%s is out of order", row->text);
		before = row->colour;
		enum verdict_action action = row->colour == VERDICT_RED     ? ACTION_DO_NOT_SUPPLY
					     : row->colour == VERDICT_GREEN ? ACTION_SUPPLY
									    : ACTION_CHECK;
		CHECK_ROW(row->action == action, "%s", row->text);
		CHECK_ROW((row->alert != 0) == (row->colour >= VERDICT_AMBER), "%s", row->text);
		CHECK_ROW(verdict_row(row->word) == row, "%s", row->text);
		CHECK_ROW(!strstr(row->sentence, "genuine"), "%s", row->text);
		CHECK_ROW(strlen(row->sentence) > 10, "%s", row->text);
	}
	CHECK(verdict_row(0) == NULL && verdict_row(200) == NULL);
}

TEST(the_askers_own_place_sees_all_others_date_and_alert)
{
	struct pack_facts facts = good();
	struct verdict verdict;
	supplied(&facts);
	facts.alert = 17;
	verdict_judge(&facts, ZONE_EUROPE_LONDON, &verdict);
	CHECK(verdict.has_change && !verdict.is_own && verdict.alert == 17);
	CHECK(verdict.change_day == expiry_day(261202) && !verdict.change_at && !verdict.change_s);
	facts.pack.place[0] = 1;
	verdict_judge(&facts, ZONE_EUROPE_LONDON, &verdict);
	CHECK(verdict.is_own && verdict.change_at == 500 && verdict.change_s == 1796212800);
	undone(&facts);
	verdict_judge(&facts, ZONE_EUROPE_LONDON, &verdict);
	CHECK(!verdict.has_change);
}

/* The first word of a check of pack n (0: no serial) as the ledger's tables tell. */
struct asked {
	enum verdict_word word;
	struct verdict verdict;
	struct pack_facts facts;
	enum err err;
};

static struct asked ask(
	struct world *world, const char *lot, unsigned n, uint32_t expiry, uint64_t final_size)
{
	struct asked asked = {0};
	struct pepper_key keys[2] = {{.year = PEPPER_Y - 1}, {.year = PEPPER_Y}};
	uint8_t opener[KEY_SIZE];
	struct author author;
	struct facts_scan scan = {.gtin = GTIN_A, .lot = span_text(lot), .expiry = expiry};
	struct facts_asker asker = {.recall = {.roles = ROLE_PHARMACY}};
	struct facts_time time = {.zone = ZONE_EUROPE_LONDON,
		.now_ms = world->time_ms,
		.applied_size = world->position,
		.final_size = final_size};
	if (n) {
		world_opener(GTIN_A, n, opener, keys[1].key);
		scan.keys = keys;
		scan.key_count = 2;
	}
	world_author(PHARMACY_BENCH, &author);
	judging_place(&author, asker.place);
	asked.err = facts_read(world->table, &scan, &asker, &time, &asked.facts, NULL);
	if (asked.err)
		return asked;
	verdict_judge(&asked.facts, ZONE_EUROPE_LONDON, &asked.verdict);
	asked.word = verdict_word(&asked.verdict);
	return asked;
}

TEST(a_pack_on_the_ledger_from_commissioning_to_supply_and_back)
{
	struct world world;
	NEED(world_open(&world));
	CHECK(ask(&world, "L1", 1, 280600, 99).word == VERDICT_NOT_REGISTERED);
	NEED(!world_lot(&world, MAKER, GTIN_A, "L1", LOT_PACKS_ALL));
	NEED(!world_commission(&world, MAKER, GTIN_A, "L1", 1, 5));
	CHECK(ask(&world, "L1", 1, 280600, 99).word == VERDICT_NOT_RELEASED);
	CHECK(ask(&world, "L2", 9, 280600, 99).word == VERDICT_NOT_COVERED);
	NEED(!world_step(&world, MAKER, KIND_LOT_CLOSE, GTIN_A, "L1"));
	NEED(!world_step(&world, MAKER, KIND_LOT_RELEASE, GTIN_A, "L1"));
	struct asked asked = ask(&world, "L1", 1, 280600, world.position - 1);
	CHECK(asked.word == VERDICT_NOT_RELEASED && asked.verdict.parts[0].pending);
	CHECK(ask(&world, "L1", 1, 280600, world.position).word == VERDICT_ACTIVE);
	CHECK(ask(&world, "L1", 1, 280630, 99).word == VERDICT_ACTIVE);
	CHECK(ask(&world, "L1", 1, 280700, 99).word == VERDICT_EXPIRY_MISMATCH);
	CHECK(ask(&world, "L1", 6, 280600, 99).word == VERDICT_UNKNOWN_SERIAL);
	CHECK(ask(&world, "L1", 0, 280600, 99).word == VERDICT_LOT_ACTIVE);
	CHECK(ask(&world, "", 1, 280600, 99).word == VERDICT_ACTIVE);
	CHECK(ask(&world, "L2", 1, 280600, 99).word == VERDICT_LOT_MISMATCH);
	NEED(!world_change(&world, HOSPITAL, KIND_SUPPLY, "L1", 1, 1, BY_OPENER, 0));
	asked = ask(&world, "L1", 1, 280600, 0);
	CHECK(asked.word == VERDICT_ALREADY_SUPPLIED && asked.verdict.part_count == 2);
	CHECK(verdict_has(&asked.verdict, VERDICT_NOT_RELEASED));
	asked = ask(&world, "L1", 1, 280600, world.position - 1);
	CHECK(asked.word == VERDICT_ALREADY_SUPPLIED && !asked.verdict.is_own);
	CHECK(asked.verdict.alert == 0);
	NEED(!world_change(&world, PHARMACY, KIND_SUPPLY, "L1", 1, 1, BY_OPENER, 0));
	asked = ask(&world, "L1", 1, 280600, 99);
	CHECK(asked.verdict.alert == 1);
	world_close(&world);
}

TEST(a_pack_in_the_wrong_lot_shows_both_the_mismatch_and_its_state)
{
	struct world world;
	NEED(world_open(&world) && world_released(&world, "L1", 5));
	NEED(!world_lot(&world, MAKER, GTIN_A, "L2", LOT_PACKS_ALL));
	NEED(!world_step(&world, MAKER, KIND_LOT_CLOSE, GTIN_A, "L2"));
	NEED(!world_step(&world, MAKER, KIND_LOT_RELEASE, GTIN_A, "L2"));
	NEED(!world_change(&world, MAKER, KIND_STOLEN, "L1", 2, 1, BY_KEY, 0));
	struct asked asked = ask(&world, "L2", 1, 280600, 99);
	CHECK(asked.word == VERDICT_LOT_MISMATCH && asked.verdict.part_count == 1);
	CHECK(span_is(lot_text(&asked.facts.other_lot), "L1"));
	asked = ask(&world, "L2", 2, 280600, 99);
	CHECK(asked.word == VERDICT_STOLEN && verdict_has(&asked.verdict, VERDICT_LOT_MISMATCH));
	CHECK(ask(&world, "L2", 9, 280600, 99).word == VERDICT_UNKNOWN_SERIAL);
	world_close(&world);
}

TEST(three_sites_with_the_same_mismatch_point_to_the_maker)
{
	static const enum who sites[] = {PHARMACY_BENCH, PHARMACY_DOOR, HOSPITAL};
	struct world world;
	NEED(world_open(&world) && world_released(&world, "L1", 5));
	union kind_body body = {.check_alert = {.gtin = GTIN_A,
					.lot = span_text("L1"),
					.verdict = VERDICT_EXPIRY_MISMATCH,
					.expiry = 280700}};
	for (size_t i = 0; i < 3; i++) {
		CHECK(ask(&world, "L1", 1, 280700, 99).word == VERDICT_EXPIRY_MISMATCH);
		NEED(!world_say(&world, sites[i], KIND_CHECK_ALERT, &body));
		NEED(!world_say(&world, sites[i], KIND_CHECK_ALERT, &body));
	}
	CHECK(ask(&world, "L1", 1, 280700, world.position - 2).word == VERDICT_EXPIRY_MISMATCH);
	CHECK(ask(&world, "L1", 1, 280700, 99).word == VERDICT_MAKER_DATA);
	CHECK(ask(&world, "L1", 1, 280800, 99).word == VERDICT_EXPIRY_MISMATCH);
	world_close(&world);
}

TEST(expiry_turns_at_midnight_of_the_ledgers_zone)
{
	struct world world;
	NEED(world_open(&world) && world_released(&world, "L1", 5));
	/* 2028-06-30 is the last day; London is at UTC+1 in summer. */
	int64_t midnight = (int64_t)expiry_day(280701) * DAY_MS - 3600 * 1000;
	world.time_ms = midnight - 1;
	CHECK(ask(&world, "L1", 1, 280600, 99).word == VERDICT_ACTIVE);
	world.time_ms = midnight;
	CHECK(ask(&world, "L1", 1, 280600, 99).word == VERDICT_EXPIRED);
	world_close(&world);
}

TEST(a_lot_of_a_pepper_that_is_not_at_hand_cannot_be_told)
{
	struct world world;
	struct lot lot;
	NEED(world_open(&world) && world_released(&world, "L1", 5));
	NEED(!lot_get(world.table, GTIN_A, span_text("L1"), &lot, NULL));
	lot.pepper_year = 2031;
	NEED(!lot_put(world.table, &lot, NULL));
	CHECK(ask(&world, "L1", 1, 280600, 99).err == ERR_UNSURE);
	CHECK(ask(&world, "L1", 0, 280600, 99).word == VERDICT_LOT_ACTIVE);
	world_close(&world);
}

TEST(searches_for_a_pack_in_so_many_lots_and_says_when_it_stopped)
{
	struct world world;
	struct lot lot;
	NEED(world_open(&world) && world_released(&world, "L1", 5));
	NEED(!lot_get(world.table, GTIN_A, span_text("L1"), &lot, NULL));
	for (uint32_t i = 0; i < LOT_SEARCH_MAX; i++) {
		lot.id++;
		lot.text_size = (uint8_t)snprintf((char *)lot.text, sizeof lot.text, "X%u", i);
		NEED(!lot_put(world.table, &lot, NULL));
		if (i == LOT_SEARCH_MAX - 2)
			CHECK(ask(&world, "L9", 1, 0, 9999).word == VERDICT_LOT_MISMATCH);
	}
	struct asked asked = ask(&world, "L9", 1, 0, 9999);
	CHECK(asked.word == VERDICT_NOT_COVERED && asked.facts.search_cut);
	world_close(&world);
}

TAP_MAIN(CASE(every_word_follows_from_its_facts),
	CASE(the_gravest_is_shown_the_others_are_listed_and_green_stands_alone),
	CASE(red_says_do_not_supply_amber_check_and_green_supply),
	CASE(the_askers_own_place_sees_all_others_date_and_alert),
	CASE(a_pack_on_the_ledger_from_commissioning_to_supply_and_back),
	CASE(a_pack_in_the_wrong_lot_shows_both_the_mismatch_and_its_state),
	CASE(three_sites_with_the_same_mismatch_point_to_the_maker),
	CASE(expiry_turns_at_midnight_of_the_ledgers_zone),
	CASE(a_lot_of_a_pepper_that_is_not_at_hand_cannot_be_told),
	CASE(searches_for_a_pack_in_so_many_lots_and_says_when_it_stopped))
