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

static enum status run_recall(struct cli *cli)
{
	struct client *client = NULL;
	json_t *answer = NULL;
	int64_t class;
	const char *gtin = arg_value(&cli->args, "--gtin");
	const char *lot = arg_value(&cli->args, "--lot");
	const char *depth = arg_value(&cli->args, "--depth");
	const char *notice = arg_value(&cli->args, "--notice");
	enum err err = arg_int(&cli->args, "--class", 2, 1, 5, &class, &cli->fault);
	if (!err)
		err = client_open(&client, cli);
	if (!err && !gtin) {
		err = client_get(client, "/api/v1/recalls", &answer);
	} else if (!err) {
		json_t *lots = json_array();
		const char *one;
		for (unsigned i = 0; lot && (one = arg_value_at(&cli->args, "--lot", i)); i++)
			(void)json_array_append_new(lots, json_string(one));
		json_t *body =
			json_pack("{s:[{s:s, s:o}], s:I, s:s}", "items", "gtin", gtin, "lots", lots,
				"class", (json_int_t) class, "depth", depth ? depth : "patient");
		if (notice) {
			(void)json_object_set_new(body, "notice", json_string(notice));
			(void)json_object_set_new(body, "transcribed", json_true());
		}
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
	enum err err = client_open(&client, cli);
	if (!err)
		err = client_get(client, "/api/v1/alerts", &answer);
	return finish(cli, client, answer, err, show_members);
}

static enum status run_receipt(struct cli *cli)
{
	struct client *client = NULL;
	struct buf path;
	struct buf receipt;
	const char *out = arg_value(&cli->args, "--out");
	buf_init(&path, 4096);
	buf_init(&receipt, (size_t)1 << 20);
	enum err err = OK;
	if (cli->args.plain_count != 1)
		err = fault_set(&cli->fault, ERR_USAGE, 0, 0, "give a position or an entry");
	if (!err)
		err = client_open(&client, cli);
	if (!err) {
		buf_put_text(&path, "/api/v1/receipt?position=");
		client_escape(span_text(cli->args.plain[0]), &path);
		if (arg_given(&cli->args, "--cose"))
			buf_put_text(&path, "&form=cose");
		err = client_get_bytes(client, buf_text(&path), &receipt);
	}
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
	{0},
};
static const struct arg_option trace_options[] = {CLI_CLIENT_OPTIONS,
	{"--gtin", "GTIN", "with --lot: of a lot"}, {"--lot", "LOT", "with --gtin"}, {0}};
static const struct arg_option plain_options[] = {CLI_CLIENT_OPTIONS, {0}};
static const struct arg_option receipt_options[] = {CLI_CLIENT_OPTIONS,
	{"--cose", NULL, "the RFC 9942 form"}, {"--out", "FILE", "write it there"}, {0}};

const struct command command_recall = {
	.word = "recall",
	.usage = "[--gtin GTIN --lot LOT]",
	.summary = "issue or transcribe a recall, or list all with their reach",
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
	.usage = "",
	.summary = "alerts of the own party; an authority sees all",
	.options = plain_options,
	.run = run_alerts,
};
const struct command command_receipt = {
	.word = "receipt",
	.usage = "POSITION|ENTRY",
	.summary = "the receipt of a past statement",
	.options = receipt_options,
	.run = run_receipt,
};
