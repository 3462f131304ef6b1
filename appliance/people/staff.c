#include "appliance/people/staff_inside.h"

#include "appliance/people/jcs.h"
#include "appliance/people/multikey.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#define SECOND_MS ((int64_t)1000)

enum err staff_open(
	struct staff **out, const char *folder, const struct env *env, struct fault *fault)
{
	struct staff *staff = calloc(1, sizeof *staff);
	if (!staff)
		return fault_set(fault, ERR_MEMORY, 0, 0, "no memory for the staff service");
	staff->env = env;
	enum err err = vault_open(&staff->vault, folder, env, fault);
	if (err)
		free(staff);
	else
		*out = staff;
	return err;
}

void staff_free(struct staff *staff)
{
	if (!staff)
		return;
	vault_free(staff->vault);
	free(staff);
}

struct vault *staff_vault(struct staff *staff)
{
	return staff->vault;
}

enum err staff_print(json_t *value, struct buf *text, struct fault *fault)
{
	if (!value)
		return fault_set(fault, ERR_MEMORY, 0, 0, "no memory for a document");
	enum err err = jcs_print(value, text, fault);
	json_decref(value);
	return err;
}

void staff_put_body(struct staff_statement *statement, unsigned kind, const union kind_body *body)
{
	struct buf buf;
	buf_over(&buf, statement->body, sizeof statement->body);
	kind_find((uint16_t)kind)->encode(body, &buf);
	assert(buf.err == OK); /* all kinds made here are of bounded size */
	statement->kind = kind;
	statement->body_size = buf.size;
}

enum err staff_issuer_class(const struct staff_moment *moment, const char *member,
	enum issuer_class *issuer_class, struct fault *fault)
{
	struct span bytes;
	struct scope scope;
	enum err err = moment->directory->scope(moment->table, member, &bytes, fault);
	if (!err)
		err = scope_decode(bytes, &scope, fault);
	if (err)
		return err;
	if (scope_has_role(&scope, ROLE_HR))
		*issuer_class = ISSUER_EMPLOYER;
	else if (scope_has_role(&scope, ROLE_AGENCY))
		*issuer_class = ISSUER_AGENCY;
	else if (scope_has_role(&scope, ROLE_REGISTER))
		*issuer_class = ISSUER_REGISTER;
	else if (scope_is_authority(&scope, AREA_PEOPLE))
		*issuer_class = ISSUER_AUTHORITY;
	else
		return fault_set(fault, ERR_SCOPE, 0, 0,
			"%s is not accredited to attest checks: it has none of the roles hr, "
			"agency, register or authority for people",
			member);
	return OK;
}

/* A document around the check, so that one reader judges what is typed and what is received. */
static json_t *draft_around(const struct staff_party *party, const json_t *check)
{
	char did[DID_KEY_SIZE];
	json_t *copy = json_deep_copy(check);
	did_key_print(party->key, did);
	if (copy && !json_object_get(copy, "checker") &&
		json_object_set_new(copy, "checker", json_string(party->member))) {
		json_decref(copy);
		return NULL;
	}
	return json_pack("{s:[s,s], s:s, s:[s,s], s:{s:s,s:s}, s:s, s:s, s:{s:s, s:o}}", "@context",
		"https://www.w3.org/ns/credentials/v2",
		"https://www.w3.org/ns/credentials/undefined-terms/v2", "id",
		"urn:uuid:00000000-0000-0000-0000-000000000000", "type", "VerifiableCredential",
		"StaffCheckCredential", "issuer", "id", did, "name", party->member, "validFrom",
		"1970-01-02T00:00:00Z", "validUntil", "2170-01-01T00:00:00Z", "credentialSubject",
		"id", "urn:assay:person:00000000000000000000000000000000", "check", copy);
}

enum err staff_check_read(const struct staff_party *party, const json_t *check,
	struct credential *credential, struct fault *fault)
{
	if (!json_is_object(check))
		return fault_set(fault, ERR_FORMAT, 0, 0,
			"a check is an object with checkType, source, method, checkedOn and what "
			"its type needs");
	json_t *draft = draft_around(party, check);
	if (!draft)
		return fault_set(fault, ERR_MEMORY, 0, 0, "no memory for a check");
	enum err err = credential_from_json(draft, NULL, credential, fault);
	json_decref(draft);
	return err;
}

/* Fills in what the issuer says of itself, the person and the time. */
static enum err complete(struct staff *staff, const struct staff_party *party,
	const struct vault_person *person, enum zone zone, const char *relying,
	struct credential *credential, struct fault *fault)
{
	int64_t now_ms = env_now_ms(staff->env) / SECOND_MS * SECOND_MS;
	int32_t last_day = credential->through_day ? credential->through_day
						   : credential->checked_day + STAFF_LIFE_DAYS;
	if (credential->checked_day > zone_day(zone, now_ms))
		return fault_set(fault, ERR_RANGE, 0, 0, "check.checkedOn: lies in the future");
	env_random(staff->env, credential->id, sizeof credential->id);
	memcpy(credential->issuer_key, party->key, SIGN_PUBLIC);
	(void)snprintf(credential->issuer, sizeof credential->issuer, "%s", party->member);
	credential->valid_from_ms = now_ms;
	credential->valid_until_ms = zone_day_end_ms(zone, last_day);
	if (credential->valid_until_ms <= now_ms)
		return fault_set(
			fault, ERR_RANGE, 0, 0, "check.validThrough: the record has expired");
	memcpy(credential->name, person->name, sizeof credential->name);
	return vault_pseudonym(
		staff->vault, party->name, person->id, relying, credential->person, fault);
}

enum err staff_attest(struct staff *staff, const struct staff_party *party,
	const struct staff_moment *moment, uint16_t quarter, struct vault_document *document,
	struct staff_statement *statement, struct fault *fault)
{
	union kind_body body = {.attestation = {.quarter = quarter, .index = document->index}};
	enum err err =
		staff_issuer_class(moment, party->member, &body.attestation.issuer_class, fault);
	if (err)
		return err;
	env_random(staff->env, document->r, COMMITMENT_KEY_SIZE);
	document->position = POSITION_NONE;
	err = commitment_make(document->r, document->document, document->commitment, fault);
	if (!err)
		err = vault_document_add(staff->vault, party->name, document, fault);
	if (err)
		return err;
	body.attestation.commitment = span_of(document->commitment, COMMITMENT_SIZE);
	body.attestation.list = span_of(document->list, STATUS_LIST_ID);
	memcpy(statement->commitment, document->commitment, COMMITMENT_SIZE);
	staff_put_body(statement, KIND_ATTESTATION, &body);
	return OK;
}

enum err staff_record_check(struct staff *staff, const struct staff_party *party,
	const struct staff_moment *moment, const uint8_t person[VAULT_ID_SIZE],
	const struct credential *check, const char *relying, struct staff_issued *issued,
	struct fault *fault)
{
	struct vault_person who;
	struct credential credential = *check;
	struct vault_document kept = {.kind = VAULT_CHECK};
	enum issuer_class issuer_class;
	enum zone zone;
	const char *relies = relying ? relying : party->member;
	struct buf document;
	/* Refused before anything is signed. */
	enum err err = staff_issuer_class(moment, party->member, &issuer_class, fault);
	if (!err)
		err = moment->directory->zone(moment->table, &zone, fault);
	if (!err)
		err = vault_person_find(staff->vault, party->name, person, &who, fault);
	if (!err)
		err = complete(staff, party, &who, zone, relies, &credential, fault);
	if (!err)
		err = vault_list_take(
			staff->vault, party->name, relies, kept.list, &kept.index, fault);
	if (!err)
		err = staff_status_uri(party, kept.list, credential.status.uri, fault);
	if (err)
		return err;
	credential.status.index = kept.index;
	buf_init(&document, CREDENTIAL_SIZE_MAX);
	err = credential_make(
		&credential, credential.valid_from_ms, &party->document, &document, fault);
	if (err)
		goto undo;
	memcpy(kept.person, person, VAULT_ID_SIZE);
	kept.document = buf_span(&document);
	uint16_t quarter =
		credential.through_day ? quarter_of_day(credential.through_day) : QUARTER_NONE;
	err = staff_attest(staff, party, moment, quarter, &kept, &issued->statement, fault);
	if (err)
		goto undo;
	memcpy(issued->r, kept.r, COMMITMENT_KEY_SIZE);
	issued->document = document;
	return OK;
undo:
	buf_close(&document);
	return err;
}

enum err staff_stated(struct staff *staff, const struct staff_party *party,
	const uint8_t commitment[COMMITMENT_SIZE], uint64_t position, struct fault *fault)
{
	return vault_document_stated(staff->vault, party->name, commitment, position, fault);
}

enum err staff_taken_back(struct staff *staff, const struct staff_party *party,
	const uint8_t commitment[COMMITMENT_SIZE], struct fault *fault)
{
	return vault_document_drop(staff->vault, party->name, commitment, fault);
}
