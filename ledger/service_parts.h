/* Inside of the service, shared by service.c, which starts and stops it, and service_threads.c,
 * what its threads do. Nobody else includes this.
 *
 *	submitters --ROUTER--> entrance --PUSH--> checkers --PUSH--> node --PUSH--> entrance
 *	node --PUSH--> housekeeping
 *
 * Tickets: the entrance numbers what it lets in; the node takes strictly in that order out of a
 * ring, which can never overflow because the entrance lets at most SERVICE_OPEN_MAX in. */
#ifndef LEDGER_SERVICE_PARTS_H
#define LEDGER_SERVICE_PARTS_H

#include "ledger/job.h"
#include "ledger/service.h"
#include "ledger/store/ledger_db.h"
#include "ledger/store/state.h"

#include <pthread.h>
#include <stdatomic.h>

#define SERVICE_RING          SERVICE_OPEN_MAX
#define SERVICE_ENDPOINT_SIZE 64

struct checker {
	struct service *service;
	pthread_t thread;
	struct channel *in, *out;
	struct state *state;
	struct key_cache cache;
};

struct service {
	struct service_options options;
	struct channels *channels;
	struct env env;
	char *folder;
	struct node *node;
	char entrance_address[SERVICE_ENDPOINT_SIZE];
	unsigned thread_count; /* started */
	atomic_bool is_stopping; /* nothing more is let in */
	atomic_bool is_empty; /* and nothing is inside: checkers end */

	/* entrance's */
	pthread_t entrance_thread;
	struct channel *entrance, *done_in, *check_out;
	uint64_t tickets;
	size_t open_count, open_size;

	unsigned checker_count;
	struct checker *checker;

	/* node's */
	pthread_t node_thread;
	struct channel *checked_in, *done_out, *house_out;
	struct job **ring; /* by ticket */
	uint64_t next_ticket;
	size_t taken_count;
	struct job *taken[BATCH_COUNT_MAX];
	struct node_item items[BATCH_COUNT_MAX];
	struct answer answers[BATCH_COUNT_MAX];
	bool is_told_broken;
	atomic_uint_fast64_t height; /* for all to read */

	/* housekeeping's */
	pthread_t house_thread;
	struct channel *house_in;
	struct ledger_db *house_ledger;
	struct reader *house_reader; /* of what entries.db lacks */
	struct entries *house_entries; /* NULL while it cannot be opened */
	struct state *house_state;
};

void *entrance_run(void *self);
void *checker_run(void *self);
void *node_run(void *self);
void *house_run(void *self);

/* The stop is the NULL pointer: whoever receives it ends. wait_ms as for channel_send. */
void send_stop(struct channel *channel, int wait_ms);

#endif
