#include "appliance/stations.h"

#include "appliance/rules/outcomes.h"
#include "appliance/stations_parts.h"
#include "appliance/wiring.h"
#include "ledger/keyfile.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define DOMAIN       "station"
#define DONE         "inproc://stations-done"
#define PASS_MAX     64 /* messages of one kind before the others have their turn */
#define IDLE_MS      1000
#define BUSY_MS      1000
#define BUSY_SLOW_MS 5000
#define ENDPOINT_MAX 128

/* Who called last: found again without the tables while no batch was applied. */
#define MET_MAX 256
#define MET_US  1000000 /* a key may run out without a batch */

struct met {
	bool is_there;
	uint8_t public[CHANNEL_KEY_SIZE];
	struct known known;
	uint64_t height;
	int64_t until_us;
};

struct stations {
	struct workplace place;
	struct channel *port; /* ROUTER */
	struct channel *done; /* PULL, from the workers */
	struct channel *hands[STATIONS_WORKERS]; /* PUSH, theirs */
	pthread_mutex_t lock; /* the queue of the workers */
	pthread_cond_t filled;
	struct task *queue[STATIONS_OPEN_MAX + STATIONS_WORKERS];
	size_t queue_first;
	size_t queue_count;
	struct submitter *submitter;
	struct recording *recording;
	struct service *service;
	struct met met[MET_MAX]; /* router's */
	int stop; /* eventfd */
	bool is_routing;
	size_t worker_count;
	pthread_t router;
	pthread_t worker[STATIONS_WORKERS];
	struct task *open[STATIONS_OPEN_MAX]; /* statements at the node, by tag */
	size_t under_way; /* these, and tasks with workers */
	pthread_mutex_t guard; /* is_closed, and the guard's use of the desk */
	bool is_closed;
	atomic_uint_fast64_t taken;
	atomic_uint_fast64_t dropped;
	atomic_uint_fast64_t turned_away;
};

/* ---- who may connect ---- */

static bool knows(void *self, const char *domain, const uint8_t public[CHANNEL_KEY_SIZE])
{
	struct stations *stations = self;
	struct known known;
	bool is_known = false;
	pthread_mutex_lock(&stations->guard);
	if (!stations->is_closed && !strcmp(domain, DOMAIN))
		is_known = !known_find(stations->place.desk, public, &known, NULL);
	pthread_mutex_unlock(&stations->guard);
	if (!is_known)
		atomic_fetch_add(&stations->turned_away, 1);
	return is_known;
}

/* ---- workers ---- */

#define QUEUE_MAX (STATIONS_OPEN_MAX + STATIONS_WORKERS)

struct worker_seat {
	struct stations *stations;
	struct channel *done;
};

static struct task *next_task(struct stations *stations)
{
	pthread_mutex_lock(&stations->lock);
	while (!stations->queue_count)
		pthread_cond_wait(&stations->filled, &stations->lock);
	struct task *task = stations->queue[stations->queue_first];
	stations->queue_first = (stations->queue_first + 1) % QUEUE_MAX;
	stations->queue_count--;
	pthread_mutex_unlock(&stations->lock);
	return task;
}

static void put_task(struct stations *stations, struct task *task)
{
	pthread_mutex_lock(&stations->lock);
	assert(stations->queue_count < QUEUE_MAX);
	stations->queue[(stations->queue_first + stations->queue_count++) % QUEUE_MAX] = task;
	pthread_cond_signal(&stations->filled);
	pthread_mutex_unlock(&stations->lock);
}

static void *work_run(void *self)
{
	struct worker_seat *seat = self;
	struct task *task;
	while ((task = next_task(seat->stations))->type != TASK_END) {
		task_run(&seat->stations->place, task);
		/* There is room for every task under way: this fails for want of memory only. */
		if (channel_send_pointer(seat->done, task, -1, NULL))
			task_free(task);
	}
	task_free(task);
	free(seat);
	return NULL;
}

/* Gives a task to the workers; it is theirs then. */
static void give_work(struct stations *stations, struct task *task)
{
	stations->under_way++;
	put_task(stations, task);
}

/* ---- answers ---- */

/* A station that has gone away asks again when it is back. */
static void send_answer(struct stations *stations, const struct task *task)
{
	struct wire_frames frames;
	struct span message[WIRE_FRAMES_MAX + 1];
	if (wire_encode(&task->answer, &frames, NULL) == OK) {
		message[0] = span_of(task->caller.identity, task->caller.identity_size);
		for (size_t i = 0; i < frames.count; i++)
			message[i + 1] = frames.frame[i];
		if (channel_send(stations->port, message, frames.count + 1, 0, NULL))
			atomic_fetch_add(&stations->dropped, 1);
	}
	wire_frames_close(&frames);
}

static void end_task(struct stations *stations, struct task *task)
{
	send_answer(stations, task);
	task_free(task);
}

static bool take_done(struct stations *stations)
{
	void *pointer;
	bool any = false;
	for (size_t i = 0; i < PASS_MAX; i++) {
		if (channel_receive_pointer(stations->done, &pointer, 0, NULL))
			return any;
		any = true;
		stations->under_way--;
		end_task(stations, pointer);
	}
	return any;
}

/* The ledger's answer to a station's statement. */
static void judge_answer(struct stations *stations, struct task *task, const struct answer *answer)
{
	if (answer->err) {
		task_busy(task, answer->err == ERR_BUSY ? answer->retry_ms : BUSY_SLOW_MS);
		end_task(stations, task);
	} else if (answer_is_recorded(answer)) {
		task->type = TASK_FINISH;
		task->outcome = answer->outcome;
		task->answer.position = answer->position;
		task->answer.time_ms = answer->time_ms;
		give_work(stations, task);
	} else if (answer->outcome.code == OUTCOME_KEY_EXPIRED ||
		   answer->outcome.code == OUTCOME_KEY_REVOKED) {
		/* What was signed in time may still be delivered; the rules say what. */
		task->type = TASK_DELIVER;
		give_work(stations, task);
	} else {
		task_refused(task, &answer->outcome);
		buf_reset(&task->text);
		buf_put(&task->text, span_of(answer->signed_bytes, answer->signed_size));
		task->answer.refusal = buf_span(&task->text);
		end_task(stations, task);
	}
}

static bool take_judged(struct stations *stations)
{
	struct answer *answer = malloc(sizeof *answer);
	bool any = false;
	for (size_t i = 0; answer && i < PASS_MAX; i++) {
		uint64_t tag;
		if (submitter_wait(stations->submitter, 0, &tag, answer, NULL))
			break;
		any = true;
		assert(tag < STATIONS_OPEN_MAX && stations->open[tag]);
		struct task *task = stations->open[tag];
		stations->open[tag] = NULL;
		stations->under_way--;
		judge_answer(stations, task, answer);
	}
	free(answer);
	return any;
}

/* ---- requests ---- */

static void hand_in(struct stations *stations, struct task *task)
{
	size_t tag = 0;
	while (tag < STATIONS_OPEN_MAX && stations->open[tag])
		tag++;
	if (tag == STATIONS_OPEN_MAX ||
		submitter_send(stations->submitter, buf_span(&task->statement), WANTS_REFUSAL, tag,
			NULL)) {
		task_busy(task, BUSY_MS);
		end_task(stations, task);
		return;
	}
	stations->open[tag] = task;
	stations->under_way++;
}

/* Peppers newer than the station's newest, oldest first; they stay where they are until the desk
 * is freed. None when none can be opened here. */
static void tell_peppers(
	struct stations *stations, const struct table *table, uint16_t known, struct wire *answer)
{
	const struct desk_pepper *peppers;
	size_t count;
	if (desk_peppers(stations->place.desk, table, &peppers, &count, NULL))
		return;
	for (size_t i = count; i > 0 && answer->pepper_count < WIRE_PEPPERS_MAX; i--) {
		size_t at = answer->pepper_count;
		if (peppers[i - 1].year <= known)
			continue;
		answer->pepper[at].year = peppers[i - 1].year;
		answer->pepper[at].pepper = span_of(peppers[i - 1].pepper, PEPPER_SIZE);
		answer->pepper_count++;
	}
}

/* Size, ledger time, the number that the station's key should use next, and what it must know of
 * new peppers. */
static void answer_ping(struct stations *stations, struct task *task, const struct wire *wire)
{
	struct reader *reader = NULL;
	struct snapshot snapshot;
	uint64_t sequence = 0;
	enum err err = desk_reader(stations->place.desk, &reader, NULL);
	if (!err)
		err = reader_begin(reader, &snapshot, NULL);
	if (!err) {
		if (members_sequence_next(snapshot.table, wire->kid.at, &sequence, NULL))
			sequence = 0; /* not registered yet */
		if (!task->caller.is_expired)
			tell_peppers(stations, snapshot.table, wire->year, &task->answer);
		reader_end(reader);
		task->answer.type = WIRE_PONG;
		task->answer.size = snapshot.applied_size;
		/* An idle ledger's time stands still: the clock says more then. */
		int64_t clock = env_now_ms(desk_env(stations->place.desk));
		task->answer.time_ms = clock > snapshot.time_ms ? clock : snapshot.time_ms;
		task->answer.sequence = sequence;
	} else {
		task_failed(task, "failed", "the ledger cannot be read");
	}
	desk_reader_back(stations->place.desk, reader);
	end_task(stations, task);
}

static void turn_down(struct stations *stations, struct task *task, enum wire_type type,
	const char *word, const char *sentence)
{
	if (type == WIRE_STATE)
		task_busy(task, BUSY_MS);
	else
		task_failed(task, word, sentence);
	end_task(stations, task);
}

static void take_request(
	struct stations *stations, const struct caller *caller, const struct wire *wire)
{
	struct task *task = task_new(caller, wire);
	if (!task)
		return;
	if (wire->type == WIRE_PING) {
		answer_ping(stations, task, wire);
	} else if (stations->under_way >= STATIONS_OPEN_MAX) {
		turn_down(stations, task, wire->type, "busy",
			"the appliance has too much to do: scan again");
	} else if (wire->type == WIRE_STATE) {
		hand_in(stations, task);
	} else if (caller->is_expired) {
		turn_down(stations, task, wire->type, "key_expired",
			"this station's enrolment has ended: enrol it again");
	} else {
		task->type = wire->type == WIRE_CHECK ? TASK_CHECK : TASK_RECEIVE;
		give_work(stations, task);
	}
}

/* Whoever calls is looked up anew after each batch: a key that was revoked has no second chance. */
static enum err meet(struct stations *stations, const uint8_t public[32], struct known *known)
{
	struct met *met = &stations->met[public[0] % MET_MAX];
	uint64_t height = service_height(stations->service);
	int64_t now_us = env_steady_us(desk_env(stations->place.desk));
	bool is_met = met->is_there && met->height == height && now_us < met->until_us &&
		      memcmp(met->public, public, CHANNEL_KEY_SIZE) == 0;
	if (!is_met) {
		met->is_there = false;
		enum err err = known_find(stations->place.desk, public, &met->known, NULL);
		if (err)
			return err;
		met->is_there = true;
		met->height = height;
		met->until_us = now_us + MET_US;
		memcpy(met->public, public, CHANNEL_KEY_SIZE);
	}
	*known = met->known;
	return OK;
}

/* A message as it came: identity, head, payloads. False when it is no request. */
static bool take_message(struct stations *stations, const struct channel_message *message)
{
	struct caller caller = {0};
	struct known known;
	struct wire wire;
	if (message->count < 2 || !message->has_peer ||
		message->frame[0].size > sizeof caller.identity ||
		wire_decode(message->frame + 1, message->count - 1, &wire, NULL))
		return false;
	if (wire.type != WIRE_CHECK && wire.type != WIRE_STATE && wire.type != WIRE_PING &&
		wire.type != WIRE_RECEIVE && wire.type != WIRE_RECORD)
		return false;
	if (meet(stations, message->peer, &known))
		return false;
	if (wire.type == WIRE_RECORD) {
		atomic_fetch_add(&stations->taken, 1);
		if (!recording_take(stations->recording, message->frame[0], &wire))
			atomic_fetch_add(&stations->dropped, 1);
		return true;
	}
	memcpy(caller.identity, message->frame[0].at, message->frame[0].size);
	caller.identity_size = message->frame[0].size;
	caller.request = wire.request;
	caller.party = known.party;
	caller.is_expired = known.is_expired;
	atomic_fetch_add(&stations->taken, 1);
	take_request(stations, &caller, &wire);
	return true;
}

static bool take_messages(struct stations *stations)
{
	struct channel_message message;
	bool any = false;
	for (size_t i = 0; i < PASS_MAX; i++) {
		enum err err = channel_receive(stations->port, &message, 0, NULL);
		if (err == ERR_TIMEOUT)
			return any;
		any = true;
		if (err || !take_message(stations, &message))
			atomic_fetch_add(&stations->dropped, 1);
	}
	return any;
}

/* libzmq's descriptors tell of changes only: all three are emptied until a round finds nothing. */
static void *route_run(void *self)
{
	struct stations *stations = self;
	struct pollfd fds[] = {
		{.fd = stations->stop, .events = POLLIN},
		{.fd = channel_fd(stations->port), .events = POLLIN},
		{.fd = channel_fd(stations->done), .events = POLLIN},
		{.fd = submitter_fd(stations->submitter), .events = POLLIN},
		{.fd = recording_fd(stations->recording), .events = POLLIN},
	};
	for (;;) {
		bool any = take_messages(stations);
		any = take_judged(stations) || any;
		any = take_done(stations) || any;
		uint64_t dropped = 0;
		any = recording_answer(stations->recording, &dropped) || any;
		atomic_fetch_add(&stations->dropped, dropped);
		if (poll(fds, sizeof fds / sizeof fds[0], any ? 0 : IDLE_MS) < 0 && errno != EINTR)
			break;
		if (fds[0].revents)
			break;
	}
	return NULL;
}

/* ---- opening and closing ---- */

static void make_endpoint(const struct config *config, char out[ENDPOINT_MAX])
{
	const char *address = config->address;
	bool is_6 = strchr(address, ':') != NULL;
	(void)snprintf(out, ENDPOINT_MAX, "tcp://%s%s%s:%u", is_6 ? "[" : "", address,
		is_6 ? "]" : "", (unsigned)config->station_port);
}

static enum err open_port(
	struct stations *stations, struct appliance *appliance, struct fault *fault)
{
	char path[KEYFILE_PATH_MAX], endpoint[ENDPOINT_MAX];
	struct keyfile key = {0};
	const struct channel_guard guard = {.self = stations, .knows = knows};
	make_endpoint(&appliance->config, endpoint);
	enum err err = keyfile_path(
		appliance->folder, KEY_CURVE, appliance->config.member, NULL, path, fault);
	if (!err)
		err = channels_guard(appliance->channels, &guard, fault);
	if (!err)
		err = keyfile_load(&key, path, span_of(NULL, 0), fault);
	if (!err && key.is_sealed)
		err = fault_set(fault, ERR_DENIED, 0, 0,
			"%.150s is under a password, which nobody can give at start", path);
	if (!err) {
		struct channel_options options = {.type = CHANNEL_ROUTER,
			.is_server = true,
			.endpoint = endpoint,
			/* Room for every answer that can be due: none is dropped for want of it. */
			.queue = RECORDING_OPEN_MAX + STATIONS_OPEN_MAX,
			.frame_size_max = WIRE_FRAME_MAX,
			.public = key.public,
			.secret = key.secret,
			.domain = DOMAIN};
		err = channel_open(appliance->channels, &options, &stations->port, fault);
	}
	keyfile_close(&key);
	return err;
}

static enum err start_worker(
	struct stations *stations, struct channels *channels, size_t index, struct fault *fault)
{
	struct channel_options options = {.type = CHANNEL_PUSH, .endpoint = DONE};
	struct worker_seat *seat = malloc(sizeof *seat);
	if (!seat)
		return fault_set(fault, ERR_MEMORY, 0, 0, "out of memory for the stations");
	enum err err = channel_open(channels, &options, &stations->hands[index], fault);
	*seat = (struct worker_seat){stations, stations->hands[index]};
	if (!err && pthread_create(&stations->worker[index], NULL, work_run, seat))
		err = fault_set(fault, ERR_MEMORY, 0, 0, "cannot start a thread for the stations");
	if (err)
		free(seat);
	else
		stations->worker_count++;
	return err;
}

static enum err start(struct stations *stations, struct appliance *appliance, struct fault *fault)
{
	struct channels *channels = appliance->channels;
	stations->stop = eventfd(0, EFD_CLOEXEC);
	if (stations->stop < 0)
		return fault_set(fault, ERR_LIMIT, 0, 0, "no descriptor left for the stations");
	struct channel_options options = {
		.type = CHANNEL_PULL, .is_server = true, .endpoint = DONE};
	enum err err = channel_open(channels, &options, &stations->done, fault);
	if (!err)
		err = submitter_open(&stations->submitter, appliance->service, fault);
	if (!err)
		err = open_port(stations, appliance, fault);
	stations->service = appliance->service;
	if (!err)
		err = recording_open(
			&stations->recording, appliance->service, stations->port, fault);
	for (size_t i = 0; !err && i < STATIONS_WORKERS; i++)
		err = start_worker(stations, channels, i, fault);
	if (!err && pthread_create(&stations->router, NULL, route_run, stations))
		err = fault_set(fault, ERR_MEMORY, 0, 0, "cannot start a thread for the stations");
	stations->is_routing = !err;
	return err;
}

enum err stations_open(struct stations **out, struct appliance *appliance, struct fault *fault)
{
	struct stations *stations = calloc(1, sizeof *stations);
	*out = stations; /* the guard may hold on to it until the appliance is closed */
	if (!stations)
		return fault_set(fault, ERR_MEMORY, 0, 0, "out of memory for the stations");
	stations->place =
		(struct workplace){appliance->desk, appliance->view, appliance->attachments};
	stations->stop = -1;
	pthread_mutex_init(&stations->guard, NULL);
	pthread_mutex_init(&stations->lock, NULL);
	pthread_cond_init(&stations->filled, NULL);
	enum err err = start(stations, appliance, fault);
	if (err)
		stations_stop(stations);
	return err;
}

static void stop_workers(struct stations *stations)
{
	for (size_t i = 0; i < stations->worker_count; i++) {
		struct task *end = calloc(1, sizeof *end);
		assert(end);
		end->type = TASK_END;
		put_task(stations, end);
	}
	for (size_t i = 0; i < stations->worker_count; i++)
		(void)pthread_join(stations->worker[i], NULL);
	stations->worker_count = 0;
}

void stations_stop(struct stations *stations)
{
	uint64_t one = 1;
	void *left;
	if (!stations)
		return;
	pthread_mutex_lock(&stations->guard);
	stations->is_closed = true;
	pthread_mutex_unlock(&stations->guard);
	if (stations->is_routing && write(stations->stop, &one, sizeof one) == sizeof one)
		(void)pthread_join(stations->router, NULL);
	stations->is_routing = false;
	stop_workers(stations);
	while (stations->done && channel_receive_pointer(stations->done, &left, 0, NULL) == OK)
		task_free(left);
	for (size_t i = 0; i < STATIONS_OPEN_MAX; i++) {
		task_free(stations->open[i]);
		stations->open[i] = NULL;
	}
	for (size_t i = 0; i < STATIONS_WORKERS; i++) {
		channel_free(stations->hands[i]);
		stations->hands[i] = NULL;
	}
	submitter_free(stations->submitter);
	recording_free(stations->recording);
	stations->recording = NULL;
	channel_free(stations->port);
	channel_free(stations->done);
	if (stations->stop >= 0)
		close(stations->stop);
	stations->submitter = NULL;
	stations->port = stations->done = NULL;
	stations->stop = -1;
}

void stations_free(struct stations *stations)
{
	if (!stations)
		return;
	pthread_cond_destroy(&stations->filled);
	pthread_mutex_destroy(&stations->lock);
	pthread_mutex_destroy(&stations->guard);
	free(stations);
}

const char *stations_endpoint(const struct stations *stations)
{
	return channel_endpoint(stations->port);
}

struct stations_counts stations_count(const struct stations *stations)
{
	return (struct stations_counts){
		.taken = atomic_load(&stations->taken),
		.dropped = atomic_load(&stations->dropped),
		.turned_away = atomic_load(&stations->turned_away),
	};
}
