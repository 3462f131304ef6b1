/* Keys of the parties served here: listing, revoking stations', what a renewed box key needs. */
#include "appliance/http/api_operator.h"
#include "appliance/view/key_list.h"
#include "appliance/view/rewrap.h"
#include "ledger/base/civil.h"
#include "ledger/base/hex.h"

#include <stdlib.h>

static enum err list_of(struct call *call, const struct desk_party *party,
	const struct keyholder_key *held, size_t count, json_t *list)
{
	struct reader *reader = NULL;
	struct snapshot snapshot;
	struct party on_ledger;
	enum err err = desk_reader(call->api->desk, &reader, &call->fault);
	if (!err)
		err = reader_begin(reader, &snapshot, &call->fault);
	if (!err) {
		struct key_list_options options = {
			.table = snapshot.table,
			.now_ms = snapshot.time_ms,
			.held = held,
			.held_count = count,
		};
		err = api_ledger_party(call, snapshot.table, party, &on_ledger);
		if (!err)
			err = key_list_put(&options, &on_ledger, list, &call->fault);
		reader_end(reader);
	}
	desk_reader_back(call->api->desk, reader);
	return err;
}

static struct keyholder_key *held_keys(struct call *call, size_t *count, enum err *err)
{
	struct keyholder_key *held = calloc(KEYHOLDER_KEYS_MAX, sizeof *held);
	*err = held ? keyholder_keys(desk_keyholder(call->api->desk), held, KEYHOLDER_KEYS_MAX,
			      count, &call->fault)
		    : fault_set(&call->fault, ERR_MEMORY, 0, 0, "out of memory for keys");
	return held;
}

static enum err list(struct call *call)
{
	const struct desk_party *party = NULL;
	size_t count = 0;
	enum err err = api_party(call, http_query(call->request, "party"), &party);
	if (err)
		return err;
	json_t *keys = json_array();
	struct keyholder_key *held = held_keys(call, &count, &err);
	if (!err)
		err = list_of(call, party, held, count, keys);
	free(held);
	if (err)
		json_decref(keys);
	else
		api_answer(call, json_pack("{s:s, s:o}", "party", party->name, "keys", keys));
	return err;
}

/* What this process signs with, of the own party, for the operator of all: a renewed key counts
 * from the next start. */
static enum err in_use(struct call *call)
{
	size_t count = 0;
	enum err err = OK;
	bool sees_all = api_is_operator(call);
	struct keyholder_key *held = held_keys(call, &count, &err);
	json_t *kids = json_array();
	for (size_t i = 0; !err && i < count; i++) {
		struct keyholder_key present;
		char kid[2 * KID_SIZE + 1];
		if (!sees_all && strcmp(held[i].party, call->party->name) != 0)
			continue;
		err = keyholder_find(desk_keyholder(call->api->desk), held[i].party,
			held[i].purpose, &present, &call->fault);
		hex_print(span_of(held[i].kid, KID_SIZE), kid);
		if (!err && !memcmp(present.kid, held[i].kid, KID_SIZE))
			(void)json_array_append_new(kids,
				json_pack("{s:s, s:s, s:s}", "kid", kid, "purpose",
					key_purpose_word(held[i].purpose), "party", held[i].party));
	}
	free(held);
	if (err)
		json_decref(kids);
	else
		api_answer(call, kids);
	return err;
}

static enum err read_revocation(
	struct call *call, struct key_revoke_body *body, bool *has_last_good)
{
	const char *kid;
	const char *reason;
	const char *since = api_text_or(call, "compromised_since", NULL);
	int64_t last_good = -1;
	*body = (struct key_revoke_body){.has_compromised = since != NULL};
	enum err err = api_text(call, "kid", &kid);
	if (!err)
		err = hex_parse(span_text(kid), body->kid, KID_SIZE, &call->fault);
	if (!err)
		err = api_text(call, "reason", &reason);
	if (!err)
		err = revoke_reason_parse(reason, &body->reason, &call->fault);
	if (!err && since)
		err = civil_parse_time(span_text(since), &body->compromised_ms, NULL, &call->fault);
	if (!err)
		err = api_int_or(call, "last_good", -1, &last_good);
	*has_last_good = last_good >= 0;
	body->last_good = *has_last_good ? (uint64_t)last_good : 0;
	return err;
}

/* The key's record; its last good number, when none was said. */
static enum err look_up(
	struct call *call, struct key_revoke_body *body, bool has_last_good, struct key_record *key)
{
	struct reader *reader = NULL;
	struct snapshot snapshot;
	enum err err = desk_reader(call->api->desk, &reader, &call->fault);
	if (!err)
		err = reader_begin(reader, &snapshot, &call->fault);
	if (!err) {
		err = key_find(snapshot.table, body->kid, key, &call->fault);
		if (!err && !has_last_good)
			err = key_last_good(snapshot.table, body->kid, body->reason,
				body->has_compromised ? body->compromised_ms : 0, &body->last_good,
				&call->fault);
		reader_end(reader);
	}
	desk_reader_back(call->api->desk, reader);
	return err == ERR_NOT_FOUND
		       ? fault_set(&call->fault, err, 0, 0, "there is no such key on the ledger")
		       : err;
}

static enum err revoke(struct call *call)
{
	struct key_revoke_body body;
	struct key_record key;
	struct stated stated = {0};
	const struct desk_party *party = NULL;
	json_t *evidence = NULL;
	uint8_t memory[256];
	struct buf bytes;
	bool has_last_good = false;
	enum err err = api_party(call, api_text_or(call, "party", NULL), &party);
	if (!err)
		err = read_revocation(call, &body, &has_last_good);
	if (!err)
		err = look_up(call, &body, has_last_good, &key);
	if (!err && !key.has_site)
		err = fault_set(&call->fault, ERR_DENIED, 0, 0,
			"only the root key revokes this one: assay keys request revoke");
	if (err)
		return err;
	buf_over(&bytes, memory, sizeof memory);
	key_revoke_body_encode(&body, &bytes);
	err = api_state_own(call, party, KIND_KEY_REVOKE, buf_span(&bytes), &stated);
	if (!err)
		err = api_evidence(call, &stated, &evidence);
	if (err)
		return err;
	json_t *answer = json_pack(
		"{s:I, s:o}", "last_good", (json_int_t)body.last_good, "evidence", evidence);
	if (answer && stated.outcome.alert)
		(void)json_object_set_new(answer, "flagged", json_true());
	api_answer(call, answer);
	return OK;
}

static enum err rewrap(struct call *call)
{
	const struct desk_party *party = NULL;
	struct rewrapped done;
	enum err err = api_party(call, api_text_or(call, "party", NULL), &party);
	if (!err)
		err = rewrap_all(
			call->api->attachments, call->api->desk, party, &done, &call->fault);
	if (!err)
		api_answer(call, json_pack("{s:s, s:I, s:I, s:I, s:I, s:I}", "party", party->name,
					 "files", (json_int_t)done.files, "sealed_again",
					 (json_int_t)done.done, "before", (json_int_t)done.before,
					 "others", (json_int_t)done.others, "peppers_missing",
					 (json_int_t)done.peppers_missing));
	return err;
}

const struct route api_key_routes[] = {
	{"GET", "/api/v1/keys", DUTY_ADMIN, BODY_NONE, list},
	{"GET", "/api/v1/keys/in-use", DUTY_ADMIN, BODY_NONE, in_use},
	{"POST", "/api/v1/keys/revoke", DUTY_ADMIN, BODY_JSON, revoke},
	{"POST", "/api/v1/keys/rewrap", DUTY_ADMIN, BODY_JSON, rewrap},
	{0},
};
