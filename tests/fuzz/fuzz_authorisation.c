/* Requests for a root key: what is read encodes to the same bytes, and what is signed holds only
 * what was asked for. */
#include "ledger/authorisation.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct authorisation authorisation;
	struct fault fault = {0};
	struct buf out;
	if (size > AUTHORISATION_SIZE_MAX || crypto_start())
		return 0;
	buf_init(&out, AUTHORISATION_SIZE_MAX);
	if (authorisation_decode(span_of(data, size), &authorisation, &fault)) {
		if (!fault.err || !fault.text[0])
			abort();
	} else {
		authorisation_encode(&authorisation, &out);
		if (!span_equal(span_of(data, size), buf_span(&out)))
			abort();
	}
	buf_close(&out);
	return 0;
}
