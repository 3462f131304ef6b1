/* The node and its threads: entrance (a ticket each), checkers, node, housekeeping. Front ends
 * reach it through ledger/submit.h and read through ledger/reader.h. */
#ifndef LEDGER_SERVICE_H
#define LEDGER_SERVICE_H

#include "ledger/base/channel.h"
#include "ledger/node.h"

#define SERVICE_CHECKERS_MAX  64
#define SERVICE_OPEN_MAX      16384 /* statements inside at once; beyond it: busy */
#define SERVICE_OPEN_SIZE_MAX ((size_t)64 << 20) /* their bytes */

struct service;

struct service_options {
	struct node_options node;
	struct channels *channels;
	unsigned checkers; /* threads; 0: as many as cores */
	/* After each batch, in the node thread; must be quick (wake somebody). May be NULL. */
	void (*on_batch)(void *self, const struct node_place *place);
	/* The node cannot go on: the process should end. In the node thread. May be NULL. */
	void (*on_broken)(void *self, const struct fault *fault);
	void *self;
};

/* Opens the node in the caller's thread (so that its errors are seen) and starts the threads. */
MUST_CHECK enum err service_open(
	struct service **service, const struct service_options *options, struct fault *fault);
/* Judges what is inside, stops the threads, closes the node. Submitters must be freed before. */
void service_free(struct service *service);

/* For submitters: the context and the entrance's address in it. */
struct channels *service_channels(const struct service *service);
const char *service_entrance(const struct service *service);

/* Batches applied so far; what is cached of the state is good while this stands. Thread: any. */
uint64_t service_height(const struct service *service);

struct span service_origin(const struct service *service);
const char *service_folder(const struct service *service);

#endif
