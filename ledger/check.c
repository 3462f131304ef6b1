#include "ledger/check.h"

static enum err refuse(struct outcome *outcome, enum outcome_code code)
{
	*outcome = (struct outcome){.code = (uint16_t)code};
	return OK;
}

/* The statement inside a delivery: decoded here, so that its form is a fault of the first look. */
static enum err take_inner(struct checked *checked, struct fault *fault)
{
	struct delivery_body body;
	enum err err = delivery_body_decode(checked->statement.body, &body, fault);
	if (!err)
		err = statement_decode(body.statement, SIGNED_STATEMENT, &checked->inner, fault);
	if (err)
		return err;
	if (checked->inner.kind < KIND_APP_FIRST)
		return fault_set(fault, ERR_FORMAT, 0, 0,
			"a delivery holds a statement of an application's kind");
	checked->has_inner = true;
	statement_entry(body.statement, checked->inner_entry);
	return OK;
}

enum err check_form(struct span origin, struct span bytes, struct checked *checked,
	struct outcome *outcome, struct fault *fault)
{
	checked->bytes = bytes;
	checked->is_verified = false;
	checked->has_inner = false;
	statement_entry(bytes, checked->entry);
	if (statement_decode(bytes, SIGNED_STATEMENT, &checked->statement, fault))
		return refuse(outcome, OUTCOME_NOT_WELL_FORMED);
	if (checked->statement.kind == KIND_DELIVERY && take_inner(checked, fault))
		return refuse(outcome, OUTCOME_NOT_WELL_FORMED);
	if (!span_equal(checked->statement.envelope.origin, origin) ||
		(checked->has_inner && !span_equal(checked->inner.envelope.origin, origin)))
		return refuse(outcome, OUTCOME_OTHER_LEDGER);
	return refuse(outcome, OUTCOME_ACCEPTED);
}

/* The key that kid names; outcome says why there is none. */
static enum err find_key(const struct table *table, struct key_cache *cache, const uint8_t *kid,
	uint8_t public[SIGN_PUBLIC], struct outcome *outcome, struct fault *fault)
{
	struct author author;
	size_t slot = ((size_t)kid[0] << 8 | kid[1]) % KEY_CACHE_SIZE;
	*outcome = (struct outcome){0};
	if (cache && cache->slot[slot].is_used &&
		memcmp(cache->slot[slot].kid, kid, KID_SIZE) == 0) {
		memcpy(public, cache->slot[slot].public, SIGN_PUBLIC);
		return OK;
	}
	enum err err = members_key(table, kid, &author, public, fault);
	if (err == ERR_NOT_FOUND)
		return refuse(outcome, OUTCOME_UNKNOWN_KEY);
	if (err)
		return err;
	/* X25519 keys are registered as well; nothing is signed with them. */
	if (author.purpose == KEY_BOX || author.purpose == KEY_CURVE)
		return refuse(outcome, OUTCOME_KEY_PURPOSE);
	if (cache) {
		cache->slot[slot].is_used = true;
		memcpy(cache->slot[slot].kid, kid, KID_SIZE);
		memcpy(cache->slot[slot].public, public, SIGN_PUBLIC);
	}
	return OK;
}

static enum err verify(const struct table *table, struct key_cache *cache,
	const struct statement *statement, struct outcome *outcome, struct fault *fault)
{
	uint8_t public[SIGN_PUBLIC];
	enum err err = find_key(table, cache, statement->envelope.kid.at, public, outcome, fault);
	if (err || outcome->code != OUTCOME_ACCEPTED)
		return err;
	if (statement_verify(statement, public, fault))
		return refuse(outcome, OUTCOME_BAD_SIGNATURE);
	return OK;
}

enum err check_keys(const struct table *table, struct key_cache *cache,
	const struct checked *checked, uint8_t public[SIGN_PUBLIC], uint8_t inner[SIGN_PUBLIC],
	struct outcome *outcome, struct fault *fault)
{
	enum err err =
		find_key(table, cache, checked->statement.envelope.kid.at, public, outcome, fault);
	if (!err && outcome->code == OUTCOME_ACCEPTED && checked->has_inner)
		err = find_key(table, cache, checked->inner.envelope.kid.at, inner, outcome, fault);
	return err;
}

enum err check_signatures(const struct table *table, struct key_cache *cache,
	struct checked *checked, struct outcome *outcome, struct fault *fault)
{
	enum err err = verify(table, cache, &checked->statement, outcome, fault);
	if (!err && outcome->code == OUTCOME_ACCEPTED && checked->has_inner)
		err = verify(table, cache, &checked->inner, outcome, fault);
	checked->is_verified = !err && outcome->code == OUTCOME_ACCEPTED;
	return err;
}

enum err check_statement(const struct table *table, struct key_cache *cache, struct span origin,
	struct span bytes, struct checked *checked, struct outcome *outcome, struct fault *fault)
{
	enum err err = check_form(origin, bytes, checked, outcome, fault);
	if (err || outcome->code != OUTCOME_ACCEPTED)
		return err;
	err = check_signatures(table, cache, checked, outcome, fault);
	if (!err && outcome->code == OUTCOME_UNKNOWN_KEY)
		return refuse(outcome, OUTCOME_ACCEPTED);
	return err;
}
