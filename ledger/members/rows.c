#include "ledger/members/rows.h"

#include <assert.h>

uint64_t be_read(const uint8_t *at, unsigned bytes)
{
	uint64_t value = 0;
	assert(bytes <= 8);
	for (unsigned i = 0; i < bytes; i++)
		value = value << 8 | at[i];
	return value;
}

void be_write(uint64_t value, unsigned bytes, uint8_t *out)
{
	assert(bytes <= 8);
	for (unsigned i = 0; i < bytes; i++)
		out[i] = (uint8_t)(value >> (8 * (bytes - 1 - i)));
}

size_t party_key(const struct party *party, uint8_t out[PARTY_KEY_MAX])
{
	if (party->has_tenant) {
		out[0] = 't';
		memcpy(out + 1, party->tenant, UNIT_ID_SIZE);
		return 1 + UNIT_ID_SIZE;
	}
	out[0] = 'm';
	be_write(party->member_index, 2, out + 1);
	return 3;
}

bool party_key_read(struct span key, struct party *party)
{
	*party = (struct party){0};
	if (key.size == 3 && key.at[0] == 'm') {
		party->member_index = (uint16_t)be_read(key.at + 1, 2);
		return true;
	}
	if (key.size == 1 + UNIT_ID_SIZE && key.at[0] == 't') {
		party->has_tenant = true;
		memcpy(party->tenant, key.at + 1, UNIT_ID_SIZE);
		return true;
	}
	return false;
}

struct party party_of(const struct author *author)
{
	struct party party = {.has_tenant = author->has_tenant};
	if (author->has_tenant)
		memcpy(party.tenant, author->tenant, UNIT_ID_SIZE);
	else
		party.member_index = author->member_index;
	return party;
}

bool party_equal(const struct party *a, const struct party *b)
{
	if (a->has_tenant != b->has_tenant)
		return false;
	return a->has_tenant ? !memcmp(a->tenant, b->tenant, UNIT_ID_SIZE)
			     : a->member_index == b->member_index;
}

enum err row_corrupt(const char *what, struct fault *fault)
{
	return fault_set(fault, ERR_CORRUPT, 0, 0,
		"a row of the members' tables is damaged (%s): rebuild the state from the ledger",
		what);
}

bool row_bytes_or_null(struct cbor *cbor, uint8_t *out, size_t size)
{
	if (cbor_null(cbor))
		return false;
	struct span bytes = cbor_bytes_of(cbor, size);
	if (cbor->fault.err)
		return false;
	memcpy(out, bytes.at, size);
	return true;
}

bool row_time_or_null(struct cbor *cbor, int64_t *ms)
{
	if (cbor_null(cbor))
		return false;
	*ms = cbor_int(cbor);
	return !cbor->fault.err;
}

void row_put_bytes_or_null(struct buf *buf, bool there, const uint8_t *bytes, size_t size)
{
	if (there)
		cbor_put_bytes(buf, span_of(bytes, size));
	else
		cbor_put_null(buf);
}

void row_put_time_or_null(struct buf *buf, bool there, int64_t ms)
{
	if (there)
		cbor_put_int(buf, ms);
	else
		cbor_put_null(buf);
}
