/* A pack check as it is asked: scan in, verdict out, red and amber recorded. */
#ifndef APPLIANCE_VIEW_CHECK_H
#define APPLIANCE_VIEW_CHECK_H

#include "appliance/view/diagnosed.h"
#include "appliance/view/view.h"

#include <jansson.h>

struct check {
	struct scanned scanned; /* as repaired, if the scan was damaged and could be */
	struct gs1_diagnosis diagnosis; /* damage NONE: the scanner is not to blame */
	struct verdict verdict;
	enum zone zone;
	int64_t time_ms; /* ledger time */
	char change_by[NAME_SIZE_MAX + 1]; /* who changed the pack; only told to an authority */
	bool is_recorded; /* amber or red, stated by the asker */
	struct stated stated;
	uint16_t alert; /* code raised by the record, 0: none */
	bool is_aside; /* in the asker's own quarantine */
	struct quarantined aside;
	int32_t days_left; /* of a pack that is short_dated */
	int32_t warn_days;
};

struct checking {
	struct span scan;
	bool record; /* an amber or red verdict is stated */
	bool is_counted; /* among the party's checks of the day */
	uint64_t sequence; /* of that statement, from desk_sequence; 0: the next */
};

/* party NULL: somebody who is not signed in; nothing is then recorded and nothing but the public
 * half is told. Errors: scanned_read's; ERR_UNSURE: a pepper is missing; storage, stating. */
MUST_CHECK enum err check_scan(struct desk *desk, struct view *view, const struct desk_party *party,
	const struct checking *checking, struct check *out, struct fault *fault);

/* As docs/api.md says. NULL when out of memory. */
json_t *check_json(const struct check *check);

/* Both, as text: for stations. */
MUST_CHECK enum err check_scan_json(struct desk *desk, struct view *view,
	const struct desk_party *party, struct span scan, bool record, struct buf *json,
	struct fault *fault);

/* Verdict for people who hold facts already read (the same snapshot): used by change.h. */
MUST_CHECK enum err check_facts(struct desk *desk, struct view *view,
	const struct snapshot *snapshot, const struct desk_party *party, struct check *check,
	struct fault *fault);

#endif
