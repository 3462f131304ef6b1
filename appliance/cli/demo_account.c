/* Asking the appliance as the accounts of the plan. */
#include "appliance/cli/demo.h"

#include "appliance/cli/answers.h"

#include <stdio.h>
#include <string.h>

static const struct arg_option options[] = {CLI_CLIENT_OPTIONS, {0}};

static enum err open_account(struct demo *demo, const char *user, struct demo_account *account)
{
	char word[] = "demo";
	char as[] = "--as";
	char *argv[] = {word, as, account->user, NULL};
	(void)snprintf(account->user, sizeof account->user, "%s", user);
	account->cli = (struct cli){.folder = demo->folder};
	enum err err =
		args_parse(&account->cli.args, options, user[0] ? 3 : 1, argv, &account->cli.fault);
	if (!err)
		err = client_open(&account->client, &account->cli);
	return err;
}

/* The account's connection; NULL, and the step has failed, when there is none. */
static struct demo_account *account_of(struct demo *demo, const char *user)
{
	const char *name = user ? user : "";
	for (size_t i = 0; i < demo->account_count; i++)
		if (!strcmp(demo->accounts[i].user, name))
			return &demo->accounts[i];
	if (demo->account_count == DEMO_ACCOUNTS_MAX) {
		struct fault fault = {.text = "too many accounts in the story"};
		(void)demo_ok(demo, ERR_LIMIT, &fault);
		return NULL;
	}
	struct demo_account *account = &demo->accounts[demo->account_count];
	enum err err = open_account(demo, name, account);
	if (!demo_ok(demo, err, &account->cli.fault)) {
		args_close(&account->cli.args);
		return NULL;
	}
	demo->account_count++;
	return account;
}

void demo_accounts_close(struct demo *demo)
{
	for (size_t i = 0; i < demo->account_count; i++) {
		client_free(demo->accounts[i].client);
		args_close(&demo->accounts[i].cli.args);
	}
	demo->account_count = 0;
}

bool demo_get(struct demo *demo, const char *user, const char *path, json_t **answer)
{
	struct demo_account *account = account_of(demo, user);
	return account &&
	       demo_ok(demo, client_get(account->client, path, answer), &account->cli.fault);
}

bool demo_post(struct demo *demo, const char *user, const char *path, json_t *body, json_t **answer)
{
	struct demo_account *account = account_of(demo, user);
	bool done = account && demo_ok(demo, client_post(account->client, path, body, answer),
				       &account->cli.fault);
	json_decref(body);
	return done;
}

bool demo_post_bytes(struct demo *demo, const char *user, const char *path, const char *type,
	struct span body, json_t **answer)
{
	struct demo_account *account = account_of(demo, user);
	return account &&
	       demo_ok(demo, client_post_bytes(account->client, path, type, body, answer),
		       &account->cli.fault);
}

bool demo_post_unless_there(struct demo *demo, const char *user, const char *path, const char *type,
	struct span body, json_t **answer)
{
	struct demo_account *account = account_of(demo, user);
	if (!account)
		return false;
	enum err err = client_post_bytes(account->client, path, type, body, answer);
	const json_t *refusal = err ? client_refusal(account->client) : NULL;
	if (refusal && !strcmp(json_text(refusal, "code"), "exists")) {
		demo_note(demo, "there", "%s", json_text(refusal, "error"));
		return false;
	}
	return demo_ok(demo, err, &account->cli.fault);
}

bool demo_fetch(struct demo *demo, const char *user, const char *path, struct buf *body)
{
	struct demo_account *account = account_of(demo, user);
	return account &&
	       demo_ok(demo, client_get_bytes(account->client, path, body), &account->cli.fault);
}

void demo_post_refused(struct demo *demo, const char *user, const char *path, const char *type,
	struct span body, const char *code)
{
	struct demo_account *account = account_of(demo, user);
	json_t *answer = NULL;
	if (!account)
		return;
	enum err err = client_post_bytes(account->client, path, type, body, &answer);
	const json_t *refusal = client_refusal(account->client);
	if (!err) {
		demo_expect(demo, "refused", code, "nothing: it was taken");
		json_decref(answer);
	} else if (!refusal) {
		(void)demo_ok(demo, err, &account->cli.fault);
	} else {
		demo_note(demo, "sentence", "%s", json_text(refusal, "error"));
		demo_expect(demo, "refused", code, json_text(refusal, "code"));
	}
}

const char *demo_gln(const struct demo *demo, const char *party)
{
	const json_t *places = json_object_get(demo->plan, "places");
	for (size_t i = 0; i < json_array_size(places); i++) {
		const json_t *place = json_array_get(places, i);
		if (!strcmp(json_text(place, "party"), party))
			return json_text(place, "gln");
	}
	return "";
}
