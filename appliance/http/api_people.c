/* People: who HR knows (off the ledger), checks, imports, erasure. Clearance: api_clearance.c. */
#include "appliance/http/api_people.h"

#include "appliance/people/multikey.h"
#include "appliance/rules/rules_app.h"
#include "ledger/base/hex.h"

#include <stdio.h>
#include <stdlib.h>

#define CHECKS_SHOWN 512

static enum err sign_document(void *self, struct span bytes, uint8_t signature[SIGN_SIZE])
{
	const struct keyholder_signer *signer = self;
	struct fault fault;
	return bytes.size == 64 ? keyholder_sign_hashes(
					  signer->holder, signer->kid, bytes.at, signature, &fault)
				: ERR_DENIED;
}

enum err people_open(struct people_call *people, struct call *call)
{
	struct author author;
	*people = (struct people_call){.call = call};
	enum err err = desk_reader(call->api->desk, &people->reader, &call->fault);
	if (!err)
		err = reader_begin(people->reader, &people->snapshot, &call->fault);
	if (err)
		return err;
	people->is_begun = true;
	people->signer.holder = desk_keyholder(call->api->desk);
	memcpy(people->signer.kid, call->party->kid, sizeof people->signer.kid);
	people->party = (struct staff_party){
		.name = call->party->name,
		.member = call->party->member,
		.document = {&people->signer, sign_document},
		.message = keyholder_signer(&people->signer),
		.status_base = people->base,
	};
	(void)snprintf(people->base, sizeof people->base, "https://%s", call->party->member);
	err = members_key(
		people->snapshot.table, call->party->kid, &author, people->party.key, &call->fault);
	if (!err)
		party_put(&author, people->party.party);
	int64_t now = env_now_ms(desk_env(call->api->desk));
	people->moment = (struct staff_moment){
		.table = people->snapshot.table,
		.directory = &directory_members,
		.applied_size = people->snapshot.applied_size,
		.final_size = people->snapshot.final_size,
		.at_ms = now > people->snapshot.time_ms ? now : people->snapshot.time_ms,
	};
	return err;
}

void people_end_reading(struct people_call *people)
{
	if (people->is_begun)
		reader_end(people->reader);
	desk_reader_back(people->call->api->desk, people->reader);
	people->is_begun = false;
	people->reader = NULL;
}

enum err people_state(
	struct people_call *people, const struct staff_statement *statement, struct stated *stated)
{
	const struct kind *kind = kind_find((uint16_t)statement->kind);
	struct desk_statement wanted = {.party = people->call->party,
		.kind = kind->number,
		.word = kind->word,
		.body = span_of(statement->body, statement->body_size),
		.sequence = api_sequence(people->call)};
	*stated = (struct stated){0};
	if (api_stated_before(people->call, stated))
		return OK;
	return api_refused(people->call, stated,
		desk_state(people->call->api->desk, &wanted, stated, &people->call->fault));
}

enum err people_read_id(struct call *call, struct span text, uint8_t id[VAULT_ID_SIZE])
{
	return hex_parse(text, id, VAULT_ID_SIZE, &call->fault);
}

static enum err add(struct call *call)
{
	struct vault_person person = {0};
	const char *name;
	const char *photo = api_text_or(call, "photo_sha256", NULL);
	char id[2 * VAULT_ID_SIZE + 1];
	enum err err = api_text(call, "name", &name);
	if (!err && (strlen(name) > CREDENTIAL_NAME_MAX || !person_name_is_valid(span_text(name))))
		err = fault_set(&call->fault, ERR_FORMAT, 0, 0,
			"\"name\" is 1 to %d bytes without control characters",
			CREDENTIAL_NAME_MAX);
	if (!err && photo) {
		person.has_photo = true;
		err = hex_parse(span_text(photo), person.photo, sizeof person.photo, &call->fault);
	}
	if (err)
		return err;
	memcpy(person.name, name, strlen(name) + 1);
	err = vault_person_add(
		staff_vault(call->api->staff), call->party->name, &person, &call->fault);
	if (err)
		return err;
	hex_print(span_of(person.id, sizeof person.id), id);
	api_answer(call, json_pack("{s:s}", "person", id));
	return OK;
}

static enum err list(struct call *call)
{
	struct vault *vault = staff_vault(call->api->staff);
	struct vault_person person;
	uint8_t after[VAULT_ID_SIZE];
	json_t *people = json_array();
	enum err err = vault_person_next(vault, call->party->name, NULL, &person, &call->fault);
	while (!err) {
		char id[2 * VAULT_ID_SIZE + 1];
		hex_print(span_of(person.id, sizeof person.id), id);
		(void)json_array_append_new(
			people, json_pack("{s:s, s:s, s:b}", "person", id, "name", person.name,
					"photo", person.has_photo));
		memcpy(after, person.id, sizeof after);
		err = vault_person_next(vault, call->party->name, after, &person, &call->fault);
	}
	if (err != ERR_NOT_FOUND) {
		json_decref(people);
		return err;
	}
	api_answer(call, people);
	return OK;
}

/* One check of a person as HR's list shows it: the document, and where it stands on the ledger. */
static json_t *check_row(const struct vault_document *document)
{
	char commitment[2 * COMMITMENT_SIZE + 1];
	json_t *row = json_object();
	hex_print(span_of(document->commitment, COMMITMENT_SIZE), commitment);
	(void)json_object_set_new(row, "commitment", json_string(commitment));
	(void)json_object_set_new(row, "imported", json_boolean(document->is_imported));
	if (document->position != POSITION_NONE)
		(void)json_object_set_new(
			row, "position", json_integer((json_int_t)document->position));
	(void)json_object_set_new(row, "credential",
		json_loadb((const char *)document->document.at, document->document.size,
			JSON_REJECT_DUPLICATES, NULL));
	return row;
}

static enum err show(struct call *call, const uint8_t id[VAULT_ID_SIZE])
{
	struct vault *vault = staff_vault(call->api->staff);
	struct vault_person person;
	struct vault_document document = {0};
	json_t *checks = json_array();
	enum err err = vault_person_find(vault, call->party->name, id, &person, &call->fault);
	for (int64_t after = 0; !err && json_array_size(checks) < CHECKS_SHOWN;
		after = document.number) {
		struct buf bytes;
		buf_init(&bytes, VAULT_DOCUMENT_MAX);
		err = vault_document_next(vault, call->party->name, id, VAULT_CHECK, after,
			&document, &bytes, &call->fault);
		if (!err)
			(void)json_array_append_new(checks, check_row(&document));
		buf_close(&bytes);
	}
	if (err && err != ERR_NOT_FOUND) {
		json_decref(checks);
		return err;
	}
	if (err == ERR_NOT_FOUND && !json_array_size(checks) &&
		vault_person_find(vault, call->party->name, id, &person, &call->fault)) {
		json_decref(checks);
		return fault_set(&call->fault, ERR_NOT_FOUND, 0, 0, "no such person here");
	}
	api_answer(call, json_pack("{s:s, s:o}", "name", person.name, "checks", checks));
	return OK;
}

static enum err issue(struct people_call *people, const uint8_t id[VAULT_ID_SIZE],
	struct staff_issued *issued, struct stated *stated)
{
	struct call *call = people->call;
	struct credential credential;
	const char *relying = api_text_or(call, "relying", NULL);
	enum err err = staff_check_read(
		&people->party, json_object_get(call->body, "check"), &credential, &call->fault);
	if (!err)
		err = staff_record_check(call->api->staff, &people->party, &people->moment, id,
			&credential, relying, issued, &call->fault);
	people_end_reading(people);
	if (err)
		return err;
	err = people_state(people, &issued->statement, stated);
	if (!err)
		return staff_stated(call->api->staff, &people->party, issued->statement.commitment,
			stated->position, &call->fault);
	struct fault kept = call->fault;
	if (err == ERR_REFUSED && staff_taken_back(call->api->staff, &people->party,
					  issued->statement.commitment, &call->fault))
		return call->fault.err;
	call->fault = kept;
	return err;
}

static enum err record_check(struct call *call, const uint8_t id[VAULT_ID_SIZE])
{
	struct people_call people;
	struct staff_issued issued = {0};
	struct stated stated = {0};
	json_t *evidence = NULL;
	char commitment[2 * COMMITMENT_SIZE + 1];
	char r[2 * COMMITMENT_KEY_SIZE + 1];
	enum err err = people_open(&people, call);
	if (!err)
		err = issue(&people, id, &issued, &stated);
	people_end_reading(&people);
	if (!err)
		err = api_evidence(call, &stated, &evidence);
	if (!err) {
		hex_print(span_of(issued.statement.commitment, COMMITMENT_SIZE), commitment);
		hex_print(span_of(issued.r, sizeof issued.r), r);
		api_answer(
			call, json_pack("{s:s, s:s, s:o, s:o}", "commitment", commitment, "r", r,
				      "credential",
				      json_loadb((const char *)issued.document.at,
					      issued.document.size, JSON_REJECT_DUPLICATES, NULL),
				      "evidence", evidence));
	}
	secret_wipe(issued.r, sizeof issued.r);
	buf_close(&issued.document);
	return err;
}

static enum err import(struct call *call, const uint8_t id[VAULT_ID_SIZE])
{
	struct people_call people;
	struct staff_imported imported;
	uint8_t r[COMMITMENT_KEY_SIZE];
	char commitment[2 * COMMITMENT_SIZE + 1];
	const char *text;
	json_t *credential = json_object_get(call->body, "credential");
	enum err err = api_text(call, "r", &text);
	if (!err)
		err = hex_parse(span_text(text), r, sizeof r, &call->fault);
	if (!err && !json_is_object(credential))
		err = fault_set(&call->fault, ERR_FORMAT, 0, 0,
			"\"credential\" is the document as its issuer made it");
	char *document = err ? NULL : json_dumps(credential, JSON_COMPACT);
	if (!err && !document)
		err = fault_set(&call->fault, ERR_MEMORY, 0, 0, "out of memory");
	if (!err)
		err = people_open(&people, call);
	else
		people = (struct people_call){.call = call};
	if (!err)
		err = staff_import(call->api->staff, &people.party, &people.moment, id,
			span_text(document), r, &imported, &call->fault);
	people_end_reading(&people);
	free(document);
	secret_wipe(r, sizeof r);
	if (err)
		return err;
	hex_print(span_of(imported.commitment, COMMITMENT_SIZE), commitment);
	api_answer(call,
		json_pack("{s:s, s:I, s:s, s:b, s:s}", "commitment", commitment, "position",
			(json_int_t)imported.position, "dropped", imported.dropped, "name_differs",
			imported.name_differs, "issuer", imported.credential.issuer));
	return OK;
}

static enum err erase(struct call *call)
{
	uint8_t id[VAULT_ID_SIZE];
	struct people_call people;
	struct staff_erased erased = {0};
	enum err err = people_read_id(call, call->rest, id);
	if (!err)
		err = people_open(&people, call);
	else
		people = (struct people_call){.call = call};
	if (!err)
		err = staff_erase(
			call->api->staff, &people.party, &people.moment, id, &erased, &call->fault);
	people_end_reading(&people);
	/* The person is gone already: what cannot be revoked now is told, and the rest still is. */
	size_t revoked = 0;
	for (size_t i = 0; !err && i < erased.revoke_count; i++) {
		struct stated stated;
		revoked += people_state(&people, &erased.revoke[i], &stated) == OK;
	}
	free(erased.revoke);
	if (!err)
		api_answer(call,
			json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:s}", "checks",
				(json_int_t)erased.vault.checks, "decisions",
				(json_int_t)erased.vault.decisions, "badges",
				(json_int_t)erased.vault.badges, "commitments_that_stay",
				(json_int_t)erased.vault.stated, "revoked", (json_int_t)revoked,
				"not_revoked", (json_int_t)(erased.revoke_count - revoked), "note",
				"commitments stay on the ledger; nobody can open them any more"));
	return err;
}

static enum err get_person(struct call *call)
{
	uint8_t id[VAULT_ID_SIZE];
	enum err err = people_read_id(call, call->rest, id);
	return err ? err : show(call, id);
}

static enum err post_person(struct call *call)
{
	static const struct {
		const char *tail;
		enum err (*handle)(struct call *call, const uint8_t id[VAULT_ID_SIZE]);
	} verbs[] = {
		{"/checks", record_check},
		{"/import", import},
		{"/badge", people_badge},
	};
	uint8_t id[VAULT_ID_SIZE];
	enum err err = people_read_id(call, span_cut(call->rest, 0, 2 * VAULT_ID_SIZE), id);
	struct span tail = span_cut(call->rest, 2 * VAULT_ID_SIZE, call->rest.size);
	for (size_t i = 0; !err && i < sizeof verbs / sizeof verbs[0]; i++)
		if (span_is(tail, verbs[i].tail))
			return verbs[i].handle(call, id);
	return err ? err
		   : fault_set(&call->fault, ERR_NOT_FOUND, 0, 0,
			     "a person has /checks, /import and /badge");
}

const struct route api_people_routes[] = {
	{"GET", "/api/v1/people", DUTY_HR, BODY_NONE, list},
	{"POST", "/api/v1/people", DUTY_HR, BODY_JSON, add},
	{"GET", "/api/v1/people/*", DUTY_HR, BODY_NONE, get_person},
	{"POST", "/api/v1/people/*", DUTY_HR, BODY_JSON, post_person},
	{"DELETE", "/api/v1/people/*", DUTY_HR, BODY_NONE, erase},
	{0},
};
