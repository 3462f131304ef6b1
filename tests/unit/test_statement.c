#include "ledger/proof/promise.h"
#include "ledger/proof/statement.h"
#include "tests/unit/proof_vectors.h"
#include "tests/tap.h"

#define ORIGIN "trial.example/0123456789abcdef0123456789abcdef"

/* A statement of key 1; what a row changes is set by the caller. */
static struct statement sample(uint8_t kid[KID_SIZE], const struct vector_key *key)
{
	static const uint8_t empty_map = 0xa0;
	cose_kid(key->public, kid);
	return (struct statement){
		.envelope = {.type = SIGNED_STATEMENT,
			.kid = span_of(kid, KID_SIZE),
			.issuer = span_text("acute.example"),
			.subject = span_text("note"),
			.origin = span_text(ORIGIN)},
		.kind = 40,
		.body = span_of(&empty_map, 1),
	};
}

TEST(reads_and_makes_the_statements_that_others_make)
{
	uint8_t room[PROOF_VECTOR_ROOM], kid[KID_SIZE], entry[ENTRY_SIZE], want[PROOF_VECTOR_ROOM];
	struct vector_key key;
	struct statement statement, made;
	struct attachment_record record;
	struct buf buf;
	json_t *file = json_read(PROOF_VECTORS);
	NEED(file);
	vector_key(1, &key);
	buf_init(&buf, STATEMENT_SIZE_MAX);
	struct span bytes = vector_bytes(file, "statement", room);
	NEED(statement_decode(bytes, SIGNED_STATEMENT, &statement, NULL) == OK);
	CHECK(statement_verify(&statement, key.public, NULL) == OK);
	CHECK(span_is(statement.envelope.issuer, "acute.example") &&
		span_is(statement.envelope.subject, "lot-open") &&
		span_is(statement.envelope.origin, ORIGIN));
	CHECK(statement.kind == 33 && statement.sequence == 7 &&
		statement.not_after_ms == 1795000000000 &&
		span_is(statement.principal, "maker.example"));
	CHECK(statement.attachment_count == 1 && statement.body.size > 1);
	statement_attachment(&statement, 0, &record);
	CHECK(record.size_class == 10 && span_equal(span_of(record.commitment, HASH_SIZE),
						 vector_bytes(file, "commitment", want)));
	statement_entry(bytes, entry);
	CHECK(span_equal(span_of(entry, ENTRY_SIZE), vector_bytes(file, "entry", want)));
	cose_kid(key.public, kid);
	CHECK(span_equal(span_of(kid, KID_SIZE), vector_bytes(file, "kid", want)));
	NEED(statement_encode(&statement, &key.signer, &buf, NULL) == OK);
	CHECK(span_equal(buf_span(&buf), bytes));
	/* Without principal and attachments, from fields. */
	made = sample(kid, &key);
	buf_reset(&buf);
	NEED(statement_encode(&made, &key.signer, &buf, NULL) == OK);
	CHECK(span_equal(buf_span(&buf), vector_bytes(file, "plain", want)));
	buf_close(&buf);
	json_decref(file);
}

TEST(a_seal_is_kind_1_in_a_typ_of_its_own)
{
	uint8_t room[PROOF_VECTOR_ROOM], kid[KID_SIZE];
	struct vector_key key;
	struct statement seal, other;
	struct fault fault;
	enum signed_type type;
	struct buf buf;
	json_t *file = json_read(PROOF_VECTORS);
	NEED(file);
	vector_key(1, &key);
	struct span bytes = vector_bytes(file, "seal", room);
	NEED(statement_decode(bytes, SIGNED_SEAL, &seal, NULL) == OK);
	CHECK(seal.kind == STATEMENT_KIND_SEAL && statement_verify(&seal, key.public, NULL) == OK);
	CHECK(statement_decode(bytes, SIGNED_STATEMENT, &other, &fault) == ERR_VERSION);
	CHECK(signed_type_of(bytes, &type, NULL) == OK && type == SIGNED_SEAL);
	buf_init(&buf, STATEMENT_SIZE_MAX);
	other = sample(kid, &key);
	other.kind = STATEMENT_KIND_SEAL;
	CHECK(statement_encode(&other, &key.signer, &buf, &fault) == ERR_FORMAT);
	other.kind = 2;
	other.envelope.type = SIGNED_SEAL;
	CHECK(statement_encode(&other, &key.signer, &buf, &fault) == ERR_FORMAT);
	CHECK(buf.size == 0);
	buf_close(&buf);
	json_decref(file);
}

TEST(any_changed_byte_is_noticed)
{
	uint8_t room[PROOF_VECTOR_ROOM];
	struct vector_key key;
	struct statement statement;
	json_t *file = json_read(PROOF_VECTORS);
	NEED(file);
	vector_key(1, &key);
	struct span bytes = vector_bytes(file, "statement", room);
	for (size_t i = 0; i < bytes.size; i++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			room[i] = (uint8_t)(room[i] ^ 1U << bit);
			CHECK_ROW(statement_decode(bytes, SIGNED_STATEMENT, &statement, NULL) ||
					  statement_verify(&statement, key.public, NULL),
				"byte %zu bit %u", i, bit);
			room[i] = (uint8_t)(room[i] ^ 1U << bit);
		}
		CHECK(statement_decode(span_cut(bytes, 0, i), SIGNED_STATEMENT, &statement, NULL));
	}
	NEED(statement_decode(bytes, SIGNED_STATEMENT, &statement, NULL) == OK);
	vector_key(2, &key);
	CHECK(statement_verify(&statement, key.public, NULL) == ERR_KEY);
	json_decref(file);
}

static enum err must_not_sign(void *self, struct span bytes, uint8_t signature[SIGN_SIZE])
{
	(void)bytes;
	memset(signature, 0, SIGN_SIZE);
	++*(int *)self;
	return OK;
}

/* What is wrong is refused before anything is signed, in a sentence that says what. */
TEST(does_not_sign_what_it_would_not_read)
{
	static const struct {
		const char *issuer, *subject, *origin, *principal, *body; /* NULL: as it is */
		const char *attachments;
		enum err err;
		const char *text;
	} rows[] = {
		{"Acute.example", NULL, NULL, NULL, NULL, NULL, ERR_FORMAT, "iss"},
		{"-acute", NULL, NULL, NULL, NULL, NULL, ERR_FORMAT, "iss"},
		{"acute.", NULL, NULL, NULL, NULL, NULL, ERR_FORMAT, "iss"},
		{"", NULL, NULL, NULL, NULL, NULL, ERR_FORMAT, "iss"},
		{NULL, "Lot", NULL, NULL, NULL, NULL, ERR_FORMAT, "sub"},
		{NULL, "", NULL, NULL, NULL, NULL, ERR_FORMAT, "sub"},
		{NULL, NULL, "a b", NULL, NULL, NULL, ERR_FORMAT, "aud"},
		{NULL, NULL, "a+b", NULL, NULL, NULL, ERR_FORMAT, "aud"},
		{NULL, NULL, "", NULL, NULL, NULL, ERR_FORMAT, "aud"},
		{NULL, NULL, NULL, "No Name", NULL, NULL, ERR_FORMAT, "principal"},
		{NULL, NULL, NULL, NULL, "80", NULL, ERR_FORMAT, "body"},
		{NULL, NULL, NULL, NULL, "a202000100", NULL, ERR_FORMAT, "order"},
		{NULL, NULL, NULL, NULL, "a0a0", NULL, ERR_FORMAT, ""},
		{NULL, NULL, NULL, NULL, NULL, "80", ERR_FORMAT, "at least one"},
		{NULL, NULL, NULL, NULL, NULL, "81834100014100", ERR_FORMAT, "length"},
	};
	struct vector_key key;
	uint8_t kid[KID_SIZE], room[64];
	struct buf buf;
	int asked = 0;
	struct signer signer = {&asked, must_not_sign};
	vector_key(1, &key);
	buf_init(&buf, STATEMENT_SIZE_MAX);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct statement statement = sample(kid, &key);
		struct fault fault = {.err = OK};
		size_t size;
		if (rows[i].issuer)
			statement.envelope.issuer = span_text(rows[i].issuer);
		if (rows[i].subject)
			statement.envelope.subject = span_text(rows[i].subject);
		if (rows[i].origin)
			statement.envelope.origin = span_text(rows[i].origin);
		if (rows[i].principal)
			statement.principal = span_text(rows[i].principal);
		const char *hex = rows[i].body ? rows[i].body : rows[i].attachments;
		if (hex) {
			NEED(json_hex(hex, room, sizeof room, &size));
			*(rows[i].body ? &statement.body : &statement.attachments) =
				span_of(room, size);
		}
		enum err err = statement_encode(&statement, &signer, &buf, &fault);
		CHECK_ROW(err == rows[i].err && strstr(fault.text, rows[i].text), "row %zu: %s %s",
			i, err_name(err), fault.text);
	}
	struct statement statement = sample(kid, &key);
	statement.not_after_ms = -1;
	CHECK(statement_encode(&statement, &signer, &buf, NULL) == ERR_FORMAT);
	statement = sample(kid, &key);
	statement.sequence = (uint64_t)1 << 63;
	CHECK(statement_encode(&statement, &signer, &buf, NULL) == ERR_RANGE);
	statement = sample(kid, &key);
	statement.envelope.kid.size = 31;
	CHECK(statement_encode(&statement, &signer, &buf, NULL) == ERR_FORMAT);
	CHECK(asked == 0 && buf.size == 0);
	buf_close(&buf);
}

TEST(names_words_and_origins_have_their_lengths)
{
	char text[130];
	memset(text, 'a', sizeof text);
	CHECK(name_is_valid(span_of(text, 63)) && !name_is_valid(span_of(text, 64)));
	CHECK(word_is_valid(span_of(text, 32)) && !word_is_valid(span_of(text, 33)));
	CHECK(origin_is_valid(span_of(text, 128)) && !origin_is_valid(span_of(text, 129)));
	CHECK(name_is_valid(span_text("x")) && name_is_valid(span_text("a.b-c.9")));
	CHECK(!word_is_valid(span_text("a.b")) && word_is_valid(span_text("lot-open")));
	CHECK(!origin_is_valid(span_text("caf\xc3\xa9")) && origin_is_valid(span_text("A/~!")));
}

/* Signs any payload under the right header, as a wrong author might. */
static struct span forge(struct buf *buf, const struct vector_key *key, enum signed_type type,
	const char *subject, struct span payload)
{
	uint8_t kid[KID_SIZE];
	struct envelope envelope = sample(kid, key).envelope;
	envelope.type = type;
	envelope.subject = span_text(subject);
	envelope.payload = payload;
	buf_reset(buf);
	return envelope_encode(&envelope, SIZE_MAX, &key->signer, buf, NULL) == OK
		       ? buf_span(buf)
		       : span_of(NULL, 0);
}

/* Rows are payloads; place counts from the payload's first byte. */
TEST(refuses_payloads_that_are_not_of_the_form)
{
	static const struct {
		const char *hex;
		enum err err;
		size_t at;
	} rows[] = {
		{"a40118280200030005a0", OK, 0},
		{"a401182802000300", ERR_FORMAT, 8}, /* ends early */
		{"a301182802000300", ERR_FORMAT, 8}, /* no body */
		{"a3011828020005a0", ERR_FORMAT, 8}, /* no not_after */
		{"a40200011828030005a0", ERR_FORMAT, 3}, /* order */
		{"a4011828020003000580", ERR_FORMAT, 9}, /* body an array */
		{"a40118280200030005a10102", OK, 0},
		{"a40118280200030005a101", ERR_FORMAT, 11}, /* body cut */
		{"a40138280200030005a0", ERR_FORMAT, 2}, /* kind negative */
		{"a4011a000100000200030005a0", ERR_RANGE, 7}, /* kind 65536 */
		{"a40118280220030005a0", ERR_FORMAT, 5}, /* sequence negative */
		{"a40118280200032005a0", ERR_FORMAT, 7}, /* not_after negative */
		{"a501182802000300046005a0", ERR_FORMAT, 9}, /* empty principal */
		{"a50118280200030004416105a0", ERR_FORMAT, 9}, /* principal bytes */
		{"a50118280200030005a00680", ERR_FORMAT, 12}, /* no record */
		{"a50118280200030005a00700", ERR_FORMAT, 11}, /* key 7 */
		{"a50018280118280200030005a0", ERR_FORMAT, 2}, /* key 0 */
		{"80", ERR_FORMAT, 0},
		{"a40118280200030005a000", ERR_FORMAT, 10}, /* bytes behind */
	};
	struct vector_key key;
	struct buf buf;
	vector_key(1, &key);
	buf_init(&buf, STATEMENT_SIZE_MAX);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint8_t payload[64];
		struct statement statement;
		struct fault fault = {.err = OK};
		size_t size;
		NEED(json_hex(rows[i].hex, payload, sizeof payload, &size));
		struct span bytes =
			forge(&buf, &key, SIGNED_STATEMENT, "note", span_of(payload, size));
		NEED(bytes.size);
		enum err err = statement_decode(bytes, SIGNED_STATEMENT, &statement, &fault);
		size_t payload_at = bytes.size - SIGN_SIZE - 2 - size;
		CHECK_ROW(err == rows[i].err && (!err || fault.at == payload_at + rows[i].at),
			"%s: %s at %d", rows[i].hex, err_name(err),
			(int)fault.at - (int)payload_at);
	}
	buf_close(&buf);
}

TEST(refuses_headers_that_are_not_exactly_the_four)
{
	/* Header maps, with K for the kid of key 1. */
	static const struct {
		const char *before, *after; /* the kid */
		enum err err;
	} rows[] = {
#define HEAD   "a40127045820"
#define CLAIMS "0fa301616102616e036161"
#define TYP    "107461737361792d73746174656d656e742b636f7365"
		{HEAD, CLAIMS TYP, OK}, {"a40126045820", CLAIMS TYP, ERR_VERSION}, /* ES256 */
		{"a50127045820", CLAIMS TYP "19018b01", ERR_FORMAT}, /* one more */
		{"a30127045820", TYP, ERR_FORMAT}, /* no claims */
		{"a30127045820", CLAIMS, ERR_VERSION}, /* no typ: told first */
		{HEAD, "0fa201616102616e" TYP, ERR_FORMAT}, /* no aud */
		{HEAD, "0fa401616102616e0361610401" TYP, ERR_LIMIT}, /* exp */
		{HEAD, "0fa301616102616e046161" TYP, ERR_FORMAT}, /* 4 for 3 */
		{HEAD, "0fa301416102616e036161" TYP, ERR_FORMAT}, /* bytes */
		{HEAD, CLAIMS "106f61737361792d7365616c2b636f7365", ERR_VERSION}, /* a seal */
	};
	static const uint8_t payload[] = {
		0xa4, 0x01, 0x18, 0x28, 0x02, 0x00, 0x03, 0x00, 0x05, 0xa0};
	static const uint8_t empty_map[] = {0xa0}, full_map[] = {0xa1, 0x01, 0x02};
	struct vector_key key;
	uint8_t kid[KID_SIZE];
	char kid_hex[2 * KID_SIZE + 1], hex[400];
	struct statement statement;
	struct span none = {0};
	struct buf buf;
	vector_key(1, &key);
	cose_kid(key.public, kid);
	hex_print(span_of(kid, KID_SIZE), kid_hex);
	buf_init(&buf, 1000);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint8_t protected[200];
		size_t size;
		(void)snprintf(hex, sizeof hex, "%s%s%s", rows[i].before, kid_hex, rows[i].after);
		NEED(json_hex(hex, protected, sizeof protected, &size));
		buf_reset(&buf);
		NEED(cose_sign1_make(span_of(protected, size), span_of(empty_map, 1),
			     span_of(payload, sizeof payload), false, none, &key.signer, &buf,
			     NULL) == OK);
		enum err err = statement_decode(buf_span(&buf), SIGNED_STATEMENT, &statement, NULL);
		CHECK_ROW(err == rows[i].err, "row %zu: %s", i, err_name(err));
		if (i > 0)
			continue;
		buf_reset(&buf);
		NEED(cose_sign1_make(span_of(protected, size), span_of(full_map, 3),
			     span_of(payload, sizeof payload), false, none, &key.signer, &buf,
			     NULL) == OK);
		struct fault fault;
		CHECK(statement_decode(buf_span(&buf), SIGNED_STATEMENT, &statement, &fault) ==
			ERR_FORMAT);
		CHECK(fault.at == size + 4 && fault.size == 3);
		buf_reset(&buf);
		NEED(cose_sign1_make(span_of(protected, size), span_of(empty_map, 1),
			     span_of(payload, sizeof payload), true, none, &key.signer, &buf,
			     NULL) == OK);
		CHECK(statement_decode(buf_span(&buf), SIGNED_STATEMENT, &statement, NULL) ==
			ERR_FORMAT);
	}
	buf_close(&buf);
}

TEST(a_statement_has_at_most_256_kib_and_64_attachments)
{
	static uint8_t blob[STATEMENT_SIZE_MAX];
	struct vector_key key;
	struct statement statement, back;
	struct attachment_record records[STATEMENT_ATTACHMENTS_MAX + 1] = {{.size_class = 31}};
	struct attachment_record record;
	struct fault fault;
	struct buf buf, body, attachments;
	uint8_t kid[KID_SIZE];
	vector_key(1, &key);
	buf_init(&buf, 2 * STATEMENT_SIZE_MAX);
	buf_init(&body, 2 * STATEMENT_SIZE_MAX);
	buf_init(&attachments, 10000);
	statement = sample(kid, &key);
	/* What a body of that size leaves spare is filled, then one byte more. */
	for (size_t over = 0; over < 2; over++) {
		buf_reset(&body);
		buf_reset(&buf);
		cbor_put_map(&body, 1);
		cbor_put_uint(&body, 1);
		cbor_put_bytes(&body, span_of(blob, STATEMENT_SIZE_MAX - 300 + over));
		statement.body = buf_span(&body);
		NEED(statement_encode(&statement, &key.signer, &buf, &fault) == OK);
		size_t spare = STATEMENT_SIZE_MAX - buf.size;
		buf_reset(&body);
		buf_reset(&buf);
		cbor_put_map(&body, 1);
		cbor_put_uint(&body, 1);
		cbor_put_bytes(&body, span_of(blob, STATEMENT_SIZE_MAX - 300 + spare + 2 * over));
		statement.body = buf_span(&body);
		enum err err = statement_encode(&statement, &key.signer, &buf, &fault);
		CHECK_ROW(err == (over ? ERR_LIMIT : OK), "over %zu: %s", over, err_name(err));
		CHECK(buf.size == (over ? 0 : STATEMENT_SIZE_MAX));
		if (!over)
			CHECK(statement_decode(buf_span(&buf), SIGNED_STATEMENT, &back, NULL) ==
				OK);
		buf_put_u8(&buf, 0);
		if (!over)
			CHECK(statement_decode(buf_span(&buf), SIGNED_STATEMENT, &back, NULL) ==
				ERR_LIMIT);
	}
	statement = sample(kid, &key);
	records[63].commitment[31] = 9;
	statement_attachments_put(&attachments, records, 64);
	statement.attachments = buf_span(&attachments);
	buf_reset(&buf);
	NEED(statement_encode(&statement, &key.signer, &buf, &fault) == OK);
	NEED(statement_decode(buf_span(&buf), SIGNED_STATEMENT, &back, NULL) == OK);
	statement_attachment(&back, 63, &record);
	CHECK(back.attachment_count == 64 && record.commitment[31] == 9 && record.size_class == 0);
	buf_reset(&attachments);
	statement_attachments_put(&attachments, records, 65);
	statement.attachments = buf_span(&attachments);
	CHECK(statement_encode(&statement, &key.signer, &buf, &fault) == ERR_LIMIT);
	buf_reset(&attachments);
	records[0].size_class = 32;
	statement_attachments_put(&attachments, records, 1);
	statement.attachments = buf_span(&attachments);
	CHECK(statement_encode(&statement, &key.signer, &buf, &fault) == ERR_RANGE);
	buf_close(&attachments);
	buf_close(&body);
	buf_close(&buf);
}

TEST(promises_and_refusals_read_and_make_what_others_make)
{
	uint8_t room[PROOF_VECTOR_ROOM], want[PROOF_VECTOR_ROOM];
	struct vector_key key;
	struct promise promise;
	struct refusal refusal;
	struct buf buf;
	json_t *file = json_read(PROOF_VECTORS);
	NEED(file);
	vector_key(1, &key);
	buf_init(&buf, PROMISE_SIZE_MAX);
	struct span entry = vector_bytes(file, "entry", want);
	struct span bytes = vector_bytes(file, "promise", room);
	NEED(promise_decode(bytes, &promise, NULL) == OK);
	CHECK(envelope_verify(&promise.envelope, key.public, NULL) == OK);
	CHECK(span_equal(span_of(promise.entry, ENTRY_SIZE), entry));
	CHECK(promise.by_ms == 1795000060000 && promise.tree_size == 4);
	NEED(promise_encode(&promise, &key.signer, &buf, NULL) == OK);
	CHECK(span_equal(buf_span(&buf), bytes));
	CHECK(refusal_decode(bytes, &refusal, NULL) == ERR_VERSION);
	bytes = vector_bytes(file, "refusal", room);
	NEED(refusal_decode(bytes, &refusal, NULL) == OK);
	CHECK(envelope_verify(&refusal.envelope, key.public, NULL) == OK);
	CHECK(span_equal(span_of(refusal.entry, ENTRY_SIZE), entry));
	CHECK(refusal.height == 12 && refusal.code == 501 && refusal.has_element &&
		refusal.element == 9 && refusal.tree_size == 4);
	buf_reset(&buf);
	NEED(refusal_encode(&refusal, &key.signer, &buf, NULL) == OK);
	CHECK(span_equal(buf_span(&buf), bytes));
	/* Encoding sets type and subject itself. */
	refusal.has_element = false;
	refusal.envelope.subject = span_text("x");
	buf_reset(&buf);
	NEED(refusal_encode(&refusal, &key.signer, &buf, NULL) == OK);
	NEED(refusal_decode(buf_span(&buf), &refusal, NULL) == OK);
	CHECK(!refusal.has_element && span_is(refusal.envelope.subject, "refusal"));
	buf_close(&buf);
	json_decref(file);
}

TEST(refuses_promises_and_refusals_of_another_form)
{
#define ENTRY "58200000000000000000000000000000000000000000000000000000000000000000"
	static const struct {
		enum signed_type type;
		const char *subject, *hex;
		enum err err;
	} rows[] = {
		{SIGNED_PROMISE, "promise", "a301" ENTRY "02010302", OK},
		{SIGNED_PROMISE, "refusal", "a301" ENTRY "02010302", ERR_FORMAT},
		{SIGNED_PROMISE, "promise", "a201" ENTRY "0201", ERR_FORMAT},
		{SIGNED_PROMISE, "promise", "a301" ENTRY "02010402", ERR_FORMAT},
		{SIGNED_PROMISE, "promise", "a301410002010302", ERR_FORMAT},
		{SIGNED_REFUSAL, "refusal", "a401" ENTRY "020103020503", OK},
		{SIGNED_REFUSAL, "refusal", "a501" ENTRY "0201030204000503", OK},
		{SIGNED_REFUSAL, "refusal", "a401" ENTRY "020103020403", ERR_FORMAT},
		{SIGNED_REFUSAL, "promise", "a401" ENTRY "020103020503", ERR_FORMAT},
		{SIGNED_REFUSAL, "refusal", "a401" ENTRY "0201031b00000001000000000503", ERR_RANGE},
		{SIGNED_REFUSAL, "refusal", "a401" ENTRY "020103020603", ERR_FORMAT},
	};
	struct vector_key key;
	struct buf buf;
	vector_key(1, &key);
	buf_init(&buf, 4000);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint8_t payload[100];
		struct promise promise;
		struct refusal refusal;
		size_t size;
		NEED(json_hex(rows[i].hex, payload, sizeof payload, &size));
		struct span bytes =
			forge(&buf, &key, rows[i].type, rows[i].subject, span_of(payload, size));
		NEED(bytes.size);
		enum err err = rows[i].type == SIGNED_PROMISE
				       ? promise_decode(bytes, &promise, NULL)
				       : refusal_decode(bytes, &refusal, NULL);
		CHECK_ROW(err == rows[i].err, "row %zu: %s", i, err_name(err));
	}
	static uint8_t large[2000];
	struct promise promise;
	CHECK(promise_decode(span_of(large, sizeof large), &promise, NULL) == ERR_LIMIT);
	buf_close(&buf);
}

TAP_MAIN(CASE(reads_and_makes_the_statements_that_others_make),
	CASE(a_seal_is_kind_1_in_a_typ_of_its_own), CASE(any_changed_byte_is_noticed),
	CASE(does_not_sign_what_it_would_not_read),
	CASE(names_words_and_origins_have_their_lengths),
	CASE(refuses_payloads_that_are_not_of_the_form),
	CASE(refuses_headers_that_are_not_exactly_the_four),
	CASE(a_statement_has_at_most_256_kib_and_64_attachments),
	CASE(promises_and_refusals_read_and_make_what_others_make),
	CASE(refuses_promises_and_refusals_of_another_form))
