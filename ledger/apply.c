#include "ledger/apply.h"

#include <stdio.h>
#include <stdlib.h>

static enum err dispatch(const struct applied_in *batch, const struct applying *applying,
	struct outcome *outcome, struct fault *fault)
{
	unsigned kind = applying->statement->kind;
	if (kind == KIND_GENESIS) {
		*outcome = (struct outcome){.code = OUTCOME_EXISTS};
		return OK;
	}
	if (kind < KIND_APP_FIRST) {
		enum err err = members_apply(batch->table, applying, outcome, fault);
		if (err || outcome->code != OUTCOME_ACCEPTED || !batch->app->noted)
			return err;
		return batch->app->noted(
			batch->app->self, batch->table, applying, outcome, fault);
	}
	return batch->app->apply(batch->app->self, batch->table, applying, outcome, fault);
}

static struct applying applying_of(const struct applied_in *batch,
	const struct statement *statement, const uint8_t *entry, const struct author *author,
	uint64_t position, bool late)
{
	return (struct applying){.height = batch->height,
		.position = position,
		.time_ms = batch->time_ms,
		.rules_version = batch->rules_version,
		.late = late,
		.statement = statement,
		.entry = entry,
		.author = author};
}

/* A delivery is judged as what is inside it, said late; both sequence numbers are then used. */
static enum err apply_delivery(const struct applied_in *batch, const struct checked *checked,
	const struct applying *outer, struct outcome *outcome, struct fault *fault)
{
	struct author author;
	enum err err = members_admit(batch->table, &checked->inner, checked->inner_entry,
		batch->time_ms, true, &author, outcome, fault);
	if (err || outcome->code != OUTCOME_ACCEPTED)
		return err;
	members_delivery(outer->author, &author, checked->inner.kind, outcome);
	if (outcome->code != OUTCOME_ACCEPTED)
		return OK;
	struct applying inner = applying_of(
		batch, &checked->inner, checked->inner_entry, &author, outer->position, true);
	err = dispatch(batch, &inner, outcome, fault);
	if (err || outcome->code != OUTCOME_ACCEPTED)
		return err;
	err = members_record(batch->table, &inner, fault);
	return err ? err : members_record(batch->table, outer, fault);
}

enum err apply_statement(const struct applied_in *batch, const struct checked *checked,
	uint64_t position, struct outcome *outcome, struct fault *fault)
{
	struct author author;
	*outcome = (struct outcome){0};
	enum err err = members_admit(batch->table, &checked->statement, checked->entry,
		batch->time_ms, false, &author, outcome, fault);
	if (err || outcome->code != OUTCOME_ACCEPTED)
		return err;
	struct applying applying =
		applying_of(batch, &checked->statement, checked->entry, &author, position, false);
	if (checked->has_inner)
		return apply_delivery(batch, checked, &applying, outcome, fault);
	err = dispatch(batch, &applying, outcome, fault);
	if (err || outcome->code != OUTCOME_ACCEPTED)
		return err;
	return members_record(batch->table, &applying, fault);
}

/* Decoding a genesis takes a structure that is too large for a thread's stack. */
static enum err genesis_take(struct span bytes, struct statement *statement,
	struct genesis **genesis, struct fault *fault)
{
	enum err err = statement_decode(bytes, SIGNED_STATEMENT, statement, fault);
	if (!err && statement->kind != KIND_GENESIS)
		err = fault_set(fault, ERR_FORMAT, 0, 0, "this is no genesis statement");
	if (err)
		return err;
	*genesis = malloc(sizeof **genesis);
	if (!*genesis)
		return fault_set(fault, ERR_MEMORY, 0, 0, "genesis: out of memory");
	err = genesis_decode(statement->body, *genesis, fault);
	if (err)
		free(*genesis);
	return err;
}

enum err genesis_origin(struct span bytes, char origin[ORIGIN_SIZE_MAX + 1], struct fault *fault)
{
	struct statement statement;
	struct genesis *genesis;
	uint8_t entry[ENTRY_SIZE];
	enum err err = genesis_take(bytes, &statement, &genesis, fault);
	if (err)
		return err;
	statement_entry(bytes, entry);
	members_origin_make(genesis->chosen, entry, origin);
	free(genesis);
	return OK;
}

static enum err genesis_refused(const struct outcome *outcome, struct fault *fault)
{
	char why[FAULT_TEXT_SIZE / 2];
	outcome_print(outcome, why, sizeof why);
	return fault_set(fault, ERR_REFUSED, 0, 0, "genesis is refused: %s", why);
}

/* Judged, applied and noted like any statement; only its key is found in itself. */
static enum err apply_first(const struct table *table, struct applying *applying,
	struct author *author, struct fault *fault)
{
	const struct statement *statement = applying->statement;
	struct outcome outcome = {0};
	uint8_t public[SIGN_PUBLIC];
	enum err err = members_genesis_key(statement, public, fault);
	if (!err)
		err = statement_verify(statement, public, fault);
	if (!err)
		err = members_admit(table, statement, applying->entry, applying->time_ms, false,
			author, &outcome, fault);
	if (!err && outcome.code == OUTCOME_ACCEPTED)
		err = members_apply(table, applying, &outcome, fault);
	if (!err && outcome.code != OUTCOME_ACCEPTED)
		err = genesis_refused(&outcome, fault);
	/* Now the key has a row, and so a number. */
	if (!err)
		err = members_key(table, statement->envelope.kid.at, author, public, fault);
	return err ? err : members_record(table, applying, fault);
}

enum err apply_founding(const struct app *app, const struct table *table, struct span bytes,
	int64_t *time_ms, struct fault *fault)
{
	struct statement statement;
	struct genesis *genesis = NULL;
	struct author author = {0};
	uint8_t entry[ENTRY_SIZE];
	enum err err = genesis_take(bytes, &statement, &genesis, fault);
	if (err)
		return err;
	int64_t time = genesis->time_ms;
	struct applying applying = {.time_ms = time,
		.rules_version = genesis->rules_version,
		.statement = &statement,
		.entry = entry,
		.author = &author};
	free(genesis);
	statement_entry(bytes, entry);
	err = apply_first(table, &applying, &author, fault);
	if (!err && app->begin)
		err = app->begin(app->self, table, fault);
	if (!err)
		*time_ms = time;
	return err;
}

static const char *sentence_of(unsigned code)
{
	switch (code) {
#define X(name, number, word, sentence)                                                            \
	case number: return sentence;
		OUTCOME_LIST(X)
#undef X
	default: return NULL;
	}
}

/* The sentences are the table's own, with at most two numbered parameters. */
void outcome_print(const struct outcome *outcome, char *text, size_t size)
{
	const char *sentence = sentence_of(outcome->code);
	if (!sentence) {
		(void)snprintf(text, size, "code %u of the rules", outcome->code);
		return;
	}
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-extra-args"
	(void)snprintf(text, size, sentence, (long long)outcome->a, (long long)outcome->b);
#pragma GCC diagnostic pop
}
