#include "appliance/people/credential_document.h"

#include "appliance/people/integrity.h"
#include "appliance/people/jcs.h"
#include "appliance/people/multikey.h"
#include "appliance/people/status_list.h"
#include "ledger/base/hex.h"

#include <stdio.h>
#include <stdlib.h>

#define CONTEXT_VC     "https://www.w3.org/ns/credentials/v2"
#define CONTEXT_TERMS  "https://www.w3.org/ns/credentials/undefined-terms/v2"
#define TYPE_VC        "VerifiableCredential"
#define TYPE_CHECK     "StaffCheckCredential"
#define TYPE_STATUS    "BitstringStatusListEntry"
#define PERSON_HEAD    "urn:assay:person:"
#define UUID_HEAD      "urn:uuid:"
#define UUID_TEXT_SIZE (sizeof UUID_HEAD + 36)

/* ---- writing ---- */

static void uuid_print(const uint8_t id[16], char out[UUID_TEXT_SIZE])
{
	char hex[33];
	hex_print(span_of(id, 16), hex);
	(void)snprintf(out, UUID_TEXT_SIZE, UUID_HEAD "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8,
		hex + 12, hex + 16, hex + 20);
}

static json_t *time_json(int64_t ms)
{
	char text[CIVIL_TIME_SIZE];
	civil_print_time(ms, text);
	memcpy(text + 19, "Z", 2); /* whole seconds */
	return json_string(text);
}

static json_t *day_json(int32_t day)
{
	char text[CIVIL_DAY_SIZE];
	if (!day)
		return NULL;
	civil_print_day(day, text);
	return json_string(text);
}

static json_t *text_json(const char *text)
{
	return *text ? json_string(text) : NULL;
}

static json_t *word_json(enum code_set set, unsigned code)
{
	return code ? json_string(code_word(set, code)) : NULL;
}

static json_t *barred_json(uint8_t lists)
{
	if (!lists)
		return NULL;
	json_t *array = json_array();
	if (lists & BARRED_ADULT)
		(void)json_array_append_new(array, json_string("adult"));
	if (lists & BARRED_CHILD)
		(void)json_array_append_new(array, json_string("child"));
	return array;
}

static json_t *status_json(const struct status_reference *status)
{
	if (!status->uri[0])
		return NULL;
	char index[12];
	(void)snprintf(index, sizeof index, "%u", status->index);
	json_t *array = json_array();
	for (int purpose = STATUS_REVOCATION; purpose <= STATUS_SUSPENSION; purpose++) {
		const char *word = status_purpose_word((enum status_purpose)purpose);
		char list[STATUS_URI_MAX + 16], id[STATUS_URI_MAX + 32];
		(void)snprintf(list, sizeof list, "%s/%s", status->uri, word);
		(void)snprintf(id, sizeof id, "%s#%s", list, index);
		(void)json_array_append_new(
			array, json_pack("{s:s, s:s, s:s, s:s, s:s}", "id", id, "type", TYPE_STATUS,
				       "statusPurpose", word, "statusListIndex", index,
				       "statusListCredential", list));
	}
	return array;
}

/* "s:o*" leaves a member out whose value is NULL. */
static json_t *check_json(const struct credential *c)
{
	return json_pack(
		"{s:o, s:o, s:o, s:s, s:o, s:o*, s:o*, s:o*, s:o*, s:o*, s:o*, s:o*, s:o*, "
		"s:o*}",
		"checkType", word_json(CODES_TYPE, c->type), "source",
		word_json(CODES_SOURCE, c->source), "method", word_json(CODES_METHOD, c->method),
		"checker", c->checker, "checkedOn", day_json(c->checked_day), "nextCheckDue",
		day_json(c->due_day), "level", c->level ? json_integer(c->level) : NULL,
		"workforce", word_json(CODES_WORKFORCE, c->workforce), "barredLists",
		barred_json(c->barred_lists), "issuedOn", day_json(c->issued_day), "acceptedBy",
		text_json(c->accepted_by), "acceptedFor", word_json(CODES_ROLE, c->accepted_for),
		"validThrough", day_json(c->through_day), "reference", text_json(c->reference));
}

enum err credential_to_json(const struct credential *c, json_t **document, struct fault *fault)
{
	char id[UUID_TEXT_SIZE], did[DID_KEY_SIZE];
	char person[sizeof PERSON_HEAD + 2 * (size_t)PERSON_SIZE] = PERSON_HEAD;
	enum err err = credential_check(c, fault);
	if (err)
		return err;
	uuid_print(c->id, id);
	did_key_print(c->issuer_key, did);
	hex_print(span_of(c->person, PERSON_SIZE), person + sizeof PERSON_HEAD - 1);
	json_t *made = json_pack("{s:[s,s], s:s, s:[s,s], s:{s:s, s:s}, s:o, s:o, s:o*, s:{s:s, "
				 "s:o*, s:o}}",
		"@context", CONTEXT_VC, CONTEXT_TERMS, "id", id, "type", TYPE_VC, TYPE_CHECK,
		"issuer", "id", did, "name", c->issuer, "validFrom", time_json(c->valid_from_ms),
		"validUntil", time_json(c->valid_until_ms), "credentialStatus",
		status_json(&c->status), "credentialSubject", "id", person, "name",
		text_json(c->name), "check", check_json(c));
	if (!made)
		return fault_set(fault, ERR_MEMORY, 0, 0, "no memory for a credential");
	*document = made;
	return OK;
}

enum err credential_make(const struct credential *c, int64_t created_ms,
	const struct signer *signer, struct buf *document, struct fault *fault)
{
	json_t *made = NULL;
	char method[DID_KEY_METHOD_SIZE];
	enum err err = credential_to_json(c, &made, fault);
	if (err)
		return err;
	did_key_method_print(c->issuer_key, method);
	err = integrity_sign(made, method, created_ms, c->issuer_key, signer, fault);
	if (!err)
		err = jcs_print(made, document, fault);
	json_decref(made);
	return err;
}

/* ---- reading: the first fault sticks ---- */

struct reading {
	struct buf *dropped;
	struct fault fault;
};

static void say(
	struct reading *r, enum err err, const char *path, const char *member, const char *why)
{
	if (!r->fault.err)
		(void)fault_set(&r->fault, err, 0, 0, "%s%.60s: %s", path, member, why);
}

/* A member that is not read: dropped and named, or refused. */
static void leave_out(struct reading *r, const char *path, const char *member)
{
	if (!r->dropped) {
		say(r, ERR_FORMAT, path, member, "no such member in a staff check");
		return;
	}
	buf_printf(r->dropped, "%s%s%.60s", r->dropped->size ? "," : "", path, member);
}

static const json_t *object_read(
	struct reading *r, const json_t *in, const char *path, const char *member)
{
	const json_t *object = json_object_get(in, member);
	if (!json_is_object(object))
		say(r, ERR_FORMAT, path, member, "must be there, as an object");
	return object;
}

static void others_leave_out(
	struct reading *r, const json_t *object, const char *path, const char *const *known)
{
	json_t *walk = json_walkable(object);
	for (void *at = json_object_iter(walk); at; at = json_object_iter_next(walk, at)) {
		const char *name = json_object_iter_key(at);
		size_t i = 0;
		while (known[i] && strcmp(known[i], name) != 0)
			i++;
		if (!known[i])
			leave_out(r, path, name);
	}
}

/* The text of a member; "" when it is absent or no text. */
static const char *text_read(
	struct reading *r, const json_t *in, const char *path, const char *member, bool needed)
{
	const json_t *value = json_object_get(in, member);
	const char *text = json_string_value(value);
	if ((value && !text) || (text && !*text))
		say(r, ERR_FORMAT, path, member, "must be a text that is not empty");
	else if (!text && needed)
		say(r, ERR_FORMAT, path, member, "missing");
	return text ? text : "";
}

static void text_copy(struct reading *r, const json_t *in, const char *path, const char *member,
	bool needed, char *out, size_t room)
{
	const char *text = text_read(r, in, path, member, needed);
	if (strlen(text) >= room)
		say(r, ERR_LIMIT, path, member, "too long");
	else
		memcpy(out, text, strlen(text) + 1);
}

static int64_t time_read(struct reading *r, const json_t *in, const char *member)
{
	int64_t ms = 0;
	struct fault inner;
	const char *text = text_read(r, in, "", member, true);
	if (*text && civil_parse_time(span_text(text), &ms, NULL, &inner))
		say(r, ERR_FORMAT, "", member, "not a time like 2026-11-20T09:30:00Z");
	return ms;
}

#define CHECK_PATH "credentialSubject.check."

static int32_t day_read(struct reading *r, const json_t *check, const char *member, bool needed)
{
	int32_t day = 0;
	struct fault inner;
	const char *text = text_read(r, check, CHECK_PATH, member, needed);
	if (*text && civil_parse_day(span_text(text), &day, &inner))
		say(r, ERR_FORMAT, CHECK_PATH, member, "not a day like 2026-11-20");
	else if (*text && day < 1)
		say(r, ERR_RANGE, CHECK_PATH, member, "before 1970");
	return day;
}

static uint8_t word_read(
	struct reading *r, const json_t *check, const char *member, enum code_set set, bool needed)
{
	uint8_t code = 0;
	struct fault inner;
	const char *text = text_read(r, check, CHECK_PATH, member, needed);
	if (*text && code_parse(set, span_text(text), &code, &inner))
		say(r, ERR_RANGE, CHECK_PATH, member, inner.text);
	return code;
}

static uint8_t level_read(struct reading *r, const json_t *check)
{
	const json_t *value = json_object_get(check, "level");
	json_int_t level = json_integer_value(value);
	if (value && (!json_is_integer(value) || level < 1 || level > CHECK_LEVEL_MAX)) {
		say(r, ERR_RANGE, CHECK_PATH, "level", "must be a whole number from 1 to 4");
		return 0;
	}
	return (uint8_t)level;
}

static uint8_t barred_read(struct reading *r, const json_t *check)
{
	const json_t *array = json_object_get(check, "barredLists");
	uint8_t lists = 0;
	if (array && (!json_is_array(array) || !json_array_size(array)))
		say(r, ERR_FORMAT, CHECK_PATH, "barredLists", "must be a list, or be left out");
	for (size_t i = 0; i < json_array_size(array); i++) {
		const char *word = json_string_value(json_array_get(array, i));
		unsigned list = !word                    ? 0
				: !strcmp(word, "adult") ? BARRED_ADULT
				: !strcmp(word, "child") ? BARRED_CHILD
							 : 0;
		if (!list || list <= lists)
			say(r, ERR_RANGE, CHECK_PATH, "barredLists",
				"must be adult, child, or both in this order");
		lists |= (uint8_t)list;
	}
	return lists;
}

/* Whether an optional member is to be read; one that the type may not have is left out where that
 * is allowed, else it is read and credential_check says so. */
static bool is_read(
	struct reading *r, const json_t *check, enum check_type type, const char *member)
{
	if (!json_object_get(check, member))
		return false;
	if (r->dropped && !credential_may_say(type, member)) {
		leave_out(r, CHECK_PATH, member);
		return false;
	}
	return true;
}

static void check_read(struct reading *r, const json_t *check, struct credential *c)
{
	static const char *const known[] = {"checkType", "source", "method", "checker", "checkedOn",
		"nextCheckDue", "level", "workforce", "barredLists", "issuedOn", "acceptedBy",
		"acceptedFor", "validThrough", "reference", NULL};
	c->type = (enum check_type)word_read(r, check, "checkType", CODES_TYPE, true);
	c->source = (enum check_source)word_read(r, check, "source", CODES_SOURCE, true);
	c->method = (enum check_method)word_read(r, check, "method", CODES_METHOD, true);
	text_copy(r, check, CHECK_PATH, "checker", true, c->checker, sizeof c->checker);
	c->checked_day = day_read(r, check, "checkedOn", true);
	c->due_day = day_read(r, check, "nextCheckDue", false);
	if (r->fault.err)
		return;
	if (is_read(r, check, c->type, "level"))
		c->level = level_read(r, check);
	if (is_read(r, check, c->type, "workforce"))
		c->workforce =
			(enum workforce)word_read(r, check, "workforce", CODES_WORKFORCE, true);
	if (is_read(r, check, c->type, "barredLists"))
		c->barred_lists = barred_read(r, check);
	if (is_read(r, check, c->type, "issuedOn"))
		c->issued_day = day_read(r, check, "issuedOn", true);
	if (is_read(r, check, c->type, "acceptedBy"))
		text_copy(r, check, CHECK_PATH, "acceptedBy", true, c->accepted_by,
			sizeof c->accepted_by);
	if (is_read(r, check, c->type, "acceptedFor"))
		c->accepted_for =
			(enum work_role)word_read(r, check, "acceptedFor", CODES_ROLE, true);
	if (is_read(r, check, c->type, "validThrough"))
		c->through_day = day_read(r, check, "validThrough", true);
	if (is_read(r, check, c->type, "reference"))
		text_copy(
			r, check, CHECK_PATH, "reference", true, c->reference, sizeof c->reference);
	others_leave_out(r, check, CHECK_PATH, known);
}

static void subject_read(struct reading *r, const json_t *document, struct credential *c)
{
	static const char *const known[] = {"id", "name", "check", NULL};
	const char *path = "credentialSubject.";
	const json_t *subject = object_read(r, document, "", "credentialSubject");
	if (r->fault.err)
		return;
	struct span id = span_text(text_read(r, subject, path, "id", true));
	size_t head = sizeof PERSON_HEAD - 1;
	struct fault inner;
	if (!span_is(span_cut(id, 0, head), PERSON_HEAD) ||
		hex_parse(span_cut(id, head, id.size), c->person, PERSON_SIZE, &inner))
		say(r, ERR_FORMAT, path, "id", "not " PERSON_HEAD " and 32 hexadecimal digits");
	text_copy(r, subject, path, "name", false, c->name, sizeof c->name);
	const json_t *check = object_read(r, subject, path, "check");
	if (!r->fault.err)
		check_read(r, check, c);
	others_leave_out(r, subject, path, known);
}

static void issuer_read(struct reading *r, const json_t *document, struct credential *c)
{
	static const char *const known[] = {"id", "name", NULL};
	struct fault inner;
	const json_t *issuer = object_read(r, document, "", "issuer");
	if (r->fault.err)
		return;
	const char *did = text_read(r, issuer, "issuer.", "id", true);
	if (did_key_parse(span_text(did), c->issuer_key, &inner))
		say(r, inner.err, "issuer.", "id", inner.text);
	text_copy(r, issuer, "issuer.", "name", true, c->issuer, sizeof c->issuer);
	others_leave_out(r, issuer, "issuer.", known);
}

/* The reference is taken from the first entry; the two entries must then be what we would write
 * for it. */
static void status_read(struct reading *r, const json_t *document, struct credential *c)
{
	static const char tail[] = "/revocation";
	const json_t *entries = json_object_get(document, "credentialStatus");
	const json_t *first = json_array_get(entries, 0);
	const char *list = json_string_value(json_object_get(first, "statusListCredential"));
	const char *index = json_string_value(json_object_get(first, "statusListIndex"));
	if (!entries)
		return;
	size_t size = list ? strlen(list) : 0;
	if (list && size > sizeof tail && size - (sizeof tail - 1) <= STATUS_URI_MAX && index &&
		strlen(index) <= 9) {
		memcpy(c->status.uri, list, size - (sizeof tail - 1));
		c->status.index = (uint32_t)strtoul(index, NULL, 10);
	}
	json_t *want = status_json(&c->status);
	if (!want || !json_equal(want, entries))
		say(r, ERR_FORMAT, "", "credentialStatus",
			"must be two " TYPE_STATUS " of one index, revocation and suspension");
	json_decref(want);
}

static bool is_text(const json_t *value, const char *text)
{
	return json_is_string(value) && !strcmp(json_string_value(value), text);
}

static void head_read(struct reading *r, const json_t *document, struct credential *c)
{
	const json_t *context = json_object_get(document, "@context");
	const json_t *type = json_object_get(document, "type");
	if (!is_text(json_array_get(context, 0), CONTEXT_VC))
		say(r, ERR_VERSION, "", "@context", "not a Verifiable Credential of version 2");
	if (json_array_size(type) != 2 || !is_text(json_array_get(type, 0), TYPE_VC) ||
		!is_text(json_array_get(type, 1), TYPE_CHECK))
		say(r, ERR_VERSION, "", "type", "not a " TYPE_CHECK);
	if (!is_text(json_array_get(context, 1), CONTEXT_TERMS))
		say(r, ERR_FORMAT, "", "@context", "must go on with " CONTEXT_TERMS);
	const char *id = text_read(r, document, "", "id", true);
	char hex[33], back[UUID_TEXT_SIZE];
	size_t count = 0;
	for (const char *at = id + (strlen(id) < sizeof UUID_HEAD ? 0 : sizeof UUID_HEAD - 1);
		*at && count < 32; at++)
		if (*at != '-')
			hex[count++] = *at;
	if (hex_parse(span_of(hex, count), c->id, sizeof c->id, NULL) == OK) {
		uuid_print(c->id, back);
		if (!strcmp(id, back))
			return;
	}
	say(r, ERR_FORMAT, "", "id", "not " UUID_HEAD " and a UUID in lower case");
}

enum err credential_from_json(const json_t *document, struct buf *dropped,
	struct credential *credential, struct fault *fault)
{
	static const char *const known[] = {"@context", "id", "type", "issuer", "validFrom",
		"validUntil", "credentialStatus", "credentialSubject", "proof", NULL};
	struct reading r = {.dropped = dropped};
	struct credential c = {0};
	if (!json_is_object(document))
		return fault_set(fault, ERR_FORMAT, 0, 0, "a credential is a JSON object");
	head_read(&r, document, &c);
	issuer_read(&r, document, &c);
	c.valid_from_ms = time_read(&r, document, "validFrom");
	c.valid_until_ms = time_read(&r, document, "validUntil");
	status_read(&r, document, &c);
	subject_read(&r, document, &c);
	others_leave_out(&r, document, "", known);
	if (!r.fault.err && dropped && dropped->err)
		say(&r, dropped->err, "", "", "no room for the names of what was dropped");
	if (r.fault.err) {
		if (fault)
			*fault = r.fault;
		return r.fault.err;
	}
	enum err err = credential_check(&c, fault);
	if (!err)
		*credential = c;
	return err;
}

static enum err proof_check(const json_t *document, struct credential *c, struct fault *fault)
{
	struct integrity_proof proof = {0};
	uint8_t key[SIGN_PUBLIC];
	enum err err = integrity_read(document, &proof, fault);
	if (!err)
		err = did_key_method_parse(span_text(proof.method), key, fault);
	if (err)
		return err;
	if (memcmp(key, c->issuer_key, SIGN_PUBLIC) != 0)
		return fault_set(fault, ERR_KEY, 0, 0,
			"proof.verificationMethod is not of the issuer's did:key");
	if (proof.has_expires && proof.expires_ms < c->valid_until_ms)
		return fault_set(
			fault, ERR_RANGE, 0, 0, "proof.expires: the proof ends before validUntil");
	err = integrity_verify(document, key, &proof, fault);
	if (!err && proof.has_created)
		c->created_ms = proof.created_ms;
	return err;
}

enum err credential_read(struct span document, struct buf *dropped, struct credential *credential,
	struct fault *fault)
{
	json_t *value;
	struct credential c = {0};
	if (document.size > CREDENTIAL_SIZE_MAX)
		return fault_set(fault, ERR_LIMIT, CREDENTIAL_SIZE_MAX,
			document.size - CREDENTIAL_SIZE_MAX,
			"credential of %zu bytes, at most %zu are read", document.size,
			CREDENTIAL_SIZE_MAX);
	enum err err = jcs_parse(document, &value, fault);
	if (err)
		return err;
	err = credential_from_json(value, dropped, &c, fault);
	if (!err)
		err = proof_check(value, &c, fault);
	if (!err)
		*credential = c;
	json_decref(value);
	return err;
}
