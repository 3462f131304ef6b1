#include "scanners/input/port.h"

#include "scanners/input/framer.h"
#include "scanners/input/line.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define CHUNK_SIZE 4096
#define BACKLOG    16

/* One connection, or the one line or file. */
struct source {
	int fd; /* -1: free */
	bool is_first_end; /* its end was seen: what it left is still to be given out */
	int64_t heard_ms; /* steady */
	struct span left; /* in chunk: read and not yet framed */
	uint8_t chunk[CHUNK_SIZE];
	struct framer framer;
};

struct port {
	struct port_options options;
	const struct env *env;
	char place[PORT_PLACE_MAX + 1];
	int listener; /* TCP, else -1 */
	unsigned number;
	bool is_lost; /* serial: to be opened again */
	bool is_ended; /* file */
	int64_t tried_ms; /* steady, of the last opening */
	size_t count; /* sources that may be used */
	size_t turn; /* the source that is looked at first: each has its turn */
	struct source source[]; /* one, or PORT_SOURCES_MAX */
};

static int64_t steady_ms(const struct port *port)
{
	return env_steady_us(port->env) / 1000;
}

static void source_start(struct port *port, struct source *source, int fd)
{
	source->fd = fd;
	source->is_first_end = false;
	source->left = span_of(NULL, 0);
	source->heard_ms = steady_ms(port);
	framer_init(&source->framer, port->options.double_ms);
}

static void source_close(struct source *source)
{
	if (source->fd > STDERR_FILENO)
		close(source->fd);
	source->fd = -1;
}

/* "host:port", "[host]:port" or "port"; without a host it is the loopback. */
static enum err split_address(
	const struct port *port, char host[PORT_PLACE_MAX + 1], char number[8], struct fault *fault)
{
	const char *colon = strrchr(port->place, ':');
	const char *digits = colon ? colon + 1 : port->place;
	size_t size = colon ? (size_t)(colon - port->place) : 0;
	const char *from = port->place;
	if (size >= 2 && from[0] == '[' && from[size - 1] == ']') {
		from++;
		size -= 2;
	}
	if (!*digits || strlen(digits) > 5 || strspn(digits, "0123456789") != strlen(digits) ||
		strtoul(digits, NULL, 10) > 65535)
		return fault_set(fault, ERR_USAGE, 0, 0,
			"%s is no address to listen on: write 127.0.0.1:9100 or [::1]:9100",
			port->place);
	(void)snprintf(host, PORT_PLACE_MAX + 1, "%.*s", (int)size, from);
	if (!size)
		(void)snprintf(host, PORT_PLACE_MAX + 1, "127.0.0.1");
	(void)snprintf(number, 8, "%s", digits);
	return OK;
}

static enum err listen_at(struct port *port, const struct addrinfo *address, struct fault *fault)
{
	int on = 1;
	struct sockaddr_storage bound;
	socklen_t size = sizeof bound;
	char number[8] = "";
	port->listener = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (port->listener < 0 ||
		setsockopt(port->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) ||
		bind(port->listener, address->ai_addr, address->ai_addrlen) ||
		listen(port->listener, BACKLOG) ||
		getsockname(port->listener, (struct sockaddr *)&bound, &size) ||
		getnameinfo((struct sockaddr *)&bound, size, NULL, 0, number, sizeof number,
			NI_NUMERICSERV))
		return fault_set(fault, errno == EADDRINUSE ? ERR_EXISTS : ERR_NETWORK, 0, 0,
			"cannot listen for scanners on %s: %s", port->place, strerror(errno));
	port->number = (unsigned)strtoul(number, NULL, 10);
	return OK;
}

static enum err open_tcp(struct port *port, struct fault *fault)
{
	char host[PORT_PLACE_MAX + 1], number[8];
	struct addrinfo *found = NULL;
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_PASSIVE | AI_NUMERICHOST | AI_NUMERICSERV};
	enum err err = split_address(port, host, number, fault);
	if (err)
		return err;
	if (getaddrinfo(host, number, &hints, &found))
		return fault_set(fault, ERR_USAGE, 0, 0,
			"%s: the address must be a numeric one of this machine", port->place);
	err = listen_at(port, found, fault);
	freeaddrinfo(found);
	return err;
}

static enum err open_file(struct port *port, struct fault *fault)
{
	if (!strcmp(port->place, "-")) {
		source_start(port, &port->source[0], STDIN_FILENO);
		return OK;
	}
	int fd = open(port->place, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return fault_set(fault, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, 0, 0,
			"cannot read scans from %s: %s", port->place, strerror(errno));
	source_start(port, &port->source[0], fd);
	return OK;
}

static enum err open_line(struct port *port, struct fault *fault)
{
	int fd;
	port->tried_ms = steady_ms(port);
	enum err err = line_open(port->place, port->options.speed, &fd, fault);
	if (!err)
		source_start(port, &port->source[0], fd);
	return err;
}

enum err port_open(struct port **out, const struct port_options *options, const struct env *env,
	struct fault *fault)
{
	enum err err = OK;
	size_t count = options->type == PORT_TCP ? PORT_SOURCES_MAX : 1;
	if (strlen(options->place) > PORT_PLACE_MAX)
		return fault_set(fault, ERR_USAGE, 0, 0, "the place of a scanner is longer than %d",
			PORT_PLACE_MAX);
	struct port *port = calloc(1, sizeof *port + count * sizeof port->source[0]);
	if (!port)
		return fault_set(fault, ERR_MEMORY, 0, 0, "out of memory for a scanner's port");
	port->options = *options;
	port->env = env;
	port->count = count;
	port->listener = -1;
	(void)snprintf(port->place, sizeof port->place, "%s", options->place);
	for (size_t i = 0; i < count; i++)
		port->source[i].fd = -1;
	switch (options->type) {
	case PORT_SERIAL: err = open_line(port, fault); break;
	case PORT_TCP: err = open_tcp(port, fault); break;
	case PORT_FILE: err = open_file(port, fault); break;
	}
	if (err)
		port_free(port);
	else
		*out = port;
	return err;
}

void port_free(struct port *port)
{
	if (!port)
		return;
	for (size_t i = 0; i < port->count; i++)
		source_close(&port->source[i]);
	if (port->listener >= 0)
		close(port->listener);
	free(port);
}

unsigned port_number(const struct port *port)
{
	return port->number;
}

size_t port_poll(const struct port *port, struct pollfd *fds)
{
	size_t used = 0;
	bool has_room = false;
	for (size_t i = 0; i < port->count; i++) {
		if (port->source[i].fd >= 0)
			fds[used++] = (struct pollfd){.fd = port->source[i].fd, .events = POLLIN};
		else
			has_room = true;
	}
	if (port->listener >= 0 && has_room)
		fds[used++] = (struct pollfd){.fd = port->listener, .events = POLLIN};
	return used;
}

int port_wait_ms(const struct port *port)
{
	int64_t now = steady_ms(port), due = INT64_MAX;
	if (port->is_lost)
		due = port->tried_ms + PORT_REOPEN_MS;
	for (size_t i = 0; i < port->count && port->options.silence_ms > 0; i++) {
		const struct source *source = &port->source[i];
		int64_t ends = source->heard_ms + port->options.silence_ms;
		if (source->fd >= 0 && framer_is_open(&source->framer) && ends < due)
			due = ends;
	}
	if (due == INT64_MAX)
		return -1;
	if (due <= now)
		return 0;
	return due - now > INT32_MAX ? INT32_MAX : (int)(due - now);
}

/* Turns what the framer says into an event; false when it says nothing. */
static bool tell(enum framed framed, struct port_event *event)
{
	switch (framed) {
	case FRAMED_NONE: return false;
	case FRAMED_SCAN: event->type = PORT_SCAN; break;
	case FRAMED_DOUBLE: event->type = PORT_DOUBLE; break;
	case FRAMED_FAULT: event->type = PORT_FAULT; break;
	}
	return true;
}

/* The line is gone: half a scan is worth nothing, and which half it was nobody can tell. */
static void lose_line(struct port *port, struct source *source, struct port_event *event)
{
	size_t cut = framer_drop(&source->framer);
	source_close(source);
	port->is_lost = true;
	port->tried_ms = steady_ms(port);
	event->type = PORT_LOST;
	(void)fault_set(&event->fault, ERR_IO, 0, 0,
		"the scanner on %s is gone%s: plug it in again", port->place,
		cut ? ", in the middle of a scan" : "");
}

/* The end of a source. True when that is an event. */
static bool end_source(struct port *port, struct source *source, struct port_event *event)
{
	if (port->options.type == PORT_SERIAL) {
		lose_line(port, source, event);
		return true;
	}
	if (!source->is_first_end) {
		source->is_first_end = true;
		if (tell(framer_end(&source->framer, env_now_ms(port->env), &event->scan,
				 &event->fault),
			    event))
			return true;
	}
	source_close(source);
	if (port->options.type == PORT_TCP)
		return false;
	port->is_ended = true;
	event->type = PORT_END;
	return true;
}

/* Reads and frames one source. True when it has an event. */
static bool take_source(struct port *port, struct source *source, struct port_event *event)
{
	for (;;) {
		if (tell(framer_next(&source->framer, &source->left, env_now_ms(port->env),
				 &event->scan, &event->fault),
			    event))
			return true;
		struct pollfd ready = {.fd = source->fd, .events = POLLIN};
		if (poll(&ready, 1, 0) <= 0 || !ready.revents)
			return false;
		ssize_t got = read(source->fd, source->chunk, sizeof source->chunk);
		if (got < 0 && (errno == EINTR || errno == EAGAIN))
			return false;
		if (got <= 0)
			return end_source(port, source, event);
		source->left = span_of(source->chunk, (size_t)got);
		source->heard_ms = steady_ms(port);
	}
}

static bool end_silence(struct port *port, struct source *source, struct port_event *event)
{
	if (port->options.silence_ms <= 0 || !framer_is_open(&source->framer) ||
		steady_ms(port) - source->heard_ms < port->options.silence_ms)
		return false;
	return tell(framer_end(&source->framer, env_now_ms(port->env), &event->scan, &event->fault),
		event);
}

static void take_connections(struct port *port)
{
	for (size_t i = 0; i < port->count; i++) {
		if (port->source[i].fd >= 0)
			continue;
		int fd = accept4(port->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd < 0)
			return;
		int on = 1;
		(void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
		source_start(port, &port->source[i], fd);
	}
}

static bool find_line_again(struct port *port, struct port_event *event)
{
	if (!port->is_lost || steady_ms(port) - port->tried_ms < PORT_REOPEN_MS ||
		open_line(port, NULL))
		return false;
	port->is_lost = false;
	event->type = PORT_BACK;
	return true;
}

void port_next(struct port *port, struct port_event *event)
{
	event->type = PORT_NOTHING;
	if (port->is_ended || find_line_again(port, event))
		return;
	if (port->listener >= 0)
		take_connections(port);
	size_t first = port->turn;
	for (size_t i = 0; i < port->count; i++) {
		struct source *source = &port->source[(first + i) % port->count];
		port->turn = (first + i + 1) % port->count;
		if (source->fd >= 0 &&
			(take_source(port, source, event) || end_silence(port, source, event)))
			return;
	}
}
