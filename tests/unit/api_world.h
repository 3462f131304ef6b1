/* Requests of the HTTP interface, asked in this process of the appliance of trade_world.h with the
 * tokens of its accounts. */
#ifndef TESTS_UNIT_API_WORLD_H
#define TESTS_UNIT_API_WORLD_H

#include "appliance/http/api.h"
#include "tests/unit/trade_world.h"

#include <strings.h>

struct api_world {
	struct trade trade;
	struct api api;
};

/* The last answer. */
struct told {
	int status;
	bool replayed;
	json_t *json;
	struct buf text;
};

struct asking {
	const char *user; /* NULL: nobody */
	const char *key; /* NULL: none */
	const char *method;
	const char *path; /* with ?name=value&... of plain letters */
	const char *body;
};

struct asked {
	char bearer[128];
	const char *key;
	char query[512];
};

static inline const char *asked_query(struct asked *asked, const char *name)
{
	size_t size = strlen(name);
	for (char *at = asked->query; *at; at += strlen(at) + 1)
		if (!strncmp(at, name, size) && at[size] == '=')
			return at + size + 1;
	return NULL;
}

static inline const char *asked_part(void *connection, enum http_part part, const char *name)
{
	struct asked *asked = connection;
	if (part == HTTP_QUERY)
		return asked_query(asked, name);
	if (part == HTTP_HEADER && !strcasecmp(name, "Authorization") && asked->bearer[0])
		return asked->bearer;
	if (part == HTTP_HEADER && !strcasecmp(name, "Idempotency-Key"))
		return asked->key;
	return NULL;
}

static inline bool asked_token(struct asked *asked, const char *folder, const char *user)
{
	char path[256];
	char token[100] = "";
	(void)snprintf(path, sizeof path, "%s/tokens/%s", folder, user);
	FILE *in = fopen(path, "rb");
	if (!in)
		return false;
	bool right = fgets(token, sizeof token, in) != NULL;
	(void)fclose(in);
	token[strcspn(token, "\n")] = 0;
	(void)snprintf(asked->bearer, sizeof asked->bearer, "Bearer %s", token);
	return right;
}

static inline bool api_world_start(struct api_world *world)
{
	struct appliance *appliance = &world->trade.appliance;
	struct fault fault = {0};
	world->api = (struct api){.desk = appliance->desk,
		.users = appliance->users,
		.view = appliance->view,
		.attachments = appliance->attachments,
		.staff = appliance->staff,
		.policy = buf_text(&appliance->policy)};
	return trade_done(api_open(&world->api, &appliance->env, &fault), &fault);
}

static inline bool api_world_open(struct api_world *world, size_t packs, int32_t expiry_days)
{
	return trade_open(&world->trade, packs, expiry_days) && api_world_start(world);
}

static inline void api_world_stop(struct api_world *world)
{
	api_close(&world->api);
	appliance_close(&world->trade.appliance);
}

static inline void told_close(struct told *told)
{
	json_decref(told->json);
	buf_close(&told->text);
	*told = (struct told){0};
}

/* told: of the request before, or zeros. */
static inline int api_ask(struct api_world *world, const struct asking *asking, struct told *told)
{
	struct asked asked = {.key = asking->key};
	struct http_reply reply = {.status = 200, .type = "application/json"};
	char path[512];
	told_close(told);
	(void)snprintf(path, sizeof path, "%s", asking->path);
	char *query = strchr(path, '?');
	if (query) {
		*query++ = 0;
		(void)snprintf(asked.query, sizeof asked.query - 1, "%s", query);
		for (char *c = asked.query; *c; c++)
			*c = (char)(*c == '&' ? 0 : *c);
	}
	if (asking->user && !asked_token(&asked, world->trade.folder, asking->user))
		return 0;
	struct http_request request = {.method = asking->method,
		.path = path,
		.body = span_text(asking->body ? asking->body : ""),
		.peer = "192.0.2.1",
		.find = asked_part,
		.connection = &asked};
	buf_init(&reply.body, (size_t)1 << 20);
	api_handle(&world->api, &request, &reply);
	told->status = reply.status;
	told->text = reply.body;
	told->json = json_loadb((const char *)reply.body.at, reply.body.size, 0, NULL);
	for (size_t i = 0; i < reply.header_count; i++)
		told->replayed |= !strcmp(reply.header_names[i], "Idempotency-Replayed");
	return told->status;
}

static inline const char *told_text(const struct told *told, const char *name)
{
	const char *text = json_string_value(json_object_get(told->json, name));
	return text ? text : "";
}

#endif
