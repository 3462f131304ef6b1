#include "ledger/members/rows.h"

/* Which of site and appliance a key of that purpose has. Returns the field that is wrong, or 0.
 * A CURVE key is a station's (site) or an appliance's. */
static int64_t judge_place(const struct key_body *key)
{
	bool needs_site = false;
	bool needs_appliance = false;
	bool may_appliance = false;
	switch (key->purpose) {
	case KEY_STATION: needs_site = true; break;
	case KEY_CURVE:
		needs_site = key->has_site;
		needs_appliance = !key->has_site;
		break;
	case KEY_APPLIANCE:
	case KEY_LOG:
	case KEY_COSIGN: needs_appliance = true; break;
	case KEY_BOX: may_appliance = true; break;
	case KEY_ROOT:
	case KEY_HOLDER: break;
	}
	if (key->has_site != needs_site)
		return 3;
	if (key->has_site && !key->has_until)
		return 4;
	if (!may_appliance && key->has_appliance != needs_appliance)
		return 6;
	return 0;
}

/* Fields against the author and the time: 0, or the field that is wrong. */
static int64_t judge_fields(const struct key_body *key, const struct applying *applying)
{
	const struct author *author = applying->author;
	if (author->has_tenant && (key->purpose == KEY_LOG || key->purpose == KEY_COSIGN))
		return 1; /* a tenant has no appliance of its own */
	int64_t field = judge_place(key);
	if (field)
		return field;
	if (key->has_until && key->until_ms <= applying->time_ms)
		return 4;
	if (key->has_tenant != author->has_tenant ||
		(key->has_tenant && memcmp(key->tenant, author->tenant, UNIT_ID_SIZE) != 0))
		return 5;
	return 0;
}

static enum err judge_site(const struct table *table, const struct key_body *key,
	const struct party *party, struct outcome *outcome, struct fault *fault)
{
	struct site site;
	if (!key->has_site)
		return OK;
	enum err err = site_find(table, key->site, &site, fault);
	if (err == ERR_NOT_FOUND)
		return refuse(outcome, OUTCOME_NOT_THERE, 0);
	if (!err && !party_equal(&site.party, party))
		return refuse(outcome, OUTCOME_NOT_ALLOWED, 0);
	return err;
}

static enum err judge_new(const struct table *table, const uint8_t kid[KID_SIZE],
	struct outcome *outcome, struct fault *fault)
{
	struct key_record key;
	enum err err = key_find(table, kid, &key, fault);
	if (!err)
		return refuse(outcome, OUTCOME_EXISTS, 0);
	return err == ERR_NOT_FOUND ? OK : err;
}

enum err apply_key(const struct table *table, const struct applying *applying,
	struct outcome *outcome, struct fault *fault)
{
	struct key_body body;
	if (key_body_decode(applying->statement->body, &body, NULL))
		return refuse(outcome, OUTCOME_NOT_WELL_FORMED, 0);
	if (applying->author->purpose != KEY_ROOT)
		return refuse(outcome, OUTCOME_KEY_PURPOSE, 0);
	int64_t field = judge_fields(&body, applying);
	if (field)
		return refuse(outcome, OUTCOME_BAD_VALUE, field);
	if (!key_purpose_takes(body.purpose, body.public))
		return refuse(outcome, OUTCOME_BAD_KEY, 0);
	struct key_record key = {
		.purpose = body.purpose,
		.party = party_of(applying->author),
		.position = applying->position,
		.since_ms = applying->time_ms,
		.has_until = body.has_until,
		.until_ms = body.until_ms,
		.has_site = body.has_site,
		.has_appliance = body.has_appliance,
	};
	memcpy(key.public, body.public, sizeof key.public);
	memcpy(key.site, body.site, sizeof key.site);
	memcpy(key.appliance, body.appliance, sizeof key.appliance);
	key_purpose_kid(body.purpose, body.public, key.kid);
	enum err err = judge_new(table, key.kid, outcome, fault);
	if (!err && !outcome->code)
		err = judge_site(table, &body, &key.party, outcome, fault);
	if (err || outcome->code)
		return err;
	return key_register(table, &key, fault);
}

/* A key that was revoked may be revoked again only to take more back. */
static bool takes_more_back(const struct key_record *key, const struct key_revoke_body *body)
{
	bool earlier = body->has_compromised &&
		       (!key->has_compromised || body->compromised_ms < key->compromised_ms);
	return body->last_good < key->last_good || earlier;
}

static enum err judge_revoke(const struct applying *applying, const struct key_revoke_body *body,
	const struct key_record *key, struct outcome *outcome)
{
	struct party party = party_of(applying->author);
	if (!party_equal(&party, &key->party))
		return refuse(outcome, OUTCOME_NOT_ALLOWED, 0);
	/* An appliance key answers for its stations only: what is bound to a site. */
	if (applying->author->purpose != KEY_ROOT && !key->has_site)
		return refuse(outcome, OUTCOME_NOT_ALLOWED, 0);
	if (body->has_compromised && body->compromised_ms > applying->time_ms)
		return refuse(outcome, OUTCOME_BAD_VALUE, 3);
	if (key->is_revoked && !takes_more_back(key, body))
		return refuse(outcome, OUTCOME_EXISTS, 0);
	return OK;
}

enum err apply_key_revoke(const struct table *table, const struct applying *applying,
	struct outcome *outcome, struct fault *fault)
{
	struct key_revoke_body body;
	struct key_record key;
	if (key_revoke_body_decode(applying->statement->body, &body, NULL))
		return refuse(outcome, OUTCOME_NOT_WELL_FORMED, 0);
	enum err err = key_find(table, body.kid, &key, fault);
	if (err == ERR_NOT_FOUND)
		return refuse(outcome, OUTCOME_NOT_THERE, 0);
	if (!err)
		err = judge_revoke(applying, &body, &key, outcome);
	if (err || outcome->code)
		return err;
	if (!key.is_revoked) {
		key.revoked_ms = applying->time_ms;
		key.last_good = body.last_good;
	}
	key.is_revoked = true;
	key.reason = body.reason;
	if (body.last_good < key.last_good)
		key.last_good = body.last_good;
	if (body.has_compromised &&
		(!key.has_compromised || body.compromised_ms < key.compromised_ms)) {
		key.has_compromised = true;
		key.compromised_ms = body.compromised_ms;
	}
	return key_put(table, &key, fault);
}
