#include "ledger/seal.h"

#define BODY_ROOM 256

enum err seal_make(const struct seal_body *body, struct span origin, struct span issuer,
	const uint8_t kid[KID_SIZE], const struct signer *signer, struct buf *seal,
	struct fault *fault)
{
	uint8_t memory[BODY_ROOM];
	struct buf encoded;
	buf_over(&encoded, memory, sizeof memory);
	seal_body_encode(body, &encoded);
	if (encoded.err)
		return fault_set(fault, encoded.err, 0, 0, "seal: the body is too large");
	struct statement statement = {.kind = KIND_SEAL,
		.sequence = body->height,
		.not_after_ms = body->time_ms,
		.body = buf_span(&encoded)};
	statement.envelope.type = SIGNED_SEAL;
	statement.envelope.kid = span_of(kid, KID_SIZE);
	statement.envelope.issuer = issuer;
	statement.envelope.subject = span_text(ledger_kind_word(KIND_SEAL));
	statement.envelope.origin = origin;
	return statement_encode(&statement, signer, seal, fault);
}

enum err seal_take(
	struct span bytes, struct statement *statement, struct seal_body *body, struct fault *fault)
{
	enum err err = statement_decode(bytes, SIGNED_SEAL, statement, fault);
	if (!err)
		err = seal_body_decode(statement->body, body, fault);
	if (!err && statement->sequence != body->height)
		err = fault_set(fault, ERR_FORMAT, 0, 0, "a seal's sequence number is its height");
	if (!err && body->has_tables != seal_has_tables(body->height))
		err = fault_set(fault, ERR_FORMAT, 0, 0,
			"the seal of batch %llu %s a hash of all tables",
			(unsigned long long)body->height, body->has_tables ? "has" : "lacks");
	return err;
}

enum err seal_tables(struct state *state, struct seal_body *body, struct fault *fault)
{
	uint8_t hash[HASH_SIZE];
	enum err err = state_walk(state, hash, fault);
	if (err)
		return err;
	body->has_tables = seal_has_tables(body->height);
	if (body->has_tables)
		memcpy(body->tables, hash, HASH_SIZE);
	return OK;
}

const char *seal_difference(const struct seal_body *seal, const struct seal_body *ledger)
{
	if (seal->height != ledger->height)
		return "height";
	if (seal->term != ledger->term)
		return "term";
	if (seal->time_ms != ledger->time_ms)
		return "time";
	if (seal->rules_version != ledger->rules_version)
		return "rules version";
	if (seal->tree_size != ledger->tree_size)
		return "tree size";
	if (memcmp(seal->root, ledger->root, HASH_SIZE) != 0)
		return "root";
	if (memcmp(seal->digest, ledger->digest, HASH_SIZE) != 0)
		return "state digest";
	if (seal->has_tables != ledger->has_tables ||
		(seal->has_tables && memcmp(seal->tables, ledger->tables, HASH_SIZE) != 0))
		return "hash of all tables";
	return NULL;
}
