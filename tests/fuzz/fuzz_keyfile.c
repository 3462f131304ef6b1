/* Key files without a password: what is read prints to the same text, unless it is sealed. The
 * check line is made right first, or nothing would get past it. */
#include "ledger/keyfile.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct keyfile key;
	struct fault fault = {0};
	struct buf text;
	struct buf again;
	uint8_t hash[HASH_SIZE];
	if (size > KEYFILE_SIZE_MAX || crypto_start())
		return 0;
	buf_init(&text, KEYFILE_SIZE_MAX + 64);
	buf_init(&again, KEYFILE_SIZE_MAX + 64);
	buf_put(&text, span_of(data, size));
	hash_sha256(buf_span(&text), hash);
	buf_put_text(&text, "check ");
	for (size_t i = 0; i < 8; i++)
		buf_printf(&text, "%02x", hash[i]);
	buf_put_text(&text, "\n");
	if (keyfile_parse(&key, buf_span(&text), span_of(NULL, 0), &fault)) {
		if (!fault.err || !fault.text[0])
			abort();
	} else {
		if (!key.is_sealed && (keyfile_print(&key, span_of(NULL, 0), &again, &fault) ||
					      again.size > text.size))
			abort();
		keyfile_close(&key);
	}
	buf_close(&text);
	buf_close(&again);
	return 0;
}
