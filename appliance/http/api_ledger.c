/* The ledger itself: tiles and checkpoint for everybody, statements for those signed in, receipts,
 * health. */
#include "appliance/http/api.h"

#include "ledger/base/civil.h"
#include "ledger/base/hex.h"

#include <stdlib.h>

static enum err resource(struct call *call)
{
	struct reader *reader = NULL;
	enum err err = desk_reader(call->api->desk, &reader, &call->fault);
	if (!err)
		err = reader_resource(
			reader, span_text(call->request->path), &call->reply->body, &call->fault);
	desk_reader_back(call->api->desk, reader);
	if (err == ERR_NOT_FOUND && !call->fault.text[0])
		(void)fault_set(&call->fault, err, 0, 0, "the tree does not have this resource");
	if (err)
		return err;
	bool is_text = !strcmp(call->request->path, "/checkpoint");
	bool is_full = !strstr(call->request->path, ".p/");
	call->reply->type = is_text ? "text/plain; charset=utf-8" : "application/octet-stream";
	/* Full tiles never change. Neither do partial ones, but nobody wants them for long; the
	 * checkpoint changes all the time. */
	http_reply_header(call->reply, "Cache-Control",
		is_text   ? "no-cache"
		: is_full ? "public, max-age=31536000, immutable"
			  : "public, max-age=300");
	return OK;
}

/* A position as decimal digits, or an entry as 64 hexadecimal ones. */
static enum err find_position(
	struct call *call, struct reader *reader, const char *text, uint64_t *position)
{
	uint8_t entry[ENTRY_SIZE];
	if (strlen(text) == 2 * ENTRY_SIZE) {
		enum err err = hex_parse(span_text(text), entry, sizeof entry, &call->fault);
		if (!err)
			err = reader_find_entry(reader, entry, position, &call->fault);
		if (err == ERR_NOT_FOUND)
			return fault_set(&call->fault, err, 0, 0, "no statement with this entry");
		return err;
	}
	char *end = NULL;
	if (text[0] < '0' || text[0] > '9')
		return fault_set(&call->fault, ERR_FORMAT, 0, 0,
			"give a position, or an entry of 64 hexadecimal digits");
	*position = strtoull(text, &end, 10);
	if (*end)
		return fault_set(&call->fault, ERR_FORMAT, (size_t)(end - text), 1,
			"a position has digits only");
	return OK;
}

static enum err statement(struct call *call)
{
	struct reader *reader = NULL;
	uint64_t position = 0;
	char text[2 * ENTRY_SIZE + 1];
	if (call->rest.size >= sizeof text)
		return fault_set(&call->fault, ERR_FORMAT, 0, 0, "no position and no entry");
	memcpy(text, call->rest.at, call->rest.size);
	text[call->rest.size] = 0;
	enum err err = desk_reader(call->api->desk, &reader, &call->fault);
	if (!err)
		err = find_position(call, reader, text, &position);
	if (!err)
		err = reader_statement(reader, position, &call->reply->body, &call->fault);
	desk_reader_back(call->api->desk, reader);
	if (err == ERR_UNSURE && strstr(call->fault.text, "archive"))
		err = fault_set(&call->fault, ERR_NOT_FOUND, 0, 0,
			"this statement was moved to an archive that is not here");
	if (err == ERR_NOT_FOUND && !call->fault.text[0])
		(void)fault_set(&call->fault, err, 0, 0, "no statement at this position");
	if (!err)
		call->reply->type = "application/cose";
	return err;
}

/* RFC 9942: the log's word, signed with the log key; a checkpoint that the key holder does not
 * remember is followed by one that it does. */
enum err api_receipt_cose(struct call *call, struct reader *reader, uint64_t position)
{
	struct keyholder *holder = desk_keyholder(call->api->desk);
	struct keyholder_signer self = {.holder = holder};
	struct signer signer = keyholder_signer(&self);
	struct keyholder_key key;
	enum err err = keyholder_find(holder, NULL, KEY_LOG, &key, &call->fault);
	if (err)
		return err;
	memcpy(self.kid, key.kid, sizeof self.kid);
	const struct desk_party *party = desk_find(call->api->desk, key.party);
	err = reader_receipt_cose(reader, position, key.kid,
		span_text(party ? party->member : key.party), &signer, &call->reply->body,
		&call->fault);
	return err == ERR_REFUSED ? ERR_UNSURE : err;
}

/* A number of the query, digits only; otherwise when it is not there. */
static enum err query_number(struct call *call, const char *name, uint64_t otherwise, uint64_t *out)
{
	const char *text = http_query(call->request, name);
	size_t size = text ? strlen(text) : 0;
	*out = otherwise;
	if (!text)
		return OK;
	if (!size || size > 18 || strspn(text, "0123456789") != size)
		return fault_set(&call->fault, ERR_FORMAT, 0, size, "%s= takes a number", name);
	*out = strtoull(text, NULL, 10);
	return OK;
}

/* ?position=, ?entry=, or ?key=&sequence= */
static enum err wanted_position(struct call *call, struct reader *reader, uint64_t *position)
{
	const char *wanted = http_query(call->request, "position");
	const char *key = http_query(call->request, "key");
	uint8_t kid[KID_SIZE];
	uint64_t sequence = 0;
	if (!wanted)
		wanted = http_query(call->request, "entry");
	if (wanted)
		return find_position(call, reader, wanted, position);
	if (!key)
		return fault_set(&call->fault, ERR_FORMAT, 0, 0,
			"say which: ?position=, ?entry= or ?key=&sequence=");
	enum err err = hex_parse(span_text(key), kid, sizeof kid, &call->fault);
	if (!err)
		err = query_number(call, "sequence", 0, &sequence);
	return err ? err : reader_find(reader, kid, sequence, position, &call->fault);
}

static enum err receipt_of(struct call *call, struct reader *reader, bool is_cose)
{
	uint64_t position = 0, size_max = UINT64_MAX;
	enum err err = wanted_position(call, reader, &position);
	if (!err)
		err = query_number(call, "size", UINT64_MAX, &size_max);
	if (err)
		return err;
	if (!is_cose)
		return reader_receipt_under(reader, position, size_max, !call->is_signed_in,
			&call->reply->body, &call->fault);
	if (size_max != UINT64_MAX)
		return fault_set(&call->fault, ERR_FORMAT, 0, 0,
			"form=cose is signed anew, for the newest checkpoint: leave out size=");
	return api_receipt_cose(call, reader, position);
}

static enum err receipt(struct call *call)
{
	struct reader *reader = NULL;
	const char *form = http_query(call->request, "form");
	bool is_cose = form && !strcmp(form, "cose");
	enum err err = desk_reader(call->api->desk, &reader, &call->fault);
	if (!err)
		err = receipt_of(call, reader, is_cose);
	desk_reader_back(call->api->desk, reader);
	if (err == ERR_NOT_FOUND && !call->fault.text[0])
		(void)fault_set(&call->fault, err, 0, 0, "the ledger has no such position");
	if (!err)
		call->reply->type =
			is_cose ? "application/scitt-receipt+cose" : "text/plain; charset=utf-8";
	return err;
}

/* A COSE key set (RFC 9052 section 7) of the keys that sign COSE receipts. */
static enum err receipt_keys(struct call *call)
{
	struct keyholder_key key;
	struct buf *body = &call->reply->body;
	enum err err =
		keyholder_find(desk_keyholder(call->api->desk), NULL, KEY_LOG, &key, &call->fault);
	if (err)
		return err;
	struct cose_key cose = {.curve = COSE_ED25519};
	memcpy(cose.x, key.public, sizeof cose.x);
	cbor_put_array(body, 1);
	cose_key_put(body, &cose);
	call->reply->type = "application/cbor";
	http_reply_header(call->reply, "Cache-Control", "public, max-age=3600");
	return OK;
}

static enum err policy(struct call *call)
{
	buf_put_text(&call->reply->body, call->api->policy);
	call->reply->type = "text/plain; charset=utf-8";
	return OK;
}

static enum err glance(struct call *call, struct snapshot *snapshot)
{
	struct reader *reader = NULL;
	enum err err = desk_reader(call->api->desk, &reader, &call->fault);
	if (!err)
		err = reader_begin(reader, snapshot, &call->fault);
	if (!err)
		reader_end(reader);
	desk_reader_back(call->api->desk, reader);
	return err;
}

/* How busy an appliance is concerns nobody outside: this machine's collector, or an account. */
static enum err show_metrics(struct call *call)
{
	struct snapshot snapshot;
	bool is_here = !strcmp(call->request->peer, "127.0.0.1") ||
		       !strcmp(call->request->peer, "::1") ||
		       !strcmp(call->request->peer, "::ffff:127.0.0.1");
	if (!is_here && !call->is_signed_in)
		return fault_set(&call->fault, ERR_DENIED, 0, 0,
			"metrics are shown on this machine, or to accounts with a token");
	enum err err = glance(call, &snapshot);
	if (err)
		return err;
	struct metrics_ledger ledger = {
		snapshot.applied_size, snapshot.final_size, snapshot.height, snapshot.age_ms};
	metrics_print(&call->api->metrics, &ledger, &call->reply->body);
	call->reply->type = "text/plain; version=0.0.4; charset=utf-8";
	return OK;
}

static enum err health(struct call *call)
{
	struct snapshot snapshot;
	char time[CIVIL_TIME_SIZE];
	enum err err = glance(call, &snapshot);
	if (err)
		return err;
	struct span origin = desk_origin(call->api->desk);
	civil_print_time(snapshot.time_ms, time);
	api_answer(call, json_pack("{s:s, s:s%, s:I, s:I, s:I, s:s, s:I}", "status", "ok", "origin",
				 origin.at, origin.size, "size", (json_int_t)snapshot.applied_size,
				 "final_size", (json_int_t)snapshot.final_size, "height",
				 (json_int_t)snapshot.height, "ledger_time", time,
				 "cosigned_ms_ago", (json_int_t)snapshot.age_ms));
	return OK;
}

const struct route api_ledger_routes[] = {
	{"GET", "/checkpoint", 0, BODY_NONE, resource},
	{"GET", "/tile/*", 0, BODY_NONE, resource},
	{"GET", "/statement/*", DUTY_ANY_STAFF, BODY_NONE, statement},
	{"GET", "/policy", 0, BODY_NONE, policy},
	{"GET", "/healthz", 0, BODY_NONE, health},
	{"GET", "/metrics", 0, BODY_NONE, show_metrics},
	{"GET", "/api/v1/receipt", 0, BODY_NONE, receipt},
	{"GET", "/.well-known/scitt-keys", 0, BODY_NONE, receipt_keys},
	{0},
};
