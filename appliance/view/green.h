/* Green checks. Amber and red ones are statements; of the green ones the ledger is told, once a day
 * and party, how many there were and the root over them (kind 71). So a party can prove later that
 * it made a check, and cannot make one up: a record is in the tree of its day or it is not.
 *
 * A record is CBOR: {1 time in ms, 2 GTIN, 3 lot, 4 pack key K, 5 code of the verdict, 6 size of
 * the tree that it rests on}; 3 and 4 when the code had them. The tree is that of RFC 9162 with
 * SHA-256, its leaves are the day's records in order. Records stay in view.db for
 * GREEN_KEPT_DAYS. */
#ifndef APPLIANCE_VIEW_GREEN_H
#define APPLIANCE_VIEW_GREEN_H

#include "appliance/view/check.h"

#define GREEN_KEPT_DAYS 400
#define GREEN_BACK_DAYS 30 /* how far back the rules take a count */

/* key: K, or NULL. */
void green_record_put(
	const struct check *check, const uint8_t *key, int64_t now_ms, struct buf *buf);

/* The day's tree: how many, and their root. */
MUST_CHECK enum err green_root(struct view *view, const char *party, int32_t day, uint32_t *count,
	uint8_t root[HASH_SIZE], struct fault *fault);

/* States the counts of all parties' days that are over and were not stated yet; a day that the
 * ledger has already is none. Does what it can: the first fault is told, the other parties' counts
 * are stated all the same. */
MUST_CHECK enum err green_state_days(struct desk *desk, struct view *view, struct fault *fault);

#endif
