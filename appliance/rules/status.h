/* Kinds 81, 82 and 84: what becomes of a record after it was attested. A record is named by the
 * status list and index of its attestation, never by a person.
 *
 * 81 status: 1 list, 2 index (left out: the whole list), 3 status (0 valid, 1 suspended,
 *    2 revoked), 4 effective ms, 5 reason. Only the list's party. Without an index it confirms all
 *    valid entries as they stand, which keeps their age small; entries that are unknown must be
 *    confirmed one by one. Revoked is for good: who comes back is attested anew.
 * 82 observed change: 1 list, 2 index. Another accredited member saw a change at the source: the
 *    status is unknown until the list's party looks and says.
 * 84 dispute: 1 list, 2 index, 3 state (1 opened, 2 upheld, 3 rejected, 4 withdrawn), 4 days in
 *    which an answer is due (opened only). Shown beside the status, which it does not change.
 *
 * Reasons are coarse on purpose: why a register acted is nobody's business here. */
#ifndef APPLIANCE_RULES_STATUS_H
#define APPLIANCE_RULES_STATUS_H

#include "appliance/rules/standing.h"

#define DISPUTE_DAYS_MAX     90
#define EFFECTIVE_BEFORE_MAX ((int64_t)30 * 86400000) /* how far back effective may lie */
#define EFFECTIVE_AFTER_MAX  ((int64_t)5 * 60000) /* clocks differ */

/* X(name, code, word): */
#define STATUS_REASON_LIST(X)                                                                      \
	X(STATUS_REASON_CONFIRMED, 1, "confirmed")                                                 \
	X(STATUS_REASON_REINSTATED, 2, "reinstated")                                               \
	X(STATUS_REASON_SOURCE, 3, "source_changed")                                               \
	X(STATUS_REASON_LAPSED, 4, "lapsed")                                                       \
	X(STATUS_REASON_ERROR, 5, "issued_in_error")                                               \
	X(STATUS_REASON_HOLDER, 6, "withdrawn_by_holder")

enum status_reason {
#define X(name, code, word) name = code,
	STATUS_REASON_LIST(X)
#undef X
};

struct record_status_body {
	struct span list;
	bool has_index;
	uint32_t index;
	enum record_status status;
	int64_t effective_ms;
	enum status_reason reason;
};

struct observed_change_body {
	struct span list;
	uint32_t index;
};

struct dispute_body {
	struct span list;
	uint32_t index;
	enum dispute_state state;
	uint8_t due_days; /* opened: 1..90 */
};

/* Whether a reason goes with a status: confirmed and reinstated with valid, source_changed with
 * suspended and revoked, the others with revoked. */
bool status_reason_fits(enum status_reason reason, enum record_status status);
/* The reason of a word. Errors: ERR_NOT_FOUND. */
MUST_CHECK enum err status_reason_parse(
	struct span word, enum status_reason *reason, struct fault *fault);

#endif
