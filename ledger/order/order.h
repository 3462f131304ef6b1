/* How batches come into an order that all voters share, and how what became of them is made
 * durable. One machine: ledger/order/single.h. The node drives it as a step machine:
 *
 *	propose    a leader hands in its batch                      DESIGN section 5, step 1
 *	committed  the next batch that is ordered and not applied
 *	settle     its result, durable when this returns            step 3
 *	undo       the batch could not be applied: as before propose
 *
 * Between committed and settle the node applies the batch to state.db (step 2). */
#ifndef LEDGER_ORDER_ORDER_H
#define LEDGER_ORDER_ORDER_H

#include "ledger/store/edge.h"
#include "ledger/store/ledger_db.h"

struct order_item {
	const uint8_t *entry; /* 32 bytes */
	struct span bytes;
};

/* Item 0 is the seal (at height 0: genesis, alone). The items stay valid until settle or undo. */
struct order_batch {
	uint64_t height;
	uint64_t term;
	int64_t time_ms;
	size_t count;
	const struct order_item *items;
};

struct order_result {
	struct ledger_applied applied;
	const struct outcome *outcomes; /* one for each item */
	/* Before the batch; settle appends the accepted entries and takes the tiles. On failure it
	 * is half changed: the caller keeps a copy. */
	struct edge *edge;
};

struct order {
	void *self;
	enum err (*propose)(void *self, const struct order_batch *batch, struct fault *fault);
	/* ERR_NOT_FOUND: none now. */
	enum err (*committed)(void *self, struct order_batch *batch, struct fault *fault);
	/* result->applied: height, first, time, digest are given; size and root are filled in. */
	enum err (*settle)(void *self, struct order_result *result, struct fault *fault);
	void (*undo)(void *self);
};

#endif
