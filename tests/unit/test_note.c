#include "ledger/proof/checkpoint.h"
#include "ledger/proof/note.h"
#include "tests/unit/proof_vectors.h"
#include "tests/tap.h"

/* The example of c2sp.org/signed-note. */
#define EXAMPLE_KEY "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
#define EXAMPLE_LINE                                                                               \
	"\xe2\x80\x94 example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ER"   \
	"YNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
#define EXAMPLE "This is an example message.\n\n" EXAMPLE_LINE

TEST(verifies_the_example_of_the_specification)
{
	struct note_key key;
	struct note note;
	struct buf buf;
	uint64_t time_s = 1;
	NEED(note_key_parse(span_text(EXAMPLE_KEY), &key, NULL) == OK);
	NEED(note_parse(span_text(EXAMPLE), &note, NULL) == OK);
	CHECK(note.count == 1 && span_is(note.body, "This is an example message.\n"));
	CHECK(note_verify_key(&note, &key, &time_s, NULL) == OK && time_s == 0);
	buf_init(&buf, 200);
	note_key_print(&key, &buf);
	CHECK(span_is(buf_span(&buf), EXAMPLE_KEY));
	buf_close(&buf);
}

TEST(refuses_verifier_keys_that_are_none)
{
#define K64 "AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
	static const struct {
		const char *text;
		enum err err;
		size_t at;
	} rows[] = {
		{"", ERR_FORMAT, 0},
		{"example.com/foo", ERR_FORMAT, 0},
		{"example.com/foo+530d903a", ERR_FORMAT, 0},
		{"+530d903a+" K64, ERR_FORMAT, 0},
		{"example com+530d903a+" K64, ERR_FORMAT, 0},
		{"example\xe2\x80\x83+530d903a+" K64, ERR_FORMAT, 0}, /* em space */
		{"example\xff+530d903a+" K64, ERR_FORMAT, 0},
		{"example.com/foo+530d903b+" K64, ERR_KEY, 16},
		{"example.com/fop+530d903a+" K64, ERR_KEY, 16},
		{"example.com/foo+530D903a+" K64, ERR_FORMAT, 19},
		{"example.com/foo+530g903a+" K64, ERR_FORMAT, 19},
		{"example.com/foo+530d903a+" K64 "=", ERR_FORMAT, 25},
		{"example.com/foo+530d903a+AQ==", ERR_FORMAT, 25},
		{"example.com/foo+530d903a+", ERR_FORMAT, 25},
		{"example.com/foo+530d903a+BukyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
			ERR_VERSION, 25},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct note_key key;
		struct fault fault = {.err = OK};
		enum err err = note_key_parse(span_text(rows[i].text), &key, &fault);
		CHECK_ROW(err == rows[i].err && fault.at == rows[i].at, "%s: %s at %zu",
			rows[i].text, err_name(err), fault.at);
	}
}

TEST(refuses_notes_that_are_not_of_the_form)
{
	static const struct {
		const char *text;
		enum err err;
		size_t at;
	} rows[] = {
		{EXAMPLE, OK, 0},
		{"a\n\nb\n\n" EXAMPLE_LINE, OK, 0},
		{"\n\n" EXAMPLE_LINE, OK, 0}, /* an empty line of text */
		{"", ERR_FORMAT, 0},
		{"\n", ERR_FORMAT, 1},
		{"text\n", ERR_FORMAT, 5},
		{"text\n\n", ERR_FORMAT, 6},
		{"text\n" EXAMPLE_LINE, ERR_FORMAT, 118},
		{"\n" EXAMPLE_LINE, ERR_FORMAT, 114},
		{"text\r\n\n" EXAMPLE_LINE, ERR_FORMAT, 4},
		{"te\xfft\n\n" EXAMPLE_LINE, ERR_ENCODING, 2},
		{"text\n\n- example.com/foo Uw2QOkn8srV1\n", ERR_FORMAT, 6},
		{"text\n\n\xe2\x80\x94 example.com/foo\n", ERR_FORMAT, 26},
		{"text\n\n\xe2\x80\x94 foo Uw2QOg==\n", ERR_FORMAT, 14}, /* an ID only */
		{"text\n\n\xe2\x80\x94 foo Uw2QOgE\n", ERR_FORMAT, 14}, /* no padding */
		{"text\n\n\xe2\x80\x94 foo Uw2QOgE=\n", OK, 0},
		{"text\n\n\xe2\x80\x94 foo Uw2QOgE= \n", ERR_FORMAT, 14},
		{"text\n\n\xe2\x80\x94  Uw2QOgE=\n", ERR_FORMAT, 10},
		{"text\n\n\xe2\x80\x94 f+o Uw2QOgE=\n", ERR_FORMAT, 10},
		{"text\n\n\xe2\x80\x94 foo Uw2QOgE=", ERR_FORMAT, 22},
		{"text\n\n\xe2\x80\x94 foo Uw2QOgE=\nmore\n", ERR_FORMAT, 23},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct note note;
		struct fault fault = {.err = OK};
		enum err err = note_parse(span_text(rows[i].text), &note, &fault);
		CHECK_ROW(err == rows[i].err && fault.at == rows[i].at, "row %zu: %s at %zu", i,
			err_name(err), fault.at);
	}
}

TEST(takes_16_signatures_and_says_so_of_more)
{
	struct note note;
	struct fault fault;
	struct note_key key;
	struct buf buf;
	NEED(note_key_parse(span_text(EXAMPLE_KEY), &key, NULL) == OK);
	buf_init(&buf, 10000);
	buf_put_text(&buf, "This is an example message.\n\n");
	for (int i = 0; i < 15; i++)
		buf_put_text(&buf, "\xe2\x80\x94 other AAAAAAE=\n");
	buf_put_text(&buf, EXAMPLE_LINE);
	NEED(note_parse(buf_span(&buf), &note, NULL) == OK && note.count == 16);
	CHECK(note_verify_key(&note, &key, NULL, NULL) == OK);
	size_t end = buf.size;
	buf_put_text(&buf, EXAMPLE_LINE);
	CHECK(note_parse(buf_span(&buf), &note, &fault) == ERR_LIMIT && fault.at == end);
	buf_close(&buf);
}

/* The same name with another ID, or the same ID with another name, is another key. */
TEST(ignores_unknown_keys_and_refuses_known_ones_that_fail)
{
	struct vector_key one, two;
	struct note_key known, other, renamed;
	struct note note;
	struct fault fault;
	struct buf buf;
	bool signed_by[2];
	struct span body = span_text("body\n");
	vector_key(1, &one);
	vector_key(2, &two);
	NEED(note_key_make(span_text("log"), NOTE_ED25519, one.public, &known, NULL) == OK);
	NEED(note_key_make(span_text("log"), NOTE_ED25519, two.public, &other, NULL) == OK);
	NEED(note_key_make(span_text("gol"), NOTE_ED25519, one.public, &renamed, NULL) == OK);
	renamed.id = known.id;
	buf_init(&buf, 2000);
	buf_put(&buf, body);
	buf_put_text(&buf, "\n");
	NEED(note_sign(&other, body, 0, &one.signer, &buf, NULL) == OK); /* wrong, but unknown */
	NEED(note_sign(&renamed, body, 0, &two.signer, &buf, NULL) == OK);
	NEED(note_parse(buf_span(&buf), &note, NULL) == OK);
	CHECK(note_verify_key(&note, &known, NULL, &fault) == ERR_KEY);
	NEED(note_sign(&known, body, 0, &one.signer, &buf, NULL) == OK);
	NEED(note_parse(buf_span(&buf), &note, NULL) == OK);
	CHECK(note_verify_key(&note, &known, NULL, &fault) == OK);
	struct note_key both[2] = {known, other};
	CHECK(note_verify(&note, both, 1, signed_by, &fault) == OK && signed_by[0]);
	CHECK(note_verify(&note, both, 2, signed_by, &fault) == ERR_SIGNATURE);
	CHECK(note_verify(&note, both, 0, signed_by, &fault) == ERR_KEY);
	/* A second line of a known key that fails refuses as well. */
	NEED(note_sign(&known, body, 0, &two.signer, &buf, NULL) == OK);
	NEED(note_parse(buf_span(&buf), &note, NULL) == OK);
	CHECK(note_verify_key(&note, &known, NULL, &fault) == ERR_SIGNATURE);
	buf_close(&buf);
}

TEST(cosignatures_bind_time_and_body)
{
	struct vector_key key;
	struct note_key cosigner;
	struct note note;
	struct buf buf;
	uint64_t time_s = 0;
	uint8_t signature[COSIGNATURE_SIZE];
	struct span body = span_text("log\n1\nAAAA\n");
	vector_key(3, &key);
	NEED(cosignature_make(77, body, &key.signer, signature, NULL) == OK);
	CHECK(cosignature_verify(key.public, body, span_of(signature, 72), &time_s, NULL) == OK);
	CHECK(time_s == 77);
	CHECK(cosignature_verify(key.public, span_cut(body, 0, 10), span_of(signature, 72), &time_s,
		      NULL) == ERR_SIGNATURE);
	CHECK(cosignature_verify(key.public, body, span_of(signature, 71), &time_s, NULL) ==
		ERR_FORMAT);
	signature[7]++;
	CHECK(cosignature_verify(key.public, body, span_of(signature, 72), &time_s, NULL) ==
		ERR_SIGNATURE);
	signature[0] = 0x80;
	CHECK(cosignature_verify(key.public, body, span_of(signature, 72), &time_s, NULL) ==
		ERR_FORMAT);
	CHECK(cosignature_make((uint64_t)1 << 63, body, &key.signer, signature, NULL) == ERR_RANGE);
	NEED(note_key_make(span_text("w"), NOTE_COSIGNATURE, key.public, &cosigner, NULL) == OK);
	buf_init(&buf, 1000);
	buf_put(&buf, body);
	buf_put_text(&buf, "\n");
	NEED(note_sign(&cosigner, body, 90, &key.signer, &buf, NULL) == OK);
	NEED(note_sign(&cosigner, body, 91, &key.signer, &buf, NULL) == OK);
	NEED(note_sign(&cosigner, body, 89, &key.signer, &buf, NULL) == OK);
	NEED(note_parse(buf_span(&buf), &note, NULL) == OK);
	CHECK(note_verify_key(&note, &cosigner, &time_s, NULL) == OK && time_s == 91);
	buf_close(&buf);
}

TEST(checkpoints_read_what_they_print)
{
#define ROOT "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="
	static const struct {
		const char *text;
		enum err err;
		size_t at;
	} rows[] = {
		{"log\n20852163\n" ROOT "\n", OK, 0},
		{"log\n0\n" ROOT "\n", OK, 0},
		{"log\n9223372036854775807\n" ROOT "\n", OK, 0},
		{"log\n1\n" ROOT "\nextension\nmore\n", OK, 0},
		{"", ERR_FORMAT, 0},
		{"\n1\n" ROOT "\n", ERR_FORMAT, 0},
		{"log\n01\n" ROOT "\n", ERR_FORMAT, 4},
		{"log\n-1\n" ROOT "\n", ERR_FORMAT, 4},
		{"log\n\n" ROOT "\n", ERR_FORMAT, 4},
		{"log\n9223372036854775808\n" ROOT "\n", ERR_FORMAT, 4},
		{"log\n1 \n" ROOT "\n", ERR_FORMAT, 4},
		{"log\n1\n" ROOT, ERR_FORMAT, 6},
		{"log\n1\nCsUY\n", ERR_FORMAT, 6},
		{"log\n1\n", ERR_FORMAT, 6},
		{"log\n1\n" ROOT "\n\n", ERR_FORMAT, 51},
		{"log\n1\n" ROOT "\nextension\n\nmore\n", ERR_FORMAT, 61},
	};
	struct buf buf;
	buf_init(&buf, 1000);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct checkpoint checkpoint;
		struct fault fault = {.err = OK};
		enum err err = checkpoint_parse(span_text(rows[i].text), &checkpoint, &fault);
		CHECK_ROW(err == rows[i].err && fault.at == rows[i].at, "row %zu: %s at %zu", i,
			err_name(err), fault.at);
		if (err)
			continue;
		buf_reset(&buf);
		checkpoint_print(&checkpoint, &buf);
		CHECK_ROW(span_is(buf_span(&buf), rows[i].text), "row %zu", i);
	}
	buf_close(&buf);
}

TEST(makes_the_checkpoint_that_others_make)
{
	uint8_t room[PROOF_VECTOR_ROOM];
	struct vector_key key;
	struct note_key note_key;
	struct checkpoint checkpoint = {.size = 7};
	struct buf body, buf;
	json_t *file = json_read(PROOF_VECTORS);
	NEED(file);
	checkpoint.origin = json_span(file, "origin");
	memcpy(checkpoint.root, vector_bytes(file, "root", room).at, HASH_SIZE);
	buf_init(&body, 1000);
	buf_init(&buf, 2000);
	checkpoint_print(&checkpoint, &body);
	CHECK(span_equal(buf_span(&body), json_span(file, "body")));
	buf_put(&buf, buf_span(&body));
	buf_put_text(&buf, "\n");
	vector_key(2, &key);
	NEED(note_key_make(checkpoint.origin, NOTE_ED25519, key.public, &note_key, NULL) == OK);
	NEED(note_sign(&note_key, buf_span(&body), 0, &key.signer, &buf, NULL) == OK);
	for (uint8_t i = 1; i <= 2; i++) {
		char name[32];
		(void)snprintf(name, sizeof name, "voter%d.example", i);
		vector_key((uint8_t)(2 + i), &key);
		NEED(note_key_make(
			     span_text(name), NOTE_COSIGNATURE, key.public, &note_key, NULL) == OK);
		NEED(note_sign(&note_key, buf_span(&body), 1795000000U + i, &key.signer, &buf,
			     NULL) == OK);
	}
	CHECK(span_equal(buf_span(&buf), json_span(file, "checkpoint")));
	buf_close(&buf);
	buf_close(&body);
	json_decref(file);
}

TEST(judges_the_notes_of_go)
{
	json_t *file = json_read("../shared/data/ledger/notes-go/notes.json");
	json_t *row, *item;
	size_t i, k, fine = 0;
	if (!file)
		SKIP("ledger/notes-go is absent");
	json_array_foreach(file, i, row)
	{
		struct note_key keys[8];
		struct note note;
		struct checkpoint checkpoint;
		bool signed_by[8] = {false};
		bool good = note_parse(json_span(row, "note"), &note, NULL) == OK;
		json_array_foreach(json_object_get(row, "vkeys"), k, item)
		{
			NEED(k < 8);
			NEED(note_key_parse(span_text(json_string_value(item)), &keys[k], NULL) ==
				OK);
		}
		good = good && note_verify(&note, keys, k, signed_by, NULL) == OK;
		CHECK_ROW(good == json_true_at(row, "valid"), "%s: %s", json_text(row, "name"),
			json_text(row, "why"));
		if (good)
			CHECK_ROW(signed_by[k - 1] &&
					  checkpoint_parse(note.body, &checkpoint, NULL) == OK,
				"%s", json_text(row, "name"));
		fine += good;
	}
	CHECK(i > 10 && fine > 3);
	json_decref(file);
}

/* A whole note from disk, verified with a key in text. */
static enum err judge_file(const char *path, const char *vkey)
{
	static uint8_t text[8192];
	struct note_key key;
	struct note note;
	size_t size = file_read(path, text, sizeof text);
	if (size == SIZE_MAX)
		return ERR_NOT_FOUND;
	enum err err = note_parse(span_of(text, size), &note, NULL);
	if (!err)
		err = note_key_parse(span_text(vkey), &key, NULL);
	if (!err)
		err = note_verify_key(&note, &key, NULL, NULL);
	return err;
}

TEST(judges_the_cosigned_checkpoints_of_sunlight)
{
#define SUNLIGHT "../shared/data/ledger/sunlight-tree/"
	static const char two[] = SUNLIGHT
		"witness2/"
		"88ad7a28caeb0b2aa890fdf0304c2fcaf59fca2ee140134ff8c1300bac493482/checkpoint";
	static const char key[] =
		"witness2.example.org+2e55b896+BIZ7fpceQWd60IfqQeS9IAnmNOCZjMDne8lZuguz/bi9";
	enum err err = judge_file(two, key);
	if (err == ERR_NOT_FOUND)
		SKIP("ledger/sunlight-tree is absent");
	CHECK_ROW(err == OK, "%s", err_name(err));
	/* A log signature of type 0x05 is another's and ignored. */
	CHECK(judge_file(SUNLIGHT "tree/checkpoint", key) == ERR_KEY);
	/* Not a note at all. */
	CHECK(judge_file(SUNLIGHT "witness/checkpoint", key) == ERR_FORMAT);
}

TAP_MAIN(CASE(verifies_the_example_of_the_specification), CASE(refuses_verifier_keys_that_are_none),
	CASE(refuses_notes_that_are_not_of_the_form), CASE(takes_16_signatures_and_says_so_of_more),
	CASE(ignores_unknown_keys_and_refuses_known_ones_that_fail),
	CASE(cosignatures_bind_time_and_body), CASE(checkpoints_read_what_they_print),
	CASE(makes_the_checkpoint_that_others_make), CASE(judges_the_notes_of_go),
	CASE(judges_the_cosigned_checkpoints_of_sunlight))
