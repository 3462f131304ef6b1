#include "appliance/people/status_cwt.h"
#include "ledger/base/hex.h"
#include "tests/tap.h"
#include "tests/unit/shared_set.h"

#define GOLDEN "tests/vectors/status_cwt.hex"
#define ISSUED 1793696400 /* 2026-11-03T09:00:00Z */

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

static const uint8_t statuses[] = {STATUS_VALID, STATUS_INVALID, STATUS_SUSPENDED, STATUS_CHECK_NOW,
	STATUS_VALID, STATUS_VALID, STATUS_INVALID, STATUS_VALID};

static struct status_cwt example(void)
{
	return (struct status_cwt){.uri = "https://hospital.example/status/7",
		.issued_s = ISSUED,
		.expires_s = ISSUED + 86400,
		.ttl_s = 900};
}

TEST(a_made_list_reads_back_and_verifies)
{
	struct keys keys;
	struct buf token, out;
	struct fault fault = {0};
	struct status_cwt list = example(), back;
	uint8_t kid[KID_SIZE];
	keys_init(tap, 0x41, &keys);
	struct signer signer = signer_local(keys.secret);
	buf_init(&token, STATUS_CWT_MAX);
	buf_init(&out, STATUS_COUNT_MAX);
	struct span source = span_of(statuses, sizeof statuses);
	CHECK_ROW(status_cwt_make(&list, source, keys.public, &signer, &token, &fault) == OK, "%s",
		fault.text);
	CHECK(status_cwt_read(buf_span(&token), &back, &fault) == OK);
	cose_kid(keys.public, kid);
	CHECK(!memcmp(kid, back.kid, KID_SIZE));
	CHECK_ROW(status_cwt_verify(buf_span(&token), keys.public, &back, &out, &fault) == OK, "%s",
		fault.text);
	CHECK(span_equal(buf_span(&out), source));
	CHECK(!strcmp(back.uri, list.uri) && back.issued_s == list.issued_s &&
		back.expires_s == list.expires_s && back.ttl_s == 900);
	buf_close(&token);
	buf_close(&out);
}

/* Ours of 0x41, verified with @auth0/cose 1.0.2 and its list inflated by Node's zlib. What is made
 * need not be the same bytes: another zlib may compress otherwise. */
TEST(reads_the_list_that_another_implementation_verified)
{
	struct keys keys;
	struct buf golden, out;
	struct status_cwt back;
	uint8_t bytes[1024];
	struct fault fault = {0};
	keys_init(tap, 0x41, &keys);
	NEED(set_read(GOLDEN, &golden));
	NEED(hex_parse(buf_span(&golden), bytes, golden.size / 2, NULL) == OK);
	buf_init(&out, 100);
	CHECK_ROW(status_cwt_verify(
			  span_of(bytes, golden.size / 2), keys.public, &back, &out, &fault) == OK,
		"%s", fault.text);
	CHECK(span_equal(buf_span(&out), span_of(statuses, sizeof statuses)));
	CHECK(back.issued_s == ISSUED);
	buf_close(&out);
	buf_close(&golden);
}

TEST(every_changed_byte_and_another_key_are_refused_and_leave_no_statuses)
{
	struct keys keys, other;
	struct buf token, out;
	struct fault fault = {0};
	struct status_cwt list = example(), back;
	keys_init(tap, 0x41, &keys);
	keys_init(tap, 0x42, &other);
	struct signer signer = signer_local(keys.secret);
	buf_init(&token, STATUS_CWT_MAX);
	buf_init(&out, STATUS_COUNT_MAX);
	NEED(status_cwt_make(&list, span_of(statuses, sizeof statuses), keys.public, &signer,
		     &token, NULL) == OK);
	CHECK(status_cwt_verify(buf_span(&token), other.public, &back, &out, &fault) == ERR_KEY);
	for (size_t i = 0; i < token.size; i++) {
		token.at[i] ^= 0x10;
		CHECK_ROW(status_cwt_verify(buf_span(&token), keys.public, &back, &out, &fault) !=
					  OK &&
				  out.size == 0,
			"byte %zu", i);
		token.at[i] ^= 0x10;
	}
	for (size_t size = 0; size < token.size; size++)
		CHECK(status_cwt_read(span_of(token.at, size), &back, &fault) != OK);
	buf_close(&token);
	buf_close(&out);
}

TEST(answers_for_its_own_address_until_its_end_only)
{
	const struct status_cwt list = example();
	const struct status_reference own = {.uri = "https://hospital.example/status/7"};
	const struct status_reference other = {.uri = "https://hospital.example/status/8"};
	struct fault fault;
	const int64_t from = ISSUED * 1000LL, to = from + 86400000;
	CHECK(status_cwt_covers(&list, &own, from, &fault) == OK);
	CHECK(status_cwt_covers(&list, &own, from - 60000, &fault) == OK);
	CHECK(status_cwt_covers(&list, &own, from - 60001, &fault) == ERR_RANGE);
	CHECK(status_cwt_covers(&list, &own, to - 1, &fault) == OK);
	CHECK(status_cwt_covers(&list, &own, to, &fault) == ERR_RANGE &&
		strstr(fault.text, "unknown"));
	CHECK(status_cwt_covers(&list, &other, from, &fault) == ERR_SCOPE);
}

TEST(refuses_to_make_a_list_that_would_not_be_read)
{
	struct keys keys;
	struct buf token;
	struct fault fault;
	static const uint8_t wide[] = {0, 4};
	keys_init(tap, 0x41, &keys);
	struct signer signer = signer_local(keys.secret);
	buf_init(&token, STATUS_CWT_MAX);
	struct span none = {0};
	struct status_cwt list = example();
	CHECK(status_cwt_make(&list, span_of(wide, 2), keys.public, &signer, &token, &fault) ==
			ERR_RANGE &&
		fault.at == 1);
	list.expires_s = list.issued_s;
	CHECK(status_cwt_make(&list, none, keys.public, &signer, &token, &fault) == ERR_RANGE);
	list.expires_s = list.issued_s + STATUS_CWT_LIFE_S + 1;
	CHECK(status_cwt_make(&list, none, keys.public, &signer, &token, &fault) == ERR_RANGE);
	list = example();
	list.ttl_s = 0;
	CHECK(status_cwt_make(&list, none, keys.public, &signer, &token, &fault) == ERR_RANGE);
	list = example();
	strcpy(list.uri, "status/7");
	CHECK(status_cwt_make(&list, none, keys.public, &signer, &token, &fault) == ERR_FORMAT);
	CHECK(token.size == 0);
	buf_close(&token);
}

TEST(statuses_of_records_come_back_and_what_is_not_known_is_unknown)
{
	for (int status = RECORD_VALID; status <= RECORD_UNKNOWN; status++)
		CHECK(record_of_status((uint8_t)status_of_record((enum record_status)status)) ==
			(enum record_status)status);
	CHECK(status_of_record(RECORD_REVOKED) == STATUS_INVALID);
	for (unsigned status = 3; status < 256; status++)
		CHECK(record_of_status((uint8_t)status) == RECORD_UNKNOWN);
}

/* The example of the draft is signed with ES256: its claims are read, not its signature. */
TEST(reads_the_list_inside_the_drafts_example)
{
	struct buf text, out;
	uint8_t bytes[512];
	size_t count = 0;
	struct cose_sign1 token;
	struct cbor cbor;
	struct cbor_map map;
	int64_t claim;
	unsigned bits = 0;
	if (!set_read(SHARED "ietf-token-status-list/examples/status_list_cwt.md", &text))
		SKIP("credentials/ietf-token-status-list is not there");
	for (size_t i = 0; i < text.size; i++)
		if (text.at[i] != '\n')
			text.at[count++] = text.at[i];
	NEED(hex_parse(span_of(text.at, count), bytes, count / 2, NULL) == OK);
	NEED(cose_sign1_parse(span_of(bytes, count / 2), COSE_FOREIGN, &token, NULL) == OK);
	CHECK(cose_alg(&token) == COSE_ES256);
	buf_init(&out, 100);
	cbor_init(&cbor, token.payload);
	cbor.any_order = true;
	cbor_map(&cbor, &map, 8);
	while (cbor_map_int(&cbor, &map, &claim)) {
		if (claim == 65533)
			CHECK(status_token_take(&cbor, &out, &bits, NULL) == OK);
		else
			(void)cbor_item(&cbor);
	}
	CHECK(cbor_end(&cbor, NULL) == OK);
	static const uint8_t want[] = {1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1};
	CHECK(bits == 1 && span_equal(buf_span(&out), span_of(want, sizeof want)));
	buf_close(&text);
	buf_close(&out);
}

TAP_MAIN(CASE(a_made_list_reads_back_and_verifies),
	CASE(reads_the_list_that_another_implementation_verified),
	CASE(every_changed_byte_and_another_key_are_refused_and_leave_no_statuses),
	CASE(answers_for_its_own_address_until_its_end_only),
	CASE(refuses_to_make_a_list_that_would_not_be_read),
	CASE(statuses_of_records_come_back_and_what_is_not_known_is_unknown),
	CASE(reads_the_list_inside_the_drafts_example))
