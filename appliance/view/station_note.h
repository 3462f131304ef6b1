/* A party's view learns what its stations did: their statements are on the ledger, where no serial
 * number is; the scan comes beside the statement, from the station itself. */
#ifndef APPLIANCE_VIEW_STATION_NOTE_H
#define APPLIANCE_VIEW_STATION_NOTE_H

#include "appliance/view/desk.h"
#include "appliance/view/view.h"

struct station_change {
	const struct desk_party *party;
	const struct statement *statement; /* decoded; on the ledger */
	struct span scan;
	uint64_t position;
	uint16_t alert; /* it was recorded with; 0: none */
};

/* The stock follows: supplied, gone, or held again. What changed nothing is no error.
 * Errors: ERR_FORMAT: the scan is not of the pack that the statement is about; storage. */
MUST_CHECK enum err note_station_change(
	struct view *view, const struct station_change *change, struct fault *fault);

#endif
