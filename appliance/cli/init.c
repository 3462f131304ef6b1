/* assay init: makes a ledger's folder: keys, genesis, the statements that register everybody,
 * certificates, accounts, the policy that verifiers pin. */
#include "appliance/cli/commands.h"
#include "appliance/cli/plan.h"
#include "appliance/http/tls.h"
#include "appliance/making.h"
#include "appliance/wiring.h"
#include "ledger/proof/policy.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_SIZE       4096
#define HTTP_PORT       8443
#define STATION_PORT    7433
#define PASSWORD_BYTES  12
#define STATEMENTS_WAIT 10000
#define ACCOUNTS_MAX    ((size_t)1 << 20)

/* Who the verifiers of this ledger believe: its log key, and a quorum of the voters' cosigners. */
static enum err write_policy(
	struct cli *cli, struct keyholder *keyholder, struct span origin, const char *member)
{
	char path[PATH_SIZE];
	struct keyholder_key log;
	struct keyholder_key cosign;
	struct note_key log_key;
	struct note_key cosign_key;
	struct buf text;
	buf_init(&text, TRUST_POLICY_SIZE_MAX);
	enum err err = keyholder_find(keyholder, member, KEY_LOG, &log, &cli->fault);
	if (!err)
		err = keyholder_find(keyholder, member, KEY_COSIGN, &cosign, &cli->fault);
	if (!err)
		err = note_key_make(origin, NOTE_ED25519, log.public, &log_key, &cli->fault);
	if (!err)
		err = note_key_make(span_text(member), NOTE_COSIGNATURE, cosign.public, &cosign_key,
			&cli->fault);
	if (!err) {
		(void)snprintf(path, sizeof path, "%s/policy", cli->folder);
		policy_print(&log_key, 1, &cosign_key, 1, 1, &text);
		err = cli_write_file(path, buf_span(&text), 0644, false, &cli->fault);
	}
	buf_close(&text);
	return err;
}

static enum err submit_all(struct cli *cli, struct service *service, struct span statements)
{
	struct submitter *submitter = NULL;
	struct span one;
	enum err err = submitter_open(&submitter, service, &cli->fault);
	for (size_t i = 1; !err && founding_next(&statements, &one); i++) {
		struct answer answer;
		err = submitter_ask(submitter, one, false, STATEMENTS_WAIT, &answer, &cli->fault);
		if (!err && answer.err)
			err = fault_set(&cli->fault, answer.err, i, 0, "founding statement %zu: %s",
				i, answer.fault.text);
		if (!err && !answer_is_recorded(&answer))
			err = fault_set(&cli->fault, ERR_REFUSED, i, 0,
				"founding statement %zu was refused with code %u", i,
				(unsigned)answer.outcome.code);
	}
	if (submitter)
		submitter_free(submitter);
	return err;
}

/* Genesis, then a short life of the node in which all else is registered. */
static enum err make_ledger(
	struct cli *cli, const struct plan *plan, const char *origin, struct span statements)
{
	struct appliance appliance = {.folder = cli->folder};
	struct service_options options = {0};
	struct span genesis;
	env_machine(&appliance.env);
	(void)snprintf(
		appliance.config.member, sizeof appliance.config.member, "%s", plan->founding.self);
	enum err err = keyholder_start(&appliance.keyholder, cli->folder, NULL, &cli->fault);
	if (!err)
		err = channels_open(&appliance.channels, &cli->fault);
	if (!err)
		err = appliance_node_options(&appliance, &options.node, &cli->fault);
	if (!err && !founding_next(&statements, &genesis))
		err = fault_set(&cli->fault, ERR_CORRUPT, 0, 0, "founding made no genesis");
	if (!err)
		err = node_create(&options.node, genesis, &cli->fault);
	options.channels = appliance.channels;
	if (!err)
		err = service_open(&appliance.service, &options, &cli->fault);
	if (!err)
		err = submit_all(cli, appliance.service, statements);
	if (!err)
		err = write_policy(
			cli, appliance.keyholder, span_text(origin), plan->founding.self);
	if (appliance.service)
		service_free(appliance.service);
	if (appliance.channels)
		channels_free(appliance.channels);
	keyholder_stop(appliance.keyholder);
	return err;
}

static enum err make_tokens_folder(struct cli *cli)
{
	char path[PATH_SIZE];
	(void)snprintf(path, sizeof path, "%s/tokens", cli->folder);
	if (mkdir(path, 0700) && errno != EEXIST)
		return fault_set(&cli->fault, ERR_READONLY, 0, 0, "cannot make %.150s: %s", path,
			strerror(errno));
	return OK;
}

/* Passwords that were made here are told once: on the terminal, or in the file given for them. */
static enum err tell_accounts(struct cli *cli, const struct buf *accounts)
{
	const char *path = arg_value(&cli->args, "--accounts");
	if (path)
		return cli_write_file(path, buf_span(accounts), 0600, true, &cli->fault);
	if (accounts->size)
		cli_say(cli, "%.*s", (int)accounts->size - 1, (const char *)accounts->at);
	return OK;
}

static enum err add_users(
	struct cli *cli, const struct plan *plan, const struct env *env, struct buf *accounts)
{
	struct users *users = NULL;
	enum err err = make_tokens_folder(cli);
	if (!err)
		err = users_open(&users, cli->folder, env, &cli->fault);
	for (size_t i = 0; !err && i < plan->user_count; i++) {
		const struct plan_user *user = &plan->users[i];
		uint8_t random[PASSWORD_BYTES];
		char made[base64_room(PASSWORD_BYTES)];
		char token[USER_TOKEN_SIZE];
		char path[PATH_SIZE];
		env_random(env, random, sizeof random);
		base64_print(span_of(random, sizeof random), true, made);
		err = users_put(
			users, &user->account, user->password ? user->password : made, &cli->fault);
		if (!err)
			err = users_token(users, user->account.user, token, &cli->fault);
		(void)snprintf(path, sizeof path, "%s/tokens/%s", cli->folder, user->account.user);
		if (!err)
			err = cli_write_file(path, span_text(token), 0600, true, &cli->fault);
		if (!err && !user->password)
			buf_printf(accounts, "account %s of %s, password %s\n", user->account.user,
				user->account.party, made);
		secret_wipe(made, sizeof made);
	}
	users_free(users);
	return err || !accounts->err ? err
				     : fault_set(&cli->fault, accounts->err, 0, 0,
					       "out of memory for the accounts");
}

static enum err add_places(struct cli *cli, const struct plan *plan, const struct env *env)
{
	struct view *view = NULL;
	enum err err = view_open(&view, cli->folder, env, &cli->fault);
	for (size_t i = 0; !err && i < plan->place_count; i++)
		err = view_place_put(view, &plan->places[i], &cli->fault);
	view_free(view);
	return err;
}

static enum err read_config(struct cli *cli, const struct plan *plan, struct config *config)
{
	int64_t http_port;
	int64_t station_port;
	const char *host = arg_value(&cli->args, "--host");
	const char *address = arg_value(&cli->args, "--address");
	const char *second = arg_value(&cli->args, "--second-floor");
	enum err err =
		arg_int(&cli->args, "--http-port", HTTP_PORT, 1, 65535, &http_port, &cli->fault);
	if (!err)
		err = arg_int(&cli->args, "--station-port", STATION_PORT, 1, 65535, &station_port,
			&cli->fault);
	if (err)
		return err;
	*config = (struct config){
		.http_port = (uint16_t)http_port, .station_port = (uint16_t)station_port};
	(void)snprintf(config->member, sizeof config->member, "%s", plan->founding.self);
	(void)snprintf(config->host, sizeof config->host, "%s", host ? host : "localhost");
	(void)snprintf(
		config->address, sizeof config->address, "%s", address ? address : "127.0.0.1");
	(void)snprintf(
		config->second_floor, sizeof config->second_floor, "%s", second ? second : "");
	return OK;
}

static enum err load_plan(struct cli *cli, const struct env *env, struct plan *plan)
{
	const char *path = arg_value(&cli->args, "--plan");
	const char *alone = arg_value(&cli->args, "--alone");
	json_t *json = NULL;
	json_error_t error;
	if (alone) {
		const char *roles[ARGS_VALUES_MAX];
		size_t count = 0;
		const char *role;
		while ((role = arg_value_at(&cli->args, "--role", (unsigned)count)))
			roles[count++] = role;
		json = plan_alone(alone, alone, roles, count, arg_value(&cli->args, "--gtin"));
	} else if (path) {
		struct buf text;
		buf_init(&text, PLAN_SIZE_MAX);
		enum err err = cli_read_file(path, PLAN_SIZE_MAX, &text, &cli->fault);
		if (!err)
			json = json_loadb(
				(const char *)text.at, text.size, JSON_REJECT_DUPLICATES, &error);
		buf_close(&text);
		if (err)
			return err;
		if (!json)
			return fault_set(&cli->fault, ERR_FORMAT, (size_t)error.line, 0,
				"%.100s line %d is not JSON: %.100s", path, error.line, error.text);
	} else {
		return fault_set(&cli->fault, ERR_USAGE, 0, 0,
			"say --plan FILE, or --alone NAME --role ROLE for one organisation alone");
	}
	return plan_read(plan, json, env, &cli->fault);
}

static enum err make_certificates(
	struct cli *cli, const struct config *config, const struct env *env)
{
	char tls[PATH_SIZE];
	const char *names[] = {config->host, "localhost", "127.0.0.1", "::1"};
	(void)snprintf(tls, sizeof tls, "%s/tls", cli->folder);
	return tls_prepare(
		tls, names, sizeof names / sizeof names[0], env_now_ms(env), &cli->fault);
}

/* Everything in its order; assay.conf, which says that the ledger is whole, last. */
static enum err make_all(struct cli *cli, const struct plan *plan, const struct config *config,
	const struct env *env, char origin[ORIGIN_SIZE_MAX + 1])
{
	struct buf statements, accounts;
	buf_init(&statements, FOUNDING_SIZE_MAX);
	buf_init(&accounts, ACCOUNTS_MAX);
	enum err err = founding_make(&plan->founding, origin, &statements, &cli->fault);
	if (!err)
		err = make_ledger(cli, plan, origin, buf_span(&statements));
	if (!err)
		err = add_places(cli, plan, env);
	if (!err)
		err = add_users(cli, plan, env, &accounts);
	if (!err)
		err = make_certificates(cli, config, env);
	if (!err)
		err = tell_accounts(cli, &accounts);
	if (!err)
		err = making_sync(cli->folder, &cli->fault);
	if (!err)
		err = config_save(cli->folder, config, &cli->fault);
	if (accounts.size)
		secret_wipe(accounts.at, accounts.size);
	buf_close(&accounts);
	buf_close(&statements);
	return err;
}

static enum status run(struct cli *cli)
{
	struct env env;
	struct config config;
	char origin[ORIGIN_SIZE_MAX + 1];
	int lock = -1;
	struct plan *plan = calloc(1, sizeof *plan);
	if (!plan) {
		(void)fault_set(&cli->fault, ERR_MEMORY, 0, 0, "out of memory");
		return STATUS_COULD_NOT;
	}
	cli_keep_private();
	env_machine(&env);
	enum err err = load_plan(cli, &env, plan);
	plan->founding.folder = cli->folder;
	if (!err)
		err = read_config(cli, plan, &config);
	if (!err)
		err = making_begin(cli->folder, &lock, &cli->fault);
	if (!err)
		err = make_all(cli, plan, &config, &env, origin);
	making_end(cli->folder, lock, !err);
	if (!err && cli->json)
		cli_print_json(json_pack("{s:s, s:s}", "origin", origin, "folder", cli->folder));
	if (!err)
		cli_say(cli,
			"ledger %s made in %s\n"
			"  one voter: whoever holds its disk could rewrite it; receipts and "
			"outside "
			"copies show it, nothing prevents it\n"
			"  root keys are in %s/root: move them to a place that is offline\n"
			"  next: assay run --folder %s",
			origin, cli->folder, cli->folder, cli->folder);
	plan_close(plan);
	free(plan);
	return cli_failed(err);
}

static const struct arg_option options[] = {
	CLI_OPTIONS,
	{"--plan", "FILE", "members, tenants, places and accounts as JSON"},
	{"--alone", "NAME", "a ledger of one organisation with this name"},
	{"--role", "ROLE",
		"with --alone: pharmacy, hospital, hr, manufacturer, ... (may be repeated)"},
	{"--gtin", "GTIN", "with --alone and manufacturer: a product of its own"},
	{"--http-port", "PORT", "of the page and the interface (8443)"},
	{"--station-port", "PORT", "of the scanning stations (7433)"},
	{"--address", "ADDRESS", "to listen on (127.0.0.1; :: for all)"},
	{"--host", "NAME", "name by which browsers reach it (localhost)"},
	{"--accounts", "FILE", "write the accounts and passwords there (mode 0600), not here"},
	{"--second-floor", "FILE", "second place for the last signed size, on another disk"},
	{0},
};

const struct command command_init = {
	.word = "init",
	.usage = "--plan FILE | --alone NAME --role ROLE",
	.summary = "make a ledger and this appliance's keys, certificates and accounts",
	.help = NULL,
	.options = options,
	.run = run,
};
