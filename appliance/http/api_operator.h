/* The operator of an appliance among its accounts: an admin of the party whose appliance this is
 * (it has the log key). It sees to accounts and keys of all parties served here; an admin of
 * another party to its own only. */
#ifndef APPLIANCE_HTTP_API_OPERATOR_H
#define APPLIANCE_HTTP_API_OPERATOR_H

#include "appliance/http/api.h"

bool api_is_operator(struct call *call);

/* Errors: ERR_DENIED for others. */
MUST_CHECK enum err api_operator_only(struct call *call);

/* The party asked about: name, or without one (NULL) the caller's own.
 * Errors: ERR_DENIED for another party than the own unless the caller is the operator;
 * ERR_NOT_FOUND for a party that is not served here. */
MUST_CHECK enum err api_party(struct call *call, const char *name, const struct desk_party **party);

/* The party as the members' tables know it. */
MUST_CHECK enum err api_ledger_party(struct call *call, const struct table *table,
	const struct desk_party *from, struct party *party);

/* States one body of the ledger's own kinds as that party's appliance. Errors: as desk_state. */
MUST_CHECK enum err api_state_own(struct call *call, const struct desk_party *party, unsigned kind,
	struct span body, struct stated *stated);

#endif
