#include "ledger/members/body_take.h"

enum err tenant_body_decode(struct span body, struct tenant_body *tenant, struct fault *fault)
{
	struct cbor cbor;
	struct cbor_map map;
	struct tenant_body read = {0};
	int64_t key;
	uint32_t seen = 0;
	cbor_init(&cbor, body);
	cbor_map(&cbor, &map, 3);
	while (cbor_map_int(&cbor, &map, &key)) {
		take_seen(&seen, key);
		switch (key) {
		case 1: take_bytes(&cbor, read.tenant, sizeof read.tenant); break;
		case 2: take_bytes(&cbor, read.root, sizeof read.root); break;
		case 3: take_bytes(&cbor, read.signature, sizeof read.signature); break;
		default: take_unknown(&cbor);
		}
	}
	take_all_there(&cbor, seen, KEY_BIT(1) | KEY_BIT(2) | KEY_BIT(3));
	enum err err = cbor_end(&cbor, fault);
	if (!err)
		*tenant = read;
	return err;
}

void tenant_body_encode(const struct tenant_body *tenant, struct buf *buf)
{
	cbor_put_map(buf, 3);
	put_bytes(buf, 1, tenant->tenant, sizeof tenant->tenant);
	put_bytes(buf, 2, tenant->root, sizeof tenant->root);
	put_bytes(buf, 3, tenant->signature, sizeof tenant->signature);
}

void tenant_signed_bytes(struct span origin, struct span operator_name,
	const uint8_t tenant[UNIT_ID_SIZE], struct buf *buf)
{
	buf_put_text(buf, "assay/tenant/1");
	buf_put_u8(buf, (uint8_t)origin.size);
	buf_put(buf, origin);
	buf_put_u8(buf, (uint8_t)operator_name.size);
	buf_put(buf, operator_name);
	buf_put(buf, span_of(tenant, UNIT_ID_SIZE));
}

enum err tenant_move_body_decode(
	struct span body, struct tenant_move_body *move, struct fault *fault)
{
	struct cbor cbor;
	struct cbor_map map;
	struct tenant_move_body read = {0};
	int64_t key;
	uint32_t seen = 0;
	cbor_init(&cbor, body);
	cbor_map(&cbor, &map, 2);
	while (cbor_map_int(&cbor, &map, &key)) {
		take_seen(&seen, key);
		switch (key) {
		case 1: take_bytes(&cbor, read.tenant, sizeof read.tenant); break;
		case 2: read.operator_name = take_name(&cbor); break;
		default: take_unknown(&cbor);
		}
	}
	take_all_there(&cbor, seen, KEY_BIT(1) | KEY_BIT(2));
	enum err err = cbor_end(&cbor, fault);
	if (!err)
		*move = read;
	return err;
}

void tenant_move_body_encode(const struct tenant_move_body *move, struct buf *buf)
{
	cbor_put_map(buf, 2);
	put_bytes(buf, 1, move->tenant, sizeof move->tenant);
	cbor_put_uint(buf, 2);
	cbor_put_text(buf, move->operator_name);
}
