/* Changes of a pack's state, kinds 40-47 and 51, and their undoing, kinds 48 and 49. Which state
 * goes to which, and with which alert: docs/kinds.md, "Changes of a pack".
 *
 * First in order wins: what finds a pack gone is recorded with an alert and leaves it as it is.
 * What a lot stands against (not released, withdrawn, recalled, expired) does not keep the state
 * from changing, since the pack went all the same: the alert says so. */
#ifndef APPLIANCE_RULES_CHANGE_H
#define APPLIANCE_RULES_CHANGE_H

#include "appliance/rules/element.h"
#include "appliance/rules/pack.h"
#include "appliance/rules/recall.h"
#include "appliance/rules/shift.h"
#include "appliance/rules/witness.h"

#define UNDO_DAYS 10
#define LOOSE_MAX 100000 /* packs without number in one statement */

/* Why a person went on against the advice. */
#define OVERRIDE_LIST(X)                                                                           \
	X(OVERRIDE_CLINICAL, 1, "clinical", "urgent clinical need")                                \
	X(OVERRIDE_INSPECTED, 2, "inspected", "pack inspected by hand and found in order")         \
	X(OVERRIDE_MAKER, 3, "maker", "maker confirmed the pack")                                  \
	X(OVERRIDE_AUTHORITY, 4, "authority", "authority allowed it")                              \
	X(OVERRIDE_OWN_RECORD, 5, "own_record", "own records explain the answer")

enum override_reason {
#define X(name, code, word, text) name = code,
	OVERRIDE_LIST(X)
#undef X
		OVERRIDE_MAX = 5
};

/* Kinds 40-47 and 51: 1 gtin, 2 lot, 3 elements are named by key (true; lock and stolen of GTIN
 * holder and authority only), 4 elements [[opener, SHA-256 of secret, units left (open only)]],
 * 5 count of packs without a number of their own (supply only, in place of 4), 6 reason of an
 * override, 7 shift 16, 8 witness (see witness.h) */
struct change_body {
	uint64_t gtin;
	struct span lot;
	struct elements elements;
	uint32_t loose;
	uint8_t reason; /* 0: none */
	struct span shift; /* size 0: none */
	struct witness witness;
};

/* Kinds 48 void and 49 return to stock: 1 gtin, 2 lot, 3 elements are named by key (void only),
 * 4 elements [[opener, secret]], 5 position or entry (32 bytes) of the change (void only, and then
 * there), 6 never left our control (true; return only), 8 witness (void) */
struct undo_body {
	uint64_t gtin;
	struct span lot;
	struct elements elements;
	bool has_position;
	uint64_t position;
	struct span entry;
	bool never_left;
	struct witness witness;
};

/* What stands on a lot: the alerts that a change of one of its packs raises. */
struct lot_standing {
	bool is_there;
	struct lot lot;
	bool is_expected; /* not there, but its maker said it would be */
	bool is_expired;
	struct recall_found recall; /* without regard to single packs */
};

/* Tells how a lot stands for the author of the statement, as applied. */
MUST_CHECK enum err lot_standing(
	struct judging *judging, uint64_t gtin, struct span text, struct lot_standing *standing);

/* The author of the statement as one who asks about recalls. */
void recall_asker_of(const struct judging *judging, struct recall_asker *asker);

/* The state that a kind of change leads to. */
enum pack_state change_target(uint16_t kind);

#endif
