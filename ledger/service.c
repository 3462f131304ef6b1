#include "ledger/service.h"

#include "ledger/entries_follow.h"
#include "ledger/folder.h"
#include "ledger/service_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Every channel can hold all that may be inside, so that no thread ever waits for another's. */
#define QUEUE_ROOM (SERVICE_OPEN_MAX + 2 * SERVICE_CHECKERS_MAX)

static enum err open_channel(struct service *service, enum channel_type type, bool is_server,
	const char *name, struct channel **channel, struct fault *fault)
{
	char endpoint[SERVICE_ENDPOINT_SIZE];
	(void)snprintf(endpoint, sizeof endpoint, "inproc://assay-%s-%p", name, (void *)service);
	struct channel_options options = {
		.type = type, .is_server = is_server, .endpoint = endpoint, .queue = QUEUE_ROOM};
	return channel_open(service->channels, &options, channel, fault);
}

static enum err open_channels(struct service *service, struct fault *fault)
{
	enum err err = OK;
	(void)snprintf(service->entrance_address, sizeof service->entrance_address,
		"inproc://assay-entrance-%p", (void *)service);
	struct {
		enum channel_type type;
		bool is_server;
		const char *name;
		struct channel **channel;
	} list[] = {
		{CHANNEL_ROUTER, true, "entrance", &service->entrance},
		{CHANNEL_PULL, true, "done", &service->done_in},
		{CHANNEL_PUSH, false, "done", &service->done_out},
		{CHANNEL_PUSH, true, "check", &service->check_out},
		{CHANNEL_PULL, true, "checked", &service->checked_in},
		{CHANNEL_PULL, true, "house", &service->house_in},
		{CHANNEL_PUSH, false, "house", &service->house_out},
	};
	for (size_t i = 0; !err && i < sizeof list / sizeof list[0]; i++)
		err = open_channel(service, list[i].type, list[i].is_server, list[i].name,
			list[i].channel, fault);
	for (unsigned i = 0; !err && i < service->checker_count; i++) {
		struct checker *checker = &service->checker[i];
		checker->service = service;
		err = open_channel(service, CHANNEL_PULL, false, "check", &checker->in, fault);
		if (!err)
			err = open_channel(
				service, CHANNEL_PUSH, false, "checked", &checker->out, fault);
	}
	return err;
}

static enum err open_files(struct service *service, struct fault *fault)
{
	char state[FOLDER_PATH_SIZE], ledger[FOLDER_PATH_SIZE];
	enum err err = folder_path(service->folder, FOLDER_STATE, state, fault);
	if (!err)
		err = folder_path(service->folder, FOLDER_LEDGER, ledger, fault);
	for (unsigned i = 0; !err && i < service->checker_count; i++)
		err = state_open(
			&service->checker[i].state, state, service->env.vfs, STATE_READ, fault);
	if (!err)
		err = state_open(
			&service->house_state, state, service->env.vfs, STATE_WRITE, fault);
	if (!err)
		err = ledger_db_open(
			&service->house_ledger, ledger, service->env.vfs, LEDGER_DB_WRITE, fault);
	if (!err)
		err = reader_open(&service->house_reader, service->folder, &service->env, fault);
	return err;
}

static enum err start_thread(struct service *service, void *(*run)(void *), void *self,
	pthread_t *thread, struct fault *fault)
{
	if (pthread_create(thread, NULL, run, self) != 0)
		return fault_set(fault, ERR_LIMIT, 0, 0, "the system gives no more threads");
	service->thread_count++;
	return OK;
}

/* In an order in which the ones started can be stopped when a later one fails. */
static enum err start_threads(struct service *service, struct fault *fault)
{
	enum err err = start_thread(service, house_run, service, &service->house_thread, fault);
	if (!err)
		err = start_thread(service, node_run, service, &service->node_thread, fault);
	for (unsigned i = 0; !err && i < service->checker_count; i++)
		err = start_thread(service, checker_run, &service->checker[i],
			&service->checker[i].thread, fault);
	if (!err)
		err = start_thread(
			service, entrance_run, service, &service->entrance_thread, fault);
	return err;
}

enum err service_open(
	struct service **out, const struct service_options *options, struct fault *fault)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned checkers = options->checkers ? options->checkers : cores > 0 ? (unsigned)cores : 1;
	struct service *service = calloc(1, sizeof *service);
	if (!service)
		return fault_set(fault, ERR_MEMORY, 0, 0, "service: out of memory");
	service->options = *options;
	service->channels = options->channels;
	service->env = *options->node.env;
	service->folder = strdup(options->node.folder);
	service->checker_count = checkers < SERVICE_CHECKERS_MAX ? checkers : SERVICE_CHECKERS_MAX;
	service->ring = calloc(SERVICE_RING, sizeof(void *));
	service->checker = calloc(service->checker_count, sizeof *service->checker);
	struct node_options node = options->node;
	node.is_wal_elsewhere = true;
	enum err err = service->folder && service->ring && service->checker
			       ? node_open(&service->node, &node, fault)
			       : fault_set(fault, ERR_MEMORY, 0, 0, "service: out of memory");
	if (!err)
		err = open_files(service, fault);
	if (!err)
		err = open_channels(service, fault);
	if (!err)
		err = start_threads(service, fault);
	if (err)
		service_free(service);
	else
		*out = service;
	return err;
}

/* Wakes a thread through a channel of our own: channels are not shared between threads. */
static void stop_by(struct service *service, const char *name)
{
	struct channel *channel = NULL;
	if (open_channel(service, CHANNEL_PUSH, false, name, &channel, NULL) == OK)
		send_stop(channel, -1);
	channel_free(channel);
}

/* From the entrance on, behind the last statement, which is answered. When not all threads could
 * be started there is no entrance, and nothing inside. */
static void stop_threads(struct service *service)
{
	unsigned started = service->thread_count;
	unsigned checkers = started > 2 ? started - 2 : 0;
	atomic_store(&service->is_stopping, true);
	if (checkers > service->checker_count) {
		checkers = service->checker_count;
		stop_by(service, "done");
		(void)pthread_join(service->entrance_thread, NULL);
	}
	atomic_store(&service->is_empty, true);
	for (unsigned i = 0; i < checkers; i++)
		send_stop(service->check_out, 0);
	for (unsigned i = 0; i < checkers; i++)
		(void)pthread_join(service->checker[i].thread, NULL);
	if (started > 1) {
		stop_by(service, "checked");
		(void)pthread_join(service->node_thread, NULL);
	}
	if (started > 0) {
		send_stop(service->house_out, 0);
		(void)pthread_join(service->house_thread, NULL);
	}
}

void service_free(struct service *service)
{
	if (!service)
		return;
	stop_threads(service);
	for (unsigned i = 0; service->checker && i < service->checker_count; i++) {
		channel_free(service->checker[i].in);
		channel_free(service->checker[i].out);
		state_free(service->checker[i].state);
	}
	channel_free(service->entrance);
	channel_free(service->done_in);
	channel_free(service->done_out);
	channel_free(service->check_out);
	channel_free(service->checked_in);
	channel_free(service->house_in);
	channel_free(service->house_out);
	state_free(service->house_state);
	ledger_db_free(service->house_ledger);
	reader_free(service->house_reader);
	entries_free(service->house_entries);
	node_free(service->node);
	free(service->checker);
	free(service->ring);
	free(service->folder);
	free(service);
}

struct channels *service_channels(const struct service *service)
{
	return service->channels;
}

const char *service_entrance(const struct service *service)
{
	return service->entrance_address;
}

uint64_t service_height(const struct service *service)
{
	return atomic_load(&service->height);
}

struct span service_origin(const struct service *service)
{
	return node_origin(service->node);
}

const char *service_folder(const struct service *service)
{
	return service->folder;
}
