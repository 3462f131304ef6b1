#include "appliance/people/multikey.h"
#include "ledger/base/hex.h"
#include "tests/tap.h"

/* The key of the first vector of tests/vectors/eddsa_jcs.json, and W3C's of vc-di-eddsa. */
#define KEY_HEX  "4ae2afc9649b52de2a0e347c8863ca6ff1cc0446b387f18d0af66e19bfbbf786"
#define KEY_TEXT "z6MkjVahSAHSsqauAZjJEuLL8s7rKq9vY3x778xf4YhXEuTj"
#define W3C_TEXT "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"

TEST(prints_and_reads_keys_in_all_three_forms)
{
	uint8_t key[SIGN_PUBLIC], back[SIGN_PUBLIC];
	char text[MULTIKEY_SIZE], did[DID_KEY_SIZE], method[DID_KEY_METHOD_SIZE];
	struct fault fault;
	NEED(crypto_start() == OK);
	NEED(hex_parse(span_text(KEY_HEX), key, sizeof key, NULL) == OK);
	multikey_print(key, text);
	did_key_print(key, did);
	did_key_method_print(key, method);
	CHECK_ROW(!strcmp(text, KEY_TEXT), "%s", text);
	CHECK_ROW(!strcmp(did, "did:key:" KEY_TEXT), "%s", did);
	CHECK_ROW(!strcmp(method, "did:key:" KEY_TEXT "#" KEY_TEXT), "%s", method);
	CHECK(multikey_parse(span_text(text), back, &fault) == OK && !memcmp(key, back, 32));
	memset(back, 0, 32);
	CHECK(did_key_parse(span_text(did), back, &fault) == OK && !memcmp(key, back, 32));
	memset(back, 0, 32);
	CHECK(did_key_method_parse(span_text(method), back, &fault) == OK &&
		!memcmp(key, back, 32));
}

TEST(refuses_what_is_no_ed25519_key_and_says_where)
{
	static const struct {
		const char *text;
		enum err err;
		size_t at;
	} rows[] = {
		{"did:key:" W3C_TEXT "#" W3C_TEXT, OK, 0},
		{"did:key:" W3C_TEXT "#" KEY_TEXT, ERR_KEY, 57},
		{"did:key:" W3C_TEXT, ERR_FORMAT, 56},
		{"did:web:vc.example#" W3C_TEXT, ERR_FORMAT, 0},
		{"did:key:f" W3C_TEXT "#" W3C_TEXT, ERR_FORMAT, 8},
		{"did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbT0Q#x", ERR_FORMAT, 54},
		{"did:key:" W3C_TEXT "2#" W3C_TEXT "2", ERR_FORMAT, 56},
		/* a P-256 key of 35 bytes, and 34 bytes of kind 8024 (a public key has ed01) */
		{"did:key:zDnaerDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU2169#x", ERR_FORMAT, 55},
		{"did:key:z3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq#x", ERR_VERSION, 8},
		/* ed01 and 32 zero bytes: a point of small order */
		{"did:key:z6MkeTG3bFFSLYVU7VqhgZxqr6YzpaGrQtFMh1uvqGy1vDnP#x", ERR_KEY, 8},
		{"", ERR_FORMAT, 0},
		{"#", ERR_FORMAT, 0},
	};
	NEED(crypto_start() == OK);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint8_t key[SIGN_PUBLIC];
		struct fault fault = {0};
		enum err err = did_key_method_parse(span_text(rows[i].text), key, &fault);
		CHECK_ROW(err == rows[i].err && fault.at == rows[i].at, "%s: %s at %zu: %s",
			rows[i].text, err_name(err), fault.at, fault.text);
	}
}

TAP_MAIN(CASE(prints_and_reads_keys_in_all_three_forms),
	CASE(refuses_what_is_no_ed25519_key_and_says_where))
