/* Accounts as JSON, for the interface and the command line. */
#ifndef APPLIANCE_HTTP_ACCOUNT_JSON_H
#define APPLIANCE_HTTP_ACCOUNT_JSON_H

#include "appliance/http/users.h"

#include <jansson.h>

/* {"user", "party", "roles", "disabled", "password": whether it has one}. */
json_t *account_json(const struct account *account);
json_t *account_roles_json(unsigned duties);

/* A list of role words, at least one. Errors: ERR_FORMAT naming the word. */
MUST_CHECK enum err account_roles_read(const json_t *list, unsigned *duties, struct fault *fault);

/* Accounts of one party, or of all (NULL), by name. *list is to be released. Errors: storage. */
MUST_CHECK enum err account_list(
	struct users *users, const char *party, json_t **list, struct fault *fault);

#endif
