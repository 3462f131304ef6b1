#include "appliance/http/api.h"

#include "appliance/http/origin.h"
#include "appliance/http/page.h"
#include "appliance/rules/kinds.h"
#include "appliance/rules/lot.h"
#include "ledger/base/civil.h"
#include "ledger/base/hex.h"
#include "ledger/base/utf8.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#define BODY_MAX         ((size_t)1 << 20)
#define BODY_MAX_ANYBODY ((size_t)64 << 10)
#define JSON_TYPE        "application/json"
#define CAPTURE_PATH     "/api/v1/capture"
#define RETRY_MS         1000 /* told with 503: the node is busy, not down */

/* A ward's address may hide many people (NAT): a bench scans a pack a second, a shift signs in
 * within minutes; guessing and copying out take thousands. */
static const struct rate_options asking_rate = {.burst = 120, .refill_ms = 500};
static const struct rate_options signing_in_rate = {.burst = 30, .refill_ms = 3000};

static const struct route *const tables[] = {
	api_session_routes,
	api_ledger_routes,
	api_pack_routes,
	api_quarantine_routes,
	api_capture_routes,
	api_lot_routes,
	api_recall_routes,
	api_trace_routes,
	api_people_routes,
	api_clearance_routes,
	api_statement_routes,
	api_scrapi_routes,
	api_status_routes,
	api_key_routes,
	api_pepper_routes,
	api_account_routes,
	api_site_routes,
	api_tenant_routes,
	api_mandate_routes,
};

enum err api_open(struct api *api, const struct env *env, struct fault *fault)
{
	enum err err = rate_open(&api->asking, &asking_rate, env, fault);
	if (!err)
		err = rate_open(&api->signing_in, &signing_in_rate, env, fault);
	if (!err)
		err = published_open(&api->published, fault);
	return err ? err : requests_open(&api->requests, api->desk, api->view, fault);
}

void api_close(struct api *api)
{
	rate_free(api->asking);
	rate_free(api->signing_in);
	requests_free(api->requests);
	published_free(api->published);
	api->published = NULL;
	api->requests = NULL;
	api->asking = NULL;
	api->signing_in = NULL;
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

/* "not_found" of ERR_NOT_FOUND. */
static void print_code(enum err err, char *code, size_t size)
{
	(void)snprintf(code, size, "%s", err_name(err) + strlen("ERR_"));
	for (char *c = code; *c; c++)
		*c = (char)tolower((unsigned char)*c);
}

/* A sentence may quote what was asked, and end in the middle of a character. */
static void make_sayable(char *text)
{
	for (char *c = text + utf8_valid_size(span_text(text)); *c; c++)
		if ((unsigned char)*c >= 0x80)
			*c = '?';
}

void api_answer_fault(struct call *call, int status)
{
	char code[32] = "";
	char wait[16];
	if (status == 503 && call->wait_s)
		status = 429;
	call->reply->status = status;
	print_code(call->fault.err, code, sizeof code);
	make_sayable(call->fault.text);
	json_t *value = json_pack("{s:s, s:s, s:I}", "error",
		call->fault.text[0] ? call->fault.text : err_text(call->fault.err), "code",
		call->outcome ? outcome_word(call->outcome) : code, "at",
		(json_int_t)call->fault.at);
	if (status == 429 || status == 503) {
		unsigned wait_s = call->wait_s ? call->wait_s : RETRY_MS / 1000;
		(void)snprintf(wait, sizeof wait, "%u", wait_s);
		http_reply_header(call->reply, "Retry-After", wait);
		(void)json_object_set_new(
			value, "retry_ms", json_integer((json_int_t)wait_s * 1000));
	}
	if (!api_is_scrapi(call->request->path)) {
		api_answer(call, value);
		return;
	}
	json_decref(value);
	api_answer_problem(call);
}

void api_answer(struct call *call, json_t *value)
{
	buf_reset(&call->reply->body);
	char *text = value ? json_dumps(value, JSON_COMPACT | JSON_PRESERVE_ORDER) : NULL;
	if (text) {
		utf8_escape_json(span_text(text), &call->reply->body);
		buf_put_text(&call->reply->body, "\n");
	} else {
		call->reply->status = 500;
		buf_put_text(&call->reply->body, "{\"error\":\"out of memory while answering\"}\n");
	}
	free(text);
	json_decref(value);
}

enum err api_lot_check(struct call *call, const char *lot)
{
	size_t size = strlen(lot);
	if (!size || size > LOT_TEXT_MAX)
		return fault_set(&call->fault, ERR_FORMAT, 0, size,
			"\"lot\" has 1 to %d characters, as printed on the pack", LOT_TEXT_MAX);
	return OK;
}

enum err api_lot(struct call *call, const char **lot)
{
	enum err err = api_text(call, "lot", lot);
	return err ? err : api_lot_check(call, *lot);
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
	if (api_stated_before(call, stated))
		return OK;
	buf_init(&bytes, STATEMENT_SIZE_MAX);
	kind->encode(body, &bytes);
	struct desk_statement statement = {.party = call->party,
		.kind = kind->number,
		.word = kind->word,
		.body = buf_span(&bytes),
		.sequence = api_sequence(call)};
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

enum err api_answer_stated(
	struct call *call, const struct stated *stated, json_t *answer, enum err err)
{
	json_t *evidence = NULL;
	if (!err)
		err = api_evidence(call, stated, &evidence);
	if (err) {
		json_decref(answer);
		return api_refused(call, stated, err);
	}
	(void)json_object_set_new(answer, "evidence", evidence);
	api_answer(call, answer);
	return OK;
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

/* Browsers keep the files and ask each time whether they are still these (ETag). */
static bool answer_page(const struct http_request *request, struct http_reply *reply)
{
	const struct page_file *file = page_files;
	const struct page_file *end = page_files + page_file_count;
	const char *accepted = http_header(request, "Accept-Encoding");
	const char *known = http_header(request, "If-None-Match");
	if (!origin_is_reading(request))
		return false;
	while (file < end && strcmp(file->path, request->path) != 0)
		file++;
	if (file == end)
		return false;
	reply->type = file->type;
	http_reply_header(reply, "Cache-Control", "no-cache");
	http_reply_header(reply, "Vary", "Accept-Encoding");
	http_reply_header(reply, "ETag", file->tag);
	if (known && strstr(known, file->tag)) {
		reply->status = 304;
	} else if (file->packed_size && accepted && strstr(accepted, "gzip")) {
		http_reply_header(reply, "Content-Encoding", "gzip");
		reply->fixed = span_of(file->packed, file->packed_size);
	} else {
		reply->fixed = span_of(file->bytes, file->size);
	}
	return true;
}

/* Who calls: a program's token, or a session (whose page token must come with every change). */
static enum err identify(struct call *call)
{
	const char *bearer = http_header(call->request, "Authorization");
	const char *session = http_cookie(call->request, SESSION_COOKIE);
	bool changes = !origin_is_reading(call->request);
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

/* Large bodies are for those who may send them: without an account a small one is read at most. */
size_t api_body_max(void *self, const struct http_request *request)
{
	struct call call = {.api = self, .request = request};
	if (origin_is_reading(request) || identify(&call) || !call.is_signed_in)
		return BODY_MAX_ANYBODY;
	return !strcmp(request->path, CAPTURE_PATH) ? HTTP_BODY_MAX : BODY_MAX;
}

/* What a page of another site can send without being asked whether it may is not JSON. */
static bool is_type_fine(const struct call *call, const struct route *route)
{
	const char *type = http_header(call->request, "Content-Type");
	if (route->form != BODY_JSON || !type)
		return true;
	size_t size = strcspn(type, "; \t");
	return size == strlen(JSON_TYPE) && !strncasecmp(type, JSON_TYPE, size);
}

static enum err limit(struct call *call, const struct route *route)
{
	bool is_limited = !strncmp(route->path, "/api/", 5) || !strncmp(route->path, "/entries", 8);
	if (call->is_signed_in || !is_limited)
		return OK;
	bool signs_in = !strcmp(route->path, API_SIGN_IN);
	call->wait_s = rate_take(
		signs_in ? call->api->signing_in : call->api->asking, call->request->peer);
	return call->wait_s
		       ? fault_set(&call->fault, ERR_BUSY, 0, 0,
				 "too many requests from this address; wait %u s", call->wait_s)
		       : OK;
}

static bool may_call(const struct call *call, const struct route *route)
{
	return !route->duties || (call->account.duties & route->duties);
}

/* Who calls and whether that may be; answers itself when it may not. */
static bool admit(struct call *call, const struct route *route)
{
	if (identify(call)) {
		/* A sign-in must work with an old cookie in the browser. */
		if (route->duties || call->fault.err != ERR_DENIED) {
			api_answer_fault(call, call->fault.err == ERR_DENIED ? 401 : 500);
			return false;
		}
		call->fault = (struct fault){0};
	}
	if (route->duties && !call->is_signed_in) {
		(void)fault_set(&call->fault, ERR_DENIED, 0, 0, "sign in first");
		api_answer_fault(call, 401);
		return false;
	}
	if (!may_call(call, route)) {
		(void)fault_set(&call->fault, ERR_DENIED, 0, 0,
			"the account %s has none of the duties that this needs",
			call->account.user);
		api_answer_fault(call, 403);
		return false;
	}
	if (limit(call, route)) {
		api_answer_fault(call, 429);
		return false;
	}
	return true;
}

static void handle(struct call *call)
{
	bool known = false;
	const struct route *route = find_route(call->request, &call->rest, &known);
	if (origin_check(call->request, call->api->host, &call->fault)) {
		api_answer_fault(call, call->fault.err == ERR_SCOPE ? 421 : 403);
		return;
	}
	if (!route && answer_page(call->request, call->reply))
		return;
	if (!route) {
		(void)fault_set(&call->fault, known ? ERR_USAGE : ERR_NOT_FOUND, 0, 0,
			known ? "this address does not take that method" : "nothing at %.200s",
			call->request->path);
		api_answer_fault(call, known ? 405 : 404);
		return;
	}
	if (!admit(call, route))
		return;
	if (!is_type_fine(call, route)) {
		(void)fault_set(&call->fault, ERR_FORMAT, 0, 0,
			"this takes JSON: send it with Content-Type: " JSON_TYPE);
		api_answer_fault(call, 415);
		return;
	}
	if (api_again_begin(call))
		return;
	enum err err = route->form == BODY_JSON ? api_read_body(call) : OK;
	if (!err)
		err = route->handle(call);
	if (err) {
		call->fault.err = err;
		api_answer_fault(call, status_of(err));
	}
	json_decref(call->body);
	api_again_end(call);
}

void api_handle(void *self, const struct http_request *request, struct http_reply *reply)
{
	struct call call = {.api = self, .request = request, .reply = reply};
	handle(&call);
	metrics_count(&call.api->metrics, reply->status);
}
