#include "ledger/base/channel.h"

#include "ledger/base/hex.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <zmq.h>

#define HEARTBEAT_MS     10000
#define HEARTBEAT_OUT_MS 30000
#define RECONNECT_MS     100
#define RECONNECT_MAX_MS 5000
#define ENDPOINT_SIZE    256

/* The thread sanitizer does not see how libzmq, built without it, orders what one thread writes
 * before sending and another reads after receiving: it is told. */
#ifdef __SANITIZE_THREAD__
void __tsan_acquire(void *at);
void __tsan_release(void *at);
#define ORDER_SENT(at)     __tsan_release(at)
#define ORDER_RECEIVED(at) __tsan_acquire(at)

/* Nor does it see what orders libzmq's own threads. */
const char *__tsan_default_suppressions(void);
const char *__tsan_default_suppressions(void)
{
	return "called_from_lib:libzmq.so\nrace:libzmq.so\n";
}
#else
#define ORDER_SENT(at)     (void)(at)
#define ORDER_RECEIVED(at) (void)(at)
#endif

struct channels {
	void *context;
	void *zap; /* the guard's socket, opened before its thread starts */
	struct channel_guard guard;
	pthread_t thread;
	bool is_guarded;
};

struct channel {
	struct channels *channels;
	void *socket;
	enum channel_type type;
	size_t frame_size_max;
	char endpoint[ENDPOINT_SIZE];
	size_t held; /* frames of the message received last */
	zmq_msg_t frame[CHANNEL_FRAMES_MAX];
};

static enum err channel_fault(const char *what, const char *endpoint, struct fault *fault)
{
	int code = zmq_errno();
	enum err err = ERR_NETWORK;
	if (code == EAGAIN)
		err = ERR_BUSY;
	else if (code == ENOMEM)
		err = ERR_MEMORY;
	else if (code == EADDRINUSE)
		err = ERR_EXISTS;
	else if (code == EMFILE || code == ENFILE)
		err = ERR_LIMIT;
	return fault_set(fault, err, 0, 0, "%s %s: %s", what, endpoint, zmq_strerror(code));
}

enum err channels_open(struct channels **out, struct fault *fault)
{
	struct channels *channels = calloc(1, sizeof *channels);
	if (channels)
		channels->context = zmq_ctx_new();
	if (!channels || !channels->context) {
		free(channels);
		return fault_set(fault, ERR_MEMORY, 0, 0, "messaging: out of memory");
	}
	*out = channels;
	return OK;
}

void channels_free(struct channels *channels)
{
	if (!channels)
		return;
	(void)zmq_ctx_shutdown(channels->context);
	if (channels->is_guarded)
		(void)pthread_join(channels->thread, NULL);
	while (zmq_ctx_term(channels->context) != 0 && zmq_errno() == EINTR)
		;
	free(channels);
}

/* The guard: ZAP, https://rfc.zeromq.org/spec/27. Request: version, request id, domain, address,
 * identity, mechanism, credentials. Reply: version, request id, status, text, user id, metadata.
 * Status 300 makes libzmq close the connection without a word. */
#define ZAP_FRAMES 7

static bool zap_receive(void *socket, uint8_t frame[ZAP_FRAMES][256], size_t size[ZAP_FRAMES])
{
	bool right = true;
	int more = 1;
	size_t more_size = sizeof more;
	for (size_t i = 0; more; i++) {
		uint8_t spare[256];
		int got = zmq_recv(socket, i < ZAP_FRAMES ? frame[i] : spare, sizeof spare, 0);
		if (got < 0)
			return false;
		if (i >= ZAP_FRAMES || got > 256)
			right = false;
		else
			size[i] = (size_t)got;
		if (zmq_getsockopt(socket, ZMQ_RCVMORE, &more, &more_size) != 0)
			return false;
		if (!more && i + 1 < ZAP_FRAMES)
			right = false;
	}
	return right;
}

static bool zap_admits(const struct channels *channels, uint8_t frame[ZAP_FRAMES][256],
	const size_t size[ZAP_FRAMES])
{
	char domain[257];
	if (!span_is(span_of(frame[0], size[0]), "1.0") ||
		!span_is(span_of(frame[5], size[5]), "CURVE") || size[6] != CHANNEL_KEY_SIZE)
		return false;
	memcpy(domain, frame[2], size[2]);
	domain[size[2]] = 0;
	return channels->guard.knows(channels->guard.self, domain, frame[6]);
}

static void *guard_run(void *self)
{
	struct channels *channels = self;
	void *socket = channels->zap;
	uint8_t frame[ZAP_FRAMES][256];
	for (;;) {
		size_t size[ZAP_FRAMES] = {0};
		char user[2 * CHANNEL_KEY_SIZE + 1] = "";
		bool right = zap_receive(socket, frame, size);
		if (!right && zmq_errno() == ETERM)
			break;
		bool known = right && zap_admits(channels, frame, size);
		if (known)
			hex_print(span_of(frame[6], CHANNEL_KEY_SIZE), user);
		(void)zmq_send(socket, "1.0", 3, ZMQ_SNDMORE);
		(void)zmq_send(socket, frame[1], size[1], ZMQ_SNDMORE);
		(void)zmq_send(socket, known ? "200" : "300", 3, ZMQ_SNDMORE);
		(void)zmq_send(socket, "", 0, ZMQ_SNDMORE);
		(void)zmq_send(socket, user, strlen(user), ZMQ_SNDMORE);
		(void)zmq_send(socket, "", 0, 0);
	}
	(void)zmq_close(socket);
	return NULL;
}

enum err channels_guard(
	struct channels *channels, const struct channel_guard *guard, struct fault *fault)
{
	assert(!channels->is_guarded);
	int none = 0;
	channels->guard = *guard;
	channels->zap = zmq_socket(channels->context, ZMQ_REP);
	if (!channels->zap || zmq_setsockopt(channels->zap, ZMQ_LINGER, &none, sizeof none) != 0 ||
		zmq_bind(channels->zap, "inproc://zeromq.zap.01") != 0 ||
		pthread_create(&channels->thread, NULL, guard_run, channels) != 0) {
		enum err err = channel_fault("guard", "inproc://zeromq.zap.01", fault);
		if (channels->zap)
			(void)zmq_close(channels->zap);
		return err;
	}
	channels->is_guarded = true;
	return OK;
}

static int socket_type(enum channel_type type)
{
	switch (type) {
	case CHANNEL_PUSH: return ZMQ_PUSH;
	case CHANNEL_PULL: return ZMQ_PULL;
	case CHANNEL_PAIR: return ZMQ_PAIR;
	case CHANNEL_DEALER: return ZMQ_DEALER;
	case CHANNEL_ROUTER: return ZMQ_ROUTER;
	case CHANNEL_PUB: return ZMQ_PUB;
	case CHANNEL_SUB: return ZMQ_SUB;
	}
	return -1;
}

static bool set_int(void *socket, int option, int value)
{
	return zmq_setsockopt(socket, option, &value, sizeof value) == 0;
}

static bool is_tcp(const char *endpoint)
{
	return strncmp(endpoint, "tcp://", 6) == 0;
}

static bool set_curve(void *socket, const struct channel_options *options)
{
	bool right =
		zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, options->secret, CHANNEL_KEY_SIZE) ==
			0 &&
		zmq_setsockopt(socket, ZMQ_CURVE_PUBLICKEY, options->public, CHANNEL_KEY_SIZE) == 0;
	if (options->is_server) {
		const char *domain = options->domain ? options->domain : "assay";
		return right && set_int(socket, ZMQ_CURVE_SERVER, 1) &&
		       zmq_setsockopt(socket, ZMQ_ZAP_DOMAIN, domain, strlen(domain)) == 0;
	}
	return right && zmq_setsockopt(socket, ZMQ_CURVE_SERVERKEY, options->server_public,
				CHANNEL_KEY_SIZE) == 0;
}

static bool set_options(struct channel *channel, const struct channel_options *options)
{
	void *socket = channel->socket;
	int queue = options->queue ? (int)options->queue : CHANNEL_QUEUE;
	int64_t size_max = (int64_t)channel->frame_size_max;
	bool right = set_int(socket, ZMQ_LINGER, 0) && set_int(socket, ZMQ_SNDHWM, queue) &&
		     set_int(socket, ZMQ_RCVHWM, queue) &&
		     zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &size_max, sizeof size_max) == 0;
	if (right && options->type == CHANNEL_ROUTER)
		right = set_int(socket, ZMQ_ROUTER_MANDATORY, 1);
	if (right && options->type == CHANNEL_SUB)
		right = zmq_setsockopt(socket, ZMQ_SUBSCRIBE, "", 0) == 0;
	if (right && options->identity.size)
		right = zmq_setsockopt(socket, ZMQ_ROUTING_ID, options->identity.at,
				options->identity.size) == 0;
	/* Only for addresses written so: else "localhost" would be looked for at ::1 alone. */
	if (right && strchr(options->endpoint, '['))
		right = set_int(socket, ZMQ_IPV6, 1);
	if (right && is_tcp(options->endpoint))
		right = set_curve(socket, options) &&
			set_int(socket, ZMQ_HEARTBEAT_IVL, HEARTBEAT_MS) &&
			set_int(socket, ZMQ_HEARTBEAT_TIMEOUT, HEARTBEAT_OUT_MS) &&
			set_int(socket, ZMQ_RECONNECT_IVL, RECONNECT_MS) &&
			set_int(socket, ZMQ_RECONNECT_IVL_MAX, RECONNECT_MAX_MS);
	return right;
}

/* tcp only ever with CURVE: there is no way to open a port that anybody may talk to. */
static enum err options_check(
	const struct channels *channels, const struct channel_options *options, struct fault *fault)
{
	if (options->frame_size_max > CHANNEL_FRAME_SIZE_MAX ||
		strlen(options->endpoint) >= ENDPOINT_SIZE)
		return fault_set(fault, ERR_LIMIT, 0, 0, "channel: option over its limit");
	if (!is_tcp(options->endpoint)) {
		if (strncmp(options->endpoint, "inproc://", 9) != 0)
			return fault_set(fault, ERR_USAGE, 0, 0, "%s: only inproc and tcp are used",
				options->endpoint);
		return OK;
	}
	if (!options->public || !options->secret ||
		(!options->is_server && !options->server_public))
		return fault_set(
			fault, ERR_USAGE, 0, 0, "%s: tcp needs CURVE keys", options->endpoint);
	if (options->is_server && !channels->is_guarded)
		return fault_set(
			fault, ERR_USAGE, 0, 0, "%s: a server needs a guard", options->endpoint);
	return OK;
}

enum err channel_open(struct channels *channels, const struct channel_options *options,
	struct channel **out, struct fault *fault)
{
	enum err err = options_check(channels, options, fault);
	if (err)
		return err;
	struct channel *channel = calloc(1, sizeof *channel);
	if (!channel)
		return fault_set(fault, ERR_MEMORY, 0, 0, "channel: out of memory");
	channel->channels = channels;
	channel->type = options->type;
	channel->frame_size_max =
		options->frame_size_max ? options->frame_size_max : CHANNEL_FRAME_SIZE_MAX;
	channel->socket = zmq_socket(channels->context, socket_type(options->type));
	size_t size = sizeof channel->endpoint;
	if (!channel->socket || !set_options(channel, options)) {
		err = channel_fault("channel", options->endpoint, fault);
		goto undo;
	}
	if (options->is_server ? zmq_bind(channel->socket, options->endpoint)
			       : zmq_connect(channel->socket, options->endpoint)) {
		err = channel_fault(options->is_server ? "cannot listen on" : "cannot connect to",
			options->endpoint, fault);
		goto undo;
	}
	if (zmq_getsockopt(channel->socket, ZMQ_LAST_ENDPOINT, channel->endpoint, &size) != 0) {
		err = channel_fault("channel", options->endpoint, fault);
		goto undo;
	}
	*out = channel;
	return OK;
undo:
	channel_free(channel);
	return err;
}

static void drop_held(struct channel *channel)
{
	for (size_t i = 0; i < channel->held; i++)
		(void)zmq_msg_close(&channel->frame[i]);
	channel->held = 0;
}

void channel_free(struct channel *channel)
{
	if (!channel)
		return;
	drop_held(channel);
	if (channel->socket)
		(void)zmq_close(channel->socket);
	free(channel);
}

const char *channel_endpoint(const struct channel *channel)
{
	return channel->endpoint;
}

static int socket_wait(void *socket, short event, int wait_ms)
{
	zmq_pollitem_t item = {.socket = socket, .events = event};
	return zmq_poll(&item, 1, wait_ms);
}

enum err channel_send(struct channel *channel, const struct span *frames, size_t count, int wait_ms,
	struct fault *fault)
{
	if (count < 1 || count > CHANNEL_FRAMES_MAX)
		return fault_set(fault, ERR_LIMIT, count, 0, "a message has 1 to %d frames",
			CHANNEL_FRAMES_MAX);
	for (size_t i = 0; i < count; i++)
		if (frames[i].size > channel->frame_size_max)
			return fault_set(fault, ERR_LIMIT, i, 0,
				"frame %zu has %zu bytes, at most %zu are sent", i, frames[i].size,
				channel->frame_size_max);
	if (wait_ms > 0)
		(void)socket_wait(channel->socket, ZMQ_POLLOUT, wait_ms);
	/* Only the first frame can be refused: libzmq takes a message whole or not at all. */
	for (size_t i = 0; i < count; i++) {
		int flags = (i + 1 < count ? ZMQ_SNDMORE : 0) | (wait_ms < 0 ? 0 : ZMQ_DONTWAIT);
		ORDER_SENT(channel->channels);
		while (zmq_send(channel->socket, frames[i].at, frames[i].size, flags) < 0) {
			if (zmq_errno() == EINTR)
				continue;
			if (zmq_errno() == EHOSTUNREACH)
				return fault_set(
					fault, ERR_NETWORK, i, 0, "the receiver has gone away");
			return channel_fault("sending on", channel->endpoint, fault);
		}
	}
	return OK;
}

/* "User-Id" is what the guard answered: the peer's key in hex. Frames that came over the wire carry
 * it; a ROUTER's identity frame in front of them need not. */
static void peer_take(struct channel *channel, struct channel_message *message)
{
	const char *user = zmq_msg_gets(&channel->frame[channel->held - 1], "User-Id");
	message->has_peer = user && strlen(user) == (size_t)2 * CHANNEL_KEY_SIZE &&
			    hex_parse(span_text(user), message->peer, CHANNEL_KEY_SIZE, NULL) == OK;
}

static enum err frames_take(struct channel *channel, bool *over, struct fault *fault)
{
	int more = 1;
	while (more) {
		zmq_msg_t spare, *frame = &spare;
		if (channel->held < CHANNEL_FRAMES_MAX)
			frame = &channel->frame[channel->held];
		else
			*over = true;
		(void)zmq_msg_init(frame);
		int flags = channel->held || *over ? 0 : ZMQ_DONTWAIT;
		if (zmq_msg_recv(frame, channel->socket, flags) < 0) {
			int code = zmq_errno();
			(void)zmq_msg_close(frame);
			if (code == EINTR && channel->held)
				continue;
			if (code == EAGAIN || code == EINTR)
				return fault_set(fault, ERR_TIMEOUT, 0, 0, "%s: nothing received",
					channel->endpoint);
			errno = code;
			return channel_fault("receiving on", channel->endpoint, fault);
		}
		more = zmq_msg_more(frame);
		if (frame == &spare) {
			(void)zmq_msg_close(frame);
			continue;
		}
		*over = *over || zmq_msg_size(frame) > channel->frame_size_max;
		channel->held++;
	}
	return OK;
}

enum err channel_receive(
	struct channel *channel, struct channel_message *message, int wait_ms, struct fault *fault)
{
	bool over = false;
	drop_held(channel);
	enum err err = frames_take(channel, &over, fault);
	if (err == ERR_TIMEOUT && wait_ms != 0) {
		(void)socket_wait(channel->socket, ZMQ_POLLIN, wait_ms);
		err = frames_take(channel, &over, fault);
	}
	if (err)
		return err;
	if (over) {
		drop_held(channel);
		return fault_set(fault, ERR_LIMIT, 0, 0,
			"%s: a message over the limits was dropped", channel->endpoint);
	}
	ORDER_RECEIVED(channel->channels);
	message->count = channel->held;
	for (size_t i = 0; i < channel->held; i++)
		message->frame[i] =
			span_of(zmq_msg_data(&channel->frame[i]), zmq_msg_size(&channel->frame[i]));
	peer_take(channel, message);
	return OK;
}

enum err channel_poll(struct channel *const *channels, size_t count, bool *ready, int wait_ms,
	struct fault *fault)
{
	zmq_pollitem_t item[CHANNEL_POLL_MAX];
	if (count > CHANNEL_POLL_MAX)
		return fault_set(fault, ERR_LIMIT, count, 0, "at most %d channels can be polled",
			CHANNEL_POLL_MAX);
	for (size_t i = 0; i < count; i++)
		item[i] = (zmq_pollitem_t){.socket = channels[i]->socket, .events = ZMQ_POLLIN};
	int got = zmq_poll(item, (int)count, wait_ms);
	if (got < 0 && zmq_errno() != EINTR)
		return channel_fault("polling", "channels", fault);
	for (size_t i = 0; i < count; i++)
		ready[i] = got > 0 && (item[i].revents & ZMQ_POLLIN) != 0;
	return OK;
}

int channel_fd(const struct channel *channel)
{
	int fd = -1;
	size_t size = sizeof fd;
	(void)zmq_getsockopt(channel->socket, ZMQ_FD, &fd, &size);
	return fd;
}

enum err channel_send_pointer(
	struct channel *channel, void *pointer, int wait_ms, struct fault *fault)
{
	struct span frame = span_of(&pointer, sizeof pointer);
	return channel_send(channel, &frame, 1, wait_ms, fault);
}

enum err channel_receive_pointer(
	struct channel *channel, void **pointer, int wait_ms, struct fault *fault)
{
	struct channel_message message = {0};
	enum err err = channel_receive(channel, &message, wait_ms, fault);
	if (err)
		return err;
	assert(message.count == 1 && message.frame[0].size == sizeof *pointer);
	memcpy(pointer, message.frame[0].at, sizeof *pointer);
	return OK;
}
