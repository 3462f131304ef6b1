#include "ledger/proof/policy.h"
#include "tests/unit/proof_vectors.h"
#include "tests/tap.h"

#define KEY_COUNT 8

/* Verifier keys of the vector keys 1.. in text: log keys L1.., witness keys W1.., so that rows can
 * name them. */
struct keys {
	struct vector_key key[KEY_COUNT];
	struct note_key log[KEY_COUNT], witness[KEY_COUNT];
	char log_text[KEY_COUNT][120], witness_text[KEY_COUNT][120];
};

static void make_text(const struct note_key *key, char out[120])
{
	struct buf buf;
	buf_over(&buf, out, 119);
	note_key_print(key, &buf);
	out[buf.size] = 0;
}

static bool make_keys(struct keys *keys)
{
	static const char *const names[] = {"w0", "w1", "w2", "w3", "w4", "w5", "w6", "w7"};
	for (uint8_t i = 0; i < KEY_COUNT; i++) {
		vector_key(i, &keys->key[i]);
		const uint8_t *public = keys->key[i].public;
		if (note_key_make(span_text("log"), NOTE_ED25519, public, &keys->log[i], NULL) ||
			note_key_make(span_text(names[i]), NOTE_COSIGNATURE, public,
				&keys->witness[i], NULL))
			return false;
		make_text(&keys->log[i], keys->log_text[i]);
		make_text(&keys->witness[i], keys->witness_text[i]);
	}
	return true;
}

/* Puts keys in place of $L1 and $W1. */
static struct span expand(const struct keys *keys, const char *text, struct buf *buf)
{
	buf_reset(buf);
	for (; *text; text++) {
		if (*text == '$' && (text[1] == 'L' || text[1] == 'W')) {
			int number = text[2] - '0';
			buf_put_text(buf, text[1] == 'L' ? keys->log_text[number]
							 : keys->witness_text[number]);
			text += 2;
		} else {
			buf_put_u8(buf, (uint8_t)*text);
		}
	}
	return buf_span(buf);
}

TEST(reads_policies_and_names_the_line_of_a_fault)
{
	static const struct {
		const char *text;
		enum err err;
		const char *says;
	} rows[] = {
		{"quorum none\n", OK, ""},
		{"quorum none", OK, ""},
		{"# all\n\n \t\nlog $L1\n  log $L2 https://log.example\nquorum\tnone \n", OK, ""},
		{"witness a $W1\nquorum a\n", OK, ""},
		{"witness a $W1 https://a\nwitness b $W2\ngroup g all a b\nquorum g\n", OK, ""},
		{"witness a $W1\nwitness b $W2\ngroup g any a\ngroup h 2 g b\nquorum h\n", OK, ""},
		{"quorum none\nlog $L1\n", OK, ""}, /* order is free */
		{"", ERR_FORMAT, "no quorum"},
		{"log $L1\n", ERR_FORMAT, "no quorum"},
		{"quorum none\nquorum none\n", ERR_FORMAT, "line 2"},
		{"quorum a\nwitness a $W1\n", ERR_FORMAT, "line 1: no witness"},
		{"quorum\n", ERR_FORMAT, "line 1"},
		{"quorum a b\n", ERR_FORMAT, "line 1"},
		{"log\nquorum none\n", ERR_FORMAT, "line 1"},
		{"log $L1 u v\nquorum none\n", ERR_FORMAT, "line 1"},
		{"log $L1\nlog $L1\nquorum none\n", ERR_FORMAT, "line 2: this log"},
		{"log x$L1\nquorum none\n", ERR_KEY, "line 1: the key ID"},
		{"witness a $W1\nwitness a $W2\nquorum a\n", ERR_FORMAT, "line 2: this name"},
		{"witness a $W1\nwitness b $W1\nquorum a\n", ERR_FORMAT, "line 2: this witness"},
		{"witness none $W1\nquorum none\n", ERR_FORMAT, "none"},
		{"witness a $L1\nquorum a\n", ERR_VERSION, "0x04"},
		{"witness $W1\nquorum none\n", ERR_FORMAT, "line 1"},
		{"witness a $W1\ngroup g all\nquorum a\n", ERR_FORMAT, "line 2"},
		{"witness a $W1\ngroup g 0 a\nquorum a\n", ERR_FORMAT, "threshold"},
		{"witness a $W1\ngroup g 2 a\nquorum a\n", ERR_FORMAT, "threshold"},
		{"witness a $W1\ngroup g most a\nquorum a\n", ERR_FORMAT, "threshold"},
		{"witness a $W1\ngroup g 18446744073709551617 a\nquorum a\n", ERR_FORMAT,
			"threshold"},
		{"witness a $W1\ngroup g all a a\nquorum g\n", ERR_FORMAT, "member already"},
		{"witness a $W1\ngroup g all a\ngroup h all a\nquorum g\n", ERR_FORMAT,
			"line 3: this name is a member"},
		{"witness a $W1\ngroup g all g\nquorum g\n", ERR_FORMAT, "line 2: no witness"},
		{"witness a $W1\ngroup a all a\nquorum a\n", ERR_FORMAT, "line 2: this name"},
		{"witness a $W1\ngroup g all none\nquorum a\n", ERR_FORMAT, "line 2: no witness"},
		{"loG $L1\nquorum none\n", ERR_FORMAT, "line 1: a line begins"},
		{"quorum none\r\n", ERR_FORMAT, "control"},
		{"log log+00000000+BgAA\nquorum none\n", ERR_VERSION, "0x06"},
	};
	static struct keys keys;
	static struct policy policy;
	struct buf buf;
	NEED(make_keys(&keys));
	buf_init(&buf, 10000);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct fault fault = {.err = OK};
		enum err err = policy_parse(expand(&keys, rows[i].text, &buf), &policy, &fault);
		CHECK_ROW(err == rows[i].err && strstr(fault.text, rows[i].says), "row %zu: %s %s",
			i, err_name(err), fault.text);
	}
	struct fault fault;
	CHECK(policy_parse(expand(&keys, "witness a $W1\ngroup g 1 b\nquorum a\n", &buf), &policy,
		      &fault) == ERR_FORMAT);
	CHECK(fault.at == strlen(keys.witness_text[1]) + 11 + 10 && fault.size == 1);
	buf_close(&buf);
}

TEST(has_room_for_32_logs_and_128_names_and_says_so_of_more)
{
	static struct policy policy;
	struct fault fault;
	struct buf buf;
	buf_init(&buf, TRUST_POLICY_SIZE_MAX);
	for (unsigned limit = 0; limit < 2; limit++) {
		buf_reset(&buf);
		for (unsigned i = 0; i < 128 + limit; i++) {
			uint8_t public[SIGN_PUBLIC] = {(uint8_t)i, 9};
			struct note_key key;
			NEED(note_key_make(span_text("x"), i < 32 ? NOTE_ED25519 : NOTE_COSIGNATURE,
				     public, &key, NULL) == OK);
			buf_put_text(&buf, i < 32 ? "log " : "witness ");
			if (i >= 32)
				buf_printf(&buf, "n%u ", i);
			note_key_print(&key, &buf);
			buf_put_text(&buf, "\n");
		}
		for (unsigned i = 0; i < 32 + limit; i++)
			buf_printf(&buf, "group g%u any n%u\n", i, 32 + i);
		buf_put_text(&buf, "quorum none\n");
		NEED(buf.err == OK);
		CHECK(policy_parse(buf_span(&buf), &policy, &fault) == (limit ? ERR_LIMIT : OK));
	}
	buf_close(&buf);
}

/* A checkpoint "log" with the signatures of a row: L1 the log with key 1, l1 its signature broken;
 * W2 a cosignature, w2 a broken one; the digit behind @ is its time. */
static struct span make_note(const struct keys *keys, const char *origin, const char *who,
	struct buf *body, struct buf *buf)
{
	struct checkpoint checkpoint = {.origin = span_text(origin), .size = 3};
	buf_reset(body);
	buf_reset(buf);
	checkpoint_print(&checkpoint, body);
	buf_put(buf, buf_span(body));
	buf_put_text(buf, "\n");
	for (; *who; who += 2) {
		int number = who[1] - '0';
		bool is_log = *who == 'L' || *who == 'l';
		bool is_broken = *who == 'l' || *who == 'w';
		uint64_t time = 100;
		if (who[2] == '@')
			time = (uint64_t)(who[3] - '0');
		const struct signer *signer = &keys->key[is_broken ? 0 : number].signer;
		const struct note_key *key = is_log ? &keys->log[number] : &keys->witness[number];
		if (note_sign(key, buf_span(body), time, signer, buf, NULL))
			return span_of(NULL, 0);
		if (who[2] == '@')
			who += 2;
	}
	return buf_span(buf);
}

TEST(judges_log_signature_and_quorum)
{
	static const char nested[] = "log $L1\nlog $L2\n"
				     "witness a $W3\nwitness b $W4\nwitness c $W5\n"
				     "group x 2 a b c\n"
				     "witness d $W6\nwitness e $W7\n"
				     "group y any d e\n"
				     "group both all x y\n"
				     "quorum both\n";
	static const char none[] = "log $L1\nquorum none\n";
	static const char one[] = "log $L1\nwitness a $W3\nquorum a\n";
	static const struct {
		const char *policy, *origin, *who;
		enum err err;
		size_t cosigners;
		uint64_t time_s;
	} rows[] = {
		{none, "log", "L1", OK, 0, 0},
		{none, "log", "L1W3", OK, 0, 0},
		{none, "log", "L2", ERR_PROOF, 0, 0}, /* a key that is not listed */
		{none, "log", "W3", ERR_PROOF, 0, 0},
		{none, "log", "l1", ERR_SIGNATURE, 0, 0},
		{none, "other", "L1", ERR_UNSURE, 0, 0},
		{one, "log", "L1W3@5", OK, 1, 5},
		{one, "log", "W3@5L1", OK, 1, 5},
		{one, "log", "L1", ERR_PROOF, 0, 0},
		{one, "log", "L1W4", ERR_PROOF, 0, 0},
		{one, "log", "L1w3", ERR_SIGNATURE, 0, 0},
		{one, "log", "L1w4W3@7", OK, 1, 7}, /* a broken line of an unknown key */
		{one, "log", "W3", ERR_PROOF, 0, 0},
		{nested, "log", "L1W3@3W4@4W6@6", OK, 3, 3},
		{nested, "log", "L2W3@3W4@4W5@5W6@2W7@9", OK, 5, 4},
		{nested, "log", "L1L2W4@4W5@5W7@7", OK, 3, 4},
		{nested, "log", "L1W3@1W3@8W4@4W6@6", OK, 3, 4}, /* the newest of each counts */
		{nested, "log", "L1W3W4", ERR_PROOF, 0, 0},
		{nested, "log", "L1W3W3W6", ERR_PROOF, 0, 0}, /* nobody counts twice */
		{nested, "log", "L1W3W6W7", ERR_PROOF, 0, 0},
		{nested, "log", "L1W3W4W6w5", ERR_SIGNATURE, 0, 0},
		{nested, "log", "l2L1W3W4W6", ERR_SIGNATURE, 0, 0},
	};
	static struct keys keys;
	static struct policy policy;
	struct buf text, body, note;
	NEED(make_keys(&keys));
	buf_init(&text, 10000);
	buf_init(&body, 1000);
	buf_init(&note, 10000);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct policy_judgement judgement = {.time_s = 12345};
		NEED(policy_parse(expand(&keys, rows[i].policy, &text), &policy, NULL) == OK);
		struct span bytes = make_note(&keys, rows[i].origin, rows[i].who, &body, &note);
		NEED(bytes.size);
		enum err err = policy_judge(&policy, bytes, &judgement, NULL);
		CHECK_ROW(err == rows[i].err, "row %zu: %s", i, err_name(err));
		if (err)
			CHECK(judgement.time_s == 12345);
		else
			CHECK_ROW(judgement.cosigners == rows[i].cosigners &&
					  judgement.time_s == rows[i].time_s &&
					  judgement.checkpoint.size == 3,
				"row %zu: %zu at %d", i, judgement.cosigners,
				(int)judgement.time_s);
	}
	buf_close(&note);
	buf_close(&body);
	buf_close(&text);
}

TEST(prints_the_usual_policy_and_judges_as_others_made_it)
{
	static struct policy policy;
	struct policy_judgement judgement;
	struct vector_key key;
	struct note_key log, voters[3];
	struct buf buf;
	static const char *const names[] = {"voter1.example", "voter2.example", "voter3.example"};
	json_t *file = json_read(PROOF_VECTORS);
	NEED(file);
	vector_key(2, &key);
	NEED(note_key_make(json_span(file, "origin"), NOTE_ED25519, key.public, &log, NULL) == OK);
	for (uint8_t i = 0; i < 3; i++) {
		vector_key((uint8_t)(3 + i), &key);
		NEED(note_key_make(span_text(names[i]), NOTE_COSIGNATURE, key.public, &voters[i],
			     NULL) == OK);
	}
	buf_init(&buf, 5000);
	policy_print(&log, 1, voters, 3, 2, &buf);
	CHECK(span_equal(buf_span(&buf), json_span(file, "policy")));
	NEED(policy_parse(buf_span(&buf), &policy, NULL) == OK);
	NEED(policy_judge(&policy, json_span(file, "checkpoint"), &judgement, NULL) == OK);
	CHECK(judgement.cosigners == 2 && judgement.time_s == 1795000001 &&
		judgement.checkpoint.size == 7 && judgement.cosigned[0] && judgement.cosigned[1]);
	buf_reset(&buf);
	policy_print(&log, 1, voters, 3, 3, &buf);
	NEED(policy_parse(buf_span(&buf), &policy, NULL) == OK);
	CHECK(policy_judge(&policy, json_span(file, "checkpoint"), &judgement, NULL) == ERR_PROOF);
	buf_reset(&buf);
	policy_print(&log, 1, voters, 0, 0, &buf);
	NEED(policy_parse(buf_span(&buf), &policy, NULL) == OK);
	CHECK(policy_judge(&policy, json_span(file, "checkpoint"), &judgement, NULL) == OK);
	buf_close(&buf);
	json_decref(file);
}

TAP_MAIN(CASE(reads_policies_and_names_the_line_of_a_fault),
	CASE(has_room_for_32_logs_and_128_names_and_says_so_of_more),
	CASE(judges_log_signature_and_quorum),
	CASE(prints_the_usual_policy_and_judges_as_others_made_it))
