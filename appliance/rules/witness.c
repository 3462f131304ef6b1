#include "appliance/rules/witness.h"

#include "ledger/base/crypto.h"

#include <assert.h>

void witness_read(struct body *body, struct witness *witness)
{
	struct cbor *cbor = &body->cbor;
	witness->body = cbor->in;
	witness->body_at = body->map.key.at ? (size_t)(body->map.key.at - cbor->in.at) : 0;
	if (cbor_array(cbor, 2) != 2)
		cbor_fail(cbor, ERR_FORMAT, "a witness is a key and a signature");
	witness->kid = cbor_bytes_of(cbor, 32);
	witness->signature = cbor_bytes_of(cbor, SIGN_SIZE);
}

void witness_put(struct buf *buf, uint64_t field, const struct witness *witness)
{
	if (!witness->kid.size)
		return;
	cbor_put_uint(buf, field);
	cbor_put_array(buf, 2);
	cbor_put_bytes(buf, witness->kid);
	cbor_put_bytes(buf, witness->signature);
}

static void put_signed(struct span origin, uint16_t kind, const uint8_t *hash, struct buf *out)
{
	buf_put_text(out, "assay/witness/1");
	buf_put(out, origin);
	buf_put_u8(out, 0);
	buf_put_be(out, kind, 2);
	buf_put(out, span_of(hash, HASH_SIZE));
}

void witness_signed(struct span origin, uint16_t kind, struct span before, struct buf *out)
{
	uint8_t hash[HASH_SIZE];
	hash_sha256(before, hash);
	put_signed(origin, kind, hash, out);
}

/* The body without its last field: the head of a map of up to 23 fields is one byte. */
static void hash_before(const struct witness *witness, uint8_t hash[HASH_SIZE])
{
	struct sha256 state;
	uint8_t head = (uint8_t)(witness->body.at[0] - 1);
	assert(witness->body_at > 1);
	sha256_init(&state);
	sha256_put(&state, span_of(&head, 1));
	sha256_put(&state, span_cut(witness->body, 1, witness->body_at));
	sha256_end(&state, hash);
}

/* Of the same party, in force, and somebody else's. */
static bool is_second_key(
	const struct author *author, const struct author *owner, const uint8_t *kid)
{
	if (memcmp(kid, author->kid, sizeof author->kid) == 0)
		return false;
	if (owner->purpose != KEY_STATION && owner->purpose != KEY_HOLDER &&
		owner->purpose != KEY_APPLIANCE)
		return false;
	if (owner->member_index != author->member_index || owner->has_tenant != author->has_tenant)
		return false;
	return !owner->has_tenant || memcmp(owner->tenant, author->tenant, UNIT_ID_SIZE) == 0;
}

enum err witness_check(
	struct judging *judging, const struct witness *witness, bool *is_witnessed, bool *refused)
{
	const struct statement *statement = judging->applying->statement;
	uint8_t raw[WITNESS_SIGNED_MAX], hash[HASH_SIZE], public[32];
	struct author owner = {0};
	struct buf out;
	bool in_force = false;
	*is_witnessed = *refused = false;
	if (!witness->kid.size)
		return OK;
	enum err err = judging->directory->key(judging->table, witness->kid.at,
		judging->applying->time_ms, &owner, public, &in_force, judging->fault);
	if (err && err != ERR_NOT_FOUND)
		return err;
	*refused = true;
	if (err || !in_force || !is_second_key(judging->applying->author, &owner, witness->kid.at))
		return judging_refuse(judging, REFUSED_NOT_A_WITNESS, 0, 0, 0);
	buf_over(&out, raw, sizeof raw);
	hash_before(witness, hash);
	put_signed(statement->envelope.origin, statement->kind, hash, &out);
	assert(!out.err);
	if (!sign_verify(public, buf_span(&out), witness->signature.at))
		return judging_refuse(judging, OUTCOME_BAD_SIGNATURE, 0, 0, 0);
	*refused = false;
	*is_witnessed = true;
	return OK;
}
