#include "ledger/recover.h"

#include "ledger/apply.h"
#include "ledger/seal.h"
#include "ledger/store/outcomes.h"

#include <stdlib.h>

struct replay {
	const struct recovery *with;
	struct ledger_batch batch;
	struct ledger_applied before; /* the batch before; meaningless at height 0 */
	struct buf bytes;
	uint64_t leaf; /* position of the next accepted statement */
	struct outcome outcomes[LEDGER_BATCH_MAX];
};

static enum err differs(const struct replay *replay, const char *what, struct fault *fault)
{
	return fault_set(fault, ERR_CORRUPT, (size_t)replay->leaf, 0,
		"%s: position %llu (batch %llu): %s comes out differently than stored; run audit "
		"and restore from a copy",
		ledger_db_path(replay->with->ledger), (unsigned long long)replay->leaf,
		(unsigned long long)replay->batch.applied.height, what);
}

static enum err read_statement(struct replay *replay, size_t index, struct fault *fault)
{
	uint8_t entry[ENTRY_SIZE];
	buf_reset(&replay->bytes);
	enum err err = ledger_db_statement(
		replay->with->ledger, replay->batch.applied.height, index, &replay->bytes, fault);
	if (err == ERR_NOT_FOUND)
		return differs(replay, "a statement that is not there", fault);
	if (err)
		return err;
	statement_entry(buf_span(&replay->bytes), entry);
	if (memcmp(entry, ledger_batch_entry(&replay->batch, index), ENTRY_SIZE) != 0)
		return differs(replay, "the statement's hash", fault);
	return OK;
}

static enum err replay_seal(struct replay *replay, struct applied_in *in, struct fault *fault)
{
	struct statement statement;
	struct seal_body seal, known;
	const struct ledger_applied *before = &replay->before;
	enum err err = read_statement(replay, 0, fault);
	if (err)
		return err;
	if (seal_take(buf_span(&replay->bytes), &statement, &seal, NULL))
		return differs(replay, "the seal's form", fault);
	known = seal;
	known.height = replay->batch.applied.height;
	known.term = replay->batch.term;
	known.time_ms = replay->batch.applied.time_ms;
	known.tree_size = before->size;
	memcpy(known.root, before->root, HASH_SIZE);
	memcpy(known.digest, before->digest, HASH_SIZE);
	err = seal_tables(replay->with->state, &known, fault);
	if (err)
		return err;
	const char *what = seal_difference(&seal, &known);
	if (what || seal.time_ms < before->time_ms)
		return differs(replay, what ? what : "the time", fault);
	in->time_ms = seal.time_ms;
	in->rules_version = seal.rules_version;
	replay->leaf++;
	return OK;
}

static enum err replay_statement(
	struct replay *replay, const struct applied_in *in, size_t index, struct fault *fault)
{
	struct checked checked;
	struct outcome outcome;
	enum err err = read_statement(replay, index, fault);
	if (err)
		return err;
	err = check_form(replay->with->origin, buf_span(&replay->bytes), &checked, &outcome, NULL);
	if (err || outcome.code != OUTCOME_ACCEPTED)
		return differs(replay, "the statement's form", fault);
	checked.is_verified = !replay->with->verifies;
	if (replay->with->verifies)
		err = check_signatures(in->table, NULL, &checked, &outcome, fault);
	if (err)
		return err;
	if (!checked.is_verified)
		return differs(replay, "a statement's signature", fault);
	err = apply_statement(in, &checked, replay->leaf, &outcome, fault);
	if (err)
		return err;
	if (!outcome_equal(&outcome, &replay->outcomes[index]))
		return differs(replay, "the outcome", fault);
	replay->leaf++;
	return OK;
}

/* After its batch, which may register the key that sealed it. */
static enum err verify_seal(struct replay *replay, struct fault *fault)
{
	struct statement seal;
	struct author author;
	uint8_t public[SIGN_PUBLIC];
	enum err err = read_statement(replay, 0, fault);
	if (err)
		return err;
	replay->leaf = replay->batch.applied.first;
	struct seal_body body;
	if (seal_take(buf_span(&replay->bytes), &seal, &body, NULL))
		return differs(replay, "the seal's form", fault);
	err = members_key(
		state_table(replay->with->state), seal.envelope.kid.at, &author, public, fault);
	if (err && err != ERR_NOT_FOUND)
		return err;
	if (err || statement_verify(&seal, public, NULL))
		return differs(replay, "the seal's signature", fault);
	replay->leaf = replay->batch.applied.size;
	return OK;
}

static enum err replay_batch(struct replay *replay, struct fault *fault)
{
	const struct recovery *with = replay->with;
	struct ledger_applied *applied = &replay->batch.applied;
	struct applied_in in = {
		.app = with->app, .table = state_table(with->state), .height = applied->height};
	int64_t time_ms;
	enum err err = OK;
	replay->leaf = applied->first;
	if (replay->batch.count > LEDGER_BATCH_MAX ||
		outcomes_take(buf_span(&replay->batch.outcomes), replay->outcomes,
			replay->batch.count, NULL))
		return differs(replay, "the list of outcomes", fault);
	if (applied->height == 0) {
		err = read_statement(replay, 0, fault);
		if (!err)
			err = apply_founding(with->app, state_table(with->state),
				buf_span(&replay->bytes), &time_ms, fault);
		replay->leaf++;
	} else {
		err = replay_seal(replay, &in, fault);
		for (size_t i = 1; !err && i < replay->batch.count; i++)
			if (replay->outcomes[i].code == OUTCOME_ACCEPTED)
				err = replay_statement(replay, &in, i, fault);
	}
	if (!err && replay->leaf != applied->size)
		err = differs(replay, "the number of leaves", fault);
	if (!err && with->verifies && applied->height > 0)
		err = verify_seal(replay, fault);
	return err;
}

static enum err replay_height(struct replay *replay, uint64_t height, struct fault *fault)
{
	struct state *state = replay->with->state;
	uint8_t digest[HASH_SIZE];
	enum err err = ledger_db_batch(replay->with->ledger, height, &replay->batch, fault);
	if (err == ERR_NOT_FOUND)
		return fault_set(fault, ERR_CORRUPT, 0, 0,
			"%s: batch %llu is missing; run audit and restore from a copy",
			ledger_db_path(replay->with->ledger), (unsigned long long)height);
	if (!err)
		err = state_begin(state, fault);
	if (err)
		return err;
	err = replay_batch(replay, fault);
	if (!err) {
		state_fold(state, digest);
		if (memcmp(digest, replay->batch.applied.digest, HASH_SIZE) != 0) {
			replay->leaf = replay->batch.applied.first;
			err = differs(replay, "the state digest", fault);
		}
	}
	if (err) {
		state_rollback(state);
		return err;
	}
	replay->before = replay->batch.applied;
	return state_commit(state, height, replay->batch.applied.size, fault);
}

/* Where to begin: state.db must be what ledger.db says of that height. */
static enum err recover_from(const struct recovery *with, const struct ledger_applied *head,
	struct ledger_applied *before, uint64_t *next, struct fault *fault)
{
	struct state_place place;
	enum err err = state_place(with->state, &place, fault);
	*next = 0;
	if (err || place.is_empty)
		return err;
	if (place.height > head->height)
		return fault_set(fault, ERR_CORRUPT, 0, 0,
			"state.db is at batch %llu, ledger.db only at %llu: run rebuild, and find "
			"out why ledger.db went back",
			(unsigned long long)place.height, (unsigned long long)head->height);
	err = ledger_db_applied(with->ledger, place.height, before, fault);
	if (err)
		return err == ERR_NOT_FOUND ? ERR_CORRUPT : err;
	if (place.size != before->size || memcmp(place.digest, before->digest, HASH_SIZE) != 0)
		return fault_set(fault, ERR_CORRUPT, (size_t)before->size, 0,
			"state.db differs from ledger.db at batch %llu, position %llu: run rebuild",
			(unsigned long long)place.height, (unsigned long long)before->size);
	*next = place.height + 1;
	return OK;
}

enum err recover(const struct recovery *recovery, struct fault *fault)
{
	struct ledger_applied head, before = {0};
	uint64_t next;
	enum err err = ledger_db_head(recovery->ledger, &head, fault);
	if (!err)
		err = recover_from(recovery, &head, &before, &next, fault);
	if (err || next > head.height)
		return err;
	struct replay *replay = malloc(sizeof *replay);
	if (!replay)
		return fault_set(fault, ERR_MEMORY, 0, 0, "start: out of memory");
	replay->with = recovery;
	replay->before = before;
	ledger_batch_init(&replay->batch);
	buf_init(&replay->bytes, STATEMENT_SIZE_MAX);
	for (uint64_t height = next; !err && height <= head.height; height++) {
		err = replay_height(replay, height, fault);
		if (!err && recovery->progress)
			recovery->progress(
				recovery->progress_self, replay->batch.applied.size, head.size);
	}
	ledger_batch_close(&replay->batch);
	buf_close(&replay->bytes);
	free(replay);
	return err;
}
