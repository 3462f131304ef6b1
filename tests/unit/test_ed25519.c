/* The one verification rule against the sets that are made to tell verifiers apart. */
#include "ledger/base/crypto.h"
#include "tests/json.h"
#include "tests/tap.h"

#define SHARED_LEDGER "../shared/data/ledger/"
#define MESSAGE_MAX   4096

static bool has_flag(const json_t *row, const char *flag)
{
	size_t i;
	json_t *item;
	json_array_foreach(json_object_get(row, "flags"), i, item)
	{
		if (!strcmp(json_string_value(item), flag))
			return true;
	}
	return false;
}

/* RFC 8032 section 7.1, test 2: so that this file means something without the sets. */
TEST(signs_and_verifies_as_rfc_8032)
{
	uint8_t seed[32], public[32], secret[64], signature[64], want[96];
	static const uint8_t message = 0x72;
	size_t size;
	NEED(json_hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", seed, 32,
		&size));
	NEED(json_hex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
		      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
		      "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
		want, 96, &size));
	sign_keys(seed, public, secret);
	sign_make(secret, span_of(&message, 1), signature);
	CHECK(!memcmp(public, want, 32) && !memcmp(signature, want + 32, 64));
	CHECK(sign_public_is_valid(public));
	CHECK(sign_verify(public, span_of(&message, 1), signature));
	CHECK(!sign_verify(public, span_of(&message, 0), signature));
	signature[63] |= 0x80;
	CHECK(!sign_verify(public, span_of(&message, 1), signature));
}

TEST(keys_of_small_order_or_in_another_encoding_cannot_be_registered)
{
	static const char *const rows[] = {
		"0100000000000000000000000000000000000000000000000000000000000000",
		"0000000000000000000000000000000000000000000000000000000000000000",
		"0000000000000000000000000000000000000000000000000000000000000080",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
		"0200000000000000000000000000000000000000000000000000000000000000",
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint8_t key[32];
		size_t size;
		NEED(json_hex(rows[i], key, sizeof key, &size));
		CHECK_ROW(!sign_public_is_valid(key), "%s", rows[i]);
	}
}

/* libsodium refuses keys and R of small order or not canonical, and checks without cofactor. */
TEST(judges_cctv_by_the_flags_that_libsodium_goes_by)
{
	static const char *const paths[] = {SHARED_LEDGER "cctv-ed25519/ed25519vectors.json",
		SHARED_LEDGER "cctv-ed25519/ed25519vectors.2.json"};
	size_t accepted = 0, count = 0;
	for (size_t f = 0; f < 2; f++) {
		json_t *file = json_read(paths[f]);
		json_t *row;
		size_t i;
		if (!file)
			SKIP("ledger/cctv-ed25519 is absent");
		json_array_foreach(file, i, row)
		{
			uint8_t key[32], signature[64];
			size_t size;
			NEED(json_hex(json_text(row, "key"), key, 32, &size) && size == 32);
			NEED(json_hex(json_text(row, "sig"), signature, 64, &size) && size == 64);
			bool bad_key =
				has_flag(row, "low_order_A") || has_flag(row, "non_canonical_A");
			bool fine = !bad_key && !has_flag(row, "low_order_R") &&
				    !has_flag(row, "non_canonical_R") &&
				    !has_flag(row, "low_order_residue");
			CHECK_ROW(sign_verify(key, json_span(row, "msg"), signature) == fine,
				"number %d", (int)json_number(row, "number"));
			CHECK_ROW(sign_public_is_valid(key) ==
					  (!bad_key && !has_flag(row, "low_order_component_A")),
				"key of number %d", (int)json_number(row, "number"));
			accepted += fine;
			count++;
		}
		json_decref(file);
	}
	CHECK(count == 914 && accepted == 43);
}

TEST(judges_speccheck_as_its_libsodium_row)
{
	static const char verdicts[] = "XXXVXXXXXXXX";
	json_t *file = json_read(SHARED_LEDGER "ed25519-speccheck/cases.json");
	json_t *row;
	size_t i;
	if (!file)
		SKIP("ledger/ed25519-speccheck is absent");
	json_array_foreach(file, i, row)
	{
		uint8_t key[32], signature[64], message[64];
		size_t size;
		NEED(json_hex(json_text(row, "pub_key"), key, 32, &size) && size == 32);
		NEED(json_hex(json_text(row, "signature"), signature, 64, &size) && size == 64);
		NEED(json_hex(json_text(row, "message"), message, sizeof message, &size));
		NEED(i < sizeof verdicts - 1);
		CHECK_ROW(
			sign_verify(key, span_of(message, size), signature) == (verdicts[i] == 'V'),
			"case %zu", i);
	}
	CHECK(i == 12);
	json_decref(file);
}

TEST(agrees_with_wycheproof)
{
	static const char *const paths[] = {SHARED_LEDGER "wycheproof/ed25519_test.json",
		SHARED_LEDGER "wycheproof/ed25519_test.2.json"};
	size_t count = 0;
	for (size_t f = 0; f < 2; f++) {
		json_t *file = json_read(paths[f]);
		json_t *group, *row;
		size_t g, i, size;
		if (!file)
			SKIP("ledger/wycheproof is absent");
		json_array_foreach(json_object_get(file, "testGroups"), g, group)
		{
			static uint8_t message[MESSAGE_MAX];
			uint8_t key[32], signature[128];
			NEED(json_hex(json_text(json_object_get(group, "publicKey"), "pk"), key, 32,
				     &size) &&
				size == 32);
			json_array_foreach(json_object_get(group, "tests"), i, row)
			{
				NEED(json_hex(
					json_text(row, "sig"), signature, sizeof signature, &size));
				bool fine = size == 64;
				NEED(json_hex(
					json_text(row, "msg"), message, sizeof message, &size));
				fine = fine && sign_verify(key, span_of(message, size), signature);
				CHECK_ROW(fine == !strcmp(json_text(row, "result"), "valid"),
					"tcId %d", (int)json_number(row, "tcId"));
				count++;
			}
		}
		json_decref(file);
	}
	CHECK(count > 130);
}

TAP_MAIN(CASE(signs_and_verifies_as_rfc_8032),
	CASE(keys_of_small_order_or_in_another_encoding_cannot_be_registered),
	CASE(judges_cctv_by_the_flags_that_libsodium_goes_by),
	CASE(judges_speccheck_as_its_libsodium_row), CASE(agrees_with_wycheproof))
