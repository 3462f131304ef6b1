/* Whether what stands at a position was said by a key that was in other hands by then, as a later
 * revocation tells (kind 3, compromised since). For showing beside it: nothing is reversed. */
#ifndef APPLIANCE_VIEW_SUSPICION_H
#define APPLIANCE_VIEW_SUSPICION_H

#include "ledger/members/members.h"
#include "ledger/reader.h"

/* time_ms: ledger time of that position. Of a delivery, the key of what is inside it counts.
 * Errors: storage. */
MUST_CHECK enum err suspicion_find(struct reader *reader, const struct table *table,
	uint64_t position, int64_t time_ms, bool *is_suspect, struct fault *fault);

#endif
