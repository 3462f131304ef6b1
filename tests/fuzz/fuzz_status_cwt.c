/* The input as the claims of a list that is signed properly: what is read can be made again and
 * reads back to the same. Anything refused leaves no statuses. */
#include "appliance/people/cwt.h"
#include "appliance/people/status_cwt.h"

#include <assert.h>

#define TYP_STATUS "application/statuslist+cwt"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t seed[SIGN_SEED] = {0x77};
	uint8_t public[SIGN_PUBLIC], secret[SIGN_SECRET];
	struct buf token, made, first, second;
	struct status_cwt list, back;
	struct fault fault = {0};
	if (crypto_start() || size > 4096)
		return 0;
	sign_keys(seed, public, secret);
	struct signer signer = signer_local(secret);
	buf_init(&token, STATUS_CWT_MAX);
	buf_init(&made, STATUS_CWT_MAX);
	buf_init(&first, STATUS_COUNT_MAX);
	buf_init(&second, STATUS_COUNT_MAX);
	(void)status_cwt_read(span_of(data, size), &list, &fault);
	assert(cwt_make(TYP_STATUS, span_of(data, size), public, &signer, &token, &fault) == OK);
	if (status_cwt_verify(buf_span(&token), public, &list, &first, &fault)) {
		assert(first.size == 0 && fault.text[0]);
	} else {
		assert(status_cwt_make(&list, buf_span(&first), public, &signer, &made, &fault) ==
			OK);
		assert(status_cwt_verify(buf_span(&made), public, &back, &second, &fault) == OK);
		assert(span_equal(buf_span(&first), buf_span(&second)));
		assert(strcmp(list.uri, back.uri) == 0 && list.issued_s == back.issued_s &&
			list.expires_s == back.expires_s && list.ttl_s == back.ttl_s);
	}
	buf_close(&token);
	buf_close(&made);
	buf_close(&first);
	buf_close(&second);
	return 0;
}
