/* Signing in and out. */
#include "appliance/http/account_json.h"
#include "appliance/http/api.h"

#include <stdio.h>

static enum err sign_in(struct call *call)
{
	const char *user;
	const char *password;
	char session[USER_TOKEN_SIZE];
	char page[USER_TOKEN_SIZE];
	char cookie[USER_TOKEN_SIZE + 96];
	enum err err = api_text(call, "user", &user);
	if (!err)
		err = api_text(call, "password", &password);
	if (!err)
		err = users_sign_in(call->api->users,
			&(struct sign_in){user, password, call->request->peer}, &call->account,
			session, page, &call->fault);
	if (err == ERR_BUSY)
		call->wait_s = USER_BLOCK_MS / 1000;
	if (err)
		return err;
	const struct desk_party *party = desk_find(call->api->desk, call->account.party);
	if (!party)
		return fault_set(&call->fault, ERR_DENIED, 0, 0,
			"this appliance has no keys of %s: register them first",
			call->account.party);
	(void)snprintf(cookie, sizeof cookie,
		SESSION_COOKIE "=%s; Path=/; Max-Age=%d; HttpOnly; Secure; SameSite=Strict",
		session, (int)(USER_SESSION_MS / 1000));
	http_reply_header(call->reply, "Set-Cookie", cookie);
	api_answer(call, json_pack("{s:s, s:s, s:s, s:o, s:s}", "user", call->account.user, "party",
				 call->account.party, "member", party->member, "roles",
				 account_roles_json(call->account.duties), "token", page));
	return OK;
}

static enum err sign_out(struct call *call)
{
	const char *session = http_cookie(call->request, SESSION_COOKIE);
	enum err err = session ? users_sign_out(call->api->users, session, &call->fault) : OK;
	if (err)
		return err;
	http_reply_header(call->reply, "Set-Cookie",
		SESSION_COOKIE "=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Strict");
	api_answer(call, json_pack("{s:b}", "signed_out", true));
	return OK;
}

const struct route api_session_routes[] = {
	{"POST", API_SIGN_IN, 0, BODY_JSON, sign_in},
	{"POST", "/api/v1/sign-out", DUTY_ANY_STAFF, BODY_NONE, sign_out},
	{0},
};
