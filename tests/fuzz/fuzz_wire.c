/* Messages of stations: what decodes, encodes to the same bytes; a fault lies inside its frame. */
#include "scanners/station/wire.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The input is cut into frames: a byte says how many, then each has its length in two bytes and
 * the last takes what is left. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = span_of(data, size), frames[WIRE_FRAMES_MAX + 1];
	struct wire wire;
	struct wire_frames made;
	struct fault fault = {0};
	size_t longest = 0;
	if (!in.size)
		return 0;
	size_t count = in.at[0] % (WIRE_FRAMES_MAX + 2);
	in = span_cut(in, 1, in.size);
	for (size_t i = 0; i < count; i++) {
		size_t take = in.size;
		if (i + 1 < count && in.size >= 2) {
			take = (size_t)(in.at[0] << 8 | in.at[1]);
			in = span_cut(in, 2, in.size);
		}
		frames[i] = span_cut(in, 0, take);
		in = span_cut(in, frames[i].size, in.size);
		if (frames[i].size > longest)
			longest = frames[i].size;
	}
	if (wire_decode(frames, count, &wire, &fault)) {
		if (!fault.err || !fault.text[0])
			abort();
		if (fault.at > longest && fault.at > count && fault.at > WIRE_JSON_MAX)
			abort();
		return 0;
	}
	if (wire_encode(&wire, &made, &fault) || made.count != count)
		abort();
	for (size_t i = 0; i < count; i++)
		if (!span_equal(made.frame[i], frames[i]))
			abort();
	wire_frames_close(&made);
	return 0;
}
