#include "ledger/founding.h"

#include "ledger/base/civil.h"
#include "ledger/founding_party.h"
#include "ledger/pepper.h"

#include <stdlib.h>

#define RULES_VERSION 1

/* The founding of one ledger, or of one appliance's part of it. */
struct founding {
	const struct founding_plan *plan;
	struct founding_work work;
	char origin[ORIGIN_SIZE_MAX + 1];
	size_t party_count; /* served here: self first */
	struct founding_party *party;
};

enum err founding_root(const char *folder, const char *member, struct span password, int64_t now_ms,
	uint8_t public[SIGN_PUBLIC], struct fault *fault)
{
	const struct founding_work work = {
		.folder = folder, .root_password = password, .now_ms = now_ms, .fault = fault};
	struct founding_party party = {.name = member, .issuer = member};
	enum err err = founding_party_root(&work, &party);
	if (!err)
		memcpy(public, party.root.public, SIGN_PUBLIC);
	founding_party_close(&party);
	return err;
}

static enum err unusable(const struct founding *founding, const char *why, const char *name)
{
	return fault_set(founding->work.fault, ERR_USAGE, 0, 0, "%s: %s", name, why);
}

static const struct founding_member *member_of(const struct founding_plan *plan, const char *name)
{
	for (size_t i = 0; i < plan->member_count; i++)
		if (!strcmp(plan->members[i].name, name))
			return &plan->members[i];
	return NULL;
}

static enum err judge_member(const struct founding *founding, const struct founding_member *member)
{
	const struct founding_plan *plan = founding->plan;
	if (!name_is_valid(span_text(member->name)))
		return unusable(
			founding, "a name is 1 to 63 of a-z, 0-9, dot and hyphen", member->name);
	if (member_of(plan, member->name) != member)
		return unusable(founding, "is there twice", member->name);
	if (member->scope.size > BODY_SCOPE_MAX)
		return unusable(founding, "its scope is too long", member->name);
	if (!member->operator_name)
		return OK;
	const struct founding_member *by = member_of(plan, member->operator_name);
	if (!by || by == member || by->operator_name)
		return unusable(founding,
			"its operator must be a member that runs its own appliance", member->name);
	if (member->is_voter)
		return unusable(founding, "a voter runs its own appliance", member->name);
	return OK;
}

static enum err judge_plan(const struct founding *founding)
{
	const struct founding_plan *plan = founding->plan;
	const struct founding_member *self = member_of(plan, plan->self);
	if (plan->member_count > BODY_MEMBERS_MAX)
		return unusable(founding, "a ledger begins with at most 128 members", plan->self);
	for (size_t i = 0; i < plan->member_count; i++) {
		enum err err = judge_member(founding, &plan->members[i]);
		if (err)
			return err;
	}
	if (!self)
		return unusable(founding, "is not among the members", plan->self);
	if (self->operator_name)
		return unusable(founding, "is served by another's appliance", plan->self);
	for (size_t i = 0; i < plan->tenant_count; i++)
		if (!name_is_valid(span_text(plan->tenants[i].name)) ||
			member_of(plan, plan->tenants[i].name))
			return unusable(founding,
				"a tenant's name is 1 to 63 of a-z, 0-9, dot and hyphen, and no "
				"member's",
				plan->tenants[i].name);
	return OK;
}

static enum err judge_ledger(const struct founding *founding)
{
	const struct founding_plan *plan = founding->plan;
	size_t voters = 0;
	enum zone zone;
	if (!name_is_valid(span_text(plan->chosen)))
		return unusable(founding, "a ledger's name is 1 to 63 of a-z, 0-9, dot and hyphen",
			plan->chosen);
	for (size_t i = 0; i < plan->member_count; i++)
		voters += plan->members[i].is_voter;
	if (voters == 0 || voters == 2 || voters > BODY_VOTERS_MAX)
		return unusable(founding, "a ledger has one voter, or 3 to 9", plan->chosen);
	return zone_parse(span_text(plan->zone), &zone, founding->work.fault);
}

static bool is_served(const struct founding_plan *plan, const struct founding_member *member)
{
	return member->operator_name && !strcmp(member->operator_name, plan->self);
}

/* Self, the members it operates, its tenants; with their root keys, loaded or made. */
static enum err open_parties(struct founding *founding)
{
	const struct founding_plan *plan = founding->plan;
	enum err err = OK;
	founding->party =
		calloc(1 + plan->member_count + plan->tenant_count, sizeof *founding->party);
	if (!founding->party)
		return fault_set(
			founding->work.fault, ERR_MEMORY, 0, 0, "no memory for the founding");
	founding->party[founding->party_count++] =
		(struct founding_party){.name = plan->self, .issuer = plan->self};
	for (size_t i = 0; i < plan->member_count; i++)
		if (is_served(plan, &plan->members[i]))
			founding->party[founding->party_count++] = (struct founding_party){
				.name = plan->members[i].name, .issuer = plan->members[i].name};
	for (size_t i = 0; i < plan->tenant_count; i++)
		founding->party[founding->party_count++] = (struct founding_party){
			.name = plan->tenants[i].name,
			.issuer = plan->self,
			.tenant = plan->tenants[i].id,
		};
	for (size_t i = 0; !err && i < founding->party_count; i++)
		err = founding_party_root(&founding->work, &founding->party[i]);
	return err;
}

static struct founding_party *party_of_name(struct founding *founding, const char *name)
{
	for (size_t i = 0; i < founding->party_count; i++)
		if (!strcmp(founding->party[i].name, name))
			return &founding->party[i];
	return NULL;
}

/* The member's public root key: from the plan, or of the key in this folder. */
static enum err root_public(
	struct founding *founding, const struct founding_member *member, uint8_t public[32])
{
	const struct founding_party *party = party_of_name(founding, member->name);
	if (party && member->root && memcmp(member->root, party->root.public, 32) != 0)
		return unusable(
			founding, "the root key in the folder is not the one given", member->name);
	if (party || member->root) {
		memcpy(public, party ? party->root.public : member->root, 32);
		return OK;
	}
	return founding_root(founding->plan->folder, member->name, founding->plan->root_password,
		founding->plan->now_ms, public, founding->work.fault);
}

static enum err fill_genesis(struct founding *founding, struct genesis *genesis)
{
	const struct founding_plan *plan = founding->plan;
	enum err err = OK;
	*genesis = (struct genesis){
		.chosen = span_text(plan->chosen),
		.zone = span_text(plan->zone),
		.member_count = plan->member_count,
		.rules_version = RULES_VERSION,
		.time_ms = plan->now_ms,
	};
	for (size_t i = 0; !err && i < plan->member_count; i++) {
		const struct founding_member *from = &plan->members[i];
		struct genesis_member *to = &genesis->member[i];
		to->name = span_text(from->name);
		to->scope = from->scope;
		if (from->operator_name)
			to->operator_name = span_text(from->operator_name);
		err = root_public(founding, from, to->root);
		if (!from->is_voter)
			continue;
		genesis->voter[genesis->voter_count++] = to->name;
		memcpy(genesis->recovery[genesis->recovery_count++], to->root, SIGN_PUBLIC);
	}
	genesis->recovery_k = genesis->recovery_count / 2 + 1;
	return err;
}

/* Appends genesis and makes the origin of it. */
static enum err put_genesis(
	struct founding *founding, const struct genesis *genesis, struct founding_party *first)
{
	struct buf body;
	uint8_t entry[ENTRY_SIZE];
	buf_init(&body, BODY_SIZE_MAX);
	genesis_encode(genesis, &body);
	enum err err = body.err ? fault_set(founding->work.fault, body.err, 0, 0,
					  "the members and their scopes do not fit one statement")
				: founding_state(genesis->chosen, KIND_GENESIS, buf_span(&body),
					  founding->plan->now_ms, &first->by_root,
					  founding->work.statements, founding->work.fault);
	buf_close(&body);
	if (err)
		return err;
	const struct buf *all = founding->work.statements;
	statement_entry(span_of(all->at + 4, all->size - 4), entry);
	members_origin_make(genesis->chosen, entry, founding->origin);
	founding->work.origin = span_text(founding->origin);
	return OK;
}

static enum err state_genesis(struct founding *founding)
{
	const char *name = founding->plan->members[0].name;
	struct founding_party *first = party_of_name(founding, name);
	if (!first)
		return unusable(founding,
			"the first member signs genesis with its root key: put first "
			"yourself, or a member that you operate",
			name);
	struct genesis *genesis = calloc(1, sizeof *genesis);
	if (!genesis)
		return fault_set(
			founding->work.fault, ERR_MEMORY, 0, 0, "no memory for the founding");
	enum err err = fill_genesis(founding, genesis);
	if (!err)
		err = put_genesis(founding, genesis, first);
	free(genesis);
	return err;
}

static enum err state_sites(struct founding *founding)
{
	const struct founding_plan *plan = founding->plan;
	enum err err = OK;
	for (size_t i = 0; !err && i < plan->site_count; i++) {
		const struct founding_site *site = &plan->sites[i];
		struct founding_party *party = party_of_name(founding, site->party);
		if (!party)
			return unusable(founding, "has a site but is not served here", site->party);
		struct site_body body = {
			.has_parent = site->has_parent,
			.level = site->level,
			.from_ms = plan->now_ms,
			.has_tenant = party->tenant != NULL,
		};
		memcpy(body.site, site->id, UNIT_ID_SIZE);
		memcpy(body.parent, site->parent, UNIT_ID_SIZE);
		if (party->tenant)
			memcpy(body.tenant, party->tenant, UNIT_ID_SIZE);
		err = founding_site(founding->work.origin, &body, plan->now_ms,
			&party->by_appliance, founding->work.statements, founding->work.fault);
	}
	return err;
}

/* Keys of all parties, tenants and sites. Self comes first: its appliance key seals. */
static enum err state_parties(struct founding *founding)
{
	struct founding_party *self = &founding->party[0];
	enum err err = OK;
	for (size_t i = 0; !err && i < founding->party_count; i++) {
		struct founding_party *party = &founding->party[i];
		if (party->tenant)
			err = founding_party_tenant(&founding->work, party, &self->by_appliance);
		if (!err)
			err = founding_party_keys(&founding->work, party, party == self);
	}
	return err ? err : state_sites(founding);
}

/* This year's pepper, sealed to the box keys made here; voters seal it to the others later. */
static enum err state_pepper(struct founding *founding)
{
	struct founding_party *self = &founding->party[0];
	struct pepper_box *boxes = calloc(founding->party_count, sizeof *boxes);
	uint8_t *pepper = secret_new(PEPPER_SIZE);
	struct buf body;
	int32_t year;
	int32_t month;
	int32_t day;
	enum err err = boxes && pepper ? OK : ERR_MEMORY;
	buf_init(&body, BODY_SIZE_MAX);
	civil_from_day(zone_day(ZONE_UTC, founding->plan->now_ms), &year, &month, &day);
	if (!err)
		random_fill(pepper, PEPPER_SIZE);
	for (size_t i = 0; !err && i < founding->party_count; i++) {
		memcpy(boxes[i].kid, founding->party[i].box_kid, KID_SIZE);
		err = box_put(
			founding->party[i].box_public, span_of(pepper, PEPPER_SIZE), boxes[i].box);
	}
	if (!err)
		pepper_body_seal((uint16_t)year, pepper, boxes, founding->party_count, &body);
	err = err ? fault_set(founding->work.fault, err, 0, 0, "the pepper cannot be sealed")
	      : body.err
		      ? fault_set(founding->work.fault, body.err, 0, 0, "the pepper is too large")
		      : founding_state(founding->work.origin, KIND_PEPPER, buf_span(&body),
				founding->plan->now_ms, &self->by_appliance,
				founding->work.statements, founding->work.fault);
	buf_close(&body);
	if (pepper)
		secret_free(pepper);
	free(boxes);
	return err;
}

static void open_founding(struct founding *founding, const struct founding_plan *plan,
	struct span origin, struct buf *statements, struct fault *fault)
{
	*founding = (struct founding){
		.plan = plan,
		.work.folder = plan->folder,
		.work.origin = origin,
		.work.appliance = plan->appliance,
		.work.root_password = plan->root_password,
		.work.now_ms = plan->now_ms,
		.work.statements = statements,
		.work.fault = fault,
	};
}

static void close_founding(struct founding *founding)
{
	for (size_t i = 0; i < founding->party_count; i++)
		founding_party_close(&founding->party[i]);
	free(founding->party);
}

enum err founding_make(const struct founding_plan *plan, char origin[ORIGIN_SIZE_MAX + 1],
	struct buf *statements, struct fault *fault)
{
	struct founding founding;
	open_founding(&founding, plan, span_of(NULL, 0), statements, fault);
	enum err err = judge_plan(&founding);
	if (!err)
		err = judge_ledger(&founding);
	if (!err && statements->size)
		err = fault_set(fault, ERR_USAGE, 0, 0, "genesis must be the first statement");
	if (!err)
		err = open_parties(&founding);
	if (!err)
		err = state_genesis(&founding);
	if (!err)
		err = state_parties(&founding);
	if (!err && member_of(plan, plan->self)->is_voter)
		err = state_pepper(&founding);
	if (!err)
		memcpy(origin, founding.origin, sizeof founding.origin);
	close_founding(&founding);
	return err;
}

enum err founding_join(const struct founding_plan *plan, struct span origin, struct buf *statements,
	struct fault *fault)
{
	struct founding founding;
	open_founding(&founding, plan, origin, statements, fault);
	enum err err = judge_plan(&founding);
	if (!err && !origin_is_valid(origin))
		err = fault_set(fault, ERR_FORMAT, 0, 0, "this is no ledger's origin");
	if (!err)
		err = open_parties(&founding);
	if (!err)
		err = state_parties(&founding);
	close_founding(&founding);
	return err;
}
