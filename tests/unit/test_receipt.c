#include "ledger/proof/cose_receipt.h"
#include "ledger/proof/receipt.h"
#include "tests/unit/proof_vectors.h"
#include "tests/tap.h"

#define TEXT_MAX 8192

TEST(judges_and_prints_the_receipt_that_others_made)
{
	static struct policy policy;
	uint8_t entry[PROOF_VECTOR_ROOM];
	struct receipt receipt;
	struct policy_judgement judgement;
	struct buf buf;
	json_t *file = json_read(PROOF_VECTORS);
	NEED(file);
	NEED(policy_parse(json_span(file, "policy"), &policy, NULL) == OK);
	NEED(vector_bytes(file, "entry", entry).size == HASH_SIZE);
	struct span text = json_span(file, "receipt");
	NEED(receipt_parse(text, &receipt, NULL) == OK);
	CHECK(receipt.index == 2 && receipt.path.count == 3 && !receipt.extra.size);
	CHECK(receipt_verify(&receipt, entry, &policy, &judgement, NULL) == OK);
	CHECK(judgement.checkpoint.size == 7 && judgement.cosigners == 2);
	buf_init(&buf, TEXT_MAX);
	receipt_print(&receipt, &buf);
	CHECK(span_equal(buf_span(&buf), text));
	/* Extra data is carried, not judged. */
	receipt.extra = span_text("AAEC");
	buf_reset(&buf);
	receipt_print(&receipt, &buf);
	NEED(receipt_parse(buf_span(&buf), &receipt, NULL) == OK);
	CHECK(span_is(receipt.extra, "AAEC"));
	CHECK(receipt_verify(&receipt, entry, &policy, &judgement, NULL) == OK);
	entry[0] ^= 1;
	CHECK(receipt_verify(&receipt, entry, &policy, &judgement, NULL) == ERR_PROOF);
	entry[0] ^= 1;
	receipt.index = 3;
	CHECK(receipt_verify(&receipt, entry, &policy, &judgement, NULL) == ERR_PROOF);
	receipt.index = 7;
	CHECK(receipt_verify(&receipt, entry, &policy, &judgement, NULL) == ERR_RANGE);
	receipt.index = 2;
	receipt.path.count--;
	CHECK(receipt_verify(&receipt, entry, &policy, &judgement, NULL) == ERR_PROOF);
	buf_close(&buf);
	json_decref(file);
}

/* Every bit of the text counts, but for extra data and for signatures of keys that the policy does
 * not list; this one has none of these. */
TEST(any_changed_character_is_noticed)
{
	static struct policy policy;
	static char text[TEXT_MAX];
	uint8_t entry[PROOF_VECTOR_ROOM];
	struct receipt receipt;
	struct policy_judgement judgement;
	json_t *file = json_read(PROOF_VECTORS);
	NEED(file);
	NEED(policy_parse(json_span(file, "policy"), &policy, NULL) == OK);
	NEED(vector_bytes(file, "entry", entry).size == HASH_SIZE);
	struct span good = json_span(file, "receipt");
	NEED(good.size < sizeof text);
	memcpy(text, good.at, good.size);
	for (size_t i = 0; i < good.size; i++) {
		text[i] ^= 1;
		CHECK_ROW(receipt_parse(span_of(text, good.size), &receipt, NULL) ||
				  receipt_verify(&receipt, entry, &policy, &judgement, NULL),
			"byte %zu", i);
		text[i] ^= 1;
		CHECK_ROW(receipt_parse(span_of(text, i), &receipt, NULL) ||
				  receipt_verify(&receipt, entry, &policy, &judgement, NULL),
			"cut at %zu", i);
	}
	json_decref(file);
}

#define H    "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
#define HEAD "c2sp.org/tlog-proof@v1\n"
#define NOTE "log\n2\n" H "\n\xe2\x80\x94 log AAAAAAE=\n"

TEST(refuses_receipts_that_are_not_of_the_form)
{
	static const struct {
		const char *text;
		enum err err;
		size_t at;
	} rows[] = {
		{HEAD "index 0\n" H "\n" NOTE, OK, 0},
		{HEAD "index 0\n\n" NOTE, OK, 0},
		{HEAD "extra AA==\nindex 0\n\n" NOTE, OK, 0},
		{"", ERR_FORMAT, 0},
		{"c2sp.org/tlog-proof@v2\nindex 0\n\n" NOTE, ERR_VERSION, 0},
		{"index 0\n\n" NOTE, ERR_FORMAT, 0},
		{HEAD "extra\nindex 0\n\n" NOTE, ERR_FORMAT, 23},
		{HEAD "extra \nindex 0\n\n" NOTE, ERR_FORMAT, 23},
		{HEAD "extra A\nindex 0\n\n" NOTE, ERR_FORMAT, 23},
		{HEAD "index 0\nextra AA==\n\n" NOTE, ERR_FORMAT, 31},
		{HEAD "extra AA==\nextra AA==\nindex 0\n\n" NOTE, ERR_FORMAT, 34},
		{HEAD "index 00\n\n" NOTE, ERR_FORMAT, 23},
		{HEAD "index -1\n\n" NOTE, ERR_FORMAT, 23},
		{HEAD "index \n\n" NOTE, ERR_FORMAT, 23},
		{HEAD "index 9223372036854775808\n\n" NOTE, ERR_FORMAT, 23},
		{HEAD "\n" NOTE, ERR_FORMAT, 23},
		{HEAD "index 0\nAA==\n\n" NOTE, ERR_FORMAT, 31},
		{HEAD "index 0\n" NOTE, ERR_FORMAT, 31},
		{HEAD "index 0\n" H, ERR_FORMAT, 76},
		{HEAD "index 0\n\nlog\n", ERR_FORMAT, 36},
		{HEAD "index 0\n\n", ERR_FORMAT, 32},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct receipt receipt;
		struct fault fault = {.err = OK};
		enum err err = receipt_parse(span_text(rows[i].text), &receipt, &fault);
		CHECK_ROW(err == rows[i].err && fault.at == rows[i].at, "row %zu: %s at %zu", i,
			err_name(err), fault.at);
	}
	struct buf buf;
	struct receipt receipt;
	buf_init(&buf, TEXT_MAX);
	for (int over = 0; over < 2; over++) {
		buf_reset(&buf);
		buf_put_text(&buf, HEAD "index 0\n");
		for (int i = 0; i < TREE_PROOF_MAX + over; i++)
			buf_put_text(&buf, H);
		buf_put_text(&buf, "\n" NOTE);
		CHECK(receipt_parse(buf_span(&buf), &receipt, NULL) == (over ? ERR_LIMIT : OK));
	}
	buf_close(&buf);
}

TEST(there_is_no_receipt_for_a_tree_of_one_entry)
{
	struct vector_key key;
	struct note_key log;
	struct policy policy;
	struct policy_judgement judgement;
	struct checkpoint checkpoint = {.origin = span_text("log"), .size = 1};
	struct receipt receipt = {.index = 0};
	struct buf body, note, text;
	uint8_t entry[HASH_SIZE] = {5}, kid[KID_SIZE];
	vector_key(2, &key);
	NEED(note_key_make(span_text("log"), NOTE_ED25519, key.public, &log, NULL) == OK);
	buf_init(&body, 1000);
	buf_init(&note, 1000);
	buf_init(&text, 1000);
	tree_leaf(entry, checkpoint.root);
	checkpoint_print(&checkpoint, &body);
	buf_put(&note, buf_span(&body));
	buf_put_text(&note, "\n");
	NEED(note_sign(&log, buf_span(&body), 0, &key.signer, &note, NULL) == OK);
	policy_print(&log, 1, NULL, 0, 0, &text);
	NEED(policy_parse(buf_span(&text), &policy, NULL) == OK);
	receipt.checkpoint = buf_span(&note);
	CHECK(policy_judge(&policy, receipt.checkpoint, &judgement, NULL) == OK);
	CHECK(receipt_verify(&receipt, entry, &policy, &judgement, NULL) == ERR_RANGE);
	struct cose_receipt cose = {.issuer = span_text("acute.example"),
		.origin = span_text("log"),
		.kid = span_of(kid, KID_SIZE),
		.tree_size = 1};
	cose_kid(key.public, kid);
	CHECK(cose_receipt_make(&cose, entry, checkpoint.root, &key.signer, &text, NULL) ==
		ERR_RANGE);
	buf_close(&text);
	buf_close(&note);
	buf_close(&body);
}

TEST(judges_and_makes_the_cose_receipt_that_others_made)
{
	uint8_t room[PROOF_VECTOR_ROOM], entry[PROOF_VECTOR_ROOM], root[PROOF_VECTOR_ROOM];
	struct vector_key key;
	struct cose_receipt receipt, back;
	struct fault fault;
	struct buf buf;
	json_t *file = json_read(PROOF_VECTORS);
	NEED(file);
	NEED(vector_bytes(file, "entry", entry).size == HASH_SIZE);
	NEED(vector_bytes(file, "root", root).size == HASH_SIZE);
	struct span bytes = vector_bytes(file, "cose_receipt", room);
	vector_key(2, &key);
	NEED(cose_receipt_parse(bytes, &receipt, NULL) == OK);
	CHECK(receipt.is_ours && receipt.tree_size == 7 && receipt.index == 2 &&
		receipt.path.count == 3 && span_is(receipt.issuer, "acute.example") &&
		span_equal(receipt.origin, json_span(file, "origin")));
	CHECK(cose_receipt_verify(&receipt, entry, key.public, NULL) == OK);
	buf_init(&buf, COSE_RECEIPT_SIZE_MAX);
	NEED(cose_receipt_make(&receipt, entry, root, &key.signer, &buf, &fault) == OK);
	CHECK(span_equal(buf_span(&buf), bytes));
	/* Nothing is signed for a path that does not lead to the root. */
	buf_reset(&buf);
	receipt.path.hash[0][0] ^= 1;
	CHECK(cose_receipt_make(&receipt, entry, root, &key.signer, &buf, NULL) == ERR_PROOF);
	CHECK(buf.size == 0);
	/* Each bit counts, those of the unsigned header too. */
	for (size_t i = 0; i < bytes.size; i++) {
		for (unsigned bit = 0; bit < 8; bit++) {
			room[i] = (uint8_t)(room[i] ^ 1U << bit);
			CHECK_ROW(cose_receipt_parse(bytes, &back, NULL) ||
					  cose_receipt_verify(&back, entry, key.public, NULL),
				"byte %zu bit %u", i, bit);
			room[i] = (uint8_t)(room[i] ^ 1U << bit);
		}
	}
	vector_key(1, &key);
	NEED(cose_receipt_parse(bytes, &back, NULL) == OK);
	CHECK(cose_receipt_verify(&back, entry, key.public, NULL) == ERR_KEY);
	buf_close(&buf);
	json_decref(file);
}

/* A receipt of key 2 with given headers over the root of (entry, other); in the protected one K
 * stands for the kid and C for the claims. */
static enum err judge_made(
	struct tap *tap, const char *protected_hex, const char *claims, const char *unprotected_hex)
{
	uint8_t protected[400], unprotected[200], entry[HASH_SIZE] = {1}, leaf[HASH_SIZE];
	uint8_t root[HASH_SIZE], other[HASH_SIZE] = {0}, kid[KID_SIZE];
	char kid_hex[2 * KID_SIZE + 1], hex[900];
	struct vector_key key;
	struct cose_receipt receipt;
	struct span none = {0};
	struct buf buf;
	size_t size, unprotected_size;
	vector_key(2, &key);
	cose_kid(key.public, kid);
	hex_print(span_of(kid, KID_SIZE), kid_hex);
	struct buf expanded;
	buf_over(&expanded, hex, sizeof hex - 1);
	for (const char *c = protected_hex; *c; c++) {
		if (*c == 'K')
			buf_put_text(&expanded, kid_hex);
		else if (*c == 'C')
			buf_put_text(&expanded, claims);
		else
			buf_put_u8(&expanded, (uint8_t)*c);
	}
	hex[expanded.size] = 0;
	if (!json_hex(hex, protected, sizeof protected, &size) ||
		!json_hex(unprotected_hex, unprotected, sizeof unprotected, &unprotected_size)) {
		CHECK(!"hexadecimal");
		return ERR_USAGE;
	}
	tree_leaf(entry, leaf);
	tree_node(leaf, other, root);
	buf_init(&buf, 2000);
	enum err err =
		cose_sign1_make(span_of(protected, size), span_of(unprotected, unprotected_size),
			span_of(root, HASH_SIZE), true, none, &key.signer, &buf, NULL);
	CHECK(err == OK);
	err = cose_receipt_parse(buf_span(&buf), &receipt, NULL);
	if (!err)
		err = cose_receipt_verify(&receipt, entry, key.public, NULL);
	buf_close(&buf);
	return err;
}

TEST(refuses_or_cannot_tell_of_other_headers)
{
#define ZERO   "0000000000000000000000000000000000000000000000000000000000000000"
#define TYP    "7261737361792d726563656970742b636f7365"
#define CLAIMS "a401616102677265636569707403636c6f673a0001000002"
	static const char proof[] = "a119018ca120815826830200815820" ZERO;
	static const char ours[] = "a50127045820K0fC10" TYP "19018b01";
	static const char foreign[] = "a219018b010127"; /* vds before alg */
	static const struct {
		const char *protected, *claims, *unprotected;
		enum err err;
	} rows[] = {
		{ours, CLAIMS, proof, OK},
		{ours, "a401616102677265636569707403636c6f673a0001000003", proof, ERR_PROOF},
		{ours, "a301616102677265636569707403636c6f67", proof, ERR_FORMAT},
		{ours, "a401616102677265636569706403636c6f673a0001000002", proof, ERR_FORMAT},
		{ours, "a401614102677265636569707403636c6f673a0001000002", proof, ERR_FORMAT},
		{"a60127045820K0fC10" TYP "19018b0119018c00", CLAIMS, proof, ERR_FORMAT},
		{"a40127045820K0fC10" TYP, CLAIMS, proof, ERR_VERSION},
		{"a50126045820K0fC10" TYP "19018b01", CLAIMS, proof, ERR_VERSION},
		{ours, CLAIMS, "a0", ERR_FORMAT}, {ours, CLAIMS, "a119018ca0", ERR_VERSION},
		{ours, CLAIMS, "a119018c00", ERR_FORMAT},
		{ours, CLAIMS, "a119018ca121815826830200815820" ZERO, ERR_VERSION}, /* -2 */
		{ours, CLAIMS, "a119018ca12080", ERR_VERSION},
		{ours, CLAIMS, "a119018ca1208143820200", ERR_FORMAT},
		{ours, CLAIMS, "a119018ca120814483020080", ERR_PROOF},
		{ours, CLAIMS, "a119018ca120815826830202815820" ZERO, ERR_RANGE},
		{ours, CLAIMS, "a119018ca120815826830201815820" ZERO, ERR_SIGNATURE},
		{foreign, "", proof, OK}, {"a119018b01", "", proof, ERR_VERSION}, /* no alg */
		{"a2012719018b02", "", proof, ERR_VERSION},
		{"a2012719018b6131", "", proof, ERR_VERSION},
		{foreign, "", "a204416119018ca120815826830200815820" ZERO, OK}, /* kid */
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		enum err err =
			judge_made(tap, rows[i].protected, rows[i].claims, rows[i].unprotected);
		CHECK_ROW(err == rows[i].err, "row %zu: %s", i, err_name(err));
	}
}

#define SCITT "../shared/data/ledger/scitt-cose/"

/* The 32 bytes at the end of an Ed25519 key in PEM; false for other keys. RFC 8410 section 4. */
static bool read_pem(const char *path, uint8_t public[SIGN_PUBLIC])
{
	static const uint8_t head[] = {
		0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};
	char text[1000];
	uint8_t der[200];
	size_t size = file_read(path, (uint8_t *)text, sizeof text - 1), der_size;
	if (size == SIZE_MAX)
		return false;
	text[size] = 0;
	char *line = strchr(text, '\n');
	char *end = line ? strchr(line + 1, '\n') : NULL;
	if (!end)
		return false;
	*end = 0;
	if (!json_base64(line + 1, der, sizeof der, &der_size) ||
		der_size != sizeof head + SIGN_PUBLIC || memcmp(der, head, sizeof head) != 0)
		return false;
	memcpy(public, der + sizeof head, SIGN_PUBLIC);
	return true;
}

TEST(judges_the_statements_and_receipts_of_scitt_cose)
{
	static const struct {
		const char *name;
		enum err statement, receipt;
	} rows[] = {
		{"valid-eddsa", OK, OK},
		{"valid-es256", ERR_VERSION, ERR_VERSION},
		{"valid-ccf-vds2", ERR_VERSION, ERR_VERSION},
		{"fail-bad-statement-sig", ERR_SIGNATURE, OK},
		{"fail-tampered-path", OK, ERR_SIGNATURE},
		{"fail-unsupported-vds", OK, ERR_VERSION},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char path[300];
		uint8_t statement[4096], bytes[4096], entry[HASH_SIZE];
		uint8_t issuer[SIGN_PUBLIC] = {0}, log[SIGN_PUBLIC] = {0};
		struct cose_sign1 message;
		struct cose_receipt receipt;
		struct span none = {0};
		(void)snprintf(path, sizeof path, SCITT "%s/statement.cose", rows[i].name);
		size_t size = file_read(path, statement, sizeof statement);
		if (size == SIZE_MAX)
			SKIP("ledger/scitt-cose is absent");
		(void)snprintf(path, sizeof path, SCITT "%s/issuer-key.pub", rows[i].name);
		bool is_ed = read_pem(path, issuer);
		(void)snprintf(path, sizeof path, SCITT "%s/log-key.pub", rows[i].name);
		CHECK_ROW(read_pem(path, log) == is_ed, "%s", rows[i].name);
		NEED(cose_sign1_parse(span_of(statement, size), COSE_FOREIGN, &message, NULL) ==
			OK);
		enum err err = cose_sign1_verify(&message, issuer, none, none, NULL);
		CHECK_ROW(err == rows[i].statement, "%s: %s", rows[i].name, err_name(err));
		hash_sha256(span_of(statement, size), entry);
		(void)snprintf(path, sizeof path, SCITT "%s/receipt.cose", rows[i].name);
		size = file_read(path, bytes, sizeof bytes);
		NEED(size != SIZE_MAX);
		err = cose_receipt_parse(span_of(bytes, size), &receipt, NULL);
		CHECK_ROW(!err || rows[i].receipt == ERR_VERSION, "%s: %s", rows[i].name,
			err_name(err));
		if (!err)
			err = cose_receipt_verify(&receipt, entry, log, NULL);
		CHECK_ROW(err == rows[i].receipt, "%s: %s", rows[i].name, err_name(err));
	}
}

TEST(reads_the_receipts_of_the_cose_working_group)
{
	uint8_t bytes[1000], entry[HASH_SIZE] = {0}, public[SIGN_PUBLIC] = {0};
	struct cose_receipt receipt;
	size_t size =
		file_read("../shared/data/ledger/cose-receipts/examples/inclusion-receipt.cbor",
			bytes, sizeof bytes);
	if (size == SIZE_MAX)
		SKIP("ledger/cose-receipts is absent");
	NEED(cose_receipt_parse(span_of(bytes, size), &receipt, NULL) == OK);
	CHECK(!receipt.is_ours && receipt.alg == COSE_ES256 && receipt.tree_size == 5 &&
		receipt.index == 3 && receipt.path.count == 3);
	CHECK(span_is(receipt.kid, "test-key-1") &&
		span_is(receipt.issuer, "https://transparency-service.example.com"));
	CHECK(cose_receipt_verify(&receipt, entry, public, NULL) == ERR_VERSION);
	size = file_read("../shared/data/ledger/cose-receipts/examples/consistency-receipt.cbor",
		bytes, sizeof bytes);
	NEED(size != SIZE_MAX);
	CHECK(cose_receipt_parse(span_of(bytes, size), &receipt, NULL) == ERR_VERSION);
}

TAP_MAIN(CASE(judges_and_prints_the_receipt_that_others_made),
	CASE(any_changed_character_is_noticed), CASE(refuses_receipts_that_are_not_of_the_form),
	CASE(there_is_no_receipt_for_a_tree_of_one_entry),
	CASE(judges_and_makes_the_cose_receipt_that_others_made),
	CASE(refuses_or_cannot_tell_of_other_headers),
	CASE(judges_the_statements_and_receipts_of_scitt_cose),
	CASE(reads_the_receipts_of_the_cose_working_group))
