#include "tests/unit/small_ledger.h"
#include "tests/tap.h"

#include "ledger/store/ledger_db.h"

#include <sys/wait.h>

TEST(opens_a_new_ledger_with_genesis_and_first_seal)
{
	struct small_ledger small;
	struct node *node = small_open(&small);
	NEED(node);
	struct node_place place;
	node_place(node, &place);
	CHECK(place.height == 1);
	CHECK(place.size == 7); /* genesis, seal, five statements */
	CHECK(place.final_size == 7);
	CHECK(place.time_ms == small.now_ms);
	CHECK(small.checkpoints == 1);
	CHECK(span_equal(node_origin(node), span_of(small.origin, small.origin_size)));
	struct buf genesis;
	buf_init(&genesis, STATEMENT_SIZE_MAX);
	small.key[SMALL_ROOT].sequence = 0;
	NEED(small_genesis(&small, &genesis));
	node_free(node);
	CHECK(node_create(&small.options, buf_span(&genesis), NULL) == ERR_EXISTS);
	buf_close(&genesis);
	small_close(&small, NULL);
}

TEST(answers_every_statement_of_a_batch_with_its_own_outcome)
{
	struct small_ledger small;
	struct node *node = small_open(&small);
	NEED(node);
	static const struct {
		const char *name, *value;
		int64_t sequence; /* -1 next */
		unsigned code;
		uint64_t position;
	} rows[] = {
		{"a", "1", 10, 0, 8},
		{"a", "2", 11, SMALL_TAKEN, 0},
		{"b", "1", 12, 0, 9},
		{"b", "1", 12, OUTCOME_DUPLICATE, 9},
		{"c", "1", 12, OUTCOME_SEQUENCE_REUSED, 0},
		{"a", "1", 13, 0, 10},
	};
	enum { COUNT = sizeof rows / sizeof rows[0] };
	struct buf out[COUNT];
	struct span bytes[COUNT];
	static struct answer answers[COUNT];
	for (size_t i = 0; i < COUNT; i++) {
		buf_init(&out[i], STATEMENT_SIZE_MAX);
		NEED(small_put_statement(&small, SMALL_APPLIANCE, rows[i].name, rows[i].value,
			rows[i].sequence, &out[i]));
		bytes[i] = buf_span(&out[i]);
	}
	struct fault fault = {0};
	CHECK_ROW(small_step(&small, node, bytes, COUNT, true, answers, &fault) == OK, "%s",
		fault.text);
	for (size_t i = 0; i < COUNT; i++) {
		CHECK_ROW(answers[i].err == OK && answers[i].outcome.code == rows[i].code,
			"row %zu: err %d code %u", i, answers[i].err, answers[i].outcome.code);
		bool recorded = rows[i].code == 0 || rows[i].code == OUTCOME_DUPLICATE;
		CHECK_ROW(answer_is_recorded(&answers[i]) == recorded, "row %zu", i);
		CHECK_ROW(answers[i].is_final == recorded, "row %zu", i);
		CHECK_ROW(!recorded || answers[i].position == rows[i].position,
			"row %zu: position %llu", i, (unsigned long long)answers[i].position);
		CHECK_ROW(answers[i].height == 2 && answers[i].is_ruled, "row %zu", i);
		/* What was asked for: a promise or a refusal that names this entry. */
		struct promise promise;
		struct refusal refusal;
		struct span made = span_of(answers[i].signed_bytes, answers[i].signed_size);
		if (recorded) {
			CHECK_ROW(promise_decode(made, &promise, &fault) == OK, "row %zu: %s", i,
				fault.text);
			CHECK(envelope_verify(&promise.envelope, small.key[SMALL_APPLIANCE].public,
				      NULL) == OK);
			CHECK(memcmp(promise.entry, answers[i].entry, ENTRY_SIZE) == 0);
		} else {
			CHECK_ROW(refusal_decode(made, &refusal, &fault) == OK, "row %zu: %s", i,
				fault.text);
			CHECK(refusal.code == rows[i].code && refusal.height == 2);
			CHECK(envelope_verify(&refusal.envelope, small.key[SMALL_APPLIANCE].public,
				      NULL) == OK);
		}
		buf_close(&out[i]);
	}
	small_close(&small, node);
}

TEST(takes_statements_of_a_key_registered_earlier_in_the_same_batch_only)
{
	struct small_ledger small;
	NEED(small_prepare(&small));
	struct buf genesis, key, before, behind;
	struct node *node = NULL;
	static struct answer answers[3];
	buf_init(&genesis, STATEMENT_SIZE_MAX);
	buf_init(&key, STATEMENT_SIZE_MAX);
	buf_init(&before, STATEMENT_SIZE_MAX);
	buf_init(&behind, STATEMENT_SIZE_MAX);
	NEED(small_genesis(&small, &genesis));
	NEED(node_create(&small.options, buf_span(&genesis), NULL) == OK);
	NEED(node_open(&node, &small.options, NULL) == OK);
	NEED(small_put_statement(&small, SMALL_APPLIANCE, "x", "1", 0, &before));
	NEED(small_key_statement(&small, SMALL_APPLIANCE, KEY_APPLIANCE, &key));
	NEED(small_put_statement(&small, SMALL_APPLIANCE, "y", "1", 1, &behind));
	struct span bytes[] = {buf_span(&before), buf_span(&key), buf_span(&behind)};
	CHECK(small_step(&small, node, bytes, 3, false, answers, NULL) == OK);
	CHECK(answers[0].outcome.code == OUTCOME_UNKNOWN_KEY && !answers[0].is_ruled);
	CHECK(answers[1].outcome.code == 0 && answers[1].position == 2);
	CHECK(answers[2].outcome.code == 0 && answers[2].position == 3);
	buf_close(&genesis);
	buf_close(&key);
	buf_close(&before);
	buf_close(&behind);
	small_close(&small, node);
}

TEST(keeps_ledger_time_from_going_back)
{
	struct small_ledger small;
	struct node *node = small_open(&small);
	NEED(node);
	static struct answer answer;
	int64_t first = small.now_ms;
	small.now_ms = first - 5000;
	CHECK(small_put_one(&small, node, "a", "1", &answer) == OK);
	CHECK(answer.time_ms == first);
	small.now_ms = first + 5000;
	CHECK(small_put_one(&small, node, "b", "1", &answer) == OK);
	CHECK(answer.time_ms == first + 5000);
	small_close(&small, node);
}

TEST(signs_the_checkpoint_again_when_idle)
{
	struct small_ledger small;
	struct node *node = small_open(&small);
	NEED(node);
	CHECK(small.checkpoints == 1);
	CHECK(node_idle(node, NULL) == OK && small.checkpoints == 1);
	small.now_ms += COSIGN_EVERY_MS - 1;
	CHECK(node_idle_ms(node) == 1);
	CHECK(node_idle(node, NULL) == OK && small.checkpoints == 1);
	small.now_ms += 1;
	CHECK(node_idle(node, NULL) == OK && small.checkpoints == 2);
	small_close(&small, node);
}

TEST(records_without_finality_while_the_checkpoint_cannot_be_signed)
{
	struct small_ledger small;
	struct node *node = small_open(&small);
	NEED(node);
	static struct answer answer;
	struct node_place place;
	small.sign_answer = ERR_FULL;
	CHECK(small_put_one(&small, node, "a", "1", &answer) == OK);
	CHECK(answer.outcome.code == 0 && !answer.is_final);
	node_place(node, &place);
	CHECK(place.size == 9 && place.final_size == 7);
	small.sign_answer = OK;
	small.now_ms += 1000;
	CHECK(node_idle(node, NULL) == OK);
	node_place(node, &place);
	CHECK(place.final_size == 9);
	CHECK(!node_is_broken(node));
	small.floor = 1000;
	CHECK(small_put_one(&small, node, "b", "1", &answer) == OK && !answer.is_final);
	CHECK(node_is_broken(node)); /* the key holder knows of a larger tree */
	CHECK(small_put_one(&small, node, "c", "1", &answer) == ERR_IO && answer.err == ERR_IO);
	node_free(node);
	CHECK(node_open(&node, &small.options, NULL) == ERR_REFUSED);
	small_close(&small, NULL);
}

TEST(opens_again_where_it_stood)
{
	struct small_ledger small;
	struct node *node = small_open(&small);
	NEED(node);
	static struct answer answer;
	struct node_place before, after;
	for (int i = 0; i < 300; i++) {
		char name[16];
		(void)snprintf(name, sizeof name, "n%d", i);
		NEED(small_put_one(&small, node, name, "1", &answer) == OK);
	}
	node_place(node, &before);
	CHECK(before.size == 607); /* more than one full tile */
	node_free(node);
	struct fault fault = {0};
	CHECK_ROW(node_open(&node, &small.options, &fault) == OK, "%s", fault.text);
	NEED(!fault.err);
	node_place(node, &after);
	CHECK(memcmp(&before, &after, sizeof before) == 0);
	CHECK(small_put_one(&small, node, "again", "1", &answer) == OK && answer.position == 608);
	small_close(&small, node);
}

TEST(refuses_a_second_process_on_the_same_ledger)
{
	struct small_ledger small;
	struct node *node = small_open(&small);
	NEED(node);
	struct node *second = NULL;
	struct fault fault = {0};
	CHECK(node_open(&second, &small.options, &fault) == ERR_BUSY);
	char number[24];
	(void)snprintf(number, sizeof number, "(%ld)", (long)getpid());
	CHECK_ROW(strstr(fault.text, number) != NULL, "%s", fault.text);
	small_close(&small, node);
}

/* Runs as somebody without rights: root may write everywhere. */
TEST(says_that_a_folder_cannot_be_written)
{
	struct small_ledger small;
	struct node *node = small_open(&small);
	NEED(node);
	node_free(node);
	NEED(chmod(small.folder, 0555) == 0);
	pid_t child = fork();
	if (child == 0) {
		struct fault fault = {0};
		if (getuid() == 0 && setuid(65534) != 0)
			_exit(9);
		if (node_open(&node, &small.options, &fault) != ERR_READONLY)
			_exit(1);
		_exit(strstr(fault.text, small.folder) && strstr(fault.text, "not writable") ? 0
											     : 2);
	}
	int status = 0;
	NEED(child > 0 && waitpid(child, &status, 0) == child);
	CHECK_ROW(WIFEXITED(status) && WEXITSTATUS(status) == 0, "child: %x", (unsigned)status);
	(void)chmod(small.folder, 0755);
	CHECK(node_open(&node, &small.options, NULL) == OK);
	small_close(&small, node);
}

TEST(applies_again_what_state_db_lacks)
{
	struct small_ledger small;
	struct node *node = small_open(&small);
	NEED(node);
	static struct answer answer;
	char state[128], old[128], path[128];
	struct node_place before, after;
	(void)snprintf(state, sizeof state, "%s/state.db", small.folder);
	(void)snprintf(old, sizeof old, "%s/old.db", small.folder);
	CHECK(small_put_one(&small, node, "a", "1", &answer) == OK);
	node_free(node);
	/* Closing put everything into the file, so that a copy is a whole older state. */
	NEED(small_file_copy(state, old));
	NEED(node_open(&node, &small.options, NULL) == OK);
	for (int i = 0; i < 5; i++)
		CHECK(small_put_one(&small, node, "b", "1", &answer) == OK);
	CHECK(small_put_one(&small, node, "b", "2", &answer) == OK);
	node_place(node, &before);
	node_free(node);
	NEED(rename(old, state) == 0);
	struct fault fault = {0};
	CHECK_ROW(node_open(&node, &small.options, &fault) == OK, "%s", fault.text);
	NEED(!fault.err);
	node_place(node, &after);
	CHECK(memcmp(&before, &after, sizeof before) == 0);
	node_free(node);
	/* Without any state.db: from genesis. */
	NEED(unlink(state) == 0);
	CHECK(node_open(&node, &small.options, NULL) == OK);
	node_place(node, &after);
	CHECK(memcmp(&before, &after, sizeof before) == 0);
	node_free(node);
	/* A ledger.db that went back is not papered over. */
	(void)snprintf(path, sizeof path, "%s/ledger.db", small.folder);
	NEED(small_file_copy(path, old));
	NEED(node_open(&node, &small.options, NULL) == OK);
	CHECK(small_put_one(&small, node, "c", "1", &answer) == OK);
	node_free(node);
	NEED(rename(old, path) == 0);
	CHECK(node_open(&node, &small.options, &fault) == ERR_CORRUPT);
	CHECK_ROW(strstr(fault.text, "rebuild") != NULL, "%s", fault.text);
	small_close(&small, NULL);
}

TEST(judges_a_late_statement_inside_a_delivery)
{
	struct small_ledger small;
	struct node *node = small_open(&small);
	NEED(node);
	struct buf inner, outer, body, again;
	static struct answer answers[1];
	uint8_t memory[4096];
	buf_init(&inner, STATEMENT_SIZE_MAX);
	buf_init(&outer, STATEMENT_SIZE_MAX);
	buf_init(&again, STATEMENT_SIZE_MAX);
	buf_over(&body, memory, sizeof memory);
	NEED(small_put_statement(&small, SMALL_STATION, "late", "1", 5, &inner));
	struct delivery_body delivery = {.statement = buf_span(&inner)};
	delivery_body_encode(&delivery, &body);
	NEED(small_statement_at(
		&small, SMALL_APPLIANCE, KIND_DELIVERY, "delivery", buf_span(&body), 40, &outer));
	NEED(small_statement_at(
		&small, SMALL_APPLIANCE, KIND_DELIVERY, "delivery", buf_span(&body), 41, &again));
	struct span bytes = buf_span(&outer);
	CHECK(small_step(&small, node, &bytes, 1, false, answers, NULL) == OK);
	CHECK_ROW(answers[0].outcome.code == 0, "code %u", answers[0].outcome.code);
	CHECK(answers[0].outcome.alert == SMALL_LATE && answers[0].position == 8);
	/* The inner statement is on the ledger: neither it nor another delivery adds to it. */
	bytes = buf_span(&inner);
	CHECK(small_step(&small, node, &bytes, 1, false, answers, NULL) == OK);
	CHECK(answers[0].outcome.code == OUTCOME_DUPLICATE && answers[0].position == 8);
	bytes = buf_span(&again);
	CHECK(small_step(&small, node, &bytes, 1, false, answers, NULL) == OK);
	CHECK(answers[0].outcome.code == OUTCOME_DUPLICATE && answers[0].position == 8);
	/* A delivery is no way around the inner signature. */
	struct checked checked;
	struct outcome outcome;
	inner.at[inner.size - 1] ^= 1;
	buf_reset(&body);
	buf_reset(&outer);
	delivery_body_encode(&delivery, &body);
	NEED(small_statement_at(
		&small, SMALL_APPLIANCE, KIND_DELIVERY, "delivery", buf_span(&body), 42, &outer));
	CHECK(check_statement(node_table(node), NULL, node_origin(node), buf_span(&outer), &checked,
		      &outcome, NULL) == OK);
	CHECK(outcome.code == OUTCOME_BAD_SIGNATURE);
	buf_close(&inner);
	buf_close(&outer);
	buf_close(&again);
	small_close(&small, node);
}

TEST(refuses_at_the_first_look_what_needs_no_order)
{
	struct small_ledger small;
	struct node *node = small_open(&small);
	NEED(node);
	struct buf out;
	struct checked checked;
	struct outcome outcome;
	struct fault fault = {0};
	buf_init(&out, STATEMENT_SIZE_MAX);
	NEED(small_put_statement(&small, SMALL_APPLIANCE, "a", "1", 50, &out));
	struct span origin = node_origin(node);
	const struct table *table = node_table(node);
	CHECK(check_statement(table, NULL, origin, buf_span(&out), &checked, &outcome, NULL) == OK);
	CHECK(outcome.code == OUTCOME_ACCEPTED && checked.is_verified);
	CHECK(check_statement(table, NULL, span_text("other"), buf_span(&out), &checked, &outcome,
		      NULL) == OK);
	CHECK(outcome.code == OUTCOME_OTHER_LEDGER);
	CHECK(check_statement(table, NULL, origin, span_cut(buf_span(&out), 0, 100), &checked,
		      &outcome, &fault) == OK);
	CHECK(outcome.code == OUTCOME_NOT_WELL_FORMED && fault.text[0]);
	out.at[out.size - 1] ^= 1;
	CHECK(check_statement(table, NULL, origin, buf_span(&out), &checked, &outcome, NULL) == OK);
	CHECK(outcome.code == OUTCOME_BAD_SIGNATURE && !checked.is_verified);
	buf_close(&out);
	small_close(&small, node);
}

/* A disk that died while genesis was written leaves a ledger.db without one. Opening it must not
 * put anything beside it that keeps it from being made. */
TEST(a_ledger_whose_making_was_cut_off_is_said_and_made_again)
{
	struct small_ledger small;
	struct ledger_db *ledger;
	struct node *node = NULL;
	struct fault fault = {0};
	struct buf genesis;
	char path[128];
	NEED(small_prepare(&small));
	(void)snprintf(path, sizeof path, "%s/ledger.db", small.folder);
	NEED(ledger_db_open(&ledger, path, NULL, LEDGER_DB_CREATE, &fault) == OK);
	ledger_db_free(ledger);
	CHECK(node_open(&node, &small.options, &fault) == ERR_NOT_FOUND);
	CHECK_ROW(strstr(fault.text, "ledger.db") && strstr(fault.text, "make the ledger again"),
		"%s", fault.text);
	buf_init(&genesis, STATEMENT_SIZE_MAX);
	NEED(small_genesis(&small, &genesis));
	CHECK_ROW(node_create(&small.options, buf_span(&genesis), &fault) == OK, "%s", fault.text);
	CHECK(node_open(&node, &small.options, &fault) == OK);
	buf_close(&genesis);
	small_close(&small, node);
}

TAP_MAIN(CASE(opens_a_new_ledger_with_genesis_and_first_seal),
	CASE(answers_every_statement_of_a_batch_with_its_own_outcome),
	CASE(takes_statements_of_a_key_registered_earlier_in_the_same_batch_only),
	CASE(keeps_ledger_time_from_going_back), CASE(signs_the_checkpoint_again_when_idle),
	CASE(records_without_finality_while_the_checkpoint_cannot_be_signed),
	CASE(says_that_a_folder_cannot_be_written), CASE(opens_again_where_it_stood),
	CASE(refuses_a_second_process_on_the_same_ledger), CASE(applies_again_what_state_db_lacks),
	CASE(judges_a_late_statement_inside_a_delivery),
	CASE(refuses_at_the_first_look_what_needs_no_order),
	CASE(a_ledger_whose_making_was_cut_off_is_said_and_made_again))
