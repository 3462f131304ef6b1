/* assay check: is this pack genuine, and may it be supplied? */
#include "appliance/cli/answers.h"
#include "appliance/cli/commands.h"

#include <stdio.h>

#define SCAN_MAX 4096

/* "\x1d" and "\u001d" typed in a shell stand for the separator that no keyboard has. */
static void put_scan_hex(const char *scan, struct buf *path)
{
	for (const char *c = scan; *c; c++) {
		if (!strncmp(c, "\\x1d", 4) || !strncmp(c, "\\x1D", 4)) {
			buf_put_text(path, "1d");
			c += 3;
		} else {
			buf_printf(path, "%02x", (unsigned)(unsigned char)*c);
		}
	}
}

/* Recorded for an account, looked at only for nobody. */
static enum err ask(struct cli *cli, struct client *client, const char *scan, json_t **answer)
{
	struct buf text;
	buf_init(&text, (size_t)16 << 10);
	bool records = arg_given(&cli->args, "--as") && !arg_given(&cli->args, "--look");
	if (!records)
		buf_put_text(&text, "/api/v1/check?scan_hex=");
	put_scan_hex(scan, &text);
	enum err err = OK;
	if (text.err) {
		err = fault_set(&cli->fault, ERR_LIMIT, 0, 0, "the scan is too long");
	} else if (records) {
		json_t *body = json_pack("{s:s}", "scan_hex", buf_text(&text));
		err = client_post(client, "/api/v1/check", body, answer);
		json_decref(body);
	} else {
		err = client_get(client, buf_text(&text), answer);
	}
	buf_close(&text);
	return err;
}

static enum status run(struct cli *cli)
{
	struct client *client = NULL;
	json_t *answer = NULL;
	enum status status = STATUS_COULD_NOT;
	if (cli->args.plain_count != 1 || strlen(cli->args.plain[0]) > SCAN_MAX) {
		(void)fault_set(&cli->fault, ERR_USAGE, 0, 0, "give one scan, in quotes");
		return STATUS_COULD_NOT;
	}
	enum err err = client_open(&client, cli);
	if (!err)
		err = ask(cli, client, cli->args.plain[0], &answer);
	if (!err)
		err = save_receipt(cli, answer);
	if (!err) {
		status = verdict_status(answer);
		answer_print(cli, answer, show_verdict);
	}
	client_free(client);
	return status;
}

static const struct arg_option options[] = {
	CLI_CLIENT_OPTIONS,
	{"--look", NULL, "with --as: look only, record nothing"},
	{"--receipt", "FILE", "save the receipt of what was recorded"},
	{0},
};

const struct command command_check = {
	.word = "check",
	.usage = "SCAN",
	.summary = "check a pack by its scan",
	.help = "SCAN as the scanner gives it, with or without its identifier (]d2), as printed "
		"under\n"
		"the code with brackets, or a Digital Link. \\x1d stands for the separator. Exit\n"
		"status: 0 green or grey, 1 amber or red, 2 could not be checked.",
	.options = options,
	.run = run,
};
