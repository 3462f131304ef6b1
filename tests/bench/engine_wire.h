/* Clients of the station port: ZeroMQ with CURVE over the loopback, in threads of this process that
 * share the cores with the appliance's. Everything is signed before the clock starts. */
#ifndef TESTS_BENCH_ENGINE_WIRE_H
#define TESTS_BENCH_ENGINE_WIRE_H

#include "tests/bench/engine_place.h"

#include "ledger/base/channel.h"
#include "scanners/station/wire.h"

#define WIRE_CLIENTS  4
#define WIRE_QUEUE    20000
#define WIRE_WAIT_MS  30000
#define WIRE_WINDOW   2000 /* statements on their way, a client */
#define WIRE_BUSY_MAX 100000
#define WIRE_STATIONS (ENGINE_STATIONS / WIRE_CLIENTS)

struct wire_client {
	const struct engine *engine;
	const struct enrolment *enrolment; /* whose CURVE keys it connects with */
	const struct span *statements;
	size_t count;
	size_t window;
	enum wire_type type; /* WIRE_STATE, or WIRE_RECORD for no receipt */
	size_t recorded, busy, alerts;
	double *took; /* us each; may be NULL */
};

static inline struct channel *wire_connect(
	const struct wire_client *client, struct channels **channels)
{
	char address[64];
	struct channel *channel = NULL;
	struct fault fault = {0};
	(void)snprintf(address, sizeof address, "tcp://127.0.0.1:%u",
		(unsigned)client->engine->station_port);
	struct channel_options options = {.type = CHANNEL_DEALER,
		.endpoint = address,
		.queue = WIRE_QUEUE,
		.public = client->enrolment->curve_public,
		.secret = client->enrolment->curve_secret,
		.server_public = client->engine->curve};
	if (channels_open(channels, &fault) || channel_open(*channels, &options, &channel, &fault))
		fail("connect", &fault);
	return channel;
}

static inline void wire_send(struct wire_client *client, struct channel *channel, size_t index)
{
	struct wire_frames frames;
	struct fault fault = {0};
	struct wire wire = {
		.type = client->type, .request = index + 1, .statement = client->statements[index]};
	if (wire_encode(&wire, &frames, &fault) ||
		channel_send(channel, frames.frame, frames.count, -1, &fault))
		fail("send", &fault);
	wire_frames_close(&frames);
}

/* The next answer. What the appliance is too busy for is sent again. Returns its index, or count
 * when it was sent again. */
static inline size_t wire_take(struct wire_client *client, struct channel *channel)
{
	struct channel_message message;
	struct wire wire;
	struct fault fault = {0};
	if (channel_receive(channel, &message, WIRE_WAIT_MS, &fault) ||
		wire_decode(message.frame, message.count, &wire, &fault))
		fail("answer", &fault);
	if (wire.request < 1 || wire.request > client->count)
		fail("an answer to nothing", NULL);
	size_t index = wire.request - 1;
	if (wire.type == WIRE_BUSY) {
		if (++client->busy > WIRE_BUSY_MAX)
			fail("always busy", NULL);
		(void)usleep(1000);
		wire_send(client, channel, index);
		return client->count;
	}
	if (wire.type != WIRE_RECORDED) {
		(void)snprintf(fault.text, sizeof fault.text, "code %u %.*s", wire.code,
			(int)wire.sentence.size, (const char *)wire.sentence.at);
		fail("refused", &fault);
	}
	client->recorded++;
	client->alerts += wire.alert != 0;
	return index;
}

static inline void *wire_run(void *self)
{
	struct wire_client *client = self;
	struct channels *channels;
	struct channel *channel = wire_connect(client, &channels);
	size_t sent = 0;
	while (client->recorded < client->count) {
		while (sent < client->count && sent - client->recorded < client->window)
			wire_send(client, channel, sent++);
		(void)wire_take(client, channel);
	}
	channel_free(channel);
	channels_free(channels);
	return NULL;
}

/* One after the other: from sending to the answer with its receipt. */
static inline void wire_one_by_one(struct wire_client *client)
{
	struct channels *channels;
	struct channel *channel = wire_connect(client, &channels);
	for (size_t i = 0; i < client->count; i++) {
		int64_t start = now_us();
		wire_send(client, channel, i);
		while (wire_take(client, channel) != i)
			;
		client->took[i] = (double)(now_us() - start);
	}
	channel_free(channel);
	channels_free(channels);
}

/* All clients at once; returns statements a second, from the first connection to the last
 * answer. */
static inline double wire_round(const struct engine *engine, const struct span *statements,
	size_t count, size_t window, enum wire_type type)
{
	pthread_t thread[WIRE_CLIENTS];
	static struct wire_client client[WIRE_CLIENTS];
	size_t each = count / WIRE_CLIENTS, alerts = 0, busy = 0;
	int64_t start = now_us();
	for (size_t i = 0; i < WIRE_CLIENTS; i++) {
		client[i] = (struct wire_client){.engine = engine,
			.enrolment = &engine->enrolment[i],
			.statements = statements + i * each,
			.count = each,
			.window = window,
			.type = type};
		if (pthread_create(&thread[i], NULL, wire_run, &client[i]))
			fail("thread", NULL);
	}
	for (size_t i = 0; i < WIRE_CLIENTS; i++) {
		(void)pthread_join(thread[i], NULL);
		alerts += client[i].alerts;
		busy += client[i].busy;
	}
	double took = (double)(now_us() - start);
	if (alerts)
		fail("a statement was recorded with an alert", NULL);
	if (busy)
		(void)fprintf(stderr, "bench: busy %zu times\n", busy);
	return (double)(each * WIRE_CLIENTS) * 1e6 / took;
}

#endif
