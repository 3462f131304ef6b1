#include "appliance/view/quarantine.h"

#include "appliance/rules/kinds.h"
#include "ledger/base/civil.h"

#include <string.h>

static const struct {
	enum quarantine_reason reason;
	const char *word;
} reasons[] = {
#define X(name, code, word) {name, word},
	QUARANTINE_LIST(X)
#undef X
};

#define REASON_COUNT (sizeof reasons / sizeof reasons[0])

const char *quarantine_word(enum quarantine_reason reason)
{
	for (size_t i = 0; i < REASON_COUNT; i++)
		if (reasons[i].reason == reason)
			return reasons[i].word;
	return NULL;
}

enum quarantine_reason quarantine_reason(const char *word)
{
	for (size_t i = 0; i < REASON_COUNT; i++)
		if (!strcmp(reasons[i].word, word))
			return reasons[i].reason;
	return QUARANTINE_END;
}

/* The lot on the pack; a scan that came without it has the one that the party knows. */
static enum err find_lot(struct view *view, const struct desk_party *party,
	const struct scanned *scanned, char lot[21], struct fault *fault)
{
	struct stock_pack known;
	memcpy(lot, scanned->pack.lot, sizeof known.lot);
	if (scanned->pack.has_lot || !scanned->pack.has_serial)
		return OK;
	enum err err = view_stock_get(
		view, party->name, scanned->pack.gtin, scanned->pack.serial, &known, fault);
	if (!err)
		memcpy(lot, known.lot, sizeof known.lot);
	return err == ERR_NOT_FOUND ? OK : err;
}

enum err quarantine_find(struct view *view, const struct desk_party *party,
	const struct scanned *scanned, struct quarantined *quarantined, struct fault *fault)
{
	char lot[21];
	enum err err = find_lot(view, party, scanned, lot, fault);
	return err ? err
		   : view_quarantine_get(view, party->name, scanned->pack.gtin, lot,
			     scanned->pack.serial, quarantined, fault);
}

/* Which pack or lot is meant. */
static enum err read_aside(struct view *view, const struct desk_party *party,
	const struct aside *aside, struct quarantined *meant, struct fault *fault)
{
	struct scanned scanned;
	enum err err = scanned_read(aside->scan, &scanned, fault);
	if (!err)
		err = find_lot(view, party, &scanned, meant->lot, fault);
	if (err)
		return err;
	if (aside->is_whole_lot && !meant->lot[0])
		return fault_set(fault, ERR_FORMAT, 0, 0,
			"the scan has no lot (AI 10): scan the square code on the pack");
	if (!aside->is_whole_lot && !scanned.pack.has_serial)
		return fault_set(fault, ERR_FORMAT, 0, 0,
			"this pack has no number of its own and cannot be told from others: say "
			"that its whole lot is meant");
	memcpy(meant->gtin, scanned.pack.gtin, sizeof meant->gtin);
	if (!aside->is_whole_lot)
		memcpy(meant->serial, scanned.pack.serial, sizeof meant->serial);
	return OK;
}

enum err quarantine_put(struct view *view, const struct desk_party *party,
	const struct aside *aside, struct quarantined *quarantined, struct fault *fault)
{
	enum err err = read_aside(view, party, aside, quarantined, fault);
	return err ? err : view_quarantine_put(view, party->name, quarantined, fault);
}

static enum err not_there(struct view *view, const struct desk_party *party,
	const struct quarantined *meant, struct fault *fault)
{
	struct quarantined found;
	if (meant->serial[0] &&
		!view_quarantine_get(view, party->name, meant->gtin, meant->lot, "", &found, fault))
		return fault_set(fault, ERR_NOT_FOUND, 0, 0,
			"the whole lot %s is in quarantine, not this pack by itself: take the lot "
			"out",
			meant->lot);
	return fault_set(fault, ERR_NOT_FOUND, 0, 0, "%s is not in your quarantine",
		meant->serial[0] ? "this pack" : "that lot");
}

enum err quarantine_release(struct view *view, const struct desk_party *party,
	const struct aside *aside, struct quarantined *out, struct fault *fault)
{
	struct quarantined meant = {0};
	enum err err = read_aside(view, party, aside, &meant, fault);
	if (err)
		return err;
	err = view_quarantine_get(view, party->name, meant.gtin, meant.serial[0] ? "" : meant.lot,
		meant.serial, out, fault);
	if (!err)
		err = view_quarantine_drop(
			view, party->name, meant.gtin, meant.lot, meant.serial, fault);
	return err == ERR_NOT_FOUND ? not_there(view, party, &meant, fault) : err;
}

static bool hands_on(unsigned kind)
{
	return kind == KIND_SUPPLY || kind == KIND_OPEN || kind == KIND_EXPORT ||
	       kind == KIND_SAMPLE || kind == KIND_FREE_SAMPLE;
}

enum err quarantine_permits(struct view *view, const struct desk_party *party,
	const struct scanned *scanned, unsigned kind, unsigned override, struct fault *fault)
{
	struct quarantined found;
	char since[CIVIL_TIME_SIZE];
	if (override || !hands_on(kind))
		return OK;
	enum err err = quarantine_find(view, party, scanned, &found, fault);
	if (err)
		return err == ERR_NOT_FOUND ? OK : err;
	civil_print_time(found.time_ms, since);
	return fault_set(fault, ERR_REFUSED, 0, 0,
		"%s is in your quarantine (%s, since %.10s): take it out first, or give a reason",
		found.serial[0] ? "this pack" : "the lot of this pack",
		quarantine_word(found.reason), since);
}

json_t *quarantine_json(const struct quarantined *quarantined)
{
	char since[CIVIL_TIME_SIZE];
	civil_print_time(quarantined->time_ms, since);
	return json_pack("{s:b, s:s, s:s, s:s}", "whole_lot", !quarantined->serial[0], "reason",
		quarantine_word(quarantined->reason), "since", since, "by", quarantined->user);
}
