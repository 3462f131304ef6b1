/* Requests that come again under the same Idempotency-Key: the first answer once more. */
#include "appliance/http/api.h"

#include "appliance/rules/kinds.h"

#include <strings.h>

/* How a request is taken up whose statement was made and whose answer was not, and whether its
 * answer may be kept. What is said of people stays in the vault, which can be erased: view.db keeps
 * that it was said, and nothing of it. */
static const struct {
	const char *prefix;
	bool runs_again; /* it does only what is not done yet */
	bool is_kept;
} ways[] = {
	{"/api/v1/capture", true, true},
	{"/api/v1/statements", true, true},
	{"/api/v1/check", false, true},
	{"/api/v1/packs/", false, true},
	{"/api/v1/lots/", false, true},
	{"/api/v1/coverage", false, true},
	{"/api/v1/receive", false, true},
	{"/api/v1/ship", false, true},
	{"/api/v1/recalls", false, true},
	{"/api/v1/alerts", false, true},
	{"/api/v1/followed", true, true},
	{"/api/v1/clearance/policy", false, true},
	{"/api/v1/status", false, true},
};

static bool is_kept(const struct call *call, bool *runs_again)
{
	*runs_again = !strcmp(call->request->method, "DELETE");
	for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++)
		if (!strncmp(call->request->path, ways[i].prefix, strlen(ways[i].prefix))) {
			*runs_again = ways[i].runs_again;
			return ways[i].is_kept;
		}
	return false;
}

static bool is_asked(const struct call *call)
{
	const char *method = call->request->method;
	return call->is_signed_in && strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0 &&
	       strncmp(call->request->path, "/api/v1/sign-", 13) != 0;
}

/* A structured field's string, "...", or the bare text. */
static enum err read_key(struct call *call, const char *text, char key[REQUEST_KEY_MAX + 1])
{
	size_t size = strlen(text);
	if (size >= 2 && text[0] == '"' && text[size - 1] == '"') {
		text++;
		size -= 2;
	}
	bool is_right = size >= 1 && size <= REQUEST_KEY_MAX;
	for (size_t i = 0; is_right && i < size; i++)
		is_right = text[i] > ' ' && text[i] < 0x7f && text[i] != '"' && text[i] != '\\';
	if (!is_right)
		return fault_set(&call->fault, ERR_FORMAT, 0, 0,
			"Idempotency-Key is a text of 1 to %d letters, digits and signs, without "
			"spaces",
			REQUEST_KEY_MAX);
	memcpy(key, text, size);
	key[size] = 0;
	return OK;
}

static void hash_all(const struct call *call, uint8_t hash[HASH_SIZE])
{
	uint8_t body[HASH_SIZE];
	struct buf all;
	uint8_t memory[2048];
	buf_over(&all, memory, sizeof memory);
	hash_sha256(call->request->body, body);
	const char *const texts[] = {call->request->method, call->request->path, call->party->name};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		uint8_t text[HASH_SIZE];
		hash_sha256(span_text(texts[i]), text);
		buf_put(&all, span_of(text, sizeof text));
	}
	buf_put(&all, span_of(body, sizeof body));
	hash_sha256(buf_span(&all), hash);
}

/* The answer of the first time; true: the reply is filled. */
static bool answer_again(
	struct call *call, const struct request_begun *begun, const struct buf *answer)
{
	if (begun->has_answer) {
		call->reply->status = begun->status;
		http_reply_header(call->reply, "Idempotency-Replayed", "true");
		buf_reset(&call->reply->body);
		buf_put(&call->reply->body, buf_span(answer));
		return true;
	}
	(void)fault_set(&call->fault, ERR_EXISTS, 0, 0,
		"this was asked for before under the same key, and answered with status %d; the "
		"answer is not kept",
		begun->status);
	api_answer_fault(call, 409);
	return true;
}

/* Begun before, stated, and never answered. */
static bool take_up(struct call *call, const struct request_begun *begun)
{
	bool runs_again;
	bool kept = is_kept(call, &runs_again);
	if (runs_again)
		return false;
	if (kept) {
		call->again = begun->stated;
		call->is_again = true;
		return false;
	}
	(void)fault_set(&call->fault, ERR_EXISTS, 0, 0,
		"this was stated before under the same key, at position %llu, and its answer was "
		"lost: look before you ask with a new key",
		(unsigned long long)begun->stated.position);
	api_answer_fault(call, 409);
	return true;
}

bool api_again_begin(struct call *call)
{
	const char *text = http_header(call->request, "Idempotency-Key");
	struct request_begun begun;
	struct buf answer;
	if (!text || !is_asked(call))
		return false;
	if (read_key(call, text, call->key)) {
		api_answer_fault(call, 400);
		return true;
	}
	call->repeat = (struct request){call->account.user, call->key, {0}, call->party};
	hash_all(call, call->repeat.hash);
	buf_init(&answer, REQUEST_ANSWER_MAX);
	bool is_answered = true;
	enum err err =
		requests_begin(call->api->requests, &call->repeat, &begun, &answer, &call->fault);
	if (err) {
		api_answer_fault(call, err == ERR_EXISTS ? 422 : err == ERR_BUSY ? 409 : 500);
	} else if (begun.state == REQUEST_ANSWERED) {
		is_answered = answer_again(call, &begun, &answer);
	} else {
		call->has_key = true;
		call->sequence = begun.sequence;
		is_answered = begun.state == REQUEST_STATED && take_up(call, &begun);
	}
	buf_close(&answer);
	if (is_answered)
		api_again_end(call);
	return is_answered;
}

/* What may come out otherwise the next time is left open: 429, 5xx. */
void api_again_end(struct call *call)
{
	bool runs_again;
	struct fault fault;
	struct span answer = buf_span(&call->reply->body);
	int status = call->reply->status;
	if (!call->has_key)
		return;
	call->has_key = false;
	bool kept = is_kept(call, &runs_again) && !call->reply->fixed.at;
	bool is_open = status == 429 || status >= 500;
	if (requests_end(call->api->requests, &call->repeat, is_open ? 0 : status,
		    kept ? &answer : NULL, &fault))
		return; /* not kept: asked again, the statement is found */
}

uint64_t api_sequence(struct call *call)
{
	uint64_t sequence = call->sequence;
	call->sequence = 0;
	return sequence;
}

bool api_stated_before(struct call *call, struct stated *stated)
{
	if (!call->is_again)
		return false;
	call->is_again = false;
	*stated = call->again;
	stated->outcome.code = OUTCOME_ACCEPTED;
	return true;
}

enum err api_body_before(
	struct call *call, unsigned number, struct buf *memory, union kind_body *body)
{
	const struct kind *kind = kind_find((uint16_t)number);
	struct reader *reader = NULL;
	struct statement statement;
	enum err err = desk_reader(call->api->desk, &reader, &call->fault);
	if (!err)
		err = reader_statement(reader, call->again.position, memory, &call->fault);
	desk_reader_back(call->api->desk, reader);
	if (!err)
		err = statement_decode(
			buf_span(memory), SIGNED_STATEMENT, &statement, &call->fault);
	if (!err && statement.kind != number)
		err = fault_set(&call->fault, ERR_CORRUPT, 0, 0,
			"the statement at position %llu is of another kind",
			(unsigned long long)call->again.position);
	return err ? err : kind->decode(statement.body, body, &call->fault);
}
