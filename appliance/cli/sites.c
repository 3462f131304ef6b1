/* assay sites and assay mandate: places of an organisation, and what others may state for it. */
#include "appliance/cli/answers.h"
#include "appliance/cli/commands.h"

#include <stdio.h>
#include <string.h>

static void set_if_given(struct cli *cli, json_t *body, const char *option)
{
	const char *value = arg_value(&cli->args, option);
	if (value)
		(void)json_object_set_new(body, option + 2, json_string(value));
}

static json_t *values_of(struct cli *cli, const char *option)
{
	json_t *list = json_array();
	const char *one;
	for (unsigned i = 0; (one = arg_value_at(&cli->args, option, i)); i++)
		(void)json_array_append_new(list, json_string(one));
	return list;
}

/* "/api/v1/sites", "/api/v1/sites/CODE", "...?party=NAME". */
static void put_path(
	struct cli *cli, const char *base, const char *rest, bool asks_party, struct buf *path)
{
	const char *party = arg_value(&cli->args, "--party");
	buf_put_text(path, base);
	if (rest) {
		buf_put_text(path, "/");
		client_escape(span_text(rest), path);
	}
	if (asks_party && party) {
		buf_put_text(path, "?party=");
		client_escape(span_text(party), path);
	}
}

static void show_sites(const json_t *answer)
{
	for (size_t i = 0; i < json_array_size(answer); i++) {
		const json_t *one = json_array_get(answer, i);
		printf("%-24s %-8s level %lld  from %s%s%s  %s, %s\n", json_text(one, "code"),
			json_text(one, "state"),
			(long long)json_integer_value(json_object_get(one, "level")),
			json_text(one, "from"), json_text(one, "until")[0] ? " until " : "",
			json_text(one, "until"), json_text(one, "party"), json_text(one, "name"));
	}
	if (!json_is_array(answer))
		show_members(answer);
}

static enum err read_site(struct cli *cli, const char *verb, json_t *body)
{
	static const char *const texts[] = {
		"--party", "--name", "--gln", "--ods", "--premises", "--licence"};
	static const char *const changes[] = {"--parent", "--from", "--until", "--successor"};
	bool adds = !strcmp(verb, "add");
	int64_t level = 0;
	enum err err = arg_int(&cli->args, "--level", 0, 1, 4, &level, &cli->fault);
	for (size_t i = 0; adds && i < sizeof texts / sizeof texts[0]; i++)
		set_if_given(cli, body, texts[i]);
	for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++)
		set_if_given(cli, body, changes[i]);
	if (adds && level)
		(void)json_object_set_new(body, "level", json_integer(level));
	if (!err && !strcmp(verb, "close") && !arg_given(&cli->args, "--until"))
		err = fault_set(&cli->fault, ERR_USAGE, 0, 0, "say --until YYYY-MM-DD");
	if (!err && !strcmp(verb, "move") && !arg_given(&cli->args, "--parent"))
		err = fault_set(&cli->fault, ERR_USAGE, 0, 0,
			"say --parent CODE: the site under which it goes");
	return err;
}

static enum status run_sites(struct cli *cli)
{
	const char *verb = cli->args.plain_count ? cli->args.plain[0] : "list";
	const char *code = cli->args.plain_count > 1 ? cli->args.plain[1] : NULL;
	bool lists = !strcmp(verb, "list"), adds = !strcmp(verb, "add");
	bool changes = !strcmp(verb, "close") || !strcmp(verb, "move");
	struct client *client = NULL;
	struct buf path;
	json_t *answer = NULL;
	json_t *body = json_object();
	buf_init(&path, 4096);
	enum err err = OK;
	if ((!lists && !adds && !changes) || changes != (code != NULL))
		err = fault_set(
			&cli->fault, ERR_USAGE, 0, 0, "say list, add, close CODE or move CODE");
	if (!err && !lists)
		err = read_site(cli, verb, body);
	if (!err)
		err = client_open(&client, cli);
	put_path(cli, "/api/v1/sites", code, lists, &path);
	if (!err)
		err = lists ? client_get(client, buf_text(&path), &answer)
			    : client_post(client, buf_text(&path), body, &answer);
	if (!err)
		answer_print(cli, answer, show_sites);
	json_decref(body);
	buf_close(&path);
	client_free(client);
	return cli_failed(err);
}

static void show_mandates(const json_t *answer)
{
	for (size_t i = 0; i < json_array_size(answer); i++) {
		const json_t *one = json_array_get(answer, i);
		const json_t *kinds = json_object_get(one, "kinds");
		printf("%s  %s for %s  %s  %.10s to %.10s%s:", json_text(one, "mandate"),
			json_text(one, "agent"), json_text(one, "principal"),
			json_text(one, "state"), json_text(one, "from"), json_text(one, "until"),
			json_is_true(json_object_get(one, "narrowed")) ? "  for some products or "
									 "sites"
								       : "");
		for (size_t k = 0; k < json_array_size(kinds); k++)
			printf(" %s", json_string_value(json_array_get(kinds, k)));
		printf("\n");
	}
	if (!json_is_array(answer))
		show_members(answer);
}

static enum status run_mandate(struct cli *cli)
{
	const char *verb = cli->args.plain_count ? cli->args.plain[0] : "list";
	const char *id = cli->args.plain_count > 1 ? cli->args.plain[1] : NULL;
	bool lists = !strcmp(verb, "list"), gives = !strcmp(verb, "give");
	bool revokes = !strcmp(verb, "revoke");
	struct client *client = NULL;
	struct buf path;
	json_t *answer = NULL;
	json_t *body = json_object();
	buf_init(&path, 4096);
	enum err err = OK;
	if ((!lists && !gives && !revokes) || revokes != (id != NULL))
		err = fault_set(&cli->fault, ERR_USAGE, 0, 0, "say list, give or revoke MANDATE");
	if (!err)
		err = client_open(&client, cli);
	if (gives) {
		set_if_given(cli, body, "--party");
		set_if_given(cli, body, "--agent");
		set_if_given(cli, body, "--from");
		set_if_given(cli, body, "--until");
		(void)json_object_set_new(body, "kinds", values_of(cli, "--kind"));
		(void)json_object_set_new(body, "gtins", values_of(cli, "--gtin"));
		(void)json_object_set_new(body, "sites", values_of(cli, "--site"));
	}
	put_path(cli, "/api/v1/mandates", id, !gives, &path);
	if (!err)
		err = lists   ? client_get(client, buf_text(&path), &answer)
		      : gives ? client_post(client, buf_text(&path), body, &answer)
			      : client_delete(client, buf_text(&path), &answer);
	if (!err)
		answer_print(cli, answer, show_mandates);
	json_decref(body);
	buf_close(&path);
	client_free(client);
	return cli_failed(err);
}

static const struct arg_option site_options[] = {
	CLI_CLIENT_OPTIONS,
	{"--party", "NAME", "whose (else your own organisation's)"},
	{"--name", "TEXT", "add: what people call it; stays here"},
	{"--gln", "GLN", "add: one code at least; codes stay here"},
	{"--ods", "CODE", "add: its ODS code"},
	{"--premises", "NUMBER", "add: its premises registration"},
	{"--licence", "NUMBER", "add: its licence"},
	{"--level", "N", "add: 1 organisation, 2 building, 3 ward or department, 4 bench (1)"},
	{"--parent", "CODE", "add, move: the site above it, of a lower level"},
	{"--from", "DAY", "valid from this day (add: now)"},
	{"--until", "DAY", "close: valid until the beginning of this day"},
	{"--successor", "CODE", "the site that takes its place"},
	{0},
};
static const struct arg_option mandate_options[] = {
	CLI_CLIENT_OPTIONS,
	{"--party", "NAME", "who gives it (else your own organisation)"},
	{"--agent", "MEMBER", "give: who may state it"},
	{"--kind", "WORD", "give: what may be stated, as commission (may be repeated)"},
	{"--gtin", "GTIN", "give: only for this product (may be repeated)"},
	{"--site", "CODE", "give: only by stations at this site (may be repeated)"},
	{"--from", "DAY", "give: from this day (now)"},
	{"--until", "DAY", "give: until this day, included"},
	{0},
};

const struct command command_sites = {
	.word = "sites",
	.usage = "list|add|close CODE|move CODE",
	.summary = "places of an organisation: list, add, close, move",
	.help = "The ledger has a random number, the tree and the dates of a site; codes and names "
		"stay here.",
	.options = site_options,
	.run = run_sites,
};
const struct command command_mandate = {
	.word = "mandate",
	.usage = "list|give --agent MEMBER --kind WORD --until DAY|revoke MANDATE",
	.summary = "what another member may state for your organisation",
	.options = mandate_options,
	.run = run_mandate,
};
