#include "appliance/view/asker.h"

#include "appliance/rules/judging.h"
#include "appliance/rules/scope.h"

#define STALE_AFTER_MS (15 * 60000LL) /* cosigned every 10 s while it runs */

struct following {
	const struct table *table;
	struct recall_asker *asker;
};

static enum err follow(void *self, struct span name, struct fault *fault)
{
	struct following *following = self;
	struct recall_asker *asker = following->asker;
	struct member member;
	if (asker->followed_count == RECALL_FOLLOWED_MAX)
		return OK;
	enum err err = member_named(following->table, name, &member, fault);
	if (err == ERR_NOT_FOUND)
		return OK;
	if (!err)
		asker->followed[asker->followed_count++] = member.index;
	return err;
}

enum err asker_find(const struct table *table, struct view *view, const struct desk_party *party,
	struct asker *asker, struct fault *fault)
{
	struct author author;
	uint8_t public[32];
	struct member member;
	struct scope scope;
	struct recall_asker *recall = &asker->facts.recall;
	*asker = (struct asker){
		.facts = {.recall = {.roles = ROLES_ALL}, .stale_after_ms = STALE_AFTER_MS}};
	if (!party)
		return OK;
	enum err err = members_key(table, party->kid, &author, public, fault);
	if (!err)
		err = member_at(table, author.member_index, &member, fault);
	if (!err)
		err = scope_decode(member.scope, &scope, fault);
	if (err)
		return err;
	judging_place(&author, asker->facts.place);
	asker->party = party_of(&author);
	asker->has_party = true;
	asker->is_authority = !author.has_tenant && scope_is_authority(&scope, AREA_MEDICINES);
	recall->roles = scope.roles;
	recall->followed[0] = author.member_index;
	recall->followed_count = 1;
	struct following following = {table, recall};
	struct view_epc_sink sink = {&following, follow};
	return view ? view_follow_each(view, party->name, &sink, fault) : OK;
}

bool asker_follows(const struct asker *asker, uint16_t member_index)
{
	const struct recall_asker *recall = &asker->facts.recall;
	for (size_t i = 0; i < recall->followed_count; i++)
		if (recall->followed[i] == member_index)
			return true;
	return false;
}
