/* What is read prints to a text that reads and prints to the same. */
#include "appliance/people/jcs.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_t *value, *again;
	struct fault fault = {0};
	struct buf first, second;
	if (jcs_parse(span_of(data, size), &value, &fault)) {
		assert(fault.text[0]);
		return 0;
	}
	buf_init(&first, 8 * JCS_TEXT_MAX);
	buf_init(&second, 8 * JCS_TEXT_MAX);
	assert(jcs_print(value, &first, &fault) == OK);
	assert(jcs_parse(buf_span(&first), &again, &fault) == OK);
	assert(jcs_print(again, &second, &fault) == OK);
	assert(span_equal(buf_span(&first), buf_span(&second)));
	json_decref(value);
	json_decref(again);
	buf_close(&first);
	buf_close(&second);
	return 0;
}
