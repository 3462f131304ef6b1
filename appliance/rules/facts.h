/* Reading the facts of a verdict from state tables: the ledger's, or a station's offline set. */
#ifndef APPLIANCE_RULES_FACTS_H
#define APPLIANCE_RULES_FACTS_H

#include "appliance/rules/verdict.h"

#define FACTS_PEPPERS_MAX 16

/* The pack's key under the pepper of a year. */
struct pepper_key {
	uint16_t year;
	uint8_t key[KEY_SIZE];
};

/* What was scanned. */
struct facts_scan {
	uint64_t gtin;
	struct span lot; /* may be empty */
	uint32_t expiry; /* YYMMDD, 0: not in it */
	uint32_t produced; /* YYMMDD, 0: not in it */
	const struct pepper_key *keys; /* of the serial, for every pepper known; none: no serial */
	size_t key_count;
};

struct facts_asker {
	uint8_t place[PLACE_SIZE];
	struct recall_asker recall; /* roles and whose transcriptions count */
	uint16_t market; /* ISO 3166-1 numeric; 0: any */
	bool quarantined; /* in its own quarantine */
	bool scanner_fault; /* its scanner's diagnosis */
	int64_t stale_after_ms;
	int32_t short_dated_days;
};

struct facts_time {
	enum zone zone;
	int64_t now_ms;
	uint64_t applied_size; /* leaves that the tables are the state of */
	uint64_t final_size;
	int64_t final_age_ms;
};

/* Fills facts from one snapshot. Errors: ERR_UNSURE when the scan has a serial and the pepper of
 * the lot's year is not among the keys; the table's. Cost: a few look-ups; searching for a pack in
 * other lots takes two each, newest lot first, up to LOT_SEARCH_MAX lots. */
MUST_CHECK enum err facts_read(const struct table *table, const struct facts_scan *scan,
	const struct facts_asker *asker, const struct facts_time *time, struct pack_facts *facts,
	struct fault *fault);

#endif
