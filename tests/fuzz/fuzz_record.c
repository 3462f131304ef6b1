/* Credentials, badges and status lists that somebody hands over: whatever they say, without the
 * issuer's key nothing is genuine, and with a key that signed none of it neither. The first two
 * bytes say how much is the record; the rest is the status list. */
#include "appliance/cli/verify_record.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct record_trust trust = {.now_ms = INT64_C(1795163400500)};
	struct fault fault = {0};
	uint8_t seed[SIGN_SEED] = {0x77};
	uint8_t secret[SIGN_SECRET];
	if (size < 2 || crypto_start())
		return 0;
	size_t cut = (size_t)data[0] << 8 | data[1];
	struct span all = span_of(data + 2, size - 2);
	struct span record = span_cut(all, 0, cut < all.size ? cut : all.size);
	trust.list = span_cut(all, record.size, all.size);
	for (int pass = 0; pass < 2; pass++) {
		json_t *relied = json_object();
		assert(record_verify(record, &trust, relied, &fault) != OK && fault.text[0]);
		json_decref(relied);
		sign_keys(seed, trust.issuer, secret); /* a key that has signed nothing */
		trust.has_issuer = true;
	}
	return 0;
}
