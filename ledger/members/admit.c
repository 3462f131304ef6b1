#include "ledger/members/rows.h"

#define DAY_MS ((int64_t)24 * 3600 * 1000)

static bool root_may(unsigned kind)
{
	return kind == KIND_GENESIS || kind == KIND_KEY || kind == KIND_KEY_REVOKE ||
	       kind == KIND_TENANT_MOVE || kind == KIND_MANDATE || kind == KIND_MANDATE_REVOKE;
}

static bool appliance_may(unsigned kind)
{
	return kind >= KIND_APP_FIRST || kind == KIND_SEAL || kind == KIND_KEY_REVOKE ||
	       kind == KIND_TENANT || kind == KIND_SITE || kind == KIND_MANDATE ||
	       kind == KIND_MANDATE_REVOKE || kind == KIND_PEPPER || kind == KIND_DELIVERY;
}

static bool purpose_may(enum key_purpose purpose, unsigned kind)
{
	switch (purpose) {
	case KEY_ROOT: return root_may(kind);
	case KEY_APPLIANCE: return appliance_may(kind);
	case KEY_STATION:
	case KEY_HOLDER: return kind >= KIND_APP_FIRST;
	case KEY_LOG:
	case KEY_COSIGN:
	case KEY_BOX:
	case KEY_CURVE: break;
	}
	return false;
}

/* A statement before there is a ledger: genesis and nothing else. */
static enum err admit_genesis(
	const struct statement *statement, struct author *author, struct outcome *outcome)
{
	struct genesis genesis;
	uint8_t public[SIGN_PUBLIC];
	if (statement->kind != KIND_GENESIS)
		return refuse(outcome, OUTCOME_OTHER_LEDGER, 0);
	if (genesis_decode(statement->body, &genesis, NULL) ||
		!span_is(statement->envelope.subject, ledger_kind_word(KIND_GENESIS)))
		return refuse(outcome, OUTCOME_NOT_WELL_FORMED, 0);
	if (members_genesis_key(statement, public, NULL))
		return refuse(outcome, OUTCOME_UNKNOWN_KEY, 0);
	if (!span_equal(statement->envelope.origin, genesis.chosen))
		return refuse(outcome, OUTCOME_OTHER_LEDGER, 0);
	if (!span_equal(statement->envelope.issuer, genesis.member[0].name))
		return refuse(outcome, OUTCOME_WRONG_ISSUER, 0);
	if (statement->principal.size)
		return refuse(outcome, OUTCOME_NO_MANDATE, 0);
	*author = (struct author){.purpose = KEY_ROOT};
	memcpy(author->kid, statement->envelope.kid.at, KID_SIZE);
	memcpy(author->member, genesis.member[0].name.at, genesis.member[0].name.size);
	*outcome = (struct outcome){0};
	return OK;
}

enum err members_genesis_key(
	const struct statement *statement, uint8_t public[32], struct fault *fault)
{
	struct genesis genesis;
	uint8_t kid[KID_SIZE];
	enum err err = genesis_decode(statement->body, &genesis, fault);
	if (err)
		return err;
	cose_kid(genesis.member[0].root, kid);
	if (!span_equal(statement->envelope.kid, span_of(kid, sizeof kid)))
		return fault_set(fault, ERR_KEY, 0, 0,
			"the genesis statement is not signed by the root key of its first member");
	memcpy(public, genesis.member[0].root, SIGN_PUBLIC);
	return OK;
}

/* Ledger, kind and word. */
static enum err judge_address(const struct table *table, const struct statement *statement,
	struct outcome *outcome, struct fault *fault)
{
	struct span origin;
	enum err err = members_origin(table, &origin, fault);
	if (err)
		return err;
	if (!span_equal(origin, statement->envelope.origin))
		return refuse(outcome, OUTCOME_OTHER_LEDGER, 0);
	if (statement->kind >= KIND_APP_FIRST)
		return OK;
	const char *word = ledger_kind_word(statement->kind);
	if (!word)
		return refuse(outcome, OUTCOME_UNKNOWN_KIND, statement->kind);
	if (!span_is(statement->envelope.subject, word))
		return refuse(outcome, OUTCOME_NOT_WELL_FORMED, 0);
	return OK;
}

/* Whether the key may sign this now. */
static enum err judge_key(const struct table *table, const struct key_record *key,
	const struct statement *statement, int64_t time_ms, bool late, struct outcome *outcome,
	struct fault *fault)
{
	bool left_behind = false;
	if (!purpose_may(key->purpose, statement->kind))
		return refuse(outcome, OUTCOME_KEY_PURPOSE, 0);
	if (late && key->purpose != KEY_STATION)
		return refuse(outcome, OUTCOME_LATE_KIND, 0);
	if (key->is_revoked && (!late || statement->sequence > key->last_good))
		return refuse(outcome, OUTCOME_KEY_REVOKED, 0);
	if (key->has_until && time_ms > key->until_ms + (late ? LATE_MAX_MS : 0))
		return refuse(outcome, OUTCOME_KEY_EXPIRED, 0);
	enum err err = key_left_behind(table, key, &left_behind, fault);
	if (!err && left_behind)
		return refuse(outcome, OUTCOME_KEY_REVOKED, 0);
	return err;
}

static enum err judge_time(
	const struct statement *statement, int64_t time_ms, struct outcome *outcome)
{
	if (time_ms > statement->not_after_ms)
		return refuse(outcome, OUTCOME_TOO_LATE, 0);
	if (statement->not_after_ms > time_ms + NOT_AFTER_MAX_DAYS * DAY_MS)
		return refuse(outcome, OUTCOME_NOT_AFTER, NOT_AFTER_MAX_DAYS);
	return OK;
}

/* Sets the author's principal. A tenant has no mandates: they are given to members. */
static enum err judge_principal(const struct table *table, const struct statement *statement,
	int64_t time_ms, struct author *author, struct outcome *outcome, struct fault *fault)
{
	struct member principal;
	struct mandate mandate;
	if (!statement->principal.size)
		return OK;
	if (author->has_tenant || statement->kind < KIND_APP_FIRST)
		return refuse(outcome, OUTCOME_NO_MANDATE, 0);
	enum err err = member_named(table, statement->principal, &principal, fault);
	if (!err)
		err = mandate_for(table, principal.index, author->member_index, statement->kind,
			time_ms, &mandate, fault);
	if (err == ERR_NOT_FOUND)
		return refuse(outcome, OUTCOME_NO_MANDATE, 0);
	if (err)
		return err;
	author->has_principal = true;
	author->principal_index = principal.index;
	memcpy(author->principal, principal.name, sizeof author->principal);
	author->mandate_scope_size = mandate.scope_size;
	memcpy(author->mandate_scope, mandate.scope, mandate.scope_size);
	return OK;
}

_Static_assert(sizeof((struct author){0}).mandate_scope >= BODY_MANDATE_SCOPE, "room");

/* All that comes after the key is known. */
static enum err judge_all(const struct table *table, const struct statement *statement,
	const uint8_t entry[32], int64_t time_ms, bool late, const struct key_record *key,
	struct author *author, struct outcome *outcome, struct fault *fault)
{
	enum err err = OK;
	bool is_seal = statement->kind == KIND_SEAL;
	/* First, so that a sender that asks again gets the same answer, also when the key or the
	 * time has run out since. */
	if (!is_seal)
		err = sequence_judge(
			table, author->key_index, statement->sequence, entry, outcome, fault);
	if (!err && !outcome->code)
		err = judge_key(table, key, statement, time_ms, late, outcome, fault);
	if (!err && !outcome->code && !span_is(statement->envelope.issuer, author->member))
		err = refuse(outcome, OUTCOME_WRONG_ISSUER, 0);
	if (is_seal)
		return err;
	if (!err && !outcome->code)
		err = judge_time(statement, time_ms, outcome);
	if (!err && !outcome->code)
		err = judge_principal(table, statement, time_ms, author, outcome, fault);
	if (!err && !outcome->code)
		err = quota_judge(table, author, time_ms, outcome, fault);
	return err;
}

enum err members_admit(const struct table *table, const struct statement *statement,
	const uint8_t entry[32], int64_t time_ms, bool late, struct author *author,
	struct outcome *outcome, struct fault *fault)
{
	struct author read = {0};
	struct key_record key;
	uint8_t public[32];
	struct outcome judged = {0};
	enum err err = judge_address(table, statement, &judged, fault);
	if (err == ERR_NOT_FOUND)
		return admit_genesis(statement, author, outcome);
	if (err || judged.code)
		goto out;
	err = key_find(table, statement->envelope.kid.at, &key, fault);
	if (!err)
		err = members_key(table, key.kid, &read, public, fault);
	if (err == ERR_NOT_FOUND)
		return refuse(outcome, OUTCOME_UNKNOWN_KEY, 0);
	if (err)
		return err;
	err = judge_all(table, statement, entry, time_ms, late, &key, &read, &judged, fault);
out:
	if (err)
		return err;
	*outcome = judged;
	if (!judged.code)
		*author = read;
	return OK;
}

void members_delivery(const struct author *deliverer, const struct author *inside, unsigned kind,
	struct outcome *outcome)
{
	struct party outer = party_of(deliverer);
	struct party inner = party_of(inside);
	*outcome = (struct outcome){0};
	if (inside->purpose != KEY_STATION || kind < KIND_APP_FIRST)
		outcome->code = OUTCOME_LATE_KIND;
	else if (deliverer->purpose != KEY_APPLIANCE)
		outcome->code = OUTCOME_KEY_PURPOSE;
	else if (!party_equal(&outer, &inner))
		outcome->code = OUTCOME_NOT_ALLOWED;
}

enum err members_record(
	const struct table *table, const struct applying *applying, struct fault *fault)
{
	if (applying->statement->kind == KIND_SEAL)
		return OK;
	enum err err = sequence_record(table, applying->author->key_index,
		applying->statement->sequence, applying, fault);
	if (!err)
		err = quota_record(table, applying->author, applying->time_ms, fault);
	return err;
}

enum err members_apply(const struct table *table, const struct applying *applying,
	struct outcome *outcome, struct fault *fault)
{
	static enum err (*const kinds[])(
		const struct table *, const struct applying *, struct outcome *, struct fault *) = {
		[KIND_GENESIS] = apply_genesis,
		[KIND_KEY] = apply_key,
		[KIND_KEY_REVOKE] = apply_key_revoke,
		[KIND_TENANT] = apply_tenant,
		[KIND_TENANT_MOVE] = apply_tenant_move,
		[KIND_SITE] = apply_site,
		[KIND_MANDATE] = apply_mandate,
		[KIND_MANDATE_REVOKE] = apply_mandate_revoke,
		[KIND_PEPPER] = apply_pepper,
	};
	struct outcome judged = {0};
	unsigned kind = applying->statement->kind;
	if (kind >= sizeof kinds / sizeof kinds[0] || !kinds[kind])
		return refuse(outcome, OUTCOME_UNKNOWN_KIND, kind);
	enum err err = kinds[kind](table, applying, &judged, fault);
	if (!err)
		*outcome = judged;
	return err;
}
