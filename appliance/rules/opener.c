#include "appliance/rules/opener.h"

#include "ledger/base/crypto.h"

#include <assert.h>

#define OPENER_DOMAIN "assay/pack/1"
#define KEY_DOMAIN    "assay/key/1"

void opener_make(const uint8_t pepper[PEPPER_SIZE], uint64_t gtin, struct span serial,
	uint8_t opener[KEY_SIZE])
{
	uint8_t raw[sizeof OPENER_DOMAIN + 14 + SERIAL_MAX], full[HASH_SIZE];
	struct buf buf;
	assert(gtin <= GTIN_MAX && serial.size <= SERIAL_MAX);
	buf_over(&buf, raw, sizeof raw);
	buf_put_text(&buf, OPENER_DOMAIN);
	for (uint64_t unit = 10000000000000; unit; unit /= 10)
		buf_put_u8(&buf, (uint8_t)('0' + gtin / unit % 10));
	buf_put_u8(&buf, 0x1d);
	buf_put(&buf, serial);
	assert(!buf.err);
	hash_blake2b(span_of(pepper, PEPPER_SIZE), buf_span(&buf), full, sizeof full);
	memcpy(opener, full, KEY_SIZE);
	secret_wipe(raw, sizeof raw);
}

void opener_key(const uint8_t opener[KEY_SIZE], uint8_t key[KEY_SIZE])
{
	uint8_t raw[sizeof KEY_DOMAIN - 1 + KEY_SIZE], full[HASH_SIZE];
	memcpy(raw, KEY_DOMAIN, sizeof KEY_DOMAIN - 1);
	memcpy(raw + sizeof KEY_DOMAIN - 1, opener, KEY_SIZE);
	hash_sha256(span_of(raw, sizeof raw), full);
	memcpy(key, full, KEY_SIZE);
}
