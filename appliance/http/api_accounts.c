/* Accounts: an admin sees to those of its own organisation, the operator to all. */
#include "appliance/http/account_json.h"
#include "appliance/http/api_operator.h"

#include <stdio.h>

static enum err list(struct call *call)
{
	const struct desk_party *party = NULL;
	const char *name = http_query(call->request, "party");
	json_t *accounts = NULL;
	enum err err = api_party(call, name, &party);
	bool sees_all = !err && !name && api_is_operator(call);
	if (!err)
		err = account_list(
			call->api->users, sees_all ? NULL : party->name, &accounts, &call->fault);
	if (!err)
		api_answer(call, accounts);
	return err;
}

/* A token for programs, in place of those before. */
static enum err give_token(struct call *call, const char *user, json_t *answer)
{
	char token[USER_TOKEN_SIZE];
	enum err err = users_forget_tokens(call->api->users, user, &call->fault);
	if (!err)
		err = users_token(call->api->users, user, token, &call->fault);
	if (!err)
		(void)json_object_set_new(answer, "token", json_string(token));
	secret_wipe(token, sizeof token);
	return err;
}

static enum err answer_account(struct call *call, const char *user)
{
	struct account account;
	enum err err = users_get(call->api->users, user, &account, &call->fault);
	json_t *answer = err ? NULL : account_json(&account);
	if (!err && api_bool(call, "token"))
		err = give_token(call, user, answer);
	if (err)
		json_decref(answer);
	else
		api_answer(call, answer);
	return err;
}

static enum err add(struct call *call)
{
	const char *user = NULL;
	struct account account = {0};
	struct account there;
	const struct desk_party *party = NULL;
	enum err err = api_party(call, api_text_or(call, "party", NULL), &party);
	if (!err)
		err = api_text(call, "user", &user);
	if (!err)
		err = account_roles_read(
			json_object_get(call->body, "roles"), &account.duties, &call->fault);
	/* Whether another has the name is not for the admin of one party. */
	if (!err && !api_is_operator(call) && !user_is_own(user, party->name))
		err = fault_set(&call->fault, ERR_FORMAT, 0, 0,
			"accounts of %s are called NAME@%s (NAME: 1 to %d of a-z 0-9 . -)",
			party->name, party->name, USER_OWN_MAX);
	if (err)
		return err;
	err = users_get(call->api->users, user, &there, &call->fault);
	if (!err)
		return fault_set(
			&call->fault, ERR_EXISTS, 0, 0, "there is an account %.96s already", user);
	if (err != ERR_NOT_FOUND)
		return err;
	if (strlen(user) > USER_NAME_MAX)
		return fault_set(&call->fault, ERR_FORMAT, 0, 0, "a user name has up to %d letters",
			USER_NAME_MAX);
	(void)snprintf(account.user, sizeof account.user, "%s", user);
	(void)snprintf(account.party, sizeof account.party, "%s", party->name);
	call->fault = (struct fault){0};
	err = users_put(
		call->api->users, &account, api_text_or(call, "password", NULL), &call->fault);
	return err ? err : answer_account(call, user);
}

static enum err change(struct call *call)
{
	char user[USER_NAME_MAX + 1] = "";
	struct account account;
	const struct desk_party *party = NULL;
	struct account_change wanted = {.password = api_text_or(call, "password", NULL)};
	const json_t *roles = json_object_get(call->body, "roles");
	const json_t *disabled = json_object_get(call->body, "disabled");
	bool is_disabled = json_is_true(disabled);
	unsigned duties = 0;
	if (call->rest.size && call->rest.size <= USER_NAME_MAX)
		memcpy(user, call->rest.at, call->rest.size);
	enum err err = users_get(call->api->users, user, &account, &call->fault);
	/* Whether others have an account of that name is not for everybody. */
	if (!err && api_party(call, account.party, &party))
		err = fault_set(
			&call->fault, ERR_NOT_FOUND, 0, 0, "there is no account %.96s", user);
	if (!err && roles && !json_is_null(roles)) {
		err = account_roles_read(roles, &duties, &call->fault);
		wanted.duties = &duties;
	}
	if (disabled && !json_is_null(disabled))
		wanted.is_disabled = &is_disabled;
	/* Who locks himself out calls for help, and somebody else can do it for him. */
	if (!err && !strcmp(user, call->account.user) &&
		(is_disabled || (wanted.duties && !(duties & DUTY_ADMIN))))
		err = fault_set(&call->fault, ERR_DENIED, 0, 0,
			"another admin must take this account's role or disable it");
	if (!err)
		err = users_change(call->api->users, user, &wanted, &call->fault);
	return err ? err : answer_account(call, user);
}

const struct route api_account_routes[] = {
	{"GET", "/api/v1/accounts", DUTY_ADMIN, BODY_NONE, list},
	{"POST", "/api/v1/accounts", DUTY_ADMIN, BODY_JSON, add},
	{"POST", "/api/v1/accounts/*", DUTY_ADMIN, BODY_JSON, change},
	{0},
};
