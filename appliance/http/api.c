#include "appliance/http/api.h"

#include "appliance/http/page.h"
#include "appliance/rules/kinds.h"
#include "ledger/base/civil.h"
#include "ledger/base/hex.h"

#include <stdlib.h>
#include <strings.h>

#define BODY_MAX     ((size_t)1 << 20)
#define CAPTURE_PATH "/api/v1/capture"

static const struct route *const tables[] = {
	api_session_routes,
	api_ledger_routes,
	api_pack_routes,
	api_lot_routes,
	api_recall_routes,
	api_trace_routes,
	api_people_routes,
	api_clearance_routes,
};

size_t api_body_max(void *self, const char *method, const char *path)
{
	(void)self;
	return !strcmp(method, "POST") && !strcmp(path, CAPTURE_PATH) ? HTTP_BODY_MAX : BODY_MAX;
}

static int status_of(enum err err)
{
	switch (err) {
	case OK: return 200;
	case ERR_FORMAT:
	case ERR_RANGE:
	case ERR_ENCODING:
	case ERR_VERSION:
	case ERR_USAGE: return 400;
	case ERR_DENIED:
	case ERR_SCOPE:
	case ERR_KEY: return 403;
	case ERR_NOT_FOUND: return 404;
	case ERR_EXISTS: return 409;
	case ERR_LIMIT: return 413;
	case ERR_REFUSED:
	case ERR_SIGNATURE:
	case ERR_PROOF: return 422;
	case ERR_BUSY:
	case ERR_TIMEOUT:
	case ERR_UNSURE: return 503;
	case ERR_CORRUPT:
	case ERR_IO:
	case ERR_FULL:
	case ERR_READONLY:
	case ERR_NETWORK:
	case ERR_MEMORY: return 500;
	}
	return 500;
}

static void answer_fault(struct call *call, int status)
{
	call->reply->status = status;
	json_t *value = json_pack("{s:s, s:s, s:I}", "error",
		call->fault.text[0] ? call->fault.text : err_text(call->fault.err), "code",
		call->outcome ? outcome_word(call->outcome) : err_text(call->fault.err), "at",
		(json_int_t)call->fault.at);
	api_answer(call, value);
}

void api_answer(struct call *call, json_t *value)
{
	buf_reset(&call->reply->body);
	char *text = value ? json_dumps(value, JSON_COMPACT | JSON_PRESERVE_ORDER) : NULL;
	if (text) {
		buf_put_text(&call->reply->body, text);
		buf_put_text(&call->reply->body, "\n");
	} else {
		call->reply->status = 500;
		buf_put_text(&call->reply->body, "{\"error\":\"out of memory while answering\"}\n");
	}
	free(text);
	json_decref(value);
}

enum err api_text(struct call *call, const char *name, const char **text)
{
	*text = json_string_value(json_object_get(call->body, name));
	if (!*text)
		return fault_set(
			&call->fault, ERR_FORMAT, 0, 0, "the request needs \"%s\" as a text", name);
	return OK;
}

const char *api_text_or(const struct call *call, const char *name, const char *otherwise)
{
	const char *text = json_string_value(json_object_get(call->body, name));
	return text ? text : otherwise;
}

enum err api_int_or(struct call *call, const char *name, int64_t otherwise, int64_t *value)
{
	const json_t *member = json_object_get(call->body, name);
	if (member && !json_is_integer(member))
		return fault_set(&call->fault, ERR_FORMAT, 0, 0,
			"\"%s\" in the request must be a whole number", name);
	*value = member ? (int64_t)json_integer_value(member) : otherwise;
	return OK;
}

bool api_bool(const struct call *call, const char *name)
{
	return json_is_true(json_object_get(call->body, name));
}

enum err api_refused(struct call *call, const struct stated *stated, enum err err)
{
	if (err == ERR_REFUSED)
		call->outcome = stated->outcome.code;
	return err;
}

enum err api_state(
	struct call *call, unsigned number, const union kind_body *body, struct stated *stated)
{
	const struct kind *kind = kind_find((uint16_t)number);
	struct buf bytes;
	*stated = (struct stated){0};
	buf_init(&bytes, STATEMENT_SIZE_MAX);
	kind->encode(body, &bytes);
	struct desk_statement statement = {.party = call->party,
		.kind = kind->number,
		.word = kind->word,
		.body = buf_span(&bytes)};
	enum err err =
		bytes.err ? fault_set(&call->fault, bytes.err, 0, 0, "the statement is too large")
			  : desk_state(call->api->desk, &statement, stated, &call->fault);
	buf_close(&bytes);
	return api_refused(call, stated, err);
}

enum err api_evidence(struct call *call, const struct stated *stated, json_t **evidence)
{
	struct buf receipt;
	char entry[2 * ENTRY_SIZE + 1];
	char time[CIVIL_TIME_SIZE];
	buf_init(&receipt, (size_t)64 << 10);
	enum err err = desk_receipt(call->api->desk, stated->position, &receipt, &call->fault);
	if (err && err != ERR_UNSURE) {
		buf_close(&receipt);
		return err;
	}
	hex_print(span_of(stated->entry, ENTRY_SIZE), entry);
	civil_print_time(stated->time_ms, time);
	*evidence = json_pack("{s:s, s:I, s:b, s:s}", "entry", entry, "position",
		(json_int_t)stated->position, "final", err == OK, "ledger_time", time);
	if (!err && *evidence)
		(void)json_object_set_new(
			*evidence, "receipt", json_stringn((const char *)receipt.at, receipt.size));
	buf_close(&receipt);
	return *evidence ? OK : fault_set(&call->fault, ERR_MEMORY, 0, 0, "out of memory");
}

static bool path_matches(const struct route *route, const char *path, struct span *rest)
{
	size_t size = strlen(route->path);
	if (route->path[size - 1] != '*') {
		*rest = span_of(NULL, 0);
		return !strcmp(route->path, path);
	}
	if (strncmp(route->path, path, size - 1) != 0)
		return false;
	*rest = span_text(path + size - 1);
	return true;
}

/* *known says whether the path is there for another method. */
static const struct route *find_route(
	const struct http_request *request, struct span *rest, bool *known)
{
	bool is_head = !strcmp(request->method, "HEAD");
	*known = false;
	for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
		for (const struct route *route = tables[i]; route->method; route++) {
			if (!path_matches(route, request->path, rest))
				continue;
			*known = true;
			if (!strcmp(route->method, is_head ? "GET" : request->method))
				return route;
		}
	}
	return NULL;
}

static bool answer_page(const struct http_request *request, struct http_reply *reply)
{
	if (strcmp(request->method, "GET") != 0 && strcmp(request->method, "HEAD") != 0)
		return false;
	for (unsigned i = 0; i < page_file_count; i++) {
		if (strcmp(page_files[i].path, request->path) != 0)
			continue;
		reply->type = page_files[i].type;
		reply->fixed = span_of(page_files[i].bytes, page_files[i].size);
		http_reply_header(reply, "Cache-Control", "no-cache");
		return true;
	}
	return false;
}

/* Who calls: a program's token, or a session (whose page token must come with every change). */
static enum err identify(struct call *call)
{
	const char *bearer = http_header(call->request, "Authorization");
	const char *session = http_cookie(call->request, "assay");
	bool changes = strcmp(call->request->method, "GET") != 0 &&
		       strcmp(call->request->method, "HEAD") != 0;
	enum err err;
	if (bearer && !strncasecmp(bearer, "Bearer ", 7))
		err = users_bearer(call->api->users, bearer + 7, &call->account, &call->fault);
	else if (session)
		err = users_session(call->api->users, session,
			http_header(call->request, "X-Assay-Token"), changes, &call->account,
			&call->fault);
	else
		return OK;
	if (err)
		return err;
	call->party = desk_find(call->api->desk, call->account.party);
	if (!call->party)
		return fault_set(&call->fault, ERR_DENIED, 0, 0,
			"this appliance has no keys of %s: register them first",
			call->account.party);
	call->is_signed_in = true;
	return OK;
}

static enum err parse_body(struct call *call)
{
	json_error_t error;
	struct span body = call->request->body;
	call->body = json_loadb((const char *)body.at, body.size, JSON_REJECT_DUPLICATES, &error);
	if (!call->body)
		return fault_set(&call->fault, ERR_FORMAT, (size_t)error.position, 1,
			"the request is not JSON: %.150s (line %d)", error.text, error.line);
	if (!json_is_object(call->body))
		return fault_set(
			&call->fault, ERR_FORMAT, 0, 1, "the request must be a JSON object");
	return OK;
}

static bool may_call(const struct call *call, const struct route *route)
{
	return !route->duties || (call->account.duties & route->duties);
}

void api_handle(void *self, const struct http_request *request, struct http_reply *reply)
{
	struct call call = {.api = self, .request = request, .reply = reply};
	bool known = false;
	const struct route *route = find_route(request, &call.rest, &known);
	if (!route && answer_page(request, reply))
		return;
	if (!route) {
		(void)fault_set(&call.fault, known ? ERR_USAGE : ERR_NOT_FOUND, 0, 0,
			known ? "this address does not take that method" : "nothing at %.200s",
			request->path);
		answer_fault(&call, known ? 405 : 404);
		return;
	}
	if (identify(&call)) {
		/* A sign-in must work with an old cookie in the browser. */
		if (route->duties || call.fault.err != ERR_DENIED) {
			answer_fault(&call, call.fault.err == ERR_DENIED ? 401 : 500);
			return;
		}
		call.fault = (struct fault){0};
	}
	if (route->duties && !call.is_signed_in) {
		(void)fault_set(&call.fault, ERR_DENIED, 0, 0, "sign in first");
		answer_fault(&call, 401);
		return;
	}
	if (!may_call(&call, route)) {
		(void)fault_set(&call.fault, ERR_DENIED, 0, 0,
			"the account %s has none of the duties that this needs", call.account.user);
		answer_fault(&call, 403);
		return;
	}
	enum err err = route->form == BODY_JSON ? parse_body(&call) : OK;
	if (!err)
		err = route->handle(&call);
	if (err) {
		call.fault.err = err;
		answer_fault(&call, status_of(err));
	}
	json_decref(call.body);
}
