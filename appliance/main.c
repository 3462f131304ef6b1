/* assay: finds the command and runs it. */
#include "appliance/cli/cli.h"
#include "ledger/base/crypto_edges.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VERSION        "0.1.0"
#define FOLDER_DEFAULT "/var/lib/assay"

static void print_all(FILE *to)
{
	(void)fprintf(to, "usage: assay COMMAND [OPTION...]\n\n");
	for (size_t i = 0; commands[i]; i++)
		(void)fprintf(to, "  %-12s %s\n", commands[i]->word, commands[i]->summary);
	(void)fprintf(to,
		"\n`assay COMMAND --help` tells more. Exit status: 0 done or yes, 1 answered no, "
		"2 could not.\n");
}

static void print_help(const struct command *command)
{
	printf("usage: assay %s [OPTION...] %s\n\n%s.\n", command->word, command->usage,
		command->summary);
	if (command->help)
		printf("\n%s\n", command->help);
	printf("\n");
	for (const struct arg_option *option = command->options; option->name; option++) {
		char left[64];
		(void)snprintf(left, sizeof left, "%s%s%s", option->name, option->value ? " " : "",
			option->value ? option->value : "");
		printf("  %-24s %s\n", left, option->help);
	}
}

static int failed(const struct cli *cli, const char *word)
{
	if (cli->json)
		cli_print_json(json_pack(
			"{s:s, s:s}", "error", cli->fault.text, "code", err_text(cli->fault.err)));
	else
		(void)fprintf(stderr, "assay %s: %s\n", word,
			cli->fault.text[0] ? cli->fault.text : err_text(cli->fault.err));
	return STATUS_COULD_NOT;
}

static int run_command(const struct command *command, int argc, char **argv)
{
	struct cli cli = {0};
	const char *folder = getenv("ASSAY_FOLDER");
	int status;
	if (args_parse(&cli.args, command->options, argc, argv, &cli.fault)) {
		status = failed(&cli, command->word);
	} else if (arg_given(&cli.args, "--help")) {
		print_help(command);
		status = STATUS_YES;
	} else {
		cli.json = arg_given(&cli.args, "--json");
		cli.folder = arg_value(&cli.args, "--folder");
		if (!cli.folder)
			cli.folder = folder && *folder ? folder : FOLDER_DEFAULT;
		status = (int)command->run(&cli);
		if (status == STATUS_COULD_NOT && (cli.fault.err || cli.fault.text[0]))
			status = failed(&cli, command->word);
	}
	args_close(&cli.args);
	return status;
}

/* jansson 2.14 leaves out a character of a text when memory runs out while it reads it, and says
 * nothing: another pack would be supplied. No answer is better, and what was acknowledged is on the
 * disk. */
static void *take_or_end(size_t size)
{
	void *at = malloc(size);
	if (!at) {
		(void)fputs("assay: out of memory while JSON is read\n", stderr);
		abort();
	}
	return at;
}

int main(int argc, char **argv)
{
	json_set_alloc_funcs(take_or_end, free);
	if (crypto_start()) {
		(void)fprintf(stderr, "assay: libsodium does not start\n");
		return STATUS_COULD_NOT;
	}
	const char *edge = crypto_edges_difference(sign_verify, sign_public_is_valid);
	if (edge) {
		(void)fprintf(stderr,
			"assay: the libsodium of this machine judges signatures otherwise than "
			"the ledger (%s); install the one that came with this release\n",
			edge);
		return STATUS_COULD_NOT;
	}
	if (argc < 2) {
		print_all(stderr);
		return STATUS_COULD_NOT;
	}
	if (!strcmp(argv[1], "--version")) {
		(void)puts("assay " VERSION);
		return STATUS_YES;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "help")) {
		print_all(stdout);
		return STATUS_YES;
	}
	for (size_t i = 0; commands[i]; i++)
		if (!strcmp(argv[1], commands[i]->word))
			return run_command(commands[i], argc - 1, argv + 1);
	(void)fprintf(
		stderr, "assay: there is no command %s; `assay --help` lists them\n", argv[1]);
	return STATUS_COULD_NOT;
}
