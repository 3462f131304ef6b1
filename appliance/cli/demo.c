/* assay demo: an appliance with demo members, and the story of one lot and one person told through
 * the interfaces that everybody has. */
#include "appliance/cli/demo.h"

#include "appliance/cli/commands.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FOLDER_DEFAULT "assay-demo"
#define EXPIRY_DAYS    540
#define PLAN_FILE      "plan.json"

static enum err read_plan(struct demo *demo)
{
	json_error_t error;
	demo->plan = json_loads(demo_plan_json, JSON_REJECT_DUPLICATES, &error);
	return demo->plan
		       ? OK
		       : fault_set(&demo->cli->fault, ERR_FORMAT, 0, 0,
				 "deploy/demo/plan.json line %d: %.150s", error.line, error.text);
}

static enum err make_members(struct demo *demo)
{
	char plan[DEMO_PATH_SIZE];
	enum err err = demo_make_folder(demo->folder, &demo->cli->fault);
	if (!err)
		err = cli_write_file(demo_path(demo, PLAN_FILE, plan), span_text(demo_plan_json),
			0644, true, &demo->cli->fault);
	const char *const how[] = {"--plan", plan, NULL};
	return err ? err : demo_ledger(demo, how);
}

/* The maker's only product in the plan. */
static const char *plan_gtin(const json_t *plan)
{
	const json_t *members = json_object_get(plan, "members");
	for (size_t i = 0; i < json_array_size(members); i++) {
		const json_t *gtins = json_object_get(json_array_get(members, i), "gtins");
		if (json_array_size(gtins))
			return json_string_value(json_array_get(gtins, 0));
	}
	return "";
}

enum err demo_files(struct demo *demo)
{
	char runs[DEMO_PATH_SIZE];
	enum err err = demo_make_folder(demo_path(demo, "demo", runs), &demo->cli->fault);
	(void)snprintf(demo->files, sizeof demo->files, "%.4000s/%s", runs, demo->goods.lot);
	return err ? err : demo_make_folder(demo->files, &demo->cli->fault);
}

static void tell_end(struct demo *demo)
{
	if (demo->cli->json)
		cli_print_json(json_pack(
			"{s:O, s:i}", "steps", demo->steps, "failures", (int)demo->failures));
	if (demo->failures)
		cli_say(demo->cli, "\n%u of %u steps FAILED", demo->failures, demo->number);
	else
		cli_say(demo->cli, "\nall %u steps gave what they should; the last files are in %s",
			demo->number, demo->files);
}

static void stay_up(struct demo *demo, const sigset_t *signals)
{
	int signal = 0;
	for (size_t i = 0; i < demo->appliance_count; i++)
		demo_tell_address(demo, i);
	cli_say(demo->cli, "Ctrl+C ends it");
	(void)sigwait(signals, &signal);
}

static enum err tell_story(struct demo *demo)
{
	enum err err = read_plan(demo);
	if (!err)
		err = make_members(demo);
	goods_choose(&demo->goods, &demo->env, plan_gtin(demo->plan), GOODS_PACKS_MAX, EXPIRY_DAYS);
	if (!err)
		err = demo_files(demo);
	if (!err)
		err = demo_appliance(demo);
	if (!err)
		err = demo_bench_open(demo);
	if (err)
		return err;
	demo->hr = "hospital";
	demo_play(demo, demo_goods_steps);
	demo_play(demo, demo_pack_steps);
	demo_play(demo, demo_authority_steps);
	demo_play(demo, demo_people_steps);
	demo_play(demo, demo_evidence_steps);
	return OK;
}

static enum status tell(struct demo *demo, const sigset_t *signals)
{
	bool is_alone = arg_given(&demo->cli->args, "--alone");
	enum err err = is_alone ? demo_alone(demo) : tell_story(demo);
	if (!err) {
		tell_end(demo);
		if (!arg_given(&demo->cli->args, "--once"))
			stay_up(demo, signals);
	}
	demo_bench_close(demo);
	for (size_t i = 0; i < demo->appliance_count; i++)
		demo_stop(&demo->appliances[i].process);
	demo_accounts_close(demo);
	if (err)
		return STATUS_COULD_NOT;
	return demo->failures ? STATUS_NO : STATUS_YES;
}

static enum status run(struct cli *cli)
{
	sigset_t signals;
	struct demo *demo = calloc(1, sizeof *demo);
	if (!demo) {
		(void)fault_set(&cli->fault, ERR_MEMORY, 0, 0, "out of memory");
		return STATUS_COULD_NOT;
	}
	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGHUP);
	if (!arg_given(&cli->args, "--once"))
		(void)sigprocmask(SIG_BLOCK, &signals, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
	const char *folder = arg_value(&cli->args, "--folder");
	demo->cli = cli;
	(void)snprintf(demo->folder, sizeof demo->folder, "%s", folder ? folder : FOLDER_DEFAULT);
	env_machine(&demo->env);
	demo->steps = json_array();
	enum status status = tell(demo, &signals);
	json_decref(demo->steps);
	json_decref(demo->plan);
	free(demo);
	return status;
}

static const struct arg_option options[] = {
	CLI_OPTIONS,
	{"--alone", NULL, "what one organisation has with no other member and no authority"},
	{"--once", NULL,
		"end after the story; exit status 0 only if each step gave what it should"},
	{0},
};

const struct command command_demo = {
	.word = "demo",
	.usage = "",
	.summary = "play the demo story on an appliance with demo members",
	.help = "Makes a ledger in --folder (assay-demo in the present folder) if there is none, "
		"starts the\n"
		"appliance, tells the story step by step with its evidence, and stays up until "
		"Ctrl+C.\n"
		"A second run goes on with what is there. Files of each run are kept in demo/LOT.\n"
		"--alone plays a pharmacy, a hospital and a maker instead, each on its own ledger.",
	.options = options,
	.run = run,
};
