#include "tests/unit/small_ledger.h"
#include "tests/tap.h"

#include "ledger/reader.h"
#include "ledger/service.h"
#include "ledger/submit.h"

#include <poll.h>
#include <pthread.h>

struct running {
	struct small_ledger small;
	struct channels *channels;
	struct service *service;
};

/* The clock of a service runs in several threads: it stands still here. */
static bool run(struct running *running)
{
	struct node *node = small_open(&running->small);
	struct fault fault = {0};
	if (!node)
		return false;
	node_free(node);
	if (channels_open(&running->channels, &fault))
		return false;
	struct service_options options = {
		.node = running->small.options, .channels = running->channels, .checkers = 2};
	enum err err = service_open(&running->service, &options, &fault);
	if (err)
		printf("# service: %s %s\n", err_name(err), fault.text);
	return err == OK;
}

static void stop(struct running *running)
{
	service_free(running->service);
	channels_free(running->channels);
	small_folder_remove(running->small.folder);
}

TEST(answers_in_the_order_of_arrival)
{
	struct running running;
	NEED(run(&running));
	struct submitter *submitter;
	struct fault fault = {0};
	struct buf out;
	static struct answer answer;
	buf_init(&out, STATEMENT_SIZE_MAX);
	NEED(submitter_open(&submitter, running.service, &fault) == OK);
	enum { COUNT = 2000 };
	for (int i = 0; i < COUNT; i++) {
		char name[16];
		(void)snprintf(name, sizeof name, "n%d", i);
		buf_reset(&out);
		NEED(small_put_statement(
			&running.small, SMALL_APPLIANCE, name, "1", 100 + i, &out));
		NEED(submitter_send(submitter, buf_span(&out), false, (uint64_t)i, NULL) == OK);
	}
	uint64_t tag, last = 0;
	bool right = true;
	for (int i = 0; i < COUNT; i++) {
		NEED(submitter_wait(submitter, -1, &tag, &answer, &fault) == OK);
		right = right && tag == (uint64_t)i && answer_is_recorded(&answer) &&
			answer.is_final && answer.position > last;
		if (!right)
			printf("# %d: tag %d code %u err %d\n", i, (int)tag, answer.outcome.code,
				answer.err);
		NEED(right);
		last = answer.position;
	}
	CHECK(submitter_open_count(submitter) == 0);
	CHECK(submitter_wait(submitter, 0, &tag, &answer, NULL) == ERR_NOT_FOUND);
	submitter_free(submitter);
	buf_close(&out);
	stop(&running);
}

/* Whoever waits on the descriptor must not be woken for ever: what libzmq tells through it besides
 * messages is over once the submitter found nothing. */
TEST(an_idle_submitters_descriptor_is_silent)
{
	struct running running;
	NEED(run(&running));
	struct submitter *submitter;
	struct buf out;
	static struct answer answer;
	uint64_t tag;
	unsigned loud = 0;
	buf_init(&out, STATEMENT_SIZE_MAX);
	NEED(submitter_open(&submitter, running.service, NULL) == OK);
	struct pollfd fd = {.fd = submitter_fd(submitter), .events = POLLIN};
	for (int round = 0; round < 5; round++) {
		(void)poll(&fd, 1, 300); /* what is to come has come */
		for (int i = 0; i < 1000; i++) {
			CHECK(submitter_wait(submitter, 0, &tag, &answer, NULL) == ERR_NOT_FOUND);
			loud += poll(&fd, 1, 0) == 1;
		}
		buf_reset(&out);
		NEED(small_put_statement(
			&running.small, SMALL_APPLIANCE, "a", "1", 100 + round, &out));
		NEED(submitter_send(submitter, buf_span(&out), false, 1, NULL) == OK);
		NEED(submitter_wait(submitter, -1, &tag, &answer, NULL) == OK);
	}
	/* Something may come between the look and the poll; not each time. */
	CHECK_ROW(loud < 50, "%u of 5000", loud);
	submitter_free(submitter);
	buf_close(&out);
	stop(&running);
}

TEST(answers_what_is_refused_at_the_first_look_and_a_promise_on_request)
{
	struct running running;
	NEED(run(&running));
	struct submitter *submitter;
	struct buf out;
	struct promise promise;
	static struct answer answer;
	buf_init(&out, STATEMENT_SIZE_MAX);
	NEED(submitter_open(&submitter, running.service, NULL) == OK);
	CHECK(submitter_ask(submitter, span_text("rubbish"), true, -1, &answer, NULL) == OK);
	CHECK(answer.err == OK && answer.outcome.code == OUTCOME_NOT_WELL_FORMED);
	CHECK(answer.fault.text[0] && !answer.signed_size && !answer.is_ruled);
	NEED(small_put_statement(&running.small, SMALL_STATION, "a", "1", 1, &out));
	CHECK(submitter_ask(submitter, buf_span(&out), true, -1, &answer, NULL) == OK);
	CHECK(answer_is_recorded(&answer) && answer.is_final);
	CHECK(promise_decode(span_of(answer.signed_bytes, answer.signed_size), &promise, NULL) ==
		OK);
	uint64_t position = answer.position;
	CHECK(submitter_ask(submitter, buf_span(&out), false, -1, &answer, NULL) == OK);
	CHECK(answer.outcome.code == OUTCOME_DUPLICATE && answer.position == position);
	CHECK(submitter_send(submitter, span_of(out.at, STATEMENT_SIZE_MAX + 1), false, 1, NULL) ==
		ERR_LIMIT);
	submitter_free(submitter);
	buf_close(&out);
	stop(&running);
}

TEST(a_reader_sees_what_was_answered)
{
	struct running running;
	NEED(run(&running));
	struct submitter *submitter;
	struct reader *reader;
	struct snapshot snapshot;
	struct fault fault = {0};
	struct buf out;
	static struct answer answer;
	buf_init(&out, STATEMENT_SIZE_MAX);
	NEED(submitter_open(&submitter, running.service, NULL) == OK);
	CHECK_ROW(reader_open(&reader, running.small.folder, &running.small.env, &fault) == OK,
		"%s", fault.text);
	NEED(!fault.err);
	for (int i = 0; i < 50; i++) {
		char name[16];
		struct span value;
		(void)snprintf(name, sizeof name, "n%d", i);
		buf_reset(&out);
		NEED(small_put_statement(
			&running.small, SMALL_APPLIANCE, name, "v", 100 + i, &out));
		NEED(submitter_ask(submitter, buf_span(&out), false, -1, &answer, NULL) == OK);
		NEED(reader_begin(reader, &snapshot, &fault) == OK);
		NEED(snapshot.applied_size > answer.position);
		NEED(snapshot.final_size > answer.position);
		NEED(table_get(snapshot.table, SMALL_PUT, span_text(name), &value, NULL) == OK);
		NEED(span_is(value, "v"));
		reader_end(reader);
	}
	reader_free(reader);
	submitter_free(submitter);
	buf_close(&out);
	stop(&running);
}

struct sender {
	struct running *running;
	struct span *bytes;
	size_t count;
	size_t recorded;
};

static void *send_all(void *self)
{
	struct sender *sender = self;
	struct submitter *submitter;
	struct answer answer;
	uint64_t tag;
	if (submitter_open(&submitter, sender->running->service, NULL))
		return NULL;
	for (size_t i = 0; i < sender->count; i++)
		if (submitter_send(submitter, sender->bytes[i], false, i, NULL))
			return NULL;
	while (submitter_wait(submitter, -1, &tag, &answer, NULL) == OK)
		sender->recorded += answer_is_recorded(&answer);
	submitter_free(submitter);
	return NULL;
}

TEST(serves_several_submitters_and_survives_one_that_goes_away)
{
	struct running running;
	NEED(run(&running));
	enum { SENDERS = 3, EACH = 300 };
	static struct buf out[SENDERS * EACH];
	static struct span bytes[SENDERS * EACH];
	struct sender sender[SENDERS];
	pthread_t thread[SENDERS];
	for (int i = 0; i < SENDERS * EACH; i++) {
		char name[16];
		(void)snprintf(name, sizeof name, "n%d", i);
		buf_init(&out[i], STATEMENT_SIZE_MAX);
		NEED(small_put_statement(
			&running.small, SMALL_APPLIANCE, name, "1", 100 + i, &out[i]));
		bytes[i] = buf_span(&out[i]);
	}
	struct submitter *gone;
	NEED(submitter_open(&gone, running.service, NULL) == OK);
	for (int i = 0; i < 100; i++)
		NEED(submitter_send(gone, bytes[i], false, 0, NULL) == OK);
	submitter_free(gone);
	for (int i = 0; i < SENDERS; i++) {
		sender[i] = (struct sender){
			.running = &running, .bytes = bytes + i * EACH, .count = EACH};
		NEED(pthread_create(&thread[i], NULL, send_all, &sender[i]) == 0);
	}
	for (int i = 0; i < SENDERS; i++) {
		(void)pthread_join(thread[i], NULL);
		CHECK_ROW(sender[i].recorded == EACH, "sender %d: %zu", i, sender[i].recorded);
	}
	for (int i = 0; i < SENDERS * EACH; i++)
		buf_close(&out[i]);
	stop(&running);
}

struct gate {
	pthread_mutex_t mutex;
	bool is_shut; /* guarded by mutex */
	pthread_cond_t opened;
};

static void wait_at_gate(void *self, const struct node_place *place)
{
	struct gate *gate = self;
	(void)place;
	(void)pthread_mutex_lock(&gate->mutex);
	while (gate->is_shut)
		(void)pthread_cond_wait(&gate->opened, &gate->mutex);
	(void)pthread_mutex_unlock(&gate->mutex);
}

/* Sends until somebody is told to come again; then lets the node go on. */
static void flood(struct tap *tap, struct service *service, struct gate *gate, struct span first)
{
	enum { SUBMITTERS = 5 };
	struct submitter *submitter[SUBMITTERS];
	static struct answer answer;
	size_t busy = 0, refused = 0, recorded = 0, sent = 0;
	uint64_t tag;
	for (int i = 0; i < SUBMITTERS; i++)
		NEED(submitter_open(&submitter[i], service, NULL) == OK);
	NEED(submitter_send(submitter[0], first, false, 0, NULL) == OK);
	for (int i = 0; i < SUBMITTERS; i++)
		while (submitter_send(submitter[i], span_text("no statement"), false, 0, NULL) ==
			OK)
			sent++;
	CHECK(sent == (size_t)SUBMITTERS * SUBMIT_OPEN_MAX - 1);
	(void)pthread_mutex_lock(&gate->mutex);
	gate->is_shut = false;
	(void)pthread_cond_signal(&gate->opened);
	(void)pthread_mutex_unlock(&gate->mutex);
	for (int i = 0; i < SUBMITTERS; i++) {
		while (submitter_wait(submitter[i], -1, &tag, &answer, NULL) == OK) {
			busy += answer.err == ERR_BUSY && answer.retry_ms > 0;
			refused +=
				answer.err == OK && answer.outcome.code == OUTCOME_NOT_WELL_FORMED;
			recorded += answer_is_recorded(&answer);
		}
		submitter_free(submitter[i]);
	}
	/* Every one was answered, and none twice. */
	CHECK_ROW(busy + refused + recorded == sent + 1, "%zu %zu %zu", busy, refused, recorded);
	/* The node may have taken one queue full out before the gate held it, not more. */
	CHECK(recorded == 1 && busy >= sent + 1 - (size_t)2 * SERVICE_OPEN_MAX);
	CHECK(busy <= sent + 1 - SERVICE_OPEN_MAX);
}

TEST(tells_those_who_come_when_it_is_full_to_come_again)
{
	struct running running;
	struct gate gate = {.is_shut = true};
	struct buf out;
	(void)pthread_mutex_init(&gate.mutex, NULL);
	(void)pthread_cond_init(&gate.opened, NULL);
	struct node *node = small_open(&running.small);
	NEED(node && channels_open(&running.channels, NULL) == OK);
	node_free(node);
	struct service_options options = {.node = running.small.options,
		.channels = running.channels,
		.checkers = 1,
		.on_batch = wait_at_gate,
		.self = &gate};
	NEED(service_open(&running.service, &options, NULL) == OK);
	buf_init(&out, STATEMENT_SIZE_MAX);
	NEED(small_put_statement(&running.small, SMALL_APPLIANCE, "a", "1", 10, &out));
	flood(tap, running.service, &gate, buf_span(&out));
	buf_close(&out);
	stop(&running);
}

TEST(starts_and_stops_at_once)
{
	for (int i = 0; i < 10; i++) {
		struct running running;
		NEED(run(&running));
		stop(&running);
	}
}

TAP_MAIN(CASE(answers_in_the_order_of_arrival), CASE(an_idle_submitters_descriptor_is_silent),
	CASE(answers_what_is_refused_at_the_first_look_and_a_promise_on_request),
	CASE(a_reader_sees_what_was_answered),
	CASE(serves_several_submitters_and_survives_one_that_goes_away),
	CASE(tells_those_who_come_when_it_is_full_to_come_again), CASE(starts_and_stops_at_once))
