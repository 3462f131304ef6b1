/* The first pepper statement of a year, by a voter, sets it; later ones of the same pepper add
 * boxes for keys that came since. Only its own member may replace a key's box, so that nobody can
 * lock another one out. */
#include "ledger/members/rows.h"

#include "ledger/base/civil.h"

static enum err is_voter(
	const struct table *table, const struct author *author, bool *is, struct fault *fault)
{
	uint16_t voters[BODY_VOTERS_MAX];
	size_t count = 0;
	enum err err = members_voters(table, voters, &count, fault);
	*is = false;
	for (size_t i = 0; !err && i < count; i++)
		*is |= !author->has_tenant && voters[i] == author->member_index;
	return err;
}

/* Of a year that has none yet: this year's or the next one's. */
static enum err judge_year(const struct table *table, const struct applying *applying,
	const struct pepper_body *body, bool *is_new, struct outcome *outcome, struct fault *fault)
{
	uint8_t commitment[HASH_SIZE];
	int32_t year;
	int32_t month;
	int32_t day;
	enum err err = pepper_find(table, body->year, commitment, fault);
	*is_new = err == ERR_NOT_FOUND;
	if (!err && memcmp(commitment, body->commitment, HASH_SIZE) != 0)
		return refuse(outcome, OUTCOME_EXISTS, 0);
	if (err != ERR_NOT_FOUND)
		return err;
	civil_from_day(zone_day(ZONE_UTC, applying->time_ms), &year, &month, &day);
	if (body->year != year && body->year != year + 1)
		return refuse(outcome, OUTCOME_BAD_VALUE, 1);
	return OK;
}

static enum err judge_box(const struct table *table, const struct applying *applying, uint16_t year,
	const struct pepper_box *box, struct outcome *outcome, struct fault *fault)
{
	uint8_t there[BODY_PEPPER_BOX_SIZE];
	struct key_record key;
	struct party author = party_of(applying->author);
	bool in_force = false;
	enum err err = key_find(table, box->kid, &key, fault);
	if (err == ERR_NOT_FOUND)
		return refuse(outcome, OUTCOME_NOT_THERE, 0);
	if (!err)
		err = key_in_force(table, &key, applying->time_ms, &in_force, fault);
	if (err)
		return err;
	if (key.purpose != KEY_BOX || !in_force)
		return refuse(outcome, OUTCOME_BAD_VALUE, 3);
	if (party_equal(&author, &key.party))
		return OK;
	err = pepper_box_find(table, year, box->kid, there, fault);
	if (!err)
		return refuse(outcome, OUTCOME_EXISTS, 0);
	return err == ERR_NOT_FOUND ? OK : err;
}

static enum err judge(const struct table *table, const struct applying *applying,
	const struct pepper_body *body, bool *is_new, struct outcome *outcome, struct fault *fault)
{
	struct pepper_box box;
	struct span boxes = body->boxes;
	bool is = false;
	enum err err = is_voter(table, applying->author, &is, fault);
	if (!err && !is)
		return refuse(outcome, OUTCOME_NOT_ALLOWED, 0);
	if (!err)
		err = judge_year(table, applying, body, is_new, outcome, fault);
	for (uint32_t i = 0; !err && !outcome->code && pepper_box_next(&boxes, &box); i++) {
		err = judge_box(table, applying, body->year, &box, outcome, fault);
		outcome->element = outcome->code ? i : 0;
	}
	return err;
}

enum err apply_pepper(const struct table *table, const struct applying *applying,
	struct outcome *outcome, struct fault *fault)
{
	struct pepper_body body;
	struct pepper_box box;
	bool is_new = false;
	uint8_t key[2 + KID_SIZE];
	if (pepper_body_decode(applying->statement->body, &body, NULL))
		return refuse(outcome, OUTCOME_NOT_WELL_FORMED, 0);
	enum err err = judge(table, applying, &body, &is_new, outcome, fault);
	if (err || outcome->code)
		return err;
	be_write(body.year, 2, key);
	if (is_new)
		err = table_put(table, ROWS_PEPPER, span_of(key, 2),
			span_of(body.commitment, HASH_SIZE), fault);
	for (struct span boxes = body.boxes; !err && pepper_box_next(&boxes, &box);) {
		memcpy(key + 2, box.kid, KID_SIZE);
		err = table_put(table, ROWS_PEPPER, span_of(key, sizeof key),
			span_of(box.box, sizeof box.box), fault);
	}
	return err;
}
