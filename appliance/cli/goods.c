/* assay capture, lot, receive, ship, stock: lots and goods. */
#include "appliance/cli/answers.h"
#include "appliance/cli/commands.h"

#include <stdio.h>

#define DOCUMENT_MAX ((size_t)64 << 20)

static enum status finish(struct cli *cli, struct client *client, json_t *answer, enum err err)
{
	if (!err)
		err = save_receipt(cli, answer);
	if (!err)
		answer_print(cli, answer, show_members);
	client_free(client);
	return cli_failed(err);
}

static enum err post(
	struct cli *cli, struct client **client, const char *path, json_t *body, json_t **answer)
{
	enum err err = client_open(client, cli);
	if (!err)
		err = client_post(*client, path, body, answer);
	json_decref(body);
	return err;
}

static void show_captured(const json_t *answer)
{
	const json_t *problems = json_object_get(answer, "problems");
	json_t *rest = json_copy((json_t *)(uintptr_t)answer);
	long long count = (long long)json_integer_value(json_object_get(answer, "problem_count"));
	(void)json_object_del(rest, "problems");
	(void)json_object_del(rest, "problem_count");
	show_members(rest);
	json_decref(rest);
	if (count)
		printf("the rest went on, but:\n");
	for (size_t i = 0; i < json_array_size(problems); i++) {
		const json_t *one = json_array_get(problems, i);
		printf("  line %lld %s: %s: %s\n",
			(long long)json_integer_value(json_object_get(one, "line")),
			json_text(one, "epc"),
			json_is_true(json_object_get(one, "recorded")) ? "recorded with an alert"
								       : "refused",
			json_text(one, "sentence"));
	}
	if (count > (long long)json_array_size(problems))
		printf("  and %lld more\n", count - (long long)json_array_size(problems));
}

static enum status run_capture(struct cli *cli)
{
	enum status status = STATUS_COULD_NOT;
	struct client *client = NULL;
	json_t *answer = NULL;
	struct buf xml;
	buf_init(&xml, DOCUMENT_MAX);
	enum err err = OK;
	if (cli->args.plain_count != 1)
		err = fault_set(
			&cli->fault, ERR_USAGE, 0, 0, "give one EPCIS file (- is standard input)");
	if (!err)
		err = cli_read_file(cli->args.plain[0], DOCUMENT_MAX, &xml, &cli->fault);
	if (!err)
		err = client_open(&client, cli);
	if (!err)
		err = client_post_bytes(
			client, "/api/v1/capture", "application/xml", buf_span(&xml), &answer);
	buf_close(&xml);
	if (!err)
		err = save_receipt(cli, answer);
	if (!err) {
		status = json_integer_value(json_object_get(answer, "problem_count")) ? STATUS_NO
										      : STATUS_YES;
		answer_print(cli, answer, show_captured);
	}
	client_free(client);
	return err ? cli_failed(err) : status;
}

/* The values of an option that may be given several times. */
static void put_values(const struct cli *cli, json_t *body, const char *name, const char *option)
{
	json_t *list = json_array();
	const char *one;
	for (unsigned i = 0; (one = arg_value_at(&cli->args, option, i)); i++)
		(void)json_array_append_new(list, json_string(one));
	(void)json_object_set_new(body, name, list);
}

static void put_text(const struct cli *cli, json_t *body, const char *name, const char *option)
{
	const char *value = arg_value(&cli->args, option);
	if (value)
		(void)json_object_set_new(body, name, json_string(value));
}

/* What each verb says; an option that it does not take is refused there by name. */
static enum err lot_body(struct cli *cli, const char *verb, json_t *body)
{
	int64_t months;
	enum err err = arg_int(&cli->args, "--months", 0, 1, 1200, &months, &cli->fault);
	put_text(cli, body, "gtin", "--gtin");
	put_text(cli, body, "reason", "--reason");
	put_text(cli, body, "packs", "--packs");
	put_text(cli, body, "printed", "--printed");
	put_text(cli, body, "from", "--from");
	if (months)
		(void)json_object_set_new(body, "months", json_integer((json_int_t)months));
	if (strcmp(verb, "coverage") != 0)
		put_text(cli, body, "lot", "--lot");
	else if (arg_given(&cli->args, "--lot"))
		put_values(cli, body, "lots", "--lot");
	if (strcmp(verb, "correct") != 0)
		put_text(cli, body, "expiry", "--expiry");
	else if (arg_given(&cli->args, "--expiry"))
		put_values(cli, body, "expiries", "--expiry");
	return err;
}

static enum status run_lot(struct cli *cli)
{
	struct client *client = NULL;
	json_t *answer = NULL;
	char path[64];
	const char *verb = cli->args.plain_count == 1 ? cli->args.plain[0] : "";
	bool covers = !strcmp(verb, "coverage");
	if (!verb[0] || strlen(verb) > 20 || !arg_given(&cli->args, "--gtin") ||
		(!covers && !arg_given(&cli->args, "--lot"))) {
		(void)fault_set(&cli->fault, ERR_USAGE, 0, 0,
			"say open, close, release, withdraw, extend or correct, "
			"--gtin and --lot; or "
			"coverage, --gtin and --from or --lot");
		return STATUS_COULD_NOT;
	}
	json_t *body = json_object();
	(void)snprintf(path, sizeof path, covers ? "/api/v1/%s" : "/api/v1/lots/%s", verb);
	enum err err = lot_body(cli, verb, body);
	if (!err)
		err = post(cli, &client, path, body, &answer);
	else
		json_decref(body);
	return finish(cli, client, answer, err);
}

static enum status run_receive(struct cli *cli)
{
	struct client *client = NULL;
	json_t *answer = NULL;
	int64_t count;
	enum err err = arg_int(&cli->args, "--count", 1, 1, 100000, &count, &cli->fault);
	if (!err && cli->args.plain_count != 1)
		err = fault_set(&cli->fault, ERR_USAGE, 0, 0, "give one scan, in quotes");
	if (!err)
		err = post(cli, &client, "/api/v1/receive",
			json_pack("{s:s, s:I}", "scan", cli->args.plain[0], "count",
				(json_int_t)count),
			&answer);
	return finish(cli, client, answer, err);
}

static enum status run_ship(struct cli *cli)
{
	struct client *client = NULL;
	json_t *answer = NULL;
	const char *to = arg_value(&cli->args, "--to");
	enum err err = OK;
	if (cli->args.plain_count != 1 || !to)
		err = fault_set(&cli->fault, ERR_USAGE, 0, 0,
			"give one scan in quotes, and --to with the GLN (or ods:CODE) it goes to");
	if (!err)
		err = post(cli, &client, "/api/v1/ship",
			json_pack("{s:s, s:s}", "scan", cli->args.plain[0], "to", to), &answer);
	return finish(cli, client, answer, err);
}

static void show_stock(const json_t *list)
{
	printf("%-14s  %-20s  %-10s  %8s  %10s  %8s  %8s\n", "GTIN", "lot", "expiry", "held",
		"quarantine", "supplied", "shipped");
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *line = json_array_get(list, i);
		printf("%-14s  %-20s  %-10s  %8lld  %10lld  %8lld  %8lld\n",
			json_text(line, "gtin"), json_text(line, "lot"), json_text(line, "expiry"),
			(long long)json_integer_value(json_object_get(line, "held")),
			(long long)json_integer_value(json_object_get(line, "quarantined")),
			(long long)json_integer_value(json_object_get(line, "supplied")),
			(long long)json_integer_value(json_object_get(line, "shipped")));
	}
}

static enum status run_stock(struct cli *cli)
{
	struct client *client = NULL;
	json_t *answer = NULL;
	char path[64] = "/api/v1/stock";
	int64_t days;
	enum err err = arg_int(&cli->args, "--near-expiry", -1, 0, 3650, &days, &cli->fault);
	if (days >= 0)
		(void)snprintf(path, sizeof path, "/api/v1/stock?near_expiry_days=%d", (int)days);
	if (!err)
		err = client_open(&client, cli);
	if (!err)
		err = client_get(client, path, &answer);
	if (!err)
		answer_print(cli, answer, show_stock);
	client_free(client);
	return cli_failed(err);
}

#define RECEIPT_OPTION                                                                             \
	{                                                                                          \
		"--receipt", "FILE", "save the receipt"                                            \
	}

static const struct arg_option plain_options[] = {CLI_CLIENT_OPTIONS, RECEIPT_OPTION, {0}};
static const struct arg_option receive_options[] = {CLI_CLIENT_OPTIONS, RECEIPT_OPTION,
	{"--count", "N", "packs of a lot without numbers of their own"}, {0}};
static const struct arg_option ship_options[] = {CLI_CLIENT_OPTIONS, RECEIPT_OPTION,
	{"--to", "PLACE", "GLN, or ods:CODE, of the receiving place"}, {0}};
static const struct arg_option stock_options[] = {CLI_CLIENT_OPTIONS,
	{"--near-expiry", "DAYS", "only what is held and expires within so many days"}, {0}};
static const struct arg_option lot_options[] = {CLI_CLIENT_OPTIONS, RECEIPT_OPTION,
	{"--gtin", "GTIN", "the product"},
	{"--lot", "LOT", "the lot; coverage: lots that are registered (may be repeated)"},
	{"--expiry", "DATE",
		"open, extend; correct: all that are printed (may be repeated); YYYY-MM-DD, or "
		"YYMMDD as printed"},
	{"--printed", "DATE", "extend: a further expiry that is printed on packs"},
	{"--packs", "WORD", "open: all, some or none have a number that is registered (none)"},
	{"--reason", "WORD", "correct: expiry, packs (not all are registered) or missing"},
	{"--from", "DATE", "coverage: lots made from that day on are registered"},
	{"--months", "N", "coverage, with --from: the shelf life"}, {0}};

const struct command command_capture = {
	.word = "capture",
	.usage = "FILE",
	.summary = "take in an EPCIS file",
	.help = "A fault that can be known beforehand is named with its line, and nothing was then "
		"stated.\n"
		"What the ledger refused or recorded with an alert, while the rest went on, is "
		"listed: exit\n"
		"status 1. A file that was captured before is refused; after a crash the same file "
		"completes\n"
		"what is missing.",
	.options = plain_options,
	.run = run_capture,
};
const struct command command_lot = {
	.word = "lot",
	.usage = "open|close|release|withdraw|extend|correct|coverage --gtin GTIN --lot LOT",
	.summary = "state where a lot stands, correct it, say which are registered (its maker)",
	.help = "A correction closes the alerts that the mistake caused. What coverage\n"
		"leaves out is grey when it is checked, and never an alert.",
	.options = lot_options,
	.run = run_lot,
};
const struct command command_receive = {
	.word = "receive",
	.usage = "SCAN",
	.summary = "receive a delivery by its SSCC, or a pack by its code",
	.options = receive_options,
	.run = run_receive,
};
const struct command command_ship = {
	.word = "ship",
	.usage = "SCAN --to PLACE",
	.summary = "ship a case (SSCC) or a pack to a place",
	.options = ship_options,
	.run = run_ship,
};
const struct command command_stock = {
	.word = "stock",
	.usage = "",
	.summary = "what the own party holds, soonest expiry first",
	.options = stock_options,
	.run = run_stock,
};
