/* assay quarantine: what the own party has put aside. Nothing of it goes on the ledger. */
#include "appliance/cli/answers.h"
#include "appliance/cli/commands.h"

#include <stdio.h>

#define PATH "/api/v1/quarantine"

static void show_entry(const json_t *entry)
{
	bool is_whole = json_is_true(json_object_get(entry, "whole_lot"));
	printf("%-14s  %-20s  %-20s  %-11s  %.10s  %s", json_text(entry, "gtin"),
		json_text(entry, "lot"), is_whole ? "all of the lot" : json_text(entry, "serial"),
		json_text(entry, "reason"), json_text(entry, "since"), json_text(entry, "by"));
	const json_t *held = json_object_get(entry, "held");
	if (held)
		printf("  (%lld held)", (long long)json_integer_value(held));
	printf("\n");
}

static void show_list(const json_t *answer)
{
	if (!json_array_size(answer))
		printf("nothing is in quarantine\n");
	for (size_t i = 0; i < json_array_size(answer); i++)
		show_entry(json_array_get(answer, i));
}

static void show_done(const json_t *answer)
{
	const json_t *put = json_object_get(answer, "quarantined");
	printf("%s: ", put ? "put in quarantine" : "taken out");
	show_entry(put ? put : json_object_get(answer, "released"));
}

static enum err ask(struct cli *cli, struct client *client, json_t **answer)
{
	bool releases = arg_given(&cli->args, "--release");
	const char *reason = arg_value(&cli->args, "--reason");
	json_t *body = json_pack("{s:s, s:b}", "scan", cli->args.plain[0], "whole_lot",
		arg_given(&cli->args, "--whole-lot"));
	if (reason)
		(void)json_object_set_new(body, "reason", json_string(reason));
	enum err err = client_post(client, releases ? PATH "/release" : PATH, body, answer);
	json_decref(body);
	return err;
}

static enum err look_at_arguments(struct cli *cli)
{
	bool releases = arg_given(&cli->args, "--release");
	bool has_reason = arg_value(&cli->args, "--reason");
	if (cli->args.plain_count > 1)
		return fault_set(&cli->fault, ERR_USAGE, 0, 0, "give one scan, in quotes");
	if (!cli->args.plain_count &&
		(releases || has_reason || arg_given(&cli->args, "--whole-lot")))
		return fault_set(&cli->fault, ERR_USAGE, 0, 0,
			"give the scan that is meant, in quotes; without one quarantine lists");
	if (cli->args.plain_count && releases == has_reason)
		return fault_set(&cli->fault, ERR_USAGE, 0, 0,
			releases ? "what is taken out needs no --reason"
				 : "say --reason recall, suspect, damaged, temperature, returned, "
				   "expiry, documents or inspection; or --release");
	return OK;
}

static enum status run(struct cli *cli)
{
	struct client *client = NULL;
	json_t *answer = NULL;
	bool lists = !cli->args.plain_count;
	enum err err = look_at_arguments(cli);
	if (!err)
		err = client_open(&client, cli);
	if (!err)
		err = lists ? client_get(client, PATH, &answer) : ask(cli, client, &answer);
	if (!err)
		answer_print(cli, answer, lists ? show_list : show_done);
	client_free(client);
	return cli_failed(err);
}

static const struct arg_option options[] = {
	CLI_CLIENT_OPTIONS,
	{"--reason", "WORD",
		"put it aside: recall, suspect, damaged, temperature, returned, expiry, documents, "
		"inspection"},
	{"--release", NULL, "take it out again"},
	{"--whole-lot", NULL, "all packs of the lot on the scan, also those that come in later"},
	{0},
};

const struct command command_quarantine = {
	.word = "quarantine",
	.usage = "[SCAN --reason WORD | SCAN --release] [--whole-lot]",
	.summary = "put a pack or its whole lot aside, take it out; list what is aside",
	.help = "Kept in the own view, never on the ledger. A check by the own party then says "
		"quarantined, and\n"
		"supply, open, export and sample by hand need a reason.",
	.options = options,
	.run = run,
};
