/* Bodies of all kinds: what decodes is deterministic CBOR and encodes back to the same bytes. The
 * first byte says which kind. */
#include "appliance/rules/kinds.h"

#include <assert.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	const struct kind *kind = kind_find(data[0]);
	struct span in = span_of(data + 1, size - 1);
	union kind_body body;
	struct fault fault = {0};
	struct buf out;
	/* statement_decode takes the body as one item: what nests too deeply is refused there. */
	if (!kind || cbor_check(in, NULL) == ERR_LIMIT)
		return 0;
	enum err err = kind->decode(in, &body, &fault);
	if (err) {
		if (fault.err != err || !fault.text[0])
			abort();
		return 0;
	}
	if (cbor_check(in, NULL))
		abort();
	buf_init(&out, size);
	kind->encode(&body, &out);
	if (out.err || !span_equal(in, buf_span(&out)))
		abort();
	buf_close(&out);
	return 0;
}
