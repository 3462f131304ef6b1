/* Framing: however the bytes are cut into reads, the same scans come out; each scan, sent again
 * with CR, comes out as it was. */
#include "scanners/input/framer.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void again(struct span scan)
{
	static struct framer framer;
	struct span input = scan, out, end = span_text("\r");
	struct fault fault;
	framer_init(&framer, 0);
	if (framer_next(&framer, &input, 0, &out, &fault) != FRAMED_NONE)
		abort();
	if (framer_next(&framer, &end, 0, &out, &fault) != FRAMED_SCAN || !span_equal(out, scan))
		abort();
}

/* A number that stands for all that came out. */
static uint64_t run(struct span bytes, size_t piece)
{
	static struct framer framer;
	uint64_t sum = 14695981039346656037u;
	framer_init(&framer, 0);
	while (bytes.size) {
		struct span input = span_cut(bytes, 0, piece), scan;
		struct fault fault;
		enum framed framed;
		bytes = span_cut(bytes, input.size, bytes.size);
		while ((framed = framer_next(&framer, &input, 0, &scan, &fault)) != FRAMED_NONE) {
			if (framed == FRAMED_FAULT &&
				(fault.at > FRAMER_SIZE_MAX || !fault.text[0]))
				abort();
			size_t at = framed == FRAMED_FAULT ? fault.at : 0;
			sum = (sum ^ (uint64_t)framed ^ at) * 1099511628211u;
			if (framed != FRAMED_SCAN)
				continue;
			if (!scan.size || scan.size > FRAMER_SIZE_MAX)
				abort();
			for (size_t i = 0; i < scan.size; i++)
				sum = (sum ^ scan.at[i]) * 1099511628211u;
			if (piece == 1)
				again(scan);
		}
		if (input.size)
			abort();
	}
	return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span bytes = span_of(data, size);
	uint64_t sum = run(bytes, 1);
	if (sum != run(bytes, 7) || sum != run(bytes, size ? size : 1))
		abort();
	return 0;
}
