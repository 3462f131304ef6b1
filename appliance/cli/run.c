/* assay run: the appliance in the foreground, until it is told to end. */
#include "appliance/cli/commands.h"
#include "appliance/daily.h"
#include "appliance/http/tls.h"
#include "appliance/stations.h"
#include "appliance/view/yearly.h"
#include "appliance/wiring.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>

#define PATH_SIZE    4096
#define PEM_MAX      ((size_t)64 << 10)
#define HTTP_THREADS 4

static enum err open_http(struct appliance *appliance, struct api *api, struct http_server **server,
	struct fault *fault)
{
	char tls[PATH_SIZE];
	struct buf chain;
	struct buf key;
	const char *names[] = {appliance->config.host, "localhost", "127.0.0.1", "::1"};
	(void)snprintf(tls, sizeof tls, "%s/tls", appliance->folder);
	buf_init(&chain, PEM_MAX);
	buf_init(&key, PEM_MAX);
	enum err err = tls_prepare(
		tls, names, sizeof names / sizeof names[0], env_now_ms(&appliance->env), fault);
	if (!err)
		err = tls_load(tls, &chain, &key, fault);
	if (!err) {
		struct http_options options = {
			.address = appliance->config.address,
			.port = appliance->config.http_port,
			.certificate_pem = buf_text(&chain),
			.key_pem = buf_text(&key),
			.threads = HTTP_THREADS,
			.env = &appliance->env,
			.self = api,
			.handle = api_handle,
			.body_max = api_body_max,
		};
		err = http_open(server, &options, fault);
	}
	if (key.size)
		secret_wipe(key.at, key.size);
	buf_close(&key);
	buf_close(&chain);
	return err;
}

static void say_ready(struct cli *cli, struct appliance *appliance, struct http_server *server)
{
	char tls[PATH_SIZE];
	char fingerprint[96] = "";
	(void)snprintf(tls, sizeof tls, "%s/tls", appliance->folder);
	if (tls_fingerprint(tls, fingerprint, NULL))
		fingerprint[0] = 0;
	struct span origin = service_origin(appliance->service);
	if (cli->json)
		cli_print_json(json_pack("{s:s%, s:i, s:i}", "origin", origin.at, origin.size,
			"http_port", (int)http_port(server), "station_port",
			(int)appliance->config.station_port));
	cli_say(cli,
		"ledger %.*s\n  page       https://%s:%u/\n  stations   tcp port %u\n"
		"  authority  %s/ca.pem, SHA-256 %s\nready; Ctrl+C ends it",
		(int)origin.size, (const char *)origin.at, appliance->config.host,
		(unsigned)http_port(server), (unsigned)appliance->config.station_port, tls,
		fingerprint);
	(void)fflush(stdout);
}

/* From November on: who starts an appliance is told what it will lack in January. */
static void remind(struct appliance *appliance)
{
	uint16_t year = 0;
	struct fault fault;
	if (!yearly_due_here(appliance->desk, &year, &fault) && year)
		(void)fprintf(stderr,
			"assay run: the pepper of %u is not on the ledger yet: `assay pepper post "
			"--as ADMIN` at the voter's appliance\n",
			(unsigned)year);
}

/* Blocks the ending signals before any thread is there, and waits for one. */
static void wait_for_end(const sigset_t *signals)
{
	int signal = 0;
	(void)sigwait(signals, &signal);
}

static enum status run(struct cli *cli)
{
	struct appliance appliance;
	struct http_server *server = NULL;
	struct stations *stations = NULL;
	struct daily *daily = NULL;
	sigset_t signals;
	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGHUP);
	(void)pthread_sigmask(SIG_BLOCK, &signals, NULL);
	cli_keep_private();
	(void)signal(SIGPIPE, SIG_IGN);
	enum err err = appliance_open(&appliance, cli->folder, &cli->fault);
	struct api api = {
		.desk = appliance.desk,
		.users = appliance.users,
		.view = appliance.view,
		.attachments = appliance.attachments,
		.staff = appliance.staff,
		.host = appliance.config.host,
	};
	if (!err)
		err = api_open(&api, &appliance.env, &cli->fault);
	if (!err) {
		api.policy = buf_text(&appliance.policy);
		err = open_http(&appliance, &api, &server, &cli->fault);
	}
	if (!err)
		err = stations_open(&stations, &appliance, &cli->fault);
	if (!err)
		err = daily_open(&daily, &appliance, &cli->fault);
	if (!err) {
		say_ready(cli, &appliance, server);
		remind(&appliance);
		wait_for_end(&signals);
		cli_say(cli, "ending");
		if (atomic_load(&appliance.is_broken))
			err = fault_set(&cli->fault, ERR_IO, 0, 0,
				"the ledger could not go on; the reason stands above");
	}
	daily_free(daily);
	stations_stop(stations);
	http_free(server);
	api_close(&api);
	appliance_close(&appliance);
	stations_free(stations);
	return cli_failed(err);
}

static const struct arg_option options[] = {
	CLI_OPTIONS,
	{0},
};

const struct command command_run = {
	.word = "run",
	.usage = "",
	.summary = "run the appliance in the foreground",
	.help = "Ends on SIGINT, SIGTERM or SIGHUP after what is under way. Needs no systemd.",
	.options = options,
	.run = run,
};
