/* First byte: which form and width. What is read can be made again and reads back to the same
 * statuses; nothing that is refused leaves statuses behind. */
#include "appliance/people/status_list.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	unsigned bits = 1U << (data[0] & 3);
	bool bitstring = data[0] & 4;
	struct span in = span_of(data + 1, size - 1);
	struct buf first, second, made;
	struct fault fault = {0};
	buf_init(&first, STATUS_COUNT_MAX);
	buf_init(&second, STATUS_COUNT_MAX);
	buf_init(&made, STATUS_TEXT_MAX);
	enum err err = bitstring ? status_bitstring_read(in, bits, &first, &fault)
				 : status_token_read(in, bits, &first, &fault);
	if (err) {
		assert(first.size == 0 && fault.text[0]);
	} else if (bitstring) {
		assert(status_bitstring_make(buf_span(&first), bits, &made, NULL) == OK);
		assert(status_bitstring_read(buf_span(&made), bits, &second, NULL) == OK);
		assert(span_equal(buf_span(&first), buf_span(&second)));
	} else {
		assert(status_token_make(buf_span(&first), bits, &made, NULL) == OK);
		assert(status_token_read(buf_span(&made), bits, &second, NULL) == OK);
		assert(span_equal(buf_span(&first), buf_span(&second)));
	}
	buf_close(&first);
	buf_close(&second);
	buf_close(&made);
	struct cbor cbor;
	buf_init(&made, STATUS_COUNT_MAX);
	cbor_init(&cbor, in);
	(void)status_token_take(&cbor, &made, &bits, NULL);
	buf_close(&made);
	return 0;
}
