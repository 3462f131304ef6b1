/* assay tenants: organisations that this appliance's member serves under its own name. A new one's
 * keys are made here; what must be said about it goes through the running appliance.
 *
 * What is to be handed in is kept in tenant-NAME.unfinished until all of it is on the ledger: the
 * tenant's statement body, then the registrations, each behind its length (ledger/founding.h).
 * After a crash the same command goes on with that file. */
#include "appliance/cli/answers.h"
#include "appliance/cli/commands.h"
#include "appliance/cli/keys_parts.h"
#include "ledger/base/hex.h"
#include "ledger/founding.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATH_SIZE      4096
#define PATH           "/api/v1/tenants"
#define PASSWORD_MAX   1024
#define UNFINISHED_MAX ((size_t)64 << 10)

/* One tenant on its way in. */
struct arriving {
	struct cli *cli;
	const char *name;
	char unfinished[PATH_SIZE];
	struct buf saved; /* the file's content */
	struct tenant_body body;
	struct span statements; /* into saved */
	char id[2 * UNIT_ID_SIZE + 1];
};

static void show_list(const json_t *answer)
{
	if (!json_array_size(answer))
		printf("no tenants\n");
	for (size_t i = 0; i < json_array_size(answer); i++) {
		const json_t *one = json_array_get(answer, i);
		const char *wanted = json_text(one, "wanted");
		const char *offered = json_text(one, "offered");
		printf("%s  %-30s  since position %lld%s%s%s%s%s\n", json_text(one, "tenant"),
			json_is_true(json_object_get(one, "served")) ? json_text(one, "party")
								     : "(no keys in use here)",
			(long long)json_integer_value(json_object_get(one, "since")),
			wanted[0] || offered[0] ? "  moves:" : "", wanted[0] ? " it wants " : "",
			wanted, offered[0] ? " offered by " : "", offered);
	}
}

static enum err list(struct cli *cli)
{
	struct client *client = NULL;
	json_t *answer = NULL;
	enum err err = client_open(&client, cli);
	if (!err)
		err = client_get(client, PATH, &answer);
	if (!err)
		answer_print(cli, answer, show_list);
	client_free(client);
	return err;
}

/* ---- add: keys ---- */

static enum err read_password(struct cli *cli, struct buf *password)
{
	const char *path = arg_value(&cli->args, "--root-password");
	if (!path)
		return OK;
	enum err err = cli_read_file(path, PASSWORD_MAX, password, &cli->fault);
	while (!err && password->size && password->at[password->size - 1] == '\n')
		password->size--;
	return err;
}

/* A name that is free: of no member, and of no party with keys here. */
static enum err judge_name(struct here *here, const char *name)
{
	struct fault *fault = &here->cli->fault;
	struct here_party party;
	struct member member;
	if (!name_is_valid(span_text(name)))
		return fault_set(fault, ERR_FORMAT, 0, 0,
			"a tenant's name is 1 to 63 of a-z, 0-9, dot and hyphen");
	if (!member_named(here->snapshot.table, span_text(name), &member, fault))
		return fault_set(fault, ERR_EXISTS, 0, 0,
			"%.63s is a member of this ledger: a tenant has another name", name);
	if (!here_party(here, name, &party))
		return fault_set(
			fault, ERR_EXISTS, 0, 0, "%.63s is served by this appliance already", name);
	for (size_t i = 0; i < here->key_count; i++)
		if (!strcmp(here->keys[i].party, name))
			return fault_set(fault, ERR_EXISTS, 0, 0,
				"keys/%.63s is left of another try and nothing was said of it: "
				"remove it, and say this again",
				name);
	*fault = (struct fault){0};
	return OK;
}

/* The root key that is here is of a tenant of another operator: its ID and its next number. */
static enum err look_for_root(struct here *here, struct founding_tenancy *tenancy,
	struct founding_tenant *tenant, struct fault *fault)
{
	char path[KEYFILE_PATH_MAX];
	struct keyfile root = {0};
	enum err err = keyfile_path(here->cli->folder, KEY_ROOT, tenant->name, NULL, path, fault);
	if (!err)
		err = keyfile_load(&root, path, tenancy->root_password, fault);
	if (err == ERR_NOT_FOUND) {
		env_random(&here->env, tenant->id, sizeof tenant->id);
		*fault = (struct fault){0};
		return OK;
	}
	if (!err && !root.has_tenant)
		err = fault_set(fault, ERR_KEY, 0, 0, "%s is no tenant's root key", path);
	if (!err) {
		memcpy(tenant->id, root.tenant, sizeof tenant->id);
		err = members_sequence_next(
			here->snapshot.table, root.kid, &tenancy->root_sequence, fault);
		if (err == ERR_NOT_FOUND) /* the ledger does not know it yet */
			err = OK;
	}
	keyfile_close(&root);
	return err;
}

static enum err save_unfinished(
	struct arriving *arriving, const struct tenant_body *body, const struct buf *statements)
{
	uint8_t memory[256];
	struct buf bytes;
	struct fault *fault = &arriving->cli->fault;
	buf_over(&bytes, memory, sizeof memory);
	tenant_body_encode(body, &bytes);
	buf_put_be(&arriving->saved, bytes.size, 4);
	buf_put(&arriving->saved, buf_span(&bytes));
	buf_put(&arriving->saved, buf_span(statements));
	if (arriving->saved.err)
		return fault_set(fault, arriving->saved.err, 0, 0, "no room for the statements");
	return cli_write_file(arriving->unfinished, buf_span(&arriving->saved), 0600, false, fault);
}

static enum err make_keys(struct arriving *arriving, struct here *here)
{
	struct cli *cli = arriving->cli;
	struct here_party own;
	struct key_record key;
	struct founding_tenant tenant = {.name = arriving->name};
	struct tenant_body body;
	struct buf statements;
	struct buf password;
	struct founding_tenancy tenancy = {.folder = cli->folder,
		.origin = reader_origin(here->reader),
		.operator_name = here->config.member,
		.tenant = &tenant,
		.now_ms = env_now_ms(&here->env)};
	buf_init(&statements, UNFINISHED_MAX);
	buf_init(&password, PASSWORD_MAX);
	enum err err = judge_name(here, arriving->name);
	if (!err)
		err = read_password(cli, &password);
	tenancy.root_password = buf_span(&password);
	if (!err)
		err = here_party(here, here->config.member, &own);
	if (!err)
		err = key_find(here->snapshot.table, own.kid, &key, &cli->fault);
	tenancy.appliance = key.appliance;
	if (!err)
		err = look_for_root(here, &tenancy, &tenant, &cli->fault);
	if (!err)
		err = founding_tenant(&tenancy, &body, &statements, &cli->fault);
	if (!err)
		err = save_unfinished(arriving, &body, &statements);
	if (password.size)
		secret_wipe(password.at, password.size);
	buf_close(&password);
	buf_close(&statements);
	return err;
}

static enum err open_saved(struct arriving *arriving)
{
	struct span body;
	struct fault *fault = &arriving->cli->fault;
	arriving->statements = buf_span(&arriving->saved);
	enum err err = founding_next(&arriving->statements, &body)
			       ? tenant_body_decode(body, &arriving->body, fault)
			       : ERR_CORRUPT;
	if (err)
		return fault_set(fault, ERR_CORRUPT, 0, 0,
			"%.150s is damaged: remove it, keys/%.63s and root/%.63s.key, and begin "
			"again",
			arriving->unfinished, arriving->name, arriving->name);
	hex_print(span_of(arriving->body.tenant, UNIT_ID_SIZE), arriving->id);
	return OK;
}

/* ---- add: what is said ---- */

static bool is_done(const struct client *client)
{
	const char *code = json_text(client_refusal(client), "code");
	return !strcmp(code, "exists") || !strcmp(code, "duplicate");
}

static enum err state_tenant(const struct arriving *arriving, struct client *client)
{
	char root[2 * SIGN_PUBLIC + 1];
	char signature[2 * SIGN_SIZE + 1];
	json_t *answer = NULL;
	hex_print(span_of(arriving->body.root, SIGN_PUBLIC), root);
	hex_print(span_of(arriving->body.signature, SIGN_SIZE), signature);
	json_t *body = json_pack(
		"{s:s, s:s, s:s}", "tenant", arriving->id, "root", root, "signature", signature);
	enum err err = client_post(client, PATH, body, &answer);
	json_decref(body);
	json_decref(answer);
	return err && is_done(client) ? OK : err;
}

static enum err hand_in(const struct arriving *arriving, struct client *client)
{
	struct span statements = arriving->statements;
	struct span one;
	enum err err = OK;
	while (!err && founding_next(&statements, &one)) {
		json_t *answer = NULL;
		err = client_post_bytes(
			client, "/api/v1/statements", "application/cose", one, &answer);
		json_decref(answer);
		if (err && is_done(client))
			err = OK;
	}
	return err;
}

/* Its packs' keys are found under the peppers, which its box key must open. */
static enum err seal_peppers(struct client *client, json_int_t *count)
{
	json_t *answer = NULL;
	json_t *body = json_object();
	enum err err = client_post(client, "/api/v1/peppers", body, &answer);
	*count = json_integer_value(json_object_get(answer, "sealed"));
	json_decref(body);
	json_decref(answer);
	return err;
}

static enum err say_all(struct arriving *arriving)
{
	struct cli *cli = arriving->cli;
	struct client *client = NULL;
	json_int_t sealed = 0;
	enum err err = client_open(&client, cli);
	if (!err)
		err = state_tenant(arriving, client);
	if (!err)
		err = hand_in(arriving, client);
	if (!err)
		err = seal_peppers(client, &sealed);
	client_free(client);
	if (err)
		return err;
	(void)unlink(arriving->unfinished);
	if (cli->json)
		cli_print_json(json_pack("{s:s, s:s, s:I, s:b}", "tenant", arriving->id, "party",
			arriving->name, "peppers_sealed", sealed, "start_again", true));
	cli_say(cli,
		"%s is a tenant of yours: %s\n"
		"  root/%s.key is its root key: move it to a place that is offline\n"
		"  next: end the appliance and start it again; then\n"
		"  assay sites add --party %s --name NAME --gln GLN --as ADMIN\n"
		"  assay accounts add USER --party %s --role admin --as ADMIN",
		arriving->name, arriving->id, arriving->name, arriving->name, arriving->name);
	return OK;
}

static enum err add(struct cli *cli, const char *name)
{
	struct arriving arriving = {.cli = cli, .name = name};
	struct here here = {0};
	buf_init(&arriving.saved, UNFINISHED_MAX);
	enum err err = OK;
	if (!name_is_valid(span_text(name)))
		err = fault_set(&cli->fault, ERR_FORMAT, 0, 0,
			"a tenant's name is 1 to 63 of a-z, 0-9, dot and hyphen");
	(void)snprintf(arriving.unfinished, sizeof arriving.unfinished,
		"%s/tenant-%.63s.unfinished", cli->folder, name);
	if (!err && access(arriving.unfinished, F_OK) == 0) {
		err = cli_read_file(
			arriving.unfinished, UNFINISHED_MAX, &arriving.saved, &cli->fault);
	} else if (!err) {
		err = here_open(&here, cli);
		if (!err)
			err = make_keys(&arriving, &here);
		here_close(&here);
	}
	if (!err)
		err = open_saved(&arriving);
	if (!err)
		err = say_all(&arriving);
	buf_close(&arriving.saved);
	return err;
}

/* ---- move ---- */

static enum err ask_move(struct cli *cli, struct asking *asking, const char *name, const char *to)
{
	struct here here = {0};
	struct here_party party;
	uint8_t memory[256];
	struct buf body;
	buf_over(&body, memory, sizeof memory);
	enum err err = here_open(&here, cli);
	if (!err)
		err = here_party(&here, name, &party);
	if (!err && !party.party.has_tenant)
		err = fault_set(&cli->fault, ERR_USAGE, 0, 0,
			"%.63s is a member, not a tenant of one", name);
	if (!err)
		err = asking_open(asking, &here, &party);
	if (!err) {
		struct tenant_move_body move = {.operator_name = span_text(to)};
		memcpy(move.tenant, party.party.tenant, UNIT_ID_SIZE);
		tenant_move_body_encode(&move, &body);
		err = asking_add(asking, &here, KIND_TENANT_MOVE, buf_span(&body));
	}
	here_close(&here);
	return err;
}

/* Its root key says so: here, or by a request that travels to where that key is. */
static enum err move(struct cli *cli, const char *name)
{
	const char *to = arg_value(&cli->args, "--to");
	const char *out = arg_value(&cli->args, "--out");
	json_t *answer = NULL;
	struct asking *asking = calloc(1, sizeof *asking);
	enum err err = asking ? OK : fault_set(&cli->fault, ERR_MEMORY, 0, 0, "out of memory");
	if (!err && (!to || !name_is_valid(span_text(to))))
		err = fault_set(&cli->fault, ERR_USAGE, 0, 0,
			"say --to MEMBER: the operator that is to serve it");
	if (!err)
		err = ask_move(cli, asking, name, to);
	if (!err && out) {
		err = asking_save(cli, asking, out);
		if (!err && cli->json)
			cli_print_json(json_pack("{s:s}", "request", out));
		if (!err)
			cli_say(cli,
				"%s: carry it to where the root key of %s is\n"
				"  next, there: assay keys authorise FILE --root KEY --out SIGNED",
				out, name);
	} else if (!err) {
		err = asking_sign(cli, asking);
		if (!err)
			err = authorisation_install(cli, &asking->wanted, &answer);
		json_decref(answer);
		if (!err && cli->json)
			cli_print_json(json_pack("{s:s, s:s}", "party", name, "wanted", to));
		if (!err)
			cli_say(cli,
				"%s wants to be served by %s: it moves when %s has taken it "
				"(`assay tenants add`, with its root key)",
				name, to, to);
	}
	if (asking)
		asking_close(asking);
	free(asking);
	return err;
}

static enum status run(struct cli *cli)
{
	const char *verb = cli->args.plain_count ? cli->args.plain[0] : "list";
	const char *name = cli->args.plain_count > 1 ? cli->args.plain[1] : NULL;
	bool lists = !strcmp(verb, "list");
	bool adds = !strcmp(verb, "add");
	enum err err;
	cli_keep_private();
	if ((!lists && !adds && strcmp(verb, "move") != 0) || cli->args.plain_count > 2 ||
		lists == (name != NULL))
		err = fault_set(&cli->fault, ERR_USAGE, 0, 0,
			"say list, add NAME, or move NAME --to MEMBER");
	else
		err = lists ? list(cli) : adds ? add(cli, name) : move(cli, name);
	return cli_failed(err);
}

static const struct arg_option options[] = {
	CLI_CLIENT_OPTIONS,
	{"--to", "MEMBER", "move: the operator that is to serve it"},
	{"--out", "FILE", "move: write what the root key must sign there, instead of signing here"},
	{"--root", "FILE", "move: the tenant's root key (else root/NAME.key in the folder)"},
	{"--root-password", "FILE", "the password of the tenant's root key; add: put it under one"},
	{0},
};

const struct command command_tenants = {
	.word = "tenants",
	.usage = "list|add NAME|move NAME --to MEMBER",
	.summary = "organisations that this member serves under its own name",
	.help = "`add` makes the tenant's keys in the folder and registers them; the appliance "
		"speaks for it\n"
		"from its next start on. With root/NAME.key there already, of a tenant of another "
		"operator that\n"
		"wants to be served here, that key is taken. The name stays here: the ledger has a "
		"random number.\n"
		"`move`, by the tenant's root key, says which operator is to serve it; its history "
		"stays.",
	.options = options,
	.run = run,
};
