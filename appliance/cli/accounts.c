/* assay accounts: with --as through the running appliance; without, in the folder itself, by who
 * may write there (the way back in when no admin remembers his password). */
#include "appliance/cli/answers.h"
#include "appliance/cli/commands.h"
#include "appliance/cli/here.h"
#include "appliance/cli/secret_input.h"
#include "appliance/http/account_json.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PASSWORD_BYTES 12

/* What is asked for, the same for both ways. */
struct wanted {
	struct cli *cli;
	const char *verb;
	const char *user; /* NULL: list */
	json_t *roles; /* NULL: not given */
	bool has_password;
	bool is_made; /* the password was drawn here */
	char password[SECRET_INPUT_MAX + 1];
	bool token;
};

static enum err read_password(struct wanted *wanted)
{
	struct cli *cli = wanted->cli;
	struct env env;
	uint8_t raw[PASSWORD_BYTES];
	wanted->has_password = true;
	wanted->is_made = arg_given(&cli->args, "--generate");
	if (!wanted->is_made)
		return secret_input("password", true, wanted->password, &cli->fault);
	env_machine(&env);
	env_random(&env, raw, sizeof raw);
	base64_print(span_of(raw, sizeof raw), true, wanted->password);
	secret_wipe(raw, sizeof raw);
	return OK;
}

static enum err read_wanted(struct wanted *wanted)
{
	struct cli *cli = wanted->cli;
	static const char *const verbs[] = {"list", "add", "role", "disable", "enable", "reset"};
	const char *word;
	bool known = false;
	wanted->verb = cli->args.plain_count ? cli->args.plain[0] : "list";
	wanted->user = cli->args.plain_count > 1 ? cli->args.plain[1] : NULL;
	wanted->token = arg_given(&cli->args, "--token");
	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
		known |= !strcmp(wanted->verb, verbs[i]);
	bool lists = !strcmp(wanted->verb, "list");
	bool sets_roles = !strcmp(wanted->verb, "add") || !strcmp(wanted->verb, "role");
	if (!known || cli->args.plain_count > 2 || (lists != !wanted->user))
		return fault_set(&cli->fault, ERR_USAGE, 0, 0,
			"say list, or add, role, disable, enable or reset and the account's name");
	if (sets_roles && !arg_given(&cli->args, "--role"))
		return fault_set(&cli->fault, ERR_USAGE, 0, 0,
			"say --role ROLE: admin, pharmacist, warehouse, maker, hr, regulator or "
			"viewer; repeat it for more");
	wanted->roles = sets_roles ? json_array() : NULL;
	for (unsigned i = 0; sets_roles && (word = arg_value_at(&cli->args, "--role", i)); i++)
		(void)json_array_append_new(wanted->roles, json_string(word));
	bool with_password =
		!strcmp(wanted->verb, "reset") ||
		(!strcmp(wanted->verb, "add") && !arg_given(&cli->args, "--no-password"));
	return with_password ? read_password(wanted) : OK;
}

/* ---- through the running appliance ---- */

static enum err ask_appliance(struct wanted *wanted, json_t **answer)
{
	struct cli *cli = wanted->cli;
	struct client *client = NULL;
	struct buf path;
	const char *party = arg_value(&cli->args, "--party");
	bool adds = !strcmp(wanted->verb, "add");
	json_t *body = json_object();
	buf_init(&path, 4096);
	buf_put_text(&path, "/api/v1/accounts");
	enum err err = client_open(&client, cli);
	if (!wanted->user && party) {
		buf_put_text(&path, "?party=");
		client_escape(span_text(party), &path);
	} else if (wanted->user && !adds) {
		buf_put_text(&path, "/");
		client_escape(span_text(wanted->user), &path);
	}
	if (adds)
		(void)json_object_set_new(body, "user", json_string(wanted->user));
	if (adds && party)
		(void)json_object_set_new(body, "party", json_string(party));
	if (wanted->roles)
		(void)json_object_set(body, "roles", wanted->roles);
	if (wanted->has_password)
		(void)json_object_set_new(body, "password", json_string(wanted->password));
	if (!strcmp(wanted->verb, "disable") || !strcmp(wanted->verb, "enable"))
		(void)json_object_set_new(
			body, "disabled", json_boolean(!strcmp(wanted->verb, "disable")));
	if (wanted->token)
		(void)json_object_set_new(body, "token", json_true());
	if (!err)
		err = wanted->user ? client_post(client, buf_text(&path), body, answer)
				   : client_get(client, buf_text(&path), answer);
	json_decref(body);
	buf_close(&path);
	client_free(client);
	return err;
}

/* ---- in the folder ---- */

static enum err add_here(struct wanted *wanted, struct users *users)
{
	struct cli *cli = wanted->cli;
	struct config config;
	struct account account = {0};
	const char *party = arg_value(&cli->args, "--party");
	enum err err = config_load(cli->folder, &config, &cli->fault);
	if (!err && !users_get(users, wanted->user, &account, &cli->fault))
		err = fault_set(&cli->fault, ERR_EXISTS, 0, 0, "there is an account %.96s already",
			wanted->user);
	if (!err)
		err = account_roles_read(wanted->roles, &account.duties, &cli->fault);
	if (!err && strlen(wanted->user) > USER_NAME_MAX)
		err = fault_set(&cli->fault, ERR_FORMAT, 0, 0, "a user name has up to %d letters",
			USER_NAME_MAX);
	if (err)
		return err;
	(void)snprintf(account.user, sizeof account.user, "%s", wanted->user);
	(void)snprintf(account.party, sizeof account.party, "%s", party ? party : config.member);
	return users_put(
		users, &account, wanted->has_password ? wanted->password : NULL, &cli->fault);
}

static enum err change_here(struct wanted *wanted, struct users *users)
{
	struct cli *cli = wanted->cli;
	bool disables = !strcmp(wanted->verb, "disable");
	unsigned duties = 0;
	struct account_change change = {.password = wanted->has_password ? wanted->password : NULL};
	enum err err = OK;
	if (disables || !strcmp(wanted->verb, "enable"))
		change.is_disabled = &disables;
	if (wanted->roles) {
		err = account_roles_read(wanted->roles, &duties, &cli->fault);
		change.duties = &duties;
	}
	return err ? err : users_change(users, wanted->user, &change, &cli->fault);
}

static enum err answer_here(struct wanted *wanted, struct users *users, json_t **answer)
{
	struct cli *cli = wanted->cli;
	struct account account;
	char token[USER_TOKEN_SIZE];
	if (!wanted->user)
		return account_list(users, arg_value(&cli->args, "--party"), answer, &cli->fault);
	enum err err = users_get(users, wanted->user, &account, &cli->fault);
	if (!err)
		*answer = account_json(&account);
	if (!err && wanted->token) {
		err = users_forget_tokens(users, wanted->user, &cli->fault);
		if (!err)
			err = users_token(users, wanted->user, token, &cli->fault);
		if (!err)
			(void)json_object_set_new(*answer, "token", json_string(token));
		secret_wipe(token, sizeof token);
	}
	return err;
}

static enum err do_here(struct wanted *wanted, json_t **answer)
{
	struct cli *cli = wanted->cli;
	struct users *users = NULL;
	struct env env;
	char path[4096];
	env_machine(&env);
	(void)snprintf(path, sizeof path, "%s/users.db", cli->folder);
	enum err err = access(path, F_OK) ? fault_set(&cli->fault, ERR_NOT_FOUND, 0, 0,
						    "%.150s is no appliance's folder", cli->folder)
					  : users_open(&users, cli->folder, &env, &cli->fault);
	if (!err && !strcmp(wanted->verb, "add"))
		err = add_here(wanted, users);
	else if (!err && wanted->user)
		err = change_here(wanted, users);
	if (!err)
		err = answer_here(wanted, users, answer);
	users_free(users);
	return err;
}

/* ---- both ---- */

/* A token goes into the folder, where --as finds it, and is not shown. */
static enum err keep_token(struct wanted *wanted, json_t *answer)
{
	const char *token = json_string_value(json_object_get(answer, "token"));
	char path[4096];
	if (!token)
		return OK;
	(void)snprintf(path, sizeof path, "%s/tokens/%s", wanted->cli->folder, wanted->user);
	enum err err = cli_write_file(path, span_text(token), 0600, true, &wanted->cli->fault);
	(void)json_object_del(answer, "token");
	return err;
}

static void show_account(const json_t *one)
{
	const json_t *roles = json_object_get(one, "roles");
	printf("%-20s %-24s ", json_text(one, "user"), json_text(one, "party"));
	for (size_t i = 0; i < json_array_size(roles); i++)
		printf("%s%s", i ? "," : "", json_string_value(json_array_get(roles, i)));
	printf("%s%s\n", json_is_true(json_object_get(one, "password")) ? "" : "  no password",
		json_is_true(json_object_get(one, "disabled")) ? "  disabled" : "");
	if (json_text(one, "made")[0])
		printf("  password %s\n", json_text(one, "made"));
}

static void show_accounts(const json_t *answer)
{
	if (!json_is_array(answer))
		show_account(answer);
	for (size_t i = 0; i < json_array_size(answer); i++)
		show_account(json_array_get(answer, i));
}

static enum status run(struct cli *cli)
{
	struct wanted wanted = {.cli = cli};
	json_t *answer = NULL;
	cli_keep_private();
	enum err err = read_wanted(&wanted);
	if (!err)
		err = arg_given(&cli->args, "--as") ? ask_appliance(&wanted, &answer)
						    : do_here(&wanted, &answer);
	if (!err && wanted.user)
		err = keep_token(&wanted, answer);
	if (!err && wanted.is_made)
		(void)json_object_set_new(answer, "made", json_string(wanted.password));
	if (!err)
		answer_print(cli, answer, show_accounts);
	secret_wipe(wanted.password, sizeof wanted.password);
	json_decref(wanted.roles);
	return cli_failed(err);
}

static const struct arg_option options[] = {
	CLI_CLIENT_OPTIONS,
	{"--party", "NAME", "add: whose account (else your own organisation's); list: only these"},
	{"--role", "ROLE",
		"add, role: admin, pharmacist, warehouse, maker, hr, regulator, viewer (repeat)"},
	{"--generate", NULL, "add, reset: make a password and print it, instead of asking"},
	{"--no-password", NULL, "add: for programs only"},
	{"--token", NULL, "write a new token for programs to tokens/USER; those before end"},
	{0},
};

const struct command command_accounts = {
	.word = "accounts",
	.usage = "list|add USER|role USER|disable USER|enable USER|reset USER",
	.summary = "accounts of people and programs: list, add, change, disable, new password",
	.help = "With --as through the running appliance, as an admin: of the own organisation, or "
		"of all as\n"
		"an admin of the one whose appliance it is. Without --as in the folder itself, "
		"running or not.\n"
		"Passwords are asked for on the terminal, or read from standard input.",
	.options = options,
	.run = run,
};
