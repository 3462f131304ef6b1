#include "ledger/members/rows.h"

#include "ledger/base/civil.h"

#include <stdio.h>

/* Index of the member with that name in genesis, or member_count. */
static size_t index_of(const struct genesis *genesis, struct span name)
{
	size_t i = 0;
	while (i < genesis->member_count && !span_equal(genesis->member[i].name, name))
		i++;
	return i;
}

/* Names and roots are distinct; an operator is a member that has none itself. */
static enum outcome_code judge_members(const struct genesis *genesis)
{
	for (size_t i = 0; i < genesis->member_count; i++) {
		const struct genesis_member *member = &genesis->member[i];
		if (!sign_public_is_valid(member->root))
			return OUTCOME_BAD_KEY;
		for (size_t j = 0; j < i; j++)
			if (span_equal(member->name, genesis->member[j].name) ||
				!memcmp(member->root, genesis->member[j].root, SIGN_PUBLIC))
				return OUTCOME_BAD_VALUE;
		if (!member->operator_name.size)
			continue;
		size_t by = index_of(genesis, member->operator_name);
		if (by == genesis->member_count || by == i ||
			genesis->member[by].operator_name.size)
			return OUTCOME_BAD_VALUE;
	}
	return OUTCOME_ACCEPTED;
}

/* One voter, or 3 to 9: distinct members that run their own appliance. */
static bool voters_are_good(const struct genesis *genesis)
{
	if (genesis->voter_count == 2)
		return false;
	for (size_t i = 0; i < genesis->voter_count; i++) {
		size_t member = index_of(genesis, genesis->voter[i]);
		if (member == genesis->member_count || genesis->member[member].operator_name.size)
			return false;
		for (size_t j = 0; j < i; j++)
			if (span_equal(genesis->voter[i], genesis->voter[j]))
				return false;
	}
	return true;
}

/* More than half of n distinct keys. */
static bool recovery_is_good(const struct genesis *genesis)
{
	if (genesis->recovery_k > genesis->recovery_count ||
		genesis->recovery_k * 2 <= genesis->recovery_count)
		return false;
	for (size_t i = 0; i < genesis->recovery_count; i++) {
		if (!sign_public_is_valid(genesis->recovery[i]))
			return false;
		for (size_t j = 0; j < i; j++)
			if (!memcmp(genesis->recovery[i], genesis->recovery[j], SIGN_PUBLIC))
				return false;
	}
	return true;
}

static enum err judge(const struct genesis *genesis, struct outcome *outcome)
{
	enum zone zone;
	if (zone_parse(genesis->zone, &zone, NULL))
		return refuse(outcome, OUTCOME_BAD_VALUE, 2);
	enum outcome_code members = judge_members(genesis);
	if (members)
		return refuse(outcome, members, 3);
	if (!voters_are_good(genesis))
		return refuse(outcome, OUTCOME_BAD_VALUE, 4);
	if (!recovery_is_good(genesis))
		return refuse(outcome, OUTCOME_BAD_VALUE, 5);
	if (!genesis->rules_version)
		return refuse(outcome, OUTCOME_BAD_VALUE, 6);
	return OK;
}

static enum err put_texts(const struct table *table, const struct genesis *genesis,
	const uint8_t entry[32], struct fault *fault)
{
	char origin[ORIGIN_SIZE_MAX + 1];
	uint8_t row[32 + 8 + 4];
	members_origin_make(genesis->chosen, entry, origin);
	memcpy(row, entry, 32);
	be_write((uint64_t)genesis->time_ms, 8, row + 32);
	be_write(genesis->rules_version, 4, row + 40);
	enum err err = meta_put(table, "origin", span_text(origin), fault);
	if (!err)
		err = meta_put(table, "chosen", genesis->chosen, fault);
	if (!err)
		err = meta_put(table, "zone", genesis->zone, fault);
	if (!err)
		err = meta_put(table, "genesis", span_of(row, sizeof row), fault);
	return err;
}

static enum err put_voters(
	const struct table *table, const struct genesis *genesis, struct fault *fault)
{
	uint8_t voters[2 * BODY_VOTERS_MAX];
	uint8_t recovery[1 + BODY_RECOVERY_MAX * SIGN_PUBLIC];
	for (size_t i = 0; i < genesis->voter_count; i++)
		be_write(index_of(genesis, genesis->voter[i]), 2, voters + 2 * i);
	recovery[0] = (uint8_t)genesis->recovery_k;
	memcpy(recovery + 1, genesis->recovery, genesis->recovery_count * SIGN_PUBLIC);
	enum err err = meta_put(table, "voters", span_of(voters, 2 * genesis->voter_count), fault);
	if (!err)
		err = meta_put(table, "recovery",
			span_of(recovery, 1 + genesis->recovery_count * SIGN_PUBLIC), fault);
	return err;
}

static enum err put_member(
	const struct table *table, const struct genesis *genesis, size_t index, struct fault *fault)
{
	const struct genesis_member *from = &genesis->member[index];
	struct member member = {.index = (uint16_t)index, .scope = from->scope};
	struct key_record root = {
		.purpose = KEY_ROOT,
		.party.member_index = (uint16_t)index,
		.since_ms = genesis->time_ms,
	};
	memcpy(member.name, from->name.at, from->name.size);
	memcpy(member.root, from->root, SIGN_PUBLIC);
	member.has_operator = from->operator_name.size != 0;
	if (member.has_operator)
		member.operator_index = (uint16_t)index_of(genesis, from->operator_name);
	memcpy(root.public, from->root, SIGN_PUBLIC);
	cose_kid(root.public, root.kid);
	enum err err = member_put(table, &member, fault);
	if (!err)
		err = key_register(table, &root, fault);
	return err;
}

enum err apply_genesis(const struct table *table, const struct applying *applying,
	struct outcome *outcome, struct fault *fault)
{
	struct genesis genesis;
	struct span origin;
	enum err err = members_origin(table, &origin, fault);
	if (!err)
		return refuse(outcome, OUTCOME_EXISTS, 0);
	if (err != ERR_NOT_FOUND)
		return err;
	if (applying->position != 0)
		return refuse(outcome, OUTCOME_NOT_ALLOWED, 0);
	if (genesis_decode(applying->statement->body, &genesis, NULL))
		return refuse(outcome, OUTCOME_NOT_WELL_FORMED, 0);
	err = judge(&genesis, outcome);
	if (err || outcome->code)
		return err;
	err = put_texts(table, &genesis, applying->entry, fault);
	if (!err)
		err = put_voters(table, &genesis, fault);
	if (!err)
		err = meta_put_number(table, "members", genesis.member_count, fault);
	for (size_t i = 0; !err && i < genesis.member_count; i++)
		err = put_member(table, &genesis, i, fault);
	return err;
}
