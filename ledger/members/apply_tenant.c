/* A tenant comes in by the first statement of kind 4 about its ID, countersigned by its root. It
 * moves when two have been said, in either order: the new operator's statement of kind 4 (with
 * the tenant root's signature for that operator) and the tenant root's statement of kind 5. */
#include "ledger/members/rows.h"

/* An operator runs an appliance: not itself served by another, not a tenant. */
static enum err is_operator(const struct table *table, const struct author *author,
	struct outcome *outcome, struct fault *fault)
{
	struct member member;
	if (author->has_tenant || author->purpose != KEY_APPLIANCE)
		return refuse(outcome, OUTCOME_NOT_ALLOWED, 0);
	enum err err = member_at(table, author->member_index, &member, fault);
	if (!err && member.has_operator)
		return refuse(outcome, OUTCOME_NOT_ALLOWED, 0);
	return err == ERR_NOT_FOUND ? row_corrupt("member", fault) : err;
}

static enum err judge_root(const struct table *table, const struct author *author,
	const struct tenant_body *body, struct outcome *outcome, struct fault *fault)
{
	uint8_t memory[512];
	struct buf bytes;
	struct span origin;
	if (!sign_public_is_valid(body->root))
		return refuse(outcome, OUTCOME_BAD_KEY, 0);
	enum err err = members_origin(table, &origin, fault);
	if (err)
		return err;
	buf_over(&bytes, memory, sizeof memory);
	tenant_signed_bytes(origin, span_text(author->member), body->tenant, &bytes);
	if (bytes.err || !sign_verify(body->root, buf_span(&bytes), body->signature))
		return refuse(outcome, OUTCOME_BAD_SIGNATURE, 0);
	return OK;
}

static enum err admit_tenant(const struct table *table, const struct applying *applying,
	const struct tenant_body *body, struct outcome *outcome, struct fault *fault)
{
	struct key_record root = {
		.purpose = KEY_ROOT,
		.party.has_tenant = true,
		.position = applying->position,
		.since_ms = applying->time_ms,
	};
	struct key_record there;
	struct tenant_row row = {
		.tenant.operator_index = applying->author->member_index,
		.tenant.moved = applying->position,
	};
	cose_kid(body->root, root.kid);
	enum err err = key_find(table, root.kid, &there, fault);
	if (!err)
		return refuse(outcome, OUTCOME_EXISTS, 0);
	if (err != ERR_NOT_FOUND)
		return err;
	memcpy(root.party.tenant, body->tenant, UNIT_ID_SIZE);
	memcpy(root.public, body->root, SIGN_PUBLIC);
	memcpy(row.tenant.id, body->tenant, UNIT_ID_SIZE);
	memcpy(row.tenant.root, body->root, SIGN_PUBLIC);
	err = tenant_row_put(table, &row, fault);
	if (!err)
		err = key_register(table, &root, fault);
	return err;
}

static enum err move(const struct table *table, struct tenant_row *row, uint16_t operator_index,
	uint64_t position, struct fault *fault)
{
	row->tenant.operator_index = operator_index;
	row->tenant.moved = position;
	row->has_offered = false;
	row->has_wanted = false;
	return tenant_row_put(table, row, fault);
}

static enum err offer(const struct table *table, const struct applying *applying,
	const struct tenant_body *body, struct tenant_row *row, struct outcome *outcome,
	struct fault *fault)
{
	uint16_t by = applying->author->member_index;
	if (memcmp(body->root, row->tenant.root, SIGN_PUBLIC) != 0)
		return refuse(outcome, OUTCOME_BAD_VALUE, 2);
	if (by == row->tenant.operator_index)
		return refuse(outcome, OUTCOME_EXISTS, 0);
	if (row->has_wanted && row->wanted_index == by)
		return move(table, row, by, applying->position, fault);
	row->has_offered = true;
	row->offered_index = by;
	return tenant_row_put(table, row, fault);
}

enum err apply_tenant(const struct table *table, const struct applying *applying,
	struct outcome *outcome, struct fault *fault)
{
	struct tenant_body body;
	struct tenant_row row;
	if (tenant_body_decode(applying->statement->body, &body, NULL))
		return refuse(outcome, OUTCOME_NOT_WELL_FORMED, 0);
	enum err err = is_operator(table, applying->author, outcome, fault);
	if (!err && !outcome->code)
		err = judge_root(table, applying->author, &body, outcome, fault);
	if (err || outcome->code)
		return err;
	err = tenant_row_get(table, body.tenant, &row, fault);
	if (err == ERR_NOT_FOUND)
		return admit_tenant(table, applying, &body, outcome, fault);
	if (err)
		return err;
	return offer(table, applying, &body, &row, outcome, fault);
}

enum err apply_tenant_move(const struct table *table, const struct applying *applying,
	struct outcome *outcome, struct fault *fault)
{
	struct tenant_move_body body;
	struct tenant_row row;
	struct member wanted;
	const struct author *author = applying->author;
	if (tenant_move_body_decode(applying->statement->body, &body, NULL))
		return refuse(outcome, OUTCOME_NOT_WELL_FORMED, 0);
	if (author->purpose != KEY_ROOT || !author->has_tenant ||
		memcmp(author->tenant, body.tenant, UNIT_ID_SIZE) != 0)
		return refuse(outcome, OUTCOME_NOT_ALLOWED, 0);
	enum err err = tenant_row_get(table, body.tenant, &row, fault);
	if (err)
		return err == ERR_NOT_FOUND ? row_corrupt("tenant of a key", fault) : err;
	err = member_named(table, body.operator_name, &wanted, fault);
	if (err == ERR_NOT_FOUND)
		return refuse(outcome, OUTCOME_NOT_THERE, 0);
	if (err)
		return err;
	if (wanted.index == row.tenant.operator_index)
		return refuse(outcome, OUTCOME_EXISTS, 0);
	if (wanted.has_operator)
		return refuse(outcome, OUTCOME_BAD_VALUE, 2);
	if (row.has_offered && row.offered_index == wanted.index)
		return move(table, &row, wanted.index, applying->position, fault);
	row.has_wanted = true;
	row.wanted_index = wanted.index;
	return tenant_row_put(table, &row, fault);
}
