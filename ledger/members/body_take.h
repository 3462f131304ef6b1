/* What the decoders of ledger/members/bodies.h share: typed takes of IDs, times and names, and the
 * check that what must be there is there. Inside ledger/members only. */
#ifndef LEDGER_MEMBERS_BODY_TAKE_H
#define LEDGER_MEMBERS_BODY_TAKE_H

#include "ledger/members/bodies.h"

/* Marks key 1..31 as seen; the map reader has seen to it that none comes twice. */
static inline void take_seen(uint32_t *seen, int64_t key)
{
	if (key >= 0 && key < 32)
		*seen |= (uint32_t)1 << key;
}

#define KEY_BIT(n) ((uint32_t)1 << (n))

static inline void take_all_there(struct cbor *cbor, uint32_t seen, uint32_t required)
{
	if ((seen & required) != required)
		cbor_fail(cbor, ERR_FORMAT, "a key that must be in the body is not there");
}

static inline void take_bytes(struct cbor *cbor, uint8_t *out, size_t size)
{
	struct span bytes = cbor_bytes_of(cbor, size);
	if (bytes.size == size)
		memcpy(out, bytes.at, size);
}

static inline int64_t take_time(struct cbor *cbor)
{
	return (int64_t)cbor_uint_max(cbor, (uint64_t)BODY_TIME_MAX);
}

static inline struct span take_name(struct cbor *cbor)
{
	struct span name = cbor_text(cbor);
	if (!cbor->fault.err && !name_is_valid(name))
		cbor_fail(cbor, ERR_FORMAT, "not a member's name (1..63 of a-z 0-9 . -)");
	return name;
}

static inline struct span take_bytes_up_to(struct cbor *cbor, size_t max)
{
	struct span bytes = cbor_bytes(cbor);
	if (bytes.size > max)
		cbor_fail(cbor, ERR_LIMIT, "byte string is longer than allowed here");
	return bytes;
}

static inline void take_unknown(struct cbor *cbor)
{
	cbor_fail(cbor, ERR_FORMAT, "no such key in this body");
}

/* uint key, then bytes: the most frequent pair. */
static inline void put_bytes(struct buf *buf, uint64_t key, const uint8_t *bytes, size_t size)
{
	cbor_put_uint(buf, key);
	cbor_put_bytes(buf, span_of(bytes, size));
}

static inline void put_uint(struct buf *buf, uint64_t key, uint64_t value)
{
	cbor_put_uint(buf, key);
	cbor_put_uint(buf, value);
}

#endif
