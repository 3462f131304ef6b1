#include "appliance/rules/verdict.h"

#include <assert.h>

#define X(name, code, text, colour, action, nmvs, alert, sentence)                                 \
	{name, text, colour, action, nmvs, alert, sentence},
static const struct verdict_row rows[] = {VERDICT_LIST(X)};
#undef X

#define ROW_COUNT (sizeof rows / sizeof rows[0])

static size_t rank_of(unsigned word)
{
	size_t rank = 0;
	while (rank < ROW_COUNT && rows[rank].word != word)
		rank++;
	return rank;
}

const struct verdict_row *verdict_row(unsigned word)
{
	return verdict_row_at(rank_of(word));
}

const struct verdict_row *verdict_row_at(size_t rank)
{
	return rank < ROW_COUNT ? &rows[rank] : NULL;
}

const char *verdict_colour_word(enum verdict_colour colour)
{
	static const char *const words[] = {"green", "grey", "amber", "red"};
	return words[colour];
}

const char *verdict_action_word(enum verdict_action action)
{
	static const char *const words[] = {"supply", "check", "do_not_supply"};
	return words[action];
}

bool verdict_has(const struct verdict *verdict, enum verdict_word word)
{
	for (size_t i = 0; i < verdict->part_count; i++)
		if (verdict->parts[i].word == word)
			return true;
	return false;
}

/* Keeps parts in order of gravity; a word that is there already stays as it is. */
static void add(struct verdict *verdict, enum verdict_word word, uint64_t at, bool pending)
{
	size_t i = verdict->part_count;
	if (verdict_has(verdict, word))
		return;
	assert(verdict->part_count < VERDICT_PARTS_MAX);
	for (; i > 0 && rank_of(verdict->parts[i - 1].word) > rank_of(word); i--)
		verdict->parts[i] = verdict->parts[i - 1];
	verdict->parts[i] = (struct verdict_part){word, at, pending};
	verdict->part_count++;
}

/* A word that a damaged code could cause: only once the scanner is known to be right. */
static void add_mismatch(const struct pack_facts *facts, struct verdict *verdict,
	enum verdict_word word, uint64_t at, bool pending)
{
	if (!facts->scanner_fault)
		add(verdict, word, at, pending);
}

static bool is_final(const struct pack_facts *facts, uint64_t at)
{
	return at < facts->final_size;
}

/* The effective expiry: a longer one counts when final, a shorter one at once. */
static uint32_t lot_expiry(const struct pack_facts *facts, bool *pending)
{
	const struct lot *lot = &facts->lot;
	*pending = !is_final(facts, lot->effective_at) &&
		   expiry_day(lot->effective_before) < expiry_day(lot->effective);
	return *pending ? lot->effective_before : lot->effective;
}

static void judge_dates(const struct pack_facts *facts, struct verdict *verdict)
{
	bool pending = false;
	uint64_t at = 0;
	if (!facts->scanner_fault)
		verdict->expiry = facts->scan_expiry;
	if (facts->lot_known) {
		verdict->expiry = lot_expiry(facts, &pending);
		at = facts->lot.effective_at;
	}
	if (!verdict->expiry)
		return;
	int32_t last = expiry_day(verdict->expiry);
	if (facts->today > last)
		add(verdict, VERDICT_EXPIRED, at, pending);
	else if (facts->short_dated_days && facts->today + facts->short_dated_days > last)
		add(verdict, VERDICT_SHORT_DATED, at, pending);
}

/* The printed expiry must be one of the lot's; one added after opening counts when final. */
static void judge_printed(const struct pack_facts *facts, struct verdict *verdict)
{
	bool pending = false;
	if (!facts->scan_expiry)
		return;
	for (size_t i = 0; i < facts->lot.expiry_count; i++) {
		if (!expiry_same(facts->lot.expiries[i].date, facts->scan_expiry))
			continue;
		uint64_t at = facts->lot.expiries[i].at;
		if (at == facts->lot.opened_at || is_final(facts, at))
			return;
		pending = true;
	}
	if (facts->maker_data)
		add_mismatch(facts, verdict, VERDICT_MAKER_DATA, 0, false);
	else
		add_mismatch(facts, verdict, VERDICT_EXPIRY_MISMATCH, 0, pending);
}

static void judge_lot(const struct pack_facts *facts, struct verdict *verdict)
{
	const struct lot *lot = &facts->lot;
	if (lot->state == LOT_WITHDRAWN)
		add(verdict, VERDICT_WITHDRAWN, lot->withdrawn_at, false);
	else if (lot->state != LOT_RELEASED || !is_final(facts, lot->released_at))
		add(verdict, VERDICT_NOT_RELEASED, lot->released_at, lot->state == LOT_RELEASED);
	judge_printed(facts, verdict);
}

static void judge_state(const struct pack_facts *facts, enum pack_state state, bool pending,
	struct verdict *verdict)
{
	const struct pack *pack = &facts->pack;
	enum verdict_word word = 0;
	switch (state) {
	case PACK_SUPPLIED: word = VERDICT_ALREADY_SUPPLIED; break;
	case PACK_DESTROYED: word = VERDICT_DESTROYED; break;
	case PACK_EXPORTED: word = VERDICT_EXPORTED; break;
	case PACK_SAMPLED:
	case PACK_FREE_SAMPLED: word = VERDICT_SAMPLED; break;
	case PACK_LOCKED: word = VERDICT_LOCKED; break;
	case PACK_STOLEN: word = VERDICT_STOLEN; break;
	case PACK_REPACKAGED: word = VERDICT_REPACKAGED; break;
	case PACK_OPENED:
		if (memcmp(pack->place, facts->place, PLACE_SIZE) != 0)
			word = VERDICT_OPENED_ELSEWHERE;
		verdict->remaining = pack->remaining;
		break;
	case PACK_ACTIVE:
	case PACK_STATE_END: break;
	}
	if (word)
		add(verdict, word, pack->at, pending);
}

/* A pack that was found. An undoing is good news: until it is final, what it undid still counts. */
static void judge_pack(const struct pack_facts *facts, enum zone zone, struct verdict *verdict)
{
	const struct pack *pack = &facts->pack;
	bool pending = pack->touched && pack->undone && !is_final(facts, pack->at);
	judge_state(facts, pending ? pack->prior : pack->state, pending, verdict);
	if (!pack->touched || (pack->state == PACK_ACTIVE && !pending))
		return;
	verdict->has_change = true;
	verdict->is_own =
		facts->is_by_own_party || memcmp(pack->place, facts->place, PLACE_SIZE) == 0;
	verdict->change_day = zone_day(zone, pack->s * 1000);
	verdict->alert = facts->alert;
	if (!verdict->is_own)
		return;
	verdict->change_s = pack->s;
	verdict->change_at = pack->at;
}

static void judge_recall(const struct pack_facts *facts, struct verdict *verdict)
{
	const struct recall_found *found = &facts->recall;
	const struct recall_hit *hit = found->is_recalled ? &found->recalled : &found->caution;
	if (found->is_recalled)
		add(verdict, VERDICT_RECALLED, found->recalled.at, false);
	if (found->is_caution || found->is_cut)
		add(verdict, VERDICT_CAUTION, found->is_caution ? found->caution.at : 0, false);
	if (!found->is_recalled && !found->is_caution)
		return;
	verdict->has_recall = true;
	memcpy(verdict->recall_id, hit->recall.id, RECALL_ID_SIZE);
	verdict->recall_class = hit->recall.class;
	verdict->recall_source = hit->recall.source;
}

/* What the code on the pack is known as: the base on which bad news may lie. */
static void judge_code(const struct pack_facts *facts, struct verdict *verdict)
{
	const struct lot *lot = &facts->lot;
	/* A correction is good news. */
	bool eased = lot->eased_at && !is_final(facts, lot->eased_at);
	if (facts->scanner_fault)
		add(verdict, VERDICT_SCANNER_FAULT, 0, false);
	if (facts->pack_elsewhere)
		add_mismatch(
			facts, verdict, VERDICT_LOT_MISMATCH, facts->other_lot.opened_at, false);
	if (facts->in_two_lots)
		add_mismatch(facts, verdict, VERDICT_TWO_LOTS, 0, false);
	if (!facts->lot_known) {
		enum verdict_word word = VERDICT_NOT_REGISTERED;
		if (facts->lot_expected)
			word = VERDICT_UNKNOWN_LOT;
		else if (facts->product_known)
			word = VERDICT_NOT_COVERED;
		add_mismatch(facts, verdict, word, 0, false);
		return;
	}
	if (!facts->has_serial || lot->packs == LOT_PACKS_NONE)
		add(verdict, VERDICT_LOT_ACTIVE, lot->released_at, false);
	else if (facts->pack_known)
		/* Untouched, it is good because its lot was released. */
		add(verdict, VERDICT_ACTIVE, facts->pack.at ? facts->pack.at : lot->released_at,
			false);
	else if ((eased || lot_is_complete(lot)) && !facts->pack_elsewhere)
		add_mismatch(facts, verdict, VERDICT_UNKNOWN_SERIAL, lot->closed_at,
			eased || facts->pack_awaited);
	else if (!facts->pack_elsewhere)
		add_mismatch(facts, verdict, VERDICT_NOT_COVERED, 0, facts->pack_awaited);
}

/* Green is said alone: with anything beside it, it would be misread. */
static void drop_green(struct verdict *verdict)
{
	while (verdict->part_count > 1 &&
		verdict_row(verdict->parts[verdict->part_count - 1].word)->colour == VERDICT_GREEN)
		verdict->part_count--;
}

void verdict_judge(const struct pack_facts *facts, enum zone zone, struct verdict *verdict)
{
	*verdict = (struct verdict){
		.unit = facts->unit,
		.unit_count = facts->unit_count,
		.applied_size = facts->applied_size,
		.final_size = facts->final_size,
		.final_age_ms = facts->final_age_ms,
	};
	judge_code(facts, verdict);
	if (facts->lot_known)
		judge_lot(facts, verdict);
	if (facts->pack_known || facts->pack_elsewhere)
		judge_pack(facts, zone, verdict);
	judge_recall(facts, verdict);
	judge_dates(facts, verdict);
	if (facts->wrong_market)
		add(verdict, VERDICT_WRONG_MARKET, 0, false);
	if (facts->quarantined)
		add(verdict, VERDICT_QUARANTINED, 0, false);
	if (facts->stale_after_ms && facts->final_age_ms > facts->stale_after_ms)
		add(verdict, VERDICT_STALE, 0, false);
	assert(verdict->part_count > 0);
	drop_green(verdict);
	verdict->action = verdict_row(verdict_word(verdict))->action;
}
