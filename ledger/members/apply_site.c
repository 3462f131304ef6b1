#include "ledger/members/rows.h"

/* Fields against the author and one another: 0, or the field that is wrong. */
static int64_t judge_fields(const struct site_body *body, const struct author *author)
{
	if (body->has_until && body->until_ms <= body->from_ms)
		return 5;
	if (body->has_successor && !memcmp(body->successor, body->site, UNIT_ID_SIZE))
		return 6;
	if (body->has_tenant != author->has_tenant ||
		(body->has_tenant && memcmp(body->tenant, author->tenant, UNIT_ID_SIZE) != 0))
		return 7;
	return 0;
}

/* What is there already keeps party and level: others were placed under it by its level. */
static enum err judge_change(const struct table *table, const struct site_body *body,
	const struct party *party, struct outcome *outcome, struct fault *fault)
{
	struct site site;
	enum err err = site_find(table, body->site, &site, fault);
	if (err)
		return err == ERR_NOT_FOUND ? OK : err;
	if (!party_equal(&site.party, party))
		return refuse(outcome, OUTCOME_NOT_ALLOWED, 0);
	if (site.level != body->level)
		return refuse(outcome, OUTCOME_BAD_VALUE, 3);
	return OK;
}

/* The parent is the party's own and of a lower level, so that the tree has no circles. */
static enum err judge_parent(const struct table *table, const struct site_body *body,
	const struct party *party, struct outcome *outcome, struct fault *fault)
{
	struct site parent;
	if (!body->has_parent)
		return OK;
	enum err err = site_find(table, body->parent, &parent, fault);
	if (err == ERR_NOT_FOUND)
		return refuse(outcome, OUTCOME_NOT_THERE, 0);
	if (err)
		return err;
	if (!party_equal(&parent.party, party))
		return refuse(outcome, OUTCOME_NOT_ALLOWED, 0);
	if (parent.level >= body->level)
		return refuse(outcome, OUTCOME_BAD_VALUE, 2);
	return OK;
}

/* A successor may be another party's: places change hands. */
static enum err judge_successor(const struct table *table, const struct site_body *body,
	struct outcome *outcome, struct fault *fault)
{
	struct site successor;
	if (!body->has_successor)
		return OK;
	enum err err = site_find(table, body->successor, &successor, fault);
	return err == ERR_NOT_FOUND ? refuse(outcome, OUTCOME_NOT_THERE, 0) : err;
}

enum err apply_site(const struct table *table, const struct applying *applying,
	struct outcome *outcome, struct fault *fault)
{
	struct site_body body;
	if (site_body_decode(applying->statement->body, &body, NULL))
		return refuse(outcome, OUTCOME_NOT_WELL_FORMED, 0);
	int64_t field = judge_fields(&body, applying->author);
	if (field)
		return refuse(outcome, OUTCOME_BAD_VALUE, field);
	struct site site = {
		.party = party_of(applying->author),
		.level = body.level,
		.has_parent = body.has_parent,
		.from_ms = body.from_ms,
		.has_until = body.has_until,
		.until_ms = body.until_ms,
		.has_successor = body.has_successor,
	};
	enum err err = judge_change(table, &body, &site.party, outcome, fault);
	if (!err && !outcome->code)
		err = judge_parent(table, &body, &site.party, outcome, fault);
	if (!err && !outcome->code)
		err = judge_successor(table, &body, outcome, fault);
	if (err || outcome->code)
		return err;
	memcpy(site.id, body.site, UNIT_ID_SIZE);
	memcpy(site.parent, body.parent, UNIT_ID_SIZE);
	memcpy(site.successor, body.successor, UNIT_ID_SIZE);
	return site_put(table, &site, fault);
}
