/* What gives a station's scans their meaning: GS1 codes, verdict words, bodies of the rules' kinds,
 * peppers. Fills struct bench. */
#ifndef APPLIANCE_CLI_STATION_BENCH_H
#define APPLIANCE_CLI_STATION_BENCH_H

#include "ledger/base/civil.h"
#include "ledger/enrolment.h"
#include "scanners/station/bench.h"

struct station_bench {
	struct enrolment *enrolment; /* in secret_new memory; at least one pepper, more come */
	enum zone zone; /* of the ledger */
};

/* For the station's options; lives as long as self. */
struct bench station_bench(struct station_bench *self);

#endif
