#include "ledger/node.h"

#include "ledger/apply.h"
#include "ledger/folder.h"
#include "ledger/node_parts.h"
#include "ledger/seal.h"

#include <assert.h>
#include <sys/stat.h>

#define WAL_DUE_BYTES   ((uint64_t)4 << 20) /* written between two moves of the WAL */
#define WAL_INLINE_SIZE ((int64_t)256 << 20) /* size at which the node moves it itself */
#define BATCH_OVERHEAD  ((uint64_t)64 << 10) /* pages that a batch touches besides statements */
#define SEAL_TERM       1

static void answer_fail(struct answer *answer, enum err err, const struct fault *fault)
{
	answer->err = err;
	if (fault)
		answer->fault = *fault;
}

/* Statements of keys that nobody has registered go no further, unless a registration stands in
 * front of them in the same batch. picks: which items go in. */
static enum err pick(struct node *node, const struct node_item *item, size_t count,
	struct answer *answer, struct fault *fault)
{
	bool registers = false;
	node->pick_count = 0;
	for (size_t i = 0; i < count; i++) {
		const struct checked *checked = item[i].checked;
		struct author author;
		uint8_t public[SIGN_PUBLIC];
		memset(&answer[i], 0, offsetof(struct answer, signed_bytes));
		memcpy(answer[i].entry, checked->entry, ENTRY_SIZE);
		if (!checked->is_verified && !registers) {
			enum err err = members_key(state_table(node->state),
				checked->statement.envelope.kid.at, &author, public, fault);
			if (err == ERR_NOT_FOUND) {
				answer[i].outcome.code = OUTCOME_UNKNOWN_KEY;
				continue;
			}
			if (err)
				return err;
		}
		registers = registers || checked->statement.kind == KIND_KEY;
		node->pick[node->pick_count++] = (uint16_t)i;
	}
	return OK;
}

static enum err make_seal(struct node *node, struct fault *fault)
{
	const struct node_place *place = &node->place;
	int64_t now = env_now_ms(node->env);
	struct seal_body body = {.height = place->height + 1,
		.term = SEAL_TERM,
		.time_ms = now > place->time_ms ? now : place->time_ms,
		.rules_version = node->rules_version,
		.tree_size = place->size};
	memcpy(body.root, place->root, HASH_SIZE);
	memcpy(body.digest, place->digest, HASH_SIZE);
	enum err err = seal_tables(node->state, &body, fault);
	if (err)
		return err;
	buf_reset(&node->seal);
	struct signer signer = node_own_signer(node);
	err = seal_make(&body, buf_span(&node->origin), span_text(node->member), node->kid, &signer,
		&node->seal, fault);
	if (err)
		return err;
	statement_entry(buf_span(&node->seal), node->seal_entry);
	node->next_time_ms = body.time_ms;
	return OK;
}

static enum err propose(struct node *node, const struct node_item *item, struct fault *fault)
{
	enum err err = make_seal(node, fault);
	if (err)
		return err;
	node->items[0] =
		(struct order_item){.entry = node->seal_entry, .bytes = buf_span(&node->seal)};
	for (size_t i = 0; i < node->pick_count; i++) {
		const struct checked *checked = item[node->pick[i]].checked;
		node->items[i + 1] =
			(struct order_item){.entry = checked->entry, .bytes = checked->bytes};
	}
	struct order_batch batch = {.height = node->place.height + 1,
		.term = SEAL_TERM,
		.time_ms = node->next_time_ms,
		.count = node->pick_count + 1,
		.items = node->items};
	return node->order.propose(node->order.self, &batch, fault);
}

static enum err judge(struct node *node, const struct applied_in *in, const struct checked *checked,
	uint64_t position, struct outcome *outcome, struct fault *fault)
{
	if (checked->is_verified)
		return apply_statement(in, checked, position, outcome, fault);
	node->scratch = *checked;
	enum err err = check_signatures(in->table, NULL, &node->scratch, outcome, fault);
	if (err || outcome->code != OUTCOME_ACCEPTED)
		return err;
	return apply_statement(in, &node->scratch, position, outcome, fault);
}

/* Step 2: every statement judged, in the open transaction of state.db. */
static enum err apply(struct node *node, const struct order_batch *batch,
	const struct node_item *item, struct fault *fault)
{
	struct applied_in in = {.app = node->app,
		.table = state_table(node->state),
		.height = batch->height,
		.time_ms = batch->time_ms,
		.rules_version = node->rules_version};
	uint64_t position = node->place.size + 1;
	enum err err = state_begin(node->state, fault);
	node->outcomes[0] = (struct outcome){0};
	for (size_t i = 1; !err && i < batch->count; i++) {
		err = judge(node, &in, item[node->pick[i - 1]].checked, position,
			&node->outcomes[i], fault);
		if (node->outcomes[i].code == OUTCOME_ACCEPTED)
			position++;
	}
	return err;
}

/* Who asks again for what is on the ledger gets the answer, and the ledger does not grow by it. A
 * refusal does make a batch: signed, it names the one that anybody can judge it by. */
static bool is_all_duplicate(const struct node *node, const struct order_batch *batch)
{
	for (size_t i = 1; i < batch->count; i++)
		if (node->outcomes[i].code != OUTCOME_DUPLICATE)
			return false;
	return batch->count > 1; /* genesis stands alone */
}

static void undo_batch(struct node *node)
{
	node->order.undo(node->order.self);
	state_rollback(node->state);
	node->edge = node->edge_before;
}

/* Steps 1 to 4. On failure all is as before, or the node is broken. */
static enum err run_batch(struct node *node, const struct node_item *item, struct fault *fault)
{
	struct order_batch batch;
	struct order_result result = {.outcomes = node->outcomes, .edge = &node->edge};
	enum err err = propose(node, item, fault);
	if (err)
		return err;
	node->edge_before = node->edge;
	err = node->order.committed(node->order.self, &batch, fault);
	if (!err)
		err = apply(node, &batch, item, fault);
	if (!err && is_all_duplicate(node, &batch)) {
		undo_batch(node);
		return OK;
	}
	if (!err) {
		result.applied.height = batch.height;
		result.applied.first = node->place.size;
		result.applied.time_ms = batch.time_ms;
		state_fold(node->state, result.applied.digest);
		err = node->order.settle(node->order.self, &result, fault);
	}
	if (err) {
		undo_batch(node);
		return node_stand(node, err, fault);
	}
	node_place_set(node, &result.applied);
	err = state_commit(node->state, batch.height, result.applied.size, fault);
	if (err)
		node->is_broken = true;
	return err;
}

static void fill_answers(struct node *node, struct answer *answer)
{
	uint64_t position = node->place.size;
	for (size_t i = node->pick_count; i > 0; i--) {
		struct answer *one = &answer[node->pick[i - 1]];
		one->outcome = node->outcomes[i];
		one->is_ruled = true;
		one->height = node->place.height;
		one->time_ms = node->place.time_ms;
		if (one->outcome.code == OUTCOME_ACCEPTED)
			one->position = --position;
		else if (one->outcome.code == OUTCOME_DUPLICATE)
			one->position = (uint64_t)one->outcome.a;
		one->is_final = answer_is_recorded(one) && one->position < node->place.final_size;
	}
	assert(node->pick_count == 0 || position > 0);
}

static bool is_to_sign(enum wants_signed wants, const struct answer *answer)
{
	bool is_recorded = answer_is_recorded(answer);
	if (wants == WANTS_NOTHING || answer->err || (wants == WANTS_REFUSAL && is_recorded))
		return false;
	return answer->is_ruled || is_recorded;
}

static void fill_signed(
	struct node *node, const struct node_item *item, size_t count, struct answer *answer)
{
	for (size_t i = 0; i < count; i++)
		if (is_to_sign(item[i].wants_signed, &answer[i]))
			node_sign_answer(node, &answer[i]);
}

static enum err limits(const struct node_item *item, size_t count, struct fault *fault)
{
	size_t size = 0;
	for (size_t i = 0; i < count && i < BATCH_COUNT_MAX; i++)
		size += item[i].checked->bytes.size;
	if (count > BATCH_COUNT_MAX || size > BATCH_SIZE_MAX)
		return fault_set(fault, ERR_LIMIT, 0, 0,
			"a batch takes at most %d statements and %zu bytes", BATCH_COUNT_MAX,
			BATCH_SIZE_MAX);
	return OK;
}

enum err node_step(struct node *node, const struct node_item *item, size_t count,
	struct answer *answer, struct fault *fault)
{
	struct fault why = {0};
	uint64_t height = node->place.height;
	enum err err = node->is_broken
			       ? fault_set(&why, ERR_IO, 0, 0,
					 "the ledger stopped after a failed write; start it again")
			       : limits(item, count, &why);
	if (!err)
		err = pick(node, item, count, answer, &why);
	if (!err && node->pick_count) {
		err = run_batch(node, item, &why);
		if (!err) {
			for (size_t i = 0; i < node->pick_count; i++)
				node->written += item[node->pick[i]].checked->bytes.size;
			node->written += BATCH_OVERHEAD;
			/* A checkpoint that cannot be signed now is tried again when idle. */
			bool is_signed = node->place.height == height ||
					 node_sign_checkpoint(node, NULL) == OK;
			(void)is_signed;
			fill_answers(node, answer);
			fill_signed(node, item, count, answer);
			node_move_wal(node);
		}
	}
	if (err) {
		for (size_t i = 0; i < count; i++) {
			memset(&answer[i], 0, offsetof(struct answer, signed_bytes));
			memcpy(answer[i].entry, item[i].checked->entry, ENTRY_SIZE);
			answer_fail(&answer[i], err, &why);
			answer[i].is_open = node->is_broken;
		}
		if (fault)
			*fault = why;
	}
	return err;
}

bool node_wal_is_due(struct node *node)
{
	if (node->written < WAL_DUE_BYTES)
		return false;
	node->written = 0;
	return true;
}

/* The file's size does not shrink when SQLite starts the WAL anew, so it is looked at only where
 * somebody else is to have moved it. */
void node_move_wal(struct node *node)
{
	struct stat info;
	if (node->is_wal_elsewhere) {
		if (stat(node->wal_path, &info) != 0 || info.st_size < WAL_INLINE_SIZE)
			return;
	} else if (!node_wal_is_due(node)) {
		return;
	}
	/* What fails here fails again, and is reported, at the next commit. */
	bool is_moved = ledger_db_wal(node->ledger, NULL, NULL) == OK &&
			state_checkpoint(node->state, NULL, NULL) == OK;
	(void)is_moved;
}

enum err node_idle(struct node *node, struct fault *fault)
{
	if (node->is_broken)
		return fault_set(fault, ERR_IO, 0, 0,
			"the ledger stopped after a failed write; the process must start again");
	if (node_idle_ms(node) > 0)
		return OK;
	return node_sign_checkpoint(node, fault);
}

int node_idle_ms(const struct node *node)
{
	int64_t age = env_now_ms(node->env) - node->cosigned_ms;
	if (node->place.height == 0)
		return COSIGN_EVERY_MS;
	int64_t wait = node->is_checkpoint_due ? CHECKPOINT_AGAIN_MS : COSIGN_EVERY_MS;
	return age < 0 || age >= wait ? 0 : (int)(wait - age);
}
