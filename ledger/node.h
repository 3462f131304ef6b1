/* The node: a single-threaded step machine that turns checked statements into a sealed batch,
 * judges each, appends what is accepted to the tree, makes all that durable, has the checkpoint
 * signed and answers. It runs without threads (tests, simulation, benchmarks) and inside
 * ledger/service.h.
 *
 * One batch, in this order, none of it skipped:
 *	1 the seal is built and signed; the batch is proposed to the order
 *	2 each statement is judged inside an open state.db transaction
 *	3 ledger.db commits: log, statements, outcomes, tiles, size, root, digest. From here on it
 *	  is durable
 *	4 state.db commits (never ahead of ledger.db)
 *	5 the key holder signs and cosigns the checkpoint, which is stored
 *	6 answers
 * A crash between 3 and 4 is healed at the next start by applying those batches again. */
#ifndef LEDGER_NODE_H
#define LEDGER_NODE_H

#include "ledger/answer.h"
#include "ledger/app.h"
#include "ledger/base/buf.h"
#include "ledger/base/env.h"
#include "ledger/check.h"

#define BATCH_COUNT_MAX 4096 /* statements, without the seal */
#define BATCH_SIZE_MAX  ((size_t)8 << 20) /* bytes of statements */
#define COSIGN_EVERY_MS 10000 /* a newer cosignature when idle, so that age can be proven */
#define PROMISE_MS      60000 /* a promise is to be discharged in this time */

/* What signs for the node: the key holder's process (keyholder_sign, keyholder_checkpoint), or
 * a test's own keys. */
struct node_signer {
	void *self;
	enum err (*sign)(void *self, const uint8_t kid[KID_SIZE], struct span bytes,
		uint8_t signature[SIGN_SIZE], struct fault *fault);
	/* Puts the whole signed note for this checkpoint into note. */
	enum err (*checkpoint)(void *self, struct span origin, uint64_t size,
		const uint8_t root[HASH_SIZE], int64_t time_ms, struct buf *note,
		struct fault *fault);
};

struct node_options {
	const char *folder;
	const struct env *env;
	const struct app *app;
	struct node_signer signer;
	uint8_t kid[KID_SIZE]; /* own appliance key */
	const char *member; /* own member name */
	/* True: somebody else moves the WAL into the files when node_wal_is_due; the node then only
	 * does so itself when the WAL gets very large. */
	bool is_wal_elsewhere;
	/* Called while batches are applied again at start; may be NULL. */
	void (*progress)(void *self, uint64_t done, uint64_t all);
	void *progress_self;
};

struct node;

/* Makes a new ledger in the folder (which must be there, without a ledger.db) from the genesis
 * statement: height 0, leaf 0. The first batch should then register this appliance's keys.
 * Errors: ERR_EXISTS, ERR_REFUSED (genesis not accepted by the members' rules), storage. */
MUST_CHECK enum err node_create(
	const struct node_options *options, struct span genesis, struct fault *fault);

/* Opens the ledger, takes the folder's lock, applies what state.db lacks.
 * Errors: ERR_NOT_FOUND, ERR_BUSY (another process has it), ERR_CORRUPT (what is applied again
 * comes out differently: names the position; or state.db is ahead: says to rebuild), storage. */
MUST_CHECK enum err node_open(
	struct node **node, const struct node_options *options, struct fault *fault);
void node_free(struct node *node);

struct node_item {
	const struct checked *checked;
	enum wants_signed wants_signed;
};

/* One batch of up to BATCH_COUNT_MAX statements and BATCH_SIZE_MAX bytes, in this order.
 * answer: one for each item, all filled also on failure.
 * Errors: ERR_LIMIT; ERR_FULL, ERR_READONLY and what else storage answers: the batch is undone and
 * the node as before, unless node_is_broken. A failing signature of the checkpoint is no error:
 * answers are then not final and node_idle tries again. */
MUST_CHECK enum err node_step(struct node *node, const struct node_item *item, size_t count,
	struct answer *answer, struct fault *fault);

/* To be called when there is nothing to do, at the latest after node_idle_ms: signs the newest
 * checkpoint again when its cosignature is COSIGN_EVERY_MS old or missing. */
MUST_CHECK enum err node_idle(struct node *node, struct fault *fault);
int node_idle_ms(const struct node *node);

/* True once after every few MiB written: the WAL should be moved, by connections of the caller's
 * (ledger_db_wal, state_checkpoint), in another thread. */
bool node_wal_is_due(struct node *node);

/* True after a failure that leaves open what is on the disk: the process must end and start
 * again. */
bool node_is_broken(const struct node *node);

/* Where it stands: after the newest batch. */
struct node_place {
	uint64_t height;
	uint64_t size; /* leaves */
	uint64_t final_size; /* covered by a signed checkpoint */
	int64_t time_ms; /* ledger time */
	uint8_t root[HASH_SIZE];
	uint8_t digest[HASH_SIZE];
};
void node_place(const struct node *node, struct node_place *place);

struct span node_origin(const struct node *node);
/* The tables as they stand; read only. For tests and simulation: other threads use a reader. */
const struct table *node_table(const struct node *node);

#endif
