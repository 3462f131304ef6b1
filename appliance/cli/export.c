/* assay export and import: the ledger as a folder of C2SP tiles and statements, and back. */
#include "ledger/export.h"

#include "appliance/cli/commands.h"
#include "appliance/rules/rules_app.h"
#include "ledger/base/civil.h"
#include "ledger/base/hex.h"
#include "ledger/proof/policy.h"

#include <stdio.h>

static void show_progress(void *self, uint64_t done, uint64_t all)
{
	progress_show(self, done, all);
}

static const char *only_argument(struct cli *cli, const char *what)
{
	if (cli->args.plain_count == 1)
		return cli->args.plain[0];
	(void)fault_set(&cli->fault, ERR_USAGE, 0, 0, "give one %s; --help shows more", what);
	return NULL;
}

static enum status run_export(struct cli *cli)
{
	struct env env;
	struct export_report report;
	struct progress progress = {.what = "export"};
	char root[2 * HASH_SIZE + 1];
	const char *to = only_argument(cli, "folder to write to");
	if (!to)
		return STATUS_COULD_NOT;
	env_machine(&env);
	struct export_options options = {.folder = cli->folder,
		.to = to,
		.env = &env,
		.progress = show_progress,
		.progress_self = &progress};
	enum err err = export_ledger(&options, &report, &cli->fault);
	progress_end(&progress);
	if (err)
		return STATUS_COULD_NOT;
	hex_print(span_of(report.root, HASH_SIZE), root);
	if (cli->json)
		cli_print_json(json_pack("{s:s, s:s, s:I, s:I, s:s}", "folder", to, "origin",
			report.origin, "size", (json_int_t)report.size, "before",
			(json_int_t)report.before, "root", root));
	cli_say(cli, "%s: %llu leaves of %s, %llu of them new\n  root    %s", to,
		(unsigned long long)report.size, report.origin,
		(unsigned long long)(report.size - report.before), root);
	return STATUS_YES;
}

static enum status tell_wrong(struct cli *cli)
{
	if (cli->json)
		cli_print_json(json_pack("{s:b, s:I, s:s}", "right", 0, "position",
			(json_int_t)cli->fault.at, "why", cli->fault.text));
	cli_say(cli, "WRONG: %s\n  nothing was made", cli->fault.text);
	return STATUS_NO;
}

static enum status import_with(struct cli *cli, const char *from, struct span policy)
{
	struct env env;
	struct app app;
	struct audit_report report;
	struct progress progress = {.what = "import"};
	char root[2 * HASH_SIZE + 1], digest[2 * HASH_SIZE + 1], time[CIVIL_TIME_SIZE];
	env_machine(&env);
	rules_app(&app, &directory_members);
	struct import_options options = {.from = from,
		.folder = cli->folder,
		.env = &env,
		.app = &app,
		.policy = policy,
		.progress = show_progress,
		.progress_self = &progress};
	cli_keep_private();
	enum err err = import_ledger(&options, &report, &cli->fault);
	progress_end(&progress);
	if (err == ERR_CORRUPT || err == ERR_PROOF || err == ERR_SIGNATURE)
		return tell_wrong(cli);
	if (err)
		return STATUS_COULD_NOT;
	hex_print(span_of(report.root, HASH_SIZE), root);
	hex_print(span_of(report.digest, HASH_SIZE), digest);
	civil_print_time(report.time_ms, time);
	if (cli->json)
		cli_print_json(json_pack("{s:b, s:s, s:b, s:I, s:I, s:I, s:s, s:s, s:s}", "right",
			1, "folder", cli->folder, "judged_by_policy", policy.size != 0, "size",
			(json_int_t)report.size, "statements", (json_int_t)report.statements,
			"signatures", (json_int_t)report.signatures, "root", root, "digest", digest,
			"ledger_time", time));
	cli_say(cli,
		"%s: %llu leaves, up to %s, all judged anew; there are no keys in it%s\n"
		"  root    %s\n  digest  %s",
		cli->folder, (unsigned long long)report.size, time,
		policy.size ? "" : "\n  no --policy was given: whose ledger this is was not judged",
		root, digest);
	return STATUS_YES;
}

static enum status run_import(struct cli *cli)
{
	struct buf policy;
	enum err err = OK;
	const char *from = only_argument(cli, "folder of an export");
	const char *path = arg_value(&cli->args, "--policy");
	if (!from)
		return STATUS_COULD_NOT;
	buf_init(&policy, TRUST_POLICY_SIZE_MAX);
	if (path)
		err = cli_read_file(path, TRUST_POLICY_SIZE_MAX, &policy, &cli->fault);
	if (!err && path && !policy.size)
		err = fault_set(&cli->fault, ERR_FORMAT, 0, 0, "%.200s is empty", path);
	enum status status = err ? STATUS_COULD_NOT : import_with(cli, from, buf_span(&policy));
	buf_close(&policy);
	return status;
}

static const struct arg_option export_options[] = {CLI_OPTIONS, {0}};
static const struct arg_option import_options[] = {
	CLI_OPTIONS, {"--policy", "FILE", "trust policy that the checkpoint must satisfy"}, {0}};

const struct command command_export = {
	.word = "export",
	.usage = "DIR",
	.summary = "write the ledger as C2SP tiles and statements, for other programs",
	.help = "Up to the newest checkpoint. An export that is there is carried on: only what is\n"
		"new is written. DIR/README says what the files are. The ledger may be in use.",
	.options = export_options,
	.run = run_export,
};
const struct command command_import = {
	.word = "import",
	.usage = "DIR",
	.summary = "make a ledger's folder, without keys, from an export, and judge all of it",
	.help = "--folder names the folder to be made. What is wrong is named with file and "
		"position.\nExit status: 0 right, 1 wrong, 2 could not.",
	.options = import_options,
	.run = run_import,
};
