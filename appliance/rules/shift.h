/* Shifts: a person's time at a place, by a random id that only that site's vault can link to the
 * person. A shift is opened by a clearance statement (kind 86) and called by the first 16 bytes of
 * its commitment. It is open while that clearance lets the person work, at most 12 hours, and
 * counts for statements of the same party. */
#ifndef APPLIANCE_RULES_SHIFT_H
#define APPLIANCE_RULES_SHIFT_H

#include "appliance/rules/judging.h"

#define SHIFT_ID_SIZE 16
#define SHIFT_MAX_MS  ((int64_t)12 * 3600 * 1000)

MUST_CHECK enum err shift_is_open(
	struct judging *judging, const uint8_t shift[SHIFT_ID_SIZE], bool *is_open);

#endif
