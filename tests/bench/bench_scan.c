/* How long one scan takes from bytes to the medicine view: one core, warm cache, no state, the same
 * scan again and again; median of five rounds. */
#include "gs1/syntax/scan.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define ROUNDS 5
#define SCANS  400000

static const struct {
	const char *name;
	const char *scan;
} kinds[] = {
	{"pack", "]d201095060001343521728040010ABC1234\x1D"
		 "21X9A4B7C2D1E5"},
	{"sscc", "]C100106141412345678908"},
	{"link", "https://id.gs1.org/01/09506000134352/10/ABC1234/21/X9A4B7C2D1E5?17=280400"},
	{"bracketed", "(01)09506000134352(17)280400(10)ABC1234(21)X9A4B7C2D1E5"},
	{"refused", "]d201095060001343531728040010ABC1234\x1D"
		    "21X9A4B7C2D1E5"},
};

static int64_t now_ns(void)
{
	struct timespec time;
	(void)clock_gettime(CLOCK_MONOTONIC, &time);
	return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static int order(const void *a, const void *b)
{
	int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
	return (left > right) - (left < right);
}

int main(void)
{
	static struct gs1_scan scan;
	struct gs1_pack pack;
	struct fault fault;
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		struct span bytes = span_text(kinds[i].scan);
		int64_t took[ROUNDS];
		long read = 0;
		for (int round = 0; round < ROUNDS; round++) {
			int64_t from = now_ns();
			for (int n = 0; n < SCANS; n++)
				read += gs1_scan_read(bytes, &scan, &fault) == OK &&
					gs1_pack_read(&scan, &pack, &fault) == OK;
			took[round] = now_ns() - from;
		}
		qsort(took, ROUNDS, sizeof took[0], order);
		printf("scan kind=%s read=%d ns=%.0f cache=warm rounds=%d scans=%d\n",
			kinds[i].name, read > 0, (double)took[ROUNDS / 2] / SCANS, ROUNDS, SCANS);
	}
	return 0;
}
