#include "appliance/view/requests.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

struct running {
	char user[100];
	char key[REQUEST_KEY_MAX + 1];
};

struct requests {
	struct desk *desk;
	struct view *view;
	pthread_mutex_t lock;
	struct running running[REQUESTS_AT_ONCE];
	size_t count;
};

enum err requests_open(
	struct requests **out, struct desk *desk, struct view *view, struct fault *fault)
{
	struct requests *requests = calloc(1, sizeof *requests);
	if (!requests)
		return fault_set(fault, ERR_MEMORY, 0, 0, "out of memory for requests");
	requests->desk = desk;
	requests->view = view;
	pthread_mutex_init(&requests->lock, NULL);
	*out = requests;
	return OK;
}

void requests_free(struct requests *requests)
{
	if (!requests)
		return;
	pthread_mutex_destroy(&requests->lock);
	free(requests);
}

enum err requests_recover(struct desk *desk, struct view *view, struct fault *fault)
{
	struct view_request request;
	struct stated stated;
	enum err err;
	while (!(err = view_request_open(view, &request, fault))) {
		const struct desk_party *party = desk_find(desk, request.party);
		err = party ? desk_recorded(desk, party, request.sequence, &stated, fault)
			    : ERR_NOT_FOUND;
		if (err == ERR_NOT_FOUND)
			err = view_request_drop(view, request.user, request.key, fault);
		else if (!err)
			err = view_request_stated(
				view, request.user, request.key, stated.position, fault);
		if (err)
			return err;
	}
	return err == ERR_NOT_FOUND ? OK : err;
}

/* The lock is held. */
static struct running *find_running(struct requests *requests, const struct request *request)
{
	for (size_t i = 0; i < requests->count; i++)
		if (!strcmp(requests->running[i].user, request->user) &&
			!strcmp(requests->running[i].key, request->key))
			return &requests->running[i];
	return NULL;
}

static enum err enter(struct requests *requests, const struct request *request, struct fault *fault)
{
	enum err err = OK;
	assert(strlen(request->user) < sizeof requests->running[0].user);
	assert(strlen(request->key) < sizeof requests->running[0].key);
	pthread_mutex_lock(&requests->lock);
	if (find_running(requests, request)) {
		err = fault_set(fault, ERR_BUSY, 0, 0,
			"the request with this key is being done at this moment: ask again");
	} else if (requests->count == REQUESTS_AT_ONCE) {
		err = fault_set(fault, ERR_BUSY, 0, 0, "too many requests at once: ask again");
	} else {
		struct running *running = &requests->running[requests->count++];
		memcpy(running->user, request->user, strlen(request->user) + 1);
		memcpy(running->key, request->key, strlen(request->key) + 1);
	}
	pthread_mutex_unlock(&requests->lock);
	return err;
}

static void leave(struct requests *requests, const struct request *request)
{
	pthread_mutex_lock(&requests->lock);
	struct running *running = find_running(requests, request);
	assert(running);
	*running = requests->running[--requests->count];
	pthread_mutex_unlock(&requests->lock);
}

/* One that was begun before and has no answer. */
static enum err look_up(struct requests *requests, const struct request *request,
	const struct view_request *kept, struct request_begun *begun, struct fault *fault)
{
	enum err err = kept->is_stated ? desk_stated_at(requests->desk, kept->position,
						 &begun->stated, fault)
				       : desk_recorded(requests->desk, request->party,
						 kept->sequence, &begun->stated, fault);
	if (!err)
		begun->state = REQUEST_STATED;
	return err;
}

static enum err begin_new(struct requests *requests, const struct request *request,
	struct request_begun *begun, struct fault *fault)
{
	int64_t now = env_now_ms(desk_env(requests->desk));
	struct view_request row = {.made_ms = now};
	memcpy(row.user, request->user, strlen(request->user) + 1);
	memcpy(row.key, request->key, strlen(request->key) + 1);
	memcpy(row.party, request->party->name, strlen(request->party->name) + 1);
	memcpy(row.hash, request->hash, sizeof row.hash);
	enum err err = desk_sequence(requests->desk, request->party, &row.sequence, fault);
	begun->state = REQUEST_NEW;
	begun->sequence = row.sequence;
	return err ? err
		   : view_request_put(
			     requests->view, &row, now - REQUEST_KEPT_MS, REQUESTS_KEPT, fault);
}

static enum err begin(struct requests *requests, const struct request *request,
	struct request_begun *begun, struct buf *answer, struct fault *fault)
{
	struct view_request kept;
	int64_t now = env_now_ms(desk_env(requests->desk));
	enum err err =
		view_request_get(requests->view, request->user, request->key, &kept, answer, fault);
	if (err == ERR_NOT_FOUND || (!err && kept.made_ms < now - REQUEST_KEPT_MS)) {
		buf_reset(answer);
		return begin_new(requests, request, begun, fault);
	}
	if (err)
		return err;
	if (memcmp(kept.hash, request->hash, sizeof kept.hash) != 0)
		return fault_set(fault, ERR_EXISTS, 0, 0,
			"this key was used for another request: take a new key for each");
	if (kept.status) {
		*begun = (struct request_begun){.state = REQUEST_ANSWERED,
			.status = kept.status,
			.has_answer = kept.has_answer};
		return OK;
	}
	err = look_up(requests, request, &kept, begun, fault);
	return err == ERR_NOT_FOUND ? begin_new(requests, request, begun, fault) : err;
}

enum err requests_begin(struct requests *requests, const struct request *request,
	struct request_begun *begun, struct buf *answer, struct fault *fault)
{
	*begun = (struct request_begun){0};
	enum err err = enter(requests, request, fault);
	if (err)
		return err;
	err = begin(requests, request, begun, answer, fault);
	if (err || begun->state == REQUEST_ANSWERED)
		leave(requests, request);
	return err;
}

enum err requests_end(struct requests *requests, const struct request *request, int status,
	const struct span *answer, struct fault *fault)
{
	enum err err = OK;
	bool fits = answer && answer->size <= REQUEST_ANSWER_MAX;
	if (status)
		err = view_request_answer(requests->view, request->user, request->key, status,
			fits ? answer : NULL, fault);
	leave(requests, request);
	return err;
}
