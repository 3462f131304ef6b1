#include "appliance/people/jcs.h"
#include "appliance/people/status_credential.h"
#include "tests/tap.h"
#include "tests/unit/shared_set.h"

#define GOLDEN "tests/vectors/status_credential.json"
#define FROM   1793696400000LL /* 2026-11-03T09:00:00Z */

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

static const uint8_t statuses[] = {
	STATUS_VALID, STATUS_INVALID, STATUS_SUSPENDED, STATUS_CHECK_NOW, STATUS_INVALID};

static struct status_credential example(const struct keys *keys, enum status_purpose purpose)
{
	struct status_credential list = {.uri = "https://hospital.example/status/7",
		.purpose = purpose,
		.valid_from_ms = FROM,
		.valid_until_ms = FROM + 86400000};
	memcpy(list.issuer_key, keys->public, SIGN_PUBLIC);
	return list;
}

TEST(both_purposes_of_one_source_read_back)
{
	static const uint8_t want[2][5] = {{0, 1, 0, 0, 1}, {0, 0, 1, 1, 0}};
	struct keys keys;
	keys_init(tap, 0x51, &keys);
	struct signer signer = signer_local(keys.secret);
	for (int purpose = STATUS_REVOCATION; purpose <= STATUS_SUSPENSION; purpose++) {
		struct status_credential list = example(&keys, (enum status_purpose)purpose), back;
		struct buf document, bits;
		struct fault fault = {0};
		buf_init(&document, STATUS_TEXT_MAX);
		buf_init(&bits, STATUS_COUNT_MAX);
		CHECK_ROW(status_credential_make(&list, span_of(statuses, sizeof statuses), &signer,
				  &document, &fault) == OK,
			"%s", fault.text);
		CHECK_ROW(status_credential_read(buf_span(&document), &back, &bits, &fault) == OK,
			"%s", fault.text);
		CHECK(bits.size == STATUS_COUNT_MIN && !memcmp(bits.at, want[purpose], 5));
		CHECK(!strcmp(back.uri, list.uri) && back.purpose == list.purpose);
		CHECK(back.valid_from_ms == FROM && back.valid_until_ms == FROM + 86400000);
		CHECK(!memcmp(back.issuer_key, keys.public, SIGN_PUBLIC));
		buf_close(&document);
		buf_close(&bits);
	}
}

/* Ours of 0x51, verified with @digitalbazaar/vc 7.3.0; its vc-bitstring-status-list 2.0.1 found
 * entries 1 and 4 revoked and 0, 2 and 3 not. */
TEST(reads_the_list_that_another_implementation_verified)
{
	struct buf golden, bits;
	struct status_credential back;
	struct fault fault = {0};
	NEED(crypto_start() == OK);
	NEED(set_read(GOLDEN, &golden));
	buf_init(&bits, STATUS_COUNT_MAX);
	CHECK_ROW(status_credential_read(buf_span(&golden), &back, &bits, &fault) == OK, "%s",
		fault.text);
	CHECK(bits.size == STATUS_COUNT_MIN && !memcmp(bits.at, "\0\1\0\0\1", 5));
	CHECK(back.purpose == STATUS_REVOCATION && back.valid_from_ms == FROM);
	buf_close(&bits);
	buf_close(&golden);
}

TEST(a_changed_list_is_refused_and_leaves_no_bits)
{
	static const struct {
		const char *path, *json;
		enum err err;
		const char *word;
	} rows[] = {
		{"validUntil", "\"2027-11-04T09:00:00Z\"", ERR_SIGNATURE, "changed"},
		{"validUntil", "\"2026-11-03T09:00:00Z\"", ERR_RANGE, "validUntil"},
		{"validUntil", NULL, ERR_FORMAT, "validUntil"},
		{"id", "\"https://hospital.example/status/8/revocation\"", ERR_FORMAT, "members"},
		{"id", "\"https://hospital.example/status/7/suspension\"", ERR_FORMAT, "members"},
		{"id", "\"https://hospital.example/status/7\"", ERR_FORMAT, "id"},
		{"id", "7", ERR_FORMAT, "id"},
		{"type", "[\"VerifiableCredential\"]", ERR_VERSION, "type"},
		{"type", "\"BitstringStatusListCredential\"", ERR_VERSION, "type"},
		{"issuer", "\"did:web:hospital.example\"", ERR_FORMAT, "issuer"},
		{"issuer", "\"did:key:z6MkjVahSAHSsqauAZjJEuLL8s7rKq9vY3x778xf4YhXEuTj\"", ERR_KEY,
			"issuer"},
		{"evil", "true", ERR_FORMAT, "members"},
		{"proof", NULL, ERR_FORMAT, "proof"},
		{"credentialSubject", NULL, ERR_FORMAT, "members"},
		{"@context", "[]", ERR_FORMAT, "members"},
	};
	struct keys keys;
	struct buf document;
	keys_init(tap, 0x51, &keys);
	struct signer signer = signer_local(keys.secret);
	struct status_credential list = example(&keys, STATUS_REVOCATION), back;
	buf_init(&document, STATUS_TEXT_MAX);
	NEED(status_credential_make(
		     &list, span_of(statuses, sizeof statuses), &signer, &document, NULL) == OK);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct buf text, bits;
		struct fault fault = {0};
		json_t *changed = NULL;
		buf_init(&text, STATUS_TEXT_MAX);
		buf_init(&bits, STATUS_COUNT_MAX);
		NEED(jcs_parse(buf_span(&document), &changed, NULL) == OK);
		if (rows[i].json)
			CHECK(json_object_set_new(changed, rows[i].path,
				      json_loads(rows[i].json, JSON_DECODE_ANY, NULL)) == 0);
		else
			CHECK(json_object_del(changed, rows[i].path) == 0);
		CHECK(jcs_print(changed, &text, NULL) == OK);
		enum err err = status_credential_read(buf_span(&text), &back, &bits, &fault);
		CHECK_ROW(err == rows[i].err && strstr(fault.text, rows[i].word) && bits.size == 0,
			"%s = %s: %s, %s", rows[i].path, rows[i].json ? rows[i].json : "(dropped)",
			err_name(err), fault.text);
		json_decref(changed);
		buf_close(&text);
		buf_close(&bits);
	}
	buf_close(&document);
}

TAP_MAIN(CASE(both_purposes_of_one_source_read_back),
	CASE(reads_the_list_that_another_implementation_verified),
	CASE(a_changed_list_is_refused_and_leaves_no_bits))
