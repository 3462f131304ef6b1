#include "scanners/input/port.h"

#include "tests/tap.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#define PATIENCE_MS 5000

/* A clock that stands still until the test moves it. */
struct clock {
	int64_t ms;
	struct env env;
};

static int64_t clock_now(void *self)
{
	return ((struct clock *)self)->ms;
}

static int64_t clock_steady(void *self)
{
	return ((struct clock *)self)->ms * 1000;
}

static void clock_start(struct clock *clock)
{
	clock->ms = 1000000;
	clock->env = (struct env){.self = clock, .now_ms = clock_now, .steady_us = clock_steady};
}

/* The next event; waits on the descriptors, not on time. */
static struct port_event next(struct port *port)
{
	struct port_event event = {0};
	for (;;) {
		struct pollfd fds[PORT_POLL_MAX];
		port_next(port, &event);
		if (event.type != PORT_NOTHING)
			return event;
		size_t count = port_poll(port, fds);
		if (poll(fds, count, PATIENCE_MS) <= 0)
			return event;
	}
}

static bool gives(struct port *port, const char *scan)
{
	struct port_event event = next(port);
	if (event.type == PORT_SCAN && span_is(event.scan, scan))
		return true;
	printf("# event %d instead of the scan %s\n", (int)event.type, scan);
	return false;
}

static bool say(int fd, const char *text)
{
	return write(fd, text, strlen(text)) == (ssize_t)strlen(text);
}

/* The far end of a new pseudo terminal, whose near end is put at path. */
static int terminal(const char *path)
{
	int fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 || grantpt(fd) || unlockpt(fd))
		return -1;
	(void)unlink(path);
	return symlink(ptsname(fd), path) ? -1 : fd;
}

TEST(reads_a_serial_line_raw_and_alone)
{
	char folder[] = P_tmpdir "/assay-port-XXXXXX";
	char path[64];
	struct clock clock;
	struct port *port = NULL, *other = NULL;
	struct fault fault = {0};
	NEED(mkdtemp(folder) != NULL);
	clock_start(&clock);
	(void)snprintf(path, sizeof path, "%s/tty", folder);
	int far = terminal(path);
	NEED(far >= 0);
	struct port_options options = {.type = PORT_SERIAL, .place = path, .speed = 115200};
	NEED(port_open(&port, &options, &clock.env, &fault) == OK);
	CHECK(say(far, "]d2010123\035"
		       "21aB\021\023z\r") == true);
	struct port_event event = next(port);
	CHECK_ROW(event.type == PORT_FAULT && event.fault.at == 14, "XON came through: %d at %zu",
		(int)event.type, event.fault.at);
	CHECK(say(far, "]d2010123\035"
		       "21aB\r]d2\r\n"));
	CHECK(gives(port, "]d2010123\035"
			  "21aB"));
	CHECK(gives(port, "]d2"));
	CHECK(port_open(&other, &options, &clock.env, &fault) == ERR_BUSY);
	CHECK(strstr(fault.text, path) != NULL);

	CHECK(say(far, "half"));
	struct pollfd fds[PORT_POLL_MAX];
	NEED(port_poll(port, fds) == 1 && poll(fds, 1, PATIENCE_MS) == 1);
	port_next(port, &event);
	close(far);
	event = next(port);
	CHECK(event.type == PORT_LOST && strstr(event.fault.text, path) != NULL);
	CHECK(strstr(event.fault.text, "middle") != NULL);
	CHECK(port_poll(port, fds) == 0);
	CHECK(port_wait_ms(port) == PORT_REOPEN_MS);
	clock.ms += PORT_REOPEN_MS;
	port_next(port, &event);
	CHECK(event.type == PORT_NOTHING && port_wait_ms(port) == PORT_REOPEN_MS);
	far = terminal(path);
	NEED(far >= 0);
	port_next(port, &event);
	CHECK(event.type == PORT_NOTHING);
	clock.ms += PORT_REOPEN_MS;
	port_next(port, &event);
	CHECK(event.type == PORT_BACK);
	CHECK(say(far, "again\r"));
	CHECK(gives(port, "again"));
	close(far);
	port_free(port);
	(void)unlink(path);
	(void)rmdir(folder);
}

TEST(silence_ends_what_a_scanner_without_suffix_sends)
{
	char folder[] = P_tmpdir "/assay-port-XXXXXX";
	char path[64];
	struct clock clock;
	struct port *port = NULL;
	struct port_event event;
	struct pollfd fds[PORT_POLL_MAX];
	NEED(mkdtemp(folder) != NULL);
	clock_start(&clock);
	(void)snprintf(path, sizeof path, "%s/tty", folder);
	int far = terminal(path);
	NEED(far >= 0);
	struct port_options options = {.type = PORT_SERIAL, .place = path, .silence_ms = 50};
	NEED(port_open(&port, &options, &clock.env, NULL) == OK);
	CHECK(port_wait_ms(port) == -1);
	CHECK(say(far, "5012345678900"));
	NEED(port_poll(port, fds) == 1 && poll(fds, 1, PATIENCE_MS) == 1);
	port_next(port, &event);
	CHECK(event.type == PORT_NOTHING && port_wait_ms(port) == 50);
	clock.ms += 49;
	port_next(port, &event);
	CHECK(event.type == PORT_NOTHING && port_wait_ms(port) == 1);
	clock.ms += 1;
	port_next(port, &event);
	CHECK(event.type == PORT_SCAN && span_is(event.scan, "5012345678900"));
	CHECK(port_wait_ms(port) == -1);
	close(far);
	port_free(port);
	(void)unlink(path);
	(void)rmdir(folder);
}

static int dial(unsigned number)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)number)};
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(fd, (struct sockaddr *)&at, sizeof at)) {
		close(fd);
		return -1;
	}
	return fd;
}

TEST(several_scanners_send_over_tcp_without_mixing)
{
	struct clock clock;
	struct port *port = NULL, *other = NULL;
	struct fault fault = {0};
	char place[32];
	clock_start(&clock);
	struct port_options options = {.type = PORT_TCP, .place = "127.0.0.1:0"};
	NEED(port_open(&port, &options, &clock.env, &fault) == OK);
	NEED(port_number(port) != 0);
	(void)snprintf(place, sizeof place, "%u", port_number(port));
	options.place = place;
	CHECK(port_open(&other, &options, &clock.env, &fault) == ERR_EXISTS);
	int a = dial(port_number(port)), b = dial(port_number(port));
	NEED(a >= 0 && b >= 0);
	CHECK(say(a, "from a, fir"));
	CHECK(say(b, "from b\r"));
	CHECK(gives(port, "from b"));
	CHECK(say(a, "st\rfrom a, last"));
	CHECK(gives(port, "from a, first"));
	close(a);
	CHECK(gives(port, "from a, last"));
	CHECK(say(b, "b lives\r"));
	CHECK(gives(port, "b lives"));
	close(b);
	port_free(port);
}

TEST(no_more_connections_are_taken_than_there_is_room_for)
{
	struct clock clock;
	struct port *port = NULL;
	int fds[PORT_SOURCES_MAX + 1];
	clock_start(&clock);
	struct port_options options = {.type = PORT_TCP, .place = "[127.0.0.1]:0"};
	NEED(port_open(&port, &options, &clock.env, NULL) == OK);
	for (size_t i = 0; i <= PORT_SOURCES_MAX; i++) {
		char text[16];
		fds[i] = dial(port_number(port));
		NEED(fds[i] >= 0);
		(void)snprintf(text, sizeof text, "%zu\r", i);
		CHECK(say(fds[i], text));
		if (i < PORT_SOURCES_MAX)
			CHECK_ROW(next(port).type == PORT_SCAN, "%zu", i);
	}
	struct port_event event;
	port_next(port, &event);
	CHECK(event.type == PORT_NOTHING);
	close(fds[3]);
	CHECK(gives(port, "16"));
	for (size_t i = 0; i <= PORT_SOURCES_MAX; i++)
		if (i != 3)
			close(fds[i]);
	port_free(port);
}

TEST(reads_a_file_to_its_end)
{
	char path[] = P_tmpdir "/assay-port-XXXXXX";
	struct clock clock;
	struct port *port = NULL;
	clock_start(&clock);
	int fd = mkstemp(path);
	NEED(fd >= 0 && say(fd, "one\ntwo\r\n\na\001b\nthree"));
	close(fd);
	struct port_options options = {.type = PORT_FILE, .place = path};
	NEED(port_open(&port, &options, &clock.env, NULL) == OK);
	CHECK(gives(port, "one"));
	CHECK(gives(port, "two"));
	CHECK(next(port).type == PORT_FAULT);
	CHECK(gives(port, "three"));
	CHECK(next(port).type == PORT_END);
	struct port_event event;
	port_next(port, &event);
	CHECK(event.type == PORT_NOTHING);
	port_free(port);
	(void)unlink(path);
}

TEST(what_cannot_be_opened_is_told_by_name)
{
	static const struct {
		struct port_options options;
		enum err err;
		const char *text;
	} wrong[] = {
		{{.type = PORT_SERIAL, .place = "/dev/no-such-line"}, ERR_NOT_FOUND,
			"/dev/no-such-line"},
		{{.type = PORT_SERIAL, .place = "/dev/null"}, ERR_USAGE, "/dev/null"},
		{{.type = PORT_SERIAL, .place = "/dev/null", .speed = 9601}, ERR_USAGE, "9601"},
		{{.type = PORT_TCP, .place = "127.0.0.1"}, ERR_USAGE, "127.0.0.1"},
		{{.type = PORT_TCP, .place = "127.0.0.1:65536"}, ERR_USAGE, "65536"},
		{{.type = PORT_TCP, .place = "scanner.example:1"}, ERR_USAGE, "scanner.example"},
		{{.type = PORT_TCP, .place = ":"}, ERR_USAGE, ":"},
		{{.type = PORT_FILE, .place = "/no/such/file"}, ERR_NOT_FOUND, "/no/such/file"},
	};
	struct clock clock;
	clock_start(&clock);
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		struct port *port = NULL;
		struct fault fault = {0};
		enum err err = port_open(&port, &wrong[i].options, &clock.env, &fault);
		CHECK_ROW(err == wrong[i].err && strstr(fault.text, wrong[i].text), "%s: %s %s",
			wrong[i].options.place, err_name(err), fault.text);
		port_free(port);
	}
}

TAP_MAIN(CASE(reads_a_serial_line_raw_and_alone),
	CASE(silence_ends_what_a_scanner_without_suffix_sends),
	CASE(several_scanners_send_over_tcp_without_mixing),
	CASE(no_more_connections_are_taken_than_there_is_room_for), CASE(reads_a_file_to_its_end),
	CASE(what_cannot_be_opened_is_told_by_name))
