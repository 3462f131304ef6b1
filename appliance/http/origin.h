/* Whom a request means and which page it comes from. A browser sends cookies along with whatever
 * another site's page asks it to, and to whatever address a name is made to lead to: so the name
 * must be the appliance's, and a change must come from its own page. Programs send neither. */
#ifndef APPLIANCE_HTTP_ORIGIN_H
#define APPLIANCE_HTTP_ORIGIN_H

#include "appliance/http/server.h"
#include "ledger/base/err.h"

/* Whether a Host header names us: name, localhost, or a numeric address, with or without port. */
bool origin_is_host(const char *host, const char *name);

/* Whether a page of that Host has that Origin ("https://" and the same host and port). */
bool origin_is_same(const char *origin, const char *host);

bool origin_is_reading(const struct http_request *request); /* GET or HEAD */

/* name: the appliance's in its certificate; NULL: any Host will do.
 * Errors: ERR_SCOPE for another host; ERR_DENIED for a change from another site's page. */
MUST_CHECK enum err origin_check(
	const struct http_request *request, const char *name, struct fault *fault);

#endif
