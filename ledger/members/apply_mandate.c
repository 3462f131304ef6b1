#include "ledger/members/rows.h"

/* Mandates between the same two that are not revoked: what admission may have to look through. */
#define MANDATES_MAX 64

static enum err count_mandates(const struct table *table, uint16_t principal_index,
	uint16_t agent_index, size_t *count, struct fault *fault)
{
	uint8_t place[12];
	struct span after = span_of(NULL, 0);
	be_write(principal_index, 2, place);
	be_write(agent_index, 2, place + 2);
	for (*count = 0; *count < MANDATES_MAX; ++*count) {
		struct span key;
		struct span value;
		enum err err = table_next(table, ROWS_MANDATE_LIST, span_of(place, 4), after,
			TABLE_UP, &key, &value, fault);
		if (err)
			return err == ERR_NOT_FOUND ? OK : err;
		if (key.size != sizeof place)
			return row_corrupt("mandate list", fault);
		memcpy(place, key.at, sizeof place);
		after = span_of(place, sizeof place);
	}
	return OK;
}

/* Only what the application gives meaning to can be said for another. */
static int64_t judge_fields(const struct mandate_body *body, int64_t time_ms)
{
	if (body->kind[0] < KIND_APP_FIRST)
		return 3;
	if (body->until_ms <= body->from_ms || body->until_ms <= time_ms)
		return 6;
	return 0;
}

static enum err judge(const struct table *table, const struct applying *applying,
	const struct mandate_body *body, struct mandate *mandate, struct outcome *outcome,
	struct fault *fault)
{
	struct mandate there;
	struct member agent;
	size_t count = 0;
	/* A tenant's statement carries its operator's name: it may not bind that. */
	if (applying->author->has_tenant)
		return refuse(outcome, OUTCOME_NOT_ALLOWED, 0);
	int64_t field = judge_fields(body, applying->time_ms);
	if (field)
		return refuse(outcome, OUTCOME_BAD_VALUE, field);
	enum err err = mandate_find(table, body->mandate, &there, fault);
	if (!err)
		return refuse(outcome, OUTCOME_EXISTS, 0);
	if (err != ERR_NOT_FOUND)
		return err;
	err = member_named(table, body->agent, &agent, fault);
	if (err == ERR_NOT_FOUND)
		return refuse(outcome, OUTCOME_NOT_THERE, 0);
	if (err)
		return err;
	if (agent.index == applying->author->member_index)
		return refuse(outcome, OUTCOME_BAD_VALUE, 2);
	mandate->agent_index = agent.index;
	err = count_mandates(table, mandate->principal_index, agent.index, &count, fault);
	if (!err && count == MANDATES_MAX)
		return refuse(outcome, OUTCOME_NOT_ALLOWED, 0);
	return err;
}

enum err apply_mandate(const struct table *table, const struct applying *applying,
	struct outcome *outcome, struct fault *fault)
{
	struct mandate_body body;
	if (mandate_body_decode(applying->statement->body, &body, NULL))
		return refuse(outcome, OUTCOME_NOT_WELL_FORMED, 0);
	struct mandate mandate = {
		.principal_index = applying->author->member_index,
		.position = applying->position,
		.from_ms = body.from_ms,
		.until_ms = body.until_ms,
		.kind_count = body.kind_count,
		.scope_size = body.scope.size,
	};
	enum err err = judge(table, applying, &body, &mandate, outcome, fault);
	if (err || outcome->code)
		return err;
	memcpy(mandate.id, body.mandate, UNIT_ID_SIZE);
	memcpy(mandate.kind, body.kind, sizeof mandate.kind);
	if (body.scope.size)
		memcpy(mandate.scope, body.scope.at, body.scope.size);
	return mandate_put(table, &mandate, fault);
}

enum err apply_mandate_revoke(const struct table *table, const struct applying *applying,
	struct outcome *outcome, struct fault *fault)
{
	struct mandate_revoke_body body;
	struct mandate mandate;
	if (mandate_revoke_body_decode(applying->statement->body, &body, NULL))
		return refuse(outcome, OUTCOME_NOT_WELL_FORMED, 0);
	enum err err = mandate_find(table, body.mandate, &mandate, fault);
	if (err == ERR_NOT_FOUND)
		return refuse(outcome, OUTCOME_NOT_THERE, 0);
	if (err)
		return err;
	if (applying->author->has_tenant ||
		mandate.principal_index != applying->author->member_index)
		return refuse(outcome, OUTCOME_NOT_ALLOWED, 0);
	if (mandate.is_revoked)
		return refuse(outcome, OUTCOME_EXISTS, 0);
	mandate.is_revoked = true;
	return mandate_put(table, &mandate, fault);
}
