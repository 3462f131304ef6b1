#include "appliance/http/server.h"

#include "ledger/base/crypto.h"
#include "ledger/base/hex.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#define CONNECTIONS_MAX    1024
#define CONNECTIONS_PER_IP 256
#define IDLE_SECONDS       30
#define CONNECTION_MEMORY  ((size_t)64 << 10)
#define DROPPED_MAX        (2 * HTTP_BODY_MAX)
#define BODIES_MAX         (3 * HTTP_BODY_MAX) /* of all requests together */

#define REQUEST_MS   30000 /* for a request to arrive, or an answer to be taken */
#define BYTES_PER_MS 8 /* and more by its size: who is slower is cut off */
#define WATCH_MS     1000

/* A client. The library ends those who say nothing; who says a little now and then it would serve
 * for ever, so each has a time by which its request, and then its answer, must be through. */
struct client {
	struct client *next;
	struct client *before;
	int fd;
	int64_t since_ms;
	int64_t deadline_ms; /* INT64_MAX while it is our turn */
};

struct http_server {
	struct MHD_Daemon *daemon;
	pthread_t watch;
	pthread_mutex_t lock; /* clients, is_ending */
	pthread_cond_t ends;
	struct client *clients;
	bool is_watched;
	bool is_ending;
	struct http_options options;
	unsigned short port;
	_Atomic size_t held; /* bytes of bodies that are in memory now */
};

static int64_t now_ms(const struct http_server *server)
{
	return env_steady_us(server->options.env) / 1000;
}

static struct client *client_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	return info ? info->socket_context : NULL;
}

enum client_turn {
	TURN_NEXT, /* may rest before it asks again: the library ends it when it does for long */
	TURN_ASKED, /* the headers are there */
	TURN_ARRIVING,
	TURN_OURS,
	TURN_TAKING,
};

/* size: bytes of the body so far, or of the answer. */
static void client_turn(struct http_server *server, struct MHD_Connection *connection,
	enum client_turn turn, size_t size)
{
	struct client *client = client_of(connection);
	if (!client)
		return;
	pthread_mutex_lock(&server->lock);
	if (turn == TURN_NEXT || turn == TURN_ASKED || turn == TURN_TAKING)
		client->since_ms = now_ms(server);
	client->deadline_ms =
		turn == TURN_OURS ? INT64_MAX
				  : client->since_ms + REQUEST_MS + (int64_t)(size / BYTES_PER_MS) +
					    (turn == TURN_NEXT ? IDLE_SECONDS * 1000 : 0);
	pthread_mutex_unlock(&server->lock);
}

static void on_connection(void *self, struct MHD_Connection *connection, void **context,
	enum MHD_ConnectionNotificationCode code)
{
	struct http_server *server = self;
	struct client *client = *context;
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		client = info ? calloc(1, sizeof *client) : NULL;
		if (!client) /* served all the same, with the library's own limits */
			return;
		client->fd = info->connect_fd;
		client->since_ms = now_ms(server);
		client->deadline_ms = client->since_ms + REQUEST_MS;
		pthread_mutex_lock(&server->lock);
		client->next = server->clients;
		if (client->next)
			client->next->before = client;
		server->clients = client;
		pthread_mutex_unlock(&server->lock);
		*context = client;
	} else if (client) { /* its socket is closed after this */
		pthread_mutex_lock(&server->lock);
		if (client->next)
			client->next->before = client->before;
		*(client->before ? &client->before->next : &server->clients) = client->next;
		pthread_mutex_unlock(&server->lock);
		free(client);
		*context = NULL;
	}
}

/* Ends the clients whose time is up; the library then sees their sockets end. */
static void *watch_clients(void *self)
{
	struct http_server *server = self;
	pthread_mutex_lock(&server->lock);
	while (!server->is_ending) {
		struct timespec until;
		int64_t now = now_ms(server);
		for (struct client *client = server->clients; client; client = client->next)
			if (client->deadline_ms < now)
				(void)shutdown(client->fd, SHUT_RDWR);
		(void)clock_gettime(CLOCK_MONOTONIC, &until);
		until.tv_sec += WATCH_MS / 1000;
		(void)pthread_cond_timedwait(&server->ends, &server->lock, &until);
	}
	pthread_mutex_unlock(&server->lock);
	return NULL;
}

/* One request while its body arrives. */
struct arrival {
	struct buf body;
	size_t limit;
	size_t held; /* counted in the server's */
	size_t received;
	size_t dropped; /* bytes past the limit */
	bool is_crowded; /* the others' bodies leave no room for this one */
};

static const char *find_part(void *connection, enum http_part part, const char *name)
{
	static const enum MHD_ValueKind kinds[] = {
		[HTTP_QUERY] = MHD_GET_ARGUMENT_KIND,
		[HTTP_HEADER] = MHD_HEADER_KIND,
		[HTTP_COOKIE] = MHD_COOKIE_KIND,
	};
	return MHD_lookup_connection_value(connection, kinds[part], name);
}

void http_reply_header(struct http_reply *reply, const char *name, const char *value)
{
	assert(reply->header_count < HTTP_HEADERS_MAX);
	size_t size = strlen(value);
	if (size >= sizeof reply->header_values[0])
		return;
	for (size_t i = 0; i < size; i++)
		if ((unsigned char)value[i] < 0x20 || value[i] == 0x7f)
			return;
	reply->header_names[reply->header_count] = name;
	memcpy(reply->header_values[reply->header_count], value, size + 1);
	reply->header_count++;
}

/* What every answer carries: the page may load from here alone and be framed by nobody. */
static void put_fixed_headers(struct MHD_Response *response)
{
	static const char *const headers[][2] = {
		{"Content-Security-Policy",
			"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' "
			"data: blob:; "
			"connect-src 'self'; form-action 'self'; base-uri 'none'; "
			"frame-ancestors 'none'"},
		{"X-Content-Type-Options", "nosniff"},
		{"Referrer-Policy", "no-referrer"},
		{"Strict-Transport-Security", "max-age=31536000"},
		{"Cross-Origin-Opener-Policy", "same-origin"},
		{"Permissions-Policy", "camera=(self), microphone=(), geolocation=()"},
	};
	for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++)
		(void)MHD_add_response_header(response, headers[i][0], headers[i][1]);
}

static enum MHD_Result send_reply(struct MHD_Connection *connection, struct http_reply *reply)
{
	struct MHD_Response *response;
	if (reply->body.err && !reply->fixed.at) {
		reply->status = 500;
		buf_reset(&reply->body);
		buf_put_text(&reply->body, "{\"error\":\"out of memory while answering\"}");
	}
	if (reply->fixed.at) /* the library does not write to it */
		response = MHD_create_response_from_buffer(reply->fixed.size,
			(void *)(uintptr_t)reply->fixed.at, MHD_RESPMEM_PERSISTENT);
	else
		response = MHD_create_response_from_buffer(
			reply->body.size, reply->body.at, MHD_RESPMEM_MUST_COPY);
	if (!response)
		return MHD_NO;
	put_fixed_headers(response);
	(void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, reply->type);
	bool caches = false;
	for (size_t i = 0; i < reply->header_count; i++) {
		(void)MHD_add_response_header(
			response, reply->header_names[i], reply->header_values[i]);
		caches |= !strcmp(reply->header_names[i], MHD_HTTP_HEADER_CACHE_CONTROL);
	}
	if (!caches)
		(void)MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	enum MHD_Result sent = MHD_queue_response(connection, (unsigned)reply->status, response);
	MHD_destroy_response(response);
	return sent;
}

static void peer_text(struct MHD_Connection *connection, char *out, size_t size)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	out[0] = 0;
	if (!info || !info->client_addr)
		return;
	socklen_t length = info->client_addr->sa_family == AF_INET6
				   ? (socklen_t)sizeof(struct sockaddr_in6)
				   : (socklen_t)sizeof(struct sockaddr_in);
	if (getnameinfo(info->client_addr, length, out, (socklen_t)size, NULL, 0, NI_NUMERICHOST))
		out[0] = 0;
}

static enum MHD_Result answer(struct http_server *server, struct MHD_Connection *connection,
	const char *method, const char *path, struct arrival *arrival)
{
	struct http_reply reply = {.status = 200, .type = "application/json"};
	buf_init(&reply.body, HTTP_BODY_MAX);
	if (arrival->dropped) {
		reply.status = 413;
		buf_printf(&reply.body,
			"{\"error\":\"the request is larger than the %zu bytes allowed to this "
			"account here\",\"code\":\"limit\",\"at\":%zu}\n",
			arrival->limit, arrival->limit);
	} else if (arrival->is_crowded || arrival->body.err) {
		reply.status = 503;
		http_reply_header(&reply, "Retry-After", "5");
		buf_put_text(&reply.body,
			"{\"error\":\"too much is being sent at once; try again later\","
			"\"code\":\"busy\",\"at\":0,\"retry_ms\":5000}\n");
	} else {
		char peer[64];
		peer_text(connection, peer, sizeof peer);
		struct http_request request = {
			.method = method,
			.path = path,
			.body = buf_span(&arrival->body),
			.peer = peer,
			.find = find_part,
			.connection = connection,
		};
		client_turn(server, connection, TURN_OURS, 0);
		server->options.handle(server->options.self, &request, &reply);
	}
	client_turn(server, connection, TURN_TAKING,
		reply.fixed.at ? reply.fixed.size : reply.body.size);
	enum MHD_Result sent = send_reply(connection, &reply);
	buf_close(&reply.body);
	return sent;
}

/* Keeps a piece of a body, or counts it as dropped. */
static void take_piece(struct http_server *server, struct arrival *arrival, struct span piece)
{
	if (arrival->dropped || arrival->is_crowded) {
		arrival->dropped += arrival->is_crowded ? 0 : piece.size;
		return;
	}
	size_t before = atomic_fetch_add(&server->held, piece.size);
	arrival->held += piece.size;
	if (before + piece.size > BODIES_MAX) {
		arrival->is_crowded = true;
		return;
	}
	buf_put(&arrival->body, piece);
	if (arrival->body.err == ERR_LIMIT)
		arrival->dropped += piece.size;
}

/* Forgets a body; it may hold passwords or documents. */
static void drop_body(struct http_server *server, struct arrival *arrival)
{
	if (arrival->body.size)
		secret_wipe(arrival->body.at, arrival->body.size);
	buf_close(&arrival->body);
	atomic_fetch_sub(&server->held, arrival->held);
	arrival->held = 0;
}

static enum MHD_Result count_lengths(
	void *self, enum MHD_ValueKind kind, const char *name, const char *value)
{
	unsigned *lengths = self;
	(void)kind;
	(void)value;
	if (!strcasecmp(name, MHD_HTTP_HEADER_CONTENT_LENGTH) ||
		!strcasecmp(name, MHD_HTTP_HEADER_TRANSFER_ENCODING))
		++*lengths;
	return MHD_YES;
}

/* Whose body ends in two places, or nowhere sure: a proxy may have read it otherwise (RFC 9112
 * section 6.3), and what is behind it is nobody's request. */
static bool is_length_unsure(struct MHD_Connection *connection)
{
	unsigned lengths = 0;
	(void)MHD_get_connection_values(connection, MHD_HEADER_KIND, count_lengths, &lengths);
	return lengths > 1;
}

static enum MHD_Result refuse_length(struct MHD_Connection *connection)
{
	struct http_reply reply = {.status = 400, .type = "application/json"};
	buf_init(&reply.body, HTTP_BODY_MAX);
	buf_put_text(&reply.body, "{\"error\":\"the request says in two ways how long it is\","
				  "\"code\":\"format\",\"at\":0}\n");
	http_reply_header(&reply, MHD_HTTP_HEADER_CONNECTION, "close");
	enum MHD_Result sent = send_reply(connection, &reply);
	buf_close(&reply.body);
	return sent;
}

static enum MHD_Result on_request(void *self, struct MHD_Connection *connection, const char *path,
	const char *method, const char *version, const char *upload, size_t *upload_size,
	void **state)
{
	struct http_server *server = self;
	struct arrival *arrival = *state;
	(void)version;
	if (!arrival) { /* headers are there, the body is to come */
		client_turn(server, connection, TURN_ASKED, 0);
		if (is_length_unsure(connection))
			return refuse_length(connection);
		struct http_request request = {.method = method,
			.path = path,
			.peer = "",
			.find = find_part,
			.connection = connection};
		arrival = calloc(1, sizeof *arrival);
		if (!arrival)
			return MHD_NO;
		arrival->limit = server->options.body_max(server->options.self, &request);
		buf_init(&arrival->body, arrival->limit);
		*state = arrival;
		return MHD_YES;
	}
	if (*upload_size) {
		arrival->received += *upload_size;
		client_turn(server, connection, TURN_ARRIVING, arrival->received);
		take_piece(server, arrival, span_of(upload, *upload_size));
		if (arrival->dropped || arrival->is_crowded)
			drop_body(server, arrival);
		*upload_size = 0;
		/* Read on for a while, so that the answer is seen; not for ever. */
		return arrival->dropped > DROPPED_MAX ? MHD_NO : MHD_YES;
	}
	return answer(server, connection, method, path, arrival);
}

static void on_completed(void *self, struct MHD_Connection *connection, void **state,
	enum MHD_RequestTerminationCode code)
{
	struct arrival *arrival = *state;
	(void)code;
	client_turn(self, connection, TURN_NEXT, 0);
	if (!arrival)
		return;
	drop_body(self, arrival);
	free(arrival);
	*state = NULL;
}

/* %41 becomes A, in place; but %00 stays as it is, since a name with NUL in it would be cut there
 * and taken for a shorter one. */
static size_t percent_decode(void *self, struct MHD_Connection *connection, char *text)
{
	size_t size = 0;
	(void)self;
	(void)connection;
	for (const char *c = text; *c; c++) {
		uint8_t byte = 0;
		if (*c == '%' && c[1] && !hex_parse(span_of(c + 1, 2), &byte, 1, NULL) && byte) {
			text[size++] = (char)byte;
			c += 2;
		} else {
			text[size++] = *c;
		}
	}
	text[size] = 0;
	return size;
}

/* A bound, listening-ready socket, so that a taken port has a clear error. */
static enum err bind_socket(const char *address, unsigned short port, int *out,
	unsigned short *bound, struct fault *fault)
{
	struct addrinfo hints = {
		.ai_flags = AI_PASSIVE | AI_NUMERICHOST, .ai_socktype = SOCK_STREAM};
	struct addrinfo *found = NULL;
	char service[8];
	(void)snprintf(service, sizeof service, "%u", (unsigned)port);
	if (getaddrinfo(address, service, &hints, &found))
		return fault_set(fault, ERR_USAGE, 0, 0, "%s is not a numeric address", address);
	int one = 1;
	struct sockaddr_storage name;
	socklen_t length = sizeof name;
	enum err err = OK;
	int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) ||
		bind(fd, found->ai_addr, found->ai_addrlen) || listen(fd, 128) ||
		getsockname(fd, (struct sockaddr *)&name, &length))
		err = fault_set(fault, errno == EADDRINUSE ? ERR_BUSY : ERR_NETWORK, 0, 0,
			"cannot listen on %s port %u: %s", address, (unsigned)port,
			strerror(errno));
	freeaddrinfo(found);
	if (err) {
		if (fd >= 0)
			close(fd);
		return err;
	}
	*bound =
		ntohs(name.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)(void *)&name)->sin6_port
						 : ((struct sockaddr_in *)(void *)&name)->sin_port);
	*out = fd;
	return OK;
}

enum err http_open(
	struct http_server **out, const struct http_options *options, struct fault *fault)
{
	struct http_server *server = calloc(1, sizeof *server);
	if (!server)
		return fault_set(fault, ERR_MEMORY, 0, 0, "out of memory for the web server");
	server->options = *options;
	pthread_mutex_init(&server->lock, NULL);
	pthread_condattr_t attributes;
	pthread_condattr_init(&attributes);
	(void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&server->ends, &attributes);
	pthread_condattr_destroy(&attributes);
	int fd = -1;
	enum err err = bind_socket(options->address, options->port, &fd, &server->port, fault);
	if (err)
		goto undo;
	server->daemon = MHD_start_daemon(
		MHD_USE_AUTO | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_TLS, 0, NULL, NULL,
		on_request, server, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_HTTPS_MEM_CERT,
		options->certificate_pem, MHD_OPTION_HTTPS_MEM_KEY, options->key_pem,
		MHD_OPTION_HTTPS_PRIORITIES,
		"SECURE256:SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2",
		MHD_OPTION_UNESCAPE_CALLBACK, percent_decode, NULL, MHD_OPTION_NOTIFY_COMPLETED,
		on_completed, server, MHD_OPTION_NOTIFY_CONNECTION, on_connection, server,
		MHD_OPTION_THREAD_POOL_SIZE, options->threads, MHD_OPTION_CONNECTION_LIMIT,
		(unsigned)CONNECTIONS_MAX, MHD_OPTION_PER_IP_CONNECTION_LIMIT,
		(unsigned)CONNECTIONS_PER_IP, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_SECONDS,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY, MHD_OPTION_END);
	if (!server->daemon) {
		close(fd);
		err = fault_set(fault, ERR_FORMAT, 0, 0,
			"the web server does not start: certificate and key in tls/ do not fit, "
			"or too "
			"few file descriptors");
		goto undo;
	}
	server->is_watched = !pthread_create(&server->watch, NULL, watch_clients, server);
	if (!server->is_watched) {
		err = fault_set(fault, ERR_MEMORY, 0, 0, "no thread to watch the web's clients");
		goto undo;
	}
	*out = server;
	return OK;
undo:
	http_free(server);
	return err;
}

unsigned short http_port(const struct http_server *server)
{
	return server->port;
}

void http_free(struct http_server *server)
{
	if (!server)
		return;
	if (server->is_watched) {
		pthread_mutex_lock(&server->lock);
		server->is_ending = true;
		pthread_cond_signal(&server->ends);
		pthread_mutex_unlock(&server->lock);
		(void)pthread_join(server->watch, NULL);
	}
	if (server->daemon)
		MHD_stop_daemon(server->daemon);
	pthread_cond_destroy(&server->ends);
	pthread_mutex_destroy(&server->lock);
	free(server);
}
