#include "appliance/http/api_operator.h"

bool api_is_operator(struct call *call)
{
	struct keyholder_key log;
	struct fault fault;
	return !keyholder_find(desk_keyholder(call->api->desk), NULL, KEY_LOG, &log, &fault) &&
	       !strcmp(log.party, call->account.party);
}

enum err api_operator_only(struct call *call)
{
	return api_is_operator(call)
		       ? OK
		       : fault_set(&call->fault, ERR_DENIED, 0, 0,
				 "this is for an admin of the one that runs the appliance");
}

enum err api_party(struct call *call, const char *name, const struct desk_party **party)
{
	*party = call->party;
	if (!name || !strcmp(name, call->account.party))
		return OK;
	if (!api_is_operator(call))
		return fault_set(&call->fault, ERR_DENIED, 0, 0,
			"the account %s sees to its own organisation only", call->account.user);
	*party = desk_find(call->api->desk, name);
	return *party ? OK
		      : fault_set(&call->fault, ERR_NOT_FOUND, 0, 0,
				"%.63s is not served by this appliance", name);
}

enum err api_ledger_party(struct call *call, const struct table *table,
	const struct desk_party *from, struct party *party)
{
	struct author author;
	uint8_t public[32];
	enum err err = members_key(table, from->kid, &author, public, &call->fault);
	if (!err)
		*party = party_of(&author);
	return err;
}

enum err api_state_own(struct call *call, const struct desk_party *party, unsigned kind,
	struct span body, struct stated *stated)
{
	struct desk_statement statement = {
		.party = party, .kind = kind, .word = ledger_kind_word(kind), .body = body};
	*stated = (struct stated){0};
	return api_refused(
		call, stated, desk_state(call->api->desk, &statement, stated, &call->fault));
}
