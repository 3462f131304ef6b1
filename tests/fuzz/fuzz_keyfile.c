/* Key files without a password: what is read prints to a text that reads as the same key, and that
 * text is then the only one. The check line is made right first, or nothing would get past it. */
#include "ledger/keyfile.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void round_trip(const struct keyfile *key)
{
	struct keyfile back;
	struct buf first;
	struct buf second;
	buf_init(&first, KEYFILE_SIZE_MAX);
	buf_init(&second, KEYFILE_SIZE_MAX);
	if (keyfile_print(key, span_of(NULL, 0), &first, NULL) ||
		keyfile_parse(&back, buf_span(&first), span_of(NULL, 0), NULL) ||
		keyfile_print(&back, span_of(NULL, 0), &second, NULL) ||
		!span_equal(buf_span(&first), buf_span(&second)))
		abort();
	if (back.purpose != key->purpose || strcmp(back.party, key->party) != 0 ||
		back.created_ms != key->created_ms || memcmp(back.kid, key->kid, KID_SIZE) != 0 ||
		memcmp(back.secret, key->secret, 32) != 0)
		abort();
	keyfile_close(&back);
	buf_close(&first);
	buf_close(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct keyfile key;
	struct fault fault = {0};
	struct buf text;
	uint8_t hash[HASH_SIZE];
	if (size > KEYFILE_SIZE_MAX || crypto_start())
		return 0;
	buf_init(&text, KEYFILE_SIZE_MAX + 64);
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
		if (!key.is_sealed)
			round_trip(&key);
		keyfile_close(&key);
	}
	buf_close(&text);
	return 0;
}
