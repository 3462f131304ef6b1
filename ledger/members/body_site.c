#include "ledger/members/body_take.h"

enum err site_body_decode(struct span body, struct site_body *site, struct fault *fault)
{
	struct cbor cbor;
	struct cbor_map map;
	struct site_body read = {0};
	int64_t key;
	uint32_t seen = 0;
	cbor_init(&cbor, body);
	cbor_map(&cbor, &map, 7);
	while (cbor_map_int(&cbor, &map, &key)) {
		take_seen(&seen, key);
		switch (key) {
		case 1: take_bytes(&cbor, read.site, sizeof read.site); break;
		case 2: take_bytes(&cbor, read.parent, sizeof read.parent); break;
		case 3:
			read.level = (uint8_t)cbor_uint_max(&cbor, SITE_LEVEL_MAX);
			if (!read.level)
				cbor_fail(&cbor, ERR_RANGE, "no such level of a site");
			break;
		case 4: read.from_ms = take_time(&cbor); break;
		case 5: read.until_ms = take_time(&cbor); break;
		case 6: take_bytes(&cbor, read.successor, sizeof read.successor); break;
		case 7: take_bytes(&cbor, read.tenant, sizeof read.tenant); break;
		default: take_unknown(&cbor);
		}
	}
	take_all_there(&cbor, seen, KEY_BIT(1) | KEY_BIT(3) | KEY_BIT(4));
	read.has_parent = seen & KEY_BIT(2);
	read.has_until = seen & KEY_BIT(5);
	read.has_successor = seen & KEY_BIT(6);
	read.has_tenant = seen & KEY_BIT(7);
	enum err err = cbor_end(&cbor, fault);
	if (!err)
		*site = read;
	return err;
}

void site_body_encode(const struct site_body *site, struct buf *buf)
{
	cbor_put_map(buf,
		3U + site->has_parent + site->has_until + site->has_successor + site->has_tenant);
	put_bytes(buf, 1, site->site, sizeof site->site);
	if (site->has_parent)
		put_bytes(buf, 2, site->parent, sizeof site->parent);
	put_uint(buf, 3, site->level);
	put_uint(buf, 4, (uint64_t)site->from_ms);
	if (site->has_until)
		put_uint(buf, 5, (uint64_t)site->until_ms);
	if (site->has_successor)
		put_bytes(buf, 6, site->successor, sizeof site->successor);
	if (site->has_tenant)
		put_bytes(buf, 7, site->tenant, sizeof site->tenant);
}
