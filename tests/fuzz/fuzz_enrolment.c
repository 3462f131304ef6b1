/* Enrolments: what is read encodes to the same bytes. The hash at the end is made right first. */
#include "ledger/enrolment.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct enrolment enrolment;
	struct fault fault = {0};
	struct buf in;
	struct buf out;
	if (size > ENROLMENT_SIZE_MAX || crypto_start())
		return 0;
	buf_init(&in, ENROLMENT_SIZE_MAX);
	buf_init(&out, ENROLMENT_SIZE_MAX);
	buf_put(&in, span_of(data, size));
	if (in.size >= HASH_SIZE) {
		uint8_t hash[HASH_SIZE];
		memset(in.at + in.size - HASH_SIZE, 0, HASH_SIZE);
		hash_sha256(buf_span(&in), hash);
		memcpy(in.at + in.size - HASH_SIZE, hash, HASH_SIZE);
	}
	if (enrolment_decode(buf_span(&in), &enrolment, &fault)) {
		if (!fault.err || !fault.text[0])
			abort();
	} else {
		enrolment_encode(&enrolment, &out);
		if (!span_equal(buf_span(&in), buf_span(&out)))
			abort();
	}
	buf_close(&in);
	buf_close(&out);
	return 0;
}
