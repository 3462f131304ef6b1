/* Inside of the node, shared by its three sources: node.c steps, node_open.c makes and opens,
 * node_sign.c signs. Nobody else includes this. */
#ifndef LEDGER_NODE_PARTS_H
#define LEDGER_NODE_PARTS_H

#include "ledger/folder.h"
#include "ledger/node.h"
#include "ledger/order/single.h"
#include "ledger/store/state.h"

#define CHECKPOINT_AGAIN_MS 1000 /* after a checkpoint could not be signed */

struct node {
	struct env env_copy;
	const struct env *env;
	const struct app *app;
	struct node_signer signer;
	uint8_t kid[KID_SIZE];
	char member[NAME_SIZE_MAX + 1];
	bool is_wal_elsewhere;
	char wal_path[FOLDER_PATH_SIZE];
	int lock;
	struct ledger_db *ledger;
	struct state *state;
	struct single *single;
	struct order order;
	struct buf origin;

	struct node_place place;
	uint32_t rules_version;
	bool is_broken;
	bool is_checkpoint_due; /* the newest size has no signed checkpoint */
	int64_t cosigned_ms; /* when a checkpoint was signed, or its signing tried, last */
	uint64_t written; /* bytes since the WAL was moved last */

	struct edge edge;
	struct edge edge_before; /* of the batch in work, for undoing it */
	struct buf seal;
	struct buf note;
	uint8_t seal_entry[ENTRY_SIZE];
	int64_t next_time_ms;
	struct checked scratch;
	size_t pick_count;
	uint16_t pick[BATCH_COUNT_MAX]; /* items of the step that go into the batch */
	struct order_item items[LEDGER_BATCH_MAX];
	struct outcome outcomes[LEDGER_BATCH_MAX];
};

_Static_assert(LEDGER_BATCH_MAX == BATCH_COUNT_MAX + 1, "a batch and its seal");

void node_place_set(struct node *node, const struct ledger_applied *applied);

/* After an undone batch: finds out where ledger.db stands. If that is not where the node was, or
 * cannot be told, the node is broken. Returns err. */
enum err node_stand(struct node *node, enum err err, struct fault *fault);

/* Signs with the own appliance key. */
struct signer node_own_signer(struct node *node);

/* Has the newest checkpoint signed and stores it. ERR_REFUSED breaks the node: the key holder has
 * signed a larger or another tree of this ledger. */
enum err node_sign_checkpoint(struct node *node, struct fault *fault);

/* Puts a promise or a refusal into the answer; without one if it cannot be signed. */
void node_sign_answer(struct node *node, struct answer *answer);

void node_move_wal(struct node *node);

#endif
