/* What the checker takes comes out of the getters and putters byte for byte, and no part of it is
 * an item of its own. */
#include "ledger/proof/cbor.h"

#include <assert.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Reads one item and writes it again. Floats and other simple values have no getters: their bytes
 * are copied. */
static void copy(struct cbor *cbor, struct buf *out)
{
	struct cbor_map map;
	switch (cbor_peek(cbor)) {
	case CBOR_UINT: cbor_put_uint(out, cbor_uint(cbor)); return;
	case CBOR_BYTES: cbor_put_bytes(out, cbor_bytes(cbor)); return;
	case CBOR_TEXT: cbor_put_text(out, cbor_text(cbor)); return;
	case CBOR_ARRAY: {
		size_t count = cbor_array(cbor, SIZE_MAX);
		cbor_put_array(out, count);
		for (size_t i = 0; i < count; i++)
			copy(cbor, out);
		return;
	}
	case CBOR_MAP: {
		cbor_map(cbor, &map, SIZE_MAX);
		cbor_put_map(out, map.left);
		for (size_t i = 2 * map.left; i > 0; i--)
			copy(cbor, out);
		return;
	}
	case CBOR_TAG: {
		cbor_put_tag(out, cbor_tag(cbor));
		copy(cbor, out);
		return;
	}
	case CBOR_NINT:
	case CBOR_SIMPLE: {
		struct span item = cbor_item(cbor);
		struct cbor number;
		cbor_init(&number, item);
		int64_t value = cbor_int(&number);
		if (cbor_end(&number, NULL) == OK)
			cbor_put_int(out, value);
		else
			buf_put(out, item);
		return;
	}
	case CBOR_NONE: break;
	}
	abort(); /* an item that the checker took is not there */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = span_of(data, size);
	struct fault fault;
	struct cbor cbor;
	struct buf out;
	if (cbor_check(in, &fault)) {
		assert(fault.at <= size && fault.text[0]);
		return 0;
	}
	assert(cbor_check(span_cut(in, 0, size - 1), NULL) != OK);
	cbor_init(&cbor, in);
	buf_init(&out, size);
	copy(&cbor, &out);
	assert(cbor_end(&cbor, NULL) == OK && !out.err && span_equal(buf_span(&out), in));
	buf_close(&out);
	return 0;
}
