/* Requests of the HTTP interface against a real appliance in a folder of its own, made once from
 * the demo plan. The input is a request as text:
 *
 *	POST /api/v1/packs/supply?name=value
 *	As: pharmacist               whose token is sent; left out: nobody's
 *	Cookie-Value: ...            the session cookie; other lines are headers
 *
 *	the body
 *
 * Whatever is asked, the answer has a status of docs/api.md and never 500; JSON parses; a refusal
 * has its sentence and its code; and nobody without an account changes anything. */
#include "appliance/cli/commands.h"
#include "appliance/http/api.h"
#include "appliance/wiring.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <unistd.h>

#define PLAN       "deploy/demo/plan.json"
#define HEADERS    8
#define LINE_SIZE  512
#define TOKEN_ROOM 80

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct world {
	char folder[64];
	struct appliance appliance;
	struct api api;
	bool is_open;
};

struct fake {
	char method[16];
	char path[LINE_SIZE];
	char query[LINE_SIZE]; /* name NUL value NUL ..., from query_size bytes */
	size_t query_size;
	char names[HEADERS][64];
	char values[HEADERS][LINE_SIZE];
	size_t count;
	struct span body;
};

static int remove_one(const char *path, const struct stat *stat, int flag, struct FTW *walk)
{
	(void)stat;
	(void)flag;
	(void)walk;
	return remove(path);
}

/* For atexit, which has no argument; set once, when the world stands. */
static struct world *standing;

static void world_end(void)
{
	api_close(&standing->api);
	appliance_close(&standing->appliance);
	(void)nftw(standing->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static bool run_init(const char *folder)
{
	char words[][64] = {"init", "--json", "--plan", PLAN};
	char *argv[] = {words[0], words[1], words[2], words[3], NULL};
	struct cli cli = {.folder = folder, .json = true};
	bool done = !args_parse(&cli.args, command_init.options, 4, argv, &cli.fault) &&
		    command_init.run(&cli) == STATUS_YES;
	args_close(&cli.args);
	if (!done)
		(void)fprintf(stderr, "no appliance to ask: %s\n", cli.fault.text);
	return done;
}

static void world_open(struct world *world)
{
	struct fault fault = {0};
	(void)snprintf(world->folder, sizeof world->folder, P_tmpdir "/assay-fuzz-XXXXXX");
	if (crypto_start() || !mkdtemp(world->folder) || !run_init(world->folder) ||
		appliance_open(&world->appliance, world->folder, &fault)) {
		(void)fprintf(stderr, "%s\n", fault.text);
		abort();
	}
	world->api.desk = world->appliance.desk;
	world->api.users = world->appliance.users;
	world->api.view = world->appliance.view;
	world->api.attachments = world->appliance.attachments;
	world->api.staff = world->appliance.staff;
	world->api.policy = buf_text(&world->appliance.policy);
	if (api_open(&world->api, &world->appliance.env, &fault)) {
		(void)fprintf(stderr, "%s\n", fault.text);
		abort();
	}
	world->is_open = true;
	standing = world;
	(void)atexit(world_end);
}

static const char *find_query(const struct fake *fake, const char *name)
{
	for (size_t at = 0; at < fake->query_size;) {
		const char *key = fake->query + at;
		const char *value = key + strlen(key) + 1;
		if (!strcmp(key, name))
			return value;
		at += strlen(key) + strlen(value) + 2;
	}
	return NULL;
}

static const char *find_part(void *connection, enum http_part part, const char *name)
{
	const struct fake *fake = connection;
	if (part == HTTP_QUERY)
		return find_query(fake, name);
	if (part == HTTP_COOKIE)
		name = "Cookie-Value";
	for (size_t i = 0; i < fake->count; i++)
		if (!strcasecmp(fake->names[i], name))
			return fake->values[i];
	return NULL;
}

/* The line up to its end as text, without NUL in it; in goes behind it. */
static void take_line(struct span *in, char *out, size_t room)
{
	size_t end = 0;
	size_t size = 0;
	while (end < in->size && in->at[end] != '\n')
		end++;
	for (size_t i = 0; i < end && size + 1 < room; i++)
		if (in->at[i])
			out[size++] = (char)in->at[i];
	out[size] = 0;
	*in = span_cut(*in, end < in->size ? end + 1 : end, in->size);
}

/* "a=1&b=2" as name NUL value NUL ... */
static void take_query(struct fake *fake, const char *text)
{
	while (*text && fake->query_size + 4 < sizeof fake->query / 2) {
		size_t size = strcspn(text, "&");
		size_t name = strcspn(text, "=&");
		size_t value = name < size ? size - name - 1 : 0;
		if (fake->query_size + size + 2 > sizeof fake->query)
			return;
		memcpy(fake->query + fake->query_size, text, name);
		fake->query[fake->query_size + name] = 0;
		memcpy(fake->query + fake->query_size + name + 1, text + size - value, value);
		fake->query[fake->query_size + name + 1 + value] = 0;
		fake->query_size += name + value + 2;
		text += size + (text[size] == '&');
	}
}

static void put_header(struct fake *fake, const char *name, const char *value)
{
	(void)snprintf(fake->names[fake->count], sizeof fake->names[0], "%.63s", name);
	(void)snprintf(fake->values[fake->count], sizeof fake->values[0], "%.511s", value);
	fake->count++;
}

/* "As: USER": the account's token, from the folder. */
static void put_token(struct fake *fake, const char *folder, const char *user)
{
	char path[LINE_SIZE];
	char bearer[TOKEN_ROOM + 8] = "Bearer ";
	if (strchr(user, '/') || strlen(user) > USER_NAME_MAX)
		return;
	(void)snprintf(path, sizeof path, "%s/tokens/%s", folder, user);
	FILE *in = fopen(path, "rb");
	if (!in)
		return;
	bearer[7 + fread(bearer + 7, 1, TOKEN_ROOM, in)] = 0;
	(void)fclose(in);
	put_header(fake, "Authorization", bearer);
}

static void fake_read(struct fake *fake, struct span in, const char *folder)
{
	char line[LINE_SIZE];
	take_line(&in, line, sizeof line);
	size_t method = strcspn(line, " ");
	(void)snprintf(
		fake->method, sizeof fake->method, "%.*s", (int)(method < 15 ? method : 15), line);
	const char *target = line[method] ? line + method + 1 : "/";
	size_t path = strcspn(target, "?");
	(void)snprintf(fake->path, sizeof fake->path, "%.*s", (int)path, target);
	if (target[path])
		take_query(fake, target + path + 1);
	for (;;) {
		take_line(&in, line, sizeof line);
		if (!line[0] || fake->count == HEADERS)
			break;
		char *colon = strstr(line, ": ");
		if (!colon)
			continue;
		*colon = 0;
		if (!strcmp(line, "As"))
			put_token(fake, folder, colon + 2);
		else
			put_header(fake, line, colon + 2);
	}
	fake->body = in;
}

static bool is_told(int status)
{
	static const int told[] = {
		200, 304, 400, 401, 403, 404, 405, 409, 413, 415, 421, 422, 429, 503};
	for (size_t i = 0; i < sizeof told / sizeof told[0]; i++)
		if (told[i] == status)
			return true;
	return false;
}

static void judge(const struct fake *fake, const struct http_reply *reply)
{
	bool reads = !strcmp(fake->method, "GET") || !strcmp(fake->method, "HEAD");
	bool is_known = find_part((void *)(uintptr_t)fake, HTTP_HEADER, "Authorization") ||
			find_part((void *)(uintptr_t)fake, HTTP_COOKIE, "assay");
	if (!is_told(reply->status)) {
		(void)fprintf(stderr, "%s %s: %d %.*s\n", fake->method, fake->path, reply->status,
			(int)reply->body.size, (const char *)reply->body.at);
		abort();
	}
	if (!reads && !is_known && reply->status == 200 && strcmp(fake->path, API_SIGN_IN) != 0)
		abort();
	if (reply->fixed.at || reply->status == 304 || strcmp(reply->type, "application/json") != 0)
		return;
	json_t *json = json_loadb(
		(const char *)reply->body.at, reply->body.size, JSON_REJECT_DUPLICATES, NULL);
	if (!json ||
		(reply->status >= 400 && (!json_is_string(json_object_get(json, "error")) ||
						 !json_is_string(json_object_get(json, "code")))))
		abort();
	json_decref(json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct world world;
	static unsigned count;
	char peer[32];
	struct fake fake = {0};
	struct http_reply reply = {.status = 200, .type = "application/json"};
	if (!world.is_open)
		world_open(&world);
	fake_read(&fake, span_of(data, size), world.folder);
	/* Another address each time: limits are not what is looked for. */
	count++;
	(void)snprintf(
		peer, sizeof peer, "10.%u.%u.%u", count >> 16 & 255, count >> 8 & 255, count & 255);
	struct http_request request = {
		.method = fake.method,
		.path = fake.path,
		.body = fake.body,
		.peer = peer,
		.find = find_part,
		.connection = &fake,
	};
	if (fake.body.size > api_body_max(&world.api, &request))
		return 0;
	buf_init(&reply.body, HTTP_BODY_MAX);
	api_handle(&world.api, &request, &reply);
	judge(&fake, &reply);
	buf_close(&reply.body);
	return 0;
}
