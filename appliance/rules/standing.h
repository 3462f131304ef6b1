/* Where a record stands: the history of its status, as the rules write it and everybody reads it,
 * for now or for any past moment. Nothing is overwritten: each change is a row of its own. */
#ifndef APPLIANCE_RULES_STANDING_H
#define APPLIANCE_RULES_STANDING_H

#include "appliance/rules/attestation.h"
#include "appliance/rules/checks.h"

/* Changes and confirmations of one record that a reader walks back through. */
#define STANDING_STEPS_MAX 4096

struct status_event {
	enum record_status status;
	uint64_t position;
	int64_t time_ms; /* ledger time */
	int64_t effective_ms; /* when it came about, or its source looked; up to time_ms */
	uint8_t party[PARTY_SIZE]; /* who said so */
};

struct status_list_owner {
	uint8_t party[PARTY_SIZE];
	uint64_t position; /* of its first use */
};

/* Errors of all: ERR_NOT_FOUND; storage. */
MUST_CHECK enum err status_list_owner(const struct table *table, const uint8_t list[STATUS_LIST_ID],
	struct status_list_owner *owner, struct fault *fault);
MUST_CHECK enum err status_list_put(const struct table *table, const uint8_t list[STATUS_LIST_ID],
	const uint8_t party[PARTY_SIZE], uint64_t position, struct fault *fault);
MUST_CHECK enum err status_event_put(const struct table *table, const uint8_t list[STATUS_LIST_ID],
	uint32_t index, const struct status_event *event, struct fault *fault);
/* The newest, final or not. */
MUST_CHECK enum err status_event_last(const struct table *table, const uint8_t list[STATUS_LIST_ID],
	uint32_t index, struct status_event *event, struct fault *fault);
/* The source has gone through the whole list and found it right. */
MUST_CHECK enum err status_confirm_put(const struct table *table,
	const uint8_t list[STATUS_LIST_ID], uint64_t position, int64_t time_ms,
	int64_t effective_ms, struct fault *fault);

enum dispute_state {
	DISPUTE_OPENED = 1,
	DISPUTE_UPHELD = 2, /* the source agrees: it corrects the record */
	DISPUTE_REJECTED = 3, /* the source stands by it */
	DISPUTE_WITHDRAWN = 4, /* by who opened it */
};

struct dispute_event {
	enum dispute_state state;
	uint64_t position;
	int64_t time_ms;
	int64_t due_ms; /* answer due; of the opening */
	uint8_t party[PARTY_SIZE];
};

MUST_CHECK enum err dispute_put(const struct table *table, const uint8_t list[STATUS_LIST_ID],
	uint32_t index, const struct dispute_event *event, struct fault *fault);
/* The newest up to a moment. Errors: ERR_NOT_FOUND. */
MUST_CHECK enum err dispute_last(const struct table *table, const uint8_t list[STATUS_LIST_ID],
	uint32_t index, int64_t at_ms, struct dispute_event *event, struct fault *fault);

struct standing {
	enum record_status status;
	int64_t said_ms; /* when its source last said, or confirmed, that it was so; 0: never */
	uint64_t position; /* of the change that counts */
	bool is_disputed;
	int64_t dispute_due_ms;
};

/* What a record's status was at a moment, seen with final_size leaves final: bad news counts from
 * where it was applied, good news where it is final. A record that nothing good and final is known
 * of is RECORD_UNKNOWN, and so is one that another member saw a change of; said_ms then tells when
 * it was last valid. Errors: storage. */
MUST_CHECK enum err standing_read(const struct table *table, const uint8_t list[STATUS_LIST_ID],
	uint32_t index, int64_t at_ms, uint64_t final_size, struct standing *standing,
	struct fault *fault);

#endif
