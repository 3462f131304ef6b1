#include "appliance/http/origin.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#define HOST_MAX 255

/* "[::1]:8443" without its port. */
static struct span without_port(const char *host)
{
	const char *bracket = host[0] == '[' ? strchr(host, ']') : NULL;
	const char *colon = strrchr(bracket ? bracket : host, ':');
	struct span name = span_text(host);
	if (colon && strspn(colon + 1, "0123456789") == strlen(colon + 1))
		name = span_cut(name, 0, (size_t)(colon - host));
	return name;
}

static bool is_numeric(const char *name)
{
	uint8_t address[16];
	char bare[HOST_MAX + 1];
	size_t size = strlen(name);
	if (inet_pton(AF_INET, name, address) == 1)
		return true;
	if (size < 2 || name[0] != '[' || name[size - 1] != ']')
		return false;
	memcpy(bare, name + 1, size - 2);
	bare[size - 2] = 0;
	return inet_pton(AF_INET6, bare, address) == 1;
}

bool origin_is_host(const char *host, const char *name)
{
	char text[HOST_MAX + 1];
	struct span bare = without_port(host);
	if (!bare.size || bare.size > HOST_MAX)
		return false;
	memcpy(text, bare.at, bare.size);
	text[bare.size] = 0;
	if (text[bare.size - 1] == '.') /* the root of all names may be said */
		text[bare.size - 1] = 0;
	return !strcasecmp(text, name) || !strcasecmp(text, "localhost") || is_numeric(text);
}

bool origin_is_same(const char *origin, const char *host)
{
	static const char scheme[] = "https://";
	return !strncasecmp(origin, scheme, strlen(scheme)) &&
	       !strcasecmp(origin + strlen(scheme), host);
}

bool origin_is_reading(const struct http_request *request)
{
	return !strcmp(request->method, "GET") || !strcmp(request->method, "HEAD");
}

enum err origin_check(const struct http_request *request, const char *name, struct fault *fault)
{
	const char *host = http_header(request, "Host");
	const char *origin = http_header(request, "Origin");
	const char *site = http_header(request, "Sec-Fetch-Site");
	if (name && (!host || !origin_is_host(host, name)))
		return fault_set(fault, ERR_SCOPE, 0, 0,
			"this is not %.60s: call the appliance by the name in its certificate, by "
			"localhost or by its number",
			host ? host : "a nameless host");
	if (origin_is_reading(request))
		return OK;
	bool is_other = (site && strcmp(site, "same-origin") != 0 && strcmp(site, "none") != 0) ||
			(origin && (!host || !origin_is_same(origin, host)));
	return is_other ? fault_set(fault, ERR_DENIED, 0, 0,
				  "this came from another site's page; use the appliance's own")
			: OK;
}
