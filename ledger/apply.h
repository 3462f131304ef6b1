/* Judging and applying one statement in its place: what the node does with a live batch, a start
 * does with batches that state.db lacks, and an audit does with all of them. */
#ifndef LEDGER_APPLY_H
#define LEDGER_APPLY_H

#include "ledger/check.h"

/* The batch that is being applied. */
struct applied_in {
	const struct app *app;
	const struct table *table; /* changes allowed */
	uint64_t height;
	int64_t time_ms;
	uint32_t rules_version;
};

/* position: the leaf it gets if accepted. outcome->code tells; nothing was changed unless it is
 * OUTCOME_ACCEPTED. checked->is_verified must be true. An error means broken storage. */
MUST_CHECK enum err apply_statement(const struct applied_in *batch, const struct checked *checked,
	uint64_t position, struct outcome *outcome, struct fault *fault);

/* The genesis statement, on empty tables. Its signature is verified here; time and rules version
 * come from its body. Errors: ERR_REFUSED, ERR_SIGNATURE, ERR_KEY, form; storage. */
MUST_CHECK enum err apply_founding(const struct app *app, const struct table *table,
	struct span bytes, int64_t *time_ms, struct fault *fault);

/* The origin that a genesis statement leads to. Errors: form. */
MUST_CHECK enum err genesis_origin(
	struct span bytes, char origin[ORIGIN_SIZE_MAX + 1], struct fault *fault);

/* The sentence of an outcome, ours by ledger/outcome.h, "code N of the rules" for the app's. */
void outcome_print(const struct outcome *outcome, char *text, size_t size);

#endif
