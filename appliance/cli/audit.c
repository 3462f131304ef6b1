/* assay audit and rebuild: believing nothing but the bytes of a ledger's folder, or of a copy. */
#include "ledger/audit.h"

#include "appliance/cli/commands.h"
#include "appliance/rules/rules_app.h"
#include "ledger/base/hex.h"

#include <stdio.h>

struct work {
	struct env env;
	struct app app;
	struct progress progress;
	struct audit_options options;
};

static void show_progress(void *self, uint64_t done, uint64_t all)
{
	progress_show(self, done, all);
}

static void prepare(struct cli *cli, const char *what, struct work *work)
{
	*work = (struct work){.progress = {.what = what}};
	env_machine(&work->env);
	rules_app(&work->app, &directory_members);
	work->options = (struct audit_options){
		.folder = cli->args.plain_count ? cli->args.plain[0] : cli->folder,
		.env = &work->env,
		.app = &work->app,
		.progress = show_progress,
		.progress_self = &work->progress,
	};
}

static void print_report(struct cli *cli, const struct audit_report *report)
{
	char root[2 * HASH_SIZE + 1];
	char digest[2 * HASH_SIZE + 1];
	bool clean = report->what == AUDIT_NOTHING;
	hex_print(span_of(report->root, HASH_SIZE), root);
	hex_print(span_of(report->digest, HASH_SIZE), digest);
	if (cli->json) {
		cli_print_json(json_pack(
			"{s:b, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:s, s:s, s:s}", "clean",
			clean, "what", audit_what_text(report->what), "position",
			(json_int_t)report->position, "height", (json_int_t)report->height, "size",
			(json_int_t)report->size, "statements", (json_int_t)report->statements,
			"signatures", (json_int_t)report->signatures, "checkpoints",
			(json_int_t)report->checkpoints, "tiles", (json_int_t)report->tiles, "root",
			root, "digest", digest, "why", clean ? "" : report->fault.text));
		return;
	}
	if (clean)
		printf("clean: %llu leaves, %llu statements, %llu signatures, %llu checkpoints, "
		       "%llu tiles\n  root    %s\n  digest  %s\n",
			(unsigned long long)report->size, (unsigned long long)report->statements,
			(unsigned long long)report->signatures,
			(unsigned long long)report->checkpoints, (unsigned long long)report->tiles,
			root, digest);
	else
		printf("WRONG at position %llu (batch %llu): %s: %s\n  %llu leaves before it are "
		       "right\n",
			(unsigned long long)report->position, (unsigned long long)report->height,
			audit_what_text(report->what), report->fault.text,
			(unsigned long long)report->size);
}

static enum status run_audit(struct cli *cli)
{
	struct work work;
	struct audit_report report;
	prepare(cli, "audit", &work);
	enum err err = audit(&work.options, &report, &cli->fault);
	progress_end(&work.progress);
	if (err)
		return STATUS_COULD_NOT;
	print_report(cli, &report);
	return report.what == AUDIT_NOTHING ? STATUS_YES : STATUS_NO;
}

static enum status run_rebuild(struct cli *cli)
{
	struct work work;
	uint8_t digest[HASH_SIZE];
	char text[2 * HASH_SIZE + 1];
	cli_keep_private();
	prepare(cli, "rebuild", &work);
	enum err err = rebuild(&work.options, digest, &cli->fault);
	progress_end(&work.progress);
	if (err)
		return STATUS_COULD_NOT;
	hex_print(span_of(digest, sizeof digest), text);
	if (cli->json)
		cli_print_json(json_pack("{s:s}", "digest", text));
	cli_say(cli, "state.db is made again from ledger.db, digest %s", text);
	return STATUS_YES;
}

static const struct arg_option options[] = {CLI_OPTIONS, {0}};

const struct command command_audit = {
	.word = "audit",
	.usage = "[DIR]",
	.summary = "re-verify everything in a ledger's folder, or a copy of it",
	.help = "Signatures, seals, tree, tiles, checkpoints, rules and digests, from the bytes "
		"alone.\n"
		"Names the first position that is wrong. Exit status: 0 clean, 1 wrong, 2 could "
		"not.",
	.options = options,
	.run = run_audit,
};
const struct command command_rebuild = {
	.word = "rebuild",
	.usage = "",
	.summary = "make state.db again from ledger.db (the appliance must not run)",
	.options = options,
	.run = run_rebuild,
};
