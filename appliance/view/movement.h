/* Movements: who ships what to whom travels sealed, between those concerned and the authorities;
 * the ledger shows that something moved and nothing else. */
#ifndef APPLIANCE_VIEW_MOVEMENT_H
#define APPLIANCE_VIEW_MOVEMENT_H

#include "appliance/rules/movement.h"
#include "appliance/view/capture.h"
#include "gs1/epcis/event.h"

/* Each is kept before it is stated, and the views follow when it is on the ledger (moving.h): a
 * crash at any moment leaves it done or not done, never half. */

/* States one movement: the events' JSON texts and the outermost EPCs go, as a consignment, to the
 * authorities, the own party and (if not NULL) the place of destination, whose views take them in.
 * Errors: ERR_KEY: a reader has no box key; ERR_LIMIT; ERR_NOT_FOUND: a pack's lot is not known. */
MUST_CHECK enum err movement_state(const struct capturing *capturing, enum movement_class class,
	const struct place *destination, const struct span *json, size_t json_count,
	const struct span *outermost, size_t outermost_count, struct stated *stated,
	struct fault *fault);

/* A shipment, or its receipt, as it was captured: the event and all EPCs that it names, of which
 * the first outermost_count are no classes. The own view takes the event in, and what lies under
 * the EPCs is no longer, or now, in hand, unless it is known what became of it later. event->party
 * and position are not looked at. Errors: as movement_state; ERR_BUSY: some of it is being shipped
 * or received at this moment. */
struct shipment {
	const struct view_event *event;
	const struct span *epcs;
	size_t count;
	size_t outermost_count;
	const struct place *destination; /* NULL: none is named */
	bool is_receipt;
};
MUST_CHECK enum err movement_ship_event(const struct capturing *capturing,
	const struct shipment *shipment, struct stated *stated, struct fault *fault);

struct movement_result {
	uint32_t packs;
	uint32_t cases;
	char from[64]; /* member it came from, "" if not known */
	struct stated stated;
};

/* What a delivery or shipment with this EPC is, as the own view knows it: packs, cases, sender. */
MUST_CHECK enum err movement_look(const struct capturing *capturing, struct span epc,
	struct movement_result *result, struct fault *fault);

/* sequence: of the statement, from desk_sequence; 0: the next. */

/* Ships what carries this EPC (an SSCC, or one pack) to the place with that GLN or ODS code: makes
 * the shipping event, states it. Errors: ERR_NOT_FOUND: not in hand, or place not known. */
MUST_CHECK enum err movement_ship(const struct capturing *capturing, struct span epc,
	const char *to, uint64_t sequence, struct movement_result *result, struct fault *fault);

/* Receives by the SSCC of a delivery that was announced to this party: all that lies inside is
 * now held. Errors: ERR_NOT_FOUND: nothing was announced under this code; ERR_EXISTS: received
 * before. */
MUST_CHECK enum err movement_receive(const struct capturing *capturing, struct span epc,
	uint64_t sequence, struct movement_result *result, struct fault *fault);

/* Goods-in by scan of one pack, for those whose supplier announces nothing: the pack is now held.
 * serial "" for a pack without a number. Errors: ERR_EXISTS: it is held already. */
MUST_CHECK enum err movement_receive_pack(const struct capturing *capturing,
	const struct stock_pack *pack, uint64_t sequence, struct movement_result *result,
	struct fault *fault);

#endif
