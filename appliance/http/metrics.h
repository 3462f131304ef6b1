/* What has been answered since the start, counted, and printed in Prometheus' text format. */
#ifndef APPLIANCE_HTTP_METRICS_H
#define APPLIANCE_HTTP_METRICS_H

#include "ledger/base/buf.h"

#include <stdatomic.h>

#define METRICS_STATUSES 5 /* 1xx to 5xx */

struct metrics {
	_Atomic uint64_t answers[METRICS_STATUSES];
	_Atomic uint64_t limited; /* of these: told to wait (429) */
};

struct metrics_ledger {
	uint64_t size;
	uint64_t final_size;
	uint64_t height;
	int64_t cosigned_ms_ago; /* -1: never yet */
};

void metrics_count(struct metrics *metrics, int status);
/* https://prometheus.io/docs/instrumenting/exposition_formats, version 0.0.4. */
void metrics_print(
	const struct metrics *metrics, const struct metrics_ledger *ledger, struct buf *text);

#endif
