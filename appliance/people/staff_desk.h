/* The staff service at the appliance's desk: whom it signs for, the moment it judges at, and
 * stating what it made. */
#ifndef APPLIANCE_PEOPLE_STAFF_DESK_H
#define APPLIANCE_PEOPLE_STAFF_DESK_H

#include "appliance/people/staff.h"
#include "appliance/view/desk.h"

/* A party and what signs for it; party's signers point into this: do not copy it. */
struct staff_desk {
	struct staff_party party;
	struct keyholder *keyholder;
	struct keyholder_signer message;
	uint8_t kid[KID_SIZE];
};

/* status_base must outlive it. table: to look the member up in.
 * Errors: ERR_NOT_FOUND: no appliance key, or not a member; storage. */
MUST_CHECK enum err staff_desk_open(struct staff_desk *out, struct desk *desk,
	const struct desk_party *party, const char *status_base, const struct table *table,
	struct fault *fault);

/* at_ms 0: now, by this machine's clock but not before ledger time. The snapshot must be open as
 * long as the moment is used. Errors: ERR_RANGE for a moment that is still ahead. */
MUST_CHECK enum err staff_desk_moment(const struct desk *desk, const struct snapshot *snapshot,
	int64_t at_ms, struct staff_moment *moment, struct fault *fault);

/* Has a statement signed, hands it in, waits, and tells the vault what became of it: its position,
 * or that it was refused and its document goes. No snapshot may be held meanwhile.
 * Errors: as desk_state. After ERR_TIMEOUT its fate is open: the document stays. */
MUST_CHECK enum err staff_desk_state(struct staff *staff, const struct staff_desk *at,
	struct desk *desk, const struct desk_party *party, const struct staff_statement *statement,
	struct stated *stated, struct fault *fault);

#endif
