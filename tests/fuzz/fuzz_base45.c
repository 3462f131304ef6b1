/* What is accepted prints back to the same text: each byte string has one text only. */
#include "ledger/base/base45.h"

#include <assert.h>

#define FUZZ_BYTES 1024

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t bytes[FUZZ_BYTES];
	char text[base45_room(FUZZ_BYTES)];
	size_t got;
	struct fault fault = {0};
	struct span in = span_of(data, size);
	if (base45_parse(in, bytes, sizeof bytes, &got, &fault)) {
		assert(fault.text[0] && fault.at + fault.size <= size);
	} else {
		base45_print(span_of(bytes, got), text);
		assert(span_equal(span_text(text), in));
	}
	if (size <= FUZZ_BYTES) {
		base45_print(in, text);
		assert(base45_parse(span_text(text), bytes, sizeof bytes, &got, NULL) == OK);
		assert(span_equal(span_of(bytes, got), in));
	}
	return 0;
}
