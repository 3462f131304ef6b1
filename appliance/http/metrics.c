#include "appliance/http/metrics.h"

#include <inttypes.h>

void metrics_count(struct metrics *metrics, int status)
{
	int class = status / 100;
	if (class < 1 || class > METRICS_STATUSES)
		class = METRICS_STATUSES;
	atomic_fetch_add_explicit(&metrics->answers[class - 1], 1, memory_order_relaxed);
	if (status == 429)
		atomic_fetch_add_explicit(&metrics->limited, 1, memory_order_relaxed);
}

static void put_head(struct buf *text, const char *name, const char *type, const char *help)
{
	buf_printf(text, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void put_one(
	struct buf *text, const char *name, const char *type, const char *help, uint64_t value)
{
	put_head(text, name, type, help);
	buf_printf(text, "%s %" PRIu64 "\n", name, value);
}

void metrics_print(
	const struct metrics *metrics, const struct metrics_ledger *ledger, struct buf *text)
{
	put_one(text, "assay_ledger_entries", "gauge", "Leaves of the tree.", ledger->size);
	put_one(text, "assay_ledger_final_entries", "gauge",
		"Leaves under a checkpoint with a quorum of cosignatures.", ledger->final_size);
	put_one(text, "assay_ledger_height", "gauge", "Batches applied.", ledger->height);
	put_head(text, "assay_ledger_cosigned_age_seconds", "gauge",
		"Time since the newest cosignature; absent before the first.");
	if (ledger->cosigned_ms_ago >= 0)
		buf_printf(text, "assay_ledger_cosigned_age_seconds %" PRId64 ".%03d\n",
			ledger->cosigned_ms_ago / 1000, (int)(ledger->cosigned_ms_ago % 1000));
	put_head(text, "assay_http_answers_total", "counter",
		"Answers by the first digit of their status.");
	for (int i = 0; i < METRICS_STATUSES; i++)
		buf_printf(text, "assay_http_answers_total{status=\"%dxx\"} %" PRIu64 "\n", i + 1,
			(uint64_t)atomic_load_explicit(&metrics->answers[i], memory_order_relaxed));
	put_one(text, "assay_http_limited_total", "counter", "Requests told to wait (429).",
		atomic_load_explicit(&metrics->limited, memory_order_relaxed));
}
