#include "ledger/proof/cose.h"
#include "tests/json.h"
#include "tests/tap.h"

#define MESSAGE_MAX 4096

static const uint8_t seed_one[SIGN_SEED] = {1};

/* Hex to bytes of a static buffer; size 0 when it is not hex. */
static struct span bytes_of(const char *hex, uint8_t *room, size_t size)
{
	size_t got = 0;
	return json_hex(hex, room, size, &got) ? span_of(room, got) : span_of(NULL, 0);
}

TEST(reads_a_message_and_its_headers)
{
	/* 18([<<{1: -8, 4: h'0102'}>>, {"x": 1}, h'68690a', h'aa']) */
	static const char hex[] = "d28447a2012704420102a16178014368690a41aa";
	uint8_t room[64];
	struct cose_sign1 message;
	struct fault fault;
	struct span bytes = bytes_of(hex, room, sizeof room);
	NEED(cose_sign1_parse(bytes, COSE_OURS, &message, &fault) == OK);
	CHECK(message.protected.size == 7 && message.unprotected.size == 4);
	CHECK(span_is(message.payload, "hi\n") && !message.is_detached);
	CHECK(message.signature.size == 1 && cose_alg(&message) == COSE_EDDSA);
	CHECK(cose_header(message.protected, COSE_KID, COSE_OURS).size == 3);
	CHECK(cose_header(message.protected, COSE_TYP, COSE_OURS).size == 0);
	CHECK(cose_header(message.unprotected, COSE_ALG, COSE_OURS).size == 0);
}

TEST(refuses_what_is_no_cose_sign1_and_names_the_place)
{
	static const struct {
		const char *hex;
		enum err ours, foreign;
		size_t at; /* for ours */
	} rows[] = {
		{"d28443a10127a0f641aa", OK, OK, 0}, {"d28440a0f641aa", OK, OK, 0},
		{"d28441a0a0f641aa", OK, OK, 0}, {"", ERR_FORMAT, ERR_FORMAT, 0},
		{"8443a10127a0f641aa", ERR_FORMAT, ERR_FORMAT, 0}, /* no tag */
		{"d18443a10127a0f641aa", ERR_FORMAT, ERR_FORMAT, 1}, /* another tag */
		{"d28343a10127a0f6", ERR_FORMAT, ERR_FORMAT, 2}, /* three parts */
		{"d28543a10127a0f641aaf6", ERR_LIMIT, ERR_LIMIT, 2}, /* five parts */
		{"d284a10127a0f641aa", ERR_FORMAT, ERR_FORMAT, 2}, /* not wrapped */
		{"d28444a1012700a0f641aa", ERR_FORMAT, ERR_FORMAT, 6}, /* more than a map in it */
		{"d28443a1012780f641aa", ERR_FORMAT, ERR_FORMAT, 6}, /* no map */
		{"d28443a10127a06178", ERR_FORMAT, ERR_FORMAT, 7}, /* text payload */
		{"d28443a10127a0f641aa00", ERR_FORMAT, ERR_FORMAT, 10}, /* bytes behind */
		{"d28443a10127a0f641", ERR_FORMAT, ERR_FORMAT, 9}, /* cut short */
		{"d28445a204010127a0f641aa", ERR_FORMAT, OK, 6}, /* 4 before 1 */
		{"d28445a201270127a0f641aa", ERR_FORMAT, ERR_FORMAT, 6}, /* alg twice */
		{"d28440a204010127f641aa", ERR_FORMAT, OK, 6},
		{"d28440a204010401f641aa", ERR_FORMAT, ERR_FORMAT, 6},
		{"d28440a1810101f641aa", ERR_FORMAT, ERR_FORMAT, 4}, /* label is an array */
		{"d28440a118010af641aa", ERR_FORMAT, ERR_FORMAT, 4}, /* 1 in two bytes */
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint8_t room[64];
		struct cose_sign1 message = {.is_detached = true};
		struct fault fault = {.err = OK};
		struct span bytes = bytes_of(rows[i].hex, room, sizeof room);
		enum err err = cose_sign1_parse(bytes, COSE_OURS, &message, &fault);
		CHECK_ROW(err == rows[i].ours && fault.at == rows[i].at, "%s: %s at %zu",
			rows[i].hex, err_name(err), fault.at);
		err = cose_sign1_parse(bytes, COSE_FOREIGN, &message, NULL);
		CHECK_ROW(err == rows[i].foreign, "%s foreign: %s", rows[i].hex, err_name(err));
	}
}

static enum err refuse(void *self, struct span bytes, uint8_t signature[SIGN_SIZE])
{
	(void)bytes;
	(void)signature;
	(*(int *)self)++;
	return ERR_DENIED;
}

TEST(makes_messages_that_verify_and_binds_all_that_is_signed)
{
	static const uint8_t protected[] = {0xa1, 0x01, 0x27};
	static const uint8_t unprotected[] = {0xa0};
	uint8_t public[SIGN_PUBLIC], secret[SIGN_SECRET], other[SIGN_PUBLIC];
	struct cose_sign1 message;
	struct fault fault;
	struct buf buf;
	sign_keys(seed_one, public, secret);
	memcpy(other, public, sizeof other);
	other[0] ^= 1;
	struct signer signer = signer_local(secret);
	struct span outside = span_text("outside"), none = {0}, root = span_text("root");
	buf_init(&buf, 1000);
	NEED(cose_sign1_make(span_of(protected, 3), span_of(unprotected, 1), span_text("in"), false,
		     outside, &signer, &buf, &fault) == OK);
	NEED(cose_sign1_parse(buf_span(&buf), COSE_OURS, &message, &fault) == OK);
	CHECK(cose_sign1_verify(&message, public, outside, none, &fault) == OK);
	CHECK(cose_sign1_verify(&message, public, none, none, &fault) == ERR_SIGNATURE);
	CHECK(cose_sign1_verify(&message, other, outside, none, &fault) == ERR_SIGNATURE);
	for (size_t i = 0; i < buf.size; i++) {
		buf.at[i] ^= 1;
		CHECK_ROW(cose_sign1_parse(buf_span(&buf), COSE_OURS, &message, NULL) != OK ||
				  cose_sign1_verify(&message, public, outside, none, NULL) != OK,
			"byte %zu", i);
		buf.at[i] ^= 1;
	}
	buf_reset(&buf);
	NEED(cose_sign1_make(span_of(protected, 3), span_of(unprotected, 1), root, true, none,
		     &signer, &buf, &fault) == OK);
	NEED(cose_sign1_parse(buf_span(&buf), COSE_OURS, &message, &fault) == OK);
	CHECK(message.is_detached && message.payload.size == 0);
	CHECK(cose_sign1_verify(&message, public, none, root, &fault) == OK);
	CHECK(cose_sign1_verify(&message, public, none, outside, &fault) == ERR_SIGNATURE);
	int asked = 0;
	size_t before = buf.size;
	struct signer refusing = {&asked, refuse};
	CHECK(cose_sign1_make(span_of(protected, 3), span_of(unprotected, 1), root, true, none,
		      &refusing, &buf, &fault) == ERR_DENIED);
	CHECK(asked == 1 && buf.size == before && fault.err == ERR_DENIED);
	/* Every room that is too small: nothing is left in it. */
	uint8_t room[100];
	for (size_t size = 0; size < before; size++) {
		struct buf small;
		buf_over(&small, room, size);
		CHECK_ROW(cose_sign1_make(span_of(protected, 3), span_of(unprotected, 1), root,
				  true, none, &signer, &small, &fault) == ERR_LIMIT &&
				  small.size == 0,
			"room %zu", size);
	}
	buf_close(&buf);
}

TEST(cannot_tell_of_other_algorithms_and_critical_headers)
{
	static const struct {
		const char *hex;
		enum err err;
	} rows[] = {
		{"d28443a10126a0f641aa", ERR_VERSION}, /* ES256 */
		{"d28440a0f641aa", ERR_VERSION}, /* none */
		{"d28440a10127f641aa", ERR_VERSION}, /* only outside */
		{"d28446a10163414243a0f641aa", ERR_VERSION}, /* text */
		{"d28446a20127028103a0f641aa", ERR_VERSION}, /* crit */
		{"d28443a10127a10127f641aa", ERR_FORMAT}, /* in both */
		{"d28443a10127a0f641aa", ERR_SIGNATURE}, /* signature of one byte */
	};
	uint8_t public[SIGN_PUBLIC] = {0};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint8_t room[64];
		struct cose_sign1 message;
		struct span none = {0};
		NEED(cose_sign1_parse(bytes_of(rows[i].hex, room, sizeof room), COSE_FOREIGN,
			     &message, NULL) == OK);
		enum err err = cose_sign1_verify(&message, public, none, none, NULL);
		CHECK_ROW(err == rows[i].err, "%s: %s", rows[i].hex, err_name(err));
	}
}

/* RFC 8037 appendix A.3's key; the thumbprint worked out once with cbor2 and hashlib. */
TEST(thumbprints_and_keys)
{
	struct cose_key key = {.curve = COSE_ED25519}, back;
	struct cbor cbor;
	struct fault fault;
	struct buf buf;
	uint8_t kid[KID_SIZE], again[KID_SIZE];
	char hex[2 * KID_SIZE + 1];
	size_t size;
	NEED(json_hex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", key.x, 32,
		&size));
	cose_key_thumbprint(&key, kid);
	cose_kid(key.x, again);
	hex_print(span_of(kid, KID_SIZE), hex);
	CHECK(!strcmp(hex, "866eefbd6718c8846cd7ddfe43fc74ab1daac4538ff8514ea2ec2d410a415743"));
	CHECK(!memcmp(kid, again, KID_SIZE));
	buf_init(&buf, 200);
	cose_key_put(&buf, &key);
	CHECK(cbor_check(buf_span(&buf), NULL) == OK);
	cbor_init(&cbor, buf_span(&buf));
	cose_key_take(&cbor, &back);
	CHECK(cbor_end(&cbor, NULL) == OK && back.curve == COSE_ED25519 &&
		!memcmp(back.x, key.x, 32));
	buf.at[10] ^= 1; /* in the kid */
	cbor_init(&cbor, buf_span(&buf));
	cose_key_take(&cbor, &back);
	CHECK(cbor_end(&cbor, &fault) == ERR_KEY && fault.at == 0);
	key.curve = COSE_X25519;
	cose_key_thumbprint(&key, kid);
	hex_print(span_of(kid, KID_SIZE), hex);
	CHECK(!strcmp(hex, "06e19f526192e392c8536052c77baffadc41afe7f37631ccd8996a7f8560b1dc"));
	buf_close(&buf);
}

TEST(refuses_keys_that_are_not_of_curve_25519)
{
#define X "215820d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
	static const struct {
		const char *hex;
		enum err err;
	} rows[] = {
		{"a301012006" X, OK},
		{"a301012004" X, OK},
		{"a4010103272006" X, OK}, /* with alg */
		{"a301022001" X, ERR_VERSION}, /* EC2 */
		{"a301012007" X, ERR_VERSION}, /* Ed448 */
		{"a4010103262006" X, ERR_VERSION}, /* ES256 */
		{"a2010120"
		 "06",
			ERR_FORMAT}, /* no x */
		{"a22006" X, ERR_FORMAT}, /* no type */
		{"a20101" X, ERR_FORMAT}, /* no curve */
		{"a4010120062141aa2201", ERR_FORMAT},
		{"a401010501"
		 "2006" X,
			ERR_FORMAT}, /* base IV */
		{"80", ERR_FORMAT},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint8_t room[100];
		struct cose_key key;
		struct cbor cbor;
		cbor_init(&cbor, bytes_of(rows[i].hex, room, sizeof room));
		cose_key_take(&cbor, &key);
		enum err err = cbor_end(&cbor, NULL);
		CHECK_ROW(err == rows[i].err, "%s: %s", rows[i].hex, err_name(err));
	}
}

#define EXAMPLES "../shared/data/credentials/cose-wg-examples/"

TEST(judges_the_cose_working_groups_examples)
{
	static const struct {
		const char *name;
		enum err parse, verify;
	} rows[] = {
		{"eddsa-examples/eddsa-sig-01.json", OK, OK},
		{"eddsa-examples/eddsa-sig-02.json", OK, ERR_SIGNATURE}, /* Ed448 */
		{"sign1-tests/sign-pass-01.json", OK, ERR_VERSION},
		{"sign1-tests/sign-pass-02.json", OK, ERR_VERSION},
		{"sign1-tests/sign-pass-03.json", ERR_FORMAT, OK}, /* without tag */
		{"sign1-tests/sign-fail-01.json", ERR_FORMAT, OK}, /* another tag */
		{"sign1-tests/sign-fail-02.json", OK, ERR_VERSION},
		{"sign1-tests/sign-fail-04.json", OK, ERR_VERSION},
	};
	uint8_t public[SIGN_PUBLIC], room[MESSAGE_MAX];
	size_t size;
	NEED(json_hex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", public,
		32, &size));
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char path[200];
		struct cose_sign1 message;
		struct span none = {0};
		struct buf buf;
		(void)snprintf(path, sizeof path, EXAMPLES "%s", rows[i].name);
		json_t *file = json_read(path);
		if (!file)
			SKIP("credentials/cose-wg-examples is absent");
		struct span bytes = bytes_of(
			json_text(json_object_get(file, "output"), "cbor"), room, sizeof room);
		enum err err = cose_sign1_parse(bytes, COSE_FOREIGN, &message, NULL);
		CHECK_ROW(err == rows[i].parse, "%s: %s", rows[i].name, err_name(err));
		if (!err) {
			err = cose_sign1_verify(&message, public, none, none, NULL);
			CHECK_ROW(err == rows[i].verify, "%s: %s", rows[i].name, err_name(err));
		}
		if (i == 0) {
			uint8_t want[MESSAGE_MAX];
			struct span expected = bytes_of(
				json_text(json_object_get(file, "intermediates"), "ToBeSign_hex"),
				want, sizeof want);
			buf_init(&buf, 1000);
			cose_signed_bytes(message.protected, none, message.payload, &buf);
			CHECK(span_equal(buf_span(&buf), expected));
			buf_close(&buf);
		}
		json_decref(file);
	}
}

TEST(judges_the_generated_ed25519_messages)
{
	static const char *const negatives[] = {"payload", "sig", "alg", "kid"};
	unsigned seen = 0;
	for (int n = 0; n < 20; n++) {
		char path[200];
		uint8_t public[SIGN_PUBLIC], seed[SIGN_SEED], secret[SIGN_SECRET];
		uint8_t room[MESSAGE_MAX], protected_room[64], payload_room[MESSAGE_MAX];
		struct cose_sign1 message;
		struct span none = {0};
		struct buf buf;
		size_t size;
		static const uint8_t empty_map = 0xa0;
		(void)snprintf(path, sizeof path,
			"../shared/data/credentials/generated-cose-sign1-ed25519/cose-%d.json", n);
		json_t *file = json_read(path);
		if (!file)
			continue;
		seen++;
		NEED(json_hex(json_text(file, "publicKeyHex"), public, 32, &size) && size == 32);
		NEED(json_hex(json_text(file, "seedHex"), seed, 32, &size) && size == 32);
		struct span bytes = bytes_of(json_text(file, "coseHex"), room, sizeof room);
		NEED(cose_sign1_parse(bytes, COSE_OURS, &message, NULL) == OK);
		CHECK_ROW(cose_sign1_verify(&message, public, none, none, NULL) == OK, "%s", path);
		/* The same bytes come out when we make it. */
		sign_keys(seed, public, secret);
		struct signer signer = signer_local(secret);
		buf_init(&buf, MESSAGE_MAX);
		NEED(cose_sign1_make(bytes_of(json_text(file, "protectedHex"), protected_room,
					     sizeof protected_room),
			     span_of(&empty_map, 1),
			     bytes_of(json_text(file, "payloadHex"), payload_room,
				     sizeof payload_room),
			     false, none, &signer, &buf, NULL) == OK);
		CHECK_ROW(span_equal(buf_span(&buf), bytes), "%s", path);
		buf_close(&buf);
		for (size_t i = 0; i < 4; i++) {
			bytes = bytes_of(json_text(json_object_get(file, "negative"), negatives[i]),
				room, sizeof room);
			NEED(bytes.size &&
				cose_sign1_parse(bytes, COSE_OURS, &message, NULL) == OK);
			enum err err = cose_sign1_verify(&message, public, none, none, NULL);
			CHECK_ROW(err == (i == 2 ? ERR_VERSION : ERR_SIGNATURE), "%s %s: %s", path,
				negatives[i], err_name(err));
		}
		json_decref(file);
	}
	if (!seen)
		SKIP("credentials/generated-cose-sign1-ed25519 is absent");
}

TAP_MAIN(CASE(reads_a_message_and_its_headers),
	CASE(refuses_what_is_no_cose_sign1_and_names_the_place),
	CASE(makes_messages_that_verify_and_binds_all_that_is_signed),
	CASE(cannot_tell_of_other_algorithms_and_critical_headers), CASE(thumbprints_and_keys),
	CASE(refuses_keys_that_are_not_of_curve_25519),
	CASE(judges_the_cose_working_groups_examples), CASE(judges_the_generated_ed25519_messages))
