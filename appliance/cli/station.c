/* assay station: a scanning place. Reads scans from a serial line, TCP or a file; needs nothing
 * but its enrolment file, and keeps what it stated in an outbox beside it. */
#include "appliance/cli/commands.h"
#include "appliance/cli/station_bench.h"
#include "scanners/input/port.h"
#include "scanners/station/display.h"
#include "scanners/station/link.h"

#include <assert.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define PATH_SIZE 4096
#define DOUBLE_MS 700
#define STEP_MS   1000

/* Everything of one run; closed by close_bench in any case. */
struct running {
	struct cli *cli;
	struct env env;
	struct enrolment *enrolment; /* secret_new */
	uint8_t *secret; /* secret_new, SIGN_SECRET */
	uint8_t kid[KID_SIZE];
	struct station_bench meaning;
	struct bench bench;
	struct channels *channels;
	struct link *link;
	struct station_link way;
	struct outbox *outbox;
	struct display display;
	struct station_screen screen;
	struct station *station;
	struct port *port;
	int signals;
	bool is_ended; /* the file is */
};

static enum err load_enrolment(struct running *running)
{
	struct fault *fault = &running->cli->fault;
	uint8_t public[SIGN_PUBLIC];
	const char *path = arg_value(&running->cli->args, "--enrol");
	if (!path)
		return fault_set(fault, ERR_USAGE, 0, 0,
			"say --enrol FILE: `assay station-enrol` on the appliance makes it");
	running->enrolment = secret_new(sizeof *running->enrolment);
	running->secret = secret_new(SIGN_SECRET);
	if (!running->enrolment || !running->secret)
		return fault_set(fault, ERR_MEMORY, 0, 0, "no locked memory for keys");
	enum err err = enrolment_load(running->enrolment, path, fault);
	if (!err && !running->enrolment->pepper_count)
		err = fault_set(fault, ERR_FORMAT, 0, 0, "%.150s holds no pepper", path);
	if (err)
		return err;
	sign_keys(running->enrolment->seed, public, running->secret);
	cose_kid(public, running->kid);
	return OK;
}

static enum err open_outbox(struct running *running)
{
	char path[PATH_SIZE];
	const struct args *args = &running->cli->args;
	const char *given = arg_value(args, "--outbox");
	assert(running->enrolment);
	if (given)
		(void)snprintf(path, sizeof path, "%s", given);
	else
		(void)snprintf(path, sizeof path, "%s.outbox.db", arg_value(args, "--enrol"));
	struct outbox_options options = {
		.path = path,
		.env = &running->env,
		.kid = running->kid,
		.origin = span_text(running->enrolment->origin),
	};
	return outbox_open(&running->outbox, &options, &running->cli->fault);
}

static enum err open_link(struct running *running)
{
	struct fault *fault = &running->cli->fault;
	const struct enrolment *enrolment = running->enrolment;
	const char *address = arg_value(&running->cli->args, "--appliance");
	struct link_options options = {
		.address = address ? address : enrolment->address,
		.public = enrolment->curve_public,
		.secret = enrolment->curve_secret,
		.appliance = enrolment->appliance_curve,
	};
	enum err err = channels_open(&running->channels, fault);
	if (err)
		return err;
	options.channels = running->channels;
	err = link_open(&running->link, &options, fault);
	if (!err)
		running->way = link_station(running->link);
	return err;
}

static enum err open_port(struct running *running)
{
	static const struct {
		const char *name;
		enum port_type type;
	} sources[] = {{"--serial", PORT_SERIAL}, {"--tcp", PORT_TCP}, {"--file", PORT_FILE}};
	struct cli *cli = running->cli;
	struct port_options options = {0};
	int64_t speed = 0;
	size_t given = 0;
	for (size_t i = 0; i < sizeof sources / sizeof sources[0]; i++)
		if (arg_given(&cli->args, sources[i].name)) {
			options.type = sources[i].type;
			options.place = arg_value(&cli->args, sources[i].name);
			given++;
		}
	if (given != 1)
		return fault_set(&cli->fault, ERR_USAGE, 0, 0,
			"say where scans come from: --serial DEVICE, --tcp ADDRESS:PORT or --file "
			"PATH");
	enum err err = arg_int(&cli->args, "--speed", 0, 0, 1000000, &speed, &cli->fault);
	if (!err)
		err = arg_int(
			&cli->args, "--silence", 0, 0, 10000, &options.silence_ms, &cli->fault);
	if (!err)
		err = arg_int(&cli->args, "--double", options.type == PORT_FILE ? 0 : DOUBLE_MS, 0,
			10000, &options.double_ms, &cli->fault);
	options.speed = (unsigned)speed;
	return err ? err : port_open(&running->port, &options, &running->env, &cli->fault);
}

static enum err open_station(struct running *running)
{
	struct cli *cli = running->cli;
	const char *zone = arg_value(&cli->args, "--zone");
	const char *mode = arg_value(&cli->args, "--mode");
	struct station_options options = {
		.env = &running->env,
		.bench = &running->bench,
		.link = &running->way,
		.screen = &running->screen,
		.outbox = running->outbox,
		.signer = signer_local(running->secret),
		.kid = running->kid,
		.issuer = span_text(running->enrolment->issuer),
		.origin = span_text(running->enrolment->origin),
	};
	enum err err = zone_parse(
		span_text(zone ? zone : "Europe/London"), &running->meaning.zone, &cli->fault);
	if (!err && mode)
		err = station_mode_parse(mode, &options.mode, &cli->fault);
	if (err)
		return err;
	running->meaning.enrolment = running->enrolment;
	running->bench = station_bench(&running->meaning);
	display_init(&running->display, stdout, cli->json);
	running->screen = display_screen(&running->display);
	return station_open(&running->station, &options, &cli->fault);
}

static enum err open_signals(struct running *running)
{
	sigset_t signals;
	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGHUP);
	(void)sigprocmask(SIG_BLOCK, &signals, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
	running->signals = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	return running->signals < 0
		       ? fault_set(&running->cli->fault, ERR_LIMIT, 0, 0, "no descriptor left")
		       : OK;
}

static void close_bench(struct running *running)
{
	port_free(running->port);
	station_free(running->station);
	outbox_free(running->outbox);
	link_free(running->link);
	channels_free(running->channels);
	secret_free(running->secret);
	secret_free(running->enrolment);
	if (running->signals >= 0)
		close(running->signals);
}

/* Takes what the scanner has, as far as the station has room for it. */
static void take_scans(struct running *running)
{
	struct port_event event;
	while (station_has_room(running->station)) {
		port_next(running->port, &event);
		switch (event.type) {
		case PORT_NOTHING: return;
		case PORT_SCAN: station_scan(running->station, event.scan); break;
		case PORT_DOUBLE: break;
		case PORT_FAULT:
		case PORT_LOST:
			station_tell(running->station, SHOWN_FAULT, event.fault.text);
			break;
		case PORT_BACK:
			station_tell(running->station, SHOWN_NOTE, "the scanner is back");
			break;
		case PORT_END: running->is_ended = true; return;
		}
	}
}

static int shorter(int a, int b)
{
	if (a < 0)
		return b;
	return b < 0 || a < b ? a : b;
}

/* Until a signal, or the file's end and nothing left to do. */
static enum err serve(struct running *running)
{
	struct pollfd fds[PORT_POLL_MAX + 2];
	for (;;) {
		if (!running->is_ended)
			take_scans(running);
		station_step(running->station);
		if (running->is_ended && station_is_idle(running->station))
			return OK;
		size_t count = 0;
		fds[count++] = (struct pollfd){.fd = running->signals, .events = POLLIN};
		fds[count++] = (struct pollfd){.fd = link_fd(running->link), .events = POLLIN};
		bool takes = !running->is_ended && station_has_room(running->station);
		if (takes)
			count += port_poll(running->port, fds + count);
		int wait = shorter(STEP_MS, station_wait_ms(running->station));
		if (takes)
			wait = shorter(wait, port_wait_ms(running->port));
		if (poll(fds, count, wait) > 0 && fds[0].revents)
			return OK;
	}
}

/* ---- refused statements ---- */

static enum err show_refusal(void *self, const struct outbox_item *item,
	const struct outbox_refused *refused, struct fault *fault)
{
	const struct cli *cli = self;
	char time[CIVIL_TIME_SIZE];
	(void)fault;
	civil_print_time(item->saved_ms, time);
	if (cli->json)
		cli_print_json(json_pack("{s:s, s:I, s:s%, s:s%, s:s%}", "saved", time, "sequence",
			(json_int_t)item->sequence, "code", (const char *)refused->word.at,
			refused->word.size, "sentence", (const char *)refused->sentence.at,
			refused->sentence.size, "scan", (const char *)item->scan.at,
			item->scan.size));
	cli_say(cli, "%s  %.*s: %.*s", time, (int)refused->word.size,
		(const char *)refused->word.at, (int)refused->sentence.size,
		(const char *)refused->sentence.at);
	return OK;
}

static enum err list_refusals(struct running *running)
{
	struct outbox_refused_sink sink = {running->cli, show_refusal};
	return outbox_refusals(running->outbox, &sink, &running->cli->fault);
}

static enum status run(struct cli *cli)
{
	struct running running = {.cli = cli, .signals = -1};
	struct outbox_counts before = {0}, after = {0};
	bool only_lists = arg_given(&cli->args, "--refused");
	cli_keep_private();
	env_machine(&running.env);
	enum err err = load_enrolment(&running);
	if (!err)
		err = open_outbox(&running);
	if (!err && only_lists)
		err = list_refusals(&running);
	if (err || only_lists) {
		close_bench(&running);
		return cli_failed(err);
	}
	err = open_signals(&running);
	if (!err)
		err = open_link(&running);
	if (!err)
		err = open_station(&running);
	if (!err)
		err = open_port(&running);
	if (!err)
		err = outbox_count(running.outbox, &before, &cli->fault);
	if (!err) {
		cli_say(cli, "%s: %s", running.enrolment->party, running.enrolment->label);
		if (arg_given(&cli->args, "--tcp"))
			cli_say(cli, "scanners: port %u", port_number(running.port));
		err = serve(&running);
	}
	if (!err)
		err = outbox_count(running.outbox, &after, &cli->fault);
	if (!err && station_unsaved(running.station))
		err = fault_set(&cli->fault, ERR_IO, 0, 0,
			"not everything was saved: the reasons stand above");
	close_bench(&running);
	if (err)
		return cli_failed(err);
	return after.waiting || after.refused > before.refused ? STATUS_NO : STATUS_YES;
}

static const struct arg_option options[] = {
	CLI_OPTIONS,
	{"--enrol", "FILE", "this station's enrolment"},
	{"--serial", "DEVICE", "a scanner on a serial line (USB or RS-232)"},
	{"--speed", "BITS", "of the serial line (9600; USB ignores it)"},
	{"--tcp", "ADDRESS:PORT", "listen for network scanners"},
	{"--file", "PATH", "read scans from a file, a line each (- is standard input)"},
	{"--mode", "MODE", "check, supply (green packs at once) or receive"},
	{"--silence", "MS", "scanners without a suffix: so long a silence ends a scan"},
	{"--double", "MS", "the same scan again within this time is left out (700)"},
	{"--outbox", "FILE", "else beside the enrolment"},
	{"--appliance", "ADDRESS", "tcp://host:port, else as the enrolment says"},
	{"--zone", "ZONE", "of the ledger (Europe/London)"},
	{"--refused", NULL, "list what the ledger refused, and end"},
	{0},
};

const struct command command_station = {
	.word = "station",
	.usage = "--enrol FILE --serial DEVICE | --tcp ADDRESS:PORT | --file PATH",
	.summary = "run a scanning place: check, supply, keep on when the appliance is away",
	.help = "Codes to act by (print them for the bench): ASSAY:SUPPLY ASSAY:UNDO ASSAY:RETURN\n"
		"ASSAY:DESTROY ASSAY:LOCK ASSAY:STOLEN ASSAY:EXPORT ASSAY:SAMPLE ASSAY:STATUS\n"
		"ASSAY:OVERRIDE:CLINICAL (INSPECTED, MAKER, AUTHORITY, OWN_RECORD)\n"
		"ASSAY:MODE:CHECK ASSAY:MODE:SUPPLY ASSAY:MODE:RECEIVE.\n"
		"Exit status 1: something was refused, or is still to be sent; 2: something could\n"
		"not be saved.",
	.options = options,
	.run = run,
};
