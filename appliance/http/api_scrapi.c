/* SCRAPI, draft-ietf-scitt-scrapi: the ledger as a transparency service that SCITT clients register
 * statements with. Receipts are of the RFC 9942 form; faults are concise problem details (RFC
 * 9290) in CBOR. An entry's identifier is its hash in hexadecimal. */
#include "appliance/http/api.h"

#include "ledger/base/hex.h"
#include "ledger/members/members.h"

#include <stdio.h>

#define ENTRIES      "/entries"
#define KEYS         "/.well-known/scitt-keys"
#define RETRY_AFTER  "1"
#define TYPE_COSE    "application/cose"
#define TYPE_PROBLEM "application/concise-problem-details+cbor"

bool api_is_scrapi(const char *path)
{
	return !strcmp(path, ENTRIES) || !strncmp(path, ENTRIES "/", sizeof ENTRIES) ||
	       !strcmp(path, KEYS) || !strncmp(path, KEYS "/", sizeof KEYS);
}

static const char *title_of(const struct call *call, int status)
{
	if (call->problem)
		return call->problem;
	switch (status) {
	case 400: return "Malformed request";
	case 401: return "Not signed in";
	case 403: return "Not allowed";
	case 404: return "Not Found";
	case 405: return "Method not allowed";
	case 413: return "Too large";
	case 429: return "Too Many Requests";
	case 503: return "Busy";
	default: return "The service cannot answer";
	}
}

/* {-1: title, -2: detail} */
void api_answer_problem(struct call *call)
{
	struct http_reply *reply = call->reply;
	const char *detail = call->fault.text[0] ? call->fault.text : err_text(call->fault.err);
	/* What the rules or the signature check say no to is one thing for this interface. */
	if (reply->status == 422 || reply->status == 409) {
		reply->status = 400;
		call->problem = "Rejected";
	}
	buf_reset(&reply->body);
	cbor_put_map(&reply->body, 2);
	cbor_put_int(&reply->body, -1);
	cbor_put_text(&reply->body, span_text(title_of(call, reply->status)));
	cbor_put_int(&reply->body, -2);
	cbor_put_text(&reply->body, span_text(detail));
	reply->type = TYPE_PROBLEM;
}

static void put_location(struct call *call, const uint8_t entry[ENTRY_SIZE])
{
	char path[sizeof ENTRIES + 1 + 2 * ENTRY_SIZE];
	char text[2 * ENTRY_SIZE + 1];
	hex_print(span_of(entry, ENTRY_SIZE), text);
	(void)snprintf(path, sizeof path, ENTRIES "/%s", text);
	http_reply_header(call->reply, "Location", path);
}

/* The receipt, or, while the leaf is not final, a word to come back. */
static enum err answer_receipt(struct call *call, struct reader *reader, uint64_t position,
	const uint8_t entry[ENTRY_SIZE], int status, int status_later)
{
	enum err err = api_receipt_cose(call, reader, position);
	if (err && err != ERR_UNSURE)
		return err;
	put_location(call, entry);
	call->reply->status = err ? status_later : status;
	if (err) {
		buf_reset(&call->reply->body);
		http_reply_header(call->reply, "Retry-After", RETRY_AFTER);
	}
	call->reply->type = TYPE_COSE;
	http_reply_header(call->reply, "Cache-Control", "no-cache");
	return OK;
}

/* What a SCITT client may send and this ledger does not take, by the names the draft has for it. */
static enum err look_at(struct call *call)
{
	struct cose_sign1 message;
	enum err err = cose_sign1_parse(call->request->body, COSE_FOREIGN, &message, &call->fault);
	if (err)
		return err;
	if (cose_alg(&message) != COSE_EDDSA) {
		call->problem = "Bad Signature Algorithm";
		return fault_set(&call->fault, ERR_VERSION, 0, 0,
			"signatures are EdDSA with Ed25519 (-8), not %lld",
			(long long)cose_alg(&message));
	}
	if (message.is_detached) {
		call->problem = "Payload Missing";
		return fault_set(
			&call->fault, ERR_FORMAT, 0, 0, "the statement must carry its payload");
	}
	return OK;
}

static enum err register_statement(struct call *call)
{
	struct stated stated = {0};
	struct reader *reader = NULL;
	enum err err = look_at(call);
	if (!err)
		err = desk_hand_in(call->api->desk, call->request->body, &stated, &call->fault);
	if (err)
		return api_refused(call, &stated, err);
	err = desk_reader(call->api->desk, &reader, &call->fault);
	if (!err)
		err = answer_receipt(call, reader, stated.position, stated.entry, 201, 303);
	desk_reader_back(call->api->desk, reader);
	return err;
}

static enum err entry_receipt(struct call *call)
{
	struct reader *reader = NULL;
	uint8_t entry[ENTRY_SIZE];
	uint64_t position = 0;
	if (call->rest.size != 2 * ENTRY_SIZE ||
		hex_parse(call->rest, entry, sizeof entry, &call->fault)) {
		call->problem = "Invalid locator";
		return fault_set(&call->fault, ERR_FORMAT, 0, 0,
			"an entry is named by 64 hexadecimal digits");
	}
	enum err err = desk_reader(call->api->desk, &reader, &call->fault);
	if (!err)
		err = reader_find_entry(reader, entry, &position, &call->fault);
	if (!err)
		err = answer_receipt(call, reader, position, entry, 200, 302);
	desk_reader_back(call->api->desk, reader);
	return err;
}

/* A log key that the ledger ever registered, also one that is out of use: old receipts name it. */
static enum err log_key(struct call *call, const uint8_t kid[KID_SIZE], uint8_t public[SIGN_PUBLIC])
{
	struct reader *reader = NULL;
	struct snapshot snapshot;
	struct author author = {0};
	enum err err = desk_reader(call->api->desk, &reader, &call->fault);
	if (!err)
		err = reader_begin(reader, &snapshot, &call->fault);
	if (!err) {
		err = members_key(snapshot.table, kid, &author, public, &call->fault);
		reader_end(reader);
	}
	desk_reader_back(call->api->desk, reader);
	if (err == ERR_NOT_FOUND || (!err && author.purpose != KEY_LOG)) {
		call->problem = "No such key";
		return fault_set(&call->fault, ERR_NOT_FOUND, 0, 0,
			"no key that signs receipts has this identifier");
	}
	return err;
}

/* The kid as it is in receipts: base64url, or hexadecimal. */
static enum err one_key(struct call *call)
{
	struct cose_key key = {.curve = COSE_ED25519};
	uint8_t kid[KID_SIZE];
	size_t size = 0;
	if (call->rest.size == 2 * KID_SIZE && !hex_parse(call->rest, kid, sizeof kid, NULL))
		size = sizeof kid;
	else if (base64_parse(call->rest, true, kid, sizeof kid, &size, NULL))
		size = 0;
	if (size != sizeof kid) {
		call->problem = "No such key";
		return fault_set(&call->fault, ERR_NOT_FOUND, 0, 0,
			"a key is named by its kid, 32 bytes in base64url");
	}
	enum err err = log_key(call, kid, key.x);
	if (err)
		return err;
	cose_key_put(&call->reply->body, &key);
	call->reply->type = "application/cbor";
	http_reply_header(call->reply, "Cache-Control", "public, max-age=3600");
	return OK;
}

const struct route api_scrapi_routes[] = {
	{"POST", "/entries", DUTY_ADMIN, BODY_RAW, register_statement},
	{"GET", "/entries/*", 0, BODY_NONE, entry_receipt},
	{"GET", "/.well-known/scitt-keys/*", 0, BODY_NONE, one_key},
	{0},
};
