/* assay archive: statements of old batches out of ledger.db, into a file a month. */
#include "appliance/cli/commands.h"
#include "appliance/config.h"
#include "ledger/retention.h"

#define DAY_MS INT64_C(86400000)

static void show_progress(void *self, uint64_t done, uint64_t all)
{
	progress_show(self, done, all);
}

/* --days, else archive_days of assay.conf. */
static enum err days_wanted(struct cli *cli, int64_t *days)
{
	struct config config;
	if (arg_given(&cli->args, "--days"))
		return arg_int(&cli->args, "--days", 0, 0, CONFIG_ARCHIVE_MAX, days, &cli->fault);
	enum err err = config_load(cli->folder, &config, &cli->fault);
	if (!err && !config.archive_days)
		err = fault_set(&cli->fault, ERR_USAGE, 0, 0,
			"say how old with --days, or set archive_days in assay.conf");
	*days = err ? 0 : config.archive_days;
	return err;
}

static enum status run_archive(struct cli *cli)
{
	struct env env;
	struct retention_report report;
	struct progress progress = {.what = "archive"};
	int64_t days = 0;
	if (days_wanted(cli, &days))
		return STATUS_COULD_NOT;
	cli_keep_private();
	env_machine(&env);
	struct retention_options options = {.folder = cli->folder,
		.env = &env,
		.before_ms = env_now_ms(&env) - days * DAY_MS,
		.progress = show_progress,
		.progress_self = &progress};
	enum err err = retention_move(&options, &report, &cli->fault);
	progress_end(&progress);
	if (err)
		return STATUS_COULD_NOT;
	if (cli->json)
		cli_print_json(json_pack("{s:I, s:I}", "moved", (json_int_t)report.statements,
			"height", (json_int_t)report.height));
	cli_say(cli, "%llu statements moved to %s/archive; batches below %llu are done",
		(unsigned long long)report.statements, cli->folder,
		(unsigned long long)report.height);
	return STATUS_YES;
}

static const struct arg_option options[] = {
	CLI_OPTIONS, {"--days", "N", "statements older than this; else archive_days"}, {0}};

const struct command command_archive = {
	.word = "archive",
	.usage = "",
	.summary = "move old statements out of ledger.db into a file a month",
	.help = "Entries, tiles and checkpoints stay, and with them every proof. The appliance\n"
		"may run; with archive_days in assay.conf it does so by itself.",
	.options = options,
	.run = run_archive,
};
