/* Asking a running appliance over HTTPS. The only file with curl's header is client.c. */
#ifndef APPLIANCE_CLI_CLIENT_H
#define APPLIANCE_CLI_CLIENT_H

#include "appliance/cli/cli.h"

struct client;

/* Address, certificate authority and token from the command's --url, --as and folder.
 * Errors: ERR_NOT_FOUND: no folder, no such account's token; ERR_NETWORK. */
MUST_CHECK enum err client_open(struct client **client, struct cli *cli);
void client_free(struct client *client);
const char *client_url(const struct client *client);

/* One request. body may be NULL. *answer is the JSON that came, to be released; with an answer that
 * says no it is untouched, and client_refusal has it.
 * Errors: ERR_NETWORK when nobody answers; ERR_REFUSED, ERR_DENIED, ... with the appliance's own
 * sentence for status 4xx and 5xx. */
MUST_CHECK enum err client_get(struct client *client, const char *path, json_t **answer);
MUST_CHECK enum err client_post(
	struct client *client, const char *path, json_t *body, json_t **answer);
MUST_CHECK enum err client_post_bytes(struct client *client, const char *path, const char *type,
	struct span body, json_t **answer);
MUST_CHECK enum err client_delete(struct client *client, const char *path, json_t **answer);
/* The same for what is not JSON. */
MUST_CHECK enum err client_get_bytes(struct client *client, const char *path, struct buf *body);

/* {"error", "code", "at"} of the last request that was answered with a no; NULL if the last one was
 * not. Valid until the next request. */
const json_t *client_refusal(const struct client *client);

/* Percent-encodes a query value into buf. */
void client_escape(struct span text, struct buf *buf);

#endif
