/* A stored list of outcomes that is taken is, byte for byte, what putting it gives. */
#include "ledger/store/outcomes.h"

#include <assert.h>

#define COUNT 300

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct outcome outcomes[COUNT];
	struct fault fault = {0};
	uint8_t memory[COUNT * 48];
	struct buf again;
	if (outcomes_take(span_of(data, size), outcomes, COUNT, &fault)) {
		assert(fault.text[0]);
		return 0;
	}
	assert(outcome_is_plain(&outcomes[0]));
	buf_over(&again, memory, sizeof memory);
	outcomes_put(outcomes, COUNT, &again);
	assert(!again.err && span_equal(buf_span(&again), span_of(data, size)));
	return 0;
}
