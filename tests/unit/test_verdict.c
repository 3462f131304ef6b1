/* Verdicts: every word from facts made by hand. What a ledger says: test_verdict_ledger.c. */
#include "tests/tap.h"
#include "tests/unit/rules_world.h"

#include "appliance/rules/verdict.h"

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
static void opened_again_elsewhere(struct pack_facts *f)
{
	opened(f);
	f->pack.undone = true;
	f->pack.prior = PACK_SUPPLIED;
}
static void reopened(struct pack_facts *f)
{
	f->lot.reopened = true;
	f->lot.eased_at = 900;
	f->pack.commissioned_at = 901;
}
static void came_later_not_final(struct pack_facts *f)
{
	reopened(f);
	f->pack_known = false;
	f->pack_awaited = true;
}
static void came_later_then_closed_not_final(struct pack_facts *f)
{
	came_later_not_final(f);
	f->lot.reopened = false;
}
static void eased_not_final(struct pack_facts *f)
{
	f->pack_known = false;
	f->lot.reopened = true;
	f->lot.eased_at = FINAL;
}
static void in_two_lots(struct pack_facts *f)
{
	f->has_lot = false;
	f->in_two_lots = true;
}
static void scanner_two_lots(struct pack_facts *f)
{
	in_two_lots(f);
	f->scanner_fault = true;
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
	{VERDICT_OPENED_ELSEWHERE, opened_again_elsewhere},
	{VERDICT_ACTIVE, reopened},
	{VERDICT_NOT_COVERED, came_later_not_final},
	{VERDICT_UNKNOWN_SERIAL, came_later_then_closed_not_final},
	{VERDICT_UNKNOWN_SERIAL, eased_not_final},
	{VERDICT_TWO_LOTS, in_two_lots},
	{VERDICT_SCANNER_FAULT, scanner_two_lots},
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

TEST(every_word_follows_from_its_facts)
{
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
	facts.is_by_own_party = true; /* at a bench elsewhere in the house */
	verdict_judge(&facts, ZONE_EUROPE_LONDON, &verdict);
	CHECK(verdict.is_own && verdict.change_at == 500);
	facts.is_by_own_party = false;
	facts.pack.place[0] = 1;
	verdict_judge(&facts, ZONE_EUROPE_LONDON, &verdict);
	CHECK(verdict.is_own && verdict.change_at == 500 && verdict.change_s == 1796212800);
	undone(&facts);
	verdict_judge(&facts, ZONE_EUROPE_LONDON, &verdict);
	CHECK(!verdict.has_change);
}
TAP_MAIN(CASE(every_word_follows_from_its_facts),
	CASE(the_gravest_is_shown_the_others_are_listed_and_green_stands_alone),
	CASE(red_says_do_not_supply_amber_check_and_green_supply),
	CASE(the_askers_own_place_sees_all_others_date_and_alert))
