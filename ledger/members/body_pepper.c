#include "ledger/members/body_take.h"

#include <assert.h>

#define YEAR_MIN 1970
#define YEAR_MAX 9999

static void take_box(struct cbor *cbor, struct pepper_box *box)
{
	if (cbor_array(cbor, 2) != 2)
		cbor_fail(cbor, ERR_FORMAT, "a box is a pair: key and sealed box");
	take_bytes(cbor, box->kid, sizeof box->kid);
	take_bytes(cbor, box->box, sizeof box->box);
}

/* Reads all pairs once to know that they are well formed and ascending. */
static void take_boxes(struct cbor *cbor, struct pepper_body *pepper)
{
	struct pepper_box box = {0};
	uint8_t before[KID_SIZE];
	pepper->box_count = cbor_array(cbor, BODY_PEPPER_BOXES);
	if (!pepper->box_count)
		cbor_fail(cbor, ERR_FORMAT, "a pepper is sealed to at least one key");
	size_t start = cbor->at;
	for (size_t i = 0; i < pepper->box_count && !cbor->fault.err; i++) {
		memcpy(before, box.kid, sizeof before);
		take_box(cbor, &box);
		if (i && !cbor->fault.err && memcmp(before, box.kid, sizeof before) >= 0)
			cbor_fail(cbor, ERR_FORMAT, "boxes are not ascending by key");
	}
	pepper->boxes = span_of(cbor->in.at + start, cbor->at - start);
}

enum err pepper_body_decode(struct span body, struct pepper_body *pepper, struct fault *fault)
{
	struct cbor cbor;
	struct cbor_map map;
	struct pepper_body read = {0};
	int64_t key;
	uint32_t seen = 0;
	cbor_init(&cbor, body);
	cbor_map(&cbor, &map, 3);
	while (cbor_map_int(&cbor, &map, &key)) {
		take_seen(&seen, key);
		switch (key) {
		case 1:
			read.year = (uint16_t)cbor_uint_max(&cbor, YEAR_MAX);
			if (read.year < YEAR_MIN)
				cbor_fail(&cbor, ERR_RANGE, "not a year");
			break;
		case 2: take_bytes(&cbor, read.commitment, sizeof read.commitment); break;
		case 3: take_boxes(&cbor, &read); break;
		default: take_unknown(&cbor);
		}
	}
	take_all_there(&cbor, seen, KEY_BIT(1) | KEY_BIT(2) | KEY_BIT(3));
	enum err err = cbor_end(&cbor, fault);
	if (!err)
		*pepper = read;
	return err;
}

bool pepper_box_next(struct span *boxes, struct pepper_box *box)
{
	struct cbor cbor;
	struct pepper_box read;
	if (!boxes->size)
		return false;
	cbor_init(&cbor, *boxes);
	take_box(&cbor, &read);
	if (cbor.fault.err)
		return false;
	*box = read;
	*boxes = span_cut(*boxes, cbor.at, boxes->size);
	return true;
}

void pepper_body_encode(const struct pepper_body *pepper, struct buf *buf)
{
	assert(pepper->box_count <= BODY_PEPPER_BOXES);
	cbor_put_map(buf, 3);
	put_uint(buf, 1, pepper->year);
	put_bytes(buf, 2, pepper->commitment, sizeof pepper->commitment);
	cbor_put_uint(buf, 3);
	cbor_put_array(buf, pepper->box_count);
	buf_put(buf, pepper->boxes);
}

void pepper_box_put(const struct pepper_box *box, struct buf *buf)
{
	cbor_put_array(buf, 2);
	cbor_put_bytes(buf, span_of(box->kid, sizeof box->kid));
	cbor_put_bytes(buf, span_of(box->box, sizeof box->box));
}

void pepper_commitment(const uint8_t pepper[PEPPER_SIZE], uint8_t out[HASH_SIZE])
{
	struct sha256 hash;
	sha256_init(&hash);
	sha256_put(&hash, span_text("assay/pepper/1"));
	sha256_put(&hash, span_of(pepper, PEPPER_SIZE));
	sha256_end(&hash, out);
	secret_wipe(&hash, sizeof hash);
}
