#include "appliance/people/staff_publish.h"
#include "ledger/base/hex.h"
#include "tests/tap.h"

#define LIST "00112233445566778899aabbccddeeff"

TEST(a_path_names_list_and_form)
{
	static const struct {
		const char *rest;
		enum err err;
		enum published_form form;
	} rows[] = {
		{LIST, OK, PUBLISHED_TOKEN},
		{LIST "/revocation", OK, PUBLISHED_REVOCATION},
		{LIST "/suspension", OK, PUBLISHED_SUSPENSION},
		{LIST "/", ERR_NOT_FOUND, PUBLISHED_TOKEN},
		{LIST "/revocation/", ERR_NOT_FOUND, PUBLISHED_TOKEN},
		{LIST "0", ERR_NOT_FOUND, PUBLISHED_TOKEN},
		{LIST "/other", ERR_NOT_FOUND, PUBLISHED_TOKEN},
		{"", ERR_NOT_FOUND, PUBLISHED_TOKEN},
		{"0011", ERR_NOT_FOUND, PUBLISHED_TOKEN},
		{"x0112233445566778899aabbccddeeff", ERR_NOT_FOUND, PUBLISHED_TOKEN},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint8_t list[STATUS_LIST_ID];
		enum published_form form = PUBLISHED_TOKEN;
		struct fault fault = {0};
		CHECK_ROW(published_path_parse(span_text(rows[i].rest), list, &form, &fault) ==
				  rows[i].err,
			"%s", rows[i].rest);
		CHECK_ROW(form == rows[i].form, "%s", rows[i].rest);
		CHECK_ROW(rows[i].err || (list[0] == 0 && list[15] == 0xff), "%s", rows[i].rest);
	}
}

TEST(every_form_hides_one_entry_among_many)
{
	static const size_t sizes[] = {
		0, 1, STATUS_COUNT_MIN - 1, STATUS_COUNT_MIN, STATUS_COUNT_MIN + 1};
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		struct buf statuses;
		size_t valid = 0;
		buf_init(&statuses, STATUS_COUNT_MAX);
		for (size_t k = 0; k < sizes[i]; k++)
			buf_put_u8(&statuses, STATUS_INVALID);
		NEED(published_pad(&statuses, NULL) == OK);
		CHECK_ROW(statuses.size ==
				  (sizes[i] > STATUS_COUNT_MIN ? sizes[i] : STATUS_COUNT_MIN),
			"%zu", sizes[i]);
		for (size_t k = sizes[i]; k < statuses.size; k++)
			valid += statuses.at[k] == STATUS_VALID;
		CHECK_ROW(valid == statuses.size - sizes[i], "%zu", sizes[i]);
		buf_close(&statuses);
	}
	struct buf small;
	struct fault fault;
	buf_init(&small, 1000);
	CHECK(published_pad(&small, &fault) == ERR_LIMIT);
	buf_close(&small);
}

TEST(each_form_is_signed_by_the_party_and_read_back)
{
	uint8_t seed[SIGN_SEED] = {7};
	uint8_t secret[SIGN_SECRET];
	uint8_t list[STATUS_LIST_ID];
	struct staff_party party = {.status_base = "https://hospital.example"};
	struct status_cwt token;
	struct status_credential credential;
	struct buf statuses, bytes, back;
	struct fault fault = {0};
	NEED(crypto_start() == OK);
	sign_keys(seed, party.key, secret);
	party.document = signer_local(secret);
	party.message = signer_local(secret);
	NEED(hex_parse(span_text(LIST), list, sizeof list, NULL) == OK);
	buf_init(&statuses, STATUS_COUNT_MAX);
	buf_init(&bytes, STATUS_TEXT_MAX);
	buf_init(&back, STATUS_COUNT_MAX);
	buf_put_u8(&statuses, STATUS_VALID);
	buf_put_u8(&statuses, STATUS_SUSPENDED);
	buf_put_u8(&statuses, STATUS_INVALID);
	NEED(published_pad(&statuses, NULL) == OK);
	CHECK_ROW(staff_publish(&party, list, PUBLISHED_TOKEN, buf_span(&statuses), 1793696400999,
			  &bytes, &fault) == OK,
		"%s", fault.text);
	CHECK(status_cwt_verify(buf_span(&bytes), party.key, &token, &back, &fault) == OK);
	CHECK(!strcmp(token.uri, "https://hospital.example/status/" LIST));
	CHECK(token.issued_s == 1793696400 && token.expires_s == 1793696400 + PUBLISHED_LIFE_S &&
		token.ttl_s == PUBLISHED_TTL_S);
	CHECK(span_equal(buf_span(&back), buf_span(&statuses)));
	for (int form = PUBLISHED_REVOCATION; form <= PUBLISHED_SUSPENSION; form++) {
		buf_reset(&bytes);
		buf_reset(&back);
		CHECK(staff_publish(&party, list, (enum published_form)form, buf_span(&statuses),
			      1793696400999, &bytes, &fault) == OK);
		CHECK_ROW(
			status_credential_read(buf_span(&bytes), &credential, &back, &fault) == OK,
			"%s", fault.text);
		CHECK(back.size == STATUS_COUNT_MIN && !back.at[0]);
		CHECK(back.at[1] == (form == PUBLISHED_SUSPENSION) &&
			back.at[2] == (form == PUBLISHED_REVOCATION));
		CHECK(!memcmp(credential.issuer_key, party.key, SIGN_PUBLIC));
	}
	buf_close(&statuses);
	buf_close(&bytes);
	buf_close(&back);
}

TAP_MAIN(CASE(a_path_names_list_and_form), CASE(every_form_hides_one_entry_among_many),
	CASE(each_form_is_signed_by_the_party_and_read_back))
