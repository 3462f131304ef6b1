/* assay demo: an appliance with demo members, and the story of one lot and one person told through
 * the interfaces that everybody has. */
#include "appliance/cli/demo.h"

#include "appliance/cli/answers.h"
#include "appliance/cli/commands.h"
#include "appliance/config.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER_DEFAULT "assay-demo"
#define HTTP_PORT      8443
#define STATION_PORT   7433
#define START_MS       60000
#define EXPIRY_DAYS    540
#define COMPANY_PREFIX "5012345"
#define ACCOUNTS_FILE  "accounts"
#define PLAN_FILE      "plan.json"

static enum err make_folder(const char *path, struct fault *fault)
{
	if (mkdir(path, 0700) && errno != EEXIST)
		return fault_set(fault, errno == EACCES || errno == EROFS ? ERR_READONLY : ERR_IO,
			0, 0, "cannot make the folder %.150s: %s", path, strerror(errno));
	return OK;
}

static const char *path_of(const struct demo *demo, const char *name, char path[DEMO_PATH_SIZE])
{
	(void)snprintf(path, DEMO_PATH_SIZE, "%.3900s/%.100s", demo->folder, name);
	return path;
}

static enum err choose_port(uint16_t wanted, uint16_t *port, struct cli *cli)
{
	*port = demo_port(wanted);
	if (!*port)
		return fault_set(&cli->fault, ERR_NETWORK, 0, 0,
			"no free port from %u on this machine", (unsigned)wanted);
	if (*port != wanted)
		cli_say(cli, "port %u is taken: port %u is used", (unsigned)wanted,
			(unsigned)*port);
	return OK;
}

/* The ledger with its members and keys, by `assay init`. What it says of the accounts is kept:
 * their passwords are nowhere else. */
static enum err make_ledger(struct demo *demo)
{
	char plan[DEMO_PATH_SIZE];
	char accounts[DEMO_PATH_SIZE];
	char http[8];
	char station[8];
	struct fault *fault = &demo->cli->fault;
	struct buf output;
	uint16_t http_port;
	uint16_t station_port;
	int status = 0;
	enum err err = choose_port(HTTP_PORT, &http_port, demo->cli);
	if (!err)
		err = choose_port(STATION_PORT, &station_port, demo->cli);
	if (!err)
		err = make_folder(demo->folder, fault);
	if (!err)
		err = cli_write_file(path_of(demo, PLAN_FILE, plan), span_text(demo_plan_json),
			0644, true, fault);
	if (err)
		return err;
	(void)snprintf(http, sizeof http, "%u", (unsigned)http_port);
	(void)snprintf(station, sizeof station, "%u", (unsigned)station_port);
	const char *const args[] = {"init", "--plan", plan, "--folder", demo->folder, "--http-port",
		http, "--station-port", station, NULL};
	buf_init(&output, DEMO_OUTPUT_MAX);
	err = demo_run(args, NULL, &output, &status, fault);
	if (!err && status)
		err = fault_set(fault, ERR_IO, 0, 0, "assay init did not make a ledger in %.150s",
			demo->folder);
	if (!err)
		err = cli_write_file(path_of(demo, ACCOUNTS_FILE, accounts), buf_span(&output),
			0600, true, fault);
	if (!err)
		cli_say(demo->cli, "%s", buf_text(&output));
	buf_close(&output);
	return err;
}

/* The ports of a ledger that is there already may be taken by now. */
static enum err check_ports(struct demo *demo)
{
	struct config config;
	struct config old;
	enum err err = config_load(demo->folder, &config, &demo->cli->fault);
	old = config;
	if (!err)
		err = choose_port(old.http_port, &config.http_port, demo->cli);
	if (!err)
		err = choose_port(old.station_port, &config.station_port, demo->cli);
	if (!err && (config.http_port != old.http_port || config.station_port != old.station_port))
		err = config_save(demo->folder, &config, &demo->cli->fault);
	return err;
}

static enum err start_appliance(struct demo *demo)
{
	const char *const args[] = {"run", "--folder", demo->folder, NULL};
	struct buf output;
	buf_init(&output, DEMO_OUTPUT_MAX);
	enum err err = demo_start(args, &demo->appliance, &demo->cli->fault);
	if (!err)
		err = demo_await(&demo->appliance, "\nready", START_MS, &output, &demo->cli->fault);
	if (!err)
		cli_say(demo->cli, "%s", buf_text(&output));
	buf_close(&output);
	return err;
}

static enum err prepare(struct demo *demo)
{
	char ledger[DEMO_PATH_SIZE];
	const char *folder = arg_value(&demo->cli->args, "--folder");
	json_error_t error;
	(void)snprintf(demo->folder, sizeof demo->folder, "%s", folder ? folder : FOLDER_DEFAULT);
	demo->plan = json_loads(demo_plan_json, JSON_REJECT_DUPLICATES, &error);
	if (!demo->plan)
		return fault_set(&demo->cli->fault, ERR_FORMAT, 0, 0,
			"deploy/demo/plan.json line %d: %.150s", error.line, error.text);
	bool is_there = !access(path_of(demo, "ledger.db", ledger), F_OK);
	if (is_there)
		cli_say(demo->cli, "there is a ledger in %s: the story goes on with it",
			demo->folder);
	return is_there ? check_ports(demo) : make_ledger(demo);
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

static enum err choose_goods(struct demo *demo)
{
	char runs[DEMO_PATH_SIZE];
	goods_choose(&demo->goods, &demo->env, plan_gtin(demo->plan), COMPANY_PREFIX,
		GOODS_PACKS_MAX, EXPIRY_DAYS);
	enum err err = make_folder(path_of(demo, "demo", runs), &demo->cli->fault);
	(void)snprintf(demo->files, sizeof demo->files, "%.4000s/%s", runs, demo->goods.lot);
	return err ? err : make_folder(demo->files, &demo->cli->fault);
}

static void tell_end(struct demo *demo)
{
	if (demo->cli->json)
		cli_print_json(json_pack(
			"{s:O, s:i}", "steps", demo->steps, "failures", (int)demo->failures));
	if (demo->failures)
		cli_say(demo->cli, "\n%u of %u steps FAILED", demo->failures, demo->number);
	else
		cli_say(demo->cli, "\nall %u steps gave what they should; files of this run: %s",
			demo->number, demo->files);
}

static void stay_up(struct demo *demo, const sigset_t *signals)
{
	char accounts[DEMO_PATH_SIZE];
	struct config config;
	int signal = 0;
	if (!config_load(demo->folder, &config, &demo->cli->fault))
		cli_say(demo->cli, "the page is at https://%s:%u/ (accounts and passwords: %s)",
			config.host, (unsigned)config.http_port,
			path_of(demo, ACCOUNTS_FILE, accounts));
	cli_say(demo->cli, "Ctrl+C ends it");
	(void)sigwait(signals, &signal);
}

static enum status tell_story(struct demo *demo, const sigset_t *signals)
{
	enum err err = prepare(demo);
	if (!err)
		err = choose_goods(demo);
	if (!err)
		err = start_appliance(demo);
	if (!err)
		err = demo_bench_open(demo);
	if (!err) {
		demo_play(demo, demo_goods_steps);
		demo_play(demo, demo_pack_steps);
		demo_play(demo, demo_authority_steps);
		demo_play(demo, demo_people_steps);
		demo_play(demo, demo_evidence_steps);
		tell_end(demo);
		if (!arg_given(&demo->cli->args, "--once"))
			stay_up(demo, signals);
	}
	demo_bench_close(demo);
	demo_stop(&demo->appliance);
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
	demo->cli = cli;
	env_machine(&demo->env);
	demo->steps = json_array();
	enum status status = tell_story(demo, &signals);
	json_decref(demo->steps);
	json_decref(demo->plan);
	free(demo);
	return status;
}

static const struct arg_option options[] = {
	CLI_OPTIONS,
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
		"A second run goes on with what is there. Files of each run are kept in demo/LOT.",
	.options = options,
	.run = run,
};
