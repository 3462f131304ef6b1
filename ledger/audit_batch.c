#include "ledger/audit_parts.h"

#include "ledger/seal.h"
#include "ledger/store/outcomes.h"

enum err audit_bytes(struct auditor *auditor, size_t index, uint64_t position, struct fault *fault)
{
	uint8_t entry[ENTRY_SIZE];
	buf_reset(&auditor->bytes);
	enum err err = ledger_db_statement(
		auditor->ledger, auditor->batch.applied.height, index, &auditor->bytes, fault);
	if (err == ERR_NOT_FOUND || err == ERR_LIMIT)
		return audit_found(auditor, AUDIT_STATEMENT, position,
			"the statement is missing or too large");
	if (err == ERR_CORRUPT && ledger_db_is_from_archive(auditor->ledger))
		return audit_found(auditor, AUDIT_STATEMENT, position,
			"the archive holds other bytes than were ordered");
	auditor->report->absent += err == ERR_UNSURE;
	if (err)
		return err;
	auditor->statement_rows += !ledger_db_is_from_archive(auditor->ledger);
	statement_entry(buf_span(&auditor->bytes), entry);
	if (memcmp(entry, ledger_batch_entry(&auditor->batch, index), ENTRY_SIZE) != 0)
		return audit_found(auditor, AUDIT_STATEMENT, position,
			"the statement's bytes have not the hash that was ordered");
	return OK;
}

/* Everything that a seal says, and that nobody else but a voter's appliance said it. */
static enum err judge_seal_author(struct auditor *auditor, const struct statement *seal,
	uint64_t position, int64_t time_ms, struct fault *fault)
{
	const struct table *table = state_table(auditor->state);
	struct author author;
	struct outcome outcome = {0};
	uint8_t public[SIGN_PUBLIC];
	uint16_t voters[BODY_VOTERS_MAX] = {0};
	size_t count = 0;
	bool is_voter = false;
	enum err err = members_key(table, seal->envelope.kid.at, &author, public, fault);
	if (err == ERR_NOT_FOUND)
		return audit_found(
			auditor, AUDIT_SEAL, position, "the seal's key is not registered");
	if (err)
		return err;
	if (auditor->verifies) {
		err = audit_verify_statement(auditor->verifier, seal->envelope.message.bytes,
			SIGNED_SEAL, public, position, auditor->batch.applied.height, fault);
		auditor->report->signatures++;
	}
	if (!err)
		err = members_admit(table, seal, ledger_batch_entry(&auditor->batch, 0), time_ms,
			false, &author, &outcome, fault);
	if (!err)
		err = members_voters(table, voters, &count, fault);
	if (err)
		return err;
	for (size_t i = 0; i < count; i++)
		is_voter = is_voter || voters[i] == author.member_index;
	if (outcome.code != OUTCOME_ACCEPTED || !is_voter)
		return audit_found(auditor, AUDIT_SEAL, position,
			"the seal's key could not seal then (code %u)", outcome.code);
	return OK;
}

static enum err judge_seal(struct auditor *auditor, const struct seal_body *seal, uint64_t position,
	struct fault *fault)
{
	const struct ledger_batch *batch = &auditor->batch;
	struct seal_body known = {.height = batch->applied.height,
		.term = batch->term,
		.time_ms = batch->applied.time_ms,
		.rules_version = auditor->rules_version,
		.tree_size = auditor->edge.tree.size};
	tree_root(&auditor->edge.tree, known.root);
	memcpy(known.digest, auditor->report->digest, HASH_SIZE);
	enum err err = OK;
	if (auditor->options->no_rules) {
		known.has_tables = seal_has_tables(known.height);
		memcpy(known.tables, seal->tables, HASH_SIZE);
	} else {
		err = seal_tables(auditor->state, &known, fault);
	}
	if (err)
		return err;
	const char *what = seal_difference(seal, &known);
	if (what)
		return audit_found(auditor, AUDIT_SEAL, position,
			"the seal's %s is not what the ledger gives", what);
	if (seal->time_ms < auditor->time_ms)
		return audit_found(auditor, AUDIT_SEAL, position, "the seal's time goes back");
	return OK;
}

/* The signatures go to the verifier; what the rules make of the statement does not wait. */
static enum err give_signatures(struct auditor *auditor, const struct table *table,
	struct checked *checked, uint64_t position, struct outcome *outcome, struct fault *fault)
{
	uint8_t public[SIGN_PUBLIC], inner[SIGN_PUBLIC];
	uint64_t height = auditor->batch.applied.height;
	enum err err = check_keys(table, &auditor->cache, checked, public, inner, outcome, fault);
	if (err || outcome->code != OUTCOME_ACCEPTED || !auditor->verifies)
		return err;
	auditor->report->signatures += 1 + checked->has_inner;
	err = audit_verify_statement(auditor->verifier, checked->bytes, SIGNED_STATEMENT, public,
		position, height, fault);
	if (!err && checked->has_inner)
		err = audit_verify_statement(auditor->verifier,
			checked->inner.envelope.message.bytes, SIGNED_STATEMENT, inner, position,
			height, fault);
	return err;
}

/* Without the rules, only the ledger's own kinds are applied: they register keys. */
static bool is_applied(const struct auditor *auditor, const struct statement *statement)
{
	return !auditor->options->no_rules ||
	       (statement->kind < KIND_APP_FIRST && statement->kind != KIND_DELIVERY);
}

static enum err replay(struct auditor *auditor, const struct applied_in *in, size_t index,
	uint64_t position, struct fault *fault)
{
	struct checked checked = {0};
	struct outcome outcome = {0};
	const struct outcome *stored = &auditor->outcomes[index];
	enum err err = audit_bytes(auditor, index, position, fault);
	if (err == ERR_UNSURE && !auditor->report->has_rules)
		return OK;
	if (err)
		return err;
	err = check_form(
		buf_span(&auditor->origin), buf_span(&auditor->bytes), &checked, &outcome, NULL);
	if (!err && outcome.code == OUTCOME_ACCEPTED)
		err = give_signatures(auditor, in->table, &checked, position, &outcome, fault);
	if (err)
		return err;
	if (outcome.code != OUTCOME_ACCEPTED)
		return audit_found(auditor, AUDIT_SIGNATURE, position,
			"the statement is not well formed or of no registered key (code %u)",
			outcome.code);
	if (stored->code != OUTCOME_ACCEPTED)
		audit_chain(auditor, ledger_batch_entry(&auditor->batch, index));
	if (!is_applied(auditor, &checked.statement))
		return OK;
	checked.is_verified = true;
	err = apply_statement(in, &checked, position, &outcome, fault);
	if (err)
		return err;
	if (!outcome_equal(&outcome, stored))
		return audit_found(auditor, AUDIT_OUTCOME, position,
			"the rules give code %u alert %u, stored is code %u alert %u", outcome.code,
			outcome.alert, stored->code, stored->alert);
	auditor->has_new_keys = auditor->has_new_keys || checked.statement.kind == KIND_KEY;
	return OK;
}

static enum err replay_all(
	struct auditor *auditor, const struct applied_in *in, struct fault *fault)
{
	enum err err = OK;
	for (size_t i = 1; !err && i < auditor->batch.count; i++) {
		uint64_t position = auditor->edge.tree.size;
		const struct outcome *outcome = &auditor->outcomes[i];
		bool is_accepted = outcome->code == OUTCOME_ACCEPTED;
		if (!is_accepted && outcome->code != OUTCOME_SEQUENCE_REUSED)
			continue;
		err = replay(auditor, in, i, position, fault);
		if (!err && is_accepted) {
			auditor->report->statements++;
			err = audit_leaf(auditor, ledger_batch_entry(&auditor->batch, i), fault);
		}
	}
	return err;
}

/* The first batch registers the key that sealed it, so its seal is judged behind it. */
static enum err seal_and_statements(struct auditor *auditor, struct fault *fault)
{
	const struct ledger_batch *batch = &auditor->batch;
	struct statement statement = {0};
	struct seal_body seal = {0};
	struct buf kept; /* the seal's bytes: those of the statements come after */
	uint64_t position = auditor->edge.tree.size;
	enum err err = audit_bytes(auditor, 0, position, fault);
	if (err)
		return err;
	buf_init(&kept, STATEMENT_SIZE_MAX);
	buf_put(&kept, buf_span(&auditor->bytes));
	if (kept.err)
		err = fault_set(fault, kept.err, 0, 0, "audit: out of memory");
	else if (seal_take(buf_span(&kept), &statement, &seal, NULL))
		err = audit_found(auditor, AUDIT_SEAL, position, "the seal is not well formed");
	if (!err)
		err = judge_seal(auditor, &seal, position, fault);
	bool is_first = batch->applied.height == 1;
	if (!err && !is_first)
		err = judge_seal_author(auditor, &statement, position, seal.time_ms, fault);
	if (!err)
		err = audit_leaf(auditor, ledger_batch_entry(batch, 0), fault);
	struct applied_in in = {.app = &auditor->app,
		.table = state_table(auditor->state),
		.height = batch->applied.height,
		.time_ms = batch->applied.time_ms,
		.rules_version = auditor->rules_version};
	if (!err)
		err = replay_all(auditor, &in, fault);
	if (!err && is_first)
		err = judge_seal_author(auditor, &statement, position, seal.time_ms, fault);
	buf_close(&kept);
	return err;
}

static enum err genesis(struct auditor *auditor, struct fault *fault)
{
	char origin[ORIGIN_SIZE_MAX + 1];
	uint8_t entry[ENTRY_SIZE];
	int64_t time_ms;
	struct fault why = {0};
	enum err err = audit_bytes(auditor, 0, 0, fault);
	if (err)
		return err;
	err = genesis_origin(buf_span(&auditor->bytes), origin, &why);
	if (!err)
		err = apply_founding(&auditor->app, state_table(auditor->state),
			buf_span(&auditor->bytes), &time_ms, &why);
	if (err == ERR_IO || err == ERR_FULL || err == ERR_MEMORY) {
		if (fault)
			*fault = why;
		return err;
	}
	if (err)
		return audit_found(auditor, AUDIT_GENESIS, 0, "%.200s", why.text);
	if (!span_is(buf_span(&auditor->origin), origin))
		return audit_found(auditor, AUDIT_GENESIS, 0,
			"the stored origin is not that of the genesis statement");
	if (time_ms != auditor->batch.applied.time_ms || auditor->batch.count != 1 ||
		auditor->batch.term != 0)
		return audit_found(auditor, AUDIT_LOG, 0, "the log row of genesis is wrong");
	auditor->report->signatures++;
	err = members_genesis(
		state_table(auditor->state), entry, &time_ms, &auditor->rules_version, fault);
	auditor->has_new_keys = true;
	return err ? err : audit_leaf(auditor, ledger_batch_entry(&auditor->batch, 0), fault);
}

/* The list of outcomes must be as it would be written, byte for byte. */
static enum err load_outcomes(struct auditor *auditor)
{
	struct ledger_batch *batch = &auditor->batch;
	struct buf again;
	bool right = batch->count <= LEDGER_BATCH_MAX &&
		     outcomes_take(buf_span(&batch->outcomes), auditor->outcomes, batch->count,
			     NULL) == OK;
	if (right) {
		buf_init(&again, batch->outcomes.size + 64);
		outcomes_put(auditor->outcomes, batch->count, &again);
		right = !again.err && span_equal(buf_span(&again), buf_span(&batch->outcomes));
		buf_close(&again);
	}
	return right ? OK
		     : audit_found(auditor, AUDIT_OUTCOME, auditor->edge.tree.size,
			       "the list of outcomes is damaged");
}

/* What the batch has led to, against what is stored of it. */
static enum err judge_result(struct auditor *auditor)
{
	const struct ledger_applied *applied = &auditor->batch.applied;
	uint8_t root[HASH_SIZE];
	uint64_t size = auditor->edge.tree.size;
	if (applied->size != size)
		return audit_found(auditor, AUDIT_ROOT, size,
			"the batch leads to %llu leaves, stored are %llu", (unsigned long long)size,
			(unsigned long long)applied->size);
	tree_root(&auditor->edge.tree, root);
	if (memcmp(root, applied->root, HASH_SIZE) != 0)
		return audit_found(auditor, AUDIT_ROOT, applied->first,
			"the tree's root after the batch is not the stored one");
	state_fold(auditor->state, auditor->report->digest);
	if (auditor->options->no_rules)
		memcpy(auditor->report->digest, applied->digest, HASH_SIZE);
	if (memcmp(auditor->report->digest, applied->digest, HASH_SIZE) != 0)
		return audit_found(auditor, AUDIT_DIGEST, applied->first,
			"the state digest after the batch is not the stored one");
	memcpy(auditor->report->root, root, HASH_SIZE);
	return OK;
}

enum err audit_batch(struct auditor *auditor, struct fault *fault)
{
	const struct ledger_applied *applied = &auditor->batch.applied;
	const struct audit_mark *mark = auditor->options->mark;
	uint64_t first = auditor->edge.tree.size;
	auditor->verifies =
		applied->height >= auditor->options->since && (!mark || first >= mark->size);
	if (applied->first != first)
		return audit_found(auditor, AUDIT_LOG, first,
			"the batch starts at %llu, stored is %llu", (unsigned long long)first,
			(unsigned long long)applied->first);
	enum err err = load_outcomes(auditor);
	if (!err)
		err = state_begin(auditor->state, fault);
	if (err)
		return err;
	err = applied->height == 0 ? genesis(auditor, fault) : seal_and_statements(auditor, fault);
	if (!err)
		err = judge_result(auditor);
	if (err) {
		state_rollback(auditor->state);
		return err;
	}
	err = state_commit(auditor->state, applied->height, applied->size, fault);
	if (err)
		return err;
	auditor->time_ms = applied->time_ms;
	auditor->report->time_ms = applied->time_ms;
	auditor->report->height = applied->height;
	return audit_checkpoint(auditor, fault);
}
