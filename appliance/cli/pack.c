/* assay supply, open, destroy, ... and undo: what is done with a pack in hand. */
#include "appliance/cli/answers.h"
#include "appliance/cli/commands.h"

#include <stdio.h>

static void show_handled(const json_t *answer)
{
	const char *alert = json_text(answer, "alert");
	if (alert[0])
		printf("recorded with an alert: %s\n", alert);
	else
		printf("recorded\n");
	show_evidence(json_object_get(answer, "evidence"));
	printf("the pack is now:\n");
	show_verdict(json_object_get(answer, "verdict"));
}

static enum status handle(struct cli *cli, const char *verb, json_t *body)
{
	struct client *client = NULL;
	json_t *answer = NULL;
	char path[64];
	enum status status = STATUS_COULD_NOT;
	(void)snprintf(path, sizeof path, "/api/v1/packs/%s", verb);
	enum err err = OK;
	if (cli->args.plain_count != 1)
		err = fault_set(&cli->fault, ERR_USAGE, 0, 0, "give one scan, in quotes");
	if (!err)
		err = client_open(&client, cli);
	if (!err) {
		(void)json_object_set_new(body, "scan", json_string(cli->args.plain[0]));
		err = client_post(client, path, body, &answer);
	}
	if (!err)
		err = save_receipt(cli, answer);
	if (!err) {
		status = json_object_get(answer, "alert") ? STATUS_NO : STATUS_YES;
		answer_print(cli, answer, show_handled);
	} else if (err == ERR_REFUSED) {
		/* A no of the rules is an answer. */
		cli_say(cli, "refused: %s", cli->fault.text);
		if (cli->json)
			cli_print_json(json_pack(
				"{s:s, s:s}", "outcome", "refused", "why", cli->fault.text));
		cli->fault = (struct fault){0};
		status = STATUS_NO;
	}
	json_decref(body);
	client_free(client);
	return status;
}

static enum status run_supply(struct cli *cli)
{
	const char *reason = arg_value(&cli->args, "--reason");
	int64_t count;
	if (arg_int(&cli->args, "--count", 1, 1, 100000, &count, &cli->fault))
		return STATUS_COULD_NOT;
	json_t *body = json_pack("{s:I}", "count", (json_int_t)count);
	if (reason)
		(void)json_object_set_new(body, "reason", json_string(reason));
	return handle(cli, "supply", body);
}

/* What is said beside the scan: a reason, if one is given. */
static json_t *reason_body(const struct cli *cli)
{
	const char *reason = arg_value(&cli->args, "--reason");
	return reason ? json_pack("{s:s}", "reason", reason) : json_object();
}

static enum status run_open(struct cli *cli)
{
	int64_t remaining;
	if (arg_int(&cli->args, "--remaining", 1, 1, 65535, &remaining, &cli->fault))
		return STATUS_COULD_NOT;
	json_t *body = reason_body(cli);
	(void)json_object_set_new(body, "remaining", json_integer((json_int_t)remaining));
	return handle(cli, "open", body);
}

static enum status run_sample(struct cli *cli)
{
	bool is_free = arg_given(&cli->args, "--free");
	return handle(cli, is_free ? "free-sample" : "sample", reason_body(cli));
}

static enum status run_export(struct cli *cli)
{
	return handle(cli, "export", reason_body(cli));
}

static enum status run_destroy(struct cli *cli)
{
	return handle(cli, "destroy", json_object());
}

static enum status run_stolen(struct cli *cli)
{
	return handle(cli, "stolen", json_object());
}

static enum status run_lock(struct cli *cli)
{
	return handle(cli, "lock", json_object());
}

static enum status run_undo(struct cli *cli)
{
	bool is_return = arg_given(&cli->args, "--return");
	return handle(cli, is_return ? "return" : "void",
		json_pack("{s:b}", "never_left_our_control", is_return));
}

#define RECEIPT_OPTION                                                                             \
	{                                                                                          \
		"--receipt", "FILE", "save the receipt"                                            \
	}

static const struct arg_option plain_options[] = {CLI_CLIENT_OPTIONS, RECEIPT_OPTION, {0}};

#define REASON_OPTION                                                                              \
	{                                                                                          \
		"--reason", "WORD",                                                                \
			"override: clinical, inspected, maker, authority, own_record (recorded)"   \
	}

static const struct arg_option supply_options[] = {
	CLI_CLIENT_OPTIONS,
	RECEIPT_OPTION,
	REASON_OPTION,
	{"--count", "N", "packs of a lot without numbers of their own"},
	{0},
};

static const struct arg_option open_options[] = {CLI_CLIENT_OPTIONS, RECEIPT_OPTION, REASON_OPTION,
	{"--remaining", "N", "units left in the pack"}, {0}};

static const struct arg_option sample_options[] = {CLI_CLIENT_OPTIONS, RECEIPT_OPTION,
	REASON_OPTION, {"--free", NULL, "given away as a free sample"}, {0}};

static const struct arg_option export_options[] = {
	CLI_CLIENT_OPTIONS, RECEIPT_OPTION, REASON_OPTION, {0}};

static const struct arg_option undo_options[] = {
	CLI_CLIENT_OPTIONS,
	RECEIPT_OPTION,
	{"--return", NULL, "it did happen and was reversed; the pack never left our control"},
	{0},
};

const struct command command_supply = {
	.word = "supply",
	.usage = "SCAN",
	.summary = "record that a pack is supplied",
	.help = "Never prevented; what is suspicious is recorded with an alert. Exit status: 0 "
		"recorded,\n"
		"1 recorded with an alert or refused, 2 could not.",
	.options = supply_options,
	.run = run_supply,
};
const struct command command_open = {
	.word = "open",
	.usage = "SCAN --remaining N",
	.summary = "record that part of a pack is supplied",
	.options = open_options,
	.run = run_open,
};
const struct command command_destroy = {
	.word = "destroy",
	.usage = "SCAN",
	.summary = "record that a pack is destroyed",
	.options = plain_options,
	.run = run_destroy,
};
const struct command command_stolen = {
	.word = "stolen",
	.usage = "SCAN",
	.summary = "record that a pack is stolen",
	.options = plain_options,
	.run = run_stolen,
};
const struct command command_lock = {
	.word = "lock",
	.usage = "SCAN",
	.summary = "lock a pack while it is being looked into",
	.options = plain_options,
	.run = run_lock,
};
const struct command command_sample = {
	.word = "sample",
	.usage = "SCAN [--free]",
	.summary = "record that a pack is drawn as a sample",
	.options = sample_options,
	.run = run_sample,
};
const struct command command_export_pack = {
	.word = "export-pack",
	.usage = "SCAN",
	.summary = "record that a pack leaves this market",
	.options = export_options,
	.run = run_export,
};
const struct command command_undo = {
	.word = "undo",
	.usage = "SCAN",
	.summary = "undo this site's last change of a pack: the scan was a mistake",
	.options = undo_options,
	.run = run_undo,
};
