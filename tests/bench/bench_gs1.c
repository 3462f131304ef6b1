/* How long a scan takes from bytes to the medicine view, and a scan that does not fit to its
 * diagnosis: one core, warm cache, no state, the same scan again and again; median of five rounds,
 * in the thread's own time. */
#include "gs1/syntax/diagnose.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define ROUNDS    5
#define SCANS     200000
#define DIAGNOSES 200

static const struct {
	const char *name;
	const char *scan;
} kinds[] = {
	/* 55 bytes: GTIN, expiry, lot, serial. */
	{"scan", "]d201095060001343521728040010ABC1234\x1D"
		 "21X9A4B7C2D1E5F3G6H8"},
	{"link", "https://id.gs1.org/01/09506000134352/10/ABC1234/21/X9A4B7C2D1E5?17=280400"},
	{"sscc", "]C100106141412345678908"},
	{"bracketed", "(01)09506000134352(17)280400(10)ABC1234(21)X9A4B7C2D1E5"},
	{"refused", "]d201095060001343531728040010ABC1234\x1D"
		    "21X9A4B7C2D1E5"},
};

static int64_t now_ns(void)
{
	struct timespec time;
	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
	return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static int order(const void *a, const void *b)
{
	int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
	return (left > right) - (left < right);
}

static double time_scan(struct span bytes)
{
	static struct gs1_scan scan;
	struct gs1_pack pack;
	struct fault fault;
	int64_t took[ROUNDS];
	volatile long read = 0;
	for (int round = 0; round < ROUNDS; round++) {
		int64_t from = now_ns();
		for (int n = 0; n < SCANS; n++)
			read += gs1_scan_read(bytes, &scan, &fault) == OK &&
				gs1_pack_read(&scan, &pack, &fault) == OK;
		took[round] = now_ns() - from;
	}
	qsort(took, ROUNDS, sizeof took[0], order);
	return (double)took[ROUNDS / 2] / SCANS;
}

static double time_diagnosis(struct span bytes)
{
	static struct gs1_diagnosis diagnosis;
	int64_t took[ROUNDS];
	for (int round = 0; round < ROUNDS; round++) {
		int64_t from = now_ns();
		for (int n = 0; n < DIAGNOSES; n++)
			gs1_diagnose(bytes, NULL, &diagnosis);
		took[round] = now_ns() - from;
	}
	qsort(took, ROUNDS, sizeof took[0], order);
	return (double)took[ROUNDS / 2] / DIAGNOSES;
}

int main(void)
{
	printf("gs1");
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		printf(" %s_ns=%.0f", kinds[i].name, time_scan(span_text(kinds[i].scan)));
	printf(" diagnose_ns=%.0f",
		time_diagnosis(span_text("]D201095060001343521728040010abc1234\x1D"
					 "21x9a4b7c2d1e5")));
	printf(" cache=warm threads=1 rounds=%d scans=%d\n", ROUNDS, SCANS);
	return 0;
}
