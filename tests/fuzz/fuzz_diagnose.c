/* Diagnosis: what is offered as repair reads; what fits reads; the same question has the same
 * answer; a key layout that is undone is typed back. */
#include "gs1/syntax/diagnose.h"
#include "gs1/syntax/layout.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool knows_all_with_serial(void *self, const struct gs1_pack *pack)
{
	(void)self;
	return pack->has_serial && pack->serial[0] == 'K';
}

static void check(struct span scan, const struct gs1_known *known)
{
	static struct gs1_diagnosis first, second;
	static struct gs1_scan read;
	struct gs1_pack pack;
	struct fault fault;
	gs1_diagnose(scan, known, &first);
	gs1_diagnose(scan, known, &second);
	if (memcmp(&first, &second, sizeof first) != 0)
		abort();
	if (first.repair_size > sizeof first.repair || (first.damage == 0) != (first.damages == 0))
		abort();
	if (first.fits && gs1_scan_read(scan, &read, &fault))
		abort();
	if (!first.has_repair)
		return;
	if (gs1_scan_read(span_of(first.repair, first.repair_size), &read, &fault) ||
		gs1_pack_read(&read, &pack, &fault) || !first.damages || !first.sentence[0])
		abort();
	if (first.fits && first.damage != GS1_DAMAGE_AIM_MISSING)
		abort();
}

/* Undoing finds keys; the same keys give the same text, if it came as UTF-8. */
static void check_layout(struct span typed)
{
	static uint8_t keys[4096], again[3 * 4096];
	for (enum gs1_layout layout = 0; layout < GS1_LAYOUT_COUNT; layout++) {
		struct buf one, two;
		buf_over(&one, keys, sizeof keys);
		buf_over(&two, again, sizeof again);
		if (!gs1_layout_undo(layout, typed, &one) || one.err)
			continue;
		gs1_layout_type(layout, buf_span(&one), &two);
		struct buf back;
		static uint8_t third[4096];
		buf_over(&back, third, sizeof third);
		if (two.err || !gs1_layout_undo(layout, buf_span(&two), &back) ||
			!span_equal(buf_span(&back), buf_span(&one)))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct gs1_known known = {NULL, knows_all_with_serial};
	struct span scan = span_of(size ? data : (const uint8_t *)"", size);
	if (size > 600)
		return 0;
	check(scan, NULL);
	check(scan, &known);
	check_layout(scan);
	return 0;
}
