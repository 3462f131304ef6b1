#include "ledger/members/body_take.h"

#include <assert.h>

static void take_kinds(struct cbor *cbor, struct mandate_body *mandate)
{
	mandate->kind_count = cbor_array(cbor, BODY_MANDATE_KINDS);
	if (!mandate->kind_count)
		cbor_fail(cbor, ERR_FORMAT, "a mandate lists at least one kind");
	for (size_t i = 0; i < mandate->kind_count && !cbor->fault.err; i++) {
		mandate->kind[i] = (uint16_t)cbor_uint_max(cbor, UINT16_MAX);
		if (i && mandate->kind[i] <= mandate->kind[i - 1])
			cbor_fail(cbor, ERR_FORMAT, "kinds are not ascending");
	}
}

enum err mandate_body_decode(struct span body, struct mandate_body *mandate, struct fault *fault)
{
	struct cbor cbor;
	struct cbor_map map;
	struct mandate_body read = {0};
	int64_t key;
	uint32_t seen = 0;
	cbor_init(&cbor, body);
	cbor_map(&cbor, &map, 6);
	while (cbor_map_int(&cbor, &map, &key)) {
		take_seen(&seen, key);
		switch (key) {
		case 1: take_bytes(&cbor, read.mandate, sizeof read.mandate); break;
		case 2: read.agent = take_name(&cbor); break;
		case 3: take_kinds(&cbor, &read); break;
		case 4: read.scope = take_bytes_up_to(&cbor, BODY_MANDATE_SCOPE); break;
		case 5: read.from_ms = take_time(&cbor); break;
		case 6: read.until_ms = take_time(&cbor); break;
		default: take_unknown(&cbor);
		}
	}
	take_all_there(&cbor, seen, 0x7e);
	enum err err = cbor_end(&cbor, fault);
	if (!err)
		*mandate = read;
	return err;
}

void mandate_body_encode(const struct mandate_body *mandate, struct buf *buf)
{
	assert(mandate->kind_count <= BODY_MANDATE_KINDS);
	cbor_put_map(buf, 6);
	put_bytes(buf, 1, mandate->mandate, sizeof mandate->mandate);
	cbor_put_uint(buf, 2);
	cbor_put_text(buf, mandate->agent);
	cbor_put_uint(buf, 3);
	cbor_put_array(buf, mandate->kind_count);
	for (size_t i = 0; i < mandate->kind_count; i++)
		cbor_put_uint(buf, mandate->kind[i]);
	put_bytes(buf, 4, mandate->scope.at, mandate->scope.size);
	put_uint(buf, 5, (uint64_t)mandate->from_ms);
	put_uint(buf, 6, (uint64_t)mandate->until_ms);
}

enum err mandate_revoke_body_decode(
	struct span body, struct mandate_revoke_body *revoke, struct fault *fault)
{
	struct cbor cbor;
	struct cbor_map map;
	struct mandate_revoke_body read = {0};
	int64_t key;
	uint32_t seen = 0;
	cbor_init(&cbor, body);
	cbor_map(&cbor, &map, 1);
	while (cbor_map_int(&cbor, &map, &key)) {
		take_seen(&seen, key);
		if (key == 1)
			take_bytes(&cbor, read.mandate, sizeof read.mandate);
		else
			take_unknown(&cbor);
	}
	take_all_there(&cbor, seen, KEY_BIT(1));
	enum err err = cbor_end(&cbor, fault);
	if (!err)
		*revoke = read;
	return err;
}

void mandate_revoke_body_encode(const struct mandate_revoke_body *revoke, struct buf *buf)
{
	cbor_put_map(buf, 1);
	put_bytes(buf, 1, revoke->mandate, sizeof revoke->mandate);
}
