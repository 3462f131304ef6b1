/* HTTPS by libmicrohttpd and GnuTLS: requests in, replies out, whole bodies with a limit. The
 * only file with microhttpd.h is server.c. */
#ifndef APPLIANCE_HTTP_SERVER_H
#define APPLIANCE_HTTP_SERVER_H

#include "ledger/base/buf.h"
#include "ledger/base/env.h"

#define HTTP_HEADERS_MAX 8
#define HTTP_BODY_MAX    ((size_t)64 << 20) /* an EPCIS document; less for others, see body_max */

enum http_part {
	HTTP_QUERY,
	HTTP_HEADER,
	HTTP_COOKIE,
};

struct http_request {
	const char *method; /* "GET", "POST" ... */
	const char *path; /* percent-decoded, begins with '/' */
	struct span body;
	const char *peer; /* numeric address */
	/* For the getters below: the value of a named part, or NULL. */
	const char *(*find)(void *connection, enum http_part part, const char *name);
	void *connection;
};

struct http_reply {
	int status;
	const char *type; /* media type, static text */
	struct buf body;
	struct span fixed; /* served instead of body when at != NULL: static bytes */
	const char *header_names[HTTP_HEADERS_MAX];
	char header_values[HTTP_HEADERS_MAX][256];
	size_t header_count;
};

/* Value of a query parameter or a header, percent-decoded, as the client sent it; NULL if absent.
 * NUL cannot be in it. Stays valid until the reply is given. */
static inline const char *http_query(const struct http_request *request, const char *name)
{
	return request->find(request->connection, HTTP_QUERY, name);
}

static inline const char *http_header(const struct http_request *request, const char *name)
{
	return request->find(request->connection, HTTP_HEADER, name);
}

static inline const char *http_cookie(const struct http_request *request, const char *name)
{
	return request->find(request->connection, HTTP_COOKIE, name);
}

/* Adds a header; a value longer than 255 bytes or with control characters is left out. */
void http_reply_header(struct http_reply *reply, const char *name, const char *value);

struct http_options {
	const char *address; /* "127.0.0.1", "::", ... */
	unsigned short port; /* 0: any free one, see http_port */
	const char *certificate_pem; /* chain, server first */
	const char *key_pem;
	unsigned threads;
	const struct env *env; /* its steady clock: who is too slow is cut off */
	void *self;
	/* Fills the reply (status 200, type JSON and an empty body to begin with). Called by
	 * several threads at once. */
	void (*handle)(void *self, const struct http_request *request, struct http_reply *reply);
	/* How large a body this request may have; asked before the body is read. */
	size_t (*body_max)(void *self, const struct http_request *request);
};

struct http_server;

/* Errors: ERR_BUSY if the port is taken, ERR_NETWORK, ERR_FORMAT for certificate or key. */
MUST_CHECK enum err http_open(
	struct http_server **server, const struct http_options *options, struct fault *fault);
unsigned short http_port(const struct http_server *server);
/* Answers what is under way, then closes. */
void http_free(struct http_server *server);

#endif
