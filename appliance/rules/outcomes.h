/* What the rules answer: refusals (nothing is recorded) and alerts (recorded, and suspicious).
 * The ledger's own codes are in ledger/outcome.h. Codes never change their meaning and are never
 * used again; people's codes follow the packs' in ranges of their own.
 *
 *	100-149 refusals about products, lots and packs     150-199 refusals about people
 *	200-249 alerts about products, lots and packs       250-299 alerts about people */
#ifndef APPLIANCE_RULES_OUTCOMES_H
#define APPLIANCE_RULES_OUTCOMES_H

#include "appliance/rules/people_outcomes.h"
#include "ledger/outcome.h"

/* X(name, code, word, sentence): a and b are printed by %1$lld and %2$lld. */
#define REFUSAL_LIST(X)                                                                            \
	X(REFUSED_NOT_YOUR_GTIN, 100, "not_your_gtin",                                             \
		"GTIN %1$014lld is not among those of the member it is said for")                  \
	X(REFUSED_GTIN_CLAIMED, 101, "gtin_claimed",                                               \
		"GTIN %1$014lld is already used by another member; settle the dispute first")      \
	X(REFUSED_NO_ROLE, 102, "no_role",                                                         \
		"the member it is said for has no role that may state this")                       \
	X(REFUSED_OUTSIDE_MANDATE, 103, "outside_mandate",                                         \
		"GTIN %1$014lld is not in the mandate of that principal")                          \
	X(REFUSED_LOT_DIFFERS, 104, "lot_differs",                                                 \
		"the lot is already there with other content in field %1$lld")                     \
	X(REFUSED_NO_SUCH_LOT, 105, "no_such_lot", "this lot is not on the ledger")                \
	X(REFUSED_LOT_NOT_OPEN, 106, "lot_not_open",                                               \
		"the lot is closed: packs can be added after a correction that opens it again")    \
	X(REFUSED_LOT_NOT_CLOSED, 107, "lot_not_closed",                                           \
		"the lot must be closed before it is released")                                    \
	X(REFUSED_LOT_WITHDRAWN, 108, "lot_withdrawn", "the lot was withdrawn")                    \
	X(REFUSED_LOT_COUNT, 109, "lot_count",                                                     \
		"the ledger holds %1$lld packs of the lot and not %2$lld")                         \
	X(REFUSED_NO_PACKS_IN_LOT, 110, "no_packs_in_lot",                                         \
		"the lot was opened as one without packs of their own number")                     \
	X(REFUSED_NOT_IN_HAND, 111, "not_in_hand",                                                 \
		"element %1$lld does not show the pack's opener: only who read its code can")      \
	X(REFUSED_NOT_A_UNIT, 112, "not_a_unit",                                                   \
		"GTIN %1$014lld is a case: scan the %2$lld packs inside")                          \
	X(REFUSED_NO_SUCH_RECALL, 113, "no_such_recall", "this recall is not on the ledger")       \
	X(REFUSED_RECALL_ENDED, 114, "recall_ended", "the recall has ended")                       \
	X(REFUSED_NOT_YOUR_RECALL, 115, "not_your_recall",                                         \
		"only who issued the recall, or an authority, may change it")                      \
	X(REFUSED_NO_SUCH_ALERT, 116, "no_such_alert", "alert %1$lld is not on the ledger")        \
	X(REFUSED_ALERT_CLOSED, 117, "alert_closed", "alert %1$lld is already closed")             \
	X(REFUSED_NOT_YOUR_ALERT, 118, "not_your_alert",                                           \
		"alert %1$lld is for who alone raised it, the GTIN holder and authorities")        \
	X(REFUSED_DAY_COUNTED, 119, "day_counted",                                                 \
		"the checks of that day were already counted for this place")                      \
	X(REFUSED_DAY_WRONG, 120, "day_wrong", "that day is not over yet, or over 30 days ago")    \
	X(REFUSED_NO_ATTACHMENT, 121, "no_attachment",                                             \
		"the statement needs its event as an attachment")                                  \
	X(REFUSED_PEPPER_UNKNOWN, 122, "pepper_unknown",                                           \
		"no pepper of the year %1$lld is on the ledger")                                   \
	X(REFUSED_RECALL_LIMIT, 123, "recall_limit",                                               \
		"the recall covers %1$lld lots and cannot grow further: issue another")            \
	X(REFUSED_NOT_A_WITNESS, 124, "not_a_witness",                                             \
		"the witness must sign with another registered key of the same organisation")      \
	X(REFUSED_OTHER_SITE, 125, "other_site",                                                   \
		"the mandate is for other sites than the one where this was signed")               \
	PEOPLE_REFUSAL_LIST(X)

/* Recorded with an alert. What each does to the state is said in docs/kinds.md. */
#define ALERT_LIST(X)                                                                              \
	X(ALERT_ALREADY_SUPPLIED, 200, "already_supplied",                                         \
		"the pack in element %1$lld was already supplied")                                 \
	X(ALERT_DESTROYED, 201, "destroyed", "the pack in element %1$lld was destroyed")           \
	X(ALERT_EXPORTED, 202, "exported", "the pack in element %1$lld was exported")              \
	X(ALERT_SAMPLED, 203, "sampled", "the pack in element %1$lld was drawn as a sample")       \
	X(ALERT_FREE_SAMPLED, 204, "free_sampled",                                                 \
		"the pack in element %1$lld was given out as a free sample")                       \
	X(ALERT_LOCKED, 205, "locked", "the pack in element %1$lld is locked")                     \
	X(ALERT_STOLEN, 206, "stolen", "the pack in element %1$lld was reported stolen")           \
	X(ALERT_REPACKAGED, 207, "repackaged",                                                     \
		"the pack in element %1$lld was used up in repackaging")                           \
	X(ALERT_OPENED_ELSEWHERE, 208, "opened_elsewhere",                                         \
		"the pack in element %1$lld was opened at another site")                           \
	X(ALERT_UNKNOWN_SERIAL, 209, "unknown_serial",                                             \
		"the pack in element %1$lld is not among the packs of its lot")                    \
	X(ALERT_UNKNOWN_LOT, 210, "unknown_lot", "the lot is not on the ledger, but should be")    \
	X(ALERT_NOT_RELEASED, 211, "not_released", "the lot is not released")                      \
	X(ALERT_WITHDRAWN, 212, "withdrawn", "the lot was withdrawn")                              \
	X(ALERT_RECALLED, 213, "recalled", "the lot is recalled at this level")                    \
	X(ALERT_EXPIRED, 214, "expired", "the lot expired on %1$06lld")                            \
	X(ALERT_UNDO_MISMATCH, 215, "undo_mismatch",                                               \
		"the pack in element %1$lld is not in a state that this undoes")                   \
	X(ALERT_UNDO_OTHER, 216, "undo_other",                                                     \
		"element %1$lld does not show the secret of its own party's event")                \
	X(ALERT_UNDO_LATE, 217, "undo_late",                                                       \
		"the event that element %1$lld undoes is more than 10 days old")                   \
	X(ALERT_UNDO_BARRED, 218, "undo_barred",                                                   \
		"the lot is expired, recalled or withdrawn, so element %1$lld stays as it is")     \
	X(ALERT_LEFT_CONTROL, 219, "left_control",                                                 \
		"the pack in element %1$lld left the site's control: it can only be destroyed")    \
	X(ALERT_NO_WITNESS, 220, "no_witness", "this needs a second person's signature")           \
	X(ALERT_LATE_DELIVERY, 221, "late_delivery",                                               \
		"the statement was delivered late; see the times on both sides")                   \
	X(ALERT_LATE_CONFLICT, 222, "late_conflict",                                               \
		"two statements that were delivered late both change the pack in element %1$lld")  \
	X(ALERT_LOT_MISMATCH, 223, "lot_mismatch", "the pack belongs to another lot")              \
	X(ALERT_EXPIRY_MISMATCH, 224, "expiry_mismatch",                                           \
		"the printed expiry %1$06lld is none of the lot's")                                \
	X(ALERT_WRONG_MARKET, 225, "wrong_market", "the pack is not meant for this market")        \
	X(ALERT_CHECK, 226, "check", "a check came out amber")                                     \
	X(ALERT_NO_SHIFT, 227, "no_shift", "the statement names no shift that is open")            \
	X(ALERT_SHORT_DATED, 228, "short_dated", "the pack expires soon")                          \
	X(ALERT_KEY_COMPROMISED, 229, "key_compromised",                                           \
		"signed with a key that is said to have been in other hands by then")              \
	X(ALERT_TWO_LOTS, 230, "two_lots", "the number is registered in two lots of the product")

enum rules_code {
#define X(name, code, word, sentence) name = code,
	REFUSAL_LIST(X) ALERT_LIST(X)
#undef X
};

/* Word ("not_in_hand") and sentence of any code, the ledger's included; "unknown" for others. */
const char *outcome_word(uint16_t code);

#define OUTCOME_SENTENCE_MAX 160

/* What is shown: the sentence of a code with its parameters, cut to fit. */
void outcome_sentence(uint16_t code, int64_t a, int64_t b, char out[OUTCOME_SENTENCE_MAX]);

#endif
