/* What is read prints to a text that reads to the same policy, and its document reads back. */
#include "appliance/people/policy_file.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct clearance_policy policy, again;
	struct fault fault = {0};
	struct buf text, first, second;
	if (policy_file_parse(span_of(data, size), &policy, &fault)) {
		assert(fault.text[0]);
		return 0;
	}
	buf_init(&text, 1 << 20);
	buf_init(&first, 1 << 20);
	buf_init(&second, 1 << 20);
	assert(policy_file_print(&policy, &text, &fault) == OK);
	assert(policy_file_parse(buf_span(&text), &again, &fault) == OK);
	clearance_policy_encode(&policy, &first);
	clearance_policy_encode(&again, &second);
	assert(first.err == OK && span_equal(buf_span(&first), buf_span(&second)));
	if (first.size <= CLEARANCE_POLICY_SIZE_MAX)
		assert(clearance_policy_decode(buf_span(&first), &again, &fault) == OK);
	buf_close(&text);
	buf_close(&first);
	buf_close(&second);
	return 0;
}
