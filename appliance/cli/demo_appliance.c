/* Ledgers and appliances of the demo: made once, started each time. */
#include "appliance/cli/demo.h"

#include "appliance/config.h"
#include "appliance/making.h"
#include "ledger/folder.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HTTP_PORT    8443
#define STATION_PORT 7433
#define START_MS     60000
#define INIT_ARGS    24
#define END_TRY_MS   50
#define END_TRIES    200

enum err demo_make_folder(const char *path, struct fault *fault)
{
	if (mkdir(path, 0700) && errno != EEXIST)
		return fault_set(fault, errno == EACCES || errno == EROFS ? ERR_READONLY : ERR_IO,
			0, 0, "cannot make the folder %.150s: %s", path, strerror(errno));
	return OK;
}

const char *demo_path(const struct demo *demo, const char *name, char path[DEMO_PATH_SIZE])
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

/* By `assay init`, which keeps the passwords of the accounts in a file before the ledger is whole:
 * they are nowhere else. */
static enum err make_ledger(struct demo *demo, const char *const *how)
{
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
	if (err)
		return err;
	(void)snprintf(http, sizeof http, "%u", (unsigned)http_port);
	(void)snprintf(station, sizeof station, "%u", (unsigned)station_port);
	const char *args[INIT_ARGS] = {"init", "--folder", demo->folder, "--http-port", http,
		"--station-port", station, "--accounts",
		demo_path(demo, DEMO_ACCOUNTS_FILE, accounts)};
	for (size_t i = 9; *how && i + 1 < INIT_ARGS; i++)
		args[i] = *how++;
	buf_init(&output, DEMO_OUTPUT_MAX);
	err = demo_run(args, NULL, &output, &status, fault);
	if (!err && status)
		err = fault_set(fault, ERR_IO, 0, 0, "assay init did not make a ledger in %.150s",
			demo->folder);
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

/* An appliance whose demo was killed ends by itself; that takes a moment. */
static enum err await_end(struct demo *demo)
{
	struct fault *fault = &demo->cli->fault;
	for (int i = 0;; i++) {
		int lock = -1;
		enum err err = folder_lock(demo->folder, &lock, fault);
		folder_unlock(lock);
		if (err != ERR_BUSY || i == END_TRIES)
			return err;
		(void)poll(NULL, 0, END_TRY_MS);
	}
}

enum err demo_ledger(struct demo *demo, const char *const *how)
{
	char path[DEMO_PATH_SIZE];
	if (access(demo_path(demo, "ledger.db", path), F_OK) || making_was_cut_off(demo->folder))
		return make_ledger(demo, how);
	cli_say(demo->cli, "there is a ledger in %s: the story goes on with it", demo->folder);
	enum err err = await_end(demo);
	return err ? err : check_ports(demo);
}

enum err demo_appliance(struct demo *demo)
{
	const char *const args[] = {"run", "--folder", demo->folder, NULL};
	struct fault *fault = &demo->cli->fault;
	struct buf output;
	if (demo->appliance_count == DEMO_APPLIANCES_MAX)
		return fault_set(fault, ERR_LIMIT, 0, 0, "too many appliances in the demo");
	struct demo_process *appliance = &demo->appliances[demo->appliance_count].process;
	(void)snprintf(
		demo->appliances[demo->appliance_count].folder, DEMO_PATH_SIZE, "%s", demo->folder);
	buf_init(&output, DEMO_OUTPUT_MAX);
	enum err err = demo_start(args, appliance, fault);
	demo->appliance_count += !err;
	if (!err)
		err = demo_await(appliance, "\nready", START_MS, &output, fault);
	if (!err)
		cli_say(demo->cli, "%s", buf_text(&output));
	buf_close(&output);
	return err;
}

void demo_tell_address(struct demo *demo, size_t index)
{
	const char *folder = demo->appliances[index].folder;
	struct config config;
	if (!config_load(folder, &config, &demo->cli->fault))
		cli_say(demo->cli,
			"the page of %s is at https://%s:%u/ (accounts and passwords: %s/%s)",
			config.member, config.host, (unsigned)config.http_port, folder,
			DEMO_ACCOUNTS_FILE);
}
