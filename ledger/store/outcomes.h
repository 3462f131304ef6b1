/* Outcomes of one batch as stored: a deterministic CBOR array that names only those which are not
 * plain acceptance, in ascending order of index:
 *
 *	[[index, code, alert, element, a, b], ...]
 *
 * Index 0 is the seal and never named. */
#ifndef LEDGER_STORE_OUTCOMES_H
#define LEDGER_STORE_OUTCOMES_H

#include "ledger/base/buf.h"
#include "ledger/outcome.h"

bool outcome_is_plain(const struct outcome *outcome);
bool outcome_equal(const struct outcome *a, const struct outcome *b);

void outcomes_put(const struct outcome *outcomes, size_t count, struct buf *buf);

/* Fills outcomes[0..count-1]. Errors: ERR_FORMAT and the like for what putting does not make. */
MUST_CHECK enum err outcomes_take(
	struct span stored, struct outcome *outcomes, size_t count, struct fault *fault);

#endif
