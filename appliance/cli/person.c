/* assay person, attest, badge, clearance, status: people, as HR and a ward ask about them. */
#include "appliance/cli/answers.h"
#include "appliance/cli/commands.h"

#include "ledger/base/crypto.h"

#include <stdio.h>
#include <stdlib.h>

#define FILE_MAX    ((size_t)1 << 20)
#define PATH_SIZE   512
#define PERSON_SIZE 32 /* hexadecimal digits */

static enum err person_path(struct cli *cli, const char *tail, char out[PATH_SIZE])
{
	const char *person = arg_value(&cli->args, "--person");
	if (!person || strlen(person) != PERSON_SIZE)
		return fault_set(&cli->fault, ERR_USAGE, 0, 0,
			"say --person with the %d digits that `assay person` shows", PERSON_SIZE);
	(void)snprintf(out, PATH_SIZE, "/api/v1/people/%s%s", person, tail);
	return OK;
}

static enum err read_json(struct cli *cli, const char *path, json_t **out)
{
	struct buf text;
	json_error_t error;
	buf_init(&text, FILE_MAX);
	enum err err = cli_read_file(path, FILE_MAX, &text, &cli->fault);
	if (!err) {
		*out = json_loadb((const char *)text.at, text.size, JSON_REJECT_DUPLICATES, &error);
		if (!*out)
			err = fault_set(&cli->fault, ERR_FORMAT, (size_t)error.line, 0,
				"%.100s line %d is not JSON: %.100s", path, error.line, error.text);
	}
	buf_close(&text);
	return err;
}

static enum status finish(struct cli *cli, struct client *client, json_t *answer, enum err err)
{
	if (!err)
		answer_print(cli, answer, show_members);
	client_free(client);
	return cli_failed(err);
}

static enum status run_person(struct cli *cli)
{
	struct client *client = NULL;
	json_t *answer = NULL;
	char path[PATH_SIZE];
	const char *name = arg_value(&cli->args, "--add");
	const char *photo = arg_value(&cli->args, "--photo-sha256");
	bool erases = arg_given(&cli->args, "--erase");
	enum err err = client_open(&client, cli);
	if (!err && name) {
		json_t *body = json_pack("{s:s}", "name", name);
		if (photo)
			(void)json_object_set_new(body, "photo_sha256", json_string(photo));
		err = client_post(client, "/api/v1/people", body, &answer);
		json_decref(body);
	} else if (!err && (erases || arg_given(&cli->args, "--person"))) {
		err = person_path(cli, "", path);
		if (!err)
			err = erases ? client_delete(client, path, &answer)
				     : client_get(client, path, &answer);
	} else if (!err) {
		err = client_get(client, "/api/v1/people", &answer);
	}
	return finish(cli, client, answer, err);
}

/* A check as JSON from a file, or another organisation's credential with its r. */
static enum status run_attest(struct cli *cli)
{
	struct client *client = NULL;
	json_t *answer = NULL;
	json_t *read = NULL;
	char path[PATH_SIZE];
	const char *check = arg_value(&cli->args, "--check");
	const char *import = arg_value(&cli->args, "--import");
	const char *relying = arg_value(&cli->args, "--for");
	enum err err = OK;
	if (!check == !import)
		err = fault_set(&cli->fault, ERR_USAGE, 0, 0,
			"say --check FILE (own check) or --import FILE (another's credential)");
	if (!err)
		err = person_path(cli, check ? "/checks" : "/import", path);
	if (!err)
		err = read_json(cli, check ? check : import, &read);
	if (!err)
		err = client_open(&client, cli);
	if (!err) {
		/* What `attest --check --json` printed is what `attest --import` reads. */
		json_t *body = check ? json_pack("{s:O}", "check", read)
				     : json_pack("{s:O, s:O}", "credential",
					       json_object_get(read, "credential"), "r",
					       json_object_get(read, "r"));
		if (!body)
			err = fault_set(&cli->fault, ERR_FORMAT, 0, 0,
				"%s holds no \"credential\" and \"r\"", import);
		if (body && check && relying)
			(void)json_object_set_new(body, "relying", json_string(relying));
		if (!err)
			err = client_post(client, path, body, &answer);
		json_decref(body);
	}
	json_decref(read);
	return finish(cli, client, answer, err);
}

static enum err write_png(struct cli *cli, const json_t *answer)
{
	const char *out = arg_value(&cli->args, "--png");
	const char *text = json_text(answer, "png");
	size_t size = 0;
	if (!out)
		return OK;
	uint8_t *png = malloc(strlen(text) + 1);
	if (!png)
		return fault_set(&cli->fault, ERR_MEMORY, 0, 0, "out of memory");
	enum err err =
		base64_parse(span_text(text), false, png, strlen(text) + 1, &size, &cli->fault);
	if (!err)
		err = cli_write_file(out, span_of(png, size), 0600, true, &cli->fault);
	free(png);
	return err;
}

static enum status run_badge(struct cli *cli)
{
	struct client *client = NULL;
	json_t *answer = NULL;
	char path[PATH_SIZE];
	int64_t days;
	const char *role = arg_value(&cli->args, "--role");
	enum err err = person_path(cli, "/badge", path);
	if (!err)
		err = arg_int(&cli->args, "--days", 1, 1, 90, &days, &cli->fault);
	if (!err && !role)
		err = fault_set(&cli->fault, ERR_USAGE, 0, 0, "say --role, as in pharmacist");
	if (!err)
		err = client_open(&client, cli);
	if (!err) {
		json_t *body = json_pack("{s:s, s:I}", "role", role, "days", (json_int_t)days);
		err = client_post(client, path, body, &answer);
		json_decref(body);
	}
	if (!err)
		err = write_png(cli, answer);
	if (!err && !cli->json)
		(void)json_object_del(answer, "png");
	return finish(cli, client, answer, err);
}

static void show_clearance(const json_t *answer)
{
	const json_t *reasons = json_object_get(answer, "reasons");
	printf("%s (%s)\n  %s\n", json_text(answer, "clearance"), json_text(answer, "colour"),
		json_text(answer, "sentence"));
	for (size_t i = 0; i < json_array_size(reasons); i++) {
		const json_t *reason = json_array_get(reasons, i);
		printf("  %-8s %s\n", json_text(reason, "result"), json_text(reason, "sentence"));
	}
	if (json_text(answer, "until")[0])
		printf("  until      %s\n", json_text(answer, "until"));
	printf("  policy     %s\n", json_text(answer, "policy_hash"));
	show_evidence(json_object_get(answer, "evidence"));
}

static enum err ask_picture(struct cli *cli, struct client *client, const char *picture,
	const char *role, const char *site, json_t **answer)
{
	struct buf png;
	struct buf path;
	buf_init(&png, FILE_MAX);
	buf_init(&path, 1024);
	enum err err = cli_read_file(picture, FILE_MAX, &png, &cli->fault);
	buf_printf(&path, "/api/v1/clearance/picture?photo_seen=%s&role=",
		arg_given(&cli->args, "--photo-seen") ? "true" : "false");
	client_escape(span_text(role), &path);
	buf_put_text(&path, "&site_class=");
	client_escape(span_text(site), &path);
	if (!err)
		err = client_post_bytes(
			client, buf_text(&path), "image/png", buf_span(&png), answer);
	buf_close(&path);
	buf_close(&png);
	return err;
}

static enum status run_clearance(struct cli *cli)
{
	static const char *const optional[][2] = {{"--person", "person"}, {"--badge", "badge"},
		{"--product", "product_class"}, {"--at", "at"}};
	struct client *client = NULL;
	json_t *answer = NULL;
	const char *picture = arg_value(&cli->args, "--picture");
	const char *role = arg_value(&cli->args, "--role");
	const char *site = arg_value(&cli->args, "--site");
	const char *policy = arg_value(&cli->args, "--publish-policy");
	enum status status = STATUS_COULD_NOT;
	enum err err = client_open(&client, cli);
	if (!err && policy) {
		struct buf text;
		buf_init(&text, FILE_MAX);
		err = cli_read_file(policy, FILE_MAX, &text, &cli->fault);
		if (!err)
			err = client_post_bytes(client, "/api/v1/clearance/policy",
				"application/json", buf_span(&text), &answer);
		buf_close(&text);
		return finish(cli, client, answer, err);
	}
	if (!err && (!role || !site))
		err = fault_set(&cli->fault, ERR_USAGE, 0, 0,
			"say --role and --site, as in pharmacist and hospital_pharmacy");
	if (!err && picture) {
		err = ask_picture(cli, client, picture, role, site, &answer);
	} else if (!err) {
		json_t *body = json_pack("{s:s, s:s, s:b}", "role", role, "site_class", site,
			"photo_seen", arg_given(&cli->args, "--photo-seen"));
		for (size_t i = 0; i < sizeof optional / sizeof optional[0]; i++)
			if (arg_given(&cli->args, optional[i][0]))
				(void)json_object_set_new(body, optional[i][1],
					json_string(arg_value(&cli->args, optional[i][0])));
		err = client_post(client, "/api/v1/clearance", body, &answer);
		json_decref(body);
	}
	if (!err) {
		const char *said = json_text(answer, "clearance");
		status = !strcmp(said, "cleared")       ? STATUS_YES
			 : !strcmp(said, "not_cleared") ? STATUS_NO
							: STATUS_COULD_NOT;
		answer_print(cli, answer, show_clearance);
	}
	client_free(client);
	return status;
}

static enum status run_status(struct cli *cli)
{
	struct client *client = NULL;
	json_t *answer = NULL;
	const char *commitment = arg_value(&cli->args, "--commitment");
	const char *status = arg_value(&cli->args, "--status");
	const char *reason = arg_value(&cli->args, "--reason");
	enum err err = OK;
	if (!commitment || !status || !reason)
		err = fault_set(&cli->fault, ERR_USAGE, 0, 0,
			"say --commitment, --status (valid, suspended, revoked) and --reason");
	if (!err)
		err = client_open(&client, cli);
	if (!err) {
		json_t *body = json_pack("{s:s, s:s, s:s}", "commitment", commitment, "status",
			status, "reason", reason);
		err = client_post(client, "/api/v1/status", body, &answer);
		json_decref(body);
	}
	return finish(cli, client, answer, err);
}

static const struct arg_option person_options[] = {
	CLI_CLIENT_OPTIONS,
	{"--add", "NAME", "add a person (off the ledger)"},
	{"--photo-sha256", "HEX", "with --add: hash of the photo on the staff record"},
	{"--person", "ID", "show one with all checks"},
	{"--erase", NULL, "with --person: erase; what remains is told"},
	{0},
};
static const struct arg_option attest_options[] = {
	CLI_CLIENT_OPTIONS,
	{"--person", "ID", "whose check"},
	{"--check", "FILE", "the check as JSON (docs/people.md)"},
	{"--for", "MEMBER", "with --check: the organisation that will rely on it"},
	{"--import", "FILE", "what the issuer's `attest --check --json` printed"},
	{0},
};
static const struct arg_option badge_options[] = {
	CLI_CLIENT_OPTIONS,
	{"--person", "ID", "whose badge"},
	{"--role", "ROLE", "pharmacist, nurse, ..."},
	{"--days", "N", "how long it is good (1)"},
	{"--png", "FILE", "write the QR code there"},
	{0},
};
static const struct arg_option clearance_options[] = {
	CLI_CLIENT_OPTIONS,
	{"--badge", "TEXT", "the badge as scanned (ASY1:...)"},
	{"--picture", "FILE", "a PNG picture of the badge"},
	{"--person", "ID", "or the person, for HR"},
	{"--role", "ROLE", "work to be done"},
	{"--site", "CLASS", "hospital_pharmacy, adult_ward, ..."},
	{"--product", "CLASS", "controlled, ..."},
	{"--photo-seen", NULL, "the face was compared with the photo"},
	{"--at", "TIME", "what held at a past moment (RFC 3339); nothing is recorded"},
	{"--publish-policy", "FILE", "publish the employer's policy (JSON) instead"},
	{0},
};
static const struct arg_option status_options[] = {
	CLI_CLIENT_OPTIONS,
	{"--commitment", "HEX", "of the record"},
	{"--status", "WORD", "valid, suspended or revoked"},
	{"--reason", "WORD", "source_changed, lapsed, issued_in_error, reinstated, ..."},
	{0},
};

const struct command command_person = {
	.word = "person",
	.usage = "[--add NAME | --person ID]",
	.summary = "people that HR keeps records of: add, list, show, erase",
	.options = person_options,
	.run = run_person,
};
const struct command command_attest = {
	.word = "attest",
	.usage = "--person ID --check FILE",
	.summary = "record a check of a person, or import another organisation's",
	.options = attest_options,
	.run = run_attest,
};
const struct command command_badge = {
	.word = "badge",
	.usage = "--person ID --role ROLE",
	.summary = "make a badge with its QR code",
	.options = badge_options,
	.run = run_badge,
};
const struct command command_clearance = {
	.word = "clearance",
	.usage = "--badge TEXT --role ROLE --site CLASS",
	.summary = "is this person cleared for this work, here, now?",
	.help = "Exit status: 0 cleared, 1 not cleared, 2 cannot tell or could not ask.",
	.options = clearance_options,
	.run = run_clearance,
};
const struct command command_status = {
	.word = "status",
	.usage = "--commitment HEX --status WORD --reason WORD",
	.summary = "suspend, revoke or reinstate a record (its source)",
	.options = status_options,
	.run = run_status,
};
