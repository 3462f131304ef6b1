#include "ledger/members/body_take.h"

enum err delivery_body_decode(struct span body, struct delivery_body *delivery, struct fault *fault)
{
	struct cbor cbor;
	struct cbor_map map;
	struct delivery_body read = {0};
	int64_t key;
	uint32_t seen = 0;
	cbor_init(&cbor, body);
	cbor_map(&cbor, &map, 1);
	while (cbor_map_int(&cbor, &map, &key)) {
		take_seen(&seen, key);
		if (key == 1)
			read.statement = take_bytes_up_to(&cbor, BODY_SIZE_MAX);
		else
			take_unknown(&cbor);
	}
	take_all_there(&cbor, seen, KEY_BIT(1));
	enum err err = cbor_end(&cbor, fault);
	if (!err)
		*delivery = read;
	return err;
}

void delivery_body_encode(const struct delivery_body *delivery, struct buf *buf)
{
	cbor_put_map(buf, 1);
	put_bytes(buf, 1, delivery->statement.at, delivery->statement.size);
}
