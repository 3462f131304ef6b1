/* Making a request for a root key, and signing it. */
#include "appliance/cli/keys_parts.h"
#include "ledger/base/civil.h"
#include "ledger/base/hex.h"
#include "appliance/view/key_list.h"

#include <stdio.h>
#include <string.h>

#define PASSWORD_MAX 1024

enum err asking_open(struct asking *asking, struct here *here, const struct here_party *party)
{
	struct key_record root = {0};
	struct authorisation *wanted = &asking->wanted;
	struct fault *fault = &here->cli->fault;
	struct span origin = reader_origin(here->reader);
	*asking = (struct asking){.wanted = {.made_ms = env_now_ms(&here->env)}};
	buf_init(&asking->bodies, AUTHORISATION_SIZE_MAX);
	buf_init(&asking->statements, AUTHORISATION_SIZE_MAX);
	(void)snprintf(wanted->origin, sizeof wanted->origin, "%.*s", (int)origin.size,
		(const char *)origin.at);
	(void)snprintf(wanted->issuer, sizeof wanted->issuer, "%s", party->issuer);
	(void)snprintf(wanted->party, sizeof wanted->party, "%s", party->name);
	wanted->has_tenant = party->party.has_tenant;
	memcpy(wanted->tenant, party->party.tenant, UNIT_ID_SIZE);
	enum err err = here_root(here, party, &root);
	if (!err)
		err = members_sequence_next(
			here->snapshot.table, root.kid, &wanted->sequence, fault);
	memcpy(wanted->root_kid, root.kid, KID_SIZE);
	return err;
}

void asking_close(struct asking *asking)
{
	buf_close(&asking->bodies);
	buf_close(&asking->statements);
}

enum err asking_add(struct asking *asking, struct here *here, unsigned kind, struct span body)
{
	struct authorisation *wanted = &asking->wanted;
	if (wanted->item_count == AUTHORISATION_ITEMS_MAX)
		return fault_set(&here->cli->fault, ERR_LIMIT, 0, 0,
			"more than %d things in one request", AUTHORISATION_ITEMS_MAX);
	size_t at = asking->bodies.size;
	buf_put(&asking->bodies, body);
	if (asking->bodies.err)
		return fault_set(&here->cli->fault, asking->bodies.err, 0, 0, "out of memory");
	wanted->item[wanted->item_count].kind = (uint16_t)kind;
	wanted->item[wanted->item_count++].body = span_of(NULL, body.size);
	for (size_t i = 0; i < wanted->item_count; i++) /* the buf may have moved */
		at = i ? at + wanted->item[i - 1].body.size : 0,
		wanted->item[i].body.at = asking->bodies.at + at;
	return OK;
}

static enum err save(struct cli *cli, const struct authorisation *authorisation, const char *path)
{
	struct buf bytes;
	buf_init(&bytes, AUTHORISATION_SIZE_MAX);
	authorisation_encode(authorisation, &bytes);
	enum err err = bytes.err
			       ? fault_set(&cli->fault, bytes.err, 0, 0, "the request is too large")
			       : cli_write_file(path, buf_span(&bytes), 0600, false, &cli->fault);
	buf_close(&bytes);
	return err;
}

enum err asking_save(struct cli *cli, const struct asking *asking, const char *path)
{
	return save(cli, &asking->wanted, path);
}

enum err root_load(struct cli *cli, const char *party, struct keyfile *root)
{
	char path[KEYFILE_PATH_MAX];
	struct buf password;
	const char *given = arg_value(&cli->args, "--root");
	const char *words = arg_value(&cli->args, "--root-password");
	enum err err = OK;
	buf_init(&password, PASSWORD_MAX);
	if (given)
		(void)snprintf(path, sizeof path, "%s", given);
	else
		err = keyfile_path(cli->folder, KEY_ROOT, party, NULL, path, &cli->fault);
	if (!err && words)
		err = cli_read_file(words, PASSWORD_MAX, &password, &cli->fault);
	while (password.size && password.at[password.size - 1] == '\n')
		password.size--;
	if (!err)
		err = keyfile_load(root, path, buf_span(&password), &cli->fault);
	if (err == ERR_NOT_FOUND && !given)
		err = fault_set(&cli->fault, err, 0, 0,
			"no root key of %.63s in %.100s/root: give it by --root FILE, or make a "
			"request for the place where it is: assay keys request",
			party, cli->folder);
	if (!err && !root->secret)
		err = fault_set(&cli->fault, ERR_DENIED, 0, 0,
			"%.150s is under a password: give it by --root-password FILE", path);
	if (password.size)
		secret_wipe(password.at, password.size);
	buf_close(&password);
	return err;
}

enum err asking_sign(struct cli *cli, struct asking *asking)
{
	struct env env;
	struct keyfile root = {0};
	env_machine(&env);
	enum err err = root_load(cli, asking->wanted.party, &root);
	if (!err)
		err = authorisation_sign(
			&asking->wanted, &root, env_now_ms(&env), &asking->statements, &cli->fault);
	keyfile_close(&root);
	return err;
}

static void print_key(const struct authorisation *from, struct span body, char *out, size_t size)
{
	struct key_body key;
	uint8_t kid[KID_SIZE];
	char digits[2 * KID_SIZE + 1];
	char until[CIVIL_TIME_SIZE] = "";
	if (key_body_decode(body, &key, NULL)) {
		(void)snprintf(out, size, "a damaged registration of a key");
		return;
	}
	key_purpose_kid(key.purpose, key.public, kid);
	hex_print(span_of(kid, KID_SIZE), digits);
	if (key.has_until)
		civil_print_time(key.until_ms, until);
	(void)snprintf(out, size, "register the %s key %.16s of %s%s%s%s",
		key_purpose_word(key.purpose), digits, from->party,
		key.has_site ? ", at a site" : "", until[0] ? ", until " : "", until);
}

static void print_revocation(
	const struct authorisation *from, struct span body, char *out, size_t size)
{
	struct key_revoke_body revoke;
	char digits[2 * KID_SIZE + 1];
	char since[CIVIL_TIME_SIZE] = "";
	if (key_revoke_body_decode(body, &revoke, NULL)) {
		(void)snprintf(out, size, "a damaged revocation");
		return;
	}
	hex_print(span_of(revoke.kid, KID_SIZE), digits);
	if (revoke.has_compromised)
		civil_print_time(revoke.compromised_ms, since);
	(void)snprintf(out, size, "revoke the key %.16s of %s: %s%s%s", digits, from->party,
		revoke_reason_word(revoke.reason), since[0] ? ", in other hands since " : "",
		since);
}

static void print_move(const struct authorisation *from, struct span body, char *out, size_t size)
{
	struct tenant_move_body move;
	if (tenant_move_body_decode(body, &move, NULL))
		(void)snprintf(out, size, "a damaged move of a tenant");
	else
		(void)snprintf(out, size, "let %.*s serve %s in place of %s",
			(int)move.operator_name.size, (const char *)move.operator_name.at,
			from->party, from->issuer);
}

void item_print(const struct authorisation *from, size_t index, char out[ITEM_TEXT_MAX])
{
	struct span body = from->item[index].body;
	if (from->item[index].kind == KIND_KEY)
		print_key(from, body, out, ITEM_TEXT_MAX);
	else if (from->item[index].kind == KIND_KEY_REVOKE)
		print_revocation(from, body, out, ITEM_TEXT_MAX);
	else if (from->item[index].kind == KIND_TENANT_MOVE)
		print_move(from, body, out, ITEM_TEXT_MAX);
	else
		(void)snprintf(out, ITEM_TEXT_MAX, "%s of %s (%zu bytes)",
			ledger_kind_word(from->item[index].kind), from->party, body.size);
}

/* A person looks at what is signed: that is what an offline key is for. */
static enum err ask_person(struct cli *cli, const struct authorisation *wanted)
{
	char line[16] = "";
	char made[CIVIL_TIME_SIZE];
	civil_print_time(wanted->made_ms, made);
	(void)fprintf(stderr, "ledger  %s\nparty   %s\nmade    %s\n", wanted->origin, wanted->party,
		made);
	for (size_t i = 0; i < wanted->item_count; i++) {
		char text[ITEM_TEXT_MAX];
		item_print(wanted, i, text);
		(void)fprintf(stderr, "  %zu. %s\n", i + 1, text);
	}
	if (arg_given(&cli->args, "--yes"))
		return OK;
	(void)fprintf(stderr, "sign this? (yes or no) ");
	if (fgets(line, sizeof line, stdin) && !strcmp(line, "yes\n"))
		return OK;
	return fault_set(
		&cli->fault, ERR_DENIED, 0, 0, "nothing was signed: say yes, or give --yes");
}

enum status run_keys_authorise(struct cli *cli)
{
	struct asking asking = {0};
	struct buf file;
	const char *out = arg_value(&cli->args, "--out");
	buf_init(&file, AUTHORISATION_SIZE_MAX);
	buf_init(&asking.statements, AUTHORISATION_SIZE_MAX);
	enum err err = OK;
	if (cli->args.plain_count != 2 || !out)
		err = fault_set(&cli->fault, ERR_USAGE, 0, 0,
			"say which request, and --out FILE for what is signed");
	if (!err)
		err = cli_read_file(cli->args.plain[1], AUTHORISATION_SIZE_MAX, &file, &cli->fault);
	if (!err)
		err = authorisation_decode(buf_span(&file), &asking.wanted, &cli->fault);
	if (!err && asking.wanted.is_signed)
		err = fault_set(&cli->fault, ERR_EXISTS, 0, 0,
			"this request is signed already: assay keys install FILE");
	if (!err)
		err = ask_person(cli, &asking.wanted);
	if (!err)
		err = asking_sign(cli, &asking);
	if (!err)
		err = save(cli, &asking.wanted, out);
	if (!err && cli->json)
		cli_print_json(json_pack("{s:s, s:I}", "signed", out, "count",
			(json_int_t)asking.wanted.item_count));
	if (!err)
		cli_say(cli,
			"%s: carry it back within a week\n"
			"  next, there: assay keys install FILE --as ADMIN",
			out);
	buf_close(&file);
	asking_close(&asking);
	return cli_failed(err);
}
