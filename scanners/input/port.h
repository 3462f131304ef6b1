/* Where scans come from: a serial line, TCP connections, a file. Nothing here waits: the caller
 * polls the descriptors (port_poll), then takes events until there is none.
 *
 * A serial line is opened raw and for this process alone. When it hangs up (the scanner was
 * unplugged) that is told, and the line is opened again as soon as its path is there. TCP listens;
 * several scanners may be connected at once, each with a scan of its own under way. Whoever reaches
 * the address can send scans: it belongs on the loopback or a network of scanners alone.
 * One thread. */
#ifndef SCANNERS_INPUT_PORT_H
#define SCANNERS_INPUT_PORT_H

#include "ledger/base/env.h"
#include "ledger/base/err.h"
#include "ledger/base/span.h"

#include <poll.h>

#define PORT_SOURCES_MAX 16 /* connections at once */
#define PORT_POLL_MAX    (PORT_SOURCES_MAX + 1)
#define PORT_REOPEN_MS   1000
#define PORT_PLACE_MAX   255

enum port_type {
	PORT_SERIAL,
	PORT_TCP,
	PORT_FILE,
};

struct port_options {
	enum port_type type;
	const char *place; /* "/dev/ttyACM0"; "127.0.0.1:9100", "[::1]:9100", "9100"; path or "-" */
	unsigned speed; /* serial: bits a second; 0 is 9600 (USB ignores it) */
	int64_t double_ms; /* filter of double scans, 0: off */
	int64_t silence_ms; /* no byte for so long ends a scan; 0: only its suffix does */
};

struct port;

/* Errors: ERR_NOT_FOUND (no such file or line), ERR_BUSY (another program has it), ERR_USAGE (not
 * a terminal line, not an address, not a speed), ERR_DENIED, ERR_EXISTS (TCP port taken),
 * ERR_IO, ERR_MEMORY; all name the place. */
MUST_CHECK enum err port_open(struct port **port, const struct port_options *options,
	const struct env *env, struct fault *fault);
void port_free(struct port *port); /* NULL is allowed */

/* Writes what is to be polled, at most PORT_POLL_MAX, and returns how many. */
size_t port_poll(const struct port *port, struct pollfd *fds);
/* How long polling may take before something is due without input; -1: for ever. */
int port_wait_ms(const struct port *port);

enum port_event_type {
	PORT_NOTHING, /* poll again */
	PORT_SCAN,
	PORT_DOUBLE, /* a scan that the filter held back */
	PORT_FAULT, /* one scan was damaged or too long */
	PORT_LOST, /* the line hung up: it is tried again */
	PORT_BACK,
	PORT_END, /* the file is at its end: nothing will come any more */
};

struct port_event {
	enum port_event_type type;
	struct span scan; /* valid until the next call */
	struct fault fault; /* PORT_FAULT, PORT_LOST: a sentence */
};

/* The next event, reading what is there; never waits. */
void port_next(struct port *port, struct port_event *event);

/* TCP: the port listened on, for those that asked for 0. */
unsigned port_number(const struct port *port);

#endif
