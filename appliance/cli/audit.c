/* assay audit and rebuild: believing nothing but the bytes of a ledger's folder, or of a copy. */
#include "ledger/audit.h"
#include "ledger/audit_mark.h"

#include "appliance/cli/commands.h"
#include "appliance/rules/rules_app.h"
#include "ledger/base/hex.h"

#include <stdio.h>
#include <unistd.h>

#define KEEP_EVERY_US (2 * 1000 * 1000) /* between two writings of the state file */

struct work {
	struct env env;
	struct app app;
	struct progress progress;
	struct audit_options options;
	const char *state_path; /* --resume; NULL: none */
	struct audit_mark mark;
	bool has_mark;
	struct fault kept; /* why a mark could not be written */
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

/* ---- audit ---- */

/* A failing disk of the state file does not end the audit: it is told at the end. */
static void keep_mark(void *self, const struct audit_mark *mark)
{
	struct work *work = self;
	uint8_t memory[AUDIT_MARK_SIZE_MAX];
	char beside[4096];
	struct buf text;
	buf_over(&text, memory, sizeof memory);
	audit_mark_print(mark, &text);
	(void)snprintf(beside, sizeof beside, "%s.new", work->state_path);
	enum err err = cli_write_file(beside, buf_span(&text), 0600, true, &work->kept);
	if (!err && rename(beside, work->state_path) != 0)
		(void)fault_set(&work->kept, ERR_IO, 0, 0, "cannot write %.200s", work->state_path);
}

static enum err read_mark(struct cli *cli, struct work *work)
{
	struct fault why;
	struct buf text;
	if (access(work->state_path, F_OK) != 0)
		return OK;
	buf_init(&text, AUDIT_MARK_SIZE_MAX);
	enum err err = cli_read_file(work->state_path, AUDIT_MARK_SIZE_MAX, &text, &cli->fault);
	if (!err && audit_mark_parse(buf_span(&text), &work->mark, &why))
		err = fault_set(&cli->fault, why.err, why.at, 0, "%.100s: %.140s", work->state_path,
			why.text);
	buf_close(&text);
	work->has_mark = !err;
	return err;
}

static enum err take_options(struct cli *cli, struct work *work)
{
	int64_t since = 0;
	work->options.no_rules = arg_given(&cli->args, "--no-rules");
	work->state_path = arg_value(&cli->args, "--resume");
	enum err err = arg_int(&cli->args, "--since", 0, 0, INT64_MAX, &since, &cli->fault);
	work->options.since = (uint64_t)since;
	if (err || !work->state_path)
		return err;
	if (since)
		return fault_set(&cli->fault, ERR_USAGE, 0, 0,
			"--since and --resume do not go together: the one trusts your word, the "
			"other what an earlier audit verified");
	work->options.keep_mark = keep_mark;
	work->options.keep_self = work;
	work->options.keep_every_us = KEEP_EVERY_US;
	err = read_mark(cli, work);
	work->options.mark = work->has_mark ? &work->mark : NULL;
	return err;
}

/* What this audit did not look at. */
static void print_left_out(const struct work *work, const struct audit_report *report)
{
	if (report->marked)
		printf("  signatures of the first %llu leaves were verified before, says %s\n",
			(unsigned long long)report->marked, work->state_path);
	if (report->is_mark_refused)
		printf("  %s is of other bytes than these: all was verified again\n",
			work->state_path);
	if (work->options.since)
		printf("  signatures before batch %llu were not verified (--since)\n",
			(unsigned long long)work->options.since);
	if (report->absent)
		printf("  %llu statements are in archive files that are not here: their signatures "
		       "were not verified\n",
			(unsigned long long)report->absent);
	if (!report->has_rules)
		printf("  rules, digests and state.db were not judged (%s)\n",
			work->options.no_rules ? "--no-rules" : "the archive is not here");
}

static void print_report(
	struct cli *cli, const struct work *work, const struct audit_report *report)
{
	char root[2 * HASH_SIZE + 1];
	char digest[2 * HASH_SIZE + 1];
	bool clean = report->what == AUDIT_NOTHING;
	hex_print(span_of(report->root, HASH_SIZE), root);
	hex_print(span_of(report->digest, HASH_SIZE), digest);
	if (cli->json) {
		cli_print_json(json_pack(
			"{s:b, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:s, s:s, s:s, s:b, s:I, "
			"s:I, s:b, s:I}",
			"clean", clean, "what", audit_what_text(report->what), "position",
			(json_int_t)report->position, "height", (json_int_t)report->height, "size",
			(json_int_t)report->size, "statements", (json_int_t)report->statements,
			"signatures", (json_int_t)report->signatures, "checkpoints",
			(json_int_t)report->checkpoints, "tiles", (json_int_t)report->tiles, "root",
			root, "digest", digest, "why", clean ? "" : report->fault.text, "rules",
			report->has_rules, "since", (json_int_t)work->options.since, "resumed_at",
			(json_int_t)report->marked, "resume_refused", report->is_mark_refused,
			"absent", (json_int_t)report->absent));
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
	print_left_out(work, report);
}

static enum status run_audit(struct cli *cli)
{
	struct work work;
	struct audit_report report;
	prepare(cli, "audit", &work);
	if (take_options(cli, &work))
		return STATUS_COULD_NOT;
	enum err err = audit(&work.options, &report, &cli->fault);
	progress_end(&work.progress);
	if (err)
		return STATUS_COULD_NOT;
	print_report(cli, &work, &report);
	if (work.kept.err)
		(void)fprintf(stderr, "assay audit: %s\n", work.kept.text);
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
static const struct arg_option audit_command_options[] = {CLI_OPTIONS,
	{"--since", "HEIGHT", "signatures of batches before this one are not verified"},
	{"--no-rules", NULL, "do not apply the rules: no outcomes, digests, state.db"},
	{"--resume", "FILE", "go on where an audit that kept this file stopped; it is made"}, {0}};

const struct command command_audit = {
	.word = "audit",
	.usage = "[DIR]",
	.summary = "re-verify everything in a ledger's folder, or a copy of it",
	.help = "Signatures, seals, tree, tiles, checkpoints, rules and digests, from the bytes "
		"alone.\n"
		"Names the first position that is wrong. Exit status: 0 clean, 1 wrong, 2 could "
		"not.\nSignatures take most of the time; --resume and --since leave out those "
		"that were\nverified before, all else is judged again.",
	.options = audit_command_options,
	.run = run_audit,
};
const struct command command_rebuild = {
	.word = "rebuild",
	.usage = "",
	.summary = "make state.db again from ledger.db (the appliance must not run)",
	.options = options,
	.run = run_rebuild,
};
