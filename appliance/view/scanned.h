/* One scan as a medicine pack, for everything that is done with packs. */
#ifndef APPLIANCE_VIEW_SCANNED_H
#define APPLIANCE_VIEW_SCANNED_H

#include "appliance/rules/facts.h"
#include "appliance/view/desk.h"
#include "gs1/syntax/scan.h"

struct scanned {
	struct gs1_pack pack;
	uint64_t gtin;
	uint32_t expiry; /* YYMMDD, 0: not in the scan */
};

/* Errors: ERR_FORMAT with the place and what may be wrong; ERR_RANGE: GS1 data about something
 * that is no pack (a case or a place: the sentence says what to do). */
MUST_CHECK enum err scanned_read(struct span scan, struct scanned *out, struct fault *fault);

/* The pack's possible keys, one a pepper; count 0 without a serial. */
MUST_CHECK enum err scanned_keys(struct desk *desk, const struct table *table,
	const struct scanned *scanned, struct pepper_key keys[DESK_PEPPERS_MAX], size_t *count,
	struct fault *fault);

/* The opener under the pepper that the pack's lot names, or the newest when the lot is unknown. */
MUST_CHECK enum err scanned_opener(struct desk *desk, const struct table *table,
	const struct scanned *scanned, uint8_t opener[KEY_SIZE], struct fault *fault);

/* "2028-03-31", or "2028-03" for day 00; "" for 0. */
void expiry_print(uint32_t yymmdd, char out[11]);

#endif
