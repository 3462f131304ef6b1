/* assay recall, trace, alerts, receipt: what regulators, makers and auditors ask. */
#include "appliance/cli/answers.h"
#include "appliance/cli/commands.h"

#include <stdio.h>

static enum status finish(struct cli *cli, struct client *client, json_t *answer, enum err err,
	void (*show)(const json_t *answer))
{
	if (!err)
		answer_print(cli, answer, show);
	client_free(client);
	return cli_failed(err);
}

/* [{"gtin", "lots"}] of --gtin and --lot; no lots: all. */
static json_t *items_of(const struct cli *cli)
{
	json_t *lots = json_array();
	const char *one;
	for (unsigned i = 0; (one = arg_value_at(&cli->args, "--lot", i)); i++)
		(void)json_array_append_new(lots, json_string(one));
	return json_pack("[{s:s, s:o}]", "gtin", arg_value(&cli->args, "--gtin"), "lots", lots);
}

static void put_text(const struct cli *cli, json_t *body, const char *name, const char *option)
{
	const char *value = arg_value(&cli->args, option);
	if (value)
		(void)json_object_set_new(body, name, json_string(value));
}

static enum err put_number(struct cli *cli, json_t *body, const char *name, const char *option)
{
	int64_t value;
	if (!arg_given(&cli->args, option))
		return OK;
	enum err err = arg_int(&cli->args, option, 0, 0, 10000000, &value, &cli->fault);
	if (!err)
		(void)json_object_set_new(body, name, json_integer((json_int_t)value));
	return err;
}

static enum err put_recall(struct cli *cli, json_t *body)
{
	(void)json_object_set_new(body, "items", items_of(cli));
	put_text(cli, body, "depth", "--depth");
	put_text(cli, body, "notice", "--notice");
	if (arg_given(&cli->args, "--notice"))
		(void)json_object_set_new(body, "transcribed", json_true());
	return put_number(cli, body, "class", "--class");
}

static enum err put_amendment(struct cli *cli, json_t *body)
{
	bool removes = arg_given(&cli->args, "--remove");
	if (arg_given(&cli->args, "--gtin"))
		(void)json_object_set_new(body, removes ? "remove" : "add", items_of(cli));
	put_text(cli, body, "depth", "--depth");
	return put_number(cli, body, "class", "--class");
}

static enum err put_counts(struct cli *cli, json_t *body)
{
	static const struct {
		const char *name;
		const char *option;
	} counts[] = {{"held", "--held"}, {"quarantined", "--quarantined"},
		{"returned", "--returned"}, {"supplied", "--supplied"},
		{"contacted", "--contacted"}};
	enum err err = OK;
	put_text(cli, body, "gtin", "--gtin");
	put_text(cli, body, "lot", "--lot");
	for (size_t i = 0; !err && i < sizeof counts / sizeof counts[0]; i++)
		err = put_number(cli, body, counts[i].name, counts[i].option);
	return err;
}

static enum err put_derived(struct cli *cli, json_t *body)
{
	const char *affected = arg_value(&cli->args, "--affected");
	bool is_yes = affected && !strcmp(affected, "yes");
	if (!is_yes && (!affected || strcmp(affected, "no") != 0))
		return fault_set(&cli->fault, ERR_USAGE, 0, 0, "say --affected yes or no");
	put_text(cli, body, "gtin", "--gtin");
	put_text(cli, body, "lot", "--lot");
	(void)json_object_set_new(body, "affected", json_boolean(is_yes));
	return OK;
}

/* assay recall VERB ID */
static enum err change_recall(
	struct cli *cli, struct client *client, const char *verb, const char *id, json_t **answer)
{
	static const struct {
		const char *verb;
		enum err (*put)(struct cli *cli, json_t *body);
	} verbs[] = {{"amend", put_amendment}, {"answer", put_counts}, {"derived", put_derived}};
	char path[128];
	bool ends = !strcmp(verb, "end");
	enum err err = fault_set(&cli->fault, ERR_USAGE, 0, 0,
		"say amend, end, answer or derived, and the recall's id; or --gtin to issue one");
	if (strlen(id) > 64)
		return err;
	(void)snprintf(
		path, sizeof path, "/api/v1/recalls/%s%s%s", id, ends ? "" : "/", ends ? "" : verb);
	if (ends)
		return client_delete(client, path, answer);
	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
		if (strcmp(verb, verbs[i].verb) != 0)
			continue;
		json_t *body = json_object();
		err = verbs[i].put(cli, body);
		if (!err)
			err = client_post(client, path, body, answer);
		json_decref(body);
	}
	return err;
}

/* assay recall follow|unfollow MEMBER, and followed */
static enum err change_followed(struct cli *cli, struct client *client, const char *verb,
	const char *member, json_t **answer)
{
	char path[128] = "/api/v1/followed";
	if (strlen(member) > 63)
		return fault_set(&cli->fault, ERR_USAGE, 0, 0, "no member has so long a name");
	if (!strcmp(verb, "unfollow")) {
		(void)snprintf(path, sizeof path, "/api/v1/followed/%s", member);
		return client_delete(client, path, answer);
	}
	json_t *body = json_pack("{s:s}", "member", member);
	enum err err = client_post(client, path, body, answer);
	json_decref(body);
	return err;
}

static void show_names(const json_t *list)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		printf("%s\n", json_string_value(json_array_get(list, i)));
}

static bool is_following(const struct args *args)
{
	return (args->plain_count == 2 && (!strcmp(args->plain[0], "follow") ||
						  !strcmp(args->plain[0], "unfollow"))) ||
	       (args->plain_count == 1 && !strcmp(args->plain[0], "followed"));
}

static enum status run_followed(struct cli *cli)
{
	struct client *client = NULL;
	json_t *answer = NULL;
	const char **words = cli->args.plain;
	enum err err = client_open(&client, cli);
	if (!err && cli->args.plain_count == 2)
		err = change_followed(cli, client, words[0], words[1], &answer);
	else if (!err)
		err = client_get(client, "/api/v1/followed", &answer);
	return finish(cli, client, answer, err, show_names);
}

static enum status run_recall(struct cli *cli)
{
	if (is_following(&cli->args))
		return run_followed(cli);
	struct client *client = NULL;
	json_t *answer = NULL;
	const char **words = cli->args.plain;
	enum err err = cli->args.plain_count == 0 || cli->args.plain_count == 2
			       ? client_open(&client, cli)
			       : fault_set(&cli->fault, ERR_USAGE, 0, 0,
					 "say amend, end, answer or derived, and the recall's id");
	if (!err && cli->args.plain_count) {
		err = change_recall(cli, client, words[0], words[1], &answer);
	} else if (!err && !arg_given(&cli->args, "--gtin")) {
		err = client_get(client, "/api/v1/recalls", &answer);
	} else if (!err) {
		json_t *body = json_object();
		err = put_recall(cli, body);
		if (!err)
			err = client_post(client, "/api/v1/recalls", body, &answer);
		json_decref(body);
	}
	return finish(cli, client, answer, err, show_members);
}

static void show_trace(const json_t *answer)
{
	const json_t *steps = json_object_get(answer, "steps");
	if (!steps) {
		show_members(answer);
		return;
	}
	show_verdict(json_object_get(answer, "verdict"));
	for (size_t i = 0; i < json_array_size(steps); i++) {
		const json_t *step = json_array_get(steps, i);
		printf("  %s  %-7s %-24s %-24s position %lld%s%s\n", json_text(step, "time"),
			json_text(step, "source"), json_text(step, "what"), json_text(step, "by"),
			(long long)json_integer_value(json_object_get(step, "position")),
			json_text(step, "flag")[0] ? "  " : "", json_text(step, "flag"));
	}
}

static enum status run_trace(struct cli *cli)
{
	struct client *client = NULL;
	json_t *answer = NULL;
	struct buf path;
	const char *gtin = arg_value(&cli->args, "--gtin");
	const char *lot = arg_value(&cli->args, "--lot");
	buf_init(&path, (size_t)16 << 10);
	enum err err = OK;
	if (cli->args.plain_count == 1) {
		buf_put_text(&path, "/api/v1/trace?scan=");
		client_escape(span_text(cli->args.plain[0]), &path);
	} else if (gtin && lot) {
		buf_put_text(&path, "/api/v1/trace?gtin=");
		client_escape(span_text(gtin), &path);
		buf_put_text(&path, "&lot=");
		client_escape(span_text(lot), &path);
	} else {
		err = fault_set(&cli->fault, ERR_USAGE, 0, 0,
			"give one scan in quotes, or --gtin and --lot");
	}
	if (!err)
		err = client_open(&client, cli);
	if (!err)
		err = client_get(client, buf_text(&path), &answer);
	buf_close(&path);
	return finish(cli, client, answer, err, show_trace);
}

static enum status run_alerts(struct cli *cli)
{
	struct client *client = NULL;
	json_t *answer = NULL;
	char path[64];
	const char **words = cli->args.plain;
	const char *cause = arg_value(&cli->args, "--cause");
	bool resolves = cli->args.plain_count == 2 && !strcmp(words[0], "resolve") &&
			strlen(words[1]) <= 10 && strspn(words[1], "0123456789") > 0 && cause;
	enum err err = OK;
	if (!resolves && (cli->args.plain_count || cause))
		err = fault_set(&cli->fault, ERR_USAGE, 0, 0,
			"say nothing, or resolve, the alert's number, and --cause");
	if (!err)
		err = client_open(&client, cli);
	if (!err && resolves) {
		json_t *body = json_pack("{s:s}", "cause", cause);
		(void)snprintf(path, sizeof path, "/api/v1/alerts/%s/resolve", words[1]);
		err = client_post(client, path, body, &answer);
		json_decref(body);
	} else if (!err) {
		err = client_get(client, "/api/v1/alerts", &answer);
	}
	return finish(cli, client, answer, err, show_members);
}

/* The position of what was recorded of a pack last. */
static enum err pack_position(struct cli *cli, struct client *client, struct buf *path)
{
	json_t *answer = NULL, *step;
	struct buf trace;
	size_t index;
	json_int_t newest = -1;
	buf_init(&trace, (size_t)16 << 10);
	buf_put_text(&trace, "/api/v1/trace?scan=");
	client_escape(span_text(arg_value(&cli->args, "--pack")), &trace);
	enum err err = client_get(client, buf_text(&trace), &answer);
	json_array_foreach(json_object_get(answer, "steps"), index, step)
	{
		const json_t *position = json_object_get(step, "position");
		/* Its lot has steps too, which are told with it. */
		if (!strcmp(json_text(step, "source"), "ledger") &&
			strncmp(json_text(step, "what"), "pack ", 5) != 0)
			continue;
		if (json_is_integer(position) && json_integer_value(position) > newest)
			newest = json_integer_value(position);
	}
	if (!err && newest < 0)
		err = fault_set(&cli->fault, ERR_NOT_FOUND, 0, 0,
			"nothing is recorded of this pack itself that this account may see");
	buf_printf(path, "position=%lld", (long long)newest);
	json_decref(answer);
	buf_close(&trace);
	return err;
}

/* Which statement: a position, an entry, a pack's last, or a key's by its number. */
static enum err put_which(struct cli *cli, struct client *client, struct buf *path)
{
	const char *key = arg_value(&cli->args, "--key");
	const char *sequence = arg_value(&cli->args, "--sequence");
	bool is_pack = arg_given(&cli->args, "--pack");
	if (cli->args.plain_count + is_pack + (key != NULL) != 1 || !key != !sequence)
		return fault_set(&cli->fault, ERR_USAGE, 0, 0,
			"give a position, an entry, --pack SCAN, or --key KID --sequence N");
	if (is_pack)
		return pack_position(cli, client, path);
	buf_put_text(path, key ? "key=" : "position=");
	client_escape(span_text(key ? key : cli->args.plain[0]), path);
	if (sequence) {
		buf_put_text(path, "&sequence=");
		client_escape(span_text(sequence), path);
	}
	return OK;
}

static enum status run_receipt(struct cli *cli)
{
	struct client *client = NULL;
	struct buf path;
	struct buf receipt;
	const char *out = arg_value(&cli->args, "--out");
	const char *size = arg_value(&cli->args, "--size");
	buf_init(&path, 4096);
	buf_init(&receipt, (size_t)1 << 20);
	enum err err = client_open(&client, cli);
	buf_put_text(&path, "/api/v1/receipt?");
	if (!err)
		err = put_which(cli, client, &path);
	if (size) {
		buf_put_text(&path, "&size=");
		client_escape(span_text(size), &path);
	}
	if (arg_given(&cli->args, "--cose"))
		buf_put_text(&path, "&form=cose");
	if (!err)
		err = client_get_bytes(client, buf_text(&path), &receipt);
	if (!err && out)
		err = cli_write_file(out, buf_span(&receipt), 0644, true, &cli->fault);
	else if (!err)
		(void)fwrite(receipt.at, 1, receipt.size, stdout);
	buf_close(&receipt);
	buf_close(&path);
	client_free(client);
	return cli_failed(err);
}

static const struct arg_option recall_options[] = {
	CLI_CLIENT_OPTIONS,
	{"--gtin", "GTIN", "issue one for this product; without it: list all"},
	{"--lot", "LOT", "for this lot (may be repeated; without: all lots)"},
	{"--class", "N", "1 to 4, 5 for company-led (2)"},
	{"--depth", "DEPTH", "patient, pharmacy or wholesaler (patient)"},
	{"--notice", "NUMBER", "transcribe the public notice of this number"},
	{"--remove", NULL, "amend: take product and lots out instead of adding them"},
	{"--held", "N", "answer: packs held"},
	{"--quarantined", "N", "answer: of these put aside"},
	{"--returned", "N", "answer: sent back"},
	{"--supplied", "N", "answer: supplied before"},
	{"--contacted", "N", "answer: patients told"},
	{"--affected", "YES|NO", "derived: whether a lot made from a recalled one is affected"},
	{0},
};
static const struct arg_option alerts_options[] = {CLI_CLIENT_OPTIONS,
	{"--cause", "WORD",
		"resolve: maker_data, scanner, user, software, falsified, diverted or unfounded"},
	{0}};
static const struct arg_option trace_options[] = {CLI_CLIENT_OPTIONS,
	{"--gtin", "GTIN", "with --lot: of a lot"}, {"--lot", "LOT", "with --gtin"}, {0}};
static const struct arg_option receipt_options[] = {CLI_CLIENT_OPTIONS,
	{"--cose", NULL, "the RFC 9942 form"}, {"--out", "FILE", "write it there"},
	{"--size", "LEAVES", "under the newest checkpoint of at most so many leaves"},
	{"--pack", "SCAN", "of the bundle that changed this pack last"},
	{"--key", "KID", "with --sequence: of a key's statement, one of its last 1,024"},
	{"--sequence", "N", "with --key"}, {0}};

const struct command command_recall = {
	.word = "recall",
	.usage = "[amend|end|answer|derived ID | follow|unfollow MEMBER | followed] [--gtin GTIN "
		 "--lot LOT]",
	.summary = "issue, change, end or answer a recall, or list all with their reach",
	.options = recall_options,
	.run = run_recall,
};
const struct command command_trace = {
	.word = "trace",
	.usage = "SCAN | --gtin GTIN --lot LOT",
	.summary = "provenance of a pack or a lot",
	.options = trace_options,
	.run = run_trace,
};
const struct command command_alerts = {
	.word = "alerts",
	.usage = "[resolve NUMBER --cause WORD]",
	.summary = "alerts of the own party (an authority sees all); close one",
	.options = alerts_options,
	.run = run_alerts,
};
const struct command command_receipt = {
	.word = "receipt",
	.usage = "POSITION | ENTRY | --pack SCAN | --key KID --sequence N",
	.summary = "the receipt of a past statement, under any later checkpoint",
	.options = receipt_options,
	.run = run_receipt,
};
