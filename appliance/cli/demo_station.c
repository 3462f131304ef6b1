/* The pharmacy's bench: a station as it is run there, with a scanner that sends over TCP. */
#include "appliance/cli/demo.h"

#include "appliance/cli/answers.h"
#include "appliance/config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SCANNER_PORT 7434
#define ANSWER_MS    30000
#define TRY_MS       50
#define TRIES        200

enum err demo_enrol(struct demo *demo, const char *name, char path[DEMO_PATH_SIZE])
{
	struct fault *fault = &demo->cli->fault;
	struct buf output;
	int status = 0;
	(void)snprintf(path, DEMO_PATH_SIZE, "%.3900s/%s", demo->folder, name);
	if (!access(path, F_OK))
		return OK;
	const char *const args[] = {"station-enrol", "--party", "pharmacy", "--label", name,
		"--out", path, "--folder", demo->folder, "--as", "warehouse", NULL};
	buf_init(&output, DEMO_OUTPUT_MAX);
	enum err err = demo_run(args, NULL, &output, &status, fault);
	buf_close(&output);
	if (!err && status)
		err = fault_set(fault, ERR_IO, 0, 0, "assay station-enrol made no %.150s", path);
	return err;
}

/* The station listens a moment after it was started. */
static enum err reach_scanner(struct demo *demo, uint16_t port)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr = {htonl(INADDR_LOOPBACK)}};
	for (int i = 0; i < TRIES; i++) {
		int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (fd >= 0 && !connect(fd, (struct sockaddr *)&address, sizeof address)) {
			demo->scanner = fd;
			return OK;
		}
		if (fd >= 0)
			close(fd);
		(void)poll(NULL, 0, TRY_MS);
	}
	return fault_set(&demo->cli->fault, ERR_NETWORK, 0, 0,
		"the station does not listen on port %u", (unsigned)port);
}

enum err demo_bench_open(struct demo *demo)
{
	char enrolment[DEMO_PATH_SIZE];
	char tcp[32];
	char appliance[64];
	struct config config;
	uint16_t port = demo_port(SCANNER_PORT);
	buf_init(&demo->heard, DEMO_OUTPUT_MAX);
	enum err err = config_load(demo->folder, &config, &demo->cli->fault);
	if (!err)
		err = demo_enrol(demo, "bench", enrolment);
	if (err)
		return err;
	(void)snprintf(tcp, sizeof tcp, "127.0.0.1:%u", (unsigned)port);
	(void)snprintf(
		appliance, sizeof appliance, "tcp://127.0.0.1:%u", (unsigned)config.station_port);
	const char *const args[] = {"station", "--json", "--enrol", enrolment, "--tcp", tcp,
		"--double", "0", "--appliance", appliance, NULL};
	err = demo_start(args, &demo->station, &demo->cli->fault);
	if (!err)
		err = reach_scanner(demo, port);
	if (!err)
		cli_say(demo->cli, "the pharmacy's station runs: its scanner sends to port %u\n",
			(unsigned)port);
	return err;
}

void demo_bench_close(struct demo *demo)
{
	if (demo->scanner)
		close(demo->scanner);
	demo->scanner = 0;
	demo_stop(&demo->station);
	buf_close(&demo->heard);
}

/* The first whole line of what was heard, as JSON; NULL if there is none. */
static json_t *take_line(struct buf *heard)
{
	uint8_t *end = heard->size ? memchr(heard->at, '\n', heard->size) : NULL;
	if (!end)
		return NULL;
	size_t size = (size_t)(end - heard->at) + 1;
	json_t *event = json_loadb((const char *)heard->at, size, JSON_REJECT_DUPLICATES, NULL);
	memmove(heard->at, heard->at + size, heard->size - size);
	heard->size -= size;
	return event ? event : json_object();
}

static bool hear_more(struct demo *demo, int64_t end_ms)
{
	uint8_t chunk[4096];
	int64_t left = end_ms - env_steady_us(&demo->env) / 1000;
	struct pollfd poller = {.fd = demo->station.output, .events = POLLIN};
	if (left <= 0 || poll(&poller, 1, (int)left) < 0)
		return left > 0 && errno == EINTR;
	ssize_t got = poller.revents ? read(poller.fd, chunk, sizeof chunk) : 0;
	if (got > 0)
		buf_put(&demo->heard, span_of(chunk, (size_t)got));
	return got > 0;
}

/* The next event of this kind (or a refusal or fault, which end the waiting); NULL, and the step
 * has failed, when none comes. */
static json_t *await_event(struct demo *demo, const char *wanted)
{
	struct fault fault = {0};
	int64_t end_ms = env_steady_us(&demo->env) / 1000 + ANSWER_MS;
	do {
		json_t *event;
		while ((event = take_line(&demo->heard))) {
			const char *kind = json_text(event, "event");
			if (!strcmp(kind, wanted))
				return event;
			if (!strcmp(kind, "refused") || !strcmp(kind, "fault")) {
				(void)fault_set(&fault, ERR_REFUSED, 0, 0, "the station: %.200s",
					json_text(event, "sentence"));
				(void)demo_ok(demo, fault.err, &fault);
				json_decref(event);
				return NULL;
			}
			json_decref(event);
		}
	} while (hear_more(demo, end_ms));
	(void)fault_set(&fault, ERR_TIMEOUT, 0, 0, "the station shows no %s", wanted);
	(void)demo_ok(demo, fault.err, &fault);
	return NULL;
}

static bool send_scan(struct demo *demo, const char *scan)
{
	char line[GOODS_SCAN_SIZE + 2];
	struct fault fault = {0};
	int size = snprintf(line, sizeof line, "%s\r", scan);
	if (send(demo->scanner, line, (size_t)size, MSG_NOSIGNAL) == size)
		return true;
	(void)fault_set(&fault, ERR_NETWORK, 0, 0, "the scanner's line is gone");
	return demo_ok(demo, fault.err, &fault);
}

void demo_bench_scan(struct demo *demo, const char *scan, const char *word, const char *colour)
{
	demo_note_scan(demo, scan);
	json_t *event = send_scan(demo, scan) ? await_event(demo, "verdict") : NULL;
	if (!event)
		return;
	demo_expect(demo, "verdict", word, json_text(event, "verdict"));
	demo_expect(demo, "colour", colour, json_text(event, "colour"));
	demo_note(demo, "says", "%s", json_text(event, "sentence"));
	demo_expect(demo, "judged by", "the appliance",
		json_is_true(json_object_get(event, "local")) ? "the station alone"
							      : "the appliance");
	json_decref(event);
}

bool demo_bench_act(struct demo *demo, const char *code, uint64_t *position)
{
	demo_note(demo, "scan", "%s", code);
	json_t *event = send_scan(demo, code) ? await_event(demo, "recorded") : NULL;
	if (!event)
		return false;
	/* As the answers of the HTTP interface have it. */
	json_t *answer = json_pack("{s:O}", "evidence", event);
	demo_expect(demo, "alert", "none",
		json_object_get(event, "alert") ? json_text(event, "sentence") : "none");
	demo_evidence(demo, answer);
	*position = (uint64_t)json_integer_value(json_object_get(event, "position"));
	json_decref(answer);
	json_decref(event);
	return true;
}
