#include "ledger/order/single.h"

#include "ledger/store/outcomes.h"

#include <assert.h>
#include <stdlib.h>

struct single {
	struct ledger_db *ledger;
	bool is_proposed;
	struct order_batch batch;
	struct buf entries;
	struct buf outcomes;
};

static enum err single_propose(void *self, const struct order_batch *batch, struct fault *fault)
{
	struct single *single = self;
	assert(!single->is_proposed && batch->count >= 1 && batch->count <= LEDGER_BATCH_MAX);
	buf_reset(&single->entries);
	for (size_t i = 0; i < batch->count; i++)
		buf_put(&single->entries, span_of(batch->items[i].entry, HASH_SIZE));
	if (single->entries.err)
		return fault_set(fault, single->entries.err, 0, 0, "batch: out of memory");
	enum err err = ledger_db_begin(single->ledger, fault);
	if (err)
		return err;
	err = ledger_db_put_log(single->ledger, batch->height, batch->term, batch->time_ms,
		buf_span(&single->entries), fault);
	if (err) {
		ledger_db_rollback(single->ledger);
		return err;
	}
	single->batch = *batch;
	single->is_proposed = true;
	return OK;
}

static enum err single_committed(void *self, struct order_batch *batch, struct fault *fault)
{
	struct single *single = self;
	(void)fault;
	if (!single->is_proposed)
		return ERR_NOT_FOUND;
	*batch = single->batch;
	return OK;
}

/* What a batch leaves behind: the accepted, and evidence against who used a number twice. */
static bool is_kept(const struct outcome *outcome)
{
	return outcome->code == OUTCOME_ACCEPTED || outcome->code == OUTCOME_SEQUENCE_REUSED;
}

static enum err put_full(
	void *self, unsigned level, uint64_t index, struct span hashes, struct fault *fault)
{
	struct single *single = self;
	return ledger_db_put_tile(single->ledger, level, index, hashes, fault);
}

static enum err put_statements(
	struct single *single, struct order_result *result, struct fault *fault)
{
	struct edge_sink sink = {.self = single, .full = put_full};
	enum err err = OK;
	for (size_t i = 0; !err && i < single->batch.count; i++) {
		const struct order_item *item = &single->batch.items[i];
		if (is_kept(&result->outcomes[i]))
			err = ledger_db_put_statement(
				single->ledger, single->batch.height, i, item->bytes, fault);
		if (!err && result->outcomes[i].code == OUTCOME_ACCEPTED)
			err = edge_append(result->edge, item->entry, &sink, fault);
	}
	return err;
}

static enum err put_partial_tiles(
	struct single *single, struct order_result *result, struct fault *fault)
{
	unsigned level;
	uint64_t index;
	struct span hashes;
	enum err err = OK;
	while (!err && edge_take_partial(result->edge, &level, &index, &hashes))
		err = ledger_db_put_tile(single->ledger, level, index, hashes, fault);
	return err;
}

static enum err single_settle(void *self, struct order_result *result, struct fault *fault)
{
	struct single *single = self;
	assert(single->is_proposed && result->applied.height == single->batch.height);
	assert(result->applied.first == result->edge->tree.size);
	enum err err = put_statements(single, result, fault);
	if (!err)
		err = put_partial_tiles(single, result, fault);
	if (err)
		return err;
	result->applied.size = result->edge->tree.size;
	tree_root(&result->edge->tree, result->applied.root);
	buf_reset(&single->outcomes);
	outcomes_put(result->outcomes, single->batch.count, &single->outcomes);
	if (single->outcomes.err)
		return fault_set(fault, single->outcomes.err, 0, 0, "batch: out of memory");
	err = ledger_db_put_applied(
		single->ledger, &result->applied, buf_span(&single->outcomes), fault);
	if (!err)
		err = ledger_db_commit(single->ledger, fault);
	if (!err)
		single->is_proposed = false;
	return err;
}

static void single_undo(void *self)
{
	struct single *single = self;
	ledger_db_rollback(single->ledger);
	single->is_proposed = false;
}

enum err single_open(struct single **out, struct ledger_db *ledger, struct fault *fault)
{
	struct single *single = calloc(1, sizeof *single);
	if (!single)
		return fault_set(fault, ERR_MEMORY, 0, 0, "order: out of memory");
	single->ledger = ledger;
	buf_init(&single->entries, (size_t)LEDGER_BATCH_MAX * HASH_SIZE);
	buf_init(&single->outcomes, (size_t)LEDGER_BATCH_MAX * 48);
	*out = single;
	return OK;
}

void single_free(struct single *single)
{
	if (!single)
		return;
	if (single->is_proposed)
		single_undo(single);
	buf_close(&single->entries);
	buf_close(&single->outcomes);
	free(single);
}

struct order single_order(struct single *single)
{
	return (struct order){.self = single,
		.propose = single_propose,
		.committed = single_committed,
		.settle = single_settle,
		.undo = single_undo};
}
