/* The members' tables as the rules see them. */
#include "appliance/rules/rules_app.h"
#include "ledger/members/members.h"

static enum err scope_of(
	const struct table *table, const char *name, struct span *scope, struct fault *fault)
{
	struct member member;
	enum err err = member_named(table, span_text(name), &member, fault);
	if (err == ERR_NOT_FOUND)
		return fault_set(fault, ERR_CORRUPT, 0, 0,
			"member %s has no row; rebuild the state from the ledger", name);
	if (!err)
		*scope = member.scope;
	return err;
}

static enum err zone_of(const struct table *table, enum zone *zone, struct fault *fault)
{
	struct span name;
	enum err err = members_zone(table, &name, fault);
	return err ? err : zone_parse(name, zone, fault);
}

static enum err key_of(const struct table *table, const uint8_t kid[32], int64_t time_ms,
	struct author *owner, uint8_t public[32], bool *in_force, struct fault *fault)
{
	struct key_record key;
	enum err err = key_find(table, kid, &key, fault);
	if (!err)
		err = key_in_force(table, &key, time_ms, in_force, fault);
	return err ? err : members_key(table, kid, owner, public, fault);
}

static enum err compromised_of(
	const struct table *table, const uint8_t kid[32], int64_t *since_ms, struct fault *fault)
{
	struct key_record key;
	enum err err = key_find(table, kid, &key, fault);
	if (!err && !key.has_compromised)
		return ERR_NOT_FOUND;
	if (!err)
		*since_ms = key.compromised_ms;
	return err;
}

static enum err owns_key(const struct table *table, const struct author *author, uint32_t key_index,
	bool *owns, struct fault *fault)
{
	struct party party = party_of(author);
	return key_is_of(table, &party, key_index, owns, fault);
}

static enum err mandate_of(const struct table *table, unsigned kind, int64_t time_ms,
	uint64_t *position, struct author *author, struct fault *fault)
{
	struct mandate mandate;
	enum err err = mandate_before(table, author->principal_index, author->member_index, kind,
		time_ms, *position, &mandate, fault);
	if (err)
		return err;
	*position = mandate.position;
	author->mandate_scope_size = mandate.scope_size;
	memcpy(author->mandate_scope, mandate.scope, mandate.scope_size);
	return OK;
}

static enum err pepper_of(
	const struct table *table, uint16_t year, bool *is_there, struct fault *fault)
{
	uint8_t commitment[HASH_SIZE];
	enum err err = pepper_find(table, year, commitment, fault);
	if (err && err != ERR_NOT_FOUND)
		return err;
	*is_there = !err;
	return OK;
}

const struct directory directory_members = {
	.scope = scope_of,
	.zone = zone_of,
	.key = key_of,
	.compromised = compromised_of,
	.owns = owns_key,
	.mandate = mandate_of,
	.pepper = pepper_of,
};
