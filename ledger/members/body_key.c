#include "ledger/members/body_take.h"

enum err key_body_decode(struct span body, struct key_body *key, struct fault *fault)
{
	struct cbor cbor;
	struct cbor_map map;
	struct key_body read = {0};
	int64_t at;
	uint32_t seen = 0;
	cbor_init(&cbor, body);
	cbor_map(&cbor, &map, 6);
	while (cbor_map_int(&cbor, &map, &at)) {
		take_seen(&seen, at);
		switch (at) {
		case 1:
			read.purpose = (enum key_purpose)cbor_uint_max(&cbor, KEY_HOLDER);
			if (!read.purpose)
				cbor_fail(&cbor, ERR_RANGE, "no such purpose of a key");
			break;
		case 2: take_bytes(&cbor, read.public, sizeof read.public); break;
		case 3: take_bytes(&cbor, read.site, sizeof read.site); break;
		case 4: read.until_ms = take_time(&cbor); break;
		case 5: take_bytes(&cbor, read.tenant, sizeof read.tenant); break;
		case 6: take_bytes(&cbor, read.appliance, sizeof read.appliance); break;
		default: take_unknown(&cbor);
		}
	}
	take_all_there(&cbor, seen, KEY_BIT(1) | KEY_BIT(2));
	read.has_site = seen & KEY_BIT(3);
	read.has_until = seen & KEY_BIT(4);
	read.has_tenant = seen & KEY_BIT(5);
	read.has_appliance = seen & KEY_BIT(6);
	enum err err = cbor_end(&cbor, fault);
	if (!err)
		*key = read;
	return err;
}

void key_body_encode(const struct key_body *key, struct buf *buf)
{
	cbor_put_map(
		buf, 2U + key->has_site + key->has_until + key->has_tenant + key->has_appliance);
	put_uint(buf, 1, (uint64_t)key->purpose);
	put_bytes(buf, 2, key->public, sizeof key->public);
	if (key->has_site)
		put_bytes(buf, 3, key->site, sizeof key->site);
	if (key->has_until)
		put_uint(buf, 4, (uint64_t)key->until_ms);
	if (key->has_tenant)
		put_bytes(buf, 5, key->tenant, sizeof key->tenant);
	if (key->has_appliance)
		put_bytes(buf, 6, key->appliance, sizeof key->appliance);
}

enum err key_revoke_body_decode(
	struct span body, struct key_revoke_body *revoke, struct fault *fault)
{
	struct cbor cbor;
	struct cbor_map map;
	struct key_revoke_body read = {0};
	int64_t key;
	uint32_t seen = 0;
	cbor_init(&cbor, body);
	cbor_map(&cbor, &map, 4);
	while (cbor_map_int(&cbor, &map, &key)) {
		take_seen(&seen, key);
		switch (key) {
		case 1: take_bytes(&cbor, read.kid, sizeof read.kid); break;
		case 2: read.last_good = cbor_uint_max(&cbor, INT64_MAX); break;
		case 3: read.compromised_ms = take_time(&cbor); break;
		case 4:
			read.reason = (enum revoke_reason)cbor_uint_max(&cbor, REVOKE_RETIRED);
			if (!read.reason)
				cbor_fail(&cbor, ERR_RANGE, "no such reason");
			break;
		default: take_unknown(&cbor);
		}
	}
	take_all_there(&cbor, seen, KEY_BIT(1) | KEY_BIT(2) | KEY_BIT(4));
	read.has_compromised = seen & KEY_BIT(3);
	enum err err = cbor_end(&cbor, fault);
	if (!err)
		*revoke = read;
	return err;
}

void key_revoke_body_encode(const struct key_revoke_body *revoke, struct buf *buf)
{
	cbor_put_map(buf, 3U + revoke->has_compromised);
	put_bytes(buf, 1, revoke->kid, sizeof revoke->kid);
	put_uint(buf, 2, revoke->last_good);
	if (revoke->has_compromised)
		put_uint(buf, 3, (uint64_t)revoke->compromised_ms);
	put_uint(buf, 4, (uint64_t)revoke->reason);
}
