/* A client of the HTTPS interface that asks on time: 64 connections that stay open, one thread,
 * each request due at its own moment whether or not the one before was answered (open loop). */
#ifndef TESTS_BENCH_ENGINE_HTTPS_H
#define TESTS_BENCH_ENGINE_HTTPS_H

#include "tests/bench/engine_place.h"

#include <gnutls/gnutls.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>

#define HTTPS_CONNECTIONS 64
#define HTTPS_REPLY_MAX   8192

struct https_connection {
	int fd;
	gnutls_session_t session;
	bool is_asking;
	int64_t due_us;
	size_t size;
	char reply[HTTPS_REPLY_MAX + 1];
};

struct https {
	const struct engine *engine;
	gnutls_certificate_credentials_t trust;
	int epoll;
	struct https_connection connection[HTTPS_CONNECTIONS];
	double *took;
	size_t asked, answered, count;
};

static inline void https_connect(struct https *https, struct https_connection *connection)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_port = htons(https->engine->http_port)};
	int one = 1;
	struct epoll_event event = {.events = EPOLLIN, .data = {.ptr = connection}};
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	connection->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (connection->fd < 0 ||
		connect(connection->fd, (struct sockaddr *)&address, sizeof address) ||
		setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one))
		fail("https connection", NULL);
	int code = gnutls_init(&connection->session, GNUTLS_CLIENT);
	if (!code)
		code = gnutls_set_default_priority(connection->session);
	if (!code)
		code = gnutls_credentials_set(
			connection->session, GNUTLS_CRD_CERTIFICATE, https->trust);
	gnutls_session_set_verify_cert(connection->session, "localhost", 0);
	gnutls_transport_set_int(connection->session, connection->fd);
	while (!code && (code = gnutls_handshake(connection->session)) < 0 &&
		gnutls_error_is_fatal(code) == 0)
		code = 0;
	if (code)
		fail(gnutls_strerror(code), NULL);
	if (fcntl(connection->fd, F_SETFL, O_NONBLOCK) ||
		epoll_ctl(https->epoll, EPOLL_CTL_ADD, connection->fd, &event))
		fail("https connection", NULL);
}

static inline void https_open(struct https *https, const struct engine *engine)
{
	char ca[128];
	memset(https, 0, sizeof *https);
	https->engine = engine;
	https->epoll = epoll_create1(EPOLL_CLOEXEC);
	(void)snprintf(ca, sizeof ca, "%s/tls/ca.pem", engine->folder);
	if (https->epoll < 0 || gnutls_certificate_allocate_credentials(&https->trust) ||
		gnutls_certificate_set_x509_trust_file(https->trust, ca, GNUTLS_X509_FMT_PEM) < 1)
		fail("https trust", NULL);
	for (size_t i = 0; i < HTTPS_CONNECTIONS; i++)
		https_connect(https, &https->connection[i]);
}

static inline void https_close(struct https *https)
{
	for (size_t i = 0; i < HTTPS_CONNECTIONS; i++) {
		gnutls_deinit(https->connection[i].session);
		(void)close(https->connection[i].fd);
	}
	gnutls_certificate_free_credentials(https->trust);
	(void)close(https->epoll);
}

static inline void https_ask(struct https *https, struct https_connection *connection, unsigned lot,
	unsigned pack, int64_t due_us)
{
	char request[512], serial[SERIAL_MAX + 1];
	engine_serial(lot, pack, serial);
	int size = snprintf(request, sizeof request,
		"GET /api/v1/check?scan=%%5Dd201%014llu1749123110LOT%u%%1D21%s HTTP/1.1\r\n"
		"Host: localhost:%u\r\nAuthorization: Bearer %s\r\n\r\n",
		(unsigned long long)ENGINE_GTIN, lot, serial, (unsigned)https->engine->http_port,
		https->engine->token);
	connection->is_asking = true;
	connection->due_us = due_us;
	connection->size = 0;
	if (gnutls_record_send(connection->session, request, (size_t)size) != size)
		fail("https request", NULL);
	https->asked++;
}

/* Whether the reply is whole: its head says how long it is. */
static inline bool https_is_whole(const struct https_connection *connection)
{
	const char *end = strstr(connection->reply, "\r\n\r\n");
	const char *length = strcasestr(connection->reply, "Content-Length:");
	return end && length &&
	       connection->size >=
		       (size_t)(end + 4 - connection->reply) + strtoul(length + 15, NULL, 10);
}

static inline void https_hear(struct https *https, struct https_connection *connection)
{
	for (;;) {
		ssize_t got = gnutls_record_recv(connection->session,
			connection->reply + connection->size, HTTPS_REPLY_MAX - connection->size);
		if (got == GNUTLS_E_AGAIN || got == GNUTLS_E_INTERRUPTED)
			return;
		if (got <= 0)
			fail("https reply", NULL);
		connection->size += (size_t)got;
		connection->reply[connection->size] = 0;
		if (!https_is_whole(connection))
			continue;
		if (strncmp(connection->reply, "HTTP/1.1 200", 12) ||
			!strstr(connection->reply, "\"active\"")) {
			(void)fprintf(stderr, "%s\n", connection->reply);
			fail("the check did not come out active", NULL);
		}
		connection->is_asking = false;
		https->took[https->answered++] = (double)(now_us() - connection->due_us);
		return;
	}
}

/* count checks, one each every_us. Latency from the moment each was due. Packs that were never
 * supplied: the last of the lots. */
static inline void https_checks(const struct engine *engine, unsigned lots, unsigned first,
	double every_us, size_t count, double *took)
{
	static struct https https;
	uint64_t dice = 17;
	https_open(&https, engine);
	https.took = took;
	https.count = count;
	int64_t start = now_us();
	size_t next = 0;
	while (https.answered < count) {
		struct epoll_event event[HTTPS_CONNECTIONS];
		int64_t due = start + (int64_t)(every_us * (double)https.asked);
		for (size_t tried = 0;
			https.asked < count && now_us() >= due && tried < HTTPS_CONNECTIONS;
			tried++) {
			struct https_connection *connection =
				&https.connection[next++ % HTTPS_CONNECTIONS];
			if (connection->is_asking)
				continue;
			dice = dice * 6364136223846793005u + 1442695040888963407u;
			unsigned draw = (unsigned)(dice >> 33);
			https_ask(&https, connection, draw % lots,
				first + draw / lots % (ENGINE_LOT - first), due);
			due = start + (int64_t)(every_us * (double)https.asked);
		}
		/* Behind time, there is nothing to do but to wait for an answer. */
		bool is_behind = https.asked < count && now_us() >= due;
		int64_t left = https.asked < count && !is_behind ? due - now_us() : 1000;
		struct timespec wait = {.tv_nsec = left > 0 ? 1000 * left : 0};
		int got = epoll_pwait2(https.epoll, event, HTTPS_CONNECTIONS, &wait, NULL);
		for (int i = 0; i < got; i++)
			https_hear(&https, event[i].data.ptr);
	}
	https_close(&https);
}

#endif
