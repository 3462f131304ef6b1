#include "ledger/base/channel.h"
#include "ledger/base/crypto.h"
#include "tests/tap.h"

#include <pthread.h>

struct keys {
	uint8_t public[BOX_PUBLIC], secret[BOX_SECRET];
};

/* Asked in the guard's thread, looked at in the test's. */
struct known {
	pthread_mutex_t mutex;
	uint8_t public[BOX_PUBLIC];
	char domain[32];
};

static bool knows(void *self, const char *domain, const uint8_t public[CHANNEL_KEY_SIZE])
{
	struct known *known = self;
	(void)pthread_mutex_lock(&known->mutex);
	(void)snprintf(known->domain, sizeof known->domain, "%s", domain);
	(void)pthread_mutex_unlock(&known->mutex);
	return memcmp(known->public, public, BOX_PUBLIC) == 0;
}

static struct channel *client(struct channels *channels, const char *endpoint,
	const struct keys *own, const uint8_t *server_public)
{
	struct channel *channel = NULL;
	struct fault fault = {0};
	struct channel_options options = {.type = CHANNEL_DEALER,
		.endpoint = endpoint,
		.public = own->public,
		.secret = own->secret,
		.server_public = server_public};
	if (channel_open(channels, &options, &channel, &fault))
		printf("# %s\n", fault.text);
	return channel;
}

TEST(a_server_talks_to_known_keys_only_and_says_whose_message_it_is)
{
	struct channels *server_side, *client_side;
	struct keys server_keys, friend_keys, stranger_keys;
	struct channel *server = NULL;
	struct channel_message message;
	struct fault fault = {0};
	NEED(crypto_start() == OK);
	box_keys(server_keys.public, server_keys.secret);
	box_keys(friend_keys.public, friend_keys.secret);
	box_keys(stranger_keys.public, stranger_keys.secret);
	struct known known = {.mutex = PTHREAD_MUTEX_INITIALIZER};
	memcpy(known.public, friend_keys.public, BOX_PUBLIC);
	NEED(channels_open(&server_side, NULL) == OK && channels_open(&client_side, NULL) == OK);
	struct channel_options options = {.type = CHANNEL_ROUTER,
		.is_server = true,
		.endpoint = "tcp://127.0.0.1:*",
		.public = server_keys.public,
		.secret = server_keys.secret,
		.domain = "stations",
		.frame_size_max = 4096};
	CHECK(channel_open(server_side, &options, &server, &fault) == ERR_USAGE); /* no guard */
	struct channel_guard guard = {.self = &known, .knows = knows};
	NEED(channels_guard(server_side, &guard, NULL) == OK);
	CHECK_ROW(channel_open(server_side, &options, &server, &fault) == OK, "%s", fault.text);
	NEED(server);
	struct channel *friend =
		client(client_side, channel_endpoint(server), &friend_keys, server_keys.public);
	struct channel *stranger =
		client(client_side, channel_endpoint(server), &stranger_keys, server_keys.public);
	struct channel *fooled =
		client(client_side, channel_endpoint(server), &friend_keys, stranger_keys.public);
	NEED(friend && stranger && fooled);
	struct span frames[] = {span_text("hello"), span_text(""), span_text("there")};
	CHECK(channel_send(stranger, frames, 3, 0, NULL) == OK);
	CHECK(channel_send(fooled, frames, 3, 0, NULL) == OK);
	CHECK(channel_send(friend, frames, 3, 0, NULL) == OK);
	CHECK_ROW(channel_receive(server, &message, 10000, &fault) == OK, "%s", fault.text);
	CHECK(message.count == 4 && span_is(message.frame[1], "hello") &&
		message.frame[2].size == 0 && span_is(message.frame[3], "there"));
	CHECK(message.has_peer && memcmp(message.peer, friend_keys.public, BOX_PUBLIC) == 0);
	(void)pthread_mutex_lock(&known.mutex);
	CHECK(strcmp(known.domain, "stations") == 0);
	(void)pthread_mutex_unlock(&known.mutex);
	/* Answers go back the same way; the friend's arrives, the others have nothing. */
	struct span answer[] = {message.frame[0], span_text("yes")};
	CHECK(channel_send(server, answer, 2, 0, NULL) == OK);
	CHECK(channel_receive(friend, &message, 10000, NULL) == OK);
	CHECK(message.count == 1 && span_is(message.frame[0], "yes"));
	CHECK(channel_receive(stranger, &message, 0, NULL) == ERR_TIMEOUT);
	CHECK(channel_receive(fooled, &message, 0, NULL) == ERR_TIMEOUT);
	CHECK(channel_receive(server, &message, 0, NULL) == ERR_TIMEOUT);
	/* Somebody who was never there. */
	struct span lost[] = {span_text("nobody"), span_text("yes")};
	CHECK(channel_send(server, lost, 2, 0, NULL) == ERR_NETWORK);
	channel_free(friend);
	channel_free(stranger);
	channel_free(fooled);
	channel_free(server);
	channels_free(client_side);
	channels_free(server_side);
}

TEST(tcp_is_refused_without_keys)
{
	struct channels *channels;
	struct channel *channel = NULL;
	NEED(channels_open(&channels, NULL) == OK);
	struct channel_options options = {
		.type = CHANNEL_DEALER, .endpoint = "tcp://127.0.0.1:7101"};
	CHECK(channel_open(channels, &options, &channel, NULL) == ERR_USAGE);
	options.endpoint = "ipc:///x";
	CHECK(channel_open(channels, &options, &channel, NULL) == ERR_USAGE);
	CHECK(!channel);
	channels_free(channels);
}

TEST(limits_are_kept_on_both_sides)
{
	struct channels *channels;
	struct channel *in, *out;
	struct channel_message message;
	static uint8_t large[CHANNEL_FRAME_SIZE_MAX + 1];
	NEED(channels_open(&channels, NULL) == OK);
	struct channel_options options = {.type = CHANNEL_PULL,
		.is_server = true,
		.endpoint = "inproc://limits",
		.frame_size_max = 100,
		.queue = 2};
	NEED(channel_open(channels, &options, &in, NULL) == OK);
	options.type = CHANNEL_PUSH;
	options.is_server = false;
	options.frame_size_max = 0;
	NEED(channel_open(channels, &options, &out, NULL) == OK);
	struct span frames[CHANNEL_FRAMES_MAX + 1] = {{0}};
	frames[0] = span_of(large, sizeof large);
	CHECK(channel_send(out, frames, 1, 0, NULL) == ERR_LIMIT);
	frames[0] = span_text("x");
	CHECK(channel_send(out, frames, CHANNEL_FRAMES_MAX + 1, 0, NULL) == ERR_LIMIT);
	CHECK(channel_send(out, frames, 0, 0, NULL) == ERR_LIMIT);
	/* Too large for the receiver: dropped there, and what comes after is received. */
	frames[0] = span_of(large, 101);
	CHECK(channel_send(out, frames, 1, 0, NULL) == OK);
	frames[0] = span_text("x");
	CHECK(channel_send(out, frames, CHANNEL_FRAMES_MAX, 0, NULL) == OK);
	CHECK(channel_receive(in, &message, 0, NULL) == ERR_LIMIT);
	CHECK(channel_receive(in, &message, 0, NULL) == OK && message.count == CHANNEL_FRAMES_MAX &&
		!message.has_peer);
	/* A full queue answers, it does not grow: two on each side. */
	int sent = 0;
	while (sent < 100 && channel_send(out, frames, 1, 0, NULL) == OK)
		sent++;
	CHECK_ROW(sent >= 2 && sent <= 4, "%d", sent);
	CHECK(channel_send(out, frames, 1, 0, NULL) == ERR_BUSY);
	channel_free(in);
	channel_free(out);
	channels_free(channels);
}

struct echo {
	struct channel *in, *out;
};

static void *echo_run(void *self)
{
	struct echo *echo = self;
	void *pointer;
	while (channel_receive_pointer(echo->in, &pointer, -1, NULL) == OK && pointer) {
		++*(int *)pointer;
		if (channel_send_pointer(echo->out, pointer, -1, NULL))
			break;
	}
	return NULL;
}

TEST(pointers_travel_between_threads)
{
	struct channels *channels;
	struct channel *to, *from, *list[1];
	struct echo echo;
	pthread_t thread;
	bool ready[1];
	void *pointer;
	NEED(channels_open(&channels, NULL) == OK);
	struct channel_options options = {
		.type = CHANNEL_PAIR, .is_server = true, .endpoint = "inproc://to"};
	NEED(channel_open(channels, &options, &to, NULL) == OK);
	options.endpoint = "inproc://from";
	NEED(channel_open(channels, &options, &from, NULL) == OK);
	options.is_server = false;
	NEED(channel_open(channels, &options, &echo.out, NULL) == OK);
	options.endpoint = "inproc://to";
	NEED(channel_open(channels, &options, &echo.in, NULL) == OK);
	NEED(pthread_create(&thread, NULL, echo_run, &echo) == 0);
	int numbers[100] = {0};
	list[0] = from;
	for (int i = 0; i < 100; i++)
		CHECK(channel_send_pointer(to, &numbers[i], -1, NULL) == OK);
	for (int i = 0; i < 100; i++) {
		CHECK(channel_poll(list, 1, ready, -1, NULL) == OK && ready[0]);
		CHECK(channel_receive_pointer(from, &pointer, 0, NULL) == OK);
		CHECK(pointer == &numbers[i] && numbers[i] == 1);
	}
	CHECK(channel_poll(list, 1, ready, 0, NULL) == OK && !ready[0]);
	CHECK(channel_fd(from) >= 0);
	CHECK(channel_send_pointer(to, NULL, -1, NULL) == OK);
	(void)pthread_join(thread, NULL);
	channel_free(to);
	channel_free(from);
	channel_free(echo.in);
	channel_free(echo.out);
	channels_free(channels);
}

TAP_MAIN(CASE(a_server_talks_to_known_keys_only_and_says_whose_message_it_is),
	CASE(tcp_is_refused_without_keys), CASE(limits_are_kept_on_both_sides),
	CASE(pointers_travel_between_threads))
