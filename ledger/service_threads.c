#include "ledger/entries_follow.h"
#include "ledger/folder.h"
#include "ledger/service_parts.h"

#include <assert.h>
#include <stdlib.h>

#define BUSY_RETRY_MS   200
#define CHECKER_LOOK_MS 100

_Static_assert((SERVICE_RING & (SERVICE_RING - 1)) == 0, "the ring is indexed by low bits");

/* The channels between the threads have room for all that may be inside: a send that fails means
 * that the context is going down, and then the job is let go. */
static void pass(struct channel *channel, struct job *job)
{
	if (channel_send_pointer(channel, job, -1, NULL))
		free(job);
}

void send_stop(struct channel *channel, int wait_ms)
{
	/* Nothing depends on one that is lost: the context is then going down. */
	bool is_sent = channel_send_pointer(channel, NULL, wait_ms, NULL) == OK;
	(void)is_sent;
}

/* ---- entrance: lets in and out ---- */

static void answer_to(struct service *service, struct job *job)
{
	void *pointer = job;
	struct span frames[2] = {
		span_of(job->sender, job->sender_size), span_of(&pointer, sizeof pointer)};
	/* A submitter that has gone gets no answer; what it sent is on the ledger all the same. */
	if (channel_send(service->entrance, frames, 2, 0, NULL))
		free(job);
}

static void answer_busy(struct service *service, struct job *job)
{
	memset(&job->answer, 0, offsetof(struct answer, signed_bytes));
	job->answer.retry_ms = BUSY_RETRY_MS;
	job->answer.err = fault_set(&job->answer.fault, ERR_BUSY, 0, 0,
		"the ledger has too much to do; try again in %d ms", BUSY_RETRY_MS);
	answer_to(service, job);
}

static void let_in(struct service *service, const struct channel_message *message)
{
	void *pointer;
	assert(message->count == 2 && message->frame[1].size == sizeof pointer &&
		message->frame[0].size <= JOB_SENDER_SIZE);
	memcpy(&pointer, message->frame[1].at, sizeof pointer);
	struct job *job = pointer;
	job->sender_size = message->frame[0].size;
	memcpy(job->sender, message->frame[0].at, job->sender_size);
	if (service->open_count >= SERVICE_OPEN_MAX ||
		service->open_size + job->size > SERVICE_OPEN_SIZE_MAX ||
		atomic_load(&service->is_stopping)) {
		answer_busy(service, job);
		return;
	}
	job->ticket = service->tickets++;
	service->open_count++;
	service->open_size += job->size;
	pass(service->check_out, job);
}

/* Returns whether the stop has come. */
static bool let_out(struct service *service)
{
	bool is_stop = false;
	void *pointer;
	while (channel_receive_pointer(service->done_in, &pointer, 0, NULL) == OK) {
		struct job *job = pointer;
		if (!job) {
			is_stop = true;
			continue;
		}
		service->open_count--;
		service->open_size -= job->size;
		answer_to(service, job);
	}
	return is_stop;
}

void *entrance_run(void *self)
{
	struct service *service = self;
	struct channel *list[] = {service->entrance, service->done_in};
	struct channel_message message;
	bool ready[2], is_stopping = false;
	while (!is_stopping || service->open_count) {
		if (channel_poll(list, 2, ready, -1, NULL))
			break;
		if (ready[1])
			is_stopping = let_out(service) || is_stopping;
		/* In portions, so that answers are not kept back by a flood. */
		for (int i = 0; ready[0] && i < 256; i++) {
			if (channel_receive(service->entrance, &message, 0, NULL))
				break;
			let_in(service, &message);
		}
	}
	return NULL;
}

/* ---- checkers ---- */

static void check(struct checker *checker, struct job *job)
{
	struct answer *answer = &job->answer;
	memset(answer, 0, offsetof(struct answer, signed_bytes));
	answer->err = check_statement(state_table(checker->state), &checker->cache,
		node_origin(checker->service->node), span_of(job->bytes, job->size), &job->checked,
		&answer->outcome, &answer->fault);
	memcpy(answer->entry, job->checked.entry, ENTRY_SIZE);
	job->is_refused = answer->err || answer->outcome.code != OUTCOME_ACCEPTED;
}

/* The stop need not reach every checker (the channel deals them out as it likes), so each looks for
 * itself now and then. */
void *checker_run(void *self)
{
	struct checker *checker = self;
	void *pointer;
	while (!atomic_load(&checker->service->is_empty)) {
		enum err err =
			channel_receive_pointer(checker->in, &pointer, CHECKER_LOOK_MS, NULL);
		if (err == ERR_TIMEOUT)
			continue;
		struct job *job = err ? NULL : pointer;
		if (!job)
			break;
		check(checker, job);
		pass(checker->out, job);
	}
	return NULL;
}

/* ---- node ---- */

/* Takes what the checkers have done into the ring. Returns whether the stop has come. */
static bool collect(struct service *service)
{
	bool is_stop = false;
	void *pointer;
	while (channel_receive_pointer(service->checked_in, &pointer, 0, NULL) == OK) {
		struct job *job = pointer;
		if (!job) {
			is_stop = true;
			continue;
		}
		assert(!service->ring[job->ticket % SERVICE_RING]);
		service->ring[job->ticket % SERVICE_RING] = job;
	}
	return is_stop;
}

/* The next batch: in order of tickets, as far as they have come and the limits allow. */
static void take_batch(struct service *service)
{
	size_t size = 0;
	service->taken_count = 0;
	for (;;) {
		struct job **place = &service->ring[service->next_ticket % SERVICE_RING];
		struct job *job = *place;
		if (!job || service->taken_count == BATCH_COUNT_MAX ||
			(!job->is_refused && size + job->size > BATCH_SIZE_MAX))
			return;
		*place = NULL;
		service->next_ticket++;
		if (job->is_refused) {
			pass(service->done_out, job);
			continue;
		}
		size += job->size;
		service->items[service->taken_count] = (struct node_item){
			.checked = &job->checked, .wants_signed = job->wants_signed};
		service->taken[service->taken_count++] = job;
	}
}

static void tell_broken(struct service *service, const struct fault *fault)
{
	if (service->is_told_broken || !node_is_broken(service->node))
		return;
	service->is_told_broken = true;
	if (service->options.on_broken)
		service->options.on_broken(service->options.self, fault);
}

static void step(struct service *service)
{
	struct fault fault = {0};
	struct node_place place;
	enum err err = node_step(
		service->node, service->items, service->taken_count, service->answers, &fault);
	/* Before the answers: who has one must not find what was before. */
	node_place(service->node, &place);
	atomic_store(&service->height, place.height);
	for (size_t i = 0; i < service->taken_count; i++) {
		struct job *job = service->taken[i];
		const struct answer *answer = &service->answers[i];
		memcpy(&job->answer, answer, offsetof(struct answer, signed_bytes));
		memcpy(job->answer.signed_bytes, answer->signed_bytes, answer->signed_size);
		pass(service->done_out, job);
	}
	tell_broken(service, &fault);
	if (!err && service->options.on_batch) {
		service->options.on_batch(service->options.self, &place);
	}
	if (node_wal_is_due(service->node)) {
		bool is_told = channel_send_pointer(service->house_out, service, 0, NULL) == OK;
		(void)is_told;
	}
}

static void idle(struct service *service)
{
	struct fault fault = {0};
	struct node_place before, after;
	node_place(service->node, &before);
	if (node_idle(service->node, &fault))
		tell_broken(service, &fault);
	node_place(service->node, &after);
	if (after.final_size > before.final_size && service->options.on_batch)
		service->options.on_batch(service->options.self, &after);
}

void *node_run(void *self)
{
	struct service *service = self;
	bool is_stopping = false, ready;
	while (!is_stopping) {
		int wait_ms = node_idle_ms(service->node);
		if (node_is_broken(service->node))
			wait_ms = -1;
		if (channel_poll(&service->checked_in, 1, &ready, wait_ms, NULL))
			break;
		do {
			is_stopping = collect(service) || is_stopping;
			take_batch(service);
			if (service->taken_count)
				step(service);
		} while (service->taken_count);
		idle(service);
	}
	return NULL;
}

/* ---- housekeeping: the WAL into the files, so that nobody who commits has to wait for it, and
 * entries.db behind the ledger ---- */

#define FOLLOW_MS   1000 /* how long new leaves may wait */
#define FOLLOW_RUNS 8 /* at once: the WAL does not wait for long */

/* Without entries.db entries are found more slowly, and nothing else: a failure is tried again. */
static bool follow(struct service *service)
{
	char path[FOLDER_PATH_SIZE];
	bool is_behind = false;
	if (!service->house_entries && (folder_path(service->folder, FOLDER_ENTRIES, path, NULL) ||
					       entries_open(&service->house_entries, path,
						       service->env.vfs, ENTRIES_WRITE, NULL)))
		return false;
	if (entries_follow(
		    service->house_entries, service->house_reader, FOLLOW_RUNS, &is_behind, NULL)) {
		entries_free(service->house_entries);
		service->house_entries = NULL;
		return false;
	}
	return is_behind;
}

void *house_run(void *self)
{
	struct service *service = self;
	bool is_behind = true;
	void *pointer;
	for (;;) {
		enum err err = channel_receive_pointer(
			service->house_in, &pointer, is_behind ? 0 : FOLLOW_MS, NULL);
		if (err == ERR_TIMEOUT) {
			is_behind = follow(service);
			continue;
		}
		if (err || !pointer)
			break;
		/* A failing disk is found, and reported, by the node's next commit. */
		bool is_moved = ledger_db_wal(service->house_ledger, NULL, NULL) == OK &&
				state_checkpoint(service->house_state, NULL, NULL) == OK;
		(void)is_moved;
	}
	return NULL;
}
