/* ZeroMQ, wrapped thin: no other file includes zmq.h. Messages of a few frames, with limits, over
 * inproc (between threads) and tcp (between appliances and stations, CURVE always).
 *
 * A channel belongs to one thread at a time; `struct channels` (the context) to all. */
#ifndef LEDGER_BASE_CHANNEL_H
#define LEDGER_BASE_CHANNEL_H

#include "ledger/base/err.h"
#include "ledger/base/span.h"

#define CHANNEL_FRAMES_MAX     8
#define CHANNEL_FRAME_SIZE_MAX ((size_t)1 << 20)
#define CHANNEL_POLL_MAX       16
#define CHANNEL_QUEUE          1000 /* messages waiting at most, if the options do not say */
#define CHANNEL_KEY_SIZE       32

struct channels;
struct channel;

MUST_CHECK enum err channels_open(struct channels **channels, struct fault *fault);
/* Waits until the guard's thread has ended. All channels must be closed before. */
void channels_free(struct channels *channels);

/* Who may connect by CURVE: `knows` is asked with the peer's public key, in the guard's own thread.
 * A peer it does not know gets no answer at all. Without a guard nobody may.
 * Once per context, before the first CURVE server is opened. */
struct channel_guard {
	void *self;
	bool (*knows)(void *self, const char *domain, const uint8_t public[CHANNEL_KEY_SIZE]);
};
MUST_CHECK enum err channels_guard(
	struct channels *channels, const struct channel_guard *guard, struct fault *fault);

enum channel_type {
	CHANNEL_PUSH,
	CHANNEL_PULL,
	CHANNEL_PAIR,
	CHANNEL_DEALER,
	CHANNEL_ROUTER,
	CHANNEL_PUB,
	CHANNEL_SUB, /* to everything */
};

struct channel_options {
	enum channel_type type;
	bool is_server; /* binds; else connects */
	const char *
		endpoint; /* "inproc://name", "tcp://127.0.0.1:7101"; port * is a free one */
	unsigned queue; /* messages waiting each way; 0 is CHANNEL_QUEUE */
	size_t frame_size_max; /* 0 is CHANNEL_FRAME_SIZE_MAX, which cannot be passed */
	struct span identity; /* of a DEALER as a ROUTER sees it; empty: a random one */
	/* CURVE: X25519 keys, raw. tcp without them is refused. */
	const uint8_t *public; /* own, 32 bytes */
	const uint8_t *secret;
	const uint8_t *server_public; /* clients: whom they want to reach */
	const char *domain; /* servers: told to the guard */
};

MUST_CHECK enum err channel_open(struct channels *channels, const struct channel_options *options,
	struct channel **channel, struct fault *fault);
void channel_free(struct channel *channel); /* NULL is allowed; unsent messages are dropped */

/* The address bound to, with the port that the machine chose. */
const char *channel_endpoint(const struct channel *channel);

/* Sends one message. A ROUTER's first frame is the receiver's identity.
 * wait_ms 0 does not wait, -1 waits for ever. Frames are copied.
 * Errors: ERR_BUSY when the queue is full, ERR_NETWORK when a ROUTER knows no such receiver,
 * ERR_LIMIT. */
MUST_CHECK enum err channel_send(struct channel *channel, const struct span *frames, size_t count,
	int wait_ms, struct fault *fault);

/* One message as received; the frames are valid until the next receive on this channel. */
struct channel_message {
	size_t count;
	struct span frame[CHANNEL_FRAMES_MAX];
	bool has_peer; /* came by CURVE */
	uint8_t peer[CHANNEL_KEY_SIZE]; /* the sender's public key, as the guard admitted it */
};

/* Errors: ERR_TIMEOUT when there is none in time; ERR_LIMIT for a message over the limits: it is
 * taken and dropped, the channel stays usable. */
MUST_CHECK enum err channel_receive(
	struct channel *channel, struct channel_message *message, int wait_ms, struct fault *fault);

/* Which of the channels have something to receive; ready[i] is set for all. At a
 * time-out, or early when a signal interrupts, none is ready. */
MUST_CHECK enum err channel_poll(struct channel *const *channels, size_t count, bool *ready,
	int wait_ms, struct fault *fault);

/* For foreign event loops: readable when the channel's state may have changed; edge-triggered, so
 * receive until ERR_TIMEOUT. */
int channel_fd(const struct channel *channel);

/* Between threads of one process: a pointer as a message. Whoever receives it owns what it points
 * to. */
MUST_CHECK enum err channel_send_pointer(
	struct channel *channel, void *pointer, int wait_ms, struct fault *fault);
MUST_CHECK enum err channel_receive_pointer(
	struct channel *channel, void **pointer, int wait_ms, struct fault *fault);

#endif
