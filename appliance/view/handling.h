/* What is done with one pack in hand: supply, open, destroy, ... and undoing it. */
#ifndef APPLIANCE_VIEW_HANDLING_H
#define APPLIANCE_VIEW_HANDLING_H

#include "appliance/view/check.h"

struct handling {
	unsigned kind; /* KIND_SUPPLY and so on: kinds of change.h */
	uint64_t remaining; /* KIND_OPEN: units left */
	unsigned reason; /* override, 0: none */
	uint32_t loose; /* packs without a number: how many (KIND_SUPPLY) */
	uint64_t sequence; /* of the statement, from desk_sequence; 0: the next */
};

struct handled {
	struct stated stated;
	uint16_t alert; /* recorded with it, 0: none */
};

/* States the change as the party's desk; its secret is kept in the view before it is stated, so
 * that it can be undone. The party's stock follows.
 * Errors: scanned_read's; ERR_FORMAT: the scan has no lot (or no serial where one is needed);
 * ERR_REFUSED with the rules' sentence, or because it is in the party's quarantine and no reason is
 * given (quarantine_permits). */
MUST_CHECK enum err handle_pack(struct desk *desk, struct view *view,
	const struct desk_party *party, struct span scan, const struct handling *handling,
	struct handled *handled, struct fault *fault);

struct undoing {
	bool is_return; /* put back into stock; else the change was a mistake */
	bool never_left; /* our control: return only */
	bool has_position; /* of the change that is meant; else the last one */
	uint64_t position;
	uint64_t sequence; /* of the statement, from desk_sequence; 0: the next */
};

/* Undoes the last change of this pack by this party.
 * Errors: ERR_NOT_FOUND: this party holds no secret of a change of this pack; ERR_EXISTS: the last
 * change is not the one that is meant. */
MUST_CHECK enum err handle_undo(struct desk *desk, struct view *view,
	const struct desk_party *party, struct span scan, const struct undoing *undoing,
	struct handled *handled, struct fault *fault);

/* The party's stock follows a change that one of its stations stated (kind and alert as recorded).
 * What an alert kept from happening changes nothing. */
MUST_CHECK enum err handling_note(struct view *view, const struct desk_party *party,
	const struct scanned *scanned, unsigned kind, uint64_t position, uint16_t alert,
	struct fault *fault);

#endif
