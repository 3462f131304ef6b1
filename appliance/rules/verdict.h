/* The answer to a pack check: a pure function of the facts about the pack. RULES section 4,
 * "Verdicts". Facts are read by facts.h; a station's offline set fills the same struct. */
#ifndef APPLIANCE_RULES_VERDICT_H
#define APPLIANCE_RULES_VERDICT_H

#include "appliance/rules/change.h"

enum verdict_colour {
	VERDICT_GREEN,
	VERDICT_GREY,
	VERDICT_AMBER,
	VERDICT_RED,
};

enum verdict_action {
	ACTION_SUPPLY,
	ACTION_CHECK,
	ACTION_DO_NOT_SUPPLY,
};

/* From the gravest to the best. X(name, code, word, colour, action, NMVS code or "", alert that a
 * statement of the check raises or 0, sentence). Codes are fixed; the order of rows is gravity. */
#define VERDICT_LIST(X)                                                                            \
	X(VERDICT_STOLEN, 1, "stolen", VERDICT_RED, ACTION_DO_NOT_SUPPLY, "NMVS_NC_PCK_22",        \
		ALERT_STOLEN, "This pack was reported stolen.")                                    \
	X(VERDICT_RECALLED, 2, "recalled", VERDICT_RED, ACTION_DO_NOT_SUPPLY, "", ALERT_RECALLED,  \
		"This lot is recalled at your level: take it out of stock.")                       \
	X(VERDICT_WITHDRAWN, 3, "withdrawn", VERDICT_RED, ACTION_DO_NOT_SUPPLY, "",                \
		ALERT_WITHDRAWN, "The maker has withdrawn this lot.")                              \
	X(VERDICT_LOCKED, 4, "locked", VERDICT_RED, ACTION_DO_NOT_SUPPLY, "NMVS_NC_PCK_22",        \
		ALERT_LOCKED, "This pack is locked while it is being looked into.")                \
	X(VERDICT_UNKNOWN_SERIAL, 5, "unknown_serial", VERDICT_RED, ACTION_DO_NOT_SUPPLY,          \
		"NMVS_NC_PC_02", ALERT_UNKNOWN_SERIAL,                                             \
		"Every pack of this lot is registered, and this number is not among them.")        \
	X(VERDICT_LOT_MISMATCH, 6, "lot_mismatch", VERDICT_RED, ACTION_DO_NOT_SUPPLY,              \
		"NMVS_FE_LOT_13", ALERT_LOT_MISMATCH,                                              \
		"This number belongs to another lot than the one printed.")                        \
	X(VERDICT_EXPIRY_MISMATCH, 7, "expiry_mismatch", VERDICT_RED, ACTION_DO_NOT_SUPPLY,        \
		"NMVS_FE_LOT_12", ALERT_EXPIRY_MISMATCH,                                           \
		"The printed expiry is none of those registered for this lot.")                    \
	X(VERDICT_ALREADY_SUPPLIED, 8, "already_supplied", VERDICT_RED, ACTION_DO_NOT_SUPPLY,      \
		"NMVS_NC_PCK_19", ALERT_ALREADY_SUPPLIED, "This pack was already supplied.")       \
	X(VERDICT_DESTROYED, 9, "destroyed", VERDICT_RED, ACTION_DO_NOT_SUPPLY, "NMVS_NC_PCK_22",  \
		ALERT_DESTROYED, "This pack was recorded as destroyed.")                           \
	X(VERDICT_EXPORTED, 10, "exported", VERDICT_RED, ACTION_DO_NOT_SUPPLY, "NMVS_NC_PCK_22",   \
		ALERT_EXPORTED, "This pack was recorded as exported.")                             \
	X(VERDICT_SAMPLED, 11, "sampled", VERDICT_RED, ACTION_DO_NOT_SUPPLY, "NMVS_NC_PCK_22",     \
		ALERT_SAMPLED, "This pack was drawn as a sample.")                                 \
	X(VERDICT_REPACKAGED, 12, "repackaged", VERDICT_RED, ACTION_DO_NOT_SUPPLY,                 \
		"NMVS_NC_PCK_22", ALERT_REPACKAGED, "This pack was used up in repackaging.")       \
	X(VERDICT_EXPIRED, 13, "expired", VERDICT_RED, ACTION_DO_NOT_SUPPLY, "", ALERT_EXPIRED,    \
		"This pack is past its expiry.")                                                   \
	X(VERDICT_NOT_RELEASED, 14, "not_released", VERDICT_RED, ACTION_DO_NOT_SUPPLY, "",         \
		ALERT_NOT_RELEASED, "The maker has not released this lot.")                        \
	X(VERDICT_WRONG_MARKET, 15, "wrong_market", VERDICT_RED, ACTION_DO_NOT_SUPPLY, "",         \
		ALERT_WRONG_MARKET, "This product is not meant for this market.")                  \
	X(VERDICT_MAKER_DATA, 20, "maker_data", VERDICT_AMBER, ACTION_CHECK, "NMVS_FE_LOT_12",     \
		ALERT_CHECK, "Three sites see the same mismatch: the maker's data may be wrong.")  \
	X(VERDICT_TWO_LOTS, 28, "two_lots", VERDICT_AMBER, ACTION_CHECK, "", ALERT_TWO_LOTS,       \
		"This number is registered in two lots: ask the maker.")                           \
	X(VERDICT_UNKNOWN_LOT, 21, "unknown_lot", VERDICT_AMBER, ACTION_CHECK, "NMVS_FE_LOT_03",   \
		ALERT_UNKNOWN_LOT, "This lot should be registered and is not.")                    \
	X(VERDICT_OPENED_ELSEWHERE, 22, "opened_elsewhere", VERDICT_AMBER, ACTION_CHECK, "",       \
		ALERT_OPENED_ELSEWHERE, "This pack was opened at another site.")                   \
	X(VERDICT_QUARANTINED, 23, "quarantined", VERDICT_AMBER, ACTION_CHECK, "", ALERT_CHECK,    \
		"This pack is in your quarantine.")                                                \
	X(VERDICT_CAUTION, 24, "caution", VERDICT_AMBER, ACTION_CHECK, "", ALERT_CHECK,            \
		"There is a notice about this medicine: read it before you go on.")                \
	X(VERDICT_SHORT_DATED, 25, "short_dated", VERDICT_AMBER, ACTION_CHECK, "",                 \
		ALERT_SHORT_DATED, "This pack expires soon.")                                      \
	X(VERDICT_SCANNER_FAULT, 26, "scanner_fault", VERDICT_AMBER, ACTION_CHECK, "",             \
		ALERT_CHECK, "The scanner seems to have changed the code: check its set-up.")      \
	X(VERDICT_STALE, 27, "stale", VERDICT_AMBER, ACTION_CHECK, "", ALERT_CHECK,                \
		"This answer is old: the ledger has not been reached for a while.")                \
	X(VERDICT_NOT_COVERED, 30, "not_covered", VERDICT_GREY, ACTION_CHECK, "", 0,               \
		"Nothing wrong found; this pack is not registered by its maker.")                  \
	X(VERDICT_NOT_REGISTERED, 31, "not_registered", VERDICT_GREY, ACTION_CHECK,                \
		"NMVS_NC_PC_01", 0, "Nothing wrong found; this product is not on the ledger.")     \
	X(VERDICT_LOT_ACTIVE, 40, "lot_active", VERDICT_GREEN, ACTION_SUPPLY, "", 0,               \
		"Lot known, in date, not recalled; this pack has no number of its own, so a copy " \
		"cannot be told.")                                                                 \
	X(VERDICT_ACTIVE, 41, "active", VERDICT_GREEN, ACTION_SUPPLY, "", 0,                       \
		"The code is known and unused.")

enum verdict_word {
#define X(name, code, ...) name = code,
	VERDICT_LIST(X)
#undef X
		VERDICT_WORD_END
};

struct verdict_row {
	enum verdict_word word;
	const char *text;
	enum verdict_colour colour;
	enum verdict_action action;
	const char *nmvs;
	uint16_t alert;
	const char *sentence;
};

/* NULL for a code that is none. */
const struct verdict_row *verdict_row(unsigned word);
const struct verdict_row *verdict_row_at(size_t rank); /* NULL past the end */
const char *verdict_colour_word(enum verdict_colour colour);
const char *verdict_action_word(enum verdict_action action);

#define FACTS_EXPIRIES_MAX LOT_EXPIRIES_MAX

/* Everything a verdict depends on. */
struct pack_facts {
	/* the scan, 0 or false when not in it */
	uint64_t gtin;
	bool has_lot;
	bool has_serial;
	uint32_t scan_expiry; /* YYMMDD */

	/* time and finality */
	int32_t today; /* in the ledger's zone */
	int64_t now_ms; /* ledger time, or the clock where that is later */
	uint64_t applied_size; /* leaves the facts were read from */
	uint64_t final_size; /* leaves known to be final */
	int64_t final_age_ms; /* since a quorum last signed */

	/* the product and its coverage */
	bool product_known;
	uint64_t unit; /* the GTIN is a case: what is inside */
	uint32_t unit_count;
	bool lot_expected; /* not there, but its maker said it would be */
	bool wrong_market;

	/* the lot printed on the pack */
	bool lot_known;
	struct lot lot;

	/* the pack */
	bool pack_known; /* in `lot` */
	bool pack_awaited; /* it came to `lot` later, and that is not final yet: not known so far */
	bool pack_elsewhere; /* in another lot of the product: `other_lot` */
	bool in_two_lots; /* a search found it in two of the product */
	struct pack pack;
	struct lot other_lot;
	bool search_cut; /* more lots than a search looks into */

	/* what was said about it */
	struct recall_found recall;
	uint32_t alert; /* open alert about this state, 0: none */
	bool maker_data; /* three places see the same expiry mismatch, and that is final */

	/* the asker, and what only its own side knows */
	uint8_t place[PLACE_SIZE];
	bool is_by_own_party; /* the pack's last change, at whatever place of the party */
	bool quarantined;
	bool scanner_fault;
	int64_t stale_after_ms; /* 0: never */
	int32_t short_dated_days; /* 0: never */
};

struct verdict_part {
	enum verdict_word word;
	uint64_t at; /* position it rests on; 0: none */
	bool pending; /* rests on good news that is not final yet */
};

#define VERDICT_PARTS_MAX 32

struct verdict {
	struct verdict_part parts[VERDICT_PARTS_MAX]; /* gravest first; the first is the verdict */
	size_t part_count;
	enum verdict_action action;

	/* evidence about an earlier change of the pack, 0 or false when there is none */
	bool has_change;
	bool is_own; /* by the asker's own party: it sees all; others see day and alert */
	int32_t change_day; /* in the ledger's zone, as counted by civil.h */
	int64_t change_s; /* own only: ledger time in seconds */
	uint64_t change_at; /* own only: position */
	uint32_t alert;
	uint16_t remaining; /* opened: units left */

	/* recall shown, when there is one */
	bool has_recall;
	uint8_t recall_id[RECALL_ID_SIZE];
	enum recall_class recall_class;
	enum recall_source recall_source;

	uint64_t unit; /* the code is a case's: scan these instead */
	uint32_t unit_count;
	uint32_t expiry; /* that counts, YYMMDD; 0: not known */
	uint64_t applied_size;
	uint64_t final_size;
	int64_t final_age_ms;
};

/* Pure; cannot fail. zone is needed for the day of an earlier change. */
void verdict_judge(const struct pack_facts *facts, enum zone zone, struct verdict *verdict);

static inline enum verdict_word verdict_word(const struct verdict *verdict)
{
	return verdict->parts[0].word;
}

bool verdict_has(const struct verdict *verdict, enum verdict_word word);

#endif
