#include "appliance/people/badge.h"
#include "ledger/base/base45.h"
#include "ledger/base/hex.h"
#include "tests/tap.h"
#include "tests/unit/shared_set.h"

#include <jansson.h>

#define GOLDEN    "tests/vectors/badge.txt"
#define GENERATED SHARED "generated-cose-sign1-ed25519/"
#define ISSUED    1793696400 /* 2026-11-03T09:00:00Z */

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

static struct badge full(void)
{
	struct badge badge = {
		.issuer = "hospital.example",
		.issued_s = ISSUED,
		.expires_s = ISSUED + 86400,
		.status = {.uri = "https://hospital.example/status/7", .index = 94567},
		.has_photo = true,
		.role = WORK_PHARMACIST,
		.name = "Zoë Test Person-One",
	};
	memset(badge.person, 0xa5, sizeof badge.person);
	memset(badge.id, 0x5a, sizeof badge.id);
	hash_sha256(span_text("a picture"), badge.photo);
	return badge;
}

static struct badge least(void)
{
	struct badge badge = full();
	badge.status = (struct status_reference){0};
	badge.has_photo = false;
	badge.role = (enum work_role)0;
	badge.name[0] = 0;
	return badge;
}

static bool same(const struct badge *a, const struct badge *b)
{
	int64_t begin = a->not_before_s ? a->not_before_s : a->issued_s;
	return !strcmp(a->issuer, b->issuer) && !memcmp(a->person, b->person, PERSON_SIZE) &&
	       a->issued_s == b->issued_s && begin == b->not_before_s &&
	       a->expires_s == b->expires_s && !memcmp(a->id, b->id, BADGE_ID_SIZE) &&
	       !strcmp(a->status.uri, b->status.uri) && a->status.index == b->status.index &&
	       a->has_photo == b->has_photo &&
	       (!a->has_photo || !memcmp(a->photo, b->photo, HASH_SIZE)) && a->role == b->role &&
	       !strcmp(a->name, b->name);
}

TEST(a_made_badge_reads_back_and_verifies)
{
	struct keys keys;
	keys_init(tap, 0x31, &keys);
	struct signer signer = signer_local(keys.secret);
	struct badge later = least();
	later.not_before_s = ISSUED + 3600;
	const struct badge rows[] = {full(), least(), later};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char text[BADGE_TEXT_SIZE];
		uint8_t kid[KID_SIZE];
		struct badge back;
		struct fault fault = {0};
		CHECK_ROW(badge_make(&rows[i], keys.public, &signer, text, &fault) == OK, "%zu: %s",
			i, fault.text);
		CHECK_ROW(
			badge_read(span_text(text), &back, &fault) == OK, "%zu: %s", i, fault.text);
		CHECK(same(&rows[i], &back));
		cose_kid(keys.public, kid);
		CHECK(!memcmp(kid, back.kid, KID_SIZE));
		CHECK(badge_verify(span_text(text), keys.public, &back, &fault) == OK);
		CHECK(same(&rows[i], &back));
	}
}

/* Verified with @auth0/cose 1.0.2, which refused it with one bit changed. */
TEST(makes_the_badge_that_another_implementation_verified)
{
	struct keys keys;
	struct buf golden;
	char text[BADGE_TEXT_SIZE];
	keys_init(tap, 0x31, &keys);
	struct signer signer = signer_local(keys.secret);
	struct badge badge = full();
	NEED(set_read(GOLDEN, &golden));
	CHECK(badge_make(&badge, keys.public, &signer, text, NULL) == OK);
	CHECK_ROW(span_is(buf_span(&golden), text), "%s", text);
	buf_close(&golden);
}

TEST(a_scanner_may_add_line_ends_but_nothing_else)
{
	static const struct {
		const char *before, *after;
		enum err err;
		size_t at;
	} rows[] = {{"", "", OK, 0}, {"\r\n\t", "\r\n", OK, 0}, {"x", "", ERR_FORMAT, 0},
		{"\n ", "", ERR_FORMAT, 1}};
	struct keys keys;
	char text[BADGE_TEXT_SIZE], dressed[BADGE_TEXT_SIZE + 10];
	keys_init(tap, 0x31, &keys);
	struct signer signer = signer_local(keys.secret);
	struct badge badge = least(), back;
	NEED(badge_make(&badge, keys.public, &signer, text, NULL) == OK);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct fault fault = {0};
		(void)snprintf(
			dressed, sizeof dressed, "%s%s%s", rows[i].before, text, rows[i].after);
		CHECK_ROW(badge_verify(span_text(dressed), keys.public, &back, &fault) ==
					  rows[i].err &&
				  fault.at == rows[i].at,
			"%zu: at %zu %s", i, fault.at, fault.text);
	}
}

TEST(refuses_texts_that_are_no_badge_and_says_where)
{
	static const struct {
		const char *text;
		enum err err;
		size_t at;
	} rows[] = {
		{"", ERR_FORMAT, 0}, {"ASY", ERR_FORMAT, 0}, {"asy1:BB8", ERR_FORMAT, 0},
		{"HC1:6BF", ERR_FORMAT, 0}, {"https://id.gs1.org/01/09506000134352", ERR_FORMAT, 0},
		{"ASY2:BB8", ERR_VERSION, 0}, {"ASY1:", ERR_FORMAT, 0}, {"ASY1:GGW", ERR_FORMAT, 5},
		{"ASY1:BB8b", ERR_FORMAT, 8}, {"ASY1:BB8B8b", ERR_FORMAT, 10},
		{"ASY1:BB8", ERR_FORMAT, 0}, /* two bytes that are no message */
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct badge badge;
		struct fault fault = {0};
		enum err err = badge_read(span_text(rows[i].text), &badge, &fault);
		CHECK_ROW(err == rows[i].err && fault.at == rows[i].at && fault.text[0],
			"%s: %s at %zu: %s", rows[i].text, err_name(err), fault.at, fault.text);
	}
}

TEST(refuses_a_text_of_more_than_500_bytes)
{
	uint8_t bytes[BADGE_SIZE_MAX + 2] = {0};
	char text[5 + base45_room(BADGE_SIZE_MAX + 2)] = BADGE_PREFIX;
	struct badge badge;
	struct fault fault;
	base45_print(span_of(bytes, BADGE_SIZE_MAX + 1), text + 5);
	CHECK(badge_read(span_text(text), &badge, &fault) == ERR_LIMIT);
	base45_print(span_of(bytes, BADGE_SIZE_MAX), text + 5);
	CHECK(badge_read(span_text(text), &badge, &fault) == ERR_FORMAT);
}

TEST(every_changed_bit_is_refused)
{
	struct keys keys;
	char text[BADGE_TEXT_SIZE], changed[BADGE_TEXT_SIZE] = BADGE_PREFIX;
	uint8_t bytes[BADGE_SIZE_MAX];
	size_t size;
	keys_init(tap, 0x31, &keys);
	struct signer signer = signer_local(keys.secret);
	struct badge badge = full(), back;
	NEED(badge_make(&badge, keys.public, &signer, text, NULL) == OK);
	NEED(base45_parse(span_text(text + 5), bytes, sizeof bytes, &size, NULL) == OK);
	for (size_t bit = 0; bit < 8 * size; bit++) {
		struct fault fault = {0};
		bytes[bit / 8] ^= (uint8_t)(1U << bit % 8);
		base45_print(span_of(bytes, size), changed + 5);
		CHECK_ROW(badge_verify(span_text(changed), keys.public, &back, &fault) != OK &&
				  fault.text[0],
			"bit %zu", bit);
		bytes[bit / 8] ^= (uint8_t)(1U << bit % 8);
	}
}

TEST(another_key_is_told_from_a_bad_signature)
{
	struct keys keys, other;
	char text[BADGE_TEXT_SIZE], changed[BADGE_TEXT_SIZE] = BADGE_PREFIX;
	uint8_t bytes[BADGE_SIZE_MAX];
	size_t size;
	struct fault fault;
	keys_init(tap, 0x31, &keys);
	keys_init(tap, 0x32, &other);
	struct signer signer = signer_local(keys.secret);
	struct badge badge = full(), back;
	NEED(badge_make(&badge, keys.public, &signer, text, NULL) == OK);
	CHECK(badge_verify(span_text(text), other.public, &back, &fault) == ERR_KEY &&
		strstr(fault.text, "hospital.example"));
	CHECK(badge_make(&badge, other.public, &signer, changed, &fault) == ERR_SIGNATURE);
	NEED(base45_parse(span_text(text + 5), bytes, sizeof bytes, &size, NULL) == OK);
	bytes[size - 1] ^= 1;
	strcpy(changed, BADGE_PREFIX);
	base45_print(span_of(bytes, size), changed + 5);
	CHECK(badge_read(span_text(changed), &back, &fault) == OK);
	CHECK(badge_verify(span_text(changed), keys.public, &back, &fault) == ERR_SIGNATURE);
}

/* A message made by hand: header and claims as hexadecimal digits, signed properly. */
static enum err judge(struct tap *tap, const struct keys *keys, const char *header_hex,
	const char *claims_hex, const char *unprotected_hex, struct fault *fault)
{
	uint8_t header[200], claims[400], outside[20], room[BADGE_SIZE_MAX];
	char text[BADGE_TEXT_SIZE] = BADGE_PREFIX;
	uint8_t secret[SIGN_SECRET];
	struct buf message;
	struct badge badge;
	size_t sizes[] = {
		strlen(header_hex) / 2, strlen(claims_hex) / 2, strlen(unprotected_hex) / 2};
	memcpy(secret, keys->secret, sizeof secret);
	struct signer signer = signer_local(secret);
	CHECK(hex_parse(span_text(header_hex), header, sizes[0], NULL) == OK);
	CHECK(hex_parse(span_text(claims_hex), claims, sizes[1], NULL) == OK);
	CHECK(hex_parse(span_text(unprotected_hex), outside, sizes[2], NULL) == OK);
	buf_over(&message, room, sizeof room);
	CHECK(cose_sign1_make(span_of(header, sizes[0]), span_of(outside, sizes[2]),
		      span_of(claims, sizes[1]), false, (struct span){0}, &signer, &message,
		      NULL) == OK);
	base45_print(buf_span(&message), text + 5);
	return badge_verify(span_text(text), keys->public, &badge, fault);
}

#define TYP    "106f61737361792d62616467652b637774"
#define ISS    "0169612e6578616d706c65"
#define SUB    "0250000102030405060708090a0b0c0d0e0f"
#define EXP    "041a6aea0000"
#define IAT    "061a6ae90000"
#define CTI    "0750000102030405060708090a0b0c0d0e0f"
#define STATUS "19ffffa16b7374617475735f6c697374a26369647801637572696b68747470733a2f2f622f63"

TEST(refuses_claims_outside_the_form)
{
	static const struct {
		const char *claims;
		enum err err;
	} rows[] = {
		{"a5" ISS SUB EXP IAT CTI, OK},
		{"a6" ISS SUB EXP IAT CTI STATUS, OK},
		{"a4" SUB EXP IAT CTI, ERR_FORMAT},
		{"a4" ISS EXP IAT CTI, ERR_FORMAT},
		{"a4" ISS SUB IAT CTI, ERR_FORMAT},
		{"a4" ISS SUB EXP CTI, ERR_FORMAT},
		{"a4" ISS SUB EXP IAT, ERR_FORMAT},
		{"a5" SUB ISS EXP IAT CTI, ERR_FORMAT}, /* order */
		{"a6" ISS ISS SUB EXP IAT CTI, ERR_FORMAT},
		{"a5" ISS SUB EXP IAT CTI "00", ERR_FORMAT}, /* bytes behind */
		{"a6" ISS SUB "03616d" EXP IAT CTI, ERR_FORMAT}, /* aud is not of a badge */
		{"a6" ISS SUB EXP "051a6ae90000" IAT CTI, ERR_RANGE}, /* nbf that says nothing */
		{"a6" ISS SUB EXP "051a6ae90001" IAT CTI, OK},
		{"a6" ISS SUB EXP "051a6aea0000" IAT CTI, ERR_RANGE}, /* nbf not before exp */
		{"a6" ISS SUB EXP "0500" IAT CTI, ERR_RANGE},
		{"a5" ISS SUB "041a6ae90000" IAT CTI, ERR_RANGE}, /* exp not after iat */
		{"a5" ISS SUB "041a6b5fa701" IAT CTI, ERR_RANGE}, /* 90 days and a second */
		{"a5" ISS SUB "041a6b5fa700" IAT CTI, OK},
		{"a5" ISS SUB "041b7fffffffffffffff" IAT CTI, ERR_RANGE},
		{"a5" ISS SUB "0420"
		 "0621" CTI,
			ERR_RANGE}, /* before 1970 */
		{"a5" ISS "024f000102030405060708090a0b0c0d0e" EXP IAT CTI, ERR_FORMAT},
		{"a5"
		 "016141" SUB EXP IAT CTI,
			ERR_FORMAT}, /* no member's name */
		{"a5"
		 "0160" SUB EXP IAT CTI,
			ERR_FORMAT},
		{"a6" ISS SUB EXP IAT CTI "3a0001000103", OK}, /* role */
		{"a6" ISS SUB EXP IAT CTI "3a00010001183e", ERR_RANGE},
		{"a6" ISS SUB EXP IAT CTI "3a0001000100", ERR_RANGE},
		{"a6" ISS SUB EXP IAT CTI "3a000100026154", OK}, /* name */
		{"a6" ISS SUB EXP IAT CTI "3a000100026107", ERR_FORMAT},
		{"a6" ISS SUB EXP IAT CTI "3a0001000260", ERR_FORMAT},
		{"a6" ISS SUB EXP IAT CTI "3a000100026100", ERR_LIMIT}, /* a NUL */
		{"a6" ISS SUB EXP IAT CTI "3a000100004100", ERR_FORMAT}, /* short photo hash */
		{"a6" ISS SUB EXP IAT CTI "19ffffa0", ERR_FORMAT},
		{"a6" ISS SUB EXP IAT CTI "19ffffa16b7374617475735f6c697374a16369647801",
			ERR_FORMAT},
		{"a6" ISS SUB EXP IAT CTI
		 "19ffffa16b7374617475735f6c697374a26369647801637572696a66747470733a2f2f622f63",
			ERR_FORMAT}, /* ftps */
		{"80", ERR_FORMAT},
	};
	struct keys keys;
	uint8_t kid[KID_SIZE];
	char header[200] = "a3012704", *hex = header + strlen(header);
	keys_init(tap, 0x31, &keys);
	cose_kid(keys.public, kid);
	strcpy(hex, "5820");
	hex_print(span_of(kid, sizeof kid), hex + 4);
	strcat(header, TYP);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct fault fault = {0};
		enum err err = judge(tap, &keys, header, rows[i].claims, "a0", &fault);
		CHECK_ROW(err == rows[i].err, "%s: %s, %s", rows[i].claims, err_name(err),
			fault.text);
	}
}

TEST(looks_at_the_type_first_and_takes_one_header_only)
{
	struct keys keys;
	uint8_t kid[KID_SIZE];
	char kid_hex[2 * KID_SIZE + 1], header[300];
	const char *good = "a5" ISS SUB EXP IAT CTI;
	struct fault fault;
	keys_init(tap, 0x31, &keys);
	cose_kid(keys.public, kid);
	hex_print(span_of(kid, sizeof kid), kid_hex);
	static const struct {
		const char *before, *after, *outside;
		bool has_kid;
		enum err err;
	} rows[] = {
		{"a30127045820", TYP, "a0", true, OK},
		/* "assay-statement+cose" */
		{"a30127045820", "107461737361792d73746174656d656e742b636f7365", "a0", true,
			ERR_VERSION},
		{"a20127045820", "", "a0", true, ERR_VERSION},
		{"a201271063616263", "", "a0", false, ERR_VERSION},
		{"a20127", TYP, "a0", false, ERR_FORMAT},
		{"a30126045820", TYP, "a0", true, ERR_FORMAT}, /* ES256 */
		{"a401270340045820", TYP, "a0", true, ERR_FORMAT}, /* one label more */
		{"a30127045820", TYP, "a1613100", true, ERR_FORMAT}, /* one outside */
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		(void)snprintf(header, sizeof header, "%s%s%s", rows[i].before,
			rows[i].has_kid ? kid_hex : "", rows[i].after);
		fault = (struct fault){0};
		enum err err = judge(tap, &keys, header, good, rows[i].outside, &fault);
		CHECK_ROW(err == rows[i].err, "%zu: %s, %s", i, err_name(err), fault.text);
	}
}

TEST(refuses_to_make_what_would_not_be_read)
{
	struct keys keys;
	char text[BADGE_TEXT_SIZE] = "untouched";
	struct fault fault;
	keys_init(tap, 0x31, &keys);
	struct signer signer = signer_local(keys.secret);
	struct badge badge = full();
	badge.expires_s = badge.issued_s + BADGE_LIFE_S + 1;
	CHECK(badge_make(&badge, keys.public, &signer, text, &fault) == ERR_RANGE);
	badge = full();
	strcpy(badge.issuer, "Hospital");
	CHECK(badge_make(&badge, keys.public, &signer, text, &fault) == ERR_FORMAT);
	badge = full();
	strcpy(badge.name, "Test\nPerson");
	CHECK(badge_make(&badge, keys.public, &signer, text, &fault) == ERR_FORMAT);
	badge = full();
	badge.role = (enum work_role)60;
	CHECK(badge_make(&badge, keys.public, &signer, text, &fault) == ERR_RANGE);
	badge = full();
	memset(badge.name, 'x', CREDENTIAL_NAME_MAX);
	memset(badge.issuer, 'y', MEMBER_NAME_MAX);
	memset(badge.status.uri + 10, 'z', STATUS_URI_MAX - 10);
	CHECK(badge_make(&badge, keys.public, &signer, text, &fault) == ERR_LIMIT &&
		strstr(fault.text, "shorten"));
	CHECK(!strcmp(text, "untouched"));
}

TEST(is_valid_from_its_beginning_to_before_its_expiry)
{
	struct fault fault;
	struct badge badge = full();
	badge.not_before_s = badge.issued_s;
	const int64_t from = (ISSUED - BADGE_SKEW_S) * 1000LL, to = (ISSUED + 86400) * 1000LL;
	CHECK(badge_is_valid_at(&badge, from - 1, &fault) == ERR_RANGE &&
		strstr(fault.text, "begins only at 2026-11-03T09:00:00"));
	CHECK(badge_is_valid_at(&badge, from, &fault) == OK);
	CHECK(badge_is_valid_at(&badge, to - 1, &fault) == OK);
	CHECK(badge_is_valid_at(&badge, to, &fault) == ERR_RANGE &&
		strstr(fault.text, "ran out at 2026-11-04T09:00:00"));
}

TEST(the_picture_must_be_the_one_named)
{
	struct fault fault;
	struct badge badge = full();
	NEED(crypto_start() == OK);
	CHECK(badge_photo_check(&badge, span_text("a picture"), &fault) == OK);
	CHECK(badge_photo_check(&badge, span_text("another"), &fault) == ERR_PROOF);
	badge.has_photo = false;
	CHECK(badge_photo_check(&badge, span_text("a picture"), &fault) == ERR_NOT_FOUND);
}

/* COSE messages of others: read and judged alike below the badge's own rules. */
TEST(agrees_with_the_generated_messages)
{
	size_t found = 0;
	for (int i = 0; i < 18; i++) {
		static const char *const damages[] = {"payload", "sig", "alg", "kid"};
		char path[200];
		uint8_t key[SIGN_PUBLIC], bytes[1024], back[1024];
		char text[base45_room(1024)];
		size_t size;
		struct cose_sign1 message;
		(void)snprintf(path, sizeof path, GENERATED "cose-%d.json", i);
		json_t *row = json_load_file(path, 0, NULL);
		if (!row)
			continue;
		found++;
		NEED(crypto_start() == OK);
		const char *hex = json_string_value(json_object_get(row, "coseHex"));
		size = strlen(hex) / 2;
		NEED(size <= sizeof bytes && hex_parse(span_text(hex), bytes, size, NULL) == OK);
		NEED(hex_parse(span_text(json_string_value(json_object_get(row, "publicKeyHex"))),
			     key, sizeof key, NULL) == OK);
		base45_print(span_of(bytes, size), text);
		CHECK(!strcmp(text, json_string_value(json_object_get(row, "base45"))));
		CHECK(base45_parse(span_text(text), back, sizeof back, &size, NULL) == OK);
		CHECK(cose_sign1_parse(span_of(back, size), COSE_FOREIGN, &message, NULL) == OK);
		CHECK(cose_sign1_verify(&message, key, (struct span){0}, (struct span){0}, NULL) ==
			OK);
		for (size_t j = 0; j < 4; j++) {
			const char *bad = json_string_value(
				json_object_get(json_object_get(row, "negative"), damages[j]));
			size = strlen(bad) / 2;
			NEED(hex_parse(span_text(bad), bytes, size, NULL) == OK);
			CHECK_ROW(cose_sign1_parse(span_of(bytes, size), COSE_FOREIGN, &message,
					  NULL) != OK ||
					  cose_sign1_verify(&message, key, (struct span){0},
						  (struct span){0}, NULL) != OK,
				"%s %s", path, damages[j]);
		}
		json_decref(row);
	}
	if (!found)
		SKIP("credentials/generated-cose-sign1-ed25519 is not there");
	CHECK(found == 12);
}

TAP_MAIN(CASE(a_made_badge_reads_back_and_verifies),
	CASE(makes_the_badge_that_another_implementation_verified),
	CASE(a_scanner_may_add_line_ends_but_nothing_else),
	CASE(refuses_texts_that_are_no_badge_and_says_where),
	CASE(refuses_a_text_of_more_than_500_bytes), CASE(every_changed_bit_is_refused),
	CASE(another_key_is_told_from_a_bad_signature), CASE(refuses_claims_outside_the_form),
	CASE(looks_at_the_type_first_and_takes_one_header_only),
	CASE(refuses_to_make_what_would_not_be_read),
	CASE(is_valid_from_its_beginning_to_before_its_expiry),
	CASE(the_picture_must_be_the_one_named), CASE(agrees_with_the_generated_messages))
