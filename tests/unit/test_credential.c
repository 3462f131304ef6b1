#include "appliance/people/commitment.h"
#include "appliance/people/credential_document.h"
#include "appliance/people/jcs.h"
#include "appliance/people/integrity.h"
#include "appliance/people/multikey.h"
#include "tests/tap.h"
#include "tests/unit/shared_set.h"

#define GOLDEN "tests/vectors/staff_check.json"
#define DAY    86400000LL

struct keys {
	uint8_t public[SIGN_PUBLIC], secret[SIGN_SECRET];
};

static void keys_init(struct tap *tap, uint8_t fill, struct keys *keys)
{
	uint8_t seed[SIGN_SEED];
	NEED(crypto_start() == OK);
	memset(seed, fill, sizeof seed);
	sign_keys(seed, keys->public, keys->secret);
}

/* A registration looked up on 2026-11-03. */
static struct credential example(const struct keys *keys)
{
	struct credential c = {
		.id = {0, 1, 2, 3, 4, 5, 0x40, 7, 0x80, 9, 10, 11, 12, 13, 14, 15},
		.issuer = "hospital.example",
		.valid_from_ms = 20760 * DAY + 9 * 3600000,
		.valid_until_ms = 21125 * DAY,
		.status = {.uri = "https://hospital.example/status/7", .index = 94567},
		.name = "Zoë Test Person-One",
		.type = CHECK_REGISTRATION,
		.source = SOURCE_GPHC,
		.method = METHOD_REGISTER_LOOKUP,
		.checker = "hospital.example",
		.checked_day = 20760,
		.due_day = 20790,
		.level = 2,
		.through_day = 21000,
		.reference = "2999999",
	};
	memset(c.person, 0xa5, sizeof c.person);
	memcpy(c.issuer_key, keys->public, SIGN_PUBLIC);
	return c;
}

static struct credential criminal_record(const struct keys *keys)
{
	struct credential c = example(keys);
	c.type = CHECK_CRIMINAL_RECORD;
	c.source = SOURCE_DBS;
	c.method = METHOD_ORIGINAL_SEEN;
	c.level = 4;
	c.through_day = 0;
	c.reference[0] = 0;
	c.workforce = WORKFORCE_ADULT_CHILD;
	c.barred_lists = BARRED_ADULT | BARRED_CHILD;
	c.issued_day = 20700;
	c.accepted_for = WORK_PHARMACIST;
	strcpy(c.accepted_by, "hospital.example");
	return c;
}

static bool same(const struct credential *a, const struct credential *b)
{
	json_t *x = NULL, *y = NULL;
	bool equal = credential_to_json(a, &x, NULL) == OK &&
		     credential_to_json(b, &y, NULL) == OK && json_equal(x, y);
	json_decref(x);
	json_decref(y);
	return equal;
}

TEST(a_made_document_reads_back_to_the_same_check)
{
	struct keys keys;
	keys_init(tap, 0x21, &keys);
	struct signer signer = signer_local(keys.secret);
	struct credential least = example(&keys);
	least.status = (struct status_reference){0};
	least.name[0] = least.reference[0] = 0;
	least.due_day = least.through_day = 0;
	const struct credential rows[] = {example(&keys), criminal_record(&keys), least};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct buf document;
		struct credential back;
		struct fault fault = {0};
		buf_init(&document, CREDENTIAL_SIZE_MAX);
		CHECK_ROW(credential_make(
				  &rows[i], 20760 * DAY + 1999, &signer, &document, &fault) == OK,
			"%zu: %s", i, fault.text);
		CHECK_ROW(credential_read(buf_span(&document), NULL, &back, &fault) == OK,
			"%zu: %s", i, fault.text);
		CHECK(same(&rows[i], &back));
		CHECK(back.created_ms == 20760 * DAY + 1000);
		CHECK(!memcmp(back.issuer_key, keys.public, SIGN_PUBLIC));
		buf_close(&document);
	}
}

/* Verified with @digitalbazaar/vc 7.3.0 and its eddsa-jcs-2022-cryptosuite 1.0.0, which refused it
 * with other digits; expands in jsonld's safe mode. */
TEST(makes_the_document_that_another_implementation_verified)
{
	struct keys keys;
	struct buf document, golden;
	struct fault fault = {0};
	keys_init(tap, 0x21, &keys);
	struct signer signer = signer_local(keys.secret);
	struct credential c = example(&keys);
	NEED(set_read(GOLDEN, &golden));
	buf_init(&document, CREDENTIAL_SIZE_MAX);
	CHECK(credential_make(&c, c.valid_from_ms, &signer, &document, &fault) == OK);
	CHECK_ROW(span_equal(buf_span(&document), buf_span(&golden)), "%s", buf_text(&document));
	buf_close(&document);
	buf_close(&golden);
}

/* A change to the document before it is signed: the value at a dotted path is replaced, or
 * dropped (NULL). */
static json_t *changed(
	struct tap *tap, const struct credential *c, const char *dotted, const char *json)
{
	json_t *document = NULL;
	char path[100];
	(void)snprintf(path, sizeof path, "%s", dotted);
	CHECK(credential_to_json(c, &document, NULL) == OK);
	json_t *at = document;
	char *name = path;
	for (char *dot; (dot = strchr(name, '.')); name = dot + 1) {
		*dot = 0;
		at = json_object_get(at, name);
	}
	if (json)
		CHECK(json_object_set_new(at, name, json_loads(json, JSON_DECODE_ANY, NULL)) == 0);
	else
		CHECK(json_object_del(at, name) == 0);
	return document;
}

#define CC "credentialSubject.check."
static const struct {
	const char *path, *json;
	enum err err;
	const char *word; /* in the fault */
} changes[] = {
	{"@context",
		"[\"https://www.w3.org/ns/credentials/v2\","
		"\"https://www.w3.org/ns/credentials/undefined-terms/v2\",\"urn:x\"]",
		OK, ""},
	{"@context", "[\"https://www.w3.org/2018/credentials/v1\"]", ERR_VERSION, "@context"},
	{"@context", "[\"https://www.w3.org/ns/credentials/v2\"]", ERR_FORMAT, "@context"},
	{"@context", NULL, ERR_VERSION, "@context"},
	{"type", "[\"VerifiableCredential\"]", ERR_VERSION, "type"},
	{"type", "[\"VerifiableCredential\",\"OtherCredential\"]", ERR_VERSION, "type"},
	{"id", "\"urn:uuid:00010203-0405-4007-8009-0A0B0C0D0E0F\"", ERR_FORMAT, "id"},
	{"id", "\"urn:uuid:000102030405400780090a0b0c0d0e0f\"", ERR_FORMAT, "id"},
	{"id", "\"urn:x\"", ERR_FORMAT, "id"},
	{"id", NULL, ERR_FORMAT, "id"},
	{"issuer", "\"did:key:z6Mk\"", ERR_FORMAT, "issuer"},
	{"issuer.id", "\"did:web:hospital.example\"", ERR_FORMAT, "issuer.id"},
	{"issuer.name", "\"Hospital\"", ERR_FORMAT, "issuer.name"},
	{"issuer.name", NULL, ERR_FORMAT, "issuer.name"},
	{"issuer.image", "\"x\"", ERR_FORMAT, "issuer.image"},
	{"validFrom", "\"2026-11-03\"", ERR_FORMAT, "validFrom"},
	{"validFrom", "\"2026-11-03T09:00:00.5Z\"", ERR_RANGE, "validFrom"},
	{"validFrom", "\"2026-11-03T10:00:00+01:00\"", OK, ""},
	{"validUntil", "\"2026-11-03T09:00:00Z\"", ERR_RANGE, "validUntil"},
	{"validUntil", NULL, ERR_FORMAT, "validUntil"},
	{"validUntil", "\"9999-01-01T00:00:00Z\"", ERR_RANGE, "validUntil"},
	{"credentialStatus", NULL, OK, ""},
	{"credentialStatus", "[]", ERR_FORMAT, "credentialStatus"},
	{"credentialStatus", "{\"type\":\"BitstringStatusListEntry\"}", ERR_FORMAT,
		"credentialStatus"},
	{"evidence", "[]", ERR_FORMAT, "evidence"},
	{"credentialSubject.id", "\"did:key:z6Mk\"", ERR_FORMAT, "credentialSubject.id"},
	{"credentialSubject.id", "\"urn:assay:person:a5\"", ERR_FORMAT, "credentialSubject.id"},
	{"credentialSubject.name", "\" x\"", ERR_FORMAT, "credentialSubject.name"},
	{"credentialSubject.name", "\"a\\u0085b\"", ERR_FORMAT, "credentialSubject.name"},
	{"credentialSubject.name", "\"\"", ERR_FORMAT, "credentialSubject.name"},
	{"credentialSubject.name", "7", ERR_FORMAT, "credentialSubject.name"},
	{"credentialSubject.birthDate", "\"1990-01-01\"", ERR_FORMAT,
		"credentialSubject.birthDate"},
	{"credentialSubject.check", NULL, ERR_FORMAT, "credentialSubject.check"},
	{CC "checkType", "\"horoscope\"", ERR_RANGE, "horoscope"},
	{CC "checkType", NULL, ERR_FORMAT, "checkType"},
	{CC "checkType", "\"identity\"", ERR_SCOPE, "level"},
	{CC "source", "\"dbs\"", ERR_RANGE, "professional register"},
	{CC "source", "\"nmc\"", ERR_RANGE, "reference"},
	{CC "source", "\"GPhC\"", ERR_RANGE, "GPhC"},
	{CC "method", "\"guess\"", ERR_RANGE, "guess"},
	{CC "checker", "\"-\"", ERR_RANGE, "checker"},
	{CC "checkedOn", "\"3 Nov 2026\"", ERR_FORMAT, "checkedOn"},
	{CC "checkedOn", "\"1969-12-31\"", ERR_RANGE, "checkedOn"},
	{CC "nextCheckDue", "\"2026-11-03\"", ERR_RANGE, "nextCheckDue"},
	{CC "level", "3", ERR_RANGE, "level"},
	{CC "level", "0", ERR_RANGE, "level"},
	{CC "level", "2.0", ERR_RANGE, "level"},
	{CC "level", NULL, ERR_FORMAT, "level"},
	{CC "reference", "\"29999999\"", ERR_RANGE, "reference"},
	{CC "reference", "\"C999999\"", ERR_RANGE, "reference"},
	{CC "reference", "\"12345678901234567\"", ERR_LIMIT, "reference"},
	{CC "workforce", "\"adult\"", ERR_SCOPE, "workforce"},
	{CC "certificateNumber", "\"000000000000\"", ERR_FORMAT, "certificateNumber"},
};

TEST(refuses_what_is_not_in_the_form_and_names_the_member)
{
	struct keys keys;
	keys_init(tap, 0x21, &keys);
	struct credential c = example(&keys), back;
	for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
		struct fault fault = {0};
		json_t *document = changed(tap, &c, changes[i].path, changes[i].json);
		enum err err = credential_from_json(document, NULL, &back, &fault);
		CHECK_ROW(err == changes[i].err && strstr(fault.text, changes[i].word),
			"%s = %s: %s, %s", changes[i].path,
			changes[i].json ? changes[i].json : "(dropped)", err_name(err), fault.text);
		json_decref(document);
	}
}

TEST(each_type_says_only_what_the_rules_let_it_say)
{
	static const char *const names[] = {"level", "workforce", "barredLists", "issuedOn",
		"acceptedBy", "acceptedFor", "validThrough", "reference", "certificateNumber"};
	static const struct {
		enum check_type type;
		const char *may; /* one letter a name */
	} rows[] = {
		{CHECK_IDENTITY, "........."},
		{CHECK_RIGHT_TO_WORK, "......x.."},
		{CHECK_REGISTRATION, "x.....xx."},
		{CHECK_QUALIFICATION, "........."},
		{CHECK_EMPLOYMENT_HISTORY, "....xx..."},
		{CHECK_CRIMINAL_RECORD, "xxxxxx..."},
		{CHECK_HEALTH, "x....x..."},
		{CHECK_ALERT_NOTICE, "........."},
		{CHECK_INDEMNITY, "......x.."},
		{CHECK_TRAINING_FIRE, "x.....x.."},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		for (size_t j = 0; j < sizeof names / sizeof names[0]; j++)
			CHECK_ROW(credential_may_say(rows[i].type, names[j]) ==
					  (rows[i].may[j] == 'x'),
				"%s %s", code_word(CODES_TYPE, rows[i].type), names[j]);
}

TEST(a_criminal_record_check_is_a_decision_and_needs_all_of_it)
{
	static const struct {
		const char *path, *json;
		enum err err;
		const char *word;
	} rows[] = {
		{CC "workforce", NULL, ERR_FORMAT, "workforce"},
		{CC "issuedOn", NULL, ERR_FORMAT, "issuedOn"},
		{CC "acceptedBy", NULL, ERR_FORMAT, "acceptedBy"},
		{CC "acceptedFor", NULL, ERR_FORMAT, "acceptedFor"},
		{CC "barredLists", NULL, OK, ""},
		{CC "barredLists", "[\"child\"]", OK, ""},
		{CC "barredLists", "[\"child\",\"adult\"]", ERR_RANGE, "barredLists"},
		{CC "barredLists", "[\"adult\",\"adult\"]", ERR_RANGE, "barredLists"},
		{CC "barredLists", "[]", ERR_FORMAT, "barredLists"},
		{CC "barredLists", "\"adult\"", ERR_FORMAT, "barredLists"},
		{CC "issuedOn", "\"2026-11-04\"", ERR_RANGE, "issuedOn"},
		{CC "acceptedFor", "\"wizard\"", ERR_RANGE, "wizard"},
		{CC "acceptedBy", "\"Not A Member\"", ERR_RANGE, "acceptedBy"},
		{CC "validThrough", "\"2027-01-01\"", ERR_SCOPE, "validThrough"},
	};
	struct keys keys;
	keys_init(tap, 0x21, &keys);
	struct credential c = criminal_record(&keys), back;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct fault fault = {0};
		json_t *document = changed(tap, &c, rows[i].path, rows[i].json);
		enum err err = credential_from_json(document, NULL, &back, &fault);
		CHECK_ROW(err == rows[i].err && strstr(fault.text, rows[i].word), "%s: %s, %s",
			rows[i].path, err_name(err), fault.text);
		json_decref(document);
	}
}

TEST(an_import_drops_what_a_type_may_not_say_and_names_it)
{
	struct keys keys;
	struct buf dropped;
	struct fault fault = {0};
	keys_init(tap, 0x21, &keys);
	struct credential c = criminal_record(&keys), back;
	json_t *document = changed(tap, &c, CC "certificateNumber", "\"000000000000\"");
	json_t *subject = json_object_get(document, "credentialSubject");
	json_t *check = json_object_get(subject, "check");
	CHECK(json_object_set_new(check, "reference", json_string("000000000000")) == 0);
	CHECK(json_object_set_new(subject, "birthDate", json_string("1990-01-01")) == 0);
	CHECK(json_object_set_new(document, "evidence", json_array()) == 0);
	buf_init(&dropped, 1000);
	CHECK_ROW(credential_from_json(document, &dropped, &back, &fault) == OK, "%s", fault.text);
	CHECK(same(&c, &back));
	const char *text = buf_text(&dropped);
	CHECK(strstr(text, CC "certificateNumber") && strstr(text, CC "reference"));
	CHECK(strstr(text, "credentialSubject.birthDate") && strstr(text, "evidence"));
	CHECK_ROW(!strstr(text, "0000") && !strstr(text, "1990"), "%s", text);
	buf_close(&dropped);
	json_decref(document);
}

TEST(the_proof_must_be_the_issuers_and_over_all_of_the_document)
{
	struct keys keys, other;
	struct fault fault = {0};
	struct buf text;
	char method[DID_KEY_METHOD_SIZE];
	keys_init(tap, 0x21, &keys);
	keys_init(tap, 0x22, &other);
	struct credential c = example(&keys), back;
	struct signer signer = signer_local(keys.secret), wrong = signer_local(other.secret);
	buf_init(&text, CREDENTIAL_SIZE_MAX);
	CHECK(credential_make(&c, 0, &wrong, &text, &fault) == ERR_SIGNATURE);
	/* Signed by another key that names itself. */
	json_t *document;
	NEED(credential_to_json(&c, &document, &fault) == OK);
	did_key_method_print(other.public, method);
	NEED(integrity_sign(document, method, 0, other.public, &wrong, &fault) == OK);
	NEED(jcs_print(document, &text, &fault) == OK);
	CHECK(credential_read(buf_span(&text), NULL, &back, &fault) == ERR_KEY);
	json_decref(document);
	/* Good, then one digit of the register number changed; and without a proof. */
	buf_reset(&text);
	NEED(credential_make(&c, c.valid_from_ms, &signer, &text, &fault) == OK);
	char *number = strstr((char *)(uintptr_t)buf_text(&text), "2999999");
	NEED(number);
	number[6] = '8';
	CHECK(credential_read(buf_span(&text), NULL, &back, &fault) == ERR_SIGNATURE);
	number[6] = '9';
	CHECK(credential_read(buf_span(&text), NULL, &back, &fault) == OK);
	CHECK(credential_read(span_cut(buf_span(&text), 0, text.size - 1), NULL, &back, &fault) ==
		ERR_FORMAT);
	buf_reset(&text);
	NEED(credential_to_json(&c, &document, &fault) == OK);
	NEED(jcs_print(document, &text, &fault) == OK);
	CHECK(credential_read(buf_span(&text), NULL, &back, &fault) == ERR_FORMAT &&
		strstr(fault.text, "no proof"));
	json_decref(document);
	buf_close(&text);
}

TEST(is_valid_from_its_first_moment_to_before_its_end)
{
	struct keys keys;
	struct fault fault;
	keys_init(tap, 0x21, &keys);
	struct credential c = example(&keys);
	CHECK(credential_is_valid_at(&c, c.valid_from_ms - 1, &fault) == ERR_RANGE &&
		strstr(fault.text, "begins only at 2026-11-03T09:00:00"));
	CHECK(credential_is_valid_at(&c, c.valid_from_ms, &fault) == OK);
	CHECK(credential_is_valid_at(&c, c.valid_until_ms - 1, &fault) == OK);
	CHECK(credential_is_valid_at(&c, c.valid_until_ms, &fault) == ERR_RANGE &&
		strstr(fault.text, "ran out at 2027-11-03"));
}

TEST(gives_a_clearance_what_it_needs_and_leaves_the_status_unknown)
{
	struct keys keys;
	struct check_facts facts;
	keys_init(tap, 0x21, &keys);
	struct credential c = example(&keys);
	credential_facts(&c, &facts);
	CHECK(facts.type == CHECK_REGISTRATION && facts.source == SOURCE_GPHC && facts.level == 2);
	CHECK(facts.checked_day == 20760 && facts.due_day == 20790 && facts.expiry_day == 21000);
	CHECK(facts.status == RECORD_UNKNOWN && !facts.attested && !facts.own);
	CHECK(!strcmp(facts.checker, "hospital.example"));
	c.through_day = 0;
	credential_facts(&c, &facts);
	CHECK(facts.expiry_day == 21124); /* last whole day before validUntil */
}

TEST(a_web_address_of_a_status_list_is_plain)
{
	static const struct {
		const char *uri;
		bool good;
	} rows[] = {{"https://hospital.example/status/1", true}, {"http://127.0.0.1:8080/s", true},
		{"https://", false}, {"ftp://hospital.example/1", false},
		{"https://hospital.example/", false}, {"https://hospital.example/a b", false},
		{"https://hospital.example/#1", false}, {"https://hospital.example/\"", false},
		{"https://hospital.example/\xc3\xa9", false}, {"", false}};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		CHECK_ROW(status_uri_is_valid(span_text(rows[i].uri)) == rows[i].good, "%s",
			rows[i].uri);
}

TEST(a_commitment_holds_for_one_document_and_one_key_in_any_print)
{
	static const uint8_t r[COMMITMENT_KEY_SIZE] = {1}, s[COMMITMENT_KEY_SIZE] = {2};
	uint8_t made[COMMITMENT_SIZE], plain[COMMITMENT_SIZE];
	struct fault fault;
	NEED(crypto_start() == OK);
	struct span document = span_text("{\"a\":1,\"b\":\"Test Person-One\"}");
	struct span printed = span_text(" { \"b\": \"Test Person-One\",\n \"a\": 1.0 } ");
	struct span other = span_text("{\"a\":1,\"b\":\"Test Person-Two\"}");
	CHECK(commitment_make(r, document, made, &fault) == OK);
	struct span message = span_text("assay/commit/1{\"a\":1,\"b\":\"Test Person-One\"}");
	hash_blake2b(span_of(r, sizeof r), message, plain, sizeof plain);
	CHECK(!memcmp(made, plain, sizeof made));
	CHECK(commitment_verify(r, document, made, &fault) == OK);
	CHECK(commitment_verify(r, printed, made, &fault) == OK);
	CHECK(commitment_verify(r, other, made, &fault) == ERR_PROOF);
	CHECK(commitment_verify(s, document, made, &fault) == ERR_PROOF);
	CHECK(commitment_verify(r, span_text("{"), made, &fault) == ERR_FORMAT);
}

TAP_MAIN(CASE(a_made_document_reads_back_to_the_same_check),
	CASE(makes_the_document_that_another_implementation_verified),
	CASE(refuses_what_is_not_in_the_form_and_names_the_member),
	CASE(each_type_says_only_what_the_rules_let_it_say),
	CASE(a_criminal_record_check_is_a_decision_and_needs_all_of_it),
	CASE(an_import_drops_what_a_type_may_not_say_and_names_it),
	CASE(the_proof_must_be_the_issuers_and_over_all_of_the_document),
	CASE(is_valid_from_its_first_moment_to_before_its_end),
	CASE(gives_a_clearance_what_it_needs_and_leaves_the_status_unknown),
	CASE(a_web_address_of_a_status_list_is_plain),
	CASE(a_commitment_holds_for_one_document_and_one_key_in_any_print))
