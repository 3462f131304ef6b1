#include "ledger/enrolment.h"

#include "ledger/private_file.h"

#include <assert.h>

#define FORMAT  "assay-enrolment/1"
#define KEY_ALL 0xffde /* 1..15 without 5, the tenant */

static void put_text(struct buf *buf, uint64_t key, const char *text)
{
	cbor_put_uint(buf, key);
	cbor_put_text(buf, span_text(text));
}

static void put_bytes(struct buf *buf, uint64_t key, const uint8_t *bytes, size_t size)
{
	cbor_put_uint(buf, key);
	cbor_put_bytes(buf, span_of(bytes, size));
}

static void put_peppers(const struct enrolment *enrolment, struct buf *buf)
{
	assert(enrolment->pepper_count <= ENROLMENT_PEPPERS_MAX);
	cbor_put_uint(buf, 14);
	cbor_put_array(buf, enrolment->pepper_count);
	for (size_t i = 0; i < enrolment->pepper_count; i++) {
		cbor_put_array(buf, 2);
		cbor_put_uint(buf, enrolment->pepper[i].year);
		cbor_put_bytes(buf, span_of(enrolment->pepper[i].pepper, PEPPER_SIZE));
	}
}

void enrolment_encode(const struct enrolment *enrolment, struct buf *buf)
{
	uint8_t hash[HASH_SIZE] = {0};
	size_t start = buf->size;
	cbor_put_map(buf, 14U + enrolment->has_tenant);
	put_text(buf, 1, FORMAT);
	put_text(buf, 2, enrolment->origin);
	put_text(buf, 3, enrolment->issuer);
	put_text(buf, 4, enrolment->party);
	if (enrolment->has_tenant)
		put_bytes(buf, 5, enrolment->tenant, UNIT_ID_SIZE);
	put_bytes(buf, 6, enrolment->site, UNIT_ID_SIZE);
	cbor_put_uint(buf, 7);
	cbor_put_uint(buf, (uint64_t)enrolment->until_ms);
	put_text(buf, 8, enrolment->label);
	put_bytes(buf, 9, enrolment->seed, sizeof enrolment->seed);
	put_bytes(buf, 10, enrolment->curve_public, sizeof enrolment->curve_public);
	put_bytes(buf, 11, enrolment->curve_secret, sizeof enrolment->curve_secret);
	put_text(buf, 12, enrolment->address);
	put_bytes(buf, 13, enrolment->appliance_curve, sizeof enrolment->appliance_curve);
	put_peppers(enrolment, buf);
	put_bytes(buf, 15, hash, sizeof hash);
	if (buf->err)
		return;
	hash_sha256(span_of(buf->at + start, buf->size - start), hash);
	memcpy(buf->at + buf->size - sizeof hash, hash, sizeof hash);
}

/* The hash stands in the last 32 bytes and is counted as zeros. */
static bool hash_fits(struct span bytes)
{
	static const uint8_t zeros[HASH_SIZE];
	uint8_t hash[HASH_SIZE];
	struct sha256 state;
	if (bytes.size < HASH_SIZE)
		return false;
	sha256_init(&state);
	sha256_put(&state, span_cut(bytes, 0, bytes.size - HASH_SIZE));
	sha256_put(&state, span_of(zeros, sizeof zeros));
	sha256_end(&state, hash);
	return !memcmp(hash, bytes.at + bytes.size - HASH_SIZE, HASH_SIZE);
}

static void take_text(struct cbor *cbor, char *out, size_t max, bool (*is_valid)(struct span))
{
	struct span text = cbor_text(cbor);
	if (cbor->fault.err)
		return;
	if (text.size > max || !is_valid(text))
		cbor_fail(cbor, ERR_FORMAT, "a text of the enrolment is not what it should be");
	else
		memcpy(out, text.at, text.size);
}

static void take_bytes(struct cbor *cbor, uint8_t *out, size_t size)
{
	struct span bytes = cbor_bytes_of(cbor, size);
	if (bytes.size == size)
		memcpy(out, bytes.at, size);
}

static void take_peppers(struct cbor *cbor, struct enrolment *enrolment)
{
	enrolment->pepper_count = cbor_array(cbor, ENROLMENT_PEPPERS_MAX);
	for (size_t i = 0; i < enrolment->pepper_count && !cbor->fault.err; i++) {
		if (cbor_array(cbor, 2) != 2)
			cbor_fail(cbor, ERR_FORMAT, "a pepper is a pair: year and bytes");
		enrolment->pepper[i].year = (uint16_t)cbor_uint_max(cbor, 9999);
		take_bytes(cbor, enrolment->pepper[i].pepper, PEPPER_SIZE);
		if (i && enrolment->pepper[i].year <= enrolment->pepper[i - 1].year)
			cbor_fail(cbor, ERR_FORMAT, "peppers are not ascending by year");
	}
}

/* "bench-2": also part of a file name. */
static bool label_is_valid(struct span label)
{
	return name_is_valid(label);
}

/* Printable ASCII without space: what an address is made of is the transport's affair. */
static bool address_is_valid(struct span address)
{
	bool fine = address.size > 0;
	for (size_t i = 0; i < address.size; i++)
		fine &= address.at[i] > ' ' && address.at[i] < 0x7f;
	return fine;
}

static void take_field(struct cbor *cbor, int64_t key, struct enrolment *to)
{
	switch (key) {
	case 1:
		if (!span_is(cbor_text(cbor), FORMAT))
			cbor_fail(cbor, ERR_VERSION, "not an enrolment of version 1");
		break;
	case 2: take_text(cbor, to->origin, ORIGIN_SIZE_MAX, origin_is_valid); break;
	case 3: take_text(cbor, to->issuer, MEMBER_NAME_MAX, name_is_valid); break;
	case 4: take_text(cbor, to->party, MEMBER_NAME_MAX, name_is_valid); break;
	case 5: take_bytes(cbor, to->tenant, UNIT_ID_SIZE); break;
	case 6: take_bytes(cbor, to->site, UNIT_ID_SIZE); break;
	case 7: to->until_ms = (int64_t)cbor_uint_max(cbor, (uint64_t)BODY_TIME_MAX); break;
	case 8: take_text(cbor, to->label, ENROLMENT_LABEL_MAX, label_is_valid); break;
	case 9: take_bytes(cbor, to->seed, sizeof to->seed); break;
	case 10: take_bytes(cbor, to->curve_public, sizeof to->curve_public); break;
	case 11: take_bytes(cbor, to->curve_secret, sizeof to->curve_secret); break;
	case 12: take_text(cbor, to->address, ENROLMENT_ADDRESS_MAX, address_is_valid); break;
	case 13: take_bytes(cbor, to->appliance_curve, sizeof to->appliance_curve); break;
	case 14: take_peppers(cbor, to); break;
	case 15: (void)cbor_bytes_of(cbor, HASH_SIZE); break;
	default: cbor_fail(cbor, ERR_FORMAT, "no such key in an enrolment");
	}
}

static enum err decode_into(struct span bytes, struct enrolment *read, struct fault *fault)
{
	struct cbor cbor;
	struct cbor_map map;
	int64_t key;
	uint32_t seen = 0;
	cbor_init(&cbor, bytes);
	cbor_map(&cbor, &map, 15);
	while (cbor_map_int(&cbor, &map, &key)) {
		if (key >= 1 && key <= 15)
			seen |= (uint32_t)1 << key;
		take_field(&cbor, key, read);
	}
	if ((seen & KEY_ALL) != KEY_ALL)
		cbor_fail(&cbor, ERR_FORMAT, "a key that must be in an enrolment is not there");
	read->has_tenant = seen & (1U << 5);
	enum err err = cbor_end(&cbor, fault);
	if (!err && !hash_fits(bytes))
		err = fault_set(fault, ERR_CORRUPT, 0, 0,
			"the enrolment was changed or cut: have the station enrolled again");
	return err;
}

enum err enrolment_decode(struct span bytes, struct enrolment *enrolment, struct fault *fault)
{
	struct enrolment *read = secret_new(sizeof *read);
	if (!read)
		return fault_set(fault, ERR_MEMORY, 0, 0, "no locked memory for an enrolment");
	memset(read, 0, sizeof *read);
	enum err err = decode_into(bytes, read, fault);
	if (!err)
		*enrolment = *read;
	secret_free(read);
	return err;
}

enum err enrolment_save(const struct enrolment *enrolment, const char *path, struct fault *fault)
{
	uint8_t memory[ENROLMENT_SIZE_MAX];
	struct buf bytes;
	buf_over(&bytes, memory, sizeof memory);
	enrolment_encode(enrolment, &bytes);
	enum err err = bytes.err ? fault_set(fault, bytes.err, 0, 0, "the enrolment is too large")
				 : private_file_make(path, buf_span(&bytes), fault);
	secret_wipe(memory, sizeof memory);
	return err;
}

enum err enrolment_load(struct enrolment *enrolment, const char *path, struct fault *fault)
{
	uint8_t memory[ENROLMENT_SIZE_MAX];
	struct buf bytes;
	struct fault inside;
	buf_over(&bytes, memory, sizeof memory);
	enum err err = private_file_read(path, ENROLMENT_SIZE_MAX, &bytes, fault);
	if (!err) {
		err = enrolment_decode(buf_span(&bytes), enrolment, &inside);
		if (err)
			(void)fault_set(
				fault, err, inside.at, inside.size, "%s: %s", path, inside.text);
	}
	secret_wipe(memory, sizeof memory);
	return err;
}
