#include "ledger/submit.h"

#include "ledger/job.h"
#include "ledger/service.h"

#include <assert.h>
#include <stdlib.h>

struct submitter {
	struct channel *channel;
	size_t open_count;
	uint64_t asks;
};

enum err submitter_open(struct submitter **out, struct service *service, struct fault *fault)
{
	struct channel_options options = {.type = CHANNEL_DEALER,
		.endpoint = service_entrance(service),
		.queue = SUBMIT_OPEN_MAX};
	struct submitter *submitter = calloc(1, sizeof *submitter);
	if (!submitter)
		return fault_set(fault, ERR_MEMORY, 0, 0, "submitter: out of memory");
	enum err err =
		channel_open(service_channels(service), &options, &submitter->channel, fault);
	if (err) {
		free(submitter);
		return err;
	}
	*out = submitter;
	return OK;
}

/* Closing a channel drops what is in it, unsent statements and unread answers alike: so all answers
 * are waited for. Each statement gets one, whatever happens to the node. */
void submitter_free(struct submitter *submitter)
{
	if (!submitter)
		return;
	while (submitter->open_count) {
		void *job;
		enum err err = channel_receive_pointer(submitter->channel, &job, -1, NULL);
		if (err == ERR_TIMEOUT)
			continue;
		if (err)
			break;
		free(job);
		submitter->open_count--;
	}
	channel_free(submitter->channel);
	free(submitter);
}

static enum err send_job(struct submitter *submitter, struct span bytes,
	enum wants_signed wants_signed, bool is_ask, uint64_t tag, struct fault *fault)
{
	if (submitter->open_count >= SUBMIT_OPEN_MAX)
		return fault_set(fault, ERR_BUSY, 0, 0,
			"%d statements wait for an answer already; take answers first",
			SUBMIT_OPEN_MAX);
	if (bytes.size > STATEMENT_SIZE_MAX)
		return fault_set(fault, ERR_LIMIT, STATEMENT_SIZE_MAX, 0,
			"a statement has at most %zu bytes", STATEMENT_SIZE_MAX);
	struct job *job = malloc(sizeof *job + bytes.size);
	if (!job)
		return fault_set(fault, ERR_MEMORY, 0, 0, "submitter: out of memory");
	job->tag = tag;
	job->is_ask = is_ask;
	job->wants_signed = wants_signed;
	job->is_refused = false;
	job->size = bytes.size;
	if (bytes.size)
		memcpy(job->bytes, bytes.at, bytes.size);
	enum err err = channel_send_pointer(submitter->channel, job, 0, fault);
	if (err)
		free(job);
	else
		submitter->open_count++;
	return err;
}

enum err submitter_send(struct submitter *submitter, struct span bytes,
	enum wants_signed wants_signed, uint64_t tag, struct fault *fault)
{
	return send_job(submitter, bytes, wants_signed, false, tag, fault);
}

static void copy_answer(const struct job *job, struct answer *answer)
{
	memcpy(answer, &job->answer, offsetof(struct answer, signed_bytes));
	memcpy(answer->signed_bytes, job->answer.signed_bytes, job->answer.signed_size);
}

/* The next answer of the wanted sort; those to questions given up are dropped. */
static enum err take(struct submitter *submitter, int wait_ms, bool is_ask, uint64_t *tag,
	struct answer *answer, struct fault *fault)
{
	while (submitter->open_count) {
		void *pointer;
		enum err err =
			channel_receive_pointer(submitter->channel, &pointer, wait_ms, fault);
		if (err)
			return err;
		struct job *job = pointer;
		bool is_wanted = job->is_ask == is_ask && (!is_ask || job->tag == *tag);
		submitter->open_count--;
		if (is_wanted) {
			*tag = job->tag;
			copy_answer(job, answer);
		}
		free(job);
		if (is_wanted)
			return OK;
	}
	/* The descriptor also tells of what libzmq does by itself: looked at, it falls silent. */
	void *none;
	enum err err = channel_receive_pointer(submitter->channel, &none, 0, NULL);
	assert(err);
	return fault_set(fault, ERR_NOT_FOUND, 0, 0, "no statement waits for an answer");
}

enum err submitter_wait(struct submitter *submitter, int wait_ms, uint64_t *tag,
	struct answer *answer, struct fault *fault)
{
	return take(submitter, wait_ms, false, tag, answer, fault);
}

enum err submitter_ask(struct submitter *submitter, struct span bytes,
	enum wants_signed wants_signed, int wait_ms, struct answer *answer, struct fault *fault)
{
	uint64_t tag = ++submitter->asks;
	enum err err = send_job(submitter, bytes, wants_signed, true, tag, fault);
	return err ? err : take(submitter, wait_ms, true, &tag, answer, fault);
}

size_t submitter_open_count(const struct submitter *submitter)
{
	return submitter->open_count;
}

int submitter_fd(const struct submitter *submitter)
{
	return channel_fd(submitter->channel);
}
